#include "cached_document.h"
#include "diff_report.h"

#include "document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Two passes over the cache. Before the replay every cached document is read for its version and hash, so
   that the replay can tell whether the stream ever passed through that state; after it, each is read again
   and compared. */

/* What the cache has of one election. */
struct cached_state {
    struct pv_election_id id;
    bool readable;
    int64_t version;
    char hash[PV_HASH_LEN];
    bool matched; /* the replay was in this very state */
    bool compared;
};

struct diff {
    const struct pv_audit *audit;
    struct pv_document_cache *cache;
    enum pv_diff_format format;
    struct cached_state *states;
    uint32_t state_count, state_capacity;
    struct pv_map map;
    uint64_t records, differing;
    bool out_of_memory;
};

static struct cached_state *find_state(const struct diff *diff, struct pv_election_id id)
{
    uint32_t hash = pv_hash_bits128(diff->audit->seed, id.bits), item;
    for (uint32_t at = pv_map_first(&diff->map, hash); pv_map_next(&diff->map, hash, &at, &item);) {
        if (pv_bits128_equal(diff->states[item].id.bits, id.bits))
            return &diff->states[item];
    }
    return NULL;
}

static bool add_state(void *context, struct pv_election_id id)
{
    struct diff *diff = context;
    if (diff->audit->one_election && !pv_bits128_equal(id.bits, diff->audit->election.bits))
        return true;
    if (diff->state_count == diff->state_capacity) {
        uint32_t capacity = diff->state_capacity * 2 + 16;
        struct cached_state *states = realloc(diff->states, capacity * sizeof *states);
        diff->out_of_memory = states == NULL;
        if (states == NULL)
            return false;
        diff->states = states;
        diff->state_capacity = capacity;
    }
    diff->out_of_memory = pv_map_reserve(&diff->map) != PV_OK;
    if (diff->out_of_memory)
        return false;
    pv_map_insert(&diff->map, pv_hash_bits128(diff->audit->seed, id.bits), diff->state_count);
    diff->states[diff->state_count++] = (struct cached_state){.id = id};
    return true;
}

static bool no_memory(struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory while comparing");
    return false;
}

/* Reads a cached document back. False: a fault. *readable false: *error tells why. The election must be
 * unborn. */
static bool read_cached(const struct diff *diff, struct pv_election_id id, struct pv_election *election,
                        bool *readable, struct pv_document_error *error, struct pv_fault *fault)
{
    struct pv_cached cached = {.last_number = -1};
    enum pv_cache_result got = diff->cache->ops->get(diff->cache->self, id, &cached, fault);
    if (got == PV_CACHE_FAULT)
        return false;
    *readable = false;
    *error = (struct pv_document_error){"", "the cache no longer has it"};
    if (got == PV_CACHE_DAMAGED)
        (void)snprintf(error->reason, sizeof error->reason, "%.*s", (int)sizeof error->reason - 1,
                       fault->text);
    if (got != PV_CACHE_OK)
        return true;
    enum pv_result result = pv_cached_document_read(&cached, election, error);
    pv_cached_deinit(&cached);
    *readable = result == PV_OK;
    return result == PV_OK || result == PV_REFUSED || no_memory(fault);
}

static bool read_states(struct diff *diff, struct pv_fault *fault)
{
    if (diff->cache->ops->list(diff->cache->self, add_state, diff, fault) == PV_CACHE_FAULT)
        return false;
    if (diff->out_of_memory)
        return no_memory(fault);
    for (uint32_t i = 0; i < diff->state_count; i++) {
        struct cached_state *state = &diff->states[i];
        struct pv_election election;
        struct pv_document_error error;
        if (!pv_watch_tick(diff->audit->watch, 0, 0, 0, fault))
            return false;
        pv_election_init(&election, diff->audit->seed);
        bool read = read_cached(diff, state->id, &election, &state->readable, &error, fault);
        state->version = election.version;
        if (read && state->readable && pv_document_hash(&election, state->hash) != PV_OK)
            read = no_memory(fault);
        pv_election_deinit(&election);
        if (!read)
            return false;
    }
    return true;
}

/* The judge's hook: is the stream just now in the cached state? Only a state of the same version can be. */
static bool compare_state(void *context, const struct pv_election *election, const struct pv_event *event,
                          struct pv_fault *fault)
{
    struct diff *diff = context;
    (void)event;
    struct cached_state *state = find_state(diff, election->id);
    if (state == NULL || !state->readable || state->version != election->version)
        return true;
    char hash[PV_HASH_LEN];
    if (pv_document_hash(election, hash) != PV_OK)
        return no_memory(fault);
    state->matched = memcmp(hash, state->hash, sizeof hash) == 0;
    return true;
}

static void forward_finding(void *context, const struct pv_finding *finding)
{
    const struct diff *diff = context;
    diff->audit->on_finding(diff->audit->context, finding);
}

/* Comparing */

/* The document of one side, as a value at the root: whole for programs, a word for people. */
static bool print_root(const struct diff *diff, const struct pv_election *election, struct pv_buffer *buffer)
{
    struct pv_out *out = malloc(sizeof *out);
    if (out == NULL)
        return false;
    pv_out_init(out, pv_buffer_write, buffer);
    if (diff->format == PV_DIFF_TEXT)
        pv_out_cstr(out, "the whole document");
    else
        pv_document_write(out, election);
    bool printed = pv_out_flush(out);
    free(out);
    return printed;
}

/* Why a cached document is none, in its place. */
static bool print_error(const struct diff *diff, const struct pv_document_error *error,
                        struct pv_buffer *buffer)
{
    char text[sizeof error->path + sizeof error->reason + 32];
    bool people = diff->format == PV_DIFF_TEXT;
    int len = snprintf(text, sizeof text, "%s%s%s%s", people ? "unreadable: " : "", error->path,
                       error->path[0] == '\0' ? "" : ": ", error->reason);
    struct pv_out *out = malloc(sizeof *out);
    if (out == NULL)
        return false;
    pv_out_init(out, pv_buffer_write, buffer);
    if (people)
        pv_out_bytes(out, text, (size_t)len);
    else
        pv_out_json_message(out, (struct pv_str){text, (size_t)len});
    bool printed = pv_out_flush(out);
    free(out);
    return printed;
}

/* A difference at the root: one side is missing, or the cached document is damaged (then *error tells). */
static bool report_root(struct diff *diff, struct pv_diff_report *report, const struct pv_election *cached,
                        const struct pv_document_error *error, const struct pv_election *rebuilt)
{
    struct pv_buffer left = {NULL, 0, 0}, right = {NULL, 0, 0};
    bool printed = (cached == NULL || print_root(diff, cached, &left)) &&
                   (error == NULL || print_error(diff, error, &left)) &&
                   (rebuilt == NULL || print_root(diff, rebuilt, &right));
    if (printed) {
        pv_diff_report_begin(report);
        pv_diff_report_add(report,
                           &(struct pv_difference){"", {left.bytes, left.len}, {right.bytes, right.len}});
        pv_diff_report_end(report);
        diff->differing++;
    }
    pv_buffer_deinit(&left);
    pv_buffer_deinit(&right);
    return printed;
}

static bool report_values(struct diff *diff, struct pv_diff_report *report, const struct pv_election *cached,
                          const struct pv_election *rebuilt)
{
    pv_diff_report_begin(report);
    enum pv_result result = pv_document_diff(cached, rebuilt, pv_diff_report_add, report);
    pv_diff_report_end(report);
    diff->differing++;
    return result == PV_OK;
}

static enum pv_diff_cause tell_cause(const struct cached_state *state, const struct pv_judged *judged)
{
    if (judged == NULL)
        return PV_CAUSE_MISSING_IN_SOURCE;
    if (judged->election.deleted)
        return PV_CAUSE_DELETED;
    if (state->matched)
        return PV_CAUSE_BEHIND;
    return state->version > judged->election.version ? PV_CAUSE_AHEAD : PV_CAUSE_EDITED;
}

/* What the cache has against what the source came to; `judged` is NULL where the source does not have it. */
static bool compare_cached(struct diff *diff, struct cached_state *state, const struct pv_judged *judged,
                           struct pv_fault *fault)
{
    struct pv_election cached;
    struct pv_document_error error;
    bool readable;
    pv_election_init(&cached, diff->audit->seed);
    if (!pv_watch_tick(diff->audit->watch, diff->records, 0, 0, fault) ||
        !read_cached(diff, state->id, &cached, &readable, &error, fault)) {
        pv_election_deinit(&cached);
        return false;
    }
    enum pv_diff_cause cause = readable ? tell_cause(state, judged) : PV_CAUSE_DAMAGED;
    bool on_both = judged != NULL && !judged->election.deleted;
    struct pv_diff_report report = {diff->audit->out,
                                    diff->format,
                                    state->id,
                                    readable ? cached.id : state->id,
                                    cause,
                                    cached.version,
                                    judged == NULL ? -1 : judged->election.version,
                                    0};
    bool done = readable && on_both
                    ? report_values(diff, &report, &cached, &judged->election)
                    : report_root(diff, &report, readable ? &cached : NULL, readable ? NULL : &error,
                                  on_both ? &judged->election : NULL);
    pv_election_deinit(&cached);
    return done || no_memory(fault);
}

static bool compare_rebuilt(struct diff *diff, const struct pv_judged *judged, struct pv_fault *fault)
{
    struct cached_state *state = find_state(diff, judged->id);
    if (state != NULL) {
        state->compared = true;
        bool same = state->matched && state->version == judged->election.version && !judged->election.deleted;
        return same || compare_cached(diff, state, judged, fault);
    }
    if (judged->election.deleted)
        return true;
    struct pv_diff_report report = {diff->audit->out,
                                    diff->format,
                                    judged->id,
                                    judged->id,
                                    PV_CAUSE_MISSING_IN_CACHE,
                                    -1,
                                    judged->election.version,
                                    0};
    return report_root(diff, &report, NULL, NULL, &judged->election) || no_memory(fault);
}

/* First what the source has, in its order, then what only the cache has. Elections that ended in a refusal
   are left out on both sides (F5). */
static bool compare_all(struct diff *diff, const struct pv_judge *judge, struct pv_fault *fault)
{
    for (size_t i = 0; i < pv_judge_stream_count(judge); i++) {
        const struct pv_judged *judged = pv_judge_stream(judge, i);
        if (pv_judged_is_shown(judged) && !compare_rebuilt(diff, judged, fault))
            return false;
    }
    for (uint32_t i = 0; i < diff->state_count; i++) {
        struct cached_state *state = &diff->states[i];
        if (!state->compared && !pv_judge_has_ended(judge, state->id) &&
            !compare_cached(diff, state, NULL, fault))
            return false;
    }
    return true;
}

static enum pv_outcome run_diff(struct diff *diff, struct pv_judge *judge, struct pv_fault *fault)
{
    const struct pv_audit *audit = diff->audit;
    if (!read_states(diff, fault))
        return PV_OUTCOME_FAILED;
    enum pv_run_end end = pv_run(audit->source, judge, audit->watch, !audit->plain, fault);
    enum pv_outcome outcome = pv_run_outcome(end, judge, audit->one_election, audit->election, fault);
    if (end != PV_RUN_DONE || outcome == PV_OUTCOME_FAILED)
        return outcome;
    diff->records = pv_judge_records(judge);
    if (!compare_all(diff, judge, fault))
        return PV_OUTCOME_FAILED;
    return diff->differing > 0 ? PV_OUTCOME_FOUND : outcome;
}

enum pv_outcome pv_diff(const struct pv_audit *audit, struct pv_document_cache *cache,
                        enum pv_diff_format format, struct pv_fault *fault)
{
    enum pv_outcome outcome = PV_OUTCOME_FAILED;
    struct diff diff = {.audit = audit, .cache = cache, .format = format};
    struct pv_judge *judge = pv_judge_new(&(struct pv_judge_options){
        .one_election = audit->one_election,
        .election = audit->election,
        .seed = audit->seed,
        .context = &diff,
        .on_finding = forward_finding,
        .on_applied = compare_state,
    });
    if (judge == NULL)
        no_memory(fault);
    else
        outcome = run_diff(&diff, judge, fault);
    pv_judge_free(judge);
    free(diff.states);
    pv_map_deinit(&diff.map);
    return outcome;
}
