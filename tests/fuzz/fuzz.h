/* fuzz.h: what the fuzz targets share. Each target takes any bytes and must neither crash nor hang; what it
 * claims beyond that it checks with MUST. */
#ifndef TCPVIZ_TESTS_FUZZ_H
#define TCPVIZ_TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "plat/heap.h"

#ifndef MUST
#define MUST(claim)                                                                                          \
    do {                                                                                                     \
        if (!(claim)) {                                                                                      \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #claim);                              \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)
#endif

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#endif
