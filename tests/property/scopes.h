/* The small scopes of the exhaustive search: an alphabet of events each, chosen to exhaust one part of the
 * domain. */
#ifndef PV_SCOPES_H
#define PV_SCOPES_H

#include "buf.h"
#include "model.h"

enum { LETTERS_MAX = 64 };

struct letter {
    struct pv_event event;
    struct fact fact;
};

struct scope {
    const char *name;
    /* A line an event: type, then its fields as key=value; fields beginning with a space are the same for
     * all. */
    const char *const *events;
    size_t prelude; /* so many of them happen first, once each */
    /* 0: versions are left out of a state's key, and every reachable state is visited. Else they are part of
       it, and all histories of at most so many events (after the prelude) are. */
    unsigned depth;
    /* What the search must find, no more and no less. */
    unsigned long states, transitions;
};

extern const struct scope scopes[];
extern const size_t scope_count;

/* The events of a scope, read by the codec and by the model; the bag keeps their texts. Returns their number;
   ends the process if one of them is refused. */
size_t scope_letters(const struct scope *scope, struct letter letters[LETTERS_MAX], struct bag *bag);

#endif
