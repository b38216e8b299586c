/* The frontier loop, and its rounds. */
#include "search/frontier.h"

#include <string.h>

#include "search/pick.h"
#include "search/spending.h"

typedef struct frontier {
    cairn_branch *open; /* [n_open] */
    int32_t n_open;
} frontier;

cairn_status frontier_add(cairn_workspace *workspace, frontier_pool *pool, cairn_branch branch) {
    if (pool->n == pool->capacity) {
        int32_t capacity = pool->capacity ? 2 * pool->capacity : 16;
        cairn_branch *done = cairn_arena_alloc(workspace->arena, (size_t)capacity, sizeof *done);
        if (!done) return CAIRN_NO_MEMORY;
        if (pool->n) memcpy(done, pool->done, (size_t)pool->n * sizeof *done);
        pool->done = done;
        pool->capacity = capacity;
    }
    pool->done[pool->n++] = branch;
    if (!(workspace->tree->flags[branch.node] & CAIRN_NODE_TERMINAL)) return CAIRN_OK;
    pool->samples += branch.count;
    pool->depths += (int64_t)branch.count * workspace->tree->depth[branch.node];
    return CAIRN_OK;
}

/* Steps that a solution is expected to need from `depth` on: to the mean length of those that finished, two where it is longer already; to
 * the longest that is allowed while none has finished. */
static double steps_to_end(const cairn_workspace *workspace, const frontier_pool *pool, int32_t depth) {
    double most = workspace->problem->max_steps - depth, expected = most;
    if (pool->samples > 0) expected = (double)pool->depths / (double)pool->samples - depth;
    if (expected < 1) expected = expected > 0 ? 1 : 2;
    return expected < most ? expected : most > 1 ? most : 1;
}

int64_t frontier_affords(const cairn_workspace *workspace, const frontier_pool *pool, int32_t depth) {
    int64_t left = cairn_budget_left(workspace);
    if (left == INT64_MAX) return INT64_MAX;
    int64_t fits = (int64_t)((double)left / steps_to_end(workspace, pool, depth));
    return fits > 1 ? fits : 1;
}

/* Leaves in `open` what the budget takes to its end, at least one sample, and moves the rest to waiting[] (room for n_open). Returns how
 * many branches wait. */
static int32_t part_waiting(const cairn_workspace *workspace, const frontier_pool *pool, frontier *f,
                            cairn_branch *waiting) {
    int64_t steps = cairn_budget_left(workspace);
    if (steps == INT64_MAX) return 0;
    double left = (double)steps;
    int32_t n = 0, kept = 0;
    for (int32_t i = 0; i < f->n_open; i++) {
        cairn_branch branch = f->open[i];
        double to_end = steps_to_end(workspace, pool, workspace->tree->depth[branch.node]),
               fits = n > 0 ? 0 : left / to_end;
        if (fits < 1 && i == 0) fits = 1;
        int32_t grows = fits < branch.count ? (int32_t)fits : branch.count;
        left -= grows * to_end;
        if (grows > 0) f->open[kept] = branch, f->open[kept++].count = grows;
        if (grows < branch.count) waiting[n] = branch, waiting[n++].count = branch.count - grows;
    }
    f->n_open = kept;
    return n;
}

static cairn_status score_grown(cairn_workspace *workspace, const cairn_branch *grown, int32_t n) {
    cairn_node *nodes = cairn_arena_alloc(workspace->arena, (size_t)n + 1, sizeof *nodes);
    if (!nodes) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) nodes[i] = grown[i].node;
    return cairn_score(workspace, nodes, n);
}

/* One growth: what finished goes to the pool, what did not, and what waits, stays open. *finished: samples that finished. */
static cairn_status grow_once(cairn_workspace *workspace, const frontier_rule *rule, frontier *f, frontier_pool *pool,
                              int64_t *finished) {
    int64_t asked = 0;
    *finished = 0;
    for (int32_t i = 0; i < f->n_open; i++) asked += f->open[i].count;
    if (asked > INT32_MAX)
        return cairn_fail(workspace->ctx, CAIRN_LIMIT, "a growth of %lld steps at once", (long long)asked);
    cairn_branch *waiting = cairn_arena_alloc(workspace->arena, (size_t)f->n_open + 1, sizeof *waiting);
    cairn_branch *grown = cairn_arena_alloc(workspace->arena, (size_t)asked + (size_t)f->n_open + 1, sizeof *grown);
    if (!waiting || !grown) return CAIRN_NO_MEMORY;
    int32_t n_waiting = rule->waits ? part_waiting(workspace, pool, f, waiting) : 0, n_grown;
    cairn_status status = cairn_propose(workspace, CAIRN_ROLE_GENERATOR, f->open, f->n_open, grown, &n_grown);
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    if (rule->scores) CAIRN_TRY(score_grown(workspace, grown, n_grown));
    f->open = grown;
    f->n_open = 0;
    for (int32_t i = 0; i < n_grown; i++) {
        if (!(workspace->tree->flags[grown[i].node] & CAIRN_NODE_TERMINAL)) {
            f->open[f->n_open++] = grown[i];
            continue;
        }
        *finished += grown[i].count;
        CAIRN_TRY(frontier_add(workspace, pool, grown[i]));
    }
    memcpy(f->open + f->n_open, waiting, (size_t)n_waiting * sizeof *waiting);
    f->n_open += n_waiting;
    return status;
}

static void prune(frontier *f) {
    int32_t kept = 0;
    for (int32_t i = 0; i < f->n_open; i++)
        if (f->open[i].count > 0) f->open[kept++] = f->open[i];
    f->n_open = kept;
}

static cairn_status allocate(cairn_workspace *workspace, const frontier_rule *rule, const void *config, int64_t width,
                             const frontier_pool *pool, frontier *f) {
    if (!pool->given) {
        int64_t affords = frontier_affords(workspace, pool, workspace->tree->depth[f->open[0].node]);
        width = affords < width ? affords : width;
    }
    CAIRN_TRY(rule->allocate(workspace, config, width, f->open, f->n_open));
    prune(f);
    return CAIRN_OK;
}

cairn_status frontier_grow(cairn_workspace *workspace, const frontier_rule *rule, const void *config, int64_t width,
                           int64_t most, frontier_pool *pool) {
    cairn_branch start = {.node = CAIRN_ROOT, .count = (int32_t)width};
    frontier f = {.open = &start, .n_open = 1};
    while (f.n_open > 0 && most > 0) {
        int64_t finished;
        CAIRN_TRY(grow_once(workspace, rule, &f, pool, &finished));
        most -= finished;
        if (rule->allocate && f.n_open > 0 && most > 0) CAIRN_TRY(allocate(workspace, rule, config, most, pool, &f));
    }
    return CAIRN_OK;
}

/* The width of the first round: as many whole solutions as the step budget pays for at their longest. Of tokens and FLOPs nothing is known
 * before one. */
static int64_t first_width(const cairn_workspace *workspace) {
    if (!spending_bounded(workspace)) return FRONTIER_SOLUTIONS;
    if (workspace->budget.tokens > 0 || workspace->budget.flops > 0) return 1;
    int64_t width = workspace->budget.steps / workspace->problem->max_steps;
    return width < 1 ? 1 : width;
}

/* How wide the next round is: as what is left pays for, at the cost of the `grown` samples so far. One solution says little about the length
 * of the next, so that a round is at most MORE times as wide as solutions were seen. */
static int64_t next_width(const cairn_workspace *workspace, const frontier_pool *pool, int64_t grown) {
    enum { MORE = 3 };
    int64_t affords = spending_affords(workspace, grown), most = pool->samples > 0 ? MORE * pool->samples : 1;
    return affords < most ? affords : most;
}

cairn_status frontier_rounds(cairn_workspace *workspace, frontier_round round, const void *config, int64_t width,
                             int64_t unit, cairn_result *out) {
    frontier_pool pool = {.given = width > 0};
    bool refills = width == 0 && spending_bounded(workspace);
    int64_t grown = 0;
    cairn_status status = CAIRN_OK;
    if (width == 0) width = first_width(workspace);
    while (width > 0 && status == CAIRN_OK) {
        if (width > FRONTIER_WIDEST) width = FRONTIER_WIDEST;
        if (refills && width > unit) width -= width % unit;
        status = round(workspace, config, width, &pool);
        grown += width;
        width = refills ? next_width(workspace, &pool, grown) : 0;
    }
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    return pick_candidates(workspace, pool.done, pool.n, out);
}
