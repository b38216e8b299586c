/* Rigorous intervals: a complex ball around the value of a tree.
 *
 * Roots, powers and logarithms follow the conventions of school: \sqrt[3]{-8} is -2, \sqrt{-4} is 2i, (-8)^{1/3} means
 * two things and is undefined here, logarithms take positive numbers. Where names have values, all parts must be
 * real. */
#include <string.h>

#include "tool/math/value_internal.h"

enum { DEGREE_MOST = 1000 }; /* of a root */

/* One evaluation. */
typedef struct ball_run {
    math_engine *engine;
    const value_point *point;
    const value_point *exact; /* where names have no exact value: one without names */
    slong precision;
    bool real; /* every part must be real */
} ball_run;

static value_status walk(const ball_run *run, const math_node *node, acb_t out);

/* A value is of use only while it is a finite ball; `tight`: it must not be too wide either, later steps lose all. */
static value_status settle(const ball_run *run, const acb_t value) {
    if (!acb_is_finite(value)) return VALUE_UNDEFINED;
    if (run->real && !acb_is_real(value)) return VALUE_UNDEFINED;
    /* Exponents of exponents are out of any use. */
    if (arf_cmpabs_2exp_si(arb_midref(acb_realref(value)), 1L << 40) > 0) return VALUE_TOO_LARGE;
    return VALUE_KNOWN;
}

/* The exact rational value of a part, for what is decided by it: exponents, degrees, floors. */
static value_status exact(const ball_run *run, const math_node *node, mpq_t out) {
    return value_rational(run->engine, node, run->exact, out);
}

static void set_rational(const ball_run *run, acb_t out, const mpq_t value) {
    fmpq_t q;
    fmpq_init(q);
    fmpq_set_mpq(q, value);
    arb_set_fmpq(acb_realref(out), q, run->precision);
    arb_zero(acb_imagref(out));
    fmpq_clear(q);
}

static value_status leaf(const ball_run *run, const math_node *node, acb_t out) {
    mpq_t value;
    mpq_init(value);
    value_status status = exact(run, node, value);
    if (status == VALUE_KNOWN) set_rational(run, out, value);
    mpq_clear(value);
    return status;
}

static value_status name(const ball_run *run, const math_node *node, acb_t out) {
    if (strcmp(node->text, "pi") == 0) {
        acb_const_pi(out, run->precision);
        return VALUE_KNOWN;
    }
    if (strcmp(node->text, "e") == 0) {
        arb_const_e(acb_realref(out), run->precision);
        arb_zero(acb_imagref(out));
        return VALUE_KNOWN;
    }
    if (strcmp(node->text, "i") == 0) {
        if (run->real) return VALUE_UNDEFINED;
        acb_onei(out);
        return VALUE_KNOWN;
    }
    if (strcmp(node->text, "infinity") == 0) return VALUE_UNDEFINED;
    for (uint32_t i = 0; run->point->box && i < run->point->names->count; i++) {
        if (strcmp(run->point->names->name[i], node->text) != 0) continue;
        acb_set_arb(out, &run->point->box[i]);
        return VALUE_KNOWN;
    }
    return leaf(run, node, out);
}

/* The real logarithm of a positive number. */
static value_status logarithm(const ball_run *run, acb_t value) {
    if (!acb_is_real(value)) return VALUE_UNDEFINED;
    if (!arb_is_positive(acb_realref(value))) return VALUE_UNDEFINED;
    arb_log(acb_realref(value), acb_realref(value), run->precision);
    return VALUE_KNOWN;
}

/* Root of a whole degree n >= 1. */
static value_status root(const ball_run *run, acb_t value, ulong n) {
    if (n == 1) return VALUE_KNOWN;
    if (!acb_is_real(value)) {
        if (n != 2) return VALUE_UNDEFINED;
        acb_sqrt(value, value, run->precision);
        return VALUE_KNOWN;
    }
    arb_ptr x = acb_realref(value);
    if (arb_is_nonnegative(x)) {
        arb_root_ui(x, x, n, run->precision);
        return VALUE_KNOWN;
    }
    if (n % 2 == 1 && arb_is_negative(x)) {
        arb_neg(x, x);
        arb_root_ui(x, x, n, run->precision);
        arb_neg(x, x);
        return VALUE_KNOWN;
    }
    if (n == 2 && !run->real) {
        acb_sqrt(value, value, run->precision);
        return VALUE_KNOWN;
    }
    return VALUE_UNDEFINED;
}

static value_status root_node(const ball_run *run, const math_node *node, acb_t out) {
    mpq_t degree;
    mpq_init(degree);
    value_status status = exact(run, node->kid[1], degree);
    bool whole = status == VALUE_KNOWN && mpz_cmp_ui(mpq_denref(degree), 1) == 0;
    bool usable = whole && mpq_sgn(degree) > 0 && mpz_cmp_ui(mpq_numref(degree), DEGREE_MOST) <= 0;
    ulong n = usable ? mpz_get_ui(mpq_numref(degree)) : 0;
    mpq_clear(degree);
    if (!usable) return status == VALUE_KNOWN ? VALUE_OTHER : status;
    status = walk(run, node->kid[0], out);
    return status == VALUE_KNOWN ? root(run, out, n) : status;
}

/* base^(p / q) for a rational exponent, in lowest terms. */
static value_status power_rational(const ball_run *run, acb_t base, const mpq_t exponent) {
    if (mpz_sizeinbase(mpq_numref(exponent), 2) > 40) return VALUE_TOO_LARGE;
    if (acb_is_zero(base)) return mpq_sgn(exponent) > 0 ? VALUE_KNOWN : VALUE_UNDEFINED;
    ulong degree = mpz_get_ui(mpq_denref(exponent));
    if (degree > 1) {
        /* Of a negative number: the square root is the one reading there is; others have several. */
        bool positive = acb_is_real(base) && arb_is_nonnegative(acb_realref(base));
        if (!positive && degree != 2) return VALUE_UNDEFINED;
        value_status status = root(run, base, degree);
        if (status != VALUE_KNOWN) return status;
    }
    if (mpq_sgn(exponent) < 0 && acb_contains_zero(base)) return VALUE_UNDEFINED;
    fmpz_t n;
    fmpz_init(n);
    fmpz_set_mpz(n, mpq_numref(exponent));
    acb_pow_fmpz(base, base, n, run->precision);
    fmpz_clear(n);
    return VALUE_KNOWN;
}

static value_status power(const ball_run *run, const math_node *node, acb_t out) {
    mpq_t q;
    mpq_init(q);
    value_status status = exact(run, node->kid[1], q);
    if (status == VALUE_KNOWN && mpz_cmp_ui(mpq_denref(q), DEGREE_MOST) <= 0) {
        status = walk(run, node->kid[0], out);
        if (status == VALUE_KNOWN) status = power_rational(run, out, q);
        mpq_clear(q);
        return status;
    }
    mpq_clear(q);
    if (status == VALUE_NOT || status == VALUE_UNDEFINED) return status;
    acb_t exponent;
    acb_init(exponent);
    status = walk(run, node->kid[1], exponent);
    if (status == VALUE_KNOWN) status = walk(run, node->kid[0], out);
    if (status == VALUE_KNOWN) status = logarithm(run, out);
    if (status == VALUE_KNOWN) {
        acb_mul(out, out, exponent, run->precision);
        if (arf_cmpabs_2exp_si(arb_midref(acb_realref(out)), 40) > 0) status = VALUE_TOO_LARGE;
    }
    if (status == VALUE_KNOWN) acb_exp(out, out, run->precision);
    acb_clear(exponent);
    return status;
}

/* Sums, products, quotients. */
static value_status fold(const ball_run *run, const math_node *node, acb_t out) {
    value_status status = walk(run, node->kid[0], out);
    if (node->kids == 1 || status != VALUE_KNOWN) return status;
    acb_t right;
    acb_init(right);
    for (uint32_t i = 1; i < node->kids && status == VALUE_KNOWN; i++) {
        status = walk(run, node->kid[i], right);
        if (status != VALUE_KNOWN) break;
        if (node->kind == MATH_SUM || node->kind == MATH_MIXED) {
            acb_add(out, out, right, run->precision);
        } else if (node->kind == MATH_PRODUCT) {
            acb_mul(out, out, right, run->precision);
        } else if (acb_contains_zero(right)) {
            status = VALUE_UNDEFINED;
        } else {
            acb_div(out, out, right, run->precision);
        }
    }
    acb_clear(right);
    return status;
}

/* n! of a whole number; by the gamma function where it is too long to be written out. */
static value_status factorial(const ball_run *run, const math_node *node, acb_t out) {
    value_status status = leaf(run, node, out);
    if (status != VALUE_TOO_LARGE || node->flags & MATH_FLAG_DOUBLE) return status;
    mpq_t n;
    mpq_init(n);
    status = exact(run, node->kid[0], n);
    if (status == VALUE_KNOWN && (mpz_cmp_ui(mpq_denref(n), 1) != 0 || mpz_sizeinbase(mpq_numref(n), 2) > 36))
        status = VALUE_TOO_LARGE;
    if (status == VALUE_KNOWN) {
        set_rational(run, out, n);
        acb_add_ui(out, out, 1, run->precision);
        arb_gamma(acb_realref(out), acb_realref(out), run->precision);
    }
    mpq_clear(n);
    return status;
}

/* floor or ceiling of a real number; exact at its jumps. */
static value_status step(const ball_run *run, const math_node *node, acb_t out) {
    mpq_t value;
    mpq_init(value);
    value_status status = exact(run, node, value);
    if (status == VALUE_KNOWN) set_rational(run, out, value);
    mpq_clear(value);
    if (status == VALUE_KNOWN || status == VALUE_NOT || status == VALUE_UNDEFINED) return status;
    status = walk(run, node->kid[0], out);
    if (status != VALUE_KNOWN) return status;
    if (!acb_is_real(out)) return VALUE_UNDEFINED;
    (node->kind == MATH_FLOOR ? arb_floor : arb_ceil)(acb_realref(out), acb_realref(out), run->precision);
    if (run->point->box && !arb_is_exact(acb_realref(out))) return VALUE_UNDEFINED; /* a jump */
    return VALUE_KNOWN;
}

typedef void (*ball_function)(arb_t, const arb_t, slong);

/* Real functions with a real value on all of the real line, or a ball that is not finite. */
static const struct {
    const char *name;
    ball_function function;
    bool unit; /* of arguments between -1 and 1 */
    bool oscillates;
} functions[] = {
    {"sin", arb_sin, false, true},        {"cos", arb_cos, false, true},       {"tan", arb_tan, false, true},
    {"cot", arb_cot, false, true},        {"sec", arb_sec, false, true},       {"csc", arb_csc, false, true},
    {"arcsin", arb_asin, true, false},    {"arccos", arb_acos, true, false},   {"arctan", arb_atan, false, false},
    {"asin", arb_asin, true, false},      {"acos", arb_acos, true, false},     {"atan", arb_atan, false, false},
    {"sinh", arb_sinh, false, false},     {"cosh", arb_cosh, false, false},    {"tanh", arb_tanh, false, false},
    {"coth", arb_coth, false, false},     {"sech", arb_sech, false, false},    {"csch", arb_csch, false, false},
    {"arcsinh", arb_asinh, false, false}, {"arctanh", arb_atanh, true, false}, {"exp", arb_exp, false, false},
};

static value_status call_one(const ball_run *run, const char *name, acb_t out) {
    arb_ptr x = acb_realref(out);
    if (strcmp(name, "ln") == 0) return logarithm(run, out);
    if (strcmp(name, "log") == 0 || strcmp(name, "lg") == 0) {
        value_status status = logarithm(run, out);
        if (status != VALUE_KNOWN || (*name == 'l' && name[1] == 'o' && run->point->log == VALUE_LOG_NATURAL))
            return status;
        arb_t ten;
        arb_init(ten);
        arb_const_log10(ten, run->precision);
        arb_div(x, x, ten, run->precision);
        arb_clear(ten);
        return VALUE_KNOWN;
    }
    if (strcmp(name, "sqrt") == 0) return root(run, out, 2);
    if (strcmp(name, "abs") == 0) {
        acb_abs(x, out, run->precision);
        arb_zero(acb_imagref(out));
        return VALUE_KNOWN;
    }
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        if (strcmp(functions[i].name, name) != 0) continue;
        if (!acb_is_real(out)) {
            if (strcmp(name, "exp") != 0 || arf_cmpabs_2exp_si(arb_midref(x), 40) > 0) return VALUE_UNDEFINED;
            acb_exp(out, out, run->precision);
            return VALUE_KNOWN;
        }
        /* Beyond 2^40 an exponential is out of all bounds, and a sine needs more bits of pi than are of use. */
        if (arf_cmpabs_2exp_si(arb_midref(x), 40) > 0 && !functions[i].unit) return VALUE_TOO_LARGE;
        functions[i].function(x, x, run->precision);
        return VALUE_KNOWN;
    }
    return VALUE_OTHER;
}

static value_status call(const ball_run *run, const math_node *node, acb_t out) {
    const char *f = node->text;
    if (node->kids == 0) return VALUE_OTHER;
    bool log = strcmp(f, "log") == 0, most = strcmp(f, "max") == 0, least = strcmp(f, "min") == 0;
    if (node->kids == 1 && !most && !least) {
        value_status status = walk(run, node->kid[0], out);
        return status == VALUE_KNOWN ? call_one(run, f, out) : status;
    }
    if (!(log && node->kids == 2) && !most && !least) return leaf(run, node, out);
    acb_t right;
    acb_init(right);
    value_status status = walk(run, node->kid[0], out);
    if (status == VALUE_KNOWN && log) status = logarithm(run, out);
    for (uint32_t i = 1; i < node->kids && status == VALUE_KNOWN; i++) {
        status = walk(run, node->kid[i], right);
        if (status != VALUE_KNOWN) break;
        if (log) {
            status = logarithm(run, right);
            if (status == VALUE_KNOWN && acb_contains_zero(right)) status = VALUE_UNDEFINED;
            if (status == VALUE_KNOWN) acb_div(out, out, right, run->precision);
        } else if (!acb_is_real(out) || !acb_is_real(right)) {
            status = VALUE_UNDEFINED;
        } else {
            (most ? arb_max : arb_min)(acb_realref(out), acb_realref(out), acb_realref(right), run->precision);
        }
    }
    acb_clear(right);
    return status;
}

static value_status unary(const ball_run *run, const math_node *node, acb_t out) {
    value_status status = walk(run, node->kid[0], out);
    if (status != VALUE_KNOWN) return status;
    switch (node->kind) {
    case MATH_NEGATE:
        acb_neg(out, out);
        return VALUE_KNOWN;
    case MATH_ABS:
        acb_abs(acb_realref(out), out, run->precision);
        arb_zero(acb_imagref(out));
        return VALUE_KNOWN;
    case MATH_PERCENT:
        acb_div_ui(out, out, 100, run->precision);
        return VALUE_KNOWN;
    default: { /* degrees */
        acb_t pi;
        acb_init(pi);
        acb_const_pi(pi, run->precision);
        acb_mul(out, out, pi, run->precision);
        acb_div_ui(out, out, 180, run->precision);
        acb_clear(pi);
        return VALUE_KNOWN;
    }
    }
}

static value_status evaluate(const ball_run *run, const math_node *node, acb_t out) {
    switch (node->kind) {
    case MATH_NUMBER:
    case MATH_BASED:
        return leaf(run, node, out);
    case MATH_FACTORIAL:
        return node->kids == 1 ? factorial(run, node, out) : VALUE_NOT;
    case MATH_NAME:
        return name(run, node, out);
    case MATH_SUM:
    case MATH_PRODUCT:
    case MATH_QUOTIENT:
    case MATH_MIXED:
        return node->kids ? fold(run, node, out) : VALUE_NOT;
    case MATH_POWER:
        return node->kids == 2 ? power(run, node, out) : VALUE_NOT;
    case MATH_ROOT:
        return node->kids == 2 ? root_node(run, node, out) : VALUE_NOT;
    case MATH_FLOOR:
    case MATH_CEILING:
        return node->kids == 1 ? step(run, node, out) : VALUE_NOT;
    case MATH_NEGATE:
    case MATH_ABS:
    case MATH_PERCENT:
    case MATH_DEGREES:
        return node->kids == 1 ? unary(run, node, out) : VALUE_NOT;
    case MATH_CALL:
        return call(run, node, out);
    default:
        return VALUE_NOT;
    }
}

static value_status walk(const ball_run *run, const math_node *node, acb_t out) {
    int64_t words = run->precision / 64 + 1, work = 20 + words * words / 2;
    if (node->kind == MATH_CALL || node->kind == MATH_POWER || node->kind == MATH_ROOT) work += 100 + 8 * words * words;
    if (!value_spend(run->engine, work)) return VALUE_TOO_LARGE;
    value_status status = evaluate(run, node, out);
    return status == VALUE_KNOWN ? settle(run, out) : status;
}

value_status value_ball(math_engine *engine, const math_node *node, const value_point *point, slong precision,
                        acb_t out) {
    const value_point nameless = {.log = point->log};
    ball_run run = {.engine = engine,
                    .point = point,
                    .exact = point->box ? &nameless : point,
                    .precision = precision,
                    .real = point->names && point->names->count && !point->complex};
    return walk(&run, node, out);
}
