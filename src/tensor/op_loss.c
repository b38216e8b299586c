/* A loss from a pure function. */
#include "tensor/device.h"

/* dx[i] = dy slope[i] */
static cairn_status loss_back(cairn_tape *tape, tape_entry *e) {
    cairn_tensor *x = e->in[0];
    const double *slope = e->saved;
    void *grad;
    bool add;
    CAIRN_TRY(tape_grad(tape, x, &grad, &add));
    if (tape->device->rehearsing) return CAIRN_OK;
    double dy = cairn_tensor_grad_at(e->out, 0);
    for (int64_t i = 0; i < x->size; i++) {
        double value = dy * slope[i];
        if (tape->dtype == CAIRN_F64)
            ((double *)grad)[i] = value + (add ? ((double *)grad)[i] : 0);
        else
            ((float *)grad)[i] = (float)value + (add ? ((float *)grad)[i] : 0);
    }
    return CAIRN_OK;
}

cairn_tensor *cairn_loss(cairn_tape *tape, cairn_tensor *x, cairn_loss_fn function, void *arg) {
    if (!tape_takes(tape, "loss", 1, &x)) return NULL;
    cairn_tensor *y = tape_tensor(tape, 1, (int64_t[]){1}, false);
    double *numbers = tape_array(tape, x->size, sizeof *numbers), *slope = tape_array(tape, x->size, sizeof *slope);
    if (!y || !numbers || !slope) return NULL;
    if (!tape->device->rehearsing) {
        double loss = 0;
        for (int64_t i = 0; i < x->size; i++) {
            numbers[i] = cairn_tensor_at(x, i);
            slope[i] = 0;
        }
        if (function(tape->ctx, arg, x->size, numbers, &loss, slope) != CAIRN_OK) return NULL;
        tape_set(tape, y->data, loss);
    }
    return tape_done(tape, loss_back, y, x, NULL, NULL, NULL, slope);
}
