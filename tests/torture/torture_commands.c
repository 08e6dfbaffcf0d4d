/* torture_commands --scratch DIR --stream FILE [--stride N] [--min N] [--only WORDS] [--call NAME]: runs
   every scenario (or those whose name begins with the words) with each of its fallible calls (or those of the
   name) failing once, and from then on; of these points every N-th, and --min of them at least. After each
   run:
   - the exit status is 2, with one line on standard error that names the program, or the run came to the same
   as without a failure (some failures are harmless);
   - what is written all or not at all is whole, as before, or absent, and nothing unfinished lies beside it;
   - no file is left open, and (by LeakSanitizer at the end) no memory is lost;
   - the same command in the same place then succeeds, and what it made is whole. */
#include "audit.h"
#include "faults.h"
#include "folder.h"
#include "import.h"
#include "scenarios.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OUTPUT_LEN = 1 << 16 };

struct torture {
    const char *scratch;
    char base[PATH_LEN], run[PATH_LEN];
    size_t stride;
    const char *call; /* only calls of this name; NULL: all */
    bool *chosen;     /* of the scenario's calls */
    unsigned long points, failures;
};

/* What a run came to. */
struct outcome {
    int status;
    char out[OUTPUT_LEN], err[OUTPUT_LEN];
};

/* Running */

/* The word with `@` replaced by the folder. */
static char *place(const char *word, const char *folder)
{
    const char *at = strchr(word, '@');
    size_t size = strlen(word) + strlen(folder) + 2;
    char *placed = malloc(size);
    if (placed == NULL)
        die("allocate", word);
    if (at == NULL)
        (void)snprintf(placed, size, "%s", word);
    else
        (void)snprintf(placed, size, "%.*s%s/%s", (int)(at - word), word, folder, at + 1);
    return placed;
}

static int redirect(int fd, const char *path)
{
    int saved = dup(fd), file = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (saved < 0 || file < 0 || dup2(file, fd) < 0)
        die("redirect to", path);
    (void)close(file);
    return saved;
}

static void restore(int fd, int saved)
{
    (void)dup2(saved, fd);
    (void)close(saved);
}

/* Whose main the words are for. */
static int run_main(const char *const *words, int argc, char **argv)
{
    static char audit[] = "photovote-audit", import[] = "photovote-import";
    bool imports = strcmp(words[0], "import") == 0;
    argv[imports] = imports ? import : audit;
    return imports ? pv_import_main(argc - 1, argv + 1) : pv_audit_main(argc, argv);
}

/* Runs a command line in a folder; returns how many fallible calls it made. */
static size_t run(const struct torture *torture, const char *const *words, const char *folder,
                  enum faults_mode mode, size_t at, struct outcome *outcome)
{
    char out[PATH_LEN], err[PATH_LEN], *argv[SCENARIO_WORDS + 2] = {NULL}, *placed[SCENARIO_WORDS + 2];
    int argc = 1;
    for (; argc <= SCENARIO_WORDS && words[argc - 1] != NULL; argc++)
        argv[argc] = placed[argc] = place(words[argc - 1], folder);
    (void)snprintf(out, sizeof out, "%s/stdout", torture->scratch);
    (void)snprintf(err, sizeof err, "%s/stderr", torture->scratch);
    (void)fflush(stdout);
    int saved_out = redirect(STDOUT_FILENO, out), saved_err = redirect(STDERR_FILENO, err);
    faults_begin(mode, at);
    outcome->status = run_main(words, argc, argv);
    size_t calls = faults_end();
    (void)fflush(stdout);
    (void)fflush(stderr);
    restore(STDOUT_FILENO, saved_out);
    restore(STDERR_FILENO, saved_err);
    read_file(out, outcome->out, sizeof outcome->out);
    read_file(err, outcome->err, sizeof outcome->err);
    for (int i = 1; i < argc; i++)
        free(placed[i]);
    return calls;
}

static void set_up(const struct torture *torture, const struct scenario *scenario)
{
    char from[PATH_LEN * 2], to[PATH_LEN * 2];
    empty_folder(torture->run);
    for (size_t i = 0; i < SCENARIO_NEEDS && scenario->needs[i] != NULL; i++) {
        (void)snprintf(from, sizeof from, "%s/%s", torture->base, scenario->needs[i]);
        (void)snprintf(to, sizeof to, "%s/%s", torture->run, scenario->needs[i]);
        copy_entry(from, to);
    }
}

/* A point of failure: this call of this scenario, once or from then on. */
struct point {
    const struct scenario *scenario;
    enum faults_mode mode;
    size_t at;
    const char *failed; /* the name of the call */
};

static void complain(struct torture *torture, const struct point *point, const char *what,
                     const struct outcome *outcome)
{
    torture->failures++;
    (void)printf("FAILED torture \"%s\", call %zu (%s) %s: %s; status %d, standard error:\n%s",
                 point->scenario->name, point->at, point->failed,
                 point->mode == FAULTS_ONCE ? "failing once" : "failing from then on", what, outcome->status,
                 outcome->err);
}

static bool says_why(const struct scenario *scenario, const struct outcome *outcome)
{
    bool imports = strcmp(scenario->words[0], "import") == 0;
    const char *said = strstr(outcome->err, imports ? "photovote-import: " : "photovote-audit: ");
    return said != NULL && (said == outcome->err || said[-1] == '\n');
}

static bool is_same(const struct outcome *a, const struct outcome *b)
{
    return a->status == b->status && strcmp(a->out, b->out) == 0;
}

/* What the scenario's destination holds, as another command sees it. */
static void take_result(const struct torture *torture, const struct scenario *scenario,
                        struct outcome *result)
{
    if (scenario->result[0] != NULL)
        (void)run(torture, scenario->result, torture->run, FAULTS_NONE, 0, result);
}

/* What a scenario comes to if nothing fails. */
struct calm {
    struct outcome before, run, after;
    struct outcome again; /* the command once more, when all is done */
    char whole[PATH_LEN]; /* a copy of the new file, if it makes one */
};

static void new_file(const struct torture *torture, const struct scenario *scenario, char path[PATH_LEN * 2])
{
    (void)snprintf(path, PATH_LEN * 2, "%s/%s", torture->run, scenario->new_file);
}

/* All or nothing: true if the destination is whole already. */
static bool check_destination(struct torture *torture, const struct point *point, const struct calm *calm,
                              const struct outcome *faulty)
{
    static struct outcome now;
    const struct scenario *scenario = point->scenario;
    char path[PATH_LEN * 2];
    take_result(torture, scenario, &now);
    bool whole = strcmp(now.out, calm->after.out) == 0;
    bool kept = strcmp(now.out, calm->before.out) == 0;
    if (scenario->new_file != NULL) {
        new_file(torture, scenario, path);
        kept = !is_there(path);
        whole = !kept && same_bytes(path, calm->whole);
    }
    if (!whole && (!kept || faulty->status == 0))
        complain(torture, point, "the destination is neither whole nor as before", faulty);
    bool cannot_remove = point->mode == FAULTS_FROM_ON || strcmp(point->failed, "unlink") == 0;
    if (remove_files(torture->run, ".part") > 0 && !cannot_remove)
        complain(torture, point, "an unfinished file is left", faulty);
    return whole;
}

/* `whole`: what the command makes was there already. */
static void check_afterwards(struct torture *torture, const struct point *point, const struct calm *calm,
                             bool whole)
{
    static struct outcome again, made;
    const struct scenario *scenario = point->scenario;
    (void)run(torture, scenario->words, torture->run, FAULTS_NONE, 0, &again);
    if (scenario->may_tear && point->mode == FAULTS_FROM_ON && strstr(again.err, "cut short") != NULL)
        return;
    if (!is_same(&again, whole ? &calm->again : &calm->run))
        complain(torture, point, "the command does not succeed afterwards", &again);
    made = calm->after;
    take_result(torture, scenario, &made);
    if (!is_same(&made, &calm->after))
        complain(torture, point, "what it made afterwards is not whole", &made);
}

/* Failures that no command can get over: what is not read or not safe on the disk is not done. */
static bool is_harmless(const char *call)
{
    static const char *const grave[] = {"read", "write", "fsync", "fdatasync"};
    for (size_t i = 0; i < sizeof grave / sizeof *grave; i++) {
        if (strcmp(call, grave[i]) == 0)
            return false;
    }
    return true;
}

static void torture_point(struct torture *torture, struct point *point, const struct calm *calm)
{
    static struct outcome faulty;
    set_up(torture, point->scenario);
    size_t files = open_files();
    (void)run(torture, point->scenario->words, torture->run, point->mode, point->at, &faulty);
    if (faults_first() != NULL)
        point->failed = faults_first();
    torture->points++;
    if (open_files() != files)
        complain(torture, point, "files are left open", &faulty);
    if (faulty.status == 2 ? !says_why(point->scenario, &faulty) : !is_same(&faulty, &calm->run))
        complain(torture, point, "neither refused with a reason nor done", &faulty);
    if (faulty.status != 2 && !is_harmless(point->failed))
        complain(torture, point, "the failure is ignored", &faulty);
    bool whole = point->scenario->all_or_nothing && check_destination(torture, point, calm, &faulty);
    if (!whole || point->scenario->new_file == NULL) /* a file that is there is not made again */
        check_afterwards(torture, point, calm, whole);
}

/* Which calls of the run that just ended are to fail. */
static void choose(struct torture *torture, size_t calls, size_t phase)
{
    torture->chosen = calloc(calls + 1, sizeof *torture->chosen);
    if (torture->chosen == NULL)
        die("choose", "calls");
    for (size_t at = 0; at < calls; at++) {
        const char *name = faults_name(at);
        bool called = torture->call == NULL || (name != NULL && strcmp(name, torture->call) == 0);
        torture->chosen[at] = called && at % torture->stride == phase % torture->stride;
    }
}

static size_t run_calmly(struct torture *torture, const struct scenario *scenario, struct calm *calm,
                         size_t phase)
{
    char path[PATH_LEN * 2];
    calm->before = calm->after = (struct outcome){0};
    set_up(torture, scenario);
    take_result(torture, scenario, &calm->before);
    set_up(torture, scenario);
    size_t calls = run(torture, scenario->words, torture->run, FAULTS_NONE, 0, &calm->run);
    choose(torture, calls, phase);
    take_result(torture, scenario, &calm->after);
    const struct point none = {scenario, FAULTS_NONE, 0, "none"};
    if (calm->run.status == 2 || calm->after.status != 0)
        complain(torture, &none, "it fails without a failure",
                 calm->run.status == 2 ? &calm->run : &calm->after);
    if (scenario->new_file != NULL) {
        new_file(torture, scenario, path);
        (void)snprintf(calm->whole, sizeof calm->whole, "%s/whole", torture->scratch);
        copy_entry(path, calm->whole);
    }
    (void)run(torture, scenario->words, torture->run, FAULTS_NONE, 0, &calm->again);
    return calls;
}

static void torture_scenario(struct torture *torture, const struct scenario *scenario, size_t phase)
{
    static struct calm calm;
    size_t calls = run_calmly(torture, scenario, &calm, phase);
    for (int mode = FAULTS_ONCE; mode <= FAULTS_FROM_ON; mode++) {
        for (size_t at = 0; at < calls; at++) {
            if (torture->chosen[at])
                torture_point(torture, &(struct point){scenario, (enum faults_mode)mode, at, "none"}, &calm);
        }
    }
    free(torture->chosen);
    (void)printf("%s: %zu fallible calls\n", scenario->name, calls);
}

/* The stream less its last event, which deletes the election, and its first half. */
static void make_streams(const struct torture *torture, const char *stream)
{
    static char text[OUTPUT_LEN];
    char path[PATH_LEN * 2];
    read_file(stream, text, sizeof text);
    size_t lines = 0, len = strlen(text);
    for (size_t i = 0; i < len; i++)
        lines += text[i] == '\n';
    const struct {
        const char *name;
        size_t lines;
    } files[] = {{"in.ndjson", lines - 1}, {"part.ndjson", lines / 2}};
    for (size_t f = 0; f < 2; f++) {
        size_t end = 0;
        for (size_t seen = 0; seen < files[f].lines; end++)
            seen += text[end] == '\n';
        (void)snprintf(path, sizeof path, "%s/%s", torture->base, files[f].name);
        FILE *file = fopen(path, "wb");
        if (file == NULL || fwrite(text, 1, end, file) != end || fclose(file) != 0)
            die("write", path);
    }
}

/* A poll of one voter, who leaves out every one of many candidates with long names: more than one write. */
static void put_wide_poll(FILE *file)
{
    enum { CANDIDATES = 90, NAME_CHARACTERS = 190 };
    (void)fputs("voterID,voteTime,pollID", file);
    for (int i = 0; i < CANDIDATES; i++) {
        (void)fprintf(file, ",%d ", i);
        for (int j = 0; j < NAME_CHARACTERS; j++)
            (void)fputs("\xf0\x9f\x93\xb7", file);
    }
    (void)fputs("\nv1,2024-02-24 18:00:00,p", file);
    for (int i = 0; i < CANDIDATES; i++)
        (void)fputs(",0", file);
    (void)fputc('\n', file);
}

static void make_polls(const struct torture *torture)
{
    char path[PATH_LEN * 2];
    (void)snprintf(path, sizeof path, "%s/poll.csv", torture->base);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fputs(scenario_poll, file) < 0 || fclose(file) != 0)
        die("write", path);
    (void)snprintf(path, sizeof path, "%s/wide.csv", torture->base);
    file = fopen(path, "wb");
    if (file == NULL)
        die("write", path);
    put_wide_poll(file);
    if (ferror(file) || fclose(file) != 0)
        die("write", path);
}

static void prepare(struct torture *torture, const char *stream)
{
    static struct outcome outcome;
    (void)snprintf(torture->base, sizeof torture->base, "%s/base", torture->scratch);
    (void)snprintf(torture->run, sizeof torture->run, "%s/run", torture->scratch);
    empty_folder(torture->base);
    make_streams(torture, stream);
    make_polls(torture);
    for (size_t i = 0; i < preparation_count; i++) {
        (void)run(torture, preparations[i], torture->base, FAULTS_NONE, 0, &outcome);
        if (outcome.status != 0) {
            (void)printf("FAILED torture: preparation %zu: %s", i, outcome.err);
            exit(1);
        }
    }
}

static void make_folder(const char *path)
{
    char parent[PATH_LEN];
    (void)snprintf(parent, sizeof parent, "%s", path);
    char *slash = strrchr(parent, '/');
    if (slash != NULL) {
        *slash = '\0';
        (void)mkdir(parent, 0700);
    }
    (void)mkdir(path, 0700);
}

/* The options' values, from a command line of pairs. */
static const char *option(int argc, char **argv, const char *name, const char *otherwise)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], name) == 0)
            return argv[i + 1];
    }
    return otherwise;
}

int main(int argc, char **argv)
{
    const char *stream = option(argc, argv, "--stream", NULL), *only = option(argc, argv, "--only", "");
    struct torture torture = {
        .scratch = option(argc, argv, "--scratch", NULL),
        .stride = strtoul(option(argc, argv, "--stride", "1"), NULL, 10),
        .call = option(argc, argv, "--call", NULL),
    };
    unsigned long floor = strtoul(option(argc, argv, "--min", "1"), NULL, 10);
    if (torture.scratch == NULL || stream == NULL || torture.stride == 0) {
        (void)printf(
            "usage: torture_commands --scratch DIR --stream FILE [--stride N] [--min N] [--only WORDS] "
            "[--call NAME]\n");
        return 2;
    }
    make_folder(torture.scratch);
    prepare(&torture, stream);
    for (size_t i = 0; i < scenario_count; i++) {
        if (strncmp(scenarios[i].name, only, strlen(only)) == 0)
            torture_scenario(&torture, &scenarios[i], i);
    }
    (void)printf("%lu points of failure, %lu failures\n", torture.points, torture.failures);
    return torture.failures == 0 && torture.points >= floor ? 0 : 1;
}
