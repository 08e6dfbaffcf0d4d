#include "adapters.h"

#include "election_ids.h"
#include "file_dir.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* <ElectionId>.json is the document and a line feed. <ElectionId>.last says which event is the last one in
   it, in lines of a number and the SHA-256 of the document that it belongs to: of the document that is being
   put, and of the one that was put before. It is written first; so at any moment one of its lines is about
   the document that is there. */
static const char document_end[] = ".json", last_end[] = ".last";

enum {
    NAME_SIZE = PV_ULID_LEN + sizeof document_end,
    HASH_BYTES = 32,
    HASH_LEN = 2 * HASH_BYTES,
    LAST_LINE_MAX = 19 + 1 + HASH_LEN + 1, /* number, space, hash, LF */
};

struct file_cache {
    struct pv_dir dir;
    bool writable;
};

static void name_of(struct pv_election_id id, const char *end, char name[NAME_SIZE])
{
    pv_ulid_format(id.bits, name);
    memcpy(name + PV_ULID_LEN, end, strlen(end) + 1);
}

static bool no_memory(const struct file_cache *cache, const char *doing, const char *name,
                      struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot %s '%s/%s': out of memory", doing, cache->dir.path,
                 name);
    return false;
}

static bool hash_of(struct pv_str document, char hex[HASH_LEN])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char hash[HASH_BYTES];
    if (EVP_Digest(document.ptr, document.len, hash, NULL, EVP_sha256(), NULL) != 1)
        return false;
    for (size_t i = 0; i < HASH_BYTES; i++) {
        hex[2 * i] = digits[hash[i] >> 4];
        hex[2 * i + 1] = digits[hash[i] & 15];
    }
    return true;
}

/* The number in a line of .last, if it is a sound line; -1 otherwise. */
static int64_t number_in(struct pv_str line)
{
    int64_t number = 0;
    size_t at = 0;
    for (; at < line.len && line.ptr[at] >= '0' && line.ptr[at] <= '9'; at++) {
        int digit = line.ptr[at] - '0';
        if (number > (INT64_MAX - digit) / 10)
            return -1;
        number = number * 10 + digit;
    }
    return at != 0 && line.len == at + 1 + HASH_LEN && line.ptr[at] == ' ' ? number : -1;
}

/* Takes the next line, without its LF, off the text. False at the end; what does not end in LF is no line. */
static bool next_line(struct pv_str *text, struct pv_str *line)
{
    const char *end = text->len == 0 ? NULL : memchr(text->ptr, '\n', text->len);
    if (end == NULL)
        return false;
    *line = (struct pv_str){text->ptr, (size_t)(end - text->ptr)};
    *text = (struct pv_str){end + 1, text->len - line->len - 1};
    return true;
}

/* The number that .last gives for a document with this hash; -1 if it is about others. */
static int64_t number_for(struct pv_str last, const char hash[HASH_LEN])
{
    struct pv_str line;
    while (next_line(&last, &line)) {
        int64_t number = number_in(line);
        if (number >= 0 && memcmp(line.ptr + line.len - HASH_LEN, hash, HASH_LEN) == 0)
            return number;
    }
    return -1;
}

/* The first line that is about another document than this one; empty if there is none. */
static struct pv_str line_before(struct pv_str last, const char hash[HASH_LEN])
{
    struct pv_str line;
    while (next_line(&last, &line)) {
        if (number_in(line) >= 0 && memcmp(line.ptr + line.len - HASH_LEN, hash, HASH_LEN) != 0)
            return line;
    }
    return (struct pv_str){"", 0};
}

/* Replaces .last: the line of the document to come, then that of the one before it. */
static bool put_last(const struct file_cache *cache, const struct pv_cache_put *put, struct pv_str document,
                     struct pv_fault *fault)
{
    char name[NAME_SIZE], line[LAST_LINE_MAX + 1], hash[HASH_LEN];
    struct pv_text old = {NULL, 0};
    name_of(put->id, last_end, name);
    if (!hash_of(document, hash))
        return no_memory(cache, "write", name, fault);
    if (pv_dir_read(&cache->dir, name, &old, fault) == PV_DIR_FAULT)
        return false;
    struct pv_str before = line_before((struct pv_str){old.ptr, old.len}, hash);
    int len = snprintf(line, sizeof line, "%lld %.*s\n", (long long)put->last_number, HASH_LEN, hash);
    const struct pv_str pieces[] = {{line, (size_t)len}, before, {"\n", before.len != 0}};
    bool ok = pv_dir_replace(&cache->dir, name, pieces, 3, fault);
    free(old.ptr);
    return ok;
}

static enum pv_cache_result put(void *self, const struct pv_cache_put *put, struct pv_fault *fault)
{
    const struct file_cache *cache = self;
    struct pv_str document;
    char name[NAME_SIZE];
    name_of(put->id, document_end, name);
    if (!cache->writable) {
        pv_fault_set(fault, PV_FAULT_KIND_DENIED, "cannot write '%s/%s': the cache was opened to be read",
                     cache->dir.path, name);
        return PV_CACHE_FAULT;
    }
    if (!put->document(put->context, &document)) {
        (void)no_memory(cache, "write", name, fault);
        return PV_CACHE_FAULT;
    }
    if (!pv_dir_lock(&cache->dir, PV_DIR_EXCLUSIVE, fault))
        return PV_CACHE_FAULT;
    const struct pv_str pieces[] = {document, {"\n", 1}};
    bool ok = put_last(cache, put, document, fault) && pv_dir_replace(&cache->dir, name, pieces, 2, fault);
    pv_dir_unlock(&cache->dir);
    return ok ? PV_CACHE_OK : PV_CACHE_FAULT;
}

/* The document without its line feed, and its number. */
static enum pv_dir_result read_pair(const struct file_cache *cache, struct pv_election_id id,
                                    struct pv_cached *cached, struct pv_fault *fault)
{
    char name[NAME_SIZE], hash[HASH_LEN];
    struct pv_text last = {NULL, 0};
    name_of(id, document_end, name);
    enum pv_dir_result result = pv_dir_read(&cache->dir, name, &cached->header, fault);
    if (result != PV_DIR_OK)
        return result;
    struct pv_text *document = &cached->header;
    if (document->len != 0 && document->ptr[document->len - 1] == '\n')
        document->len--;
    if (!hash_of((struct pv_str){document->ptr, document->len}, hash)) {
        (void)no_memory(cache, "read", name, fault);
        return PV_DIR_FAULT;
    }
    name_of(id, last_end, name);
    result = pv_dir_read(&cache->dir, name, &last, fault);
    if (result == PV_DIR_OK)
        cached->last_number = number_for((struct pv_str){last.ptr, last.len}, hash);
    free(last.ptr);
    /* What is no file tells no number, and the document is whole all the same. */
    return result == PV_DIR_FAULT && fault->kind != PV_FAULT_KIND_DAMAGED ? PV_DIR_FAULT : PV_DIR_OK;
}

static enum pv_cache_result as_cache(enum pv_dir_result result)
{
    if (result == PV_DIR_FAULT)
        return PV_CACHE_FAULT;
    return result == PV_DIR_OK ? PV_CACHE_OK : PV_CACHE_MISSING;
}

static enum pv_cache_result get(void *self, struct pv_election_id id, struct pv_cached *cached,
                                struct pv_fault *fault)
{
    const struct file_cache *cache = self;
    struct pv_cached found = {.last_number = -1, .whole = true};
    if (!pv_dir_lock(&cache->dir, PV_DIR_SHARED, fault))
        return PV_CACHE_FAULT;
    enum pv_dir_result result = read_pair(cache, id, &found, fault);
    pv_dir_unlock(&cache->dir);
    if (result == PV_DIR_OK)
        *cached = found;
    else
        pv_cached_deinit(&found);
    return as_cache(result);
}

static enum pv_cache_result remove_election(void *self, struct pv_election_id id, struct pv_fault *fault)
{
    const struct file_cache *cache = self;
    char document[NAME_SIZE], last[NAME_SIZE];
    name_of(id, document_end, document);
    name_of(id, last_end, last);
    if (!cache->writable) {
        pv_fault_set(fault, PV_FAULT_KIND_DENIED, "cannot remove '%s/%s': the cache was opened to be read",
                     cache->dir.path, document);
        return PV_CACHE_FAULT;
    }
    if (!pv_dir_lock(&cache->dir, PV_DIR_EXCLUSIVE, fault))
        return PV_CACHE_FAULT;
    enum pv_dir_result result = pv_dir_remove(&cache->dir, document, fault);
    if (result != PV_DIR_FAULT && pv_dir_remove(&cache->dir, last, fault) == PV_DIR_FAULT)
        result = PV_DIR_FAULT;
    pv_dir_unlock(&cache->dir);
    return as_cache(result);
}

/* A document has the name that put gives it; everything else in the directory is not ours. */
static bool collect(void *context, const char *name)
{
    struct pv_election_id id;
    char ours[NAME_SIZE];
    if (strlen(name) < PV_ULID_LEN ||
        pv_ulid_parse((struct pv_str){name, PV_ULID_LEN}, &id.bits) != PV_CODE_NONE)
        return true;
    name_of(id, document_end, ours);
    return strcmp(name, ours) != 0 || pv_election_ids_add(context, id);
}

static enum pv_cache_result list(void *self, bool (*visit)(void *context, struct pv_election_id id),
                                 void *context, struct pv_fault *fault)
{
    const struct file_cache *cache = self;
    struct pv_election_ids ids = {0};
    if (!pv_dir_list(&cache->dir, collect, &ids, fault)) {
        pv_election_ids_deinit(&ids);
        return PV_CACHE_FAULT;
    }
    pv_election_ids_show(&ids, visit, context);
    return PV_CACHE_OK;
}

static void close_cache(void *self)
{
    struct file_cache *cache = self;
    pv_dir_close(&cache->dir);
    free(cache);
}

static const struct pv_document_cache_ops ops = {
    .put = put, .get = get, .remove = remove_election, .list = list, .close = close_cache};

bool pv_file_cache_open(const char *dir, enum pv_open_mode mode, struct pv_document_cache *cache,
                        struct pv_fault *fault)
{
    struct file_cache *made = calloc(1, sizeof *made);
    if (made == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot open '%s': out of memory", dir);
        return false;
    }
    made->writable = mode == PV_OPEN_WRITE;
    if (!pv_dir_open(&made->dir, dir, made->writable, fault)) {
        free(made);
        return false;
    }
    *cache = (struct pv_document_cache){&ops, made};
    return true;
}
