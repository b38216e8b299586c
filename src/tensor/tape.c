/* The tape: tensors of one step, the operations that made them, and the walk back. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tensor/device.h"

enum { FIRST_CHUNK = 1 << 20, LINE = 64 /* bytes of a cache line */ };

cairn_status cairn_tape_open(cairn_ctx *ctx, cairn_device *device, cairn_dtype dtype, cairn_tape **out) {
    if (dtype != CAIRN_F32 && dtype != CAIRN_F64)
        return cairn_fail(ctx, CAIRN_INVALID, "a tape computes in f32 or f64, not in %s", cairn_dtype_name(dtype));
    cairn_tape *t = cairn_alloc(ctx, 1, sizeof *t);
    if (!t) return CAIRN_NO_MEMORY;
    *t = (cairn_tape){.ctx = ctx, .device = device, .dtype = dtype, .recording = true};
    t->k = device_kernels(device, dtype);
    t->bytes = cairn_dtype_bytes(dtype);
    cairn_status status = cairn_arena_open(ctx, FIRST_CHUNK, &t->arena);
    if (status != CAIRN_OK) {
        cairn_free(t);
        return status;
    }
    *out = t;
    return CAIRN_OK;
}

void cairn_tape_close(cairn_tape *tape) {
    if (!tape) return;
    cairn_arena_close(tape->arena);
    cairn_free(tape);
}

void cairn_tape_reset(cairn_tape *tape) {
    cairn_arena_reset(tape->arena);
    tape->last = NULL;
    tape->used = 0;
}

void cairn_tape_record(cairn_tape *tape, bool record) {
    tape->recording = record;
}

void *cairn_tape_scratch(cairn_tape *tape, size_t bytes) {
    return bytes > INT64_MAX ? NULL : tape_array(tape, (int64_t)bytes, 1);
}

size_t cairn_tape_used(const cairn_tape *tape) {
    return tape->used;
}

cairn_status cairn_tape_reserve(cairn_tape *tape, size_t bytes) {
    cairn_arena *arena;
    cairn_tape_reset(tape);
    if (bytes <= FIRST_CHUNK) return CAIRN_OK;
    CAIRN_TRY(cairn_arena_open(tape->ctx, bytes, &arena));
    if (!cairn_arena_alloc(arena, 1, 1)) {
        cairn_arena_close(arena);
        return CAIRN_NO_MEMORY;
    }
    cairn_arena_reset(arena);
    cairn_arena_close(tape->arena);
    tape->arena = arena;
    return CAIRN_OK;
}

size_t cairn_tape_bytes(const cairn_tape *tape) {
    return cairn_arena_bytes(tape->arena);
}

size_t cairn_tape_touched(const cairn_tape *tape) {
    return cairn_arena_touched(tape->arena);
}

cairn_tensor *tape_fail(cairn_tape *tape, const char *format, ...) {
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    cairn_fail(tape->ctx, CAIRN_INVALID, "%s", text);
    return NULL;
}

/* ---- tensors -------------------------------------------------------------------------------------------------------- */

int64_t cairn_tensor_rows(const cairn_tensor *x) {
    return x->size / last_dimension(x);
}

static double number_at(cairn_dtype dtype, const void *data, int64_t i) {
    return dtype == CAIRN_F64 ? ((const double *)data)[i] : (double)((const float *)data)[i];
}

double cairn_tensor_at(const cairn_tensor *x, int64_t i) {
    return number_at(x->dtype, x->data, i);
}

double cairn_tensor_grad_at(const cairn_tensor *x, int64_t i) {
    const cairn_tensor *owner = x->base ? x->base : x;
    return owner->grad ? number_at(x->dtype, owner->grad, i) : 0;
}

void *tape_record(cairn_tape *tape, size_t bytes) {
    tape->used += bytes + LINE;
    return cairn_arena_alloc(tape->arena, 1, bytes);
}

void *tape_array(cairn_tape *tape, int64_t count, size_t size) {
    tape->used += (size_t)count * size + LINE;
    return cairn_arena_lines(tape->arena, (size_t)count, size);
}

/* In a rehearsal they are only counted: nobody reads or writes them. */
void *tape_numbers(cairn_tape *tape, int64_t count) {
    if (!tape->device->rehearsing) return tape_array(tape, count, tape->bytes);
    tape->used += (size_t)count * tape->bytes + LINE;
    return tape;
}

void tape_zero(cairn_tape *tape, void *numbers, int64_t count) {
    if (!tape->device->rehearsing) memset(numbers, 0, (size_t)count * tape->bytes);
}

void tape_set(cairn_tape *tape, void *number, double value) {
    if (tape->device->rehearsing) return;
    if (tape->dtype == CAIRN_F64)
        *(double *)number = value;
    else
        *(float *)number = (float)value;
}

int32_t *tape_ids(cairn_tape *tape, const int32_t *ids, int64_t count) {
    int32_t *copy = tape_array(tape, count, sizeof *copy);
    if (copy && count) memcpy(copy, ids, (size_t)count * sizeof *copy);
    return copy;
}

static cairn_tensor *shaped(cairn_tape *tape, int32_t rank, const int64_t *shape) {
    cairn_tensor *x = tape_record(tape, sizeof *x);
    if (!x) return NULL;
    if (rank < 1 || rank > CAIRN_RANK_MOST)
        return tape_fail(tape, "a tensor has 1 to %d dimensions, not %d", CAIRN_RANK_MOST, rank);
    *x = (cairn_tensor){.rank = rank, .size = 1, .dtype = tape->dtype};
    for (int i = 0; i < rank; i++) {
        x->shape[i] = shape[i];
        if (shape[i] < 0 || (i + 1 == rank && shape[i] == 0) || __builtin_mul_overflow(x->size, shape[i], &x->size))
            return tape_fail(tape, "a tensor cannot have %lld in dimension %d", (long long)shape[i], i);
    }
    return x;
}

cairn_tensor *tape_tensor(cairn_tape *tape, int32_t rank, const int64_t *shape, bool needs_grad) {
    cairn_tensor *x = shaped(tape, rank, shape);
    if (!x) return NULL;
    x->needs_grad = needs_grad;
    x->data = tape_numbers(tape, x->size);
    return x->data ? x : NULL;
}

cairn_tensor *tape_like(cairn_tape *tape, const cairn_tensor *x, bool needs_grad) {
    return tape_tensor(tape, x->rank, x->shape, needs_grad);
}

cairn_tensor *cairn_tape_input(cairn_tape *tape, int32_t rank, const int64_t *shape, const float *values,
                               bool needs_grad) {
    cairn_tensor *x = tape_tensor(tape, rank, shape, needs_grad && tape->recording);
    for (int64_t i = 0; x && !tape->device->rehearsing && i < x->size; i++)
        if (tape->dtype == CAIRN_F64)
            ((double *)x->data)[i] = (double)values[i];
        else
            ((float *)x->data)[i] = values[i];
    return x;
}

cairn_tensor *cairn_tape_param(cairn_tape *tape, cairn_param *param) {
    if (param->value.dtype != tape->dtype)
        return tape_fail(tape, "parameter %s holds %s, the tape computes in %s", param->name,
                         cairn_dtype_name(param->value.dtype), cairn_dtype_name(tape->dtype));
    if (param->value.needs_grad == param->frozen)
        param->value.needs_grad = !param->frozen; /* several threads may read */
    return &param->value;
}

cairn_tensor *cairn_reshape(cairn_tape *tape, cairn_tensor *x, int32_t rank, const int64_t *shape) {
    if (!x) return NULL;
    cairn_tensor *y = shaped(tape, rank, shape);
    if (!y) return NULL;
    if (y->size != x->size)
        return tape_fail(tape, "reshape: %lld elements cannot become %lld", (long long)x->size, (long long)y->size);
    y->data = x->data;
    y->needs_grad = x->needs_grad;
    y->base = x->base ? x->base : x;
    return y;
}

cairn_tensor *cairn_stop_gradient(cairn_tape *tape, cairn_tensor *x) {
    cairn_tensor *y = x ? cairn_reshape(tape, x, x->rank, x->shape) : NULL;
    if (!y) return NULL;
    y->needs_grad = false;
    y->base = NULL;
    return y;
}

bool tape_takes(cairn_tape *tape, const char *operation, int count, cairn_tensor *const *operands) {
    for (int i = 0; i < count; i++)
        if (!operands[i]) return false;
    for (int i = 0; i < count; i++)
        if (operands[i]->dtype != tape->dtype) {
            tape_fail(tape, "%s: an operand of %s on a tape of %s", operation, cairn_dtype_name(operands[i]->dtype),
                      cairn_dtype_name(tape->dtype));
            return false;
        }
    return true;
}

bool tape_run(cairn_tape *tape, kernel work, const kernel_args *args, int64_t total, int64_t grain) {
    return device_run(tape->device, work, args, total, grain, 0) == CAIRN_OK;
}

/* ---- recording and walking back ---------------------------------------------------------------------------------------- */

cairn_tensor *tape_done(cairn_tape *tape, cairn_status (*backward)(cairn_tape *, tape_entry *), cairn_tensor *out,
                        cairn_tensor *a, cairn_tensor *b, cairn_tensor *c, const kernel_args *args, void *saved) {
    out->needs_grad = tape->recording && ((a && a->needs_grad) || (b && b->needs_grad) || (c && c->needs_grad));
    if (!out->needs_grad) return out;
    tape_entry *e = tape_record(tape, sizeof *e);
    if (!e) return NULL;
    *e = (tape_entry){.before = tape->last, .backward = backward, .out = out, .in = {a, b, c}, .saved = saved};
    if (args) e->args = *args;
    tape->last = e;
    return out;
}

cairn_status tape_grad(cairn_tape *tape, cairn_tensor *x, void **grad, bool *add) {
    cairn_tensor *owner = x && x->base ? x->base : x;
    *grad = NULL;
    *add = true;
    if (!x || !x->needs_grad) return CAIRN_OK;
    if (!owner->grad) {
        owner->grad = tape_numbers(tape, owner->size);
        if (!owner->grad) return CAIRN_NO_MEMORY;
        *add = false;
    }
    *grad = owner->grad;
    return CAIRN_OK;
}

cairn_status cairn_tape_backward(cairn_tape *tape, cairn_tensor *loss, double scale) {
    void *grad;
    bool add;
    if (!loss) return cairn_fail_within(tape->ctx, CAIRN_INVALID, "backward: there is no loss");
    if (loss->size != 1)
        return cairn_fail(tape->ctx, CAIRN_INVALID, "backward: a loss is one number, not %lld", (long long)loss->size);
    CAIRN_TRY(tape_grad(tape, loss, &grad, &add));
    if (!grad)
        return cairn_fail(tape->ctx, CAIRN_INVALID, "backward: nothing that the loss depends on needs a gradient");
    tape_set(tape, grad, scale);
    for (tape_entry *e = tape->last; e; e = e->before)
        if (e->out->grad) CAIRN_TRY(e->backward(tape, e));
    tape->last = NULL;
    return CAIRN_OK;
}
