/* The tree loop: select -> evaluate -> back up -> expand, and how it spends a budget to its end. */
#include <math.h>

#include "cairn/loops.h"
#include "core/maths.h"
#include "search/caches.h"
#include "search/open_nodes.h"

/* One search while it runs. */
typedef struct tree_search {
    cairn_workspace *workspace;
    const cairn_tree_loop *loop;
    void *arg;
    open_nodes open;  /* under loop->priority */
    cairn_node seen;  /* nodes before it were looked at for a finished solution */
    bool is_finished; /* a solution is finished */
} tree_search;

/* ---- the defaults of the callbacks -------------------------------------------------------------------------------------------- */

double cairn_path_value(const cairn_workspace *workspace, cairn_node node) {
    const cairn_tree *tree = workspace->tree;
    double value = cairn_tree_aggregate(tree, node, workspace->column, workspace->aggregator);
    if (!isnan(value) || node == CAIRN_ROOT) return value;
    cairn_node parent = tree->parent[node];
    return tree->visits[parent] ? tree->total[parent] / tree->visits[parent] : tree->value[parent];
}

static cairn_status evaluate(tree_search *s, cairn_node leaf, double *value) {
    *value = 0;
    if (s->loop->evaluate) return s->loop->evaluate(s->workspace, s->arg, leaf, value);
    if (leaf == CAIRN_ROOT) return CAIRN_OK;
    CAIRN_TRY(cairn_score(s->workspace, &leaf, 1));
    *value = cairn_path_value(s->workspace, leaf);
    s->workspace->tree->value[leaf] = (float)*value;
    return CAIRN_OK;
}

static cairn_status back_up(tree_search *s, cairn_node leaf, double value) {
    if (s->loop->backup) return s->loop->backup(s->workspace, s->arg, leaf, value);
    cairn_backup(s->workspace->tree, leaf, value, s->loop->rule);
    return CAIRN_OK;
}

static cairn_status expand(tree_search *s, cairn_node node, int32_t count, cairn_branch *children, int32_t *n) {
    *n = 0;
    if (s->loop->expand) return s->loop->expand(s->workspace, s->arg, node, count, children, n);
    cairn_branch branch = {.node = node, .count = count};
    return cairn_propose(s->workspace, CAIRN_ROLE_GENERATOR, &branch, 1, children, n);
}

static cairn_status select_leaf(tree_search *s, cairn_node *leaf) {
    if (s->loop->select) return s->loop->select(s->workspace, s->arg, leaf);
    if (s->loop->priority) return open_nodes_pop(s->workspace, &s->open, s->loop->priority, s->arg, leaf);
    *leaf = cairn_select_leaf(s->workspace->tree, CAIRN_ROOT, &s->loop->formula);
    return CAIRN_OK;
}

/* ---- one simulation -------------------------------------------------------------------------------------------------------------- */

/* *found: whether there was a leaf to work on. */
static cairn_status simulate(tree_search *s, bool *found) {
    cairn_tree *tree = s->workspace->tree;
    cairn_node leaf;
    double value;
    CAIRN_TRY(select_leaf(s, &leaf));
    *found = leaf != CAIRN_NONE;
    if (!*found) return CAIRN_OK;
    CAIRN_TRY(evaluate(s, leaf, &value));
    CAIRN_TRY(back_up(s, leaf, value));
    if (tree->flags[leaf] & CAIRN_NODE_TERMINAL) {
        cairn_complete(tree, leaf);
        return CAIRN_OK;
    }
    cairn_branch *children = cairn_arena_alloc(s->workspace->arena, (size_t)s->loop->branch, sizeof *children);
    int32_t n;
    return children ? expand(s, leaf, (int32_t)s->loop->branch, children, &n) : CAIRN_NO_MEMORY;
}

/* ---- the budget to its end -------------------------------------------------------------------------------------------------------- */

/* Opens a tree that is finished everywhere: samples one step more at each node from the root down, until a step is new.
 * Its branch is searched next. *found: whether there was a new step before the end of a solution. */
static cairn_status widen(tree_search *s, bool *found) {
    cairn_tree *tree = s->workspace->tree;
    cairn_node node = CAIRN_ROOT;
    *found = false;
    while (!*found && !(tree->flags[node] & CAIRN_NODE_TERMINAL)) {
        uint32_t before = tree->count;
        cairn_branch child;
        int32_t n;
        CAIRN_TRY(expand(s, node, 1, &child, &n));
        if (n == 0) return CAIRN_OK;
        *found = tree->count > before;
        node = child.node;
    }
    for (cairn_node i = *found ? tree->parent[node] : CAIRN_NONE; i != CAIRN_NONE; i = tree->parent[i])
        tree->flags[i] &= (uint8_t)~CAIRN_NODE_COMPLETED;
    return CAIRN_OK;
}

/* Down by greatest mean return (by the own value where nothing was visited), ties to the earliest. */
static cairn_node most_promising(const cairn_tree *tree) {
    cairn_node node = CAIRN_ROOT;
    while (tree->first_child[node] != CAIRN_NONE) {
        cairn_node best = CAIRN_NONE;
        double most = 0;
        for (cairn_node child = tree->first_child[node]; child != CAIRN_NONE; child = tree->next_sibling[child]) {
            double value = tree->visits[child] ? tree->total[child] / tree->visits[child] : tree->value[child];
            if (tree->edge_reward) value = tree->edge_reward[child] + tree->discount[child] * value;
            if (best == CAIRN_NONE || value > most) best = child, most = value;
        }
        node = best;
    }
    return node;
}

/* Takes the most promising prefix to its end by single samples. */
static cairn_status finish_one(tree_search *s) {
    cairn_tree *tree = s->workspace->tree;
    cairn_node node = most_promising(tree);
    while (!(tree->flags[node] & CAIRN_NODE_TERMINAL)) {
        cairn_branch child = {.node = node};
        int32_t n;
        CAIRN_TRY(expand(s, node, 1, &child, &n));
        node = child.node;
    }
    return CAIRN_OK;
}

/* Tells whether what is left may be what one solution takes: of tokens and FLOPs nothing is known before the first
 * step. */
static bool is_short(const tree_search *s) {
    const cairn_workspace *w = s->workspace;
    bool unknown = w->budget.tokens > 0 || w->budget.flops > 0;
    if (unknown && w->caches->prices.step_tokens == 0) return true;
    return cairn_budget_left(w) < s->loop->branch + w->problem->max_steps;
}

/* Looks at the nodes that are new since the last look: verbs mark a whole solution as they add it. */
static bool any_finished(tree_search *s) {
    const cairn_tree *tree = s->workspace->tree;
    for (; !s->is_finished && s->seen < tree->count; s->seen++)
        s->is_finished = s->seen != CAIRN_ROOT && (tree->flags[s->seen] & CAIRN_NODE_TERMINAL);
    return s->is_finished;
}

/* `spends`: a tree that is finished everywhere is widened while the budget lasts. */
static cairn_status simulate_all(tree_search *s, bool spends) {
    enum { MOST_IN_VAIN = 16 }; /* solutions sampled again that bring no new step: there is none to be had */
    for (int64_t i = 0, in_vain = 0; s->loop->simulations == 0 || i < s->loop->simulations; i++) {
        if (cairn_cancelled(s->workspace->ctx)) return CAIRN_CANCELLED;
        bool whole = s->workspace->tree->flags[CAIRN_ROOT] & CAIRN_NODE_COMPLETED, found = true;
        if (whole && (!spends || in_vain == MOST_IN_VAIN)) return CAIRN_OK;
        if (!any_finished(s) && is_short(s)) {
            CAIRN_TRY(finish_one(s));
        } else if (whole) {
            CAIRN_TRY(widen(s, &found));
        } else {
            CAIRN_TRY(simulate(s, &found));
            if (!found) return CAIRN_OK;
        }
        in_vain = found ? 0 : in_vain + 1;
    }
    return any_finished(s) ? CAIRN_OK : finish_one(s);
}

cairn_status cairn_tree_search(cairn_workspace *workspace, const cairn_tree_loop *loop, void *arg,
                               cairn_finished *finished) {
    tree_search s = {.workspace = workspace, .loop = loop, .arg = arg};
    cairn_budget given = workspace->budget;
    bool spends = loop->simulations == 0 && cairn_budget_bounded(workspace);
    if (loop->simulations == 0 && !spends)
        workspace->budget.steps = (int64_t)CAIRN_DEFAULT_SOLUTIONS * workspace->problem->max_steps;
    cairn_status status = simulate_all(&s, spends);
    workspace->budget = given;
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    return cairn_finished_add_tree(workspace, finished);
}

/* ---- pure parts ------------------------------------------------------------------------------------------------------------------- */

cairn_node cairn_select_best(cairn_workspace *workspace, cairn_priority_fn priority, void *arg) {
    const cairn_tree *tree = workspace->tree;
    cairn_node best = CAIRN_NONE;
    double most = NAN;
    for (cairn_node node = 1; node < tree->count; node++) {
        if (tree->flags[node] & (CAIRN_NODE_DEAD | CAIRN_NODE_COMPLETED)) continue;
        double value = priority(workspace, arg, node);
        if (best == CAIRN_NONE || value > most || (isnan(most) && !isnan(value))) best = node, most = value;
    }
    return best;
}

cairn_status cairn_set_priors(cairn_workspace *workspace, cairn_node node, cairn_prior how) {
    cairn_tree *tree = workspace->tree;
    double sum = 0, most = -INFINITY;
    for (cairn_node c = tree->first_child[node]; c != CAIRN_NONE; c = tree->next_sibling[c]) {
        if (how == CAIRN_PRIOR_LOGP && isnan(tree->logp[c]))
            return cairn_fail(workspace->ctx, CAIRN_INVALID, "prior=logp needs a policy that gives log-probabilities");
        if (tree->logp[c] > most) most = tree->logp[c];
    }
    for (cairn_node c = tree->first_child[node]; c != CAIRN_NONE; c = tree->next_sibling[c]) {
        double weight = how == CAIRN_PRIOR_SAMPLED ? tree->multiplicity[c]
                        : how == CAIRN_PRIOR_LOGP  ? maths_exp(tree->logp[c] - most)
                                                   : 1;
        tree->prior[c] = (float)weight;
        sum += weight;
    }
    for (cairn_node c = tree->first_child[node]; c != CAIRN_NONE; c = tree->next_sibling[c])
        tree->prior[c] = (float)(tree->prior[c] / sum);
    return CAIRN_OK;
}
