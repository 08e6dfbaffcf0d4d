#include "parts.h"

#include <stdlib.h>

uint32_t pv_election_find_candidate(const struct pv_election *election, struct pv_candidate_id id)
{
    uint32_t hash = pv_hash_bits128(election->seed, id.bits), item;
    for (uint32_t at = pv_map_first(&election->candidate_map, hash);
         pv_map_next(&election->candidate_map, hash, &at, &item);) {
        if (pv_bits128_equal(election->candidates[item].id.bits, id.bits))
            return item;
    }
    return PV_NONE;
}

/* The same, by the memo first. */
static uint32_t look_up(const struct pv_election *election, struct pv_candidate_id id)
{
    uint32_t guess;
    if (election->memo != NULL &&
        pv_memo_guess(election->memo->candidates, id.bits, election->candidate_count, &guess) &&
        pv_bits128_equal(election->candidates[guess].id.bits, id.bits))
        return guess;
    return pv_election_find_candidate(election, id);
}

bool pv_candidate_is_live(const struct pv_election *election, uint32_t candidate)
{
    const struct pv_candidate *c = &election->candidates[candidate];
    return !c->deleted && !election->competitions[c->competition].deleted;
}

/* In a live competition of this id. */
static bool stands_in(const struct pv_election *election, uint32_t candidate, struct pv_competition_id id)
{
    const struct pv_competition *competition =
        &election->competitions[election->candidates[candidate].competition];
    return pv_bits128_equal(competition->id.bits, id.bits) && !competition->deleted;
}

enum pv_result pv_refer_candidate(const struct pv_election *election, struct pv_competition_id competition_id,
                                  struct pv_candidate_id id, uint32_t *candidate, struct pv_refusal *why)
{
    uint32_t found = look_up(election, id);
    if (found == PV_NONE || !stands_in(election, found, competition_id)) {
        /* What is wrong with the competition is said first. */
        uint32_t competition;
        enum pv_result result = pv_refer_competition(election, competition_id, &competition, why);
        return result == PV_OK ? pv_refuse_id(why, PV_CANDIDATE_UNKNOWN, id.bits) : result;
    }
    if (election->candidates[found].deleted)
        return pv_refuse_id(why, PV_CANDIDATE_REMOVED, id.bits);
    *candidate = found;
    return PV_OK;
}

enum pv_result pv_candidate_reserve(struct pv_election *election, uint32_t position)
{
    struct pv_competition *competition = &election->competitions[position];
    enum pv_result result = pv_list_reserve((void **)&election->candidates, &election->candidate_capacity,
                                            election->candidate_count, sizeof *election->candidates);
    if (result == PV_OK)
        result = pv_list_reserve((void **)&competition->candidates, &competition->candidate_capacity,
                                 competition->candidate_count, sizeof *competition->candidates);
    return result == PV_OK ? pv_map_reserve(&election->candidate_map) : result;
}

struct pv_candidate *pv_candidate_place(struct pv_election *election, struct pv_candidate_id id,
                                        uint32_t competition, const struct pv_text texts[4])
{
    uint32_t position = election->candidate_count++;
    struct pv_candidate *candidate = &election->candidates[position];
    *candidate = (struct pv_candidate){.id = id,
                                       .competition = competition,
                                       .name = texts[0],
                                       .description = texts[1],
                                       .image_url = texts[2],
                                       .image_caption = texts[3]};
    struct pv_competition *parent = &election->competitions[competition];
    parent->candidates[parent->candidate_count++] = position;
    pv_map_insert(&election->candidate_map, pv_hash_bits128(election->seed, id.bits), position);
    return candidate;
}

/* A candidate's event is also its competition's. */
static void raise_versions(struct pv_election *election, uint32_t candidate)
{
    election->candidates[candidate].version++;
    election->competitions[election->candidates[candidate].competition].version++;
}

enum pv_result pv_when_candidate_added(struct pv_election *election, const struct pv_candidate_added *event,
                                       struct pv_refusal *why)
{
    uint32_t position;
    enum pv_result result = pv_refer_competition(election, event->competition_id, &position, why);
    if (result != PV_OK)
        return result;
    if (pv_election_find_candidate(election, event->candidate_id) != PV_NONE)
        return pv_refuse_id(why, PV_CANDIDATE_EXISTS, event->candidate_id.bits);
    const struct pv_str values[] = {event->name.text, event->description.text, event->image_url.text,
                                    event->image_caption.text};
    struct pv_text texts[4];
    result = pv_candidate_reserve(election, position);
    if (result == PV_OK)
        result = pv_texts_copy(texts, values, 4);
    if (result != PV_OK)
        return result;
    pv_candidate_place(election, event->candidate_id, position, texts);
    struct pv_competition *competition = &election->competitions[position];
    competition->version++;
    pv_competition_resized(election, position, competition->live_candidates + 1);
    return PV_OK;
}

enum pv_result pv_when_candidate_removed(struct pv_election *election,
                                         const struct pv_candidate_removed *event, struct pv_refusal *why)
{
    uint32_t candidate;
    enum pv_result result =
        pv_refer_candidate(election, event->competition_id, event->candidate_id, &candidate, why);
    if (result != PV_OK)
        return result;
    election->candidates[candidate].deleted = true;
    raise_versions(election, candidate);
    uint32_t position = election->candidates[candidate].competition;
    pv_competition_resized(election, position, election->competitions[position].live_candidates - 1);
    return PV_OK;
}

enum pv_result pv_when_candidate_name_changed(struct pv_election *election,
                                              const struct pv_candidate_name_changed *event,
                                              struct pv_refusal *why)
{
    uint32_t candidate;
    enum pv_result result =
        pv_refer_candidate(election, event->competition_id, event->candidate_id, &candidate, why);
    if (result == PV_OK)
        result = pv_text_set(&election->candidates[candidate].name, event->name.text);
    if (result == PV_OK)
        raise_versions(election, candidate);
    return result;
}

enum pv_result pv_when_candidate_description_changed(struct pv_election *election,
                                                     const struct pv_candidate_description_changed *event,
                                                     struct pv_refusal *why)
{
    uint32_t candidate;
    enum pv_result result =
        pv_refer_candidate(election, event->competition_id, event->candidate_id, &candidate, why);
    if (result == PV_OK)
        result = pv_text_set(&election->candidates[candidate].description, event->description.text);
    if (result == PV_OK)
        raise_versions(election, candidate);
    return result;
}

enum pv_result pv_when_candidate_image_changed(struct pv_election *election,
                                               const struct pv_candidate_image_changed *event,
                                               struct pv_refusal *why)
{
    uint32_t position;
    enum pv_result result =
        pv_refer_candidate(election, event->competition_id, event->candidate_id, &position, why);
    if (result != PV_OK)
        return result;
    const struct pv_str values[] = {event->url.text, event->caption.text};
    struct pv_text texts[2];
    result = pv_texts_copy(texts, values, 2);
    if (result != PV_OK)
        return result;
    struct pv_candidate *candidate = &election->candidates[position];
    pv_text_deinit(&candidate->image_url);
    pv_text_deinit(&candidate->image_caption);
    candidate->image_url = texts[0];
    candidate->image_caption = texts[1];
    raise_versions(election, position);
    return PV_OK;
}

bool pv_candidate_ensure_valid_state(const struct pv_election *election, uint32_t position,
                                     struct pv_violation *violation)
{
    const struct pv_candidate *candidate = &election->candidates[position];
    enum pv_rule rule = PV_RULE_NONE;
    if (pv_bits128_is_zero(candidate->id.bits))
        rule = PV_RULE_ID;
    else if (pv_election_find_candidate(election, candidate->id) != position)
        rule = PV_RULE_ID_UNIQUE;
    else if (!pv_text_is_valid(&candidate->name, pv_name_check, false) ||
             !pv_text_is_valid(&candidate->description, pv_description_check, true) ||
             !pv_text_is_valid(&candidate->image_url, pv_url_check, true) ||
             !pv_text_is_valid(&candidate->image_caption, pv_caption_check, true))
        rule = PV_RULE_TEXT;
    else if (candidate->image_caption.len != 0 && candidate->image_url.len == 0)
        rule = PV_RULE_CAPTION;
    else if (candidate->version < candidate->deleted)
        rule = PV_RULE_VERSION;
    else if (candidate->competition >= election->competition_count)
        rule = PV_RULE_DERIVED;
    return pv_rule_verdict(rule, PV_PART_CANDIDATE, position, violation);
}
