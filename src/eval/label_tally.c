/* Sums over the records of a labelling: what was kept, how well labels agree with the world's truth, audits. */
#include "eval/label_tally.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/json.h"
#include "eval/record.h"

/* ---- visiting --------------------------------------------------------------------------------------------------------- */

typedef struct visiting {
    const label_records *records;
    label_visit_fn visit;
    void *arg;
} visiting;

static cairn_status visit_record(void *arg, int64_t index, const char *id, const char *text, size_t length) {
    const visiting *v = arg;
    const label_records *r = v->records;
    json_t *record;
    (void)index;
    cairn_arena_reset(r->arena);
    CAIRN_TRY(json_parse(r->ctx, text, length, id, &record));
    cairn_status status = label_record_apply(r->ctx, r->arena, &r->again, r->all_samples, id, record);
    if (status == CAIRN_OK) status = v->visit(v->arg, id, record);
    json_decref(record);
    return status;
}

cairn_status label_records_each(const label_records *records, label_visit_fn visit, void *arg) {
    visiting v = {.records = records, .visit = visit, .arg = arg};
    return records->job ? cairn_job_each(records->job, records->ctx, records->run, visit_record, &v)
                        : cairn_run_each(records->run, records->ctx, visit_record, &v);
}

/* ---- balance ------------------------------------------------------------------------------------------------------------ */

/* A random number of a solution; equal texts of different problems differ by their place. */
static uint64_t key_of(uint64_t seed, const json_t *record, size_t number) {
    const char *key = json_string_value(json_object_get(record, "problem_key")),
               *id = json_string_value(json_object_get(record, "id"));
    uint64_t problem =
        cairn_key_mix(cairn_key(key ? key : "", key ? strlen(key) : 0), cairn_key(id ? id : "", id ? strlen(id) : 0));
    return cairn_key_mix(seed, cairn_key_mix(problem, (uint64_t)number));
}

const char *label_dropped(const cairn_label_balance *balance, const json_t *record, size_t number) {
    const json_t *solution = json_array_get(json_object_get(record, "solutions"), number),
                 *correct = json_object_get(solution, "correct");
    const char *word = label_record_dropped(solution);
    if (*word || !balance->on) return word;
    if (!json_is_boolean(correct)) return "unknown-outcome";
    return key_of(balance->seed, record, number) <= balance->most[json_is_true(correct)] ? "" : "balance";
}

/* Keys of the kept solutions, of wrong and of right outcome. */
typedef struct key_list {
    cairn_ctx *ctx;
    uint64_t seed;
    uint64_t *keys[2];
    size_t n[2], capacity[2];
} key_list;

static cairn_status note_keys(void *arg, const char *id, const json_t *record) {
    key_list *list = arg;
    const json_t *solutions = json_object_get(record, "solutions");
    (void)id;
    for (size_t i = 0; i < json_array_size(solutions); i++) {
        const json_t *solution = json_array_get(solutions, i), *correct = json_object_get(solution, "correct");
        int side = json_is_true(correct);
        if (*label_record_dropped(solution) || !json_is_boolean(correct)) continue;
        CAIRN_TRY(cairn_grow(list->ctx, (void **)&list->keys[side], &list->capacity[side], list->n[side] + 1,
                             sizeof *list->keys[side]));
        list->keys[side][list->n[side]++] = key_of(list->seed, record, i);
    }
    return CAIRN_OK;
}

static cairn_status find_balance(const label_records *records, uint64_t seed, cairn_label_balance *out) {
    key_list list = {.ctx = records->ctx, .seed = seed};
    cairn_status status = label_records_each(records, note_keys, &list);
    size_t least = list.n[0] < list.n[1] ? list.n[0] : list.n[1];
    *out = (cairn_label_balance){.on = true, .seed = seed};
    for (int side = 0; side < 2; side++) {
        cairn_keys_sort(list.keys[side], list.n[side]);
        out->most[side] = least ? list.keys[side][least - 1] : 0;
        cairn_free(list.keys[side]);
    }
    return status;
}

/* ---- sums ------------------------------------------------------------------------------------------------------------------ */

/* Shares whose cases come from problems. */
enum { EXACT, AGREEMENT, NEGATIVE, FLAWED, FLAWED_EXACT, LEAST, SHARES };
typedef struct shares {
    double *hits, *items; /* [n] of each problem; of cairn_alloc */
    size_t n, hits_capacity, items_capacity;
} shares;

typedef struct tally {
    cairn_ctx *ctx;
    cairn_label_summary *out;
    cairn_outcome_groups outcomes;
    shares shares[SHARES];
    double right_from;
    bool all_samples;
    spent cost;
} tally;

static cairn_status note_share(cairn_ctx *ctx, shares *s, int64_t hits, int64_t items) {
    CAIRN_TRY(cairn_grow(ctx, (void **)&s->hits, &s->hits_capacity, s->n + 1, sizeof *s->hits));
    CAIRN_TRY(cairn_grow(ctx, (void **)&s->items, &s->items_capacity, s->n + 1, sizeof *s->items));
    s->hits[s->n] = (double)hits;
    s->items[s->n++] = (double)items;
    return CAIRN_OK;
}

/* First step that the world calls wrong, or CAIRN_NO_ERROR; CAIRN_UNLABELLED where it does not know a step before. */
static int32_t true_first_error(const json_t *truth) {
    for (size_t i = 0; i < json_array_size(truth); i++) {
        const json_t *verdict = json_array_get(truth, i);
        if (!json_is_boolean(verdict)) return CAIRN_UNLABELLED;
        if (json_is_false(verdict)) return (int32_t)i;
    }
    return CAIRN_NO_ERROR;
}

static void tally_steps(cairn_label_summary *out, double right_from, const json_t *labels, const json_t *truth) {
    for (size_t i = 0; i < json_array_size(labels); i++) {
        const json_t *label = json_array_get(labels, i), *known = json_array_get(truth, i);
        if (json_is_null(label)) continue;
        bool right = cairn_label_is_right(json_number_value(label), right_from);
        out->labelled_steps++;
        out->wrong_steps += !right;
        if (json_is_null(known)) continue;
        out->known_steps++;
        out->agreeing_steps += right == json_is_true(known);
    }
}

static void tally_zeros(cairn_label_summary *out, const json_t *counts) {
    for (size_t i = 0; i + 1 < json_array_size(counts); i++) { /* the last step's is its own outcome */
        const json_t *pair = json_array_get(counts, i);
        int32_t n = (int32_t)json_integer_value(json_array_get(pair, 0));
        if (n == 0 || json_integer_value(json_array_get(pair, 1))) continue;
        out->zeros++;
        if (out->zeros == 1 || n < out->zero_completions) out->zero_completions = n;
    }
}

/* Is the least of the labels on the last step alone? Only solutions with a label on each of several steps are asked. */
static void tally_least(cairn_label_summary *out, const json_t *labels) {
    size_t n = json_array_size(labels);
    double last = n ? json_number_value(json_array_get(labels, n - 1)) : 0;
    bool least = true;
    for (size_t i = 0; i < n; i++) {
        const json_t *label = json_array_get(labels, i);
        if (json_is_null(label)) return;
        if (i + 1 < n) least &= json_number_value(label) > last;
    }
    out->whole += n > 1;
    out->least_last += n > 1 && least;
}

static int bucket_of(const cairn_root_count *root) {
    if (root->n == 0) return CAIRN_LABEL_BUCKETS - 1;
    int bucket = (int)(4 * (int64_t)root->ok / root->n);
    return bucket > 3 ? 3 : bucket;
}

static void tally_kept_solution(cairn_label_summary *out, double right_from, const cairn_root_count *root,
                                const json_t *solution) {
    const json_t *labels = json_object_get(solution, "labels"), *truth = json_object_get(solution, "truth");
    int32_t located = (int32_t)json_integer_value(json_object_get(solution, "first_error")),
            first = true_first_error(truth), n = (int32_t)json_array_size(labels);
    bool right = json_is_true(json_object_get(solution, "correct"));
    if (located >= 0) {
        out->located++;
        out->judged += first != CAIRN_UNLABELLED;
        out->exact_locations += located == first;
    }
    if (right && first != CAIRN_UNLABELLED) {
        out->right_known++;
        out->flawed += first >= 0;
        out->flawed_located += first >= 0 && located == first;
    }
    if (first != CAIRN_UNLABELLED && located != CAIRN_UNLABELLED)
        out->noise[bucket_of(root)].n[cairn_label_noise(located, first, n)]++;
    tally_steps(out, right_from, labels, truth);
    tally_zeros(out, json_object_get(solution, "counts"));
    tally_least(out, labels);
}

static void count_kept(cairn_label_kept *k, const char *dropped, cairn_error_place place) {
    int32_t i = 0;
    if (!*dropped) {
        k->kept[place]++;
        return;
    }
    while (i < k->reasons && strncmp(k->dropped[i].word, dropped, sizeof k->dropped[i].word - 1) != 0) i++;
    if (i == CAIRN_LABEL_REASONS) i--;
    if (i == k->reasons) {
        k->reasons++;
        snprintf(k->dropped[i].word, sizeof k->dropped[i].word, "%s", i + 1 == CAIRN_LABEL_REASONS ? "other" : dropped);
    }
    k->dropped[i].n[place]++;
}

static void tally_solution(tally *t, const cairn_root_count *root, const json_t *record, size_t number) {
    const json_t *solution = json_array_get(json_object_get(record, "solutions"), number);
    const char *dropped = label_dropped(&t->out->balance, record, number);
    int32_t located = (int32_t)json_integer_value(json_object_get(solution, "first_error")),
            n = (int32_t)json_array_size(json_object_get(solution, "steps"));
    t->out->solutions++;
    count_kept(&t->out->kept, dropped, cairn_error_place_of(located, n));
    if (!*dropped) tally_kept_solution(t->out, t->right_from, root, solution);
}

static cairn_status tally_outcomes(tally *t, const json_t *record) {
    const json_t *solutions = json_object_get(record, "solutions");
    cairn_outcomes outcomes = {0};
    for (size_t i = 0; i < json_array_size(solutions); i++) {
        const json_t *solution = json_array_get(solutions, i);
        if (json_is_true(json_object_get(solution, "prefix"))) continue;
        cairn_outcomes_add(&outcomes, verdict_of(json_object_get(solution, "correct")),
                           json_is_string(json_object_get(solution, "answer")), json_object_get(record, "target"), 1);
    }
    return cairn_outcome_groups_add(t->ctx, &t->outcomes, &outcomes);
}

/* Counts the solutions of one problem, which are alike. */
static cairn_status tally_solutions(tally *t, const json_t *record) {
    cairn_label_summary *out = t->out, before = *out;
    cairn_root_count root = label_record_root(record, t->all_samples);
    for (size_t i = 0; i < json_array_size(json_object_get(record, "solutions")); i++)
        tally_solution(t, &root, record, i);
    const int64_t added[SHARES][2] = {
        [EXACT] = {out->exact_locations - before.exact_locations, out->judged - before.judged},
        [AGREEMENT] = {out->agreeing_steps - before.agreeing_steps, out->known_steps - before.known_steps},
        [NEGATIVE] = {out->wrong_steps - before.wrong_steps, out->labelled_steps - before.labelled_steps},
        [FLAWED] = {out->flawed - before.flawed, out->right_known - before.right_known},
        [FLAWED_EXACT] = {out->flawed_located - before.flawed_located, out->flawed - before.flawed},
        [LEAST] = {out->least_last - before.least_last, out->whole - before.whole},
    };
    for (int i = 0; i < SHARES; i++) CAIRN_TRY(note_share(t->ctx, &t->shares[i], added[i][0], added[i][1]));
    return CAIRN_OK;
}

static cairn_status tally_record(void *arg, const char *id, const json_t *record) {
    tally *t = arg;
    json_t *solutions;
    const char *dropped = "";
    int64_t rollouts = 0, unknown = 0;
    CAIRN_TRY(json_get_array(t->ctx, record, "solutions", id, &solutions));
    CAIRN_TRY(json_get_int(t->ctx, record, "rollouts", id, &rollouts));
    CAIRN_TRY(json_get_int(t->ctx, record, "unknown", id, &unknown));
    CAIRN_TRY(json_get_text(t->ctx, record, "dropped", id, &dropped));
    CAIRN_TRY(cost_add(t->ctx, record, id, &t->cost));
    CAIRN_TRY(tally_outcomes(t, record));
    t->out->problems++;
    t->out->dropped += *dropped != 0;
    t->out->rollouts += rollouts;
    t->out->unknown += unknown;
    return tally_solutions(t, record);
}

static cairn_status measure(cairn_ctx *ctx, const tally *t, uint64_t seed, cairn_label_summary *out) {
    cairn_bootstrap how = CAIRN_BOOTSTRAP_PRESET;
    cairn_interval *const intervals[SHARES] = {&out->exact,        &out->agreement,    &out->negative,
                                               &out->flawed_share, &out->flawed_exact, &out->least_share};
    cairn_interval zero;
    how.seed = seed;
    CAIRN_TRY(cairn_outcome_groups_share(ctx, &t->outcomes, seed, &out->accuracy));
    for (int i = 0; i < SHARES; i++)
        CAIRN_TRY(
            cairn_stat_grouped_share(ctx, t->shares[i].hits, t->shares[i].items, t->shares[i].n, &how, intervals[i]));
    out->outcomes = t->outcomes.all;
    out->steps = t->cost.steps;
    out->tokens = t->cost.tokens;
    out->flops = t->cost.flops;
    out->zero_most = NAN;
    if (!out->zeros) return CAIRN_OK;
    CAIRN_TRY(cairn_stat_clopper_pearson(ctx, 0, out->zero_completions, 0.95, &zero));
    out->zero_most = zero.high;
    return CAIRN_OK;
}

cairn_status label_tally(const label_records *records, const cairn_label_setup *setup, uint64_t seed,
                         cairn_label_summary *out) {
    tally t = {.ctx = records->ctx, .out = out, .right_from = setup->right_from, .all_samples = records->all_samples};
    if (setup->balance) CAIRN_TRY(find_balance(records, seed, &out->balance));
    cairn_status status = label_records_each(records, tally_record, &t);
    if (status == CAIRN_OK) status = measure(records->ctx, &t, seed, out);
    for (int i = 0; i < SHARES; i++) {
        cairn_free(t.shares[i].hits);
        cairn_free(t.shares[i].items);
    }
    cairn_outcome_groups_free(&t.outcomes);
    return status;
}
