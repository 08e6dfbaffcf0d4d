/* Where parts that are asked for again and again were found: a place for the last bits of an id, with more of
   its bits as a tag and a position in some list. It saves the hash and the map's slot for most ratings of an
   open election.

   What it says is a guess: whoever asks compares the id at that position before believing it, and asks the
   map where the guess is wrong. So nothing depends on what stands in it, and ids that were chosen to collide
   only make it useless. Internal to the core. */
#ifndef PV_MEMO_H
#define PV_MEMO_H

#include "id.h"

enum { PV_MEMO_BITS = 10, PV_MEMO_PLACES = 1 << PV_MEMO_BITS };

struct pv_memo_place {
    uint32_t tag, position;
};
/* All zero: nothing is known, and guesses are 0 for ids whose tag is 0. */
struct pv_memo {
    struct pv_memo_place candidates[PV_MEMO_PLACES], ballots[PV_MEMO_PLACES];
};

static inline struct pv_memo_place *pv_memo_place(struct pv_memo_place *places, struct pv_bits128 id)
{
    return &places[id.lo % PV_MEMO_PLACES];
}
static inline uint32_t pv_memo_tag(struct pv_bits128 id)
{
    return (uint32_t)(id.lo >> PV_MEMO_BITS);
}
static inline void pv_memo_note(struct pv_memo_place *places, struct pv_bits128 id, uint32_t position)
{
    *pv_memo_place(places, id) = (struct pv_memo_place){pv_memo_tag(id), position};
}
/* A position below `count`; false if there is no guess. */
static inline bool pv_memo_guess(struct pv_memo_place *places, struct pv_bits128 id, uint32_t count,
                                 uint32_t *position)
{
    const struct pv_memo_place *place = pv_memo_place(places, id);
    *position = place->position;
    return place->tag == pv_memo_tag(id) && place->position < count;
}

#endif
