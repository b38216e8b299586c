#include "policy/loaded.h"

cairn_status loaded_on(cairn_ctx *ctx, cairn_engine *engine, loaded *out) {
    *out = (loaded){.engine = engine, .model = cairn_engine_model(engine), .tokenizer = cairn_engine_tokenizer(engine)};
    if (!out->tokenizer) return cairn_fail(ctx, CAIRN_INVALID, "the engine has no tokenizer");
    CAIRN_TRY(cairn_solution_format_of(ctx, out->tokenizer, out->model->shape.context, &out->format));
    CAIRN_TRY(cairn_tape_open(ctx, cairn_engine_device(engine), CAIRN_F32, &out->tape));
    cairn_tape_record(out->tape, false);
    return CAIRN_OK;
}

cairn_status loaded_open(cairn_ctx *ctx, const loaded_options *options, loaded *out) {
    const cairn_engine_options o = {.cache_bytes = (size_t)options->cache << 20, .rows = (int32_t)options->rows};
    cairn_engine *engine;
    CAIRN_TRY(cairn_engine_load(ctx, options->file, options->bf16 ? CAIRN_BF16 : CAIRN_F32, &o, &engine));
    cairn_status status = loaded_on(ctx, engine, out);
    out->from_file = true;
    if (status != CAIRN_OK) loaded_close(out);
    return status;
}

void loaded_close(loaded *l) {
    cairn_tape_close(l->tape);
    if (l->from_file) cairn_engine_unload(l->engine);
    *l = (loaded){0};
}

double loaded_read_flops(const loaded *l, const cairn_solution_tokens *text, int32_t known, int64_t to) {
    int64_t from = 0;
    if (known == 1)
        from = text->prompt - 1;
    else if (known > 1)
        from = known - 2 < text->n_steps ? text->step_ends[known - 2] : (int64_t)text->tokens.count - 1;
    return from < to ? cairn_transformer_flops(&l->model->shape, from, to, false) : 0;
}

cairn_status loaded_await(cairn_ctx *ctx, loaded *l, cairn_request *const *requests, int32_t n) {
    cairn_status status = cairn_await(ctx, cairn_engine_backend(l->engine), requests, n);
    bool asked = n == 0 || requests[0]->done;
    return status == CAIRN_CANCELLED || status == CAIRN_NO_MEMORY || !asked ? status : CAIRN_OK;
}
