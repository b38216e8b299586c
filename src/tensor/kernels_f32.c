/* The kernels on floats for any processor, and the choice between those for special ones. */
#define REAL         float
#define KERNELS      kernels_f32
#define KERNELS_NAME "portable"
#include "tensor/kernels.inc"

const kernels *kernels_pick(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq"))
        return &kernels_f32_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &kernels_f32_avx2;
#endif
    return &kernels_f32;
}
