/* One file of marked solutions, scored and measured. */
#include "cli/mistakes.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A solution of which no step has a score is not judged: it is neither accepted nor found wrong. */
static cairn_status note_item(cli *c, mistakes *m, const scored *s) {
    const cairn_record *r = s->record;
    bool clean = r->first_error == CAIRN_NO_ERROR, judged = scored_is_judged(s);
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&m->items, &m->capacity, m->n + 1, sizeof *m->items));
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&m->problems, &m->problems_capacity, m->n + 1, sizeof *m->problems));
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&m->trusted, &m->trusted_capacity, m->n + 1, sizeof *m->trusted));
    m->problems[m->n] = scored_problem_key(r);
    m->trusted[m->n] = !clean || s->outcome.verdict == CAIRN_VERDICT_RIGHT;
    m->items[m->n++] = (cairn_first_error_item){
        .n_steps = r->n_steps, .label = clean ? CAIRN_EVAL_ALL_RIGHT : r->first_error, .prediction = s->said};
    *(clean ? &m->clean_unjudged : &m->mistaken_unjudged) += !judged;
    return CAIRN_OK;
}

static cairn_status note_step(cli *c, mistakes *m, const scored *s, int32_t i) {
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&m->steps, &m->steps_capacity, m->n_steps + 1, sizeof *m->steps));
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&m->step_problems, &m->step_problems_capacity, m->n_steps + 1,
                         sizeof *m->step_problems));
    m->step_problems[m->n_steps] = scored_problem_key(s->record);
    m->steps[m->n_steps++] = (cairn_step_item){.score = s->scores[i], .label = i != s->record->first_error};
    return CAIRN_OK;
}

/* Steps before the first mistake are right, the mistake is wrong, later ones nobody judged. */
static cairn_status note_steps(cli *c, mistakes *m, const scored *s) {
    int32_t last = s->record->first_error >= 0 ? s->record->first_error : s->record->n_steps - 1;
    for (int32_t i = 0; i < s->record->n_steps; i++) {
        m->all_steps++;
        m->missing_steps += scored_is_missing(s, i);
        m->unscored_steps += isnan(s->scores[i]);
        if (i <= last && !isnan(s->scores[i])) CAIRN_TRY(note_step(c, m, s, i));
    }
    return CAIRN_OK;
}

static const char *kept(cli *c, const char *text) {
    return text ? cairn_arena_copy(c->arena, text, strlen(text)) : NULL;
}

static cairn_status note_differing(cli *c, differings *all, const scored *s) {
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&all->rows, &all->capacity, all->n + 1, sizeof *all->rows));
    all->rows[all->n++] =
        (differing){.index = s->index,
                    .marked = s->record->first_error,
                    .found = s->first_wrong,
                    .answer = kept(c, s->record->answer ? s->record->answer : s->outcome.stated),
                    .target = kept(c, s->record->target),
                    .reason = scored_reason_of(c, s->first_wrong >= 0 ? s->evidence[s->first_wrong] : NULL)};
    return CAIRN_OK;
}

static cairn_status note_clean(cli *c, mistakes *m, const scored *s) {
    const cairn_record *r = s->record;
    if (r->first_error != CAIRN_NO_ERROR || s->outcome.verdict == CAIRN_VERDICT_UNKNOWN) return CAIRN_OK;
    if (s->outcome.verdict == CAIRN_VERDICT_RIGHT) {
        m->clean_right++;
        m->clean_right_alarms += s->first_wrong >= 0;
        m->clean_right_unjudged += !scored_is_judged(s);
        return CAIRN_OK;
    }
    m->clean_wrong_found += s->first_wrong >= 0;
    return note_differing(c, &m->label_errors, s);
}

/* The solution to show: the one of --show, or the plainest so far. */
static cairn_status note_shown(cli *c, mistakes *m, const scored *s) {
    if (m->config->example) {
        if (s->first_wrong < 0 || s->first_wrong != s->record->first_error) return CAIRN_OK;
        scored_reason reason = scored_reason_of(c, s->evidence[s->first_wrong]);
        size_t length = reason.claim ? strlen(reason.claim) : SIZE_MAX;
        if (m->shortest && length >= m->shortest) return CAIRN_OK;
        m->shortest = length;
    } else if (s->index != m->config->show) {
        return CAIRN_OK;
    }
    cairn_text_clear(&m->shown);
    return scored_show(c, s, &m->shown);
}

static cairn_status note(cli *c, mistakes *m, const scored *s) {
    CAIRN_TRY(note_item(c, m, s));
    CAIRN_TRY(note_steps(c, m, s));
    CAIRN_TRY(note_clean(c, m, s));
    if (!m->config->list || s->record->first_error == s->first_wrong) return CAIRN_OK;
    return note_differing(c, &m->differences, s);
}

static cairn_status visit(cli *c, void *arg, const scored *s) {
    mistakes *m = arg;
    m->failed += s->failed;
    CAIRN_TRY(note_shown(c, m, s));
    if (s->record->first_error != CAIRN_UNLABELLED && s->record->n_steps > 0) return note(c, m, s);
    m->unlabelled++;
    return CAIRN_OK;
}

cairn_status mistakes_measure(cli *c, const mistakes_config *config, const scored_options *how, const char *path,
                              mistakes *out) {
    *out = (mistakes){.config = config, .path = path};
    CAIRN_TRY(scored_each(c, how, path, visit, out, &out->skipped));
    if (config->show >= 0 && !out->shown.data)
        return cairn_fail(c->ctx, CAIRN_NOT_FOUND, "%s has no solution number %" PRId64, path, config->show);
    return out->n ? CAIRN_OK
                  : cairn_fail(c->ctx, CAIRN_INVALID,
                               "%s: no solution in the file has a marked first mistake; eval steps measures labels of "
                               "single steps",
                               path);
}

void mistakes_close(mistakes *m) {
    cairn_free(m->items);
    cairn_free(m->problems);
    cairn_free(m->trusted);
    cairn_free(m->steps);
    cairn_free(m->step_problems);
    cairn_free(m->label_errors.rows);
    cairn_free(m->differences.rows);
    cairn_text_free(&m->shown);
}

/* ---- the threshold -------------------------------------------------------------------------------------------------------- */

typedef struct tuning {
    cairn_scored_solution *solutions; /* [n]; scores in the command's arena */
    size_t n, capacity;
} tuning;

static cairn_status note_scores(cli *c, void *arg, const scored *s) {
    tuning *t = arg;
    const cairn_record *r = s->record;
    if (r->first_error == CAIRN_UNLABELLED || r->n_steps < 1) return CAIRN_OK;
    double *scores = cairn_arena_alloc(c->arena, (size_t)r->n_steps, sizeof *scores);
    char *id = cairn_arena_copy(c->arena, r->id, strlen(r->id));
    if (!scores || !id) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&t->solutions, &t->capacity, t->n + 1, sizeof *t->solutions));
    memcpy(scores, s->scores, (size_t)r->n_steps * sizeof *scores);
    t->solutions[t->n++] =
        (cairn_scored_solution){.id = id,
                                .scores = scores,
                                .n_steps = r->n_steps,
                                .label = r->first_error == CAIRN_NO_ERROR ? CAIRN_EVAL_ALL_RIGHT : r->first_error};
    return CAIRN_OK;
}

cairn_status mistakes_tune(cli *c, const mistakes_config *config, const char *path, double *threshold) {
    tuning t = {0};
    cairn_tuned_tau tuned;
    int64_t skipped;
    cairn_arena_mark mark = cairn_arena_save(c->arena);
    cairn_status status = scored_each(c, &config->scored, path, note_scores, &t, &skipped);
    if (status == CAIRN_OK) status = cairn_eval_tune_tau(c->ctx, t.solutions, t.n, CAIRN_STAT_WRONG_BELOW, &tuned);
    if (status == CAIRN_OK) *threshold = tuned.tau;
    if (status == CAIRN_INVALID)
        cairn_fail_within(c->ctx, status, "--tune needs marked solutions of both kinds and a score of every step");
    cairn_free(t.solutions);
    cairn_arena_restore(c->arena, mark);
    return status;
}
