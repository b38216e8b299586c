/* Numerals: separators of thousands, repeating decimals, powers of ten, times of day, ISO dates. */
#include "tool/math/read_bytes.h"

#define MINUS_SIGN "\xE2\x88\x92"
#define WIDE_COMMA "\xEF\xBC\x8C"

static uint32_t digits_end(const math_reader *r, uint32_t at) {
    while (is_digit(byte_at(r, at))) at++;
    return at;
}

static bool has(const math_reader *r, uint32_t at, const char *what) {
    size_t n = strlen(what);
    return r->length - at >= n && at <= r->length && memcmp(r->text + at, what, n) == 0;
}

static uint32_t blanks_end(const math_reader *r, uint32_t at) {
    while (byte_at(r, at) == ' ') at++;
    return at;
}

/* Whether exactly three digits stand at `at`. */
static bool three(const math_reader *r, uint32_t at) {
    return digits_end(r, at) == at + 3;
}

/* The end of a separator of thousands at `at`; `at` where none is. *sure: it is never a comma of a list. */
static uint32_t separator(const math_reader *r, uint32_t at, bool *sure) {
    static const char *const signs[] = {"{,}", "{, }",         ",\\!",         "\\,", "\\!,",         "{\\,}",
                                        "\\;", "\xE2\x80\xAF", "\xE2\x80\x89", "'",   "\xE2\x80\x99", "\xC2\xA0"};
    enum { SIGNS = sizeof signs / sizeof *signs, OF_CALCULATOR = 3 };
    *sure = true;
    if (has(r, blanks_end(r, at), "{,")) at = blanks_end(r, at);
    for (size_t i = 0; i < (r->calculator ? SIGNS : SIGNS - OF_CALCULATOR); i++)
        if (has(r, at, signs[i])) return blanks_end(r, at + (uint32_t)strlen(signs[i]));
    *sure = false;
    return byte_at(r, at) == ',' ? at + 1 : at;
}

/* The end of "1 000 000": groups of three after single blanks, one of which begins with a zero, so that they are no
 * values side by side; `plain` where there are none. */
static uint32_t spaced_end(const math_reader *r, uint32_t start, uint32_t plain) {
    uint32_t at = plain;
    bool zero = false, after_number = r->tokens && r->token[r->tokens - 1].kind == TOKEN_NUMBER;
    if (plain == start || plain - start > 3 || r->text[start] == '0' || after_number || r->calculator) return plain;
    while ((byte_at(r, at) == ' ' || byte_at(r, at) == '~') && three(r, at + 1)) {
        zero = zero || r->text[at + 1] == '0';
        at += 4;
    }
    uint32_t next = blanks_end(r, at); /* 2 050/3000 may be a mixed number, 1 000 2000 is a row of values */
    bool more = byte_at(r, next) == '/' || (next > at && digits_end(r, next) > next + 2);
    return zero && !more ? at : plain;
}

/* The end of the digits from `start` with their separators. *grouped: there were some. */
static uint32_t whole_end(const math_reader *r, uint32_t start, bool *grouped) {
    uint32_t plain = digits_end(r, start), at = spaced_end(r, start, plain);
    if (at > plain) {
        *grouped = true;
        return at;
    }
    bool list = math_in_list(r), zero_group = false, all_sure = true;
    *grouped = false;
    if (plain == start || plain - start > 3 || (r->text[start] == '0' && plain - start == 1)) return plain;
    if (r->text[start] == '0') return plain;
    for (int groups = 0; groups < 40; groups++) {
        bool sure;
        uint32_t next = separator(r, at, &sure);
        if (next == at || !three(r, next)) {
            /* "1,234,5": a list after all */
            if (next > at && !sure && is_digit(byte_at(r, next)) && !all_sure) return plain;
            break;
        }
        zero_group = zero_group || r->text[next] == '0';
        all_sure = all_sure && sure;
        at = next + 3;
    }
    if (at == plain || (list && !all_sure && !zero_group)) return plain;
    *grouped = true;
    return at;
}

static void copy_digits(const math_reader *r, uint32_t from, uint32_t to, char *out, size_t *n) {
    for (uint32_t i = from; i < to; i++)
        if (is_digit(r->text[i])) out[(*n)++] = r->text[i];
}

/* The length of the block that the decimals digits[n] repeat for certain at their end: a digit three times, more digits
 * twice. 0: none. */
static size_t repeated(const char *digits, size_t n) {
    for (size_t p = 1; p <= 24; p++) {
        size_t times = p == 1 || (p == 2 && n > 4) ? 3 : 2;
        if (times * p > n) continue;
        bool same = true;
        for (size_t i = n - times * p; i + p < n && same; i++) same = digits[i] == digits[i + p];
        if (same) return p;
    }
    return 0;
}

static uint32_t ellipsis_end(const math_reader *r, uint32_t at) {
    static const char *const signs[] = {"\\ldots", "\\dots", "\\cdots", "...", "\xE2\x80\xA6"};
    uint32_t from = at;
    if (has(r, from, "\\,")) from += 2;
    from = blanks_end(r, from);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (has(r, from, signs[i])) return from + (uint32_t)strlen(signs[i]);
    return at;
}

/* \overline{36}, \bar{3}, \dot{3}\dot{6} after decimals, (36) after a point: its digits from *from to *to. Returns its
 * end; `at`: none. */
static uint32_t overline(const math_reader *r, uint32_t at, uint32_t *from, uint32_t *to) {
    if (byte_at(r, at) == '(' && at > 0 && r->text[at - 1] == '.' && !r->calculator) {
        *from = at + 1;
        *to = digits_end(r, *from);
        return *to > *from && byte_at(r, *to) == ')' ? *to + 1 : at;
    }
    static const char *const signs[] = {"\\overline", "\\bar", "\\dot"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (!has(r, at, signs[i])) continue;
        uint32_t next = blanks_end(r, at + (uint32_t)strlen(signs[i]));
        if (byte_at(r, next) == '{') {
            *from = next + 1;
            *to = digits_end(r, *from);
            if (*to == *from || byte_at(r, *to) != '}') return at;
            return *to + 1;
        }
        *from = next;
        *to = next + 1;
        return is_digit(byte_at(r, next)) ? next + 1 : at;
    }
    return at;
}

static void bad(math_reader *r, uint32_t start, uint32_t end, const char *why) {
    r->byte = end;
    math_token *t = math_emit(r, TOKEN_BAD, start, end);
    if (t) t->text = why;
}

/* h:mm or h:mm:ss. */
static bool lex_time(math_reader *r, uint32_t start, uint32_t end) {
    bool ratio = r->tokens && r->token[r->tokens - 1].kind == TOKEN_COLON; /* 6:8:10 */
    if (end - start > 2 || ratio) return false;
    uint32_t at = end, colon = 0, part[3] = {0, 0, 0};
    for (uint32_t i = start; i < end; i++) part[0] = 10 * part[0] + (uint32_t)(r->text[i] - '0');
    for (uint32_t i = 1; i < 3; i++) {
        static const char *const signs[] = {":", "{:}", "\\!:\\!", "\\colon", "\\!:"};
        colon = 0;
        for (size_t k = 0; k < 5 && !colon; k++)
            if (has(r, at, signs[k])) colon = (uint32_t)strlen(signs[k]);
        if (!colon || digits_end(r, at + colon) != at + colon + 2) break;
        part[i] = (uint32_t)(r->text[at + colon] - '0') * 10 + (uint32_t)(r->text[at + colon + 1] - '0');
        at += colon + 2;
        if (part[i] > 59) return false;
        if (i == 2) colon = 1;
    }
    if (at == end || part[0] > 24) return false;
    if (byte_at(r, at) == ':' || byte_at(r, at) == '.') {
        if (is_digit(byte_at(r, at + 1))) return false;
    }
    if (byte_at(r, at) == ':') return false;
    bool seconds = colon && at - end > 5;
    r->byte = at;
    const char *text = seconds ? cairn_arena_printf(r->arena, "%02u:%02u:%02u", part[0], part[1], part[2])
                               : cairn_arena_printf(r->arena, "%02u:%02u", part[0], part[1]);
    math_emit_text(r, TOKEN_TIME, start, at, text);
    return true;
}

/* A whole answer YYYY-MM-DD. */
static bool lex_iso_date(math_reader *r, uint32_t start) {
    if (r->tokens || r->calculator ||
        !(digits_end(r, start) == start + 4 && has(r, start + 4, "-") && digits_end(r, start + 5) == start + 7 &&
          has(r, start + 7, "-") && digits_end(r, start + 8) == start + 10))
        return false;
    if (start + 10 < r->length && strchr(" .$*\n", r->text[start + 10]) == NULL) return false;
    int month = (r->text[start + 5] - '0') * 10 + r->text[start + 6] - '0';
    int day = (r->text[start + 8] - '0') * 10 + r->text[start + 9] - '0';
    if (month < 1 || month > 12 || day < 1 || day > 31) return false;
    r->byte = start + 10;
    math_emit_text(r, TOKEN_DATE, start, r->byte, cairn_arena_copy(r->arena, r->text + start, 10));
    return true;
}

/* The end of an exponent "e-7" at `at`, or `at`. A whole number, "e" and a sign are Euler's number as well. */
static uint32_t exponent_end(const math_reader *r, uint32_t at, bool certain, bool *unclear) {
    *unclear = false;
    if (byte_at(r, at) != 'e' && byte_at(r, at) != 'E') return at;
    bool ascii = byte_at(r, at + 1) == '-' || byte_at(r, at + 1) == '+', minus = has(r, at + 1, MINUS_SIGN);
    uint32_t digits = at + 1 + (ascii ? 1 : minus ? 3 : 0), end = digits_end(r, digits);
    if (end == digits) return at;
    *unclear = (ascii || minus) && !certain && byte_at(r, at) == 'e';
    return end;
}

bool math_starts_decimals(const math_reader *r, uint32_t at) {
    uint32_t from, to;
    return is_digit(byte_at(r, at)) || overline(r, at, &from, &to) > at;
}

/* "1.234,56": a point of thousands and a decimal comma. */
static bool is_decimal_comma(const math_reader *r, uint32_t whole) {
    if (byte_at(r, whole) != '.' || !three(r, whole + 1) || byte_at(r, whole + 4) != ',') return false;
    uint32_t end = digits_end(r, whole + 5);
    return end > whole + 5 && byte_at(r, end) != '.';
}

/* True when only spaces, points and dollars follow. */
static bool ends_at(const math_reader *r, uint32_t at) {
    while (at < r->length && (r->text[at] == ' ' || r->text[at] == '.' || r->text[at] == '$')) at++;
    return at >= r->length;
}

/* "0,5", "1.234,56". */
static bool lex_decimal_comma(math_reader *r, uint32_t start, uint32_t whole) {
    if (math_in_list(r) || (r->tokens && r->token[r->tokens - 1].kind == TOKEN_COMMA)) return false;
    uint32_t comma = is_decimal_comma(r, whole) ? whole + 4 : whole;
    bool zero = whole == start + 1 && r->text[start] == '0' && byte_at(r, whole) == ',';
    uint32_t end = digits_end(r, comma + 1);
    bool alone = r->tokens == 0 || (r->tokens == 1 && r->token[0].kind == TOKEN_MINUS);
    if (comma == whole && zero && alone && ends_at(r, end)) return false; /* a list of two that is marked */
    if (comma == whole && (!zero || end == whole + 1 || byte_at(r, end) == ',')) return false;
    bad(r, start, end, "a decimal comma or a list");
    return true;
}

/* The digits from start to whole and from point to end, without separators; NULL: no memory. */
static char *digits_of(const math_reader *r, uint32_t start, uint32_t whole, uint32_t point, uint32_t end) {
    char *text = cairn_arena_alloc(r->arena, (size_t)(end - start) + 2, 1);
    size_t n = 0;
    if (!text) return NULL;
    copy_digits(r, start, whole, text, &n);
    if (n == 0) text[n++] = '0'; /* ".5" */
    if (end <= point + 1) return text;
    text[n++] = '.';
    copy_digits(r, point + 1, end, text, &n);
    return text;
}

/* The numeral with the digits under a line after it, "0.1(6)"; *at moves behind them. Dots mark the first and the last
 * digit: \dot{1}4285\dot{7}. NULL: no memory. */
static char *with_line(const math_reader *r, const char *text, size_t fraction, uint32_t *at) {
    uint32_t from, to, last_from = 0, last_to = 0, end = overline(r, *at, &from, &to), between = end, last = end;
    if (has(r, *at, "\\dot")) {
        between = digits_end(r, end);
        last = overline(r, between, &last_from, &last_to);
        if (last == between) between = last = end; /* \dot{3}4: digits after it are a mistake */
    }
    *at = ellipsis_end(r, last);
    return cairn_arena_printf(r->arena, "%s%s(%.*s%.*s%.*s)", text, fraction ? "" : ".", (int)(to - from),
                              r->text + from, (int)(between - end), r->text + end, (int)(last_to - last_from),
                              r->text + last_from);
}

/* The numeral with the block that its decimals repeat, before dots; "" where that is not certain, NULL: no memory. */
static char *with_dots(const math_reader *r, const char *text, size_t fraction) {
    size_t length = strlen(text), p = repeated(text + length - fraction, fraction), keep = length - p;
    if (p == 0) return cairn_arena_copy(r->arena, "", 0);
    while (keep >= length - fraction + p && memcmp(text + keep - p, text + keep, p) == 0) keep -= p;
    return cairn_arena_printf(r->arena, "%.*s(%.*s)", (int)keep, text, (int)p, text + keep);
}

/* The end of the decimals at `at`: their point may end the number. */
static uint32_t decimals_end(const math_reader *r, uint32_t at) {
    if (byte_at(r, at) != '.') return at;
    if (math_starts_decimals(r, at + 1)) return digits_end(r, at + 1);
    char next = byte_at(r, r->calculator ? blanks_end(r, at + 1) : at + 1); /* "5. + 3" */
    return next && strchr(")],}+*/^=", next) ? at + 1 : at;
}

/* 0xFF, 0b101. */
static bool is_program_numeral(const math_reader *r, uint32_t at) {
    char base = byte_at(r, at + 1), digit = byte_at(r, at + 2);
    if (byte_at(r, at) != '0' || r->calculator) return false;
    return (base == 'x' && (is_digit(digit) || (digit >= 'A' && digit <= 'F') || (digit >= 'a' && digit <= 'f'))) ||
           (base == 'b' && (digit == '0' || digit == '1'));
}

void math_lex_number(math_reader *r) {
    uint32_t start = r->byte, from, to;
    bool grouped, unclear, dots = false;
    if (lex_iso_date(r, start) || (byte_at(r, start) != '.' && math_lex_digits(r))) return;
    if (is_program_numeral(r, start)) {
        bad(r, start, start + 2, "a numeral of a programming language");
        return;
    }
    uint32_t whole = whole_end(r, start, &grouped);
    if (!grouped && (lex_time(r, start, whole) || lex_decimal_comma(r, start, whole))) return;
    if (has(r, whole, WIDE_COMMA) && whole - start <= 3 && three(r, whole + 3)) {
        bad(r, start, whole + 6, "a comma of thousands or a list");
        return;
    }
    uint32_t end = decimals_end(r, whole), at = end;
    size_t fraction = end > whole ? end - whole - 1 : 0;
    char *text = digits_of(r, start, whole, whole, end);
    if (text && end > whole && overline(r, at, &from, &to) > at) {
        text = with_line(r, text, fraction, &at);
    } else if (text && fraction && ellipsis_end(r, at) > at) {
        at = ellipsis_end(r, at);
        dots = true;
        text = with_dots(r, text, fraction);
        if (text && !*text) {
            bad(r, start, at, "decimals that go on");
            return;
        }
    }
    bool certain = r->calculator || end > whole || (whole == start + 1 && r->text[start] == '1');
    uint32_t power = at == end ? exponent_end(r, at, certain, &unclear) : at;
    if (power > at && unclear) {
        bad(r, start, power, "a power of ten or Euler's number");
        return;
    }
    if (power > at && text)
        text = has(r, at + 1, MINUS_SIGN)
                   ? cairn_arena_printf(r->arena, "%se-%.*s", text, (int)(power - at - 4), r->text + at + 4)
                   : cairn_arena_printf(r->arena, "%se%.*s", text, (int)(power - at - 1), r->text + at + 1);
    r->byte = power;
    math_emit_text(r, TOKEN_NUMBER, start, power, text);
    if (grouped && r->tokens) r->token[r->tokens - 1].flags |= TOKEN_FLAG_GROUPED;
    if (dots && r->tokens) r->token[r->tokens - 1].flags |= TOKEN_FLAG_DOTS;
}
