/* An election replayed from its stream in a store: as in an audit, by the same pass and judge. */
#ifndef PV_AGGREGATE_LOAD_H
#define PV_AGGREGATE_LOAD_H

#include "aggregates.h"

/* Fills in the election, last_number and ids of the aggregate with this id. False: a fault, and nothing was
   filled in; any finding (F1) is PV_FAULT_KIND_DAMAGED and names the record. */
bool pv_aggregate_load(struct pv_event_store *store, struct pv_seed seed, struct pv_aggregate *aggregate,
                       struct pv_fault *fault) PV_MUST_USE;

#endif
