/* What a run will hold, found before its first step: its batches are gone through without computing them. */
#include <stdio.h>
#include <string.h>

#include "learn/trainer.h"

enum { MOST_BATCHES = 100000 /* gone through; a larger one behind them makes the tape grow */, MOST_SEEN = 256 };

/* ---- batches ------------------------------------------------------------------------------------------------------------------ */

/* What the need of a batch rises with. */
typedef struct extent {
    int64_t rows, marks, segments, longest, said; /* said: tokens of marked steps, where they are read */
} extent;

typedef struct seen {
    extent largest[MOST_SEEN]; /* [count] rehearsed, none within another */
    int32_t count;
} seen;

static int64_t said_in(const trainer *t, const cairn_examples *e, int32_t id) {
    int64_t said = 0;
    if (!trainer_reads_text(t)) return 0;
    for (int64_t m = e->mark_starts[id]; m < e->mark_starts[id + 1]; m++)
        said += e->marks[m] + 1 - trainer_step_start(t, e->tokens + e->starts[id], e->marks[m]);
    return said;
}

static extent extent_of(const trainer *t, const cairn_examples *e, const int32_t *ids, int32_t n) {
    extent x = {.segments = n};
    for (int32_t i = 0; i < n; i++) {
        x.said += said_in(t, e, ids[i]);
        int64_t length = e->starts[ids[i] + 1] - e->starts[ids[i]];
        x.rows += length;
        x.longest = length > x.longest ? length : x.longest;
        x.marks += e->mark_starts[ids[i] + 1] - e->mark_starts[ids[i]];
    }
    return x;
}

static bool is_within(extent a, extent b) {
    return a.rows <= b.rows && a.marks <= b.marks && a.segments <= b.segments && a.longest <= b.longest &&
           a.said <= b.said;
}

/* Whether a batch needs no more than one before it; else it is remembered in the place of those within it. */
static bool is_covered(seen *s, extent x) {
    int32_t left = 0;
    for (int32_t i = 0; i < s->count; i++)
        if (is_within(x, s->largest[i])) return true;
    for (int32_t i = 0; i < s->count; i++)
        if (!is_within(s->largest[i], x)) s->largest[left++] = s->largest[i];
    if (left < MOST_SEEN) s->largest[left++] = x;
    s->count = left;
    return false;
}

/* One batch without its numbers; backward too when the tape records. */
static cairn_status rehearse(trainer *t, const cairn_transformer *model, const cairn_examples *from, const int32_t *ids,
                             int32_t n, bool backward) {
    cairn_tensor *outputs;
    cairn_tape_reset(t->tape);
    trainer_pack(t, from, ids, n);
    cairn_tensor *loss = trainer_loss(t, model, 1, backward, &outputs);
    if (!loss) return cairn_fail_within(t->ctx, CAIRN_INVALID, "the largest batches");
    if (backward) CAIRN_TRY(cairn_tape_backward(t->tape, loss, 1));
    if (cairn_tape_used(t->tape) <= t->tape_bytes) return CAIRN_OK;
    t->tape_bytes = cairn_tape_used(t->tape);
    t->most_rows = t->batch.starts[n];
    t->most_marks = t->batch.n_marks;
    return CAIRN_OK;
}

static cairn_status rehearse_steps(trainer *t) {
    seen s = {.count = 0};
    int64_t left = t->steps > MOST_BATCHES ? MOST_BATCHES : t->steps * t->setup->accumulate;
    for (int64_t i = 0; i < left && i < MOST_BATCHES; i++) {
        int32_t n = batches_next(&t->order, &t->examples, t->setup->batch_tokens, t->step_ids);
        if (is_covered(&s, extent_of(t, &t->examples, t->step_ids, n))) continue;
        CAIRN_TRY(rehearse(t, t->model, &t->examples, t->step_ids, n, true));
    }
    batches_seek(&t->order, 0, 0);
    return CAIRN_OK;
}

static cairn_status rehearse_dev(trainer *t) {
    seen s = {.count = 0};
    cairn_status status = CAIRN_OK;
    cairn_tape_record(t->tape, false);
    for (int32_t i = 0, n; i < t->dev_count && status == CAIRN_OK; i += n) {
        n = trainer_dev_batch(t, i);
        if (is_covered(&s, extent_of(t, t->dev, t->dev_pool + i, n))) continue;
        status = rehearse(t, t->average ? t->average : t->model, t->dev, t->dev_pool + i, n, false);
    }
    cairn_tape_record(t->tape, true);
    return status;
}

cairn_status trainer_rehearse(trainer *t) {
    cairn_device_rehearse(t->device, true);
    cairn_status status = rehearse_steps(t);
    if (status == CAIRN_OK) status = rehearse_dev(t);
    cairn_device_rehearse(t->device, false);
    cairn_tape_reset(t->tape);
    return status == CAIRN_OK && !t->planning ? cairn_tape_reserve(t->tape, t->tape_bytes) : status;
}

/* ---- the plan ------------------------------------------------------------------------------------------------------------------- */

/* Numbers of the parameters that are learned; *turned: of those that a file holds in another order, so that writing copies them. */
static size_t count_learned(const trainer *t, size_t *turned) {
    size_t learned = 0;
    *turned = 0;
    for (int32_t i = 0; i < cairn_params_count(t->model->params); i++) {
        const cairn_param *p = cairn_params_get(t->model->params, i);
        if (!p->frozen) learned += (size_t)p->value.size;
        if (strstr(p->name, ".attn_q.") || strstr(p->name, ".attn_k.")) *turned += (size_t)p->value.size;
    }
    return learned;
}

/* Bytes of the checkpoint that a run goes on from. */
static cairn_status checkpoint_bytes(const trainer *t, size_t *out) {
    cairn_gguf *file;
    *out = 0;
    if (!t->setup->resume) return CAIRN_OK;
    CAIRN_TRY(cairn_gguf_open(t->ctx, t->checkpoint, &file));
    *out = (size_t)cairn_gguf_size(file);
    cairn_gguf_close(file);
    return CAIRN_OK;
}

static cairn_status add_parts(const trainer *t, cairn_memory_plan *m) {
    size_t numbers = (size_t)cairn_params_size(t->model->params) * sizeof(float), turned, stored;
    size_t learned = count_learned(t, &turned) * sizeof(float), average = t->average ? numbers : 0;
    size_t packs = cairn_params_packed(t->model->params) + (t->average ? cairn_params_packed(t->average->params) : 0);
    size_t marks = t->head ? (size_t)t->dev_marks * 3 * sizeof(double) : 0; /* AUROC's */
    size_t data = cairn_examples_bytes(&t->examples) + cairn_examples_bytes(&t->dev_examples) +
                  cairn_arena_bytes(t->arena) + (size_t)t->pool_count * sizeof *t->order.order;
    cairn_resident resident = cairn_resident_memory();
    size_t here = data + (*t->setup->init ? numbers : 0), program = resident.now > here ? resident.now - here : 0;
    CAIRN_TRY(checkpoint_bytes(t, &stored));
    if (stored)
        stored += program + data + 2 * numbers + 2 * learned + average; /* the file and a model of it beside ours */
    m->reading = resident.most > stored ? resident.most : stored;
    cairn_memory_add(m, "weights", "f32 masters", numbers);
    cairn_memory_add(m, "gradients", "f32", learned);
    cairn_memory_add(m, "moments", "of AdamW, two of f32", 2 * learned);
    cairn_memory_add(m, "average", "f32 (--average)", average);
    cairn_memory_add(m, "packed weights", t->setup->bf16 ? "copies for products, bf16" : "copies for products, f32",
                     packs);
    cairn_memory_add(m, "activations", "and their gradients, of the largest batch", t->tape_bytes);
    cairn_memory_add(m, "scratch", "of products and attention, all threads", cairn_device_scratch(t->device));
    cairn_memory_add(m, "data", "tokens, marks, labels, order", data + marks);
    cairn_memory_add(m, "checkpoints", "copies that writing makes", turned * sizeof(float));
    cairn_memory_add(m, "program", "with libraries, their products, tokenizer", program);
    return CAIRN_OK;
}

cairn_status cairn_learn_plan_memory(cairn_ctx *ctx, const cairn_learn_setup *setup, cairn_learn_plan *out) {
    trainer t = {.ctx = ctx, .setup = setup, .saved = -1, .planning = true};
    *out = (cairn_learn_plan){0};
    cairn_status status = trainer_open(&t);
    if (status == CAIRN_OK) status = add_parts(&t, &out->memory);
    if (status == CAIRN_OK) {
        out->parameters = cairn_params_size(t.model->params);
        out->steps = t.steps;
        out->batch_tokens = t.most_rows;
        out->batch_marks = t.most_marks;
    }
    trainer_close(&t);
    return status;
}
