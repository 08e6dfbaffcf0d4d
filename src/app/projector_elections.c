#include "projector_elections.h"

#include "cached_document.h"

#include <stdio.h>
#include <stdlib.h>

enum { FOLLOW_BATCH = 64 };

/* What became of a record. */
enum outcome { APPLIED, REFUSED, FAULT };

static enum outcome no_memory(struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot project: out of memory");
    return FAULT;
}

void pv_projected_free(void *note)
{
    struct pv_projected *projected = note;
    pv_changed_pages_deinit(&projected->changed);
    free(projected);
}

/* --- a record applied --- */

static enum outcome refuse_number(struct pv_refusal *why, int64_t number, int64_t expected)
{
    char text[80];
    int len =
        snprintf(text, sizeof text, "%lld where %lld was expected", (long long)number, (long long)expected);
    (void)pv_refuse(why, PV_STREAM_GAP, (struct pv_str){text, (size_t)len});
    return REFUSED;
}

static enum outcome refuse_stream(struct pv_refusal *why, struct pv_election_id id)
{
    char text[PV_ULID_LEN];
    pv_ulid_format(id.bits, text);
    (void)pv_refuse(why, PV_STREAM_MISMATCH, (struct pv_str){text, sizeof text});
    return REFUSED;
}

static enum outcome broken(const struct pv_aggregate *aggregate, int64_t number, struct pv_fault *fault)
{
    char stream[PV_STREAM_LEN];
    pv_stream_format(aggregate->id, stream);
    pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                 "cannot project record %lld of %.*s: the state would break a rule (D6): a defect of the "
                 "program, please report it",
                 (long long)number, PV_STREAM_LEN, stream);
    return FAULT;
}

static enum outcome apply_event(struct pv_projector *projector, struct pv_aggregate *aggregate,
                                const struct pv_record *record, struct pv_refusal *why,
                                struct pv_fault *fault)
{
    struct pv_projected *projected = aggregate->note;
    switch (pv_election_apply(&aggregate->election, &record->event, why)) {
    case PV_OK:
        break;
    case PV_REFUSED:
        return REFUSED;
    case PV_FAULT_MEMORY:
        return no_memory(fault);
    case PV_FAULT_STATE:
        return projected->from_document ? REFUSED : broken(aggregate, record->number, fault);
    }
    if (pv_changed_pages_note(&projected->changed, &aggregate->election, &record->event) != PV_OK)
        return no_memory(fault);
    aggregate->last_number = record->number;
    projected->position = record->position;
    projector->counts.events++;
    return APPLIED;
}

/* F1 steps 3 to 8, on a record whose number is above the last one. */
static enum outcome apply(struct pv_projector *projector, struct pv_aggregate *aggregate,
                          const struct pv_recorded *recorded, struct pv_refusal *why, struct pv_fault *fault)
{
    struct pv_record record;
    if (recorded->number - 1 != aggregate->last_number)
        return refuse_number(why, recorded->number, aggregate->last_number + 1);
    if (pv_record_reader_begin(projector->decoder, recorded->data.len + recorded->metadata.len) != PV_OK)
        return no_memory(fault);
    pv_record_read_recorded(projector->decoder, recorded, &record);
    if (record.envelope != PV_ENVELOPE_VALID || record.decoded != PV_OK) {
        *why = record.why;
        return REFUSED;
    }
    if (!pv_bits128_equal(record.event.u.election_id.bits, aggregate->id.bits))
        return refuse_stream(why, record.event.u.election_id);
    return apply_event(projector, aggregate, &record, why, fault);
}

/* --- the stream followed --- */

static void end(struct pv_projector *projector, struct pv_known_election *known,
                const struct pv_recorded *recorded, const struct pv_refusal *why)
{
    known->ended = true;
    projector->counts.refused++;
    if (projector->options.on_refused != NULL)
        projector->options.on_refused(projector->options.context, recorded, why);
}

/* Applies records. REFUSED: the election has ended, unless it is from a document, of which that is not
   believed. */
static enum outcome apply_all(struct pv_projector *projector, struct pv_known_election *known,
                              struct pv_aggregate *aggregate, const struct pv_recorded *records, size_t count,
                              struct pv_fault *fault)
{
    struct pv_refusal why;
    enum outcome outcome = APPLIED;
    for (size_t i = 0; i < count && outcome == APPLIED; i++) {
        outcome = apply(projector, aggregate, &records[i], &why, fault);
        if (outcome == REFUSED && !((const struct pv_projected *)aggregate->note)->from_document)
            end(projector, known, &records[i], &why);
    }
    return outcome;
}

/* Applies what the stream has behind the last number. */
static enum outcome follow(struct pv_projector *projector, struct pv_known_election *known,
                           struct pv_aggregate *aggregate, struct pv_fault *fault)
{
    struct pv_event_store *store = projector->options.store;
    struct pv_recorded records[FOLLOW_BATCH];
    struct pv_store_reader *reader;
    char stream[PV_STREAM_LEN];
    enum outcome outcome = APPLIED;
    size_t count = FOLLOW_BATCH;
    pv_stream_format(known->id, stream);
    if (store->ops->read(store->self, (struct pv_str){stream, sizeof stream}, aggregate->last_number + 1,
                         &reader, fault) != PV_STORE_OK)
        return FAULT;
    while (outcome == APPLIED && count > 0) {
        if (store->ops->next(reader, records, FOLLOW_BATCH, &count, fault) != PV_STORE_OK)
            outcome = FAULT;
        else
            outcome = apply_all(projector, known, aggregate, records, count, fault);
    }
    store->ops->close_reader(reader);
    return outcome;
}

/* --- an election brought into memory --- */

/* A place for it, with nothing in it. */
static struct pv_aggregate *add(struct pv_projector *projector, const struct pv_known_election *known,
                                struct pv_fault *fault)
{
    struct pv_aggregate *aggregate = pv_aggregates_add(projector->aggregates, known->id);
    struct pv_projected *projected = aggregate != NULL ? calloc(1, sizeof *projected) : NULL;
    if (projected == NULL) {
        pv_aggregates_drop(projector->aggregates, known->id);
        (void)no_memory(fault);
        return NULL;
    }
    projected->position = -1;
    projected->all = true;
    aggregate->note = projected;
    return aggregate;
}

/* Whether a document that could be read is this election's, of that number, and has a next. Each event raises
   the version by one, and the first makes it 0. */
static bool is_of(const struct pv_election *election, const struct pv_known_election *known,
                  int64_t last_number)
{
    return pv_bits128_equal(election->id.bits, known->id.bits) && election->version == last_number &&
           last_number < INT64_MAX;
}

/* Nothing in it again: the log is to be followed from its beginning. */
static void empty(struct pv_aggregate *aggregate)
{
    struct pv_projected *projected = aggregate->note;
    pv_election_deinit(&aggregate->election);
    pv_changed_pages_deinit(&projected->changed);
    *projected = (struct pv_projected){.all = true, .position = -1};
    aggregate->last_number = -1;
}

/* Fills the place from the document. REFUSED: there is none that can be used, and the place is empty. */
static enum outcome restore(struct pv_projector *projector, struct pv_known_election *known,
                            struct pv_aggregate *aggregate, struct pv_fault *fault)
{
    struct pv_document_cache *cache = projector->options.cache;
    struct pv_projected *projected = aggregate->note;
    struct pv_cached cached = {.last_number = -1};
    struct pv_document_error error;
    if (!known->documented)
        return REFUSED;
    enum pv_cache_result got = cache->ops->get(cache->self, known->id, &cached, fault);
    if (got != PV_CACHE_OK)
        return got == PV_CACHE_FAULT ? FAULT : REFUSED;
    enum pv_result result = pv_cached_document_read(&cached, &aggregate->election, &error);
    int64_t last_number = cached.last_number;
    pv_cached_deinit(&cached);
    if (result == PV_FAULT_MEMORY)
        return no_memory(fault);
    if (result != PV_OK || !is_of(&aggregate->election, known, last_number)) {
        empty(aggregate);
        return REFUSED;
    }
    aggregate->last_number = known->number = last_number;
    projected->from_document = true;
    projected->all = false;
    return APPLIED;
}

/* What came of following an election: a document that the log contradicts is given up for the log. Then what
   is in memory waits to be put if the cache has less, or may have something else. False: a fault. */
static bool settle(struct pv_projector *projector, struct pv_known_election *known,
                   struct pv_aggregate *aggregate, enum outcome outcome, struct pv_fault *fault)
{
    const struct pv_projected *projected = aggregate->note;
    if (outcome == REFUSED && projected->from_document) {
        empty(aggregate);
        outcome = follow(projector, known, aggregate, fault);
    }
    if (outcome == FAULT) {
        pv_aggregates_drop(projector->aggregates, known->id);
        return false;
    }
    if (aggregate->last_number > known->number || (projected->all && aggregate->last_number >= 0))
        pv_known_election_waits(&projector->known, known);
    return true;
}

struct pv_aggregate *pv_projector_hold(struct pv_projector *projector, struct pv_known_election *known,
                                       struct pv_fault *fault)
{
    struct pv_aggregate *aggregate = pv_aggregates_peek(projector->aggregates, known->id);
    if (aggregate != NULL)
        return aggregate;
    aggregate = add(projector, known, fault);
    if (aggregate == NULL)
        return NULL;
    enum outcome outcome = restore(projector, known, aggregate, fault);
    if (outcome != FAULT)
        outcome = follow(projector, known, aggregate, fault);
    return settle(projector, known, aggregate, outcome, fault) ? aggregate : NULL;
}

bool pv_projector_take(struct pv_projector *projector, struct pv_known_election *known,
                       const struct pv_recorded *recorded, struct pv_fault *fault)
{
    struct pv_aggregate *aggregate = pv_projector_hold(projector, known, fault);
    if (aggregate == NULL)
        return false;
    if (known->ended || recorded->number <= aggregate->last_number)
        return true;
    enum outcome outcome = apply_all(projector, known, aggregate, recorded, 1, fault);
    return settle(projector, known, aggregate, outcome, fault);
}
