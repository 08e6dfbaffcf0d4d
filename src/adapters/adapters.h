/* The ways in to the adapters: each opens one outside system and gives it out as a port. On failure they
   return false with the fault, and nothing is open. Paths are terminated strings, borrowed for the call. */
#ifndef PV_ADAPTERS_H
#define PV_ADAPTERS_H

#include "broker.h"
#include "clock.h"
#include "document_cache.h"
#include "event_source.h"
#include "event_store.h"
#include "refusal_log.h"

/* NDJSON, plain, gzip or zstd, told by its content (F1); "-" is standard input. A byte order mark is dropped
   and blank lines are left out, but counted. Damaged, cut short or trailed compression is
   PV_FAULT_KIND_DAMAGED after what could be read; so is a SQLite database. A signal whose handler does not
   restart what it interrupts ends the waiting for a pipe or a terminal: PV_FAULT_KIND_INTERRUPTED. */
bool pv_ndjson_source_open(const char *path, struct pv_event_source *source, struct pv_fault *fault);

/* An NDJSON file to write lines to: plain, or compressed if the name ends in .gz or .zst. */
struct pv_ndjson_sink;
/* Opens for appending whole lines (a file that ends in half a line is first cut back to its last whole one; a
   compressed file gets a new member). */
bool pv_ndjson_sink_open(const char *path, struct pv_ndjson_sink **sink, struct pv_fault *fault);
/* Opens a new file, which must not exist: the lines are written beside it and get its name when they are all
   there, by a close that succeeds; otherwise nothing is left. */
bool pv_ndjson_sink_create(const char *path, struct pv_ndjson_sink **sink, struct pv_fault *fault);
/* A pv_out_fn: takes bytes on; -1 on failure, with the fault kept for pv_ndjson_sink_close. */
int pv_ndjson_sink_write(void *sink, const char *bytes, size_t len);
/* Ends compression, syncs and closes. False if anything since opening failed; then the file is cut back to
   whole lines where it can be. Frees the sink in any case. */
bool pv_ndjson_sink_close(struct pv_ndjson_sink *sink, struct pv_fault *fault);
/* Gives up: a file that pv_ndjson_sink_create began is not made. Frees the sink. */
void pv_ndjson_sink_discard(struct pv_ndjson_sink *sink);

enum pv_open_mode { PV_OPEN_READ, PV_OPEN_WRITE /* made if it does not exist */ };

/* The embedded event store: one SQLite file, WAL, synced at every commit. A newer schema is
   PV_FAULT_KIND_NEWER; an older one is brought to ours where it is opened to be written. Its index of event
   ids is made by the first append; until then, in a store that was only copied to, find looks at every record
   (of the stream, if it is given one). */
bool pv_sqlite_store_open(const char *path, enum pv_open_mode mode, struct pv_event_store *store,
                          struct pv_fault *fault);
/* The embedded document cache; the same file may hold both. */
bool pv_sqlite_cache_open(const char *path, enum pv_open_mode mode, struct pv_document_cache *cache,
                          struct pv_fault *fault);
/* The embedded log of refusals; the same file may hold all three. PV_OPEN_WRITE makes its table where there
   is none; PV_OPEN_READ refuses a database without one. */
bool pv_sqlite_refusals_open(const char *path, enum pv_open_mode mode, struct pv_refusal_log *refusals,
                             struct pv_fault *fault);
/* The same, to be written, for one who puts often and can begin again (the projector): puts are atomic and
   in order, but not synced one by one. After a power cut the last of them may be lost, always from the end;
   after a crash of the process none is. A store in the same file is as durable as it was. */
bool pv_sqlite_cache_open_relaxed(const char *path, struct pv_document_cache *cache, struct pv_fault *fault);
/* file:DIR: one <ElectionId>.json an election, whole. The directory is made for PV_OPEN_WRITE. */
bool pv_file_cache_open(const char *dir, enum pv_open_mode mode, struct pv_document_cache *cache,
                        struct pv_fault *fault);

/* In memory, for tests and simulation. */
bool pv_memory_store_open(struct pv_event_store *store, struct pv_fault *fault);
bool pv_memory_cache_open(struct pv_document_cache *cache, struct pv_fault *fault);
bool pv_memory_refusals_open(struct pv_refusal_log *refusals, struct pv_fault *fault);

/* The system's time and chance; nothing to close. Without chance (getrandom fails) the program ends. Threads
   may share it. */
void pv_system_clock(struct pv_clock *clock);

/* The broker in the process. A partition holds at most so many commands, waiting or unsettled; with one more
   it is PV_BROKER_BUSY. Both numbers are at least 1. The clock, borrowed until the broker is closed, measures
   the delays of nak; a take that may wait is kept waiting by the system's monotonic clock, and one with
   wait_ms 0 never blocks, so that one thread can drive all of it. Answers are handed on within `reply`. */
bool pv_embedded_broker_open(uint32_t partitions, size_t capacity_per_partition, struct pv_clock *clock,
                             struct pv_broker *broker, struct pv_fault *fault);

/* Its dead letters: the last ones are kept, as long as the process is there. */
enum { PV_DEAD_LETTERS_MAX = 256 };
struct pv_dead_letter {
    struct pv_command command;
    uint32_t deliveries;
    struct pv_str reason;
};
/* Borrowed for the call, which must not call the broker. */
typedef void pv_dead_letter_fn(void *context, const struct pv_dead_letter *letter);
/* Calls `take_letter` with each that is kept, the oldest first. Gives how many there have ever been. */
uint64_t pv_embedded_broker_dead_letters(const struct pv_broker *broker, pv_dead_letter_fn *take_letter,
                                         void *context);

#endif
