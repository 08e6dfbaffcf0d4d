#include "judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pv_judge {
    struct pv_judge_options options;
    struct pv_judged **streams; /* in the order in which they were first named */
    uint32_t stream_count, stream_capacity;
    struct pv_judged **appeared; /* in the order in which they appeared (F5); as many as streams at most */
    uint32_t appeared_count;
    struct pv_map map;
    struct pv_judged *last; /* most sources have one stream, or runs of one */
    uint64_t findings, records;
    bool met_election;
};

struct pv_judge *pv_judge_new(const struct pv_judge_options *options)
{
    struct pv_judge *judge = calloc(1, sizeof *judge);
    if (judge != NULL)
        judge->options = *options;
    return judge;
}

void pv_judge_free(struct pv_judge *judge)
{
    if (judge == NULL)
        return;
    for (uint32_t i = 0; i < judge->stream_count; i++) {
        pv_election_deinit(&judge->streams[i]->election);
        pv_id_set_deinit(&judge->streams[i]->ids);
        free(judge->streams[i]);
    }
    free(judge->streams);
    free(judge->appeared);
    pv_map_deinit(&judge->map);
    free(judge);
}

static enum pv_verdict out_of_memory(struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory while replaying");
    return PV_VERDICT_FAULT;
}

/* Streams */

static struct pv_judged *find_stream(const struct pv_judge *judge, struct pv_election_id id)
{
    if (judge->last != NULL && pv_bits128_equal(judge->last->id.bits, id.bits))
        return judge->last;
    uint32_t hash = pv_hash_bits128(judge->options.seed, id.bits), item;
    for (uint32_t at = pv_map_first(&judge->map, hash); pv_map_next(&judge->map, hash, &at, &item);) {
        if (pv_bits128_equal(judge->streams[item]->id.bits, id.bits))
            return judge->streams[item];
    }
    return NULL;
}

static bool make_room(struct pv_judge *judge)
{
    if (judge->stream_count < judge->stream_capacity)
        return true;
    uint32_t capacity = judge->stream_capacity * 2 + 8;
    struct pv_judged **streams = realloc(judge->streams, capacity * sizeof(struct pv_judged *));
    if (streams == NULL)
        return false;
    judge->streams = streams;
    struct pv_judged **appeared = realloc(judge->appeared, capacity * sizeof(struct pv_judged *));
    if (appeared == NULL)
        return false;
    judge->appeared = appeared;
    judge->stream_capacity = capacity;
    return true;
}

static struct pv_judged *add_stream(struct pv_judge *judge, struct pv_election_id id)
{
    if (!make_room(judge) || pv_map_reserve(&judge->map) != PV_OK)
        return NULL;
    struct pv_judged *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return NULL;
    stream->id = id;
    stream->last_number = -1;
    pv_election_init(&stream->election, judge->options.seed);
    pv_map_insert(&judge->map, pv_hash_bits128(judge->options.seed, id.bits), judge->stream_count);
    judge->streams[judge->stream_count++] = stream;
    return stream;
}

/* Findings */

static void report(struct pv_judge *judge, const struct pv_record *record, const struct pv_refusal *why)
{
    judge->findings++;
    struct pv_finding finding = {
        .stream = record->has_election ? record->stream : (struct pv_str){NULL, 0},
        .number = record->has_number ? record->number : -1,
        .line = record->line,
        .why = why,
    };
    judge->options.on_finding(judge->options.context, &finding);
}

/* A finding of a stream's record; it ends the stream's election unless the judge goes on. */
static void report_in(struct pv_judge *judge, struct pv_judged *stream, const struct pv_record *record,
                      const struct pv_refusal *why)
{
    report(judge, record, why);
    stream->ended = !judge->options.goes_on;
}

static void report_number(struct pv_judge *judge, struct pv_judged *stream, const struct pv_record *record,
                          enum pv_code code, uint64_t expected)
{
    char text[80];
    int len = snprintf(text, sizeof text, "%lld where %llu was expected", (long long)record->number,
                       (unsigned long long)expected);
    struct pv_refusal why;
    pv_refusal_set(&why, code, pv_code_field(code), (struct pv_str){text, (size_t)len});
    report_in(judge, stream, record, &why);
}

static void report_id(struct pv_judge *judge, struct pv_judged *stream, const struct pv_record *record,
                      enum pv_code code, struct pv_bits128 id)
{
    char text[PV_ULID_LEN];
    pv_ulid_format(id, text);
    struct pv_refusal why;
    pv_refusal_set(&why, code, pv_code_field(code), (struct pv_str){text, sizeof text});
    report_in(judge, stream, record, &why);
}

/* The steps of F1 */

/* Whether the stream has stopped, or stops before this record (F5, --at). */
static enum pv_verdict stops(const struct pv_judge *judge, struct pv_judged *stream,
                             const struct pv_record *record, struct pv_fault *fault)
{
    const struct pv_judge_options *options = &judge->options;
    if (stream->stopped || options->at == PV_AT_END)
        return PV_VERDICT_NEXT;
    if (options->at == PV_AT_NUMBER) {
        stream->stopped = record->has_number && record->number > options->at_number;
    } else if (record->lacks_created) {
        char text[PV_STREAM_LEN];
        pv_stream_format(stream->id, text);
        bool has_line = record->line > 0; /* a store has none */
        pv_fault_set(
            fault, PV_FAULT_KIND_DAMAGED,
            "%.*s has a record without `created` (%s %llu), so --at TIME cannot place it; use --at N",
            (int)sizeof text, text, has_line ? "line" : "event",
            (unsigned long long)(has_line ? record->line : (uint64_t)record->number));
        return PV_VERDICT_FAULT;
    } else {
        stream->stopped = record->has_created && record->created.us > options->at_time.us;
    }
    return PV_VERDICT_NEXT;
}

/* Step 3. False: the record is skipped, or the gap has ended the election. */
static bool take_number(struct pv_judge *judge, struct pv_judged *stream, const struct pv_record *record)
{
    uint64_t expected = stream->next, number = (uint64_t)record->number;
    if (number < expected) {
        report_number(judge, stream, record, PV_STREAM_ORDER, expected);
        return false;
    }
    stream->next = number + 1;
    if (number > expected)
        report_number(judge, stream, record, PV_STREAM_GAP, expected);
    return !stream->ended;
}

/* After every event if paranoid. */
static bool is_sound(const struct pv_judged *stream, struct pv_fault *fault)
{
    struct pv_violation violation;
    if (pv_election_ensure_valid_state(&stream->election, &violation))
        return true;
    char text[PV_STREAM_LEN];
    pv_stream_format(stream->id, text);
    pv_fault_set(
        fault, PV_FAULT_KIND_DAMAGED,
        "%.*s after number %lld: the state breaks rule D6.%d (%s, %s %u): a defect of the program, please "
        "report it",
        (int)sizeof text, text, (long long)stream->last_number, pv_rule_number(violation.rule),
        pv_rule_sentence(violation.rule), pv_part_name(violation.part), (unsigned)violation.position);
    return false;
}

/* Steps 7 and 8. */
static enum pv_verdict apply(struct pv_judge *judge, struct pv_judged *stream, const struct pv_record *record,
                             struct pv_fault *fault)
{
    struct pv_refusal why;
    switch (pv_election_when(&stream->election, &record->event, &why)) {
    case PV_OK:
        break;
    case PV_REFUSED:
        report_in(judge, stream, record, &why);
        return PV_VERDICT_NEXT;
    case PV_FAULT_MEMORY:
    case PV_FAULT_STATE:
        return out_of_memory(fault);
    }
    stream->last_number = record->number;
    if (judge->options.paranoid && !is_sound(stream, fault))
        return PV_VERDICT_FAULT;
    if (judge->options.on_applied != NULL &&
        !judge->options.on_applied(judge->options.context, &stream->election, &record->event, fault))
        return PV_VERDICT_FAULT;
    return PV_VERDICT_NEXT;
}

/* Steps 4 to 8, on a record whose envelope is valid. */
static enum pv_verdict judge_event(struct pv_judge *judge, struct pv_judged *stream,
                                   const struct pv_record *record, struct pv_fault *fault)
{
    if (record->decoded != PV_OK) {
        report_in(judge, stream, record, &record->why);
        return PV_VERDICT_NEXT;
    }
    const struct pv_event *event = &record->event;
    if (!pv_bits128_equal(event->u.election_id.bits, stream->id.bits)) {
        report_id(judge, stream, record, PV_STREAM_MISMATCH, event->u.election_id.bits);
        return PV_VERDICT_NEXT;
    }
    if (judge->options.finds_duplicates) {
        bool seen;
        if (pv_id_set_add(&stream->ids, judge->options.seed, event->id, &seen) != PV_OK)
            return out_of_memory(fault);
        if (seen)
            report_id(judge, stream, record, PV_EVENT_ID_DUPLICATE, event->id.bits);
        if (stream->ended)
            return PV_VERDICT_NEXT;
    }
    return apply(judge, stream, record, fault);
}

static enum pv_verdict judge_in_stream(struct pv_judge *judge, struct pv_judged *stream,
                                       const struct pv_record *record, struct pv_fault *fault)
{
    if (!record->has_number) {
        report_in(judge, stream, record, &record->why);
        return PV_VERDICT_NEXT;
    }
    if (!stream->appeared) {
        stream->appeared = true;
        judge->appeared[judge->appeared_count++] = stream;
    }
    enum pv_verdict verdict = PV_VERDICT_NEXT;
    if (take_number(judge, stream, record)) {
        if (record->envelope != PV_ENVELOPE_VALID)
            report_in(judge, stream, record, &record->why);
        else
            verdict = judge_event(judge, stream, record, fault);
    }
    if (judge->options.at == PV_AT_NUMBER && record->number == judge->options.at_number)
        stream->stopped = true;
    return verdict;
}

enum pv_verdict pv_judge_record(struct pv_judge *judge, const struct pv_record *record,
                                struct pv_fault *fault)
{
    judge->records++;
    if (record->envelope == PV_ENVELOPE_UNREADABLE || !record->has_stream) {
        report(judge, record, &record->why);
        return judge->options.goes_on ? PV_VERDICT_NEXT : PV_VERDICT_END;
    }
    if (!record->has_election) {
        /* Another stream's record: it ends nothing, and --election leaves it out. */
        if (!judge->options.one_election)
            report(judge, record, &record->why);
        return PV_VERDICT_NEXT;
    }
    if (judge->options.one_election) {
        if (!pv_bits128_equal(record->election_id.bits, judge->options.election.bits))
            return PV_VERDICT_NEXT;
        judge->met_election = true;
    }
    struct pv_judged *stream = find_stream(judge, record->election_id);
    if (stream == NULL)
        stream = add_stream(judge, record->election_id);
    if (stream == NULL)
        return out_of_memory(fault);
    judge->last = stream;
    if (stream->ended || stops(judge, stream, record, fault) == PV_VERDICT_FAULT)
        return stream->ended ? PV_VERDICT_NEXT : PV_VERDICT_FAULT;
    return stream->stopped ? PV_VERDICT_NEXT : judge_in_stream(judge, stream, record, fault);
}

void pv_judge_prefetch(const struct pv_judge *judge, const struct pv_record *record, int step)
{
    if (record->envelope != PV_ENVELOPE_VALID || record->decoded != PV_OK)
        return;
    struct pv_judged *stream = find_stream(judge, record->election_id);
    if (stream == NULL)
        return;
    if (step == 1) {
        pv_election_prefetch_parts(&stream->election, &record->event);
        return;
    }
    pv_election_prefetch_slots(&stream->election, &record->event);
    if (judge->options.finds_duplicates)
        pv_id_set_prefetch(&stream->ids, judge->options.seed, record->event.id);
}

bool pv_judge_finish(struct pv_judge *judge, struct pv_fault *fault)
{
    for (uint32_t i = 0; i < judge->stream_count; i++) {
        if (!is_sound(judge->streams[i], fault))
            return false;
    }
    return true;
}

uint64_t pv_judge_findings(const struct pv_judge *judge)
{
    return judge->findings;
}

uint64_t pv_judge_records(const struct pv_judge *judge)
{
    return judge->records;
}

bool pv_judge_met_election(const struct pv_judge *judge)
{
    return judge->met_election;
}

size_t pv_judge_stream_count(const struct pv_judge *judge)
{
    return judge->appeared_count;
}

const struct pv_judged *pv_judge_stream(const struct pv_judge *judge, size_t i)
{
    return judge->appeared[i];
}

void pv_judge_take(struct pv_judge *judge, struct pv_election_id id, struct pv_election *election,
                   int64_t *last_number)
{
    struct pv_judged *stream = find_stream(judge, id);
    pv_election_init(election, judge->options.seed);
    *last_number = -1;
    if (stream == NULL)
        return;
    *election = stream->election;
    *last_number = stream->last_number;
    pv_election_init(&stream->election, judge->options.seed);
}

bool pv_judge_has_ended(const struct pv_judge *judge, struct pv_election_id id)
{
    const struct pv_judged *stream = find_stream(judge, id);
    return stream != NULL && stream->ended;
}

bool pv_judged_is_shown(const struct pv_judged *judged)
{
    return judged->election.version >= 0 && !judged->ended;
}
