#include "app_store.h"

#include "adapters.h"
#include "app_kit.h"

#include <limits.h>

struct app_store app_store;

/* Whether this call is the one that fails. */
static bool answers(enum app_store_call call, struct pv_fault *fault)
{
    if (app_store.calls[call]++ != app_store.fail_at || call != app_store.failing)
        return false;
    pv_fault_set(fault, PV_FAULT_KIND_DENIED, "the store broke");
    return true;
}

static enum pv_store_result copy(void *self, const struct pv_recorded *records, size_t count,
                                 struct pv_fault *fault)
{
    (void)self;
    if (answers(APP_STORE_COPY, fault))
        return app_store.answer;
    app_store.copied += count;
    return app_store.inside.ops->copy(app_store.inside.self, records, count, fault);
}

static enum pv_store_result last_position(void *self, int64_t *position, struct pv_fault *fault)
{
    (void)self;
    return answers(APP_STORE_LAST_POSITION, fault)
               ? app_store.answer
               : app_store.inside.ops->last_position(app_store.inside.self, position, fault);
}

static enum pv_store_result open_reader(void *self, struct pv_str stream, int64_t from,
                                        struct pv_store_reader **reader, struct pv_fault *fault)
{
    (void)self;
    if (answers(APP_STORE_READ, fault))
        return app_store.answer;
    enum pv_store_result result =
        app_store.inside.ops->read(app_store.inside.self, stream, from, reader, fault);
    app_store.readers += result == PV_STORE_OK;
    return result;
}

static enum pv_store_result next(struct pv_store_reader *reader, struct pv_recorded *records, size_t max,
                                 size_t *count, struct pv_fault *fault)
{
    if (answers(APP_STORE_NEXT, fault))
        return app_store.answer;
    app_store.longest = max > app_store.longest ? max : app_store.longest;
    return app_store.inside.ops->next(reader, records, max, count, fault);
}

static void close_reader(struct pv_store_reader *reader)
{
    app_store.readers--;
    app_store.inside.ops->close_reader(reader);
}

static void close_store(void *self)
{
    (void)self;
    app_store.closed++;
}

void app_store_open(void)
{
    static const struct pv_event_store_ops ops = {.copy = copy,
                                                  .last_position = last_position,
                                                  .read = open_reader,
                                                  .next = next,
                                                  .close_reader = close_reader,
                                                  .close = close_store};
    struct pv_fault fault;
    app_store = (struct app_store){.port = {&ops, &app_store}};
    app_store_answers(APP_STORE_COPY, UINT_MAX, PV_STORE_OK);
    check_true(pv_memory_store_open(&app_store.inside, &fault));
}

void app_store_close(void)
{
    check_int(app_store.readers, 0);
    app_store.inside.ops->close(app_store.inside.self);
}

void app_store_answers(enum app_store_call call, unsigned at, enum pv_store_result answer)
{
    app_store.failing = call;
    app_store.fail_at = at;
    app_store.answer = answer;
    memset(app_store.calls, 0, sizeof app_store.calls);
}

const char *app_store_text(void)
{
    static char text[1024];
    const struct pv_event_store_ops *ops = app_store.inside.ops;
    struct pv_store_reader *reader;
    struct pv_recorded records[8];
    struct pv_fault fault;
    size_t count = 1, len = 0;
    check_int(ops->read(app_store.inside.self, (struct pv_str){NULL, 0}, 0, &reader, &fault), PV_STORE_OK);
    text[0] = '\0';
    while (count > 0) {
        check_int(ops->next(reader, records, 8, &count, &fault), PV_STORE_OK);
        for (size_t i = 0; i < count; i++)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%c%lld", len == 0 ? "" : " ",
                                    records[i].stream.ptr[records[i].stream.len - 1],
                                    (long long)records[i].number);
    }
    ops->close_reader(reader);
    return text;
}
