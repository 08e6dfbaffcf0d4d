#include "document_part.h"
#include "never.h"
#include "restore.h"

/* /competitions/0/candidates/0/image is on level 6; the rest is for what a store adds. */
enum { DEPTH_MAX = 16 };

struct reader {
    struct pv_election *election;
    struct pv_trail trail;
    struct pv_buffer copy; /* of the element that is being read */
};

/* Lists: each element goes through cJSON alone, so that a tree is never larger than one part. */

static enum pv_result read_copy(struct reader *reader, pv_part_read_fn *read)
{
    cJSON *tree;
    enum pv_result result = pv_tree_parse(&reader->copy, &tree);
    if (result == PV_OK)
        result = read(&reader->trail, reader->election, tree);
    cJSON_Delete(tree);
    return result;
}

static enum pv_result read_element(struct reader *reader, struct pv_str text, pv_part_read_fn *read)
{
    reader->copy.len = 0;
    enum pv_result result = pv_tree_copy(&reader->copy, text);
    return result == PV_OK ? read_copy(reader, read) : result;
}

/* Steps to the next element of an array in a guarded text; json->at is behind the bracket or an element. */
static bool next_element(struct pv_json *json, struct pv_str *element)
{
    struct pv_json_value value;
    pv_json_skip_space(json);
    if (*json->at == ',')
        json->at++;
    pv_json_skip_space(json);
    if (*json->at == ']')
        return false;
    bool sound = pv_json_value(json, 1, &value);
    if (PV_NEVER(!sound))
        return false;
    *element = value.raw;
    return true;
}

/* Reads all elements of an array's text; *count is their number. */
static enum pv_result read_list(struct reader *reader, struct pv_str list, pv_part_read_fn *read,
                                size_t *count)
{
    struct pv_json json = pv_json_begin(list, NULL);
    struct pv_str element;
    enum pv_result result = PV_OK;
    json.at++;
    for (*count = 0; result == PV_OK && next_element(&json, &element); ++*count) {
        pv_trail_index(&reader->trail, *count);
        result = read_element(reader, element, read);
        if (result == PV_OK)
            pv_trail_up(&reader->trail);
    }
    return result;
}

/* The header: its lists are cut out of the text and read one element at a time; the rest is one element. */

enum { COMPETITIONS, VOTERS, BALLOTS, LISTS };
static const char *const list_keys[LISTS] = {"competitions", "voters", "ballots"};

struct header_lists {
    bool present[LISTS];
    struct pv_str text[LISTS]; /* of those that are arrays */
};

/* Which of the lists a key names, or LISTS. */
static unsigned list_of_key(const struct pv_json_value *key)
{
    char scratch[128];
    size_t used = 0;
    unsigned i = 0;
    if (key->raw.len > sizeof(scratch)) /* more than any of the names has, each character as \u00xx */
        return LISTS;
    struct pv_str name = pv_json_unescape(key, scratch, &used);
    while (i < LISTS && !pv_str_equal(name, pv_tree_str(list_keys[i])))
        i++;
    return i;
}

/* Copies the header for cJSON with each list as [], and finds the lists. */
static enum pv_result copy_header(struct reader *reader, struct pv_str text, struct header_lists *lists)
{
    struct pv_json json = pv_json_begin(text, NULL);
    struct pv_json_value key, value;
    enum pv_result result = PV_OK;
    pv_json_skip_space(&json);
    const char *run = json.at;
    if (*json.at != '{')
        return pv_tree_copy(&reader->copy, (struct pv_str){run, (size_t)(json.end - run)});
    json.at++;
    for (bool first = true; pv_json_next_member(&json, first, &key) == PV_JSON_MEMBER; first = false) {
        bool sound = pv_json_value(&json, 1, &value);
        if (PV_NEVER(!sound))
            return PV_FAULT_STATE;
        unsigned list = list_of_key(&key);
        if (list == LISTS)
            continue;
        lists->present[list] = true;
        if (value.kind != PV_JSON_ARRAY)
            continue;
        lists->text[list] = value.raw;
        result = pv_tree_copy(&reader->copy, (struct pv_str){run, (size_t)(value.raw.ptr - run)});
        if (result == PV_OK && pv_buffer_write(&reader->copy, "[]", 2) != 0)
            result = PV_FAULT_MEMORY;
        if (result != PV_OK)
            return result;
        run = value.raw.ptr + value.raw.len;
    }
    return pv_tree_copy(&reader->copy, (struct pv_str){run, (size_t)(json.end - run)});
}

static enum pv_result read_header_list(struct reader *reader, unsigned list, const struct header_lists *lists,
                                       pv_part_read_fn *read)
{
    size_t count;
    if (!lists->present[list])
        return PV_OK;
    pv_trail_key(&reader->trail, list_keys[list]);
    enum pv_result result = read_list(reader, lists->text[list], read, &count);
    if (result == PV_OK)
        pv_trail_up(&reader->trail);
    return result;
}

static enum pv_result read_header(struct reader *reader, const struct pv_document_parts *parts,
                                  struct header_lists *lists)
{
    enum pv_result result = pv_json_guard(parts->header, DEPTH_MAX, reader->trail.error);
    if (result == PV_OK)
        result = copy_header(reader, parts->header, lists);
    if (result != PV_OK)
        return result;
    bool whole = parts->whole || lists->present[VOTERS] || lists->present[BALLOTS];
    if (whole && parts->voter_page_count + parts->ballot_page_count > 0)
        return pv_trail_refuse(&reader->trail,
                               PV_STR("the header has voters or ballots in it, and so have pages"));
    return read_copy(reader, whole ? pv_part_read_whole : pv_part_read_header);
}

/* One page: an array that is full, unless it is the last one. */
static enum pv_result read_page(struct reader *reader, struct pv_str text, size_t size, bool last,
                                pv_part_read_fn *read)
{
    size_t count;
    enum pv_result result = pv_json_guard(text, DEPTH_MAX, reader->trail.error);
    if (result == PV_REFUSED)
        pv_trail_set_path(&reader->trail);
    if (result != PV_OK)
        return result;
    struct pv_json json = pv_json_begin(text, NULL);
    pv_json_skip_space(&json);
    if (*json.at != '[')
        return pv_trail_refuse(&reader->trail, PV_STR("not an array"));
    result = read_list(reader, (struct pv_str){json.at, (size_t)(json.end - json.at)}, read, &count);
    if (result == PV_OK && (count > size || count == 0 || (count < size && !last)))
        return pv_trail_refuse(&reader->trail, PV_STR("a page has too few or too many entries"));
    return result;
}

static enum pv_result read_pages(struct reader *reader, const char *name, const struct pv_str *pages,
                                 size_t count, size_t size, pv_part_read_fn *read)
{
    enum pv_result result = PV_OK;
    reader->trail.page = name;
    for (size_t i = 0; result == PV_OK && i < count; i++) {
        reader->trail.page_number = i;
        result = read_page(reader, pages[i], size, i + 1 == count, read);
    }
    return result;
}

static enum pv_result read_parts(struct reader *reader, const struct pv_document_parts *parts)
{
    struct header_lists lists = {0};
    enum pv_result result = read_header(reader, parts, &lists);
    if (result == PV_OK)
        result = read_header_list(reader, COMPETITIONS, &lists, pv_part_read_competition);
    if (result == PV_OK)
        result = read_header_list(reader, VOTERS, &lists, pv_part_read_voter);
    if (result == PV_OK)
        result = read_header_list(reader, BALLOTS, &lists, pv_part_read_ballot);
    if (result == PV_OK)
        result = read_pages(reader, "voter page", parts->voter_pages, parts->voter_page_count, PV_PAGE_VOTERS,
                            pv_part_read_voter);
    if (result == PV_OK)
        result = read_pages(reader, "ballot page", parts->ballot_pages, parts->ballot_page_count,
                            PV_PAGE_BALLOTS, pv_part_read_ballot);
    return result;
}

/* The state rules on the whole (D6). */

/* Where the candidate stands in its competition's list. */
static size_t candidate_index(const struct pv_competition *competition, uint32_t candidate)
{
    size_t i = 0;
    while (competition->candidates[i] != candidate)
        i++;
    return i;
}

/* Goes to the part that breaks a rule, as if the document were whole; its id. */
static struct pv_bits128 go_to(struct pv_trail *trail, const struct pv_election *election,
                               const struct pv_violation *violation)
{
    uint32_t position = violation->position;
    const struct pv_candidate *candidate;
    trail->page = NULL;
    switch (violation->part) {
    case PV_PART_ELECTION:
        break;
    case PV_PART_COMPETITION:
        pv_trail_item(trail, list_keys[COMPETITIONS], position);
        return election->competitions[position].id.bits;
    case PV_PART_CANDIDATE:
        candidate = &election->candidates[position];
        pv_trail_item(trail, list_keys[COMPETITIONS], candidate->competition);
        pv_trail_item(trail, "candidates",
                      candidate_index(&election->competitions[candidate->competition], position));
        return candidate->id.bits;
    case PV_PART_VOTER:
        pv_trail_item(trail, list_keys[VOTERS], position);
        return election->voters[position].id.bits;
    case PV_PART_BALLOT:
        pv_trail_item(trail, list_keys[BALLOTS], position);
        return election->ballots[position].id.bits;
    }
    return election->id.bits;
}

static enum pv_result check_state(struct reader *reader)
{
    struct pv_violation violation;
    char id[PV_ULID_LEN];
    if (pv_election_ensure_valid_state(reader->election, &violation))
        return PV_OK;
    pv_ulid_format(go_to(&reader->trail, reader->election, &violation), id);
    return pv_trail_refuse_rule(&reader->trail, violation.rule, (struct pv_str){id, sizeof(id)});
}

enum pv_result pv_document_read(const struct pv_document_parts *parts, struct pv_election *election,
                                struct pv_document_error *error)
{
    struct reader reader = {.election = election, .trail = {.error = error}};
    enum pv_result result = read_parts(&reader, parts);
    if (result == PV_OK)
        result = pv_restore_end(election);
    if (result == PV_OK)
        result = check_state(&reader);
    if (result != PV_OK)
        pv_election_deinit(election);
    pv_buffer_deinit(&reader.copy);
    return result;
}
