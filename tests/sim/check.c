/* What must be so when all is calm: nothing lost, nothing invented, nothing twice, nothing left over. */
#include "sim.h"

#include "commands.h"
#include "store_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- the log --- */

static int take_out(void *context, const char *bytes, size_t len)
{
    buf_add(context, bytes, len);
    return 0;
}

static void check_verify(struct sim *s)
{
    static struct pv_out out;
    struct pv_event_source source;
    struct pv_fault fault;
    struct buf text = {0};
    struct pv_audit audit = {.source = &source, .out = &out, .seed = {3, 4}};
    pv_out_init(&out, take_out, &text);
    if (!pv_store_source_borrow(&s->world.store, (struct pv_str){NULL, 0}, &source, &fault)) {
        sim_fail(s, "the log cannot be read: %s", fault.text);
        return;
    }
    enum pv_outcome outcome = pv_verify(&audit, PV_VERIFY_TEXT, true, &fault);
    source.ops->close(source.self);
    if (outcome != PV_OUTCOME_CLEAN) {
        (void)!pv_out_flush(&out);
        sim_fail(s, "the audit finds: %.*s", (int)text.len, text.bytes);
    }
    buf_free(&text);
}

/* --- the ledger --- */

static void check_intent(struct sim *s, const struct sim_intent *intent)
{
    const struct sim_record *record =
        intent->id_known ? sim_find_record(s, intent->stream, intent->id) : NULL;
    if (intent->told >= 0 && (record == NULL || record->number != intent->told))
        sim_fail(s, "event %u was answered as recorded at %lld, and is not there", intent->number,
                 (long long)intent->told);
    if (intent->recorded >= 0 && !intent->direct && !intent->sent_by_broker &&
        intent->refused + intent->not_taken == intent->sent)
        sim_fail(s, "event %u was refused each time, and is recorded at %lld", intent->number,
                 (long long)intent->recorded);
    if (!intent->settled && !intent->direct && !intent->no_id)
        sim_fail(s, "event %u has come to no end", intent->number);
    if (intent->waiting > 0)
        sim_fail(s, "event %u still waits", intent->number);
}

/* Whether the event was to be accepted all the time from its sending until there were so many records. */
static bool is_welcome(const struct sim_intent *intent, size_t records)
{
    bool welcome = intent->expected_version == PV_ANY_VERSION;
    for (size_t at = intent->facts; at <= records && welcome; at++)
        welcome = sim_decide(intent, at) == PV_CODE_NONE;
    return welcome;
}

/* What one client sent once, one after the other, and was told of, stands in that order. But if the first was
   to be refused, the second is recorded and nobody knows it, then both are judged once more. */
static void check_order(struct sim *s)
{
    for (unsigned i = 0; i < s->intent_count; i++) {
        const struct sim_intent *first = s->intents[i];
        if (first->told < 0 || first->sent != 1 || first->sent_by_broker || first->recorded < 0)
            continue;
        for (unsigned j = i + 1; j < s->intent_count; j++) {
            const struct sim_intent *second = s->intents[j];
            if (second->told >= 0 && second->sent == 1 && !second->sent_by_broker && second->recorded >= 0 &&
                second->client == first->client && second->stream == first->stream &&
                second->recorded < first->recorded && is_welcome(first, (size_t)second->recorded))
                sim_fail(s, "event %u was sent after %u and stands before it, at %lld before %lld",
                         second->number, first->number, (long long)second->recorded,
                         (long long)first->recorded);
        }
    }
}

/* --- the cache --- */

static bool take_summary(void *context, struct pv_election_id id, int64_t last_number, struct pv_str summary)
{
    struct buf *text = context;
    char name[PV_ULID_LEN];
    pv_ulid_format(id.bits, name);
    buf_format(text, "%.*s %lld ", PV_ULID_LEN, name, (long long)last_number);
    buf_add(text, summary.ptr, summary.len);
    buf_str(text, "\n");
    return true;
}

static bool take_id(void *context, struct pv_election_id id)
{
    char name[PV_ULID_LEN];
    pv_ulid_format(id.bits, name);
    buf_format(context, "%.*s\n", PV_ULID_LEN, name);
    return true;
}

static void add_pages(struct buf *text, const struct pv_text *pages, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        buf_format(text, "\npage %u: ", i);
        buf_add(text, pages[i].ptr, pages[i].len);
    }
}

static void add_key(struct buf *text, const struct pv_document_cache *cache, struct pv_election_id id,
                    enum pv_page_kind kind, const char *word, const char *value)
{
    char key[PV_PAGE_KEY_MAX + 1];
    uint32_t page = 0;
    struct pv_fault fault;
    (void)snprintf(key, sizeof key, "%s%s", word, value);
    for (char *c = key; strcmp(word, "email:") == 0 && *c != '\0'; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    enum pv_cache_result result =
        cache->ops->find(cache->self, id, kind, (struct pv_str){key, strlen(key)}, &page, &fault);
    buf_format(text, "\nkey %d %u", result, result == PV_CACHE_OK ? page : 0);
}

static void add_keys(struct buf *text, const struct pv_document_cache *cache, const struct sim_stream *stream)
{
    for (size_t i = 0; i < stream->model.count; i++) {
        const struct fact *fact = stream->model.facts[i];
        if (fact->type == PV_EVENT_VOTER_REGISTERED) {
            add_key(text, cache, stream->id, PV_PAGE_KIND_VOTERS, "", fact->voter);
            add_key(text, cache, stream->id, PV_PAGE_KIND_VOTERS, "email:", fact->email);
        } else if (fact->type == PV_EVENT_BALLOT_CREATED) {
            add_key(text, cache, stream->id, PV_PAGE_KIND_BALLOTS, "", fact->ballot);
            add_key(text, cache, stream->id, PV_PAGE_KIND_BALLOTS, "voter:", fact->voter);
        }
    }
}

/* Everything that a cache has of an election. */
static void print_election(struct buf *text, const struct pv_document_cache *cache,
                           const struct sim_stream *stream)
{
    struct pv_cached cached;
    struct pv_fault fault;
    enum pv_cache_result result = cache->ops->get(cache->self, stream->id, &cached, &fault);
    buf_format(text, "%s: %d", stream->name, result);
    if (result == PV_CACHE_OK) {
        buf_format(text, " %lld ", (long long)cached.last_number);
        buf_add(text, cached.header.ptr, cached.header.len);
        add_pages(text, cached.voter_pages, cached.voter_page_count);
        add_pages(text, cached.ballot_pages, cached.ballot_page_count);
        pv_cached_deinit(&cached);
        add_keys(text, cache, stream);
    }
    buf_str(text, "\n");
}

static void print_cache(struct sim *s, const struct pv_document_cache *cache, struct buf *text)
{
    struct pv_fault fault;
    (void)cache->ops->list(cache->self, take_id, text, &fault);
    (void)cache->ops->summaries(cache->self, NULL, take_summary, text, &fault);
    for (unsigned i = 0; i < s->stream_count; i++)
        print_election(text, cache, &s->streams[i]);
}

static void compare(struct sim *s, const struct buf *cached, const struct buf *rebuilt)
{
    size_t at = 0, from;
    if (buf_equal(cached, rebuilt))
        return;
    while (at < cached->len && at < rebuilt->len && cached->bytes[at] == rebuilt->bytes[at])
        at++;
    from = at > 100 ? at - 100 : 0;
    sim_fail(s, "the cache is not a fold of the log:\n  %.200s\n  rebuilt:\n  %.200s", cached->bytes + from,
             rebuilt->bytes + from);
}

static void check_cache(struct sim *s)
{
    struct pv_document_cache rebuilt;
    struct pv_event_source source;
    struct pv_fault fault;
    struct pv_audit audit = {.source = &source, .seed = {5, 6}};
    struct buf left = {0}, right = {0};
    if (!pv_memory_cache_open(&rebuilt, &fault) ||
        !pv_store_source_borrow(&s->world.store, (struct pv_str){NULL, 0}, &source, &fault))
        abort();
    if (pv_rebuild(&audit, &rebuilt, &fault) != PV_OUTCOME_CLEAN)
        sim_fail(s, "the cache cannot be rebuilt");
    source.ops->close(source.self);
    print_cache(s, &s->world.read_cache, &left);
    print_cache(s, &rebuilt, &right);
    buf_add(&left, "", 1);
    buf_add(&right, "", 1);
    compare(s, &left, &right);
    buf_free(&left);
    buf_free(&right);
    rebuilt.ops->close(rebuilt.self);
    int64_t checkpoint, last = s->record_count == 0 ? -1 : s->records[s->record_count - 1].position;
    if (s->world.read_cache.ops->get_checkpoint(s->world.read_cache.self, &checkpoint, &fault) !=
            PV_CACHE_OK ||
        checkpoint != last)
        sim_fail(s, "the checkpoint is not at the last record");
}

void sim_check_end(struct sim *s)
{
    check_verify(s);
    for (unsigned i = 0; i < s->intent_count && !s->failed; i++)
        check_intent(s, s->intents[i]);
    if (!s->failed)
        check_order(s);
    if (!s->failed)
        check_cache(s);
    if (!s->failed)
        sim_live_check(s);
}
