/* The whole system in one thread on a virtual clock: API, broker, worker, projector and cache as the server
   has them, between clients of many kinds and a durable world that fails.

   A run draws everything from the engine of the properties (gen.h): its mix of faults, who does what next,
   and what goes wrong in which call. So a seed is a run, and the runner of the properties repeats and shrinks
   it. What happens is told line by line (sim_tell), to whoever watches and into a hash.

   The world is kept across crashes. A crash is a power switch: from some step on every call of the world
   fails and nothing that is answered reaches anybody; then the server is torn down, and built anew. */
#ifndef PV_SIM_H
#define PV_SIM_H

#include "adapters.h"
#include "api.h"
#include "history.h"
#include "projector.h"
#include "record.h"
#include "routes.h"
#include "values.h"
#include "virtual_clock.h"
#include "worker.h"

#include "counters.h"

enum {
    SIM_ELECTIONS = 3,
    SIM_STREAMS = 16, /* ids go wrong, and then an election more is made */
    SIM_CLIENTS = 4,
    SIM_INTENTS = 400,
    SIM_RECORDS = 600,
    SIM_LIVES = 4,
    SIM_LATE = 8,
    SIM_HEADERS = 8,
    SIM_CALLER = 64,
    SIM_ACTORS = 6,
};

/* What the store really has of an election. */
struct sim_stream {
    struct pv_election_id id;
    char name[PV_STREAM_LEN + 1];
    struct model model;     /* the facts of its records */
    struct history history; /* of the generator, for those that clients write to */
    int64_t told;           /* the last number that a 200 of this server told of; -1: none */
};

/* An event that somebody wants recorded, whatever becomes of the requests for it. */
struct sim_intent {
    unsigned number, client;
    enum pv_event_type type;
    struct fact fact;
    enum pv_code decoded; /* what D5, 1 to 3, say by the model */
    bool no_id, no_made;  /* left to the server */
    bool id_known;
    struct pv_event_id id;
    struct sim_stream *stream; /* NULL: of an election that is none of ours */
    char method[8], path[48], caller[SIM_CALLER];
    struct pv_str body;
    int64_t expected_version; /* PV_ANY_VERSION, or what the header says */
    bool direct;              /* appended by another writer, not sent */
    /* What is known. */
    int64_t recorded; /* its number in the stream; -1: it is not there */
    int64_t told;     /* the number in the answers; -1: none was seen */
    size_t facts;     /* records of the stream when it was sent first */
    unsigned sent, waiting, refused, not_taken, unknown;
    bool sent_by_broker; /* the broker made a second one of it */
    bool settled;
};

struct sim_record {
    struct sim_stream *stream;
    struct sim_intent *intent;
    struct pv_event_id id;
    int64_t number, position;
    bool by_other; /* another writer */
};

enum sim_asks { SIM_EVENT, SIM_STATUS, SIM_READ, SIM_LIVE };

struct sim_live;

/* A request and its one answer. It is freed when it is answered, so that a sanitizer sees who still uses it.
 */
struct sim_exchange {
    struct pv_http_exchange exchange; /* first */
    struct pv_http_request request;
    struct pv_http_pair headers[SIM_HEADERS];
    struct sim *sim;
    struct sim_exchange *next;
    unsigned number;
    enum sim_asks asks;
    enum pv_route_kind route; /* of SIM_READ */
    struct sim_intent *intent;
    struct sim_stream *stream;
    struct sim_live *live;
    struct pv_event_id id; /* of SIM_STATUS */
    bool is_senders;
    char caller[SIM_CALLER], path[96], correlation[24], version[24], last_id[24];
    size_t facts;  /* records of the stream when it was sent */
    int64_t floor; /* what it must see */
    int64_t sent_ms;
    bool hung_up; /* the client is gone, or no longer listens */
};

/* A live stream's client. */
struct sim_live {
    struct sim_stream *stream;
    char caller[SIM_CALLER];
    enum { LIVE_OFF, LIVE_ASKED, LIVE_ON } state;
    struct pv_http_body body;
    bool woken, begun;
    int64_t last, first; /* the last number seen; what came before the first connection */
    size_t seen;         /* messages */
    struct buf text;     /* what was not yet taken apart */
};

/* An answer or a command on its way. */
struct sim_late {
    enum { LATE_NONE, LATE_ANSWER, LATE_COMMAND } kind;
    uint64_t reply_to;
    struct pv_event_id id;
    struct pv_answer answer;
    struct pv_command command;
    struct bag texts;
};

/* What is durable, and how it is opened. */
struct sim_world {
    bool (*open)(struct sim *s, struct pv_fault *fault);
    /* The machine stops: what is not durable is gone, nothing is open. `power` or only the process. */
    void (*stop)(struct sim *s, bool power);
    void (*end)(struct sim *s);
    /* The power goes before the next but `calls`th call to the disk; whether it has gone. NULL: it never
     * does. */
    void (*cut)(struct sim *s, uint32_t calls);
    bool (*has_power)(struct sim *s);
    struct pv_event_store store, read_store;
    struct pv_refusal_log log, read_log;
    struct pv_document_cache cache, read_cache;
    void *own;
};

struct sim {
    struct gen *g;
    struct virtual_clock clock;
    struct bag bag;
    uint64_t hash;
    bool failed, calm;
    bool ending;       /* told to end in order: nothing waits any more */
    bool dead;         /* between the moment of a crash and the new start */
    unsigned crash_in; /* so many befores and afters of a place; 0: none is planned */
    enum sim_place crash_place;
    uint32_t rates[SIM_FAULTS];
    int64_t full_until; /* the disk is full until then */
    unsigned faults;    /* that happened in the calls of the step under way */

    struct sim_world world;
    /* The server, through ports that fail. */
    struct pv_event_store store, read_store;
    struct pv_refusal_log log, read_log;
    struct pv_document_cache cache, read_cache;
    struct pv_broker broker, queue;
    struct pv_delivery taken[PV_WORKER_GROUP_MAX];
    bool taken_settled[PV_WORKER_GROUP_MAX];
    size_t taken_count;
    pv_answer_fn *answer;
    void *answer_context;
    struct sim_late late[SIM_LATE];
    struct pv_worker *worker;
    struct pv_projector *projector;
    struct pv_api *api;
    struct pv_api_reads reads;
    int verdict_ms, projection_ms;
    uint32_t deliveries_max;
    size_t capacity; /* of the broker */
    bool in_handle, late_now;

    /* The clients, and what is true. */
    unsigned elections, clients, window;
    uint32_t weights[SIM_ACTORS]; /* how often it is whose turn */
    struct sim_stream streams[SIM_STREAMS];
    unsigned stream_count;
    struct sim_intent *intents[SIM_INTENTS];
    unsigned intent_count;
    struct sim_record records[SIM_RECORDS];
    unsigned record_count;
    struct sim_exchange *open;
    unsigned requests;
    struct sim_live lives[SIM_LIVES];
    unsigned live_count;
};

/* run.c */
int sim_run(struct gen *g, void (*make_world)(struct sim_world *world));
extern uint64_t sim_hash_of_all;

/* faults.c */
void sim_draw_mix(struct sim *s);
/* False: the power is gone, and so is the server. */
bool sim_has_power(struct sim *s);
void sim_tell(struct sim *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_fail(struct sim *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Whether the fault happens now; then it is counted and told. */
bool sim_happens(struct sim *s, enum sim_fault fault);
/* The world's steps: before and after something durable is done. False: it is not to be done, or not to be
   told that it was. */
bool sim_before(struct sim *s, enum sim_place place, struct pv_fault *fault);
bool sim_after(struct sim *s, enum sim_place place, struct pv_fault *fault);
/* Before a write: also the faults of a disk. */
bool sim_before_write(struct sim *s, enum sim_place place, enum sim_fault before, struct pv_fault *fault);
bool sim_after_write(struct sim *s, enum sim_place place, enum sim_fault after, struct pv_fault *fault);
bool sim_may_read(struct sim *s, enum sim_fault kind, struct pv_fault *fault);

/* ports.c, broker.c: the ports that fail */
void sim_make_ports(struct sim *s);
bool sim_make_broker(struct sim *s, struct pv_fault *fault);
void sim_let_late_come(struct sim *s, bool all);
void sim_forget_late(struct sim *s);

/* worlds.c */
void sim_memory_world(struct sim_world *world);
void sim_disk_world(struct sim_world *world);

/* server.c */
bool sim_start(struct sim *s);
void sim_crash(struct sim *s, bool power);
void sim_restart(struct sim *s); /* in order: everything is answered first */
void sim_stop(struct sim *s);
void sim_work(struct sim *s);
void sim_project(struct sim *s);
void sim_read(struct sim *s);
void sim_pass_time(struct sim *s, int64_t ms);
bool sim_is_idle(struct sim *s);

/* truth.c */
struct sim_stream *sim_stream_of(struct sim *s, struct pv_str name);
void sim_see_records(struct sim *s);
/* After the power was cut: what was not acknowledged may be gone. */
void sim_see_again(struct sim *s);
/* The last record of the id in a stream, or in any (NULL). */
const struct sim_record *sim_find_record(const struct sim *s, const struct sim_stream *stream,
                                         struct pv_event_id id);
/* Whose metadata it is; NULL: nobody's. */
struct sim_intent *sim_intent_of(struct sim *s, struct pv_str metadata);
/* What the rules say of the intent after so many records of its stream. */
enum pv_code sim_decide(const struct sim_intent *intent, size_t records);
/* The voter whose ballot this is, by the records; NULL: there is no such ballot. */
const char *sim_voter_of(const struct sim_intent *intent);

/* clients.c: what clients want */
void sim_new_event(struct sim *s, unsigned client);
void sim_retry(struct sim *s, struct sim_intent *intent);
bool sim_retry_one(struct sim *s);
void sim_another_event_with_an_old_id(struct sim *s, unsigned client);
bool sim_may_send(const struct sim *s, unsigned client);

/* What clients.c and writers.c share. */
struct sim_intent *sim_make_intent(struct sim *s, unsigned client);
void sim_take_id(struct sim_intent *intent);
struct sim_stream *sim_stream_of_fact(struct sim *s, const struct fact *fact);
struct sim_stream *sim_any_election(struct sim *s);
void sim_draw_deletion(struct sim_stream *stream, struct wire *wire);

/* writers.c: another writer */
/* Events from before the beginning. */
void sim_make_past(struct sim *s, struct sim_stream *stream, unsigned events);
/* Somebody deletes an election, past the server. */
void sim_delete_directly(struct sim *s);
/* Appends to the stream. */
void sim_second_writer(struct sim *s, struct pv_str stream);

/* requests.c: requests and their answers */
struct sim_exchange *sim_request(struct sim *s, enum sim_asks asks, const char *caller, const char *path);
void sim_header(struct sim_exchange *x, const char *name, const char *value);
void sim_send(struct sim *s, struct sim_exchange *x, const char *method, struct pv_str body);
void sim_send_event(struct sim *s, struct sim_intent *intent);
void sim_ask_status(struct sim *s, struct sim_intent *intent);
void sim_lose_all(struct sim *s); /* answers that will never come */
void sim_authenticate(void *context, struct pv_str authorization, struct pv_auth *auth);

/* answers.c, reads.c */
void sim_event_answered(struct sim *s, struct sim_exchange *x, unsigned status, const char *body);
void sim_status_answered(struct sim *s, const struct sim_exchange *x, unsigned status, const char *body);
/* Whether the caller may, by what is recorded. */
bool sim_may_be_recorded(const struct sim_intent *intent);
void sim_random_read(struct sim *s);
void sim_read_answered(struct sim *s, const struct sim_exchange *x, const struct pv_http_reply *reply,
                       const char *body);
/* What stands in a JSON text at the first place where the key does. -1 and "" where it does not. */
int64_t sim_number_in(const char *body, const char *key);
void sim_text_in(const char *body, const char *key, char *text, size_t size);

/* live.c */
void sim_live_step(struct sim *s);
void sim_live_answered(struct sim *s, struct sim_exchange *x, struct pv_http_reply *reply);
void sim_live_cut(struct sim *s); /* the connections are gone */
bool sim_live_is_quiet(const struct sim *s);
void sim_live_check(struct sim *s);

/* check.c */
void sim_check_end(struct sim *s);

#endif
