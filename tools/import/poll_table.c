#include "poll_reader.h"

#include "entities.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CANDIDATES_MIN = 2,
    DATE_LEN = 10, /* 2024-02-24, then the blank for which D2 has a T */
};

/* --- the header --- */

static void check_columns(struct pv_poll_reader *reader)
{
    for (size_t i = 0; i < PV_POLL_FIRST_CANDIDATE && i < reader->field_count; i++) {
        const struct pv_csv_field *field = &reader->fields[i];
        if (field->text.len != strlen(pv_poll_columns[i]) ||
            memcmp(field->text.ptr, pv_poll_columns[i], field->text.len) != 0)
            pv_poll_problem(reader, field->line, field->column, "column %zu must be called %s, not \"%s\"",
                            i + 1, pv_poll_columns[i], pv_poll_show(field->text).text);
    }
}

static void check_candidate(struct pv_poll_reader *reader, size_t index)
{
    const struct pv_csv_field *field = &reader->fields[PV_POLL_FIRST_CANDIDATE + index];
    char sentence[PV_POLL_SENTENCE_MAX];
    if (!pv_poll_is_name(reader->candidates[index], sentence))
        pv_poll_problem(reader, field->line, field->column, "%s (column %zu)", sentence,
                        PV_POLL_FIRST_CANDIDATE + index + 1);
    for (size_t i = 0; i < index; i++) {
        if (pv_str_equal(reader->candidates[i], reader->candidates[index])) {
            pv_poll_problem(reader, field->line, field->column,
                            "columns %zu and %zu have the same name \"%s\"", PV_POLL_FIRST_CANDIDATE + i + 1,
                            PV_POLL_FIRST_CANDIDATE + index + 1,
                            pv_poll_show(reader->candidates[index]).text);
            return;
        }
    }
}

/* The names as they are meant, with memory of their own: they come from web pages. */
static bool decode_candidates(struct pv_poll_reader *reader)
{
    const struct pv_csv_field *fields = reader->fields + PV_POLL_FIRST_CANDIDATE;
    size_t count = reader->field_count - PV_POLL_FIRST_CANDIDATE, total = 0;
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

enum pv_poll_result pv_poll_read_header(struct pv_poll_reader *reader)
{
    if (!pv_csv_row(&reader->csv, reader->fields, PV_POLL_FIELDS_MAX, &reader->field_count)) {
        pv_poll_problem(
            reader, 1, 1,
            "the file is empty; it needs the columns voterID, voteTime, pollID and one a candidate");
        return PV_POLL_BAD;
    }
    if (pv_poll_has_faults(reader, true))
        return PV_POLL_BAD;
    check_columns(reader);
    if (reader->field_count < PV_POLL_FIRST_CANDIDATE + CANDIDATES_MIN) {
        pv_poll_problem(reader, reader->fields[0].line, 1,
                        "there are fewer than %d candidates: after voterID, voteTime and "
                        "pollID comes one column for each",
                        CANDIDATES_MIN);
        return PV_POLL_BAD;
    }
    if (reader->field_count > PV_POLL_FIELDS_MAX) {
        pv_poll_problem(reader, reader->fields[0].line, 1, "there are more than %d candidates",
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

static bool make_room(struct pv_poll_reader *reader)
{
    if (reader->row_count < reader->row_capacity)
        return true;
    size_t capacity = reader->row_capacity * 2 + 256;
    struct pv_poll_row *rows = realloc(reader->rows, capacity * sizeof *rows);
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

static bool read_voter_id(struct pv_poll_reader *reader, struct pv_poll_row *row)
{
    char sentence[PV_POLL_SENTENCE_MAX];
    row->id = reader->fields[PV_POLL_VOTER_ID].text;
    if (row->id.len == 0)
        pv_poll_field_problem(reader, PV_POLL_VOTER_ID, "the voterID is empty");
    else if (!pv_poll_is_name(row->id, sentence))
        pv_poll_field_problem(reader, PV_POLL_VOTER_ID, sentence);
    else
        return true;
    return false;
}

/* A date-time of D2, or one with a blank where D2 has a T. */
static void read_time(struct pv_poll_reader *reader, struct pv_poll_row *row)
{
    struct pv_str text = reader->fields[PV_POLL_VOTE_TIME].text;
    char buffer[64];
    if (text.len > DATE_LEN && text.len <= sizeof buffer && text.ptr[DATE_LEN] == ' ') {
        memcpy(buffer, text.ptr, text.len);
        buffer[DATE_LEN] = 'T';
        text.ptr = buffer;
    }
    if (pv_time_parse(text, &row->at) != PV_CODE_NONE)
        pv_poll_value_problem(reader, PV_POLL_VOTE_TIME, "is not a time (2024-02-24 18:00:00)");
    else if (row->at.us < 0)
        pv_poll_value_problem(reader, PV_POLL_VOTE_TIME, "is before 1970");
}

static void read_poll_id(struct pv_poll_reader *reader)
{
    char sentence[PV_POLL_SENTENCE_MAX], other[2 * PV_POLL_SHOWN_MAX];
    const struct pv_csv_field *field = &reader->fields[PV_POLL_POLL_ID];
    if (reader->poll_id_line == 0) {
        if (!pv_poll_is_name(field->text, sentence)) {
            pv_poll_field_problem(reader, PV_POLL_POLL_ID, sentence);
            return;
        }
        reader->poll_id = field->text;
        reader->poll_id_line = field->line;
    } else if (!pv_str_equal(field->text, reader->poll_id)) {
        (void)snprintf(other, sizeof other, "is another poll than \"%s\" in line %llu",
                       pv_poll_show(reader->poll_id).text, (unsigned long long)reader->poll_id_line);
        pv_poll_value_problem(reader, PV_POLL_POLL_ID, other);
    }
}

static void read_stars(struct pv_poll_reader *reader, uint8_t *stars)
{
    for (size_t i = 0; i < reader->candidate_count; i++) {
        struct pv_str text = reader->fields[PV_POLL_FIRST_CANDIDATE + i].text;
        bool sound = text.len == 1 && text.ptr[0] >= '0' && text.ptr[0] <= '5';
        stars[i] = sound ? (uint8_t)(text.ptr[0] - '0') : 0;
        if (!sound)
            pv_poll_value_problem(reader, PV_POLL_FIRST_CANDIDATE + i,
                                  "is not a number of stars from 0 to 5");
    }
}

/* Reads the fields that are there. A row whose voterID can be read is kept even if something else is wrong,
   so that a repetition of it is told too. */
static enum pv_poll_result read_row(struct pv_poll_reader *reader)
{
    struct pv_poll_row row = {.line = reader->fields[0].line, .index = reader->row_count};
    size_t expected = PV_POLL_FIRST_CANDIDATE + reader->candidate_count;
    if (pv_poll_has_faults(reader, false))
        return PV_POLL_OK;
    if (reader->field_count != expected) {
        pv_poll_problem(reader, row.line, 1, "this row has %zu columns, not %zu", reader->field_count,
                        expected);
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

enum pv_poll_result pv_poll_read_rows(struct pv_poll_reader *reader)
{
    while (pv_csv_row(&reader->csv, reader->fields, PV_POLL_FIELDS_MAX, &reader->field_count)) {
        enum pv_poll_result result = read_row(reader);
        if (result != PV_POLL_OK)
            return result;
    }
    if (reader->row_count == 0 && reader->problems == 0)
        pv_poll_problem(reader, reader->csv.line, 1, "no voter's row follows the header");
    return PV_POLL_OK;
}
