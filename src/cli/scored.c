/* A file of solutions, scored step by step. */
#include "cli/scored.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct scorer {
    cairn_world world;
    cairn_policy policy;
    cairn_reward reward;
    double threshold;
} scorer;

static cairn_status open_scorer(cli *c, const scored_options *options, scorer *s) {
    cairn_ctx_set_portable(c->ctx, options->portable);
    CAIRN_TRY(cairn_world_open(c->ctx, c->arena, options->world, &s->world));
    bool with_policy = *options->policy != 0;
    if (with_policy) CAIRN_TRY(cairn_policy_open(c->ctx, c->arena, options->policy, &s->world, &s->policy));
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

static cairn_status outcome_of(cli *c, const scorer *s, const cairn_problem *problem, const cairn_record *record,
                               cairn_arena *arena, cairn_outcome *out) {
    cairn_stated stated = {.answer = record->answer, .correct = record->correct};
    void *state = cairn_arena_alloc(arena, 1, s->world.type->state_bytes);
    bool done;
    if (!state) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_world_replay(c->ctx, &s->world, problem, record->steps, record->n_steps, state, &done));
    return cairn_world_outcome(c->ctx, &s->world, problem, state, record->steps, record->n_steps, &stated, arena, out);
}

static cairn_status score_record(cli *c, const scored_options *options, const scorer *s, cairn_arena *arena,
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
    CAIRN_TRY(cairn_world_read(c->ctx, &s->world, arena, &problem));
    CAIRN_TRY(outcome_of(c, s, &problem, record, arena, &outcome));
    CAIRN_TRY(cairn_reward_score_steps(c->ctx, &s->reward, arena, options->seed, &problem, record->steps,
                                       record->n_steps, scores, codes, evidence, &cost));
    *out = (scored){.index = index,
                    .record = record,
                    .reward = &s->reward,
                    .scores = scores,
                    .codes = codes,
                    .evidence = evidence,
                    .failed = cost.failed,
                    .threshold = s->threshold,
                    .first_wrong = CAIRN_NO_ERROR,
                    .outcome = outcome,
                    .target = problem.answer};
    for (size_t i = n; i-- > 0;)
        if (scores[i] < out->threshold) out->first_wrong = (int32_t)i;
    return CAIRN_OK;
}

bool scored_is_missing(const scored *solution, int32_t i) {
    return solution->codes[i] && strstr(solution->codes[i], CAIRN_CODE_NOT_RECORDED);
}

bool scored_is_judged(const scored *solution) {
    for (int32_t i = 0; i < solution->record->n_steps; i++)
        if (!isnan(solution->scores[i])) return true;
    return false;
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
static cairn_status open_progress(cli *c, const scored_options *options, const cairn_dataset *dataset,
                                  cairn_progress **out) {
    bool in_bytes = options->count == 0 && cairn_dataset_size(dataset) >= 0;
    return cairn_progress_open(c->ctx, in_bytes ? "score (bytes)" : "score",
                               in_bytes ? cairn_dataset_size(dataset) : options->count, options->quiet, out);
}

static cairn_status visit_all(cli *c, const scored_options *options, const scorer *s, cairn_dataset *dataset,
                              cairn_progress *progress, scored_fn visit, void *arg) {
    cairn_arena *arena;
    CAIRN_TRY(cairn_arena_open(c->ctx, 65536, &arena));
    bool in_bytes = options->count == 0 && cairn_dataset_size(dataset) >= 0;
    int64_t before = 0;
    uint32_t failed = cairn_allocations_failed(c->ctx);
    cairn_status status = CAIRN_OK;
    for (int64_t i = 0; status == CAIRN_OK && (options->count == 0 || i < options->count); i++) {
        cairn_record record;
        scored solution;
        cairn_arena_reset(arena);
        if (cairn_cancelled(c->ctx)) status = cairn_fail(c->ctx, CAIRN_CANCELLED, "interrupted");
        if (status == CAIRN_OK) status = cairn_dataset_next(dataset, arena, &record);
        if (status == CAIRN_OK) status = score_record(c, options, s, arena, &record, i, &solution);
        if (status == CAIRN_OK) status = visit(c, arg, &solution);
        if (status == CAIRN_OK && cairn_allocations_failed(c->ctx) != failed)
            status = cairn_fail(c->ctx, CAIRN_NO_MEMORY, "%s: no memory for all that was tried", record.id);
        cairn_progress_add(progress, in_bytes ? cairn_dataset_offset(dataset) - before : 1);
        before = cairn_dataset_offset(dataset);
    }
    cairn_arena_close(arena);
    return status == CAIRN_END ? CAIRN_OK : status;
}

cairn_status scored_each(cli *c, const scored_options *options, const char *path, scored_fn visit, void *arg,
                         int64_t *skipped) {
    scorer s = {0};
    cairn_dataset *dataset = NULL;
    cairn_progress *progress = NULL;
    cairn_read_options read = {.format = (cairn_format)options->format,
                               .split = (cairn_split)options->split,
                               .solutions = true,
                               .skip_bad = options->skip_bad};
    cairn_status status = open_scorer(c, options, &s);
    if (status == CAIRN_OK) status = cairn_dataset_open(c->ctx, path, read, &dataset);
    if (status == CAIRN_OK) status = open_progress(c, options, dataset, &progress);
    if (status == CAIRN_OK) status = visit_all(c, options, &s, dataset, progress, visit, arg);
    cairn_progress_close(progress);
    if (dataset) {
        *skipped = cairn_dataset_skipped(dataset);
        cairn_dataset_close(dataset);
    }
    close_scorer(&s);
    return status;
}
