/* The NDJSON source: framing at every boundary, compression told by content, and damage reported after what
   could be read. */
#include "ndjson_files.h"
#include "record.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOM "\xef\xbb\xbf"
static const enum pv_inflate_form forms[] = {PV_INFLATE_PLAIN, PV_INFLATE_GZIP, PV_INFLATE_ZSTD};
static const size_t chunks[] = {1, 2, 3, 4, 5, 7, 13, 64, PV_NDJSON_CHUNK};
enum { FORMS = 3, CHUNKS = sizeof chunks / sizeof chunks[0] };

static struct listing listing;

static void check_listing(const char *path, size_t chunk, size_t max, const char *expected)
{
    list_source(&listing, path, chunk, max);
    if (strcmp(listing.text, expected) != 0)
        fail_msg("chunk %zu, max %zu: \"%s\", not \"%s\"", chunk, max, listing.text, expected);
}

/* The same answer from every form, read size and batch size. */
static void check_everywhere(const char *content, size_t len, const char *expected)
{
    static const size_t batches[] = {1, 2, 64};
    const char *path = scratch("lines");
    for (size_t f = 0; f < FORMS; f++) {
        struct bytes packed = pack(forms[f], content, len);
        put_file(path, packed.ptr, packed.len);
        for (size_t c = 0; c < CHUNKS; c++) {
            for (size_t b = 0; b < 3; b++)
                check_listing(path, chunks[c], batches[b], expected);
        }
        check_int(listing.done, packed.len);
        check_int(listing.total, packed.len);
        free(packed.ptr);
    }
}

#define EVERYWHERE(content, expected) check_everywhere(content, sizeof(content) - 1, expected)

/* --- framing --- */

static void lines__with_and_without_last_lf__are_given(void **state)
{
    (void)state;
    EVERYWHERE("", "end");
    EVERYWHERE("a", "1:a;end");
    EVERYWHERE("a\n", "1:a;end");
    EVERYWHERE("a\nbc", "1:a;2:bc;end");
    EVERYWHERE("a\nbc\n", "1:a;2:bc;end");
    EVERYWHERE("a\nbc\ndef\nghij\nklmno\n", "1:a;2:bc;3:def;4:ghij;5:klmno;end");
}

static void blank_lines__are_counted_and_left_out(void **state)
{
    (void)state;
    EVERYWHERE("\n", "end");
    EVERYWHERE("\n\na\n", "3:a;end");
    EVERYWHERE(" \t\r\na\n\n\nb", "2:a;5:b;end");
    EVERYWHERE("a\n \t", "1:a;end");
    EVERYWHERE("a\n \t\nb", "1:a;3:b;end");
    EVERYWHERE("\v\n\f\n\xc2\xa0\n", "1:\v;2:\f;3:\xc2\xa0;end");
}

static void carriage_returns_and_nul__are_bytes_of_the_line(void **state)
{
    (void)state;
    EVERYWHERE("a\r\n\r\nb\r\n", "1:a\r;3:b\r;end");
    EVERYWHERE("\0\na\0b\n \0", "1:0;2:a0b;3: 0;end");
    EVERYWHERE(" a \n", "1: a ;end");
}

static void byte_order_mark__only_before_the_first_line__is_dropped(void **state)
{
    (void)state;
    EVERYWHERE(BOM "a\nb", "1:a;2:b;end");
    EVERYWHERE(BOM, "end");
    EVERYWHERE(BOM "\na", "2:a;end");
    EVERYWHERE(BOM BOM "a", "1:" BOM "a;end");
    EVERYWHERE("\n" BOM "a", "2:" BOM "a;end");
    EVERYWHERE(" " BOM "a", "1: " BOM "a;end");
    EVERYWHERE("\xef\xbb", "1:\xef\xbb;end");
    EVERYWHERE("\xef\xbb\n\xbf", "1:\xef\xbb;2:\xbf;end");
}

static void batch__of_several_lines__stays_valid_as_a_whole(void **state)
{
    (void)state;
    struct pv_event_source source;
    struct pv_raw raws[3];
    struct pv_fault fault;
    size_t count, bytes;
    put_file(scratch("lines"), "aa\nbbb\n\ncccc\nd\n", 15);
    check_true(pv_ndjson_source_open(scratch("lines"), &source, &fault));
    check_true(source.ops->next(source.self, raws, 3, &count, &bytes, &fault));
    check_int(count, 3);
    check_int(bytes, 9);
    check_str(raws[0].text, "aa");
    check_str(raws[1].text, "bbb");
    check_str(raws[2].text, "cccc");
    check_true(raws[0].text.ptr + 3 == raws[1].text.ptr); /* not copied */
    check_true(source.ops->next(source.self, raws, 3, &count, &bytes, &fault));
    check_int(count, 1);
    check_int(raws[0].line, 5);
    source.ops->close(source.self);
}

/* --- the longest line --- */

/* A first line of `len` times `fill`, with or without mark, then what follows. */
static void check_long(enum pv_inflate_form form, char fill, size_t len, const char *mark, const char *after,
                       const char *expected)
{
    size_t mark_len = strlen(mark), after_len = strlen(after);
    char *content = malloc(mark_len + len + after_len);
    check_true(content != NULL);
    memcpy(content, mark, mark_len);
    memset(content + mark_len, fill, len);
    memcpy(content + mark_len + len, after, after_len);
    struct bytes packed = pack(form, content, mark_len + len + after_len);
    put_file(scratch("long"), packed.ptr, packed.len);
    check_listing(scratch("long"), PV_NDJSON_CHUNK, 5, expected);
    if (len == PV_LINE_MAX || len == PV_LINE_MAX + 1) {
        check_listing(scratch("long"), PV_LINE_MAX + 1, 5, expected);
        check_listing(scratch("long"), 999983, 5, expected);
    }
    free(packed.ptr);
    free(content);
}

static void longest_line__is_given_whole_and_a_longer_one_cut(void **state)
{
    (void)state;
    check_long(PV_INFLATE_PLAIN, 'x', PV_LINE_MAX - 1, "", "\nb", "1:<16777215>;2:b;end");
    check_long(PV_INFLATE_PLAIN, 'x', PV_LINE_MAX, "", "\nb", "1:<16777216>;2:b;end");
    check_long(PV_INFLATE_PLAIN, 'x', PV_LINE_MAX, "", "", "1:<16777216>;end");
    check_long(PV_INFLATE_PLAIN, 'x', PV_LINE_MAX + 1, "", "\nb", "1:<16777217>;2:b;end");
    check_long(PV_INFLATE_PLAIN, 'x', PV_LINE_MAX + 1, "", "", "1:<16777217>;end");
    check_long(PV_INFLATE_PLAIN, 'x', PV_LINE_MAX + 2, "", "\n\nb", "1:<16777217>;3:b;end");
    check_long(PV_INFLATE_PLAIN, 'x', PV_LINE_MAX + 5000000, "", "\nb", "1:<16777217>;2:b;end");
}

static void longest_line__behind_a_byte_order_mark__is_as_long(void **state)
{
    (void)state;
    check_long(PV_INFLATE_PLAIN, 'x', PV_LINE_MAX, BOM, "\nb", "1:<16777216>;2:b;end");
    check_long(PV_INFLATE_PLAIN, 'x', PV_LINE_MAX, BOM, "", "1:<16777216>;end");
    check_long(PV_INFLATE_PLAIN, 'x', PV_LINE_MAX + 1, BOM, "\nb", "1:<16777217>;2:b;end");
    check_long(PV_INFLATE_PLAIN, 'x', PV_LINE_MAX + 5000000, BOM, "", "1:<16777217>;end");
}

static void longest_line__of_white_space__is_blank_until_it_is_too_long(void **state)
{
    (void)state;
    check_long(PV_INFLATE_PLAIN, ' ', PV_LINE_MAX, "", "\nb", "2:b;end");
    check_long(PV_INFLATE_PLAIN, ' ', PV_LINE_MAX, BOM, "", "end");
    check_long(PV_INFLATE_PLAIN, ' ', PV_LINE_MAX + 1, "", "\nb", "1:<16777217>;2:b;end");
    check_long(PV_INFLATE_PLAIN, ' ', PV_LINE_MAX + 1, BOM, "", "1:<16777217>;end");
    check_long(PV_INFLATE_PLAIN, ' ', PV_LINE_MAX + 4000000, "", "\n\t\nb", "1:<16777217>;3:b;end");
}

static void longest_line__compressed__has_the_same_limit(void **state)
{
    (void)state;
    for (size_t f = 1; f < FORMS; f++) {
        check_long(forms[f], 'x', PV_LINE_MAX, BOM, "\nb", "1:<16777216>;2:b;end");
        check_long(forms[f], 'x', PV_LINE_MAX + 1, "", "\nb", "1:<16777217>;2:b;end");
        check_long(forms[f], 'x', PV_LINE_MAX + 4000000, "", "", "1:<16777217>;end");
    }
}

static void long_second_line__after_a_short_one__has_the_same_limit(void **state)
{
    (void)state;
    char *content = malloc(PV_LINE_MAX + 16);
    check_true(content != NULL);
    memset(content, 'x', PV_LINE_MAX + 16);
    memcpy(content, "a\n", 2);
    put_file(scratch("long"), content, PV_LINE_MAX + 2);
    check_listing(scratch("long"), PV_NDJSON_CHUNK, 5, "1:a;2:<16777216>;end");
    put_file(scratch("long"), content, PV_LINE_MAX + 3);
    check_listing(scratch("long"), PV_NDJSON_CHUNK, 5, "1:a;2:<16777217>;end");
    free(content);
}

/* --- compression --- */

static struct bytes members(enum pv_inflate_form form, size_t ends[3])
{
    static const char *const parts[] = {"first\nsec", "ond\n", "third\nfourth\n"};
    struct bytes all = {NULL, 0};
    for (size_t i = 0; i < 3; i++) {
        struct bytes packed = pack(form, parts[i], strlen(parts[i]));
        all = joined(all, packed.ptr, packed.len);
        free(packed.ptr);
        ends[i] = all.len;
    }
    return all;
}

static void members__one_after_the_other__are_one_text(void **state)
{
    (void)state;
    for (size_t f = 1; f < FORMS; f++) {
        size_t ends[3];
        struct bytes all = members(forms[f], ends);
        put_file(scratch("members"), all.ptr, all.len);
        for (size_t c = 0; c < CHUNKS; c++)
            check_listing(scratch("members"), chunks[c], 2, "1:first;2:second;3:third;4:fourth;end");
        free(all.ptr);
    }
}

static void members__that_are_empty__change_nothing(void **state)
{
    (void)state;
    for (size_t f = 1; f < FORMS; f++) {
        struct bytes empty = pack(forms[f], "", 0), a = pack(forms[f], "a\n", 2);
        struct bytes all = joined((struct bytes){NULL, 0}, empty.ptr, empty.len);
        put_file(scratch("members"), all.ptr, all.len);
        check_listing(scratch("members"), 7, 2, "end");
        all = joined(all, a.ptr, a.len);
        all = joined(all, empty.ptr, empty.len);
        put_file(scratch("members"), all.ptr, all.len);
        for (size_t c = 0; c < CHUNKS; c++)
            check_listing(scratch("members"), chunks[c], 2, "1:a;end");
        free(all.ptr);
        free(empty.ptr);
        free(a.ptr);
    }
}

static void skippable_frames__anywhere__are_skipped(void **state)
{
    (void)state;
    static const char skippable[] = "\x5a\x2a\x4d\x18\x03\0\0\0xyz";
    struct bytes a = pack(PV_INFLATE_ZSTD, "a\n", 2);
    struct bytes all = joined((struct bytes){NULL, 0}, skippable, 11);
    put_file(scratch("members"), all.ptr, all.len);
    check_listing(scratch("members"), 7, 2, "end");
    all = joined(all, a.ptr, a.len);
    all = joined(all, skippable, 11);
    all = joined(all, a.ptr, a.len);
    put_file(scratch("members"), all.ptr, all.len);
    for (size_t c = 0; c < CHUNKS; c++)
        check_listing(scratch("members"), chunks[c], 2, "1:a;2:a;end");
    put_file(scratch("members"), all.ptr, 10); /* within the first */
    check_listing(scratch("members"), 7, 2, "damaged");
    free(all.ptr);
    free(a.ptr);
}

/* What must be given of the three members if the file ends at `cut`: all of the members before it and nothing
   that is not there; only a member's end is no damage. */
static void check_cut(enum pv_inflate_form form, const size_t ends[3], size_t cut)
{
    static const char *const least[] = {"", "1:first;", "1:first;2:second;",
                                        "1:first;2:second;3:third;4:fourth;"};
    const char *text = listing.text, *end = strrchr(text, ';');
    size_t given = end ? (size_t)(end - text) + 1 : 0, whole = 0;
    while (whole < 3 && ends[whole] <= cut)
        whole++;
    if (cut < (form == PV_INFLATE_GZIP ? 1 : 2)) {
        check_true(strcmp(text + given, "end") == 0); /* text may begin so */
        return;
    }
    bool at_end = whole > 0 && ends[whole - 1] == cut;
    const char *expected = at_end ? "end" : "damaged";
    if (strcmp(text + given, expected) != 0)
        fail_msg("cut at %zu: \"%s\", not %s", cut, text, expected);
    if (at_end && whole == 1) /* the last line of a file that just ends */
        check_true(strcmp(text, "1:first;2:sec;end") == 0);
    else
        check_int(strncmp(text, least[3], given), 0);
    check_true(given >= strlen(least[whole]));
}

static void cut_short__at_every_byte__is_damage_after_what_can_be_read(void **state)
{
    (void)state;
    for (size_t f = 1; f < FORMS; f++) {
        size_t ends[3];
        struct bytes all = members(forms[f], ends);
        for (size_t cut = 0; cut < all.len; cut++) {
            put_file(scratch("cut"), all.ptr, cut);
            for (size_t c = 0; c < CHUNKS; c++) {
                list_source(&listing, scratch("cut"), chunks[c], 1);
                check_cut(forms[f], ends, cut);
            }
        }
        free(all.ptr);
    }
}

static void trailing_bytes__after_any_member__are_damage(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
    } tails[] = {{"x", 1},    {"\n", 1},   {"\0", 1},           {"\0\0\0\0\0\0\0\0", 8},        {"\x1f", 1},
                 {"\x28", 1}, {"{}\n", 3}, {"\x1f\x8c\x08", 3}, {"\x28\xb5\x2f\xfe\0\0\0\0", 8}};
    for (size_t f = 1; f < FORMS; f++) {
        for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
            struct bytes all = joined(pack(forms[f], "a\nb\nc", 5), tails[i].bytes, tails[i].len);
            put_file(scratch("tail"), all.ptr, all.len);
            for (size_t c = 0; c < CHUNKS; c++)
                check_listing(scratch("tail"), chunks[c], 64, "1:a;2:b;damaged");
            free(all.ptr);
        }
    }
}

/* Without a sound member before it, what ends or breaks early is not said to follow one. */
static void damage__of_the_first_member__is_not_taken_for_trailing_bytes(void **state)
{
    (void)state;
    put_file(scratch("first"), "\x1f\x8b", 2);
    check_listing(scratch("first"), 7, 1, "damaged");
    check_true(strstr(listing.fault.text, "is damaged: it is cut short (at byte 2)") != NULL);
    put_file(scratch("first"), "\x1f\x8b\x07\0\0\0\0\0", 8);
    check_listing(scratch("first"), 7, 1, "damaged");
    check_true(strstr(listing.fault.text, "is damaged: its gzip data is not sound (at byte ") != NULL);
    put_file(scratch("first"), "\x28\xb5\x2f\xfd", 4);
    check_listing(scratch("first"), 7, 1, "damaged");
    check_true(strstr(listing.fault.text, "is damaged: it is cut short (at byte 4)") != NULL);
}

static void trailing_bytes__of_the_other_compression__are_damage(void **state)
{
    (void)state;
    for (size_t f = 1; f < FORMS; f++) {
        struct bytes other = pack(forms[3 - f], "b\n", 2);
        struct bytes all = joined(pack(forms[f], "a\n", 2), other.ptr, other.len);
        put_file(scratch("tail"), all.ptr, all.len);
        check_listing(scratch("tail"), PV_NDJSON_CHUNK, 64, "1:a;damaged");
        check_true(strstr(listing.fault.text, "other bytes follow") != NULL);
        free(all.ptr);
        free(other.ptr);
    }
}

static void changed_byte__anywhere__is_damage_or_makes_no_difference(void **state)
{
    (void)state;
    unsigned found = 0;
    for (size_t f = 1; f < FORMS; f++) {
        struct bytes all = pack(forms[f], "first\nsecond\nthird\n", 19);
        for (size_t i = 0; i < all.len * 8; i++) {
            all.ptr[i / 8] = (char)(all.ptr[i / 8] ^ 1 << i % 8);
            put_file(scratch("changed"), all.ptr, all.len);
            list_source(&listing, scratch("changed"), PV_NDJSON_CHUNK, 64);
            all.ptr[i / 8] = (char)(all.ptr[i / 8] ^ 1 << i % 8);
            if (i / 8 < 4) /* the magic: it may be plain text now */
                continue;
            bool damaged = strstr(listing.text, "damaged") != NULL || strstr(listing.text, "other") != NULL;
            check_true(damaged || strcmp(listing.text, "1:first;2:second;3:third;end") == 0);
            found += damaged;
        }
        free(all.ptr);
    }
    check_true(found > 300);
}

/* What is sound before a damaged block is given, however much is read at once. */
static void zstd__with_a_damaged_last_block__gives_the_blocks_before_it(void **state)
{
    (void)state;
    enum { LINES = 60000, LINE = 12 };
    char *content = malloc(LINES * LINE + 1);
    check_true(content != NULL);
    for (unsigned i = 0; i < LINES; i++)
        (void)snprintf(content + (size_t)i * LINE, LINE + 1, "%011u\n", i * 2654435761U % 1000000007U);
    struct bytes packed = pack(PV_INFLATE_ZSTD, content, LINES * LINE);
    packed.ptr[packed.len - 1] = (char)(packed.ptr[packed.len - 1] ^ 1); /* the checksum */
    put_file(scratch("blocks"), packed.ptr, packed.len);
    struct pv_event_source source;
    struct pv_raw raw;
    struct pv_fault fault;
    size_t count, bytes, lines = 0;
    check_true(pv_ndjson_source_open(scratch("blocks"), &source, &fault));
    while (source.ops->next(source.self, &raw, 1, &count, &bytes, &fault))
        lines += count;
    check_int(fault.kind, PV_FAULT_KIND_DAMAGED);
    check_int(lines, LINES);
    source.ops->close(source.self);
    free(packed.ptr);
    free(content);
}

/* A sound block that says that it is not the last, where another cannot follow: 3,000 times x, LF, y, LF. */
static void zstd__with_a_damaged_header_behind_a_block__gives_the_block_by_any_reads(void **state)
{
    (void)state;
    static const unsigned char packed[] = {0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58, 0x64, 0x00, 0x00,
                                           0x28, 0x78, 0x78, 0x0a, 0x79, 0x0a, 0x01, 0x00, 0xb3,
                                           0xf3, 0x01, 0x16, 0xc0, 0x39, 0x66, 0xc8};
    static const size_t sizes[] = {1, 3, 27, 1000, 3003, 65536};
    put_file(scratch("header"), packed, sizeof packed);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        check_listing(scratch("header"), sizes[i], 64, "1:<3000>;2:y;damaged");
}

/* A block stored as it is in a frame whose header says another length: {"a":1q, LF, 03 A1. */
static void zstd__with_a_block_that_does_not_fit_its_frame__is_the_same_by_any_reads(void **state)
{
    (void)state;
    static const unsigned char packed[] = {0x28, 0xb5, 0x2f, 0xfd, 0x24, 0x58, 0x51, 0x00,
                                           0x00, 0x7b, 0x22, 0x61, 0x22, 0x3a, 0x31, 0x71,
                                           0x0a, 0x03, 0xa1, 0xe4, 0x7b, 0x96, 0x19};
    static const size_t sizes[] = {1, 3, 9, 12, 64, 65536};
    put_file(scratch("block"), packed, sizeof packed);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        check_listing(scratch("block"), sizes[i], 64, "damaged");
}

static void zstd__with_a_window_that_is_too_large__says_what_to_do(void **state)
{
    (void)state;
    /* A frame header alone: window descriptor 0xa8 asks for 2 GiB. */
    put_file(scratch("window"), "\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", 9);
    check_listing(scratch("window"), PV_NDJSON_CHUNK, 64, "other");
    check_int(listing.fault.kind, PV_FAULT_KIND_TOO_LARGE);
    check_true(strstr(listing.fault.text, "zstd -d --long=31") != NULL);
}

/* --- files that cannot be read --- */

static void open__of_what_cannot_be_read__says_why(void **state)
{
    (void)state;
    char expected[256];
    check_listing(scratch("nothing"), 7, 1, "io");
    (void)snprintf(expected, sizeof expected, "cannot open '%s': No such file or directory",
                   scratch("nothing"));
    assert_string_equal(listing.fault.text, expected);
    check_listing(".", 7, 1, "io");
    assert_string_equal(listing.fault.text, "cannot read '.': Is a directory");
}

/* By any reads, in any form; and a line that only begins like one is a line. */
static void database__is_told_with_the_word_that_is_missing(void **state)
{
    static const char magic[] = "SQLite format 3\0 and so on\nmore\n";
    static const size_t reads[] = {1, 15, 16, PV_NDJSON_CHUNK};
    char expected[2048];
    (void)state;
    (void)snprintf(expected, sizeof expected, "'%s' is a SQLite database: did you mean sqlite:%s?",
                   scratch("lines"), scratch("lines"));
    for (size_t f = 0; f < FORMS; f++) {
        for (size_t c = 0; c < 4; c++) {
            struct bytes packed = pack(forms[f], magic, sizeof magic - 1);
            put_file(scratch("lines"), packed.ptr, packed.len);
            check_listing(scratch("lines"), reads[c], 64, "damaged");
            assert_string_equal(listing.fault.text, expected);
            free(packed.ptr);
        }
    }
    put_file(scratch("lines"), "a\nSQLite format 3\0\n", 19);
    check_listing(scratch("lines"), 7, 1, "1:a;2:SQLite format 30;end");
    put_file(scratch("lines"), "SQLite format 3\n", 16);
    check_listing(scratch("lines"), 7, 1, "1:SQLite format 3;end");
    put_file(scratch("lines"), "SQLite format 3 \n", 17);
    check_listing(scratch("lines"), 7, 1, "1:SQLite format 3 ;end");
}

static void open__of_a_long_path__leaves_room_for_the_reason(void **state)
{
    (void)state;
    char path[2001];
    memset(path, 'p', 2000);
    path[2000] = '\0';
    list_source(&listing, path, 7, 1);
    check_true(strstr(listing.fault.text, "cannot open '...ppp") == listing.fault.text);
    check_true(strstr(listing.fault.text, "p': File name too long") != NULL);
}

static void read__that_fails__is_reported_after_the_lines_before_it(void **state)
{
    (void)state;
    put_file(scratch("lines"), "a\nb\nc\nd\ne\nf\ng\nh\n", 16);
    static const char *const expected[] = {"io", "1:a;2:b;io", "1:a;2:b;3:c;io",
                                           "1:a;2:b;3:c;4:d;5:e;6:f;7:g;io"};
    for (unsigned after = 0; after < 4; after++) { /* reads of 4, 3 and 7 bytes */
        nothing_fails();
        failing[CALL_READ] = (struct failing){.error = EIO, .after = after, .times = 1};
        list_source(&listing, scratch("lines"), 7, 1);
        nothing_fails();
        assert_string_equal(listing.text, expected[after]);
        check_true(strstr(listing.fault.text, "Input/output error") != NULL);
    }
}

static void read__that_is_interrupted__ends_after_the_lines_before_it(void **state)
{
    (void)state;
    put_file(scratch("lines"), "a\nb\nc\nd\ne\nf\ng\nh\n", 16);
    static const char *const expected[] = {"interrupted", "1:a;2:b;interrupted", "1:a;2:b;3:c;interrupted"};
    for (unsigned after = 0; after < 3; after++) {
        nothing_fails();
        failing[CALL_READ] = (struct failing){.error = EINTR, .after = after, .times = 1};
        list_source(&listing, scratch("lines"), 7, 1);
        nothing_fails();
        assert_string_equal(listing.text, expected[after]);
        assert_string_equal(listing.fault.text, "interrupted");
    }
}

static void read__that_is_short__goes_on(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMS; f++) {
        struct bytes packed = pack(forms[f], "first\nsecond\n", 13);
        put_file(scratch("lines"), packed.ptr, packed.len);
        for (size_t some = 1; some <= 5; some++) {
            nothing_fails();
            failing[CALL_READ].some = some;
            list_source(&listing, scratch("lines"), PV_NDJSON_CHUNK, 64);
            nothing_fails();
            assert_string_equal(listing.text, "1:first;2:second;end");
        }
        free(packed.ptr);
    }
}

static void standard_input__is_read_from_where_it_stands(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMS; f++) {
        int ends[2], saved = dup(STDIN_FILENO);
        struct bytes packed = pack(forms[f], BOM "a\n\nb", 7);
        check_int(pipe(ends), 0);
        check_int(write(ends[1], packed.ptr, packed.len), packed.len);
        (void)close(ends[1]);
        check_true(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
        (void)close(ends[0]);
        check_listing("-", 7, 2, "1:a;3:b;end");
        check_int(listing.done, packed.len);
        check_int(listing.total, 0);
        check_true(dup2(saved, STDIN_FILENO) == STDIN_FILENO);
        (void)close(saved);
        free(packed.ptr);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(lines__with_and_without_last_lf__are_given),
    cmocka_unit_test(blank_lines__are_counted_and_left_out),
    cmocka_unit_test(carriage_returns_and_nul__are_bytes_of_the_line),
    cmocka_unit_test(byte_order_mark__only_before_the_first_line__is_dropped),
    cmocka_unit_test(batch__of_several_lines__stays_valid_as_a_whole),
    cmocka_unit_test(longest_line__is_given_whole_and_a_longer_one_cut),
    cmocka_unit_test(longest_line__behind_a_byte_order_mark__is_as_long),
    cmocka_unit_test(longest_line__of_white_space__is_blank_until_it_is_too_long),
    cmocka_unit_test(longest_line__compressed__has_the_same_limit),
    cmocka_unit_test(long_second_line__after_a_short_one__has_the_same_limit),
    cmocka_unit_test(members__one_after_the_other__are_one_text),
    cmocka_unit_test(members__that_are_empty__change_nothing),
    cmocka_unit_test(skippable_frames__anywhere__are_skipped),
    cmocka_unit_test(cut_short__at_every_byte__is_damage_after_what_can_be_read),
    cmocka_unit_test(trailing_bytes__after_any_member__are_damage),
    cmocka_unit_test(damage__of_the_first_member__is_not_taken_for_trailing_bytes),
    cmocka_unit_test(trailing_bytes__of_the_other_compression__are_damage),
    cmocka_unit_test(changed_byte__anywhere__is_damage_or_makes_no_difference),
    cmocka_unit_test(zstd__with_a_damaged_last_block__gives_the_blocks_before_it),
    cmocka_unit_test(zstd__with_a_damaged_header_behind_a_block__gives_the_block_by_any_reads),
    cmocka_unit_test(zstd__with_a_block_that_does_not_fit_its_frame__is_the_same_by_any_reads),
    cmocka_unit_test(zstd__with_a_window_that_is_too_large__says_what_to_do),
    cmocka_unit_test(open__of_what_cannot_be_read__says_why),
    cmocka_unit_test(database__is_told_with_the_word_that_is_missing),
    cmocka_unit_test(open__of_a_long_path__leaves_room_for_the_reason),
    cmocka_unit_test(read__that_fails__is_reported_after_the_lines_before_it),
    cmocka_unit_test(read__that_is_interrupted__ends_after_the_lines_before_it),
    cmocka_unit_test(read__that_is_short__goes_on),
    cmocka_unit_test(standard_input__is_read_from_where_it_stands),
};
CHECK_MAIN(tests, 28)
