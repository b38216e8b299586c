/* Items of steps and of choices, and the judges that need no mind. */
#include <math.h>
#include <string.h>

#include "eval/bench_run.h"

/* ---- making them ------------------------------------------------------------------------------------------------- */

cairn_status cairn_bench_choice_item(cairn_bench_run *run, const char *id, const char *subset, const char *problem,
                                     int32_t n, cairn_bench_item *out) {
    *out = (cairn_bench_item){.id = id, .subset = subset, .problem = problem, .n = n};
    out->label = out->said = CAIRN_EVAL_NONE;
    out->candidates = cairn_arena_alloc(run->arena, (size_t)n + 1, sizeof *out->candidates);
    if (!out->candidates) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        out->candidates[i].right = CAIRN_VERDICT_UNKNOWN;
        out->candidates[i].score = NAN;
    }
    return CAIRN_OK;
}

cairn_status cairn_bench_steps_item(cairn_bench_run *run, const char *id, const char *subset, const char *problem,
                                    const char *const *steps, int32_t n_steps, cairn_bench_item *out) {
    CAIRN_TRY(cairn_bench_choice_item(run, id, subset, problem, 1, out));
    out->candidates[0].steps = steps;
    out->candidates[0].n_steps = n_steps;
    return CAIRN_OK;
}

int32_t cairn_bench_first_wrong(const cairn_bench_item *item, double tau) {
    const cairn_bench_candidate *c = &item->candidates[0];
    if (item->said != CAIRN_EVAL_NONE || !item->answered) return item->said;
    if (!item->valid) return c->scores ? cairn_eval_first_below(c->scores, c->n_steps, tau) : CAIRN_EVAL_NONE;
    for (int32_t i = 0; i < c->n_steps; i++)
        if (!item->valid[i]) return i;
    return c->n_steps ? CAIRN_EVAL_ALL_RIGHT : CAIRN_EVAL_NONE;
}

cairn_status cairn_bench_step_scores(cairn_bench_run *run, const json_t *row, const char *name,
                                     cairn_bench_item *item) {
    cairn_bench_candidate *c = &item->candidates[0];
    double *scores;
    int32_t n;
    CAIRN_TRY(cairn_bench_reals(run, row, name, &scores, &n));
    if (n != c->n_steps)
        return cairn_fail(run->ctx, CAIRN_FORMAT, "%s: field `%s`: expected %d scores, one a step, got %d",
                          cairn_bench_where(run), name, (int)c->n_steps, (int)n);
    c->scores = scores;
    for (int32_t i = 0; i < n; i++) item->answered = item->answered || !isnan(scores[i]);
    return CAIRN_OK;
}

cairn_status cairn_bench_tune_first_error(cairn_bench_run *tuning, void *config) {
    double *threshold;
    size_t n = 0;
    cairn_tuned_tau tuned;
    cairn_scored_solution *solutions = cairn_arena_alloc(tuning->arena, tuning->n + 1, sizeof *solutions);
    if (!solutions) return CAIRN_NO_MEMORY;
    CAIRN_TRY(bench_need_threshold(tuning, config, &threshold));
    for (size_t i = 0; i < tuning->n; i++) {
        const cairn_bench_item *item = &tuning->items[i];
        const cairn_bench_candidate *c = &item->candidates[0];
        if (c->scores && item->label != CAIRN_EVAL_NONE)
            solutions[n++] = (cairn_scored_solution){item->id, c->scores, c->n_steps, item->label};
    }
    if (n == 0)
        return cairn_fail(tuning->ctx, CAIRN_INVALID,
                          "%s: a threshold is chosen on scores of steps, and the file "
                          "holds none",
                          cairn_bench_stem(tuning));
    CAIRN_TRY(cairn_eval_tune_tau(tuning->ctx, solutions, n, CAIRN_STAT_WRONG_BELOW, &tuned));
    *threshold = tuned.tau;
    return CAIRN_OK;
}

/* ---- baselines --------------------------------------------------------------------------------------------------- */

/* What baseline `which` says of step i of n. */
static int8_t pretended(int32_t which, int32_t i, int32_t n, cairn_rng *rng) {
    switch (which) {
    case 0:
        return 1;
    case 1:
        return 0;
    case 2:
        return i != 0;
    case 3:
        return i != n - 1;
    default:
        return cairn_rng_below(rng, 2) == 0;
    }
}

cairn_status cairn_bench_pretend_steps(cairn_bench_run *run, int32_t which, cairn_bench_item *item, cairn_rng *rng) {
    cairn_bench_candidate *c = &item->candidates[0];
    int8_t *valid = cairn_arena_alloc(run->arena, (size_t)c->n_steps + 1, sizeof *valid);
    double *scores = cairn_arena_alloc(run->arena, (size_t)c->n_steps + 1, sizeof *scores);
    if (!valid || !scores) return CAIRN_NO_MEMORY;
    item->said = CAIRN_EVAL_ALL_RIGHT;
    for (int32_t i = 0; i < c->n_steps; i++) {
        valid[i] = pretended(which, i, c->n_steps, rng);
        scores[i] = valid[i];
        if (!valid[i] && item->said == CAIRN_EVAL_ALL_RIGHT) item->said = i;
    }
    item->valid = valid;
    item->answered = true;
    c->scores = scores;
    c->score = item->said == CAIRN_EVAL_ALL_RIGHT;
    return CAIRN_OK;
}

cairn_status cairn_bench_pretend_choice(cairn_bench_run *run, int32_t which, cairn_bench_item *item, cairn_rng *rng) {
    for (int32_t i = 0; i < item->n; i++) {
        cairn_bench_candidate *c = &item->candidates[i];
        bool by_length = which == 1 || which == 2;
        if (by_length && !c->steps) return cairn_fail(run->ctx, CAIRN_UNSUPPORTED, "%s: no text", item->id);
        double length = by_length ? cairn_bench_code_points(c) : 0;
        c->score = which == 0 ? cairn_rng_unit(rng) : which == 2 ? -length : length;
        c->scores = NULL;
        c->reply = NULL;
    }
    item->answered = true;
    return CAIRN_OK;
}
