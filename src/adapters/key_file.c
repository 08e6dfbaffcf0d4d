#include "key_file.h"

#include "file_dir.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static const char current_name[] = "token-key.pem", old_begin[] = "token-key-", old_end[] = ".pem";

static bool no_memory(const struct pv_dir *dir, const char *name, struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot read '%s/%s': out of memory", dir->path, name);
    return false;
}

static bool parse_key(const struct pv_dir *dir, const char *name, struct pv_str pem,
                      struct pv_signing_key **key, struct pv_fault *fault)
{
    enum pv_result result = pv_signing_key_from_pem(pem, key);
    if (result == PV_REFUSED)
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                     "'%s/%s' is not an Ed25519 private key in PEM (PKCS#8, without a passphrase)", dir->path,
                     name);
    else if (result != PV_OK)
        (void)no_memory(dir, name, fault);
    return result == PV_OK;
}

static enum pv_dir_result read_key(const struct pv_dir *dir, const char *name, struct pv_signing_key **key,
                                   struct pv_fault *fault)
{
    struct pv_text pem;
    enum pv_dir_result result = pv_dir_read_secret(dir, name, &pem, fault);
    if (result != PV_DIR_OK)
        return result;
    bool ok = parse_key(dir, name, (struct pv_str){pem.ptr, pem.len}, key, fault);
    OPENSSL_cleanse(pem.ptr, pem.len);
    free(pem.ptr);
    return ok ? PV_DIR_OK : PV_DIR_FAULT;
}

static enum pv_result new_pem(const struct pv_clock *clock, struct pv_buffer *pem)
{
    unsigned char seed[PV_SIGNING_SEED_LEN];
    struct pv_signing_key *key;
    clock->ops->random(clock->self, seed, sizeof seed);
    enum pv_result result = pv_signing_key_from_seed(seed, &key);
    OPENSSL_cleanse(seed, sizeof seed);
    if (result != PV_OK)
        return result;
    result = pv_signing_key_pem(key, pem);
    pv_signing_key_free(key);
    return result;
}

static bool make_key(const struct pv_dir *dir, const struct pv_clock *clock, struct pv_fault *fault)
{
    struct pv_buffer pem = {NULL, 0, 0};
    bool ok = new_pem(clock, &pem) == PV_OK;
    if (ok)
        ok = pv_dir_replace_secret(dir, current_name, (struct pv_str){pem.bytes, pem.len}, fault);
    else
        (void)no_memory(dir, current_name, fault);
    pv_secret_deinit(&pem);
    return ok;
}

/* Under the lock nobody else makes it; whoever waited for the lock finds it. What was made is read like any
 * other. */
static enum pv_dir_result read_or_make(const struct pv_dir *dir, const struct pv_clock *clock,
                                       struct pv_signing_key **key, struct pv_fault *fault)
{
    if (!pv_dir_lock(dir, PV_DIR_EXCLUSIVE, fault))
        return PV_DIR_FAULT;
    enum pv_dir_result result = read_key(dir, current_name, key, fault);
    if (result == PV_DIR_MISSING)
        result = make_key(dir, clock, fault) ? read_key(dir, current_name, key, fault) : PV_DIR_FAULT;
    pv_dir_unlock(dir);
    return result;
}

static bool read_current(const struct pv_dir *dir, const struct pv_clock *clock, struct pv_own_keys *keys,
                         struct pv_fault *fault)
{
    enum pv_dir_result result = read_key(dir, current_name, &keys->current, fault);
    if (result == PV_DIR_MISSING && clock != NULL)
        result = read_or_make(dir, clock, &keys->current, fault);
    if (result == PV_DIR_MISSING)
        pv_fault_set(fault, PV_FAULT_KIND_IO,
                     "there is no key '%s/%s': photovote serve makes it when it first runs", dir->path,
                     current_name);
    return result == PV_DIR_OK;
}

struct search {
    const struct pv_dir *dir;
    struct pv_jwt_keys *keys;
    struct pv_fault *fault;
    size_t found;
    bool ok;
};

static bool is_old_name(const char *name)
{
    size_t len = strlen(name), begin = sizeof old_begin - 1, end = sizeof old_end - 1;
    return len >= begin + end && memcmp(name, old_begin, begin) == 0 &&
           memcmp(name + len - end, old_end, end) == 0;
}

static bool add_old(struct search *search, const char *name)
{
    struct pv_signing_key *key;
    if (++search->found > PV_OLD_KEYS_MAX) {
        pv_fault_set(search->fault, PV_FAULT_KIND_TOO_LARGE,
                     "'%s' has more than %d old keys (%s*%s): remove some", search->dir->path,
                     PV_OLD_KEYS_MAX, old_begin, old_end);
        return false;
    }
    enum pv_dir_result read = read_key(search->dir, name, &key, search->fault);
    if (read != PV_DIR_OK)
        return read == PV_DIR_MISSING; /* removed meanwhile */
    enum pv_result result = pv_jwt_keys_add(search->keys, key);
    pv_signing_key_free(key);
    if (result == PV_OK)
        return true;
    return no_memory(search->dir, name, search->fault);
}

static bool visit(void *context, const char *name)
{
    struct search *search = context;
    if (search->ok && is_old_name(name))
        search->ok = add_old(search, name);
    return true;
}

static bool read_all(const struct pv_dir *dir, const struct pv_clock *clock, struct pv_own_keys *keys,
                     struct pv_fault *fault)
{
    if (!read_current(dir, clock, keys, fault))
        return false;
    keys->all = pv_jwt_keys_new();
    if (keys->all == NULL || pv_jwt_keys_add(keys->all, keys->current) != PV_OK)
        return no_memory(dir, current_name, fault);
    struct search search = {.dir = dir, .keys = keys->all, .fault = fault, .ok = true};
    return pv_dir_list(dir, visit, &search, fault) && search.ok;
}

bool pv_own_keys_open(const char *directory, const struct pv_clock *clock, struct pv_own_keys *keys,
                      struct pv_fault *fault)
{
    struct pv_own_keys made = {NULL, NULL};
    struct pv_dir dir;
    if (!pv_dir_open(&dir, directory, false, fault))
        return false;
    bool ok = read_all(&dir, clock, &made, fault);
    pv_dir_close(&dir);
    if (ok)
        *keys = made;
    else
        pv_own_keys_deinit(&made);
    return ok;
}

void pv_own_keys_deinit(struct pv_own_keys *keys)
{
    pv_signing_key_free(keys->current);
    pv_jwt_keys_free(keys->all);
    *keys = (struct pv_own_keys){NULL, NULL};
}
