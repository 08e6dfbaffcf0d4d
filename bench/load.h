/* The parts of pv-bench-load: voters out of a file, connections that ask as fast as they are answered, and
   the times that the answers took. */
#ifndef PV_BENCH_LOAD_H
#define PV_BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PV_LOAD_ID = 26, PV_LOAD_CANDIDATES_MAX = 64 };

/* Who rates, and what. */
struct pv_load_user {
    char *token;
    char election[PV_LOAD_ID + 1], ballot[PV_LOAD_ID + 1], competition[PV_LOAD_ID + 1];
    char (*candidates)[PV_LOAD_ID + 1];
    size_t candidate_count;
};
struct pv_load_users {
    struct pv_load_user *list;
    size_t count;
};
/* A line a user: token, election, ballot, competition, candidates, with single spaces between. False: told on
   standard error. */
bool pv_load_users_read(struct pv_load_users *users, const char *path);
void pv_load_users_free(struct pv_load_users *users);

/* Times in microseconds, kept one by one. */
struct pv_load_times {
    uint32_t *list;
    size_t count, capacity;
};
void pv_load_times_add(struct pv_load_times *times, int64_t us);
/* The least time that `share` of all are not above; sorts. 0 of none. */
uint32_t pv_load_times_at(struct pv_load_times *times, double share);

struct pv_load_plan {
    uint16_t port;
    unsigned connections;
    bool reads;       /* after each rating the voter reads the ballot */
    int64_t run_us;   /* after that no connection asks any more */
    int64_t pause_us; /* between an answer and the next request */
};
struct pv_load_result {
    struct pv_load_times events, reads;
    uint64_t wrong; /* answers with another status than 200 */
    int64_t us;     /* from the first request to the last answer */
};
/* False: told on standard error. */
bool pv_load_run(const struct pv_load_plan *plan, const struct pv_load_users *users,
                 struct pv_load_result *result);

int64_t pv_load_now_us(void);

#endif
