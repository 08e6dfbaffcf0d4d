#include "records.h"

#include "values.h"

#include <stdlib.h>
#include <string.h>

void records_init(struct records *r, struct gen *g)
{
    memset(r, 0, sizeof *r);
    r->g = g;
    for (unsigned i = 0; i < RECORDS_STREAMS; i++) {
        struct record_stream *s = &r->streams[i];
        char id[MODEL_ID];
        history_init(&s->history, g, &r->bag, &s->model, i);
        value_id(i, id);
        memcpy(s->name, "Election-", 9);
        memcpy(s->name + 9, id, sizeof id);
        s->next[0] = '0';
    }
}

void records_deinit(struct records *r)
{
    for (unsigned i = 0; i < RECORDS_STREAMS; i++)
        model_free(&r->streams[i].model);
    buf_free(&r->text);
    bag_free(&r->bag);
}

/* ---- a record as it should be ---- */

static struct pv_str text_of(struct records *r, const char *text)
{
    return bag_str(&r->bag, text);
}

static void add(struct records *r, const char *key, struct pv_primitive value)
{
    wire_add(&r->envelope, text_of(r, key), value);
}

static struct pv_str decimal(struct records *r, uint64_t number)
{
    struct buf text = {0};
    buf_format(&text, "%llu", (unsigned long long)number);
    struct pv_str copy = bag_copy(&r->bag, text.bytes, text.len);
    buf_free(&text);
    return copy;
}

/* A store's own id is any string; our writers use the event's. */
static struct pv_primitive store_id(struct records *r)
{
    static const char *const ids[] = {"", "x", "01HQ0000000000000000000001", "\xC3\xA9\n\"\\", "\x01"};
    return gen_draw(r->g, 4) == 3 ? wire_null() : wire_string(text_of(r, ids[gen_draw(r->g, 5)]));
}

static struct pv_primitive metadata(struct records *r)
{
    static const char *const objects[] = {
        "{}",
        "{\"who\":\"voter:1\",\"who\":2}",
        "{\"$correlationId\":null,\"why\":[1,{\"a\":\"\\u0000\"}]}",
        "null",
    };
    return wire_other(text_of(r, objects[gen_draw(r->g, 4)]));
}

static void add_optional(struct records *r)
{
    uint32_t which = gen_draw(r->g, 16);
    if (which & 1)
        add(r, "id", store_id(r));
    if (which & 2)
        add(r, "created", wire_string(value_good(r->g, &r->bag, CAT_DATE, 0)));
    if (which & 4)
        add(r, "position", wire_integer(decimal(r, gen_draw(r->g, 1000))));
    if (which & 8)
        add(r, "metadata", metadata(r));
}

/* Numbers go up by one; sometimes some are left out, or come again. */
static uint64_t number_of(struct records *r, struct record_stream *s)
{
    static const uint32_t weights[] = {60, 1, 1, 1};
    switch (gen_weighted(r->g, weights, 4)) {
    case 1:
        s->given += 1 + gen_draw(r->g, 3);
        return s->given++;
    case 2:
        return gen_draw(r->g, (uint32_t)s->given + 1);
    case 3:
        return s->given > 0 ? s->given - 1 : s->given++;
    default:
        return s->given++;
    }
}

static void add_data(struct records *r)
{
    struct wire_style style = wire_draw_style(r->g, true);
    struct buf text = {0};
    wire_render(r->g, &r->event, &style, &text);
    add(r, "data", wire_other(bag_copy(&r->bag, text.bytes, text.len)));
    buf_free(&text);
    r->has_data = true;
}

/* An event id of an event before, in one of its spellings. */
static void repeat_id(struct records *r, struct record_stream *s)
{
    struct wire_member *id = wire_find(&r->event, "id");
    if (s->id_count == 0 || id == NULL)
        return;
    const char *bits = s->ids[gen_draw(r->g, (uint32_t)s->id_count)];
    struct buf uuid = {0};
    char ulid[MODEL_ID];
    model_ulid_of(bits, ulid);
    for (size_t i = 0; i < 128; i += 4) {
        unsigned digit = 0;
        for (size_t j = i; j < i + 4; j++)
            digit = digit * 2 + (bits[j] == '1');
        buf_format(&uuid, "%s%X", i == 32 || i == 48 || i == 64 || i == 80 ? "-" : "", digit);
    }
    id->value =
        wire_string(gen_draw(r->g, 2) == 0 ? text_of(r, ulid) : bag_copy(&r->bag, uuid.bytes, uuid.len));
    buf_free(&uuid);
}

static void make_event(struct records *r, struct record_stream *s)
{
    bool planned = model_phase(&s->model) != MODEL_DELETED && history_next(&s->history, &r->event);
    if (!planned)
        history_event(&s->history, &r->event);
    switch (gen_draw(r->g, 40)) {
    case 38:
        repeat_id(r, s);
        break;
    case 39: /* another stream's event in this one */
        history_event(&r->streams[gen_draw(r->g, RECORDS_STREAMS)].history, &r->event);
        break;
    default:
        break;
    }
}

/* ---- what can be wrong with it ---- */

static const char *const keys[] = {"stream", "number",  "type",     "data",
                                   "id",     "created", "position", "metadata"};

static struct pv_primitive odd_stream(struct records *r)
{
    static const char *const names[] = {
        "",
        "$all",
        "Election-",
        "election-01HQ0000000000000000000001",
        "Election-01hq0000000000000000000001",
        "Election-00000000000000000000000000",
        "Election-81HQ0000000000000000000001",
        "Election-01HQ000000000000000000000",
        "Election-01HQ00000000000000000000011",
        "Election-01HQ000000000000000000000U",
        "Poll-01HQ0000000000000000000001",
        "Election_01HQ0000000000000000000001",
        " Election-01HQ0000000000000000000001",
        "\xC3\x89lection-01HQ0000000000000000000001",
    };
    return wire_string(text_of(r, names[gen_draw(r->g, sizeof names / sizeof names[0])]));
}

static struct pv_primitive odd_number(struct records *r)
{
    static const char *const numbers[] = {
        "-1",
        "-0",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "-9223372036854775808",
        "100000000000000000000000000000000000000",
        "0",
    };
    return wire_integer(text_of(r, numbers[gen_draw(r->g, sizeof numbers / sizeof numbers[0])]));
}

static struct pv_primitive odd_kind(struct records *r)
{
    static const char *const others[] = {"true", "false", "1.0", "1e0", "[]", "{}", "[\"Election\"]", "-1.5"};
    switch (gen_draw(r->g, 5)) {
    case 0:
        return wire_null();
    case 1:
        return wire_string(text_of(r, "5"));
    case 2:
        return wire_integer(text_of(r, "5"));
    default:
        return wire_other(text_of(r, others[gen_draw(r->g, sizeof others / sizeof others[0])]));
    }
}

static void set(struct records *r, const char *key, struct pv_primitive value)
{
    struct wire_member *member = wire_find(&r->envelope, key);
    if (member != NULL)
        member->value = value;
    else
        add(r, key, value);
}

/* Data that is no event: whatever stands there is no object (an empty one lacks every field). */
static void odd_data(struct records *r, struct pv_primitive value)
{
    bool empty_object = str_is(value.text, "{}") && value.kind == PV_PRIMITIVE_OTHER;
    set(r, "data", value);
    r->event.damage = empty_object ? WIRE_SOUND : WIRE_NO_OBJECT;
    r->event.count = 0;
}

static void odd_key(struct records *r, const char *key)
{
    if (strcmp(key, "data") == 0)
        odd_data(r, odd_kind(r));
    else if (strcmp(key, "stream") == 0 && gen_draw(r->g, 2) == 0)
        set(r, key, odd_stream(r));
    else if ((strcmp(key, "number") == 0 || strcmp(key, "position") == 0) && gen_draw(r->g, 2) == 0)
        set(r, key, odd_number(r));
    else if (strcmp(key, "created") == 0 && gen_draw(r->g, 2) == 0)
        set(r, key, wire_string(value_odd(r->g, &r->bag, CAT_DATE)));
    else
        set(r, key, odd_kind(r));
}

static void missing_key(struct records *r, const char *key)
{
    struct wire_member *member = wire_find(&r->envelope, key);
    if (member == NULL)
        return;
    wire_remove(&r->envelope, member);
    r->has_data &= strcmp(key, "data") != 0;
}

static void doubled_key(struct records *r)
{
    for (uint32_t times = 1 + gen_draw(r->g, 2); times > 0; times--) {
        const char *key = keys[gen_draw(r->g, 8)];
        bool same = gen_draw(r->g, 2) == 0 && wire_find(&r->envelope, key) != NULL;
        add(r, key, same ? wire_find(&r->envelope, key)->value : wire_null());
    }
}

static void spoil(struct records *r)
{
    const char *key = keys[gen_draw(r->g, 8)];
    switch (gen_draw(r->g, 5)) {
    case 0:
        odd_key(r, key);
        break;
    case 1:
        missing_key(r, key);
        break;
    case 2:
        doubled_key(r);
        break;
    case 3: /* two faults at once: the first key of the table is the one */
        odd_key(r, key);
        odd_key(r, keys[gen_draw(r->g, 8)]);
        break;
    default:
        wire_add_damage(r->g, &r->envelope, &r->bag);
        break;
    }
}

/* ---- lines ---- */

static void turn(struct wire *wire, uint32_t by)
{
    for (; by > 0; by--) {
        struct wire_member first = wire->members[0];
        wire_remove(wire, &wire->members[0]);
        wire_add(wire, first.key, first.value);
    }
}

static void make_record(struct records *r, struct record_stream *s)
{
    memset(&r->envelope, 0, sizeof r->envelope);
    make_event(r, s);
    add(r, "stream", wire_string(text_of(r, s->name)));
    add(r, "number", wire_integer(decimal(r, number_of(r, s))));
    add(r, "type", wire_string(r->event.type));
    add_data(r);
    add_optional(r);
    if (gen_draw(r->g, 16) == 15)
        turn(&r->envelope, gen_draw(r->g, 8));
    if (gen_draw(r->g, 20) == 19)
        wire_add_unlisted(r->g, &r->envelope, &r->bag);
    if (gen_draw(r->g, 12) == 11)
        spoil(r);
}

bool records_next(struct records *r)
{
    static const uint32_t weights[RECORDS_STREAMS] = {8, 2, 1};
    gen_item(r->g);
    if (gen_draw(r->g, 100) == 0)
        return false;
    uint32_t which = gen_weighted(r->g, weights, RECORDS_STREAMS);
    if (model_phase(&r->streams[which].model) == MODEL_DELETED && gen_draw(r->g, 8) < 7)
        which = (which + 1) % RECORDS_STREAMS; /* nothing happens there any more */
    make_record(r, &r->streams[which]);
    struct wire_style style = wire_draw_style(r->g, true);
    r->text.len = 0;
    wire_render(r->g, &r->envelope, &style, &r->text);
    gen_trace(r->g, "%.*s\n", (int)r->text.len, r->text.bytes);
    records_judge(r);
    return true;
}
