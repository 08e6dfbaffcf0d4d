#include "parts.h"

#include <stdlib.h>
#include <string.h>

struct pv_voter_name pv_voter_name(const struct pv_voter *voter)
{
    return (struct pv_voter_name){{voter->text, voter->name_len}};
}

struct pv_voter_email pv_voter_email(const struct pv_voter *voter)
{
    return (struct pv_voter_email){{voter->text + voter->name_len, voter->email_len}};
}

uint32_t pv_election_find_voter(const struct pv_election *election, struct pv_voter_id id)
{
    uint32_t hash = pv_hash_bits128(election->seed, id.bits), item;
    for (uint32_t at = pv_map_first(&election->voter_map, hash);
         pv_map_next(&election->voter_map, hash, &at, &item);) {
        if (pv_bits128_equal(election->voters[item].id.bits, id.bits))
            return item;
    }
    return PV_NONE;
}

uint32_t pv_election_find_email(const struct pv_election *election, struct pv_voter_email email)
{
    uint32_t hash = pv_hash_email(election->seed, email.text), item;
    for (uint32_t at = pv_map_first(&election->email_map, hash);
         pv_map_next(&election->email_map, hash, &at, &item);) {
        if (pv_email_equal(pv_voter_email(&election->voters[item]).text, email.text))
            return item;
    }
    return PV_NONE;
}

enum pv_result pv_voter_reserve(struct pv_election *election, struct pv_str name, struct pv_str email,
                                char **text)
{
    enum pv_result result = pv_list_reserve((void **)&election->voters, &election->voter_capacity,
                                            election->voter_count, sizeof *election->voters);
    if (result == PV_OK)
        result = pv_map_reserve(&election->voter_map);
    if (result == PV_OK)
        result = pv_map_reserve(&election->email_map);
    if (result != PV_OK)
        return result;
    char *copy = malloc(name.len + email.len);
    if (copy == NULL)
        return PV_FAULT_MEMORY;
    memcpy(copy, name.ptr, name.len);
    memcpy(copy + name.len, email.ptr, email.len);
    *text = copy;
    return PV_OK;
}

void pv_voter_place(struct pv_election *election, struct pv_voter_id id, char *text, struct pv_str name,
                    struct pv_str email)
{
    uint32_t position = election->voter_count++;
    election->voters[position] = (struct pv_voter){.id = id,
                                                   .text = text,
                                                   .ballot = PV_NONE,
                                                   .name_len = (uint16_t)name.len,
                                                   .email_len = (uint8_t)email.len};
    pv_map_insert(&election->voter_map, pv_hash_bits128(election->seed, id.bits), position);
    pv_map_insert(&election->email_map, pv_hash_email(election->seed, email), position);
}

enum pv_result pv_when_voter_registered(struct pv_election *election, const struct pv_voter_registered *event,
                                        struct pv_refusal *why)
{
    if (pv_election_find_voter(election, event->voter_id) != PV_NONE)
        return pv_refuse_id(why, PV_VOTER_EXISTS, event->voter_id.bits);
    if (pv_election_find_email(election, event->email) != PV_NONE)
        return pv_refuse(why, PV_VOTER_EMAIL_TAKEN, event->email.text);
    char *text;
    enum pv_result result = pv_voter_reserve(election, event->name.text, event->email.text, &text);
    if (result == PV_OK)
        pv_voter_place(election, event->voter_id, text, event->name.text, event->email.text);
    return result;
}

void pv_voter_prefetch(const struct pv_election *election, uint32_t position)
{
    const struct pv_voter *voter = &election->voters[position];
    pv_map_prefetch(&election->voter_map, pv_hash_bits128(election->seed, voter->id.bits));
    pv_map_prefetch(&election->email_map, pv_hash_email(election->seed, pv_voter_email(voter).text));
}

bool pv_voter_ensure_valid_state(const struct pv_election *election, uint32_t position,
                                 struct pv_violation *violation)
{
    const struct pv_voter *voter = &election->voters[position];
    uint32_t ballot = voter->ballot;
    enum pv_rule rule = PV_RULE_NONE;
    if (pv_bits128_is_zero(voter->id.bits))
        rule = PV_RULE_ID;
    else if (pv_election_find_voter(election, voter->id) != position)
        rule = PV_RULE_ID_UNIQUE;
    else if (pv_name_check(pv_voter_name(voter).text) != PV_CODE_NONE ||
             pv_email_check(pv_voter_email(voter).text) != PV_CODE_NONE)
        rule = PV_RULE_TEXT;
    else if (pv_election_find_email(election, pv_voter_email(voter)) != position)
        rule = PV_RULE_EMAIL_UNIQUE;
    else if (ballot != PV_NONE &&
             (ballot >= election->ballot_count || election->ballots[ballot].voter != position))
        rule = PV_RULE_BALLOT_ISSUED;
    else if (voter->version != pv_voter_ballot_issued(voter))
        rule = PV_RULE_VERSION;
    else if (voter->deleted)
        rule = PV_RULE_DELETED;
    return pv_rule_verdict(rule, PV_PART_VOTER, position, violation);
}
