#include "picture.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { ROW = 1 + 3 * PV_PICTURE_WIDTH, RAW = ROW * PV_PICTURE_HEIGHT, HILLS = 3 };

struct colour {
    int red, green, blue;
};
struct scene {
    struct colour top, bottom, sun, hills[HILLS];
    int sun_x, sun_y, sun_radius;
    int ridge[HILLS], height[HILLS], width[HILLS], shift[HILLS];
};

/* A small generator of numbers that look drawn by chance (xorshift). */
static int draw(uint32_t *state, int least, int most)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return least + (int)(*state % (uint32_t)(most - least + 1));
}

static struct colour draw_colour(uint32_t *state, int least, int most)
{
    struct colour colour;
    colour.red = draw(state, least, most);
    colour.green = draw(state, least, most);
    colour.blue = draw(state, least, most);
    return colour;
}

static void draw_scene(uint32_t number, struct scene *scene)
{
    uint32_t state = number * 2654435761U | 1;
    for (int i = 0; i < 8; i++)
        (void)draw(&state, 0, 1);
    scene->top = draw_colour(&state, 20, 140);
    scene->bottom = draw_colour(&state, 150, 250);
    scene->sun = (struct colour){255, draw(&state, 200, 250), draw(&state, 120, 220)};
    scene->sun_x = draw(&state, 60, PV_PICTURE_WIDTH - 60);
    scene->sun_y = draw(&state, 40, 150);
    scene->sun_radius = draw(&state, 14, 36);
    for (int i = 0; i < HILLS; i++) {
        struct colour far = draw_colour(&state, 40, 120);
        scene->hills[i] = (struct colour){far.red / (i + 1), far.green / (i + 1) + 20, far.blue / (i + 1)};
        scene->ridge[i] = 170 + 45 * i;
        scene->height[i] = draw(&state, 20, 60);
        scene->width[i] = draw(&state, 90, 260);
        scene->shift[i] = draw(&state, 0, 400);
    }
}

/* A ridge of parabolas, up and down. */
static int ridge_at(const struct scene *scene, int hill, int x)
{
    int width = scene->width[hill], place = (x + scene->shift[hill]) % (2 * width) - width;
    int bump = scene->height[hill] - scene->height[hill] * place * place / (width * width);
    return scene->ridge[hill] - bump;
}

static struct colour colour_at(const struct scene *scene, int x, int y)
{
    int dx = x - scene->sun_x, dy = y - scene->sun_y;
    for (int i = HILLS - 1; i >= 0; i--) {
        if (y >= ridge_at(scene, i, x))
            return scene->hills[i];
    }
    if (dx * dx + dy * dy <= scene->sun_radius * scene->sun_radius)
        return scene->sun;
    return (struct colour){
        scene->top.red + (scene->bottom.red - scene->top.red) * y / PV_PICTURE_HEIGHT,
        scene->top.green + (scene->bottom.green - scene->top.green) * y / PV_PICTURE_HEIGHT,
        scene->top.blue + (scene->bottom.blue - scene->top.blue) * y / PV_PICTURE_HEIGHT,
    };
}

static void paint(uint32_t number, unsigned char *raw)
{
    struct scene scene;
    draw_scene(number, &scene);
    for (int y = 0; y < PV_PICTURE_HEIGHT; y++) {
        unsigned char *row = raw + (size_t)y * ROW;
        *row++ = 0; /* no filter */
        for (int x = 0; x < PV_PICTURE_WIDTH; x++, row += 3) {
            struct colour colour = colour_at(&scene, x, y);
            row[0] = (unsigned char)colour.red;
            row[1] = (unsigned char)colour.green;
            row[2] = (unsigned char)colour.blue;
        }
    }
}

static unsigned char *put_number(unsigned char *to, uint32_t number)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        *to++ = (unsigned char)(number >> shift);
    return to;
}

/* A chunk whose `len` bytes stand at to + 8 already. */
static unsigned char *end_chunk(unsigned char *to, const char *type, size_t len)
{
    (void)put_number(to, (uint32_t)len);
    memcpy(to + 4, type, 4);
    uint32_t sum = (uint32_t)crc32(0, to + 4, (uInt)(len + 4));
    return put_number(to + 8 + len, sum);
}

static size_t encode(unsigned char *png, const unsigned char *raw, uLong room)
{
    static const unsigned char signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    static const unsigned char kind[] = {8, 2, 0, 0, 0}; /* 8 bits a channel, RGB */
    unsigned char *at = png;
    memcpy(at, signature, sizeof signature);
    at += sizeof signature;
    memcpy(put_number(put_number(at + 8, PV_PICTURE_WIDTH), PV_PICTURE_HEIGHT), kind, sizeof kind);
    at = end_chunk(at, "IHDR", 8 + sizeof kind);
    if (compress2(at + 8, &room, raw, RAW, Z_BEST_COMPRESSION) != Z_OK)
        return 0;
    at = end_chunk(at, "IDAT", room);
    at = end_chunk(at, "IEND", 0);
    return (size_t)(at - png);
}

bool pv_picture_make(uint32_t number, struct pv_text *png)
{
    uLong room = compressBound(RAW);
    unsigned char *raw = malloc(RAW), *bytes = malloc(room + 128);
    size_t len = 0;
    if (raw != NULL && bytes != NULL) {
        paint(number, raw);
        len = encode(bytes, raw, room);
    }
    free(raw);
    if (len == 0) {
        free(bytes);
        return false;
    }
    *png = (struct pv_text){(char *)bytes, len};
    return true;
}
