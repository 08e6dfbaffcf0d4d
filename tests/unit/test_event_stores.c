/* The law of the event store on every adapter. */
#include "adapters.h"
#include "contract_event_store.h"
#include "workdir.h"

static bool open_memory(struct pv_event_store *store, struct pv_fault *fault)
{
    return pv_memory_store_open(store, fault);
}

static bool keep_memory(struct pv_event_store *store, struct pv_fault *fault)
{
    (void)store, (void)fault;
    return true;
}

static void close_memory(struct pv_event_store *store)
{
    store->ops->close(store->self);
}

static struct workdir dir;

static bool open_sqlite(struct pv_event_store *store, struct pv_fault *fault)
{
    workdir_make(&dir);
    return pv_sqlite_store_open(workdir_file(&dir, "store.db"), PV_OPEN_WRITE, store, fault);
}

static bool reopen_sqlite(struct pv_event_store *store, struct pv_fault *fault)
{
    store->ops->close(store->self);
    return pv_sqlite_store_open(workdir_file(&dir, "store.db"), PV_OPEN_WRITE, store, fault);
}

static void close_sqlite(struct pv_event_store *store)
{
    store->ops->close(store->self);
    workdir_remove(&dir);
}

int main(void)
{
    static const struct contract_store adapters[] = {
        {"memory", open_memory, keep_memory, close_memory, false},
        {"sqlite", open_sqlite, reopen_sqlite, close_sqlite, false},
    };
    return contract_event_store(adapters, sizeof adapters / sizeof adapters[0]) == 0 ? 0 : 1;
}
