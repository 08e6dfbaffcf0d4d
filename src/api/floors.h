/* How far the read side must be: an election's last record that a 200 told of. A read of that election waits
   until it is projected, so that whoever was told of an event also sees it. Safe for threads. An entry is
   forgotten when its record was seen projected, so there are as many as elections that the projector is
   behind with; without memory for one, a read may show a state before it. */
#ifndef PV_FLOORS_H
#define PV_FLOORS_H

#include "id.h"

struct pv_floors;
struct pv_floors *pv_floors_new(void) PV_MUST_USE; /* NULL: out of memory */
void pv_floors_free(struct pv_floors *floors);

/* The record `number` is recorded, and somebody is told. */
void pv_floors_raise(struct pv_floors *floors, struct pv_election_id election, int64_t number);
/* The number that a read must see; -1: any will do. */
int64_t pv_floors_get(struct pv_floors *floors, struct pv_election_id election);
/* Everything up to `number` was seen projected. */
void pv_floors_reached(struct pv_floors *floors, struct pv_election_id election, int64_t number);

#endif
