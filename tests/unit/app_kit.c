#include "app_kit.h"

#include "app_calls.h"
#include "kit_memory.h"

#include <stdlib.h>

#define ID_START "01HQ000000000000000000000"

struct pv_election_id kit_id_of(char name)
{
    char text[] = ID_START "0";
    struct pv_election_id id;
    text[PV_ULID_LEN - 1] = name;
    check_int(pv_ulid_parse((struct pv_str){text, PV_ULID_LEN}, &id.bits), PV_CODE_NONE);
    return id;
}

/* --- histories --- */

void kit_history_init(struct kit_history *history)
{
    *history = (struct kit_history){.fault_after = SIZE_MAX};
}

void kit_history_deinit(struct kit_history *history)
{
    for (size_t i = 0; i < history->count; i++)
        free(history->lines[i]);
    free(history->lines);
    kit_history_init(history);
}

void kit_line(struct kit_history *history, const char *text)
{
    if (history->count == history->capacity) {
        history->capacity = history->capacity * 2 + 16;
        history->lines = kit_realloc(history->lines, history->capacity * sizeof *history->lines);
    }
    char *line = kit_realloc(NULL, strlen(text) + 1);
    memcpy(line, text, strlen(text) + 1);
    history->lines[history->count++] = line;
}

void kit_record(struct kit_history *history, char election, int number, const char *type, const char *fields)
{
    char line[600];
    (void)snprintf(line, sizeof line,
                   "{\"stream\":\"Election-" ID_START "%c\",\"number\":%d,\"type\":\"PhotoVote.Event.%s\","
                   "\"data\":{\"id\":\"01HR0000000000000000000%03d\",\"election_id\":\"" ID_START
                   "%c\"%s%s}}",
                   election, number, type, number, election, fields[0] == '\0' ? "" : ",", fields);
    kit_line(history, line);
}

struct pv_event_id kit_event_id(unsigned number)
{
    struct pv_event_id id;
    char text[PV_ULID_LEN + 1];
    (void)snprintf(text, sizeof text, "01HR0000000000000000000%03u", number);
    check_int(pv_event_id_parse((struct pv_str){text, PV_ULID_LEN}, &id), PV_CODE_NONE);
    return id;
}

#define COMPETITION "\"competition_id\":\"" ID_START "1\""
#define CANDIDATE(name) COMPETITION ",\"candidate_id\":\"" ID_START name "\""
#define VOTER "\"voter_id\":\"" ID_START "1\""
#define BALLOT "\"ballot_id\":\"" ID_START "1\""

void kit_life(struct kit_history *history, char election, int first, int last)
{
    static const struct {
        const char *type, *fields;
    } events[] = {
        {"Election.ElectionCreated", "\"name\":\"Pictures\""},
        {"Competition.CompetitionAdded", COMPETITION ",\"name\":\"Hills\""},
        {"Candidate.CandidateAdded", CANDIDATE("1") ",\"name\":\"Dune\""},
        {"Candidate.CandidateAdded", CANDIDATE("2") ",\"name\":\"Moor\""},
        {"Voter.VoterRegistered", VOTER ",\"name\":\"Ann\",\"email\":\"ann@example.org\""},
        {"Ballot.BallotCreated", VOTER "," BALLOT},
        [KIT_OPENED] = {"Election.ElectionOpened", "\"open_date\":\"2024-02-24T18:00:00Z\""},
        {"Ballot.BallotCandidateRated", BALLOT "," CANDIDATE("1") ",\"rating\":4"},
        [KIT_CAST] = {"Ballot.BallotCast", BALLOT},
        [KIT_CLOSED] = {"Election.ElectionClosed", "\"close_date\":\"2024-02-25T18:00:00Z\""},
        [KIT_DELETED] = {"Election.ElectionDeleted", ""},
    };
    for (int i = first; i <= last; i++)
        kit_record(history, election, i, events[i].type, events[i].fields);
}

static bool next(void *self, struct pv_raw *raws, size_t max, size_t *count, size_t *bytes,
                 struct pv_fault *fault)
{
    struct kit_history *history = self;
    *count = *bytes = 0;
    while (*count < max && history->given < history->count && history->given < history->fault_after) {
        struct pv_str text = {history->lines[history->given], strlen(history->lines[history->given])};
        raws[(*count)++] = (struct pv_raw){.form = PV_RAW_LINE, .line = ++history->given, .text = text};
        *bytes += text.len;
    }
    if (*count > 0 || history->given < history->fault_after)
        return true;
    pv_fault_set(fault, PV_FAULT_KIND_IO, "the source broke");
    return false;
}

static void progress(void *self, uint64_t *done, uint64_t *total)
{
    const struct kit_history *history = self;
    *done = history->given;
    *total = history->count;
}

static void close_source(void *self)
{
    (void)self;
}

struct pv_event_source kit_source(struct kit_history *history)
{
    static const struct pv_event_source_ops ops = {next, progress, close_source};
    history->given = 0;
    return (struct pv_event_source){&ops, history};
}

/* --- surroundings --- */

struct kit kit;

void kit_on_finding(void *context, const struct pv_finding *finding)
{
    size_t len = strlen(kit.findings);
    const char *field = pv_field_name(finding->why->field);
    (void)context;
    (void)snprintf(kit.findings + len, sizeof kit.findings - len, "%c %lld %llu %s %s\n",
                   finding->stream.ptr == NULL ? '-' : finding->stream.ptr[finding->stream.len - 1],
                   (long long)finding->number, (unsigned long long)finding->line,
                   pv_code_name(finding->why->code), field == NULL ? "-" : field);
}

static bool on_tick(void *context, uint64_t records, uint64_t done, uint64_t total)
{
    (void)context;
    kit.tick_records = records;
    kit.tick_done = done;
    kit.tick_total = total;
    return ++kit.ticks != kit.stop_at;
}

int kit_set_up(void **state)
{
    (void)state;
    kit = (struct kit){
        .audit = {.source = &kit.source,
                  .out = &kit.out,
                  .watch = &kit.watch,
                  .seed = {1, 2},
                  .context = &kit,
                  .on_finding = kit_on_finding},
        .watch = {&kit, on_tick},
    };
    kit_history_init(&kit.history);
    kit_again();
    return 0;
}

int kit_tear_down(void **state)
{
    (void)state;
    failing_at(SIZE_MAX);
    app_calls_work();
    kit_history_deinit(&kit.history);
    pv_buffer_deinit(&kit.printed);
    return 0;
}

void kit_again(void)
{
    kit.source = kit_source(&kit.history);
    kit.ticks = 0;
    kit.printed.len = 0;
    pv_out_init(&kit.out, pv_buffer_write, &kit.printed);
    kit.findings[0] = '\0';
    kit.fault = (struct pv_fault){.kind = PV_FAULT_KIND_IO};
}

const char *kit_printed(void)
{
    check_true(pv_out_flush(&kit.out));
    check_int(pv_buffer_write(&kit.printed, "", 1), 0);
    kit.printed.len--;
    return kit.printed.bytes;
}

void kit_check_fault(enum pv_fault_kind kind, const char *says)
{
    check_int(kit.fault.kind, kind);
    if (strstr(kit.fault.text, says) == NULL)
        fail_msg("the fault is \"%s\"", kit.fault.text);
}

void kit_sweep_allocations(enum pv_outcome (*command)(void), enum pv_outcome calm)
{
    for (size_t at = 0;; at++) {
        kit_again();
        failing_at(at);
        enum pv_outcome outcome = command();
        bool failed = failing_count() > at;
        failing_at(SIZE_MAX);
        if (!failed) {
            check_int(outcome, calm);
            check_true(at > 0);
            return;
        }
        if (outcome != PV_OUTCOME_FAILED || kit.fault.kind != PV_FAULT_KIND_NO_MEMORY)
            fail_msg("allocation %zu failed, and the outcome is %d: \"%s\"", at, (int)outcome,
                     kit.fault.text);
    }
}
