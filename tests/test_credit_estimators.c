/* Every estimator against its formula written out: quadratic sums over random groups of 1 to 9 responses. */
/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "credit_random.h"

enum { ROUNDS = 60 };

/* ---- formulas written out ------------------------------------------------------------------------------------------ */

typedef struct naive {
    double r[MOST_RESPONSES][MOST_TOKENS]; /* rewards of the drawn tokens, in order */
    double u[MOST_RESPONSES][MOST_TOKENS], A[MOST_RESPONSES][MOST_TOKENS], V[MOST_RESPONSES][MOST_TOKENS];
    int32_t step[MOST_RESPONSES][MOST_TOKENS];
    int32_t n[MOST_RESPONSES];
    bool member[MOST_RESPONSES];
    double total[MOST_RESPONSES], R[MOST_RESPONSES];
} naive;

static int32_t step_at(const cairn_trajectory *y, int32_t t) {
    int32_t k = 0;
    while (y->step_end[k] < t) k++;
    return k;
}

static double step_score(const batch *b, int32_t i, int32_t k) {
    return isnan(b->scores[i][k]) ? 0 : b->scores[i][k];
}

/* Whether the stream reads the scalars of the group of response i: not where none is known and it has further sources. */
static bool reads_scalars(const batch *b, const cairn_credit_stream *s, int32_t i) {
    bool known = s->tokens == 0 && s->steps == 0;
    for (int32_t g = 0; g < b->n_groups; g++) {
        int32_t from = (int32_t)(b->groups[g].responses - b->y);
        if (i < from || i >= from + b->groups[g].n) continue;
        for (int32_t k = from; k < from + b->groups[g].n; k++)
            for (int32_t t = 0; t < b->y[k].n_tokens; t++) known = known || (b->drawn[k][t] && !isnan(b->y[k].outcome));
    }
    return s->scalar != 0 && known;
}

/* Rewards of one response: its scalar on the last token, scores on the last token of steps, tokens, log-ratios; or all
 * of them at every token where nothing is summed. */
static void naive_rewards(const batch *b, const cairn_credit_stream *s, int32_t i, naive *x) {
    const cairn_trajectory *y = &b->y[i];
    bool scalars = reads_scalars(b, s, i);
    int32_t n = 0;
    x->total[i] = 0;
    for (int32_t t = 0; t < y->n_tokens; t++) {
        int32_t k = step_at(y, t);
        bool local = s->sum == CAIRN_RETURN_LOCAL;
        double r = s->tokens != 0 ? s->tokens * b->tokens[i][t] : 0;
        if (scalars && (local || t == y->n_tokens - 1)) r += s->scalar * y->outcome;
        if (s->steps != 0 && (local || t == y->step_end[k])) r += s->steps * step_score(b, i, k);
        if (s->kl != 0 && b->drawn[i][t]) r -= s->kl * (b->logp[i][t] - b->ref[i][t]);
        x->total[i] += r;
        if (b->drawn[i][t]) {
            x->step[i][n] = k, x->V[i][n] = b->values[i][t];
            x->r[i][n++] = r;
        } else if (n > 0 && !local) {
            x->r[i][n - 1] += r;
        }
    }
    x->n[i] = n;
    x->member[i] = n > 0 && !(scalars && isnan(y->outcome)) && !(s->among_right && !(y->outcome >= 0.5));
}

/* Discount between two drawn tokens. */
static double discount(const cairn_credit_stream *s, const naive *x, int32_t i, int32_t from, int32_t to) {
    double d = 1;
    for (int32_t t = from; t < to; t++)
        if (!s->by_step || x->step[i][t] != x->step[i][t + 1]) d *= s->gamma;
    return d;
}

static void naive_returns(const batch *b, const cairn_credit_stream *s, naive *x) {
    for (int32_t i = 0; i < b->n; i++) {
        for (int32_t t = 0; t < x->n[i]; t++) {
            double to_go = 0;
            for (int32_t later = t; later < x->n[i]; later++) to_go += discount(s, x, i, t, later) * x->r[i][later];
            x->u[i][t] = s->sum == CAIRN_RETURN_TOTAL ? x->total[i] : s->sum == CAIRN_RETURN_TO_GO ? to_go : x->r[i][t];
        }
        x->R[i] = s->sum == CAIRN_RETURN_TOTAL ? x->total[i] : x->n[i] ? x->u[i][0] : 0;
    }
}

/* Mean and n - 1 deviation of a list. */
static double mean_of(const double *x, int32_t n) {
    double sum = 0;
    for (int32_t i = 0; i < n; i++) sum += x[i];
    return n ? sum / n : NAN;
}

static double deviation_of(const double *x, int32_t n) {
    double m = mean_of(x, n), sum = 0;
    for (int32_t i = 0; i < n; i++) sum += (x[i] - m) * (x[i] - m);
    return n > 1 ? sqrt(sum / (n - 1)) : 0;
}

/* Advantage of pass@k by all sets of k members. */
static double naive_pass_k(const naive *x, const int32_t *who, int32_t n, int32_t k, int32_t mine) {
    double sum = 0, sets = 0, my_sum = 0, my_sets = 0;
    if (n < k) return 0;
    for (unsigned mask = 0; mask < 1u << n; mask++) {
        if (__builtin_popcount(mask) != k) continue;
        bool any = false;
        for (int32_t i = 0; i < n; i++) any = any || ((mask >> i & 1) && x->R[who[i]] >= 0.5);
        sum += any, sets++;
        if (mask >> mine & 1) my_sum += any, my_sets++;
    }
    double P = sum / sets;
    return P * (1 - P) < 1e-12 ? 0 : (my_sum / my_sets - P) / (sqrt(P * (1 - P)) + 1e-6);
}

static void pool(const naive *x, const int32_t *who, int32_t n, cairn_pool_by by, double *mean, double *deviation) {
    double all[MOST_ALL], weights[MOST_ALL], sum = 0, total = 0, squares = 0;
    int32_t m = 0;
    for (int32_t j = 0; j < n; j++) {
        int32_t i = who[j];
        for (int32_t t = 0; t < x->n[i]; t++) {
            if (by == CAIRN_POOL_STEPS && t > 0 && x->step[i][t] == x->step[i][t - 1]) continue;
            weights[m] = by == CAIRN_POOL_RESPONSES ? 1.0 / x->n[i] : 1;
            all[m++] = x->u[i][t];
        }
    }
    for (int32_t i = 0; i < m; i++) sum += weights[i] * all[i], total += weights[i];
    *mean = sum / total;
    for (int32_t i = 0; i < m; i++) squares += weights[i] / total * (all[i] - *mean) * (all[i] - *mean);
    *deviation = m > 1 ? sqrt(squares * m / (m - 1)) : 0;
}

/* Token means of the members, for rewards that are centred before they are summed. */
static void naive_centre(const cairn_credit_stream *s, const int32_t *who, int32_t n, naive *x) {
    double means[MOST_RESPONSES];
    if (n < 2) return;
    for (int32_t j = 0; j < n; j++) means[j] = x->total[who[j]] / x->n[who[j]];
    double mean = mean_of(means, n), deviation = deviation_of(means, n);
    for (int32_t j = 0; j < n; j++)
        for (int32_t t = 0; t < x->n[who[j]]; t++) {
            double *r = &x->r[who[j]][t], others = 0;
            for (int32_t o = 0; o < n; o++) others += o == j ? 0 : means[o] / (n - 1);
            if (s->centre == CAIRN_CENTRE_CODE)
                *r = *r * n / (n - 1) - n * mean / (n - 1);
            else if (s->estimator == CAIRN_ESTIMATE_RLOO)
                *r -= others;
            else if (s->estimator == CAIRN_ESTIMATE_GRPO)
                *r = (*r - mean) / (deviation + 1e-6);
            else
                *r -= mean;
        }
}

static void naive_estimate(const batch *b, const cairn_credit_stream *s, const int32_t *who, int32_t n,
                           double batch_deviation, int32_t longest, naive *x) {
    double R[MOST_RESPONSES], mean, deviation;
    for (int32_t j = 0; j < n; j++) R[j] = x->R[who[j]];
    mean = n > 1 ? mean_of(R, n) : 0, deviation = n > 1 ? deviation_of(R, n) : 1;
    cairn_estimator e = s->centre == CAIRN_CENTRE_AFTER ? s->estimator : CAIRN_ESTIMATE_NONE;
    for (int32_t j = 0; j < n; j++) {
        int32_t i = who[j];
        double others = 0, S = 0, weighted = 0, length = 0;
        for (int32_t o = 0; o < n; o++) {
            others += o == j ? 0 : R[o] / (n - 1);
            for (int32_t t = 0; t < x->n[who[o]]; t++) S += o == j ? 0 : x->u[who[o]][t];
            weighted += x->n[who[o]] * R[o], length += x->n[who[o]];
        }
        for (int32_t t = 0; t < x->n[i]; t++) {
            double u = x->u[i][t], *A = &x->A[i][t], pooled_mean, pooled_deviation;
            switch (e) {
            case CAIRN_ESTIMATE_NONE:
                *A = u;
                break;
            case CAIRN_ESTIMATE_MEAN:
                *A = u - mean;
                break;
            case CAIRN_ESTIMATE_GRPO:
                *A = (u - mean) / (deviation + 1e-6);
                break;
            case CAIRN_ESTIMATE_BATCH_STD:
                *A = (u - mean) / ((n < 2 && batch_deviation == 0 ? 1 : batch_deviation) + 1e-6);
                break;
            case CAIRN_ESTIMATE_RLOO:
                *A = u - others;
                break;
            case CAIRN_ESTIMATE_RLOO_TOKEN:
                *A = n > 1 ? u - S / ((n - 1.0) * longest) : u;
                break;
            case CAIRN_ESTIMATE_OPO:
                *A = n > 1 ? u - weighted / length : u;
                break;
            case CAIRN_ESTIMATE_REMAX:
                *A = u - b->y[i].baseline;
                break;
            case CAIRN_ESTIMATE_PASS_K:
                *A = naive_pass_k(x, who, n, (int32_t)s->k, j);
                break;
            case CAIRN_ESTIMATE_POOLED:
                pool(x, who, n, s->pool, &pooled_mean, &pooled_deviation);
                *A = (u - pooled_mean) / (pooled_deviation + 1e-6);
                break;
            case CAIRN_ESTIMATE_GAE:
                *A = 0;
                for (int32_t later = t; later < x->n[i]; later++) {
                    bool last = later == x->n[i] - 1;
                    double g = last ? 0 : discount(s, x, i, later, later + 1);
                    double delta = x->r[i][later] + (last ? 0 : g * x->V[i][later + 1]) - x->V[i][later];
                    *A += discount(s, x, i, t, later) * pow(s->lambda, later - t) * delta;
                }
                break;
            case CAIRN_ESTIMATE_ANCHOR: {
                double same[MOST_ALL], mine = 0;
                int32_t m = 0;
                for (int32_t o = 0; o < n; o++)
                    for (int32_t v = 0; v < x->n[who[o]]; v++) {
                        int32_t k = x->step[who[o]][v];
                        if (v > 0 && k == x->step[who[o]][v - 1]) continue;
                        if (b->states[who[o]][k] == b->states[i][x->step[i][t]]) same[m++] = x->u[who[o]][v];
                        if (o == j && k == x->step[i][t]) mine = x->u[who[o]][v];
                    }
                *A = m > 1 ? (mine - mean_of(same, m)) / (deviation_of(same, m) + 1e-6) : 0;
                break;
            }
            }
        }
    }
}

/* ---- comparisons --------------------------------------------------------------------------------------------------- */

static void compare(cairn_ctx *ctx, const char *what, const cairn_credit_stream *s, const batch *b) {
    cairn_credit_plan plan;
    cairn_credit_default(&plan);
    plan.streams[0] = *s;
    credits *c = run_plan(ctx, &plan, b, 0);
    naive *x = calloc(1, sizeof *x);
    double all[MOST_RESPONSES];
    int32_t n_all = 0, longest = 0, at = 0;
    for (int32_t i = 0; i < b->n; i++) naive_rewards(b, s, i, x);
    for (int32_t g = 0; s->centre != CAIRN_CENTRE_AFTER && g < b->n_groups; g++) {
        int32_t who[MOST_RESPONSES], n = 0, from = (int32_t)(b->groups[g].responses - b->y);
        for (int32_t i = from; i < from + b->groups[g].n; i++)
            if (x->member[i]) who[n++] = i;
        naive_centre(s, who, n, x);
    }
    naive_returns(b, s, x);
    for (int32_t i = 0; i < b->n; i++) {
        if (x->member[i]) all[n_all++] = x->R[i];
        if (x->n[i] > longest) longest = x->n[i];
    }
    for (int32_t g = 0; g < b->n_groups; g++) {
        int32_t who[MOST_RESPONSES], n = 0, from = (int32_t)(b->groups[g].responses - b->y);
        for (int32_t i = from; i < from + b->groups[g].n; i++)
            if (x->member[i]) who[n++] = i;
        naive_estimate(b, s, who, n, deviation_of(all, n_all), longest, x);
    }
    for (int32_t i = 0; i < b->n; i++) {
        assert_int_equal(c->keep[i], x->member[i]);
        for (int32_t t = 0, m = 0; t < b->y[i].n_tokens; t++, at++) {
            double want = b->drawn[i][t] && x->member[i] ? x->A[i][m] : 0;
            m += b->drawn[i][t];
            /* Equal returns differ by their rounding in the naive deviation only. */
            if (fabs(c->A[at] - want) > 1e-8 * (1 + fabs(want)))
                fail_msg("%s: response %d, token %d: %.17g, not %.17g", what, i, t, c->A[at], want);
        }
    }
    free(x), free(c);
}

static void compare_all(cairn_ctx *ctx, const char *what, cairn_credit_stream s, int32_t least, int32_t most) {
    s.weight = 1;
    if (s.gamma == 0) s.gamma = 1;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        batch *b = random_batch(seed, least, most);
        compare(ctx, what, &s, b);
        free(b);
    }
}

/* Lonely responses of equal outcome: the batch has no spread, and none is made of nothing. */
static void a_batch_without_spread_gives_returns_as_they_are(void **state) {
    batch *b = batch_new();
    add_response(b, 2, 1), next_group(b), add_response(b, 1, 1);
    credits *c = run_spec(*state, "grpo-batch", b);
    for (int i = 0; i < 3; i++) assert_near(c->A[i], 1, 1e-5);
    free(c), free(b);
}

static void total_returns_agree_with_their_formulas(void **state) {
    const cairn_estimator e[] = {CAIRN_ESTIMATE_NONE,      CAIRN_ESTIMATE_MEAN, CAIRN_ESTIMATE_GRPO,
                                 CAIRN_ESTIMATE_BATCH_STD, CAIRN_ESTIMATE_RLOO, CAIRN_ESTIMATE_OPO,
                                 CAIRN_ESTIMATE_REMAX};
    for (size_t i = 0; i < sizeof e / sizeof *e; i++) {
        compare_all(*state, "outcome", (cairn_credit_stream){.scalar = 1, .estimator = e[i]}, 1, 9);
        cairn_credit_stream mixed = {
            .scalar = 2, .tokens = 0.5, .kl = 0.1, .steps = 0.3, .rule = CAIRN_STEP_SUM, .estimator = e[i]};
        compare_all(*state, "mixed", mixed, 1, 9);
        compare_all(*state, "right",
                    (cairn_credit_stream){.scalar = 1, .tokens = 1, .among_right = true, .estimator = e[i]}, 1, 9);
    }
}

static void returns_to_go_agree_with_their_formulas(void **state) {
    const cairn_estimator e[] = {CAIRN_ESTIMATE_NONE,      CAIRN_ESTIMATE_MEAN,  CAIRN_ESTIMATE_GRPO,
                                 CAIRN_ESTIMATE_BATCH_STD, CAIRN_ESTIMATE_RLOO,  CAIRN_ESTIMATE_REMAX,
                                 CAIRN_ESTIMATE_GAE,       CAIRN_ESTIMATE_ANCHOR};
    for (size_t i = 0; i < sizeof e / sizeof *e; i++)
        for (int by_step = 0; by_step < 2; by_step++) {
            cairn_credit_stream s = {.tokens = 1,
                                     .steps = 0.5,
                                     .rule = CAIRN_STEP_SUM,
                                     .kl = 0.2,
                                     .estimator = e[i],
                                     .sum = CAIRN_RETURN_TO_GO,
                                     .gamma = 0.9,
                                     .lambda = 0.7,
                                     .by_step = by_step};
            compare_all(*state, "to go", s, 1, 9);
        }
}

static void the_token_baseline_agrees_with_its_formula(void **state) {
    cairn_credit_stream s = {.tokens = 1,
                             .steps = 0.5,
                             .rule = CAIRN_STEP_SUM,
                             .sum = CAIRN_RETURN_TO_GO,
                             .estimator = CAIRN_ESTIMATE_RLOO_TOKEN};
    compare_all(*state, "token baseline", s, 2, 9);
}

static void pooled_tokens_responses_and_steps_agree_with_their_formulas(void **state) {
    for (int by = 0; by < 3; by++) {
        cairn_credit_stream s = {.tokens = 1,
                                 .steps = 0.5,
                                 .rule = CAIRN_STEP_SUM,
                                 .sum = CAIRN_RETURN_LOCAL,
                                 .estimator = CAIRN_ESTIMATE_POOLED,
                                 .pool = (cairn_pool_by)by};
        compare_all(*state, "pooled", s, 4, 9);
    }
}

static void local_returns_agree_with_their_formulas(void **state) {
    cairn_credit_stream s = {.tokens = 1, .steps = 0.5, .rule = CAIRN_STEP_SUM, .sum = CAIRN_RETURN_LOCAL};
    compare_all(*state, "local", s, 1, 9);
    s.estimator = CAIRN_ESTIMATE_ANCHOR;
    compare_all(*state, "local anchors", s, 1, 9);
}

static void pass_at_k_is_the_mean_over_all_sets(void **state) {
    for (int64_t k = 1; k <= 4; k++)
        compare_all(*state, "pass@k", (cairn_credit_stream){.scalar = 1, .estimator = CAIRN_ESTIMATE_PASS_K, .k = k}, 4,
                    9);
}

static void rewards_centred_before_their_sum_agree_with_their_formulas(void **state) {
    const struct {
        cairn_centre centre;
        cairn_estimator e;
    } cases[] = {{CAIRN_CENTRE_PAPER, CAIRN_ESTIMATE_RLOO},
                 {CAIRN_CENTRE_PAPER, CAIRN_ESTIMATE_GRPO},
                 {CAIRN_CENTRE_PAPER, CAIRN_ESTIMATE_MEAN},
                 {CAIRN_CENTRE_CODE, CAIRN_ESTIMATE_RLOO}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (uint64_t seed = 0; seed < ROUNDS; seed++) {
            cairn_credit_stream s = {.weight = 1,
                                     .tokens = 1,
                                     .sum = CAIRN_RETURN_TO_GO,
                                     .gamma = 0.9,
                                     .centre = cases[i].centre,
                                     .estimator = cases[i].e};
            batch *b = random_batch(seed, 2, 9);
            /* Rewards of tokens that are not drawn have no baseline; here there are none. */
            for (int32_t k = 0; k < b->n; k++) memset(b->drawn[k], 1, sizeof b->drawn[k]);
            compare(*state, "centred first", &s, b);
            free(b);
        }
}

static int open_ctx(void **state) {
    return cairn_ctx_open((cairn_ctx **)state) != CAIRN_OK;
}

static int close_ctx(void **state) {
    cairn_ctx_close(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_without_spread_gives_returns_as_they_are),
        cmocka_unit_test(total_returns_agree_with_their_formulas),
        cmocka_unit_test(returns_to_go_agree_with_their_formulas),
        cmocka_unit_test(the_token_baseline_agrees_with_its_formula),
        cmocka_unit_test(pooled_tokens_responses_and_steps_agree_with_their_formulas),
        cmocka_unit_test(local_returns_agree_with_their_formulas),
        cmocka_unit_test(pass_at_k_is_the_mean_over_all_sets),
        cmocka_unit_test(rewards_centred_before_their_sum_agree_with_their_formulas),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
