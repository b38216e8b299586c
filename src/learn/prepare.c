/* Everything before the first step: tokenizer, model, head, examples, room. */
#include <inttypes.h>
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

/* ---- reading ---------------------------------------------------------------------------------------------------------------------- */

typedef cairn_status (*visit_fn)(trainer *t, void *arg, const char *name, const cairn_record *record);

/* Calls `visit` for every record of a file; *key: of the whole file. */
static cairn_status each_record(trainer *t, const char *path, visit_fn visit, void *arg, uint64_t *key,
                                int64_t *skipped) {
    cairn_dataset *dataset;
    cairn_record record;
    cairn_read_options options = {.format = (cairn_format)t->setup->format,
                                  .split = (cairn_split)t->setup->split,
                                  .solutions = true,
                                  .skip_bad = t->setup->skip_bad};
    CAIRN_TRY(cairn_dataset_open(t->ctx, path, options, &dataset));
    cairn_arena_mark mark = cairn_arena_save(t->arena);
    cairn_status status;
    while ((status = cairn_dataset_next(dataset, t->arena, &record)) == CAIRN_OK) {
        char name[512];
        snprintf(name, sizeof name, "%s:%" PRId64, path, record.line);
        status = visit(t, arg, name, &record);
        cairn_arena_restore(t->arena, mark);
        if (status != CAIRN_OK) break;
    }
    *key = cairn_dataset_key(dataset);
    if (skipped) *skipped += cairn_dataset_skipped(dataset);
    cairn_dataset_close(dataset);
    return status == CAIRN_END ? CAIRN_OK : status;
}

static cairn_status add_texts(trainer *t, void *arg, const char *name, const cairn_record *record) {
    (void)t, (void)name;
    CAIRN_TRY(cairn_bpe_add(arg, record->problem, strlen(record->problem)));
    for (int32_t i = 0; i < record->n_steps; i++) {
        const char *seen = record->observations ? record->observations[i] : NULL;
        CAIRN_TRY(cairn_bpe_add(arg, record->steps[i], strlen(record->steps[i])));
        if (seen) CAIRN_TRY(cairn_bpe_add(arg, seen, strlen(seen)));
    }
    return CAIRN_OK;
}

static cairn_status train_tokenizer(trainer *t) {
    static const char *const specials[] = CAIRN_SOLUTION_SPECIALS;
    cairn_bpe_options options = {.vocabulary = (int32_t)t->setup->vocabulary,
                                 .specials = specials,
                                 .n_specials = sizeof specials / sizeof *specials};
    cairn_bpe_trainer *bpe;
    uint64_t key;
    CAIRN_TRY(cairn_bpe_open(t->ctx, &options, &bpe));
    cairn_status status = each_record(t, t->setup->data, add_texts, bpe, &key, NULL);
    if (status == CAIRN_OK) status = cairn_bpe_train(bpe, &t->tokenizer);
    cairn_bpe_close(bpe);
    return status;
}

typedef struct adding {
    cairn_examples *examples;
    cairn_solution_format format;
} adding;

/* A solution that is longer than the context is a bad line like others. */
static cairn_status add_example(trainer *t, void *arg, const char *name, const cairn_record *record) {
    adding *a = arg;
    const cairn_learn_setup *s = t->setup;
    const cairn_example_choice choice = {s->only_right, s->until_error, s->right_from};
    cairn_status status = cairn_examples_add(t->ctx, a->examples, &a->format, s->task, &choice, name, record);
    if (status != CAIRN_LIMIT || !s->skip_bad) return status;
    cairn_log(t->ctx, CAIRN_LOG_WARN, "skipped %s", cairn_error(t->ctx));
    t->skipped++;
    return CAIRN_OK;
}

/* Whether the solutions of this problem are set aside: by (seed, problem) alone. */
static bool is_dev(const trainer *t, uint64_t group) {
    return (double)(cairn_key_mix(t->setup->seed, group) >> 11) * 0x1p-53 < t->setup->dev_share;
}

static void count_marks(const trainer *t, const cairn_examples *from, const int32_t *pool, int32_t n, int64_t *marks,
                        int64_t *right) {
    for (int32_t i = 0; i < n; i++)
        for (int64_t m = from->mark_starts[pool[i]]; m < from->mark_starts[pool[i] + 1]; m++) {
            ++*marks;
            *right += t->head && trainer_is_right(t, from->labels[m]);
        }
}

/* A scorer cannot tell right from wrong by labels of one class. */
static void warn_of_one_class(const trainer *t) {
    if (!t->head || t->marks == 0 || (t->right_marks > 0 && t->right_marks < t->marks)) return;
    cairn_log(t->ctx, CAIRN_LOG_WARN, "%s: all %" PRId64 " %s are %s: the head sees one class alone", t->setup->data,
              t->marks, t->setup->task == CAIRN_LEARN_ORM ? "outcomes" : "labels", t->right_marks ? "right" : "wrong");
}

static cairn_status split(trainer *t) {
    const cairn_examples *all = &t->examples;
    bool own = *t->setup->dev != 0;
    t->dev = own ? &t->dev_examples : all;
    t->pool = cairn_arena_alloc(t->arena, (size_t)all->count, sizeof *t->pool);
    t->dev_pool = cairn_arena_alloc(t->arena, (size_t)t->dev->count, sizeof *t->dev_pool);
    if (!t->pool || !t->dev_pool) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < all->count; i++)
        if (own || !is_dev(t, all->groups[i]))
            t->pool[t->pool_count++] = i;
        else
            t->dev_pool[t->dev_count++] = i;
    for (int32_t i = 0; own && i < t->dev->count; i++) t->dev_pool[t->dev_count++] = i;
    count_marks(t, all, t->pool, t->pool_count, &t->marks, &t->right_marks);
    count_marks(t, t->dev, t->dev_pool, t->dev_count, &t->dev_marks, &t->dev_right_marks);
    warn_of_one_class(t);
    if (t->pool_count > 0) return CAIRN_OK;
    return cairn_fail(t->ctx, CAIRN_INVALID,
                      "%s: nothing to learn from: of %d usable records %d are in the dev set, %" PRId64
                      " have no label for it or are not known to be right",
                      t->setup->data, all->count, t->dev_count, all->dropped);
}

static cairn_status read_examples(trainer *t) {
    adding a = {.examples = &t->examples};
    CAIRN_TRY(cairn_solution_format_of(t->ctx, t->tokenizer, t->model->shape.context, &a.format));
    t->separator = a.format.separator;
    t->step = a.format.step;
    CAIRN_TRY(each_record(t, t->setup->data, add_example, &a, &t->data_key, &t->skipped));
    if (*t->setup->dev) {
        a.examples = &t->dev_examples;
        CAIRN_TRY(each_record(t, t->setup->dev, add_example, &a, &t->dev_key, &t->skipped));
    }
    cairn_examples_trim(&t->examples);
    cairn_examples_trim(&t->dev_examples);
    cairn_trim_memory(); /* what reading took and gave back */
    return split(t);
}

/* ---- the model -------------------------------------------------------------------------------------------------------------------- */

static cairn_status open_model(trainer *t) {
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

static bool is_of_head(const cairn_param *p, const char *head) {
    size_t n = strlen(head);
    return strncmp(p->name, "head.", 5) == 0 && strncmp(p->name + 5, head, n) == 0 && p->name[5 + n] == '.';
}

/* The task's head, which may be there already from an earlier training. */
static cairn_status open_head(trainer *t) {
    const cairn_learn_setup *s = t->setup;
    if (s->task == CAIRN_LEARN_SFT || s->task == CAIRN_LEARN_TEXT) return CAIRN_OK;
    const char *name = *s->head ? s->head : s->task == CAIRN_LEARN_PRM ? "step" : "outcome";
    bool hard = s->loss == CAIRN_LOSS_HARD;
    cairn_head_kind kind = hard ? CAIRN_HEAD_CLASSIFIER : CAIRN_HEAD_VALUE;
    t->head = cairn_transformer_head(t->model, name);
    if (t->head && (t->head->kind != kind || t->head->outputs != 1 + hard))
        return cairn_fail(t->ctx, CAIRN_INVALID,
                          "%s: its head `%s` has %d outputs and is of another kind than this loss needs: name another",
                          s->init, name, t->head->outputs);
    if (t->head && t->head->likelihood != s->likelihood)
        return cairn_fail(t->ctx, CAIRN_INVALID, "%s: its head `%s` %s likelihoods: name another", s->init, name,
                          t->head->likelihood ? "reads" : "does not read");
    if (t->head) return CAIRN_OK;
    int64_t hidden = s->hidden < 0 ? t->model->shape.width : s->hidden;
    CAIRN_TRY(cairn_transformer_add_head(t->ctx, t->model, name, kind, 1 + hard, (int32_t)hidden, s->likelihood));
    t->head = cairn_transformer_head(t->model, name);
    for (int32_t i = 0; i < cairn_params_count(t->model->params); i++) {
        cairn_param *p = cairn_params_get(t->model->params, i);
        if (is_of_head(p, name) && p->value.rank == 2 && !t->planning) cairn_param_init_normal(p, s->seed, 0.02);
    }
    return CAIRN_OK;
}

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

/* ---- room and plan ------------------------------------------------------------------------------------------------------------------ */

static cairn_status make_room(trainer *t) {
    int64_t rows = t->setup->batch_tokens, step = t->setup->accumulate;
    if (t->examples.longest > rows) rows = t->examples.longest;
    if (t->dev_examples.longest > rows) rows = t->dev_examples.longest;
    int64_t most = t->pool_count > t->dev_count ? t->pool_count : t->dev_count;
    size_t n = (size_t)rows, ids = (size_t)(most < rows ? most : rows);
    packed *b = &t->batch;
    b->tokens = cairn_arena_alloc(t->arena, n, sizeof *b->tokens);
    b->starts = cairn_arena_alloc(t->arena, ids + 1, sizeof *b->starts);
    b->marks = cairn_arena_alloc(t->arena, n, sizeof *b->marks);
    b->targets = cairn_arena_alloc(t->arena, n, sizeof *b->targets);
    b->labels = cairn_arena_alloc(t->arena, n, sizeof *b->labels);
    b->weights = cairn_arena_alloc(t->arena, n, sizeof *b->weights);
    b->said = cairn_arena_alloc(t->arena, n, sizeof *b->said);
    b->said_targets = cairn_arena_alloc(t->arena, n, sizeof *b->said_targets);
    b->said_of = cairn_arena_alloc(t->arena, n, sizeof *b->said_of);
    b->said_weights = cairn_arena_alloc(t->arena, n, sizeof *b->said_weights);
    t->step_ids = cairn_arena_alloc(t->arena, ids * (size_t)step, sizeof *t->step_ids);
    t->step_starts = cairn_arena_alloc(t->arena, (size_t)step + 1, sizeof *t->step_starts);
    t->dev_scores = cairn_arena_alloc(t->arena, (size_t)t->dev_marks, sizeof *t->dev_scores);
    t->dev_right = cairn_arena_alloc(t->arena, (size_t)t->dev_marks, sizeof *t->dev_right);
    return b->tokens && b->starts && b->marks && b->targets && b->labels && b->weights && b->said && b->said_targets &&
                   b->said_of && b->said_weights && t->step_ids && t->step_starts && t->dev_scores && t->dev_right
               ? CAIRN_OK
               : CAIRN_NO_MEMORY;
}

static int64_t divided_up(int64_t a, int64_t b) {
    return (a + b - 1) / b;
}

static cairn_status plan(trainer *t) {
    const cairn_learn_setup *s = t->setup;
    CAIRN_TRY(batches_open(t->ctx, t->pool, t->pool_count, s->seed, &t->order));
    int64_t an_epoch = divided_up(batches_in(&t->order, &t->examples, s->batch_tokens, 1), s->accumulate);
    t->steps = s->steps;
    if (t->steps == 0)
        t->steps = divided_up(batches_in(&t->order, &t->examples, s->batch_tokens, s->epochs), s->accumulate);
    t->every = s->every > 0 ? s->every : an_epoch;
    t->warmup = s->warmup >= 0 ? s->warmup : t->steps / 20;
    if (t->warmup < t->steps || t->steps == 0) return CAIRN_OK;
    return cairn_fail(t->ctx, CAIRN_INVALID, "the warm-up of %" PRId64 " steps takes all %" PRId64 " steps", t->warmup,
                      t->steps);
}

/* Everything that the result depends on, a line each; the instruction set last, so that other differences are named first. */
static cairn_status write_manifest(trainer *t) {
    static const char *const tasks[] = {"sft", "prm", "orm", "text"};
    const cairn_learn_setup *s = t->setup;
    const cairn_transformer_shape *m = &t->model->shape;
    char text[32], rate[32], last[32], decay[32], clip[32], share[32], right[32], average[32];
    cairn_format_double(s->text, text);
    cairn_format_double(s->rate, rate);
    cairn_format_double(s->last_rate, last);
    cairn_format_double(s->decay, decay);
    cairn_format_double(s->clip, clip);
    cairn_format_double(s->average, average);
    cairn_format_double(s->dev_share, share);
    cairn_format_double(s->right_from, right);
    t->manifest = cairn_arena_printf(
        t->arena,
        "task=%s\nloss=%d\nhead=%s\ndata=%016" PRIx64 "\ndev=%016" PRIx64 "\nsplit=%s\ntokenizer=%016" PRIx64
        "\nshape=%d,%d,%d,%d,%d,%d,%d,%d\nexamples=%d\nseed=%" PRIu64 "\nsteps=%" PRId64 "\nbatch-tokens=%" PRId64
        "\naccumulate=%" PRId64 "\nwarmup=%" PRId64 "\nevery=%" PRId64 "\npatience=%" PRId64
        "\nrate=%s\nlast-rate=%s\ndecay=%s\nclip=%s\naverage=%s\ndev-share=%"
        "s\nright-from=%s\ntext=%s\nlikelihood=%d\nuntil-error=%d\nschedule=%d\nbf16=%d\nstore-bf16=%"
        "d\n"
        "only-right=%d\n" INSTRUCTION_SET "%s\n",
        tasks[s->task], s->loss, t->head ? t->head->name : "", t->data_key, t->dev_key,
        cairn_split_name((cairn_split)s->split), cairn_tokenizer_key(t->tokenizer), m->vocabulary, m->width, m->layers,
        m->heads, m->kv_heads, m->feed_forward, m->context, m->tied, t->examples.count, s->seed, t->steps,
        s->batch_tokens, s->accumulate, t->warmup, t->every, s->patience, rate, last, decay, clip, average, share,
        right, text, s->likelihood, s->until_error, s->schedule, s->bf16, s->store_bf16, s->only_right,
        cairn_bits_name(t->portable));
    return t->manifest ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* ---- opening and closing ------------------------------------------------------------------------------------------------------------- */

static cairn_status check(const trainer *t) {
    const cairn_learn_setup *s = t->setup;
    if (strcmp(s->data, "-") == 0 || strcmp(s->dev, "-") == 0)
        return cairn_fail(t->ctx, CAIRN_INVALID, "data for training is a file: it may be read more than once");
    if (!t->planning && (!*s->out || strcmp(s->out, "-") == 0))
        return cairn_fail(t->ctx, CAIRN_INVALID, "the model needs a file to go to: out (--out) is missing");
    if (s->task == CAIRN_LEARN_ORM && s->loss == CAIRN_LOSS_HARD)
        return cairn_fail(t->ctx, CAIRN_INVALID, "an outcome is learned as a value: its loss is soft or mse");
    if (s->task != CAIRN_LEARN_PRM && (s->likelihood || s->until_error || s->text > 0))
        return cairn_fail(t->ctx, CAIRN_INVALID, "likelihood, until_error and text are of heads that score steps");
    if (s->epochs < 1 && s->steps < 1) return cairn_fail(t->ctx, CAIRN_INVALID, "at least one step or epoch is needed");
    if (s->batch_tokens < 1 || s->accumulate < 1 || !(s->rate > 0))
        return cairn_fail(t->ctx, CAIRN_INVALID, "batch tokens, accumulation and learning rate must be positive");
    if (!(s->average >= 0 && s->average < 1))
        return cairn_fail(t->ctx, CAIRN_INVALID, "the decay of an average is from 0 (none) to below 1");
    return CAIRN_OK;
}

cairn_status trainer_open(trainer *t) {
    CAIRN_TRY(check(t));
    CAIRN_TRY(cairn_arena_open(t->ctx, 1 << 16, &t->arena));
    t->checkpoint =
        *t->setup->checkpoint ? t->setup->checkpoint : cairn_arena_printf(t->arena, "%s.train", t->setup->out);
    if (!t->checkpoint) return CAIRN_NO_MEMORY;
    t->portable = t->setup->portable || cairn_ctx_portable(t->ctx);
    CAIRN_TRY(cairn_device_open(t->ctx, (int)t->setup->threads,
                                t->portable ? CAIRN_MATMUL_PORTABLE : CAIRN_MATMUL_FASTEST, &t->device));
    CAIRN_TRY(cairn_tape_open(t->ctx, t->device, CAIRN_F32, &t->tape));
    CAIRN_TRY(open_model(t));
    CAIRN_TRY(open_head(t));
    CAIRN_TRY(read_examples(t));
    freeze(t);
    CAIRN_TRY(cairn_params_moments(t->model->params));
    CAIRN_TRY(open_average(t));
    CAIRN_TRY(make_room(t));
    CAIRN_TRY(plan(t));
    CAIRN_TRY(write_manifest(t));
    return trainer_rehearse(t);
}

void trainer_close(trainer *t) {
    if (t->log) fclose(t->log);
    events_close(t->events);
    batches_close(&t->order);
    cairn_examples_free(&t->examples);
    cairn_examples_free(&t->dev_examples);
    cairn_transformer_close(t->average);
    cairn_transformer_close(t->model);
    cairn_tokenizer_close(t->tokenizer);
    cairn_tape_close(t->tape);
    cairn_device_close(t->device);
    cairn_arena_close(t->arena);
}
