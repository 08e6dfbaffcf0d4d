#include "adapters.h"

#include "election_ids.h"
#include "out.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    struct pv_election_id id;
    struct pv_cached cached;
    struct pv_text summary;       /* ptr NULL: it was put without one */
    struct pv_text *page_keys[2]; /* by kind: of each page that cached has, its keys, a line each */
};

/* In ascending order of the ids. */
struct memory_cache {
    struct entry *entries;
    size_t count, capacity;
    int64_t checkpoint;
};

static enum pv_cache_result no_memory(struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot use the cache in memory: out of memory");
    return PV_CACHE_FAULT;
}

static bool copy_text(struct pv_text *to, const char *bytes, size_t len)
{
    char *copy = malloc(len + 1); /* one more, so that an empty text has an address too */
    if (copy == NULL)
        return false;
    if (len != 0)
        memcpy(copy, bytes, len);
    *to = (struct pv_text){copy, len};
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

static const struct pv_text *pages_of(const struct entry *entry, enum pv_page_kind kind, uint32_t *count)
{
    bool voters = kind == PV_PAGE_KIND_VOTERS;
    *count = voters ? entry->cached.voter_page_count : entry->cached.ballot_page_count;
    return voters ? entry->cached.voter_pages : entry->cached.ballot_pages;
}

static void entry_deinit(struct entry *entry)
{
    for (enum pv_page_kind kind = PV_PAGE_KIND_VOTERS; kind <= PV_PAGE_KIND_BALLOTS; kind++) {
        uint32_t count;
        (void)pages_of(entry, kind, &count);
        for (uint32_t i = 0; entry->page_keys[kind] != NULL && i < count; i++)
            free(entry->page_keys[kind][i].ptr);
        free(entry->page_keys[kind]);
    }
    free(entry->summary.ptr);
    pv_cached_deinit(&entry->cached);
}

/* --- put --- */

static void take_key(void *context, struct pv_str key)
{
    struct pv_out *lines = context;
    pv_out_str(lines, key);
    pv_out_char(lines, '\n');
}

/* The keys of a page as lines. */
static bool take_keys(const struct pv_cache_put *put, enum pv_page_kind kind, uint32_t page,
                      struct pv_text *keys)
{
    struct pv_buffer buffer = {NULL, 0, 0};
    struct pv_out lines;
    pv_out_init(&lines, pv_buffer_write, &buffer);
    if (put->page_keys != NULL)
        put->page_keys(put->context, kind, page, take_key, &lines);
    bool taken = pv_out_flush(&lines);
    *keys = (struct pv_text){buffer.bytes, buffer.len};
    return taken;
}

/* One kind of pages with their keys: what changed or is new from the writer, the rest from what is there. */
static bool take_pages(const struct pv_cache_put *put, enum pv_page_kind kind, const struct entry *old,
                       struct entry *new, struct pv_text *pages, uint32_t count)
{
    uint32_t old_count = 0;
    const struct pv_text *old_pages = old != NULL ? pages_of(old, kind, &old_count) : NULL;
    new->page_keys[kind] = calloc(count + (size_t)1, sizeof(struct pv_text));
    if (new->page_keys[kind] == NULL)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        struct pv_text *keys = &new->page_keys[kind][i];
        struct pv_str bytes;
        bool kept = i < old_count && put->page_changed != NULL && !put->page_changed(put->context, kind, i);
        if (kept)
            bytes = (struct pv_str){old_pages[i].ptr, old_pages[i].len};
        else if (!put->page(put->context, kind, i, &bytes))
            return false;
        if (!copy_text(&pages[i], bytes.ptr, bytes.len))
            return false;
        if (!(kept ? copy_text(keys, old->page_keys[kind][i].ptr, old->page_keys[kind][i].len)
                   : take_keys(put, kind, i, keys)))
            return false;
    }
    return true;
}

static bool take_summary(const struct pv_cache_put *put, struct entry *new)
{
    struct pv_str bytes;
    if (put->summary == NULL)
        return true;
    return put->summary(put->context, &bytes) && copy_text(&new->summary, bytes.ptr, bytes.len);
}

static bool take_all(const struct pv_cache_put *put, const struct entry *old, struct entry *new)
{
    struct pv_cached *cached = &new->cached;
    struct pv_str header;
    return make_pages(&cached->voter_pages, &cached->voter_page_count, put->voter_pages) &&
           make_pages(&cached->ballot_pages, &cached->ballot_page_count, put->ballot_pages) &&
           take_summary(put, new) &&
           take_pages(put, PV_PAGE_KIND_VOTERS, old, new, cached->voter_pages, put->voter_pages) &&
           take_pages(put, PV_PAGE_KIND_BALLOTS, old, new, cached->ballot_pages, put->ballot_pages) &&
           put->header(put->context, &header) && copy_text(&cached->header, header.ptr, header.len);
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
    struct memory_cache *cache = self;
    if (!reserve(cache))
        return no_memory(fault);
    struct entry *entry = find(cache, put->id);
    if (put->page_changed != NULL && (entry == NULL || entry->cached.last_number != put->base))
        return PV_CACHE_STALE;
    struct entry new = {.id = put->id, .cached.last_number = put->last_number};
    if (!take_all(put, entry, &new)) {
        entry_deinit(&new);
        return no_memory(fault);
    }
    if (entry != NULL) {
        entry_deinit(entry);
    } else {
        size_t at = place_of(cache, put->id);
        entry = &cache->entries[at];
        memmove(entry + 1, entry, (cache->count - at) * sizeof *entry);
        cache->count++;
    }
    *entry = new;
    return PV_CACHE_OK;
}

/* --- get --- */

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
    entry_deinit(entry);
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

/* --- parts alone --- */

static enum pv_cache_result get_header(void *self, struct pv_election_id id, int64_t *last_number,
                                       struct pv_text *header, struct pv_fault *fault)
{
    const struct entry *entry = find(self, id);
    if (entry == NULL)
        return PV_CACHE_MISSING;
    if (!copy_text(header, entry->cached.header.ptr, entry->cached.header.len))
        return no_memory(fault);
    *last_number = entry->cached.last_number;
    return PV_CACHE_OK;
}

static enum pv_cache_result get_page(void *self, struct pv_election_id id, enum pv_page_kind kind,
                                     uint32_t page, int64_t *last_number, struct pv_text *json,
                                     struct pv_fault *fault)
{
    const struct entry *entry = find(self, id);
    uint32_t count = 0;
    const struct pv_text *pages = entry != NULL ? pages_of(entry, kind, &count) : NULL;
    if (page >= count)
        return PV_CACHE_MISSING;
    if (!copy_text(json, pages[page].ptr, pages[page].len))
        return no_memory(fault);
    *last_number = entry->cached.last_number;
    return PV_CACHE_OK;
}

/* Whether one of the lines is the key. */
static bool has_key(const struct pv_text *lines, struct pv_str key)
{
    for (size_t at = 0, len; at < lines->len; at += len + 1) {
        const char *line = lines->ptr + at;
        len = (size_t)((const char *)memchr(line, '\n', lines->len - at) - line);
        if (pv_str_equal((struct pv_str){line, len}, key))
            return true;
    }
    return false;
}

static enum pv_cache_result find_page(void *self, struct pv_election_id id, enum pv_page_kind kind,
                                      struct pv_str key, uint32_t *page, struct pv_fault *fault)
{
    (void)fault;
    const struct entry *entry = find(self, id);
    uint32_t count = 0;
    if (entry != NULL)
        (void)pages_of(entry, kind, &count);
    for (uint32_t i = 0; i < count; i++) {
        if (has_key(&entry->page_keys[kind][i], key)) {
            *page = i;
            return PV_CACHE_OK;
        }
    }
    return PV_CACHE_MISSING;
}

static enum pv_cache_result summaries(void *self, const struct pv_election_id *after,
                                      bool (*visit)(void *context, struct pv_election_id id,
                                                    int64_t last_number, struct pv_str summary),
                                      void *context, struct pv_fault *fault)
{
    (void)fault;
    const struct memory_cache *cache = self;
    for (size_t i = 0; i < cache->count; i++) {
        const struct entry *entry = &cache->entries[i];
        if (entry->summary.ptr == NULL || (after != NULL && pv_election_id_compare(entry->id, *after) <= 0))
            continue;
        if (!visit(context, entry->id, entry->cached.last_number,
                   (struct pv_str){entry->summary.ptr, entry->summary.len}))
            break;
    }
    return PV_CACHE_OK;
}

static enum pv_cache_result get_checkpoint(void *self, int64_t *position, struct pv_fault *fault)
{
    (void)fault;
    *position = ((const struct memory_cache *)self)->checkpoint;
    return PV_CACHE_OK;
}

static enum pv_cache_result put_checkpoint(void *self, int64_t position, struct pv_fault *fault)
{
    (void)fault;
    ((struct memory_cache *)self)->checkpoint = position;
    return PV_CACHE_OK;
}

static void close_cache(void *self)
{
    struct memory_cache *cache = self;
    for (size_t i = 0; i < cache->count; i++)
        entry_deinit(&cache->entries[i]);
    free(cache->entries);
    free(cache);
}

static const struct pv_document_cache_ops ops = {
    .put = put,
    .get = get,
    .remove = remove_entry,
    .list = list,
    .get_header = get_header,
    .get_page = get_page,
    .find = find_page,
    .summaries = summaries,
    .get_checkpoint = get_checkpoint,
    .put_checkpoint = put_checkpoint,
    .close = close_cache,
};

bool pv_memory_cache_open(struct pv_document_cache *cache, struct pv_fault *fault)
{
    struct memory_cache *made = calloc(1, sizeof *made);
    if (made == NULL) {
        (void)no_memory(fault);
        return false;
    }
    made->checkpoint = -1;
    *cache = (struct pv_document_cache){&ops, made};
    return true;
}
