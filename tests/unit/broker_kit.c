#include "broker_kit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND_HI UINT64_C(0x018dd1f7a0000000)
#define COMMAND_LO UINT64_C(0x9000000000000000)

/* Prints at the end of what the command's texts take up so far. */
static struct pv_str print(struct kit_command *made, size_t *used, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static struct pv_str print(struct kit_command *made, size_t *used, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *to = made->text + *used;
    int len = vsnprintf(to, sizeof made->text - *used, format, args);
    va_end(args);
    *used += (size_t)len;
    if (len < 0 || *used >= sizeof made->text)
        abort();
    return (struct pv_str){to, (size_t)len};
}

void kit_command_make(struct kit_command *made, struct pv_election_id election, unsigned number)
{
    size_t used = 0;
    struct pv_command *command = &made->command;
    *command = (struct pv_command){.election = election,
                                   .id = {{COMMAND_HI, COMMAND_LO + number}},
                                   .expected_version = PV_ANY_VERSION,
                                   .caller = {.roles = PV_ROLE_VOTER}};
    command->type = print(made, &used, "PhotoVote.Event.Ballot.%s",
                          number % 2 == 0 ? "BallotCast" : "BallotCandidateRated");
    command->data = print(made, &used, "{\"n\":%u,\"fill\":\"%.*s\"}", number, (int)(number * 7 % 61),
                          "............................................................");
    if (number % 3 == 0)
        return;
    command->metadata = print(made, &used, "{\"who\":\"voter:%u\"}", number);
    command->caller.roles = PV_ROLE_ADMINISTRATOR | PV_ROLE_AUDITOR;
    command->caller.subject = print(made, &used, "subject-%u", number);
    command->caller.email = number % 3 == 1 ? print(made, &used, "%u@x.example", number) : PV_STR("");
    command->caller.voter = (struct pv_voter_id){{COMMAND_HI + 1, number}};
    command->caller.has_voter = true;
    command->expected_version = number;
    command->reply_to = UINT64_MAX - number;
}

unsigned kit_command_number(const struct pv_command *command)
{
    uint64_t number = command->id.bits.lo - COMMAND_LO;
    return command->id.bits.hi == COMMAND_HI && number < KIT_COMMANDS_MAX ? (unsigned)number
                                                                          : KIT_COMMANDS_MAX;
}

/* Absent is not empty. */
static bool same_text(struct pv_str a, struct pv_str b)
{
    return (a.ptr == NULL) == (b.ptr == NULL) && pv_str_equal(a, b);
}

static const char *caller_difference(const struct pv_caller *caller, const struct pv_caller *other)
{
    if (caller->roles != other->roles)
        return "the roles";
    if (!same_text(caller->subject, other->subject))
        return "the subject";
    if (!same_text(caller->email, other->email))
        return "the email";
    if (caller->has_voter != other->has_voter ||
        (caller->has_voter && !pv_bits128_equal(caller->voter.bits, other->voter.bits)))
        return "the voter";
    return NULL;
}

const char *kit_command_difference(const struct pv_command *command, struct pv_election_id election,
                                   unsigned number)
{
    struct kit_command made;
    kit_command_make(&made, election, number);
    const struct pv_command *other = &made.command;
    if (!pv_bits128_equal(command->election.bits, other->election.bits))
        return "the election";
    if (!pv_bits128_equal(command->id.bits, other->id.bits))
        return "the id";
    if (!same_text(command->type, other->type))
        return "the type";
    if (!same_text(command->data, other->data))
        return "the data";
    if (!same_text(command->metadata, other->metadata))
        return "the metadata";
    if (command->expected_version != other->expected_version)
        return "the expected version";
    if (command->reply_to != other->reply_to)
        return "whom the answer goes to";
    return caller_difference(&command->caller, &other->caller);
}

struct pv_election_id kit_election_of(uint32_t partition, uint32_t partitions, unsigned which)
{
    struct pv_election_id election = {{COMMAND_HI, 1}};
    for (;; election.bits.lo++) {
        if (pv_broker_partition(election, partitions) == partition && which-- == 0)
            return election;
    }
}

void kit_answers_take(void *answers, uint64_t reply_to, struct pv_event_id id, const struct pv_answer *answer)
{
    struct kit_answers *taken = answers;
    if (taken->count == KIT_ANSWERS_MAX)
        abort();
    taken->all[taken->count++] = (struct kit_answer){reply_to, id, *answer};
}
