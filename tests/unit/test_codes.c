/* Every code of D7, a test each: the least history that produces it, through the whole way of a record
   (codec, judge, core), with its field and its HTTP status; and the neighbour that is accepted on the same
   history. A code without a case fails. */
#include <stdlib.h>

#include "judge.h"
#include "story.h"

/* Histories in short

   A line is an event's name and its fields: it becomes a record of the stream of election 1 with the next
   number, the event's id made of the line's number. A line that begins with a brace is the record itself. In
   all of them ' stands for ", @N for the ULID of number N, (at) for an @, and #N for N times the letter x. */

#define E "'election_id':'@1'"
#define CREATED "ElectionCreated " E ",'name':'Photo'\n"
#define COMPETITION "CompetitionAdded " E ",'competition_id':'@1','name':'Birds'\n"
#define CANDIDATE(id) "CandidateAdded " E ",'competition_id':'@1','candidate_id':'@" #id "','name':'Owl'\n"
#define PAPER CREATED COMPETITION CANDIDATE(11) CANDIDATE(12)
#define BALLOT "BallotCreated " E ",'voter_id':'@1','ballot_id':'@1'\n"
#define OPEN PAPER REGISTER(1, "'ada(at)x'") BALLOT OPENED
#define OPENED "ElectionOpened " E ",'open_date':'2024-02-24T18:00:00Z'\n"
#define CLOSED "ElectionClosed " E ",'close_date':'2024-02-25T18:00:00Z'\n"
#define DELETED "ElectionDeleted " E "\n"
#define RATE(candidate, stars)                                                                               \
    "BallotCandidateRated " E ",'ballot_id':'@1','competition_id':'@1','candidate_id':'@" #candidate         \
    "','rating':" #stars "\n"
#define CAST "BallotCast " E ",'ballot_id':'@1'\n"
#define NAMED(name) "ElectionNameChanged " E ",'name':" name "\n"
#define REGISTER(voter, email)                                                                               \
    "VoterRegistered " E ",'voter_id':'@" #voter "','name':'Bob','email':" email "\n"
#define ISSUE(voter, ballot) "BallotCreated " E ",'voter_id':'@" #voter "','ballot_id':'@" #ballot "'\n"
#define RECORD(stream, number, id, election)                                                                 \
    "{'stream':'Election-@" #stream "','number':" #number                                                    \
    ",'type':'PhotoVote.Event.Election.ElectionNameChanged','data':{'id':'@" #id                             \
    "','election_id':'@" #election "','name':'x'}}\n"

struct code_case {
    enum pv_code code;
    enum pv_field field;
    int status;
    const char *history, *refused, *accepted;
};

#define CASE(code, field, status, history, refused, accepted)                                                \
    {                                                                                                        \
        PV_##code, PV_KEY_##field, status, history, refused, accepted                                        \
    }

/* clang-format off */
static const struct code_case cases[] = {
    /* malformed */
    CASE(JSON_INVALID, NONE, 422, CREATED,
         "{'stream':'Election-@1','number':1,'type':'PhotoVote.Event.Election.ElectionDeleted','data':[]}\n",
         "{'stream':'Election-@1','number':1,'type':'PhotoVote.Event.Election.ElectionDeleted','data':{'id':'@7'," E "}}\n"),
    CASE(JSON_INVALID, NONE, 422, CREATED, NAMED("'\\ud800'"), NAMED("'\\ud83d\\udcf7'")),
    CASE(JSON_DUPLICATE_KEY, NAME, 422, CREATED, NAMED("'a','name':'b'"), NAMED("'a','Name':'b'")),
    CASE(JSON_DUPLICATE_KEY, ID, 422, CREATED, NAMED("'a','\\u0069d':'@7'"), NAMED("'a','idd':'@7'")),
    CASE(EVENT_TYPE_UNKNOWN, TYPE, 422, CREATED, "ElectionRenamed " E ",'name':'a'\n", NAMED("'a'")),
    CASE(FIELD_MISSING, NAME, 422, CREATED, "ElectionNameChanged " E "\n", NAMED("'a'")),
    CASE(FIELD_MISSING, NAME, 422, CREATED, NAMED("null"), NAMED("'a'")),
    CASE(FIELD_MISSING, DESCRIPTION, 422, CREATED, "ElectionDescriptionChanged " E "\n",
         "ElectionDescriptionChanged " E ",'description':null\n"),
    CASE(FIELD_TYPE, NAME, 422, CREATED, NAMED("5"), NAMED("'5'")),
    CASE(FIELD_TYPE, RATING, 422, OPEN, RATE(11, 4.0), RATE(11, 4)),

    /* invalid value */
    CASE(ID_INVALID, COMPETITION_ID, 422, PAPER, "CompetitionRemoved " E ",'competition_id':''\n",
         "CompetitionRemoved " E ",'competition_id':'@1'\n"),
    CASE(ID_EMPTY, COMPETITION_ID, 422, PAPER, "CompetitionRemoved " E ",'competition_id':'00000000000000000000000000'\n",
         "CompetitionRemoved " E ",'competition_id':'@1'\n"),
    CASE(TEXT_EMPTY, NAME, 422, CREATED, NAMED("''"), NAMED("'x'")),
    CASE(TEXT_EMPTY, DESCRIPTION, 422, CREATED, "ElectionDescriptionChanged " E ",'description':' '\n",
         "ElectionDescriptionChanged " E ",'description':''\n"),
    CASE(TEXT_TOO_LONG, NAME, 422, CREATED, NAMED("'#201'"), NAMED("'#200'")),
    CASE(TEXT_TOO_LONG, DESCRIPTION, 422, CREATED, "ElectionDescriptionChanged " E ",'description':'#4001'\n",
         "ElectionDescriptionChanged " E ",'description':'#4000'\n"),
    CASE(TEXT_CONTROL, NAME, 422, CREATED, NAMED("'a\\tb'"), NAMED("'a b'")),
    CASE(TEXT_CONTROL, DESCRIPTION, 422, CREATED, "ElectionDescriptionChanged " E ",'description':'a\\u007fb'\n",
         "ElectionDescriptionChanged " E ",'description':'a\\tb'\n"),
    CASE(URL_INVALID, URL, 422, PAPER,
         "CandidateImageChanged " E ",'competition_id':'@1','candidate_id':'@11','url':'//x'\n",
         "CandidateImageChanged " E ",'competition_id':'@1','candidate_id':'@11','url':'/x'\n"),
    CASE(URL_INVALID, IMAGE_URL, 422, PAPER,
         "CandidateAdded " E ",'competition_id':'@1','candidate_id':'@13','name':'x','image_url':'/#2048'\n",
         "CandidateAdded " E ",'competition_id':'@1','candidate_id':'@13','name':'x','image_url':'/#2047'\n"),
    CASE(EMAIL_INVALID, EMAIL, 422, CREATED, REGISTER(2, "'bob'"), REGISTER(2, "'bob(at)x'")),
    CASE(RATING_OUT_OF_RANGE, RATING, 422, OPEN, RATE(11, 6), RATE(11, 5)),
    CASE(RATING_OUT_OF_RANGE, RATING, 422, OPEN, RATE(11, 0), RATE(11, 1)),
    CASE(RATING_OUT_OF_RANGE, RATING, 422, OPEN, RATE(11, 1000000000000000000000000000000), RATE(11, 1)),
    CASE(TIME_INVALID, OPEN_DATE, 422, PAPER, "ElectionOpened " E ",'open_date':'2023-02-29T00:00:00Z'\n",
         "ElectionOpened " E ",'open_date':'2024-02-29T00:00:00Z'\n"),
    CASE(CAPTION_WITHOUT_URL, CAPTION, 422, PAPER,
         "CandidateImageChanged " E ",'competition_id':'@1','candidate_id':'@11','url':null,'caption':'x'\n",
         "CandidateImageChanged " E ",'competition_id':'@1','candidate_id':'@11','url':null,'caption':''\n"),
    CASE(CAPTION_WITHOUT_URL, IMAGE_CAPTION, 422, PAPER,
         "CandidateAdded " E ",'competition_id':'@1','candidate_id':'@13','name':'x','image_caption':'x'\n",
         "CandidateAdded " E ",'competition_id':'@1','candidate_id':'@13','name':'x','image_url':'/x','image_caption':'x'\n"),

    /* not found */
    CASE(ELECTION_UNKNOWN, ELECTION_ID, 404, "", NAMED("'x'"), CREATED),
    CASE(COMPETITION_UNKNOWN, COMPETITION_ID, 404, PAPER, "CompetitionRemoved " E ",'competition_id':'@2'\n",
         "CompetitionRemoved " E ",'competition_id':'@1'\n"),
    CASE(CANDIDATE_UNKNOWN, CANDIDATE_ID, 404, PAPER,
         "CandidateRemoved " E ",'competition_id':'@1','candidate_id':'@13'\n",
         "CandidateRemoved " E ",'competition_id':'@1','candidate_id':'@12'\n"),
    CASE(CANDIDATE_UNKNOWN, CANDIDATE_ID, 404, PAPER "CompetitionAdded " E ",'competition_id':'@2','name':'x'\n",
         "CandidateRemoved " E ",'competition_id':'@2','candidate_id':'@12'\n",
         "CandidateRemoved " E ",'competition_id':'@1','candidate_id':'@12'\n"),
    CASE(VOTER_UNKNOWN, VOTER_ID, 404, CREATED REGISTER(1, "'ada(at)x'"), ISSUE(2, 1), ISSUE(1, 1)),
    CASE(BALLOT_UNKNOWN, BALLOT_ID, 404, OPEN RATE(11, 4), "BallotCast " E ",'ballot_id':'@2'\n", CAST),
    CASE(RATING_UNKNOWN, RATING, 404, OPEN RATE(11, 4), RATE(12, null), RATE(11, null)),

    /* gone */
    CASE(ELECTION_DELETED, ELECTION_ID, 410, CREATED DELETED, NAMED("'x'"), NAMED("'x'")),
    CASE(COMPETITION_REMOVED, COMPETITION_ID, 410,
         PAPER "CompetitionAdded " E ",'competition_id':'@2','name':'x'\nCompetitionRemoved " E ",'competition_id':'@2'\n",
         "CompetitionRemoved " E ",'competition_id':'@2'\n", "CompetitionRemoved " E ",'competition_id':'@1'\n"),
    CASE(CANDIDATE_REMOVED, CANDIDATE_ID, 410,
         PAPER "CandidateRemoved " E ",'competition_id':'@1','candidate_id':'@11'\n",
         "CandidateRemoved " E ",'competition_id':'@1','candidate_id':'@11'\n",
         "CandidateRemoved " E ",'competition_id':'@1','candidate_id':'@12'\n"),

    /* conflict */
    CASE(ELECTION_EXISTS, ELECTION_ID, 409, CREATED, CREATED, NAMED("'Photo'")),
    CASE(COMPETITION_EXISTS, COMPETITION_ID, 409, PAPER, COMPETITION,
         "CompetitionAdded " E ",'competition_id':'@2','name':'Birds'\n"),
    CASE(CANDIDATE_EXISTS, CANDIDATE_ID, 409, PAPER, CANDIDATE(11), CANDIDATE(13)),
    CASE(VOTER_EXISTS, VOTER_ID, 409, CREATED REGISTER(1, "'ada(at)x'"), REGISTER(1, "'bob(at)x'"), REGISTER(2, "'bob(at)x'")),
    CASE(VOTER_EMAIL_TAKEN, EMAIL, 409, CREATED REGISTER(1, "'ada(at)x'"), REGISTER(2, "'ADA(at)X'"), REGISTER(2, "'adb(at)x'")),
    CASE(BALLOT_EXISTS, BALLOT_ID, 409, OPEN REGISTER(2, "'bob(at)x'"), ISSUE(2, 1), ISSUE(2, 2)),
    CASE(BALLOT_ALREADY_ISSUED, VOTER_ID, 409, OPEN REGISTER(2, "'bob(at)x'"), ISSUE(1, 2), ISSUE(2, 2)),
    CASE(BALLOT_CAST, BALLOT_ID, 409, OPEN RATE(11, 4) CAST, RATE(11, 5), CLOSED),
    CASE(BALLOT_EMPTY, BALLOT_ID, 409, OPEN, CAST, RATE(11, 5)),
    CASE(ELECTION_OPENED, ELECTION_ID, 409, OPEN, OPENED, CLOSED),
    CASE(ELECTION_NOT_OPEN, ELECTION_ID, 409, PAPER, CLOSED, OPENED),
    CASE(ELECTION_CLOSED, ELECTION_ID, 409, OPEN CLOSED, RATE(11, 4), NAMED("'x'")),
    CASE(BALLOT_PAPER_FROZEN, ELECTION_ID, 409, OPEN, CANDIDATE(13),
         "CandidateRemoved " E ",'competition_id':'@1','candidate_id':'@12'\n"),
    CASE(ELECTION_INCOMPLETE, ELECTION_ID, 409, CREATED, OPENED, COMPETITION),
    CASE(COMPETITION_TOO_SMALL, COMPETITION_ID, 409, CREATED COMPETITION CANDIDATE(11), OPENED, CANDIDATE(12)),
    CASE(CLOSE_BEFORE_OPEN, CLOSE_DATE, 409, OPEN, "ElectionClosed " E ",'close_date':'2024-02-24T17:59:59.999999Z'\n",
         "ElectionClosed " E ",'close_date':'2024-02-24T18:00:00Z'\n"),

    /* stream */
    CASE(STREAM_GAP, NUMBER, 0, CREATED, RECORD(1, 2, 7, 1), RECORD(1, 1, 7, 1)),
    CASE(STREAM_ORDER, NUMBER, 0, CREATED, RECORD(1, 0, 7, 1), RECORD(1, 1, 7, 1)),
    CASE(STREAM_MISMATCH, STREAM, 0, CREATED, RECORD(1, 1, 7, 2), RECORD(1, 1, 7, 1)),
    CASE(EVENT_ID_DUPLICATE, ID, 0, CREATED RECORD(1, 1, 7, 1), RECORD(1, 2, 7, 1), RECORD(1, 2, 8, 1)),
    CASE(RECORD_INVALID, NONE, 0, CREATED, "{'stream':'Election-@1','number':1,\n", RECORD(1, 1, 7, 1)),
    CASE(RECORD_INVALID, NUMBER, 0, CREATED, RECORD(1, -1, 7, 1), RECORD(1, 1, 7, 1)),
    CASE(RECORD_INVALID, STREAM, 0, CREATED, RECORD(1x, 1, 7, 1), RECORD(1, 1, 7, 1)),
    CASE(RECORD_INVALID, TYPE, 0, CREATED, "{'stream':'Election-@1','number':1,'type':5,'data':{}}\n", RECORD(1, 1, 7, 1)),
};
/* clang-format on */
enum { CASES = sizeof cases / sizeof cases[0] };

/* From the short form to lines */

struct text {
    char bytes[32768];
    size_t len;
};

static void put(struct text *text, const char *bytes, size_t len)
{
    check_true(text->len + len < sizeof text->bytes);
    memcpy(text->bytes + text->len, bytes, len);
    text->len += len;
}

static void put_str(struct text *text, const char *bytes)
{
    put(text, bytes, strlen(bytes));
}

/* An @ that is one: it would stand for an id otherwise. */
static bool skip_at(const char **at)
{
    bool is_at = strncmp(*at, "(at)", 4) == 0;
    *at += is_at ? 4 : 0;
    return is_at;
}

static void expand(struct text *text, const char *at, const char *end)
{
    while (at < end) {
        if (skip_at(&at)) {
            put_str(text, "@");
        } else if (*at == '@') {
            char id[PV_ULID_LEN + 1], *behind;
            story_ulid(strtoul(at + 1, &behind, 10), id);
            put_str(text, id);
            at = behind;
        } else if (*at == '#') {
            char *behind;
            for (unsigned long n = strtoul(at + 1, &behind, 10); n > 0; n--)
                put_str(text, "x");
            at = behind;
        } else {
            put(text, *at == '\'' ? "\"" : at, 1);
            at++;
        }
    }
}

/* The wire name of an event, or one that does not exist. */
static void put_type(struct text *text, const char *name, size_t len)
{
    for (int i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        const struct pv_event_spec *spec = pv_event_spec((enum pv_event_type)i);
        if (pv_str_equal(spec->event, (struct pv_str){name, len})) {
            put(text, spec->type.ptr, spec->type.len);
            return;
        }
    }
    put_str(text, "PhotoVote.Event.Election.");
    put(text, name, len);
}

static void put_line(struct text *text, const char *line, const char *end, unsigned number)
{
    if (*line == '{') {
        expand(text, line, end);
        return;
    }
    char begin[120];
    const char *space = strchr(line, ' ');
    (void)snprintf(begin, sizeof begin, "{'stream':'Election-@1','number':%u,'type':'", number);
    expand(text, begin, begin + strlen(begin));
    put_type(text, line, (size_t)(space - line));
    (void)snprintf(begin, sizeof begin, "','data':{'id':'@%u',", 5000 + number);
    expand(text, begin, begin + strlen(begin));
    expand(text, space + 1, end);
    put_str(text, "}}");
}

/* A run of the judge over a history, line by line. */

struct run {
    struct pv_judge *judge;
    struct pv_record_reader *reader;
    unsigned lines, findings;
    struct pv_refusal last;
};

static void on_finding(void *context, const struct pv_finding *finding)
{
    struct run *run = context;
    run->findings++;
    run->last = *finding->why;
}

static void run_begin(struct run *run)
{
    struct pv_judge_options options = {.goes_on = true,
                                       .finds_duplicates = true,
                                       .paranoid = true,
                                       .context = run,
                                       .on_finding = on_finding,
                                       .seed = {3, 5}};
    *run = (struct run){.judge = pv_judge_new(&options), .reader = pv_record_reader_new(false)};
    assert_non_null(run->judge);
    assert_non_null(run->reader);
}

static void run_end(struct run *run)
{
    struct pv_fault fault;
    check_true(pv_judge_finish(run->judge, &fault));
    pv_judge_free(run->judge);
    pv_record_reader_free(run->reader);
}

static void run_lines(struct run *run, const char *history)
{
    for (const char *line = history, *end; *line != '\0'; line = end + 1) {
        static struct text text;
        struct pv_record record;
        struct pv_fault fault;
        end = strchr(line, '\n');
        text.len = 0;
        put_line(&text, line, end, run->lines);
        check_int(pv_record_reader_begin(run->reader, text.len), PV_OK);
        pv_record_read_line(run->reader, (struct pv_str){text.bytes, text.len}, run->lines + 1, &record);
        check_int(pv_judge_record(run->judge, &record, &fault), PV_VERDICT_NEXT);
        run->lines++;
    }
}

static int64_t version(const struct run *run)
{
    return pv_judge_stream_count(run->judge) == 0 ? -1 : pv_judge_stream(run->judge, 0)->election.version;
}

static const char *name_of(enum pv_field field)
{
    return field == PV_KEY_NONE ? "null" : pv_field_name(field);
}

static void check_refused(const struct code_case *c)
{
    struct run run;
    run_begin(&run);
    run_lines(&run, c->history);
    int64_t before = version(&run);
    check_int(run.findings, 0);
    check_int(before, (int64_t)run.lines - 1);
    run_lines(&run, c->refused);
    check_int(run.findings, 1);
    if (run.last.code != c->code || run.last.field != c->field)
        fail_msg("%s of %s, not %s of %s", pv_code_name(run.last.code), name_of(run.last.field),
                 pv_code_name(c->code), name_of(c->field));
    check_int(pv_code_http_status(run.last.code), c->status);
    /* After a gap and a second use of an id the record goes on; it is not applied after any other finding. */
    bool goes_on = c->code == PV_STREAM_GAP || c->code == PV_EVENT_ID_DUPLICATE;
    check_int(version(&run), before + goes_on);
    run_end(&run);
}

static void check_accepted(const struct code_case *c)
{
    struct run run;
    run_begin(&run);
    run_lines(&run,
              c->code == PV_ELECTION_DELETED ? CREATED : c->history); /* nothing is accepted afterwards */
    run_lines(&run, c->accepted);
    if (run.findings != 0)
        fail_msg("the neighbour is refused: %s of %s", pv_code_name(run.last.code), name_of(run.last.field));
    check_int(version(&run), (int64_t)run.lines - 1);
    run_end(&run);
}

/* In a record stream_mismatch comes first: this one is for those who call the library. */
static void check_election_mismatch(void)
{
    struct pv_election e;
    story_draft(&e);
    refuse_id(&e, ev_of_election(2, ev_named("x")), ELECTION_MISMATCH, ELECTION_ID, 2);
    check_int(pv_code_http_status(PV_ELECTION_MISMATCH), 409);
    accept(&e, ev_named("x"));
    pv_election_deinit(&e);
}

/* The test of one code: all cases that it has. */
static void check_code(void **state)
{
    enum pv_code code = *(const enum pv_code *)*state;
    unsigned found = 0;
    if (code == PV_ELECTION_MISMATCH) {
        check_election_mismatch();
        found++;
    }
    for (size_t i = 0; i < CASES; i++) {
        if (cases[i].code != code)
            continue;
        check_refused(&cases[i]);
        check_accepted(&cases[i]);
        found++;
    }
    if (found == 0)
        fail_msg("no case produces %s", pv_code_name(code));
}

/* D5 steps 1 to 4: wrong in two ways, the earlier one is reported. */
static void order__steps_1_to_4__the_earlier_is_reported(void **state)
{
    (void)state;
#define DATA(type, data)                                                                                     \
    "{'stream':'Election-@1','number':1,'type':'PhotoVote.Event.Election." type "','data':" data "}\n"
    static const struct code_case rows[] = {
        /* 1 before 2: no object, and no type */
        CASE(JSON_INVALID, NONE, 422, CREATED, DATA("Nothing", "5"),
             DATA("ElectionDeleted", "{'id':'@7'," E "}")),
        CASE(JSON_INVALID, NONE, 422, CREATED, DATA("Nothing", "{'x':'\\udc00'}"), NULL),
        /* 1 over the whole text before 3: a lone surrogate behind a field that stands twice */
        CASE(JSON_INVALID, NONE, 422, CREATED, NAMED("'a','name':'b','x':'\\ud800'"), NULL),
        /* 2 before 3 */
        CASE(EVENT_TYPE_UNKNOWN, TYPE, 422, CREATED, DATA("Nothing", "{'id':'x','id':'y'}"), NULL),
        /* 3: the second occurrence that comes first; then the fields in catalogue order; id first */
        CASE(JSON_DUPLICATE_KEY, NAME, 422, CREATED,
             DATA("ElectionNameChanged", "{'id':'','name':'','name':'','id':''}"), NULL),
        CASE(JSON_DUPLICATE_KEY, ELECTION_ID, 422, CREATED,
             DATA("ElectionNameChanged", "{'name':5,'election_id':5,'election_id':5,'name':5}"), NULL),
        CASE(ID_INVALID, ID, 422, CREATED, DATA("ElectionNameChanged", "{'name':5,'id':''}"), NULL),
        CASE(FIELD_MISSING, ELECTION_ID, 422, CREATED, DATA("ElectionNameChanged", "{'name':5,'id':'@7'}"),
             NULL),
        CASE(FIELD_TYPE, NAME, 422, CREATED, DATA("ElectionNameChanged", "{'name':5,'id':'@7'," E "}"), NULL),
        /* 3 before 4: a bad value for a deleted election */
        CASE(TEXT_EMPTY, NAME, 422, CREATED DELETED, NAMED("''"), NULL),
        CASE(CAPTION_WITHOUT_URL, CAPTION, 422, CREATED DELETED,
             "CandidateImageChanged " E
             ",'competition_id':'@1','candidate_id':'@11','url':null,'caption':'x'\n",
             NULL),
        CASE(ELECTION_DELETED, ELECTION_ID, 410, CREATED DELETED, NAMED("'x'"), NULL),
        /* 3 before 5 */
        CASE(TEXT_EMPTY, NAME, 422, "", NAMED("''"), CREATED),
        /* the stream's number before the event, the event before its stream, that before the id, that before
           4 to 9 */
        CASE(STREAM_ORDER, NUMBER, 0, CREATED, RECORD(1, 0, 5000, 2), NULL),
        CASE(STREAM_MISMATCH, STREAM, 0, CREATED, RECORD(1, 1, 5000, 2), NULL),
        CASE(TEXT_EMPTY, NAME, 422, CREATED,
             DATA("ElectionNameChanged", "{'id':'@5000','election_id':'@2','name':''}"), NULL),
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_refused(&rows[i]);
        if (rows[i].accepted != NULL)
            check_accepted(&rows[i]);
    }
}

#define PV_CODE(tag, name, kind, http, field, sentence) static const enum pv_code code_##name = PV_##tag;
#include "codes.tbl.h"
#undef PV_CODE

static const struct CMUnitTest tests[] = {
#define PV_CODE(tag, name, kind, http, field, sentence)                                                      \
    {"code__" #name "__is_produced_and_its_neighbour_accepted", check_code, NULL, NULL,                      \
     (void *)(uintptr_t)&code_##name},
#include "codes.tbl.h"
#undef PV_CODE
    cmocka_unit_test(order__steps_1_to_4__the_earlier_is_reported),
};
CHECK_MAIN(tests, 47)
