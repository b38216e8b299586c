/* Labeller `mc`: a step is as good as the completions of the prefix that it ends (arXiv 2312.08935).
 *
 * The label of a step is the share of right ones among k completions of the prefix up to it, its hard form whether any is right.
 * The last step needs none: the solution's own outcome is its count. Probes go left to right until the first prefix that no
 * completion gets right (steps after it stay unlabelled), by bisection (arXiv 2406.06592), or over all steps. A prefix without counts whose
 * longer prefix has a right completion has one too: its step is labelled right, and its share stays unknown. */
#include <math.h>

#include "label/solution.h"

typedef enum order { ORDER_ALL, ORDER_LEFT_TO_RIGHT, ORDER_BISECT } order;

typedef struct config {
    int64_t solutions, rollouts;
    int32_t order;
    bool early_stop, only_wrong;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, solutions, "4", 1, 4096, "solutions",
              "Solutions sampled for each problem, where none are given."),
    LABEL_ROLLOUTS_OPTION(config),
    CAIRN_CHOICE(
        config, order, "all", "all|left-to-right|bisect",
        "Which prefixes are probed: all, from the left to the first that no completion gets right, or by bisection; "
        "steps before a prefix with a right completion are labelled right."),
    CAIRN_BOOL(config, early_stop, "false",
               "Complete a prefix one by one until the first right completion: enough for hard labels."),
    CAIRN_BOOL(config, only_wrong, "false", "Probe only solutions that end wrong; bisection never probes others."),
};

/* One solution that is being labelled. */
typedef struct job {
    cairn_workspace *workspace;
    const config *c;
    const cairn_rollout *solution;
    cairn_node *nodes;        /* [n_steps + 1]: the state after m steps */
    cairn_step_count *counts; /* [n_steps] */
    cairn_label_result *result;
} job;

/* Counts of the prefix of m steps. They are all or nothing: too few completions without a right one would look like an error. */
static cairn_status probe(job *j, int32_t m) {
    int32_t k = (int32_t)j->c->rollouts, at_once = j->c->early_stop ? 1 : k;
    cairn_step_count count = {.node = j->nodes[m]};
    for (int32_t made = 0; made < k && !(j->c->early_stop && count.ok); made += at_once) {
        label_estimate e;
        CAIRN_TRY(label_estimate_node(j->workspace, CAIRN_ROLE_COMPLETER, count.node, at_once, j->result, &e));
        count.n += e.known;
        count.ok += e.ok;
    }
    j->counts[m - 1] = count;
    return CAIRN_OK;
}

static cairn_status probe_value(void *arg, int32_t m, double *mc) {
    job *j = arg;
    CAIRN_TRY(probe(j, m));
    *mc = label_value(&j->counts[m - 1]);
    if (isnan(*mc)) return CAIRN_END; /* nobody knows how its completions end: bisection cannot go on */
    return CAIRN_OK;
}

static cairn_status probe_by_bisection(job *j) {
    int32_t n = j->solution->n_steps, first, positions[64], probes;
    double mc[64];
    if (j->solution->outcome.verdict != CAIRN_VERDICT_WRONG || n == 0) return CAIRN_OK;
    cairn_status status =
        cairn_first_error_bisect(j->workspace->ctx, probe_value, j, 0, n, 1, &first, positions, mc, &probes);
    return status == CAIRN_END ? CAIRN_OK : status;
}

static cairn_status probe_from_left(job *j) {
    for (int32_t m = 1; m < j->solution->n_steps; m++) {
        CAIRN_TRY(probe(j, m));
        if (j->c->order == ORDER_LEFT_TO_RIGHT && j->counts[m - 1].n > 0 && !j->counts[m - 1].ok) break;
    }
    return CAIRN_OK;
}

/* Is there a step before `m` (1-based) whose count is open, so that an error there could have been missed? */
static bool open_before(const job *j, int32_t m) {
    if (j->c->order == ORDER_BISECT) return m > 1 && !j->counts[m - 2].n;
    for (int32_t i = 1; i < m; i++)
        if (!j->counts[i - 1].n) return true;
    return false;
}

static int32_t first_error(const job *j) {
    int32_t n = j->solution->n_steps;
    for (int32_t m = 1; m <= n; m++)
        if (j->counts[m - 1].n && !j->counts[m - 1].ok) return open_before(j, m) ? CAIRN_UNLABELLED : m - 1;
    return n == 0 || open_before(j, n + 1) ? CAIRN_UNLABELLED : CAIRN_NO_ERROR;
}

/* Shares where they were counted; 1 for a step before the first error whose prefix has a right completion because a longer one has. */
static void set_labels(const job *j, double *labels) {
    int32_t n = j->solution->n_steps, end = 0;
    while (end < n && (j->counts[end].ok || !j->counts[end].n)) end++;
    bool implied = false;
    for (int32_t i = n - 1; i >= 0; i--) {
        labels[i] = label_value(&j->counts[i]);
        if (i < end && implied && isnan(labels[i])) labels[i] = 1;
        implied = i < end && (implied || j->counts[i].ok > 0);
    }
}

static cairn_status label_solution(job *j, cairn_labelled *out) {
    int32_t n = j->solution->n_steps;
    cairn_verdict verdict = j->solution->outcome.verdict;
    double *labels;
    CAIRN_TRY(label_room(j->workspace, n, &j->counts, &labels));
    CAIRN_TRY(label_graft(j->workspace, CAIRN_ROOT, j->solution, &j->nodes));
    for (int32_t i = 0; i < n; i++) j->counts[i].node = j->nodes[i + 1];
    if (n && verdict != CAIRN_VERDICT_UNKNOWN)
        j->counts[n - 1] = (cairn_step_count){j->nodes[n], 1, verdict == CAIRN_VERDICT_RIGHT};
    cairn_status status = CAIRN_OK;
    if (verdict == CAIRN_VERDICT_WRONG || !j->c->only_wrong)
        status = j->c->order == ORDER_BISECT ? probe_by_bisection(j) : probe_from_left(j);
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    set_labels(j, labels);
    *out = (cairn_labelled){.leaf = j->nodes[n],
                            .steps = j->solution->steps,
                            .n_steps = n,
                            .counts = j->counts,
                            .labels = labels,
                            .first_error = first_error(j),
                            .outcome = j->solution->outcome};
    return status;
}

static cairn_status run(cairn_workspace *workspace, const void *configuration, const cairn_record *given,
                        int32_t n_given, cairn_label_result *out) {
    const config *c = configuration;
    label_estimate e;
    *out = LABEL_NOTHING;
    cairn_status status =
        n_given ? label_adopt(workspace, given, n_given, &e)
                : label_estimate_node(workspace, CAIRN_ROLE_GENERATOR, CAIRN_ROOT, (int32_t)c->solutions, out, &e);
    if (status == CAIRN_OK) {
        out->solutions = cairn_arena_alloc(workspace->arena, (size_t)e.n, sizeof *out->solutions);
        if (!out->solutions) return CAIRN_NO_MEMORY;
    }
    for (int32_t i = 0; status == CAIRN_OK && i < e.n; i++) {
        job j = {.workspace = workspace, .c = c, .solution = &e.rollouts[i], .result = out};
        cairn_labelled *solution = &out->solutions[i];
        status = label_solution(&j, solution);
        if (status != CAIRN_OK && status != CAIRN_BUDGET) break;
        solution->given = n_given ? &given[i] : NULL;
        out->n++;
    }
    return status == CAIRN_BUDGET ? CAIRN_OK : status;
}

const cairn_labeller_type cairn_labeller_mc = {
    .about = {.name = "mc",
              .summary = "The share of right completions of every prefix.",
              .source = "arXiv 2312.08935",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .uses = CAIRN_USES(CAIRN_ROLE_COMPLETER),
    .run = run,
};
