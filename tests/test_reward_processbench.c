/* First-error evaluation of judges whose scores are known in closed form (arXiv 2412.06559): chain, K = 8, error .10,
 * the truth is the first wrong step. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "apply.h"
#include "reward_fixture.h"

enum { K = 8, SOLUTIONS = 4000, SEEDS = 2 };

typedef struct counts {
    int n_err, hit_err, n_cor, hit_cor;
} counts;

static double f1(const counts *c) {
    double err = (double)c->hit_err / c->n_err, cor = (double)c->hit_cor / c->n_cor;
    return err + cor > 0 ? 2 * err * cor / (err + cor) : 0;
}

static int first_below(const double *scores, double tau) {
    for (int t = 0; t < K; t++)
        if (scores[t] < tau) return t;
    return -1;
}

static void add(counts *c, int label, int predicted) {
    if (label < 0) {
        c->n_cor++;
        c->hit_cor += predicted == label;
    } else {
        c->n_err++;
        c->hit_err += predicted == label;
    }
}

static void exact_labels(fixture *f, const cairn_reward *exact, const cairn_problem *p, const cairn_rollout *r,
                         double *scores) {
    assert_int_equal(
        cairn_reward_score_steps(f->ctx, exact, f->arena, 0, p, r->steps, r->n_steps, scores, NULL, NULL, NULL),
        CAIRN_OK);
}

/* acc_cor = (1 - f)^K; acc_err = h sum_t p (1 - p)^(t-1) (1 - f)^(t-1) / (1 - (1 - p)^K). */
static void a_judge_with_known_rates_has_the_f1_of_the_closed_form(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain:steps=8", "scripted:error=0.1", "noisy:what=step,miss=0.2,false_alarm=0.05");
    cairn_reward exact;
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, "exact:what=step", &f->world, NULL, &exact), CAIRN_OK);
    for (uint64_t seed = 1; seed <= 5; seed++) {
        counts c = {0};
        for (int64_t i = 0; i < SOLUTIONS; i++) {
            cairn_arena_mark mark = cairn_arena_save(f->arena);
            cairn_problem p = make_problem(f, seed, i);
            cairn_rollout r = solve(f, seed, &p, 0);
            double truth[K], said[K];
            exact_labels(f, &exact, &p, &r, truth);
            score_all(f, seed, &p, r.steps, K, said, NULL, NULL);
            add(&c, first_below(truth, 0.5), first_below(said, 0.5));
            cairn_arena_restore(f->arena, mark);
        }
        print_message("seed %d: acc_err %.5f acc_cor %.5f F1 %.5f\n", (int)seed, (double)c.hit_err / c.n_err,
                      (double)c.hit_cor / c.n_cor, f1(&c));
        assert_near((double)c.hit_cor / c.n_cor, .66342, 4 * sqrt(.66342 * (1 - .66342) / c.n_cor));
        assert_near((double)c.hit_err / c.n_err, .69208, 4 * sqrt(.69208 * (1 - .69208) / c.n_err));
        assert_near(f1(&c), .67745, 0.02);
    }
    cairn_reward_close(&exact);
    close_fixture(f);
}

/* The first step none of whose completions is right; steps behind it need no completions. */
static int judge_by_completions(fixture *f, uint64_t seed, const cairn_problem *p, const cairn_rollout *r) {
    char state[64];
    bool done;
    uint64_t path = CAIRN_PATH_ROOT;
    assert_int_equal(f->world.type->start(f->ctx, f->world.self, p, state), CAIRN_OK);
    for (int t = 0; t < K; t++) {
        size_t length = strlen(r->steps[t]);
        path = cairn_key_mix(path, cairn_key(r->steps[t], length));
        assert_int_equal(apply_step(f->world.type, f->ctx, f->world.self, p, state, r->steps[t], length, state, &done),
                         CAIRN_OK);
        cairn_scoring q = {.problem = p,
                           .steps = r->steps,
                           .n_steps = t + 1,
                           .state = state,
                           .done = done,
                           .path = path,
                           .seed = seed};
        assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, &q, 1, NULL), CAIRN_OK);
        if (q.score == 0) return t;
    }
    return -1;
}

/* More completions make hard Monte-Carlo labels worse where solutions repair themselves. */
static void hard_monte_carlo_labels_have_the_f1_of_the_closed_form(void **unused) {
    (void)unused;
    static const struct {
        const char *policy;
        double f1[3];
    } rows[] = {{"scripted:error=0.1,repair=0", {.8636, .9923, 1.0}},
                {"scripted:error=0.1,repair=0.05", {.6469, .5043, .3047}},
                {"scripted:error=0.1,repair=0.1", {.4755, .3017, .1945}}};
    static const char *const rewards[] = {"mc:rollouts=4", "mc:rollouts=8", "mc:rollouts=16"};
    for (size_t row = 0; row < 3; row++) {
        double measured[3];
        for (size_t column = 0; column < 3; column++) {
            fixture *f = open_fixture("chain:steps=8", rows[row].policy, rewards[column]);
            cairn_reward exact;
            counts c = {0};
            assert_int_equal(cairn_reward_open(f->ctx, f->arena, "exact:what=step", &f->world, NULL, &exact), CAIRN_OK);
            for (uint64_t seed = 1; seed <= SEEDS; seed++)
                for (int64_t i = 0; i < SOLUTIONS; i++) {
                    cairn_arena_mark mark = cairn_arena_save(f->arena);
                    cairn_problem p = make_problem(f, seed, i);
                    cairn_rollout r = solve(f, seed, &p, 0);
                    double truth[K];
                    exact_labels(f, &exact, &p, &r, truth);
                    add(&c, first_below(truth, 0.5), judge_by_completions(f, seed, &p, &r));
                    cairn_arena_restore(f->arena, mark);
                }
            measured[column] = f1(&c);
            print_message("%s %s: F1 %.4f (exact %.4f)\n", rows[row].policy, rewards[column], measured[column],
                          rows[row].f1[column]);
            assert_near(measured[column], rows[row].f1[column], 0.025);
            cairn_reward_close(&exact);
            close_fixture(f);
        }
        if (row == 1) assert_true(measured[0] - measured[2] >= 0.30);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_judge_with_known_rates_has_the_f1_of_the_closed_form),
        cmocka_unit_test(hard_monte_carlo_labels_have_the_f1_of_the_closed_form),
    };
    return cmocka_run_group_tests_name("reward first errors", tests, NULL, NULL);
}
