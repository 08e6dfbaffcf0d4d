/* Records in streams, read in any batches. */
#include "case.h"
#include "judge.h"
#include "properties.h"
#include "records.h"

#include <stdlib.h>
#include <string.h>

/* ---- the lines of a case ---- */

enum { LINES_MAX = 600 };

struct lines {
    char *text[LINES_MAX]; /* blocks of exactly their size */
    size_t len[LINES_MAX];
    size_t count;
};

static void keep_line(struct lines *lines, const struct buf *text)
{
    char *copy = malloc(text->len > 0 ? text->len : 1);
    if (copy == NULL)
        abort();
    if (text->len > 0)
        memcpy(copy, text->bytes, text->len);
    lines->text[lines->count] = copy;
    lines->len[lines->count++] = text->len;
}

static void free_lines(struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->text[i]);
    lines->count = 0;
}

/* ---- a record as text, to compare ---- */

static void put_str(struct buf *out, const char *name, struct pv_str text)
{
    buf_format(out, " %s=%s", name, text.ptr == NULL ? "-" : "");
    buf_add(out, text.ptr, text.len);
}

static void put_why(struct buf *out, const struct pv_refusal *why)
{
    char message[PV_MESSAGE_MAX];
    size_t len = pv_refusal_message(why, message);
    buf_format(out, " %s of %d: ", pv_code_name(why->code), (int)why->field);
    buf_add(out, message, len);
}

static void put_recorded(struct buf *out, const struct pv_recorded *recorded)
{
    buf_format(out, " [%lld %lld", (long long)recorded->number, (long long)recorded->position);
    put_str(out, "stream", recorded->stream);
    put_str(out, "type", recorded->type);
    put_str(out, "data", recorded->data);
    put_str(out, "id", recorded->id);
    put_str(out, "created", recorded->created);
    put_str(out, "metadata", recorded->metadata);
    buf_str(out, "]");
}

static void put_event(struct buf *out, const struct pv_record *record)
{
    if (record->decoded == PV_OK)
        print_event(&record->event, out);
    else
        put_why(out, &record->why);
}

static void put_record(struct buf *out, const struct pv_record *record)
{
    buf_format(out, "%llu %d", (unsigned long long)record->line, (int)record->envelope);
    if (record->envelope == PV_ENVELOPE_UNREADABLE) {
        put_why(out, &record->why);
        return;
    }
    buf_format(out, " %d%d%d%d%d", record->has_stream, record->has_number, record->has_election,
               record->has_created, record->lacks_created);
    if (record->has_stream)
        put_str(out, "stream", record->stream);
    if (record->has_election)
        buf_format(out, " %llx:%llx", (unsigned long long)record->election_id.bits.hi,
                   (unsigned long long)record->election_id.bits.lo);
    if (record->has_number)
        buf_format(out, " %lld", (long long)record->number);
    if (record->has_created)
        buf_format(out, " at %lld", (long long)record->created.us);
    if (record->envelope == PV_ENVELOPE_KEY_INVALID) {
        put_why(out, &record->why);
        return;
    }
    buf_format(out, " position %lld", (long long)record->position);
    put_recorded(out, &record->recorded);
    put_event(out, record);
}

/* ---- reading in batches ---- */

struct reading {
    bool layouts, recorded, prefetch;
    size_t batch;           /* lines; 0: drawn each time */
    struct pv_judge *judge; /* NULL: only read */
    struct buf records;     /* what was read, a line each */
};

/* A valid record read again as a store gives it: its event must be the same. */
static int read_as_recorded(struct gen *g, struct pv_record_reader *reader, const struct pv_record *record)
{
    struct pv_record again;
    struct buf first = {0}, second = {0};
    int failed = 0;
    pv_record_read_recorded(reader, &record->recorded, &again);
    put_event(&first, record);
    if (again.envelope == PV_ENVELOPE_VALID)
        put_event(&second, &again);
    if (!buf_equal(&first, &second))
        failed = differ(g, "an event from a line and from a store", &first, &second);
    buf_free(&first);
    buf_free(&second);
    return failed;
}

static int judge_batch(struct gen *g, const struct reading *how, const struct pv_record *records,
                       size_t count)
{
    struct pv_fault fault = {.text = ""};
    for (int step = 0; step < 2 && how->prefetch; step++)
        for (size_t i = 0; i < count; i++)
            pv_judge_prefetch(how->judge, &records[i], step);
    for (size_t i = 0; i < count; i++)
        if (pv_judge_record(how->judge, &records[i], &fault) != PV_VERDICT_NEXT)
            return gen_fail(g, "the judge stops at line %llu: %s", (unsigned long long)records[i].line,
                            fault.text);
    return 0;
}

static int read_batch(struct gen *g, const struct lines *lines, size_t from, size_t count,
                      struct reading *how, struct pv_record_reader *reader)
{
    static struct pv_record records[LINES_MAX];
    size_t bytes = 0;
    int failed = 0;
    for (size_t i = from; i < from + count; i++)
        bytes += lines->len[i] * (how->recorded ? 2 : 1); /* read twice */
    if (pv_record_reader_begin(reader, bytes) != PV_OK)
        return gen_fail(g, "a batch cannot begin");
    for (size_t i = 0; i < count; i++)
        pv_record_read_line(reader, (struct pv_str){lines->text[from + i], lines->len[from + i]},
                            from + i + 1, &records[i]);
    for (size_t i = 0; i < count; i++) { /* after the last was read, the first must still be there */
        put_record(&how->records, &records[i]);
        buf_str(&how->records, "\n");
        if (how->recorded && records[i].envelope == PV_ENVELOPE_VALID)
            failed = failed || read_as_recorded(g, reader, &records[i]);
    }
    gen_count(g, COUNT_BATCHES);
    if (failed == 0 && how->judge != NULL)
        failed = judge_batch(g, how, records, count);
    return failed;
}

static int read_lines(struct gen *g, const struct lines *lines, struct reading *how)
{
    struct pv_record_reader *reader = pv_record_reader_new(how->layouts);
    int failed = 0;
    if (reader == NULL)
        abort();
    for (size_t at = 0; failed == 0 && at < lines->count;) {
        size_t count = how->batch > 0 ? how->batch : 1 + gen_draw(g, 40);
        if (count > lines->count - at)
            count = lines->count - at;
        failed = read_batch(g, lines, at, count, how, reader);
        at += count;
    }
    pv_record_reader_free(reader);
    return failed;
}

/* ---- the judge's results ---- */

static void ignore(void *context, const struct pv_finding *finding)
{
    (void)context;
    (void)finding;
}

static struct pv_judge *new_judge(struct gen *g)
{
    struct pv_judge_options options = {.goes_on = true,
                                       .finds_duplicates = true,
                                       .paranoid = true,
                                       .seed = draw_seed(g),
                                       .on_finding = ignore};
    struct pv_judge *judge = pv_judge_new(&options);
    if (judge == NULL)
        abort();
    return judge;
}

/* Stream, version and hash of each election, in the order of appearance. */
static void put_hashes(const struct pv_judge *judge, struct buf *out)
{
    for (size_t i = 0; i < pv_judge_stream_count(judge); i++) {
        const struct pv_election *election = &pv_judge_stream(judge, i)->election;
        char hash[PV_HASH_LEN], stream[PV_STREAM_LEN];
        pv_stream_format(pv_judge_stream(judge, i)->id, stream);
        buf_format(out, "%.*s %lld ", PV_STREAM_LEN, stream, (long long)election->version);
        if (election->version >= 0 && pv_document_hash(election, hash) == PV_OK)
            buf_add(out, hash, PV_HASH_LEN);
        buf_str(out, "\n");
    }
}

/* ---- any split gives the same ---- */

static int read_and_hash(struct gen *g, const struct lines *lines, struct reading *how, struct buf *hashes)
{
    how->judge = new_judge(g);
    int failed = read_lines(g, lines, how);
    put_hashes(how->judge, hashes);
    pv_judge_free(how->judge);
    return failed;
}

static int same_by_all_ways(struct gen *g, const struct lines *lines)
{
    struct reading ways[] = {
        {.batch = LINES_MAX},
        {.batch = 1, .recorded = true},
        {.layouts = true, .prefetch = true},
        {.layouts = true, .batch = LINES_MAX},
        {.prefetch = true},
    };
    enum { WAYS = sizeof ways / sizeof ways[0] };
    struct buf hashes[WAYS] = {0};
    int failed = 0;
    for (size_t i = 0; failed == 0 && i < WAYS; i++) {
        failed = read_and_hash(g, lines, &ways[i], &hashes[i]);
        if (failed == 0 && !buf_equal(&ways[0].records, &ways[i].records))
            failed = differ(g, "records read in one batch and in others", &ways[0].records, &ways[i].records);
        if (failed == 0 && !buf_equal(&hashes[0], &hashes[i]))
            failed = differ(g, "hashes after one batch and after others", &hashes[0], &hashes[i]);
    }
    for (size_t i = 0; i < WAYS; i++) {
        buf_free(&ways[i].records);
        buf_free(&hashes[i]);
    }
    return failed;
}

/* Some bytes changed, left out or put in, whatever comes of it; but a line stays a line. */
static void mutate(struct gen *g, struct buf *text)
{
    static const char bytes[] = "\"\\{}[]:,0-1eEunT \t\r\x01\x7F\xC3\xA9\xED\xA0\xFF";
    for (uint32_t times = 1 + gen_draw(g, 3); times > 0 && text->len > 0; times--) {
        size_t at = gen_draw(g, (uint32_t)text->len);
        char byte = bytes[gen_draw(g, sizeof bytes - 1)];
        switch (gen_draw(g, 4)) {
        case 0:
            text->bytes[at] = byte;
            break;
        case 1:
            memmove(text->bytes + at, text->bytes + at + 1, text->len - at - 1);
            text->len--;
            break;
        case 2: /* twice */
            buf_add(text, &byte, 1);
            memmove(text->bytes + at + 1, text->bytes + at, text->len - at - 1);
            break;
        default:
            text->len = at;
            break;
        }
    }
}

int prop_batches_agree(struct gen *g)
{
    static struct lines lines;
    struct records records;
    records_init(&records, g);
    while (lines.count < LINES_MAX && records_next(&records)) {
        if (gen_draw(g, 16) == 15)
            mutate(g, &records.text);
        keep_line(&lines, &records.text);
    }
    int failed = same_by_all_ways(g, &lines);
    free_lines(&lines);
    records_deinit(&records);
    return failed;
}
