/* Full PUCT simulations on the real columns: select to a leaf, expand 8 children with priors, evaluate, back up.
 *
 *     bench_search_puct [runs]
 *
 * Trees are grown from a root to 1k, 10k and 100k simulations (9 k to 900 k nodes). The network is a table of priors and a value that is the better the more often the likeliest child was taken. */
#include <math.h>

#include "bench.h"
#include "cairn/tree.h"

#define BRANCH 8
#define TABLE  1024

typedef struct network {
    float priors[TABLE][BRANCH];
} network;

static void network_fill(network *net) {
    cairn_rng rng = cairn_rng_open(1, 0, 0, CAIRN_VERB_SEARCH, 0, 0);
    for (int i = 0; i < TABLE; i++) {
        double weight[BRANCH], sum = 0;
        for (int k = 0; k < BRANCH; k++) sum += weight[k] = exp(cairn_rng_normal(&rng));
        for (int k = 0; k < BRANCH; k++) net->priors[i][k] = (float)(weight[k] / sum);
    }
}

/* Deterministic in the node's path: what a network would say. */
static double evaluate(const cairn_tree *tree, cairn_node node) {
    return 0.5 + 0.5 * (double)tree->prior[node] - 0.25 * (double)(tree->path[node] >> 40) / (1 << 24);
}

static cairn_status grow(cairn_ctx *ctx, cairn_tree *tree, const network *net, const cairn_select *select,
                         int64_t simulations, double *depth) {
    int64_t steps = 0;
    for (int64_t i = 0; i < simulations; i++) {
        cairn_node leaf = cairn_select_leaf(tree, CAIRN_ROOT, select), first;
        CAIRN_TRY(cairn_tree_expand(ctx, tree, leaf, net->priors[tree->path[leaf] % TABLE], BRANCH, &first));
        cairn_backup(tree, leaf, evaluate(tree, leaf), CAIRN_BACKUP_MEAN);
        steps += tree->depth[leaf];
    }
    *depth = (double)steps / (double)simulations;
    return CAIRN_OK;
}

enum { SIMULATIONS = 100000 }; /* of one run, in trees of `size` */

/* `fresh`: each tree is opened anew and its pages come from the system; else it is reset, as one problem after another is searched. */
typedef struct forest {
    const network *net;
    cairn_select select;
    bool edges, fresh;
    int64_t size; /* simulations of a tree */
    cairn_tree *tree;
    double depth; /* mean of the leaves */
} forest;

static cairn_status grow_forest(cairn_ctx *ctx, void *arg, int64_t *items) {
    forest *f = arg;
    for (int64_t t = 0; t < SIMULATIONS / f->size; t++) {
        if (f->fresh) {
            cairn_tree_close(f->tree);
            f->tree = NULL;
            CAIRN_TRY(cairn_tree_open(ctx, 0, &f->tree));
        }
        cairn_tree_reset(f->tree);
        if (f->edges) CAIRN_TRY(cairn_tree_need_edges(ctx, f->tree));
        CAIRN_TRY(grow(ctx, f->tree, f->net, &f->select, f->size, &f->depth));
        *items += f->size;
    }
    return CAIRN_OK;
}

static cairn_status measure(const bench *b, const char *name, double least_rate, forest f) {
    char what[64];
    CAIRN_TRY(cairn_tree_open(b->ctx, 0, &f.tree));
    snprintf(what, sizeof what, "%-17s %7lld a tree", name, (long long)f.size);
    cairn_status status = bench_measure(b, what, least_rate, grow_forest, &f);
    cairn_tree_close(f.tree);
    return status;
}

static cairn_status all(const bench *b) {
    static network net;
    const cairn_select puct = {.rule = CAIRN_SELECT_PUCT, .c = 0.5, .first_play = CAIRN_FIRST_PLAY_PARENT};
    const cairn_select muzero = {
        .rule = CAIRN_SELECT_MUZERO, .pb_c_init = 1.25, .pb_c_base = 19652, .normalise = CAIRN_NORMALISE_SIBLINGS};
    network_fill(&net);
    for (int64_t n = 1000; n <= SIMULATIONS; n *= 10) {
        CAIRN_TRY(measure(b, "puct", 1e6, (forest){.net = &net, .select = puct, .size = n}));
        CAIRN_TRY(measure(b, "puct, fresh", 0, (forest){.net = &net, .select = puct, .size = n, .fresh = true}));
        CAIRN_TRY(measure(b, "puct, edges", 1e6, (forest){.net = &net, .select = puct, .size = n, .edges = true}));
        CAIRN_TRY(measure(b, "muzero, siblings", 0, (forest){.net = &net, .select = muzero, .size = n, .edges = true}));
    }
    return CAIRN_OK;
}

int main(int argc, char **argv) {
    return bench_main(argc, argv, "tree search, 8 children a node", "simulation", all);
}
