/* What the benches share: repeated runs, their median, and one line of a table each.
 *
 * Times are processor seconds of this process, so that a busy machine disturbs them little; the wall clock stands beside. A bench with a
 * bar says whether its median meets it. */
#ifndef CAIRN_BENCH_BENCH_H
#define CAIRN_BENCH_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "cairn/core.h"

enum { BENCH_MOST_RUNS = 64, BENCH_RUNS = 5 };

/* One pass over the work; adds to *items how many items it did. */
typedef cairn_status (*bench_fn)(cairn_ctx *ctx, void *arg, int64_t *items);

typedef struct bench {
    cairn_ctx *ctx;
    int runs;
} bench;

static inline double bench_cpu_seconds(void) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           1e-6 * (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

static inline int bench_ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* "2.93 M" */
static inline const char *bench_rate(double rate, char out[32]) {
    const char *unit = rate >= 1e6 ? " M" : rate >= 1e3 ? " k" : "  ";
    snprintf(out, 32, "%.2f%s", rate / (rate >= 1e6 ? 1e6 : rate >= 1e3 ? 1e3 : 1), unit);
    return out;
}

/* Runs `work` once uncounted and then b->runs times, and prints a line. `least_rate`: items a second that the median must reach, 0 for
 * no bar. */
static inline cairn_status bench_measure(const bench *b, const char *what, double least_rate, bench_fn work,
                                         void *arg) {
    double cpu[BENCH_MOST_RUNS], wall[BENCH_MOST_RUNS];
    for (int run = -1; run < b->runs; run++) {
        int64_t items = 0;
        double from = cairn_seconds(), from_cpu = bench_cpu_seconds();
        CAIRN_TRY(work(b->ctx, arg, &items));
        if (run < 0) continue;
        cpu[run] = 1e9 * (bench_cpu_seconds() - from_cpu) / (double)items;
        wall[run] = 1e9 * (cairn_seconds() - from) / (double)items;
    }
    qsort(cpu, (size_t)b->runs, sizeof *cpu, bench_ascending);
    qsort(wall, (size_t)b->runs, sizeof *wall, bench_ascending);
    double median = cpu[b->runs / 2];
    char spread[48], rate[32], least[32], bar[64] = "";
    snprintf(spread, sizeof spread, "(%.1f .. %.1f)", cpu[0], cpu[b->runs - 1]);
    if (least_rate > 0)
        snprintf(bar, sizeof bar, "  bar %s/s: %s", bench_rate(least_rate, least),
                 1e9 / median >= least_rate ? "met" : "MISSED");
    printf("  %-34s %9.1f ns  %-20s %10s/s   wall %8.1f ns%s\n", what, median, spread, bench_rate(1e9 / median, rate),
           wall[b->runs / 2], bar);
    fflush(stdout);
    return CAIRN_OK;
}

/* Opens a context and says under which load; `words` may name the number of runs. Status 2 for a wrong word. */
static inline int bench_main(int argc, char **argv, const char *title, const char *item,
                             cairn_status (*all)(const bench *b)) {
    bench b = {.runs = argc > 1 ? atoi(argv[1]) : BENCH_RUNS};
    double load = 0;
    if (b.runs < 1 || b.runs > BENCH_MOST_RUNS) {
        fprintf(stderr, "usage: %s [runs, 1 .. %d]\n", argv[0], BENCH_MOST_RUNS);
        return 2;
    }
    if (cairn_ctx_open(&b.ctx) != CAIRN_OK) return 1;
    if (getloadavg(&load, 1) != 1) load = 0;
    printf("%s: processor time of one core a %s, median of %d runs (fastest .. slowest); load %.1f\n", title, item,
           b.runs, load);
    cairn_status status = all(&b);
    if (status != CAIRN_OK) fprintf(stderr, "%s: %s\n", argv[0], cairn_error(b.ctx));
    cairn_ctx_close(b.ctx);
    return status != CAIRN_OK;
}

#endif
