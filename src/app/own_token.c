#include "own_token.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    unsigned role;
    const char *name;
} roles[] = {
    {PV_ROLE_ADMINISTRATOR, "administrator"}, {PV_ROLE_VOTER, "voter"}, {PV_ROLE_AUDITOR, "auditor"}};

static void put_text(struct pv_out *out, const char *name, struct pv_str text)
{
    pv_out_cstr(out, name);
    pv_out_json(out, text);
}

static void put_roles(struct pv_out *out, unsigned held)
{
    char before = '[';
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if ((held & roles[i].role) == 0)
            continue;
        pv_out_char(out, before);
        pv_out_json(out, (struct pv_str){roles[i].name, strlen(roles[i].name)});
        before = ',';
    }
    pv_out_cstr(out, before == '[' ? "[]" : "]");
}

static void put_claims(struct pv_out *out, const struct pv_own_token *token)
{
    char election[PV_ULID_LEN];
    put_text(out, "{\"iss\":", token->issuer);
    put_text(out, ",\"aud\":", token->audience);
    put_text(out, ",\"sub\":", token->subject);
    pv_out_cstr(out, ",\"iat\":");
    pv_out_int(out, token->issued);
    pv_out_cstr(out, ",\"exp\":");
    pv_out_int(out, token->expires);
    pv_out_cstr(out, ",\"roles\":");
    put_roles(out, token->roles);
    if (token->email.ptr != NULL)
        put_text(out, ",\"email\":", token->email);
    if (token->election != NULL) {
        pv_ulid_format(token->election->bits, election);
        put_text(out, ",\"election\":", (struct pv_str){election, sizeof election});
    }
    pv_out_char(out, '}');
}

enum pv_result pv_own_token_sign(const struct pv_own_token *token, const struct pv_signing_key *key,
                                 struct pv_buffer *text)
{
    struct pv_buffer claims = {NULL, 0, 0};
    if (token->subject.len == 0 || token->subject.len > PV_JWT_SUBJECT_MAX)
        return PV_REFUSED;
    struct pv_out *out = malloc(sizeof *out); /* too large for a stack */
    if (out == NULL)
        return PV_FAULT_MEMORY;
    pv_out_init(out, pv_buffer_write, &claims);
    put_claims(out, token);
    enum pv_result result = PV_FAULT_MEMORY;
    if (pv_out_flush(out))
        result = pv_jwt_sign(key, (struct pv_str){claims.bytes, claims.len}, text);
    pv_buffer_deinit(&claims);
    free(out);
    return result;
}
