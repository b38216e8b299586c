/* The kernels on floats, compiled for AVX-512 with products of bf16 (options in CMakeLists.txt). */
#if defined(__x86_64__)
#define REAL         float
#define KERNELS      kernels_f32_avx512_bf16
#define KERNELS_NAME "avx512-bf16"
#include "tensor/kernels.inc"
#else
typedef int not_for_this_processor;
#endif
