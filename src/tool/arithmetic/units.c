/* Lists of words after numbers, and what follows when two sides carry different ones. */
#include "tool/arithmetic/units.h"

#include <string.h>
#include <strings.h>

#include "tool/math/units.h"

static const char *const stops[] = {"and",   "so",    "then", "but",       "or",    "because", "where",
                                    "which", "since", "is",   "if",        "are",   "thus",    "we",
                                    "hence", "while", "with", "therefore", "given", NULL};

/* Words that scale or convert: with one of them a numeric difference proves nothing. */
static const char *const scales[] = {
    "dozen",    "dozens",  "hundred", "thousand",  "million",  "billion", "percent",  "half",
    "halves",   "third",   "thirds",  "quarter",   "quarters", "pair",    "pairs",    "cents",
    "cent",     "pennies", "dimes",   "nickels",   "am",       "pm",      "mod",      "r",
    "score",    "twice",   "double",  "triple",    "k",        "m",       "hundreds", "thousands",
    "millions", "fifth",   "fifths",  "remainder", "squared",  "cubed",   "fourth",   "fourths",
    "tenth",    "tenths",  "times",   "more",      "less",     "each",    "fewer",    "billions",
    "trillion", "\u00a2",  "tens",    "ones",      "lakh",     "lakhs",   "crore",    NULL};

bool unit_stops(const lex *tokens, size_t at) {
    return lex_among(tokens, at, stops);
}

/* Of length, area, volume, mass, time and money, as problems measure in them; by words and symbols of two letters. */
bool unit_measures(const lex *tokens, size_t at) {
    size_t length;
    const char *word = lex_text(tokens, at, &length);
    math_unit unit;
    if (length < 2 || !math_unit_find(word, length, &unit)) return false;
    int powers = 0, common = 0;
    for (int i = 0; i < MATH_DIMENSIONS; i++) {
        bool usual = i == UNIT_LENGTH || i == UNIT_MASS || i == UNIT_TIME || i == UNIT_MONTH || i == UNIT_DOLLAR;
        powers += unit.power[i] != 0;
        common += unit.power[i] != 0 && usual;
    }
    return !unit.symbol && powers > 0 && powers < 3 && powers == common;
}

/* Whether two words are one, but for the end of a plural. */
static bool same_words(const char *x, size_t x_length, const char *y, size_t y_length) {
    size_t n = x_length < y_length ? x_length : y_length, more = x_length + y_length - 2 * n;
    if (more > 2 || n < 2) return false;
    return strncasecmp(x, y, n - (n > 3 && more ? 1 : 0)) == 0;
}

static bool same_stem(const lex *tokens, uint32_t a, uint32_t b) {
    size_t x_length, y_length;
    const char *x = lex_text(tokens, a, &x_length), *y = lex_text(tokens, b, &y_length);
    return same_words(x, x_length, y, y_length);
}

static bool scaled(const lex *tokens, const calc_value *side) {
    for (int i = 0; i < side->unit_count; i++)
        if (lex_among(tokens, side->units[i], scales)) return true;
    return false;
}

/* Whether `side` has a measure other than *first, which is set to its first one. Behind a single number only the first
 * word measures it: "10 liters a day". */
static bool measures_otherwise(const lex *tokens, const calc_value *side, const uint32_t **first) {
    int count = side->operators == 0 && side->unit_count > 1 ? 1 : side->unit_count;
    for (int i = 0; i < count; i++) {
        const uint32_t *unit = &side->units[i];
        bool roman = tokens->text[tokens->tokens[*unit].at] == '\\';
        if (!unit_measures(tokens, *unit) && !(roman && lex_is(tokens, *unit, "in"))) continue;
        if (*first && !same_stem(tokens, **first, *unit)) return true;
        *first = unit;
    }
    return false;
}

/* "1/4 tank", "2/3 of the way": one fraction with words after it. */
static bool fraction_of(const lex *tokens, const calc_value *side) {
    const lex_token *k = &tokens->tokens[side->from];
    return side->unit_count > 0 && side->operators == 1 && side->literals == 2 && side->stop >= side->from + 3 &&
           k[0].kind == LEX_NUMBER && k[1].kind == '/' && k[2].kind == LEX_NUMBER &&
           mpz_cmpabs(mpq_numref(side->value), mpq_denref(side->value)) < 0;
}

bool units_differ(const lex *tokens, const calc_value *left, const calc_value *right) {
    const uint32_t *measure = NULL;
    if (scaled(tokens, left) || scaled(tokens, right)) return true;
    if (measures_otherwise(tokens, left, &measure) || measures_otherwise(tokens, right, &measure)) return true;
    if (fraction_of(tokens, left) && !right->unit_count) return true;
    if (!left->unit_count || !right->unit_count) return false;
    bool found = false;
    for (int i = 0; i < left->unit_count; i++) found |= same_stem(tokens, left->units[i], right->units[0]);
    return !found;
}

bool unit_several(const lex *tokens, const calc_value *side) {
    for (int i = 1; i < side->unit_count; i++)
        if (!same_stem(tokens, side->units[0], side->units[i])) return true;
    return false;
}

/* The measure of the number right before it, letters like m and g among them. "in" in running text is a word. */
static bool measures_number(const lex *tokens, uint32_t at, math_unit *out) {
    size_t length;
    const char *word = lex_text(tokens, at, &length);
    bool roman = tokens->text[tokens->tokens[at].at] == '\\';
    if (at == 0 || !strchr("n)u", tokens->tokens[at - 1].kind)) return false;
    return (roman || !(lex_is(tokens, at, "in") || lex_is(tokens, at, "a"))) && math_unit_find(word, length, out);
}

/* Whether a power stands after the side's first unit: cm^2. */
static bool squared(const lex *tokens, const calc_value *side) {
    uint32_t next = side->units[0] + 1;
    return next < tokens->count && strchr("^s", tokens->tokens[next].kind);
}

static bool same_unit(const math_unit *a, const math_unit *b) {
    return a->over == b->over && a->under == b->under && a->tens == b->tens &&
           memcmp(a->power, b->power, sizeof a->power) == 0;
}

bool unit_sum(const lex *tokens, const calc_value *side) {
    bool sum = false;
    for (size_t at = side->from; at < side->stop; at++) {
        if (strchr("*/^", tokens->tokens[at].kind) || tokens->tokens[at].kind == LEX_FRACTION) return false;
        sum = sum || strchr("+-", tokens->tokens[at].kind);
    }
    return sum && side->operators > 0;
}

/* "10 m / 2 s = 5 s", "2 m * 3 m = 6 m": two measures, and a result that has the wrong one of them. */
static bool wrong_product(const lex *tokens, const calc_value *left, const calc_value *right) {
    math_unit unit[2], result;
    int found = 0;
    bool product = false, quotient = false;
    if (left->operators != 1 || left->literals != 2 || !right->unit_count) return false;
    for (size_t at = left->from; at < left->stop; at++) {
        product = product || tokens->tokens[at].kind == '*';
        quotient = quotient || tokens->tokens[at].kind == '/';
    }
    for (int i = 0; i < left->unit_count && found < 2; i++)
        found += measures_number(tokens, left->units[i], &unit[found]);
    if (found < 2 || product == quotient || !measures_number(tokens, right->units[0], &result)) return false;
    return same_unit(&unit[0], &unit[1]) == product && same_unit(&unit[1], &result) && !squared(tokens, right);
}

bool unit_mixture(const lex *tokens, const calc_value *left, const calc_value *right) {
    static const char *const cents[] = {"cents", "cent", "\u00a2", NULL};
    const calc_value *sides[] = {left, right};
    math_unit first, unit;
    bool found = false;
    if (!unit_sum(tokens, left)) return wrong_product(tokens, left, right);
    for (int s = 0; s < 2; s++)
        for (int i = 0; i < sides[s]->unit_count; i++) {
            if (left->currency && lex_among(tokens, sides[s]->units[i], cents)) return true;
            if (!measures_number(tokens, sides[s]->units[i], &unit)) continue;
            if (found && !same_unit(&first, &unit)) return true;
            first = unit;
            found = true;
        }
    return false;
}
