/* The table of recorded samples: a row a model and rule, a column a k, differences to the first row. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/passk.h"

/* Values of a row at one k, problem by problem, those that have k samples in every model. */
typedef struct values {
    double *right, *most; /* [shared] */
} values;

/* ---- which k, which rows ------------------------------------------------------------------------------------------- */

static const passk_span *span_at(const passk_samples *s, int model, size_t problem) {
    return &s->spans[(size_t)model * s->problems + problem];
}

/* Samples that every model has of a problem. */
static int32_t least_of(const passk_samples *s, size_t problem) {
    int32_t least = INT32_MAX;
    for (int m = 0; m < s->n_models; m++) {
        int32_t n = span_at(s, m, problem)->n;
        if (n < least) least = n;
    }
    return least;
}

static cairn_status given_ks(cli *c, passk_table *t, int32_t most) {
    const char *words[PASSK_KS];
    int n;
    CAIRN_TRY(cli_words(c, "k", t->samples->config->ks, words, PASSK_KS, &n));
    for (int i = 0; i < n; i++) {
        int64_t k;
        if (cairn_parse_int(words[i], strlen(words[i]), &k) != CAIRN_OK || k < 1 || (i && k <= t->ks[i - 1]))
            return cairn_fail(c->ctx, CAIRN_INVALID, "--k: expected rising whole numbers from 1 on, got `%s`",
                              cli_safe(c, t->samples->config->ks));
        if (k > most)
            return cairn_fail(c->ctx, CAIRN_INVALID, "--k: no problem has %s samples in every file, the most are %d",
                              words[i], (int)most);
        t->ks[t->n_ks++] = (int32_t)k;
    }
    return CAIRN_OK;
}

/* 1, 2, 4, .. as far as a problem has so many samples in every model. */
static cairn_status choose_ks(cli *c, passk_table *t) {
    int32_t most = 0;
    for (size_t p = 0; p < t->samples->shared; p++) {
        int32_t least = least_of(t->samples, p);
        if (least > most) most = least;
    }
    if (*t->samples->config->ks) return given_ks(c, t, most);
    for (int64_t k = 1; k <= most && t->n_ks < PASSK_KS; k *= 2) t->ks[t->n_ks++] = (int32_t)k;
    return CAIRN_OK;
}

static cairn_status add_rows(cli *c, passk_table *t, cairn_at_k_rule rule, int column) {
    for (int m = 0; m < t->samples->n_models; m++) {
        passk_row *row = &t->rows[t->n_rows++];
        *row = (passk_row){.rule = rule, .model = m, .column = column, .name = t->samples->models[m].name};
        if (column >= 0) row->name = cairn_arena_printf(c->arena, "%s by %s", row->name, t->samples->columns[column]);
        if (!row->name) return CAIRN_NO_MEMORY;
    }
    return CAIRN_OK;
}

static cairn_status choose_rows(cli *c, passk_table *t) {
    const passk_samples *s = t->samples;
    bool answers = false;
    t->rows = cairn_arena_alloc(c->arena, (size_t)(s->n_models * (2 + s->n_columns)), sizeof *t->rows);
    if (!t->rows) return CAIRN_NO_MEMORY;
    for (int m = 0; m < s->n_models; m++) {
        answers = answers || s->models[m].answered;
        for (size_t p = 0; p < s->shared; p++) t->too_many = t->too_many || span_at(s, m, p)->n > CAIRN_MOST_VOTES;
    }
    CAIRN_TRY(add_rows(c, t, CAIRN_AT_K_PASS, -1));
    if (answers && !t->too_many) CAIRN_TRY(add_rows(c, t, CAIRN_AT_K_MAJORITY, -1));
    for (int i = 0; i < s->n_columns; i++) CAIRN_TRY(add_rows(c, t, CAIRN_AT_K_BEST, i));
    return CAIRN_OK;
}

/* ---- cells --------------------------------------------------------------------------------------------------------- */

static cairn_status row_values(cli *c, const passk_table *t, const passk_row *row, int32_t k, values *out) {
    const passk_samples *s = t->samples;
    size_t n = 0;
    for (size_t p = 0; p < s->shared; p++) {
        if (least_of(s, p) < k) continue;
        if (cairn_cancelled(c->ctx)) return cairn_fail(c->ctx, CAIRN_CANCELLED, "interrupted");
        const passk_span *span = span_at(s, row->model, p);
        cairn_samples samples = {span->n, span->verdicts, span->answers,
                                 row->column >= 0 ? span->scores[row->column] : NULL};
        CAIRN_TRY(cairn_eval_at_k(c->ctx, row->rule, &samples, k, &out->right[n], &out->most[n]));
        n++;
    }
    return CAIRN_OK;
}

/* `first`: values of the rule's first row, or NULL. A model of which no outcome is known is not judged. */
static cairn_status fill_cell(cli *c, const passk_table *t, const passk_row *row, size_t n, const values *of,
                              const values *first, const double *ones, passk_cell *out) {
    cairn_bootstrap how = CAIRN_BOOTSTRAP_PRESET;
    how.seed = t->samples->config->job.seed;
    out->accuracy = out->difference = (cairn_interval){NAN, NAN, NAN, 0};
    out->most = cairn_stat_mean(of->most, n);
    if (cairn_outcomes_judged(&t->samples->models[row->model].all) == 0) return CAIRN_OK;
    CAIRN_TRY(cairn_stat_grouped_share(c->ctx, of->right, ones, n, &how, &out->accuracy));
    return first ? cairn_eval_difference(c->ctx, of->right, first->right, n, &how, &out->difference) : CAIRN_OK;
}

static cairn_status fill_column(cli *c, passk_table *t, int k, values rooms[2], double *ones) {
    int base = 0;
    t->problems[k] = 0;
    for (size_t p = 0; p < t->samples->shared; p++) {
        t->problems[k] += least_of(t->samples, p) >= t->ks[k];
        ones[p] = 1;
    }
    for (int i = 0; i < t->n_rows; i++) {
        passk_row *row = &t->rows[i];
        bool first = i == 0 || row->rule != t->rows[i - 1].rule;
        if (first) base = i;
        const values *of = &rooms[!first];
        bool judged = cairn_outcomes_judged(&t->samples->models[t->rows[base].model].all) > 0;
        CAIRN_TRY(row_values(c, t, row, t->ks[k], &rooms[!first]));
        CAIRN_TRY(fill_cell(c, t, row, t->problems[k], of, first || !judged ? NULL : &rooms[0], ones, &row->cells[k]));
    }
    return CAIRN_OK;
}

cairn_status passk_measure(cli *c, const passk_samples *samples, passk_table *out) {
    *out = (passk_table){.samples = samples};
    CAIRN_TRY(choose_ks(c, out));
    CAIRN_TRY(choose_rows(c, out));
    values rooms[2];
    for (int i = 0; i < 2; i++) {
        rooms[i].right = cairn_arena_alloc(c->arena, samples->shared + 1, sizeof *rooms[i].right);
        rooms[i].most = cairn_arena_alloc(c->arena, samples->shared + 1, sizeof *rooms[i].most);
        if (!rooms[i].right || !rooms[i].most) return CAIRN_NO_MEMORY;
    }
    double *ones = cairn_arena_alloc(c->arena, samples->shared + 1, sizeof *ones);
    if (!ones) return CAIRN_NO_MEMORY;
    for (int k = 0; k < out->n_ks; k++) CAIRN_TRY(fill_column(c, out, k, rooms, ones));
    return CAIRN_OK;
}
