/* Elections kept in memory: what worker and projector apply events to. Loaded when they are asked for,
   evicted, the one that was not used for the longest time first, when together they are larger than the
   limit. */
#ifndef PV_AGGREGATES_H
#define PV_AGGREGATES_H

#include "election.h"
#include "event_store.h"
#include "id_hashes.h"

struct pv_aggregate {
    struct pv_election_id id;
    struct pv_election election; /* unborn if there is no stream */
    int64_t last_number;         /* of the stream; -1: none. Whoever applies an event moves it on. */
    struct pv_id_hashes ids;     /* of a loaded one: the ids of the stream's events. Likewise. */
    void *note;                  /* whoever keeps aggregates may hang something on it; freed by free_note */
};

struct pv_aggregates;

/* So many times one is given without being measured, if no other is asked for: commands come in runs of one
   election, and an event adds little to it. */
enum { PV_AGGREGATE_LENDINGS = 256 };

/* `limit` in bytes: of the elections, as pv_election_size tells, of their ids and their places here; one
   election may be larger and is then alone. It is held when an aggregate is asked for, by what each was when
   it was measured. free_note is called for notes that are not NULL. NULL when out of memory. The store must
   outlive them. */
struct pv_aggregates *pv_aggregates_new(struct pv_event_store *store, struct pv_seed seed, size_t limit,
                                        void (*free_note)(void *note)) PV_MUST_USE;
void pv_aggregates_free(struct pv_aggregates *aggregates);

/* The aggregate, replayed from its stream if it is not in memory, valid until the next get or add. NULL: a
   fault; a stream in which an audit would find anything (F1) but ids that come twice is
   PV_FAULT_KIND_DAMAGED, and the fault names the record. */
struct pv_aggregate *pv_aggregates_get(struct pv_aggregates *aggregates, struct pv_election_id id,
                                       struct pv_fault *fault) PV_MUST_USE;
/* Only if it is in memory; NULL else. Counts as a use. */
struct pv_aggregate *pv_aggregates_peek(struct pv_aggregates *aggregates, struct pv_election_id id);
/* An empty place for an election that the caller fills (from its document). NULL: out of memory, or it is
 * there. */
struct pv_aggregate *pv_aggregates_add(struct pv_aggregates *aggregates,
                                       struct pv_election_id id) PV_MUST_USE;
/* Forgets it: what is in the store may differ from what is in memory. */
void pv_aggregates_drop(struct pv_aggregates *aggregates, struct pv_election_id id);

/* Adds the id of an event that was applied to a loaded one. PV_OK or PV_FAULT_MEMORY. */
enum pv_result pv_aggregates_note_id(const struct pv_aggregates *aggregates, struct pv_aggregate *aggregate,
                                     struct pv_event_id id) PV_MUST_USE;
/* False: the stream of a loaded one has no event with this id, up to its last number. */
bool pv_aggregates_may_have_id(const struct pv_aggregates *aggregates, const struct pv_aggregate *aggregate,
                               struct pv_event_id id);

/* For metrics. */
size_t pv_aggregates_bytes(const struct pv_aggregates *aggregates);
size_t pv_aggregates_count(const struct pv_aggregates *aggregates);

#endif
