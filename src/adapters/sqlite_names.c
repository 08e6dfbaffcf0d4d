#include "sqlite_names.h"

#include <stdlib.h>
#include <string.h>

int pv_sqlite_names_init(struct pv_sqlite_names *names, const struct pv_sqlite *sqlite,
                         const char *const sql[3])
{
    sqlite3_stmt *statements[3];
    int status = pv_sqlite_prepare(sqlite, sql, statements, 3);
    if (status != SQLITE_OK)
        return status;
    names->find = statements[0];
    names->name_of = statements[1];
    names->add = statements[2];
    return SQLITE_OK;
}

void pv_sqlite_names_forget(struct pv_sqlite_names *names)
{
    for (size_t i = 0; i < PV_SQLITE_NAMES_AT_HAND; i++) {
        free(names->by_key[i].name.ptr);
        free(names->by_name[i].name.ptr);
    }
    memset(names->by_key, 0, sizeof names->by_key);
    memset(names->by_name, 0, sizeof names->by_name);
}

void pv_sqlite_names_deinit(struct pv_sqlite_names *names)
{
    pv_sqlite_names_forget(names);
    (void)sqlite3_finalize(names->find);
    (void)sqlite3_finalize(names->name_of);
    (void)sqlite3_finalize(names->add);
}

/* FNV-1a, over the end of the name: that is where names of streams differ. */
static size_t place_of_name(struct pv_str name)
{
    uint32_t hash = 2166136261u;
    for (size_t i = name.len > 12 ? name.len - 12 : 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.ptr[i]) * 16777619u;
    return (hash ^ hash >> 16) % PV_SQLITE_NAMES_AT_HAND;
}

static size_t place_of_key(int64_t key)
{
    return (size_t)((uint64_t)key % PV_SQLITE_NAMES_AT_HAND);
}

static bool keep(struct pv_sqlite_name *place, int64_t key, struct pv_str name)
{
    char *copy = malloc(name.len + 1); /* one more, so that an empty name has an address too */
    if (copy == NULL)
        return false;
    if (name.len != 0)
        memcpy(copy, name.ptr, name.len);
    free(place->name.ptr);
    *place = (struct pv_sqlite_name){key, {copy, name.len}};
    return true;
}

int pv_sqlite_names_find(struct pv_sqlite_names *names, struct pv_str name, int64_t *key)
{
    struct pv_sqlite_name *place = &names->by_name[place_of_name(name)];
    if (place->key != 0 && pv_str_equal((struct pv_str){place->name.ptr, place->name.len}, name)) {
        *key = place->key;
        return SQLITE_ROW;
    }
    int status = pv_sqlite_bind(names->find, 1, name);
    if (status == SQLITE_OK)
        status = pv_sqlite_integer(names->find, key);
    if (status == SQLITE_ROW && !keep(place, *key, name))
        return SQLITE_NOMEM;
    return status;
}

int pv_sqlite_names_make(struct pv_sqlite_names *names, struct pv_str name, int64_t *key)
{
    int status = pv_sqlite_names_find(names, name, key);
    if (status != SQLITE_DONE)
        return status;
    status = pv_sqlite_bind(names->add, 1, name);
    if (status == SQLITE_OK)
        status = pv_sqlite_run(names->add);
    return status == SQLITE_DONE ? pv_sqlite_names_find(names, name, key) : status;
}

int pv_sqlite_names_get(struct pv_sqlite_names *names, int64_t key, struct pv_str *name)
{
    struct pv_sqlite_name *place = &names->by_key[place_of_key(key)];
    if (place->key != key || key == 0) {
        int status = sqlite3_bind_int64(names->name_of, 1, key);
        if (status == SQLITE_OK)
            status = sqlite3_step(names->name_of);
        if (status == SQLITE_ROW && !keep(place, key, pv_sqlite_column(names->name_of, 0)))
            status = SQLITE_NOMEM;
        int end = sqlite3_reset(names->name_of);
        if (status != SQLITE_ROW)
            return end != SQLITE_OK ? end : status;
    }
    *name = (struct pv_str){place->name.ptr, place->name.len};
    return SQLITE_ROW;
}
