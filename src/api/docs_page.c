/* The description as a page to be read: no script, nothing from elsewhere, and readable on a phone. */
#include "openapi_parts.h"

#include <string.h>

static const char page_head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
    "img-src data:; "
    "base-uri 'none'; form-action 'none'\">\n"
    "<title>PhotoVote: the API</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n"
    ":root{color-scheme:light dark}\n"
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:50rem;margin:0 "
    "auto;padding:1rem;overflow-wrap:anywhere}\n"
    "h1,h2,h3{line-height:1.25}\nh3{margin:2rem 0 0;font-size:1.05rem}\np{margin:.25rem 0 .5rem}\n"
    "code{font-family:ui-monospace,monospace}\ndt{margin-top:.4rem}\ndd{margin:0 0 0 1rem}\n"
    "nav a{display:inline-block;padding:.4rem .8rem .4rem 0}\n"
    "</style>\n</head>\n<body>\n<main>\n<h1>PhotoVote: the API</h1>\n"
    "<p>Version " PV_VERSION
    ". Every change is an event, and there is an address for each. Whoever sends one again gives it the "
    "same id: it is recorded once. For programs, all of this is in <a "
    "href=\"/openapi.json\">/openapi.json</a> "
    "(OpenAPI 3.1).</p>\n";

static const char page_end[] = "</main>\n</body>\n</html>\n";

static const char *const tags[] = {"Election", "Competition", "Candidate", "Voter",
                                   "Ballot",   "Event",       "Operation", "Description"};
enum { TAGS = sizeof tags / sizeof tags[0] };

static struct pv_str tag_of(const struct pv_route *route)
{
    if (route->kind == PV_ROUTE_EVENT)
        return pv_event_spec(route->event)->aggregate;
    const char *tag = pv_read_spec(route->kind)->tag;
    return (struct pv_str){tag, strlen(tag)};
}

static void out_field(struct pv_out *out, enum pv_event_type event, const struct pv_field_spec *field)
{
    bool is_made = field->need == PV_NEED_REQUIRED && pv_openapi_is_optional(event, field);
    pv_out_cstr(out, "<dt><code>");
    pv_out_cstr(out, pv_field_name(field->name));
    pv_out_cstr(out, is_made                           ? "</code>, made if left out"
                     : field->need == PV_NEED_REQUIRED ? "</code>, required"
                     : field->need == PV_NEED_NULLABLE ? "</code>, required; null takes it back"
                                                       : "</code>");
    pv_out_cstr(out, "</dt><dd>");
    pv_out_cstr(out, pv_openapi_limits(field->value));
    pv_out_cstr(out, "</dd>\n");
}

static void out_event(struct pv_out *out, const struct pv_route *route)
{
    const struct pv_event_spec *spec = pv_event_spec(route->event);
    pv_out_cstr(out, "<p>");
    pv_openapi_words(out, spec->event);
    pv_out_cstr(out, ". ");
    pv_out_cstr(out, pv_openapi_when(spec->gate));
    pv_out_char(out, ' ');
    pv_out_cstr(out, pv_openapi_who(route));
    pv_out_cstr(out, "</p>\n<dl>\n");
    for (size_t i = 0; i < spec->field_count; i++)
        out_field(out, route->event, &spec->fields[i]);
    pv_out_cstr(out, "</dl>\n");
}

static void out_read(struct pv_out *out, const struct pv_route *route)
{
    const struct pv_read_spec *spec = pv_read_spec(route->kind);
    pv_out_cstr(out, "<p>");
    pv_out_cstr(out, spec->summary);
    pv_out_cstr(out, ". ");
    pv_out_cstr(out, spec->who);
    if ((spec->traits & PV_READ_AFTER) != 0)
        pv_out_cstr(out, " In pages: <code>?after=&amp;limit=</code>.");
    if ((spec->traits & PV_READ_FROM) != 0)
        pv_out_cstr(out, " In pages: <code>?from=&amp;limit=</code>.");
    pv_out_cstr(out, "</p>\n");
}

static void out_operation(struct pv_out *out, const struct pv_route *route)
{
    pv_out_cstr(out, "<h3><code>");
    pv_out_cstr(out, pv_method_name(route->method));
    pv_out_char(out, ' ');
    pv_out_cstr(out, route->path);
    pv_out_cstr(out, "</code></h3>\n");
    if (route->kind == PV_ROUTE_EVENT)
        out_event(out, route);
    else
        out_read(out, route);
}

static void out_section(struct pv_out *out, const struct pv_routes *routes, const char *tag)
{
    pv_out_cstr(out, "<h2 id=\"");
    pv_out_cstr(out, tag);
    pv_out_cstr(out, "\">");
    pv_out_cstr(out, tag);
    pv_out_cstr(out, "</h2>\n");
    for (size_t i = 0; i < PV_ROUTES; i++) {
        if (pv_str_equal(tag_of(&routes->rows[i]), (struct pv_str){tag, strlen(tag)}))
            out_operation(out, &routes->rows[i]);
    }
}

void pv_docs_write(struct pv_out *out, const struct pv_routes *routes)
{
    pv_out_cstr(out, page_head);
    pv_out_cstr(out, "<nav>\n");
    for (size_t i = 0; i < TAGS; i++) {
        pv_out_cstr(out, "<a href=\"#");
        pv_out_cstr(out, tags[i]);
        pv_out_cstr(out, "\">");
        pv_out_cstr(out, tags[i]);
        pv_out_cstr(out, "</a>\n");
    }
    pv_out_cstr(out, "</nav>\n");
    for (size_t i = 0; i < TAGS; i++)
        out_section(out, routes, tags[i]);
    pv_out_cstr(out, page_end);
}
