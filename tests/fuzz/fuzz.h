/* What all fuzz targets share. */
#ifndef CAIRN_TESTS_FUZZ_H
#define CAIRN_TESTS_FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/core.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(bool holds) {
    if (!holds) abort();
}

/* A call that fails says why. */
static inline bool worked(const cairn_ctx *ctx, cairn_status status) {
    must(status == CAIRN_OK || cairn_error(ctx)[0] != '\0');
    return status == CAIRN_OK;
}

#endif
