#include "poll_ids.h"

#include "sha256.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
    NETSTRING_MAX = PV_POLL_TEXT_MAX + 8, /* a length of up to 5 digits, colon, comma */
    HASH_DIGITS = 48,
    US_PER_MS = 1000,
};

static size_t add_netstring(char *to, struct pv_str text)
{
    assert(text.len <= PV_POLL_TEXT_MAX);
    size_t len = (size_t)sprintf(to, "%zu:", text.len);
    memcpy(to + len, text.ptr, text.len);
    len += text.len;
    to[len++] = ',';
    return len;
}

enum pv_result pv_poll_id(const struct pv_poll_ids *ids, const char *kind, struct pv_str key,
                          struct pv_time at, struct pv_bits128 *out)
{
    char text[4 * NETSTRING_MAX], seed[24];
    unsigned char digest[PV_SHA256_LEN];
    int digits = snprintf(seed, sizeof seed, "%llu", (unsigned long long)ids->seed);
    size_t len = add_netstring(text, (struct pv_str){seed, (size_t)digits});
    len += add_netstring(text + len, ids->poll);
    len += add_netstring(text + len, (struct pv_str){kind, strlen(kind)});
    len += add_netstring(text + len, key);
    if (pv_sha256((struct pv_str){text, len}, digest) != PV_OK)
        return PV_FAULT_MEMORY;
    assert(at.us >= 0);
    out->hi = (uint64_t)at.us / US_PER_MS << 16 | (uint64_t)digest[0] << 8 | digest[1];
    out->lo = 0;
    for (size_t i = 0; i < sizeof out->lo; i++)
        out->lo = out->lo << 8 | digest[2 + i];
    return PV_OK;
}

/* --- emails --- */

static size_t add_hex(char *to, unsigned char byte)
{
    static const char digits[] = "0123456789abcdef";
    to[0] = digits[byte >> 4];
    to[1] = digits[byte & 15];
    return 2;
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

/* The id spelled out, or 0 if it is too long for that. */
static size_t spell(struct pv_str voter, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < voter.len; i++) {
        if (len + (is_plain(voter.ptr[i]) ? 1 : 3) > PV_EMAIL_LOCAL_MAX)
            return 0;
        if (is_plain(voter.ptr[i])) {
            out[len++] = voter.ptr[i];
        } else {
            out[len++] = '=';
            len += add_hex(out + len, (unsigned char)voter.ptr[i]);
        }
    }
    return len;
}

enum pv_result pv_poll_email(struct pv_str voter, char out[PV_POLL_EMAIL_MAX], size_t *len)
{
    static const char prefix[] = "=sha256.", domain[] = "@poll.invalid";
    unsigned char digest[PV_SHA256_LEN];
    size_t used = spell(voter, out);
    if (used == 0) {
        if (pv_sha256(voter, digest) != PV_OK)
            return PV_FAULT_MEMORY;
        used = sizeof prefix - 1;
        memcpy(out, prefix, used);
        for (size_t i = 0; i < HASH_DIGITS / 2; i++)
            used += add_hex(out + used, digest[i]);
    }
    memcpy(out + used, domain, sizeof domain - 1);
    *len = used + sizeof domain - 1;
    return PV_OK;
}
