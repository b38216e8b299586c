/* Units and count words after a number: "cm^2", "miles per hour", "square inches", "red apples".
 *
 *   unit   = factor { ("/" | "per" | "*" | blank) factor }
 *   factor = ["square" | "cubic"] name ["^" whole number] ["squared" | "cubed"] | currency | "(" unit ")" after "/"
 *   name   = a word of the table of units, else all words in a row as one name
 *
 * What is multiplied after "/" is divided by: J/mol K. A letter alone is a unit only in roman type, in plain text as
 * the last word after a number and a blank, or there in a row of units that ends the text: \text{ m}, "5 m", "3 m/s",
 * "5 N m/s^2"; else it is a variable: "5m", "5 m + 2". */
#include "tool/math/read_parts.h"
#include "tool/math/units.h"

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

/* Whether one unit is a whole number of times the other, as a foot is 12 inches; years are not of weeks' dimension, but
 * are said with them. *larger: the first is the larger one. */
static bool are_steps(const math_node *one, const math_node *other, bool *larger) {
    math_measure a, b;
    math_measure_open(&a);
    math_measure_open(&b);
    bool steps = math_measure_unit(one, &a) && math_measure_unit(other, &b) && !*a.noun && !*b.noun;
    bool months = a.power[UNIT_MONTH] == 1, other_months = b.power[UNIT_MONTH] == 1;
    *larger = months || mpq_cmp(a.size, b.size) > 0;
    if (steps && months != other_months && (months ? b : a).power[UNIT_TIME] == 1) {
        *larger = months;
    } else if (steps) {
        steps = math_measure_alike(&a, &b) && !math_measure_plain(&a) && mpq_cmp(a.size, b.size) != 0;
        if (steps) mpq_div(a.size, a.size, b.size);
        steps = steps && (mpz_cmp_ui(mpq_denref(a.size), 1) == 0 || mpz_cmp_ui(mpq_numref(a.size), 1) == 0);
    }
    math_measure_close(&a);
    math_measure_close(&b);
    return steps;
}

/* "3 hours and 20 minutes"; "5 feet, 6 inches" too, where the larger stands first. */
bool math_is_compound(math_node *const *item, const uint8_t *joint, uint32_t n) {
    bool falls = true, larger;
    if (n > 4) return false;
    for (uint32_t i = 0; i < n; i++) {
        if (item[i]->kind != MATH_QUANTITY || item[i]->kid[1]->kind != MATH_NAME ||
            (i && joint[i] != JOINT_AND && joint[i] != JOINT_COMMA))
            return false;
        for (uint32_t k = 0; k < i; k++) {
            if (!are_steps(item[k]->kid[1], item[i]->kid[1], &larger)) return false;
            falls = falls && larger;
        }
    }
    return n > 1 && (joint[n - 1] == JOINT_AND || falls);
}

static bool ends_answer(const math_token *t) {
    return t->kind == TOKEN_END || t->kind == TOKEN_PERIOD || t->kind == TOKEN_COMMA || t->kind == TOKEN_CARET ||
           t->kind == TOKEN_RAISED;
}

static bool is_unit_letter(const math_reader *r, const math_token *t) {
    if (t->kind != TOKEN_NAME) return false;
    bool several = t->end - t->start > 1;
    return t->flags & TOKEN_FLAG_ROMAN ? is_known(r, t) || several : several && is_known(r, t);
}

/* The token after a power: "^2", "^{-1}", a raised digit; `t` where there is none. */
static const math_token *after_power(const math_token *t) {
    if (t->kind == TOKEN_RAISED) return t + 1;
    if (t->kind != TOKEN_CARET) return t;
    const math_token *at = t + 1;
    bool group = at->kind == TOKEN_OPEN_GROUP;
    at += group;
    at += at->kind == TOKEN_MINUS;
    if (at->kind != TOKEN_NUMBER || (group && at[1].kind != TOKEN_CLOSE_GROUP)) return t;
    return at + 1 + group;
}

/* The token after a unit of the table and its power; NULL: it is none. */
static const math_token *after_factor(const math_reader *r, const math_token *t) {
    math_unit unit;
    bool names = t->kind == TOKEN_NAME && (r->plain || t->flags & TOKEN_FLAG_ROMAN) &&
                 math_unit_symbol(r->text + t->start, t->end - t->start, &unit);
    if (!names && !(t->kind == TOKEN_WORD && is_known(r, t))) return NULL;
    return after_power(t + 1);
}

/* The token after a row of units: "N m/s^2", "J/(mol K)"; `t` where there is none that holds a sign or a word, or the
 * text goes on in plain type. */
static const math_token *after_units(const math_reader *r, const math_token *t) {
    const math_token *at = after_factor(r, t), *next = at;
    bool signs = t->kind == TOKEN_WORD, inside = false;
    while (next) {
        at = next;
        if (inside && at->kind == TOKEN_CLOSE_ROUND) {
            inside = false;
            next = at + 1;
            continue;
        }
        bool sign = at->kind == TOKEN_DIVIDE || at->kind == TOKEN_TIMES;
        bool opens = at->kind == TOKEN_DIVIDE && at[1].kind == TOKEN_OPEN_ROUND && !inside;
        next = after_factor(r, at + sign + opens);
        if (next && !sign && !(at->flags & (TOKEN_FLAG_BLANK | TOKEN_FLAG_ROMAN))) next = NULL;
        signs = signs || (next && (sign || at->kind == TOKEN_WORD));
        inside = inside || (next && opens);
    }
    bool whole = at && !inside && signs && (!r->plain || ends_answer(at));
    return whole ? at : t;
}

static bool is_row(const math_reader *r, const math_token *t) {
    return r->plain && t->kind == TOKEN_NAME && t->flags & TOKEN_FLAG_BLANK && t[-1].kind == TOKEN_NUMBER &&
           after_units(r, t) > t;
}

/* A micro before a unit: \mu\text{m}, and "\u03bcm" as characters. The unit with its prefix, or NULL. */
static const char *micro_unit(math_reader *r, const math_token *t) {
    math_unit unit;
    const math_token *next = t + 1;
    if (t->kind != TOKEN_NAME || strcmp(t->text, "mu") != 0) return NULL;
    if (next->kind != TOKEN_NAME && next->kind != TOKEN_WORD) return NULL;
    bool joined = r->plain && !(next->flags & TOKEN_FLAG_BLANK);
    if (!joined && !(next->flags & TOKEN_FLAG_ROMAN)) return NULL;
    const char *name =
        cairn_arena_printf(r->arena, "\u00b5%.*s", (int)(next->end - next->start), r->text + next->start);
    if (!name) return math_fail(r, CAIRN_NO_MEMORY), NULL;
    return math_unit_symbol(name, strlen(name), &unit) ? name : NULL;
}

/* "5 m" in plain text, at the end: a unit. "5m" is a product, and so is the last of "2 m + 3 m". */
static bool is_last_letter(const math_reader *r, const math_token *t) {
    bool letter = r->plain && t->kind == TOKEN_NAME && t->flags & TOKEN_FLAG_BLANK && t[-1].kind == TOKEN_NUMBER &&
                  !t->text[1] && strchr("msghLNJWVK", t->text[0]);
    if (!letter) return false;
    if (t[1].kind != TOKEN_END && !(t[1].kind == TOKEN_NUMBER && t[1].flags & TOKEN_FLAG_BLANK) && /* 5 h 30 min */
        !(after_power(t + 1) > t + 1 && after_power(t + 1)->kind == TOKEN_END))
        return false;
    for (const math_token *before = r->token; before < t; before++)
        if (before->kind == TOKEN_NAME && strcmp(before->text, t->text) == 0) return false;
    return true;
}

/* \frac{\text{miles}}{\text{hour}} */
static bool is_unit_fraction(const math_reader *r, const math_token *t) {
    if (t[1].kind != TOKEN_OPEN_GROUP || !(t[2].flags & TOKEN_FLAG_ROMAN) || t[3].kind != TOKEN_CLOSE_GROUP ||
        t[4].kind != TOKEN_OPEN_GROUP)
        return false;
    return (t[2].kind == TOKEN_WORD && is_known(r, t + 2)) || is_unit_letter(r, t + 2);
}

/* "per", and "a" in "60 miles an hour". */
static bool is_per(const math_reader *r, const math_token *t) {
    if (math_token_is(r, t, "per")) return true;
    bool article = (t->end - t->start == 1 && r->text[t->start] == 'a') || math_token_is(r, t, "an");
    return article && t->flags & TOKEN_FLAG_BLANK && t[1].kind == TOKEN_WORD && is_known(r, t + 1);
}

bool math_starts_unit(math_reader *r) {
    math_token *t = math_peek(r);
    if (r->at == 0 || r->calculator) return false;
    if (is_per(r, t)) return math_continues_unit(r);
    if (t->kind == TOKEN_WORD) {
        if (math_changes_number(r, t)) return false;
        if (math_token_is(r, t, "in")) return ends_answer(t + 1) || t[1].kind == TOKEN_CLOSE_GROUP;
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
    return is_unit_letter(r, t) || is_row(r, t) || is_last_letter(r, t) || micro_unit(r, t);
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
    while (t == first ||
           (is_word_token(t) && !is_per(r, t) && !math_token_is(r, t, "is") && !math_token_is(r, t, "if"))) {
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

/* Two words that are one unit: "fl oz", "light years". */
static bool is_pair(const math_reader *r, const math_token *t) {
    math_unit unit;
    bool words = t->kind == TOKEN_WORD && t[1].kind == TOKEN_WORD && r->text[t->end] == ' ' && t[1].start == t->end + 1;
    return words && math_unit_find(r->text + t->start, t[1].end - t->start, &unit);
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
    const char *micro = micro_unit(r, t);
    if (micro) {
        r->at += 2;
        return with_power(r, math_leaf(r, MATH_NAME, micro, t->start, t[1].end), NULL);
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
    if (is_pair(r, t)) {
        math_advance(r);
        math_advance(r);
        const char *name = cairn_arena_copy(r->arena, r->text + t->start, t[1].end - t->start);
        return with_power(r, math_leaf(r, MATH_NAME, name, t->start, t[1].end), power);
    }
    bool alone = !is_word_token(t + 1) || is_known(r, t + 1) || is_per(r, t + 1) ||
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
    if (math_token_is(r, t, "percent") || math_token_is(r, t, "percentage") || math_token_is(r, t, "pct")) {
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
    if (t->kind != TOKEN_DIVIDE && !is_per(r, t)) return false;
    return (t[1].kind == TOKEN_WORD && !is_one_of(r, t + 1, stops)) || is_unit_letter(r, t + 1);
}

/* "(mol K)" after "/", up to the bracket. */
static math_node *grouped_units(math_reader *r) {
    math_advance(r);
    math_node *node = unit_name(r);
    while (r->status == CAIRN_OK && math_peek(r)->kind != TOKEN_CLOSE_ROUND) {
        bool divides = math_peek(r)->kind == TOKEN_DIVIDE;
        if (divides || math_peek(r)->kind == TOKEN_TIMES) math_advance(r);
        math_node *next = unit_name(r);
        node = math_make2(r, divides ? MATH_QUOTIENT : MATH_PRODUCT, node, next, node->start, next->end);
    }
    math_advance(r);
    return node;
}

math_node *math_read_unit(math_reader *r, math_node *before) {
    math_node *node = before ? before : special(r), *below = NULL; /* node / below */
    if (node && !before) return node;
    uint32_t start = before ? before->start : math_peek(r)->start;
    const math_token *row = before ? math_peek(r) : after_units(r, math_peek(r)); /* all up to here are units */
    if (!before && is_per(r, math_peek(r)))                                       /* 5 a day */
        node = math_leaf(r, MATH_NUMBER, "1", start, start);
    else if (!before)
        node = unit_name(r);
    while (r->status == CAIRN_OK) {
        math_token *t = math_peek(r);
        bool divides = t->kind == TOKEN_DIVIDE || is_per(r, t), sure = t < row;
        bool times = t->kind == TOKEN_TIMES && (sure || t[1].kind == TOKEN_WORD || is_unit_letter(r, t + 1));
        bool known = t[1].kind == TOKEN_FUNCTION && r->text[t[1].start] != '\\' && is_known(r, t + 1); /* mi/min */
        bool blank = sure || (t->kind == TOKEN_WORD && is_known(r, t)) || is_unit_letter(r, t) || micro_unit(r, t);
        if (divides && (sure || t[1].kind == TOKEN_WORD || t[1].kind == TOKEN_NAME || known)) {
            if (below) node = math_make2(r, MATH_QUOTIENT, node, below, start, below->end);
            math_advance(r);
            below = math_peek(r)->kind == TOKEN_OPEN_ROUND ? grouped_units(r) : unit_name(r);
        } else if (times || blank) {
            if (times) math_advance(r);
            math_node *next = unit_name(r), **to = below ? &below : &node;
            *to = math_make2(r, MATH_PRODUCT, *to, next, (*to)->start, math_last_end(r));
        } else {
            break;
        }
    }
    return below ? math_make2(r, MATH_QUOTIENT, node, below, start, math_last_end(r)) : node;
}
