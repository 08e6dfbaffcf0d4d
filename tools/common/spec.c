#include "spec.h"

#include <string.h>

static const char *after(const char *text, const char *prefix)
{
    size_t len = strlen(prefix);
    return strncmp(text, prefix, len) == 0 ? text + len : NULL;
}

static bool is_event_store_server(const char *text)
{
    return after(text, "esdb://") || after(text, "esdb+discover://") || after(text, "kurrentdb://") ||
           after(text, "kurrentdb+discover://");
}

/* PATH and sqlite:PATH, which sources and destinations share. */
static const char *file_or_sqlite(const char *text, struct pv_spec *spec)
{
    const char *sqlite = after(text, "sqlite:");
    const char *path = sqlite ? sqlite : text;
    if (*path == '\0')
        return sqlite ? "a path must follow 'sqlite:'" : "the path is empty";
    *spec = (struct pv_spec){sqlite ? PV_SPEC_SQLITE : PV_SPEC_PATH, path};
    return NULL;
}

const char *pv_spec_source(const char *text, struct pv_spec *spec)
{
    if (is_event_store_server(text))
        return "this build reads files and sqlite:PATH, no servers";
    return file_or_sqlite(text, spec);
}

const char *pv_spec_dest(const char *text, struct pv_spec *spec)
{
    if (is_event_store_server(text))
        return "a destination is a PATH or sqlite:PATH, not a server";
    if (after(text, "file:"))
        return "a destination is a PATH or sqlite:PATH; 'file:' is for caches (./file:... is a PATH)";
    if (strcmp(text, "-") == 0)
        return "a destination is a PATH or sqlite:PATH, not standard output";
    return file_or_sqlite(text, spec);
}

const char *pv_spec_cache(const char *text, struct pv_spec *spec)
{
    const char *dir = after(text, "file:"), *sqlite = after(text, "sqlite:");
    if (after(text, "cosmos:"))
        return "this build keeps documents in file:DIR and sqlite:PATH, not on servers";
    if (dir == NULL && sqlite == NULL)
        return "a cache is written file:DIR or sqlite:PATH";
    const char *path = dir ? dir : sqlite;
    if (*path == '\0')
        return "a path must follow 'file:' or 'sqlite:'";
    *spec = (struct pv_spec){dir ? PV_SPEC_DIR : PV_SPEC_SQLITE, path};
    return NULL;
}
