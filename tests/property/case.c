#include "case.h"

#include <stdlib.h>
#include <string.h>

void case_init(struct a_case *c, struct gen *g)
{
    c->g = g;
    c->bag = (struct bag){0};
    c->model = (struct model){0};
    c->wire.count = 0;
    c->fact = NULL;
    history_init(&c->history, g, &c->bag, &c->model, 0);
}

void case_deinit(struct a_case *c)
{
    model_free(&c->model);
    bag_free(&c->bag);
}

bool case_next(struct a_case *c)
{
    if (!history_next(&c->history, &c->wire))
        return false;
    struct fact *fact = (struct fact *)(void *)bag_alloc(&c->bag, sizeof *fact);
    c->expected = model_read(&c->wire, &c->bag, fact);
    c->fact = c->expected.code == PV_CODE_NONE ? fact : NULL;
    if (c->fact != NULL)
        c->expected = model_decide(&c->model, fact);
    if (c->expected.code == PV_CODE_NONE)
        model_accept(&c->model, fact);
    history_count(c->g, fact, c->expected.code);
    const char *field = pv_field_name(c->expected.field);
    gen_trace(c->g,
              "%s%s%s: ", c->expected.code == PV_CODE_NONE ? "accepted" : pv_code_name(c->expected.code),
              field == NULL ? "" : " of ", field == NULL ? "" : field);
    wire_trace(c->g, &c->wire);
    return true;
}

static char *exactly(const struct buf *text)
{
    char *bytes = malloc(text->len > 0 ? text->len : 1);
    if (bytes == NULL)
        abort();
    if (text->len > 0)
        memcpy(bytes, text->bytes, text->len);
    return bytes;
}

void seen_init(struct seen *seen, struct gen *g, const struct wire *wire)
{
    struct buf text = {0};
    struct wire_style style = wire_draw_style(g, false);
    wire_render(g, wire, &style, &text);
    seen->data = exactly(&text);
    seen->len = text.len;
    buf_free(&text);
    seen->scratch = malloc(seen->len > 0 ? seen->len : 1);
    if (seen->scratch == NULL)
        abort();
    seen->result = pv_event_read(wire->type, (struct pv_str){seen->data, seen->len}, seen->scratch,
                                 &seen->event, &seen->why);
}

void seen_deinit(struct seen *seen)
{
    free(seen->data);
    free(seen->scratch);
}

static const char *name_or_none(const char *name)
{
    return name == NULL ? "none" : name;
}

int case_same_verdict(struct a_case *c, enum pv_result result, const struct pv_refusal *why)
{
    if (result != PV_OK && result != PV_REFUSED)
        return gen_fail(c->g, "fault %d", result);
    enum pv_code code = result == PV_OK ? PV_CODE_NONE : why->code;
    enum pv_field field = result == PV_OK ? PV_KEY_NONE : why->field;
    if (code == c->expected.code && field == c->expected.field)
        return 0;
    return gen_fail(c->g, "the model says %s of %s, the core %s of %s",
                    name_or_none(pv_code_name(c->expected.code)),
                    name_or_none(pv_field_name(c->expected.field)), name_or_none(pv_code_name(code)),
                    name_or_none(pv_field_name(field)));
}

/* ---- printing ---- */

static int take_on(void *context, const char *bytes, size_t len)
{
    buf_add(context, bytes, len);
    return 0;
}

/* 64 KiB, too much for every frame of a fuzzer's stack. */
static struct pv_out *begin(struct buf *to)
{
    static struct pv_out out;
    pv_out_init(&out, take_on, to);
    return &out;
}

static void end(struct pv_out *out)
{
    if (!pv_out_flush(out))
        abort();
}

void print_document(const struct pv_election *election, struct buf *to)
{
    struct pv_out *out = begin(to);
    pv_document_write(out, election);
    end(out);
}

void print_tally(const struct pv_election *election, struct buf *to)
{
    struct pv_tally tally;
    if (pv_tally_init(&tally, election) != PV_OK)
        abort();
    struct pv_out *out = begin(to);
    pv_print_tally(out, election, &tally);
    end(out);
    pv_tally_deinit(&tally);
}

void print_event(const struct pv_event *event, struct buf *to)
{
    struct pv_out *out = begin(to);
    pv_print_event(out, event);
    end(out);
}

int read_document(struct gen *g, const struct buf *document, struct pv_election *election)
{
    struct pv_document_error error;
    struct pv_document_parts parts = {.header = {document->bytes, document->len}, .whole = true};
    enum pv_result result = pv_document_read(&parts, election, &error);
    if (result == PV_REFUSED)
        return gen_fail(g, "a document is not read back: %s: %s", error.path, error.reason);
    return result == PV_OK ? 0 : gen_fail(g, "a document is not read back: fault %d", result);
}

struct pv_seed draw_seed(struct gen *g)
{
    uint64_t state = gen_draw(g, 4);
    return (struct pv_seed){gen_mix(&state), gen_mix(&state)};
}

int differ(struct gen *g, const char *what, const struct buf *a, const struct buf *b)
{
    size_t at = 0;
    while (at < a->len && at < b->len && a->bytes[at] == b->bytes[at])
        at++;
    size_t from = at > 40 ? at - 40 : 0;
    int left = (int)(a->len - from > 120 ? 120 : a->len - from),
        right = (int)(b->len - from > 120 ? 120 : b->len - from);
    return gen_fail(g, "%s differ at byte %zu:\n  %.*s\n  %.*s", what, at, left, a->bytes + from, right,
                    b->bytes + from);
}
