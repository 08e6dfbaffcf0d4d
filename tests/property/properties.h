/* The bodies of the properties. Each draws its input from the generator, so the runner (properties.c) and the
   fuzz targets call the same functions. 0: it holds; 1: it does not, and g->message says how. */
#ifndef PV_PROPERTIES_H
#define PV_PROPERTIES_H

#include "gen.h"

/* The model and the core agree on each verdict, code, field, document and tally. */
int prop_model_agrees(struct gen *g);
/* The tally's text is that of a naive recount, at many points of histories that vote much. */
int prop_tally_is_a_recount(struct gen *g);
/* Loading events gives what applying them one by one gives; a load that is refused leaves no aggregate (D1).
 */
int prop_load_equals_apply(struct gen *g);
/* A refused event changes no byte: neither of the document nor of anything in memory (D1). */
int prop_refused_changes_nothing(struct gen *g);
/* What apply checks and the exhaustive check never disagree, on valid states and on corrupted ones (D1, D6).
 */
int prop_checks_agree(struct gen *g);
/* Prefetching changes nothing. */
int prop_prefetch_changes_nothing(struct gen *g);

/* A document read back and printed again is the same bytes, whole, in parts, and in a foreign layout (F3). */
int prop_document_round_trip(struct gen *g);
/* A printed event read back is the same event, whatever text it came from. */
int prop_event_round_trip(struct gen *g);
/* A history goes on after a restart from the document as it would have without one. */
int prop_restored_continues(struct gen *g);

/* Records of several streams: any split into batches, with and without layouts, reads the same. */
int prop_batches_agree(struct gen *g);
/* What the reader says of each record, and what comes of it, is what F1 says. */
int prop_records_are_judged(struct gen *g);

/* The broker in the process gives what a list of all commands would, whatever is settled, given back or set
   aside (the program of the properties alone has it). */
int prop_broker_is_a_list(struct gen *g);
/* Commands through workers, in any batches, repeated, and given back after faults that leave nothing behind,
   are recorded and answered as if each were judged and recorded by itself, one after the other. (Not for
   fuzzers: the workers need adapters.) */
int prop_worker_is_a_fold(struct gen *g);
/* Whatever fails: what is recorded is what the core accepts, each id once; what was answered as recorded is
   there; what was answered as refused is not, unless somebody sent it again; everything is answered. */
int prop_worker_keeps_its_promises(struct gen *g);

#endif
