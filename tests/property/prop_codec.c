/* What is written is read back: documents and events. */
#include "case.h"
#include "properties.h"
#include "relayout.h"

#include <stdlib.h>
#include <string.h>

static void apply(struct pv_election *election, struct seen *seen)
{
    if (seen->result == PV_OK && pv_election_apply(election, &seen->event, &seen->why) < 0)
        abort();
}

/* ---- documents ---- */

static int same_bytes_again(struct gen *g, const char *what, const struct buf *document,
                            const struct pv_election *restored)
{
    struct buf again = {0};
    int failed = 0;
    print_document(restored, &again);
    if (!buf_equal(document, &again))
        failed = differ(g, what, document, &again);
    buf_free(&again);
    return failed;
}

static int same_hash(struct gen *g, const struct pv_election *a, const struct pv_election *b)
{
    char left[PV_HASH_LEN], right[PV_HASH_LEN];
    if (pv_document_hash(a, left) != PV_OK || pv_document_hash(b, right) != PV_OK)
        return gen_fail(g, "a hash fails");
    return memcmp(left, right, PV_HASH_LEN) == 0 ? 0 : gen_fail(g, "the hashes differ");
}

static int whole_again(struct gen *g, const struct pv_election *election, const struct buf *document,
                       const struct buf *text)
{
    struct pv_election restored;
    pv_election_init(&restored, draw_seed(g));
    int failed = read_document(g, text, &restored);
    failed = failed || same_bytes_again(g, "a document and its second printing", document, &restored) ||
             same_hash(g, election, &restored);
    pv_election_deinit(&restored);
    return failed;
}

enum { PAGES_MAX = 64 };

/* The parts as a cache keeps them. */
struct pages {
    struct buf header, voters[PAGES_MAX], ballots[PAGES_MAX];
    struct pv_str voter_texts[PAGES_MAX], ballot_texts[PAGES_MAX];
    struct pv_document_parts parts;
};

static int take_on(void *context, const char *bytes, size_t len)
{
    buf_add(context, bytes, len);
    return 0;
}

static void print_pages(const struct pv_election *e, struct pages *p)
{
    static struct pv_out out;
    pv_out_init(&out, take_on, &p->header);
    pv_document_write_header(&out, e);
    bool taken = pv_out_flush(&out);
    p->parts.voter_page_count = pv_document_voter_pages(e);
    p->parts.ballot_page_count = pv_document_ballot_pages(e);
    if (p->parts.voter_page_count > PAGES_MAX || p->parts.ballot_page_count > PAGES_MAX)
        abort();
    for (uint32_t i = 0; i < p->parts.voter_page_count; i++) {
        pv_out_init(&out, take_on, &p->voters[i]);
        pv_document_write_voters(&out, e, i);
        taken = pv_out_flush(&out) && taken;
        p->voter_texts[i] = (struct pv_str){p->voters[i].bytes, p->voters[i].len};
    }
    for (uint32_t i = 0; i < p->parts.ballot_page_count; i++) {
        pv_out_init(&out, take_on, &p->ballots[i]);
        pv_document_write_ballots(&out, e, i);
        taken = pv_out_flush(&out) && taken;
        p->ballot_texts[i] = (struct pv_str){p->ballots[i].bytes, p->ballots[i].len};
    }
    if (!taken)
        abort();
    p->parts.header = (struct pv_str){p->header.bytes, p->header.len};
    p->parts.voter_pages = p->voter_texts;
    p->parts.ballot_pages = p->ballot_texts;
}

static void free_pages(struct pages *p)
{
    buf_free(&p->header);
    for (size_t i = 0; i < PAGES_MAX; i++) {
        buf_free(&p->voters[i]);
        buf_free(&p->ballots[i]);
    }
}

static int parts_again(struct gen *g, const struct pv_election *election, const struct buf *document)
{
    struct pages p = {.header = {0}};
    struct pv_election restored;
    struct pv_document_error error;
    int failed = 0;
    print_pages(election, &p);
    pv_election_init(&restored, draw_seed(g));
    enum pv_result result = pv_document_read(&p.parts, &restored, &error);
    if (result != PV_OK)
        failed = gen_fail(g, "the parts are not read back: %s: %s", result == PV_REFUSED ? error.path : "",
                          result == PV_REFUSED ? error.reason : "a fault");
    failed = failed || same_bytes_again(g, "a document and its parts", document, &restored);
    pv_election_deinit(&restored);
    free_pages(&p);
    return failed;
}

static int document_round(struct gen *g, const struct pv_election *election)
{
    struct buf document = {0}, foreign = {0};
    print_document(election, &document);
    int failed = whole_again(g, election, &document, &document) || parts_again(g, election, &document);
    relayout(g, (struct pv_str){document.bytes, document.len}, &foreign);
    failed = failed || whole_again(g, election, &document, &foreign);
    gen_count(g, COUNT_DOCUMENTS);
    buf_free(&document);
    buf_free(&foreign);
    return failed;
}

int prop_document_round_trip(struct gen *g)
{
    struct a_case c;
    struct pv_election election;
    int failed = 0;
    case_init(&c, g);
    pv_election_init(&election, draw_seed(g));
    while (failed == 0 && case_next(&c)) {
        struct seen seen;
        seen_init(&seen, g, &c.wire);
        apply(&election, &seen);
        seen_deinit(&seen);
        if (election.version >= 0 && gen_draw(g, 16) == 15)
            failed = document_round(g, &election);
    }
    if (failed == 0 && election.version >= 0)
        failed = document_round(g, &election);
    pv_election_deinit(&election);
    case_deinit(&c);
    return failed;
}

/* ---- events ---- */

static int event_again(struct a_case *c, const struct pv_event *event)
{
    struct buf printed = {0}, expected = {0}, again = {0};
    struct pv_event second;
    struct pv_refusal why;
    int failed = 0;
    print_event(event, &printed);
    model_event(c->fact, &expected);
    if (!buf_equal(&printed, &expected))
        failed = differ(c->g, "an event as printed by core and model", &printed, &expected);
    char *scratch = bag_alloc(&c->bag, printed.len);
    struct pv_str data = bag_copy(&c->bag, printed.bytes, printed.len);
    if (pv_event_read(c->wire.type, data, scratch, &second, &why) != PV_OK)
        failed = gen_fail(c->g, "a printed event is refused: %s: %.*s", pv_code_name(why.code),
                          (int)printed.len, printed.bytes);
    else
        print_event(&second, &again);
    if (failed == 0 && (!buf_equal(&printed, &again) || second.type != event->type))
        failed = differ(c->g, "an event and its second printing", &printed, &again);
    buf_free(&printed);
    buf_free(&expected);
    buf_free(&again);
    return failed;
}

/* The event by way of its primitives alone, field by field (pv_event_get_field), is the same again. */
static int event_by_fields(struct a_case *c, const struct pv_event *event)
{
    const struct pv_event_spec *spec = pv_event_spec(event->type);
    struct pv_primitive primitives[PV_EVENT_FIELDS_MAX];
    char scratch[PV_EVENT_FIELDS_MAX][PV_VALUE_TEXT_MAX];
    struct pv_event second;
    struct pv_refusal why;
    struct buf a = {0}, b = {0};
    int failed = 0;
    for (size_t i = 0; i < spec->field_count; i++)
        primitives[i] = pv_event_get_field(event, &spec->fields[i], scratch[i]);
    if (pv_event_make(event->type, primitives, &second, &why) != PV_OK)
        return gen_fail(c->g, "an event made of its own fields is refused: %s", pv_code_name(why.code));
    print_event(event, &a);
    print_event(&second, &b);
    if (!buf_equal(&a, &b))
        failed = differ(c->g, "an event and the one made of its fields", &a, &b);
    buf_free(&a);
    buf_free(&b);
    return failed;
}

int prop_event_round_trip(struct gen *g)
{
    struct a_case c;
    int failed = 0;
    case_init(&c, g);
    while (failed == 0 && case_next(&c)) {
        struct seen seen;
        seen_init(&seen, g, &c.wire);
        if ((seen.result == PV_OK) != (c.fact != NULL))
            failed = case_same_verdict(&c, seen.result, &seen.why);
        else if (seen.result == PV_OK)
            failed = event_again(&c, &seen.event) || event_by_fields(&c, &seen.event);
        seen_deinit(&seen);
    }
    case_deinit(&c);
    return failed;
}

/* ---- a restart ---- */

static int restart(struct gen *g, const struct pv_election *original, struct pv_election *restored)
{
    struct buf document = {0};
    print_document(original, &document);
    pv_election_deinit(restored);
    pv_election_init(restored, draw_seed(g));
    int failed = read_document(g, &document, restored);
    gen_count(g, COUNT_RESTORED);
    buf_free(&document);
    return failed;
}

static int same_state(struct gen *g, const struct pv_election *a, const struct pv_election *b)
{
    struct buf left = {0}, right = {0};
    int failed = 0;
    print_document(a, &left);
    print_document(b, &right);
    if (!buf_equal(&left, &right))
        failed = differ(g, "the original and the restored one, continued,", &left, &right);
    buf_free(&left);
    buf_free(&right);
    return failed;
}

static int both_take(struct a_case *c, struct pv_election *original, struct pv_election *restored,
                     struct seen *seen)
{
    struct pv_refusal other = {.code = PV_CODE_NONE};
    struct pv_violation v;
    if (seen->result != PV_OK)
        return 0;
    enum pv_result first = pv_election_apply(original, &seen->event, &seen->why);
    enum pv_result second = pv_election_apply(restored, &seen->event, &other);
    if (first != second ||
        (first == PV_REFUSED && (seen->why.code != other.code || seen->why.field != other.field)))
        return gen_fail(c->g, "the original says %d, the restored one %d (%s)", first, second,
                        second == PV_REFUSED ? pv_code_name(other.code) : "");
    if (!pv_election_ensure_valid_state(restored, &v))
        return gen_fail(c->g, "the restored one, continued, breaks a rule: %s", pv_rule_sentence(v.rule));
    return 0;
}

int prop_restored_continues(struct gen *g)
{
    struct a_case c;
    struct pv_election original, restored;
    int failed = 0;
    case_init(&c, g);
    pv_election_init(&original, draw_seed(g));
    pv_election_init(&restored, draw_seed(g));
    while (failed == 0 && case_next(&c)) {
        struct seen seen;
        seen_init(&seen, g, &c.wire);
        failed = both_take(&c, &original, &restored, &seen);
        seen_deinit(&seen);
        if (failed == 0 && original.version >= 0 && gen_draw(g, 10) == 9)
            failed = same_state(g, &original, &restored) || restart(g, &original, &restored);
    }
    if (failed == 0 && original.version >= 0)
        failed = same_state(g, &original, &restored);
    pv_election_deinit(&original);
    pv_election_deinit(&restored);
    case_deinit(&c);
    return failed;
}
