#include "parts.h"

#include <stdlib.h>
#include <string.h>

void pv_election_init(struct pv_election *election, struct pv_seed seed)
{
    *election = (struct pv_election){.version = -1, .small_competitions = PV_NONE, .seed = seed};
}

void pv_election_deinit(struct pv_election *election)
{
    for (uint32_t i = 0; i < election->competition_count; i++) {
        pv_text_deinit(&election->competitions[i].name);
        pv_text_deinit(&election->competitions[i].description);
        free(election->competitions[i].candidates);
    }
    for (uint32_t i = 0; i < election->candidate_count; i++) {
        pv_text_deinit(&election->candidates[i].name);
        pv_text_deinit(&election->candidates[i].description);
        pv_text_deinit(&election->candidates[i].image_url);
        pv_text_deinit(&election->candidates[i].image_caption);
    }
    for (uint32_t i = 0; i < election->voter_count; i++)
        free(election->voters[i].text);
    pv_text_deinit(&election->name);
    pv_text_deinit(&election->description);
    free(election->competitions);
    free(election->candidates);
    free(election->voters);
    free(election->ballots);
    pv_ratings_deinit(&election->ratings);
    pv_map_deinit(&election->competition_map);
    pv_map_deinit(&election->candidate_map);
    pv_map_deinit(&election->voter_map);
    pv_map_deinit(&election->email_map);
    pv_map_deinit(&election->ballot_map);
    free(election->memo);
    pv_election_init(election, election->seed);
}

enum pv_phase pv_election_phase(const struct pv_election *election)
{
    if (election->version < 0)
        return PV_PHASE_UNBORN;
    if (election->deleted)
        return PV_PHASE_DELETED;
    if (election->is_closed)
        return PV_PHASE_CLOSED;
    return election->is_opened ? PV_PHASE_OPEN : PV_PHASE_DRAFT;
}

const char *pv_phase_name(enum pv_phase phase)
{
    static const char *const names[] = {"unborn", "draft", "open", "closed", "deleted"};
    return names[phase];
}

/* The events of the Election itself. */

struct pv_memo *pv_memo_new(const struct pv_election *election)
{
    struct pv_memo *memo = calloc(1, sizeof *memo);
    for (uint32_t i = 0; memo != NULL && i < election->candidate_count; i++)
        pv_memo_note(memo->candidates, election->candidates[i].id.bits, i);
    return memo;
}

/* Nobody votes any more. */
static void forget_memo(struct pv_election *election)
{
    free(election->memo);
    election->memo = NULL;
}

enum pv_result pv_when_election_created(struct pv_election *election, const struct pv_election_created *event,
                                        struct pv_refusal *why)
{
    (void)why;
    const struct pv_str values[] = {event->name.text, event->description.text};
    struct pv_text texts[2];
    enum pv_result result = pv_texts_copy(texts, values, 2);
    if (result != PV_OK)
        return result;
    election->id = event->election_id;
    election->name = texts[0];
    election->description = texts[1];
    return PV_OK;
}

enum pv_result pv_when_election_deleted(struct pv_election *election, const struct pv_election_deleted *event,
                                        struct pv_refusal *why)
{
    (void)event;
    (void)why;
    forget_memo(election);
    election->deleted = true;
    return PV_OK;
}

enum pv_result pv_when_election_name_changed(struct pv_election *election,
                                             const struct pv_election_name_changed *event,
                                             struct pv_refusal *why)
{
    (void)why;
    return pv_text_set(&election->name, event->name.text);
}

enum pv_result pv_when_election_description_changed(struct pv_election *election,
                                                    const struct pv_election_description_changed *event,
                                                    struct pv_refusal *why)
{
    (void)why;
    return pv_text_set(&election->description, event->description.text);
}

enum pv_result pv_when_election_opened(struct pv_election *election, const struct pv_election_opened *event,
                                       struct pv_refusal *why)
{
    if (election->live_competitions == 0)
        return pv_refuse_id(why, PV_ELECTION_INCOMPLETE, election->id.bits);
    if (election->small_competitions != PV_NONE)
        return pv_refuse_id(why, PV_COMPETITION_TOO_SMALL,
                            election->competitions[election->small_competitions].id.bits);
    /* From here on the paper is frozen, so the ballots' rows can be laid out for it. */
    struct pv_memo *memo = pv_memo_new(election);
    if (memo == NULL)
        return PV_FAULT_MEMORY;
    enum pv_result result =
        pv_ratings_configure(&election->ratings, election->candidate_count, election->ballot_count);
    if (result != PV_OK) {
        free(memo);
        return result;
    }
    election->memo = memo;
    election->is_opened = true;
    election->opened = event->open_date;
    return PV_OK;
}

enum pv_result pv_when_election_closed(struct pv_election *election, const struct pv_election_closed *event,
                                       struct pv_refusal *why)
{
    if (event->close_date.at.us < election->opened.at.us) {
        char text[PV_TIME_MAX];
        size_t len = pv_time_format(event->close_date.at, text);
        return pv_refuse(why, PV_CLOSE_BEFORE_OPEN, (struct pv_str){text, len});
    }
    forget_memo(election);
    election->is_closed = true;
    election->closed = event->close_date;
    return PV_OK;
}

/* D4's table: what an event of this gate meets in a phase other than unborn and deleted. */
static enum pv_code gate_refusal(enum pv_gate gate, enum pv_phase phase)
{
    bool draft = phase == PV_PHASE_DRAFT, open = phase == PV_PHASE_OPEN, closed = phase == PV_PHASE_CLOSED;
    switch (gate) {
    case PV_GATE_OPENS:
        return open ? PV_ELECTION_OPENED : closed ? PV_ELECTION_CLOSED : PV_CODE_NONE;
    case PV_GATE_PAPER:
        return open ? PV_BALLOT_PAPER_FROZEN : closed ? PV_ELECTION_CLOSED : PV_CODE_NONE;
    case PV_GATE_REGISTERING:
        return closed ? PV_ELECTION_CLOSED : PV_CODE_NONE;
    case PV_GATE_VOTING:
        return draft ? PV_ELECTION_NOT_OPEN : closed ? PV_ELECTION_CLOSED : PV_CODE_NONE;
    case PV_GATE_CREATES: /* only before all phases: seen to in step 5 */
    case PV_GATE_ANY_PHASE:
        break;
    }
    return PV_CODE_NONE;
}

/* The catalogue's gates by themselves: this table is looked into for every event. */
static const enum pv_gate gates[] = {
#define PV_EVENT(tag, name, aggregate, event, gate, fields) [PV_EVENT_##tag] = PV_GATE_##gate,
#include "events.tbl.h"
#undef PV_EVENT
};

/* D5 steps 4 to 7. */
static enum pv_code admit(const struct pv_election *election, const struct pv_event *event)
{
    enum pv_phase phase = pv_election_phase(election);
    enum pv_gate gate = gates[event->type];
    if (phase == PV_PHASE_DELETED)
        return PV_ELECTION_DELETED;
    if (phase == PV_PHASE_UNBORN)
        return gate == PV_GATE_CREATES ? PV_CODE_NONE : PV_ELECTION_UNKNOWN;
    if (gate == PV_GATE_CREATES)
        return PV_ELECTION_EXISTS;
    if (!pv_bits128_equal(event->u.election_id.bits, election->id.bits))
        return PV_ELECTION_MISMATCH;
    return gate_refusal(gate, phase);
}

/* D5 steps 8 and 9, and the change: a handler a row of the catalogue. */
#define PV_EVENT(tag, name, aggregate, type_name, gate, fields)                                              \
    static enum pv_result handle_##name(struct pv_election *election, const struct pv_event *event,          \
                                        struct pv_refusal *why)                                              \
    {                                                                                                        \
        return pv_when_##name(election, &event->u.name, why);                                                \
    }
#include "events.tbl.h"
#undef PV_EVENT

static enum pv_result (*const handlers[])(struct pv_election *, const struct pv_event *,
                                          struct pv_refusal *) = {
#define PV_EVENT(tag, name, aggregate, type_name, gate, fields) [PV_EVENT_##tag] = handle_##name,
#include "events.tbl.h"
#undef PV_EVENT
};

enum pv_result pv_election_when(struct pv_election *election, const struct pv_event *event,
                                struct pv_refusal *why)
{
    enum pv_code code = admit(election, event);
    if (code != PV_CODE_NONE)
        return pv_refuse_id(why, code, event->u.election_id.bits);
    if (election->version == INT64_MAX) /* no stream has so many events, but a document can say so */
        return PV_FAULT_STATE;
    enum pv_result result = handlers[event->type](election, event, why);
    election->version += result == PV_OK;
    return result;
}

enum pv_result pv_election_apply(struct pv_election *election, const struct pv_event *event,
                                 struct pv_refusal *why)
{
    struct pv_violation violation;
    enum pv_result result = pv_election_when(election, event, why);
    if (result == PV_OK && !pv_election_check_touched(election, event, &violation))
        return PV_FAULT_STATE;
    return result;
}

enum pv_result pv_election_load(struct pv_election *election, const struct pv_event *events, size_t count,
                                struct pv_refusal *why, size_t *at)
{
    struct pv_violation violation;
    enum pv_result result = PV_OK;
    size_t i = 0;
    while (i < count && (result = pv_election_when(election, &events[i], why)) == PV_OK)
        i++;
    if (result == PV_OK && !pv_election_ensure_valid_state(election, &violation))
        result = PV_FAULT_STATE;
    if (result != PV_OK) {
        *at = i;
        pv_election_deinit(election);
    }
    return result;
}

static bool names_ballot(const struct pv_event *event)
{
    return event->type == PV_EVENT_BALLOT_CANDIDATE_RATED || event->type == PV_EVENT_BALLOT_CAST;
}

/* Both events begin with the election's id and the ballot's. */
static const struct pv_bits128 *ballot_named(const struct pv_event *event)
{
    return &event->u.ballot_cast.ballot_id.bits;
}

static bool guess_ballot(const struct pv_election *election, const struct pv_event *event, uint32_t *ballot)
{
    return election->memo != NULL &&
           pv_memo_guess(election->memo->ballots, *ballot_named(event), election->ballot_count, ballot);
}

static void prefetch_ballot(const struct pv_election *election, uint32_t ballot)
{
    pv_prefetch(&election->ballots[ballot], sizeof *election->ballots);
    pv_ratings_prefetch(&election->ratings, ballot);
}

/* The slots in which the maps are looked into; an id that is new will be put there. */
void pv_election_prefetch_slots(const struct pv_election *election, const struct pv_event *event)
{
    const struct pv_voter_registered *registered = &event->u.voter_registered;
    const struct pv_ballot_created *created = &event->u.ballot_created;
    struct pv_seed seed = election->seed;
    uint32_t item;
    if (names_ballot(event)) {
        if (guess_ballot(election, event, &item))
            prefetch_ballot(election, item);
        else
            pv_map_prefetch(&election->ballot_map, pv_hash_bits128(seed, *ballot_named(event)));
    } else if (event->type == PV_EVENT_BALLOT_CREATED) {
        pv_map_prefetch(&election->voter_map, pv_hash_bits128(seed, created->voter_id.bits));
        pv_map_prefetch(&election->ballot_map, pv_hash_bits128(seed, created->ballot_id.bits));
    } else if (event->type == PV_EVENT_VOTER_REGISTERED) {
        pv_map_prefetch(&election->voter_map, pv_hash_bits128(seed, registered->voter_id.bits));
        pv_map_prefetch(&election->email_map, pv_hash_email(seed, registered->email.text));
    }
}

/* The item that a map finds first: mostly the one that is meant. */
static bool first_item(const struct pv_map *map, uint32_t hash, uint32_t *item)
{
    uint32_t at = pv_map_first(map, hash);
    return pv_map_next(map, hash, &at, item);
}

/* What the slot leads to, and what the memo will know when the event is applied. */
static void prefetch_named_ballot(struct pv_election *election, const struct pv_event *event)
{
    uint32_t item;
    if (guess_ballot(election, event, &item))
        return; /* it was asked for with the slots */
    const struct pv_bits128 *id = ballot_named(event);
    if (!first_item(&election->ballot_map, pv_hash_bits128(election->seed, *id), &item))
        return;
    prefetch_ballot(election, item);
    if (election->memo != NULL)
        pv_memo_note(election->memo->ballots, *id, item);
}

void pv_election_prefetch_parts(struct pv_election *election, const struct pv_event *event)
{
    uint32_t item;
    if (names_ballot(event)) {
        prefetch_named_ballot(election, event);
    } else if (event->type == PV_EVENT_BALLOT_CREATED) {
        uint32_t hash = pv_hash_bits128(election->seed, event->u.ballot_created.voter_id.bits);
        if (first_item(&election->voter_map, hash, &item))
            pv_prefetch(&election->voters[item], sizeof *election->voters);
    }
}
