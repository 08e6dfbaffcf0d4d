#include "auth.h"

#include <string.h>

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
