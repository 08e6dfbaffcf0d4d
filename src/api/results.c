#include "results.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 16 };
struct kept {
    struct pv_election_id election;
    int64_t version;
    struct pv_text tally; /* ptr NULL: free */
};
struct pv_results {
    pthread_mutex_t mutex;
    struct kept kept[KEPT];
    size_t next; /* the oldest */
};

struct pv_results *pv_results_new(void)
{
    struct pv_results *results = calloc(1, sizeof *results);
    if (results != NULL)
        (void)pthread_mutex_init(&results->mutex, NULL);
    return results;
}

void pv_results_free(struct pv_results *results)
{
    if (results == NULL)
        return;
    for (size_t i = 0; i < KEPT; i++)
        free(results->kept[i].tally.ptr);
    (void)pthread_mutex_destroy(&results->mutex);
    free(results);
}

static bool copy(struct pv_str from, struct pv_text *to)
{
    char *bytes = malloc(from.len + 1);
    if (bytes == NULL)
        return false;
    memcpy(bytes, from.ptr, from.len);
    *to = (struct pv_text){bytes, from.len};
    return true;
}

bool pv_results_get(struct pv_results *results, struct pv_election_id election, int64_t version,
                    struct pv_text *tally)
{
    bool found = false;
    (void)pthread_mutex_lock(&results->mutex);
    for (size_t i = 0; i < KEPT && !found; i++) {
        const struct kept *kept = &results->kept[i];
        if (kept->tally.ptr != NULL && kept->version == version &&
            pv_bits128_equal(kept->election.bits, election.bits))
            found = copy((struct pv_str){kept->tally.ptr, kept->tally.len}, tally);
    }
    (void)pthread_mutex_unlock(&results->mutex);
    return found;
}

void pv_results_put(struct pv_results *results, struct pv_election_id election, int64_t version,
                    struct pv_str tally)
{
    struct pv_text mine;
    if (!copy(tally, &mine))
        return;
    (void)pthread_mutex_lock(&results->mutex);
    struct kept *kept = &results->kept[results->next];
    results->next = (results->next + 1) % KEPT;
    free(kept->tally.ptr);
    *kept = (struct kept){election, version, mine};
    (void)pthread_mutex_unlock(&results->mutex);
}
