/* The report: its runs, and every two of them problem by problem. */
#include "eval/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "data/json.h"

cairn_status report_get_verdict(cairn_ctx *ctx, const json_t *object, const char *name, const char *where,
                                cairn_verdict *out) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_boolean(value) && !json_is_null(value))
        return json_fail_field(ctx, where, name, "true, false or null", value);
    *out = json_is_null(value)   ? CAIRN_VERDICT_UNKNOWN
           : json_is_true(value) ? CAIRN_VERDICT_RIGHT
                                 : CAIRN_VERDICT_WRONG;
    return CAIRN_OK;
}

cairn_status report_get_number(cairn_ctx *ctx, const json_t *object, const char *name, const char *where, double *out) {
    const json_t *value = json_object_get(object, name);
    if (!json_is_number(value) && !json_is_null(value))
        return json_fail_field(ctx, where, name, "a number or null", value);
    *out = json_is_null(value) ? NAN : json_number_value(value);
    return CAIRN_OK;
}

/* ---- opening ------------------------------------------------------------------------------------------------------- */

/* The file's name without folder and ".db", with "(2)" and so on where an earlier run has it. */
static cairn_status name_run(cairn_report *report, int32_t i) {
    cairn_report_run *about = &report->runs[i].about;
    const char *slash = strrchr(about->path, '/'), *base = slash ? slash + 1 : about->path;
    size_t length = strlen(base);
    if (length > 3 && strcmp(base + length - 3, ".db") == 0) length -= 3;
    about->name = cairn_arena_copy(report->arena, base, length);
    for (int32_t k = 2; about->name; k++) {
        bool taken = false;
        for (int32_t j = 0; j < i; j++) taken = taken || strcmp(report->runs[j].about.name, about->name) == 0;
        if (!taken) return CAIRN_OK;
        about->name = cairn_arena_printf(report->arena, "%.*s (%d)", (int)length, base, (int)k);
    }
    return CAIRN_NO_MEMORY;
}

static cairn_status read_run(cairn_ctx *ctx, cairn_report *report, report_run *run) {
    const char *verb = cairn_run_manifest(run->file, "verb"), *tree = cairn_run_manifest(run->file, "tree");
    bool solved = verb && strcmp(verb, "solve") == 0;
    if (!solved && (!verb || strcmp(verb, "label") != 0))
        return cairn_fail(ctx, CAIRN_INVALID, "%s: was made by `%s`: a report is of runs of solve and label",
                          run->about.path, verb ? verb : "nothing");
    run->about.verb = solved ? "solve" : "label";
    run->about.problems = cairn_run_problems(run->file);
    run->about.done = cairn_run_done(run->file);
    run->about.trees = tree && strcmp(tree, "kept") == 0;
    return (solved ? report_read_solved : report_read_labelled)(ctx, report->arena, run);
}

static cairn_status open_run(cairn_ctx *ctx, cairn_report *report, const char *path) {
    int32_t i = report->n_runs;
    report_run *run = &report->runs[i];
    for (int32_t j = 0; j < i; j++)
        if (strcmp(report->runs[j].about.path, path) == 0)
            return cairn_fail(ctx, CAIRN_INVALID, "%s: is given twice", path);
    run->about.path = cairn_arena_copy(report->arena, path, strlen(path));
    if (!run->about.path) return CAIRN_NO_MEMORY;
    CAIRN_TRY(name_run(report, i));
    CAIRN_TRY(cairn_run_open(ctx, path, &run->file));
    report->n_runs++;
    return read_run(ctx, report, run);
}

/* ---- pairs --------------------------------------------------------------------------------------------------------- */

typedef int order_fn(const void *a, const void *b);

static int by_id(const void *a, const void *b) {
    return strcmp(((const report_problem *)a)->id, ((const report_problem *)b)->id);
}

static int by_key(const void *a, const void *b) {
    return strcmp(((const report_problem *)a)->key, ((const report_problem *)b)->key);
}

/* Sorts a copy of a run's problems; NULL without memory. */
static report_problem *sorted(cairn_arena *arena, const report_run *run, order_fn *order) {
    report_problem *copy = cairn_arena_alloc(arena, run->n_problems, sizeof *copy);
    if (copy && run->n_problems > 0) {
        memcpy(copy, run->problems, run->n_problems * sizeof *copy);
        qsort(copy, run->n_problems, sizeof *copy, order);
    }
    return copy;
}

/* Do all records tell the key of their problem's text, and is none there twice? */
static cairn_status has_keys(cairn_arena *arena, const report_run *run, bool *out) {
    *out = true;
    for (size_t i = 0; i < run->n_problems; i++) *out = *out && run->problems[i].key;
    if (!*out) return CAIRN_OK;
    const report_problem *list = sorted(arena, run, by_key);
    if (!list) return CAIRN_NO_MEMORY;
    for (size_t i = 1; i < run->n_problems; i++) *out = *out && by_key(&list[i - 1], &list[i]) != 0;
    return CAIRN_OK;
}

static void count_shared(cairn_report_pair *pair, const report_problem *a, const report_problem *b) {
    if (!a->judged || !b->judged) {
        pair->unjudged++;
        return;
    }
    pair->shared++;
    pair->both_right += a->right && b->right;
    pair->a_right += a->right && !b->right;
    pair->b_right += b->right && !a->right;
    pair->both_wrong += !a->right && !b->right;
}

/* One id, but different problems: files that give their lines as ids do that. */
static bool differ(const report_problem *a, const report_problem *b) {
    return a->key && b->key && strcmp(a->key, b->key) != 0;
}

/* Counts the problems of two runs in this order. Of problems that are told apart by nothing each has its partner in
 * order. */
static void count_pairs(const report_problem *a, size_t n_a, const report_problem *b, size_t n_b, order_fn *compare,
                        cairn_report_pair *pair) {
    size_t i = 0, j = 0;
    while (i < n_a || j < n_b) {
        int order = i == n_a ? 1 : j == n_b ? -1 : compare(&a[i], &b[j]);
        bool shared = order == 0 && !differ(&a[i], &b[j]);
        if (shared) count_shared(pair, &a[i], &b[j]);
        pair->only_a += order <= 0 && !shared;
        pair->only_b += order >= 0 && !shared;
        i += order <= 0;
        j += order >= 0;
    }
}

static cairn_status pair_runs(cairn_ctx *ctx, const cairn_report *report, cairn_report_pair *pair) {
    const report_run *a = &report->runs[pair->a], *b = &report->runs[pair->b];
    cairn_arena_mark mark = cairn_arena_save(report->arena);
    bool keys_a, keys_b;
    CAIRN_TRY(has_keys(report->arena, a, &keys_a));
    CAIRN_TRY(has_keys(report->arena, b, &keys_b));
    order_fn *compare = keys_a && keys_b ? by_key : by_id;
    const report_problem *of_a = sorted(report->arena, a, compare), *of_b = sorted(report->arena, b, compare);
    if (!of_a || !of_b) return CAIRN_NO_MEMORY;
    count_pairs(of_a, a->n_problems, of_b, b->n_problems, compare, pair);
    cairn_arena_restore(report->arena, mark);
    pair->difference = (cairn_interval){NAN, NAN, NAN, 0};
    if (pair->shared == 0) return CAIRN_OK;
    return cairn_stat_paired_shares(ctx, pair->a_right, pair->b_right, pair->shared, REPORT_LEVEL, &pair->difference);
}

static cairn_status pair_all(cairn_ctx *ctx, cairn_report *report) {
    size_t most = (size_t)report->n_runs * (size_t)report->n_runs;
    report->pairs = cairn_arena_alloc(report->arena, most, sizeof *report->pairs);
    if (!report->pairs) return CAIRN_NO_MEMORY;
    for (int32_t a = 0; a < report->n_runs; a++) {
        for (int32_t b = a + 1; b < report->n_runs; b++) {
            if (*report->runs[a].about.verb != 's' || *report->runs[b].about.verb != 's') continue;
            cairn_report_pair *pair = &report->pairs[report->n_pairs++];
            *pair = (cairn_report_pair){.a = a, .b = b};
            CAIRN_TRY(pair_runs(ctx, report, pair));
        }
    }
    return CAIRN_OK;
}

/* ---- the whole ----------------------------------------------------------------------------------------------------- */

static cairn_status open_all(cairn_ctx *ctx, cairn_report *report, const char *const *paths, int32_t n) {
    for (int32_t i = 0; i < n; i++) CAIRN_TRY(open_run(ctx, report, paths[i]));
    return pair_all(ctx, report);
}

cairn_status cairn_report_open(cairn_ctx *ctx, const char *const *paths, int32_t n, cairn_report **out) {
    cairn_arena *arena;
    if (n < 1 || n > CAIRN_REPORT_RUNS)
        return cairn_fail(ctx, CAIRN_INVALID, "a report is of 1 to %d runs, not %d", CAIRN_REPORT_RUNS, (int)n);
    CAIRN_TRY(cairn_arena_open(ctx, 65536, &arena));
    cairn_report *report = cairn_arena_alloc(arena, 1, sizeof *report);
    if (!report) {
        cairn_arena_close(arena);
        return CAIRN_NO_MEMORY;
    }
    report->arena = arena;
    cairn_status status = open_all(ctx, report, paths, n);
    if (status == CAIRN_OK)
        *out = report;
    else
        cairn_report_close(report);
    return status;
}

void cairn_report_close(cairn_report *report) {
    if (!report) return;
    for (int32_t i = 0; i < CAIRN_REPORT_RUNS; i++) cairn_run_close(report->runs[i].file);
    cairn_arena_close(report->arena);
}

int32_t cairn_report_runs(const cairn_report *report) {
    return report->n_runs;
}

const cairn_report_run *cairn_report_run_at(const cairn_report *report, int32_t i) {
    return &report->runs[i].about;
}

const cairn_run *cairn_report_file(const cairn_report *report, int32_t i) {
    return report->runs[i].file;
}

int32_t cairn_report_pairs(const cairn_report *report) {
    return report->n_pairs;
}

const cairn_report_pair *cairn_report_pair_at(const cairn_report *report, int32_t i) {
    return &report->pairs[i];
}
