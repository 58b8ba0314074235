#include "plat/unpack.h"

#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

struct unpack {
    enum unpack_kind kind;
    bool begun; /* a member or frame that has not ended */
    bool starved;
    bool padded; /* zeros follow the last member, as tapes and disks have them: nothing else may come */
    z_stream gzip;
    ZSTD_DStream *zstd;
};

enum unpack_kind unpack_kind_of(const uint8_t magic[UNPACK_MAGIC])
{
    const uint32_t number =
        (uint32_t)magic[0] | (uint32_t)magic[1] << 8 | (uint32_t)magic[2] << 16 | (uint32_t)magic[3] << 24;

    if (magic[0] == 0x1F && magic[1] == 0x8B && magic[2] == Z_DEFLATED) /* RFC 1952 2.3 */
        return UNPACK_GZIP;
    /* RFC 8878 3.1: a frame, or one of those to be skipped */
    return number == ZSTD_MAGICNUMBER || (number & 0xFFFFFFF0) == 0x184D2A50 ? UNPACK_ZSTD : UNPACK_NONE;
}

struct unpack *unpack_new(enum unpack_kind kind)
{
    enum { GZIP_ONLY = 16 };
    struct unpack *u = calloc(1, sizeof *u);

    if (!u)
        return NULL;
    u->kind = kind;
    if (kind == UNPACK_ZSTD)
        u->zstd = ZSTD_createDStream();
    if (kind == UNPACK_ZSTD ? u->zstd != NULL : inflateInit2(&u->gzip, MAX_WBITS + GZIP_ONLY) == Z_OK)
        return u;
    free(u);
    return NULL;
}

void unpack_free(struct unpack *u)
{
    if (!u)
        return;
    if (u->kind == UNPACK_ZSTD)
        ZSTD_freeDStream(u->zstd);
    else
        inflateEnd(&u->gzip);
    free(u);
}

/* Between two members: another one, or zeros up to the end. */
static bool between(struct unpack *u, const uint8_t **in, size_t *in_left)
{
    while (*in_left && **in == 0) {
        u->padded = true;
        ++*in;
        --*in_left;
    }
    if (!*in_left)
        return true;
    if (u->padded || inflateReset(&u->gzip) != Z_OK)
        return false;
    u->begun = true;
    return true;
}

static bool gunzip(struct unpack *u, const uint8_t **in, size_t *in_left, uint8_t **out, size_t *out_left)
{
    enum { MOST = 1 << 30 }; /* zlib counts in unsigned */

    for (;;) {
        if (!u->begun && !between(u, in, in_left))
            return false;
        if (!u->begun)
            return true;
        const uInt in_room = *in_left < MOST ? (uInt)*in_left : MOST;
        const uInt out_room = *out_left < MOST ? (uInt)*out_left : MOST;
        u->gzip.next_in = *in;
        u->gzip.avail_in = in_room;
        u->gzip.next_out = *out;
        u->gzip.avail_out = out_room;
        const int how = inflate(&u->gzip, Z_NO_FLUSH);
        const size_t took = in_room - u->gzip.avail_in, gave = out_room - u->gzip.avail_out;
        *in += took;
        *in_left -= took;
        *out += gave;
        *out_left -= gave;
        u->starved = how == Z_MEM_ERROR;
        if (how == Z_STREAM_END)
            u->begun = false;
        else if (how != Z_OK && how != Z_BUF_ERROR)
            return false;
        else if (took + gave == 0)
            return true; /* all that came in is out, or there is no room */
    }
}

/* It gets its input in small pieces: where one is damaged it does not say where in it. */
static bool unzstd(struct unpack *u, const uint8_t **in, size_t *in_left, uint8_t **out, size_t *out_left)
{
    enum { PIECE = 4096 };
    size_t moved = 1;

    while (*out_left && moved) { /* what moves nothing has put out all that came in */
        ZSTD_inBuffer from = {*in, *in_left < PIECE ? *in_left : PIECE, 0};
        ZSTD_outBuffer to = {*out, *out_left, 0};
        const size_t how = ZSTD_decompressStream(u->zstd, &to, &from);
        u->starved = ZSTD_getErrorCode(how) == ZSTD_error_memory_allocation;
        if (ZSTD_isError(how))
            return false;
        moved = from.pos + to.pos;
        if (moved)
            u->begun = how != 0;
        *in += from.pos;
        *in_left -= from.pos;
        *out += to.pos;
        *out_left -= to.pos;
    }
    return true;
}

bool unpack_some(struct unpack *u, const uint8_t **in, size_t *in_left, uint8_t **out, size_t *out_left)
{
    return u->kind == UNPACK_ZSTD ? unzstd(u, in, in_left, out, out_left)
                                  : gunzip(u, in, in_left, out, out_left);
}

bool unpack_starved(const struct unpack *u)
{
    return u->starved;
}

bool unpack_whole(const struct unpack *u)
{
    return !u->begun;
}
