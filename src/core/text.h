/* Names, descriptions, captions, web addresses and emails (D2): a type each, all borrowed bytes.
   A value of these types was made by a parse function; an optional one with len 0 means "none". */
#ifndef PV_TEXT_H
#define PV_TEXT_H

#include "refusal.h"

#define PV_TEXT_TYPE(name)                                                                                   \
    struct pv_##name {                                                                                       \
        struct pv_str text;                                                                                  \
    }
PV_TEXT_TYPE(election_name);
PV_TEXT_TYPE(competition_name);
PV_TEXT_TYPE(candidate_name);
PV_TEXT_TYPE(voter_name);
PV_TEXT_TYPE(election_description);
PV_TEXT_TYPE(competition_description);
PV_TEXT_TYPE(candidate_description);
PV_TEXT_TYPE(image_caption);
PV_TEXT_TYPE(image_url);
PV_TEXT_TYPE(voter_email);
#undef PV_TEXT_TYPE

enum {
    PV_NAME_MAX = 200,         /* code points */
    PV_DESCRIPTION_MAX = 4000, /* code points */
    PV_CAPTION_MAX = 500,      /* code points */
    PV_URL_MAX = 2048,         /* bytes */
    PV_EMAIL_MAX = 254,        /* bytes */
    PV_EMAIL_LOCAL_MAX = 64,   /* bytes before the @ */
};

/* The rules of D2 on a value that is there (the empty string included: for a required text it is
   PV_TEXT_EMPTY). PV_CODE_NONE or the first refusal in D7's order for text. Bytes that are not UTF-8 cannot
   come out of a JSON string; from anywhere else they count as PV_TEXT_CONTROL. */
enum pv_code pv_name_check(struct pv_str text) PV_MUST_USE;
enum pv_code pv_description_check(struct pv_str text) PV_MUST_USE;
enum pv_code pv_caption_check(struct pv_str text) PV_MUST_USE;
enum pv_code pv_url_check(struct pv_str text) PV_MUST_USE;
enum pv_code pv_email_check(struct pv_str text) PV_MUST_USE;

/* Emails are compared without regard to case (ASCII letters; there are no others in an email). */
bool pv_email_equal(struct pv_str a, struct pv_str b);

/* The length in bytes of the UTF-8 sequence that starts at `text`, 1 to 4, or 0 if it is not valid (overlong,
   surrogate, above U+10FFFF, cut short); the code point in *point. `len` must not be 0. */
unsigned pv_utf8_next(const char *text, size_t len, uint32_t *point);

#endif
