#include "adapters.h"

#include "election_ids.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    struct pv_election_id id;
    struct pv_cached cached;
};

/* In ascending order of the ids. */
struct memory_cache {
    struct entry *entries;
    size_t count, capacity;
};

static enum pv_cache_result no_memory(struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot use the cache in memory: out of memory");
    return PV_CACHE_FAULT;
}

static bool copy_text(struct pv_text *to, const char *bytes, size_t len)
{
    to->ptr = malloc(len + 1); /* one more, so that an empty text has an address too */
    if (to->ptr == NULL)
        return false;
    if (len != 0)
        memcpy(to->ptr, bytes, len);
    to->len = len;
    return true;
}

/* Pages of NULL pointers, so that a half filled list can be freed. */
static bool make_pages(struct pv_text **pages, uint32_t *count, uint32_t want)
{
    *count = 0;
    *pages = calloc(want + (size_t)1, sizeof **pages);
    if (*pages == NULL)
        return false;
    *count = want;
    return true;
}

static bool copy_pages(struct pv_text **to, uint32_t *count, const struct pv_text *from, uint32_t want)
{
    if (!make_pages(to, count, want))
        return false;
    for (uint32_t i = 0; i < want; i++) {
        if (!copy_text(&(*to)[i], from[i].ptr, from[i].len))
            return false;
    }
    return true;
}

static size_t place_of(const struct memory_cache *cache, struct pv_election_id id)
{
    size_t at = 0;
    while (at < cache->count && pv_election_id_compare(cache->entries[at].id, id) < 0)
        at++;
    return at;
}

static struct entry *find(const struct memory_cache *cache, struct pv_election_id id)
{
    size_t at = place_of(cache, id);
    if (at == cache->count || !pv_bits128_equal(cache->entries[at].id.bits, id.bits))
        return NULL;
    return &cache->entries[at];
}

/* One kind of pages: what changed or is new from the writer, the rest from what is there. */
static bool take_pages(const struct pv_cache_put *put, enum pv_page_kind kind, const struct pv_text *old,
                       uint32_t old_count, struct pv_text *pages, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct pv_str bytes;
        if (i < old_count && put->page_changed != NULL && !put->page_changed(put->context, kind, i))
            bytes = (struct pv_str){old[i].ptr, old[i].len};
        else if (!put->page(put->context, kind, i, &bytes))
            return false;
        if (!copy_text(&pages[i], bytes.ptr, bytes.len))
            return false;
    }
    return true;
}

static bool take_all(const struct pv_cache_put *put, const struct pv_cached *old, struct pv_cached *new)
{
    struct pv_str header;
    return make_pages(&new->voter_pages, &new->voter_page_count, put->voter_pages) &&
           make_pages(&new->ballot_pages, &new->ballot_page_count, put->ballot_pages) &&
           take_pages(put, PV_PAGE_KIND_VOTERS, old->voter_pages, old->voter_page_count, new->voter_pages,
                      put->voter_pages) &&
           take_pages(put, PV_PAGE_KIND_BALLOTS, old->ballot_pages, old->ballot_page_count, new->ballot_pages,
                      put->ballot_pages) &&
           put->header(put->context, &header) && copy_text(&new->header, header.ptr, header.len);
}

/* Room for one more; what is there stays where it is in the list. */
static bool reserve(struct memory_cache *cache)
{
    if (cache->count < cache->capacity)
        return true;
    size_t capacity = cache->capacity * 2 + 4;
    struct entry *entries = realloc(cache->entries, capacity * sizeof *entries);
    if (entries == NULL)
        return false;
    cache->entries = entries;
    cache->capacity = capacity;
    return true;
}

static enum pv_cache_result put(void *self, const struct pv_cache_put *put, struct pv_fault *fault)
{
    static const struct pv_cached nothing;
    struct memory_cache *cache = self;
    if (!reserve(cache))
        return no_memory(fault);
    struct entry *entry = find(cache, put->id);
    if (put->page_changed != NULL && (entry == NULL || entry->cached.last_number != put->base))
        return PV_CACHE_STALE;
    struct pv_cached new = {.last_number = put->last_number};
    if (!take_all(put, entry != NULL ? &entry->cached : &nothing, &new)) {
        pv_cached_deinit(&new);
        return no_memory(fault);
    }
    if (entry != NULL) {
        pv_cached_deinit(&entry->cached);
    } else {
        size_t at = place_of(cache, put->id);
        entry = &cache->entries[at];
        memmove(entry + 1, entry, (cache->count - at) * sizeof *entry);
        cache->count++;
    }
    *entry = (struct entry){put->id, new};
    return PV_CACHE_OK;
}

static enum pv_cache_result get(void *self, struct pv_election_id id, struct pv_cached *cached,
                                struct pv_fault *fault)
{
    const struct entry *entry = find(self, id);
    if (entry == NULL)
        return PV_CACHE_MISSING;
    const struct pv_cached *from = &entry->cached;
    struct pv_cached copy = {.last_number = from->last_number};
    if (!copy_text(&copy.header, from->header.ptr, from->header.len) ||
        !copy_pages(&copy.voter_pages, &copy.voter_page_count, from->voter_pages, from->voter_page_count) ||
        !copy_pages(&copy.ballot_pages, &copy.ballot_page_count, from->ballot_pages,
                    from->ballot_page_count)) {
        pv_cached_deinit(&copy);
        return no_memory(fault);
    }
    *cached = copy;
    return PV_CACHE_OK;
}

static enum pv_cache_result remove_entry(void *self, struct pv_election_id id, struct pv_fault *fault)
{
    (void)fault;
    struct memory_cache *cache = self;
    struct entry *entry = find(cache, id);
    if (entry == NULL)
        return PV_CACHE_MISSING;
    pv_cached_deinit(&entry->cached);
    size_t behind = (size_t)(cache->entries + cache->count - entry) - 1;
    memmove(entry, entry + 1, behind * sizeof *entry);
    cache->count--;
    return PV_CACHE_OK;
}

static enum pv_cache_result list(void *self, bool (*visit)(void *context, struct pv_election_id id),
                                 void *context, struct pv_fault *fault)
{
    const struct memory_cache *cache = self;
    struct pv_election_ids ids = {0};
    for (size_t i = 0; i < cache->count; i++) {
        if (!pv_election_ids_add(&ids, cache->entries[i].id)) {
            pv_election_ids_deinit(&ids);
            return no_memory(fault);
        }
    }
    pv_election_ids_show(&ids, visit, context);
    return PV_CACHE_OK;
}

static void close_cache(void *self)
{
    struct memory_cache *cache = self;
    for (size_t i = 0; i < cache->count; i++)
        pv_cached_deinit(&cache->entries[i].cached);
    free(cache->entries);
    free(cache);
}

static const struct pv_document_cache_ops ops = {
    .put = put, .get = get, .remove = remove_entry, .list = list, .close = close_cache};

bool pv_memory_cache_open(struct pv_document_cache *cache, struct pv_fault *fault)
{
    struct memory_cache *made = calloc(1, sizeof *made);
    if (made == NULL) {
        (void)no_memory(fault);
        return false;
    }
    *cache = (struct pv_document_cache){&ops, made};
    return true;
}
