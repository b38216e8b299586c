/* The frontier loop. */
#include <string.h>

#include "search/frontier.h"
#include "search/pick.h"

typedef struct frontier {
    cairn_branch *open, *grown; /* [width] */
    cairn_branch *done;         /* [capacity] finished solutions in order of generation */
    int32_t n_open, n_grown, n_done, capacity;
} frontier;

static int64_t draws_asked(const frontier *f) {
    int64_t sum = 0;
    for (int32_t i = 0; i < f->n_open; i++) sum += f->open[i].count;
    return sum;
}

static cairn_status grow_arrays(cairn_search *search, frontier *f) {
    int64_t asked = draws_asked(f);
    if (asked > INT32_MAX)
        return cairn_fail(search->ctx, CAIRN_LIMIT, "a growth of %lld steps at once", (long long)asked);
    f->grown = cairn_arena_alloc(search->arena, (size_t)asked + 1, sizeof *f->grown);
    return f->grown ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status score_grown(cairn_search *search, const frontier *f) {
    cairn_node *nodes = cairn_arena_alloc(search->arena, (size_t)f->n_grown + 1, sizeof *nodes);
    if (!nodes) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < f->n_grown; i++) nodes[i] = f->grown[i].node;
    return cairn_score(search, nodes, f->n_grown);
}

/* Moves finished branches from `grown` to `done`, the others to `open`; returns how many samples finished. */
static cairn_status part(cairn_search *search, frontier *f, int64_t *finished) {
    int32_t need = f->n_done + f->n_grown;
    if (need > f->capacity) {
        int32_t capacity = need > 2 * f->capacity ? need : 2 * f->capacity;
        cairn_branch *done = cairn_arena_alloc(search->arena, (size_t)capacity, sizeof *done);
        if (!done) return CAIRN_NO_MEMORY;
        if (f->n_done) memcpy(done, f->done, (size_t)f->n_done * sizeof *done);
        f->done = done;
        f->capacity = capacity;
    }
    *finished = 0;
    f->open = f->grown;
    f->n_open = 0;
    for (int32_t i = 0; i < f->n_grown; i++) {
        cairn_branch branch = f->grown[i];
        if (search->tree->flags[branch.node] & CAIRN_NODE_TERMINAL) {
            *finished += branch.count;
            f->done[f->n_done++] = branch;
        } else {
            f->open[f->n_open++] = branch;
        }
    }
    return CAIRN_OK;
}

static void prune(frontier *f) {
    int32_t kept = 0;
    for (int32_t i = 0; i < f->n_open; i++)
        if (f->open[i].count > 0) f->open[kept++] = f->open[i];
    f->n_open = kept;
}

cairn_status frontier_run(cairn_search *search, const frontier_rule *rule, const void *config, int64_t width,
                          const cairn_branch *start, int32_t n_start, cairn_result *out) {
    frontier f = {.n_open = n_start};
    f.open = cairn_arena_alloc(search->arena, (size_t)n_start + 1, sizeof *f.open);
    if (!f.open) return CAIRN_NO_MEMORY;
    memcpy(f.open, start, (size_t)n_start * sizeof *f.open);
    cairn_status grown = CAIRN_OK;
    while (f.n_open > 0 && width > 0 && grown == CAIRN_OK) {
        CAIRN_TRY(grow_arrays(search, &f));
        grown = cairn_propose(search, CAIRN_ROLE_GENERATOR, f.open, f.n_open, f.grown, &f.n_grown);
        if (grown != CAIRN_OK && grown != CAIRN_BUDGET) return grown;
        if (rule->scores) CAIRN_TRY(score_grown(search, &f));
        int64_t finished;
        CAIRN_TRY(part(search, &f, &finished));
        width -= finished;
        if (f.n_open > 0 && width > 0) CAIRN_TRY(rule->allocate(search, config, width, f.open, f.n_open));
        prune(&f);
    }
    CAIRN_TRY(pick_candidates(search, f.done, f.n_done, out));
    return rule->finish(search, out);
}

cairn_status frontier_keep_all(cairn_search *search, const void *config, int64_t width, cairn_branch *open, int32_t n) {
    (void)search, (void)config, (void)width, (void)open, (void)n;
    return CAIRN_OK;
}

int64_t frontier_width(const cairn_search *search, int64_t width) {
    if (width > 0) return width;
    if (search->budget.steps <= 0) return FRONTIER_SOLUTIONS;
    width = search->budget.steps / search->problem->max_steps;
    return width < 1 ? 1 : width < FRONTIER_WIDEST ? width : FRONTIER_WIDEST;
}

cairn_status frontier_sample(cairn_search *search, int64_t width, bool scores,
                             cairn_status (*finish)(cairn_search *, cairn_result *), cairn_result *out) {
    int64_t solutions = cairn_policy_solutions(search->policy, search->problem);
    if (solutions == INT64_MAX || width > 0 || search->budget.steps > 0) width = frontier_width(search, width);
    if (width < 1 || width > solutions) width = solutions; /* each recorded solution is one sample */
    frontier_rule rule = {.scores = scores, .allocate = frontier_keep_all, .finish = finish};
    cairn_branch start = {.node = CAIRN_ROOT, .count = (int32_t)width};
    return frontier_run(search, &rule, NULL, width, &start, 1, out);
}
