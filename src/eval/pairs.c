/* Pairs of an answer and a reference from files. */
#include "cairn/pairs.h"

#include <string.h>
#include <strings.h>

#include "data/rows.h"

enum { ROW_BYTES = 16 << 20 };

/* A field is the first of its names that a row has. `answer` is the model's where the reference has a name of its own;
 * beside a `prediction` it is the reference. */
static const char *const answer_names[] = {"prediction", "pred", "model_answer", "answer", NULL};
static const char *const reference_names[] = {"reference",      "target", "gold", "ground_truth", "gt", "gold_answer",
                                              "correct_answer", "answer", NULL};
static const char *const problem_names[] = {"problem", "question", "prompt", NULL};
static const char *const expected_names[] = {"expect", "expected", "correct", "is_correct", "label", NULL};

struct cairn_pairs {
    cairn_ctx *ctx;
    rows *rows;
    cairn_pair_fields fields;
    bool skip_bad;
    int64_t skipped;
};

#define EXPECTATION_NAME(symbol, name) name,
static const char *const expectations[] = {CAIRN_EXPECTATIONS(EXPECTATION_NAME)};

const char *cairn_expectation_name(cairn_expectation expected) {
    return expectations[expected];
}

bool cairn_expectation_allows(cairn_expectation expected, cairn_verdict verdict) {
    switch (expected) {
    case CAIRN_EXPECT_RIGHT:
        return verdict == CAIRN_VERDICT_RIGHT;
    case CAIRN_EXPECT_WRONG:
        return verdict == CAIRN_VERDICT_WRONG;
    case CAIRN_EXPECT_UNKNOWN:
        return verdict == CAIRN_VERDICT_UNKNOWN;
    case CAIRN_EXPECT_NOT_RIGHT:
        return verdict != CAIRN_VERDICT_RIGHT;
    case CAIRN_EXPECT_NOT_WRONG:
        return verdict != CAIRN_VERDICT_WRONG;
    default:
        return true;
    }
}

cairn_status cairn_pairs_open(cairn_ctx *ctx, const char *path, const cairn_pair_fields *fields, bool skip_bad,
                              cairn_pairs **out) {
    cairn_pairs *p = cairn_alloc(ctx, 1, sizeof *p);
    if (!p) return CAIRN_NO_MEMORY;
    *p = (cairn_pairs){.ctx = ctx, .skip_bad = skip_bad};
    if (fields) p->fields = *fields;
    cairn_status status = rows_open(ctx, path, ROW_BYTES, &p->rows);
    if (status != CAIRN_OK) {
        cairn_free(p);
        return status;
    }
    *out = p;
    return CAIRN_OK;
}

void cairn_pairs_close(cairn_pairs *pairs) {
    if (!pairs) return;
    rows_close(pairs->rows);
    cairn_free(pairs);
}

int64_t cairn_pairs_skipped(const cairn_pairs *pairs) {
    return pairs->skipped;
}

int64_t cairn_pairs_offset(const cairn_pairs *pairs) {
    return rows_offset(pairs->rows);
}

int64_t cairn_pairs_size(const cairn_pairs *pairs) {
    return rows_size(pairs->rows);
}

/* ---- one row ----------------------------------------------------------------------------------------------------- */

/* Many files have labels of other kinds. */
static bool is_truth(const json_t *value) {
    int64_t number;
    const char *text = json_string_value(value);
    return json_is_boolean(value) || json_whole(value, 0, 1, &number) ||
           (text && (strcasecmp(text, "true") == 0 || strcasecmp(text, "false") == 0));
}

/* The field `asked`, or the first of `names` other than `taken` that the row has; *name: that one, else NULL. */
static const json_t *field_of(const json_t *row, const char *asked, const char *const *names, const char *taken,
                              const char **name) {
    *name = NULL;
    if (asked && *asked) {
        *name = json_object_get(row, asked) ? asked : NULL;
        return json_object_get(row, asked);
    }
    for (int i = 0; names[i]; i++) {
        const json_t *value = json_object_get(row, names[i]);
        if (!value || (taken && strcmp(names[i], taken) == 0)) continue;
        if (strcmp(names[i], "label") == 0 && !is_truth(value)) continue;
        *name = names[i];
        return value;
    }
    return NULL;
}

/* A text, a number or a truth value as a text; null and "" are none. */
static cairn_status text_of(const cairn_pairs *p, cairn_arena *arena, const char *name, const json_t *value,
                            const char **out) {
    char number[32];
    *out = NULL;
    if (!value || json_is_null(value)) return CAIRN_OK;
    const char *text = json_is_boolean(value) ? (json_is_true(value) ? "true" : "false") : json_word(value, number);
    if (!text)
        return json_fail_field(p->ctx, rows_where(p->rows), name, "a text, a number, true, false or null", value);
    if (!*text) return CAIRN_OK;
    *out = cairn_arena_copy(arena, text, strlen(text));
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* A verdict by name, or right and wrong as true and false, 1 and 0. */
static cairn_status expected_of(const cairn_pairs *p, const char *name, const json_t *value, cairn_expectation *out) {
    char number[32];
    *out = CAIRN_EXPECT_NOTHING;
    if (!value || json_is_null(value)) return CAIRN_OK;
    const char *text = json_is_boolean(value) ? (json_is_true(value) ? "right" : "wrong") : json_word(value, number);
    static const struct {
        const char *word;
        cairn_expectation means;
    } words[] = {{"true", CAIRN_EXPECT_RIGHT},
                 {"false", CAIRN_EXPECT_WRONG},
                 {"1", CAIRN_EXPECT_RIGHT},
                 {"0", CAIRN_EXPECT_WRONG},
                 {"correct", CAIRN_EXPECT_RIGHT},
                 {"incorrect", CAIRN_EXPECT_WRONG},
                 {"unknown-or-right", CAIRN_EXPECT_NOT_WRONG},
                 {"unknown-or-wrong", CAIRN_EXPECT_NOT_RIGHT}};
    for (int i = 0; text && i < CAIRN_EXPECTATION_COUNT; i++)
        if (strcasecmp(text, expectations[i]) == 0) {
            *out = (cairn_expectation)i;
            return CAIRN_OK;
        }
    for (size_t i = 0; text && i < sizeof words / sizeof *words; i++)
        if (strcasecmp(text, words[i].word) == 0) {
            *out = words[i].means;
            return CAIRN_OK;
        }
    return json_fail_field(p->ctx, rows_where(p->rows), name,
                           "right, wrong, unknown, not-right, not-wrong, true, false or null", value);
}

static cairn_status fail_missing(const cairn_pairs *p, const char *asked, const char *preset, const char *what) {
    return json_fail_field(p->ctx, rows_where(p->rows), asked && *asked ? asked : preset, what, NULL);
}

static cairn_status read_row(cairn_pairs *p, cairn_arena *arena, cairn_pair *out) {
    const json_t *row;
    const char *answer, *reference, *problem, *expected;
    CAIRN_TRY(rows_next(p->rows, &row));
    *out = (cairn_pair){.row = rows_number(p->rows)};
    const json_t *of_answer = field_of(row, p->fields.answer, answer_names, p->fields.reference, &answer);
    if (!answer)
        return fail_missing(p, p->fields.answer, "answer", "an answer (also under prediction, pred or model_answer)");
    const json_t *of_reference = field_of(row, p->fields.reference, reference_names, answer, &reference);
    if (!reference)
        return fail_missing(p, p->fields.reference, "reference",
                            "a reference (also under target, gold, ground_truth, gt, gold_answer or correct_answer)");
    const json_t *of_problem = field_of(row, p->fields.problem, problem_names, NULL, &problem);
    const json_t *of_expected = field_of(row, p->fields.expected, expected_names, NULL, &expected);
    if (p->fields.problem && *p->fields.problem && !problem)
        return fail_missing(p, p->fields.problem, "problem", "a problem");
    if (p->fields.expected && *p->fields.expected && !expected)
        return fail_missing(p, p->fields.expected, "expect", "a verdict");
    CAIRN_TRY(text_of(p, arena, answer, of_answer, &out->answer));
    CAIRN_TRY(text_of(p, arena, reference, of_reference, &out->reference));
    CAIRN_TRY(text_of(p, arena, problem, of_problem, &out->problem));
    return expected_of(p, expected, of_expected, &out->expected);
}

cairn_status cairn_pairs_next(cairn_pairs *pairs, cairn_arena *arena, cairn_pair *out) {
    for (;;) {
        cairn_status status = read_row(pairs, arena, out);
        bool bad = status == CAIRN_FORMAT || status == CAIRN_LIMIT;
        if (!bad || !pairs->skip_bad) return status;
        cairn_log(pairs->ctx, CAIRN_LOG_WARN, "skipped %s", cairn_error(pairs->ctx));
        pairs->skipped++;
    }
}
