/* Reward `recorded`: scores from a file, by problem and steps or by id. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "reward_fixture.h"

static char path[] = "/tmp/cairn-scores-XXXXXX";

static void write_file(const char *text) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static fixture *open_recorded(const char *text, const char *options) {
    char spec[256];
    write_file(text);
    snprintf(spec, sizeof spec, "recorded:file=%s%s", path, options);
    return open_fixture("text", NULL, spec);
}

static cairn_problem problem_of(const char *id, const char *text) {
    return (cairn_problem){
        .id = id, .key = cairn_key(id, strlen(id)), .text = text, .difficulty = NAN, .max_steps = 64};
}

/* NaN is written as -1 in what is expected. */
static void expect_scores(fixture *f, const char *id, const char *text, const char *const *steps, int32_t n,
                          const double *want) {
    cairn_problem problem = problem_of(id, text);
    double scores[8];
    const char *codes[8];
    score_all(f, 1, &problem, steps, n, scores, codes, NULL);
    for (int32_t i = 0; i < n; i++) assert_near(isnan(scores[i]) ? -1 : scores[i], want[i], 0);
}
#define STEPS(...) ((const char *const[]){__VA_ARGS__})
#define WANT(...)  ((const double[]){__VA_ARGS__})

static const char two_solutions[] = "{\"prompt\":\"P\",\"completions\":[\"a\",\"b\"],\"step_scores\":[0.9,0.25]}\n"
                                    "{\"prompt\":\"P\",\"completions\":[\"a\",\"c\"],\"step_scores\":[0.8,null]}\n"
                                    "{\"prompt\":\"Q\",\"completions\":[\"a\"],\"step_scores\":[0.125]}\n";

static void test_a_solution_gets_the_scores_of_its_own_line(void **state) {
    (void)state;
    fixture *f = open_recorded(two_solutions, "");
    expect_scores(f, "x", "P", STEPS("a", "b"), 2, WANT(0.9, 0.25));
    expect_scores(f, "x", "P", STEPS("a", "c"), 2, WANT(0.8, -1));
    expect_scores(f, "x", "Q", STEPS("a"), 1, WANT(0.125));
    close_fixture(f);
}

static void test_a_prefix_gets_the_first_known_score_of_these_steps(void **state) {
    (void)state;
    fixture *f = open_recorded(two_solutions, "");
    expect_scores(f, "x", "P", STEPS("a"), 1, WANT(0.9));
    expect_scores(f, "x", "P", STEPS("a", "b", "more"), 3, WANT(0.9, 0.25, -1));
    close_fixture(f);
}

static void test_what_the_file_does_not_have_is_unknown_and_says_so(void **state) {
    (void)state;
    fixture *f = open_recorded(two_solutions, "");
    cairn_problem problem = problem_of("x", "P"), other = problem_of("x", "R");
    double scores[2];
    const char *codes[2];
    score_all(f, 1, &problem, STEPS("b", "a"), 2, scores, codes, NULL);
    for (int i = 0; i < 2; i++) assert_true(isnan(scores[i]));
    for (int i = 0; i < 2; i++) assert_string_equal(codes[i], CAIRN_CODE_NOT_RECORDED);
    score_all(f, 1, &other, STEPS("a"), 1, scores, codes, NULL);
    assert_string_equal(codes[0], CAIRN_CODE_NOT_RECORDED);
    score_all(f, 1, &problem, STEPS("a", "c"), 2, scores, codes, NULL); /* null in the file: there, but unknown */
    assert_string_not_equal(codes[1], CAIRN_CODE_NOT_RECORDED);
    close_fixture(f);
}

static void test_a_missing_score_is_an_error_where_that_is_asked_for(void **state) {
    (void)state;
    fixture *f = open_recorded(two_solutions, ",missing=error");
    cairn_problem problem = problem_of("x", "P");
    double scores[1];
    assert_int_equal(
        cairn_reward_score_steps(f->ctx, &f->reward, f->arena, 1, &problem, STEPS("z"), 1, scores, NULL, NULL, NULL),
        CAIRN_NOT_FOUND);
    assert_non_null(strstr(cairn_error(f->ctx), "step 1"));
    close_fixture(f);
}

static void test_lines_of_id_and_scores_are_found_by_id(void **state) {
    (void)state;
    fixture *f =
        open_recorded("{\"id\":7,\"scores\":[0.5,1]}\n{\"id\":\"b\",\"problem\":\"any\",\"scores\":[0]}\n", "");
    expect_scores(f, "7", "any", STEPS("a", "b"), 2, WANT(0.5, 1));
    expect_scores(f, "b", "any", STEPS("a"), 1, WANT(0));
    expect_scores(f, "c", "any", STEPS("a"), 1, WANT(-1));
    cairn_problem problem = problem_of("7", "any");
    double scores[3];
    assert_int_equal(cairn_reward_score_steps(f->ctx, &f->reward, f->arena, 1, &problem, STEPS("a", "b", "c"), 3,
                                              scores, NULL, NULL, NULL),
                     CAIRN_FORMAT); /* two scores cannot be those of three steps */
    assert_non_null(strstr(cairn_error(f->ctx), ":1: id `7` has 2 scores"));
    close_fixture(f);
}

static void test_scores_by_id_are_refused_for_the_steps_of_a_search(void **state) {
    (void)state;
    fixture *f = open_recorded("{\"id\":\"7\",\"scores\":[0.5,1]}\n", "");
    cairn_problem problem = problem_of("7", "any");
    cairn_scoring q = {.problem = &problem, .steps = STEPS("a"), .n_steps = 1};
    assert_int_equal(f->reward.type->score(f->ctx, f->reward.self, f->arena, &q, 1, NULL), CAIRN_OK);
    assert_int_equal(q.status, CAIRN_INVALID);
    close_fixture(f);
}

static void test_meaning_and_range_are_those_of_the_file_or_the_options(void **state) {
    (void)state;
    static const char log_ratios[] =
        "{\"prompt\":\"P\",\"completions\":[\"a\"],\"step_scores\":[-3.5],"
        "\"scored_by\":{\"meaning\":\"log-ratio\",\"low\":-10,\"high\":10,\"reward\":\"x\",\"threshold\":0}}\n";
    fixture *f = open_recorded(log_ratios, "");
    assert_int_equal(f->reward.meaning, CAIRN_MEANING_LOG_RATIO);
    assert_near(f->reward.low, -10, 0);
    assert_near(f->reward.high, 10, 0);
    close_fixture(f);
    f = open_recorded(log_ratios, ",meaning=success,low=-4");
    assert_int_equal(f->reward.meaning, CAIRN_MEANING_SUCCESS);
    assert_near(f->reward.low, -4, 0);
    close_fixture(f);
    f = open_recorded(two_solutions, "");
    assert_int_equal(f->reward.meaning, CAIRN_MEANING_CORRECTNESS);
    assert_near(f->reward.high, 1, 0);
    close_fixture(f);
}

static void test_soft_labels_are_scores_and_step_scores_come_first(void **state) {
    (void)state;
    static const char both[] =
        "{\"prompt\":\"P\",\"completions\":[\"a\"],\"labels\":[true],\"scores\":[1],\"step_scores\":[0.25]}\n";
    fixture *f = open_recorded(both, "");
    expect_scores(f, "x", "P", STEPS("a"), 1, WANT(0.25));
    close_fixture(f);
    f = open_recorded(both, ",field=scores");
    expect_scores(f, "x", "P", STEPS("a"), 1, WANT(1));
    close_fixture(f);
    f = open_recorded("{\"id\":1,\"problem\":\"P\",\"steps\":[\"a\"],\"label\":-1,\"scores\":[0.75]}\n", "");
    expect_scores(f, "x", "P", STEPS("a"), 1, WANT(0.75));
    close_fixture(f);
}

static void expect_refused(const char *text, const char *options, cairn_status status, const char *words) {
    char spec[256];
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_reward reward;
    write_file(text);
    snprintf(spec, sizeof spec, "recorded:file=%s%s", path, options);
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(ctx, 4096, &arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(ctx, arena, "text", &world), CAIRN_OK);
    cairn_status got = cairn_reward_open(ctx, arena, spec, &world, NULL, &reward);
    if (got != status || !strstr(cairn_error(ctx), words)) fail_msg("status %d: %s", (int)got, cairn_error(ctx));
    cairn_world_close(&world);
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
}

static void test_a_bad_file_is_refused_by_line_and_field(void **state) {
    (void)state;
#define LINE "{\"prompt\":\"P\",\"completions\":[\"a\",\"b\"],"
    expect_refused(LINE "\"step_scores\":[0.5,0.5]}\n" LINE "\"step_scores\":[0.5]}\n", "", CAIRN_FORMAT,
                   ":2: field `step_scores`: expected one score a step of `completions`: 2, got 1");
    expect_refused(LINE "\"step_scores\":[0.5,1.0000001]}\n", "", CAIRN_FORMAT,
                   ":1: field `step_scores[1]`: expected 0 to 1 (options low and high), got 1.0000001");
    expect_refused(LINE "\"step_scores\":[0.5,\"1\"]}\n", "", CAIRN_FORMAT, "expected a number or null");
    expect_refused(LINE "\"labels\":[true,false]}\n", "", CAIRN_FORMAT, ":1: no scores");
    expect_refused("{\"id\":\"a\",\"scores\":[1]}\n{\"id\":\"a\",\"scores\":[0]}\n", "", CAIRN_FORMAT,
                   ":2: id `a` stands in line 1 too");
    expect_refused("{\"scores\":[1]}\n", "", CAIRN_FORMAT, "field `id`");
    expect_refused(LINE "\"scores\":[1,1]}\n", ",field=step_scores", CAIRN_FORMAT, "field `step_scores`");
    expect_refused(LINE "\"scores\":[1,1]}\n", ",low=2", CAIRN_INVALID, "low=2 is not less than high=1");
    expect_refused(LINE "\"scores\":[1,1]}\n", ",low=few", CAIRN_INVALID, "low");
    expect_refused(LINE "\"step_scores\":[1,1],\"scored_by\":{\"meaning\":\"success\",\"low\":0,\"high\":1}}\n" LINE
                        "\"step_scores\":[1,1],\"scored_by\":{\"meaning\":\"success\",\"low\":0,\"high\":2}}\n",
                   "", CAIRN_FORMAT, ":2: field `scored_by`: another meaning or range");
    expect_refused(LINE "\"step_scores\":[1,1],\"scored_by\":{\"meaning\":\"luck\",\"low\":0,\"high\":1}}\n", "",
                   CAIRN_FORMAT, "field `meaning`");
    expect_refused("\n", "", CAIRN_FORMAT, "");
}

static void test_bad_lines_are_passed_over_where_that_is_asked_for(void **state) {
    (void)state;
    fixture *f = open_recorded(LINE "\"step_scores\":[7,0]}\n" LINE "\"step_scores\":[0.5,0]}\n", ",skip_bad=true");
    expect_scores(f, "x", "P", STEPS("a", "b"), 2, WANT(0.5, 0));
    close_fixture(f);
}

/* 4,000 steps of one solution, and the same text as a step and as a problem: time is linear, places are not confused.
 */
static void test_a_long_solution_is_found_in_one_walk(void **state) {
    (void)state;
    enum { N = 4000 };
    static char text[64 * N];
    static const char *steps[N];
    static double scores[N];
    size_t at = (size_t)sprintf(text, "{\"prompt\":\"P\",\"completions\":[");
    for (int i = 0; i < N; i++) at += (size_t)sprintf(text + at, "%s\"P\"", i ? "," : "");
    at += (size_t)sprintf(text + at, "],\"step_scores\":[");
    for (int i = 0; i < N; i++) at += (size_t)sprintf(text + at, "%s%.5f", i ? "," : "", i / (double)N);
    sprintf(text + at, "]}\n");
    fixture *f = open_recorded(text, "");
    cairn_problem problem = problem_of("x", "P");
    for (int i = 0; i < N; i++) steps[i] = "P";
    score_all(f, 1, &problem, steps, N, scores, NULL, NULL);
    for (int i = 0; i < N; i++) assert_near(scores[i], i / (double)N, 1e-12);
    close_fixture(f);
}

static int make_file(void **state) {
    (void)state;
    int fd = mkstemp(path);
    return fd >= 0 && close(fd) == 0 ? 0 : -1;
}

static int remove_file(void **state) {
    (void)state;
    return unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_solution_gets_the_scores_of_its_own_line),
        cmocka_unit_test(test_a_prefix_gets_the_first_known_score_of_these_steps),
        cmocka_unit_test(test_what_the_file_does_not_have_is_unknown_and_says_so),
        cmocka_unit_test(test_a_missing_score_is_an_error_where_that_is_asked_for),
        cmocka_unit_test(test_lines_of_id_and_scores_are_found_by_id),
        cmocka_unit_test(test_scores_by_id_are_refused_for_the_steps_of_a_search),
        cmocka_unit_test(test_meaning_and_range_are_those_of_the_file_or_the_options),
        cmocka_unit_test(test_soft_labels_are_scores_and_step_scores_come_first),
        cmocka_unit_test(test_a_bad_file_is_refused_by_line_and_field),
        cmocka_unit_test(test_bad_lines_are_passed_over_where_that_is_asked_for),
        cmocka_unit_test(test_a_long_solution_is_found_in_one_walk),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
