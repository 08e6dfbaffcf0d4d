/* Records in: a line of NDJSON, or what a store gives, becomes an envelope and a typed event (F1 steps 1, 2
   and 4, D5 steps 1 to 3). Nothing here knows a stream's state: that is the judge's business
   (src/app/judge.h). */
#ifndef PV_RECORD_H
#define PV_RECORD_H

#include "event.h"
#include "recorded.h"

enum { PV_LINE_MAX = 16777216 }; /* bytes, without the LF and the byte order mark (F1) */

enum pv_envelope {
    PV_ENVELOPE_VALID,
    PV_ENVELOPE_KEY_INVALID, /* F1 step 2: `why` is record_invalid of a key */
    PV_ENVELOPE_UNREADABLE,  /* F1 step 1: `why` is record_invalid with field null; nothing below is set */
};

struct pv_record {
    uint64_t line; /* from 1; 0 where the source has no lines */
    enum pv_envelope envelope;
    bool has_stream;      /* `stream` is a string that could be read */
    bool has_number;      /* `number` could be read */
    bool has_election;    /* `stream` names an election: election_id is set */
    bool has_created;     /* `created` could be read */
    bool lacks_created;   /* `created` is absent or null, whatever else is wrong with the record */
    struct pv_str stream; /* the text, unescaped; borrowed */
    struct pv_election_id election_id;
    int64_t number;
    int64_t position; /* -1: absent */
    struct pv_time created;
    struct pv_recorded
        recorded; /* for PV_ENVELOPE_VALID: texts unescaped, data and metadata as in the source */
    /* The event, for PV_ENVELOPE_VALID only: PV_OK, or PV_REFUSED by D5 steps 1 to 3, then `why` tells. */
    enum pv_result decoded;
    struct pv_event event;
    struct pv_refusal why;
};

struct pv_record_reader;

/* `layouts`: use the learned layouts (layout.h), which give the same answers faster. NULL when out of memory.
 */
struct pv_record_reader *pv_record_reader_new(bool layouts) PV_MUST_USE;
void pv_record_reader_free(struct pv_record_reader *reader);

/* Begins a batch of lines or data of `bytes` bytes in all: records of the batch before are no longer valid.
   The only call that can fail (PV_FAULT_MEMORY), so that no record needs an allocation. */
enum pv_result pv_record_reader_begin(struct pv_record_reader *reader, size_t bytes) PV_MUST_USE;

/* One line, without LF; records borrow its bytes. Never fails: whatever is wrong with it is in the record. A
   line longer than PV_LINE_MAX may be passed cut to PV_LINE_MAX + 1 bytes. */
void pv_record_read_line(struct pv_record_reader *reader, struct pv_str line, uint64_t number,
                         struct pv_record *record);
/* What a store gave, where F1 steps 1 and 2 do not arise, except that the stream must name an election, the
   number be 0 or more, `created` be a date-time and metadata, if there, an object: a store is input too. */
void pv_record_read_recorded(struct pv_record_reader *reader, const struct pv_recorded *recorded,
                             struct pv_record *record);

/* D5 steps 1 to 3 on the bytes of an event. Unescaped texts go to scratch, which must hold data.len bytes. */
enum pv_result pv_event_read(struct pv_str type, struct pv_str data, char *scratch, struct pv_event *event,
                             struct pv_refusal *why) PV_MUST_USE;

/* `Election-` and an ElectionId in upper case. */
bool pv_stream_parse(struct pv_str stream, struct pv_election_id *id);
enum { PV_STREAM_LEN = 35 };
void pv_stream_format(struct pv_election_id id, char out[PV_STREAM_LEN]);

#endif
