/* The loop: batches, a step of the optimiser, now and then the dev set, the best model and a checkpoint. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "learn/trainer.h"

/* ---- a step ------------------------------------------------------------------------------------------------------------------ */

/* "step 12: ...; the last good checkpoint is PATH of step 10" */
static cairn_status fail_step(trainer *t, cairn_status status, int64_t number, double loss) {
    char what[512], value[32];
    snprintf(what, sizeof what, "%s", cairn_error(t->ctx));
    cairn_format_double(loss, value);
    if (t->saved < 0)
        return cairn_fail(t->ctx, status, "step %lld: %s (loss %s); there is no checkpoint yet", (long long)number,
                          what, value);
    return cairn_fail(t->ctx, status, "step %lld: %s (loss %s); the last good checkpoint is %s of step %lld",
                      (long long)number, what, value, t->checkpoint, (long long)t->saved);
}

/* Picks the groups of the step's batches; returns what the objective's mean counts in all of them. */
static int64_t pick_batches(trainer *t) {
    const side *train = &t->data.train;
    int64_t units = 0;
    t->step_starts[0] = 0;
    for (int64_t b = 0; b < t->setup->accumulate; b++) {
        int32_t *groups = t->step_groups + t->step_starts[b];
        int32_t n = cairn_batches_next(&t->order, t->setup->batch_tokens, groups);
        t->step_starts[b + 1] = t->step_starts[b] + n;
        for (int32_t i = 0; i < n; i++) {
            units += trainer_units(t, train, groups[i]);
            t->now.tokens += train->groups->sizes[groups[i]];
        }
    }
    return units;
}

/* Gradients of the mean loss over all batches of the step. */
static cairn_status add_gradients(trainer *t, double *loss) {
    int64_t units = pick_batches(t);
    *loss = 0;
    for (int64_t b = 0; b < t->setup->accumulate; b++) {
        cairn_reading reading;
        cairn_tape_reset(t->tape);
        trainer_pack(t, &t->data.train, t->step_groups + t->step_starts[b], t->step_starts[b + 1] - t->step_starts[b]);
        cairn_tensor *mean = trainer_loss(t, t->model, (double)units, true, &reading);
        CAIRN_TRY(cairn_learner_add(t->learner, t->tape, mean));
        *loss += cairn_tensor_at(mean, 0);
    }
    return CAIRN_OK;
}

static cairn_status step(trainer *t, cairn_learn_point *point) {
    double loss;
    cairn_status status = add_gradients(t, &loss);
    point->epoch = t->order.epoch; /* of the step's last batch */
    if (status == CAIRN_OK) status = cairn_learner_step(t->learner);
    if (status != CAIRN_OK) return fail_step(t, status, t->now.step + 1, loss);
    t->now.step++;
    t->now.loss = loss;
    return CAIRN_OK;
}

/* ---- the loop ------------------------------------------------------------------------------------------------------------------- */

/* After every `every` steps and the last: dev set, best model. The checkpoint follows, so that a run which was stopped
 * in between does this again. */
static cairn_status evaluate(trainer *t, cairn_learn_point *point) {
    const cairn_transformer *judged = t->average ? t->average : t->model;
    const char *broken = trainer_broken(t);
    if (broken) {
        cairn_fail(t->ctx, CAIRN_INVALID, "tensor %s is not finite", broken);
        return fail_step(t, CAIRN_INVALID, t->now.step, t->now.loss);
    }
    bool measured = t->data.dev.count > 0;
    cairn_status status = measured ? trainer_evaluate(t, judged) : CAIRN_OK;
    if (status != CAIRN_OK) return fail_step(t, status, t->now.step, t->now.loss);
    point->metrics = cairn_learner_metrics(t->learner, &point->n_metrics);
    double loss = metric(point, "dev_loss");
    point->best = !measured || t->now.best_step == 0 || loss < t->now.best_loss;
    t->now.worse = point->best ? 0 : t->now.worse + 1;
    if (point->best) {
        t->now.best_step = t->now.step;
        t->now.best_loss = loss;
        t->now.best_accuracy = metric(point, "dev_accuracy");
        t->now.best_auroc = metric(point, "dev_auroc");
        CAIRN_TRY(cairn_transformer_save(t->ctx, judged, t->tokenizer, t->setup->store_bf16 ? CAIRN_BF16 : CAIRN_F32,
                                         t->setup->out));
    }
    bool early = t->setup->patience > 0 && t->now.worse >= t->setup->patience;
    t->now.finished = early || t->now.step >= t->steps;
    return CAIRN_OK;
}

static cairn_status one(trainer *t, double *clock, int64_t *before) {
    cairn_learn_point point = {.steps = t->steps};
    CAIRN_TRY(step(t, &point));
    bool due = t->now.step % t->every == 0 || t->now.step == t->steps;
    double seconds = cairn_seconds();
    point.step = t->now.step;
    point.tokens = t->now.tokens;
    if (due) CAIRN_TRY(evaluate(t, &point));
    CAIRN_TRY(cairn_learner_note(t->learner, "tokens_per_second",
                                 (double)(t->now.tokens - *before) / fmax(1e-9, seconds - *clock)));
    point.metrics = cairn_learner_metrics(t->learner, &point.n_metrics);
    CAIRN_TRY(trainer_write_log(t, &point));
    if (due) {
        trainer_say(t, &point);
        CAIRN_TRY(trainer_save(t));
    }
    if (t->setup->watch) t->setup->watch(t->setup->watch_arg, &point);
    *clock = cairn_seconds();
    *before = t->now.tokens;
    cairn_fault_point(t->ctx);
    return CAIRN_OK;
}

static cairn_status loop(trainer *t) {
    static const char *const names[] = {"training: next tokens", "training: steps", "training: outcomes",
                                        "training: next tokens", "training: pairs"};
    cairn_progress *bar;
    double clock = cairn_seconds();
    int64_t before = t->now.tokens;
    cairn_status status = CAIRN_OK;
    CAIRN_TRY(cairn_progress_open(t->ctx, names[t->setup->task], t->steps, t->setup->quiet, &bar));
    cairn_progress_resume(bar, t->now.step);
    while (status == CAIRN_OK && !t->now.finished) {
        if (cairn_cancelled(t->ctx)) {
            status = trainer_save(t);
            if (status == CAIRN_OK)
                status = cairn_fail(t->ctx, CAIRN_CANCELLED, "stopped after step %lld of %lld; %s continues it",
                                    (long long)t->now.step, (long long)t->steps, t->checkpoint);
            break;
        }
        status = one(t, &clock, &before);
        cairn_progress_add(bar, 1);
    }
    cairn_progress_close(bar);
    return status;
}

static void summarise(const trainer *t, cairn_learn_summary *out) {
    const side *train = &t->data.train, *dev = &t->data.dev;
    *out = (cairn_learn_summary){.examples = train->members,
                                 .dev_examples = dev->members,
                                 .dropped = t->data.examples.dropped + t->data.dev_examples.dropped,
                                 .skipped_lines = t->data.skipped,
                                 .groups = train->count,
                                 .dev_groups = dev->count,
                                 .alone = t->data.alone,
                                 .objective = t->objective->about.name,
                                 .marks = train->marks,
                                 .right_marks = train->right,
                                 .dev_marks = dev->marks,
                                 .dev_right = dev->right,
                                 .parameters = cairn_params_size(t->model->params),
                                 .vocabulary = t->model->shape.vocabulary,
                                 .steps = t->now.step,
                                 .tokens = t->now.tokens,
                                 .loss = t->now.loss,
                                 .dev_loss = t->now.best_loss,
                                 .dev_accuracy = t->now.best_accuracy,
                                 .dev_auroc = t->now.best_auroc,
                                 .best_step = t->now.best_step,
                                 .stopped_early = t->now.step < t->steps,
                                 .instruction_set = cairn_bits_name(t->portable)};
}

cairn_status cairn_learn(cairn_ctx *ctx, const cairn_learn_setup *setup, cairn_learn_summary *out) {
    trainer t = {.ctx = ctx, .setup = setup, .saved = -1, .now = {.best_loss = NAN, .loss = NAN}};
    double start = cairn_seconds();
    t.now.best_accuracy = t.now.best_auroc = NAN;
    cairn_status status = trainer_open(&t);
    if (status == CAIRN_OK && setup->resume) status = trainer_resume(&t);
    if (status == CAIRN_OK) status = trainer_open_log(&t);
    if (status == CAIRN_OK) status = loop(&t);
    if (status == CAIRN_OK) {
        summarise(&t, out);
        out->seconds = cairn_seconds() - start;
        out->memory_most = cairn_resident_memory().most;
    }
    trainer_close(&t);
    return status;
}
