/* Hierarchical node compression (arXiv 2503.13551): merging nodes of a sampled tree with their parents gives new
 * training samples from the completions that were paid for, at the price of slightly other labels. For your own model:
 *     cairn label --world text --problems problems.jsonl --policy model:file=policy.gguf --method tree:merge=true,compress=paper \
 *         --out samples.jsonl
 */
#include <math.h>

#include "cairn/label_tree.h"
#include "cairn/recipe.h"

typedef struct config {
    int32_t variant;
    int64_t trees, branch, levels;
} config;

static const cairn_option options[] = {
    CAIRN_CHOICE(config, variant, "paper", CAIRN_COMPRESSION_CHOICES, "How the children to be merged are chosen."),
    CAIRN_INT(config, trees, "60", 1, 1e6, "trees", "Trees of a seed: 300 in all."),
    CAIRN_INT(config, branch, "5", 2, 10, "children", "Children of a node."),
    CAIRN_INT(config, levels, "4", 2, 6, "levels", "Depth of a tree."),
};

static const cairn_arm arms[] = {{"paper", "variant=paper"}, {"code", "variant=code"}};

static const cairn_claim claims[] = {
    {"mean squared change of labels", .of = "change", .a = "paper", .at_most = CAIRN_BAR(0.05)},
    {"leaves lost", .of = "leaves lost", .a = "paper", .at_least = CAIRN_BAR(0), .at_most = CAIRN_BAR(0)},
    {"mean squared change, as released", .of = "change", .a = "code", .at_most = CAIRN_BAR(0.05)},
    {"leaves lost, as released", .of = "leaves lost", .a = "code", .at_least = CAIRN_BAR(0), .at_most = CAIRN_BAR(0)},
};

/* A full tree: a step of a right state is right with a probability of its problem; a leaf is right when its state is.
 */
static cairn_status grow(cairn_arena *arena, const config *c, double right, cairn_rng *rng, cairn_leaf_tree *out) {
    int32_t n = 1, size = 1;
    for (int64_t level = 0; level < c->levels; level++) n += size *= (int32_t)c->branch;
    int32_t *parent = cairn_arena_alloc(arena, (size_t)n, sizeof *parent);
    const char **text = cairn_arena_alloc(arena, (size_t)n, sizeof *text);
    double *outcome = cairn_arena_alloc(arena, (size_t)n, sizeof *outcome);
    if (!parent || !text || !outcome) return CAIRN_NO_MEMORY;
    parent[0] = -1;
    text[0] = "";
    outcome[0] = 1;
    for (int32_t i = 1; i < n; i++) {
        parent[i] = (i - 1) / (int32_t)c->branch;
        text[i] = "step";
        outcome[i] = outcome[parent[i]] > 0 ? cairn_rng_unit(rng) < right : cairn_rng_unit(rng) < 0.1;
    }
    *out = (cairn_leaf_tree){.n = n, .parent = parent, .text = text, .outcome = outcome};
    return CAIRN_OK;
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    double change = 0, nodes = 0, merged = 0, lost = 0;
    for (uint64_t i = 0; i < (uint64_t)c->trees; i++) {
        cairn_arena_mark mark = cairn_arena_save(lab->arena);
        cairn_rng rng = cairn_rng_open(lab->seed, i, 0, CAIRN_VERB_LABEL, 0, 0);
        cairn_leaf_tree tree, after;
        cairn_compress how = CAIRN_COMPRESS_DEFAULT;
        how.variant = (cairn_compression)c->variant;
        CAIRN_TRY(grow(lab->arena, c, 0.6 + 0.35 * cairn_rng_unit(&rng), &rng, &tree));
        size_t n = (size_t)tree.n;
        double *x = cairn_arena_alloc(lab->arena, 6 * n, sizeof *x), *y = x + 3 * n;
        bool *moved = cairn_arena_alloc(lab->arena, n, sizeof *moved);
        if (!x || !moved) return CAIRN_NO_MEMORY;
        CAIRN_TRY(cairn_leaf_tree_compress(lab->ctx, &tree, &how, &rng, lab->arena, &after, moved));
        CAIRN_TRY(cairn_leaf_scores(lab->ctx, &tree, x, x + n, x + 2 * n));
        CAIRN_TRY(cairn_leaf_scores(lab->ctx, &after, y, y + n, y + 2 * n));
        lost += fabs(x[n] - y[n]) + fabs(x[2 * n] - y[2 * n]); /* of the root */
        for (size_t k = 1; k < n; k++, nodes++) {
            change += (x[k] - y[k]) * (x[k] - y[k]);
            merged += moved[k];
        }
        cairn_arena_restore(lab->arena, mark);
    }
    CAIRN_TRY(cairn_lab_number(lab, "change", change / nodes));
    CAIRN_TRY(cairn_lab_number(lab, "leaves lost", lost));
    return cairn_lab_number(lab, "merged nodes", merged / nodes);
}

const cairn_recipe cairn_recipe_compression = {
    .about = {.name = "compression",
              .summary =
                  "Merges nodes of sampled trees with their parents: more step samples from the same completions.",
              .source = "arXiv 2503.13551",
              CAIRN_OPTIONS(options, config)},
    .system = 7,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 5,
    .idea = "The label of a step is the share of right leaves below it in a full tree. A node that is merged with its "
            "parent becomes a child of its grandparent and so a sample of two steps as one. The leaves of the tree "
            "stay the same, and the labels change a little.",
    .command = "cairn label --world text --problems problems.jsonl --policy model:file=policy.gguf --method "
               "tree:merge=true,compress=paper --out samples.jsonl",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};
