#include "adapters.h"

#include "memory_texts.h"

#include <stdlib.h>
#include <string.h>

/* An entry with its texts behind it, in one block. */
struct stored {
    struct pv_refused refused;
    char bytes[];
};

/* In the order of the sequence numbers, which are the places. */
struct memory_refusals {
    struct stored **entries;
    size_t count, capacity;
};

static enum pv_log_result no_memory(struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot use the log of refusals in memory: out of memory");
    return PV_LOG_FAULT;
}

static bool reserve(struct memory_refusals *log, size_t more)
{
    if (more <= log->capacity - log->count)
        return true;
    size_t capacity = log->capacity * 2 + more;
    struct stored **entries = realloc(log->entries, capacity * sizeof(struct stored *));
    if (entries == NULL)
        return false;
    log->entries = entries;
    log->capacity = capacity;
    return true;
}

static struct stored *store_copy(const struct pv_refused *r)
{
    size_t bytes = r->type.len + r->data.len + r->metadata.len + r->subject.len + r->code.len + r->field.len +
                   r->message.len;
    struct stored *stored = malloc(sizeof *stored + bytes + 1);
    if (stored == NULL)
        return NULL;
    stored->refused = *r;
    struct pv_refused *own = &stored->refused;
    struct pv_str *texts[] = {&own->type, &own->data,  &own->metadata, &own->subject,
                              &own->code, &own->field, &own->message};
    pv_memory_move_texts(texts, sizeof texts / sizeof texts[0], stored->bytes);
    return stored;
}

/* Takes back what a call added before it failed. */
static void truncate_to(struct memory_refusals *log, size_t count)
{
    while (log->count > count)
        free(log->entries[--log->count]);
}

static enum pv_log_result add(void *self, const struct pv_refused *entries, size_t count,
                              struct pv_fault *fault)
{
    struct memory_refusals *log = self;
    size_t before = log->count;
    if (!reserve(log, count))
        return no_memory(fault);
    for (size_t i = 0; i < count; i++) {
        struct stored *stored = store_copy(&entries[i]);
        if (stored == NULL) {
            truncate_to(log, before);
            return no_memory(fault);
        }
        stored->refused.sequence = (int64_t)log->count;
        log->entries[log->count++] = stored;
    }
    return PV_LOG_OK;
}

static enum pv_log_result find(void *self, struct pv_event_id id, pv_refused_fn *take, void *context,
                               struct pv_fault *fault)
{
    (void)fault;
    const struct memory_refusals *log = self;
    for (size_t i = log->count; i-- > 0;) {
        const struct pv_refused *entry = &log->entries[i]->refused;
        if (pv_bits128_equal(entry->id.bits, id.bits)) {
            (void)take(context, entry);
            return PV_LOG_OK;
        }
    }
    return PV_LOG_NONE;
}

static enum pv_log_result read_entries(void *self, const struct pv_election_id *election, int64_t from,
                                       pv_refused_fn *take, void *context, struct pv_fault *fault)
{
    (void)fault;
    const struct memory_refusals *log = self;
    bool more = true;
    for (size_t i = 0; i < log->count && more; i++) {
        const struct pv_refused *entry = &log->entries[i]->refused;
        if (entry->sequence >= from &&
            (election == NULL || pv_bits128_equal(entry->election.bits, election->bits)))
            more = take(context, entry);
    }
    return PV_LOG_OK;
}

static void close_log(void *self)
{
    struct memory_refusals *log = self;
    truncate_to(log, 0);
    free(log->entries);
    free(log);
}

static const struct pv_refusal_log_ops ops = {
    .add = add, .find = find, .read = read_entries, .close = close_log};

bool pv_memory_refusals_open(struct pv_refusal_log *refusals, struct pv_fault *fault)
{
    struct memory_refusals *made = calloc(1, sizeof *made);
    if (made == NULL) {
        (void)no_memory(fault);
        return false;
    }
    *refusals = (struct pv_refusal_log){&ops, made};
    return true;
}
