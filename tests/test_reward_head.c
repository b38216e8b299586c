/* A trained head as reward: its scores are those of the decoder, the same for a prefix alone and inside a solution. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reward_fixture.h"
#include "tiny_model.h"

static const char *const steps[] = {"19 + 8 = 27", "27 - 3 = 24", "so the answer is 24"};
static char spec[128];

static fixture *open_head(const char *head) {
    snprintf(spec, sizeof spec, "head:file=%s,head=%s", tiny_path, head);
    return open_fixture("chain:steps=4", NULL, spec);
}

/* Scores of all steps by the decoder itself. */
static void wanted_scores(cairn_ctx *ctx, const cairn_problem *problem, const char *head, double *out) {
    own_model m = open_own_model(ctx, tiny_path);
    cairn_solution_tokens tokens = {0};
    assert_int_equal(cairn_solution_encode(ctx, &m.format, "p", problem->text, steps, 3, false, &tokens), CAIRN_OK);
    const int32_t starts[] = {0, (int32_t)tokens.tokens.count};
    cairn_tensor *trunk = cairn_transformer_trunk(m.tape, m.model, tokens.tokens.ids, starts, 1);
    cairn_tensor *y =
        cairn_head_apply(m.tape, cairn_transformer_head(m.model, head), cairn_rows(m.tape, trunk, tokens.step_ends, 3));
    assert_non_null(y);
    for (int i = 0; i < 3; i++) {
        if (strcmp(head, "step") == 0) { /* two classes: softmax */
            double wrong = exp(cairn_tensor_at(y, 2 * i)), right = exp(cairn_tensor_at(y, 2 * i + 1));
            out[i] = right / (wrong + right);
        } else {
            out[i] = 1 / (1 + exp(-cairn_tensor_at(y, i)));
        }
    }
    cairn_solution_free(&tokens);
    close_own_model(&m);
}

static void test_scores_are_those_of_the_decoder(void **state) {
    (void)state;
    static const char *const heads[] = {"step", "value"};
    for (int h = 0; h < 2; h++) {
        fixture *f = open_head(heads[h]);
        cairn_problem problem = make_problem(f, 1, 0);
        double scores[3], wanted[3];
        score_all(f, 1, &problem, steps, 3, scores, NULL, NULL);
        wanted_scores(f->ctx, &problem, heads[h], wanted);
        for (int i = 0; i < 3; i++) {
            assert_near(scores[i], wanted[i], 1e-6);
            assert_true(scores[i] > 0 && scores[i] < 1);
        }
        assert_true(scores[0] != scores[1]);
        close_fixture(f);
    }
}

static void test_a_prefix_alone_has_the_score_that_it_has_in_the_solution(void **state) {
    (void)state;
    fixture *f = open_head("step");
    cairn_problem problem = make_problem(f, 1, 0);
    double scores[3];
    cairn_scoring requests[3];
    cairn_reward_cost cost = {0};
    score_all(f, 1, &problem, steps, 3, scores, NULL, NULL);
    for (int i = 0; i < 3; i++)
        requests[i] = (cairn_scoring){.problem = &problem, .steps = steps, .n_steps = 3 - i, .done = i == 0};
    assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, requests, 3, &cost), CAIRN_OK);
    assert_int_equal(cost.calls, 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(requests[i].status, CAIRN_OK);
        assert_memory_equal(&requests[i].score, &scores[2 - i], sizeof scores[0]);
    }
    close_fixture(f);
}

/* Nothing is said of what the decoder's context of 300 tokens does not hold; what stands before it has its score. */
static void test_steps_that_do_not_fit_are_unknown(void **state) {
    (void)state;
    static char filler[400];
    fixture *f = open_head("step");
    cairn_problem problem = make_problem(f, 1, 0);
    double alone[1], scores[3];
    const char *codes[3];
    memset(filler, '#', sizeof filler - 1);
    const char *const longer[] = {steps[0], filler, steps[1]};
    score_all(f, 1, &problem, longer, 1, alone, NULL, NULL);
    score_all(f, 1, &problem, longer, 3, scores, codes, NULL);
    assert_true(scores[0] == alone[0]);
    for (int i = 1; i < 3; i++) {
        cairn_scoring q = {.problem = &problem, .steps = longer, .n_steps = i + 1};
        assert_true(isnan(scores[i]));
        assert_string_equal(codes[i], "too-long");
        assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, &q, 1, NULL), CAIRN_OK);
        assert_int_equal(q.status, CAIRN_OK);
        assert_true(isnan(q.score));
    }
    close_fixture(f);
}

static void test_a_head_that_is_not_there_is_named(void **state) {
    (void)state;
    fixture *f = open_head("step");
    cairn_reward reward = {0};
    snprintf(spec, sizeof spec, "head:file=%s,head=nobody", tiny_path);
    assert_int_equal(cairn_reward_open(f->ctx, f->arena, spec, &f->world, NULL, &reward), CAIRN_NOT_FOUND);
    assert_non_null(strstr(cairn_error(f->ctx), "nobody"));
    close_fixture(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scores_are_those_of_the_decoder),
        cmocka_unit_test(test_a_prefix_alone_has_the_score_that_it_has_in_the_solution),
        cmocka_unit_test(test_steps_that_do_not_fit_are_unknown),
        cmocka_unit_test(test_a_head_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests_name("reward head", tests, write_model, remove_model);
}
