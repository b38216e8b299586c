#ifndef CAIRN_TENSOR_PARAMS_H
#define CAIRN_TENSOR_PARAMS_H

#include "tensor/device.h"

/* Numbers of one tensor. The system gives such memory when it is written: a gradient that nobody asks for takes none.
 */
typedef struct params_block {
    struct params_block *next;
    void *block;
    size_t bytes;
} params_block;

struct cairn_params {
    cairn_ctx *ctx;
    cairn_device *device;
    cairn_dtype dtype, weights; /* of the values, and as products see them */
    cairn_arena *arena;         /* of names and parameters */
    params_block *blocks;       /* of numbers */
    cairn_param **items;        /* [count] in order of adding */
    int32_t count, capacity;
};

/* Zeroed memory for `count` numbers that lives as long as the parameters; NULL with the text set. */
void *params_numbers(cairn_params *params, int64_t count);

#endif
