/* What the tests of brokers share: commands made of a number, and what was answered, kept. */
#ifndef PV_BROKER_KIT_H
#define PV_BROKER_KIT_H

#include "broker.h"

/* A command whose id, texts, caller and version follow from a number below KIT_COMMANDS_MAX. Each third
   number lacks what a command may lack. */
enum { KIT_COMMANDS_MAX = 1 << 20, KIT_COMMAND_TEXT_MAX = 400 };
struct kit_command {
    struct pv_command command;
    char text[KIT_COMMAND_TEXT_MAX];
};
void kit_command_make(struct kit_command *made, struct pv_election_id election, unsigned number);
/* The number of a command by its id; KIT_COMMANDS_MAX if it has none. */
unsigned kit_command_number(const struct pv_command *command);
/* What differs from the command of that number for that election, or NULL. */
const char *kit_command_difference(const struct pv_command *command, struct pv_election_id election,
                                   unsigned number);

/* The elections that go to a partition, by number. */
struct pv_election_id kit_election_of(uint32_t partition, uint32_t partitions, unsigned which);

/* The answers that came, in order. A pv_answer_fn takes them. */
enum { KIT_ANSWERS_MAX = 16 };
struct kit_answers {
    size_t count;
    struct kit_answer {
        uint64_t reply_to;
        struct pv_event_id id;
        struct pv_answer answer;
    } all[KIT_ANSWERS_MAX];
};
void kit_answers_take(void *answers, uint64_t reply_to, struct pv_event_id id,
                      const struct pv_answer *answer);

#endif
