/* Labeller `tree`: a full tree of sampled steps; a step is as good as the share of right leaves below it (arXiv
 * 2503.13551).
 *
 * Each level gives a stratified sample of its nodes. A sample is the path to a node, with a label on its last step
 * only; with merge=true also the same with the last two steps as one. Compression adds samples from a tree in which
 * some nodes were merged with their parents. */
#include <math.h>

#include "cairn/data.h"
#include "cairn/label_tree.h"
#include "label/solution.h"

typedef struct config {
    int64_t branch, levels, cap;
    double share, p;
    int32_t compress, join;
    bool merge;
} config;

enum { COMPRESS_NONE, COMPRESS_PAPER, COMPRESS_CODE };

static const cairn_option options[] = {
    CAIRN_INT(config, branch, "5", 1, 64, "steps", "Steps sampled at each node."),
    CAIRN_INT(config, levels, "5", 1, 64, "levels",
              "Depth of the tree; a leaf that has no answer by then counts as wrong, as published."),
    CAIRN_REAL(config, share, "0.1", 0, 1, "",
               "Share of the nodes with one score that become samples of a level, at least as many as the rarest score "
               "has."),
    CAIRN_INT(config, cap, "5", 1, 1e6, "samples", "Samples of a level whose nodes all have one score."),
    CAIRN_BOOL(config, merge, "false", "Add each sample again with its last two steps as one."),
    CAIRN_CHOICE(config, compress, "none", "none|" CAIRN_COMPRESSION_CHOICES,
                 "Add samples of the compressed tree: one child of a node is merged with it and moves up."),
    CAIRN_REAL(config, p, "0.5", 0, 1, "", "Probability of the coin of compress."),
    CAIRN_CHOICE(config, join, "blank-line", CAIRN_JOIN_CHOICES, "Text between merged steps."),
};

typedef struct labelling {
    cairn_workspace *workspace;
    const config *c;
    cairn_label_result *out;
    int32_t capacity; /* of out->solutions */
} labelling;

/* ---- the tree ---------------------------------------------------------------------------------------------------------- */

/* Samples level by level. The budget may end it early: what was sampled stands. */
static cairn_status grow(cairn_workspace *workspace, const config *c) {
    cairn_branch root = {.node = CAIRN_ROOT, .count = (int32_t)c->branch}, *open = &root;
    int32_t n = 1;
    for (int64_t level = 0; level < c->levels && n > 0; level++) {
        int64_t room = n * c->branch;
        if (room > 1 << 24)
            return cairn_fail(workspace->ctx, CAIRN_LIMIT, "tree: a level of %lld nodes", (long long)room);
        cairn_branch *children = cairn_arena_alloc(workspace->arena, (size_t)room, sizeof *children);
        int32_t made, kept = 0;
        if (!children) return CAIRN_NO_MEMORY;
        CAIRN_TRY(cairn_propose(workspace, CAIRN_ROLE_GENERATOR, open, n, children, &made));
        for (int32_t i = 0; i < made; i++) {
            if (workspace->tree->flags[children[i].node] & CAIRN_NODE_TERMINAL) continue;
            children[kept] = children[i];
            children[kept++].count = (int32_t)c->branch;
        }
        open = children;
        n = kept;
    }
    return CAIRN_OK;
}

/* The tree as plain arrays. A leaf counts as often as its path was drawn: equal steps are one node, below which the
 * tree goes on once. One whose outcome is unknown has no weight. */
static cairn_status read_tree(cairn_workspace *workspace, cairn_label_result *result, cairn_leaf_tree *out) {
    cairn_tree *tree = workspace->tree;
    size_t n = tree->count;
    int32_t *parent = cairn_arena_alloc(workspace->arena, n, sizeof *parent);
    const char **text = cairn_arena_alloc(workspace->arena, n, sizeof *text);
    double *outcome = cairn_arena_alloc(workspace->arena, n, sizeof *outcome);
    double *weight = cairn_arena_alloc(workspace->arena, n, sizeof *weight); /* at first of every node */
    if (!parent || !text || !outcome || !weight) return CAIRN_NO_MEMORY;
    for (cairn_node i = 0; i < n; i++) {
        parent[i] = i == CAIRN_ROOT ? -1 : (int32_t)tree->parent[i];
        text[i] = cairn_tree_text(tree, i);
        weight[i] = i == CAIRN_ROOT ? 1 : weight[tree->parent[i]] * tree->multiplicity[i];
        if (tree->first_child[i] != CAIRN_NONE) continue;
        CAIRN_TRY(cairn_check(workspace, &i, 1));
        bool known = !isnan(tree->outcome[i]);
        outcome[i] = known ? tree->outcome[i] : 0;
        if (!known) weight[i] = 0;
        result->rollouts += tree->multiplicity[i];
        result->unknown += known ? 0 : tree->multiplicity[i];
    }
    *out = (cairn_leaf_tree){.n = (int32_t)n, .parent = parent, .text = text, .outcome = outcome, .weight = weight};
    return CAIRN_OK;
}

/* ---- samples ----------------------------------------------------------------------------------------------------------- */

/* Appends steps[n] with this label on its last step. */
static cairn_status add_sample(labelling *l, cairn_node node, const char *const *steps, int32_t n, double score,
                               double leaves, double right) {
    cairn_label_result *out = l->out;
    if (out->n == l->capacity) {
        int32_t capacity = l->capacity ? 2 * l->capacity : 64;
        cairn_labelled *grown = cairn_arena_alloc(l->workspace->arena, (size_t)capacity, sizeof *grown);
        if (!grown) return CAIRN_NO_MEMORY;
        for (int32_t i = 0; i < out->n; i++) grown[i] = out->solutions[i];
        out->solutions = grown;
        l->capacity = capacity;
    }
    cairn_step_count *counts;
    double *labels;
    CAIRN_TRY(label_room(l->workspace, n, &counts, &labels));
    labels[n - 1] = score;
    const cairn_tree *tree = l->workspace->tree;
    cairn_verdict verdict =
        tree->flags[node] & CAIRN_NODE_TERMINAL ? cairn_tree_verdict(tree, node) : CAIRN_VERDICT_UNKNOWN;
    bool fits = leaves < INT32_MAX;
    counts[n - 1] = (cairn_step_count){
        .node = node, .n = fits ? (int32_t)leaves : INT32_MAX, .ok = (int32_t)(fits ? right : score * INT32_MAX)};
    out->solutions[out->n++] = (cairn_labelled){.leaf = node,
                                                .steps = steps,
                                                .n_steps = n,
                                                .evidence.counts[CAIRN_ROLE_COMPLETER] = counts,
                                                .labels = labels,
                                                .first_error = CAIRN_UNLABELLED,
                                                .outcome = {.verdict = verdict, .value = tree->outcome[node]},
                                                .prefix = !(tree->flags[node] & CAIRN_NODE_TERMINAL)};
    return CAIRN_OK;
}

/* The texts on the path to a node of the arrays, where a merged node is one step. */
static cairn_status path_of(cairn_arena *arena, const cairn_leaf_tree *tree, int32_t node, int32_t depth,
                            const char *const **steps) {
    const char **texts = cairn_arena_alloc(arena, (size_t)depth, sizeof *texts);
    if (!texts) return CAIRN_NO_MEMORY;
    for (int32_t k = depth - 1; k >= 0; k--, node = tree->parent[node]) texts[k] = tree->text[node];
    *steps = texts;
    return CAIRN_OK;
}

/* Samples of one level: nodes[n] of that depth, which are steps and have leaves. */
static cairn_status sample_level(labelling *l, const cairn_leaf_tree *tree, const int32_t *nodes, int32_t n,
                                 int32_t depth, const double *score, const double *leaves, const double *right,
                                 cairn_rng *rng) {
    cairn_arena *arena = l->workspace->arena;
    double *own = cairn_arena_alloc(arena, (size_t)n + 1, sizeof *own);
    bool *chosen = cairn_arena_alloc(arena, (size_t)n + 1, sizeof *chosen);
    if (!own || !chosen) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) own[i] = score[nodes[i]];
    CAIRN_TRY(cairn_stratify(l->workspace->ctx, own, n, l->c->share, (int32_t)l->c->cap, rng, chosen));
    for (int32_t i = 0; i < n; i++) {
        int32_t node = nodes[i];
        const char *const *steps;
        if (!chosen[i]) continue;
        CAIRN_TRY(path_of(arena, tree, node, depth, &steps));
        CAIRN_TRY(add_sample(l, (cairn_node)node, steps, depth, score[node], leaves[node], right[node]));
        if (!l->c->merge || depth < 2) continue;
        CAIRN_TRY(
            cairn_merge_steps(l->workspace->ctx, steps, depth, depth - 2, cairn_join_text(l->c->join), arena, &steps));
        CAIRN_TRY(add_sample(l, (cairn_node)node, steps, depth - 1, score[node], leaves[node], right[node]));
    }
    return CAIRN_OK;
}

static cairn_status sample_tree(labelling *l, const cairn_leaf_tree *tree, cairn_rng *rng) {
    cairn_arena *arena = l->workspace->arena;
    size_t n = (size_t)tree->n;
    double *score = cairn_arena_alloc(arena, n, sizeof *score), *leaves = cairn_arena_alloc(arena, n, sizeof *leaves);
    double *right = cairn_arena_alloc(arena, n, sizeof *right);
    int32_t *depth = cairn_arena_alloc(arena, n, sizeof *depth), *nodes = cairn_arena_alloc(arena, n, sizeof *nodes);
    int32_t deepest = 0;
    if (!score || !leaves || !right || !depth || !nodes) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_leaf_scores(l->workspace->ctx, tree, score, leaves, right));
    for (int32_t i = 1; i < tree->n; i++) {
        depth[i] = depth[tree->parent[i]] + 1;
        if (depth[i] > deepest) deepest = depth[i];
    }
    for (int32_t level = 1; level <= deepest; level++) {
        int32_t m = 0;
        for (int32_t i = 1; i < tree->n; i++)
            if (depth[i] == level && tree->text[i][0] && leaves[i] > 0) nodes[m++] = i;
        CAIRN_TRY(sample_level(l, tree, nodes, m, level, score, leaves, right, rng));
    }
    return CAIRN_OK;
}

static cairn_status run(cairn_workspace *workspace, const void *configuration, const cairn_record *given,
                        int32_t n_given, cairn_label_result *out) {
    const config *c = configuration;
    labelling l = {.workspace = workspace, .c = c, .out = out};
    cairn_leaf_tree tree, compressed;
    (void)given;
    *out = LABEL_NOTHING;
    if (n_given) return cairn_fail(workspace->ctx, CAIRN_UNSUPPORTED, "tree: samples its own solutions");
    cairn_status status = grow(workspace, c);
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    if (workspace->tree->count < 2) return CAIRN_OK;
    cairn_rng rng = cairn_rng_open(workspace->seed, workspace->problem->key, CAIRN_PATH_ROOT, CAIRN_VERB_LABEL,
                                   CAIRN_ROLE_GENERATOR, 0);
    CAIRN_TRY(read_tree(workspace, out, &tree));
    CAIRN_TRY(sample_tree(&l, &tree, &rng));
    if (c->compress == COMPRESS_NONE) return CAIRN_OK;
    cairn_compress how = CAIRN_COMPRESS_DEFAULT;
    how.variant = c->compress == COMPRESS_CODE ? CAIRN_COMPRESS_CODE : CAIRN_COMPRESS_PAPER;
    how.p = c->p;
    how.join = cairn_join_text(c->join);
    CAIRN_TRY(cairn_leaf_tree_compress(workspace->ctx, &tree, &how, &rng, workspace->arena, &compressed, NULL));
    return sample_tree(&l, &compressed, &rng);
}

const cairn_labeller_type cairn_labeller_tree = {
    .about = {.name = "tree",
              .summary = "The share of right leaves below every step of a full tree, with merged steps.",
              .source = "arXiv 2503.13551",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .run = run,
};
