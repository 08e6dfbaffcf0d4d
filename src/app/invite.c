#include "invite.h"

#include <string.h>

static bool is_base(struct pv_str base)
{
    return pv_url_check(base) == PV_CODE_NONE && base.ptr[0] != '/' &&
           memchr(base.ptr, '#', base.len) == NULL && memchr(base.ptr, '?', base.len) == NULL;
}

static void put_field(struct pv_out *out, struct pv_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\\' || c == '\t' || c == '\n' || c == '\r') {
            pv_out_char(out, '\\');
            c = (char)(c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c);
        }
        pv_out_char(out, c);
    }
}

static void put_line(struct pv_out *out, struct pv_str base, const struct pv_voter *voter,
                     struct pv_str token)
{
    put_field(out, pv_voter_email(voter).text);
    pv_out_char(out, '\t');
    put_field(out, pv_voter_name(voter).text);
    pv_out_char(out, '\t');
    pv_out_str(out, base);
    pv_out_cstr(out, "/#invite=");
    pv_out_str(out, token);
    pv_out_char(out, '\n');
}

static enum pv_result write_one(const struct pv_invites *invites, struct pv_str base,
                                const struct pv_election *election, const struct pv_voter *voter,
                                struct pv_out *out, struct pv_buffer *text)
{
    char subject[PV_ULID_LEN];
    pv_ulid_format(voter->id.bits, subject);
    const struct pv_own_token token = {.issuer = invites->issuer,
                                       .audience = invites->audience,
                                       .subject = {subject, sizeof subject},
                                       .roles = PV_ROLE_VOTER,
                                       .election = &election->id,
                                       .issued = invites->issued,
                                       .expires = invites->expires};
    text->len = 0;
    enum pv_result result = pv_own_token_sign(&token, invites->key, text);
    if (result == PV_OK)
        put_line(out, base, voter, (struct pv_str){text->bytes, text->len});
    return result;
}

enum pv_result pv_invites_write(const struct pv_invites *invites, const struct pv_election *election,
                                struct pv_out *out, size_t *count)
{
    struct pv_buffer text = {NULL, 0, 0}; /* of a token */
    struct pv_str base = invites->base;
    enum pv_result result = is_base(base) ? PV_OK : PV_REFUSED;
    size_t written = 0;
    if (result == PV_OK && base.ptr[base.len - 1] == '/')
        base.len--;
    for (uint32_t i = 0; result == PV_OK && i < election->voter_count; i++) {
        if (election->voters[i].deleted)
            continue;
        result = write_one(invites, base, election, &election->voters[i], out, &text);
        written++;
    }
    pv_buffer_deinit(&text);
    if (result == PV_OK)
        *count = written;
    return result;
}
