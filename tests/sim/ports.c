/* The event store, the log of refusals and the cache, with faults in front. The calls of a reader do not say
   whose they are, so there is one simulation at a time. */
#include "sim.h"

static struct sim *here;

/* --- the event store; `self` is the handle behind it --- */

static enum pv_store_result append_group(void *self, struct pv_append *appends, size_t count,
                                         struct pv_fault *fault)
{
    struct pv_event_store *inside = self;
    if (sim_happens(here, FAULT_SECOND_WRITER))
        sim_second_writer(here, appends[0].stream);
    if (!sim_before_write(here, PLACE_APPEND, FAULT_STORE_BEFORE, fault))
        return PV_STORE_FAULT;
    enum pv_store_result result = inside->ops->append_group(inside->self, appends, count, fault);
    for (size_t i = 0; result == PV_STORE_OK && i < count; i++)
        sim_tell(here, "append %.*s at %lld: %zu events, %d", (int)appends[i].stream.len,
                 appends[i].stream.ptr, (long long)appends[i].expected, appends[i].count, appends[i].result);
    if (!sim_after_write(here, PLACE_APPEND, FAULT_STORE_AFTER, fault))
        return PV_STORE_FAULT;
    return result;
}

static enum pv_store_result find(void *self, struct pv_str stream, struct pv_event_id id,
                                 struct pv_recorded *found, struct pv_fault *fault)
{
    struct pv_event_store *inside = self;
    if (!sim_may_read(here, FAULT_STORE_READ, fault))
        return PV_STORE_FAULT;
    return inside->ops->find(inside->self, stream, id, found, fault);
}

static enum pv_store_result last_number(void *self, struct pv_str stream, int64_t *number,
                                        struct pv_fault *fault)
{
    struct pv_event_store *inside = self;
    if (!sim_may_read(here, FAULT_STORE_READ, fault))
        return PV_STORE_FAULT;
    return inside->ops->last_number(inside->self, stream, number, fault);
}

static enum pv_store_result last_position(void *self, int64_t *position, struct pv_fault *fault)
{
    struct pv_event_store *inside = self;
    if (!sim_may_read(here, FAULT_STORE_READ, fault))
        return PV_STORE_FAULT;
    return inside->ops->last_position(inside->self, position, fault);
}

static enum pv_store_result open_reader(void *self, struct pv_str stream, int64_t from,
                                        struct pv_store_reader **reader, struct pv_fault *fault)
{
    struct pv_event_store *inside = self;
    if (!sim_may_read(here, FAULT_STORE_READ, fault))
        return PV_STORE_FAULT;
    return inside->ops->read(inside->self, stream, from, reader, fault);
}

static enum pv_store_result next(struct pv_store_reader *reader, struct pv_recorded *records, size_t max,
                                 size_t *count, struct pv_fault *fault)
{
    if (!sim_may_read(here, FAULT_STORE_READ, fault))
        return PV_STORE_FAULT;
    return here->world.store.ops->next(reader, records, max, count, fault);
}

static void close_reader(struct pv_store_reader *reader)
{
    here->world.store.ops->close_reader(reader);
}

/* --- the log of refusals --- */

static enum pv_log_result log_add(void *self, const struct pv_refused *entries, size_t count,
                                  struct pv_fault *fault)
{
    struct pv_refusal_log *inside = self;
    if (!sim_before_write(here, PLACE_LOG, FAULT_LOG_BEFORE, fault))
        return PV_LOG_FAULT;
    enum pv_log_result result = inside->ops->add(inside->self, entries, count, fault);
    if (!sim_after_write(here, PLACE_LOG, FAULT_LOG_AFTER, fault))
        return PV_LOG_FAULT;
    return result;
}

static enum pv_log_result log_find(void *self, struct pv_event_id id, pv_refused_fn *take, void *context,
                                   struct pv_fault *fault)
{
    struct pv_refusal_log *inside = self;
    if (!sim_may_read(here, FAULT_LOG_READ, fault))
        return PV_LOG_FAULT;
    return inside->ops->find(inside->self, id, take, context, fault);
}

static enum pv_log_result log_read(void *self, const struct pv_election_id *election, int64_t from,
                                   pv_refused_fn *take, void *context, struct pv_fault *fault)
{
    struct pv_refusal_log *inside = self;
    if (!sim_may_read(here, FAULT_LOG_READ, fault))
        return PV_LOG_FAULT;
    return inside->ops->read(inside->self, election, from, take, context, fault);
}

/* --- the cache --- */

static enum pv_cache_result put(void *self, const struct pv_cache_put *put, struct pv_fault *fault)
{
    struct pv_document_cache *inside = self;
    if (!sim_before_write(here, PLACE_PUT, FAULT_CACHE_BEFORE, fault))
        return PV_CACHE_FAULT;
    enum pv_cache_result result = inside->ops->put(inside->self, put, fault);
    sim_tell(here, "put at %lld: %d", (long long)put->last_number, result);
    if (!sim_after_write(here, PLACE_PUT, FAULT_CACHE_AFTER, fault))
        return PV_CACHE_FAULT;
    return result;
}

static enum pv_cache_result remove_it(void *self, struct pv_election_id id, struct pv_fault *fault)
{
    struct pv_document_cache *inside = self;
    if (!sim_before_write(here, PLACE_REMOVE, FAULT_CACHE_BEFORE, fault))
        return PV_CACHE_FAULT;
    enum pv_cache_result result = inside->ops->remove(inside->self, id, fault);
    if (!sim_after_write(here, PLACE_REMOVE, FAULT_CACHE_AFTER, fault))
        return PV_CACHE_FAULT;
    return result;
}

static enum pv_cache_result put_checkpoint(void *self, int64_t position, struct pv_fault *fault)
{
    struct pv_document_cache *inside = self;
    if (!sim_before_write(here, PLACE_CHECKPOINT, FAULT_CACHE_BEFORE, fault))
        return PV_CACHE_FAULT;
    enum pv_cache_result result = inside->ops->put_checkpoint(inside->self, position, fault);
    sim_tell(here, "checkpoint %lld", (long long)position);
    if (!sim_after_write(here, PLACE_CHECKPOINT, FAULT_CACHE_AFTER, fault))
        return PV_CACHE_FAULT;
    return result;
}

static enum pv_cache_result get(void *self, struct pv_election_id id, struct pv_cached *cached,
                                struct pv_fault *fault)
{
    struct pv_document_cache *inside = self;
    if (!sim_may_read(here, FAULT_CACHE_READ, fault))
        return PV_CACHE_FAULT;
    return inside->ops->get(inside->self, id, cached, fault);
}

static enum pv_cache_result list(void *self, bool (*visit)(void *context, struct pv_election_id id),
                                 void *context, struct pv_fault *fault)
{
    struct pv_document_cache *inside = self;
    if (!sim_may_read(here, FAULT_CACHE_READ, fault))
        return PV_CACHE_FAULT;
    return inside->ops->list(inside->self, visit, context, fault);
}

static enum pv_cache_result get_header(void *self, struct pv_election_id id, int64_t *last_number_of,
                                       struct pv_text *header, struct pv_fault *fault)
{
    struct pv_document_cache *inside = self;
    if (!sim_may_read(here, FAULT_CACHE_READ, fault))
        return PV_CACHE_FAULT;
    return inside->ops->get_header(inside->self, id, last_number_of, header, fault);
}

static enum pv_cache_result get_page(void *self, struct pv_election_id id, enum pv_page_kind kind,
                                     uint32_t page, int64_t *last_number_of, struct pv_text *json,
                                     struct pv_fault *fault)
{
    struct pv_document_cache *inside = self;
    if (!sim_may_read(here, FAULT_CACHE_READ, fault))
        return PV_CACHE_FAULT;
    return inside->ops->get_page(inside->self, id, kind, page, last_number_of, json, fault);
}

static enum pv_cache_result find_page(void *self, struct pv_election_id id, enum pv_page_kind kind,
                                      struct pv_str key, uint32_t *page, struct pv_fault *fault)
{
    struct pv_document_cache *inside = self;
    if (!sim_may_read(here, FAULT_CACHE_READ, fault))
        return PV_CACHE_FAULT;
    return inside->ops->find(inside->self, id, kind, key, page, fault);
}

static enum pv_cache_result summaries(void *self, const struct pv_election_id *after,
                                      bool (*visit)(void *context, struct pv_election_id id,
                                                    int64_t last_number_of, struct pv_str summary),
                                      void *context, struct pv_fault *fault)
{
    struct pv_document_cache *inside = self;
    if (!sim_may_read(here, FAULT_CACHE_READ, fault))
        return PV_CACHE_FAULT;
    return inside->ops->summaries(inside->self, after, visit, context, fault);
}

static enum pv_cache_result get_checkpoint(void *self, int64_t *position, struct pv_fault *fault)
{
    struct pv_document_cache *inside = self;
    if (!sim_may_read(here, FAULT_CACHE_READ, fault))
        return PV_CACHE_FAULT;
    return inside->ops->get_checkpoint(inside->self, position, fault);
}

void sim_make_ports(struct sim *s)
{
    static const struct pv_event_store_ops store_ops = {.append_group = append_group,
                                                        .find = find,
                                                        .last_number = last_number,
                                                        .last_position = last_position,
                                                        .read = open_reader,
                                                        .next = next,
                                                        .close_reader = close_reader};
    static const struct pv_refusal_log_ops log_ops = {.add = log_add, .find = log_find, .read = log_read};
    static const struct pv_document_cache_ops cache_ops = {.put = put,
                                                           .get = get,
                                                           .remove = remove_it,
                                                           .list = list,
                                                           .get_header = get_header,
                                                           .get_page = get_page,
                                                           .find = find_page,
                                                           .summaries = summaries,
                                                           .get_checkpoint = get_checkpoint,
                                                           .put_checkpoint = put_checkpoint};
    here = s;
    s->store = (struct pv_event_store){&store_ops, &s->world.store};
    s->read_store = (struct pv_event_store){&store_ops, &s->world.read_store};
    s->log = (struct pv_refusal_log){&log_ops, &s->world.log};
    s->read_log = (struct pv_refusal_log){&log_ops, &s->world.read_log};
    s->cache = (struct pv_document_cache){&cache_ops, &s->world.cache};
    s->read_cache = (struct pv_document_cache){&cache_ops, &s->world.read_cache};
}
