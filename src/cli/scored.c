/* A file of solutions, scored step by step. */
#include "cli/scored.h"

#include <math.h>
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
    CAIRN_TRY(cairn_world_read(c->ctx, &s->world, arena, &problem));
    CAIRN_TRY(cairn_reward_score_steps(c->ctx, &s->reward, arena, options->seed, &problem, record->steps,
                                       record->n_steps, scores, codes, evidence, &cost));
    *out = (scored){.index = index,
                    .record = record,
                    .scores = scores,
                    .codes = codes,
                    .evidence = evidence,
                    .threshold = s->threshold,
                    .first_wrong = CAIRN_NO_ERROR};
    for (size_t i = n; i-- > 0;)
        if (scores[i] < out->threshold) out->first_wrong = (int32_t)i;
    return CAIRN_OK;
}

/* Counts solutions where their number is known, else bytes of the file. */
static cairn_status open_progress(cli *c, const scored_options *options, const cairn_dataset *dataset,
                                  cairn_progress **out) {
    bool in_bytes = options->count == 0 && cairn_dataset_size(dataset) >= 0;
    return cairn_progress_open(c->ctx, in_bytes ? "score (bytes)" : "score",
                               in_bytes ? cairn_dataset_size(dataset) : options->count, options->quiet, out);
}

/* What is wrong with one record, such as a step too long to be read, costs that record where bad ones are skipped. */
static cairn_status pass_over(cli *c, const scored_options *options, cairn_status status, int64_t *skipped) {
    if (!options->skip_bad || (status != CAIRN_LIMIT && status != CAIRN_FORMAT)) return status;
    cairn_log(c->ctx, CAIRN_LOG_WARN, "skipped %s", cairn_error(c->ctx));
    ++*skipped;
    return CAIRN_OK;
}

static cairn_status visit_all(cli *c, const scored_options *options, const scorer *s, cairn_dataset *dataset,
                              cairn_progress *progress, scored_fn visit, void *arg, int64_t *skipped) {
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
        bool read = status == CAIRN_OK;
        if (read) status = score_record(c, options, s, arena, &record, i, &solution);
        bool judged = status == CAIRN_OK;
        if (read && !judged) status = pass_over(c, options, status, skipped);
        if (judged) status = visit(c, arg, &solution);
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
    cairn_read_options read = {.format = (cairn_format)options->format, .skip_bad = options->skip_bad};
    *skipped = 0;
    cairn_status status = open_scorer(c, options, &s);
    if (status == CAIRN_OK) status = cairn_dataset_open(c->ctx, path, read, &dataset);
    if (status == CAIRN_OK) status = open_progress(c, options, dataset, &progress);
    if (status == CAIRN_OK) status = visit_all(c, options, &s, dataset, progress, visit, arg, skipped);
    cairn_progress_close(progress);
    if (dataset) {
        *skipped += cairn_dataset_skipped(dataset);
        cairn_dataset_close(dataset);
    }
    close_scorer(&s);
    return status;
}
