/* The kernels on floats for any processor, and the choice between those for special ones. */
#define REAL         float
#define KERNELS      kernels_f32
#define KERNELS_NAME "plain"
#include "tensor/kernels.inc"

const kernels *kernels_pick(void) {
#if defined(__x86_64__)
    const char *set = cairn_instruction_set(); /* so manifests name what ran */
    if (strstr(set, "-avx512-bf16")) return &kernels_f32_avx512_bf16;
    if (strstr(set, "-avx512")) return &kernels_f32_avx512;
    if (strstr(set, "-avx2")) return &kernels_f32_avx2;
#endif
    return &kernels_f32;
}
