/* Searches at equal computing: the width found is the widest that the FLOPs pay for. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "near.h"
#include "tiny_model.h"

#include "cairn/job.h"

static cairn_ctx *ctx;
static cairn_arena *arena;
static char path[] = "/tmp/cairn-tiny-XXXXXX";
static char policy[64], reward[64];

static cairn_job_setup pilot(void) {
    return (cairn_job_setup){.what = "pilot",
                             .world = "chain:steps=3",
                             .policy = policy,
                             .reward = reward,
                             .count = 6,
                             .seed = 9,
                             .workers = 1,
                             .sampling = {.temperature = 1, .max_tokens = 8},
                             .aggregator = -1,
                             .quiet = true};
}

static double flops_of(const char *search) {
    cairn_job_setup setup = pilot();
    cairn_solve_setup solve = {.search = search};
    cairn_solve_summary summary;
    cairn_job *job;
    assert_int_equal(cairn_job_open(ctx, &setup, &job), CAIRN_OK);
    if (cairn_solve(ctx, job, &solve, NULL, &summary) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    cairn_job_close(job);
    return summary.flops + summary.judge_flops;
}

static const char *matched(const char *search, double flops, double *budget) {
    cairn_job_setup setup = pilot();
    const char *out;
    if (cairn_solve_match(ctx, &setup, search, flops, arena, &out, budget) != CAIRN_OK)
        fail_msg("%s", cairn_error(ctx));
    return out;
}

static void test_the_width_is_the_widest_that_is_paid_for(void **state) {
    (void)state;
    static const struct {
        const char *search;
        int unit;
    } rows[] = {{"majority", 1}, {"best-of-n", 1}, {"beam:branch=3", 3}, {"dvts", 4}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char at[64], next[64];
        char colon = strchr(rows[i].search, ':') ? ',' : ':';
        snprintf(at, sizeof at, "%s%cwidth=%d", rows[i].search, colon, 4 * rows[i].unit);
        snprintf(next, sizeof next, "%s%cwidth=%d", rows[i].search, colon, 5 * rows[i].unit);
        double budget, low = flops_of(at), high = flops_of(next);
        assert_true(low < high);
        assert_string_equal(matched(rows[i].search, low, &budget), at);
        assert_string_equal(matched(rows[i].search, low + 0.9 * (high - low), &budget), at);
        assert_true(budget == 0);
    }
}

static void test_what_is_given_stays_and_what_has_no_width_gets_a_bound(void **state) {
    (void)state;
    double budget;
    assert_string_equal(matched("majority:width=3", 1e12, &budget), "majority:width=3");
    assert_true(budget == 0);
    assert_string_equal(matched("mcts", 1e9, &budget), "mcts");
    assert_true(budget == 1e9);
    assert_string_equal(matched("best-of-n", 1, &budget), "best-of-n:width=1"); /* the least there is */
}

static void test_a_policy_without_flops_is_refused(void **state) {
    (void)state;
    cairn_job_setup setup = pilot();
    const char *out;
    double budget;
    setup.policy = "scripted";
    setup.reward = "exact";
    assert_int_equal(cairn_solve_match(ctx, &setup, "majority", 1e9, arena, &out, &budget), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "scripted tells no FLOPs"));
}

static int begin(void **state) {
    (void)state;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(ctx, 1 << 12, &arena), CAIRN_OK);
    write_tiny_model(ctx, path);
    snprintf(policy, sizeof policy, "model:file=%s", path);
    snprintf(reward, sizeof reward, "head:file=%s", path);
    return 0;
}

static int end(void **state) {
    (void)state;
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    return unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_width_is_the_widest_that_is_paid_for),
        cmocka_unit_test(test_what_is_given_stays_and_what_has_no_width_gets_a_bound),
        cmocka_unit_test(test_a_policy_without_flops_is_refused),
    };
    return cmocka_run_group_tests_name("eval match", tests, begin, end);
}
