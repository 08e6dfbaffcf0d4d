/* What the tests of event stores share: events made of a number, and logs: all that a store gives, kept. */
#ifndef PV_STORE_KIT_H
#define PV_STORE_KIT_H

#include "event_store.h"

/* `count` events whose id, type, data and metadata follow from the numbers first, first + 1, ... */
enum { KIT_EVENTS_MAX = 64, KIT_TEXT_MAX = 160 };
struct kit_events {
    struct pv_new_event events[KIT_EVENTS_MAX];
    char text[KIT_EVENTS_MAX][KIT_TEXT_MAX];
};
void kit_events_make(struct kit_events *events, unsigned first, unsigned count);
struct pv_event_id kit_id(unsigned n);

/* Appends them. */
enum pv_store_result kit_append(const struct pv_event_store *store, const char *stream, int64_t expected,
                                unsigned first, unsigned count, struct pv_appended *appended,
                                struct pv_fault *fault);

/* Records with their texts. */
struct kit_log {
    struct pv_recorded *records;
    size_t count, capacity;
};
/* Deep copy of a record onto the end; ends the program without memory. */
void kit_log_add(struct kit_log *log, const struct pv_recorded *record);
void kit_log_deinit(struct kit_log *log);
/* Reads on to the end for now, in batches. False for a fault; what came before it is on the log. */
bool kit_log_drain(struct kit_log *log, const struct pv_event_store *store, struct pv_store_reader *reader,
                   size_t batch, struct pv_fault *fault);
/* A stream (NULL: all) from a number or position. */
bool kit_log_read(struct kit_log *log, const struct pv_event_store *store, const char *stream, int64_t from,
                  size_t batch, struct pv_fault *fault);
/* The first thing that differs between two records, or NULL. */
const char *kit_difference(const struct pv_recorded *a, const struct pv_recorded *b);
/* Whether the record is what the event of this number must have become (id, type, data, metadata). */
bool kit_is_event(const struct pv_recorded *record, unsigned n);

struct pv_str kit_str(const char *text);

#endif
