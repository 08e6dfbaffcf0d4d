/* The arrows of the audit, one file each: verify, replay, rebuild, diff (F5). What they read, print and write
   comes in from outside; what they print on standard output goes to `out`, findings and remarks to the
   callbacks. All return the outcome, and fill in *fault for PV_OUTCOME_FAILED. pull has its own header. */
#ifndef PV_COMMANDS_H
#define PV_COMMANDS_H

#include "document_cache.h"
#include "run.h"

/* What the commands have in common. */
struct pv_audit {
    struct pv_event_source *source;
    struct pv_out *out;
    const struct pv_watch *watch;
    bool one_election;
    struct pv_election_id election;
    struct pv_seed seed;
    bool plain; /* without the learned layouts: for tests and benchmarks */
    /* Findings, for replay, rebuild and diff: standard error, for people. */
    void *context;
    void (*on_finding)(void *context, const struct pv_finding *finding);
};

enum pv_verify_format { PV_VERIFY_TEXT, PV_VERIFY_JSON };
enum pv_outcome pv_verify(const struct pv_audit *audit, enum pv_verify_format format, bool paranoid,
                          struct pv_fault *fault);

enum pv_replay_print { PV_PRINT_DOCUMENT, PV_PRINT_TALLY, PV_PRINT_HASH, PV_PRINT_NONE };
struct pv_replay_options {
    enum pv_replay_print print;
    bool keep_going;
    enum pv_at at;
    int64_t at_number;
    struct pv_time at_time;
};
enum pv_outcome pv_replay(const struct pv_audit *audit, const struct pv_replay_options *options,
                          struct pv_fault *fault);

enum pv_outcome pv_rebuild(const struct pv_audit *audit, struct pv_document_cache *cache,
                           struct pv_fault *fault);

enum pv_diff_format { PV_DIFF_TEXT, PV_DIFF_JSON_PATCH, PV_DIFF_JSON };
enum pv_outcome pv_diff(const struct pv_audit *audit, struct pv_document_cache *cache,
                        enum pv_diff_format format, struct pv_fault *fault);

#endif
