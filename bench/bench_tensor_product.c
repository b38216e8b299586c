/* Products of matrices beside what the processor can do: for every kernel that it has and for usual shapes, operations a second and their
 * share of a loop that only multiplies and adds in registers; with one row, bytes of weights a second and their share of a loop that only
 * reads. Peak, reading and products take turns; medians.
 *
 *     bench_tensor_product [runs [threads]] */
#include <math.h>
#include <string.h>

#include "bench.h"
#include "tensor/matmul.h"

/* ---- what the processor can do ------------------------------------------------------------------------------------------------ */

/* A loop of `count` rounds that multiplies and adds in registers only, in chains enough to hide the latency of the instruction. */
typedef struct processor_loop {
    double operations; /* of a round */
    void (*run)(int64_t count);
} processor_loop;

static void loop_plain(int64_t count) {
    float sums[64] = {0};
    for (int64_t i = 0; i < count; i++)
        for (int l = 0; l < 64; l++) sums[l] = sums[l] * 0.5f + 1.0f;
    __asm__ volatile("" ::"m"(sums));
}
static const processor_loop plain = {64 * 2, loop_plain};

#if defined(__x86_64__)
#define TWELVE(STEP)                                                                                      \
    for (int64_t i = 0; i < count; i++) {                                                                 \
        STEP(0) STEP(1) STEP(2) STEP(3) STEP(4) STEP(5) STEP(6) STEP(7) STEP(8) STEP(9) STEP(10) STEP(11) \
    }

#define OF_AVX2(n) __asm__ volatile("vfmadd213ps %%ymm14, %%ymm13, %%ymm" #n ::: "xmm" #n);
__attribute__((target("avx2,fma"))) static void loop_avx2(int64_t count) {
    __asm__ volatile("vxorps %%ymm13, %%ymm13, %%ymm13\n vxorps %%ymm14, %%ymm14, %%ymm14" ::: "xmm13", "xmm14");
    TWELVE(OF_AVX2)
}
static const processor_loop avx2 = {12 * 8 * 2, loop_avx2};

#define OF_AVX512(n) __asm__ volatile("vfmadd213ps %%zmm14, %%zmm13, %%zmm" #n ::: "xmm" #n);
__attribute__((target("avx512f"))) static void loop_avx512(int64_t count) {
    __asm__ volatile("vpxord %%zmm13, %%zmm13, %%zmm13\n vpxord %%zmm14, %%zmm14, %%zmm14" ::: "xmm13", "xmm14");
    TWELVE(OF_AVX512)
}
static const processor_loop avx512 = {12 * 16 * 2, loop_avx512};

#define OF_PAIRS(n) __asm__ volatile("vdpbf16ps %%zmm14, %%zmm13, %%zmm" #n ::: "xmm" #n);
__attribute__((target("avx512bf16"))) static void loop_pairs(int64_t count) {
    __asm__ volatile("vpxord %%zmm13, %%zmm13, %%zmm13\n vpxord %%zmm14, %%zmm14, %%zmm14" ::: "xmm13", "xmm14");
    TWELVE(OF_PAIRS)
}
static const processor_loop avx512_pairs = {12 * 32 * 2, loop_pairs};
#endif

typedef struct peak_job {
    const processor_loop *loop;
    int64_t count;
} peak_job;

static void peak_block(void *arg, int64_t block, int thread) {
    (void)block, (void)thread;
    const peak_job *job = arg;
    job->loop->run(job->count);
}

/* Of one thread processor time, which a busy machine disturbs little; of several the wall clock, which tells when one waits for another. */
static double seconds(const cairn_pool *pool) {
    return cairn_pool_threads(pool) == 1 ? bench_cpu_seconds() : cairn_seconds();
}

/* Operations a second of all threads. */
static double peak(cairn_pool *pool, const processor_loop *loop) {
    peak_job job = {loop, 4000000};
    double start = seconds(pool);
    cairn_pool_run(pool, peak_block, &job, cairn_pool_threads(pool));
    return loop->operations * (double)job.count * cairn_pool_threads(pool) / (seconds(pool) - start);
}

enum { READ_BYTES = 1 << 28, READ_BLOCK = 1 << 20 };

static void read_block(void *arg, int64_t block, int thread) { /* four streams, as a product reads panels */
    (void)thread;
    typedef uint64_t line __attribute__((vector_size(64)));
    enum { STREAM = READ_BLOCK / 4 / sizeof(line) };
    const line *at = (const line *)((const char *)arg + block * READ_BLOCK);
    line sum[4] = {{0}};
    for (size_t i = 0; i < STREAM; i++)
        for (size_t s = 0; s < 4; s++) {
            __builtin_prefetch(&at[(s + 4) * STREAM + i], 0, 2); /* of the next block */
            sum[s] ^= at[s * STREAM + i];
        }
    __asm__ volatile("" ::"m"(sum));
}

/* Bytes a second that all threads read from memory. */
static double reading(cairn_pool *pool, void *memory) {
    double start = seconds(pool);
    cairn_pool_run(pool, read_block, memory, READ_BYTES / READ_BLOCK);
    return READ_BYTES / (seconds(pool) - start);
}

/* ---- products ------------------------------------------------------------------------------------------------------------------- */

typedef struct shape {
    int64_t rows, n, k;
} shape;

typedef struct operands {
    matmul *m;
    weight_pack **packs; /* enough of them that weights come from memory */
    int64_t count;
    cairn_dtype type;
    float *x, *dy, *y, *dw, *w;
} operands;

typedef enum direction { FORWARD, INPUT, WEIGHTS } direction;
static const char *const direction_names[] = {"x w^T", "dy w", "dy^T x"};

static cairn_status one_pass(operands *o, const shape *s, direction way) {
    for (int64_t i = 0; i < o->count; i++) {
        if (way == WEIGHTS)
            CAIRN_TRY(matmul_gradient(o->m, o->dy, o->x, s->rows, s->n, s->k, o->type, o->dw));
        else
            CAIRN_TRY(matmul_run(o->m, o->packs[i], way == FORWARD ? o->x : o->dy, s->rows, o->y, false));
    }
    return CAIRN_OK;
}

static double middle(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, bench_ascending);
    return values[count / 2];
}

/* Prints one line: the product's share of the peak, or with one row of the reading. */
static cairn_status measure(const bench *b, cairn_pool *pool, operands *o, const processor_loop *loop, const shape *s,
                            direction way, void *memory) {
    double times[BENCH_MOST_RUNS], peaks[BENCH_MOST_RUNS], reads[BENCH_MOST_RUNS];
    const double operations = 2.0 * (double)s->rows * (double)s->n * (double)s->k;
    const double bytes = (double)s->n * (double)s->k * (o->type == CAIRN_BF16 ? 2 : 4);
    const int repeat = (int)fmax(1, 2e9 / operations / (double)o->count / 4);
    CAIRN_TRY(one_pass(o, s, way));
    for (int run = 0; run < b->runs; run++) {
        peaks[run] = peak(pool, loop);
        reads[run] = reading(pool, memory);
        double start = seconds(pool);
        for (int i = 0; i < repeat; i++) CAIRN_TRY(one_pass(o, s, way));
        times[run] = (seconds(pool) - start) / (double)o->count / repeat;
    }
    const double time = middle(times, b->runs), most = middle(peaks, b->runs), read = middle(reads, b->runs);
    printf(
        "  %-6s %4lld x %4lld -> %4lld  %8.1f GFLOP/s of %6.1f: %3.0f %%   %6.1f GB/s of weights, of %5.1f: %3.0f %%\n",
        direction_names[way], (long long)s->rows, (long long)(way == INPUT ? s->n : s->k),
        (long long)(way == INPUT ? s->k : s->n), operations / time / 1e9, most / 1e9, 100 * operations / time / most,
        bytes / time / 1e9, read / 1e9, 100 * bytes / time / read);
    fflush(stdout);
    return CAIRN_OK;
}

static cairn_status measure_shape(const bench *b, cairn_pool *pool, operands *o, const processor_loop *loop,
                                  const shape *s, bool train, void *memory) {
    cairn_status status = CAIRN_OK;
    o->count = s->rows > 64 ? 1 : 1 + (int64_t)(2e8 / ((double)s->n * (double)s->k * 4));
    o->packs = calloc((size_t)o->count, sizeof *o->packs);
    for (int way = FORWARD; way <= (train ? WEIGHTS : FORWARD) && status == CAIRN_OK; way++) {
        for (int64_t i = 0; i < o->count && status == CAIRN_OK; i++) {
            matmul_unpack(o->packs[i]);
            o->packs[i] = NULL;
            status = matmul_pack(o->m, o->w, s->n, s->k, o->type, way == INPUT, &o->packs[i]);
        }
        if (status == CAIRN_OK) status = measure(b, pool, o, loop, s, (direction)way, memory);
    }
    for (int64_t i = 0; i < o->count; i++) matmul_unpack(o->packs[i]);
    free(o->packs);
    return status;
}

#ifdef QUICK
static const shape training[] = {{2048, 960, 960}};
static const shape sampling[] = {{1, 2560, 960}, {5, 2560, 960}, {32, 2560, 960}, {256, 960, 960}};
#else
static const shape training[] = {{2048, 256, 256}, {2048, 960, 960}, {2048, 2560, 960}, {2048, 960, 2560}};
static const shape sampling[] = {{1, 960, 960},   {1, 2560, 960},   {1, 960, 2560}, {2, 2560, 960},  {3, 2560, 960},
                                 {4, 2560, 960},  {5, 2560, 960},   {8, 2560, 960}, {16, 2560, 960}, {32, 2560, 960},
                                 {64, 2560, 960}, {256, 2560, 960}, {256, 960, 960}};
#endif

static cairn_status measure_kernels(const bench *b, cairn_pool *pool, const kernels *k, cairn_dtype type, bool portable,
                                    const processor_loop *loop, void *memory) {
    enum { MOST = 2048 * 2560 };
    operands o = {.type = type};
    CAIRN_TRY(matmul_open(b->ctx, pool, k, portable, &o.m));
    float **arrays[] = {&o.x, &o.dy, &o.y, &o.dw, &o.w};
    for (int i = 0; i < 5; i++) {
        *arrays[i] = calloc(MOST, sizeof **arrays[i]);
        for (int64_t j = 0; j < MOST; j++) (*arrays[i])[j] = (float)((j * 7919) % 251 - 125) / 128;
    }
    printf("%s, %s\n", k->name, type == CAIRN_F32 ? "f32" : matmul_has_pairs(o.m) ? "bf16 by pairs" : "bf16 widened");
    cairn_status status = CAIRN_OK;
    for (size_t i = 0; i < sizeof training / sizeof *training && status == CAIRN_OK; i++)
        status = measure_shape(b, pool, &o, loop, &training[i], true, memory);
    for (size_t i = 0; i < sizeof sampling / sizeof *sampling && status == CAIRN_OK; i++)
        status = measure_shape(b, pool, &o, loop, &sampling[i], false, memory);
    for (int i = 0; i < 5; i++) free(*arrays[i]);
    matmul_close(o.m);
    return status;
}

static int threads_wanted;

/* What this processor can run: the fastest kernels, and those of AVX2 beside them. */
static cairn_status measure_processor(const bench *b, cairn_pool *pool, void *memory) {
    const kernels *fastest = kernels_pick();
#if defined(__x86_64__)
    if (fastest != &kernels_f32) {
        CAIRN_TRY(measure_kernels(b, pool, &kernels_f32_avx2, CAIRN_F32, true, &avx2, memory));
        CAIRN_TRY(measure_kernels(b, pool, &kernels_f32_avx2, CAIRN_BF16, true, &avx2, memory));
        if (fastest == &kernels_f32_avx2) return CAIRN_OK;
        CAIRN_TRY(measure_kernels(b, pool, fastest, CAIRN_F32, true, &avx512, memory));
        CAIRN_TRY(measure_kernels(b, pool, fastest, CAIRN_BF16, true, &avx512, memory));
        return fastest->product.pairs ? measure_kernels(b, pool, fastest, CAIRN_BF16, false, &avx512_pairs, memory)
                                      : CAIRN_OK;
    }
#endif
    CAIRN_TRY(measure_kernels(b, pool, fastest, CAIRN_F32, true, &plain, memory));
    return measure_kernels(b, pool, fastest, CAIRN_BF16, true, &plain, memory);
}

static cairn_status all(const bench *b) {
    cairn_pool *pool;
    void *memory = cairn_pages(b->ctx, READ_BYTES);
    if (!memory) return CAIRN_NO_MEMORY;
    cairn_pages_huge(memory, READ_BYTES);
    memset(memory, 1, READ_BYTES);
    cairn_status status = cairn_pool_open(b->ctx, threads_wanted, &pool);
    if (status == CAIRN_OK) {
        printf("%s, %d threads\n", cairn_instruction_set(), cairn_pool_threads(pool));
        status = measure_processor(b, pool, memory);
        cairn_pool_close(pool);
    }
    cairn_pages_free(memory, READ_BYTES);
    return status;
}

int main(int argc, char **argv) {
    if (argc > 2) threads_wanted = atoi(argv[2]);
    return bench_main(argc, argv, "products of matrices", "product", all);
}
