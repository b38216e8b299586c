/* Real constants: bounds, order, and decimals against exact values. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tool/math/value_internal.h"

static const slong precisions[] = {64, 256, 1024};
enum { PRECISIONS = sizeof precisions / sizeof *precisions, ACCURACY = 56 };

/* A ball around a real constant at one precision. */
static bool real_ball(math_engine *engine, const math_node *node, slong precision, arb_t out) {
    const value_point nowhere = {.names = NULL};
    acb_t value;
    acb_init(value);
    bool known = value_ball(engine, node, &nowhere, precision, value) == VALUE_KNOWN && acb_is_real(value);
    if (known) arb_set(out, acb_realref(value));
    acb_clear(value);
    return known;
}

bool math_bounds(math_engine *engine, const math_node *node, double *low, double *high) {
    if (!math_is_constant(node) || value_has_bare_log(node)) return false;
    if (!value_begin(engine)) return false;
    arb_t x;
    arf_t end;
    arb_init(x);
    arf_init(end);
    bool known = false;
    for (int i = 0; i < PRECISIONS; i++) {
        if (!real_ball(engine, node, precisions[i], x)) continue;
        known = true;
        if (arb_is_exact(x) || arb_rel_accuracy_bits(x) >= ACCURACY) break;
    }
    if (known) {
        arb_get_lbound_arf(end, x, 64);
        *low = arf_get_d(end, ARF_RND_FLOOR);
        arb_get_ubound_arf(end, x, 64);
        *high = arf_get_d(end, ARF_RND_CEIL);
    }
    arf_clear(end);
    arb_clear(x);
    return known;
}

/* -1, 0, 1 by exact values; 2: not both are known to be rational. */
static int order_rational(math_engine *engine, const math_node *a, const math_node *b) {
    mpq_t x, y;
    int order = 2;
    mpq_init(x);
    mpq_init(y);
    if (value_rational(engine, a, NULL, x) == VALUE_KNOWN && value_rational(engine, b, NULL, y) == VALUE_KNOWN) {
        order = mpq_cmp(x, y);
        order = (order > 0) - (order < 0);
    }
    mpq_clear(x);
    mpq_clear(y);
    return order;
}

int math_order(math_engine *engine, const math_node *a, const math_node *b) {
    if (!math_is_constant(a) || !math_is_constant(b) || !value_begin(engine)) return 2;
    int left = value_infinite(a), right = value_infinite(b);
    int order = left || right ? 2 : order_rational(engine, a, b);
    if (order != 2) return order;
    if (value_has_bare_log(a) || value_has_bare_log(b)) return 2;
    arb_t x, y;
    arb_init(x);
    arb_init(y);
    for (int i = 0; i < PRECISIONS && order == 2; i++) {
        if (!left && !real_ball(engine, a, precisions[i], x)) continue;
        if (!right && !real_ball(engine, b, precisions[i], y)) continue;
        if (left || right)
            order = (left > right) - (left < right);
        else if (arb_lt(x, y))
            order = -1;
        else if (arb_gt(x, y))
            order = 1;
    }
    arb_clear(x);
    arb_clear(y);
    if (order == 2 && math_equal(engine, a, b).equal == CAIRN_VERDICT_RIGHT) order = 0;
    return order;
}

/* ---- decimals -------------------------------------------------------------------------------------------------- */

/* A numeral's digits: how many are significant, and the power of ten of the last one. */
static bool numeral_shape(const char *text, int *digits, long *last) {
    bool point = false, leading = true;
    long places = 0;
    *digits = 0;
    for (; isdigit((unsigned char)*text) || *text == '.'; text++) {
        if (*text == '.') {
            point = true;
            continue;
        }
        places += point;
        leading = leading && *text == '0';
        *digits += !leading;
    }
    if (*digits == 0) *digits = 1;
    long exponent = 0;
    if (*text == 'e' || *text == 'E') exponent = strtol(text + 1, NULL, 10);
    *last = exponent - places;
    return (*text == '\0' || *text == 'e' || *text == 'E') && labs(*last) <= 2000;
}

/* How a value stands to a decimal, by d = (value - decimal) / unit of the decimal's last digit. `negative`: the
 * value. */
static math_rounding rounding_of_distance(const mpq_t d, bool negative) {
    if (mpq_sgn(d) == 0) return MATH_ROUNDING_EXACT;
    mpq_t size;
    mpq_init(size);
    mpq_abs(size, d);
    int half = mpq_cmp_ui(size, 1, 2), one = mpq_cmp_ui(size, 1, 1);
    mpq_clear(size);
    bool cut = one < 0 && (mpq_sgn(d) < 0) == negative;
    return half <= 0  ? MATH_ROUNDING_ROUNDED
           : cut      ? MATH_ROUNDING_TRUNCATED
           : one <= 0 ? MATH_ROUNDING_NEAR
                      : MATH_ROUNDING_OTHER;
}

/* The same for a ball; UNKNOWN: a border lies in it. `two`: 2 |d|. */
static math_rounding rounding_of_ball(const arb_t d, bool negative) {
    arb_t two, bound;
    arb_init(two);
    arb_init(bound);
    arb_abs(two, d);
    arb_mul_2exp_si(two, two, 1);
    math_rounding rounding = MATH_ROUNDING_UNKNOWN;
    arb_one(bound);
    if (arb_lt(two, bound)) {
        rounding = MATH_ROUNDING_ROUNDED;
    } else if (arb_gt(two, bound)) {
        arb_set_ui(bound, 2);
        bool cut = negative ? arb_is_negative(d) : arb_is_positive(d);
        if (arb_lt(two, bound))
            rounding = cut ? MATH_ROUNDING_TRUNCATED : MATH_ROUNDING_NEAR;
        else if (arb_gt(two, bound))
            rounding = MATH_ROUNDING_OTHER;
    }
    arb_clear(two);
    arb_clear(bound);
    return rounding;
}

/* (value - decimal) / 10^last */
static void distance(mpq_t value, const mpq_t decimal, long last) {
    mpz_t ten;
    mpz_init(ten);
    mpz_ui_pow_ui(ten, 10, (unsigned long)labs(last));
    mpq_sub(value, value, decimal);
    if (last < 0)
        mpz_mul(mpq_numref(value), mpq_numref(value), ten);
    else
        mpz_mul(mpq_denref(value), mpq_denref(value), ten);
    mpq_canonicalize(value);
    mpz_clear(ten);
}

static math_rounding round_irrational(math_engine *engine, const math_node *exact, const mpq_t decimal, long last) {
    math_rounding rounding = MATH_ROUNDING_UNKNOWN;
    arb_t value, d, ten;
    fmpq_t q;
    arb_init(value);
    arb_init(d);
    arb_init(ten);
    fmpq_init(q);
    fmpq_set_mpq(q, decimal);
    for (int i = 0; i < PRECISIONS && rounding == MATH_ROUNDING_UNKNOWN; i++) {
        slong precision = precisions[i] + 4 * labs(last);
        if (!real_ball(engine, exact, precision, value)) continue;
        arb_set_fmpq(d, q, precision);
        arb_sub(d, value, d, precision);
        arb_ui_pow_ui(ten, 10, (ulong)labs(last), precision);
        (last < 0 ? arb_mul : arb_div)(d, d, ten, precision);
        if (!arb_contains_zero(value)) rounding = rounding_of_ball(d, arb_is_negative(value));
    }
    arb_clear(value);
    arb_clear(d);
    arb_clear(ten);
    fmpq_clear(q);
    return rounding;
}

math_rounding math_rounds(math_engine *engine, const math_node *decimal, const math_node *exact, int *digits) {
    bool negative = decimal->kind == MATH_NEGATE && decimal->kids == 1;
    const math_node *numeral = negative ? decimal->kid[0] : decimal;
    long last;
    *digits = 0;
    if (numeral->kind != MATH_NUMBER || !numeral_shape(numeral->text, digits, &last)) return MATH_ROUNDING_UNKNOWN;
    if (!math_is_constant(exact) || value_has_bare_log(exact) || !value_begin(engine)) return MATH_ROUNDING_UNKNOWN;
    math_rounding rounding = MATH_ROUNDING_UNKNOWN;
    mpq_t written, value;
    mpq_init(written);
    mpq_init(value);
    if (value_rational(engine, decimal, NULL, written) == VALUE_KNOWN) {
        if (value_rational(engine, exact, NULL, value) == VALUE_KNOWN) {
            bool below = mpq_sgn(value) < 0;
            distance(value, written, last);
            rounding = rounding_of_distance(value, below);
        } else {
            rounding = round_irrational(engine, exact, written, last);
            bool near = rounding == MATH_ROUNDING_ROUNDED || rounding == MATH_ROUNDING_UNKNOWN;
            if (near && math_equal(engine, decimal, exact).equal == CAIRN_VERDICT_RIGHT) rounding = MATH_ROUNDING_EXACT;
        }
    }
    mpq_clear(written);
    mpq_clear(value);
    return rounding;
}
