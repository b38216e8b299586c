/* Policy `model`: a decoder of `cairn train sft` writes the next step, token by token, on the run's own stream of
 * random numbers.
 *
 * A step ends at the token <step>, a solution at </s>: by </s> alone, which is an end without a text, with the step
 * before. */
#include <math.h>
#include <string.h>

#include "cairn/policy.h"
#include "model/utf8.h"
#include "policy/ask.h"

typedef struct config {
    loaded_options model;
    int64_t top_k;
    double top_p, min_p;
} config;

static const cairn_option options[] = {
    LOADED_OPTIONS(config, model),
    CAIRN_INT(config, top_k, "0", 0, 1 << 20, "tokens", "draw among the k most likely tokens; 0: all"),
    CAIRN_REAL(config, top_p, "1", 0, 1, "", "draw among the fewest tokens that together have this share"),
    CAIRN_REAL(config, min_p, "0", 0, 1, "",
               "draw among tokens that are at least this times as likely as the most likely"),
};

typedef struct model {
    loaded l;
    cairn_decoding decoding; /* but for the temperature */
} model;

static cairn_status model_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world, const void *configuration,
                               const char *options_text, void **out) {
    (void)world, (void)options_text;
    const config *c = configuration;
    model *self = cairn_arena_alloc(arena, 1, sizeof *self);
    if (!self) return CAIRN_NO_MEMORY;
    self->decoding = (cairn_decoding){.top_k = (int32_t)c->top_k, .top_p = c->top_p, .min_p = c->min_p};
    CAIRN_TRY(loaded_open(ctx, &c->model, &self->l));
    *out = self;
    return CAIRN_OK;
}

static void model_close(void *self) {
    loaded_close(&((model *)self)->l);
}

/* One proposal under way. */
typedef struct proposing {
    cairn_generation generation;
    cairn_solution_tokens prefix; /* and the tokens of the step that are there */
    int32_t begun;                /* their number */
} proposing;

/* The next token is drawn by the block after those of the tokens that are there. */
static cairn_status go_on(cairn_ctx *ctx, const cairn_begun *begun, proposing *a) {
    if (begun->n_tokens > 0 && !begun->tokens)
        return cairn_fail(ctx, CAIRN_INVALID, "model: the beginning of a step has no token ids");
    for (int32_t i = 0; i < begun->n_tokens; i++) CAIRN_TRY(cairn_tokens_add(ctx, &a->prefix.tokens, begun->tokens[i]));
    a->begun = begun->n_tokens;
    a->generation.rng.index += (uint64_t)begun->n_tokens;
    return CAIRN_OK;
}

static cairn_status ask(cairn_ctx *ctx, const model *self, const cairn_proposal *q, const int32_t *stops,
                        proposing *a) {
    CAIRN_TRY(cairn_solution_encode_turns(ctx, &self->l.format, q->problem->id, q->problem->text, q->steps,
                                          q->observations, q->n_steps, false, &a->prefix));
    a->generation.rng = q->rng;
    if (q->begun) CAIRN_TRY(go_on(ctx, q->begun, a));
    a->generation.from = CAIRN_PREFIX_EMPTY;
    a->generation.tokens = a->prefix.tokens.ids;
    a->generation.n_tokens = (int32_t)a->prefix.tokens.count;
    a->generation.max_tokens = q->sampling.max_tokens - a->begun;
    a->generation.decoding = self->decoding;
    a->generation.decoding.temperature = q->sampling.temperature;
    a->generation.stop_tokens = stops;
    a->generation.n_stop_tokens = 2;
    return CAIRN_OK;
}

/* Tokens are bytes, a step is a text: a byte that begins no character, and NUL, become U+FFFD. The last character of a
 * part may still be unfinished, and is left out. */
static cairn_status readable(cairn_ctx *ctx, const cairn_text *bytes, bool part, cairn_text *out) {
    CAIRN_TRY(cairn_text_add(ctx, out, "", 0));
    for (size_t at = 0, n; at < bytes->length; at += n ? n : 1) {
        if (part && utf8_look(bytes->data + at, bytes->length - at, &n) == UTF8_SHORT) break;
        n = bytes->data[at] ? cairn_utf8_character(bytes->data + at, bytes->length - at) : 0;
        CAIRN_TRY(n ? cairn_text_add(ctx, out, bytes->data + at, n) : cairn_text_add(ctx, out, "\xef\xbf\xbd", 3));
    }
    return CAIRN_OK;
}

/* Whether the context has no room for a token after this step. A text may be spelled in more tokens than it was
 * generated in. */
static cairn_status fills_context(cairn_ctx *ctx, const model *self, const proposing *a, const cairn_text *text,
                                  bool *out) {
    cairn_tokens tokens = {0};
    cairn_status status = cairn_tokenizer_encode(ctx, self->l.tokenizer, text->data, text->length, &tokens);
    size_t before = a->prefix.tokens.count - (size_t)a->begun;
    *out = before + tokens.count + 1 >= (size_t)self->l.format.context; /* with its <step> */
    cairn_tokens_free(&tokens);
    return status;
}

/* All tokens of the step, with those begun. */
static cairn_status take_tokens(cairn_arena *arena, const proposing *a, cairn_proposal *q) {
    const cairn_generation *g = &a->generation;
    const size_t begun = (size_t)a->begun, more = (size_t)g->n_generated;
    int32_t *tokens = cairn_arena_alloc(arena, begun + more + 1, sizeof *tokens);
    if (!tokens) return CAIRN_NO_MEMORY;
    if (begun) memcpy(tokens, q->begun->tokens, begun * sizeof *tokens);
    if (more) memcpy(tokens + begun, g->generated, more * sizeof *tokens);
    q->tokens = tokens;
    q->n_tokens = a->begun + g->n_generated;
    q->logp = q->begun ? q->begun->logp : 0;
    for (int32_t i = 0; i < g->n_generated; i++) q->logp += g->logp_raw[i];
    return CAIRN_OK;
}

/* The step's text without the token that ended it. A full context ends the solution: nothing more can follow. */
static cairn_status answer(cairn_ctx *ctx, const model *self, cairn_arena *arena, const proposing *a,
                           cairn_proposal *q) {
    const cairn_generation *g = &a->generation;
    cairn_text bytes = {0}, text = {0};
    bool stopped = g->finish == CAIRN_FINISH_TOKEN, full = false, part = q->partial && g->finish == CAIRN_FINISH_LENGTH;
    CAIRN_TRY(take_tokens(arena, a, q));
    cairn_status status =
        cairn_tokenizer_decode(ctx, self->l.tokenizer, q->tokens, (size_t)(q->n_tokens - stopped), false, &bytes);
    if (status == CAIRN_OK) status = readable(ctx, &bytes, part, &text);
    if (status == CAIRN_OK && !part) status = fills_context(ctx, self, a, &text, &full);
    if (status == CAIRN_OK) q->text = cairn_arena_copy(arena, text.data, text.length);
    cairn_text_free(&text);
    cairn_text_free(&bytes);
    CAIRN_TRY(status);
    if (!q->text) return CAIRN_NO_MEMORY;
    q->flops = cairn_transformer_flops(&self->l.model->shape, g->n_tokens - 1, g->n_tokens - 1 + g->n_generated, true);
    bool ended = (stopped && g->stop == 1) || g->finish == CAIRN_FINISH_CONTEXT || full;
    q->stop = ended ? CAIRN_STOP_END : stopped ? CAIRN_STOP_STEP : CAIRN_STOP_LENGTH;
    return CAIRN_OK;
}

static cairn_status propose_all(cairn_ctx *ctx, model *self, cairn_arena *arena, cairn_proposal *requests, int32_t n,
                                proposing *asks, cairn_request **open) {
    const int32_t stops[] = {self->l.format.step, self->l.format.end};
    int32_t asked = 0;
    for (int32_t i = 0; i < n; i++) {
        requests[i].status = ask(ctx, self, &requests[i], stops, &asks[i]);
        if (requests[i].status == CAIRN_NO_MEMORY) return CAIRN_NO_MEMORY;
        if (requests[i].status == CAIRN_OK) open[asked++] = &asks[i].generation.request;
    }
    CAIRN_TRY(loaded_await(ctx, &self->l, open, asked));
    for (int32_t i = 0; i < n; i++) {
        if (requests[i].status != CAIRN_OK) continue;
        requests[i].status = asks[i].generation.request.status;
        if (requests[i].status != CAIRN_OK) continue;
        requests[i].status = answer(ctx, self, arena, &asks[i], &requests[i]);
        requests[i].problem_flops = cairn_transformer_flops(&self->l.model->shape, 0, asks[i].prefix.prompt - 1, false);
    }
    return CAIRN_OK;
}

static cairn_status model_propose(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_proposal *requests, int32_t n) {
    model *self = data;
    if (n <= 0) return CAIRN_OK;
    proposing *asks = cairn_alloc(ctx, (size_t)n, sizeof *asks);
    cairn_request **open = cairn_alloc(ctx, (size_t)n, sizeof *open);
    cairn_status status = asks && open ? propose_all(ctx, self, arena, requests, n, asks, open) : CAIRN_NO_MEMORY;
    for (int32_t i = 0; asks && i < n; i++) {
        cairn_generation_clear(self->l.engine, &asks[i].generation);
        cairn_solution_free(&asks[i].prefix);
    }
    cairn_free(asks);
    cairn_free(open);
    return status;
}

static cairn_status model_ask(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_asking *requests, int32_t n) {
    model *self = data;
    return loaded_ask(ctx, &self->l, &self->decoding, arena, requests, n);
}

static cairn_status model_next(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_prediction *requests, int32_t n) {
    return loaded_next(ctx, &((model *)data)->l, arena, requests, n);
}

static const cairn_tokenizer *model_tokenizer(const void *self) {
    return ((const model *)self)->l.tokenizer;
}

static uint64_t model_content(const void *self) {
    return cairn_engine_content(((const model *)self)->l.engine);
}

static void model_held(const void *self, cairn_engine_held *sum) {
    cairn_engine_add_held(((const model *)self)->l.engine, sum);
}

const cairn_policy_type cairn_policy_model = {
    .about = {.name = "model",
              .summary = "a decoder from a model file (cairn train sft)",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .open = model_open,
    .close = model_close,
    .propose = model_propose,
    .partial = true,
    .content = model_content,
    .ask = model_ask,
    .next = model_next,
    .tokenizer = model_tokenizer,
    .held = model_held,
};

cairn_status cairn_policy_open_engine(cairn_ctx *ctx, cairn_arena *arena, cairn_engine *engine,
                                      const cairn_decoding *decoding, const cairn_world *world, cairn_policy *out) {
    model *self = cairn_arena_alloc(arena, 1, sizeof *self);
    if (!self) return CAIRN_NO_MEMORY;
    self->decoding = decoding ? *decoding : CAIRN_DECODING_DEFAULT;
    cairn_status status = loaded_on(ctx, engine, &self->l);
    if (status != CAIRN_OK) {
        model_close(self);
        return status;
    }
    *out = (cairn_policy){.type = &cairn_policy_model, .world = world, .self = self};
    return CAIRN_OK;
}
