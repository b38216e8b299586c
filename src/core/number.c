/* Numbers as text, whatever the locale. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/core.h"

/* strtod in the C locale, which newlocale gives without allocating. */
static cairn_status read_c_double(const char *text, double *out) {
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c_locale) return CAIRN_NO_MEMORY;
    *out = strtod_l(text, NULL, c_locale);
    freelocale(c_locale);
    return CAIRN_OK;
}

/* ---- write ------------------------------------------------------------------------------------------------------------- */

/* Puts a point where the locale has another sign. */
static void copy_with_point(const char *local, char out[32]) {
    size_t n = 0;
    bool point = false;
    for (const char *p = local; *p && n < 31; p++) {
        bool plain = (*p >= '0' && *p <= '9') || *p == '-' || *p == '+' || *p == 'e';
        if (plain || !point) out[n++] = plain ? *p : '.';
        point |= !plain;
    }
    out[n] = 0;
}

/* Writes that many digits, less zeros at their end. True when they read back as `value`. */
static bool print_digits(double value, int digits, char out[32]) {
    char local[64];
    snprintf(local, sizeof local, "%.*g", digits, value);
    copy_with_point(local, out);
    return strtod(local, NULL) == value; /* of one locale with snprintf */
}

/* Below a power of two doubles lie twice as close as above: the nearest decimal of 16 digits may miss it from below
 * where the next one, further away, reads back. Such powers are all written with an exponent. */
static bool print_above_power_of_two(double value, char out[32]) {
    int exponent;
    double read;
    if (fabs(frexp(value, &exponent)) != 0.5) return false;
    char local[64], above[32];
    snprintf(local, sizeof local, "%.15e", value);
    copy_with_point(local, above);
    char *last = above + strcspn(above, "e") - 1;
    if (*last == '9') return false; /* the next has fewer digits, which were tried */
    ++*last;
    if (read_c_double(above, &read) != CAIRN_OK || read != value) return false;
    memcpy(out, above, sizeof above);
    return true;
}

static size_t print_shortest(double value, char out[32]) {
    /* A double with all its 53 bits is told apart from every number of 15 digits; one with fewer bits may need fewer
     * digits. */
    int digits = fabs(value) < 0x1p-1022 ? 1 : 15;
    while (digits < 17 && !print_digits(value, digits, out)) {
        if (digits == 16 && print_above_power_of_two(value, out)) return strlen(out);
        digits++;
    }
    if (digits == 17) print_digits(value, digits, out);
    return strlen(out);
}

size_t cairn_format_double(double value, char out[32]) {
    const char *named = isnan(value) ? "NaN" : isinf(value) ? (value < 0 ? "-Infinity" : "Infinity") : NULL;
    if (named) return (size_t)snprintf(out, 32, "%s", named);
    if (value == 0) return (size_t)snprintf(out, 32, "%s", signbit(value) ? "-0" : "0");
    if (fabs(value) < 1e15 && value == trunc(value)) return (size_t)snprintf(out, 32, "%lld", (long long)value);
    return print_shortest(value, out);
}

/* ---- read -------------------------------------------------------------------------------------------------------------- */

/* Skips decimal digits; returns how many. */
static size_t skip_digits(const char **p, const char *end) {
    const char *start = *p;
    while (*p < end && **p >= '0' && **p <= '9') ++*p;
    return (size_t)(*p - start);
}

static void skip_sign(const char **p, const char *end) {
    if (*p < end && (**p == '-' || **p == '+')) ++*p;
}

/* [sign] digits [. digits] [e [sign] digits] with a digit before or after the point */
static bool is_decimal(const char *p, const char *end) {
    skip_sign(&p, end);
    size_t digits = skip_digits(&p, end);
    if (p < end && *p == '.') {
        p++;
        digits += skip_digits(&p, end);
    }
    if (digits == 0) return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        skip_sign(&p, end);
        if (skip_digits(&p, end) == 0) return false;
    }
    return p == end;
}

cairn_status cairn_parse_double(const char *text, size_t length, double *out) {
    char small[128], *copy = small;
    if (!is_decimal(text, text + length)) return CAIRN_FORMAT;
    if (length >= sizeof small && !(copy = malloc(length + 1))) return CAIRN_NO_MEMORY;
    memcpy(copy, text, length);
    copy[length] = 0;
    double value = 0;
    cairn_status status = read_c_double(copy, &value);
    if (copy != small) free(copy);
    if (status == CAIRN_OK && isinf(value)) status = CAIRN_FORMAT;
    if (status == CAIRN_OK) *out = value;
    return status;
}

cairn_status cairn_parse_int(const char *text, size_t length, int64_t *out) {
    const char *p = text, *end = text + length;
    skip_sign(&p, end);
    bool negative = p > text && *text == '-';
    if (p == end) return CAIRN_FORMAT;
    int64_t value = 0;
    for (; p < end; p++) {
        if (*p < '0' || *p > '9') return CAIRN_FORMAT;
        int64_t digit = *p - '0';
        if (__builtin_mul_overflow(value, (int64_t)10, &value)) return CAIRN_FORMAT;
        if (__builtin_add_overflow(value, negative ? -digit : digit, &value)) return CAIRN_FORMAT;
    }
    *out = value;
    return CAIRN_OK;
}

const char *cairn_next_word(const char **text, size_t *length) {
    static const char between[] = " \t\n";
    const char *word = *text + strspn(*text, between);
    *length = strcspn(word, between);
    *text = word + *length;
    return *length ? word : NULL;
}
