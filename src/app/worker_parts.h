/* What the worker's files share: a group of commands, and what becomes of each. Internal to the worker.

   A group goes through these steps. First its commands are sorted by election, and each is judged in order,
   which applies to the aggregate what is accepted (worker_judge.c). Then what was accepted is appended, and
   it shows which verdicts stand (worker_group.c). Then the refusals are logged, and the commands that are
   settled are answered and acknowledged; the others are given back (worker.c). */
#ifndef PV_WORKER_PARTS_H
#define PV_WORKER_PARTS_H

#include "print.h"
#include "record.h"
#include "worker.h"

enum pv_fate {
    PV_FATE_BACK,    /* it comes again */
    PV_FATE_APPEND,  /* accepted: waits for the append */
    PV_FATE_REPEATS, /* the same as an earlier one of the group, and waits for that one's fate */
    PV_FATE_ANSWER,  /* `answer` is to be sent */
    PV_FATE_GIVE_UP, /* came too often, and is not recorded */
    PV_FATE_DAMAGED, /* its election cannot be read, and it is not recorded */
};

struct pv_work_item {
    uint32_t part;
    uint32_t next; /* the part's next command, or PV_NONE */
    enum pv_fate fate;
    /* The verdict follows from the aggregate, so that it stands only if that is what the store has. */
    bool on_state;
    bool is_repetition; /* it was recorded or refused before, as the same command or with the same event */
    uint32_t event;     /* PV_FATE_APPEND: which of the part's events */
    uint32_t repeats;   /* PV_FATE_REPEATS: the place of the earlier one */
    size_t text_at, text_len; /* its event's canonical data among the group's texts */
    struct pv_answer answer;
};

/* An election of the group. */
struct pv_work_part {
    struct pv_election_id id;
    char stream[PV_STREAM_LEN];
    uint32_t first, last;        /* its commands */
    uint32_t event_count;        /* what is to be appended */
    struct pv_appended appended; /* what became of them */
    int64_t expected;            /* the last number that the aggregate had, if it was asked for */
    bool on_state;               /* some verdict follows from the aggregate */
    bool is_stale;               /* the aggregate was not what the store has: another writer */
};

struct pv_work {
    struct pv_worker_options options;
    struct pv_worker_counts counts;
    struct pv_aggregates *aggregates;

    /* The group. */
    size_t count, part_count, event_count;
    struct pv_delivery deliveries[PV_WORKER_GROUP_MAX];
    struct pv_work_item items[PV_WORKER_GROUP_MAX];
    struct pv_work_part parts[PV_WORKER_GROUP_MAX];
    struct pv_new_event events[PV_WORKER_GROUP_MAX];
    struct pv_append appends[PV_WORKER_GROUP_MAX];
    struct pv_refused refused[PV_WORKER_GROUP_MAX];
    char messages[PV_WORKER_GROUP_MAX][PV_MESSAGE_MAX];
    struct pv_buffer texts;
    struct pv_out out; /* into texts */
    char *scratch;     /* for reading an event */
    size_t scratch_size;
};

/* Sorts the commands taken by election; nothing is decided yet. */
void pv_work_begin(struct pv_work *work);
/* Judges all commands. False: a fault. */
bool pv_work_judge(struct pv_work *work, struct pv_fault *fault) PV_MUST_USE;
/* One command, the ones before it in its election being judged. */
bool pv_work_judge_item(struct pv_work *work, size_t at, struct pv_fault *fault) PV_MUST_USE;
/* Appends what was accepted, and decides what was waiting for that. False: a fault, and no verdict stands. */
bool pv_work_append(struct pv_work *work, struct pv_fault *fault) PV_MUST_USE;
/* No command is settled, and no aggregate of the group can be trusted. */
void pv_work_abandon(struct pv_work *work);
/* Logs what is to be answered with a refusal of any kind. False: a fault, and these commands come again. */
bool pv_work_log(struct pv_work *work, struct pv_fault *fault) PV_MUST_USE;
/* Whether a command that comes again is in the log of refusals: then the item's answer has kind and reason.
 */
bool pv_work_look_for_refusal(struct pv_work *work, size_t at, bool *known,
                              struct pv_fault *fault) PV_MUST_USE;

#endif
