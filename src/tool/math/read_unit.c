/* Units and count words after a number: "cm^2", "miles per hour", "square inches", "red apples".
 *
 *   unit   = factor { ("/" | "per" | "*" | blank) factor }
 *   factor = ["square" | "cubic"] name ["^" whole number] ["squared" | "cubed"] | currency
 *   name   = a word of the table of units, else all words in a row as one name
 *
 * A letter alone is a unit only in roman type, before "/" and another unit, or in plain text as the last word after a
 * number and a blank: \text{ m}, "3 m/s", "5 m"; else it is a variable: "5m", "5 m + 2". */
#include "tool/math/read_parts.h"

enum { COUNT_WORDS_MOST = 5 }; /* "12 red apples in total" */

static bool is_one_of(const math_reader *r, const math_token *t, const char *const *words) {
    for (; *words; words++)
        if (math_token_is(r, t, *words)) return true;
    return false;
}

/* Words after which no unit is meant. */
static const char *const stops[] = {
    "is",           "are",     "was",  "were", "if",   "for",      "where", "when", "with", "then",   "but",
    "since",        "because", "such", "has",  "have", "which",    "that",  "of",   "than", "from",   "at",
    "by",           "to",      "not",  "does", "as",   "whenever", "so",    "be",   "on",   "unless", "otherwise",
    "respectively", "between", "it",   "we",   "an",   "if",       "per",   NULL};

static bool is_known(const math_reader *r, const math_token *t) {
    return math_is_unit(r->text + t->start, t->end - t->start);
}

static int family(const char *unit) {
    static const char *const units[][32] = {
        {"year", "years", "month",  "months",  "week", "weeks", "day",    "days",    "hour", "hours", "hr",
         "hrs",  "h",     "minute", "minutes", "min",  "mins",  "second", "seconds", "sec",  "s"},
        {"mile", "miles", "yard", "yards", "yd", "foot", "feet", "ft", "inch", "inches", "in"},
        {"km", "kilometers", "m", "meter", "meters", "cm", "centimeters", "mm"},
        {"pound", "pounds", "lb", "lbs", "ounce", "ounces", "oz"},
        {"kg", "kilograms", "g", "gram", "grams"},
        {"gallon", "gallons", "quart", "quarts", "pint", "pints", "cup", "cups"},
        {"dollar", "dollars", "$", "cent", "cents"}};
    for (int i = 0; i < (int)(sizeof units / sizeof *units); i++)
        for (const char *const *u = units[i]; *u; u++)
            if (strcmp(*u, unit) == 0) return i + 1;
    return 0;
}

bool math_is_compound(math_node *const *item, const uint8_t *joint, uint32_t n) {
    int all = 0;
    if (n > 4) return false;
    for (uint32_t i = 0; i < n; i++) {
        if (item[i]->kind != MATH_QUANTITY || item[i]->kid[1]->kind != MATH_NAME ||
            (i && joint[i] != JOINT_AND && joint[i] != JOINT_COMMA))
            return false;
        int one = family(item[i]->kid[1]->text);
        if (one == 0 || (all && one != all)) return false;
        all = one;
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(item[k]->kid[1]->text, item[i]->kid[1]->text) == 0) return false;
        if (i + 1 == n && joint[i] != JOINT_AND) return false;
    }
    return true;
}

static bool ends_answer(const math_token *t) {
    return t->kind == TOKEN_END || t->kind == TOKEN_PERIOD || t->kind == TOKEN_COMMA || t->kind == TOKEN_CARET;
}

static bool is_unit_letter(const math_reader *r, const math_token *t) {
    if (t->kind != TOKEN_NAME) return false;
    bool several = t->end - t->start > 1;
    return t->flags & TOKEN_FLAG_ROMAN ? is_known(r, t) || several : several && is_known(r, t);
}

static bool is_rate(const math_reader *r, const math_token *t) {
    return t->kind == TOKEN_NAME && t->flags & TOKEN_FLAG_BLANK && is_known(r, t) && t[1].kind == TOKEN_DIVIDE &&
           !(t[1].flags & TOKEN_FLAG_BLANK) && !(t[2].flags & TOKEN_FLAG_BLANK) &&
           (t[2].kind == TOKEN_NAME || t[2].kind == TOKEN_WORD) && is_known(r, t + 2) && ends_answer(t + 3) &&
           t[-1].kind == TOKEN_NUMBER;
}

/* "5 m" in plain text, at the end: a unit. "5m" is a product. */
static bool is_last_letter(const math_reader *r, const math_token *t) {
    return r->plain && t->kind == TOKEN_NAME && t->flags & TOKEN_FLAG_BLANK && t[-1].kind == TOKEN_NUMBER &&
           !t->text[1] && strchr("msghLNJWVK", t->text[0]) &&
           (t[1].kind == TOKEN_END || (t[1].kind == TOKEN_NUMBER && t[1].flags & TOKEN_FLAG_BLANK) || /* 5 h 30 min */
            (t[1].kind == TOKEN_CARET && t[3].kind == TOKEN_END));
}

/* \frac{\text{miles}}{\text{hour}} */
static bool is_unit_fraction(const math_reader *r, const math_token *t) {
    if (t[1].kind != TOKEN_OPEN_GROUP || !(t[2].flags & TOKEN_FLAG_ROMAN) || t[3].kind != TOKEN_CLOSE_GROUP ||
        t[4].kind != TOKEN_OPEN_GROUP)
        return false;
    return (t[2].kind == TOKEN_WORD && is_known(r, t + 2)) || is_unit_letter(r, t + 2);
}

bool math_starts_unit(math_reader *r) {
    math_token *t = math_peek(r);
    if (r->at == 0 || r->calculator) return false;
    if (t->kind == TOKEN_WORD) {
        if (math_token_is(r, t, "in")) return ends_answer(t + 1) || t[1].kind == TOKEN_CLOSE_GROUP;
        if (math_token_is(r, t, "per")) return math_continues_unit(r);
        bool capital = r->text[t->start] >= 'A' && r->text[t->start] <= 'Z'; /* of a sentence: "0. She must" */
        return !is_one_of(r, t, stops) && (!capital || is_known(r, t) || ends_answer(t + 1));
    }
    if (t->kind == TOKEN_FUNCTION) { /* "45 min", "30 sec" */
        math_token_kind next = t[1].kind;
        return r->text[t->start] != '\\' && is_known(r, t) && t[-1].kind == TOKEN_NUMBER && next != TOKEN_OPEN_ROUND &&
               next != TOKEN_NAME && next != TOKEN_FUNCTION && next != TOKEN_CARET;
    }
    if (t->kind == TOKEN_FRACTION) return is_unit_fraction(r, t);
    if (t->kind == TOKEN_CURRENCY) return t[1].kind != TOKEN_NUMBER;
    return is_unit_letter(r, t) || is_rate(r, t) || is_last_letter(r, t);
}

static math_node *with_power(math_reader *r, math_node *unit, const char *said) {
    math_token *t = math_peek(r);
    if (math_token_is(r, t, "squared") || math_token_is(r, t, "cubed")) {
        math_advance(r);
        said = math_token_is(r, t, "squared") ? "2" : "3";
    }
    if (said) {
        math_node *power = math_leaf(r, MATH_NUMBER, said, unit->start, unit->end);
        unit = math_make2(r, MATH_POWER, unit, power, unit->start, math_last_end(r));
    }
    t = math_peek(r);
    if (t->kind == TOKEN_CARET) {
        math_advance(r);
        bool minus = math_peek(r)->kind == TOKEN_MINUS;
        if (minus) math_advance(r);
        math_node *power = math_script(r);
        if (minus) power = math_make1(r, MATH_NEGATE, power, power->start, power->end);
        return math_make2(r, MATH_POWER, unit, power, unit->start, math_last_end(r));
    }
    if (t->kind == TOKEN_RAISED && t->text[0] && strspn(t->text, "0123456789") == strlen(t->text)) {
        math_advance(r);
        math_node *power = math_leaf(r, MATH_NUMBER, t->text, t->start, t->end);
        return math_make2(r, MATH_POWER, unit, power, unit->start, t->end);
    }
    return unit;
}

static bool is_word_token(const math_token *t) {
    return t->kind == TOKEN_WORD || (t->kind == TOKEN_NAME && t->flags & TOKEN_FLAG_BLANK);
}

/* All words in a row as one name; the first is a word. */
static math_node *count_word(math_reader *r) {
    math_token *first = math_peek(r), *t = first;
    char *text = NULL;
    size_t room = 1, n = 0;
    while (t == first || (is_word_token(t) && !math_token_is(r, t, "per") && !math_token_is(r, t, "is") &&
                          !math_token_is(r, t, "if"))) {
        room += t->end - t->start + 1;
        math_advance(r);
        t = math_peek(r);
    }
    if (t - first > COUNT_WORDS_MOST) return math_unread(r, "words after a number", first->start, math_last_end(r));
    text = cairn_arena_alloc(r->arena, room, 1);
    if (!text) return math_fail(r, CAIRN_NO_MEMORY);
    for (const math_token *w = first; w < t; w++) {
        if (n) text[n++] = ' ';
        memcpy(text + n, r->text + w->start, w->end - w->start);
        n += w->end - w->start;
    }
    return math_leaf(r, MATH_NAME, text, first->start, math_last_end(r));
}

static math_node *unit_name(math_reader *r) {
    static const char *const squares[] = {"square", "sq", "Square", NULL}, *const cubes[] = {"cubic", "cu", NULL};
    math_token *t = math_peek(r);
    const char *power = NULL;
    if (t->kind == TOKEN_CURRENCY) {
        math_advance(r);
        return math_leaf(r, MATH_NAME, t->text, t->start, t->end);
    }
    if (t->kind == TOKEN_FRACTION) {
        r->at += 2;
        math_node *above = unit_name(r);
        r->at += 2;
        math_node *below = unit_name(r);
        if (math_peek(r)->kind != TOKEN_CLOSE_GROUP)
            return math_unread(r, "a fraction of units", t->start, math_last_end(r));
        math_advance(r);
        return math_make2(r, MATH_QUOTIENT, above, below, t->start, math_last_end(r));
    }
    if (is_one_of(r, t, squares) || is_one_of(r, t, cubes)) {
        math_token *next = t + 1 + (t[1].kind == TOKEN_PERIOD);
        if (next->kind == TOKEN_WORD || next->kind == TOKEN_NAME) {
            power = is_one_of(r, t, squares) ? "2" : "3";
            r->at += (uint32_t)(next - t);
            t = next;
        }
    }
    if (t->kind != TOKEN_WORD && t->kind != TOKEN_NAME && t->kind != TOKEN_FUNCTION)
        return math_unread(r, "a unit is missing", t->start, t->end);
    math_node *node;
    bool alone = !is_word_token(t + 1) || is_known(r, t + 1) || math_token_is(r, t + 1, "per") ||
                 math_token_is(r, t + 1, "squared") || math_token_is(r, t + 1, "cubed");
    static const char *const ordinals[] = {"th", "st", "nd", "rd", NULL};
    if (is_one_of(r, t, ordinals)) {
        math_advance(r);
        return math_leaf(r, MATH_NAME, "th", t->start, t->end);
    }
    if (t->kind != TOKEN_WORD || (is_known(r, t) && alone)) {
        math_advance(r);
        node = math_leaf(r, MATH_NAME, cairn_arena_copy(r->arena, r->text + t->start, t->end - t->start), t->start,
                         t->end);
    } else {
        node = count_word(r);
    }
    return with_power(r, node, power);
}

/* The signs of a percentage and of degrees as words. */
static math_node *special(math_reader *r) {
    math_token *t = math_peek(r);
    if (math_token_is(r, t, "percent") || math_token_is(r, t, "pct")) {
        math_advance(r);
        return math_make(r, MATH_PERCENT, r->stacked, t->start, t->end);
    }
    if (!math_token_is(r, t, "degrees") && !math_token_is(r, t, "degree") && !math_token_is(r, t, "deg")) return NULL;
    math_advance(r);
    math_token *scale = math_peek(r);
    if (scale->kind == TOKEN_WORD || (scale->kind == TOKEN_NAME && (scale->text[0] == 'C' || scale->text[0] == 'F'))) {
        char letter = r->text[scale->start];
        if (letter == 'C' || letter == 'F') {
            math_advance(r);
            return math_leaf(r, MATH_NAME,
                             letter == 'C' ? "\xC2\xB0"
                                             "C"
                                           : "\xC2\xB0"
                                             "F",
                             t->start, scale->end);
        }
        return math_unread(r, "degrees of a kind that is not known", t->start, scale->end);
    }
    return math_make(r, MATH_DEGREES, r->stacked, t->start, t->end);
}

bool math_continues_unit(math_reader *r) {
    math_token *t = math_peek(r);
    if (t->kind != TOKEN_DIVIDE && !math_token_is(r, t, "per")) return false;
    return (t[1].kind == TOKEN_WORD && !is_one_of(r, t + 1, stops)) || is_unit_letter(r, t + 1);
}

math_node *math_unit(math_reader *r, math_node *before) {
    math_node *node = before ? before : special(r);
    if (node && !before) return node;
    uint32_t start = before ? before->start : math_peek(r)->start;
    if (!before) node = unit_name(r);
    while (r->status == CAIRN_OK) {
        math_token *t = math_peek(r);
        bool divides = t->kind == TOKEN_DIVIDE || math_token_is(r, t, "per");
        bool times = t->kind == TOKEN_TIMES && (t[1].kind == TOKEN_WORD || is_unit_letter(r, t + 1));
        bool known = t[1].kind == TOKEN_FUNCTION && r->text[t[1].start] != '\\' && is_known(r, t + 1); /* mi/min */
        if (divides && (t[1].kind == TOKEN_WORD || t[1].kind == TOKEN_NAME || known)) {
            math_advance(r);
            math_node *next = unit_name(r);
            node = math_make2(r, MATH_QUOTIENT, node, next, start, math_last_end(r));
        } else if (times) {
            math_advance(r);
            math_node *next = unit_name(r);
            node = math_make2(r, MATH_PRODUCT, node, next, start, math_last_end(r));
        } else if ((t->kind == TOKEN_WORD && is_known(r, t)) || is_unit_letter(r, t)) {
            math_node *next = unit_name(r);
            node = math_make2(r, MATH_PRODUCT, node, next, start, math_last_end(r));
        } else {
            break;
        }
    }
    return node;
}
