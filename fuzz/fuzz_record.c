/* Lines, one after the other through one reader with layouts, each twice: it must say of each what a plain
   reader says, whatever the lines before it have taught; and both what the model says of the envelope and the
   event (F1, 1, 2 and 4). A valid record printed and read again is the same record. */
#include "line_model.h"
#include "print.h"
#include "record_text.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 64 };

/* ---- the plain reader against the model ---- */

static void check_envelope(const struct pv_record *record, const struct records *model)
{
    if (model->unreadable) {
        CHECK(record->envelope == PV_ENVELOPE_UNREADABLE && record->why.field == PV_KEY_NONE);
        return;
    }
    CHECK(record->envelope != PV_ENVELOPE_UNREADABLE);
    CHECK(record->has_stream == model->has_stream && record->has_election == model->has_election &&
          record->has_number == model->has_number);
    if (model->bad_key != PV_KEY_NONE) {
        CHECK(record->envelope == PV_ENVELOPE_KEY_INVALID);
        CHECK(record->why.code == PV_RECORD_INVALID && record->why.field == model->bad_key);
        return;
    }
    CHECK(record->envelope == PV_ENVELOPE_VALID);
    CHECK((record->decoded == PV_OK) == (model->decoded.code == PV_CODE_NONE));
    CHECK(record->decoded == PV_OK ||
          (record->why.code == model->decoded.code && record->why.field == model->decoded.field));
}

static void check_against_model(struct pv_str line, const struct pv_record *record)
{
    static struct gen gen;
    struct records model;
    memset(&model, 0, sizeof model);
    model.g = &gen;
    model.streams[0].next[0] = '0';
    if (line_model_line(line, &model)) {
        struct pv_str stream = line_model_stream(&model);
        if (stream.ptr != NULL)
            memcpy(model.streams[0].name, stream.ptr, stream.len);
        records_judge(&model);
        check_envelope(record, &model);
    }
    model_free(&model.streams[0].model);
    bag_free(&model.bag);
}

/* ---- printed and read again ---- */

static int take_on(void *context, const char *bytes, size_t len)
{
    buf_add(context, bytes, len);
    return 0;
}

static void print(const struct pv_recorded *recorded, struct buf *to)
{
    static struct pv_out out;
    pv_out_init(&out, take_on, to);
    pv_print_record(&out, recorded);
    CHECK(pv_out_flush(&out));
}

static bool same(struct pv_str a, struct pv_str b)
{
    return (a.ptr == NULL) == (b.ptr == NULL) && pv_str_equal(a, b);
}

static bool is_object(const struct pv_record *record)
{
    return record->decoded == PV_OK || record->why.code != PV_JSON_INVALID;
}

/* What is no object comes back as null, so only that it is still none. */
static void check_same_event(const struct pv_record *a, const struct pv_record *b)
{
    struct buf left = {0}, right = {0};
    CHECK(a->decoded == b->decoded && is_object(a) == is_object(b));
    /* A sentence may quote a value with white space in it. */
    if (a->decoded != PV_OK) {
        CHECK(a->why.code == b->why.code && a->why.field == b->why.field);
        return;
    }
    record_text_event(a, &left);
    record_text_event(b, &right);
    CHECK_SAME("an event and its record's, printed and read", kit_str(&left), kit_str(&right));
    buf_free(&left);
    buf_free(&right);
}

static void check_same_record(const struct pv_record *a, const struct pv_record *b)
{
    const struct pv_recorded *x = &a->recorded, *y = &b->recorded;
    CHECK(b->envelope == PV_ENVELOPE_VALID);
    CHECK(same(x->stream, y->stream) && x->number == y->number && same(x->type, y->type));
    CHECK(same(x->id, y->id) && same(x->created, y->created) && x->position == y->position);
    CHECK((x->metadata.ptr == NULL) == (y->metadata.ptr == NULL));
    check_same_event(a, b);
}

static void check_printed(const struct pv_record *record)
{
    struct buf printed = {0}, again = {0};
    struct pv_record second;
    print(&record->recorded, &printed);
    CHECK(printed.len > 0 && printed.bytes[printed.len - 1] == '\n');
    struct pv_str line = {kit_copy((struct pv_str){printed.bytes, printed.len - 1}), printed.len - 1};
    CHECK(line.len == 0 || memchr(line.ptr, '\n', line.len) == NULL);
    struct pv_record_reader *reader = pv_record_reader_new(false);
    CHECK(reader != NULL && pv_record_reader_begin(reader, line.len) == PV_OK);
    pv_record_read_line(reader, line, 1, &second);
    check_same_record(record, &second);
    print(&second.recorded, &again);
    if (is_object(record)) /* what was null before keeps its bytes under another name */
        CHECK_SAME("a record printed, and printed again", kit_str(&printed), kit_str(&again));
    pv_record_reader_free(reader);
    free((void *)(uintptr_t)line.ptr);
    buf_free(&printed);
    buf_free(&again);
}

/* ---- the reader with layouts against the plain one ---- */

static void read_with(struct pv_record_reader *reader, struct pv_str line, struct buf *text)
{
    struct pv_record record;
    CHECK(pv_record_reader_begin(reader, line.len) == PV_OK);
    memset(&record, 0xA5, sizeof record); /* what is not written must not be looked at */
    pv_record_read_line(reader, line, 7, &record);
    record_text(&record, text);
}

/* As a store gives it, by a reader that keeps what it learns. */
static void check_stored(struct pv_record_reader *learned, const struct pv_record *record)
{
    struct buf plain = {0}, stored = {0};
    struct pv_record again;
    CHECK(pv_record_reader_begin(learned, record->recorded.data.len) == PV_OK);
    pv_record_read_recorded(learned, &record->recorded, &again);
    CHECK(again.envelope == PV_ENVELOPE_VALID);
    record_text_event(record, &plain);
    record_text_event(&again, &stored);
    /* Of two faults of a text, nesting ends the look at what a store gave; a line is looked through to its
     * end. */
    if (is_object(record) || is_object(&again))
        CHECK_SAME("an event from a line and from a store", kit_str(&plain), kit_str(&stored));
    buf_free(&plain);
    buf_free(&stored);
}

static void check_line(struct pv_record_reader *learned, struct pv_str text)
{
    struct buf plain = {0}, first = {0}, second = {0};
    struct pv_record record;
    char *bytes = kit_copy(text);
    struct pv_str line = {bytes, text.len};
    struct pv_record_reader *reader = pv_record_reader_new(false);
    CHECK(reader != NULL && pv_record_reader_begin(reader, line.len) == PV_OK);
    pv_record_read_line(reader, line, 7, &record);
    record_text(&record, &plain);
    read_with(learned, line, &first);
    CHECK_SAME("a line read plainly and with layouts", kit_str(&plain), kit_str(&first));
    read_with(learned, line, &second);
    CHECK_SAME("a line read plainly and with its own layout", kit_str(&plain), kit_str(&second));
    check_against_model(line, &record);
    if (record.envelope == PV_ENVELOPE_VALID) {
        check_printed(&record);
        check_stored(learned, &record);
        check_stored(learned, &record);
    }
    pv_record_reader_free(reader);
    buf_free(&plain);
    buf_free(&first);
    buf_free(&second);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pv_str rest = {(const char *)data, size};
    struct pv_record_reader *learned = pv_record_reader_new(true);
    CHECK(learned != NULL);
    for (int i = 0; i < LINES_MAX && (i == 0 || rest.len > 0); i++) {
        struct pv_str line = kit_first_line(rest, &rest);
        check_line(learned, line);
    }
    pv_record_reader_free(learned);
    return 0;
}
