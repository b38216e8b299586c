/* Searches at equal computing: the width at which one costs as many FLOPs as are given. */
#include <math.h>
#include <string.h>

#include "cairn/job.h"

/* A search whose width nobody gave. */
typedef struct sized {
    const char *spec; /* as given */
    int64_t unit;     /* widths are multiples: of `branch` where the search has one */
} sized;

static const cairn_option *option_of(const cairn_about *about, const char *name) {
    for (int i = 0; i < about->option_count; i++)
        if (strcmp(about->options[i].name, name) == 0) return &about->options[i];
    return NULL;
}

static int64_t whole(const void *config, const cairn_option *option) {
    int64_t value;
    memcpy(&value, (const char *)config + option->offset, sizeof value);
    return value;
}

static const char *at_width(const sized *s, int64_t width, cairn_arena *arena) {
    return cairn_arena_printf(arena, "%s%cwidth=%lld", s->spec, strchr(s->spec, ':') ? ',' : ':', (long long)width);
}

static cairn_status flops_at(cairn_ctx *ctx, const cairn_job_setup *pilot, const sized *s, int64_t width,
                             cairn_arena *arena, double *out) {
    cairn_solve_summary summary;
    cairn_solve_setup solve = {.search = at_width(s, width, arena)};
    cairn_job *job;
    if (!solve.search) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_job_open(ctx, pilot, &job));
    cairn_status status = cairn_solve(ctx, job, &solve, NULL, &summary);
    cairn_job_close(job);
    CAIRN_TRY(status);
    *out = summary.flops + summary.judge_flops;
    if (*out > 0) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "policy %s tells no FLOPs: computing cannot be matched", pilot->policy);
}

/* FLOPs grow all but linearly with the width: two widths give the line, and the last one tried is within `flops`. */
static cairn_status widest(cairn_ctx *ctx, const cairn_job_setup *pilot, const sized *s, double flops,
                           cairn_arena *arena, int64_t *width) {
    double low, high;
    CAIRN_TRY(flops_at(ctx, pilot, s, s->unit, arena, &low));
    CAIRN_TRY(flops_at(ctx, pilot, s, 3 * s->unit, arena, &high));
    double units = high > low ? ceil(1 + 2 * (flops - low) / (high - low)) : 1;
    *width = units >= 1 ? (units < 1e6 ? (int64_t)units : 1000000) * s->unit : s->unit;
    for (double spent = flops + 1; *width > s->unit; *width -= s->unit) {
        CAIRN_TRY(flops_at(ctx, pilot, s, *width, arena, &spent));
        if (spent <= flops) break;
    }
    return CAIRN_OK;
}

cairn_status cairn_solve_match(cairn_ctx *ctx, const cairn_job_setup *pilot, const char *search, double flops,
                               cairn_arena *arena, const char **out, double *budget) {
    const cairn_search_type *type;
    const void *config;
    CAIRN_TRY(cairn_search_find(ctx, arena, search, &type, &config));
    const cairn_option *width = option_of(&type->about, "width"), *branch = option_of(&type->about, "branch");
    *out = search;
    *budget = width ? 0 : flops;
    if (!width || whole(config, width) > 0) return CAIRN_OK;
    sized s = {.spec = search, .unit = branch ? whole(config, branch) : 1};
    cairn_job_setup quiet = *pilot;
    quiet.quiet = true;
    quiet.progress = NULL;
    if (!type->needs_reward) quiet.reward = NULL;
    int64_t found;
    CAIRN_TRY(widest(ctx, &quiet, &s, flops, arena, &found));
    *out = at_width(&s, found, arena);
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}
