/* Worked solutions, step by step: the problem, the steps, the end. */
#include "tool/trace.h"
#include "tool/arithmetic/asserted.h"
#include "tool/arithmetic/lead.h"
#include "tool/arithmetic/unread.h"

#include <string.h>

enum { PROBLEM_WORDS = 12 }; /* more words: a story that happens to contain an expression */

const char *cairn_trace_code_name(cairn_trace_code code) {
    static const char *const names[] = {"checked", "nothing", "healed", "wrong", "copy", "rewrite", "answer"};
    return (unsigned)code < sizeof names / sizeof names[0] ? names[code] : "?";
}

/* ---- the problem ---- */

/* The problem's own numbers count as shown. */
static void remember_numbers(tracer *t, size_t from, size_t to) {
    const lex_token *k = t->tokens.tokens;
    for (size_t i = from; i < to && t->seen_count < TRACE_SEEN / 2; i++) {
        bool sign = k[i].kind == LEX_NUMBER && i > from && k[i - 1].kind == '-' &&
                    (i - 1 == from || strchr("(+-*/", k[i - 2].kind));
        if (k[i].kind == LEX_NUMBER &&
            calc_range(t->machine, &t->tokens, i - sign, i + 1, NULL, CALC_WHOLE, CALC_WRITTEN, &t->spare) == CAIRN_OK)
            trace_show(t, t->spare.value);
    }
    t->given = t->seen_count;
}

/* Whether the value of tokens [from, stop) is all that is asked: the equation ends with the expression ("= ?"), no
 * question follows, and there is no other number (but the problem's own) and no unknown letter. */
static bool asks_value(const tracer *t, size_t from, size_t stop) {
    const chain *c = &t->links;
    const lex_token *k = t->tokens.tokens;
    bool words = false;
    for (size_t i = 1; i < c->count; i++)
        for (size_t at = c->parts[i].from; at < c->parts[i].to; at++)
            if (k[at].kind != LEX_OTHER) return false;
    for (size_t at = 0; at < t->tokens.count; at++) {
        if (at == from) at = stop;
        if (at >= t->tokens.count) break;
        bool letter =
            k[at].kind == LEX_WORD && k[at].length == 1 && !lex_is(&t->tokens, at, "a") && !lex_is(&t->tokens, at, "i");
        if (letter || (k[at].kind == LEX_NUMBER && at > 0)) return false;
        if (words && k[at].kind == LEX_OTHER && t->tokens.text[k[at].at] == '?') return false;
        words |= at >= stop && k[at].kind == LEX_WORD;
    }
    return true;
}

/* Reads the problem's expression: the only line or sentence part that is one, with "= ?" and words around it. */
static cairn_status read_problem(tracer *t, const char *problem) {
    size_t at = 0, words = 0, found = 0;
    if (!problem) return CAIRN_OK;
    CAIRN_TRY(lex_read(t->ctx, problem, 0, strlen(problem), LEX_PLAIN, &t->tokens));
    for (size_t i = 0; i < t->tokens.count; i++) words += t->tokens.tokens[i].kind == LEX_WORD;
    for (;;) {
        cairn_status status = chain_next(t->ctx, &t->tokens, &at, false, &t->links);
        if (status == CAIRN_END) break;
        CAIRN_TRY(status);
        chain_part part = t->links.parts[0];
        while (part.to > part.from && t->tokens.tokens[part.to - 1].kind == LEX_OTHER) part.to--;
        if (!chain_side(t->machine, &t->tokens, &part, true, NULL, CALC_WRITTEN, &t->left)) continue;
        if (t->left.operators == 0 || t->left.unit_count || t->left.doubt ||
            !asks_value(t, t->left.from, t->left.stop) || !lead_asks_value(&t->tokens, t->left.from, t->left.stop))
            continue;
        mpq_set(t->problem, t->left.value);
        trace_set_rest(t, &t->left);
        remember_numbers(t, t->left.from, t->left.stop);
        found++;
    }
    t->followed = true;
    mpq_set(t->carry, t->problem);
    t->strict = t->has_carry = found == 1 && words <= PROBLEM_WORDS;
    return t->status;
}

/* ---- the steps ---- */

/* A solution without a wrong step must end with the problem's value. */
static void check_end(tracer *t) {
    if (!t->last || t->wrong || !t->shown_here || t->finding->verdict == CAIRN_VERDICT_WRONG) return;
    if (t->carry_doubt || t->open || mpq_equal(t->problem, t->carry)) return;
    if (t->rest.text[0] && form_operations(&t->rest) == 0 && mpq_equal(t->problem, t->rest.value)) return; /* a check */
    if (trace_carry_rounds(t)) return;
    if (t->suspect)
        *t->suspect = t->suspicion;
    else
        trace_accuse_bytes(t, CAIRN_TRACE_ANSWER, 0, strlen(t->step),
                           "the steps end elsewhere than the problem, whose value is", t->problem);
    t->wrong = true;
}

/* Whether a calculator mark in the step is false. The lexer leaves marks out: what is written around them is what the
 * step says. */
static cairn_status check_marks(tracer *t, bool *wrong) {
    size_t length = strlen(t->step), from = 0, inside, end;
    *wrong = false;
    for (; !*wrong && lex_mark(t->step, length, from, &inside, &end); from = end) {
        cairn_equation *equations;
        size_t n;
        CAIRN_TRY(cairn_equations_check(t->ctx, t->arena, t->step + inside, end - inside, &equations, &n));
        for (size_t i = 0; i < n; i++) *wrong |= equations[i].verdict == CAIRN_VERDICT_WRONG;
    }
    return CAIRN_OK;
}

static cairn_status check_step(tracer *t, const char *step, cairn_trace_finding *finding) {
    *finding = (cairn_trace_finding){.verdict = CAIRN_VERDICT_UNKNOWN, .code = CAIRN_TRACE_NOTHING, .evidence = ""};
    t->step = step;
    t->finding = finding;
    t->checked = t->compared = 0;
    t->healed = t->unread = t->shown_here = t->planned = t->looked = false;
    CAIRN_TRY(lex_read(t->ctx, step, 0, strlen(step), t->strict ? LEX_NAMES : LEX_WORDS, &t->tokens));
    CAIRN_TRY(trace_walk(t));
    bool false_mark = false;
    if (t->checked && finding->verdict != CAIRN_VERDICT_WRONG) CAIRN_TRY(check_marks(t, &false_mark));
    if (t->strict) {
        trace_settle_plan(t);
        check_end(t);
    }
    if (finding->verdict == CAIRN_VERDICT_WRONG) {
        t->wrong = true;
    } else if (t->healed) {
        finding->code = CAIRN_TRACE_HEALED;
        finding->evidence = "a line inside the step is false, but the step's result is right";
    } else if (t->checked && unread_arithmetic(step, strlen(step))) {
        finding->evidence = "the step has characters that are not read beside its arithmetic";
    } else if (t->checked && t->unread) {
        finding->evidence = "an equality in the step cannot be read";
    } else if (t->checked && false_mark) {
        finding->evidence = "a calculator mark in the step is false";
    } else if (t->checked) {
        finding->verdict = CAIRN_VERDICT_RIGHT;
        finding->code = CAIRN_TRACE_CHECKED;
    } else {
        finding->evidence = "nothing in the step can be checked";
    }
    return t->status;
}

/* A step that ends with a false equality which the next step refutes: "This is a contradiction." */
static void take_back(const char *step, const char *next, cairn_trace_finding *finding) {
    if (finding->verdict != CAIRN_VERDICT_WRONG || finding->end <= finding->start) return;
    size_t rest = finding->end;
    while (step[rest] && !((step[rest] >= 'a' && step[rest] <= 'z') || (step[rest] >= '0' && step[rest] <= '9')))
        rest++;
    if (step[rest] || !claim_refuted_by_next(next, strlen(next))) return;
    *finding = (cairn_trace_finding){.verdict = CAIRN_VERDICT_UNKNOWN,
                                     .code = CAIRN_TRACE_NOTHING,
                                     .evidence = "the next step says that the equality does not hold"};
}

/* In a story: the last step's end beside the answer that it states. */
static cairn_status check_statement(cairn_ctx *ctx, cairn_arena *arena, const char *problem, const char *const *steps,
                                    size_t count, cairn_trace_finding *last) {
    cairn_trace_finding stated;
    if (last->verdict == CAIRN_VERDICT_WRONG) return CAIRN_OK;
    CAIRN_TRY(cairn_trace_answer(ctx, arena, problem, steps, count, NULL, &stated));
    if (stated.verdict == CAIRN_VERDICT_WRONG) *last = stated;
    return CAIRN_OK;
}

static void close_tracer(tracer *t) {
    calc_close(t->machine);
    calc_names_free(&t->names);
    calc_value_close(&t->left);
    calc_value_close(&t->right);
    calc_value_close(&t->spare);
    for (size_t i = 0; i < t->seen_count; i++) mpq_clear(t->seen[i]);
    mpq_clear(t->problem);
    mpq_clear(t->carry);
    mpq_clear(t->rest.value);
    lex_free(&t->tokens);
    lex_free(&t->again);
    cairn_free(t->links.parts);
    cairn_free(t);
}

cairn_status cairn_trace_check(cairn_ctx *ctx, cairn_arena *arena, const char *problem, const char *const *steps,
                               size_t count, bool whole, cairn_trace_finding *findings) {
    tracer *t = cairn_alloc(ctx, 1, sizeof *t);
    if (!t) return CAIRN_NO_MEMORY;
    t->ctx = ctx;
    t->arena = arena;
    t->systems.problem = problem;
    t->systems.steps = steps;
    calc_value_open(&t->left);
    calc_value_open(&t->right);
    calc_value_open(&t->spare);
    mpq_init(t->problem);
    mpq_init(t->carry);
    mpq_init(t->rest.value);
    cairn_status status = calc_open(ctx, &t->machine);
    if (status == CAIRN_OK) status = read_problem(t, problem);
    for (size_t i = 0; i < count && status == CAIRN_OK; i++) {
        t->last = whole && i + 1 == count;
        t->systems.n_steps = i;
        status = cairn_cancelled(ctx) ? cairn_fail(ctx, CAIRN_CANCELLED, "checking was cancelled")
                                      : check_step(t, steps[i], &findings[i]);
        if (status == CAIRN_OK && i > 0) take_back(steps[i - 1], steps[i], &findings[i - 1]);
    }
    if (status == CAIRN_OK && whole && count && !t->strict)
        status = check_statement(ctx, arena, problem, steps, count, &findings[count - 1]);
    close_tracer(t);
    return status;
}
