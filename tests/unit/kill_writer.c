/* A process that appends and puts on the real file system, and says so after each, is killed again and again,
   after a number of acknowledgements that a seed decides. What it said is there each time, and nothing is
   half there.

   usage: kill_writer [KILLS] [--boast]
   --boast: the writer acknowledges before it writes, and then a loss must be found (a control). */
#include "adapters.h"
#include "cache_kit.h"
#include "disk.h"
#include "store_kit.h"
#include "workdir.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char A[] = "Election-01HQ0000000000000000000001";

/* Round n appends event n, and puts revision n + 1 into both caches. */
struct place {
    struct workdir dir;
    struct pv_event_store store;
    struct pv_document_cache in_sqlite, in_files;
    struct pv_fault fault;
    long found[3]; /* how far the store and the caches were at the last check */
};

static bool open_place(struct place *p)
{
    const char *path = workdir_file(&p->dir, "killed.db");
    return pv_sqlite_store_open(path, PV_OPEN_WRITE, &p->store, &p->fault) &&
           pv_sqlite_cache_open(path, PV_OPEN_WRITE, &p->in_sqlite, &p->fault) &&
           pv_file_cache_open(workdir_file(&p->dir, "cache"), PV_OPEN_WRITE, &p->in_files, &p->fault);
}

static void close_place(struct place *p)
{
    p->store.ops->close(p->store.self);
    p->in_sqlite.ops->close(p->in_sqlite.self);
    p->in_files.ops->close(p->in_files.self);
}

static bool put(const struct pv_document_cache *cache, unsigned revision, struct pv_fault *fault)
{
    struct kit_document document;
    kit_document_make(&document, 1, revision, 2, 3);
    bool ok = kit_put(cache, &document, fault) == PV_CACHE_OK;
    kit_document_deinit(&document);
    return ok;
}

static void acknowledge(int to)
{
    if (write(to, "+", 1) != 1)
        _exit(3);
}

/* The child: writes until it is killed. Its last words are a fault, if it meets one. */
static void write_for_ever(struct place *p, int to, bool boast)
{
    struct pv_appended appended;
    int64_t last;
    if (!open_place(p) ||
        p->store.ops->last_number(p->store.self, kit_str(A), &last, &p->fault) != PV_STORE_OK) {
        (void)fprintf(stderr, "%s\n", p->fault.text);
        _exit(2);
    }
    for (;; last++) {
        unsigned n = (unsigned)(last + 1);
        if (boast)
            acknowledge(to);
        if (kit_append(&p->store, A, last, n, 1, &appended, &p->fault) != PV_STORE_OK ||
            !put(&p->in_sqlite, n + 1, &p->fault) || !put(&p->in_files, n + 1, &p->fault)) {
            (void)fprintf(stderr, "round %u: %s\n", n, p->fault.text);
            _exit(2);
        }
        if (!boast)
            acknowledge(to);
    }
}

/* Starts a writer, kills it after so many acknowledgements, and counts all that it gave. -1 if it ended by
 * itself. */
static long run_and_kill(struct place *p, unsigned after, bool boast)
{
    int ends[2];
    char sign;
    long acknowledged = 0;
    if (pipe(ends) != 0)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        write_for_ever(p, ends[1], boast);
    }
    (void)close(ends[1]);
    while (acknowledged < after && read(ends[0], &sign, 1) == 1)
        acknowledged++;
    (void)kill(child, SIGKILL);
    while (read(ends[0], &sign, 1) == 1)
        acknowledged++;
    (void)close(ends[0]);
    int status = 0;
    bool killed = waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    return killed ? acknowledged : -1;
}

/* How many events there are, all of them as they were appended; -1 otherwise. */
static long count_events(struct place *p)
{
    struct kit_log log = {0};
    bool ok = kit_log_read(&log, &p->store, A, 0, 64, &p->fault);
    for (size_t i = 0; ok && i < log.count; i++)
        ok = log.records[i].number == (int64_t)i && kit_is_event(&log.records[i], (unsigned)i);
    long count = ok ? (long)log.count : -1;
    kit_log_deinit(&log);
    return count;
}

/* The revision that a cache holds, all of it; 0 for none, -1 if it is not whole. */
static long revision_in(struct place *p, const struct pv_document_cache *cache)
{
    struct pv_cached cached;
    struct kit_document document;
    enum pv_cache_result result = cache->ops->get(cache->self, kit_election(1), &cached, &p->fault);
    if (result != PV_CACHE_OK)
        return result == PV_CACHE_MISSING ? 0 : -1;
    kit_document_make(&document, 1, (unsigned)(cached.last_number / 10), 2, 3);
    long revision = kit_difference_of(&cached, &document, false) == NULL ? (long)document.revision : -1;
    kit_document_deinit(&document);
    pv_cached_deinit(&cached);
    return revision;
}

/* After `rounds` rounds that are known, and `given` more that were acknowledged: all of them are there, and
   at most the next one, which was under way. A writer that was killed before its first round has not mended
   what the one before it left behind. */
static bool check(struct place *p, long rounds, long given, unsigned kill_number)
{
    static const char *const names[] = {"the store", "the cache in SQLite", "the cache in files"};
    if (!open_place(p)) {
        (void)printf("FAILED after kill %u: %s\n", kill_number, p->fault.text);
        return false;
    }
    const long found[] = {count_events(p), revision_in(p, &p->in_sqlite), revision_in(p, &p->in_files)};
    close_place(p);
    for (size_t i = 0; i < 3; i++) {
        long least = given > 0 ? rounds + given : p->found[i];
        p->found[i] = found[i];
        if (found[i] >= least && found[i] <= rounds + given + 1)
            continue;
        (void)printf("FAILED after kill %u: %ld rounds were acknowledged, and %s %s %ld\n", kill_number,
                     rounds + given, names[i],
                     found[i] < 0       ? "is damaged:"
                     : found[i] < least ? "lost some: it has"
                                        : "has",
                     found[i]);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    bool boast = argc > 2 && strcmp(argv[2], "--boast") == 0;
    unsigned kills = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 30;
    struct place *p = calloc(1, sizeof *p);
    uint64_t seed = 2024;
    long rounds = 0, under_way = 0;
    bool ok = p != NULL && kills > 0;
    if (!ok)
        return 2;
    workdir_make(&p->dir);
    for (unsigned i = 1; ok && i <= kills; i++) {
        /* The first two kills come while the files are made. */
        unsigned after = i < 3 ? 0 : 1 + (unsigned)(disk_random(&seed) % 4);
        long given = run_and_kill(p, after, boast);
        if (given < 0) {
            (void)printf("FAILED: the writer ended by itself\n");
            ok = false;
            break;
        }
        ok = check(p, rounds, given, i);
        under_way += p->found[0] - (rounds + given);
        rounds = p->found[0];
    }
    workdir_remove(&p->dir);
    free(p);
    if (!ok)
        return 1;
    (void)printf(
        "%u kills, %ld rounds written, %ld of them under way when killed; nothing acknowledged is lost\n",
        kills, rounds, under_way);
    return rounds >= (long)kills || printf("FAILED: too few of them\n") < 0 ? 0 : 1;
}
