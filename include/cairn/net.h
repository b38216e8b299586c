/* cairn/net.h: small nets that are opened by a spec: layers of neurons, and gated recurrent units over time. Layer:
 * model (uses core, tensor).
 *
 *   cairn_net_open(ctx, params, "critic", "mlp:64,64,activation=tanh", 6, 1, seed, &net);
 *   cairn_tensor *x = cairn_tape_input(tape, 2, (int64_t[]){rows, 6}, numbers, false);
 *   cairn_tensor *value = cairn_net_apply(tape, net, x, NULL);                          // [rows, 1]
 *   cairn_net_close(net);                                                               // the parameters stay
 *
 * Several nets may share a cairn_params under different names.
 */
#ifndef CAIRN_NET_H
#define CAIRN_NET_H

#include "cairn/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cairn_net cairn_net;

/* Adds the net's parameters NAME.0.weight, NAME.0.bias, ... to `params` and gives them first values from the seed.
 * Specs:
 *   mlp:64,64   linear maps to 64 and 64 numbers, each with an activation, then one to `outputs`; "mlp" alone is that last map
 *   gru:32      a gated recurrent unit of 32 numbers (arXiv 1406.1078), then a linear map to `outputs`; several widths: units on units
 * Keys after the widths: activation=relu|tanh|gelu|silu|elu (mlp; preset relu); init=uniform|orthogonal (preset
 * uniform: within 1 / sqrt(inputs); orthogonal: gain sqrt(2), of the last map 1, biases 0). Errors: INVALID for a spec
 * that is none, widths outside 1 .. 65,536, more than 16 of them, a name twice; NO_MEMORY. */
CAIRN_API cairn_status cairn_net_open(cairn_ctx *ctx, cairn_params *params, const char *name, const char *spec,
                                      int32_t inputs, int32_t outputs, uint64_t seed, cairn_net **out);
CAIRN_API void cairn_net_close(cairn_net *net); /* NULL is fine */

/* x [rows, inputs] to [rows, outputs]. A recurrent net takes the rows as the times of one sequence and answers at each.
 * *features, where it is not NULL: what the last map reads, [rows, last width]. NULL with the text set for a shape that
 * does not fit. */
CAIRN_API cairn_tensor *cairn_net_apply(cairn_tape *tape, const cairn_net *net, cairn_tensor *x,
                                        cairn_tensor **features);
/* The same for several sequences packed one after another: sequence s is rows starts[s] .. starts[s + 1] - 1. */
CAIRN_API cairn_tensor *cairn_net_apply_sequences(cairn_tape *tape, const cairn_net *net, cairn_tensor *x,
                                                  const int32_t *starts, int32_t sequences, cairn_tensor **features);

#ifdef __cplusplus
}
#endif
#endif
