/* A decoder with its heads and tokenizer as one GGUF file, in the names that llama.cpp gives them (docs/models.md). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cairn/transformer.h"

#define ARCHITECTURE "llama"
#define HEAD         "cairn.head."
enum { NAME = 128, MOST_LAYERS = 65536, MOST_WIDTH = 1 << 20, MOST_TOKENS = 1 << 24 };

static const char *const kinds[] = {[CAIRN_HEAD_VOCABULARY] = "vocabulary",
                                    [CAIRN_HEAD_CLASSIFIER] = "classifier",
                                    [CAIRN_HEAD_VALUE] = "value",
                                    [CAIRN_HEAD_VECTOR] = "vector"};

/* ---- names and order -------------------------------------------------------------------------------------------------------- */

/* The name in the file of the parameter `name`: "head.step.0.bias" is "cairn.head.step.0.bias" there. */
static void file_name(const char *name, char out[NAME]) {
    snprintf(out, NAME, "%s%s", strncmp(name, "head.", 5) == 0 ? "cairn." : "", name);
}

/* Heads whose rows are stored in llama.cpp's rotary order; 0 for all other parameters. */
static int32_t turning_heads(const cairn_transformer_shape *s, const char *name) {
    if (strncmp(name, "blk.", 4) != 0) return 0;
    if (strstr(name, ".attn_q.")) return s->heads;
    return strstr(name, ".attn_k.") ? s->kv_heads : 0;
}

/* Row `r` of a head of `dim` rows as the file has it: the elements that turn together, i and i + dim / 2 here, lie
 * beside each other there. */
static int64_t file_row(int64_t r, int64_t dim) {
    int64_t head = r / dim, i = r % dim, half = dim / 2;
    return head * dim + (i < half ? 2 * i : 2 * (i - half) + 1);
}

/* ---- writing ------------------------------------------------------------------------------------------------------------------ */

static cairn_status put_shape(const cairn_transformer *m, cairn_gguf_writer *w) {
    const cairn_transformer_shape *s = &m->shape;
    const struct {
        const char *key;
        int32_t value;
    } counts[] = {{"vocab_size", s->vocabulary},
                  {"context_length", s->context},
                  {"embedding_length", s->width},
                  {"block_count", s->layers},
                  {"feed_forward_length", s->feed_forward},
                  {"attention.head_count", s->heads},
                  {"attention.head_count_kv", s->kv_heads},
                  {"rope.dimension_count", s->width / s->heads}};
    CAIRN_TRY(cairn_gguf_put_text(w, "general.architecture", ARCHITECTURE));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        char key[NAME];
        snprintf(key, sizeof key, ARCHITECTURE ".%s", counts[i].key);
        CAIRN_TRY(cairn_gguf_put_u32(w, key, (uint32_t)counts[i].value));
    }
    CAIRN_TRY(cairn_gguf_put_f32(w, ARCHITECTURE ".rope.freq_base", (float)s->rope_base));
    return cairn_gguf_put_f32(w, ARCHITECTURE ".attention.layer_norm_rms_epsilon", (float)s->norm_eps);
}

static cairn_status put_heads(const cairn_transformer *m, cairn_gguf_writer *w) {
    for (int32_t i = 0; i < m->n_heads; i++) {
        const cairn_head *h = m->heads[i];
        char key[NAME];
        snprintf(key, sizeof key, HEAD "%s.kind", h->name);
        CAIRN_TRY(cairn_gguf_put_text(w, key, kinds[h->kind]));
        snprintf(key, sizeof key, HEAD "%s.outputs", h->name);
        CAIRN_TRY(cairn_gguf_put_u32(w, key, (uint32_t)h->outputs));
        snprintf(key, sizeof key, HEAD "%s.hidden", h->name);
        CAIRN_TRY(cairn_gguf_put_u32(w, key, (uint32_t)h->hidden));
        if (!h->likelihood) continue;
        snprintf(key, sizeof key, HEAD "%s.likelihood", h->name);
        CAIRN_TRY(cairn_gguf_put_bool(w, key, true));
    }
    return CAIRN_OK;
}

static cairn_status put_param(const cairn_transformer *m, const cairn_param *p, uint32_t type, cairn_arena *arena,
                              cairn_gguf_writer *w) {
    char name[NAME];
    int64_t shape[2] = {p->value.shape[p->value.rank - 1], p->value.shape[0]}; /* the file counts the inner first */
    const float *values = p->value.data;
    int32_t heads = turning_heads(&m->shape, p->name);
    file_name(p->name, name);
    if (p->value.rank == 1) type = CAIRN_GGML_F32; /* gains and biases: small, and read as f32 everywhere */
    if (heads) {
        int64_t rows = p->value.shape[0], n = p->value.shape[1];
        float *turned = cairn_arena_lines(arena, (size_t)p->value.size, sizeof *turned);
        if (!turned) return CAIRN_NO_MEMORY;
        for (int64_t r = 0; r < rows; r++)
            memcpy(turned + file_row(r, rows / heads) * n, values + r * n, (size_t)n * sizeof *turned);
        values = turned;
    }
    return cairn_gguf_put_tensor(w, name, type, p->value.rank, shape, values);
}

cairn_status cairn_transformer_put(cairn_ctx *ctx, const cairn_transformer *model, cairn_dtype stored,
                                   cairn_arena *arena, cairn_gguf_writer *writer) {
    if ((stored != CAIRN_F32 && stored != CAIRN_BF16) || model->embedding->value.dtype != CAIRN_F32)
        return cairn_fail(ctx, CAIRN_INVALID, "a model of floats is stored as f32 or bf16, not one of %s as %s",
                          cairn_dtype_name(model->embedding->value.dtype), cairn_dtype_name(stored));
    CAIRN_TRY(put_shape(model, writer));
    CAIRN_TRY(put_heads(model, writer));
    uint32_t type = stored == CAIRN_BF16 ? CAIRN_GGML_BF16 : CAIRN_GGML_F32;
    for (int32_t i = 0; i < cairn_params_count(model->params); i++)
        CAIRN_TRY(put_param(model, cairn_params_get(model->params, i), type, arena, writer));
    return CAIRN_OK;
}

static cairn_status write_all(cairn_ctx *ctx, const cairn_transformer *model, const cairn_tokenizer *tokenizer,
                              cairn_dtype stored, const char *path, cairn_arena *arena, cairn_gguf_writer *w) {
    CAIRN_TRY(cairn_transformer_put(ctx, model, stored, arena, w));
    if (tokenizer) CAIRN_TRY(cairn_tokenizer_put(ctx, tokenizer, w));
    return cairn_gguf_write(w, path);
}

cairn_status cairn_transformer_save(cairn_ctx *ctx, const cairn_transformer *model, const cairn_tokenizer *tokenizer,
                                    cairn_dtype stored, const char *path) {
    cairn_gguf_writer *w;
    cairn_arena *arena;
    CAIRN_TRY(cairn_arena_open(ctx, 65536, &arena));
    cairn_status status = cairn_gguf_writer_open(ctx, &w);
    if (status == CAIRN_OK) {
        status = write_all(ctx, model, tokenizer, stored, path, arena, w);
        cairn_gguf_writer_close(w);
    }
    cairn_arena_close(arena);
    return status;
}

/* ---- reading: shape ------------------------------------------------------------------------------------------------------------ */

typedef struct reading {
    cairn_ctx *ctx;
    const cairn_gguf *file;
    cairn_transformer *model;
} reading;

/* A count from 1 to `most` under "llama.KEY". */
static cairn_status get_count(const reading *r, const char *key, int32_t most, int32_t *out) {
    char whole[NAME];
    uint32_t value;
    snprintf(whole, sizeof whole, ARCHITECTURE ".%s", key);
    CAIRN_TRY(cairn_gguf_get_u32(r->ctx, r->file, whole, &value));
    if (value < 1 || value > (uint32_t)most)
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: key `%s`: expected 1 to %d, got %u", cairn_gguf_path(r->file),
                          whole, (int)most, (unsigned)value);
    *out = (int32_t)value;
    return CAIRN_OK;
}

/* A positive number under `key`, or `preset` without the key; with a preset of 0 the key must be there. */
static cairn_status get_positive(const reading *r, const char *key, double preset, double *out) {
    float value;
    *out = preset;
    if (preset > 0 && !cairn_gguf_find(r->file, key)) return CAIRN_OK;
    CAIRN_TRY(cairn_gguf_get_f32(r->ctx, r->file, key, &value));
    if (!(value > 0) || !isfinite(value))
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: key `%s`: expected a number above 0, got %g",
                          cairn_gguf_path(r->file), key, (double)value);
    *out = (double)value;
    return CAIRN_OK;
}

static cairn_status read_rope(const reading *r, const cairn_transformer_shape *s) {
    uint32_t dimensions;
    const char *key = ARCHITECTURE ".rope.dimension_count", *scaled = ARCHITECTURE ".rope.scaling.type";
    if (cairn_gguf_find(r->file, key)) {
        CAIRN_TRY(cairn_gguf_get_u32(r->ctx, r->file, key, &dimensions));
        if ((int64_t)dimensions * s->heads != s->width)
            return cairn_fail(r->ctx, CAIRN_UNSUPPORTED,
                              "%s: key `%s`: heads of %d turn whole here, not %u elements of them",
                              cairn_gguf_path(r->file), key, (int)(s->width / s->heads), (unsigned)dimensions);
    }
    cairn_bytes scaling = {"none", 4};
    if (cairn_gguf_find(r->file, scaled)) CAIRN_TRY(cairn_gguf_get_string(r->ctx, r->file, scaled, &scaling));
    bool plain = scaling.length == 4 && memcmp(scaling.data, "none", 4) == 0;
    if (plain && !cairn_gguf_find_tensor(r->file, "rope_freqs.weight")) return CAIRN_OK;
    return cairn_fail(r->ctx, CAIRN_UNSUPPORTED, "%s: its rotary positions are scaled (`%s` or `rope_freqs.weight`)",
                      cairn_gguf_path(r->file), scaled);
}

static cairn_status read_shape(const reading *r, cairn_transformer_shape *s) {
    cairn_bytes architecture;
    CAIRN_TRY(cairn_gguf_get_string(r->ctx, r->file, "general.architecture", &architecture));
    if (architecture.length != strlen(ARCHITECTURE) ||
        memcmp(architecture.data, ARCHITECTURE, architecture.length) != 0)
        return cairn_fail(r->ctx, CAIRN_UNSUPPORTED,
                          "%s: key `general.architecture`: only `" ARCHITECTURE "` is run here, not `%.*s`",
                          cairn_gguf_path(r->file), (int)(architecture.length < 40 ? architecture.length : 40),
                          architecture.data);
    CAIRN_TRY(get_count(r, "embedding_length", MOST_WIDTH, &s->width));
    CAIRN_TRY(get_count(r, "block_count", MOST_LAYERS, &s->layers));
    CAIRN_TRY(get_count(r, "feed_forward_length", MOST_WIDTH, &s->feed_forward));
    CAIRN_TRY(get_count(r, "attention.head_count", MOST_WIDTH, &s->heads));
    CAIRN_TRY(get_count(r, "context_length", INT32_MAX, &s->context));
    s->kv_heads = s->heads;
    if (cairn_gguf_find(r->file, ARCHITECTURE ".attention.head_count_kv"))
        CAIRN_TRY(get_count(r, "attention.head_count_kv", MOST_WIDTH, &s->kv_heads));
    CAIRN_TRY(get_positive(r, ARCHITECTURE ".rope.freq_base", 10000, &s->rope_base));
    CAIRN_TRY(get_positive(r, ARCHITECTURE ".attention.layer_norm_rms_epsilon", 0, &s->norm_eps));
    const cairn_gguf_tensor *embedding;
    CAIRN_TRY(cairn_gguf_get_tensor(r->ctx, r->file, "token_embd.weight", 2, NULL, &embedding));
    if (embedding->shape[0] != s->width || embedding->shape[1] > MOST_TOKENS)
        return cairn_fail(r->ctx, CAIRN_FORMAT,
                          "%s: tensor `token_embd.weight`: expected %d x 1 to %d tokens, got %lld x %lld",
                          cairn_gguf_path(r->file), s->width, MOST_TOKENS, (long long)embedding->shape[0],
                          (long long)embedding->shape[1]);
    s->vocabulary = (int32_t)embedding->shape[1];
    s->tied = !cairn_gguf_find_tensor(r->file, "output.weight");
    return CAIRN_OK;
}

/* Numbers that a model of this shape has must be in the file: so memory is bounded by its size before it is taken. */
static cairn_status check_size(const reading *r, const cairn_transformer_shape *s) {
    double d = s->width, f = s->feed_forward, kv = d / s->heads * s->kv_heads, there = 0;
    double needed =
        d * s->vocabulary * (s->tied ? 1 : 2) + d + s->layers * (2 * d + 2 * d * d + 2 * kv * d + 3 * d * f);
    for (int32_t i = 0; i < cairn_gguf_tensors(r->file); i++) {
        const cairn_gguf_tensor *t = cairn_gguf_tensor_at(r->file, i);
        if (t->bytes >= 2 * (uint64_t)t->elements) there += (double)t->elements;
    }
    if (needed <= there && s->layers <= cairn_gguf_tensors(r->file)) return CAIRN_OK;
    return cairn_fail(r->ctx, CAIRN_FORMAT,
                      "%s: %d layers of width %d and %d (`" ARCHITECTURE ".block_count`, `.embedding_length`, "
                      "`.feed_forward_length`) have %.0f numbers, its f32 and bf16 tensors only %.0f",
                      cairn_gguf_path(r->file), (int)s->layers, (int)s->width, (int)s->feed_forward, needed, there);
}

/* A tensor of this shape in a type whose numbers lie in the file: f32 or bf16. */
static cairn_status get_numbers(const reading *r, const char *name, int32_t rank, const int64_t *shape,
                                const cairn_gguf_tensor **out) {
    CAIRN_TRY(cairn_gguf_get_tensor(r->ctx, r->file, name, rank, shape, out));
    if ((*out)->type == CAIRN_GGML_F32 || (*out)->type == CAIRN_GGML_BF16) return CAIRN_OK;
    return cairn_fail(r->ctx, CAIRN_UNSUPPORTED, "%s: tensor `%s`: only f32 and bf16 are run here, not %s",
                      cairn_gguf_path(r->file), name, cairn_ggml_layout_of((*out)->type).name);
}

/* ---- reading: heads and numbers --------------------------------------------------------------------------------------------------- */

static cairn_status read_kind(const reading *r, const char *key, cairn_head_kind *out) {
    cairn_bytes kind;
    CAIRN_TRY(cairn_gguf_get_string(r->ctx, r->file, key, &kind));
    for (int k = CAIRN_HEAD_CLASSIFIER; k <= CAIRN_HEAD_VECTOR; k++)
        if (kind.length == strlen(kinds[k]) && memcmp(kind.data, kinds[k], kind.length) == 0) {
            *out = (cairn_head_kind)k;
            return CAIRN_OK;
        }
    return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: key `%s`: expected classifier, value or vector, got `%.*s`",
                      cairn_gguf_path(r->file), key, (int)(kind.length < 40 ? kind.length : 40), kind.data);
}

/* The head whose `.kind` entry has this key, when the numbers of its matrices are in the file: only then is memory
 * taken for them. */
static cairn_status read_head(const reading *r, const char *key, size_t length) {
    char name[64], other[NAME], matrix[NAME];
    cairn_head_kind kind = CAIRN_HEAD_VALUE;
    uint32_t outputs, hidden = 0;
    bool likelihood = false;
    const cairn_gguf_tensor *there;
    if (length < 1 || length > 32)
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: key `%.100s`: a head's name has 1 to 32 bytes",
                          cairn_gguf_path(r->file), key);
    snprintf(name, sizeof name, "%.*s", (int)length, key + strlen(HEAD));
    CAIRN_TRY(read_kind(r, key, &kind));
    snprintf(other, sizeof other, HEAD "%s.outputs", name);
    CAIRN_TRY(cairn_gguf_get_u32(r->ctx, r->file, other, &outputs));
    snprintf(other, sizeof other, HEAD "%s.hidden", name);
    if (cairn_gguf_find(r->file, other)) CAIRN_TRY(cairn_gguf_get_u32(r->ctx, r->file, other, &hidden));
    snprintf(other, sizeof other, HEAD "%s.likelihood", name);
    if (cairn_gguf_find(r->file, other)) CAIRN_TRY(cairn_gguf_get_bool(r->ctx, r->file, other, &likelihood));
    const int64_t inner[] = {r->model->shape.width + (likelihood ? CAIRN_LIKELIHOODS : 0), hidden},
                  outer[] = {hidden ? hidden : inner[0], outputs};
    snprintf(matrix, sizeof matrix, HEAD "%s.0.weight", name);
    if (hidden) CAIRN_TRY(get_numbers(r, matrix, 2, inner, &there));
    snprintf(matrix, sizeof matrix, HEAD "%s.%d.weight", name, hidden ? 2 : 0);
    CAIRN_TRY(get_numbers(r, matrix, 2, outer, &there));
    cairn_status status =
        cairn_transformer_add_head(r->ctx, r->model, name, kind, (int32_t)outputs, (int32_t)hidden, likelihood);
    return status == CAIRN_OK ? status : cairn_fail_within(r->ctx, status, "%s", cairn_gguf_path(r->file));
}

static cairn_status read_heads(const reading *r) {
    for (int32_t i = 0; i < cairn_gguf_entries(r->file); i++) {
        const char *key = cairn_gguf_entry_at(r->file, i)->key;
        size_t length = strlen(key), prefix = strlen(HEAD), suffix = strlen(".kind");
        if (length < prefix + suffix || strncmp(key, HEAD, prefix) != 0 || strcmp(key + length - suffix, ".kind") != 0)
            continue;
        CAIRN_TRY(read_head(r, key, length - prefix - suffix));
    }
    return CAIRN_OK;
}

static float number(const cairn_gguf_tensor *t, int64_t i) {
    uint16_t rounded;
    float value;
    if (t->type == CAIRN_GGML_BF16) {
        memcpy(&rounded, (const char *)t->data + 2 * i, sizeof rounded);
        return cairn_bf16_widen(rounded);
    }
    memcpy(&value, (const char *)t->data + 4 * i, sizeof value);
    return value;
}

static cairn_status read_param(const reading *r, cairn_param *p) {
    char name[NAME];
    const cairn_gguf_tensor *t;
    const int64_t shape[2] = {p->value.shape[p->value.rank - 1], p->value.shape[0]};
    int64_t n = shape[0], rows = p->value.size / n;
    int32_t heads = turning_heads(&r->model->shape, p->name);
    file_name(p->name, name);
    CAIRN_TRY(get_numbers(r, name, p->value.rank, shape, &t));
    for (int64_t row = 0; row < rows; row++) {
        int64_t from = (heads ? file_row(row, rows / heads) : row) * n;
        for (int64_t i = 0; i < n; i++) {
            float value = number(t, from + i);
            if (!isfinite(value))
                return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: tensor `%s`: number %lld is not finite",
                                  cairn_gguf_path(r->file), name, (long long)(from + i));
            if (p->value.dtype == CAIRN_F64)
                ((double *)p->value.data)[row * n + i] = (double)value;
            else
                ((float *)p->value.data)[row * n + i] = value;
        }
    }
    cairn_param_changed(p);
    return CAIRN_OK;
}

static cairn_status read_numbers(const reading *r) {
    for (int32_t i = 0; i < cairn_params_count(r->model->params); i++)
        CAIRN_TRY(read_param(r, cairn_params_get(r->model->params, i)));
    return CAIRN_OK;
}

cairn_status cairn_transformer_outline(cairn_ctx *ctx, cairn_device *device, const cairn_gguf *file,
                                       cairn_dtype weights, cairn_transformer **out) {
    reading r = {.ctx = ctx, .file = file};
    cairn_transformer_shape shape = {0};
    CAIRN_TRY(read_shape(&r, &shape));
    CAIRN_TRY(read_rope(&r, &shape));
    CAIRN_TRY(check_size(&r, &shape));
    cairn_status status = cairn_transformer_open(ctx, device, &shape, weights, &r.model);
    if (status != CAIRN_OK) return cairn_fail_within(ctx, status, "%s", cairn_gguf_path(file));
    status = read_heads(&r);
    if (status == CAIRN_OK)
        *out = r.model;
    else
        cairn_transformer_close(r.model);
    return status;
}

cairn_status cairn_transformer_get(cairn_ctx *ctx, cairn_device *device, const cairn_gguf *file, cairn_dtype weights,
                                   cairn_transformer **out) {
    reading r = {.ctx = ctx, .file = file};
    CAIRN_TRY(cairn_transformer_outline(ctx, device, file, weights, &r.model));
    cairn_status status = read_numbers(&r);
    if (status == CAIRN_OK)
        *out = r.model;
    else
        cairn_transformer_close(r.model);
    return status;
}

cairn_status cairn_transformer_read(cairn_ctx *ctx, cairn_device *device, const cairn_gguf *file, cairn_dtype weights,
                                    cairn_transformer **model, cairn_tokenizer **tokenizer) {
    cairn_transformer *m = NULL;
    cairn_tokenizer *t = NULL;
    cairn_status status = cairn_gguf_verify(ctx, file);
    if (status == CAIRN_NOT_FOUND) status = CAIRN_OK; /* files of other writers have no checksum */
    if (status == CAIRN_OK) status = cairn_transformer_get(ctx, device, file, weights, &m);
    if (status == CAIRN_OK && tokenizer) status = cairn_tokenizer_get(ctx, file, &t);
    if (status == CAIRN_OK && t && cairn_tokenizer_size(t) > m->shape.vocabulary)
        status = cairn_fail(ctx, CAIRN_FORMAT, "%s: its tokenizer has %d tokens, tensor `token_embd.weight` only %d",
                            cairn_gguf_path(file), (int)cairn_tokenizer_size(t), (int)m->shape.vocabulary);
    if (status != CAIRN_OK) {
        cairn_tokenizer_close(t);
        cairn_transformer_close(m);
        return status;
    }
    *model = m;
    if (tokenizer) *tokenizer = t;
    return CAIRN_OK;
}

cairn_status cairn_transformer_load(cairn_ctx *ctx, cairn_device *device, const char *path, cairn_dtype weights,
                                    cairn_transformer **model, cairn_tokenizer **tokenizer) {
    cairn_gguf *file;
    CAIRN_TRY(cairn_gguf_open(ctx, path, &file));
    cairn_status status = cairn_transformer_read(ctx, device, file, weights, model, tokenizer);
    cairn_gguf_close(file);
    return status;
}
