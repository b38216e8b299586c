/* Products: every number is one chain of fused multiply-adds, whatever the instruction set, the rows beside it, the
 * threads and where the chain is cut; gradients likewise; pairs of bf16 where the processor has them. */
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

typedef struct bench {
    cairn_ctx *ctx;
    cairn_pool *one, *three;
} bench;

/* A product and its operands: w [out, in], or [in, out] when turned. As a gradient, x [rows, in] and dy [rows, out]
 * make dw [out, in]. */
typedef struct trial {
    int64_t rows, in, out;
    cairn_dtype type;
    bool turned, add, gradient;
    float *x, *w, *dy, *before, *y;
} trial;

static int64_t numbers_in_result(const trial *t) {
    return t->gradient ? t->in * t->out : t->rows * t->out;
}

static trial open_trial(int64_t rows, int64_t in, int64_t out, cairn_dtype type, bool turned, bool add, bool gradient) {
    trial t = {.rows = rows,
               .in = in,
               .out = out,
               .type = type,
               .turned = turned,
               .add = add || gradient,
               .gradient = gradient};
    t.x = normal_numbers(1, rows * in);
    t.w = normal_numbers(2, in * out);
    t.dy = normal_numbers(4, rows * out);
    t.before = normal_numbers(3, numbers_in_result(&t));
    t.y = malloc((size_t)numbers_in_result(&t) * sizeof *t.y);
    return t;
}

static void close_trial(trial *t) {
    free(t->x);
    free(t->w);
    free(t->dy);
    free(t->before);
    free(t->y);
}

/* Rows from .. from + rows - 1 of the trial's product, into y. */
static void multiply_rows(const bench *b, cairn_pool *pool, const kernels *k, bool portable, const trial *t,
                          int64_t from, int64_t rows, float *y) {
    matmul *m;
    weight_pack *pack = NULL;
    assert_int_equal(matmul_open(b->ctx, pool, k, portable, &m), CAIRN_OK);
    if (t->gradient) {
        memcpy(y, t->before, (size_t)numbers_in_result(t) * sizeof *y);
        assert_int_equal(matmul_gradient(m, t->dy, t->x, rows, t->out, t->in, t->type, y), CAIRN_OK);
    } else {
        memcpy(y, t->before + from * t->out, (size_t)(rows * t->out) * sizeof *y);
        assert_int_equal(
            matmul_pack(m, t->w, t->turned ? t->in : t->out, t->turned ? t->out : t->in, t->type, t->turned, &pack),
            CAIRN_OK);
        assert_int_equal(matmul_run(m, pack, t->x + from * t->in, rows, y, t->add), CAIRN_OK);
        matmul_unpack(pack);
    }
    matmul_close(m);
}

static void multiply_all(const bench *b, const kernels *k, bool portable, const trial *t) {
    multiply_rows(b, b->three, k, portable, t, 0, t->rows, t->y);
}

/* What number (r, j) of the result must be, to the bit, where nothing is multiplied in pairs. */
static float chain(const trial *t, int64_t r, int64_t j) {
    float sum = 0;
    if (t->gradient) {
        sum = t->before[r * t->in + j];
        for (int64_t i = 0; i < t->rows; i++) sum = fmaf(t->dy[i * t->out + r], t->x[i * t->in + j], sum);
        return sum;
    }
    if (t->add) sum = t->before[r * t->out + j];
    for (int64_t i = 0; i < t->in; i++) {
        float w = t->w[t->turned ? i * t->out + j : j * t->in + i];
        if (t->type == CAIRN_BF16) w = cairn_bf16_widen(cairn_bf16_round(w));
        sum = fmaf(t->x[r * t->in + i], w, sum);
    }
    return sum;
}

static void check(const bench *b, const kernels *k, trial *t) {
    const int64_t width = t->gradient ? t->in : t->out;
    multiply_all(b, k, true, t);
    for (int64_t i = 0; i < numbers_in_result(t); i++) {
        const float right = chain(t, i / width, i % width);
        if (memcmp(&right, &t->y[i], sizeof right) != 0)
            fail_msg("%s, %s%s%s%s: %lld rows by [%lld, %lld]: row %lld, column %lld is %.9g, not %.9g", k->name,
                     cairn_dtype_name(t->type), t->turned ? ", turned" : "", t->add ? ", added" : "",
                     t->gradient ? ", gradient" : "", (long long)t->rows, (long long)t->in, (long long)t->out,
                     (long long)(i / width), (long long)(i % width), (double)t->y[i], (double)right);
    }
}

/* The kernels that this processor can run. */
static int runnable(const kernels *out[4]) {
    int count = 0;
    out[count++] = &kernels_f32;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) out[count++] = &kernels_f32_avx2;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq"))
        out[count++] = &kernels_f32_avx512;
    if (count == 3 && __builtin_cpu_supports("avx512bf16")) out[count++] = &kernels_f32_avx512_bf16;
#endif
    return count;
}

/* Blocks are of 256 numbers, chunks of 512 rows, parts of 120: shapes on both sides of each. */
static void test_every_number_is_one_chain(void **state) {
    static const int64_t shapes[][3] = {{1, 1, 1},      {2, 7, 31},    {5, 40, 32},  {12, 33, 33}, {13, 64, 2},
                                        {29, 16, 48},   {130, 24, 75}, {300, 5, 29}, {3, 255, 17}, {7, 256, 100},
                                        {121, 257, 15}, {4, 513, 16},  {1, 600, 70}, {513, 3, 18}, {2, 33, 140}};
    const kernels *sets[4];
    for (int s = runnable(sets) - 1; s >= 0; s--)
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
            for (int way = 0; way < 10; way++) {
                trial t = open_trial(shapes[i][0], shapes[i][1], shapes[i][2], way & 1 ? CAIRN_BF16 : CAIRN_F32,
                                     way & 2, way & 4, way & 8);
                check(*state, sets[s], &t);
                close_trial(&t);
            }
}

static void test_every_size_of_a_group_of_rows_is_one_chain(void **state) {
    const kernels *sets[4];
    for (int s = runnable(sets) - 1; s >= 0; s--)
        for (int64_t rows = 1; rows <= 26; rows++)
            for (int bf16 = 0; bf16 < 2; bf16++) {
                trial t = open_trial(rows, 11, 90, bf16 ? CAIRN_BF16 : CAIRN_F32, false, false, false);
                check(*state, sets[s], &t);
                close_trial(&t);
            }
}

/* The same operands through all kernels: one of them is known to be right by the tests above. */
static void test_a_thousand_random_products_have_the_same_bits_with_every_instruction_set(void **state) {
    const bench *b = *state;
    const kernels *sets[4];
    const int count = runnable(sets);
    cairn_rng rng = cairn_rng_open(11, 0, CAIRN_PATH_ROOT, CAIRN_VERB_EVAL, 0, 0);
    if (count == 1) skip_because("this processor runs plain C only");
    for (int i = 0; i < 1000; i++) {
        const bool large = i % 8 == 0;
        trial t = open_trial(cairn_rng_range(&rng, 1, large ? 300 : 24), cairn_rng_range(&rng, 1, large ? 70 : 300),
                             cairn_rng_range(&rng, 1, 90), i & 1 ? CAIRN_BF16 : CAIRN_F32, i & 2, i & 4, i % 5 == 0);
        float *first = malloc((size_t)numbers_in_result(&t) * sizeof *first);
        multiply_rows(b, b->one, sets[0], true, &t, 0, t.rows, first);
        for (int s = 1; s < count; s++) {
            multiply_all(b, sets[s], true, &t);
            if (memcmp(first, t.y, (size_t)numbers_in_result(&t) * sizeof *first) != 0)
                fail_msg("product %d: %lld rows by [%lld, %lld] differs between %s and %s", i, (long long)t.rows,
                         (long long)t.in, (long long)t.out, sets[0]->name, sets[s]->name);
        }
        free(first);
        close_trial(&t);
    }
}

/* Of the kernels that this processor uses, pairs among them. */
static void test_the_bits_of_rows_are_those_of_the_rows_alone(void **state) {
    const bench *b = *state;
    cairn_rng rng = cairn_rng_open(12, 0, CAIRN_PATH_ROOT, CAIRN_VERB_EVAL, 0, 0);
    float *alone = malloc(300 * 200 * sizeof *alone);
    for (int i = 0; i < 60; i++) {
        trial t = open_trial(cairn_rng_range(&rng, 1, 300), cairn_rng_range(&rng, 1, 600),
                             cairn_rng_range(&rng, 1, 200), i & 1 ? CAIRN_BF16 : CAIRN_F32, i & 2, i & 4, false);
        multiply_all(b, kernels_pick(), false, &t);
        for (int n = 0; n < 8; n++) {
            const int64_t rows = n < 4 ? 1 : cairn_rng_range(&rng, 1, t.rows),
                          from = cairn_rng_range(&rng, 0, t.rows - rows);
            multiply_rows(b, b->one, kernels_pick(), false, &t, from, rows, alone);
            assert_memory_equal(alone, t.y + from * t.out, (size_t)(rows * t.out) * sizeof *alone);
        }
        close_trial(&t);
    }
    free(alone);
}

/* Not numbers and infinities of w and x come through, and stay in their rows and columns. */
static void test_what_is_not_finite_is_seen(void **state) {
    const kernels *sets[4];
    for (int s = runnable(sets) - 1; s >= 0; s--)
        for (int portable = 0; portable < 2; portable++) {
            trial t = open_trial(3, 8, 40, CAIRN_BF16, false, false, false);
            t.w[33 * 8 + 2] = NAN;
            t.w[20 * 8 + 1] = INFINITY;
            t.x[2 * 8 + 5] = -INFINITY;
            multiply_all(*state, sets[s], portable, &t);
            for (int64_t r = 0; r < t.rows; r++)
                for (int64_t j = 0; j < t.out; j++) {
                    const float y = t.y[r * t.out + j];
                    assert_int_equal(isnan(y), j == 33 || (r == 2 && isnan(chain(&t, r, j))));
                    assert_true(isfinite(y) == (r < 2 && j != 33 && j != 20));
                }
            close_trial(&t);
        }
}

/* A float that no bf16 equals is far from its neighbours in bf16, so pairs round x too; near by the result is the same.
 */
static void test_pairs_are_near_the_product_of_rounded_operands(void **state) {
    const bench *b = *state;
    if (!kernels_pick()->product.pairs) skip_because("this processor has no fast products of bf16");
    for (int gradient = 0; gradient < 2; gradient++)
        for (int64_t rows = 1; rows < 300; rows = rows * 2 + 1) {
            trial t = open_trial(rows, 301, 75, CAIRN_BF16, false, true, gradient);
            float **operands[] = {&t.x, &t.dy, &t.w};
            const int64_t sizes[] = {rows * t.in, rows * t.out, t.in * t.out};
            multiply_all(b, kernels_pick(), false, &t);
            for (int o = 0; o < 3; o++)
                for (int64_t i = 0; i < sizes[o]; i++)
                    (*operands[o])[i] = cairn_bf16_widen(cairn_bf16_round((*operands[o])[i]));
            float *right = malloc((size_t)numbers_in_result(&t) * sizeof *right);
            const int64_t width = gradient ? t.in : t.out;
            for (int64_t i = 0; i < numbers_in_result(&t); i++) right[i] = chain(&t, i / width, i % width);
            assert_true(apart(t.y, right, numbers_in_result(&t)) <
                        1e-5); /* rounded otherwise, x or w would be 1e-3 away */
            free(right);
            close_trial(&t);
        }
}

/* fma where the processor's instruction is not used: against that of the C library, over all magnitudes. */
static void test_the_plain_twin_rounds_once(void **state) {
    const bench *b = *state;
    cairn_rng rng = cairn_rng_open(13, 0, CAIRN_PATH_ROOT, CAIRN_VERB_EVAL, 0, 0);
    for (int i = 0; i < 200; i++) {
        trial t = open_trial(5, 6, 20, CAIRN_F32, true, true, false);
        float *arrays[] = {t.x, t.w, t.before};
        const int64_t sizes[] = {30, 120, 100};
        for (int a = 0; a < 3; a++)
            for (int64_t k = 0; k < sizes[a]; k++) { /* any bits but infinities and not numbers, few of them large */
                uint32_t bits = cairn_rng_u32(&rng);
                const uint32_t exponent = i % 2 ? 90 + (bits >> 23) % 40 : (bits >> 23) % 160;
                bits = (bits & 0x807fffff) | exponent << 23;
                memcpy(&arrays[a][k], &bits, sizeof bits);
            }
        check(b, &kernels_f32, &t);
        close_trial(&t);
    }
}

static int open_bench(void **state) {
    static bench b;
    *state = &b;
    return cairn_ctx_open(&b.ctx) == CAIRN_OK && cairn_pool_open(b.ctx, 1, &b.one) == CAIRN_OK &&
                   cairn_pool_open(b.ctx, 3, &b.three) == CAIRN_OK
               ? 0
               : -1;
}

static int close_bench(void **state) {
    bench *b = *state;
    cairn_pool_close(b->one);
    cairn_pool_close(b->three);
    cairn_ctx_close(b->ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_number_is_one_chain),
        cmocka_unit_test(test_every_size_of_a_group_of_rows_is_one_chain),
        cmocka_unit_test(test_a_thousand_random_products_have_the_same_bits_with_every_instruction_set),
        cmocka_unit_test(test_the_bits_of_rows_are_those_of_the_rows_alone),
        cmocka_unit_test(test_what_is_not_finite_is_seen),
        cmocka_unit_test(test_pairs_are_near_the_product_of_rounded_operands),
        cmocka_unit_test(test_the_plain_twin_rounds_once),
    };
    return cmocka_run_group_tests_name("tensor product", tests, open_bench, close_bench);
}
