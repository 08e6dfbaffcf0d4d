/* The parts of a document, each from its cJSON tree into the election (restore.h). All return PV_OK,
   PV_REFUSED with the trail's error filled in, or PV_FAULT_MEMORY; only after PV_OK is the trail where it
   was. Internal to the codec. */
#ifndef PV_DOCUMENT_PART_H
#define PV_DOCUMENT_PART_H

#include "document_tree.h"

typedef enum pv_result pv_part_read_fn(struct pv_trail *trail, struct pv_election *election,
                                       const cJSON *node);

/* A header, without and with voters and ballots, which must be lists then but are not read. */
pv_part_read_fn pv_part_read_header, pv_part_read_whole;
pv_part_read_fn pv_part_read_competition, pv_part_read_voter, pv_part_read_ballot;

#endif
