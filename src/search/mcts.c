/* Monte-Carlo tree search over steps: select -> evaluate -> back up -> expand, until the budget is spent.
 *
 * select    down to a leaf, by the greatest q + bonus: UCT (Kocsis and Szepesvari 2006), UCT with 2 ln N (arXiv 2406.03816), PUCT (Silver
 *           et al. 2017), or MuZero's formula (arXiv 1911.08265, equation 2)
 * evaluate  the aggregate of the leaf's step scores; with evaluate=edge these are rewards on the way and a leaf is worth 0. What the world
 *           pays for a step is a reward on the way in either case
 * back up   mean, visit-weighted mean of the children (arXiv 2406.03816), or the greatest child
 * expand    `branch` sampled steps with priors
 */
#include <math.h>

#include "cairn/loops.h"

typedef struct mcts_config {
    int32_t rule, normalise, first_play, prior, backup, evaluate,
        pick; /* enumerations of tree.h and loops.h, and below */
    double c, pb_c_init, pb_c_base, first_play_value, discount;
    int64_t branch, simulations;
} mcts_config;

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
        "score: a leaf is worth the aggregate of its path; edge: scores (unknown: 0) are rewards on the way, beside "
        "those that the world pays, and a leaf is worth 0."),
    CAIRN_REAL(mcts_config, discount, "1", 0, 1, "", "Factor of the value for each step towards the root."),
    CAIRN_INT(mcts_config, branch, "4", 1, 1 << 16, "steps", "Steps sampled when a leaf is expanded."),
    CAIRN_INT(mcts_config, simulations, "0", 0, 1e12, "",
              "At most. 0: until the budget is spent; without one, as many steps as 16 solutions have."),
    CAIRN_CHOICE(mcts_config, pick, "best", "best|weighted|visits",
                 "Answer: best-scored finished solution; weighted vote of all; the most visited path."),
};

/* Scores the children: for first-play values, or for the rewards of their edges (that of an end was paid by its
 * parent). */
static cairn_status score_children(cairn_workspace *workspace, const mcts_config *c, const cairn_branch *children,
                                   int32_t n) {
    cairn_tree *tree = workspace->tree;
    CAIRN_TRY(cairn_score_branches(workspace, children, n));
    for (int32_t i = 0; i < n; i++) {
        cairn_node child = children[i].node;
        if (c->evaluate == EVALUATE_SCORE) {
            tree->value[child] = (float)cairn_path_value(workspace, child);
            continue;
        }
        float score = cairn_tree_is_end(tree, child) ? 0 : tree->score[workspace->column][child];
        tree->edge_reward[child] = (tree->paid ? tree->paid[child] : 0) + (isnan(score) ? 0 : score);
        tree->value[child] = 0;
    }
    return CAIRN_OK;
}

/* Edge rewards and first-play values are needed before a child is visited; otherwise it is scored on its first visit.
 */
static cairn_status expand(cairn_workspace *workspace, void *arg, cairn_node leaf, int32_t count,
                           cairn_branch *children, int32_t *n) {
    const mcts_config *c = arg;
    cairn_tree *tree = workspace->tree;
    cairn_branch branch = {.node = leaf, .count = count};
    cairn_status status = cairn_propose(workspace, CAIRN_ROLE_GENERATOR, &branch, 1, children, n);
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    CAIRN_TRY(cairn_set_priors(workspace, leaf, (cairn_prior)c->prior));
    for (int32_t i = 0; i < *n && tree->discount; i++) tree->discount[children[i].node] = (float)c->discount;
    if (c->evaluate == EVALUATE_EDGE || c->first_play == CAIRN_FIRST_PLAY_VALUE)
        CAIRN_TRY(score_children(workspace, c, children, *n));
    return status;
}

static cairn_status worth_nothing(cairn_workspace *workspace, void *arg, cairn_node leaf, double *value) {
    (void)workspace, (void)arg, (void)leaf;
    *value = 0;
    return CAIRN_OK;
}

/* The finished solution at the end of the most visited path, ties to the earliest; none where the path does not end. */
static cairn_status most_visited(cairn_workspace *workspace, cairn_finished *finished) {
    const cairn_tree *tree = workspace->tree;
    cairn_node node = CAIRN_ROOT;
    *finished = (cairn_finished){0};
    while (tree->first_child[node] != CAIRN_NONE) {
        cairn_node best = tree->first_child[node];
        for (cairn_node child = tree->next_sibling[best]; child != CAIRN_NONE; child = tree->next_sibling[child])
            if (tree->visits[child] > tree->visits[best]) best = child;
        node = best;
    }
    if (!(tree->flags[node] & CAIRN_NODE_TERMINAL)) return CAIRN_OK;
    cairn_branch only = {.node = node, .count = (int32_t)tree->multiplicity[node]};
    return cairn_finished_add(workspace, finished, only);
}

static cairn_status run(cairn_workspace *workspace, const void *config, cairn_result *out) {
    mcts_config c = *(const mcts_config *)config;
    const cairn_reward *reward = workspace->cast[CAIRN_ROLE_JUDGE].reward;
    cairn_finished finished = {0};
    if (c.normalise == CAIRN_NORMALISE_RANGE && !isfinite(reward->high - reward->low))
        return cairn_fail(workspace->ctx, CAIRN_INVALID,
                          "mcts: the scores of `%s` have no range: normalise=siblings or normalise=none",
                          reward->source);
    if (c.evaluate == EVALUATE_EDGE || c.discount < 1)
        CAIRN_TRY(cairn_tree_need_edges(workspace->ctx, workspace->tree));
    cairn_tree_loop loop = {.formula = {.rule = (cairn_select_rule)c.rule,
                                        .c = c.c,
                                        .pb_c_init = c.pb_c_init,
                                        .pb_c_base = c.pb_c_base,
                                        .normalise = (cairn_normalise)c.normalise,
                                        .low = reward->low,
                                        .high = reward->high,
                                        .first_play = (cairn_first_play)c.first_play,
                                        .first_play_value = c.first_play_value},
                            .evaluate = c.evaluate == EVALUATE_EDGE ? worth_nothing : NULL,
                            .rule = (cairn_backup_rule)c.backup,
                            .expand = expand,
                            .branch = c.branch,
                            .simulations = c.simulations};
    CAIRN_TRY(cairn_tree_search(workspace, &loop, &c, &finished));
    if (c.pick == PICK_VISITS) CAIRN_TRY(most_visited(workspace, &finished));
    CAIRN_TRY(cairn_score_branches(workspace, finished.solutions, finished.n));
    CAIRN_TRY(cairn_candidates(workspace, finished.solutions, finished.n, out));
    return c.pick == PICK_WEIGHTED ? cairn_choose_weighted(workspace, out) : cairn_choose_best(workspace, out);
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
