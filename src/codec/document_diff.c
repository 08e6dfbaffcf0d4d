#include "document_diff.h"

#include "document.h"
#include "json.h"
#include "never.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NOLINTBEGIN(misc-no-recursion): no deeper than the document's own form, see below. */

/* Both sides are printed by ourselves, page by page, in canonical form: equal bytes are equal values, and
   where the bytes differ, both texts have the same shape and can be walked side by side. The walk recurses,
   but no deeper than the document's own form (F3): six levels. */

enum { PATH_MAX_LEN = 200 };

struct walk {
    pv_difference_fn *found;
    void *context;
    char path[PATH_MAX_LEN];
    size_t path_len;
    bool out_of_memory;
};

static struct pv_str none(void)
{
    return (struct pv_str){NULL, 0};
}

static size_t enter_key(struct walk *walk, struct pv_str key)
{
    size_t before = walk->path_len;
    int len = snprintf(walk->path + before, PATH_MAX_LEN - before, "/%.*s", (int)key.len, key.ptr);
    walk->path_len = before + (size_t)len;
    return before;
}

static size_t enter_index(struct walk *walk, size_t index)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%zu", index);
    return enter_key(walk, (struct pv_str){text, (size_t)len});
}

static void leave(struct walk *walk, size_t before)
{
    walk->path_len = before;
    walk->path[before] = '\0';
}

static void tell(struct walk *walk, struct pv_str cached, struct pv_str rebuilt)
{
    walk->found(walk->context, &(struct pv_difference){walk->path, cached, rebuilt});
}

static void diff_value(struct walk *walk, struct pv_str cached, struct pv_str rebuilt);

/* The next value at json->at; the texts are our own, so it is there. */
static struct pv_str take_value(struct pv_json *json)
{
    struct pv_json_value value;
    bool sound = pv_json_value(json, 1, &value);
    return PV_NEVER(!sound) ? PV_STR("null") : value.raw;
}

/* The next member of an object; false at its end. The key comes without its quotes: no key of F3 has an
 * escape. */
static bool take_member(struct pv_json *json, bool first, struct pv_str *key, struct pv_str *value)
{
    struct pv_json_value name;
    if (pv_json_next_member(json, first, &name) != PV_JSON_MEMBER)
        return false;
    *key = (struct pv_str){name.raw.ptr + 1, name.raw.len - 2};
    *value = take_value(json);
    return true;
}

static struct pv_json inside(struct pv_str object)
{
    struct pv_json json = pv_json_begin(object, NULL);
    json.at++;
    return json;
}

/* The members of an object, sorted by their keys: a ballot may have as many ratings as the paper has
   candidates, and none of them may cost a search through all the others. */
struct member {
    struct pv_str key, value;
};
struct members {
    struct member *items;
    size_t count, capacity;
};

static int compare_members(const void *a, const void *b)
{
    struct pv_str x = ((const struct member *)a)->key, y = ((const struct member *)b)->key;
    if (x.len != y.len)
        return x.len < y.len ? -1 : 1;
    return memcmp(x.ptr, y.ptr, x.len);
}

static bool members_add(struct members *members, struct member member)
{
    if (members->count == members->capacity) {
        size_t capacity = members->capacity * 2 + 16;
        struct member *items = realloc(members->items, capacity * sizeof *items);
        if (items == NULL)
            return false;
        members->items = items;
        members->capacity = capacity;
    }
    members->items[members->count++] = member;
    return true;
}

/* False when out of memory. */
static bool members_init(struct members *members, struct pv_str object)
{
    *members = (struct members){NULL, 0, 0};
    struct pv_json json = inside(object);
    struct member member;
    for (bool first = true; take_member(&json, first, &member.key, &member.value); first = false) {
        if (!members_add(members, member))
            return false;
    }
    if (members->count > 1)
        qsort(members->items, members->count, sizeof member, compare_members);
    return true;
}

static struct pv_str members_find(const struct members *members, struct pv_str key)
{
    struct member wanted = {key, none()};
    if (members->count == 0) /* then there are no items to look among */
        return none();
    const struct member *found =
        bsearch(&wanted, members->items, members->count, sizeof wanted, compare_members);
    return found != NULL ? found->value : none();
}

static void members_deinit(struct members *members)
{
    free(members->items);
}

/* Members of `from`, each looked up in the other object: where that has one too, the two are compared if
   `from_cached`. */
static void tell_members(struct walk *walk, struct pv_str from, const struct members *other, bool from_cached)
{
    struct pv_json json = inside(from);
    struct pv_str key, value;
    for (bool first = true; take_member(&json, first, &key, &value); first = false) {
        struct pv_str there = members_find(other, key);
        size_t before = enter_key(walk, key);
        if (there.ptr == NULL)
            tell(walk, from_cached ? value : none(), from_cached ? none() : value);
        else if (from_cached)
            diff_value(walk, value, there);
        leave(walk, before);
    }
}

static void diff_members(struct walk *walk, struct pv_str from, struct pv_str other, bool from_cached)
{
    struct members members;
    if (members_init(&members, other))
        tell_members(walk, from, &members, from_cached);
    else
        walk->out_of_memory = true;
    members_deinit(&members);
}

struct list {
    struct pv_str *items;
    size_t count, capacity;
};

static bool list_add(struct list *list, struct pv_str item)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity * 2 + 16;
        struct pv_str *items = realloc(list->items, capacity * sizeof *items);
        if (items == NULL)
            return false;
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = item;
    return true;
}

/* The elements of an array, from between its brackets; false when out of memory. */
static bool list_init(struct list *list, struct pv_str array)
{
    *list = (struct list){NULL, 0, 0};
    struct pv_json json = pv_json_begin((struct pv_str){array.ptr + 1, array.len - 2}, NULL);
    while (json.at < json.end) {
        if (*json.at == ',')
            json.at++;
        if (!list_add(list, take_value(&json)))
            return false;
    }
    return true;
}

static void list_deinit(struct list *list)
{
    free(list->items);
}

/* What both lists have, and what the rebuilt one has more; indexes are counted from `base`. */
static void diff_forwards(struct walk *walk, const struct list *cached, const struct list *rebuilt,
                          size_t base)
{
    for (size_t i = 0; i < rebuilt->count; i++) {
        size_t before = enter_index(walk, base + i);
        if (i < cached->count)
            diff_value(walk, cached->items[i], rebuilt->items[i]);
        else
            tell(walk, none(), rebuilt->items[i]);
        leave(walk, before);
    }
}

/* What the cached list has more, from its end. */
static void diff_backwards(struct walk *walk, const struct list *cached, size_t kept, size_t base)
{
    for (size_t i = cached->count; i > kept; i--) {
        size_t before = enter_index(walk, base + i - 1);
        tell(walk, cached->items[i - 1], none());
        leave(walk, before);
    }
}

static void diff_arrays(struct walk *walk, struct pv_str cached, struct pv_str rebuilt)
{
    struct list a, b = {NULL, 0, 0};
    if (list_init(&a, cached) && list_init(&b, rebuilt)) {
        diff_forwards(walk, &a, &b, 0);
        diff_backwards(walk, &a, b.count, 0);
    } else {
        walk->out_of_memory = true;
    }
    list_deinit(&a);
    list_deinit(&b);
}

static void diff_value(struct walk *walk, struct pv_str cached, struct pv_str rebuilt)
{
    if (pv_str_equal(cached, rebuilt))
        return;
    bool same_kind = cached.ptr[0] == rebuilt.ptr[0];
    if (same_kind && cached.ptr[0] == '{') {
        diff_members(walk, cached, rebuilt, true);
        diff_members(walk, rebuilt, cached, false);
    } else if (same_kind && cached.ptr[0] == '[') {
        diff_arrays(walk, cached, rebuilt);
    } else {
        tell(walk, cached, rebuilt);
    }
}

/* NOLINTEND(misc-no-recursion) */

/* Pages */

enum paged { PAGED_VOTERS, PAGED_BALLOTS };

static uint32_t page_count(const struct pv_election *election, enum paged what)
{
    return what == PAGED_VOTERS ? pv_document_voter_pages(election) : pv_document_ballot_pages(election);
}

static uint32_t entry_count(const struct pv_election *election, enum paged what)
{
    return what == PAGED_VOTERS ? election->voter_count : election->ballot_count;
}

static uint32_t page_size(enum paged what)
{
    return what == PAGED_VOTERS ? PV_PAGE_VOTERS : PV_PAGE_BALLOTS;
}

/* Prints one page; an empty one beyond the last. */
static bool print_page(struct pv_out *out, struct pv_buffer *buffer, const struct pv_election *election,
                       enum paged what, uint32_t page)
{
    buffer->len = 0;
    pv_out_init(out, pv_buffer_write, buffer);
    if (page >= page_count(election, what))
        pv_out_str(out, PV_STR("[]"));
    else if (what == PAGED_VOTERS)
        pv_document_write_voters(out, election, page);
    else
        pv_document_write_ballots(out, election, page);
    return pv_out_flush(out);
}

/* The printing of both sides. */
struct sides {
    struct pv_out out;
    struct pv_buffer cached, rebuilt;
};

static struct pv_str printed(const struct pv_buffer *buffer)
{
    return (struct pv_str){buffer->bytes, buffer->len};
}

static bool list_page(struct list *list, struct sides *sides, const struct pv_election *election,
                      enum paged what, uint32_t page)
{
    *list = (struct list){NULL, 0, 0};
    return print_page(&sides->out, &sides->cached, election, what, page) &&
           list_init(list, printed(&sides->cached));
}

static void diff_page(struct walk *walk, struct sides *sides, enum paged what, uint32_t page)
{
    struct list a = {NULL, 0, 0}, b = {NULL, 0, 0};
    if (list_init(&a, printed(&sides->cached)) && list_init(&b, printed(&sides->rebuilt)))
        diff_forwards(walk, &a, &b, (size_t)page * page_size(what));
    else
        walk->out_of_memory = true;
    list_deinit(&a);
    list_deinit(&b);
}

static void diff_paged(struct walk *walk, struct sides *sides, const struct pv_election *cached,
                       const struct pv_election *rebuilt, enum paged what)
{
    for (uint32_t page = 0; page < page_count(rebuilt, what) && !walk->out_of_memory; page++) {
        if (!print_page(&sides->out, &sides->cached, cached, what, page) ||
            !print_page(&sides->out, &sides->rebuilt, rebuilt, what, page))
            walk->out_of_memory = true;
        else if (!pv_str_equal(printed(&sides->cached), printed(&sides->rebuilt)))
            diff_page(walk, sides, what, page);
    }
    uint32_t kept = entry_count(rebuilt, what), size = page_size(what);
    for (uint32_t page = page_count(cached, what); page > kept / size && !walk->out_of_memory; page--) {
        struct list list;
        if (!list_page(&list, sides, cached, what, page - 1))
            walk->out_of_memory = true;
        else
            diff_backwards(walk, &list, page - 1 == kept / size ? kept % size : 0, (size_t)(page - 1) * size);
        list_deinit(&list);
    }
}

static void diff_header(struct walk *walk, struct sides *sides, const struct pv_election *cached,
                        const struct pv_election *rebuilt)
{
    pv_out_init(&sides->out, pv_buffer_write, &sides->cached);
    pv_document_write_header(&sides->out, cached);
    walk->out_of_memory = !pv_out_flush(&sides->out);
    pv_out_init(&sides->out, pv_buffer_write, &sides->rebuilt);
    pv_document_write_header(&sides->out, rebuilt);
    walk->out_of_memory |= !pv_out_flush(&sides->out);
    if (!walk->out_of_memory)
        diff_value(walk, printed(&sides->cached), printed(&sides->rebuilt));
}

enum pv_result pv_document_diff(const struct pv_election *cached, const struct pv_election *rebuilt,
                                pv_difference_fn *found, void *context)
{
    struct walk walk = {.found = found, .context = context};
    struct sides *sides = calloc(1, sizeof *sides);
    if (sides == NULL)
        return PV_FAULT_MEMORY;
    diff_header(&walk, sides, cached, rebuilt);
    size_t before = enter_key(&walk, PV_STR("voters"));
    if (!walk.out_of_memory)
        diff_paged(&walk, sides, cached, rebuilt, PAGED_VOTERS);
    leave(&walk, before);
    enter_key(&walk, PV_STR("ballots"));
    if (!walk.out_of_memory)
        diff_paged(&walk, sides, cached, rebuilt, PAGED_BALLOTS);
    pv_buffer_deinit(&sides->cached);
    pv_buffer_deinit(&sides->rebuilt);
    free(sides);
    return walk.out_of_memory ? PV_FAULT_MEMORY : PV_OK;
}
