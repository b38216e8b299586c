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

/* What the head reads beside the rows of the three steps: of the probabilities p of each step's tokens the sums of ln
 * p, p - 1, (p - 1)^2, times 6. */
static void likelihoods(own_model *m, const cairn_solution_tokens *s, cairn_tensor *trunk, float out[3][3]) {
    const int32_t v = m->model->shape.vocabulary;
    cairn_tensor *logits = cairn_transformer_logits(m->tape, m->model, trunk);
    assert_non_null(logits);
    for (int step = 0; step < 3; step++) {
        double sum[3] = {0};
        for (int32_t at = step ? s->step_ends[step - 1] + 1 : s->prompt; at <= s->text_ends[step]; at++) {
            double all = 0;
            for (int32_t i = 0; i < v; i++) all += exp(cairn_tensor_at(logits, (at - 1) * v + i));
            double p = exp(cairn_tensor_at(logits, (at - 1) * v + s->tokens.ids[at])) / all;
            sum[0] += log(p);
            sum[1] += p - 1;
            sum[2] += (p - 1) * (p - 1);
        }
        for (int i = 0; i < 3; i++) out[step][i] = (float)(6 * sum[i]);
    }
}

static cairn_tensor *read_by_hand(own_model *m, const cairn_head *head, const cairn_solution_tokens *s,
                                  cairn_tensor *trunk) {
    cairn_tensor *rows = cairn_rows(m->tape, trunk, s->step_ends, 3);
    if (head->likelihood) {
        float beside[3][3];
        likelihoods(m, s, trunk, beside);
        rows = cairn_concat(m->tape, rows, cairn_tape_input(m->tape, 2, (int64_t[]){3, 3}, beside[0], false));
    }
    return cairn_head_apply(m->tape, head, rows);
}

/* Scores of all steps by the decoder itself; `part` (or NULL) is unfinished and stands in place of the third: it ends
 * with its last token. */
static void wanted_scores(cairn_ctx *ctx, const cairn_problem *problem, const char *head,
                          const char *const *observations, const char *part, double *out) {
    own_model m = open_own_model(ctx, tiny_path);
    cairn_solution_tokens tokens = {0};
    assert_int_equal(cairn_solution_encode_turns(ctx, &m.format, "p", problem->text, steps, observations, 3 - !!part,
                                                 false, &tokens),
                     CAIRN_OK);
    if (part) {
        assert_int_equal(cairn_tokenizer_encode(ctx, m.tokenizer, part, strlen(part), &tokens.tokens), CAIRN_OK);
        tokens.step_ends[2] = tokens.text_ends[2] = (int32_t)tokens.tokens.count - 1;
    }
    const int32_t starts[] = {0, (int32_t)tokens.tokens.count};
    cairn_tensor *trunk = cairn_transformer_trunk(m.tape, m.model, tokens.tokens.ids, starts, 1);
    cairn_tensor *y = read_by_hand(&m, cairn_transformer_head(m.model, head), &tokens, trunk);
    assert_non_null(y);
    for (int i = 0; i < 3; i++) {
        if (strcmp(head, "value") != 0) { /* two classes: softmax */
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
    static const char *const heads[] = {"step", "value", "likely"};
    for (int h = 0; h < 3; h++) {
        fixture *f = open_head(heads[h]);
        cairn_problem problem = make_problem(f, 1, 0);
        double scores[3], wanted[3];
        score_all(f, 1, &problem, steps, 3, scores, NULL, NULL);
        wanted_scores(f->ctx, &problem, heads[h], NULL, NULL, wanted);
        for (int i = 0; i < 3; i++) {
            assert_near(scores[i], wanted[i], 1e-5);
            assert_near(log(scores[i]), log(wanted[i]), 1e-3); /* the head of likelihoods is very sure */
            assert_true(scores[i] > 0 && scores[i] < 1);
        }
        assert_true(scores[0] != scores[1]);
        close_fixture(f);
    }
}

/* The row of a step is that after its observation, but only its own tokens are said. */
static void test_observations_are_read_and_not_judged(void **state) {
    (void)state;
    static const char *const heads[] = {"step", "value", "likely"};
    static const char *const observations[] = {NULL, "24 + 3 = 27", NULL};
    for (int h = 0; h < 3; h++) {
        fixture *f = open_head(heads[h]);
        cairn_problem problem = make_problem(f, 1, 0);
        double plain[3], wanted[3];
        cairn_scoring q[3];
        score_all(f, 1, &problem, steps, 3, plain, NULL, NULL);
        wanted_scores(f->ctx, &problem, heads[h], observations, NULL, wanted);
        for (int32_t i = 0; i < 3; i++)
            q[i] = (cairn_scoring){.problem = &problem, .steps = steps, .observations = observations, .n_steps = i + 1};
        assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, q, 3, NULL), CAIRN_OK);
        for (int i = 0; i < 3; i++) assert_near(log(q[i].score), log(wanted[i]), 1e-3);
        assert_true(q[0].score == plain[0] && q[1].score != plain[1]);
        close_fixture(f);
    }
}

/* The row of an unfinished step is that of its last token: nothing is put after it. */
static void test_an_unfinished_step_is_read_at_its_last_token(void **state) {
    (void)state;
    static const char *const heads[] = {"step", "value", "likely"};
    static const char *const begun[] = {"19 + 8 = 27", "27 - 3 = 24", "so the an"};
    for (int h = 0; h < 3; h++) {
        fixture *f = open_head(heads[h]);
        cairn_problem problem = make_problem(f, 1, 0);
        double wanted[3];
        cairn_scoring part = {.problem = &problem, .steps = begun, .n_steps = 3, .fresh = 4, .partial = true},
                      whole = part;
        cairn_reward_cost cost = {0}, marked = {0};
        whole.partial = false;
        wanted_scores(f->ctx, &problem, heads[h], NULL, begun[2], wanted);
        assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, &part, 1, &cost), CAIRN_OK);
        assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, &whole, 1, &marked), CAIRN_OK);
        assert_int_equal(part.status, CAIRN_OK);
        assert_near(log(part.score), log(wanted[2]), 1e-3);
        assert_true(part.score != whole.score);
        assert_int_equal(marked.tokens - cost.tokens, 1); /* its <step> */
        close_fixture(f);
    }
}

static void test_an_unfinished_step_that_does_not_fit_is_unknown(void **state) {
    (void)state;
    static char filler[400];
    fixture *f = open_head("step");
    cairn_problem problem = make_problem(f, 1, 0);
    memset(filler, '#', sizeof filler - 1);
    const char *const begun[] = {steps[0], filler};
    cairn_scoring q = {.problem = &problem, .steps = begun, .n_steps = 2, .partial = true};
    assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, &q, 1, NULL), CAIRN_OK);
    assert_int_equal(q.status, CAIRN_OK);
    assert_true(isnan(q.score));
    assert_string_equal(q.code, "too-long");
    close_fixture(f);
}

/* Finite weights whose product overflows: the score would be 1 whatever the step. */
static void test_a_number_that_overflows_is_an_error_that_names_the_head(void **state) {
    (void)state;
    char path[] = "/tmp/cairn-overflow-XXXXXX";
    cairn_ctx *ctx;
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    own_model m = open_own_model(ctx, tiny_path);
    int changed = 0;
    for (int32_t i = 0; i < cairn_params_count(m.model->params); i++) {
        cairn_param *p = cairn_params_get(m.model->params, i);
        if (p->value.rank != 2 || p->value.shape[0] != 1) continue; /* one output: the head `value` */
        for (int64_t k = 0; k < p->value.shape[1]; k++) ((float *)p->value.data)[k] = 3e38f;
        changed++;
    }
    assert_int_equal(changed, 1);
    assert_int_equal(cairn_transformer_save(ctx, m.model, m.tokenizer, CAIRN_F32, path), CAIRN_OK);
    close_own_model(&m);
    cairn_ctx_close(ctx);
    snprintf(spec, sizeof spec, "head:file=%s,head=value", path);
    fixture *f = open_fixture("chain:steps=4", NULL, spec);
    cairn_problem problem = make_problem(f, 1, 0);
    cairn_scoring q = {.problem = &problem, .steps = steps, .n_steps = 3, .done = true};
    assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, &q, 1, NULL), CAIRN_OK);
    assert_int_equal(q.status, CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(f->ctx), "head `value` gives"));
    close_fixture(f);
    unlink(path);
}

static void expect_same_for_prefixes(const char *head) {
    fixture *f = open_head(head);
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

static void test_a_prefix_alone_has_the_score_that_it_has_in_the_solution(void **state) {
    (void)state;
    expect_same_for_prefixes("step");
    expect_same_for_prefixes("likely");
}

/* Of the last of three steps: its rows, and the one before them once more, through the layers; what each of its tokens
 * was likely to be; the head. */
static void test_likelihoods_cost_what_they_take(void **state) {
    (void)state;
    fixture *f = open_head("likely");
    cairn_problem problem = make_problem(f, 1, 0);
    own_model m = open_own_model(f->ctx, tiny_path);
    cairn_solution_tokens s = {0};
    cairn_reward_cost cost = {0};
    cairn_scoring q = {.problem = &problem, .steps = steps, .n_steps = 3, .fresh = 1};
    assert_int_equal(cairn_solution_encode(f->ctx, &m.format, "p", problem.text, steps, 3, false, &s), CAIRN_OK);
    assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, &q, 1, &cost), CAIRN_OK);
    const cairn_transformer_shape *shape = &m.model->shape;
    int64_t from = s.step_ends[1] + 1, to = s.step_ends[2] + 1;
    double rows =
        cairn_transformer_flops(shape, from - 1, from, false) + cairn_transformer_flops(shape, from, to, false);
    double head = 2.0 * 16 * (32 + 3 + 2), words = 2.0 * 32 * shape->vocabulary * (double)(to - from);
    assert_near(cost.flops, rows + words + head, 1e-6);
    q.fresh = 2; /* the step before it was not read yet either: no row is computed twice */
    double before = cost.flops, both = cairn_transformer_flops(shape, s.step_ends[0] + 1, to, false);
    assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, &q, 1, &cost), CAIRN_OK);
    assert_near(cost.flops - before, both + words + head, 1e-6);
    cairn_solution_free(&s);
    close_own_model(&m);
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

/* ---- several heads, and heads of several outputs ------------------------------------------------------------------------------ */

static char many_path[] = "/tmp/cairn-heads-XXXXXX";

/* tiny_path with two heads more: `moves`, a vector of three numbers, and `grade`, a classifier of three classes. */
static void write_more_heads(cairn_ctx *ctx) {
    own_model m = open_own_model(ctx, tiny_path);
    int file = mkstemp(many_path);
    assert_true(file >= 0);
    close(file);
    assert_int_equal(cairn_transformer_add_head(ctx, m.model, "moves", CAIRN_HEAD_VECTOR, 3, 0, false), CAIRN_OK);
    assert_int_equal(cairn_transformer_add_head(ctx, m.model, "grade", CAIRN_HEAD_CLASSIFIER, 3, 8, false), CAIRN_OK);
    for (int i = 0; i < 2; i++) {
        const cairn_head *h = cairn_transformer_head(m.model, i ? "grade" : "moves");
        cairn_param_init_normal(h->outer, 9, 1);
        if (h->inner) cairn_param_init_normal(h->inner, 9, 1);
    }
    assert_int_equal(cairn_transformer_save(ctx, m.model, m.tokenizer, CAIRN_F32, many_path), CAIRN_OK);
    close_own_model(&m);
}

static fixture *open_heads(const char *heads) {
    if (strstr(many_path, "XXXXXX")) {
        cairn_ctx *ctx;
        assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
        write_more_heads(ctx);
        cairn_ctx_close(ctx);
    }
    snprintf(spec, sizeof spec, "head:file=%s,head=%s", many_path, heads);
    return open_fixture("chain:steps=4", NULL, spec);
}

/* All scores of steps[2]. */
static int32_t all_scores(fixture *f, double out[8]) {
    cairn_problem problem = make_problem(f, 1, 0);
    double more[8] = {0};
    cairn_scoring q = {.problem = &problem, .steps = steps, .n_steps = 3, .more = more};
    assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, &q, 1, NULL), CAIRN_OK);
    if (q.status != CAIRN_OK) fail_msg("%s", cairn_error(f->ctx));
    out[0] = q.score;
    for (int32_t k = 1; k < f->reward.n_outputs; k++) out[k] = more[k - 1];
    return f->reward.n_outputs;
}

/* A head's numbers for steps[2], by the decoder itself. */
static void numbers_by_hand(const char *head, double out[3]) {
    cairn_ctx *ctx;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    fixture *f = open_heads("step");
    cairn_problem problem = make_problem(f, 1, 0);
    own_model m = open_own_model(ctx, many_path);
    cairn_solution_tokens tokens = {0};
    assert_int_equal(cairn_solution_encode(ctx, &m.format, "p", problem.text, steps, 3, false, &tokens), CAIRN_OK);
    const int32_t starts[] = {0, (int32_t)tokens.tokens.count};
    cairn_tensor *trunk = cairn_transformer_trunk(m.tape, m.model, tokens.tokens.ids, starts, 1);
    cairn_tensor *y = read_by_hand(&m, cairn_transformer_head(m.model, head), &tokens, trunk);
    assert_non_null(y);
    for (int i = 0; i < 3; i++) out[i] = cairn_tensor_at(y, 2 * 3 + i);
    cairn_solution_free(&tokens);
    close_own_model(&m);
    close_fixture(f);
    cairn_ctx_close(ctx);
}

static void test_a_vector_gives_its_numbers_as_they_are(void **state) {
    (void)state;
    double wanted[3], scores[8];
    numbers_by_hand("moves", wanted);
    fixture *f = open_heads("moves");
    assert_int_equal(all_scores(f, scores), 3);
    for (int i = 0; i < 3; i++) assert_near(scores[i], wanted[i], 1e-4);
    assert_true(isinf(f->reward.low) && isinf(f->reward.high));
    assert_string_equal(f->reward.outputs[2], "moves.2");
    close_fixture(f);
}

static void test_three_classes_give_their_probabilities(void **state) {
    (void)state;
    double x[3], scores[8], sum = 0;
    numbers_by_hand("grade", x);
    for (int i = 0; i < 3; i++) sum += exp(x[i]);
    fixture *f = open_heads("grade");
    assert_int_equal(all_scores(f, scores), 3);
    for (int i = 0; i < 3; i++) assert_near(scores[i], exp(x[i]) / sum, 1e-5);
    assert_near(scores[0] + scores[1] + scores[2], 1, 1e-12);
    assert_true(f->reward.low == 0 && f->reward.high == 1);
    close_fixture(f);
}

static void test_one_output_is_picked_by_its_number(void **state) {
    (void)state;
    double all[8], one[8];
    fixture *f = open_heads("step+moves");
    assert_int_equal(all_scores(f, all), 4);
    assert_string_equal(f->reward.outputs[0], "step");
    close_fixture(f);
    f = open_heads("step+moves,output=2");
    assert_int_equal(all_scores(f, one), 1);
    assert_string_equal(f->reward.outputs[0], "moves.1");
    assert_true(one[0] == all[2]);
    close_fixture(f);
}

/* Together with one that reads likelihoods, or in another order: the bits are those of each alone. */
static void test_heads_read_together_say_what_each_says_alone(void **state) {
    (void)state;
    static const char *const heads[] = {"step", "value", "likely"};
    double alone[3][8], together[8];
    for (int h = 0; h < 3; h++) {
        fixture *f = open_heads(heads[h]);
        assert_int_equal(all_scores(f, alone[h]), 1);
        close_fixture(f);
    }
    fixture *f = open_heads("value+likely+step");
    assert_int_equal(all_scores(f, together), 3);
    assert_true(together[0] == alone[1][0] && together[1] == alone[2][0] && together[2] == alone[0][0]);
    assert_string_equal(f->reward.outputs[1], "likely");
    double scores[3];
    cairn_problem problem = make_problem(f, 1, 0);
    score_all(f, 1, &problem, steps, 3, scores, NULL, NULL); /* whole solutions: the first output of each step */
    assert_true(scores[2] == together[0]);
    close_fixture(f);
}

static void test_heads_that_cannot_be_read_together_are_named(void **state) {
    (void)state;
    static const struct {
        const char *heads, *said;
        cairn_status status;
    } wrong[] = {{"step+nobody", "there is no head `nobody`", CAIRN_NOT_FOUND},
                 {"step+step", "head `step` is named twice", CAIRN_INVALID},
                 {"step+", "there is no head ``", CAIRN_NOT_FOUND},
                 {"step+moves,output=4", "gives the outputs 0 to 3", CAIRN_INVALID}};
    fixture *f = open_heads("step");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cairn_reward reward;
        snprintf(spec, sizeof spec, "head:file=%s,head=%s", many_path, wrong[i].heads);
        assert_int_equal(cairn_reward_open(f->ctx, f->arena, spec, &f->world, NULL, &reward), wrong[i].status);
        if (!strstr(cairn_error(f->ctx), wrong[i].said)) fail_msg("%s", cairn_error(f->ctx));
    }
    close_fixture(f);
}

static int remove_models(void **state) {
    unlink(many_path);
    return remove_model(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scores_are_those_of_the_decoder),
        cmocka_unit_test(test_observations_are_read_and_not_judged),
        cmocka_unit_test(test_an_unfinished_step_is_read_at_its_last_token),
        cmocka_unit_test(test_an_unfinished_step_that_does_not_fit_is_unknown),
        cmocka_unit_test(test_a_number_that_overflows_is_an_error_that_names_the_head),
        cmocka_unit_test(test_a_prefix_alone_has_the_score_that_it_has_in_the_solution),
        cmocka_unit_test(test_likelihoods_cost_what_they_take),
        cmocka_unit_test(test_steps_that_do_not_fit_are_unknown),
        cmocka_unit_test(test_a_head_that_is_not_there_is_named),
        cmocka_unit_test(test_a_vector_gives_its_numbers_as_they_are),
        cmocka_unit_test(test_three_classes_give_their_probabilities),
        cmocka_unit_test(test_one_output_is_picked_by_its_number),
        cmocka_unit_test(test_heads_read_together_say_what_each_says_alone),
        cmocka_unit_test(test_heads_that_cannot_be_read_together_are_named),
    };
    return cmocka_run_group_tests_name("reward head", tests, write_model, remove_models);
}
