/* identity.c and caller_cache.c: from a header to a caller. */
#include "identity.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "caller_cache.h"
#include "check.h"
#include "jwt_kit.h"

#define ULID "01HQ0000000000000000000001"
enum { NOW = 1000, LEEWAY = 10 };

/* Keys that count how often they are asked, and can change. */
struct counted_keys {
    struct pv_jwt_keys *keys;
    unsigned asked;
    uint64_t generation;
    enum pv_result result; /* PV_OK: what the keys say */
};

static enum pv_result counted_verify(void *self, const struct pv_jwt *jwt, enum pv_token_code *why)
{
    struct counted_keys *keys = self;
    keys->asked++;
    *why = PV_TOKEN_UNKNOWN_KEY;
    return keys->result == PV_OK ? pv_jwt_verify(jwt, keys->keys, why) : keys->result;
}

static uint64_t counted_generation(void *self)
{
    const struct counted_keys *keys = self;
    return keys->generation;
}

static struct counted_keys ours, theirs;
static const struct pv_role_name their_names[] = {{{"chair", 5}, PV_ROLE_ADMINISTRATOR},
                                                  {{"member", 6}, PV_ROLE_VOTER},
                                                  {{"board", 5}, PV_ROLE_VOTER | PV_ROLE_AUDITOR}};
static struct pv_issuer issuers[2];
static struct pv_identity_settings settings;
static struct pv_identity *identity;
static struct pv_known_caller known;
static struct kit_token token;

static int set_up(void **state)
{
    (void)state;
    ours = (struct counted_keys){.keys = jwt_kit_keys()};
    theirs = (struct counted_keys){.keys = jwt_kit_keys()};
    issuers[0] = (struct pv_issuer){.name = PV_STR("us"),
                                    .audience = PV_STR("photovote"),
                                    .roles_path = PV_STR("roles"),
                                    .keys = {counted_verify, counted_generation, &ours}};
    issuers[1] = (struct pv_issuer){.name = PV_STR("https://id.example"),
                                    .audience = PV_STR("members"),
                                    .roles_path = PV_STR("realm_access.roles"),
                                    .role_names = their_names,
                                    .role_name_count = 3,
                                    .keys = {counted_verify, counted_generation, &theirs}};
    settings = (struct pv_identity_settings){issuers, 2, LEEWAY, 64};
    identity = pv_identity_new(&settings);
    return identity == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    pv_identity_free(identity);
    pv_jwt_keys_free(ours.keys);
    pv_jwt_keys_free(theirs.keys);
    return 0;
}

static enum pv_token_code ask_at(const char *before, const char *text, int64_t now)
{
    static char header[KIT_TOKEN_MAX + 32];
    enum pv_token_code why = PV_TOKEN_OK;
    (void)snprintf(header, sizeof header, "%s%s", before, text);
    memset(&known, 0xa5, sizeof known);
    enum pv_result result =
        pv_identity_caller(identity, (struct pv_str){header, strlen(header)}, now, &known, &why);
    check_true(result == PV_OK || (result == PV_REFUSED && why != PV_TOKEN_OK));
    return result == PV_OK ? PV_TOKEN_OK : why;
}

/* The verdict on our own token with these claims more. */
static enum pv_token_code ask(const char *claims)
{
    char all[1024];
    (void)snprintf(all, sizeof all, "{\"iss\":\"us\",\"aud\":\"photovote\",\"exp\":1100,%s}", claims);
    kit_token_make(&token, PV_JWT_EDDSA, all);
    return ask_at("Bearer ", token.text, NOW);
}

static enum pv_token_code ask_theirs(const char *claims)
{
    char all[1024];
    (void)snprintf(all, sizeof all, "{\"iss\":\"https://id.example\",\"aud\":[\"members\"],\"exp\":1100,%s}",
                   claims);
    kit_token_make(&token, PV_JWT_RS256, all);
    return ask_at("Bearer ", token.text, NOW);
}

/* ---- the header ---- */

static void header__absent__is_nobody(void **state)
{
    (void)state;
    enum pv_token_code why;
    memset(&known, 0xa5, sizeof known);
    check_int(pv_identity_caller(identity, (struct pv_str){NULL, 0}, NOW, &known, &why), PV_OK);
    check_int(known.caller.roles, 0);
    check_true(known.caller.subject.ptr == NULL && known.caller.email.ptr == NULL);
    check_true(!known.caller.has_voter && !known.caller.one_election);
}

static void header__its_forms(void **state)
{
    (void)state;
    check_int(ask("\"sub\":\"s\""), PV_TOKEN_OK);
    static const char *const good[] = {"Bearer ", "bearer ", "BEARER ", "bEARER   "};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        check_int(ask_at(good[i], token.text, NOW), PV_TOKEN_OK);
    static const char *const bad[] = {"",        " ",       " Bearer ", "Bearer", "Bearer\t", "Basic ",
                                      "Bearer,", "Digest ", "Bearer: ", "Token ", "Beare ",   "Bearerx "};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (ask_at(bad[i], token.text, NOW) != PV_TOKEN_MALFORMED)
            fail_msg("'%s' is taken", bad[i]);
    }
    check_int(ask_at("Bearer ", "", NOW), PV_TOKEN_MALFORMED);
    check_int(ask_at("Bearer", "", NOW), PV_TOKEN_MALFORMED);
    struct kit_token twice = token;
    twice.text[twice.len] = ' ';
    check_int(ask_at("Bearer ", twice.text, NOW), PV_TOKEN_MALFORMED);
    check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_OK);
    static char large[PV_JWT_LEN_MAX + 2];
    memset(large, 'a', sizeof large - 1);
    check_int(ask_at("Bearer ", large, NOW), PV_TOKEN_MALFORMED);
}

/* ---- the caller ---- */

static void caller__of_our_own_token(void **state)
{
    (void)state;
    check_int(ask("\"sub\":\"kim\",\"roles\":[\"administrator\"],\"email\":\"kim@club.example\""),
              PV_TOKEN_OK);
    check_int(known.caller.roles, PV_ROLE_ADMINISTRATOR);
    check_str(known.caller.subject, "kim");
    check_int(known.caller.until, 1100 + LEEWAY);
    check_str(known.caller.email, "kim@club.example");
    check_true(!known.caller.has_voter && !known.caller.one_election);
    check_int(ask("\"sub\":\"kim\",\"roles\":[\"auditor\",\"voter\",\"x\"]"), PV_TOKEN_OK);
    check_int(known.caller.roles, PV_ROLE_AUDITOR | PV_ROLE_VOTER);
    check_int(ask("\"sub\":\"kim\",\"roles\":\"auditor\""), PV_TOKEN_OK);
    check_int(known.caller.roles, PV_ROLE_AUDITOR);
    check_int(ask("\"sub\":\"kim\",\"roles\":[\"Administrator\",\"admin\",\"\"]"), PV_TOKEN_OK);
    check_int(known.caller.roles, 0);
    check_int(ask("\"sub\":\"kim\""), PV_TOKEN_OK);
    check_int(known.caller.roles, 0);
    check_int(ask("\"sub\":\"kim\",\"roles\":7"), PV_TOKEN_CLAIMS);
    check_int(ask("\"sub\":\"kim\",\"roles\":[\"voter\",7]"), PV_TOKEN_CLAIMS);
    check_int(ask("\"sub\":\"\",\"roles\":[\"voter\"]"), PV_TOKEN_CLAIMS);
}

static void caller__of_another_issuer__has_the_roles_that_its_names_mean(void **state)
{
    (void)state;
    check_int(ask_theirs("\"sub\":\"1234\",\"realm_access\":{\"roles\":[\"offline_access\",\"chair\"]}"),
              PV_TOKEN_OK);
    check_int(known.caller.roles, PV_ROLE_ADMINISTRATOR);
    check_int(ask_theirs("\"sub\":\"1234\",\"realm_access\":{\"roles\":[\"board\"]}"), PV_TOKEN_OK);
    check_int(known.caller.roles, PV_ROLE_VOTER | PV_ROLE_AUDITOR);
    check_int(
        ask_theirs("\"sub\":\"1234\",\"roles\":[\"chair\"],\"realm_access\":{\"roles\":[\"administrator\"]}"),
        PV_TOKEN_OK);
    check_int(known.caller.roles, 0);
    check_int(theirs.asked, 3);
    check_int(ours.asked, 0);
}

static void caller__a_voter__is_known_by_id_or_email(void **state)
{
    (void)state;
    struct pv_voter_id id;
    check_int(pv_ulid_parse(PV_STR(ULID), &id.bits), PV_CODE_NONE);
    check_int(ask("\"sub\":\"" ULID "\",\"roles\":[\"voter\"],\"email\":\"kim@club.example\""), PV_TOKEN_OK);
    check_true(known.caller.has_voter && pv_bits128_equal(known.caller.voter.bits, id.bits));
    check_true(known.caller.email.ptr == NULL);
    check_int(ask("\"sub\":\"01hq0000000000000000000001\",\"roles\":[\"voter\"]"), PV_TOKEN_OK);
    check_true(known.caller.has_voter && pv_bits128_equal(known.caller.voter.bits, id.bits));
    /* who is no voter has no VoterId */
    check_int(ask("\"sub\":\"" ULID "\",\"roles\":[\"administrator\"],\"email\":\"kim@club.example\""),
              PV_TOKEN_OK);
    check_true(!known.caller.has_voter && pv_bits128_is_zero(known.caller.voter.bits));
    check_str(known.caller.email, "kim@club.example");
    /* the empty id and what is nearly one are names like any other */
    check_int(ask("\"sub\":\"00000000000000000000000000\",\"roles\":[\"voter\"]"), PV_TOKEN_OK);
    check_true(!known.caller.has_voter);
    check_int(ask("\"sub\":\"" ULID "0\",\"roles\":[\"voter\"],\"email\":\"kim@club.example\""), PV_TOKEN_OK);
    check_true(!known.caller.has_voter);
    check_str(known.caller.email, "kim@club.example");
}

static void caller__an_email__counts_unless_it_is_doubted(void **state)
{
    (void)state;
    static const struct {
        const char *claims;
        const char *email; /* NULL: it does not count */
    } cases[] = {
        {"\"email\":\"k@x.y\"", "k@x.y"},
        {"\"email\":\"k@x.y\",\"email_verified\":true", "k@x.y"},
        {"\"email\":\"k@x.y\",\"email_verified\":false", NULL},
        {"\"email\":\"k@x.y\",\"email_verified\":\"true\"", NULL},
        {"\"email\":\"k@x.y\",\"email_verified\":1", NULL},
        {"\"email\":\"k@x.y\",\"email_verified\":null", NULL},
        {"\"email\":\"\"", NULL},
        {"\"email\":\"kim\"", NULL},
        {"\"email\":\"k@x.y,admin@x.y\"", NULL},
        {"\"email\":\"k@x.y\\n\"", NULL},
        {"\"email_verified\":true", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char claims[256];
        (void)snprintf(claims, sizeof claims, "\"sub\":\"s\",\"roles\":[\"voter\"],%s", cases[i].claims);
        check_int(ask(claims), PV_TOKEN_OK);
        if (cases[i].email == NULL)
            check_true(known.caller.email.ptr == NULL);
        else
            check_str(known.caller.email, cases[i].email);
    }
    char claims[600], longest[300];
    (void)snprintf(longest, sizeof longest, "%064d@%0185d.abc", 0, 0);
    check_int(strlen(longest), PV_EMAIL_MAX);
    (void)snprintf(claims, sizeof claims, "\"sub\":\"s\",\"email\":\"%s\"", longest);
    check_int(ask(claims), PV_TOKEN_OK);
    check_str(known.caller.email, longest);
    (void)snprintf(claims, sizeof claims, "\"sub\":\"s\",\"email\":\"%sd\"", longest);
    check_int(ask(claims), PV_TOKEN_OK);
    check_true(known.caller.email.ptr == NULL);
}

static void caller__the_longest_subject__fits(void **state)
{
    (void)state;
    char claims[400], subject[PV_JWT_SUBJECT_MAX + 1];
    (void)snprintf(subject, sizeof subject, "%0*d", PV_JWT_SUBJECT_MAX, 7);
    (void)snprintf(claims, sizeof claims, "\"sub\":\"%s\"", subject);
    check_int(ask(claims), PV_TOKEN_OK);
    check_str(known.caller.subject, subject);
}

static void caller__for_one_election(void **state)
{
    (void)state;
    check_int(ask("\"sub\":\"s\",\"election\":\"" ULID "\""), PV_TOKEN_OK);
    check_true(known.caller.one_election);
    char text[PV_ULID_LEN];
    pv_ulid_format(known.caller.election.bits, text);
    check_str(((struct pv_str){text, sizeof text}), ULID);
    check_int(ask_theirs("\"sub\":\"s\",\"election\":\"" ULID "\""), PV_TOKEN_OK);
    check_true(known.caller.one_election);
    static const char *const bad[] = {"null",
                                      "\"\"",
                                      "7",
                                      "[]",
                                      "\"x\"",
                                      "[\"" ULID "\"]",
                                      "\"" ULID "0\"",
                                      "\"00000000000000000000000000\""};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char claims[128];
        (void)snprintf(claims, sizeof claims, "\"sub\":\"s\",\"election\":%s", bad[i]);
        check_int(ask(claims), PV_TOKEN_CLAIMS);
    }
}

/* ---- issuers ---- */

static void issuer__that_is_not_ours__is_refused(void **state)
{
    (void)state;
    static const char *const all[] = {
        "{\"iss\":\"them\",\"aud\":\"photovote\",\"exp\":1100,\"sub\":\"s\"}",
        "{\"iss\":\"https://id.example/\",\"aud\":\"photovote\",\"exp\":1100,\"sub\":\"s\"}",
        "{\"iss\":\"\",\"aud\":\"photovote\",\"exp\":1100,\"sub\":\"s\"}",
        "{\"aud\":\"photovote\",\"exp\":1100,\"sub\":\"s\"}",
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        kit_token_make(&token, PV_JWT_EDDSA, all[i]);
        check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_ISSUER);
    }
    check_int(ours.asked + theirs.asked, 0);
}

/* A key is good for its own issuer only, even where both have one of the same name. */
static void issuer__with_the_keys_of_another__is_refused(void **state)
{
    (void)state;
    struct pv_document_error error;
    pv_jwt_keys_free(theirs.keys);
    check_int(pv_jwt_keys_read(PV_STR("{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"o\","
                                      "\"x\":\"PUAXw-hDiVqStwqnTRt-vJyYLM8uxJaMwM1V8Sr0Zgw\"}]}"),
                               &theirs.keys, &error),
              PV_OK);
    check_int(ask("\"sub\":\"s\""), PV_TOKEN_OK);
    kit_token_make(&token, PV_JWT_EDDSA,
                   "{\"iss\":\"https://id.example\",\"aud\":\"photovote\",\"exp\":1100,\"sub\":\"s\"}");
    check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_SIGNATURE);
    kit_token_make(&token, PV_JWT_RS256,
                   "{\"iss\":\"https://id.example\",\"aud\":\"photovote\",\"exp\":1100,\"sub\":\"s\"}");
    check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_UNKNOWN_KEY);
}

static void issuer__for_the_audience_of_another__is_refused(void **state)
{
    (void)state;
    check_int(ask_theirs("\"sub\":\"s\""), PV_TOKEN_OK);
    kit_token_make(&token, PV_JWT_RS256,
                   "{\"iss\":\"https://id.example\",\"aud\":\"photovote\",\"exp\":1100,\"sub\":\"s\"}");
    check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_AUDIENCE);
    kit_token_make(&token, PV_JWT_EDDSA, "{\"iss\":\"us\",\"aud\":\"members\",\"exp\":1100,\"sub\":\"s\"}");
    check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_AUDIENCE);
}

static void issuer__refusals_and_faults_of_its_keys__come_out(void **state)
{
    (void)state;
    enum pv_token_code why;
    check_int(ask("\"sub\":\"s\",\"jti\":\"1\""), PV_TOKEN_OK);
    char header[2048];
    int len = snprintf(header, sizeof header, "Bearer %s", token.text);
    pv_identity_free(identity);
    identity = pv_identity_new(&settings);
    ours.result = PV_FAULT_MEMORY;
    check_int(pv_identity_caller(identity, (struct pv_str){header, (size_t)len}, NOW, &known, &why),
              PV_FAULT_MEMORY);
    ours.result = PV_REFUSED;
    check_int(ask_at("", header, NOW), PV_TOKEN_UNKNOWN_KEY);
    ours.result = PV_OK;
    check_int(ask_at("", header, NOW), PV_TOKEN_OK);
    check_int(ask("\"sub\":\"s\",\"aud\":\"x\""), PV_TOKEN_MALFORMED);
}

static void keys__that_are_fixed__verify(void **state)
{
    (void)state;
    issuers[0].keys = pv_fixed_keys(ours.keys);
    check_int(ask("\"sub\":\"s\""), PV_TOKEN_OK);
    check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_OK);
    token.text[token.len - 4] ^= 1;
    check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_SIGNATURE);
    pv_identity_free(NULL);
}

/* ---- the cache ---- */

static void check_hits(uint64_t hits, uint64_t misses)
{
    uint64_t h, m;
    pv_identity_counts(identity, &h, &m);
    check_int(h, hits);
    check_int(m, misses);
}

static void cache__a_token_seen_before__is_not_verified_again(void **state)
{
    (void)state;
    check_int(ask("\"sub\":\"" ULID "\",\"roles\":[\"voter\"],\"election\":\"" ULID "\""), PV_TOKEN_OK);
    struct pv_caller first = known.caller;
    check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_OK);
    check_int(ours.asked, 1);
    check_hits(1, 1);
    check_int(known.caller.roles, first.roles);
    check_str(known.caller.subject, ULID);
    check_true(known.caller.subject.ptr == known.subject && known.caller.email.ptr == NULL);
    check_true(known.caller.has_voter && known.caller.one_election);
    check_true(pv_bits128_equal(known.caller.voter.bits, first.voter.bits));
    check_true(pv_bits128_equal(known.caller.election.bits, first.election.bits));
    check_int(ask("\"sub\":\"s\",\"email\":\"k@x.y\""), PV_TOKEN_OK);
    check_int(ask_at("bearer  ", token.text, NOW), PV_TOKEN_OK);
    check_hits(2, 2);
    check_str(known.caller.email, "k@x.y");
    check_true(known.caller.email.ptr == known.email);
}

/* Refused tokens are not kept, in either way. */
static void cache__a_refused_token__is_verified_each_time(void **state)
{
    (void)state;
    check_int(ask("\"sub\":\"s\",\"roles\":7"), PV_TOKEN_CLAIMS);
    check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_CLAIMS);
    check_int(ours.asked, 2);
    check_int(ask("\"sub\":\"s\""), PV_TOKEN_OK);
    token.text[token.len - 4] ^= 1;
    check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_SIGNATURE);
    check_hits(0, 4);
}

static void cache__a_token__ends_where_it_says(void **state)
{
    (void)state;
    check_int(ask("\"sub\":\"s\",\"nbf\":900"), PV_TOKEN_OK); /* until 1100 */
    check_int(ask_at("Bearer ", token.text, 1100 + LEEWAY - 1), PV_TOKEN_OK);
    check_int(known.caller.until, 1100 + LEEWAY);
    check_hits(1, 1);
    check_int(ask_at("Bearer ", token.text, 1100 + LEEWAY), PV_TOKEN_EXPIRED);
    check_int(ask_at("Bearer ", token.text, 900 - LEEWAY), PV_TOKEN_OK); /* a clock may go back */
    check_hits(2, 2);
    check_int(ask_at("Bearer ", token.text, 900 - LEEWAY - 1), PV_TOKEN_NOT_YET);
    check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_OK);
    check_hits(3, 3);
}

static void cache__keys_that_changed__verify_anew(void **state)
{
    (void)state;
    check_int(ask("\"sub\":\"s\""), PV_TOKEN_OK);
    theirs.generation++;
    check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_OK);
    check_int(ours.asked, 1);
    ours.generation++;
    check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_OK);
    check_int(ours.asked, 2);
    check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_OK);
    check_int(ours.asked, 2);
    ours.generation++;
    ours.result = PV_REFUSED;
    check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_UNKNOWN_KEY);
}

static void cache__of_no_entries__keeps_nothing(void **state)
{
    (void)state;
    pv_identity_free(identity);
    settings.cache_entries = 0;
    identity = pv_identity_new(&settings);
    check_int(ask("\"sub\":\"s\""), PV_TOKEN_OK);
    check_int(ask_at("Bearer ", token.text, NOW), PV_TOKEN_OK);
    check_int(ours.asked, 2);
    settings.cache_entries = SIZE_MAX;
    check_true(pv_identity_new(&settings) == NULL);
}

/* One set: the digests' beginning does not matter. */
static void cache__full__gives_up_what_was_not_used_for_the_longest_time(void **state)
{
    (void)state;
    struct pv_caller_cache *cache = pv_caller_cache_new(1);
    const struct pv_cached_term term = {0, 0, 0, 1};
    struct pv_cached_term got;
    unsigned char digests[5][PV_SHA256_LEN];
    for (unsigned i = 0; i < 5; i++)
        memset(digests[i], (int)(i + 1), PV_SHA256_LEN);
    known.caller = (struct pv_caller){.roles = 0};
    for (unsigned i = 0; i < PV_CACHE_WAYS; i++)
        pv_caller_cache_put(cache, digests[i], &known, &term);
    check_true(pv_caller_cache_get(cache, digests[0], &known, &got));
    known.caller.roles = PV_ROLE_AUDITOR;
    pv_caller_cache_put(cache, digests[1], &known, &term); /* in its own place */
    pv_caller_cache_put(cache, digests[4], &known, &term); /* in that of 2 */
    for (unsigned i = 0; i < 5; i++) {
        check_true(pv_caller_cache_get(cache, digests[i], &known, &got) == (i != 2));
        if (i == 1 || i == 4)
            check_int(known.caller.roles, PV_ROLE_AUDITOR);
        else if (i != 2)
            check_int(known.caller.roles, 0);
    }
    pv_caller_cache_free(cache);
    pv_caller_cache_free(NULL);
}

/* ---- threads ---- */

enum { THREADS = 4, TOKENS = 24, ROUNDS = 60 };
static struct kit_token tokens[TOKENS];
static atomic_uint wrong;

static void *ask_often(void *context)
{
    const unsigned first = *(const unsigned *)context;
    struct pv_known_caller *mine = malloc(sizeof *mine);
    for (unsigned i = 0; mine != NULL && i < ROUNDS; i++) {
        char header[2048], subject[8];
        enum pv_token_code why;
        unsigned which = (first + i * 7) % TOKENS;
        int len = snprintf(header, sizeof header, "Bearer %s", tokens[which].text);
        (void)snprintf(subject, sizeof subject, "s%u", which);
        if (pv_identity_caller(identity, (struct pv_str){header, (size_t)len}, NOW, mine, &why) != PV_OK ||
            !pv_str_equal(mine->caller.subject, (struct pv_str){subject, strlen(subject)}))
            wrong++;
    }
    free(mine);
    return NULL;
}

/* Fewer places than tokens, so that all things happen at once. */
static void identity__asked_by_many_threads__answers_each(void **state)
{
    (void)state;
    pthread_t threads[THREADS];
    unsigned first[THREADS];
    pv_identity_free(identity);
    issuers[0].keys = pv_fixed_keys(ours.keys);
    settings.cache_entries = TOKENS / 2;
    identity = pv_identity_new(&settings);
    for (unsigned i = 0; i < TOKENS; i++) {
        char claims[128];
        (void)snprintf(claims, sizeof claims,
                       "{\"iss\":\"us\",\"aud\":\"photovote\",\"exp\":1100,\"sub\":\"s%u\"}", i);
        kit_token_make(&tokens[i], PV_JWT_EDDSA, claims);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        first[i] = i;
        check_int(pthread_create(&threads[i], NULL, ask_often, &first[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        check_int(pthread_join(threads[i], NULL), 0);
    check_int(wrong, 0);
    uint64_t hits, misses;
    pv_identity_counts(identity, &hits, &misses);
    check_int(hits + misses, THREADS * ROUNDS);
    check_true(hits > 0 && misses >= TOKENS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
static const struct CMUnitTest tests[] = {
    TEST(header__absent__is_nobody),
    TEST(header__its_forms),
    TEST(caller__of_our_own_token),
    TEST(caller__of_another_issuer__has_the_roles_that_its_names_mean),
    TEST(caller__a_voter__is_known_by_id_or_email),
    TEST(caller__an_email__counts_unless_it_is_doubted),
    TEST(caller__the_longest_subject__fits),
    TEST(caller__for_one_election),
    TEST(issuer__that_is_not_ours__is_refused),
    TEST(issuer__with_the_keys_of_another__is_refused),
    TEST(issuer__for_the_audience_of_another__is_refused),
    TEST(issuer__refusals_and_faults_of_its_keys__come_out),
    TEST(keys__that_are_fixed__verify),
    TEST(cache__a_token_seen_before__is_not_verified_again),
    TEST(cache__a_refused_token__is_verified_each_time),
    TEST(cache__a_token__ends_where_it_says),
    TEST(cache__keys_that_changed__verify_anew),
    TEST(cache__of_no_entries__keeps_nothing),
    TEST(cache__full__gives_up_what_was_not_used_for_the_longest_time),
    TEST(identity__asked_by_many_threads__answers_each),
};
CHECK_MAIN(tests, 20)
