/* Breadth-first search of every state that a small scope's events can reach, on the real core.

       exhaustive SCOPE...

   A state is rebuilt by replaying its shortest history, not by reading its document back: a restored
   aggregate gets its derived counts, lists and maps from other code, which would hide what a handler left
   behind in them.

   The key of a state is the full dump (dump.h), more than the document says: derived counts, the list of
   small competitions in its order, the ratings' table, what the maps answer. Left out is only where things
   lie in memory, and the versions. Without those the number of states is finite; no rule of D5 reads a
   version, so that what may happen next is the same for two states that differ in nothing else. The scope
   `versions` keeps them in the key and is bounded by the number of events instead. Keys are kept as 128 bits
   of a hash: that two of a million states meet there by accident is less likely than that the machine errs.

   At every transition: the core's verdict is the model's, code and field; after an accepted event the
   exhaustive and the incremental check hold, and a state seen for the first time prints the model's document
   and tally; the refused events of a state, one after the other, leave every byte as it was, addresses
   included. */
#include "case.h"
#include "scopes.h"

#include <stdlib.h>
#include <string.h>

enum { PATH_MAX_EVENTS = 64 };
#define NO_PARENT UINT32_MAX

struct node {
    uint32_t parent;
    uint8_t letter, depth;
};
struct key {
    uint64_t a, b;
};

struct search {
    const struct scope *scope;
    struct bag bag;
    struct letter letters[LETTERS_MAX];
    size_t letter_count;
    struct node *nodes;
    size_t count, capacity;
    struct key *table; /* {0, 0} is a free slot */
    size_t table_size;
    unsigned long transitions;
    struct pv_election election;
    struct model model;
    struct buf scratch, before;
};

static void *must(void *block)
{
    if (block == NULL)
        abort();
    return block;
}

/* ---- the states seen ---- */

static uint64_t fold(uint64_t h, uint64_t word, uint64_t odd)
{
    h = (h ^ word) * odd;
    return h ^ h >> 29;
}

static struct key key_of(const struct buf *text)
{
    struct key key = {text->len, ~(uint64_t)text->len};
    for (size_t i = 0; i < text->len; i += 8) {
        uint64_t word = 0;
        memcpy(&word, text->bytes + i, text->len - i < 8 ? text->len - i : 8);
        key.a = fold(key.a, word, 0x9E3779B97F4A7C15U);
        key.b = fold(key.b, word, 0xC2B2AE3D27D4EB4FU);
    }
    key.a |= 1; /* never the free slot */
    return key;
}

/* True if the key is new; it is then in the table. */
static bool place(struct key *table, size_t size, struct key key)
{
    size_t at = (size_t)(key.a ^ key.b >> 32) & (size - 1);
    for (; table[at].a != 0; at = (at + 1) & (size - 1))
        if (table[at].a == key.a && table[at].b == key.b)
            return false;
    table[at] = key;
    return true;
}

static void grow_table(struct search *s)
{
    size_t larger = s->table_size == 0 ? 1024 : s->table_size * 2;
    struct key *table = must(calloc(larger, sizeof *table));
    for (size_t i = 0; i < s->table_size; i++)
        if (s->table[i].a != 0)
            (void)place(table, larger, s->table[i]);
    free(s->table);
    s->table = table;
    s->table_size = larger;
}

static void add_node(struct search *s, struct node node)
{
    if (s->count == s->capacity) {
        s->capacity = s->capacity * 2 + 1024;
        s->nodes = must(realloc(s->nodes, s->capacity * sizeof *s->nodes));
    }
    s->nodes[s->count++] = node;
}

/* Whether the election's state is seen for the first time. */
static bool is_new(struct search *s)
{
    if (s->count * 2 >= s->table_size)
        grow_table(s);
    s->scratch.len = 0;
    dump(&s->election, s->scope->depth > 0 ? DUMP_ORDER | DUMP_VERSIONS : DUMP_ORDER, &s->scratch);
    return place(s->table, s->table_size, key_of(&s->scratch));
}

/* ---- failing ---- */

static void print_path(const struct search *s, size_t node)
{
    if (s->nodes[node].parent == NO_PARENT) {
        for (size_t i = 0; i < s->scope->prelude; i++)
            fprintf(stderr, "    %s\n", s->scope->events[i]);
        return;
    }
    uint8_t path[PATH_MAX_EVENTS];
    size_t len = 0, at = node;
    for (; s->nodes[at].parent != NO_PARENT; at = s->nodes[at].parent)
        path[len++] = s->nodes[at].letter;
    print_path(s, at);
    while (len-- > 0)
        fprintf(stderr, "    %s\n", s->scope->events[path[len]]);
}

static int fail(const struct search *s, size_t node, size_t letter, const char *what)
{
    fprintf(stderr, "scope %s: after\n", s->scope->name);
    print_path(s, node);
    fprintf(stderr, "the event\n    %s\n%s\nFAILED property exhaustive %s\n", s->scope->events[letter], what,
            s->scope->name);
    return 1;
}

/* ---- one state ---- */

static void take(struct search *s, size_t letter)
{
    struct pv_refusal why;
    if (pv_election_when(&s->election, &s->letters[letter].event, &why) != PV_OK)
        abort(); /* it was accepted here before: the core is not the same function twice */
    s->model.facts[s->model.count++] = &s->letters[letter].fact;
}

static void rebuild(struct search *s, size_t node)
{
    uint8_t path[PATH_MAX_EVENTS];
    size_t len = 0;
    pv_election_deinit(&s->election);
    s->model.count = 0;
    for (size_t i = 0; i < s->scope->prelude; i++)
        take(s, i);
    for (; s->nodes[node].parent != NO_PARENT; node = s->nodes[node].parent)
        path[len++] = s->nodes[node].letter;
    while (len-- > 0)
        take(s, path[len]);
}

static bool same_document(struct search *s)
{
    s->scratch.len = s->before.len = 0;
    print_document(&s->election, &s->scratch);
    model_document(&s->model, &s->before);
    return buf_equal(&s->scratch, &s->before);
}

static bool same_tally(struct search *s)
{
    s->scratch.len = s->before.len = 0;
    print_tally(&s->election, &s->scratch);
    model_tally(&s->model, &s->before);
    return buf_equal(&s->scratch, &s->before);
}

static int try_refused(struct search *s, size_t node, size_t letter, struct verdict expected)
{
    struct pv_refusal why;
    enum pv_result result = pv_election_when(&s->election, &s->letters[letter].event, &why);
    if (result != PV_REFUSED)
        return fail(s, node, letter, "is accepted; the model refuses it");
    if (why.code != expected.code || why.field != expected.field)
        return fail(s, node, letter, "is refused by another rule than the model's");
    return 0;
}

static int try_accepted(struct search *s, size_t node, size_t letter)
{
    struct pv_refusal why;
    struct pv_violation violation;
    const struct pv_event *event = &s->letters[letter].event;
    if (pv_election_when(&s->election, event, &why) != PV_OK)
        return fail(s, node, letter, "is refused; the model accepts it");
    s->model.facts[s->model.count++] = &s->letters[letter].fact;
    if (!pv_election_ensure_valid_state(&s->election, &violation))
        return fail(s, node, letter, pv_rule_sentence(violation.rule));
    if (!pv_election_check_touched(&s->election, event, &violation))
        return fail(s, node, letter, "leaves a state that the incremental check alone rejects");
    if (!is_new(s))
        return 0;
    if (!same_document(s))
        return fail(s, node, letter, "gives another document than the model's");
    if (!same_tally(s))
        return fail(s, node, letter, "gives another tally than the model's");
    add_node(s, (struct node){(uint32_t)node, (uint8_t)letter, (uint8_t)(s->nodes[node].depth + 1)});
    return s->nodes[node].depth + 1 < PATH_MAX_EVENTS ? 0 : fail(s, node, letter, "makes the path too long");
}

/* All refused events of a state on one instance, then each accepted one on an instance of its own. */
static int expand(struct search *s, size_t node)
{
    size_t accepted[LETTERS_MAX], accepted_count = 0;
    int failed = 0;
    rebuild(s, node);
    s->before.len = s->scratch.len = 0;
    dump(&s->election, DUMP_ALL, &s->before);
    for (size_t i = 0; failed == 0 && i < s->letter_count; i++) {
        struct verdict expected = model_decide(&s->model, &s->letters[i].fact);
        if (expected.code == PV_CODE_NONE)
            accepted[accepted_count++] = i;
        else
            failed = try_refused(s, node, i, expected);
    }
    dump(&s->election, DUMP_ALL, &s->scratch);
    if (failed == 0 && !buf_equal(&s->before, &s->scratch))
        failed = fail(s, node, 0, "or another that is refused there changes the state");
    for (size_t i = 0; failed == 0 && i < accepted_count; i++) {
        if (i > 0)
            rebuild(s, node);
        failed = try_accepted(s, node, accepted[i]);
    }
    s->transitions += s->letter_count;
    return failed;
}

/* ---- the search ---- */

static int run(struct search *s)
{
    int failed = 0;
    add_node(s, (struct node){NO_PARENT, 0, 0});
    rebuild(s, 0);
    (void)is_new(s);
    for (size_t i = 0; failed == 0 && i < s->count; i++)
        if (s->scope->depth == 0 || s->nodes[i].depth < s->scope->depth)
            failed = expand(s, i);
    if (failed)
        return failed;
    unsigned depth = s->nodes[s->count - 1].depth;
    printf("%s: %zu states, %lu transitions, depth %u\n", s->scope->name, s->count, s->transitions, depth);
    if (s->count == s->scope->states && s->transitions == s->scope->transitions)
        return 0;
    fprintf(stderr, "scope %s: %lu states and %lu transitions are expected\nFAILED property exhaustive %s\n",
            s->scope->name, s->scope->states, s->scope->transitions, s->scope->name);
    return 1;
}

static int search(const struct scope *scope)
{
    static struct search s; /* too large for a stack; everything else in it is zero */
    s = (struct search){.scope = scope};
    s.letter_count = scope_letters(scope, s.letters, &s.bag);
    s.model.facts = must(calloc(PATH_MAX_EVENTS * 2, sizeof *s.model.facts));
    pv_election_init(&s.election, (struct pv_seed){1, 2});
    int failed = run(&s);
    pv_election_deinit(&s.election);
    model_free(&s.model);
    buf_free(&s.scratch);
    buf_free(&s.before);
    bag_free(&s.bag);
    free(s.nodes);
    free(s.table);
    return failed;
}

static const struct scope *find(const char *name)
{
    for (size_t i = 0; i < scope_count; i++)
        if (strcmp(scopes[i].name, name) == 0)
            return &scopes[i];
    return NULL;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++) {
        const struct scope *scope = find(argv[i]);
        if (scope == NULL) {
            fprintf(stderr, "exhaustive: there is no scope %s\n", argv[i]);
            return 2;
        }
        failed |= search(scope);
    }
    if (argc < 2)
        fprintf(stderr, "usage: exhaustive SCOPE...\n");
    return argc < 2 ? 2 : failed;
}
