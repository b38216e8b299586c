/* Outcomes of the solutions of a file, by problem. */
#include <stdlib.h>
#include <string.h>

#include "cli/scored.h"

struct scored_outcome {
    uint64_t problem; /* key */
    int64_t index;    /* in the file */
    cairn_verdict verdict;
    bool answered, told;
};

cairn_status scored_outcomes_add(cli *c, scored_outcomes *all, const scored *s) {
    const char *problem = s->record->group ? s->record->group : s->record->problem;
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&all->rows, &all->capacity, all->n + 1, sizeof *all->rows));
    all->rows[all->n++] = (struct scored_outcome){cairn_key(problem, strlen(problem)), s->index, s->outcome.verdict,
                                                  s->outcome.answer != NULL, s->told};
    return CAIRN_OK;
}

static int by_problem(const void *a, const void *b) {
    const struct scored_outcome *x = a, *y = b;
    if (x->problem != y->problem) return x->problem < y->problem ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
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

/* groups[]: the problems in order of their first solutions, so that a bootstrap draws them as other verbs do. */
static size_t group_all(scored_outcomes *all, group *groups) {
    size_t n = 0;
    if (all->n > 1) qsort(all->rows, all->n, sizeof *all->rows, by_problem);
    for (size_t i = 0; i < all->n; i++) {
        const struct scored_outcome *row = &all->rows[i];
        if (i == 0 || row->problem != row[-1].problem) groups[n++] = (group){.first = row->index};
        cairn_outcomes_add(&groups[n - 1].outcomes, row->verdict, row->answered, row->told, 1);
    }
    if (n > 1) qsort(groups, n, sizeof *groups, by_first);
    return n;
}

cairn_status scored_outcomes_share(cli *c, scored_outcomes *all, uint64_t seed, cairn_outcomes *counts,
                                   cairn_interval *share) {
    cairn_outcome_groups sums = {0};
    group *groups = cairn_alloc(c->ctx, all->n + 1, sizeof *groups);
    if (!groups) return CAIRN_NO_MEMORY;
    size_t n = group_all(all, groups);
    cairn_status status = CAIRN_OK;
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
    *all = (scored_outcomes){0};
}
