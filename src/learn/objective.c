/* What is minimised, and what is measured on the dev set. */
#include <math.h>
#include <string.h>

#include "cairn/stat.h"
#include "learn/trainer.h"

bool trainer_is_right(const trainer *t, float label) {
    return cairn_label_is_right((double)label, (double)(float)t->setup->right_from);
}

bool trainer_reads_text(const trainer *t) {
    return t->head && (t->head->likelihood || t->setup->text > 0);
}

int32_t trainer_step_start(const trainer *t, const int32_t *tokens, int32_t mark) {
    int32_t before = mark - 1;
    while (tokens[before] != t->separator && tokens[before] != t->step) before--;
    return before + 1;
}

/* The tokens of the step that is read at row `mark`. */
static void pack_step(trainer *t, int32_t mark, bool right) {
    packed *b = &t->batch;
    for (int32_t row = trainer_step_start(t, b->tokens, mark) - 1; row < mark; row++) {
        b->said[b->n_said] = row;
        b->said_targets[b->n_said] = b->tokens[row + 1];
        b->said_weights[b->n_said] = right;
        b->said_of[b->n_said++] = b->n_marks;
        b->n_learned += right;
    }
}

void trainer_pack(trainer *t, const cairn_examples *from, const int32_t *ids, int32_t n) {
    packed *b = &t->batch;
    bool vocabulary = !t->head;
    b->n_marks = b->n_said = b->n_learned = 0;
    b->starts[0] = 0;
    b->n = n;
    for (int32_t s = 0; s < n; s++) {
        int64_t start = from->starts[ids[s]], length = from->starts[ids[s] + 1] - start;
        int32_t row = b->starts[s];
        memcpy(b->tokens + row, from->tokens + start, (size_t)length * sizeof *b->tokens);
        b->starts[s + 1] = row + (int32_t)length;
        for (int64_t m = from->mark_starts[ids[s]]; m < from->mark_starts[ids[s] + 1]; m++) {
            int32_t at = row + from->marks[m];
            float label = from->labels[m];
            if (trainer_reads_text(t)) pack_step(t, at, trainer_is_right(t, label));
            b->marks[b->n_marks] = at;
            b->labels[b->n_marks] = label;
            b->targets[b->n_marks++] = vocabulary ? b->tokens[at + 1] : trainer_is_right(t, label);
        }
    }
}

static void fill(packed *b, float weight) {
    for (int32_t i = 0; i < b->n_marks; i++) b->weights[i] = weight;
}

/* sum -log softmax(outputs)[target] / divisor: tokens, or the classes 0 wrong and 1 right */
static cairn_tensor *cross_entropy(trainer *t, cairn_tensor *outputs, double divisor) {
    fill(&t->batch, -1);
    return cairn_weighted_sum(t->tape, cairn_token_logp(t->tape, outputs, t->batch.targets), t->batch.weights, divisor);
}

/* sum (sigmoid(x) - label)^2 / divisor */
static cairn_tensor *squares(trainer *t, cairn_tensor *x, double divisor) {
    const int64_t n = t->batch.n_marks;
    cairn_tensor *labels = cairn_tape_input(t->tape, 1, &n, t->batch.labels, false);
    cairn_tensor *apart = cairn_sub(t->tape, cairn_map(t->tape, x, CAIRN_SIGMOID), labels);
    return cairn_weighted_sum(t->tape, cairn_map(t->tape, apart, CAIRN_SQUARE), t->batch.weights, divisor);
}

/* Adds the mean loss of the tokens of right steps, as heavy as the mean loss of the batch's marks times the weight of the text. */
static cairn_tensor *add_text(trainer *t, const cairn_transformer *model, cairn_tensor *hidden, cairn_tensor *loss,
                              double divisor) {
    const packed *b = &t->batch;
    cairn_tensor *logits = cairn_transformer_logits(t->tape, model, cairn_rows(t->tape, hidden, b->said, b->n_said));
    cairn_tensor *sum = cairn_weighted_sum(t->tape, cairn_token_logp(t->tape, logits, b->said_targets), b->said_weights,
                                           divisor * b->n_learned / b->n_marks);
    return cairn_add(t->tape, loss, cairn_affine(t->tape, sum, -t->setup->text, 0));
}

static cairn_tensor *head_loss(trainer *t, cairn_tensor **outputs, double divisor) {
    packed *b = &t->batch;
    const int64_t n = b->n_marks;
    if (!t->head || t->setup->loss == CAIRN_LOSS_HARD) return cross_entropy(t, *outputs, divisor);
    *outputs = cairn_reshape(t->tape, *outputs, 1, &n);
    fill(b, 1);
    if (t->setup->loss == CAIRN_LOSS_MSE) return squares(t, *outputs, divisor);
    return cairn_weighted_sum(t->tape, cairn_bce(t->tape, *outputs, b->labels), b->weights, divisor);
}

cairn_tensor *trainer_loss(trainer *t, const cairn_transformer *model, double divisor, bool learning,
                           cairn_tensor **outputs) {
    packed *b = &t->batch;
    const int64_t n = b->n_marks;
    cairn_tensor *hidden = cairn_transformer_trunk(t->tape, model, b->tokens, b->starts, b->n); /* [rows, D] */
    const cairn_step_rows rows = {b->marks, n, b->said, b->said_targets, b->said_of, b->n_said};
    *outputs = t->head
                   ? cairn_head_apply_steps(t->tape, model, cairn_transformer_head(model, t->head->name), hidden, &rows)
                   : cairn_transformer_logits(t->tape, model, cairn_rows(t->tape, hidden, b->marks, n));
    cairn_tensor *loss = head_loss(t, outputs, divisor);
    return learning && t->setup->text > 0 && b->n_learned > 0 ? add_text(t, model, hidden, loss, divisor) : loss;
}

/* ---- the dev set ------------------------------------------------------------------------------------------------------------- */

/* Whether the greatest of a row's outputs is its target; of equals the first. */
static bool is_hit(const cairn_tensor *outputs, int64_t row, int64_t n, int32_t target) {
    const float *x = (const float *)outputs->data + row * n;
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++)
        if (x[i] > x[best]) best = i;
    return best == target;
}

/* Logit of "right": of a classifier, the difference of its two. */
static double right_logit(const trainer *t, const cairn_tensor *outputs, int64_t row) {
    const float *x = outputs->data;
    return t->setup->loss == CAIRN_LOSS_HARD ? (double)x[2 * row + 1] - (double)x[2 * row] : (double)x[row];
}

/* Hits of one batch; scores go behind those of the batches before it. */
static int64_t count_hits(trainer *t, const cairn_tensor *outputs, int64_t done) {
    const packed *b = &t->batch;
    int64_t hits = 0;
    for (int32_t i = 0; i < b->n_marks; i++) {
        if (!t->head) {
            hits += is_hit(outputs, i, t->model->shape.vocabulary, b->targets[i]);
            continue;
        }
        double logit = right_logit(t, outputs, i);
        t->dev_scores[done + i] = logit;
        t->dev_right[done + i] = b->targets[i] == 1;
        hits += (logit > 0) == t->dev_right[done + i];
    }
    return hits;
}

static cairn_status measure_auroc(trainer *t, cairn_learn_point *point) {
    int64_t right = t->dev_right_marks;
    cairn_auroc auroc;
    if (!t->head || right == 0 || right == t->dev_marks) return CAIRN_OK;
    CAIRN_TRY(cairn_stat_auroc(t->ctx, t->dev_scores, t->dev_right, (size_t)t->dev_marks, 0.95, &auroc));
    point->dev_auroc = auroc.auroc;
    return CAIRN_OK;
}

int32_t trainer_dev_batch(const trainer *t, int32_t from) {
    int64_t tokens = 0;
    int32_t n = 0;
    for (; from + n < t->dev_count; n++) {
        int32_t id = t->dev_pool[from + n];
        tokens += t->dev->starts[id + 1] - t->dev->starts[id];
        if (n > 0 && tokens > t->setup->batch_tokens) break;
    }
    return n;
}

cairn_status trainer_evaluate(trainer *t, const cairn_transformer *model, cairn_learn_point *point) {
    const cairn_examples *dev = t->dev;
    double loss = 0;
    int64_t done = 0, hits = 0;
    cairn_tape_record(t->tape, false);
    for (int32_t i = 0, n; i < t->dev_count; i += n) {
        cairn_tensor *outputs;
        n = trainer_dev_batch(t, i);
        cairn_tape_reset(t->tape);
        trainer_pack(t, dev, t->dev_pool + i, n);
        cairn_tensor *sum = trainer_loss(t, model, 1, false, &outputs);
        if (!sum) {
            cairn_tape_record(t->tape, true);
            return cairn_fail_within(t->ctx, CAIRN_INVALID, "the dev set after step %lld", (long long)t->now.step);
        }
        loss += cairn_tensor_at(sum, 0);
        hits += count_hits(t, outputs, done);
        done += t->batch.n_marks;
    }
    cairn_tape_record(t->tape, true);
    point->dev_loss = loss / (double)t->dev_marks;
    point->dev_accuracy = (double)hits / (double)t->dev_marks;
    if (!isfinite(point->dev_loss)) {
        const char *broken = trainer_broken(t);
        return cairn_fail(t->ctx, CAIRN_INVALID, "the dev loss is not finite%s%s", broken ? ", nor is tensor " : "",
                          broken ? broken : "");
    }
    return measure_auroc(t, point);
}
