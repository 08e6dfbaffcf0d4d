/* What cannot happen. */
#ifndef PV_NEVER_H
#define PV_NEVER_H

#include <assert.h>
#include <stdbool.h>

/* A condition that the code around it makes impossible and that is looked at all the same, because a mistake
   there would reach memory or be believed:

       if (PV_NEVER(position >= count))
           return PV_FAULT_STATE;

   Test builds stop when it holds, so that a case that gets there is found; release builds take the branch;
   coverage builds leave it out, since no test can enter it. scripts/gates/coverage lists every use and holds
   their number to a budget. */
#if defined(PV_NEVER_LEFT_OUT)
#define PV_NEVER(condition) ((void)sizeof(condition), false)
#elif defined(PV_NEVER_TAKEN)
#define PV_NEVER(condition) (condition)
#else
#define PV_NEVER(condition) (assert(!(condition)), false)
#endif

#endif
