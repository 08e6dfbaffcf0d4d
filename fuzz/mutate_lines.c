#include "mutate_lines.h"

#include <string.h>

enum { LINES_MAX = 256, STREAMS_MAX = 8 };

struct line_list {
    struct pv_str all[LINES_MAX];
    uint32_t count;
};

static void cut(const char *bytes, size_t len, struct line_list *lines)
{
    lines->count = 0;
    for (size_t at = 0; at < len && lines->count < LINES_MAX;) {
        const char *lf = memchr(bytes + at, '\n', len - at);
        size_t end = lf != NULL ? (size_t)(lf - bytes) : len;
        lines->all[lines->count++] = (struct pv_str){bytes + at, end - at};
        at = end + 1;
    }
}

/* The text becomes these lines, if there is room for them. */
static bool put_back(struct mutation *m, const struct line_list *lines)
{
    struct buf text = {0};
    for (uint32_t i = 0; i < lines->count; i++) {
        buf_add(&text, lines->all[i].ptr, lines->all[i].len);
        if (i + 1 < lines->count)
            buf_str(&text, "\n");
    }
    bool fits = text.len > 0 && text.len <= m->max;
    if (fits) {
        memcpy(m->bytes, text.bytes, text.len);
        m->len = text.len;
    }
    buf_free(&text);
    return fits;
}

static bool has(const struct mutation *m, struct pv_str text)
{
    for (size_t at = 0; at + text.len <= m->len; at++)
        if (memcmp(m->bytes + at, text.ptr, text.len) == 0)
            return true;
    return false;
}

bool mutate_has_lines(const struct mutation *m)
{
    return has(m, PV_STR("\"stream\""));
}

bool mutate_has_requests(const struct mutation *m)
{
    return has(m, PV_STR(" /election")) && !mutate_has_lines(m);
}

/* ---- changes ---- */

static void drop(struct line_list *lines, uint32_t at)
{
    lines->count--;
    memmove(&lines->all[at], &lines->all[at + 1], (lines->count - at) * sizeof lines->all[0]);
}

static void insert(struct line_list *lines, uint32_t at, struct pv_str line)
{
    if (lines->count == LINES_MAX)
        return;
    memmove(&lines->all[at + 1], &lines->all[at], (lines->count - at) * sizeof lines->all[0]);
    lines->all[at] = line;
    lines->count++;
}

/* New records stand at the end as a rule, where a history grows. */
static uint32_t place_for_new(struct mutation *m, const struct line_list *lines)
{
    return gen_draw(m->g, 3) > 0 ? lines->count : gen_draw(m->g, lines->count + 1);
}

bool mutate_lines(struct mutation *m)
{
    static struct line_list lines;
    struct buf record = {0};
    cut(m->bytes, m->len, &lines);
    if (lines.count == 0)
        return false;
    uint32_t at = gen_draw(m->g, lines.count), to = gen_draw(m->g, lines.count);
    struct pv_str line = lines.all[at];
    switch (gen_draw(m->g, 8)) {
    case 0:
        drop(&lines, at);
        break;
    case 1:
        insert(&lines, to, line);
        break;
    case 2:
        lines.all[at] = lines.all[to];
        lines.all[to] = line;
        break;
    case 3:
        insert(&lines, place_for_new(m, &lines), line);
        break;
    default:
        (mutate_has_lines(m) ? mutate_put_record : mutate_put_request)(m, &record);
        insert(&lines, place_for_new(m, &lines), (struct pv_str){record.bytes, record.len});
        break;
    }
    bool done = put_back(m, &lines);
    buf_free(&record);
    return done;
}

/* ---- numbers ---- */

struct counters {
    struct pv_str streams[STREAMS_MAX];
    unsigned next[STREAMS_MAX];
    size_t count;
};

/* The number that comes next in a stream; streams beyond the limit share the last counter. */
static unsigned count_on(struct counters *counters, struct pv_str stream)
{
    size_t i = 0;
    while (i < counters->count && !pv_str_equal(counters->streams[i], stream))
        i++;
    if (i == STREAMS_MAX)
        i--;
    if (i == counters->count) {
        counters->streams[i] = stream;
        counters->next[i] = 0;
        counters->count++;
    }
    return counters->next[i]++;
}

static const struct span *find_value(struct pv_str line, const struct spans *spans, const char *key)
{
    for (int i = 0; i < spans->count; i++)
        if (!spans->all[i].is_key && spans_has_key(line, spans, &spans->all[i], key))
            return &spans->all[i];
    return NULL;
}

static struct pv_str renumber_line(struct mutation *m, struct pv_str line, struct counters *counters)
{
    struct buf text = {0};
    spans_find(line, &m->spans);
    const struct span *stream = find_value(line, &m->spans, "stream");
    const struct span *number = find_value(line, &m->spans, "number");
    if (stream == NULL || number == NULL)
        return line;
    size_t after = number->at + number->len;
    buf_add(&text, line.ptr, number->at);
    buf_format(&text, "%u", count_on(counters, spans_bytes(line, stream)));
    buf_add(&text, line.ptr + after, line.len - after);
    struct pv_str kept = bag_copy(&m->bag, text.bytes, text.len);
    buf_free(&text);
    return kept;
}

void mutate_renumber(struct mutation *m)
{
    static struct line_list lines;
    struct counters counters = {.count = 0};
    cut(m->bytes, m->len, &lines);
    for (uint32_t i = 0; i < lines.count; i++)
        lines.all[i] = renumber_line(m, lines.all[i], &counters);
    (void)put_back(m, &lines);
}
