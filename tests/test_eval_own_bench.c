/* A benchmark that is not part of the library, written as docs/benchmarks.md says, against the public headers and Jansson
 * only: of two answers, does the judge prefer the one that people prefer? */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cairn/bench.h>

/* ---- the benchmark ----------------------------------------------------------------------------------------------- */

typedef struct duels_config {
    bool ties_win;
} duels_config;

static const cairn_option options[] = {
    CAIRN_BOOL(duels_config, ties_win, "false", "Equal scores count as right."),
};

enum { DUELS, WON, TALLIES };
static const char *const tallies[] = {"duels", "won"};
static const cairn_bench_figure figures[] = {
    {"accuracy", "The better answer has the higher score.", CAIRN_FIGURE_PERCENT},
};

/* {"id": "d1", "topic": "maths", "question": "...", "better": ["step", ...], "worse": [...], "scores": [2, 1]} */
static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    const char *id, *topic, *question;
    double *scores = NULL;
    int32_t n = 0;
    cairn_bench_item item;
    CAIRN_TRY(cairn_bench_text(run, row, "id", &id));
    CAIRN_TRY(cairn_bench_text(run, row, "topic", &topic));
    CAIRN_TRY(cairn_bench_text(run, row, "question", &question));
    CAIRN_TRY(cairn_bench_choice_item(run, id, topic, question, 2, &item));
    CAIRN_TRY(cairn_bench_texts(run, row, "better", &item.candidates[0].steps, &item.candidates[0].n_steps));
    CAIRN_TRY(cairn_bench_texts(run, row, "worse", &item.candidates[1].steps, &item.candidates[1].n_steps));
    item.group = question;
    if (cairn_bench_has(row, "scores")) CAIRN_TRY(cairn_bench_reals(run, row, "scores", &scores, &n));
    if (n == 2) {
        item.candidates[0].score = scores[0];
        item.candidates[1].score = scores[1];
        item.answered = true;
    }
    return cairn_bench_add(run, &item);
}

static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    const duels_config *config = cairn_bench_config(run);
    double better = item->candidates[0].score, worse = item->candidates[1].score;
    t[DUELS] = 1;
    t[WON] = better > worse || (config->ties_win && better == worse);
    return CAIRN_OK;
}

static void measure(const void *config, const double *t, double *out) {
    (void)config;
    out[0] = t[WON] / t[DUELS];
}

static const cairn_bench_summary summaries[] = {{"all", "All duels together.", true, NULL}};

static const cairn_bench_type duels = {
    .about = {.name = "duels",
              .summary = "Prefer the answer that people prefer.",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(duels_config)},
    .explain = "The share of duels in which the better answer has the higher score; equal scores lose.",
    .files = "rows with id, topic, question, better, worse, and perhaps scores",
    .row = read_row,
    .n_tallies = TALLIES,
    .tallies = tallies,
    .tally = tally,
    .n_figures = 1,
    .figures = figures,
    .measure = measure,
    .n_summaries = 1,
    .summaries = summaries,
    CAIRN_BENCH_CHOICE_JUDGES,
};

/* ---- its tests --------------------------------------------------------------------------------------------------- */

static const char rows[] =
    "{\"id\":\"d1\",\"topic\":\"maths\",\"question\":\"q1\",\"better\":[\"1 + 1 = 2\"],\"worse\":[\"1 + 1 = 3\"],"
    "\"scores\":[2,1]}\n"
    "{\"id\":\"d2\",\"topic\":\"maths\",\"question\":\"q1\",\"better\":[\"2 + 2 = 4\"],\"worse\":[\"2 + 2 = 5\"],"
    "\"scores\":[1,1]}\n"
    "{\"id\":\"d3\",\"topic\":\"words\",\"question\":\"q2\",\"better\":[\"3 + 3 = 6\"],\"worse\":[\"3 + 3 = 7\"],"
    "\"scores\":[0,1]}\n";

static void open_duels(cairn_ctx *ctx, const duels_config *config, cairn_bench_run **run) {
    char path[] = "/tmp/cairn-duels-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, rows, sizeof rows - 1), (ssize_t)sizeof rows - 1);
    close(file);
    assert_int_equal(cairn_bench_open(ctx, &duels, config, run), CAIRN_OK);
    assert_int_equal(cairn_bench_read(*run, path, NULL), CAIRN_OK);
    unlink(path);
}

static void recorded_scores(void **state) {
    cairn_ctx *ctx;
    cairn_bench_run *run;
    cairn_bench_result result;
    cairn_bench_measuring how = {.how = CAIRN_BOOTSTRAP_PRESET, .baselines = true};
    (void)state;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    open_duels(ctx, NULL, &run);
    assert_int_equal(cairn_bench_measure(run, &how, &result), CAIRN_OK);
    assert_int_equal(result.n_rows, 3);
    assert_string_equal(result.rows[0].name, "maths");
    assert_int_equal(result.rows[0].items, 2);
    assert_int_equal(result.rows[0].groups, 1);
    assert_true(result.rows[0].figures[0].estimate == 0.5);
    assert_true(result.rows[1].figures[0].estimate == 0);
    assert_true(fabs(result.rows[2].figures[0].estimate - 1.0 / 3) < 1e-15);
    assert_true(result.rows[2].figures[0].high > result.rows[2].figures[0].low);
    cairn_bench_close(run);
    cairn_ctx_close(ctx);
}

static void its_options_are_its_own(void **state) {
    cairn_ctx *ctx;
    cairn_bench_run *run;
    cairn_bench_result result;
    cairn_bench_measuring how = {.how = {.resamples = 0}};
    duels_config config = {.ties_win = true};
    (void)state;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    open_duels(ctx, &config, &run);
    assert_int_equal(cairn_bench_measure(run, &how, &result), CAIRN_OK);
    assert_true(result.rows[0].figures[0].estimate == 1);
    assert_true(isnan(result.rows[0].figures[0].low));
    cairn_bench_close(run);
    cairn_ctx_close(ctx);
}

static void a_reward_is_asked(void **state) {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_reward reward;
    cairn_bench_run *run;
    cairn_bench_result result;
    cairn_bench_measuring how = {.how = {.resamples = 0}};
    (void)state;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(ctx, 4096, &arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(ctx, arena, "text", &world), CAIRN_OK);
    assert_int_equal(cairn_reward_open(ctx, arena, "calculator", &world, NULL, &reward), CAIRN_OK);
    open_duels(ctx, NULL, &run);
    assert_int_equal(cairn_bench_ask(run, &reward, &(cairn_bench_asking){.aggregate = CAIRN_AGGREGATE_MIN}), CAIRN_OK);
    assert_int_equal(cairn_bench_measure(run, &how, &result), CAIRN_OK);
    assert_true(result.rows[2].figures[0].estimate == 1);
    cairn_bench_close(run);
    cairn_reward_close(&reward);
    cairn_world_close(&world);
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
}

/* A threshold is put into the option of that name, and these duels have none. */
static void a_threshold_needs_its_option(void **state) {
    cairn_ctx *ctx;
    cairn_bench_run *run;
    duels_config config = {0};
    (void)state;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    open_duels(ctx, &config, &run);
    assert_int_equal(cairn_bench_tune_macro_f1(run, &config), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "duels has no option threshold, a number");
    cairn_bench_close(run);
    cairn_ctx_close(ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recorded_scores),
        cmocka_unit_test(its_options_are_its_own),
        cmocka_unit_test(a_reward_is_asked),
        cmocka_unit_test(a_threshold_needs_its_option),
    };
    return cmocka_run_group_tests_name("own benchmark", tests, NULL, NULL);
}
