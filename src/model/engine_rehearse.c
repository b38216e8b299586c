/* What the largest step of an engine needs, found without computing one. */
#include "model/engine_job.h"

/* ---- the largest step: every row is a sequence of its own, as long as the context, that goes on by one token ------------------------ */

typedef struct widest {
    int32_t *tokens, *starts, *before;
    bool *kept;
    float *const **pages;
} widest;

static void close_widest(widest *w) {
    cairn_free(w->tokens);
    cairn_free(w->starts);
    cairn_free(w->before);
    cairn_free(w->kept);
    cairn_free(w->pages);
}

static cairn_status open_widest(cairn_ctx *ctx, int32_t rows, int32_t context, widest *w) {
    size_t n = (size_t)rows;
    w->tokens = cairn_alloc(ctx, n, sizeof *w->tokens);
    w->starts = cairn_alloc(ctx, n + 1, sizeof *w->starts);
    w->before = cairn_alloc(ctx, n, sizeof *w->before);
    w->kept = cairn_alloc(ctx, n, sizeof *w->kept);
    w->pages = cairn_alloc(ctx, n, sizeof *w->pages);
    if (!w->tokens || !w->starts || !w->before || !w->kept || !w->pages) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < rows; i++) {
        w->starts[i + 1] = i + 1;
        w->before[i] = context - 1;
    }
    return CAIRN_OK;
}

static cairn_status rehearse(cairn_engine *e, const widest *w, int32_t rows) {
    const cairn_spans spans = {rows, w->starts, w->before, w->pages, w->kept};
    size_t blocks = ((size_t)e->model->shape.context + CAIRN_PAGE - 1) / CAIRN_PAGE;
    cairn_tensor *hidden = cairn_transformer_extend(e->tape, e->model, w->tokens, &spans);
    for (int32_t i = 0; i < rows; i++) e->logit_rows[i] = i;
    if (!cairn_transformer_logits(e->tape, e->model, hidden ? cairn_rows(e->tape, hidden, e->logit_rows, rows) : NULL))
        return cairn_fail_within(e->ctx, CAIRN_NO_MEMORY, "an engine");
    e->tape_bytes =
        cairn_tape_used(e->tape) + (size_t)rows * (blocks * sizeof(float *) + 64); /* and the pages of the spans */
    return CAIRN_OK;
}

cairn_status engine_rehearse(cairn_engine *e, cairn_device *device, int32_t rows) {
    widest w = {0};
    cairn_status status = open_widest(e->ctx, rows, e->model->shape.context, &w);
    cairn_device_rehearse(device, true);
    if (status == CAIRN_OK) status = rehearse(e, &w, rows);
    cairn_device_rehearse(device, false);
    close_widest(&w);
    return status == CAIRN_OK ? cairn_tape_reserve(e->tape, e->tape_bytes) : status;
}
