/* The numbers of a run of `solve`: outcomes, costs, and what the scores of candidates are worth. */
#include <math.h>
#include <string.h>

#include "data/json.h"
#include "eval/record.h"
#include "eval/report.h"

typedef struct candidate {
    size_t problem; /* index in order of the records */
    double score;
    bool right;
} candidate;

typedef struct reading {
    cairn_ctx *ctx;
    cairn_arena *arena;
    report_run *run;
    spent cost;
    size_t room_problems, room_candidates, room_chosen, n_candidates, n_chosen;
    candidate *candidates; /* judged, with a score from 0 to 1 */
    candidate *chosen;     /* judged and scored answers */
} reading;

/* ---- records ------------------------------------------------------------------------------------------------------- */

static cairn_status add_candidate(reading *r, const json_t *object, const char *where, bool *right) {
    cairn_report_scores *scores = &r->run->about.solved.scores;
    cairn_verdict correct;
    double score;
    CAIRN_TRY(report_get_verdict(r->ctx, object, "correct", where, &correct));
    CAIRN_TRY(report_get_number(r->ctx, object, "score", where, &score));
    scores->candidates++;
    *right = correct == CAIRN_VERDICT_RIGHT;
    if (correct == CAIRN_VERDICT_UNKNOWN) {
        scores->unjudged++;
    } else if (isnan(score)) {
        scores->unscored++;
    } else if (score < 0 || score > 1) {
        scores->outside++;
    } else {
        CAIRN_TRY(cairn_grow(r->ctx, (void **)&r->candidates, &r->room_candidates, r->n_candidates + 1,
                             sizeof *r->candidates));
        r->candidates[r->n_candidates++] = (candidate){r->run->n_problems, score, *right};
    }
    return CAIRN_OK;
}

static cairn_status add_candidates(reading *r, const json_t *record, const char *where, bool judged) {
    json_t *list;
    bool found = false;
    CAIRN_TRY(json_get_array(r->ctx, record, "candidates", where, &list));
    for (size_t i = 0; i < json_array_size(list); i++) {
        bool right;
        CAIRN_TRY(add_candidate(r, json_array_get(list, i), where, &right));
        found = found || right;
    }
    r->run->about.solved.found += found && judged;
    return CAIRN_OK;
}

/* Where the outcome is not known, there is a truth to judge by only with a true answer and a solution. */
static cairn_status add_outcome(reading *r, const json_t *record, const char *where, report_problem *problem) {
    cairn_report_solved *solved = &r->run->about.solved;
    cairn_verdict correct;
    double score;
    CAIRN_TRY(report_get_verdict(r->ctx, record, "correct", where, &correct));
    CAIRN_TRY(report_get_number(r->ctx, record, "score", where, &score));
    bool known = correct != CAIRN_VERDICT_UNKNOWN, answered = json_is_string(json_object_get(record, "answer"));
    bool solutions = json_array_size(json_object_get(record, "candidates")) > 0;
    problem->judged = known || (solutions && json_is_string(json_object_get(record, "target")));
    problem->right = correct == CAIRN_VERDICT_RIGHT;
    solved->right += problem->right;
    solved->wrong += correct == CAIRN_VERDICT_WRONG;
    solved->unknown += !known && problem->judged;
    solved->unjudged += !problem->judged;
    solved->no_answer += !answered;
    if (!answered || !known || isnan(score)) return CAIRN_OK;
    CAIRN_TRY(cairn_grow(r->ctx, (void **)&r->chosen, &r->room_chosen, r->n_chosen + 1, sizeof *r->chosen));
    r->chosen[r->n_chosen++] = (candidate){r->run->n_problems, score, problem->right};
    return CAIRN_OK;
}

static cairn_status add_problem(reading *r, const json_t *record, const char *id, const char *where) {
    report_run *run = r->run;
    const char *key = json_string_value(json_object_get(record, "problem_key"));
    report_problem problem = {.id = cairn_arena_copy(r->arena, id, strlen(id)),
                              .key = key ? cairn_arena_copy(r->arena, key, strlen(key)) : NULL};
    if (!problem.id || (key && !problem.key)) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cost_add(r->ctx, record, where, &r->cost));
    CAIRN_TRY(add_outcome(r, record, where, &problem));
    CAIRN_TRY(add_candidates(r, record, where, problem.judged));
    CAIRN_TRY(
        cairn_grow(r->ctx, (void **)&run->problems, &r->room_problems, run->n_problems + 1, sizeof *run->problems));
    run->problems[run->n_problems++] = problem;
    return CAIRN_OK;
}

static cairn_status read_record(void *arg, int64_t index, const char *id, const char *text, size_t length) {
    (void)index;
    reading *r = arg;
    char where[512];
    json_t *record;
    snprintf(where, sizeof where, "%s: record `%s`", r->run->about.path, id);
    CAIRN_TRY(json_parse(r->ctx, text, length, where, &record));
    cairn_status status = add_problem(r, record, id, where);
    json_decref(record);
    return status;
}

/* ---- numbers ------------------------------------------------------------------------------------------------------- */

static int bin_of(double score) {
    int bin = (int)(score * CAIRN_REPORT_BINS);
    if (bin > 0 && score < (double)bin / CAIRN_REPORT_BINS) bin--;
    return bin < CAIRN_REPORT_BINS ? bin : CAIRN_REPORT_BINS - 1;
}

/* Fills one bin; hits[n_problems] and items[n_problems] are room. */
static cairn_status fill_bin(reading *r, int index, double *hits, double *items) {
    cairn_report_bin *bin = &r->run->about.solved.scores.bins[index];
    size_t n = r->run->n_problems;
    double sum = 0;
    *bin = (cairn_report_bin){.low = (double)index / CAIRN_REPORT_BINS,
                              .high = (double)(index + 1) / CAIRN_REPORT_BINS,
                              .mean_score = NAN,
                              .right = {NAN, NAN, NAN, 0}};
    memset(hits, 0, n * sizeof *hits);
    memset(items, 0, n * sizeof *items);
    for (size_t i = 0; i < r->n_candidates; i++) {
        const candidate *c = &r->candidates[i];
        if (bin_of(c->score) != index) continue;
        bin->problems += items[c->problem] == 0;
        items[c->problem]++;
        hits[c->problem] += c->right;
        sum += c->score;
        bin->candidates++;
    }
    if (bin->candidates == 0) return CAIRN_OK;
    bin->mean_score = sum / (double)bin->candidates;
    return cairn_stat_cluster_share(r->ctx, hits, items, n, REPORT_LEVEL, &bin->right);
}

static cairn_status calibrate(reading *r) {
    cairn_report_scores *scores = &r->run->about.solved.scores;
    size_t n = r->n_candidates;
    double *room = cairn_arena_alloc(r->arena, 2 * (r->run->n_problems + n), sizeof *room);
    double *p = room, *y = room ? room + n : NULL;
    if (!room) return CAIRN_NO_MEMORY;
    scores->used = (int64_t)n;
    scores->brier = scores->calibration_error = NAN;
    for (int b = 0; b < CAIRN_REPORT_BINS; b++) CAIRN_TRY(fill_bin(r, b, room, room + r->run->n_problems));
    if (n == 0) return CAIRN_OK;
    for (size_t i = 0; i < n; i++) {
        p[i] = r->candidates[i].score;
        y[i] = r->candidates[i].right;
    }
    CAIRN_TRY(cairn_stat_brier(r->ctx, p, y, n, &scores->brier));
    return cairn_stat_calibration_error(r->ctx, p, y, n, CAIRN_REPORT_BINS, NULL, &scores->calibration_error);
}

static cairn_status discriminate(reading *r) {
    cairn_report_scores *scores = &r->run->about.solved.scores;
    size_t n = r->n_chosen;
    double *values = cairn_arena_alloc(r->arena, n, sizeof *values);
    bool *right = cairn_arena_alloc(r->arena, n, sizeof *right);
    if (!values || !right) return CAIRN_NO_MEMORY;
    scores->chosen = (int64_t)n;
    scores->chosen_left_out = (int64_t)(r->run->n_problems - n);
    scores->auroc = (cairn_auroc){.auroc = NAN, .error = NAN, .low = NAN, .high = NAN};
    for (size_t i = 0; i < n; i++) {
        values[i] = r->chosen[i].score;
        right[i] = r->chosen[i].right;
        scores->auroc.positives += right[i];
    }
    scores->auroc.negatives = (int64_t)n - scores->auroc.positives;
    if (scores->auroc.positives == 0 || scores->auroc.negatives == 0) return CAIRN_OK;
    CAIRN_TRY(cairn_stat_auroc(r->ctx, values, right, n, REPORT_LEVEL, &scores->auroc));
    if (!(scores->auroc.error > 0)) scores->auroc.low = scores->auroc.high = NAN; /* no doubt is no interval */
    return CAIRN_OK;
}

static cairn_status finish(reading *r) {
    report_run *run = r->run;
    cairn_report_solved *solved = &run->about.solved;
    double n = run->n_problems ? (double)run->n_problems : NAN;
    solved->steps = r->cost.steps / n;
    solved->tokens = r->cost.tokens / n;
    solved->flops = r->cost.flops / n;
    solved->scorings = r->cost.scorings / n;
    solved->judge_tokens = r->cost.judge_tokens / n;
    solved->judge_flops = r->cost.judge_flops / n;
    solved->accuracy = (cairn_interval){NAN, NAN, NAN, 0};
    int64_t judged = solved->right + solved->wrong + solved->unknown;
    if (judged) CAIRN_TRY(cairn_stat_wilson(r->ctx, solved->right, judged, REPORT_LEVEL, &solved->accuracy));
    CAIRN_TRY(calibrate(r));
    return discriminate(r);
}

cairn_status report_read_solved(cairn_ctx *ctx, cairn_arena *arena, report_run *run) {
    reading r = {.ctx = ctx, .arena = arena, .run = run};
    cairn_status status = cairn_run_each(run->file, ctx, read_record, &r);
    if (status == CAIRN_OK) status = finish(&r);
    report_problem *kept = NULL;
    if (status == CAIRN_OK && !(kept = cairn_arena_alloc(arena, run->n_problems, sizeof *kept)))
        status = CAIRN_NO_MEMORY;
    if (kept && run->n_problems) memcpy(kept, run->problems, run->n_problems * sizeof *kept);
    cairn_free(run->problems);
    run->problems = kept;
    cairn_free(r.candidates);
    cairn_free(r.chosen);
    return status;
}
