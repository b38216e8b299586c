/* Log-probabilities under the reference model, computed once: no second model is held while the first is trained. */
#include <string.h>

#include "learn/trainer.h"

/* ln p of each mark's next token, for the examples of one batch. */
static cairn_status read_batch(trainer *t, const cairn_transformer *model, const side *from, const int32_t *groups,
                               int32_t n, float *out) {
    cairn_reading reading;
    cairn_tape_reset(t->tape);
    trainer_pack(t, from, groups, n);
    const cairn_tensor *x = cairn_batch_read(t->tape, model, NULL, CAIRN_READS_TOKEN, &t->batch.view, &reading);
    if (!x) return cairn_fail_within(t->ctx, CAIRN_INVALID, "the reference");
    int64_t at = 0;
    for (int32_t i = 0; i < n; i++)
        for (int32_t m = from->groups->starts[groups[i]]; m < from->groups->starts[groups[i] + 1]; m++) {
            int32_t id = from->groups->members[m];
            for (int64_t k = from->examples->mark_starts[id]; k < from->examples->mark_starts[id + 1]; k++)
                out[k] = (float)cairn_tensor_at(x, at++);
        }
    return CAIRN_OK;
}

/* All groups of a side in the order of its pool. */
static cairn_status read_side(trainer *t, const cairn_transformer *model, const side *from, float *out) {
    for (int32_t i = 0, n; i < from->count; i += n) {
        int64_t tokens = 0;
        for (n = 0; i + n < from->count; n++) {
            tokens += from->groups->sizes[from->pool[i + n]];
            if (n > 0 && tokens > t->setup->batch_tokens) break;
        }
        if (cairn_cancelled(t->ctx))
            return cairn_fail(t->ctx, CAIRN_CANCELLED, "stopped while the reference was read: nothing was trained");
        CAIRN_TRY(read_batch(t, model, from, from->pool + i, n, out));
    }
    return CAIRN_OK;
}

static cairn_status read_both(trainer *t, const cairn_transformer *model) {
    cairn_tape_record(t->tape, false);
    cairn_status status = read_side(t, model, &t->data.train, t->data.reference);
    if (status == CAIRN_OK)
        status = read_side(t, model, &t->data.dev, t->data.dev_reference ? t->data.dev_reference : t->data.reference);
    cairn_tape_record(t->tape, true);
    cairn_tape_reset(t->tape);
    return status;
}

static cairn_status load_and_read(trainer *t, const char *path) {
    cairn_transformer *model;
    cairn_tokenizer *tokenizer;
    CAIRN_TRY(
        cairn_transformer_load(t->ctx, t->device, path, t->setup->bf16 ? CAIRN_BF16 : CAIRN_F32, &model, &tokenizer));
    cairn_status status = cairn_tokenizer_key(tokenizer) == cairn_tokenizer_key(t->tokenizer)
                              ? read_both(t, model)
                              : cairn_fail(t->ctx, CAIRN_INVALID, "%s: the reference has another tokenizer than %s",
                                           path, *t->setup->init ? t->setup->init : "the model");
    cairn_transformer_close(model);
    cairn_tokenizer_close(tokenizer);
    return status;
}

static cairn_status make_column(trainer *t, const cairn_examples *e, float **out) {
    if (e->count == 0) return CAIRN_OK;
    *out = cairn_alloc(t->ctx, (size_t)e->mark_starts[e->count] + 1, sizeof **out);
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

cairn_status trainer_read_reference(trainer *t) {
    corpus *c = &t->data;
    const char *path = t->setup->reference ? t->setup->reference : "";
    if (!(t->objective->needs >> CAIRN_COLUMN_REFERENCE & 1)) return CAIRN_OK;
    CAIRN_TRY(make_column(t, &c->examples, &c->reference));
    CAIRN_TRY(make_column(t, &c->dev_examples, &c->dev_reference));
    c->train.reference = c->reference;
    c->dev.reference = c->dev_reference ? c->dev_reference : c->reference;
    if (t->planning) return CAIRN_OK;
    return *path ? load_and_read(t, path) : read_both(t, t->model);
}
