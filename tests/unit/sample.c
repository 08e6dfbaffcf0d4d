#include "sample.h"

#include <stdlib.h>

#include "document.h"

#define ID(number)                                                                                           \
    {                                                                                                        \
        sample_id(number)                                                                                    \
    }
#define TEXT(text)                                                                                           \
    {                                                                                                        \
        sample_str(text)                                                                                     \
    }

struct pv_bits128 sample_id(uint64_t number)
{
    return (struct pv_bits128){0, number};
}

static struct pv_str sample_str(const char *text)
{
    return (struct pv_str){text, text == NULL ? 0 : strlen(text)};
}

static void apply(struct pv_election *election, struct pv_event event)
{
    struct pv_refusal why;
    event.id.bits = sample_id(0xFFFF);
    check_int(pv_election_apply(election, &event, &why), PV_OK);
}

static struct pv_time time_of(const char *date)
{
    struct pv_time time;
    check_int(pv_time_parse(sample_str(date), &time), PV_CODE_NONE);
    return time;
}

void sample_created(struct pv_election *election, uint64_t id, const char *name, const char *description)
{
    apply(election, (struct pv_event){.type = PV_EVENT_ELECTION_CREATED,
                                      .u.election_created = {ID(id), TEXT(name), TEXT(description)}});
}

void sample_competition(struct pv_election *election, uint64_t id, const char *name, const char *description)
{
    apply(election,
          (struct pv_event){.type = PV_EVENT_COMPETITION_ADDED,
                            .u.competition_added = {election->id, ID(id), TEXT(name), TEXT(description)}});
}

void sample_candidate(struct pv_election *election, uint64_t competition, uint64_t id, const char *name,
                      const char *description, const char *url, const char *caption)
{
    apply(election, (struct pv_event){.type = PV_EVENT_CANDIDATE_ADDED,
                                      .u.candidate_added = {election->id, ID(competition), ID(id), TEXT(name),
                                                            TEXT(description), TEXT(url), TEXT(caption)}});
}

void sample_voter(struct pv_election *election, uint64_t id, const char *name, const char *email)
{
    apply(election, (struct pv_event){.type = PV_EVENT_VOTER_REGISTERED,
                                      .u.voter_registered = {election->id, ID(id), TEXT(name), TEXT(email)}});
}

void sample_ballot(struct pv_election *election, uint64_t voter, uint64_t id)
{
    apply(election, (struct pv_event){.type = PV_EVENT_BALLOT_CREATED,
                                      .u.ballot_created = {election->id, ID(voter), ID(id)}});
}

void sample_opened(struct pv_election *election, const char *date)
{
    apply(election, (struct pv_event){.type = PV_EVENT_ELECTION_OPENED,
                                      .u.election_opened = {election->id, {time_of(date)}}});
}

void sample_closed(struct pv_election *election, const char *date)
{
    apply(election, (struct pv_event){.type = PV_EVENT_ELECTION_CLOSED,
                                      .u.election_closed = {election->id, {time_of(date)}}});
}

void sample_rated(struct pv_election *election, uint64_t ballot, uint64_t competition, uint64_t candidate,
                  uint8_t stars)
{
    apply(election,
          (struct pv_event){.type = PV_EVENT_BALLOT_CANDIDATE_RATED,
                            .u.ballot_candidate_rated = {
                                election->id, ID(ballot), ID(competition), ID(candidate), {stars}}});
}

void sample_cast(struct pv_election *election, uint64_t ballot)
{
    apply(election,
          (struct pv_event){.type = PV_EVENT_BALLOT_CAST, .u.ballot_cast = {election->id, ID(ballot)}});
}

void sample_candidate_removed(struct pv_election *election, uint64_t competition, uint64_t id)
{
    apply(election, (struct pv_event){.type = PV_EVENT_CANDIDATE_REMOVED,
                                      .u.candidate_removed = {election->id, ID(competition), ID(id)}});
}

void sample_deleted(struct pv_election *election)
{
    apply(election,
          (struct pv_event){.type = PV_EVENT_ELECTION_DELETED, .u.election_deleted = {election->id}});
}

/* Numbers whose last two digits in base 32 are the same as here in base 16, as long as both are below 10. */
enum {
    ELECTION = 1,
    BIRDS = 1 * 32 + 1,
    TREES = 1 * 32 + 2,
    HERON = 2 * 32 + 1,
    OAK = 2 * 32 + 2,
    OWL = 2 * 32 + 3,
    FIR = 2 * 32 + 4,
    ADA = 3 * 32 + 1,
    BOB = 3 * 32 + 2,
    CY = 3 * 32 + 3,
    ADAS = 4 * 32 + 1,
    BOBS = 4 * 32 + 2,
};

void sample_full(struct pv_election *e)
{
    sample_created(e, ELECTION, "Photo \"2024\"", "Line one\n\ttwo / \\ \xc3\xa9");
    sample_competition(e, BIRDS, "Birds", NULL);
    sample_candidate(e, BIRDS, HERON, "Heron", NULL, "https://x.example/a.jpg", "At dawn");
    sample_competition(e, TREES, "Trees", "Old\r\nones");
    sample_candidate(e, TREES, OAK, "Oak", NULL, NULL, NULL);
    sample_candidate(e, BIRDS, OWL, "Owl", "At night", "/owl.jpg", NULL);
    sample_candidate(e, TREES, FIR, "Fir", NULL, NULL, NULL);
    sample_voter(e, ADA, "Ada", "ada@x.example");
    sample_voter(e, BOB, "Bob <b>", "Bob@x.example");
    sample_ballot(e, ADA, ADAS);
    sample_opened(e, "2024-02-24T18:00:00Z");
    sample_rated(e, ADAS, TREES, FIR, 5);
    sample_rated(e, ADAS, BIRDS, OWL, 2);
    sample_rated(e, ADAS, BIRDS, HERON, 4);
    sample_cast(e, ADAS);
    sample_candidate_removed(e, TREES, OAK);
    sample_ballot(e, BOB, BOBS);
    sample_voter(e, CY, "Cy", "cy@x.example");
    sample_closed(e, "2024-02-24T20:00:00.5+00:00");
}

const char sample_golden_header[] =
    "{\"id\":\"00000000000000000000000001\",\"version\":18,\"deleted\":false,\"name\":\"Photo \\\"2024\\\"\","
    "\"description\":\"Line one\\n\\ttwo / \\\\ \xc3\xa9\",\"opened\":\"2024-02-24T18:00:00Z\","
    "\"closed\":\"2024-02-24T20:00:00.500000Z\",\"competitions\":["
    "{\"id\":\"00000000000000000000000011\",\"version\":2,\"deleted\":false,\"name\":\"Birds\","
    "\"description\":null,\"candidates\":["
    "{\"id\":\"00000000000000000000000021\",\"version\":0,\"deleted\":false,\"name\":\"Heron\","
    "\"description\":null,\"image\":{\"url\":\"https://x.example/a.jpg\",\"caption\":\"At dawn\"}},"
    "{\"id\":\"00000000000000000000000023\",\"version\":0,\"deleted\":false,\"name\":\"Owl\","
    "\"description\":\"At night\",\"image\":{\"url\":\"/owl.jpg\",\"caption\":null}}]},"
    "{\"id\":\"00000000000000000000000012\",\"version\":3,\"deleted\":false,\"name\":\"Trees\","
    "\"description\":\"Old\\r\\nones\",\"candidates\":["
    "{\"id\":\"00000000000000000000000022\",\"version\":1,\"deleted\":true,\"name\":\"Oak\","
    "\"description\":null,\"image\":null},"
    "{\"id\":\"00000000000000000000000024\",\"version\":0,\"deleted\":false,\"name\":\"Fir\","
    "\"description\":null,\"image\":null}]}]";
const char sample_golden_voters[] =
    "[{\"id\":\"00000000000000000000000031\",\"version\":1,\"deleted\":false,\"name\":\"Ada\","
    "\"email\":\"ada@x.example\",\"ballot_issued\":true},"
    "{\"id\":\"00000000000000000000000032\",\"version\":1,\"deleted\":false,\"name\":\"Bob <b>\","
    "\"email\":\"Bob@x.example\",\"ballot_issued\":true},"
    "{\"id\":\"00000000000000000000000033\",\"version\":0,\"deleted\":false,\"name\":\"Cy\","
    "\"email\":\"cy@x.example\",\"ballot_issued\":false}]";
const char sample_golden_ballots[] =
    "[{\"id\":\"00000000000000000000000041\",\"version\":4,\"deleted\":false,"
    "\"voter_id\":\"00000000000000000000000031\",\"ratings\":{"
    "\"00000000000000000000000011\":{\"00000000000000000000000021\":4,\"00000000000000000000000023\":2},"
    "\"00000000000000000000000012\":{\"00000000000000000000000024\":5}},\"cast\":true},"
    "{\"id\":\"00000000000000000000000042\",\"version\":0,\"deleted\":false,"
    "\"voter_id\":\"00000000000000000000000032\",\"ratings\":{},\"cast\":false}]";

char *sample_golden(void)
{
    struct sample_text *text = sample_text_begin();
    pv_out_cstr(&text->out, sample_golden_header);
    pv_out_cstr(&text->out, ",\"voters\":");
    pv_out_cstr(&text->out, sample_golden_voters);
    pv_out_cstr(&text->out, ",\"ballots\":");
    pv_out_cstr(&text->out, sample_golden_ballots);
    pv_out_cstr(&text->out, "}");
    return sample_text_end(text);
}

void sample_large(struct pv_election *e, uint32_t candidates, uint32_t voters)
{
    char name[40], email[40];
    sample_created(e, 1, "Large", NULL);
    for (uint32_t i = 0; i < 3; i++)
        sample_competition(e, 1000 + i, "Competition", NULL);
    for (uint32_t i = 0; i < candidates; i++) {
        snprintf(name, sizeof(name), "Candidate %u", i);
        sample_candidate(e, 1000 + i % 3, 2000 + i, name, NULL, NULL, NULL);
    }
    sample_opened(e, "2024-02-24T18:00:00Z");
    for (uint32_t i = 0; i < voters; i++) {
        snprintf(name, sizeof(name), "Voter %u", i);
        snprintf(email, sizeof(email), "v%u@x.example", i);
        sample_voter(e, 1000000 + i, name, email);
        sample_ballot(e, 1000000 + i, 2000000 + i);
        for (uint32_t k = 0; k < i % 7; k++) {
            uint32_t candidate = (i * 31 + k * 101) % candidates;
            sample_rated(e, 2000000 + i, 1000 + candidate % 3, 2000 + candidate, (uint8_t)(1 + (i + k) % 5));
        }
    }
}

struct sample_text *sample_text_begin(void)
{
    struct sample_text *text = malloc(sizeof(*text));
    assert_non_null(text);
    text->buffer = (struct pv_buffer){0};
    pv_out_init(&text->out, pv_buffer_write, &text->buffer);
    return text;
}

char *sample_text_end(struct sample_text *text)
{
    pv_out_char(&text->out, '\0');
    check_true(pv_out_flush(&text->out));
    char *bytes = text->buffer.bytes;
    free(text);
    return bytes;
}

char *sample_document(const struct pv_election *election)
{
    struct sample_text *text = sample_text_begin();
    pv_document_write(&text->out, election);
    return sample_text_end(text);
}
