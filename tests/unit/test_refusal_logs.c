/* The law of the log of refusals on every adapter. */
#include "adapters.h"
#include "contract_refusal_log.h"
#include "workdir.h"

static bool keep_memory(struct pv_refusal_log *log, struct pv_fault *fault)
{
    (void)log, (void)fault;
    return true;
}

static void close_memory(struct pv_refusal_log *log)
{
    log->ops->close(log->self);
}

static struct workdir dir;

static bool open_sqlite(struct pv_refusal_log *log, struct pv_fault *fault)
{
    workdir_make(&dir);
    return pv_sqlite_refusals_open(workdir_file(&dir, "refusals.db"), PV_OPEN_WRITE, log, fault);
}

static bool reopen_sqlite(struct pv_refusal_log *log, struct pv_fault *fault)
{
    log->ops->close(log->self);
    return pv_sqlite_refusals_open(workdir_file(&dir, "refusals.db"), PV_OPEN_WRITE, log, fault);
}

static void close_sqlite(struct pv_refusal_log *log)
{
    log->ops->close(log->self);
    workdir_remove(&dir);
}

int main(void)
{
    static const struct contract_log adapters[] = {
        {"memory", pv_memory_refusals_open, keep_memory, close_memory},
        {"sqlite", open_sqlite, reopen_sqlite, close_sqlite},
    };
    return contract_refusal_log(adapters, sizeof adapters / sizeof adapters[0]) == 0 ? 0 : 1;
}
