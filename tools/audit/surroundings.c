#include "surroundings.h"

#include "cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum { NS_A_SECOND = 1000000000, NS_BETWEEN_DRAWINGS = 200000000 };

static int64_t now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_A_SECOND + now.tv_nsec;
}

/* Writes everything, whatever the pipe takes at a time; 0 or errno. Nobody may be reading the pipe any more,
   so an interrupt ends it. */
static int write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t written = write(fd, bytes, len);
        if (written < 0 && errno == EINTR && !pv_cli_interrupted())
            continue;
        if (written < 0)
            return errno;
        bytes += written;
        len -= (size_t)written;
    }
    return 0;
}

static int write_stdout(void *context, const char *bytes, size_t len)
{
    struct surroundings *surroundings = context;
    surroundings->write_error = write_all(STDOUT_FILENO, bytes, len);
    return surroundings->write_error == 0 ? 0 : -1;
}

static int write_stderr(void *context, const char *bytes, size_t len)
{
    (void)context;
    return write_all(STDERR_FILENO, bytes, len) == 0 ? 0 : -1;
}

static void clear_progress(struct surroundings *surroundings)
{
    if (surroundings->shown)
        (void)fputs("\r\033[K", stderr);
    surroundings->shown = false;
}

static void draw_progress(struct surroundings *surroundings, uint64_t records, uint64_t done, uint64_t total,
                          double seconds)
{
    double rate = seconds > 0 ? (double)records / seconds : 0;
    clear_progress(surroundings);
    (void)fprintf(stderr, "%" PRIu64 " records, %.0f a second", records, rate);
    if (records > 0 && total > 0 && done > 0 && done <= total) { /* else there is nothing to tell it from */
        double left = seconds * (double)(total - done) / (double)done;
        (void)fprintf(stderr, ", %.0f %%, %.0f s left", 100.0 * (double)done / (double)total, left);
    }
    (void)fflush(stderr);
    surroundings->shown = true;
}

static bool tick(void *context, uint64_t records, uint64_t done, uint64_t total)
{
    struct surroundings *surroundings = context;
    if (pv_cli_interrupted())
        return false;
    if (!surroundings->progress)
        return true;
    int64_t now = now_ns();
    if (now - surroundings->drawn_ns >= NS_BETWEEN_DRAWINGS) {
        surroundings->drawn_ns = now;
        draw_progress(surroundings, records, done, total,
                      (double)(now - surroundings->started_ns) / (double)NS_A_SECOND);
    }
    return true;
}

void surroundings_init(struct surroundings *surroundings, const char *program, bool progress)
{
    surroundings->program = program;
    surroundings->progress = progress || isatty(STDERR_FILENO) == 1;
    surroundings->shown = false;
    surroundings->write_error = 0;
    surroundings->started_ns = now_ns();
    surroundings->drawn_ns = 0;
    surroundings->watch = (struct pv_watch){surroundings, tick};
    pv_out_init(&surroundings->out, write_stdout, surroundings);
    pv_out_init(&surroundings->diagnostics, write_stderr, surroundings);
    pv_cli_catch_interrupt();
}

int surroundings_finish(struct surroundings *surroundings, enum pv_outcome outcome,
                        const struct pv_fault *fault)
{
    clear_progress(surroundings);
    bool flushed = pv_out_flush(&surroundings->out);
    if (outcome == PV_OUTCOME_FAILED) {
        pv_cli_error(surroundings->program, "%s", fault->text);
        return PV_EXIT_FAILED;
    }
    if (!flushed && surroundings->write_error == EINTR) {
        pv_cli_error(surroundings->program, "interrupted");
        return PV_EXIT_FAILED;
    }
    if (!flushed) {
        const char *why =
            surroundings->write_error != 0 ? strerror(surroundings->write_error) : "out of memory";
        pv_cli_error(surroundings->program, "cannot write standard output: %s", why);
        return PV_EXIT_FAILED;
    }
    return outcome == PV_OUTCOME_FOUND ? PV_EXIT_FOUND : PV_EXIT_OK;
}

void surroundings_finding(void *context, const struct pv_finding *finding)
{
    struct surroundings *surroundings = context;
    clear_progress(surroundings);
    pv_print_finding_text(&surroundings->diagnostics, finding);
    /* Nobody can be told that standard error is gone. */
    bool ignored = pv_out_flush(&surroundings->diagnostics);
    (void)ignored;
}

struct pv_seed surroundings_seed(void)
{
    struct pv_seed seed = {0, 0};
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        seed = (struct pv_seed){(uint64_t)now_ns(), (uint64_t)getpid()};
    return seed;
}
