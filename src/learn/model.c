/* The model of a run: tokenizer, decoder, head, learner. */
#include <string.h>

#include "learn/trainer.h"

/* ---- the shape of a fresh model ------------------------------------------------------------------------------------------------ */

typedef struct shape_config {
    int64_t width, layers, heads, kv_heads, feed_forward, context;
    bool tied;
} shape_config;

#define SHAPE(name_, field_, preset_, low_, high_, unit_, help_) \
    CAIRN_INT_AS(name_, shape_config, field_, preset_, low_, high_, unit_, help_)

static const cairn_option shape_options[] = {
    SHAPE("width", width, "128", 2, 65536, "numbers", "Of the trunk; a multiple of twice the heads."),
    SHAPE("layers", layers, "4", 1, 1024, "", "Attention and feed-forward, each."),
    SHAPE("heads", heads, "4", 1, 1024, "", "Attention heads."),
    SHAPE("kv-heads", kv_heads, "2", 1, 1024, "", "Key heads; divides the heads."),
    SHAPE("feed-forward", feed_forward, "0", 0, 1 << 20, "numbers",
          "Width of the gated layer; 0: 8/3 of the trunk's, in sixteens."),
    SHAPE("context", context, "512", 8, 1 << 20, "tokens", "Longest solution."),
    CAIRN_BOOL(shape_config, tied, "true", "Embedding and vocabulary head share their numbers."),
};

static const cairn_about shape_about = {.name = "shape",
                                        .summary = "shape of a fresh model",
                                        .source = "",
                                        .options = shape_options,
                                        .option_count = sizeof shape_options / sizeof *shape_options,
                                        .config_size = sizeof(shape_config)};

const cairn_about *cairn_learn_shape(void) {
    return &shape_about;
}

static cairn_status read_shape(trainer *t, cairn_transformer_shape *out) {
    shape_config c;
    CAIRN_TRY(cairn_options_parse(t->ctx, &shape_about, t->arena, t->setup->shape, "shape", &c));
    *out = (cairn_transformer_shape){.vocabulary = cairn_tokenizer_size(t->tokenizer),
                                     .width = (int32_t)c.width,
                                     .layers = (int32_t)c.layers,
                                     .heads = (int32_t)c.heads,
                                     .kv_heads = (int32_t)c.kv_heads,
                                     .feed_forward = (int32_t)c.feed_forward,
                                     .context = (int32_t)c.context,
                                     .tied = c.tied};
    if (c.feed_forward == 0) out->feed_forward = (int32_t)((c.width * 8 / 3 + 15) / 16 * 16);
    return CAIRN_OK;
}

/* ---- tokenizer and decoder ---------------------------------------------------------------------------------------------------- */

static cairn_status train_tokenizer(trainer *t) {
    static const char *const specials[] = CAIRN_SOLUTION_SPECIALS;
    cairn_bpe_options options = {.vocabulary = (int32_t)t->setup->vocabulary,
                                 .specials = specials,
                                 .n_specials = sizeof specials / sizeof *specials};
    cairn_bpe_trainer *bpe;
    CAIRN_TRY(cairn_bpe_open(t->ctx, &options, &bpe));
    cairn_status status = corpus_add_texts(t, bpe);
    if (status == CAIRN_OK) status = cairn_bpe_train(bpe, &t->tokenizer);
    cairn_bpe_close(bpe);
    return status;
}

cairn_status trainer_open_model(trainer *t) {
    const cairn_learn_setup *s = t->setup;
    cairn_dtype weights = s->bf16 ? CAIRN_BF16 : CAIRN_F32;
    cairn_transformer_shape shape;
    if (*s->init) {
        if (*s->shape) return cairn_fail(t->ctx, CAIRN_INVALID, "a model that is read (init) has its shape already");
        return cairn_transformer_load(t->ctx, t->device, s->init, weights, &t->model, &t->tokenizer);
    }
    CAIRN_TRY(train_tokenizer(t));
    CAIRN_TRY(read_shape(t, &shape));
    CAIRN_TRY(cairn_transformer_open(t->ctx, t->device, &shape, weights, &t->model));
    if (!t->planning) cairn_transformer_init(t->model, s->seed);
    return CAIRN_OK;
}

/* ---- the head -------------------------------------------------------------------------------------------------------------------- */

static bool is_of_head(const cairn_param *p, const char *head) {
    size_t n = strlen(head);
    return strncmp(p->name, "head.", 5) == 0 && strncmp(p->name + 5, head, n) == 0 && p->name[5 + n] == '.';
}

/* The head of this name is there already and cannot be trained by this objective. */
static cairn_status refuse_head(const trainer *t) {
    const cairn_learn_setup *s = t->setup;
    if (t->head->likelihood != s->likelihood)
        return cairn_fail(t->ctx, CAIRN_INVALID, "%s: its head `%s` %s likelihoods: name another", s->init,
                          t->head->name, t->head->likelihood ? "reads" : "does not read");
    return cairn_fail(t->ctx, CAIRN_INVALID,
                      "%s: its head `%s` has %d outputs and is of another kind than this loss needs: name another",
                      s->init, t->head->name, t->head->outputs);
}

/* The head that the objective reads, which may be there already from an earlier training. */
cairn_status trainer_open_head(trainer *t) {
    const cairn_learn_setup *s = t->setup;
    bool classes = t->objective->reads == CAIRN_READS_CLASS;
    if (!classes && t->objective->reads != CAIRN_READS_SCORE) return CAIRN_OK;
    bool outcome = s->task == CAIRN_LEARN_ORM || (s->task == CAIRN_LEARN_PAIRS && s->level == CAIRN_PAIR_SOLUTIONS);
    const char *name = *s->head ? s->head : outcome ? "outcome" : "step";
    cairn_head_kind kind = classes ? CAIRN_HEAD_CLASSIFIER : CAIRN_HEAD_VALUE;
    t->head = cairn_transformer_head(t->model, name);
    if (t->head) {
        bool same = t->head->kind == kind && t->head->outputs == 1 + classes;
        return same && t->head->likelihood == s->likelihood ? CAIRN_OK : refuse_head(t);
    }
    int64_t hidden = s->hidden < 0 ? t->model->shape.width : s->hidden;
    CAIRN_TRY(cairn_transformer_add_head(t->ctx, t->model, name, kind, 1 + classes, (int32_t)hidden, s->likelihood));
    t->head = cairn_transformer_head(t->model, name);
    for (int32_t i = 0; i < cairn_params_count(t->model->params); i++) {
        cairn_param *p = cairn_params_get(t->model->params, i);
        if (is_of_head(p, name) && p->value.rank == 2 && !t->planning) cairn_param_init_normal(p, s->seed, 0.02);
    }
    return CAIRN_OK;
}

/* ---- the learner ------------------------------------------------------------------------------------------------------------------ */

/* What the task does not reach keeps its numbers: other heads, and the vocabulary's own matrix under a head. */
static void freeze(trainer *t) {
    bool vocabulary = !t->head || trainer_reads_text(t);
    for (int32_t i = 0; i < cairn_params_count(t->model->params); i++) {
        cairn_param *p = cairn_params_get(t->model->params, i);
        bool head = strncmp(p->name, "head.", 5) == 0;
        p->frozen = head ? !t->head || !is_of_head(p, t->head->name) : p == t->model->output && !vocabulary;
    }
}

/* The averaged copy, which begins as the model. */
static cairn_status open_average(trainer *t) {
    const cairn_transformer *m = t->model;
    if (t->setup->average == 0) return CAIRN_OK;
    CAIRN_TRY(
        cairn_transformer_open(t->ctx, t->device, &m->shape, t->setup->bf16 ? CAIRN_BF16 : CAIRN_F32, &t->average));
    for (int32_t i = 0; i < m->n_heads; i++)
        CAIRN_TRY(cairn_transformer_add_head(t->ctx, t->average, m->heads[i]->name, m->heads[i]->kind,
                                             m->heads[i]->outputs, m->heads[i]->hidden, m->heads[i]->likelihood));
    return t->planning ? CAIRN_OK : cairn_params_average(t->average->params, m->params, 0);
}

/* "head.=10,token_embd=0.1" */
static cairn_status set_rates(trainer *t) {
    const char *at = t->setup->rates ? t->setup->rates : "";
    while (*at) {
        size_t length = strcspn(at, ",");
        char *item = cairn_arena_copy(t->arena, at, length);
        if (!item) return CAIRN_NO_MEMORY;
        char *value = strrchr(item, '=');
        double factor;
        if (!value || cairn_parse_double(value + 1, strlen(value + 1), &factor) != CAIRN_OK)
            return cairn_fail(t->ctx, CAIRN_INVALID, "rates: expected NAME=FACTOR,..., got `%s`", item);
        *value = 0;
        CAIRN_TRY(cairn_params_rate(t->ctx, t->model->params, item, factor, NULL));
        at += length + (at[length] == ',');
    }
    return CAIRN_OK;
}

cairn_status trainer_open_learner(trainer *t) {
    const cairn_learn_setup *s = t->setup;
    freeze(t);
    CAIRN_TRY(set_rates(t));
    CAIRN_TRY(open_average(t));
    const cairn_learner_setup setup = {.params = t->model->params,
                                       .optimiser = s->optimiser,
                                       .beta1 = s->beta1,
                                       .beta2 = s->beta2,
                                       .epsilon = 1e-8,
                                       .decay = s->decay,
                                       .clip = s->clip,
                                       .schedule = {.kind = (cairn_schedule_kind)s->schedule,
                                                    .peak = s->rate,
                                                    .last = s->rate * s->last_rate,
                                                    .warmup = t->warmup,
                                                    .steps = t->steps},
                                       .average = t->average ? t->average->params : NULL,
                                       .average_decay = s->average};
    return cairn_learner_open(t->ctx, &setup, &t->learner);
}
