/* What this machine offers, and what of its memory is used. */
#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/core.h"

/* ---- processor --------------------------------------------------------------------------------------------------------- */

/* Kernels and the instruction sets they need, each more than the one before. */
typedef struct kernel_set {
    const char *kernels; /* value of CAIRN_KERNELS */
    const char *name;
} kernel_set;

#if defined(__x86_64__)
static const kernel_set sets[] = {
    {"plain", "x86-64"}, {"avx2", "x86-64-avx2"}, {"avx512", "x86-64-avx512"}, {"avx512-bf16", "x86-64-avx512-bf16"}};

/* Without AMX, Intel's AVX-512 product of bf16 does half the work a second of a fused one of floats. */
static bool multiplies_bf16_fast(void) {
    enum { AMX_BF16 = 1 << 22 }; /* in edx of leaf 7 */
    unsigned a, b, c, d;
    if (!__builtin_cpu_supports("avx512bf16")) return false;
    if (!__builtin_cpu_is("intel")) return true;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & AMX_BF16) != 0;
}

static int find_processor(void) {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq"))
        return multiplies_bf16_fast() ? 3 : 2;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1 : 0;
}
#else
#if defined(__aarch64__)
static const kernel_set sets[] = {{"plain", "aarch64"}};
#else
static const kernel_set sets[] = {{"plain", "generic"}};
#endif

static int find_processor(void) {
    return 0;
}
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int processor, used; /* indices into `sets`; written once */
static char refused[32];    /* value of CAIRN_KERNELS that is not possible here, or its beginning; "" */

static void read_processor(void) {
    const char *asked = getenv("CAIRN_KERNELS");
    processor = used = find_processor();
    if (!asked || !*asked) return;
    for (int i = 0; i <= processor; i++)
        if (strcmp(asked, sets[i].kernels) == 0) {
            used = i;
            return;
        }
    snprintf(refused, sizeof refused, "%s", asked);
}

const char *cairn_instruction_set(void) {
    pthread_once(&once, read_processor);
    return sets[used].name;
}

const char *cairn_processor_set(void) {
    pthread_once(&once, read_processor);
    return sets[processor].name;
}

const char *cairn_bits_name(bool portable) {
    return portable ? "portable" : cairn_instruction_set();
}

cairn_status cairn_kernels_check(cairn_ctx *ctx) {
    char possible[64] = "";
    pthread_once(&once, read_processor);
    if (!*refused) return CAIRN_OK;
    for (int i = 0; i <= processor; i++) {
        size_t at = strlen(possible);
        snprintf(possible + at, sizeof possible - at, "%s%s", i ? ", " : "", sets[i].kernels);
    }
    return cairn_fail(ctx, CAIRN_INVALID, "CAIRN_KERNELS: this processor (%s) has the kernels %s, not `%s`",
                      sets[processor].name, possible, refused);
}

/* ---- memory ------------------------------------------------------------------------------------------------------------ */

cairn_resident cairn_resident_memory(void) {
    cairn_resident memory = {0};
    char line[256];
    size_t kilobytes;
    FILE *status = fopen("/proc/self/status", "re");
    while (status && fgets(line, sizeof line, status)) {
        if (sscanf(line, "VmHWM: %zu kB", &kilobytes) == 1) memory.most = kilobytes * 1024;
        if (sscanf(line, "VmRSS: %zu kB", &kilobytes) == 1) memory.now = kilobytes * 1024;
    }
    if (status) fclose(status);
    return memory;
}

size_t cairn_heap_used(void) {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    struct mallinfo2 heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
#else
    return 0;
#endif
}

void cairn_trim_memory(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

size_t cairn_memory_sum(const cairn_memory_plan *plan) {
    size_t sum = 0;
    for (int32_t i = 0; i < plan->count; i++) sum += plan->parts[i].bytes;
    return sum;
}

void cairn_memory_add(cairn_memory_plan *plan, const char *name, const char *help, size_t bytes) {
    if (plan->count == CAIRN_MEMORY_PARTS) return;
    plan->parts[plan->count++] = (cairn_memory_part){name, help, bytes};
    size_t sum = cairn_memory_sum(plan);
    plan->total = sum > plan->reading ? sum : plan->reading;
}
