/* torture_commands --scratch DIR --stream FILE --stride N --min N: runs every scenario with each of its
   fallible calls failing once, and from then on; of these points every N-th, and
   --min of them at least. After each run:
   - the exit status is 2, with one line on standard error that names the program, or the run came to the same
   as without a failure (some failures are harmless);
   - no file is left open, and (by LeakSanitizer at the end) no memory is lost;
   - the same command in the same place then succeeds, and what it made is whole. */
#include "audit.h"
#include "faults.h"
#include "scenarios.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_LEN = 512, OUTPUT_LEN = 1 << 16 };

struct torture {
    const char *scratch;
    char base[PATH_LEN], run[PATH_LEN];
    unsigned long points, failures;
};

/* What a run came to. */
struct outcome {
    int status;
    char out[OUTPUT_LEN], err[OUTPUT_LEN];
};

static void die(const char *what, const char *which)
{
    (void)printf("FAILED torture: cannot %s %s: %s\n", what, which, strerror(errno));
    exit(1);
}

/* Files. They are few and small. */

static void read_file(const char *path, char *to, size_t size)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        die("read", path);
    size_t len = fread(to, 1, size - 1, file);
    to[len] = '\0';
    (void)fclose(file);
}

static void copy_file(const char *from, const char *to)
{
    static char bytes[1 << 20];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    if (in == NULL || out == NULL)
        die("copy", from);
    for (size_t len; (len = fread(bytes, 1, sizeof bytes, in)) > 0;) {
        if (fwrite(bytes, 1, len, out) != len)
            die("write", to);
    }
    (void)fclose(in);
    if (fclose(out) != 0)
        die("write", to);
}

/* Calls `each` with every entry of a folder. */
static void walk(const char *dir, const char *other, void (*each)(const char *path, const char *other_path))
{
    char path[PATH_LEN * 2], other_path[PATH_LEN * 2];
    DIR *entries = opendir(dir);
    if (entries == NULL)
        die("list", dir);
    for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
        (void)snprintf(other_path, sizeof other_path, "%s/%s", other, entry->d_name);
        each(path, other_path);
    }
    (void)closedir(entries);
}

static void remove_file(const char *path, const char *unused)
{
    (void)unused;
    (void)unlink(path);
}

/* A cache's folder is one level below the run's. */
static void remove_entry(const char *path, const char *unused)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        walk(path, "", remove_file);
        (void)rmdir(path);
    } else {
        remove_file(path, unused);
    }
}

static void copy_entry(const char *from, const char *to)
{
    struct stat status;
    if (stat(from, &status) != 0)
        die("find", from);
    if (!S_ISDIR(status.st_mode)) {
        copy_file(from, to);
        return;
    }
    if (mkdir(to, 0700) != 0)
        die("make", to);
    walk(from, to, copy_file);
}

static void empty_folder(const char *dir)
{
    if (mkdir(dir, 0700) != 0 && errno == EEXIST)
        walk(dir, "", remove_entry);
}

static size_t open_files(void)
{
    size_t count = 0;
    DIR *entries = opendir("/proc/self/fd");
    if (entries == NULL)
        die("list", "open files");
    while (readdir(entries) != NULL)
        count++;
    (void)closedir(entries);
    return count;
}

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

/* Runs a command line in a folder; returns how many fallible calls it made. */
static size_t run(const struct torture *torture, const char *const *words, const char *folder,
                  enum faults_mode mode, size_t at, struct outcome *outcome)
{
    char program[] = "photovote-audit", out[PATH_LEN], err[PATH_LEN];
    char *argv[SCENARIO_WORDS + 2] = {program};
    int argc = 1;
    for (; argc <= SCENARIO_WORDS && words[argc - 1] != NULL; argc++)
        argv[argc] = place(words[argc - 1], folder);
    (void)snprintf(out, sizeof out, "%s/stdout", torture->scratch);
    (void)snprintf(err, sizeof err, "%s/stderr", torture->scratch);
    (void)fflush(stdout);
    int saved_out = redirect(STDOUT_FILENO, out), saved_err = redirect(STDERR_FILENO, err);
    faults_begin(mode, at);
    outcome->status = pv_audit_main(argc, argv);
    size_t calls = faults_end();
    (void)fflush(stdout);
    (void)fflush(stderr);
    restore(STDOUT_FILENO, saved_out);
    restore(STDERR_FILENO, saved_err);
    read_file(out, outcome->out, sizeof outcome->out);
    read_file(err, outcome->err, sizeof outcome->err);
    for (int i = 1; i < argc; i++)
        free(argv[i]);
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

static void complain(struct torture *torture, const struct scenario *scenario, enum faults_mode mode,
                     size_t at, const char *what, const struct outcome *outcome)
{
    torture->failures++;
    (void)printf("FAILED torture \"%s\", call %zu (%s) %s: %s; status %d, standard error:\n%s",
                 scenario->name, at, faults_first() != NULL ? faults_first() : "none",
                 mode == FAULTS_ONCE ? "failing once" : "failing from then on", what, outcome->status,
                 outcome->err);
}

static bool says_why(const struct outcome *outcome)
{
    return strncmp(outcome->err, "photovote-audit: ", 17) == 0 ||
           strstr(outcome->err, "\nphotovote-audit: ") != NULL;
}

static bool is_same(const struct outcome *a, const struct outcome *b)
{
    return a->status == b->status && strcmp(a->out, b->out) == 0;
}

/* The result of a scenario that has run. */
static void take_result(const struct torture *torture, const struct scenario *scenario,
                        struct outcome *result)
{
    if (scenario->result[0] != NULL)
        (void)run(torture, scenario->result, torture->run, FAULTS_NONE, 0, result);
}

/* One point. `calm` is the run without a failure, `result` what it made. */
static void torture_point(struct torture *torture, const struct scenario *scenario, enum faults_mode mode,
                          size_t at, const struct outcome *calm, const struct outcome *result)
{
    static struct outcome faulty, again, made;
    set_up(torture, scenario);
    size_t files = open_files();
    (void)run(torture, scenario->words, torture->run, mode, at, &faulty);
    torture->points++;
    if (open_files() != files)
        complain(torture, scenario, mode, at, "files are left open", &faulty);
    if (faulty.status == 2 ? !says_why(&faulty) : !is_same(&faulty, calm))
        complain(torture, scenario, mode, at, "neither refused with a reason nor done", &faulty);
    (void)run(torture, scenario->words, torture->run, FAULTS_NONE, 0, &again);
    if (scenario->may_tear && mode == FAULTS_FROM_ON && strstr(again.err, "cut short") != NULL)
        return;
    if (!is_same(&again, calm))
        complain(torture, scenario, mode, at, "the command does not succeed afterwards", &again);
    made = *result;
    take_result(torture, scenario, &made);
    if (!is_same(&made, result))
        complain(torture, scenario, mode, at, "what it made afterwards is not whole", &made);
}

static void torture_scenario(struct torture *torture, const struct scenario *scenario, size_t stride,
                             size_t phase)
{
    static struct outcome calm, result;
    set_up(torture, scenario);
    size_t calls = run(torture, scenario->words, torture->run, FAULTS_NONE, 0, &calm);
    result = (struct outcome){0};
    take_result(torture, scenario, &result);
    if (calm.status == 2 || result.status != 0)
        complain(torture, scenario, FAULTS_NONE, 0, "it fails without a failure",
                 calm.status == 2 ? &calm : &result);
    for (int mode = FAULTS_ONCE; mode <= FAULTS_FROM_ON; mode++) {
        for (size_t at = phase % stride; at < calls; at += stride)
            torture_point(torture, scenario, (enum faults_mode)mode, at, &calm, &result);
    }
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

static void prepare(struct torture *torture, const char *stream)
{
    static struct outcome outcome;
    (void)snprintf(torture->base, sizeof torture->base, "%s/base", torture->scratch);
    (void)snprintf(torture->run, sizeof torture->run, "%s/run", torture->scratch);
    empty_folder(torture->base);
    make_streams(torture, stream);
    for (size_t i = 0; i < preparation_count; i++) {
        (void)run(torture, preparations[i], torture->base, FAULTS_NONE, 0, &outcome);
        if (outcome.status != 0) {
            (void)printf("FAILED torture: preparation %zu: %s", i, outcome.err);
            exit(1);
        }
    }
}

int main(int argc, char **argv)
{
    struct torture torture = {0};
    const char *stream = NULL;
    size_t stride = 1, floor = 1;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--scratch") == 0)
            torture.scratch = argv[i + 1];
        else if (strcmp(argv[i], "--stream") == 0)
            stream = argv[i + 1];
        else if (strcmp(argv[i], "--stride") == 0)
            stride = strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--min") == 0)
            floor = strtoul(argv[i + 1], NULL, 10);
    }
    if (torture.scratch == NULL || stream == NULL || stride == 0) {
        (void)printf("usage: torture_commands --scratch DIR --stream FILE --stride N --min N\n");
        return 2;
    }
    char parent[PATH_LEN];
    (void)snprintf(parent, sizeof parent, "%s", torture.scratch);
    char *slash = strrchr(parent, '/');
    if (slash != NULL) {
        *slash = '\0';
        (void)mkdir(parent, 0700);
    }
    (void)mkdir(torture.scratch, 0700);
    prepare(&torture, stream);
    for (size_t i = 0; i < scenario_count; i++)
        torture_scenario(&torture, &scenarios[i], stride, i);
    (void)printf("%lu points of failure, %lu failures\n", torture.points, torture.failures);
    return torture.failures == 0 && torture.points >= floor ? 0 : 1;
}
