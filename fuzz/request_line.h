/* A request as one line of text, so that whoever changes lines changes requests:

       CALLER METHOD TARGET [NAME=VALUE...] [BODY]

   A caller is -, for no token at all; ?, a token that is refused; !, one that cannot be decided; or letters
   for roles (a administrator, u auditor, v voter, n none) with `:` and a voter's id or email, and `/` and the
   one election that the token is good for, as in av:k@x.example/01HQ0000000000000000000001. With & before it
   the server does nothing for the request before the next one has come. Of a header's value _ stands for a
   space. What follows the last header is the body, percent-encoded if it begins with %; with a body
   Content-Type is application/json unless it is given. A line `wait N` lets N ms pass. */
#ifndef PV_FUZZ_REQUEST_LINE_H
#define PV_FUZZ_REQUEST_LINE_H

#include "auth.h"
#include "http.h"
#include "kit.h"
#include "model.h"

enum { REQUEST_HEADERS = 8, REQUEST_QUERY = 4 };
struct request {
    bool queued;
    struct pv_http_request http;
    struct pv_http_pair headers[REQUEST_HEADERS], query[REQUEST_QUERY];
};
/* False: the line is no request. The texts go to the bag, each a block of its own. */
bool request_read(struct pv_str line, struct bag *bag, struct request *request);
/* The milliseconds of a line `wait N`, at most 100,000; -1: it is none. */
int64_t request_wait(struct pv_str line);

/* Who a token says that calls. */
struct who {
    enum pv_auth_result result;
    char roles[4]; /* of "auv" */
    struct pv_str subject, email;
    char voter[MODEL_ID], election[MODEL_ID]; /* empty: none */
};
void who_read(struct pv_str token, struct who *who);

#endif
