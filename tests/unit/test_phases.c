/* D4's whole table: 19 events in 5 phases, each accepted or refused with the code that stands there. */
#include "story.h"

#define YES PV_CODE_NONE
#define UNKNOWN PV_ELECTION_UNKNOWN
#define EXISTS PV_ELECTION_EXISTS
#define OPENED PV_ELECTION_OPENED
#define NOT_OPEN PV_ELECTION_NOT_OPEN
#define CLOSED PV_ELECTION_CLOSED
#define FROZEN PV_BALLOT_PAPER_FROZEN
#define DELETED PV_ELECTION_DELETED

enum { PHASES = PV_PHASE_DELETED + 1 };

/* clang-format off */
static const struct {
    enum pv_event_type type;
    enum pv_code in[PHASES];
} table[] = {
    /*                                          unborn   draft     open    closed  deleted */
    {PV_EVENT_ELECTION_CREATED,                {YES,     EXISTS,   EXISTS, EXISTS, DELETED}},
    {PV_EVENT_ELECTION_DELETED,                {UNKNOWN, YES,      YES,    YES,    DELETED}},
    {PV_EVENT_ELECTION_NAME_CHANGED,           {UNKNOWN, YES,      YES,    YES,    DELETED}},
    {PV_EVENT_ELECTION_DESCRIPTION_CHANGED,    {UNKNOWN, YES,      YES,    YES,    DELETED}},
    {PV_EVENT_ELECTION_OPENED,                 {UNKNOWN, YES,      OPENED, CLOSED, DELETED}},
    {PV_EVENT_ELECTION_CLOSED,                 {UNKNOWN, NOT_OPEN, YES,    CLOSED, DELETED}},
    {PV_EVENT_COMPETITION_ADDED,               {UNKNOWN, YES,      FROZEN, CLOSED, DELETED}},
    {PV_EVENT_COMPETITION_REMOVED,             {UNKNOWN, YES,      YES,    YES,    DELETED}},
    {PV_EVENT_COMPETITION_NAME_CHANGED,        {UNKNOWN, YES,      FROZEN, CLOSED, DELETED}},
    {PV_EVENT_COMPETITION_DESCRIPTION_CHANGED, {UNKNOWN, YES,      FROZEN, CLOSED, DELETED}},
    {PV_EVENT_CANDIDATE_ADDED,                 {UNKNOWN, YES,      FROZEN, CLOSED, DELETED}},
    {PV_EVENT_CANDIDATE_REMOVED,               {UNKNOWN, YES,      YES,    YES,    DELETED}},
    {PV_EVENT_CANDIDATE_NAME_CHANGED,          {UNKNOWN, YES,      FROZEN, CLOSED, DELETED}},
    {PV_EVENT_CANDIDATE_DESCRIPTION_CHANGED,   {UNKNOWN, YES,      FROZEN, CLOSED, DELETED}},
    {PV_EVENT_CANDIDATE_IMAGE_CHANGED,         {UNKNOWN, YES,      FROZEN, CLOSED, DELETED}},
    {PV_EVENT_VOTER_REGISTERED,                {UNKNOWN, YES,      YES,    CLOSED, DELETED}},
    {PV_EVENT_BALLOT_CREATED,                  {UNKNOWN, YES,      YES,    CLOSED, DELETED}},
    {PV_EVENT_BALLOT_CANDIDATE_RATED,          {UNKNOWN, NOT_OPEN, YES,    CLOSED, DELETED}},
    {PV_EVENT_BALLOT_CAST,                     {UNKNOWN, NOT_OPEN, YES,    CLOSED, DELETED}},
};
/* clang-format on */
enum { ROWS = sizeof table / sizeof table[0] };
_Static_assert((int)ROWS == (int)PV_EVENT_TYPE_COUNT, "D4 has a line for each event");

static void check_cell(size_t row, int phase)
{
    struct pv_election e;
    struct pv_event event = story_event(table[row].type);
    enum pv_code code = table[row].in[phase];
    print_message("%s, %s\n", pv_event_spec(event.type)->event.ptr, pv_phase_name((enum pv_phase)phase));
    story_in_phase(&e, (enum pv_phase)phase);
    if (code == YES)
        accept(&e, event);
    else
        story_refuse_id(__FILE__, __LINE__, &e, event, code, PV_KEY_ELECTION_ID, 1);
    pv_election_deinit(&e);
}

static void check_phase(int phase)
{
    for (size_t row = 0; row < ROWS; row++) {
        check_int(table[row].type, row);
        check_cell(row, phase);
    }
}

static void phase_unborn__admits_what_d4_says(void **state)
{
    (void)state;
    check_phase(PV_PHASE_UNBORN);
}

static void phase_draft__admits_what_d4_says(void **state)
{
    (void)state;
    check_phase(PV_PHASE_DRAFT);
}

static void phase_open__admits_what_d4_says(void **state)
{
    (void)state;
    check_phase(PV_PHASE_OPEN);
}

static void phase_closed__admits_what_d4_says(void **state)
{
    (void)state;
    check_phase(PV_PHASE_CLOSED);
}

static void phase_deleted__admits_nothing(void **state)
{
    (void)state;
    check_phase(PV_PHASE_DELETED);
}

/* Deleted ends it from any phase. */
static void phase_deleted__from_open_and_closed__admits_nothing(void **state)
{
    (void)state;
    for (int phase = PV_PHASE_OPEN; phase <= PV_PHASE_CLOSED; phase++) {
        struct pv_election e;
        story_in_phase(&e, (enum pv_phase)phase);
        accept(&e, ev_deleted());
        for (size_t row = 0; row < ROWS; row++)
            refuse(&e, story_event(table[row].type), ELECTION_DELETED, ELECTION_ID);
        pv_election_deinit(&e);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(phase_unborn__admits_what_d4_says),
    cmocka_unit_test(phase_draft__admits_what_d4_says),
    cmocka_unit_test(phase_open__admits_what_d4_says),
    cmocka_unit_test(phase_closed__admits_what_d4_says),
    cmocka_unit_test(phase_deleted__admits_nothing),
    cmocka_unit_test(phase_deleted__from_open_and_closed__admits_nothing),
};
CHECK_MAIN(tests, 6)
