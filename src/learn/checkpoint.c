/* A checkpoint is one GGUF file: the model, the learner, and where the run stands. It replaces the one before as a
 * whole. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "learn/trainer.h"

#define RUN "cairn.learn."

const char *trainer_broken(const trainer *t) {
    for (int32_t i = 0; i < cairn_params_count(t->model->params); i++) {
        const cairn_param *p = cairn_params_get(t->model->params, i);
        const float *x = p->value.data;
        for (int64_t k = 0; k < p->value.size; k++)
            if (!isfinite(x[k])) return p->name;
    }
    return NULL;
}

/* The numbers of `progress` by their keys; the order of the fields below. */
typedef struct entry {
    const char *key;
    int64_t *whole;
    double *real;
} entry;
enum { ENTRIES = 12 };

static void list_entries(progress *p, cairn_batches *order, int64_t *next, int64_t *finished, entry out[ENTRIES]) {
    const entry all[ENTRIES] = {{RUN "step", &p->step, NULL},
                                {RUN "tokens", &p->tokens, NULL},
                                {RUN "best_step", &p->best_step, NULL},
                                {RUN "worse", &p->worse, NULL},
                                {RUN "log_bytes", &p->log_bytes, NULL},
                                {RUN "epoch", &order->epoch, NULL},
                                {RUN "next", next, NULL},
                                {RUN "finished", finished, NULL},
                                {RUN "loss", NULL, &p->loss},
                                {RUN "best_loss", NULL, &p->best_loss},
                                {RUN "best_accuracy", NULL, &p->best_accuracy},
                                {RUN "best_auroc", NULL, &p->best_auroc}};
    memcpy(out, all, sizeof all);
}

/* ---- writing ------------------------------------------------------------------------------------------------------------------ */

/* A double keeps its bits as a whole number: f32 would round it. */
static cairn_status put_progress(trainer *t, cairn_gguf_writer *w) {
    entry entries[ENTRIES];
    int64_t next = t->order.next, finished = t->now.finished;
    list_entries(&t->now, &t->order, &next, &finished, entries);
    CAIRN_TRY(cairn_gguf_put_text(w, RUN "manifest", t->manifest));
    for (int i = 0; i < ENTRIES; i++) {
        uint64_t bits = 0;
        memcpy(&bits, entries[i].whole ? (void *)entries[i].whole : (void *)entries[i].real, sizeof bits);
        CAIRN_TRY(cairn_gguf_put_u64(w, entries[i].key, bits));
    }
    return CAIRN_OK;
}

static cairn_status write_checkpoint(trainer *t, cairn_arena *arena, cairn_gguf_writer *w) {
    CAIRN_TRY(cairn_transformer_put(t->ctx, t->model, CAIRN_F32, arena, w));
    CAIRN_TRY(cairn_tokenizer_put(t->ctx, t->tokenizer, w));
    CAIRN_TRY(put_progress(t, w));
    CAIRN_TRY(cairn_learner_put(t->learner, w));
    return cairn_gguf_write(w, t->checkpoint);
}

cairn_status trainer_save(trainer *t) {
    cairn_gguf_writer *w;
    const char *broken = trainer_broken(t);
    if (broken)
        return cairn_fail(t->ctx, CAIRN_INVALID, "tensor %s is not finite after step %lld", broken,
                          (long long)t->now.step);
    cairn_arena *arena; /* of copies that live while they are written */
    CAIRN_TRY(cairn_arena_open(t->ctx, 65536, &arena));
    cairn_status status = cairn_gguf_writer_open(t->ctx, &w);
    if (status == CAIRN_OK) {
        status = write_checkpoint(t, arena, w);
        cairn_gguf_writer_close(w);
    }
    cairn_arena_close(arena);
    CAIRN_TRY(status);
    t->saved = t->now.step;
    return CAIRN_OK;
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------ */

/* The two lines of the instruction set differ. Checkpoints of versions that did not write one end where it would stand:
 * `theirs` is "". */
static cairn_status compare_sets(const trainer *t, const char *theirs) {
    const char *mine = cairn_bits_name(t->portable), *portable = cairn_bits_name(true);
    size_t skip = strlen(INSTRUCTION_SET);
    if (*theirs == 0 && !t->portable) {
        cairn_log(
            t->ctx, CAIRN_LOG_WARN,
            "%s does not say on which instruction set it was made: only if that was %s will the model have the bytes "
            "of an uninterrupted training",
            t->checkpoint, mine);
        return CAIRN_OK;
    }
    if (t->portable)
        return cairn_fail(t->ctx, CAIRN_INVALID, "%s: the training was begun without --portable: resume it without",
                          t->checkpoint);
    if (strncmp(theirs + skip, portable, strlen(portable)) == 0)
        return cairn_fail(t->ctx, CAIRN_INVALID,
                          "%s: the training was begun with --portable: resume it with --portable", t->checkpoint);
    return cairn_fail(t->ctx, CAIRN_INVALID,
                      "%s: it was made with `%.*s`, this run has `" INSTRUCTION_SET
                      "%s`, which gives other bits: only a "
                      "training that was begun with --portable resumes on every processor",
                      t->checkpoint, (int)strcspn(theirs, "\n"), theirs, mine);
}

/* The first place at which two manifests differ, as "key=value" of each. */
static cairn_status compare_manifest(const trainer *t, const cairn_gguf *file) {
    const char *theirs;
    CAIRN_TRY(cairn_gguf_get_text(t->ctx, file, RUN "manifest", t->arena, &theirs));
    size_t i = 0;
    while (theirs[i] && theirs[i] == t->manifest[i]) i++;
    if (theirs[i] == t->manifest[i]) return CAIRN_OK;
    while (i > 0 && theirs[i - 1] != '\n') i--;
    bool is_set = strncmp(theirs + i, INSTRUCTION_SET, strlen(INSTRUCTION_SET)) == 0 || !theirs[i];
    if (is_set && strncmp(t->manifest + i, INSTRUCTION_SET, strlen(INSTRUCTION_SET)) == 0)
        return compare_sets(t, theirs + i);
    return cairn_fail(t->ctx, CAIRN_INVALID,
                      "%s: it was made with `%.*s`, this run has `%.*s`: the same options and data continue it",
                      t->checkpoint, (int)strcspn(theirs + i, "\n"), theirs + i, (int)strcspn(t->manifest + i, "\n"),
                      t->manifest + i);
}

static cairn_status get_progress(trainer *t, const cairn_gguf *file) {
    entry entries[ENTRIES];
    cairn_batches place = {0};
    int64_t next = 0, finished = 0;
    list_entries(&t->now, &place, &next, &finished, entries);
    for (int i = 0; i < ENTRIES; i++) {
        uint64_t bits;
        CAIRN_TRY(cairn_gguf_get_u64(t->ctx, file, entries[i].key, &bits));
        memcpy(entries[i].whole ? (void *)entries[i].whole : (void *)entries[i].real, &bits, sizeof bits);
        if (entries[i].whole && (*entries[i].whole < 0 || *entries[i].whole > INT64_MAX / 2))
            return cairn_fail(t->ctx, CAIRN_FORMAT, "%s: key `%s`: %lld is no count", t->checkpoint, entries[i].key,
                              (long long)*entries[i].whole);
    }
    if (next > t->data.train.count)
        return cairn_fail(t->ctx, CAIRN_FORMAT, "%s: key `" RUN "next`: there are only %d groups", t->checkpoint,
                          t->data.train.count);
    t->now.finished = finished != 0;
    cairn_batches_seek(&t->order, place.epoch, (int32_t)next);
    return CAIRN_OK;
}

static cairn_status get_param(const trainer *t, const cairn_transformer *stored, cairn_param *p) {
    const cairn_param *q = cairn_params_find(stored->params, p->name);
    if (!q || q->value.size != p->value.size)
        return cairn_fail(t->ctx, CAIRN_FORMAT, "%s: tensor %s does not fit the model", t->checkpoint, p->name);
    memcpy(p->value.data, q->value.data, (size_t)p->value.size * sizeof(float));
    cairn_param_changed(p);
    return CAIRN_OK;
}

static cairn_status get_numbers(trainer *t, const cairn_gguf *file) {
    cairn_transformer *stored;
    CAIRN_TRY(cairn_transformer_get(t->ctx, t->device, file, CAIRN_F32, &stored));
    cairn_status status = CAIRN_OK;
    for (int32_t i = 0; i < cairn_params_count(t->model->params) && status == CAIRN_OK; i++)
        status = get_param(t, stored, cairn_params_get(t->model->params, i));
    cairn_transformer_close(stored);
    return status == CAIRN_OK ? cairn_learner_get(t->learner, file, t->checkpoint) : status;
}

cairn_status trainer_resume(trainer *t) {
    cairn_gguf *file;
    CAIRN_TRY(cairn_gguf_open(t->ctx, t->checkpoint, &file));
    cairn_status status = cairn_gguf_verify(t->ctx, file);
    if (status == CAIRN_OK) status = compare_manifest(t, file);
    if (status == CAIRN_OK) status = get_progress(t, file);
    if (status == CAIRN_OK) status = get_numbers(t, file);
    cairn_gguf_close(file);
    t->saved = t->now.step;
    return status;
}
