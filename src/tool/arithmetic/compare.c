/* When a shown value is the value: exact, rounded, cut, printed by a double, or another reading of units and per cent.
 */
#include <math.h>
#include <string.h>

#include "tool/arithmetic/equalities.h"
#include "tool/arithmetic/units.h"

enum { COMPARE_NOISE_DIGITS = 12, COMPARE_ROUND_DIGITS = 3 };
/* How far apart two computed sides may be that are rounded on the way, and two that are said to be near. */
static const double ROUNDED_GAP = 0.005, NEAR_GAP = 0.2;

/* A side that is one number, perhaps signed, as against one that was computed. */
static bool shown(const calc_value *side) {
    return side->operators == 0 && side->names == 0 && side->literals == 1;
}

/* |a - b| * 10^places against n/2: -1, 0 or 1. */
static int distance(const mpq_t a, const mpq_t b, int places, unsigned long halves) {
    mpq_t d, scale;
    mpq_init(d);
    mpq_init(scale);
    mpq_sub(d, a, b);
    mpq_abs(d, d);
    mpz_ui_pow_ui(mpq_numref(scale), 10, (unsigned long)places);
    mpq_mul(d, d, scale);
    int order = mpq_cmp_ui(d, halves, 2);
    mpq_clear(d);
    mpq_clear(scale);
    return order;
}

static bool smaller(const mpq_t a, const mpq_t b) {
    mpq_t x, y;
    mpq_init(x);
    mpq_init(y);
    mpq_abs(x, a);
    mpq_abs(y, b);
    bool less = mpq_cmp(x, y) < 0;
    mpq_clear(x);
    mpq_clear(y);
    return less;
}

/* Whether the difference is what double precision leaves after values as large as `most`. */
static bool noise(const calc_value *exact, const calc_value *value) {
    mpq_t d;
    mpq_init(d);
    mpq_sub(d, exact->value, value->value);
    double gap = fabs(mpq_get_d(d));
    mpq_clear(d);
    return value->digits >= COMPARE_NOISE_DIGITS && gap <= 16 * 0x1p-52 * exact->most;
}

static double relative_gap(const mpq_t a, const mpq_t b) {
    mpq_t d;
    mpq_init(d);
    mpq_sub(d, a, b);
    double scale = fmax(fabs(mpq_get_d(a)), fabs(mpq_get_d(b)));
    double gap = scale > 0 ? fabs(mpq_get_d(d)) / scale : 0;
    mpq_clear(d);
    return gap;
}

/* A decimal literal shown for an exact value that differs. */
static cairn_equation_code compare_decimal(const calc_value *exact, const calc_value *value, bool strict) {
    if (noise(exact, value)) return CAIRN_EQUATION_NOISE;
    if (value->digits == 0) return CAIRN_EQUATION_WRONG; /* 0.0 has no digit of a value that is not 0 */
    int half = distance(exact->value, value->value, value->decimals, 1);
    if (half < 0 || (half == 0 && (strict || !smaller(value->value, exact->value)))) return CAIRN_EQUATION_ROUNDED;
    if (distance(exact->value, value->value, value->decimals, 2) >= 0) return CAIRN_EQUATION_WRONG;
    bool money = value->currency || exact->currency;
    if (smaller(value->value, exact->value))
        return !strict && calc_terminates(exact->value) ? CAIRN_EQUATION_DOUBTFUL
                                                        : CAIRN_EQUATION_TRUNCATED; /* 1.25 * 3 = 3.7 */
    return money ? CAIRN_EQUATION_WHOLE : CAIRN_EQUATION_WRONG;
}

/* A whole literal shown for an exact value that differs. */
static cairn_equation_code compare_whole(const calc_value *exact, const calc_value *value, bool strict) {
    if (mpz_cmp_ui(mpq_denref(exact->value), 1) == 0 || distance(exact->value, value->value, 0, 2) >= 0)
        return CAIRN_EQUATION_WRONG;
    if (noise(exact, value)) return CAIRN_EQUATION_NOISE;
    if (strict) return CAIRN_EQUATION_WRONG;
    bool nearest = distance(exact->value, value->value, 0, 1) <= 0;
    return nearest && value->digits >= COMPARE_ROUND_DIGITS ? CAIRN_EQUATION_ROUNDED : CAIRN_EQUATION_WHOLE;
}

/* Within one unit of the last digit that is not a trailing zero. */
static cairn_equation_code compare_approximate(const calc_value *exact, const calc_value *value) {
    mpq_t unit, gap;
    mpq_init(unit);
    mpq_init(gap);
    mpq_set_ui(unit, 1, 1);
    mpz_ui_pow_ui(mpq_denref(unit), 10, (unsigned long)value->decimals);
    while (value->decimals == 0 && mpq_sgn(value->value) != 0) {
        mpz_mul_ui(mpq_numref(unit), mpq_numref(unit), 10);
        mpq_div(gap, value->value, unit);
        if (mpz_cmp_ui(mpq_denref(gap), 1) == 0) continue;
        mpz_divexact_ui(mpq_numref(unit), mpq_numref(unit), 10);
        break;
    }
    mpq_sub(gap, exact->value, value->value);
    mpq_abs(gap, gap);
    bool near = mpq_cmp(gap, unit) <= 0;
    mpq_clear(unit);
    mpq_clear(gap);
    if (near) return CAIRN_EQUATION_ROUNDED;
    return relative_gap(exact->value, value->value) > 0.1 ? CAIRN_EQUATION_WRONG : CAIRN_EQUATION_DOUBTFUL;
}

/* Sides that are said to be near. */
static cairn_equation_code compare_near(const calc_value *exact, const calc_value *value, bool turned) {
    cairn_equation_code code = shown(value) ? compare_approximate(exact, value) : CAIRN_EQUATION_WRONG;
    if (shown(value) && (!turned || code == CAIRN_EQUATION_ROUNDED)) return code;
    /* "47 * 21 ~ 50 * 20": no digits that it could be held to */
    return relative_gap(exact->value, value->value) < NEAR_GAP ? CAIRN_EQUATION_DOUBTFUL : CAIRN_EQUATION_WRONG;
}

cairn_equation_code chain_compare(const calc_value *left, const calc_value *right, bool approximate, bool strict) {
    if (mpq_equal(left->value, right->value)) return CAIRN_EQUATION_EXACT;
    bool turned = shown(left) && !shown(right);
    const calc_value *exact = turned ? right : left, *value = turned ? left : right;
    cairn_equation_code code = CAIRN_EQUATION_WRONG;
    if (approximate)
        code = compare_near(exact, value, turned);
    else if (shown(value) && value->decimals > 0)
        code = compare_decimal(exact, value, strict);
    else if (shown(value))
        code = compare_whole(exact, value, strict);
    else if ((left->fractional || right->fractional) && relative_gap(left->value, right->value) < ROUNDED_GAP &&
             !(strict && calc_terminates(left->value)))
        code = CAIRN_EQUATION_DOUBTFUL; /* rounded on the way */
    bool doubt = left->doubt || right->doubt || (!strict && (left->share || right->share));
    return doubt && chain_verdict(code) != CAIRN_VERDICT_RIGHT ? CAIRN_EQUATION_DOUBTFUL : code;
}

cairn_verdict chain_verdict(cairn_equation_code code) {
    switch (code) {
    case CAIRN_EQUATION_EXACT:
    case CAIRN_EQUATION_ROUNDED:
    case CAIRN_EQUATION_TRUNCATED:
    case CAIRN_EQUATION_NOISE:
        return CAIRN_VERDICT_RIGHT;
    case CAIRN_EQUATION_WRONG:
        return CAIRN_VERDICT_WRONG;
    default:
        return CAIRN_VERDICT_UNKNOWN;
    }
}

const char *cairn_equation_code_name(cairn_equation_code code) {
    static const char *const names[] = {"exact",   "rounded", "truncated", "noise",      "whole",
                                        "percent", "running", "doubtful",  "unparsable", "wrong"};
    return (unsigned)code < sizeof names / sizeof names[0] ? names[code] : "?";
}

bool chain_turned(const lex *tokens, const calc_value *left, const calc_value *right) {
    return calc_shows_number(tokens, left) && !calc_shows_number(tokens, right);
}
