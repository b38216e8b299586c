/* Rollouts of files, scored and put into groups. */
#include <math.h>
#include <string.h>

#include "cli/credit.h"
#include "cli/outcomes.h"

bool credit_reads_flags(const cairn_credit_plan *plan) {
    for (int32_t i = 0; i < plan->n_streams; i++) {
        const cairn_credit_stream *s = &plan->streams[i];
        bool verdicts = s->rule == CAIRN_STEP_PENALTY || s->rule == CAIRN_STEP_THOUGHT || s->rule == CAIRN_STEP_PREFIX;
        if (s->weight != 0 && s->steps != 0 && verdicts) return true;
    }
    return false;
}

bool credit_reads_scores(const cairn_credit_plan *plan) {
    for (int32_t i = 0; i < plan->n_streams; i++) {
        const cairn_credit_stream *s = &plan->streams[i];
        bool scores = s->rule > CAIRN_STEP_NONE && s->rule <= CAIRN_STEP_RENORM;
        if (s->weight != 0 && s->steps != 0 && scores) return true;
    }
    return plan->scalar == CAIRN_SCALAR_BLEND || plan->select == CAIRN_SELECT_CONSISTENT;
}

bool credit_has_rule(const cairn_credit_plan *plan) {
    for (int32_t i = 0; i < plan->n_streams; i++)
        if (plan->streams[i].rule != CAIRN_STEP_NONE && plan->streams[i].steps != 0 && plan->streams[i].weight != 0)
            return true;
    return false;
}

cairn_status credit_text(cli *c, const cairn_credit_row *row, cairn_text *text) {
    cairn_text_clear(text);
    cairn_status status = cairn_text_add(c->ctx, text, "", 0);
    for (int32_t k = 0; k < row->record.n_steps && status == CAIRN_OK; k++)
        status = cairn_text_printf(c->ctx, text, "%s\n", row->record.steps[k]);
    return status;
}

void credit_free(credit_batch *batch) {
    cairn_free(batch->rows);
}

/* ---- files --------------------------------------------------------------------------------------------------------- */

/* What a row does not say and its texts tell: the outcome by the true answer, the pattern score by phrases. */
static cairn_status complete(cli *c, const cairn_credit_plan *plan, cairn_credit_row *row, cairn_text *text) {
    cairn_trajectory *y = &row->response;
    bool patterns = plan->outcome == CAIRN_OUTCOME_PATTERN || plan->outcome == CAIRN_OUTCOME_CALIBRATE;
    if (isnan(y->outcome)) {
        CAIRN_TRY(cli_record_outcome(c, &row->record, &row->record.correct));
        if (row->record.correct != CAIRN_VERDICT_UNKNOWN) y->outcome = row->record.correct == CAIRN_VERDICT_RIGHT;
    }
    if (patterns && isnan(y->pattern)) {
        int32_t n;
        const char *const *phrases = cairn_credit_phrases(&n);
        CAIRN_TRY(credit_text(c, row, text));
        CAIRN_TRY(cairn_credit_pattern_score(c->ctx, text->data, text->length, phrases, n, 0.025, 20, &y->pattern));
    }
    return CAIRN_OK;
}

static cairn_status read_rows(cli *c, cairn_credit_file *file, credit_batch *b, cairn_text *text) {
    for (;;) {
        if (cairn_cancelled(c->ctx)) return cairn_fail(c->ctx, CAIRN_CANCELLED, "interrupted");
        CAIRN_TRY(cairn_grow(c->ctx, (void **)&b->rows, &b->capacity, b->n + 1, sizeof *b->rows));
        cairn_status status = cairn_credit_file_next(file, c->arena, &b->rows[b->n]);
        if (status != CAIRN_OK) return status == CAIRN_END ? CAIRN_OK : status;
        CAIRN_TRY(complete(c, &b->plan, &b->rows[b->n], text));
        b->n++;
    }
}

static cairn_status read_file(cli *c, const credit_config *config, const char *path, credit_batch *b) {
    cairn_credit_file *file;
    cairn_text text = {0};
    CAIRN_TRY(cairn_credit_file_open(c->ctx, path, b->plan.given, config->scored.skip_bad, &file));
    cairn_status status = read_rows(c, file, b, &text);
    b->skipped += cairn_credit_file_skipped(file);
    cairn_credit_file_close(file);
    cairn_text_free(&text);
    return status;
}

/* ---- scores by a reward -------------------------------------------------------------------------------------------- */

/* Every score of the reward must be one of the unit that the plan is given. */
static cairn_status check_unit(cli *c, const cairn_credit_plan *plan, const cairn_reward *reward) {
    double low = plan->given == CAIRN_SCORE_PROB ? 0 : plan->given == CAIRN_SCORE_SIGNED ? -1 : -INFINITY;
    double high = plan->given == CAIRN_SCORE_REAL ? INFINITY : 1;
    if (!credit_reads_scores(plan) || (reward->low >= low && reward->high <= high)) return CAIRN_OK;
    return cairn_fail(c->ctx, CAIRN_INVALID,
                      "--reward: `%s` scores from %g to %g, and `%s` takes scores from %g to %g%s", reward->source,
                      reward->low, reward->high, plan->name, low, high,
                      plan->given == CAIRN_SCORE_PROB ? " (`scores=signed`: from -1 to 1)" : "");
}

/* The reward's scores in the place of the file's, and verdicts by its threshold. */
static cairn_status take_scores(cli *c, void *arg, const scored *s) {
    credit_batch *b = arg;
    cairn_credit_row *row = &b->rows[s->index];
    cairn_trajectory *y = &row->response;
    size_t n = (size_t)y->n_steps;
    CAIRN_TRY(check_unit(c, &b->plan, s->reward));
    double *scores = cairn_arena_alloc(c->arena, n, sizeof *scores);
    cairn_verdict *flags = cairn_arena_alloc(c->arena, n, sizeof *flags);
    if (!scores || !flags) return CAIRN_NO_MEMORY;
    for (size_t k = 0; k < n; k++) {
        scores[k] = s->scores[k];
        flags[k] = isnan(scores[k])           ? CAIRN_VERDICT_UNKNOWN
                   : scores[k] < s->threshold ? CAIRN_VERDICT_WRONG
                                              : CAIRN_VERDICT_RIGHT;
    }
    y->step_score = scores, y->step_flag = flags;
    if (isnan(y->outcome) && s->outcome.verdict != CAIRN_VERDICT_UNKNOWN)
        y->outcome = s->outcome.verdict == CAIRN_VERDICT_RIGHT;
    return CAIRN_OK;
}

/* A response that the reward cannot read, passed over by --skip-bad, has unknown scores. */
static cairn_status score_rows(cli *c, const credit_config *config, credit_batch *b) {
    cairn_record *records = cairn_arena_alloc(c->arena, b->n, sizeof *records);
    int32_t most = 0;
    if (!records) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < b->n; i++) {
        records[i] = b->rows[i].record;
        if (records[i].n_steps > most) most = records[i].n_steps;
    }
    double *unknown = cairn_arena_alloc(c->arena, (size_t)most, sizeof *unknown);
    cairn_verdict *undecided = cairn_arena_alloc(c->arena, (size_t)most, sizeof *undecided);
    if (!unknown || !undecided) return CAIRN_NO_MEMORY;
    for (int32_t k = 0; k < most; k++) unknown[k] = NAN, undecided[k] = CAIRN_VERDICT_UNKNOWN;
    for (size_t i = 0; i < b->n; i++)
        b->rows[i].response.step_score = unknown, b->rows[i].response.step_flag = undecided;
    int64_t skipped = 0;
    CAIRN_TRY(scored_records(c, &config->scored, records, (int64_t)b->n, take_scores, b, &skipped));
    b->skipped += skipped;
    return CAIRN_OK;
}

/* ---- groups -------------------------------------------------------------------------------------------------------- */

/* Numbers groups in the order of their first rows: numbers[i] of row i. */
static cairn_status number_groups(cli *c, credit_batch *b, uint64_t *keys, uint32_t *numbers) {
    uint32_t count, next = 0;
    for (size_t i = 0; i < b->n; i++) keys[i] = scored_problem_key(&b->rows[i].record);
    CAIRN_TRY(scored_number_keys(c, keys, b->n, numbers, &count));
    if (count > INT32_MAX) return cairn_fail(c->ctx, CAIRN_LIMIT, "more than 2^31 groups");
    uint32_t *renamed = cairn_arena_alloc(c->arena, count, sizeof *renamed); /* 0: not yet */
    if (!renamed) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < b->n; i++) {
        uint32_t *name = &renamed[numbers[i]];
        if (*name == 0) *name = ++next;
        numbers[i] = *name - 1;
    }
    b->n_groups = (int32_t)count;
    return CAIRN_OK;
}

static cairn_status name_group(cli *c, credit_batch *b, uint32_t g, const cairn_credit_row *row, uint64_t key) {
    cairn_credit_group *group = &b->groups[g];
    if (group->n++ > 0) return CAIRN_OK;
    group->id = key;
    b->names[g] =
        row->record.group ? row->record.group : cairn_arena_printf(c->arena, "prompt-%016llx", (unsigned long long)key);
    return b->names[g] ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* Lays the responses out group by group. */
static cairn_status group_rows(cli *c, credit_batch *b) {
    uint64_t *keys = cairn_arena_alloc(c->arena, b->n, sizeof *keys);
    uint32_t *numbers = cairn_arena_alloc(c->arena, b->n, sizeof *numbers);
    if (!keys || !numbers) return CAIRN_NO_MEMORY;
    CAIRN_TRY(number_groups(c, b, keys, numbers));
    b->groups = cairn_arena_alloc(c->arena, (size_t)b->n_groups, sizeof *b->groups);
    b->names = cairn_arena_alloc(c->arena, (size_t)b->n_groups, sizeof *b->names);
    b->responses = cairn_arena_alloc(c->arena, b->n, sizeof *b->responses);
    b->row_of = cairn_arena_alloc(c->arena, b->n, sizeof *b->row_of);
    b->place_of = cairn_arena_alloc(c->arena, b->n, sizeof *b->place_of);
    b->group_of = cairn_arena_alloc(c->arena, b->n, sizeof *b->group_of);
    b->token = cairn_arena_alloc(c->arena, b->n + 1, sizeof *b->token);
    b->step = cairn_arena_alloc(c->arena, b->n + 1, sizeof *b->step);
    size_t *next = cairn_arena_alloc(c->arena, (size_t)b->n_groups, sizeof *next);
    if (!b->groups || !b->names || !b->responses || !b->row_of || !b->place_of || !b->group_of || !b->token ||
        !b->step || !next)
        return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < b->n; i++) CAIRN_TRY(name_group(c, b, numbers[i], &b->rows[i], keys[i]));
    size_t first = 0;
    for (int32_t g = 0; g < b->n_groups; g++) {
        b->groups[g].responses = &b->responses[first];
        next[g] = first;
        first += (size_t)b->groups[g].n;
    }
    for (size_t i = 0; i < b->n; i++) {
        size_t at = next[numbers[i]]++;
        b->responses[at] = b->rows[i].response;
        b->row_of[at] = i, b->place_of[i] = at, b->group_of[at] = (int32_t)numbers[i];
    }
    for (size_t at = 0; at < b->n; at++) {
        b->token[at + 1] = b->token[at] + (size_t)b->responses[at].n_tokens;
        b->step[at + 1] = b->step[at] + (size_t)b->responses[at].n_steps;
    }
    return CAIRN_OK;
}

cairn_status credit_read(cli *c, const credit_config *config, int count, char **files, credit_batch *batch) {
    for (int i = 0; i < count; i++) CAIRN_TRY(read_file(c, config, files[i], batch));
    if (batch->n == 0) return cairn_fail(c->ctx, CAIRN_FORMAT, "%s: there are no rollouts", files[0]);
    if (*config->scored.reward) CAIRN_TRY(score_rows(c, config, batch));
    return group_rows(c, batch);
}
