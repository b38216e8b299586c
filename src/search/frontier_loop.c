/* The frontier loop and its rounds. */
#include <string.h>

#include "cairn/loops.h"

/* ---- what is finished ------------------------------------------------------------------------------------------------------- */

cairn_status cairn_finished_add(cairn_workspace *workspace, cairn_finished *finished, cairn_branch solution) {
    if (finished->n == finished->capacity) {
        int32_t capacity = finished->capacity ? 2 * finished->capacity : 16;
        cairn_branch *grown = cairn_arena_alloc(workspace->arena, (size_t)capacity, sizeof *grown);
        if (!grown) return CAIRN_NO_MEMORY;
        if (finished->n) memcpy(grown, finished->solutions, (size_t)finished->n * sizeof *grown);
        finished->solutions = grown;
        finished->capacity = capacity;
    }
    finished->solutions[finished->n++] = solution;
    if (!(workspace->tree->flags[solution.node] & CAIRN_NODE_TERMINAL)) return CAIRN_OK;
    finished->samples += solution.count;
    finished->steps += (int64_t)solution.count * workspace->tree->depth[solution.node];
    return CAIRN_OK;
}

cairn_status cairn_finished_add_tree(cairn_workspace *workspace, cairn_finished *finished) {
    const cairn_tree *tree = workspace->tree;
    for (cairn_node node = 1; node < tree->count; node++) {
        if (!(tree->flags[node] & CAIRN_NODE_TERMINAL)) continue;
        cairn_branch solution = {.node = node, .count = (int32_t)tree->multiplicity[node]};
        CAIRN_TRY(cairn_finished_add(workspace, finished, solution));
    }
    return CAIRN_OK;
}

/* ---- what waits --------------------------------------------------------------------------------------------------------------- */

/* Steps that a solution is expected to need from `depth` on: to the mean length of those that finished, two where it is
 * longer already; to the longest that is allowed while none has finished. */
static double steps_to_end(const cairn_workspace *workspace, const cairn_finished *finished, int32_t depth) {
    double most = workspace->problem->max_steps - depth, expected = most;
    if (finished->samples > 0) expected = (double)finished->steps / (double)finished->samples - depth;
    if (expected < 1) expected = expected > 0 ? 1 : 2;
    return expected < most ? expected : most > 1 ? most : 1;
}

int64_t cairn_frontier_affords(const cairn_workspace *workspace, const cairn_finished *finished, int32_t depth) {
    int64_t left = cairn_budget_left(workspace);
    if (left == INT64_MAX) return INT64_MAX;
    int64_t fits = (int64_t)((double)left / steps_to_end(workspace, finished, depth));
    return fits > 1 ? fits : 1;
}

/* Open prefixes. */
typedef struct frontier {
    cairn_branch *open; /* [n] */
    int32_t n;
} frontier;

/* Leaves in `f` the samples that the budget takes to their ends, at least one, and moves the rest to waiting[] (room
 * for f->n). Returns the number of branches that wait. */
static int32_t part_samples(const cairn_workspace *workspace, const cairn_finished *finished, frontier *f,
                            cairn_branch *waiting) {
    int64_t steps = cairn_budget_left(workspace);
    if (steps == INT64_MAX) return 0;
    double left = (double)steps;
    int32_t n = 0, kept = 0;
    for (int32_t i = 0; i < f->n; i++) {
        cairn_branch branch = f->open[i];
        double to_end = steps_to_end(workspace, finished, workspace->tree->depth[branch.node]),
               fits = n > 0 ? 0 : left / to_end;
        if (fits < 1 && i == 0) fits = 1;
        int32_t grows = fits < branch.count ? (int32_t)fits : branch.count;
        left -= grows * to_end;
        if (grows > 0) f->open[kept] = branch, f->open[kept++].count = grows;
        if (grows < branch.count) waiting[n] = branch, waiting[n++].count = branch.count - grows;
    }
    f->n = kept;
    return n;
}

/* The same with whole branches: the first ones that the budget takes to their ends together, at least one. */
static int32_t part_branches(const cairn_workspace *workspace, const cairn_finished *finished, frontier *f,
                             cairn_branch *waiting) {
    int64_t taken = 0;
    int32_t grow = 0;
    for (; grow < f->n; grow++) {
        taken += f->open[grow].count;
        int32_t depth = workspace->tree->depth[f->open[grow].node];
        if (grow > 0 && taken > cairn_frontier_affords(workspace, finished, depth)) break;
    }
    int32_t n = f->n - grow;
    memcpy(waiting, f->open + grow, (size_t)n * sizeof *waiting);
    f->n = grow;
    return n;
}

static int32_t part_waiting(const cairn_workspace *workspace, cairn_waiting waits, const cairn_finished *finished,
                            frontier *f, cairn_branch *waiting) {
    if (waits == CAIRN_WAIT_NONE) return 0;
    return waits == CAIRN_WAIT_SAMPLES ? part_samples(workspace, finished, f, waiting)
                                       : part_branches(workspace, finished, f, waiting);
}

/* ---- one growth --------------------------------------------------------------------------------------------------------------- */

static cairn_status grow(cairn_workspace *workspace, const cairn_frontier *loop, void *arg, const frontier *f,
                         cairn_branch *children, int32_t *n) {
    return loop->grow ? loop->grow(workspace, arg, f->open, f->n, children, n)
                      : cairn_propose(workspace, CAIRN_ROLE_GENERATOR, f->open, f->n, children, n);
}

static cairn_status prune(cairn_workspace *workspace, const cairn_frontier *loop, void *arg, const cairn_branch *grown,
                          int32_t n, frontier *f, cairn_finished *finished) {
    f->n = 0;
    if (n == 0) return CAIRN_OK;
    if (loop->prune) return loop->prune(workspace, arg, grown, n, f->open, &f->n, finished);
    for (int32_t i = 0; i < n; i++)
        if (workspace->tree->flags[grown[i].node] & CAIRN_NODE_TERMINAL)
            CAIRN_TRY(cairn_finished_add(workspace, finished, grown[i]));
        else
            f->open[f->n++] = grown[i];
    return CAIRN_OK;
}

/* Grows what the budget takes to its end; what waits stays open. */
static cairn_status grow_once(cairn_workspace *workspace, const cairn_frontier *loop, void *arg, frontier *f,
                              cairn_finished *finished) {
    int64_t asked = 0;
    for (int32_t i = 0; i < f->n; i++) asked += f->open[i].count;
    if (asked > INT32_MAX)
        return cairn_fail(workspace->ctx, CAIRN_LIMIT, "a growth of %lld steps at once", (long long)asked);
    cairn_branch *waiting = cairn_arena_alloc(workspace->arena, (size_t)f->n + 1, sizeof *waiting);
    cairn_branch *grown = cairn_arena_alloc(workspace->arena, (size_t)asked + 1, sizeof *grown);
    cairn_branch *open = cairn_arena_alloc(workspace->arena, (size_t)asked + (size_t)f->n + 1, sizeof *open);
    if (!waiting || !grown || !open) return CAIRN_NO_MEMORY;
    int32_t n_waiting = part_waiting(workspace, loop->waits, finished, f, waiting), n_grown;
    cairn_status status = grow(workspace, loop, arg, f, grown, &n_grown);
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    if (loop->scores) CAIRN_TRY(cairn_score_branches(workspace, grown, n_grown));
    f->open = open;
    CAIRN_TRY(prune(workspace, loop, arg, grown, n_grown, f, finished));
    memcpy(f->open + f->n, waiting, (size_t)n_waiting * sizeof *waiting);
    f->n += n_waiting;
    return status;
}

static cairn_status allocate(cairn_workspace *workspace, const cairn_frontier *loop, void *arg, int64_t width,
                             const cairn_finished *finished, frontier *f) {
    if (!finished->width_given) {
        int64_t affords = cairn_frontier_affords(workspace, finished, workspace->tree->depth[f->open[0].node]);
        width = affords < width ? affords : width;
    }
    CAIRN_TRY(loop->allocate(workspace, arg, width, f->open, f->n));
    int32_t kept = 0;
    for (int32_t i = 0; i < f->n; i++)
        if (f->open[i].count > 0) f->open[kept++] = f->open[i];
    f->n = kept;
    return CAIRN_OK;
}

cairn_status cairn_frontier_round(cairn_workspace *workspace, const cairn_frontier *loop, void *arg,
                                  const cairn_branch *start, int32_t n, int64_t most, cairn_finished *finished) {
    frontier f = {.open = cairn_arena_alloc(workspace->arena, (size_t)n + 1, sizeof *f.open), .n = n};
    if (!f.open) return CAIRN_NO_MEMORY;
    memcpy(f.open, start, (size_t)n * sizeof *start);
    while (f.n > 0 && most > 0) {
        int64_t before = finished->samples;
        CAIRN_TRY(grow_once(workspace, loop, arg, &f, finished));
        most -= finished->samples - before;
        if (loop->allocate && f.n > 0 && most > 0) CAIRN_TRY(allocate(workspace, loop, arg, most, finished, &f));
    }
    return CAIRN_OK;
}

/* ---- rounds -------------------------------------------------------------------------------------------------------------------- */

/* The width of the first round: as many whole solutions as the step budget pays for at their longest. Of tokens and
 * FLOPs nothing is known before one. */
static int64_t first_width(const cairn_workspace *workspace) {
    if (!cairn_budget_bounded(workspace)) return CAIRN_DEFAULT_SOLUTIONS;
    if (workspace->budget.tokens > 0 || workspace->budget.flops > 0) return 1;
    int64_t width = workspace->budget.steps / workspace->problem->max_steps;
    return width < 1 ? 1 : width;
}

/* The width of the next round: what is left pays for it, at the cost of the `grown` samples so far. One solution says
 * little about the length of the next, so a round is at most MORE times as wide as the number of solutions seen. */
static int64_t next_width(const cairn_workspace *workspace, const cairn_finished *finished, int64_t grown) {
    enum { MORE = 3 };
    int64_t affords = cairn_budget_affords(workspace, grown),
            most = finished->samples > 0 ? MORE * finished->samples : 1;
    return affords < most ? affords : most;
}

cairn_status cairn_rounds(cairn_workspace *workspace, cairn_round_fn round, void *arg, int64_t width, int64_t unit,
                          cairn_finished *finished) {
    bool refills = width == 0 && cairn_budget_bounded(workspace);
    int64_t grown = 0;
    cairn_status status = CAIRN_OK;
    finished->width_given = width > 0;
    if (width == 0) width = first_width(workspace);
    while (width > 0 && status == CAIRN_OK) {
        if (width > CAIRN_MOST_WIDTH) width = CAIRN_MOST_WIDTH;
        if (refills && width > unit) width -= width % unit;
        status = round(workspace, arg, width, finished);
        grown += width;
        width = refills ? next_width(workspace, finished, grown) : 0;
    }
    return status == CAIRN_BUDGET ? CAIRN_OK : status;
}

/* A loop and the arg of its callbacks. */
typedef struct composition {
    const cairn_frontier *loop;
    void *arg;
} composition;

static cairn_status round_from_root(cairn_workspace *workspace, void *arg, int64_t width, cairn_finished *finished) {
    const composition *c = arg;
    cairn_branch start = {.node = CAIRN_ROOT, .count = (int32_t)width};
    return cairn_frontier_round(workspace, c->loop, c->arg, &start, 1, width, finished);
}

cairn_status cairn_frontier_search(cairn_workspace *workspace, const cairn_frontier *loop, void *arg, int64_t width,
                                   int64_t unit, cairn_result *out) {
    composition c = {loop, arg};
    cairn_finished finished = {0};
    CAIRN_TRY(cairn_rounds(workspace, round_from_root, &c, width, unit, &finished));
    return loop->finish ? loop->finish(workspace, arg, &finished, out)
                        : cairn_candidates(workspace, finished.solutions, finished.n, out);
}
