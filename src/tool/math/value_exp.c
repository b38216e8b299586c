/* Functions of rational functions by the pieces of their arguments: sine and cosine, powers, exponentials,
 * logarithms. */
#include <string.h>

#include "tool/math/value_ratio.h"

enum { MULTIPLE_MOST = 24, PIECES_MOST = 8 };

/* ---- pieces of an argument ------------------------------------------------------------------------------------- */

/* top / bottom * part */
typedef struct piece {
    slong top;
    ulong bottom;
    ratio part;
} piece;

static bool set_piece(ratio_run *run, piece *out, const fmpz_t top, const fmpz_t bottom, ratio part) {
    fmpq_t q;
    fmpq_init(q);
    fmpq_set_fmpz_frac(q, top, bottom);
    bool fits = fmpz_bits(fmpq_numref(q)) < 30 && fmpz_bits(fmpq_denref(q)) < 30;
    if (fits) *out = (piece){fmpz_get_si(fmpq_numref(q)), fmpz_get_ui(fmpq_denref(q)), part};
    if (!fits) ratio_refuse(run, VALUE_TOO_LARGE);
    fmpq_clear(q);
    return fits;
}

/* The argument as a sum of rational multiples: its terms, where its denominator is a number, else one piece. */
static int pieces_of(ratio_run *run, ratio a, piece *out) {
    int count = 0;
    if (!ratio_ok(run)) return 0;
    if (fmpz_mpoly_is_fmpz(a.den, run->ctx) && a.num->length <= PIECES_MOST) {
        fmpz_t top, bottom;
        fmpz_init(top);
        fmpz_init(bottom);
        fmpz_mpoly_get_fmpz(bottom, a.den, run->ctx);
        for (slong i = 0; i < a.num->length; i++) {
            ratio part = poly_monomial(run, a.num, i, top);
            if (!set_piece(run, &out[count++], top, bottom, part)) break;
        }
        fmpz_clear(top);
        fmpz_clear(bottom);
        return count;
    }
    fmpq_t content;
    fmpq_init(content);
    a = ratio_primitive(run, a, content);
    set_piece(run, &out[count++], fmpq_numref(content), fmpq_denref(content), a);
    fmpq_clear(content);
    return count;
}

/* The one kernel that a monomial is; -1. */
static int32_t single_kernel(const ratio_run *run, ratio a) {
    if (!fmpz_mpoly_is_one(a.den, run->ctx)) return -1;
    for (int32_t i = 0; i < run->count; i++)
        if (fmpz_mpoly_is_gen(a.num, i, run->ctx)) return i;
    return -1;
}

/* ---- sine and cosine ------------------------------------------------------------------------------------------- */

/* (c + i s) (c' + i s') */
static void turn(ratio_run *run, ratio *c, ratio *s, ratio c2, ratio s2) {
    ratio cc = ratio_multiply(run, *c, c2), ss = ratio_multiply(run, *s, s2);
    ratio cs = ratio_multiply(run, *c, s2), sc = ratio_multiply(run, *s, c2);
    *c = ratio_subtract(run, cc, ss);
    *s = ratio_add(run, cs, sc);
}

/* cos and sin of 0, 15, 30 or 45 degrees. */
static void table(ratio_run *run, slong degrees, ratio *c, ratio *s) {
    if (degrees == 0) {
        *c = ratio_integer(run, 1), *s = ratio_integer(run, 0);
        return;
    }
    ratio two = kernel_prime_power(run, 2, 1, 2), half = ratio_fraction(run, 1, 2);
    *c = *s = ratio_multiply(run, two, half);
    if (degrees == 45) return;
    ratio three = kernel_prime_power(run, 3, 1, 2), quarter = ratio_fraction(run, 1, 4);
    *c = ratio_multiply(run, three, half), *s = half;
    if (degrees == 30) return;
    ratio six = ratio_multiply(run, two, three);
    *c = ratio_multiply(run, ratio_add(run, six, two), quarter);
    *s = ratio_multiply(run, ratio_subtract(run, six, two), quarter);
}

/* Of a multiple of a kernel pair: (cos + i sin)^multiple. Beyond some multiples the angle is a kernel of its own. */
static void cos_sin_kernel(ratio_run *run, piece p, ratio *c, ratio *s) {
    *c = *s = ratio_integer(run, 0);
    kernel wanted = {.kind = KERNEL_COS, .arguments = 1, .argument = {p.part}};
    if (p.top > MULTIPLE_MOST || p.top < -MULTIPLE_MOST || p.bottom > MULTIPLE_MOST) {
        wanted.argument[0] = ratio_multiply(run, p.part, ratio_fraction(run, p.top < 0 ? -p.top : p.top, p.bottom));
        p = (piece){p.top < 0 ? -1 : 1, 1, wanted.argument[0]};
    }
    int32_t index = kernel_find(run, wanted);
    wanted.kind = KERNEL_SIN;
    int32_t sine = kernel_find(run, wanted);
    if (index < 0 || sine < 0 || !kernel_refine(run, &run->kernels[index].degree, p.bottom)) return;
    ratio x = ratio_kernel(run, index, 1), y = ratio_kernel(run, sine, 1);
    kernel_relate(run, sine, 2, ratio_subtract(run, ratio_integer(run, 1), ratio_multiply(run, x, x)));
    slong multiple = p.top * (run->kernels[index].degree / (slong)p.bottom);
    if (multiple < 0) multiple = -multiple, y = ratio_negate(run, y);
    if (multiple > 2 * MULTIPLE_MOST) {
        ratio_refuse(run, VALUE_TOO_LARGE);
        return;
    }
    ratio a = ratio_integer(run, 1), b = ratio_integer(run, 0);
    for (slong i = 0; i < multiple; i++) turn(run, &a, &b, x, y);
    *c = a, *s = b;
}

/* Of top / bottom of half a turn: brought into the first eighth of a turn by turns and a reflection. */
static void cos_sin_pi(ratio_run *run, piece p, ratio *c, ratio *s) {
    slong half = (slong)p.bottom, angle = p.top % (2 * half); /* in 1 / half of half a turn */
    if (angle < 0) angle += 2 * half;
    slong quadrant = 2 * angle / half, rest = 2 * angle - quadrant * half; /* in 1 / half of a quarter */
    bool swap = 2 * rest > half;
    if (swap) rest = half - rest;
    ulong common = n_gcd((ulong)rest, 2 * (ulong)half);
    piece small = {rest / (slong)common, 2 * (ulong)half / common, p.part};
    ratio x, y;
    if (12 % small.bottom == 0)
        table(run, small.top * (180 / (slong)small.bottom), &x, &y);
    else
        cos_sin_kernel(run, small, &x, &y);
    ratio keep = x;
    if (swap) x = y, y = keep;
    for (; quadrant > 0; quadrant--) {
        keep = x;
        x = ratio_negate(run, y), y = keep;
    }
    *c = x, *s = y;
}

static void cos_sin_piece(ratio_run *run, piece p, ratio *c, ratio *s) {
    int32_t index = single_kernel(run, p.part);
    bool pi = index >= 0 && run->kernels[index].kind == KERNEL_PI;
    (pi ? cos_sin_pi : cos_sin_kernel)(run, p, c, s);
}

void kernel_cos_sin(ratio_run *run, ratio a, ratio *cosine, ratio *sine) {
    piece pieces[PIECES_MOST];
    int count = pieces_of(run, a, pieces);
    *cosine = ratio_integer(run, 1);
    *sine = ratio_integer(run, 0);
    for (int i = 0; i < count && ratio_ok(run); i++) {
        ratio c, s;
        cos_sin_piece(run, pieces[i], &c, &s);
        turn(run, cosine, sine, c, s);
    }
}

/* ---- exponentials, powers and logarithms ----------------------------------------------------------------------- */

/* base^(top / bottom * part), the base being a prime, e, -1 or a rational function. */
static ratio exp_kernel(ratio_run *run, ulong base, ratio argument, piece p) {
    kernel wanted = {.kind = KERNEL_EXP, .prime = base, .arguments = 1, .argument = {p.part}};
    if (base == KERNEL_BASE_ARGUMENT) wanted.arguments = 2, wanted.argument[1] = argument;
    int32_t index = kernel_find(run, wanted);
    if (index < 0 || !kernel_refine(run, &run->kernels[index].degree, p.bottom)) return ratio_refuse(run, VALUE_OTHER);
    return ratio_kernel(run, index, p.top * (run->kernels[index].degree / (slong)p.bottom));
}

/* Whether a monomial is i * rest. */
static bool imaginary(ratio_run *run, ratio a, ratio *rest) {
    for (int32_t i = 0; i < run->count; i++) {
        if (run->kernels[i].kind != KERNEL_I || fmpz_mpoly_degree_si(a.num, i, run->ctx) != 1) continue;
        if (a.num->length != 1) return false;
        *rest = ratio_negate(run, ratio_multiply(run, a, ratio_kernel(run, i, 1)));
        return true;
    }
    return false;
}

/* a^(top / bottom) of any a, real roots. */
static ratio fractional(ratio_run *run, ratio a, slong top, ulong bottom) {
    if (bottom > 1) a = kernel_root(run, a, bottom);
    return ratio_power(run, a, top);
}

static ratio exp_piece(ratio_run *run, piece p) {
    int32_t index = single_kernel(run, p.part);
    if (index >= 0 && run->kernels[index].kind == KERNEL_LN) {
        const kernel *k = &run->kernels[index];
        if (k->arguments == 0) return kernel_prime_power(run, k->prime, p.top, p.bottom);
        return fractional(run, k->argument[0], p.top, p.bottom);
    }
    ratio angle;
    if (imaginary(run, p.part, &angle)) {
        ratio c, s;
        cos_sin_piece(run, (piece){p.top, p.bottom, angle}, &c, &s);
        return ratio_add(run, c, ratio_multiply(run, kernel_i(run), s));
    }
    return exp_kernel(run, KERNEL_BASE_E, p.part, p);
}

ratio kernel_exp(ratio_run *run, ratio a) {
    piece pieces[PIECES_MOST];
    int count = pieces_of(run, a, pieces);
    ratio value = ratio_integer(run, 1);
    for (int i = 0; i < count && ratio_ok(run); i++) value = ratio_multiply(run, value, exp_piece(run, pieces[i]));
    return value;
}

/* base^piece for a base that is a prime, -1 or a rational function. */
static ratio power_piece(ratio_run *run, ulong base, ratio argument, piece p) {
    if (ratio_is_one(run, p.part)) {
        if (base == KERNEL_BASE_ARGUMENT) return fractional(run, argument, p.top, p.bottom);
        if (base != KERNEL_BASE_MINUS_ONE) return kernel_prime_power(run, base, p.top, p.bottom);
        if (p.bottom != 1) return ratio_refuse(run, VALUE_UNDEFINED);
        return ratio_integer(run, p.top % 2 ? -1 : 1);
    }
    ratio value = exp_kernel(run, base, argument, p);
    int32_t name = single_kernel(run, p.part);
    bool sign = base == KERNEL_BASE_MINUS_ONE && name >= 0 && run->kernels[name].kind == KERNEL_NAME;
    if (sign && value_whole_name(run->kernels[name].text) && ratio_ok(run)) {
        kernel wanted = {.kind = KERNEL_EXP, .prime = base, .arguments = 1, .argument = {p.part}};
        int32_t index = kernel_find(run, wanted);
        if (index >= 0 && run->kernels[index].degree == 1) kernel_relate(run, index, 2, ratio_integer(run, 1));
    }
    return value;
}

static ratio power_pieces(ratio_run *run, ulong base, ratio argument, ratio exponent, slong times) {
    piece pieces[PIECES_MOST];
    int count = pieces_of(run, exponent, pieces);
    ratio value = ratio_integer(run, 1);
    for (int i = 0; i < count && ratio_ok(run); i++) {
        pieces[i].top *= times;
        slong common = (slong)n_gcd((ulong)(pieces[i].top < 0 ? -pieces[i].top : pieces[i].top), pieces[i].bottom);
        if (common > 1) pieces[i].top /= common, pieces[i].bottom /= (ulong)common;
        value = ratio_multiply(run, value, power_piece(run, base, argument, pieces[i]));
    }
    return value;
}

/* q^exponent for a rational q, by its primes; (-1)^exponent is a factor of its own. */
static ratio rational_to_function(ratio_run *run, const fmpq_t q, ratio exponent) {
    kernel_factors up, down;
    fmpq_t size;
    fmpq_init(size);
    fmpq_abs(size, q);
    bool known = kernel_factor(run, fmpq_numref(size), &up) && kernel_factor(run, fmpq_denref(size), &down);
    fmpq_clear(size);
    if (!known) return power_pieces(run, KERNEL_BASE_ARGUMENT, ratio_rational(run, q), exponent, 1);
    ratio value = ratio_integer(run, 1), none = value;
    if (fmpq_sgn(q) < 0) value = power_pieces(run, KERNEL_BASE_MINUS_ONE, none, exponent, 1);
    for (int i = 0; i < up.count; i++)
        value = ratio_multiply(run, value, power_pieces(run, up.prime[i], none, exponent, up.exponent[i]));
    for (int i = 0; i < down.count; i++)
        value = ratio_multiply(run, value, power_pieces(run, down.prime[i], none, exponent, -down.exponent[i]));
    return value;
}

ratio kernel_power(ratio_run *run, ratio base, ratio exponent) {
    if (!ratio_ok(run)) return base;
    fmpq_t q;
    fmpq_init(q);
    ratio value = base;
    if (ratio_is_rational(run, exponent)) {
        ratio_get(run, exponent, q);
        bool fits = fmpz_bits(fmpq_numref(q)) < 30 && fmpz_bits(fmpq_denref(q)) < 30;
        slong top = fits ? fmpz_get_si(fmpq_numref(q)) : 0;
        ulong bottom = fits ? fmpz_get_ui(fmpq_denref(q)) : 1;
        bool zero = ratio_is_zero(run, base), rational = ratio_is_rational(run, base);
        if (rational) ratio_get(run, base, q);
        if (!fits)
            value = ratio_refuse(run, VALUE_TOO_LARGE);
        else if (zero && top <= 0)
            value = ratio_refuse(run, VALUE_UNDEFINED);
        else if (zero)
            value = base;
        else if (bottom > 2 && rational && fmpq_sgn(q) < 0) /* (-8)^(1/3) means two things */
            value = ratio_refuse(run, VALUE_UNDEFINED);
        else
            value = fractional(run, base, top, bottom);
    } else if (ratio_is_zero(run, base)) {
        value = ratio_refuse(run, VALUE_UNDEFINED);
    } else if (ratio_is_rational(run, base)) {
        ratio_get(run, base, q);
        value = rational_to_function(run, q, exponent);
    } else {
        base = ratio_primitive(run, base, q);
        if (fmpq_sgn(q) < 0) base = ratio_negate(run, base), fmpq_neg(q, q);
        value = power_pieces(run, KERNEL_BASE_ARGUMENT, base, exponent, 1);
        if (!fmpq_is_one(q)) value = ratio_multiply(run, value, rational_to_function(run, q, exponent));
    }
    fmpq_clear(q);
    return value;
}

static ratio ln_prime(ratio_run *run, ulong p, slong times) {
    int32_t index = kernel_find(run, (kernel){.kind = KERNEL_LN, .prime = p});
    if (index < 0) return ratio_refuse(run, VALUE_TOO_LARGE);
    return ratio_multiply(run, ratio_integer(run, times), ratio_kernel(run, index, 1));
}

static ratio ln_kernel(ratio_run *run, ratio a) {
    int32_t index = kernel_find(run, (kernel){.kind = KERNEL_LN, .arguments = 1, .argument = {a}});
    return index < 0 ? ratio_refuse(run, VALUE_TOO_LARGE) : ratio_kernel(run, index, 1);
}

static ratio ln_rational(ratio_run *run, const fmpq_t q) {
    kernel_factors up, down;
    if (fmpq_sgn(q) <= 0) return ratio_refuse(run, VALUE_UNDEFINED);
    if (!kernel_factor(run, fmpq_numref(q), &up) || !kernel_factor(run, fmpq_denref(q), &down))
        return ratio_refuse(run, VALUE_OTHER);
    ratio value = ratio_integer(run, 0);
    for (int i = 0; i < up.count; i++) value = ratio_add(run, value, ln_prime(run, up.prime[i], up.exponent[i]));
    for (int i = 0; i < down.count; i++) value = ratio_add(run, value, ln_prime(run, down.prime[i], -down.exponent[i]));
    return value;
}

/* ln of kernel^n for kernels whose logarithm is known. */
static bool ln_of_kernel(ratio_run *run, int32_t index, slong n, ratio *out) {
    const kernel *k = &run->kernels[index];
    fmpq_t multiple;
    fmpq_init(multiple);
    fmpq_set_si(multiple, n, (ulong)k->degree);
    bool known = true;
    if (k->kind == KERNEL_PRIME)
        *out = ln_prime(run, k->prime, 1);
    else if (k->kind == KERNEL_EXP && k->prime == KERNEL_BASE_E)
        *out = k->argument[0];
    else if (k->kind == KERNEL_EXP && k->prime != KERNEL_BASE_MINUS_ONE && k->prime != KERNEL_BASE_ARGUMENT)
        *out = ratio_multiply(run, k->argument[0], ln_prime(run, k->prime, 1));
    else if (k->kind == KERNEL_ROOT && k->degree % 2 == 0)
        *out = kernel_ln(run, k->argument[0]);
    else if (k->kind == KERNEL_NAME && k->positive)
        *out = ln_kernel(run, ratio_kernel(run, index, 1));
    else
        known = false;
    if (known) *out = ratio_scale(run, *out, multiple);
    fmpq_clear(multiple);
    return known;
}

/* The factors of a polynomial whose logarithms are known and that are positive: their logarithm; the rest. */
static ratio ln_known(ratio_run *run, poly p, ratio *rest) {
    slong exponents[RATIO_KERNELS_MOST];
    poly split = kernel_split(run, p, exponents);
    ratio value = ratio_integer(run, 0), inside = {split, run->one};
    for (int32_t i = 0, count = run->count; i < count && ratio_ok(run); i++) {
        ratio known;
        if (exponents[i] == 0) continue;
        if (ln_of_kernel(run, i, exponents[i], &known))
            value = ratio_add(run, value, known);
        else
            inside = ratio_multiply(run, inside, ratio_kernel(run, i, exponents[i]));
    }
    *rest = inside;
    return value;
}

/* ln of a primitive polynomial. */
static ratio ln_poly(ratio_run *run, poly p) {
    poly square;
    ratio inside;
    if (fmpz_mpoly_is_one(p, run->ctx)) return ratio_integer(run, 0);
    ratio value = ln_known(run, p, &inside);
    if (!ratio_ok(run) || ratio_is_one(run, inside)) return value;
    if (kernel_square_root(run, inside.num, &square)) {
        ratio half = kernel_ln(run, kernel_abs(run, (ratio){square, run->one}));
        return ratio_add(run, value, ratio_add(run, half, half));
    }
    return ratio_add(run, value, ln_kernel(run, inside));
}

ratio kernel_ln(ratio_run *run, ratio a) {
    if (!ratio_ok(run)) return a;
    if (ratio_is_zero(run, a)) return ratio_refuse(run, VALUE_UNDEFINED);
    fmpq_t content;
    fmpq_init(content);
    a = ratio_primitive(run, a, content);
    bool negative = fmpq_sgn(content) < 0;
    fmpq_abs(content, content);
    ratio value = ln_rational(run, content);
    fmpq_clear(content);
    if (ratio_is_one(run, a)) return negative ? ratio_refuse(run, VALUE_UNDEFINED) : value;
    /* ln(p / q) = ln p - ln q needs both positive, which a number on one side makes sure; else factors that are come out.
     */
    if (!negative && fmpz_mpoly_is_one(a.den, run->ctx)) return ratio_add(run, value, ln_poly(run, a.num));
    if (!negative && fmpz_mpoly_is_one(a.num, run->ctx)) return ratio_subtract(run, value, ln_poly(run, a.den));
    ratio above, below;
    value = ratio_add(run, value, ln_known(run, a.num, &above));
    value = ratio_subtract(run, value, ln_known(run, a.den, &below));
    a = ratio_divide(run, above, below);
    if (negative) a = ratio_negate(run, a);
    if (!ratio_ok(run) || ratio_is_one(run, a)) return value;
    return ratio_add(run, value, ln_kernel(run, a));
}
