/* The differences between two documents, value by value (F5, diff). */
#ifndef PV_DOCUMENT_DIFF_H
#define PV_DOCUMENT_DIFF_H

#include "election.h"

/* One difference: a JSON Pointer (terminated), and the value on either side as canonical JSON; ptr NULL where
   that side has none. Borrowed for the call. */
struct pv_difference {
    const char *path;
    struct pv_str cached, rebuilt;
};
typedef void pv_difference_fn(void *context, const struct pv_difference *difference);

/* Calls `found` for each smallest value in which the two differ, in an order in which they are a JSON Patch
   (RFC 6902) from the cached to the rebuilt document: `replace` where both sides have a value, `add` or
   `remove` where one has; entries are removed from the end of a list. Neither election may be unborn. PV_OK
   or PV_FAULT_MEMORY. */
enum pv_result pv_document_diff(const struct pv_election *cached, const struct pv_election *rebuilt,
                                pv_difference_fn *found, void *context) PV_MUST_USE;

#endif
