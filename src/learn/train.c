/* The loop: batches, a step of the optimiser, now and then the dev set, the best model and a checkpoint. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* Picks the examples of the step's batches; returns the marks in all. */
static int64_t pick_batches(trainer *t) {
    int64_t marks = 0;
    t->step_starts[0] = 0;
    for (int64_t b = 0; b < t->setup->accumulate; b++) {
        int32_t *ids = t->step_ids + t->step_starts[b];
        int32_t n = batches_next(&t->order, &t->examples, t->setup->batch_tokens, ids);
        t->step_starts[b + 1] = t->step_starts[b] + n;
        for (int32_t i = 0; i < n; i++) {
            marks += t->examples.mark_starts[ids[i] + 1] - t->examples.mark_starts[ids[i]];
            t->now.tokens += t->examples.starts[ids[i] + 1] - t->examples.starts[ids[i]];
        }
    }
    return marks;
}

/* Gradients of the mean loss over all marks of the step. */
static cairn_status add_gradients(trainer *t, double *loss) {
    int64_t marks = pick_batches(t);
    *loss = 0;
    cairn_params_zero_grads(t->model->params);
    for (int64_t b = 0; b < t->setup->accumulate; b++) {
        cairn_tensor *outputs;
        cairn_tape_reset(t->tape);
        trainer_pack(t, &t->examples, t->step_ids + t->step_starts[b], t->step_starts[b + 1] - t->step_starts[b]);
        cairn_tensor *mean = trainer_loss(t, t->model, (double)marks, true, &outputs);
        CAIRN_TRY(cairn_tape_backward(t->tape, mean, 1));
        *loss += cairn_tensor_at(mean, 0);
    }
    return CAIRN_OK;
}

static cairn_status step(trainer *t, cairn_learn_point *point) {
    const cairn_learn_setup *s = t->setup;
    const cairn_schedule schedule = {.kind = (cairn_schedule_kind)s->schedule,
                                     .peak = s->rate,
                                     .last = s->rate * s->last_rate,
                                     .warmup = t->warmup,
                                     .steps = t->steps};
    cairn_adamw adamw = CAIRN_ADAMW_DEFAULT;
    adamw.decay = s->decay;
    adamw.rate = point->rate = cairn_schedule_rate(&schedule, t->now.step + 1);
    cairn_status status = add_gradients(t, &point->loss);
    point->epoch = t->order.epoch; /* of the step's last batch */
    if (status == CAIRN_OK)
        status = s->clip > 0 ? cairn_params_clip(t->model->params, s->clip, &point->gradient_norm)
                             : cairn_params_grad_norm(t->model->params, &point->gradient_norm);
    if (status == CAIRN_OK && !isfinite(point->loss))
        status = cairn_fail(t->ctx, CAIRN_INVALID, "the loss is not finite");
    if (status == CAIRN_OK) status = cairn_params_adamw(t->model->params, &adamw, t->now.step + 1);
    if (status == CAIRN_OK && t->average) {
        double n = (double)t->now.step + 1;
        status = cairn_params_average(t->average->params, t->model->params, fmin(s->average, n / (n + 9)));
    }
    if (status != CAIRN_OK) return fail_step(t, status, t->now.step + 1, point->loss);
    t->now.step++;
    t->now.loss = point->loss;
    return CAIRN_OK;
}

/* ---- the log ------------------------------------------------------------------------------------------------------------------- */

static int print_number(FILE *out, const char *name, double value) {
    char number[32];
    if (!isfinite(value)) return 0; /* not measured */
    cairn_format_double(value, number);
    return fprintf(out, ",\"%s\":%s", name, number);
}

static cairn_status write_log(trainer *t, const cairn_learn_point *p) {
    if (!t->log) return CAIRN_OK;
    fprintf(t->log, "{\"step\":%lld,\"epoch\":%lld,\"tokens\":%lld", (long long)p->step, (long long)p->epoch,
            (long long)p->tokens);
    print_number(t->log, "loss", p->loss);
    print_number(t->log, "gradient_norm", p->gradient_norm);
    print_number(t->log, "rate", p->rate);
    print_number(t->log, "dev_loss", p->dev_loss);
    print_number(t->log, "dev_accuracy", p->dev_accuracy);
    print_number(t->log, "dev_auroc", p->dev_auroc);
    print_number(t->log, "tokens_per_second", p->tokens_per_second);
    fprintf(t->log, "%s}\n", p->best ? ",\"best\":true" : "");
    if (fflush(t->log) != 0 || ferror(t->log))
        return cairn_fail(t->ctx, CAIRN_IO, "%s: cannot write: %s", t->setup->log, strerror(errno));
    t->now.log_bytes = ftell(t->log);
    return CAIRN_OK;
}

/* Cuts what a log says of steps that are done again. One that was shortened since gets no bytes for what is missing. */
static int cut_log(trainer *t) {
    if (fseek(t->log, 0, SEEK_END) != 0) return -1;
    long there = ftell(t->log);
    if (there >= t->now.log_bytes) return ftruncate(fileno(t->log), t->now.log_bytes);
    cairn_log(t->ctx, CAIRN_LOG_WARN, "%s: was shortened since the checkpoint: lines of earlier steps are missing",
              t->setup->log);
    if (there == 0) return 0;
    fseek(t->log, -1, SEEK_END);
    bool whole = fgetc(t->log) == '\n';
    fseek(t->log, 0, SEEK_END);
    return whole || fputc('\n', t->log) == '\n' ? 0 : -1;
}

static cairn_status open_log(trainer *t) {
    const char *folder = t->setup->tensorboard;
    if (folder && *folder && !t->now.finished) CAIRN_TRY(events_open(t->ctx, folder, t->now.step, &t->events));
    if (!*t->setup->log) return CAIRN_OK;
    bool old = t->setup->resume && access(t->setup->log, F_OK) == 0;
    t->log = fopen(t->setup->log, old ? "r+" : "w");
    if (!t->log || (old && cut_log(t) != 0) || fseek(t->log, 0, SEEK_END) != 0)
        return cairn_fail(t->ctx, CAIRN_IO, "%s: cannot open: %s", t->setup->log, strerror(errno));
    return CAIRN_OK;
}

/* ---- the loop ------------------------------------------------------------------------------------------------------------------- */

static void say(trainer *t, const cairn_learn_point *p) {
    char auroc[48] = "", dev[96] = "";
    if (t->setup->quiet) return;
    if (isfinite(p->dev_auroc)) snprintf(auroc, sizeof auroc, ", AUROC %.4f", p->dev_auroc);
    if (isfinite(p->dev_loss))
        snprintf(dev, sizeof dev, "; dev loss %.4f, accuracy %.1f %%%s%s", p->dev_loss, 100 * p->dev_accuracy, auroc,
                 p->best ? ", best so far" : "");
    cairn_log(t->ctx, CAIRN_LOG_INFO, "step %lld of %lld: loss %.4f, gradient norm %.3g, rate %.3g, %.0f tokens/s%s",
              (long long)p->step, (long long)p->steps, p->loss, p->gradient_norm, p->rate, p->tokens_per_second, dev);
}

/* Behind every `every` steps and the last: dev set, best model. The checkpoint follows, so that a run which was stopped in between does
 * this again. */
static cairn_status evaluate(trainer *t, cairn_learn_point *point) {
    const cairn_transformer *judged = t->average ? t->average : t->model;
    const char *broken = trainer_broken(t);
    if (broken) {
        cairn_fail(t->ctx, CAIRN_INVALID, "tensor %s is not finite", broken);
        return fail_step(t, CAIRN_INVALID, t->now.step, point->loss);
    }
    cairn_status status = t->dev_count > 0 ? trainer_evaluate(t, judged, point) : CAIRN_OK;
    if (status != CAIRN_OK) return fail_step(t, status, t->now.step, point->loss);
    point->best = t->dev_count == 0 || t->now.best_step == 0 || point->dev_loss < t->now.best_loss;
    t->now.worse = point->best ? 0 : t->now.worse + 1;
    if (point->best) {
        t->now.best_step = t->now.step;
        t->now.best_loss = point->dev_loss;
        t->now.best_accuracy = point->dev_accuracy;
        t->now.best_auroc = point->dev_auroc;
        CAIRN_TRY(cairn_transformer_save(t->ctx, judged, t->tokenizer, t->setup->store_bf16 ? CAIRN_BF16 : CAIRN_F32,
                                         t->setup->out));
    }
    bool early = t->setup->patience > 0 && t->now.worse >= t->setup->patience;
    t->now.finished = early || t->now.step >= t->steps;
    return CAIRN_OK;
}

static cairn_status one(trainer *t, double *clock, int64_t *before) {
    cairn_learn_point point = {
        .steps = t->steps, .dev_loss = NAN, .dev_accuracy = NAN, .dev_auroc = NAN, .gradient_norm = NAN};
    CAIRN_TRY(step(t, &point));
    bool due = t->now.step % t->every == 0 || t->now.step == t->steps;
    double seconds = cairn_seconds();
    point.step = t->now.step;
    point.tokens = t->now.tokens;
    point.tokens_per_second = (double)(t->now.tokens - *before) / fmax(1e-9, seconds - *clock);
    if (due) CAIRN_TRY(evaluate(t, &point));
    CAIRN_TRY(write_log(t, &point));
    if (t->events) CAIRN_TRY(events_write(t->events, &point));
    if (due) {
        say(t, &point);
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
                                        "training: next tokens"};
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
                status = cairn_fail(t->ctx, CAIRN_CANCELLED, "stopped behind step %lld of %lld; %s continues it",
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
    *out = (cairn_learn_summary){.examples = t->pool_count,
                                 .dev_examples = t->dev_count,
                                 .dropped = t->examples.dropped + t->dev_examples.dropped,
                                 .skipped_lines = t->skipped,
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
    for (int32_t i = 0; i < t->pool_count; i++)
        out->marks += t->examples.mark_starts[t->pool[i] + 1] - t->examples.mark_starts[t->pool[i]];
}

cairn_status cairn_learn(cairn_ctx *ctx, const cairn_learn_setup *setup, cairn_learn_summary *out) {
    trainer t = {.ctx = ctx, .setup = setup, .saved = -1, .now = {.best_loss = NAN, .loss = NAN}};
    double start = cairn_seconds();
    t.now.best_accuracy = t.now.best_auroc = NAN;
    cairn_status status = trainer_open(&t);
    if (status == CAIRN_OK && setup->resume) status = trainer_resume(&t);
    if (status == CAIRN_OK) status = open_log(&t);
    if (status == CAIRN_OK) status = loop(&t);
    if (status == CAIRN_OK) {
        summarise(&t, out);
        out->seconds = cairn_seconds() - start;
        out->memory_most = cairn_resident_memory().most;
    }
    trainer_close(&t);
    return status;
}
