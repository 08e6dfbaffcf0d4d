/* What the reader and the judge say of a line is what F1 says. */
#include "case.h"
#include "judge.h"
#include "properties.h"
#include "records.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 600 };

struct judging {
    struct records *records;
    size_t found;
    int failed;
};

static bool same_number(struct pv_str expected, int64_t number)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%lld", (long long)number);
    return expected.ptr == NULL
               ? number < 0
               : expected.len == (size_t)len && memcmp(expected.ptr, text, expected.len) == 0;
}

static void on_finding(void *context, const struct pv_finding *finding)
{
    struct judging *j = context;
    const struct records *r = j->records;
    if (j->found >= r->finding_count) {
        j->failed = gen_fail(r->g, "a finding too many: %s", pv_code_name(finding->why->code));
        return;
    }
    const struct record_finding *expected = &r->findings[j->found++];
    bool stream = expected->stream.ptr == NULL
                      ? finding->stream.ptr == NULL
                      : finding->stream.ptr != NULL && pv_str_equal(finding->stream, expected->stream);
    if (finding->why->code != expected->code || finding->why->field != expected->field || !stream ||
        !same_number(expected->number, finding->number))
        j->failed = gen_fail(r->g, "finding %zu is %s of field %d, number %lld; F1 says %s of field %d",
                             j->found, pv_code_name(finding->why->code), (int)finding->why->field,
                             (long long)finding->number, pv_code_name(expected->code), (int)expected->field);
}

static int same_envelope(struct records *r, const struct pv_record *record)
{
    enum pv_envelope expected = r->unreadable               ? PV_ENVELOPE_UNREADABLE
                                : r->bad_key != PV_KEY_NONE ? PV_ENVELOPE_KEY_INVALID
                                                            : PV_ENVELOPE_VALID;
    if (record->envelope != expected)
        return gen_fail(r->g, "the envelope is %d, not %d", record->envelope, expected);
    if (expected == PV_ENVELOPE_UNREADABLE)
        return 0;
    if (record->has_stream != r->has_stream || record->has_election != r->has_election ||
        record->has_number != r->has_number)
        return gen_fail(r->g, "can be read: stream %d, election %d, number %d; F1 says %d, %d, %d",
                        record->has_stream, record->has_election, record->has_number, r->has_stream,
                        r->has_election, r->has_number);
    if (expected == PV_ENVELOPE_KEY_INVALID)
        return record->why.code == PV_RECORD_INVALID && record->why.field == r->bad_key
                   ? 0
                   : gen_fail(r->g, "the bad key is %d, not %d", (int)record->why.field, (int)r->bad_key);
    enum pv_code code = record->decoded == PV_OK ? PV_CODE_NONE : record->why.code;
    return code == r->decoded.code
               ? 0
               : gen_fail(r->g, "the event is %d, not %d", (int)code, (int)r->decoded.code);
}

static int judge_line(struct judging *j, struct pv_record_reader *reader, struct pv_judge *judge,
                      uint64_t line)
{
    struct records *r = j->records;
    char *text = malloc(r->text.len > 0 ? r->text.len : 1); /* a block of exactly its size */
    struct pv_record record;
    struct pv_fault fault = {.text = ""};
    if (text == NULL || pv_record_reader_begin(reader, r->text.len) != PV_OK)
        abort();
    memcpy(text, r->text.bytes, r->text.len);
    pv_record_read_line(reader, (struct pv_str){text, r->text.len}, line, &record);
    int failed = same_envelope(r, &record);
    j->found = 0;
    if (failed == 0 && pv_judge_record(judge, &record, &fault) != PV_VERDICT_NEXT)
        failed = gen_fail(r->g, "the judge stops: %s", fault.text);
    failed = failed || j->failed;
    if (failed == 0 && j->found != r->finding_count)
        failed = gen_fail(r->g, "%zu findings, F1 says %zu", j->found, r->finding_count);
    free(text);
    return failed;
}

/* The elections that came of it, in the order of appearance. */
static int same_elections(struct records *r, const struct pv_judge *judge)
{
    int failed = 0;
    if (pv_judge_stream_count(judge) != r->appeared_count)
        return gen_fail(r->g, "%zu streams appeared, not %zu", pv_judge_stream_count(judge),
                        r->appeared_count);
    for (size_t i = 0; failed == 0 && i < r->appeared_count; i++) {
        const struct pv_election *election = &pv_judge_stream(judge, i)->election;
        const struct model *model = &r->streams[r->appeared[i]].model;
        struct buf core = {0}, expected = {0};
        if (election->version >= 0)
            print_document(election, &core);
        if (model->count > 0)
            model_document(model, &expected);
        if (!buf_equal(&core, &expected))
            failed = differ(r->g, "documents of a stream", &core, &expected);
        buf_free(&core);
        buf_free(&expected);
    }
    return failed;
}

int prop_records_are_judged(struct gen *g)
{
    struct records records;
    struct judging judging = {.records = &records};
    struct pv_record_reader *reader = pv_record_reader_new(gen_draw(g, 2) == 1);
    struct pv_judge_options options = {.goes_on = true,
                                       .finds_duplicates = true,
                                       .seed = draw_seed(g),
                                       .on_finding = on_finding,
                                       .context = &judging};
    struct pv_judge *judge = pv_judge_new(&options);
    int failed = 0;
    if (reader == NULL || judge == NULL)
        abort();
    records_init(&records, g);
    for (uint64_t line = 1; failed == 0 && line <= LINES_MAX && records_next(&records); line++)
        failed = judge_line(&judging, reader, judge, line);
    failed = failed || same_elections(&records, judge);
    pv_judge_free(judge);
    pv_record_reader_free(reader);
    records_deinit(&records);
    return failed;
}
