/* Labeller omegaprm (arXiv 2406.06592) on world `chain`, where the first wrong step and the value of every state are
 * known, and on a small world in which every completion is known by its number. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "label_fixture.h"

/* Texts that hardly ever merge: every step has 16 wordings, every slip 16 values. */
#define DISTINCT ",paraphrases=16,wrong_values=16"

static int64_t steps_spent(const fixture *f) {
    return f->workspace.cost.steps[CAIRN_ROLE_GENERATOR] + f->workspace.cost.steps[CAIRN_ROLE_COMPLETER];
}

/* ---- location ---------------------------------------------------------------------------------------------------------- */

/* Without repair no completion of a wrong prefix is right; of 64 completions of a right one with V >= 0.94^16 = 0.37
 * all are wrong once in 10^12. So what is located is the world's own first wrong step, whether texts merge or not. */
static void without_repair_every_located_error_is_the_worlds_own(void **state) {
    (void)state;
    static const char *const policies[] = {"scripted:error=0.06", "scripted:error=0.06" DISTINCT};
    for (int p = 0; p < 2; p++) {
        fixture *f = open_fixture("chain:steps=16", policies[p]);
        int64_t located = 0;
        for (int64_t i = 0; i < 40; i++) {
            cairn_label_result r = label(f, i, "omegaprm:rollouts=64,searches=10");
            assert_int_equal(r.kept, CAIRN_VERDICT_RIGHT);
            for (int32_t j = 0; j < r.n; j++) {
                const cairn_labelled *s = &r.solutions[j];
                assert_int_equal(s->outcome.verdict, CAIRN_VERDICT_WRONG);
                assert_int_equal(s->first_error, true_first_error(f, s->steps, s->n_steps));
                located++;
                for (int32_t m = 0; m < s->n_steps; m++) {
                    if (!isnan(s->labels[m])) assert_true((s->labels[m] > 0) == (m < s->first_error));
                    if (counts_of(s)[m].n) assert_true((counts_of(s)[m].ok > 0) == (m < s->first_error));
                }
            }
        }
        assert_true(located > 200);
        close_fixture(f);
    }
}

/* Soft labels are shares of completions: their deviations from the exact value have mean 0. Only states that are
 * labelled right count here, since a state is only selected because of its completions when it is wrong. */
static void a_probed_states_count_is_of_its_own_completions(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=8", "scripted:error=0.1,repair=0.05" DISTINCT);
    double sum = 0, variance = 0;
    for (int64_t i = 0; i < 400; i++) {
        cairn_label_result r = label(f, i, "omegaprm:rollouts=8,searches=1,question_filter=16");
        for (int32_t j = 0; j < r.n; j++) { /* the first probe, at the middle, does not depend on any other */
            const cairn_step_count *count = &counts_of(&r.solutions[j])[3];
            double v = value_at(f, count->node);
            assert_int_equal(count->n, 8);
            sum += count->ok - 8 * v;
            variance += 8 * v * (1 - v);
        }
    }
    assert_true(variance > 100);
    if (fabs(sum) > 4 * sqrt(variance)) fail_msg("z = %.2f", sum / sqrt(variance));
    close_fixture(f);
}

/* Of 32 completions some 20 are wrong, so three searches find three solutions, all different, unless one comes back. */
static void no_rollout_is_bisected_twice(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=16", "scripted:error=0.06" DISTINCT);
    for (int64_t i = 0; i < 40; i++) {
        cairn_label_result r = label(f, i, "omegaprm:searches=8");
        assert_int_equal(r.n, 8);
        for (int32_t j = 0; j < r.n; j++)
            for (int32_t h = 0; h < j; h++) assert_int_not_equal(r.solutions[j].leaf, r.solutions[h].leaf);
    }
    close_fixture(f);
}

static void each_state_is_labelled_in_one_solution(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=12", "scripted:error=0.1,wrong_values=1");
    for (int64_t i = 0; i < 40; i++) {
        cairn_label_result r = label(f, i, "omegaprm:searches=50,question_filter=16");
        bool *seen = cairn_arena_alloc(f->arena, f->tree->count, sizeof *seen);
        for (int32_t j = 0; j < r.n; j++) {
            int fresh = 0;
            for (int32_t m = 0; m < 12; m++) {
                const cairn_labelled *s = &r.solutions[j];
                if (isnan(s->labels[m])) continue;
                assert_false(seen[counts_of(s)[m].node]);
                assert_near(s->labels[m], (double)counts_of(s)[m].ok / counts_of(s)[m].n, 0);
                seen[counts_of(s)[m].node] = true;
                fresh++;
            }
            assert_true(fresh > 0); /* a solution that tells nothing new is not among them */
        }
    }
    close_fixture(f);
}

/* ---- given solutions, by a policy that never errs: every probe is certain ------------------------------------------------ */

/* K = 8, first error at prefix 6: probes at 4 (ok), 6 (bad), 5 (ok). */
static void eight_steps_with_the_first_error_at_six_take_three_probes(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=8", "scripted:error=0");
    begin(f, 0);
    cairn_record given = made_solution(f, 5, 1);
    cairn_label_result r = label_given(f, 0, "omegaprm:rollouts=4,question_filter=0", &given, 1);
    assert_int_equal(r.n, 1);
    const cairn_labelled *s = &r.solutions[0];
    static const int32_t n[8] = {0, 0, 0, 4, 4, 4, 0, 1}, ok[8] = {0, 0, 0, 4, 4, 0, 0, 0};
    static const double labels[8] = {NAN, NAN, NAN, 1, 1, 0, NAN, NAN};
    for (int m = 0; m < 8; m++) {
        assert_int_equal(counts_of(s)[m].n, n[m]);
        assert_int_equal(counts_of(s)[m].ok, ok[m]);
        assert_true(isnan(s->labels[m]) ? isnan(labels[m]) : s->labels[m] == labels[m]);
        assert_string_equal(s->steps[m], given.steps[m]);
    }
    assert_int_equal(s->first_error, 5);
    assert_ptr_equal(s->given, &given);
    assert_int_equal(r.rollouts, 4 + 3 * 4); /* the root, three probes */
    close_fixture(f);
}

/* The second solution shares eleven steps with the first: of its prefixes, 8, 10 and 11 are known to be good, and the
 * error is found in the other five by probes at 13 and 12. */
static void what_is_known_of_merged_states_narrows_the_bisection(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=16", "scripted:error=0");
    begin(f, 1);
    cairn_record given[3] = {made_solution(f, 11, 1), made_solution(f, 11, 2), made_solution(f, 11, 1)};
    cairn_label_result r = label_given(f, 1, "omegaprm:rollouts=4,question_filter=0", given, 3);
    assert_int_equal(r.n, 2); /* the third is the first once more */
    assert_int_equal(r.rollouts, 4 + 4 * 4 + 2 * 4);
    static const double labels[2][16] = {
        {NAN, NAN, NAN, NAN, NAN, NAN, NAN, 1, NAN, 1, 1, 0, NAN, NAN, NAN, NAN},
        {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 0, NAN, NAN, NAN, NAN}};
    for (int j = 0; j < 2; j++) {
        assert_int_equal(r.solutions[j].first_error, 11);
        for (int m = 0; m < 16; m++) {
            double label = r.solutions[j].labels[m];
            assert_true(isnan(label) ? isnan(labels[j][m]) : label == labels[j][m]);
        }
        assert_int_equal(counts_of(&r.solutions[j])[10].n, 4); /* known to both */
    }
    close_fixture(f);
}

/* Forty solutions of each problem, whose right prefixes are one chain of states, or all different. */
static int64_t rollouts_for_forty(const char *policy) {
    enum { N = 40 };
    fixture *f = open_fixture("chain:steps=16", policy);
    int64_t spent = 0;
    for (int64_t i = 0; i < 10; i++) {
        cairn_rollout rollouts[N];
        cairn_record given[N] = {0};
        cairn_node root = CAIRN_ROOT;
        int32_t done;
        begin(f, i);
        assert_int_equal(cairn_rollouts(&f->workspace, CAIRN_ROLE_GENERATOR, &root, 1, N, rollouts, &done), CAIRN_OK);
        for (int j = 0; j < N; j++) {
            given[j].steps = rollouts[j].steps;
            given[j].n_steps = rollouts[j].n_steps;
            given[j].correct = CAIRN_VERDICT_UNKNOWN;
        }
        spent += label_given(f, i, "omegaprm:rollouts=16,question_filter=0", given, N).rollouts;
    }
    close_fixture(f);
    return spent;
}

/* Where no texts merge, a bisection of 16 takes 4 probes. Where the right prefixes do, these are known after a few
 * solutions, and a wrong solution whose error is in step e is left with log2(17 - e) probes of its own. */
static void merging_texts_cost_fewer_rollouts(void **state) {
    (void)state;
    int64_t merging = rollouts_for_forty("scripted:error=0.06,wrong_values=16");
    int64_t distinct = rollouts_for_forty("scripted:error=0.06" DISTINCT);
    if (merging > 0.8 * (double)distinct) fail_msg("%d rollouts, %d without merging", (int)merging, (int)distinct);
}

static void of_given_solutions_the_wrong_ones_are_bisected_and_no_others(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=8", "scripted:error=0.3" DISTINCT);
    fixture *sure = f;
    cairn_policy erring = f->policy;
    assert_int_equal(cairn_policy_open(f->ctx, f->arena, "scripted:error=0", &f->world, &sure->policy), CAIRN_OK);
    begin(f, 2);
    cairn_record given[4] = {made_solution(f, -1, 0), made_solution(f, 2, 1), made_solution(f, 7, 1),
                             made_solution(f, 4, 1)};
    cairn_policy_close(&sure->policy);
    f->policy = erring;
    given[3].correct = CAIRN_VERDICT_RIGHT; /* as recorded */
    cairn_label_result r = label_given(f, 2, "omegaprm:rollouts=64,question_filter=0", given, 4);
    assert_int_equal(r.n, 2); /* although the probes' own completions are wrong too */
    assert_ptr_equal(r.solutions[0].given, &given[1]);
    assert_ptr_equal(r.solutions[1].given, &given[2]);
    assert_int_equal(r.solutions[0].first_error, 2);
    assert_int_equal(r.solutions[1].first_error, 7);
    r = label_given(f, 2, "omegaprm:rollouts=64,question_filter=0,searches=1", given, 4);
    assert_int_equal(r.n, 1);
    r = label_given(f, 2, "omegaprm:rollouts=64", given, 1); /* none is wrong */
    assert_int_equal(r.n, 0);
    assert_int_equal(r.rollouts, 0);
    close_fixture(f);
}

static void a_span_of_steps_is_located_where_it_holds_the_error(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=16", "scripted:error=0");
    for (int32_t span = 1; span <= 5; span++)
        for (int32_t wrong = 0; wrong < 16; wrong++) {
            begin(f, wrong);
            cairn_record given = made_solution(f, wrong, 1);
            const char *spec = cairn_arena_printf(f->arena, "omegaprm:rollouts=1,question_filter=0,min_span=%d", span);
            cairn_label_result r = label_given(f, wrong, spec, &given, 1);
            int32_t first = r.solutions[0].first_error;
            assert_int_equal(r.n, 1);
            assert_true(first >= wrong && first - span < wrong);
        }
    close_fixture(f);
}

/* ---- confirmation ------------------------------------------------------------------------------------------------------------ */

static void confirmation_asks_again_at_and_before_the_error_and_each_state_once(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=16", "scripted:error=0");
    begin(f, 1);
    cairn_record given[4] = {made_solution(f, 11, 1), made_solution(f, 11, 2), made_solution(f, 15, 1),
                             made_solution(f, 0, 1)};
    cairn_label_result r = label_given(f, 1, "omegaprm:rollouts=4,question_filter=0,confirm=3", given, 1);
    assert_int_equal(r.solutions[0].first_error, 11);
    assert_int_equal(counts_of(&r.solutions[0])[11].n, 4 + 3);
    assert_int_equal(counts_of(&r.solutions[0])[10].n, 4 + 3);
    assert_int_equal(r.rollouts, 4 + 4 * 4 + 2 * 3);
    r = label_given(f, 1, "omegaprm:rollouts=4,question_filter=0,confirm=3", given, 2);
    assert_int_equal(r.n, 2);
    assert_int_equal(r.rollouts, 4 + 4 * 4 + 2 * 3 + 2 * 4 + 3); /* the state before the second error was asked again */
    r = label_given(f, 1, "omegaprm:rollouts=4,question_filter=0,confirm=3", &given[2], 1);
    assert_int_equal(r.solutions[0].first_error, 15);
    assert_int_equal(r.rollouts, 4 + 4 * 4 + 3); /* the solution's own end is not asked again */
    r = label_given(f, 1, "omegaprm:rollouts=4,question_filter=0,confirm=3", &given[3], 1);
    assert_int_equal(r.solutions[0].first_error, 0);
    assert_int_equal(r.rollouts, 4 + 4 * 4 + 3); /* nor is the root */
    close_fixture(f);
}

typedef struct share {
    int64_t located, exact, rejected;
} share;

static share locate_all(const char *policy, const char *spec) {
    fixture *f = open_fixture("chain:steps=16", policy);
    share s = {0};
    for (int64_t i = 0; i < 100; i++) {
        cairn_label_result r = label(f, i, spec);
        for (int32_t j = 0; j < r.n; j++) {
            int32_t first = r.solutions[j].first_error;
            s.rejected += first == CAIRN_UNLABELLED;
            s.located += first >= 0;
            s.exact += first >= 0 && first == true_first_error(f, r.solutions[j].steps, 16);
        }
    }
    close_fixture(f);
    return s;
}

static void confirmation_rejects_what_repairs_made_look_like_a_place(void **state) {
    (void)state;
    share plain = locate_all("scripted:error=0.06,repair=0.02" DISTINCT, "omegaprm:searches=10,question_filter=0");
    share sure =
        locate_all("scripted:error=0.06,repair=0.02" DISTINCT, "omegaprm:searches=10,question_filter=0,confirm=16");
    assert_int_equal(plain.rejected, 0);
    assert_true(sure.rejected > 100);
    double a = (double)plain.exact / (double)plain.located, b = (double)sure.exact / (double)sure.located;
    double error = sqrt(a * (1 - a) / (double)plain.located + b * (1 - b) / (double)sure.located);
    if (b - a < 4 * error) fail_msg("exact %.3f without, %.3f with confirmation", a, b);
}

static void without_repair_confirmation_rejects_nothing(void **state) {
    (void)state;
    share s = locate_all("scripted:error=0.06" DISTINCT, "omegaprm:rollouts=64,searches=4,confirm=64");
    assert_true(s.located > 300);
    assert_int_equal(s.rejected, 0);
    assert_int_equal(s.exact, s.located);
}

/* ---- a world of three letters, right unless the last of w and R in them is w -------------------------------------------------- */

typedef struct marks {
    int32_t n, wrong;
} marks;

static cairn_status marks_start(cairn_ctx *ctx, void *self, const cairn_problem *problem, void *state) {
    (void)ctx, (void)self, (void)problem;
    memset(state, 0, sizeof(marks));
    return CAIRN_OK;
}

static cairn_status marks_apply(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                                cairn_turn *turn, void *after) {
    (void)ctx, (void)self, (void)problem;
    marks s;
    memcpy(&s, before, sizeof s);
    s.n++;
    s.wrong = *turn->text == 'w' ? 1 : *turn->text == 'R' ? 0 : s.wrong;
    turn->done = s.n == 3;
    memcpy(after, &s, sizeof s);
    return CAIRN_OK;
}

static cairn_status marks_check(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                                const char *const *steps, int32_t n_steps, cairn_arena *arena, cairn_outcome *out) {
    (void)ctx, (void)self, (void)problem, (void)steps, (void)n_steps, (void)arena;
    marks s;
    memcpy(&s, state, sizeof s);
    *out = (cairn_outcome){.verdict = s.wrong ? CAIRN_VERDICT_WRONG : CAIRN_VERDICT_RIGHT, .value = !s.wrong};
    return CAIRN_OK;
}

static const cairn_world_type marks_world = {.about = {.name = "marks"},
                                             .state_bytes = sizeof(marks),
                                             .start = marks_start,
                                             .apply = marks_apply,
                                             .check = marks_check};

/* Draw d of step t says table[t][d]; a completion has one number d at all its steps. */
static cairn_status table_propose(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_proposal *requests, int32_t n) {
    static const char *const table[3] = {"aab", "wwbbb", "xybRx"};
    (void)ctx, (void)self;
    for (int32_t i = 0; i < n; i++) {
        requests[i].text = cairn_arena_copy(arena, &table[requests[i].n_steps][requests[i].draw], 1);
        requests[i].n_tokens = 1;
        requests[i].stop = CAIRN_STOP_STEP;
        requests[i].status = CAIRN_OK;
    }
    return CAIRN_OK;
}

static const cairn_policy_type table_policy = {.about = {.name = "table"}, .propose = table_propose};

/* Completions of the root: awx, awy (wrong), bbb. awx: prefix a has 1 of 3 right, aw 0 of 3, so it looks like the first
 * error. Its fresh completions R, x contradict: nothing is located, and aw is known to be good, with 1 of 5. Next come
 * a's own wrong completions wx and wy, shorter than awy: aw is good, so their first error is the last letter, at no
 * cost. awy then tells nothing new. */
static void a_state_that_confirmation_found_good_is_good_for_later_rollouts(void **state) {
    (void)state;
    fixture f = {.seed = 1};
    const cairn_labeller_type *type;
    const void *config;
    cairn_label_result r;
    assert_int_equal(cairn_ctx_open(&f.ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f.ctx, 4096, &f.arena), CAIRN_OK);
    assert_int_equal(cairn_tree_open(f.ctx, sizeof(marks), &f.tree), CAIRN_OK);
    f.world = (cairn_world){.type = &marks_world, .self = NULL};
    f.policy = (cairn_policy){&table_policy, &f.world, NULL};
    f.problem = (cairn_problem){.id = "p", .key = 1, .text = "write", .max_steps = 3};
    f.workspace = (cairn_workspace){.ctx = f.ctx,
                                    .world = &f.world,
                                    .cast[CAIRN_ROLE_GENERATOR].policy = &f.policy,
                                    .problem = &f.problem,
                                    .tree = f.tree,
                                    .arena = f.arena,
                                    .cast[CAIRN_ROLE_GENERATOR].sampling = CAIRN_SAMPLING_DEFAULT,
                                    .column = -1};
    assert_int_equal(cairn_workspace_begin(&f.workspace), CAIRN_OK);
    assert_int_equal(
        cairn_labeller_find(f.ctx, f.arena, "omegaprm:rollouts=3,question_filter=0,confirm=2", &type, &config),
        CAIRN_OK);
    assert_int_equal(type->run(&f.workspace, config, NULL, 0, &r), CAIRN_OK);
    static const struct {
        const char *steps;
        double labels[3];
        int32_t first_error;
    } expected[3] = {
        {"awx", {1.0 / 3, 1.0 / 5, NAN}, CAIRN_UNLABELLED}, {"awx", {NAN, NAN, 0}, 2}, {"awy", {NAN, NAN, 0}, 2}};
    assert_int_equal(r.n, 3);
    assert_int_equal(r.rollouts, 3 + 3 + 3 + 2);
    for (int j = 0; j < 3; j++) {
        const cairn_labelled *s = &r.solutions[j];
        assert_int_equal(s->first_error, expected[j].first_error);
        for (int m = 0; m < 3; m++) {
            assert_int_equal(s->steps[m][0], expected[j].steps[m]);
            assert_true(isnan(s->labels[m]) ? isnan(expected[j].labels[m]) : s->labels[m] == expected[j].labels[m]);
        }
    }
    cairn_tree_close(f.tree);
    cairn_arena_close(f.arena);
    cairn_ctx_close(f.ctx);
}

/* ---- questions, unknown outcomes ------------------------------------------------------------------------------------------------ */

static void assert_dropped(const char *policy, bool (*unknown)(const cairn_outcome *), const char *why) {
    fixture *f = open_fixture("chain:steps=4", policy);
    if (unknown) make_unknowing(f, unknown);
    cairn_label_result r = label(f, 0, "omegaprm:question_filter=32");
    assert_int_equal(r.kept, CAIRN_VERDICT_WRONG);
    assert_string_equal(r.dropped, why);
    assert_int_equal(r.n, 0);
    assert_int_equal(r.rollouts, 32);
    r = label(f, 0, "omegaprm:question_filter=0,rollouts=8"); /* nobody asks, and nothing can be located */
    assert_int_equal(r.kept, CAIRN_VERDICT_UNKNOWN);
    assert_string_equal(r.dropped, "");
    assert_int_equal(r.n, 0);
    assert_int_equal(r.rollouts, 8);
    close_fixture(f);
}

static void the_filter_drops_what_is_too_easy_too_hard_or_unknown(void **state) {
    (void)state;
    assert_dropped("scripted:error=0", NULL, "too-easy");
    assert_dropped("scripted:error=1", NULL, "too-hard");
    assert_dropped("scripted:error=0.2", always, "unknown");
}

static void unknown_outcomes_are_in_no_count_and_bisected_by_nobody(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=8", "scripted:error=0.1" DISTINCT);
    make_unknowing(f, even_answer);
    int32_t solutions = 0, partly = 0;
    for (int64_t i = 0; i < 60; i++) {
        cairn_label_result r = label(f, i, "omegaprm:rollouts=16,searches=4");
        assert_true(r.unknown > 0 || r.rollouts == 32);
        for (int32_t j = 0; j < r.n; j++) {
            assert_int_equal(r.solutions[j].outcome.verdict, CAIRN_VERDICT_WRONG);
            for (int32_t m = 0; m < 7; m++) {
                assert_true(counts_of(&r.solutions[j])[m].n <= 16);
                partly += counts_of(&r.solutions[j])[m].n > 0 && counts_of(&r.solutions[j])[m].n < 16;
            }
            solutions++;
        }
    }
    assert_true(solutions > 50 && partly > 50);
    close_fixture(f);
}

/* ---- budget, seeds ---------------------------------------------------------------------------------------------------------------- */

static void a_spent_budget_leaves_what_was_done(void **state) {
    (void)state;
    static const char spec[] = "omegaprm:rollouts=4,searches=4,question_filter=0,confirm=4";
    fixture *f = open_fixture("chain:steps=12", "scripted:error=0.1,repair=0.02" DISTINCT);
    int64_t index = 0;
    cairn_label_result whole;
    do whole = label(f, ++index, spec);
    while (whole.n < 4);
    int64_t all = steps_spent(f);
    int32_t seen = 0, unfinished = 0;
    for (f->budget = 1; f->budget <= all + 48;
         f->budget += 7) { /* 48: a rollout is only begun when its longest form fits */
        cairn_label_result r = label(f, index, spec);
        assert_true(steps_spent(f) <= f->budget);
        assert_true(r.n >= seen);
        seen = r.n;
        for (int32_t j = 0; j < r.n; j++) {
            const cairn_labelled *s = &r.solutions[j], *w = &whole.solutions[j];
            bool same = same_solution(s, w);
            unfinished += !same;
            assert_true(same || j == r.n - 1);
            assert_true(same || s->first_error == CAIRN_UNLABELLED);
            for (int32_t m = 0; m < 12 && !same; m++) assert_true(counts_of(s)[m].n <= counts_of(w)[m].n);
        }
    }
    assert_int_equal(seen, 4);
    assert_true(unfinished > 5);
    f->budget = all + 48;
    cairn_label_result r = label(f, index, spec);
    assert_true(same_result(&r, &whole));
    close_fixture(f);
}

static void equal_seeds_give_equal_labels_and_other_seeds_others(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=10", "scripted:error=0.1,repair=0.02,paraphrases=2");
    int different = 0;
    for (int64_t i = 0; i < 20; i++) {
        f->seed = 5;
        cairn_label_result a = label(f, i, "omegaprm:searches=20,confirm=4");
        cairn_label_result b = label(f, i, "omegaprm:searches=20,confirm=4");
        f->seed = 6;
        cairn_label_result c = label(f, i, "omegaprm:searches=20,confirm=4");
        assert_true(same_result(&a, &b));
        different += !same_result(&a, &c);
    }
    assert_int_equal(different, 20);
    close_fixture(f);
}

static void any_failing_allocation_is_a_status(void **state) {
    (void)state;
    const cairn_labeller_type *type;
    const void *config;
    int failures = 0;
    cairn_status status = CAIRN_NO_MEMORY;
    for (int64_t at = 1; status == CAIRN_NO_MEMORY; at++) {
        fixture *f = open_fixture("chain:steps=12", "scripted:error=0.1" DISTINCT);
        cairn_label_result r;
        begin(f, 1);
        assert_int_equal(cairn_labeller_find(f->ctx, f->arena, "omegaprm:searches=20,confirm=2", &type, &config),
                         CAIRN_OK);
        cairn_faults_set(f->ctx, (cairn_faults){.alloc_fails_at = at});
        status = type->run(&f->workspace, config, NULL, 0, &r);
        cairn_faults_set(f->ctx, (cairn_faults){0});
        failures += status == CAIRN_NO_MEMORY;
        close_fixture(f);
    }
    assert_int_equal(status, CAIRN_OK);
    assert_true(failures > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_repair_every_located_error_is_the_worlds_own),
        cmocka_unit_test(a_probed_states_count_is_of_its_own_completions),
        cmocka_unit_test(no_rollout_is_bisected_twice),
        cmocka_unit_test(each_state_is_labelled_in_one_solution),
        cmocka_unit_test(eight_steps_with_the_first_error_at_six_take_three_probes),
        cmocka_unit_test(what_is_known_of_merged_states_narrows_the_bisection),
        cmocka_unit_test(merging_texts_cost_fewer_rollouts),
        cmocka_unit_test(of_given_solutions_the_wrong_ones_are_bisected_and_no_others),
        cmocka_unit_test(a_span_of_steps_is_located_where_it_holds_the_error),
        cmocka_unit_test(confirmation_asks_again_at_and_before_the_error_and_each_state_once),
        cmocka_unit_test(confirmation_rejects_what_repairs_made_look_like_a_place),
        cmocka_unit_test(without_repair_confirmation_rejects_nothing),
        cmocka_unit_test(a_state_that_confirmation_found_good_is_good_for_later_rollouts),
        cmocka_unit_test(the_filter_drops_what_is_too_easy_too_hard_or_unknown),
        cmocka_unit_test(unknown_outcomes_are_in_no_count_and_bisected_by_nobody),
        cmocka_unit_test(a_spent_budget_leaves_what_was_done),
        cmocka_unit_test(equal_seeds_give_equal_labels_and_other_seeds_others),
        cmocka_unit_test(any_failing_allocation_is_a_status),
    };
    return cmocka_run_group_tests_name("label omegaprm", tests, NULL, NULL);
}
