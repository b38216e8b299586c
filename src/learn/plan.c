/* The memory that a run will take, by part. */
#include <string.h>

#include "learn/learner.h"
#include "learn/trainer.h"

/* Numbers of the parameters that are learned; *turned: of those that a file holds in another order, so that writing
 * copies them. */
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

/* Bytes of the checkpoint that a run continues from. */
static cairn_status checkpoint_bytes(const trainer *t, size_t *out) {
    cairn_gguf *file;
    *out = 0;
    if (!t->setup->resume) return CAIRN_OK;
    CAIRN_TRY(cairn_gguf_open(t->ctx, t->checkpoint, &file));
    *out = (size_t)cairn_gguf_size(file);
    cairn_gguf_close(file);
    return CAIRN_OK;
}

static size_t grouping_bytes(const grouping *g, int32_t members) {
    return (size_t)members * (2 * sizeof(int32_t) + sizeof *g->sizes);
}

static size_t corpus_bytes(const corpus *c) {
    return cairn_examples_bytes(&c->examples) + cairn_examples_bytes(&c->dev_examples) +
           grouping_bytes(&c->groups, c->examples.count) + grouping_bytes(&c->dev_groups, c->dev_examples.count) +
           (c->reference ? (size_t)c->examples.mark_starts[c->examples.count] * sizeof(float) : 0) +
           (c->dev_reference ? (size_t)c->dev_examples.mark_starts[c->dev_examples.count] * sizeof(float) : 0);
}

static cairn_status add_parts(const trainer *t, cairn_memory_plan *m) {
    size_t numbers = (size_t)cairn_params_size(t->model->params) * sizeof(float), turned, stored;
    size_t learned = count_learned(t, &turned) * sizeof(float), average = t->average ? numbers : 0;
    size_t moments = (size_t)learner_moments(t->setup->optimiser);
    size_t packs = cairn_params_packed(t->model->params) + (t->average ? cairn_params_packed(t->average->params) : 0);
    size_t marks = t->head ? (size_t)t->data.dev.marks * 3 * sizeof(double) : 0; /* AUROC's */
    size_t data =
        corpus_bytes(&t->data) + cairn_arena_bytes(t->arena) + (size_t)t->data.train.count * sizeof *t->order.order;
    cairn_resident resident = cairn_resident_memory();
    size_t here = data + (*t->setup->init ? numbers : 0), program = resident.now > here ? resident.now - here : 0;
    CAIRN_TRY(checkpoint_bytes(t, &stored));
    if (stored)
        stored +=
            program + data + 2 * numbers + moments * learned + average; /* the file and a model of it beside ours */
    m->reading = resident.most > stored ? resident.most : stored;
    cairn_memory_add(m, "weights", "f32 masters", numbers);
    cairn_memory_add(m, "gradients", "f32", learned);
    cairn_memory_add(m, "moments", "of the optimiser, f32", moments * learned);
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
