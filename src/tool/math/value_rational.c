/* Exact rational values of trees. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tool/math/value_internal.h"

enum { FACTORIAL_MOST = 5000, EXPONENT_MOST = 10000 };

/* Counts the work on a value and refuses one beyond the bound. */
static value_status weigh(math_engine *engine, const mpq_t value) {
    size_t top = mpz_sizeinbase(mpq_numref(value), 2), bottom = mpz_sizeinbase(mpq_denref(value), 2);
    if (top > engine->bits_most || bottom > engine->bits_most) return VALUE_TOO_LARGE;
    int64_t limbs = (int64_t)(top + bottom) / 64;
    return value_spend(engine, 8 + limbs * limbs / 8) ? VALUE_KNOWN : VALUE_TOO_LARGE;
}

/* value *= 10^exponent */
static void scale(mpq_t value, long exponent) {
    mpz_t ten;
    mpz_init(ten);
    mpz_ui_pow_ui(ten, 10, (unsigned long)(exponent < 0 ? -exponent : exponent));
    if (exponent < 0)
        mpz_mul(mpq_denref(value), mpq_denref(value), ten);
    else
        mpz_mul(mpq_numref(value), mpq_numref(value), ten);
    mpz_clear(ten);
    mpq_canonicalize(value);
}

/* The digits of text[length] as one whole number, points left out. */
static bool digits_value(math_engine *engine, const char *text, size_t length, mpz_t out) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        if (text[i] != '.') engine->digits[count++] = text[i];
    engine->digits[count] = '\0';
    return count > 0 && mpz_set_str(out, engine->digits, 10) == 0;
}

value_status value_rational_numeral(math_engine *engine, const char *text, mpq_t out) {
    size_t plain = strspn(text, "0123456789."), at = plain;
    const char *dot = memchr(text, '.', plain), *repeat = NULL;
    size_t repeating = 0;
    if (text[at] == '(') {
        repeat = text + at + 1;
        repeating = strspn(repeat, "0123456789");
        if (repeating == 0 || repeat[repeating] != ')' || !dot) return VALUE_OTHER;
        at += repeating + 2;
    }
    long exponent = 0;
    if (text[at] == 'e' || text[at] == 'E') {
        const char *digit = text + at + 1 + (text[at + 1] == '-' || text[at + 1] == '+');
        if (!isdigit((unsigned char)*digit)) return VALUE_OTHER;
        for (; isdigit((unsigned char)*digit); digit++)
            if (exponent <= EXPONENT_MOST) exponent = exponent * 10 + (*digit - '0');
        if (*digit) return VALUE_OTHER;
        if (exponent > EXPONENT_MOST) return VALUE_TOO_LARGE;
        if (text[at + 1] == '-') exponent = -exponent;
    } else if (text[at]) {
        return VALUE_OTHER;
    }
    if (plain + repeating > VALUE_DIGITS_MOST) return VALUE_TOO_LARGE;
    if (plain < 18 && !dot && !repeat && exponent == 0) {
        mpq_set_ui(out, strtoul(text, NULL, 10), 1);
        return value_spend(engine, 4) && plain ? VALUE_KNOWN : VALUE_OTHER;
    }
    if (!digits_value(engine, text, plain, mpq_numref(out))) return VALUE_OTHER;
    mpz_set_ui(mpq_denref(out), 1);
    if (repeat) { /* 0.1(6) = 0.1 + 6 / (10^1 (10^1 - 1)): append 6 / 9 to the digits before the point is set */
        mpq_t part;
        mpq_init(part);
        if (digits_value(engine, repeat, repeating, mpq_numref(part))) {
            mpz_ui_pow_ui(mpq_denref(part), 10, repeating);
            mpz_sub_ui(mpq_denref(part), mpq_denref(part), 1);
            mpq_canonicalize(part);
            mpq_add(out, out, part);
        }
        mpq_clear(part);
    }
    long places = dot ? (long)(text + plain - dot) - 1 : 0;
    if (exponent - places) scale(out, exponent - places);
    return weigh(engine, out);
}

/* Digits in a base of 2 to 36; letters are digits from 10 on. */
static value_status based(math_engine *engine, const char *digits, const mpq_t base, mpq_t out) {
    if (mpz_cmp_ui(mpq_denref(base), 1) != 0 || mpz_cmp_ui(mpq_numref(base), 2) < 0 ||
        mpz_cmp_ui(mpq_numref(base), 36) > 0)
        return VALUE_OTHER;
    unsigned long radix = mpz_get_ui(mpq_numref(base));
    long places = -1;
    mpq_set_ui(out, 0, 1);
    if (strlen(digits) > 2000) return VALUE_TOO_LARGE;
    for (const char *c = digits; *c; c++) {
        if (*c == '.' && places < 0) {
            places = 0;
            continue;
        }
        int digit = isdigit((unsigned char)*c)   ? *c - '0'
                    : isalpha((unsigned char)*c) ? tolower((unsigned char)*c) - 'a' + 10
                                                 : 99;
        if ((unsigned long)digit >= radix) return VALUE_UNDEFINED;
        mpz_mul_ui(mpq_numref(out), mpq_numref(out), radix);
        mpz_add_ui(mpq_numref(out), mpq_numref(out), (unsigned long)digit);
        if (places >= 0) places++;
    }
    if (places > 0) {
        mpz_ui_pow_ui(mpq_denref(out), radix, (unsigned long)places);
        mpq_canonicalize(out);
    }
    return weigh(engine, out);
}

/* base = base^exponent for an exponent that is a whole number. */
static value_status power_whole(math_engine *engine, mpq_t base, const mpz_t exponent) {
    bool inverse = mpz_sgn(exponent) < 0;
    if (mpq_sgn(base) == 0) { /* 0^0 is a matter of convention */
        if (engine->names && mpz_sgn(exponent) == 0) mpq_set_ui(base, 1, 1);
        if (engine->names && mpz_sgn(exponent) == 0) return VALUE_KNOWN;
        return mpz_sgn(exponent) > 0 ? VALUE_KNOWN : VALUE_UNDEFINED;
    }
    size_t bits = mpz_sizeinbase(mpq_numref(base), 2), other = mpz_sizeinbase(mpq_denref(base), 2);
    if (other > bits) bits = other;
    bool small = mpz_cmpabs_ui(exponent, VALUE_BITS_MOST) <= 0;
    unsigned long n = small ? mpz_get_ui(exponent) : mpz_odd_p(exponent) ? 3 : 2;
    if (bits > 1 && (!small || (bits - 1) * n > engine->bits_most)) return VALUE_TOO_LARGE;
    mpz_pow_ui(mpq_numref(base), mpq_numref(base), n);
    mpz_pow_ui(mpq_denref(base), mpq_denref(base), n);
    if (inverse) mpq_inv(base, base);
    return weigh(engine, base);
}

/* value = the real root of a whole degree, where it is rational; of a negative value for an odd degree. */
static value_status root(math_engine *engine, mpq_t value, const mpq_t degree) {
    if (mpz_cmp_ui(mpq_denref(degree), 1) != 0 || mpz_cmp_ui(mpq_numref(degree), 0) <= 0 ||
        mpz_cmp_ui(mpq_numref(degree), EXPONENT_MOST) > 0)
        return VALUE_OTHER;
    unsigned long n = mpz_get_ui(mpq_numref(degree));
    if (mpq_sgn(value) < 0 && n % 2 == 0) return VALUE_OTHER;
    bool exact = mpz_root(mpq_numref(value), mpq_numref(value), n) != 0;
    exact = exact && mpz_root(mpq_denref(value), mpq_denref(value), n) != 0;
    if (!exact) return VALUE_OTHER;
    return weigh(engine, value);
}

static value_status power(math_engine *engine, mpq_t base, const mpq_t exponent) {
    if (mpz_cmp_ui(mpq_denref(exponent), 1) == 0) return power_whole(engine, base, mpq_numref(exponent));
    if (mpq_sgn(base) <= 0) return VALUE_OTHER;
    mpq_t degree;
    mpq_init(degree);
    mpq_set_z(degree, mpq_denref(exponent));
    value_status status = root(engine, base, degree);
    mpq_clear(degree);
    return status == VALUE_KNOWN ? power_whole(engine, base, mpq_numref(exponent)) : status;
}

static bool whole(const mpq_t value) {
    return mpz_cmp_ui(mpq_denref(value), 1) == 0;
}

value_status value_rational_factorial(math_engine *engine, const mpq_t argument, bool twice, mpq_t out) {
    if (!whole(argument)) return VALUE_OTHER;
    if (mpz_sgn(mpq_numref(argument)) < 0) return VALUE_UNDEFINED;
    if (mpz_cmp_ui(mpq_numref(argument), FACTORIAL_MOST) > 0) return VALUE_TOO_LARGE;
    unsigned long n = mpz_get_ui(mpq_numref(argument));
    if (twice)
        mpz_2fac_ui(mpq_numref(out), n);
    else
        mpz_fac_ui(mpq_numref(out), n);
    mpz_set_ui(mpq_denref(out), 1);
    return weigh(engine, out);
}

/* n (n - 1) ... (n - k + 1) / k! for whole n and k */
static value_status binomial(math_engine *engine, const mpq_t n, const mpq_t k, mpq_t out) {
    if (!whole(n) || !whole(k)) return VALUE_OTHER;
    if (mpz_sgn(mpq_numref(n)) < 0 || mpz_sgn(mpq_numref(k)) < 0) return VALUE_OTHER;
    mpz_set_ui(mpq_denref(out), 1);
    if (mpz_cmp(mpq_numref(k), mpq_numref(n)) > 0) {
        mpq_set_ui(out, 0, 1);
        return VALUE_KNOWN;
    }
    mpz_t least;
    mpz_init(least);
    mpz_sub(least, mpq_numref(n), mpq_numref(k));
    if (mpz_cmp(least, mpq_numref(k)) > 0) mpz_set(least, mpq_numref(k));
    bool small = mpz_cmp_ui(least, FACTORIAL_MOST) <= 0 &&
                 mpz_sizeinbase(mpq_numref(n), 2) * mpz_get_ui(least) < VALUE_BITS_MOST;
    if (small) mpz_bin_ui(mpq_numref(out), mpq_numref(n), mpz_get_ui(least));
    mpz_clear(least);
    return small ? weigh(engine, out) : VALUE_TOO_LARGE;
}

static value_status modulo(math_engine *engine, const mpq_t a, const mpq_t m, mpq_t out) {
    if (!whole(a) || !whole(m) || mpq_sgn(m) <= 0) return VALUE_OTHER;
    mpz_fdiv_r(mpq_numref(out), mpq_numref(a), mpq_numref(m));
    mpz_set_ui(mpq_denref(out), 1);
    return weigh(engine, out);
}

value_status value_rational_call(math_engine *engine, const char *name, const mpq_t *arguments, uint32_t count,
                                 mpq_t out) {
    if (count == 0) return VALUE_OTHER;
    if (count == 2 && (strcmp(name, "binomial") == 0 || strcmp(name, "binom") == 0))
        return binomial(engine, arguments[0], arguments[1], out);
    if (count == 2 && strcmp(name, "mod") == 0) return modulo(engine, arguments[0], arguments[1], out);
    bool greatest = strcmp(name, "gcd") == 0, least = strcmp(name, "lcm") == 0, most = strcmp(name, "max") == 0;
    if (!greatest && !least && !most && strcmp(name, "min") != 0) return VALUE_OTHER;
    mpq_set(out, arguments[0]);
    for (uint32_t i = 0; i < count; i++) {
        if (greatest || least) {
            if (!whole(arguments[i])) return VALUE_OTHER;
            (greatest ? mpz_gcd : mpz_lcm)(mpq_numref(out), mpq_numref(out), mpq_numref(arguments[i]));
        } else if ((mpq_cmp(arguments[i], out) > 0) == most) {
            mpq_set(out, arguments[i]);
        }
        value_status status = weigh(engine, out);
        if (status != VALUE_KNOWN) return status;
    }
    return VALUE_KNOWN;
}

/* The remainder of base^exponent, which need not be written out: 3^(10^6) mod 7. */
static value_status power_modulo(math_engine *engine, const math_node *power, const math_node *by,
                                 const value_point *point, mpq_t out) {
    mpq_t exponent, modulus;
    mpq_init(exponent);
    mpq_init(modulus);
    value_status status = value_rational(engine, power->kid[0], point, out);
    if (status == VALUE_KNOWN) status = value_rational(engine, power->kid[1], point, exponent);
    if (status == VALUE_KNOWN) status = value_rational(engine, by, point, modulus);
    bool usual = status == VALUE_KNOWN && whole(out) && whole(exponent) && whole(modulus) && mpq_sgn(exponent) > 0 &&
                 mpq_sgn(modulus) > 0;
    if (status == VALUE_KNOWN && !usual) status = VALUE_OTHER;
    size_t bits = usual ? mpz_sizeinbase(mpq_numref(exponent), 2) : 0;
    size_t words = usual ? mpz_sizeinbase(mpq_numref(modulus), 2) / 64 + 1 : 0;
    if (usual && (words > 64 || !value_spend(engine, (int64_t)(bits * (4 + words * words))))) status = VALUE_TOO_LARGE;
    if (status == VALUE_KNOWN) mpz_powm(mpq_numref(out), mpq_numref(out), mpq_numref(exponent), mpq_numref(modulus));
    mpq_clear(modulus);
    mpq_clear(exponent);
    return status;
}

static value_status call(math_engine *engine, const math_node *node, const value_point *point, mpq_t out) {
    enum { ARGUMENTS_MOST = 16 };
    if (node->kids == 0 || node->kids > ARGUMENTS_MOST) return VALUE_OTHER;
    if (node->kids == 2 && strcmp(node->text, "mod") == 0 && node->kid[0]->kind == MATH_POWER &&
        node->kid[0]->kids == 2)
        return power_modulo(engine, node->kid[0], node->kid[1], point, out);
    mpq_t arguments[ARGUMENTS_MOST];
    value_status status = VALUE_KNOWN;
    uint32_t made = 0;
    while (made < node->kids && status == VALUE_KNOWN) {
        mpq_init(arguments[made]);
        status = value_rational(engine, node->kid[made], point, arguments[made]);
        made++;
    }
    if (status == VALUE_KNOWN)
        status = value_rational_call(engine, node->text, (const mpq_t *)arguments, node->kids, out);
    for (uint32_t i = 0; i < made; i++) mpq_clear(arguments[i]);
    return status;
}

/* Sums, products and quotients, from left to right. */
static value_status fold(math_engine *engine, const math_node *node, const value_point *point, mpq_t out) {
    mpq_t right;
    value_status status = value_rational(engine, node->kid[0], point, out);
    if (node->kids == 1 || status != VALUE_KNOWN) return status;
    mpq_init(right);
    for (uint32_t i = 1; i < node->kids && status == VALUE_KNOWN; i++) {
        status = value_rational(engine, node->kid[i], point, right);
        if (status != VALUE_KNOWN) break;
        if (node->kind == MATH_SUM || node->kind == MATH_MIXED)
            mpq_add(out, out, right);
        else if (node->kind == MATH_PRODUCT)
            mpq_mul(out, out, right);
        else if (node->kind == MATH_POWER)
            status = power(engine, out, right);
        else if (node->kind == MATH_ROOT)
            status = root(engine, out, right);
        else if (mpq_sgn(right) != 0)
            mpq_div(out, out, right);
        else
            status = VALUE_UNDEFINED;
        if (status == VALUE_KNOWN) status = weigh(engine, out);
    }
    mpq_clear(right);
    return status;
}

static value_status unary(math_engine *engine, const math_node *node, const value_point *point, mpq_t out) {
    value_status status = value_rational(engine, node->kid[0], point, out);
    if (status != VALUE_KNOWN) return status;
    switch (node->kind) {
    case MATH_NEGATE:
        mpq_neg(out, out);
        return VALUE_KNOWN;
    case MATH_ABS:
        mpq_abs(out, out);
        return VALUE_KNOWN;
    case MATH_FLOOR:
        mpz_fdiv_q(mpq_numref(out), mpq_numref(out), mpq_denref(out));
        mpz_set_ui(mpq_denref(out), 1);
        return VALUE_KNOWN;
    case MATH_CEILING:
        mpz_cdiv_q(mpq_numref(out), mpq_numref(out), mpq_denref(out));
        mpz_set_ui(mpq_denref(out), 1);
        return VALUE_KNOWN;
    case MATH_PERCENT:
        scale(out, -2);
        return weigh(engine, out);
    case MATH_DEGREES: /* a multiple of pi, rational for 0 alone */
        return mpq_sgn(out) == 0 ? VALUE_KNOWN : VALUE_OTHER;
    default: {
        mpq_t argument;
        mpq_init(argument);
        mpq_set(argument, out);
        status = value_rational_factorial(engine, argument, node->flags & MATH_FLAG_DOUBLE, out);
        mpq_clear(argument);
        return status;
    }
    }
}

static value_status name(const math_engine *engine, const char *text, const value_point *point, mpq_t out) {
    mpq_srcptr known = engine->names ? engine->names->value(engine->names->table, text) : NULL;
    if (known) {
        mpq_set(out, known);
        return VALUE_KNOWN;
    }
    if (!point || !point->names) return VALUE_OTHER;
    for (uint32_t i = 0; i < point->names->count; i++)
        if (strcmp(point->names->name[i], text) == 0) {
            mpq_set(out, point->at[i]);
            return VALUE_KNOWN;
        }
    return VALUE_OTHER;
}

static value_status exact(math_engine *engine, const math_node *node, const value_point *point, mpq_t out) {
    switch (node->kind) {
    case MATH_NUMBER:
        return value_rational_numeral(engine, node->text, out);
    case MATH_NAME:
        return name(engine, node->text, point, out);
    case MATH_SUM:
    case MATH_PRODUCT:
    case MATH_QUOTIENT:
    case MATH_MIXED:
    case MATH_POWER:
    case MATH_ROOT:
        return node->kids ? fold(engine, node, point, out) : VALUE_NOT;
    case MATH_NEGATE:
    case MATH_ABS:
    case MATH_FLOOR:
    case MATH_CEILING:
    case MATH_PERCENT:
    case MATH_DEGREES:
    case MATH_FACTORIAL:
        return node->kids == 1 ? unary(engine, node, point, out) : VALUE_NOT;
    case MATH_BASED: {
        mpq_t base;
        mpq_init(base);
        value_status status = node->kids == 1 ? value_rational(engine, node->kid[0], point, base) : VALUE_NOT;
        if (status == VALUE_KNOWN) status = based(engine, node->text, base, out);
        mpq_clear(base);
        return status;
    }
    case MATH_CALL:
        return call(engine, node, point, out);
    default:
        return VALUE_NOT;
    }
}

value_status value_rational(math_engine *engine, const math_node *node, const value_point *point, mpq_t out) {
    value_status status = exact(engine, node, point, out);
    if (status != VALUE_KNOWN && !engine->stopped) engine->stopped = node;
    return status;
}
