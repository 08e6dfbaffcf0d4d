/* Where the audit's events come from: a file of lines or a store, as a stream of raw records in order. */
#ifndef PV_EVENT_SOURCE_H
#define PV_EVENT_SOURCE_H

#include "fault.h"
#include "recorded.h"

enum pv_raw_form {
    PV_RAW_LINE,     /* `text` is a line without LF; `line` counts from 1 */
    PV_RAW_RECORDED, /* `recorded` is what a store gave; `line` is 0 */
};
struct pv_raw {
    enum pv_raw_form form;
    uint64_t line;
    struct pv_str text; /* a line longer than F1's limit comes cut to one byte more than the limit */
    struct pv_recorded recorded;
};

/* The law: records come in the source's order, each once; what comes before a fault is given before the
   fault is reported; memory stays bounded whatever the size of the source. */
struct pv_event_source_ops {
    /* Gives up to `max` raw records that stay valid until the next call; *count 0 is the end. False is a
       fault. *bytes is the sum of their text or data lengths (for pv_record_reader_begin). */
    bool (*next)(void *self, struct pv_raw *raws, size_t max, size_t *count, size_t *bytes,
                 struct pv_fault *fault);
    /* How far it is, in any unit (bytes of a file, records of a store); *total 0 when it cannot be known. */
    void (*progress)(void *self, uint64_t *done, uint64_t *total);
    void (*close)(void *self);
};
struct pv_event_source {
    const struct pv_event_source_ops *ops;
    void *self;
};

#endif
