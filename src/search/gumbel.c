/* Gumbel MuZero's choice of a child. */
#include <float.h>
#include <math.h>

#include "search/gumbel.h"

#include "core/maths.h"

/* How often a phase visits each of `left` candidates: the simulations are divided evenly over log2(considered) phases,
 * rounded up. */
static int64_t rounds_of(const gumbel_halving *h) {
    int phases = 0;
    while (phases < 62 && INT64_C(1) << phases < h->considered) phases++;
    double rounds = (double)h->simulations / ((double)phases * (double)h->left);
    return rounds > 1 ? (int64_t)rounds : 1;
}

void gumbel_halving_open(gumbel_halving *h, int64_t considered, int64_t simulations, int64_t *visits) {
    *h = (gumbel_halving){.considered = considered, .simulations = simulations, .visits = visits, .left = considered};
    h->rounds = considered > 1 ? rounds_of(h) : INT64_MAX; /* a single candidate is visited every time */
}

int64_t gumbel_halving_next(gumbel_halving *h) {
    int64_t visits = h->visits[h->candidate]++;
    if (++h->candidate < h->left) return visits;
    h->candidate = 0;
    if (++h->round < h->rounds) return visits;
    h->round = 0;
    h->left = h->left / 2 > 2 ? h->left / 2 : 2;
    h->rounds = rounds_of(h);
    return visits;
}

static double q_of(const cairn_tree *tree, cairn_node child) {
    double mean = tree->total[child] / tree->visits[child];
    return tree->edge_reward ? tree->edge_reward[child] + tree->discount[child] * mean : mean;
}

/* (V + sum N * sum_b P(b) q(b) / sum_b P(b)) / (1 + sum N), over visited children b (appendix D). */
static double mixed_value(const cairn_tree *tree, cairn_node node) {
    double weight = 0, sum = 0, visits = 0;
    for (cairn_node c = tree->first_child[node]; c != CAIRN_NONE; c = tree->next_sibling[c]) {
        if (!tree->visits[c]) continue;
        double p = tree->prior[c] > FLT_MIN ? tree->prior[c] : FLT_MIN;
        weight += p;
        sum += p * q_of(tree, c);
        visits += tree->visits[c];
    }
    return visits > 0 ? (tree->value[node] + visits * (sum / weight)) / (visits + 1) : tree->value[node];
}

/* q[n_children]: sigma of the completed values. */
static void complete(const cairn_tree *tree, cairn_node node, const gumbel_rule *rule, double *q) {
    double unvisited = rule->mixed ? mixed_value(tree, node) : tree->value[node];
    double least = INFINITY, greatest = -INFINITY, most_visits = 0;
    uint32_t n = 0;
    for (cairn_node c = tree->first_child[node]; c != CAIRN_NONE; c = tree->next_sibling[c], n++) {
        q[n] = tree->visits[c] ? q_of(tree, c) : unvisited;
        least = fmin(least, q[n]);
        greatest = fmax(greatest, q[n]);
        most_visits = fmax(most_visits, tree->visits[c]);
    }
    double range = fmax(greatest - least, rule->epsilon),
           scale = (rule->maxvisit_init + most_visits) * rule->value_scale;
    for (uint32_t i = 0; i < n; i++) q[i] = scale * (rule->rescale ? (q[i] - least) / range : q[i]);
}

static double greatest_logit(const cairn_tree *tree, cairn_node node) {
    double greatest = -INFINITY;
    for (cairn_node c = tree->first_child[node]; c != CAIRN_NONE; c = tree->next_sibling[c])
        greatest = fmax(greatest, maths_log(tree->prior[c]));
    return greatest;
}

cairn_node gumbel_select_root(const cairn_tree *tree, cairn_node node, const gumbel_rule *rule, int64_t visits,
                              double *scratch) {
    cairn_node best = CAIRN_NONE;
    double greatest = -INFINITY, top = greatest_logit(tree, node), *q = scratch;
    complete(tree, node, rule, q);
    for (cairn_node c = tree->first_child[node]; c != CAIRN_NONE; c = tree->next_sibling[c], q++) {
        if (tree->visits[c] != visits) continue;
        double score = fmax(-1e9, maths_log(tree->prior[c]) - top + *q); /* an impossible child still counts as one */
        if (best == CAIRN_NONE || score > greatest) best = c, greatest = score;
    }
    return best;
}

static bool is_closed(const cairn_tree *tree, cairn_node node) {
    return tree->flags[node] & (CAIRN_NODE_DEAD | CAIRN_NODE_COMPLETED);
}

cairn_node gumbel_select_inside(const cairn_tree *tree, cairn_node node, const gumbel_rule *rule, double *scratch) {
    double *q = scratch, *policy = scratch + tree->n_children[node];
    double top = -INFINITY, sum = 0, visits = 0;
    uint32_t i = 0;
    bool any_open = false;
    complete(tree, node, rule, q);
    for (cairn_node c = tree->first_child[node]; c != CAIRN_NONE; c = tree->next_sibling[c], i++) {
        policy[i] = maths_log(tree->prior[c]) + q[i];
        top = fmax(top, policy[i]);
        visits += tree->visits[c];
        any_open |= !is_closed(tree, c);
    }
    for (uint32_t k = 0; k < i; k++) sum += policy[k] = maths_exp(policy[k] - top);
    cairn_node best = CAIRN_NONE;
    double greatest = -INFINITY;
    i = 0;
    for (cairn_node c = tree->first_child[node]; c != CAIRN_NONE; c = tree->next_sibling[c], i++) {
        double lag = policy[i] / sum - tree->visits[c] / (1 + visits);
        if (any_open && is_closed(tree, c)) continue;
        if (best == CAIRN_NONE || lag > greatest) best = c, greatest = lag;
    }
    return best;
}
