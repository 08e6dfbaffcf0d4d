/* What the aggregates' files share: the handlers of the events, one each, and the means to change a part
   without leaving anything half done. Internal to the core.

   A handler is called when D5 steps 4 to 7 have passed. It refuses what steps 8 and 9 refuse, reserves all
   memory that the change needs, and only then changes: so there is nothing to undo. It raises the versions of
   the parts; the election's own is raised by pv_election_when. */
#ifndef PV_PARTS_H
#define PV_PARTS_H

#include "election.h"

#define PV_EVENT(tag, name, aggregate, event, gate, fields)                                                  \
    enum pv_result pv_when_##name(struct pv_election *election, const struct pv_##name *event_of_##name,     \
                                  struct pv_refusal *why) PV_MUST_USE;
#include "events.tbl.h"
#undef PV_EVENT

/* The most entries of any list: positions with room for the ratings' three bits. More is PV_FAULT_MEMORY. */
enum { PV_LIST_MAX = 1 << 28 };

/* Makes room for one more entry of `size` bytes in a list; PV_FAULT_MEMORY leaves it as it was. */
enum pv_result pv_list_reserve(void **items, uint32_t *capacity, uint32_t count, size_t size) PV_MUST_USE;

/* Copies all texts or none. */
enum pv_result pv_texts_copy(struct pv_text *copies, const struct pv_str *texts, size_t count) PV_MUST_USE;
void pv_text_deinit(struct pv_text *text);
/* Replaces a text by a copy of another. */
enum pv_result pv_text_set(struct pv_text *text, struct pv_str value) PV_MUST_USE;

/* A refusal that names an id. */
static inline enum pv_result pv_refuse_id(struct pv_refusal *why, enum pv_code code, struct pv_bits128 id)
{
    char text[PV_ULID_LEN];
    pv_ulid_format(id, text);
    return pv_refuse(why, code, (struct pv_str){text, sizeof text});
}

/* A memo for an election that is being opened, which knows its candidates; NULL when out of memory. */
struct pv_memo *pv_memo_new(const struct pv_election *election) PV_MUST_USE;

/* D5 step 8: the parts that an event refers to, or the refusal. */
enum pv_result pv_refer_competition(const struct pv_election *election, struct pv_competition_id id,
                                    uint32_t *competition, struct pv_refusal *why) PV_MUST_USE;
enum pv_result pv_refer_candidate(const struct pv_election *election, struct pv_competition_id competition_id,
                                  struct pv_candidate_id id, uint32_t *candidate,
                                  struct pv_refusal *why) PV_MUST_USE;

/* The parts as they are put in place, by events and by documents alike: room must have been made for them,
   and the map has no such id. */
struct pv_competition *pv_competition_place(struct pv_election *election, struct pv_competition_id id,
                                            const struct pv_text texts[2]);
struct pv_candidate *pv_candidate_place(struct pv_election *election, struct pv_candidate_id id,
                                        uint32_t competition, const struct pv_text texts[4]);
void pv_voter_place(struct pv_election *election, struct pv_voter_id id, char *text, struct pv_str name,
                    struct pv_str email);
void pv_ballot_place(struct pv_election *election, struct pv_ballot_id id, uint32_t voter);
enum pv_result pv_competition_reserve(struct pv_election *election) PV_MUST_USE;
enum pv_result pv_candidate_reserve(struct pv_election *election, uint32_t competition) PV_MUST_USE;
/* Also copies name and email, one after the other, into *text. */
enum pv_result pv_voter_reserve(struct pv_election *election, struct pv_str name, struct pv_str email,
                                char **text) PV_MUST_USE;
enum pv_result pv_ballot_reserve(struct pv_election *election) PV_MUST_USE;

/* Ask the memory for what a part's state rules will look up. Hints only. */
void pv_voter_prefetch(const struct pv_election *election, uint32_t voter);
void pv_ballot_prefetch(const struct pv_election *election, uint32_t ballot);

/* Keeps the counts that opening needs: called when a competition came to life (without candidates yet),
   when its number of live candidates changed, and when it was removed (after `deleted` is set). */
void pv_competition_appeared(struct pv_election *election, uint32_t competition);
void pv_competition_resized(struct pv_election *election, uint32_t competition, uint32_t live_candidates);
void pv_competition_left(struct pv_election *election, uint32_t competition);
/* Live, with fewer than two live candidates: opening is refused while there is one. */
bool pv_competition_is_small(const struct pv_competition *competition);

/* Reports a violation: fills in *violation and returns false. */
bool pv_violate(struct pv_violation *violation, enum pv_rule rule, enum pv_part part,
                uint32_t position) PV_MUST_USE;
/* The answer of a check that looked for the first broken rule: true for PV_RULE_NONE, else the violation. */
bool pv_rule_verdict(enum pv_rule rule, enum pv_part part, uint32_t position,
                     struct pv_violation *violation) PV_MUST_USE;
/* D6.2 for a text of an aggregate: `check` on its bytes; none is fine if optional. */
bool pv_text_is_valid(const struct pv_text *text, enum pv_code (*check)(struct pv_str), bool optional);

/* The rules of a part that one event can have broken, for pv_election_check_touched: constant cost. A
   candidate's and a voter's whole check is of constant cost already. `candidate` is the one whose rating may
   have changed, or PV_NONE. */
bool pv_competition_check_touched(const struct pv_election *election, uint32_t competition,
                                  struct pv_violation *violation) PV_MUST_USE;
bool pv_ballot_check_touched(const struct pv_election *election, uint32_t ballot, uint32_t candidate,
                             struct pv_violation *violation) PV_MUST_USE;

#endif
