#include "tensor/matmul.h"

#include <dnnl.h>
#include <omp.h>
#include <string.h>

#include "tensor/panels.h"

enum {
    SLICE = 256,         /* columns of weights that one job of oneDNN's has */
    GRADIENT_SLICE = 64, /* rows of a gradient that one job owns */
    GRADIENT_ROWS = 256, /* rows that one call sums into it */
    BUCKETS = 4
};
static const int64_t buckets[BUCKETS] = {128, 64, 16, 4}; /* falling; the first is the block */

/* One primitive: dst[m, n] (rows ldc apart) = or += src[m, k] weights[k, n]. src is row-major or, for gradients, turned
 * (element (i, j) at j * lda + i). */
typedef struct product {
    int64_t m, n, k, lda, ldc;
    dnnl_data_type_t type;
    bool add, turned;
    dnnl_primitive_t primitive;
    dnnl_memory_desc_t weights;
    size_t scratch_bytes;
    dnnl_memory_t *memory; /* [threads][4]: src, weights, dst, scratch */
    struct product *next;
} product;

struct matmul {
    cairn_ctx *ctx;
    cairn_pool *pool;
    const kernels *floats;
    dnnl_engine_t engine;
    dnnl_stream_t *streams; /* [threads] */
    int threads;
    bool f32, bf16; /* by oneDNN; else by panels */
    bool rehearsing;
    product *products;
    unsigned char **scratch; /* [threads] for padding, rounding and oneDNN */
    size_t *scratch_bytes;
    uint16_t *rounded[2]; /* dy and x of a gradient in bf16 */
    size_t rounded_capacity[2];
    float *padded[2]; /* its last rows, padded */
    size_t padded_capacity[2];
};

struct weight_pack {
    panels of; /* y[rows, out] = x[rows, in] by weights [in, out] of a type */
    bool by_panels;
    /* else of oneDNN's: */
    int64_t slices;
    product **shape; /* [slices] a product with the layout of the slice */
    size_t slice_bytes;
    /* packed weights */
    void *block;
    size_t bytes;
};

static cairn_status refused(matmul *m, dnnl_status_t status, const char *what) {
    if (status == dnnl_out_of_memory) return cairn_fail(m->ctx, CAIRN_NO_MEMORY, "no memory to %s", what);
    return cairn_fail(m->ctx, CAIRN_INTERNAL, "oneDNN cannot %s (status %d)", what, (int)status);
}

/* oneDNN stands on OpenMP and decides how many threads a primitive uses when it is made and when it runs: one, both times. The
 * number that the program had set for this thread is put back. */
static int quiet_openmp(void) {
    int before = omp_get_max_threads();
    omp_set_num_threads(1);
    return before;
}

/* ---- open --------------------------------------------------------------------------------------------------------- */

static cairn_status make_product(matmul *m, product *p, bool any_layout);
static void free_product(matmul *m, product *p);

/* Whether this processor multiplies bf16, found out by asking for such a primitive. */
static bool probe_bf16(matmul *m) {
    product p = {.m = 4, .n = 32, .k = 32, .lda = 32, .ldc = 32, .type = dnnl_bf16};
    bool there = make_product(m, &p, true) == CAIRN_OK;
    free_product(m, &p);
    return there;
}

cairn_status matmul_open(cairn_ctx *ctx, cairn_pool *pool, const kernels *floats, bool bf16, matmul **out) {
    matmul *m = cairn_alloc(ctx, 1, sizeof *m);
    if (!m) return CAIRN_NO_MEMORY;
    m->ctx = ctx;
    m->pool = pool;
    m->floats = floats;
    m->threads = cairn_pool_threads(pool);
    m->streams = cairn_alloc(ctx, (size_t)m->threads, sizeof *m->streams);
    m->scratch = cairn_alloc(ctx, (size_t)m->threads, sizeof *m->scratch);
    m->scratch_bytes = cairn_alloc(ctx, (size_t)m->threads, sizeof *m->scratch_bytes);
    cairn_status status = m->streams && m->scratch && m->scratch_bytes ? CAIRN_OK : CAIRN_NO_MEMORY;
    dnnl_status_t made = dnnl_success;
    if (status == CAIRN_OK) made = dnnl_engine_create(&m->engine, dnnl_cpu, 0);
    for (int t = 0; t < m->threads && status == CAIRN_OK && made == dnnl_success; t++)
        made = dnnl_stream_create(&m->streams[t], m->engine, dnnl_stream_default_flags);
    if (status == CAIRN_OK && made != dnnl_success) status = refused(m, made, "start");
    if (status != CAIRN_OK) {
        matmul_close(m);
        return status;
    }
    m->bf16 = bf16 && probe_bf16(m);
    m->f32 = (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core;
    *out = m;
    return CAIRN_OK;
}

void matmul_close(matmul *m) {
    if (!m) return;
    for (product *p = m->products, *next; p; p = next) {
        next = p->next;
        free_product(m, p);
        cairn_free(p);
    }
    for (int t = 0; t < m->threads; t++) {
        if (m->streams && m->streams[t]) dnnl_stream_destroy(m->streams[t]);
        if (m->scratch) cairn_free(m->scratch[t]);
    }
    if (m->engine) dnnl_engine_destroy(m->engine);
    for (int i = 0; i < 2; i++) {
        cairn_free(m->rounded[i]);
        cairn_free(m->padded[i]);
    }
    cairn_free(m->streams);
    cairn_free(m->scratch);
    cairn_free(m->scratch_bytes);
    cairn_free(m);
}

bool matmul_has_bf16(const matmul *m) {
    return m->bf16;
}

void matmul_rehearse(matmul *m, bool rehearse) {
    m->rehearsing = rehearse;
}

size_t matmul_scratch(const matmul *m) {
    size_t bytes = 0;
    for (int t = 0; t < m->threads; t++) bytes += m->scratch_bytes[t];
    for (int i = 0; i < 2; i++)
        bytes += m->rounded_capacity[i] * sizeof(uint16_t) + m->padded_capacity[i] * sizeof(float);
    return bytes;
}

static size_t lines(size_t bytes) {
    return (bytes + 63) & ~(size_t)63;
}

/* ---- primitives ------------------------------------------------------------------------------------------------------ */

static cairn_status make_memories(matmul *m, product *p, const dnnl_memory_desc_t *descs[4]) {
    p->memory = cairn_alloc(m->ctx, 4 * (size_t)m->threads, sizeof *p->memory);
    if (!p->memory) return CAIRN_NO_MEMORY;
    for (int i = 0; i < 4 * m->threads; i++) {
        dnnl_status_t status = dnnl_memory_create(&p->memory[i], descs[i % 4], m->engine, DNNL_MEMORY_NONE);
        if (status != dnnl_success) return refused(m, status, "describe memory");
    }
    return CAIRN_OK;
}

/* Makes the primitive. any_layout: oneDNN chooses how the weights lie; else they lie as p->weights says, or (when that is
 * empty) row by row. */
static cairn_status make_product(matmul *m, product *p, bool any_layout) {
    dnnl_dims_t src_dims = {p->m, p->k}, weight_dims = {p->k, p->n}, dst_dims = {p->m, p->n};
    dnnl_dims_t src_strides = {p->turned ? 1 : p->lda, p->turned ? p->lda : 1}, dst_strides = {p->ldc, 1};
    dnnl_memory_desc_t src, dst;
    dnnl_matmul_desc_t desc;
    dnnl_primitive_attr_t attr = NULL;
    dnnl_post_ops_t post = NULL;
    dnnl_primitive_desc_t found = NULL;
    int before = quiet_openmp();
    dnnl_status_t s = dnnl_memory_desc_init_by_strides(&src, 2, src_dims, p->type, src_strides);
    if (s == dnnl_success) s = dnnl_memory_desc_init_by_strides(&dst, 2, dst_dims, dnnl_f32, dst_strides);
    if (s == dnnl_success && (any_layout || p->weights.ndims == 0))
        s = dnnl_memory_desc_init_by_tag(&p->weights, 2, weight_dims, p->type,
                                         any_layout ? dnnl_format_tag_any : dnnl_ab);
    if (s == dnnl_success) s = dnnl_matmul_desc_init(&desc, &src, &p->weights, NULL, &dst);
    if (s == dnnl_success) s = dnnl_primitive_attr_create(&attr);
    if (s == dnnl_success) s = dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
    if (s == dnnl_success && p->add) {
        s = dnnl_post_ops_create(&post);
        if (s == dnnl_success) s = dnnl_post_ops_append_sum(post, 1);
        if (s == dnnl_success) s = dnnl_primitive_attr_set_post_ops(attr, post);
    }
    if (s == dnnl_success) s = dnnl_primitive_desc_create(&found, &desc, attr, m->engine, NULL);
    cairn_status status = CAIRN_OK;
    if (s == dnnl_success) {
        p->weights = *dnnl_primitive_desc_query_md(found, dnnl_query_weights_md, 0);
        const dnnl_memory_desc_t *scratch = dnnl_primitive_desc_query_md(found, dnnl_query_scratchpad_md, 0);
        const dnnl_memory_desc_t *descs[4] = {&src, &p->weights, &dst, scratch};
        p->scratch_bytes = dnnl_memory_desc_get_size(scratch);
        s = dnnl_primitive_create(&p->primitive, found);
        if (s == dnnl_success) status = make_memories(m, p, descs);
    }
    if (found) dnnl_primitive_desc_destroy(found);
    if (post) dnnl_post_ops_destroy(post);
    if (attr) dnnl_primitive_attr_destroy(attr);
    omp_set_num_threads(before);
    if (s != dnnl_success) return refused(m, s, "multiply such matrices");
    return status;
}

static void free_product(matmul *m, product *p) {
    for (int i = 0; p->memory && i < 4 * m->threads; i++)
        if (p->memory[i]) dnnl_memory_destroy(p->memory[i]);
    cairn_free(p->memory);
    if (p->primitive) dnnl_primitive_destroy(p->primitive);
}

static void execute(matmul *m, const product *p, int thread, const void *src, const void *weights, void *dst,
                    void *scratch);

/* Multiplies zeros once: oneDNN makes some of its code only then. */
static cairn_status try_product(matmul *m, product *p) {
    size_t bytes[4] = {[3] = p->scratch_bytes}, all = 0;
    for (int i = 0; i < 3; i++) {
        const dnnl_memory_desc_t *desc;
        dnnl_memory_get_memory_desc(p->memory[i], &desc);
        bytes[i] = dnnl_memory_desc_get_size(desc);
    }
    for (int i = 0; i < 4; i++) all += lines(bytes[i]);
    unsigned char *block = cairn_pages(m->ctx, all + 64), *at[4];
    if (!block) return CAIRN_NO_MEMORY;
    at[0] = block + (-(uintptr_t)block & 63);
    for (int i = 0; i < 3; i++) at[i + 1] = at[i] + lines(bytes[i]);
    execute(m, p, 0, at[0], at[1], at[2], at[3]);
    cairn_pages_free(block, all + 64);
    return CAIRN_OK;
}

/* The product of this shape, made on first use. `layout`: weights must lie as in that one. */
static cairn_status find_product(matmul *m, product wanted, const product *layout, product **out) {
    for (product **link = &m->products; *link; link = &(*link)->next) {
        product *p = *link;
        if (p->m != wanted.m || p->n != wanted.n || p->k != wanted.k || p->lda != wanted.lda || p->ldc != wanted.ldc ||
            p->type != wanted.type || p->add != wanted.add || p->turned != wanted.turned)
            continue;
        if (layout && !dnnl_memory_desc_equal(&p->weights, &layout->weights)) continue;
        *link = p->next; /* to the front: a step uses few shapes again and again */
        p->next = m->products;
        m->products = p;
        *out = p;
        return CAIRN_OK;
    }
    product *p = cairn_alloc(m->ctx, 1, sizeof *p);
    if (!p) return CAIRN_NO_MEMORY;
    *p = wanted;
    if (layout) p->weights = layout->weights;
    cairn_status status = make_product(m, p, !layout && !wanted.turned);
    if (status == CAIRN_OK && m->rehearsing) status = try_product(m, p);
    if (status != CAIRN_OK) {
        free_product(m, p);
        cairn_free(p);
        return status;
    }
    p->next = m->products;
    m->products = p;
    *out = p;
    return CAIRN_OK;
}

static void execute(matmul *m, const product *p, int thread, const void *src, const void *weights, void *dst,
                    void *scratch) {
    dnnl_memory_t *memory = p->memory + 4 * thread;
    dnnl_memory_set_data_handle(memory[0], (void *)src);
    dnnl_memory_set_data_handle(memory[1], (void *)weights);
    dnnl_memory_set_data_handle(memory[2], dst);
    dnnl_memory_set_data_handle(memory[3], scratch);
    dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, memory[0]},
                              {DNNL_ARG_WEIGHTS, memory[1]},
                              {DNNL_ARG_DST, memory[2]},
                              {DNNL_ARG_SCRATCHPAD, memory[3]}};
    int before = quiet_openmp();
    dnnl_primitive_execute(p->primitive, m->streams[thread], 4, args);
    omp_set_num_threads(before);
}

static cairn_status need_scratch(matmul *m, size_t bytes) {
    for (int t = 0; t < m->threads; t++)
        CAIRN_TRY(cairn_room(m->ctx, (void **)&m->scratch[t], &m->scratch_bytes[t], bytes + 64, 1));
    return CAIRN_OK;
}

static unsigned char *scratch_of(const matmul *m, int thread) {
    unsigned char *block = m->scratch[thread];
    return block + (-(uintptr_t)block & 63);
}

/* ---- packing --------------------------------------------------------------------------------------------------------- */

static dnnl_data_type_t type_of(const matmul *m, cairn_dtype type) {
    return type == CAIRN_BF16 && m->bf16 ? dnnl_bf16 : dnnl_f32;
}

static int64_t slice_width(const weight_pack *pack, int64_t slice) {
    int64_t left = pack->of.out - slice * SLICE;
    return left < SLICE ? left : SLICE;
}

/* Asks oneDNN how each slice is to lie. */
static cairn_status lay_out(matmul *m, weight_pack *pack) {
    pack->shape = cairn_alloc(m->ctx, (size_t)pack->slices, sizeof *pack->shape);
    if (!pack->shape) return CAIRN_NO_MEMORY;
    for (int64_t i = 0; i < pack->slices; i++) {
        product wanted = {.m = buckets[0],
                          .n = slice_width(pack, i),
                          .k = pack->of.in,
                          .lda = pack->of.in,
                          .ldc = pack->of.out,
                          .type = type_of(m, pack->of.type)};
        CAIRN_TRY(find_product(m, wanted, NULL, &pack->shape[i]));
        size_t bytes = lines(dnnl_memory_desc_get_size(&pack->shape[i]->weights));
        if (i == 0) pack->slice_bytes = bytes;
        pack->bytes = (size_t)i * pack->slice_bytes + bytes + 64;
    }
    return CAIRN_OK;
}

static cairn_status open_pack(matmul *m, int64_t in, int64_t out, cairn_dtype type, weight_pack **result) {
    weight_pack *pack = cairn_alloc(m->ctx, 1, sizeof *pack);
    if (!pack) return CAIRN_NO_MEMORY;
    *pack = (weight_pack){.of = {in, out, type},
                          .by_panels = type == CAIRN_BF16 ? !m->bf16 : !m->f32,
                          .slices = (out + SLICE - 1) / SLICE};
    cairn_status status = CAIRN_OK;
    if (pack->by_panels)
        pack->bytes = panels_bytes(&pack->of) + 64;
    else
        status = lay_out(m, pack);
    if (status == CAIRN_OK && !(pack->block = cairn_pages(m->ctx, pack->bytes))) status = CAIRN_NO_MEMORY;
    if (status != CAIRN_OK) {
        matmul_unpack(pack);
        return status;
    }
    *result = pack;
    return CAIRN_OK;
}

void matmul_unpack(weight_pack *pack) {
    if (!pack) return;
    cairn_pages_free(pack->block, pack->bytes);
    cairn_free(pack->shape);
    cairn_free(pack);
}

size_t matmul_pack_bytes(const weight_pack *pack) {
    return pack ? pack->bytes : 0;
}

static void *slice_at(const weight_pack *pack, int64_t i) {
    unsigned char *block = pack->block;
    return block + (-(uintptr_t)block & 63) + (size_t)i * pack->slice_bytes;
}

/* Reorders one slice of w into its packed layout: columns first .. first + width of the product's weights [in, out]. */
static cairn_status fill_slice(matmul *m, weight_pack *pack, int64_t i, const float *w, bool turned) {
    int64_t first = i * SLICE, width = slice_width(pack, i), row = turned ? pack->of.out : pack->of.in;
    dnnl_dims_t dims = {pack->of.in, width}, strides = {turned ? row : 1, turned ? 1 : row};
    const float *source = w + (turned ? first : first * row);
    dnnl_memory_desc_t from;
    dnnl_memory_t memory[2] = {NULL, NULL};
    dnnl_primitive_desc_t found = NULL;
    dnnl_primitive_t reorder = NULL;
    int before = quiet_openmp();
    dnnl_status_t s = dnnl_memory_desc_init_by_strides(&from, 2, dims, dnnl_f32, strides);
    if (s == dnnl_success) s = dnnl_memory_create(&memory[0], &from, m->engine, (void *)source);
    if (s == dnnl_success) s = dnnl_memory_create(&memory[1], &pack->shape[i]->weights, m->engine, slice_at(pack, i));
    if (s == dnnl_success)
        s = dnnl_reorder_primitive_desc_create(&found, &from, m->engine, &pack->shape[i]->weights, m->engine, NULL);
    if (s == dnnl_success) s = dnnl_primitive_create(&reorder, found);
    if (s == dnnl_success && !m->rehearsing)
        s = dnnl_primitive_execute(reorder, m->streams[0], 2,
                                   (dnnl_exec_arg_t[]){{DNNL_ARG_FROM, memory[0]}, {DNNL_ARG_TO, memory[1]}});
    omp_set_num_threads(before);
    if (reorder) dnnl_primitive_destroy(reorder);
    if (found) dnnl_primitive_desc_destroy(found);
    for (int k = 0; k < 2; k++)
        if (memory[k]) dnnl_memory_destroy(memory[k]);
    return s == dnnl_success ? CAIRN_OK : refused(m, s, "pack weights");
}

cairn_status matmul_pack(matmul *m, const float *w, int64_t n, int64_t k, cairn_dtype type, bool turned,
                         weight_pack **pack) {
    if (!*pack) CAIRN_TRY(open_pack(m, turned ? n : k, turned ? k : n, type, pack));
    weight_pack *p = *pack;
    if (p->by_panels) {
        if (!m->rehearsing) panels_fill(m->pool, &p->of, slice_at(p, 0), w, turned);
        return CAIRN_OK;
    }
    for (int64_t i = 0; i < p->slices; i++) CAIRN_TRY(fill_slice(m, p, i, w, turned));
    return CAIRN_OK;
}

/* ---- y = x w ----------------------------------------------------------------------------------------------------------- */

/* Rows of one call: `rows` of them in a bucket that may be larger. */
typedef struct piece {
    int64_t from, rows;
    int bucket;
} piece;

/* Piece number `index` of `rows` rows: whole blocks, then the largest bucket that the rest fills, at last one that it does not. */
static piece piece_at(int64_t rows, int64_t index) {
    int64_t blocks = rows / buckets[0], from;
    if (index < blocks) return (piece){index * buckets[0], buckets[0], 0};
    from = blocks * buckets[0];
    for (int64_t i = blocks;; i++) {
        int64_t left = rows - from;
        int bucket = 0;
        while (bucket + 1 < BUCKETS && buckets[bucket] > left) bucket++;
        int64_t size = buckets[bucket];
        piece p = {from, size < left ? size : left, bucket};
        if (i == index) return p;
        from += p.rows;
    }
}

static int64_t piece_count(int64_t rows) {
    int64_t count = rows / buckets[0], left = rows % buckets[0];
    while (left > 0) {
        int bucket = 0;
        while (bucket + 1 < BUCKETS && buckets[bucket] > left) bucket++;
        left -= buckets[bucket];
        count++;
    }
    return count;
}

static void round_rows(const float *x, int64_t count, uint16_t *out) {
    for (int64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16, quiet = (bits >> 16) | 0x40;
        out[i] = (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? quiet : rounded);
    }
}

typedef struct running {
    matmul *m;
    const weight_pack *pack;
    const float *x;
    float *y;
    int64_t rows;
    bool add;
    product *(*products)[BUCKETS]; /* [2] for whole slices and the last */
} running;

static void run_job(void *arg, int64_t job, int thread) {
    const running *r = arg;
    matmul *m = r->m;
    const weight_pack *pack = r->pack;
    int64_t slice = job % pack->slices, in = pack->of.in, out = pack->of.out;
    piece part = piece_at(r->rows, job / pack->slices);
    int64_t size = buckets[part.bucket];
    const product *p = r->products[slice + 1 == pack->slices][part.bucket];
    unsigned char *scratch = scratch_of(m, thread);
    const float *x = r->x + part.from * in;
    float *y = r->y + part.from * out + slice * SLICE;
    const void *src = x;
    if (pack->of.type == CAIRN_BF16) {
        round_rows(x, part.rows * in, (uint16_t *)scratch);
        memset((uint16_t *)scratch + part.rows * in, 0, (size_t)((size - part.rows) * in) * 2);
        src = scratch;
        scratch += lines((size_t)(size * in) * 2);
    } else if (part.rows < size) {
        memcpy(scratch, x, (size_t)(part.rows * in) * sizeof *x);
        memset((float *)scratch + part.rows * in, 0, (size_t)((size - part.rows) * in) * sizeof *x);
        src = scratch;
        scratch += lines((size_t)(size * in) * sizeof *x);
    }
    if (part.rows == size) {
        execute(m, p, thread, src, slice_at(pack, slice), y, scratch);
        return;
    }
    float *padded = (float *)scratch;
    size_t width = (size_t)slice_width(pack, slice) * sizeof *y;
    for (int64_t i = 0; r->add && i < size; i++) {
        if (i < part.rows)
            memcpy(padded + i * out, y + i * out, width);
        else
            memset(padded + i * out, 0, width);
    }
    execute(m, p, thread, src, slice_at(pack, slice), padded, scratch + lines((size_t)(size * out) * sizeof *y));
    for (int64_t i = 0; i < part.rows; i++) memcpy(y + i * out, padded + i * out, width);
}

/* The products of a bucket: of whole slices and of the last. *most: grows to the scratch that oneDNN wants for them. */
static cairn_status need_products(matmul *m, const weight_pack *pack, int bucket, bool add,
                                  product *products[2][BUCKETS], size_t *most) {
    for (int last = 0; last < 2; last++) {
        int64_t slice = last ? pack->slices - 1 : 0;
        if (products[last][bucket]) continue;
        product wanted = {.m = buckets[bucket],
                          .n = slice_width(pack, slice),
                          .k = pack->of.in,
                          .lda = pack->of.in,
                          .ldc = pack->of.out,
                          .type = type_of(m, pack->of.type),
                          .add = add};
        CAIRN_TRY(find_product(m, wanted, pack->shape[slice], &products[last][bucket]));
        size_t bytes = products[last][bucket]->scratch_bytes;
        *most = bytes > *most ? bytes : *most;
    }
    return CAIRN_OK;
}

cairn_status matmul_run(matmul *m, const weight_pack *pack, const float *x, int64_t rows, float *y, bool add) {
    if (rows == 0) return CAIRN_OK;
    if (pack->by_panels) {
        if (!m->rehearsing) panels_run(m->pool, m->floats, &pack->of, slice_at(pack, 0), x, rows, y, add);
        return CAIRN_OK;
    }
    int64_t pieces = piece_count(rows);
    product *products[2][BUCKETS] = {{NULL}};
    size_t most = 0;
    for (int b = 0; m->rehearsing && b < BUCKETS; b++) CAIRN_TRY(need_products(m, pack, b, add, products, &most));
    for (int64_t i = 0; i < pieces; i = i < rows / buckets[0] ? rows / buckets[0] : i + 1)
        /* whole blocks are alike; those behind them are few */
        CAIRN_TRY(need_products(m, pack, piece_at(rows, i).bucket, add, products, &most));
    size_t block = (size_t)buckets[0], pad = (size_t)buckets[BUCKETS - 1];
    CAIRN_TRY(
        need_scratch(m, lines(block * (size_t)pack->of.in * 4) + lines(pad * (size_t)pack->of.out * 4) + lines(most)));
    if (m->rehearsing) return CAIRN_OK;
    running r = {m, pack, x, y, rows, add, products};
    cairn_pool_run(m->pool, run_job, &r, pieces * pack->slices);
    return CAIRN_OK;
}

/* ---- dw += dy^T x -------------------------------------------------------------------------------------------------------- */

typedef struct summing {
    matmul *m;
    const void *dy, *x;  /* [rows, n], [rows, k] float or bf16 */
    const void *tail[2]; /* the last rows, padded to 4 */
    int64_t rows, n, k;
    size_t bytes; /* of a number */
    float *dw;
    product *products[2][4]; /* [whole or last slice][rows: gradient_rows; the last for the tail too] */
} summing;

static const int64_t gradient_rows[] = {GRADIENT_ROWS, 64, 16, 4};

static void sum_job(void *arg, int64_t slice, int thread) {
    const summing *s = arg;
    int64_t first = slice * GRADIENT_SLICE, from = 0;
    bool last = first + GRADIENT_SLICE >= s->n;
    float *dw = s->dw + first * s->k;
    unsigned char *scratch = scratch_of(s->m, thread);
    for (int i = 0; i < 4; i++)
        for (; s->rows - from >= gradient_rows[i]; from += gradient_rows[i])
            execute(s->m, s->products[last][i], thread, (const char *)s->dy + (size_t)(from * s->n + first) * s->bytes,
                    (const char *)s->x + (size_t)(from * s->k) * s->bytes, dw, scratch);
    if (from < s->rows)
        execute(s->m, s->products[last][3], thread, (const char *)s->tail[0] + (size_t)first * s->bytes, s->tail[1], dw,
                scratch);
}

typedef struct rounding {
    const float *x;
    uint16_t *out;
    int64_t count;
} rounding;

static void round_job(void *arg, int64_t block, int thread) {
    (void)thread;
    const rounding *r = arg;
    int64_t from = block * 16384, left = r->count - from;
    round_rows(r->x + from, left < 16384 ? left : 16384, r->out + from);
}

/* The operands in the product's type, and the last rows % 4 of them padded with zeros to 4. */
static cairn_status prepare_operand(matmul *m, int which, const float *x, int64_t rows, int64_t n, bool bf16,
                                    const void **out, const void **tail) {
    int64_t whole = rows / 4 * 4;
    if (bf16) {
        CAIRN_TRY(
            cairn_room(m->ctx, (void **)&m->rounded[which], &m->rounded_capacity[which], (size_t)((rows + 4) * n), 2));
        if (m->rehearsing) return CAIRN_OK;
        rounding r = {x, m->rounded[which], rows * n};
        cairn_pool_run(m->pool, round_job, &r, (r.count + 16383) / 16384);
        memset(m->rounded[which] + rows * n, 0, (size_t)(4 * n) * 2);
        *out = m->rounded[which];
        *tail = m->rounded[which] + whole * n;
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_room(m->ctx, (void **)&m->padded[which], &m->padded_capacity[which], (size_t)(4 * n), sizeof *x));
    if (m->rehearsing) return CAIRN_OK;
    memset(m->padded[which], 0, (size_t)(4 * n) * sizeof *x);
    memcpy(m->padded[which], x + whole * n, (size_t)((rows - whole) * n) * sizeof *x);
    *out = x;
    *tail = m->padded[which];
    return CAIRN_OK;
}

cairn_status matmul_gradient(matmul *m, const float *dy, const float *x, int64_t rows, int64_t n, int64_t k,
                             cairn_dtype type, float *dw) {
    summing s = {.m = m, .rows = rows, .n = n, .k = k, .dw = dw};
    dnnl_data_type_t t = type_of(m, type);
    size_t most = 0;
    s.bytes = t == dnnl_bf16 ? 2 : 4;
    if (rows == 0) return CAIRN_OK;
    CAIRN_TRY(prepare_operand(m, 0, dy, rows, n, t == dnnl_bf16, &s.dy, &s.tail[0]));
    CAIRN_TRY(prepare_operand(m, 1, x, rows, k, t == dnnl_bf16, &s.x, &s.tail[1]));
    int64_t slices = (n + GRADIENT_SLICE - 1) / GRADIENT_SLICE;
    for (int last = slices == 1; last < 2; last++)
        for (int i = 0; i < 4; i++) {
            product wanted = {.m = last ? n - (slices - 1) * GRADIENT_SLICE : GRADIENT_SLICE,
                              .n = k,
                              .k = gradient_rows[i],
                              .lda = n,
                              .ldc = k,
                              .type = t,
                              .add = true,
                              .turned = true};
            CAIRN_TRY(find_product(m, wanted, NULL, &s.products[last][i]));
            if (s.products[last][i]->scratch_bytes > most) most = s.products[last][i]->scratch_bytes;
        }
    CAIRN_TRY(need_scratch(m, most));
    if (m->rehearsing) return CAIRN_OK;
    cairn_pool_run(m->pool, sum_job, &s, slices);
    return CAIRN_OK;
}
