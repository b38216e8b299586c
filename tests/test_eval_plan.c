/* The memory that a run is said to take is what it takes: with models and without, by part and in all. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>

#include "cairn/label_job.h"
#include "child.h"
#include "tiny_model.h"

enum { WIDTH = 256, LAYERS = 2, KV_WIDTH = 128, FEED_FORWARD = 512, CACHE = 10 /* MiB */, MAX_TOKENS = 16 };

static char path[] = "/tmp/cairn-plan-XXXXXX";

typedef struct kind {
    bool label; /* else a search, with scores */
    const char *method;
    bool bf16;
    int32_t workers, in_flight;
    int64_t problems;
    int64_t rows; /* 0: 128 */
} kind;

typedef struct texts {
    char policy[128], reward[128];
} texts;

static cairn_job_setup setup_of(const kind *k, texts *t) {
    int rows = k->rows ? (int)k->rows : 128;
    snprintf(t->policy, sizeof t->policy, "model:file=%s,cache=%d,rows=%d,bf16=%s", path, CACHE, rows,
             k->bf16 ? "true" : "false");
    snprintf(t->reward, sizeof t->reward, "head:file=%s,cache=%d,rows=%d,bf16=%s", path, CACHE, rows,
             k->bf16 ? "true" : "false");
    return (cairn_job_setup){.what = "plan",
                             .world = "chain:steps=3",
                             .policy = t->policy,
                             .reward = k->label ? NULL : t->reward,
                             .count = k->problems,
                             .seed = 1,
                             .workers = k->workers,
                             .in_flight = k->in_flight,
                             .sampling = {.temperature = 1, .max_tokens = MAX_TOKENS},
                             .aggregator = -1,
                             .quiet = true};
}

static cairn_status plan_of(cairn_ctx *ctx, const kind *k, cairn_memory_plan *out) {
    texts t;
    cairn_job_setup setup = setup_of(k, &t);
    cairn_job *job;
    CAIRN_TRY(cairn_job_open(ctx, &setup, &job));
    cairn_status status = k->label ? cairn_label_plan(ctx, job, &(cairn_label_setup){.method = k->method}, false, out)
                                   : cairn_solve_plan(ctx, job, &(cairn_solve_setup){.search = k->method}, false, out);
    cairn_job_close(job);
    return status;
}

/* ---- in all -------------------------------------------------------------------------------------------------------------------- */

static size_t planned(cairn_ctx *ctx, const void *arg) {
    cairn_memory_plan plan;
    return plan_of(ctx, arg, &plan) == CAIRN_OK ? plan.total : 0;
}

static size_t held(cairn_ctx *ctx, const void *arg) {
    const kind *k = arg;
    texts t;
    cairn_job_setup setup = setup_of(k, &t);
    cairn_job *job;
    cairn_solve_summary solved;
    cairn_label_summary labelled;
    if (cairn_job_open(ctx, &setup, &job) != CAIRN_OK) return 0;
    cairn_status status =
        k->label ? cairn_label_problems(ctx, job, &(cairn_label_setup){.method = k->method}, NULL, &labelled)
                 : cairn_solve(ctx, job, &(cairn_solve_setup){.search = k->method}, NULL, &solved);
    return status == CAIRN_OK ? cairn_resident_memory().most : 0;
}

static void compare(const char *what, kind k) {
    expect_near(what, in_child(planned, &k), in_child(held, &k), 0.05);
}

/* In the last two, no part but fibers and records is less than a twelfth of what is held: none can be left out. */
static void test_a_run_holds_what_was_planned(void **state) {
    (void)state;
    if (SANITIZED) skip_because("a sanitizer holds memory of its own");
    compare("one problem at a time", (kind){false, "beam:width=8,branch=4", false, 1, 1, 30, 0});
    compare("bf16, 8", (kind){false, "beam:width=8,branch=4", true, 1, 8, 30, 0});
    compare("a cache that is not filled", (kind){false, "beam:width=4,branch=2", false, 1, 2, 3, 0});
    compare("two workers", (kind){false, "best-of-n:width=8", true, 2, 8, 24, 0});
    compare("labels", (kind){true, "mc:rollouts=16", false, 1, 48, 48, 32});
    compare("48", (kind){false, "best-of-n:width=32", false, 1, 48, 48, 32});
}

/* ---- by part -------------------------------------------------------------------------------------------------------------------- */

static size_t part(const cairn_memory_plan *plan, const char *name) {
    for (int32_t i = 0; i < plan->count; i++)
        if (strcmp(plan->parts[i].name, name) == 0) return plan->parts[i].bytes;
    fail_msg("there is no part `%s`", name);
    return 0;
}

static cairn_memory_plan parts_of(kind k) {
    cairn_ctx *ctx;
    cairn_memory_plan plan;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    if (plan_of(ctx, &k, &plan) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    cairn_ctx_close(ctx);
    return plan;
}

static void expect_between(size_t bytes, double low, double high) {
    if ((double)bytes < low || (double)bytes > high) fail_msg("%zu is not within %.0f .. %.0f", bytes, low, high);
}

static void test_the_parts_are_those_of_shape_and_workers(void **state) {
    (void)state;
    const kind one = {false, "beam:width=8,branch=4", false, 1, 8, 40, 0},
               two = {false, "beam:width=8,branch=4", false, 2, 8, 80, 0};
    cairn_memory_plan a = parts_of(one), b = parts_of(two);
    /* by hand: every matrix of a layer twice, once packed; and the vocabulary's, which is the embedding, likewise */
    const double layer = 2.0 * WIDTH * WIDTH + 2.0 * WIDTH * KV_WIDTH + 3.0 * WIDTH * FEED_FORWARD;
    const double numbers = 2 * 4 * (LAYERS * layer + 280.0 * WIDTH), cache = (double)(CACHE << 20);
    expect_between(part(&a, "models"), numbers, 1.02 * numbers); /* and gains and heads */
    expect_between(part(&a, "policy steps"), 0.01 * numbers, 0.6 * numbers);
    expect_between(part(&a, "policy cache"), 0.99 * cache, 1.05 * cache);
    assert_int_equal(part(&a, "reward steps"), 0); /* both roles are on one file: the policy's engine is the reward's */
    assert_int_equal(part(&a, "reward cache"), 0);
    assert_int_equal(part(&b, "models"), part(&a, "models")); /* once, however many workers */
    assert_int_equal(part(&b, "policy steps"), 2 * part(&a, "policy steps"));
    assert_int_equal(part(&b, "fibers"), 2 * part(&a, "fibers"));
    expect_between(part(&a, "fibers"), 8 * 4096, 8.0 * (SANITIZED ? 4 << 20 : 1 << 20));
    expect_between(part(&b, "records"), 2.0 * (double)part(&a, "records") - 2, 2.0 * (double)part(&a, "records") + 2);
    size_t sum = 0;
    for (int32_t i = 0; i < a.count; i++) sum += a.parts[i].bytes;
    assert_int_equal(a.total, sum);
    if (cairn_heap_used() == 0) return; /* under a sanitizer */
    double ratio = (double)part(&b, "problems") / (double)part(&a, "problems");
    assert_true(ratio > 1.6 && ratio < 2.5);
}

/* The records of all problems, found from 16 of them. */
static void test_records_are_counted_as_they_will_be(void **state) {
    (void)state;
    const kind k = {false, "majority:width=8", false, 1, 8, 24, 0};
    cairn_memory_plan plan = parts_of(k);
    texts t;
    cairn_job_setup setup = setup_of(&k, &t);
    cairn_ctx *ctx;
    cairn_job *job;
    cairn_manifest manifest;
    cairn_arena *arena;
    cairn_run *run;
    cairn_solve_summary summary;
    char file[] = "/tmp/cairn-run-XXXXXX";
    cairn_solve_setup solve = {.search = k.method};
    int made = mkstemp(file);
    assert_true(made >= 0);
    close(made);
    unlink(file);
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(ctx, 4096, &arena), CAIRN_OK);
    assert_int_equal(cairn_job_open(ctx, &setup, &job), CAIRN_OK);
    assert_int_equal(cairn_solve_manifest(ctx, job, &solve, arena, &manifest), CAIRN_OK);
    assert_int_equal(cairn_run_create(ctx, file, &manifest, &run), CAIRN_OK);
    assert_int_equal(cairn_solve(ctx, job, &solve, run, &summary), CAIRN_OK);
    char exported[] = "/tmp/cairn-out-XXXXXX";
    made = mkstemp(exported);
    assert_true(made >= 0);
    cairn_out *out;
    assert_int_equal(cairn_out_open(ctx, exported, &out), CAIRN_OK);
    assert_int_equal(cairn_run_export(run, ctx, out), CAIRN_OK);
    assert_int_equal(cairn_out_commit(out), CAIRN_OK);
    close(made);
    made = open(exported, O_RDONLY);
    double bytes = (double)lseek(made, 0, SEEK_END);
    close(made);
    expect_between(part(&plan, "records"), 0.8 * bytes, 1.4 * bytes);
    cairn_run_close(run);
    cairn_job_close(job);
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    unlink(file);
    unlink(exported);
}

static void test_what_cannot_be_planned_is_an_error(void **state) {
    (void)state;
    cairn_ctx *ctx;
    cairn_memory_plan plan;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(plan_of(ctx, &(kind){false, "nope", false, 1, 1, 4, 0}, &plan), CAIRN_NOT_FOUND);
    assert_int_equal(plan_of(ctx, &(kind){true, "nope", false, 1, 1, 4, 0}, &plan), CAIRN_NOT_FOUND);
    cairn_cancel(ctx);
    assert_int_equal(plan_of(ctx, &(kind){false, "majority", false, 1, 1, 4, 0}, &plan), CAIRN_CANCELLED);
    cairn_ctx_close(ctx);
}

static int make_model(void **state) {
    (void)state;
    const cairn_transformer_shape shape = {.width = WIDTH,
                                           .layers = LAYERS,
                                           .heads = 4,
                                           .kv_heads = 2,
                                           .feed_forward = FEED_FORWARD,
                                           .context = 256,
                                           .tied = true};
    cairn_ctx *ctx;
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return -1;
    write_shaped_model(ctx, shape, path);
    cairn_ctx_close(ctx);
    return 0;
}

static int remove_path(void **state) {
    (void)state;
    return unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_run_holds_what_was_planned),
        cmocka_unit_test(test_the_parts_are_those_of_shape_and_workers),
        cmocka_unit_test(test_records_are_counted_as_they_will_be),
        cmocka_unit_test(test_what_cannot_be_planned_is_an_error),
    };
    return cmocka_run_group_tests_name("eval plan", tests, make_model, remove_path);
}
