/* base64url.c: the one spelling of bytes, and nothing beside it. */
#include "base64url.h"

#include "check.h"

static const struct {
    const char *bytes;
    size_t len;
    const char *text;
} vectors[] = {
    {"", 0, ""},
    {"f", 1, "Zg"},
    {"fo", 2, "Zm8"},
    {"foo", 3, "Zm9v"},
    {"foob", 4, "Zm9vYg"},
    {"fooba", 5, "Zm9vYmE"},
    {"foobar", 6, "Zm9vYmFy"},
    {"\xff\xef\xbe\xfb\xf0", 5, "_----_A"},
    {"\0\0\0\0", 4, "AAAAAA"},
    {"\x03\xec\xff\xe0\xc1", 5, "A-z_4ME"}, /* RFC 7515, appendix C */
};
enum { VECTORS = sizeof vectors / sizeof vectors[0] };

static struct pv_str str(const char *text)
{
    return (struct pv_str){text, strlen(text)};
}

static void base64url__known_texts__there_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        char text[16];
        unsigned char bytes[16];
        size_t len = 99;
        struct pv_str from = {vectors[i].bytes, vectors[i].len};
        check_int(PV_BASE64URL_LEN(from.len), strlen(vectors[i].text));
        check_int(PV_BASE64URL_BYTES(strlen(vectors[i].text)), from.len);
        check_str(((struct pv_str){text, pv_base64url_encode(from, text)}), vectors[i].text);
        check_true(pv_base64url_decode(str(vectors[i].text), bytes, sizeof bytes, &len));
        check_int(len, from.len);
        check_true(len == 0 || memcmp(bytes, from.ptr, len) == 0);
    }
}

static void base64url__every_pair_of_bytes__comes_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 65536; i++) {
        char text[3];
        unsigned char bytes[2];
        const char pair[2] = {(char)(i >> 8), (char)(i & 255)};
        size_t len;
        check_int(pv_base64url_encode((struct pv_str){pair, 2}, text), 3);
        check_true(pv_base64url_decode((struct pv_str){text, 3}, bytes, 2, &len));
        check_true(len == 2 && memcmp(bytes, pair, 2) == 0);
    }
}

/* Of all characters, the alphabet alone; of the last ones, only those that leave no bits. */
static void base64url__every_character__is_one_of_64_or_refused(void **state)
{
    (void)state;
    unsigned first = 0, second = 0, third = 0;
    for (int c = 0; c < 256; c++) {
        unsigned char bytes[3];
        size_t len;
        const char whole[4] = {(char)c, 'A', 'A', 'A'}, one[2] = {'A', (char)c}, two[3] = {'A', 'A', (char)c};
        first += pv_base64url_decode((struct pv_str){whole, 4}, bytes, 3, &len);
        second += pv_base64url_decode((struct pv_str){one, 2}, bytes, 3, &len);
        third += pv_base64url_decode((struct pv_str){two, 3}, bytes, 3, &len);
    }
    check_int(first, 64);
    check_int(second, 4);
    check_int(third, 16);
}

static void base64url__any_other_spelling__is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"Z",       "Zm9vY", "Zg==",  "Zm8=",    "Zh",        "Zm9",
                                        "Zm9v\n",  " Zm9v", "Zm 9v", "Zm+v",    "Zm/v",      "Zm9vYh",
                                        "Zm9vYmF", "Zm9v.", "=",     "Zm9vYg=", "\xc3\xa9xx"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        unsigned char bytes[16];
        size_t len = 99;
        if (pv_base64url_decode(str(texts[i]), bytes, sizeof bytes, &len))
            fail_msg("%s is taken", texts[i]);
        check_int(len, 99);
    }
}

static void base64url__more_than_there_is_room_for__is_refused(void **state)
{
    (void)state;
    unsigned char bytes[3] = {0};
    size_t len = 99;
    check_true(!pv_base64url_decode(PV_STR("Zm9v"), bytes, 2, &len));
    check_true(!pv_base64url_decode(PV_STR("Zg"), bytes, 0, &len));
    check_int(len, 99);
    check_true(pv_base64url_decode(PV_STR("Zm9v"), bytes, 3, &len));
    check_int(len, 3);
    check_true(pv_base64url_decode((struct pv_str){NULL, 0}, bytes, 0, &len));
    check_int(len, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(base64url__known_texts__there_and_back),
    cmocka_unit_test(base64url__every_pair_of_bytes__comes_back),
    cmocka_unit_test(base64url__every_character__is_one_of_64_or_refused),
    cmocka_unit_test(base64url__any_other_spelling__is_refused),
    cmocka_unit_test(base64url__more_than_there_is_room_for__is_refused),
};
CHECK_MAIN(tests, 5)
