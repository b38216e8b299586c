/* Worlds gsm8k and text: outcomes by the stated answer, steps by the calculator. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply.h"
#include "cairn/data.h"
#include "cairn/world.h"
#include "data.h"

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
} fixture;

static fixture open_fixture(const char *spec) {
    fixture f = {0};
    assert_int_equal(cairn_ctx_open(&f.ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f.ctx, 4096, &f.arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(f.ctx, f.arena, spec, &f.world), CAIRN_OK);
    return f;
}

static void close_fixture(fixture *f) {
    cairn_world_close(&f->world);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
}

static cairn_outcome outcome_of(fixture *f, const cairn_problem *p, const char *const *steps, int32_t n) {
    cairn_outcome out;
    assert_int_equal(f->world.type->check(f->ctx, f->world.self, p, NULL, steps, n, f->arena, &out), CAIRN_OK);
    return out;
}

static cairn_verdict verdict_of(fixture *f, const cairn_problem *p, const char *const *steps, int32_t n) {
    cairn_step_check out;
    assert_int_equal(f->world.type->verify_step(f->ctx, f->world.self, p, NULL, steps, n, f->arena, &out), CAIRN_OK);
    assert_true(out.code[0] != '\0');
    if (out.verdict == CAIRN_VERDICT_WRONG) assert_true(out.evidence[0] != '\0');
    return out.verdict;
}

static const cairn_problem apples = {.id = "apples",
                                     .text = "Ann has 3 bags of 4 apples and eats 2. How many are left?",
                                     .answer = "10",
                                     .max_steps = 32};

/* One pass over a long solution says of each step what a look at its beginning says. */
static void all_steps_are_verified_in_one_pass(void **unused) {
    (void)unused;
    enum { LONG = 20000, COMPARED = 60 };
    fixture f = open_fixture("gsm8k");
    char(*texts)[48] = calloc(LONG, sizeof *texts);
    const char **steps = calloc(LONG, sizeof *steps);
    cairn_step_check *all = calloc(LONG, sizeof *all);
    assert_true(texts && steps && all);
    for (int i = 0; i < LONG; i++) {
        snprintf(texts[i], sizeof texts[i], i % 5 == 4 ? "Then he rests." : "%d + %d = %d", i, i % 3,
                 i + (i % 7 ? i % 3 : 5));
        steps[i] = texts[i];
    }
    assert_int_equal(cairn_world_verify(f.ctx, &f.world, &apples, steps, LONG, f.arena, all), CAIRN_OK);
    for (int i = 0; i < COMPARED; i++) {
        assert_int_equal(all[i].verdict, verdict_of(&f, &apples, steps, i + 1));
        assert_int_equal(all[i].verdict, i % 5 == 4 ? CAIRN_VERDICT_UNKNOWN
                                         : i % 7    ? CAIRN_VERDICT_RIGHT
                                                    : CAIRN_VERDICT_WRONG);
    }
    cairn_cancel(f.ctx);
    assert_int_equal(cairn_world_verify(f.ctx, &f.world, &apples, steps, LONG, f.arena, all), CAIRN_CANCELLED);
    free(texts);
    free(steps);
    free(all);
    close_fixture(&f);
}

static void the_stated_answer_decides_the_outcome(void **unused) {
    (void)unused;
    fixture f = open_fixture("gsm8k");
    const char *right[] = {"3 * 4 = <<3*4=12>>12 apples.", "12 - 2 = <<12-2=10>>10 are left.", "#### 10"};
    const char *money[] = {"It is ten.", "A: $10.00"};
    const char *wrong[] = {"3 + 4 = <<3+4=7>>7", "#### 5"};
    const char *none[] = {"3 * 4 = <<3*4=12>>12 apples.", "So it goes."};
    assert_int_equal(outcome_of(&f, &apples, right, 3).verdict, CAIRN_VERDICT_RIGHT);
    assert_string_equal(outcome_of(&f, &apples, right, 3).answer, "10");
    assert_int_equal(outcome_of(&f, &apples, money, 2).verdict, CAIRN_VERDICT_RIGHT);
    assert_string_equal(outcome_of(&f, &apples, money, 2).answer, "\\$10");
    assert_int_equal(outcome_of(&f, &apples, wrong, 2).verdict, CAIRN_VERDICT_WRONG);
    assert_string_equal(outcome_of(&f, &apples, wrong, 2).answer, "5");
    close_fixture(&f);
    f = open_fixture("gsm8k");
    cairn_outcome out = outcome_of(&f, &apples, none, 2);
    assert_int_equal(out.verdict, CAIRN_VERDICT_UNKNOWN);
    assert_true(isnan(out.value));
    assert_null(out.answer);
    assert_int_equal(outcome_of(&f, &apples, NULL, 0).verdict, CAIRN_VERDICT_UNKNOWN);
    cairn_problem open_ended = apples;
    open_ended.answer = NULL;
    out = outcome_of(&f, &open_ended, right, 3);
    assert_int_equal(out.verdict, CAIRN_VERDICT_UNKNOWN);
    assert_string_equal(out.answer, "10");
    close_fixture(&f);
}

static void calculator_marks_decide_a_step(void **unused) {
    (void)unused;
    fixture f = open_fixture("gsm8k");
    const char *right[] = {"3 * 4 = <<3*4=12>>12 apples."};
    const char *wrong[] = {"3 * 4 = <<3*4=13>>13 apples."};
    const char *nothing[] = {"Let us think about the bags."};
    assert_int_equal(verdict_of(&f, &apples, right, 1), CAIRN_VERDICT_RIGHT);
    assert_int_equal(verdict_of(&f, &apples, wrong, 1), CAIRN_VERDICT_WRONG);
    assert_int_equal(verdict_of(&f, &apples, nothing, 1), CAIRN_VERDICT_UNKNOWN);
    close_fixture(&f);
}

static void a_line_that_states_the_answer_ends_the_solution(void **unused) {
    (void)unused;
    static const struct {
        const char *line;
        bool done;
    } cases[] = {{"#### 10", true}, {"  A: 10", true}, {"Answer: 10", true}, {"3 * 4 = 12", false},
                 {"", false},       {"###", false},    {"An apple", false}};
    fixture f = open_fixture("gsm8k");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool done = !cases[i].done;
        assert_int_equal(apply_step(f.world.type, f.ctx, f.world.self, &apples, NULL, cases[i].line,
                                    strlen(cases[i].line), NULL, &done),
                         CAIRN_OK);
        assert_int_equal(done, cases[i].done);
    }
    close_fixture(&f);
}

static void a_file_gives_its_distinct_problems_in_order(void **unused) {
    (void)unused;
    static const char lines[] = "{\"question\":\"Z?\",\"answer\":\"It is 1.\\n#### 1\"}\n"
                                "{\"question\":\"A?\",\"answer\":\"It is 2.\\n#### 2,000\"}\n"
                                "{\"question\":\"Z?\",\"answer\":\"Again 1.\\n#### 1\"}\n";
    char path[] = "/tmp/cairn-gsm8k-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, lines, sizeof lines - 1), sizeof lines - 1);
    close(file);
    fixture f = open_fixture("gsm8k:max_steps=9");
    cairn_problem *p;
    int64_t n;
    uint64_t key, other;
    assert_int_equal(f.world.type->load(f.ctx, f.world.self, path, false, f.arena, &p, &n, &key), CAIRN_OK);
    assert_int_equal(n, 2);
    assert_string_equal(p[0].text, "Z?");
    assert_string_equal(p[0].answer, "1");
    assert_string_equal(p[1].text, "A?");
    assert_string_equal(p[1].answer, "2,000"); /* as it is written */
    assert_int_equal(p[1].max_steps, 9);
    assert_string_not_equal(p[0].id, p[1].id);
    assert_true(p[0].key != p[1].key);
    assert_int_equal(f.world.type->load(f.ctx, f.world.self, path, false, f.arena, &p, &n, &other), CAIRN_OK);
    assert_true(key == other);
    assert_int_not_equal(f.world.type->load(f.ctx, f.world.self, "/nonexistent.jsonl", false, f.arena, &p, &n, &key),
                         CAIRN_OK);
    unlink(path);
    close_fixture(&f);
}

/* Every worked solution of the test set states its target. */
static void worked_solutions_of_the_test_set_are_right(void **unused) {
    (void)unused;
    char path[4096];
    if (!shared_file("gsm8k/test.jsonl", path)) skip();
    fixture f = open_fixture("gsm8k");
    cairn_problem *p;
    int64_t n, right = 0, steps = 0, wrong = 0, checked = 0;
    uint64_t key;
    assert_int_equal(f.world.type->load(f.ctx, f.world.self, path, false, f.arena, &p, &n, &key), CAIRN_OK);
    assert_int_equal(n, 1319);
    cairn_dataset *dataset;
    cairn_record record;
    assert_int_equal(cairn_dataset_open(f.ctx, path, (cairn_read_options){.format = CAIRN_FORMAT_GSM8K}, &dataset),
                     CAIRN_OK);
    for (int64_t i = 0; i < n; i++) {
        cairn_arena_mark mark = cairn_arena_save(f.arena);
        assert_int_equal(cairn_dataset_next(dataset, f.arena, &record), CAIRN_OK);
        assert_string_equal(record.problem, p[i].text);
        const char *all[256];
        assert_true(record.n_steps < 255);
        for (int32_t t = 0; t < record.n_steps; t++) all[t] = record.steps[t];
        char last[256];
        snprintf(last, sizeof last, "#### %s", record.target);
        all[record.n_steps] = last;
        right += outcome_of(&f, &p[i], all, record.n_steps + 1).verdict == CAIRN_VERDICT_RIGHT;
        for (int32_t t = 1; t <= record.n_steps; t++) {
            cairn_verdict v = verdict_of(&f, &p[i], all, t);
            steps++;
            checked += v != CAIRN_VERDICT_UNKNOWN;
            wrong += v == CAIRN_VERDICT_WRONG;
        }
        cairn_arena_restore(f.arena, mark);
    }
    cairn_dataset_close(dataset);
    print_message("%d steps, %d checked, %d called wrong\n", (int)steps, (int)checked, (int)wrong);
    assert_int_equal(right, n);
    assert_true(checked * 2 > steps);
    assert_true(wrong * 100 < checked);
    close_fixture(&f);
}

static void world_text_leaves_the_end_to_the_policy(void **unused) {
    (void)unused;
    fixture f = open_fixture("text");
    bool done = true;
    assert_int_equal(apply_step(f.world.type, f.ctx, f.world.self, &apples, NULL, "#### 10", 7, NULL, &done), CAIRN_OK);
    assert_false(done);
    const char *boxed[] = {"3 * 4 - 2 = 10", "so \\boxed{10}"};
    assert_int_equal(outcome_of(&f, &apples, boxed, 2).verdict, CAIRN_VERDICT_RIGHT);
    assert_int_equal(verdict_of(&f, &apples, boxed, 1), CAIRN_VERDICT_RIGHT);
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_steps_are_verified_in_one_pass),
        cmocka_unit_test(the_stated_answer_decides_the_outcome),
        cmocka_unit_test(calculator_marks_decide_a_step),
        cmocka_unit_test(a_line_that_states_the_answer_ends_the_solution),
        cmocka_unit_test(a_file_gives_its_distinct_problems_in_order),
        cmocka_unit_test(worked_solutions_of_the_test_set_are_right),
        cmocka_unit_test(world_text_leaves_the_end_to_the_policy),
    };
    return cmocka_run_group_tests_name("world gsm8k", tests, NULL, NULL);
}
