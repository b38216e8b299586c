/* Elementwise operations, and one number for a whole row. */
#include "tensor/device.h"

enum { ELEMENTS = 16384 }; /* of a block; a multiple of 4 */

/* ---- [rows] to [rows, n] ---------------------------------------------------------------------------------------------------- */

static cairn_status spread_back(cairn_tape *tape, tape_entry *e) {
    kernel_args a = {.x = {e->out->grad}, .n = e->args.n};
    CAIRN_TRY(tape_grad(tape, e->in[0], &a.y[0], &a.add[0]));
    return device_run(tape->device, tape->k->row_sum, &a, e->in[0]->size, device_grain(a.n), 0);
}

cairn_tensor *cairn_spread(cairn_tape *tape, cairn_tensor *x, int64_t n) {
    if (!tape_takes(tape, "spread", 1, &x)) return NULL;
    if (n < 1) return tape_fail(tape, "spread: there are no %lld columns", (long long)n);
    cairn_tensor *y = tape_tensor(tape, 2, (int64_t[]){x->size, n}, false);
    if (!y) return NULL;
    kernel_args a = {.x = {x->data}, .y = {y->data}, .n = n};
    if (!tape_run(tape, tape->k->row_sum_back, &a, x->size, device_grain(n))) return NULL;
    return tape_done(tape, spread_back, y, x, NULL, NULL, &a, NULL);
}

/* ---- a op b ---------------------------------------------------------------------------------------------------------------- */

static cairn_status binary_back(cairn_tape *tape, tape_entry *e) {
    kernel_args a = e->args;
    int64_t rows = a.m;
    a.x[0] = e->out->grad;
    a.x[1] = e->in[1]->data;
    CAIRN_TRY(tape_grad(tape, e->in[0], &a.y[0], &a.add[0]));
    if (a.y[0]) CAIRN_TRY(device_run(tape->device, tape->k->binary_da, &a, rows, device_grain(a.n), 0));
    a.x[1] = e->in[0]->data;
    CAIRN_TRY(tape_grad(tape, e->in[1], &a.y[0], &a.add[0]));
    if (!a.y[0]) return CAIRN_OK;
    if (a.i[0]) return device_run(tape->device, tape->k->binary_db, &a, rows, device_grain(a.n), 0);
    return device_run(tape->device, tape->k->binary_db_columns, &a, a.n, 64, 0);
}

static cairn_tensor *binary(cairn_tape *tape, const char *name, binary_kind kind, cairn_tensor *a, cairn_tensor *b) {
    if (!tape_takes(tape, name, 2, (cairn_tensor *[]){a, b})) return NULL;
    int64_t n = last_dimension(a);
    if (n > 1 && last_dimension(b) == 1 && b->rank > 1 && b->size == a->size / n) {
        b = cairn_spread(tape, b, n);
        if (!b) return NULL;
    }
    bool one_row = b->size == n && last_dimension(b) == n && a->size != n;
    if (!one_row && (b->size != a->size || last_dimension(b) != n))
        return tape_fail(tape, "%s: [%lld, %lld] and [%lld, %lld] do not fit", name, (long long)(a->size / n),
                         (long long)n, (long long)cairn_tensor_rows(b), (long long)last_dimension(b));
    cairn_tensor *y = tape_like(tape, a, false);
    if (!y) return NULL;
    kernel_args args = {
        .x = {a->data, b->data}, .y = {y->data}, .n = n, .m = a->size / n, .i = {one_row ? 0 : n}, .kind = (int)kind};
    if (!tape_run(tape, tape->k->binary, &args, args.m, device_grain(n))) return NULL;
    return tape_done(tape, binary_back, y, a, b, NULL, &args, NULL);
}

cairn_tensor *cairn_add(cairn_tape *tape, cairn_tensor *a, cairn_tensor *b) {
    return binary(tape, "add", BINARY_ADD, a, b);
}

cairn_tensor *cairn_sub(cairn_tape *tape, cairn_tensor *a, cairn_tensor *b) {
    return binary(tape, "sub", BINARY_SUB, a, b);
}

cairn_tensor *cairn_mul(cairn_tape *tape, cairn_tensor *a, cairn_tensor *b) {
    return binary(tape, "mul", BINARY_MUL, a, b);
}

/* ---- scale x + shift --------------------------------------------------------------------------------------------------------- */

static cairn_status affine_back(cairn_tape *tape, tape_entry *e) {
    kernel_args a = {.x = {e->out->grad}, .p = {e->args.p[0], 0}};
    CAIRN_TRY(tape_grad(tape, e->in[0], &a.y[0], &a.add[0]));
    return device_run(tape->device, tape->k->affine, &a, e->out->size, ELEMENTS, 0);
}

cairn_tensor *cairn_affine(cairn_tape *tape, cairn_tensor *x, double scale, double shift) {
    if (!tape_takes(tape, "affine", 1, &x)) return NULL;
    cairn_tensor *y = tape_like(tape, x, false);
    if (!y) return NULL;
    kernel_args a = {.x = {x->data}, .y = {y->data}, .p = {scale, shift}};
    if (!tape_run(tape, tape->k->affine, &a, x->size, ELEMENTS)) return NULL;
    return tape_done(tape, affine_back, y, x, NULL, NULL, &a, NULL);
}

/* ---- f(x) ---------------------------------------------------------------------------------------------------------------------- */

static cairn_status map_back(cairn_tape *tape, tape_entry *e) {
    kernel_args a = {.x = {e->out->grad, e->in[0]->data}, .kind = e->args.kind};
    CAIRN_TRY(tape_grad(tape, e->in[0], &a.y[0], &a.add[0]));
    return device_run(tape->device, tape->k->map_back, &a, e->out->size, ELEMENTS, 0);
}

cairn_tensor *cairn_map(cairn_tape *tape, cairn_tensor *x, cairn_map_kind kind) {
    if (!tape_takes(tape, "map", 1, &x)) return NULL;
    if ((unsigned)kind >= CAIRN_MAP_COUNT) return tape_fail(tape, "map: there is no function %d", (int)kind);
    cairn_tensor *y = tape_like(tape, x, false);
    if (!y) return NULL;
    kernel_args a = {.x = {x->data}, .y = {y->data}, .kind = (int)kind};
    if (!tape_run(tape, tape->k->map, &a, x->size, ELEMENTS)) return NULL;
    return tape_done(tape, map_back, y, x, NULL, NULL, &a, NULL);
}

/* ---- silu(gate) up ----------------------------------------------------------------------------------------------------------------- */

static cairn_status swiglu_back(cairn_tape *tape, tape_entry *e) {
    kernel_args a = {.x = {e->in[0]->data, e->in[1]->data, e->out->grad}};
    CAIRN_TRY(tape_grad(tape, e->in[0], &a.y[0], &a.add[0]));
    CAIRN_TRY(tape_grad(tape, e->in[1], &a.y[1], &a.add[1]));
    return device_run(tape->device, tape->k->swiglu_back, &a, e->out->size, ELEMENTS, 0);
}

cairn_tensor *cairn_swiglu(cairn_tape *tape, cairn_tensor *gate, cairn_tensor *up) {
    if (!tape_takes(tape, "swiglu", 2, (cairn_tensor *[]){gate, up})) return NULL;
    if (gate->size != up->size || last_dimension(gate) != last_dimension(up))
        return tape_fail(tape, "swiglu: gate and up differ in shape");
    cairn_tensor *y = tape_like(tape, gate, false);
    if (!y) return NULL;
    kernel_args a = {.x = {gate->data, up->data}, .y = {y->data}};
    if (!tape_run(tape, tape->k->swiglu, &a, gate->size, ELEMENTS)) return NULL;
    return tape_done(tape, swiglu_back, y, gate, up, NULL, &a, NULL);
}

/* ---- dropout ------------------------------------------------------------------------------------------------------------------------ */

static cairn_status dropout_back(cairn_tape *tape, tape_entry *e) {
    kernel_args a = {.x = {e->out->grad}, .p = {e->args.p[0]}, .rng = e->saved};
    CAIRN_TRY(tape_grad(tape, e->in[0], &a.y[0], &a.add[0]));
    return device_run(tape->device, tape->k->dropout, &a, e->out->size, ELEMENTS, 0);
}

cairn_tensor *cairn_dropout(cairn_tape *tape, cairn_tensor *x, double p, cairn_rng rng) {
    if (!tape_takes(tape, "dropout", 1, &x)) return NULL;
    if (!(p >= 0 && p < 1)) return tape_fail(tape, "dropout: probability %g is not in [0, 1)", p);
    if (rng.left) return tape_fail(tape, "dropout: the stream has been drawn from");
    cairn_tensor *y = tape_like(tape, x, false);
    cairn_rng *stream = tape_record(tape, sizeof *stream);
    if (!y || !stream) return NULL;
    *stream = rng;
    kernel_args a = {.x = {x->data}, .y = {y->data}, .p = {p}, .rng = stream};
    if (!tape_run(tape, tape->k->dropout, &a, x->size, ELEMENTS)) return NULL;
    return tape_done(tape, dropout_back, y, x, NULL, NULL, &a, stream);
}
