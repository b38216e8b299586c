/* Optimisers, clipping, averages, schedules. */
#include <math.h>
#include <string.h>

#include "core/maths.h"
#include "tensor/params.h"

enum { ELEMENTS = 16384 };

void cairn_params_zero_grads(cairn_params *params) {
    for (int32_t i = 0; i < params->count; i++)
        if (!params->items[i]->frozen)
            memset(params->items[i]->value.grad, 0,
                   (size_t)params->items[i]->value.size * cairn_dtype_bytes(params->dtype));
}

cairn_status cairn_params_grad_norm(cairn_params *params, double *out) {
    const kernels *k = device_kernels(params->device, params->dtype);
    double sum = 0;
    for (int32_t i = 0; i < params->count; i++) {
        const cairn_param *p = params->items[i];
        if (p->frozen) continue;
        double part = k->square_sum(p->value.grad, p->value.size);
        if (!isfinite(part)) return cairn_fail(params->ctx, CAIRN_INVALID, "the gradient of %s is not finite", p->name);
        sum += part;
    }
    *out = sqrt(sum);
    return CAIRN_OK;
}

cairn_status cairn_params_clip(cairn_params *params, double most, double *norm) {
    if (!(most > 0))
        return cairn_fail(params->ctx, CAIRN_INVALID, "gradients are clipped to a norm above 0, not %g", most);
    CAIRN_TRY(cairn_params_grad_norm(params, norm));
    if (*norm <= most) return CAIRN_OK;
    const kernels *k = device_kernels(params->device, params->dtype);
    for (int32_t i = 0; i < params->count; i++) {
        cairn_param *p = params->items[i];
        if (p->frozen) continue;
        kernel_args a = {.y = {p->value.grad}, .p = {most / *norm}};
        CAIRN_TRY(device_run(params->device, k->scale, &a, p->value.size, ELEMENTS, 0));
    }
    return CAIRN_OK;
}

static cairn_status need_moments(cairn_params *params, cairn_param *p, int count) {
    for (int i = 0; i < count; i++)
        if (!p->moments[i] && !(p->moments[i] = params_numbers(params, p->value.size))) return CAIRN_NO_MEMORY;
    return CAIRN_OK;
}

cairn_status cairn_params_moments(cairn_params *params, int count) {
    for (int32_t i = 0; i < params->count; i++)
        if (!params->items[i]->frozen) CAIRN_TRY(need_moments(params, params->items[i], count));
    return CAIRN_OK;
}

cairn_status cairn_params_adamw(cairn_params *params, const cairn_adamw *options, int64_t step) {
    if (step < 1)
        return cairn_fail(params->ctx, CAIRN_INVALID, "AdamW counts its steps from 1, not %lld", (long long)step);
    const kernels *k = device_kernels(params->device, params->dtype);
    const double correction[2] = {1 - maths_pow(options->beta1, (double)step),
                                  1 - maths_pow(options->beta2, (double)step)},
                 none = 0;
    for (int32_t i = 0; i < params->count; i++) {
        cairn_param *p = params->items[i];
        if (p->frozen) continue;
        CAIRN_TRY(need_moments(params, p, options->amsgrad ? 3 : 2));
        kernel_args a = {.x = {p->value.grad, correction, p->decays ? &options->decay : &none},
                         .y = {p->value.data, p->moments[0], p->moments[1], p->moments[2]},
                         .p = {options->rate * p->rate, options->beta1, options->beta2, options->epsilon}};
        CAIRN_TRY(device_run(params->device, options->amsgrad ? k->amsgrad : k->adamw, &a, p->value.size, ELEMENTS, 0));
        cairn_param_changed(p);
    }
    return CAIRN_OK;
}

cairn_status cairn_params_rmsprop(cairn_params *params, const cairn_rmsprop *options) {
    const kernels *k = device_kernels(params->device, params->dtype);
    for (int32_t i = 0; i < params->count; i++) {
        cairn_param *p = params->items[i];
        if (p->frozen) continue;
        CAIRN_TRY(need_moments(params, p, 1));
        kernel_args a = {
            .x = {p->value.grad},
            .y = {p->value.data, p->moments[0]},
            .p = {options->rate * p->rate, options->smoothing, options->epsilon, p->decays ? options->decay : 0}};
        CAIRN_TRY(device_run(params->device, k->rmsprop, &a, p->value.size, ELEMENTS, 0));
        cairn_param_changed(p);
    }
    return CAIRN_OK;
}

cairn_status cairn_params_sgd(cairn_params *params, double rate, double momentum, double decay) {
    const kernels *k = device_kernels(params->device, params->dtype);
    for (int32_t i = 0; i < params->count; i++) {
        cairn_param *p = params->items[i];
        if (p->frozen) continue;
        CAIRN_TRY(need_moments(params, p, 1));
        kernel_args a = {.x = {p->value.grad},
                         .y = {p->value.data, p->moments[0]},
                         .p = {rate * p->rate, momentum, p->decays ? decay : 0}};
        CAIRN_TRY(device_run(params->device, k->sgd, &a, p->value.size, ELEMENTS, 0));
        cairn_param_changed(p);
    }
    return CAIRN_OK;
}

cairn_status cairn_params_average(cairn_params *average, const cairn_params *params, double decay) {
    if (average->count != params->count || average->dtype != params->dtype)
        return cairn_fail(average->ctx, CAIRN_INVALID, "an average has the same parameters as what it follows");
    const kernels *k = device_kernels(average->device, average->dtype);
    for (int32_t i = 0; i < params->count; i++) {
        cairn_param *y = average->items[i];
        const cairn_param *x = params->items[i];
        if (strcmp(x->name, y->name) != 0 || x->value.size != y->value.size)
            return cairn_fail(average->ctx, CAIRN_INVALID, "the average has %s where the parameters have %s", y->name,
                              x->name);
        kernel_args a = {
            .x = {x->value.data}, .y = {y->value.data}, .p = {x->frozen ? 0 : decay}}; /* without rounding */
        CAIRN_TRY(device_run(average->device, k->average, &a, x->value.size, ELEMENTS, 0));
        cairn_param_changed(y);
    }
    return CAIRN_OK;
}

double cairn_schedule_rate(const cairn_schedule *schedule, int64_t step) {
    if (step <= schedule->warmup) return schedule->peak * (double)step / (double)schedule->warmup;
    if (schedule->kind == CAIRN_SCHEDULE_CONSTANT) return schedule->peak;
    double left = (double)(schedule->steps - schedule->warmup);
    double done = left > 0 ? fmin(1, (double)(step - schedule->warmup) / left) : 1;
    double fall = schedule->kind == CAIRN_SCHEDULE_LINEAR ? done : (1 - maths_cos(3.14159265358979323846 * done)) / 2;
    return schedule->peak + (schedule->last - schedule->peak) * fall;
}
