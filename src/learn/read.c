/* What an objective reads of a batch: a forward pass, then a number for each mark or each sequence. */
#include "cairn/learner.h"

cairn_tensor *cairn_batch_read(cairn_tape *tape, const cairn_transformer *model, const cairn_head *head,
                               cairn_reads reads, const cairn_batch *batch, cairn_reading *out) {
    const cairn_step_rows *rows = &batch->rows;
    *out = (cairn_reading){0};
    out->hidden = cairn_transformer_trunk(tape, model, batch->tokens, batch->starts, batch->n); /* [rows, D] */
    out->outputs =
        head ? cairn_head_apply_steps(tape, model, head, out->hidden, rows)
             : cairn_transformer_logits(tape, model, cairn_rows(tape, out->hidden, rows->marks, rows->n_marks));
    if (!out->outputs) return NULL;
    if (reads == CAIRN_READS_SCORE) return out->numbers = cairn_reshape(tape, out->outputs, 1, &rows->n_marks);
    out->numbers = cairn_token_logp(tape, out->outputs, batch->targets);
    if (reads == CAIRN_READS_SEQUENCE)
        out->numbers = cairn_segment_sum(tape, out->numbers, batch->sums, (int32_t)batch->numbers.n);
    return out->numbers;
}
