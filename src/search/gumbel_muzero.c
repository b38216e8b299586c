/* Gumbel MuZero (Danihelka et al. 2022, "Policy improvement by planning with Gumbel") over sampled steps. At the root
 * Sequential Halving over m sampled first steps (algorithm 2), inside the tree the child whose share of visits lags
 * most behind the improved policy softmax(logits + sigma(completed q)) (equations 8, 10, 11, 14). No Gumbel noise is
 * added: the first steps are a random choice already. Values are aggregates of step scores. A budget that is left after
 * the plan is spent by the rule for inside, at the root too. */
#include "cairn/loops.h"
#include "search/gumbel.h"

typedef struct gumbel_config {
    int64_t considered, branch, simulations;
    int32_t prior;
    double value_scale, maxvisit_init;
} gumbel_config;

static const cairn_option options[] = {
    CAIRN_INT(gumbel_config, considered, "16", 1, 1 << 16, "steps",
              "m: first steps sampled at the root; fewer where the budget pays for fewer simulations."),
    CAIRN_INT(gumbel_config, branch, "4", 1, 1 << 16, "steps", "Steps sampled when a later prefix is expanded."),
    CAIRN_INT(
        gumbel_config, simulations, "0", 0, 1e12, "",
        "n: planned, and made at most. 0: planned as the budget pays for (without one, as many as 16 solutions take), "
        "and made until it is spent."),
    CAIRN_CHOICE(gumbel_config, prior, "sampled", "sampled|logp|uniform",
                 "P of a child, whose logarithm is its logit: how often it was drawn; policy probability; equal."),
    CAIRN_REAL(gumbel_config, value_scale, "0.1", 0, 1e6, "",
               "sigma(q) = (maxvisit_init + most visits) value_scale q."),
    CAIRN_REAL(gumbel_config, maxvisit_init, "50", 0, 1e6, "", "See value_scale."),
};

typedef struct plan {
    const gumbel_config *config;
    gumbel_rule rule;
    gumbel_halving halving;
    int64_t left; /* planned simulations that are still to come */
    bool opens;   /* the next expansion is the root's, which makes the plan */
    bool opened;
} plan;

static cairn_status sample(cairn_workspace *workspace, const plan *p, cairn_node node, int32_t count,
                           cairn_branch *children, int32_t *n) {
    cairn_branch branch = {.node = node, .count = count};
    cairn_status status = cairn_propose(workspace, CAIRN_ROLE_GENERATOR, &branch, 1, children, n);
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    CAIRN_TRY(cairn_set_priors(workspace, node, (cairn_prior)p->config->prior));
    CAIRN_TRY(cairn_score_branches(workspace, children, *n)); /* at once: what a step costs the budget is then known */
    return status;
}

/* Samples the first steps and divides the simulations among them: a simulation costs `branch` steps, a first step one.
 */
static cairn_status open_root(cairn_workspace *workspace, plan *p) {
    const gumbel_config *c = p->config;
    const cairn_tree *tree = workspace->tree;
    int64_t steps = cairn_budget_left(workspace);
    int64_t pays = steps / (c->branch + 1), simulations = c->simulations ? c->simulations : pays > 1 ? pays : 1;
    int32_t count = (int32_t)(c->considered < simulations ? c->considered : simulations), n;
    cairn_branch *children = cairn_arena_alloc(workspace->arena, (size_t)count, sizeof *children);
    if (!children) return CAIRN_NO_MEMORY;
    p->opens = false;
    p->opened = true;
    p->left = simulations;
    CAIRN_TRY(sample(workspace, p, CAIRN_ROOT, count, children, &n));
    int64_t considered = tree->n_children[CAIRN_ROOT];
    int64_t *visits = cairn_arena_alloc(workspace->arena, (size_t)considered + 1, sizeof *visits);
    if (!visits) return CAIRN_NO_MEMORY;
    gumbel_halving_open(&p->halving, considered, simulations, visits);
    return CAIRN_OK;
}

static cairn_status expand(cairn_workspace *workspace, void *arg, cairn_node leaf, int32_t count,
                           cairn_branch *children, int32_t *n) {
    plan *p = arg;
    return p->opens ? open_root(workspace, p) : sample(workspace, p, leaf, count, children, n);
}

static cairn_node select_child(plan *p, const cairn_tree *tree, cairn_node node, double *scratch) {
    cairn_node child = CAIRN_NONE;
    if (node == CAIRN_ROOT && p->left > 0) {
        p->left--;
        child = gumbel_select_root(tree, node, &p->rule, gumbel_halving_next(&p->halving), scratch);
    }
    return child == CAIRN_NONE ? gumbel_select_inside(tree, node, &p->rule, scratch) : child;
}

static cairn_status select_leaf(cairn_workspace *workspace, void *arg, cairn_node *leaf) {
    plan *p = arg;
    const cairn_tree *tree = workspace->tree;
    cairn_arena_mark mark = cairn_arena_save(workspace->arena);
    *leaf = CAIRN_ROOT;
    p->opens = !p->opened;
    while (!p->opens && tree->n_children[*leaf] > 0) {
        double *scratch = cairn_arena_alloc(workspace->arena, 2 * (size_t)tree->n_children[*leaf], sizeof *scratch);
        if (!scratch) return CAIRN_NO_MEMORY;
        *leaf = select_child(p, tree, *leaf, scratch);
    }
    cairn_arena_restore(workspace->arena, mark);
    return CAIRN_OK;
}

static cairn_status run(cairn_workspace *workspace, const void *config, cairn_result *out) {
    const gumbel_config *c = config;
    plan p = {.config = c,
              .rule = {.most_considered = c->considered,
                       .value_scale = c->value_scale,
                       .maxvisit_init = c->maxvisit_init,
                       .rescale = true,
                       .mixed = true,
                       .epsilon = 1e-8}};
    cairn_tree_loop loop = {.select = select_leaf,
                            .expand = expand,
                            .branch = c->branch,
                            .simulations = c->simulations ? c->simulations + 1 : 0}; /* the first one opens the root */
    cairn_finished finished = {0};
    CAIRN_TRY(cairn_tree_search(workspace, &loop, &p, &finished));
    CAIRN_TRY(cairn_candidates(workspace, finished.solutions, finished.n, out));
    return cairn_choose_best(workspace, out);
}

const cairn_search_type cairn_search_gumbel = {
    .about = {.name = "gumbel",
              .summary = "Tree search by Gumbel MuZero: Sequential Halving over first steps, then an improved policy.",
              .source = "Danihelka et al. 2022 (ICLR)",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(gumbel_config)},
    .needs_reward = true,
    .run = run,
};
