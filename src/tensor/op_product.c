/* Products with weights; rows by index. */
#include <string.h>

#include "tensor/device.h"

/* ---- y = x w^T + b ------------------------------------------------------------------------------------------------------ */

/* A parameter keeps its packed copies. One is filled again when the parameter changed; else it is only read, so that
 * any number of devices may use it at the same time. In a rehearsal it is made and not filled. */
static cairn_status pack_param(cairn_device *device, cairn_param *p, bool turned) {
    if (p->packs[turned] && p->packed_version[turned] == p->version) return CAIRN_OK;
    const cairn_tensor *w = &p->value;
    CAIRN_TRY(
        matmul_pack(device->products, w->data, w->shape[0], last_dimension(w), p->weights, turned, &p->packs[turned]));
    p->packed_version[turned] = device->rehearsing ? UINT64_MAX : p->version;
    return CAIRN_OK;
}

cairn_status cairn_param_pack(cairn_device *device, cairn_param *param) {
    if (param->value.rank != 2) return cairn_fail(device->ctx, CAIRN_INVALID, "parameter %s is no matrix", param->name);
    return device->products && param->value.dtype == CAIRN_F32 ? pack_param(device, param, false) : CAIRN_OK;
}

/* The packed copy of w that y = x w^T (turned: dx = dy w) needs. *mine: the caller frees it, because w is no parameter.
 */
static cairn_status packed(cairn_tape *tape, const cairn_tensor *w, bool turned, weight_pack **out, bool *mine) {
    *mine = !w->param;
    *out = NULL;
    if (!w->param)
        return matmul_pack(tape->device->products, w->data, w->shape[0], last_dimension(w), CAIRN_F32, turned, out);
    CAIRN_TRY(pack_param(tape->device, w->param, turned));
    *out = w->param->packs[turned];
    return CAIRN_OK;
}

static cairn_status multiply(cairn_tape *tape, const cairn_tensor *w, bool turned, const void *x, int64_t rows, void *y,
                             bool add) {
    weight_pack *pack;
    bool mine;
    CAIRN_TRY(packed(tape, w, turned, &pack, &mine));
    cairn_status status = matmul_run(tape->device->products, pack, x, rows, y, add);
    if (mine) matmul_unpack(pack);
    return status;
}

static bool by_library(const cairn_tape *tape) {
    return tape->dtype == CAIRN_F32 && tape->device->products;
}

static cairn_status linear_back(cairn_tape *tape, tape_entry *e) {
    cairn_tensor *x = e->in[0], *w = e->in[1];
    int64_t rows = cairn_tensor_rows(x), n = w->shape[0], k = last_dimension(w);
    kernel_args a = {.x = {e->out->grad, w->data}, .n = n, .m = rows, .i = {k}};
    CAIRN_TRY(tape_grad(tape, x, &a.y[0], &a.add[0]));
    if (a.y[0] && by_library(tape))
        CAIRN_TRY(multiply(tape, w, true, a.x[0], rows, a.y[0], a.add[0]));
    else if (a.y[0])
        CAIRN_TRY(device_run(tape->device, tape->k->matmul_dx, &a, rows, device_grain(n * k), 0));
    a.x[1] = x->data;
    CAIRN_TRY(tape_grad(tape, w, &a.y[0], &a.add[0]));
    if (!a.y[0]) return CAIRN_OK;
    if (!by_library(tape)) return device_run(tape->device, tape->k->matmul_dw, &a, n, device_grain(rows * k), 0);
    if (!a.add[0]) tape_zero(tape, a.y[0], w->size);
    return matmul_gradient(tape->device->products, a.x[0], a.x[1], rows, n, k, w->param ? w->param->weights : CAIRN_F32,
                           a.y[0]);
}

cairn_tensor *cairn_linear(cairn_tape *tape, cairn_tensor *x, cairn_tensor *w, cairn_tensor *b) {
    if (!tape_takes(tape, "linear", 2, (cairn_tensor *[]){x, w})) return NULL;
    if (w->rank != 2 || last_dimension(x) != w->shape[1])
        return tape_fail(tape, "linear: rows of %lld cannot be multiplied by weights [%lld, %lld]",
                         (long long)last_dimension(x), (long long)w->shape[0],
                         (long long)(w->rank == 2 ? w->shape[1] : -1));
    int64_t shape[CAIRN_RANK_MOST], rows = cairn_tensor_rows(x);
    memcpy(shape, x->shape, sizeof shape);
    shape[x->rank - 1] = w->shape[0];
    cairn_tensor *y = tape_tensor(tape, x->rank, shape, false);
    if (!y) return NULL;
    kernel_args a = {.x = {x->data, w->data}, .y = {y->data}, .n = w->shape[0], .i = {w->shape[1]}};
    if (by_library(tape) ? multiply(tape, w, false, x->data, rows, y->data, false) != CAIRN_OK
                         : !tape_run(tape, tape->k->matmul, &a, rows, device_grain(w->size)))
        return NULL;
    y = tape_done(tape, linear_back, y, x, w, NULL, NULL, NULL);
    return b ? cairn_add(tape, y, b) : y;
}

/* ---- rows by index -------------------------------------------------------------------------------------------------------- */

static bool ids_within(cairn_tape *tape, const char *operation, const int32_t *ids, int64_t count, int64_t bound) {
    for (int64_t i = 0; i < count; i++)
        if (ids[i] < 0 || ids[i] >= bound) {
            tape_fail(tape, "%s: id %d at %lld is outside 0 .. %lld", operation, ids[i], (long long)i,
                      (long long)bound - 1);
            return false;
        }
    return true;
}

/* dtable[ids[i]] += dy[i] */
static cairn_status rows_back(cairn_tape *tape, tape_entry *e) {
    cairn_tensor *table = e->in[0];
    kernel_args a = {.x = {e->out->grad}, .index = e->args.index, .n = e->args.n, .m = cairn_tensor_rows(e->out)};
    CAIRN_TRY(tape_grad(tape, table, &a.y[0], &a.add[0]));
    if (!a.add[0]) tape_zero(tape, a.y[0], table->size);
    return device_run(tape->device, tape->k->scatter, &a, a.n, 64, 0);
}

cairn_tensor *cairn_rows(cairn_tape *tape, cairn_tensor *table, const int32_t *ids, int64_t count) {
    if (!tape_takes(tape, "rows", 1, &table)) return NULL;
    if (!ids_within(tape, "rows", ids, count, cairn_tensor_rows(table))) return NULL;
    cairn_tensor *y = tape_tensor(tape, 2, (int64_t[]){count, last_dimension(table)}, false);
    int32_t *index = tape_ids(tape, ids, count);
    if (!y || !index) return NULL;
    kernel_args a = {.x = {table->data}, .y = {y->data}, .index = index, .n = last_dimension(table)};
    if (!tape_run(tape, tape->k->rows, &a, count, device_grain(a.n))) return NULL;
    return tape_done(tape, rows_back, y, table, NULL, NULL, &a, NULL);
}

static cairn_status scatter_back(cairn_tape *tape, tape_entry *e) {
    cairn_tensor *x = e->in[0];
    kernel_args a = {.x = {e->out->grad}, .index = e->args.index, .n = e->args.n};
    CAIRN_TRY(tape_grad(tape, x, &a.y[0], &a.add[0]));
    return device_run(tape->device, tape->k->rows, &a, cairn_tensor_rows(x), device_grain(a.n), 0);
}

cairn_tensor *cairn_scatter_rows(cairn_tape *tape, cairn_tensor *x, const int32_t *ids, int64_t rows) {
    if (!tape_takes(tape, "scatter", 1, &x)) return NULL;
    int64_t count = cairn_tensor_rows(x);
    if (!ids_within(tape, "scatter", ids, count, rows)) return NULL;
    cairn_tensor *y = tape_tensor(tape, 2, (int64_t[]){rows, last_dimension(x)}, false);
    int32_t *index = tape_ids(tape, ids, count);
    if (!y || !index) return NULL;
    tape_zero(tape, y->data, y->size);
    kernel_args a = {.x = {x->data}, .y = {y->data}, .index = index, .n = last_dimension(x), .m = count};
    if (!tape_run(tape, tape->k->scatter, &a, a.n, 64)) return NULL;
    return tape_done(tape, scatter_back, y, x, NULL, NULL, &a, NULL);
}
