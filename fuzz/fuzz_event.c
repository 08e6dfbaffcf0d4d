/* An event: a line with the type's name, then the data. What the reader says of it is what the model says
   (D5, 1 to 3), by every way of reading; an accepted event is printed as the model prints it, and read back
   the same. */
#include "case.h"
#include "line_model.h"
#include "record_text.h"

#include <stdlib.h>

/* What one way of reading gave, as text. */
struct answer {
    enum pv_result result;
    struct pv_refusal why;
    struct buf text;
};

static void set_answer(struct answer *answer, const struct pv_record *record)
{
    answer->result = record->decoded;
    answer->why = record->why;
    record_text_event(record, &answer->text);
}

/* The plain way in. */
static void read_event(struct pv_str type, struct pv_str text, struct answer *answer)
{
    struct pv_record record;
    char *name = kit_copy(type), *data = kit_copy(text), *scratch = kit_room(text.len);
    record.decoded = pv_event_read((struct pv_str){name, type.len}, (struct pv_str){data, text.len}, scratch,
                                   &record.event, &record.why);
    CHECK(record.decoded == PV_OK || record.decoded == PV_REFUSED);
    set_answer(answer, &record);
    free(name);
    free(data);
    free(scratch);
}

/* As a store gives it; twice, so that the second time finds what the first has taught. From what is not even
   JSON nothing is learned, and layouts are large to set up. */
static void check_stored(struct pv_str type, struct pv_str text, const struct answer *plain)
{
    bool learns = plain->result == PV_OK || plain->why.code != PV_JSON_INVALID;
    struct pv_record_reader *reader = pv_record_reader_new(learns);
    char *name = kit_copy(type), *data = kit_copy(text);
    struct pv_recorded recorded = {.stream = PV_STR("Election-01HQ0000000000000000000001"),
                                   .type = {name, type.len},
                                   .data = {data, text.len},
                                   .position = -1};
    CHECK(reader != NULL && pv_record_reader_begin(reader, 2 * text.len) == PV_OK);
    for (int round = 0; round < 2; round++) {
        struct pv_record record;
        struct answer answer = {.result = PV_OK};
        pv_record_read_recorded(reader, &recorded, &record);
        if (record.envelope == PV_ENVELOPE_VALID) {
            set_answer(&answer, &record);
            CHECK_SAME("an event and a stored one", kit_str(&answer.text), kit_str(&plain->text));
            CHECK(answer.result == plain->result);
        }
        buf_free(&answer.text);
    }
    pv_record_reader_free(reader);
    free(name);
    free(data);
}

static void check_verdict(const struct answer *answer, struct verdict expected)
{
    enum pv_code code = answer->result == PV_OK ? PV_CODE_NONE : answer->why.code;
    enum pv_field field = answer->result == PV_OK ? PV_KEY_NONE : answer->why.field;
    if (code != expected.code || field != expected.field)
        FAIL("the reader says %s of field %d, the model %s of field %d", code ? pv_code_name(code) : "ok",
             (int)field, expected.code ? pv_code_name(expected.code) : "ok", (int)expected.field);
}

/* What was accepted, printed, is what the model prints; and read again it is the same. */
static void check_printed(struct pv_str type, const struct answer *answer, const struct fact *fact)
{
    struct buf expected = {0};
    struct answer again = {.result = PV_OK};
    model_event(fact, &expected);
    CHECK_SAME("an event and the model's", kit_str(&answer->text), kit_str(&expected));
    read_event(type, kit_str(&answer->text), &again);
    CHECK(again.result == PV_OK);
    CHECK_SAME("an event printed and read", kit_str(&again.text), kit_str(&answer->text));
    buf_free(&expected);
    buf_free(&again.text);
}

static void check_against_model(struct pv_str type, struct pv_str text, const struct answer *answer)
{
    struct bag bag = {0};
    struct wire wire;
    struct fact fact;
    if (line_model_event(type, text, &bag, &wire)) {
        check_verdict(answer, model_read(&wire, &bag, &fact));
        if (answer->result == PV_OK)
            check_printed(type, answer, &fact);
    }
    bag_free(&bag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pv_str text, type = kit_first_line((struct pv_str){(const char *)data, size}, &text);
    struct answer answer = {.result = PV_OK}, again = {.result = PV_OK};
    read_event(type, text, &answer);
    read_event(type, text, &again);
    CHECK_SAME("an event read twice", kit_str(&answer.text), kit_str(&again.text));
    check_against_model(type, text, &answer);
    check_stored(type, text, &answer);
    buf_free(&answer.text);
    buf_free(&again.text);
    return 0;
}
