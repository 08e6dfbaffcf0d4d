/* The schemas of the description: values, requests, and what answers are made of. */
#include "openapi_parts.h"

#include "event_request.h"

#include <string.h>

enum limit {
#define PV_LIMIT(tag, json, pattern, sentence) LIMIT_##tag,
#include "openapi_values.tbl.h"
#undef PV_LIMIT
};

static const struct {
    const char *json, *pattern, *sentence;
} limits[] = {
#define PV_LIMIT(tag, json, pattern, sentence) [LIMIT_##tag] = {json, pattern, sentence},
#include "openapi_values.tbl.h"
#undef PV_LIMIT
};

/* Those of one name stand behind one another. */
static const struct {
    const char *name;
    enum limit limit;
} values[PV_VALUE_TYPE_COUNT] = {
    [PV_VALUE_EVENT_ID] = {"EventId", LIMIT_EVENT_ID},
    [PV_VALUE_ELECTION_ID] = {"ElectionId", LIMIT_ID},
    [PV_VALUE_COMPETITION_ID] = {"CompetitionId", LIMIT_ID},
    [PV_VALUE_CANDIDATE_ID] = {"CandidateId", LIMIT_ID},
    [PV_VALUE_VOTER_ID] = {"VoterId", LIMIT_ID},
    [PV_VALUE_BALLOT_ID] = {"BallotId", LIMIT_ID},
    [PV_VALUE_ELECTION_NAME] = {"Name", LIMIT_NAME},
    [PV_VALUE_COMPETITION_NAME] = {"Name", LIMIT_NAME},
    [PV_VALUE_CANDIDATE_NAME] = {"Name", LIMIT_NAME},
    [PV_VALUE_VOTER_NAME] = {"Name", LIMIT_NAME},
    [PV_VALUE_ELECTION_DESCRIPTION] = {"Description", LIMIT_DESCRIPTION},
    [PV_VALUE_COMPETITION_DESCRIPTION] = {"Description", LIMIT_DESCRIPTION},
    [PV_VALUE_CANDIDATE_DESCRIPTION] = {"Description", LIMIT_DESCRIPTION},
    [PV_VALUE_IMAGE_URL] = {"ImageUrl", LIMIT_URL},
    [PV_VALUE_IMAGE_CAPTION] = {"ImageCaption", LIMIT_CAPTION},
    [PV_VALUE_VOTER_EMAIL] = {"Email", LIMIT_EMAIL},
    [PV_VALUE_OPEN_DATE] = {"DateTime", LIMIT_DATE},
    [PV_VALUE_CLOSE_DATE] = {"DateTime", LIMIT_DATE},
    [PV_VALUE_RATING] = {"Rating", LIMIT_RATING},
};

const char *pv_openapi_limits(enum pv_value_type type)
{
    return limits[values[type].limit].sentence;
}

static void out_text(struct pv_out *out, const char *text)
{
    pv_out_json(out, (struct pv_str){text, strlen(text)});
}

static void out_value(struct pv_out *out, enum pv_value_type type)
{
    enum limit limit = values[type].limit;
    out_text(out, values[type].name);
    pv_openapi_put(out, ":{'description':");
    out_text(out, limits[limit].sentence);
    if (limits[limit].pattern != NULL) {
        pv_openapi_put(out, ",'type':'string','pattern':");
        out_text(out, limits[limit].pattern);
    }
    pv_out_char(out, ',');
    pv_openapi_put(out, limits[limit].json);
    pv_out_char(out, '}');
}

static void out_values(struct pv_out *out)
{
    for (int i = 0; i < PV_VALUE_TYPE_COUNT; i++) {
        if (i > 0 && strcmp(values[i].name, values[i - 1].name) == 0)
            continue;
        if (i > 0)
            pv_out_char(out, ',');
        out_value(out, (enum pv_value_type)i);
    }
}

/* Requests */

static void out_ref(struct pv_out *out, const char *name)
{
    pv_openapi_put(out, "{'$ref':'#/components/schemas/");
    pv_out_cstr(out, name);
    pv_openapi_put(out, "'}");
}

static void out_field(struct pv_out *out, enum pv_event_type event, const struct pv_field_spec *field)
{
    bool is_optional = pv_openapi_is_optional(event, field);
    out_text(out, pv_field_name(field->name));
    pv_out_char(out, ':');
    if (!is_optional && field->need == PV_NEED_REQUIRED) {
        out_ref(out, values[field->value].name);
        return;
    }
    pv_openapi_put(out, "{'anyOf':[");
    out_ref(out, values[field->value].name);
    pv_openapi_put(out, ",{'type':'null'}]");
    if (field->need == PV_NEED_NULLABLE)
        pv_openapi_put(out, ",'description':'Must be there; null takes it back.'");
    else if (field->need == PV_NEED_REQUIRED)
        pv_openapi_put(out, ",'description':'Made by the server if it is left out.'");
    pv_out_char(out, '}');
}

/* The event's field of that type; NULL: it has none. */
static const struct pv_field_spec *find_field(const struct pv_event_spec *spec, enum pv_value_type type)
{
    for (size_t i = 0; i < spec->field_count; i++) {
        if (spec->fields[i].value == type)
            return &spec->fields[i];
    }
    return NULL;
}

/* D5 step 3, caption_without_url. */
static void out_caption_rule(struct pv_out *out, const struct pv_event_spec *spec)
{
    const struct pv_field_spec *caption = find_field(spec, PV_VALUE_IMAGE_CAPTION);
    const struct pv_field_spec *url = find_field(spec, PV_VALUE_IMAGE_URL);
    if (caption == NULL || url == NULL)
        return;
    pv_openapi_put(out, ",'if':{'required':['");
    pv_out_cstr(out, pv_field_name(caption->name));
    pv_openapi_put(out, "'],'properties':{'");
    pv_out_cstr(out, pv_field_name(caption->name));
    pv_openapi_put(out, "':{'type':'string','minLength':1}}},'then':{'required':['");
    pv_out_cstr(out, pv_field_name(url->name));
    pv_openapi_put(out, "'],'properties':{'");
    pv_out_cstr(out, pv_field_name(url->name));
    pv_openapi_put(out, "':{'type':'string','minLength':1}}}");
}

static void out_required(struct pv_out *out, enum pv_event_type event)
{
    const struct pv_event_spec *spec = pv_event_spec(event);
    bool first = true;
    for (size_t i = 0; i < spec->field_count; i++) {
        if (pv_openapi_is_optional(event, &spec->fields[i]))
            continue;
        pv_openapi_put(out, first ? ",'required':[" : ",");
        out_text(out, pv_field_name(spec->fields[i].name));
        first = false;
    }
    if (!first)
        pv_out_char(out, ']');
}

static void out_request(struct pv_out *out, enum pv_event_type event)
{
    const struct pv_event_spec *spec = pv_event_spec(event);
    pv_out_json(out, spec->event);
    pv_openapi_put(out, ":{'type':'object','description':'");
    pv_out_str(out, spec->type);
    pv_openapi_put(out, "','properties':{");
    for (size_t i = 0; i < spec->field_count; i++) {
        if (i > 0)
            pv_out_char(out, ',');
        out_field(out, event, &spec->fields[i]);
    }
    pv_out_char(out, '}');
    out_required(out, event);
    out_caption_rule(out, spec);
    pv_out_char(out, '}');
}

/* Answers */

/* The ids that the server may have made, beside that of the event. */
static void out_made(struct pv_out *out)
{
    for (int i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        enum pv_field makes = pv_event_makes((enum pv_event_type)i);
        if (makes == PV_KEY_NONE)
            continue;
        pv_out_char(out, ',');
        out_text(out, pv_field_name(makes));
        pv_out_char(out, ':');
        out_ref(out, "Ulid");
    }
}

/* What a live stream says of an event: its data, or, of a rating that is not for the viewer's eyes, its
 * ballot. */
static void out_live_data(struct pv_out *out, enum pv_event_type event)
{
    const struct pv_event_spec *spec = pv_event_spec(event);
    pv_openapi_put(out, "{'required':['type','data'],'properties':{'type':{'const':'");
    pv_out_str(out, spec->type);
    pv_openapi_put(out, "'},'data':");
    if (event == PV_EVENT_BALLOT_CANDIDATE_RATED)
        pv_openapi_put(out, "{'anyOf':[{'$ref':'#/components/schemas/BallotCandidateRated'},"
                            "{'$ref':'#/components/schemas/RatedInSecret'}]}");
    else {
        pv_openapi_put(out, "{'$ref':'#/components/schemas/");
        pv_out_str(out, spec->event);
        pv_openapi_put(out, "'}");
    }
    pv_openapi_put(out, "}}");
}

static void out_live_change(struct pv_out *out)
{
    pv_openapi_put(
        out,
        "'LiveChange':{'type':'object','description':'The data of a message of a live stream: what was "
        "recorded.',"
        "'required':['number','type','data'],'properties':{'number':{'$ref':'#/components/schemas/Count'},"
        "'type':{'type':'string'},'data':{'type':'object'}},'oneOf':[");
    for (int i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        if (i > 0)
            pv_out_char(out, ',');
        out_live_data(out, (enum pv_event_type)i);
    }
    pv_openapi_put(out, "]}");
}

static const char *const answers[] = {
#define PV_SCHEMA(name, json) "'" #name "':" json,
#include "openapi_answers.tbl.h"
#undef PV_SCHEMA
};

void pv_openapi_schemas(struct pv_out *out)
{
    pv_openapi_put(out, "'schemas':{");
    out_values(out);
    for (int i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        pv_out_char(out, ',');
        out_request(out, (enum pv_event_type)i);
    }
    pv_out_char(out, ',');
    pv_openapi_problem_schemas(out);
    pv_openapi_put(
        out,
        ",'Recorded':{'type':'object','required':['id','stream','number','position'],'properties':{"
        "'id':{'$ref':'#/components/schemas/Ulid'},'stream':{'$ref':'#/components/schemas/Stream'},"
        "'number':{'$ref':'#/components/schemas/Count'},'position':{'type':['integer','null'],'minimum':0,"
        "'description':'In the whole store; null where it does not tell.'}");
    out_made(out);
    pv_openapi_put(
        out, "}},'OnItsWay':{'type':'object','required':['id','stream'],'properties':{"
             "'id':{'$ref':'#/components/schemas/Ulid'},'stream':{'$ref':'#/components/schemas/Stream'}");
    out_made(out);
    pv_openapi_put(out, "}},");
    out_live_change(out);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        pv_out_char(out, ',');
        pv_openapi_put(out, answers[i]);
    }
    pv_out_char(out, '}');
}
