/* The layer's own view of device, tape and parameters. */
#ifndef CAIRN_TENSOR_DEVICE_H
#define CAIRN_TENSOR_DEVICE_H

#include "tensor/kernels.h"
#include "tensor/matmul.h"

/* Cosines and sines of rotary positions, for one (type, dim, base). */
typedef struct rope_table {
    cairn_dtype dtype;
    int64_t dim, positions;
    double base;
    void *cosines, *sines; /* [positions][dim / 2] */
    int64_t wanted;        /* positions that a rehearsal asked for */
    struct rope_table *next;
} rope_table;

struct cairn_device {
    cairn_ctx *ctx;
    cairn_pool *pool;
    matmul *products;
    const kernels *f32;
    void **scratch; /* [threads] */
    size_t *scratch_bytes;
    rope_table *tables;
    bool rehearsing; /* nothing is computed */
};

const kernels *device_kernels(const cairn_device *device, cairn_dtype dtype);
/* Runs a kernel over items 0 .. total - 1 in blocks of `grain`, each with `scratch` bytes of its thread's own. */
cairn_status device_run(cairn_device *device, kernel work, const kernel_args *args, int64_t total, int64_t grain,
                        size_t scratch);
/* Rows a block so that it has about `elements` of work. */
int64_t device_grain(int64_t row_elements);
/* A table for positions 0 .. most; NULL with the text set. */
const rope_table *device_rope(cairn_device *device, cairn_dtype dtype, int64_t dim, double base, int64_t most);

/* ---- tape ------------------------------------------------------------------------------------------------------------ */

typedef struct tape_entry {
    struct tape_entry *before;
    cairn_status (*backward)(cairn_tape *tape, struct tape_entry *entry);
    cairn_tensor *out, *in[3];
    kernel_args args; /* as the forward kernel had them */
    void *saved;
} tape_entry;

struct cairn_tape {
    cairn_ctx *ctx;
    cairn_device *device;
    const kernels *k;
    cairn_dtype dtype;
    size_t bytes; /* of a number */
    bool recording;
    cairn_arena *arena;
    tape_entry *last;
    size_t used; /* bytes that were taken since the last reset, of numbers in a rehearsal too; at most */
};

/* A tensor of the tape whose data is not set. */
cairn_tensor *tape_tensor(cairn_tape *tape, int32_t rank, const int64_t *shape, bool needs_grad);
cairn_tensor *tape_like(cairn_tape *tape, const cairn_tensor *x, bool needs_grad);
/* Memory of the tape for `count` numbers, not zeroed. */
void *tape_numbers(cairn_tape *tape, int64_t count);
int32_t *tape_ids(cairn_tape *tape, const int32_t *ids, int64_t count);
/* Memory of the tape that is there in a rehearsal too: zeroed for records; not zeroed and aligned for arrays. */
void *tape_record(cairn_tape *tape, size_t bytes);
void *tape_array(cairn_tape *tape, int64_t count, size_t size);
/* Zeroes numbers; sets one. Nothing in a rehearsal. */
void tape_zero(cairn_tape *tape, void *numbers, int64_t count);
void tape_set(cairn_tape *tape, void *number, double value);
/* Ends an operation: `out` needs a gradient when an operand does; then the operation is recorded, if the tape records.
 * Operands may be NULL. Returns out, or NULL without memory. */
cairn_tensor *tape_done(cairn_tape *tape, cairn_status (*backward)(cairn_tape *, tape_entry *), cairn_tensor *out,
                        cairn_tensor *a, cairn_tensor *b, cairn_tensor *c, const kernel_args *args, void *saved);
/* Where the gradient of x is to be written, and whether it is to be added; NULL in *grad when x needs none. */
cairn_status tape_grad(cairn_tape *tape, cairn_tensor *x, void **grad, bool *add);
/* Whether the operands are there (`count` of them) and of the tape's type; sets the text when a type differs. */
bool tape_takes(cairn_tape *tape, const char *operation, int count, cairn_tensor *const *operands);
/* Runs a kernel of the tape; false, with the text set, when it cannot. */
bool tape_run(cairn_tape *tape, kernel work, const kernel_args *args, int64_t total, int64_t grain);
cairn_tensor *tape_fail(cairn_tape *tape, const char *format, ...) CAIRN_PRINTF(2, 3);

static inline int64_t last_dimension(const cairn_tensor *x) {
    return x->shape[x->rank - 1];
}

#endif
