/* Rational functions in kernels: variables, and what stands irreducibly for roots, sines, exponentials.
 *
 * A kernel is a generator of one ring of polynomials with integer coefficients. Some have a relation, k^n = a rational
 * function of earlier kernels, by which higher powers of theirs are reduced. Polynomials are immutable once made; they
 * live in a pool until the comparison ends. The first thing that goes wrong stays in `status`, and everything after it
 * gives 0 / 1: there is always a polynomial to read. */
#ifndef CAIRN_TOOL_MATH_VALUE_RATIO_H
#define CAIRN_TOOL_MATH_VALUE_RATIO_H

#include "tool/math/value_internal.h"

enum {
    RATIO_KERNELS_MOST = 20,
    RATIO_POOL_MOST = 4096,      /* polynomials of one comparison */
    RATIO_TERMS_MOST = 2000,     /* of a polynomial */
    RATIO_BITS_MOST = 16384,     /* of a coefficient */
    RATIO_PRODUCT_MOST = 100000, /* terms times terms of one multiplication */
    RATIO_ARGUMENTS_MOST = 4
};

typedef const fmpz_mpoly_struct *poly;

/* num / den; den is never the zero polynomial. */
typedef struct ratio {
    poly num, den;
} ratio;

typedef enum kernel_kind {
    KERNEL_NAME,
    KERNEL_I,
    KERNEL_PI,
    KERNEL_PRIME, /* prime^(1 / degree) */
    KERNEL_ROOT,  /* argument^(1 / degree), real */
    KERNEL_COS,   /* cos(argument / degree); the sine is the next kernel */
    KERNEL_SIN,
    KERNEL_EXP, /* base^(argument / degree); base: `prime`, 0 for e, -1 as ULONG_MAX, 1 for argument[1] */
    KERNEL_LN,
    KERNEL_ABS,
    KERNEL_CALL
} kernel_kind;

typedef struct kernel {
    kernel_kind kind;
    const char *text; /* of names and calls */
    ulong prime;
    bool positive; /* a name that is never negative where both trees are real */
    int32_t degree;
    uint32_t arguments;
    ratio argument[RATIO_ARGUMENTS_MOST];
    int32_t relation; /* n of k^n = value; 0: none */
    ratio value;
} kernel;

/* The state of one comparison; its pool outlives it, so that memory is used again. */
typedef struct ratio_run {
    math_engine *engine;
    fmpz_mpoly_ctx_t ctx;
    fmpz_mpoly_struct *pool[RATIO_POOL_MOST];
    size_t pooled, used;
    kernel kernels[RATIO_KERNELS_MOST];
    int32_t count;
    const char *positive[VALUE_NAMES_MOST]; /* names */
    int32_t positives;
    int32_t prime_degree; /* common degree of the roots of primes */
    bool restart;         /* a degree grew: values made before mean something else */
    value_status status;
    value_log log;
    fmpz_mpoly_t zero, one;
} ratio_run;

/* ---- value_poly.c: the ring ------------------------------------------------------------------------------------ */

cairn_status ratio_open(math_engine *engine, ratio_run **out);
void ratio_close(ratio_run *run);
/* Forgets kernels and values. */
void ratio_begin(ratio_run *run, value_log log);
/* Begins again with the same kernels, after one of them became finer. */
void ratio_restart(ratio_run *run);

/* Notes what goes wrong; returns 0. */
ratio ratio_refuse(ratio_run *run, value_status status);
bool ratio_ok(const ratio_run *run);

ratio ratio_integer(ratio_run *run, slong value);
ratio ratio_rational(ratio_run *run, const fmpq_t value);
ratio ratio_fraction(ratio_run *run, slong top, ulong bottom);
ratio ratio_kernel(ratio_run *run, int32_t index, slong power);
ratio ratio_add(ratio_run *run, ratio a, ratio b);
ratio ratio_subtract(ratio_run *run, ratio a, ratio b);
ratio ratio_multiply(ratio_run *run, ratio a, ratio b);
ratio ratio_divide(ratio_run *run, ratio a, ratio b); /* by 0: UNDEFINED */
ratio ratio_negate(ratio_run *run, ratio a);
ratio ratio_scale(ratio_run *run, ratio a, const fmpq_t by);
ratio ratio_power(ratio_run *run, ratio a, slong n);

/* a.num b.den - b.num a.den, reduced: zero where a = b. */
poly ratio_cross(ratio_run *run, ratio a, ratio b);
bool ratio_equal(ratio_run *run, ratio a, ratio b);
bool ratio_is_zero(const ratio_run *run, ratio a);
bool ratio_is_one(const ratio_run *run, ratio a);
bool ratio_is_rational(const ratio_run *run, ratio a);
/* Of a rational one. */
void ratio_get(const ratio_run *run, ratio a, fmpq_t out);
/* a = content * result, result primitive with positive leading coefficients, common factors gone where that is
 * cheap. */
ratio ratio_primitive(ratio_run *run, ratio a, fmpq_t content);

/* The zero polynomial, to be written. *writable = NULL: none is left, which is noted, and the value stays zero. */
poly poly_new(ratio_run *run, fmpz_mpoly_struct **writable);
poly poly_multiply(ratio_run *run, poly a, poly b);
poly poly_subtract(ratio_run *run, poly a, poly b);
/* Whether common factors with it are found quickly. */
bool poly_is_small(const ratio_run *run, poly p);
/* Reduces by the relations; *scale (may be NULL) is what the value was multiplied by. */
poly poly_reduce(ratio_run *run, poly p, poly *scale);
/* Term i as coefficient and a monomial. */
ratio poly_monomial(ratio_run *run, poly p, slong i, fmpz_t coefficient);

/* ---- value_kernel.c: kernels, roots and absolute values ---------------------------------------------------------- */

/* Bases of KERNEL_EXP that are no prime. */
#define KERNEL_BASE_MINUS_ONE ULONG_MAX
enum { KERNEL_BASE_E = 0, KERNEL_BASE_ARGUMENT = 1 };

/* The kernel, made where it is not there yet; -1: no room. */
int32_t kernel_find(ratio_run *run, kernel wanted);
void kernel_relate(ratio_run *run, int32_t index, int32_t power, ratio value);
/* Makes a kernel divisible into `parts`; false: the comparison starts again, or ends. */
bool kernel_refine(ratio_run *run, int32_t *degree, ulong parts);

/* A whole number by its primes. */
typedef struct kernel_factors {
    ulong prime[16];
    slong exponent[16];
    int count;
} kernel_factors;
/* value > 0. False: a large part stays that is not shown to be prime. */
bool kernel_factor(ratio_run *run, const fmpz_t value, kernel_factors *out);
ratio kernel_prime_power(ratio_run *run, ulong p, slong top, ulong bottom); /* p^(top / bottom) */
/* p = monomial * rest; the monomial as exponents[RATIO_KERNELS_MOST]. */
poly kernel_split(ratio_run *run, poly p, slong *exponents);
/* The square root of a polynomial that is a square. */
bool kernel_square_root(ratio_run *run, poly p, poly *out);

ratio kernel_name(ratio_run *run, const char *name);
ratio kernel_pi(ratio_run *run);
ratio kernel_i(ratio_run *run);
/* a^(1/n), real; for n = 2 also of negative constants. */
ratio kernel_root(ratio_run *run, ratio a, ulong n);
ratio kernel_abs(ratio_run *run, ratio a);
ratio kernel_call(ratio_run *run, const char *name, const ratio *arguments, uint32_t count);

/* ---- value_sign.c ------------------------------------------------------------------------------------------------ */

/* 1 or -1 for a constant whose sign is certain; 0: not told. */
int ratio_sign(ratio_run *run, ratio a);

/* ---- value_exp.c: functions by the pieces of their arguments --------------------------------------------------- */

ratio kernel_power(ratio_run *run, ratio base, ratio exponent);
ratio kernel_exp(ratio_run *run, ratio a);
ratio kernel_ln(ratio_run *run, ratio a);
void kernel_cos_sin(ratio_run *run, ratio a, ratio *cosine, ratio *sine);

/* ---- value_function.c: trees to rational functions --------------------------------------------------------------- */

ratio ratio_of_tree(ratio_run *run, const math_node *node);
/* Both trees in the same kernels. False: not both are rational functions here; run->status says why. */
bool ratio_of_trees(ratio_run *run, const math_node *a, const math_node *b, ratio *left, ratio *right);

/* ---- value_decide.c --------------------------------------------------------------------------------------------- */

/* The engine's ring, with nothing in it; NULL: no memory. */
ratio_run *value_ratio_start(math_engine *engine, value_log log);
/* Whether a reduced polynomial that is not zero has a value that is not zero: its kernels have no hidden relations. */
bool value_free_kernels(const ratio_run *run, poly p);

#endif
