/* A file of solutions, scored step by step. */
#include "cli/scored.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 64 }; /* solutions that are scored together where others compute the scores */

typedef struct scorer {
    cairn_world world;
    cairn_policy policy;
    cairn_reward reward;
    double threshold;
} scorer;

/* A solution that was read. */
typedef struct entry {
    cairn_arena *arena; /* of its record and scores */
    cairn_record record;
    int64_t bytes; /* that reading it took */
    scored solution;
    cairn_status status; /* of scoring it, with its text */
    char error[1024];
} entry;

/* Where solutions come from: a file, or an array. */
typedef struct source {
    cairn_dataset *dataset; /* NULL: the array */
    const cairn_record *records;
    int64_t n, next; /* of the array */
} source;

typedef struct scoring {
    const scored_options *options;
    const scorer *scorer;
    entry entries[AT_ONCE]; /* [n] */
    int32_t n, next;
    int64_t first;   /* index of the first of them among all solutions */
    int64_t skipped; /* records that were read but could not be scored */
} scoring;

static cairn_status open_scorer(cli *c, const scored_options *options, scorer *s) {
    cairn_ctx_set_portable(c->ctx, options->portable);
    CAIRN_TRY(cairn_world_open(c->ctx, c->arena, options->world, &s->world));
    bool with_policy = *options->policy != 0;
    if (with_policy) CAIRN_TRY(cairn_policy_open(c->ctx, c->arena, options->policy, &s->world, &s->policy));
    s->threshold = NAN;
    if (!*options->reward) return CAIRN_OK;
    CAIRN_TRY(
        cairn_reward_open(c->ctx, c->arena, options->reward, &s->world, with_policy ? &s->policy : NULL, &s->reward));
    s->threshold = (s->reward.low + s->reward.high) / 2;
    if (strcmp(options->threshold, "middle") == 0) return CAIRN_OK;
    if (cairn_parse_double(options->threshold, strlen(options->threshold), &s->threshold) != CAIRN_OK)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--threshold: expected a number or `middle`, got `%s`",
                          cli_safe(c, options->threshold));
    return CAIRN_OK;
}

static void close_scorer(scorer *s) {
    if (s->reward.type) cairn_reward_close(&s->reward);
    if (s->policy.type) cairn_policy_close(&s->policy);
    if (s->world.type) cairn_world_close(&s->world);
}

static cairn_status outcome_of(cairn_ctx *ctx, const scorer *s, const cairn_problem *problem,
                               const cairn_record *record, cairn_arena *arena, cairn_outcome *out) {
    cairn_stated stated = {.answer = record->answer, .correct = record->correct};
    void *state = cairn_arena_alloc(arena, 1, s->world.type->state_bytes);
    bool done;
    if (!state) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_world_replay(ctx, &s->world, problem, record->steps, record->n_steps, state, &done));
    return cairn_world_outcome(ctx, &s->world, problem, state, record->steps, record->n_steps, &stated, arena, out);
}

static cairn_status score_record(cairn_ctx *ctx, const scored_options *options, const scorer *s, cairn_arena *arena,
                                 const cairn_record *record, int64_t index, scored *out) {
    size_t n = (size_t)record->n_steps;
    double *scores = cairn_arena_alloc(arena, n + 1, sizeof *scores);
    const char **codes = cairn_arena_alloc(arena, n + 1, sizeof *codes);
    const char **evidence = cairn_arena_alloc(arena, n + 1, sizeof *evidence);
    if (!scores || !codes || !evidence) return CAIRN_NO_MEMORY;
    cairn_problem problem = {.id = record->id,
                             .key = cairn_key(record->id, strlen(record->id)),
                             .text = record->problem,
                             .answer = record->target,
                             .difficulty = NAN,
                             .max_steps = record->n_steps};
    cairn_reward_cost cost = {0};
    cairn_outcome outcome;
    CAIRN_TRY(cairn_world_read(ctx, &s->world, arena, &problem));
    CAIRN_TRY(outcome_of(ctx, s, &problem, record, arena, &outcome));
    for (size_t i = 0; i < n && !s->reward.type; i++) scores[i] = NAN;
    if (s->reward.type)
        CAIRN_TRY(cairn_reward_score_turns(ctx, &s->reward, arena, options->seed, &problem, record->steps,
                                           record->observations, record->n_steps, scores, codes, evidence, &cost));
    *out = (scored){.index = index,
                    .record = record,
                    .reward = &s->reward,
                    .scores = scores,
                    .codes = codes,
                    .evidence = evidence,
                    .failed = cost.failed,
                    .threshold = s->threshold,
                    .said = cairn_eval_first_below(scores, record->n_steps, s->threshold),
                    .outcome = outcome,
                    .target = problem.answer};
    out->first_wrong = out->said < 0 ? CAIRN_NO_ERROR : out->said;
    return CAIRN_OK;
}

bool scored_is_missing(const scored *solution, int32_t i) {
    return solution->codes[i] && strstr(solution->codes[i], CAIRN_CODE_NOT_RECORDED);
}

bool scored_is_judged(const scored *solution) {
    return solution->said != CAIRN_EVAL_NONE;
}

uint64_t scored_problem_key(const cairn_record *record) {
    const char *name = record->group ? record->group : record->problem;
    return cairn_key(name, strlen(name));
}

typedef struct keyed {
    uint64_t key;
    size_t place;
} keyed;

static int by_key(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

cairn_status scored_number_keys(cli *c, const uint64_t *keys, size_t n, uint32_t *numbers, uint32_t *count) {
    if (n > UINT32_MAX) return cairn_fail(c->ctx, CAIRN_LIMIT, "more than 2^32 steps or solutions");
    keyed *sorted = cairn_alloc(c->ctx, n, sizeof *sorted);
    if (!sorted) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < n; i++) sorted[i] = (keyed){keys[i], i};
    qsort(sorted, n, sizeof *sorted, by_key);
    *count = 0;
    for (size_t i = 0; i < n; i++) {
        *count += i == 0 || sorted[i].key != sorted[i - 1].key;
        numbers[sorted[i].place] = *count - 1;
    }
    cairn_free(sorted);
    return CAIRN_OK;
}

/* Counts solutions where their number is known, else bytes of the file. */
static bool counts_bytes(const scored_options *options, const source *from) {
    return from->dataset && options->count == 0 && cairn_dataset_size(from->dataset) >= 0;
}

static cairn_status open_progress(cli *c, const scored_options *options, const source *from, cairn_progress **out) {
    bool in_bytes = counts_bytes(options, from);
    int64_t total = in_bytes ? cairn_dataset_size(from->dataset) : from->dataset ? options->count : from->n;
    return cairn_progress_open(c->ctx, in_bytes ? "score (bytes)" : "score", total, options->quiet, out);
}

static void score_entry(cairn_ctx *ctx, void *arg, int64_t i) {
    scoring *s = arg;
    entry *e = &s->entries[i];
    uint32_t failed = cairn_allocations_failed(ctx);
    cairn_arena_report(e->arena, ctx);
    e->status = score_record(ctx, s->options, s->scorer, e->arena, &e->record, s->first + i, &e->solution);
    if (e->status == CAIRN_OK && cairn_allocations_failed(ctx) != failed)
        e->status = cairn_fail(ctx, CAIRN_NO_MEMORY, "%s: no memory for all that was tried", e->record.id);
    if (e->status != CAIRN_OK) snprintf(e->error, sizeof e->error, "%s", cairn_error(ctx));
}

static int64_t next_entry(void *arg) {
    scoring *s = arg;
    return s->next < s->n ? s->next++ : -1;
}

/* The next solution of a file in the entry's arena, or of an array as it is; *bytes that reading it took. */
static cairn_status read_one(source *from, cairn_arena *arena, cairn_record *out, int64_t *bytes) {
    if (!from->dataset) {
        if (from->next == from->n) return CAIRN_END;
        *out = from->records[from->next++];
        return CAIRN_OK;
    }
    int64_t before = cairn_dataset_offset(from->dataset);
    cairn_status status = cairn_dataset_next(from->dataset, arena, out);
    *bytes = cairn_dataset_offset(from->dataset) - before;
    return status;
}

/* Reads up to `most` solutions. What ended it, END among others, comes after those that were read. */
static cairn_status read_some(cli *c, scoring *s, source *from, int32_t most) {
    cairn_status status = CAIRN_OK;
    s->n = s->next = 0;
    while (status == CAIRN_OK && s->n < most) {
        entry *e = &s->entries[s->n];
        if (s->options->count > 0 && s->first + s->n >= s->options->count) return CAIRN_END;
        if (cairn_cancelled(c->ctx)) return cairn_fail(c->ctx, CAIRN_CANCELLED, "interrupted");
        if (!e->arena) CAIRN_TRY(cairn_arena_open(c->ctx, 16384, &e->arena));
        cairn_arena_reset(e->arena);
        cairn_arena_report(e->arena, c->ctx);
        status = read_one(from, e->arena, &e->record, &e->bytes);
        s->n += status == CAIRN_OK;
    }
    return status;
}

/* What is wrong with one record, such as a step too long to be read, costs that record where bad ones are skipped. */
static cairn_status pass_over(cli *c, scoring *s, const entry *e) {
    cairn_fail(c->ctx, e->status, "%s", e->error);
    if (!s->options->skip_bad || (e->status != CAIRN_LIMIT && e->status != CAIRN_FORMAT)) return e->status;
    cairn_log(c->ctx, CAIRN_LOG_WARN, "skipped %s", e->error);
    s->skipped++;
    return CAIRN_OK;
}

/* Visits what was scored, in order, up to the first that failed. */
static cairn_status visit_some(cli *c, scoring *s, cairn_progress *progress, bool in_bytes, scored_fn visit,
                               void *arg) {
    for (int32_t i = 0; i < s->n; i++) {
        entry *e = &s->entries[i];
        if (e->status != CAIRN_OK) CAIRN_TRY(pass_over(c, s, e));
        cairn_arena_report(e->arena, c->ctx); /* the fiber's own context is gone */
        if (e->status == CAIRN_OK) CAIRN_TRY(visit(c, arg, &e->solution));
        cairn_progress_add(progress, in_bytes ? e->bytes : 1);
    }
    s->first += s->n;
    return CAIRN_OK;
}

static cairn_status visit_all(cli *c, scoring *s, source *from, cairn_progress *progress, scored_fn visit, void *arg) {
    bool in_bytes = counts_bytes(s->options, from);
    const cairn_reward *reward = &s->scorer->reward;
    int32_t most = reward->type && cairn_reward_elsewhere(reward) ? AT_ONCE : 1;
    char why[1024];
    for (;;) {
        cairn_status read = read_some(c, s, from, most);
        snprintf(why, sizeof why, "%s", cairn_error(c->ctx));
        if (most == 1 && s->n == 1)
            score_entry(c->ctx, s, 0);
        else if (s->n > 0)
            CAIRN_TRY(cairn_fibers_run(c->ctx, most, next_entry, score_entry, s));
        CAIRN_TRY(visit_some(c, s, progress, in_bytes, visit, arg));
        if (read != CAIRN_OK) return read == CAIRN_END ? CAIRN_OK : cairn_fail(c->ctx, read, "%s", why);
    }
}

/* Scores and visits what the source gives; *skipped gets the solutions that could not be scored and were passed over. */
static cairn_status score_source(cli *c, const scored_options *options, source *from, scored_fn visit, void *arg,
                                 int64_t *skipped) {
    scorer s = {0};
    cairn_progress *progress = NULL;
    scoring *all = cairn_alloc(c->ctx, 1, sizeof *all);
    if (!all) return CAIRN_NO_MEMORY;
    all->options = options;
    all->scorer = &s;
    cairn_status status = open_scorer(c, options, &s);
    if (status == CAIRN_OK) status = open_progress(c, options, from, &progress);
    if (status == CAIRN_OK) status = visit_all(c, all, from, progress, visit, arg);
    for (int32_t i = 0; i < AT_ONCE; i++) cairn_arena_close(all->entries[i].arena);
    cairn_progress_close(progress);
    close_scorer(&s);
    *skipped = all->skipped;
    cairn_free(all);
    return status;
}

cairn_status scored_each(cli *c, const scored_options *options, const char *path, scored_fn visit, void *arg,
                         int64_t *skipped) {
    source from = {0};
    cairn_read_options read = {.format = (cairn_format)options->format,
                               .split = (cairn_split)options->split,
                               .solutions = true,
                               .skip_bad = options->skip_bad,
                               .numbers = options->numbers};
    CAIRN_TRY(cairn_dataset_open(c->ctx, path, read, &from.dataset));
    cairn_status status = score_source(c, options, &from, visit, arg, skipped);
    *skipped += cairn_dataset_skipped(from.dataset);
    cairn_dataset_close(from.dataset);
    return status;
}

cairn_status scored_records(cli *c, const scored_options *options, const cairn_record *records, int64_t n,
                            scored_fn visit, void *arg, int64_t *skipped) {
    source from = {.records = records, .n = n};
    return score_source(c, options, &from, visit, arg, skipped);
}
