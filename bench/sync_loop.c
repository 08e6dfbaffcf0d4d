/* pv-bench-sync DIRECTORY SECONDS: appends as many bytes as an event takes to a file there, and has them
   synced, again and again: what one commit takes at least. Prints one line of JSON; times in microseconds. */
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RECORD = 400, PATH_LEN = 4096 };

static int fail(const char *what)
{
    fprintf(stderr, "pv-bench-sync: %s: %s\n", what, strerror(errno));
    return 2;
}

static int loop(int fd, double seconds)
{
    struct pv_load_times times = {NULL, 0, 0};
    char record[RECORD];
    memset(record, 'r', sizeof record);
    int64_t now = pv_load_now_us(), start = now;
    while (now - start < (int64_t)(seconds * 1e6)) {
        if (write(fd, record, sizeof record) != (ssize_t)sizeof record || fdatasync(fd) != 0)
            return fail("cannot write");
        int64_t then = now;
        now = pv_load_now_us();
        pv_load_times_add(&times, now - then);
    }
    printf("{\"seconds\":%.6f,\"events\":{\"count\":%zu,\"p50\":%" PRIu32 ",\"p99\":%" PRIu32 "}}\n",
           (double)(now - start) / 1e6, times.count, pv_load_times_at(&times, 0.5),
           pv_load_times_at(&times, 0.99));
    free(times.list);
    return 0;
}

int main(int argc, char **argv)
{
    char path[PATH_LEN];
    if (argc != 3) {
        fputs("Usage: pv-bench-sync DIRECTORY SECONDS\n", stderr);
        return 2;
    }
    snprintf(path, sizeof path, "%s/sync-loop", argv[1]);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(path);
    int status = loop(fd, strtod(argv[2], NULL));
    close(fd);
    unlink(path);
    return status;
}
