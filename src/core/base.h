/* What every header of the core needs: borrowed text, owned text, and the result of an operation. */
#ifndef PV_BASE_H
#define PV_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PV_MUST_USE __attribute__((warn_unused_result))

/* Borrowed bytes: a pointer and a length, not terminated. Whoever lends them says how long they live. */
struct pv_str {
    const char *ptr;
    size_t len;
};

/* Owned text of an aggregate: heap bytes that the aggregate frees. Empty (len 0, ptr NULL) means "none". */
struct pv_text {
    char *ptr;
    size_t len;
};

#define PV_STR(literal) ((struct pv_str){(literal), sizeof(literal) - 1})

bool pv_str_equal(struct pv_str a, struct pv_str b);

/* Asks the memory for a thing that is to be changed: for where it begins and where it ends, which is all of
   it if it is no longer than a cache line. A hint only. */
static inline void pv_prefetch(const void *thing, size_t size)
{
    __builtin_prefetch(thing, 1);
    __builtin_prefetch((const char *)thing + size, 1);
}

/* The outcome of an operation, in two tiers: a refusal is an ordinary answer of the domain (the details are
   in a struct pv_refusal); a fault is negative, says nothing about the event, and leaves the aggregate as it
   was. Only where the state rules are checked after the change (pv_election_apply) has PV_FAULT_STATE nothing
   to go back to. */
enum pv_result {
    PV_OK = 0,
    PV_REFUSED = 1,       /* by a rule of D5; the code tells which */
    PV_FAULT_MEMORY = -1, /* an allocation failed; trying again may help */
    PV_FAULT_STATE = -2,  /* ensure_valid_state rejected what when accepted: a defect of the program (D1) */
};

#endif
