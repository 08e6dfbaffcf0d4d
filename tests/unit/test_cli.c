/* The command line: tables of options and arguments, what is refused and how, numbers, and the forms of
   SOURCE, DEST and CACHE. */
#include "check.h"
#include "cli.h"
#include "spec.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static const char *dest, *name, *source;
static bool quiet;

static const struct pv_cli_option options[] = {
    {'o', NULL, "DEST", "where to", &dest, NULL},
    {0, "name", "NAME", "what it is called", &name, NULL},
    {'q', "quiet", NULL, "say nothing", NULL, &quiet},
};
static const struct pv_cli_argument arguments[] = {{"SOURCE", &source}};
static const struct pv_cli_command command = {
    "photovote-test", "copy", "SOURCE -o DEST", "Copies.", "Exit status: 0.", options, 3, arguments, 1};

/* What the last run printed on standard output and standard error. */
static char printed[2][2048];

static int redirect(int fd, FILE **file)
{
    *file = tmpfile();
    check_true(*file != NULL);
    int saved = dup(fd);
    check_true(saved >= 0 && dup2(fileno(*file), fd) == fd);
    return saved;
}

static void restore(int fd, int saved, FILE *file, char *text, size_t size)
{
    check_true(dup2(saved, fd) == fd);
    (void)close(saved);
    rewind(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    (void)fclose(file);
}

static int run(int argc, const char *const *words)
{
    char *argv[12] = {NULL};
    check_true(argc < 12);
    for (int i = 0; i < argc; i++)
        check_true((argv[i] = strdup(words[i])) != NULL);
    dest = name = source = NULL;
    quiet = false;
    FILE *files[2];
    (void)fflush(NULL);
    int out = redirect(STDOUT_FILENO, &files[0]), err = redirect(STDERR_FILENO, &files[1]);
    int status = pv_cli_parse(&command, argc, argv);
    (void)fflush(NULL);
    restore(STDOUT_FILENO, out, files[0], printed[0], sizeof printed[0]);
    restore(STDERR_FILENO, err, files[1], printed[1], sizeof printed[1]);
    /* The targets borrow argv: what the tests look at is kept as one string. */
    static char kept[4096];
    (void)snprintf(kept, sizeof kept, "o=%s name=%s quiet=%d source=%s", dest ? dest : "-", name ? name : "-",
                   quiet, source ? source : "-");
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    name = kept;
    return status;
}

#define RUN(...)                                                                                             \
    run((int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)), (const char *[]){__VA_ARGS__})

static void check_accepted(int status, const char *expected)
{
    check_int(status, PV_CLI_RUN);
    assert_string_equal(name, expected);
    assert_string_equal(printed[1], "");
}

static void check_refused(int status, const char *sentence)
{
    char line[256];
    (void)snprintf(line, sizeof line, "photovote-test: %s; see 'photovote-test copy --help'\n", sentence);
    check_int(status, PV_EXIT_FAILED);
    assert_string_equal(printed[1], line);
    assert_string_equal(printed[0], "");
}

static void parse__options_in_every_spelling__are_taken(void **state)
{
    (void)state;
    check_accepted(RUN("copy", "in", "-o", "out"), "o=out name=- quiet=0 source=in");
    check_accepted(RUN("copy", "-oout", "in"), "o=out name=- quiet=0 source=in");
    check_accepted(RUN("copy", "--name", "N", "in", "-q"), "o=- name=N quiet=1 source=in");
    check_accepted(RUN("copy", "--name=a=b", "--quiet", "in"), "o=- name=a=b quiet=1 source=in");
    check_accepted(RUN("copy", "--name=", "in"), "o=- name= quiet=0 source=in");
}

static void parse__dashes__are_values_and_arguments(void **state)
{
    (void)state;
    check_accepted(RUN("copy", "-"), "o=- name=- quiet=0 source=-");
    check_accepted(RUN("copy", "--", "--name"), "o=- name=- quiet=0 source=--name");
    check_accepted(RUN("copy", "--name", "--", "in"), "o=- name=-- quiet=0 source=in");
    check_accepted(RUN("copy", "--name", "-q", "in"), "o=- name=-q quiet=0 source=in");
}

static void parse__unknown_options__are_refused(void **state)
{
    (void)state;
    check_refused(RUN("copy", "--nam", "N", "in"), "unknown option '--nam'");
    check_refused(RUN("copy", "--names=N", "in"), "unknown option '--names'");
    check_refused(RUN("copy", "-x", "in"), "unknown option '-x'");
    check_refused(RUN("copy", "---", "in"), "unknown option '---'");
    check_refused(RUN("copy", "--help=1", "in"), "unknown option '--help'");
}

static void parse__values__are_refused_where_they_do_not_fit(void **state)
{
    (void)state;
    check_refused(RUN("copy", "in", "--name"), "a value is missing after '--name'");
    check_refused(RUN("copy", "in", "-o"), "a value is missing after '-o'");
    check_refused(RUN("copy", "in", "--quiet=1"), "no value can be given to '--quiet'");
    check_refused(RUN("copy", "in", "-qx"), "no value can be given to '-q'");
    check_refused(RUN("copy", "in", "-q", "--quiet"), "given twice: '--quiet'");
    check_refused(RUN("copy", "in", "--name=a", "--name", "b"), "given twice: '--name'");
}

static void parse__arguments__are_counted(void **state)
{
    (void)state;
    check_refused(RUN("copy"), "missing argument 'SOURCE'");
    check_refused(RUN("copy", "a", "b"), "unexpected argument 'b'");
    check_refused(RUN("copy", "a", "--", "-b"), "unexpected argument '-b'");
}

static void parse__help_and_version__are_printed(void **state)
{
    (void)state;
    check_int(RUN("copy", "--help"), PV_EXIT_OK);
    assert_string_equal(printed[0], "Usage: photovote-test copy SOURCE -o DEST\n\nCopies.\n\nOptions:\n"
                                    "  -o DEST               where to\n"
                                    "  --name NAME           what it is called\n"
                                    "  -q, --quiet           say nothing\n"
                                    "  -h, --help            show this help\n"
                                    "  --version             show the version\n"
                                    "\nExit status: 0.\n");
    check_int(RUN("copy", "-h"), PV_EXIT_OK);
    check_int(RUN("copy", "--version"), PV_EXIT_OK);
    check_int(strncmp(printed[0], "photovote-test 0.", 17), 0);
    check_int(RUN("copy", "--", "--version"), PV_CLI_RUN);
}

static void error__what_could_drive_a_terminal__is_replaced(void **state)
{
    (void)state;
    check_refused(RUN("copy", "a", "\x1b[31m\n\x7f\xc2\x9bz\xc3\xa9"),
                  "unexpected argument '?[31m????z\xc3\xa9'");
}

static void digits__at_the_limit__are_read_and_beyond_it_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t max;
        bool sound;
        uint64_t value;
    } cases[] = {
        {"0", UINT64_MAX, true, 0},
        {"007", 7, true, 7},
        {"8", 7, false, 0},
        {"9", 10, true, 9},
        {"10", 10, true, 10},
        {"11", 10, false, 0},
        {"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
        {"18446744073709551616", UINT64_MAX, false, 0},
        {"99999999999999999999", UINT64_MAX, false, 0},
        {"", 9, false, 0},
        {"-1", 9, false, 0},
        {"+1", 9, false, 0},
        {" 1", 9, false, 0},
        {"1x", 9, false, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t value = 4711;
        check_int(pv_cli_digits(cases[i].text, cases[i].max, &value), cases[i].sound);
        check_true(value == (cases[i].sound ? cases[i].value : 4711));
    }
}

static void spec__each_form__is_told_by_its_prefix(void **state)
{
    (void)state;
    struct pv_spec spec;
    check_true(pv_spec_source("-", &spec) == NULL && spec.kind == PV_SPEC_PATH);
    assert_string_equal(spec.path, "-");
    check_true(pv_spec_source("file:x", &spec) == NULL && spec.kind == PV_SPEC_PATH);
    assert_string_equal(spec.path, "file:x");
    check_true(pv_spec_source("sqlite:a:b", &spec) == NULL && spec.kind == PV_SPEC_SQLITE);
    assert_string_equal(spec.path, "a:b");
    check_true(pv_spec_dest("./file:x", &spec) == NULL && spec.kind == PV_SPEC_PATH);
    check_true(pv_spec_dest("./esdb://x", &spec) == NULL && spec.kind == PV_SPEC_PATH);
    check_true(pv_spec_cache("file:d", &spec) == NULL && spec.kind == PV_SPEC_DIR);
    check_true(pv_spec_cache("sqlite:d", &spec) == NULL && spec.kind == PV_SPEC_SQLITE);
}

static void spec__what_no_adapter_takes__is_refused(void **state)
{
    (void)state;
    struct pv_spec spec = {.path = "untouched"};
    check_true(pv_spec_source("", &spec) != NULL);
    check_true(pv_spec_source("sqlite:", &spec) != NULL);
    check_true(pv_spec_source("esdb://host:2113", &spec) != NULL);
    check_true(pv_spec_source("esdb+discover://host", &spec) != NULL);
    check_true(pv_spec_source("kurrentdb://host", &spec) != NULL);
    check_true(pv_spec_dest("-", &spec) != NULL);
    check_true(pv_spec_dest("file:x", &spec) != NULL);
    check_true(pv_spec_dest("kurrentdb+discover://host", &spec) != NULL);
    check_true(pv_spec_cache("dir", &spec) != NULL);
    check_true(pv_spec_cache("file:", &spec) != NULL);
    check_true(pv_spec_cache("sqlite:", &spec) != NULL);
    check_true(pv_spec_cache("cosmos:AccountEndpoint=x", &spec) != NULL);
    assert_string_equal(spec.path, "untouched");
}

static void interrupt__the_first_signal__is_only_noted(void **state)
{
    (void)state;
    pv_cli_catch_interrupt();
    check_true(!pv_cli_interrupted());
    check_int(raise(SIGINT), 0);
    check_true(pv_cli_interrupted());
    struct sigaction now;
    check_int(sigaction(SIGINT, NULL, &now), 0);
    check_true(now.sa_handler == SIG_DFL);
}

static void limit__of_a_file_s_size__fails_the_write_only(void **state)
{
    (void)state;
    struct sigaction now;
    pv_cli_catch_interrupt();
    check_int(sigaction(SIGXFSZ, NULL, &now), 0);
    check_true(now.sa_handler == SIG_IGN);
}

/* The signal was there before the call began to wait, as it can be after any look at the flag. */
static void interrupt__before_a_read__ends_its_waiting(void **state)
{
    (void)state;
    int ends[2];
    char byte;
    check_int(pipe(ends), 0);
    pv_cli_catch_interrupt();
    for (int i = 0; i < 2; i++) {
        if (i == 0)
            check_int(raise(SIGTERM), 0);
        check_int(read(ends[0], &byte, 1), -1);
        check_int(errno, EINTR);
    }
    (void)signal(SIGALRM, SIG_IGN);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(parse__options_in_every_spelling__are_taken),
    cmocka_unit_test(parse__dashes__are_values_and_arguments),
    cmocka_unit_test(parse__unknown_options__are_refused),
    cmocka_unit_test(parse__values__are_refused_where_they_do_not_fit),
    cmocka_unit_test(parse__arguments__are_counted),
    cmocka_unit_test(parse__help_and_version__are_printed),
    cmocka_unit_test(error__what_could_drive_a_terminal__is_replaced),
    cmocka_unit_test(digits__at_the_limit__are_read_and_beyond_it_refused),
    cmocka_unit_test(spec__each_form__is_told_by_its_prefix),
    cmocka_unit_test(spec__what_no_adapter_takes__is_refused),
    cmocka_unit_test(interrupt__the_first_signal__is_only_noted),
    cmocka_unit_test(limit__of_a_file_s_size__fails_the_write_only),
    cmocka_unit_test(interrupt__before_a_read__ends_its_waiting),
};
CHECK_MAIN(tests, 12)
