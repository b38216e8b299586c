/* Which child to descend to: UCT and PUCT over the columns.
 *
 * Children that were added together have consecutive numbers: then the formula runs straight over the columns. Others
 * are gathered first; the same formula on the same numbers gives the same bits, so the choice never depends on the
 * layout. */
#include <math.h>

#include "cairn/tree.h"
#include "core/maths.h"

#define BLOCK 64

/* Up to BLOCK children. */
typedef struct family {
    int n;
    const uint8_t *flags; /* [n], as all below */
    const uint32_t *visits;
    const double *total;
    const float *prior, *value;
    const float *edge_reward, *discount; /* NULL: 0 and 1 */
    const cairn_node *numbers;           /* NULL: first, first + 1, .. */
    cairn_node first;
} family;

typedef struct gathered {
    double total[BLOCK];
    cairn_node numbers[BLOCK];
    uint32_t visits[BLOCK];
    float prior[BLOCK], value[BLOCK], edge_reward[BLOCK], discount[BLOCK];
    uint8_t flags[BLOCK];
} gathered;

/* The formula at one parent. */
typedef struct formula {
    cairn_select_rule rule;
    double explore;    /* UCT: c^2 ln N or 2 c^2 ln N, under the root; PUCT: c sqrt(N) */
    double low, range; /* q is scaled to (q - low) / range */
    bool scaled;
    cairn_first_play first_play;
    double unvisited; /* q of a child never visited, unless it is its own */
    double epsilon;   /* least range between siblings */
} formula;

/* The next children from *at on; returns false at the end. */
static bool family_next(const cairn_tree *tree, cairn_node node, cairn_node *at, family *f, gathered *g) {
    cairn_node first = *at;
    if (first == CAIRN_NONE) return false;
    cairn_node last = tree->last_child[node];
    if (last - tree->first_child[node] + 1 == tree->n_children[node]) {
        uint32_t left = last - first + 1;
        __builtin_prefetch(tree->first_child + first); /* of the next level, while this one is scored */
        __builtin_prefetch(tree->last_child + first);
        __builtin_prefetch(tree->n_children + first);
        f->n = left < BLOCK ? (int)left : BLOCK;
        *at = left > BLOCK ? first + BLOCK : CAIRN_NONE;
        *f = (family){.n = f->n,
                      .flags = tree->flags + first,
                      .visits = tree->visits + first,
                      .total = tree->total + first,
                      .prior = tree->prior + first,
                      .value = tree->value + first,
                      .edge_reward = tree->edge_reward ? tree->edge_reward + first : NULL,
                      .discount = tree->edge_reward ? tree->discount + first : NULL,
                      .first = first};
        return true;
    }
    int n = 0;
    for (; first != CAIRN_NONE && n < BLOCK; first = tree->next_sibling[first], n++) {
        g->numbers[n] = first;
        g->flags[n] = tree->flags[first];
        g->visits[n] = tree->visits[first];
        g->total[n] = tree->total[first];
        g->prior[n] = tree->prior[first];
        g->value[n] = tree->value[first];
        if (!tree->edge_reward) continue;
        g->edge_reward[n] = tree->edge_reward[first];
        g->discount[n] = tree->discount[first];
    }
    *at = first;
    *f = (family){.n = n,
                  .flags = g->flags,
                  .visits = g->visits,
                  .total = g->total,
                  .prior = g->prior,
                  .value = g->value,
                  .edge_reward = tree->edge_reward ? g->edge_reward : NULL,
                  .discount = tree->edge_reward ? g->discount : NULL,
                  .numbers = g->numbers};
    return true;
}

/* The loops below are inlined into two copies: one for BRANCH children, which needs no trip counts, and one for any
 * number. */
#define BRANCH 8
#define INLINE static inline __attribute__((always_inline))

/* q = edge_reward + discount * Q of visited children; of others as first-play says. Counts are below 2^31 here. */
INLINE void family_q(const family *f, const formula *s, const int n, double *restrict q) {
    const uint32_t *visits = f->visits;
    for (int i = 0; i < n; i++) {
        int32_t count = (int32_t)visits[i];
        q[i] = f->total[i] / (double)(count > 1 ? count : 1);
    }
    if (s->first_play == CAIRN_FIRST_PLAY_VALUE)
        for (int i = 0; i < n; i++) q[i] = visits[i] ? q[i] : (double)f->value[i];
    if (f->edge_reward)
        for (int i = 0; i < n; i++) q[i] = (double)f->edge_reward[i] + (double)f->discount[i] * q[i];
    if (s->first_play != CAIRN_FIRST_PLAY_VALUE)
        for (int i = 0; i < n; i++) q[i] = visits[i] ? q[i] : s->unvisited;
}

/* score[] from q[], in place. */
INLINE void family_score(const family *f, const formula *s, const int n, double *restrict q) {
    const uint32_t *visits = f->visits;
    if (s->scaled)
        for (int i = 0; i < n; i++) q[i] = (q[i] - s->low) / s->range;
    if (s->rule == CAIRN_SELECT_UCT || s->rule == CAIRN_SELECT_UCT2) {
        for (int i = 0; i < n; i++) {
            int32_t count = (int32_t)visits[i];
            q[i] += sqrt(s->explore / (double)(count > 1 ? count : 1));
        }
        return;
    }
    for (int i = 0; i < n; i++) q[i] += s->explore * (double)f->prior[i] / (double)((int32_t)visits[i] + 1);
}

/* The greatest of x[n] and `from`, skipping NaN; four at a time, as one comparison after the other would wait for the
 * last. */
INLINE double greatest_of(const double *x, const int n, double from) {
    double most[4] = {from, from, from, from};
    int i = 0;
    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++) most[k] = x[i + k] > most[k] ? x[i + k] : most[k];
    for (; i < n; i++) most[0] = x[i] > most[0] ? x[i] : most[0];
    for (int k = 1; k < 4; k++) most[0] = most[k] > most[0] ? most[k] : most[0];
    return most[0];
}

INLINE double least_of(const double *x, const int n, double from) {
    double least[4] = {from, from, from, from};
    int i = 0;
    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++) least[k] = x[i + k] < least[k] ? x[i + k] : least[k];
    for (; i < n; i++) least[0] = x[i] < least[0] ? x[i] : least[0];
    for (int k = 1; k < 4; k++) least[0] = least[k] < least[0] ? least[k] : least[0];
    return least[0];
}

/* The place of the first open child with the greatest score, -1 when all are closed. *greatest is its score; an unknown
 * one counts as -infinity, so that it never wins over a known one. */
INLINE int family_best(const family *f, const int n, double *restrict score, double *greatest) {
    const uint8_t closed = CAIRN_NODE_DEAD | CAIRN_NODE_COMPLETED;
    uint8_t any = 0;
    for (int i = 0; i < n; i++) any |= f->flags[i];
    if (any & closed)
        for (int i = 0; i < n; i++) score[i] = f->flags[i] & closed ? -INFINITY : score[i];
    *greatest = greatest_of(score, n, -INFINITY);
    for (int i = 0; i < n; i++)
        if (score[i] == *greatest && !(f->flags[i] & closed)) return i;
    for (int i = 0; i < n; i++) /* *greatest is -infinity here: none is known */
        if (!(f->flags[i] & closed)) return i;
    return -1;
}

/* ---- the formula at a parent -------------------------------------------------------------------------------------- */

static double parent_q(const cairn_tree *tree, cairn_node node) {
    return tree->visits[node] ? tree->total[node] / tree->visits[node] : tree->value[node];
}

/* Scales by least and greatest of the parent's value and its visited children's q (mctx:
 * qtransform_by_parent_and_siblings). */
INLINE void scale_between(formula *s, double least, double greatest) {
    s->scaled = true;
    s->low = least;
    s->range = greatest - least > s->epsilon ? greatest - least : s->epsilon;
    s->unvisited = least;
}

static formula formula_at(const cairn_tree *tree, cairn_node node, const cairn_select *select) {
    formula s = {.rule = select->rule, .first_play = select->first_play};
    double n = tree->visits[node];
    switch (select->rule) {
    case CAIRN_SELECT_UCT:
        s.explore = select->c * select->c * maths_log(n > 1 ? n : 1);
        break;
    case CAIRN_SELECT_UCT2:
        s.explore = 2 * select->c * select->c * maths_log(n > 1 ? n : 1);
        break;
    case CAIRN_SELECT_PUCT:
        s.explore = select->c * sqrt(n);
        break;
    case CAIRN_SELECT_MUZERO:
        s.explore = (select->pb_c_init + maths_log((n + select->pb_c_base + 1) / select->pb_c_base)) * sqrt(n);
        break;
    }
    switch (select->first_play) {
    case CAIRN_FIRST_PLAY_INFINITE:
        s.unvisited = INFINITY;
        break;
    case CAIRN_FIRST_PLAY_CONSTANT:
        s.unvisited = select->first_play_value;
        break;
    case CAIRN_FIRST_PLAY_PARENT:
        s.unvisited = parent_q(tree, node);
        break;
    case CAIRN_FIRST_PLAY_VALUE:
        break;
    }
    if (select->normalise == CAIRN_NORMALISE_RANGE) {
        s.scaled = true;
        s.low = select->low;
        s.range = select->high - select->low;
    }
    if (select->normalise == CAIRN_NORMALISE_SIBLINGS) {
        s.epsilon = select->epsilon > 0 ? select->epsilon : 1e-8;
        s.first_play = CAIRN_FIRST_PLAY_CONSTANT;
        s.unvisited = parent_q(tree, node); /* leaves the range as it is until that is known */
    }
    return s;
}

/* Where the children are in several blocks, their range is found by a pass of its own. */
static void range_of_blocks(const cairn_tree *tree, cairn_node node, formula *s, gathered *g) {
    double least = s->unvisited, greatest = least, q[BLOCK];
    family f;
    for (cairn_node at = tree->first_child[node]; family_next(tree, node, &at, &f, g);) {
        family_q(&f, s, f.n, q);
        least = least_of(q, f.n, least);
        greatest = greatest_of(q, f.n, greatest);
    }
    scale_between(s, least, greatest);
}

/* The best of one block, -1 for none. `find_range`: the block is all there is, and its range is still to be found. */
INLINE int block_best(const family *f, formula *s, const int n, bool find_range, double *greatest) {
    double q[BLOCK];
    family_q(f, s, n, q);
    if (find_range) {
        scale_between(s, least_of(q, n, s->unvisited), greatest_of(q, n, s->unvisited));
        for (int i = 0; i < n; i++) q[i] = f->visits[i] ? q[i] : s->unvisited;
    }
    family_score(f, s, n, q);
    return family_best(f, n, q, greatest);
}

cairn_node cairn_select_child(const cairn_tree *tree, cairn_node node, const cairn_select *select) {
    gathered g;
    family f;
    double most, greatest = -INFINITY;
    formula s = formula_at(tree, node, select);
    bool siblings = select->normalise == CAIRN_NORMALISE_SIBLINGS, several = tree->n_children[node] > BLOCK;
    cairn_node best = CAIRN_NONE;
    if (siblings && several) range_of_blocks(tree, node, &s, &g);
    for (cairn_node at = tree->first_child[node]; family_next(tree, node, &at, &f, &g);) {
        bool find_range = siblings && !several;
        int i =
            f.n == BRANCH ? block_best(&f, &s, BRANCH, find_range, &most) : block_best(&f, &s, f.n, find_range, &most);
        if (i < 0 || (best != CAIRN_NONE && !(most > greatest))) continue;
        best = f.numbers ? f.numbers[i] : f.first + (cairn_node)i;
        greatest = most;
    }
    return best;
}

cairn_node cairn_select_leaf(const cairn_tree *tree, cairn_node node, const cairn_select *select) {
    while (tree->flags[node] & CAIRN_NODE_EXPANDED) {
        cairn_node child = cairn_select_child(tree, node, select);
        if (child == CAIRN_NONE) break;
        node = child;
    }
    return node;
}
