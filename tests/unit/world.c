#include "world.h"

#include "cache_kit.h"
#include "refusal_kit.h"
#include "store_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREAMS = 3, ELECTIONS = 3, EVENTS_A_STEP = 100, VOTER_PAGES = 2, BALLOT_PAGES = 3 };

static const char *const stream_names[STREAMS] = {"Election-01HQ0000000000000000000001", "Election-2",
                                                  "other"};

static enum world_outcome wrong(struct world *world, size_t step, const char *what)
{
    (void)snprintf(world->wrong, sizeof world->wrong, "step %zu: %s", step, what);
    return WORLD_WRONG;
}

/* --- what must be there --- */

/* How many events a step adds to a stream. */
static unsigned events_for(const struct world_step *step, unsigned stream)
{
    bool adds = step->action == WORLD_APPEND_GROUP ||
                ((step->action == WORLD_APPEND || step->action == WORLD_COPY) && step->which == stream);
    return adds ? step->count : 0;
}

/* The first of them. */
static unsigned event_for(const struct world_step *step, size_t index, unsigned stream)
{
    unsigned before = step->action == WORLD_APPEND_GROUP ? stream * step->count : 0;
    return (unsigned)index * EVENTS_A_STEP + before;
}

/* The last number of a stream after so many steps. */
static int64_t version_after(const struct world *world, size_t steps, unsigned stream)
{
    int64_t version = -1;
    for (size_t i = 0; i < steps; i++)
        version += events_for(&world->steps[i], stream);
    return version;
}

/* The document of an election after so many steps; false if there is none. Each put makes a revision of its
 * own. */
static bool document_after(const struct world *world, size_t steps, unsigned election,
                           struct kit_document *document)
{
    bool there = false;
    kit_document_make(document, election, 0, VOTER_PAGES, BALLOT_PAGES);
    for (size_t i = 0; i < steps; i++) {
        const struct world_step *step = &world->steps[i];
        if (step->which != election)
            continue;
        if (step->action == WORLD_PUT) {
            kit_document_make(document, election, (unsigned)i + 1, VOTER_PAGES, BALLOT_PAGES);
            there = true;
        } else if (step->action == WORLD_PUT_CHANGES) {
            document->revision = (unsigned)i + 1;
            document->ballot_revision[i % BALLOT_PAGES] = document->revision;
        } else if (step->action == WORLD_REMOVE) {
            there = false;
        }
    }
    return there;
}

/* --- steps --- */

static enum world_outcome open_world(struct world *world, size_t index)
{
    if (!world->open(world, world->steps[index].which == 1, &world->fault))
        return WORLD_FAULT;
    world->is_open = true;
    return WORLD_DONE;
}

void world_close(struct world *world)
{
    if (!world->is_open)
        return;
    if (world->store.ops != NULL)
        world->store.ops->close(world->store.self);
    if (world->cache.ops != NULL)
        world->cache.ops->close(world->cache.self);
    if (world->refusals.ops != NULL)
        world->refusals.ops->close(world->refusals.self);
    world->is_open = false;
}

static enum world_outcome append(struct world *world, size_t index)
{
    const struct world_step *step = &world->steps[index];
    struct pv_appended appended = {-7, -7, -7, false};
    int64_t version = version_after(world, index, step->which);
    switch (kit_append(&world->store, stream_names[step->which], version, event_for(step, index, step->which),
                       step->count, &appended, &world->fault)) {
    case PV_STORE_FAULT:
        return WORLD_FAULT;
    case PV_STORE_CONFLICT:
        return wrong(world, index, "append is a conflict");
    case PV_STORE_OK:
        break;
    }
    if (appended.first_number != version + 1 || appended.last_number != version + step->count)
        return wrong(world, index, "append answers with other numbers");
    return WORLD_DONE;
}

static bool is_answered(const struct pv_append *append)
{
    return append->result == PV_STORE_OK && append->appended.first_number == append->expected + 1 &&
           append->appended.last_number == append->expected + (int64_t)append->count;
}

static enum world_outcome append_group(struct world *world, size_t index)
{
    const struct world_step *step = &world->steps[index];
    struct kit_events events[STREAMS];
    struct pv_append group[STREAMS + 1];
    for (unsigned stream = 0; stream < STREAMS; stream++) {
        kit_events_make(&events[stream], event_for(step, index, stream), step->count);
        group[stream + (stream > 0)] = (struct pv_append){.stream = kit_str(stream_names[stream]),
                                                          .expected = version_after(world, index, stream),
                                                          .events = events[stream].events,
                                                          .count = step->count};
    }
    group[1] = group[0]; /* the conflict */
    group[1].stream = kit_str("ahead");
    group[1].expected = 7;
    if (world->store.ops->append_group(world->store.self, group, STREAMS + 1, &world->fault) != PV_STORE_OK)
        return WORLD_FAULT;
    if (group[1].result != PV_STORE_CONFLICT || group[1].appended.last_number != -1)
        return wrong(world, index, "an append of a group is no conflict");
    for (unsigned i = 0; i <= STREAMS; i++) {
        if (i != 1 && !is_answered(&group[i]))
            return wrong(world, index, "an append of a group answers otherwise");
    }
    return WORLD_DONE;
}

static enum world_outcome copy(struct world *world, size_t index)
{
    const struct world_step *step = &world->steps[index];
    struct pv_recorded records[KIT_EVENTS_MAX];
    struct kit_events events;
    char ids[KIT_EVENTS_MAX][PV_ULID_LEN];
    int64_t version = version_after(world, index, step->which);
    kit_events_make(&events, event_for(step, index, step->which), step->count);
    for (unsigned i = 0; i < step->count; i++) {
        const struct pv_new_event *event = &events.events[i];
        pv_ulid_format(event->id.bits, ids[i]);
        records[i] = (struct pv_recorded){.stream = kit_str(stream_names[step->which]),
                                          .number = version + 1 + i,
                                          .type = event->type,
                                          .data = event->data,
                                          .id = {ids[i], PV_ULID_LEN},
                                          .position = -1,
                                          .metadata = event->metadata};
    }
    switch (world->store.ops->copy(world->store.self, records, step->count, &world->fault)) {
    case PV_STORE_FAULT:
        return WORLD_FAULT;
    case PV_STORE_CONFLICT:
        return wrong(world, index, "copy is a conflict");
    case PV_STORE_OK:
        break;
    }
    return WORLD_DONE;
}

static enum world_outcome put(struct world *world, size_t index, bool all)
{
    struct kit_document document;
    unsigned before = 0;
    (void)document_after(world, index, world->steps[index].which, &document);
    before = document.revision;
    (void)document_after(world, index + 1, world->steps[index].which, &document);
    enum pv_cache_result result = all ? kit_put(&world->cache, &document, &world->fault)
                                      : kit_put_changes(&world->cache, &document, before, &world->fault);
    kit_document_deinit(&document);
    if (result == PV_CACHE_FAULT)
        return WORLD_FAULT;
    return result == PV_CACHE_OK ? WORLD_DONE : wrong(world, index, "put is stale");
}

static enum world_outcome drop(struct world *world, size_t index, bool may_be_gone)
{
    switch (
        world->cache.ops->remove(world->cache.self, kit_election(world->steps[index].which), &world->fault)) {
    case PV_CACHE_OK:
        return WORLD_DONE;
    case PV_CACHE_MISSING:
        return may_be_gone ? WORLD_DONE : wrong(world, index, "what is to be removed is missing");
    case PV_CACHE_STALE:
    case PV_CACHE_DAMAGED:
        return wrong(world, index, "remove is stale or damaged");
    case PV_CACHE_FAULT:
        break;
    }
    return WORLD_FAULT;
}

static enum world_outcome refuse(struct world *world, size_t index)
{
    enum pv_log_result result = kit_refused_add(&world->refusals, (unsigned)index * EVENTS_A_STEP,
                                                world->steps[index].count, &world->fault);
    return result == PV_LOG_OK ? WORLD_DONE : WORLD_FAULT;
}

static enum world_outcome play(struct world *world, size_t index, bool again)
{
    const struct world_step *step = &world->steps[index];
    switch (step->action) {
    case WORLD_OPEN:
        return open_world(world, index);
    case WORLD_CLOSE:
        world_close(world);
        return WORLD_DONE;
    case WORLD_APPEND:
        return append(world, index);
    case WORLD_APPEND_GROUP:
        return append_group(world, index);
    case WORLD_COPY:
        return copy(world, index);
    case WORLD_READ:
        return world_is_after(world, index);
    case WORLD_PUT:
        return put(world, index, true);
    case WORLD_PUT_CHANGES:
        /* Whoever does not know whether the first put came through puts all of it. */
        return put(world, index, again);
    case WORLD_REMOVE:
        return drop(world, index, again);
    case WORLD_REFUSE:
        return refuse(world, index);
    case WORLD_CHECKPOINT:
        (void)world->checkpoint(world, (int)step->count); /* nothing depends on it */
        return WORLD_DONE;
    }
    return wrong(world, index, "no such action");
}

enum world_outcome world_play(struct world *world, size_t step)
{
    return play(world, step, false);
}

enum world_outcome world_play_again(struct world *world, size_t step)
{
    return play(world, step, true);
}

/* --- checks --- */

/* The record at `at` of the log must be event `event` of a step's for a stream, and next there. */
static bool is_next(const struct kit_log *log, size_t at, const struct world *world, size_t index,
                    unsigned stream, unsigned event)
{
    const struct pv_recorded *record = &log->records[at];
    return pv_str_equal(record->stream, kit_str(stream_names[stream])) && record->position == (int64_t)at &&
           record->number == version_after(world, index, stream) + 1 + event &&
           kit_is_event(record, event_for(&world->steps[index], index, stream) + event);
}

/* The events that a step added; *at goes on to what comes after them. */
static enum world_outcome check_step(struct world *world, size_t steps, size_t index,
                                     const struct kit_log *log, size_t *at)
{
    for (unsigned stream = 0; stream < STREAMS; stream++) {
        unsigned count = events_for(&world->steps[index], stream);
        for (unsigned event = 0; event < count; event++, ++*at) {
            if (*at >= log->count)
                return wrong(world, steps, "lost: events that were acknowledged are not in the store");
            if (!is_next(log, *at, world, index, stream, event))
                return wrong(world, steps, "an event in the store is not the one that was recorded");
        }
    }
    return WORLD_DONE;
}

/* What was recorded last is found by its id. */
static enum world_outcome check_found(struct world *world, size_t steps, const struct kit_log *log)
{
    struct pv_event_id id;
    struct pv_recorded found;
    const struct pv_recorded *last = &log->records[log->count - 1];
    if (pv_event_id_parse(last->id, &id) != PV_CODE_NONE)
        return wrong(world, steps, "an event in the store has no id");
    if (world->store.ops->find(world->store.self, last->stream, id, &found, &world->fault) != PV_STORE_OK)
        return WORLD_FAULT;
    return found.number >= 0 && kit_difference(&found, last) == NULL
               ? WORLD_DONE
               : wrong(world, steps, "an event in the store is not found by its id");
}

static enum world_outcome check_log(struct world *world, size_t steps, const struct kit_log *log)
{
    size_t at = 0;
    enum world_outcome outcome = WORLD_DONE;
    for (size_t i = 0; outcome == WORLD_DONE && i < steps; i++)
        outcome = check_step(world, steps, i, log, &at);
    if (outcome == WORLD_DONE && at < log->count)
        outcome = wrong(world, steps, "the store has events that nobody appended");
    return outcome != WORLD_DONE || at == 0 ? outcome : check_found(world, steps, log);
}

static enum world_outcome check_position(struct world *world, size_t steps, int64_t expected)
{
    int64_t position;
    if (world->store.ops->last_position(world->store.self, &position, &world->fault) != PV_STORE_OK)
        return WORLD_FAULT;
    return position == expected ? WORLD_DONE : wrong(world, steps, "the last position is another");
}

static enum world_outcome check_stream(struct world *world, size_t steps, unsigned stream)
{
    struct kit_log log = {0};
    int64_t number, expected = version_after(world, steps, stream);
    if (world->store.ops->last_number(world->store.self, kit_str(stream_names[stream]), &number,
                                      &world->fault) != PV_STORE_OK)
        return WORLD_FAULT;
    if (number != expected)
        return wrong(world, steps, "the last number of a stream is another");
    bool read = kit_log_read(&log, &world->store, stream_names[stream], 0, 7, &world->fault);
    int64_t count = (int64_t)log.count;
    kit_log_deinit(&log);
    if (!read)
        return WORLD_FAULT;
    return count == expected + 1 ? WORLD_DONE : wrong(world, steps, "a stream read alone is another");
}

static enum world_outcome check_store(struct world *world, size_t steps)
{
    struct kit_log log = {0};
    enum world_outcome outcome = WORLD_FAULT;
    if (kit_log_read(&log, &world->store, NULL, 0, 7, &world->fault))
        outcome = check_log(world, steps, &log);
    if (outcome == WORLD_DONE)
        outcome = check_position(world, steps, (int64_t)log.count - 1);
    kit_log_deinit(&log);
    for (unsigned stream = 0; outcome == WORLD_DONE && stream < STREAMS; stream++)
        outcome = check_stream(world, steps, stream);
    return outcome;
}

static enum world_outcome check_election(struct world *world, size_t steps, unsigned election)
{
    struct kit_document document;
    struct pv_cached cached;
    const char *difference = NULL;
    bool there = document_after(world, steps, election, &document);
    switch (world->cache.ops->get(world->cache.self, kit_election(election), &cached, &world->fault)) {
    case PV_CACHE_OK:
        difference = there ? kit_difference_of(&cached, &document, false) : "a document that was removed";
        pv_cached_deinit(&cached);
        if (difference == NULL &&
            kit_compare_parts(&world->cache, &document, &difference, &world->fault) == PV_CACHE_FAULT) {
            kit_document_deinit(&document);
            return WORLD_FAULT;
        }
        break;
    case PV_CACHE_MISSING:
        difference = there ? "lost: a document that was put is missing" : NULL;
        break;
    case PV_CACHE_FAULT:
        kit_document_deinit(&document);
        return WORLD_FAULT;
    case PV_CACHE_STALE:
        difference = "get is stale";
        break;
    case PV_CACHE_DAMAGED:
        difference = "what is there is not whole";
        break;
    }
    kit_document_deinit(&document);
    return difference == NULL ? WORLD_DONE : wrong(world, steps, difference);
}

struct listing {
    struct pv_election_id ids[ELECTIONS + 1];
    size_t count;
};

static bool note(void *context, struct pv_election_id id)
{
    struct listing *listing = context;
    listing->ids[listing->count++] = id;
    return listing->count <= ELECTIONS;
}

static enum world_outcome check_list(struct world *world, size_t steps)
{
    struct listing listing = {.count = 0};
    size_t expected = 0;
    if (world->cache.ops->list(world->cache.self, note, &listing, &world->fault) != PV_CACHE_OK)
        return WORLD_FAULT;
    for (unsigned election = 0; election < ELECTIONS; election++) {
        struct kit_document document;
        expected += document_after(world, steps, election, &document);
    }
    return listing.count == expected ? WORLD_DONE
                                     : wrong(world, steps, "the list of the elections is another");
}

/* The numbers of the entries that a log has. */
struct refused {
    unsigned numbers[256];
    size_t count;
    bool sound;
};

static bool note_refused(void *context, const struct pv_refused *entry)
{
    struct refused *refused = context;
    unsigned n = (unsigned)(entry->at.us - kit_refused_time(0).us);
    refused->sound = kit_is_refused(entry, n) && entry->sequence == (int64_t)refused->count &&
                     refused->count < sizeof refused->numbers / sizeof refused->numbers[0];
    if (refused->sound)
        refused->numbers[refused->count++] = n;
    return refused->sound;
}

/* Whether all entries of a step come next. */
static bool are_next(const struct refused *refused, size_t at, unsigned first, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (at + i >= refused->count || refused->numbers[at + i] != first + i)
            return false;
    }
    return true;
}

/* What a step added is there whole, and once more where it was played again. */
static enum world_outcome check_refusals(struct world *world, size_t steps)
{
    struct refused refused = {.count = 0, .sound = true};
    size_t at = 0;
    if (world->refusals.ops->read(world->refusals.self, NULL, 0, note_refused, &refused, &world->fault) !=
        PV_LOG_OK)
        return WORLD_FAULT;
    if (!refused.sound)
        return wrong(world, steps, "an entry in the log of refusals is not the one that was added");
    for (size_t i = 0; i < steps; i++) {
        unsigned first = (unsigned)i * EVENTS_A_STEP, count = world->steps[i].count;
        if (world->steps[i].action != WORLD_REFUSE)
            continue;
        if (!are_next(&refused, at, first, count))
            return wrong(world, steps, "lost: refusals that were acknowledged are not in the log");
        while (are_next(&refused, at, first, count))
            at += count;
    }
    return at == refused.count ? WORLD_DONE : wrong(world, steps, "the log has refusals that nobody added");
}

enum world_outcome world_is_after(struct world *world, size_t steps)
{
    enum world_outcome outcome = WORLD_DONE;
    if (world->store.ops != NULL)
        outcome = check_store(world, steps);
    for (unsigned election = 0; outcome == WORLD_DONE && world->cache.ops != NULL && election < ELECTIONS;
         election++)
        outcome = check_election(world, steps, election);
    if (outcome == WORLD_DONE && world->cache.ops != NULL)
        outcome = check_list(world, steps);
    if (outcome == WORLD_DONE && world->refusals.ops != NULL)
        outcome = check_refusals(world, steps);
    return outcome;
}

/* Why it is not as after so many steps. */
static const char *reason(const struct world *world, enum world_outcome outcome)
{
    return outcome == WORLD_FAULT ? world->fault.text : world->wrong;
}

bool world_is_at(struct world *world, size_t done, unsigned *more)
{
    char reasons[2][PV_FAULT_TEXT_MAX] = {"", ""};
    for (*more = 0; *more < 2 && done + *more <= world->count; ++*more) {
        enum world_outcome outcome = world_is_after(world, done + *more);
        if (outcome == WORLD_DONE) {
            world->wrong[0] = '\0';
            return true;
        }
        (void)snprintf(reasons[*more], sizeof reasons[0], "%.300s", reason(world, outcome));
    }
    (void)snprintf(world->wrong, sizeof world->wrong, "%.340s; %.340s", reasons[0], reasons[1]);
    return false;
}
