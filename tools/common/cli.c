#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { HELP_COLUMN = 22, LINE_MAX_BYTES = 4096, REMIND_NS = 50000000 };

/* One run over a command line. */
struct parse {
    const struct pv_cli_command *command;
    int argc, at;
    char **argv;
    uint64_t seen;    /* a bit an option */
    size_t arguments; /* so far */
};

/* --- printing --- */

/* Control characters, C1 ones in UTF-8 included, would let a name drive the terminal. */
static void make_printable(char *text)
{
    for (unsigned char *p = (unsigned char *)text; *p != 0; p++) {
        if (*p < 0x20 || *p == 0x7f || (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0))
            *p = '?';
        if (*p == '?' && p[1] >= 0x80 && p[1] < 0xa0)
            p[1] = '?';
    }
}

void pv_cli_error(const char *program, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    int len = snprintf(line, sizeof line, "%s: ", program);
    size_t used = len < 0 ? 0 : (size_t)len < sizeof line ? (size_t)len : sizeof line - 1;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line + used, sizeof line - used, format, args);
    va_end(args);
    make_printable(line);
    (void)fprintf(stderr, "%s\n", line);
}

/* Standard output is the result: a full disk or a closed pipe must not look like success. */
static int flush_stdout(const char *program)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return PV_EXIT_OK;
    pv_cli_error(program, "cannot write to standard output: %s", strerror(errno));
    return PV_EXIT_FAILED;
}

int pv_cli_print(const char *program, const char *text)
{
    (void)fputs(text, stdout);
    return flush_stdout(program);
}

int pv_cli_version(const char *program)
{
    (void)printf("%s %s\n", program, PV_VERSION);
    return flush_stdout(program);
}

static void print_option(char letter, const char *name, const char *value_name, const char *help)
{
    char left[128];
    const char initial[] = {'-', letter, letter && name ? ',' : '\0', ' ', '\0'};
    int len = snprintf(left, sizeof left, "  %s%s%s%s%s", letter ? initial : "", name ? "--" : "",
                       name ? name : "", value_name ? " " : "", value_name ? value_name : "");
    (void)printf("%s%*s  %s\n", left, len < HELP_COLUMN ? HELP_COLUMN - len : 0, "", help);
}

static int print_help(const struct pv_cli_command *command)
{
    (void)printf("Usage: %s%s%s %s\n\n%s\n\nOptions:\n", command->program, command->name ? " " : "",
                 command->name ? command->name : "", command->synopsis, command->summary);
    for (size_t i = 0; i < command->option_count; i++) {
        const struct pv_cli_option *option = &command->options[i];
        print_option(option->letter, option->name, option->value_name, option->help);
    }
    print_option('h', "help", NULL, "show this help");
    print_option(0, "version", NULL, "show the version");
    if (command->notes != NULL)
        (void)printf("\n%s\n", command->notes);
    return flush_stdout(command->program);
}

/* --- streams that are closed --- */

void pv_cli_hold_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        /* open() gives the lowest that is free. The wrong way round, so that reads and writes are refused. */
        if (fcntl(fd, F_GETFD) < 0)
            (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

/* --- parsing --- */

static int usage_error(const struct parse *parse, const char *what, const char *which, size_t len)
{
    const struct pv_cli_command *command = parse->command;
    pv_cli_error(command->program, "%s '%.*s'; see '%s%s%s --help'", what, (int)len, which, command->program,
                 command->name ? " " : "", command->name ? command->name : "");
    return PV_EXIT_FAILED;
}

static bool is_named(const struct pv_cli_option *option, const char *name, size_t len)
{
    return option->name != NULL && strlen(option->name) == len && memcmp(option->name, name, len) == 0;
}

/* `value` is what came attached to the option (NULL: nothing); `word` is how the user wrote it. */
static int take_option(struct parse *parse, size_t index, const char *value, const char *word, size_t len)
{
    const struct pv_cli_option *option = &parse->command->options[index];
    if (parse->seen >> index & 1)
        return usage_error(parse, "given twice:", word, len);
    parse->seen |= (uint64_t)1 << index;
    if (option->value_name == NULL) {
        if (value != NULL)
            return usage_error(parse, "no value can be given to", word, len);
        *option->given = true;
        return PV_CLI_RUN;
    }
    if (value == NULL) {
        if (parse->at + 1 >= parse->argc)
            return usage_error(parse, "a value is missing after", word, len);
        value = parse->argv[++parse->at];
    }
    *option->value = value;
    return PV_CLI_RUN;
}

static int take_long(struct parse *parse, const char *word)
{
    const char *equals = strchr(word, '=');
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    for (size_t i = 0; i < parse->command->option_count; i++) {
        if (is_named(&parse->command->options[i], word + 2, len - 2))
            return take_option(parse, i, equals ? equals + 1 : NULL, word, len);
    }
    if (strcmp(word, "--help") == 0)
        return print_help(parse->command);
    if (strcmp(word, "--version") == 0)
        return pv_cli_version(parse->command->program);
    return usage_error(parse, "unknown option", word, len);
}

static int take_short(struct parse *parse, const char *word)
{
    for (size_t i = 0; i < parse->command->option_count; i++) {
        if (parse->command->options[i].letter == word[1])
            return take_option(parse, i, word[2] ? word + 2 : NULL, word, 2);
    }
    if (strcmp(word, "-h") == 0)
        return print_help(parse->command);
    return usage_error(parse, "unknown option", word, strlen(word));
}

static int take_argument(struct parse *parse, const char *word)
{
    if (parse->arguments == parse->command->argument_count)
        return usage_error(parse, "unexpected argument", word, strlen(word));
    *parse->command->arguments[parse->arguments++].value = word;
    return PV_CLI_RUN;
}

int pv_cli_parse(const struct pv_cli_command *command, int argc, char **argv)
{
    struct parse parse = {.command = command, .argc = argc, .at = 1, .argv = argv};
    bool options = true;
    for (; parse.at < argc; parse.at++) {
        const char *word = argv[parse.at];
        int status;
        if (options && strcmp(word, "--") == 0) {
            options = false;
            continue;
        }
        if (!options || word[0] != '-' || word[1] == '\0')
            status = take_argument(&parse, word);
        else if (word[1] == '-')
            status = take_long(&parse, word);
        else
            status = take_short(&parse, word);
        if (status != PV_CLI_RUN)
            return status;
    }
    if (parse.arguments < command->argument_count) {
        const char *name = command->arguments[parse.arguments].name;
        return usage_error(&parse, "missing argument", name, strlen(name));
    }
    return PV_CLI_RUN;
}

bool pv_cli_digits(const char *text, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        uint64_t digit = (uint64_t)(*text - '0');
        if (digit > max || value > (max - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

/* --- Ctrl-C --- */

static volatile sig_atomic_t interrupted;
static timer_t reminder;
static bool reminds;

static void on_reminder(int number)
{
    (void)number; /* it is there to end a call that waits */
}

/* A signal that comes between a look at `interrupted` and a call that waits does not end that waiting. So
   from the first one on the timer sends others. */
static void on_signal(int number)
{
    static const struct itimerspec often = {{0, REMIND_NS}, {0, REMIND_NS}};
    int error = errno;
    (void)number;
    interrupted = 1;
    if (reminds)
        (void)timer_settime(reminder, 0, &often, NULL);
    errno = error;
}

/* No SA_RESTART: calls that wait fail with EINTR. */
static void catch_signal(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags}, before;
    (void)sigemptyset(&action.sa_mask);
    /* What the parent had us ignore (nohup) stays ignored. */
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        (void)sigaction(number, &action, NULL);
}

void pv_cli_catch_interrupt(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    catch_signal(SIGALRM, on_reminder, 0);
    if (!reminds)
        reminds = timer_create(CLOCK_MONOTONIC, &event, &reminder) == 0;
    catch_signal(SIGXFSZ, SIG_IGN,
                 0); /* a write beyond the limit fails then, and that is told like a full disk */
    catch_signal(SIGINT, on_signal, (int)SA_RESETHAND);
    catch_signal(SIGTERM, on_signal, (int)SA_RESETHAND);
    catch_signal(SIGHUP, on_signal, (int)SA_RESETHAND);
}

bool pv_cli_interrupted(void)
{
    return interrupted != 0;
}
