/* What a run will hold, found before its first step: its batches are gone through without computing them. */
#include <string.h>

#include "learn/trainer.h"

enum { MOST_BATCHES = 100000 /* gone through; a larger one after them makes the tape grow */, MOST_SEEN = 256 };

/* ---- batches ------------------------------------------------------------------------------------------------------------------ */

/* What the need of a batch rises with. */
typedef struct extent {
    int64_t rows, marks, segments, longest, said; /* said: tokens of marked steps, where they are read */
} extent;

typedef struct seen {
    extent largest[MOST_SEEN]; /* [count] rehearsed, none within another */
    int32_t count;
} seen;

static int64_t said_in(const trainer *t, const cairn_examples *e, int32_t id) {
    int64_t said = 0;
    if (!trainer_reads_text(t)) return 0;
    for (int64_t m = e->mark_starts[id]; m < e->mark_starts[id + 1]; m++) {
        int32_t end, start = trainer_step_start(t, e->tokens + e->starts[id], e->marks[m], &end);
        said += end + 1 - start;
    }
    return said;
}

static void add_example(const trainer *t, const cairn_examples *e, int32_t id, extent *x) {
    int64_t length = e->starts[id + 1] - e->starts[id];
    x->segments++;
    x->said += said_in(t, e, id);
    x->rows += length;
    x->longest = length > x->longest ? length : x->longest;
    x->marks += e->mark_starts[id + 1] - e->mark_starts[id];
}

static extent extent_of(const trainer *t, const side *from, const int32_t *groups, int32_t n) {
    const grouping *g = from->groups;
    extent x = {0};
    for (int32_t i = 0; i < n; i++)
        for (int32_t m = g->starts[groups[i]]; m < g->starts[groups[i] + 1]; m++)
            add_example(t, from->examples, g->members[m], &x);
    return x;
}

static bool is_within(extent a, extent b) {
    return a.rows <= b.rows && a.marks <= b.marks && a.segments <= b.segments && a.longest <= b.longest &&
           a.said <= b.said;
}

/* Whether a batch needs no more than one before it; else it is remembered in the place of those within it. */
static bool is_covered(seen *s, extent x) {
    int32_t left = 0;
    for (int32_t i = 0; i < s->count; i++)
        if (is_within(x, s->largest[i])) return true;
    for (int32_t i = 0; i < s->count; i++)
        if (!is_within(s->largest[i], x)) s->largest[left++] = s->largest[i];
    if (left < MOST_SEEN) s->largest[left++] = x;
    s->count = left;
    return false;
}

/* One batch without its numbers; backward too when the tape records. */
static cairn_status rehearse(trainer *t, const cairn_transformer *model, const side *from, const int32_t *groups,
                             int32_t n, bool backward) {
    cairn_reading reading;
    cairn_tape_reset(t->tape);
    trainer_pack(t, from, groups, n);
    cairn_tensor *loss = trainer_loss(t, model, 1, backward, &reading);
    if (!loss) return cairn_fail_within(t->ctx, CAIRN_INVALID, "the largest batches");
    if (backward) CAIRN_TRY(cairn_tape_backward(t->tape, loss, 1));
    if (cairn_tape_used(t->tape) <= t->tape_bytes) return CAIRN_OK;
    t->tape_bytes = cairn_tape_used(t->tape);
    t->most_rows = t->batch.starts[t->batch.view.n];
    t->most_marks = t->batch.view.rows.n_marks;
    return CAIRN_OK;
}

static cairn_status rehearse_steps(trainer *t) {
    seen s = {.count = 0};
    const side *train = &t->data.train;
    int64_t left = t->steps > MOST_BATCHES ? MOST_BATCHES : t->steps * t->setup->accumulate;
    for (int64_t i = 0; i < left && i < MOST_BATCHES; i++) {
        int32_t n = cairn_batches_next(&t->order, t->setup->batch_tokens, t->step_groups);
        if (is_covered(&s, extent_of(t, train, t->step_groups, n))) continue;
        CAIRN_TRY(rehearse(t, t->model, train, t->step_groups, n, true));
    }
    cairn_batches_seek(&t->order, 0, 0);
    return CAIRN_OK;
}

static cairn_status rehearse_dev(trainer *t) {
    seen s = {.count = 0};
    const side *dev = &t->data.dev;
    cairn_status status = CAIRN_OK;
    cairn_tape_record(t->tape, false);
    for (int32_t i = 0, n; i < dev->count && status == CAIRN_OK; i += n) {
        n = trainer_dev_batch(t, i);
        if (is_covered(&s, extent_of(t, dev, dev->pool + i, n))) continue;
        status = rehearse(t, t->average ? t->average : t->model, dev, dev->pool + i, n, false);
    }
    cairn_tape_record(t->tape, true);
    return status;
}

cairn_status trainer_rehearse(trainer *t) {
    cairn_device_rehearse(t->device, true);
    cairn_status status = rehearse_steps(t);
    if (status == CAIRN_OK) status = rehearse_dev(t);
    cairn_device_rehearse(t->device, false);
    cairn_tape_reset(t->tape);
    return status == CAIRN_OK && !t->planning ? cairn_tape_reserve(t->tape, t->tape_bytes) : status;
}
