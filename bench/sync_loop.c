/* pv-bench-sync DIRECTORY SECONDS: writes as many bytes as an event takes into a file there and has them
   synced, one behind the other, again and again: what one commit takes at least. The file has its size from
   the beginning, as a log has that is written over, and goes round: a file that grows takes one write more,
   of its inode. Prints one line of JSON; times in microseconds. */
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RECORD = 400, RECORDS = 10000, PATH_LEN = 4096 };

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
    for (int i = 0; i < RECORDS; i++) {
        if (write(fd, record, sizeof record) != (ssize_t)sizeof record)
            return fail("cannot write");
    }
    if (fsync(fd) != 0)
        return fail("cannot sync");
    int64_t now = pv_load_now_us(), start = now;
    while (now - start < (int64_t)(seconds * 1e6)) {
        int64_t then = pv_load_now_us();
        off_t at = (off_t)(times.count % RECORDS) * RECORD;
        if (pwrite(fd, record, sizeof record, at) != (ssize_t)sizeof record || fdatasync(fd) != 0)
            return fail("cannot write");
        now = pv_load_now_us();
        pv_load_times_add(&times, now - then);
    }
    printf("{\"seconds\":%.6f,\"events\":{\"count\":%zu,\"p10\":%" PRIu32 ",\"p50\":%" PRIu32 "}}\n",
           (double)(now - start) / 1e6, times.count, pv_load_times_at(&times, 0.1),
           pv_load_times_at(&times, 0.5));
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
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(path);
    int status = loop(fd, strtod(argv[2], NULL));
    close(fd);
    unlink(path);
    return status;
}
