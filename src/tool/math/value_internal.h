/* The parts of the engine: rational values, rigorous intervals, Calcium. Private to value_*.c.
 *
 * Every evaluator walks a tree and says how far it came. Work is counted in units of about 5 ns; what would cost more
 * than the comparison has left is not begun. */
#ifndef CAIRN_TOOL_MATH_VALUE_INTERNAL_H
#define CAIRN_TOOL_MATH_VALUE_INTERNAL_H

#include "tool/math/expression.h"
#include "tool/math/flint.h"
#include "tool/math/value.h"

enum {
    VALUE_WORK_MOST = 1300000, /* of one comparison */
    VALUE_BITS_MOST = 1 << 16, /* of a numerator or denominator */
    VALUE_DIGITS_MOST = 18000, /* of a numeral */
    VALUE_NAMES_MOST = 12      /* different names in one comparison */
};

/* How far an evaluation came. */
typedef enum value_status {
    VALUE_KNOWN,
    VALUE_NOT,       /* a kind that is no value */
    VALUE_UNDEFINED, /* division by zero, outside the real domain, ambiguous by convention */
    VALUE_TOO_LARGE, /* beyond the bounds */
    VALUE_NO_MEMORY,
    VALUE_OTHER /* outside what this evaluator knows */
} value_status;
const char *value_status_how(value_status status);

/* How a bare "log" is read. */
typedef enum value_log { VALUE_LOG_TEN, VALUE_LOG_NATURAL } value_log;

/* The names of a comparison, in the order of first appearance, and a point: their values. */
typedef struct value_names {
    const char *name[VALUE_NAMES_MOST];
    uint32_t count;
} value_names;
typedef struct value_point {
    const value_names *names; /* NULL: names have no value */
    mpq_t at[VALUE_NAMES_MOST];
    const arb_struct *box; /* NULL, or balls: the names' values, in place of `at`; then a value is known only where the
                              tree is continuous on all of the box */
    bool complex;          /* parts may be complex though names have values: i stands in the trees */
    value_log log;
} value_point;

struct math_engine {
    cairn_ctx *ctx;
    int64_t work;     /* since opening */
    int64_t work_end; /* of the comparison: where `work` must stop */
    bool calcium_open;
    int calcium_uses; /* since Calcium was started */
    ca_ctx_t calcium;
    struct ratio_run *ratio;            /* NULL: not made yet */
    const math_names *names;            /* of the calculator; NULL: a comparison */
    size_t bits_most;                   /* of a numerator or denominator */
    const math_node *stopped;           /* where the first exact evaluation since opening stopped; NULL: nowhere */
    char digits[VALUE_DIGITS_MOST + 1]; /* scratch of numerals */
};

/* Opens a comparison: its work and its room. False: no memory. */
bool value_begin(math_engine *engine);
/* Counts work; false where the comparison has none left. */
bool value_spend(math_engine *engine, int64_t units);
/* Takes and gives back `bytes`: FLINT and GMP end the process when they get no memory, so the room must be there
 * before. False: it is not. */
bool value_reserve(math_engine *engine, size_t bytes);

/* Whether the tree holds kinds of values alone. */
bool value_is_value(const math_node *node);
bool value_is_constant_name(const char *name); /* "pi", "e", "i" */
/* Whether two trees are the same tree, however they were written. */
bool value_identical(const math_node *a, const math_node *b);
/* -1, 1: the tree is infinity with a sign; 0: it is not, or not plainly. */
int value_infinite(const math_node *node);
/* Whether a tree holds a bare "log": a CALL of one argument. */
bool value_has_bare_log(const math_node *node);
/* Adds the tree's names; false: too many. */
bool value_names_add(value_names *names, const math_node *node);
/* Whether the name is in the tree. */
bool value_holds_name(const math_node *node, const char *name);
/* Whether a name stands for a whole number by convention: "n", "k_1". */
bool value_whole_name(const char *name);
/* Whether each of two trees has a name that the other has not. */
bool value_other_names(const math_node *a, const math_node *b);

/* ---- value_rational.c ------------------------------------------------------------------------------------------ */

/* Exact value, by the point where one is given (else NULL). OTHER: irrational, or not shown to be rational here. */
value_status value_rational(math_engine *engine, const math_node *node, const value_point *point, mpq_t out);
/* A function of exact arguments: gcd, lcm, max, min, mod, binomial, factorial ...; OTHER: not one of these. */
value_status value_rational_call(math_engine *engine, const char *name, const mpq_t *arguments, uint32_t count,
                                 mpq_t out);
value_status value_rational_factorial(math_engine *engine, const mpq_t argument, bool twice, mpq_t out);
/* A numeral "12", "0.1(6)", "1.5e-7". */
value_status value_rational_numeral(math_engine *engine, const char *text, mpq_t out);

/* ---- value_ball.c ---------------------------------------------------------------------------------------------- */

/* A ball that holds the value, at `precision` bits. With names (a point), only real values of every part are known. */
value_status value_ball(math_engine *engine, const math_node *node, const value_point *point, slong precision,
                        acb_t out);

/* ---- value_decide.c -------------------------------------------------------------------------------------------- */

/* Two values as rational functions in kernels. UNKNOWN with "" where this does not tell. */
math_decision value_ratio_equal(math_engine *engine, const math_node *a, const math_node *b, value_log log);
/* Whether two constants differ, by balls of up to `most` bits. The status of the values. */
value_status value_tell_apart(math_engine *engine, const math_node *a, const math_node *b, const value_point *point,
                              slong most, bool *different);
/* Whether two functions of names differ where both are real, at fixed points. */
enum { VALUE_POINTS_POSITIVE = 6 }; /* fixed points with positive coordinates */
void value_point_set(value_point *point, int which);
math_decision value_points_differ(math_engine *engine, const math_node *a, const math_node *b, const value_names *names,
                                  value_log log);

/* ---- value_factored.c ------------------------------------------------------------------------------------------ */

/* Whether two products of powers of rational numbers, of any size, are equal; UNKNOWN: they are no such products. */
cairn_verdict value_factored_equal(math_engine *engine, const math_node *a, const math_node *b);

/* ---- value_bound.c --------------------------------------------------------------------------------------------- */

/* Whether two algebraic constants are equal, by a separation bound; UNKNOWN where they are not built from numbers by
 * arithmetic, roots and sines of rational angles, or the bound asks for too many bits. */
cairn_verdict value_bound_equal(math_engine *engine, const math_node *a, const math_node *b);

/* ---- value_calcium.c ------------------------------------------------------------------------------------------- */

/* Whether two constants are equal, by Calcium; UNKNOWN where it cannot tell, or the trees are beyond its bounds. */
cairn_verdict value_calcium_equal(math_engine *engine, const math_node *a, const math_node *b, value_log log);
void value_calcium_close(math_engine *engine);

#endif
