/* Free requests to a loaded model: what is given is read, then generated from, and then each choice is scored after it.
 *
 *   <s> problem <sep> step <step> ... begun | generated: ... <step> ... | forced choice
 *
 * Two rounds of requests to the engine: all that is generated, then all choices of all requests, each as a suffix after
 * the tokens that they share, which are computed once. */
#include "policy/ask.h"

#include <string.h>

/* One request under way. */
typedef struct asking {
    cairn_generation generation;
    cairn_solution_tokens prefix; /* what was given */
    bool generates;
    bool unfinished;          /* the last step written goes on with what is forced */
    int32_t room;             /* tokens that forced text and choices need */
    int64_t computed;         /* rows of given and generated tokens */
    cairn_generation *scored; /* [n_choices] */
    cairn_tokens *spelled;    /* [n_choices] the text with each choice */
} asking;

static const char *or_nothing(const char *text) {
    return text ? text : "";
}

/* ---- generating ---------------------------------------------------------------------------------------------------------- */

static cairn_status check(cairn_ctx *ctx, const cairn_asking *q) {
    if (q->n_steps < 0 || q->n_choices < 0 || q->n_stops < 0 || q->sampling.max_tokens < 0)
        return cairn_fail(ctx, CAIRN_INVALID, "%s: a request has a negative count", q->name);
    for (int32_t i = 0; i < q->n_choices; i++)
        if (!*q->choices[i]) return cairn_fail(ctx, CAIRN_INVALID, "%s: choice %d is empty", q->name, (int)i);
    return CAIRN_OK;
}

/* Room for the end of a step, what is forced and the longest choice. */
static cairn_status find_room(cairn_ctx *ctx, const loaded *l, const cairn_asking *q, asking *a) {
    cairn_tokens tokens = {0};
    cairn_status status = CAIRN_OK;
    for (int32_t i = 0; i < q->n_choices && status == CAIRN_OK; i++) {
        tokens.count = 0;
        status =
            cairn_tokenizer_encode(ctx, l->tokenizer, or_nothing(q->forced), strlen(or_nothing(q->forced)), &tokens);
        if (status == CAIRN_OK)
            status = cairn_tokenizer_encode(ctx, l->tokenizer, q->choices[i], strlen(q->choices[i]), &tokens);
        if ((int64_t)tokens.count >= l->format.context)
            status = cairn_fail(ctx, CAIRN_LIMIT, "%s: choice %d is longer than the context", q->name, (int)i);
        if ((int32_t)tokens.count + 1 > a->room) a->room = (int32_t)tokens.count + 1;
    }
    cairn_tokens_free(&tokens);
    return status;
}

static cairn_status begin(cairn_ctx *ctx, const loaded *l, const cairn_decoding *decoding, const int32_t *stops,
                          const cairn_asking *q, asking *a) {
    CAIRN_TRY(check(ctx, q));
    CAIRN_TRY(cairn_solution_encode_turns(ctx, &l->format, q->name, q->problem, q->steps, q->observations, q->n_steps,
                                          false, &a->prefix));
    CAIRN_TRY(cairn_solution_begin(ctx, &l->format, q->name, or_nothing(q->begun), &a->prefix));
    CAIRN_TRY(find_room(ctx, l, q, a));
    int32_t given = (int32_t)a->prefix.tokens.count, left = l->format.context - given - a->room;
    int32_t most = q->sampling.max_tokens < left ? q->sampling.max_tokens : left;
    a->generates = most > 0;
    a->unfinished = true;
    cairn_generation *g = &a->generation;
    g->from = CAIRN_PREFIX_EMPTY;
    g->tokens = a->prefix.tokens.ids;
    g->n_tokens = given;
    g->max_tokens = most;
    g->decoding = *decoding;
    g->decoding.temperature = q->sampling.temperature;
    g->rng = q->rng;
    g->stop_tokens = stops; /* </s>, <step> */
    g->n_stop_tokens = q->one_step ? 2 : 1;
    g->stop_texts = q->stops;
    g->n_stop_texts = q->n_stops;
    return CAIRN_OK;
}

/* ---- what was generated ---------------------------------------------------------------------------------------------------- */

/* Steps of the generated tokens, up to the first byte of a stop text, which may lie in several of them. */
typedef struct reader {
    cairn_text step;
    const char **steps; /* [n] */
    int32_t n;
    size_t left; /* bytes before the stop text */
} reader;

static cairn_status end_step(cairn_ctx *ctx, cairn_arena *arena, reader *r) {
    CAIRN_TRY(cairn_text_add(ctx, &r->step, "", 0));
    r->steps[r->n] = cairn_arena_copy(arena, r->step.data, strlen(r->step.data));
    if (!r->steps[r->n]) return CAIRN_NO_MEMORY;
    r->n++;
    cairn_text_clear(&r->step);
    return CAIRN_OK;
}

static cairn_status read_steps(cairn_ctx *ctx, const loaded *l, cairn_arena *arena, const cairn_generation *g,
                               reader *r) {
    for (int32_t i = 0; i < g->n_generated; i++) {
        int32_t token = g->generated[i];
        if (token == l->format.step) CAIRN_TRY(end_step(ctx, arena, r));
        if (cairn_token_is_special(l->tokenizer, token)) continue;
        cairn_bytes bytes = cairn_token_text(l->tokenizer, token);
        size_t kept = bytes.length < r->left ? bytes.length : r->left;
        CAIRN_TRY(cairn_text_add(ctx, &r->step, bytes.data, kept));
        r->left -= kept;
        if (kept < bytes.length) break;
    }
    return CAIRN_OK;
}

static cairn_stop stop_of(const cairn_generation *g) {
    if (g->finish == CAIRN_FINISH_TEXT) return CAIRN_STOP_TEXT;
    if (g->finish != CAIRN_FINISH_TOKEN) return CAIRN_STOP_LENGTH;
    return g->stop == 0 ? CAIRN_STOP_END : CAIRN_STOP_STEP;
}

/* Debits the rows before what is generated, then the generated ones, the first of which is that of the last token
 * given. */
static void debit_generated(const loaded *l, asking *a, cairn_asking *q) {
    int64_t last = (int64_t)a->prefix.tokens.count - 1;
    a->computed = last + q->n_tokens;
    q->flops = loaded_read_flops(l, &a->prefix, q->known, last) +
               cairn_transformer_flops(&l->model->shape, last, a->computed, true);
}

static cairn_status tell(cairn_ctx *ctx, const loaded *l, cairn_arena *arena, asking *a, reader *r, cairn_asking *q,
                         bool *unfinished) {
    const cairn_generation *g = &a->generation;
    size_t n = (size_t)g->n_generated;
    int32_t *tokens = cairn_arena_alloc(arena, n, sizeof *tokens);
    r->steps = cairn_arena_alloc(arena, n + 1, sizeof *r->steps);
    if (!tokens || !r->steps) return CAIRN_NO_MEMORY;
    if (n) memcpy(tokens, g->generated, n * sizeof *tokens);
    q->stop = stop_of(g);
    q->tokens = tokens;
    q->n_tokens = g->n_generated;
    debit_generated(l, a, q);
    for (size_t i = 0; i < n; i++) q->logp += g->logp_raw[i];
    r->left = q->stop == CAIRN_STOP_TEXT ? g->text_length : SIZE_MAX;
    CAIRN_TRY(read_steps(ctx, l, arena, g, r));
    bool more = r->step.length > 0; /* after the last <step> */
    *unfinished = (q->stop == CAIRN_STOP_LENGTH || q->stop == CAIRN_STOP_TEXT) && (more || r->n == 0);
    if (more) CAIRN_TRY(end_step(ctx, arena, r));
    q->written = r->steps;
    q->n_written = r->n;
    return CAIRN_OK;
}

static cairn_status finish_generating(cairn_ctx *ctx, const loaded *l, cairn_arena *arena, asking *a, cairn_asking *q) {
    reader r = {0};
    q->status = a->generation.request.status;
    if (q->status != CAIRN_OK) return CAIRN_OK;
    cairn_status status = tell(ctx, l, arena, a, &r, q, &a->unfinished);
    cairn_text_free(&r.step);
    return status;
}

/* ---- choices ------------------------------------------------------------------------------------------------------------------ */

/* The text before the choices: its complete steps, and what the unfinished one holds, with what is forced. */
static cairn_status text_before(cairn_ctx *ctx, cairn_arena *arena, const asking *a, const cairn_asking *q,
                                const char ***steps, const char ***observations, int32_t *n_steps, cairn_text *open) {
    int32_t n = q->n_steps, complete = q->n_written - (a->unfinished && q->n_written > 0);
    const char **all = cairn_arena_alloc(arena, (size_t)n + (size_t)q->n_written + 1, sizeof *all);
    const char **seen = cairn_arena_alloc(arena, (size_t)n + (size_t)q->n_written + 1, sizeof *seen);
    if (!all || !seen) return CAIRN_NO_MEMORY;
    if (n && q->observations) memcpy(seen, q->observations, (size_t)n * sizeof *seen);
    if (n) memcpy(all, q->steps, (size_t)n * sizeof *all);
    for (int32_t i = 0; i < complete; i++) {
        all[n++] = i == 0 ? cairn_arena_printf(arena, "%s%s", or_nothing(q->begun), q->written[i]) : q->written[i];
        if (!all[n - 1]) return CAIRN_NO_MEMORY;
    }
    if (!a->unfinished && q->n_written == 0 && *or_nothing(q->begun)) all[n++] = q->begun; /* it ended at once */
    if (a->unfinished && complete == 0) CAIRN_TRY(cairn_text_printf(ctx, open, "%s", or_nothing(q->begun)));
    if (complete < q->n_written) CAIRN_TRY(cairn_text_printf(ctx, open, "%s", q->written[complete]));
    *steps = all;
    *observations = seen;
    *n_steps = n;
    return cairn_text_printf(ctx, open, "%s", or_nothing(q->forced));
}

/* Tokens that the first `most` of a and b have in common. */
static size_t common(const cairn_tokens *a, const cairn_tokens *b, size_t most) {
    size_t i = 0;
    while (i < most && i < a->count && i < b->count && a->ids[i] == b->ids[i]) i++;
    return i;
}

/* Tokens of the text with each choice: complete steps, then open text and choice as one. *shared: those before the
 * choices. */
static cairn_status spell(cairn_ctx *ctx, const loaded *l, cairn_arena *arena, const cairn_asking *q, asking *a,
                          cairn_solution_tokens *s, cairn_text *open, size_t *shared) {
    const char **steps, **observations;
    int32_t n_steps;
    CAIRN_TRY(text_before(ctx, arena, a, q, &steps, &observations, &n_steps, open));
    CAIRN_TRY(
        cairn_solution_encode_turns(ctx, &l->format, q->name, q->problem, steps, observations, n_steps, false, s));
    size_t closed = s->tokens.count, length = open->length;
    CAIRN_TRY(cairn_solution_begin(ctx, &l->format, q->name, open->data, s));
    cairn_tokens bare = {0};
    cairn_status status = CAIRN_OK;
    for (size_t i = 0; i < s->tokens.count && status == CAIRN_OK; i++)
        status = cairn_tokens_add(ctx, &bare, s->tokens.ids[i]);
    *shared = bare.count;
    for (int32_t i = 0; i < q->n_choices && status == CAIRN_OK; i++) {
        s->tokens.count = closed;
        open->length = length;
        status = cairn_text_printf(ctx, open, "%s", q->choices[i]);
        if (status == CAIRN_OK) status = cairn_solution_begin(ctx, &l->format, q->name, open->data, s);
        for (size_t k = 0; k < s->tokens.count && status == CAIRN_OK; k++)
            status = cairn_tokens_add(ctx, &a->spelled[i], s->tokens.ids[k]);
        *shared = common(&bare, &a->spelled[i], *shared);
    }
    cairn_tokens_free(&bare);
    return status;
}

/* Debits what stands before the choices, as far as it was not computed, and then each choice; the row that all of them
 * follow counts once. */
static void debit_choices(const loaded *l, asking *a, cairn_asking *q, int64_t shared, int64_t read_before) {
    const cairn_transformer_shape *shape = &l->model->shape;
    int64_t given = (int64_t)a->prefix.tokens.count, last = shared - 1;
    if (!a->generates) {
        a->computed = given - 1 < last ? given - 1 : last;
        q->flops = loaded_read_flops(l, &a->prefix, q->known, a->computed);
    }
    int64_t kept = read_before < a->computed ? read_before : a->computed;
    if (kept < last) q->flops += cairn_transformer_flops(shape, kept, last, false);
    q->flops += cairn_transformer_flops(shape, last, shared, true);
    for (int32_t i = 0; i < q->n_choices; i++)
        q->flops += cairn_transformer_flops(shape, shared, last + a->scored[i].n_suffix, true);
}

/* How many of the first n tokens were given or generated as they are. */
static size_t read_before(const asking *a, const int32_t *ids, size_t n) {
    size_t given = a->prefix.tokens.count, most = given + (size_t)a->generation.n_generated, i = 0;
    while (i < n && i < most && ids[i] == (i < given ? a->prefix.tokens.ids[i] : a->generation.generated[i - given]))
        i++;
    return i;
}

static cairn_status begin_choices(cairn_ctx *ctx, const loaded *l, cairn_arena *arena, cairn_asking *q, asking *a) {
    size_t n = (size_t)q->n_choices, shared = 0;
    cairn_solution_tokens s = {0};
    cairn_text open = {0};
    q->choice_logp = cairn_arena_alloc(arena, n, sizeof *q->choice_logp);
    a->scored = cairn_arena_alloc(arena, n, sizeof *a->scored);
    a->spelled = cairn_arena_alloc(arena, n, sizeof *a->spelled);
    if (!q->choice_logp || !a->scored || !a->spelled) return CAIRN_NO_MEMORY;
    cairn_status status = spell(ctx, l, arena, q, a, &s, &open, &shared);
    cairn_solution_free(&s);
    cairn_text_free(&open);
    CAIRN_TRY(status);
    size_t before = read_before(a, a->spelled[0].ids, shared);
    q->n_read += (int64_t)shared - (int64_t)before;
    for (size_t i = 0; i < n; i++) {
        cairn_generation *g = &a->scored[i];
        g->tokens = a->spelled[i].ids;
        g->n_tokens = (int32_t)shared;
        g->suffix = a->spelled[i].ids + shared;
        g->n_suffix = (int32_t)(a->spelled[i].count - shared);
        g->decoding = CAIRN_DECODING_DEFAULT;
        q->n_read += g->n_suffix;
    }
    debit_choices(l, a, q, (int64_t)shared, (int64_t)before);
    return CAIRN_OK;
}

static void finish_choices(const asking *a, cairn_asking *q) {
    for (int32_t i = 0; i < q->n_choices; i++) {
        const cairn_generation *g = &a->scored[i];
        if (g->request.status != CAIRN_OK) {
            q->status = g->request.status;
            return;
        }
        for (int32_t k = 0; k < g->n_suffix; k++) q->choice_logp[i] += g->suffix_logp[k];
    }
}

/* ---- all of them ---------------------------------------------------------------------------------------------------------------- */

static bool ends_all(cairn_status status) {
    return status == CAIRN_NO_MEMORY || status == CAIRN_CANCELLED;
}

static cairn_status generate_all(cairn_ctx *ctx, loaded *l, const cairn_decoding *decoding, cairn_arena *arena,
                                 cairn_asking *requests, int32_t n, asking *asks, cairn_request **open) {
    const int32_t stops[] = {l->format.end, l->format.step};
    int32_t asked = 0;
    for (int32_t i = 0; i < n; i++) {
        cairn_asking *q = &requests[i];
        q->written = NULL;
        q->tokens = NULL;
        q->choice_logp = NULL;
        q->n_written = q->n_tokens = 0;
        q->logp = q->flops = 0;
        q->stop = CAIRN_STOP_LENGTH;
        q->status = begin(ctx, l, decoding, stops, q, &asks[i]);
        if (ends_all(q->status)) return q->status;
        q->n_read = q->status == CAIRN_OK ? (int64_t)asks[i].prefix.tokens.count : 0;
        if (q->status == CAIRN_OK && asks[i].generates) open[asked++] = &asks[i].generation.request;
    }
    CAIRN_TRY(loaded_await(ctx, l, open, asked));
    for (int32_t i = 0; i < n; i++)
        if (requests[i].status == CAIRN_OK && asks[i].generates)
            CAIRN_TRY(finish_generating(ctx, l, arena, &asks[i], &requests[i]));
    return CAIRN_OK;
}

static cairn_status score_all(cairn_ctx *ctx, loaded *l, cairn_arena *arena, cairn_asking *requests, int32_t n,
                              asking *asks, cairn_request **open) {
    int32_t asked = 0;
    for (int32_t i = 0; i < n; i++) {
        if (requests[i].status != CAIRN_OK || requests[i].n_choices == 0) continue;
        requests[i].status = begin_choices(ctx, l, arena, &requests[i], &asks[i]);
        if (ends_all(requests[i].status)) return requests[i].status;
        for (int32_t k = 0; k < requests[i].n_choices && requests[i].status == CAIRN_OK; k++)
            open[asked++] = &asks[i].scored[k].request;
    }
    CAIRN_TRY(loaded_await(ctx, l, open, asked));
    for (int32_t i = 0; i < n; i++)
        if (requests[i].status == CAIRN_OK) finish_choices(&asks[i], &requests[i]);
    return CAIRN_OK;
}

static void release(loaded *l, const cairn_asking *q, asking *a) {
    cairn_generation_clear(l->engine, &a->generation);
    cairn_solution_free(&a->prefix);
    for (int32_t i = 0; a->spelled && i < q->n_choices; i++) {
        cairn_generation_clear(l->engine, &a->scored[i]);
        cairn_tokens_free(&a->spelled[i]);
    }
}

cairn_status loaded_ask(cairn_ctx *ctx, loaded *l, const cairn_decoding *decoding, cairn_arena *arena,
                        cairn_asking *requests, int32_t n) {
    if (n <= 0) return CAIRN_OK;
    size_t most = (size_t)n;
    for (int32_t i = 0; i < n; i++) most += requests[i].n_choices > 0 ? (size_t)requests[i].n_choices : 0;
    asking *asks = cairn_alloc(ctx, (size_t)n, sizeof *asks);
    cairn_request **open = cairn_alloc(ctx, most, sizeof *open);
    cairn_status status = asks && open ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) status = generate_all(ctx, l, decoding, arena, requests, n, asks, open);
    if (status == CAIRN_OK) status = score_all(ctx, l, arena, requests, n, asks, open);
    for (int32_t i = 0; asks && i < n; i++) release(l, &requests[i], &asks[i]);
    cairn_free(asks);
    cairn_free(open);
    return status;
}
