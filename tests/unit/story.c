#include "story.h"

#include "../property/dump.h"

#define ID(number)                                                                                           \
    {                                                                                                        \
        story_id(number)                                                                                     \
    }
#define TEXT(text)                                                                                           \
    {                                                                                                        \
        story_str(text)                                                                                      \
    }

/* Values */

struct pv_bits128 story_id(uint64_t number)
{
    return (struct pv_bits128){UINT64_C(0x018dc5a4f6c00000), number};
}

void story_ulid(uint64_t number, char text[PV_ULID_LEN + 1])
{
    pv_ulid_format(story_id(number), text);
    text[PV_ULID_LEN] = '\0';
}

struct pv_str story_str(const char *text)
{
    return (struct pv_str){text, text == NULL ? 0 : strlen(text)};
}

struct pv_time story_time(const char *date)
{
    struct pv_time time;
    check_int(pv_time_parse(story_str(date), &time), PV_CODE_NONE);
    return time;
}

/* Events */

static struct pv_event event_of(enum pv_event_type type)
{
    return (struct pv_event){.type = type, .id = ID(999), .u = {.election_id = ID(1)}};
}

struct pv_event ev_of_election(uint64_t id, struct pv_event event)
{
    event.u.election_id.bits = story_id(id);
    return event;
}

struct pv_event ev_created(const char *name, const char *description)
{
    struct pv_event event = event_of(PV_EVENT_ELECTION_CREATED);
    event.u.election_created = (struct pv_election_created){ID(1), TEXT(name), TEXT(description)};
    return event;
}

struct pv_event ev_deleted(void)
{
    return event_of(PV_EVENT_ELECTION_DELETED);
}

struct pv_event ev_named(const char *name)
{
    struct pv_event event = event_of(PV_EVENT_ELECTION_NAME_CHANGED);
    event.u.election_name_changed.name.text = story_str(name);
    return event;
}

struct pv_event ev_described(const char *description)
{
    struct pv_event event = event_of(PV_EVENT_ELECTION_DESCRIPTION_CHANGED);
    event.u.election_description_changed.description.text = story_str(description);
    return event;
}

struct pv_event ev_opened(const char *date)
{
    struct pv_event event = event_of(PV_EVENT_ELECTION_OPENED);
    event.u.election_opened.open_date.at = story_time(date);
    return event;
}

struct pv_event ev_closed(const char *date)
{
    struct pv_event event = event_of(PV_EVENT_ELECTION_CLOSED);
    event.u.election_closed.close_date.at = story_time(date);
    return event;
}

struct pv_event ev_competition_added(uint64_t id, const char *name, const char *description)
{
    struct pv_event event = event_of(PV_EVENT_COMPETITION_ADDED);
    event.u.competition_added = (struct pv_competition_added){ID(1), ID(id), TEXT(name), TEXT(description)};
    return event;
}

struct pv_event ev_competition_removed(uint64_t id)
{
    struct pv_event event = event_of(PV_EVENT_COMPETITION_REMOVED);
    event.u.competition_removed.competition_id.bits = story_id(id);
    return event;
}

struct pv_event ev_competition_named(uint64_t id, const char *name)
{
    struct pv_event event = event_of(PV_EVENT_COMPETITION_NAME_CHANGED);
    event.u.competition_name_changed = (struct pv_competition_name_changed){ID(1), ID(id), TEXT(name)};
    return event;
}

struct pv_event ev_competition_described(uint64_t id, const char *description)
{
    struct pv_event event = event_of(PV_EVENT_COMPETITION_DESCRIPTION_CHANGED);
    event.u.competition_description_changed =
        (struct pv_competition_description_changed){ID(1), ID(id), TEXT(description)};
    return event;
}

struct pv_event ev_candidate_added(uint64_t competition, uint64_t id, const char *name,
                                   const char *description, const char *url, const char *caption)
{
    struct pv_event event = event_of(PV_EVENT_CANDIDATE_ADDED);
    event.u.candidate_added = (struct pv_candidate_added){
        ID(1), ID(competition), ID(id), TEXT(name), TEXT(description), TEXT(url), TEXT(caption)};
    return event;
}

struct pv_event ev_candidate_removed(uint64_t competition, uint64_t id)
{
    struct pv_event event = event_of(PV_EVENT_CANDIDATE_REMOVED);
    event.u.candidate_removed = (struct pv_candidate_removed){ID(1), ID(competition), ID(id)};
    return event;
}

struct pv_event ev_candidate_named(uint64_t competition, uint64_t id, const char *name)
{
    struct pv_event event = event_of(PV_EVENT_CANDIDATE_NAME_CHANGED);
    event.u.candidate_name_changed =
        (struct pv_candidate_name_changed){ID(1), ID(competition), ID(id), TEXT(name)};
    return event;
}

struct pv_event ev_candidate_described(uint64_t competition, uint64_t id, const char *description)
{
    struct pv_event event = event_of(PV_EVENT_CANDIDATE_DESCRIPTION_CHANGED);
    event.u.candidate_description_changed =
        (struct pv_candidate_description_changed){ID(1), ID(competition), ID(id), TEXT(description)};
    return event;
}

struct pv_event ev_candidate_imaged(uint64_t competition, uint64_t id, const char *url, const char *caption)
{
    struct pv_event event = event_of(PV_EVENT_CANDIDATE_IMAGE_CHANGED);
    event.u.candidate_image_changed =
        (struct pv_candidate_image_changed){ID(1), ID(competition), ID(id), TEXT(url), TEXT(caption)};
    return event;
}

struct pv_event ev_voter(uint64_t id, const char *name, const char *email)
{
    struct pv_event event = event_of(PV_EVENT_VOTER_REGISTERED);
    event.u.voter_registered = (struct pv_voter_registered){ID(1), ID(id), TEXT(name), TEXT(email)};
    return event;
}

struct pv_event ev_ballot(uint64_t voter, uint64_t id)
{
    struct pv_event event = event_of(PV_EVENT_BALLOT_CREATED);
    event.u.ballot_created = (struct pv_ballot_created){ID(1), ID(voter), ID(id)};
    return event;
}

struct pv_event ev_rated(uint64_t ballot, uint64_t competition, uint64_t candidate, uint8_t stars)
{
    struct pv_event event = event_of(PV_EVENT_BALLOT_CANDIDATE_RATED);
    event.u.ballot_candidate_rated =
        (struct pv_ballot_candidate_rated){ID(1), ID(ballot), ID(competition), ID(candidate), {stars}};
    return event;
}

struct pv_event ev_cast(uint64_t ballot)
{
    struct pv_event event = event_of(PV_EVENT_BALLOT_CAST);
    event.u.ballot_cast.ballot_id.bits = story_id(ballot);
    return event;
}

/* Elections */

void story_unborn(struct pv_election *election)
{
    pv_election_init(election, (struct pv_seed){11, 13});
}

void story_draft(struct pv_election *e)
{
    story_unborn(e);
    accept(e, ev_created("Photo of the year", "All of them"));
    accept(e, ev_competition_added(1, "Birds", NULL));
    accept(e, ev_competition_added(2, "Trees", "Old ones"));
    accept(e, ev_competition_added(3, "Fish", NULL));
    accept(e, ev_candidate_added(1, 11, "Heron", "At dawn", "https://x.example/11.jpg", "A heron"));
    accept(e, ev_candidate_added(1, 12, "Owl", NULL, "/12.jpg", NULL));
    accept(e, ev_candidate_added(2, 21, "Oak", NULL, NULL, NULL));
    accept(e, ev_candidate_added(2, 22, "Fir", NULL, NULL, NULL));
    accept(e, ev_candidate_added(1, 13, "Wren", NULL, NULL, NULL));
    accept(e, ev_candidate_added(1, 14, "Rook", NULL, NULL, NULL));
    accept(e, ev_candidate_added(3, 31, "Pike", NULL, NULL, NULL));
    accept(e, ev_candidate_removed(1, 14));
    accept(e, ev_competition_removed(3));
    accept(e, ev_voter(1, "Ada", "ada@x.example"));
    accept(e, ev_voter(2, "Bob", "Bob@x.example"));
    accept(e, ev_voter(3, "Cy", "cy@x.example"));
    accept(e, ev_ballot(1, 1));
    accept(e, ev_ballot(2, 2));
}

void story_open(struct pv_election *e)
{
    story_draft(e);
    accept(e, ev_opened(STORY_OPEN_DATE));
    accept(e, ev_rated(1, 1, 11, 4));
    accept(e, ev_rated(2, 1, 12, 5));
    accept(e, ev_rated(2, 2, 21, 1));
    accept(e, ev_cast(2));
}

void story_closed(struct pv_election *e)
{
    story_open(e);
    accept(e, ev_closed(STORY_CLOSE_DATE));
}

void story_deleted(struct pv_election *e)
{
    story_draft(e);
    accept(e, ev_deleted());
}

void story_in_phase(struct pv_election *election, enum pv_phase phase)
{
    static void (*const stories[])(struct pv_election *) = {story_unborn, story_draft, story_open,
                                                            story_closed, story_deleted};
    stories[phase](election);
    check_int(pv_election_phase(election), phase);
}

struct pv_event story_event(enum pv_event_type type)
{
    switch (type) {
    case PV_EVENT_ELECTION_CREATED:
        return ev_created("Photo of the year", "All of them");
    case PV_EVENT_ELECTION_DELETED:
        return ev_deleted();
    case PV_EVENT_ELECTION_NAME_CHANGED:
        return ev_named("Photo");
    case PV_EVENT_ELECTION_DESCRIPTION_CHANGED:
        return ev_described(NULL);
    case PV_EVENT_ELECTION_OPENED:
        return ev_opened(STORY_OPEN_DATE);
    case PV_EVENT_ELECTION_CLOSED:
        return ev_closed(STORY_CLOSE_DATE);
    case PV_EVENT_COMPETITION_ADDED:
        return ev_competition_added(4, "Clouds", "White ones");
    case PV_EVENT_COMPETITION_REMOVED:
        return ev_competition_removed(2);
    case PV_EVENT_COMPETITION_NAME_CHANGED:
        return ev_competition_named(1, "Owls");
    case PV_EVENT_COMPETITION_DESCRIPTION_CHANGED:
        return ev_competition_described(1, "By night");
    case PV_EVENT_CANDIDATE_ADDED:
        return ev_candidate_added(1, 15, "Kite", "High", "/15.jpg", "A kite");
    case PV_EVENT_CANDIDATE_REMOVED:
        return ev_candidate_removed(1, 11);
    case PV_EVENT_CANDIDATE_NAME_CHANGED:
        return ev_candidate_named(1, 11, "Grey heron");
    case PV_EVENT_CANDIDATE_DESCRIPTION_CHANGED:
        return ev_candidate_described(1, 11, NULL);
    case PV_EVENT_CANDIDATE_IMAGE_CHANGED:
        return ev_candidate_imaged(1, 12, "/owl.jpg", "An owl");
    case PV_EVENT_VOTER_REGISTERED:
        return ev_voter(4, "Di", "di@x.example");
    case PV_EVENT_BALLOT_CREATED:
        return ev_ballot(3, 3);
    case PV_EVENT_BALLOT_CANDIDATE_RATED:
        return ev_rated(1, 1, 12, 3);
    case PV_EVENT_BALLOT_CAST:
        return ev_cast(1);
    case PV_EVENT_TYPE_COUNT:
        break;
    }
    fail_msg("there is no event type %d", (int)type);
    return ev_deleted();
}

/* Verdicts */

static const char *code_name(const struct pv_refusal *why, enum pv_result result)
{
    return result == PV_REFUSED ? pv_code_name(why->code) : result == PV_OK ? "accepted" : "a fault";
}

static const char *event_name(const struct pv_event *event)
{
    return pv_event_spec(event->type)->event.ptr;
}

void story_accept(const char *file, int line, struct pv_election *election, struct pv_event event)
{
    struct pv_refusal why;
    struct pv_violation violation;
    int64_t before = election->version;
    enum pv_result result = pv_election_apply(election, &event, &why);
    if (result != PV_OK) {
        print_error("%s is not accepted: %s\n", event_name(&event), code_name(&why, result));
        _fail(file, line);
    }
    if (election->version != before + 1) {
        print_error("%s: the version is %lld\n", event_name(&event), (long long)election->version);
        _fail(file, line);
    }
    if (!pv_election_ensure_valid_state(election, &violation)) {
        print_error("%s: %s %u: %s\n", event_name(&event), pv_part_name(violation.part), violation.position,
                    pv_rule_sentence(violation.rule));
        _fail(file, line);
    }
}

/* The versions of the first parts of each kind; of those to come -1. */
enum { STORY_PARTS_MAX = 32 };
struct versions {
    int64_t of[PV_PART_BALLOT + 1][STORY_PARTS_MAX];
};

static void read_versions(const struct pv_election *e, struct versions *versions)
{
    for (size_t part = 0; part <= PV_PART_BALLOT; part++)
        for (size_t i = 0; i < STORY_PARTS_MAX; i++)
            versions->of[part][i] = -1;
    for (uint32_t i = 0; i < e->competition_count && i < STORY_PARTS_MAX; i++)
        versions->of[PV_PART_COMPETITION][i] = e->competitions[i].version;
    for (uint32_t i = 0; i < e->candidate_count && i < STORY_PARTS_MAX; i++)
        versions->of[PV_PART_CANDIDATE][i] = e->candidates[i].version;
    for (uint32_t i = 0; i < e->voter_count && i < STORY_PARTS_MAX; i++)
        versions->of[PV_PART_VOTER][i] = e->voters[i].version;
    for (uint32_t i = 0; i < e->ballot_count && i < STORY_PARTS_MAX; i++)
        versions->of[PV_PART_BALLOT][i] = e->ballots[i].version;
    versions->of[PV_PART_ELECTION][0] = e->version;
}

static void raise_version(struct versions *versions, enum pv_part part, uint64_t number, uint32_t position)
{
    if (number == 0)
        return;
    if (position >= STORY_PARTS_MAX)
        fail_msg("there is no %s %u", pv_part_name(part), (unsigned)number);
    versions->of[part][position]++;
}

void story_accept_touching(const char *file, int line, struct pv_election *e, struct pv_event event,
                           struct story_parts parts)
{
    struct versions expected, actual;
    read_versions(e, &expected);
    story_accept(file, line, e, event);
    read_versions(e, &actual);
    raise_version(&expected, PV_PART_ELECTION, 1, 0);
    raise_version(&expected, PV_PART_COMPETITION, parts.competition,
                  pv_election_find_competition(e, (struct pv_competition_id)ID(parts.competition)));
    raise_version(&expected, PV_PART_CANDIDATE, parts.candidate,
                  pv_election_find_candidate(e, (struct pv_candidate_id)ID(parts.candidate)));
    raise_version(&expected, PV_PART_VOTER, parts.voter,
                  pv_election_find_voter(e, (struct pv_voter_id)ID(parts.voter)));
    raise_version(&expected, PV_PART_BALLOT, parts.ballot,
                  pv_election_find_ballot(e, (struct pv_ballot_id)ID(parts.ballot)));
    for (size_t part = 0; part <= PV_PART_BALLOT; part++) {
        for (size_t i = 0; i < STORY_PARTS_MAX; i++) {
            if (actual.of[part][i] == expected.of[part][i])
                continue;
            print_error("%s: %s %zu has version %lld, not %lld\n", event_name(&event),
                        pv_part_name((enum pv_part)part), i, (long long)actual.of[part][i],
                        (long long)expected.of[part][i]);
            _fail(file, line);
        }
    }
}

struct pv_refusal story_refuse(const char *file, int line, struct pv_election *election,
                               struct pv_event event, enum pv_code code, enum pv_field field)
{
    struct buf before = {0}, after = {0};
    struct pv_refusal why;
    dump(election, DUMP_ALL, &before);
    enum pv_result result = pv_election_apply(election, &event, &why);
    if (result != PV_REFUSED || why.code != code) {
        print_error("%s: %s, not %s\n", event_name(&event), code_name(&why, result), pv_code_name(code));
        _fail(file, line);
    }
    if (why.field != field) {
        const char *name = pv_field_name(why.field);
        print_error("%s: the field is %s, not %s\n", pv_code_name(code), name == NULL ? "none" : name,
                    pv_field_name(field));
        _fail(file, line);
    }
    dump(election, DUMP_ALL, &after);
    if (!buf_equal(&before, &after)) {
        print_error("%s: refused with %s, but the election has changed\n", event_name(&event),
                    pv_code_name(code));
        _fail(file, line);
    }
    buf_free(&before);
    buf_free(&after);
    return why;
}

void story_refuse_text(const char *file, int line, struct pv_election *election, struct pv_event event,
                       enum pv_code code, enum pv_field field, const char *text)
{
    struct pv_refusal why = story_refuse(file, line, election, event, code, field);
    if (!pv_str_equal((struct pv_str){why.value, why.value_len}, story_str(text))) {
        print_error("%s names \"%.*s\", not \"%s\"\n", pv_code_name(code), (int)why.value_len, why.value,
                    text);
        _fail(file, line);
    }
}

void story_refuse_id(const char *file, int line, struct pv_election *election, struct pv_event event,
                     enum pv_code code, enum pv_field field, uint64_t number)
{
    char text[PV_ULID_LEN + 1];
    story_ulid(number, text);
    story_refuse_text(file, line, election, event, code, field, text);
}

/* Parts */

const struct pv_competition *story_competition(const struct pv_election *election, uint64_t id)
{
    uint32_t position = pv_election_find_competition(election, (struct pv_competition_id)ID(id));
    check_true(position < election->competition_count);
    return &election->competitions[position];
}

const struct pv_candidate *story_candidate(const struct pv_election *election, uint64_t id)
{
    uint32_t position = pv_election_find_candidate(election, (struct pv_candidate_id)ID(id));
    check_true(position < election->candidate_count);
    return &election->candidates[position];
}

const struct pv_voter *story_voter(const struct pv_election *election, uint64_t id)
{
    uint32_t position = pv_election_find_voter(election, (struct pv_voter_id)ID(id));
    check_true(position < election->voter_count);
    return &election->voters[position];
}

const struct pv_ballot *story_ballot(const struct pv_election *election, uint64_t id)
{
    uint32_t position = pv_election_find_ballot(election, (struct pv_ballot_id)ID(id));
    check_true(position < election->ballot_count);
    return &election->ballots[position];
}

unsigned story_rating(const struct pv_election *election, uint64_t ballot, uint64_t candidate)
{
    return pv_election_rating(election, (uint32_t)(story_ballot(election, ballot) - election->ballots),
                              (uint32_t)(story_candidate(election, candidate) - election->candidates))
        .stars;
}
