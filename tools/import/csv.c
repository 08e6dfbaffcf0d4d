#include "csv.h"

#include "text.h"

#include <string.h>

static const char unclosed[] = "the quote that begins here is never closed";
static const char after_quote[] = "something other than a comma follows the closing quote";
static const char bare_quote[] = "a quote stands in a field that does not begin with one";
static const char bare_cr[] = "a carriage return without a line feed";
static const char has_nul[] = "a NUL byte";
static const char not_utf8[] = "bytes that are not UTF-8";

void pv_csv_init(struct pv_csv *csv, char *bytes, size_t len)
{
    size_t bom = len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    *csv = (struct pv_csv){bytes + bom, bytes + len, bytes + bom, 1};
}

/* The first fault of a field is the one that is told. */
static void fault(struct pv_csv_field *field, const char *what)
{
    if (field->fault == NULL)
        field->fault = what;
}

/* --- where a field ends --- */

/* The length of the line end that stands here: 0 for none. */
static size_t line_end(const struct pv_csv *csv, const char *at)
{
    if (*at == '\n')
        return 1;
    return *at == '\r' && csv->end - at > 1 && at[1] == '\n' ? 2 : 0;
}

static bool is_field_end(const struct pv_csv *csv, const char *at)
{
    return at == csv->end || *at == ',' || line_end(csv, at) > 0;
}

static void pass_line_end(struct pv_csv *csv, size_t len)
{
    csv->at += len;
    csv->line++;
    csv->line_start = csv->at;
}

/* --- fields --- */

static void read_plain(struct pv_csv *csv, struct pv_csv_field *field)
{
    char *start = csv->at;
    for (; !is_field_end(csv, csv->at); csv->at++) {
        if (*csv->at == '"')
            fault(field, bare_quote);
        if (*csv->at == '\r')
            fault(field, bare_cr);
    }
    field->text = (struct pv_str){start, (size_t)(csv->at - start)};
}

/* Copies the content over its own beginning, because a doubled quote becomes one. Stops behind the closing
   quote, or at the end. */
static bool unquote(struct pv_csv *csv, char *to, size_t *len)
{
    *len = 0;
    while (csv->at < csv->end) {
        if (*csv->at == '"') {
            if (csv->end - csv->at == 1 || csv->at[1] != '"') {
                csv->at++;
                return true;
            }
            csv->at++;
        } else if (*csv->at == '\n') {
            csv->line++;
            csv->line_start = csv->at + 1;
        }
        to[(*len)++] = *csv->at++;
    }
    return false;
}

static void read_quoted(struct pv_csv *csv, struct pv_csv_field *field)
{
    char *content = ++csv->at;
    size_t len;
    if (!unquote(csv, content, &len))
        fault(field, unclosed);
    if (!is_field_end(csv, csv->at))
        fault(field, after_quote);
    while (!is_field_end(csv, csv->at))
        csv->at++;
    field->text = (struct pv_str){content, len};
}

static void check_text(struct pv_csv_field *field)
{
    uint32_t point;
    struct pv_str text = field->text;
    for (size_t i = 0, len; i < text.len; i += len) {
        unsigned char byte = (unsigned char)text.ptr[i];
        len = byte < 0x80 ? 1 : pv_utf8_next(text.ptr + i, text.len - i, &point);
        if (byte == 0)
            fault(field, has_nul);
        if (len == 0) {
            fault(field, not_utf8);
            return;
        }
    }
}

static void read_field(struct pv_csv *csv, struct pv_csv_field *field)
{
    *field = (struct pv_csv_field){.line = csv->line, .column = (uint64_t)(csv->at - csv->line_start) + 1};
    if (csv->at < csv->end && *csv->at == '"')
        read_quoted(csv, field);
    else
        read_plain(csv, field);
    check_text(field);
}

bool pv_csv_row(struct pv_csv *csv, struct pv_csv_field *fields, size_t max, size_t *count)
{
    struct pv_csv_field spare;
    *count = 0;
    while (csv->at < csv->end && line_end(csv, csv->at) > 0)
        pass_line_end(csv, line_end(csv, csv->at));
    if (csv->at == csv->end)
        return false;
    for (;;) {
        read_field(csv, *count < max ? &fields[*count] : &spare);
        ++*count;
        if (csv->at == csv->end)
            return true;
        if (*csv->at != ',') {
            pass_line_end(csv, line_end(csv, csv->at));
            return true;
        }
        csv->at++;
    }
}
