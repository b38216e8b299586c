/* The learner without files: batches of whole groups, steps, metrics, saving and resuming. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/learner.h"
#include "cairn/net.h"
#include "near.h"

static cairn_ctx *ctx;

static void must(cairn_status status) {
    if (status != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
}

/* ---- batches ------------------------------------------------------------------------------------------------------------------- */

/* Over many sizes and seeds: each epoch gives every group once and whole, a batch is as full as it can be, a larger
 * group is alone. */
static void test_no_batch_divides_a_group_at_any_size(void **state) {
    enum { MOST = 60 };
    (void)state;
    for (uint64_t seed = 0; seed < 40; seed++) {
        cairn_rng rng = cairn_rng_open(seed, 5, 0, CAIRN_VERB_EVAL, 0, 0);
        int32_t count = 1 + (int32_t)cairn_rng_below(&rng, MOST), pool[MOST], groups[MOST];
        int64_t sizes[MOST];
        for (int32_t g = 0; g < count; g++) {
            sizes[g] = 1 + cairn_rng_below(&rng, 50);
            pool[g] = g;
        }
        for (int64_t most = 1; most < 130; most += 1 + (int64_t)(seed % 5)) {
            cairn_batches b;
            must(cairn_batches_open(ctx, sizes, pool, count, seed, &b));
            int64_t expected = cairn_batches_in(&b, most, 2), seen = 0;
            for (int epoch = 0; epoch < 2; epoch++) {
                int times[MOST] = {0};
                for (int32_t given = 0; given < count; seen++) {
                    int32_t n = cairn_batches_next(&b, most, groups);
                    int64_t size = 0;
                    for (int32_t i = 0; i < n; i++) {
                        size += sizes[groups[i]];
                        times[groups[i]]++;
                    }
                    given += n;
                    assert_true(n >= 1 && (n == 1 || size <= most));
                    assert_int_equal(b.epoch, epoch);
                    if (b.next < b.count) assert_true(size + sizes[b.order[b.next]] > most);
                }
                for (int32_t g = 0; g < count; g++) assert_int_equal(times[g], 1);
            }
            assert_int_equal(seen, expected);
            cairn_batches_close(&b);
        }
    }
}

/* ---- learning --------------------------------------------------------------------------------------------------------------------- */

typedef struct bench {
    cairn_device *device;
    cairn_tape *tape;
    cairn_params *params, *average;
    cairn_net *net, *average_net;
    cairn_learner *learner;
} bench;

static bench open_learner(int32_t optimiser, bool averaged) {
    bench b = {0};
    must(cairn_device_open(ctx, 1, CAIRN_MATMUL_FASTEST, &b.device));
    must(cairn_tape_open(ctx, b.device, CAIRN_F32, &b.tape));
    must(cairn_params_open(ctx, b.device, CAIRN_F32, &b.params));
    must(cairn_net_open(ctx, b.params, "score", "mlp:8,activation=tanh", 2, 1, 4, &b.net));
    cairn_learner_setup setup = CAIRN_LEARNER_DEFAULT;
    setup.params = b.params;
    setup.optimiser = optimiser;
    setup.schedule.peak = optimiser == CAIRN_OPTIMISER_SGD ? 0.3 : 0.02;
    if (averaged) {
        must(cairn_params_open(ctx, b.device, CAIRN_F32, &b.average));
        must(cairn_net_open(ctx, b.average, "score", "mlp:8,activation=tanh", 2, 1, 4, &b.average_net));
        setup.average = b.average;
        setup.average_decay = 0.9;
    }
    must(cairn_learner_open(ctx, &setup, &b.learner));
    return b;
}

static void close_learner(bench *b) {
    cairn_learner_close(b->learner);
    cairn_net_close(b->net);
    cairn_net_close(b->average_net);
    cairn_params_close(b->average);
    cairn_params_close(b->params);
    cairn_tape_close(b->tape);
    cairn_device_close(b->device);
}

enum { PAIRS = 32 };

/* Points in pairs; the better one has the greater x - y. Returns the share of pairs in the right order. */
static double step_on_pairs(bench *b, uint64_t draw, double *loss_out) {
    float x[4 * PAIRS], labels[2 * PAIRS];
    int32_t groups[PAIRS + 1];
    cairn_arena *arena;
    const cairn_objective_type *type;
    const void *config;
    double hits = 0;
    cairn_rng rng = cairn_rng_open(draw, 1, 0, CAIRN_VERB_EVAL, 0, 0);
    for (int i = 0; i < 4 * PAIRS; i++) x[i] = (float)cairn_rng_normal(&rng);
    for (int p = 0; p < PAIRS; p++) {
        const float *at = x + 4 * p;
        groups[p] = 2 * p;
        labels[2 * p] = at[0] - at[1] > at[2] - at[3];
        labels[2 * p + 1] = 1 - labels[2 * p];
    }
    groups[PAIRS] = 2 * PAIRS;
    cairn_numbers numbers = {.n = 2 * PAIRS, .n_groups = PAIRS, .groups = groups};
    numbers.columns[CAIRN_COLUMN_LABEL] = labels;
    must(cairn_arena_open(ctx, 1024, &arena));
    must(cairn_objective_find(ctx, arena, "pairwise", &type, &config));
    cairn_tape_reset(b->tape);
    cairn_tensor *in = cairn_tape_input(b->tape, 2, (int64_t[]){2 * PAIRS, 2}, x, false);
    cairn_tensor *scores = cairn_net_apply(b->tape, b->net, in, NULL);
    must(cairn_learner_add(b->learner, b->tape, cairn_objective_apply(b->tape, type, config, scores, &numbers, PAIRS)));
    for (int p = 0; p < PAIRS; p++)
        hits += (cairn_tensor_at(scores, 2 * p) > cairn_tensor_at(scores, 2 * p + 1)) == (labels[2 * p] > 0.5f);
    must(cairn_learner_step(b->learner));
    must(cairn_learner_note(b->learner, "accuracy", hits / PAIRS));
    int32_t n;
    const cairn_metric *metrics = cairn_learner_metrics(b->learner, &n);
    if (loss_out) *loss_out = cairn_metric_of(metrics, n, "loss");
    cairn_arena_close(arena);
    return cairn_metric_of(metrics, n, "accuracy");
}

static void test_every_optimiser_learns_to_order_pairs(void **state) {
    (void)state;
    for (int32_t optimiser = CAIRN_OPTIMISER_ADAMW; optimiser <= CAIRN_OPTIMISER_SGD; optimiser++) {
        bench b = open_learner(optimiser, false);
        double first, last = 0, hits = 0;
        step_on_pairs(&b, 0, &first);
        for (uint64_t i = 1; i < 300; i++) {
            double share = step_on_pairs(&b, i, &last);
            if (i >= 290) hits += share / 10;
        }
        print_message("optimiser %d: loss %g, then %g; right order %g\n", optimiser, first, last, hits);
        assert_true(first > 0.5);
        assert_true(hits > 0.9);
        assert_int_equal(cairn_learner_steps(b.learner), 300);
        close_learner(&b);
    }
}

static void test_a_step_of_two_losses_is_the_step_of_their_sum(void **state) {
    (void)state;
    float value[2];
    for (int two = 0; two < 2; two++) {
        bench b = open_learner(CAIRN_OPTIMISER_ADAMW, false);
        const float x[] = {1, -1};
        int32_t n;
        for (int i = 0; i <= two; i++) {
            cairn_tape_reset(b.tape);
            cairn_tensor *y =
                cairn_net_apply(b.tape, b.net, cairn_tape_input(b.tape, 2, (int64_t[]){1, 2}, x, false), NULL);
            must(cairn_learner_add(b.learner, b.tape, cairn_weighted_sum(b.tape, y, &(float){two ? 1 : 2}, 1)));
        }
        must(cairn_learner_step(b.learner));
        const cairn_metric *metrics = cairn_learner_metrics(b.learner, &n);
        assert_string_equal(metrics[0].name, "loss");
        value[two] = ((const float *)cairn_params_get(b.params, 0)->value.data)[0];
        assert_int_equal(cairn_learner_step(b.learner), CAIRN_INVALID); /* nothing was added */
        close_learner(&b);
    }
    assert_near((double)value[0], (double)value[1], 1e-7);
}

static void test_rate_factors_hold_parameters_by_the_beginning_of_their_name(void **state) {
    (void)state;
    bench b = open_learner(CAIRN_OPTIMISER_ADAMW, false);
    int32_t count;
    cairn_param *first = cairn_params_find(b.params, "score.0.weight"),
                *second = cairn_params_find(b.params, "score.1.weight");
    float held = ((float *)first->value.data)[0], moved = ((float *)second->value.data)[0];
    must(cairn_params_rate(ctx, b.params, "score.0.", 0, &count));
    assert_int_equal(count, 2);
    assert_int_equal(cairn_params_rate(ctx, b.params, "nobody", 2, NULL), CAIRN_NOT_FOUND);
    assert_int_equal(cairn_params_rate(ctx, b.params, "score", -1, NULL), CAIRN_INVALID);
    step_on_pairs(&b, 1, NULL);
    assert_true(((float *)first->value.data)[0] == held);
    assert_true(((float *)second->value.data)[0] != moved);
    close_learner(&b);
}

static void test_a_resumed_learner_ends_with_the_same_bits(void **state) {
    (void)state;
    char path[] = "/tmp/cairn-learner-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    for (int32_t optimiser = CAIRN_OPTIMISER_ADAMW; optimiser <= CAIRN_OPTIMISER_SGD; optimiser++) {
        bench whole = open_learner(optimiser, true), before = open_learner(optimiser, true),
              after = open_learner(optimiser, true);
        for (uint64_t i = 0; i < 20; i++) step_on_pairs(&whole, i, NULL);
        for (uint64_t i = 0; i < 12; i++) step_on_pairs(&before, i, NULL);
        must(cairn_learner_save(before.learner, path));
        step_on_pairs(&after, 99, NULL); /* what it was is forgotten */
        must(cairn_learner_resume(after.learner, path));
        assert_int_equal(cairn_learner_steps(after.learner), 12);
        for (uint64_t i = 12; i < 20; i++) step_on_pairs(&after, i, NULL);
        for (int32_t k = 0; k < cairn_params_count(whole.params); k++) {
            const cairn_param *p = cairn_params_get(whole.params, k), *q = cairn_params_get(after.params, k);
            size_t bytes = (size_t)p->value.size * sizeof(float);
            assert_memory_equal(p->value.data, q->value.data, bytes);
            assert_memory_equal(cairn_params_get(whole.average, k)->value.data,
                                cairn_params_get(after.average, k)->value.data, bytes);
        }
        close_learner(&whole);
        close_learner(&before);
        close_learner(&after);
    }
    bench other = open_learner(CAIRN_OPTIMISER_AMSGRAD, false); /* the file is of SGD: it has no third moment */
    assert_int_equal(cairn_learner_resume(other.learner, path), CAIRN_NOT_FOUND);
    close_learner(&other);
    unlink(path);
}

static void test_what_is_not_finite_moves_nothing(void **state) {
    (void)state;
    bench b = open_learner(CAIRN_OPTIMISER_ADAMW, false);
    const float x[] = {1, -1};
    float before = ((float *)cairn_params_get(b.params, 0)->value.data)[0];
    cairn_tensor *y = cairn_net_apply(b.tape, b.net, cairn_tape_input(b.tape, 2, (int64_t[]){1, 2}, x, false), NULL);
    must(cairn_learner_add(b.learner, b.tape, cairn_weighted_sum(b.tape, y, &(float){INFINITY}, 1)));
    assert_int_equal(cairn_learner_step(b.learner), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "gradient of score."));
    assert_true(((float *)cairn_params_get(b.params, 0)->value.data)[0] == before);
    assert_int_equal(cairn_learner_steps(b.learner), 0);
    assert_int_equal(cairn_learner_add(b.learner, b.tape, NULL), CAIRN_INVALID);
    close_learner(&b);
}

static void test_a_setup_out_of_range_is_refused(void **state) {
    (void)state;
    bench b = open_learner(CAIRN_OPTIMISER_ADAMW, false);
    cairn_learner *none;
    for (int i = 0; i < 4; i++) {
        cairn_learner_setup s = CAIRN_LEARNER_DEFAULT;
        s.params = b.params;
        if (i == 0) s.schedule.peak = 0;
        if (i == 1) s.beta1 = 1;
        if (i == 2) s.clip = -1;
        if (i == 3) s.optimiser = 9;
        assert_int_equal(cairn_learner_open(ctx, &s, &none), CAIRN_INVALID);
    }
    for (int i = 0; i < 32; i++) {
        static char names[32][8];
        snprintf(names[i], sizeof names[i], "m%d", i);
        must(cairn_learner_note(b.learner, names[i], i));
    }
    must(cairn_learner_note(b.learner, "m3", 7)); /* is there */
    assert_int_equal(cairn_learner_note(b.learner, "one more", 0), CAIRN_LIMIT);
    close_learner(&b);
}

static int open_all(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) == CAIRN_OK ? 0 : -1;
}

static int close_all(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_batch_divides_a_group_at_any_size),
        cmocka_unit_test(test_every_optimiser_learns_to_order_pairs),
        cmocka_unit_test(test_a_step_of_two_losses_is_the_step_of_their_sum),
        cmocka_unit_test(test_rate_factors_hold_parameters_by_the_beginning_of_their_name),
        cmocka_unit_test(test_a_resumed_learner_ends_with_the_same_bits),
        cmocka_unit_test(test_what_is_not_finite_moves_nothing),
        cmocka_unit_test(test_a_setup_out_of_range_is_refused),
    };
    return cmocka_run_group_tests_name("learn learner", tests, open_all, close_all);
}
