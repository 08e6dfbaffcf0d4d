/* The bodies of the properties on a fuzzer's bytes: the first byte says which, the others are its choices. */
#include "kit.h"
#include "properties.h"

static const struct {
    const char *name;
    gen_property *run;
} properties[] = {
    {"model_agrees", prop_model_agrees},
    {"tally_is_a_recount", prop_tally_is_a_recount},
    {"load_equals_apply", prop_load_equals_apply},
    {"refused_changes_nothing", prop_refused_changes_nothing},
    {"checks_agree", prop_checks_agree},
    {"prefetch_changes_nothing", prop_prefetch_changes_nothing},
    {"document_round_trip", prop_document_round_trip},
    {"event_round_trip", prop_event_round_trip},
    {"restored_continues", prop_restored_continues},
    {"batches_agree", prop_batches_agree},
    {"records_are_judged", prop_records_are_judged},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct gen gen;
    if (size == 0)
        return 0;
    size_t which = data[0] % (sizeof properties / sizeof properties[0]);
    gen_from_bytes(&gen, data + 1, size - 1);
    if (properties[which].run(&gen) != 0)
        FAIL("property %s (again: properties %s --bytes FILE, without the first byte): %s",
             properties[which].name, properties[which].name, gen.message);
    return 0;
}
