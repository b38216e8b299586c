/* Operations on segments: segment s of x is rows starts[s] .. starts[s + 1] - 1. */
#include <string.h>

#include "tensor/device.h"

/* Whether starts begin at 0, never fall and end at `count`. */
static bool fits(cairn_tape *tape, const char *operation, const int32_t *starts, int32_t segments, int64_t count) {
    bool good = segments >= 0 && starts[0] == 0 && starts[segments] == count;
    for (int32_t s = 0; good && s < segments; s++) good = starts[s] <= starts[s + 1];
    if (!good) tape_fail(tape, "%s: the starts do not divide %lld rows", operation, (long long)count);
    return good;
}

/* ---- sums ------------------------------------------------------------------------------------------------------------------- */

cairn_tensor *cairn_segment_sum(cairn_tape *tape, cairn_tensor *x, const int32_t *starts, int32_t segments) {
    if (!tape_takes(tape, "segment_sum", 1, &x)) return NULL;
    bool flat = x->rank == 1;
    int64_t count = flat ? x->size : cairn_tensor_rows(x), shape[] = {segments};
    if (!fits(tape, "segment_sum", starts, segments, count)) return NULL;
    int32_t *ids = tape_array(tape, count, sizeof *ids);
    if (!ids) return NULL;
    for (int32_t s = 0; s < segments; s++)
        for (int32_t i = starts[s]; i < starts[s + 1]; i++) ids[i] = s;
    if (!flat) return cairn_scatter_rows(tape, x, ids, segments);
    cairn_tensor *column = cairn_reshape(tape, x, 2, (int64_t[]){count, 1});
    return cairn_reshape(tape, cairn_scatter_rows(tape, column, ids, segments), 1, shape);
}

/* ---- softmax ------------------------------------------------------------------------------------------------------------------ */

static const void *number(const cairn_tape *tape, const void *numbers, int64_t i) {
    return (const unsigned char *)numbers + (size_t)i * tape->bytes;
}

static cairn_status softmax_back(cairn_tape *tape, tape_entry *e) {
    const int32_t *starts = e->args.index;
    void *grad;
    bool add;
    CAIRN_TRY(tape_grad(tape, e->in[0], &grad, &add));
    for (int64_t s = 0; !tape->device->rehearsing && s < e->args.m; s++) {
        kernel_args a = {.x = {number(tape, e->out->grad, starts[s]), number(tape, e->out->data, starts[s])},
                         .y = {(unsigned char *)grad + (size_t)starts[s] * tape->bytes},
                         .add = {add},
                         .n = starts[s + 1] - starts[s]};
        tape->k->softmax_back(&a, 0, a.n > 0, NULL);
    }
    return CAIRN_OK;
}

cairn_tensor *cairn_segment_softmax(cairn_tape *tape, cairn_tensor *x, const int32_t *starts, int32_t segments) {
    if (!tape_takes(tape, "segment_softmax", 1, &x)) return NULL;
    if (!fits(tape, "segment_softmax", starts, segments, x->size)) return NULL;
    cairn_tensor *y = tape_like(tape, x, false);
    int32_t *copy = tape_ids(tape, starts, segments + 1);
    if (!y || !copy) return NULL;
    for (int32_t s = 0; !tape->device->rehearsing && s < segments; s++) {
        kernel_args a = {.x = {number(tape, x->data, starts[s])},
                         .y = {(unsigned char *)y->data + (size_t)starts[s] * tape->bytes},
                         .n = starts[s + 1] - starts[s]};
        tape->k->softmax(&a, 0, a.n > 0, NULL);
    }
    kernel_args args = {.index = copy, .m = segments};
    return tape_done(tape, softmax_back, y, x, NULL, NULL, &args, NULL);
}

/* ---- one tensor of the rows of many -------------------------------------------------------------------------------------------- */

static cairn_status stack_back(cairn_tape *tape, tape_entry *e) {
    cairn_tensor *const *parts = e->saved;
    int64_t row = 0, n = last_dimension(e->out);
    for (int64_t i = 0; i < e->args.m; i++) {
        int64_t rows = cairn_tensor_rows(parts[i]);
        kernel_args a = {.x = {number(tape, e->out->grad, row * n)}, .p = {1, 0}};
        CAIRN_TRY(tape_grad(tape, parts[i], &a.y[0], &a.add[0]));
        if (a.y[0]) CAIRN_TRY(device_run(tape->device, tape->k->affine, &a, rows * n, 16384, 0));
        row += rows;
    }
    return CAIRN_OK;
}

cairn_tensor *cairn_stack(cairn_tape *tape, cairn_tensor *const *parts, int64_t count) {
    int64_t rows = 0, n = count > 0 && parts[0] ? last_dimension(parts[0]) : 1, row = 0;
    cairn_tensor *learned = NULL; /* one that needs a gradient */
    for (int64_t i = 0; i < count; i++) {
        if (!tape_takes(tape, "stack", 1, &parts[i])) return NULL;
        if (last_dimension(parts[i]) != n)
            return tape_fail(tape, "stack: rows of %lld and of %lld numbers", (long long)n,
                             (long long)last_dimension(parts[i]));
        rows += cairn_tensor_rows(parts[i]);
        if (parts[i]->needs_grad) learned = parts[i];
    }
    cairn_tensor *y = tape_tensor(tape, 2, (int64_t[]){rows, n}, false);
    cairn_tensor **copy = tape_array(tape, count, sizeof *copy);
    if (!y || !copy) return NULL;
    for (int64_t i = 0; i < count; row += cairn_tensor_rows(parts[i++])) {
        copy[i] = parts[i];
        if (!tape->device->rehearsing)
            memcpy((unsigned char *)y->data + (size_t)(row * n) * tape->bytes, parts[i]->data,
                   (size_t)parts[i]->size * tape->bytes);
    }
    kernel_args args = {.m = count};
    return tape_done(tape, stack_back, y, learned, NULL, NULL, &args, copy);
}
