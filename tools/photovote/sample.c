#include "sample.h"

#include "election.h"
#include "own_token.h"
#include "parts.h"
#include "picture.h"
#include "print.h"
#include "record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Ids that are the same each time, so that making the sample again changes nothing. */
enum { COMPETITIONS = 2, CANDIDATES = 4, VOTERS = 3, EVENTS_MAX = 32, DAYS = 7, SECONDS_OF_DAY = 86400 };
static const uint64_t BEGINNING_MS = UINT64_C(1767225600000); /* 2026-01-01 */

enum id_kind { OF_ELECTION = 1, OF_COMPETITION, OF_CANDIDATE, OF_VOTER, OF_BALLOT, OF_EVENT };

static struct pv_bits128 id_of(enum id_kind kind, unsigned number)
{
    return (struct pv_bits128){BEGINNING_MS << 16 | kind, UINT64_C(0x9e3779b97f4a7c15) * (number + 1)};
}

static const char *const competition_names[COMPETITIONS] = {"Landscape", "Evening"};
static const char *const candidate_names[COMPETITIONS][CANDIDATES] = {
    {"Three ridges", "The long valley", "Before the rain", "A pale morning"},
    {"Low sun", "Last light", "The quiet hills", "Afterglow"},
};

/* The history as it is made: each event is applied before it counts. */
struct story {
    struct pv_election election;
    struct pv_out out;
    struct pv_buffer text; /* the data of all events, one after the other */
    struct pv_new_event events[EVENTS_MAX];
    size_t ends[EVENTS_MAX];
    size_t count;
    bool sound;
};

static void tell(struct story *story, struct pv_event event)
{
    struct pv_refusal why;
    event.id.bits = id_of(OF_EVENT, (unsigned)story->count);
    event.u.election_id.bits = id_of(OF_ELECTION, 0);
    if (!story->sound || story->count == EVENTS_MAX ||
        pv_election_apply(&story->election, &event, &why) != PV_OK) {
        story->sound = false;
        return;
    }
    pv_print_event(&story->out, &event);
    story->sound = pv_out_flush(&story->out);
    story->events[story->count] = (struct pv_new_event){
        .id = event.id,
        .type = pv_event_spec(event.type)->type,
        .metadata = PV_STR("{\"who\":\"administrator:demo\",\"why\":\"the sample election\"}"),
    };
    story->ends[story->count++] = story->text.len;
}

static struct pv_str text(const char *literal)
{
    return (struct pv_str){literal, strlen(literal)};
}

static void tell_candidate(struct story *story, unsigned competition, unsigned candidate)
{
    unsigned number = competition * CANDIDATES + candidate;
    char url[32];
    struct pv_event event = {.type = PV_EVENT_CANDIDATE_ADDED};
    (void)snprintf(url, sizeof url, "/photo/sample-%u.png", number);
    event.u.candidate_added.competition_id.bits = id_of(OF_COMPETITION, competition);
    event.u.candidate_added.candidate_id.bits = id_of(OF_CANDIDATE, number);
    event.u.candidate_added.name.text = text(candidate_names[competition][candidate]);
    event.u.candidate_added.image_url.text = text(url);
    event.u.candidate_added.image_caption.text = text("made on the spot");
    tell(story, event);
}

static void tell_voter(struct story *story, unsigned number)
{
    char name[16], email[40];
    struct pv_event voter = {.type = PV_EVENT_VOTER_REGISTERED}, ballot = {.type = PV_EVENT_BALLOT_CREATED};
    (void)snprintf(name, sizeof name, "Voter %u", number + 1);
    (void)snprintf(email, sizeof email, "voter%u@example.org", number + 1);
    voter.u.voter_registered.voter_id.bits = id_of(OF_VOTER, number);
    voter.u.voter_registered.name.text = text(name);
    voter.u.voter_registered.email.text = text(email);
    tell(story, voter);
    ballot.u.ballot_created.voter_id.bits = id_of(OF_VOTER, number);
    ballot.u.ballot_created.ballot_id.bits = id_of(OF_BALLOT, number);
    tell(story, ballot);
}

static void tell_all(struct story *story)
{
    struct pv_event created = {.type = PV_EVENT_ELECTION_CREATED},
                    opened = {.type = PV_EVENT_ELECTION_OPENED};
    created.u.election_created.name.text = text("The sample election");
    created.u.election_created.description.text =
        text("Rate as many photographs as you like, from 1 to 5 stars.");
    tell(story, created);
    for (unsigned i = 0; i < COMPETITIONS; i++) {
        struct pv_event added = {.type = PV_EVENT_COMPETITION_ADDED};
        added.u.competition_added.competition_id.bits = id_of(OF_COMPETITION, i);
        added.u.competition_added.name.text = text(competition_names[i]);
        tell(story, added);
        for (unsigned j = 0; j < CANDIDATES; j++)
            tell_candidate(story, i, j);
    }
    for (unsigned i = 0; i < VOTERS; i++)
        tell_voter(story, i);
    opened.u.election_opened.open_date.at.us = (int64_t)(BEGINNING_MS * 1000);
    tell(story, opened);
}

/* Once all is told the buffer no longer moves. */
static void point_to_data(struct story *story)
{
    size_t begin = 0;
    for (size_t i = 0; i < story->count; i++) {
        story->events[i].data = (struct pv_str){story->text.bytes + begin, story->ends[i] - begin};
        begin = story->ends[i];
    }
}

static bool record(const struct pv_config *config, struct story *story, struct pv_fault *fault)
{
    struct pv_event_store store;
    struct pv_appended appended;
    char stream[PV_STREAM_LEN];
    pv_stream_format(story->election.id, stream);
    if (!pv_open_config_store(config, PV_OPEN_WRITE, &store, fault))
        return false;
    enum pv_store_result result =
        store.ops->append(store.self, (struct pv_str){stream, sizeof stream}, PV_EXPECT_NO_STREAM,
                          story->events, story->count, &appended, fault);
    store.ops->close(store.self);
    if (result == PV_STORE_CONFLICT)
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                     "the store has another election under the id of the sample");
    return result == PV_STORE_OK;
}

static bool make_election(const struct pv_config *config, struct pv_fault *fault)
{
    struct story *story = calloc(1, sizeof *story);
    bool made = false;
    if (story != NULL) {
        pv_election_init(&story->election, (struct pv_seed){0, 0});
        pv_out_init(&story->out, pv_buffer_write, &story->text);
        story->sound = true;
        tell_all(story);
        point_to_data(story);
    }
    if (story != NULL && story->sound)
        made = record(config, story, fault);
    else
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory");
    if (story != NULL) {
        pv_election_deinit(&story->election);
        pv_buffer_deinit(&story->text);
    }
    free(story);
    return made;
}

/* Photographs */

static bool write_file(const char *path, const struct pv_text *bytes, struct pv_fault *fault)
{
    FILE *file = fopen(path, "we");
    bool written = file != NULL && fwrite(bytes->ptr, 1, bytes->len, file) == bytes->len;
    int error = errno;
    if (file != NULL && fclose(file) != 0) {
        error = errno;
        written = false;
    }
    if (!written)
        pv_fault_set(fault, PV_FAULT_KIND_IO, "cannot write '%s': %s", path, strerror(error));
    return written;
}

static bool make_photographs(const struct pv_config *config, struct pv_fault *fault)
{
    char path[4096];
    const char *data = pv_config_text(config, PV_SET_DATA);
    (void)snprintf(path, sizeof path, "%s/photos", data);
    if (mkdir(path, 0755) != 0 && errno != EEXIST) {
        pv_fault_set(fault, PV_FAULT_KIND_IO, "cannot make '%s': %s", path, strerror(errno));
        return false;
    }
    for (unsigned i = 0; i < COMPETITIONS * CANDIDATES; i++) {
        struct pv_text png;
        (void)snprintf(path, sizeof path, "%s/photos/sample-%u.png", data, i);
        if (!pv_picture_make(i + 1, &png)) {
            pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory");
            return false;
        }
        bool written = write_file(path, &png, fault);
        free(png.ptr);
        if (!written)
            return false;
    }
    return true;
}

bool pv_sample_make(const struct pv_config *config, struct pv_fault *fault)
{
    return pv_make_data_directory(config, fault) && make_photographs(config, fault) &&
           make_election(config, fault);
}

/* What to try */

static void print_token(const struct pv_config *config, const struct pv_own_keys *keys,
                        const struct pv_clock *clock, const char *name, unsigned roles, struct pv_str subject)
{
    struct pv_buffer token_text = {NULL, 0, 0};
    const char *audience = pv_config_text(config, PV_SET_AUDIENCE);
    struct pv_own_token token = {
        .issuer = PV_STR(PV_OWN_ISSUER),
        .audience = text(audience),
        .subject = subject,
        .roles = roles,
        .issued = pv_clock_now(clock).us / 1000000,
    };
    token.expires = token.issued + (int64_t)DAYS * SECONDS_OF_DAY;
    if (pv_own_token_sign(&token, keys->current, &token_text) == PV_OK)
        (void)printf("%s=%.*s\n", name, (int)token_text.len, token_text.bytes);
    pv_buffer_deinit(&token_text);
}

static void print_id(const char *name, struct pv_bits128 bits)
{
    char id[PV_ULID_LEN];
    pv_ulid_format(bits, id);
    (void)printf("%s=%.*s\n", name, PV_ULID_LEN, id);
}

void pv_sample_greet(const struct pv_config *config, unsigned port, const struct pv_clock *clock)
{
    struct pv_own_keys keys;
    struct pv_fault fault;
    char voter[PV_ULID_LEN];
    if (!pv_own_keys_open(pv_config_text(config, PV_SET_DATA), clock, &keys, &fault))
        return;
    (void)printf("\n# For a shell, to try the sample election with:\nB=http://%s:%u\n",
                 pv_config_text(config, PV_SET_LISTEN), port);
    print_id("E", id_of(OF_ELECTION, 0));
    print_id("COMPETITION", id_of(OF_COMPETITION, 0));
    print_id("CANDIDATE", id_of(OF_CANDIDATE, 0));
    print_id("BALLOT", id_of(OF_BALLOT, 0));
    print_token(config, &keys, clock, "ADMINISTRATOR", PV_ROLE_ADMINISTRATOR, PV_STR("demo"));
    print_token(config, &keys, clock, "AUDITOR", PV_ROLE_AUDITOR, PV_STR("demo"));
    pv_ulid_format(id_of(OF_VOTER, 0), voter);
    print_token(config, &keys, clock, "VOTER", PV_ROLE_VOTER, (struct pv_str){voter, sizeof voter});
    (void)printf("\n"
                 "curl -s $B/election/$E\n"
                 "curl -s -H \"Authorization: Bearer $VOTER\" -H 'Content-Type: application/json' -X PUT \\\n"
                 "  -d \"{\\\"election_id\\\":\\\"$E\\\",\\\"ballot_id\\\":\\\"$BALLOT\\\","
                 "\\\"competition_id\\\":\\\"$COMPETITION\\\",\\\"candidate_id\\\":\\\"$CANDIDATE\\\","
                 "\\\"rating\\\":5}\" \\\n"
                 "  $B/ballot/candidate-rated\n"
                 "curl -s -H \"Authorization: Bearer $VOTER\" $B/election/$E/ballot/mine\n"
                 "curl -s -H \"Authorization: Bearer $ADMINISTRATOR\" $B/election/$E/results\n"
                 "curl -sN -H \"Authorization: Bearer $AUDITOR\" $B/election/$E/live\n\n");
    pv_own_keys_deinit(&keys);
}
