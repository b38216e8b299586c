/* Distributions of the next token, from a loaded model file. */
#include "policy/ask.h"

/* One request under way. */
typedef struct reading {
    cairn_generation generation;
    cairn_solution_tokens prefix;
    int32_t last; /* position of the prefix's last token */
} reading;

static cairn_status begin(cairn_ctx *ctx, const loaded *l, const cairn_prediction *q, reading *r) {
    CAIRN_TRY(cairn_solution_encode_turns(ctx, &l->format, q->name, q->problem, q->steps, q->observations, q->n_steps,
                                          false, &r->prefix));
    CAIRN_TRY(cairn_solution_begin(ctx, &l->format, q->name, q->begun ? q->begun : "", &r->prefix));
    r->last = (int32_t)r->prefix.tokens.count - 1;
    r->generation.tokens = r->prefix.tokens.ids;
    r->generation.n_tokens = r->last + 1;
    r->generation.decoding = CAIRN_DECODING_DEFAULT;
    r->generation.rows = &r->last;
    r->generation.n_rows = 1;
    return CAIRN_OK;
}

/* The vocabulary's head on the row after the prefix. */
static cairn_status tell(cairn_ctx *ctx, loaded *l, cairn_arena *arena, const reading *r, cairn_prediction *q) {
    const cairn_transformer_shape *shape = &l->model->shape;
    cairn_tape_reset(l->tape);
    cairn_tensor *row = cairn_tape_input(l->tape, 2, (int64_t[]){1, shape->width}, r->generation.trunk, false);
    cairn_tensor *logits = cairn_transformer_logits(l->tape, l->model, row);
    if (!logits) return CAIRN_NO_MEMORY;
    q->logp = cairn_arena_alloc(arena, (size_t)shape->vocabulary, sizeof *q->logp);
    if (!q->logp) return CAIRN_NO_MEMORY;
    q->n_tokens = shape->vocabulary;
    q->flops = loaded_read_flops(l, &r->prefix, q->known, r->last) +
               cairn_transformer_flops(shape, r->last, r->last + 1, true);
    cairn_status status = cairn_logit_logps(ctx, (const float *)logits->data, shape->vocabulary, q->legal, q->logp);
    return status == CAIRN_OK ? status : cairn_fail_within(ctx, status, "%s", q->name);
}

static cairn_status tell_all(cairn_ctx *ctx, loaded *l, cairn_arena *arena, cairn_prediction *requests, int32_t n,
                             reading *readings, cairn_request **open) {
    int32_t asked = 0;
    for (int32_t i = 0; i < n; i++) {
        requests[i].logp = NULL;
        requests[i].n_tokens = 0;
        requests[i].flops = 0;
        requests[i].status = begin(ctx, l, &requests[i], &readings[i]);
        if (requests[i].status == CAIRN_NO_MEMORY) return CAIRN_NO_MEMORY;
        if (requests[i].status == CAIRN_OK) open[asked++] = &readings[i].generation.request;
    }
    CAIRN_TRY(loaded_await(ctx, l, open, asked));
    for (int32_t i = 0; i < n; i++) {
        if (requests[i].status != CAIRN_OK) continue;
        requests[i].status = readings[i].generation.request.status;
        if (requests[i].status == CAIRN_OK) requests[i].status = tell(ctx, l, arena, &readings[i], &requests[i]);
        if (requests[i].status == CAIRN_NO_MEMORY) return CAIRN_NO_MEMORY;
    }
    return CAIRN_OK;
}

cairn_status loaded_next(cairn_ctx *ctx, loaded *l, cairn_arena *arena, cairn_prediction *requests, int32_t n) {
    if (n <= 0) return CAIRN_OK;
    reading *readings = cairn_alloc(ctx, (size_t)n, sizeof *readings);
    cairn_request **open = cairn_alloc(ctx, (size_t)n, sizeof *open);
    cairn_status status = readings && open ? tell_all(ctx, l, arena, requests, n, readings, open) : CAIRN_NO_MEMORY;
    for (int32_t i = 0; readings && i < n; i++) {
        cairn_generation_clear(l->engine, &readings[i].generation);
        cairn_solution_free(&readings[i].prefix);
    }
    cairn_free(readings);
    cairn_free(open);
    return status;
}
