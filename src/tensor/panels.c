#include "tensor/panels.h"

enum {
    JOB_PANELS = 4, /* that one job owns, */
    JOB_ROWS = 128  /* and by how many rows of x at most */
};

static int64_t panel_count(int64_t out) {
    return (out + PANEL_COLUMNS - 1) / PANEL_COLUMNS;
}

size_t panels_bytes(int64_t in, int64_t out) {
    return (size_t)(panel_count(out) * in) * PANEL_WORDS * sizeof(uint32_t);
}

/* ---- packing ---------------------------------------------------------------------------------------------------------- */

typedef struct filling {
    uint32_t *words;
    const float *w;
    int64_t in, out;
    bool turned;
} filling;

/* Column `column` of w, rounded; beyond the last, zeros. */
static uint32_t rounded(const filling *f, int64_t row, int64_t column) {
    if (column >= f->out) return 0;
    return cairn_bf16_round(f->w[f->turned ? row * f->out + column : column * f->in + row]);
}

static void fill_job(void *arg, int64_t panel, int thread) {
    (void)thread;
    const filling *f = arg;
    uint32_t *words = f->words + panel * f->in * PANEL_WORDS;
    const int64_t first = panel * PANEL_COLUMNS;
    for (int64_t i = 0; i < f->in; i++)
        for (int64_t l = 0; l < PANEL_WORDS; l++)
            words[i * PANEL_WORDS + l] = rounded(f, i, first + l) | rounded(f, i, first + PANEL_WORDS + l) << 16;
}

void panels_fill(cairn_pool *pool, uint32_t *words, const float *w, int64_t in, int64_t out, bool turned) {
    filling f = {words, w, in, out, turned};
    cairn_pool_run(pool, fill_job, &f, panel_count(out));
}

/* ---- y = x w ------------------------------------------------------------------------------------------------------------ */

typedef struct multiplying {
    kernel_args args; /* of all rows */
    kernel work;
    int64_t panels, shares, blocks;
} multiplying;

static void run_job(void *arg, int64_t job, int thread) {
    (void)thread;
    const multiplying *r = arg;
    kernel_args a = r->args;
    int64_t share = job % r->shares, block = job / r->shares, to = (share + 1) * JOB_PANELS;
    int64_t first = r->args.m * block / r->blocks;
    a.m = r->args.m * (block + 1) / r->blocks - first;
    a.x[0] = (const float *)a.x[0] + first * a.i[0];
    a.y[0] = (float *)a.y[0] + first * a.n;
    r->work(&a, share * JOB_PANELS, to < r->panels ? to : r->panels, NULL);
}

void panels_run(cairn_pool *pool, const kernels *k, const uint32_t *words, int64_t in, int64_t out, const float *x,
                int64_t rows, float *y, bool add) {
    multiplying r = {.args = {.x = {x, words}, .y = {y}, .add = {add}, .n = out, .m = rows, .i = {in}},
                     .work = k->matmul_panels,
                     .panels = panel_count(out),
                     .shares = (panel_count(out) + JOB_PANELS - 1) / JOB_PANELS,
                     .blocks = (rows + JOB_ROWS - 1) / JOB_ROWS};
    cairn_pool_run(pool, run_job, &r, r.shares * r.blocks);
}
