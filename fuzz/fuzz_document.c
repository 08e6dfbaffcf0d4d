/* A document, and behind a zero byte perhaps another. One that is accepted keeps D6, says what its text says,
   prints canonically, comes back as the same bytes whole and in parts, and can go on; one that is refused
   leaves nothing and says where. Two that are accepted differ exactly where their difference says. */
#include "case.h"
#include "document_diff.h"
#include "naive_json.h"

#include <stdlib.h>
#include <string.h>

static const struct pv_seed seed = {1, 2};

/* ---- the printed document says what the text says ---- */

static const struct naive *member(const struct naive *object, struct pv_str key)
{
    const struct naive *found = object->first;
    while (found != NULL && !pv_str_equal(found->key, key))
        found = found->next;
    return found;
}

static const struct naive *element(const struct naive *array, size_t index)
{
    const struct naive *found = array->first;
    for (; found != NULL && index > 0; index--)
        found = found->next;
    return found;
}

static size_t index_of(const struct naive *node)
{
    size_t index = 0;
    for (const struct naive *other = node->parent->first; other != node; other = other->next)
        index++;
    return index;
}

/* What stands in `other` where `node` stands in its own tree, or NULL. */
static const struct naive *counterpart(const struct naive *node, const struct naive *other)
{
    enum { DEPTH = 16 };
    const struct naive *path[DEPTH];
    size_t depth = 0;
    for (; node->parent != NULL; node = node->parent) {
        CHECK(depth < DEPTH);
        path[depth++] = node;
    }
    while (other != NULL && depth-- > 0)
        other = path[depth]->parent->kind == NAIVE_OBJECT ? member(other, path[depth]->key)
                                                          : element(other, index_of(path[depth]));
    return other;
}

static size_t count_of(const struct naive *node)
{
    size_t count = 0;
    for (const struct naive *item = node->first; item != NULL; item = item->next)
        count++;
    return count;
}

/* Dates may have been written in another form. */
static bool is_date(const struct naive *node)
{
    return node->parent != NULL && node->parent->parent == NULL &&
           (str_is(node->key, "opened") || str_is(node->key, "closed"));
}

static bool is_ratings(const struct naive *node)
{
    return str_is(node->key, "ratings") || (node->parent != NULL && str_is(node->parent->key, "ratings"));
}

static void check_said(const struct naive *printed, const struct naive *text)
{
    const struct naive *root = printed;
    for (; printed != NULL; printed = naive_next(printed, root)) {
        const struct naive *said = counterpart(printed, text);
        CHECK(said != NULL && said->kind == printed->kind);
        if (printed->kind == NAIVE_STRING && !is_date(printed))
            CHECK_SAME("a string of a document and its text", printed->text, said->text);
        if (printed->kind == NAIVE_NUMBER)
            CHECK_SAME("a number of a document and its text", printed->raw, said->raw);
        if (printed->kind == NAIVE_ARRAY || is_ratings(printed)) /* other objects may have keys besides */
            CHECK(count_of(printed) == count_of(said));
    }
}

static void check_canonical(struct pv_str text, const struct buf *printed)
{
    struct bag bag = {0};
    const struct naive *said = naive_parse(text, &bag), *canonical = naive_parse(kit_str(printed), &bag);
    CHECK(said != NULL && canonical != NULL);
    check_said(canonical, said);
    bag_free(&bag);
}

/* ---- reading ---- */

static enum pv_result read_parts(const struct pv_document_parts *parts, struct pv_election *election,
                                 struct pv_document_error *error)
{
    memset(error, '#', sizeof *error);
    pv_election_init(election, seed);
    enum pv_result result = pv_document_read(parts, election, error);
    CHECK(result == PV_OK || result == PV_REFUSED);
    return result;
}

static void check_refused(const struct pv_election *election, const struct pv_document_error *error)
{
    CHECK(election->version == -1 && election->competition_count == 0 && election->voter_count == 0 &&
          election->ballot_count == 0 && election->competitions == NULL);
    CHECK(memchr(error->path, '\0', sizeof error->path) != NULL);
    CHECK(memchr(error->reason, '\0', sizeof error->reason) != NULL);
    CHECK(kit_is_clean((struct pv_str){error->path, strlen(error->path)}, ""));
    CHECK(kit_is_clean((struct pv_str){error->reason, strlen(error->reason)}, "") &&
          error->reason[0] != '\0');
}

static void check_reads_back(const struct pv_document_parts *parts, const struct buf *expected)
{
    struct pv_election election;
    struct pv_document_error error;
    struct buf printed = {0};
    if (read_parts(parts, &election, &error) != PV_OK)
        FAIL("a printed document is not read back: %s: %s", error.path, error.reason);
    print_document(&election, &printed);
    CHECK_SAME("a document printed, read and printed", kit_str(&printed), kit_str(expected));
    buf_free(&printed);
    pv_election_deinit(&election);
}

/* ---- in parts ---- */

static int take_on(void *context, const char *bytes, size_t len)
{
    buf_add(context, bytes, len);
    return 0;
}

typedef void write_page_fn(struct pv_out *out, const struct pv_election *election, uint32_t page);

static void write_header(struct pv_out *out, const struct pv_election *election, uint32_t page)
{
    (void)page;
    pv_document_write_header(out, election);
}

/* A page in a block of exactly its size, in the bag. */
static struct pv_str page_of(const struct pv_election *election, write_page_fn *write, uint32_t page,
                             struct bag *bag)
{
    static struct pv_out out;
    struct buf text = {0};
    pv_out_init(&out, take_on, &text);
    write(&out, election, page);
    CHECK(pv_out_flush(&out));
    struct pv_str copy = bag_copy(bag, text.bytes, text.len);
    buf_free(&text);
    return copy;
}

static void check_parts(const struct pv_election *election, const struct buf *expected)
{
    enum { PAGES_MAX = 32 };
    struct pv_str voters[PAGES_MAX], ballots[PAGES_MAX];
    uint32_t voter_pages = pv_document_voter_pages(election);
    uint32_t ballot_pages = pv_document_ballot_pages(election);
    struct bag bag = {0};
    if (voter_pages > PAGES_MAX || ballot_pages > PAGES_MAX)
        return;
    for (uint32_t i = 0; i < voter_pages; i++)
        voters[i] = page_of(election, pv_document_write_voters, i, &bag);
    for (uint32_t i = 0; i < ballot_pages; i++)
        ballots[i] = page_of(election, pv_document_write_ballots, i, &bag);
    struct pv_document_parts parts = {.header = page_of(election, write_header, 0, &bag),
                                      .voter_pages = voters,
                                      .ballot_pages = ballots,
                                      .voter_page_count = voter_pages,
                                      .ballot_page_count = ballot_pages};
    check_reads_back(&parts, expected);
    bag_free(&bag);
}

/* ---- an accepted one ---- */

/* It is an election like any other: the next event is taken, or refused for its phase; or nothing follows the
   last version there is. */
static void check_goes_on(struct pv_election *election)
{
    struct pv_event event = {.type = PV_EVENT_ELECTION_NAME_CHANGED, .id = {{1, 1}}};
    struct pv_refusal why;
    struct buf before = {0}, after = {0};
    event.u.election_name_changed.election_id = election->id;
    event.u.election_name_changed.name.text = PV_STR("another");
    bool deleted = election->deleted, is_last = election->version == INT64_MAX;
    print_document(election, &before);
    enum pv_result result = pv_election_apply(election, &event, &why);
    CHECK(result == (deleted ? PV_REFUSED : is_last ? PV_FAULT_STATE : PV_OK));
    print_document(election, &after);
    CHECK(buf_equal(&before, &after) == (deleted || is_last));
    struct pv_violation violation;
    CHECK(pv_election_ensure_valid_state(election, &violation));
    buf_free(&before);
    buf_free(&after);
}

static void check_hash(const struct pv_election *election)
{
    char hash[PV_HASH_LEN];
    CHECK(pv_document_hash(election, hash) == PV_OK);
    for (size_t i = 0; i < PV_HASH_LEN; i++)
        CHECK((hash[i] >= '0' && hash[i] <= '9') || (hash[i] >= 'a' && hash[i] <= 'f'));
}

static void check_accepted(struct pv_str text, struct pv_election *election, struct buf *printed)
{
    struct pv_violation violation;
    struct buf tally = {0};
    CHECK(pv_election_ensure_valid_state(election, &violation));
    print_document(election, printed);
    check_canonical(text, printed);
    check_reads_back(&(struct pv_document_parts){.header = kit_str(printed), .whole = true}, printed);
    check_parts(election, printed);
    check_hash(election);
    print_tally(election, &tally);
    buf_free(&tally);
}

/* Whether it is accepted; then the election is the caller's. */
static bool check_document(struct pv_str text, struct pv_election *election, struct buf *printed)
{
    struct pv_document_error error;
    struct pv_document_parts parts = {.header = text, .whole = true};
    if (read_parts(&parts, election, &error) != PV_OK) {
        check_refused(election, &error);
        pv_election_deinit(election);
        return false;
    }
    check_accepted(text, election, printed);
    parts.whole = false; /* which its keys tell */
    check_reads_back(&parts, printed);
    return true;
}

/* ---- the difference of two ---- */

struct difference {
    const struct naive *left, *right;
    size_t count;
};

/* By a JSON Pointer; keys of a document have nothing in them that is escaped there. */
static const struct naive *at_path(const struct naive *node, const char *path)
{
    while (node != NULL && *path == '/') {
        size_t len = strcspn(++path, "/");
        struct pv_str step = {path, len};
        node = node->kind == NAIVE_OBJECT ? member(node, step) : element(node, strtoul(path, NULL, 10));
        path += len;
    }
    return node;
}

static void check_side(const struct naive *root, const char *path, struct pv_str value)
{
    const struct naive *node = at_path(root, path);
    CHECK((value.ptr == NULL) == (node == NULL));
    if (node != NULL)
        CHECK_SAME("a difference and its document", value, node->raw);
}

static void on_difference(void *context, const struct pv_difference *found)
{
    struct difference *difference = context;
    difference->count++;
    CHECK(!(found->cached.ptr != NULL && found->rebuilt.ptr != NULL &&
            pv_str_equal(found->cached, found->rebuilt)));
    check_side(difference->left, found->path, found->cached);
    check_side(difference->right, found->path, found->rebuilt);
}

static void check_difference(const struct pv_election *a, const struct pv_election *b, const struct buf *left,
                             const struct buf *right)
{
    struct bag bag = {0};
    struct difference difference = {naive_parse(kit_str(left), &bag), naive_parse(kit_str(right), &bag), 0};
    CHECK(pv_document_diff(a, b, on_difference, &difference) == PV_OK);
    CHECK((difference.count == 0) == buf_equal(left, right));
    bag_free(&bag);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data, *zero = size > 0 ? memchr(data, '\0', size) : NULL;
    size_t len = zero != NULL ? (size_t)(zero - bytes) : size;
    struct pv_str first = {kit_copy((struct pv_str){bytes, len}), len}, second = {NULL, 0};
    struct pv_election a, b;
    struct buf left = {0}, right = {0};
    if (zero != NULL) {
        second.len = size - len - 1;
        second.ptr = kit_copy((struct pv_str){zero + 1, second.len});
    }
    bool has_a = check_document(first, &a, &left), has_b = zero != NULL && check_document(second, &b, &right);
    if (has_a && has_b) {
        check_difference(&a, &b, &left, &right);
        check_difference(&b, &a, &right, &left);
    }
    if (has_a) {
        check_goes_on(&a);
        pv_election_deinit(&a);
    }
    if (has_b)
        pv_election_deinit(&b);
    buf_free(&left);
    buf_free(&right);
    free((void *)(uintptr_t)first.ptr);
    free((void *)(uintptr_t)second.ptr);
    return 0;
}
