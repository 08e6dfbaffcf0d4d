#include "refusal_kit.h"

#include <stdio.h>
#include <string.h>

static struct pv_str text_of(const char *text)
{
    return (struct pv_str){text, strlen(text)};
}

struct pv_event_id kit_refused_id(unsigned n)
{
    return (struct pv_event_id){{0x018dd1f7b0000000u, 0x9000000000000000u + n}};
}

struct pv_election_id kit_refused_election(unsigned n)
{
    return (struct pv_election_id){{0x018dd1f7c0000000u, 0xf000000000000000u + n}};
}

struct pv_time kit_refused_time(unsigned n)
{
    return (struct pv_time){1700000000000000 + (int64_t)n};
}

void kit_refused_make(struct kit_refused *refused, unsigned n)
{
    int len = snprintf(refused->text, sizeof refused->text, "{\"n\":%u,\"fill\":\"%.*s\"}", n,
                       (int)(n * 7 % 61), "............................................................");
    refused->entry = (struct pv_refused){
        .sequence = -9, /* the log gives another */
        .id = kit_refused_id(n),
        .election = kit_refused_election(n % 3),
        .type = text_of("PhotoVote.Event.Ballot.BallotCandidateRated"),
        .data = {refused->text, (size_t)len},
        .metadata = n % 3 == 0 ? (struct pv_str){NULL, 0} : text_of("{\"correlation_id\":\"c\"}"),
        .subject = text_of(n % 5 == 0 ? "" : "voter:7"),
        .code = text_of("election_not_open"),
        .field = n % 2 == 0 ? (struct pv_str){NULL, 0} : text_of("rating"),
        .message = text_of("the election is not open"),
        .at = kit_refused_time(n),
    };
}

enum pv_log_result kit_refused_add(const struct pv_refusal_log *log, unsigned first, unsigned count,
                                   struct pv_fault *fault)
{
    struct kit_refused made[KIT_REFUSED_MAX];
    struct pv_refused entries[KIT_REFUSED_MAX];
    for (unsigned i = 0; i < count; i++) {
        kit_refused_make(&made[i], first + i);
        entries[i] = made[i].entry;
    }
    return log->ops->add(log->self, entries, count, fault);
}

static bool same(struct pv_str a, struct pv_str b)
{
    if (a.ptr == NULL || b.ptr == NULL)
        return a.ptr == b.ptr;
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

const char *kit_refused_difference(const struct pv_refused *a, const struct pv_refused *b)
{
    const struct {
        const char *name;
        struct pv_str a, b;
    } texts[] = {{"type", a->type, b->type},
                 {"data", a->data, b->data},
                 {"metadata", a->metadata, b->metadata},
                 {"subject", a->subject, b->subject},
                 {"code", a->code, b->code},
                 {"field", a->field, b->field},
                 {"message", a->message, b->message}};
    if (!pv_bits128_equal(a->id.bits, b->id.bits))
        return "id";
    if (!pv_bits128_equal(a->election.bits, b->election.bits))
        return "election";
    if (a->at.us != b->at.us)
        return "time";
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!same(texts[i].a, texts[i].b))
            return texts[i].name;
    }
    return NULL;
}

bool kit_is_refused(const struct pv_refused *entry, unsigned n)
{
    struct kit_refused made;
    kit_refused_make(&made, n);
    return kit_refused_difference(entry, &made.entry) == NULL;
}
