#include "projection.h"

#include "document.h"

#include <stdlib.h>
#include <string.h>

/* --- which pages changed --- */

enum { WORD_BITS = 64 };

void pv_changed_pages_deinit(struct pv_changed_pages *changed)
{
    free(changed->voters);
    free(changed->ballots);
    *changed = (struct pv_changed_pages){0};
}

void pv_changed_pages_clear(struct pv_changed_pages *changed)
{
    if (changed->voter_words > 0)
        memset(changed->voters, 0, changed->voter_words * sizeof *changed->voters);
    if (changed->ballot_words > 0)
        memset(changed->ballots, 0, changed->ballot_words * sizeof *changed->ballots);
}

/* Room is doubled, so that an election of any size is grown into at a constant cost a page. */
static enum pv_result set_bit(uint64_t **words, uint32_t *count, uint32_t bit)
{
    uint32_t word = bit / WORD_BITS;
    if (word >= *count) {
        uint32_t larger = word * 2 + 1;
        uint64_t *moved = realloc(*words, larger * sizeof *moved);
        if (moved == NULL)
            return PV_FAULT_MEMORY;
        memset(moved + *count, 0, (larger - *count) * sizeof *moved);
        *words = moved;
        *count = larger;
    }
    (*words)[word] |= UINT64_C(1) << bit % WORD_BITS;
    return PV_OK;
}

static bool has_bit(const uint64_t *words, uint32_t count, uint32_t bit)
{
    return bit / WORD_BITS < count && (words[bit / WORD_BITS] >> bit % WORD_BITS & 1) != 0;
}

static enum pv_result note_voter(struct pv_changed_pages *changed, const struct pv_election *election,
                                 struct pv_voter_id id)
{
    return set_bit(&changed->voters, &changed->voter_words,
                   pv_election_find_voter(election, id) / PV_PAGE_VOTERS);
}

static enum pv_result note_ballot(struct pv_changed_pages *changed, const struct pv_election *election,
                                  struct pv_ballot_id id)
{
    return set_bit(&changed->ballots, &changed->ballot_words,
                   pv_election_find_ballot(election, id) / PV_PAGE_BALLOTS);
}

static uint64_t count_cast(const struct pv_election *election)
{
    uint64_t cast = 0;
    for (uint32_t i = 0; i < election->ballot_count; i++)
        cast += election->ballots[i].cast;
    return cast;
}

/* A ballot is cast once and stays so. */
static void note_cast(struct pv_changed_pages *changed, const struct pv_election *election, bool now)
{
    if (changed->cast_is_counted)
        changed->ballots_cast += now;
    else
        changed->ballots_cast = count_cast(election);
    changed->cast_is_counted = true;
}

enum pv_result pv_changed_pages_note(struct pv_changed_pages *changed, const struct pv_election *election,
                                     const struct pv_event *event)
{
    enum pv_result result = PV_OK;
    switch (event->type) {
    case PV_EVENT_VOTER_REGISTERED:
        result = note_voter(changed, election, event->u.voter_registered.voter_id);
        break;
    case PV_EVENT_BALLOT_CREATED: /* the voter's version and ballot_issued are on its page */
        result = note_voter(changed, election, event->u.ballot_created.voter_id);
        if (result == PV_OK)
            result = note_ballot(changed, election, event->u.ballot_created.ballot_id);
        break;
    case PV_EVENT_BALLOT_CANDIDATE_RATED:
        result = note_ballot(changed, election, event->u.ballot_candidate_rated.ballot_id);
        break;
    case PV_EVENT_BALLOT_CAST:
        result = note_ballot(changed, election, event->u.ballot_cast.ballot_id);
        break;
    case PV_EVENT_ELECTION_CREATED:
    case PV_EVENT_ELECTION_DELETED:
    case PV_EVENT_ELECTION_NAME_CHANGED:
    case PV_EVENT_ELECTION_DESCRIPTION_CHANGED:
    case PV_EVENT_ELECTION_OPENED:
    case PV_EVENT_ELECTION_CLOSED:
    case PV_EVENT_COMPETITION_ADDED:
    case PV_EVENT_COMPETITION_REMOVED:
    case PV_EVENT_COMPETITION_NAME_CHANGED:
    case PV_EVENT_COMPETITION_DESCRIPTION_CHANGED:
    case PV_EVENT_CANDIDATE_ADDED:
    case PV_EVENT_CANDIDATE_REMOVED:
    case PV_EVENT_CANDIDATE_NAME_CHANGED:
    case PV_EVENT_CANDIDATE_DESCRIPTION_CHANGED:
    case PV_EVENT_CANDIDATE_IMAGE_CHANGED: /* all in the header, which is part of every put */
    case PV_EVENT_TYPE_COUNT:
        break;
    }
    if (result == PV_OK)
        note_cast(changed, election, event->type == PV_EVENT_BALLOT_CAST);
    else
        changed->cast_is_counted = false;
    return result;
}

/* --- the parts, as the cache asks for them --- */

struct projection {
    const struct pv_election *election;
    const struct pv_changed_pages *changed; /* NULL: all */
    struct pv_out *out;
    struct pv_buffer buffer;
};

static bool print_part(struct projection *projection, struct pv_str *bytes)
{
    if (!pv_out_flush(projection->out))
        return false;
    *bytes = (struct pv_str){projection->buffer.bytes, projection->buffer.len};
    return true;
}

static void begin_part(struct projection *projection)
{
    projection->buffer.len = 0;
    pv_out_init(projection->out, pv_buffer_write, &projection->buffer);
}

static bool give_document(void *context, struct pv_str *bytes)
{
    struct projection *projection = context;
    begin_part(projection);
    pv_document_write(projection->out, projection->election);
    return print_part(projection, bytes);
}

static bool give_header(void *context, struct pv_str *bytes)
{
    struct projection *projection = context;
    begin_part(projection);
    pv_document_write_header(projection->out, projection->election);
    return print_part(projection, bytes);
}

static bool give_page(void *context, enum pv_page_kind kind, uint32_t page, struct pv_str *bytes)
{
    struct projection *projection = context;
    begin_part(projection);
    if (kind == PV_PAGE_KIND_VOTERS)
        pv_document_write_voters(projection->out, projection->election, page);
    else
        pv_document_write_ballots(projection->out, projection->election, page);
    return print_part(projection, bytes);
}

static bool page_changed(void *context, enum pv_page_kind kind, uint32_t page)
{
    const struct pv_changed_pages *changed = ((const struct projection *)context)->changed;
    return kind == PV_PAGE_KIND_VOTERS ? has_bit(changed->voters, changed->voter_words, page)
                                       : has_bit(changed->ballots, changed->ballot_words, page);
}

/* --- the summary --- */

static uint64_t count_live_candidates(const struct pv_election *election)
{
    uint64_t live = 0;
    for (uint32_t i = 0; i < election->competition_count; i++) {
        if (!election->competitions[i].deleted)
            live += election->competitions[i].live_candidates;
    }
    return live;
}

static void write_count(struct pv_out *out, const char *key, uint64_t count)
{
    pv_out_cstr(out, key);
    pv_out_uint(out, count);
}

static bool give_summary(void *context, struct pv_str *bytes)
{
    struct projection *projection = context;
    const struct pv_election *election = projection->election;
    const struct pv_changed_pages *changed = projection->changed;
    struct pv_out *out = projection->out;
    char id[PV_ULID_LEN];
    pv_ulid_format(election->id.bits, id);
    begin_part(projection);
    pv_out_cstr(out, "{\"id\":\"");
    pv_out_bytes(out, id, sizeof id);
    pv_out_cstr(out, "\",\"name\":");
    pv_out_json(out, pv_text_str(&election->name));
    pv_out_cstr(out, ",\"phase\":\"");
    pv_out_cstr(out, pv_phase_name(pv_election_phase(election)));
    pv_out_cstr(out, "\",\"version\":");
    pv_out_int(out, election->version);
    write_count(out, ",\"competitions\":", election->live_competitions);
    write_count(out, ",\"candidates\":", count_live_candidates(election));
    write_count(out, ",\"voters\":", election->voter_count);
    write_count(out, ",\"ballots_issued\":", election->ballot_count);
    write_count(out, ",\"ballots_cast\":",
                changed != NULL && changed->cast_is_counted ? changed->ballots_cast : count_cast(election));
    pv_out_char(out, '}');
    return print_part(projection, bytes);
}

/* --- the keys --- */

/* A key is a word that says what it is, and the value; the ids that pages are of have no word. */
struct key {
    char bytes[PV_PAGE_KEY_MAX];
    size_t len;
};

static void begin_key(struct key *key, struct pv_str word)
{
    memcpy(key->bytes, word.ptr, word.len);
    key->len = word.len;
}

static void give_id(const char *word, struct pv_bits128 id, pv_page_key_fn *take, void *taker)
{
    struct key key;
    begin_key(&key, (struct pv_str){word, strlen(word)});
    pv_ulid_format(id, key.bytes + key.len);
    take(taker, (struct pv_str){key.bytes, key.len + PV_ULID_LEN});
}

/* In lower case: emails are compared without regard to case (D2). */
static void give_email(struct pv_str email, pv_page_key_fn *take, void *taker)
{
    struct key key;
    begin_key(&key, PV_STR("email:"));
    for (size_t i = 0; i < email.len; i++) {
        char c = email.ptr[i];
        if (c >= 'A' && c <= 'Z')
            c = "abcdefghijklmnopqrstuvwxyz"[c - 'A'];
        key.bytes[key.len++] = c;
    }
    take(taker, (struct pv_str){key.bytes, key.len});
}

static void give_voter_keys(const struct pv_election *election, uint32_t page, pv_page_key_fn *take,
                            void *taker)
{
    uint32_t first = page * PV_PAGE_VOTERS;
    for (uint32_t i = first; i < election->voter_count && i - first < PV_PAGE_VOTERS; i++) {
        give_id("", election->voters[i].id.bits, take, taker);
        give_email(pv_voter_email(&election->voters[i]).text, take, taker);
    }
}

static void give_ballot_keys(const struct pv_election *election, uint32_t page, pv_page_key_fn *take,
                             void *taker)
{
    uint32_t first = page * PV_PAGE_BALLOTS;
    for (uint32_t i = first; i < election->ballot_count && i - first < PV_PAGE_BALLOTS; i++) {
        give_id("", election->ballots[i].id.bits, take, taker);
        give_id("voter:", election->voters[election->ballots[i].voter].id.bits, take, taker);
    }
}

static void page_keys(void *context, enum pv_page_kind kind, uint32_t page, pv_page_key_fn *take, void *taker)
{
    const struct pv_election *election = ((const struct projection *)context)->election;
    (kind == PV_PAGE_KIND_VOTERS ? give_voter_keys : give_ballot_keys)(election, page, take, taker);
}

/* --- the put --- */

static enum pv_cache_result put(struct pv_document_cache *cache, struct projection *projection,
                                int64_t last_number, int64_t base, struct pv_fault *fault)
{
    const struct pv_election *election = projection->election;
    struct pv_cache_put put = {
        .id = election->id,
        .last_number = last_number,
        .voter_pages = pv_document_voter_pages(election),
        .ballot_pages = pv_document_ballot_pages(election),
        .context = projection,
        .document = give_document,
        .header = give_header,
        .page = give_page,
        .base = base,
        .page_changed = projection->changed != NULL ? page_changed : NULL,
        .summary = give_summary,
        .page_keys = page_keys,
    };
    return cache->ops->put(cache->self, &put, fault);
}

enum pv_cache_result pv_project(struct pv_document_cache *cache, const struct pv_election *election,
                                int64_t last_number, int64_t base, const struct pv_changed_pages *changed,
                                struct pv_fault *fault)
{
    if (election->deleted) {
        enum pv_cache_result removed = cache->ops->remove(cache->self, election->id, fault);
        return removed == PV_CACHE_MISSING ? PV_CACHE_OK : removed;
    }
    struct pv_out out;
    struct projection projection = {.election = election, .changed = changed, .out = &out};
    enum pv_cache_result result = put(cache, &projection, last_number, base, fault);
    pv_buffer_deinit(&projection.buffer);
    return result;
}
