/* The greater and the smaller of two, clamping, one column of each row. */
#include "tensor/device.h"

enum { ELEMENTS = 16384 };

/* ---- the greater or the smaller ------------------------------------------------------------------------------------------------ */

static cairn_status extreme_back(cairn_tape *tape, tape_entry *e) {
    kernel_args a = {.x = {e->out->grad, e->in[0]->data, e->in[1]->data}, .kind = e->args.kind};
    CAIRN_TRY(tape_grad(tape, e->in[0], &a.y[0], &a.add[0]));
    CAIRN_TRY(tape_grad(tape, e->in[1], &a.y[1], &a.add[1]));
    return device_run(tape->device, tape->k->extreme_back, &a, e->out->size, ELEMENTS, 0);
}

cairn_tensor *cairn_extreme(cairn_tape *tape, cairn_tensor *a, cairn_tensor *b, bool greatest) {
    if (!tape_takes(tape, "extreme", 2, (cairn_tensor *[]){a, b})) return NULL;
    if (a->size != b->size || last_dimension(a) != last_dimension(b))
        return tape_fail(tape, "extreme: [%lld, %lld] and [%lld, %lld] differ in shape",
                         (long long)cairn_tensor_rows(a), (long long)last_dimension(a), (long long)cairn_tensor_rows(b),
                         (long long)last_dimension(b));
    cairn_tensor *y = tape_like(tape, a, false);
    if (!y) return NULL;
    kernel_args args = {.x = {a->data, b->data}, .y = {y->data}, .kind = greatest};
    if (!tape_run(tape, tape->k->extreme, &args, a->size, ELEMENTS)) return NULL;
    return tape_done(tape, extreme_back, y, a, b, NULL, &args, NULL);
}

cairn_tensor *cairn_min(cairn_tape *tape, cairn_tensor *a, cairn_tensor *b) {
    return cairn_extreme(tape, a, b, false);
}

cairn_tensor *cairn_max(cairn_tape *tape, cairn_tensor *a, cairn_tensor *b) {
    return cairn_extreme(tape, a, b, true);
}

/* ---- clamp ------------------------------------------------------------------------------------------------------------------------- */

static cairn_status clamp_back(cairn_tape *tape, tape_entry *e) {
    kernel_args a = {.x = {e->out->grad, e->in[0]->data}, .p = {e->args.p[0], e->args.p[1]}};
    CAIRN_TRY(tape_grad(tape, e->in[0], &a.y[0], &a.add[0]));
    return device_run(tape->device, tape->k->clamp_back, &a, e->out->size, ELEMENTS, 0);
}

cairn_tensor *cairn_clamp(cairn_tape *tape, cairn_tensor *x, double low, double high) {
    if (!tape_takes(tape, "clamp", 1, &x)) return NULL;
    if (!(low <= high)) return tape_fail(tape, "clamp: %g .. %g is no range", low, high);
    cairn_tensor *y = tape_like(tape, x, false);
    if (!y) return NULL;
    kernel_args a = {.x = {x->data}, .y = {y->data}, .p = {low, high}};
    if (!tape_run(tape, tape->k->clamp, &a, x->size, ELEMENTS)) return NULL;
    return tape_done(tape, clamp_back, y, x, NULL, NULL, &a, NULL);
}

/* ---- one element of each row --------------------------------------------------------------------------------------------------------- */

cairn_tensor *cairn_take(cairn_tape *tape, cairn_tensor *x, int64_t column) {
    cairn_tensor *y = x ? cairn_columns(tape, x, column, column + 1) : NULL;
    return y ? cairn_reshape(tape, y, 1, &y->size) : NULL;
}

cairn_tensor *cairn_pick(cairn_tape *tape, cairn_tensor *x, const int32_t *columns) {
    if (!tape_takes(tape, "pick", 1, &x)) return NULL;
    int64_t n = last_dimension(x), rows = cairn_tensor_rows(x);
    if (x->size > INT32_MAX) return tape_fail(tape, "pick: %lld elements are too many", (long long)x->size);
    int32_t *ids = tape_array(tape, rows, sizeof *ids);
    if (!ids) return NULL;
    for (int64_t r = 0; r < rows; r++) {
        if (columns[r] < 0 || columns[r] >= n)
            return tape_fail(tape, "pick: column %d of row %lld is outside 0 .. %lld", columns[r], (long long)r,
                             (long long)n - 1);
        ids[r] = (int32_t)(r * n) + columns[r];
    }
    cairn_tensor *flat = cairn_reshape(tape, x, 2, (int64_t[]){x->size, 1});
    return cairn_reshape(tape, cairn_rows(tape, flat, ids, rows), 1, &rows);
}
