#include "catalogue.h"

#include "buf.h"

#include <string.h>

#define F(field_name, mark, value_kind, tag)                                                                 \
    {                                                                                                        \
        .name = field_name, .need = mark, .kind = value_kind, .field = PV_KEY_##tag                          \
    }
#define ID F("id", '!', CAT_EVENT_ID, ID)
#define ELECTION F("election_id", '!', CAT_ID, ELECTION_ID)
#define COMPETITION F("competition_id", '!', CAT_ID, COMPETITION_ID)
#define CANDIDATE F("candidate_id", '!', CAT_ID, CANDIDATE_ID)
#define VOTER F("voter_id", '!', CAT_ID, VOTER_ID)
#define BALLOT F("ballot_id", '!', CAT_ID, BALLOT_ID)
#define NAME F("name", '!', CAT_NAME, NAME)
#define DESCRIPTION(mark) F("description", mark, CAT_DESCRIPTION, DESCRIPTION)

#define YES PV_CODE_NONE
#define ANY_PHASE .draft = YES, .open = YES, .closed = YES
#define PAPER .draft = YES, .open = PV_BALLOT_PAPER_FROZEN, .closed = PV_ELECTION_CLOSED
#define REGISTERING .draft = YES, .open = YES, .closed = PV_ELECTION_CLOSED
#define VOTING .draft = PV_ELECTION_NOT_OPEN, .open = YES, .closed = PV_ELECTION_CLOSED

static const struct cat_event events[PV_EVENT_TYPE_COUNT] = {
    [PV_EVENT_ELECTION_CREATED] = {"PhotoVote.Event.Election.ElectionCreated",
                                   PV_ELECTION_EXISTS,
                                   PV_ELECTION_EXISTS,
                                   PV_ELECTION_EXISTS,
                                   {ID, ELECTION, NAME, DESCRIPTION(' ')}},
    [PV_EVENT_ELECTION_DELETED] = {"PhotoVote.Event.Election.ElectionDeleted", ANY_PHASE,
                                   .fields = {ID, ELECTION}},
    [PV_EVENT_ELECTION_NAME_CHANGED] = {"PhotoVote.Event.Election.ElectionNameChanged", ANY_PHASE,
                                        .fields = {ID, ELECTION, NAME}},
    [PV_EVENT_ELECTION_DESCRIPTION_CHANGED] = {"PhotoVote.Event.Election.ElectionDescriptionChanged",
                                               ANY_PHASE, .fields = {ID, ELECTION, DESCRIPTION('?')}},
    [PV_EVENT_ELECTION_OPENED] = {"PhotoVote.Event.Election.ElectionOpened",
                                  YES,
                                  PV_ELECTION_OPENED,
                                  PV_ELECTION_CLOSED,
                                  {ID, ELECTION, F("open_date", '!', CAT_DATE, OPEN_DATE)}},
    [PV_EVENT_ELECTION_CLOSED] = {"PhotoVote.Event.Election.ElectionClosed", VOTING,
                                  .fields = {ID, ELECTION, F("close_date", '!', CAT_DATE, CLOSE_DATE)}},
    [PV_EVENT_COMPETITION_ADDED] = {"PhotoVote.Event.Competition.CompetitionAdded", PAPER,
                                    .fields = {ID, ELECTION, COMPETITION, NAME, DESCRIPTION(' ')}},
    [PV_EVENT_COMPETITION_REMOVED] = {"PhotoVote.Event.Competition.CompetitionRemoved", ANY_PHASE,
                                      .fields = {ID, ELECTION, COMPETITION}},
    [PV_EVENT_COMPETITION_NAME_CHANGED] = {"PhotoVote.Event.Competition.CompetitionNameChanged", PAPER,
                                           .fields = {ID, ELECTION, COMPETITION, NAME}},
    [PV_EVENT_COMPETITION_DESCRIPTION_CHANGED] = {"PhotoVote.Event.Competition.CompetitionDescriptionChanged",
                                                  PAPER,
                                                  .fields = {ID, ELECTION, COMPETITION, DESCRIPTION('?')}},
    [PV_EVENT_CANDIDATE_ADDED] = {"PhotoVote.Event.Candidate.CandidateAdded", PAPER,
                                  .fields = {ID, ELECTION, COMPETITION, CANDIDATE, NAME, DESCRIPTION(' '),
                                             F("image_url", ' ', CAT_URL, IMAGE_URL),
                                             F("image_caption", ' ', CAT_CAPTION, IMAGE_CAPTION)}},
    [PV_EVENT_CANDIDATE_REMOVED] = {"PhotoVote.Event.Candidate.CandidateRemoved", ANY_PHASE,
                                    .fields = {ID, ELECTION, COMPETITION, CANDIDATE}},
    [PV_EVENT_CANDIDATE_NAME_CHANGED] = {"PhotoVote.Event.Candidate.CandidateNameChanged", PAPER,
                                         .fields = {ID, ELECTION, COMPETITION, CANDIDATE, NAME}},
    [PV_EVENT_CANDIDATE_DESCRIPTION_CHANGED] = {"PhotoVote.Event.Candidate.CandidateDescriptionChanged",
                                                PAPER,
                                                .fields = {ID, ELECTION, COMPETITION, CANDIDATE,
                                                           DESCRIPTION('?')}},
    [PV_EVENT_CANDIDATE_IMAGE_CHANGED] = {"PhotoVote.Event.Candidate.CandidateImageChanged", PAPER,
                                          .fields = {ID, ELECTION, COMPETITION, CANDIDATE,
                                                     F("url", '?', CAT_URL, URL),
                                                     F("caption", ' ', CAT_CAPTION, CAPTION)}},
    [PV_EVENT_VOTER_REGISTERED] = {"PhotoVote.Event.Voter.VoterRegistered", REGISTERING,
                                   .fields = {ID, ELECTION, VOTER, NAME, F("email", '!', CAT_EMAIL, EMAIL)}},
    [PV_EVENT_BALLOT_CREATED] = {"PhotoVote.Event.Ballot.BallotCreated", REGISTERING,
                                 .fields = {ID, ELECTION, VOTER, BALLOT}},
    [PV_EVENT_BALLOT_CANDIDATE_RATED] = {"PhotoVote.Event.Ballot.BallotCandidateRated", VOTING,
                                         .fields = {ID, ELECTION, BALLOT, COMPETITION, CANDIDATE,
                                                    F("rating", '?', CAT_RATING, RATING)}},
    [PV_EVENT_BALLOT_CAST] = {"PhotoVote.Event.Ballot.BallotCast", VOTING, .fields = {ID, ELECTION, BALLOT}},
};

const struct cat_event *cat_event(enum pv_event_type type)
{
    return &events[type];
}

bool cat_find(struct pv_str type, enum pv_event_type *found)
{
    for (int i = 0; i < PV_EVENT_TYPE_COUNT; i++)
        if (str_is(type, events[i].type)) {
            *found = (enum pv_event_type)i;
            return true;
        }
    return false;
}

static bool fields_agree(const struct cat_event *mine, const struct pv_event_spec *spec)
{
    size_t i = 0;
    for (; mine->fields[i].name != NULL; i++) {
        static const char marks[] = {
            [PV_NEED_REQUIRED] = '!', [PV_NEED_NULLABLE] = '?', [PV_NEED_OPTIONAL] = ' '};
        if (i >= spec->field_count || spec->fields[i].name != mine->fields[i].field ||
            strcmp(pv_field_name(spec->fields[i].name), mine->fields[i].name) != 0 ||
            marks[spec->fields[i].need] != mine->fields[i].need)
            return false;
    }
    return i == spec->field_count;
}

bool cat_agrees_with_core(const char **which)
{
    for (int i = 0; i < PV_EVENT_TYPE_COUNT; i++) {
        const struct pv_event_spec *spec = pv_event_spec((enum pv_event_type)i);
        *which = spec->type.ptr;
        if (events[i].type == NULL || !str_is(spec->type, events[i].type) || !fields_agree(&events[i], spec))
            return false;
    }
    return true;
}
