/* The configuration: photovote.conf, then, each behind a line with its name, .env, the environment and the
   flags.

       port = 1
       -- .env
       PHOTOVOTE_PORT=2
       -- environment
       PHOTOVOTE_PORT=3
       -- flags
       port=4

   A naive reader says which value each setting has and where it comes from, or in which line of which file
   the first fault is. The files are not on a disk: fopen is the target's own. */
#include "config.h"
#include "kit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS = 4, LINES_MAX = 200, LINE_LONGEST = 4095 };
static const char *const marks[PARTS] = {"", "-- .env", "-- environment", "-- flags"};

/* ---- files ---- */

static struct pv_str files[2]; /* photovote.conf and .env; ptr NULL: it is not there */

FILE *__real_fopen64(const char *path, const char *mode);
FILE *__wrap_fopen64(const char *path, const char *mode);

FILE *__wrap_fopen64(const char *path, const char *mode)
{
    bool dotenv = strcmp(path, ".env") == 0;
    if (!dotenv && strcmp(path, "photovote.conf") != 0)
        return __real_fopen64(path, mode);
    struct pv_str file = files[dotenv];
    errno = ENOENT;
    /* Nothing writes to it. */
    return file.ptr == NULL ? NULL : fmemopen((char *)(uintptr_t)file.ptr, file.len, "r");
}

/* ---- the naive reader ---- */

static const struct {
    const char *name, *kind, *value;
    uint64_t least, most;
} settings[PV_SETTING_COUNT] = {
#define PV_SETTING(tag, name, kind, value, least, most, help) {#name, #kind, value, least, most},
#include "settings.tbl.h"
#undef PV_SETTING
};

struct naive_config {
    struct bag bag;
    struct pv_str values[PV_SETTING_COUNT];
    enum pv_origin origins[PV_SETTING_COUNT];
    bool failed;
    char where[32]; /* what the fault's text must begin with */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct pv_str trimmed(struct pv_str text)
{
    while (text.len > 0 && (is_blank(text.ptr[text.len - 1])))
        text.len--;
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
        text = (struct pv_str){text.ptr + 1, text.len - 1};
    return text;
}

/* Nothing, or a remark: what is not blank begins with # behind a blank. */
static bool is_remark(struct pv_str text)
{
    struct pv_str rest = trimmed(text);
    return rest.len == 0 || (rest.ptr[0] == '#' && rest.ptr > text.ptr);
}

/* What stands behind the = of a line. */
static struct pv_str value_of(struct pv_str text)
{
    struct pv_str value = trimmed(text);
    bool quoted = value.len > 0 && (value.ptr[0] == '"' || value.ptr[0] == '\'');
    for (size_t i = 1; quoted && i < value.len; i++)
        if (value.ptr[i] == value.ptr[0] && is_remark((struct pv_str){value.ptr + i + 1, value.len - i - 1}))
            return (struct pv_str){value.ptr + 1, i - 1};
    for (size_t i = 1; i < text.len; i++)
        if (text.ptr[i] == '#' && (text.ptr[i - 1] == ' ' || text.ptr[i - 1] == '\t'))
            return trimmed((struct pv_str){text.ptr, i});
    return value;
}

static bool is_number(struct pv_str text, uint64_t least, uint64_t most)
{
    uint64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        number = number > most ? number : number * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    return text.len > 0 && number >= least && number <= most;
}

static void fail(struct naive_config *naive, const char *where)
{
    naive->failed = true;
    (void)snprintf(naive->where, sizeof naive->where, "%s", where);
}

static bool begins(struct pv_str text, const char *word)
{
    return text.len >= strlen(word) && memcmp(text.ptr, word, strlen(word)) == 0;
}

static bool is_of_its_kind(int setting, struct pv_str value)
{
    const char *kind = settings[setting].kind;
    if (strcmp(kind, "NUMBER") == 0)
        return is_number(value, settings[setting].least, settings[setting].most);
    if (strcmp(kind, "SWITCH") == 0)
        return str_is(value, "on") || str_is(value, "off");
    if (strcmp(kind, "SQLITE") == 0)
        return value.len == 0 || (begins(value, "sqlite:") && value.len > 7);
    if (strcmp(kind, "LEVEL") == 0)
        return str_is(value, "debug") || str_is(value, "info") || str_is(value, "warning") ||
               str_is(value, "error");
    return true;
}

static void set(struct naive_config *naive, int setting, struct pv_str value, enum pv_origin origin,
                const char *where)
{
    if (!is_of_its_kind(setting, value)) {
        fail(naive, where);
        return;
    }
    naive->values[setting] = value;
    naive->origins[setting] = origin;
}

/* -1: there is none of that name. */
static int setting_of(struct pv_str name, bool of_environment)
{
    for (int i = 0; i < PV_SETTING_COUNT; i++) {
        char wanted[80];
        size_t at = (size_t)snprintf(wanted, sizeof wanted, "%s%s", of_environment ? "PHOTOVOTE_" : "",
                                     settings[i].name);
        for (size_t k = 0; of_environment && k < at; k++)
            wanted[k] = (char)(wanted[k] == '-'                       ? '_'
                               : wanted[k] >= 'a' && wanted[k] <= 'z' ? wanted[k] - 32
                                                                      : wanted[k]);
        if (str_is(name, wanted))
            return i;
    }
    return -1;
}

static size_t find(struct pv_str text, char byte)
{
    size_t at = 0;
    while (at < text.len && text.ptr[at] != byte)
        at++;
    return at;
}

static void read_line(struct naive_config *naive, struct pv_str line, bool dotenv, const char *where)
{
    struct pv_str text = trimmed(line);
    if (find(line, '\0') < line.len) {
        fail(naive, where);
        return;
    }
    if (dotenv && begins(text, "export "))
        text = trimmed((struct pv_str){text.ptr + 7, text.len - 7});
    if (text.len == 0 || text.ptr[0] == '#')
        return;
    size_t equals = find(text, '=');
    struct pv_str name = trimmed((struct pv_str){text.ptr, equals});
    int setting = setting_of(name, dotenv);
    if (equals == text.len || (setting < 0 && (!dotenv || begins(name, "PHOTOVOTE_"))))
        fail(naive, where);
    else if (setting >= 0)
        set(naive, setting, value_of((struct pv_str){text.ptr + equals + 1, text.len - equals - 1}),
            dotenv ? PV_FROM_DOTENV : PV_FROM_FILE, where);
}

static void read_file(struct naive_config *naive, struct pv_str file, bool dotenv)
{
    char where[32];
    for (int number = 1; file.len > 0 && !naive->failed; number++) {
        struct pv_str line = kit_first_line(file, &file);
        (void)snprintf(where, sizeof where, "%s:%d: ", dotenv ? ".env" : "photovote.conf", number);
        if (line.len > LINE_LONGEST)
            fail(naive, where);
        else
            read_line(naive, line, dotenv, where);
    }
}

static void read_variable(struct naive_config *naive, struct pv_str variable)
{
    size_t equals = find(variable, '=');
    if (naive->failed || equals == variable.len || !begins(variable, "PHOTOVOTE_"))
        return;
    int setting = setting_of((struct pv_str){variable.ptr, equals}, true);
    struct pv_str value = {variable.ptr + equals + 1, variable.len - equals - 1};
    if (setting < 0)
        fail(naive, "");
    else
        set(naive, setting, value, PV_FROM_ENVIRONMENT, settings[setting].name);
}

/* ---- an input ---- */

struct input {
    struct pv_str parts[PARTS];
    struct bag bag;
    char *environment[LINES_MAX + 1];
    size_t variables;
};

/* A part ends where the mark of a later one stands on a line. */
static void split(struct pv_str rest, struct input *input)
{
    int part = 0;
    input->parts[0] = (struct pv_str){rest.ptr, 0};
    while (rest.len > 0) {
        struct pv_str line = kit_first_line(rest, &rest);
        int mark = part + 1;
        while (mark < PARTS && !str_is(line, marks[mark]))
            mark++;
        if (mark < PARTS)
            input->parts[part = mark] = (struct pv_str){rest.ptr, 0};
        else
            input->parts[part].len = (size_t)(rest.ptr - input->parts[part].ptr);
    }
}

/* As a terminated text: up to a NUL. */
static char *terminated(struct input *input, struct pv_str text)
{
    size_t len = find(text, '\0');
    char *copy = bag_alloc(&input->bag, len + 1);
    memcpy(copy, text.ptr, len);
    copy[len] = '\0';
    return copy;
}

static struct pv_str str_of(const char *text)
{
    return (struct pv_str){text, strlen(text)};
}

static void take_environment(struct input *input, struct naive_config *naive)
{
    struct pv_str rest = input->parts[2];
    while (rest.len > 0 && input->variables < LINES_MAX) {
        char *variable = terminated(input, kit_first_line(rest, &rest));
        input->environment[input->variables++] = variable;
        read_variable(naive, str_of(variable));
    }
}

static void take_flags(struct input *input, struct naive_config *naive, struct pv_config *config)
{
    struct pv_str rest = input->parts[3];
    while (rest.len > 0) {
        struct pv_str line = kit_first_line(rest, &rest);
        size_t equals = find(line, '=');
        int setting = setting_of((struct pv_str){line.ptr, equals}, false);
        if (setting >= 0 && equals < line.len)
            config->flags[setting] =
                terminated(input, (struct pv_str){line.ptr + equals + 1, line.len - equals - 1});
    }
    for (int i = 0; i < PV_SETTING_COUNT; i++)
        if (config->flags[i] != NULL && !naive->failed)
            set(naive, i, str_of(config->flags[i]), PV_FROM_FLAG, settings[i].name);
}

static void check(const struct pv_config *config, const struct naive_config *naive)
{
    for (int i = 0; i < PV_SETTING_COUNT; i++) {
        enum pv_setting setting = (enum pv_setting)i;
        CHECK_SAME(settings[i].name, str_of(pv_config_text(config, setting)), naive->values[i]);
        CHECK(config->origins[i] == naive->origins[i]);
        if (strcmp(settings[i].kind, "NUMBER") == 0)
            CHECK(pv_config_number(config, setting) ==
                  (int)strtoull(pv_config_text(config, setting), NULL, 10));
        if (strcmp(settings[i].kind, "SWITCH") == 0)
            CHECK(pv_config_switch(config, setting) == str_is(naive->values[i], "on"));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct input input;
    struct pv_config config = {.file = NULL};
    struct naive_config naive = {.failed = false};
    struct pv_fault fault = {.text = ""};
    input = (struct input){.variables = 0};
    split((struct pv_str){(const char *)data, size}, &input);
    files[0] = input.parts[0];
    files[1] = input.parts[1];
    for (int i = 0; i < PV_SETTING_COUNT; i++)
        naive.values[i] = str_of(settings[i].value);
    read_file(&naive, files[0], false);
    if (!naive.failed)
        read_file(&naive, files[1], true);
    take_environment(&input, &naive);
    take_flags(&input, &naive, &config);
    bool loaded = pv_config_load(&config, input.environment, &fault);
    if (loaded == naive.failed)
        FAIL("%s, not %s%s", loaded ? "taken" : fault.text, naive.failed ? "refused " : "taken", naive.where);
    if (loaded)
        check(&config, &naive);
    else if (!begins(str_of(fault.text), naive.where))
        FAIL("the fault is \"%s\", not of %s", fault.text, naive.where);
    pv_config_deinit(&config);
    bag_free(&input.bag);
    return 0;
}
