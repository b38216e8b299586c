/* The ring of rational functions: bounded arithmetic without gcds, and reduction by the kernels' relations. */
#include "tool/math/value_ratio.h"

enum { POOL_KEPT = 256, GCD_TERMS_MOST = 24, GCD_DEGREE_MOST = 24, GCD_BITS_MOST = 256, EXPONENT_BITS_MOST = 16 };

cairn_status ratio_open(math_engine *engine, ratio_run **out) {
    ratio_run *run = cairn_alloc(engine->ctx, 1, sizeof *run);
    if (!run) return CAIRN_NO_MEMORY;
    run->engine = engine;
    fmpz_mpoly_ctx_init(run->ctx, RATIO_KERNELS_MOST, ORD_LEX);
    fmpz_mpoly_init(run->zero, run->ctx);
    fmpz_mpoly_init(run->one, run->ctx);
    fmpz_mpoly_one(run->one, run->ctx);
    *out = run;
    return CAIRN_OK;
}

static void shrink(ratio_run *run, size_t kept) {
    while (run->pooled > kept) {
        fmpz_mpoly_clear(run->pool[--run->pooled], run->ctx);
        cairn_free(run->pool[run->pooled]);
    }
}

void ratio_close(ratio_run *run) {
    if (!run) return;
    shrink(run, 0);
    fmpz_mpoly_clear(run->zero, run->ctx);
    fmpz_mpoly_clear(run->one, run->ctx);
    fmpz_mpoly_ctx_clear(run->ctx);
    cairn_free(run);
}

void ratio_restart(ratio_run *run) {
    run->restart = false;
    run->status = VALUE_KNOWN;
}

/* A pool that a large comparison filled gives its memory back. */
void ratio_begin(ratio_run *run, value_log log) {
    if (run->pooled > POOL_KEPT) shrink(run, 0);
    run->used = 0;
    run->count = 0;
    run->positives = 0;
    run->prime_degree = 1;
    run->restart = false;
    run->status = VALUE_KNOWN;
    run->log = log;
}

ratio ratio_refuse(ratio_run *run, value_status status) {
    if (run->status == VALUE_KNOWN) run->status = status;
    return (ratio){run->zero, run->one};
}

bool ratio_ok(const ratio_run *run) {
    return run->status == VALUE_KNOWN;
}

/* num / den, unless something went wrong on the way. */
static ratio fraction(ratio_run *run, poly num, poly den) {
    return ratio_ok(run) ? (ratio){num, den} : ratio_refuse(run, run->status);
}

poly poly_new(ratio_run *run, fmpz_mpoly_struct **writable) {
    *writable = NULL;
    if (run->used == run->pooled) {
        fmpz_mpoly_struct *made = NULL;
        bool room = run->pooled < RATIO_POOL_MOST;
        if (room) made = cairn_alloc(run->engine->ctx, 1, sizeof *made);
        if (!made) {
            ratio_refuse(run, room ? VALUE_NO_MEMORY : VALUE_TOO_LARGE);
            return run->zero;
        }
        fmpz_mpoly_init(made, run->ctx);
        run->pool[run->pooled++] = made;
    }
    fmpz_mpoly_struct *p = run->pool[run->used++];
    fmpz_mpoly_zero(p, run->ctx);
    *writable = p;
    return p;
}

static slong coefficient_bits(poly p) {
    slong bits = fmpz_mpoly_max_bits(p);
    return bits < 0 ? -bits : bits;
}

/* Counts the work on a new polynomial; refuses one beyond the bounds. */
static poly settle(ratio_run *run, poly p) {
    slong bits = coefficient_bits(p), terms = p->length, each = bits < FLINT_BITS - 1 ? 6 : 30; /* in the heap: 30 */
    if (terms > RATIO_TERMS_MOST || bits > RATIO_BITS_MOST || p->bits > EXPONENT_BITS_MOST ||
        !value_spend(run->engine, 40 + terms * (each + bits / 64))) {
        ratio_refuse(run, VALUE_TOO_LARGE);
        return run->zero;
    }
    return p;
}

poly poly_multiply(ratio_run *run, poly a, poly b) {
    if (!ratio_ok(run) || a->length == 0 || b->length == 0) return run->zero;
    if (fmpz_mpoly_is_one(a, run->ctx)) return b;
    if (fmpz_mpoly_is_one(b, run->ctx)) return a;
    slong pairs = a->length * b->length;
    slong words = (coefficient_bits(a) / 64 + 1) * (coefficient_bits(b) / 64 + 1);
    if (pairs > RATIO_PRODUCT_MOST || !value_spend(run->engine, (16 + 2 * words) * pairs)) {
        ratio_refuse(run, VALUE_TOO_LARGE);
        return run->zero;
    }
    fmpz_mpoly_struct *product;
    poly p = poly_new(run, &product);
    if (!product) return p;
    fmpz_mpoly_mul_johnson(product, a, b, run->ctx);
    return settle(run, p);
}

static poly add(ratio_run *run, poly a, poly b, bool subtract) {
    if (!ratio_ok(run)) return run->zero;
    if (b->length == 0) return a;
    if (a->length == 0 && !subtract) return b;
    fmpz_mpoly_struct *sum;
    poly p = poly_new(run, &sum);
    if (!sum) return p;
    (subtract ? fmpz_mpoly_sub : fmpz_mpoly_add)(sum, a, b, run->ctx);
    return settle(run, p);
}

poly poly_subtract(ratio_run *run, poly a, poly b) {
    return add(run, a, b, true);
}

static poly negate(ratio_run *run, poly a) {
    return add(run, run->zero, a, true);
}

static poly poly_power(ratio_run *run, poly a, ulong n) {
    if (!ratio_ok(run) || n == 0) return run->one;
    if (n == 1 || a->length == 0) return a;
    if (a->length > 1) {
        poly half = poly_power(run, a, n / 2), square = poly_multiply(run, half, half);
        return n % 2 ? poly_multiply(run, square, a) : square;
    }
    slong bits = coefficient_bits(a);
    fmpz_mpoly_struct *power;
    poly p = run->zero;
    if (n > 30000 || (bits > 1 && bits * (slong)n > RATIO_BITS_MOST)) {
        ratio_refuse(run, VALUE_TOO_LARGE);
        return p;
    }
    p = poly_new(run, &power);
    if (!power) return p;
    fmpz_mpoly_pow_ui(power, a, n, run->ctx);
    return settle(run, p);
}

/* ---- relations ------------------------------------------------------------------------------------------------- */

/* p with k^n replaced by top / bottom, times bottom^m for the m that clears denominators: sum over terms c_e k^e of
 * c_e top^(e div n) bottom^(m - e div n) k^(e mod n). */
static poly replace(ratio_run *run, poly p, int32_t index, slong degree, poly *scale) {
    const kernel *k = &run->kernels[index];
    slong n = k->relation, most = degree / n;
    fmpz_mpoly_univar_t parts;
    fmpz_mpoly_univar_init(parts, run->ctx);
    fmpz_mpoly_to_univar(parts, p, index, run->ctx);
    poly sum = run->zero;
    slong count = fmpz_mpoly_univar_length(parts, run->ctx);
    if (!value_spend(run->engine, 100 + 40 * p->length)) ratio_refuse(run, VALUE_TOO_LARGE);
    for (slong i = 0; i < count && ratio_ok(run); i++) {
        slong e = fmpz_mpoly_univar_get_term_exp_si(parts, i, run->ctx);
        fmpz_mpoly_struct *part;
        poly term = poly_new(run, &part);
        if (!part) break;
        fmpz_mpoly_univar_swap_term_coeff(part, parts, i, run->ctx);
        term = poly_multiply(run, term, poly_power(run, k->value.num, (ulong)(e / n)));
        term = poly_multiply(run, term, poly_power(run, k->value.den, (ulong)(most - e / n)));
        if (e % n) term = poly_multiply(run, term, ratio_kernel(run, index, e % n).num);
        sum = add(run, sum, term, false);
    }
    fmpz_mpoly_univar_clear(parts, run->ctx);
    *scale = poly_power(run, k->value.den, (ulong)most);
    return sum;
}

poly poly_reduce(ratio_run *run, poly p, poly *scale) {
    if (scale) *scale = run->one;
    for (int32_t i = run->count - 1; i >= 0 && ratio_ok(run) && p->length; i--) {
        if (run->kernels[i].relation == 0) continue;
        slong degree = fmpz_mpoly_degree_si(p, i, run->ctx);
        if (degree < run->kernels[i].relation) continue;
        poly more;
        p = replace(run, p, i, degree, &more);
        if (scale) *scale = poly_multiply(run, *scale, more);
    }
    return p;
}

/* Of a denominator that is one term: the factor that turns its k^e into k^n, which has a value without k. */
static poly rationalizer(ratio_run *run, poly den) {
    slong exponents[RATIO_KERNELS_MOST];
    poly factor = run->one;
    if (den->length != 1) return factor;
    fmpz_mpoly_get_term_exp_si(exponents, den, 0, run->ctx);
    for (int32_t i = 0; i < run->count && ratio_ok(run); i++) {
        slong n = run->kernels[i].relation, e = exponents[i];
        if (n && e % n) factor = poly_multiply(run, factor, ratio_kernel(run, i, n - e % n).num);
    }
    return factor;
}

/* Reduces top and bottom alike. */
static ratio reduce(ratio_run *run, poly num, poly den) {
    if (!value_spend(run->engine, 30 + 10 * run->count)) ratio_refuse(run, VALUE_TOO_LARGE);
    poly top, bottom, factor = rationalizer(run, den);
    num = poly_multiply(run, num, factor);
    den = poly_multiply(run, den, factor);
    num = poly_reduce(run, num, &top);
    den = poly_reduce(run, den, &bottom);
    ratio r = {poly_multiply(run, num, bottom), poly_multiply(run, den, top)};
    if (r.den->length == 0) ratio_refuse(run, VALUE_UNDEFINED);
    return fraction(run, r.num, r.den);
}

/* ---- rational functions ---------------------------------------------------------------------------------------- */

ratio ratio_integer(ratio_run *run, slong value) {
    fmpz_mpoly_struct *p;
    ratio r = {poly_new(run, &p), run->one};
    if (p) fmpz_mpoly_set_si(p, value, run->ctx);
    return r;
}

ratio ratio_rational(ratio_run *run, const fmpq_t value) {
    fmpz_mpoly_struct *top, *bottom;
    poly num = poly_new(run, &top);
    if (top) fmpz_mpoly_set_fmpz(top, fmpq_numref(value), run->ctx);
    if (fmpz_is_one(fmpq_denref(value))) return fraction(run, settle(run, num), run->one);
    poly den = poly_new(run, &bottom);
    if (bottom) fmpz_mpoly_set_fmpz(bottom, fmpq_denref(value), run->ctx);
    num = settle(run, num), den = settle(run, den);
    return fraction(run, num, den);
}

ratio ratio_fraction(ratio_run *run, slong top, ulong bottom) {
    fmpq_t q;
    fmpq_init(q);
    fmpq_set_si(q, top, bottom);
    ratio r = ratio_rational(run, q);
    fmpq_clear(q);
    return r;
}

ratio ratio_kernel(ratio_run *run, int32_t index, slong power) {
    fmpz_mpoly_struct *p;
    poly made = poly_new(run, &p);
    if (power > 30000 || power < -30000) ratio_refuse(run, VALUE_TOO_LARGE);
    if (!p || !ratio_ok(run)) return ratio_refuse(run, run->status);
    fmpz_mpoly_gen(p, index, run->ctx);
    slong size = power < 0 ? -power : power;
    if (size != 1) fmpz_mpoly_pow_ui(p, p, (ulong)size, run->ctx);
    made = settle(run, made);
    return power < 0 ? fraction(run, run->one, made) : fraction(run, made, run->one);
}

bool ratio_is_zero(const ratio_run *run, ratio a) {
    return fmpz_mpoly_is_zero(a.num, run->ctx);
}

bool ratio_is_one(const ratio_run *run, ratio a) {
    return fmpz_mpoly_equal(a.num, a.den, run->ctx);
}

bool ratio_is_rational(const ratio_run *run, ratio a) {
    return fmpz_mpoly_is_fmpz(a.num, run->ctx) && fmpz_mpoly_is_fmpz(a.den, run->ctx);
}

void ratio_get(const ratio_run *run, ratio a, fmpq_t out) {
    fmpz_mpoly_get_fmpz(fmpq_numref(out), a.num, run->ctx);
    fmpz_mpoly_get_fmpz(fmpq_denref(out), a.den, run->ctx);
    fmpq_canonicalise(out);
}

ratio ratio_add(ratio_run *run, ratio a, ratio b) {
    if (fmpz_mpoly_equal(a.den, b.den, run->ctx)) return fraction(run, add(run, a.num, b.num, false), a.den);
    poly left = poly_multiply(run, a.num, b.den), right = poly_multiply(run, b.num, a.den);
    return reduce(run, add(run, left, right, false), poly_multiply(run, a.den, b.den));
}

ratio ratio_negate(ratio_run *run, ratio a) {
    return fraction(run, negate(run, a.num), a.den);
}

ratio ratio_subtract(ratio_run *run, ratio a, ratio b) {
    return ratio_add(run, a, ratio_negate(run, b));
}

ratio ratio_multiply(ratio_run *run, ratio a, ratio b) {
    if (!ratio_ok(run)) return ratio_refuse(run, run->status);
    if (fmpz_mpoly_equal(a.num, b.den, run->ctx)) return (ratio){b.num, a.den};
    if (fmpz_mpoly_equal(a.den, b.num, run->ctx)) return (ratio){a.num, b.den};
    return reduce(run, poly_multiply(run, a.num, b.num), poly_multiply(run, a.den, b.den));
}

ratio ratio_divide(ratio_run *run, ratio a, ratio b) {
    if (ratio_is_zero(run, b)) return ratio_refuse(run, VALUE_UNDEFINED);
    return ratio_multiply(run, a, (ratio){b.den, b.num});
}

ratio ratio_scale(ratio_run *run, ratio a, const fmpq_t by) {
    return fmpq_is_one(by) ? a : ratio_multiply(run, a, ratio_rational(run, by));
}

/* By repeated squaring, reduced at every step. */
ratio ratio_power(ratio_run *run, ratio a, slong n) {
    if (n == 0) return ratio_is_zero(run, a) ? ratio_refuse(run, VALUE_UNDEFINED) : ratio_integer(run, 1);
    if (n < 0) {
        if (ratio_is_zero(run, a)) return ratio_refuse(run, VALUE_UNDEFINED);
        return ratio_power(run, (ratio){a.den, a.num}, -n);
    }
    if (n == 1 || !ratio_ok(run)) return a;
    if (a.num->length <= 1 && a.den->length <= 1)
        return reduce(run, poly_power(run, a.num, (ulong)n), poly_power(run, a.den, (ulong)n));
    ratio half = ratio_power(run, a, n / 2);
    ratio square = reduce(run, poly_multiply(run, half.num, half.num), poly_multiply(run, half.den, half.den));
    return n % 2 ? ratio_multiply(run, square, a) : square;
}

poly ratio_cross(ratio_run *run, ratio a, ratio b) {
    poly left = poly_multiply(run, a.num, b.den), right = poly_multiply(run, b.num, a.den);
    return poly_reduce(run, add(run, left, right, true), NULL);
}

bool ratio_equal(ratio_run *run, ratio a, ratio b) {
    if (a.num == b.num && a.den == b.den) return true;
    return ratio_cross(run, a, b)->length == 0 && ratio_ok(run);
}

/* ---- primitive parts ------------------------------------------------------------------------------------------- */

/* Greatest common divisor of the coefficients, with the sign of the first. */
static void content_of(const ratio_run *run, poly p, fmpz_t out) {
    fmpz_t c;
    fmpz_init(c);
    fmpz_zero(out);
    for (slong i = 0; i < p->length && !fmpz_is_one(out); i++) {
        fmpz_mpoly_get_term_coeff_fmpz(c, p, i, run->ctx);
        fmpz_gcd(out, out, c);
    }
    fmpz_mpoly_get_term_coeff_fmpz(c, p, 0, run->ctx);
    if (fmpz_sgn(c) < 0) fmpz_neg(out, out);
    fmpz_clear(c);
}

static poly divide_exactly(ratio_run *run, poly p, const fmpz_t by) {
    if (fmpz_is_one(by)) return p;
    fmpz_mpoly_struct *quotient;
    poly made = poly_new(run, &quotient);
    if (quotient) fmpz_mpoly_scalar_divexact_fmpz(quotient, p, by, run->ctx);
    return settle(run, made);
}

bool poly_is_small(const ratio_run *run, poly p) {
    if (p->length > GCD_TERMS_MOST) return false;
    return coefficient_bits(p) <= GCD_BITS_MOST && fmpz_mpoly_total_degree_si(p, run->ctx) <= GCD_DEGREE_MOST;
}

/* Divides by a common factor where both are small. */
static ratio cancel(ratio_run *run, ratio a) {
    if (fmpz_mpoly_is_fmpz(a.den, run->ctx) || !poly_is_small(run, a.num) || !poly_is_small(run, a.den)) return a;
    if (!value_spend(run->engine, 10000)) return ratio_refuse(run, VALUE_TOO_LARGE);
    fmpz_mpoly_struct *common, *num, *den;
    poly_new(run, &common);
    ratio r = {poly_new(run, &num), poly_new(run, &den)};
    if (!common || !num || !den) return ratio_refuse(run, run->status);
    if (!fmpz_mpoly_gcd(common, a.num, a.den, run->ctx) || fmpz_mpoly_is_one(common, run->ctx)) return a;
    if (!fmpz_mpoly_divides(num, a.num, common, run->ctx) || !fmpz_mpoly_divides(den, a.den, common, run->ctx))
        return a;
    return r;
}

ratio ratio_primitive(ratio_run *run, ratio a, fmpq_t content) {
    fmpq_one(content);
    if (!ratio_ok(run) || ratio_is_zero(run, a)) return a;
    a = cancel(run, a);
    if (!ratio_ok(run)) return a;
    fmpz_t top, bottom;
    fmpz_init(top);
    fmpz_init(bottom);
    content_of(run, a.num, top);
    content_of(run, a.den, bottom);
    ratio r = {divide_exactly(run, a.num, top), divide_exactly(run, a.den, bottom)};
    fmpz_swap(fmpq_numref(content), top);
    fmpz_swap(fmpq_denref(content), bottom);
    fmpq_canonicalise(content);
    fmpz_clear(top);
    fmpz_clear(bottom);
    return fraction(run, r.num, r.den);
}

ratio poly_monomial(ratio_run *run, poly p, slong i, fmpz_t coefficient) {
    fmpz_mpoly_struct *monomial;
    ratio r = {poly_new(run, &monomial), run->one};
    fmpz_mpoly_get_term_coeff_fmpz(coefficient, p, i, run->ctx);
    if (monomial) fmpz_mpoly_get_term_monomial(monomial, p, i, run->ctx);
    return r;
}
