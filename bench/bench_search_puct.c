/* Full PUCT simulations on the real columns: select to a leaf, expand 8 children with priors, evaluate, back up.
 *
 *     bench_search_puct [runs]
 *
 * The tree is grown from a root to 1k, 10k and 100k simulations (9 k to 900 k nodes); one core; the median of the runs is printed with
 * the spread. The network is a table of priors and a value that is the better the more often the likeliest child was taken. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

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

static double cpu_seconds(void) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           1e-6 * (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Trees of one size, 100k simulations a run. `fresh`: each tree is opened anew and its pages come from the system; else it is reset, as
 * one problem after another is searched. */
static cairn_status measure(cairn_ctx *ctx, const network *net, const char *name, const cairn_select *select,
                            bool edges, bool fresh, int64_t simulations, int runs) {
    double wall[64], cpu[64], depth = 0;
    int64_t trees = 100000 / simulations;
    cairn_tree *tree;
    CAIRN_TRY(cairn_tree_open(ctx, 0, &tree));
    for (int run = -1; run < runs; run++) { /* the first is not counted */
        double from = cairn_seconds(), from_cpu = cpu_seconds();
        for (int64_t t = 0; t < trees; t++) {
            if (fresh) {
                cairn_tree_close(tree);
                tree = NULL;
                CAIRN_TRY(cairn_tree_open(ctx, 0, &tree));
            }
            cairn_tree_reset(tree);
            if (edges) CAIRN_TRY(cairn_tree_need_edges(ctx, tree));
            CAIRN_TRY(grow(ctx, tree, net, select, simulations, &depth));
        }
        if (run < 0) continue;
        wall[run] = 1e9 * (cairn_seconds() - from) / (double)(trees * simulations);
        cpu[run] = 1e9 * (cpu_seconds() - from_cpu) / (double)(trees * simulations);
    }
    cairn_tree_close(tree);
    qsort(wall, (size_t)runs, sizeof *wall, by_value);
    qsort(cpu, (size_t)runs, sizeof *cpu, by_value);
    double median = wall[runs / 2], median_cpu = cpu[runs / 2];
    printf(
        "%-18s %7lld simulations, depth %5.1f: %7.1f ns/simulation (%.1f .. %.1f), %.2f M/s; cpu %7.1f ns, %.2f M/s\n",
        name, (long long)simulations, depth, median, wall[0], wall[runs - 1], 1e3 / median, median_cpu,
        1e3 / median_cpu);
    return CAIRN_OK;
}

int main(int argc, char **argv) {
    int runs = argc > 1 ? atoi(argv[1]) : 9;
    if (runs < 1 || runs > 64) runs = 9;
    cairn_ctx *ctx;
    network *net = malloc(sizeof *net);
    if (!net || cairn_ctx_open(&ctx) != CAIRN_OK) return 1;
    network_fill(net);
    double load = 0;
    if (getloadavg(&load, 1) == 1) printf("load %.2f, median of %d runs\n", load, runs);
    const cairn_select puct = {.rule = CAIRN_SELECT_PUCT, .c = 0.5, .first_play = CAIRN_FIRST_PLAY_PARENT};
    const cairn_select muzero = {
        .rule = CAIRN_SELECT_MUZERO, .pb_c_init = 1.25, .pb_c_base = 19652, .normalise = CAIRN_NORMALISE_SIBLINGS};
    cairn_status status = CAIRN_OK;
    for (int64_t n = 1000; n <= 100000 && status == CAIRN_OK; n *= 10) {
        status = measure(ctx, net, "puct", &puct, false, false, n, runs);
        if (status == CAIRN_OK) status = measure(ctx, net, "puct, fresh", &puct, false, true, n, runs);
        if (status == CAIRN_OK) status = measure(ctx, net, "puct, edges", &puct, true, false, n, runs);
        if (status == CAIRN_OK) status = measure(ctx, net, "muzero, siblings", &muzero, true, false, n, runs);
    }
    if (status != CAIRN_OK) fprintf(stderr, "%s\n", cairn_error(ctx));
    cairn_ctx_close(ctx);
    free(net);
    return status != CAIRN_OK;
}
