#include "document_part.h"

#include "restore.h"

/* A part that cannot be put in place, because of the value of one of its keys. */
static enum pv_result misplaced(struct pv_trail *trail, const struct pv_violation *violation, const char *key,
                                struct pv_str value)
{
    pv_trail_key(trail, key);
    return pv_trail_refuse_rule(trail, violation->rule, value);
}

static enum pv_result read_header(struct pv_trail *trail, struct pv_election *election, const cJSON *node,
                                  bool whole)
{
    enum { ID, VERSION, DELETED, NAME, DESCRIPTION, OPENED, CLOSED, COMPETITIONS, VOTERS, BALLOTS, COUNT };
    static const struct pv_member_spec specs[] = {
        [ID] = {"id", PV_SHAPE_ID},
        [VERSION] = {"version", PV_SHAPE_INTEGER},
        [DELETED] = {"deleted", PV_SHAPE_BOOLEAN},
        [NAME] = {"name", PV_SHAPE_NAME},
        [DESCRIPTION] = {"description", PV_SHAPE_DESCRIPTION},
        [OPENED] = {"opened", PV_SHAPE_DATE},
        [CLOSED] = {"closed", PV_SHAPE_DATE},
        [COMPETITIONS] = {"competitions", PV_SHAPE_LIST},
        [VOTERS] = {"voters", PV_SHAPE_LIST},
        [BALLOTS] = {"ballots", PV_SHAPE_LIST},
    };
    struct pv_member m[COUNT];
    enum pv_result result = pv_tree_members(trail, node, specs, whole ? COUNT : VOTERS, m);
    if (result != PV_OK)
        return result;
    if (m[VERSION].integer < 0) { /* D6 asks nothing of an unborn election, which has no document */
        pv_trail_key(trail, specs[VERSION].key);
        return pv_trail_refuse_node(trail, "not the version of an election", m[VERSION].node);
    }
    struct pv_restore_header header = {.id = {m[ID].id},
                                       .version = m[VERSION].integer,
                                       .deleted = m[DELETED].flag,
                                       .is_opened = m[OPENED].node != NULL,
                                       .is_closed = m[CLOSED].node != NULL,
                                       .opened = {m[OPENED].time},
                                       .closed = {m[CLOSED].time},
                                       .name = {m[NAME].text},
                                       .description = {m[DESCRIPTION].text}};
    return pv_restore_header(election, &header);
}

enum pv_result pv_part_read_header(struct pv_trail *trail, struct pv_election *election, const cJSON *node)
{
    return read_header(trail, election, node, false);
}

enum pv_result pv_part_read_whole(struct pv_trail *trail, struct pv_election *election, const cJSON *node)
{
    return read_header(trail, election, node, true);
}

static enum pv_result read_image(struct pv_trail *trail, const cJSON *node,
                                 struct pv_restore_candidate *candidate)
{
    static const struct pv_member_spec specs[] = {{"url", PV_SHAPE_URL}, {"caption", PV_SHAPE_CAPTION}};
    struct pv_member members[2];
    if (node == NULL)
        return PV_OK;
    pv_trail_key(trail, "image");
    enum pv_result result = pv_tree_members(trail, node, specs, 2, members);
    if (result != PV_OK)
        return result;
    pv_trail_up(trail);
    candidate->image_url.text = members[0].text;
    candidate->image_caption.text = members[1].text;
    return PV_OK;
}

static enum pv_result read_candidate(struct pv_trail *trail, struct pv_election *election, const cJSON *node)
{
    enum { ID, VERSION, DELETED, NAME, DESCRIPTION, IMAGE, COUNT };
    static const struct pv_member_spec specs[] = {
        [ID] = {"id", PV_SHAPE_ID},
        [VERSION] = {"version", PV_SHAPE_INTEGER},
        [DELETED] = {"deleted", PV_SHAPE_BOOLEAN},
        [NAME] = {"name", PV_SHAPE_NAME},
        [DESCRIPTION] = {"description", PV_SHAPE_DESCRIPTION},
        [IMAGE] = {"image", PV_SHAPE_IMAGE},
    };
    struct pv_member m[COUNT];
    struct pv_violation violation;
    enum pv_result result = pv_tree_members(trail, node, specs, COUNT, m);
    if (result != PV_OK)
        return result;
    struct pv_restore_candidate candidate = {.id = {m[ID].id},
                                             .version = m[VERSION].integer,
                                             .deleted = m[DELETED].flag,
                                             .name = {m[NAME].text},
                                             .description = {m[DESCRIPTION].text}};
    result = read_image(trail, m[IMAGE].node, &candidate);
    if (result != PV_OK)
        return result;
    result = pv_restore_candidate(election, &candidate, &violation);
    return result == PV_REFUSED ? misplaced(trail, &violation, "id", m[ID].text) : result;
}

static enum pv_result read_candidates(struct pv_trail *trail, struct pv_election *election, const cJSON *list)
{
    size_t index = 0;
    pv_trail_key(trail, "candidates");
    for (const cJSON *child = list->child; child != NULL; child = child->next) {
        pv_trail_index(trail, index++);
        enum pv_result result = read_candidate(trail, election, child);
        if (result != PV_OK)
            return result;
        pv_trail_up(trail);
    }
    pv_trail_up(trail);
    return PV_OK;
}

enum pv_result pv_part_read_competition(struct pv_trail *trail, struct pv_election *election,
                                        const cJSON *node)
{
    enum { ID, VERSION, DELETED, NAME, DESCRIPTION, CANDIDATES, COUNT };
    static const struct pv_member_spec specs[] = {
        [ID] = {"id", PV_SHAPE_ID},
        [VERSION] = {"version", PV_SHAPE_INTEGER},
        [DELETED] = {"deleted", PV_SHAPE_BOOLEAN},
        [NAME] = {"name", PV_SHAPE_NAME},
        [DESCRIPTION] = {"description", PV_SHAPE_DESCRIPTION},
        [CANDIDATES] = {"candidates", PV_SHAPE_LIST},
    };
    struct pv_member m[COUNT];
    struct pv_violation violation;
    enum pv_result result = pv_tree_members(trail, node, specs, COUNT, m);
    if (result != PV_OK)
        return result;
    struct pv_restore_competition competition = {.id = {m[ID].id},
                                                 .version = m[VERSION].integer,
                                                 .deleted = m[DELETED].flag,
                                                 .name = {m[NAME].text},
                                                 .description = {m[DESCRIPTION].text}};
    result = pv_restore_competition(election, &competition, &violation);
    if (result == PV_REFUSED)
        return misplaced(trail, &violation, "id", m[ID].text);
    return result == PV_OK ? read_candidates(trail, election, m[CANDIDATES].node) : result;
}

enum pv_result pv_part_read_voter(struct pv_trail *trail, struct pv_election *election, const cJSON *node)
{
    enum { ID, VERSION, DELETED, NAME, EMAIL, BALLOT_ISSUED, COUNT };
    static const struct pv_member_spec specs[] = {
        [ID] = {"id", PV_SHAPE_ID},
        [VERSION] = {"version", PV_SHAPE_INTEGER},
        [DELETED] = {"deleted", PV_SHAPE_BOOLEAN},
        [NAME] = {"name", PV_SHAPE_NAME},
        [EMAIL] = {"email", PV_SHAPE_EMAIL},
        [BALLOT_ISSUED] = {"ballot_issued", PV_SHAPE_BOOLEAN},
    };
    struct pv_member m[COUNT];
    struct pv_violation violation;
    enum pv_result result = pv_tree_members(trail, node, specs, COUNT, m);
    if (result != PV_OK)
        return result;
    struct pv_restore_voter voter = {.id = {m[ID].id},
                                     .version = m[VERSION].integer,
                                     .deleted = m[DELETED].flag,
                                     .ballot_issued = m[BALLOT_ISSUED].flag,
                                     .name = {m[NAME].text},
                                     .email = {m[EMAIL].text}};
    result = pv_restore_voter(election, &voter, &violation);
    if (result != PV_REFUSED)
        return result;
    bool email = violation.rule == PV_RULE_EMAIL_UNIQUE;
    return misplaced(trail, &violation, specs[email ? EMAIL : ID].key, m[email ? EMAIL : ID].text);
}

/* The ratings in one competition, whose entry must not be empty (D6.7). */
static enum pv_result read_competition_ratings(struct pv_trail *trail, struct pv_election *election,
                                               const cJSON *node)
{
    struct pv_competition_id competition;
    struct pv_candidate_id candidate;
    struct pv_rating rating;
    struct pv_violation violation;
    enum pv_result result = pv_tree_id(trail, node->string, &competition.bits);
    if (result != PV_OK)
        return result;
    if (!cJSON_IsObject(node))
        return pv_trail_refuse_node(trail, "not an object", node);
    if (node->child == NULL)
        return pv_trail_refuse(trail, PV_STR("a competition without a rating in it (D6.7)"));
    for (const cJSON *child = node->child; child != NULL; child = child->next) {
        pv_trail_key(trail, child->string);
        result = pv_tree_id(trail, child->string, &candidate.bits);
        if (result == PV_OK)
            result = pv_tree_rating(trail, child, &rating);
        if (result != PV_OK)
            return result;
        pv_trail_up(trail);
        result = pv_restore_rating(election, competition, candidate, rating, &violation);
        if (result != PV_OK)
            return result == PV_REFUSED
                       ? misplaced(trail, &violation, child->string, pv_tree_str(child->string))
                       : result;
    }
    return PV_OK;
}

static enum pv_result read_ratings(struct pv_trail *trail, struct pv_election *election, const cJSON *node)
{
    pv_trail_key(trail, "ratings");
    for (const cJSON *child = node->child; child != NULL; child = child->next) {
        pv_trail_key(trail, child->string);
        enum pv_result result = read_competition_ratings(trail, election, child);
        if (result != PV_OK)
            return result;
        pv_trail_up(trail);
    }
    pv_trail_up(trail);
    return PV_OK;
}

enum pv_result pv_part_read_ballot(struct pv_trail *trail, struct pv_election *election, const cJSON *node)
{
    enum { ID, VERSION, DELETED, VOTER_ID, RATINGS, CAST, COUNT };
    static const struct pv_member_spec specs[] = {
        [ID] = {"id", PV_SHAPE_ID},
        [VERSION] = {"version", PV_SHAPE_INTEGER},
        [DELETED] = {"deleted", PV_SHAPE_BOOLEAN},
        [VOTER_ID] = {"voter_id", PV_SHAPE_ID},
        [RATINGS] = {"ratings", PV_SHAPE_OBJECT},
        [CAST] = {"cast", PV_SHAPE_BOOLEAN},
    };
    struct pv_member m[COUNT];
    struct pv_violation violation;
    enum pv_result result = pv_tree_members(trail, node, specs, COUNT, m);
    if (result != PV_OK)
        return result;
    struct pv_restore_ballot ballot = {.id = {m[ID].id},
                                       .version = m[VERSION].integer,
                                       .deleted = m[DELETED].flag,
                                       .cast = m[CAST].flag,
                                       .voter_id = {m[VOTER_ID].id}};
    result = pv_restore_ballot(election, &ballot, &violation);
    if (result == PV_REFUSED) {
        bool id = violation.rule == PV_RULE_ID_UNIQUE;
        return misplaced(trail, &violation, specs[id ? ID : VOTER_ID].key, m[id ? ID : VOTER_ID].text);
    }
    return result == PV_OK ? read_ratings(trail, election, m[RATINGS].node) : result;
}
