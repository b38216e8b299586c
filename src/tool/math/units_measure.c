/* Trees of units, measured. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/maths.h"
#include "tool/math/units.h"

enum { NOUN_MOST = 32, POWER_MOST = 100, ALONE_MOST = 128 };

void math_measure_open(math_measure *out) {
    memset(out, 0, sizeof *out);
    mpq_init(out->size);
    mpq_set_ui(out->size, 1, 1);
}

void math_measure_close(math_measure *measure) {
    mpq_clear(measure->size);
}

/* size * (over / under * 10^tens)^power. */
static void scale(mpq_t size, uint64_t over, uint64_t under, int tens, int power) {
    mpq_t step;
    mpq_init(step);
    mpz_ui_pow_ui(mpq_numref(step), 10, (unsigned long)(tens < 0 ? -tens : tens));
    if (tens < 0) mpq_inv(step, step);
    mpz_mul_ui(mpq_numref(step), mpq_numref(step), over);
    mpz_mul_ui(mpq_denref(step), mpq_denref(step), under);
    mpq_canonicalize(step);
    if (power < 0) mpq_inv(step, step);
    for (int i = power > 0 ? power : -power; i > 0; i--) mpq_mul(size, size, step);
    mpq_clear(step);
}

/* Lower case and singular: "Apples" and "apple" are one noun, so are "boxes" and "box". */
static void singular_noun(const char *text, char out[NOUN_MOST]) {
    size_t n = 0;
    for (; text[n] && n + 1 < NOUN_MOST; n++)
        out[n] = text[n] >= 'A' && text[n] <= 'Z' ? (char)(text[n] - 'A' + 'a') : text[n];
    out[n] = '\0';
    if (n > 4 && strcmp(out + n - 3, "ies") == 0)
        strcpy(out + n - 3, "y");
    else if (n > 4 &&
             (strcmp(out + n - 3, "xes") == 0 || strcmp(out + n - 3, "hes") == 0 || strcmp(out + n - 3, "ses") == 0))
        out[n - 2] = '\0';
    else if (n > 2 && out[n - 1] == 's' && out[n - 2] != 's')
        out[n - 1] = '\0';
    else if (strcmp(out, "people") == 0)
        strcpy(out, "person");
    else if (strcmp(out, "children") == 0)
        strcpy(out, "child");
}

static bool add_noun(const char *text, int power, math_measure *out) {
    char noun[NOUN_MOST], tail[8] = "";
    size_t held = strlen(out->noun);
    singular_noun(text, noun);
    if (power != 1) snprintf(tail, sizeof tail, "^%d", power);
    if (held + strlen(noun) + strlen(tail) + 2 > sizeof out->noun) return false;
    if (held) out->noun[held++] = ' ';
    strcpy(out->noun + held, noun);
    strcat(out->noun, tail);
    return true;
}

static bool measure(const math_node *unit, int power, math_measure *out) {
    math_unit found;
    int exponent;
    switch (unit->kind) {
    case MATH_NAME:
    case MATH_TEXT:
        if (!math_unit_find(unit->text, strlen(unit->text), &found)) return add_noun(unit->text, power, out);
        scale(out->size, found.over, found.under, found.tens, power);
        out->varies |= found.varies;
        for (int i = 0; i < MATH_DIMENSIONS; i++) {
            out->measures |= found.power[i] != 0;
            out->power[i] += power * found.power[i];
            out->other[i] += power * found.other[i];
        }
        return true;
    case MATH_PRODUCT:
        for (uint32_t i = 0; i < unit->kids; i++)
            if (!measure(unit->kid[i], power, out)) return false;
        return true;
    case MATH_QUOTIENT:
        return measure(unit->kid[0], power, out) && measure(unit->kid[1], -power, out);
    case MATH_NUMBER: /* 1 / s */
        return strcmp(unit->text, "1") == 0;
    case MATH_POWER: {
        const math_node *raised = unit->kid[1];
        bool negative = raised->kind == MATH_NEGATE;
        if (negative) raised = raised->kid[0];
        if (raised->kind != MATH_NUMBER || strlen(raised->text) != 1 || *raised->text < '0' || *raised->text > '9')
            return false;
        exponent = (negative ? -1 : 1) * (*raised->text - '0') * power;
        return exponent <= POWER_MOST && exponent >= -POWER_MOST && exponent != 0 &&
               measure(unit->kid[0], exponent, out);
    }
    default:
        return false;
    }
}

bool math_measure_unit(const math_node *unit, math_measure *out) {
    return measure(unit, 1, out);
}

bool math_measure_alike(const math_measure *a, const math_measure *b) {
    return memcmp(a->power, b->power, sizeof a->power) == 0;
}

bool math_measure_alike_otherwise(const math_measure *a, const math_measure *b) {
    return memcmp(a->other, b->power, sizeof a->power) == 0 || memcmp(a->power, b->other, sizeof a->power) == 0 ||
           memcmp(a->other, b->other, sizeof a->power) == 0;
}

bool math_measure_plain(const math_measure *measured) {
    return !measured->measures && !*measured->noun;
}

/* Whether `ratio` is the `power`-th power of a ratio of two units that are the dimension's alone. */
static bool ratio_within(int dimension, int power, const mpq_t ratio) {
    math_unit unit, alone[ALONE_MOST];
    double size[ALONE_MOST], wanted = mpq_get_d(ratio);
    int count = 0;
    for (size_t i = 0; math_unit_at(i, &unit) && count < ALONE_MOST; i++) {
        int8_t only[MATH_DIMENSIONS] = {0};
        only[dimension] = unit.power[dimension];
        if (!only[dimension] || power % only[dimension] != 0 || memcmp(only, unit.power, sizeof only) != 0) continue;
        double of_one = (double)unit.over / (double)unit.under * maths_pow(10, unit.tens);
        size[count] = maths_pow(of_one, power / only[dimension]);
        alone[count++] = unit;
    }
    mpq_t step;
    bool found = false;
    mpq_init(step);
    for (int i = 0; i < count * count && !found; i++) {
        const math_unit *a = &alone[i / count], *b = &alone[i % count];
        if (fabs(size[i / count] / size[i % count] - wanted) > 1e-9 * wanted) continue;
        mpq_set_ui(step, 1, 1);
        scale(step, a->over, a->under, a->tens, power / a->power[dimension]);
        scale(step, b->under, b->over, -b->tens, power / b->power[dimension]);
        found = mpq_equal(step, ratio) != 0;
    }
    mpq_clear(step);
    return found;
}

bool math_measure_ratio(const math_measure *measured, const mpq_t ratio) {
    static const unsigned decimal[] = {10, 100, 1000, 10000, 100000, 1000000};
    mpq_t inverse;
    bool found = false;
    if (mpq_sgn(ratio) <= 0) return false;
    mpq_init(inverse);
    mpq_inv(inverse, ratio);
    for (size_t i = 0; i < sizeof decimal / sizeof decimal[0] && !found; i++)
        found = mpq_cmp_ui(ratio, decimal[i], 1) == 0 || mpq_cmp_ui(inverse, decimal[i], 1) == 0;
    for (int i = 0; i < MATH_DIMENSIONS && !found; i++)
        if (measured->power[i]) found = ratio_within(i, measured->power[i], ratio);
    mpq_clear(inverse);
    return found;
}
