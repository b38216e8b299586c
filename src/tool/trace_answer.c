/* A stated answer beside the steps that lead to it: a solution that computes one number and states another contradicts
 * itself.
 *
 * Only a plain case is called wrong. The last equality of the solution ends with a number, nothing but a few words
 * stands between it and the statement, and the answer is a number that stands nowhere before, neither in the problem
 * nor in a step. People also convert and round the last number in their heads: that is no contradiction. */
#include <math.h>
#include <string.h>

#include "tool/answer.h"
#include "tool/arithmetic/calc.h"
#include "tool/arithmetic/units.h"
#include "tool/math/read.h"
#include "tool/math/value.h"
#include "tool/trace.h"

enum {
    GAP_WORDS = 8,      /* between the computed number and the statement; more words may hide a computation */
    STATEMENTS_MOST = 8 /* of one answer at the end of a step: "the answer is 5. #### 5" */
};

typedef struct reader {
    cairn_ctx *ctx;
    math_engine *engine;
    lex tokens;
    mpq_t answer, number;
} reader;

/* Whether the answer is the last digits of a value: 71 of 471. */
static bool last_digits(const mpq_t answer, const mpq_t value) {
    if (mpz_cmp_ui(mpq_denref(answer), 1) != 0 || mpz_cmp_ui(mpq_denref(value), 1) != 0) return false;
    if (mpq_sgn(answer) <= 0 || mpq_cmp(answer, value) >= 0) return false;
    mpz_t gap, power;
    mpz_init(gap);
    mpz_init_set_ui(power, 10);
    mpz_sub(gap, mpq_numref(value), mpq_numref(answer));
    while (mpz_cmp(power, mpq_numref(answer)) <= 0) mpz_mul_ui(power, power, 10);
    bool last = mpz_divisible_p(gap, power) != 0;
    mpz_clear(gap);
    mpz_clear(power);
    return last;
}

/* Whether the answer is m + n of a value m/n, as contests ask for. */
static bool sum_of_parts(reader *r, const mpq_t value) {
    mpz_t sum;
    if (mpz_cmp_ui(mpq_denref(value), 1) == 0 || mpz_cmp_ui(mpq_denref(r->answer), 1) != 0) return false;
    mpz_init(sum);
    mpz_add(sum, mpq_numref(value), mpq_denref(value));
    bool same = mpz_cmp(sum, mpq_numref(r->answer)) == 0;
    mpz_clear(sum);
    return same;
}

/* Whether `answer` is another way to say `value`: rounded, in per cent, or in another usual unit. */
static bool said_otherwise(reader *r, const mpq_t value) {
    static const unsigned factors[] = {7, 12, 24, 60, 100, 365, 1000, 3600};
    double a = mpq_get_d(r->answer), v = mpq_get_d(value);
    if (last_digits(r->answer, value) || sum_of_parts(r, value)) return true;
    if (fabs(a - v) < 1 || fabs(a - v) <= 0.005 * fabs(v) || mpq_sgn(value) == 0 || mpq_sgn(r->answer) == 0)
        return true;
    mpq_div(r->number, r->answer, value);
    mpq_abs(r->number, r->number);
    if (mpq_cmp_ui(r->number, 1, 1) < 0) mpq_inv(r->number, r->number);
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
        if (mpq_cmp_ui(r->number, factors[i], 1) == 0) return true;
    return mpq_cmp_ui(r->number, 1, 1) == 0; /* the other sign: a loss, a difference turned round */
}

static bool number_at(const lex *l, size_t i, mpq_t out) {
    const lex_token *k = &l->tokens[i];
    long decimals;
    int digits;
    return k->kind == LEX_NUMBER && calc_numeral(l->text + k->at, k->length, out, &decimals, &digits);
}

/* Whether the answer stands in a text as a number. */
static cairn_status stands_in(reader *r, const char *text, size_t length, bool *found) {
    CAIRN_TRY(lex_read(r->ctx, text, 0, length, LEX_PLAIN, &r->tokens));
    for (size_t i = 0; i < r->tokens.count && !*found; i++)
        *found = number_at(&r->tokens, i, r->number) && mpq_equal(r->number, r->answer);
    return CAIRN_OK;
}

/* The side of an equality after the calculator's mark in it: "$<<9*2=18>>18" says 18. */
static const char *after_mark(const char *side) {
    for (const char *mark = strstr(side, ">>"); mark; mark = strstr(side, ">>")) side = mark + 2;
    return side;
}

/* The only number among the words of a text: 18 in "18 dollars a day". */
static cairn_status number_among_words(reader *r, const char *text, bool *is, mpq_t out) {
    size_t numbers = 0;
    bool minus = false;
    *is = true;
    CAIRN_TRY(lex_read(r->ctx, text, 0, strlen(text), LEX_PLAIN, &r->tokens));
    for (size_t i = 0; i < r->tokens.count; i++) {
        char kind = r->tokens.tokens[i].kind;
        if (kind == LEX_NUMBER && number_at(&r->tokens, i, out)) {
            numbers++;
        } else if (kind == '-' && numbers == 0) {
            minus = true;
        } else if (!(kind == LEX_CURRENCY || kind == '$' || (numbers && (kind == LEX_WORD || strchr("./", kind))))) {
            *is = false;
        }
    }
    *is &= numbers == 1;
    if (*is && minus) mpq_neg(out, out);
    return CAIRN_OK;
}

/* The number that a text says, whatever its name, unit or noun: 18 in "x = 18", "$18", "18 eggs a day". */
static cairn_status plain_number(reader *r, cairn_arena *arena, const char *text, bool *is, mpq_t out) {
    math_node *node;
    *is = false;
    const char *slash = strchr(text, '/');
    if (slash && strchr(slash + 1, '/')) return CAIRN_OK; /* a day: 3/18/1969 */
    cairn_status status = math_read(r->ctx, arena, text, strlen(text), &node);
    if (status == CAIRN_LIMIT) return CAIRN_OK;
    CAIRN_TRY(status);
    if (node->kind == MATH_RELATION && node->relation[node->kids - 2] == MATH_EQUAL) node = node->kid[node->kids - 1];
    if (node->kind == MATH_QUANTITY || node->kind == MATH_PERCENT) node = node->kid[0];
    *is = math_rational(r->engine, node, out);
    return *is ? CAIRN_OK : number_among_words(r, text, is, out);
}

/* The last step without the statements of its end: *length bytes of it. `stated`: the answer in the last statement, or
 * NULL. */
static cairn_status cut_statements(reader *r, cairn_arena *arena, const char *step, size_t *length,
                                   const char **stated) {
    *stated = NULL;
    for (int i = 0; i < STATEMENTS_MOST; i++) {
        cairn_found found;
        size_t at;
        bool same = false;
        cairn_status status = answer_find_at(r->ctx, arena, step, *length, NULL, &found, &at);
        if (status == CAIRN_NOT_FOUND) return CAIRN_OK;
        CAIRN_TRY(status);
        if (strcmp(found.rule, "last-statement") == 0) return CAIRN_OK; /* a computation, read as an answer */
        if (*stated) {
            cairn_verdict equal;
            CAIRN_TRY(cairn_answer_equal(r->ctx, arena, found.text, *stated, &equal));
            same = equal == CAIRN_VERDICT_RIGHT;
        }
        if (*stated && !same) return CAIRN_OK;
        if (!*stated) *stated = found.text;
        *length = at;
    }
    return CAIRN_OK;
}

/* The number that ends the last equality of step[0, length), when nothing but a few words stands after it. */
static cairn_status last_computed(reader *r, cairn_arena *arena, const char *step, size_t length, bool *has,
                                  cairn_equation *last, mpq_t value) {
    cairn_equation *all;
    size_t n, words = 0;
    *has = false;
    CAIRN_TRY(cairn_equations_check(r->ctx, arena, step, length, &all, &n));
    if (n == 0) return CAIRN_OK;
    *last = all[0];
    for (size_t i = 1; i < n; i++)
        if (all[i].end >= last->end) *last = all[i];
    CAIRN_TRY(plain_number(r, arena, after_mark(last->right), has, value));
    if (!*has) return CAIRN_OK;
    CAIRN_TRY(lex_read(r->ctx, step, last->end, length, LEX_PLAIN, &r->tokens));
    for (size_t i = 0; i < r->tokens.count; i++) {
        char kind = r->tokens.tokens[i].kind;
        words += kind == LEX_WORD;
        if (kind == LEX_NUMBER && number_at(&r->tokens, i, r->number) && mpq_equal(r->number, value))
            continue; /* after its mark */
        if (kind != LEX_WORD && kind != LEX_CURRENCY && kind != LEX_LINE && kind != LEX_OTHER && !strchr(",.:;$", kind))
            *has = false;
    }
    if (words > GAP_WORDS) *has = false;
    return CAIRN_OK;
}

/* Whether a step says after the equality that ends at byte `at` only that its answer, stated from byte `statement` on,
 * is the answer: "= 120 vans and carts. So the answer is 140", but not "= 6, for a total area of 12". */
static cairn_status states_plainly(reader *r, const char *step, size_t at, size_t statement, bool *plainly) {
    const lex *l = &r->tokens;
    size_t from = 0;
    CAIRN_TRY(lex_read(r->ctx, step, at, strlen(step), LEX_PLAIN, &r->tokens));
    while (from < l->count && !strchr(",.;:\n", l->tokens[from].kind) && !unit_stops(l, from)) from++;
    size_t sentence = from;
    while (sentence < l->count && !strchr(".;\n", l->tokens[sentence].kind)) sentence++;
    bool another = sentence < l->count && l->tokens[sentence].at < statement;
    *plainly = trace_only_result_words(l, another ? sentence : from, l->count);
    return CAIRN_OK;
}

static cairn_status compare(reader *r, cairn_arena *arena, const char *problem, const char *const *steps, size_t count,
                            const char *answer, mpq_t value, cairn_trace_finding *out) {
    const char *step = steps[count - 1], *stated;
    size_t length = strlen(step);
    cairn_grade_options how = {.problem = problem};
    cairn_equation last;
    cairn_grade grade;
    bool is, has, found = false, plainly = false;
    CAIRN_TRY(cut_statements(r, arena, step, &length, &stated));
    if (!answer) answer = stated;
    if (!answer) return CAIRN_OK;
    size_t computed = 0; /* "the answer is 20 + 20 = 40" */
    cairn_equation *in_statement;
    CAIRN_TRY(cairn_equations_check(r->ctx, arena, step + length, strlen(step + length), &in_statement, &computed));
    if (computed) return CAIRN_OK;
    CAIRN_TRY(plain_number(r, arena, answer, &is, r->answer));
    if (!is) return CAIRN_OK;
    CAIRN_TRY(last_computed(r, arena, step, length, &has, &last, value));
    if (!has) return CAIRN_OK;
    CAIRN_TRY(cairn_answer_grade(r->ctx, arena, answer, after_mark(last.right), &how, &grade));
    if (grade.verdict == CAIRN_VERDICT_RIGHT || mpq_equal(value, r->answer)) {
        out->verdict = CAIRN_VERDICT_RIGHT;
        out->code = CAIRN_TRACE_CHECKED;
        out->evidence = "";
        return CAIRN_OK;
    }
    if (said_otherwise(r, value)) return CAIRN_OK;
    if (problem) CAIRN_TRY(stands_in(r, problem, strlen(problem), &found));
    for (size_t i = 0; i + 1 < count && !found; i++) CAIRN_TRY(stands_in(r, steps[i], strlen(steps[i]), &found));
    if (!found) CAIRN_TRY(stands_in(r, step, length, &found));
    if (!found) CAIRN_TRY(states_plainly(r, step, last.end, length, &plainly));
    if (!plainly) return CAIRN_OK;
    const char *evidence =
        cairn_arena_printf(arena, "\"%.*s\": the answer that is stated, %.60s, is another number.",
                           (int)(last.end - last.start < 200 ? last.end - last.start : 200), step + last.start, answer);
    if (!evidence) return CAIRN_NO_MEMORY;
    *out = (cairn_trace_finding){CAIRN_VERDICT_WRONG, CAIRN_TRACE_ANSWER, last.start, last.end, evidence};
    return CAIRN_OK;
}

cairn_status cairn_trace_answer(cairn_ctx *ctx, cairn_arena *arena, const char *problem, const char *const *steps,
                                size_t count, const char *answer, cairn_trace_finding *out) {
    reader r = {.ctx = ctx};
    mpq_t value;
    *out = (cairn_trace_finding){CAIRN_VERDICT_UNKNOWN, CAIRN_TRACE_NOTHING, 0, 0, ""};
    if (count == 0) return CAIRN_OK;
    CAIRN_TRY(math_engine_open(ctx, &r.engine));
    mpq_inits(r.answer, r.number, value, NULL);
    cairn_status status = compare(&r, arena, problem, steps, count, answer, value, out);
    mpq_clears(r.answer, r.number, value, NULL);
    lex_free(&r.tokens);
    math_engine_close(r.engine);
    return status;
}
