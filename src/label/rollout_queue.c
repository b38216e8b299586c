/* The pool of wrong rollouts that are worth bisecting (arXiv 2406.06592, equations 3 to 5). U depends on all visits, so
 * priorities are computed when one is popped: none is ever stale. */
#include <math.h>

#include "cairn/label.h"
#include "core/maths.h"

typedef struct entry {
    int32_t state, rollout;
    double quality; /* Q(s, r) */
} entry;

struct cairn_rollout_queue {
    cairn_ctx *ctx;
    cairn_queue_rule rule;
    entry *entries; /* [n] in order of arrival */
    size_t n, capacity;
};

static double quality(cairn_queue_rule rule, double mc, double length) {
    return maths_pow(rule.alpha, 1 - mc) * maths_pow(rule.beta, length / rule.length);
}

static double exploration(cairn_queue_rule rule, int64_t visits, int64_t total) {
    return rule.c_puct * sqrt((double)total) / (1 + (double)visits);
}

double cairn_queue_priority(cairn_queue_rule rule, double mc, double length, int64_t visits, int64_t total) {
    return quality(rule, mc, length) + exploration(rule, visits, total);
}

cairn_status cairn_rollout_queue_open(cairn_ctx *ctx, cairn_queue_rule rule, cairn_rollout_queue **out) {
    if (!(rule.alpha > 0 && rule.alpha <= 1) || !(rule.beta > 0 && rule.beta <= 1))
        return cairn_fail(ctx, CAIRN_INVALID, "alpha and beta must be in (0, 1], not %g and %g", rule.alpha, rule.beta);
    if (!(rule.length > 0) || isinf(rule.length))
        return cairn_fail(ctx, CAIRN_INVALID, "the length scale must be greater than 0, not %g", rule.length);
    if (!(rule.c_puct >= 0) || isinf(rule.c_puct))
        return cairn_fail(ctx, CAIRN_INVALID, "c_puct must be 0 or greater, not %g", rule.c_puct);
    cairn_rollout_queue *pool = cairn_alloc(ctx, 1, sizeof *pool);
    if (!pool) return CAIRN_NO_MEMORY;
    pool->ctx = ctx;
    pool->rule = rule;
    *out = pool;
    return CAIRN_OK;
}

void cairn_rollout_queue_close(cairn_rollout_queue *pool) {
    if (!pool) return;
    cairn_free(pool->entries);
    cairn_free(pool);
}

cairn_status cairn_rollout_queue_add(cairn_rollout_queue *pool, int32_t state, int32_t rollout, double mc,
                                     double length) {
    if (!(mc > 0 && mc < 1))
        return cairn_fail(pool->ctx, CAIRN_INVALID,
                          "a pooled rollout starts where MC is strictly between 0 and 1, not %g", mc);
    if (!(length >= 0) || isinf(length))
        return cairn_fail(pool->ctx, CAIRN_INVALID, "a rollout has 0 tokens or more, not %g", length);
    CAIRN_TRY(cairn_grow(pool->ctx, (void **)&pool->entries, &pool->capacity, pool->n + 1, sizeof *pool->entries));
    pool->entries[pool->n++] = (entry){state, rollout, quality(pool->rule, mc, length)};
    return CAIRN_OK;
}

cairn_status cairn_rollout_queue_pop(cairn_rollout_queue *pool, const int32_t *visits, int64_t total, int32_t *state,
                                     int32_t *rollout) {
    if (pool->n == 0) return CAIRN_END;
    size_t best = 0;
    double greatest = -INFINITY;
    for (size_t i = 0; i < pool->n; i++) {
        const entry *e = &pool->entries[i];
        double priority = e->quality + exploration(pool->rule, visits[e->state], total);
        if (priority > greatest) {
            greatest = priority;
            best = i;
        }
    }
    *state = pool->entries[best].state;
    *rollout = pool->entries[best].rollout;
    for (size_t i = best + 1; i < pool->n; i++) pool->entries[i - 1] = pool->entries[i];
    pool->n--;
    return CAIRN_OK;
}
