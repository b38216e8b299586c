/* Bisection, the pool of wrong rollouts and the rules over counts (arXiv 2406.06592), against cases worked by hand. */
/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "near.h"

#include "cairn/label.h"

static cairn_ctx *ctx_of(void **state) {
    return *state;
}

/* ---- bisection ----------------------------------------------------------------------------------------------------- */

/* A solution whose prefixes of `first` steps and more hold the error; counts what it was asked. */
typedef struct oracle {
    int32_t first, asked;
    bool probed[64];
} oracle;

static cairn_status noiseless(void *arg, int32_t m, double *mc) {
    oracle *o = arg;
    o->asked++;
    assert_false(o->probed[m]);
    o->probed[m] = true;
    *mc = m >= o->first ? 0 : 0.125;
    return CAIRN_OK;
}

static cairn_status bisect(cairn_ctx *ctx, oracle *o, int32_t lo, int32_t hi, int32_t min_span, int32_t *first,
                           int32_t *positions, double *mc, int32_t *probes) {
    return cairn_first_error_bisect(ctx, noiseless, o, lo, hi, min_span, first, positions, mc, probes);
}

static void eight_steps_with_the_first_error_at_six_take_three_probes(void **state) {
    oracle o = {.first = 6};
    int32_t first, positions[64], probes;
    double mc[64];
    assert_int_equal(bisect(ctx_of(state), &o, 0, 8, 1, &first, positions, mc, &probes), CAIRN_OK);
    assert_int_equal(first, 6);
    assert_int_equal(probes, 3);
    assert_int_equal(positions[0], 4);
    assert_int_equal(positions[1], 6);
    assert_int_equal(positions[2], 5);
    assert_true(mc[0] > 0 && mc[1] == 0 && mc[2] > 0);
}

/* Least p with 2^p >= n. */
static int32_t ceil_log2(int32_t n) {
    int32_t p = 0;
    while ((INT64_C(1) << p) < n) p++;
    return p;
}

static void every_first_error_is_found_with_at_most_log2_probes(void **state) {
    for (int32_t lo = 0; lo < 40; lo++)
        for (int32_t hi = lo + 1; hi <= 40; hi++)
            for (int32_t error = lo + 1; error <= hi; error++) {
                oracle o = {.first = error};
                int32_t first, positions[64], probes;
                double mc[64];
                assert_int_equal(bisect(ctx_of(state), &o, lo, hi, 1, &first, positions, mc, &probes), CAIRN_OK);
                assert_int_equal(first, error);
                assert_int_equal(probes, o.asked);
                assert_true(probes <= ceil_log2(hi - lo));
                for (int32_t i = 0; i < probes; i++) {
                    assert_true(positions[i] > lo && positions[i] < hi);
                    assert_true((mc[i] > 0) == (positions[i] < error));
                }
            }
}

static void a_span_of_steps_ends_the_search_early_and_still_holds_the_error(void **state) {
    for (int32_t span = 1; span <= 8; span++)
        for (int32_t error = 1; error <= 32; error++) {
            oracle o = {.first = error};
            int32_t first, positions[64], probes;
            double mc[64];
            assert_int_equal(bisect(ctx_of(state), &o, 0, 32, span, &first, positions, mc, &probes), CAIRN_OK);
            assert_true(first >= error && first - span < error);
            assert_true(probes <= ceil_log2((32 + span - 1) / span));
        }
}

static cairn_status constant(void *arg, int32_t m, double *mc) {
    (void)m;
    *mc = *(const double *)arg;
    return CAIRN_OK;
}

static cairn_status failing(void *arg, int32_t m, double *mc) {
    (void)m;
    *mc = 0.5;
    return --*(int *)arg < 0 ? CAIRN_IO : CAIRN_OK;
}

static void bisection_refuses_what_makes_no_sense(void **state) {
    static const struct { int32_t lo, hi, span; } ranges[] = {{3, 3, 1}, {4, 3, 1}, {-1, 3, 1}, {0, 8, 0}, {0, 8, -1}};
    cairn_ctx *ctx = *state;
    int32_t first, positions[64], probes;
    double mc[64];
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        oracle o = {.first = 2};
        assert_int_equal(bisect(ctx, &o, ranges[i].lo, ranges[i].hi, ranges[i].span, &first, positions, mc, &probes),
                         CAIRN_INVALID);
        assert_int_equal(o.asked, 0);
        assert_int_equal(probes, 0);
    }
    double values[] = {-0.1, 1.1, NAN, INFINITY};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(cairn_first_error_bisect(ctx, constant, &values[i], 0, 8, 1, &first, positions, mc, &probes),
                         CAIRN_INVALID);
        assert_non_null(strstr(cairn_error(ctx), "first 4 steps"));
    }
    double bounds[] = {0, 1}; /* are values */
    for (int i = 0; i < 2; i++)
        assert_int_equal(cairn_first_error_bisect(ctx, constant, &bounds[i], 0, 8, 1, &first, positions, mc, &probes),
                         CAIRN_OK);
    int good = 2;
    assert_int_equal(cairn_first_error_bisect(ctx, failing, &good, 0, 64, 1, &first, positions, mc, &probes), CAIRN_IO);
    assert_int_equal(probes, 2); /* those that succeeded are recorded */
}

/* ---- the pool ------------------------------------------------------------------------------------------------------ */

static const cairn_queue_rule paper = {.alpha = 0.5, .beta = 0.9, .length = 500, .c_puct = 0.125};

/* MC = 0.5, 250 tokens: Q = 0.5^0.5 0.9^0.5 = 0.70711 * 0.94868 = 0.67082. Sum N = 9, N = 2: U = 0.125 * 3 / 3. */
static void priority_is_quality_plus_exploration(void **state) {
    (void)state;
    cairn_queue_rule no_exploration = paper, exploration_alone = paper;
    no_exploration.c_puct = 0;
    exploration_alone.alpha = exploration_alone.beta = 1; /* Q = 1 */
    assert_near(cairn_queue_priority(no_exploration, 0.5, 250, 2, 9), 0.67082, 5e-6);
    assert_near(cairn_queue_priority(exploration_alone, 0.5, 250, 2, 9) - 1, 0.125, 1e-15);
    assert_near(cairn_queue_priority(paper, 0.5, 250, 2, 9), 0.79582, 5e-6);
}

static cairn_rollout_queue *open_pool(cairn_ctx *ctx, cairn_queue_rule rule) {
    cairn_rollout_queue *pool;
    assert_int_equal(cairn_rollout_queue_open(ctx, rule, &pool), CAIRN_OK);
    return pool;
}

static void assert_pops(cairn_rollout_queue *pool, const int32_t *visits, int64_t total, int32_t state,
                        int32_t rollout) {
    int32_t s = -1, r = -1;
    assert_int_equal(cairn_rollout_queue_pop(pool, visits, total, &s, &r), CAIRN_OK);
    assert_int_equal(s, state);
    assert_int_equal(r, rollout);
}

static void the_best_leaves_first_and_each_leaves_once(void **state) {
    static const int32_t none[1] = {0};
    cairn_rollout_queue *pool = open_pool(*state, paper);
    int32_t s, r;
    assert_int_equal(cairn_rollout_queue_pop(pool, none, 0, &s, &r), CAIRN_END);
    /* Q: 0.5^0.75 = 0.5946, 0.5^0.25 = 0.8409, the same times 0.9^2 = 0.6811, 0.5^0.25 0.9^0.1 = 0.8321 */
    assert_int_equal(cairn_rollout_queue_add(pool, 0, 10, 0.25, 0), CAIRN_OK);
    assert_int_equal(cairn_rollout_queue_add(pool, 0, 11, 0.75, 0), CAIRN_OK);
    assert_int_equal(cairn_rollout_queue_add(pool, 0, 12, 0.75, 1000), CAIRN_OK);
    assert_int_equal(cairn_rollout_queue_add(pool, 0, 13, 0.75, 50), CAIRN_OK);
    assert_pops(pool, none, 0, 0, 11);
    assert_pops(pool, none, 0, 0, 13);
    assert_int_equal(cairn_rollout_queue_add(pool, 0, 14, 0.5, 0), CAIRN_OK); /* 0.7071: before what waits longer */
    assert_pops(pool, none, 0, 0, 14);
    assert_pops(pool, none, 0, 0, 12);
    assert_pops(pool, none, 0, 0, 10);
    assert_int_equal(cairn_rollout_queue_pop(pool, none, 0, &s, &r), CAIRN_END);
    assert_int_equal(cairn_rollout_queue_pop(pool, none, 0, &s, &r), CAIRN_END);
    cairn_rollout_queue_close(pool);
}

static void equals_leave_in_order_of_arrival(void **state) {
    static const int32_t none[2] = {0};
    cairn_rollout_queue *pool = open_pool(*state, paper);
    for (int32_t i = 0; i < 100; i++) assert_int_equal(cairn_rollout_queue_add(pool, i % 2, i, 0.5, 250), CAIRN_OK);
    for (int32_t i = 0; i < 100; i++) assert_pops(pool, none, 0, i % 2, i);
    cairn_rollout_queue_close(pool);
}

/* Two rollouts of state 0 (Q = 0.70711) before two of state 1 (Q = 0.5^0.6 = 0.65975). A visit to state 0 with sum N =
 * 1 leaves it U = 0.125 / 2 = 0.0625 against 0.125 of state 1: 0.7696 against 0.7848. */
static void visits_change_the_order_at_once(void **state) {
    cairn_rollout_queue *pool = open_pool(*state, paper);
    int32_t visits[2] = {0, 0};
    for (int32_t i = 0; i < 2; i++) assert_int_equal(cairn_rollout_queue_add(pool, 0, i, 0.5, 0), CAIRN_OK);
    for (int32_t i = 2; i < 4; i++) assert_int_equal(cairn_rollout_queue_add(pool, 1, i, 0.4, 0), CAIRN_OK);
    assert_pops(pool, visits, 0, 0, 0);
    visits[0] = 1;
    assert_pops(pool, visits, 1, 1, 2);
    visits[1] = 1; /* U of both 0.125 sqrt(2) / 2: Q decides */
    assert_pops(pool, visits, 2, 0, 1);
    assert_pops(pool, visits, 3, 1, 3);
    cairn_rollout_queue_close(pool);
}

static void the_pool_refuses_what_makes_no_sense(void **state) {
    static const cairn_queue_rule bad[] = {{0, 0.9, 500, 0.125},   {-0.5, 0.9, 500, 0.125},     {1.1, 0.9, 500, 0.125},
                                           {NAN, 0.9, 500, 0.125}, {0.5, 0, 500, 0.125},        {0.5, 1.1, 500, 0.125},
                                           {0.5, NAN, 500, 0.125}, {0.5, 0.9, 0, 0.125},        {0.5, 0.9, -1, 0.125},
                                           {0.5, 0.9, NAN, 0.125}, {0.5, 0.9, INFINITY, 0.125}, {0.5, 0.9, 500, -1},
                                           {0.5, 0.9, 500, NAN},   {0.5, 0.9, 500, INFINITY}};
    cairn_rollout_queue *pool;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(cairn_rollout_queue_open(*state, bad[i], &pool), CAIRN_INVALID);
    pool = open_pool(*state, (cairn_queue_rule){1, 1, 1, 0});
    static const double mc[] = {0, 1, -0.5, 1.5, NAN}, length[] = {-1, NAN, INFINITY};
    for (int i = 0; i < 5; i++) assert_int_equal(cairn_rollout_queue_add(pool, 0, 0, mc[i], 10), CAIRN_INVALID);
    for (int i = 0; i < 3; i++) assert_int_equal(cairn_rollout_queue_add(pool, 0, 0, 0.5, length[i]), CAIRN_INVALID);
    int32_t s, r, visits[1] = {0};
    assert_int_equal(cairn_rollout_queue_pop(pool, visits, 0, &s, &r), CAIRN_END); /* nothing of that came in */
    cairn_rollout_queue_close(pool);
}

/* ---- rules over counts ----------------------------------------------------------------------------------------------- */

static void the_pairwise_target_is_the_chance_to_be_right_more_often_with_ties_split(void **state) {
    (void)state;
    assert_near(cairn_label_pairwise_target(0.75, 0.25), 0.75, 0);
    assert_near(cairn_label_pairwise_target(0.25, 0.75), 0.25, 0);
    assert_near(cairn_label_pairwise_target(1, 0), 1, 0);
    for (int i = 0; i <= 8; i++)
        for (int j = 0; j <= 8; j++) {
            double p = i / 8.0, q = j / 8.0; /* P(X = 1, Y = 0) + P(X = Y) / 2, X and Y Bernoulli */
            assert_near(cairn_label_pairwise_target(p, q), p * (1 - q) + (p * q + (1 - p) * (1 - q)) / 2, 1e-15);
            if (i == j) assert_near(cairn_label_pairwise_target(p, q), 0.5, 0);
        }
}

static void a_question_is_kept_when_some_solutions_are_right_and_some_wrong(void **state) {
    (void)state;
    assert_int_equal(cairn_question_filter(0, 32), CAIRN_QUESTION_TOO_HARD);
    assert_int_equal(cairn_question_filter(1, 32), CAIRN_QUESTION_KEEP);
    assert_int_equal(cairn_question_filter(31, 32), CAIRN_QUESTION_KEEP);
    assert_int_equal(cairn_question_filter(32, 32), CAIRN_QUESTION_TOO_EASY);
    assert_int_equal(cairn_question_filter(1, 1), CAIRN_QUESTION_TOO_EASY);
    assert_int_equal(cairn_question_filter(0, 0), CAIRN_QUESTION_TOO_HARD);
}

/* Weighted vote {A: 0.2 + 0.3, B: 0.45} -> A. */
static void scores_of_equal_answers_add_up_in_the_weighted_vote(void **state) {
    (void)state;
    static const int32_t answers[] = {0, 1, 0};
    static const double scores[] = {0.2, 0.45, 0.3};
    assert_int_equal(cairn_vote_weighted(answers, scores, 3), 0);
}

static int set_up(void **state) {
    return cairn_ctx_open((cairn_ctx **)state) == CAIRN_OK ? 0 : -1;
}
static int tear_down(void **state) {
    cairn_ctx_close(*state);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(eight_steps_with_the_first_error_at_six_take_three_probes),
        TEST(every_first_error_is_found_with_at_most_log2_probes),
        TEST(a_span_of_steps_ends_the_search_early_and_still_holds_the_error),
        TEST(bisection_refuses_what_makes_no_sense),
        TEST(priority_is_quality_plus_exploration),
        TEST(the_best_leaves_first_and_each_leaves_once),
        TEST(equals_leave_in_order_of_arrival),
        TEST(visits_change_the_order_at_once),
        TEST(the_pool_refuses_what_makes_no_sense),
        TEST(the_pairwise_target_is_the_chance_to_be_right_more_often_with_ties_split),
        TEST(a_question_is_kept_when_some_solutions_are_right_and_some_wrong),
        TEST(scores_of_equal_answers_add_up_in_the_weighted_vote),
    };
    return cmocka_run_group_tests_name("label rules", tests, NULL, NULL);
}
