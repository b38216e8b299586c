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
    const float *from; /* x before it is packed: */
    int64_t row;       /* number i of row r at from[r * row + i], */
    bool turned;       /* or at from[i * row + r] */
    float *packed;
    int64_t parts, shares; /* of the rows; of the panels */
    int64_t panels, share; /* panels of all; of a share */
} product;

/* Part number `part` of the rows. */
static product_part part_of(const product *p, int64_t part, int64_t *first) {
    product_part a = p->all;
    *first = a.rows * part / p->parts;
    a.rows = a.rows * (part + 1) / p->parts - *first;
    a.x = p->packed + block_at(a.numbers, *first, 0, 0);
    a.y += *first * a.columns;
    return a;
}

static void rows_job(void *arg, int64_t part, int thread) {
    (void)thread;
    const product *p = arg;
    int64_t first;
    product_part a = part_of(p, part, &first);
    p->kernels->pack_rows(&a, p->from + first * (p->turned ? 1 : p->row), p->row, p->turned,
                          p->packed + block_at(a.numbers, first, 0, 0));
}

static void multiply_job(void *arg, int64_t job, int thread) {
    (void)thread;
    const product *p = arg;
    int64_t first, from = job % p->shares * p->share, to = from + p->share;
    product_part a = part_of(p, job / p->shares, &first);
    p->kernels->multiply(&a, from, to < p->panels ? to : p->panels);
}

/* Packs the rows and multiplies them. */
static void run(matmul *m, product *p) {
    const int threads = cairn_pool_threads(m->pool);
    p->parts = (p->all.rows + PART_ROWS - 1) / PART_ROWS;
    p->panels = (p->all.columns + PANEL - 1) / PANEL;
    p->share = (p->panels * p->parts / (4 * threads) + 3) / 4 * 4; /* four jobs a thread */
    p->share = p->share < 4 ? 4 : p->share > PART_PANELS ? PART_PANELS : p->share;
    p->shares = (p->panels + p->share - 1) / p->share;
    cairn_pool_run(m->pool, rows_job, p, p->parts);
    cairn_pool_run(m->pool, multiply_job, p, p->parts * p->shares);
}

/* What a row of `depth` numbers has in memory. */
static int64_t numbers_of(int64_t depth, bool pairs) {
    return pairs ? (depth + 1) / 2 : depth;
}

cairn_status matmul_run(matmul *m, const weight_pack *pack, const float *x, int64_t rows, float *y, bool add) {
    const packed_shape *w = &pack->of;
    const bool pairs = m->pairs && w->type == CAIRN_BF16;
    const int64_t numbers = numbers_of(w->depth, pairs), most = rows > CHUNK ? CHUNK : rows;
    void *packed;
    if (rows == 0) return CAIRN_OK;
    CAIRN_TRY(need_scratch(m, 0, block_at(numbers, most, 0, 0), &packed));
    for (int64_t at = 0; at < rows && !m->rehearsing; at += CHUNK) {
        product p = {.kernels = m->kernels,
                     .all = {.w = aligned(pack->block),
                             .y = y + at * w->columns,
                             .rows = rows - at < CHUNK ? rows - at : CHUNK,
                             .columns = w->columns,
                             .depth = w->depth,
                             .numbers = numbers,
                             .panel = panel_words(w),
                             .type = w->type,
                             .pairs = pairs,
                             .add = add},
                     .from = x + at * w->depth,
                     .row = w->depth,
                     .packed = packed};
        run(m, &p);
    }
    return CAIRN_OK;
}

/* Rows of x become the panels, columns of dy the rows. */
cairn_status matmul_gradient(matmul *m, const float *dy, const float *x, int64_t rows, int64_t n, int64_t k,
                             cairn_dtype type, float *dw) {
    const bool pairs = m->pairs && type == CAIRN_BF16;
    void *packed, *block;
    if (rows == 0) return CAIRN_OK;
    packed_shape w = {.depth = rows > CHUNK ? CHUNK : rows, .columns = k, .type = pairs ? CAIRN_BF16 : CAIRN_F32};
    CAIRN_TRY(need_scratch(m, 0, block_at(numbers_of(w.depth, pairs), n, 0, 0), &packed));
    CAIRN_TRY(need_scratch(m, 1, panel_count(&w) * panel_words(&w), &block));
    for (int64_t at = 0; at < rows && !m->rehearsing; at += CHUNK) {
        w.depth = rows - at < CHUNK ? rows - at : CHUNK;
        packing job = {m->kernels, &w, x + at * k, k, 1, block};
        pack_all(m->pool, &job);
        product p = {.kernels = m->kernels,
                     .all = {.w = block,
                             .y = dw,
                             .rows = n,
                             .columns = k,
                             .depth = w.depth,
                             .numbers = numbers_of(w.depth, pairs),
                             .panel = panel_words(&w),
                             .type = w.type,
                             .pairs = pairs,
                             .add = true},
                     .from = dy + at * n,
                     .row = n,
                     .turned = true,
                     .packed = packed};
        run(m, &p);
    }
    return CAIRN_OK;
}
