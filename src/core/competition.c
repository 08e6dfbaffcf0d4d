#include "parts.h"

#include <stdlib.h>

uint32_t pv_election_find_competition(const struct pv_election *election, struct pv_competition_id id)
{
    uint32_t hash = pv_hash_bits128(election->seed, id.bits), item;
    for (uint32_t at = pv_map_first(&election->competition_map, hash);
         pv_map_next(&election->competition_map, hash, &at, &item);) {
        if (pv_bits128_equal(election->competitions[item].id.bits, id.bits))
            return item;
    }
    return PV_NONE;
}

enum pv_result pv_refer_competition(const struct pv_election *election, struct pv_competition_id id,
                                    uint32_t *competition, struct pv_refusal *why)
{
    uint32_t found = pv_election_find_competition(election, id);
    if (found == PV_NONE)
        return pv_refuse_id(why, PV_COMPETITION_UNKNOWN, id.bits);
    if (election->competitions[found].deleted)
        return pv_refuse_id(why, PV_COMPETITION_REMOVED, id.bits);
    *competition = found;
    return PV_OK;
}

/* The list of small competitions. */

bool pv_competition_is_small(const struct pv_competition *competition)
{
    return !competition->deleted && competition->live_candidates < 2;
}

static void link_small(struct pv_election *election, uint32_t position)
{
    struct pv_competition *competition = &election->competitions[position];
    competition->small_prev = PV_NONE;
    competition->small_next = election->small_competitions;
    if (competition->small_next != PV_NONE)
        election->competitions[competition->small_next].small_prev = position;
    election->small_competitions = position;
}

static void unlink_small(struct pv_election *election, uint32_t position)
{
    struct pv_competition *competition = &election->competitions[position];
    if (competition->small_prev != PV_NONE)
        election->competitions[competition->small_prev].small_next = competition->small_next;
    else
        election->small_competitions = competition->small_next;
    if (competition->small_next != PV_NONE)
        election->competitions[competition->small_next].small_prev = competition->small_prev;
    competition->small_next = competition->small_prev = PV_NONE;
}

void pv_competition_appeared(struct pv_election *election, uint32_t competition)
{
    election->live_competitions++;
    link_small(election, competition);
}

void pv_competition_resized(struct pv_election *election, uint32_t position, uint32_t live_candidates)
{
    struct pv_competition *competition = &election->competitions[position];
    bool was_small = pv_competition_is_small(competition);
    competition->live_candidates = live_candidates;
    if (was_small && !pv_competition_is_small(competition))
        unlink_small(election, position);
    else if (!was_small && pv_competition_is_small(competition))
        link_small(election, position);
}

void pv_competition_left(struct pv_election *election, uint32_t competition)
{
    election->live_competitions--;
    if (election->competitions[competition].live_candidates < 2)
        unlink_small(election, competition);
}

enum pv_result pv_competition_reserve(struct pv_election *election)
{
    enum pv_result result = pv_list_reserve((void **)&election->competitions, &election->competition_capacity,
                                            election->competition_count, sizeof *election->competitions);
    return result == PV_OK ? pv_map_reserve(&election->competition_map) : result;
}

struct pv_competition *pv_competition_place(struct pv_election *election, struct pv_competition_id id,
                                            const struct pv_text texts[2])
{
    uint32_t position = election->competition_count++;
    struct pv_competition *competition = &election->competitions[position];
    *competition = (struct pv_competition){
        .id = id, .name = texts[0], .description = texts[1], .small_next = PV_NONE, .small_prev = PV_NONE};
    pv_map_insert(&election->competition_map, pv_hash_bits128(election->seed, id.bits), position);
    return competition;
}

enum pv_result pv_when_competition_added(struct pv_election *election,
                                         const struct pv_competition_added *event, struct pv_refusal *why)
{
    if (pv_election_find_competition(election, event->competition_id) != PV_NONE)
        return pv_refuse_id(why, PV_COMPETITION_EXISTS, event->competition_id.bits);
    const struct pv_str values[] = {event->name.text, event->description.text};
    struct pv_text texts[2];
    enum pv_result result = pv_competition_reserve(election);
    if (result == PV_OK)
        result = pv_texts_copy(texts, values, 2);
    if (result != PV_OK)
        return result;
    pv_competition_place(election, event->competition_id, texts);
    pv_competition_appeared(election, election->competition_count - 1);
    return PV_OK;
}

enum pv_result pv_when_competition_removed(struct pv_election *election,
                                           const struct pv_competition_removed *event, struct pv_refusal *why)
{
    uint32_t position;
    enum pv_result result = pv_refer_competition(election, event->competition_id, &position, why);
    if (result != PV_OK)
        return result;
    struct pv_competition *competition = &election->competitions[position];
    competition->deleted = true;
    competition->version++;
    pv_competition_left(election, position);
    return PV_OK;
}

enum pv_result pv_when_competition_name_changed(struct pv_election *election,
                                                const struct pv_competition_name_changed *event,
                                                struct pv_refusal *why)
{
    uint32_t position;
    enum pv_result result = pv_refer_competition(election, event->competition_id, &position, why);
    if (result != PV_OK)
        return result;
    result = pv_text_set(&election->competitions[position].name, event->name.text);
    election->competitions[position].version += result == PV_OK;
    return result;
}

enum pv_result pv_when_competition_description_changed(struct pv_election *election,
                                                       const struct pv_competition_description_changed *event,
                                                       struct pv_refusal *why)
{
    uint32_t position;
    enum pv_result result = pv_refer_competition(election, event->competition_id, &position, why);
    if (result != PV_OK)
        return result;
    result = pv_text_set(&election->competitions[position].description, event->description.text);
    election->competitions[position].version += result == PV_OK;
    return result;
}

/* In the list of small ones exactly if it is small, and properly linked there. */
static bool is_linked_as_it_must_be(const struct pv_election *election, uint32_t position)
{
    const struct pv_competition *competition = &election->competitions[position];
    uint32_t next = competition->small_next, prev = competition->small_prev;
    if (!pv_competition_is_small(competition))
        return next == PV_NONE && prev == PV_NONE && election->small_competitions != position;
    bool from_prev = prev == PV_NONE ? election->small_competitions == position
                                     : prev < election->competition_count &&
                                           election->competitions[prev].small_next == position;
    bool from_next = next == PV_NONE || (next < election->competition_count &&
                                         election->competitions[next].small_prev == position);
    return from_prev && from_next;
}

bool pv_competition_check_touched(const struct pv_election *election, uint32_t position,
                                  struct pv_violation *violation)
{
    const struct pv_competition *competition = &election->competitions[position];
    enum pv_rule rule = PV_RULE_NONE;
    if (pv_bits128_is_zero(competition->id.bits))
        rule = PV_RULE_ID;
    else if (pv_election_find_competition(election, competition->id) != position)
        rule = PV_RULE_ID_UNIQUE;
    else if (!pv_text_is_valid(&competition->name, pv_name_check, false) ||
             !pv_text_is_valid(&competition->description, pv_description_check, true))
        rule = PV_RULE_TEXT;
    else if (election->is_opened && !competition->deleted && competition->candidate_count < 2)
        rule = PV_RULE_PAPER;
    else if (competition->version < competition->deleted)
        rule = PV_RULE_VERSION;
    else if (competition->live_candidates > competition->candidate_count ||
             !is_linked_as_it_must_be(election, position))
        rule = PV_RULE_DERIVED;
    return pv_rule_verdict(rule, PV_PART_COMPETITION, position, violation);
}

bool pv_competition_ensure_valid_state(const struct pv_election *election, uint32_t position,
                                       struct pv_violation *violation)
{
    if (!pv_competition_check_touched(election, position, violation))
        return false;
    const struct pv_competition *competition = &election->competitions[position];
    int64_t events = competition->deleted;
    uint32_t live = 0;
    for (uint32_t i = 0; i < competition->candidate_count; i++) {
        uint32_t candidate = competition->candidates[i];
        bool in_order =
            candidate < election->candidate_count && (i == 0 || candidate > competition->candidates[i - 1]);
        if (!in_order || election->candidates[candidate].competition != position)
            return pv_violate(violation, PV_RULE_DERIVED, PV_PART_COMPETITION, position);
        if (!pv_candidate_ensure_valid_state(election, candidate, violation))
            return false;
        live += !election->candidates[candidate].deleted;
        /* Versions come out of documents too: a sum that overflows is more than any version. */
        if (__builtin_add_overflow(events, election->candidates[candidate].version, &events) ||
            __builtin_add_overflow(events, 1, &events))
            return pv_violate(violation, PV_RULE_VERSION, PV_PART_COMPETITION, position);
    }
    if (competition->version < events)
        return pv_violate(violation, PV_RULE_VERSION, PV_PART_COMPETITION, position);
    if (competition->live_candidates != live)
        return pv_violate(violation, PV_RULE_DERIVED, PV_PART_COMPETITION, position);
    return true;
}
