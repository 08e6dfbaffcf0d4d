/* Reads that look into pages: voters, ballots, the caller's own ballot, the live stream's beginning. */
#include "reading.h"

#include "document.h"
#include "headers_in.h"
#include "record.h"

#include <stdlib.h>
#include <string.h>

static enum pv_cache_result get_page(struct pv_reading *reading, enum pv_page_kind kind, uint32_t page,
                                     int64_t *last_number, struct pv_text *json)
{
    struct pv_document_cache *cache = reading->reads->cache;
    struct pv_fault fault;
    return cache->ops->get_page(cache->self, reading->job->election, kind, page, last_number, json, &fault);
}

/* A range of items over several pages. */
struct range {
    struct pv_reading *reading;
    int64_t at; /* the next item's place */
    int64_t from, end;
    bool with_ratings;
    bool more; /* there is an item at `end` */
};

static bool out_item(void *context, struct pv_str item)
{
    struct range *range = context;
    struct pv_out *out = &range->reading->out;
    int64_t place = range->at++;
    if (place < range->from)
        return true;
    if (place >= range->end) {
        range->more = true;
        return false;
    }
    if (place > range->from)
        pv_out_char(out, ',');
    if (range->with_ratings)
        pv_out_str(out, item);
    else
        pv_item_write_without(out, item, "ratings");
    return true;
}

static void out_end(struct range *range)
{
    struct pv_out *out = &range->reading->out;
    pv_out_cstr(out, "],\"next\":");
    if (range->more)
        pv_out_int(out, range->end);
    else
        pv_out_cstr(out, "null");
    pv_out_char(out, '}');
}

/* The pages of the range one after the other, up to the one that tells whether more follows. A put may come
   between two of them: items are only ever added, so that the range stays what it is. PV_CACHE_MISSING is the
   end of the list, and so is a page that is not full. */
static enum pv_cache_result out_range(struct range *range, enum pv_page_kind kind)
{
    const int64_t size = kind == PV_PAGE_KIND_VOTERS ? PV_PAGE_VOTERS : PV_PAGE_BALLOTS;
    enum pv_cache_result result = PV_CACHE_OK;
    int64_t page = range->from / size;
    range->at = page * size;
    for (; result == PV_CACHE_OK && !range->more && range->at == page * size && page <= UINT32_MAX; page++) {
        struct pv_text json = {NULL, 0};
        int64_t last_number;
        result = get_page(range->reading, kind, (uint32_t)page, &last_number, &json);
        if (result == PV_CACHE_OK && !pv_page_look((struct pv_str){json.ptr, json.len}, out_item, range))
            result = PV_CACHE_DAMAGED;
        free(json.ptr);
    }
    return result;
}

enum pv_reading_step pv_read_pages(struct pv_reading *reading, enum pv_page_kind kind, bool with_ratings)
{
    struct range range = {.reading = reading, .with_ratings = with_ratings};
    int64_t limit;
    if (!pv_reading_range(reading, &range.from, &limit))
        return PV_READING_ANSWERED;
    range.end = range.from > INT64_MAX - limit ? INT64_MAX : range.from + limit;
    pv_out_cstr(&reading->out, "{\"version\":");
    pv_out_int(&reading->out, reading->facts.version);
    pv_out_cstr(&reading->out, kind == PV_PAGE_KIND_VOTERS ? ",\"voters\":[" : ",\"ballots\":[");
    enum pv_cache_result result = out_range(&range, kind);
    if (result != PV_CACHE_OK && result != PV_CACHE_MISSING)
        return pv_reading_of(reading, result);
    out_end(&range);
    return pv_reading_send(reading, true);
}

/* The item of a page that has this text under this key. */
struct search {
    const char *key;
    struct pv_str wanted, found;
};

static bool is_wanted(void *context, struct pv_str item)
{
    struct search *search = context;
    if (!pv_str_equal(pv_item_string(item, search->key), search->wanted))
        return true;
    search->found = item;
    return false;
}

/* The page that the key leads to, and the item in it; *item ptr NULL: there is none. */
static enum pv_cache_result find_item(struct pv_reading *reading, enum pv_page_kind kind,
                                      struct pv_str page_key, struct search *search, struct pv_text *page)
{
    struct pv_document_cache *cache = reading->reads->cache;
    struct pv_fault fault;
    uint32_t number;
    int64_t last_number;
    enum pv_cache_result result =
        cache->ops->find(cache->self, reading->job->election, kind, page_key, &number, &fault);
    if (result == PV_CACHE_OK)
        result = get_page(reading, kind, number, &last_number, page);
    if (result == PV_CACHE_OK && !pv_page_look((struct pv_str){page->ptr, page->len}, is_wanted, search))
        result = PV_CACHE_DAMAGED;
    return result == PV_CACHE_MISSING ? PV_CACHE_OK : result;
}

/* A voter who is known by the email only is looked up in the election's own list; compared without case, so
   the page is searched by the id that the key leads to. */
struct email_search {
    struct pv_str email;
    char id[PV_ULID_LEN];
    bool found;
};

static bool has_email(void *context, struct pv_str item)
{
    struct email_search *search = context;
    struct pv_str id = pv_item_string(item, "id");
    if (!pv_item_has_email(item, "email", search->email) || id.len != PV_ULID_LEN)
        return true;
    memcpy(search->id, id.ptr, PV_ULID_LEN);
    search->found = true;
    return false;
}

static enum pv_cache_result find_voter_by_email(struct pv_reading *reading, struct email_search *search)
{
    static const char prefix[] = "email:";
    struct pv_document_cache *cache = reading->reads->cache;
    char key[sizeof prefix + PV_EMAIL_MAX];
    struct pv_text page = {NULL, 0};
    struct pv_fault fault;
    uint32_t number;
    int64_t last_number;
    if (search->email.len > PV_EMAIL_MAX)
        return PV_CACHE_OK;
    memcpy(key, prefix, sizeof prefix);
    for (size_t i = 0; i < search->email.len; i++) {
        char c = search->email.ptr[i];
        key[sizeof prefix - 1 + i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    enum pv_cache_result result =
        cache->ops->find(cache->self, reading->job->election, PV_PAGE_KIND_VOTERS,
                         (struct pv_str){key, sizeof prefix - 1 + search->email.len}, &number, &fault);
    if (result == PV_CACHE_OK)
        result = get_page(reading, PV_PAGE_KIND_VOTERS, number, &last_number, &page);
    if (result == PV_CACHE_OK && !pv_page_look((struct pv_str){page.ptr, page.len}, has_email, search))
        result = PV_CACHE_DAMAGED;
    free(page.ptr);
    return result == PV_CACHE_MISSING ? PV_CACHE_OK : result;
}

/* The caller's VoterId in this election; false: it has none. */
static enum pv_cache_result find_voter(struct pv_reading *reading, char id[PV_ULID_LEN], bool *found)
{
    const struct pv_caller *caller = &reading->job->auth.caller;
    struct email_search search = {.email = caller->email};
    enum pv_cache_result result = PV_CACHE_OK;
    *found = caller->has_voter;
    if (caller->has_voter) {
        pv_ulid_format(caller->voter.bits, id);
    } else if (caller->email.ptr != NULL) {
        result = find_voter_by_email(reading, &search);
        memcpy(id, search.id, PV_ULID_LEN);
        *found = search.found;
    }
    return result;
}

/* The caller's own voter and ballot. */
struct own {
    bool known; /* there is a voter */
    char voter[PV_ULID_LEN];
    struct pv_text page;  /* that the ballot stands in */
    struct pv_str ballot; /* ptr NULL: none */
};

static enum pv_reading_step find_own(struct pv_reading *reading, struct own *own)
{
    static const char prefix[] = "voter:";
    char key[sizeof prefix - 1 + PV_ULID_LEN];
    *own = (struct own){.page = {NULL, 0}, .ballot = {NULL, 0}};
    enum pv_cache_result result = find_voter(reading, own->voter, &own->known);
    if (result == PV_CACHE_OK && own->known) {
        struct search search = {"voter_id", {own->voter, PV_ULID_LEN}, {NULL, 0}};
        memcpy(key, prefix, sizeof prefix - 1);
        memcpy(key + sizeof prefix - 1, own->voter, PV_ULID_LEN);
        result =
            find_item(reading, PV_PAGE_KIND_BALLOTS, (struct pv_str){key, sizeof key}, &search, &own->page);
        own->ballot = search.found;
    }
    return pv_reading_of(reading, result);
}

enum pv_reading_step pv_read_my_ballot(struct pv_reading *reading)
{
    struct own own;
    enum pv_reading_step step = find_own(reading, &own);
    if (step == PV_READING_ON && own.ballot.ptr == NULL) {
        pv_problem(reading->exchange, PV_API_NO_BALLOT, NULL, (struct pv_str){NULL, 0});
        step = PV_READING_ANSWERED;
    } else if (step == PV_READING_ON) {
        pv_out_str(&reading->out, own.ballot);
        step = pv_reading_send(reading, true);
    }
    free(own.page.ptr);
    return step;
}

/* Ids that cannot be read stay all zero, which nobody has. */
static void take_own(struct pv_viewer *viewer, const struct own *own, const struct pv_caller *caller)
{
    struct pv_bits128 bits;
    if (!caller->has_voter && caller->email.ptr != NULL && caller->email.len <= sizeof viewer->email) {
        memcpy(viewer->email, caller->email.ptr, caller->email.len);
        viewer->email_len = caller->email.len;
    }
    if (own->known && pv_ulid_parse((struct pv_str){own->voter, PV_ULID_LEN}, &bits) == PV_CODE_NONE)
        viewer->voter.bits = bits;
    if (own->ballot.ptr != NULL && pv_ulid_parse(pv_item_string(own->ballot, "id"), &bits) == PV_CODE_NONE)
        viewer->ballot.bits = bits;
}

/* Who looks at a live stream, by role: of several the one that sees most. */
static enum pv_reading_step viewer_of(struct pv_reading *reading, struct pv_viewer *viewer)
{
    unsigned roles = reading->job->auth.caller.roles;
    struct own own;
    *viewer = (struct pv_viewer){.view = PV_VIEW_PUBLIC};
    if ((roles & PV_ROLE_AUDITOR) != 0)
        viewer->view = PV_VIEW_AUDITOR;
    else if ((roles & PV_ROLE_ADMINISTRATOR) != 0)
        viewer->view = PV_VIEW_ADMINISTRATOR;
    else if ((roles & PV_ROLE_VOTER) != 0)
        viewer->view = PV_VIEW_VOTER;
    if (viewer->view != PV_VIEW_PUBLIC) /* which needs no token */
        viewer->until = reading->job->auth.caller.until;
    if (viewer->view != PV_VIEW_VOTER)
        return PV_READING_ON;
    enum pv_reading_step step = find_own(reading, &own);
    if (step == PV_READING_ON)
        take_own(viewer, &own, &reading->job->auth.caller);
    free(own.page.ptr);
    return step;
}

/* Last-Event-ID: the last record that the client was told of. It may be further than the projection, because
   live streams read from the store, but not further than the store. False: answered. */
static bool read_last(struct pv_reading *reading, int64_t *last)
{
    const struct pv_event_store *store = reading->reads->store;
    char name[PV_STREAM_LEN];
    struct pv_fault fault;
    int64_t there;
    *last = reading->last_number;
    if (!pv_header_number(reading->exchange->request, "Last-Event-ID", last)) {
        pv_problem(reading->exchange, PV_API_HEADER_INVALID, "Last-Event-ID", (struct pv_str){NULL, 0});
        return false;
    }
    if (*last <= reading->last_number)
        return true;
    pv_stream_format(reading->job->election, name);
    if (store->ops->last_number(store->self, (struct pv_str){name, sizeof name}, &there, &fault) !=
        PV_STORE_OK) {
        pv_problem(reading->exchange, PV_API_UNAVAILABLE, NULL, (struct pv_str){NULL, 0});
        return false;
    }
    *last = *last < there ? *last : there;
    return true;
}

enum pv_reading_step pv_read_live(struct pv_reading *reading)
{
    struct pv_viewer viewer;
    struct pv_http_reply reply = {.status = 200};
    int64_t last;
    if (!read_last(reading, &last))
        return PV_READING_ANSWERED;
    enum pv_reading_step step = viewer_of(reading, &viewer);
    if (step != PV_READING_ON)
        return step;
    if (pv_live_open(reading->api->live, reading->job->election, &viewer, last + 1, reading->last_number,
                     &reply.body)) {
        pv_http_reply_header(&reply, "Content-Type", PV_STR("text/event-stream"));
        pv_http_reply_header(&reply, "Cache-Control", PV_STR("no-store"));
        reading->exchange->ops->answer(reading->exchange, &reply);
    } else {
        pv_problem(reading->exchange, PV_API_BUSY, NULL, (struct pv_str){NULL, 0});
    }
    return PV_READING_ANSWERED;
}
