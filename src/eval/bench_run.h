/* A run of a benchmark: its items, and what is worked out of them. */
#ifndef CAIRN_EVAL_BENCH_RUN_H
#define CAIRN_EVAL_BENCH_RUN_H

#include "cairn/bench.h"
#include "data/rows.h"

/* So many tallies and figures a benchmark may have. */
enum { BENCH_TALLIES_MOST = 32, BENCH_FIGURES_MOST = 32 };
enum { BENCH_ROW_BYTES = 64 << 20 };

/* What a critic said of an item. */
typedef struct bench_heard {
    const cairn_bench_question *question; /* NULL: it was not asked about */
    const cairn_bench_heard *heard;       /* [n] by request */
    int32_t n;
} bench_heard;

struct cairn_bench_run {
    cairn_ctx *ctx;
    cairn_arena *arena;
    const cairn_bench_type *bench;
    const void *config;
    rows *rows; /* of the file at hand, or NULL */
    const char *stem;
    void *own;               /* of the benchmark */
    cairn_bench_item *items; /* [n] */
    size_t n, capacity;
    const char **subsets; /* [n_subsets] names in order of appearance */
    int32_t n_subsets;
    size_t subsets_capacity;
    uint32_t *by_id;        /* [slots] 1 + index of an item, 0: empty; open addressing by the key of its id */
    size_t slots, repeated; /* repeated: items with the id of an earlier one */
    bool ended;
    bench_heard *heard; /* [n], in the arena; NULL: no critic was asked */
    int64_t skipped, failed;
    /* of measuring */
    double *tallies;        /* [n][n_tallies] */
    size_t *units;          /* [n] group of each item, numbered through all subsets in their order */
    size_t n_units, *sizes; /* sizes[n_subsets]: groups of each subset */
};

/* Rows of the table: subsets, then summaries. */
int32_t bench_rows_of(const cairn_bench_run *run);
/* How to resample where there are many groups: see `how` of cairn_bench_measuring. */
cairn_bootstrap bench_affordable(const cairn_bench_run *run, const cairn_bootstrap *how);
/* Figures of all rows, out[rows][n_figures], of the sums [n_subsets][n_tallies]. Its form is that of cairn_figures_fn;
 * `arg` is the run. */
void bench_figures(const void *arg, const double *sums, double *out);

/* Where the config has the option `threshold`, a number; NULL: the benchmark has no such option. */
double *bench_threshold(const cairn_bench_type *bench, const void *config);
/* The same. Errors: INVALID without it. */
cairn_status bench_need_threshold(const cairn_bench_run *run, const void *config, double **out);

#endif
