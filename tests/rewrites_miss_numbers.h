/* Near misses: numbers, signs, factors, fractions, roots and powers that differ a little. */
#ifndef CAIRN_TESTS_REWRITES_MISS_NUMBERS_H
#define CAIRN_TESTS_REWRITES_MISS_NUMBERS_H

#include "rewrites.h"

/* ---- numbers --------------------------------------------------------------------------------------------------- */

/* First or last run of digits, at most 9 of them. Not \frac12, where two digits are two arguments. */
static bool digits_run(const char *s, bool last, piece *out) {
    out->length = 0;
    for (const char *t = s; *t; t++) {
        int n = (int)strspn(t, "0123456789");
        bool arguments = (t - s >= 5 && strncmp(t - 5, "\\frac", 5) == 0) || strncmp(s, "\\frac ", 6) == 0;
        if (n > 0 && n < 10 && !arguments && (last || !out->length)) *out = (piece){t, n};
        if (n > 0) t += n - 1;
    }
    return out->length > 0;
}

static void put_number_in_place(draft *out, const char *s, piece run, long number) {
    put(out, "%.*s%ld%s", (int)(run.at - s), s, number, run.at + run.length);
}

static bool last_number_plus_1(const char *s, draft *out) {
    piece run;
    long n;
    if (!digits_run(s, true, &run) || !piece_number(run, &n) || *run.at == '0') return false;
    put_number_in_place(out, s, run, n + 1);
    return true;
}

static bool first_number_plus_1(const char *s, draft *out) {
    piece run;
    long n;
    if (!digits_run(s, false, &run) || !piece_number(run, &n) || *run.at == '0') return false;
    put_number_in_place(out, s, run, n + 1);
    return true;
}

static bool first_digit_changed(const char *s, draft *out) {
    const char *t = strpbrk(s, "123456789");
    if (t) put(out, "%.*s%c%s", (int)(t - s), s, '1' + (*t - '0') % 9, t + 1);
    return t != NULL;
}

static bool integer_minus_1(const char *s, draft *out) {
    long n;
    if (!whole_integer(s, &n)) return false;
    put(out, "%ld", n - 1);
    return true;
}

static bool digits_exchanged(const char *s, draft *out) {
    long n;
    size_t length = strlen(s);
    if (!whole_integer(s, &n) || length < 2 || !isdigit((unsigned char)s[length - 2])) return false;
    put(out, "%.*s%c%c", (int)length - 2, s, s[length - 1], s[length - 2]);
    return s[length - 1] != s[length - 2];
}

static bool last_digit_dropped(const char *s, draft *out) {
    long n;
    if (!whole_integer(s, &n) || n < 10) return false;
    put(out, "%ld", n / 10);
    return true;
}

static bool point_moved(const char *s, draft *out) {
    piece before, after;
    if (!whole_decimal(s, &before, &after) || after.length < 2) return false;
    put(out, "%.*s%c.%s", before.length, before.at, *after.at, after.at + 1);
    return true;
}

static bool point_put(const char *s, draft *out) {
    long n;
    if (!whole_integer(s, &n) || n < 10) return false;
    put(out, "%ld.%ld", n / 10, n % 10);
    return true;
}

static bool point_removed(const char *s, draft *out) {
    piece before, after;
    if (!whole_decimal(s, &before, &after)) return false;
    put(out, "%.*s%.*s", before.length, before.at, after.length, after.at);
    return true;
}

static bool digits_split(const char *s, draft *out) {
    long n;
    if (!whole_integer(s, &n) || n < 10) return false;
    put(out, "%ld %ld", n / 10, n % 10);
    return true;
}

static bool factorial(const char *s, draft *out) {
    long n;
    put(out, "%s!", s);
    return whole_integer(s, &n) && (n == 0 || n > 2);
}

static bool hundredfold(const char *s, draft *out) {
    long n;
    put(out, "%s00", s);
    return whole_integer(s, &n) && n;
}

/* ---- signs, factors and terms ---------------------------------------------------------------------------------- */

static bool is_zero(const char *s) {
    return strcmp(s, "0") == 0;
}

static bool sign_flipped(const char *s, draft *out) {
    if (!single_value(s) || is_zero(s)) return false;
    put(out, "-(%s)", s);
    return true;
}

/* The sign of the first term, which stands at the beginning or after a bracket. */
static bool first_sign_flipped(const char *s, draft *out) {
    const char *t = s + strcspn(s, "-0123456789\\abcdefghijklmnopqrstuvwxyz");
    if (strpbrk(s, "=_&") || strstr(s, "\\infty") || strncmp(t, "\\text", 5) == 0 || strstr(s, "\\in")) return false;
    if (*t == '0' || *s == '.' || strncmp(t, "\\{", 2) == 0 || strncmp(t, "\\left", 5) == 0 ||
        strncmp(t, "\\$", 2) == 0)
        return false;
    put(out, *t == '-' ? "%.*s%s" : "%.*s-%s", (int)(t - s), s, *t == '-' ? t + 1 : t);
    return true;
}

static bool value_plus_1(const char *s, draft *out) {
    return put(out, "%s + 1", s), single_value(s);
}
static bool value_doubled(const char *s, draft *out) {
    return put(out, "2(%s)", s), single_value(s) && !is_zero(s);
}

static bool value_halved(const char *s, draft *out) {
    return put(out, "\\frac{%s}{2}", s), single_value(s) && !is_zero(s);
}

static bool value_squared(const char *s, draft *out) {
    return put(out, "(%s)^2", s), single_value(s) && !is_zero(s) && strcmp(s, "1") != 0;
}

static bool integer_inverted(const char *s, draft *out) {
    long n;
    put(out, "\\frac{1}{%s}", s);
    return whole_integer(s, &n) && n > 1;
}

static bool term_dropped(const char *s, draft *out) {
    piece term[PIECES_MOST];
    int n = terms(s, term);
    if (n > 1) put(out, "%.*s", (int)(term[n - 1].at - s), s);
    return n > 1;
}

static bool inner_sign_flipped(const char *s, draft *out) {
    piece term[PIECES_MOST];
    int n = terms(s, term);
    if (n < 2) return false;
    put(out, "%.*s%c%.*s", (int)(term[n - 1].at - s), s, *term[n - 1].at == '+' ? '-' : '+', term[n - 1].length - 1,
        term[n - 1].at + 1);
    return true;
}

static bool coefficient_dropped(const char *s, draft *out) {
    size_t n = strspn(s, "0123456789");
    const char *rest = s + n + strspn(s + n, " ");
    if (!n || !single_value(s) || !(isalpha((unsigned char)*rest) || *rest == '\\') || at_command(rest, "\\frac"))
        return false;
    put(out, "%s", rest);
    return atol(s) != 1;
}

static bool plus_minus_dropped(const char *s, draft *out) {
    return exchange(s, "\\pm", "+", out);
}

/* ---- fractions ------------------------------------------------------------------------------------------------- */

static bool frac_inverted(const char *s, draft *out) {
    bool minus;
    long a, b;
    if (!whole_fraction(s, &minus, &a, &b) || a == b) return false;
    put(out, "%s\\frac{%ld}{%ld}", minus ? "-" : "", b, a);
    return true;
}

static bool numerator_plus_1(const char *s, draft *out) {
    bool minus;
    long a, b;
    if (!whole_fraction(s, &minus, &a, &b)) return false;
    put(out, "%s%ld/%ld", minus ? "-" : "", a + 1, b);
    return true;
}

static bool frac_as_whole(const char *s, draft *out) {
    bool minus;
    long a, b;
    if (!whole_fraction(s, &minus, &a, &b) || a % b == 0) return false;
    put(out, "%ld", a / b);
    return true;
}

static bool frac_as_complement(const char *s, draft *out) {
    bool minus;
    long a, b;
    if (!whole_fraction(s, &minus, &a, &b) || 2 * a == b || minus) return false;
    put(out, "\\frac{%ld}{%ld}", b - a, b);
    return true;
}

static bool frac_as_ratio_of_digits(const char *s, draft *out) {
    bool minus;
    long a, b;
    if (!whole_fraction(s, &minus, &a, &b)) return false;
    put(out, "%ld.%ld", a, b);
    return true;
}

static bool mixed_whole_dropped(const char *s, draft *out) {
    const char *frac = strstr(s, "\\frac");
    long whole;
    if (!frac || !piece_number(trimmed(s, frac), &whole)) return false;
    put(out, "%s", frac);
    return true;
}

/* ---- roots, powers and constants ------------------------------------------------------------------------------- */

static bool radicand_plus_1(const char *s, draft *out) {
    const char *root = find_command(s, "\\sqrt"), *end;
    piece inside;
    long n;
    if (!root || !(end = argument(root + 5, &inside)) || !piece_number(inside, &n)) return false;
    put(out, "%.*s\\sqrt{%ld}%s", (int)(root - s), s, n + 1, end);
    return true;
}

static bool root_dropped(const char *s, draft *out) {
    const char *root = find_command(s, "\\sqrt"), *end;
    piece inside;
    if (!root || !(end = argument(root + 5, &inside))) return false;
    put(out, "%.*s(%.*s)%s", (int)(root - s), s, inside.length, inside.at, end);
    return true;
}

static bool root_as_cube_root(const char *s, draft *out) {
    return exchange(s, "\\sqrt", "\\sqrt[3]", out);
}

static bool exponent_plus_1(const char *s, draft *out) {
    const char *power = strchr(s, '^');
    if (!power || !isdigit((unsigned char)power[1]) || power[1] == '9') return false;
    put(out, "%.*s^%c%s", (int)(power - s), s, power[1] + 1, power + 2);
    return true;
}

static bool exponent_as_factor(const char *s, draft *out) {
    const char *power = strchr(s, '^');
    if (!power || !isdigit((unsigned char)power[1]) || !single_value(s)) return false;
    put(out, "%.*s \\cdot %s", (int)(power - s), s, power + 1);
    return true;
}

static bool pi_dropped(const char *s, draft *out) {
    return exchange_command(s, "\\pi", "(1)", out);
}
static bool pi_rounded(const char *s, draft *out) {
    return exchange_command(s, "\\pi", "(3)", out);
}

static bool complex_conjugate(const char *s, draft *out) {
    size_t n = strlen(s);
    const char *sign = n > 2 && s[n - 1] == 'i' && !isalpha((unsigned char)s[n - 2]) ? strpbrk(s + 1, "+-") : NULL;
    if (sign) put(out, "%.*s%c%s", (int)(sign - s), s, *sign == '+' ? '-' : '+', sign + 1);
    return sign != NULL;
}

static bool imaginary_dropped(const char *s, draft *out) {
    size_t n = strlen(s);
    if (n < 3 || s[n - 1] != 'i' || isalpha((unsigned char)s[n - 2]) || !strpbrk(s + 1, "+-")) return false;
    put(out, "%.*s", (int)n - 1, s);
    return true;
}

static const kind MISS_NUMBERS[] = {
    {"last number + 1", last_number_plus_1},
    {"first number + 1", first_number_plus_1},
    {"first digit changed", first_digit_changed},
    {"integer - 1", integer_minus_1},
    {"digits exchanged", digits_exchanged},
    {"last digit dropped", last_digit_dropped},
    {"point moved", point_moved},
    {"point put", point_put},
    {"point removed", point_removed},
    {"factorial", factorial},
    {"hundredfold", hundredfold},
    {"sign flipped", sign_flipped},
    {"first sign flipped", first_sign_flipped},
    {"value + 1", value_plus_1},
    {"value doubled", value_doubled},
    {"value halved", value_halved},
    {"value squared", value_squared},
    {"integer inverted", integer_inverted},
    {"term dropped", term_dropped},
    {"inner sign flipped", inner_sign_flipped},
    {"coefficient dropped", coefficient_dropped},
    {"plus-minus dropped", plus_minus_dropped},
    {"frac inverted", frac_inverted},
    {"numerator + 1", numerator_plus_1},
    {"frac as whole part", frac_as_whole},
    {"frac as complement", frac_as_complement},
    {"frac as its digits", frac_as_ratio_of_digits},
    {"mixed number's whole dropped", mixed_whole_dropped},
    {"radicand + 1", radicand_plus_1},
    {"root dropped", root_dropped},
    {"root as cube root", root_as_cube_root},
    {"exponent + 1", exponent_plus_1},
    {"exponent as factor", exponent_as_factor},
    {"pi dropped", pi_dropped},
    {"pi as 3", pi_rounded},
    {"complex conjugate", complex_conjugate},
    {"imaginary unit dropped", imaginary_dropped},
};

/* This leaves room for another reading: not right, and perhaps undecided. */
static const kind DOUBTFUL_NUMBERS[] = {
    {"digits split by a blank", digits_split},
};

#endif
