/* What a client should not send. Each row says what must come back, and what the handler may have seen:
   nothing, or exactly this. After each row the server still answers somebody else. Requests that are nearly
   the same, and right, stand among them, so that refusing everything does not pass. */
#include "mhd_kit.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct mhd_kit kit;
static char buffer[KIT_REPLY_MAX], seen[KIT_SEEN_MAX];

static int set_up(void **state)
{
    (void)state;
    mhd_kit_init(&kit);
    mhd_kit_open(&kit);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mhd_kit_close(&kit);
    return 0;
}

#define POST "POST /x HTTP/1.1\r\nHost: h\r\n"
#define HIDDEN "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

struct row {
    const char *name;
    struct pv_str sent;
    unsigned status;  /* of the first reply; 0: closed without one */
    const char *seen; /* NULL: nothing, and the connection is closed; else it stays open */
};
#define ROW(name, sent, status, seen)                                                                        \
    {                                                                                                        \
        name, {sent, sizeof(sent) - 1}, status, seen                                                         \
    }
#define REFUSED(name, sent) ROW(name, sent, 400, NULL)

static void check_row(const struct row *row)
{
    int fd = kit_connect(&kit);
    (void)kit_try_send(fd, row->sent.ptr, row->sent.len);
    unsigned status = kit_status(kit_read_reply(fd, buffer, false));
    if (status != row->status)
        fail_msg("%s: status %u, not %u; reply \"%.300s\"", row->name, status, row->status, buffer);
    if (row->seen == NULL && !kit_is_closed(fd, KIT_WAIT_MS))
        fail_msg("%s: the connection is not closed", row->name);
    if (strcmp(mhd_kit_seen(&kit, seen), row->seen != NULL ? row->seen : "") != 0)
        fail_msg("%s: seen \"%s\"", row->name, seen);
    (void)close(fd);
    kit_check_alive(&kit);
    (void)mhd_kit_seen(&kit, seen);
}

#define CHECK_ROWS(rows)                                                                                     \
    for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++)                                            \
    check_row(&(rows)[i])

static void two_readings_of_a_length__are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ROW("one length", POST "Content-Length: 3\r\n\r\nabc", 200, "POST /x|abc\n"),
        ROW("length with leading zeros", POST "Content-Length: 0003\r\n\r\nabc", 200, "POST /x|abc\n"),
        ROW("no length", POST "\r\n", 200, "POST /x|\n"),
        REFUSED("two lengths", POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
        REFUSED("two lengths that differ", POST "Content-Length: 3\r\ncontent-length: 36\r\n\r\nabc" HIDDEN),
        REFUSED("a list of lengths", POST "Content-Length: 3, 3\r\n\r\nabc"),
        REFUSED("length with a sign", POST "Content-Length: +3\r\n\r\nabc"),
        REFUSED("negative length", POST "Content-Length: -3\r\n\r\nabc"),
        REFUSED("hexadecimal length", POST "Content-Length: 0x3\r\n\r\nabc"),
        REFUSED("length with a point", POST "Content-Length: 3.0\r\n\r\nabc"),
        REFUSED("length with a blank behind", POST "Content-Length: 3 \r\n\r\nabc"),
        REFUSED("empty length", POST "Content-Length:\r\n\r\nabc"),
        REFUSED("blank before the colon", POST "Content-Length : 3\r\n\r\nabc"),
        REFUSED("tab before the colon", POST "Content-Length\t: 3\r\n\r\nabc"),
        REFUSED("length and coding",
                POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN),
        REFUSED("coding and length",
                POST "Transfer-Encoding: chunked\r\nContent-Length: 38\r\n\r\n0\r\n\r\n" HIDDEN),
        REFUSED("coding and length 0",
                POST "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n" HIDDEN),
    };
    CHECK_ROWS(rows);
}

static void codings__but_chunked_once__are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ROW("chunked", CHUNKED "3\r\nabc\r\n0\r\n\r\n", 200, "POST /x|abc\n"),
        ROW("chunked in capitals", POST "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n", 200, "POST /x|\n"),
        ROW("chunked after a tab", POST "Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n", 200, "POST /x|\n"),
        REFUSED("chunked and a blank", POST "Transfer-Encoding: chunked \r\n\r\n0\r\n\r\n" HIDDEN),
        REFUSED("twice",
                POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN),
        REFUSED("twice in one", POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" HIDDEN),
        REFUSED("another one first", POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" HIDDEN),
        REFUSED("identity", POST "Transfer-Encoding: identity\r\n\r\n" HIDDEN),
        REFUSED("one that begins alike", POST "Transfer-Encoding: chunkedx\r\n\r\n0\r\n\r\n" HIDDEN),
        REFUSED("one that ends alike", POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" HIDDEN),
        REFUSED("quoted", POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" HIDDEN),
        REFUSED("empty", POST "Transfer-Encoding:\r\n\r\n0\r\n\r\n" HIDDEN),
        REFUSED("after a vertical tab", POST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n" HIDDEN),
        REFUSED("in HTTP/1.0",
                "POST /x HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN),
    };
    CHECK_ROWS(rows);
}

/* Whoever is in front may have looked at the other one. */
static void authorizations__but_one__are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ROW("one", "GET /x HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer a\r\n\r\n", 200, "GET /x|\n"),
        REFUSED("two", "GET /x HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer a\r\nauthorization: Bearer "
                       "b\r\n\r\n"),
    };
    CHECK_ROWS(rows);
}

static void hosts__but_one__are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ROW("one", "GET /x HTTP/1.1\r\nhOsT: h\r\n\r\n", 200, "GET /x|\n"),
        ROW("none in HTTP/1.0, with the connection kept", "GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
            200, "GET /x|\n"),
        REFUSED("none", "GET /x HTTP/1.1\r\nX: h\r\n\r\n"),
        REFUSED("no header at all", "GET /x HTTP/1.1\r\n\r\n"),
        REFUSED("two", "GET /x HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n"),
        REFUSED("two in HTTP/1.0", "GET /x HTTP/1.0\r\nHost: h\r\nHost: g\r\n\r\n"),
        REFUSED("blank before the name", "GET /x HTTP/1.1\r\n Host: h\r\n\r\n"),
    };
    CHECK_ROWS(rows);
}

static void lines__that_end_or_go_on_otherwise__are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ROW("empty lines before", "\r\n\r\n" POST "\r\n", 200, "POST /x|\n"),
        ROW("empty last value", POST "X:\r\n\r\n", 200, "POST /x|\n"),
        ROW("blank last value", POST "X: \t \r\n\r\n", 200, "POST /x|\n"),
        REFUSED("folded", POST "X: a\r\n b\r\n\r\n"),
        REFUSED("folded by a tab", POST "X: a\r\n\tb\r\nY: c\r\n\r\n"),
        REFUSED("folded twice", POST "X: a\r\n b\r\n c\r\nY: c\r\n\r\n"),
        REFUSED("folded to an empty line", POST "X: a\r\n \r\nY: c\r\n\r\n"),
        /* libmicrohttpd puts the fold behind the name. */
        REFUSED("a coding made by folding", POST "Transfer-Enco: chunked\r\n ding\r\n\r\n0\r\n\r\n" HIDDEN),
        REFUSED("a length made by folding", POST "Content-Len: 33\r\n gth\r\nX: y\r\n\r\n" HIDDEN),
        REFUSED("LF after the request line", "POST /x HTTP/1.1\nHost: h\r\n\r\n"),
        REFUSED("LF after a header", POST "X: a\nY: b\r\n\r\n"),
        REFUSED("LF after the last header", POST "X: a\n\r\n"),
        REFUSED("LF for the empty line", POST "X: a\r\n\n"),
        REFUSED("LF, and a colon that ends the head", "POST /x HTTP/1.1\r\nHost: h\n:X\n" HIDDEN),
        REFUSED("LF, and a colon behind no header", "POST /x HTTP/1.0\n:X\n" HIDDEN),
        REFUSED("LF only", "POST /x HTTP/1.1\nHost: h\n\n"),
        REFUSED("CR in a value", POST "X: a\rTransfer-Encoding: chunked\r\n\r\n"),
        REFUSED("CR in a name", POST "X\r: a\r\n\r\n"),
        REFUSED("two CR", POST "X: a\r\r\n\r\n"),
        REFUSED("CR in the target", "POST /x\ry HTTP/1.1\r\nHost: h\r\n\r\n"),
        REFUSED("no colon", POST "X a\r\n\r\n"),
    };
    CHECK_ROWS(rows);
}

static void bytes__that_do_not_belong__are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ROW("a value beyond ASCII", POST "X: \xc3\xa9\r\n\r\n", 200, "POST /x|\n"),
        ROW("a name of all kinds", POST "!#$%&'*+-.^_`|~9aZ: b\r\n\r\n", 200, "POST /x|\n"),
        REFUSED("NUL in a value", POST "X: a\0b\r\n\r\n"),
        REFUSED("NUL in the last value of some", POST "X: a\r\nY: b\0\r\n\r\n"),
        REFUSED("NUL as the value", POST "X: \0\r\nY: b\r\n\r\n"),
        REFUSED("NUL in a name", POST "X\0Y: a\r\n\r\n"),
        REFUSED("NUL before a length", POST "X: a\0\r\nContent-Length: 33\r\n\r\n" HIDDEN),
        REFUSED("NUL in the target", "GET /x\0y HTTP/1.1\r\nHost: h\r\n\r\n"),
        REFUSED("NUL in the query", "GET /x?a=b\0&c HTTP/1.1\r\nHost: h\r\n\r\n"),
        REFUSED("NUL in the method", "GE\0T /x HTTP/1.1\r\nHost: h\r\n\r\n"),
        REFUSED("NUL in the version", "GET /x HTTP\0/1.1\r\nHost: h\r\n\r\n"),
        REFUSED("a control in a value", POST "X: a\001b\r\n\r\n"),
        REFUSED("DEL in a value", POST "X: a\x7f\r\n\r\n"),
        REFUSED("empty name", POST ": a\r\n\r\n"),
        REFUSED("blank in a name", POST "X Y: a\r\n\r\n"),
        REFUSED("bracket in a name", POST "X(Y): a\r\n\r\n"),
        REFUSED("a name beyond ASCII", POST "\xc3\xa9: a\r\n\r\n"),
        REFUSED("bracket in the method", "GE(T /x HTTP/1.1\r\nHost: h\r\n\r\n"),
    };
    CHECK_ROWS(rows);
}

static void targets__that_mean_nothing_or_two_things__are_refused(void **state)
{
    (void)state;
#define GET(target) "GET " target " HTTP/1.1\r\nHost: h\r\n\r\n"
    static const struct row rows[] = {
        ROW("escapes", GET("/%2f%41%7A%aF?%3d=%26%2B"), 200, "GET //Az\xaf?==&+|\n"),
        ROW("two slashes", GET("//x"), 200, "GET //x|\n"),
        ROW("empty parameters", GET("/x?&&a"), 200, "GET /x?=&=&a=|\n"),
        REFUSED("an escaped NUL", GET("/a%00b")),
        REFUSED("an escaped NUL in the query", GET("/a?b=%00")),
        REFUSED("an escaped NUL in a name of the query", GET("/a?%00=b&c=d")),
        REFUSED("a percent sign at the end", GET("/a%")),
        REFUSED("an escape cut short", GET("/a%4")),
        REFUSED("an escape of no digits", GET("/a%zz")),
        REFUSED("an escape of one digit", GET("/a%4z")),
        REFUSED("an escape of characters beside the digits", GET("/a%:@")),
        REFUSED("an escape of capitals beyond F", GET("/a%4G")),
        REFUSED("a wide escape", GET("/a%u0041")),
        REFUSED("a broken escape in the query", GET("/a?b=%4")),
        REFUSED("a fragment", GET("/a#b")),
        REFUSED("beyond ASCII", GET("/\xc3\xa9")),
        REFUSED("DEL", GET("/\x7f")),
        REFUSED("a tab", GET("/a\tb")),
        REFUSED("a blank", GET("/a b")),
        REFUSED("two blanks before", GET(" /a")),
        REFUSED("two blanks behind", GET("/a ")),
        REFUSED("a blank behind the version", "GET /a HTTP/1.1 \r\nHost: h\r\n\r\n"),
        REFUSED("no slash", GET("a")),
        REFUSED("a star", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n"),
        REFUSED("an authority", "CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n"),
        REFUSED("another scheme", GET("ftp://h/a")),
        REFUSED("a scheme alone", GET("http://")),
        REFUSED("no authority", GET("http:///a")),
        REFUSED("no authority but a query", GET("https://?a")),
        REFUSED("no version", "GET /a\r\nHost: h\r\n\r\n"),
        REFUSED("no target", "GET \r\nHost: h\r\n\r\n"),
        REFUSED("version in small letters", "GET /a http/1.1\r\nHost: h\r\n\r\n"),
        REFUSED("version with two digits", "GET /a HTTP/1.10\r\nHost: h\r\n\r\n"),
        ROW("version 0.9", "GET /a HTTP/0.9\r\nHost: h\r\n\r\n", 505, NULL),
        ROW("version 2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, NULL),
        ROW("version 1.2", "GET /a HTTP/1.2\r\nHost: h\r\n\r\n", 200, "GET /a|\n"),
        ROW("no request", "\x16\x03\x01\x02\r\n\r\n", 0, NULL),
        ROW("no method", " /a HTTP/1.1\r\nHost: h\r\n\r\n", 0, NULL),
    };
    CHECK_ROWS(rows);
}

static void chunks__that_are_not_well_formed__are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ROW("several", CHUNKED "1\r\na\r\n0002\r\nbc\r\nA\r\n0123456789\r\n0\r\n\r\n", 200,
            "POST /x|abc0123456789\n"),
        ROW("an extension", CHUNKED "3;a=b\r\nabc\r\n0;c\r\n\r\n", 200, "POST /x|abc\n"),
        ROW("trailers", CHUNKED "3\r\nabc\r\n0\r\nX: y\r\nContent-Length: 7\r\n\r\n", 200, "POST /x|abc\n"),
        REFUSED("no size", CHUNKED "\r\nabc\r\n0\r\n\r\n"),
        REFUSED("an extension without a size", CHUNKED ";a\r\nabc\r\n0\r\n\r\n"),
        REFUSED("no hexadecimal size", CHUNKED "xyz\r\nabc\r\n0\r\n\r\n"),
        REFUSED("a size and more", CHUNKED "3g\r\nabc\r\n0\r\n\r\n"),
        REFUSED("0x", CHUNKED "0x3\r\nabc\r\n0\r\n\r\n"),
        REFUSED("a sign", CHUNKED "+3\r\nabc\r\n0\r\n\r\n"),
        REFUSED("a negative size", CHUNKED "-3\r\nabc\r\n0\r\n\r\n"),
        REFUSED("a blank before", CHUNKED " 3\r\nabc\r\n0\r\n\r\n"),
        REFUSED("a blank behind", CHUNKED "3 \r\nabc\r\n0\r\n\r\n"),
        REFUSED("more than the size", CHUNKED "3\r\nabcd\r\n0\r\n\r\n"),
        REFUSED("no end of the chunk", CHUNKED "3\r\nabc0\r\n\r\n"),
        REFUSED("a trailer without a colon", CHUNKED "0\r\nX y\r\n\r\n"),
        ROW("a size beyond 64 bits", CHUNKED "10000000000000000\r\nabc\r\n0\r\n\r\n", 413, NULL),
    };
    CHECK_ROWS(rows);
}

/* Text made of a beginning, a part many times, and an end. */
static struct pv_str many(const char *begin, const char *part, size_t times, const char *end)
{
    size_t part_len = strlen(part), len = 0;
    char *text = malloc(strlen(begin) + part_len * times + strlen(end) + 1);
    if (text == NULL)
        abort();
    len = (size_t)sprintf(text, "%s", begin);
    for (size_t i = 0; i < times; i++, len += part_len)
        memcpy(text + len, part, part_len);
    len += (size_t)sprintf(text + len, "%s", end);
    return (struct pv_str){text, len};
}

static void check_many(const char *name, struct pv_str sent, unsigned status, const char *expected)
{
    union {
        const char *read;
        void *freed;
    } text = {sent.ptr};
    check_row(&(struct row){name, sent, status, expected});
    free(text.freed);
}

static void sizes_and_counts__beyond_the_limits__are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        ROW("a byte too long", POST "Content-Length: 65537\r\n\r\n", 413, NULL),
        ROW("more than 64 bits", POST "Content-Length: 99999999999999999999999\r\n\r\n", 413, NULL),
        ROW("all of 64 bits", POST "Content-Length: 18446744073709551615\r\n\r\n", 413, NULL),
        ROW("all of 64 bits less one", POST "Content-Length: 18446744073709551614\r\n\r\n", 413, NULL),
        ROW("and expects to go on", POST "Expect: 100-continue\r\nContent-Length: 65537\r\n\r\n", 413, NULL),
    };
    CHECK_ROWS(rows);
    char chunk[1024 + 16] = "400\r\n";
    memset(chunk + 5, 'c', 1024);
    memcpy(chunk + 5 + 1024, "\r\n", 3);
    check_many("chunks up to the limit", many(CHUNKED, chunk, 64, "0\r\n\r\n"), 200, "POST /x|(long)\n");
    check_many("a byte beyond", many(CHUNKED, chunk, 64, "1\r\nc\r\n0\r\n\r\n"), 413, "");
    check_many("chunks beyond", many(CHUNKED, chunk, 100, "0\r\n\r\n"), 413, "");
    check_many("chunks far beyond", many(CHUNKED, chunk, 200, "0\r\n\r\n"), 0, NULL);
    check_many("tiny chunks", many(CHUNKED, "1\r\nc\r\n", 5000, "0\r\n\r\n"), 200, "POST /x|(long)\n");
    check_many("headers up to the limit", many(POST, "X: y\r\n", 63, "\r\n"), 200, "POST /x|\n");
    check_many("a header beyond", many(POST, "X: y\r\n", 64, "\r\n"), 431, NULL);
    check_many("headers far beyond", many(POST, "X: y\r\n", 4000, "\r\n"), 431, NULL);
    check_many("parameters up to the limit", many("GET /x?a", "&", 31, "b HTTP/1.1\r\nHost: h\r\n\r\n"), 200,
               "GET /x?a=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&=&b=|\n");
    check_many("a parameter beyond", many("GET /x?a", "&", 32, "b HTTP/1.1\r\nHost: h\r\n\r\n"), 400, NULL);
    check_many("a head of most of the memory", many(POST "X: ", "y", 28000, "\r\n\r\n"), 200, "POST /x|\n");
    check_many("a head of more", many(POST "X: ", "y", 29000, "\r\n\r\n"), 431, NULL);
    check_many("a head of all", many(POST "X: ", "y", 40000, "\r\n\r\n"), 431, NULL);
    check_many("cookies", many(POST "Cookie: a=b", "; a=b", 3000, "\r\n\r\n"), 431, NULL);
    check_many("a cookie of half the memory", many(POST "Cookie: a=", "b", 14500, "\r\n\r\n"), 431, NULL);
    check_many("a long target", many("GET /", "a", 40000, " HTTP/1.1\r\nHost: h\r\n\r\n"), 414, NULL);
    check_many("an endless method", many("", "A", 40000, " / HTTP/1.1\r\nHost: h\r\n\r\n"), 414, NULL);
    check_many("long trailers", many(CHUNKED "0\r\n", "X: y\r\n", 10000, "\r\n"), 431, NULL);
}

/* libmicrohttpd has no room for it, and waits for us to take something away: until the time for a body is
   over. */
static void chunk__whose_extension_fills_the_memory__is_cut_in_time(void **state)
{
    (void)state;
    static char extension[100000];
    memset(extension, 'x', sizeof extension);
    int fd = kit_connect(&kit);
    kit_send(fd, CHUNKED "3;");
    (void)kit_try_send(fd, extension, sizeof extension);
    check_true(!kit_is_closed(fd, 100)); /* long enough for all kinds of looks */
    kit_check_alive(&kit);
    mhd_kit_advance(&kit, 10000);
    check_true(kit_is_closed(fd, KIT_WAIT_MS));
    check_int(kit.requests, 1);
    (void)close(fd);
}

/* --- several requests on a connection --- */

static void pipelined_requests__are_each_answered_in_order(void **state)
{
    (void)state;
    int fd = kit_connect(&kit);
    kit_send(fd, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n" POST "Content-Length: 1\r\n\r\n2"
                 "GET /late HTTP/1.1\r\nHost: h\r\n\r\n" CHUNKED "1\r\n4\r\n0\r\n\r\n"
                 "GET /5 HTTP/1.1\r\nHost: h\r\n\r\n");
    check_str(kit_body(kit_read_reply(fd, buffer, false)), "GET /1|\n");
    check_str(kit_body(kit_read_reply(fd, buffer, false)), "POST /x|2\n");
    mhd_kit_wait_kept(&kit, 1);
    /* Nothing overtakes one that waits. */
    assert_string_equal(mhd_kit_seen(&kit, seen), "GET /1|\nPOST /x|2\nGET /late|\n");
    mhd_kit_answer(&kit, "3");
    check_str(kit_body(kit_read_reply(fd, buffer, false)), "3");
    check_str(kit_body(kit_read_reply(fd, buffer, false)), "POST /x|4\n");
    check_str(kit_body(kit_read_reply(fd, buffer, false)), "GET /5|\n");
    (void)close(fd);
}

/* libmicrohttpd hands on a part of no bytes of a body that there is none of. */
static void pipelined_request__behind_one_that_expects_to_go_on_without_a_body(void **state)
{
    (void)state;
    int fd = kit_connect(&kit);
    kit_send(fd, "GET /1 HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n"
                 "GET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    (void)kit_read_all(fd, buffer);
    (void)mhd_kit_seen(&kit, seen);
    assert_string_equal(seen, "GET /1|\nGET /2|\n");
    (void)close(fd);
}

static void pipelined_requests__behind_one_that_is_refused__are_never_seen(void **state)
{
    (void)state;
    static const struct row rows[] = {
        REFUSED("behind two hosts", "GET /x HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n" HIDDEN HIDDEN),
        ROW("behind a body too large", POST "Content-Length: 65537\r\n\r\n" HIDDEN, 413, NULL),
        ROW("behind the last", "GET /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" HIDDEN, 200,
            "GET /x|\n"),
        ROW("behind one of HTTP/1.0", "GET /x HTTP/1.0\r\nHost: h\r\n\r\n" HIDDEN, 200, "GET /x|\n"),
    };
    CHECK_ROWS(rows);
}

/* --- clients that leave --- */

/* libmicrohttpd may miss an end that comes together with the bytes before it; the deadline does not. */
static void read_nothing(int fd)
{
    while (!kit_is_closed(fd, 2))
        mhd_kit_advance(&kit, 100000);
}

static void client__that_leaves_at_any_byte__leaves_nothing_behind(void **state)
{
    (void)state;
    static const char whole[] = CHUNKED "3\r\nabc\r\n0\r\nX: y\r\n\r\n";
    for (size_t len = 0; len < sizeof whole - 1; len++) {
        int fd = kit_connect(&kit), gone = kit_connect(&kit);
        check_true(kit_try_send(fd, whole, len) && kit_try_send(gone, whole, len));
        (void)close(gone);
        /* Half closed, so that an answer would still come. */
        check_int(shutdown(fd, SHUT_WR), 0);
        read_nothing(fd);
        (void)close(fd);
    }
    assert_string_equal(mhd_kit_seen(&kit, seen), "");
    kit_check_alive(&kit);
}

static void request__in_two_parts_split_at_any_byte__is_the_same(void **state)
{
    (void)state;
    static const char whole[] = CHUNKED "3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nX: y\r\n\r\n";
    int fd = kit_connect(&kit);
    for (size_t len = 0; len < sizeof whole - 1; len++) {
        check_true(kit_try_send(fd, whole, len));
        /* Somebody else's request in between, so that the first part is likely to be read alone. */
        kit_check_alive(&kit);
        (void)mhd_kit_seen(&kit, seen);
        check_true(kit_try_send(fd, whole + len, sizeof whole - 1 - len));
        check_str(kit_body(kit_read_reply(fd, buffer, false)), "POST /x|abc0123456789abcdef\n");
    }
    (void)close(fd);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    CASE(two_readings_of_a_length__are_refused),
    CASE(codings__but_chunked_once__are_refused),
    CASE(authorizations__but_one__are_refused),
    CASE(hosts__but_one__are_refused),
    CASE(lines__that_end_or_go_on_otherwise__are_refused),
    CASE(bytes__that_do_not_belong__are_refused),
    CASE(targets__that_mean_nothing_or_two_things__are_refused),
    CASE(chunks__that_are_not_well_formed__are_refused),
    CASE(sizes_and_counts__beyond_the_limits__are_refused),
    CASE(chunk__whose_extension_fills_the_memory__is_cut_in_time),
    CASE(pipelined_requests__are_each_answered_in_order),
    CASE(pipelined_request__behind_one_that_expects_to_go_on_without_a_body),
    CASE(pipelined_requests__behind_one_that_is_refused__are_never_seen),
    CASE(client__that_leaves_at_any_byte__leaves_nothing_behind),
    CASE(request__in_two_parts_split_at_any_byte__is_the_same),
};
CHECK_MAIN(tests, 14)
