/* Reward `recorded`: scores that stand in a file, of this problem and these steps. What the file does not have is
 * unknown. */
#include <math.h>
#include <string.h>

#include "cairn/reward.h"
#include "reward/meanings.h"
#include "reward/score_file.h"

typedef struct config {
    const char *file;
    int32_t format, field, meaning, missing;
    const char *low, *high;
    bool skip_bad;
} config;

enum { MISSING_UNKNOWN, MISSING_ERROR };

static const cairn_option options[] = {
    CAIRN_TEXT(
        config, file, NULL, "",
        "scores as `cairn score --out` writes them, or lines of `id` and `scores`, or a data set with soft labels"),
    CAIRN_CHOICE(config, field, "auto", "auto|step_scores|scores",
                 "field of the scores; auto: step_scores where the line has them, else scores"),
    CAIRN_CHOICE(config, meaning, "file", "file|" MEANING_CHOICES,
                 "what the scores mean; file: as the file says, else correctness"),
    CAIRN_TEXT(config, low, "file", "", "smallest score; file: as the file says, else 0"),
    CAIRN_TEXT(config, high, "file", "", "largest score; file: as the file says, else 1"),
    CAIRN_CHOICE(config, missing, "unknown", "unknown|error", "what a step is that the file does not have"),
    CAIRN_CHOICE(config, format, "auto", CAIRN_FORMAT_CHOICES, "format of a data set whose soft labels are the scores"),
    CAIRN_BOOL(config, skip_bad, "false", "count and name bad lines of the file instead of stopping at the first"),
};

typedef struct recorded {
    score_file *file;
    bool strict; /* a missing score is an error */
} recorded;

static cairn_status read_bound(cairn_ctx *ctx, const char *name, const char *text, double *out) {
    *out = NAN;
    if (strcmp(text, "file") == 0) return CAIRN_OK;
    if (cairn_parse_double(text, strlen(text), out) == CAIRN_OK && isfinite(*out)) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "recorded: %s: expected a number or `file`, got `%.60s`", name, text);
}

static cairn_status recorded_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world,
                                  const cairn_policy *policy, const void *configuration, void **out) {
    (void)world, (void)policy;
    const config *c = configuration;
    recorded *self = cairn_arena_alloc(arena, 1, sizeof *self);
    if (!self) return CAIRN_NO_MEMORY;
    score_read how = {
        .format = (cairn_format)c->format, .field = c->field, .skip_bad = c->skip_bad, .meaning = c->meaning - 1};
    CAIRN_TRY(read_bound(ctx, "low", c->low, &how.low));
    CAIRN_TRY(read_bound(ctx, "high", c->high, &how.high));
    if (strcmp(c->file, "-") == 0)
        return cairn_fail(ctx, CAIRN_INVALID, "recorded: file: expected a file, got standard input");
    self->strict = c->missing == MISSING_ERROR;
    CAIRN_TRY(score_file_open(ctx, c->file, &how, &self->file));
    *out = self;
    return CAIRN_OK;
}

static void recorded_close(void *data) {
    recorded *self = data;
    score_file_close(self->file);
}

static void recorded_scale(void *data, cairn_meaning *meaning, double *low, double *high) {
    const recorded *self = data;
    score_file_scale(self->file, meaning, low, high);
}

static uint64_t recorded_content(const void *data) {
    return score_file_content(((const recorded *)data)->file);
}

/* What `line` says of the last step of q; NULL: the file does not have it. */
static void say(cairn_ctx *ctx, const recorded *self, cairn_scoring *q, const score_line *line) {
    int32_t i = q->n_steps - 1;
    q->status = CAIRN_OK;
    q->score = line ? line->scores[i] : NAN;
    q->evidence = line && line->evidence ? line->evidence[i] : "";
    q->code = !line ? CAIRN_CODE_NOT_RECORDED : line->codes ? line->codes[i] : "";
    if (!line && self->strict)
        q->status = cairn_fail(ctx, CAIRN_NOT_FOUND, "recorded: %s has no score of step %d of problem `%.60s`",
                               score_file_path(self->file), (int)q->n_steps, q->problem->id);
}

static cairn_status recorded_score(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                                   cairn_reward_cost *cost) {
    const recorded *self = data;
    for (int32_t i = 0; i < n; i++) {
        cairn_scoring *q = &requests[i];
        cairn_arena_mark mark = cairn_arena_save(arena);
        const score_line **at = cairn_arena_alloc(arena, (size_t)q->n_steps + 1, sizeof *at);
        if (!at) return CAIRN_NO_MEMORY;
        score_file_find(self->file, q->problem->text, q->steps, q->n_steps, at);
        const score_line *line = at[q->n_steps - 1];
        if (!line && score_file_by_id(self->file, q->problem->id))
            q->status =
                cairn_fail(ctx, CAIRN_INVALID,
                           "recorded: %s has scores by id alone, which belong to whole solutions: a search needs "
                           "lines with problem and steps",
                           score_file_path(self->file));
        else
            say(ctx, self, q, line);
        cairn_arena_restore(arena, mark);
    }
    if (cost) cost->calls += n;
    return CAIRN_OK;
}

/* One walk finds every prefix; a line by its id alone must have as many scores as the solution has steps. */
static cairn_status recorded_score_solution(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_scoring *requests,
                                            int32_t n, cairn_reward_cost *cost) {
    const recorded *self = data;
    const cairn_problem *problem = requests[n - 1].problem;
    const score_line **at = cairn_arena_alloc(arena, (size_t)n + 1, sizeof *at), *by_id = NULL;
    if (!at) return CAIRN_NO_MEMORY;
    if (score_file_find(self->file, problem->text, requests[n - 1].steps, n, at) == 0)
        by_id = score_file_by_id(self->file, problem->id);
    bool fits = by_id && by_id->n == n;
    for (int32_t i = 0; i < n; i++) say(ctx, self, &requests[i], fits ? by_id : at[i]);
    if (by_id && !fits)
        requests[0].status =
            cairn_fail(ctx, CAIRN_FORMAT, "%s:%lld: id `%.60s` has %d scores, its solution has %d steps",
                       score_file_path(self->file), (long long)by_id->number, problem->id, (int)by_id->n, (int)n);
    if (cost) cost->calls += n;
    return CAIRN_OK;
}

const cairn_reward_type cairn_reward_recorded = {
    .about = {.name = "recorded",
              .summary = "scores from a file, of the same problem and steps",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .open = recorded_open,
    .close = recorded_close,
    .scale = recorded_scale,
    .score = recorded_score,
    .score_solution = recorded_score_solution,
    .content = recorded_content,
};
