#include "who.h"

#include "identity.h"
#include "provider.h"

#include <stdlib.h>
#include <string.h>

enum { LEEWAY_S = 30, CACHED_TOKENS = 16384 };

struct pv_who {
    struct pv_clock *clock;
    struct pv_own_keys keys;
    struct pv_provider *provider; /* NULL: none */
    bool own;                     /* the server's own tokens are accepted */
    struct pv_issuer issuers[2];
    struct pv_identity_settings settings;
    struct pv_identity *identity;
};

static void list_issuers(struct pv_who *who, const struct pv_config *config)
{
    const char *audience = pv_config_text(config, PV_SET_AUDIENCE);
    size_t count = 0;
    if (who->own)
        who->issuers[count++] = (struct pv_issuer){.name = PV_STR(PV_OWN_ISSUER),
                                                   .audience = {audience, strlen(audience)},
                                                   .roles_path = PV_STR("roles"),
                                                   .keys = pv_fixed_keys(who->keys.all)};
    if (who->provider != NULL)
        who->issuers[count++] = pv_provider_issuer(who->provider);
    who->settings = (struct pv_identity_settings){
        .issuers = who->issuers, .issuer_count = count, .leeway = LEEWAY_S, .cache_entries = CACHED_TOKENS};
}

static bool open_who(struct pv_who *who, const struct pv_config *config, const struct pv_log *log,
                     struct pv_fault *fault)
{
    if (!pv_own_keys_open(pv_config_text(config, PV_SET_DATA), who->clock, &who->keys, fault) ||
        !pv_provider_new(config, who->clock, log, &who->provider, fault))
        return false;
    who->own = pv_config_switch(config, PV_SET_OWN_ISSUER);
    list_issuers(who, config);
    if (who->settings.issuer_count == 0)
        pv_log_line(log, PV_LOG_WARNING, "no_issuer", "message",
                    "own-issuer is off and there is no oidc-issuer: no token is accepted", (char *)NULL);
    who->identity = pv_identity_new(&who->settings);
    if (who->identity == NULL)
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory");
    return who->identity != NULL;
}

struct pv_who *pv_who_new(const struct pv_config *config, struct pv_clock *clock, const struct pv_log *log,
                          struct pv_fault *fault)
{
    struct pv_who *who = calloc(1, sizeof *who);
    if (who == NULL) {
        pv_fault_set(fault, PV_FAULT_KIND_NO_MEMORY, "out of memory");
        return NULL;
    }
    who->clock = clock;
    if (!open_who(who, config, log, fault)) {
        pv_who_free(who);
        return NULL;
    }
    return who;
}

void pv_who_free(struct pv_who *who)
{
    if (who == NULL)
        return;
    pv_identity_free(who->identity);
    pv_provider_free(who->provider);
    pv_own_keys_deinit(&who->keys);
    free(who);
}

void pv_who_authenticate(void *context, struct pv_str authorization, struct pv_auth *auth)
{
    struct pv_who *who = context;
    struct pv_known_caller known;
    enum pv_token_code code;
    memset(&auth->caller, 0, sizeof auth->caller);
    auth->why = (struct pv_str){NULL, 0};
    if (authorization.ptr == NULL) {
        auth->result = PV_AUTH_ANONYMOUS;
        return;
    }
    int64_t now = pv_clock_now(who->clock).us / 1000000;
    enum pv_result result = pv_identity_caller(who->identity, authorization, now, &known, &code);
    if (result == PV_OK) {
        struct pv_auth lent = {.result = PV_AUTH_KNOWN, .caller = known.caller};
        pv_auth_copy(auth, &lent);
    } else if (result == PV_REFUSED) {
        const char *sentence = pv_token_code_sentence(code);
        auth->result = code == PV_TOKEN_KEYS_PENDING ? PV_AUTH_FAULT : PV_AUTH_REFUSED;
        auth->why = (struct pv_str){sentence, strlen(sentence)};
    } else {
        auth->result = PV_AUTH_FAULT;
    }
}

bool pv_who_ready(struct pv_who *who, const char **provider_keys)
{
    bool held = who->provider != NULL && pv_provider_keys(who->provider) > 0;
    *provider_keys = who->provider == NULL ? NULL : held ? "held" : "missing";
    return held || who->own || who->provider == NULL;
}

void pv_who_counts(struct pv_who *who, uint64_t *hits, uint64_t *misses)
{
    pv_identity_counts(who->identity, hits, misses);
}
