#include "pull.h"

#include "same.h"
#include "stage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { NOTHING = -1 };

/* How much of a stream the destination has. */
struct progress {
    struct pv_election_id id;
    uint64_t there;      /* records in the destination */
    int64_t last_there;  /* the number of the last of them */
    uint64_t there_hash; /* over all of them */
    uint64_t met;        /* records met in the source */
    uint64_t met_hash;   /* over as many of them as the destination has */
    int64_t last_met;    /* into a store: the number of the last one */
};

struct pull {
    const struct pv_audit *audit;
    const char *dest;       /* into lines: what they are called */
    struct pv_stage *stage; /* NULL: into lines */
    struct progress *streams;
    uint32_t stream_count, stream_capacity;
    struct pv_map map;
    struct pv_pull_count *count;
    uint64_t findings;
    bool met_election;
};

static enum pv_verdict no_memory(struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory while copying");
    return PV_VERDICT_FAULT;
}

/* The entry of a stream, made when it is new; NULL when out of memory. */
static struct progress *stream_of(struct pull *pull, struct pv_election_id id)
{
    uint32_t hash = pv_hash_bits128(pull->audit->seed, id.bits), item;
    for (uint32_t at = pv_map_first(&pull->map, hash); pv_map_next(&pull->map, hash, &at, &item);) {
        if (pv_bits128_equal(pull->streams[item].id.bits, id.bits))
            return &pull->streams[item];
    }
    if (pull->stream_count == pull->stream_capacity) {
        uint32_t capacity = pull->stream_capacity * 2 + 16;
        struct progress *streams = realloc(pull->streams, capacity * sizeof *streams);
        if (streams == NULL)
            return NULL;
        pull->streams = streams;
        pull->stream_capacity = capacity;
    }
    if (pv_map_reserve(&pull->map) != PV_OK)
        return NULL;
    pv_map_insert(&pull->map, hash, pull->stream_count);
    pull->streams[pull->stream_count] =
        (struct progress){.id = id, .last_there = NOTHING, .last_met = NOTHING};
    return &pull->streams[pull->stream_count++];
}

/* Whether the data can stand in a line as they are; else they stand there as null (F5). */
static bool is_object(const struct pv_record *record)
{
    return record->decoded == PV_OK || record->why.code != PV_JSON_INVALID;
}

/* The hash over one record more, as its line has it. */
static uint64_t hash_line(const struct pull *pull, const struct pv_record *record, uint64_t hash)
{
    struct pv_recorded line = record->recorded;
    if (!is_object(record))
        line.data = PV_STR("null");
    return pv_recorded_hash(&line, pull->audit->seed, hash);
}

/* A pv_batch_fn over what the destination has already. */
static enum pv_verdict take_existing(void *context, const struct pv_raw *raws,
                                     const struct pv_record *records, size_t count, struct pv_fault *fault)
{
    struct pull *pull = context;
    (void)raws;
    for (size_t i = 0; i < count; i++) {
        if (records[i].envelope != PV_ENVELOPE_VALID) {
            pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                         "cannot go on with '%s': its line %" PRIu64
                         " is no record; move it away and pull again",
                         pull->dest, records[i].line);
            return PV_VERDICT_FAULT;
        }
        struct progress *stream = stream_of(pull, records[i].election_id);
        if (stream == NULL)
            return no_memory(fault);
        stream->there++;
        stream->last_there = records[i].number;
        stream->there_hash = hash_line(pull, &records[i], stream->there_hash);
    }
    return PV_VERDICT_NEXT;
}

/* What is told is not copied. */
static void report(struct pull *pull, const struct pv_record *record, const struct pv_refusal *why)
{
    pull->findings++;
    pull->audit->on_finding(pull->audit->context,
                            &(struct pv_finding){
                                .stream = record->has_election ? record->stream : (struct pv_str){NULL, 0},
                                .number = record->has_number ? record->number : NOTHING,
                                .line = record->line,
                                .why = why,
                            });
}

/* Whether --election leaves a record out. A line whose stream cannot be read is never left out (F5). */
static bool is_left_out(struct pull *pull, const struct pv_record *record)
{
    if (!pull->audit->one_election || !record->has_stream)
        return false;
    bool is_it =
        record->has_election && pv_bits128_equal(record->election_id.bits, pull->audit->election.bits);
    pull->met_election |= is_it;
    return !is_it;
}

static int count_bytes(void *context, const char *bytes, size_t len)
{
    size_t *count = context;
    (void)bytes;
    *count += len;
    return 0;
}

/* Whether it can be read again as a line (F1): what a store has may be longer than a line can be, and base64
   is longer than the bytes. */
static bool fits_line(const struct pv_recorded *recorded)
{
    struct pv_out out;
    size_t len = 0;
    /* At most so much of it becomes two bytes or, escaped, six for one. */
    if (recorded->data.len + recorded->metadata.len + 3 * (recorded->type.len + recorded->id.len) <
        PV_LINE_MAX / 2 - 256)
        return true;
    pv_out_init(&out, count_bytes, &len);
    pv_print_record(&out, recorded);
    return pv_out_flush(&out) && len <= PV_LINE_MAX + 1; /* with its LF */
}

static bool print_line(struct pull *pull, const struct pv_raw *raw, const struct pv_record *record,
                       struct pv_fault *fault)
{
    struct pv_out *out = pull->audit->out;
    bool is_null = pv_str_equal(record->recorded.data, PV_STR("null"));
    if (raw->form == PV_RAW_LINE && (is_object(record) || is_null)) {
        pv_out_str(out, raw->text);
        pv_out_char(out, '\n');
        return true;
    }
    if (fits_line(&record->recorded)) {
        pv_print_record(out, &record->recorded);
        return true;
    }
    pv_fault_set(fault, PV_FAULT_KIND_TOO_LARGE,
                 "cannot copy to '%s': number %" PRId64
                 " of %.*s would be a line of more than %d bytes there; pull to sqlite:PATH",
                 pull->dest, record->number, (int)record->stream.len, record->stream.ptr, (int)PV_LINE_MAX);
    return false;
}

/* Passes over what the destination has; the last of it tells whether it was the same. */
static enum pv_verdict pass_over(struct pull *pull, struct progress *stream, const struct pv_record *record,
                                 struct pv_fault *fault)
{
    pull->count->skipped++;
    stream->met_hash = hash_line(pull, record, stream->met_hash);
    if (stream->met < stream->there || stream->met_hash == stream->there_hash)
        return PV_VERDICT_NEXT;
    pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                 "cannot go on with '%s': its %" PRIu64 " records of %.*s, up to number %" PRId64
                 ", are not the first %" PRIu64 " of the source; pull into a new file",
                 pull->dest, stream->there, (int)record->stream.len, record->stream.ptr, stream->last_there,
                 stream->there);
    return PV_VERDICT_FAULT;
}

static enum pv_verdict copy_line(struct pull *pull, const struct pv_raw *raw, const struct pv_record *record,
                                 struct pv_fault *fault)
{
    struct progress *stream = stream_of(pull, record->election_id);
    if (stream == NULL)
        return no_memory(fault);
    if (++stream->met <= stream->there)
        return pass_over(pull, stream, record, fault);
    if (!print_line(pull, raw, record, fault))
        return PV_VERDICT_FAULT;
    pull->count->copied++;
    return pull->audit->out->failed ? PV_VERDICT_END : PV_VERDICT_NEXT;
}

/* A stream of which the source has less than the destination was never compared. */
static enum pv_verdict check_lengths(const struct pull *pull, struct pv_fault *fault)
{
    for (uint32_t i = 0; i < pull->stream_count; i++) {
        const struct progress *stream = &pull->streams[i];
        if (stream->met == 0 || stream->met >= stream->there)
            continue;
        char text[PV_STREAM_LEN];
        pv_stream_format(stream->id, text);
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                     "the source has %" PRIu64 " record%s of %.*s, and '%s' has %" PRIu64
                     " already: an older or shortened source",
                     stream->met, stream->met == 1 ? "" : "s", (int)sizeof text, text, pull->dest,
                     stream->there);
        return PV_VERDICT_FAULT;
    }
    return PV_VERDICT_NEXT;
}

static enum pv_verdict take_for_lines(void *context, const struct pv_raw *raws,
                                      const struct pv_record *records, size_t count, struct pv_fault *fault)
{
    struct pull *pull = context;
    enum pv_verdict verdict = PV_VERDICT_NEXT;
    for (size_t i = 0; i < count && verdict == PV_VERDICT_NEXT; i++) {
        if (is_left_out(pull, &records[i]))
            continue;
        if (records[i].envelope != PV_ENVELOPE_VALID)
            report(pull, &records[i], &records[i].why);
        else
            verdict = copy_line(pull, &raws[i], &records[i], fault);
    }
    return verdict;
}

/* A store has each number once, in order: what repeats or goes back in the source has no place there. */
static void report_order(struct pull *pull, const struct pv_record *record, int64_t last)
{
    char text[80];
    struct pv_refusal why;
    int len = snprintf(text, sizeof text, "%" PRId64 " after %" PRId64, record->number, last);
    (void)pv_refuse(&why, PV_STREAM_ORDER, (struct pv_str){text, (size_t)len});
    report(pull, record, &why);
}

static enum pv_verdict copy_record(struct pull *pull, const struct pv_record *record, struct pv_fault *fault)
{
    struct progress *stream = stream_of(pull, record->election_id);
    if (stream == NULL)
        return no_memory(fault);
    if (record->number <= stream->last_met) {
        report_order(pull, record, stream->last_met);
        return PV_VERDICT_NEXT;
    }
    stream->last_met = record->number;
    if (pv_stage_add(pull->stage, &record->recorded, fault) != PV_STORE_OK)
        return PV_VERDICT_FAULT;
    pull->count->copied++;
    return PV_VERDICT_NEXT;
}

static enum pv_verdict take_for_store(void *context, const struct pv_raw *raws,
                                      const struct pv_record *records, size_t count, struct pv_fault *fault)
{
    struct pull *pull = context;
    enum pv_verdict verdict = PV_VERDICT_NEXT;
    (void)raws;
    for (size_t i = 0; i < count && verdict == PV_VERDICT_NEXT; i++) {
        if (is_left_out(pull, &records[i]))
            continue;
        if (records[i].envelope != PV_ENVELOPE_VALID)
            report(pull, &records[i], &records[i].why);
        else
            verdict = copy_record(pull, &records[i], fault);
    }
    return verdict;
}

static enum pv_outcome outcome_of(const struct pull *pull, enum pv_verdict verdict, struct pv_fault *fault)
{
    if (verdict == PV_VERDICT_FAULT)
        return PV_OUTCOME_FAILED;
    if (pull->audit->one_election && !pull->met_election) {
        char text[PV_STREAM_LEN];
        pv_stream_format(pull->audit->election, text);
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED, "no record of %.*s in the source", (int)sizeof text, text);
        return PV_OUTCOME_FAILED;
    }
    return pull->findings > 0 ? PV_OUTCOME_FOUND : PV_OUTCOME_CLEAN;
}

static enum pv_outcome run_pull(struct pull *pull, struct pv_event_source *existing, pv_batch_fn *take,
                                struct pv_fault *fault)
{
    const struct pv_audit *audit = pull->audit;
    *pull->count = (struct pv_pull_count){0, 0};
    enum pv_verdict verdict = PV_VERDICT_NEXT;
    if (existing != NULL)
        verdict = pv_pass(existing, audit->watch, !audit->plain, take_existing, pull, fault);
    if (verdict == PV_VERDICT_NEXT)
        verdict = pv_pass(audit->source, audit->watch, !audit->plain, take, pull, fault);
    if (verdict == PV_VERDICT_NEXT)
        verdict = check_lengths(pull, fault);
    free(pull->streams);
    pv_map_deinit(&pull->map);
    return outcome_of(pull, verdict, fault);
}

enum pv_outcome pv_pull_to_lines(const struct pv_audit *audit, struct pv_event_source *existing,
                                 const char *dest, struct pv_pull_count *count, struct pv_fault *fault)
{
    struct pull pull = {.audit = audit, .dest = dest, .count = count};
    return run_pull(&pull, existing, take_for_lines, fault);
}

/* The records read before a fault, an interrupt among them, are whole: they are kept. */
static enum pv_outcome finish_stage(struct pull *pull, enum pv_outcome outcome, struct pv_fault *fault)
{
    struct pv_fault later;
    if (outcome == PV_OUTCOME_FAILED) {
        bool ignored = pv_stage_flush(pull->stage, &later) == PV_STORE_OK;
        (void)ignored;
        return outcome;
    }
    return pv_stage_flush(pull->stage, fault) == PV_STORE_OK ? outcome : PV_OUTCOME_FAILED;
}

enum pv_outcome pv_pull_to_store(const struct pv_audit *audit, struct pv_event_store *store,
                                 struct pv_pull_count *count, struct pv_fault *fault)
{
    struct pull pull = {.audit = audit, .count = count, .stage = pv_stage_new(store)};
    if (pull.stage == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory");
        return PV_OUTCOME_FAILED;
    }
    enum pv_outcome outcome = finish_stage(&pull, run_pull(&pull, NULL, take_for_store, fault), fault);
    pv_stage_free(pull.stage);
    return outcome;
}
