/* What the generator draws from: random numbers, unique ids and the clock of the election, all fixed by the
   seed. */
#ifndef PV_BENCH_SOURCE_H
#define PV_BENCH_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PV_ID_LENGTH = 26,
    PV_TIME_LENGTH = sizeof "2024-02-24T18:00:00.000000Z" - 1,
    PV_DECIMAL_MAX = 20, /* digits of a uint64_t */
};

struct pv_id {
    char text[PV_ID_LENGTH + 1]; /* a ULID in upper case */
};

struct pv_source {
    uint64_t seed;
    uint64_t random; /* state of the generator */
    uint64_t ids;    /* made so far */
    uint64_t now_us; /* since 1970 */
};

/* The clock starts at 2024-02-24T18:00:00Z. */
void pv_source_init(struct pv_source *source, uint64_t seed);

/* 0 to BELOW - 1, for a BELOW up to 2^32. */
uint64_t pv_pick(struct pv_source *source, uint64_t below);

/* True CHANCE times in a hundred. */
bool pv_percent(struct pv_source *source, uint64_t chance);

/* A ULID of this moment that no other call on this source gives. */
void pv_make_id(struct pv_source *source, struct pv_id *id);

/* A formatter of times that remembers its last second, because the next time is mostly in the same one. */
struct pv_second {
    uint64_t value;
    char text[sizeof "2024-02-24T18:00:00"];
};

/* Puts US (microseconds since 1970, from 1971 to 9999) with six digits of fraction, without a NUL. */
void pv_put_time(char text[static PV_TIME_LENGTH], struct pv_second *second, uint64_t us);

/* Puts VALUE without a NUL and returns its length. */
size_t pv_put_decimal(char text[static PV_DECIMAL_MAX], uint64_t value);

#endif
