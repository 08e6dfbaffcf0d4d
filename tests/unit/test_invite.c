/* invite.c and own_token.c: what the server signs for its own callers, and the links made of it. */
#include "invite.h"

#include <stdlib.h>

#include "failing.h"
#include "identity.h"
#include "jwt_kit.h"
#include "openssl_faults.h"
#include "story.h"

static struct pv_signing_key *key;
static struct pv_jwt_keys *keys;
static struct pv_election election;

static int set_up(void **state)
{
    (void)state;
    failing_at(SIZE_MAX);
    key = jwt_kit_signing_key();
    keys = pv_jwt_keys_new();
    check_int(pv_jwt_keys_add(keys, key), PV_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pv_election_deinit(&election);
    pv_jwt_keys_free(keys);
    pv_signing_key_free(key);
    return 0;
}

/* Whom a token tells. */
static enum pv_token_code caller_of(struct pv_str token, struct pv_known_caller *known)
{
    const struct pv_issuer issuer = {.name = PV_STR("club"),
                                     .audience = PV_STR("photovote"),
                                     .roles_path = PV_STR("roles"),
                                     .keys = pv_fixed_keys(keys)};
    const struct pv_identity_settings settings = {&issuer, 1, 0, 0};
    struct pv_identity *identity = pv_identity_new(&settings);
    char header[PV_JWT_LEN_MAX + 8];
    enum pv_token_code why = PV_TOKEN_OK;
    int len = snprintf(header, sizeof header, "Bearer %.*s", (int)token.len, token.ptr);
    enum pv_result result =
        pv_identity_caller(identity, (struct pv_str){header, (size_t)len}, 1000, known, &why);
    pv_identity_free(identity);
    check_int(result, why == PV_TOKEN_OK ? PV_OK : PV_REFUSED);
    return why;
}

/* ---- tokens ---- */

static struct pv_own_token sample_token(void)
{
    return (struct pv_own_token){.issuer = PV_STR("club"),
                                 .audience = PV_STR("photovote"),
                                 .subject = PV_STR("kim"),
                                 .roles = PV_ROLE_ADMINISTRATOR | PV_ROLE_AUDITOR,
                                 .issued = 900,
                                 .expires = 1100};
}

static void check_claims_of(const struct pv_own_token *token, const char *claims)
{
    struct pv_buffer text = {NULL, 0, 0};
    struct kit_token expected;
    check_int(pv_own_token_sign(token, key, &text), PV_OK);
    kit_token_join(
        &expected,
        "{\"alg\":\"EdDSA\",\"typ\":\"JWT\",\"kid\":\"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k\"}",
        claims);
    kit_token_sign(&expected, PV_JWT_EDDSA);
    check_str(((struct pv_str){text.bytes, text.len}), expected.text);
    pv_buffer_deinit(&text);
}

static void token__says_what_it_is_told(void **state)
{
    (void)state;
    const struct pv_election_id id = {story_id(7)};
    char ulid[PV_ULID_LEN + 1], claims[256];
    struct pv_own_token token = sample_token();
    check_claims_of(&token,
                    "{\"iss\":\"club\",\"aud\":\"photovote\",\"sub\":\"kim\",\"iat\":900,\"exp\":1100,"
                    "\"roles\":[\"administrator\",\"auditor\"]}");
    token.roles = 0;
    token.subject = PV_STR("\"k\\\n\xc3\xa9");
    check_claims_of(
        &token,
        "{\"iss\":\"club\",\"aud\":\"photovote\",\"sub\":\"\\\"k\\\\\\n\xc3\xa9\",\"iat\":900,\"exp\":1100,"
        "\"roles\":[]}");
    token.roles = PV_ROLE_VOTER | 64;
    token.email = PV_STR("k@x.y");
    token.election = &id;
    story_ulid(7, ulid);
    (void)snprintf(
        claims, sizeof claims,
        "{\"iss\":\"club\",\"aud\":\"photovote\",\"sub\":\"\\\"k\\\\\\n\xc3\xa9\",\"iat\":900,\"exp\":1100,"
        "\"roles\":[\"voter\"],\"email\":\"k@x.y\",\"election\":\"%s\"}",
        ulid);
    check_claims_of(&token, claims);
}

static void token__is_believed(void **state)
{
    (void)state;
    struct pv_own_token token = sample_token();
    struct pv_buffer text = {NULL, 0, 0};
    struct pv_known_caller known;
    check_int(pv_own_token_sign(&token, key, &text), PV_OK);
    check_int(caller_of((struct pv_str){text.bytes, text.len}, &known), PV_TOKEN_OK);
    check_int(known.caller.roles, PV_ROLE_ADMINISTRATOR | PV_ROLE_AUDITOR);
    check_str(known.caller.subject, "kim");
    check_true(!known.caller.one_election);
    token.expires = 1000;
    text.len = 0;
    check_int(pv_own_token_sign(&token, key, &text), PV_OK);
    check_int(caller_of((struct pv_str){text.bytes, text.len}, &known), PV_TOKEN_EXPIRED);
    pv_buffer_deinit(&text);
}

static void token__that_would_not_be_believed__is_not_signed(void **state)
{
    (void)state;
    static char large[PV_JWT_LEN_MAX];
    struct pv_buffer text = {NULL, 0, 0};
    struct pv_own_token token = sample_token();
    memset(large, 'a', sizeof large);
    token.subject = (struct pv_str){large, PV_JWT_SUBJECT_MAX + 1};
    check_int(pv_own_token_sign(&token, key, &text), PV_REFUSED);
    token.subject.len = 0;
    check_int(pv_own_token_sign(&token, key, &text), PV_REFUSED);
    token.subject.len = 1;
    token.issuer = (struct pv_str){large, sizeof large};
    check_int(pv_own_token_sign(&token, key, &text), PV_REFUSED);
    check_int(text.len, 0);
    token.subject.len = PV_JWT_SUBJECT_MAX;
    token.issuer.len = 100;
    check_int(pv_own_token_sign(&token, key, &text), PV_OK);
    pv_buffer_deinit(&text);
}

/* ---- invites ---- */

static struct pv_out out;
static struct pv_buffer written;

static struct pv_invites sample_invites(const char *base)
{
    return (struct pv_invites){.key = key,
                               .base = {base, strlen(base)},
                               .issuer = PV_STR("club"),
                               .audience = PV_STR("photovote"),
                               .issued = 900,
                               .expires = 1100};
}

static enum pv_result write_to(const char *base, size_t *count)
{
    const struct pv_invites invites = sample_invites(base);
    written.len = 0;
    pv_out_init(&out, pv_buffer_write, &written);
    enum pv_result result = pv_invites_write(&invites, &election, &out, count);
    check_true(pv_out_flush(&out));
    return result;
}

/* The next line, without its end. */
static struct pv_str next_line(size_t *at)
{
    const char *begin = written.bytes + *at, *end = memchr(begin, '\n', written.len - *at);
    check_true(end != NULL);
    *at = (size_t)(end + 1 - written.bytes);
    return (struct pv_str){begin, (size_t)(end - begin)};
}

/* A line begins so; what follows is a token for that voter of this election. */
static void check_line(struct pv_str line, const char *begin, uint64_t voter)
{
    struct pv_known_caller known;
    size_t len = strlen(begin);
    check_true(line.len > len);
    check_str(((struct pv_str){line.ptr, len}), begin);
    check_int(caller_of((struct pv_str){line.ptr + len, line.len - len}, &known), PV_TOKEN_OK);
    check_int(known.caller.roles, PV_ROLE_VOTER);
    check_true(known.caller.has_voter && pv_bits128_equal(known.caller.voter.bits, story_id(voter)));
    check_true(known.caller.one_election && pv_bits128_equal(known.caller.election.bits, election.id.bits));
}

static void invites__a_line_a_voter(void **state)
{
    (void)state;
    size_t count = 99, at = 0;
    story_unborn(&election);
    accept(&election, ev_created("E", NULL));
    check_int(write_to("https://vote.example.org", &count), PV_OK);
    check_int(count, 0);
    check_int(written.len, 0);
    accept(&election, ev_voter(1, "Kim", "kim@club.example"));
    accept(&election, ev_voter(2, "=2+2 \"L\xc3\xa9o\\", "b@x.y"));
    accept(&election, ev_voter(3, "Gone", "c@x.y"));
    accept(&election, ev_voter(4, "Last", "d@x.y"));
    election.voters[2].deleted = true;
    check_int(write_to("https://vote.example.org", &count), PV_OK);
    check_int(count, 3);
    check_line(next_line(&at), "kim@club.example\tKim\thttps://vote.example.org/#invite=", 1);
    check_line(next_line(&at), "b@x.y\t=2+2 \"L\xc3\xa9o\\\\\thttps://vote.example.org/#invite=", 2);
    check_line(next_line(&at), "d@x.y\tLast\thttps://vote.example.org/#invite=", 4);
    check_int(at, written.len);
}

/* Nothing that D2 lets in breaks a line; if something else got in, it would not either. */
static void invites__what_would_break_a_line__is_escaped(void **state)
{
    (void)state;
    size_t count, at = 0;
    story_unborn(&election);
    accept(&election, ev_created("E", NULL));
    accept(&election, ev_voter(1, "a.b.c.d.e", "kim@club.example"));
    memcpy(election.voters[0].text, "a\tb\nc\rd\\e", 9);
    check_int(write_to("http://127.0.0.1:8080/vote/", &count), PV_OK);
    check_line(next_line(&at),
               "kim@club.example\ta\\tb\\nc\\rd\\\\e\thttp://127.0.0.1:8080/vote/#invite=", 1);
    check_int(at, written.len);
}

static void invites__a_base_that_is_none__is_refused(void **state)
{
    (void)state;
    static const char *const bases[] = {"",
                                        "vote.example.org",
                                        "/",
                                        "/vote",
                                        "ftp://x",
                                        "http://",
                                        "https://x/?a",
                                        "https://x#",
                                        "https://x/#a",
                                        "https://x/ y",
                                        "javascript:alert(1)",
                                        "https://x\n",
                                        "https://x\t/"};
    size_t count = 99;
    story_draft(&election);
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        if (write_to(bases[i], &count) != PV_REFUSED)
            fail_msg("%s is taken", bases[i]);
        check_int(written.len, 0);
    }
    check_int(count, 99);
    check_int(write_to("https://x", &count), PV_OK);
    check_int(count, 3);
}

/* Each allocation and each call to OpenSSL fails once. */
static void invites__without_memory__is_a_fault(void **state)
{
    (void)state;
    size_t count, faults = 0;
    story_draft(&election);
    check_int(write_to("https://x", &count), PV_OK); /* and there is room for what is written */
    for (int calls = 0; calls < 2; calls++) {
        for (size_t i = 0;; i++) {
            failing_at(calls ? SIZE_MAX : i);
            openssl_failing_at(calls ? i : SIZE_MAX);
            enum pv_result result = write_to("https://x", &count);
            bool failed = (calls ? openssl_count() : failing_count()) > i;
            failing_at(SIZE_MAX);
            openssl_failing_at(SIZE_MAX);
            check_int(result, failed ? PV_FAULT_MEMORY : PV_OK);
            if (!failed)
                break;
            faults++;
        }
    }
    check_true(faults > 10);
    pv_buffer_deinit(&written);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    TEST(token__says_what_it_is_told),
    TEST(token__is_believed),
    TEST(token__that_would_not_be_believed__is_not_signed),
    TEST(invites__a_line_a_voter),
    TEST(invites__what_would_break_a_line__is_escaped),
    TEST(invites__a_base_that_is_none__is_refused),
    TEST(invites__without_memory__is_a_fault),
};
CHECK_MAIN(tests, 7)
