/* Records waiting to be copied into a store: enough of them for one transaction, so that its sync costs
   little a record. They are copied, because a source lends its records only from batch to batch. */
#ifndef PV_STAGE_H
#define PV_STAGE_H

#include "event_store.h"

struct pv_stage;

/* NULL when out of memory. The store must outlive the stage. */
struct pv_stage *pv_stage_new(struct pv_event_store *store) PV_MUST_USE;
void pv_stage_free(struct pv_stage *stage);
/* Takes a record; passes on what is there when it is full. */
enum pv_store_result pv_stage_add(struct pv_stage *stage, const struct pv_recorded *record,
                                  struct pv_fault *fault) PV_MUST_USE;
/* Passes on what is there, as one call of the store's copy. */
enum pv_store_result pv_stage_flush(struct pv_stage *stage, struct pv_fault *fault) PV_MUST_USE;

#endif
