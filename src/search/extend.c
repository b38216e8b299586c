/* Steps in parts: nodes whose step is unfinished, and going on with them. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "search/caches.h"
#include "search/spending.h"
#include "search/verbs.h"

/* ---- the draws of partial nodes ----------------------------------------------------------------------------------------- */

static int by_node(const void *node, const void *draw) {
    cairn_node a = *(const cairn_node *)node, b = ((const partial_draw *)draw)->node;
    return (a > b) - (a < b);
}

/* NULL for a node that no verb made PARTIAL. */
static partial_draw *draw_of(const cairn_workspace *workspace, cairn_node node) {
    const struct cairn_caches *caches = workspace->caches;
    if (caches->n_partial == 0) return NULL;
    return bsearch(&node, caches->partial, (size_t)caches->n_partial, sizeof *caches->partial, by_node);
}

cairn_status partial_check(const cairn_workspace *workspace, const cairn_policy *policy, int32_t max_tokens) {
    if (!policy->type->partial)
        return cairn_fail(workspace->ctx, CAIRN_UNSUPPORTED, "policy %s cannot draw a step in parts",
                          policy->type->about.name);
    return max_tokens > 0 ? CAIRN_OK
                          : cairn_fail(workspace->ctx, CAIRN_INVALID, "a part of a step has at least one token, not %d",
                                       (int)max_tokens);
}

bool partial_is(const cairn_proposal *sample) {
    return sample->partial && sample->stop == CAIRN_STOP_LENGTH;
}

cairn_status partial_keep(cairn_workspace *workspace, cairn_role role, cairn_node node, const cairn_proposal *sample) {
    struct cairn_caches *caches = workspace->caches;
    cairn_tree *tree = workspace->tree;
    if (caches->n_partial == caches->partial_capacity) {
        int32_t capacity = caches->partial_capacity ? 2 * caches->partial_capacity : 8;
        partial_draw *grown = cairn_arena_alloc(workspace->arena, (size_t)capacity, sizeof *grown);
        if (!grown) return CAIRN_NO_MEMORY;
        if (caches->n_partial) memcpy(grown, caches->partial, (size_t)caches->n_partial * sizeof *grown);
        caches->partial = grown;
        caches->partial_capacity = capacity;
    }
    caches->partial[caches->n_partial++] = (partial_draw){node, role, sample->draw, sample->sampling, sample->logp};
    if (tree->state_bytes)
        memcpy(cairn_tree_state(tree, node), cairn_tree_state(tree, tree->parent[node]), tree->state_bytes);
    tree->flags[node] |= CAIRN_NODE_PARTIAL;
    return CAIRN_OK;
}

/* ---- extend ------------------------------------------------------------------------------------------------------------- */

/* One call of extend while it is worked on. */
typedef struct extension {
    cairn_workspace *workspace;
    cairn_role role;
    const cairn_policy *policy;
    int32_t max_tokens;
    bool last;
    int32_t most_tokens; /* new ones of a step, that the budget bounds in this wave */
    bool is_bounded;     /* the budget cut some step off */
} extension;

static cairn_status check_node(const extension *e, const cairn_node *nodes, int32_t i) {
    const cairn_tree *tree = e->workspace->tree;
    cairn_ctx *ctx = e->workspace->ctx;
    cairn_node node = nodes[i];
    if (node >= tree->count || !(tree->flags[node] & CAIRN_NODE_PARTIAL))
        return cairn_fail(ctx, CAIRN_INVALID, "cannot extend node %" PRIu32 ": its step is complete", node);
    const partial_draw *draw = draw_of(e->workspace, node);
    if (!draw || draw->role != e->role)
        return cairn_fail(ctx, CAIRN_INVALID, "cannot extend node %" PRIu32 " as %s: %s drew it", node,
                          cairn_role_name(e->role), draw ? cairn_role_name(draw->role) : "no role");
    if (tree->flags[node] & CAIRN_NODE_DEAD)
        return cairn_fail(ctx, CAIRN_INVALID, "cannot extend node %" PRIu32 ": it is dead", node);
    if (tree->n_tokens[node] >= (uint32_t)e->max_tokens)
        return cairn_fail(ctx, CAIRN_INVALID, "cannot extend node %" PRIu32 " to %d tokens: it has %" PRIu32, node,
                          (int)e->max_tokens, tree->n_tokens[node]);
    for (int32_t k = 0; k < i; k++)
        if (nodes[k] == node) return cairn_fail(ctx, CAIRN_INVALID, "node %" PRIu32 " is to be extended twice", node);
    return CAIRN_OK;
}

/* The request of the node's own draw, with the part that is there. */
static cairn_status request_more(const extension *e, cairn_node node, cairn_begun *begun, cairn_proposal *request) {
    const cairn_tree *tree = e->workspace->tree;
    const partial_draw *draw = draw_of(e->workspace, node);
    cairn_sampling sampling = draw->sampling;
    *begun = (cairn_begun){.text = cairn_tree_text(tree, node),
                           .tokens = cairn_tree_tokens(tree, node),
                           .n_tokens = (int32_t)tree->n_tokens[node],
                           .logp = draw->logp};
    int32_t more = e->max_tokens - begun->n_tokens;
    sampling.max_tokens = begun->n_tokens + (more < e->most_tokens ? more : e->most_tokens);
    CAIRN_TRY(verb_request(e->workspace, e->role, &sampling, tree->parent[node], draw->draw, NULL, request));
    request->partial = !e->last;
    request->begun = begun;
    return CAIRN_OK;
}

/* Scores were those of the part. */
static void forget_scores(cairn_tree *tree, cairn_node node) {
    for (int32_t c = 0; c < tree->n_scores; c++) {
        tree->score[c][node] = NAN;
        tree->marks[c][node] = 0;
    }
    tree->value[node] = 0;
}

/* Puts the longer step into the tree, at its node or, when it is complete, at an equal sibling. */
static cairn_status settle(extension *e, cairn_node node, const cairn_proposal *sample, cairn_node *out) {
    cairn_workspace *workspace = e->workspace;
    cairn_tree *tree = workspace->tree;
    const bool part = partial_is(sample);
    if (sample->status != CAIRN_OK) return sample->status;
    if (!sample->text || sample->n_tokens < sample->begun->n_tokens)
        return cairn_fail(workspace->ctx, CAIRN_INTERNAL, "the policy did not go on with the step of node %" PRIu32,
                          node);
    verb_pay(workspace, e->role, sample, e->most_tokens);
    if (verb_is_cut(sample, e->most_tokens, e->max_tokens)) {
        e->is_bounded = true;
        return CAIRN_OK;
    }
    cairn_node same = part ? CAIRN_NONE : verb_find_sibling(workspace, tree->parent[node], sample);
    if (same != CAIRN_NONE) {
        tree->multiplicity[same] += tree->multiplicity[node];
        tree->flags[node] |= CAIRN_NODE_DEAD | CAIRN_NODE_HIDDEN;
        *out = same;
        return CAIRN_OK;
    }
    cairn_child step = verb_step(sample);
    CAIRN_TRY(cairn_tree_set_step(workspace->ctx, tree, node, &step));
    forget_scores(tree, node);
    draw_of(workspace, node)->logp = sample->logp;
    if (part) return CAIRN_OK;
    tree->flags[node] &= (uint8_t)~CAIRN_NODE_PARTIAL;
    return verb_take_step(workspace, e->role, node, sample);
}

static cairn_status extend_wave(extension *e, const cairn_node *nodes, int32_t n, cairn_node *out) {
    cairn_workspace *workspace = e->workspace;
    cairn_proposal *samples = cairn_arena_alloc(workspace->arena, (size_t)n, sizeof *samples);
    cairn_begun *begun = cairn_arena_alloc(workspace->arena, (size_t)n, sizeof *begun);
    if (!samples || !begun) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) CAIRN_TRY(request_more(e, nodes[i], &begun[i], &samples[i]));
    CAIRN_TRY(e->policy->type->propose(workspace->ctx, e->policy->self, workspace->arena, samples, n));
    for (int32_t i = 0; i < n; i++) CAIRN_TRY(settle(e, nodes[i], &samples[i], &out[i]));
    return CAIRN_OK;
}

/* The most tokens that a step of these may still get. */
static int32_t most_missing(const extension *e, const cairn_node *nodes, int32_t n) {
    int32_t most = 0;
    for (int32_t i = 0; i < n; i++) {
        int32_t missing = e->max_tokens - (int32_t)e->workspace->tree->n_tokens[nodes[i]];
        if (missing > most) most = missing;
    }
    return most;
}

cairn_status cairn_extend(cairn_workspace *workspace, cairn_role role, const cairn_node *nodes, int32_t n,
                          int32_t max_tokens, bool last, cairn_node *out) {
    extension e = {.workspace = workspace, .role = role, .max_tokens = max_tokens, .last = last};
    CAIRN_TRY(verb_begin(workspace));
    CAIRN_TRY(verb_policy(workspace, role, &e.policy));
    CAIRN_TRY(partial_check(workspace, e.policy, max_tokens));
    for (int32_t i = 0; i < n; i++) CAIRN_TRY(check_node(&e, nodes, i));
    if (n > 0) memmove(out, nodes, (size_t)n * sizeof *out);
    for (int32_t made = 0, wave; made < n; made += wave) {
        wave = spending_wave(workspace, most_missing(&e, nodes + made, n - made), n - made, 0, &e.most_tokens);
        if (wave == 0) return CAIRN_BUDGET;
        CAIRN_TRY(extend_wave(&e, nodes + made, wave, out + made));
    }
    return e.is_bounded ? CAIRN_BUDGET : CAIRN_OK;
}
