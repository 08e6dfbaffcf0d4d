/* A simple model of the domain, the opponent of the core. It keeps nothing but the list of the facts that it
   accepted; every question (is it open, what is its name, how many versions) is answered by reading that list
   from one end to the other, so that there is no counter, map or flag that could be forgotten. Ids are
   strings, dates are strings in their canonical form, comparing is strcmp. It shares no code with the core
   but the names of events, fields and codes. */
#ifndef PV_MODEL_H
#define PV_MODEL_H

#include "buf.h"
#include "catalogue.h"
#include "wire.h"

enum { MODEL_ID = 27, MODEL_DATE = 80, MODEL_EVENT_ID = 129 };

/* What one event says. Texts that it has not, or that are "none", are NULL. */
struct fact {
    enum pv_event_type type;
    char event_id[MODEL_EVENT_ID]; /* 128 binary digits: spellings of the same bits are the same id */
    char election[MODEL_ID], competition[MODEL_ID], candidate[MODEL_ID], voter[MODEL_ID], ballot[MODEL_ID];
    const char *name, *description, *url, *caption, *email;
    char date[MODEL_DATE]; /* always with six digits of fraction */
    int rating;            /* 0: taken back */
};

struct model {
    const struct fact **facts; /* accepted, in order; the facts are borrowed */
    size_t count, capacity;
};

struct verdict {
    enum pv_code code; /* PV_CODE_NONE: accepted */
    enum pv_field field;
};

void model_free(struct model *model);

/* D5, 1 to 3. The fact's texts go to the bag. */
struct verdict model_read(const struct wire *wire, struct bag *bag, struct fact *fact);
/* D5, 4 to 9. Changes nothing. */
struct verdict model_decide(const struct model *model, const struct fact *fact);
/* The fact, which was decided to be accepted, is kept: it must outlive the model. */
void model_accept(struct model *model, const struct fact *fact);

/* ---- questions ---- */

enum model_phase { MODEL_UNBORN, MODEL_DRAFT, MODEL_OPEN, MODEL_CLOSED, MODEL_DELETED };
enum model_phase model_phase(const struct model *model);

/* The n-th fact of a type (that adds a part, say), or NULL; and how many there are. */
const struct fact *model_nth(const struct model *model, enum pv_event_type type, size_t n);
size_t model_count(const struct model *model, enum pv_event_type type);

const struct fact *model_competition(const struct model *model, const char *id);
const struct fact *model_candidate(const struct model *model, const char *id);
const struct fact *model_voter(const struct model *model, const char *id);
const struct fact *model_ballot(const struct model *model, const char *id);
bool model_competition_removed(const struct model *model, const char *id);
bool model_candidate_removed(const struct model *model, const char *id);
bool model_ballot_cast(const struct model *model, const char *id);
/* The ballot of a voter, or NULL. */
const struct fact *model_ballot_of(const struct model *model, const char *voter);
/* 0 if there is none. */
int model_rating(const struct model *model, const char *ballot, const char *candidate);
size_t model_ratings_on(const struct model *model, const char *ballot);

/* ---- the printed forms, by naive code of its own (F3, F4) ---- */

void model_document(const struct model *model, struct buf *out);
void model_tally(const struct model *model, struct buf *out);
/* The event as data in catalogue order (F1), ids as ULIDs. */
void model_event(const struct fact *fact, struct buf *out);

/* ---- D2, used by model_read ---- */

/* The code for a value that is there, and what it means (in the fact's form); model_values.c. */
enum pv_code model_check_ulid(struct pv_str text, char out[MODEL_ID]);
enum pv_code model_check_event_id(struct pv_str text, char out[MODEL_EVENT_ID]);
enum pv_code model_check_text(struct pv_str text, size_t limit, bool lines);
enum pv_code model_check_url(struct pv_str text);
enum pv_code model_check_email(struct pv_str text);
enum pv_code model_check_date(struct pv_str text, char out[MODEL_DATE]);
bool model_same_email(const char *a, const char *b);
/* The ULID of an event id. */
void model_ulid_of(const char event_id[MODEL_EVENT_ID], char out[MODEL_ID]);

#endif
