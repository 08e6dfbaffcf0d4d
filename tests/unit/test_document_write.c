/* document_write.c and hash.c: the canonical form of F3, whole and in parts. */
#include <openssl/evp.h>
#include <stdlib.h>

#include "document.h"
#include "failing.h"
#include "sample.h"

static const struct pv_seed seed = {1, 2};

/* OpenSSL's calls fail one by one (linked with --wrap). */
static enum { NONE, NEW, INIT, UPDATE, FINAL } hash_failure;
EVP_MD_CTX *__real_EVP_MD_CTX_new(void);
EVP_MD_CTX *__wrap_EVP_MD_CTX_new(void);
int __real_EVP_DigestInit_ex(EVP_MD_CTX *context, const EVP_MD *type, ENGINE *engine);
int __wrap_EVP_DigestInit_ex(EVP_MD_CTX *context, const EVP_MD *type, ENGINE *engine);
int __real_EVP_DigestUpdate(EVP_MD_CTX *context, const void *bytes, size_t len);
int __wrap_EVP_DigestUpdate(EVP_MD_CTX *context, const void *bytes, size_t len);
int __real_EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *digest, unsigned *len);
int __wrap_EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *digest, unsigned *len);

EVP_MD_CTX *__wrap_EVP_MD_CTX_new(void)
{
    return hash_failure == NEW ? NULL : __real_EVP_MD_CTX_new();
}

int __wrap_EVP_DigestInit_ex(EVP_MD_CTX *context, const EVP_MD *type, ENGINE *engine)
{
    return hash_failure == INIT ? 0 : __real_EVP_DigestInit_ex(context, type, engine);
}

int __wrap_EVP_DigestUpdate(EVP_MD_CTX *context, const void *bytes, size_t len)
{
    return hash_failure == UPDATE ? 0 : __real_EVP_DigestUpdate(context, bytes, len);
}

int __wrap_EVP_DigestFinal_ex(EVP_MD_CTX *context, unsigned char *digest, unsigned *len)
{
    return hash_failure == FINAL ? 0 : __real_EVP_DigestFinal_ex(context, digest, len);
}

static void check_document(const struct pv_election *election, const char *expected)
{
    char *actual = sample_document(election);
    assert_string_equal(actual, expected);
    free(actual);
}

static void document__every_kind_of_part__is_printed_as_F3_says(void **state)
{
    (void)state;
    struct pv_election e;
    char *golden = sample_golden();
    pv_election_init(&e, seed);
    sample_full(&e);
    check_document(&e, golden);
    pv_election_deinit(&e);
    free(golden);
}

static void document__draft_without_parts__has_nulls_and_empty_lists(void **state)
{
    (void)state;
    struct pv_election e;
    pv_election_init(&e, seed);
    sample_created(&e, 31, "x", NULL);
    check_document(&e,
                   "{\"id\":\"0000000000000000000000000Z\",\"version\":0,\"deleted\":false,\"name\":\"x\","
                   "\"description\":null,\"opened\":null,\"closed\":null,\"competitions\":[],\"voters\":[],"
                   "\"ballots\":[]}");
    pv_election_deinit(&e);
}

static void document__competition_without_candidates__has_an_empty_list(void **state)
{
    (void)state;
    struct pv_election e;
    pv_election_init(&e, seed);
    sample_created(&e, 1, "x", NULL);
    sample_competition(&e, 2, "y", NULL);
    sample_deleted(&e);
    check_document(&e, "{\"id\":\"00000000000000000000000001\",\"version\":2,\"deleted\":true,\"name\":\"x\","
                       "\"description\":null,\"opened\":null,\"closed\":null,\"competitions\":[{\"id\":"
                       "\"00000000000000000000000002\",\"version\":0,\"deleted\":false,\"name\":\"y\","
                       "\"description\":null,\"candidates\":[]}],\"voters\":[],\"ballots\":[]}");
    pv_election_deinit(&e);
}

/* The order of the ratings where candidates of two competitions were added in turn, and taken back ones are
 * gone. */
static void document__ratings__are_in_order_of_addition_by_competition(void **state)
{
    (void)state;
    struct pv_election e;
    pv_election_init(&e, seed);
    sample_created(&e, 1, "x", NULL);
    sample_competition(&e, 9, "first", NULL);
    sample_competition(&e, 8, "second", NULL);
    sample_candidate(&e, 8, 20, "a", NULL, NULL, NULL);
    sample_candidate(&e, 9, 19, "b", NULL, NULL, NULL);
    sample_candidate(&e, 8, 18, "c", NULL, NULL, NULL);
    sample_candidate(&e, 9, 17, "d", NULL, NULL, NULL);
    sample_opened(&e, "2024-02-24T18:00:00Z");
    sample_voter(&e, 3, "v", "v@x");
    sample_ballot(&e, 3, 4);
    sample_rated(&e, 4, 8, 18, 1);
    sample_rated(&e, 4, 9, 17, 2);
    sample_rated(&e, 4, 8, 20, 3);
    sample_rated(&e, 4, 9, 19, 4);
    char *text = sample_document(&e);
    assert_non_null(strstr(text, "\"ratings\":{"
                                 "\"00000000000000000000000009\":{\"0000000000000000000000000K\":4,"
                                 "\"0000000000000000000000000H\":2},"
                                 "\"00000000000000000000000008\":{\"0000000000000000000000000M\":3,"
                                 "\"0000000000000000000000000J\":1}},\"cast\":false"));
    free(text);
    sample_rated(&e, 4, 9, 17, 0);
    sample_rated(&e, 4, 9, 19, 0);
    text = sample_document(&e);
    assert_non_null(strstr(text,
                           "\"ratings\":{\"00000000000000000000000008\":{\"0000000000000000000000000M\":3,"
                           "\"0000000000000000000000000J\":1}},\"cast\":false"));
    free(text);
    pv_election_deinit(&e);
}

/* The ratings of a ballot written in the plainest way there is. */
static void naive_ratings(struct sample_text *text, const struct pv_election *e, uint32_t ballot)
{
    char id[PV_ULID_LEN + 1] = "";
    bool any = false;
    for (uint32_t c = 0; c < e->competition_count; c++) {
        bool inside = false;
        for (uint32_t k = 0; k < e->competitions[c].candidate_count; k++) {
            uint32_t candidate = e->competitions[c].candidates[k];
            struct pv_rating rating = pv_election_rating(e, ballot, candidate);
            if (rating.stars == 0)
                continue;
            if (!inside) {
                pv_ulid_format(e->competitions[c].id.bits, id);
                pv_out_cstr(&text->out, any ? "},\"" : "\"");
                pv_out_cstr(&text->out, id);
                pv_out_cstr(&text->out, "\":{");
            }
            pv_ulid_format(e->candidates[candidate].id.bits, id);
            pv_out_cstr(&text->out, inside ? ",\"" : "\"");
            pv_out_cstr(&text->out, id);
            pv_out_cstr(&text->out, "\":");
            pv_out_uint(&text->out, rating.stars);
            inside = any = true;
        }
    }
    pv_out_cstr(&text->out, any ? "}" : "");
}

static void check_ratings(uint32_t candidates)
{
    struct pv_election e;
    pv_election_init(&e, seed);
    sample_large(&e, candidates, 40);
    char *document = sample_document(&e);
    const char *at = document;
    for (uint32_t i = 0; i < e.ballot_count; i++) {
        struct sample_text *text = sample_text_begin();
        pv_out_cstr(&text->out, "\"ratings\":{");
        naive_ratings(text, &e, i);
        pv_out_cstr(&text->out, "},\"cast\":false}");
        char *expected = sample_text_end(text);
        at = strstr(at, "\"ratings\"");
        assert_non_null(at);
        assert_memory_equal(at, expected, strlen(expected));
        at += strlen(expected);
        free(expected);
    }
    free(document);
    pv_election_deinit(&e);
}

static void document__largest_small_paper__has_the_ratings_of_a_plain_walk(void **state)
{
    (void)state;
    check_ratings(PV_RATINGS_DENSE_MAX);
}

static void document__smallest_large_paper__has_the_ratings_of_a_plain_walk(void **state)
{
    (void)state;
    check_ratings(PV_RATINGS_DENSE_MAX + 1);
}

/* More ratings on one ballot than the first reservation holds. */
static void document__large_paper_all_rated__has_every_rating(void **state)
{
    (void)state;
    struct pv_election e;
    pv_election_init(&e, seed);
    sample_large(&e, 300, 1);
    for (uint32_t i = 300; i-- > 0;)
        sample_rated(&e, 2000000, 1000 + i % 3, 2000 + i, 5);
    char *text = sample_document(&e);
    size_t count = 0;
    for (const char *at = strstr(text, "\"ratings\""); (at = strstr(at, "\":5")) != NULL; at++)
        count++;
    check_int(count, 300);
    free(text);
    pv_election_deinit(&e);
}

static char *part(const struct pv_election *e, char kind, uint32_t page)
{
    struct sample_text *text = sample_text_begin();
    if (kind == 'h')
        pv_document_write_header(&text->out, e);
    else if (kind == 'v')
        pv_document_write_voters(&text->out, e, page);
    else
        pv_document_write_ballots(&text->out, e, page);
    return sample_text_end(text);
}

static void parts__small_election__are_the_pieces_of_the_document(void **state)
{
    (void)state;
    struct pv_election e;
    char header[4096];
    pv_election_init(&e, seed);
    sample_full(&e);
    snprintf(header, sizeof(header), "%s}", sample_golden_header);
    check_int(pv_document_voter_pages(&e), 1);
    check_int(pv_document_ballot_pages(&e), 1);
    const char *const expected[] = {header, sample_golden_voters, sample_golden_ballots};
    for (size_t i = 0; i < 3; i++) {
        char *text = part(&e, "hvb"[i], 0);
        assert_string_equal(text, expected[i]);
        free(text);
    }
    pv_election_deinit(&e);
}

static void append_page(struct sample_text *all, char *page, bool first)
{
    size_t len = strlen(page);
    check_true(len > 2 && page[0] == '[' && page[len - 1] == ']');
    if (!first)
        pv_out_char(&all->out, ',');
    pv_out_bytes(&all->out, page + 1, len - 2);
    free(page);
}

/* All pages put together again. */
static char *joined(const struct pv_election *e)
{
    struct sample_text *all = sample_text_begin();
    char *header = part(e, 'h', 0);
    pv_out_bytes(&all->out, header, strlen(header) - 1);
    free(header);
    pv_out_cstr(&all->out, ",\"voters\":[");
    for (uint32_t i = 0; i < pv_document_voter_pages(e); i++)
        append_page(all, part(e, 'v', i), i == 0);
    pv_out_cstr(&all->out, "],\"ballots\":[");
    for (uint32_t i = 0; i < pv_document_ballot_pages(e); i++)
        append_page(all, part(e, 'b', i), i == 0);
    pv_out_cstr(&all->out, "]}");
    return sample_text_end(all);
}

static void check_pages(uint32_t voters, uint32_t voter_pages, uint32_t ballot_pages)
{
    struct pv_election e;
    pv_election_init(&e, seed);
    sample_large(&e, 6, voters);
    check_int(pv_document_voter_pages(&e), voter_pages);
    check_int(pv_document_ballot_pages(&e), ballot_pages);
    char *whole = sample_document(&e), *parts = joined(&e);
    assert_string_equal(parts, whole);
    free(parts);
    free(whole);
    pv_election_deinit(&e);
}

static void pages__at_their_limits__hold_what_F3_says(void **state)
{
    (void)state;
    check_pages(0, 0, 0);
    check_pages(1, 1, 1);
    check_pages(16, 1, 1);
    check_pages(17, 1, 2);
    check_pages(128, 1, 8);
    check_pages(129, 2, 9);
    check_pages(300, 3, 19);
}

static void document__failed_sink__is_told_by_the_flush(void **state)
{
    (void)state;
    struct pv_election e;
    pv_election_init(&e, seed);
    sample_full(&e);
    struct pv_buffer buffer = {0};
    static struct pv_out out;
    pv_out_init(&out, pv_buffer_write, &buffer);
    failing_at(0);
    pv_document_write(&out, &e);
    check_true(!pv_out_flush(&out));
    failing_at(SIZE_MAX);
    pv_buffer_deinit(&buffer);
    pv_election_deinit(&e);
}

static int swallow(void *context, const char *bytes, size_t len)
{
    (void)context;
    (void)bytes;
    (void)len;
    return 0;
}

static void document__no_memory_for_a_large_ballot__fails_the_output(void **state)
{
    (void)state;
    struct pv_election e;
    static struct pv_out out;
    pv_election_init(&e, seed);
    sample_large(&e, 300, 3);
    pv_out_init(&out, swallow, NULL);
    failing_at(0);
    pv_document_write(&out, &e);
    check_int(failing_count(), 1);
    check_true(!pv_out_flush(&out));
    char hex[PV_HASH_LEN];
    failing_at(0);
    enum pv_result result = pv_document_hash(&e, hex);
    failing_at(SIZE_MAX);
    check_int(result, PV_FAULT_MEMORY);
    pv_election_deinit(&e);
}

static void document__small_paper__needs_no_memory(void **state)
{
    (void)state;
    struct pv_election e;
    static struct pv_out out;
    pv_election_init(&e, seed);
    sample_full(&e);
    pv_out_init(&out, swallow, NULL);
    failing_at(0);
    pv_document_write(&out, &e);
    check_int(failing_count(), 0);
    failing_at(SIZE_MAX);
    check_true(pv_out_flush(&out));
    pv_election_deinit(&e);
}

/* By sha256sum of the text in sample.c. */
static void hash__golden_document__is_its_sha256(void **state)
{
    (void)state;
    struct pv_election e;
    char hex[PV_HASH_LEN];
    pv_election_init(&e, seed);
    sample_full(&e);
    check_int(pv_document_hash(&e, hex), PV_OK);
    check_str(((struct pv_str){hex, PV_HASH_LEN}),
              "600ffa569e18fc720424e34c367da5eb41c52ea4600ea861c640077f8f85e7bb");
    pv_election_deinit(&e);
}

static void hash__failure_of_each_call__is_a_fault_and_writes_nothing(void **state)
{
    (void)state;
    struct pv_election e;
    pv_election_init(&e, seed);
    sample_created(&e, 1, "x", NULL);
    for (hash_failure = NEW; hash_failure <= FINAL; hash_failure++) {
        char hex[PV_HASH_LEN] = "#";
        check_int(pv_document_hash(&e, hex), PV_FAULT_MEMORY);
        check_true(hex[0] == '#');
    }
    hash_failure = NONE;
    pv_election_deinit(&e);
}

/* Independent of the maps' seed, and of a document that is larger than the buffer. */
static void hash__other_seed__is_the_same(void **state)
{
    (void)state;
    char hex[2][PV_HASH_LEN];
    for (uint64_t i = 0; i < 2; i++) {
        struct pv_election e;
        pv_election_init(&e, (struct pv_seed){i, 77 * i});
        sample_large(&e, 20, 400);
        check_int(pv_document_hash(&e, hex[i]), PV_OK);
        pv_election_deinit(&e);
    }
    assert_memory_equal(hex[0], hex[1], PV_HASH_LEN);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(document__every_kind_of_part__is_printed_as_F3_says),
    cmocka_unit_test(document__draft_without_parts__has_nulls_and_empty_lists),
    cmocka_unit_test(document__competition_without_candidates__has_an_empty_list),
    cmocka_unit_test(document__ratings__are_in_order_of_addition_by_competition),
    cmocka_unit_test(document__largest_small_paper__has_the_ratings_of_a_plain_walk),
    cmocka_unit_test(document__smallest_large_paper__has_the_ratings_of_a_plain_walk),
    cmocka_unit_test(document__large_paper_all_rated__has_every_rating),
    cmocka_unit_test(parts__small_election__are_the_pieces_of_the_document),
    cmocka_unit_test(pages__at_their_limits__hold_what_F3_says),
    cmocka_unit_test(document__failed_sink__is_told_by_the_flush),
    cmocka_unit_test(document__no_memory_for_a_large_ballot__fails_the_output),
    cmocka_unit_test(document__small_paper__needs_no_memory),
    cmocka_unit_test(hash__golden_document__is_its_sha256),
    cmocka_unit_test(hash__failure_of_each_call__is_a_fault_and_writes_nothing),
    cmocka_unit_test(hash__other_seed__is_the_same),
};
CHECK_MAIN(tests, 15)
