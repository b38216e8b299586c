/* A surrogate trains a decoder: forward, log-probabilities of the drawn tokens, cairn_surrogate_loss, backward. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "cairn/surrogate.h"
#include "cairn/tensor.h"
#include "cairn/transformer.h"
#include "near.h"

/* Two responses to the prompt 1 2: 3 4 5 and 6 7. Row r of the trunk predicts token r + 1. Token 4 was not drawn. */
enum { DRAWN = 5, SEQUENCES = 2 };
static const int32_t tokens[] = {1, 2, 3, 4, 5, 1, 2, 6, 7}, starts[] = {0, 5, 9};
static const int32_t rows[DRAWN] = {1, 2, 3, 6, 7}, targets[DRAWN] = {3, 4, 5, 6, 7}, offsets[] = {0, 3, 5};
static const uint8_t mask[DRAWN] = {1, 0, 1, 1, 1};
static const double advantage[DRAWN] = {1, 1, 1, -0.7, -0.7};

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_device *device;
    cairn_tape *tape;
    cairn_transformer *model;
} fixture;

static void must(const fixture *f, cairn_status status) {
    if (status != CAIRN_OK) fail_msg("%s", cairn_error(f->ctx));
}

static int open_fixture(void **state) {
    static fixture f;
    const cairn_transformer_shape shape = {.vocabulary = 11,
                                           .width = 8,
                                           .layers = 1,
                                           .heads = 2,
                                           .kv_heads = 1,
                                           .feed_forward = 12,
                                           .context = 16,
                                           .tied = true};
    if (cairn_ctx_open(&f.ctx) != CAIRN_OK) return 1;
    must(&f, cairn_arena_open(f.ctx, 4096, &f.arena));
    must(&f, cairn_device_open(f.ctx, 1, CAIRN_MATMUL_FASTEST, &f.device));
    must(&f, cairn_tape_open(f.ctx, f.device, CAIRN_F64, &f.tape));
    must(&f, cairn_transformer_open(f.ctx, f.device, &shape, CAIRN_F64, &f.model));
    must(&f, cairn_transformer_add_head(f.ctx, f.model, "value", CAIRN_HEAD_VALUE, 1, 0, false));
    cairn_transformer_init(f.model, 3);
    for (int32_t i = 0; i < cairn_params_count(f.model->params); i++)
        if (cairn_params_get(f.model->params, i)->value.rank == 2)
            cairn_param_init_normal(cairn_params_get(f.model->params, i), 4, 0.4);
    *state = &f;
    return 0;
}

static int close_fixture(void **state) {
    fixture *f = *state;
    cairn_transformer_close(f->model);
    cairn_tape_close(f->tape);
    cairn_device_close(f->device);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
    return 0;
}

/* ---- what is computed -------------------------------------------------------------------------------------------- */

typedef struct update {
    cairn_surrogate surrogate;
    cairn_surrogate_batch batch; /* its logp is what the model says */
    cairn_value_batch values;
} update;

static cairn_status policy_loss(cairn_ctx *ctx, void *arg, int64_t n, const double *x, double *loss, double *slope) {
    const update *u = arg;
    cairn_surrogate_batch batch = u->batch;
    (void)n;
    batch.logp = x;
    return cairn_surrogate_loss(ctx, &u->surrogate, &batch, loss, slope, NULL);
}

static cairn_status value_loss(cairn_ctx *ctx, void *arg, int64_t n, const double *x, double *loss, double *slope) {
    const update *u = arg;
    cairn_value_batch batch = u->values;
    batch.n = n;
    batch.value = x;
    return cairn_value_loss(ctx, &batch, 0.2, loss, slope, NULL);
}

static cairn_tensor *drawn_rows(const fixture *f) {
    cairn_tape_reset(f->tape);
    return cairn_rows(f->tape, cairn_transformer_trunk(f->tape, f->model, tokens, starts, SEQUENCES), rows, DRAWN);
}

static cairn_tensor *logp_of(const fixture *f, cairn_tensor *hidden) {
    cairn_tensor *logp = cairn_token_logp(f->tape, cairn_transformer_logits(f->tape, f->model, hidden), targets);
    if (!logp) fail_msg("%s", cairn_error(f->ctx));
    return logp;
}

/* Loss of policy and critic together, which share the trunk. */
static cairn_tensor *loss_of(const fixture *f, update *u) {
    cairn_tensor *hidden = drawn_rows(f);
    cairn_tensor *policy = cairn_loss(f->tape, logp_of(f, hidden), policy_loss, u);
    cairn_tensor *value = cairn_head_apply(f->tape, cairn_transformer_head(f->model, "value"), hidden);
    cairn_tensor *critic = cairn_loss(f->tape, value, value_loss, u);
    cairn_tensor *loss = cairn_add(f->tape, policy, critic);
    if (!loss) fail_msg("%s", cairn_error(f->ctx));
    return loss;
}

static void read_logp(const fixture *f, double out[DRAWN]) {
    cairn_tensor *logp = logp_of(f, drawn_rows(f));
    for (int t = 0; t < DRAWN; t++) out[t] = cairn_tensor_at(logp, t);
}

/* Old and reference log-probabilities some way from the model's, values likewise. */
static update update_of(const fixture *f, const char *spec, double old[DRAWN], double reference[DRAWN]) {
    static const double away[DRAWN] = {0.1, 0.3, -0.4, 0.05, -0.6}, before[DRAWN] = {0.1, 0, -0.4, 0.2, 2},
                        ret[DRAWN] = {0.5, 0, -1, 1, -2};
    update u = {.batch = {.n_sequences = SEQUENCES,
                          .offsets = offsets,
                          .logp_old = old,
                          .logp_ref = reference,
                          .advantage = advantage,
                          .mask = mask},
                .values = {.value_old = before, .ret = ret, .mask = mask}};
    read_logp(f, old);
    for (int t = 0; t < DRAWN; t++) {
        reference[t] = old[t] - 0.1 * (t + 1);
        old[t] -= away[t];
    }
    must(f, cairn_surrogate_find(f->ctx, f->arena, spec, &u.surrogate));
    return u;
}

/* ---- tests ------------------------------------------------------------------------------------------------------- */

static void test_gradients_through_the_decoder_are_central_differences(void **state) {
    static const char *const specs[] = {"ppo:clip=0.2,clip-high=0.28,kl=0.05",
                                        "gspo:clip=0.5,kl=0.05,kl-form=k2",
                                        "gmpo",
                                        "sapo:mean=token",
                                        "dro",
                                        "reinforce"};
    const fixture *f = *state;
    double old[DRAWN], reference[DRAWN], h = 1e-5;
    for (size_t k = 0; k < sizeof specs / sizeof *specs; k++) {
        update u = update_of(f, specs[k], old, reference);
        cairn_params_zero_grads(f->model->params);
        must(f, cairn_tape_backward(f->tape, loss_of(f, &u), 1));
        int moved = 0;
        for (int32_t i = 0; i < cairn_params_count(f->model->params); i++) {
            cairn_param *p = cairn_params_get(f->model->params, i);
            double *x = p->value.data;
            for (int64_t e = i % 3; e < p->value.size; e += 7) {
                double at = x[e], gradient = cairn_tensor_grad_at(&p->value, e), above, below;
                x[e] = at + h;
                cairn_param_changed(p);
                above = cairn_tensor_at(loss_of(f, &u), 0);
                x[e] = at - h;
                cairn_param_changed(p);
                below = cairn_tensor_at(loss_of(f, &u), 0);
                x[e] = at;
                cairn_param_changed(p);
                assert_near(gradient, (above - below) / (2 * h), 1e-7);
                moved += fabs(gradient) > 1e-4;
            }
        }
        assert_true(moved > 50);
    }
}

static void test_a_weighted_sum_with_the_slopes_has_the_same_gradient(void **state) {
    const fixture *f = *state;
    double old[DRAWN], reference[DRAWN], slope[DRAWN], now[DRAWN], loss, norm, same;
    float weights[DRAWN];
    update u = update_of(f, "ppo:kl=0.05", old, reference);
    cairn_params_zero_grads(f->model->params);
    must(f, cairn_tape_backward(f->tape, cairn_loss(f->tape, logp_of(f, drawn_rows(f)), policy_loss, &u), 1));
    must(f, cairn_params_grad_norm(f->model->params, &norm));
    cairn_tensor *logp = logp_of(f, drawn_rows(f));
    for (int t = 0; t < DRAWN; t++) now[t] = cairn_tensor_at(logp, t);
    u.batch.logp = now;
    must(f, cairn_surrogate_loss(f->ctx, &u.surrogate, &u.batch, &loss, slope, NULL));
    for (int t = 0; t < DRAWN; t++) weights[t] = (float)-slope[t];
    must(f, cairn_tape_backward(f->tape, cairn_weighted_sum(f->tape, logp, weights, 1), 1));
    must(f, cairn_params_grad_norm(f->model->params, &same)); /* what one adds, the other takes away */
    assert_true(norm > 0.1);
    assert_near(same, 0, 1e-6);
}

static void test_one_update_moves_probabilities_where_the_advantages_point(void **state) {
    static const char *const specs[] = {"reinforce", "ppo", "gspo:clip=0.2", "gmpo", "cispo", "sapo", "dro"};
    const fixture *f = *state;
    for (size_t k = 0; k < sizeof specs / sizeof *specs; k++) {
        double before[DRAWN], after[DRAWN];
        update u = {.batch = {.n_sequences = SEQUENCES,
                              .offsets = offsets,
                              .logp_old = before,
                              .advantage = advantage,
                              .mask = mask}};
        must(f, cairn_surrogate_find(f->ctx, f->arena, specs[k], &u.surrogate));
        read_logp(f, before);
        cairn_params_zero_grads(f->model->params);
        must(f, cairn_tape_backward(f->tape, cairn_loss(f->tape, logp_of(f, drawn_rows(f)), policy_loss, &u), 1));
        cairn_adamw adamw = {.rate = 1e-3, .beta1 = 0, .beta2 = 0, .epsilon = 1e-8};
        must(f, cairn_params_adamw(f->model->params, &adamw, 1));
        read_logp(f, after);
        assert_true(after[0] + after[2] > before[0] + before[2] + 1e-3); /* good; token 1 was not drawn */
        assert_true(after[3] + after[4] < before[3] + before[4] - 1e-3);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients_through_the_decoder_are_central_differences),
        cmocka_unit_test(test_a_weighted_sum_with_the_slopes_has_the_same_gradient),
        cmocka_unit_test(test_one_update_moves_probabilities_where_the_advantages_point),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
