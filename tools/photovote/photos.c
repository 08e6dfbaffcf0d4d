/* Photographs in the data directory, as the API serves them. */
#include "parts.h"

#include <stdio.h>

enum { PHOTO_MAX_BYTES = 20 << 20, PATH_MAX_BYTES = 4096 };

bool pv_server_photo(void *context, struct pv_str name, struct pv_text *png)
{
    const struct pv_server *server = context;
    char path[PATH_MAX_BYTES];
    int len = snprintf(path, sizeof path, "%s/photos/%.*s", pv_config_text(server->config, PV_SET_DATA),
                       (int)name.len, name.ptr);
    return len >= 0 && (size_t)len < sizeof path && pv_read_file(path, PHOTO_MAX_BYTES, png) == 0;
}
