/* What this machine offers, and what of its memory is used. */
#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <malloc.h>
#include <stdio.h>

#include "cairn/core.h"

/* ---- processor --------------------------------------------------------------------------------------------------------- */

bool cairn_bf16_is_fast(void) {
#if defined(__x86_64__)
    enum { AMX_BF16 = 1 << 22 }; /* in edx of leaf 7 */
    unsigned a, b, c, d;
    if (!__builtin_cpu_supports("avx512bf16")) return false;
    if (!__builtin_cpu_is("intel")) return true;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & AMX_BF16) != 0;
#else
    return false;
#endif
}

const char *cairn_instruction_set(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq"))
        return cairn_bf16_is_fast() ? "x86-64-avx512-bf16" : "x86-64-avx512";
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? "x86-64-avx2" : "x86-64";
#elif defined(__aarch64__)
    return "aarch64";
#else
    return "generic";
#endif
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
