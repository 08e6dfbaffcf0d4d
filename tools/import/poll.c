#include "poll.h"

#include "csv.h"
#include "entities.h"
#include "out.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VOTER_ID, /* the columns before the candidates */
    VOTE_TIME,
    POLL_ID,
    FIRST_CANDIDATE,
    CANDIDATES_MIN = 2,
    FIELDS_MAX = FIRST_CANDIDATE + PV_POLL_CANDIDATES_MAX,
    SHOWN_MAX = 80, /* bytes of a value in a sentence */
    SENTENCE_MAX = 512,
    DATE_LEN = 10, /* 2024-02-24, then the blank for which D2 has a T */
};

static const char *const column_names[] = {"voterID", "voteTime", "pollID"};

struct row {
    struct pv_str id;
    struct pv_time at;
    uint64_t line;
    size_t index;       /* in the file; stars are at index * candidates */
    uint64_t same_line; /* an earlier row with the same id; 0: none */
};

struct reader {
    struct pv_csv csv;
    struct pv_csv_field *fields;
    size_t field_count;
    pv_poll_report_fn *report;
    void *context;
    uint64_t problems;

    struct pv_str poll_id;
    uint64_t poll_id_line; /* 0: no row had one yet */
    struct pv_str *candidates;
    char *names; /* the bytes of the candidates */
    size_t candidate_count;
    struct row *rows;
    uint8_t *stars;
    size_t row_count, row_capacity;
};

/* --- problems --- */

/* A value as it may stand in a sentence: escaped for a terminal, and cut. */
struct shown {
    char text[SHOWN_MAX + 1];
};

static struct shown show(struct pv_str value)
{
    struct shown shown;
    shown.text[pv_terminal_escape(value, shown.text, SHOWN_MAX)] = '\0';
    return shown;
}

static void problem(struct reader *reader, uint64_t line, uint64_t column, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void problem(struct reader *reader, uint64_t line, uint64_t column, const char *format, ...)
{
    char sentence[SENTENCE_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    reader->problems++;
    reader->report(reader->context, line, column, sentence);
}

static struct shown show_column(const struct reader *reader, size_t index)
{
    if (index < FIRST_CANDIDATE)
        return show((struct pv_str){column_names[index], strlen(column_names[index])});
    return show(reader->candidates[index - FIRST_CANDIDATE]);
}

/* A problem of the field in this column: says also which column it is. */
static void field_problem(struct reader *reader, size_t index, const char *what)
{
    const struct pv_csv_field *field = &reader->fields[index];
    problem(reader, field->line, field->column, "%s (column %zu, %s)", what, index + 1,
            show_column(reader, index).text);
}

/* "VALUE" and what it is or is not. */
static void value_problem(struct reader *reader, size_t index, const char *what)
{
    char text[SHOWN_MAX + SENTENCE_MAX + sizeof "\"\" "];
    (void)snprintf(text, sizeof text, "\"%s\" %s", show(reader->fields[index].text).text, what);
    field_problem(reader, index, text);
}

/* Whether the text keeps the rules of D2 for a name; its sentence is the one of D7. */
static bool is_name(struct pv_str text, char sentence[SENTENCE_MAX])
{
    struct pv_refusal why;
    char message[PV_MESSAGE_MAX];
    enum pv_code code = pv_name_check(text);
    if (code == PV_CODE_NONE)
        return true;
    (void)pv_refuse_field(&why, code, PV_KEY_NAME, text);
    struct pv_str said = {message, pv_refusal_message(&why, message)};
    sentence[pv_terminal_escape(said, sentence, SENTENCE_MAX - 1)] = '\0';
    return false;
}

static bool has_faults(struct reader *reader, bool header)
{
    bool any = false;
    size_t given = reader->field_count < FIELDS_MAX ? reader->field_count : FIELDS_MAX;
    for (size_t i = 0; i < given; i++) {
        const struct pv_csv_field *field = &reader->fields[i];
        if (field->fault == NULL)
            continue;
        any = true;
        if (header || i >= FIRST_CANDIDATE + reader->candidate_count)
            problem(reader, field->line, field->column, "%s (column %zu)", field->fault, i + 1);
        else
            field_problem(reader, i, field->fault);
    }
    return any;
}

/* --- the header --- */

static void check_columns(struct reader *reader)
{
    for (size_t i = 0; i < FIRST_CANDIDATE && i < reader->field_count; i++) {
        const struct pv_csv_field *field = &reader->fields[i];
        if (field->text.len != strlen(column_names[i]) ||
            memcmp(field->text.ptr, column_names[i], field->text.len) != 0)
            problem(reader, field->line, field->column, "column %zu must be called %s, not \"%s\"", i + 1,
                    column_names[i], show(field->text).text);
    }
}

static void check_candidate(struct reader *reader, size_t index)
{
    const struct pv_csv_field *field = &reader->fields[FIRST_CANDIDATE + index];
    char sentence[SENTENCE_MAX];
    if (!is_name(reader->candidates[index], sentence))
        problem(reader, field->line, field->column, "%s (column %zu)", sentence, FIRST_CANDIDATE + index + 1);
    for (size_t i = 0; i < index; i++) {
        if (pv_str_equal(reader->candidates[i], reader->candidates[index])) {
            problem(reader, field->line, field->column, "columns %zu and %zu have the same name \"%s\"",
                    FIRST_CANDIDATE + i + 1, FIRST_CANDIDATE + index + 1,
                    show(reader->candidates[index]).text);
            return;
        }
    }
}

/* The names as they are meant, with memory of their own: they come from web pages. */
static bool decode_candidates(struct reader *reader)
{
    const struct pv_csv_field *fields = reader->fields + FIRST_CANDIDATE;
    size_t count = reader->field_count - FIRST_CANDIDATE, total = 0;
    for (size_t i = 0; i < count; i++)
        total += fields[i].text.len;
    reader->candidates = calloc(count, sizeof *reader->candidates);
    reader->names = malloc(total + 1);
    if (reader->candidates == NULL || reader->names == NULL)
        return false;
    reader->candidate_count = count;
    char *to = reader->names;
    for (size_t i = 0; i < count; i++) {
        reader->candidates[i] = (struct pv_str){to, pv_entities_decode(fields[i].text, to)};
        to += reader->candidates[i].len;
    }
    return true;
}

static enum pv_poll_result read_header(struct reader *reader)
{
    if (!pv_csv_row(&reader->csv, reader->fields, FIELDS_MAX, &reader->field_count)) {
        problem(reader, 1, 1,
                "the file is empty; it needs the columns voterID, voteTime, pollID and one a candidate");
        return PV_POLL_BAD;
    }
    if (has_faults(reader, true))
        return PV_POLL_BAD;
    check_columns(reader);
    if (reader->field_count < FIRST_CANDIDATE + CANDIDATES_MIN) {
        problem(reader, reader->fields[0].line, 1,
                "there are fewer than %d candidates: after voterID, voteTime and "
                "pollID comes one column for each",
                CANDIDATES_MIN);
        return PV_POLL_BAD;
    }
    if (reader->field_count > FIELDS_MAX) {
        problem(reader, reader->fields[0].line, 1, "there are more than %d candidates",
                PV_POLL_CANDIDATES_MAX);
        return PV_POLL_BAD;
    }
    if (!decode_candidates(reader))
        return PV_POLL_NO_MEMORY;
    for (size_t i = 0; i < reader->candidate_count; i++)
        check_candidate(reader, i);
    return PV_POLL_OK;
}

/* --- the rows --- */

static bool make_room(struct reader *reader)
{
    if (reader->row_count < reader->row_capacity)
        return true;
    size_t capacity = reader->row_capacity * 2 + 256;
    struct row *rows = realloc(reader->rows, capacity * sizeof *rows);
    if (rows == NULL)
        return false;
    reader->rows = rows;
    uint8_t *stars = realloc(reader->stars, capacity * reader->candidate_count);
    if (stars == NULL)
        return false;
    reader->stars = stars;
    reader->row_capacity = capacity;
    return true;
}

static bool read_voter_id(struct reader *reader, struct row *row)
{
    char sentence[SENTENCE_MAX];
    row->id = reader->fields[VOTER_ID].text;
    if (row->id.len == 0)
        field_problem(reader, VOTER_ID, "the voterID is empty");
    else if (!is_name(row->id, sentence))
        field_problem(reader, VOTER_ID, sentence);
    else
        return true;
    return false;
}

/* A date-time of D2, or one with a blank where D2 has a T. */
static void read_time(struct reader *reader, struct row *row)
{
    struct pv_str text = reader->fields[VOTE_TIME].text;
    char buffer[64];
    if (text.len > DATE_LEN && text.len <= sizeof buffer && text.ptr[DATE_LEN] == ' ') {
        memcpy(buffer, text.ptr, text.len);
        buffer[DATE_LEN] = 'T';
        text.ptr = buffer;
    }
    if (pv_time_parse(text, &row->at) != PV_CODE_NONE)
        value_problem(reader, VOTE_TIME, "is not a time (2024-02-24 18:00:00)");
    else if (row->at.us < 0)
        value_problem(reader, VOTE_TIME, "is before 1970");
}

static void read_poll_id(struct reader *reader)
{
    char sentence[SENTENCE_MAX], other[2 * SHOWN_MAX];
    const struct pv_csv_field *field = &reader->fields[POLL_ID];
    if (reader->poll_id_line == 0) {
        if (!is_name(field->text, sentence)) {
            field_problem(reader, POLL_ID, sentence);
            return;
        }
        reader->poll_id = field->text;
        reader->poll_id_line = field->line;
    } else if (!pv_str_equal(field->text, reader->poll_id)) {
        (void)snprintf(other, sizeof other, "is another poll than \"%s\" in line %llu",
                       show(reader->poll_id).text, (unsigned long long)reader->poll_id_line);
        value_problem(reader, POLL_ID, other);
    }
}

static void read_stars(struct reader *reader, uint8_t *stars)
{
    for (size_t i = 0; i < reader->candidate_count; i++) {
        struct pv_str text = reader->fields[FIRST_CANDIDATE + i].text;
        bool sound = text.len == 1 && text.ptr[0] >= '0' && text.ptr[0] <= '5';
        stars[i] = sound ? (uint8_t)(text.ptr[0] - '0') : 0;
        if (!sound)
            value_problem(reader, FIRST_CANDIDATE + i, "is not a number of stars from 0 to 5");
    }
}

/* Reads the fields that are there. A row whose voterID can be read is kept even if something else is wrong,
   so that a repetition of it is told too. */
static enum pv_poll_result read_row(struct reader *reader)
{
    struct row row = {.line = reader->fields[0].line, .index = reader->row_count};
    size_t expected = FIRST_CANDIDATE + reader->candidate_count;
    if (has_faults(reader, false))
        return PV_POLL_OK;
    if (reader->field_count != expected) {
        problem(reader, row.line, 1, "this row has %zu columns, not %zu", reader->field_count, expected);
        return PV_POLL_OK;
    }
    if (!make_room(reader))
        return PV_POLL_NO_MEMORY;
    bool keep = read_voter_id(reader, &row);
    read_time(reader, &row);
    read_poll_id(reader);
    read_stars(reader, reader->stars + row.index * reader->candidate_count);
    if (keep)
        reader->rows[reader->row_count++] = row;
    return PV_POLL_OK;
}

static enum pv_poll_result read_rows(struct reader *reader)
{
    while (pv_csv_row(&reader->csv, reader->fields, FIELDS_MAX, &reader->field_count)) {
        enum pv_poll_result result = read_row(reader);
        if (result != PV_POLL_OK)
            return result;
    }
    if (reader->row_count == 0 && reader->problems == 0)
        problem(reader, reader->csv.line, 1, "no voter's row follows the header");
    return PV_POLL_OK;
}

/* --- all rows together --- */

static int by_index(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    return (left->index > right->index) - (left->index < right->index);
}

static int by_id(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    size_t len = left->id.len < right->id.len ? left->id.len : right->id.len;
    int order = memcmp(left->id.ptr, right->id.ptr, len);
    if (order == 0)
        order = (left->id.len > right->id.len) - (left->id.len < right->id.len);
    return order != 0 ? order : by_index(a, b);
}

static int by_time(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    int order = (left->at.us > right->at.us) - (left->at.us < right->at.us);
    return order != 0 ? order : by_index(a, b);
}

static void find_repetitions(struct reader *reader)
{
    struct row *rows = reader->rows;
    qsort(rows, reader->row_count, sizeof *rows, by_id);
    for (size_t i = 1; i < reader->row_count; i++) {
        if (pv_str_equal(rows[i].id, rows[i - 1].id))
            rows[i].same_line = rows[i - 1].same_line ? rows[i - 1].same_line : rows[i - 1].line;
    }
    qsort(rows, reader->row_count, sizeof *rows, by_index);
    for (size_t i = 0; i < reader->row_count; i++) {
        if (rows[i].same_line != 0)
            problem(reader, rows[i].line, 1, "the voterID \"%s\" has voted in line %llu (column 1, voterID)",
                    show(rows[i].id).text, (unsigned long long)rows[i].same_line);
    }
}

static enum pv_poll_result give_poll(struct reader *reader, struct pv_poll_file *file)
{
    struct pv_poll_voter *voters = calloc(reader->row_count, sizeof *voters);
    if (voters == NULL)
        return PV_POLL_NO_MEMORY;
    qsort(reader->rows, reader->row_count, sizeof *reader->rows, by_time);
    for (size_t i = 0; i < reader->row_count; i++) {
        const struct row *row = &reader->rows[i];
        voters[i] =
            (struct pv_poll_voter){row->id, row->at, reader->stars + row->index * reader->candidate_count};
    }
    *file = (struct pv_poll_file){
        .poll = {.id = reader->poll_id,
                 .candidates = reader->candidates,
                 .candidate_count = reader->candidate_count,
                 .voters = voters,
                 .voter_count = reader->row_count},
        .candidates = reader->candidates,
        .names = reader->names,
        .voters = voters,
        .stars = reader->stars,
    };
    reader->candidates = NULL;
    reader->names = NULL;
    reader->stars = NULL;
    return PV_POLL_OK;
}

static enum pv_poll_result read_all(struct reader *reader, struct pv_poll_file *file)
{
    enum pv_poll_result result = read_header(reader);
    if (result == PV_POLL_OK)
        result = read_rows(reader);
    if (result != PV_POLL_OK)
        return result;
    if (reader->row_count == 0)
        return PV_POLL_BAD; /* and it was told why */
    find_repetitions(reader);
    return reader->problems > 0 ? PV_POLL_BAD : give_poll(reader, file);
}

enum pv_poll_result pv_poll_read(char *bytes, size_t len, struct pv_poll_file *file,
                                 pv_poll_report_fn *report, void *context)
{
    struct reader reader = {.report = report, .context = context};
    reader.fields = calloc(FIELDS_MAX, sizeof *reader.fields);
    if (reader.fields == NULL)
        return PV_POLL_NO_MEMORY;
    pv_csv_init(&reader.csv, bytes, len);
    enum pv_poll_result result = read_all(&reader, file);
    free(reader.fields);
    free(reader.candidates);
    free(reader.names);
    free(reader.rows);
    free(reader.stars);
    return result;
}

void pv_poll_file_deinit(struct pv_poll_file *file)
{
    free(file->candidates);
    free(file->names);
    free(file->voters);
    free(file->stars);
}
