/* The Election, the aggregate root, with its Competitions, Candidates, Voters and Ballots (D1).

   The structs are open for reading (the codec prints them, tests corrupt them on purpose); they change only
   through the functions below. Parts refer to each other by position: ids are looked up once, on the way in.
   Lists are in the order of addition, and nothing is ever taken out of one.

   Memory: only inside the election, by malloc; every failed allocation is PV_FAULT_MEMORY and leaves the
   aggregate exactly as it was. No operation on an event depends on the size of the election (amortised). */
#ifndef PV_ELECTION_H
#define PV_ELECTION_H

#include "event.h"
#include "map.h"
#include "memo.h"
#include "ratings.h"

#define PV_NONE UINT32_MAX /* no position */

struct pv_candidate {
    struct pv_candidate_id id;
    int64_t version;
    uint32_t competition; /* position */
    bool deleted;
    struct pv_text name, description, image_url, image_caption;
};

struct pv_competition {
    struct pv_competition_id id;
    int64_t version;
    bool deleted;
    struct pv_text name, description;
    uint32_t *candidates; /* positions in the election's list, in the order of addition */
    uint32_t candidate_count, candidate_capacity;
    uint32_t live_candidates;
    /* The live competitions with fewer than two live candidates are a list, so that opening need not search.
     */
    uint32_t small_next, small_prev;
};

struct pv_voter {
    struct pv_voter_id id;
    int64_t version;
    char *text;      /* name, then email: owned */
    uint32_t ballot; /* position, or PV_NONE: its ballot is not issued */
    uint16_t name_len;
    uint8_t email_len;
    bool deleted;
};

struct pv_ballot {
    struct pv_ballot_id id;
    int64_t version;
    uint32_t voter; /* position */
    uint32_t rating_count;
    bool cast;
    bool deleted;
};

struct pv_election {
    struct pv_election_id id;
    int64_t version; /* -1: unborn */
    bool deleted, is_opened, is_closed;
    struct pv_text name, description;
    struct pv_open_date opened;
    struct pv_close_date closed;

    struct pv_competition *competitions;
    struct pv_candidate *candidates;
    struct pv_voter *voters;
    struct pv_ballot *ballots;
    uint32_t competition_count, competition_capacity;
    uint32_t candidate_count, candidate_capacity;
    uint32_t voter_count, voter_capacity;
    uint32_t ballot_count, ballot_capacity;

    struct pv_ratings ratings;
    uint32_t live_competitions;
    uint32_t small_competitions; /* head of the list, or PV_NONE */

    struct pv_map competition_map, candidate_map, voter_map, email_map, ballot_map;
    struct pv_seed seed;
    struct pv_memo *memo; /* while the election is open; NULL else */
};

enum pv_phase { PV_PHASE_UNBORN, PV_PHASE_DRAFT, PV_PHASE_OPEN, PV_PHASE_CLOSED, PV_PHASE_DELETED };

/* An unborn election. Cannot fail. `seed` guards the maps against chosen ids; results never depend on it. */
void pv_election_init(struct pv_election *election, struct pv_seed seed);
/* Frees everything; the election is unborn again. */
void pv_election_deinit(struct pv_election *election);

enum pv_phase pv_election_phase(const struct pv_election *election);
/* draft, open, closed, deleted (F4); "unborn" for the one that is not printed. */
const char *pv_phase_name(enum pv_phase phase);

/* D1, when: refuses what D5 steps 4 to 9 refuse, before anything changes; else changes the aggregate and
   raises the versions. `why` is filled in for PV_REFUSED only. PV_OK, PV_REFUSED or PV_FAULT_MEMORY;
   PV_FAULT_STATE, with nothing changed, of an election whose version has no next (2^63-1, which only a
   document can say). */
enum pv_result pv_election_when(struct pv_election *election, const struct pv_event *event,
                                struct pv_refusal *why) PV_MUST_USE;
/* D1, apply: when, then the state rules on what the event can have touched (pv_election_check_touched). If
   these do not hold, PV_FAULT_STATE: the event is applied and the election breaks a rule, by a defect of the
   program, so it is only good for looking at and pv_election_deinit. */
enum pv_result pv_election_apply(struct pv_election *election, const struct pv_event *event,
                                 struct pv_refusal *why) PV_MUST_USE;
/* D1, load: when for each, ensure_valid_state once at the end. Anything but PV_OK leaves an unborn election;
 *then at is the position of the event that was refused, or `count`. The election must be unborn. */
enum pv_result pv_election_load(struct pv_election *election, const struct pv_event *events, size_t count,
                                struct pv_refusal *why, size_t *at) PV_MUST_USE;

/* Two steps of asking the memory for what when will need, so that many events' cache misses overlap. Hints
   only: first the maps' slots, then (a few events later) the parts that the slots lead to, which the memo
   keeps: it is all that they change. */
void pv_election_prefetch_slots(const struct pv_election *election, const struct pv_event *event);
void pv_election_prefetch_parts(struct pv_election *election, const struct pv_event *event);

/* Reading. Texts are borrowed until the next change. */
struct pv_str pv_text_str(const struct pv_text *text);
struct pv_voter_name pv_voter_name(const struct pv_voter *voter);
struct pv_voter_email pv_voter_email(const struct pv_voter *voter);
static inline bool pv_voter_ballot_issued(const struct pv_voter *voter)
{
    return voter->ballot != PV_NONE;
}
struct pv_rating pv_election_rating(const struct pv_election *election, uint32_t ballot, uint32_t candidate);
/* Not removed, nor its competition (D5, "live"). */
bool pv_candidate_is_live(const struct pv_election *election, uint32_t candidate);

/* Positions by id, or PV_NONE. */
uint32_t pv_election_find_competition(const struct pv_election *election, struct pv_competition_id id);
uint32_t pv_election_find_candidate(const struct pv_election *election, struct pv_candidate_id id);
uint32_t pv_election_find_voter(const struct pv_election *election, struct pv_voter_id id);
uint32_t pv_election_find_ballot(const struct pv_election *election, struct pv_ballot_id id);
uint32_t pv_election_find_email(const struct pv_election *election, struct pv_voter_email email);

/* The bytes that the election has asked the heap for, as its lists' capacities tell: for whoever keeps many
   within a limit. Constant cost: what hangs on each part (texts, a competition's list, a ballot's table on a
   wide paper) is added up for 32 parts of a kind, evenly spread, and reckoned from them for all; up to 32 it
   is exact. What the allocator adds to each block is not in it, nor is the struct. */
size_t pv_election_size(const struct pv_election *election);

/* The state rules (D6). */
enum pv_rule {
    PV_RULE_NONE = 0,
#define PV_RULE(tag, number, sentence) PV_RULE_##tag,
#include "rules.tbl.h"
#undef PV_RULE
    PV_RULE_COUNT
};
enum pv_part { PV_PART_ELECTION, PV_PART_COMPETITION, PV_PART_CANDIDATE, PV_PART_VOTER, PV_PART_BALLOT };

/* Which rule the state breaks, and where: the part's position in its list, or PV_NONE if an event's id leads
   to no part at all. */
struct pv_violation {
    enum pv_rule rule;
    enum pv_part part;
    uint32_t position;
};
const char *pv_rule_sentence(enum pv_rule rule);
int pv_rule_number(enum pv_rule rule); /* in D6 */
const char *pv_part_name(enum pv_part part);

/* All of D6 over the whole aggregate; an unborn one has nothing to break. True if every rule holds; else the
   first violation found is in *violation. Costs the size of the election; allocates nothing. */
bool pv_election_ensure_valid_state(const struct pv_election *election,
                                    struct pv_violation *violation) PV_MUST_USE;
/* A part's own rules, whole. */
bool pv_competition_ensure_valid_state(const struct pv_election *election, uint32_t competition,
                                       struct pv_violation *violation) PV_MUST_USE;
bool pv_candidate_ensure_valid_state(const struct pv_election *election, uint32_t candidate,
                                     struct pv_violation *violation) PV_MUST_USE;
bool pv_voter_ensure_valid_state(const struct pv_election *election, uint32_t voter,
                                 struct pv_violation *violation) PV_MUST_USE;
bool pv_ballot_ensure_valid_state(const struct pv_election *election, uint32_t ballot,
                                  struct pv_violation *violation) PV_MUST_USE;
/* The rules that the given event, just applied, can have broken, on the parts that it touched; constant cost.
 */
bool pv_election_check_touched(const struct pv_election *election, const struct pv_event *event,
                               struct pv_violation *violation) PV_MUST_USE;

#endif
