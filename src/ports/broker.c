#include "broker.h"

uint32_t pv_broker_partition(struct pv_election_id election, uint32_t partitions)
{
    char text[PV_ULID_LEN];
    uint32_t hash = 2166136261U;
    pv_ulid_format(election.bits, text);
    for (size_t i = 0; i < sizeof text; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619U;
    return hash % partitions;
}
