#include "jobs.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct list {
    struct pv_job *first, **last;
};
struct pv_jobs {
    pthread_mutex_t mutex;
    pthread_cond_t ready;
    struct list queue, parked;
    size_t max, count, parked_count, asked_count /* of the parked */, sleepers;
    bool draining;
};

static void append(struct list *list, struct pv_job *job)
{
    job->next = NULL;
    *list->last = job;
    list->last = &job->next;
}

static struct pv_job *take_first(struct list *list)
{
    struct pv_job *job = list->first;
    if (job != NULL) {
        list->first = job->next;
        if (list->first == NULL)
            list->last = &list->first;
    }
    return job;
}

struct pv_jobs *pv_jobs_new(size_t max)
{
    struct pv_jobs *jobs = calloc(1, sizeof *jobs);
    pthread_condattr_t monotonic;
    if (jobs == NULL)
        return NULL;
    jobs->max = max;
    jobs->queue.last = &jobs->queue.first;
    jobs->parked.last = &jobs->parked.first;
    (void)pthread_mutex_init(&jobs->mutex, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&jobs->ready, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    return jobs;
}

static void free_list(struct list *list)
{
    for (struct pv_job *job = take_first(list); job != NULL; job = take_first(list))
        free(job);
}

void pv_jobs_free(struct pv_jobs *jobs)
{
    if (jobs == NULL)
        return;
    free_list(&jobs->queue);
    free_list(&jobs->parked);
    (void)pthread_cond_destroy(&jobs->ready);
    (void)pthread_mutex_destroy(&jobs->mutex);
    free(jobs);
}

bool pv_jobs_add(struct pv_jobs *jobs, struct pv_job *job)
{
    (void)pthread_mutex_lock(&jobs->mutex);
    bool taken = jobs->count < jobs->max && !jobs->draining;
    if (taken) {
        jobs->count++;
        append(&jobs->queue, job);
        if (jobs->sleepers > 0)
            (void)pthread_cond_signal(&jobs->ready);
    }
    (void)pthread_mutex_unlock(&jobs->mutex);
    return taken;
}

static void wait_for(struct pv_jobs *jobs, int wait_ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += wait_ms % 1000 * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    jobs->sleepers++;
    int status = 0;
    while (jobs->queue.first == NULL && !jobs->draining && status == 0)
        status = pthread_cond_timedwait(&jobs->ready, &jobs->mutex, &until);
    jobs->sleepers--;
}

struct pv_job *pv_jobs_take(struct pv_jobs *jobs, int wait_ms)
{
    (void)pthread_mutex_lock(&jobs->mutex);
    if (jobs->queue.first == NULL && wait_ms > 0)
        wait_for(jobs, wait_ms);
    struct pv_job *job = take_first(&jobs->queue);
    (void)pthread_mutex_unlock(&jobs->mutex);
    return job;
}

void pv_jobs_done(struct pv_jobs *jobs)
{
    (void)pthread_mutex_lock(&jobs->mutex);
    jobs->count--;
    (void)pthread_mutex_unlock(&jobs->mutex);
}

bool pv_jobs_park(struct pv_jobs *jobs, struct pv_job *job)
{
    (void)pthread_mutex_lock(&jobs->mutex);
    size_t room = (jobs->max + 1) / 2, room_to_ask = (room + 1) / 2;
    bool taken =
        !jobs->draining && jobs->parked_count < room && (!job->is_asked || jobs->asked_count < room_to_ask);
    if (taken) {
        jobs->parked_count++;
        jobs->asked_count += job->is_asked;
        append(&jobs->parked, job);
    }
    (void)pthread_mutex_unlock(&jobs->mutex);
    return taken;
}

void pv_jobs_unpark(struct pv_jobs *jobs, const struct pv_election_id *election)
{
    (void)pthread_mutex_lock(&jobs->mutex);
    struct list parked = jobs->parked;
    if (parked.first != NULL) {
        jobs->parked = (struct list){NULL, &jobs->parked.first};
        while (parked.first != NULL) {
            struct pv_job *job = parked.first;
            parked.first = job->next;
            bool wanted = election == NULL || pv_bits128_equal(job->election.bits, election->bits);
            jobs->parked_count -= wanted;
            jobs->asked_count -= wanted && job->is_asked;
            append(wanted ? &jobs->queue : &jobs->parked, job);
        }
        (void)pthread_cond_broadcast(&jobs->ready);
    }
    (void)pthread_mutex_unlock(&jobs->mutex);
}

void pv_jobs_drain(struct pv_jobs *jobs)
{
    (void)pthread_mutex_lock(&jobs->mutex);
    jobs->draining = true;
    (void)pthread_mutex_unlock(&jobs->mutex);
    pv_jobs_unpark(jobs, NULL);
    (void)pthread_mutex_lock(&jobs->mutex);
    (void)pthread_cond_broadcast(&jobs->ready);
    (void)pthread_mutex_unlock(&jobs->mutex);
}

size_t pv_jobs_count(struct pv_jobs *jobs)
{
    (void)pthread_mutex_lock(&jobs->mutex);
    size_t count = jobs->count;
    (void)pthread_mutex_unlock(&jobs->mutex);
    return count;
}
