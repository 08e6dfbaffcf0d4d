/* What reading records from lines and from stores has in common. Internal to record.c and record_recorded.c.
 */
#ifndef PV_RECORD_PARTS_H
#define PV_RECORD_PARTS_H

#include "event_read.h"
#include "layout.h"
#include "record.h"

struct pv_record_reader {
    struct pv_names names;
    struct pv_json_stack stack;
    char *scratch; /* unescaped texts of the batch's records */
    size_t scratch_len, scratch_used;
    enum pv_event_type last_type;
    struct pv_election_id last_election;
    char last_stream[PV_STREAM_LEN]; /* which names it */
    struct pv_members members;       /* of the record that is being read */
    struct pv_event_text data;
    struct pv_layouts *line_layouts, *event_layouts; /* NULL: read everything plainly */
};

#define PV_RECORD_INTEGER_RANGE "is not an integer from 0 to 9223372036854775807"

/* A record of which nothing is known yet. */
void pv_record_begin(struct pv_record *record);
/* A key's fault, with its value if that is to be shown; the first one counts. */
void pv_record_key_invalid(struct pv_record *record, enum pv_field field, const char *what,
                           struct pv_str value);
/* Reads the event out of reader->data, for the type of record->recorded. */
void pv_record_decode(struct pv_record_reader *reader, struct pv_record *record);

#endif
