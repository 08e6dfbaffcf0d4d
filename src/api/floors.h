/* How far the read side must be: an election's last record that a 200 told of. A read of that election waits
   until it is projected, so that whoever was told of an event also sees it; the list of elections waits for
   what it shows of each. Safe for threads. An entry is forgotten when its record was seen projected, so there
   are as many as elections that the projector is behind with; without memory for one, a read may show a state
   before it. */
#ifndef PV_FLOORS_H
#define PV_FLOORS_H

#include "id.h"

struct pv_floors;
struct pv_floors *pv_floors_new(void) PV_MUST_USE; /* NULL: out of memory */
void pv_floors_free(struct pv_floors *floors);

/* The record `number` is recorded, and somebody is told. `listed`: the list of elections shows it. */
void pv_floors_raise(struct pv_floors *floors, struct pv_election_id election, int64_t number, bool listed);
/* The number that a read must see; -1: any will do. */
int64_t pv_floors_get(struct pv_floors *floors, struct pv_election_id election);
/* Everything up to `number` was seen projected. */
void pv_floors_reached(struct pv_floors *floors, struct pv_election_id election, int64_t number);

/* Whether the list of elections must show something that was not seen projected. */
bool pv_floors_list_is_behind(struct pv_floors *floors);
/* Nobody waits for it any more: somebody did for as long as one does. */
void pv_floors_list_forget(struct pv_floors *floors);

#endif
