#include "event_request.h"

#include "event_read.h"
#include "sha256.h"

#include <stdio.h>

enum pv_field pv_event_makes(enum pv_event_type type)
{
    static const struct {
        enum pv_event_type type;
        enum pv_field field;
    } makers[] = {
        {PV_EVENT_ELECTION_CREATED, PV_KEY_ELECTION_ID}, {PV_EVENT_COMPETITION_ADDED, PV_KEY_COMPETITION_ID},
        {PV_EVENT_CANDIDATE_ADDED, PV_KEY_CANDIDATE_ID}, {PV_EVENT_VOTER_REGISTERED, PV_KEY_VOTER_ID},
        {PV_EVENT_BALLOT_CREATED, PV_KEY_BALLOT_ID},
    };
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++) {
        if (makers[i].type == type)
            return makers[i].field;
    }
    return PV_KEY_NONE;
}

static bool is_left_out(const struct pv_primitive *primitive)
{
    return primitive->kind == PV_PRIMITIVE_ABSENT || primitive->kind == PV_PRIMITIVE_NULL;
}

/* The time of the event's id, and 80 bits of the hash of its bits and the field's name: never the empty id,
   as good as certainly. */
static enum pv_result derive(struct pv_event_id id, const char *field, struct pv_bits128 *derived)
{
    char uuid[PV_UUID_LEN], text[PV_UUID_LEN + 32];
    unsigned char digest[PV_SHA256_LEN];
    pv_uuid_format(id.bits, uuid);
    int len = snprintf(text, sizeof text, "%.*s%s", PV_UUID_LEN, uuid, field);
    if (pv_sha256((struct pv_str){text, (size_t)len}, digest) != PV_OK)
        return PV_FAULT_MEMORY;
    *derived =
        (struct pv_bits128){(id.bits.hi & ~(uint64_t)0xffff) | (uint64_t)digest[0] << 8 | digest[1], 0};
    for (int i = 2; i < 10; i++)
        derived->lo = derived->lo << 8 | digest[i];
    return PV_OK;
}

static void fill_in(struct pv_primitive *primitive, struct pv_bits128 bits, char text[PV_ULID_LEN])
{
    pv_ulid_format(bits, text);
    *primitive = (struct pv_primitive){PV_PRIMITIVE_STRING, {text, PV_ULID_LEN}, 0};
}

/* Puts in what was left out. The ids' texts must live until the event is made. */
static enum pv_result complete(enum pv_event_type type, struct pv_primitive *primitives,
                               pv_fresh_id_fn *fresh, void *context, char texts[2][PV_ULID_LEN],
                               struct pv_event_request *request)
{
    const struct pv_event_spec *spec = pv_event_spec(type);
    enum pv_field makes = pv_event_makes(type);
    struct pv_event_id id;
    request->made_id = is_left_out(&primitives[0]);
    if (request->made_id) {
        id = fresh(context);
        fill_in(&primitives[0], id.bits, texts[0]);
    } else if (primitives[0].kind != PV_PRIMITIVE_STRING ||
               pv_event_id_parse(primitives[0].text, &id) != PV_CODE_NONE) {
        return PV_OK; /* it will be refused for its id */
    }
    for (size_t i = 1; i < spec->field_count; i++) {
        struct pv_bits128 bits;
        if (spec->fields[i].name != makes || !is_left_out(&primitives[i]))
            continue;
        if (derive(id, pv_field_name(makes), &bits) != PV_OK)
            return PV_FAULT_MEMORY;
        fill_in(&primitives[i], bits, texts[1]);
        request->made = makes;
    }
    return PV_OK;
}

enum pv_result pv_event_request_read(enum pv_event_type type, struct pv_str body, char *scratch,
                                     pv_fresh_id_fn *fresh, void *context, struct pv_event_request *request)
{
    struct pv_names names;
    struct pv_event_text text;
    struct pv_primitive primitives[PV_EVENT_FIELDS_MAX];
    char made[2][PV_ULID_LEN];
    size_t used = 0;
    request->made_id = false;
    request->made = PV_KEY_NONE;
    pv_names_init(&names);
    pv_event_scan_text(body, &names, &text);
    request->fault_count = 1;
    if (pv_event_check_text(&text, &request->faults[0]) != PV_OK ||
        pv_event_check_repeats(type, &text, &request->faults[0]) != PV_OK)
        return PV_OK;
    pv_event_primitives(type, &text, scratch, &used, primitives);
    if (complete(type, primitives, fresh, context, made, request) != PV_OK)
        return PV_FAULT_MEMORY;
    request->fault_count = pv_event_faults(type, primitives, &request->event, request->faults);
    for (size_t i = 0; i < request->fault_count; i++)
        pv_event_name_value(&text, &request->faults[i]);
    return PV_OK;
}
