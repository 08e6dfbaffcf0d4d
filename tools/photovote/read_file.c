/* Files of others that are served: read whole, if they are files and small enough. */
#include "parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_whole(int fd, size_t size, struct pv_text *bytes)
{
    char *read_bytes = malloc(size + 1);
    size_t len = 0;
    ssize_t got = 1;
    if (read_bytes == NULL)
        return ENOMEM;
    while (len < size && got > 0) {
        got = read(fd, read_bytes + len, size - len);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            len += (size_t)got;
    }
    if (len < size) {
        int why = got < 0 ? errno : EIO; /* somebody has made it shorter meanwhile */
        free(read_bytes);
        return why;
    }
    *bytes = (struct pv_text){read_bytes, len};
    return 0;
}

int pv_read_file(const char *path, size_t max, struct pv_text *bytes)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno;
    int why = fstat(fd, &about) != 0        ? errno
              : !S_ISREG(about.st_mode)     ? EINVAL
              : (size_t)about.st_size > max ? EFBIG
                                            : read_whole(fd, (size_t)about.st_size, bytes);
    (void)close(fd);
    return why;
}
