/* An event as it comes from outside: a type's name and the members of a JSON object in the order of the text,
   some of them perhaps twice, unlisted, of a wrong kind or missing; and what the text may have that is no
   JSON at all. */
#ifndef PV_WIRE_H
#define PV_WIRE_H

#include "buf.h"
#include "event.h"
#include "gen.h"

enum { WIRE_MEMBERS_MAX = 20 };

struct wire_member {
    struct pv_str key;         /* unescaped */
    struct pv_primitive value; /* ABSENT never; for OTHER and INTEGER `text` is the JSON as written */
};

/* What is wrong with the text as JSON. A record with bad grammar is no record (F1 step 1), whereas the others
   are faults of the event in it (F1 step 4). */
enum wire_damage { WIRE_SOUND, WIRE_TEXT_FAULT, WIRE_TOO_DEEP, WIRE_NO_OBJECT, WIRE_GRAMMAR };

struct wire {
    struct pv_str type;
    size_t count;
    struct wire_member members[WIRE_MEMBERS_MAX];
    enum wire_damage damage;
    unsigned broken;       /* for WIRE_GRAMMAR: 0 if a member does it, else which fault of structure */
    struct pv_str instead; /* for WIRE_NO_OBJECT: the whole text */
};

void wire_add(struct wire *wire, struct pv_str key, struct pv_primitive value);
struct wire_member *wire_find(struct wire *wire, const char *key);
void wire_remove(struct wire *wire, struct wire_member *member);

struct pv_primitive wire_string(struct pv_str text);
struct pv_primitive wire_null(void);
struct pv_primitive wire_integer(struct pv_str text);
struct pv_primitive wire_other(struct pv_str json);

/* How the same members can be written: white space, escapes, order. Drawn once a text. */
struct wire_style {
    unsigned space;  /* 0: none; else which kind of white space */
    unsigned escape; /* 0: only what must be; else every n-th character of a string */
    bool line;       /* it must stay on one line */
};
struct wire_style wire_draw_style(struct gen *g, bool line);
/* The text of the event's data, appended; draws the place of the damage. */
void wire_render(struct gen *g, const struct wire *wire, const struct wire_style *style, struct buf *out);
/* The same for any list of members (a record's). */
void wire_render_members(const struct wire_member *members, size_t count, const struct wire_style *style,
                         struct buf *out);
void wire_space(const struct wire_style *style, unsigned at, struct buf *out);

/* Members that no event lists, to be ignored (sound), and such whose value spoils the whole text. */
void wire_add_unlisted(struct gen *g, struct wire *wire, struct bag *bag);
void wire_add_damage(struct gen *g, struct wire *wire, struct bag *bag);

/* For traces. */
void wire_trace(struct gen *g, const struct wire *wire);

#endif
