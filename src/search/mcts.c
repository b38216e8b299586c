/* Monte-Carlo tree search over steps: select -> expand -> evaluate -> back up, until the budget is spent.
 *
 * Each simulation descends from the root to a leaf, evaluates the leaf by its reward, asks the policy for its children, and takes the
 * value back to the root. A finished solution is visited once; a subtree that is finished everywhere is not entered again. When what is
 * left is what one solution may take and none is finished, the most promising prefix is finished first. A tree that is finished everywhere
 * before the budget is spent is widened by further samples.
 */
#include <math.h>

#include "core/maths.h"
#include "search/caches.h"
#include "search/frontier.h"
#include "search/pick.h"
#include "search/spending.h"

typedef struct mcts_config {
    int32_t rule, normalise, first_play, prior, backup, evaluate, pick; /* the enumerations below and of tree.h */
    double c, pb_c_init, pb_c_base, first_play_value, discount;
    int64_t branch, simulations;
} mcts_config;

enum { PRIOR_SAMPLED, PRIOR_LOGP, PRIOR_UNIFORM };
enum { EVALUATE_SCORE, EVALUATE_EDGE };
enum { PICK_BEST, PICK_WEIGHTED, PICK_VISITS };

static const cairn_option options[] = {
    CAIRN_CHOICE(mcts_config, rule, "puct", "uct|uct2|puct|muzero", "Formula that chooses the child to descend to."),
    CAIRN_REAL(mcts_config, c, "0.25", 0, 1e6, "",
               "Exploration constant of uct, uct2 and puct; scale it with the step of the values."),
    CAIRN_REAL(mcts_config, pb_c_init, "1.25", 0, 1e6, "", "muzero: c is init + ln((N + base + 1) / base)."),
    CAIRN_REAL(mcts_config, pb_c_base, "19652", 1, 1e12, "", "muzero: see pb_c_init."),
    CAIRN_CHOICE(mcts_config, normalise, "none", "none|siblings|range",
                 "Scale of child values: as they are; by parent and siblings; by the reward's range."),
    CAIRN_CHOICE(mcts_config, first_play, "value", "infinite|constant|parent|value",
                 "Value of a child not visited yet; value: its own reward, scored when it is expanded."),
    CAIRN_REAL(mcts_config, first_play_value, "0", -1e6, 1e6, "", "The constant of first_play=constant."),
    CAIRN_CHOICE(mcts_config, prior, "sampled", "sampled|logp|uniform",
                 "P of a child: how often it was drawn; policy probability; equal."),
    CAIRN_CHOICE(mcts_config, backup, "mean", "mean|visit-mean|max", "How values travel to the root."),
    CAIRN_CHOICE(
        mcts_config, evaluate, "score", "score|edge",
        "score: a leaf is worth the aggregate of its path; edge: rewards (unknown: 0) are paid on the way, a leaf "
        "is worth 0."),
    CAIRN_REAL(mcts_config, discount, "1", 0, 1, "", "Factor of the value for each step towards the root."),
    CAIRN_INT(mcts_config, branch, "4", 1, 1 << 16, "steps", "Steps sampled when a leaf is expanded."),
    CAIRN_INT(mcts_config, simulations, "0", 0, 1e12, "",
              "At most so many; 0: until the budget is spent, without one as many steps as 16 solutions have."),
    CAIRN_CHOICE(mcts_config, pick, "best", "best|weighted|visits",
                 "Answer: best-scored finished solution; weighted vote of all; the most visited path."),
};

/* ---- expand ------------------------------------------------------------------------------------------------------------------- */

/* P of each child of a node, summing to 1. */
static void set_priors(cairn_tree *tree, const mcts_config *config, cairn_node node) {
    double sum = 0, most = -INFINITY;
    for (cairn_node c = tree->first_child[node]; c != CAIRN_NONE; c = tree->next_sibling[c])
        if (tree->logp[c] > most) most = tree->logp[c];
    for (cairn_node c = tree->first_child[node]; c != CAIRN_NONE; c = tree->next_sibling[c]) {
        double weight = config->prior == PRIOR_SAMPLED ? tree->multiplicity[c]
                        : config->prior == PRIOR_LOGP  ? maths_exp(tree->logp[c] - most)
                                                       : 1;
        tree->prior[c] = (float)weight;
        sum += weight;
    }
    for (cairn_node c = tree->first_child[node]; c != CAIRN_NONE; c = tree->next_sibling[c])
        tree->prior[c] = (float)(tree->prior[c] / sum);
}

static cairn_status check_logp(cairn_workspace *workspace, const mcts_config *config, const cairn_branch *children,
                               int32_t n) {
    for (int32_t i = 0; i < n; i++)
        if (config->prior == PRIOR_LOGP && isnan(workspace->tree->logp[children[i].node]))
            return cairn_fail(workspace->ctx, CAIRN_INVALID, "prior=logp needs a policy that gives log-probabilities");
    return CAIRN_OK;
}

/* Value of a scored node: the aggregate of its path, as the meaning of the scores asks for. Where nothing is known it stands at its
 * parent's mean, so that it neither attracts nor repels. */
static double value_of(const cairn_tree *tree, const cairn_workspace *workspace, cairn_node node) {
    double value = cairn_tree_aggregate(tree, node, workspace->column, workspace->aggregator);
    if (!isnan(value)) return value;
    cairn_node parent = tree->parent[node];
    return tree->visits[parent] ? tree->total[parent] / tree->visits[parent] : tree->value[parent];
}

static cairn_status score_children(cairn_workspace *workspace, const mcts_config *config, const cairn_branch *children,
                                   int32_t n) {
    cairn_tree *tree = workspace->tree;
    cairn_node *nodes = cairn_arena_alloc(workspace->arena, (size_t)n + 1, sizeof *nodes);
    if (!nodes) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) nodes[i] = children[i].node;
    CAIRN_TRY(cairn_score(workspace, nodes, n));
    for (int32_t i = 0; i < n; i++) {
        if (config->evaluate == EVALUATE_SCORE) {
            tree->value[nodes[i]] = (float)value_of(tree, workspace, nodes[i]);
            continue;
        }
        double reward = cairn_tree_is_end(tree, nodes[i]) ? 0 : tree->score[workspace->column][nodes[i]]; /* was paid */
        tree->edge_reward[nodes[i]] = isnan(reward) ? 0 : (float)reward;
        tree->value[nodes[i]] = 0;
    }
    return CAIRN_OK;
}

/* Samples `count` steps at a leaf; children[*n] are those that it got. */
static cairn_status sample(cairn_workspace *workspace, const mcts_config *config, cairn_node leaf, int64_t count,
                           cairn_branch *children, int32_t *n) {
    cairn_tree *tree = workspace->tree;
    cairn_branch branch = {.node = leaf, .count = (int32_t)count};
    cairn_status status = cairn_propose(workspace, CAIRN_ROLE_GENERATOR, &branch, 1, children, n);
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    CAIRN_TRY(check_logp(workspace, config, children, *n));
    set_priors(tree, config, leaf);
    for (int32_t i = 0; i < *n && tree->discount; i++) tree->discount[children[i].node] = (float)config->discount;
    /* Edge rewards and first-play values are needed before a child is visited; otherwise it is scored on its first visit. */
    if (config->evaluate == EVALUATE_EDGE || config->first_play == CAIRN_FIRST_PLAY_VALUE)
        CAIRN_TRY(score_children(workspace, config, children, *n));
    return status;
}

static cairn_status expand(cairn_workspace *workspace, const mcts_config *config, cairn_node leaf) {
    cairn_branch *children = cairn_arena_alloc(workspace->arena, (size_t)config->branch, sizeof *children);
    int32_t n;
    return children ? sample(workspace, config, leaf, config->branch, children, &n) : CAIRN_NO_MEMORY;
}

/* Opens a tree that is finished everywhere: samples one step more at each node from the root down, until a step is new. Its branch is where
 * the search goes on. *found: whether there was one before the end of a solution. */
static cairn_status widen(cairn_workspace *workspace, const mcts_config *config, bool *found) {
    cairn_tree *tree = workspace->tree;
    cairn_node node = CAIRN_ROOT;
    *found = false;
    while (!*found && !(tree->flags[node] & CAIRN_NODE_TERMINAL)) {
        uint32_t before = tree->count;
        cairn_branch child;
        int32_t n;
        CAIRN_TRY(sample(workspace, config, node, 1, &child, &n));
        if (n == 0) return CAIRN_OK;
        *found = tree->count > before;
        node = child.node;
    }
    for (cairn_node i = *found ? tree->parent[node] : CAIRN_NONE; i != CAIRN_NONE; i = tree->parent[i])
        tree->flags[i] &= (uint8_t)~CAIRN_NODE_COMPLETED;
    return CAIRN_OK;
}

/* ---- one simulation ------------------------------------------------------------------------------------------------------------- */

static cairn_status evaluate(cairn_workspace *workspace, const mcts_config *config, cairn_node leaf, double *value) {
    *value = 0;
    if (config->evaluate == EVALUATE_EDGE || leaf == CAIRN_ROOT) return CAIRN_OK;
    CAIRN_TRY(cairn_score(workspace, &leaf, 1));
    *value = value_of(workspace->tree, workspace, leaf);
    workspace->tree->value[leaf] = (float)*value;
    return CAIRN_OK;
}

static cairn_status simulate(cairn_workspace *workspace, const mcts_config *config, const cairn_select *select) {
    cairn_tree *tree = workspace->tree;
    cairn_node leaf = cairn_select_leaf(tree, CAIRN_ROOT, select);
    double value;
    CAIRN_TRY(evaluate(workspace, config, leaf, &value));
    cairn_backup(tree, leaf, value, (cairn_backup_rule)config->backup);
    if (tree->flags[leaf] & CAIRN_NODE_TERMINAL) {
        cairn_complete(tree, leaf);
        return CAIRN_OK;
    }
    return expand(workspace, config, leaf);
}

/* ---- a solution for sure ---------------------------------------------------------------------------------------------------------- */

/* Tells whether a solution is finished yet. */
static bool any_finished(const cairn_tree *tree) {
    for (cairn_node node = 1; node < tree->count; node++)
        if (tree->flags[node] & CAIRN_NODE_TERMINAL) return true;
    return false;
}

/* Goes down by greatest mean value (by own value where nothing was visited), then on by single samples to an end. */
static cairn_status finish_one(cairn_workspace *workspace, const mcts_config *config) {
    cairn_tree *tree = workspace->tree;
    cairn_node node = CAIRN_ROOT;
    while (tree->first_child[node] != CAIRN_NONE) {
        cairn_node best = CAIRN_NONE;
        double most = 0;
        for (cairn_node child = tree->first_child[node]; child != CAIRN_NONE; child = tree->next_sibling[child]) {
            double value = tree->visits[child] ? tree->total[child] / tree->visits[child] : tree->value[child];
            if (best == CAIRN_NONE || value > most) best = child, most = value;
        }
        node = best;
    }
    while (!(tree->flags[node] & CAIRN_NODE_TERMINAL)) {
        cairn_branch child = {.node = node};
        int32_t n;
        CAIRN_TRY(sample(workspace, config, node, 1, &child, &n));
        node = child.node;
    }
    return CAIRN_OK;
}

/* ---- the answer ----------------------------------------------------------------------------------------------------------------- */

/* The finished solution at the end of the most visited path, ties to the earliest; none when the path does not end. */
static cairn_node most_visited(const cairn_tree *tree) {
    cairn_node node = CAIRN_ROOT;
    while (tree->first_child[node] != CAIRN_NONE) {
        cairn_node best = tree->first_child[node];
        for (cairn_node child = tree->next_sibling[best]; child != CAIRN_NONE; child = tree->next_sibling[child])
            if (tree->visits[child] > tree->visits[best]) best = child;
        node = best;
    }
    return tree->flags[node] & CAIRN_NODE_TERMINAL ? node : CAIRN_NONE;
}

/* All finished solutions in order of generation; under pick=visits only the one the visits lead to. */
static cairn_status finish(cairn_workspace *workspace, const mcts_config *config, cairn_result *out) {
    cairn_tree *tree = workspace->tree;
    cairn_branch *leaves = cairn_arena_alloc(workspace->arena, tree->count, sizeof *leaves);
    cairn_node *nodes = cairn_arena_alloc(workspace->arena, tree->count, sizeof *nodes);
    if (!leaves || !nodes) return CAIRN_NO_MEMORY;
    cairn_node only = config->pick == PICK_VISITS ? most_visited(tree) : CAIRN_NONE;
    int32_t n = 0;
    for (cairn_node node = 1; node < tree->count; node++) {
        bool listed = config->pick == PICK_VISITS ? node == only : (tree->flags[node] & CAIRN_NODE_TERMINAL) != 0;
        if (!listed) continue;
        nodes[n] = node;
        leaves[n++] = (cairn_branch){.node = node, .count = (int32_t)tree->multiplicity[node]};
    }
    CAIRN_TRY(cairn_score(workspace, nodes, n));
    CAIRN_TRY(pick_candidates(workspace, leaves, n, out));
    return config->pick == PICK_WEIGHTED ? pick_weighted(workspace, out) : pick_best(workspace, out);
}

/* Tells whether what is left may be what one solution takes: of tokens and FLOPs nothing is known before the first step. */
static bool is_short(const cairn_workspace *workspace, const mcts_config *config) {
    bool unknown = workspace->budget.tokens > 0 || workspace->budget.flops > 0;
    if (unknown && workspace->caches->prices.step_tokens == 0) return true;
    return cairn_budget_left(workspace) < config->branch + workspace->problem->max_steps;
}

/* Simulates until the budget is spent, or as often as is asked; `spends`: a tree that is finished everywhere is widened. */
static cairn_status search_tree(cairn_workspace *workspace, const mcts_config *config, const cairn_select *select,
                                bool spends) {
    enum { MOST_IN_VAIN = 16 }; /* solutions sampled again that bring no new step: there is none to be had */
    bool finished = false;
    for (int64_t i = 0, in_vain = 0; config->simulations == 0 || i < config->simulations; i++) {
        if (cairn_cancelled(workspace->ctx)) return CAIRN_CANCELLED;
        bool whole = workspace->tree->flags[CAIRN_ROOT] & CAIRN_NODE_COMPLETED, found = true;
        if (whole && (!spends || in_vain == MOST_IN_VAIN)) return CAIRN_OK;
        if (!finished && is_short(workspace, config))
            CAIRN_TRY(finish_one(workspace, config));
        else if (whole)
            CAIRN_TRY(widen(workspace, config, &found));
        else
            CAIRN_TRY(simulate(workspace, config, select));
        in_vain = found ? 0 : in_vain + 1;
        if (!finished) finished = any_finished(workspace->tree);
    }
    return finished ? CAIRN_OK : finish_one(workspace, config);
}

static cairn_status run(cairn_workspace *workspace, const void *options_, cairn_result *out) {
    const mcts_config *config = options_;
    bool spends = config->simulations == 0 && spending_bounded(workspace);
    if (config->simulations == 0 && !spends)
        workspace->budget.steps =
            (int64_t)FRONTIER_SOLUTIONS * workspace->problem->max_steps; /* nobody says how much */
    if (config->evaluate == EVALUATE_EDGE || config->discount < 1)
        CAIRN_TRY(cairn_tree_need_edges(workspace->ctx, workspace->tree));
    cairn_select select = {.rule = (cairn_select_rule)config->rule,
                           .c = config->c,
                           .pb_c_init = config->pb_c_init,
                           .pb_c_base = config->pb_c_base,
                           .normalise = (cairn_normalise)config->normalise,
                           .low = workspace->cast[CAIRN_ROLE_JUDGE].reward->low,
                           .high = workspace->cast[CAIRN_ROLE_JUDGE].reward->high,
                           .first_play = (cairn_first_play)config->first_play,
                           .first_play_value = config->first_play_value};
    cairn_status status = search_tree(workspace, config, &select, spends);
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    return finish(workspace, config, out);
}

const cairn_search_type cairn_search_mcts = {
    .about = {.name = "mcts",
              .summary = "Tree search by UCT or PUCT with the reward as leaf value or as edge rewards.",
              .source = "Kocsis and Szepesvari 2006; Silver et al. 2017; arXiv 1911.08265",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(mcts_config)},
    .needs_reward = true,
    .run = run,
};
