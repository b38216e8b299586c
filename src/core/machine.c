/* What this processor offers. */
#include "cairn/core.h"

const char *cairn_instruction_set(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bf16")) return "x86-64-avx512-bf16";
    if (__builtin_cpu_supports("avx512f")) return "x86-64-avx512";
    if (__builtin_cpu_supports("avx2")) return "x86-64-avx2";
    return "x86-64";
#elif defined(__aarch64__)
    return "aarch64";
#else
    return "generic";
#endif
}
