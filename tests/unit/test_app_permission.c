/* Who may have which event recorded, as a table; and what answers are called. */
#include "answer.h"
#include "permission.h"
#include "story.h"

#include <stdlib.h>

/* story_open's election: voter 1 has ballot 1, voter 2 ballot 2, voter 3 none. Emails as story.c gives them.
 */
static struct pv_election election;

static int set_up(void **state)
{
    (void)state;
    story_open(&election);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pv_election_deinit(&election);
    return 0;
}

static struct pv_caller caller_of(unsigned roles)
{
    return (struct pv_caller){.roles = roles};
}

static struct pv_caller caller_id(unsigned roles, uint64_t voter)
{
    return (struct pv_caller){.roles = roles, .voter = {story_id(voter)}, .has_voter = true};
}

static struct pv_caller caller_email(unsigned roles, struct pv_str email)
{
    return (struct pv_caller){.roles = roles, .email = email};
}

static bool may(struct pv_caller caller, struct pv_event event)
{
    return pv_caller_may(&caller, &election, &event);
}

/* The email of a voter, in the other case. */
static struct pv_str email_of(uint64_t voter, char text[PV_EMAIL_MAX])
{
    const struct pv_voter *found = story_voter(&election, voter);
    struct pv_str email = pv_voter_email(found).text;
    for (size_t i = 0; i < email.len; i++) {
        char c = email.ptr[i];
        text[i] = (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    return (struct pv_str){text, email.len};
}

static void administrator__may_all_but_vote(void **state)
{
    (void)state;
    for (int type = 0; type < PV_EVENT_TYPE_COUNT; type++) {
        bool votes = type == PV_EVENT_BALLOT_CANDIDATE_RATED || type == PV_EVENT_BALLOT_CAST;
        struct pv_event event = votes ? ev_cast(1) : story_event((enum pv_event_type)type);
        event.type = (enum pv_event_type)type;
        check_int(may(caller_of(PV_ROLE_ADMINISTRATOR), event), !votes);
        check_int(may(caller_of(PV_ROLE_ADMINISTRATOR | PV_ROLE_AUDITOR), event), !votes);
        if (!votes && type != PV_EVENT_BALLOT_CREATED) {
            check_true(!may(caller_id(PV_ROLE_VOTER, 1), event));
            check_true(!may(caller_id(PV_ROLE_AUDITOR, 1), event));
            check_true(!may(caller_of(0), event));
        }
    }
}

/* A token that is good for one election reaches that one only, whoever has it. */
static void token_of_another_election__reaches_nothing(void **state)
{
    (void)state;
    struct pv_caller administrator = caller_of(PV_ROLE_ADMINISTRATOR), voter = caller_id(PV_ROLE_VOTER, 1);
    administrator.one_election = voter.one_election = true;
    administrator.election = voter.election = election.id;
    check_true(may(administrator, ev_ballot(3, 3)));
    check_true(may(voter, ev_cast(1)));
    administrator.election.bits.lo ^= 1;
    voter.election.bits.lo ^= 1;
    check_true(!may(administrator, ev_ballot(3, 3)));
    check_true(!may(voter, ev_cast(1)));
}

static void ballot__is_issued_to_its_own_voter(void **state)
{
    char email[PV_EMAIL_MAX];
    (void)state;
    struct pv_event event = ev_ballot(3, 3);
    check_true(may(caller_id(PV_ROLE_VOTER, 3), event));
    check_true(!may(caller_id(PV_ROLE_VOTER, 1), event));
    check_true(may(caller_email(PV_ROLE_VOTER, email_of(3, email)), event));
    check_true(!may(caller_email(PV_ROLE_VOTER, email_of(1, email)), event));
    check_true(!may(caller_of(PV_ROLE_VOTER), event));
    check_true(may(caller_of(PV_ROLE_ADMINISTRATOR), event));
    check_true(may(caller_id(PV_ROLE_ADMINISTRATOR | PV_ROLE_VOTER, 1), event));
}

/* Nobody has that email yet: the domain says voter_unknown. */
static void ballot_of_an_unknown_voter__is_the_domains_to_refuse(void **state)
{
    (void)state;
    struct pv_event event = ev_ballot(99, 99);
    check_true(may(caller_email(PV_ROLE_VOTER, PV_STR("who@x.example")), event));
    check_true(may(caller_id(PV_ROLE_VOTER, 99), event));
    check_true(!may(caller_id(PV_ROLE_VOTER, 98), event));
    check_true(!may(caller_of(PV_ROLE_VOTER), event));
}

static void ballot__is_rated_and_cast_by_its_own_voter_whatever_the_roles(void **state)
{
    static const unsigned roles[] = {0, PV_ROLE_VOTER, PV_ROLE_ADMINISTRATOR,
                                     PV_ROLE_ADMINISTRATOR | PV_ROLE_VOTER | PV_ROLE_AUDITOR};
    char email[PV_EMAIL_MAX];
    (void)state;
    const struct pv_event events[] = {ev_rated(1, 1, 11, 4), ev_cast(1)};
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        for (size_t k = 0; k < sizeof roles / sizeof roles[0]; k++) {
            check_true(may(caller_id(roles[k], 1), events[i]));
            check_true(!may(caller_id(roles[k], 2), events[i]));
            check_true(may(caller_email(roles[k], email_of(1, email)), events[i]));
            check_true(!may(caller_email(roles[k], email_of(2, email)), events[i]));
            check_true(!may(caller_of(roles[k]), events[i]));
        }
    }
}

/* A token that names a voter is believed before its email. */
static void voter_id__goes_before_the_email(void **state)
{
    char email[PV_EMAIL_MAX];
    (void)state;
    struct pv_caller caller = caller_id(PV_ROLE_VOTER, 2);
    caller.email = email_of(1, email);
    check_true(!may(caller, ev_cast(1)));
    check_true(may(caller, ev_cast(2)));
    caller.email = email_of(3, email);
    check_true(!may(caller, ev_ballot(3, 3)));
}

static void unknown_ballot__is_the_domains_to_refuse(void **state)
{
    (void)state;
    check_true(may(caller_id(PV_ROLE_VOTER, 1), ev_cast(99)));
    check_true(may(caller_of(PV_ROLE_ADMINISTRATOR), ev_rated(99, 1, 11, 4)));
}

/* --- answers --- */

static void check_answer(struct pv_answer answer, const char *code, const char *field, const char *message)
{
    char out[PV_MESSAGE_MAX];
    struct pv_str named = pv_answer_code(&answer), points = pv_answer_field(&answer);
    size_t len = pv_answer_message(&answer, out);
    check_true((code == NULL) == (named.ptr == NULL) && (field == NULL) == (points.ptr == NULL));
    if (code != NULL)
        check_str(named, code);
    if (field != NULL)
        check_str(points, field);
    check_str(((struct pv_str){out, len}), message);
}

static void answers__have_code_field_and_sentence(void **state)
{
    struct pv_answer refused = {.kind = PV_ANSWER_REFUSED};
    char sentence[PV_MESSAGE_MAX + 1] = "";
    (void)state;
    pv_refusal_set(&refused.why, PV_BALLOT_CAST, PV_KEY_BALLOT_ID, PV_STR("7"));
    sentence[pv_refusal_message(&refused.why, sentence)] = '\0';
    check_answer(refused, "ballot_cast", "ballot_id", sentence);
    pv_refusal_set(&refused.why, PV_JSON_INVALID, PV_KEY_NONE, PV_STR(""));
    sentence[pv_refusal_message(&refused.why, sentence)] = '\0';
    check_answer(refused, "json_invalid", NULL, sentence);
    check_answer((struct pv_answer){.kind = PV_ANSWER_RECORDED}, NULL, NULL, "");
    check_answer((struct pv_answer){.kind = PV_ANSWER_ID_REUSED}, "event_id_reused", NULL,
                 "another event is recorded with this id");
    check_answer((struct pv_answer){.kind = PV_ANSWER_WRONG_VERSION, .number = INT64_MAX}, "wrong_version",
                 NULL, "the election is not at the expected version but at 9223372036854775807");
    check_answer((struct pv_answer){.kind = PV_ANSWER_NOT_ALLOWED}, "not_allowed", NULL,
                 "the caller may not do this: neither the role nor the ballot's voter is right");
    check_answer((struct pv_answer){.kind = PV_ANSWER_GIVEN_UP}, "given_up", NULL,
                 "it could not be handled, was set aside for the operators, and is not recorded");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(administrator__may_all_but_vote),
        CASE(token_of_another_election__reaches_nothing),
        CASE(ballot__is_issued_to_its_own_voter),
        CASE(ballot_of_an_unknown_voter__is_the_domains_to_refuse),
        CASE(ballot__is_rated_and_cast_by_its_own_voter_whatever_the_roles),
        CASE(voter_id__goes_before_the_email),
        CASE(unknown_ballot__is_the_domains_to_refuse),
        CASE(answers__have_code_field_and_sentence),
    };
    _Static_assert(sizeof tests / sizeof tests[0] >= 7, "tests are missing from the group");
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 1;
}
