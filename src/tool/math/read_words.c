/* Words: numbers said in words, times and dates, and what is no mathematics at all. */
#include <ctype.h>

#include "tool/math/read_parts.h"

static bool spells(const char *word, size_t n, const char *lower) {
    for (size_t i = 0; i < n; i++)
        if (!lower[i] || tolower((unsigned char)word[i]) != lower[i]) return false;
    return lower[n] == '\0';
}

static bool token_spells(const math_reader *r, const math_token *t, const char *lower) {
    return t->kind == TOKEN_WORD && spells(r->text + t->start, t->end - t->start, lower);
}

/* ---- number words ---------------------------------------------------------------------------------------------- */

typedef struct number_word {
    const char *word;
    int64_t value;
    enum {
        UNIT_WORD,
        TEN_WORD,
        SCALE_WORD,
        PART_WORD,
        PARTS_WORD
    } role; /* "one", "twenty", "million", "third", "thirds" */
} number_word;

static const number_word number_words[] = {
    {"zero", 0, UNIT_WORD},
    {"one", 1, UNIT_WORD},
    {"two", 2, UNIT_WORD},
    {"three", 3, UNIT_WORD},
    {"four", 4, UNIT_WORD},
    {"five", 5, UNIT_WORD},
    {"six", 6, UNIT_WORD},
    {"seven", 7, UNIT_WORD},
    {"eight", 8, UNIT_WORD},
    {"nine", 9, UNIT_WORD},
    {"ten", 10, UNIT_WORD},
    {"eleven", 11, UNIT_WORD},
    {"twelve", 12, UNIT_WORD},
    {"thirteen", 13, UNIT_WORD},
    {"fourteen", 14, UNIT_WORD},
    {"fifteen", 15, UNIT_WORD},
    {"sixteen", 16, UNIT_WORD},
    {"seventeen", 17, UNIT_WORD},
    {"eighteen", 18, UNIT_WORD},
    {"nineteen", 19, UNIT_WORD},
    {"twenty", 20, TEN_WORD},
    {"thirty", 30, TEN_WORD},
    {"forty", 40, TEN_WORD},
    {"fifty", 50, TEN_WORD},
    {"sixty", 60, TEN_WORD},
    {"seventy", 70, TEN_WORD},
    {"eighty", 80, TEN_WORD},
    {"ninety", 90, TEN_WORD},
    {"dozen", 12, SCALE_WORD},
    {"hundred", 100, SCALE_WORD},
    {"thousand", 1000, SCALE_WORD},
    {"million", 1000000, SCALE_WORD},
    {"billion", 1000000000, SCALE_WORD},
    {"trillion", 1000000000000, SCALE_WORD},
    {"half", 2, PART_WORD},
    {"halves", 2, PARTS_WORD},
    {"third", 3, PART_WORD},
    {"thirds", 3, PARTS_WORD},
    {"quarter", 4, PART_WORD},
    {"quarters", 4, PARTS_WORD},
    {"fourth", 4, PART_WORD},
    {"fourths", 4, PARTS_WORD},
    {"fifth", 5, PART_WORD},
    {"fifths", 5, PARTS_WORD},
    {"sixth", 6, PART_WORD},
    {"sixths", 6, PARTS_WORD},
    {"seventh", 7, PART_WORD},
    {"sevenths", 7, PARTS_WORD},
    {"eighth", 8, PART_WORD},
    {"eighths", 8, PARTS_WORD},
    {"ninth", 9, PART_WORD},
    {"ninths", 9, PARTS_WORD},
    {"tenth", 10, PART_WORD},
    {"tenths", 10, PARTS_WORD},
};

static const number_word *find_number_word(const char *word, size_t n) {
    for (size_t i = 0; i < sizeof number_words / sizeof *number_words; i++)
        if (spells(word, n, number_words[i].word)) return &number_words[i];
    return NULL;
}

/* Words of a number one after another; a hyphen divides two words of one token. */
typedef struct word_cursor {
    uint32_t token, byte; /* byte 0: the token's start */
} word_cursor;

static const number_word *next_word(const math_reader *r, word_cursor *at) {
    const math_token *t = &r->token[at->token];
    if (t->kind != TOKEN_WORD) return NULL;
    uint32_t from = at->byte ? at->byte : t->start, to = from;
    while (to < t->end && r->text[to] != '-') to++;
    const number_word *found = find_number_word(r->text + from, to - from);
    if (found) *at = to < t->end ? (word_cursor){at->token, to + 1} : (word_cursor){at->token + 1, 0};
    return found;
}

static math_node *said(math_reader *r, int64_t value, uint32_t start, uint32_t end) {
    math_node *node = math_leaf(r, MATH_NUMBER, cairn_arena_printf(r->arena, "%lld", (long long)value), start, end);
    node->flags |= MATH_FLAG_WORDS;
    return node;
}

static math_node *said_part(math_reader *r, int64_t above, int64_t below, uint32_t start, uint32_t end) {
    math_node *node = math_make2(r, MATH_QUOTIENT, said(r, above, start, end), said(r, below, start, end), start, end);
    node->flags |= MATH_FLAG_WORDS;
    return node;
}

/* The whole number at the cursor, which moves behind it; -1 where none begins. */
static int64_t said_whole(const math_reader *r, word_cursor *at) {
    int64_t total = 0, group = 0;
    enum { NOTHING, AFTER_UNIT, AFTER_TEN, AFTER_SCALE } state = NOTHING;
    for (;;) {
        word_cursor next = *at;
        if (state == AFTER_SCALE && r->token[next.token].kind == TOKEN_AND) next.token++;
        const number_word *word = next_word(r, &next);
        if (!word || word->role >= PART_WORD) break;
        if (word->role == SCALE_WORD) {
            if (state == NOTHING && word->value == 12)
                group = 1;
            else if (state == NOTHING)
                break;
            if (next.token - at->token > 1) break;
            if (word->value == 100 || word->value == 12) {
                group *= word->value;
            } else {
                if (group == 0 || group > 999999) break;
                total += group * word->value;
                group = 0;
            }
            state = AFTER_SCALE;
        } else {
            if (state == AFTER_UNIT || (state == AFTER_TEN && (word->role == TEN_WORD || word->value > 9))) break;
            group += word->value;
            state = word->role == TEN_WORD ? AFTER_TEN : AFTER_UNIT;
        }
        *at = next;
        if (total > (int64_t)1 << 50 || group > 999999) return -1;
    }
    return state == NOTHING ? -1 : total + group;
}

/* "2 million", "2.5 million", "3 dozen". */
static math_node *scaled_number(math_reader *r, const math_token *t) {
    word_cursor at = {r->at + 1, 0};
    const number_word *scale = next_word(r, &at);
    if (!scale || scale->role != SCALE_WORD || at.byte) return NULL;
    size_t n = strlen(t->text), whole = strcspn(t->text, "."), decimals = whole < n ? n - whole - 1 : 0, zeros = 0;
    if (n > 15 || strspn(t->text, "0123456789.") != n) return NULL;
    for (int64_t s = scale->value; s > 1 && s % 10 == 0; s /= 10) zeros++;
    char digits[64];
    if (scale->value == 12) {
        if (decimals) return NULL;
        int64_t value = 0;
        for (size_t i = 0; i < n; i++) value = 10 * value + (t->text[i] - '0');
        r->at = at.token;
        return said(r, 12 * value, t->start, math_last_end(r));
    }
    if (decimals > zeros) return NULL;
    size_t length = 0;
    for (size_t i = 0; i < n; i++)
        if (t->text[i] != '.' && (length || t->text[i] != '0')) digits[length++] = t->text[i];
    for (size_t i = decimals; i < zeros && length; i++) digits[length++] = '0';
    if (!length) digits[length++] = '0';
    r->at = at.token;
    math_node *node = math_leaf(r, MATH_NUMBER, cairn_arena_copy(r->arena, digits, length), t->start, math_last_end(r));
    node->flags |= MATH_FLAG_WORDS;
    return node;
}

static math_node *clock_hour(math_reader *r);

math_node *math_number_words(math_reader *r) {
    math_token *t = math_peek(r);
    if (t->kind == TOKEN_NUMBER) {
        math_node *clock = clock_hour(r);
        if (!clock) clock = math_date(r);
        if (clock || t[1].kind != TOKEN_WORD) return clock;
        return scaled_number(r, t);
    }
    bool article = t->kind == TOKEN_NAME; /* "a dozen", "a half" */
    if (article) {
        word_cursor next = {r->at + 1, 0};
        const number_word *word = next_word(r, &next);
        if (!word || next.byte || word->role == UNIT_WORD || word->role == TEN_WORD || word->role == PARTS_WORD)
            return NULL;
        r->at = next.token;
        return word->role == SCALE_WORD ? said(r, word->value, t->start, math_last_end(r))
                                        : said_part(r, 1, word->value, t->start, math_last_end(r));
    }
    word_cursor at = {r->at, 0}, after;
    if (token_spells(r, t, "noon") || token_spells(r, t, "midnight")) return math_words(r);
    int64_t value = said_whole(r, &at);
    after = at;
    const number_word *part = next_word(r, &after);
    if (value < 0) { /* "half" */
        if (!part || part->value != 2 || part->role != PART_WORD || after.byte) return NULL;
        if (r->token[after.token].kind == TOKEN_WORD && token_spells(r, &r->token[after.token], "of")) return NULL;
        r->at = after.token;
        return said_part(r, 1, 2, t->start, math_last_end(r));
    }
    if (part && part->role == (value == 1 ? PART_WORD : PARTS_WORD) && !after.byte) {
        r->at = after.token;
        return said_part(r, value, part->value, t->start, math_last_end(r));
    }
    if (at.byte) return NULL; /* "two-digit" */
    r->at = at.token;
    math_node *node = said(r, value, t->start, math_last_end(r));
    math_token *join = math_peek(r);
    word_cursor above = {r->at + 1, 0}, below;
    int64_t count = join->kind == TOKEN_AND ? said_whole(r, &above) : -1;
    below = above;
    part = count > 0 ? next_word(r, &below) : NULL;
    if (part && part->role >= PART_WORD && count < part->value && !below.byte) { /* "two and three quarters" */
        r->at = below.token;
        math_node *rest = said_part(r, count, part->value, join[1].start, math_last_end(r));
        return math_make2(r, MATH_MIXED, node, rest, t->start, math_last_end(r));
    }
    if (join->kind == TOKEN_AND && join[1].kind == TOKEN_NAME && join[1].text[0] == 'a' && !join[1].text[1] &&
        (token_spells(r, join + 2, "half") || token_spells(r, join + 2, "quarter"))) {
        int64_t parts = token_spells(r, join + 2, "half") ? 2 : 4;
        r->at += 3;
        math_node *rest = said_part(r, 1, parts, join[1].start, join[2].end);
        node = math_make2(r, MATH_MIXED, node, rest, t->start, join[2].end);
    }
    return node;
}

/* ---- times and dates ------------------------------------------------------------------------------------------- */

/* 1: a.m., 2: p.m., 0: neither; *tokens: how many it takes. */
static int meridiem(const math_reader *r, const math_token *t, uint32_t *tokens) {
    const char *at = r->text + t->start;
    uint32_t n = t->end - t->start;
    *tokens = 1;
    if (token_spells(r, t, "noon")) return 2;
    if (token_spells(r, t, "midnight")) return 1;
    if ((t->kind == TOKEN_NAME || t->kind == TOKEN_WORD) && n == 2 && tolower((unsigned char)at[1]) == 'm')
        return tolower((unsigned char)at[0]) == 'a' ? 1 : tolower((unsigned char)at[0]) == 'p' ? 2 : 0;
    if (t->kind != TOKEN_NAME || n != 1 || t[1].kind != TOKEN_PERIOD || t[2].kind != TOKEN_NAME ||
        t[2].end - t[2].start != 1 || tolower((unsigned char)r->text[t[2].start]) != 'm')
        return 0;
    *tokens = t[3].kind == TOKEN_PERIOD ? 4 : 3;
    return tolower((unsigned char)at[0]) == 'a' ? 1 : tolower((unsigned char)at[0]) == 'p' ? 2 : 0;
}

static math_node *time_leaf(math_reader *r, uint32_t hour, const char *rest, int half, uint32_t start) {
    if (half && (hour < 1 || hour > 12)) return math_unread(r, "an hour beyond twelve", start, math_last_end(r));
    if (half) hour = hour % 12 + (half == 2 ? 12 : 0);
    return math_leaf(r, MATH_TIME, cairn_arena_printf(r->arena, "%02u%s", hour, rest), start, math_last_end(r));
}

/* "2 PM"; NULL: no time. */
static math_node *clock_hour(math_reader *r) {
    math_token *t = math_peek(r);
    uint32_t tokens;
    if (t[1].kind != TOKEN_NAME && t[1].kind != TOKEN_WORD) return NULL;
    if (token_spells(r, t + 1, "o'clock") && strlen(t->text) <= 2) {
        uint32_t clock = 0;
        for (const char *c = t->text; *c; c++) clock = 10 * clock + (uint32_t)(*c - '0');
        r->at += 2;
        math_node *node = time_leaf(r, clock, ":00", 0, t->start);
        if (clock < 1 || clock > 12) node->kind = MATH_UNREAD;
        node->flags |= MATH_FLAG_HALF_DAY;
        return node;
    }
    int half =
        strlen(t->text) <= 2 && strspn(t->text, "0123456789") == strlen(t->text) ? meridiem(r, t + 1, &tokens) : 0;
    if (!half) return NULL;
    uint32_t hour = 0;
    for (const char *c = t->text; *c; c++) hour = 10 * hour + (uint32_t)(*c - '0');
    r->at += 1 + tokens;
    return time_leaf(r, hour, ":00", half, t->start);
}

static math_node *clock_time(math_reader *r) {
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
        if (spells(r->text + t->start, n, months[i])) return i + 1;
        if (n == 3 && tolower((unsigned char)r->text[t->start + 1]) == months[i][1] &&
            r->text[t->start + 2] == months[i][2] && tolower((unsigned char)r->text[t->start]) == months[i][0])
            return i + 1;
    }
    return 0;
}

static int small_number(const math_token *t, size_t most_digits) {
    size_t n = t->kind == TOKEN_NUMBER ? strlen(t->text) : 0;
    if (n == 0 || n > most_digits || strspn(t->text, "0123456789") != n) return -1;
    int value = 0;
    for (size_t i = 0; i < n; i++) value = 10 * value + t->text[i] - '0';
    return value;
}

/* Letters after a day: "15th". */
static uint32_t ordinal_end(const math_reader *r, uint32_t at) {
    const math_token *t = &r->token[at];
    if (t->flags & TOKEN_FLAG_BLANK && !(t->flags & TOKEN_FLAG_ROMAN)) return at;
    if (token_spells(r, t, "th") || token_spells(r, t, "st") || token_spells(r, t, "nd") || token_spells(r, t, "rd"))
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
        day = t->kind == TOKEN_NUMBER ? small_number(t, 2) : -1;
        at = day > 0 ? ordinal_end(r, r->at + 1) : 0;
        if (at && token_spells(r, &r->token[at], "of")) at++;
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

/* ---- plain words ----------------------------------------------------------------------------------------------- */

bool math_is_copula(math_reader *r) {
    math_token *t = math_peek(r);
    if (!token_spells(r, t, "is") && !token_spells(r, t, "are") && !token_spells(r, t, "equals")) return false;
    math_token_kind next = t[1].kind;
    if (next == TOKEN_NAME && strchr("aA", t[1].text[0]) && t[2].kind == TOKEN_WORD) return false; /* "is a circle" */
    if (next == TOKEN_COLON || next == TOKEN_NUMBER || next == TOKEN_CURRENCY || next == TOKEN_MINUS) return true;
    return next != TOKEN_WORD && next != TOKEN_END && next != TOKEN_COMMA && next != TOKEN_PERIOD && next != TOKEN_AND;
}

/* Words in a row as one text, single blanks between them. */
math_node *math_words(math_reader *r) {
    math_token *t = math_peek(r), *first = t;
    if (t->kind == TOKEN_TIME) return clock_time(r);
    if (t->kind == TOKEN_DATE) {
        math_advance(r);
        return math_leaf(r, MATH_DATE, t->text, t->start, t->end);
    }
    if (token_spells(r, t, "noon") || token_spells(r, t, "midnight")) {
        math_advance(r);
        return math_leaf(r, MATH_TIME, token_spells(r, t, "noon") ? "12:00" : "00:00", t->start, t->end);
    }
    math_node *date = math_date(r);
    if (date) return date;
    if (r->at > 0 && t[-1].kind == TOKEN_OR &&
        (token_spells(r, t, "more") || token_spells(r, t, "less") || token_spells(r, t, "fewer") ||
         token_spells(r, t, "greater")))
        return math_unread_item(r, "a bound in words", t->start);
    size_t room = 1;
    do {
        room += t->end - t->start + 1;
        math_advance(r);
        t = math_peek(r);
        if (t->kind == TOKEN_PERIOD && t[1].kind == TOKEN_WORD) {
            room += t->end - t->start + 1;
            math_advance(r);
            t = math_peek(r);
        }
    } while ((t->kind == TOKEN_WORD || (t->kind == TOKEN_NAME && t->flags & TOKEN_FLAG_BLANK)) && !math_is_copula(r));
    char *text = cairn_arena_alloc(r->arena, room, 1);
    if (!text) return math_fail(r, CAIRN_NO_MEMORY);
    size_t n = 0;
    for (const math_token *w = first; w < t; w++) {
        if (n && w->flags & TOKEN_FLAG_BLANK) text[n++] = ' ';
        memcpy(text + n, r->text + w->start, w->end - w->start);
        n += w->end - w->start;
    }
    math_node *node = math_leaf(r, MATH_TEXT, text, first->start, math_last_end(r));
    if (t->kind == TOKEN_BANG && t[1].kind == TOKEN_END) math_advance(r); /* "Yes!" */
    bool empty = n == 9 && (memcmp(text, "empty set", 9) == 0 || memcmp(text, "Empty set", 9) == 0);
    if (empty || (n == 13 && memcmp(text, "the empty set", 13) == 0)) {
        node->kind = MATH_SET;
        node->text = NULL;
    }
    return node;
}
