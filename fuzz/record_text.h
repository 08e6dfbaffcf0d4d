/* A record as text: all that a reader said of a line, for holding two readers against each other. */
#ifndef PV_FUZZ_RECORD_TEXT_H
#define PV_FUZZ_RECORD_TEXT_H

#include "kit.h"
#include "record.h"

void record_text(const struct pv_record *record, struct buf *out);
/* Only the event, or why it is none. */
void record_text_event(const struct pv_record *record, struct buf *out);
/* What a refusal says: code, field and sentence; which must keep their own rules. */
void record_text_refusal(const struct pv_refusal *why, struct buf *out);

#endif
