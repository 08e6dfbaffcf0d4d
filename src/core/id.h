/* Ids: 128 bits each, a type for each kind, so that the compiler refuses a mix-up (D2). */
#ifndef PV_ID_H
#define PV_ID_H

#include "refusal.h"

/* The bits of a ULID or UUID, most significant half first. All zero is "the empty id", which no valid value
 * has. */
struct pv_bits128 {
    uint64_t hi, lo;
};

enum { PV_ULID_LEN = 26, PV_UUID_LEN = 36 };

#define PV_ID_TYPE(name)                                                                                     \
    struct pv_##name {                                                                                       \
        struct pv_bits128 bits;                                                                              \
    }
PV_ID_TYPE(election_id);
PV_ID_TYPE(competition_id);
PV_ID_TYPE(candidate_id);
PV_ID_TYPE(voter_id);
PV_ID_TYPE(ballot_id);
PV_ID_TYPE(event_id);
#undef PV_ID_TYPE

static inline bool pv_bits128_equal(struct pv_bits128 a, struct pv_bits128 b)
{
    return ((a.hi ^ b.hi) | (a.lo ^ b.lo)) == 0;
}

static inline bool pv_bits128_is_zero(struct pv_bits128 a)
{
    return (a.hi | a.lo) == 0;
}

/* D2: 26 characters of Crockford's base 32 in either case, the first 0 to 7, not all zero.
   Gives PV_CODE_NONE, PV_ID_INVALID or PV_ID_EMPTY; `out` is written only for PV_CODE_NONE. */
enum pv_code pv_ulid_parse(struct pv_str text, struct pv_bits128 *out) PV_MUST_USE;
/* D2, EventId: a ULID, or a UUID of 36 characters (hex in either case). Same answers. */
enum pv_code pv_event_id_parse(struct pv_str text, struct pv_event_id *out) PV_MUST_USE;

/* Upper case, not terminated. */
void pv_ulid_format(struct pv_bits128 bits, char out[PV_ULID_LEN]);
/* Lower case with hyphens, not terminated. */
void pv_uuid_format(struct pv_bits128 bits, char out[PV_UUID_LEN]);

#endif
