/* The configuration of photovote: where values come from, and what is wrong with them. */
#include "check.h"
#include "config.h"
#include "workdir.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct workdir dir;
static char home[4096];
static struct pv_config config;
static struct pv_fault fault;

static int set_up(void **state)
{
    (void)state;
    workdir_make(&dir);
    check_true(getcwd(home, sizeof home) != NULL && chdir(workdir_file(&dir, ".")) == 0);
    memset(&config, 0, sizeof config);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    pv_config_deinit(&config);
    check_int(chdir(home), 0);
    workdir_remove(&dir);
    return 0;
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    check_true(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void check_text(const char *actual, const char *expected)
{
    check_str(((struct pv_str){actual, strlen(actual)}), expected);
}

static bool load(char *const *environment)
{
    return pv_config_load(&config, environment, &fault);
}

static char *const nothing[] = {NULL};

static void check_refused(char *const *environment, const char *says)
{
    if (load(environment))
        fail_msg("it was taken, and not refused with: %s", says);
    if (strstr(fault.text, says) == NULL)
        fail_msg("the fault is \"%s\" and not \"%s\"", fault.text, says);
}

static void defaults__are_there_without_anything(void **state)
{
    (void)state;
    check_true(load(nothing));
    check_text(pv_config_text(&config, PV_SET_LISTEN), "127.0.0.1");
    check_int(pv_config_number(&config, PV_SET_PORT), 8080);
    check_true(pv_config_switch(&config, PV_SET_OWN_ISSUER));
    for (int i = 0; i < PV_SETTING_COUNT; i++)
        check_int(config.origins[i], PV_FROM_DEFAULT);
}

/* Each of them sets the port and one more; the first that has it wins. */
static void origins__flag_environment_dotenv_file_default(void **state)
{
    char *const environment[] = {(char[]){"HOME=/"}, (char[]){"PHOTOVOTE_PORT=3"},
                                 (char[]){"PHOTOVOTE_QUEUE=33"}, NULL};
    (void)state;
    put("photovote.conf", "port = 1\nstreams = 11\n");
    put(".env", "PHOTOVOTE_PORT=2\nexport PHOTOVOTE_LOG_LEVEL=\"debug\"\nANOTHERS=1\n");
    check_true(load(nothing));
    check_int(pv_config_number(&config, PV_SET_PORT), 2);
    check_int(config.origins[PV_SET_PORT], PV_FROM_DOTENV);
    check_int(pv_config_number(&config, PV_SET_STREAMS), 11);
    check_int(config.origins[PV_SET_STREAMS], PV_FROM_FILE);
    check_text(pv_config_text(&config, PV_SET_LOG_LEVEL), "debug");
    check_true(load(environment));
    check_int(pv_config_number(&config, PV_SET_PORT), 3);
    check_int(config.origins[PV_SET_PORT], PV_FROM_ENVIRONMENT);
    config.flags[PV_SET_PORT] = "4";
    check_true(load(environment));
    check_int(pv_config_number(&config, PV_SET_PORT), 4);
    check_int(config.origins[PV_SET_PORT], PV_FROM_FLAG);
    check_int(pv_config_number(&config, PV_SET_QUEUE), 33);
    check_int(pv_config_number(&config, PV_SET_STREAMS), 11);
}

static void files__have_remarks_quotes_and_space(void **state)
{
    (void)state;
    put("photovote.conf",
        "# a remark\n\n  data=  'a # b'   \naudience = club # ours\nbase-url = \"http://x.example/#a\"\r\n");
    check_true(load(nothing));
    check_text(pv_config_text(&config, PV_SET_DATA), "a # b");
    check_text(pv_config_text(&config, PV_SET_AUDIENCE), "club");
    check_text(pv_config_text(&config, PV_SET_BASE_URL), "http://x.example/#a");
}

static void files__have_remarks_behind_quotes_and_instead_of_a_value(void **state)
{
    static const struct {
        const char *line, *value;
    } tries[] = {{"data = 'a' # b", "a"},   {"data = \"a # b\"\t# 'c'", "a # b"},
                 {"data = # none", ""},     {"data =#a", "#a"},
                 {"data = a\t#b", "a"},     {"data = 'a' b'", "a' b"},
                 {"data = 'a'#b", "'a'#b"}, {"data = '", "'"},
                 {"data = ''", ""},         {"data = 'a\" # b", "'a\""},
                 {"data = a # b # c", "a"}};
    (void)state;
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        put("photovote.conf", tries[i].line);
        check_true(load(nothing));
        check_text(pv_config_text(&config, PV_SET_DATA), tries[i].value);
    }
}

static void numbers__at_their_bounds(void **state)
{
    static const struct {
        const char *text;
        bool good;
    } tries[] = {{"0", true}, {"65535", true}, {"65536", false}, {"-1", false},
                 {"", false}, {"1x", false},   {" 1", false},    {"99999999999999999999", false}};
    (void)state;
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        config.flags[PV_SET_PORT] = tries[i].text;
        if (tries[i].good)
            check_true(load(nothing));
        else
            check_refused(nothing, "port (from the flag): '");
    }
    config.flags[PV_SET_PORT] = NULL;
    config.flags[PV_SET_QUEUE] = "0";
    check_refused(nothing, "is not a number from 1 to 1048576");
}

static void switches__are_on_or_off(void **state)
{
    (void)state;
    config.flags[PV_SET_OWN_ISSUER] = "off";
    check_true(load(nothing) && !pv_config_switch(&config, PV_SET_OWN_ISSUER));
    config.flags[PV_SET_OWN_ISSUER] = "yes";
    check_refused(nothing, "own-issuer (from the flag): 'yes' is neither on nor off");
}

static void mistakes__are_named_with_file_and_line(void **state)
{
    char *const misspelt[] = {(char[]){"PHOTOVOTE_PROT=1"}, NULL};
    char *const wrong[] = {(char[]){"PHOTOVOTE_PORT=x"}, NULL};
    char line[5000];
    (void)state;
    check_refused(misspelt, "the environment has PHOTOVOTE_PROT");
    check_refused(wrong, "port (from the environment): 'x' is not a number");
    put("photovote.conf", "port = 1\nprot = 2\n");
    check_refused(nothing, "photovote.conf:2: there is no setting 'prot'");
    put("photovote.conf", "port 1\n");
    check_refused(nothing, "photovote.conf:1: there is no =");
    put("photovote.conf", "port = many\n");
    check_refused(nothing, "photovote.conf:1: port (from the file): 'many'");
    put("photovote.conf", "port = 1\nown-issuer = 1\n");
    check_refused(nothing, "photovote.conf:2: own-issuer (from the file): '1' is neither on nor off");
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\0';
    put("photovote.conf", line);
    check_refused(nothing, "photovote.conf:1: the line is too long");
    FILE *file = fopen("photovote.conf", "w");
    check_true(file != NULL &&
               fwrite("port=80\0"
                      "80\nqueue=1\n",
                      1, 19, file) == 19 &&
               fclose(file) == 0);
    check_refused(nothing, "photovote.conf:1: there is a NUL byte");
    check_int(unlink("photovote.conf"), 0);
    put(".env", "PHOTOVOTE_PORT=x\n");
    check_refused(nothing, ".env:1: port (from the .env): 'x'");
    put(".env", "PHOTOVOTE_NOTHING=1\n");
    check_refused(nothing, ".env:1: there is no setting");
    check_int(unlink(".env"), 0);
    config.file = "missing.conf";
    check_refused(nothing, "cannot read missing.conf: No such file");
    config.file = ".";
    check_refused(nothing, "cannot read .: Is a directory");
}

static void options__one_a_setting_and_the_file(void **state)
{
    struct pv_cli_option options[PV_CONFIG_OPTIONS];
    (void)state;
    pv_config_options(&config, options);
    check_text(options[PV_SET_HTTP_THREADS].name, "http-threads");
    check_true(options[PV_SET_HTTP_THREADS].value == &config.flags[PV_SET_HTTP_THREADS]);
    check_text(options[PV_SETTING_COUNT].name, "config");
    for (int i = 0; i < PV_CONFIG_OPTIONS; i++)
        check_true(options[i].help != NULL && options[i].value_name != NULL);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    CASE(defaults__are_there_without_anything),
    CASE(origins__flag_environment_dotenv_file_default),
    CASE(files__have_remarks_quotes_and_space),
    CASE(files__have_remarks_behind_quotes_and_instead_of_a_value),
    CASE(numbers__at_their_bounds),
    CASE(switches__are_on_or_off),
    CASE(mistakes__are_named_with_file_and_line),
    CASE(options__one_a_setting_and_the_file),
};

CHECK_MAIN(tests, 8)
