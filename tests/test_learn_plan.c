/* The memory that a run is said to take is the memory that it takes, measured by the run itself. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "child.h"
#include "learn_fixture.h"

/* 200 problems of two to five steps of many words. */
static void write_records(const char *name) {
    cairn_rng rng = cairn_rng_open(5, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    FILE *file = create(name);
    for (int i = 0; i < 200; i++) {
        int steps = 2 + (int)cairn_rng_below(&rng, 4);
        fprintf(file, "{\"prompt\":\"problem %d of them\",\"completions\":[", i);
        for (int s = 0; s < steps; s++) {
            fprintf(file, "%s\"", s ? "," : "");
            for (uint32_t k = 4 + cairn_rng_below(&rng, 30); k > 0; k--)
                fprintf(file, "%c%s", (char)('a' + cairn_rng_below(&rng, 26)), k % 5 ? "" : " ");
            fprintf(file, "\"");
        }
        fprintf(file, "],\"labels\":[");
        for (int s = 0; s < steps; s++)
            fprintf(file, "%s%s", s ? "," : "", cairn_rng_below(&rng, 2) ? "true" : "false");
        fprintf(file, "],\"correct\":%s}\n", i % 2 ? "true" : "false");
    }
    fclose(file);
}

static size_t planned(cairn_ctx *own, const void *setup) {
    cairn_learn_plan plan;
    return cairn_learn_plan_memory(own, setup, &plan) == CAIRN_OK ? plan.memory.total : 0;
}

static size_t held(cairn_ctx *own, const void *setup) {
    cairn_learn_summary r;
    return cairn_learn(own, setup, &r) == CAIRN_OK ? r.memory_most : 0;
}

static void stop_at_once(void *arg, const cairn_learn_point *p) {
    (void)p;
    cairn_cancel(arg);
}

/* Runs one step and stops with a checkpoint. */
static size_t stopped(cairn_ctx *own, const void *setup) {
    cairn_learn_setup s = *(const cairn_learn_setup *)setup;
    cairn_learn_summary r;
    s.watch = stop_at_once;
    s.watch_arg = own;
    return cairn_learn(own, &s, &r) == CAIRN_CANCELLED;
}

static cairn_learn_setup wide_setup(cairn_learn_task task) {
    cairn_learn_setup s = tiny_setup(task, in_folder("plan.jsonl"), in_folder("plan.gguf"));
    s.shape = "width=256,layers=2,heads=4,kv-heads=2,context=256";
    s.batch_tokens = 256;
    s.steps = 2;
    s.every = 1;
    s.dev_share = 0.1;
    return s;
}

static void compare(const char *what, const cairn_learn_setup *s, double most) {
    expect_near(what, in_child(planned, s), in_child(held, s), most);
}

static void test_a_run_holds_what_was_planned(void **state) {
    (void)state;
    if (SANITIZED) skip_because("a sanitizer holds memory of its own");
    write_records("plan.jsonl");
    for (int kind = 0; kind < 8; kind++) {
        char what[64];
        cairn_learn_setup s = wide_setup(kind % 3 == 0   ? CAIRN_LEARN_SFT
                                         : kind % 3 == 1 ? CAIRN_LEARN_PRM
                                                         : CAIRN_LEARN_ORM);
        s.bf16 = kind & 1;
        s.average = kind & 2 ? 0.9 : 0;
        s.threads = kind & 4 ? 2 : 1;
        snprintf(what, sizeof what, "task %d, %s, %s, %d threads", s.task, s.bf16 ? "bf16" : "f32",
                 s.average > 0 ? "average" : "no average", (int)s.threads);
        compare(what, &s, 0.05);
    }
}

/* Parameters dominate; activations dominate; an own vocabulary matrix; accumulation. */
static void test_whatever_dominates(void **state) {
    (void)state;
    if (SANITIZED) skip_because("a sanitizer holds memory of its own");
    write_records("plan.jsonl");
    cairn_learn_setup s = wide_setup(CAIRN_LEARN_SFT);
    s.shape = "width=512,layers=2,heads=8,kv-heads=4,context=256";
    s.batch_tokens = 64;
    s.steps = 1;
    compare("parameters", &s, 0.05);
    s = wide_setup(CAIRN_LEARN_SFT);
    s.shape = "width=64,layers=4,heads=4,kv-heads=4,context=256";
    s.batch_tokens = 3000;
    compare("activations", &s, 0.05);
    s = wide_setup(CAIRN_LEARN_SFT);
    s.shape = "width=128,layers=2,heads=4,kv-heads=4,context=256,tied=false";
    s.vocabulary = 600;
    s.accumulate = 3;
    s.batch_tokens = 1024;
    compare("vocabulary", &s, 0.05);
}

/* So small a run is its program: that is measured when it is planned, but for what of it is touched later. */
static void test_a_small_run_is_mostly_the_program(void **state) {
    (void)state;
    if (SANITIZED) skip_because("a sanitizer holds memory of its own");
    write_x_records("x.jsonl", 60, 1);
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, in_folder("x.jsonl"), in_folder("small.gguf"));
    s.steps = 20;
    compare("small", &s, 0.1);
}

static void test_a_model_that_is_read_and_a_run_that_goes_on_hold_what_was_planned(void **state) {
    (void)state;
    if (SANITIZED) skip_because("a sanitizer holds memory of its own");
    write_records("plan.jsonl");
    cairn_learn_setup s = wide_setup(CAIRN_LEARN_SFT);
    s.shape = "width=384,layers=3,heads=4,kv-heads=4,context=256";
    s.batch_tokens = 64; /* reading takes more than a step */
    s.average = 0.9;
    in_child(stopped, &s);
    s.resume = true;
    compare("goes on", &s, 0.05);
    cairn_learn_setup prm = wide_setup(CAIRN_LEARN_PRM);
    prm.init = in_folder("plan.gguf");
    prm.shape = "";
    prm.out = in_folder("plan-prm.gguf");
    prm.batch_tokens = 128;
    compare("from a file", &prm, 0.05);
}

static size_t part(const cairn_learn_plan *plan, const char *name) {
    for (int32_t i = 0; i < plan->memory.count; i++)
        if (strcmp(plan->memory.parts[i].name, name) == 0) return plan->memory.parts[i].bytes;
    fail_msg("no part `%s`", name);
    return 0;
}

/* By hand: V 261, D 32, F 48, two layers of 2 D D + 2 D Dkv + 3 D F + 2 D with Dkv 16, and the last norm. */
static void test_the_parts_are_those_of_the_shape(void **state) {
    (void)state;
    cairn_learn_plan plan;
    const size_t layer = 2 * 32 * 32 + 2 * 32 * 16 + 3 * 32 * 48 + 2 * 32, trunk = 261 * 32 + 2 * layer + 32;
    const size_t head = 32 * 32 + 32 + 2 * 32 + 2;
    write_x_records("x.jsonl", 10, 1);
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, in_folder("x.jsonl"), "");
    s.shape = "width=32,layers=2,heads=2,kv-heads=1,feed-forward=48,context=64,tied=false";
    s.average = 0.5;
    s.steps = 7;
    must(cairn_learn_plan_memory(ctx, &s, &plan));
    assert_int_equal(plan.parameters, trunk + 261 * 32 + head);
    assert_int_equal(plan.steps, 7);
    assert_int_equal(plan.batch_tokens, 10 * 16); /* <s> p 0 <sep> and three steps of 3 + 1 */
    assert_int_equal(plan.batch_marks, 30);
    assert_int_equal(part(&plan, "weights"), 4 * (trunk + 261 * 32 + head));
    assert_int_equal(part(&plan, "average"), part(&plan, "weights"));
    assert_int_equal(part(&plan, "gradients"), 4 * (trunk + head)); /* the vocabulary's own matrix is not learned */
    assert_int_equal(part(&plan, "moments"), 2 * part(&plan, "gradients"));
    assert_int_equal(part(&plan, "checkpoints"), 4 * 2 * (32 * 32 + 32 * 16));
    assert_true(part(&plan, "activations") > 160 * 4 * 2 * (32 * 12 + 48 * 3)); /* at least what the layers keep */
    assert_true(part(&plan, "packed weights") > 0 && part(&plan, "scratch") > 0 && part(&plan, "data") > 0);
    size_t sum = 0;
    for (int32_t i = 0; i < plan.memory.count; i++) sum += plan.memory.parts[i].bytes;
    assert_true(plan.memory.total == (sum > plan.memory.reading ? sum : plan.memory.reading));
    s.average = 0;
    must(cairn_learn_plan_memory(ctx, &s, &plan));
    assert_int_equal(part(&plan, "average"), 0);
}

static void test_a_plan_writes_nothing_and_fails_as_the_run_would(void **state) {
    (void)state;
    cairn_learn_plan plan;
    write_x_records("x.jsonl", 10, 1);
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, in_folder("x.jsonl"), in_folder("none.gguf"));
    s.log = in_folder("none.jsonl");
    must(cairn_learn_plan_memory(ctx, &s, &plan));
    assert_int_equal(access(s.out, F_OK), -1);
    assert_int_equal(access(s.log, F_OK), -1);
    assert_int_equal(access(in_folder("none.gguf.train"), F_OK), -1);
    s.resume = true;
    assert_int_equal(cairn_learn_plan_memory(ctx, &s, &plan), CAIRN_NOT_FOUND);
    assert_non_null(strstr(cairn_error(ctx), "none.gguf.train"));
    s = tiny_setup(CAIRN_LEARN_PRM, in_folder("missing.jsonl"), "");
    assert_int_equal(cairn_learn_plan_memory(ctx, &s, &plan), CAIRN_NOT_FOUND);
    s = tiny_setup(CAIRN_LEARN_PRM, in_folder("x.jsonl"), "");
    s.shape = "width=15";
    assert_int_equal(cairn_learn_plan_memory(ctx, &s, &plan), CAIRN_INVALID);
}

/* A run of more than 3 GB is planned without touching its numbers. */
static size_t plan_growth(cairn_ctx *own, const void *setup) {
    cairn_learn_plan plan;
    if (cairn_learn_plan_memory(own, setup, &plan) != CAIRN_OK) return 0;
    return plan.memory.total > (size_t)3 << 30 ? cairn_resident_memory().most : 0;
}

static void test_a_plan_takes_little_itself(void **state) {
    (void)state;
    if (SANITIZED) skip_because("a sanitizer holds memory of its own");
    write_x_records("x.jsonl", 10, 1);
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, in_folder("x.jsonl"), "");
    s.shape = "width=1024,layers=12,heads=16,kv-heads=4,context=64";
    assert_true(in_child(plan_growth, &s) < 200 << 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_run_holds_what_was_planned),
        cmocka_unit_test(test_whatever_dominates),
        cmocka_unit_test(test_a_small_run_is_mostly_the_program),
        cmocka_unit_test(test_a_model_that_is_read_and_a_run_that_goes_on_hold_what_was_planned),
        cmocka_unit_test(test_the_parts_are_those_of_the_shape),
        cmocka_unit_test(test_a_plan_writes_nothing_and_fails_as_the_run_would),
        cmocka_unit_test(test_a_plan_takes_little_itself),
    };
    return cmocka_run_group_tests_name("learn plan", tests, open_folder, close_folder);
}
