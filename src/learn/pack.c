/* Groups as one packed batch, and the loss of it. */
#include <string.h>

#include "learn/trainer.h"

bool trainer_is_right(const trainer *t, float label) {
    return cairn_label_is_right((double)label, (double)(float)t->setup->right_from);
}

bool trainer_reads_text(const trainer *t) {
    return t->head && (t->head->likelihood || t->setup->text > 0);
}

int32_t trainer_step_start(const trainer *t, const int32_t *tokens, int32_t mark, int32_t *end) {
    if (tokens[mark] == t->data.separator) /* after an observation */
        while (tokens[mark] != t->data.step) mark--;
    int32_t before = mark - 1;
    while (tokens[before] != t->data.separator && tokens[before] != t->data.step) before--;
    *end = mark;
    return before + 1;
}

int64_t trainer_units(const trainer *t, const side *from, int32_t group) {
    const grouping *g = from->groups;
    int64_t units = 0;
    if (t->objective->counts == CAIRN_COUNTS_GROUPS) return 1;
    if (t->objective->reads == CAIRN_READS_SEQUENCE) return g->starts[group + 1] - g->starts[group];
    for (int32_t m = g->starts[group]; m < g->starts[group + 1]; m++)
        units += from->examples->mark_starts[g->members[m] + 1] - from->examples->mark_starts[g->members[m]];
    return units;
}

/* ---- room ------------------------------------------------------------------------------------------------------------------------ */

static int64_t larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

cairn_status trainer_make_room(trainer *t) {
    const corpus *c = &t->data;
    int64_t rows = larger(t->setup->batch_tokens, larger(c->groups.largest, c->dev_groups.largest));
    int64_t most = larger(c->train.count, c->dev.count);
    size_t n = (size_t)rows, groups = (size_t)(most < rows ? most : rows);
    packed *b = &t->batch;
    struct {
        void **block;
        size_t count, size;
    } const arrays[] = {
        {(void **)&b->tokens, n, sizeof *b->tokens},
        {(void **)&b->starts, n + 1, sizeof *b->starts},
        {(void **)&b->marks, n, sizeof *b->marks},
        {(void **)&b->targets, n, sizeof *b->targets},
        {(void **)&b->sums, n + 1, sizeof *b->sums},
        {(void **)&b->groups, groups + 1, sizeof *b->groups},
        {(void **)&b->labels, n, sizeof *b->labels},
        {(void **)&b->reference, n, sizeof *b->reference},
        {(void **)&b->lengths, n, sizeof *b->lengths},
        {(void **)&b->said, n, sizeof *b->said},
        {(void **)&b->said_targets, n, sizeof *b->said_targets},
        {(void **)&b->said_of, n, sizeof *b->said_of},
        {(void **)&b->said_weights, n, sizeof *b->said_weights},
        {(void **)&t->step_groups, groups * (size_t)t->setup->accumulate, sizeof *t->step_groups},
        {(void **)&t->step_starts, (size_t)t->setup->accumulate + 1, sizeof *t->step_starts},
        {(void **)&t->dev_scores, (size_t)c->dev.marks, sizeof *t->dev_scores},
        {(void **)&t->dev_right, (size_t)c->dev.marks, sizeof *t->dev_right},
    };
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) {
        *arrays[i].block = cairn_arena_alloc(t->arena, arrays[i].count, arrays[i].size);
        if (!*arrays[i].block) return CAIRN_NO_MEMORY;
    }
    return CAIRN_OK;
}

/* ---- packing ---------------------------------------------------------------------------------------------------------------------- */

/* The tokens of the step that is read at row `mark`. */
static void pack_step(trainer *t, int32_t mark, int32_t n_marks, bool right) {
    packed *b = &t->batch;
    int32_t end;
    for (int32_t row = trainer_step_start(t, b->tokens, mark, &end) - 1; row < end; row++) {
        b->said[b->n_said] = row;
        b->said_targets[b->n_said] = b->tokens[row + 1];
        b->said_weights[b->n_said] = right;
        b->said_of[b->n_said++] = n_marks;
        b->n_learned += right;
    }
}

/* A number that sums the marks from `first` on. */
static void pack_sum(packed *b, int32_t number, int32_t first, int32_t n_marks) {
    float reference = 0;
    for (int32_t i = first; i < n_marks; i++) reference += b->reference[i];
    b->labels[number] = b->labels[first]; /* all marks of a member have its label */
    b->reference[number] = reference;
    b->lengths[number] = (float)(n_marks - first);
    b->sums[number + 1] = n_marks;
}

/* Returns the marks so far. */
static int32_t pack_example(trainer *t, const side *from, int32_t id, int32_t n_marks) {
    packed *b = &t->batch;
    const cairn_examples *e = from->examples;
    int64_t start = e->starts[id], length = e->starts[id + 1] - start;
    int32_t row = b->starts[b->view.n];
    memcpy(b->tokens + row, e->tokens + start, (size_t)length * sizeof *b->tokens);
    b->starts[++b->view.n] = row + (int32_t)length;
    for (int64_t m = e->mark_starts[id]; m < e->mark_starts[id + 1]; m++) {
        int32_t at = row + e->marks[m];
        bool right = trainer_is_right(t, e->labels[m]);
        if (trainer_reads_text(t)) pack_step(t, at, n_marks, right);
        b->marks[n_marks] = at;
        b->labels[n_marks] = e->labels[m];
        b->reference[n_marks] = from->reference ? from->reference[m] : 0;
        b->lengths[n_marks] = 1;
        b->targets[n_marks++] = t->head ? right : b->tokens[at + 1];
    }
    return n_marks;
}

void trainer_pack(trainer *t, const side *from, const int32_t *groups, int32_t n) {
    packed *b = &t->batch;
    const grouping *g = from->groups;
    bool sums = t->objective->reads == CAIRN_READS_SEQUENCE;
    int32_t n_marks = 0, numbers = 0;
    b->n_said = b->n_learned = b->view.n = b->starts[0] = b->sums[0] = 0;
    for (int32_t i = 0; i < n; i++) {
        b->groups[i] = numbers;
        for (int32_t m = g->starts[groups[i]]; m < g->starts[groups[i] + 1]; m++) {
            int32_t first = n_marks;
            n_marks = pack_example(t, from, g->members[m], n_marks);
            if (sums) pack_sum(b, numbers, first, n_marks);
            numbers = sums ? numbers + 1 : n_marks;
        }
    }
    b->groups[n] = numbers;
    b->view = (cairn_batch){.tokens = b->tokens,
                            .starts = b->starts,
                            .n = b->view.n,
                            .rows = {b->marks, n_marks, b->said, b->said_targets, b->said_of, b->n_said},
                            .targets = b->targets,
                            .sums = b->sums,
                            .numbers = {.n = numbers, .n_groups = n, .groups = b->groups}};
    b->view.numbers.columns[CAIRN_COLUMN_LABEL] = b->labels;
    b->view.numbers.columns[CAIRN_COLUMN_LENGTH] = b->lengths;
    if (from->reference) b->view.numbers.columns[CAIRN_COLUMN_REFERENCE] = b->reference;
}

/* ---- the loss ----------------------------------------------------------------------------------------------------------------------- */

/* Adds the mean loss of the tokens of right steps, as heavy as the mean loss of the batch's marks times the weight of
 * the text. */
static cairn_tensor *add_text(trainer *t, const cairn_transformer *model, cairn_tensor *hidden, cairn_tensor *loss,
                              double divisor) {
    const packed *b = &t->batch;
    cairn_tensor *logits = cairn_transformer_logits(t->tape, model, cairn_rows(t->tape, hidden, b->said, b->n_said));
    cairn_tensor *sum = cairn_weighted_sum(t->tape, cairn_token_logp(t->tape, logits, b->said_targets), b->said_weights,
                                           divisor * b->n_learned / (double)b->view.rows.n_marks);
    return cairn_add(t->tape, loss, cairn_affine(t->tape, sum, -t->setup->text, 0));
}

cairn_tensor *trainer_loss(trainer *t, const cairn_transformer *model, double divisor, bool learning,
                           cairn_reading *out) {
    const packed *b = &t->batch;
    const cairn_head *head = t->head ? cairn_transformer_head(model, t->head->name) : NULL;
    cairn_tensor *numbers = cairn_batch_read(t->tape, model, head, t->objective->reads, &b->view, out);
    cairn_tensor *loss = cairn_objective_apply(t->tape, t->objective, t->config, numbers, &b->view.numbers, divisor);
    return learning && t->setup->text > 0 && b->n_learned > 0 ? add_text(t, model, out->hidden, loss, divisor) : loss;
}
