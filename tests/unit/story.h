/* Histories in few words: events whose ids are small numbers, elections in each phase, and checks of a
   verdict that also look at everything around it. Ids of different kinds with the same number have the same
   bits, which D6 allows; every event is of election 1 unless a test changes that. */
#ifndef PV_STORY_H
#define PV_STORY_H

#include "check.h"
#include "election.h"

struct pv_bits128 story_id(uint64_t number);
/* Its ULID, terminated. */
void story_ulid(uint64_t number, char text[PV_ULID_LEN + 1]);

/* The events, their texts borrowed; NULL is none. Dates are as on the wire and must be valid. */
struct pv_event ev_created(const char *name, const char *description);
struct pv_event ev_deleted(void);
struct pv_event ev_named(const char *name);
struct pv_event ev_described(const char *description);
struct pv_event ev_opened(const char *date);
struct pv_event ev_closed(const char *date);
struct pv_event ev_competition_added(uint64_t id, const char *name, const char *description);
struct pv_event ev_competition_removed(uint64_t id);
struct pv_event ev_competition_named(uint64_t id, const char *name);
struct pv_event ev_competition_described(uint64_t id, const char *description);
struct pv_event ev_candidate_added(uint64_t competition, uint64_t id, const char *name,
                                   const char *description, const char *url, const char *caption);
struct pv_event ev_candidate_removed(uint64_t competition, uint64_t id);
struct pv_event ev_candidate_named(uint64_t competition, uint64_t id, const char *name);
struct pv_event ev_candidate_described(uint64_t competition, uint64_t id, const char *description);
struct pv_event ev_candidate_imaged(uint64_t competition, uint64_t id, const char *url, const char *caption);
struct pv_event ev_voter(uint64_t id, const char *name, const char *email);
struct pv_event ev_ballot(uint64_t voter, uint64_t id);
struct pv_event ev_rated(uint64_t ballot, uint64_t competition, uint64_t candidate, uint8_t stars);
struct pv_event ev_cast(uint64_t ballot);
/* The same event, meant for another election. */
struct pv_event ev_of_election(uint64_t id, struct pv_event event);

#define STORY_OPEN_DATE "2024-02-24T18:00:00Z"
#define STORY_CLOSE_DATE "2024-02-25T18:00:00Z"

/* An unborn election, then the same one further and further on.
   Draft: competitions 1 (candidates 11, 12, 13) and 2 (21, 22), 3 was removed (31) and 14 of 1 was; voters 1,
   2 and 3; ballots 1 and 2 of voters 1 and 2. Open: ballot 1 gives 4 to 11; ballot 2 gives 5 to 12 and 1 to
   21, and is cast. */
void story_unborn(struct pv_election *election);
void story_draft(struct pv_election *election);
void story_open(struct pv_election *election);
void story_closed(struct pv_election *election);
void story_deleted(struct pv_election *election);
void story_in_phase(struct pv_election *election, enum pv_phase phase);

/* An event of the type that is refused in that story for no reason but the phase. */
struct pv_event story_event(enum pv_event_type type);

/* The event is applied, every rule of D6 holds after it, and the election's version is one more. */
#define accept(election, event) story_accept(__FILE__, __LINE__, election, event)
void story_accept(const char *file, int line, struct pv_election *election, struct pv_event event);

/* Accepted, and of all parts exactly the named ones (by their numbers; 0 is none) and the election have one
   more version. */
struct story_parts {
    uint64_t competition, candidate, voter, ballot;
};
#define accept_touching(election, event, ...)                                                                \
    story_accept_touching(__FILE__, __LINE__, election, event, (struct story_parts){__VA_ARGS__})
void story_accept_touching(const char *file, int line, struct pv_election *election, struct pv_event event,
                           struct story_parts parts);

/* The event is refused with this code and field (without their prefixes), and not a byte of the election has
   changed. Gives the refusal. */
#define refuse(election, event, code, field)                                                                 \
    story_refuse(__FILE__, __LINE__, election, event, PV_##code, PV_KEY_##field)
struct pv_refusal story_refuse(const char *file, int line, struct pv_election *election,
                               struct pv_event event, enum pv_code code, enum pv_field field);
/* And the offending value is this text, or this id. */
#define refuse_text(election, event, code, field, text)                                                      \
    story_refuse_text(__FILE__, __LINE__, election, event, PV_##code, PV_KEY_##field, text)
void story_refuse_text(const char *file, int line, struct pv_election *election, struct pv_event event,
                       enum pv_code code, enum pv_field field, const char *text);
#define refuse_id(election, event, code, field, number)                                                      \
    story_refuse_id(__FILE__, __LINE__, election, event, PV_##code, PV_KEY_##field, number)
void story_refuse_id(const char *file, int line, struct pv_election *election, struct pv_event event,
                     enum pv_code code, enum pv_field field, uint64_t number);

/* Parts by number; it must be there. */
const struct pv_competition *story_competition(const struct pv_election *election, uint64_t id);
const struct pv_candidate *story_candidate(const struct pv_election *election, uint64_t id);
const struct pv_voter *story_voter(const struct pv_election *election, uint64_t id);
const struct pv_ballot *story_ballot(const struct pv_election *election, uint64_t id);
unsigned story_rating(const struct pv_election *election, uint64_t ballot, uint64_t candidate);

struct pv_str story_str(const char *text);
struct pv_time story_time(const char *date);

#endif
