/* What is measured on the dev set. */
#include <math.h>

#include "cairn/stat.h"
#include "learn/trainer.h"

int32_t trainer_dev_batch(const trainer *t, int32_t from) {
    const side *dev = &t->data.dev;
    int64_t tokens = 0;
    int32_t n = 0;
    for (; from + n < dev->count; n++) {
        tokens += dev->groups->sizes[dev->pool[from + n]];
        if (n > 0 && tokens > t->setup->batch_tokens) break;
    }
    return n;
}

/* Whether the greatest of a row's outputs is its target; of equals the first. */
static bool is_hit(const cairn_tensor *outputs, int64_t row, int64_t n, int32_t target) {
    const float *x = (const float *)outputs->data + row * n;
    int64_t best = 0;
    for (int64_t i = 1; i < n; i++)
        if (x[i] > x[best]) best = i;
    return best == target;
}

/* Sums over the batches of the dev set. */
typedef struct sums {
    double loss, hits, of;
    int64_t marks; /* so far */
} sums;

static void count_tokens(const trainer *t, const cairn_reading *r, sums *s) {
    const cairn_batch *b = &t->batch.view;
    int64_t n = r->outputs->shape[r->outputs->rank - 1];
    s->of += (double)b->rows.n_marks;
    for (int64_t i = 0; i < b->rows.n_marks; i++) s->hits += is_hit(r->outputs, i, n, b->targets[i]);
}

/* Logit of "right": of a classifier, the difference of its two. */
static double right_logit(const trainer *t, const cairn_tensor *outputs, int64_t row) {
    const float *x = outputs->data;
    return t->objective->reads == CAIRN_READS_CLASS ? (double)x[2 * row + 1] - (double)x[2 * row] : (double)x[row];
}

/* Labels on the right side; their scores are kept for AUROC, after those of the batches before. */
static void count_labels(trainer *t, const cairn_reading *r, sums *s) {
    const cairn_batch *b = &t->batch.view;
    s->of += (double)b->rows.n_marks;
    for (int64_t i = 0; i < b->rows.n_marks; i++) {
        double logit = right_logit(t, r->outputs, i);
        t->dev_scores[s->marks + i] = logit;
        t->dev_right[s->marks + i] = b->targets[i] == 1;
        s->hits += (logit > 0) == t->dev_right[s->marks + i];
    }
}

/* By the objective's own measure, group by group. */
static cairn_status count_groups(trainer *t, const cairn_reading *r, sums *s) {
    const cairn_numbers *numbers = &t->batch.view.numbers;
    double *x = cairn_tape_scratch(t->tape, (size_t)numbers->n * sizeof *x);
    if (!x) return CAIRN_NO_MEMORY;
    for (int64_t i = 0; i < numbers->n; i++) x[i] = cairn_tensor_at(r->numbers, i);
    for (int32_t g = 0; g < numbers->n_groups; g++) {
        int32_t from = numbers->groups[g];
        cairn_group group = {.n = numbers->groups[g + 1] - from, .x = x + from};
        for (int c = 0; c < CAIRN_COLUMNS; c++)
            if (numbers->columns[c]) group.columns[c] = numbers->columns[c] + from;
        t->objective->measure(t->config, &group, &s->hits, &s->of);
    }
    return CAIRN_OK;
}

/* Labels are single numbers, whose sides and AUROC mean something. */
static bool has_sides(const trainer *t) {
    return t->head && t->objective->counts == CAIRN_COUNTS_NUMBERS;
}

static cairn_status count(trainer *t, const cairn_reading *r, sums *s) {
    if (t->objective->reads == CAIRN_READS_TOKEN)
        count_tokens(t, r, s);
    else if (has_sides(t))
        count_labels(t, r, s);
    else if (t->objective->measure)
        CAIRN_TRY(count_groups(t, r, s));
    s->marks += t->batch.view.rows.n_marks;
    return CAIRN_OK;
}

static cairn_status measure_batch(trainer *t, const cairn_transformer *model, const int32_t *groups, int32_t n,
                                  sums *s) {
    cairn_reading reading;
    cairn_tape_reset(t->tape);
    trainer_pack(t, &t->data.dev, groups, n);
    cairn_tensor *sum = trainer_loss(t, model, 1, false, &reading);
    if (!sum) return cairn_fail_within(t->ctx, CAIRN_INVALID, "the dev set after step %lld", (long long)t->now.step);
    s->loss += cairn_tensor_at(sum, 0);
    return count(t, &reading, s);
}

static cairn_status note_auroc(trainer *t) {
    const side *dev = &t->data.dev;
    cairn_auroc auroc;
    if (!has_sides(t) || dev->right == 0 || dev->right == dev->marks) return CAIRN_OK;
    CAIRN_TRY(cairn_stat_auroc(t->ctx, t->dev_scores, t->dev_right, (size_t)dev->marks, 0.95, &auroc));
    return cairn_learner_note(t->learner, "dev_auroc", auroc.auroc);
}

cairn_status trainer_evaluate(trainer *t, const cairn_transformer *model) {
    const side *dev = &t->data.dev;
    cairn_status status = CAIRN_OK;
    sums s = {0};
    cairn_tape_record(t->tape, false);
    for (int32_t i = 0, n; i < dev->count && status == CAIRN_OK; i += n) {
        n = trainer_dev_batch(t, i);
        status = measure_batch(t, model, dev->pool + i, n, &s);
    }
    cairn_tape_record(t->tape, true);
    CAIRN_TRY(status);
    double loss = s.loss / (double)dev->units;
    if (!isfinite(loss)) {
        const char *broken = trainer_broken(t);
        return cairn_fail(t->ctx, CAIRN_INVALID, "the dev loss is not finite%s%s", broken ? ", nor is tensor " : "",
                          broken ? broken : "");
    }
    CAIRN_TRY(cairn_learner_note(t->learner, "dev_loss", loss));
    if (s.of > 0) CAIRN_TRY(cairn_learner_note(t->learner, "dev_accuracy", s.hits / s.of));
    return note_auroc(t);
}
