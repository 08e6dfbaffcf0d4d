/* pv-bench-measure REPORT COMMAND [ARGUMENT...]: runs COMMAND and writes what it used to the file REPORT, as
   one line `status user_us system_us wall_us peak_kb`.

   A program of its own because Linux counts the peak memory of a process from before its exec: started by a
   script, every command would seem to need as much memory as the script's interpreter. This one needs next to
   none. */
#define _DEFAULT_SOURCE /* wait4 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STATUS_FAILED = 2, STATUS_NOT_STARTED = 127 };

static int fail(const char *what)
{
    fprintf(stderr, "pv-bench-measure: %s: %s\n", what, strerror(errno));
    return STATUS_FAILED;
}

static long long microseconds(struct timeval time)
{
    return (long long)time.tv_sec * 1000000 + time.tv_usec;
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (long long)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* As a shell gives it. */
static int exit_status(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int report(const char *path, int status, const struct rusage *usage, long long wall)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return fail(path);
    int written = fprintf(file, "%d %lld %lld %lld %ld\n", exit_status(status), microseconds(usage->ru_utime),
                          microseconds(usage->ru_stime), wall, usage->ru_maxrss);
    if (fclose(file) != 0 || written < 0)
        return fail(path);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("Usage: pv-bench-measure REPORT COMMAND [ARGUMENT...]\n", stderr);
        return STATUS_FAILED;
    }
    long long start = now();
    pid_t child = fork();
    if (child < 0)
        return fail("fork");
    if (child == 0) {
        execvp(argv[2], argv + 2);
        fail(argv[2]);
        _exit(STATUS_NOT_STARTED);
    }
    int status;
    struct rusage usage;
    while (wait4(child, &status, 0, &usage) < 0) {
        if (errno != EINTR)
            return fail("wait4");
    }
    return report(argv[1], status, &usage, now() - start);
}
