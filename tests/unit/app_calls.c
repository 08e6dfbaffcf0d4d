#include "app_calls.h"

#include "document.h"
#include "sha256.h"

#include <limits.h>

static enum app_call failing;
static unsigned fail_at = UINT_MAX, made[APP_CALLS];

static bool fails(enum app_call call)
{
    return made[call]++ == fail_at && call == failing;
}

void app_call_fails(enum app_call call, unsigned at)
{
    app_calls_work();
    failing = call;
    fail_at = at;
}

void app_calls_work(void)
{
    fail_at = UINT_MAX;
    for (int i = 0; i < APP_CALLS; i++)
        made[i] = 0;
}

unsigned app_calls_made(enum app_call call)
{
    return made[call];
}

enum pv_result __real_pv_document_hash(const struct pv_election *election, char hex[PV_HASH_LEN]);
enum pv_result __real_pv_sha256(struct pv_str bytes, unsigned char digest[PV_SHA256_LEN]);
enum pv_result __real_pv_election_when(struct pv_election *election, const struct pv_event *event,
                                       struct pv_refusal *why);
enum pv_result __real_pv_election_apply(struct pv_election *election, const struct pv_event *event,
                                        struct pv_refusal *why);
bool __real_pv_election_ensure_valid_state(const struct pv_election *election,
                                           struct pv_violation *violation);
enum pv_result __wrap_pv_document_hash(const struct pv_election *election, char hex[PV_HASH_LEN]);
enum pv_result __wrap_pv_sha256(struct pv_str bytes, unsigned char digest[PV_SHA256_LEN]);
enum pv_result __wrap_pv_election_when(struct pv_election *election, const struct pv_event *event,
                                       struct pv_refusal *why);
enum pv_result __wrap_pv_election_apply(struct pv_election *election, const struct pv_event *event,
                                        struct pv_refusal *why);
bool __wrap_pv_election_ensure_valid_state(const struct pv_election *election,
                                           struct pv_violation *violation);

enum pv_result __wrap_pv_document_hash(const struct pv_election *election, char hex[PV_HASH_LEN])
{
    return fails(APP_CALL_HASH) ? PV_FAULT_MEMORY : __real_pv_document_hash(election, hex);
}

enum pv_result __wrap_pv_sha256(struct pv_str bytes, unsigned char digest[PV_SHA256_LEN])
{
    return fails(APP_CALL_SHA) ? PV_FAULT_MEMORY : __real_pv_sha256(bytes, digest);
}

enum pv_result __wrap_pv_election_when(struct pv_election *election, const struct pv_event *event,
                                       struct pv_refusal *why)
{
    return fails(APP_CALL_WHEN) ? PV_FAULT_MEMORY : __real_pv_election_when(election, event, why);
}

enum pv_result __wrap_pv_election_apply(struct pv_election *election, const struct pv_event *event,
                                        struct pv_refusal *why)
{
    return fails(APP_CALL_APPLY) ? PV_FAULT_STATE : __real_pv_election_apply(election, event, why);
}

bool __wrap_pv_election_ensure_valid_state(const struct pv_election *election, struct pv_violation *violation)
{
    if (!fails(APP_CALL_RULES))
        return __real_pv_election_ensure_valid_state(election, violation);
    *violation = (struct pv_violation){PV_RULE_CAST_EMPTY, PV_PART_BALLOT, 7};
    return false;
}
