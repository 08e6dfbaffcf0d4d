#include "auth.h"

#include <string.h>

unsigned pv_auth_roles(const struct pv_auth *auth, struct pv_election_id election)
{
    const struct pv_caller *caller = &auth->caller;
    bool reaches = !caller->one_election || pv_bits128_equal(caller->election.bits, election.bits);
    return reaches ? caller->roles : 0;
}

static struct pv_str own(char *text, struct pv_str borrowed)
{
    if (borrowed.ptr == NULL)
        return borrowed;
    memcpy(text, borrowed.ptr, borrowed.len);
    return (struct pv_str){text, borrowed.len};
}

void pv_auth_copy(struct pv_auth *to, const struct pv_auth *from)
{
    to->result = from->result;
    to->why = from->why;
    to->caller = from->caller;
    to->caller.subject = own(to->subject, from->caller.subject);
    to->caller.email = own(to->email, from->caller.email);
}
