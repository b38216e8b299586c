/* The kernels on doubles: the reference of gradient checks. */
#define REAL         double
#define REAL_IS_F64  1
#define KERNELS      kernels_f64
#define KERNELS_NAME "double"
#include "tensor/kernels.inc"
