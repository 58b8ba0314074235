/* fuzz.h: what the fuzz targets share. Each target takes any bytes and must neither crash nor hang; what it
 * claims beyond that it checks with MUST. */
#ifndef TCPVIZ_TESTS_FUZZ_H
#define TCPVIZ_TESTS_FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "plat/heap.h"

#define MUST(claim)                                                                                          \
    do {                                                                                                     \
        if (!(claim))                                                                                        \
            abort();                                                                                         \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#endif
