/* What an imported poll does not have and an election needs: ids and emails, made from the poll alone, so
   that the same poll imported again gives the same events. */
#ifndef PV_POLL_IDS_H
#define PV_POLL_IDS_H

#include "datetime.h"
#include "id.h"
#include "text.h"

/* Longest of the texts below that ids are made of, in bytes: a name of D2. */
enum { PV_POLL_TEXT_MAX = 4 * PV_NAME_MAX };

struct pv_poll_ids {
    uint64_t seed;
    struct pv_str poll; /* the poll's own id, at most PV_POLL_TEXT_MAX bytes */
};

/* A ULID: its 48 bits of time are `at` in milliseconds, which must not be before 1970; its 80 bits of chance
   are the first of SHA-256 over four netstrings ("3:abc,"): the seed in decimal digits, the poll's id, the
   kind of what gets the id, and the key that tells it from others of its kind. Never the empty id, as good as
   certainly. PV_OK or PV_FAULT_MEMORY. `kind` and `key` hold at most PV_POLL_TEXT_MAX bytes. */
enum pv_result pv_poll_id(const struct pv_poll_ids *ids, const char *kind, struct pv_str key,
                          struct pv_time at, struct pv_bits128 *out) PV_MUST_USE;

/* An address for a voter of whom only an id is known: the id at poll.invalid, a domain that can have no mail
   (RFC 2606). Every byte but a-z, 0-9, dot, hyphen and underscore stands as `=` and two hex digits, so that
   different ids have different addresses also without regard to case; what would be longer than D2 allows is
   `=sha256.` and 48 hex digits of the id's hash, which no id is spelled as. PV_OK or PV_FAULT_MEMORY; *len is
   the length. */
enum { PV_POLL_EMAIL_MAX = PV_EMAIL_LOCAL_MAX + sizeof "@poll.invalid" };
enum pv_result pv_poll_email(struct pv_str voter, char out[PV_POLL_EMAIL_MAX], size_t *len) PV_MUST_USE;

#endif
