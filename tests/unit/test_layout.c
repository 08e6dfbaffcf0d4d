/* layout.c, layout_learn.c: the learned layouts give the plain reader's answers, and do so from the second
 * line on. */
#include "layout.h"

#include <stdlib.h>

#include "event_read.h"
#include "layout_parts.h"
#include "record_kit.h"
#include "ulid_decode.h"

/* The fast path has no text of a type but the catalogue's own, so where that text lies tells who read the
 * record. */
static bool is_fast(const struct pv_record *record)
{
    return record->envelope == PV_ENVELOPE_VALID && record->decoded == PV_OK &&
           record->recorded.type.ptr == pv_event_spec(record->event.type)->type.ptr;
}

/* A line that stands in memory of just its size. */
static char *copy_of(struct pv_str text)
{
    char *copy = malloc(text.len + (text.len == 0));
    if (text.len != 0)
        memcpy(copy, text.ptr, text.len);
    return copy;
}

static struct pv_str str(const char *text)
{
    return (struct pv_str){text, strlen(text)};
}

static struct pv_record fast_record, plain_record;

/* Reads the line with both readers, and is told whether a layout did it. */
static bool read_both(struct pv_record_reader *fast, struct pv_record_reader *plain, struct pv_str line)
{
    memset(&fast_record, 0xa5, sizeof fast_record);
    memset(&plain_record, 0x5a, sizeof plain_record);
    assert_int_equal(pv_record_reader_begin(fast, line.len), PV_OK);
    assert_int_equal(pv_record_reader_begin(plain, line.len), PV_OK);
    char *copy = copy_of(line);
    pv_record_read_line(fast, (struct pv_str){copy, line.len}, 7, &fast_record);
    pv_record_read_line(plain, (struct pv_str){copy, line.len}, 7, &plain_record);
    const char *difference = kit_difference(&fast_record, &plain_record);
    if (difference != NULL)
        fail_msg("%s differs for %.*s", difference, (int)line.len, line.ptr);
    assert_false(is_fast(&plain_record));
    bool was_fast = is_fast(&fast_record);
    free(copy);
    return was_fast;
}

struct pair {
    struct pv_record_reader *fast, *plain;
};

static struct pair pair_new(void)
{
    return (struct pair){kit_reader(true, 0), kit_reader(false, 0)};
}

static void pair_free(struct pair pair)
{
    pv_record_reader_free(pair.fast);
    pv_record_reader_free(pair.plain);
}

/* After `learned`, whether `line` is read by a layout. The answers must agree in any case. */
static bool is_fast_after(const char *learned, const char *line)
{
    struct pair pair = pair_new();
    assert_false(read_both(pair.fast, pair.plain, str(learned)));
    bool was_fast = read_both(pair.fast, pair.plain, str(line));
    pair_free(pair);
    return was_fast;
}

#define LINE(stream, number, id, ballot, rating, tail)                                                       \
    "{\"stream\":\"" stream "\",\"number\":" number                                                          \
    ",\"type\":\"PhotoVote.Event.Ballot.BallotCandidateRated\",\"data\":{\"id\":\"" id                       \
    "\",\"election_id\":\"01HQ0000000000000000000001\",\"ballot_id\":\"" ballot                              \
    "\",\"competition_id\":\"01HQE4C888QNT04W2C66RW4MDS\",\"candidate_id\":\"01HQE4C888CY781GS8EEZTXCC4\","  \
    "\"rating\":" rating "}" tail "}"
#define ID "01HQE4C88681AS0643T9178A7M"
#define BALLOT "01HQEDWNKVRYRBW0AKG283JFXD"
#define TAIL ",\"created\":\"2024-02-24T18:00:00.006866Z\",\"metadata\":{\"who\":\"me\",\"try\":7}"
static const char first_line[] = LINE(KIT_STREAM, "5", ID, BALLOT, "3", TAIL);

static void layout__other_values__are_read_fast(void **state)
{
    (void)state;
    static const char *const lines[] = {
        LINE(KIT_STREAM, "5", ID, BALLOT, "3", TAIL),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3",
             ",\"created\":\"2024-02-24T18:00:00Z\",\"metadata\":{\"who\":\"\xc3\xa9\",\"try\":7}"),
        LINE("Election-7ZZZZZZZZZZZZZZZZZZZZZZZZZ", "0", "00000000000000000000000001", BALLOT, "1", TAIL),
        LINE(KIT_STREAM, "123456789012345678", ID, "7zzzzzzzzzzzzzzzzzzzzzzzzz", "5", TAIL),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3",
             ",\"created\":\"2023-01-01T00:00:00\",\"metadata\":{\"who\":\"\",\"try\":-0}"),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3",
             ",\"created\":\"2024-02-24T18:00:00.123456+01:00\",\"metadata\":{\"who\":\"a longer text than "
             "that which "
             "was learned\",\"try\":-123456789012345678901234567890}"),
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (!is_fast_after(first_line, lines[i]))
            fail_msg("not read fast: %s", lines[i]);
}

static void layout__what_does_not_fit__is_read_plainly(void **state)
{
    (void)state;
    static const char *const lines[] = {
        /* other literal bytes: white space, another order, null for a value and the other way round */
        " " LINE(KIT_STREAM, "5", ID, BALLOT, "3", TAIL),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3", TAIL) " ",
        LINE(KIT_STREAM, "5", ID, BALLOT, "null", TAIL),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3", ",\"created\":null,\"metadata\":{\"who\":\"me\",\"try\":7}"),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3",
             ",\"created\":\"2024-02-24T18:00:00Z\",\"metadata\":{\"who\":7,\"try\":7}"),
        /* values of another form */
        LINE(KIT_STREAM, "05", ID, BALLOT, "3", TAIL),
        LINE(KIT_STREAM, "-0", ID, BALLOT, "3", TAIL),
        LINE(KIT_STREAM, "", ID, BALLOT, "3", TAIL),
        LINE(KIT_STREAM, "5.0", ID, BALLOT, "3", TAIL),
        LINE(KIT_STREAM, "9223372036854775807", ID, BALLOT, "3", TAIL),
        LINE(KIT_STREAM, "9223372036854775808", ID, BALLOT, "3", TAIL),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3",
             ",\"created\":\"2024-02-24T18:00:00Z\",\"metadata\":{\"who\":\"\\n\",\"try\":7}"),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3",
             ",\"created\":\"2024-02-24T18:00:00Z\",\"metadata\":{\"who\":\"\n\",\"try\":7}"),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3",
             ",\"created\":\"2024-02-24T18:00:00Z\",\"metadata\":{\"who\":\"\xff\",\"try\":7}"),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3",
             ",\"created\":\"2024-02-24T18:00:00Z\",\"metadata\":{\"who\":\"\",\"try\":-}"),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3",
             ",\"created\":\"2024-02-24T18:00:00Z\",\"metadata\":{\"who\":\"\",\"try\":00}"),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3",
             ",\"created\":\"2024-02-24T18:00:00Z\",\"metadata\":{\"who\":\"\",\"try\":1e3}"),
        /* values that are refused */
        LINE("Election-01hq0000000000000000000001", "5", ID, BALLOT, "3", TAIL),
        LINE("Election-00000000000000000000000000", "5", ID, BALLOT, "3", TAIL),
        LINE("Election-", "5", ID, BALLOT, "3", TAIL),
        LINE("", "5", ID, BALLOT, "3", TAIL),
        LINE(KIT_STREAM, "5", "8ZZZZZZZZZZZZZZZZZZZZZZZZZ", BALLOT, "3", TAIL),
        LINE(KIT_STREAM, "5", "00000000000000000000000000", BALLOT, "3", TAIL),
        LINE(KIT_STREAM, "5", ID, "01HQEDWNKVRYRBW0AKG283JFXU", "3", TAIL),
        LINE(KIT_STREAM, "5", ID, "01HQEDWNKVRYRBW0AKG283JFX", "3", TAIL),
        LINE(KIT_STREAM, "5", ID, "01HQEDWNKVRYRBW0AKG283JFXDD", "3", TAIL),
        LINE(KIT_STREAM, "5", ID, "01HQEDWNKVRYR\",\"01HQEDWNKV", "3", TAIL),
        LINE(KIT_STREAM, "5", ID, BALLOT, "0", TAIL),
        LINE(KIT_STREAM, "5", ID, BALLOT, "6", TAIL),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3",
             ",\"created\":\"2024-02-30T18:00:00Z\",\"metadata\":{\"who\":\"me\",\"try\":7}"),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3",
             ",\"created\":\"2024-02-24T18:00:00.00686AZ\",\"metadata\":{\"who\":\"me\",\"try\":7}"),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3", ",\"created\":\"\",\"metadata\":{\"who\":\"me\",\"try\":7}"),
        "",
        "{",
        "{}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (is_fast_after(first_line, lines[i]))
            fail_msg("read fast: %s", lines[i]);
}

/* What the last stream, election and second were compared with must not be taken for what they are not. */
static void layout__a_value_like_the_last__is_the_last(void **state)
{
    (void)state;
    struct pair pair = pair_new();
    static const char *const lines[] = {
        LINE(KIT_STREAM, "5", ID, BALLOT, "3", ",\"created\":\"2024-02-24T18:00:59.999999Z\""),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3", ",\"created\":\"2024-02-24T18:00:59.000001Z\""),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3", ",\"created\":\"2024-02-24T18:01:00.000000Z\""),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3", ",\"created\":\"1969-12-31T23:59:59.999999Z\""),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3", ",\"created\":\"1969-12-31T23:59:59.000001Z\""),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3", ",\"created\":\"1969-12-31T23:59:59.000001+01:00\""),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3", ",\"created\":\"1969-12-31T23:59:59.0000017Z\""),
        LINE(KIT_STREAM, "5", ID, BALLOT, "3", ",\"created\":\"1969-12-31T23:59:59.000002Z\""),
        LINE("Election-01HQ0000000000000000000002", "5", ID, BALLOT, "3",
             ",\"created\":\"1969-12-31T23:59:59Z\""),
        LINE("Election-01HQ0000000000000000000003", "5", ID, BALLOT, "3",
             ",\"created\":\"1969-12-31T23:59:59Z\""),
        LINE("Election-01HQ0000000000000000000003", "5", ID, BALLOT, "3",
             ",\"created\":\"1970-01-01T00:00:00Z\""),
    };
    for (size_t round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
            check_int(read_both(pair.fast, pair.plain, str(lines[i])), round + i > 0);
    /* A refused election id must not stay as the last one. */
    (void)read_both(pair.fast, pair.plain, str(kit_lines[16]));
    char *bad = copy_of((struct pv_str){kit_lines[16], strlen(kit_lines[16]) + 1});
    char *election = strstr(strstr(bad, "\"data\""), KIT_ELECTION);
    election[0] = '8';
    assert_false(read_both(pair.fast, pair.plain, str(bad)));
    assert_false(read_both(pair.fast, pair.plain, str(bad)));
    assert_true(read_both(pair.fast, pair.plain, str(kit_lines[16])));
    free(bad);
    pair_free(pair);
}

/* Before anything was learned there is a last value too: it must be what it says. */
static void layout__the_first_values__are_true(void **state)
{
    (void)state;
    assert_true(is_fast_after(
        first_line, LINE("Election-00000000000000000000000001", "5", ID, BALLOT, "3",
                         ",\"created\":\"1970-01-01T00:00:00.000001Z\",\"metadata\":{\"who\":\"me\","
                         "\"try\":7}")));
}

static bool has_caption(size_t line)
{
    return line == 10 || line == 14;
}

static bool is_escaped(size_t line)
{
    return line == 8 || line == 9 || line == 12;
}

/* Every type of event, and every form of line, is learned but for those that layouts leave alone. */
static void layout__each_line_of_the_kit__is_fast_at_the_second_time(void **state)
{
    (void)state;
    struct pair pair = pair_new();
    for (size_t i = 0; i < kit_line_count; i++) {
        assert_false(read_both(pair.fast, pair.plain, str(kit_lines[i])));
        check_int(fast_record.envelope, PV_ENVELOPE_VALID);
        check_int(fast_record.decoded, PV_OK);
    }
    for (size_t i = 0; i < kit_line_count; i++)
        if (read_both(pair.fast, pair.plain, str(kit_lines[i])) == (has_caption(i) || is_escaped(i)))
            fail_msg("line %zu of the kit", i);
    pair_free(pair);
}

/* Sixteen bytes are compared at once; a run that ends before there are so many is left to the plain reader.
 */
static void layout__a_run_that_ends_at_the_sixteenth_byte__is_the_shortest(void **state)
{
    (void)state;
    char line[1024];
    for (int digits = 1; digits <= 10; digits++) {
        (void)snprintf(line, sizeof line, "{\"a\":%0*d,\"b\":\"\",%s", 1, 0, kit_lines[21] + 1);
        memmove(line + 5 + digits, line + 6, strlen(line + 6) + 1);
        memset(line + 5, '1', (size_t)digits);
        check_int(is_fast_after(line, line), 5 + digits + 6 >= 16);
    }
}

static void layout__longer_than_its_bounds__is_not_learned(void **state)
{
    (void)state;
    static const char why[] = ",\"metadata\":{\"why\":\"%0*d\"}}";
    size_t head = strlen(kit_lines[21]) - 1;
    char *line = malloc(8192);
    for (int len = PV_LAYOUT_TEXT_MAX - 1; len <= PV_LAYOUT_TEXT_MAX + 1; len++) {
        memcpy(line, kit_lines[21], head);
        int pad = len - (int)head - (int)(strlen(why) - strlen("%0*d"));
        (void)snprintf(line + head, 8192 - head, why, pad, 1);
        check_int(strlen(line), len);
        check_int(is_fast_after(line, line), len <= PV_LAYOUT_TEXT_MAX);
    }
    free(line);
}

/* A line with `count` strings and a run of `spaces` that nobody reads. */
static int wide_line(char *line, size_t size, unsigned count, unsigned spaces, unsigned tag)
{
    int len = snprintf(line, size, "%.*s", (int)strlen(kit_lines[21]) - 1, kit_lines[21]);
    len += snprintf(line + len, size - (size_t)len, "%*s,\"tag%u\":[0", (int)spaces, "", tag);
    for (unsigned i = 0; i < count; i++)
        len += snprintf(line + len, size - (size_t)len, ",\"x\"");
    return len + snprintf(line + len, size - (size_t)len, "]}");
}

static bool is_fast_again(const char *line)
{
    return is_fast_after(line, line);
}

static void layout__more_parts_than_its_bounds__is_not_learned(void **state)
{
    (void)state;
    char *line = malloc(8192);
    unsigned most = 0, widest = 0;
    for (unsigned count = 0; count < 40; count++) {
        (void)wide_line(line, 8192, count, 0, 0);
        if (is_fast_again(line))
            most = count + 1;
    }
    for (unsigned spaces = 0; spaces < 2000; spaces += 10) {
        (void)wide_line(line, 8192, 0, spaces, 0);
        if (is_fast_again(line))
            widest = spaces + 10;
    }
    free(line);
    check_true(most > 10 && most < 25);
    check_true(widest > 700 && widest < 1300);
}

/* Slots that are looked into: the line's stream, number and id (a UUID), and each integer. */
static void layout__more_integers_than_its_bound__is_not_learned(void **state)
{
    (void)state;
    char line[1024];
    for (int count = PV_LAYOUT_READS - 4; count <= PV_LAYOUT_READS - 2; count++) {
        int len =
            snprintf(line, sizeof line, "%.*s,\"x\":[true", (int)strlen(kit_lines[21]) - 1, kit_lines[21]);
        for (int i = 0; i < count; i++)
            len += snprintf(line + len, sizeof line - (size_t)len, ",%d", i);
        (void)snprintf(line + len, sizeof line - (size_t)len, "]}");
        check_int(is_fast_again(line), count + 3 <= PV_LAYOUT_READS);
    }
}

/* More layouts than the set holds: those in use stay, and answers stay right. */
static void layout__more_than_the_set_holds__the_frequent_stay(void **state)
{
    (void)state;
    char *line = malloc(8192);
    struct pair pair = pair_new();
    for (unsigned round = 0; round < 40; round++)
        (void)read_both(pair.fast, pair.plain, str(first_line));
    for (unsigned tag = 0; tag < 100; tag++) {
        (void)wide_line(line, 8192, 1, 0, tag);
        (void)read_both(pair.fast, pair.plain, str(line));
        assert_true(read_both(pair.fast, pair.plain, str(line)));
        assert_true(read_both(pair.fast, pair.plain, str(first_line)));
    }
    pair_free(pair);
    free(line);
}

/* A layout that is known already is not learned again when one of its values did not fit. */
static void layout__a_value_that_never_fits__does_not_push_out_others(void **state)
{
    (void)state;
    struct pair pair = pair_new();
    (void)read_both(pair.fast, pair.plain, str(first_line));
    (void)read_both(pair.fast, pair.plain, str(kit_lines[16]));
    for (unsigned i = 0; i < 100; i++)
        assert_false(read_both(pair.fast, pair.plain,
                               str(LINE(KIT_STREAM, "9223372036854775807", ID, BALLOT, "3", TAIL))));
    while (!read_both(pair.fast, pair.plain, str(first_line))) /* it takes a while to try again */
        continue;
    assert_true(read_both(pair.fast, pair.plain, str(kit_lines[16])));
    pair_free(pair);
}

static void layout__after_many_misses__is_tried_again_soon(void **state)
{
    (void)state;
    struct pair pair = pair_new();
    (void)read_both(pair.fast, pair.plain, str(first_line));
    for (unsigned i = 0; i < 1000; i++)
        assert_false(read_both(pair.fast, pair.plain, str("{\"stream\":\"x\"}")));
    unsigned tries = 1;
    while (!read_both(pair.fast, pair.plain, str(first_line)))
        tries++;
    check_true(tries > 1 && tries <= 16);
    assert_true(read_both(pair.fast, pair.plain, str(first_line)));
    pair_free(pair);
}

/* Lines damaged at random: both readers must agree on all of them. */

enum { MUTANTS = 40000, ROOM = 4096 };

struct mutant {
    size_t len;
    char bytes[ROOM];
};

static void remove_bytes(struct mutant *mutant, size_t at, size_t count)
{
    count = count < mutant->len - at ? count : mutant->len - at;
    memmove(mutant->bytes + at, mutant->bytes + at + count, mutant->len - at - count);
    mutant->len -= count;
}

static void insert_bytes(struct mutant *mutant, size_t at, const char *bytes, size_t count)
{
    if (mutant->len + count > ROOM)
        return;
    memmove(mutant->bytes + at + count, mutant->bytes + at, mutant->len - at);
    memcpy(mutant->bytes + at, bytes, count);
    mutant->len += count;
}

static char likely_byte(struct kit_random *random)
{
    static const char likely[] = "\"\"\\{}[]:,, \t0123456789-+.eEZTzu\x7f\xc3\xa9\x80\xff\x1f\nabfnrtsIOUL";
    return likely[kit_below(random, sizeof likely)];
}

/* Values, most of them acceptable, so that many mutants get far. */
static void replace_run(struct mutant *mutant, struct kit_random *random)
{
    size_t at = kit_below(random, (uint32_t)mutant->len);
    for (size_t tries = 0; tries < mutant->len && (mutant->bytes[at] < '0' || mutant->bytes[at] > '9');
         tries++)
        at = (at + 1) % mutant->len;
    if (kit_below(random, 4) == 0)
        mutant->bytes[at] = "ABJKTZajz"[kit_below(random, 9)];
    else
        mutant->bytes[at] = (char)('0' + kit_below(random, 10));
}

static void duplicate_segment(struct mutant *mutant, struct kit_random *random)
{
    char segment[80];
    size_t from = kit_below(random, (uint32_t)mutant->len), count = 1 + kit_below(random, sizeof segment - 1);
    count = count < mutant->len - from ? count : mutant->len - from;
    memcpy(segment, mutant->bytes + from, count);
    insert_bytes(mutant, kit_below(random, 2) == 0 ? from : kit_below(random, (uint32_t)mutant->len), segment,
                 count);
}

static void mutate(struct mutant *mutant, struct kit_random *random)
{
    if (mutant->len == 0)
        return;
    size_t at = kit_below(random, (uint32_t)mutant->len);
    char byte = likely_byte(random);
    switch (kit_below(random, 7)) {
    case 0:
        mutant->bytes[at] = (char)(mutant->bytes[at] ^ (1 << kit_below(random, 8)));
        break;
    case 1:
        mutant->bytes[at] = byte;
        break;
    case 2:
        insert_bytes(mutant, at, &byte, 1);
        break;
    case 3:
        remove_bytes(mutant, at, 1 + kit_below(random, kit_below(random, 4) == 0 ? 40 : 1));
        break;
    case 4:
        duplicate_segment(mutant, random);
        break;
    default:
        replace_run(mutant, random);
        break;
    }
}

static void layout__damaged_lines__are_read_as_the_plain_reader_does(void **state)
{
    (void)state;
    struct kit_random random = {20240224};
    struct pair pair = pair_new();
    size_t fast = 0, valid = 0, refused = 0, key_invalid = 0, unreadable = 0;
    static struct mutant mutant;
    for (size_t i = 0; i < MUTANTS; i++) {
        const char *line = kit_lines[kit_below(&random, (uint32_t)kit_line_count)];
        mutant.len = strlen(line);
        memcpy(mutant.bytes, line, mutant.len);
        for (uint32_t n = kit_below(&random, 4); n > 0; n--)
            mutate(&mutant, &random);
        fast += read_both(pair.fast, pair.plain, (struct pv_str){mutant.bytes, mutant.len});
        valid += plain_record.envelope == PV_ENVELOPE_VALID && plain_record.decoded == PV_OK;
        refused += plain_record.envelope == PV_ENVELOPE_VALID && plain_record.decoded == PV_REFUSED;
        key_invalid += plain_record.envelope == PV_ENVELOPE_KEY_INVALID;
        unreadable += plain_record.envelope == PV_ENVELOPE_UNREADABLE;
    }
    pair_free(pair);
    print_message("%zu fast, %zu valid, %zu refused, %zu keys, %zu unreadable\n", fast, valid, refused,
                  key_invalid, unreadable);
    check_true(fast > MUTANTS / 5 && valid > fast && refused > MUTANTS / 20 && key_invalid > MUTANTS / 40 &&
               unreadable > MUTANTS / 10);
}

/* Any byte at any place of a line, which by then is compared as a whole: what is refused must be noticed. */
static void layout__any_byte_at_any_place__is_read_as_the_plain_reader_does(void **state)
{
    (void)state;
    static const size_t lines[] = {2, 22};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct pair pair = pair_new();
        char *line = copy_of((struct pv_str){kit_lines[lines[i]], strlen(kit_lines[lines[i]]) + 1});
        size_t fast = 0, len = strlen(line);
        for (unsigned round = 0; round < 3; round++)
            check_int(read_both(pair.fast, pair.plain, str(line)), round > 0);
        for (size_t at = 0; at < len; at++) {
            char was = line[at];
            for (unsigned byte = 0; byte < 256; byte++) {
                line[at] = (char)byte;
                fast += read_both(pair.fast, pair.plain, (struct pv_str){line, len});
            }
            line[at] = was;
            fast += read_both(pair.fast, pair.plain, (struct pv_str){line, len});
        }
        check_true(fast > 8 * len && fast < 32 * len);
        free(line);
        pair_free(pair);
    }
}

/* Bare events, as a store gives them */

static void layout__events_of_a_store__are_read_alike(void **state)
{
    (void)state;
    struct kit_random random = {4711};
    struct pair pair = pair_new();
    static struct mutant mutant;
    size_t accepted = 0;
    for (size_t i = 0; i < MUTANTS / 4; i++) {
        struct pv_recorded recorded =
            kit_read(str(kit_lines[kit_below(&random, (uint32_t)kit_line_count)]))->recorded;
        mutant.len = recorded.data.len;
        memcpy(mutant.bytes, recorded.data.ptr, mutant.len);
        for (uint32_t n = kit_below(&random, 3); n > 0; n--)
            mutate(&mutant, &random);
        if (kit_below(&random, 20) == 0)
            recorded.type = pv_event_spec((enum pv_event_type)kit_below(&random, PV_EVENT_TYPE_COUNT))->type;
        char *copy = copy_of((struct pv_str){mutant.bytes, mutant.len});
        recorded.data = (struct pv_str){copy, mutant.len};
        assert_int_equal(pv_record_reader_begin(pair.fast, mutant.len), PV_OK);
        assert_int_equal(pv_record_reader_begin(pair.plain, mutant.len), PV_OK);
        pv_record_read_recorded(pair.fast, &recorded, &fast_record);
        pv_record_read_recorded(pair.plain, &recorded, &plain_record);
        const char *difference = kit_difference(&fast_record, &plain_record);
        if (difference != NULL)
            fail_msg("%s differs for %.*s", difference, (int)mutant.len, mutant.bytes);
        accepted += plain_record.decoded == PV_OK;
        free(copy);
    }
    pair_free(pair);
    check_true(accepted > MUTANTS / 16 && accepted < MUTANTS / 5);
}

static bool read_event(struct pv_layouts *layouts, struct pv_str type, const char *data)
{
    char *copy = copy_of(str(data));
    bool read = pv_layouts_read_event(layouts, type, (struct pv_str){copy, strlen(data)}, &fast_record);
    free(copy);
    return read;
}

static void layout__an_event__is_fast_for_its_type_only(void **state)
{
    (void)state;
    static struct pv_event_text text;
    struct pv_names names;
    struct pv_layouts *layouts = pv_layouts_new();
    const char *data =
        "{\"id\":\"" ID "\",\"election_id\":\"" KIT_ELECTION "\",\"ballot_id\":\"" BALLOT "\"}";
    struct pv_str type = pv_event_spec(PV_EVENT_BALLOT_CAST)->type;
    pv_names_init(&names);
    pv_event_scan_text(str(data), &names, &text);
    assert_false(read_event(layouts, type, data));
    pv_layouts_learn(layouts, &(struct pv_learned){str(data), NULL, &text.members, PV_EVENT_BALLOT_CAST});
    assert_true(read_event(layouts, type, data));
    check_int(fast_record.event.type, PV_EVENT_BALLOT_CAST);
    assert_false(read_event(layouts, pv_event_spec(PV_EVENT_BALLOT_CREATED)->type, data));
    assert_false(read_event(layouts, type, "{\"id\":\"" ID "\"}"));
    assert_false(read_event(layouts, type, ""));
    pv_layouts_free(layouts);
}

/* Shapes */

/* The layout of a bare event. */
static struct pv_layout *layout_of(enum pv_event_type type, const char *data)
{
    static struct pv_event_text text;
    struct pv_names names;
    struct pv_layout *layout = malloc(sizeof *layout);
    pv_names_init(&names);
    pv_event_scan_text(str(data), &names, &text);
    assert_true(pv_layout_cut(&(struct pv_learned){str(data), NULL, &text.members, type}, layout));
    return layout;
}

#define NAMED(name) "{\"id\":\"" ID "\",\"election_id\":\"" KIT_ELECTION "\",\"name\":\"" name "\"}"

static void shape__the_second_text_of_the_same_lengths__makes_one(void **state)
{
    (void)state;
    struct pv_layout *layout = layout_of(PV_EVENT_ELECTION_NAME_CHANGED, NAMED("a"));
    static const struct {
        const char *text;
        size_t len; /* of the shape, after it */
    } steps[] = {
        {NAMED("ab"), 0},
        {NAMED("abc"), 0},
        {NAMED("xyz"), sizeof NAMED("abc") - 1},
        {NAMED("abcd"), sizeof NAMED("abc") - 1},
        {NAMED("abc"), sizeof NAMED("abc") - 1},
        {NAMED("abcd"), sizeof NAMED("abc") - 1},
        {NAMED("wxyz"), sizeof NAMED("abcd") - 1},
    };
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        assert_non_null(pv_layout_walk(layout, str(steps[i].text)));
        check_int(layout->shape.len, steps[i].len);
    }
    free(layout);
}

static void shape__texts_of_its_length__fit_if_they_are_built_alike(void **state)
{
    (void)state;
    struct pv_layout *layout = layout_of(PV_EVENT_ELECTION_NAME_CHANGED, NAMED("a"));
    for (unsigned i = 0; i < 2; i++)
        assert_non_null(pv_layout_walk(layout, str(NAMED("abcd"))));
    const struct pv_form *form = pv_layout_fit(layout, str(NAMED("wxyz")));
    assert_non_null(form);
    check_int(form->reads[0].at,
              strlen("{\"id\":\"" ID "\",\"election_id\":\"" KIT_ELECTION "\",\"name\":\""));
    check_int(form->reads[0].len, 4);
    check_int(form->gap_at[1], strlen("{\"id\":\"" ID "\",\"election_id\":\""));
    static const char *const others[] = {
        NAMED("wxy\\"), NAMED("wx\"y"), NAMED("\x1fxyz"), NAMED("wx\xc3\xa9"),
        "{\"ie\":\"" ID "\",\"election_id\":\"" KIT_ELECTION "\",\"name\":\"abcd\"}"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        check_int(strlen(others[i]), layout->shape.len);
        assert_null(pv_layout_fit(layout, str(others[i])));
    }
    free(layout);
}

static void shape__longer_than_its_bound__is_not_made(void **state)
{
    (void)state;
    char data[2 * PV_SHAPE_CHUNKS * PV_CHUNK];
    for (int len = PV_SHAPE_CHUNKS * PV_CHUNK - 1; len <= PV_SHAPE_CHUNKS * PV_CHUNK + 1; len++) {
        struct pv_layout *layout = layout_of(PV_EVENT_ELECTION_NAME_CHANGED, NAMED("a"));
        (void)snprintf(data, sizeof data, NAMED("%0*d"), len - (int)strlen(NAMED("")), 1);
        assert_non_null(pv_layout_walk(layout, str(data)));
        assert_non_null(pv_layout_walk(layout, str(data)));
        check_int(layout->shape.len, len <= PV_SHAPE_CHUNKS * PV_CHUNK ? len : 0);
        free(layout);
    }
}

/* ULIDs */

static void check_ulid(const char *text)
{
    struct pv_bits128 fast = {1, 2}, plain = {1, 2};
    bool accepted = pv_ulid_decode(text, &fast);
    enum pv_code code = pv_ulid_parse((struct pv_str){text, PV_ULID_LEN}, &plain);
    if (accepted != (code == PV_CODE_NONE) || (accepted && !pv_bits128_equal(fast, plain)))
        fail_msg("%.26s", text);
}

static void ulid__each_byte_at_each_place__is_decoded_as_the_core_does(void **state)
{
    (void)state;
    for (size_t at = 0; at < PV_ULID_LEN; at++)
        for (unsigned byte = 0; byte < 256; byte++) {
            char zeros[] = "00000000000000000000000000", text[] = "5ZYXWVTSRQPNMKJHGFEDCBA987";
            zeros[at] = text[at] = (char)byte;
            check_ulid(zeros);
            check_ulid(text);
        }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(layout__other_values__are_read_fast),
    cmocka_unit_test(layout__what_does_not_fit__is_read_plainly),
    cmocka_unit_test(layout__a_value_like_the_last__is_the_last),
    cmocka_unit_test(layout__the_first_values__are_true),
    cmocka_unit_test(layout__each_line_of_the_kit__is_fast_at_the_second_time),
    cmocka_unit_test(layout__a_run_that_ends_at_the_sixteenth_byte__is_the_shortest),
    cmocka_unit_test(layout__longer_than_its_bounds__is_not_learned),
    cmocka_unit_test(layout__more_parts_than_its_bounds__is_not_learned),
    cmocka_unit_test(layout__more_integers_than_its_bound__is_not_learned),
    cmocka_unit_test(layout__more_than_the_set_holds__the_frequent_stay),
    cmocka_unit_test(layout__a_value_that_never_fits__does_not_push_out_others),
    cmocka_unit_test(layout__after_many_misses__is_tried_again_soon),
    cmocka_unit_test(layout__damaged_lines__are_read_as_the_plain_reader_does),
    cmocka_unit_test(layout__any_byte_at_any_place__is_read_as_the_plain_reader_does),
    cmocka_unit_test(layout__events_of_a_store__are_read_alike),
    cmocka_unit_test(layout__an_event__is_fast_for_its_type_only),
    cmocka_unit_test(shape__the_second_text_of_the_same_lengths__makes_one),
    cmocka_unit_test(shape__texts_of_its_length__fit_if_they_are_built_alike),
    cmocka_unit_test(shape__longer_than_its_bound__is_not_made),
    cmocka_unit_test(ulid__each_byte_at_each_place__is_decoded_as_the_core_does),
};
CHECK_MAIN(tests, 20)
