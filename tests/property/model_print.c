/* The document (F3), the tally (F4) and the event (F1) of the model, each value asked for by reading the
 * facts. */
#include "model.h"

#include <string.h>

static bool same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static bool is_about(const struct fact *fact, const char *aggregate)
{
    const char *type = cat_event(fact->type)->type + strlen("PhotoVote.Event.");
    return strncmp(type, aggregate, strlen(aggregate)) == 0 && type[strlen(aggregate)] == '.';
}

/* ---- versions: how many facts were applied to a part, less one (D1) ---- */

static long competition_version(const struct model *model, const char *id)
{
    long n = -1;
    for (size_t i = 0; i < model->count; i++)
        n += (is_about(model->facts[i], "Competition") || is_about(model->facts[i], "Candidate")) &&
             same(model->facts[i]->competition, id);
    return n;
}

static long candidate_version(const struct model *model, const char *id)
{
    long n = -1;
    for (size_t i = 0; i < model->count; i++)
        n += is_about(model->facts[i], "Candidate") && same(model->facts[i]->candidate, id);
    return n;
}

static long voter_version(const struct model *model, const char *id)
{
    return model_ballot_of(model, id) != NULL ? 1 : 0;
}

static long ballot_version(const struct model *model, const char *id)
{
    long n = -1;
    for (size_t i = 0; i < model->count; i++)
        n += same(model->facts[i]->ballot, id);
    return n;
}

/* ---- values: what the last fact that says it says ---- */

static void put_string(const char *text, struct buf *out)
{
    if (text == NULL) {
        buf_str(out, "null");
        return;
    }
    buf_str(out, "\"");
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\')
            buf_format(out, "\\%c", *text);
        else if (*text == '\n')
            buf_str(out, "\\n");
        else if (*text == '\r')
            buf_str(out, "\\r");
        else if (*text == '\t')
            buf_str(out, "\\t");
        else
            buf_add(out, text, 1);
    }
    buf_str(out, "\"");
}

/* Without the fraction where it is zero. */
static void put_date(const char *date, struct buf *out)
{
    if (date == NULL)
        buf_str(out, "null");
    else if (same(date + 19, ".000000Z"))
        buf_format(out, "\"%.19sZ\"", date);
    else
        buf_format(out, "\"%s\"", date);
}

static const char *boolean(bool value)
{
    return value ? "true" : "false";
}

static const char *election_name(const struct model *model)
{
    const char *name = NULL;
    for (size_t i = 0; i < model->count; i++)
        if (is_about(model->facts[i], "Election") && model->facts[i]->name != NULL)
            name = model->facts[i]->name;
    return name;
}

static const char *election_description(const struct model *model)
{
    const char *description = NULL;
    for (size_t i = 0; i < model->count; i++)
        if (model->facts[i]->type == PV_EVENT_ELECTION_CREATED ||
            model->facts[i]->type == PV_EVENT_ELECTION_DESCRIPTION_CHANGED)
            description = model->facts[i]->description;
    return description;
}

static const char *competition_name(const struct model *model, const char *id)
{
    const char *name = NULL;
    for (size_t i = 0; i < model->count; i++)
        if (is_about(model->facts[i], "Competition") && model->facts[i]->name != NULL &&
            same(model->facts[i]->competition, id))
            name = model->facts[i]->name;
    return name;
}

static const char *competition_description(const struct model *model, const char *id)
{
    const char *description = NULL;
    for (size_t i = 0; i < model->count; i++)
        if ((model->facts[i]->type == PV_EVENT_COMPETITION_ADDED ||
             model->facts[i]->type == PV_EVENT_COMPETITION_DESCRIPTION_CHANGED) &&
            same(model->facts[i]->competition, id))
            description = model->facts[i]->description;
    return description;
}

static const char *candidate_name(const struct model *model, const char *id)
{
    const char *name = NULL;
    for (size_t i = 0; i < model->count; i++)
        if (is_about(model->facts[i], "Candidate") && model->facts[i]->name != NULL &&
            same(model->facts[i]->candidate, id))
            name = model->facts[i]->name;
    return name;
}

static const char *candidate_description(const struct model *model, const char *id)
{
    const char *description = NULL;
    for (size_t i = 0; i < model->count; i++)
        if ((model->facts[i]->type == PV_EVENT_CANDIDATE_ADDED ||
             model->facts[i]->type == PV_EVENT_CANDIDATE_DESCRIPTION_CHANGED) &&
            same(model->facts[i]->candidate, id))
            description = model->facts[i]->description;
    return description;
}

static const struct fact *candidate_image(const struct model *model, const char *id)
{
    const struct fact *image = NULL;
    for (size_t i = 0; i < model->count; i++)
        if ((model->facts[i]->type == PV_EVENT_CANDIDATE_ADDED ||
             model->facts[i]->type == PV_EVENT_CANDIDATE_IMAGE_CHANGED) &&
            same(model->facts[i]->candidate, id))
            image = model->facts[i];
    return image;
}

/* ---- the document ---- */

static void put_candidate(const struct model *model, const struct fact *added, struct buf *out)
{
    const char *id = added->candidate;
    const struct fact *image = candidate_image(model, id);
    buf_format(out, "{\"id\":\"%s\",\"version\":%ld,\"deleted\":%s,\"name\":", id,
               candidate_version(model, id), boolean(model_candidate_removed(model, id)));
    put_string(candidate_name(model, id), out);
    buf_str(out, ",\"description\":");
    put_string(candidate_description(model, id), out);
    if (image->url == NULL) {
        buf_str(out, ",\"image\":null}");
        return;
    }
    buf_str(out, ",\"image\":{\"url\":");
    put_string(image->url, out);
    buf_str(out, ",\"caption\":");
    put_string(image->caption, out);
    buf_str(out, "}}");
}

static void put_competition(const struct model *model, const struct fact *added, struct buf *out)
{
    const char *id = added->competition, *comma = "";
    buf_format(out, "{\"id\":\"%s\",\"version\":%ld,\"deleted\":%s,\"name\":", id,
               competition_version(model, id), boolean(model_competition_removed(model, id)));
    put_string(competition_name(model, id), out);
    buf_str(out, ",\"description\":");
    put_string(competition_description(model, id), out);
    buf_str(out, ",\"candidates\":[");
    for (size_t i = 0; i < model->count; i++)
        if (model->facts[i]->type == PV_EVENT_CANDIDATE_ADDED && same(model->facts[i]->competition, id)) {
            buf_str(out, comma);
            put_candidate(model, model->facts[i], out);
            comma = ",";
        }
    buf_str(out, "]}");
}

static void put_voter(const struct model *model, const struct fact *added, struct buf *out)
{
    buf_format(out, "{\"id\":\"%s\",\"version\":%ld,\"deleted\":false,\"name\":", added->voter,
               voter_version(model, added->voter));
    put_string(added->name, out);
    buf_str(out, ",\"email\":");
    put_string(added->email, out);
    buf_format(out, ",\"ballot_issued\":%s}", boolean(model_ballot_of(model, added->voter) != NULL));
}

/* The ratings of one ballot in one competition; nothing if there is none. True if something was put. */
static bool put_entry(const struct model *model, const char *ballot, const char *competition, bool comma,
                      struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < model->count; i++) {
        const struct fact *fact = model->facts[i];
        int rating = 0;
        if (fact->type == PV_EVENT_CANDIDATE_ADDED && same(fact->competition, competition))
            rating = model_rating(model, ballot, fact->candidate);
        if (rating == 0)
            continue;
        if (any)
            buf_str(out, ",");
        else
            buf_format(out, "%s\"%s\":{", comma ? "," : "", competition);
        buf_format(out, "\"%s\":%d", fact->candidate, rating);
        any = true;
    }
    buf_str(out, any ? "}" : "");
    return any;
}

static void put_ballot(const struct model *model, const struct fact *added, struct buf *out)
{
    const struct fact *competition;
    bool any = false;
    buf_format(out, "{\"id\":\"%s\",\"version\":%ld,\"deleted\":false,\"voter_id\":\"%s\",\"ratings\":{",
               added->ballot, ballot_version(model, added->ballot), added->voter);
    for (size_t i = 0; (competition = model_nth(model, PV_EVENT_COMPETITION_ADDED, i)) != NULL; i++)
        any |= put_entry(model, added->ballot, competition->competition, any, out);
    buf_format(out, "},\"cast\":%s}", boolean(model_ballot_cast(model, added->ballot)));
}

static void put_list(const struct model *model, const char *name, enum pv_event_type type,
                     void put(const struct model *, const struct fact *, struct buf *), struct buf *out)
{
    const char *comma = "";
    buf_format(out, ",\"%s\":[", name);
    for (size_t i = 0; i < model->count; i++)
        if (model->facts[i]->type == type) {
            buf_str(out, comma);
            put(model, model->facts[i], out);
            comma = ",";
        }
    buf_str(out, "]");
}

static const char *date_of(const struct model *model, enum pv_event_type type)
{
    const struct fact *fact = model_nth(model, type, 0);
    return fact == NULL ? NULL : fact->date;
}

void model_document(const struct model *model, struct buf *out)
{
    buf_format(out, "{\"id\":\"%s\",\"version\":%zu,\"deleted\":%s,\"name\":", model->facts[0]->election,
               model->count - 1, boolean(model_phase(model) == MODEL_DELETED));
    put_string(election_name(model), out);
    buf_str(out, ",\"description\":");
    put_string(election_description(model), out);
    buf_str(out, ",\"opened\":");
    put_date(date_of(model, PV_EVENT_ELECTION_OPENED), out);
    buf_str(out, ",\"closed\":");
    put_date(date_of(model, PV_EVENT_ELECTION_CLOSED), out);
    put_list(model, "competitions", PV_EVENT_COMPETITION_ADDED, put_competition, out);
    put_list(model, "voters", PV_EVENT_VOTER_REGISTERED, put_voter, out);
    put_list(model, "ballots", PV_EVENT_BALLOT_CREATED, put_ballot, out);
    buf_str(out, "}");
}
