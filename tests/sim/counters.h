/* What a simulation counts: faults by kind, crashes by place, answers, reads. A count that is too low fails a
   run as a whole: the simulation has gone lame. */
#ifndef PV_SIM_COUNTERS_H
#define PV_SIM_COUNTERS_H

enum sim_fault {
#define SIM_FAULT(tag, words) FAULT_##tag,
#include "faults.tbl.h"
#undef SIM_FAULT
    SIM_FAULTS
};

/* Where a crash can be: before or after something is done that others see. */
enum sim_place {
#define SIM_PLACE(tag, words) PLACE_##tag,
#include "places.tbl.h"
#undef SIM_PLACE
    SIM_PLACES
};

enum sim_count {
#define SIM_COUNT(tag, words) SAW_##tag,
#include "counts.tbl.h"
#undef SIM_COUNT
    SIM_COUNTS
};

/* The counters of gen.h. */
enum {
    SIM_COUNT_FAULT = 0,
    SIM_COUNT_BEFORE = SIM_COUNT_FAULT + SIM_FAULTS,
    SIM_COUNT_AFTER = SIM_COUNT_BEFORE + SIM_PLACES,
    SIM_COUNT_OTHER = SIM_COUNT_AFTER + SIM_PLACES,
    SIM_COUNT_END = SIM_COUNT_OTHER + SIM_COUNTS,
};
const char *sim_counter_name(unsigned counter);

#endif
