/* token and invite: what the server's own key signs. */
#include "aggregates.h"
#include "invite.h"
#include "parts.h"
#include "photovote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400, DAYS_MAX = 3660, MEMORY_LIMIT = 1 << 30 };

static struct pv_str borrow(const char *text)
{
    return (struct pv_str){text, text == NULL ? 0 : strlen(text)};
}

static int wrong(const char *option, const char *value, const char *why)
{
    pv_cli_error(PROGRAM, "%s '%s': %s", option, value, why);
    return PV_EXIT_FAILED;
}

static int no_memory(void)
{
    pv_cli_error(PROGRAM, "out of memory");
    return PV_EXIT_FAILED;
}

static int64_t now_s(const struct pv_clock *clock)
{
    return pv_clock_now(clock).us / 1000000;
}

/* --days. False: reported. */
static bool read_days(const char *text, int64_t *days)
{
    uint64_t number;
    if (pv_cli_digits(text, DAYS_MAX, &number) && number > 0) {
        *days = (int64_t)number;
        return true;
    }
    (void)wrong("--days", text, "must be a number from 1 to 3660");
    return false;
}

static bool read_election(const char *text, struct pv_election_id *id)
{
    if (pv_ulid_parse(borrow(text), &id->bits) == PV_CODE_NONE)
        return true;
    (void)wrong("election", text, "is not an election's id (26 characters)");
    return false;
}

static unsigned role_of(const char *name)
{
    static const struct {
        const char *name;
        unsigned role;
    } roles[] = {
        {"administrator", PV_ROLE_ADMINISTRATOR}, {"voter", PV_ROLE_VOTER}, {"auditor", PV_ROLE_AUDITOR}};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        if (strcmp(name, roles[i].name) == 0)
            return roles[i].role;
    }
    return 0;
}

/* Signs and prints. */
static int print_token(const struct pv_config *config, struct pv_own_token *token, int64_t days)
{
    struct pv_clock clock;
    struct pv_own_keys keys;
    struct pv_fault fault;
    struct pv_buffer text = {NULL, 0, 0};
    pv_system_clock(&clock);
    if (!pv_make_data_directory(config, &fault) ||
        !pv_own_keys_open(pv_config_text(config, PV_SET_DATA), &clock, &keys, &fault))
        return pv_fail(&fault);
    token->issuer = PV_STR(PV_OWN_ISSUER);
    token->audience = borrow(pv_config_text(config, PV_SET_AUDIENCE));
    token->issued = now_s(&clock);
    token->expires = token->issued + days * DAY_S;
    enum pv_result result = pv_own_token_sign(token, keys.current, &text);
    pv_own_keys_deinit(&keys);
    int status = PV_EXIT_FAILED;
    if (result == PV_OK) {
        (void)printf("%.*s\n", (int)text.len, text.bytes);
        status = pv_cli_print(PROGRAM, "");
    } else if (result == PV_REFUSED) {
        (void)wrong("SUBJECT", token->subject.ptr, "must be 1 to 255 bytes of UTF-8");
    } else {
        (void)no_memory();
    }
    pv_buffer_deinit(&text);
    return status;
}

int pv_run_token(int argc, char **argv, char *const *environment)
{
    const char *role = NULL, *days_text = "30", *election_text = NULL, *email = NULL, *subject = NULL;
    const struct pv_cli_option own[] = {
        {'r', "role", "ROLE", "administrator, voter or auditor", &role, NULL},
        {0, "days", "N", "how long it is good (30)", &days_text, NULL},
        {0, "election", "ID", "good for this election only", &election_text, NULL},
        {0, "email", "ADDRESS", "of a voter whose SUBJECT is no VoterId", &email, NULL},
    };
    const struct pv_cli_argument arguments[] = {{"SUBJECT", &subject}};
    const struct pv_line line = {
        "token",
        "--role ROLE [OPTIONS] SUBJECT",
        "Prints a token for SUBJECT (a name, or a voter's VoterId), signed by the key in the\n"
        "data directory, which is made if there is none.",
        NULL,
        own,
        sizeof own / sizeof *own,
        arguments,
        1};
    struct pv_config config;
    struct pv_election_id election;
    int64_t days;
    int status = pv_read_line(&line, argc, argv, environment, &config);
    if (status != PV_CLI_RUN)
        return status;
    unsigned roles = role == NULL ? 0 : role_of(role);
    if (roles == 0) {
        status = wrong("--role", role == NULL ? "" : role, "must be administrator, voter or auditor");
    } else if (!read_days(days_text, &days) ||
               (election_text != NULL && !read_election(election_text, &election))) {
        status = PV_EXIT_FAILED;
    } else {
        struct pv_own_token token = {.subject = borrow(subject),
                                     .email = borrow(email),
                                     .roles = roles,
                                     .election = election_text == NULL ? NULL : &election};
        status = print_token(&config, &token, days);
    }
    pv_config_deinit(&config);
    return status;
}

/* invite */

static int write_stdout(void *context, const char *bytes, size_t len)
{
    (void)context;
    return fwrite(bytes, 1, len, stdout) == len ? 0 : -1;
}

static int print_invites(const struct pv_config *config, const struct pv_election *election,
                         const struct pv_own_keys *keys, const struct pv_clock *clock, int64_t days)
{
    struct pv_invites invites = {
        .key = keys->current,
        .base = borrow(pv_config_text(config, PV_SET_BASE_URL)),
        .issuer = PV_STR(PV_OWN_ISSUER),
        .audience = borrow(pv_config_text(config, PV_SET_AUDIENCE)),
        .issued = now_s(clock),
        .expires = now_s(clock) + days * DAY_S,
    };
    struct pv_out *out = malloc(sizeof *out);
    size_t count;
    if (out == NULL)
        return no_memory();
    pv_out_init(out, write_stdout, NULL);
    enum pv_result result = pv_invites_write(&invites, election, out, &count);
    bool printed = pv_out_flush(out);
    free(out);
    if (result == PV_REFUSED)
        return wrong("base-url", invites.base.ptr,
                     "is not a web address with a host, without query and fragment");
    if (result != PV_OK)
        return no_memory();
    return printed ? pv_cli_print(PROGRAM, "") : wrong("standard output", "", "cannot be written");
}

/* Opens what is needed, and closes it. */
static int invite(const struct pv_config *config, struct pv_election_id id, int64_t days)
{
    struct pv_clock clock;
    struct pv_own_keys keys;
    struct pv_event_store store;
    struct pv_fault fault;
    struct pv_seed seed;
    int status = PV_EXIT_FAILED;
    pv_system_clock(&clock);
    clock.ops->random(clock.self, (unsigned char *)&seed, sizeof seed);
    if (!pv_own_keys_open(pv_config_text(config, PV_SET_DATA), &clock, &keys, &fault))
        return pv_fail(&fault);
    if (!pv_open_config_store(config, PV_OPEN_READ, &store, &fault)) {
        pv_own_keys_deinit(&keys);
        return pv_fail(&fault);
    }
    struct pv_aggregates *aggregates = pv_aggregates_new(&store, seed, MEMORY_LIMIT, NULL);
    struct pv_aggregate *aggregate = aggregates == NULL ? NULL : pv_aggregates_get(aggregates, id, &fault);
    if (aggregates == NULL)
        status = no_memory();
    else if (aggregate == NULL)
        status = pv_fail(&fault);
    else if (aggregate->last_number < 0)
        pv_cli_error(PROGRAM, "the store has no such election");
    else
        status = print_invites(config, &aggregate->election, &keys, &clock, days);
    pv_aggregates_free(aggregates);
    store.ops->close(store.self);
    pv_own_keys_deinit(&keys);
    return status;
}

int pv_run_invite(int argc, char **argv, char *const *environment)
{
    const char *days_text = "30", *election_text = NULL;
    const struct pv_cli_option own[] = {
        {0, "days", "N", "how long the links are good (30)", &days_text, NULL}};
    const struct pv_cli_argument arguments[] = {{"ELECTION", &election_text}};
    const struct pv_line line = {
        "invite",
        "[OPTIONS] ELECTION",
        "Prints a line for each voter of an election: email, name, and a link that lets that\n"
        "voter in, with tabs between them. A link is as good as the voter's own word: keep it\n"
        "between you.",
        NULL,
        own,
        1,
        arguments,
        1};
    struct pv_config config;
    struct pv_election_id id;
    int64_t days;
    int status = pv_read_line(&line, argc, argv, environment, &config);
    if (status != PV_CLI_RUN)
        return status;
    if (read_days(days_text, &days) && read_election(election_text, &id))
        status = invite(&config, id, days);
    else
        status = PV_EXIT_FAILED;
    pv_config_deinit(&config);
    return status;
}
