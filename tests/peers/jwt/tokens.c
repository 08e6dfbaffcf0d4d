/* Tokens by the program's own code, for the differential test against jose.

       tokens verify JWKS NOW LEEWAY   a token a line of standard input: "ok SUBJECT", or the code of the
   refusal tokens sign                     the JWKS of a key, then a token for each line of claims

   The issuer is "us", the audience "photovote". Exit status: 0, 2 usage or what cannot be read. */
#include "jwt_sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 1 << 20 };

_Noreturn static void end(const char *what)
{
    (void)fprintf(stderr, "tokens: %s\n", what);
    exit(2);
}

/* The next line without its LF, in a block of its own. */
static bool next_line(char *line, struct pv_str *text)
{
    if (fgets(line, TEXT_MAX, stdin) == NULL)
        return false;
    *text = (struct pv_str){line, strcspn(line, "\n")};
    return true;
}

static void verify_one(const struct pv_jwt_keys *keys, const struct pv_jwt_expected *expected,
                       struct pv_str token)
{
    struct pv_jwt jwt;
    enum pv_token_code why = PV_TOKEN_OK;
    enum pv_result result = pv_jwt_parse(token, &jwt, &why);
    if (result == PV_OK) {
        result = pv_jwt_verify(&jwt, keys, &why);
        if (result == PV_OK)
            why = pv_jwt_check(&jwt, expected);
        if (result == PV_OK && why == PV_TOKEN_OK)
            (void)printf("ok %.*s\n", (int)jwt.claims.subject.len, jwt.claims.subject.ptr);
        pv_jwt_deinit(&jwt);
    }
    if (result == PV_FAULT_MEMORY)
        end("out of memory");
    if (why != PV_TOKEN_OK)
        (void)printf("%s\n", pv_token_code_name(why));
}

static struct pv_jwt_keys *read_keys(const char *path, char *text)
{
    struct pv_jwt_keys *keys;
    struct pv_document_error error;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        end("cannot read the keys");
    size_t len = fread(text, 1, TEXT_MAX, file);
    (void)fclose(file);
    if (pv_jwt_keys_read((struct pv_str){text, len}, &keys, &error) != PV_OK)
        end(error.reason);
    return keys;
}

static void verify(char **arguments, char *line)
{
    const struct pv_jwt_expected expected = {
        {"us", 2}, {"photovote", 9}, strtoll(arguments[1], NULL, 10), strtoll(arguments[2], NULL, 10)};
    struct pv_jwt_keys *keys = read_keys(arguments[0], line);
    struct pv_str token;
    while (next_line(line, &token))
        verify_one(keys, &expected, token);
    pv_jwt_keys_free(keys);
}

static void print(struct pv_buffer *text, const char *before, const char *after)
{
    (void)printf("%s%.*s%s\n", before, (int)text->len, text->bytes, after);
    pv_buffer_deinit(text);
}

static void sign(char *line)
{
    static const unsigned char seed[PV_SIGNING_SEED_LEN] = {1, 2, 3};
    struct pv_signing_key *key;
    struct pv_buffer text = {NULL, 0, 0};
    struct pv_str claims;
    if (pv_signing_key_from_seed(seed, &key) != PV_OK || pv_signing_key_jwk(key, &text) != PV_OK)
        end("out of memory");
    print(&text, "{\"keys\":[", "]}");
    while (next_line(line, &claims)) {
        if (pv_jwt_sign(key, claims, &text) != PV_OK)
            end("cannot sign");
        print(&text, "", "");
    }
    pv_signing_key_free(key);
}

int main(int count, char **arguments)
{
    char *line = malloc(TEXT_MAX);
    if (line == NULL)
        end("out of memory");
    if (count == 5 && strcmp(arguments[1], "verify") == 0)
        verify(arguments + 2, line);
    else if (count == 2 && strcmp(arguments[1], "sign") == 0)
        sign(line);
    else
        end("usage: tokens verify JWKS NOW LEEWAY | tokens sign");
    free(line);
    return 0;
}
