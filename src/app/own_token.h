/* Tokens of the server's own (api.md, 3), as `photovote token` and `photovote invite` give them out. */
#ifndef PV_OWN_TOKEN_H
#define PV_OWN_TOKEN_H

#include "command.h"
#include "jwt_sign.h"

struct pv_own_token {
    struct pv_str issuer, audience,
        subject;         /* UTF-8, not empty; a subject of PV_JWT_SUBJECT_MAX bytes at most */
    struct pv_str email; /* ptr NULL: none */
    unsigned roles;      /* of enum pv_role */
    const struct pv_election_id *election; /* the only one that it is good for; NULL: all */
    int64_t issued, expires;               /* seconds since 1970 */
};

/* Appends the token: roles stand at `roles`, the election at `election`. PV_OK, PV_FAULT_MEMORY, or
   PV_REFUSED, with the buffer as it was, for a subject or an issuer that is too long, or a subject that is
   empty. */
enum pv_result pv_own_token_sign(const struct pv_own_token *token, const struct pv_signing_key *key,
                                 struct pv_buffer *text) PV_MUST_USE;

#endif
