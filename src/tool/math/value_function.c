/* Trees as rational functions in kernels. */
#include <string.h>

#include "tool/math/value_ratio.h"

enum { FALLING_MOST = 12 };

static ratio exact(ratio_run *run, const math_node *node) {
    mpq_t value;
    fmpq_t q;
    mpq_init(value);
    fmpq_init(q);
    value_status status = value_rational(run->engine, node, NULL, value);
    ratio r;
    if (status == VALUE_KNOWN) {
        fmpq_set_mpq(q, value);
        r = ratio_rational(run, q);
    } else {
        r = ratio_refuse(run, status);
    }
    fmpq_clear(q);
    mpq_clear(value);
    return r;
}

static ratio fold(ratio_run *run, const math_node *node) {
    ratio value = ratio_of_tree(run, node->kid[0]);
    for (uint32_t i = 1; i < node->kids && ratio_ok(run); i++) {
        ratio right = ratio_of_tree(run, node->kid[i]);
        if (!ratio_ok(run)) break;
        if (node->kind == MATH_SUM || node->kind == MATH_MIXED)
            value = ratio_add(run, value, right);
        else if (node->kind == MATH_PRODUCT)
            value = ratio_multiply(run, value, right);
        else
            value = ratio_divide(run, value, right);
    }
    return value;
}

static ratio power(ratio_run *run, const math_node *node) {
    const math_node *base = node->kid[0];
    ratio exponent = ratio_of_tree(run, node->kid[1]);
    if (!ratio_ok(run)) return exponent;
    if (base->kind == MATH_NAME && strcmp(base->text, "e") == 0) return kernel_exp(run, exponent);
    ratio value = ratio_of_tree(run, base);
    return ratio_ok(run) ? kernel_power(run, value, exponent) : value;
}

static ratio root(ratio_run *run, const math_node *node) {
    ratio degree = ratio_of_tree(run, node->kid[1]);
    if (!ratio_ok(run)) return degree;
    if (!ratio_is_rational(run, degree)) return ratio_refuse(run, VALUE_OTHER);
    fmpq_t q;
    fmpq_init(q);
    ratio_get(run, degree, q);
    bool usable = fmpz_is_one(fmpq_denref(q)) && fmpq_sgn(q) > 0 && fmpz_cmp_ui(fmpq_numref(q), 60) <= 0;
    ulong n = usable ? fmpz_get_ui(fmpq_numref(q)) : 0;
    fmpq_clear(q);
    if (!usable) return ratio_refuse(run, VALUE_OTHER);
    ratio value = ratio_of_tree(run, node->kid[0]);
    return ratio_ok(run) ? kernel_root(run, value, n) : value;
}

/* A ball around a real constant; false: there is none. */
static bool constant_ball(ratio_run *run, const math_node *node, arb_t out) {
    const value_point nowhere = {.log = run->log};
    acb_t value;
    acb_init(value);
    bool known = value_ball(run->engine, node, &nowhere, 128, value) == VALUE_KNOWN && acb_is_real(value);
    if (known) arb_set(out, acb_realref(value));
    acb_clear(value);
    return known;
}

/* The whole part of the constant term of a polynomial with rational coefficients; 0 of others. */
static ratio whole_part(ratio_run *run, ratio a) {
    slong part = 0;
    if (a.num->length && fmpz_mpoly_is_fmpz(a.den, run->ctx)) { /* the constant term is the last one */
        fmpz_t c, d;
        fmpz_init(c);
        fmpz_init(d);
        ratio last = poly_monomial(run, a.num, a.num->length - 1, c);
        fmpz_mpoly_get_fmpz(d, a.den, run->ctx);
        fmpz_fdiv_q(c, c, d);
        if (ratio_is_one(run, last) && fmpz_bits(c) < 40) part = fmpz_get_si(c);
        fmpz_clear(d);
        fmpz_clear(c);
    }
    return ratio_integer(run, part);
}

/* floor and ceiling: of constants, a whole number; else a kernel. */
static ratio step(ratio_run *run, const math_node *node) {
    bool down = node->kind == MATH_FLOOR;
    ratio value = ratio_of_tree(run, node->kid[0]);
    if (!ratio_ok(run)) return value;
    if (ratio_is_rational(run, value)) {
        fmpq_t q;
        fmpq_init(q);
        ratio_get(run, value, q);
        (down ? fmpz_fdiv_q : fmpz_cdiv_q)(fmpq_numref(q), fmpq_numref(q), fmpq_denref(q));
        fmpz_one(fmpq_denref(q));
        value = ratio_rational(run, q);
        fmpq_clear(q);
        return value;
    }
    if (!math_is_constant(node)) { /* floor(x + 3) = floor(x) + 3 */
        ratio whole = whole_part(run, value), rest = ratio_subtract(run, value, whole);
        return ratio_add(run, kernel_call(run, down ? "floor" : "ceiling", &rest, 1), whole);
    }
    arb_t ball;
    fmpq_t q;
    arb_init(ball);
    fmpq_init(q);
    bool known = constant_ball(run, node->kid[0], ball) && arf_cmpabs_2exp_si(arb_midref(ball), 100) < 0;
    if (known) {
        (down ? arb_floor : arb_ceil)(ball, ball, 128);
        known = arb_get_unique_fmpz(fmpq_numref(q), ball) != 0;
    }
    value = known ? ratio_rational(run, q) : ratio_refuse(run, VALUE_OTHER);
    fmpq_clear(q);
    arb_clear(ball);
    return value;
}

/* n! as rational multiples of one kernel: (u + c)! = (u + c) ... (u + 1) u! for a whole c. */
static ratio factorial(ratio_run *run, ratio a, bool twice) {
    if (ratio_is_rational(run, a)) {
        mpq_t argument, value;
        fmpq_t q;
        mpq_init(argument);
        mpq_init(value);
        fmpq_init(q);
        ratio_get(run, a, q);
        fmpq_get_mpq(argument, q);
        value_status status = value_rational_factorial(run->engine, argument, twice, value);
        fmpq_set_mpq(q, value);
        ratio r = status == VALUE_KNOWN ? ratio_rational(run, q) : ratio_refuse(run, status);
        fmpq_clear(q);
        mpq_clear(value);
        mpq_clear(argument);
        return r;
    }
    if (twice) return kernel_call(run, "!!", &a, 1);
    ratio rest = a;
    slong shift = 0;
    if (fmpz_mpoly_is_one(a.den, run->ctx)) { /* the constant term is the last one */
        fmpz_t c;
        fmpz_init(c);
        ratio last = poly_monomial(run, a.num, a.num->length - 1, c);
        if (ratio_is_one(run, last) && fmpz_bits(c) < 20) shift = fmpz_get_si(c);
        fmpz_clear(c);
    }
    if (shift > FALLING_MOST || shift < -FALLING_MOST) return ratio_refuse(run, VALUE_TOO_LARGE);
    if (shift) rest = ratio_subtract(run, a, ratio_integer(run, shift));
    ratio value = kernel_call(run, "!", &rest, 1);
    for (slong i = 1; i <= shift; i++) value = ratio_multiply(run, value, ratio_add(run, rest, ratio_integer(run, i)));
    for (slong i = 0; i > shift; i--) value = ratio_divide(run, value, ratio_add(run, rest, ratio_integer(run, i)));
    return value;
}

static ratio binomial(ratio_run *run, ratio n, ratio k) {
    fmpq_t q;
    fmpq_init(q);
    slong small = -1;
    if (ratio_is_rational(run, k)) {
        ratio_get(run, k, q);
        if (fmpz_is_one(fmpq_denref(q)) && fmpq_sgn(q) >= 0 && fmpz_cmp_ui(fmpq_numref(q), FALLING_MOST) <= 0)
            small = fmpz_get_si(fmpq_numref(q));
    }
    fmpq_clear(q);
    if (small < 0) {
        ratio below = ratio_multiply(run, factorial(run, k, false), factorial(run, ratio_subtract(run, n, k), false));
        return ratio_divide(run, factorial(run, n, false), below);
    }
    ratio value = ratio_integer(run, 1);
    for (slong i = 0; i < small; i++) {
        value = ratio_multiply(run, value, ratio_subtract(run, n, ratio_integer(run, i)));
        value = ratio_multiply(run, value, ratio_fraction(run, 1, (ulong)i + 1));
    }
    return value;
}

static ratio trigonometric(ratio_run *run, const char *name, ratio a) {
    ratio c, s, one = ratio_integer(run, 1);
    kernel_cos_sin(run, a, &c, &s);
    if (!ratio_ok(run)) return c;
    if (strcmp(name, "sin") == 0) return s;
    if (strcmp(name, "cos") == 0) return c;
    if (strcmp(name, "tan") == 0) return ratio_divide(run, s, c);
    if (strcmp(name, "cot") == 0) return ratio_divide(run, c, s);
    return ratio_divide(run, one, strcmp(name, "sec") == 0 ? c : s);
}

static ratio hyperbolic(ratio_run *run, const char *name, ratio a) {
    ratio e = kernel_exp(run, a), inverse = ratio_ok(run) ? ratio_power(run, e, -1) : e;
    ratio sum = ratio_add(run, e, inverse), difference = ratio_subtract(run, e, inverse),
          half = ratio_fraction(run, 1, 2);
    if (strcmp(name, "sinh") == 0) return ratio_multiply(run, difference, half);
    if (strcmp(name, "cosh") == 0) return ratio_multiply(run, sum, half);
    if (strcmp(name, "tanh") == 0) return ratio_divide(run, difference, sum);
    if (strcmp(name, "coth") == 0) return ratio_divide(run, sum, difference);
    return ratio_divide(run, ratio_integer(run, 2), strcmp(name, "sech") == 0 ? sum : difference);
}

/* An odd function's kernel, its argument with a positive sign. */
static ratio odd(ratio_run *run, const char *name, ratio a) {
    fmpq_t content;
    fmpq_init(content);
    ratio_primitive(run, a, content);
    bool negative = fmpq_sgn(content) < 0;
    fmpq_clear(content);
    if (ratio_is_zero(run, a)) return a;
    if (negative) a = ratio_negate(run, a);
    ratio value = kernel_call(run, name, &a, 1);
    return negative ? ratio_negate(run, value) : value;
}

static ratio inverse_trigonometric(ratio_run *run, const char *name, ratio a) {
    if (strstr(name, "tan")) return odd(run, "arctan", a);
    ratio value = odd(run, "arcsin", a);
    if (strstr(name, "sin")) return value;
    return ratio_subtract(run, ratio_multiply(run, kernel_pi(run), ratio_fraction(run, 1, 2)), value);
}

static bool one_of(const char *name, const char *const *names) {
    for (; *names; names++)
        if (strcmp(name, *names) == 0) return true;
    return false;
}

static ratio call_one(ratio_run *run, const math_node *node, ratio a) {
    static const char *const trigonometry[] = {"sin", "cos", "tan", "cot", "sec", "csc", NULL};
    static const char *const hyperbolics[] = {"sinh", "cosh", "tanh", "coth", "sech", "csch", NULL};
    static const char *const inverses[] = {"arcsin", "arccos", "arctan", "asin", "acos", "atan", NULL};
    const char *f = node->text;
    if (strcmp(f, "ln") == 0) return kernel_ln(run, a);
    if (strcmp(f, "lg") == 0 || strcmp(f, "log") == 0) {
        ratio value = kernel_ln(run, a);
        if (f[1] == 'o' && run->log == VALUE_LOG_NATURAL) return value;
        return ratio_divide(run, value, kernel_ln(run, ratio_integer(run, 10)));
    }
    if (strcmp(f, "exp") == 0) return kernel_exp(run, a);
    if (strcmp(f, "sqrt") == 0) return kernel_root(run, a, 2);
    if (one_of(f, trigonometry)) return trigonometric(run, f, a);
    if (one_of(f, hyperbolics)) return hyperbolic(run, f, a);
    if (one_of(f, inverses)) return inverse_trigonometric(run, f, a);
    return kernel_call(run, f, &a, 1);
}

/* A function of its arguments in any order, each once: the same kernel for max(x, y) and max(y, y, x). */
static ratio call_unordered(ratio_run *run, const char *name, ratio *arguments, uint32_t count) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++) {
        bool seen = false;
        for (uint32_t k = 0; k < n; k++) seen = seen || ratio_equal(run, arguments[k], arguments[i]);
        if (!seen) arguments[n++] = arguments[i];
    }
    if (n == 1 && name[0] == 'm') return arguments[0];
    for (int32_t i = 0; i < run->count; i++) {
        const kernel *k = &run->kernels[i];
        uint32_t shared = 0;
        if (k->kind != KERNEL_CALL || k->arguments != n || strcmp(k->text, name) != 0) continue;
        for (uint32_t a = 0; a < n * n; a++) shared += ratio_equal(run, k->argument[a / n], arguments[a % n]);
        if (shared == n) return ratio_kernel(run, i, 1);
    }
    return kernel_call(run, name, arguments, n);
}

static ratio call(ratio_run *run, const math_node *node) {
    static const char *const unordered[] = {"max", "min", "gcd", "lcm", NULL};

    ratio arguments[RATIO_ARGUMENTS_MOST];
    if (math_is_constant(node) && node->kids > 1 && strcmp(node->text, "log") != 0) return exact(run, node);
    if (node->kids == 0 || node->kids > RATIO_ARGUMENTS_MOST) return ratio_refuse(run, VALUE_OTHER);
    for (uint32_t i = 0; i < node->kids; i++) {
        arguments[i] = ratio_of_tree(run, node->kid[i]);
        if (!ratio_ok(run)) return arguments[i];
    }
    if (one_of(node->text, unordered)) return call_unordered(run, node->text, arguments, node->kids);
    if (node->kids == 1) return call_one(run, node, arguments[0]);
    if (strcmp(node->text, "log") == 0 && node->kids == 2)
        return ratio_divide(run, kernel_ln(run, arguments[0]), kernel_ln(run, arguments[1]));
    if (strcmp(node->text, "binomial") == 0 && node->kids == 2) return binomial(run, arguments[0], arguments[1]);
    return kernel_call(run, node->text, arguments, node->kids);
}

static ratio name(ratio_run *run, const char *text) {
    if (strcmp(text, "pi") == 0) return kernel_pi(run);
    if (strcmp(text, "i") == 0) return kernel_i(run);
    if (strcmp(text, "e") == 0) return kernel_exp(run, ratio_integer(run, 1));
    if (strcmp(text, "infinity") == 0) return ratio_refuse(run, VALUE_UNDEFINED);
    return kernel_name(run, text);
}

ratio ratio_of_tree(ratio_run *run, const math_node *node) {
    switch (node->kind) {
    case MATH_NUMBER:
    case MATH_BASED:
        return exact(run, node);
    case MATH_NAME:
        return name(run, node->text);
    case MATH_SUM:
    case MATH_PRODUCT:
    case MATH_QUOTIENT:
    case MATH_MIXED:
        return node->kids ? fold(run, node) : ratio_refuse(run, VALUE_NOT);
    case MATH_NEGATE:
        return ratio_negate(run, ratio_of_tree(run, node->kid[0]));
    case MATH_POWER:
        return node->kids == 2 ? power(run, node) : ratio_refuse(run, VALUE_NOT);
    case MATH_ROOT:
        return node->kids == 2 ? root(run, node) : ratio_refuse(run, VALUE_NOT);
    case MATH_FACTORIAL: {
        ratio a = ratio_of_tree(run, node->kid[0]);
        return ratio_ok(run) ? factorial(run, a, node->flags & MATH_FLAG_DOUBLE) : a;
    }
    case MATH_ABS:
        return kernel_abs(run, ratio_of_tree(run, node->kid[0]));
    case MATH_FLOOR:
    case MATH_CEILING:
        return step(run, node);
    case MATH_CALL:
        return call(run, node);
    case MATH_PERCENT:
        return ratio_multiply(run, ratio_of_tree(run, node->kid[0]), ratio_fraction(run, 1, 100));
    case MATH_DEGREES:
        return ratio_multiply(run, ratio_multiply(run, ratio_of_tree(run, node->kid[0]), ratio_fraction(run, 1, 180)),
                              kernel_pi(run));
    default:
        return ratio_refuse(run, VALUE_NOT);
    }
}

/* A multiple of a name by positive numbers; NULL: something else. */
static const char *positive_multiple(const math_node *node) {
    const char *found = NULL;
    if (node->kind == MATH_NAME) return value_is_constant_name(node->text) ? NULL : node->text;
    if (node->kind != MATH_PRODUCT) return NULL;
    for (uint32_t i = 0; i < node->kids; i++) {
        if (node->kid[i]->kind == MATH_NUMBER) continue;
        if (found || node->kid[i]->kind != MATH_NAME) return NULL;
        found = positive_multiple(node->kid[i]);
        if (!found) return NULL;
    }
    return found;
}

/* Notes names that cannot be negative where the tree is real: under an even root, in a logarithm. */
static void note_positive(ratio_run *run, const math_node *node) {
    bool even = node->kind == MATH_ROOT && node->kid[1]->kind == MATH_NUMBER && strcmp(node->kid[1]->text, "2") == 0;
    bool log =
        node->kind == MATH_CALL && node->kids && (strcmp(node->text, "ln") == 0 || strcmp(node->text, "log") == 0);
    const char *found = even || log ? positive_multiple(node->kid[0]) : NULL;
    if (found && run->positives < VALUE_NAMES_MOST) run->positive[run->positives++] = found;
    for (uint32_t i = 0; i < node->kids; i++) note_positive(run, node->kid[i]);
}

bool ratio_of_trees(ratio_run *run, const math_node *a, const math_node *b, ratio *left, ratio *right) {
    enum { RESTARTS_MOST = 8 };
    if (!value_holds_name(a, "i") && !value_holds_name(b, "i")) {
        note_positive(run, a);
        note_positive(run, b);
    }
    for (int i = 0; i < RESTARTS_MOST; i++) {
        *left = ratio_of_tree(run, a);
        if (ratio_ok(run)) *right = ratio_of_tree(run, b);
        if (ratio_ok(run)) return true;
        if (!run->restart) return false;
        ratio_restart(run);
    }
    ratio_refuse(run, VALUE_TOO_LARGE);
    return false;
}
