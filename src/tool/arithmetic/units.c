/* Lists of words after numbers, and what follows when two sides carry different ones. */
#include "tool/arithmetic/units.h"

#include <string.h>
#include <strings.h>

static const char *const stops[] = {"and",   "so",    "then", "but",       "or",    "because", "where",
                                    "which", "since", "is",   "if",        "are",   "thus",    "we",
                                    "hence", "while", "with", "therefore", "given", NULL};

/* Words that scale or convert: with one of them a numeric difference proves nothing. */
static const char *const scales[] = {
    "dozen",   "dozens",  "hundred",  "thousand", "million",   "billion",  "percent", "half",   "halves",
    "third",   "thirds",  "quarter",  "quarters", "pair",      "pairs",    "cents",   "cent",   "pennies",
    "dimes",   "nickels", "am",       "pm",       "mod",       "r",        "score",   "twice",  "double",
    "triple",  "k",       "m",        "hundreds", "thousands", "millions", "fifth",   "fifths", "remainder",
    "squared", "cubed",   "fourth",   "fourths",  "tenth",     "tenths",   "times",   "more",   "less",
    "each",    "fewer",   "billions", "trillion", "\u00a2",    NULL};

static const char *const measures[] = {
    "hour",   "hours",   "minute",  "minutes", "second", "seconds", "day",    "days",    "week",   "weeks",
    "month",  "months",  "year",    "years",   "foot",   "feet",    "inch",   "inches",  "yard",   "yards",
    "mile",   "miles",   "meter",   "meters",  "km",     "cm",      "mm",     "kg",      "gram",   "grams",
    "liter",  "liters",  "ounce",   "ounces",  "pound",  "pounds",  "gallon", "gallons", "cup",    "cups",
    "hr",     "hrs",     "min",     "mins",    "sec",    "secs",    "ml",     "lbs",     "dollar", "dollars",
    "decade", "decades", "century", "quart",   "quarts", "pint",    "pints",  "lb",      "oz",     "mph",
    "ft",     "mi",      "yd",      "mg",      "metre",  "metres",  "litre",  "litres",  NULL};

bool unit_stops(const lex *tokens, size_t at) {
    return lex_among(tokens, at, stops);
}

bool unit_measures(const lex *tokens, size_t at) {
    return lex_among(tokens, at, measures);
}

static bool same_stem(const lex *tokens, uint32_t a, uint32_t b) {
    const lex_token *x = &tokens->tokens[a], *y = &tokens->tokens[b];
    size_t n = x->length < y->length ? x->length : y->length;
    size_t more = (x->length > y->length ? x->length : y->length) - n;
    if (more > 2 || n < 2) return false;
    return strncasecmp(tokens->text + x->at, tokens->text + y->at, n - (n > 3 && more ? 1 : 0)) == 0;
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
        if (!unit_measures(tokens, *unit)) continue;
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
