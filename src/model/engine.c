/* The engine's steps: which rows, the forward pass, what follows from them. */
#include <string.h>

#include "model/engine_job.h"

/* ---- planning: all open requests in the order of their asking --------------------------------------------------------------- */

static cairn_status add_pick(cairn_engine *e, engine_job *job, pick_kind kind, int32_t index, int32_t row) {
    CAIRN_TRY(cairn_grow(e->ctx, (void **)&e->picks, &e->pick_capacity, (size_t)e->n_picks + 1, sizeof *e->picks));
    e->picks[e->n_picks++] = (pick){job, kind, index, row};
    return CAIRN_OK;
}

/* The rows that a request needs and that this step has. Those that are wanted in order are taken in order, as they come
 * by. */
static cairn_status pick_rows(cairn_engine *e, engine_job *job) {
    const cairn_generation *g = job->asked;
    int32_t row, last = job->prefix + g->n_generated - 1;
    while (job->rows_done < g->n_rows && (row = batch_row(e->batch, g->rows[job->rows_done])) != KV_NONE)
        CAIRN_TRY(add_pick(e, job, PICK_TRUNK, job->rows_done++, row));
    if (job->generating) {
        job->ready = job->ready && (row = batch_row(e->batch, last)) != KV_NONE;
        return job->ready ? add_pick(e, job, PICK_NEXT, 0, row) : CAIRN_OK;
    }
    while (job->suffix_done < g->n_suffix && (row = batch_row(e->batch, last + job->suffix_done)) != KV_NONE)
        CAIRN_TRY(add_pick(e, job, PICK_SUFFIX, job->suffix_done++, row));
    job->ready = job->ready && job->rows_done == g->n_rows && job->suffix_done == g->n_suffix;
    return CAIRN_OK;
}

/* first: nothing was planned before in this step, so that everybody else's pages could be had. */
static cairn_status plan(cairn_engine *e, cairn_ctx *ctx, engine_job *job, bool first) {
    kv_room room;
    int32_t length = e->tree->nodes[job->node].length;
    bool suffix = !job->generating && job->asked->n_suffix > 0; /* nobody asks what follows its last token */
    CAIRN_TRY(batch_schedule(e->batch, job->node, suffix ? length - 1 : length, &room));
    if (room == KV_FULL && first) {
        job_finish(e, job,
                   cairn_fail(ctx, CAIRN_LIMIT, "a sequence of %d tokens does not fit into %d pages of kept keys",
                              kv_length(e->tree, job->node), e->tree->n_pages));
        return CAIRN_OK;
    }
    job->ready = room == KV_READY;
    return pick_rows(e, job);
}

/* ---- what follows from the rows ------------------------------------------------------------------------------------------------ */

/* Logits of all rows that somebody picked them of: [n, V], or NULL for none. */
static cairn_status pick_logits(cairn_engine *e, cairn_tensor *hidden, cairn_tensor **out) {
    int32_t n = 0;
    for (int32_t r = 0; r < e->batch->rows; r++) e->logit_of[r] = -1;
    for (int32_t i = 0; i < e->n_picks; i++) {
        int32_t row = e->picks[i].row;
        if (e->picks[i].kind == PICK_TRUNK || e->logit_of[row] >= 0) continue;
        e->logit_of[row] = n;
        e->logit_rows[n++] = row;
    }
    *out = NULL;
    if (n == 0) return CAIRN_OK;
    *out = cairn_transformer_logits(e->tape, e->model, cairn_rows(e->tape, hidden, e->logit_rows, n));
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status render_next(cairn_engine *e, cairn_ctx *ctx, engine_job *job, const float *logits) {
    cairn_generation *g = job->asked;
    cairn_rng rng = g->rng;
    cairn_drawn draw;
    rng.index += (uint64_t)g->n_generated;
    rng.left = 0;
    cairn_status status = cairn_sample(ctx, logits, e->model->shape.vocabulary, &g->decoding, cairn_rng_unit(&rng),
                                       e->weights, e->order, &draw);
    if (status != CAIRN_OK) return cairn_fail_within(ctx, status, "generated token %d", g->n_generated);
    return job_add_token(e, ctx, job, &draw);
}

static cairn_status use_pick(cairn_engine *e, cairn_ctx *ctx, const pick *p, const cairn_tensor *hidden,
                             const cairn_tensor *logits) {
    cairn_generation *g = p->job->asked;
    size_t width = (size_t)e->model->shape.width;
    int32_t vocabulary = e->model->shape.vocabulary;
    if (p->kind == PICK_TRUNK) {
        memcpy(g->trunk + (size_t)p->index * width, (const float *)hidden->data + (size_t)p->row * width,
               width * sizeof *g->trunk);
        return CAIRN_OK;
    }
    const float *row = (const float *)logits->data + (size_t)e->logit_of[p->row] * (size_t)vocabulary;
    if (p->kind == PICK_NEXT) return render_next(e, ctx, p->job, row);
    cairn_status status = cairn_logit_logp(ctx, row, vocabulary, g->suffix[p->index], &g->suffix_logp[p->index]);
    return status == CAIRN_OK ? status : cairn_fail_within(ctx, status, "suffix token %d", p->index);
}

static cairn_status compute(cairn_engine *e, cairn_ctx *ctx) {
    cairn_tensor *hidden = NULL, *logits = NULL;
    CAIRN_TRY(batch_run(e->batch, e->tape, e->model, &hidden));
    CAIRN_TRY(pick_logits(e, hidden, &logits));
    for (int32_t i = 0; i < e->n_picks; i++) {
        engine_job *job = e->picks[i].job;
        if (!job) continue;
        cairn_status status = use_pick(e, ctx, &e->picks[i], hidden, logits);
        if (status == CAIRN_OK) continue;
        for (int32_t k = i; k < e->n_picks; k++)
            if (e->picks[k].job == job) e->picks[k].job = NULL;
        job_finish(e, job, status);
    }
    return CAIRN_OK;
}

static cairn_status step(cairn_engine *e, cairn_ctx *ctx) {
    cairn_tape_reset(e->tape);
    batch_begin(e->batch);
    e->n_picks = 0;
    e->steps++;
    bool first = true;
    for (engine_job *job = e->first, *next; job; job = next, first = false) {
        next = job->next;
        CAIRN_TRY(plan(e, ctx, job, first));
    }
    if (e->batch->rows > 0) CAIRN_TRY(compute(e, ctx));
    for (engine_job *job = e->first, *next; job; job = next) {
        const cairn_generation *g = job->asked;
        next = job->next;
        if (job->ready && !job->generating && job->rows_done == g->n_rows && job->suffix_done == g->n_suffix)
            job_finish(e, job, CAIRN_OK);
    }
    return CAIRN_OK;
}

/* ---- the backend ------------------------------------------------------------------------------------------------------------------ */

static void engine_submit(cairn_backend *self, cairn_ctx *ctx, cairn_request *request) {
    cairn_status status = job_open((cairn_engine *)self, ctx, (cairn_generation *)request);
    if (status == CAIRN_OK) return;
    request->status = status;
    cairn_request_done(request);
}

static cairn_status engine_step(cairn_backend *self, cairn_ctx *ctx, int wait_ms) {
    (void)wait_ms;
    cairn_engine *e = (cairn_engine *)self;
    cairn_status status = step(e, ctx);
    if (status != CAIRN_OK && ctx != e->ctx) return cairn_fail(ctx, status, "%s", cairn_error(e->ctx));
    return status;
}

static void engine_abandon(cairn_backend *self, cairn_ctx *ctx, cairn_request *request) {
    (void)ctx;
    cairn_generation *g = (cairn_generation *)request;
    job_close((cairn_engine *)self, g->job);
}

cairn_backend *cairn_engine_backend(cairn_engine *engine) {
    return &engine->backend;
}

/* ---- opening ---------------------------------------------------------------------------------------------------------------------- */

static cairn_status open_parts(cairn_engine *e, cairn_device *device, const cairn_engine_options *options) {
    const cairn_transformer_shape *s = &e->model->shape;
    int64_t numbers = cairn_page_numbers(s->layers, s->kv_heads, s->width / s->heads);
    size_t pages = options->cache_bytes / ((size_t)numbers * sizeof(float)), vocabulary = (size_t)s->vocabulary;
    if (pages > INT32_MAX) pages = INT32_MAX;
    CAIRN_TRY(kv_open(e->ctx, numbers, (int32_t)pages, &e->tree));
    CAIRN_TRY(batch_open(e->ctx, e->tree, options->rows, &e->batch));
    CAIRN_TRY(cairn_tape_open(e->ctx, device, CAIRN_F32, &e->tape));
    cairn_tape_record(e->tape, false);
    e->logit_rows = cairn_alloc(e->ctx, (size_t)options->rows, sizeof *e->logit_rows);
    e->logit_of = cairn_alloc(e->ctx, (size_t)options->rows, sizeof *e->logit_of);
    e->weights = cairn_alloc(e->ctx, vocabulary, sizeof *e->weights);
    e->order = cairn_alloc(e->ctx, vocabulary, sizeof *e->order);
    if (!e->logit_rows || !e->logit_of || !e->weights || !e->order) return CAIRN_NO_MEMORY;
    return engine_rehearse(e, device, options->rows);
}

cairn_status cairn_engine_open(cairn_ctx *ctx, cairn_device *device, const cairn_transformer *model,
                               const cairn_tokenizer *tokenizer, const cairn_engine_options *options,
                               cairn_engine **out) {
    cairn_engine *e = cairn_alloc(ctx, 1, sizeof *e);
    if (!e) return CAIRN_NO_MEMORY;
    e->backend =
        (cairn_backend){.name = "engine", .submit = engine_submit, .step = engine_step, .abandon = engine_abandon};
    e->ctx = ctx;
    e->device = device;
    e->model = model;
    e->tokenizer = tokenizer;
    for (int32_t i = 0; tokenizer && i < cairn_tokenizer_size(tokenizer); i++) {
        size_t length = cairn_token_text(tokenizer, i).length;
        if (length > e->longest_token) e->longest_token = length;
    }
    cairn_status status = open_parts(e, device, options);
    if (status != CAIRN_OK) {
        cairn_engine_close(e);
        return status;
    }
    *out = e;
    return CAIRN_OK;
}

void cairn_engine_close(cairn_engine *engine) {
    if (!engine) return;
    batch_close(engine->batch);
    kv_close(engine->tree);
    cairn_tape_close(engine->tape);
    cairn_free(engine->picks);
    cairn_free(engine->logit_rows);
    cairn_free(engine->logit_of);
    cairn_free(engine->weights);
    cairn_free(engine->order);
    cairn_free(engine);
}

void cairn_engine_forget(cairn_engine *engine) {
    kv_forget(engine->tree);
}

const cairn_transformer *cairn_engine_model(const cairn_engine *engine) {
    return engine->model;
}

const cairn_tokenizer *cairn_engine_tokenizer(const cairn_engine *engine) {
    return engine->tokenizer;
}

cairn_device *cairn_engine_device(const cairn_engine *engine) {
    return engine->device;
}

uint64_t cairn_engine_content(const cairn_engine *engine) {
    return engine->content;
}

cairn_engine_stats cairn_engine_statistics(const cairn_engine *engine) {
    const kv_tree *t = engine->tree;
    return (cairn_engine_stats){.steps = engine->steps,
                                .computed = engine->batch->computed,
                                .recomputed = engine->batch->recomputed,
                                .found = engine->found,
                                .evicted = t->evicted,
                                .pages = t->n_pages,
                                .pages_used = t->n_pages - t->n_free,
                                .pages_most = t->most_used,
                                .prefixes = t->live_nodes - 1,
                                .open = engine->open};
}

/* Whether `thing` was counted before; it is now. */
static bool was_counted(cairn_engine_held *sum, const void *thing) {
    for (int32_t i = 0; i < sum->n_counted; i++)
        if (sum->counted[i] == thing) return true;
    if (sum->n_counted < CAIRN_HELD_MOST) sum->counted[sum->n_counted++] = thing;
    return false;
}

void cairn_engine_add_held(const cairn_engine *engine, cairn_engine_held *sum) {
    const kv_tree *tree = engine->tree;
    size_t page = (size_t)tree->page_numbers * sizeof(float);
    if (!was_counted(sum, engine->model)) {
        sum->weights += (size_t)cairn_params_size(engine->model->params) * sizeof(float);
        sum->packed += cairn_params_packed(engine->model->params);
    }
    if (was_counted(sum, engine)) return;
    sum->working += cairn_device_scratch(engine->device);
    sum->step += engine->tape_bytes;
    sum->stepped += cairn_tape_touched(engine->tape);
    sum->cache += page * (size_t)tree->n_pages;
    sum->cached += page * (size_t)tree->most_used;
    sum->asked += page * (size_t)tree->taken;
    sum->listed += kv_listed(tree);
}
