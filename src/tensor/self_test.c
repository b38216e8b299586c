/* Does this processor's product keep the rule of row invariance? Asked on random shapes and rows. */
#include <math.h>
#include <string.h>

#include "tensor/device.h"

typedef struct trial {
    int64_t rows, n, k;
    cairn_dtype type;
    float *x, *w, *y, *again, *exact; /* [rows, k], [n, k], [rows, n] ... */
} trial;

/* Relative L2 distance of two rows. */
static double distance(const float *a, const float *b, int64_t n) {
    double difference = 0, whole = 0;
    for (int64_t j = 0; j < n; j++) {
        difference += ((double)a[j] - (double)b[j]) * ((double)a[j] - (double)b[j]);
        whole += (double)b[j] * (double)b[j];
    }
    return whole > 0 ? sqrt(difference / whole) : sqrt(difference);
}

static cairn_status same_rows(cairn_device *d, const trial *t, const weight_pack *pack, int64_t from, int64_t rows) {
    CAIRN_TRY(matmul_run(d->products, pack, t->x + from * t->k, rows, t->again, false));
    if (memcmp(t->again, t->y + from * t->n, (size_t)(rows * t->n) * sizeof *t->y) == 0) return CAIRN_OK;
    return cairn_fail(d->ctx, CAIRN_INTERNAL,
                      "products of [%lld, %lld] in %s differ between %lld rows and %lld together", (long long)t->n,
                      (long long)t->k, cairn_dtype_name(t->type), (long long)rows, (long long)t->rows);
}

static cairn_status try_products(cairn_device *d, trial *t, cairn_rng *rng, double *worst) {
    weight_pack *pack = NULL;
    kernel_args plain = {.x = {t->x, t->w}, .y = {t->exact}, .n = t->n, .i = {t->k}};
    for (int64_t i = 0; i < t->rows * t->k; i++) t->x[i] = (float)cairn_rng_normal(rng);
    for (int64_t i = 0; i < t->n * t->k; i++) t->w[i] = (float)cairn_rng_normal(rng);
    cairn_status status = matmul_pack(d->products, t->w, t->n, t->k, t->type, false, &pack);
    if (status == CAIRN_OK) status = matmul_run(d->products, pack, t->x, t->rows, t->y, false);
    for (int i = 0; i < 6 && status == CAIRN_OK; i++) {
        int64_t rows = cairn_rng_range(rng, 1, i % 2 ? 5 : t->rows);
        status = same_rows(d, t, pack, cairn_rng_range(rng, 0, t->rows - rows), rows);
    }
    matmul_unpack(pack);
    CAIRN_TRY(status);
    d->f32->matmul(&plain, 0, t->rows, NULL);
    for (int64_t r = 0; r < t->rows; r++) *worst = fmax(*worst, distance(t->y + r * t->n, t->exact + r * t->n, t->n));
    return CAIRN_OK;
}

cairn_status cairn_device_self_test(cairn_device *device, uint64_t seed, double *worst) {
    enum { TRIALS = 12, MOST = 320 };
    *worst = 0;
    if (!device->products) return CAIRN_OK;
    cairn_rng rng = cairn_rng_open(seed, 0, CAIRN_PATH_ROOT, CAIRN_VERB_EVAL, 0, 0);
    float *block = cairn_alloc(device->ctx, 5 * (size_t)MOST * MOST, sizeof *block);
    if (!block) return CAIRN_NO_MEMORY;
    cairn_status status = CAIRN_OK;
    for (int i = 0; i < TRIALS && status == CAIRN_OK; i++) {
        trial t = {.rows = cairn_rng_range(&rng, 6, MOST),
                   .n = cairn_rng_range(&rng, 1, MOST),
                   .k = cairn_rng_range(&rng, 1, MOST),
                   .type = i % 2 ? CAIRN_BF16 : CAIRN_F32};
        float **parts[] = {&t.x, &t.w, &t.y, &t.again, &t.exact};
        for (int p = 0; p < 5; p++) *parts[p] = block + (size_t)p * MOST * MOST;
        double apart = 0;
        status = try_products(device, &t, &rng, &apart);
        if (status == CAIRN_OK && apart > (t.type == CAIRN_BF16 ? 1.5e-2 : 1e-5))
            status =
                cairn_fail(device->ctx, CAIRN_INTERNAL, "products of [%lld, %lld] in %s are %.2g from the plain ones",
                           (long long)t.n, (long long)t.k, cairn_dtype_name(t.type), apart);
        *worst = fmax(*worst, apart);
    }
    cairn_free(block);
    return status;
}
