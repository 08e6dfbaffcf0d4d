/* invite: a link a voter, which lets that voter into that election (api.md, 3). */
#ifndef PV_INVITE_H
#define PV_INVITE_H

#include "election.h"
#include "own_token.h"

struct pv_invites {
    const struct pv_signing_key *key;
    struct pv_str base; /* where the pages are, as https://vote.example.org or with a path; with or without a
                           / at its end */
    struct pv_str issuer, audience;
    int64_t issued, expires; /* seconds since 1970 */
};

/* A line a voter who is not removed, in the order of the election: email, name and BASE/#invite=TOKEN, with
   tabs between them. The token is that of a voter, good for this election alone. A backslash, and what would
   break a line or a column, is \\, \t, \n or \r; D2 lets no other control character in. A token stands behind
   a #, so that browsers send it to nobody.

   PV_OK, with the number of lines in *count; PV_REFUSED for a base that is no web address (D2) with a host,
   or has a query or a fragment, and nothing is written; PV_FAULT_MEMORY, after some lines perhaps. Whether
   the lines were taken on, pv_out_flush tells. */
enum pv_result pv_invites_write(const struct pv_invites *invites, const struct pv_election *election,
                                struct pv_out *out, size_t *count) PV_MUST_USE;

#endif
