/* Whole streams, as lines of NDJSON, through the commands. Every finding and every document and tally is what
   F1 and the model say; the state keeps D6 after every event. And by the input's length, one of: batches of
   any size and both readers give the same; verify and replay see the same states; one election alone is as
   among others, and a stream stopped as a stream cut; what was rebuilt does not differ, and what was rebuilt
   of half a stream differs if the other half changed anything; what was pulled is found to be the same, also
   by a pull that goes on. All of them for each input would leave time for a third of the inputs. */
#include "adapters.h"
#include "case.h"
#include "expected.h"
#include "pull.h"

#include <stdio.h>
#include <string.h>

static const struct pv_seed seed = {3, 4};
enum { USED_LINES = 100 };

/* ---- running a command ---- */

struct run {
    const struct lines *lines;
    size_t batch;
    bool plain, one_election;
    struct pv_election_id election;
    struct pv_event_source source;
    struct buf out, findings; /* what it printed and told */
    bool without_lines;       /* findings are told without their lines */
    struct pv_fault fault;
    struct pv_audit audit;
};

static int take_on(void *context, const char *bytes, size_t len)
{
    buf_add(context, bytes, len);
    return 0;
}

static void on_finding(void *context, const struct pv_finding *finding)
{
    struct run *run = context;
    char number[24];
    int len = finding->number < 0 ? 0 : snprintf(number, sizeof number, "%lld", (long long)finding->number);
    expected_put(&run->findings, run->without_lines ? 0 : finding->line, finding->stream,
                 (struct pv_str){number, (size_t)len}, finding->why->code, finding->why->field);
}

static const struct pv_audit *begin(struct run *run)
{
    static struct pv_out out;
    pv_out_init(&out, take_on, &run->out);
    lines_source_open(run->lines, run->batch, &run->source);
    run->audit = (struct pv_audit){.source = &run->source,
                                   .out = &out,
                                   .one_election = run->one_election,
                                   .election = run->election,
                                   .seed = seed,
                                   .plain = run->plain,
                                   .context = run,
                                   .on_finding = on_finding};
    return &run->audit;
}

static void end(struct run *run, enum pv_outcome outcome, bool found)
{
    CHECK(pv_out_flush(run->audit.out));
    run->source.ops->close(run->source.self);
    if (outcome == PV_OUTCOME_FAILED)
        FAIL("a command fails: %s", run->fault.text);
    CHECK((outcome == PV_OUTCOME_FOUND) == found);
}

static void free_run(struct run *run)
{
    buf_free(&run->out);
    buf_free(&run->findings);
}

/* ---- the judge against the model ---- */

static void check_documents(const struct pv_judge *judge, const struct expected *expected)
{
    CHECK(pv_judge_stream_count(judge) == expected_count(expected));
    for (size_t i = 0; i < expected_count(expected); i++) {
        bool ended;
        const struct pv_election *election = &pv_judge_stream(judge, i)->election;
        const struct model *model = expected_model(expected, i, &ended);
        struct buf document = {0}, again = {0};
        CHECK((election->version >= 0) == (model != NULL));
        if (model != NULL) {
            print_document(election, &document);
            model_document(model, &again);
        }
        CHECK_SAME("a document and the model's", kit_str(&document), kit_str(&again));
        buf_free(&document);
        buf_free(&again);
    }
}

static struct pv_judge *judge_lines(struct run *run)
{
    struct pv_judge *judge = pv_judge_new(&(struct pv_judge_options){.goes_on = true,
                                                                     .finds_duplicates = true,
                                                                     .paranoid = true,
                                                                     .seed = seed,
                                                                     .context = run,
                                                                     .on_finding = on_finding});
    CHECK(judge != NULL);
    lines_source_open(run->lines, run->batch, &run->source);
    if (pv_run(&run->source, judge, NULL, !run->plain, &run->fault) != PV_RUN_DONE)
        FAIL("%s", run->fault.text);
    run->source.ops->close(run->source.self);
    return judge;
}

static void check_judge(const struct lines *lines, const struct expected *expected)
{
    struct run run = {.lines = lines, .batch = 64, .plain = true};
    struct pv_judge *judge = judge_lines(&run);
    CHECK_SAME("the findings and F1's", kit_str(&run.findings), kit_str(&expected->findings));
    CHECK(pv_judge_findings(judge) == expected->found && pv_judge_records(judge) == lines->count);
    check_documents(judge, expected);
    pv_judge_free(judge);
    free_run(&run);
}

/* ---- verify ---- */

static void verify(struct run *run, bool paranoid, const struct expected *expected)
{
    const struct pv_audit *audit = begin(run);
    end(run, pv_verify(audit, PV_VERIFY_JSON, paranoid, &run->fault), expected->found > 0);
}

static void check_verify(const struct lines *lines, const struct expected *expected)
{
    struct run runs[] = {{.lines = lines, .batch = 64},
                         {.lines = lines, .batch = 1, .plain = true},
                         {.lines = lines, .batch = 3}};
    size_t printed = 0;
    for (size_t i = 0; i < 3; i++) {
        verify(&runs[i], i == 2, expected);
        CHECK_SAME("what verify prints of other batches", kit_str(&runs[i].out), kit_str(&runs[0].out));
    }
    for (size_t at = 0; at < runs[0].out.len; at++)
        printed += runs[0].out.bytes[at] == '\n';
    CHECK(printed == expected->found);
    for (size_t i = 0; i < 3; i++)
        free_run(&runs[i]);
}

/* ---- replay ---- */

/* What the model prints of the streams: all that were created, or those that no finding has ended. */
static void put_models(const struct expected *expected, bool keep_going,
                       void (*print)(const struct model *model, struct buf *out), struct buf *out)
{
    if (expected->cut && !keep_going)
        return;
    for (size_t i = 0; i < expected_count(expected); i++) {
        bool ended;
        const struct model *model = expected_model(expected, i, &ended);
        if (model == NULL || (ended && !keep_going))
            continue;
        print(model, out);
        buf_str(out, "\n");
    }
}

static void replay(struct run *run, const struct pv_replay_options *options, bool found)
{
    const struct pv_audit *audit = begin(run);
    end(run, pv_replay(audit, options, &run->fault), found);
}

static void check_replay(struct run run, const struct pv_replay_options *options,
                         const struct expected *expected)
{
    struct buf printed = {0};
    put_models(expected, options->keep_going, options->print == PV_PRINT_TALLY ? model_tally : model_document,
               &printed);
    replay(&run, options, expected->replayed > 0);
    CHECK_SAME("what replay prints and the model", kit_str(&run.out), kit_str(&printed));
    if (options->keep_going)
        CHECK_SAME("what replay finds and F1", kit_str(&run.findings), kit_str(&expected->replay));
    buf_free(&printed);
    free_run(&run);
}

static void check_replays(const struct lines *lines, const struct expected *expected)
{
    check_replay((struct run){.lines = lines, .batch = 7, .plain = true},
                 &(struct pv_replay_options){.print = PV_PRINT_DOCUMENT, .keep_going = true}, expected);
    check_replay((struct run){.lines = lines, .batch = 64, .plain = true},
                 &(struct pv_replay_options){.print = PV_PRINT_TALLY, .keep_going = true}, expected);
    check_replay((struct run){.lines = lines, .batch = 5, .plain = true},
                 &(struct pv_replay_options){.print = PV_PRINT_DOCUMENT}, expected);
}

/* One election alone is the same as among others. */
static void check_one_election(const struct lines *lines, const struct expected *expected)
{
    struct run run = {.lines = lines, .batch = 64, .plain = true, .one_election = true};
    struct buf document = {0};
    bool ended;
    if (expected_count(expected) == 0)
        return;
    const struct model *model = expected_model(expected, 0, &ended);
    struct pv_str name = {expected->records.streams[expected->records.appeared[0]].name, PV_STREAM_LEN};
    CHECK(pv_stream_parse(name, &run.election));
    if (model != NULL) {
        model_document(model, &document);
        buf_str(&document, "\n");
    }
    const struct pv_audit *audit = begin(&run);
    const struct pv_replay_options options = {.print = PV_PRINT_DOCUMENT, .keep_going = true};
    enum pv_outcome outcome = pv_replay(audit, &options, &run.fault);
    end(&run, outcome, run.findings.len > 0);
    CHECK_SAME("an election alone and the model's", kit_str(&run.out), kit_str(&document));
    buf_free(&document);
    free_run(&run);
}

/* A sound stream stopped at a number is the stream of so many lines. */
static void check_stopped(const struct lines *lines, const struct expected *expected)
{
    static struct lines prefix;
    struct run stopped = {.lines = lines, .batch = 64, .plain = true};
    struct run cut = {.lines = &prefix, .batch = 64, .plain = true};
    if (expected->replayed > 0 || expected->stream_count != 1)
        return;
    size_t count = lines->count / 2 + 1;
    lines_prefix(lines, count, &prefix);
    replay(&stopped,
           &(struct pv_replay_options){
               .print = PV_PRINT_HASH, .at = PV_AT_NUMBER, .at_number = (int64_t)count - 1},
           false);
    replay(&cut, &(struct pv_replay_options){.print = PV_PRINT_HASH}, false);
    CHECK_SAME("a stream stopped and a stream cut", kit_str(&stopped.out), kit_str(&cut.out));
    free_run(&stopped);
    free_run(&cut);
}

/* ---- rebuild, and then diff ---- */

static void check_rebuilt(const struct lines *lines, const struct expected *expected)
{
    struct run rebuild = {.lines = lines, .batch = 64, .plain = true},
               diff = {.lines = lines, .batch = 2, .plain = true};
    struct pv_document_cache cache;
    CHECK(pv_memory_cache_open(&cache, &rebuild.fault));
    const struct pv_audit *audit = begin(&rebuild);
    end(&rebuild, pv_rebuild(audit, &cache, &rebuild.fault), expected->replayed > 0);
    audit = begin(&diff);
    end(&diff, pv_diff(audit, &cache, PV_DIFF_TEXT, &diff.fault), expected->replayed > 0);
    CHECK_SAME("what differs of what was rebuilt", kit_str(&diff.out), ((struct pv_str){"", 0}));
    cache.ops->close(cache.self);
    free_run(&rebuild);
    free_run(&diff);
}

/* ---- rebuild half of it, and then diff ---- */

static void put_hashes(const struct lines *lines, struct buf *out)
{
    struct run run = {.lines = lines, .batch = 64, .plain = true};
    replay(&run, &(struct pv_replay_options){.print = PV_PRINT_HASH}, false);
    buf_add(out, run.out.bytes, run.out.len);
    free_run(&run);
}

/* Of streams without findings it is known whether the second half of the lines changed anything. */
static void check_found(const struct lines *half, const struct lines *whole, bool differs)
{
    struct buf before = {0}, after = {0};
    put_hashes(half, &before);
    put_hashes(whole, &after);
    CHECK(differs == !buf_equal(&before, &after));
    buf_free(&before);
    buf_free(&after);
}

static void check_is_json(struct pv_str rest)
{
    struct bag bag = {0};
    while (rest.len > 0) {
        struct pv_str line = kit_first_line(rest, &rest);
        CHECK(naive_parse(line, &bag) != NULL);
    }
    bag_free(&bag);
}

/* Whether it tells of a difference, which it does in every form or in none. */
static bool diff_in_all_forms(const struct lines *lines, struct pv_document_cache *cache, bool found)
{
    struct run runs[3];
    for (int format = PV_DIFF_TEXT; format <= PV_DIFF_JSON; format++) {
        struct run *run = &runs[format];
        *run = (struct run){.lines = lines, .batch = 8, .plain = true};
        const struct pv_audit *audit = begin(run);
        enum pv_outcome outcome = pv_diff(audit, cache, (enum pv_diff_format)format, &run->fault);
        CHECK(pv_out_flush(audit->out)); /* into run->out, which tells */
        end(run, outcome, found || run->out.len > 0);
        CHECK((run->out.len > 0) == (runs[0].out.len > 0));
        if (format != PV_DIFF_TEXT)
            check_is_json(kit_str(&run->out));
    }
    bool differs = runs[0].out.len > 0;
    for (int i = 0; i < 3; i++)
        free_run(&runs[i]);
    return differs;
}

static void check_behind(const struct lines *lines, const struct expected *expected)
{
    static struct lines half;
    struct run rebuild = {.lines = &half, .batch = 64, .plain = true};
    struct pv_document_cache cache;
    CHECK(pv_memory_cache_open(&cache, &rebuild.fault));
    lines_prefix(lines, lines->count / 2, &half);
    const struct pv_audit *audit = begin(&rebuild);
    enum pv_outcome outcome = pv_rebuild(audit, &cache, &rebuild.fault);
    end(&rebuild, outcome, outcome == PV_OUTCOME_FOUND);
    bool differs = diff_in_all_forms(lines, &cache, expected->replayed > 0);
    if (expected->replayed == 0)
        check_found(&half, lines, differs);
    cache.ops->close(cache.self);
    free_run(&rebuild);
}

/* ---- pull, and then verify ---- */

static void collect(const struct lines *lines, struct run *run)
{
    *run = (struct run){.lines = lines, .batch = 64, .plain = true, .without_lines = true};
    pv_judge_free(judge_lines(run));
}

/* Pulled again, whether from the source or from the copy, it is all there. */
static void pull_again(const struct lines *lines, const struct lines *copy)
{
    struct run run = {.lines = lines, .batch = 5, .plain = true};
    struct pv_event_source existing;
    struct pv_pull_count count = {0, 0};
    const struct pv_audit *audit = begin(&run);
    lines_source_open(copy, 7, &existing);
    end(&run, pv_pull_to_lines(audit, &existing, "copy", &count, &run.fault), false);
    existing.ops->close(existing.self);
    CHECK(count.copied == 0 && count.skipped == lines->count);
    free_run(&run);
}

static void check_pulled(const struct lines *lines, const struct expected *expected)
{
    static struct lines copy;
    struct run pull = {.lines = lines, .batch = 9, .plain = true}, before, after;
    struct pv_pull_count count = {0, 0};
    if (expected->invalid) /* what is no record is not copied, and leaves a gap */
        return;
    const struct pv_audit *audit = begin(&pull);
    end(&pull, pv_pull_to_lines(audit, NULL, "copy", &count, &pull.fault), false);
    CHECK(count.copied == lines->count && count.skipped == 0);
    lines_split(kit_str(&pull.out), LINES_MAX, &copy);
    CHECK(copy.count == lines->count);
    pull_again(lines, &copy);
    pull_again(&copy, &copy);
    collect(lines, &before);
    collect(&copy, &after);
    CHECK_SAME("the findings of what was pulled", kit_str(&after.findings), kit_str(&before.findings));
    lines_deinit(&copy);
    free_run(&before);
    free_run(&after);
    free_run(&pull);
}

static void check_parts(const struct lines *lines, const struct expected *expected)
{
    check_one_election(lines, expected);
    check_stopped(lines, expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const checks[])(const struct lines *, const struct expected *) = {
        check_verify, check_replays, check_parts, check_rebuilt, check_behind, check_pulled};
    static struct lines lines;
    static struct expected expected;
    lines_split((struct pv_str){(const char *)data, size}, USED_LINES, &lines);
    expected_init(&expected, &lines);
    check_judge(&lines, &expected);
    checks[size % (sizeof checks / sizeof checks[0])](&lines, &expected);
    expected_deinit(&expected);
    lines_deinit(&lines);
    return 0;
}
