/* Elections for the tests of the codec, made of events; and their documents and tallies, written by hand from
   F3 and F4. */
#ifndef PV_SAMPLE_H
#define PV_SAMPLE_H

#include "check.h"
#include "election.h"
#include "out.h"

/* An id whose ULID ends in the number's digits in base 32: sample_id(0x21) would be 26 characters ending in
 * "11". */
struct pv_bits128 sample_id(uint64_t number);

/* Events, each of which must be accepted. Candidates, voters and ballots are named by the numbers of their
 * ids. */
void sample_created(struct pv_election *election, uint64_t id, const char *name, const char *description);
void sample_competition(struct pv_election *election, uint64_t id, const char *name, const char *description);
void sample_candidate(struct pv_election *election, uint64_t competition, uint64_t id, const char *name,
                      const char *description, const char *url, const char *caption);
void sample_voter(struct pv_election *election, uint64_t id, const char *name, const char *email);
void sample_ballot(struct pv_election *election, uint64_t voter, uint64_t id);
void sample_opened(struct pv_election *election, const char *date);
void sample_closed(struct pv_election *election, const char *date);
void sample_rated(struct pv_election *election, uint64_t ballot, uint64_t competition, uint64_t candidate,
                  uint8_t stars);
void sample_cast(struct pv_election *election, uint64_t ballot);
void sample_candidate_removed(struct pv_election *election, uint64_t competition, uint64_t id);
void sample_deleted(struct pv_election *election);

/* A closed election with a bit of everything; sample_golden is its document in the parts of F3. */
void sample_full(struct pv_election *election);
extern const char sample_golden_header[]; /* without the last brace */
extern const char sample_golden_voters[], sample_golden_ballots[];
/* The whole, owned by the caller. */
char *sample_golden(void);

/* An open election with `candidates` candidates, in turn in one of three competitions, and as many voters and
   ballots as asked, each with some ratings given in an order that is not theirs. */
void sample_large(struct pv_election *election, uint32_t candidates, uint32_t voters);

/* What a writer wrote, terminated; owned by the caller. */
char *sample_document(const struct pv_election *election);

/* Collects in memory what is printed between begin and end. */
struct sample_text {
    struct pv_out out;
    struct pv_buffer buffer;
};
struct sample_text *sample_text_begin(void);
/* Terminated, owned by the caller. */
char *sample_text_end(struct sample_text *text);

#endif
