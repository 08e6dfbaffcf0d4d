/* Documents element by element, as cJSON trees: parsing without loss of digits, members by a table of their
   keys and the shape of their values, and errors that say where. Internal to the codec. */
#ifndef PV_DOCUMENT_TREE_H
#define PV_DOCUMENT_TREE_H

#include <cjson/cJSON.h>
#include <string.h>

#include "document.h"
#include "json.h"

/* Where in a document the reader is, and where its error goes. */
enum { PV_TRAIL_MAX = 6 };
struct pv_trail {
    const char *page; /* "voter page", "ballot page", or NULL: in the header, or in a whole document */
    size_t page_number;
    unsigned depth;
    struct {
        const char *key; /* NULL: an index */
        size_t index;
    } steps[PV_TRAIL_MAX];
    struct pv_document_error *error;
};

void pv_trail_key(struct pv_trail *trail, const char *key);
void pv_trail_index(struct pv_trail *trail, size_t index);
/* A key and an index in one. */
void pv_trail_item(struct pv_trail *trail, const char *key, size_t index);
void pv_trail_up(struct pv_trail *trail);

/* Fill in the error for where the trail is, and return PV_REFUSED: with a code's sentence (D7) or a rule's
   (D6) about a value, with a sentence of the caller's, or with one in front of a value. */
enum pv_result pv_trail_refuse_code(struct pv_trail *trail, enum pv_code code, struct pv_str value);
enum pv_result pv_trail_refuse_rule(struct pv_trail *trail, enum pv_rule rule, struct pv_str value);
enum pv_result pv_trail_refuse(struct pv_trail *trail, struct pv_str sentence);
enum pv_result pv_trail_refuse_node(struct pv_trail *trail, const char *sentence, const cJSON *node);
/* Only the path, for an error whose reason is there already. */
void pv_trail_set_path(struct pv_trail *trail);

static inline struct pv_str pv_tree_str(const char *text)
{
    return (struct pv_str){text, strlen(text)};
}

/* cJSON keeps numbers as doubles, which have no 9007199254740993. So it never sees one: on the way to it each
   number becomes a string of its digits behind the byte FF, which no string of a guarded text can begin with.

   Appends a part of a guarded text, cut between tokens. PV_OK or PV_FAULT_MEMORY. */
enum pv_result pv_tree_copy(struct pv_buffer *copy, struct pv_str text) PV_MUST_USE;
/* The tree of what has been copied, owned by the caller. PV_OK or PV_FAULT_MEMORY. */
enum pv_result pv_tree_parse(const struct pv_buffer *copy, cJSON **tree) PV_MUST_USE;

#define PV_TREE_NUMBER_MARK '\xff'
static inline bool pv_tree_is_number(const cJSON *node)
{
    return cJSON_IsString(node) && node->valuestring[0] == PV_TREE_NUMBER_MARK;
}
static inline bool pv_tree_is_text(const cJSON *node)
{
    return cJSON_IsString(node) && node->valuestring[0] != PV_TREE_NUMBER_MARK;
}

/* The shape of a member's value; what a value as printed may be (F3). */
enum pv_shape {
    PV_SHAPE_ID, /* in upper case */
    PV_SHAPE_INTEGER,
    PV_SHAPE_BOOLEAN,
    PV_SHAPE_NAME,
    PV_SHAPE_DESCRIPTION, /* or null */
    PV_SHAPE_DATE,        /* or null */
    PV_SHAPE_URL,
    PV_SHAPE_CAPTION, /* or null */
    PV_SHAPE_EMAIL,
    PV_SHAPE_LIST,
    PV_SHAPE_OBJECT,
    PV_SHAPE_IMAGE, /* an object or null */
};
struct pv_member_spec {
    const char *key;
    enum pv_shape shape;
};
struct pv_member {
    const cJSON *node; /* NULL for null */
    struct pv_bits128 id;
    int64_t integer;
    bool flag;
    struct pv_str text; /* borrows from the tree; empty for null */
    struct pv_time time;
};

enum { PV_MEMBERS_MAX = 16 };
/* The members of an object, one for each spec: all must be there and have their shape; others are ignored.
   One pass over the object, however many keys it has. PV_OK or PV_REFUSED. */
enum pv_result pv_tree_members(struct pv_trail *trail, const cJSON *object,
                               const struct pv_member_spec *specs, size_t count,
                               struct pv_member *members) PV_MUST_USE;

/* An id as printed. PV_OK or PV_REFUSED. */
enum pv_result pv_tree_id(struct pv_trail *trail, const char *text, struct pv_bits128 *id) PV_MUST_USE;
/* A rating as printed: 1 to 5. PV_OK or PV_REFUSED. */
enum pv_result pv_tree_rating(struct pv_trail *trail, const cJSON *node,
                              struct pv_rating *rating) PV_MUST_USE;

#endif
