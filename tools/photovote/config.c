#include "config.h"

#include "log.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { TEXT, NUMBER, SWITCH, SQLITE, LEVEL };
struct row {
    const char *name;
    enum kind kind;
    const char *value;
    uint64_t least, most;
    const char *help;
};
static const struct row rows[PV_SETTING_COUNT] = {
#define PV_SETTING(tag, name, kind, value, least, most, help)                                                \
    [PV_SET_##tag] = {#name, kind, value, least, most, help},
#include "settings.tbl.h"
#undef PV_SETTING
};

static const char *const origin_names[] = {
    [PV_FROM_DEFAULT] = "default",         [PV_FROM_FILE] = "file", [PV_FROM_DOTENV] = ".env",
    [PV_FROM_ENVIRONMENT] = "environment", [PV_FROM_FLAG] = "flag",
};

enum { NAME_MAX_BYTES = 64, LINE_MAX_BYTES = 4096, PLACE_MAX_BYTES = 256 };

void pv_config_options(struct pv_config *config, struct pv_cli_option options[PV_CONFIG_OPTIONS])
{
    for (int i = 0; i < PV_SETTING_COUNT; i++) {
        const struct row *row = &rows[i];
        options[i] = (struct pv_cli_option){
            .name = row->name,
            .value_name = row->kind == NUMBER   ? "N"
                          : row->kind == SWITCH ? "on|off"
                                                : "TEXT",
            .help = row->help,
            .value = &config->flags[i],
        };
    }
    options[PV_SETTING_COUNT] = (struct pv_cli_option){.name = "config",
                                                       .value_name = "FILE",
                                                       .help = "settings (photovote.conf, if it is there)",
                                                       .value = &config->file};
}

/* What a value of a kind that is no number must be; NULL: it is. */
static const char *why_not(enum kind kind, const char *value)
{
    enum pv_log_level level;
    switch (kind) {
    case SWITCH:
        return strcmp(value, "on") == 0 || strcmp(value, "off") == 0 ? NULL : "is neither on nor off";
    case SQLITE:
        return *value == '\0' || (strncmp(value, "sqlite:", 7) == 0 && value[7] != '\0')
                   ? NULL
                   : "is not of the form sqlite:PATH, which is all there is as yet";
    case LEVEL:
        return pv_log_level_find(value, &level) ? NULL : "is not debug, info, warning or error";
    case TEXT:
    case NUMBER:
        break;
    }
    return NULL;
}

/* `line`: of the file, "photovote.conf:1: "; else empty. */
static bool check(int setting, const char *value, const char *line, const char *origin,
                  struct pv_fault *fault)
{
    const struct row *row = &rows[setting];
    uint64_t number;
    if (row->kind == NUMBER && (!pv_cli_digits(value, row->most, &number) || number < row->least)) {
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED,
                     "%s%s (from the %s): '%s' is not a number from %llu to %llu", line, row->name, origin,
                     value, (unsigned long long)row->least, (unsigned long long)row->most);
        return false;
    }
    const char *why = why_not(row->kind, value);
    if (why != NULL)
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED, "%s%s (from the %s): '%s' %s", line, row->name, origin,
                     value, why);
    return why == NULL;
}

static bool set(struct pv_config *config, int setting, const char *value, enum pv_origin origin,
                struct pv_fault *fault)
{
    if (!check(setting, value, "", origin_names[origin], fault))
        return false;
    config->values[setting] = value;
    config->origins[setting] = origin;
    return true;
}

/* The same with a copy, for what does not last. */
static bool set_copy(struct pv_config *config, int setting, const char *value, const char *line,
                     enum pv_origin origin, struct pv_fault *fault)
{
    if (!check(setting, value, line, origin_names[origin], fault))
        return false;
    char *copy = strdup(value);
    if (copy == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory");
        return false;
    }
    free(config->owned[setting]);
    config->owned[setting] = copy;
    config->values[setting] = copy;
    config->origins[setting] = origin;
    return true;
}

/* PHOTOVOTE_HTTP_THREADS for http-threads. */
static void environment_name(int setting, char name[NAME_MAX_BYTES])
{
    size_t len = (size_t)snprintf(name, NAME_MAX_BYTES, "PHOTOVOTE_");
    for (const char *p = rows[setting].name; *p != '\0' && len + 1 < NAME_MAX_BYTES; p++)
        name[len++] = (char)(*p == '-' ? '_' : toupper((unsigned char)*p));
    name[len] = '\0';
}

static int find(const char *name, bool of_environment)
{
    for (int i = 0; i < PV_SETTING_COUNT; i++) {
        char other[NAME_MAX_BYTES];
        environment_name(i, other);
        if (strcmp(name, of_environment ? other : rows[i].name) == 0)
            return i;
    }
    return -1;
}

static char *trim(char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    size_t len = strlen(text);
    while (len > 0 && strchr(" \t\r\n", text[len - 1]) != NULL)
        text[--len] = '\0';
    return text;
}

/* Nothing, or a remark: a # behind a blank. */
static bool is_remark(const char *text)
{
    size_t blanks = strspn(text, " \t");
    return text[blanks] == '\0' || (text[blanks] == '#' && blanks > 0);
}

/* What stands behind the =. A value in quotes ends at the first that has nothing but a remark behind it;
   else a # behind a blank begins a remark. */
static char *unquote(char *text)
{
    char *value = trim(text), quote = *value;
    for (char *end = value; (quote == '"' || quote == '\'') && (end = strchr(end + 1, quote)) != NULL;) {
        if (is_remark(end + 1)) {
            *end = '\0';
            return value + 1;
        }
    }
    for (char *at = strchr(text, '#'); at != NULL; at = strchr(at + 1, '#')) {
        if (at > text && (at[-1] == ' ' || at[-1] == '\t')) {
            *at = '\0';
            break;
        }
    }
    return trim(text);
}

/* One line of a file. Names that are not ours are an error in our own file; .env has those of others as well.
 */
static bool read_line(struct pv_config *config, char *line, const char *path, int number,
                      enum pv_origin origin, struct pv_fault *fault)
{
    bool dotenv = origin == PV_FROM_DOTENV;
    char *name = trim(line);
    if (dotenv && strncmp(name, "export ", 7) == 0)
        name = trim(name + 7);
    char *equals = strchr(name, '=');
    if (*name == '\0' || *name == '#')
        return true;
    if (equals == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED, "%s:%d: there is no = in '%s'", path, number, name);
        return false;
    }
    *equals = '\0';
    int setting = find(trim(name), dotenv);
    if (setting >= 0) {
        char place[PLACE_MAX_BYTES];
        (void)snprintf(place, sizeof place, "%s:%d: ", path, number);
        return set_copy(config, setting, unquote(equals + 1), place, origin, fault);
    }
    if (dotenv && strncmp(name, "PHOTOVOTE_", 10) != 0)
        return true;
    pv_fault_set(fault, PV_FAULT_KIND_DAMAGED, "%s:%d: there is no setting '%s'; see `photovote config show`",
                 path, number, trim(name));
    return false;
}

/* The next line without its end. False: there is none, or it cannot be taken, and *problem tells why. */
static bool next_line(FILE *file, char line[LINE_MAX_BYTES], const char **problem)
{
    size_t len = 0;
    int c = getc(file);
    if (c == EOF)
        return false;
    for (; c != EOF && c != '\n'; c = getc(file)) {
        if (c == '\0' || len + 1 == LINE_MAX_BYTES) {
            *problem = c == '\0' ? "there is a NUL byte in the line" : "the line is too long";
            return false;
        }
        line[len++] = (char)c;
    }
    line[len] = '\0';
    return true;
}

static bool read_file(struct pv_config *config, const char *path, bool must_exist, enum pv_origin origin,
                      struct pv_fault *fault)
{
    char line[LINE_MAX_BYTES];
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        if (!must_exist && errno == ENOENT)
            return true;
        pv_fault_set(fault, PV_FAULT_KIND_IO, "cannot read %s: %s", path, strerror(errno));
        return false;
    }
    bool sound = true;
    const char *problem = NULL;
    int number = 1;
    for (; sound && next_line(file, line, &problem); number++)
        sound = read_line(config, line, path, number, origin, fault);
    if (sound && problem != NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED, "%s:%d: %s", path, number, problem);
        sound = false;
    }
    if (sound && ferror(file)) {
        pv_fault_set(fault, PV_FAULT_KIND_IO, "cannot read %s: %s", path, strerror(errno));
        sound = false;
    }
    (void)fclose(file);
    return sound;
}

/* A name that looks like ours and is none is a misspelling that would be missed otherwise. */
static bool read_environment(struct pv_config *config, char *const *environment, struct pv_fault *fault)
{
    for (; *environment != NULL; environment++) {
        const char *equals = strchr(*environment, '=');
        char name[NAME_MAX_BYTES];
        if (equals == NULL || strncmp(*environment, "PHOTOVOTE_", 10) != 0)
            continue;
        (void)snprintf(name, sizeof name, "%.*s", (int)(equals - *environment), *environment);
        int setting = find(name, true);
        if (setting < 0) {
            pv_fault_set(fault, PV_FAULT_KIND_DAMAGED, "the environment has %s, and there is no such setting",
                         name);
            return false;
        }
        if (!set(config, setting, equals + 1, PV_FROM_ENVIRONMENT, fault))
            return false;
    }
    return true;
}

bool pv_config_load(struct pv_config *config, char *const *environment, struct pv_fault *fault)
{
    const char *path = config->file == NULL ? "photovote.conf" : config->file;
    for (int i = 0; i < PV_SETTING_COUNT; i++) {
        config->values[i] = rows[i].value;
        config->origins[i] = PV_FROM_DEFAULT;
    }
    if (!read_file(config, path, config->file != NULL, PV_FROM_FILE, fault) ||
        !read_file(config, ".env", false, PV_FROM_DOTENV, fault) ||
        !read_environment(config, environment, fault))
        return false;
    for (int i = 0; i < PV_SETTING_COUNT; i++) {
        if (config->flags[i] != NULL && !set(config, i, config->flags[i], PV_FROM_FLAG, fault))
            return false;
    }
    return true;
}

void pv_config_deinit(struct pv_config *config)
{
    for (int i = 0; i < PV_SETTING_COUNT; i++)
        free(config->owned[i]);
}

const char *pv_config_text(const struct pv_config *config, enum pv_setting setting)
{
    return config->values[setting];
}

int pv_config_number(const struct pv_config *config, enum pv_setting setting)
{
    return (int)strtol(config->values[setting], NULL, 10);
}

bool pv_config_switch(const struct pv_config *config, enum pv_setting setting)
{
    return strcmp(config->values[setting], "on") == 0;
}

void pv_config_print(const struct pv_config *config)
{
    for (int i = 0; i < PV_SETTING_COUNT; i++)
        (void)printf("%s = %s  # %s\n", rows[i].name, config->values[i], origin_names[config->origins[i]]);
}

void pv_config_print_sample(void)
{
    (void)printf("# Settings of photovote: NAME = VALUE, one a line. Each is here with its default.\n");
    for (int i = 0; i < PV_SETTING_COUNT; i++)
        (void)printf("\n# %s\n#%s =%s%s\n", rows[i].help, rows[i].name, *rows[i].value == '\0' ? "" : " ",
                     rows[i].value);
}
