/* A search that is not part of the library: written against the public headers only, run on many problems through
 * cairn_solve. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <cairn/job.h>
#include <cairn/loops.h>

/* ---- above-mean: prefixes whose last step scores below the mean are dropped ----------------------------------------------------- */

typedef struct config {
    int64_t width;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, width, "0", 0, CAIRN_MOST_WIDTH, "prefixes",
              "Prefixes grown together; 0: what the budget pays for, 16 without one."),
};

/* Prefixes at the mean or above share the width equally; an unknown score drops none. */
static cairn_status allocate(cairn_workspace *workspace, void *arg, int64_t width, cairn_branch *open, int32_t n) {
    const float *score = workspace->tree->score[workspace->column]; /* NaN is unknown */
    double sum = 0;
    int32_t known = 0, kept = 0;
    (void)arg;
    for (int32_t i = 0; i < n; i++)
        if (score[open[i].node] == score[open[i].node]) sum += score[open[i].node], known++;
    for (int32_t i = 0; i < n; i++) {
        open[i].count = !(known > 0 && score[open[i].node] < sum / known);
        kept += open[i].count;
    }
    for (int32_t i = 0, at = 0; i < n; i++)
        if (open[i].count) open[i].count = (int32_t)(width / kept + (at++ < width % kept));
    return CAIRN_OK;
}

static cairn_status run(cairn_workspace *workspace, const void *configuration, cairn_result *out) {
    const config *c = configuration;
    cairn_frontier loop = {.scores = true, .allocate = allocate};
    CAIRN_TRY(cairn_frontier_search(workspace, &loop, NULL, c->width, 1, out));
    return cairn_choose_majority(workspace, out);
}

static const cairn_search_type above_mean = {
    .about = {.name = "above-mean",
              .summary = "Drops prefixes that score below the mean, then votes.",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .needs_reward = true,
    .run = run,
};

/* ---- step-best-of-n: the example at the head of cairn/loops.h -------------------------------------------------------------------- */

typedef struct step_config {
    int64_t n;
} step_config;

static const cairn_option step_options[] = {
    CAIRN_INT(step_config, n, "4", 1, CAIRN_MOST_WIDTH, "steps", "Candidates at every step."),
};

static cairn_status append_best(cairn_workspace *workspace, void *arg, const cairn_branch *grown, int32_t n,
                                cairn_branch *open, int32_t *n_open, cairn_finished *finished) {
    const step_config *c = arg;
    cairn_branch best = grown[cairn_best_branch(workspace, grown, n)];
    best.count = (int32_t)c->n;
    if (workspace->tree->flags[best.node] & CAIRN_NODE_TERMINAL) return cairn_finished_add(workspace, finished, best);
    open[(*n_open)++] = best;
    return CAIRN_OK;
}

static cairn_status run_step(cairn_workspace *workspace, const void *configuration, cairn_result *out) {
    step_config c = *(const step_config *)configuration;
    cairn_frontier loop = {.scores = true, .prune = append_best};
    CAIRN_TRY(cairn_frontier_search(workspace, &loop, &c, c.n, 1, out));
    return cairn_choose_best(workspace, out);
}

static const cairn_search_type step_best_of_n = {
    .about = {.name = "step-best-of-n",
              .options = step_options,
              .option_count = sizeof step_options / sizeof *step_options,
              .config_size = sizeof(step_config)},
    .needs_reward = true,
    .run = run_step,
};

/* ---- through cairn_solve ----------------------------------------------------------------------------------------------------------- */

static int set_up(void **state) {
    cairn_ctx *ctx;
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return -1;
    *state = ctx;
    return 0;
}

static int tear_down(void **state) {
    cairn_ctx_close(*state);
    return 0;
}

static cairn_job_setup setup_of(const char *reward, int64_t steps) {
    return (cairn_job_setup){.what = "test",
                             .world = "chain:steps=4",
                             .policy = "scripted:error=0.3,repair=0",
                             .reward = reward,
                             .count = 50,
                             .seed = 3,
                             .workers = 1,
                             .budget = {.steps = steps},
                             .sampling = CAIRN_SAMPLING_DEFAULT,
                             .aggregator = -1,
                             .quiet = true};
}

static cairn_status solve(cairn_ctx *ctx, cairn_job_setup setup, cairn_solve_setup how, cairn_solve_summary *out) {
    cairn_job *job;
    CAIRN_TRY(cairn_job_open(ctx, &setup, &job));
    cairn_status status = cairn_solve(ctx, job, &how, NULL, out);
    cairn_job_close(job);
    return status;
}

/* A width of 6 grows 6 samples at each of 4 depths. With the exact truth as score only right prefixes are kept, so each
 * of the 6 is right with 0.7, and the vote where at least 4 are: with 0.744, of 50 problems 37.2 with a deviation of
 * 3.1. (Of independent samples 0.24 are right.) */
static void test_a_search_from_outside_runs_by_pointer_with_its_options(void **state) {
    cairn_solve_summary own;
    cairn_solve_setup how = {.type = &above_mean, .search = "width=6"};
    assert_int_equal(solve(*state, setup_of("exact", 0), how, &own), CAIRN_OK);
    assert_int_equal(own.problems, 50);
    assert_true(own.steps == 24);
    assert_true(own.right >= 28);
}

static void test_without_options_text_the_presets_of_the_type_hold(void **state) {
    cairn_solve_summary out;
    cairn_solve_setup how = {.type = &above_mean};
    assert_int_equal(solve(*state, setup_of("exact", 0), how, &out), CAIRN_OK);
    assert_true(out.steps == 16 * 4); /* CAIRN_DEFAULT_SOLUTIONS of 4 steps */
}

static void test_an_unknown_option_of_an_own_search_is_named(void **state) {
    cairn_solve_summary out;
    cairn_solve_setup how = {.type = &above_mean, .search = "wdth=6"};
    assert_int_equal(solve(*state, setup_of("exact", 0), how, &out), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(*state), "wdth"));
}

static void test_an_own_search_stands_in_the_manifest_by_its_name(void **state) {
    cairn_job_setup setup = setup_of("exact", 0);
    cairn_solve_setup how = {.type = &above_mean, .search = "width=6"};
    cairn_manifest manifest;
    cairn_arena *arena;
    cairn_job *job;
    assert_int_equal(cairn_arena_open(*state, 4096, &arena), CAIRN_OK);
    assert_int_equal(cairn_job_open(*state, &setup, &job), CAIRN_OK);
    assert_int_equal(cairn_solve_manifest(*state, job, &how, arena, &manifest), CAIRN_OK);
    const char *search = NULL;
    for (int i = 0; i < manifest.count; i++)
        if (strcmp(manifest.entries[i].key, "search") == 0) search = manifest.entries[i].value;
    assert_non_null(search);
    assert_string_equal(search, "above-mean:width=6");
    cairn_job_close(job);
    cairn_arena_close(arena);
}

/* n candidates at each of 4 steps, and nothing else; one right candidate a step suffices: (1 - 0.3^4)^4 = 0.968 of
 * problems are right. */
static void test_step_level_best_of_n_samples_n_candidates_a_step(void **state) {
    cairn_solve_summary out, dvts;
    cairn_solve_setup how = {.type = &step_best_of_n}, as_dvts = {.search = "dvts:width=4,branch=4"};
    assert_int_equal(solve(*state, setup_of("exact", 0), how, &out), CAIRN_OK);
    assert_true(out.steps == 16);
    assert_true(out.right >= 44); /* 48.4 are expected, with a deviation of 1.2 */
    assert_int_equal(solve(*state, setup_of("exact", 0), as_dvts, &dvts), CAIRN_OK);
    assert_int_equal(dvts.right, out.right); /* one subtree of that width is the same search */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_search_from_outside_runs_by_pointer_with_its_options, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_without_options_text_the_presets_of_the_type_hold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_unknown_option_of_an_own_search_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_an_own_search_stands_in_the_manifest_by_its_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_step_level_best_of_n_samples_n_candidates_a_step, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
