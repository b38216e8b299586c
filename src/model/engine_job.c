/* Requests of the engine: what is asked and answered, and when generation stops. */
#include <string.h>

#include "model/engine_job.h"

/* ---- opening ------------------------------------------------------------------------------------------------------- */

static cairn_status check_tokens(cairn_engine *e, cairn_ctx *ctx, const int32_t *tokens, int32_t count,
                                 const char *what) {
    if (count < 0 || (count > 0 && !tokens)) return cairn_fail(ctx, CAIRN_INVALID, "%s: %d tokens", what, count);
    for (int32_t i = 0; i < count; i++)
        if (tokens[i] < 0 || tokens[i] >= e->model->shape.vocabulary)
            return cairn_fail(ctx, CAIRN_INVALID, "%s: token %d at %d is outside the vocabulary of %d", what, tokens[i],
                              i, e->model->shape.vocabulary);
    return CAIRN_OK;
}

static bool known(const cairn_engine *e, cairn_prefix prefix) {
    return prefix == KV_ROOT || (prefix > 0 && prefix < e->tree->n_nodes && e->tree->nodes[prefix].parent != KV_NONE &&
                                 e->tree->nodes[prefix].sealed && e->tree->nodes[prefix].refs > 0);
}

static cairn_status check_stops(cairn_engine *e, cairn_ctx *ctx, const cairn_generation *g, size_t *longest) {
    *longest = 0;
    if (g->n_stop_texts > 0 && !e->tokenizer)
        return cairn_fail(ctx, CAIRN_INVALID, "stop texts need an engine with a tokenizer");
    for (int32_t i = 0; i < g->n_stop_texts; i++) {
        size_t length = strlen(g->stop_texts[i]);
        if (length == 0) return cairn_fail(ctx, CAIRN_INVALID, "stop text %d is empty", i);
        if (length > *longest) *longest = length;
    }
    return CAIRN_OK;
}

static cairn_status check(cairn_engine *e, cairn_ctx *ctx, const cairn_generation *g, size_t *longest) {
    if (g->job) return cairn_fail(ctx, CAIRN_INVALID, "a request must be cleared before it is asked again");
    if (!known(e, g->from)) return cairn_fail(ctx, CAIRN_INVALID, "prefix %d is not held", g->from);
    CAIRN_TRY(check_tokens(e, ctx, g->tokens, g->n_tokens, "prefix"));
    CAIRN_TRY(check_tokens(e, ctx, g->suffix, g->n_suffix, "suffix"));
    CAIRN_TRY(check_stops(e, ctx, g, longest));
    int64_t prefix = (int64_t)kv_length(e->tree, g->from) + g->n_tokens;
    if (prefix == 0) return cairn_fail(ctx, CAIRN_INVALID, "the prefix is empty: there is nothing to go on from");
    if (prefix + g->n_suffix > e->model->shape.context)
        return cairn_fail(ctx, CAIRN_INVALID, "%lld tokens do not fit into the model's context of %d",
                          (long long)prefix + g->n_suffix, e->model->shape.context);
    if (g->max_tokens < 0) return cairn_fail(ctx, CAIRN_INVALID, "max_tokens is %d", g->max_tokens);
    for (int32_t i = 0; i < g->n_rows; i++)
        if (g->rows[i] < 0 || g->rows[i] >= prefix || (i && g->rows[i] <= g->rows[i - 1]))
            return cairn_fail(ctx, CAIRN_INVALID, "row %d at %d does not rise within the prefix of %lld tokens",
                              g->rows[i], i, (long long)prefix);
    return CAIRN_OK;
}

/* Where so many generated tokens and what goes with them lie in a block. */
static void lay_out(cairn_generation *g, void *block, size_t tokens) {
    g->logp_raw = block;
    g->logp_drawn = g->logp_raw + tokens;
    g->generated = (int32_t *)(g->logp_drawn + tokens);
}

static size_t token_bytes(size_t tokens) {
    return tokens * (2 * sizeof(double) + sizeof(int32_t));
}

static cairn_status need_room(cairn_ctx *ctx, engine_job *job) {
    cairn_generation *g = job->asked;
    size_t n = (size_t)g->n_generated, wanted = 2 * n;
    if (g->n_generated < job->capacity) return CAIRN_OK;
    const double *raw = g->logp_raw, *drawn = g->logp_drawn;
    const int32_t *tokens = g->generated;
    void *room = cairn_alloc(ctx, token_bytes(wanted), 1);
    if (!room) return CAIRN_NO_MEMORY;
    lay_out(g, room, wanted);
    memcpy(g->logp_raw, raw, n * sizeof *raw);
    memcpy(g->logp_drawn, drawn, n * sizeof *drawn);
    memcpy(g->generated, tokens, n * sizeof *tokens);
    cairn_free(job->room);
    job->room = room;
    job->capacity = (int32_t)wanted;
    return CAIRN_OK;
}

/* One block for the job and all that is answered, but for tokens past the first. */
static engine_job *make_job(cairn_engine *e, cairn_ctx *ctx, cairn_generation *g, int32_t tokens, size_t longest) {
    size_t n = (size_t)tokens, suffix = (size_t)g->n_suffix, rows = (size_t)g->n_rows;
    size_t trunk = rows * (size_t)e->model->shape.width, window = longest ? longest + e->longest_token : 0;
    engine_job *job =
        cairn_alloc(ctx, sizeof *job + suffix * sizeof(double) + token_bytes(n) + trunk * sizeof(float) + window, 1);
    if (!job) return NULL;
    g->suffix_logp = (double *)(job + 1);
    lay_out(g, g->suffix_logp + suffix, n);
    g->trunk = (float *)(g->generated + n);
    job->window.bytes = (char *)(g->trunk + trunk);
    job->window.longest = longest;
    job->capacity = tokens;
    job->asked = g;
    return job;
}

static cairn_status begin_suffix(cairn_engine *e, engine_job *job, cairn_finish finish, int32_t stop) {
    job->generating = false;
    job->asked->finish = finish;
    job->asked->stop = stop;
    return kv_append(e->tree, job->node, job->asked->suffix, job->asked->n_suffix);
}

/* Whatever it may generate at most, few requests do. */
static int32_t first_tokens(int32_t most) {
    return most < FIRST_TOKENS ? most : FIRST_TOKENS;
}

cairn_status job_open(cairn_engine *e, cairn_ctx *ctx, cairn_generation *g) {
    size_t longest = 0;
    int32_t prefix_node;
    CAIRN_TRY(check(e, ctx, g, &longest));
    int32_t prefix = kv_length(e->tree, g->from) + g->n_tokens, room = e->model->shape.context - prefix - g->n_suffix;
    int32_t tokens = g->max_tokens < room ? g->max_tokens : room;
    engine_job *job = make_job(e, ctx, g, first_tokens(tokens), longest);
    if (!job) return CAIRN_NO_MEMORY;
    cairn_status status = kv_insert(e->tree, g->from, g->tokens, g->n_tokens, &prefix_node);
    if (status == CAIRN_OK) {
        status = kv_grow(e->tree, prefix_node, first_tokens(tokens) + g->n_suffix, &job->node);
        kv_release(e->tree, prefix_node);
    }
    if (status != CAIRN_OK) {
        cairn_free(job);
        return status;
    }
    g->n_generated = 0;
    if (tokens == 0) /* there is room for the suffix */
        (void)begin_suffix(e, job, g->max_tokens > 0 ? CAIRN_FINISH_CONTEXT : CAIRN_FINISH_LENGTH, -1);
    e->found += kv_computed(e->tree, job->node);
    job->prefix = prefix;
    job->generating = tokens > 0;
    g->text_length = 0;
    g->end = CAIRN_PREFIX_EMPTY;
    g->job = job;
    job->prev = e->last;
    *(e->last ? &e->last->next : &e->first) = job;
    e->last = job;
    e->open++;
    return CAIRN_OK;
}

/* ---- another token ------------------------------------------------------------------------------------------------------ */

/* The stop text that begins first among those that are now complete, or -1; what is after it is not the text's. */
static int32_t find_stop(const cairn_engine *e, engine_job *job, int32_t token) {
    stop_window *w = &job->window;
    cairn_generation *g = job->asked;
    cairn_bytes text = cairn_token_text(e->tokenizer, token);
    if (text.data && !cairn_token_is_special(e->tokenizer, token)) {
        memcpy(w->bytes + w->length, text.data, text.length);
        w->length += text.length;
    }
    int32_t found = -1;
    size_t at = w->length;
    for (int32_t i = 0; i < g->n_stop_texts; i++) {
        const char *place = memmem(w->bytes, w->length, g->stop_texts[i], strlen(g->stop_texts[i]));
        if (place && (size_t)(place - w->bytes) < at) {
            at = (size_t)(place - w->bytes);
            found = i;
        }
    }
    g->text_length = w->before + at;
    if (w->length >= w->longest) { /* what is left is too short to hold a stop text */
        size_t gone = w->length - (w->longest - 1);
        memmove(w->bytes, w->bytes + gone, w->longest - 1);
        w->length -= gone;
        w->before += gone;
    }
    return found;
}

cairn_status job_add_token(cairn_engine *e, cairn_ctx *ctx, engine_job *job, const cairn_drawn *draw) {
    cairn_generation *g = job->asked;
    CAIRN_TRY(need_room(ctx, job));
    CAIRN_TRY(kv_append(e->tree, job->node, &draw->token, 1));
    int32_t i = g->n_generated++, text = -1;
    g->generated[i] = draw->token;
    g->logp_raw[i] = draw->logp_raw;
    g->logp_drawn[i] = draw->logp_drawn;
    if (g->n_stop_texts > 0) text = find_stop(e, job, draw->token);
    for (int32_t s = 0; s < g->n_stop_tokens; s++)
        if (g->stop_tokens[s] == draw->token) return begin_suffix(e, job, CAIRN_FINISH_TOKEN, s);
    if (text >= 0) return begin_suffix(e, job, CAIRN_FINISH_TEXT, text);
    if (g->n_generated == g->max_tokens) return begin_suffix(e, job, CAIRN_FINISH_LENGTH, -1);
    bool full = job->prefix + g->n_generated + g->n_suffix == e->model->shape.context;
    return full ? begin_suffix(e, job, CAIRN_FINISH_CONTEXT, -1) : CAIRN_OK;
}

/* ---- ending ------------------------------------------------------------------------------------------------------------------ */

static void leave(cairn_engine *e, engine_job *job) {
    *(job->prev ? &job->prev->next : &e->first) = job->next;
    *(job->next ? &job->next->prev : &e->last) = job->prev;
    job->next = job->prev = NULL;
    e->open--;
}

void job_close(cairn_engine *e, engine_job *job) {
    leave(e, job);
    kv_seal(e->tree, job->node);
    kv_release(e->tree, job->node);
}

void job_finish(cairn_engine *e, engine_job *job, cairn_status status) {
    cairn_generation *g = job->asked;
    if (status == CAIRN_OK) {
        int32_t parent = e->tree->nodes[job->node].parent;
        g->end = e->tree->nodes[job->node].length > 0 ? job->node : parent;
        kv_hold(e->tree, g->end);
    }
    job_close(e, job);
    g->request.status = status;
    cairn_request_done(&g->request);
}

void cairn_generation_clear(cairn_engine *engine, cairn_generation *generation) {
    if (!generation->job) return;
    if (generation->end != CAIRN_PREFIX_EMPTY) kv_release(engine->tree, generation->end);
    cairn_free(generation->job->room);
    cairn_free(generation->job);
    generation->job = NULL;
    generation->end = CAIRN_PREFIX_EMPTY;
    generation->generated = NULL;
    generation->logp_raw = generation->logp_drawn = generation->suffix_logp = NULL;
    generation->trunk = NULL;
    generation->n_generated = 0;
}

/* ---- prefixes ------------------------------------------------------------------------------------------------------------------ */

cairn_status cairn_engine_prefix(cairn_engine *engine, cairn_prefix from, const int32_t *tokens, int32_t count,
                                 cairn_prefix *out) {
    if (!known(engine, from)) return cairn_fail(engine->ctx, CAIRN_INVALID, "prefix %d is not held", from);
    CAIRN_TRY(check_tokens(engine, engine->ctx, tokens, count, "prefix"));
    return kv_insert(engine->tree, from, tokens, count, out);
}

void cairn_engine_hold(cairn_engine *engine, cairn_prefix prefix) {
    kv_hold(engine->tree, prefix);
}

void cairn_engine_release(cairn_engine *engine, cairn_prefix prefix) {
    kv_release(engine->tree, prefix);
}

int32_t cairn_engine_length(const cairn_engine *engine, cairn_prefix prefix) {
    return kv_length(engine->tree, prefix);
}

void cairn_engine_tokens(const cairn_engine *engine, cairn_prefix prefix, int32_t *out) {
    for (int32_t n = prefix; n != KV_ROOT; n = engine->tree->nodes[n].parent) {
        const kv_node *node = &engine->tree->nodes[n];
        if (node->length) memcpy(out + node->start, node->tokens, (size_t)node->length * sizeof *out);
    }
}
