/* Times of day and dates. */
#include <ctype.h>

#include "tool/math/read_parts.h"

/* 1: a.m., 2: p.m., 0: neither; *tokens: how many it takes. */
static int meridiem(const math_reader *r, const math_token *t, uint32_t *tokens) {
    const char *at = r->text + t->start;
    uint32_t n = t->end - t->start;
    *tokens = 1;
    if (math_token_spells(r, t, "noon")) return 2;
    if (math_token_spells(r, t, "midnight")) return 1;
    if ((t->kind == TOKEN_NAME || t->kind == TOKEN_WORD) && n == 2 && tolower((unsigned char)at[1]) == 'm')
        return tolower((unsigned char)at[0]) == 'a' ? 1 : tolower((unsigned char)at[0]) == 'p' ? 2 : 0;
    if (t->kind != TOKEN_NAME || n != 1 || t[1].kind != TOKEN_PERIOD || t[2].kind != TOKEN_NAME ||
        t[2].end - t[2].start != 1 || tolower((unsigned char)r->text[t[2].start]) != 'm')
        return 0;
    *tokens = t[3].kind == TOKEN_PERIOD ? 4 : 3;
    return tolower((unsigned char)at[0]) == 'a' ? 1 : tolower((unsigned char)at[0]) == 'p' ? 2 : 0;
}

/* A whole number of at most so many digits; -1: another token. */
static int small_number(const math_token *t, size_t most_digits) {
    size_t n = t->kind == TOKEN_NUMBER ? strlen(t->text) : 0;
    if (n == 0 || n > most_digits || strspn(t->text, "0123456789") != n) return -1;
    int value = 0;
    for (size_t i = 0; i < n; i++) value = 10 * value + t->text[i] - '0';
    return value;
}

static math_node *time_leaf(math_reader *r, uint32_t hour, const char *rest, int half, uint32_t start) {
    if (half && (hour < 1 || hour > 12)) return math_unread(r, "an hour beyond twelve", start, math_last_end(r));
    if (half) hour = hour % 12 + (half == 2 ? 12 : 0);
    return math_leaf(r, MATH_TIME, cairn_arena_printf(r->arena, "%02u%s", hour, rest), start, math_last_end(r));
}

/* "2 PM"; NULL: no time. */
math_node *math_clock_hour(math_reader *r) {
    math_token *t = math_peek(r);
    uint32_t tokens;
    int hour = small_number(t, 2);
    if (hour < 0 || (t[1].kind != TOKEN_NAME && t[1].kind != TOKEN_WORD)) return NULL;
    if (math_token_spells(r, t + 1, "o'clock")) {
        r->at += 2;
        math_node *node = time_leaf(r, (uint32_t)hour, ":00", 0, t->start);
        if (hour < 1 || hour > 12) node->kind = MATH_UNREAD;
        node->flags |= MATH_FLAG_HALF_DAY;
        return node;
    }
    int half = meridiem(r, t + 1, &tokens);
    if (!half) return NULL;
    r->at += 1 + tokens;
    return time_leaf(r, (uint32_t)hour, ":00", half, t->start);
}

math_node *math_clock_time(math_reader *r) {
    math_token *t = math_peek(r);
    uint32_t tokens, hour = (uint32_t)(t->text[0] - '0') * 10 + (uint32_t)(t->text[1] - '0');
    math_advance(r);
    int half = meridiem(r, math_peek(r), &tokens);
    if (half) r->at += tokens;
    math_node *node = time_leaf(r, hour, t->text + 2, half, t->start);
    if (!half && hour >= 1 && hour <= 12) node->flags |= MATH_FLAG_HALF_DAY;
    return node;
}

static int month_of(const math_reader *r, const math_token *t) {
    static const char *const months[] = {"january", "february", "march",     "april",   "may",      "june",
                                         "july",    "august",   "september", "october", "november", "december"};
    if (t->kind != TOKEN_WORD || r->text[t->start] < 'A' || r->text[t->start] > 'Z') return 0;
    size_t n = t->end - t->start;
    for (int i = 0; i < 12; i++) {
        if (math_spells(r->text + t->start, n, months[i])) return i + 1;
        if (n == 3 && tolower((unsigned char)r->text[t->start + 1]) == months[i][1] &&
            r->text[t->start + 2] == months[i][2] && tolower((unsigned char)r->text[t->start]) == months[i][0])
            return i + 1;
    }
    return 0;
}

/* Letters after a day: "15th". */
static uint32_t ordinal_end(const math_reader *r, uint32_t at) {
    const math_token *t = &r->token[at];
    if (t->flags & TOKEN_FLAG_BLANK && !(t->flags & TOKEN_FLAG_ROMAN)) return at;
    if (math_token_spells(r, t, "th") || math_token_spells(r, t, "st") || math_token_spells(r, t, "nd") ||
        math_token_spells(r, t, "rd"))
        return at + 1;
    return at;
}

static uint32_t year_end(const math_reader *r, uint32_t at, int *year) {
    const math_token *t = &r->token[at];
    if (t->kind == TOKEN_COMMA) t++;
    *year =
        t->kind == TOKEN_NUMBER && strlen(t->text) == 4 && !(t->flags & TOKEN_FLAG_GROUPED) ? small_number(t, 4) : -1;
    return *year >= 0 ? (uint32_t)(t - r->token) + 1 : at;
}

/* "March 15, 2024", "15 March"; NULL: no date. */
math_node *math_date(math_reader *r) {
    math_token *t = math_peek(r);
    int month = month_of(r, t), day, year;
    uint32_t at;
    if (month) {
        uint32_t dot = t[1].kind == TOKEN_PERIOD;
        day = small_number(t + 1 + dot, 2);
        at = day > 0 ? ordinal_end(r, r->at + 2 + dot) : 0;
    } else {
        day = small_number(t, 2);
        at = day > 0 ? ordinal_end(r, r->at + 1) : 0;
        if (at && math_token_spells(r, &r->token[at], "of")) at++;
        month = at ? month_of(r, &r->token[at]) : 0;
        at++;
    }
    if (!month || day < 1 || day > 31) return NULL;
    at = year_end(r, at, &year);
    r->at = at;
    const char *text = year >= 0 ? cairn_arena_printf(r->arena, "%04d-%02d-%02d", year, month, day)
                                 : cairn_arena_printf(r->arena, "--%02d-%02d", month, day);
    return math_leaf(r, MATH_DATE, text, t->start, math_last_end(r));
}
