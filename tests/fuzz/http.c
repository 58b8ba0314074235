/* A stream of bytes to the server: whole and byte by byte it holds the same requests. */
#include "fuzz/fuzz.h"

#include "lab/http.h"

static unsigned requests(const char *bytes, size_t len, size_t piece, enum http_part *ended)
{
    struct http h = {0};
    unsigned count = 0;

    for (size_t at = 0; at < len;) {
        const size_t most = len - at < piece ? len - at : piece;
        const size_t took = http_feed(&h, bytes + at, most);
        MUST(took <= most && (took || h.part == HTTP_COMPLETE));
        at += took;
        if (h.part == HTTP_COMPLETE) {
            count++;
            http_next(&h);
        }
    }
    *ended = h.part;
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    enum http_part whole, pieces;

    MUST(requests((const char *)bytes, len, len ? len : 1, &whole) ==
         requests((const char *)bytes, len, 1, &pieces));
    MUST(whole == pieces);
    return 0;
}
