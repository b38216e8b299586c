/* layer: eval */
/* Fuzzes the readers of benchmarks: the first byte picks the benchmark, the rest is one of its files. What is read must
 * be measurable: shares within [0, 1], or the -1 of a share that does not exist; one tally an item. */
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cairn/bench.h"
#include "fuzz.h"

static void check_result(const cairn_bench_run *run, const cairn_bench_result *result) {
    must(result->n_rows >= 1 && result->items == (int64_t)cairn_bench_count(run));
    for (int32_t i = 0; i < result->n_rows; i++)
        for (int32_t f = 0; f < result->bench->n_figures; f++) {
            double value = result->rows[i].figures[f].estimate;
            if (result->bench->figures[f].form == CAIRN_FIGURE_PERCENT)
                must(value == -1 || (!(value < -1e-9) && !(value > 1 + 1e-9)));
        }
}

static void read_and_measure(cairn_ctx *ctx, const cairn_bench_type *bench, const char *path, bool skip_bad) {
    cairn_bench_run *run;
    cairn_bench_result result;
    cairn_bench_reading reading = {.skip_bad = skip_bad};
    cairn_bench_measuring how = {.how = {.resamples = 3, .level = 0.95}, .baselines = true};
    if (cairn_bench_open(ctx, bench, NULL, &run) != CAIRN_OK) return;
    if (worked(ctx, cairn_bench_read(run, path, &reading)) && worked(ctx, cairn_bench_end(run)) &&
        worked(ctx, cairn_bench_measure(run, &how, &result)))
        check_result(run, &result);
    cairn_bench_close(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int file = -1, count;
    static char path[64];
    cairn_ctx *ctx;
    if (size < 1) return 0;
    if (file < 0) {
        file = memfd_create("bench", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
        while (cairn_benches()[count]) count++;
    }
    must(ftruncate(file, 0) == 0 && pwrite(file, data + 1, size - 1, 0) == (ssize_t)size - 1);
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    read_and_measure(ctx, cairn_benches()[(data[0] & 127) % count], path, data[0] & 128);
    cairn_ctx_close(ctx);
    return 0;
}
