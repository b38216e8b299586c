/* label: light */
/* Each kind of surrogate: its value by the formula written out, its slope by central differences. */
#include "surrogate_fixture.h"

/* The slope of every token is the central difference of the loss by its log-probability. */
static void assert_slopes(const fixture *f, const char *spec, numbers x) {
    double slope[TOKENS], h = 1e-6;
    cairn_surrogate_batch batch = batch_of(&x);
    batch.logp_sampler = strstr(spec, "importance") ? x.sampler : NULL;
    loss_of(f, spec, &batch, slope, NULL);
    for (int t = 0; t < TOKENS; t++) {
        if (!x.mask[t]) {
            assert_true(slope[t] == 0);
            continue;
        }
        double at = x.logp[t];
        x.logp[t] = at + h;
        double above = loss_of(f, spec, &batch, NULL, NULL);
        x.logp[t] = at - h;
        double below = loss_of(f, spec, &batch, NULL, NULL);
        x.logp[t] = at;
        double difference = (above - below) / (2 * h);
        if (!(fabs(slope[t] - difference) < 1e-8))
            fail_msg("%s, token %d: slope %.10g, difference %.10g", spec, t, slope[t], difference);
    }
}

static void test_slopes_are_central_differences(void **state) {
    static const char *const specs[] = {
        "reinforce",
        "reinforce:mean=sequence-sum,importance=truncate,importance-high=1.2",
        "ppo:clip=0.2,clip-high=0.28",
        "ppo:clip=0.2,dual=3",
        "ppo:clip=0.2,mean=sequence,kl=0.3,kl-form=k1",
        "ppo:clip=0.2,mean=constant,divisor=7,kl=0.3,kl-form=k2",
        "ppo:clip=0.3,kl=0.3,kl-form=k3,importance=mask,importance-low=0.3,importance-high=2",
        "gspo:clip=0.2",
        "gspo",
        "gspo:clip=0.5,clip-high=3,product=true,importance=truncate",
        "gspo:clip=0.9,importance=truncate,importance-high=1.5,kl=0.1",
        "gmpo",
        "gmpo:clip=0.55,mean=token,importance=truncate",
        "sapo",
        "sapo:positive=2,negative=5,importance=truncate,importance-level=sequence",
        "dro:tau=0.7",
        "dro:tau=0.7,level=token,importance=truncate",
        "dro:importance=mask,importance-level=geometric",
    };
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        assert_slopes(*state, specs[i], mixed());
        assert_slopes(*state, specs[i], level());
    }
}

static double clamp(double x, double low, double high) {
    return x < low ? low : x > high ? high : x;
}

/* ---- token by token ---------------------------------------------------------------------------------------------- */

/* One token in a sequence of its own: loss and slope of it, for a log-ratio and an advantage; log-probability -1. */
static double alone(const fixture *f, const char *spec, double log_ratio, double advantage, double *slope,
                    cairn_surrogate_stats *stats) {
    double logp = -1, old = -1 - log_ratio;
    const int32_t offsets[] = {0, 1};
    cairn_surrogate_batch b = {
        .n_sequences = 1, .offsets = offsets, .logp = &logp, .logp_old = &old, .advantage = &advantage};
    return loss_of(f, spec, &b, slope, stats);
}

static void test_ppo_is_clipped_on_the_side_that_would_lower_the_loss(void **state) {
    static const struct {
        double ratio, advantage, loss, slope; /* clip 0.2, clip-high 0.28, dual 3 */
        double low, high, dual;
    } cases[] = {
        {1.1, 2, -2.2, -2.2, 0, 0, 0}, /* inside */
        {1.29, 2, -2.56, 0, 0, 1, 0},  /* -1.28 A */
        {0.5, 2, -1, -1, 0, 0, 0},     /* not clipped: the way back is open */
        {1.1, -2, 2.2, 2.2, 0, 0, 0},  /* inside */
        {0.79, -2, 1.6, 0, 1, 0, 0},   /* -0.8 A */
        {2.5, -2, 5, 5, 0, 0, 0},      /* not clipped, below the dual bound */
        {4, -2, 6, 0, 0, 0, 1},        /* -3 A */
        {4, 0, 0, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double slope;
        cairn_surrogate_stats stats;
        assert_near(alone(*state, "ppo:clip=0.2,clip-high=0.28,dual=3", log(cases[i].ratio), cases[i].advantage, &slope,
                          &stats),
                    cases[i].loss, 1e-12);
        assert_near(slope, cases[i].slope, 1e-12);
        assert_near(stats.clipped_low, cases[i].low, 0);
        assert_near(stats.clipped_high, cases[i].high, 0);
        assert_near(stats.clipped_dual, cases[i].dual, 0);
        assert_near(stats.mean_ratio, cases[i].ratio, 1e-12);
    }
    double slope;
    assert_near(alone(*state, "ppo:clip=0.2", log(4), -2, &slope, NULL), 8, 1e-12); /* no bound without the dual clip */
    assert_near(slope, 8, 1e-12);
    assert_near(alone(*state, "ppo:clip=0.2", log(1.25), 1, &slope, NULL), -1.2, 1e-12); /* clip-high is clip */
}

static void test_the_sequence_loss_of_self_play_critics_is_the_worked_case(void **state) {
    double slope; /* mean ln p -1.10, of the reference -1.30: ratio 1.221403 */
    assert_near(alone(*state, "gspo:clip=0.2,clip-high=0.2", 0.2, 1, &slope, NULL), -1.2, 1e-12);
    assert_near(slope, 0, 0);
    assert_near(alone(*state, "gspo:clip=0.2,clip-high=0.2", 0.2, -1, &slope, NULL), 1.221403, 5e-7);
    assert_near(slope, 1.221403, 5e-7);
}

static void test_cispo_cuts_the_weight_and_keeps_the_slope(void **state) {
    double slope;
    cairn_surrogate_stats stats;
    assert_near(alone(*state, "cispo", log(2), 3, &slope, NULL), 6, 1e-12); /* -2 * 3 * -1 */
    assert_near(slope, -6, 1e-12);
    alone(*state, "cispo", log(9), 3, &slope, &stats); /* 5 at most */
    assert_near(slope, -15, 1e-12);
    assert_near(stats.clipped_high, 1, 0);
    alone(*state, "cispo:clip=0.2", log(0.5), -3, &slope, &stats); /* 0.8 at least */
    assert_near(slope, 2.4, 1e-12);
    assert_near(stats.clipped_low, 1, 0);
}

static void test_the_gate_of_sapo_is_its_formula(void **state) {
    double slope, s = 1 / (1 + exp(-2 * (1.5 - 1)));
    assert_near(alone(*state, "sapo:positive=2", log(1.5), 3, &slope, NULL), -3 * 2 * s, 1e-12);
    assert_near(slope, -3 * 4 * s * (1 - s) * 1.5, 1e-12);
    s = 1 / (1 + exp(-1.05 * (0.5 - 1)));
    assert_near(alone(*state, "sapo", log(0.5), -3, &slope, NULL), 3 * 4 / 1.05 * s, 1e-12);
    alone(*state, "sapo", 600, -3, &slope, NULL); /* a ratio of 10^260: faded, not overflown */
    assert_near(slope, 0, 0);
}

/* Loss and slopes of each token kind on the mixed batch, by its formula. */
static void test_token_kinds_are_their_formulas(void **state) {
    numbers x = mixed();
    cairn_surrogate_batch b = batch_of(&x);
    double ppo = 0, cispo = 0, reinforce = 0, slope[TOKENS];
    for (int t = 0; t < TOKENS; t++) {
        if (!x.mask[t]) continue;
        double r = exp(x.logp[t] - x.old[t]), a = x.advantage[t];
        ppo += fmax(-r * a, -clamp(r, 0.8, 1.28) * a) / 8;
        cispo += -clamp(r, 0.5, 2) * a * x.logp[t] / 8;
        reinforce += -a * x.logp[t] / 8;
    }
    assert_near(loss_of(*state, "ppo:clip=0.2,clip-high=0.28", &b, NULL, NULL), ppo, 1e-12);
    assert_near(loss_of(*state, "reinforce", &b, NULL, NULL), reinforce, 1e-12);
    assert_near(loss_of(*state, "cispo:clip=0.5,clip-high=1", &b, slope, NULL), cispo, 1e-12);
    for (int t = 0; t < TOKENS; t++) /* the derivative with the weight held */
        if (x.mask[t]) assert_near(slope[t], -clamp(exp(x.logp[t] - x.old[t]), 0.5, 2) * x.advantage[t] / 8, 1e-12);
}

/* ---- by sequences ------------------------------------------------------------------------------------------------ */

/* Means of log-ratio and advantage over sequence i. */
static int means_of(const numbers *x, int i, double *log_ratio, double *advantage) {
    int n = 0;
    *log_ratio = *advantage = 0;
    for (int t = x->offsets[i]; t < x->offsets[i + 1]; t++)
        if (x->mask[t]) n++, *log_ratio += x->logp[t] - x->old[t], *advantage += x->advantage[t];
    *log_ratio /= n;
    *advantage /= n;
    return n;
}

static void test_gspo_gmpo_and_dro_are_their_formulas(void **state) {
    numbers x = level();
    cairn_surrogate_batch b = batch_of(&x);
    double gspo = 0, action = 0, gmpo = 0, dro = 0;
    for (int i = 0; i < SEQUENCES; i++) {
        double mean, a, product = 0;
        int n = means_of(&x, i, &mean, &a);
        double s = exp(mean);
        action -= fmin(exp(n * mean) * a, clamp(exp(n * mean), 0.8, 1.2) * a) / 3;
        gspo -= fmin(s * a, clamp(s, 0.95, 1.05) * a) / 3;
        for (int t = x.offsets[i]; t < x.offsets[i + 1]; t++) { /* (min(r^sgn, clip(r)^sgn))^sgn */
            double sign = a > 0 ? 1 : -1, r = exp(x.logp[t] - x.old[t]);
            if (x.mask[t]) product += log(pow(fmin(pow(r, sign), pow(clamp(r, exp(-0.4), exp(0.4)), sign)), sign));
        }
        gmpo -= exp(product / n) * a / 3;
        dro += (pow(a - 0.7 * n * mean, 2) - a * a) / 1.4 / 3;
    }
    assert_near(loss_of(*state, "gspo:clip=0.05,clip-high=0.05", &b, NULL, NULL), gspo, 1e-12);
    assert_near(loss_of(*state, "gspo:clip=0.2,clip-high=0.2,product=true", &b, NULL, NULL), action, 1e-12);
    assert_near(loss_of(*state, "gmpo", &b, NULL, NULL), gmpo, 1e-12);
    assert_near(loss_of(*state, "dro:tau=0.7", &b, NULL, NULL), dro, 1e-12);
}

/* The loss of a sequence is spread over its tokens, each with its own weight. */
static void test_importance_weighs_the_tokens_of_a_sequence_loss(void **state) {
    static const double counted[SEQUENCES] = {3, 1, 4};
    numbers x = level();
    cairn_surrogate_batch b = batch_of(&x);
    double gmpo = 0, dro = 0;
    b.logp_sampler = x.sampler;
    for (int i = 0; i < SEQUENCES; i++) {
        double mean, a, weight = 0;
        int n = means_of(&x, i, &mean, &a);
        for (int t = x.offsets[i]; t < x.offsets[i + 1]; t++)
            if (x.mask[t]) weight += fmin(exp(x.old[t] - x.sampler[t]), 1.5) / counted[i];
        gmpo -= weight * a * exp(mean) / 3;
        dro += weight * (-a * n * mean + 0.5 * pow(n * mean, 2)) / 3;
    }
    assert_near(loss_of(*state, "gmpo:clip=9,importance=truncate,importance-high=1.5", &b, NULL, NULL), gmpo, 1e-12);
    assert_near(loss_of(*state, "dro:importance=truncate,importance-high=1.5", &b, NULL, NULL), dro, 1e-12);
}

static void test_gspo_by_tokens_pulls_each_by_its_own_advantage(void **state) {
    numbers x = mixed(), one = level();
    cairn_surrogate_batch b = batch_of(&x), c = batch_of(&one);
    double own[TOKENS], whole[TOKENS];
    loss_of(*state, "gspo:clip=1,clip-high=9,token=true", &b, own, NULL);
    for (int i = 0; i < SEQUENCES; i++) {
        double mean, a;
        int n = means_of(&x, i, &mean, &a);
        for (int t = x.offsets[i]; t < x.offsets[i + 1]; t++)
            if (x.mask[t]) assert_near(own[t], -exp(mean) * x.advantage[t] / (3 * n), 1e-12);
    }
    double loss = loss_of(*state, "gspo:clip=0.1,token=true", &c, own, NULL);
    assert_near(loss_of(*state, "gspo:clip=0.1", &c, whole, NULL), loss, 0);
    for (int t = 0; t < TOKENS; t++) assert_near(own[t], whole[t], 1e-15); /* one advantage a sequence */
}

/* ---- at the first step ------------------------------------------------------------------------------------------- */

static void test_at_ratio_one_every_kind_is_the_policy_gradient(void **state) {
    static const char *const specs[] = {"reinforce:mean=sequence",
                                        "ppo:mean=sequence",
                                        "gspo",
                                        "gspo:token=true",
                                        "gmpo",
                                        "cispo:mean=sequence",
                                        "sapo",
                                        "dro:level=token"};
    static const int counted[SEQUENCES] = {3, 1, 4};
    numbers x = level();
    cairn_surrogate_batch b = batch_of(&x);
    double slope[TOKENS];
    for (int given = 0; given < 2; given++) {
        memcpy(x.old, x.logp, sizeof x.old);
        b.logp_old = given ? x.old : NULL; /* not given: as the current ones */
        for (size_t k = 0; k < sizeof specs / sizeof *specs; k++) {
            cairn_surrogate_stats stats;
            loss_of(*state, specs[k], &b, slope, &stats);
            for (int i = 0; i < SEQUENCES; i++)
                for (int t = x.offsets[i]; t < x.offsets[i + 1]; t++)
                    assert_near(slope[t], x.mask[t] ? -x.advantage[t] / (3 * counted[i]) : 0, 1e-15);
            assert_near(stats.mean_ratio, 1, 0);
            assert_near(stats.kl_old, 0, 0);
            assert_near(stats.effective, 8, 0);
            assert_near(stats.clipped_low + stats.clipped_high + stats.clipped_dual, 0, 0);
        }
        loss_of(*state, "dro", &b, slope, NULL); /* of the sum over a sequence's tokens */
        for (int t = 0; t < TOKENS; t++) assert_near(slope[t], x.mask[t] ? -x.advantage[t] / 3 : 0, 1e-15);
    }
}

static void test_names_and_options_are_checked(void **state) {
    static const struct {
        const char *spec, *text;
        cairn_status status;
    } cases[] = {
        {"pppo", "ppo, reinforce, sapo", CAIRN_NOT_FOUND},
        {"ppo:dual=0.5", "dual must be 0 or greater than 1, not 0.5", CAIRN_INVALID},
        {"ppo:mean=constant", "mean=constant and a divisor", CAIRN_INVALID},
        {"gspo:divisor=3", "mean=constant and a divisor", CAIRN_INVALID},
        {"ppo:clip=1.5", "clip", CAIRN_INVALID},
    };
    const fixture *f = *state;
    cairn_surrogate s;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(cairn_surrogate_find(f->ctx, f->arena, cases[i].spec, &s), cases[i].status);
        if (!strstr(cairn_error(f->ctx), cases[i].text)) fail_msg("%s", cairn_error(f->ctx));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slopes_are_central_differences),
        cmocka_unit_test(test_ppo_is_clipped_on_the_side_that_would_lower_the_loss),
        cmocka_unit_test(test_the_sequence_loss_of_self_play_critics_is_the_worked_case),
        cmocka_unit_test(test_cispo_cuts_the_weight_and_keeps_the_slope),
        cmocka_unit_test(test_the_gate_of_sapo_is_its_formula),
        cmocka_unit_test(test_token_kinds_are_their_formulas),
        cmocka_unit_test(test_gspo_gmpo_and_dro_are_their_formulas),
        cmocka_unit_test(test_importance_weighs_the_tokens_of_a_sequence_loss),
        cmocka_unit_test(test_gspo_by_tokens_pulls_each_by_its_own_advantage),
        cmocka_unit_test(test_at_ratio_one_every_kind_is_the_policy_gradient),
        cmocka_unit_test(test_names_and_options_are_checked),
    };
    return cmocka_run_group_tests(tests, fixture_open, fixture_close);
}
