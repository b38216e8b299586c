/* Normalisation of rows. */
#include "tensor/device.h"

static bool is_row(const cairn_tensor *gain, int64_t n) {
    return gain->size == n && last_dimension(gain) == n;
}

/* ---- root mean square ------------------------------------------------------------------------------------------------------ */

static cairn_status rmsnorm_back(cairn_tape *tape, tape_entry *e) {
    int64_t n = e->args.n, rows = cairn_tensor_rows(e->out);
    kernel_args a = {.x = {e->out->grad, e->in[1]->data, e->in[0]->data, e->saved}, .n = n, .m = rows};
    CAIRN_TRY(tape_grad(tape, e->in[0], &a.y[0], &a.add[0]));
    if (a.y[0]) CAIRN_TRY(device_run(tape->device, tape->k->rmsnorm_dx, &a, rows, device_grain(n), 0));
    CAIRN_TRY(tape_grad(tape, e->in[1], &a.y[0], &a.add[0]));
    return a.y[0] ? device_run(tape->device, tape->k->rmsnorm_dgain, &a, n, 64, 0) : CAIRN_OK;
}

cairn_tensor *cairn_rmsnorm(cairn_tape *tape, cairn_tensor *x, cairn_tensor *gain, double eps) {
    if (!tape_takes(tape, "rmsnorm", 2, (cairn_tensor *[]){x, gain})) return NULL;
    int64_t n = last_dimension(x), rows = cairn_tensor_rows(x);
    if (!is_row(gain, n)) return tape_fail(tape, "rmsnorm: the gain must have %lld elements", (long long)n);
    cairn_tensor *y = tape_like(tape, x, false);
    void *saved = tape_numbers(tape, rows);
    if (!y || !saved) return NULL;
    kernel_args a = {.x = {x->data, gain->data}, .y = {y->data, saved}, .n = n, .p = {eps}};
    if (!tape_run(tape, tape->k->rmsnorm, &a, rows, device_grain(n))) return NULL;
    return tape_done(tape, rmsnorm_back, y, x, gain, NULL, &a, saved);
}

/* ---- mean and variance ------------------------------------------------------------------------------------------------------- */

static cairn_status layernorm_back(cairn_tape *tape, tape_entry *e) {
    int64_t n = e->args.n, rows = cairn_tensor_rows(e->out);
    kernel_args a = {.x = {e->out->grad, e->in[1]->data, e->in[0]->data, e->saved}, .n = n, .m = rows};
    CAIRN_TRY(tape_grad(tape, e->in[0], &a.y[0], &a.add[0]));
    if (a.y[0]) CAIRN_TRY(device_run(tape->device, tape->k->layernorm_dx, &a, rows, device_grain(n), 0));
    CAIRN_TRY(tape_grad(tape, e->in[1], &a.y[0], &a.add[0]));
    if (a.y[0]) CAIRN_TRY(device_run(tape->device, tape->k->layernorm_dgain, &a, n, 64, 0));
    CAIRN_TRY(tape_grad(tape, e->in[2], &a.y[0], &a.add[0]));
    return a.y[0] ? device_run(tape->device, tape->k->layernorm_dbias, &a, n, 64, 0) : CAIRN_OK;
}

cairn_tensor *cairn_layernorm(cairn_tape *tape, cairn_tensor *x, cairn_tensor *gain, cairn_tensor *bias, double eps) {
    if (!tape_takes(tape, "layernorm", 3, (cairn_tensor *[]){x, gain, bias})) return NULL;
    int64_t n = last_dimension(x), rows = cairn_tensor_rows(x);
    if (!is_row(gain, n) || !is_row(bias, n))
        return tape_fail(tape, "layernorm: gain and bias must have %lld elements", (long long)n);
    cairn_tensor *y = tape_like(tape, x, false);
    void *saved = tape_numbers(tape, 2 * rows);
    if (!y || !saved) return NULL;
    kernel_args a = {.x = {x->data, gain->data, bias->data}, .y = {y->data, saved}, .n = n, .p = {eps}};
    if (!tape_run(tape, tape->k->layernorm, &a, rows, device_grain(n))) return NULL;
    return tape_done(tape, layernorm_back, y, x, gain, bias, &a, saved);
}
