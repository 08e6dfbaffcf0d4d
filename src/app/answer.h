/* What an answer is called: the same code and sentence in the log of refusals and in the API. */
#ifndef PV_ANSWER_H
#define PV_ANSWER_H

#include "command.h"

/* A refusal's code by D7; else event_id_reused, wrong_version, not_allowed or given_up. ptr NULL for
   PV_ANSWER_RECORDED. A static string. */
struct pv_str pv_answer_code(const struct pv_answer *answer);
/* The field that a refusal points at; ptr NULL: none. */
struct pv_str pv_answer_field(const struct pv_answer *answer);
/* The sentence for a person, as pv_refusal_message gives it. Empty for PV_ANSWER_RECORDED. */
size_t pv_answer_message(const struct pv_answer *answer, char out[PV_MESSAGE_MAX]);

#endif
