/* Files of rollouts: rows to responses. Texts are read as the stepwise format has them, arrays of numbers beside them. */
#include "cairn/credit_file.h"

#include <math.h>
#include <string.h>

#include "data/format.h"
#include "data/rows.h"

enum {
    ROW_BYTES = 64 << 20,  /* a row has several numbers for each of its tokens */
    MOST_TOKENS = 1 << 20, /* of a response whose length `step_ends` alone says */
};

struct cairn_credit_file {
    cairn_ctx *ctx;
    rows *rows;
    cairn_score_unit unit;
    bool skip_bad;
    int64_t skipped;
};

cairn_status cairn_credit_file_open(cairn_ctx *ctx, const char *path, cairn_score_unit unit, bool skip_bad,
                                    cairn_credit_file **out) {
    cairn_credit_file *f = cairn_alloc(ctx, 1, sizeof *f);
    if (!f) return CAIRN_NO_MEMORY;
    *f = (cairn_credit_file){.ctx = ctx, .unit = unit, .skip_bad = skip_bad};
    cairn_status status = rows_open(ctx, path, ROW_BYTES, &f->rows);
    if (status == CAIRN_OK)
        *out = f;
    else
        cairn_free(f);
    return status;
}

void cairn_credit_file_close(cairn_credit_file *file) {
    if (!file) return;
    rows_close(file->rows);
    cairn_free(file);
}

int64_t cairn_credit_file_skipped(const cairn_credit_file *file) {
    return file->skipped;
}

/* ---- numbers and arrays of them ---------------------------------------------------------------------------------- */

/* What a number may be: null is NaN, true and false are 1 and 0 where `truths` says so. */
typedef struct number_rule {
    double low, high;
    bool truths;
    const char *expected;
} number_rule;

static const number_rule any_number = {-INFINITY, INFINITY, false, "a number or null"};
static const number_rule unit_number = {0, 1, false, "a number from 0 to 1 or null"};
static const number_rule truth = {0, 1, true, "true, false, a number from 0 to 1, or null"};
static const number_rule outcome_rule = {-INFINITY, INFINITY, true, "true, false, a number or null"};
static const number_rule score_rules[] = {
    [CAIRN_SCORE_PROB] = {0, 1, false, "a number from 0 to 1 or null"},
    [CAIRN_SCORE_SIGNED] = {-1, 1, false, "a number from -1 to 1 or null"},
    [CAIRN_SCORE_REAL] = {-INFINITY, INFINITY, false, "a number or null"},
};

static bool number_of(const json_t *value, const number_rule *rule, double *out) {
    if (!value || json_is_null(value))
        *out = NAN;
    else if (rule->truths && json_is_boolean(value))
        *out = json_is_true(value) ? 1 : 0;
    else if (json_is_number(value))
        *out = json_number_value(value);
    else
        return false;
    return isnan(*out) || (*out >= rule->low && *out <= rule->high);
}

static cairn_status number(const format_row *row, const char *field, const number_rule *rule, double *out) {
    const json_t *value = format_field(row, field);
    return number_of(value, rule, out) ? CAIRN_OK : json_fail_field(row->ctx, row->where, field, rule->expected, value);
}

/* The array `field` of `n` elements, one for each of `what`; NULL where it is missing or null. */
static cairn_status array(const format_row *row, const char *field, int32_t n, const char *what, const json_t **out) {
    char expected[64];
    *out = format_field(row, field);
    if (!*out || (json_is_array(*out) && json_array_size(*out) == (size_t)n)) return CAIRN_OK;
    snprintf(expected, sizeof expected, "an array of %d, one for each %s", (int)n, what);
    return json_fail_field(row->ctx, row->where, field, expected, *out);
}

static cairn_status no_memory(const format_row *row, const char *field) {
    return cairn_fail(row->ctx, CAIRN_NO_MEMORY, "%s: no memory for `%s`", row->where, field);
}

static cairn_status numbers(const format_row *row, const char *field, int32_t n, const char *what,
                            const number_rule *rule, const double **out) {
    const json_t *given;
    CAIRN_TRY(array(row, field, n, what, &given));
    *out = NULL;
    if (!given) return CAIRN_OK;
    double *x = cairn_arena_alloc(row->arena, (size_t)n, sizeof *x);
    if (!x) return no_memory(row, field);
    for (size_t i = 0; i < (size_t)n; i++)
        if (!number_of(json_array_get(given, i), rule, &x[i]))
            return format_fail_element(row, field, i, rule->expected, json_array_get(given, i));
    *out = x;
    return CAIRN_OK;
}

/* Whole numbers from 0 on, however many; NULL where the field is missing or null. */
static cairn_status ids(const format_row *row, const char *field, const int32_t **out, int32_t *n) {
    const json_t *given = format_field(row, field);
    *out = NULL, *n = 0;
    if (!given) return CAIRN_OK;
    size_t size = json_array_size(given);
    if (!json_is_array(given) || size > INT32_MAX)
        return json_fail_field(row->ctx, row->where, field, "an array of token numbers", given);
    int32_t *x = cairn_arena_alloc(row->arena, size, sizeof *x);
    if (!x) return no_memory(row, field);
    for (size_t i = 0; i < size; i++) {
        int64_t whole;
        if (!json_whole(json_array_get(given, i), 0, INT32_MAX, &whole))
            return format_fail_element(row, field, i, "a whole number from 0 on", json_array_get(given, i));
        x[i] = (int32_t)whole;
    }
    *out = x, *n = (int32_t)size;
    return CAIRN_OK;
}

/* ---- tokens and steps -------------------------------------------------------------------------------------------- */

/* Last token of each step. Without `step_ends` a step is one token, and one step alone is all tokens. */
static cairn_status read_ends(const format_row *row, int32_t n_ids, cairn_credit_row *out) {
    int32_t n = out->record.n_steps, count;
    const int32_t *given;
    char expected[96];
    CAIRN_TRY(ids(row, "step_ends", &given, &count));
    if (given && count != n) {
        snprintf(expected, sizeof expected, "an array of %d, one for each step", (int)n);
        return json_fail_field(row->ctx, row->where, "step_ends", expected, format_field(row, "step_ends"));
    }
    if (!given && out->completion_ids && n != 1 && n_ids != n) {
        snprintf(expected, sizeof expected, "the last token of each of %d steps, as there are %d `completion_ids`",
                 (int)n, (int)n_ids);
        return json_fail_field(row->ctx, row->where, "step_ends", expected, NULL);
    }
    int32_t *ends = cairn_arena_alloc(row->arena, (size_t)n, sizeof *ends);
    if (!ends) return no_memory(row, "step_ends");
    for (int32_t k = 0; k < n; k++) ends[k] = given ? given[k] : out->completion_ids && n == 1 ? n_ids - 1 : k;
    if (!out->completion_ids && ends[n - 1] >= MOST_TOKENS)
        return cairn_fail(row->ctx, CAIRN_LIMIT, "%s: field `step_ends`: more than %d tokens without `completion_ids`",
                          row->where, (int)MOST_TOKENS);
    int32_t n_tokens = out->completion_ids ? n_ids : ends[n - 1] + 1;
    for (int32_t k = 0, before = -1; k < n; before = ends[k++]) {
        bool last = k == n - 1;
        if (ends[k] > before && (last ? ends[k] == n_tokens - 1 : ends[k] < n_tokens - 1)) continue;
        if (last)
            snprintf(expected, sizeof expected, "%d, the last of %d tokens, after the step before", (int)n_tokens - 1,
                     (int)n_tokens);
        else
            snprintf(expected, sizeof expected, "a token from %d to %d, after the step before", (int)before + 1,
                     (int)n_tokens - 2);
        return format_fail_element(row, "step_ends", (size_t)k, expected,
                                   json_array_get(format_field(row, "step_ends"), (size_t)k));
    }
    out->response.n_tokens = n_tokens;
    out->response.n_steps = n;
    out->response.step_end = ends;
    return CAIRN_OK;
}

static cairn_status read_mask(const format_row *row, cairn_trajectory *y) {
    const double *given;
    static const number_rule rule = {0, 1, true, "1 or 0, true or false"};
    CAIRN_TRY(numbers(row, "mask", y->n_tokens, "token", &rule, &given));
    if (!given) return CAIRN_OK;
    uint8_t *drawn = cairn_arena_alloc(row->arena, (size_t)y->n_tokens, sizeof *drawn);
    if (!drawn) return no_memory(row, "mask");
    for (int32_t t = 0; t < y->n_tokens; t++) {
        if (given[t] != 0 && given[t] != 1)
            return format_fail_element(row, "mask", (size_t)t, rule.expected,
                                       json_array_get(format_field(row, "mask"), (size_t)t));
        drawn[t] = given[t] == 1;
    }
    y->drawn = drawn;
    return CAIRN_OK;
}

/* A verdict of each step: `flags`, else `labels`, of which those from 0.5 on are right. */
static cairn_status read_flags(const format_row *row, const double *labels, cairn_trajectory *y) {
    const double *given;
    CAIRN_TRY(numbers(row, "flags", y->n_steps, "step", &truth, &given));
    if (!given) given = labels;
    if (!given) return CAIRN_OK;
    cairn_verdict *flags = cairn_arena_alloc(row->arena, (size_t)y->n_steps, sizeof *flags);
    if (!flags) return no_memory(row, "flags");
    for (int32_t k = 0; k < y->n_steps; k++)
        flags[k] = isnan(given[k])                                    ? CAIRN_VERDICT_UNKNOWN
                   : cairn_label_is_right(given[k], CAIRN_RIGHT_FROM) ? CAIRN_VERDICT_RIGHT
                                                                      : CAIRN_VERDICT_WRONG;
    y->step_flag = flags;
    return CAIRN_OK;
}

/* Any text or number names the state before a step. */
static cairn_status read_states(const format_row *row, cairn_trajectory *y) {
    const json_t *given;
    char shown[32];
    CAIRN_TRY(array(row, "states", y->n_steps, "step", &given));
    if (!given) return CAIRN_OK;
    uint64_t *keys = cairn_arena_alloc(row->arena, (size_t)y->n_steps, sizeof *keys);
    if (!keys) return no_memory(row, "states");
    for (size_t k = 0; k < (size_t)y->n_steps; k++) {
        const char *word = json_word(json_array_get(given, k), shown);
        if (!word) return format_fail_element(row, "states", k, "a text or a number", json_array_get(given, k));
        keys[k] = cairn_key(word, strlen(word));
    }
    y->step_state = keys;
    return CAIRN_OK;
}

/* Scores are in the file's unit; labels, from 0 to 1 in every unit, are scores where there are no others. */
static cairn_status read_steps(const format_row *row, const number_rule *score_rule, cairn_trajectory *y) {
    const double *labels;
    CAIRN_TRY(numbers(row, "scores", y->n_steps, "step", score_rule, &y->step_score));
    CAIRN_TRY(numbers(row, "labels", y->n_steps, "step", &truth, &labels));
    if (!y->step_score && labels && score_rule->low < 0 && score_rule->high == 1) {
        double *centred = cairn_arena_alloc(row->arena, (size_t)y->n_steps, sizeof *centred);
        if (!centred) return no_memory(row, "labels");
        for (int32_t k = 0; k < y->n_steps; k++) centred[k] = 2 * labels[k] - 1;
        y->step_score = centred;
    }
    if (!y->step_score) y->step_score = labels;
    CAIRN_TRY(read_flags(row, labels, y));
    return read_states(row, y);
}

static cairn_status read_tokens(const format_row *row, cairn_trajectory *y) {
    const struct {
        const char *field;
        const double **out;
    } fields[] = {{"token_rewards", &y->token_reward},
                  {"logprobs", &y->logp},
                  {"ref_logprobs", &y->logp_ref},
                  {"sampler_logprobs", &y->logp_sampler},
                  {"values", &y->value}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        CAIRN_TRY(numbers(row, fields[i].field, y->n_tokens, "token", &any_number, fields[i].out));
    return read_mask(row, y);
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static cairn_status read_record(const format_row *row, cairn_record *out) {
    CAIRN_TRY(format_id(row, "id", &out->id));
    CAIRN_TRY(format_text(row, "prompt", &out->problem));
    CAIRN_TRY(format_steps(row, "completions", out));
    if (out->n_steps == 0)
        return json_fail_field(row->ctx, row->where, "completions", "at least one step",
                               format_field(row, "completions"));
    CAIRN_TRY(format_observations(row, out));
    CAIRN_TRY(format_word_or_null(row, "answer", &out->answer));
    CAIRN_TRY(format_word_or_null(row, "target", &out->target));
    return format_word_or_null(row, "group", &out->group);
}

static cairn_status read_response(const format_row *row, const number_rule *score_rule, cairn_credit_row *out) {
    cairn_trajectory *y = &out->response;
    int32_t n_ids;
    cairn_verdict truncated;
    CAIRN_TRY(ids(row, "prompt_ids", &out->prompt_ids, &out->n_prompt_ids));
    CAIRN_TRY(ids(row, "completion_ids", &out->completion_ids, &n_ids));
    if (out->completion_ids && n_ids == 0)
        return json_fail_field(row->ctx, row->where, "completion_ids", "at least one token",
                               format_field(row, "completion_ids"));
    CAIRN_TRY(read_ends(row, n_ids, out));
    CAIRN_TRY(read_steps(row, score_rule, y));
    CAIRN_TRY(read_tokens(row, y));
    CAIRN_TRY(number(row, "correct", &outcome_rule, &y->outcome));
    CAIRN_TRY(number(row, "format", &outcome_rule, &y->format));
    CAIRN_TRY(number(row, "think", &unit_number, &y->think));
    CAIRN_TRY(number(row, "pattern", &unit_number, &y->pattern));
    CAIRN_TRY(number(row, "baseline", &any_number, &y->baseline));
    CAIRN_TRY(format_verdict(row, "truncated", &truncated));
    y->truncated = truncated == CAIRN_VERDICT_RIGHT;
    if (!isnan(y->outcome)) out->record.correct = format_verdict_of(y->outcome >= 0.5);
    return format_keep(row, row->where, strlen(row->where), &y->name);
}

static cairn_status read_row(cairn_credit_file *file, cairn_arena *arena, cairn_credit_row *out) {
    const json_t *object;
    CAIRN_TRY(rows_next(file->rows, &object));
    const format_row row = {file->ctx, arena, object, rows_where(file->rows), rows_number(file->rows), NULL};
    *out = (cairn_credit_row){
        .record = {.line = rows_line(file->rows), .correct = CAIRN_VERDICT_UNKNOWN, .first_error = CAIRN_UNLABELLED}};
    CAIRN_TRY(read_record(&row, &out->record));
    return read_response(&row, &score_rules[file->unit], out);
}

cairn_status cairn_credit_file_next(cairn_credit_file *file, cairn_arena *arena, cairn_credit_row *out) {
    for (;;) {
        cairn_arena_mark mark = cairn_arena_save(arena);
        cairn_status status = read_row(file, arena, out);
        if (status != CAIRN_FORMAT && status != CAIRN_LIMIT) return status;
        cairn_arena_restore(arena, mark);
        if (!file->skip_bad) return status;
        cairn_log(file->ctx, CAIRN_LOG_WARN, "skipped %s", cairn_error(file->ctx));
        file->skipped++;
    }
}
