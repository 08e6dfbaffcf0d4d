/* The law of the event store on every adapter. */
#include "adapters.h"
#include "contract_event_store.h"
#include "sqlite_db.h"
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
static struct pv_sqlite_options options;

static bool open_file(struct pv_event_store *store, struct pv_fault *fault)
{
    return pv_sqlite_store_open_with(workdir_file(&dir, "store.db"), PV_OPEN_WRITE, &options, store, fault);
}

/* With so many positions the tail goes into the index. */
static bool open_with_tail(int64_t tail, struct pv_event_store *store, struct pv_fault *fault)
{
    workdir_make(&dir);
    options = pv_sqlite_defaults;
    options.tail = tail;
    return open_file(store, fault);
}

static bool open_sqlite(struct pv_event_store *store, struct pv_fault *fault)
{
    return open_with_tail(0, store, fault);
}

static bool open_sqlite_without_tail(struct pv_event_store *store, struct pv_fault *fault)
{
    return open_with_tail(1, store, fault);
}

static bool open_sqlite_with_a_short_tail(struct pv_event_store *store, struct pv_fault *fault)
{
    return open_with_tail(3, store, fault);
}

static bool open_sqlite_with_a_tail_only(struct pv_event_store *store, struct pv_fault *fault)
{
    return open_with_tail(INT64_MAX, store, fault);
}

static bool reopen_sqlite(struct pv_event_store *store, struct pv_fault *fault)
{
    store->ops->close(store->self);
    return open_file(store, fault);
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
        {"sqlite without tail", open_sqlite_without_tail, reopen_sqlite, close_sqlite, false},
        {"sqlite with a short tail", open_sqlite_with_a_short_tail, reopen_sqlite, close_sqlite, false},
        {"sqlite with a tail only", open_sqlite_with_a_tail_only, reopen_sqlite, close_sqlite, false},
    };
    return contract_event_store(adapters, sizeof adapters / sizeof adapters[0]) == 0 ? 0 : 1;
}
