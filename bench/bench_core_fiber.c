/* Nanoseconds a fiber switch, by cairn_yield among 2 and 1,024 fibers: a yield is two switches, out of a fiber and into
 * the next, with the scheduler between.
 *
 *     bench_core_fiber [runs]
 *
 * Prints the median of the runs with the fastest and slowest. */
#include <stdio.h>
#include <stdlib.h>

#include "cairn/core.h"

enum { MOST_RUNS = 101, YIELDS = 2000000 };

typedef struct turns {
    int64_t next, fibers;
} turns;

static int64_t next_item(void *arg) {
    turns *self = arg;
    return self->next < self->fibers ? self->next++ : -1;
}

static void take_turns(cairn_ctx *ctx, void *arg, int64_t item) {
    (void)item;
    const turns *self = arg;
    for (int64_t i = 0; i < YIELDS / self->fibers; i++) cairn_yield(ctx);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static cairn_status measure(cairn_ctx *ctx, int fibers, int runs) {
    double ns[MOST_RUNS];
    for (int run = 0; run < runs; run++) {
        turns self = {.fibers = fibers};
        double start = cairn_seconds();
        CAIRN_TRY(cairn_fibers_run(ctx, fibers, next_item, take_turns, &self));
        ns[run] = (cairn_seconds() - start) * 1e9 / (2.0 * YIELDS);
    }
    qsort(ns, (size_t)runs, sizeof *ns, ascending);
    printf("%5d fibers: %6.1f ns a switch (%.1f .. %.1f over %d runs)\n", fibers, ns[runs / 2], ns[0], ns[runs - 1],
           runs);
    return CAIRN_OK;
}

int main(int argc, char **argv) {
    int runs = argc > 1 ? atoi(argv[1]) : 9;
    if (runs < 1 || runs > MOST_RUNS) {
        fprintf(stderr, "usage: bench_core_fiber [runs, 1 .. %d]\n", MOST_RUNS);
        return 2;
    }
    cairn_ctx *ctx = NULL;
    cairn_status status = cairn_ctx_open(&ctx);
    if (status == CAIRN_OK) status = measure(ctx, 2, runs);
    if (status == CAIRN_OK) status = measure(ctx, 1024, runs);
    if (status != CAIRN_OK) fprintf(stderr, "bench_core_fiber: %s\n", cairn_error(ctx));
    cairn_ctx_close(ctx);
    return status == CAIRN_OK ? 0 : 1;
}
