#include "caller_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    uint64_t used; /* 0: free */
    unsigned char digest[PV_SHA256_LEN];
    struct pv_cached_term term;
    struct pv_known_caller known;
};

struct pv_caller_cache {
    pthread_mutex_t lock;
    uint64_t uses;
    size_t sets;
    struct entry entries[]; /* PV_CACHE_WAYS a set */
};

struct pv_caller_cache *pv_caller_cache_new(size_t entries)
{
    size_t sets = entries / PV_CACHE_WAYS + (entries % PV_CACHE_WAYS != 0);
    if (sets > SIZE_MAX / 2 / PV_CACHE_WAYS / sizeof(struct entry))
        return NULL;
    struct pv_caller_cache *cache = calloc(1, sizeof *cache + sets * PV_CACHE_WAYS * sizeof(struct entry));
    if (cache == NULL)
        return NULL;
    cache->sets = sets;
    if (pthread_mutex_init(&cache->lock, NULL) != 0) {
        free(cache);
        return NULL;
    }
    return cache;
}

void pv_caller_cache_free(struct pv_caller_cache *cache)
{
    if (cache == NULL)
        return;
    (void)pthread_mutex_destroy(&cache->lock);
    free(cache);
}

/* The ways that a digest may be in. Nobody can choose tokens for one set: they would have to be signed. */
static struct entry *set_of(struct pv_caller_cache *cache, const unsigned char *digest)
{
    uint64_t hash;
    memcpy(&hash, digest, sizeof hash);
    return cache->entries + hash % cache->sets * PV_CACHE_WAYS;
}

static struct entry *find(struct entry *set, const unsigned char *digest)
{
    for (struct entry *entry = set; entry < set + PV_CACHE_WAYS; entry++) {
        if (entry->used != 0 && memcmp(entry->digest, digest, PV_SHA256_LEN) == 0)
            return entry;
    }
    return NULL;
}

static struct entry *oldest(struct entry *set)
{
    struct entry *found = set;
    for (struct entry *entry = set + 1; entry < set + PV_CACHE_WAYS; entry++) {
        if (entry->used < found->used)
            found = entry;
    }
    return found;
}

/* The texts of a caller lie behind it. */
static void copy(struct pv_known_caller *to, const struct pv_known_caller *from)
{
    *to = *from;
    if (to->caller.subject.ptr != NULL)
        to->caller.subject.ptr = to->subject;
    if (to->caller.email.ptr != NULL)
        to->caller.email.ptr = to->email;
}

bool pv_caller_cache_get(struct pv_caller_cache *cache, const unsigned char digest[PV_SHA256_LEN],
                         struct pv_known_caller *known, struct pv_cached_term *term)
{
    if (cache->sets == 0)
        return false;
    (void)pthread_mutex_lock(&cache->lock);
    struct entry *entry = find(set_of(cache, digest), digest);
    if (entry != NULL) {
        entry->used = ++cache->uses;
        copy(known, &entry->known);
        *term = entry->term;
    }
    (void)pthread_mutex_unlock(&cache->lock);
    return entry != NULL;
}

void pv_caller_cache_put(struct pv_caller_cache *cache, const unsigned char digest[PV_SHA256_LEN],
                         const struct pv_known_caller *known, const struct pv_cached_term *term)
{
    if (cache->sets == 0)
        return;
    (void)pthread_mutex_lock(&cache->lock);
    struct entry *set = set_of(cache, digest), *entry = find(set, digest);
    if (entry == NULL)
        entry = oldest(set);
    entry->used = ++cache->uses;
    entry->term = *term;
    memcpy(entry->digest, digest, PV_SHA256_LEN);
    copy(&entry->known, known);
    (void)pthread_mutex_unlock(&cache->lock);
}
