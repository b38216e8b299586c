/* Labeller `mc`: a step is as good as the completions of the prefix that it ends (arXiv 2312.08935).
 *
 * The label of a step is the share of right ones among k completions of the prefix up to it, its hard form whether any
 * is right. The last step needs none: the solution's own outcome is its count. Probes go left to right until the first
 * prefix that no completion gets right (steps after it stay unlabelled), by bisection (arXiv 2406.06592), or over all
 * steps. A prefix without counts whose longer prefix has a right completion has one too: its step is labelled right,
 * and its share stays unknown. */
#include <math.h>

#include "label/solution.h"

typedef enum order { ORDER_ALL, ORDER_LEFT_TO_RIGHT, ORDER_BISECT } order;
enum { COMPLETIONS_FIXED, COMPLETIONS_BY_ROOT };
enum { PAPER, CODE };

typedef struct config {
    int64_t solutions, rollouts, root;
    double share;
    int32_t order, completions, variant;
    bool early_stop, only_wrong, mixed;
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
    CAIRN_INT(config, root, "0", 0, 1000000, "completions",
              "Completions of the problem itself, besides its solutions, that estimate its share of right ones; 0: the "
              "sampled solutions are "
              "the estimate."),
    CAIRN_REAL(
        config, share, "0", 0, 1, "",
        "Drop a problem whose share of right solutions is below this, before any step is probed (arXiv 2509.16548: "
        "0.75)."),
    CAIRN_BOOL(config, mixed, "false", "Drop a problem of which all solutions are right, or none (arXiv 2406.06592)."),
    CAIRN_CHOICE(config, completions, "fixed", "fixed|by-root",
                 "Completions of each prefix: `rollouts`, or by the problem's share of right solutions (arXiv "
                 "2504.00891): 128 below 0.1, 64 "
                 "below 0.9, else 32."),
    CAIRN_CHOICE(
        config, variant, "paper", "paper|code",
        "The last step's count is the solution's own outcome, or completions of the whole solution too, as in the "
        "code of arXiv 2509.16548."),
};

/* One solution that is being labelled. */
typedef struct job {
    cairn_workspace *workspace;
    const config *c;
    const cairn_rollout *solution;
    cairn_node *nodes;        /* [n_steps + 1]: the state after m steps */
    cairn_step_count *counts; /* [n_steps] */
    cairn_label_result *result;
    int32_t k; /* completions of each prefix */
} job;

/* Counts of the prefix of m steps. They are all or nothing: too few completions without a right one would look like an
 * error. */
static cairn_status probe(job *j, int32_t m) {
    int32_t k = j->k, at_once = j->c->early_stop ? 1 : k;
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
    int32_t last = j->solution->n_steps - (j->c->variant == PAPER);
    for (int32_t m = 1; m <= last; m++) {
        CAIRN_TRY(probe(j, m));
        if (j->c->order == ORDER_LEFT_TO_RIGHT && j->counts[m - 1].n > 0 && !j->counts[m - 1].ok) break;
    }
    return CAIRN_OK;
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
    for (int32_t i = 0; i < n; i++) labels[i] = label_value(&j->counts[i]);
    *out = (cairn_labelled){.leaf = j->nodes[n],
                            .steps = j->solution->steps,
                            .n_steps = n,
                            .evidence.counts[CAIRN_ROLE_COMPLETER] = j->counts,
                            .labels = labels,
                            .first_error = cairn_label_first_zero(labels, n, j->c->order == ORDER_BISECT),
                            .outcome = j->solution->outcome};
    cairn_label_imply(labels, n);
    return status;
}

/* ---- one problem ---------------------------------------------------------------------------------------------------- */

/* Share of right solutions of the problem: of the sampled ones, or of further completions where they are asked for. */
static cairn_status estimate_root(cairn_workspace *workspace, const config *c, const label_estimate *sampled,
                                  cairn_label_result *out) {
    label_estimate e = *sampled;
    if (c->root) CAIRN_TRY(label_estimate_node(workspace, CAIRN_ROLE_COMPLETER, CAIRN_ROOT, (int32_t)c->root, out, &e));
    out->root = (cairn_root_count){.n = e.known, .ok = e.ok, .unknown = e.n - e.known};
    return CAIRN_OK;
}

static double share_of(const cairn_root_count *root) {
    return root->n ? (double)root->ok / root->n : NAN;
}

/* The question filter: true where the problem is dropped. */
static bool drop(const config *c, cairn_label_result *out) {
    if (c->share == 0 && !c->mixed) return false;
    cairn_question question = cairn_question_filter(out->root.ok, out->root.n);
    out->dropped = out->root.n == 0                                  ? "unknown"
                   : share_of(&out->root) < c->share                 ? "too-hard"
                   : c->mixed && question == CAIRN_QUESTION_TOO_HARD ? "too-hard"
                   : c->mixed && question == CAIRN_QUESTION_TOO_EASY ? "too-easy"
                                                                     : "";
    out->kept = *out->dropped ? CAIRN_VERDICT_WRONG : CAIRN_VERDICT_RIGHT;
    return *out->dropped;
}

static cairn_status label_all(cairn_workspace *workspace, const config *c, const cairn_record *given,
                              const label_estimate *e, cairn_label_result *out) {
    double root = share_of(&out->root);
    int32_t k = (int32_t)c->rollouts;
    if (c->completions == COMPLETIONS_BY_ROOT) {
        if (isnan(root) && given && c->root == 0)
            return cairn_fail(
                workspace->ctx, CAIRN_INVALID,
                "mc: completions=by-root needs root=K for given solutions: the share of right ones is not known");
        if (isnan(root)) { /* no completion has a known outcome, and none would have */
            out->dropped = "unknown";
            out->kept = CAIRN_VERDICT_WRONG;
            return CAIRN_OK;
        }
        k = cairn_label_completions(root);
    }
    out->solutions = cairn_arena_alloc(workspace->arena, (size_t)e->n, sizeof *out->solutions);
    if (!out->solutions) return CAIRN_NO_MEMORY;
    cairn_status status = CAIRN_OK;
    for (int32_t i = 0; status == CAIRN_OK && i < e->n; i++) {
        job j = {.workspace = workspace, .c = c, .solution = &e->rollouts[i], .result = out, .k = k};
        cairn_labelled *solution = &out->solutions[i];
        status = label_solution(&j, solution);
        if (status != CAIRN_OK && status != CAIRN_BUDGET) break;
        solution->given = given ? &given[i] : NULL;
        solution->evidence.root = out->root;
        out->n++;
    }
    return status;
}

static cairn_status run(cairn_workspace *workspace, const void *configuration, const cairn_record *given,
                        int32_t n_given, cairn_label_result *out) {
    const config *c = configuration;
    label_estimate e, nothing = {0};
    *out = LABEL_NOTHING;
    cairn_status status =
        n_given ? label_adopt(workspace, given, n_given, &e)
                : label_estimate_node(workspace, CAIRN_ROLE_GENERATOR, CAIRN_ROOT, (int32_t)c->solutions, out, &e);
    if (status == CAIRN_OK) status = estimate_root(workspace, c, n_given ? &nothing : &e, out);
    if (status == CAIRN_OK && !drop(c, out)) status = label_all(workspace, c, n_given ? given : NULL, &e, out);
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
    .labels_all_samples = true,
};
