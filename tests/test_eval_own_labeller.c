/* A labeller and a rule that are not part of the library: written against the public headers only, run through
 * cairn_label_problems. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include <cairn/label_job.h>

/* ---- outcome: every step of a sampled solution gets the outcome of the solution as its count --------------------------------------- */

typedef struct config {
    int64_t solutions;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, solutions, "4", 1, 1024, "solutions", "Solutions sampled for each problem."),
};

static cairn_status label_one(cairn_workspace *workspace, const cairn_rollout *rollout, cairn_labelled *out) {
    size_t n = (size_t)rollout->n_steps;
    double *labels = cairn_arena_alloc(workspace->arena, n, sizeof *labels);
    cairn_step_count *counts = cairn_arena_alloc(workspace->arena, n, sizeof *counts);
    if (!labels || !counts) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        labels[i] = rollout->outcome.value;
        counts[i] =
            (cairn_step_count){.node = CAIRN_NONE, .n = 1, .ok = rollout->outcome.verdict == CAIRN_VERDICT_RIGHT};
    }
    *out = (cairn_labelled){.steps = rollout->steps,
                            .n_steps = rollout->n_steps,
                            .labels = labels,
                            .first_error = CAIRN_UNLABELLED,
                            .outcome = rollout->outcome};
    out->evidence.counts[CAIRN_ROLE_COMPLETER] = counts;
    return cairn_graft(workspace, CAIRN_ROOT, rollout, rollout->n_steps, &out->leaf);
}

static cairn_status run(cairn_workspace *workspace, const void *configuration, const cairn_record *given,
                        int32_t n_given, cairn_label_result *out) {
    const config *c = configuration;
    cairn_node root = CAIRN_ROOT;
    int32_t k = (int32_t)c->solutions;
    (void)given, (void)n_given;
    cairn_rollout *rollouts = cairn_arena_alloc(workspace->arena, (size_t)k, sizeof *rollouts);
    cairn_labelled *solutions = cairn_arena_alloc(workspace->arena, (size_t)k, sizeof *solutions);
    if (!rollouts || !solutions) return CAIRN_NO_MEMORY;
    int32_t done;
    CAIRN_TRY(cairn_rollouts(workspace, CAIRN_ROLE_GENERATOR, &root, 1, k, rollouts, &done));
    for (int32_t i = 0; i < done; i++) CAIRN_TRY(label_one(workspace, &rollouts[i], &solutions[i]));
    *out = (cairn_label_result){
        .solutions = solutions, .n = done, .rollouts = done, .kept = CAIRN_VERDICT_UNKNOWN, .dropped = ""};
    return CAIRN_OK;
}

static const cairn_labeller_type outcome = {
    .about = {.name = "outcome", .options = options, .option_count = 1, .config_size = sizeof(config)},
    .run = run,
};

/* ---- right-only: keeps solutions that are right, all of whose steps are then right ------------------------------------------------- */

static cairn_status apply(cairn_ctx *ctx, const void *configuration, const cairn_evidence *e, double *labels,
                          cairn_keep *keep) {
    (void)ctx, (void)configuration;
    keep->first_error = CAIRN_NO_ERROR;
    for (int32_t i = 0; i < e->n_steps; i++) labels[i] = 1;
    if (e->outcome != CAIRN_VERDICT_RIGHT) keep->dropped = "not-right";
    return CAIRN_OK;
}

static const cairn_rule_type right_only = {.about = {.name = "right-only"}, .apply = apply};

/* ---- through cairn_label_problems --------------------------------------------------------------------------------------------------- */

static cairn_label_summary label(const cairn_label_setup *how) {
    cairn_ctx *ctx;
    cairn_job *job;
    cairn_label_summary summary;
    cairn_job_setup setup = {.what = "test",
                             .world = "chain:steps=3",
                             .policy = "scripted:error=0.2,repair=0",
                             .count = 20,
                             .seed = 3,
                             .workers = 1,
                             .sampling = CAIRN_SAMPLING_DEFAULT,
                             .aggregator = -1,
                             .quiet = true};
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(cairn_job_open(ctx, &setup, &job), CAIRN_OK);
    if (cairn_label_problems(ctx, job, how, NULL, &summary) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    cairn_job_close(job);
    cairn_ctx_close(ctx);
    return summary;
}

static void a_labeller_from_outside_runs_by_pointer_with_its_options(void **state) {
    (void)state;
    cairn_label_setup how = {.own_method = &outcome, .method = "solutions=6"};
    cairn_label_summary s = label(&how);
    assert_int_equal(s.solutions, 120);
    assert_int_equal(s.labelled_steps, 360);
    assert_int_equal(s.outcomes.right + (s.wrong_steps / 3), 120); /* three steps a solution, wrong ones all or none */
}

static void a_rule_from_outside_decides_what_is_kept(void **state) {
    (void)state;
    cairn_label_setup how = {.own_method = &outcome, .method = "solutions=6", .own_rule = &right_only};
    cairn_label_summary s = label(&how);
    assert_int_equal(s.wrong_steps, 0);
    assert_int_equal(s.labelled_steps, 3 * s.outcomes.right);
    how =
        (cairn_label_setup){.method = "mc:rollouts=2", .own_rule = &right_only}; /* and with a method of the library */
    s = label(&how);
    assert_int_equal(s.wrong_steps, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_labeller_from_outside_runs_by_pointer_with_its_options),
        cmocka_unit_test(a_rule_from_outside_decides_what_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
