#include "answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct pv_str static_str(const char *text)
{
    return (struct pv_str){text, text == NULL ? 0 : strlen(text)};
}

static const char *const codes[] = {
    [PV_ANSWER_RECORDED] = NULL,
    [PV_ANSWER_REFUSED] = NULL,
    [PV_ANSWER_ID_REUSED] = "event_id_reused",
    [PV_ANSWER_WRONG_VERSION] = "wrong_version",
    [PV_ANSWER_NOT_ALLOWED] = "not_allowed",
    [PV_ANSWER_GIVEN_UP] = "given_up",
};

struct pv_str pv_answer_code(const struct pv_answer *answer)
{
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
    struct pv_str text = static_str(sentence);
    memcpy(out, text.ptr, text.len);
    return text.len;
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

static bool is(const char *name, struct pv_str text)
{
    return name != NULL && pv_str_equal(static_str(name), text);
}

static bool find_refusal(struct pv_str code, struct pv_str field, struct pv_refusal *why)
{
    int found = PV_CODE_NONE, at = PV_KEY_NONE;
    for (int i = PV_CODE_NONE + 1; i < PV_CODE_COUNT; i++) {
        if (is(pv_code_name((enum pv_code)i), code))
            found = i;
    }
    for (int i = PV_KEY_NONE + 1; i < PV_KEY_COUNT; i++) {
        if (is(pv_field_name((enum pv_field)i), field))
            at = i;
    }
    pv_refusal_set(why, (enum pv_code)found, (enum pv_field)at, (struct pv_str){"", 0});
    return found != PV_CODE_NONE;
}

bool pv_answer_of(struct pv_str code, struct pv_str field, struct pv_answer *answer)
{
    struct pv_answer found = {.kind = PV_ANSWER_REFUSED, .number = -1, .position = -1};
    for (int i = PV_ANSWER_RECORDED; i <= PV_ANSWER_GIVEN_UP; i++) {
        if (is(codes[i], code))
            found.kind = (enum pv_answer_kind)i;
    }
    if (found.kind == PV_ANSWER_REFUSED && !find_refusal(code, field, &found.why))
        return false;
    *answer = found;
    return true;
}
