/* The event store: streams of recorded events, the one authority.

   The law, which the contract suite (tests/unit/contract_event_store.c) holds every adapter to:
   - append is atomic: all events of a call are recorded, one after the other and durably, or none is;
   - a wrong expected version is a conflict, and nothing is written;
   - of a group of appends each is judged by itself, and what is not a conflict is durable together;
   - an event whose id is in the stream already is recognised: appending the same events again, at the
     version they were first appended at, answers as the first time and writes nothing; if only some of them
     are there, or in another order, it is a conflict. (Ids are compared, not data; F1 has auditors look for
     the rest.)
   - the numbers that append gives are 0, 1, 2, ... in a stream, or go on after the last one that was copied;
     positions grow over all streams and are not reused;
   - a reader sees a prefix of what was appended, in order, and never a part of an append;
   - what was acknowledged survives a crash of the process and of the machine;
   - find knows an id in either spelling, and at once when its record was acknowledged, whoever wrote it;
   - after a fault of append, append_group or copy the caller does not know whether it was recorded: the
     same call again is harmless, and tells.

   Adapters for servers (EventStoreDB) fit the same calls: expected versions, inclusive reads, positions. A
   server that does not look for ids at the version that is there, nor at PV_EXPECT_ANY, may write one twice
   in those two cases (the suite has a mark for such a store); so whoever must not write twice gives the
   version. One that cannot keep another's numbers and times has no copy (NULL). */
#ifndef PV_EVENT_STORE_H
#define PV_EVENT_STORE_H

#include "fault.h"
#include "id.h"
#include "recorded.h"

enum pv_store_result {
    PV_STORE_OK = 0,
    PV_STORE_CONFLICT = 1, /* another writer was first: last_number tells the version that is there */
    PV_STORE_FAULT = -1,   /* *fault tells */
};

/* Expected versions that are no number of an event. */
enum { PV_EXPECT_NO_STREAM = -1, PV_EXPECT_ANY = -2 };

struct pv_new_event {
    struct pv_event_id id;
    struct pv_str type;
    struct pv_str data;     /* JSON */
    struct pv_str metadata; /* JSON object, or ptr NULL */
};

struct pv_appended {
    int64_t first_number; /* in the stream; -1 on a conflict */
    int64_t last_number;  /* on a conflict the version that is there; -1: no stream */
    int64_t position;     /* of the last event; -1 where the store does not tell, and on a conflict */
    bool follow;          /* the positions of the events follow each other, up to that one */
};

/* One of several appends that are made durable together. */
struct pv_append {
    struct pv_str stream;
    int64_t expected;
    const struct pv_new_event *events;
    size_t count; /* 1 or more */
    /* The caller has read the stream up to `expected`, a number or PV_EXPECT_NO_STREAM, and none of the ids
       is there, nor twice among these: the store need not look for them. At another version it is a
       conflict, even if just these ids are there: whoever wrote them, the caller has not seen it. (A store
       that cannot help recognising ids may answer PV_STORE_OK.) */
    bool ids_are_new;
    /* What became of it: */
    enum pv_store_result result; /* PV_STORE_OK or PV_STORE_CONFLICT */
    struct pv_appended appended;
};

struct pv_store_reader; /* each adapter's own */

struct pv_event_store_ops {
    /* Appends `count` >= 1 events to `stream` if its last number is `expected`. */
    enum pv_store_result (*append)(void *self, struct pv_str stream, int64_t expected,
                                   const struct pv_new_event *events, size_t count,
                                   struct pv_appended *appended, struct pv_fault *fault);
    /* Several appends, each to another stream, each by itself as by `append`: one may be a conflict and the
       others not. Those that are PV_STORE_OK are durable together when the call returns (group commit).
       PV_STORE_OK, or a fault: then nobody knows which of them were recorded, and what the appends say of
       themselves means nothing. */
    enum pv_store_result (*append_group)(void *self, struct pv_append *appends, size_t count,
                                         struct pv_fault *fault);
    /* Where an event id is recorded: in a stream, or in any (stream.ptr NULL). PV_STORE_OK with the last such
       record, its texts valid until the next call on this store, or with number -1 if there is none. A store
       to which nothing was ever appended, only copied, may have to look at every record. */
    enum pv_store_result (*find)(void *self, struct pv_str stream, struct pv_event_id id,
                                 struct pv_recorded *found, struct pv_fault *fault);
    /* Copies records as they were recorded elsewhere, with their numbers, ids and times (F5, pull); atomic
       per call, and durable as append is, so that large batches (1,000 and more) make it fast. Numbers must
       grow within a stream; gaps are kept. A record that is there already is passed over: the same
       stream and number, id (in either spelling), type, data, created and metadata, white space between the
       tokens of JSON aside. Another one at its number, or a number that was left out, is a conflict: *fault
       names stream and number, and what differs. The position is kept where it is above every position in
       the store, else a new one is given. */
    enum pv_store_result (*copy)(void *self, const struct pv_recorded *records, size_t count,
                                 struct pv_fault *fault);
    /* The last number of a stream, -1 if there is none; the last position of all, -1 if there is none. */
    enum pv_store_result (*last_number)(void *self, struct pv_str stream, int64_t *number,
                                        struct pv_fault *fault);
    enum pv_store_result (*last_position)(void *self, int64_t *position, struct pv_fault *fault);
    /* Opens a reader: of one stream from `from` (a number, inclusive), or of all (stream.ptr NULL) from a
       position, inclusive: 0, or one that a record of this store has. A stream that is not there has no
       records yet. A reader that has come to the end can be asked again later: that is a subscription by
       polling. Readers see what is appended while they are open, and are closed before the store is. */
    enum pv_store_result (*read)(void *self, struct pv_str stream, int64_t from,
                                 struct pv_store_reader **reader, struct pv_fault *fault);
    /* Up to `max` records, valid until the next call on this reader; *count 0, and nothing else, is the end
       for now. What comes before a fault is given before the fault is. */
    enum pv_store_result (*next)(struct pv_store_reader *reader, struct pv_recorded *records, size_t max,
                                 size_t *count, struct pv_fault *fault);
    void (*close_reader)(struct pv_store_reader *reader);
    void (*close)(void *self);
};

struct pv_event_store {
    const struct pv_event_store_ops *ops;
    void *self;
};

#endif
