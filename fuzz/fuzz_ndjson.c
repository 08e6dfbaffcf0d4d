/* A file of lines, plain or compressed. The first byte says how the rest is made a file: taken as it is, or
   compressed in several members and then left sound, cut short, or with a bit turned; the next three say
   where. Whatever the size of a read, the lines are the same and so is the fault; a sound file gives the
   lines of a naive splitter (and of zlib and zstd as they are); a cut one a beginning of them and then the
   fault; and nothing wrong is given out as right. */
#define _GNU_SOURCE /* memfd_create */
#include "adapters.h"
#include "lines.h"
#include "ndjson_deflate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum {
    SETTINGS = 4,
    INFLATED_MAX = 1 << 18, /* more than that is another test's affair: reading byte by byte takes too long */
    MEMBERS_MAX = 8,
};

/* ---- a file in memory ---- */

static const char *file_with(struct pv_str bytes)
{
    static int fd = -1;
    static char path[32];
    if (fd < 0) {
        fd = memfd_create("fuzz", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    CHECK(fd >= 0 && ftruncate(fd, 0) == 0);
    CHECK(pwrite(fd, bytes.ptr, bytes.len, 0) == (ssize_t)bytes.len);
    return path;
}

/* ---- what reading it gives ---- */

struct reading {
    struct buf lines; /* number and text of each */
    bool failed;
    struct pv_fault fault;
};

static void put_line(struct buf *out, uint64_t number, struct pv_str text)
{
    buf_format(out, "%llu %zu ", (unsigned long long)number, text.len);
    buf_add(out, text.ptr, text.len);
    buf_str(out, "\n");
}

static void read_source(struct pv_event_source *source, size_t max, struct reading *reading)
{
    struct pv_raw raws[64];
    size_t count, bytes;
    for (;;) {
        reading->failed = !source->ops->next(source->self, raws, max, &count, &bytes, &reading->fault);
        if (reading->failed || count == 0)
            break;
        CHECK(count <= max);
        for (size_t i = 0; i < count; i++) {
            CHECK(raws[i].form == PV_RAW_LINE && raws[i].text.len <= bytes);
            bytes -= raws[i].text.len;
            put_line(&reading->lines, raws[i].line, raws[i].text);
        }
        CHECK(bytes == 0);
    }
    /* A fault stays one, and so does the end. */
    bool again = source->ops->next(source->self, raws, max, &count, &bytes, &reading->fault);
    CHECK(again == !reading->failed && (reading->failed || count == 0));
}

static void read_file(const char *path, size_t chunk, size_t max, struct reading *reading)
{
    struct pv_event_source source;
    *reading = (struct reading){.failed = true};
    if (!pv_ndjson_source_open_chunked(path, chunk, &source, &reading->fault))
        return;
    read_source(&source, max, reading);
    source.ops->close(source.self);
}

static void check_same_reading(const struct reading *a, const struct reading *b)
{
    CHECK_SAME("lines by other reads", kit_str(&a->lines), kit_str(&b->lines));
    CHECK(a->failed == b->failed);
    CHECK(!a->failed || a->fault.kind == b->fault.kind);
}

/* The reading by large reads, which all others are held against. */
static void read_by_all_sizes(struct pv_str bytes, struct reading *reading)
{
    enum { READS_MAX = 600 }; /* more than so many would only take time */
    static const size_t chunks[] = {1, 2, 5, 64, 1000};
    const char *path = file_with(bytes);
    read_file(path, 1 << 14, 64, reading);
    for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
        struct reading other;
        if (bytes.len + reading->lines.len > READS_MAX * chunks[i])
            continue;
        read_file(path, chunks[i], 1 + i * 7, &other);
        check_same_reading(&other, reading);
        buf_free(&other.lines);
    }
    CHECK(!reading->failed ||
          kit_is_clean((struct pv_str){reading->fault.text, strlen(reading->fault.text)}, ""));
}

/* ---- what it should give ---- */

static void naive_lines(struct pv_str plain, struct buf *out)
{
    uint64_t number = 0;
    for (struct pv_str rest = plain; rest.len > 0;) {
        struct pv_str line = kit_first_line(rest, &rest);
        if (number++ == 0 && line.len >= 3 && memcmp(line.ptr, "\xef\xbb\xbf", 3) == 0)
            line = (struct pv_str){line.ptr + 3, line.len - 3};
        if (!lines_is_blank(line))
            put_line(out, number, line);
    }
}

static void check_lines(const struct reading *reading, struct pv_str plain)
{
    struct buf expected = {0};
    naive_lines(plain, &expected);
    CHECK_SAME("the lines and the naive splitter's", kit_str(&reading->lines), kit_str(&expected));
    buf_free(&expected);
}

static void check_beginning(const struct reading *reading, struct pv_str plain)
{
    struct buf all = {0};
    naive_lines(plain, &all);
    CHECK(reading->lines.len <= all.len);
    CHECK_SAME("the lines before a fault and the naive splitter's", kit_str(&reading->lines),
               ((struct pv_str){all.bytes, reading->lines.len}));
    buf_free(&all);
}

/* ---- a file as it is ---- */

enum inflated { PLAIN, SOUND, UNSOUND, TOO_MUCH };

static bool begins(struct pv_str bytes, size_t at, const char *magic, size_t len)
{
    return bytes.len >= at + len && memcmp(bytes.ptr + at, magic, len) == 0;
}

static enum inflated inflate_gzip(struct pv_str in, char *out, size_t *len)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)in.ptr,
                  .avail_in = (uInt)in.len,
                  .next_out = (Bytef *)out,
                  .avail_out = INFLATED_MAX};
    CHECK(inflateInit2(&z, 16 + MAX_WBITS) == Z_OK);
    int status;
    do {
        status = inflate(&z, Z_NO_FLUSH);
        bool ended = status == Z_STREAM_END;
        if (ended && z.avail_in > 0)
            status = inflateReset(&z);
        else if (ended || status != Z_OK)
            break;
    } while (z.avail_out > 0);
    *len = INFLATED_MAX - z.avail_out;
    (void)inflateEnd(&z);
    if (z.avail_out == 0)
        return TOO_MUCH;
    return status == Z_STREAM_END ? SOUND : UNSOUND;
}

static enum inflated inflate_zstd(struct pv_str in, char *out, size_t *len)
{
    ZSTD_DStream *stream = ZSTD_createDStream();
    ZSTD_inBuffer input = {in.ptr, in.len, 0};
    ZSTD_outBuffer output = {out, INFLATED_MAX, 0};
    size_t status = 1;
    CHECK(stream != NULL);
    while (input.pos < input.size && output.pos < output.size) {
        status = ZSTD_decompressStream(stream, &output, &input);
        if (ZSTD_isError(status))
            break;
    }
    ZSTD_freeDStream(stream);
    *len = output.pos;
    if (output.pos == output.size)
        return TOO_MUCH;
    return status == 0 && input.pos == input.size ? SOUND : UNSOUND;
}

/* Refused, with advice. */
static bool is_database(struct pv_str text)
{
    size_t bom = begins(text, 0, "\xef\xbb\xbf", 3) ? 3 : 0;
    return begins(text, bom, "SQLite format 3", 16); /* with the zero behind it */
}

static enum inflated inflate_naively(struct pv_str in, char *out, size_t *len)
{
    bool skippable = begins(in, 1, "\x2a\x4d\x18", 3) && ((unsigned char)in.ptr[0] & 0xF0) == 0x50;
    if (begins(in, 0, "\x1f\x8b", 2))
        return inflate_gzip(in, out, len);
    if (skippable || begins(in, 0, "\x28\xb5\x2f\xfd", 4))
        return inflate_zstd(in, out, len);
    /* The file ends within the magic, where text cannot begin so. */
    bool cut = (in.len == 1 && begins(in, 0, "\x1f", 1)) || (in.len == 2 && begins(in, 0, "\x28\xb5", 2)) ||
               (in.len == 3 && begins(in, 0, "\x28\xb5\x2f", 3));
    return cut ? UNSOUND : PLAIN;
}

static void check_raw(struct pv_str bytes)
{
    static char inflated[INFLATED_MAX];
    struct reading reading;
    size_t len = 0;
    enum inflated form = inflate_naively(bytes, inflated, &len);
    if (form == TOO_MUCH)
        return;
    read_by_all_sizes(bytes, &reading);
    struct pv_str text = form == PLAIN ? bytes : (struct pv_str){inflated, len};
    CHECK(reading.failed == (form == UNSOUND || is_database(text)));
    if (!reading.failed)
        check_lines(&reading, text);
    buf_free(&reading.lines);
}

/* ---- a compressed file ---- */

struct packed {
    struct buf bytes;
    struct pv_str plain;
    size_t count;
    size_t packed_end[MEMBERS_MAX], plain_end[MEMBERS_MAX]; /* of each member */
};

static bool take_bytes(void *context, const char *bytes, size_t len)
{
    buf_add(context, bytes, len);
    return true;
}

static void pack(struct pv_str plain, enum pv_inflate_form form, size_t members, struct packed *packed)
{
    struct pv_deflate *deflate = pv_deflate_new(form, take_bytes, &packed->bytes);
    CHECK(deflate != NULL);
    packed->plain = plain;
    packed->count = members;
    for (size_t i = 0, at = 0; i < members; i++) {
        size_t end = plain.len * (i + 1) / members;
        CHECK(pv_deflate_bytes(deflate, plain.ptr + at, end - at) && pv_deflate_end(deflate));
        packed->packed_end[i] = packed->bytes.len;
        packed->plain_end[i] = at = end;
    }
    pv_deflate_free(deflate);
}

/* Cut between members it is sound and shorter; anywhere else it is damaged. */
static void check_cut(const struct packed *packed, size_t at)
{
    struct reading reading;
    size_t whole = 0;
    while (whole < packed->count && packed->packed_end[whole] < at)
        whole++;
    bool sound = whole < packed->count && packed->packed_end[whole] == at;
    read_by_all_sizes((struct pv_str){packed->bytes.bytes, at}, &reading);
    CHECK(reading.failed == !sound);
    if (sound)
        check_lines(&reading, (struct pv_str){packed->plain.ptr, packed->plain_end[whole]});
    else
        check_beginning(&reading, packed->plain);
    CHECK(sound || reading.fault.kind == PV_FAULT_KIND_DAMAGED);
    buf_free(&reading.lines);
}

/* Its checksums tell; what they do not cover does not matter. */
static void check_turned(const struct packed *packed, size_t at, unsigned bit)
{
    struct reading reading;
    packed->bytes.bytes[at] = (char)(packed->bytes.bytes[at] ^ 1 << bit);
    read_by_all_sizes((struct pv_str){packed->bytes.bytes, packed->bytes.len}, &reading);
    if (!reading.failed)
        check_lines(&reading, packed->plain);
    buf_free(&reading.lines);
}

static void check_packed(const uint8_t settings[SETTINGS], struct pv_str plain)
{
    enum { MAGIC = 4 };
    struct packed packed = {.count = 0};
    size_t place = (size_t)settings[1] << 8 | settings[2];
    if (is_database(plain))
        return;
    pack(plain, settings[0] & 1 ? PV_INFLATE_GZIP : PV_INFLATE_ZSTD, 1 + settings[3] % MEMBERS_MAX, &packed);
    switch (settings[0] >> 2 & 3) {
    case 0:
        check_cut(&packed, packed.bytes.len);
        break;
    case 1:
        check_cut(&packed, MAGIC + place % (packed.bytes.len - MAGIC + 1));
        break;
    default:
        check_turned(&packed, MAGIC + place % (packed.bytes.len - MAGIC), settings[0] >> 4 & 7);
        break;
    }
    buf_free(&packed.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < SETTINGS)
        return 0;
    struct pv_str rest = {(const char *)data + SETTINGS, size - SETTINGS};
    if (data[0] & 2)
        check_packed(data, rest);
    else
        check_raw((struct pv_str){(const char *)data + 1, size - 1});
    return 0;
}
