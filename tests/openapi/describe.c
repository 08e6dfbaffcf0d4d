/* describe openapi|docs: prints the API's description as the server serves it, without a server.
   describe judge: reads lines `EVENT JSON` and prints, for each, the codes with which the core refuses the
   JSON as a request (D5, 1 to 3), or `ok`: so that the schemas of the requests can be held to the core. */
#include "event_request.h"
#include "openapi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 1 << 20 };

static int print(void *context, const char *bytes, size_t len)
{
    (void)context;
    return fwrite(bytes, 1, len, stdout) == len ? 0 : -1;
}

static bool find_event(struct pv_str name, enum pv_event_type *type)
{
    for (int i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        if (pv_str_equal(pv_event_spec((enum pv_event_type)i)->event, name)) {
            *type = (enum pv_event_type)i;
            return true;
        }
    }
    return false;
}

static struct pv_event_id fresh_id(void *context)
{
    (void)context;
    return (struct pv_event_id){{1, 2}};
}

static bool judge_line(struct pv_str line, char *scratch)
{
    struct pv_event_request request;
    enum pv_event_type type;
    const char *space = memchr(line.ptr, ' ', line.len);
    if (space == NULL || !find_event((struct pv_str){line.ptr, (size_t)(space - line.ptr)}, &type))
        return false;
    struct pv_str body = {space + 1, line.len - (size_t)(space + 1 - line.ptr)};
    if (pv_event_request_read(type, body, scratch, fresh_id, NULL, &request) != PV_OK)
        return false;
    for (size_t i = 0; i < request.fault_count; i++)
        (void)printf("%s%s", i > 0 ? " " : "", pv_code_name(request.faults[i].code));
    (void)printf("%s\n", request.fault_count == 0 ? "ok" : "");
    return fflush(stdout) == 0;
}

static bool judge(void)
{
    char *line = malloc(LINE_MAX_BYTES), *scratch = malloc(LINE_MAX_BYTES);
    bool sound = line != NULL && scratch != NULL;
    while (sound && fgets(line, LINE_MAX_BYTES, stdin) != NULL) {
        size_t len = strlen(line);
        sound = len > 0 && line[len - 1] == '\n' && judge_line((struct pv_str){line, len - 1}, scratch);
    }
    free(line);
    free(scratch);
    return sound;
}

static bool describe(void (*write)(struct pv_out *out, const struct pv_routes *routes))
{
    static struct pv_out out;
    struct pv_routes routes;
    pv_routes_init(&routes);
    pv_out_init(&out, print, NULL);
    write(&out, &routes);
    return pv_out_flush(&out) && fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
    const char *what = argc == 2 ? argv[1] : "";
    bool sound = false;
    if (strcmp(what, "openapi") == 0)
        sound = describe(pv_openapi_write);
    else if (strcmp(what, "docs") == 0)
        sound = describe(pv_docs_write);
    else if (strcmp(what, "judge") == 0)
        sound = judge();
    if (!sound)
        (void)fprintf(stderr,
                      "describe: usage: describe openapi|docs|judge; or what is judged cannot be read\n");
    return sound ? 0 : 2;
}
