/* Photographs in the data directory, as the API serves them. */
#include "parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PHOTO_MAX_BYTES = 20 << 20, PATH_MAX_BYTES = 4096 };

static bool read_whole(int fd, size_t size, struct pv_text *bytes)
{
    char *read_bytes = malloc(size + 1);
    size_t len = 0;
    ssize_t got = 1;
    while (read_bytes != NULL && len < size && got > 0) {
        got = read(fd, read_bytes + len, size - len);
        if (got < 0 && errno == EINTR)
            got = 1;
        else if (got > 0)
            len += (size_t)got;
    }
    if (read_bytes == NULL || len < size) {
        free(read_bytes);
        return false;
    }
    *bytes = (struct pv_text){read_bytes, len};
    return true;
}

bool pv_server_photo(void *context, struct pv_str name, struct pv_text *png)
{
    const struct pv_server *server = context;
    char path[PATH_MAX_BYTES];
    struct stat about;
    int len = snprintf(path, sizeof path, "%s/photos/%.*s", pv_config_text(server->config, PV_SET_DATA),
                       (int)name.len, name.ptr);
    if (len < 0 || (size_t)len >= sizeof path)
        return false;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool sound = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) && about.st_size <= PHOTO_MAX_BYTES &&
                 read_whole(fd, (size_t)about.st_size, png);
    (void)close(fd);
    return sound;
}
