/* Photographs that the server keeps itself: candidates may have them elsewhere. */
#include "reading.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 64 };

/* No name leads out of the folder, whatever it is joined to. */
static bool is_name(struct pv_str name)
{
    static const char end[] = ".png", plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const size_t end_len = sizeof end - 1;
    if (name.len <= end_len || name.len > NAME_MAX_BYTES + end_len ||
        memcmp(name.ptr + name.len - end_len, end, end_len) != 0)
        return false;
    for (size_t i = 0; i < name.len - end_len; i++) {
        if (memchr(plain, name.ptr[i], sizeof plain - 1) == NULL)
            return false;
    }
    return true;
}

enum pv_reading_step pv_read_photo(struct pv_reading *reading)
{
    const struct pv_api_options *options = &reading->api->options;
    struct pv_http_reply reply = {.status = 200};
    struct pv_text png;
    if (options->photo == NULL || !is_name(reading->job->photo) ||
        !options->photo(options->operation, reading->job->photo, &png)) {
        pv_problem(reading->exchange, PV_API_NOT_FOUND, NULL, (struct pv_str){NULL, 0});
        return PV_READING_ANSWERED;
    }
    pv_http_reply_header(&reply, "Content-Type", PV_STR("image/png"));
    pv_http_reply_header(&reply, "Cache-Control", PV_STR("public, max-age=86400"));
    reply.bytes = (struct pv_str){png.ptr, png.len};
    reading->exchange->ops->answer(reading->exchange, &reply);
    free(png.ptr);
    return PV_READING_ANSWERED;
}
