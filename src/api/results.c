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

/* ptr NULL: out of memory. */
static struct pv_text copy_of(const char *bytes, size_t len)
{
    struct pv_text copy = {malloc(len + 1), len};
    if (copy.ptr != NULL)
        memcpy(copy.ptr, bytes, len);
    return copy;
}

bool pv_results_get(struct pv_results *results, struct pv_election_id election, int64_t version,
                    struct pv_text *tally)
{
    struct pv_text found = {NULL, 0};
    (void)pthread_mutex_lock(&results->mutex);
    for (size_t i = 0; i < KEPT && found.ptr == NULL; i++) {
        const struct kept *kept = &results->kept[i];
        if (kept->tally.ptr != NULL && kept->version == version &&
            pv_bits128_equal(kept->election.bits, election.bits))
            found = copy_of(kept->tally.ptr, kept->tally.len);
    }
    (void)pthread_mutex_unlock(&results->mutex);
    if (found.ptr != NULL)
        *tally = found;
    return found.ptr != NULL;
}

void pv_results_put(struct pv_results *results, struct pv_election_id election, int64_t version,
                    struct pv_str tally)
{
    struct pv_text mine = copy_of(tally.ptr, tally.len);
    if (mine.ptr == NULL)
        return;
    (void)pthread_mutex_lock(&results->mutex);
    struct kept *kept = &results->kept[results->next];
    results->next = (results->next + 1) % KEPT;
    free(kept->tally.ptr);
    *kept = (struct kept){election, version, mine};
    (void)pthread_mutex_unlock(&results->mutex);
}
