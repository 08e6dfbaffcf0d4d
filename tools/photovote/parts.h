/* The parts of a running server, opened in order and closed in reverse: stores, broker, worker, projector,
   API, HTTP. Each thread has store and cache handles of its own. */
#ifndef PV_PARTS_OF_SERVER_H
#define PV_PARTS_OF_SERVER_H

#include "adapters.h"
#include "api.h"
#include "config.h"
#include "log.h"
#include "mhd_server.h"
#include "projector.h"
#include "watcher.h"
#include "who.h"
#include "worker.h"

#include <pthread.h>
#include <stdatomic.h>

enum { PV_READERS_MAX = 64 };

/* What a thread that reads has. */
struct pv_reader_part {
    struct pv_server *server;
    pthread_t thread;
    bool running;
    struct pv_event_store store;
    struct pv_document_cache cache;
    struct pv_refusal_log refusals;
    struct pv_api_reads reads;
};

/* Says that something happened, to one thread that waits for it. */
struct pv_bell {
    pthread_mutex_t mutex;
    pthread_cond_t rung;
    bool ringing;
};

struct pv_server {
    const struct pv_config *config;
    struct pv_log log;
    struct pv_clock clock;
    char *store_path, *cache_path; /* without sqlite: */
    struct pv_who *who;
    struct pv_broker broker;

    struct pv_event_store worker_store;
    struct pv_refusal_log worker_refusals;
    struct pv_worker *worker;
    pthread_t worker_thread;

    struct pv_event_store projector_store;
    struct pv_document_cache projector_cache;
    struct pv_projector *projector; /* NULL: another process has it, which the watcher follows */
    struct pv_watcher watcher;
    int projector_lock; /* a file that is locked; 0: none */
    pthread_t projector_thread;
    struct pv_bell bell; /* something was recorded */

    struct pv_reader_part readers[PV_READERS_MAX];
    int reader_count;

    struct pv_text docs; /* what /docs shows; empty: the page without a script */
    struct pv_api *api, *operators;
    struct pv_mhd_server *http, *operators_http;

    bool worker_runs, projector_runs;
    atomic_bool draining, stop_readers, stop_projector;
    atomic_bool caught_up;      /* what was recorded before the start is projected */
    _Atomic int64_t give_up_ms; /* from when a worker that meets a fault ends all the same; 0: never */
    atomic_int worker_faults, projector_faults; /* in a row; 0: it is well */
    struct pv_metrics *metrics;
};

/* Opens and starts everything. False: *fault, and nothing runs. */
bool pv_server_start(struct pv_server *server, const struct pv_config *config,
                     struct pv_fault *fault) PV_MUST_USE;
/* Ends in order, in two steps, while somebody still ticks the API in the first: no new connections, running
   requests answered (false if some had to be cut); then the queue is worked off, the projection made
   complete, and all closed. */
bool pv_server_end_requests(struct pv_server *server) PV_MUST_USE;
void pv_server_close(struct pv_server *server);

/* Opens a projector, and nothing else, for pv_projector_step. Closed by pv_server_close, also after a fault.
 */
bool pv_projector_only(struct pv_server *server, const struct pv_config *config,
                       struct pv_fault *fault) PV_MUST_USE;

/* For the commands that only need the one. The data directory is made with mode 0700 if it is missing. */
bool pv_make_data_directory(const struct pv_config *config, struct pv_fault *fault) PV_MUST_USE;
/* The same, and holds it for one server: *lock is to be closed at the end; when the process dies, however, it
   is free as well. A fault names the process that holds it. */
bool pv_lock_data_directory(const struct pv_config *config, int *lock, struct pv_fault *fault) PV_MUST_USE;
bool pv_open_config_store(const struct pv_config *config, enum pv_open_mode mode,
                          struct pv_event_store *store, struct pv_fault *fault) PV_MUST_USE;

/* Reads a file, which must not be longer than `max`; a link is not followed. 0, or an errno: then nothing is
   in `bytes`, which is otherwise the caller's (free). EFBIG: too long; EINVAL: no file. */
int pv_read_file(const char *path, size_t max, struct pv_text *bytes) PV_MUST_USE;

/* The API's `photo`, whose context is the server: PNG files in the folder photos of the data directory. */
bool pv_server_photo(void *context, struct pv_str name, struct pv_text *png);

/* The pieces, in files of their own. */
bool pv_open_stores(struct pv_server *server, struct pv_fault *fault);
/* What a projector has, in a process of its own or not: store, cache, and the lock that keeps others off it.
 */
bool pv_open_projector_stores(struct pv_server *server, struct pv_fault *fault);
void pv_close_stores(struct pv_server *server);
bool pv_start_threads(struct pv_server *server, struct pv_fault *fault);
void pv_stop_threads(struct pv_server *server);

#endif
