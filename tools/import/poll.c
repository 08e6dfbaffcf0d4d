#include "poll_reader.h"

#include <stdlib.h>
#include <string.h>

static int by_index(const void *a, const void *b)
{
    const struct pv_poll_row *left = a, *right = b;
    return (left->index > right->index) - (left->index < right->index);
}

static int by_id(const void *a, const void *b)
{
    const struct pv_poll_row *left = a, *right = b;
    size_t len = left->id.len < right->id.len ? left->id.len : right->id.len;
    int order = memcmp(left->id.ptr, right->id.ptr, len);
    if (order == 0)
        order = (left->id.len > right->id.len) - (left->id.len < right->id.len);
    return order != 0 ? order : by_index(a, b);
}

static int by_time(const void *a, const void *b)
{
    const struct pv_poll_row *left = a, *right = b;
    int order = (left->at.us > right->at.us) - (left->at.us < right->at.us);
    return order != 0 ? order : by_index(a, b);
}

static void find_repetitions(struct pv_poll_reader *reader)
{
    struct pv_poll_row *rows = reader->rows;
    qsort(rows, reader->row_count, sizeof *rows, by_id);
    for (size_t i = 1; i < reader->row_count; i++) {
        if (pv_str_equal(rows[i].id, rows[i - 1].id))
            rows[i].same_line = rows[i - 1].same_line ? rows[i - 1].same_line : rows[i - 1].line;
    }
    qsort(rows, reader->row_count, sizeof *rows, by_index);
    for (size_t i = 0; i < reader->row_count; i++) {
        if (rows[i].same_line != 0)
            pv_poll_problem(reader, rows[i].line, 1,
                            "the voterID \"%s\" has voted in line %llu (column 1, voterID)",
                            pv_poll_show(rows[i].id).text, (unsigned long long)rows[i].same_line);
    }
}

static enum pv_poll_result give_poll(struct pv_poll_reader *reader, struct pv_poll_file *file)
{
    struct pv_poll_voter *voters = calloc(reader->row_count, sizeof *voters);
    if (voters == NULL)
        return PV_POLL_NO_MEMORY;
    qsort(reader->rows, reader->row_count, sizeof *reader->rows, by_time);
    for (size_t i = 0; i < reader->row_count; i++) {
        const struct pv_poll_row *row = &reader->rows[i];
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

static enum pv_poll_result read_all(struct pv_poll_reader *reader, struct pv_poll_file *file)
{
    enum pv_poll_result result = pv_poll_read_header(reader);
    if (result == PV_POLL_OK)
        result = pv_poll_read_rows(reader);
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
    struct pv_poll_reader reader = {.report = report, .context = context};
    reader.fields = calloc(PV_POLL_FIELDS_MAX, sizeof *reader.fields);
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
