/* Kinds of equalities whose numbers are not all that they speak of. */
#include "tool/arithmetic/meant.h"

#include <string.h>

#include "tool/arithmetic/machine.h"
#include "tool/arithmetic/units.h"

enum { PART_MOST = 12, YEAR_LEAST = 1800, YEAR_MOST = 2100 };

/* A side that is one whole number. */
static bool is_whole(const calc_value *side) {
    return side->operators == 0 && side->names == 0 && side->literals == 1 && side->percents == 0 &&
           mpz_cmp_ui(mpq_denref(side->value), 1) == 0;
}

/* ---- false of the numbers -------------------------------------------------------------------------------------- */

/* "3/5 = 30 apples": a part of a whole, and what it counts. */
static bool part_of_whole(calc *machine, const lex *tokens, const calc_value *left, const calc_value *right) {
    const lex_token *k = tokens->tokens;
    bool part = left->operators == 1 && left->literals == 2 && calc_shows_number(tokens, left) &&
                mpq_sgn(left->value) > 0 && mpq_cmp_ui(left->value, 1, 1) <= 0;
    for (size_t at = left->from; at < left->stop && part; at++) {
        if (k[at].kind == '/') part = !k[at].space && !k[at + 1].space;
        if (k[at].kind == LEX_NUMBER)
            part = calc_number_at(machine, tokens, at) && mpq_cmp_ui(machine->scratch, PART_MOST, 1) <= 0;
    }
    bool whole = mpz_cmp_ui(mpq_denref(right->value), 1) == 0 && !right->percents && !right->fractional;
    return part && whole && mpq_cmp_ui(right->value, 1, 1) > 0;
}

/* "3 apples + 2 pears = $12": things, and what they cost. */
static bool goods_for_money(const lex *tokens, const calc_value *left, const calc_value *right) {
    return !left->currency && right->currency && unit_sum(tokens, left) && unit_several(tokens, left);
}

/* "15 * 4 = 1 hour", "4 * 25 = 1 dollar": the left side counts the smaller unit. */
static bool converts(const lex *tokens, const calc_value *left, const calc_value *right) {
    static const unsigned ratios[] = {7, 12, 16, 24, 60, 100, 168, 365, 1000, 3600};
    bool measured = right->unit_count > 0 && unit_measures(tokens, right->units[0]);
    if (left->unit_count || left->currency || !measured || right->operators || mpq_sgn(right->value) == 0) return false;
    mpq_t ratio;
    mpq_init(ratio);
    mpq_div(ratio, left->value, right->value);
    bool known = mpq_cmp_ui(ratio, 1, 60) == 0; /* "1/2 + 1/4 = 45 minutes" */
    for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++) known = known || mpq_cmp_ui(ratio, ratios[i], 1) == 0;
    mpq_clear(ratio);
    return known;
}

/* "9-5 = 8 hours", "7-9 = 3 pages", "2020-2021 = 1 school year": from one to the other. */
static bool is_range(calc *machine, const lex *tokens, const calc_value *left, const calc_value *right) {
    const lex_token *k = &tokens->tokens[left->from];
    bool tight = left->stop == left->from + 3 && k[0].kind == LEX_NUMBER && k[1].kind == '-' &&
                 k[2].kind == LEX_NUMBER && !k[1].space && !k[2].space;
    if (!tight || !is_whole(right) || !right->unit_count || !calc_number_at(machine, tokens, left->from)) return false;
    bool year = mpq_cmp_ui(machine->scratch, YEAR_LEAST, 1) >= 0 && mpq_cmp_ui(machine->scratch, YEAR_MOST, 1) <= 0;
    bool clock = mpq_cmp_ui(machine->scratch, 12, 1) <= 0 && mpq_cmp_ui(right->value, 12, 1) <= 0;
    bool hours = lex_is(tokens, right->units[0], "hours") || lex_is(tokens, right->units[0], "hour");
    mpq_t both;
    mpq_init(both);
    mpq_add(both, left->value, right->value); /* 1 where the first and the last are counted */
    bool counted = mpq_cmp_ui(both, 1, 1) == 0;
    mpq_clear(both);
    return (year && mpq_sgn(left->value) < 0) || (clock && hours) || counted;
}

/* "(1) + (2) = 12": the numbers of equations. */
static bool are_labels(const lex *tokens, const calc_value *left) {
    const lex_token *k = tokens->tokens;
    if (left->operators == 0) return false;
    for (size_t at = left->from; at < left->stop; at += 4) {
        bool label = at + 3 <= left->stop && k[at].kind == '(' && k[at + 1].kind == LEX_NUMBER &&
                     k[at + 1].length == 1 && k[at + 2].kind == ')';
        bool sign = at + 3 >= left->stop || strchr("+-", k[at + 3].kind);
        if (!label || !sign) return false;
    }
    return true;
}

/* "- 3 + 4 = 1", "-10 = 2*5" at the start of a line: a sign, or the mark of a list. */
static bool signed_after_all(calc *machine, const lex *tokens, const calc_value *left, const calc_value *right) {
    const lex_token *k = tokens->tokens;
    size_t from = left->from;
    bool starts = from == 0 || k[from - 1].kind == LEX_LINE;
    if (starts && k[from].kind == '-' && left->operators == 0 && left->literals == 1) {
        mpq_neg(machine->scratch, left->value);
        return mpq_equal(machine->scratch, right->value);
    }
    if (from == 0 || k[from - 1].kind != LEX_LINE || tokens->text[k[from - 1].at] != '-') return false;
    if (from + 1 >= left->stop || !strchr("+-", k[from + 1].kind) || !calc_number_at(machine, tokens, from))
        return false;
    mpq_t value;
    mpq_init(value);
    mpq_sub(value, left->value, machine->scratch);
    mpq_sub(value, value, machine->scratch);
    bool same = mpq_equal(value, right->value);
    mpq_clear(value);
    return same;
}

/* "1.000 + 500 = 1.500": points may separate thousands. */
static bool thousands_points(const lex *tokens, const calc_value *left, const calc_value *right) {
    const calc_value *sides[] = {left, right};
    for (int s = 0; s < 2; s++) {
        bool found = false;
        for (size_t at = sides[s]->from; at < sides[s]->stop; at++) {
            const lex_token *t = &tokens->tokens[at];
            const char *point = t->kind == LEX_NUMBER ? memchr(tokens->text + t->at, '.', t->length) : NULL;
            if (!point) continue;
            size_t whole = (size_t)(point - tokens->text) - t->at;
            if (whole < 1 || whole > 3 || t->length != whole + 4 || tokens->text[t->at] == '0') return false;
            found = true;
        }
        if (!found) return false;
    }
    return true;
}

/* "2-1/2 + 2-1/2 = 5": a hyphen in a mixed number. */
static bool hyphen_mixed(const lex *tokens, const calc_value *side) {
    const lex_token *k = tokens->tokens;
    for (size_t at = side->from; at + 5 <= side->stop; at++) {
        bool tight = !k[at + 1].space && !k[at + 2].space && !k[at + 3].space && !k[at + 4].space;
        if (tight && k[at].kind == LEX_NUMBER && k[at + 1].kind == '-' && k[at + 2].kind == LEX_NUMBER &&
            k[at + 3].kind == '/' && k[at + 4].kind == LEX_NUMBER && k[at + 2].length <= k[at + 4].length)
            return true;
    }
    return false;
}

/* "= 15 15/30 = 50%": a result, and the next computation. */
static bool runs_into_next(const lex *tokens, const calc_value *right) {
    const lex_token *k = &tokens->tokens[right->from];
    return right->stop == right->from + 4 && right->stop < tokens->count && k[0].kind == LEX_NUMBER &&
           k[1].kind == LEX_NUMBER && k[4].kind == LEX_EQUAL;
}

bool meant_otherwise(calc *machine, const lex *tokens, const calc_value *left, const calc_value *right) {
    return part_of_whole(machine, tokens, left, right) || goods_for_money(tokens, left, right) ||
           converts(tokens, left, right) || is_range(machine, tokens, left, right) || are_labels(tokens, left) ||
           signed_after_all(machine, tokens, left, right) || thousands_points(tokens, left, right) ||
           runs_into_next(tokens, right) || hyphen_mixed(tokens, left) || hyphen_mixed(tokens, right);
}

/* "$31^2$ is $600$ greater than $19^2$", "5^8 is 5 raised to the power of 8". */
bool meant_compared(const lex *tokens, const calc_value *right) {
    static const char *const words[] = {"greater", "larger", "bigger", "smaller", "more",  "less",
                                        "fewer",   "raised", "times",  "plus",    "minus", NULL};
    size_t at = right->stop, unit = right->unit_count ? right->units[0] : at;
    while (at < tokens->count && tokens->tokens[at].kind == LEX_CURRENCY) at++;
    return lex_among(tokens, at, words) || lex_among(tokens, unit, words);
}

/* ---- true of the numbers --------------------------------------------------------------------------------------- */

/* The word of magnitude that unit `at` is: its index from 1 on; 0: none. "7 dozen" counts things. */
static int magnitude(const lex *tokens, uint32_t at) {
    static const char *const words[] = {"dozen", "hundred", "thousand", "million", "billion", "trillion", "score"};
    for (int i = 0; i < (int)(sizeof words / sizeof *words); i++)
        if (lex_is(tokens, at, words[i])) return i + 1;
    return 0;
}

/* "3 million + 4 = 7 million": not all numbers have the same word. */
static bool magnitudes_differ(const lex *tokens, const calc_value *left, const calc_value *right) {
    const calc_value *sides[] = {left, right};
    int words[2] = {0, 0}, first = 0;
    for (int s = 0; s < 2; s++)
        for (int i = 0; i < sides[s]->unit_count; i++) {
            int word = magnitude(tokens, sides[s]->units[i]);
            if (word && first && word != first) return true;
            if (word) first = word;
            words[s] += word != 0;
        }
    bool dozens = first == 1;
    if (!first || (dozens && words[0] == 0)) return false; /* "3 + 4 = 7 dozen eggs" */
    if (!unit_sum(tokens, left)) return !dozens && (words[0] > 0) != (words[1] > 0);
    return words[0] != left->literals || words[1] != right->literals;
}

/* Whether a word right before the side does something to its first number. */
static bool begins_before(const lex *tokens, const calc_value *left) {
    static const char *const words[] = {
        "twice",   "double", "triple",  "thrice",  "negative", "minus",   "power",  "log",   "ln",    "sin",
        "cos",     "tan",    "squared", "cubed",   "root",     "three",   "four",   "five",  "six",   "seven",
        "eight",   "nine",   "ten",     "eleven",  "twelve",   "twenty",  "thirty", "forty", "fifty", "sixty",
        "seventy", "eighty", "ninety",  "hundred", "thousand", "million", NULL};
    size_t at = left->from;
    while (at > 0 && tokens->tokens[at - 1].kind == LEX_CURRENCY) at--;
    if (at > 0 && lex_is(tokens, at - 1, "than")) { /* "10 less than 3 + 4", "4 hours less than" */
        size_t least = at > 4 ? at - 4 : 0;
        while (at > least && strchr("wn$", tokens->tokens[at - 1].kind))
            if (tokens->tokens[--at].kind == LEX_NUMBER) return true;
        return false;
    }
    return at > 0 && lex_among(tokens, at - 1, words);
}

/* Whether what stands right after the side changes it: "7 squared", "7 less 1", "7 more than 2", "7 and a half", "7:2",
 * "7 mod 5". */
static bool ends_after(const lex *tokens, const calc_value *right) {
    static const char *const words[] = {"squared", "cubed", "doubled", "tripled", "halved", "mod", "modulo", NULL};
    static const char *const compared[] = {"less", "more", "fewer", NULL};
    const lex_token *k = tokens->tokens;
    size_t at = right->unit_count ? right->units[0] : right->stop;
    if (right->operators || at >= tokens->count) return false;
    while (at < tokens->count && k[at].kind == LEX_CURRENCY) at++;
    bool number = at + 1 < tokens->count && k[at + 1].kind == LEX_NUMBER;
    if (at < tokens->count && strchr(":,", k[at].kind))
        return number && !k[at].space && !k[at + 1].space && tokens->text[k[at + 1].at] != '0'; /* 5:00 */
    if (lex_among(tokens, at, words)) return true;
    bool than = lex_is(tokens, at + 1, "than") && at + 2 < tokens->count && k[at + 2].kind == LEX_NUMBER;
    if (lex_among(tokens, at, compared)) return number || than;
    if (lex_is(tokens, at, "per")) return lex_is(tokens, at + 1, "cent");
    return lex_is(tokens, at, "and") && lex_is(tokens, at + 1, "a") &&
           (lex_is(tokens, at + 2, "half") || lex_is(tokens, at + 2, "third") || lex_is(tokens, at + 2, "quarter"));
}

/* The sign of order at a token: '<', '>', 'l' at most, 'g' at least, '!' unequal, or '\0'. */
static char order_at(const lex *tokens, size_t at) {
    static const struct {
        const char *text;
        char sign;
    } orders[] = {{"<=", 'l'},   {">=", 'g'},     {"!=", '!'},     {"<", '<'},     {">", '>'},    {"\\leq", 'l'},
                  {"\\le", 'l'}, {"\\geq", 'g'},  {"\\ge", 'g'},   {"\\neq", '!'}, {"\\ne", '!'}, {"\\lt", '<'},
                  {"\\gt", '>'}, {"\u2264", 'l'}, {"\u2265", 'g'}, {"\u2260", '!'}};
    const lex_token *t = &tokens->tokens[at];
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        if (strlen(orders[i].text) == t->length && memcmp(orders[i].text, tokens->text + t->at, t->length) == 0)
            return orders[i].sign;
    return '\0';
}

bool meant_false_order(calc *machine, const lex *tokens, const calc_value *right) {
    size_t at = right->stop;
    if (at + 1 >= tokens->count || tokens->tokens[at].kind != LEX_RELATION) return false;
    char sign = order_at(tokens, at);
    calc_value next;
    calc_value_open(&next);
    size_t to = at + 1;
    while (to < tokens->count && !strchr("\n,.:;r=~e", tokens->tokens[to].kind)) to++;
    bool known = sign && calc_range(machine, tokens, at + 1, to, NULL, CALC_PREFIX, CALC_WRITTEN, &next) == CAIRN_OK;
    int order = known ? mpq_cmp(right->value, next.value) : 0;
    calc_value_close(&next);
    if (!known) return false;
    return sign == '<'   ? order >= 0
           : sign == '>' ? order <= 0
           : sign == 'l' ? order > 0
           : sign == 'g' ? order < 0
                         : order == 0;
}

bool meant_of_more(calc *machine, const lex *tokens, const calc_value *left, const calc_value *right) {
    return unit_mixture(tokens, left, right) || magnitudes_differ(tokens, left, right) || begins_before(tokens, left) ||
           ends_after(tokens, right) || meant_false_order(machine, tokens, right);
}
