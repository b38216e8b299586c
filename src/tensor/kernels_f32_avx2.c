/* The kernels on floats, compiled for AVX2 (options in CMakeLists.txt). */
#if defined(__x86_64__)
#define REAL         float
#define KERNELS      kernels_f32_avx2
#define KERNELS_NAME "avx2"
#include "tensor/kernels.inc"
#else
typedef int not_for_this_processor;
#endif
