/* Labellers `judge` and `tool`: labels of whole solutions without completions, by what the judge says or by the
 * verdicts of the world or its calculator. Given solutions need no policy; without them solutions are sampled. */
#include "label/rule.h"
#include "label/solution.h"

typedef struct config {
    int64_t solutions;
    double threshold;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, solutions, "4", 1, 4096, "solutions",
              "Solutions sampled for each problem, where none are given."),
    RULE_THRESHOLD_OPTION(config), /* of the judge alone */
};

typedef cairn_status (*label_fn)(cairn_workspace *workspace, const config *c, cairn_labelled *solution, double *labels);

static cairn_status by_judge(cairn_workspace *workspace, const config *c, cairn_labelled *solution, double *labels) {
    CAIRN_TRY(cairn_label_judge(workspace, solution, &solution->evidence.judge));
    solution->first_error = rule_judge(&solution->evidence, c->threshold);
    rule_harden(labels, solution->n_steps, solution->first_error);
    return CAIRN_OK;
}

static cairn_status by_tool(cairn_workspace *workspace, const config *c, cairn_labelled *solution, double *labels) {
    (void)c;
    CAIRN_TRY(cairn_label_verify(workspace, solution, &solution->evidence.tool));
    solution->first_error = rule_label_verdicts(&solution->evidence, labels);
    return CAIRN_OK;
}

static cairn_status label_all(cairn_workspace *workspace, const config *c, const cairn_record *given,
                              const label_estimate *e, label_fn by, cairn_label_result *out) {
    out->solutions = cairn_arena_alloc(workspace->arena, (size_t)e->n, sizeof *out->solutions);
    if (!out->solutions) return CAIRN_NO_MEMORY;
    for (; out->n < e->n; out->n++) {
        const cairn_rollout *r = &e->rollouts[out->n];
        cairn_labelled *solution = &out->solutions[out->n];
        double *labels;
        CAIRN_TRY(label_alloc(workspace, r->n_steps, &labels));
        *solution = (cairn_labelled){.given = given ? &given[out->n] : NULL,
                                     .leaf = CAIRN_NONE,
                                     .steps = r->steps,
                                     .n_steps = r->n_steps,
                                     .evidence = {.n_steps = r->n_steps, .root = out->root},
                                     .labels = labels,
                                     .outcome = r->outcome};
        CAIRN_TRY(by(workspace, c, solution, labels));
    }
    return CAIRN_OK;
}

static cairn_status run(cairn_workspace *workspace, const config *c, const cairn_record *given, int32_t n_given,
                        label_fn by, cairn_label_result *out) {
    label_estimate e;
    *out = LABEL_NOTHING;
    cairn_status status =
        n_given ? label_adopt(workspace, given, n_given, &e)
                : label_estimate_node(workspace, CAIRN_ROLE_GENERATOR, CAIRN_ROOT, (int32_t)c->solutions, out, &e);
    if (status == CAIRN_OK && !n_given)
        out->root = (cairn_root_count){.n = e.known, .ok = e.ok, .unknown = e.n - e.known};
    if (status == CAIRN_OK) status = label_all(workspace, c, n_given ? given : NULL, &e, by, out);
    return status == CAIRN_BUDGET ? CAIRN_OK : status;
}

static cairn_status run_judge(cairn_workspace *workspace, const void *configuration, const cairn_record *given,
                              int32_t n_given, cairn_label_result *out) {
    return run(workspace, configuration, given, n_given, by_judge, out);
}

static cairn_status run_tool(cairn_workspace *workspace, const void *configuration, const cairn_record *given,
                             int32_t n_given, cairn_label_result *out) {
    return run(workspace, configuration, given, n_given, by_tool, out);
}

const cairn_labeller_type cairn_labeller_judge = {
    .about = {.name = "judge",
              .summary = "The judge's first error, without completions (--judge).",
              .source = "arXiv 2501.07301",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .run = run_judge,
    .works_without_policy = true,
    .needs_judge = true,
    .labels_all_samples = true,
};

const cairn_labeller_type cairn_labeller_tool = {
    .about = {.name = "tool",
              .summary = "Verdicts of the world or its calculator, without completions.",
              .source = "",
              .options = options,
              .option_count = 1, /* the solutions */
              .config_size = sizeof(config)},
    .run = run_tool,
    .works_without_policy = true,
    .labels_all_samples = true,
};
