#include "api_ports.h"

#include "check.h"
#include "document.h"
#include "kit_memory.h"

#include <limits.h>
#include <stdlib.h>

struct api_ports api_ports;

/* Whether this call is the one that fails. */
static bool fails(enum api_call call, struct pv_fault *fault)
{
    if (api_ports.before != NULL)
        api_ports.before(call);
    if (api_ports.calls[call]++ != api_ports.fail_at || call != api_ports.failing)
        return false;
    pv_fault_set(fault, PV_FAULT_KIND_IO, "the port broke");
    return true;
}

void api_ports_fail(enum api_call call, unsigned at, int answer)
{
    api_ports.failing = call;
    api_ports.fail_at = at;
    api_ports.answer = answer;
    memset(api_ports.calls, 0, sizeof api_ports.calls);
}

/* --- broker --- */

static void on_answer(void *self, pv_answer_fn *take, void *context)
{
    (void)self;
    api_ports.inner_broker.ops->on_answer(api_ports.inner_broker.self, take, context);
}

static void answer_now(uint32_t partition)
{
    const struct pv_broker *broker = &api_ports.inner_broker;
    struct pv_delivery delivery;
    struct pv_fault fault;
    size_t count;
    check_int(broker->ops->take(broker->self, partition, &delivery, 1, 0, &count, &fault), PV_BROKER_OK);
    check_int(count, 1);
    broker->ops->reply(broker->self, &delivery, api_ports.early);
    check_int(broker->ops->ack(broker->self, &delivery, &fault), PV_BROKER_OK);
}

static enum pv_broker_result publish(void *self, const struct pv_command *command, struct pv_fault *fault)
{
    const struct pv_broker *broker = &api_ports.inner_broker;
    (void)self;
    bool broken = fails(API_PUBLISH, fault);
    if (broken && api_ports.early == NULL)
        return (enum pv_broker_result)api_ports.answer;
    enum pv_broker_result result = broker->ops->publish(broker->self, command, fault);
    if (result == PV_BROKER_OK && api_ports.early != NULL)
        answer_now(pv_broker_partition(command->election, broker->ops->partitions(broker->self)));
    return broken ? (enum pv_broker_result)api_ports.answer : result;
}

/* --- store --- */

static enum pv_store_result open_reader(void *self, struct pv_str stream, int64_t from,
                                        struct pv_store_reader **reader, struct pv_fault *fault)
{
    (void)self;
    if (fails(API_READ, fault))
        return (enum pv_store_result)api_ports.answer;
    return api_ports.inner_store.ops->read(api_ports.inner_store.self, stream, from, reader, fault);
}

static enum pv_store_result next(struct pv_store_reader *reader, struct pv_recorded *records, size_t max,
                                 size_t *count, struct pv_fault *fault)
{
    if (fails(API_NEXT, fault)) {
        *count = 0; /* of PV_STORE_OK: the end */
        return (enum pv_store_result)api_ports.answer;
    }
    return api_ports.inner_store.ops->next(reader, records, max, count, fault);
}

static void close_reader(struct pv_store_reader *reader)
{
    api_ports.inner_store.ops->close_reader(reader);
}

static enum pv_store_result find(void *self, struct pv_str stream, struct pv_event_id id,
                                 struct pv_recorded *found, struct pv_fault *fault)
{
    (void)self;
    if (fails(API_FIND, fault))
        return (enum pv_store_result)api_ports.answer;
    return api_ports.inner_store.ops->find(api_ports.inner_store.self, stream, id, found, fault);
}

static enum pv_store_result last_number(void *self, struct pv_str stream, int64_t *number,
                                        struct pv_fault *fault)
{
    (void)self;
    if (fails(API_LAST_NUMBER, fault))
        return (enum pv_store_result)api_ports.answer;
    return api_ports.inner_store.ops->last_number(api_ports.inner_store.self, stream, number, fault);
}

/* --- refusals --- */

static enum pv_log_result find_refused(void *self, struct pv_event_id id, pv_refused_fn *take, void *context,
                                       struct pv_fault *fault)
{
    (void)self;
    if (fails(API_REFUSAL_FIND, fault))
        return (enum pv_log_result)api_ports.answer;
    return api_ports.inner_refusals.ops->find(api_ports.inner_refusals.self, id, take, context, fault);
}

static enum pv_log_result read_refused(void *self, const struct pv_election_id *election, int64_t from,
                                       pv_refused_fn *take, void *context, struct pv_fault *fault)
{
    (void)self;
    if (fails(API_REFUSAL_READ, fault))
        return (enum pv_log_result)api_ports.answer;
    return api_ports.inner_refusals.ops->read(api_ports.inner_refusals.self, election, from, take, context,
                                              fault);
}

/* --- cache --- */

struct api_cached *api_cache_find(struct pv_election_id id)
{
    struct api_cached *cached = api_ports.cached;
    while (cached != NULL && !pv_bits128_equal(cached->id.bits, id.bits))
        cached = cached->next;
    return cached;
}

/* As a cache gives it: by malloc, which may fail. */
static enum pv_cache_result give(const struct pv_text *from, struct pv_text *to)
{
    char *bytes = malloc(from->len + 1);
    if (bytes == NULL)
        return PV_CACHE_FAULT;
    memcpy(bytes, from->ptr, from->len);
    *to = (struct pv_text){bytes, from->len};
    return PV_CACHE_OK;
}

static enum pv_cache_result give_pages(const struct pv_text *from, uint32_t count, struct pv_text **to,
                                       uint32_t *given)
{
    *to = calloc(count + (size_t)1, sizeof **to);
    if (*to == NULL)
        return PV_CACHE_FAULT;
    for (*given = 0; *given < count; ++*given) {
        if (give(&from[*given], &(*to)[*given]) != PV_CACHE_OK)
            return PV_CACHE_FAULT;
    }
    return PV_CACHE_OK;
}

static enum pv_cache_result get(void *self, struct pv_election_id id, struct pv_cached *to,
                                struct pv_fault *fault)
{
    (void)self;
    if (fails(API_GET, fault))
        return (enum pv_cache_result)api_ports.answer;
    const struct api_cached *cached = api_cache_find(id);
    if (cached == NULL)
        return PV_CACHE_MISSING;
    *to = (struct pv_cached){.last_number = cached->last_number};
    if (give(&cached->header, &to->header) == PV_CACHE_OK &&
        give_pages(cached->voters, cached->voter_pages, &to->voter_pages, &to->voter_page_count) ==
            PV_CACHE_OK &&
        give_pages(cached->ballots, cached->ballot_pages, &to->ballot_pages, &to->ballot_page_count) ==
            PV_CACHE_OK)
        return PV_CACHE_OK;
    pv_cached_deinit(to);
    return PV_CACHE_FAULT;
}

static enum pv_cache_result get_header(void *self, struct pv_election_id id, int64_t *number,
                                       struct pv_text *header, struct pv_fault *fault)
{
    (void)self;
    if (fails(API_GET_HEADER, fault))
        return (enum pv_cache_result)api_ports.answer;
    const struct api_cached *cached = api_cache_find(id);
    if (cached == NULL)
        return PV_CACHE_MISSING;
    *number = cached->last_number;
    return give(&cached->header, header);
}

static enum pv_cache_result get_page(void *self, struct pv_election_id id, enum pv_page_kind kind,
                                     uint32_t page, int64_t *number, struct pv_text *json,
                                     struct pv_fault *fault)
{
    (void)self;
    if (fails(API_GET_PAGE, fault))
        return (enum pv_cache_result)api_ports.answer;
    const struct api_cached *cached = api_cache_find(id);
    bool voters = kind == PV_PAGE_KIND_VOTERS;
    if (cached == NULL || page >= (voters ? cached->voter_pages : cached->ballot_pages))
        return PV_CACHE_MISSING;
    *number = cached->last_number;
    return give(voters ? &cached->voters[page] : &cached->ballots[page], json);
}

static enum pv_cache_result find_page(void *self, struct pv_election_id id, enum pv_page_kind kind,
                                      struct pv_str key, uint32_t *page, struct pv_fault *fault)
{
    (void)self;
    if (fails(API_FIND_PAGE, fault))
        return (enum pv_cache_result)api_ports.answer;
    const struct api_cached *cached = api_cache_find(id);
    for (size_t i = 0; cached != NULL && i < cached->key_count; i++) {
        const struct api_key *known = &cached->keys[i];
        if (known->kind == kind && pv_str_equal(key, (struct pv_str){known->text, strlen(known->text)})) {
            *page = known->page;
            return PV_CACHE_OK;
        }
    }
    return PV_CACHE_MISSING;
}

static enum pv_cache_result summaries(void *self, const struct pv_election_id *after,
                                      bool (*visit)(void *context, struct pv_election_id id, int64_t number,
                                                    struct pv_str summary),
                                      void *context, struct pv_fault *fault)
{
    (void)self;
    if (fails(API_SUMMARIES, fault))
        return (enum pv_cache_result)api_ports.answer;
    for (const struct api_cached *cached = api_ports.cached; cached != NULL; cached = cached->next) {
        if (after != NULL && cached->id.bits.lo <= after->bits.lo)
            continue;
        if (!visit(context, cached->id, cached->last_number,
                   (struct pv_str){cached->summary.ptr, cached->summary.len}))
            break;
    }
    return PV_CACHE_OK;
}

static void free_cached(struct api_cached *cached)
{
    free(cached->header.ptr);
    free(cached->summary.ptr);
    for (uint32_t i = 0; i < cached->voter_pages; i++)
        free(cached->voters[i].ptr);
    for (uint32_t i = 0; i < cached->ballot_pages; i++)
        free(cached->ballots[i].ptr);
    free(cached->keys);
    free(cached);
}

void api_cache_remove(struct pv_election_id id)
{
    struct api_cached **link = &api_ports.cached;
    while (*link != NULL && !pv_bits128_equal((*link)->id.bits, id.bits))
        link = &(*link)->next;
    if (*link == NULL)
        return;
    struct api_cached *cached = *link;
    *link = cached->next;
    free_cached(cached);
}

/* What a writer prints, as text that is never out of memory. */
static struct pv_text printed(void (*print)(struct pv_out *out, const struct pv_election *election,
                                            uint32_t page),
                              const struct pv_election *election, uint32_t page)
{
    struct pv_buffer buffer = {NULL, 0, 0};
    struct pv_out *out = kit_realloc(NULL, sizeof *out);
    pv_out_init(out, pv_buffer_write, &buffer);
    print(out, election, page);
    check_true(pv_out_flush(out));
    free(out);
    return (struct pv_text){buffer.bytes, buffer.len};
}

static void print_header(struct pv_out *out, const struct pv_election *election, uint32_t page)
{
    (void)page;
    pv_document_write_header(out, election);
}

/* As the projection's, as far as the API looks. */
static void print_summary(struct pv_out *out, const struct pv_election *election, uint32_t page)
{
    char id[PV_ULID_LEN];
    (void)page;
    pv_ulid_format(election->id.bits, id);
    pv_out_cstr(out, "{\"id\":");
    pv_out_json(out, (struct pv_str){id, sizeof id});
    pv_out_cstr(out, ",\"phase\":\"");
    pv_out_cstr(out, pv_phase_name(pv_election_phase(election)));
    pv_out_cstr(out, "\"}");
}

static void add_key(struct api_cached *cached, enum pv_page_kind kind, uint32_t page, const char *word,
                    struct pv_str value)
{
    cached->keys = kit_realloc(cached->keys, (cached->key_count + 1) * sizeof *cached->keys);
    struct api_key *key = &cached->keys[cached->key_count++];
    key->kind = kind;
    key->page = page;
    (void)snprintf(key->text, sizeof key->text, "%s%.*s", word, (int)value.len, value.ptr);
    for (char *c = strchr(key->text, ':') == NULL || word[0] != 'e' ? NULL : key->text;
         c != NULL && *c != '\0'; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c);
}

static void add_keys(struct api_cached *cached, const struct pv_election *election)
{
    char id[PV_ULID_LEN];
    struct pv_str text = {id, sizeof id};
    for (uint32_t i = 0; i < election->voter_count; i++) {
        pv_ulid_format(election->voters[i].id.bits, id);
        add_key(cached, PV_PAGE_KIND_VOTERS, i / PV_PAGE_VOTERS, "", text);
        add_key(cached, PV_PAGE_KIND_VOTERS, i / PV_PAGE_VOTERS,
                "email:", pv_voter_email(&election->voters[i]).text);
    }
    for (uint32_t i = 0; i < election->ballot_count; i++) {
        pv_ulid_format(election->voters[election->ballots[i].voter].id.bits, id);
        add_key(cached, PV_PAGE_KIND_BALLOTS, i / PV_PAGE_BALLOTS, "voter:", text);
    }
}

void api_cache_put(const struct pv_election *election, int64_t number)
{
    struct api_cached **link = &api_ports.cached, *cached = kit_zeroed(sizeof *cached);
    api_cache_remove(election->id);
    cached->id = election->id;
    cached->last_number = number;
    cached->header = printed(print_header, election, 0);
    cached->summary = printed(print_summary, election, 0);
    cached->voter_pages = pv_document_voter_pages(election);
    cached->ballot_pages = pv_document_ballot_pages(election);
    check_true(cached->voter_pages <= 8 && cached->ballot_pages <= 64);
    for (uint32_t i = 0; i < cached->voter_pages; i++)
        cached->voters[i] = printed(pv_document_write_voters, election, i);
    for (uint32_t i = 0; i < cached->ballot_pages; i++)
        cached->ballots[i] = printed(pv_document_write_ballots, election, i);
    add_keys(cached, election);
    while (*link != NULL && (*link)->id.bits.lo < election->id.bits.lo)
        link = &(*link)->next;
    cached->next = *link;
    *link = cached;
}

void api_text_set(struct pv_text *text, const char *other)
{
    size_t len = strlen(other);
    text->ptr = kit_realloc(text->ptr, len + 1);
    memcpy(text->ptr, other, len + 1);
    text->len = len;
}

/* --- all --- */

void api_ports_open(void)
{
    static const struct pv_broker_ops broker_ops = {.on_answer = on_answer, .publish = publish};
    static const struct pv_event_store_ops store_ops = {.read = open_reader,
                                                        .next = next,
                                                        .close_reader = close_reader,
                                                        .find = find,
                                                        .last_number = last_number};
    static const struct pv_refusal_log_ops refusal_ops = {.find = find_refused, .read = read_refused};
    static const struct pv_document_cache_ops cache_ops = {.get = get,
                                                           .get_header = get_header,
                                                           .get_page = get_page,
                                                           .find = find_page,
                                                           .summaries = summaries};
    struct pv_fault fault;
    memset(&api_ports, 0, sizeof api_ports);
    virtual_clock_init(&api_ports.clock, 1);
    check_true(pv_embedded_broker_open(1, 4, &api_ports.clock.clock, &api_ports.inner_broker, &fault));
    check_true(pv_memory_store_open(&api_ports.inner_store, &fault));
    check_true(pv_memory_refusals_open(&api_ports.inner_refusals, &fault));
    api_ports.broker = (struct pv_broker){&broker_ops, NULL};
    api_ports.store = (struct pv_event_store){&store_ops, NULL};
    api_ports.refusals = (struct pv_refusal_log){&refusal_ops, NULL};
    api_ports.cache = (struct pv_document_cache){&cache_ops, NULL};
    api_ports_fail(API_CALLS, UINT_MAX, 0);
}

void api_ports_close(void)
{
    while (api_ports.cached != NULL)
        api_cache_remove(api_ports.cached->id);
    api_ports.inner_broker.ops->close(api_ports.inner_broker.self);
    api_ports.inner_store.ops->close(api_ports.inner_store.self);
    api_ports.inner_refusals.ops->close(api_ports.inner_refusals.self);
}
