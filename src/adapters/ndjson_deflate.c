#include "ndjson_deflate.h"

#include <stdlib.h>
#define ZLIB_CONST /* deflate does not write to its input */
#include <zlib.h>
#include <zstd.h>

enum {
    OUTPUT = 1 << 17,
    INPUT_MAX = 1 << 30, /* zlib counts in 32 bits */
    GZIP_LEVEL = 6,
    GZIP_MEMORY = 8,
    ZSTD_LEVEL = 3,
};

struct pv_deflate {
    pv_deflate_fn *write;
    void *context;
    enum pv_inflate_form form;
    z_stream gzip;
    ZSTD_CCtx *zstd;
    char output[OUTPUT];
};

static bool start(struct pv_deflate *out)
{
    if (out->form == PV_INFLATE_GZIP)
        return deflateInit2(&out->gzip, GZIP_LEVEL, Z_DEFLATED, 16 + MAX_WBITS, GZIP_MEMORY,
                            Z_DEFAULT_STRATEGY) == Z_OK;
    out->zstd = ZSTD_createCCtx();
    return out->zstd != NULL &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(out->zstd, ZSTD_c_compressionLevel, ZSTD_LEVEL)) &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(out->zstd, ZSTD_c_checksumFlag, 1));
}

struct pv_deflate *pv_deflate_new(enum pv_inflate_form form, pv_deflate_fn *write, void *context)
{
    struct pv_deflate *out = calloc(1, sizeof *out);
    if (out == NULL)
        return NULL;
    out->write = write;
    out->context = context;
    out->form = form;
    if (start(out))
        return out;
    pv_deflate_free(out);
    return NULL;
}

void pv_deflate_free(struct pv_deflate *out)
{
    if (out == NULL)
        return;
    if (out->form == PV_INFLATE_GZIP)
        (void)deflateEnd(&out->gzip);
    (void)ZSTD_freeCCtx(out->zstd);
    free(out);
}

static bool hand_on(struct pv_deflate *out, size_t len)
{
    return len == 0 || out->write(out->context, out->output, len);
}

static bool gzip(struct pv_deflate *out, const char *bytes, size_t len, bool end)
{
    int status;
    out->gzip.next_in = (const Bytef *)bytes;
    out->gzip.avail_in = (uInt)len;
    do {
        out->gzip.next_out = (Bytef *)out->output;
        out->gzip.avail_out = OUTPUT;
        status = deflate(&out->gzip, end ? Z_FINISH : Z_NO_FLUSH);
        if (status == Z_STREAM_ERROR || !hand_on(out, OUTPUT - out->gzip.avail_out))
            return false;
    } while (end ? status != Z_STREAM_END : out->gzip.avail_out == 0);
    return !end || deflateReset(&out->gzip) == Z_OK;
}

static bool zstd(struct pv_deflate *out, const char *bytes, size_t len, bool end)
{
    ZSTD_inBuffer input = {bytes, len, 0};
    size_t left;
    do {
        ZSTD_outBuffer output = {out->output, OUTPUT, 0};
        left = ZSTD_compressStream2(out->zstd, &output, &input, end ? ZSTD_e_end : ZSTD_e_continue);
        if (ZSTD_isError(left) || !hand_on(out, output.pos))
            return false;
    } while (end ? left > 0 : input.pos < input.size);
    return true;
}

bool pv_deflate_bytes(struct pv_deflate *out, const char *bytes, size_t len)
{
    while (len > 0) {
        size_t some = len < INPUT_MAX ? len : INPUT_MAX;
        if (!(out->form == PV_INFLATE_GZIP ? gzip : zstd)(out, bytes, some, false))
            return false;
        bytes += some;
        len -= some;
    }
    return true;
}

bool pv_deflate_end(struct pv_deflate *out)
{
    return (out->form == PV_INFLATE_GZIP ? gzip : zstd)(out, "", 0, true);
}
