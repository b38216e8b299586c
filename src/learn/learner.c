/* The learner: gradients gathered over batches, one step of an optimiser, metrics by name. */
#include "learn/learner.h"

#include <math.h>
#include <string.h>

double cairn_metric_of(const cairn_metric *metrics, int32_t n, const char *name) {
    for (int32_t i = 0; i < n; i++)
        if (strcmp(metrics[i].name, name) == 0) return metrics[i].value;
    return NAN;
}

/* ---- opening ------------------------------------------------------------------------------------------------------------------ */

int learner_moments(int32_t optimiser) {
    static const int counts[] = {2, 3, 1, 1};
    return counts[optimiser];
}

static cairn_status check(cairn_ctx *ctx, const cairn_learner_setup *s) {
    if (s->optimiser < 0 || s->optimiser > CAIRN_OPTIMISER_SGD)
        return cairn_fail(ctx, CAIRN_INVALID, "there is no optimiser %d", s->optimiser);
    if (!(s->schedule.peak > 0))
        return cairn_fail(ctx, CAIRN_INVALID, "the learning rate must be positive, not %g", s->schedule.peak);
    if (!(s->beta1 >= 0 && s->beta1 < 1 && s->beta2 >= 0 && s->beta2 < 1))
        return cairn_fail(ctx, CAIRN_INVALID, "beta1 and beta2 are from 0 to below 1, not %g and %g", s->beta1,
                          s->beta2);
    if (!(s->epsilon >= 0 && s->decay >= 0 && s->clip >= 0))
        return cairn_fail(ctx, CAIRN_INVALID, "epsilon, decay and clip are not below 0");
    if (s->average && !(s->average_decay >= 0 && s->average_decay < 1))
        return cairn_fail(ctx, CAIRN_INVALID, "the decay of an average is from 0 to below 1, not %g", s->average_decay);
    return CAIRN_OK;
}

cairn_status cairn_learner_open(cairn_ctx *ctx, const cairn_learner_setup *setup, cairn_learner **out) {
    CAIRN_TRY(check(ctx, setup));
    CAIRN_TRY(cairn_params_moments(setup->params, learner_moments(setup->optimiser)));
    cairn_learner *l = cairn_alloc(ctx, 1, sizeof *l);
    if (!l) return CAIRN_NO_MEMORY;
    *l = (cairn_learner){.ctx = ctx, .setup = *setup};
    *out = l;
    return CAIRN_OK;
}

void cairn_learner_close(cairn_learner *learner) {
    cairn_free(learner);
}

cairn_status cairn_params_rate(cairn_ctx *ctx, cairn_params *params, const char *prefix, double factor,
                               int32_t *count) {
    int32_t found = 0;
    if (!(factor >= 0) || !isfinite(factor))
        return cairn_fail(ctx, CAIRN_INVALID, "the rate factor of %s... is %g: it is not below 0", prefix, factor);
    for (int32_t i = 0; i < cairn_params_count(params); i++) {
        cairn_param *p = cairn_params_get(params, i);
        if (strncmp(p->name, prefix, strlen(prefix)) != 0) continue;
        found++;
        p->rate = factor;
        p->frozen |= factor == 0;
    }
    if (count) *count = found;
    return found ? CAIRN_OK : cairn_fail(ctx, CAIRN_NOT_FOUND, "no parameter's name begins with `%s`", prefix);
}

/* ---- a step -------------------------------------------------------------------------------------------------------------------- */

cairn_status cairn_learner_add(cairn_learner *learner, cairn_tape *tape, cairn_tensor *loss) {
    if (!learner->under_way) cairn_params_zero_grads(learner->setup.params);
    if (!learner->under_way) learner->loss = 0;
    learner->under_way = true;
    CAIRN_TRY(cairn_tape_backward(tape, loss, 1));
    learner->loss += cairn_tensor_at(loss, 0);
    return CAIRN_OK;
}

double cairn_learner_rate(const cairn_learner *learner) {
    return cairn_schedule_rate(&learner->setup.schedule, learner->steps + 1);
}

static cairn_status move(cairn_learner *l, double rate) {
    const cairn_learner_setup *s = &l->setup;
    if (s->optimiser == CAIRN_OPTIMISER_SGD) return cairn_params_sgd(s->params, rate, s->beta1, s->decay);
    if (s->optimiser == CAIRN_OPTIMISER_RMSPROP)
        return cairn_params_rmsprop(s->params, &(cairn_rmsprop){rate, s->beta2, s->epsilon, s->decay});
    return cairn_params_adamw(s->params,
                              &(cairn_adamw){.rate = rate,
                                             .beta1 = s->beta1,
                                             .beta2 = s->beta2,
                                             .epsilon = s->epsilon,
                                             .decay = s->decay,
                                             .amsgrad = s->optimiser == CAIRN_OPTIMISER_AMSGRAD},
                              l->steps + 1);
}

static cairn_status finish(cairn_learner *l, double rate, double *norm) {
    const cairn_learner_setup *s = &l->setup;
    if (s->clip > 0)
        CAIRN_TRY(cairn_params_clip(s->params, s->clip, norm));
    else
        CAIRN_TRY(cairn_params_grad_norm(s->params, norm));
    if (!isfinite(l->loss)) return cairn_fail(l->ctx, CAIRN_INVALID, "the loss is not finite");
    CAIRN_TRY(move(l, rate));
    double n = (double)l->steps + 1;
    return s->average ? cairn_params_average(s->average, s->params, fmin(s->average_decay, n / (n + 9))) : CAIRN_OK;
}

cairn_status cairn_learner_step(cairn_learner *learner) {
    double rate = cairn_learner_rate(learner), norm = NAN;
    if (!learner->under_way)
        return cairn_fail(learner->ctx, CAIRN_INVALID, "a step needs a loss: cairn_learner_add was not called");
    learner->under_way = false;
    cairn_status status = finish(learner, rate, &norm);
    learner->n_metrics = 0;
    CAIRN_TRY(cairn_learner_note(learner, "loss", learner->loss));
    CAIRN_TRY(cairn_learner_note(learner, "gradient_norm", norm));
    CAIRN_TRY(cairn_learner_note(learner, "rate", rate));
    learner->steps += status == CAIRN_OK;
    return status;
}

/* ---- metrics --------------------------------------------------------------------------------------------------------------------- */

int64_t cairn_learner_steps(const cairn_learner *learner) {
    return learner->steps;
}

const cairn_metric *cairn_learner_metrics(const cairn_learner *learner, int32_t *n) {
    *n = learner->n_metrics;
    return learner->metrics;
}

cairn_status cairn_learner_note(cairn_learner *learner, const char *name, double value) {
    int32_t i = 0;
    if (strlen(name) > 64)
        return cairn_fail(learner->ctx, CAIRN_LIMIT, "metric `%.64s...`: a name has at most 64 bytes", name);
    while (i < learner->n_metrics && strcmp(learner->metrics[i].name, name) != 0) i++;
    if (i == MOST_METRICS)
        return cairn_fail(learner->ctx, CAIRN_LIMIT, "metric `%s`: a step has at most %d", name, MOST_METRICS);
    learner->metrics[i] = (cairn_metric){name, value};
    if (i == learner->n_metrics) learner->n_metrics++;
    return CAIRN_OK;
}
