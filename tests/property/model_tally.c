/* The tally (D8, F4) by counting again, and the event's own text. */
#include "model.h"

#include <stdlib.h>
#include <string.h>

struct result {
    const struct fact *added;
    unsigned long stars[6]; /* [1] counts the ones */
    unsigned long count, sum;
    unsigned long rank;
};

static bool same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static void recount(const struct model *model, struct result *result)
{
    const struct fact *ballot;
    for (size_t i = 0; (ballot = model_nth(model, PV_EVENT_BALLOT_CREATED, i)) != NULL; i++) {
        int stars = model_rating(model, ballot->ballot, result->added->candidate);
        if (stars == 0 || !model_ballot_cast(model, ballot->ballot))
            continue;
        result->stars[stars]++;
        result->count++;
        result->sum += (unsigned long)stars;
    }
}

/* Better: rated, and by a higher mean; crosswise, so that nothing is rounded. */
static bool better(const struct result *a, const struct result *b)
{
    if (a->count == 0 || b->count == 0)
        return a->count > 0 && b->count == 0;
    return a->sum * b->count > b->sum * a->count;
}

/* The live candidates of a competition with their ranks, in the order of addition; free() them. */
static struct result *results_of(const struct model *model, const char *competition, size_t *count)
{
    struct result *results = calloc(model->count, sizeof *results);
    if (results == NULL)
        abort();
    *count = 0;
    for (size_t i = 0; i < model->count; i++)
        if (model->facts[i]->type == PV_EVENT_CANDIDATE_ADDED &&
            same(model->facts[i]->competition, competition) &&
            !model_candidate_removed(model, model->facts[i]->candidate)) {
            results[*count].added = model->facts[i];
            recount(model, &results[*count]);
            ++*count;
        }
    for (size_t i = 0; i < *count; i++) {
        results[i].rank = 1;
        for (size_t j = 0; j < *count; j++)
            results[i].rank += better(&results[j], &results[i]);
    }
    return results;
}

/* Long division to four places, the fifth decides the rounding, then no zeros at the end. */
static void put_mean(const struct result *r, struct buf *out)
{
    unsigned long digits = r->sum / r->count, rest = r->sum % r->count;
    char text[32];
    for (int i = 0; i < 4; i++) {
        rest *= 10;
        digits = digits * 10 + rest / r->count;
        rest %= r->count;
    }
    digits += rest * 2 >= r->count;
    int len = snprintf(text, sizeof text, "%lu.%04lu", digits / 10000, digits % 10000);
    while (text[len - 1] == '0')
        len--;
    if (text[len - 1] == '.')
        len--;
    buf_add(out, text, (size_t)len);
}

/* The n-th rating in ascending order, from 1. */
static unsigned long nth_rating(const struct result *r, unsigned long n)
{
    unsigned long stars = 0;
    while (n > 0) {
        stars++;
        n = r->stars[stars] >= n ? 0 : n - r->stars[stars];
    }
    return stars;
}

static void put_median(const struct result *r, struct buf *out)
{
    unsigned long twice = nth_rating(r, (r->count + 1) / 2) + nth_rating(r, r->count / 2 + 1);
    buf_format(out, "%lu%s", twice / 2, twice % 2 != 0 ? ".5" : "");
}

static void put_text(const char *text, struct buf *out)
{
    buf_str(out, "\"");
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            buf_str(out, "\\");
        buf_add(out, text, 1);
    }
    buf_str(out, "\"");
}

static const char *last_name(const struct model *model, const struct fact *added, enum pv_event_type renamed)
{
    const char *name = added->name;
    for (size_t i = 0; i < model->count; i++)
        if (model->facts[i]->type == renamed && same(model->facts[i]->competition, added->competition) &&
            same(model->facts[i]->candidate, added->candidate))
            name = model->facts[i]->name;
    return name;
}

static void put_result(const struct model *model, const struct result *r, struct buf *out)
{
    buf_format(out, "{\"rank\":%lu,\"id\":\"%s\",\"name\":", r->rank, r->added->candidate);
    put_text(last_name(model, r->added, PV_EVENT_CANDIDATE_NAME_CHANGED), out);
    buf_format(out, ",\"ratings\":%lu,\"sum\":%lu,\"mean\":", r->count, r->sum);
    if (r->count == 0) {
        buf_str(out, "null,\"median\":null");
    } else {
        put_mean(r, out);
        buf_str(out, ",\"median\":");
        put_median(r, out);
    }
    buf_format(out, ",\"histogram\":[%lu,%lu,%lu,%lu,%lu]}", r->stars[1], r->stars[2], r->stars[3],
               r->stars[4], r->stars[5]);
}

static void put_competition(const struct model *model, const struct fact *added, struct buf *out)
{
    size_t count, left;
    struct result *results = results_of(model, added->competition, &count);
    const char *comma = "";
    buf_format(out, "{\"id\":\"%s\",\"name\":", added->competition);
    put_text(last_name(model, added, PV_EVENT_COMPETITION_NAME_CHANGED), out);
    buf_str(out, ",\"candidates\":[");
    left = count;
    for (unsigned long rank = 1; left > 0; rank++) /* rank by rank, each in the order of addition */
        for (size_t i = 0; i < count; i++)
            if (results[i].rank == rank) {
                buf_str(out, comma);
                put_result(model, &results[i], out);
                comma = ",";
                left--;
            }
    buf_str(out, "]}");
    free(results);
}

static const char *election_name(const struct model *model)
{
    return last_name(model, model->facts[0], PV_EVENT_ELECTION_NAME_CHANGED);
}

void model_tally(const struct model *model, struct buf *out)
{
    static const char *const phases[] = {"unborn", "draft", "open", "closed", "deleted"};
    const char *comma = "";
    const struct fact *competition;
    buf_format(out, "{\"election\":\"%s\",\"name\":", model->facts[0]->election);
    put_text(election_name(model), out);
    buf_format(out,
               ",\"version\":%zu,\"phase\":\"%s\",\"voters\":%zu,\"ballots_issued\":%zu,\"ballots_cast\":%zu",
               model->count - 1, phases[model_phase(model)], model_count(model, PV_EVENT_VOTER_REGISTERED),
               model_count(model, PV_EVENT_BALLOT_CREATED), model_count(model, PV_EVENT_BALLOT_CAST));
    buf_str(out, ",\"competitions\":[");
    for (size_t i = 0; (competition = model_nth(model, PV_EVENT_COMPETITION_ADDED, i)) != NULL; i++) {
        if (model_competition_removed(model, competition->competition))
            continue;
        buf_str(out, comma);
        put_competition(model, competition, out);
        comma = ",";
    }
    buf_str(out, "]}");
}

/* ---- the event ---- */

static void put_field(const char *name, const char *text, char need, struct buf *out)
{
    if (text == NULL && need == ' ')
        return;
    buf_format(out, ",\"%s\":", name);
    if (text == NULL) {
        buf_str(out, "null");
        return;
    }
    buf_str(out, "\"");
    for (; *text != '\0'; text++) {
        if (strchr("\"\\", *text) != NULL)
            buf_format(out, "\\%c", *text);
        else if (strchr("\n\r\t", *text) != NULL)
            buf_format(out, "\\%c", *text == '\n' ? 'n' : *text == '\r' ? 'r' : 't');
        else
            buf_add(out, text, 1);
    }
    buf_str(out, "\"");
}

static const char *short_date(const char *date, char out[MODEL_DATE])
{
    memcpy(out, date, MODEL_DATE);
    if (same(date + 19, ".000000Z"))
        memcpy(out + 19, "Z", 2);
    return out;
}

static const char *field_text(const struct fact *fact, const struct cat_field *f, char date[MODEL_DATE])
{
    switch (f->kind) {
    case CAT_EVENT_ID:
    case CAT_RATING:
        break;
    case CAT_ID:
        return f->field == PV_KEY_ELECTION_ID      ? fact->election
               : f->field == PV_KEY_COMPETITION_ID ? fact->competition
               : f->field == PV_KEY_CANDIDATE_ID   ? fact->candidate
               : f->field == PV_KEY_VOTER_ID       ? fact->voter
                                                   : fact->ballot;
    case CAT_NAME:
        return fact->name;
    case CAT_DESCRIPTION:
        return fact->description;
    case CAT_CAPTION:
        return fact->caption;
    case CAT_URL:
        return fact->url;
    case CAT_EMAIL:
        return fact->email;
    case CAT_DATE:
        return short_date(fact->date, date);
    }
    return NULL;
}

void model_event(const struct fact *fact, struct buf *out)
{
    char id[MODEL_ID], date[MODEL_DATE];
    model_ulid_of(fact->event_id, id);
    buf_format(out, "{\"id\":\"%s\"", id);
    for (const struct cat_field *f = cat_event(fact->type)->fields + 1; f->name != NULL; f++) {
        if (f->kind == CAT_RATING && fact->rating > 0)
            buf_format(out, ",\"%s\":%d", f->name, fact->rating);
        else
            put_field(f->name, field_text(fact, f, date), f->need, out);
    }
    buf_str(out, "}");
}
