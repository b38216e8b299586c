/* A Llama-shaped decoder (arXiv 2302.13971): the forward pass in reading order, parameters below it. */
#include "cairn/transformer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- forward ------------------------------------------------------------------------------------------------------ */

/* Which rows belong together: whole sequences, or spans that go on from kept tokens. */
typedef struct layout {
    const int32_t *positions; /* [rows] in their sequences */
    const int32_t *starts;    /* [segments + 1] */
    int32_t segments;
    const cairn_spans *spans; /* NULL for whole sequences */
} layout;

static cairn_tensor *attend(cairn_tape *t, const cairn_transformer *m, int32_t layer, cairn_tensor *x,
                            const layout *rows) {
    const cairn_transformer_shape *s = &m->shape;
    const cairn_block *b = &m->blocks[layer];
    cairn_tensor *q = cairn_linear(t, x, cairn_tape_param(t, b->q), NULL); /* [rows, D] */
    cairn_tensor *k = cairn_linear(t, x, cairn_tape_param(t, b->k), NULL); /* [rows, Dkv] */
    cairn_tensor *v = cairn_linear(t, x, cairn_tape_param(t, b->v), NULL);
    q = cairn_rope(t, q, s->heads, rows->positions, s->rope_base);
    k = cairn_rope(t, k, s->kv_heads, rows->positions, s->rope_base);
    cairn_tensor *y = rows->spans
                          ? cairn_attention_paged(t, q, k, v, s->heads, s->kv_heads, rows->spans, layer)
                          : cairn_attention(t, q, k, v, s->heads, s->kv_heads, rows->starts, rows->segments, true);
    return cairn_linear(t, y, cairn_tape_param(t, b->o), NULL);
}

static cairn_tensor *feed_forward(cairn_tape *t, const cairn_block *b, cairn_tensor *x) {
    cairn_tensor *gate = cairn_linear(t, x, cairn_tape_param(t, b->gate), NULL); /* [rows, F] */
    cairn_tensor *up = cairn_linear(t, x, cairn_tape_param(t, b->up), NULL);
    return cairn_linear(t, cairn_swiglu(t, gate, up), cairn_tape_param(t, b->down), NULL);
}

static cairn_tensor *run_blocks(cairn_tape *t, const cairn_transformer *m, cairn_tensor *x, const layout *rows) {
    for (int32_t l = 0; l < m->shape.layers && x; l++) {
        const cairn_block *b = &m->blocks[l];
        cairn_tensor *h = cairn_rmsnorm(t, x, cairn_tape_param(t, b->attention_norm), m->shape.norm_eps);
        x = cairn_add(t, x, attend(t, m, l, h, rows));
        h = cairn_rmsnorm(t, x, cairn_tape_param(t, b->feed_forward_norm), m->shape.norm_eps);
        x = cairn_add(t, x, feed_forward(t, b, h));
    }
    return cairn_rmsnorm(t, x, cairn_tape_param(t, m->norm), m->shape.norm_eps);
}

/* before: tokens before each segment, or NULL where they are whole. */
static cairn_tensor *trunk(cairn_tape *t, const cairn_transformer *m, const int32_t *tokens, const int32_t *before,
                           layout *rows) {
    int32_t count = rows->segments > 0 ? rows->starts[rows->segments] : 0;
    int32_t *positions = cairn_tape_scratch(t, (size_t)count * sizeof *positions);
    if (!positions) return NULL;
    for (int32_t s = 0; s < rows->segments; s++)
        for (int32_t i = rows->starts[s]; i < rows->starts[s + 1]; i++)
            positions[i] = i - rows->starts[s] + (before ? before[s] : 0);
    rows->positions = positions;
    return run_blocks(t, m, cairn_rows(t, cairn_tape_param(t, m->embedding), tokens, count), rows);
}

cairn_tensor *cairn_transformer_trunk(cairn_tape *tape, const cairn_transformer *model, const int32_t *tokens,
                                      const int32_t *starts, int32_t segments) {
    return trunk(tape, model, tokens, NULL, &(layout){.starts = starts, .segments = segments});
}

cairn_tensor *cairn_transformer_extend(cairn_tape *tape, const cairn_transformer *model, const int32_t *tokens,
                                       const cairn_spans *spans) {
    return trunk(tape, model, tokens, spans->before,
                 &(layout){.starts = spans->starts, .segments = spans->count, .spans = spans});
}

cairn_tensor *cairn_transformer_logits(cairn_tape *tape, const cairn_transformer *model, cairn_tensor *hidden) {
    return cairn_linear(tape, hidden, cairn_tape_param(tape, model->output ? model->output : model->embedding), NULL);
}

cairn_tensor *cairn_head_apply(cairn_tape *tape, const cairn_head *head, cairn_tensor *hidden) {
    if (head->hidden) {
        hidden =
            cairn_linear(tape, hidden, cairn_tape_param(tape, head->inner), cairn_tape_param(tape, head->inner_bias));
        hidden = cairn_map(tape, hidden, CAIRN_RELU);
    }
    return cairn_linear(tape, hidden, cairn_tape_param(tape, head->outer), cairn_tape_param(tape, head->outer_bias));
}

#define LIKELIHOOD_SCALE 6.0 /* about as wide as a row of the trunk */
/* [n_marks, CAIRN_LIKELIHOODS] */
static cairn_tensor *likelihoods(cairn_tape *tape, const cairn_transformer *model, cairn_tensor *hidden,
                                 const cairn_step_rows *rows) {
    const int64_t column[2] = {rows->n_text, 1};
    cairn_tensor *logits = cairn_transformer_logits(tape, model, cairn_rows(tape, hidden, rows->text, rows->n_text));
    cairn_tensor *logp = cairn_reshape(tape, cairn_token_logp(tape, logits, rows->targets), 2, column);
    cairn_tensor *less = cairn_affine(tape, cairn_map(tape, logp, CAIRN_EXP), 1, -1);
    cairn_tensor *all = cairn_concat(tape, cairn_concat(tape, logp, less), cairn_map(tape, less, CAIRN_SQUARE));
    return cairn_affine(tape, cairn_scatter_rows(tape, all, rows->of, rows->n_marks), LIKELIHOOD_SCALE, 0);
}

cairn_tensor *cairn_head_apply_steps(cairn_tape *tape, const cairn_transformer *model, const cairn_head *head,
                                     cairn_tensor *hidden, const cairn_step_rows *rows) {
    cairn_tensor *read = cairn_rows(tape, hidden, rows->marks, rows->n_marks);
    if (head->likelihood) read = cairn_concat(tape, read, likelihoods(tape, model, hidden, rows));
    return cairn_head_apply(tape, head, read);
}

/* ---- parameters --------------------------------------------------------------------------------------------------- */

static cairn_status add(cairn_transformer *m, const char *name, int64_t out, int64_t in, cairn_param **param) {
    if (in) return cairn_params_add(m->params, name, 2, (int64_t[]){out, in}, param);
    return cairn_params_add(m->params, name, 1, &out, param);
}

static cairn_status add_block(cairn_transformer *m, int32_t layer, cairn_block *b) {
    const cairn_transformer_shape *s = &m->shape;
    int64_t d = s->width, kv = d / s->heads * s->kv_heads, f = s->feed_forward;
    const struct {
        const char *name;
        int64_t out, in;
        cairn_param **param;
    } parts[] = {
        {"attn_norm", d, 0, &b->attention_norm},
        {"attn_q", d, d, &b->q},
        {"attn_k", kv, d, &b->k},
        {"attn_v", kv, d, &b->v},
        {"attn_output", d, d, &b->o},
        {"ffn_norm", d, 0, &b->feed_forward_norm},
        {"ffn_gate", f, d, &b->gate},
        {"ffn_up", f, d, &b->up},
        {"ffn_down", d, f, &b->down},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char name[64];
        snprintf(name, sizeof name, "blk.%d.%s.weight", layer, parts[i].name);
        CAIRN_TRY(add(m, name, parts[i].out, parts[i].in, parts[i].param));
    }
    return CAIRN_OK;
}

static cairn_status check_shape(cairn_ctx *ctx, const cairn_transformer_shape *s) {
    if (s->vocabulary < 1 || s->width < 1 || s->layers < 1 || s->heads < 1 || s->kv_heads < 1 || s->feed_forward < 1 ||
        s->context < 1)
        return cairn_fail(ctx, CAIRN_INVALID,
                          "transformer: vocabulary, width, layers, heads, feed_forward and context must be positive");
    if (s->width % (2 * s->heads))
        return cairn_fail(ctx, CAIRN_INVALID, "transformer: width %d is no multiple of twice its %d heads", s->width,
                          s->heads);
    if (s->heads % s->kv_heads)
        return cairn_fail(ctx, CAIRN_INVALID, "transformer: %d heads cannot share %d key heads", s->heads, s->kv_heads);
    if (s->width / s->heads > 256)
        return cairn_fail(ctx, CAIRN_INVALID, "transformer: heads of %d are larger than 256", s->width / s->heads);
    return CAIRN_OK;
}

static cairn_status add_params(cairn_ctx *ctx, cairn_transformer *m) {
    m->blocks = cairn_alloc(ctx, (size_t)m->shape.layers, sizeof *m->blocks);
    if (!m->blocks) return CAIRN_NO_MEMORY;
    CAIRN_TRY(add(m, "token_embd.weight", m->shape.vocabulary, m->shape.width, &m->embedding));
    for (int32_t l = 0; l < m->shape.layers; l++) CAIRN_TRY(add_block(m, l, &m->blocks[l]));
    CAIRN_TRY(add(m, "output_norm.weight", m->shape.width, 0, &m->norm));
    return m->shape.tied ? CAIRN_OK : add(m, "output.weight", m->shape.vocabulary, m->shape.width, &m->output);
}

cairn_status cairn_transformer_open(cairn_ctx *ctx, cairn_device *device, const cairn_transformer_shape *shape,
                                    cairn_dtype weights, cairn_transformer **out) {
    CAIRN_TRY(check_shape(ctx, shape));
    cairn_transformer *m = cairn_alloc(ctx, 1, sizeof *m);
    if (!m) return CAIRN_NO_MEMORY;
    m->shape = *shape;
    if (m->shape.rope_base == 0) m->shape.rope_base = 10000;
    if (m->shape.norm_eps == 0) m->shape.norm_eps = 1e-5;
    m->shape.rope_base =
        (double)(float)m->shape.rope_base; /* as files hold them: a model read back has the same bits */
    m->shape.norm_eps = (double)(float)m->shape.norm_eps;
    cairn_status status = cairn_params_open(ctx, device, weights, &m->params);
    if (status == CAIRN_OK) status = add_params(ctx, m);
    if (status != CAIRN_OK) {
        cairn_transformer_close(m);
        return status;
    }
    *out = m;
    return CAIRN_OK;
}

void cairn_transformer_close(cairn_transformer *model) {
    if (!model) return;
    for (int32_t i = 0; i < model->n_heads; i++) cairn_free(model->heads[i]);
    cairn_free(model->heads);
    cairn_free(model->blocks);
    cairn_params_close(model->params);
    cairn_free(model);
}

void cairn_transformer_init(cairn_transformer *model, uint64_t seed) {
    const double deviation = sqrt(2.0 / (5.0 * model->shape.width)),
                 residual = deviation / sqrt(2.0 * model->shape.layers);
    for (int32_t i = 0; i < cairn_params_count(model->params); i++) {
        cairn_param *p = cairn_params_get(model->params, i);
        if (p->value.rank == 1)
            cairn_param_fill(p, strstr(p->name, "norm.") ? 1 : 0);
        else
            cairn_param_init_normal(
                p, seed, strstr(p->name, "attn_output.") || strstr(p->name, "ffn_down.") ? residual : deviation);
    }
}

cairn_status cairn_transformer_pack(cairn_device *device, const cairn_transformer *model) {
    CAIRN_TRY(cairn_param_pack(device, model->output ? model->output : model->embedding));
    for (int32_t l = 0; l < model->shape.layers; l++) {
        const cairn_block *b = &model->blocks[l];
        cairn_param *const matrices[] = {b->q, b->k, b->v, b->o, b->gate, b->up, b->down};
        for (size_t i = 0; i < sizeof matrices / sizeof *matrices; i++)
            CAIRN_TRY(cairn_param_pack(device, matrices[i]));
    }
    for (int32_t i = 0; i < model->n_heads; i++) {
        const cairn_head *h = model->heads[i];
        if (h->inner) CAIRN_TRY(cairn_param_pack(device, h->inner));
        CAIRN_TRY(cairn_param_pack(device, h->outer));
    }
    return CAIRN_OK;
}

/* ---- heads ------------------------------------------------------------------------------------------------------------ */

const cairn_head *cairn_transformer_head(const cairn_transformer *model, const char *name) {
    for (int32_t i = 0; i < model->n_heads; i++)
        if (strcmp(model->heads[i]->name, name) == 0) return model->heads[i];
    return NULL;
}

/* Numbers that it reads. */
static int64_t head_width(const cairn_head *head, int64_t width) {
    return width + (head->likelihood ? CAIRN_LIKELIHOODS : 0);
}

static cairn_status add_layer(cairn_transformer *m, const char *head, int layer, int64_t out, int64_t in,
                              cairn_param **weight, cairn_param **bias) {
    char name[96];
    snprintf(name, sizeof name, "head.%s.%d.weight", head, layer);
    CAIRN_TRY(add(m, name, out, in, weight));
    snprintf(name, sizeof name, "head.%s.%d.bias", head, layer);
    return add(m, name, out, 0, bias);
}

cairn_status cairn_transformer_add_head(cairn_ctx *ctx, cairn_transformer *model, const char *name,
                                        cairn_head_kind kind, int32_t outputs, int32_t hidden, bool likelihood) {
    size_t length = strlen(name), capacity = (size_t)model->n_heads;
    if (length == 0 || length > 32 || strchr(name, '.') || outputs < 1 || hidden < 0)
        return cairn_fail(ctx, CAIRN_INVALID,
                          "head `%.40s`: a name of 1 to 32 bytes without dots and at least one output are needed",
                          name);
    if (kind == CAIRN_HEAD_VOCABULARY || cairn_transformer_head(model, name))
        return cairn_fail(ctx, CAIRN_INVALID, "head `%s` is already there", name);
    cairn_head *h = cairn_alloc(ctx, 1, sizeof *h + length + 1);
    if (!h) return CAIRN_NO_MEMORY;
    *h = (cairn_head){.name = memcpy(h + 1, name, length),
                      .kind = kind,
                      .outputs = outputs,
                      .hidden = hidden,
                      .likelihood = likelihood};
    cairn_status status = cairn_grow(ctx, (void **)&model->heads, &capacity, capacity + 1, sizeof *model->heads);
    int64_t width = head_width(h, model->shape.width);
    if (status == CAIRN_OK && hidden) status = add_layer(model, name, 0, hidden, width, &h->inner, &h->inner_bias);
    if (status == CAIRN_OK)
        status = add_layer(model, name, hidden ? 2 : 0, outputs, hidden ? hidden : width, &h->outer, &h->outer_bias);
    if (status != CAIRN_OK) {
        cairn_free(h);
        return status;
    }
    model->heads[model->n_heads++] = h;
    return CAIRN_OK;
}

/* ---- cost --------------------------------------------------------------------------------------------------------------- */

double cairn_transformer_flops(const cairn_transformer_shape *s, int64_t from, int64_t to, bool logits) {
    double d = s->width, kv = d / s->heads * s->kv_heads, rows = (double)(to - from);
    double matrices = 2 * d * d + 2 * kv * d + 3.0 * s->feed_forward * d;                  /* of a layer */
    double keys = ((double)to * (double)(to + 1) - (double)from * (double)(from + 1)) / 2; /* read by all rows */
    double layers = s->layers * (2 * matrices * rows + 4 * d * keys); /* q k and weights v: 2 D each a key */
    return layers + (logits ? 2 * d * s->vocabulary * rows : 0);
}

double cairn_head_flops(const cairn_head *head, int32_t width) {
    width = (int32_t)head_width(head, width);
    if (!head->hidden) return 2.0 * width * head->outputs;
    return 2.0 * head->hidden * ((double)width + head->outputs);
}
