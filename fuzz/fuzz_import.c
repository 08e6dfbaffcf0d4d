/* A CSV of star ballots. It is accepted just when a naive reader takes it for a poll, and holds the same
   voters and stars; a file that is refused has problems, each at a place in it. Of one that is accepted, the
   events verify without a finding, and the election they make has the tally that a recount has; written as a
   table again, it is the same poll. */
#include "commands.h"
#include "lines.h"
#include "naive_table.h"
#include "poll.h"
#include "print.h"
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct pv_seed seed = {1, 2};

static int take_on(void *context, const char *bytes, size_t len)
{
    buf_add(context, bytes, len);
    return 0;
}

/* ---- reading ---- */

struct problems {
    size_t count, bytes;
    uint64_t lines;
};

static void on_problem(void *context, uint64_t line, uint64_t column, const char *sentence)
{
    struct problems *problems = context;
    problems->count++;
    CHECK(line >= 1 && line <= problems->lines);
    CHECK(column >= 1 && column <= problems->bytes + 1);
    CHECK(sentence[0] != '\0' && kit_is_clean((struct pv_str){sentence, strlen(sentence)}, ""));
}

/* The bytes are the caller's to free after the file. NULL: refused. */
static char *read_poll(struct pv_str text, struct pv_poll_file *file)
{
    struct problems problems = {.bytes = text.len, .lines = 1};
    char *bytes = kit_copy(text);
    for (size_t i = 0; i < text.len; i++)
        problems.lines += text.ptr[i] == '\n';
    enum pv_poll_result result = pv_poll_read(bytes, text.len, file, on_problem, &problems);
    CHECK(result == PV_POLL_OK || result == PV_POLL_BAD);
    CHECK((result == PV_POLL_BAD) == (problems.count > 0));
    if (result == PV_POLL_OK)
        return bytes;
    free(bytes);
    return NULL;
}

/* ---- the naive reader ---- */

static size_t row_of(const struct naive_table *table, struct pv_str voter)
{
    size_t row = 1;
    while (row < table->row_count && !pv_str_equal(naive_table_cell(table, row, 0), voter))
        row++;
    CHECK(row < table->row_count);
    return row;
}

static void check_candidates(const struct pv_poll *poll, const struct naive_table *table)
{
    CHECK(poll->candidate_count + 3 == naive_table_width(table, 0));
    for (size_t i = 0; i < poll->candidate_count; i++) {
        struct pv_str cell = naive_table_cell(table, 0, 3 + i);
        CHECK(poll->candidates[i].len > 0 && poll->candidates[i].len <= cell.len);
        if (memchr(cell.ptr, '&', cell.len) == NULL)
            CHECK_SAME("a candidate and its cell", poll->candidates[i], cell);
    }
}

/* Voters are in the order of their times, those of one time in the order of the rows. */
static void check_voters(const struct pv_poll *poll, const struct naive_table *table)
{
    char last[NAIVE_TIME_LEN + 1] = "";
    size_t last_row = 0;
    CHECK(poll->voter_count + 1 == table->row_count);
    for (size_t v = 0; v < poll->voter_count; v++) {
        char time[NAIVE_TIME_LEN + 1];
        size_t row = row_of(table, poll->voters[v].id);
        naive_table_time(table, row, time);
        int order = strcmp(last, time);
        CHECK(order < 0 || (order == 0 && last_row < row));
        for (size_t i = 0; i < poll->candidate_count; i++)
            CHECK(naive_table_cell(table, row, 3 + i).ptr[0] == '0' + poll->voters[v].stars[i]);
        memcpy(last, time, sizeof last);
        last_row = row;
    }
}

/* `poll` is NULL where the text was refused. */
static void check_against_naive(struct pv_str text, const struct pv_poll *poll)
{
    struct naive_table table;
    naive_table_init(&table, text);
    enum naive_poll verdict = naive_table_is_poll(&table);
    if (verdict != NAIVE_POLL_BY_NAMES)
        CHECK((verdict == NAIVE_POLL) == (poll != NULL));
    if (poll != NULL) {
        check_candidates(poll, &table);
        check_voters(poll, &table);
        CHECK_SAME("the poll's id and its cell", poll->id, naive_table_cell(&table, 1, 2));
    }
    naive_table_deinit(&table);
}

/* ---- written again ---- */

static void put_quoted(struct pv_str text, struct buf *out)
{
    buf_str(out, "\"");
    for (size_t i = 0; i < text.len; i++) {
        /* So that what was decoded from a reference once is not decoded again. */
        if (text.ptr[i] == '&')
            buf_str(out, "&amp;");
        else
            buf_add(out, text.ptr[i] == '"' ? "\"\"" : &text.ptr[i], text.ptr[i] == '"' ? 2 : 1);
    }
    buf_str(out, "\"");
}

static void put_plain(struct pv_str text, struct buf *out)
{
    buf_str(out, "\"");
    for (size_t i = 0; i < text.len; i++)
        buf_add(out, text.ptr[i] == '"' ? "\"\"" : &text.ptr[i], text.ptr[i] == '"' ? 2 : 1);
    buf_str(out, "\"");
}

static void write_table(const struct pv_poll *poll, struct buf *out)
{
    buf_str(out, "voterID,voteTime,pollID");
    for (size_t i = 0; i < poll->candidate_count; i++) {
        buf_str(out, ",");
        put_quoted(poll->candidates[i], out);
    }
    for (size_t v = 0; v < poll->voter_count; v++) {
        char time[PV_TIME_MAX];
        buf_str(out, "\r\n");
        put_plain(poll->voters[v].id, out);
        buf_str(out, ",");
        buf_add(out, time, pv_time_format(poll->voters[v].at, time));
        buf_str(out, ",");
        put_plain(poll->id, out);
        for (size_t i = 0; i < poll->candidate_count; i++)
            buf_format(out, ",%u", poll->voters[v].stars[i]);
    }
}

static void check_again(const struct pv_poll *poll)
{
    struct buf table = {0}, again = {0};
    struct pv_poll_file file;
    write_table(poll, &table);
    char *bytes = read_poll(kit_str(&table), &file);
    if (bytes == NULL)
        FAIL("a table written again is refused: %.*s", (int)table.len, table.bytes);
    write_table(&file.poll, &again);
    CHECK_SAME("a table and the same written again", kit_str(&table), kit_str(&again));
    pv_poll_file_deinit(&file);
    free(bytes);
    buf_free(&table);
    buf_free(&again);
}

/* ---- the events ---- */

static bool take_record(void *context, const struct pv_recorded *record, struct pv_fault *fault)
{
    static struct pv_out out;
    (void)fault;
    pv_out_init(&out, take_on, context);
    pv_print_record(&out, record);
    return pv_out_flush(&out);
}

static void ignore(void *context, const struct pv_finding *finding)
{
    (void)context;
    (void)finding;
}

static struct pv_judge *judge_lines(const struct lines *lines)
{
    struct pv_fault fault;
    struct pv_event_source source;
    struct pv_judge *judge = pv_judge_new(&(struct pv_judge_options){
        .goes_on = true, .finds_duplicates = true, .paranoid = true, .seed = seed, .on_finding = ignore});
    CHECK(judge != NULL);
    lines_source_open(lines, 64, &source);
    if (pv_run(&source, judge, NULL, true, &fault) != PV_RUN_DONE)
        FAIL("%s", fault.text);
    source.ops->close(source.self);
    return judge;
}

/* ---- the recount ---- */

static void recount(const struct pv_poll *poll, size_t candidate, uint64_t histogram[PV_RATING_MAX])
{
    memset(histogram, 0, PV_RATING_MAX * sizeof *histogram);
    for (size_t v = 0; v < poll->voter_count; v++)
        if (poll->voters[v].stars[candidate] > 0)
            histogram[poll->voters[v].stars[candidate] - 1]++;
}

static uint64_t ballots_with_a_rating(const struct pv_poll *poll)
{
    uint64_t count = 0;
    for (size_t v = 0; v < poll->voter_count; v++) {
        bool any = false;
        for (size_t i = 0; i < poll->candidate_count; i++)
            any = any || poll->voters[v].stars[i] > 0;
        count += any;
    }
    return count;
}

static void check_candidate(const struct pv_poll *poll, const struct pv_election *election,
                            const struct pv_tally_candidate *row)
{
    uint64_t histogram[PV_RATING_MAX];
    recount(poll, row->candidate, histogram);
    CHECK(memcmp(histogram, row->histogram, sizeof histogram) == 0);
    CHECK_SAME("a candidate's name", pv_text_str(&election->candidates[row->candidate].name),
               poll->candidates[row->candidate]);
}

static void check_tally(const struct pv_poll *poll, const struct pv_election *election)
{
    struct pv_tally tally;
    CHECK(pv_tally_init(&tally, election) == PV_OK);
    CHECK(tally.voters == poll->voter_count && tally.ballots_issued == poll->voter_count);
    CHECK(tally.ballots_cast == ballots_with_a_rating(poll));
    CHECK(tally.competition_count == 1 && tally.candidate_count == poll->candidate_count);
    for (uint32_t i = 0; i < tally.candidate_count; i++)
        check_candidate(poll, election, &tally.candidates[i]);
    pv_tally_deinit(&tally);
}

/* ---- one poll ---- */

static void check_events(const struct pv_poll *poll)
{
    static struct lines lines;
    struct buf text = {0};
    struct pv_import_count count;
    struct pv_fault fault;
    if (!pv_import_poll(poll, 7, take_record, &text, &count, &fault))
        FAIL("a poll that was read is not imported: %s", fault.text);
    lines_split(kit_str(&text), LINES_MAX, &lines);
    if (lines.count < LINES_MAX) { /* else there may be more */
        struct pv_judge *judge = judge_lines(&lines);
        CHECK(lines.count == count.events && pv_judge_findings(judge) == 0);
        CHECK(pv_judge_stream_count(judge) == 1);
        check_tally(poll, &pv_judge_stream(judge, 0)->election);
        pv_judge_free(judge);
    }
    lines_deinit(&lines);
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pv_poll_file file;
    struct pv_str text = {(const char *)data, size};
    char *bytes = read_poll(text, &file);
    check_against_naive(text, bytes != NULL ? &file.poll : NULL);
    if (bytes == NULL)
        return 0;
    file.poll.name = PV_STR("a poll");
    check_events(&file.poll);
    check_again(&file.poll);
    pv_poll_file_deinit(&file);
    free(bytes);
    return 0;
}
