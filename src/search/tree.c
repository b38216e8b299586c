/* The search tree: opening, adding nodes, reading them back. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "search/tree_store.h"

/* ---- opening ------------------------------------------------------------------------------------------------------ */

#define FILL(column, with)                                                                \
    do {                                                                                  \
        __typeof__(*tree->column) *restrict rows_ = tree->column + first, with_ = (with); \
        for (uint32_t i_ = 0; i_ < n; i_++) rows_[i_] = with_;                            \
    } while (0)

static void fill_roles(cairn_tree *tree, cairn_node first, uint32_t n) {
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++) {
        if (role != CAIRN_ROLE_GENERATOR && tree->draws[role]) FILL(draws[role], 0);
        if (tree->mc_n[role]) FILL(mc_n[role], 0);
        if (tree->mc_ok[role]) FILL(mc_ok[role], 0);
    }
}

/* Sets every column of n new rows, children of `parent` with consecutive numbers. Column by column: a search of 10^6
 * simulations a second lives from this loop. `path` and `prior` are the caller's to set. */
static cairn_node rows_add(cairn_tree *tree, cairn_node parent, uint32_t n) {
    cairn_node first = tree->count;
    FILL(parent, parent);
    FILL(first_child, CAIRN_NONE);
    FILL(last_child, CAIRN_NONE);
    FILL(n_children, 0);
    FILL(depth, parent == CAIRN_NONE ? 0 : (uint16_t)(tree->depth[parent] + 1));
    FILL(kind, CAIRN_KIND_REASON);
    FILL(flags, 0);
    FILL(text_at, 0);
    FILL(text_length, 0);
    FILL(token_at, CAIRN_NONE);
    FILL(n_tokens, 0);
    FILL(key, tree->store->empty_key);
    FILL(draws[CAIRN_ROLE_GENERATOR], 0);
    FILL(multiplicity, 0);
    FILL(logp, NAN);
    FILL(value, 0);
    FILL(total, 0);
    FILL(visits, 0);
    FILL(outcome, NAN);
    FILL(answer, -1);
    if (tree->verdict) FILL(verdict, CAIRN_VERDICT_UNKNOWN);
    if (tree->observation_at) {
        FILL(observation_at, 0);
        FILL(observation_length, 0);
    }
    if (tree->edge_reward) {
        FILL(edge_reward, 0);
        FILL(discount, 1);
    }
    if (tree->paid) FILL(paid, 0);
    if (tree->store->by_role) fill_roles(tree, first, n);
    for (int32_t c = 0; c < tree->n_scores; c++) {
        FILL(score[c], NAN);
        FILL(marks[c], 0);
    }
    if (tree->state_bytes) memset(tree->states + first * tree->state_bytes, 0, n * tree->state_bytes);
    cairn_node *next = tree->next_sibling + first;
    for (uint32_t i = 0; i < n; i++) next[i] = first + i + 1;
    next[n - 1] = CAIRN_NONE;
    tree->count += n;
    if (parent == CAIRN_NONE) return first;
    if (tree->n_children[parent])
        tree->next_sibling[tree->last_child[parent]] = first;
    else
        tree->first_child[parent] = first;
    tree->n_children[parent] += n;
    tree->last_child[parent] = first + n - 1;
    return first;
}

cairn_status cairn_tree_open(cairn_ctx *ctx, size_t state_bytes, cairn_tree **out) {
    struct whole {
        cairn_tree tree;
        struct cairn_tree_store store;
    } *whole = cairn_alloc(ctx, 1, sizeof *whole);
    if (!whole) return CAIRN_NO_MEMORY;
    cairn_tree *tree = &whole->tree;
    tree->store = &whole->store;
    tree->state_bytes = state_bytes;
    tree->store->present = (UINT64_C(1) << TREE_FIXED_COLUMNS) - 1;
    if (state_bytes) tree->store->present |= UINT64_C(1) << TREE_STATES;
    tree->store->texts = (chunks){.first = 4096, .element = 1};
    tree->store->tokens = (chunks){.first = 1024, .element = sizeof(int32_t)};
    tree->store->empty_key = cairn_key("", 0);
    cairn_status status = tree_columns_grow(ctx, tree, 1);
    if (status != CAIRN_OK) {
        cairn_tree_close(tree);
        return status;
    }
    cairn_tree_reset(tree);
    *out = tree;
    return CAIRN_OK;
}

void cairn_tree_close(cairn_tree *tree) {
    if (!tree) return;
    struct cairn_tree_store *s = tree->store;
    for (int k = 0; k < TREE_COLUMNS; k++) block_free(&s->column[k]);
    for (int k = 0; k < CHUNKS; k++) {
        block_free(&s->texts.chunk[k]);
        block_free(&s->tokens.chunk[k]);
    }
    for (size_t c = 0; c < s->score_room; c++) {
        block_free(&s->scores[c].score);
        block_free(&s->scores[c].marks);
    }
    cairn_free(s->scores);
    cairn_free(tree->score);
    cairn_free(tree->marks);
    cairn_free(tree->about_score);
    cairn_free(tree); /* the store lies after it */
}

void cairn_tree_reset(cairn_tree *tree) {
    tree_columns_reset(tree);
    tree->store->by_role = false;
    tree->n_scores = 0;
    tree->count = 0;
    rows_add(tree, CAIRN_NONE, 1);
    tree->path[CAIRN_ROOT] = CAIRN_PATH_ROOT;
    tree->prior[CAIRN_ROOT] = 1;
}

/* ---- optional columns --------------------------------------------------------------------------------------------- */

cairn_status cairn_tree_need_edges(cairn_ctx *ctx, cairn_tree *tree) {
    if (tree->edge_reward && tree->discount) return CAIRN_OK;
    CAIRN_TRY(tree_column_open(ctx, tree, TREE_DISCOUNT));
    for (cairn_node i = 0; i < tree->count; i++) tree->discount[i] = 1;
    CAIRN_TRY(tree_column_open(ctx, tree, TREE_EDGE_REWARD));
    for (cairn_node i = 0; i < tree->count; i++) tree->edge_reward[i] = 0;
    return CAIRN_OK;
}

cairn_status cairn_tree_need_paid(cairn_ctx *ctx, cairn_tree *tree) {
    if (tree->paid) return CAIRN_OK;
    CAIRN_TRY(tree_column_open(ctx, tree, TREE_PAID));
    for (cairn_node i = 0; i < tree->count; i++) tree->paid[i] = 0;
    return CAIRN_OK;
}

cairn_status cairn_tree_need_verdicts(cairn_ctx *ctx, cairn_tree *tree) {
    if (tree->verdict) return CAIRN_OK;
    CAIRN_TRY(tree_column_open(ctx, tree, TREE_VERDICT));
    for (cairn_node i = 0; i < tree->count; i++) tree->verdict[i] = CAIRN_VERDICT_UNKNOWN;
    return CAIRN_OK;
}

static cairn_status need_observations(cairn_ctx *ctx, cairn_tree *tree) {
    if (tree->observation_at && tree->observation_length) return CAIRN_OK;
    CAIRN_TRY(tree_column_open(ctx, tree, TREE_OBSERVATION_LENGTH));
    for (cairn_node i = 0; i < tree->count; i++) tree->observation_length[i] = 0;
    CAIRN_TRY(tree_column_open(ctx, tree, TREE_OBSERVATION_AT));
    for (cairn_node i = 0; i < tree->count; i++) tree->observation_at[i] = 0;
    return CAIRN_OK;
}

/* A column of counts of one role, which begin at 0. */
static cairn_status need_role_column(cairn_ctx *ctx, cairn_tree *tree, int k, uint32_t **column) {
    if (*column) return CAIRN_OK;
    CAIRN_TRY(tree_column_open(ctx, tree, k));
    memset(*column, 0, tree->count * sizeof **column);
    tree->store->by_role = true;
    return CAIRN_OK;
}

cairn_status cairn_tree_need_counts(cairn_ctx *ctx, cairn_tree *tree, cairn_role role) {
    CAIRN_TRY(need_role_column(ctx, tree, TREE_MC_OK + (int)role, &tree->mc_ok[role]));
    return need_role_column(ctx, tree, TREE_MC_N + (int)role, &tree->mc_n[role]);
}

cairn_status cairn_tree_need_draws(cairn_ctx *ctx, cairn_tree *tree, cairn_role role) {
    return need_role_column(ctx, tree, TREE_DRAWS + (int)role, &tree->draws[role]);
}

static cairn_status text_keep(cairn_ctx *ctx, cairn_tree *tree, const char *text, size_t length, uint32_t *at) {
    char *place;
    CAIRN_TRY(chunks_take(ctx, &tree->store->texts, (uint64_t)length + 1, at, (void **)&place));
    memcpy(place, text, length);
    place[length] = 0;
    return CAIRN_OK;
}

cairn_status cairn_tree_need_score(cairn_ctx *ctx, cairn_tree *tree, cairn_score_column about, int32_t *column) {
    if (!about.name) about.name = "";
    if (!about.source) about.source = "";
    for (int32_t c = 0; c < tree->n_scores; c++) {
        const cairn_score_column *there = &tree->about_score[c];
        if (strcmp(there->name, about.name) != 0) continue;
        if (strcmp(there->source, about.source) != 0 || there->meaning != about.meaning || there->low != about.low ||
            there->high != about.high)
            return cairn_fail(ctx, CAIRN_INVALID,
                              "score column `%s` of `%s` is there with another source, meaning or range", about.name,
                              about.source);
        *column = c;
        return CAIRN_OK;
    }
    int32_t c = tree->n_scores;
    uint32_t name, source;
    CAIRN_TRY(text_keep(ctx, tree, about.name, strlen(about.name), &name));
    CAIRN_TRY(text_keep(ctx, tree, about.source, strlen(about.source), &source));
    CAIRN_TRY(tree_score_open(ctx, tree));
    about.name = chunks_at(&tree->store->texts, name);
    about.source = chunks_at(&tree->store->texts, source);
    tree->about_score[c] = about;
    *column = c;
    return CAIRN_OK;
}

/* ---- adding ------------------------------------------------------------------------------------------------------- */

/* Checks the parent and makes room for n more rows. */
static cairn_status rows_reserve(cairn_ctx *ctx, cairn_tree *tree, cairn_node parent, uint32_t n) {
    if (parent >= tree->count)
        return cairn_fail(ctx, CAIRN_INVALID, "search tree: parent %" PRIu32 " is not one of its %" PRIu32 " nodes",
                          parent, tree->count);
    if (tree->depth[parent] == UINT16_MAX) return cairn_fail(ctx, CAIRN_LIMIT, "search tree: deeper than 65535 steps");
    if (n > UINT32_MAX - tree->count) return cairn_fail(ctx, CAIRN_LIMIT, "search tree: more than 2^32 - 1 nodes");
    uint32_t need = tree->count + n;
    if (need <= tree->capacity) return CAIRN_OK;
    uint32_t doubled = tree->capacity > UINT32_MAX / 2 ? UINT32_MAX : 2 * tree->capacity;
    return tree_columns_grow(ctx, tree, need > doubled ? need : doubled);
}

static cairn_status step_check(cairn_ctx *ctx, const cairn_child *step) {
    if (step->length && !step->text)
        return cairn_fail(ctx, CAIRN_INVALID, "search tree: a step with length but no text");
    if ((unsigned)step->kind > CAIRN_KIND_REFLECT)
        return cairn_fail(ctx, CAIRN_INVALID, "search tree: no kind of step has number %d", (int)step->kind);
    return step->length < UINT32_MAX ? CAIRN_OK
                                     : cairn_fail(ctx, CAIRN_LIMIT, "search tree: a step of %zu bytes", step->length);
}

/* Keeps text and tokens of a step, both or neither. */
static cairn_status step_keep(cairn_ctx *ctx, cairn_tree *tree, const cairn_child *step, uint32_t *text_at,
                              uint32_t *token_at) {
    struct cairn_tree_store *s = tree->store;
    uint64_t texts_used = s->texts.used;
    *text_at = 0;
    *token_at = CAIRN_NONE;
    if (step->length) CAIRN_TRY(text_keep(ctx, tree, step->text, step->length, text_at));
    if (step->tokens) {
        void *place;
        cairn_status status = chunks_take(ctx, &s->tokens, step->n_tokens, token_at, &place);
        if (status != CAIRN_OK) {
            s->texts.used = texts_used;
            return status;
        }
        if (step->n_tokens) memcpy(place, step->tokens, step->n_tokens * sizeof *step->tokens);
    }
    return CAIRN_OK;
}

static void step_put(cairn_tree *tree, cairn_node i, const cairn_child *step, uint32_t text_at, uint32_t token_at) {
    tree->kind[i] = (uint8_t)step->kind;
    tree->text_at[i] = text_at;
    tree->text_length[i] = (uint32_t)step->length;
    tree->token_at[i] = token_at;
    tree->n_tokens[i] = step->n_tokens;
    tree->key[i] = step->length ? cairn_key(step->text, step->length) : tree->store->empty_key;
    tree->logp[i] = step->logp;
}

cairn_status cairn_tree_add(cairn_ctx *ctx, cairn_tree *tree, cairn_node parent, const cairn_child *child,
                            cairn_node *node) {
    uint32_t text_at, token_at;
    CAIRN_TRY(step_check(ctx, child));
    CAIRN_TRY(rows_reserve(ctx, tree, parent, 1));
    CAIRN_TRY(step_keep(ctx, tree, child, &text_at, &token_at));
    cairn_node i = rows_add(tree, parent, 1);
    tree->path[i] = child->path;
    tree->prior[i] = child->prior;
    step_put(tree, i, child, text_at, token_at);
    *node = i;
    return CAIRN_OK;
}

cairn_status cairn_tree_set_step(cairn_ctx *ctx, cairn_tree *tree, cairn_node node, const cairn_child *step) {
    uint32_t text_at, token_at;
    if (node >= tree->count || node == CAIRN_ROOT)
        return cairn_fail(ctx, CAIRN_INVALID, "search tree: node %" PRIu32 " has no step", node);
    CAIRN_TRY(step_check(ctx, step));
    CAIRN_TRY(step_keep(ctx, tree, step, &text_at, &token_at));
    step_put(tree, node, step, text_at, token_at);
    return CAIRN_OK;
}

cairn_status cairn_tree_observe(cairn_ctx *ctx, cairn_tree *tree, cairn_node node, const char *observation) {
    if (node >= tree->count) return cairn_fail(ctx, CAIRN_INVALID, "search tree: no node %" PRIu32, node);
    if (!observation) return CAIRN_OK;
    size_t length = strlen(observation);
    uint32_t at;
    if (length >= UINT32_MAX) return cairn_fail(ctx, CAIRN_LIMIT, "search tree: an observation of %zu bytes", length);
    CAIRN_TRY(need_observations(ctx, tree));
    CAIRN_TRY(text_keep(ctx, tree, observation, length, &at));
    tree->observation_at[node] = at;
    tree->observation_length[node] = (uint32_t)length;
    return CAIRN_OK;
}

cairn_status cairn_tree_expand(cairn_ctx *ctx, cairn_tree *tree, cairn_node parent, const float *priors, uint32_t n,
                               cairn_node *first) {
    CAIRN_TRY(rows_reserve(ctx, tree, parent, n));
    cairn_node node = n ? rows_add(tree, parent, n) : CAIRN_NONE;
    uint64_t *path = tree->path;
    uint32_t *draws = tree->draws[CAIRN_ROLE_GENERATOR];
    for (uint32_t i = 0; i < n; i++) path[node + i] = cairn_path_child(path[parent], draws[parent] + i);
    for (uint32_t i = 0; i < n; i++) tree->prior[node + i] = priors ? priors[i] : 1.0f / (float)n;
    draws[parent] += n;
    tree->flags[parent] |= CAIRN_NODE_EXPANDED;
    *first = node;
    return CAIRN_OK;
}

/* ---- reading ------------------------------------------------------------------------------------------------------ */

cairn_node cairn_tree_find(const cairn_tree *tree, cairn_node parent, cairn_kind kind, const char *text,
                           size_t length) {
    uint64_t key = length ? cairn_key(text, length) : tree->store->empty_key;
    for (cairn_node i = tree->first_child[parent]; i != CAIRN_NONE; i = tree->next_sibling[i])
        if (tree->key[i] == key && tree->text_length[i] == length && tree->kind[i] == kind &&
            !(tree->flags[i] & CAIRN_NODE_PARTIAL) && (!length || memcmp(cairn_tree_text(tree, i), text, length) == 0))
            return i;
    return CAIRN_NONE;
}

bool cairn_tree_is_end(const cairn_tree *tree, cairn_node node) {
    return tree->kind[node] == CAIRN_KIND_FINISH && tree->text_length[node] == 0;
}

const char *cairn_tree_text(const cairn_tree *tree, cairn_node node) {
    return tree->text_length[node] ? chunks_at(&tree->store->texts, tree->text_at[node]) : "";
}

const char *cairn_tree_observation(const cairn_tree *tree, cairn_node node) {
    if (!tree->observation_length || tree->observation_length[node] == 0) return NULL;
    return chunks_at(&tree->store->texts, tree->observation_at[node]);
}

cairn_verdict cairn_tree_verdict(const cairn_tree *tree, cairn_node node) {
    if (tree->verdict) return (cairn_verdict)tree->verdict[node];
    if (isnan(tree->outcome[node])) return CAIRN_VERDICT_UNKNOWN;
    return tree->outcome[node] >= 0.5f ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
}

const int32_t *cairn_tree_tokens(const cairn_tree *tree, cairn_node node) {
    return tree->token_at[node] == CAIRN_NONE ? NULL : chunks_at(&tree->store->tokens, tree->token_at[node]);
}

cairn_status cairn_tree_steps(cairn_ctx *ctx, const cairn_tree *tree, cairn_node node, cairn_arena *arena,
                              const char *const **steps, int32_t *n) {
    if (node >= tree->count) return cairn_fail(ctx, CAIRN_INVALID, "search tree: no node %" PRIu32, node);
    if (cairn_tree_is_end(tree, node)) node = tree->parent[node];
    int32_t depth = tree->depth[node];
    const char **texts = cairn_arena_alloc(arena, (size_t)depth, sizeof *texts);
    if (!texts) return CAIRN_NO_MEMORY;
    for (int32_t k = depth - 1; k >= 0; k--, node = tree->parent[node]) texts[k] = cairn_tree_text(tree, node);
    *steps = texts;
    *n = depth;
    return CAIRN_OK;
}

cairn_status cairn_tree_observations(cairn_ctx *ctx, const cairn_tree *tree, cairn_node node, cairn_arena *arena,
                                     const char *const **observations) {
    if (node >= tree->count) return cairn_fail(ctx, CAIRN_INVALID, "search tree: no node %" PRIu32, node);
    *observations = NULL;
    if (!tree->observation_length) return CAIRN_OK;
    if (cairn_tree_is_end(tree, node)) node = tree->parent[node];
    int32_t depth = tree->depth[node];
    const char **texts = cairn_arena_alloc(arena, (size_t)depth, sizeof *texts);
    bool any = false;
    if (!texts) return CAIRN_NO_MEMORY;
    for (int32_t k = depth - 1; k >= 0; k--, node = tree->parent[node]) {
        texts[k] = cairn_tree_observation(tree, node);
        any |= texts[k] != NULL;
    }
    if (any) *observations = texts;
    return CAIRN_OK;
}

void *cairn_tree_state(cairn_tree *tree, cairn_node node) {
    return tree->state_bytes ? tree->states + node * tree->state_bytes : NULL;
}

size_t cairn_tree_column_bytes(const cairn_tree *tree) {
    size_t sum = 0;
    for (int k = 0; k < TREE_STATES; k++)
        if (tree->store->present >> k & 1) sum += tree_column_width(tree, k);
    return sum + (size_t)tree->n_scores * (sizeof(float) + 1);
}

size_t cairn_tree_bytes(const cairn_tree *tree) {
    const struct cairn_tree_store *s = tree->store;
    size_t sum = sizeof *tree + sizeof *s + chunks_bytes(&s->texts) + chunks_bytes(&s->tokens);
    for (int k = 0; k < TREE_COLUMNS; k++) sum += s->column[k].bytes;
    for (size_t c = 0; c < s->score_room; c++) sum += s->scores[c].score.bytes + s->scores[c].marks.bytes;
    return sum;
}

cairn_status cairn_tree_kv_tokens(cairn_ctx *ctx, const cairn_tree *tree, const cairn_node *leaves, int32_t n,
                                  int64_t *out) {
    if (n < 0) return cairn_fail(ctx, CAIRN_INVALID, "search tree: %" PRId32 " leaves", n);
    uint64_t *seen = cairn_alloc(ctx, (size_t)tree->count / 64 + 1, sizeof *seen); /* a bit a node */
    if (!seen) return CAIRN_NO_MEMORY;
    int64_t tokens = 0;
    cairn_status status = CAIRN_OK;
    for (int32_t i = 0; i < n && status == CAIRN_OK; i++) {
        cairn_node node = leaves[i];
        if (node >= tree->count) status = cairn_fail(ctx, CAIRN_INVALID, "search tree: no node %" PRIu32, node);
        for (; node < tree->count && !(seen[node / 64] >> node % 64 & 1); node = tree->parent[node]) {
            seen[node / 64] |= UINT64_C(1) << node % 64;
            tokens += tree->n_tokens[node];
        }
    }
    cairn_free(seen);
    if (status == CAIRN_OK) *out = tokens;
    return status;
}

double cairn_tree_aggregate(const cairn_tree *tree, cairn_node node, int32_t column, cairn_aggregator how) {
    double few[256], end = NAN;
    if (cairn_tree_is_end(tree, node)) {
        end = tree->score[column][node];
        node = tree->parent[node];
    }
    size_t depth = tree->depth[node];
    double *scores = depth <= sizeof few / sizeof *few ? few : malloc(depth * sizeof *scores);
    if (!scores || !depth) return NAN;
    for (size_t k = depth; k > 0; k--, node = tree->parent[node]) scores[k - 1] = tree->score[column][node];
    if (!isnan(end)) scores[depth - 1] = end;
    double sum = cairn_aggregate(how, scores, depth);
    if (scores != few) free(scores);
    return sum;
}

double cairn_tree_paid(const cairn_tree *tree, cairn_node node) {
    double sum = 0;
    for (; tree->paid && node != CAIRN_ROOT; node = tree->parent[node]) sum += tree->paid[node];
    return sum;
}
