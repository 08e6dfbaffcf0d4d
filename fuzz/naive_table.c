#include "naive_table.h"

#include "model.h"

#include <stdlib.h>
#include <string.h>

enum { VOTER_ID, VOTE_TIME, POLL_ID, FIRST_CANDIDATE, NAME_MAX_POINTS = 200, CANDIDATES_MAX = 10000 };

/* ---- cells ---- */

enum state { AT_START, IN_PLAIN, IN_QUOTES, AFTER_QUOTE };

struct walk {
    struct naive_table *table;
    struct pv_str text;
    size_t at;
    struct buf cell;
};

/* The length of the line end here: the end of the text is one of no length. */
static bool is_line_end(const struct walk *walk, size_t *len)
{
    size_t left = walk->text.len - walk->at;
    const char *at = walk->text.ptr + walk->at;
    *len = left > 0 && *at == '\n' ? 1 : left > 1 && at[0] == '\r' && at[1] == '\n' ? 2 : 0;
    return left == 0 || *len > 0;
}

static void add_cell(struct walk *walk)
{
    struct naive_table *table = walk->table;
    table->cells[table->cell_count++] = bag_copy(&table->bag, walk->cell.bytes, walk->cell.len);
    walk->cell.len = 0;
}

/* False: no cell. Stops at the comma or the line end. */
static bool read_cell(struct walk *walk)
{
    size_t eol;
    for (enum state state = AT_START;; walk->at++) {
        bool at_end = is_line_end(walk, &eol);
        char c = walk->at < walk->text.len ? walk->text.ptr[walk->at] : '\0';
        if (state == AT_START && c == '"') {
            state = IN_QUOTES;
            continue;
        }
        if (state != IN_QUOTES && (at_end || c == ','))
            return true;
        if (walk->at == walk->text.len || (state == AFTER_QUOTE && c != '"'))
            return false;
        if (state == IN_QUOTES && c == '"') {
            state = AFTER_QUOTE;
            continue;
        }
        if (state != AFTER_QUOTE && state != IN_QUOTES && (c == '"' || c == '\r'))
            return false;
        buf_add(&walk->cell, &c, 1);
        state = state == AT_START ? IN_PLAIN : state == AFTER_QUOTE ? IN_QUOTES : state;
    }
}

static bool read_row(struct walk *walk)
{
    size_t eol;
    walk->table->rows[walk->table->row_count++] = walk->table->cell_count;
    for (;;) {
        if (!read_cell(walk))
            return false;
        add_cell(walk);
        if (is_line_end(walk, &eol)) {
            walk->at += eol;
            return true;
        }
        walk->at++;
    }
}

static bool is_text(struct pv_str text)
{
    for (size_t at = 0, len; at < text.len; at += len) {
        len = kit_utf8(text.ptr + at, text.len - at);
        if (len == 0 || text.ptr[at] == '\0')
            return false;
    }
    return true;
}

void naive_table_init(struct naive_table *table, struct pv_str text)
{
    struct walk walk = {.table = table, .text = text};
    size_t eol;
    *table = (struct naive_table){.sound = is_text(text)};
    table->cells = kit_room((text.len + 1) * sizeof *table->cells);
    table->rows = kit_room((text.len + 2) * sizeof *table->rows);
    if (text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0)
        walk.at = 3;
    while (table->sound && walk.at < text.len) {
        if (is_line_end(&walk, &eol))
            walk.at += eol;
        else
            table->sound = read_row(&walk);
    }
    table->rows[table->row_count] = table->cell_count;
    buf_free(&walk.cell);
}

void naive_table_deinit(struct naive_table *table)
{
    free(table->cells);
    free(table->rows);
    bag_free(&table->bag);
}

size_t naive_table_width(const struct naive_table *table, size_t row)
{
    return table->rows[row + 1] - table->rows[row];
}

struct pv_str naive_table_cell(const struct naive_table *table, size_t row, size_t column)
{
    return table->cells[table->rows[row] + column];
}

/* ---- a poll ---- */

static bool is_name(struct pv_str text)
{
    return model_check_text(text, NAME_MAX_POINTS, false) == PV_CODE_NONE;
}

/* The header's cells are candidates' names, each another. */
static enum naive_poll check_names(const struct naive_table *table)
{
    enum naive_poll names = NAIVE_POLL;
    for (size_t i = FIRST_CANDIDATE; i < naive_table_width(table, 0); i++) {
        struct pv_str name = naive_table_cell(table, 0, i);
        if (memchr(name.ptr, '&', name.len) != NULL) {
            names = NAIVE_POLL_BY_NAMES;
            continue;
        }
        if (!is_name(name))
            return NAIVE_NO_POLL;
        for (size_t k = FIRST_CANDIDATE; k < i; k++)
            if (pv_str_equal(name, naive_table_cell(table, 0, k)))
                return NAIVE_NO_POLL;
    }
    return names;
}

static bool is_header(const struct naive_table *table)
{
    size_t width = naive_table_width(table, 0);
    return width >= FIRST_CANDIDATE + 2 && width <= FIRST_CANDIDATE + CANDIDATES_MAX &&
           str_is(naive_table_cell(table, 0, VOTER_ID), "voterID") &&
           str_is(naive_table_cell(table, 0, VOTE_TIME), "voteTime") &&
           str_is(naive_table_cell(table, 0, POLL_ID), "pollID");
}

/* The date as the model prints it; false: none. */
static bool date_of(struct pv_str text, char date[MODEL_DATE])
{
    char copy[64];
    if (text.len > sizeof copy)
        return false;
    memcpy(copy, text.ptr, text.len);
    if (text.len > 10 && copy[10] == ' ')
        copy[10] = 'T';
    return model_check_date((struct pv_str){copy, text.len}, date) == PV_CODE_NONE;
}

static bool is_new_voter(const struct naive_table *table, size_t row)
{
    for (size_t other = 1; other < row; other++)
        if (pv_str_equal(naive_table_cell(table, row, VOTER_ID), naive_table_cell(table, other, VOTER_ID)))
            return false;
    return true;
}

static bool is_row(const struct naive_table *table, size_t row)
{
    char date[MODEL_DATE];
    if (naive_table_width(table, row) != naive_table_width(table, 0))
        return false;
    struct pv_str poll = naive_table_cell(table, row, POLL_ID);
    if (!is_name(naive_table_cell(table, row, VOTER_ID)) || !is_new_voter(table, row) || !is_name(poll) ||
        !pv_str_equal(poll, naive_table_cell(table, 1, POLL_ID)))
        return false;
    if (!date_of(naive_table_cell(table, row, VOTE_TIME), date) || strcmp(date, "1970") < 0)
        return false;
    for (size_t i = FIRST_CANDIDATE; i < naive_table_width(table, row); i++) {
        struct pv_str stars = naive_table_cell(table, row, i);
        if (stars.len != 1 || stars.ptr[0] < '0' || stars.ptr[0] > '5')
            return false;
    }
    return true;
}

enum naive_poll naive_table_is_poll(const struct naive_table *table)
{
    if (!table->sound || table->row_count < 2 || !is_header(table))
        return NAIVE_NO_POLL;
    for (size_t row = 1; row < table->row_count; row++)
        if (!is_row(table, row))
            return NAIVE_NO_POLL;
    return check_names(table);
}

void naive_table_time(const struct naive_table *table, size_t row, char time[NAIVE_TIME_LEN + 1])
{
    char date[MODEL_DATE];
    CHECK(date_of(naive_table_cell(table, row, VOTE_TIME), date));
    memcpy(time, date, NAIVE_TIME_LEN);
    time[NAIVE_TIME_LEN] = '\0';
}
