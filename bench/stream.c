#include "stream.h"

#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RATINGS_MIN = 12, /* rating events of a voter */
    RATINGS_MAX = 28,
    CANDIDATES_ALL = PV_COMPETITIONS * PV_CANDIDATES,
    TEXT_MAX = 64,
};

struct candidate {
    struct pv_id id;
    const struct pv_id *competition;
};

/* A voter between registration and the last event; all zeros is a place for the next one. */
struct voter {
    struct pv_id id;
    struct pv_id ballot;
    enum { VOTER_NEW, VOTER_REGISTERED, VOTER_RATING, VOTER_DONE } step;
    uint8_t waiting; /* ratings that are still to come */
    uint8_t rated_count;
    uint8_t rated[RATINGS_MAX]; /* the candidates with a rating on the ballot */
};

struct world {
    struct pv_sink *sink;
    const struct pv_layout *layout;
    struct pv_source source;
    struct pv_second created;
    struct pv_second when;
    uint64_t number;    /* of the next event */
    uint64_t voters;    /* registered so far */
    struct pv_id event; /* the id of the event in the making */
    struct pv_id election;
    char stream[sizeof "Election-" + PV_ID_LENGTH];
    struct pv_id competitions[PV_COMPETITIONS];
    struct candidate candidates[CANDIDATES_ALL];
};

static struct pv_member sized(const char *key, enum pv_kind kind, const char *text, size_t length)
{
    return (struct pv_member){.key = key, .kind = kind, .text = text, .length = length};
}

static struct pv_member plain(const char *key, const char *value)
{
    return sized(key, PV_PLAIN, value, strlen(value));
}

static struct pv_member text(const char *key, const char *value)
{
    return sized(key, PV_TEXT, value, strlen(value));
}

static struct pv_member an_id(const char *key, const struct pv_id *id)
{
    return sized(key, PV_PLAIN, id->text, PV_ID_LENGTH);
}

static struct pv_member nested(const char *key, const struct pv_member *members, size_t count)
{
    return (struct pv_member){.key = key, .kind = PV_NESTED, .members = members, .count = count};
}

/* The clock goes on by up to 20 ms, so that 10 million events take a bit more than a day; the event gets its
   id. */
static void begin_event(struct world *w)
{
    w->source.now_us += 1 + pv_pick(&w->source, 20000);
    pv_make_id(&w->source, &w->event);
}

/* Puts the record of the event begun last. MEMBERS are those of its data. */
static void put_event(struct world *w, const char *type, const char *who, const struct pv_member *members,
                      size_t count)
{
    char created[PV_TIME_LENGTH], when[PV_TIME_LENGTH], number[PV_DECIMAL_MAX], position[PV_DECIMAL_MAX];
    struct pv_id correlation;
    pv_make_id(&w->source, &correlation);
    pv_put_time(created, &w->created, w->source.now_us);
    pv_put_time(when, &w->when, w->source.now_us - 1 - pv_pick(&w->source, 50000));
    size_t number_length = pv_put_decimal(number, w->number);
    size_t position_length = pv_put_decimal(position, w->number + 1);

    const struct pv_member metadata[] = {
        plain("who", who),
        sized("when", PV_PLAIN, when, sizeof when),
        an_id("$correlationId", &correlation),
    };
    const struct pv_member record[] = {
        plain("stream", w->stream),
        sized("number", PV_RAW, number, number_length),
        plain("type", type),
        nested("data", members, count),
        an_id("id", &w->event),
        sized("created", PV_PLAIN, created, sizeof created),
        sized("position", PV_RAW, position, position_length),
        nested("metadata", metadata, sizeof metadata / sizeof *metadata),
    };
    pv_put_object(w->sink, w->layout, record, sizeof record / sizeof *record);
    pv_sink_put(w->sink, "\n", 1);
    w->number++;
}

/* The variable part are the members of the data after the event's own id and the election's, which all begin
   with. */
#define PUT_EVENT(w, type, who, ...)                                                                         \
    do {                                                                                                     \
        const struct pv_member data_[] = {an_id("id", &(w)->event), an_id("election_id", &(w)->election),    \
                                          __VA_ARGS__};                                                      \
        put_event((w), "PhotoVote.Event." type, (who), data_, sizeof data_ / sizeof *data_);                 \
    } while (0)

static const char administrator[] = "administrator:alice";

static void put_competition(struct world *w, struct pv_id *competition, const char *name)
{
    begin_event(w);
    pv_make_id(&w->source, competition);
    PUT_EVENT(w, "Competition.CompetitionAdded", administrator, an_id("competition_id", competition),
              text("name", name), text("description", "One photograph each, taken this year."));
}

static void put_candidate(struct world *w, struct candidate *candidate, const char *name, const char *url)
{
    begin_event(w);
    pv_make_id(&w->source, &candidate->id);
    PUT_EVENT(w, "Candidate.CandidateAdded", administrator, an_id("competition_id", candidate->competition),
              an_id("candidate_id", &candidate->id), text("name", name),
              sized("description", PV_RAW, "null", 4), plain("image_url", url),
              text("image_caption", "Été 2023, 📷"));
}

static void put_ballot_paper(struct world *w)
{
    static const char *const themes[PV_COMPETITIONS] = {"Street", "Portrait", "Landscape", "Wildlife",
                                                        "Black & \"white\""};
    char name[TEXT_MAX], url[TEXT_MAX];
    for (size_t i = 0; i < PV_COMPETITIONS; i++)
        put_competition(w, &w->competitions[i], themes[i]);
    for (size_t i = 0; i < CANDIDATES_ALL; i++) {
        w->candidates[i].competition = &w->competitions[i / PV_CANDIDATES];
        snprintf(name, sizeof name, "%s № %zu", themes[i / PV_CANDIDATES], i % PV_CANDIDATES + 1);
        snprintf(url, sizeof url, "https://photos.example.org/%zu.jpeg", i + 1);
        put_candidate(w, &w->candidates[i], name, url);
    }
}

static void put_opening(struct world *w)
{
    char open_date[PV_TIME_LENGTH];
    begin_event(w);
    pv_make_id(&w->source, &w->election);
    snprintf(w->stream, sizeof w->stream, "Election-%s", w->election.text);
    PUT_EVENT(w, "Election.ElectionCreated", administrator, text("name", "Photo of the year"),
              text("description", "Five themes, twenty photographs each."));
    put_ballot_paper(w);
    begin_event(w);
    pv_put_time(open_date, &w->created, w->source.now_us);
    PUT_EVENT(w, "Election.ElectionOpened", administrator,
              sized("open_date", PV_PLAIN, open_date, sizeof open_date));
}

static void put_closing(struct world *w)
{
    char close_date[PV_TIME_LENGTH];
    begin_event(w);
    pv_put_time(close_date, &w->created, w->source.now_us);
    PUT_EVENT(w, "Election.ElectionClosed", administrator,
              sized("close_date", PV_PLAIN, close_date, sizeof close_date));
}

struct name {
    const char *text;
    const char *mail; /* its form in an address */
};

/* "Maria Müller", now and then with a nickname in quotes; the address has the voter's number, so that it is
   unique. */
static void make_person(struct world *w, char name[static TEXT_MAX], char email[static TEXT_MAX])
{
    static const struct name given[] = {{"Anna", "anna"},   {"Zoë", "zoe"},          {"Jakub", "jakub"},
                                        {"Maria", "maria"}, {"Søren", "soren"},      {"Priya", "priya"},
                                        {"Luca", "luca"},   {"Thandiwe", "thandiwe"}};
    static const struct name family[] = {{"Berg", "berg"},     {"Müller", "mueller"}, {"O'Neil", "oneil"},
                                         {"Nowak", "nowak"},   {"García", "garcia"},  {"Smith", "smith"},
                                         {"Tanaka", "tanaka"}, {"Okafor", "okafor"}};
    const struct name *g = &given[pv_pick(&w->source, sizeof given / sizeof *given)];
    const struct name *f = &family[pv_pick(&w->source, sizeof family / sizeof *family)];
    const char *nickname = pv_percent(&w->source, 2) ? "\"Nick\" " : "";
    snprintf(name, TEXT_MAX, "%s %s%s", g->text, nickname, f->text);
    snprintf(email, TEXT_MAX, "%s.%s.%llu@example.org", g->mail, f->mail, (unsigned long long)++w->voters);
}

static void put_registered(struct world *w, struct voter *voter, const char *who)
{
    char name[TEXT_MAX], email[TEXT_MAX];
    make_person(w, name, email);
    PUT_EVENT(w, "Voter.VoterRegistered", who, an_id("voter_id", &voter->id), text("name", name),
              plain("email", email));
    voter->step = VOTER_REGISTERED;
}

static void put_ballot(struct world *w, struct voter *voter, const char *who)
{
    pv_make_id(&w->source, &voter->ballot);
    PUT_EVENT(w, "Ballot.BallotCreated", who, an_id("voter_id", &voter->id),
              an_id("ballot_id", &voter->ballot));
    voter->waiting = (uint8_t)(RATINGS_MIN + pv_pick(&w->source, RATINGS_MAX - RATINGS_MIN + 1));
    voter->step = VOTER_RATING;
}

/* A candidate without a rating on this ballot: there are more candidates than ratings. */
static uint8_t pick_unrated(struct world *w, const struct voter *voter)
{
    for (;;) {
        uint8_t index = (uint8_t)pv_pick(&w->source, CANDIDATES_ALL);
        if (!memchr(voter->rated, index, voter->rated_count))
            return index;
    }
}

/* Decides on the candidate and the rating (null takes one back): 8 % replace one, 2 % take one back, the rest
   are new. */
static uint8_t decide_rating(struct world *w, struct voter *voter, const char **rating)
{
    static const char *const ratings[] = {"1", "2", "3", "4", "5"};
    uint64_t chance = pv_pick(&w->source, 100);
    *rating = ratings[pv_pick(&w->source, 5)];
    if (voter->rated_count == 0 || chance >= 10) {
        uint8_t fresh = pick_unrated(w, voter);
        voter->rated[voter->rated_count++] = fresh;
        return fresh;
    }
    uint8_t *place = &voter->rated[pv_pick(&w->source, voter->rated_count)];
    uint8_t index = *place;
    if (chance < 2) {
        *rating = "null";
        *place = voter->rated[--voter->rated_count];
    }
    return index;
}

/* After the last rating 97 % go on to cast their ballot, if there is one to cast; the others are heard of no
   more. */
static void put_rated(struct world *w, struct voter *voter, const char *who)
{
    const char *rating;
    const struct candidate *candidate = &w->candidates[decide_rating(w, voter, &rating)];
    PUT_EVENT(w, "Ballot.BallotCandidateRated", who, an_id("ballot_id", &voter->ballot),
              an_id("competition_id", candidate->competition), an_id("candidate_id", &candidate->id),
              sized("rating", PV_RAW, rating, strlen(rating)));
    if (--voter->waiting > 0)
        return;
    if (voter->rated_count > 0 && pv_percent(&w->source, 97))
        voter->step = VOTER_DONE;
    else
        *voter = (struct voter){0};
}

static void put_step(struct world *w, struct voter *voter)
{
    begin_event(w);
    if (voter->step == VOTER_NEW)
        pv_make_id(&w->source, &voter->id);
    char who[sizeof "voter:" + PV_ID_LENGTH] = "voter:";
    memcpy(who + sizeof "voter:" - 1, voter->id.text, sizeof voter->id.text);

    switch (voter->step) {
    case VOTER_NEW:
        put_registered(w, voter, who);
        break;
    case VOTER_REGISTERED:
        put_ballot(w, voter, who);
        break;
    case VOTER_RATING:
        put_rated(w, voter, who);
        break;
    case VOTER_DONE:
        PUT_EVENT(w, "Ballot.BallotCast", who, an_id("ballot_id", &voter->ballot));
        *voter = (struct voter){0};
        break;
    }
}

int pv_put_stream(struct pv_sink *sink, const struct pv_plan *plan)
{
    struct voter *voters = calloc(plan->in_flight, sizeof *voters);
    if (!voters)
        return ENOMEM;
    struct world w = {.sink = sink, .layout = plan->layout};
    pv_source_init(&w.source, plan->seed);
    put_opening(&w);
    while (w.number + 1 < plan->events && sink->error == 0)
        put_step(&w, &voters[pv_pick(&w.source, plan->in_flight)]);
    put_closing(&w);
    free(voters);
    return 0;
}
