/* cairn/tool.h: exact tools that check reasoning: a calculator on rationals, a finder and checker of the arithmetic
 * equalities written in a text, and a step-by-step checker of worked arithmetic. Final answers: cairn/answer.h.
 *
 * Everything here reads hostile text: invalid UTF-8, unbalanced brackets and megabytes of operators cost a status or an
 * "unknown", never more than linear time. All arithmetic is exact; a double is only ever a convenience copy.
 */
#ifndef CAIRN_TOOL_H
#define CAIRN_TOOL_H

#include "cairn/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bounds. Text beyond CAIRN_TOOL_TEXT_MOST bytes or CAIRN_TOOL_TOKENS_MOST words, numbers and signs, values beyond
 * CAIRN_TOOL_BITS_MOST bits in numerator or denominator, brackets nested deeper than CAIRN_TOOL_DEPTH_MOST and more
 * than CAIRN_TOOL_NAMES_MOST named quantities give CAIRN_LIMIT (or an unknown verdict inside a longer text). */
#define CAIRN_TOOL_TEXT_MOST   ((size_t)16 << 20)
#define CAIRN_TOOL_TOKENS_MOST ((size_t)4 << 20)
#define CAIRN_TOOL_BITS_MOST   2048
#define CAIRN_TOOL_DEPTH_MOST  256
#define CAIRN_TOOL_NAMES_MOST  256

/* ---- calculator ------------------------------------------------------------------------------------------------ */

/* An exact rational: `text` is an integer ("-14"), a terminating decimal of at most 20 places ("0.125") or a fraction
 * in lowest terms ("1/3"); `value` is the nearest double below it in magnitude (infinite beyond the range of doubles).
 */
typedef struct cairn_number {
    const char *text;
    double value;
} cairn_number;

/* A named quantity of an expression: `value` is itself text for the calculator, without names. Names of one letter are
 * case-sensitive, longer ones are not; a name may be several words ("first part"). */
typedef struct cairn_binding {
    const char *name, *value;
} cairn_binding;

/* The exact value of an arithmetic expression as people and models write it, by the grammar that reads answers:
 * + - * / ^, Unicode and LaTeX operators, brackets of all kinds, stacked signs, implicit products, "of", "x" between
 * operands, percentages (a hundredth), currency signs (ignored), thousands separators (comma, apostrophe, narrow and
 * no-break spaces), decimals, repeating ones too, scientific notation, superscripts, mixed numbers, roots of perfect
 * powers, factorials, |x|, floors, binomials, "mod", gcd, lcm, max and min. `out->text` lives in `arena`. A minus
 * before a power negates the power: -2^2 is -4; 0^0 is 1. Errors, with the byte: FORMAT (not an expression), NOT_FOUND
 * (a name without binding), INVALID (division by zero, a binding that does not evaluate), LIMIT (besides the bounds
 * above: more than 20000 operands and operators, or brackets, powers and divisions in one another at more than 190
 * levels), UNSUPPORTED (an irrational value), NO_MEMORY. */
CAIRN_API cairn_status cairn_calc_eval(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length,
                                       const cairn_binding *bindings, size_t count, cairn_number *out);

/* ---- equations in a text --------------------------------------------------------------------------------------- */

/* How an equality stands. Verdict RIGHT: exact, rounded, truncated, noise. UNKNOWN: whole, percent, running, doubtful,
 * unparsable. WRONG: wrong. */
typedef enum cairn_equation_code {
    CAIRN_EQUATION_EXACT,     /* equal, or congruent by a modulus that the text names */
    CAIRN_EQUATION_ROUNDED,   /* correctly rounded to the digits shown (at least one decimal, or three digits) */
    CAIRN_EQUATION_TRUNCATED, /* cut after the digits shown (at least one decimal): 8/3 = 2.666 */
    CAIRN_EQUATION_NOISE,     /* what double precision prints: 201.89999999999998 */
    CAIRN_EQUATION_WHOLE,    /* a neighbouring whole number for a fraction, 10/3 = 3: may be meant (persons, boxes), may
                                  be a slip; also money rounded up to the next cent */
    CAIRN_EQUATION_PERCENT,  /* right under another reading of %: 100 - 20% = 80, 5% + 10% = 15, 1/4 = 25 % */
    CAIRN_EQUATION_RUNNING,  /* "2 + 3 = 5 * 4 = 20": the sign was used for "then", each piece is right */
    CAIRN_EQUATION_DOUBTFUL, /* sides differ as read, but the reading is not certain (units, an unfinished side, another
                                  base), or the text does not assert it ("suppose", "which is false") */
    CAIRN_EQUATION_UNPARSABLE, /* a calculator mark that is no equality of two expressions */
    CAIRN_EQUATION_WRONG
} cairn_equation_code;

CAIRN_API const char *cairn_equation_code_name(cairn_equation_code code);

/* One equality: byte spans in the text, the two sides as read, and what the recomputed side is exactly (an irrational
 * value to ten digits). */
typedef struct cairn_equation {
    size_t start, end;             /* the whole equality, or the calculator mark with its brackets */
    size_t left_start, left_end;   /* the left side */
    size_t right_start, right_end; /* the right side */
    const char *left, *right;      /* their text, in the arena */
    /* recomputed value of the side that is not a single number (of the left when both are); NULL when unparsable */
    const char *exact;
    cairn_verdict verdict;
    cairn_equation_code code;
    bool mark;        /* a calculator mark <<expr=value>> */
    bool approximate; /* the sign was an approximate one */
} cairn_equation;

/* Finds and checks every arithmetic equality in a text, in order of their start. A claim has an operator on at least
 * one side and two sides that evaluate without names, so "x = 5" and "1 hour = 60 minutes" are none. Sides that are
 * whole formulas, between dollars or in \(...\) and \[...\], are read by the grammar of answers. A chain a = b = c gives
 * one claim a link. A calculator mark is a claim of its own, and the equality written around it is another one,
 * read as if the mark were not there. `*out` lives in `arena`; NULL when there are none. Errors: LIMIT, NO_MEMORY. */
CAIRN_API cairn_status cairn_equations_check(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length,
                                             cairn_equation **out, size_t *count);

/* ---- worked solutions, step by step ---------------------------------------------------------------------------- */

typedef enum cairn_trace_code {
    CAIRN_TRACE_CHECKED, /* at least one claim was checked, none is wrong */
    CAIRN_TRACE_NOTHING, /* nothing that could be checked: verdict UNKNOWN */
    CAIRN_TRACE_HEALED,  /* a line inside the step is false but the step's result is right all the same: UNKNOWN */
    CAIRN_TRACE_WRONG,   /* a false equality whose result goes on */
    CAIRN_TRACE_COPY,    /* a value or expression differs from the one derived or defined before */
    CAIRN_TRACE_REWRITE, /* the problem was rewritten into something else */
    CAIRN_TRACE_ANSWER   /* the stated answer is not the value derived */
} cairn_trace_code;

CAIRN_API const char *cairn_trace_code_name(cairn_trace_code code);

/* What is said of one step. `start`, `end`: bytes of the step where the first wrong claim stands (0, 0 without one).
 * `evidence`: one sentence with the wrong claim and the right value, in the arena; "" when verdict is RIGHT. */
typedef struct cairn_trace_finding {
    cairn_verdict verdict;
    cairn_trace_code code;
    size_t start, end;
    const char *evidence;
} cairn_trace_finding;

/* Checks the steps of a worked solution one after the other. Where the problem is an arithmetic expression (words and
 * "= ?" around it are fine) the solution is read as a rewriting of it: values must be exact apart from decimals'
 * rounding, what is left must keep its value from line to line, pieces must come from there, named parts must be copied
 * faithfully, and the answer must be the value derived. A value goes on as the solution gave it, right or wrong, so
 * that a step which carries a wrong one on consistently is not wrong itself. Where the problem is a story, the
 * equalities inside each step are checked, also those said in words ("12 times 3 is 36"); letters are unknowns and are
 * left alone. What the text supposes, asks, quotes or denies, and what another reading explains (a modulus, a base, a
 * function before brackets), is unknown. `whole`: the steps are a whole solution; without it nothing is said of the last step's end. `findings`
 * holds `count` results. Errors: LIMIT, NO_MEMORY. */
CAIRN_API cairn_status cairn_trace_check(cairn_ctx *ctx, cairn_arena *arena, const char *problem,
                                         const char *const *steps, size_t count, bool whole,
                                         cairn_trace_finding *findings);

/* Whether the answer that a solution states is the number that its steps end with. `answer` NULL: the one that the last
 * step states. WRONG (code ANSWER) only where the solution contradicts itself plainly: its last equality ends with a
 * number, the answer is another number that stands neither in the problem (may be NULL) nor in a step before the
 * statement, and it is not that number rounded or in another usual unit. RIGHT: they are equal. UNKNOWN: all else.
 * Errors: LIMIT, NO_MEMORY. */
CAIRN_API cairn_status cairn_trace_answer(cairn_ctx *ctx, cairn_arena *arena, const char *problem,
                                          const char *const *steps, size_t count, const char *answer,
                                          cairn_trace_finding *out);

/* ---- numbers in \boxed{...} ------------------------------------------------------------------------------------------------- */

#define CAIRN_BOXED_NONE INT32_MIN /* there is no such number */
/* Finds the content of the last `\boxed{...}` in text[length], without surrounding blanks. A box ends at the next
 * `}`, whatever stands before it. Returns false where there is none; else *start and *size give the content's place. */
CAIRN_API bool cairn_boxed_find(const char *text, size_t length, size_t *start, size_t *size);
/* The integer in the last `\boxed{...}` of a critic's reply: an optional sign and decimal digits, nothing else. Returns
 * CAIRN_BOXED_NONE where there is no box or its content is no such integer. An integer beyond 32 bits gives INT32_MAX
 * or INT32_MIN + 1: out of the range of any solution. */
CAIRN_API int32_t cairn_boxed_int(const char *text, size_t length);
/* Vote of a critic's replies[n] (NULL: no reply): the most frequent content of their boxes, compared as text, ties
 * to the first seen, then read as an integer. Replies without a box do not vote. CAIRN_BOXED_NONE where none has a
 * box or the winner is no integer. */
CAIRN_API int32_t cairn_boxed_vote(const char *const *replies, size_t n);

#ifdef __cplusplus
}
#endif
#endif
