/* Words: numbers said in words, and what is no mathematics at all. */
#include <ctype.h>

#include "tool/math/read_parts.h"

bool math_spells(const char *word, size_t n, const char *lower) {
    for (size_t i = 0; i < n; i++)
        if (!lower[i] || tolower((unsigned char)word[i]) != lower[i]) return false;
    return lower[n] == '\0';
}

bool math_token_spells(const math_reader *r, const math_token *t, const char *lower) {
    return t->kind == TOKEN_WORD && math_spells(r->text + t->start, t->end - t->start, lower);
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
    {"eleventh", 11, PART_WORD},
    {"elevenths", 11, PARTS_WORD},
    {"twelfth", 12, PART_WORD},
    {"twelfths", 12, PARTS_WORD},
    {"twentieth", 20, PART_WORD},
    {"twentieths", 20, PARTS_WORD},
    {"hundredth", 100, PART_WORD},
    {"hundredths", 100, PARTS_WORD},
    {"thousandth", 1000, PART_WORD},
    {"thousandths", 1000, PARTS_WORD},
};

static const number_word *find_number_word(const char *word, size_t n) {
    for (size_t i = 0; i < sizeof number_words / sizeof *number_words; i++)
        if (math_spells(word, n, number_words[i].word)) return &number_words[i];
    return NULL;
}

/* Words after a number that change it or set it against another: "5 squared", "3 score", "5 below zero". They count
 * nothing, so they are no unit. */
static bool changes(const math_reader *r, const math_token *t, bool first) {
    static const char *const words[] = {
        "plus",        "minus",         "times",      "over",      "divided",   "multiplied", "squared",   "cubed",
        "factorial",   "choose",        "modulo",     "mod",       "inverted",  "half",       "halves",    "third",
        "quarter",     "quarters",      "twice",      "thrice",    "doubled",   "doubles",    "tripled",   "triples",
        "halved",      "score",         "gross",      "lakh",      "lakhs",     "crore",      "crores",    "mil",
        "tens",        "ones",          "hundreds",   "thousands", "millions",  "billions",   "trillions", "dozens",
        "quadrillion", "quintillion",   "sextillion", "pair",      "pairs",     "bps",        "basis",     "below",
        "under",       "above",         "decrease",   "decreased", "increase",  "increased",  "loss",      "gain",
        "discount",    "remainder",     "less",       "more",      "fewer",     "none",       "inf",       "nan",
        "no",          "something",     "into",       "through",   "until",     "factorials", "past",      "before",
        "after",       "down",          "back",       "off",       "magnitude", "orders",     "overdrawn", "yes",
        "maybe",       "approximately", "roughly",    "ish",       "nines",     "hundred",    "thousand",  "million",
        "billion",     "trillion",      "out",        "base",      "nothing"};
    static const char *const adjectives[] = {"inverse", "reciprocal", "imaginary", "negative",  "positive", "double",
                                             "triple",  "false",      "wrong",     "invalid",   "greater",  "smaller",
                                             "larger",  "short",      "quadruple", "undefined", "exclusive"};
    static const char *const ends[] = {"teenth",  "teenths",  "tieth",  "tieths",  "usandth", "usandths",
                                       "llionth", "llionths", "dredth", "dredths", "elfth",   "elfths"};
    const char *word = r->text + t->start;
    size_t n = t->end - t->start;
    const char *hyphen = memchr(word, '-', n);
    bool counts = math_spells(word, n, "more") && !math_token_spells(r, t + 1, "than"); /* "5 more apples" */
    bool often = math_spells(word, n, "times") && t[1].kind == TOKEN_END;               /* "5 times" */
    bool power = math_spells(word, n, "squared") || math_spells(word, n, "cubed");      /* "5 inches squared" */
    if (counts || often || (power && !first)) return false;
    if (find_number_word(word, hyphen ? (size_t)(hyphen - word) : n) && (!first || hyphen)) return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (math_spells(word, n, words[i])) return true;
    for (size_t i = 0; i < sizeof adjectives / sizeof *adjectives && t[1].kind != TOKEN_WORD; i++)
        if (math_spells(word, n, adjectives[i])) return true; /* "5 negative", not "5 negative numbers" */
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t length = strlen(ends[i]);
        if (n > length && math_spells(word + n - length, length, ends[i])) return true;
    }
    return false;
}

bool math_changes_number(const math_reader *r, const math_token *t) {
    for (const math_token *word = t; word->kind == TOKEN_WORD; word++)
        if (changes(r, word, word == t)) return true;
    return false;
}

bool math_says_number(const char *word, size_t n) {
    while (n) {
        const char *hyphen = memchr(word, '-', n);
        size_t part = hyphen ? (size_t)(hyphen - word) : n;
        if (!find_number_word(word, part)) return false;
        if (!hyphen) return true;
        word = hyphen + 1;
        n -= part + 1;
    }
    return false;
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

/* The denominator that the words at the cursor say, which moves behind them: "fifths", "twenty-fifths",
 * "thirty-seconds". 0: none; *plural. */
static int64_t said_denominator(const math_reader *r, word_cursor *at, bool *plural) {
    const number_word *word = next_word(r, at);
    int64_t tens = 0;
    if (word && word->role == TEN_WORD && at->byte) {
        const math_token *t = &r->token[at->token];
        const char *rest = r->text + at->byte;
        size_t n = t->end - at->byte;
        *plural = n && rest[n - 1] == 's';
        tens = word->value;
        bool second = math_spells(rest, n, "second") || math_spells(rest, n, "seconds");
        if (second) *at = (word_cursor){at->token + 1, 0};
        if (second) return tens + 2;
        word = next_word(r, at);
    }
    if (!word || word->role < PART_WORD || at->byte) return 0;
    *plural = word->role == PARTS_WORD;
    return tens + word->value;
}

/* "5 sevenths"; quarters are coins, too. */
static math_node *counted_parts(math_reader *r, const math_token *t) {
    word_cursor at = {r->at + 1, 0};
    bool plural = false;
    int64_t parts = said_denominator(r, &at, &plural);
    if (parts == 0 || parts == 4 || plural == (strcmp(t->text, "1") == 0) || !math_is_whole(t->text)) return NULL;
    math_node *above = math_leaf(r, MATH_NUMBER, t->text, t->start, t->end);
    math_node *below = said(r, parts, t[1].start, t[1].end);
    r->at = at.token;
    return math_make2(r, MATH_QUOTIENT, above, below, t->start, math_last_end(r));
}

/* "three point five": the digits after the point; NULL: there are none. */
static math_node *said_decimals(math_reader *r, int64_t whole, uint32_t start) {
    char digits[32];
    size_t n = 0;
    word_cursor at = {r->at + 1, 0}, next = at;
    if (!math_token_spells(r, math_peek(r), "point")) return NULL;
    for (const number_word *word; n + 1 < sizeof digits; at = next) {
        word = next_word(r, &next);
        if (!word || word->role != UNIT_WORD || word->value > 9 || next.byte) break;
        digits[n++] = (char)('0' + word->value);
    }
    if (n == 0) return NULL;
    r->at = at.token;
    const char *text = cairn_arena_printf(r->arena, "%lld.%.*s", (long long)whole, (int)n, digits);
    math_node *node = math_leaf(r, MATH_NUMBER, text, start, math_last_end(r));
    node->flags |= MATH_FLAG_WORDS;
    return node;
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

math_node *math_number_words(math_reader *r) {
    math_token *t = math_peek(r);
    if (t->kind == TOKEN_NUMBER) {
        math_node *clock = math_clock_hour(r);
        if (!clock) clock = math_date(r);
        if (!clock && t[1].kind == TOKEN_WORD) clock = scaled_number(r, t);
        return clock || t[1].kind != TOKEN_WORD ? clock : counted_parts(r, t);
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
    if (math_token_spells(r, t, "noon") || math_token_spells(r, t, "midnight")) return math_words(r);
    int64_t value = said_whole(r, &at);
    after = at;
    const number_word *part = next_word(r, &after);
    if (value < 0) { /* "half" */
        if (!part || part->value != 2 || part->role != PART_WORD || after.byte) return NULL;
        if (r->token[after.token].kind == TOKEN_WORD && math_token_spells(r, &r->token[after.token], "of")) return NULL;
        r->at = after.token;
        math_token *one = math_peek(r); /* "half a cup" */
        bool of_one = (one->kind == TOKEN_NAME && strcmp(one->text, "a") == 0) || math_token_spells(r, one, "an");
        if (of_one && one[1].kind == TOKEN_WORD) math_advance(r);
        return said_part(r, 1, 2, t->start, math_last_end(r));
    }
    bool plural = false;
    after = at;
    int64_t parts = said_denominator(r, &after, &plural);
    if (parts && plural == (value != 1)) {
        r->at = after.token;
        return said_part(r, value, parts, t->start, math_last_end(r));
    }
    if (at.byte) return NULL; /* "two-digit" */
    r->at = at.token;
    math_node *node = said_decimals(r, value, t->start);
    if (node) return node;
    node = said(r, value, t->start, math_last_end(r));
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
        (math_token_spells(r, join + 2, "half") || math_token_spells(r, join + 2, "quarter"))) {
        int64_t of = math_token_spells(r, join + 2, "half") ? 2 : 4;
        r->at += 3;
        math_node *rest = said_part(r, 1, of, join[1].start, join[2].end);
        node = math_make2(r, MATH_MIXED, node, rest, t->start, join[2].end);
    }
    return node;
}

/* ---- plain words ----------------------------------------------------------------------------------------------- */

bool math_is_copula(math_reader *r) {
    math_token *t = math_peek(r);
    if (!math_token_spells(r, t, "is") && !math_token_spells(r, t, "are") && !math_token_spells(r, t, "equals"))
        return false;
    math_token_kind next = t[1].kind;
    if (next == TOKEN_NAME && strchr("aA", t[1].text[0]) && t[2].kind == TOKEN_WORD) return false; /* "is a circle" */
    if (next == TOKEN_COLON || next == TOKEN_NUMBER || next == TOKEN_CURRENCY || next == TOKEN_MINUS) return true;
    return next != TOKEN_WORD && next != TOKEN_END && next != TOKEN_COMMA && next != TOKEN_PERIOD && next != TOKEN_AND;
}

/* Words in a row as one text, single blanks between them. */
math_node *math_words(math_reader *r) {
    math_token *t = math_peek(r), *first = t;
    if (t->kind == TOKEN_TIME) return math_clock_time(r);
    if (t->kind == TOKEN_DATE) {
        math_advance(r);
        return math_leaf(r, MATH_DATE, t->text, t->start, t->end);
    }
    if (math_token_spells(r, t, "noon") || math_token_spells(r, t, "midnight")) {
        math_advance(r);
        return math_leaf(r, MATH_TIME, math_token_spells(r, t, "noon") ? "12:00" : "00:00", t->start, t->end);
    }
    math_node *date = math_date(r);
    if (date) return date;
    if (r->at > 0 && t[-1].kind == TOKEN_OR &&
        (math_token_spells(r, t, "more") || math_token_spells(r, t, "less") || math_token_spells(r, t, "fewer") ||
         math_token_spells(r, t, "greater")))
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
