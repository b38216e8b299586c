/* The bootstrap of figures of sums over groups. */
#include <math.h>

#include "stat/bootstrap.h"

enum {
    BLOCK = 16,      /* resamples that a thread takes at once */
    CHUNK = 512,     /* groups drawn before they are added */
    MOST = 10000,    /* tallies of a group, figures */
    SMALL = 1000000, /* tallies to be added, up to which one thread is faster */
    APART = 16       /* doubles between the rooms of two threads */
};

typedef struct job {
    cairn_ctx *ctx;
    const double *sides[2]; /* [groups][width]; the second is NULL without a pair */
    const size_t *sizes;    /* [strata] */
    size_t strata, width, k;
    cairn_figures_fn figures;
    const void *arg;
    uint64_t seed;
    int32_t resamples;
    double *values; /* [k][resamples] */
    double *room;   /* [threads][room_of] */
} job;

/* Doubles of one thread; those of two never share a cache line. */
static size_t room_of(const job *j) {
    return 2 * (j->strata * j->width + j->k) + APART;
}

/* Adds the rows group[n] of tallies[][width] to sums[width], four columns at a time: their sums stay in registers. */
static void add_rows(const double *tallies, const uint32_t *group, size_t n, size_t width, double *sums) {
    size_t w = 0;
    for (; w + 4 <= width; w += 4) {
        double a = sums[w], b = sums[w + 1], c = sums[w + 2], d = sums[w + 3];
        for (size_t i = 0; i < n; i++) {
            const double *row = tallies + group[i] * width + w;
            a += row[0], b += row[1], c += row[2], d += row[3];
        }
        sums[w] = a, sums[w + 1] = b, sums[w + 2] = c, sums[w + 3] = d;
    }
    for (; w < width; w++)
        for (size_t i = 0; i < n; i++) sums[w] += tallies[group[i] * width + w];
}

/* Adds group after group to sums[2][strata][width]. `rng` NULL: each group once. */
static void add_groups(const job *j, cairn_rng *rng, double *sums) {
    uint32_t group[CHUNK];
    size_t side = j->strata * j->width, first = 0;
    for (size_t i = 0; i < 2 * side; i++) sums[i] = 0.0;
    for (size_t s = 0; s < j->strata; s++) {
        uint32_t size = (uint32_t)j->sizes[s];
        for (size_t done = 0, n; done < size; done += n) {
            n = size - done < CHUNK ? size - done : CHUNK;
            for (size_t i = 0; i < n; i++) group[i] = rng ? cairn_rng_below(rng, size) : (uint32_t)(done + i);
            for (int of = 0; of < 2 && j->sides[of]; of++)
                add_rows(j->sides[of] + first * j->width, group, n, j->width, sums + (size_t)of * side + s * j->width);
        }
        first += size;
    }
}

/* out[k]: the figures, or their differences b - a. */
static void measure(const job *j, cairn_rng *rng, double *room, double *out) {
    size_t side = j->strata * j->width;
    double *figures = room + 2 * side;
    add_groups(j, rng, room);
    j->figures(j->arg, room, out);
    if (!j->sides[1]) return;
    j->figures(j->arg, room + side, figures);
    for (size_t f = 0; f < j->k; f++) out[f] = figures[f] - out[f];
}

/* Resample r is drawn as cairn_stat_bootstrap_strata draws it. */
static void resample_block(void *arg, int64_t block, int thread) {
    const job *j = arg;
    double *room = j->room + (size_t)thread * room_of(j), *now = room + room_of(j) - APART - j->k;
    int64_t first = block * BLOCK, end = first + BLOCK < j->resamples ? first + BLOCK : j->resamples;
    for (int64_t r = first; r < end && !cairn_cancelled(j->ctx); r++) {
        cairn_rng rng = cairn_rng_open(j->seed, cairn_key("bootstrap", 9), 0, CAIRN_VERB_EVAL, 0, (uint32_t)r);
        measure(j, &rng, room, now);
        for (size_t f = 0; f < j->k; f++) j->values[f * (size_t)j->resamples + (size_t)r] = now[f];
    }
}

/* values[how->resamples], into the bounds of *out. */
static void summarise(double *values, const cairn_bootstrap *how, cairn_interval *out) {
    size_t kept = 0;
    for (int32_t r = 0; r < how->resamples; r++)
        if (!isnan(values[r])) values[kept++] = values[r];
    bootstrap_bounds(values, kept, how, out);
}

static cairn_status check(cairn_ctx *ctx, const job *j, const cairn_bootstrap *how, size_t *groups) {
    if (j->width < 1 || j->width > MOST || j->k < 1 || j->k > MOST)
        return cairn_fail(ctx, CAIRN_INVALID, "bootstrap: %zu tallies and %zu figures, expected 1 to %d", j->width,
                          j->k, MOST);
    CAIRN_TRY(bootstrap_check(ctx, j->sizes, j->strata, "groups", how, groups));
    for (int side = 0; side < 2 && j->sides[side]; side++)
        for (size_t i = 0; i < *groups * j->width; i++)
            if (!isfinite(j->sides[side][i]))
                return cairn_fail(ctx, CAIRN_INVALID, "bootstrap: tally %zu of group %zu is not finite", i % j->width,
                                  i / j->width);
    return CAIRN_OK;
}

static cairn_status resample(cairn_ctx *ctx, job *j, cairn_pool *pool, const cairn_bootstrap *how,
                             cairn_interval *out) {
    measure(j, NULL, j->room, j->values); /* values of resamples are written afterwards */
    for (size_t f = 0; f < j->k; f++) out[f] = (cairn_interval){.estimate = j->values[f], .low = NAN, .high = NAN};
    int64_t blocks = (j->resamples + BLOCK - 1) / BLOCK;
    if (pool)
        cairn_pool_run(pool, resample_block, j, blocks);
    else
        for (int64_t block = 0; block < blocks; block++) resample_block(j, block, 0);
    if (cairn_cancelled(ctx)) return cairn_fail(ctx, CAIRN_CANCELLED, "interrupted");
    size_t resamples = (size_t)j->resamples;
    for (size_t f = 0; f < j->k; f++)
        if (!isnan(out[f].estimate)) summarise(j->values + f * resamples, how, &out[f]);
    return CAIRN_OK;
}

/* NULL where the system refuses threads: one does it all then. */
static cairn_pool *open_pool(cairn_ctx *ctx) {
    cairn_pool *pool = NULL;
    return cairn_pool_open(ctx, 0, &pool) == CAIRN_OK ? pool : NULL;
}

static cairn_status run(cairn_ctx *ctx, job *j, const cairn_bootstrap *how, cairn_interval *out) {
    size_t groups = 0;
    cairn_pool *pool = NULL;
    CAIRN_TRY(check(ctx, j, how, &groups));
    j->resamples = how->resamples;
    j->seed = how->seed;
    if ((double)groups * (double)j->width * how->resamples > SMALL) pool = open_pool(ctx);
    j->room = cairn_alloc(ctx, (size_t)(pool ? cairn_pool_threads(pool) : 1) * room_of(j), sizeof *j->room);
    j->values = cairn_alloc(ctx, j->k * (size_t)how->resamples, sizeof *j->values);
    cairn_status status = j->room && j->values ? CAIRN_OK : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) status = resample(ctx, j, pool, how, out);
    cairn_pool_close(pool);
    cairn_free(j->room);
    cairn_free(j->values);
    return status;
}

cairn_status cairn_stat_bootstrap_sums(cairn_ctx *ctx, const double *tallies, const size_t *sizes, size_t strata,
                                       size_t width, cairn_figures_fn figures, size_t k, const void *arg,
                                       const cairn_bootstrap *how, cairn_interval *out) {
    job j = {ctx, {tallies, NULL}, sizes, strata, width, k, figures, arg, 0, 0, NULL, NULL};
    return run(ctx, &j, how, out);
}

cairn_status cairn_stat_bootstrap_sums_paired(cairn_ctx *ctx, const double *a, const double *b, const size_t *sizes,
                                              size_t strata, size_t width, cairn_figures_fn figures, size_t k,
                                              const void *arg, const cairn_bootstrap *how, cairn_interval *out) {
    job j = {ctx, {a, b}, sizes, strata, width, k, figures, arg, 0, 0, NULL, NULL};
    return run(ctx, &j, how, out);
}
