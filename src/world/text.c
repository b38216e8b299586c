/* World `text`: any problem in words. Steps are pieces of text and nothing is known beyond them: the policy says where
 * a solution ends, its outcome is that of the answer it states, a step is checked by recomputing what it calculates. */
#include "world/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/answer.h"
#include "cairn/tool.h"

typedef struct config {
    int64_t max_steps;
    int32_t format;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, max_steps, "64", 1, 4096, "steps", "a longer solution is cut off"),
    CAIRN_CHOICE(config, format, "auto", CAIRN_FORMAT_CHOICES, "format of the problem file"),
};

/* ---- loading ------------------------------------------------------------------------------------------------------- */

/* A problem, and its true answer in canonical form. */
typedef struct loaded {
    cairn_problem problem;
    const char *answer;
} loaded;

typedef struct list {
    loaded *items; /* from cairn_alloc while it grows */
    size_t count, capacity;
} list;

/* An answer in canonical form; NULL where it says nothing. */
static cairn_status canonical(cairn_ctx *ctx, cairn_arena *arena, const char *text, const char **out) {
    char *form = NULL;
    if (text) CAIRN_TRY(cairn_answer_canonical(ctx, arena, text, strlen(text), &form));
    *out = form && *form ? form : NULL;
    return CAIRN_OK;
}

static cairn_status add_record(cairn_ctx *ctx, list *all, const cairn_record *record, int32_t max_steps,
                               cairn_arena *arena) {
    const char *answer;
    CAIRN_TRY(canonical(ctx, arena, record->target, &answer));
    CAIRN_TRY(cairn_grow(ctx, (void **)&all->items, &all->capacity, all->count + 1, sizeof *all->items));
    cairn_problem problem = {.id = record->id,
                             .key = cairn_key(record->id, strlen(record->id)),
                             .text = record->problem,
                             .answer = answer ? record->target : NULL,
                             .difficulty = NAN,
                             .max_steps = max_steps};
    all->items[all->count++] = (loaded){problem, answer};
    return CAIRN_OK;
}

static cairn_status read_all(cairn_ctx *ctx, cairn_dataset *dataset, int32_t max_steps, cairn_arena *arena, list *all) {
    cairn_record record;
    cairn_status status;
    while ((status = cairn_dataset_next(dataset, arena, &record)) == CAIRN_OK)
        CAIRN_TRY(add_record(ctx, all, &record, max_steps, arena));
    return status == CAIRN_END ? CAIRN_OK : status;
}

typedef struct place {
    const char *text;
    size_t index;
} place;

static int by_text(const void *a, const void *b) {
    const place *x = a, *y = b;
    int order = strcmp(x->text, y->text);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

/* Keeps the first of the problems that have one text, with the first true answer that a record of it has; *unlike:
 * records with another. */
static cairn_status drop_repeated(cairn_ctx *ctx, list *all, int64_t *unlike) {
    place *places = cairn_alloc(ctx, all->count, sizeof *places);
    if (!places) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < all->count; i++) places[i] = (place){all->items[i].problem.text, i};
    qsort(places, all->count, sizeof *places, by_text);
    size_t first = 0; /* place of the first record of the problem */
    for (size_t i = 1; i < all->count; i++) {
        loaded *kept_one = &all->items[places[first].index], *later = &all->items[places[i].index];
        if (strcmp(places[i].text, places[first].text) != 0) {
            first = i;
            continue;
        }
        if (!kept_one->answer) {
            kept_one->answer = later->answer;
            kept_one->problem.answer = later->problem.answer;
        }
        *unlike += later->answer && strcmp(later->answer, kept_one->answer) != 0;
        later->problem.text = NULL;
    }
    cairn_free(places);
    size_t kept = 0;
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].problem.text) all->items[kept++] = all->items[i];
    all->count = kept;
    return CAIRN_OK;
}

cairn_status text_load(cairn_ctx *ctx, const char *path, cairn_read_options read, int32_t max_steps, cairn_arena *arena,
                       cairn_problem **problems, int64_t *count, uint64_t *content) {
    cairn_dataset *dataset;
    list all = {0};
    CAIRN_TRY(cairn_dataset_open(ctx, path, read, &dataset));
    cairn_status status = read_all(ctx, dataset, max_steps, arena, &all);
    uint64_t key = cairn_dataset_key(dataset);
    if (cairn_dataset_skipped(dataset) > 0)
        cairn_log(ctx, CAIRN_LOG_WARN, "%s: bad lines passed over: %lld", path,
                  (long long)cairn_dataset_skipped(dataset));
    cairn_dataset_close(dataset);
    int64_t unlike = 0;
    if (status == CAIRN_OK) status = drop_repeated(ctx, &all, &unlike);
    if (unlike)
        cairn_log(ctx, CAIRN_LOG_WARN, "%s: records with another true answer than the first of the same problem: %lld",
                  path, (long long)unlike);
    cairn_problem *kept = status == CAIRN_OK ? cairn_arena_alloc(arena, all.count, sizeof *kept) : NULL;
    if (status == CAIRN_OK && !kept) status = CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) {
        for (size_t i = 0; i < all.count; i++) kept[i] = all.items[i].problem;
        *problems = kept;
        *count = (int64_t)all.count;
        *content = key;
    }
    cairn_free(all.items);
    return status;
}

/* ---- outcome and steps --------------------------------------------------------------------------------------------- */

/* The true answer stays as it is written: its digits and its unit decide what is equal to it. */
cairn_status text_read(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_problem *problem) {
    const char *form;
    (void)self;
    CAIRN_TRY(canonical(ctx, arena, problem->answer, &form));
    if (!form) problem->answer = NULL;
    return CAIRN_OK;
}

cairn_status text_start(cairn_ctx *ctx, void *self, const cairn_problem *problem, void *state) {
    (void)ctx, (void)self, (void)problem, (void)state;
    return CAIRN_OK;
}

/* Compares an answer that stands where `rule` says. */
static cairn_status check_stated(cairn_ctx *ctx, const cairn_problem *problem, const char *answer, const char *rule,
                                 cairn_arena *arena, cairn_outcome *out) {
    cairn_grade_options how = {.problem = problem->text};
    cairn_grade grade;
    *out = (cairn_outcome){.verdict = CAIRN_VERDICT_UNKNOWN, .value = NAN};
    cairn_status status = canonical(ctx, arena, answer, &out->answer);
    if (status == CAIRN_LIMIT) return CAIRN_OK; /* too long to be read */
    CAIRN_TRY(status);
    if (!out->answer) return CAIRN_OK;
    out->stated = answer;
    out->answer_rule = rule;
    if (!problem->answer) return CAIRN_OK;
    status = cairn_answer_grade(ctx, arena, answer, problem->answer, &how, &grade);
    if (status == CAIRN_LIMIT) return CAIRN_OK;
    CAIRN_TRY(status);
    out->verdict = grade.verdict;
    if (out->verdict != CAIRN_VERDICT_UNKNOWN) out->value = out->verdict == CAIRN_VERDICT_RIGHT ? 1 : 0;
    return CAIRN_OK;
}

cairn_status text_check_answer(cairn_ctx *ctx, void *self, const cairn_problem *problem, const char *answer,
                               cairn_arena *arena, cairn_outcome *out) {
    (void)self;
    return check_stated(ctx, problem, answer, "recorded", arena, out);
}

static cairn_status find_answer(cairn_ctx *ctx, cairn_arena *arena, const cairn_problem *problem,
                                const char *const *steps, int32_t n_steps, cairn_found *out) {
    cairn_text whole = {0};
    cairn_status status = cairn_text_add(ctx, &whole, "", 0);
    for (int32_t i = 0; i < n_steps && status == CAIRN_OK; i++)
        status = cairn_text_printf(ctx, &whole, "%s\n", steps[i]);
    if (status == CAIRN_OK)
        status = cairn_answer_find(ctx, arena, whole.data ? whole.data : "", whole.length, problem->text, out);
    cairn_text_free(&whole);
    return status;
}

cairn_status text_check(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                        const char *const *steps, int32_t n_steps, cairn_arena *arena, cairn_outcome *out) {
    cairn_found found;
    (void)self, (void)state;
    *out = (cairn_outcome){.verdict = CAIRN_VERDICT_UNKNOWN, .value = NAN};
    cairn_status status = find_answer(ctx, arena, problem, steps, n_steps, &found);
    if (status == CAIRN_NOT_FOUND || status == CAIRN_LIMIT) return CAIRN_OK;
    CAIRN_TRY(status);
    return check_stated(ctx, problem, found.text, found.rule, arena, out);
}

cairn_status text_verify(cairn_ctx *ctx, void *self, const cairn_problem *problem, const char *const *steps,
                         int32_t n_steps, cairn_arena *arena, cairn_step_check *checks) {
    (void)self;
    cairn_trace_finding *findings = cairn_arena_alloc(arena, (size_t)n_steps, sizeof *findings);
    if (!findings) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_trace_check(ctx, arena, problem->text, steps, (size_t)n_steps, false, findings));
    for (int32_t i = 0; i < n_steps; i++)
        checks[i] =
            (cairn_step_check){findings[i].verdict, cairn_trace_code_name(findings[i].code), findings[i].evidence};
    return CAIRN_OK;
}

cairn_status text_verify_step(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                              const char *const *steps, int32_t n_steps, cairn_arena *arena, cairn_step_check *out) {
    (void)before;
    if (n_steps < 1) return cairn_fail(ctx, CAIRN_INVALID, "text: no step to verify");
    cairn_step_check *checks = cairn_arena_alloc(arena, (size_t)n_steps, sizeof *checks);
    if (!checks) return CAIRN_NO_MEMORY;
    CAIRN_TRY(text_verify(ctx, self, problem, steps, n_steps, arena, checks));
    *out = checks[n_steps - 1];
    return CAIRN_OK;
}

/* ---- the world ------------------------------------------------------------------------------------------------------- */

static cairn_status open_text(cairn_ctx *ctx, cairn_arena *arena, const void *configuration, void **self) {
    (void)ctx;
    config *own = cairn_arena_alloc(arena, 1, sizeof *own);
    if (!own) return CAIRN_NO_MEMORY;
    *own = *(const config *)configuration;
    *self = own;
    return CAIRN_OK;
}

static cairn_status load_text(cairn_ctx *ctx, void *self, const char *path, bool skip_bad, cairn_arena *arena,
                              cairn_problem **problems, int64_t *count, uint64_t *content) {
    const config *own = self;
    cairn_read_options read = {.format = (cairn_format)own->format, .skip_bad = skip_bad};
    return text_load(ctx, path, read, (int32_t)own->max_steps, arena, problems, count, content);
}

static cairn_status apply_text(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                               cairn_turn *turn, void *after) {
    (void)ctx, (void)self, (void)problem, (void)before, (void)turn, (void)after;
    return CAIRN_OK;
}

const cairn_world_type cairn_world_text = {
    .about = {.name = "text",
              .summary = "any problem in words; answers are compared, calculations are checked",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .open = open_text,
    .load = load_text,
    .read = text_read,
    .start = text_start,
    .apply = apply_text,
    .check = text_check,
    .check_answer = text_check_answer,
    .verify_step = text_verify_step,
    .verify = text_verify,
    .verifier = "calculator",
};
