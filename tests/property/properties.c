#include "properties.h"

#include "catalogue.h"
#include "history.h"
#include "prop.h"
#include "prop_broker.h"

/* Floors in thousandths of a case: each about a third of what the seeds of the tests give. */
#define ACCEPTED(per_mille)                                                                                  \
    {                                                                                                        \
        COUNT_ACCEPTED, COUNT_ACCEPTED + PV_EVENT_TYPE_COUNT - 1, per_mille                                  \
    }
#define REFUSED(code, per_mille)                                                                             \
    {                                                                                                        \
        COUNT_REFUSED + PV_##code, COUNT_REFUSED + PV_##code, per_mille                                      \
    }

/* Every domain code of D7: those before the stream's. */
#define ALL_REFUSED(per_mille)                                                                               \
    {                                                                                                        \
        COUNT_REFUSED + PV_JSON_INVALID, COUNT_REFUSED + PV_CLOSE_BEFORE_OPEN, per_mille                     \
    }

static const struct prop_floor histories[] = {ACCEPTED(100), ALL_REFUSED(3)};
static const struct prop_floor modelled[] = {
    ACCEPTED(100), ALL_REFUSED(3), {COUNT_WIDE_PAPERS, COUNT_WIDE_PAPERS, 1}};
static const struct prop_floor loads[] = {
    ACCEPTED(100), {COUNT_LOADS, COUNT_LOADS, 900}, {COUNT_LOADS_REFUSED, COUNT_LOADS_REFUSED, 500}};
static const struct prop_floor corruptions_floor[] = {ACCEPTED(100),
                                                      {COUNT_CORRUPTED, COUNT_CORRUPTED, 1000},
                                                      {COUNT_CORRUPTED_FAR, COUNT_CORRUPTED_FAR, 1000}};
static const struct prop_floor documents[] = {ACCEPTED(100), {COUNT_DOCUMENTS, COUNT_DOCUMENTS, 1000}};
static const struct prop_floor restarts[] = {ACCEPTED(100), {COUNT_RESTORED, COUNT_RESTORED, 1000}};

/* Every stream code of D7, and the gravest of the others. */
static const struct prop_floor streams[] = {
    ACCEPTED(50),
    {COUNT_FINDING + PV_STREAM_GAP, COUNT_FINDING + PV_RECORD_INVALID, 300},
    {COUNT_FINDING + PV_JSON_INVALID, COUNT_FINDING + PV_JSON_INVALID, 100}};
static const struct prop_floor batches[] = {{COUNT_BATCHES, COUNT_BATCHES, 5000}};
static const struct prop_floor brokers[] = {{COUNT_PUBLISHED, COUNT_CLOSED, 500}};

static const struct prop_floor commands[] = {
    ACCEPTED(50), {COUNT_REPEATED, COUNT_REPEATED, 1000}, {COUNT_DENIED, COUNT_DENIED, 1000}};
static const struct prop_floor promises[] = {ACCEPTED(50), {COUNT_REPEATED, COUNT_DENIED, 1000}};

#define ROW(name, floors)                                                                                    \
    {                                                                                                        \
#name, prop_##name, floors, sizeof(floors) / sizeof((floors)[0]), history_counter_name               \
    }
static const struct prop props[] = {
    ROW(model_agrees, modelled),
    ROW(tally_is_a_recount, histories),
    ROW(load_equals_apply, loads),
    ROW(refused_changes_nothing, histories),
    ROW(checks_agree, corruptions_floor),
    ROW(prefetch_changes_nothing, histories),
    ROW(document_round_trip, documents),
    ROW(event_round_trip, histories),
    ROW(restored_continues, restarts),
    ROW(batches_agree, batches),
    ROW(records_are_judged, streams),
    {"broker_is_a_list", prop_broker_is_a_list, brokers, 1, broker_counter_name},
    ROW(worker_is_a_fold, commands),
    ROW(worker_keeps_its_promises, promises),
};

int main(int argc, char **argv)
{
    const char *which;
    if (!cat_agrees_with_core(&which)) {
        fprintf(stderr, "the core's catalogue differs at %s\nFAILED property catalogue\n", which);
        return 1;
    }
    return prop_main(argc, argv, props, sizeof props / sizeof props[0]);
}
