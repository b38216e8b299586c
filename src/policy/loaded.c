#include "policy/loaded.h"

/* The model and the key of the very bytes that it was read from. */
static cairn_status read_file(cairn_ctx *ctx, const loaded_options *options, loaded *out) {
    cairn_gguf *file;
    CAIRN_TRY(cairn_gguf_open(ctx, options->file, &file));
    cairn_status status = cairn_transformer_read(ctx, out->device, file, options->bf16 ? CAIRN_BF16 : CAIRN_F32,
                                                 &out->model, &out->tokenizer);
    out->content = cairn_gguf_key(file);
    cairn_gguf_close(file);
    return status;
}

cairn_status loaded_open(cairn_ctx *ctx, const loaded_options *options, loaded *out) {
    *out = (loaded){0};
    cairn_engine_options engine = {.cache_bytes = (size_t)options->cache << 20, .rows = (int32_t)options->rows};
    cairn_status status = cairn_device_open(ctx, 1, CAIRN_MATMUL_FASTEST, &out->device);
    if (status == CAIRN_OK) status = read_file(ctx, options, out);
    if (status == CAIRN_OK)
        status = cairn_solution_format_of(ctx, out->tokenizer, out->model->shape.context, &out->format);
    if (status == CAIRN_OK)
        status = cairn_engine_open(ctx, out->device, out->model, out->tokenizer, &engine, &out->engine);
    if (status == CAIRN_OK) status = cairn_tape_open(ctx, out->device, CAIRN_F32, &out->tape);
    if (status == CAIRN_OK)
        cairn_tape_record(out->tape, false);
    else
        loaded_close(out);
    return status;
}

void loaded_close(loaded *l) {
    cairn_tape_close(l->tape);
    cairn_engine_close(l->engine);
    cairn_transformer_close(l->model);
    cairn_tokenizer_close(l->tokenizer);
    cairn_device_close(l->device);
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
