/* Who may have which event recorded (the API's table of events): the administrator all but the ratings and
   the casting of a ballot, which are its own voter's alone; a voter the issuing of its own ballot, too. A
   token that is good for one election reaches no other. */
#ifndef PV_PERMISSION_H
#define PV_PERMISSION_H

#include "command.h"
#include "election.h"

/* Whether the caller may, as far as the election tells. Where it does not know the voter or the ballot there
   is nobody to protect: true, and the domain's own refusal follows. A caller whose token names a VoterId is
   that voter and no other; else its email tells, without regard to case. */
bool pv_caller_may(const struct pv_caller *caller, const struct pv_election *election,
                   const struct pv_event *event) PV_MUST_USE;

#endif
