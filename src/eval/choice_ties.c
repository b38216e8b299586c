/* Ties: several answers are right alike, and should score alike and above every wrong one (arXiv 2506.01937). */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/choice.h"
#include "core/maths.h"
#include "eval/choice_item.h"

typedef struct measured {
    int64_t number; /* of its prompt */
    bool tied;
    double spread; /* D: best right - worst right */
    double clear;  /* C: worst right - best wrong */
    size_t index;
} measured;

/* "ref:17" or "tied:17": digits only, at most 18 of them. */
static bool read_id(const char *id, measured *out) {
    size_t kind = id ? strcspn(id, ":") : 0;
    out->tied = kind == 4 && memcmp(id, "tied", 4) == 0;
    if (!out->tied && !(kind == 3 && memcmp(id, "ref", 3) == 0)) return false;
    const char *digits = id + kind + (id[kind] == ':');
    size_t n = strspn(digits, "0123456789");
    if (id[kind] != ':' || n == 0 || n > 18 || digits[n]) return false;
    out->number = strtoll(digits, NULL, 10);
    return true;
}

static cairn_status measure_item(cairn_ctx *ctx, const cairn_ties_item *item, measured *out) {
    if (!read_id(item->id, out))
        return cairn_fail(ctx, CAIRN_INVALID, "the id is not \"ref:\" or \"tied:\" and a number");
    if (item->n_right < 1 || item->n <= item->n_right)
        return cairn_fail(ctx, CAIRN_INVALID, "%d of %d answers are right, expected right and wrong ones",
                          (int)item->n_right, (int)item->n);
    if (out->tied ? item->n_right < 2 : item->n_right != 1)
        return cairn_fail(ctx, CAIRN_INVALID, "%d right answers, expected %s", (int)item->n_right,
                          out->tied ? "two or more" : "one");
    double best = -INFINITY, worst = INFINITY, wrong = -INFINITY;
    for (int32_t i = 0; i < item->n; i++) {
        double score = item->scores[i];
        if (!isfinite(score)) return cairn_fail(ctx, CAIRN_INVALID, "score %d is not a finite number", (int)i);
        if (i >= item->n_right)
            wrong = fmax(wrong, score);
        else
            best = fmax(best, score), worst = fmin(worst, score);
    }
    out->spread = best - worst;
    out->clear = worst - wrong;
    return CAIRN_OK;
}

static int by_number(const void *a, const void *b) {
    const measured *x = a, *y = b;
    if (x->number != y->number) return x->number < y->number ? -1 : 1;
    return (int)x->tied - (int)y->tied;
}

static double margin_of(double least, double spread) {
    if (spread == 0.0) return (least > 0.0) - (least < 0.0);
    return maths_tanh(least / spread - 1.0);
}

/* sorted[n]: a ref item stands before the tied one of its number. */
static cairn_status add_up(cairn_ctx *ctx, const measured *sorted, size_t n, const cairn_ties_item *items,
                           cairn_ties_score *out) {
    cairn_ties_score s = {0};
    for (size_t i = 0; i < n; i++) {
        const measured *m = &sorted[i];
        bool next = i + 1 < n && sorted[i + 1].number == m->number;
        if (next && sorted[i + 1].tied == m->tied)
            return cairn_fail(ctx, CAIRN_INVALID, "item `%s` is there twice", items[m->index].id);
        if (m->tied)
            s.n_tied++, s.tied_accuracy += m->clear > 0.0;
        else
            s.n_ref++, s.ref_accuracy += m->clear > 0.0;
        if (!next) continue;
        double spread = sorted[i + 1].spread, clear = sorted[i + 1].clear, least = fmin(m->clear, clear);
        s.n_pairs++;
        s.preferred += clear > spread;
        s.hard += least > spread;
        s.margin += margin_of(least, spread);
    }
    if (s.n_pairs == 0) return cairn_fail(ctx, CAIRN_INVALID, "no number has both a ref and a tied item");
    double pairs = (double)s.n_pairs;
    s.n_unmatched = s.n_ref + s.n_tied - 2 * s.n_pairs;
    s.ref_accuracy /= (double)s.n_ref, s.tied_accuracy /= (double)s.n_tied;
    s.preferred /= pairs, s.hard /= pairs, s.margin /= pairs;
    s.score = .30 * s.tied_accuracy + .30 * s.ref_accuracy + .20 * s.preferred + .20 * s.hard + .01 * s.margin;
    *out = s;
    return CAIRN_OK;
}

cairn_status cairn_ties_measure(cairn_ctx *ctx, const cairn_ties_item *items, size_t n, cairn_ties_score *out) {
    measured *all = cairn_alloc(ctx, n + 1, sizeof *all);
    if (!all) return CAIRN_NO_MEMORY;
    cairn_status status = CAIRN_OK;
    for (size_t i = 0; i < n && status == CAIRN_OK; i++) {
        all[i].index = i;
        status = within_item(ctx, measure_item(ctx, &items[i], &all[i]), items[i].id ? items[i].id : "");
    }
    if (status == CAIRN_OK) {
        qsort(all, n, sizeof *all, by_number);
        status = add_up(ctx, all, n, items, out);
    }
    cairn_free(all);
    return status;
}
