/* Where operations are computed: worker threads, kernels for the instruction set, tables. */
#include "tensor/device.h"

#include <math.h>
#include <string.h>

#include "core/maths.h"

const char *cairn_dtype_name(cairn_dtype dtype) {
    static const char *const names[] = {"f32", "f64", "bf16"};
    return (unsigned)dtype <= CAIRN_BF16 ? names[dtype] : "?";
}

size_t cairn_dtype_bytes(cairn_dtype dtype) {
    return dtype == CAIRN_F64 ? 8 : dtype == CAIRN_F32 ? 4 : 2;
}

uint16_t cairn_bf16_round(float value) {
    return (uint16_t)bf16_bits(value);
}

float cairn_bf16_widen(uint16_t value) {
    uint32_t bits = (uint32_t)value << 16;
    float wide;
    memcpy(&wide, &bits, sizeof wide);
    return wide;
}

cairn_status cairn_device_open(cairn_ctx *ctx, int threads, cairn_matmul_kind kind, cairn_device **out) {
    CAIRN_TRY(cairn_kernels_check(ctx));
    cairn_device *d = cairn_alloc(ctx, 1, sizeof *d);
    if (!d) return CAIRN_NO_MEMORY;
    if (kind == CAIRN_MATMUL_FASTEST && cairn_ctx_portable(ctx)) kind = CAIRN_MATMUL_PORTABLE;
    d->ctx = ctx;
    d->f32 = kernels_pick();
    cairn_status status = cairn_pool_open(ctx, threads, &d->pool);
    if (status == CAIRN_OK) {
        d->scratch = cairn_alloc(ctx, (size_t)cairn_pool_threads(d->pool), sizeof *d->scratch);
        d->scratch_bytes = cairn_alloc(ctx, (size_t)cairn_pool_threads(d->pool), sizeof *d->scratch_bytes);
        if (!d->scratch || !d->scratch_bytes) status = CAIRN_NO_MEMORY;
    }
    if (status == CAIRN_OK && kind != CAIRN_MATMUL_PLAIN)
        status = matmul_open(ctx, d->pool, d->f32, kind == CAIRN_MATMUL_PORTABLE, &d->products);
    if (status != CAIRN_OK) {
        cairn_device_close(d);
        return status;
    }
    *out = d;
    return CAIRN_OK;
}

void cairn_device_close(cairn_device *d) {
    if (!d) return;
    for (int t = 0; d->scratch && t < cairn_pool_threads(d->pool); t++) cairn_free(d->scratch[t]);
    cairn_free(d->scratch);
    cairn_free(d->scratch_bytes);
    for (rope_table *t = d->tables, *next; t; t = next) {
        next = t->next;
        cairn_free(t->cosines);
        cairn_free(t->sines);
        cairn_free(t);
    }
    matmul_close(d->products);
    cairn_pool_close(d->pool);
    cairn_free(d);
}

int cairn_device_threads(const cairn_device *device) {
    return cairn_pool_threads(device->pool);
}

bool cairn_device_has_bf16(const cairn_device *device) {
    return device->products && matmul_has_pairs(device->products);
}

void cairn_device_rehearse(cairn_device *device, bool rehearse) {
    device->rehearsing = rehearse;
    if (device->products) matmul_rehearse(device->products, rehearse);
}

size_t cairn_device_scratch(const cairn_device *device) {
    size_t bytes = device->products ? matmul_scratch(device->products) : 0;
    for (int t = 0; t < cairn_pool_threads(device->pool); t++) bytes += device->scratch_bytes[t];
    for (const rope_table *t = device->tables; t; t = t->next)
        bytes += (size_t)(t->wanted > t->positions ? t->wanted : t->positions) * (size_t)t->dim *
                 cairn_dtype_bytes(t->dtype);
    return bytes;
}

const char *cairn_device_kernels(const cairn_device *device) {
    return device->f32->name;
}

const kernels *device_kernels(const cairn_device *device, cairn_dtype dtype) {
    return dtype == CAIRN_F64 ? &kernels_f64 : device->f32;
}

/* ---- running kernels ------------------------------------------------------------------------------------------------ */

typedef struct blocks {
    kernel work;
    const kernel_args *args;
    int64_t total, grain;
    void *const *scratch;
} blocks;

static void *align(void *block) {
    return block ? (unsigned char *)block + (-(uintptr_t)block & 63) : NULL;
}

static void run_block(void *arg, int64_t block, int thread) {
    const blocks *b = arg;
    int64_t from = block * b->grain, to = from + b->grain;
    b->work(b->args, from, to < b->total ? to : b->total, align(b->scratch[thread]));
}

int64_t device_grain(int64_t row_elements) {
    int64_t rows = 16384 / (row_elements > 0 ? row_elements : 1);
    return rows > 0 ? rows : 1;
}

cairn_status device_run(cairn_device *device, kernel work, const kernel_args *args, int64_t total, int64_t grain,
                        size_t scratch) {
    if (total <= 0) return CAIRN_OK;
    for (int t = 0; scratch && t < cairn_pool_threads(device->pool); t++)
        CAIRN_TRY(cairn_room(device->ctx, &device->scratch[t], &device->scratch_bytes[t], scratch + 64, 1));
    if (device->rehearsing) return CAIRN_OK;
    if (total <= grain) {
        work(args, 0, total, align(device->scratch[0]));
        return CAIRN_OK;
    }
    blocks b = {work, args, total, grain, device->scratch};
    cairn_pool_run(device->pool, run_block, &b, (total + grain - 1) / grain);
    return CAIRN_OK;
}

/* ---- rotary tables --------------------------------------------------------------------------------------------------- */

static cairn_status fill_rope(cairn_device *device, rope_table *t, int64_t positions) {
    size_t size = cairn_dtype_bytes(t->dtype), count = (size_t)(positions * (t->dim / 2));
    void *cosines = cairn_alloc(device->ctx, count, size), *sines = cairn_alloc(device->ctx, count, size);
    if (!cosines || !sines) {
        cairn_free(cosines);
        cairn_free(sines);
        return CAIRN_NO_MEMORY;
    }
    for (int64_t i = 0; i < t->dim / 2; i++) {
        double frequency = maths_pow(t->base, -2.0 * (double)i / (double)t->dim);
        for (int64_t p = 0; p < positions; p++) {
            int64_t at = p * (t->dim / 2) + i;
            double angle = (double)p * frequency;
            if (t->dtype == CAIRN_F64) {
                ((double *)cosines)[at] = maths_cos(angle);
                ((double *)sines)[at] = maths_sin(angle);
            } else {
                ((float *)cosines)[at] = (float)maths_cos(angle);
                ((float *)sines)[at] = (float)maths_sin(angle);
            }
        }
    }
    cairn_free(t->cosines);
    cairn_free(t->sines);
    t->cosines = cosines;
    t->sines = sines;
    t->positions = positions;
    return CAIRN_OK;
}

const rope_table *device_rope(cairn_device *device, cairn_dtype dtype, int64_t dim, double base, int64_t most) {
    rope_table *t = device->tables;
    while (t && (t->dtype != dtype || t->dim != dim || t->base != base)) t = t->next;
    if (!t) {
        t = cairn_alloc(device->ctx, 1, sizeof *t);
        if (!t) return NULL;
        *t = (rope_table){.dtype = dtype, .dim = dim, .base = base, .next = device->tables};
        device->tables = t;
    }
    if (most < t->positions) return t;
    int64_t positions = 256;
    while (positions <= most) positions *= 2;
    if (device->rehearsing) {
        if (positions > t->wanted) t->wanted = positions;
        return t;
    }
    return fill_rope(device, t, positions) == CAIRN_OK ? t : NULL;
}
