/* Columns, reductions, distributions and losses. */
#include <string.h>

#include "tensor/device.h"

enum { ELEMENTS = 16384 };

/* ---- columns ------------------------------------------------------------------------------------------------------------- */

/* Copies `n` columns between tensors of the same rows. */
static cairn_status copy_columns(cairn_tape *tape, const void *x, int64_t x_at, int64_t x_width, void *y, int64_t y_at,
                                 int64_t y_width, int64_t n, int64_t rows, bool add) {
    kernel_args a = {.x = {x}, .y = {y}, .add = {add}, .n = n, .i = {x_at, y_at, x_width, y_width}};
    return device_run(tape->device, tape->k->copy_columns, &a, rows, device_grain(n), 0);
}

static cairn_status concat_back(cairn_tape *tape, tape_entry *e) {
    int64_t n = last_dimension(e->in[0]), m = last_dimension(e->in[1]), rows = cairn_tensor_rows(e->out);
    for (int i = 0; i < 2; i++) {
        void *grad;
        bool add;
        CAIRN_TRY(tape_grad(tape, e->in[i], &grad, &add));
        if (grad)
            CAIRN_TRY(copy_columns(tape, e->out->grad, i ? n : 0, n + m, grad, 0, i ? m : n, i ? m : n, rows, add));
    }
    return CAIRN_OK;
}

cairn_tensor *cairn_concat(cairn_tape *tape, cairn_tensor *a, cairn_tensor *b) {
    if (!tape_takes(tape, "concat", 2, (cairn_tensor *[]){a, b})) return NULL;
    int64_t n = last_dimension(a), m = last_dimension(b), rows = cairn_tensor_rows(a);
    if (cairn_tensor_rows(b) != rows)
        return tape_fail(tape, "concat: %lld and %lld rows", (long long)rows, (long long)cairn_tensor_rows(b));
    cairn_tensor *y = tape_tensor(tape, 2, (int64_t[]){rows, n + m}, false);
    if (!y || copy_columns(tape, a->data, 0, n, y->data, 0, n + m, n, rows, false) != CAIRN_OK ||
        copy_columns(tape, b->data, 0, m, y->data, n, n + m, m, rows, false) != CAIRN_OK)
        return NULL;
    return tape_done(tape, concat_back, y, a, b, NULL, NULL, NULL);
}

static cairn_status slice_back(cairn_tape *tape, tape_entry *e) {
    cairn_tensor *x = e->in[0];
    void *grad;
    bool add;
    CAIRN_TRY(tape_grad(tape, x, &grad, &add));
    if (!add) tape_zero(tape, grad, x->size);
    int64_t n = last_dimension(e->out);
    return copy_columns(tape, e->out->grad, 0, n, grad, e->args.i[0], last_dimension(x), n, cairn_tensor_rows(x), true);
}

cairn_tensor *cairn_columns(cairn_tape *tape, cairn_tensor *x, int64_t from, int64_t to) {
    if (!tape_takes(tape, "columns", 1, &x)) return NULL;
    int64_t n = last_dimension(x), rows = cairn_tensor_rows(x);
    if (from < 0 || to <= from || to > n)
        return tape_fail(tape, "columns:  %lld .. %lld of %lld", (long long)from, (long long)to, (long long)n);
    cairn_tensor *y = tape_tensor(tape, 2, (int64_t[]){rows, to - from}, false);
    if (!y || copy_columns(tape, x->data, from, n, y->data, 0, to - from, to - from, rows, false) != CAIRN_OK)
        return NULL;
    kernel_args a = {.i = {from}};
    return tape_done(tape, slice_back, y, x, NULL, NULL, &a, NULL);
}

/* ---- softmax --------------------------------------------------------------------------------------------------------------- */

static cairn_status distribution_back(cairn_tape *tape, tape_entry *e, kernel work) {
    kernel_args a = {.x = {e->out->grad, e->out->data}, .n = e->args.n};
    CAIRN_TRY(tape_grad(tape, e->in[0], &a.y[0], &a.add[0]));
    return device_run(tape->device, work, &a, cairn_tensor_rows(e->out), device_grain(a.n), 0);
}

static cairn_status softmax_back(cairn_tape *tape, tape_entry *e) {
    return distribution_back(tape, e, tape->k->softmax_back);
}

static cairn_status log_softmax_back(cairn_tape *tape, tape_entry *e) {
    return distribution_back(tape, e, tape->k->log_softmax_back);
}

static cairn_tensor *distribution(cairn_tape *tape, cairn_tensor *x, kernel work,
                                  cairn_status (*backward)(cairn_tape *, tape_entry *)) {
    if (!tape_takes(tape, "softmax", 1, &x)) return NULL;
    cairn_tensor *y = tape_like(tape, x, false);
    if (!y) return NULL;
    kernel_args a = {.x = {x->data}, .y = {y->data}, .n = last_dimension(x)};
    if (!tape_run(tape, work, &a, cairn_tensor_rows(x), device_grain(a.n))) return NULL;
    return tape_done(tape, backward, y, x, NULL, NULL, &a, NULL);
}

cairn_tensor *cairn_softmax(cairn_tape *tape, cairn_tensor *x) {
    return distribution(tape, x, tape->k->softmax, softmax_back);
}

cairn_tensor *cairn_log_softmax(cairn_tape *tape, cairn_tensor *x) {
    return distribution(tape, x, tape->k->log_softmax, log_softmax_back);
}

/* ---- sums -------------------------------------------------------------------------------------------------------------------- */

static cairn_status row_sum_back(cairn_tape *tape, tape_entry *e) {
    kernel_args a = {.x = {e->out->grad}, .n = e->args.n};
    CAIRN_TRY(tape_grad(tape, e->in[0], &a.y[0], &a.add[0]));
    return device_run(tape->device, tape->k->row_sum_back, &a, e->out->size, device_grain(a.n), 0);
}

cairn_tensor *cairn_row_sum(cairn_tape *tape, cairn_tensor *x) {
    if (!tape_takes(tape, "row_sum", 1, &x)) return NULL;
    int64_t rows = cairn_tensor_rows(x);
    cairn_tensor *y = tape_tensor(tape, 1, &rows, false);
    if (!y) return NULL;
    kernel_args a = {.x = {x->data}, .y = {y->data}, .n = last_dimension(x)};
    if (!tape_run(tape, tape->k->row_sum, &a, rows, device_grain(a.n))) return NULL;
    return tape_done(tape, row_sum_back, y, x, NULL, NULL, &a, NULL);
}

/* dx[i] = dy weights[i] / divisor */
static cairn_status weighted_sum_back(cairn_tape *tape, tape_entry *e) {
    cairn_tensor *x = e->in[0];
    const float *weights = e->saved;
    void *grad;
    bool add;
    CAIRN_TRY(tape_grad(tape, x, &grad, &add));
    if (tape->device->rehearsing) return CAIRN_OK;
    double dy = cairn_tensor_grad_at(e->out, 0) / e->args.p[0];
    for (int64_t i = 0; i < x->size; i++) {
        double value = dy * (double)weights[i];
        if (tape->dtype == CAIRN_F64)
            ((double *)grad)[i] = value + (add ? ((double *)grad)[i] : 0);
        else
            ((float *)grad)[i] = (float)value + (add ? ((float *)grad)[i] : 0);
    }
    return CAIRN_OK;
}

cairn_tensor *cairn_weighted_sum(cairn_tape *tape, cairn_tensor *x, const float *weights, double divisor) {
    if (!tape_takes(tape, "weighted_sum", 1, &x)) return NULL;
    if (!(divisor > 0)) return tape_fail(tape, "weighted_sum: the divisor must be greater than 0, not %g", divisor);
    cairn_tensor *y = tape_tensor(tape, 1, (int64_t[]){1}, false);
    float *copy = tape_array(tape, x->size, sizeof *copy);
    if (!y || !copy) return NULL;
    memcpy(copy, weights, (size_t)x->size * sizeof *copy);
    double sum = tape->device->rehearsing ? 0 : tape->k->weighted_sum(x->data, copy, x->size) / divisor;
    tape_set(tape, y->data, sum);
    kernel_args a = {.p = {divisor}};
    return tape_done(tape, weighted_sum_back, y, x, NULL, NULL, &a, copy);
}

/* ---- losses ---------------------------------------------------------------------------------------------------------------------- */

static cairn_status token_logp_back(cairn_tape *tape, tape_entry *e) {
    kernel_args a = {.x = {e->out->grad, e->in[0]->data, e->saved}, .index = e->args.index, .n = e->args.n};
    CAIRN_TRY(tape_grad(tape, e->in[0], &a.y[0], &a.add[0]));
    return device_run(tape->device, tape->k->token_logp_back, &a, e->out->size, device_grain(a.n), 0);
}

cairn_tensor *cairn_token_logp(cairn_tape *tape, cairn_tensor *logits, const int32_t *targets) {
    if (!tape_takes(tape, "token_logp", 1, &logits)) return NULL;
    int64_t rows = cairn_tensor_rows(logits), n = last_dimension(logits);
    for (int64_t r = 0; r < rows; r++)
        if (targets[r] < -1 || targets[r] >= n)
            return tape_fail(tape, "token_logp: target %d of row %lld is outside -1 .. %lld", targets[r], (long long)r,
                             (long long)n - 1);
    cairn_tensor *y = tape_tensor(tape, 1, &rows, false);
    void *saved = tape_numbers(tape, rows);
    int32_t *index = tape_ids(tape, targets, rows);
    if (!y || !saved || !index) return NULL;
    kernel_args a = {.x = {logits->data}, .y = {y->data, saved}, .index = index, .n = n};
    if (!tape_run(tape, tape->k->token_logp, &a, rows, device_grain(n))) return NULL;
    return tape_done(tape, token_logp_back, y, logits, NULL, NULL, &a, saved);
}

static cairn_status bce_back(cairn_tape *tape, tape_entry *e) {
    kernel_args a = {.x = {e->in[0]->data, e->saved, e->out->grad}};
    CAIRN_TRY(tape_grad(tape, e->in[0], &a.y[0], &a.add[0]));
    return device_run(tape->device, tape->k->bce_back, &a, e->out->size, ELEMENTS, 0);
}

cairn_tensor *cairn_bce(cairn_tape *tape, cairn_tensor *logits, const float *targets) {
    if (!tape_takes(tape, "bce", 1, &logits)) return NULL;
    for (int64_t i = 0; i < logits->size; i++)
        if (!(targets[i] >= 0 && targets[i] <= 1))
            return tape_fail(tape, "bce: target %g is not in [0, 1]", (double)targets[i]);
    cairn_tensor *y = tape_tensor(tape, 1, &logits->size, false);
    float *copy = tape_array(tape, logits->size, sizeof *copy);
    if (!y || !copy) return NULL;
    memcpy(copy, targets, (size_t)logits->size * sizeof *copy);
    kernel_args a = {.x = {logits->data, copy}, .y = {y->data}};
    if (!tape_run(tape, tape->k->bce, &a, logits->size, ELEMENTS)) return NULL;
    return tape_done(tape, bce_back, y, logits, NULL, NULL, &a, copy);
}
