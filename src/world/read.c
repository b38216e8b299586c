/* Reading of numbers and signs in steps of generated worlds. */
#include "world/read.h"

#include <string.h>

const char *read_blanks(const char *p, const char *end) {
    while (p < end && (*p == ' ' || *p == '\t')) p++;
    return p;
}

bool read_number(const char **at, const char *end, int64_t bound, int64_t *out) {
    const char *p = read_blanks(*at, end);
    bool negative = p < end && *p == '-';
    if (negative) p++;
    int64_t value = 0;
    const char *first = p;
    for (; p < end && *p >= '0' && *p <= '9'; p++) {
        value = value * 10 + (*p - '0');
        if (value > bound) return false;
    }
    if (p == first) return false;
    *out = negative ? -value : value;
    *at = p;
    return true;
}

bool read_operator(const char **at, const char *end, const char *signs, char *out) {
    const char *p = read_blanks(*at, end);
    if (p == end || *p == '\0') return false;
    bool cross = end - p >= 2 && memcmp(p, "\xc3\x97", 2) == 0;
    char sign = cross || *p == 'x' ? '*' : *p;
    if (!strchr(signs, sign)) return false;
    *out = sign;
    *at = p + (cross ? 2 : 1);
    return true;
}
