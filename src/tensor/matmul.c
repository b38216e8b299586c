#include "tensor/matmul.h"

enum {
    CHUNK = 512,     /* rows of x that are packed at a time */
    PACK_PANELS = 4, /* of w that are packed together */
    PART_PANELS = 16 /* of a job at most */
};

struct matmul {
    cairn_ctx *ctx;
    cairn_pool *pool;
    const product_kernels *kernels;
    bool pairs, rehearsing;
    unsigned char *scratch[2]; /* rows; panels of a gradient */
    size_t scratch_bytes[2];
};

struct weight_pack {
    packed_shape of;
    void *block;
    size_t bytes;
};

enum { ALIGNMENT = 64 };

static void *aligned(void *block) {
    return (unsigned char *)block + (-(uintptr_t)block & (ALIGNMENT - 1));
}

cairn_status matmul_open(cairn_ctx *ctx, cairn_pool *pool, const kernels *floats, bool portable, matmul **out) {
    matmul *m = cairn_alloc(ctx, 1, sizeof *m);
    if (!m) return CAIRN_NO_MEMORY;
    *m = (matmul){.ctx = ctx, .pool = pool, .kernels = &floats->product, .pairs = floats->product.pairs && !portable};
    *out = m;
    return CAIRN_OK;
}

void matmul_close(matmul *m) {
    if (!m) return;
    for (int i = 0; i < 2; i++) cairn_free(m->scratch[i]);
    cairn_free(m);
}

bool matmul_has_pairs(const matmul *m) {
    return m->pairs;
}

void matmul_rehearse(matmul *m, bool rehearse) {
    m->rehearsing = rehearse;
}

size_t matmul_scratch(const matmul *m) {
    return m->scratch_bytes[0] + m->scratch_bytes[1];
}

static cairn_status need_scratch(matmul *m, int which, int64_t words, void **out) {
    CAIRN_TRY(cairn_room(m->ctx, (void **)&m->scratch[which], &m->scratch_bytes[which],
                         (size_t)words * sizeof(float) + ALIGNMENT, 1));
    *out = aligned(m->scratch[which]);
    return CAIRN_OK;
}

/* ---- packed weights ---------------------------------------------------------------------------------------------------------- */

typedef struct packing {
    const product_kernels *kernels;
    const packed_shape *of;
    const float *w;
    int64_t row, step; /* number (i, column) of w at w[i * row + column * step] */
    uint32_t *out;
} packing;

static void pack_job(void *arg, int64_t job, int thread) {
    (void)thread;
    const packing *p = arg;
    const int64_t count = panel_count(p->of), from = job * PACK_PANELS, to = from + PACK_PANELS;
    p->kernels->pack_panels(p->of, p->w, p->row, p->step, from, to < count ? to : count, p->out);
}

static void pack_all(cairn_pool *pool, packing *p) {
    cairn_pool_run(pool, pack_job, p, (panel_count(p->of) + PACK_PANELS - 1) / PACK_PANELS);
}

cairn_status matmul_pack(matmul *m, const float *w, int64_t n, int64_t k, cairn_dtype type, bool turned,
                         weight_pack **pack) {
    weight_pack *p = *pack;
    if (!p) {
        p = cairn_alloc(m->ctx, 1, sizeof *p);
        if (!p) return CAIRN_NO_MEMORY;
        p->of = (packed_shape){.depth = turned ? n : k, .columns = turned ? k : n, .type = type};
        p->bytes = (size_t)(panel_count(&p->of) * panel_words(&p->of)) * sizeof(uint32_t) + ALIGNMENT;
        p->block = cairn_pages(m->ctx, p->bytes);
        if (!p->block) {
            cairn_free(p);
            return CAIRN_NO_MEMORY;
        }
        cairn_pages_huge(p->block, p->bytes);
        *pack = p;
    }
    if (m->rehearsing) return CAIRN_OK;
    packing job = {m->kernels, &p->of, w, turned ? k : 1, turned ? 1 : k, aligned(p->block)};
    pack_all(m->pool, &job);
    return CAIRN_OK;
}

void matmul_unpack(weight_pack *pack) {
    if (!pack) return;
    cairn_pages_free(pack->block, pack->bytes);
    cairn_free(pack);
}

size_t matmul_pack_bytes(const weight_pack *pack) {
    return pack ? pack->bytes : 0;
}

/* ---- one product --------------------------------------------------------------------------------------------------------------- */

typedef struct product {
    const product_kernels *kernels;
    product_part all;  /* of all rows */
    const float *from; /* x before it is packed */
    int64_t row;
    bool turned;
    float *packed;
    int64_t parts, shares; /* jobs: parts of the rows by shares of the panels, */
    int64_t share;         /* so many panels each */
} product;

/* Part number `part` of the rows. */
static product_part part_of(const product *p, int64_t part, int64_t *first) {
    product_part a = p->all;
    *first = a.rows * part / p->parts;
    a.rows = a.rows * (part + 1) / p->parts - *first;
    a.x = p->packed + block_at(numbers_of(a.of.depth, a.pairs), *first, 0, 0);
    a.y += *first * a.of.columns;
    return a;
}

static void rows_job(void *arg, int64_t part, int thread) {
    (void)thread;
    const product *p = arg;
    int64_t first;
    product_part a = part_of(p, part, &first);
    p->kernels->pack_rows(&a, p->from + first * (p->turned ? 1 : p->row), p->row, p->turned, (float *)a.x);
}

static void multiply_job(void *arg, int64_t job, int thread) {
    (void)thread;
    const product *p = arg;
    const int64_t panels = panel_count(&p->all.of), from = job % p->shares * p->share, to = from + p->share;
    int64_t first;
    product_part a = part_of(p, job / p->shares, &first);
    p->kernels->multiply(&a, from, to < panels ? to : panels);
}

/* Packs the rows and multiplies them: number i of row r is at from[r * row + i], or with `turned` at from[i * row + r].
 */
static void run(matmul *m, product_part all, const float *from, int64_t row, bool turned, float *packed) {
    product p = {.kernels = m->kernels, .all = all, .from = from, .row = row, .turned = turned, .packed = packed};
    const int64_t panels = panel_count(&all.of);
    p.parts = (all.rows + PART_ROWS - 1) / PART_ROWS;
    p.share = (panels * p.parts / (4 * cairn_pool_threads(m->pool)) + 3) / 4 * 4; /* four jobs a thread */
    p.share = p.share < 4 ? 4 : p.share > PART_PANELS ? PART_PANELS : p.share;
    p.shares = (panels + p.share - 1) / p.share;
    cairn_pool_run(m->pool, rows_job, &p, p.parts);
    cairn_pool_run(m->pool, multiply_job, &p, p.parts * p.shares);
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

cairn_status matmul_run(matmul *m, const weight_pack *pack, const float *x, int64_t rows, float *y, bool add) {
    product_part all = {
        .w = aligned(pack->block), .of = pack->of, .pairs = m->pairs && pack->of.type == CAIRN_BF16, .add = add};
    const int64_t depth = all.of.depth;
    void *packed;
    if (rows == 0) return CAIRN_OK;
    CAIRN_TRY(need_scratch(m, 0, block_at(numbers_of(depth, all.pairs), smaller(rows, CHUNK), 0, 0), &packed));
    for (int64_t at = 0; at < rows && !m->rehearsing; at += CHUNK) {
        all.y = y + at * all.of.columns;
        all.rows = smaller(rows - at, CHUNK);
        run(m, all, x + at * depth, depth, false, packed);
    }
    return CAIRN_OK;
}

/* Rows of x become the panels, columns of dy the rows. */
cairn_status matmul_gradient(matmul *m, const float *dy, const float *x, int64_t rows, int64_t n, int64_t k,
                             cairn_dtype type, float *dw) {
    const bool pairs = m->pairs && type == CAIRN_BF16;
    packed_shape of = {.depth = smaller(rows, CHUNK), .columns = k, .type = pairs ? CAIRN_BF16 : CAIRN_F32};
    void *packed, *block;
    if (rows == 0) return CAIRN_OK;
    CAIRN_TRY(need_scratch(m, 0, block_at(numbers_of(of.depth, pairs), n, 0, 0), &packed));
    CAIRN_TRY(need_scratch(m, 1, panel_count(&of) * panel_words(&of), &block));
    for (int64_t at = 0; at < rows && !m->rehearsing; at += CHUNK) {
        of.depth = smaller(rows - at, CHUNK);
        pack_all(m->pool, &(packing){m->kernels, &of, x + at * k, k, 1, block});
        run(m, (product_part){.w = block, .y = dw, .of = of, .rows = n, .pairs = pairs, .add = true}, dy + at * n, n,
            true, packed);
    }
    return CAIRN_OK;
}
