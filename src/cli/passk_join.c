/* Samples of several files, joined by problem. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/answer.h"
#include "cli/passk.h"

/* ---- joining ------------------------------------------------------------------------------------------------------- */

/* A sample by one key, then by the other. */
typedef struct paired {
    uint64_t key, other;
    int32_t model;
} paired;

static int by_keys(const void *a, const void *b) {
    const paired *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->other > y->other) - (x->other < y->other);
}

/* Does each key have one of the other keys in all the files in which it stands? */
static bool agree(const paired *all, size_t n) {
    for (size_t i = 0, end; i < n; i = end) {
        uint64_t files = 0, most = 0, here = 0; /* bit m: model m */
        for (end = i; end < n && all[end].key == all[i].key; end++) {
            if (end == i || all[end].other != all[end - 1].other) here = 0;
            here |= UINT64_C(1) << all[end].model;
            files |= here;
            if (__builtin_popcountll(here) > __builtin_popcountll(most)) most = here;
        }
        if (most != files) return false;
    }
    return true;
}

/* Groups join where every sample has one, and groups and texts go together in all files: files that number their lines
 * as groups are joined by text. */
static cairn_status groups_join(cli *c, const passk_reading *r, bool *out) {
    *out = false;
    for (size_t i = 0; i < r->n; i++)
        if (!r->samples[i].group) return CAIRN_OK;
    paired *all = cairn_alloc(c->ctx, r->n + 1, sizeof *all);
    if (!all) return CAIRN_NO_MEMORY;
    *out = true;
    for (int by_text = 0; by_text < 2 && *out; by_text++) {
        for (size_t i = 0; i < r->n; i++) {
            const passk_sample *s = &r->samples[i];
            all[i] = (paired){by_text ? s->text : s->group, by_text ? s->group : s->text, s->model};
        }
        qsort(all, r->n, sizeof *all, by_keys);
        *out = agree(all, r->n);
    }
    cairn_free(all);
    return CAIRN_OK;
}

static int by_place(const void *a, const void *b) {
    const passk_sample *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

/* Numbers the problems in order of their first samples. */
static cairn_status number_problems(cli *c, passk_reading *r) {
    uint64_t *keys = cairn_alloc(c->ctx, r->n + 1, sizeof *keys);
    uint32_t *numbers = cairn_alloc(c->ctx, r->n + 1, sizeof *numbers);
    uint32_t *place = cairn_alloc(c->ctx, r->n + 1, sizeof *place), count = 0, next = 0;
    cairn_status status = keys && numbers && place ? CAIRN_OK : CAIRN_NO_MEMORY;
    for (size_t i = 0; status == CAIRN_OK && i < r->n; i++)
        keys[i] = r->out->by_group ? r->samples[i].group : r->samples[i].text;
    if (status == CAIRN_OK) status = scored_number_keys(c, keys, r->n, numbers, &count);
    for (size_t i = 0; status == CAIRN_OK && i < r->n; i++) {
        uint32_t *of = &place[numbers[i]];
        if (!*of) *of = ++next;
        r->samples[i].number = *of - 1;
    }
    r->out->problems = count;
    cairn_free(keys);
    cairn_free(numbers);
    cairn_free(place);
    return status;
}

cairn_status passk_join(cli *c, passk_reading *r) {
    int32_t how = r->out->config->join;
    if (r->n > INT32_MAX) return cairn_fail(c->ctx, CAIRN_LIMIT, "more than %d samples", INT32_MAX);
    for (size_t i = 0; how == PASSK_JOIN_GROUP && i < r->n; i++)
        if (!r->samples[i].group)
            return cairn_fail(c->ctx, CAIRN_INVALID, "--join group: sample %zu of %s has no group", i + 1,
                              r->out->models[r->samples[i].model].path);
    r->out->by_group = how == PASSK_JOIN_GROUP;
    if (how == PASSK_JOIN_AUTO) CAIRN_TRY(groups_join(c, r, &r->out->by_group));
    return number_problems(c, r);
}

/* ---- spans --------------------------------------------------------------------------------------------------------- */

static int by_problem(const void *a, const void *b) {
    const passk_sample *x = a, *y = b;
    if (x->number != y->number) return x->number < y->number ? -1 : 1;
    if (x->model != y->model) return x->model < y->model ? -1 : 1;
    return by_place(a, b);
}

static bool is_judged(const passk_sample *s) {
    return s->outcome.target || s->outcome.verdict != CAIRN_VERDICT_UNKNOWN;
}

/* Fills a span from samples[n] of one model and one problem, those without a truth left out; what is beyond --samples
 * does not count. */
static cairn_status fill_span(cli *c, passk_reading *r, const passk_sample *samples, size_t n, cairn_arena *scratch,
                              passk_span *out) {
    passk_samples *s = r->out;
    passk_model *m = &s->models[samples[0].model];
    int64_t most = s->config->samples ? s->config->samples : INT64_MAX;
    const char **classes = cairn_arena_alloc(scratch, n, sizeof *classes);
    int32_t n_classes = 0;
    *out = (passk_span){.verdicts = cairn_arena_alloc(c->arena, n, sizeof *out->verdicts),
                        .answers = cairn_arena_alloc(c->arena, n, sizeof *out->answers),
                        .scores = cairn_arena_alloc(c->arena, (size_t)s->n_columns + 1, sizeof *out->scores)};
    if (!classes || !out->verdicts || !out->answers || !out->scores) return CAIRN_NO_MEMORY;
    for (int k = 0; k < s->n_columns; k++)
        if (!(out->scores[k] = cairn_arena_alloc(c->arena, n, sizeof **out->scores))) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n && (int64_t)i < most; i++) {
        const scored_outcome *o = &samples[i].outcome;
        int32_t class = -1;
        cairn_outcomes_add(&m->all, o->verdict, o->answer, o->target, 1);
        if (!is_judged(&samples[i])) continue;
        if (cairn_cancelled(c->ctx)) return cairn_fail(c->ctx, CAIRN_CANCELLED, "interrupted");
        if (o->answer) CAIRN_TRY(cairn_answer_class(c->ctx, scratch, classes, n_classes, o->answer, &class));
        if (o->answer && class == n_classes) classes[n_classes++] = o->answer;
        for (int k = 0; k < s->n_columns; k++) {
            double score = r->scores[samples[i].row * (size_t)s->n_columns + (size_t)k];
            out->scores[k][out->n] = score;
            m->unscored[k] += isnan(score);
        }
        m->answered += o->answer != NULL;
        out->verdicts[out->n] = o->verdict;
        out->answers[out->n++] = class;
    }
    m->problems += out->n > 0;
    return CAIRN_OK;
}

/* The samples of one problem, samples[n], in order of models: spans[n_models], which are kept where all have one. */
static cairn_status fill_problem(cli *c, passk_reading *r, passk_sample *samples, size_t n, cairn_arena *scratch,
                                 passk_span *spans) {
    passk_samples *s = r->out;
    const char *target = NULL;
    bool shared = true;
    for (size_t i = 0; i < n && !target; i++) target = samples[i].outcome.target;
    for (size_t i = 0; i < n; i++) CAIRN_TRY(scored_judge(c, target, r->arena, &samples[i].outcome));
    memset(spans, 0, (size_t)s->n_models * sizeof *spans);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && samples[end].model == samples[i].model;) end++;
        cairn_arena_reset(scratch);
        CAIRN_TRY(fill_span(c, r, samples + i, end - i, scratch, &spans[samples[i].model]));
    }
    for (int m = 0; m < s->n_models; m++) shared = shared && spans[m].n > 0;
    for (int m = 0; shared && m < s->n_models; m++) s->spans[(size_t)m * s->problems + s->shared] = spans[m];
    s->shared += shared;
    return CAIRN_OK;
}

/* The first `count` problems, or all for 0. */
cairn_status passk_fill(cli *c, passk_reading *r, cairn_arena *scratch) {
    passk_samples *s = r->out;
    passk_span spans[PASSK_MODELS];
    int64_t count = s->config->job.count;
    s->spans = cairn_arena_alloc(c->arena, (size_t)s->n_models * s->problems + 1, sizeof *s->spans);
    if (!s->spans) return CAIRN_NO_MEMORY;
    if (r->n > 1) qsort(r->samples, r->n, sizeof *r->samples, by_problem);
    for (size_t i = 0, end; i < r->n; i = end) {
        for (end = i; end < r->n && r->samples[end].number == r->samples[i].number;) end++;
        if (count && r->samples[i].number >= count) break;
        CAIRN_TRY(fill_problem(c, r, r->samples + i, end - i, scratch, spans));
    }
    if (s->shared == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID,
                          "no problem has a sample that can be judged in every file: problems are joined by %s",
                          s->by_group ? "their group (--join text joins by text)" : "their text");
    return CAIRN_OK;
}
