/* A poll as events: ids and emails by their definition, the order and the content of the events, and what
   ends an import. The expected ids were computed by another program (tests/cli/import.py has its like). */
#include "check.h"
#include "import_poll.h"
#include "poll_ids.h"
#include "record.h"

#include <stdlib.h>

#define SIX 1708797600000000              /* 2024-02-24T18:00:00Z, in microseconds */
#define SEVEN (SIX + 3600000000 + 123456) /* 19:00:00.123456 */

/* --- ids --- */

static void check_id(uint64_t seed, const char *poll, const char *kind, const char *key, int64_t us,
                     const char *expected)
{
    struct pv_poll_ids ids = {seed, {poll, strlen(poll)}};
    struct pv_bits128 bits;
    char ulid[PV_ULID_LEN];
    check_int(pv_poll_id(&ids, kind, (struct pv_str){key, strlen(key)}, (struct pv_time){us}, &bits), PV_OK);
    pv_ulid_format(bits, ulid);
    check_str(((struct pv_str){ulid, PV_ULID_LEN}), expected);
}

static void id__depends_on_seed_poll_kind_key_and_time(void **state)
{
    (void)state;
    const int64_t us = SIX;
    check_id(0, "p", "election", "", us, "01HQE4C880F5C8JQDN1KZ91SBJ");
    check_id(1, "p", "election", "", us, "01HQE4C880WGY48N0WCTQHB7VV");
    check_id(0, "q", "election", "", us, "01HQE4C880DZMQRCKHB1853WJ9");
    check_id(0, "p", "voter", "v1", us, "01HQE4C880CQRF230639BCW1K1");
    check_id(0, "p", "voter", "v2", us, "01HQE4C880TG7KH5MTD5BWA2P9");
    check_id(0, "p", "ballot", "v1", us, "01HQE4C8800YYTC7J18T55YBMQ");
    check_id(UINT64_MAX, "p", "event", "12", us, "01HQE4C880F6VBN8VA3X16K1YG");
}

static void id__has_the_milliseconds_of_the_time(void **state)
{
    (void)state;
    const int64_t us = SIX;
    check_id(0, "p", "election", "", 0, "0000000000F5C8JQDN1KZ91SBJ");
    check_id(0, "p", "election", "", us + 999, "01HQE4C880F5C8JQDN1KZ91SBJ");
    check_id(0, "p", "election", "", us + 1000, "01HQE4C881F5C8JQDN1KZ91SBJ");
}

/* --- emails --- */

static void check_email(const char *voter, const char *expected)
{
    char email[PV_POLL_EMAIL_MAX];
    size_t len;
    check_int(pv_poll_email((struct pv_str){voter, strlen(voter)}, email, &len), PV_OK);
    check_str(((struct pv_str){email, len}), expected);
    check_int(pv_email_check((struct pv_str){email, len}), PV_CODE_NONE);
}

static void email__of_an_id__spells_it(void **state)
{
    (void)state;
    check_email("9szh13efc4", "9szh13efc4@poll.invalid");
    check_email("a.b-c_d", "a.b-c_d@poll.invalid");
    check_email("Ann", "=41nn@poll.invalid");
    check_email("ann", "ann@poll.invalid");
    check_email("=41nn", "=3d41nn@poll.invalid");
    check_email("a@b c", "a=40b=20c@poll.invalid");
    check_email("\xc3\xa4", "=c3=a4@poll.invalid");
}

static void email__of_a_long_id__is_its_hash(void **state)
{
    (void)state;
    char text[PV_EMAIL_LOCAL_MAX + 2];
    memset(text, 'x', sizeof text);
    text[PV_EMAIL_LOCAL_MAX] = '\0';
    check_email(text, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx@poll.invalid");
    text[PV_EMAIL_LOCAL_MAX] = 'x';
    text[PV_EMAIL_LOCAL_MAX + 1] = '\0';
    check_email(text, "=sha256.9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814d@poll.invalid");
    check_email("AAAAAAAAAAAAAAAAAAAAA",
                "=41=41=41=41=41=41=41=41=41=41=41=41=41=41=41=41=41=41=41=41=41@poll.invalid");
    check_email("AAAAAAAAAAAAAAAAAAAAAA",
                "=sha256.8a5bdb4cc15164126c6ef2668de9dd240d299ce6397a42c9@poll.invalid");
}

/* --- events --- */

/* Records as `number Event created who;`. */
struct taken {
    char text[8192];
    size_t at;
    uint64_t count, stop_at;
    struct pv_record_reader *reader;
};

static bool take(void *context, const struct pv_recorded *record, struct pv_fault *fault)
{
    struct taken *taken = context;
    struct pv_record read;
    if (taken->count++ == taken->stop_at) {
        pv_fault_set(fault, PV_FAULT_KIND_INTERRUPTED, "stopped");
        return false;
    }
    check_int(pv_record_reader_begin(taken->reader, record->data.len), PV_OK);
    pv_record_read_recorded(taken->reader, record, &read);
    check_int(read.envelope, PV_ENVELOPE_VALID);
    check_int(read.decoded, PV_OK);
    check_true(pv_bits128_equal(read.event.u.election_id.bits, read.election_id.bits));
    const char *who = strstr(record->metadata.ptr, ":\"") + 2;
    taken->at +=
        (size_t)snprintf(taken->text + taken->at, sizeof taken->text - taken->at, "%lld %s %.*s %.*s;",
                         (long long)record->number, pv_event_spec(read.event.type)->event.ptr,
                         (int)record->created.len, record->created.ptr, 5, who);
    return true;
}

static const struct pv_str candidates[] = {{"Ann", 3}, {"Bob", 3}};
static const uint8_t stars[][2] = {{5, 0}, {0, 0}, {1, 2}};

static bool import(const struct pv_poll_voter *voters, size_t count, uint64_t stop_at, struct taken *taken,
                   struct pv_import_count *counts, struct pv_fault *fault)
{
    struct pv_poll poll = {{"p", 1}, {"Poll", 4}, candidates, 2, voters, count};
    *taken = (struct taken){.stop_at = stop_at, .reader = pv_record_reader_new(false)};
    check_true(taken->reader != NULL);
    bool done = pv_import_poll(&poll, 0, take, taken, counts, fault);
    pv_record_reader_free(taken->reader);
    return done;
}

static void poll__becomes_the_whole_life_of_an_election(void **state)
{
    (void)state;
    static const struct pv_poll_voter voters[] = {
        {{"v1", 2}, {SIX}, stars[0]}, {{"v2", 2}, {SIX}, stars[1]}, {{"v3", 2}, {SEVEN}, stars[2]}};
    struct taken taken;
    struct pv_import_count count;
    struct pv_fault fault;
    check_true(import(voters, 3, UINT64_MAX, &taken, &count, &fault));
#define T18 " 2024-02-24T18:00:00Z "
#define T19 " 2024-02-24T19:00:00.123456Z "
    assert_string_equal(
        taken.text, "0 ElectionCreated" T18 "admin;1 CompetitionAdded" T18 "admin;2 CandidateAdded" T18
                    "admin;3 CandidateAdded" T18 "admin;4 ElectionOpened" T18 "admin;"
                    "5 VoterRegistered" T18 "voter;6 BallotCreated" T18 "voter;7 BallotCandidateRated" T18
                    "voter;8 BallotCast" T18 "voter;"
                    "9 VoterRegistered" T18 "voter;10 BallotCreated" T18 "voter;"
                    "11 VoterRegistered" T19 "voter;12 BallotCreated" T19 "voter;13 BallotCandidateRated" T19
                    "voter;14 BallotCandidateRated" T19 "voter;15 BallotCast" T19 "voter;"
                    "16 ElectionClosed" T19 "admin;");
    check_int(count.events, 17);
    check_int(count.voters, 3);
    check_int(count.ratings, 3);
    check_int(count.cast, 2);
}

static void import__that_cannot_hand_on_a_record__ends_there(void **state)
{
    (void)state;
    static const struct pv_poll_voter voters[] = {{{"v1", 2}, {SIX}, stars[0]}};
    struct taken taken;
    struct pv_import_count count;
    struct pv_fault fault;
    for (uint64_t at = 0; at < 10; at++) {
        check_true(!import(voters, 1, at, &taken, &count, &fault));
        assert_string_equal(fault.text, "stopped");
        check_int(count.events, at);
        check_int(taken.count, at + 1);
    }
    check_true(import(voters, 1, 10, &taken, &count, &fault));
}

/* No reader of polls lets this through; the Election does not either, so nobody gets to see the event. */
static void poll__that_the_election_refuses__is_a_fault(void **state)
{
    (void)state;
    static const struct pv_poll_voter twice[] = {{{"v1", 2}, {SIX}, stars[0]}, {{"v1", 2}, {SIX}, stars[0]}};
    struct taken taken;
    struct pv_import_count count;
    struct pv_fault fault;
    check_true(!import(twice, 2, UINT64_MAX, &taken, &count, &fault));
    check_true(strstr(fault.text, "event 9, VoterRegistered, was refused (voter_exists)") == fault.text);
    check_int(taken.count, 9);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(id__depends_on_seed_poll_kind_key_and_time),
    cmocka_unit_test(id__has_the_milliseconds_of_the_time),
    cmocka_unit_test(email__of_an_id__spells_it),
    cmocka_unit_test(email__of_a_long_id__is_its_hash),
    cmocka_unit_test(poll__becomes_the_whole_life_of_an_election),
    cmocka_unit_test(import__that_cannot_hand_on_a_record__ends_there),
    cmocka_unit_test(poll__that_the_election_refuses__is_a_fault),
};
CHECK_MAIN(tests, 7)
