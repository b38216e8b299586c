/* The data of a run: records and pairs as examples, in groups, on two sides. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "learn/trainer.h"

enum { MOST_MEMBERS = 4096 /* of a group: the time of its pairs grows with the square */ };

static bool compares(const trainer *t) {
    return t->objective->least > 1;
}

/* ---- stepped solutions ---------------------------------------------------------------------------------------------------------- */

typedef cairn_status (*visit_fn)(trainer *t, void *arg, const char *name, const cairn_record *record);

/* Calls `visit` for every record of a file; *key: of the whole file. */
static cairn_status each_record(trainer *t, const char *path, visit_fn visit, void *arg, uint64_t *key,
                                int64_t *skipped) {
    cairn_dataset *dataset;
    cairn_record record;
    cairn_read_options options = {.format = (cairn_format)t->setup->format,
                                  .split = (cairn_split)t->setup->split,
                                  .solutions = true,
                                  .skip_bad = t->setup->skip_bad};
    CAIRN_TRY(cairn_dataset_open(t->ctx, path, options, &dataset));
    cairn_arena_mark mark = cairn_arena_save(t->arena);
    cairn_status status;
    while ((status = cairn_dataset_next(dataset, t->arena, &record)) == CAIRN_OK) {
        char name[512];
        snprintf(name, sizeof name, "%s:%" PRId64, path, record.line);
        status = visit(t, arg, name, &record);
        cairn_arena_restore(t->arena, mark);
        if (status != CAIRN_OK) break;
    }
    *key = cairn_dataset_key(dataset);
    if (skipped) *skipped += cairn_dataset_skipped(dataset);
    cairn_dataset_close(dataset);
    return status == CAIRN_END ? CAIRN_OK : status;
}

static cairn_status add_text(trainer *t, void *arg, const char *name, const cairn_record *record) {
    (void)t, (void)name;
    CAIRN_TRY(cairn_bpe_add(arg, record->problem, strlen(record->problem)));
    for (int32_t i = 0; i < record->n_steps; i++) {
        const char *seen = record->observations ? record->observations[i] : NULL;
        CAIRN_TRY(cairn_bpe_add(arg, record->steps[i], strlen(record->steps[i])));
        if (seen) CAIRN_TRY(cairn_bpe_add(arg, seen, strlen(seen)));
    }
    return CAIRN_OK;
}

typedef struct adding {
    cairn_examples *examples;
    cairn_solution_format format;
} adding;

/* A solution that is longer than the context is a bad line like others. */
static cairn_status skip_long(trainer *t, cairn_status status) {
    if (status != CAIRN_LIMIT || !t->setup->skip_bad) return status;
    cairn_log(t->ctx, CAIRN_LOG_WARN, "skipped %s", cairn_error(t->ctx));
    t->data.skipped++;
    return CAIRN_OK;
}

static cairn_status add_example(trainer *t, void *arg, const char *name, const cairn_record *record) {
    adding *a = arg;
    const cairn_learn_setup *s = t->setup;
    const cairn_example_choice choice = {s->only_right, s->until_error, s->right_from, compares(t)};
    return skip_long(t, cairn_examples_add(t->ctx, a->examples, &a->format, s->task, &choice, name, record));
}

/* Solutions of one problem, by their outcomes. */
static cairn_status add_solution(trainer *t, void *arg, const char *name, const cairn_record *record) {
    adding *a = arg;
    const char *shared = record->group ? record->group : record->problem;
    if (record->correct == CAIRN_VERDICT_UNKNOWN || record->n_steps == 0) {
        a->examples->dropped++;
        return CAIRN_OK;
    }
    bool tokens = t->objective->reads == CAIRN_READS_SEQUENCE;
    const cairn_member member = {.problem = record->problem,
                                 .steps = record->steps,
                                 .observations = record->observations,
                                 .n_steps = record->n_steps,
                                 .tokens = tokens,
                                 .finished = tokens,
                                 .label = record->correct == CAIRN_VERDICT_RIGHT,
                                 .group = cairn_key(shared, strlen(shared))};
    return skip_long(t, cairn_examples_add_member(t->ctx, a->examples, &a->format, name, &member));
}

/* ---- pairs -------------------------------------------------------------------------------------------------------------------------- */

typedef cairn_status (*visit_pair_fn)(trainer *t, void *arg, const char *name, const cairn_preference *pair);

static cairn_status each_preference(trainer *t, const char *path, visit_pair_fn visit, void *arg, uint64_t *key,
                                    int64_t *skipped) {
    cairn_preferences *file;
    cairn_preference pair;
    cairn_status status;
    CAIRN_TRY(cairn_preferences_open(t->ctx, path, (cairn_split)t->setup->split, t->setup->skip_bad, &file));
    cairn_arena_mark mark = cairn_arena_save(t->arena);
    while ((status = cairn_preferences_next(file, t->arena, &pair)) == CAIRN_OK) {
        char name[512];
        snprintf(name, sizeof name, "%s:%" PRId64, path, pair.line);
        status = visit(t, arg, name, &pair);
        cairn_arena_restore(t->arena, mark);
        if (status != CAIRN_OK) break;
    }
    *key = cairn_preferences_key(file);
    if (skipped) *skipped += cairn_preferences_skipped(file);
    cairn_preferences_close(file);
    return status == CAIRN_END ? CAIRN_OK : status;
}

static cairn_status add_pair_text(trainer *t, void *arg, const char *name, const cairn_preference *pair) {
    (void)t, (void)name;
    CAIRN_TRY(cairn_bpe_add(arg, pair->problem, strlen(pair->problem)));
    for (int32_t i = 0; i < pair->n_chosen; i++)
        CAIRN_TRY(cairn_bpe_add(arg, pair->chosen[i], strlen(pair->chosen[i])));
    for (int32_t i = 0; i < pair->n_rejected; i++)
        CAIRN_TRY(cairn_bpe_add(arg, pair->rejected[i], strlen(pair->rejected[i])));
    return CAIRN_OK;
}

/* Either member may be too long: then neither is learned from. */
static cairn_status add_pair(trainer *t, void *arg, const char *name, const cairn_preference *pair) {
    adding *a = arg;
    bool tokens = t->objective->reads == CAIRN_READS_SEQUENCE;
    cairn_member member = {
        .problem = pair->problem, .tokens = tokens, .finished = tokens, .group = (uint64_t)a->examples->count};
    for (int rejected = 0; rejected < 2; rejected++) {
        member.steps = rejected ? pair->rejected : pair->chosen;
        member.n_steps = rejected ? pair->n_rejected : pair->n_chosen;
        member.label = !rejected;
        cairn_status status = cairn_examples_add_member(t->ctx, a->examples, &a->format, name, &member);
        if (status != CAIRN_OK)
            return skip_long(t, status); /* a first member that is there already stays alone in its group */
    }
    return CAIRN_OK;
}

/* ---- siblings: different steps after one prefix, by their labels ---------------------------------------------------------------- */

/* A labelled step of the file. */
typedef struct sibling {
    uint64_t prefix, step; /* keys of what stands before it, and of its text */
    float label;
    int32_t place; /* in the order of reading */
    bool member;   /* the first with its prefix and text, and another with its prefix has another label */
} sibling;

typedef struct siblings {
    sibling *at; /* [count] */
    size_t count, capacity;
    size_t next; /* of the second reading */
    adding to;
} siblings;

static cairn_status note_steps(trainer *t, void *arg, const char *name, const cairn_record *record) {
    siblings *s = arg;
    uint64_t prefix = cairn_key(record->problem, strlen(record->problem));
    (void)name;
    for (int32_t i = 0; i < record->n_steps; i++) {
        uint64_t step = cairn_key(record->steps[i], strlen(record->steps[i]));
        double label = cairn_record_label(record, i);
        if (!isnan(label)) {
            if (s->count == INT32_MAX) return cairn_fail(t->ctx, CAIRN_LIMIT, "more than 2^31 labelled steps");
            CAIRN_TRY(cairn_grow(t->ctx, (void **)&s->at, &s->capacity, s->count + 1, sizeof *s->at));
            s->at[s->count] = (sibling){prefix, step, (float)label, (int32_t)s->count, false};
            s->count++;
        }
        prefix = cairn_key_mix(prefix, step);
    }
    return CAIRN_OK;
}

static int by_prefix(const void *a, const void *b) {
    const sibling *x = a, *y = b;
    if (x->prefix != y->prefix) return x->prefix < y->prefix ? -1 : 1;
    if (x->step != y->step) return x->step < y->step ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

static int by_place(const void *a, const void *b) {
    const sibling *x = a, *y = b;
    return (x->place > y->place) - (x->place < y->place);
}

/* Equal steps after one prefix are one member, with the label that was read first. */
static void find_members(siblings *s) {
    if (s->count) qsort(s->at, s->count, sizeof *s->at, by_prefix);
    for (size_t from = 0, to; from < s->count; from = to) {
        bool differ = false;
        for (to = from; to < s->count && s->at[to].prefix == s->at[from].prefix; to++) {
            s->at[to].member = to == from || s->at[to].step != s->at[to - 1].step;
            differ |= s->at[to].member && (s->at[to].label < s->at[from].label || s->at[to].label > s->at[from].label);
        }
        for (size_t i = from; i < to && !differ; i++) s->at[i].member = false;
    }
    if (s->count) qsort(s->at, s->count, sizeof *s->at, by_place);
}

static cairn_status add_siblings(trainer *t, void *arg, const char *name, const cairn_record *record) {
    siblings *s = arg;
    for (int32_t i = 0; i < record->n_steps; i++) {
        if (isnan(cairn_record_label(record, i))) continue;
        if (s->next == s->count) return cairn_fail(t->ctx, CAIRN_IO, "%s: the file changed while it was read", name);
        const sibling *at = &s->at[s->next++];
        const cairn_member member = {.problem = record->problem,
                                     .steps = record->steps,
                                     .observations = record->observations,
                                     .n_steps = i + 1,
                                     .from = i,
                                     .tokens = t->objective->reads == CAIRN_READS_SEQUENCE,
                                     .label = (double)at->label,
                                     .group = at->prefix};
        if (!at->member)
            t->data.alone++;
        else
            CAIRN_TRY(skip_long(t, cairn_examples_add_member(t->ctx, s->to.examples, &s->to.format, name, &member)));
    }
    return CAIRN_OK;
}

/* Reads the file twice: which steps have siblings is known at its end. */
static cairn_status read_siblings(trainer *t, const char *path, const adding *to, uint64_t *key) {
    siblings s = {.to = *to};
    cairn_status status = each_record(t, path, note_steps, &s, key, &t->data.skipped);
    if (status == CAIRN_OK) {
        find_members(&s);
        status = each_record(t, path, add_siblings, &s, key, NULL);
    }
    cairn_free(s.at);
    return status;
}

/* ---- files -------------------------------------------------------------------------------------------------------------------------- */

cairn_status corpus_add_texts(trainer *t, cairn_bpe_trainer *bpe) {
    uint64_t key;
    bool pairs = false;
    if (t->setup->task == CAIRN_LEARN_PAIRS) CAIRN_TRY(cairn_preferences_detect(t->ctx, t->setup->data, &pairs));
    return pairs ? each_preference(t, t->setup->data, add_pair_text, bpe, &key, NULL)
                 : each_record(t, t->setup->data, add_text, bpe, &key, NULL);
}

static cairn_status read_file(trainer *t, const char *path, cairn_examples *examples, uint64_t *key) {
    const cairn_learn_setup *s = t->setup;
    adding a = {.examples = examples};
    bool pairs = false;
    CAIRN_TRY(cairn_solution_format_of(t->ctx, t->tokenizer, t->model->shape.context, &a.format));
    t->data.separator = a.format.separator;
    t->data.step = a.format.step;
    if (s->task == CAIRN_LEARN_PAIRS) CAIRN_TRY(cairn_preferences_detect(t->ctx, path, &pairs));
    if (pairs) return each_preference(t, path, add_pair, &a, key, &t->data.skipped);
    if (s->task == CAIRN_LEARN_PAIRS && s->level == CAIRN_PAIR_SOLUTIONS)
        return each_record(t, path, add_solution, &a, key, &t->data.skipped);
    if (s->task == CAIRN_LEARN_PAIRS || (s->task == CAIRN_LEARN_PRM && compares(t)))
        return read_siblings(t, path, &a, key);
    return each_record(t, path, add_example, &a, key, &t->data.skipped);
}

/* ---- two sides ------------------------------------------------------------------------------------------------------------------------ */

/* Whether the solutions of this problem are set aside: by (seed, problem) alone. */
static bool is_dev(const trainer *t, uint64_t problem) {
    return (double)(cairn_key_mix(t->setup->seed, problem) >> 11) * 0x1p-53 < t->setup->dev_share;
}

/* Whether there is something to compare: enough members, and labels that differ. */
static bool is_useful(const trainer *t, const cairn_examples *e, const grouping *g, int32_t group) {
    int32_t from = g->starts[group], to = g->starts[group + 1];
    bool differ = false;
    if (!compares(t)) return true;
    float label = e->labels[e->mark_starts[g->members[from]]];
    for (int32_t m = from + 1; m < to; m++) {
        float other = e->labels[e->mark_starts[g->members[m]]];
        differ |= other < label || other > label;
    }
    return to - from >= t->objective->least && differ;
}

static void add_group(const trainer *t, side *s, int32_t group) {
    const cairn_examples *e = s->examples;
    s->pool[s->count++] = group;
    s->units += trainer_units(t, s, group);
    for (int32_t m = s->groups->starts[group]; m < s->groups->starts[group + 1]; m++) {
        int32_t id = s->groups->members[m];
        s->members++;
        s->marks += e->mark_starts[id + 1] - e->mark_starts[id];
        for (int64_t k = e->mark_starts[id]; k < e->mark_starts[id + 1]; k++)
            s->right += t->head && trainer_is_right(t, e->labels[k]);
    }
}

/* Useful groups of these examples to the one side, to the other, or by their problems. */
static cairn_status divide(trainer *t, const cairn_examples *e, const grouping *g, bool all_train, bool all_dev) {
    corpus *c = &t->data;
    for (int32_t i = 0; i < g->count; i++) {
        uint64_t problem = e->problems[g->members[g->starts[i]]];
        if (compares(t) && g->starts[i + 1] - g->starts[i] > MOST_MEMBERS)
            return cairn_fail(t->ctx, CAIRN_LIMIT, "%s: a group has %d members: at most %d are compared",
                              all_dev ? t->setup->dev : t->setup->data, g->starts[i + 1] - g->starts[i], MOST_MEMBERS);
        if (!is_useful(t, e, g, i))
            c->alone += g->starts[i + 1] - g->starts[i];
        else
            add_group(t, all_dev || (!all_train && is_dev(t, problem)) ? &c->dev : &c->train, i);
    }
    return CAIRN_OK;
}

/* A scorer cannot tell right from wrong by labels of one class. */
static void warn_of_one_class(const trainer *t) {
    const side *s = &t->data.train;
    if (!t->head || s->marks == 0 || (s->right > 0 && s->right < s->marks) || compares(t)) return;
    cairn_log(t->ctx, CAIRN_LOG_WARN, "%s: all %" PRId64 " %s are %s: the head sees one class alone", t->setup->data,
              s->marks, t->setup->task == CAIRN_LEARN_ORM ? "outcomes" : "labels", s->right ? "right" : "wrong");
}

static cairn_status nothing(const trainer *t) {
    const corpus *c = &t->data;
    if (compares(t))
        return cairn_fail(t->ctx, CAIRN_INVALID,
                          "%s: nothing to learn from: %" PRId64
                          " members have none beside them with another label, %d groups are in the dev set, %" PRId64
                          " records have no label for it",
                          t->setup->data, c->alone, c->dev.count, c->examples.dropped);
    return cairn_fail(t->ctx, CAIRN_INVALID,
                      "%s: nothing to learn from: of %d usable records %d are in the dev set, %" PRId64
                      " have no label for it or are not known to be right",
                      t->setup->data, c->examples.count, c->dev.count, c->examples.dropped);
}

static cairn_status split(trainer *t) {
    corpus *c = &t->data;
    bool own = *t->setup->dev != 0;
    c->train = (side){.examples = &c->examples, .groups = &c->groups};
    c->dev = own ? (side){.examples = &c->dev_examples, .groups = &c->dev_groups} : c->train;
    c->train.pool = cairn_arena_alloc(t->arena, (size_t)c->groups.count, sizeof *c->train.pool);
    c->dev.pool = cairn_arena_alloc(t->arena, (size_t)c->dev.groups->count, sizeof *c->dev.pool);
    if (!c->train.pool || !c->dev.pool) return CAIRN_NO_MEMORY;
    CAIRN_TRY(divide(t, &c->examples, &c->groups, own, false));
    if (own) CAIRN_TRY(divide(t, &c->dev_examples, &c->dev_groups, false, true));
    warn_of_one_class(t);
    return c->train.count > 0 ? CAIRN_OK : nothing(t);
}

cairn_status corpus_read(trainer *t) {
    corpus *c = &t->data;
    CAIRN_TRY(read_file(t, t->setup->data, &c->examples, &c->data_key));
    if (*t->setup->dev) CAIRN_TRY(read_file(t, t->setup->dev, &c->dev_examples, &c->dev_key));
    cairn_examples_trim(&c->examples);
    cairn_examples_trim(&c->dev_examples);
    CAIRN_TRY(grouping_open(t->ctx, &c->examples, &c->groups));
    CAIRN_TRY(grouping_open(t->ctx, &c->dev_examples, &c->dev_groups));
    cairn_trim_memory(); /* what reading took and gave back */
    return split(t);
}

void corpus_free(corpus *c) {
    cairn_examples_free(&c->examples);
    cairn_examples_free(&c->dev_examples);
    grouping_close(&c->groups);
    grouping_close(&c->dev_groups);
    cairn_free(c->reference);
    cairn_free(c->dev_reference);
}
