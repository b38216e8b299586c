/* label: light */
/* What every surrogate has: means, masks, KL, importance, stats, errors; and the critic's loss. */
#include <stdio.h>
#include <stdlib.h>

#include "surrogate_fixture.h"

/* ---- means and masks --------------------------------------------------------------------------------------------- */

/* Advantages 1, 2, 3 | 4 | 5, 6 with log-probabilities -1: losses of `reinforce` are the advantages. */
typedef struct plain {
    int32_t offsets[4];
    double logp[6], advantage[6];
    uint8_t mask[6];
} plain;
static const plain six = {{0, 3, 4, 6}, {-1, -1, -1, -1, -1, -1}, {1, 2, 3, 4, 5, 6}, {1, 1, 1, 1, 1, 1}};

static cairn_surrogate_batch batch_of_plain(const plain *x) {
    return (cairn_surrogate_batch){
        .n_sequences = 3, .offsets = x->offsets, .logp = x->logp, .advantage = x->advantage, .mask = x->mask};
}

static void test_means_are_worked_by_hand(void **state) {
    plain x = six;
    cairn_surrogate_batch b = batch_of_plain(&x);
    double slope[6];
    assert_near(loss_of(*state, "reinforce:mean=token", &b, NULL, NULL), 21.0 / 6, 1e-15);
    assert_near(loss_of(*state, "reinforce:mean=sequence", &b, slope, NULL), (2 + 4 + 5.5) / 3, 1e-15);
    assert_near(slope[0], -1.0 / 9, 1e-16);
    assert_near(slope[3], -4.0 / 3, 1e-15);
    assert_near(slope[5], -1, 1e-15);
    assert_near(loss_of(*state, "reinforce:mean=sequence-sum", &b, NULL, NULL), (6 + 4 + 11) / 3.0, 1e-15);
    assert_near(loss_of(*state, "reinforce:mean=constant,divisor=10", &b, NULL, NULL), 21 / 30.0, 1e-15);
    b.mask = NULL;
    assert_near(loss_of(*state, "reinforce:mean=token", &b, NULL, NULL), 21.0 / 6, 1e-15);
}

static void test_masked_tokens_leave_the_means_and_empty_sequences_are_skipped(void **state) {
    plain x = six;
    cairn_surrogate_batch b = batch_of_plain(&x);
    cairn_surrogate_stats stats;
    double slope[6];
    x.mask[1] = x.mask[3] = 0; /* 1, 3 | none | 5, 6 */
    x.advantage[1] = x.logp[3] = NAN;
    assert_near(loss_of(*state, "reinforce:mean=token", &b, slope, &stats), 15.0 / 4, 1e-15);
    assert_true(slope[1] == 0 && slope[3] == 0);
    assert_int_equal(stats.sequences, 2);
    assert_int_equal(stats.skipped, 1);
    assert_int_equal(stats.tokens, 4);
    assert_int_equal(stats.masked, 0);
    assert_near(loss_of(*state, "reinforce:mean=sequence", &b, NULL, NULL), (2 + 5.5) / 2, 1e-15);
    assert_near(loss_of(*state, "reinforce:mean=constant,divisor=10", &b, NULL, NULL), 15 / 30.0, 1e-15);
}

static void test_a_batch_in_which_nothing_counts_has_loss_0(void **state) {
    plain x = six;
    cairn_surrogate_batch b = batch_of_plain(&x), empty = {.offsets = (const int32_t[]){0}};
    double slope[6] = {7, 7, 7, 7, 7, 7};
    cairn_surrogate_stats stats;
    memset(x.mask, 0, sizeof x.mask);
    assert_near(loss_of(*state, "ppo:mean=sequence", &b, slope, &stats), 0, 0);
    for (int t = 0; t < 6; t++) assert_near(slope[t], 0, 0);
    assert_int_equal(stats.skipped, 3);
    assert_true(isnan(stats.mean_ratio) && isnan(stats.largest_ratio) && isnan(stats.effective));
    assert_near(loss_of(*state, "gspo", &empty, NULL, NULL), 0, 0);
}

/* Two calls with the counts of both are one call. */
static void test_parts_of_a_step_add_up_to_the_step(void **state) {
    static const char *const specs[] = {"ppo:dual=3,kl=0.1,importance=mask,importance-low=0.3",
                                        "gspo:clip=0.1,mean=sequence,importance=truncate,importance-high=1.1",
                                        "gmpo:mean=sequence-sum", "sapo:mean=constant,divisor=8"};
    numbers x = mixed();
    cairn_surrogate_batch whole = batch_of(&x);
    whole.logp_sampler = x.sampler;
    const fixture *f = *state;
    for (size_t k = 0; k < sizeof specs / sizeof *specs; k++) {
        cairn_surrogate s = surrogate_of(f, specs[k]);
        cairn_surrogate_counts counts = {0};
        cairn_surrogate_stats stats, part, total = {0};
        double slope[TOKENS], own[TOKENS], loss = loss_of(f, specs[k], &whole, slope, &stats), sum = 0;
        assert_int_equal(cairn_surrogate_count(f->ctx, &s, &whole, &counts), CAIRN_OK);
        assert_int_equal(counts.tokens, stats.tokens);
        assert_int_equal(counts.sequences, stats.sequences);
        assert_int_equal(counts.given, 3);
        for (int i = 0; i < SEQUENCES; i++) {
            int from = x.offsets[i];
            const int32_t offsets[] = {0, x.offsets[i + 1] - from};
            cairn_surrogate_batch b = {1,
                                       offsets,
                                       x.logp + from,
                                       x.old + from,
                                       x.reference + from,
                                       x.sampler + from,
                                       x.advantage + from,
                                       x.mask + from,
                                       NULL,
                                       &counts};
            sum += loss_of(f, specs[k], &b, own + from, &part);
            cairn_surrogate_merge(&total, &part);
        }
        assert_near(sum, loss, 1e-14);
        for (int t = 0; t < TOKENS; t++) assert_near(own[t], slope[t], 1e-15);
        assert_int_equal(total.tokens, stats.tokens);
        assert_int_equal(total.masked, stats.masked);
        assert_int_equal(total.truncated, stats.truncated);
        assert_int_equal(total.sequences, stats.sequences);
        assert_near(total.policy_loss, stats.policy_loss, 1e-14);
        assert_near(total.kl_loss, stats.kl_loss, 1e-14);
        assert_near(total.clipped_low, stats.clipped_low, 1e-15);
        assert_near(total.clipped_high, stats.clipped_high, 1e-15);
        assert_near(total.mean_ratio, stats.mean_ratio, 1e-14);
        assert_near(total.largest_ratio, stats.largest_ratio, 0);
        assert_near(total.effective, stats.effective, 1e-12);
        assert_near(total.kl_old, stats.kl_old, 1e-14);
        assert_near(total.kl_ref, stats.kl_ref, 1e-14);
        assert_near(total.kl_sampler, stats.kl_sampler, 1e-14);
        assert_near(total.largest_gap, stats.largest_gap, 0);
        assert_near(total.surprise, stats.surprise, 1e-14);
        assert_true(isnan(total.entropy) && isnan(stats.entropy));
    }
}

/* ---- KL ---------------------------------------------------------------------------------------------------------- */

/* Loss and slope of the KL term alone, for d = ln p - ln reference. */
static double kl_term(const fixture *f, const char *spec, double d, double *slope) {
    double logp = -6, reference = -6 - d, advantage = 0;
    const int32_t offsets[] = {0, 1};
    cairn_surrogate_batch b = {
        .n_sequences = 1, .offsets = offsets, .logp = &logp, .logp_ref = &reference, .advantage = &advantage};
    cairn_surrogate_stats stats;
    double loss = loss_of(f, spec, &b, slope, &stats);
    assert_near(stats.kl_loss, loss, 1e-15);
    return loss;
}

static void test_kl_forms_are_worked_by_hand(void **state) {
    double slope, two = log(2);
    assert_near(kl_term(*state, "reinforce:kl=0.5,kl-form=k1", two, &slope), 0.5 * two, 1e-15);
    assert_near(slope, 0.5, 1e-15);
    assert_near(kl_term(*state, "reinforce:kl=0.5,kl-form=k2", two, &slope), 0.25 * two * two, 1e-15);
    assert_near(slope, 0.5 * two, 1e-15);
    assert_near(kl_term(*state, "reinforce:kl=0.5,kl-form=k3", two, &slope), 0.5 * (0.5 - 1 + two), 1e-15);
    assert_near(slope, 0.25, 1e-15);
    assert_near(kl_term(*state, "reinforce:kl=0.5", -two, &slope), 0.5 * (2 - 1 - two), 1e-15); /* k3 */
    assert_near(slope, -0.5, 1e-15);
    assert_near(kl_term(*state, "reinforce:kl=0.5", -4, &slope), 5, 0); /* e^4 - 5 is more than 10 */
    assert_near(slope, 0, 0);
    assert_near(kl_term(*state, "reinforce:kl=0.5", -2.6, &slope), 0.5 * (exp(2.6) - 3.6), 1e-14); /* 9.86 */
    assert_near(slope, 0.5 * (1 - exp(2.6)), 1e-14);
    assert_near(kl_term(*state, "reinforce:kl=0.5,kl-most=0", -4, &slope), 0.5 * (exp(4) - 5), 1e-12);
    assert_near(slope, 0.5 * (1 - exp(4)), 1e-12);
}

/* A softmax over three actions with logits z: the mean slope of each form, drawn from the policy, against the gradient of
 * the two divergences, which are worked out by sums. */
static void test_k2_has_the_gradient_of_reverse_kl_and_k3_of_forward_kl(void **state) {
    static const double z[] = {0.3, -0.8, 1.1}, q[] = {0.5, 0.2, 0.3};
    static const char *const specs[] = {"reinforce:kl=1,kl-form=k1", "reinforce:kl=1,kl-form=k2", "reinforce:kl=1"};
    double p[3], sum = exp(z[0]) + exp(z[1]) + exp(z[2]), reverse = 0;
    for (int a = 0; a < 3; a++) p[a] = exp(z[a]) / sum;
    for (int a = 0; a < 3; a++) reverse += p[a] * log(p[a] / q[a]);
    for (int j = 0; j < 3; j++) {
        double wanted[] = {0, p[j] * (log(p[j] / q[j]) - reverse), p[j] - q[j]}; /* 0; reverse; forward */
        for (int form = 0; form < 3; form++) {
            double mean = 0;
            for (int a = 0; a < 3; a++) {
                double slope;
                kl_term(*state, specs[form], log(p[a] / q[a]), &slope);
                mean += p[a] * slope * ((a == j) - p[j]); /* d ln p[a] / d z[j] */
            }
            assert_near(mean, wanted[form], 1e-14);
        }
    }
}

/* ---- importance -------------------------------------------------------------------------------------------------- */

/* Two sequences: log-weights 0.5, -1.2, 0.1 | 1.5; reinforce with ln p = -2 and advantage 0.5: losses are the weights. */
static double weighted(const fixture *f, const char *spec, cairn_surrogate_stats *stats) {
    static const double gap[] = {0.5, -1.2, 0.1, 1.5}, logp[] = {-2, -2, -2, -2}, advantage[] = {0.5, 0.5, 0.5, 0.5};
    static const int32_t offsets[] = {0, 3, 4};
    double sampler[4];
    for (int t = 0; t < 4; t++) sampler[t] = -2 - gap[t];
    cairn_surrogate_batch b = {.n_sequences = 2,
                               .offsets = offsets,
                               .logp = logp,
                               .logp_old = logp,
                               .logp_sampler = sampler,
                               .advantage = advantage};
    return loss_of(f, spec, &b, NULL, stats);
}

static void test_importance_is_truncated_or_masked_by_token_or_sequence(void **state) {
    cairn_surrogate_stats s;
    double a = exp(0.5), b = exp(-1.2), c = exp(0.1), d = exp(1.5);
    assert_near(weighted(*state, "reinforce", &s), 1, 1e-15);
    assert_near(s.largest_gap, 1.5, 1e-15);
    assert_near(s.kl_sampler, (a - 1.5 + b - 1 + 1.2 + c - 1.1 + d - 2.5) / 4, 1e-14);
    assert_near(weighted(*state, "reinforce:importance=truncate", &s), (a + b + c + 2) / 4, 1e-15);
    assert_int_equal(s.truncated, 1);
    assert_near(s.effective, pow(a + b + c + 2, 2) / (a * a + b * b + c * c + 4), 1e-13);
    assert_near(weighted(*state, "reinforce:importance=mask", &s), (a + c) / 2, 1e-15); /* 0.301 and 4.48 are out */
    assert_int_equal(s.masked, 2);
    assert_int_equal(s.skipped, 1);
    assert_int_equal(s.truncated, 0);
    double product = exp(-0.6), mean = exp(-0.2);
    assert_near(weighted(*state, "reinforce:importance=truncate,importance-level=sequence", &s), (3 * product + 2) / 4,
                1e-15);
    assert_near(weighted(*state, "reinforce:importance=mask,importance-level=sequence", &s), product, 1e-15);
    assert_int_equal(s.masked, 1);
    assert_near(weighted(*state, "reinforce:importance=mask,importance-level=sequence,importance-low=0.6", &s), 0, 0);
    assert_int_equal(s.masked, 4);
    assert_int_equal(s.skipped, 2);
    assert_near(weighted(*state, "reinforce:importance=mask,importance-level=geometric,importance-low=0.6", &s), mean,
                1e-15);
    assert_near(weighted(*state, "reinforce:importance=truncate,importance-low=0.9,importance-high=1e300", &s),
                (a + b + c + d) / 4, 1e-14); /* truncation has no lower bound */
}

/* Off-policy tokens, drawn by q: the weighted slopes have the mean of on-policy ones. */
static void test_importance_makes_the_policy_gradient_unbiased(void **state) {
    static const double p[] = {0.6, 0.3, 0.1}, q[] = {0.4, 0.4, 0.2}, reward[] = {1, -2, 0.5};
    for (int j = 0; j < 3; j++) {
        double mean = 0, wanted = 0;
        for (int a = 0; a < 3; a++) {
            double logp = log(p[a]), sampler = log(q[a]), slope, score = (a == j) - p[j];
            const int32_t offsets[] = {0, 1};
            cairn_surrogate_batch b = {
                .n_sequences = 1, .offsets = offsets, .logp = &logp, .logp_sampler = &sampler, .advantage = &reward[a]};
            loss_of(*state, "ppo:importance=truncate", &b, &slope, NULL);
            mean += q[a] * slope * score;
            wanted -= p[a] * reward[a] * score;
        }
        assert_near(mean, wanted, 1e-15);
    }
}

/* ---- hostile numbers --------------------------------------------------------------------------------------------- */

static void test_numbers_that_are_not_finite_are_named(void **state) {
    numbers x = mixed();
    cairn_surrogate_batch b = batch_of(&x);
    x.logp[4] = NAN;
    assert_refused(*state, "ppo", &b, "sequence 1, token 0: logp is NaN");
    x = mixed();
    x.old[8] = -INFINITY;
    assert_refused(*state, "gspo", &b, "sequence 2, token 3: logp_old is infinite");
    x = mixed();
    x.advantage[3] = INFINITY;
    assert_refused(*state, "sapo", &b, "sequence 0, token 3: advantage is infinite");
    x = mixed();
    x.reference[0] = NAN;
    assert_refused(*state, "ppo", &b, "sequence 0, token 0: logp_ref is NaN");
    x = mixed();
    x.logp[9] = 0.5;
    assert_refused(*state, "ppo", &b, "sequence 2, token 4: logp is 0.5: a log-probability is at most 0");
    x = mixed();
    x.old[1] = -800;
    assert_refused(*state, "dro", &b, "sequence 0, token 1: logp is -1.83 and logp_old is -800");
    x.old[1] = -690; /* a ratio of 10^298 and a loss without bound */
    x.advantage[1] = -1e20;
    assert_refused(*state, "ppo", &b, "the loss of ppo overflows");
    x.advantage[1] = 1e20; /* clipped */
    assert_near(loss_of(*state, "ppo:mean=sequence-sum,clip=0.25", &b, NULL, NULL), -1.25e20 / 3, 1e6);
}

static void test_what_is_missing_or_does_not_fit_is_refused(void **state) {
    numbers x = mixed();
    cairn_surrogate_batch b = batch_of(&x);
    assert_refused(*state, "ppo:importance=mask", &b, "importance needs logp_sampler");
    b.logp_ref = NULL;
    assert_refused(*state, "ppo:kl=0.1", &b, "kl=0.1 needs logp_ref");
    b.advantage = NULL;
    assert_refused(*state, "ppo", &b, "advantages are missing");
    b = batch_of(&x);
    cairn_surrogate_counts few = {7, 3, 3};
    b.of = &few;
    assert_refused(*state, "ppo", &b, "fewer than its part");
    b.of = NULL;
    x.offsets[1] = 6;
    assert_refused(*state, "ppo", &b, "sequence 1: the offsets fall from 6 to 5");
    x.offsets[0] = 1;
    assert_refused(*state, "ppo", &b, "begin with 0");
}

/* Each allocation fails in turn: the call says so, and writes and keeps nothing. */
static void test_an_allocation_that_fails_leaves_nothing_behind(void **state) {
    numbers x = mixed();
    cairn_surrogate_batch b = batch_of(&x);
    const fixture *f = *state;
    cairn_surrogate s = surrogate_of(f, "ppo");
    cairn_status status = CAIRN_NO_MEMORY;
    for (int n = 1; status == CAIRN_NO_MEMORY; n++) {
        char faults[32];
        double loss = -7, slope[TOKENS] = {-7};
        cairn_ctx *ctx;
        snprintf(faults, sizeof faults, "alloc=%d", n);
        setenv("CAIRN_FAULTS", faults, 1);
        assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
        unsetenv("CAIRN_FAULTS");
        status = cairn_surrogate_loss(ctx, &s, &b, &loss, slope, NULL);
        assert_true(status == CAIRN_OK ? n > 1 : status == CAIRN_NO_MEMORY && loss == -7 && slope[0] == -7);
        cairn_ctx_close(ctx);
    }
}

static void test_stats_are_means_over_the_tokens_that_count(void **state) {
    numbers x = mixed();
    cairn_surrogate_batch b = batch_of(&x);
    double entropy[TOKENS], surprise = 0, mean = 0, ratio = 0, squares = 0, old = 0, reference = 0;
    for (int t = 0; t < TOKENS; t++) {
        entropy[t] = 0.1 * t;
        if (!x.mask[t]) continue;
        double r = exp(x.logp[t] - x.old[t]), d = x.logp[t] - x.reference[t];
        surprise -= x.logp[t] / 8, mean += entropy[t] / 8, ratio += r / 8, squares += r * r;
        old += (r - 1 - log(r)) / 8;
        reference += d * d / 2 / 8;
    }
    cairn_surrogate_stats s;
    b.entropy = entropy;
    loss_of(*state, "ppo:kl-form=k2", &b, NULL, &s);
    assert_near(s.entropy, mean, 1e-15);
    assert_near(s.surprise, surprise, 1e-14);
    assert_near(s.mean_ratio, ratio, 1e-14);
    assert_near(s.mean_weight, ratio, 1e-14);
    assert_near(s.largest_ratio, exp(1.4), 1e-14);
    assert_near(s.effective, 64 * ratio * ratio / squares, 1e-13);
    assert_near(s.kl_old, old, 1e-14);
    assert_near(s.kl_ref, reference, 1e-14);
    assert_near(s.kl_loss, 0, 0);
    assert_true(isnan(s.kl_sampler) && isnan(s.largest_gap));
    assert_near(s.clipped_low, 1 / 8.0, 0);  /* of log-ratios -0.5 and -0.1 with bad advantages, the former */
    assert_near(s.clipped_high, 1 / 8.0, 0); /* of 0.1, 0.6 with good ones, the latter */
}

/* ---- the critic -------------------------------------------------------------------------------------------------- */

static void test_the_value_loss_is_clipped_where_that_is_worse(void **state) {
    /* clip 0.5. Token 0: inside. 1: moved towards the return and past the bound: the clipped value is further away.
     * 2: moved away from the return and past the bound: the value itself is further away. 3: masked. */
    const double value[] = {1.2, 2, -1, NAN}, old[] = {1, 1, 0, 0}, ret[] = {0.2, 3, 1, 0};
    const uint8_t mask[] = {1, 1, 1, 0};
    cairn_value_batch b = {.n = 4, .value = value, .value_old = old, .ret = ret, .mask = mask};
    const fixture *f = *state;
    double loss, slope[4];
    cairn_value_stats stats;
    assert_int_equal(cairn_value_loss(f->ctx, &b, 0.5, &loss, slope, &stats), CAIRN_OK);
    assert_near(loss, 0.5 * (1 + 2.25 + 4) / 3, 1e-15); /* 1^2, (1.5 - 3)^2, (-1 - 1)^2 */
    assert_near(slope[0], 1.0 / 3, 1e-15);
    assert_near(slope[1], 0, 0);
    assert_near(slope[2], -2.0 / 3, 1e-15);
    assert_near(slope[3], 0, 0);
    assert_near(stats.clipped, 1.0 / 3, 1e-15);
    assert_near(stats.value, 2.2 / 3, 1e-15);
    assert_near(stats.ret, 1.4, 1e-15);
    double mean = 4.2 / 3, error = (-1 + 1 + 2) / 3.0;
    assert_near(stats.explained,
                1 - (pow(-1 - error, 2) + pow(1 - error, 2) + pow(2 - error, 2)) /
                        (pow(0.2 - mean, 2) + pow(3 - mean, 2) + pow(1 - mean, 2)),
                1e-14);
    b.value_old = NULL; /* the plain square */
    assert_int_equal(cairn_value_loss(f->ctx, &b, 0.5, &loss, slope, NULL), CAIRN_OK);
    assert_near(loss, 0.5 * (1 + 1 + 4) / 3, 1e-15);
    assert_near(slope[1], -1.0 / 3, 1e-15);
    b.of = 6; /* a half of a step */
    assert_int_equal(cairn_value_loss(f->ctx, &b, 0.5, &loss, NULL, NULL), CAIRN_OK);
    assert_near(loss, 0.5, 1e-15);
}

static void test_slopes_of_the_value_loss_are_central_differences(void **state) {
    double value[] = {1.2, 2, -1, 0.3, 2.6}, old[] = {1, 1, 0, 0.2, 2}, ret[] = {0.2, 3, 1, 0.3001, -1}, slope[5];
    cairn_value_batch b = {.n = 5, .value = value, .value_old = old, .ret = ret};
    const fixture *f = *state;
    double loss, above, below, h = 1e-6;
    assert_int_equal(cairn_value_loss(f->ctx, &b, 0.5, &loss, slope, NULL), CAIRN_OK);
    for (int t = 0; t < 5; t++) {
        double at = value[t];
        value[t] = at + h;
        assert_int_equal(cairn_value_loss(f->ctx, &b, 0.5, &above, NULL, NULL), CAIRN_OK);
        value[t] = at - h;
        assert_int_equal(cairn_value_loss(f->ctx, &b, 0.5, &below, NULL, NULL), CAIRN_OK);
        value[t] = at;
        assert_near(slope[t], (above - below) / (2 * h), 1e-9);
    }
}

static void test_hostile_values_are_refused(void **state) {
    const fixture *f = *state;
    double value[] = {1, 2}, ret[] = {0, NAN}, loss = -7, slope[] = {-7, -7};
    const uint8_t none[] = {0, 0};
    cairn_value_batch b = {.n = 2, .value = value, .ret = ret};
    assert_int_equal(cairn_value_loss(f->ctx, &b, 0.5, &loss, slope, NULL), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(f->ctx), "token 1: the return is NaN"));
    ret[1] = 1e200; /* its square overflows */
    assert_int_equal(cairn_value_loss(f->ctx, &b, 0.5, &loss, slope, NULL), CAIRN_INVALID);
    assert_int_equal(cairn_value_loss(f->ctx, &b, 0, &loss, slope, NULL), CAIRN_INVALID);
    assert_true(loss == -7 && slope[0] == -7);
    b.mask = none;
    assert_int_equal(cairn_value_loss(f->ctx, &b, 0.5, &loss, slope, NULL), CAIRN_OK);
    assert_true(loss == 0 && slope[0] == 0 && slope[1] == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_means_are_worked_by_hand),
        cmocka_unit_test(test_masked_tokens_leave_the_means_and_empty_sequences_are_skipped),
        cmocka_unit_test(test_a_batch_in_which_nothing_counts_has_loss_0),
        cmocka_unit_test(test_parts_of_a_step_add_up_to_the_step),
        cmocka_unit_test(test_kl_forms_are_worked_by_hand),
        cmocka_unit_test(test_k2_has_the_gradient_of_reverse_kl_and_k3_of_forward_kl),
        cmocka_unit_test(test_importance_is_truncated_or_masked_by_token_or_sequence),
        cmocka_unit_test(test_importance_makes_the_policy_gradient_unbiased),
        cmocka_unit_test(test_numbers_that_are_not_finite_are_named),
        cmocka_unit_test(test_what_is_missing_or_does_not_fit_is_refused),
        cmocka_unit_test(test_an_allocation_that_fails_leaves_nothing_behind),
        cmocka_unit_test(test_stats_are_means_over_the_tokens_that_count),
        cmocka_unit_test(test_the_value_loss_is_clipped_where_that_is_worse),
        cmocka_unit_test(test_slopes_of_the_value_loss_are_central_differences),
        cmocka_unit_test(test_hostile_values_are_refused),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
