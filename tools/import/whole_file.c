#include "whole_file.h"

#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 1 << 30, CHUNK = 1 << 20 };

const char *pv_whole_file_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static bool interrupted(struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_INTERRUPTED, "interrupted");
    return false;
}

static bool file_fault(const char *path, const char *what, int error, struct pv_fault *fault)
{
    pv_fault_set(fault, PV_FAULT_KIND_IO, "cannot %s '%s': %s", what, pv_whole_file_name(path),
                 strerror(error));
    return false;
}

static bool make_room(const char *path, char **bytes, size_t len, size_t *capacity, struct pv_fault *fault)
{
    if (*capacity - len >= CHUNK)
        return true;
    if (*capacity > FILE_MAX) {
        pv_fault_set(fault, PV_FAULT_KIND_TOO_LARGE, "'%s' is larger than 1 GiB: split the poll",
                     pv_whole_file_name(path));
        return false;
    }
    size_t wanted = 2 * *capacity + CHUNK;
    char *more = realloc(*bytes, wanted);
    if (more == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "not enough memory to read '%s'",
                     pv_whole_file_name(path));
        return false;
    }
    *bytes = more;
    *capacity = wanted;
    return true;
}

static bool read_descriptor(const char *path, int fd, char **bytes, size_t *len, struct pv_fault *fault)
{
    size_t capacity = 0;
    for (*len = 0; !pv_cli_interrupted();) {
        if (!make_room(path, bytes, *len, &capacity, fault))
            return false;
        ssize_t n = read(fd, *bytes + *len, capacity - *len);
        if (n < 0 && errno != EINTR)
            return file_fault(path, "read", errno, fault);
        if (n == 0)
            return true;
        *len += n > 0 ? (size_t)n : 0;
    }
    return interrupted(fault);
}

bool pv_whole_file_read(const char *path, char **bytes, size_t *len, struct pv_fault *fault)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return errno == EINTR ? interrupted(fault) : file_fault(path, "open", errno, fault);
    bool done = read_descriptor(path, fd, bytes, len, fault);
    if (!is_stdin)
        (void)close(fd);
    return done;
}
