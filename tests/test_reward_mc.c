#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "reward_fixture.h"

/* A prefix of one right step of K = 6: V = .9^5 = .59049 for every problem. */
static void the_estimate_has_mean_v_and_variance_v_one_minus_v_over_k(void **unused) {
    (void)unused;
    const int n = 5000, k = 8;
    const double v = 0.59049, var = v * (1 - v) / k;
    fixture *f = open_fixture("chain:steps=6", "scripted:error=0.1", "mc:rollouts=8");
    double sum = 0, square = 0, fourth = 0;
    for (int i = 0; i < n; i++) {
        cairn_arena_mark mark = cairn_arena_save(f->arena);
        cairn_problem p = make_problem(f, 1, i);
        char state[64], text[64];
        bool done;
        long a, b, c;
        /* The true first step, from the problem's words. */
        if (sscanf(p.text, "Start with %ld. Then add %ld.", &a, &b) == 2)
            snprintf(text, sizeof text, "%ld + %ld = %ld", a, b, a + b);
        else if (sscanf(p.text, "Start with %ld. Then subtract %ld.", &a, &b) == 2)
            snprintf(text, sizeof text, "%ld - %ld = %ld", a, b, a - b);
        else if (sscanf(p.text, "Start with %ld. Then multiply by %ld.", &a, &c) == 2)
            snprintf(text, sizeof text, "%ld * %ld = %ld", a, c, a * c);
        const char *steps[] = {text};
        assert_int_equal(cairn_world_replay(f->ctx, &f->world, &p, steps, 1, state, &done), CAIRN_OK);
        cairn_scoring q = {.problem = &p, .steps = steps, .n_steps = 1, .state = state, .path = 77, .seed = 5};
        cairn_reward_cost cost = {0};
        assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, &q, 1, &cost), CAIRN_OK);
        assert_int_equal(q.status, CAIRN_OK);
        assert_int_equal(cost.calls, 1);
        assert_int_equal(cost.steps, 8 * 5);
        double d = q.score - v;
        sum += d;
        square += d * d;
        fourth += d * d * d * d;
        cairn_arena_restore(f->arena, mark);
    }
    double measured = square / n, error = sqrt((fourth / n - measured * measured) / n);
    assert_near(sum / n, 0, 4 * sqrt(var / n));
    assert_near(measured, var, 4 * error);
    close_fixture(f);
}

static void a_whole_solution_is_scored_by_its_outcome(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain:steps=3", "scripted:error=0.4", "mc:rollouts=4");
    int right = 0;
    for (int64_t i = 0; i < 40; i++) {
        cairn_problem p = make_problem(f, 1, i);
        cairn_rollout r = solve(f, 1, &p, 0);
        double scores[3];
        const char *evidence[3];
        score_all(f, 1, &p, r.steps, 3, scores, NULL, evidence);
        assert_near(scores[2], r.outcome.verdict == CAIRN_VERDICT_RIGHT, 0);
        assert_string_equal(evidence[2],
                            scores[2] == 1 ? "4 of 4 completions are right" : "0 of 4 completions are right");
        right += scores[2] == 1;
    }
    assert_in_range(right, 1, 39);
    close_fixture(f);
}

static void scores_do_not_depend_on_the_batch_but_on_seed_path_and_role(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain", "scripted:error=0.2", "mc:rollouts=64");
    cairn_reward other;
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "mc:rollouts=64,role=9", &f->world, &f->policy, &other),
                     CAIRN_OK);
    cairn_problem p = make_problem(f, 1, 0);
    cairn_rollout r = solve(f, 1, &p, 0);
    char state[64];
    bool done;
    assert_int_equal(cairn_world_replay(f->ctx, &f->world, &p, r.steps, 1, state, &done), CAIRN_OK);
    cairn_scoring all[12], one;
    for (int i = 0; i < 12; i++)
        all[i] = (cairn_scoring){.problem = &p,
                                 .steps = r.steps,
                                 .n_steps = 1,
                                 .state = state,
                                 .path = (uint64_t)(i % 4),
                                 .seed = (uint64_t)(i / 4)};
    assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, all, 12, NULL), CAIRN_OK);
    int differ = 0, differ_role = 0;
    for (int i = 0; i < 12; i++) {
        one = (cairn_scoring){
            .problem = &p, .steps = r.steps, .n_steps = 1, .state = state, .path = all[i].path, .seed = all[i].seed};
        assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, &one, 1, NULL), CAIRN_OK);
        assert_near(one.score, all[i].score, 0);
        differ += all[i].score != all[0].score;
        assert_int_equal(other.type->score(f->ctx, other.self, f->arena, &one, 1, NULL), CAIRN_OK);
        differ_role += one.score != all[i].score;
    }
    assert_true(differ >= 6);
    assert_true(differ_role >= 6);
    cairn_reward_close(&other);
    close_fixture(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_estimate_has_mean_v_and_variance_v_one_minus_v_over_k),
        cmocka_unit_test(a_whole_solution_is_scored_by_its_outcome),
        cmocka_unit_test(scores_do_not_depend_on_the_batch_but_on_seed_path_and_role),
    };
    return cmocka_run_group_tests_name("reward mc", tests, NULL, NULL);
}
