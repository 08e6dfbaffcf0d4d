#include "provider.h"

#include "oidc_keys.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROLES = 3 };

struct pv_provider {
    const struct pv_config *config;
    const struct pv_log *log;
    struct pv_role_name roles[ROLES];
    size_t role_count;
    struct pv_http_fetching fetching;
    struct pv_oidc_keys *keys;

    pthread_t thread;
    bool runs;
    atomic_bool stop;
    pthread_mutex_t mutex;
    pthread_cond_t rung;
    bool ringing; /* under the mutex */
};

static struct pv_str setting(const struct pv_config *config, enum pv_setting which)
{
    const char *text = pv_config_text(config, which);
    return (struct pv_str){text, strlen(text)};
}

static void ring(struct pv_provider *provider)
{
    (void)pthread_mutex_lock(&provider->mutex);
    provider->ringing = true;
    (void)pthread_cond_signal(&provider->rung);
    (void)pthread_mutex_unlock(&provider->mutex);
}

static void wait_for_ring(struct pv_provider *provider, int64_t ms)
{
    struct timespec until;
    int status = 0;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)pthread_mutex_lock(&provider->mutex);
    while (!provider->ringing && status == 0)
        status = pthread_cond_timedwait(&provider->rung, &provider->mutex, &until);
    provider->ringing = false;
    (void)pthread_mutex_unlock(&provider->mutex);
}

/* What has been told already. */
struct told {
    bool failed;
    uint64_t generation;
};

/* A fault that goes on is told once, and so is each new set of keys. */
static void tell(struct pv_provider *provider, struct told *told)
{
    struct pv_fault fault;
    size_t count;
    bool failed = pv_oidc_keys_failed(provider->keys, &count, &fault);
    uint64_t generation = pv_oidc_keys_generation(provider->keys);
    char keys[24];
    (void)snprintf(keys, sizeof keys, "%zu", count);
    if (failed && !told->failed)
        pv_log_line(provider->log, PV_LOG_WARNING, "provider_keys_fault", "message", fault.text, "keys", keys,
                    (char *)NULL);
    else if (!failed && (told->failed || told->generation != generation))
        pv_log_line(provider->log, PV_LOG_INFO, "provider_keys", "keys", keys, (char *)NULL);
    *told = (struct told){failed, generation};
}

static void *renew_on(void *context)
{
    struct pv_provider *provider = context;
    struct told told = {false, 0};
    for (;;) {
        int64_t idle_ms = pv_oidc_keys_renew(provider->keys);
        if (atomic_load(&provider->stop))
            return NULL;
        tell(provider, &told);
        wait_for_ring(provider, idle_ms);
    }
}

static enum pv_result verify(void *self, const struct pv_jwt *jwt, enum pv_token_code *why)
{
    struct pv_provider *provider = self;
    enum pv_result result = pv_oidc_keys_verify(provider->keys, jwt, why);
    if (result == PV_REFUSED && *why == PV_TOKEN_KEYS_PENDING)
        ring(provider);
    return result;
}

static uint64_t generation(void *self)
{
    const struct pv_provider *provider = self;
    return pv_oidc_keys_generation(provider->keys);
}

/* A role without a name is given to nobody. */
static void read_roles(struct pv_provider *provider)
{
    static const struct {
        enum pv_setting setting;
        enum pv_role role;
    } all[ROLES] = {{PV_SET_OIDC_ROLE_ADMINISTRATOR, PV_ROLE_ADMINISTRATOR},
                    {PV_SET_OIDC_ROLE_VOTER, PV_ROLE_VOTER},
                    {PV_SET_OIDC_ROLE_AUDITOR, PV_ROLE_AUDITOR}};
    for (size_t i = 0; i < ROLES; i++) {
        struct pv_str name = setting(provider->config, all[i].setting);
        if (name.len > 0)
            provider->roles[provider->role_count++] = (struct pv_role_name){name, all[i].role};
    }
}

/* That what is used later, again and again, can be used. */
static bool check_settings(const struct pv_config *config, struct pv_fault *fault)
{
    const char *ca_file = pv_config_text(config, PV_SET_OIDC_CA_FILE);
    if (setting(config, PV_SET_OIDC_ROLES).len == 0) {
        pv_fault_set(fault, PV_FAULT_KIND_DAMAGED, "oidc-roles: must say which claim holds the roles");
        return false;
    }
    if (*ca_file == '\0')
        return true;
    FILE *file = fopen(ca_file, "re");
    if (file == NULL || fgetc(file) == EOF) {
        pv_fault_set(fault, PV_FAULT_KIND_IO, "oidc-ca-file: cannot read %s: %s", ca_file,
                     file == NULL || ferror(file) ? strerror(errno) : "it is empty");
        if (file != NULL)
            (void)fclose(file);
        return false;
    }
    (void)fclose(file);
    return true;
}

static bool open_keys(struct pv_provider *provider, const struct pv_clock *clock, struct pv_fault *fault)
{
    const struct pv_config *config = provider->config;
    const char *ca_file = pv_config_text(config, PV_SET_OIDC_CA_FILE);
    struct pv_fault why;
    provider->fetching.stop = &provider->stop;
    provider->fetching.ca_file = *ca_file == '\0' ? NULL : ca_file;
    const struct pv_oidc_options options = {.issuer = setting(config, PV_SET_OIDC_ISSUER),
                                            .clock = clock,
                                            .fetch = pv_http_fetch,
                                            .fetch_context = &provider->fetching,
                                            .retry_ms = pv_config_number(config, PV_SET_OIDC_RETRY_MS)};
    if (pv_oidc_keys_open(&options, &provider->keys, &why))
        return true;
    pv_fault_set(fault, why.kind, "oidc-issuer: %s", why.text);
    return false;
}

static void make_bell(struct pv_provider *provider)
{
    pthread_condattr_t monotonic;
    (void)pthread_mutex_init(&provider->mutex, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&provider->rung, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
}

static bool start(struct pv_provider *provider, struct pv_fault *fault)
{
    int error = pthread_create(&provider->thread, NULL, renew_on, provider);
    provider->runs = error == 0;
    if (error != 0)
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "cannot start a thread: %s", strerror(error));
    return error == 0;
}

bool pv_provider_new(const struct pv_config *config, const struct pv_clock *clock, const struct pv_log *log,
                     struct pv_provider **provider, struct pv_fault *fault)
{
    if (setting(config, PV_SET_OIDC_ISSUER).len == 0) {
        *provider = NULL;
        return true;
    }
    if (!check_settings(config, fault))
        return false;
    struct pv_provider *made = calloc(1, sizeof *made);
    if (made == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory");
        return false;
    }
    made->config = config;
    made->log = log;
    make_bell(made);
    read_roles(made);
    if (!open_keys(made, clock, fault) || !start(made, fault)) {
        pv_provider_free(made);
        return false;
    }
    *provider = made;
    return true;
}

void pv_provider_free(struct pv_provider *provider)
{
    if (provider == NULL)
        return;
    atomic_store(&provider->stop, true);
    ring(provider);
    if (provider->runs)
        (void)pthread_join(provider->thread, NULL);
    pv_oidc_keys_close(provider->keys);
    (void)pthread_cond_destroy(&provider->rung);
    (void)pthread_mutex_destroy(&provider->mutex);
    free(provider);
}

struct pv_issuer pv_provider_issuer(struct pv_provider *provider)
{
    const struct pv_config *config = provider->config;
    struct pv_str audience = setting(config, PV_SET_OIDC_AUDIENCE);
    return (struct pv_issuer){
        .name = setting(config, PV_SET_OIDC_ISSUER),
        .audience = audience.len > 0 ? audience : setting(config, PV_SET_AUDIENCE),
        .roles_path = setting(config, PV_SET_OIDC_ROLES),
        .role_names = provider->roles,
        .role_name_count = provider->role_count,
        .keys = {verify, generation, provider},
    };
}

size_t pv_provider_keys(struct pv_provider *provider)
{
    struct pv_fault fault;
    size_t count;
    (void)pv_oidc_keys_failed(provider->keys, &count, &fault);
    return count;
}
