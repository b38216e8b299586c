/* When a shown value is the value: exact, rounded, cut, printed by a double, or another reading of units and per cent.
 */
#include <math.h>
#include <string.h>

#include "tool/arithmetic/equalities.h"
#include "tool/arithmetic/units.h"

enum { COMPARE_NOISE_DIGITS = 12, COMPARE_ROUND_DIGITS = 3 };

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
static cairn_equation_code compare_decimal(const calc_value *exact, const calc_value *value) {
    if (noise(exact, value)) return CAIRN_EQUATION_NOISE;
    if (value->digits == 0) return CAIRN_EQUATION_WRONG; /* 0.0 has no digit of a value that is not 0 */
    if (distance(exact->value, value->value, value->decimals, 1) <= 0) return CAIRN_EQUATION_ROUNDED;
    if (distance(exact->value, value->value, value->decimals, 2) >= 0) return CAIRN_EQUATION_WRONG;
    bool money = value->currency || exact->currency;
    if (smaller(value->value, exact->value)) return CAIRN_EQUATION_TRUNCATED;
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

cairn_equation_code chain_compare(const calc_value *left, const calc_value *right, bool approximate, bool strict) {
    if (mpq_equal(left->value, right->value)) return CAIRN_EQUATION_EXACT;
    bool turned = shown(left) && !shown(right);
    const calc_value *exact = turned ? right : left, *value = turned ? left : right;
    cairn_equation_code code = CAIRN_EQUATION_WRONG;
    if (shown(value) && approximate)
        code = compare_approximate(exact, value);
    else if (shown(value) && value->decimals > 0)
        code = compare_decimal(exact, value);
    else if (shown(value))
        code = compare_whole(exact, value, strict);
    else if ((left->fractional || right->fractional || approximate) &&
             relative_gap(left->value, right->value) < 0.005 && !(strict && calc_terminates(left->value)))
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

/* ---- links ---- */

/* "2 + 3 = 5 * 4": the right side begins with the left side's value. */
static bool running(calc *machine, const lex *tokens, const calc_value *left, const calc_value *right) {
    size_t at = right->from;
    while (at < right->stop && strchr("+-$", tokens->tokens[at].kind)) at++;
    if (right->operators == 0 || at >= right->stop || tokens->tokens[at].kind != LEX_NUMBER) return false;
    calc_value first;
    calc_value_open(&first);
    bool same = calc_range(machine, tokens, right->from, at + 1, NULL, CALC_WHOLE, CALC_WRITTEN, &first) == CAIRN_OK &&
                mpq_equal(first.value, left->value);
    calc_value_close(&first);
    return same;
}

/* Whether some other reading of the per cent signs makes the sides equal. */
static bool percent_slip(calc *machine, const lex *tokens, const chain_part *before, const chain_part *after,
                         const calc_names *names, const calc_value *left, const calc_value *right) {
    calc_value l, r;
    /* "48 = 100% + 20%": a side of nothing but percentages, of something that is not said */
    bool equal = (left->percents == left->literals && !right->percents) ||
                 (right->percents == right->literals && !left->percents);
    if (equal && left->operators > 0 && right->operators > 0) equal = false;
    calc_value_open(&l);
    calc_value_open(&r);
    for (int i = 0; i < CALC_PERCENT_READINGS * CALC_PERCENT_READINGS && !equal; i++) {
        if (!chain_side(machine, tokens, before, true, names, (calc_reading)(i / CALC_PERCENT_READINGS), &l) ||
            !chain_side(machine, tokens, after, false, names, (calc_reading)(i % CALC_PERCENT_READINGS), &r))
            continue;
        equal = chain_verdict(chain_compare(&l, &r, false, false)) == CAIRN_VERDICT_RIGHT;
    }
    if (!equal) { /* a factor of a hundred either way */
        mpq_set_ui(l.value, 100, 1);
        mpq_mul(r.value, right->value, l.value);
        equal = mpq_equal(left->value, r.value);
        mpq_mul(l.value, left->value, l.value);
        equal = equal || mpq_equal(l.value, right->value);
    }
    calc_value_close(&l);
    calc_value_close(&r);
    return equal;
}

/* Whether the sides are equal when fractions are divided as fractions: "60 / 3/4 = 80", "14 / 1 / 4 = 14 * 4". */
static bool fraction_slip(calc *machine, const lex *tokens, const chain_part *before, const chain_part *after,
                          const calc_names *names) {
    calc_value l, r;
    calc_value_open(&l);
    calc_value_open(&r);
    bool equal = chain_side(machine, tokens, before, true, names, CALC_FRACTIONS, &l) &&
                 chain_side(machine, tokens, after, false, names, CALC_FRACTIONS, &r) &&
                 chain_verdict(chain_compare(&l, &r, false, false)) == CAIRN_VERDICT_RIGHT;
    calc_value_close(&l);
    calc_value_close(&r);
    return equal;
}

/* "25 * 3 = $0.75": money on one side alone, in cents on the other. */
static bool cents(const calc_value *left, const calc_value *right) {
    if (left->currency == right->currency) return false;
    const calc_value *money = left->currency ? left : right, *other = left->currency ? right : left;
    mpq_t hundred;
    mpq_init(hundred);
    mpq_set_ui(hundred, 100, 1);
    mpq_mul(hundred, hundred, money->value);
    bool same = mpq_equal(hundred, other->value);
    mpq_clear(hundred);
    return same;
}

bool chain_judge(calc *machine, const lex *tokens, const chain_part *before, const chain_part *after,
                 const calc_names *names, bool strict, calc_value *left, calc_value *right, cairn_equation_code *out) {
    if (!chain_side(machine, tokens, before, true, names, CALC_WRITTEN, left) ||
        !chain_side(machine, tokens, after, false, names, CALC_WRITTEN, right))
        return false;
    *out = chain_compare(left, right, after->relation == LEX_APPROXIMATE, strict);
    if (chain_verdict(*out) == CAIRN_VERDICT_RIGHT) return true;
    if (left->percents + right->percents > 0 && percent_slip(machine, tokens, before, after, names, left, right))
        *out = CAIRN_EQUATION_PERCENT;
    bool divisions = !strict && (left->divisions || right->divisions);
    if (*out == CAIRN_EQUATION_WRONG && divisions && fraction_slip(machine, tokens, before, after, names))
        *out = CAIRN_EQUATION_DOUBTFUL;
    bool units = units_differ(tokens, left, right) || (!strict && cents(left, right));
    if (*out == CAIRN_EQUATION_WRONG && units) *out = CAIRN_EQUATION_DOUBTFUL;
    if (*out == CAIRN_EQUATION_WRONG && !strict && running(machine, tokens, left, right)) *out = CAIRN_EQUATION_RUNNING;
    return true;
}
