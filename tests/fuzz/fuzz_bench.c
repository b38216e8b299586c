/* layer: eval */
/* Fuzzes the readers of benchmarks: the first byte picks the benchmark and its options, then come one of its files and,
 * behind a zero byte, predictions. What is read must be measurable: shares within [0, 1] (RewardBench 2's score of ties
 * goes 0.01 beyond), or the -1 of a share that does not exist; one tally an item. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cairn/bench.h"
#include "fuzz.h"

/* Seeds name a place in this table. */
static const struct {
    const char *name, *options;
} cases[] = {
    {"processbench", ""},
    {"prmbench", "lengths=official,undefined=zero"},
    {"prm-scores", "thresholds=file"},
    {"bigbench-mistake", ""},
    {"mr-gsm8k", "right=0,wrong=0"},
    {"prm800k", ""},
    {"hard2verify", ""},
    {"visualprocessbench", "neutral=skip"},
    {"agentprocessbench", ""},
    {"rewardmath", ""},
    {"rewardbench", ""},
    {"rewardbench2", ""},
    {"judgebench", ""},
    {"rmbench", ""},
    {"pairs", ""},
    {"vilbench", ""},
    {"toolcomp", ""},
    {"vlrmbench", ""},
    {"morebench", ""},
    {"dailydilemmas", ""},
    {"dailyprinciples", ""},
};
enum { CASES = sizeof cases / sizeof *cases, SKIP_BAD = 128 };

/* Files in memory. Their numbers are fixed, because rows without an id are called after their file, "900-1". */
enum { ROWS = 900, PREDICTIONS };

static void fill(int file, const uint8_t *bytes, size_t n) {
    if (fcntl(file, F_GETFD) < 0) must(dup2(memfd_create("bench", 0), file) == file);
    must(ftruncate(file, 0) == 0 && pwrite(file, bytes, n, 0) == (ssize_t)n);
}

static void check_result(const cairn_bench_run *run, const cairn_bench_result *result) {
    must(result->n_rows >= 1 && result->items == (int64_t)cairn_bench_count(run));
    for (int32_t i = 0; i < result->n_rows; i++)
        for (int32_t f = 0; f < result->bench->n_figures; f++) {
            double value = result->rows[i].figures[f].estimate;
            if (result->bench->figures[f].form == CAIRN_FIGURE_PERCENT)
                must(value == -1 || (!(value < -0.01 - 1e-9) && !(value > 1.01 + 1e-9)));
        }
}

/* Reads, takes in predictions where there are any, and measures. */
static void read_and_measure(cairn_ctx *ctx, cairn_bench_run *run, bool predicted, bool skip_bad) {
    cairn_bench_result result;
    cairn_bench_reading reading = {.skip_bad = skip_bad};
    cairn_bench_measuring how = {.how = {.resamples = 3, .level = 0.95}, .baselines = true};
    if (worked(ctx, cairn_bench_read(run, "/proc/self/fd/900", &reading)) && worked(ctx, cairn_bench_end(run)) &&
        (!predicted || worked(ctx, cairn_bench_predict(run, "/proc/self/fd/901", &reading))) &&
        worked(ctx, cairn_bench_measure(run, &how, &result)))
        check_result(run, &result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1) return 0;
    const uint8_t *split = memchr(data + 1, 0, size - 1), *end = data + size;
    fill(ROWS, data + 1, (size_t)((split ? split : end) - data) - 1);
    if (split) fill(PREDICTIONS, split + 1, (size_t)(end - split) - 1);
    const cairn_bench_type *bench;
    cairn_bench_run *run;
    cairn_arena *arena;
    cairn_ctx *ctx;
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    must(cairn_bench_named(ctx, cases[(data[0] & 127) % CASES].name, &bench) == CAIRN_OK);
    must(cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK);
    void *config = cairn_arena_alloc(arena, 1, bench->about.config_size + 1);
    const char *options = cases[(data[0] & 127) % CASES].options;
    must(cairn_options_parse(ctx, &bench->about, arena, options, "fuzz", config) == CAIRN_OK);
    must(cairn_bench_open(ctx, bench, config, &run) == CAIRN_OK);
    read_and_measure(ctx, run, split != NULL, data[0] & SKIP_BAD);
    cairn_bench_close(run);
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    return 0;
}
