/* What is measured of a batch: ranges, alarms, and which three responses are shown. */
#include <math.h>
#include <stdlib.h>

#include "cli/credit.h"

static const double MOST_REPEATED = 0.2; /* mean share of repeated runs, above which an alarm is given */
static const double MOST_LONGER = 1.5;   /* length of right responses over that of wrong ones, likewise */

static void add_to(credit_range *r, double x) {
    if (isnan(x)) return;
    if (r->n == 0 || x < r->least) r->least = x;
    if (r->n == 0 || x > r->most) r->most = x;
    r->sum += x;
    r->n++;
}

/* Mean, least and greatest of no numbers are NaN. */
static void end_range(credit_range *r) {
    r->mean = r->n ? r->sum / (double)r->n : NAN;
    if (r->n == 0) r->least = r->most = NAN;
}

double credit_step_advantage(const credit_batch *b, size_t at, int32_t k) {
    const cairn_trajectory *y = &b->responses[at];
    credit_range of = {0};
    for (int32_t t = k ? y->step_end[k - 1] + 1 : 0; t <= y->step_end[k]; t++)
        if (!y->drawn || y->drawn[t]) add_to(&of, b->result.advantage[b->token[at] + (size_t)t]);
    end_range(&of);
    return of.mean;
}

static int32_t drawn_tokens(const cairn_trajectory *y) {
    int32_t n = 0;
    for (int32_t t = 0; t < y->n_tokens; t++) n += !y->drawn || y->drawn[t];
    return n;
}

static cairn_status add_response(cli *c, const credit_batch *b, size_t at, cairn_text *text, credit_summary *s) {
    const cairn_trajectory *y = &b->responses[at];
    double sum = 0, repeated;
    for (size_t t = 0; b->result.keep[at] && t < (size_t)y->n_tokens; t++)
        if (!y->drawn || y->drawn[t]) add_to(&s->advantage, b->result.advantage[b->token[at] + t]);
    for (size_t k = b->step[at]; k < b->step[at + 1]; k++) sum += b->result.step[k];
    add_to(&s->step_sum, sum);
    if (!isnan(y->outcome)) add_to(y->outcome >= 0.5 ? &s->right : &s->wrong, drawn_tokens(y));
    CAIRN_TRY(credit_text(c, &b->rows[b->row_of[at]], text));
    CAIRN_TRY(cairn_credit_repeats(c->ctx, text->data, text->length, CREDIT_REPEATED_WORDS, &repeated));
    add_to(&s->repetition, repeated);
    return CAIRN_OK;
}

static cairn_status measure(cli *c, const credit_batch *b, credit_summary *s) {
    cairn_text text = {0};
    cairn_status status = CAIRN_OK;
    int32_t most = 1;
    *s = (credit_summary){.steps = (int64_t)b->step[b->n]};
    for (size_t at = 0; at < b->n && status == CAIRN_OK; at++) {
        status = add_response(c, b, at, &text, s);
        if (b->responses[at].n_steps > most) most = b->responses[at].n_steps;
    }
    cairn_text_free(&text);
    CAIRN_TRY(status);
    end_range(&s->advantage), end_range(&s->step_sum), end_range(&s->repetition);
    end_range(&s->right), end_range(&s->wrong);
    s->longer = s->right.mean > MOST_LONGER * s->wrong.mean;
    s->repeats = s->repetition.mean > MOST_REPEATED;
    return cairn_credit_bound(c->ctx, &b->plan, most, &s->low, &s->high);
}

/* ---- three responses ----------------------------------------------------------------------------------------------- */

typedef struct ranked {
    double scalar;
    size_t at;
} ranked;

static int by_scalar(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->scalar != y->scalar) return x->scalar > y->scalar ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* The responses with the greatest, the middle and the least scalar, equal ones in order; at most one of each. */
static cairn_status choose_examples(cli *c, const credit_batch *b, credit_summary *s) {
    ranked *all = cairn_arena_alloc(c->arena, b->n, sizeof *all);
    size_t count = 0;
    if (!all) return CAIRN_NO_MEMORY;
    for (size_t at = 0; at < b->n; at++)
        if (!isnan(b->result.scalar[at])) all[count++] = (ranked){b->result.scalar[at], at};
    qsort(all, count, sizeof *all, by_scalar);
    s->n_examples = 0;
    const size_t places[] = {0, count / 2, count ? count - 1 : 0};
    for (size_t i = 0; i < 3 && i < count; i++) s->examples[s->n_examples++] = all[count < 3 ? i : places[i]].at;
    return CAIRN_OK;
}

cairn_status credit_summarise(cli *c, const credit_config *config, const credit_batch *b, credit_summary *s) {
    cairn_text plan = {0};
    CAIRN_TRY(measure(c, b, s));
    CAIRN_TRY(choose_examples(c, b, s));
    if (!config->explain) return CAIRN_OK;
    cairn_status status = cairn_credit_explain(c->ctx, &b->plan, &plan);
    if (status == CAIRN_OK && !(s->plan = cairn_arena_copy(c->arena, plan.data, plan.length))) status = CAIRN_NO_MEMORY;
    cairn_text_free(&plan);
    return status;
}
