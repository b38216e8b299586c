/* Outcomes of the solutions of a file, by problem. */
#include <stdlib.h>
#include <string.h>

#include "cairn/answer.h"
#include "cli/scored.h"

static cairn_status keep(cairn_arena *arena, const char *text, const char **out) {
    *out = text ? cairn_arena_copy(arena, text, strlen(text)) : NULL;
    return !text || *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

cairn_status scored_outcome_of(const scored *s, cairn_arena *arena, scored_outcome *out) {
    const char *problem = s->record->group ? s->record->group : s->record->problem;
    *out = (scored_outcome){
        .problem = cairn_key(problem, strlen(problem)), .index = s->index, .verdict = s->outcome.verdict};
    CAIRN_TRY(keep(arena, s->outcome.answer, &out->answer));
    CAIRN_TRY(keep(arena, s->target, &out->target));
    if (s->target || !s->outcome.answer || s->outcome.verdict != CAIRN_VERDICT_UNKNOWN) return CAIRN_OK;
    CAIRN_TRY(keep(arena, s->outcome.stated ? s->outcome.stated : s->outcome.answer, &out->stated));
    return keep(arena, s->record->problem, &out->text);
}

int scored_by_problem(const void *a, const void *b) {
    const scored_outcome *x = a, *y = b;
    if (x->problem != y->problem) return x->problem < y->problem ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

cairn_status scored_judge(cli *c, const char *target, cairn_arena *arena, scored_outcome *o) {
    if (!target || o->target) return CAIRN_OK;
    o->target = target;
    if (o->verdict != CAIRN_VERDICT_UNKNOWN || !o->stated) return CAIRN_OK;
    cairn_grade_options how = {.problem = o->text};
    cairn_grade grade;
    cairn_status status = cairn_answer_grade(c->ctx, arena, o->stated, target, &how, &grade);
    if (status == CAIRN_LIMIT) return CAIRN_OK; /* too long to be read */
    CAIRN_TRY(status);
    o->verdict = grade.verdict;
    return CAIRN_OK;
}

cairn_status scored_outcomes_add(cli *c, scored_outcomes *all, const scored *s) {
    if (!all->arena) CAIRN_TRY(cairn_arena_open(c->ctx, 65536, &all->arena));
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&all->rows, &all->capacity, all->n + 1, sizeof *all->rows));
    CAIRN_TRY(scored_outcome_of(s, all->arena, &all->rows[all->n]));
    all->n++;
    return CAIRN_OK;
}

/* Outcomes of one problem. */
typedef struct group {
    int64_t first; /* solution */
    cairn_outcomes outcomes;
} group;

static int by_first(const void *a, const void *b) {
    const group *x = a, *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

/* Counts the solutions of one problem, rows[n]. */
static cairn_status count(cli *c, const scored_outcomes *all, scored_outcome *rows, size_t n, group *out) {
    const char *target = NULL;
    *out = (group){.first = rows[0].index};
    for (size_t i = 0; i < n && !target; i++) target = rows[i].target;
    for (size_t i = 0; i < n; i++) {
        CAIRN_TRY(scored_judge(c, target, all->arena, &rows[i]));
        cairn_outcomes_add(&out->outcomes, rows[i].verdict, rows[i].answer, rows[i].target, 1);
    }
    return CAIRN_OK;
}

/* groups[]: the problems in order of their first solutions, so that a bootstrap draws them as other verbs do. */
static cairn_status group_all(cli *c, scored_outcomes *all, group *groups, size_t *n) {
    *n = 0;
    if (all->n > 1) qsort(all->rows, all->n, sizeof *all->rows, scored_by_problem);
    for (size_t i = 0, end; i < all->n; i = end) {
        for (end = i; end < all->n && all->rows[end].problem == all->rows[i].problem;) end++;
        CAIRN_TRY(count(c, all, all->rows + i, end - i, &groups[(*n)++]));
    }
    if (*n > 1) qsort(groups, *n, sizeof *groups, by_first);
    return CAIRN_OK;
}

cairn_status scored_outcomes_share(cli *c, scored_outcomes *all, uint64_t seed, cairn_outcomes *counts,
                                   cairn_interval *share) {
    cairn_outcome_groups sums = {0};
    group *groups = cairn_alloc(c->ctx, all->n + 1, sizeof *groups);
    if (!groups) return CAIRN_NO_MEMORY;
    size_t n;
    cairn_status status = group_all(c, all, groups, &n);
    for (size_t i = 0; i < n && status == CAIRN_OK; i++)
        status = cairn_outcome_groups_add(c->ctx, &sums, &groups[i].outcomes);
    if (status == CAIRN_OK) status = cairn_outcome_groups_share(c->ctx, &sums, seed, share);
    *counts = sums.all;
    cairn_outcome_groups_free(&sums);
    cairn_free(groups);
    return status;
}

void scored_outcomes_free(scored_outcomes *all) {
    cairn_free(all->rows);
    cairn_arena_close(all->arena);
    *all = (scored_outcomes){0};
}
