#include "poll_reader.h"

#include "out.h"
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const pv_poll_columns[PV_POLL_FIRST_CANDIDATE] = {"voterID", "voteTime", "pollID"};

struct pv_poll_shown pv_poll_show(struct pv_str value)
{
    struct pv_poll_shown shown;
    shown.text[pv_terminal_escape(value, shown.text, PV_POLL_SHOWN_MAX)] = '\0';
    return shown;
}

void pv_poll_problem(struct pv_poll_reader *reader, uint64_t line, uint64_t column, const char *format, ...)
{
    char sentence[PV_POLL_SENTENCE_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    reader->problems++;
    reader->report(reader->context, line, column, sentence);
}

static struct pv_poll_shown show_column(const struct pv_poll_reader *reader, size_t index)
{
    if (index < PV_POLL_FIRST_CANDIDATE)
        return pv_poll_show((struct pv_str){pv_poll_columns[index], strlen(pv_poll_columns[index])});
    return pv_poll_show(reader->candidates[index - PV_POLL_FIRST_CANDIDATE]);
}

void pv_poll_field_problem(struct pv_poll_reader *reader, size_t index, const char *what)
{
    const struct pv_csv_field *field = &reader->fields[index];
    pv_poll_problem(reader, field->line, field->column, "%s (column %zu, %s)", what, index + 1,
                    show_column(reader, index).text);
}

void pv_poll_value_problem(struct pv_poll_reader *reader, size_t index, const char *what)
{
    char text[PV_POLL_SHOWN_MAX + PV_POLL_SENTENCE_MAX + sizeof "\"\" "];
    (void)snprintf(text, sizeof text, "\"%s\" %s", pv_poll_show(reader->fields[index].text).text, what);
    pv_poll_field_problem(reader, index, text);
}

bool pv_poll_is_name(struct pv_str text, char sentence[PV_POLL_SENTENCE_MAX])
{
    struct pv_refusal why;
    char message[PV_MESSAGE_MAX];
    enum pv_code code = pv_name_check(text);
    if (code == PV_CODE_NONE)
        return true;
    (void)pv_refuse_field(&why, code, PV_KEY_NAME, text);
    struct pv_str said = {message, pv_refusal_message(&why, message)};
    sentence[pv_terminal_escape(said, sentence, PV_POLL_SENTENCE_MAX - 1)] = '\0';
    return false;
}

bool pv_poll_has_faults(struct pv_poll_reader *reader, bool header)
{
    bool any = false;
    size_t given = reader->field_count < PV_POLL_FIELDS_MAX ? reader->field_count : PV_POLL_FIELDS_MAX;
    for (size_t i = 0; i < given; i++) {
        const struct pv_csv_field *field = &reader->fields[i];
        if (field->fault == NULL)
            continue;
        any = true;
        if (header || i >= PV_POLL_FIRST_CANDIDATE + reader->candidate_count)
            pv_poll_problem(reader, field->line, field->column, "%s (column %zu)", field->fault, i + 1);
        else
            pv_poll_field_problem(reader, i, field->fault);
    }
    return any;
}
