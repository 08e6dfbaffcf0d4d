#include "record_kit.h"

#include <stdlib.h>

#define E KIT_ELECTION
#define HEAD(number, type)                                                                                   \
    "{\"stream\":\"" KIT_STREAM "\",\"number\":" #number ",\"type\":\"PhotoVote.Event." type "\","
#define DATA(fields) "\"data\":{\"id\":\"01HQE4C88681AS0643T9178A7M\",\"election_id\":\"" E "\"" fields "},"
#define TAIL                                                                                                 \
    "\"id\":\"01HQE4C88681AS0643T9178A7M\",\"created\":\"2024-02-24T18:00:00.006866Z\",\"position\":4711,"   \
    "\"metadata\":{\"who\":\"voter:01HQEDWKRJXAQT31MK9PT926DD\",\"when\":\"2024-02-24T17:59:59.973020Z\","   \
    "\"try\":1}}"
#define LINE(number, type, fields) HEAD(number, type) DATA(fields) TAIL
#define COMPETITION ",\"competition_id\":\"01HQE4C888QNT04W2C66RW4MDS\""
#define CANDIDATE COMPETITION ",\"candidate_id\":\"01HQE4C888CY781GS8EEZTXCC4\""
#define BALLOT ",\"ballot_id\":\"01HQEDWNKVRYRBW0AKG283JFXD\""
#define VOTER ",\"voter_id\":\"01HQEDWKRJXAQT31MK9PT926DD\""

const char *const kit_lines[] = {
    LINE(0, "Election.ElectionCreated", ",\"name\":\"Photo of the year\",\"description\":\"Five themes.\""),
    LINE(1, "Election.ElectionDeleted", ""),
    LINE(2, "Election.ElectionNameChanged", ",\"name\":\"Photo\""),
    LINE(3, "Election.ElectionDescriptionChanged", ",\"description\":null"),
    LINE(4, "Election.ElectionOpened", ",\"open_date\":\"2024-02-24T18:00:00Z\""),
    LINE(5, "Election.ElectionClosed", ",\"close_date\":\"2024-02-24t18:00:00.5+01:00\""),
    LINE(6, "Competition.CompetitionAdded", COMPETITION ",\"name\":\"Street\",\"description\":\"\""),
    LINE(7, "Competition.CompetitionRemoved", COMPETITION),
    LINE(8, "Competition.CompetitionNameChanged", COMPETITION ",\"name\":\"Str\\u00e4\\u00dfe\""),
    LINE(9, "Competition.CompetitionDescriptionChanged", COMPETITION ",\"description\":\"a\\nb\""),
    LINE(10, "Candidate.CandidateAdded",
         CANDIDATE ",\"name\":\"Rain\",\"image_url\":\"/a.jpg\",\"image_caption\":\"x\""),
    LINE(11, "Candidate.CandidateRemoved", CANDIDATE),
    LINE(12, "Candidate.CandidateNameChanged", CANDIDATE ",\"name\":\"R\xc3\xa9gen\""),
    LINE(13, "Candidate.CandidateDescriptionChanged", CANDIDATE ",\"description\":null"),
    LINE(14, "Candidate.CandidateImageChanged", CANDIDATE ",\"url\":\"https://x/\",\"caption\":null"),
    LINE(15, "Voter.VoterRegistered",
         VOTER ",\"name\":\"Priya Nowak\",\"email\":\"priya.nowak.43612@example.org\""),
    LINE(16, "Ballot.BallotCreated", VOTER BALLOT),
    LINE(17, "Ballot.BallotCandidateRated", BALLOT CANDIDATE ",\"rating\":5"),
    LINE(1234567, "Ballot.BallotCandidateRated", BALLOT CANDIDATE ",\"rating\":null"),
    LINE(19, "Ballot.BallotCast",
         BALLOT ",\"note\":[\"a\",{\"b\":-12,\"c\":1.5e3,\"d\":[true,false,null,[],{}]}]"),
    HEAD(20, "Ballot.BallotCast")
        DATA(BALLOT) "\"id\":null,\"created\":null,\"position\":null,\"metadata\":null}",
    HEAD(21,
         "Ballot.BallotCast") "\"data\":{\"id\":\"f47ac10b-58cc-4372-a567-0e02b2c3d479\",\"election_id\":\"" E
                              "\"" BALLOT "}}",
    " {\"created\": \"2024-02-24T20:46:44Z\", \"data\": {\"ballot_id\": \"01HQEDWNKVRYRBW0AKG283JFXD\", "
    "\"candidate_id\": "
    "\"01HQE4C8CTHSY3EN3Y1T3N01N1\", \"competition_id\": \"01HQE4C888CY781GS8EEZTXCC4\", \"election_id\": "
    "\"" E "\", \"id\": \"01HQEDXJ2FR9H4GVFN970636KR\", \"rating\": 3}, \"id\": "
    "\"9c5b94b1-35ad-49bb-b118-8e8fc24abf80\", "
    "\"metadata\": {\"$correlationId\": \"01HQEDXJ2FN7YK76YC9NVEEX4J\"}, \"number\": 999997, \"position\": "
    "999998, "
    "\"stream\": \"" KIT_STREAM "\", \"type\": \"PhotoVote.Event.Ballot.BallotCandidateRated\"}\t",
    "{\"attempt\":1234567,\"b\":\"\",\"type\":\"PhotoVote.Event.Ballot.BallotCreated\",\"number\":0,"
    "\"stream\":"
    "\"" KIT_STREAM "\",\"d\\u0061ta\":{\"voter_id\":\"01hqedwkrjxaqt31mk9pt926dd\",\"rating\":{\"id\":2},"
    "\"election_id\":\"" E
    "\",\"ballot_id\":\"01HQEDWNKVRYRBW0AKG283JFXD\",\"id\":\"01HQEDXJ2FR9H4GVFN970636KR\"}}",
};
const size_t kit_line_count = sizeof kit_lines / sizeof kit_lines[0];

static bool same_text(struct pv_str a, struct pv_str b)
{
    return (a.ptr == NULL) == (b.ptr == NULL) && pv_str_equal(a, b);
}

static const char *recorded_difference(const struct pv_recorded *a, const struct pv_recorded *b)
{
    if (!same_text(a->stream, b->stream))
        return "recorded.stream";
    if (a->number != b->number)
        return "recorded.number";
    if (!same_text(a->type, b->type))
        return "recorded.type";
    if (!same_text(a->data, b->data))
        return "recorded.data";
    if (!same_text(a->id, b->id))
        return "recorded.id";
    if (!same_text(a->created, b->created))
        return "recorded.created";
    if (a->position != b->position)
        return "recorded.position";
    return same_text(a->metadata, b->metadata) ? NULL : "recorded.metadata";
}

static const char *refusal_difference(const struct pv_refusal *a, const struct pv_refusal *b)
{
    if (a->code != b->code)
        return "code";
    if (a->field != b->field)
        return "field";
    return a->value_len == b->value_len && a->value_cut == b->value_cut &&
                   memcmp(a->value, b->value, a->value_len) == 0
               ? NULL
               : "value";
}

static const char *event_difference(const struct pv_event *a, const struct pv_event *b)
{
    if (a->type != b->type)
        return "event.type";
    const struct pv_event_spec *spec = pv_event_spec(a->type);
    for (size_t i = 0; i < spec->field_count; i++) {
        char x[PV_VALUE_TEXT_MAX], y[PV_VALUE_TEXT_MAX];
        struct pv_primitive p = pv_event_get_field(a, &spec->fields[i], x);
        struct pv_primitive q = pv_event_get_field(b, &spec->fields[i], y);
        if (p.kind != q.kind || p.integer != q.integer || !same_text(p.text, q.text))
            return pv_field_name(spec->fields[i].name);
    }
    return NULL;
}

static const char *envelope_difference(const struct pv_record *a, const struct pv_record *b)
{
    if (a->line != b->line)
        return "line";
    if (a->envelope != b->envelope)
        return "envelope";
    if (a->has_stream != b->has_stream || (a->has_stream && !same_text(a->stream, b->stream)))
        return "stream";
    if (a->has_number != b->has_number || (a->has_number && a->number != b->number))
        return "number";
    if (a->has_election != b->has_election)
        return "has_election";
    if (a->has_election && !pv_bits128_equal(a->election_id.bits, b->election_id.bits))
        return "election_id";
    if (a->has_created != b->has_created || a->lacks_created != b->lacks_created)
        return "has_created";
    if (a->has_created && a->created.us != b->created.us)
        return "created";
    return a->position == b->position ? NULL : "position";
}

const char *kit_difference(const struct pv_record *a, const struct pv_record *b)
{
    const char *envelope = envelope_difference(a, b);
    if (envelope != NULL)
        return envelope;
    if (a->envelope != PV_ENVELOPE_VALID)
        return refusal_difference(&a->why, &b->why);
    const char *recorded = recorded_difference(&a->recorded, &b->recorded);
    if (recorded != NULL)
        return recorded;
    if (a->decoded != b->decoded)
        return "decoded";
    return a->decoded == PV_OK ? event_difference(&a->event, &b->event)
                               : refusal_difference(&a->why, &b->why);
}

struct pv_record_reader *kit_reader(bool layouts, size_t bytes)
{
    struct pv_record_reader *reader = pv_record_reader_new(layouts);
    if (reader == NULL || pv_record_reader_begin(reader, bytes) != PV_OK)
        fail_msg("no memory for a reader");
    return reader;
}

const struct pv_record *kit_read(struct pv_str line)
{
    static struct pv_record record;
    static struct pv_record_reader *reader;
    static char *copy;
    pv_record_reader_free(reader);
    free(copy);
    reader = kit_reader(false, line.len);
    copy = malloc(line.len + (line.len == 0)); /* exactly, so that reading beyond it is noticed */
    if (line.len != 0)
        memcpy(copy, line.ptr, line.len);
    pv_record_read_line(reader, (struct pv_str){copy, line.len}, 1, &record);
    return &record;
}

uint32_t kit_below(struct kit_random *random, uint32_t bound)
{
    /* xorshift64*, whose upper half is as good as it needs to be here */
    uint64_t x = random->state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    random->state = x;
    return (uint32_t)(((x * 2685821657736338717u) >> 32) % bound);
}
