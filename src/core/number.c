/* Numbers as text, independent of the locale. */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/core.h"

/* The C locale, made once and kept: strtod_l and snprintf under it never see a decimal comma. */
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;
static locale_t c_locale;

static void make_c_locale(void) {
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static locale_t the_c_locale(void) {
    pthread_once(&c_locale_once, make_c_locale);
    return c_locale;
}

static double read_double(const char *text, char **end) {
    locale_t locale = the_c_locale();
    return locale ? strtod_l(text, end, locale) : strtod(text, end);
}

size_t cairn_format_double(double value, char out[32]) {
    if (isnan(value)) return (size_t)snprintf(out, 32, "NaN");
    if (isinf(value)) return (size_t)snprintf(out, 32, value < 0 ? "-Infinity" : "Infinity");
    if (value == floor(value) && fabs(value) < 1e15) return (size_t)snprintf(out, 32, "%s%.0f", signbit(value) && value == 0 ? "-" : "", value == 0 ? 0.0 : value);
    locale_t before = uselocale(the_c_locale());
    int n = 0;
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(out, 32, "%.*g", digits, value);
        if (read_double(out, NULL) == value) break;
    }
    uselocale(before);
    return (size_t)n;
}

/* [sign] digits [. digits] [e [sign] digits], at least one digit before or after the point */
static bool is_decimal(const char *p, const char *end) {
    if (p < end && (*p == '-' || *p == '+')) p++;
    int digits = 0;
    for (; p < end && *p >= '0' && *p <= '9'; p++) digits++;
    if (p < end && *p == '.')
        for (p++; p < end && *p >= '0' && *p <= '9'; p++) digits++;
    if (digits == 0) return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '-' || *p == '+')) p++;
        if (p == end) return false;
        for (; p < end && *p >= '0' && *p <= '9';) p++;
    }
    return p == end;
}

cairn_status cairn_parse_double(const char *text, size_t length, double *out) {
    char copy[512];
    if (length == 0 || length >= sizeof copy || !is_decimal(text, text + length)) return CAIRN_FORMAT;
    memcpy(copy, text, length);
    copy[length] = 0;
    double value = read_double(copy, NULL);
    if (!isfinite(value)) return CAIRN_FORMAT;
    *out = value;
    return CAIRN_OK;
}

cairn_status cairn_parse_int(const char *text, size_t length, int64_t *out) {
    bool negative = length > 0 && text[0] == '-';
    size_t i = length > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    if (i == length) return CAIRN_FORMAT;
    int64_t value = 0;
    for (; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') return CAIRN_FORMAT;
        int digit = text[i] - '0';
        if (__builtin_mul_overflow(value, (int64_t)10, &value)) return CAIRN_FORMAT;
        if (__builtin_add_overflow(value, (int64_t)(negative ? -digit : digit), &value)) return CAIRN_FORMAT;
    }
    *out = value;
    return CAIRN_OK;
}
