/* Products of powers of primes: numbers far too large to be written out, 10^(10^10), are equal where sign and exponents
 * are. Rational exponents of different primes are independent: a product of p^q is 1 only where every q is 0.
 *
 * A large factorial is a factor of its own, and n! of n near it a multiple of that one; where such factors do not
 * cancel, nothing is known. */
#include <string.h>

#include "tool/math/value_internal.h"

enum { FACTORS_MOST = 48, BASE_BITS_MOST = 40, NEAR_MOST = 40, TRIAL_MOST = 2000 };

typedef struct factored {
    int sign;
    int count;
    ulong base[FACTORS_MOST]; /* a prime, or n of n! */
    bool factorial[FACTORS_MOST];
    fmpq exponent[FACTORS_MOST];
} factored;

static void factored_open(factored *out) {
    out->sign = 1;
    out->count = 0;
    for (int i = 0; i < FACTORS_MOST; i++) fmpq_init(&out->exponent[i]);
}

static void factored_close(factored *f) {
    for (int i = 0; i < FACTORS_MOST; i++) fmpq_clear(&f->exponent[i]);
}

static bool add_factor(factored *f, ulong base, bool factorial, const fmpq_t exponent) {
    int i = 0;
    while (i < f->count && (f->base[i] != base || f->factorial[i] != factorial)) i++;
    if (i == FACTORS_MOST) return false;
    if (i == f->count) {
        f->base[i] = base;
        f->factorial[i] = factorial;
        f->count++;
    }
    fmpq_add(&f->exponent[i], &f->exponent[i], exponent);
    return true;
}

/* f * n^exponent for 0 < n < 2^BASE_BITS_MOST. False: n has two prime factors that are not found soon. */
static bool multiply_whole(math_engine *engine, factored *f, ulong n, const fmpq_t exponent) {
    fmpq_t times;
    fmpq_init(times);
    bool known = value_spend(engine, 2000);
    for (ulong p = 2; p < TRIAL_MOST && known && n > 1; p += p > 2 ? 2 : 1) {
        slong multiple = 0;
        if (p * p > n) p = n;
        for (; n % p == 0; n /= p) multiple++;
        fmpq_mul_si(times, exponent, multiple);
        if (multiple) known = add_factor(f, p, false, times);
    }
    if (known && n > 1) known = n_is_prime(n) && add_factor(f, n, false, exponent);
    fmpq_clear(times);
    return known;
}

/* f * value. */
static bool multiply_rational(math_engine *engine, factored *f, const mpq_t value) {
    if (mpq_sgn(value) == 0 || mpz_sizeinbase(mpq_numref(value), 2) > BASE_BITS_MOST ||
        mpz_sizeinbase(mpq_denref(value), 2) > BASE_BITS_MOST)
        return false;
    fmpq_t one;
    fmpq_init(one);
    fmpq_one(one);
    bool fits = multiply_whole(engine, f, mpz_get_ui(mpq_numref(value)), one);
    fmpq_neg(one, one);
    fits = fits && multiply_whole(engine, f, mpz_get_ui(mpq_denref(value)), one);
    fmpq_clear(one);
    if (mpq_sgn(value) < 0) f->sign = -f->sign;
    return fits;
}

/* f * other^power; a negative number has powers with whole exponents alone. */
static bool multiply_power(factored *f, const factored *other, const fmpq_t power) {
    bool whole = fmpz_is_one(fmpq_denref(power)), fits = other->sign > 0 || whole;
    if (other->sign < 0 && fmpz_is_odd(fmpq_numref(power))) f->sign = -f->sign;
    fmpq_t exponent;
    fmpq_init(exponent);
    for (int i = 0; i < other->count && fits; i++) {
        fmpq_mul(exponent, &other->exponent[i], power);
        fits = add_factor(f, other->base[i], other->factorial[i], exponent);
    }
    fmpq_clear(exponent);
    return fits;
}

static bool factor(math_engine *engine, const math_node *node, factored *f);

/* f * kid^power. Factorials in f are known to the part, so that near ones become multiples of them. */
static bool factor_power(math_engine *engine, const math_node *kid, const fmpq_t power, factored *f) {
    factored part;
    fmpq_t zero;
    factored_open(&part);
    fmpq_init(zero);
    for (int i = 0; i < f->count; i++)
        if (f->factorial[i]) add_factor(&part, f->base[i], true, zero);
    fmpq_clear(zero);
    bool known = factor(engine, kid, &part) && multiply_power(f, &part, power);
    factored_close(&part);
    return known;
}

/* f * kid^(kid 1), f * kid^(1 / kid 1). */
static bool factor_to(math_engine *engine, const math_node *node, bool root, factored *f) {
    mpq_t exponent;
    fmpq_t power;
    mpq_init(exponent);
    fmpq_init(power);
    bool known =
        value_rational(engine, node->kid[1], NULL, exponent) == VALUE_KNOWN && (!root || mpq_sgn(exponent) > 0);
    if (known && root) mpq_inv(exponent, exponent);
    fmpq_set_mpq(power, exponent);
    known = known && factor_power(engine, node->kid[0], power, f);
    fmpq_clear(power);
    mpq_clear(exponent);
    return known;
}

/* f * n!, by a factorial that is in f and not far from n. */
static bool factor_factorial(math_engine *engine, const math_node *node, factored *f) {
    mpq_t value;
    fmpq_t one;
    mpq_init(value);
    bool known = !(node->flags & MATH_FLAG_DOUBLE) &&
                 value_rational(engine, node->kid[0], NULL, value) == VALUE_KNOWN &&
                 mpz_cmp_ui(mpq_denref(value), 1) == 0 && mpq_sgn(value) > 0 &&
                 mpz_sizeinbase(mpq_numref(value), 2) < BASE_BITS_MOST;
    ulong n = known ? mpz_get_ui(mpq_numref(value)) : 0, near = n;
    mpq_clear(value);
    for (int i = 0; i < f->count && near == n; i++) {
        ulong apart = f->base[i] > n ? f->base[i] - n : n - f->base[i];
        if (f->factorial[i] && apart <= NEAR_MOST) near = f->base[i];
    }
    fmpq_init(one);
    fmpq_one(one);
    known = known && add_factor(f, near, true, one);
    for (ulong i = near + 1; i <= n && known; i++) known = multiply_whole(engine, f, i, one);
    fmpq_neg(one, one);
    for (ulong i = n + 1; i <= near && known; i++) known = multiply_whole(engine, f, i, one);
    fmpq_clear(one);
    return known;
}

/* f * node; false: it is no such product. */
static bool factor(math_engine *engine, const math_node *node, factored *f) {
    mpq_t value;
    mpq_init(value);
    bool small = value_rational(engine, node, NULL, value) == VALUE_KNOWN && multiply_rational(engine, f, value);
    mpq_clear(value);
    if (small) return true;
    switch (node->kind) {
    case MATH_NEGATE:
        f->sign = -f->sign;
        return factor(engine, node->kid[0], f);
    case MATH_PRODUCT:
        for (uint32_t i = 0; i < node->kids; i++)
            if (!factor(engine, node->kid[i], f)) return false;
        return true;
    case MATH_QUOTIENT: {
        fmpq_t inverse;
        fmpq_init(inverse);
        fmpq_set_si(inverse, -1, 1);
        bool known = factor(engine, node->kid[0], f) && factor_power(engine, node->kid[1], inverse, f);
        fmpq_clear(inverse);
        return known;
    }
    case MATH_POWER:
    case MATH_ROOT:
        return node->kids == 2 && factor_to(engine, node, node->kind == MATH_ROOT, f);
    case MATH_FACTORIAL:
        return node->kids == 1 && factor_factorial(engine, node, f);
    default:
        return false;
    }
}

cairn_verdict value_factored_equal(math_engine *engine, const math_node *a, const math_node *b) {
    factored ratio;
    fmpq_t inverse;
    factored_open(&ratio);
    fmpq_init(inverse);
    fmpq_set_si(inverse, -1, 1);
    bool known = factor(engine, a, &ratio) && factor_power(engine, b, inverse, &ratio), one = ratio.sign > 0;
    for (int i = 0; i < ratio.count && known; i++) {
        if (fmpq_is_zero(&ratio.exponent[i])) continue;
        one = false;
        known = !ratio.factorial[i];
    }
    fmpq_clear(inverse);
    factored_close(&ratio);
    if (!known) return CAIRN_VERDICT_UNKNOWN;
    return one ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
}
