#include "app_cache.h"

#include "adapters.h"
#include "app_kit.h"

#include <limits.h>

struct app_cache app_cache;

/* Whether this call is the one that fails. */
static bool answers(enum app_cache_call call, struct pv_fault *fault)
{
    if (app_cache.calls[call]++ != app_cache.fail_at || call != app_cache.failing)
        return false;
    if (app_cache.answer == PV_CACHE_FAULT)
        pv_fault_set(fault, PV_FAULT_KIND_DENIED, "the cache broke");
    if (app_cache.answer == PV_CACHE_DAMAGED)
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED, "a page is missing");
    return true;
}

static bool no_page(void *context, enum pv_page_kind kind, uint32_t page, struct pv_str *bytes)
{
    (void)context, (void)kind, (void)page, (void)bytes;
    return false;
}

static enum pv_cache_result put(void *self, const struct pv_cache_put *put, struct pv_fault *fault)
{
    (void)self;
    if (answers(APP_CACHE_PUT, fault))
        return app_cache.answer;
    app_cache.changes += put->page_changed != NULL;
    struct pv_cache_put whole = {.id = put->id,
                                 .last_number = put->last_number,
                                 .context = put->context,
                                 .header = put->document,
                                 .page = no_page};
    return app_cache.inside.ops->put(app_cache.inside.self, app_cache.whole ? &whole : put, fault);
}

static enum pv_cache_result get(void *self, struct pv_election_id id, struct pv_cached *cached,
                                struct pv_fault *fault)
{
    (void)self;
    if (answers(APP_CACHE_GET, fault))
        return app_cache.answer;
    enum pv_cache_result result = app_cache.inside.ops->get(app_cache.inside.self, id, cached, fault);
    if (result == PV_CACHE_OK)
        cached->whole = app_cache.whole;
    return result;
}

static enum pv_cache_result drop(void *self, struct pv_election_id id, struct pv_fault *fault)
{
    (void)self;
    return answers(APP_CACHE_REMOVE, fault) ? app_cache.answer
                                            : app_cache.inside.ops->remove(app_cache.inside.self, id, fault);
}

static enum pv_cache_result list(void *self, bool (*visit)(void *context, struct pv_election_id id),
                                 void *context, struct pv_fault *fault)
{
    (void)self;
    return answers(APP_CACHE_LIST, fault)
               ? app_cache.answer
               : app_cache.inside.ops->list(app_cache.inside.self, visit, context, fault);
}

static enum pv_cache_result summaries(void *self, const struct pv_election_id *after,
                                      bool (*visit)(void *context, struct pv_election_id id,
                                                    int64_t last_number, struct pv_str summary),
                                      void *context, struct pv_fault *fault)
{
    (void)self;
    return answers(APP_CACHE_SUMMARIES, fault)
               ? app_cache.answer
               : app_cache.inside.ops->summaries(app_cache.inside.self, after, visit, context, fault);
}

static enum pv_cache_result get_checkpoint(void *self, int64_t *position, struct pv_fault *fault)
{
    (void)self;
    return answers(APP_CACHE_GET_CHECKPOINT, fault)
               ? app_cache.answer
               : app_cache.inside.ops->get_checkpoint(app_cache.inside.self, position, fault);
}

static enum pv_cache_result put_checkpoint(void *self, int64_t position, struct pv_fault *fault)
{
    (void)self;
    return answers(APP_CACHE_PUT_CHECKPOINT, fault)
               ? app_cache.answer
               : app_cache.inside.ops->put_checkpoint(app_cache.inside.self, position, fault);
}

static void close_cache(void *self)
{
    (void)self;
}

void app_cache_open(void)
{
    static const struct pv_document_cache_ops ops = {
        .put = put,
        .get = get,
        .remove = drop,
        .list = list,
        .summaries = summaries,
        .get_checkpoint = get_checkpoint,
        .put_checkpoint = put_checkpoint,
        .close = close_cache,
    };
    struct pv_fault fault;
    app_cache = (struct app_cache){.port = {&ops, &app_cache}};
    app_cache_works();
    check_true(pv_memory_cache_open(&app_cache.inside, &fault));
}

void app_cache_close(void)
{
    app_cache.inside.ops->close(app_cache.inside.self);
}

void app_cache_works(void)
{
    app_cache_answers(APP_CACHE_PUT, UINT_MAX, PV_CACHE_OK);
}

void app_cache_answers(enum app_cache_call call, unsigned at, enum pv_cache_result answer)
{
    app_cache.failing = call;
    app_cache.fail_at = at;
    app_cache.answer = answer;
    memset(app_cache.calls, 0, sizeof app_cache.calls);
}

/* --- what it has --- */

static bool give_text(void *context, struct pv_str *bytes)
{
    const char *const *text = context;
    *bytes = (struct pv_str){*text, strlen(*text)};
    return true;
}

void app_cache_keep(char name, const char *text)
{
    struct pv_fault fault;
    struct pv_cache_put put_text = {
        .id = kit_id_of(name), .last_number = 1, .context = &text, .header = give_text, .page = no_page};
    check_int(app_cache.inside.ops->put(app_cache.inside.self, &put_text, &fault), PV_CACHE_OK);
}

static void add(char *to, size_t size, const struct pv_text *part)
{
    size_t len = strlen(to);
    (void)snprintf(to + len, size - len, " %.*s", (int)part->len, part->ptr);
}

const char *app_cache_text(char name)
{
    static char text[65536];
    struct pv_cached cached;
    struct pv_fault fault;
    enum pv_cache_result got =
        app_cache.inside.ops->get(app_cache.inside.self, kit_id_of(name), &cached, &fault);
    if (got == PV_CACHE_MISSING)
        return "none";
    check_int(got, PV_CACHE_OK);
    (void)snprintf(text, sizeof text, "%lld", (long long)cached.last_number);
    add(text, sizeof text, &cached.header);
    for (uint32_t i = 0; i < cached.voter_page_count; i++)
        add(text, sizeof text, &cached.voter_pages[i]);
    for (uint32_t i = 0; i < cached.ballot_page_count; i++)
        add(text, sizeof text, &cached.ballot_pages[i]);
    pv_cached_deinit(&cached);
    return text;
}
