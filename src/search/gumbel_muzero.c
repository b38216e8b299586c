/* Gumbel MuZero (Danihelka et al. 2022, "Policy improvement by planning with Gumbel") over sampled steps. At the root Sequential Halving
 * over m sampled first steps (algorithm 2), inside the tree the child whose share of visits lags most behind the improved policy
 * softmax(logits + sigma(completed q)) (equations 10, 11 and 14). No Gumbel noise is added: the first steps are a random choice already.
 * Values are aggregates of step scores. */
#include "cairn/loops.h"
#include "search/gumbel.h"

typedef struct gumbel_config {
    int64_t considered, branch, simulations;
    int32_t prior;
    double value_scale, maxvisit_init;
} gumbel_config;

static const cairn_option options[] = {
    CAIRN_INT(gumbel_config, considered, "16", 1, 1 << 16, "steps", "m: first steps sampled at the root."),
    CAIRN_INT(gumbel_config, branch, "4", 1, 1 << 16, "steps", "Steps sampled when a later prefix is expanded."),
    CAIRN_INT(gumbel_config, simulations, "0", 0, 1e12, "",
              "n: planned for Sequential Halving. 0: as many as the step budget pays for; without one, as 16 solutions "
              "take."),
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
} plan;

static cairn_status expand(cairn_workspace *workspace, void *arg, cairn_node leaf, int32_t count,
                           cairn_branch *children, int32_t *n) {
    const plan *p = arg;
    cairn_branch branch = {.node = leaf, .count = count};
    cairn_status status = cairn_propose(workspace, CAIRN_ROLE_GENERATOR, &branch, 1, children, n);
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    CAIRN_TRY(cairn_set_priors(workspace, leaf, (cairn_prior)p->config->prior));
    return status;
}

/* Whole solutions are visited again as often as the rules ask for it. */
static cairn_status select_leaf(cairn_workspace *workspace, void *arg, cairn_node *leaf) {
    plan *p = arg;
    const cairn_tree *tree = workspace->tree;
    cairn_arena_mark mark = cairn_arena_save(workspace->arena);
    cairn_node node = CAIRN_ROOT;
    while (node != CAIRN_NONE && tree->first_child[node] != CAIRN_NONE) {
        double *scratch = cairn_arena_alloc(workspace->arena, 2 * (size_t)tree->n_children[node], sizeof *scratch);
        if (!scratch) return CAIRN_NO_MEMORY;
        node = node == CAIRN_ROOT ? gumbel_select_root(tree, node, &p->rule, gumbel_halving_next(&p->halving), scratch)
                                  : gumbel_select_inside(tree, node, &p->rule, scratch);
    }
    cairn_arena_restore(workspace->arena, mark);
    *leaf = node;
    return CAIRN_OK;
}

/* Samples the m first steps and divides the simulations among them. */
static cairn_status open_root(cairn_workspace *workspace, plan *p, int64_t simulations) {
    int32_t count = (int32_t)p->config->considered, n;
    cairn_branch *children = cairn_arena_alloc(workspace->arena, (size_t)count, sizeof *children);
    int64_t *visits = cairn_arena_alloc(workspace->arena, (size_t)count, sizeof *visits);
    if (!children || !visits) return CAIRN_NO_MEMORY;
    CAIRN_TRY(expand(workspace, p, CAIRN_ROOT, count, children, &n));
    gumbel_halving_open(&p->halving, n, simulations, visits);
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
    cairn_finished finished = {0};
    int64_t steps = workspace->budget.steps ? workspace->budget.steps
                                            : (int64_t)CAIRN_DEFAULT_SOLUTIONS * workspace->problem->max_steps;
    int64_t simulations = c->simulations ? c->simulations : steps / c->branch + 1;
    cairn_tree_loop loop = {.select = select_leaf, .expand = expand, .branch = c->branch, .simulations = simulations};
    cairn_status status = open_root(workspace, &p, simulations);
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    CAIRN_TRY(cairn_tree_search(workspace, &loop, &p, &finished));
    CAIRN_TRY(cairn_score_branches(workspace, finished.solutions, finished.n));
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
