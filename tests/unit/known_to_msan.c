/* For builds by MSan only, where it takes the places of these functions in every test: libcrypto and cJSON
   are not instrumented, so MSan must be told that what they give has been written. */
#define _GNU_SOURCE
#include <cjson/cJSON.h>
#include <dlfcn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sanitizer/msan_interface.h>
#include <string.h>

/* The library's own. Pointers to functions come as pointers to data; only copying them is defined. */
#define FIND(name)                                                                                           \
    __typeof__(name) *real;                                                                                  \
    void *found = dlsym(RTLD_NEXT, #name);                                                                   \
    memcpy(&real, &found, sizeof real)

/* Its configuration names files, by names that it has put together itself. */
__attribute__((constructor)) static void without_configuration(void)
{
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

static int told(int done, const EVP_MD *type, unsigned char *digest)
{
    if (done == 1)
        __msan_unpoison(digest, (size_t)EVP_MD_get_size(type));
    return done;
}

int EVP_Digest(const void *data, size_t count, unsigned char *md, unsigned int *size, const EVP_MD *type,
               ENGINE *impl)
{
    FIND(EVP_Digest);
    return told(real(data, count, md, size, type, impl), type, md);
}

int EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *md, unsigned int *s)
{
    FIND(EVP_DigestFinal_ex);
    return told(real(ctx, md, s), EVP_MD_CTX_get0_md(ctx), md);
}

/* As deep as cJSON itself goes, which stops at a thousand levels. */
static void told_tree(cJSON *item)
{
    for (; item != NULL; item = item->next) {
        __msan_unpoison(item, sizeof *item);
        if (item->string != NULL)
            __msan_unpoison_string(item->string);
        if (item->valuestring != NULL)
            __msan_unpoison_string(item->valuestring);
        told_tree(item->child);
    }
}

cJSON *cJSON_ParseWithLength(const char *value, size_t buffer_length)
{
    FIND(cJSON_ParseWithLength);
    cJSON *tree = real(value, buffer_length);
    told_tree(tree);
    return tree;
}
