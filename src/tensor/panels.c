#include "tensor/panels.h"

#include <string.h>

enum {
    JOB_PANELS = 4, /* that one job owns, */
    JOB_ROWS = 128  /* and by how many rows of x at most */
};

static int64_t panel_count(const panels *p) {
    return (p->out + PANEL_COLUMNS - 1) / PANEL_COLUMNS;
}

/* Words of a row of a panel. */
static int64_t row_words(const panels *p) {
    return p->type == CAIRN_BF16 ? PANEL_WORDS : PANEL_COLUMNS;
}

size_t panels_bytes(const panels *p) {
    return (size_t)(panel_count(p) * p->in * row_words(p)) * sizeof(uint32_t);
}

/* ---- packing ---------------------------------------------------------------------------------------------------------- */

typedef struct filling {
    const panels *p;
    uint32_t *words;
    const float *w;
    bool turned;
} filling;

/* Beyond the last column, zeros. */
static float number(const filling *f, int64_t row, int64_t column) {
    if (column >= f->p->out) return 0;
    return f->w[f->turned ? row * f->p->out + column : column * f->p->in + row];
}

static void fill_job(void *arg, int64_t panel, int thread) {
    (void)thread;
    const filling *f = arg;
    const int64_t first = panel * PANEL_COLUMNS, width = row_words(f->p);
    uint32_t *words = f->words + panel * f->p->in * width;
    for (int64_t i = 0; i < f->p->in; i++, words += width)
        for (int64_t l = 0; l < width; l++) {
            const float low = number(f, i, first + l);
            if (f->p->type == CAIRN_F32)
                memcpy(&words[l], &low, sizeof low);
            else
                words[l] = cairn_bf16_round(low) | (uint32_t)cairn_bf16_round(number(f, i, first + PANEL_WORDS + l))
                                                       << 16;
        }
}

void panels_fill(cairn_pool *pool, const panels *p, uint32_t *words, const float *w, bool turned) {
    filling f = {p, words, w, turned};
    cairn_pool_run(pool, fill_job, &f, panel_count(p));
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

void panels_run(cairn_pool *pool, const kernels *k, const panels *p, const uint32_t *words, const float *x,
                int64_t rows, float *y, bool add) {
    multiplying r = {
        .args = {.x = {x, words}, .y = {y}, .add = {add}, .n = p->out, .m = rows, .i = {p->in}, .kind = (int)p->type},
        .work = k->matmul_panels,
        .panels = panel_count(p),
        .shares = (panel_count(p) + JOB_PANELS - 1) / JOB_PANELS,
        .blocks = (rows + JOB_ROWS - 1) / JOB_ROWS};
    cairn_pool_run(pool, run_job, &r, r.shares * r.blocks);
}
