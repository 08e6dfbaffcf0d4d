#include "answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct pv_str static_str(const char *text)
{
    return (struct pv_str){text, text == NULL ? 0 : strlen(text)};
}

struct pv_str pv_answer_code(const struct pv_answer *answer)
{
    static const char *const codes[] = {
        [PV_ANSWER_RECORDED] = NULL,
        [PV_ANSWER_REFUSED] = NULL,
        [PV_ANSWER_ID_REUSED] = "event_id_reused",
        [PV_ANSWER_WRONG_VERSION] = "wrong_version",
        [PV_ANSWER_NOT_ALLOWED] = "not_allowed",
        [PV_ANSWER_GIVEN_UP] = "given_up",
    };
    bool refused = answer->kind == PV_ANSWER_REFUSED;
    return static_str(refused ? pv_code_name(answer->why.code) : codes[answer->kind]);
}

struct pv_str pv_answer_field(const struct pv_answer *answer)
{
    bool refused = answer->kind == PV_ANSWER_REFUSED;
    return static_str(refused ? pv_field_name(answer->why.field) : NULL);
}

static size_t print(char out[PV_MESSAGE_MAX], const char *sentence)
{
    return (size_t)snprintf(out, PV_MESSAGE_MAX, "%s", sentence);
}

size_t pv_answer_message(const struct pv_answer *answer, char out[PV_MESSAGE_MAX])
{
    switch (answer->kind) {
    case PV_ANSWER_REFUSED:
        return pv_refusal_message(&answer->why, out);
    case PV_ANSWER_ID_REUSED:
        return print(out, "another event is recorded with this id");
    case PV_ANSWER_WRONG_VERSION:
        return (size_t)snprintf(out, PV_MESSAGE_MAX,
                                "the election is not at the expected version but at %" PRId64,
                                answer->number);
    case PV_ANSWER_NOT_ALLOWED:
        return print(out, "the caller may not do this: neither the role nor the ballot's voter is right");
    case PV_ANSWER_GIVEN_UP:
        return print(out, "it could not be handled, was set aside for the operators, and is not recorded");
    case PV_ANSWER_RECORDED:
        break;
    }
    return 0;
}
