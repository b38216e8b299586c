/* Values of trees: exactly where they are numbers, as rational functions where they hold variables.
 *
 * A number is rational (GMP, FLINT), else algebraic or transcendental (Calcium), decided as equal, unequal or unknown.
 * Functions of variables are equal where their difference is zero as a rational function in its variables and in what
 * stands irreducibly for roots, sines, exponentials ..., whose algebraic relations are used; they differ where rigorous
 * intervals (Arb) differ at a point where both are defined; all else is unknown. Every operation is bounded. */
#ifndef CAIRN_TOOL_MATH_VALUE_H
#define CAIRN_TOOL_MATH_VALUE_H

#include <gmp.h>

#include "tool/math/tree.h"

typedef struct math_engine math_engine;

/* One engine for many comparisons; opening is cheap, Calcium is started when it is first needed. Errors: NO_MEMORY. */
cairn_status math_engine_open(cairn_ctx *ctx, math_engine **out);
void math_engine_close(math_engine *engine);
/* Exact rational values of more bits in numerator or denominator are not computed from now on. */
void math_engine_bound(math_engine *engine, size_t bits);

/* How two values stand. `how` is static: "identical", "rational", "algebraic", "numeric", "rational-function",
 * "at-points", "too-large", "undefined", "not-a-value" ... */
typedef struct math_decision {
    cairn_verdict equal;
    const char *how;
} math_decision;

/* Whether two expressions have one value: numbers, or functions of the names in them. Kinds that are no value
 * (structures, TEXT, UNREAD) give UNKNOWN, "not-a-value". PERCENT is a hundredth, DEGREES pi/180. A QUANTITY is none.
 *
 * The names pi, e and i are the constants; all others are real variables, those that begin with j, k, l, m, n or N
 * whole numbers where it matters, as in (-1)^(2n); z and w may be complex. Functions are equal where both are real,
 * removable points apart. They are different where they differ at positive values of their variables, or at negative
 * ones where only these are in the domain of both: so |x| and x are UNKNOWN. Two expressions that both have a name of
 * their own are UNKNOWN, "other-names", unless it cancels. A bare log is decided where bases 10 and e agree. */
math_decision math_equal(math_engine *engine, const math_node *a, const math_node *b);

/* The exact rational value; false where it is none, or is not shown to be one cheaply. */
bool math_rational(math_engine *engine, const math_node *node, mpq_t out);
/* Whether the value is a number at all: no variables, no unread parts. */
bool math_is_constant(const math_node *node);
/* Rigorous bounds of a real constant, at most some units in the last place of a double apart where the value can be
 * computed. False: not real, undefined, or not computed. */
bool math_bounds(math_engine *engine, const math_node *node, double *low, double *high);
/* -1, 0, 1: a < b, a = b, a > b, for real constants, infinity among them; 2 where it is not decided. */
int math_order(math_engine *engine, const math_node *a, const math_node *b);

/* How a decimal numeral stands to an exact real value. */
typedef enum math_rounding {
    MATH_ROUNDING_EXACT,     /* equal */
    MATH_ROUNDING_ROUNDED,   /* the value, correctly rounded to the digits written */
    MATH_ROUNDING_TRUNCATED, /* the value, cut after the digits written */
    MATH_ROUNDING_NEAR,      /* within one unit of the last digit written */
    MATH_ROUNDING_OTHER,     /* further away */
    MATH_ROUNDING_UNKNOWN
} math_rounding;
/* `decimal`: a NUMBER or NEGATE of one. *digits: significant digits written. */
math_rounding math_rounds(math_engine *engine, const math_node *decimal, const math_node *exact, int *digits);

/* Whether a = 0 and b = 0 have the same solutions because a is a constant multiple of b, other than 0: for equations
 * "up to scaling". UNKNOWN where neither depends on a name. *sign: of the factor, 0 where it is not known (for
 * inequalities). */
math_decision math_proportional(math_engine *engine, const math_node *a, const math_node *b, int *sign);

/* Whether the real solutions of a = 0 and b = 0, or of a < 0 and b < 0, are the same, for expressions of the same
 * names: WRONG where one has a solution that the other has not, by a proof (value_zeros.c); RIGHT where a is b times
 * a quotient that is not zero on them, points apart where one is not defined; so not for a power: x^2 = 0 and x = 0
 * are UNKNOWN. Solutions of inequalities on the boundary do not count. */
math_decision math_zeros(math_engine *engine, const math_node *a, const math_node *b);
math_decision math_regions(math_engine *engine, const math_node *a, const math_node *b);

/* Counts, to bound the work of one comparison; 0 at opening. */
int64_t math_work(const math_engine *engine);

/* Version of the FLINT that is loaded. */
const char *math_flint_version(void);

#endif
