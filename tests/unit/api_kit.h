/* What the tests of the API share: requests whose one answer is kept, callers by name, elections that are
   recorded and projected, and workers' answers. */
#ifndef PV_API_KIT_H
#define PV_API_KIT_H

#include "api.h"
#include "api_ports.h"
#include "check.h"
#include "failing.h"
#include "story.h"

/* One request and what came of it. */
struct kit_exchange {
    struct pv_http_exchange exchange;
    struct pv_http_request request;
    struct pv_http_pair headers[8], query[4];
    char *text; /* what the request's texts borrow */
    unsigned answers;
    unsigned status;
    char reply_headers[1024]; /* "Name: value\n" each */
    char *body;               /* terminated */
    size_t body_len;
    struct pv_http_body stream; /* ops NULL: none */
    bool cut;                   /* a stream is closed by the answer, as that of a client who has gone */
    unsigned wakes;
    struct kit_exchange *next;
};

/* The world of one test, made anew for each by KIT_CASE. */
extern struct kit {
    struct pv_api *api;
    struct pv_api_options options;
    struct pv_api_reads reads;
    struct kit_exchange *exchanges;
    struct pv_election elections[4]; /* those with the numbers 1 to 4; as recorded */
    int64_t last_number[4];
    uint64_t events; /* recorded by the kit */
    unsigned photos_asked;
    int64_t token_until; /* of all tokens */
} kit;
int kit_set_up(void **state);
int kit_tear_down(void **state);
#define KIT_CASE(name) cmocka_unit_test_setup_teardown(name, kit_set_up, kit_tear_down)

/* Callers: the value of Authorization is the name; NULL is none.
   alice administrator; audrey auditor; ada, bob, cy voters 1, 2, 3 by their ids; bo voter 2 by its email; dot
   a voter whom nobody registered, zoe one without id and email, quote and long with emails that are odd, do\t
   with a subject that JSON escapes; both alice's and ada's roles (administrator
   and voter 1); sam all three; nora none; one administrator of election 1 only, vone voter 1 of it only; bad
   is refused, gone a fault. */

/* Sends a request. `more` are further headers and query parameters, as pairs of name and value with a NULL
   at the end; parameters' names begin with a question mark. Reads are not yet answered. */
struct kit_exchange *kit_send(const char *caller, const char *method, const char *path, const char *body, ...)
    __attribute__((sentinel));
/* A GET, and all reads that are queued are answered. */
struct kit_exchange *kit_get(const char *caller, const char *path, ...) __attribute__((sentinel));
/* To the operators' own listener. */
struct kit_exchange *kit_operate(const char *method, const char *path);
/* Answers what is queued. */
void kit_read_all(void);
#define check_status(sent, expected) check_int((sent)->status, expected)
void kit_check_header(const struct kit_exchange *sent, const char *name, const char *value);
void kit_check_no_header(const struct kit_exchange *sent, const char *name);
void kit_check_body(const struct kit_exchange *sent, const char *body);
void kit_check_in_body(const struct kit_exchange *sent, const char *part);
void kit_check_not_in_body(const struct kit_exchange *sent, const char *part);
/* A problem with this code. */
void kit_check_problem(const struct kit_exchange *sent, unsigned status, const char *code);

/* What a stream has to send now, terminated; "END" stands at its end. Borrowed until the next call. */
const char *kit_stream(struct kit_exchange *sent);
void kit_close_stream(struct kit_exchange *sent);

/* Records the event in its election, which must accept it. */
void kit_record(struct pv_event event);
/* The cache gets an election as it is, and the API is told. */
void kit_project(unsigned election);
/* story_draft's events and so on, of the election with this number, recorded and projected. */
void kit_draft(unsigned election);
void kit_open(unsigned election);
void kit_closed(unsigned election);
#define KIT_ID "01HQ2T9XP0000000000000000" /* and a character: story_id of a small number */

/* Takes the command that was published (there must be one), and answers it; what it was, terminated JSON
   texts, in `kit_command`. */
extern struct kit_command {
    struct pv_command command; /* caller's texts and type are not kept */
    char type[64], data[8192], metadata[4096], subject[PV_AUTH_TEXT_MAX];
} kit_command;
void kit_answer(const struct pv_answer *answer);
/* Takes it and does not answer. */
void kit_take(void);
bool kit_none_published(void);
#define kit_recorded(n, p) (&(struct pv_answer){.kind = PV_ANSWER_RECORDED, .number = (n), .position = (p)})

#endif
