/* Products by panels: every number is one chain of products and additions, whatever the kernels, the rows beside it and the threads. And
 * the other way, products of bf16 by oneDNN, where the processor has them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numbers.h"
#include "skip.h"
#include "tensor/matmul.h"
#include "tensor/panels.h"

typedef struct bench {
    cairn_ctx *ctx;
    cairn_pool *pool;
} bench;

/* A product and its operands: w [out, in], or [in, out] when turned. */
typedef struct trial {
    int64_t rows;
    panels of;
    bool turned, add;
    float *x, *w, *y, *before;
    uint32_t *words;
} trial;

static trial open_trial(int64_t rows, int64_t in, int64_t out, cairn_dtype type, bool turned, bool add) {
    trial t = {.rows = rows, .of = {in, out, type}, .turned = turned, .add = add};
    t.x = normal_numbers(1, rows * in);
    t.w = normal_numbers(2, in * out);
    t.before = normal_numbers(3, rows * out);
    t.y = malloc((size_t)(rows * out) * sizeof *t.y);
    t.words = aligned_alloc(64, panels_bytes(&t.of));
    return t;
}

static void close_trial(trial *t) {
    free(t->x);
    free(t->w);
    free(t->y);
    free(t->before);
    free(t->words);
}

/* What row r, column j must be, to the bit. */
static float chain(const trial *t, int64_t r, int64_t j, bool fused) {
    float sum = 0;
    for (int64_t i = 0; i < t->of.in; i++) {
        float w = t->w[t->turned ? i * t->of.out + j : j * t->of.in + i];
        if (t->of.type == CAIRN_BF16) w = cairn_bf16_widen(cairn_bf16_round(w));
        float x = t->x[r * t->of.in + i];
        sum = fused ? fmaf(x, w, sum) : x * w + sum;
    }
    return t->add ? t->before[r * t->of.out + j] + sum : sum;
}

static void check(const bench *b, const kernels *k, trial *t) {
    const bool fused = strcmp(k->name, "portable") != 0;
    memcpy(t->y, t->before, (size_t)(t->rows * t->of.out) * sizeof *t->y);
    panels_fill(b->pool, &t->of, t->words, t->w, t->turned);
    panels_run(b->pool, k, &t->of, t->words, t->x, t->rows, t->y, t->add);
    for (int64_t r = 0; r < t->rows; r++)
        for (int64_t j = 0; j < t->of.out; j++) {
            float right = chain(t, r, j, fused);
            if (memcmp(&right, &t->y[r * t->of.out + j], sizeof right) != 0)
                fail_msg("%s, %s: [%lld, %lld] by %lld rows: row %lld, column %lld is %.9g, not %.9g", k->name,
                         cairn_dtype_name(t->of.type), (long long)t->of.in, (long long)t->of.out, (long long)t->rows,
                         (long long)r, (long long)j, (double)t->y[r * t->of.out + j], (double)right);
        }
}

static void check_kernels(const bench *b, const kernels *k) {
    static const int64_t shapes[][3] = {{1, 1, 1},   {2, 7, 31},   {5, 40, 32},    {12, 33, 33},
                                        {13, 64, 2}, {29, 16, 48}, {130, 24, 300}, {300, 5, 129}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int way = 0; way < 8; way++) {
            trial t = open_trial(shapes[i][0], shapes[i][1], shapes[i][2], way & 4 ? CAIRN_BF16 : CAIRN_F32, way & 1,
                                 way & 2);
            check(b, k, &t);
            close_trial(&t);
        }
    for (int64_t rows = 1; rows <= 26; rows++) /* every size of a group of rows */
        for (int bf16 = 0; bf16 < 2; bf16++) {
            trial t = open_trial(rows, 10, 40, bf16 ? CAIRN_BF16 : CAIRN_F32, false, false);
            check(b, k, &t);
            close_trial(&t);
        }
}

static void test_every_number_is_one_chain_with_the_kernels_of_this_build(void **state) {
#if defined(__FMA__)
    skip_because("built for one processor: its \"portable\" kernels fuse too");
#endif
    check_kernels(*state, &kernels_f32);
}

static void test_every_number_is_one_chain_with_avx2(void **state) {
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
        skip_because("this processor has no AVX2 or no FMA");
    check_kernels(*state, &kernels_f32_avx2);
#else
    (void)state;
    skip_because("not an x86-64 processor");
#endif
}

static void test_every_number_is_one_chain_with_avx512(void **state) {
#if defined(__x86_64__)
    if (kernels_pick() != &kernels_f32_avx512) skip_because("the kernels for AVX-512 are not used on this processor");
    check_kernels(*state, &kernels_f32_avx512);
#else
    (void)state;
    skip_because("not an x86-64 processor");
#endif
}

/* Not numbers and infinities of w and x come through. */
static void test_what_is_not_finite_is_seen(void **state) {
    const bench *b = *state;
    trial t = open_trial(3, 8, 40, CAIRN_BF16, false, false);
    t.w[33 * 8 + 2] = NAN;
    t.w[20 * 8 + 1] = INFINITY;
    t.x[2 * 8 + 5] = -INFINITY;
    panels_fill(b->pool, &t.of, t.words, t.w, false);
    panels_run(b->pool, kernels_pick(), &t.of, t.words, t.x, t.rows, t.y, false);
    for (int64_t r = 0; r < t.rows; r++)
        for (int64_t j = 0; j < t.of.out; j++) {
            float y = t.y[r * t.of.out + j];
            assert_int_equal(isnan(y), j == 33 || (r == 2 && isnan(chain(&t, r, j, true))));
            assert_true(isfinite(y) == (r < 2 && j != 33 && j != 20));
        }
    close_trial(&t);
}

/* oneDNN's own product of bf16 rounds x too; near by it is the same, and a row's bits do not depend on the others there either. */
static void test_both_ways_of_multiplying_bf16_agree(void **state) {
    const bench *b = *state;
    matmul *native, *widened;
    assert_int_equal(matmul_open(b->ctx, b->pool, kernels_pick(), true, &native), CAIRN_OK);
    assert_int_equal(matmul_open(b->ctx, b->pool, kernels_pick(), false, &widened), CAIRN_OK);
    assert_false(matmul_has_bf16(widened));
    const bool there = matmul_has_bf16(native);
    trial t = open_trial(70, 96, 300, CAIRN_BF16, false, false);
    weight_pack *pack[2] = {NULL, NULL};
    float *other = malloc((size_t)(t.rows * t.of.out) * sizeof *other);
    assert_int_equal(matmul_pack(native, t.w, t.of.out, t.of.in, CAIRN_BF16, false, &pack[0]), CAIRN_OK);
    assert_int_equal(matmul_pack(widened, t.w, t.of.out, t.of.in, CAIRN_BF16, false, &pack[1]), CAIRN_OK);
    assert_int_equal(matmul_run(native, pack[0], t.x, t.rows, other, false), CAIRN_OK);
    assert_int_equal(matmul_run(widened, pack[1], t.x, t.rows, t.y, false), CAIRN_OK);
    const double distance = apart(other, t.y, t.rows * t.of.out);
    assert_true(there ? distance > 0 && distance < 5e-3 : distance == 0);
    assert_int_equal(matmul_run(native, pack[0], t.x + 40 * t.of.in, 3, t.y, false), CAIRN_OK);
    assert_memory_equal(t.y, other + 40 * t.of.out, (size_t)(3 * t.of.out) * sizeof *other);
    matmul_unpack(pack[0]);
    matmul_unpack(pack[1]);
    matmul_close(native);
    matmul_close(widened);
    free(other);
    close_trial(&t);
    if (!there) skip_because("this processor multiplies no bf16");
}

static int open_bench(void **state) {
    static bench b;
    *state = &b;
    return cairn_ctx_open(&b.ctx) == CAIRN_OK && cairn_pool_open(b.ctx, 3, &b.pool) == CAIRN_OK ? 0 : -1;
}

static int close_bench(void **state) {
    bench *b = *state;
    cairn_pool_close(b->pool);
    cairn_ctx_close(b->ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_number_is_one_chain_with_the_kernels_of_this_build),
        cmocka_unit_test(test_every_number_is_one_chain_with_avx2),
        cmocka_unit_test(test_every_number_is_one_chain_with_avx512),
        cmocka_unit_test(test_what_is_not_finite_is_seen),
        cmocka_unit_test(test_both_ways_of_multiplying_bf16_agree),
    };
    return cmocka_run_group_tests_name("tensor panels", tests, open_bench, close_bench);
}
