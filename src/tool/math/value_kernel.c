/* Kernels: found and made; roots and absolute values of rational functions, in one canonical form each.
 *
 * A function's argument is split so far that one kernel stands for all its multiples: x^(3/4) is the third power of the
 * kernel x^(1/4), 2^(n + 1) twice the kernel 2^n, sin(2x) a polynomial in the kernels sin x and cos x. When a finer
 * kernel is needed than the one at hand, its degree grows and the comparison starts again. */
#include <string.h>

#include "tool/math/value_ratio.h"

enum { DEGREE_MOST = 60, TRIAL_MOST = 1 << 12 };

static slong lcm(slong a, slong b) {
    return a / (slong)n_gcd((ulong)a, (ulong)b) * b;
}

/* ---- finding and making ---------------------------------------------------------------------------------------- */

static bool same(ratio_run *run, const kernel *k, const kernel *wanted) {
    if (k->kind != wanted->kind || k->prime != wanted->prime || k->arguments != wanted->arguments) return false;
    if (k->text != wanted->text && (!k->text || !wanted->text || strcmp(k->text, wanted->text) != 0)) return false;
    for (uint32_t i = 0; i < k->arguments; i++)
        if (!ratio_equal(run, k->argument[i], wanted->argument[i])) return false;
    return true;
}

int32_t kernel_find(ratio_run *run, kernel wanted) {
    for (int32_t i = 0; i < run->count; i++)
        if (same(run, &run->kernels[i], &wanted)) return i;
    if (run->count == RATIO_KERNELS_MOST) ratio_refuse(run, VALUE_TOO_LARGE);
    if (!ratio_ok(run)) return -1;
    if (wanted.degree == 0) wanted.degree = 1;
    run->kernels[run->count] = wanted;
    return run->count++;
}

void kernel_relate(ratio_run *run, int32_t index, int32_t power, ratio value) {
    if (index < 0) return;
    run->kernels[index].relation = power;
    run->kernels[index].value = value;
}

bool kernel_refine(ratio_run *run, int32_t *degree, ulong parts) {
    if (parts > DEGREE_MOST) {
        ratio_refuse(run, VALUE_TOO_LARGE);
        return false;
    }
    slong finer = lcm(*degree, (slong)parts);
    if (finer == *degree) return true;
    if (finer > DEGREE_MOST) {
        ratio_refuse(run, VALUE_TOO_LARGE);
        return false;
    }
    *degree = (int32_t)finer;
    run->restart = true;
    ratio_refuse(run, VALUE_OTHER);
    return false;
}

ratio kernel_name(ratio_run *run, const char *name) {
    int32_t index = kernel_find(run, (kernel){.kind = KERNEL_NAME, .text = name});
    if (index < 0) return ratio_refuse(run, VALUE_TOO_LARGE);
    for (int32_t i = 0; i < run->positives; i++)
        if (strcmp(run->positive[i], name) == 0) run->kernels[index].positive = true;
    return ratio_kernel(run, index, 1);
}

ratio kernel_pi(ratio_run *run) {
    int32_t index = kernel_find(run, (kernel){.kind = KERNEL_PI});
    return index < 0 ? ratio_refuse(run, VALUE_TOO_LARGE) : ratio_kernel(run, index, 1);
}

ratio kernel_i(ratio_run *run) {
    int32_t index = kernel_find(run, (kernel){.kind = KERNEL_I});
    kernel_relate(run, index, 2, ratio_integer(run, -1));
    return index < 0 ? ratio_refuse(run, VALUE_TOO_LARGE) : ratio_kernel(run, index, 1);
}

ratio kernel_call(ratio_run *run, const char *name, const ratio *arguments, uint32_t count) {
    kernel wanted = {.kind = KERNEL_CALL, .text = name, .arguments = count};
    if (count > RATIO_ARGUMENTS_MOST) return ratio_refuse(run, VALUE_OTHER);
    for (uint32_t i = 0; i < count; i++) wanted.argument[i] = arguments[i];
    int32_t index = kernel_find(run, wanted);
    return index < 0 ? ratio_refuse(run, VALUE_TOO_LARGE) : ratio_kernel(run, index, 1);
}

/* ---- whole numbers by their primes ----------------------------------------------------------------------------- */

bool kernel_factor(ratio_run *run, const fmpz_t value, kernel_factors *out) {
    out->count = 0;
    fmpz_t rest;
    fmpz_init_set(rest, value);
    int64_t words = (int64_t)fmpz_bits(value) / 64;
    bool known = fmpz_bits(value) <= 4096 && value_spend(run->engine, 500 + TRIAL_MOST * words);
    for (ulong p = 2; known && p < TRIAL_MOST && fmpz_cmp_ui(rest, 1) > 0; p += p > 2 ? 2 : 1) {
        if (fmpz_abs_fits_ui(rest) && p * p > fmpz_get_ui(rest)) break;
        slong exponent = 0;
        while (fmpz_divisible_si(rest, (slong)p)) {
            fmpz_divexact_ui(rest, rest, p);
            exponent++;
        }
        if (exponent == 0) continue;
        known = out->count < 15;
        if (known) out->prime[out->count] = p, out->exponent[out->count++] = exponent;
    }
    if (known && fmpz_cmp_ui(rest, 1) > 0) {
        /* What is left has no factor below TRIAL_MOST: a prime, the square of one, or unknown. */
        known = fmpz_abs_fits_ui(rest) != 0;
        if (known) {
            ulong n = fmpz_get_ui(rest), r = n_sqrt(n);
            slong twice = 1;
            if (r * r == n) n = r, twice = 2;
            known = n < KERNEL_BASE_MINUS_ONE && n_is_prime(n) != 0;
            out->prime[out->count] = n;
            out->exponent[out->count++] = twice;
        }
    }
    fmpz_clear(rest);
    return known;
}

ratio kernel_prime_power(ratio_run *run, ulong p, slong top, ulong bottom) {
    if (top == 0) return ratio_integer(run, 1);
    slong common = (slong)n_gcd((ulong)(top < 0 ? -top : top), bottom);
    top /= common, bottom /= (ulong)common;
    slong whole = top >= 0 ? top / (slong)bottom : -((-top + (slong)bottom - 1) / (slong)bottom);
    slong rest = top - whole * (slong)bottom;
    fmpz_t base;
    fmpz_init_set_ui(base, p);
    ratio value = ratio_integer(run, 1);
    if (whole) {
        fmpq_t q;
        fmpq_init(q);
        if (whole > 4000 || whole < -4000) {
            ratio_refuse(run, VALUE_TOO_LARGE);
        } else {
            fmpz_pow_ui(whole > 0 ? fmpq_numref(q) : fmpq_denref(q), base, (ulong)(whole > 0 ? whole : -whole));
            if (whole < 0) fmpz_one(fmpq_numref(q));
            value = ratio_rational(run, q);
        }
        fmpq_clear(q);
    }
    fmpz_clear(base);
    if (rest == 0 || !ratio_ok(run) || !kernel_refine(run, &run->prime_degree, bottom)) return value;
    int32_t index = kernel_find(run, (kernel){.kind = KERNEL_PRIME, .prime = p});
    if (index < 0) return value;
    fmpq_t q;
    fmpq_init(q);
    fmpz_set_ui(fmpq_numref(q), p);
    kernel_relate(run, index, run->prime_degree, ratio_rational(run, q));
    fmpq_clear(q);
    run->kernels[index].degree = run->prime_degree;
    return ratio_multiply(run, value, ratio_kernel(run, index, rest * run->prime_degree / (slong)bottom));
}

static ratio root_kernel(ratio_run *run, ratio a, ulong n);

/* q^(top / bottom) of q > 0; a root of what cannot be factored is a kernel of its own. */
static ratio rational_power(ratio_run *run, const fmpq_t q, slong top, ulong bottom) {
    if (bottom == 1) {
        slong size = top < 0 ? -top : top;
        if (size * (slong)(fmpz_bits(fmpq_numref(q)) + fmpz_bits(fmpq_denref(q))) > RATIO_BITS_MOST || size > 30000)
            return ratio_refuse(run, VALUE_TOO_LARGE);
        fmpq_t power;
        fmpq_init(power);
        fmpq_pow_si(power, q, top);
        ratio value = ratio_rational(run, power);
        fmpq_clear(power);
        return value;
    }
    kernel_factors up, down;
    if (!kernel_factor(run, fmpq_numref(q), &up) || !kernel_factor(run, fmpq_denref(q), &down))
        return ratio_refuse(run, VALUE_OTHER);
    ratio value = ratio_integer(run, 1);
    for (int i = 0; i < up.count; i++)
        value = ratio_multiply(run, value, kernel_prime_power(run, up.prime[i], up.exponent[i] * top, bottom));
    for (int i = 0; i < down.count; i++)
        value = ratio_multiply(run, value, kernel_prime_power(run, down.prime[i], -down.exponent[i] * top, bottom));
    return value;
}

/* ---- absolute values and roots --------------------------------------------------------------------------------- */

/* Kernels that are positive wherever they are defined. */
static bool positive_kernel(const kernel *k) {
    return k->positive || k->kind == KERNEL_PI || k->kind == KERNEL_PRIME || k->kind == KERNEL_ABS ||
           (k->kind == KERNEL_ROOT && k->degree % 2 == 0) ||
           (k->kind == KERNEL_EXP && k->prime != KERNEL_BASE_MINUS_ONE && k->prime != KERNEL_BASE_ARGUMENT);
}

poly kernel_split(ratio_run *run, poly p, slong *exponents) {
    memset(exponents, 0, RATIO_KERNELS_MOST * sizeof *exponents);
    if (p->length == 0) return p;
    if (!value_spend(run->engine, 50 + 20 * p->length)) ratio_refuse(run, VALUE_TOO_LARGE);
    fmpz_mpoly_struct *term, *rest;
    poly_new(run, &term);
    poly made = poly_new(run, &rest);
    if (!term || !rest) return p;
    fmpz_t one;
    fmpz_init_set_ui(one, 1);
    fmpz_mpoly_term_content(term, p, run->ctx);
    fmpz_mpoly_get_term_exp_si(exponents, term, 0, run->ctx);
    fmpz_mpoly_set_term_coeff_fmpz(term, 0, one, run->ctx);
    fmpz_clear(one);
    if (!fmpz_mpoly_divides(rest, p, term, run->ctx)) ratio_refuse(run, VALUE_OTHER);
    return made;
}

/* Whether a kernel is complex, or a name that often is. */
static bool maybe_complex(const kernel *k) {
    return k->kind == KERNEL_I || (k->kind == KERNEL_NAME && (k->text[0] == 'z' || k->text[0] == 'w'));
}

/* |a|, whose square is that of a: of real numbers only. */
static ratio abs_kernel(ratio_run *run, ratio a) {
    if (ratio_is_one(run, a)) return a;
    for (int32_t i = 0; i < run->count; i++)
        if (maybe_complex(&run->kernels[i])) return ratio_refuse(run, VALUE_OTHER);
    int32_t index = kernel_find(run, (kernel){.kind = KERNEL_ABS, .arguments = 1, .argument = {a}});
    if (index < 0) return ratio_refuse(run, VALUE_TOO_LARGE);
    kernel_relate(run, index, 2, ratio_multiply(run, a, a));
    return ratio_kernel(run, index, 1);
}

/* |kernel|^n */
static ratio abs_power(ratio_run *run, int32_t index, slong n) {
    if (n % 2 == 0 || positive_kernel(&run->kernels[index])) return ratio_kernel(run, index, n);
    ratio value = abs_kernel(run, ratio_kernel(run, index, 1));
    return n == 1 ? value : ratio_multiply(run, value, ratio_kernel(run, index, n - 1));
}

static ratio abs_poly(ratio_run *run, poly p) {
    slong exponents[RATIO_KERNELS_MOST];
    poly rest = kernel_split(run, p, exponents);
    ratio value = abs_kernel(run, (ratio){rest, run->one});
    for (int32_t i = 0; i < run->count; i++)
        if (exponents[i]) value = ratio_multiply(run, value, abs_power(run, i, exponents[i]));
    return value;
}

ratio kernel_abs(ratio_run *run, ratio a) {
    if (!ratio_ok(run)) return a;
    int sign = ratio_sign(run, a);
    if (sign) return sign > 0 ? a : ratio_negate(run, a);
    fmpq_t content;
    fmpq_init(content);
    a = ratio_primitive(run, a, content);
    fmpq_abs(content, content);
    ratio value = a;
    if (!ratio_is_zero(run, a)) value = ratio_divide(run, abs_poly(run, a.num), abs_poly(run, a.den));
    value = ratio_scale(run, value, content);
    fmpq_clear(content);
    return value;
}

/* The kernel a^(1/n) of a primitive polynomial without a square in its coefficients or a monomial factor. */
static ratio root_kernel(ratio_run *run, ratio a, ulong n) {
    if (ratio_is_one(run, a)) return a;
    int32_t index = kernel_find(run, (kernel){.kind = KERNEL_ROOT, .arguments = 1, .argument = {a}});
    if (index < 0) return ratio_refuse(run, VALUE_TOO_LARGE);
    kernel *k = &run->kernels[index];
    if (k->relation == 0) k->degree = (int32_t)n;
    if (!kernel_refine(run, &k->degree, n)) return ratio_refuse(run, VALUE_OTHER);
    kernel_relate(run, index, k->degree, a);
    return ratio_kernel(run, index, k->degree / (slong)n);
}

bool kernel_square_root(ratio_run *run, poly p, poly *out) {
    if (p->length > 200 || !value_spend(run->engine, 100 + 50 * p->length)) return false;
    fmpz_mpoly_struct *root;
    *out = poly_new(run, &root);
    return root && fmpz_mpoly_sqrt(root, p, run->ctx) != 0;
}

/* p^(1/n) for a primitive p. For an even n a power x^(kn) comes out as |x|^k, and as x^k where x >= 0 is needed for the
 * root to be real: in x^3 alone. */
static ratio root_poly(ratio_run *run, poly p, ulong n) {
    poly square;
    if (n == 2 && kernel_square_root(run, p, &square)) return kernel_abs(run, (ratio){square, run->one});
    slong exponents[RATIO_KERNELS_MOST];
    poly rest = kernel_split(run, p, exponents);
    int32_t odd = 0;
    for (int32_t i = 0; i < run->count; i++) odd += exponents[i] % 2 != 0;
    bool single = odd == 1 && fmpz_mpoly_is_one(rest, run->ctx);
    ratio value = ratio_integer(run, 1), inside = {rest, run->one};
    for (int32_t i = 0; i < run->count && ratio_ok(run); i++) {
        slong out = exponents[i] / (slong)n, in = exponents[i] % (slong)n;
        bool plain = n % 2 == 1 || (single && exponents[i] % 2 != 0);
        if (in && (plain || run->kernels[i].positive))
            value = ratio_multiply(run, value, ratio_power(run, root_kernel(run, ratio_kernel(run, i, 1), n), in));
        else if (in)
            inside = ratio_multiply(run, inside, ratio_kernel(run, i, in));
        if (out == 0) continue;
        value = ratio_multiply(run, value, plain ? ratio_kernel(run, i, out) : abs_power(run, i, out));
    }
    return ratio_multiply(run, value, root_kernel(run, inside, n));
}

ratio kernel_root(ratio_run *run, ratio a, ulong n) {
    if (!ratio_ok(run) || n == 1 || ratio_is_zero(run, a)) return a;
    if (n == 0 || n > DEGREE_MOST) return ratio_refuse(run, VALUE_TOO_LARGE);
    fmpq_t content;
    fmpq_init(content);
    a = ratio_primitive(run, a, content);
    bool negative = fmpq_sgn(content) < 0;
    fmpq_abs(content, content);
    ratio value = rational_power(run, content, 1, n);
    fmpq_clear(content);
    if (ratio_is_one(run, a)) {
        if (negative && n == 2) return ratio_multiply(run, value, kernel_i(run));
        if (negative && n % 2 == 0) return ratio_refuse(run, VALUE_UNDEFINED);
        return negative ? ratio_negate(run, value) : value;
    }
    if (negative && n % 2 == 0) {
        ratio inside = {ratio_negate(run, a).num, a.den};
        /* 1 / -q: the root's argument is one fraction. */
        return ratio_multiply(run, value, root_kernel(run, inside, n));
    }
    value = ratio_multiply(run, value, root_poly(run, a.num, n));
    value = ratio_divide(run, value, root_poly(run, a.den, n));
    return negative ? ratio_negate(run, value) : value;
}
