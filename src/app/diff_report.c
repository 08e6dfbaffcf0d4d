#include "diff_report.h"

static const struct {
    const char *name, *sentence;
} causes[] = {
    [PV_CAUSE_BEHIND] = {"behind", "the cache is behind: it equals an earlier state of the stream"},
    [PV_CAUSE_AHEAD] = {"ahead", "the cache is ahead of the source: records are missing, or it was edited"},
    [PV_CAUSE_EDITED] = {"edited", "no state of the stream explains the cached document: it was edited"},
    [PV_CAUSE_DAMAGED] = {"damaged", "the cached document cannot be read back: it is damaged"},
    [PV_CAUSE_MISSING_IN_CACHE] = {"missing_in_cache", "the cache does not have this election"},
    [PV_CAUSE_MISSING_IN_SOURCE] = {"missing_in_source", "the source does not have this election"},
    [PV_CAUSE_DELETED] = {"deleted", "the election is deleted, but the cache still has it"},
};

static void print_id(struct pv_out *out, struct pv_election_id id)
{
    char text[PV_ULID_LEN];
    pv_ulid_format(id.bits, text);
    pv_out_bytes(out, text, sizeof text);
}

static void print_stream(struct pv_diff_report *report)
{
    pv_out_cstr(report->out, "Election-");
    print_id(report->out, report->id);
}

/* Text: one line a difference, then one for the cause. */

static void add_text_value(struct pv_out *out, const char *side, struct pv_str value)
{
    pv_out_cstr(out, side);
    if (value.ptr == NULL)
        pv_out_cstr(out, "(none)");
    else
        pv_out_terminal(out, value);
}

static void add_text(struct pv_diff_report *report, const struct pv_difference *difference)
{
    print_stream(report);
    pv_out_char(report->out, ' ');
    pv_out_cstr(report->out, difference->path[0] == '\0' ? "(root)" : difference->path);
    add_text_value(report->out, ": cached ", difference->cached);
    add_text_value(report->out, ", rebuilt ", difference->rebuilt);
    pv_out_char(report->out, '\n');
}

static void end_text(struct pv_diff_report *report)
{
    struct pv_out *out = report->out;
    print_stream(report);
    pv_out_cstr(out, ": ");
    pv_out_cstr(out, causes[report->cause].sentence);
    if (report->cached_version >= 0) {
        pv_out_cstr(out, "; cached version ");
        pv_out_int(out, report->cached_version);
    }
    if (report->rebuilt_version >= 0) {
        pv_out_cstr(out, "; rebuilt version ");
        pv_out_int(out, report->rebuilt_version);
    }
    pv_out_char(out, '\n');
}

/* JSON Patch: one patch a line. A patch has no room for the election's name but in a test, which also keeps
   the patch from being applied to another document: of the id that the cached document has, which need not be
   the one it is kept under. What is damaged or missing cannot be tested. */

static void begin_patch(struct pv_diff_report *report)
{
    pv_out_char(report->out, '[');
    if (report->cause == PV_CAUSE_DAMAGED || report->cause == PV_CAUSE_MISSING_IN_CACHE)
        return;
    pv_out_cstr(report->out, "{\"op\":\"test\",\"path\":\"/id\",\"value\":\"");
    print_id(report->out, report->cached_id);
    pv_out_cstr(report->out, "\"}");
    report->count++;
}

static void add_patch(struct pv_diff_report *report, const struct pv_difference *difference)
{
    struct pv_out *out = report->out;
    const char *op = difference->cached.ptr == NULL    ? "add"
                     : difference->rebuilt.ptr == NULL ? "remove"
                                                       : "replace";
    pv_out_cstr(out, report->count > 1 ? ",{\"op\":\"" : "{\"op\":\"");
    pv_out_cstr(out, op);
    pv_out_cstr(out, "\",\"path\":\"");
    pv_out_cstr(out, difference->path);
    pv_out_char(out, '"');
    if (difference->rebuilt.ptr != NULL) {
        pv_out_cstr(out, ",\"value\":");
        pv_out_str(out, difference->rebuilt);
    }
    pv_out_char(out, '}');
}

/* JSON: one object a line; a side without a value has no key. */

static void add_json_version(struct pv_out *out, const char *key, int64_t version)
{
    pv_out_cstr(out, key);
    if (version < 0)
        pv_out_cstr(out, "null");
    else
        pv_out_int(out, version);
}

static void begin_json(struct pv_diff_report *report)
{
    struct pv_out *out = report->out;
    pv_out_cstr(out, "{\"election\":\"");
    print_id(out, report->id);
    pv_out_cstr(out, "\",\"cause\":\"");
    pv_out_cstr(out, causes[report->cause].name);
    add_json_version(out, "\",\"cached_version\":", report->cached_version);
    add_json_version(out, ",\"rebuilt_version\":", report->rebuilt_version);
    pv_out_cstr(out, ",\"differences\":[");
}

static void add_json(struct pv_diff_report *report, const struct pv_difference *difference)
{
    struct pv_out *out = report->out;
    pv_out_cstr(out, report->count > 1 ? ",{\"path\":\"" : "{\"path\":\"");
    pv_out_cstr(out, difference->path);
    pv_out_char(out, '"');
    if (difference->cached.ptr != NULL) {
        pv_out_cstr(out, ",\"cached\":");
        pv_out_str(out, difference->cached);
    }
    if (difference->rebuilt.ptr != NULL) {
        pv_out_cstr(out, ",\"rebuilt\":");
        pv_out_str(out, difference->rebuilt);
    }
    pv_out_char(out, '}');
}

void pv_diff_report_begin(struct pv_diff_report *report)
{
    if (report->format == PV_DIFF_JSON_PATCH)
        begin_patch(report);
    else if (report->format == PV_DIFF_JSON)
        begin_json(report);
}

void pv_diff_report_end(struct pv_diff_report *report)
{
    if (report->format == PV_DIFF_TEXT)
        end_text(report);
    else
        pv_out_cstr(report->out, report->format == PV_DIFF_JSON ? "]}\n" : "]\n");
}

void pv_diff_report_add(void *context, const struct pv_difference *difference)
{
    struct pv_diff_report *report = context;
    report->count++;
    switch (report->format) {
    case PV_DIFF_TEXT:
        add_text(report, difference);
        break;
    case PV_DIFF_JSON_PATCH:
        add_patch(report, difference);
        break;
    case PV_DIFF_JSON:
        add_json(report, difference);
        break;
    }
}
