/* Trainable tensors by name. */
#include <math.h>
#include <string.h>

#include "tensor/params.h"

enum { LINE = 64 /* bytes of a cache line */ };

cairn_status cairn_params_open(cairn_ctx *ctx, cairn_device *device, cairn_dtype weights, cairn_params **out) {
    cairn_params *p = cairn_alloc(ctx, 1, sizeof *p);
    if (!p) return CAIRN_NO_MEMORY;
    *p = (cairn_params){.ctx = ctx, .device = device, .weights = weights};
    p->dtype = weights == CAIRN_F64 ? CAIRN_F64 : CAIRN_F32;
    cairn_status status = cairn_arena_open(ctx, 1 << 16, &p->arena);
    if (status != CAIRN_OK) {
        cairn_free(p);
        return status;
    }
    *out = p;
    return CAIRN_OK;
}

void cairn_params_close(cairn_params *params) {
    if (!params) return;
    for (int32_t i = 0; i < params->count; i++)
        for (int turned = 0; turned < 2; turned++) matmul_unpack(params->items[i]->packs[turned]);
    for (params_block *b = params->blocks; b; b = b->next) cairn_pages_free(b->block, b->bytes);
    cairn_arena_close(params->arena);
    cairn_free(params->items);
    cairn_free(params);
}

static cairn_status shape_value(cairn_params *params, const char *name, int32_t rank, const int64_t *shape,
                                cairn_tensor *value) {
    *value = (cairn_tensor){.rank = rank, .size = 1, .dtype = params->dtype, .needs_grad = true};
    if (rank < 1 || rank > CAIRN_RANK_MOST)
        return cairn_fail(params->ctx, CAIRN_INVALID, "parameter %s: 1 to %d dimensions, not %d", name, CAIRN_RANK_MOST,
                          rank);
    for (int i = 0; i < rank; i++) {
        value->shape[i] = shape[i];
        if (shape[i] < 1 || __builtin_mul_overflow(value->size, shape[i], &value->size))
            return cairn_fail(params->ctx, CAIRN_INVALID, "parameter %s: dimension %d is %lld", name, i,
                              (long long)shape[i]);
    }
    return CAIRN_OK;
}

void *params_numbers(cairn_params *params, int64_t count) {
    size_t size = cairn_dtype_bytes(params->dtype);
    params_block *b = cairn_arena_alloc(params->arena, 1, sizeof *b);
    if (!b) return NULL;
    if ((size_t)count > SIZE_MAX / 2 / size) {
        cairn_fail(params->ctx, CAIRN_NO_MEMORY, "no memory for %lld numbers", (long long)count);
        return NULL;
    }
    b->bytes = (size_t)count * size + LINE;
    b->block = cairn_pages(params->ctx, b->bytes);
    if (!b->block) return NULL;
    b->next = params->blocks;
    params->blocks = b;
    return (unsigned char *)b->block + (-(uintptr_t)b->block & (LINE - 1));
}

cairn_status cairn_params_add(cairn_params *params, const char *name, int32_t rank, const int64_t *shape,
                              cairn_param **out) {
    if (cairn_params_find(params, name))
        return cairn_fail(params->ctx, CAIRN_INVALID, "there are two parameters %s", name);
    size_t capacity = (size_t)params->capacity;
    CAIRN_TRY(
        cairn_grow(params->ctx, (void **)&params->items, &capacity, (size_t)params->count + 1, sizeof *params->items));
    params->capacity = (int32_t)capacity;
    cairn_param *p = cairn_arena_alloc(params->arena, 1, sizeof *p);
    if (!p) return CAIRN_NO_MEMORY;
    CAIRN_TRY(shape_value(params, name, rank, shape, &p->value));
    p->name = cairn_arena_copy(params->arena, name, strlen(name));
    p->value.data = params_numbers(params, p->value.size);
    p->value.grad = params_numbers(params, p->value.size);
    if (!p->name || !p->value.data || !p->value.grad) return CAIRN_NO_MEMORY;
    p->value.param = p;
    p->decays = rank >= 2;
    p->rate = 1;
    p->weights = params->weights;
    params->items[params->count++] = p;
    *out = p;
    return CAIRN_OK;
}

cairn_param *cairn_params_find(const cairn_params *params, const char *name) {
    for (int32_t i = 0; i < params->count; i++)
        if (strcmp(params->items[i]->name, name) == 0) return params->items[i];
    return NULL;
}

int32_t cairn_params_count(const cairn_params *params) {
    return params->count;
}

cairn_param *cairn_params_get(const cairn_params *params, int32_t index) {
    return index >= 0 && index < params->count ? params->items[index] : NULL;
}

size_t cairn_params_packed(const cairn_params *params) {
    size_t bytes = 0;
    for (int32_t i = 0; i < params->count; i++)
        for (int turned = 0; turned < 2; turned++) bytes += matmul_pack_bytes(params->items[i]->packs[turned]);
    return bytes;
}

int64_t cairn_params_size(const cairn_params *params) {
    int64_t size = 0;
    for (int32_t i = 0; i < params->count; i++) size += params->items[i]->value.size;
    return size;
}

static void set_value(cairn_param *param, int64_t i, float value) {
    if (param->value.dtype == CAIRN_F64)
        ((double *)param->value.data)[i] = (double)value;
    else
        ((float *)param->value.data)[i] = value;
}

void cairn_param_init_normal(cairn_param *param, uint64_t seed, double deviation) {
    uint64_t key = cairn_key(param->name, strlen(param->name));
    cairn_rng rng = cairn_rng_open(seed, key, CAIRN_PATH_ROOT, CAIRN_VERB_LEARN, 0, 0);
    for (int64_t i = 0; i < param->value.size; i++) set_value(param, i, (float)(deviation * cairn_rng_normal(&rng)));
    cairn_param_changed(param);
}

void cairn_param_init_uniform(cairn_param *param, uint64_t seed, double low, double high) {
    uint64_t key = cairn_key(param->name, strlen(param->name));
    cairn_rng rng = cairn_rng_open(seed, key, CAIRN_PATH_ROOT, CAIRN_VERB_LEARN, 0, 0);
    for (int64_t i = 0; i < param->value.size; i++)
        set_value(param, i, (float)(low + (high - low) * cairn_rng_unit(&rng)));
    cairn_param_changed(param);
}

/* Subtracts from vector `of` what lies along the vectors before it, twice (one pass leaves rounding), and scales it to
 * length 1. */
static void orthonormalise(double *vectors, int64_t of, int64_t size) {
    double *v = vectors + of * size, norm = 0;
    for (int64_t pass = 0; pass < 2; pass++)
        for (int64_t b = 0; b < of; b++) {
            const double *u = vectors + b * size;
            double along = 0;
            for (int64_t i = 0; i < size; i++) along += u[i] * v[i];
            for (int64_t i = 0; i < size; i++) v[i] -= along * u[i];
        }
    for (int64_t i = 0; i < size; i++) norm += v[i] * v[i];
    for (int64_t i = 0; i < size; i++) v[i] /= sqrt(norm);
}

cairn_status cairn_param_init_orthogonal(cairn_ctx *ctx, cairn_param *param, uint64_t seed, double gain) {
    int64_t columns = param->value.shape[param->value.rank - 1], rows = param->value.size / columns;
    bool wide = columns >= rows;
    int64_t count = wide ? rows : columns, size = wide ? columns : rows; /* vectors, numbers of one */
    if (param->value.rank < 2)
        return cairn_fail(ctx, CAIRN_INVALID, "parameter %s: only a matrix can be orthogonal", param->name);
    double *vectors = cairn_alloc(ctx, (size_t)param->value.size, sizeof *vectors);
    if (!vectors) return CAIRN_NO_MEMORY;
    cairn_rng rng =
        cairn_rng_open(seed, cairn_key(param->name, strlen(param->name)), CAIRN_PATH_ROOT, CAIRN_VERB_LEARN, 0, 0);
    for (int64_t i = 0; i < param->value.size; i++) vectors[i] = cairn_rng_normal(&rng);
    for (int64_t v = 0; v < count; v++) orthonormalise(vectors, v, size);
    for (int64_t v = 0; v < count; v++)
        for (int64_t i = 0; i < size; i++)
            set_value(param, wide ? v * columns + i : i * columns + v, (float)(gain * vectors[v * size + i]));
    cairn_free(vectors);
    cairn_param_changed(param);
    return CAIRN_OK;
}

void cairn_param_fill(cairn_param *param, double value) {
    for (int64_t i = 0; i < param->value.size; i++) set_value(param, i, (float)value);
    cairn_param_changed(param);
}

void cairn_param_changed(cairn_param *param) {
    param->version++;
}
