/* Attention and rotary positions. */
#include <math.h>
#include <string.h>

#include "tensor/device.h"

/* ---- attention ------------------------------------------------------------------------------------------------------------ */

static size_t scratch_for(const cairn_tape *tape, const kernel_args *a) {
    return tape->k->attention_scratch(a->i[1], a->n);
}

static cairn_status attention_back(cairn_tape *tape, tape_entry *e) {
    kernel_args a = e->args;
    a.x[3] = e->out->data;
    a.x[4] = e->saved;
    a.x[5] = e->out->grad;
    for (int i = 0; i < 3; i++) {
        CAIRN_TRY(tape_grad(tape, e->in[i], &a.y[i], &a.add[i]));
        if (!a.y[i]) { /* the kernel writes all three */
            a.y[i] = tape_numbers(tape, e->in[i]->size);
            a.add[i] = false;
            if (!a.y[i]) return CAIRN_NO_MEMORY;
        } else if (!a.add[i]) { /* one tensor may be two operands */
            tape_zero(tape, a.y[i], e->in[i]->size);
            a.add[i] = true;
        }
    }
    return device_run(tape->device, tape->k->attention_back, &a, a.i[0] * a.i[2], 1, scratch_for(tape, &a));
}

/* The longest segment, or -1 (with the text set) when the starts do not rise from 0 to `rows`. */
static int64_t longest_segment(cairn_tape *tape, const int32_t *starts, int32_t segments, int64_t rows) {
    int64_t longest = 0;
    bool good = segments >= 0 && starts[0] == 0 && starts[segments] == rows;
    for (int32_t s = 0; s < segments && good; s++) {
        good = starts[s + 1] >= starts[s];
        if (starts[s + 1] - starts[s] > longest) longest = starts[s + 1] - starts[s];
    }
    if (!good) tape_fail(tape, "attention: the starts of segments must rise from 0 to the %lld rows", (long long)rows);
    return good ? longest : -1;
}

/* Whether the operands are queries, keys and values of the same rows; sets the text when not. */
static bool fits(cairn_tape *tape, cairn_tensor *q, cairn_tensor *k, cairn_tensor *v, int32_t heads, int32_t kv_heads) {
    if (!tape_takes(tape, "attention", 3, (cairn_tensor *[]){q, k, v})) return false;
    int64_t rows = cairn_tensor_rows(q), width = last_dimension(q), dim = heads > 0 ? width / heads : 0;
    if (heads < 1 || kv_heads < 1 || heads % kv_heads || width % heads || dim > 256) {
        tape_fail(tape, "attention: %lld columns cannot be %d heads over %d key heads of at most 256", (long long)width,
                  heads, kv_heads);
        return false;
    }
    if (last_dimension(k) != kv_heads * dim || last_dimension(v) != kv_heads * dim || cairn_tensor_rows(k) != rows ||
        cairn_tensor_rows(v) != rows) {
        tape_fail(tape, "attention: keys and values must be [%lld, %lld]", (long long)rows,
                  (long long)(kv_heads * dim));
        return false;
    }
    return true;
}

cairn_tensor *cairn_attention(cairn_tape *tape, cairn_tensor *q, cairn_tensor *k, cairn_tensor *v, int32_t heads,
                              int32_t kv_heads, const int32_t *starts, int32_t segments, bool causal) {
    if (!fits(tape, q, k, v, heads, kv_heads)) return NULL;
    int64_t rows = cairn_tensor_rows(q), dim = last_dimension(q) / heads;
    int64_t longest = longest_segment(tape, starts, segments, rows);
    if (longest < 0) return NULL;
    cairn_tensor *y = tape_like(tape, q, false);
    void *sums = tape_numbers(tape, rows * heads);
    int32_t *index = tape_ids(tape, starts, segments + 1);
    if (!y || !sums || !index) return NULL;
    kernel_args a = {.x = {q->data, k->data, v->data},
                     .y = {y->data, sums},
                     .index = index,
                     .n = dim,
                     .m = heads,
                     .i = {kv_heads, longest, segments},
                     .p = {1 / sqrt((double)dim)},
                     .kind = causal};
    if (device_run(tape->device, tape->k->attention, &a, (int64_t)segments * kv_heads, 1, scratch_for(tape, &a)) !=
        CAIRN_OK)
        return NULL;
    return tape_done(tape, attention_back, y, q, k, v, &a, sums);
}

/* ---- attention over pages (generation) ---------------------------------------------------------------------------------------- */

int64_t cairn_page_numbers(int32_t layers, int32_t kv_heads, int32_t dim) {
    return 2 * (int64_t)layers * kv_heads * dim * CAIRN_PAGE;
}

cairn_tensor *cairn_attention_paged(cairn_tape *tape, cairn_tensor *q, cairn_tensor *k, cairn_tensor *v, int32_t heads,
                                    int32_t kv_heads, const cairn_spans *spans, int32_t layer) {
    if (!fits(tape, q, k, v, heads, kv_heads)) return NULL;
    if (tape->recording || tape->dtype != CAIRN_F32)
        return tape_fail(tape, "attention over pages needs a tape of f32 that does not record");
    if (longest_segment(tape, spans->starts, spans->count, cairn_tensor_rows(q)) < 0) return NULL;
    int64_t dim = last_dimension(q) / heads, size = cairn_page_numbers(1, kv_heads, (int32_t)dim), longest = 0;
    for (int32_t s = 0; s < spans->count; s++) {
        int64_t length = (int64_t)spans->before[s] + spans->starts[s + 1] - spans->starts[s];
        if (spans->before[s] < 0) return tape_fail(tape, "attention: %d tokens before a span", spans->before[s]);
        if (length > longest) longest = length;
    }
    cairn_tensor *y = tape_like(tape, q, false);
    if (!y) return NULL;
    kernel_args a = {.x = {q->data, k->data, v->data, spans->pages, spans->before, spans->kept},
                     .y = {y->data},
                     .index = spans->starts,
                     .n = dim,
                     .m = heads,
                     .i = {kv_heads, layer * size, layer * size + size / 2, longest, spans->count},
                     .p = {1 / sqrt((double)dim)}};
    int64_t items = (int64_t)spans->count * kv_heads, grain = items / (4 * cairn_device_threads(tape->device));
    if (!tape_run(tape, tape->k->paged_store, &a, items, 16)) return NULL;
    grain = grain < 1 ? 1 : grain > 16 ? 16 : grain; /* spans side by side share tiles; every thread has work */
    if (device_run(tape->device, tape->k->paged_attention, &a, items, grain,
                   tape->k->attention_scratch(longest, dim)) != CAIRN_OK)
        return NULL;
    return y;
}

/* ---- rotary positions -------------------------------------------------------------------------------------------------------- */

static cairn_status rope_back(cairn_tape *tape, tape_entry *e) {
    const rope_table *table = e->saved;
    kernel_args a = e->args;
    a.x[0] = e->out->grad;
    a.x[1] = table->cosines;
    a.x[2] = table->sines;
    a.p[0] = -1;
    CAIRN_TRY(tape_grad(tape, e->in[0], &a.y[0], &a.add[0]));
    return device_run(tape->device, tape->k->rope, &a, cairn_tensor_rows(e->out), device_grain(a.m * a.i[0]), 0);
}

cairn_tensor *cairn_rope(cairn_tape *tape, cairn_tensor *x, int32_t heads, const int32_t *positions, double base) {
    if (!tape_takes(tape, "rope", 1, &x)) return NULL;
    int64_t rows = cairn_tensor_rows(x), width = last_dimension(x), dim = heads > 0 ? width / heads : 0, most = 0;
    if (heads < 1 || width % heads || dim % 2)
        return tape_fail(tape, "rope: %lld columns cannot be %d heads of even size", (long long)width, heads);
    for (int64_t r = 0; r < rows; r++) {
        if (positions[r] < 0 || positions[r] > 1 << 24) return tape_fail(tape, "rope: position %d", positions[r]);
        if (positions[r] > most) most = positions[r];
    }
    const rope_table *table = device_rope(tape->device, tape->dtype, dim, base, most);
    int32_t *index = tape_ids(tape, positions, rows);
    cairn_tensor *y = tape_like(tape, x, false);
    if (!table || !index || !y) return NULL;
    kernel_args a = {
        .x = {x->data, table->cosines, table->sines}, .y = {y->data}, .index = index, .m = heads, .i = {dim}, .p = {1}};
    if (!tape_run(tape, tape->k->rope, &a, rows, device_grain(width))) return NULL;
    return tape_done(tape, rope_back, y, x, NULL, NULL, &a, (void *)table);
}
