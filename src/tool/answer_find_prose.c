/* Values in prose: the one number or formula of "There are 72 pins in the box." */
#include <string.h>

#include "tool/answer_find.h"
#include "tool/math/units.h"

static bool numeral_byte(const find_text *t, size_t at) {
    char c = t->s[at];
    return find_digit(c) || ((c == '.' || c == ',' || c == '/') && find_digit(find_byte(t, at + 1)));
}

/* The end of the number at `at` with its per cent sign or unit. */
static size_t number_end(const find_text *t, size_t at, size_t end) {
    math_unit unit;
    size_t i = at, n = 0;
    if (t->s[i] == '$' || t->s[i] == '-') i++;
    while (i < end && numeral_byte(t, i)) i++;
    if (i < end && t->s[i] == '%') return i + 1;
    size_t word = i;
    while (word < end && find_any(t->s[word], " *")) word++;
    while (word + n < end && find_letter(t->s[word + n])) n++;
    bool preposition = n == 2 && find_is_word(t, word, "in") && find_byte(t, word + 2) == ' '; /* "$8 in total" */
    return n && !preposition && math_unit_find(t->s + word, n, &unit) ? word + n : i;
}

/* Whether a formula is more than a name: "$x$" is mentioned, "$x = 5$" says something. */
static bool says(const find_text *t, size_t start, size_t end) {
    for (size_t i = start; i < end; i++)
        if (find_digit(t->s[i]) || t->s[i] == '=' || (t->s[i] == '\\' && find_letter(find_byte(t, i + 1)))) return true;
    return false;
}

/* Whether the number at `at` begins one: not the 2 of "x2". */
static bool number_at(const find_text *t, size_t at, size_t start) {
    char c = t->s[at], before = at > start ? t->s[at - 1] : ' ';
    if (find_letter(before) || find_digit(before) || before == '.') return false;
    return find_digit(c) || (find_any(c, "$-.") && find_digit(find_byte(t, at + 1)));
}

/* Formulas and numbers of a sentence, and the last one. */
static size_t count_parts(const find_text *t, const find_value *v, size_t *from, size_t *to) {
    size_t count = 0;
    for (size_t i = v->start; i < v->end;) {
        size_t end = find_mark_end(t, i);
        if (end) {
            i = end;
            continue;
        }
        end = find_formula_end(t, i);
        bool part = end && end <= v->end && says(t, i, end);
        if (!end && number_at(t, i, v->start)) {
            end = number_end(t, i, v->end);
            part = true;
        }
        if (part) {
            count++;
            *from = i;
            *to = end;
        }
        i = end ? end : i + 1;
    }
    return count;
}

/* Whether the number at `at` is no value but a bound or an index: "more than 5", "at least 5", "day 5". */
static bool compared(const find_text *t, size_t start, size_t at) {
    static const char *const bounds[] = {"than",  "least", "most",    "over", "under", "between", "below",
                                         "above", "day",   "chapter", "room", "page",  "step",    "number"};
    while (at > start && !find_letter(t->s[at - 1])) at--;
    while (at > start && find_letter(t->s[at - 1])) at--;
    return FIND_WORD(t, at, bounds) > 0;
}

/* Whether the words before a value in prose make another value of it: "the square of 10", "all but 10", "the 6th
 * prime", "true when x = 6". */
static bool changed(const find_text *t, size_t start, size_t from, size_t to) {
    static const char *const wholes[] = {"total", "value", "amount", "sum", "number", "score", "average"};
    static const char *const words[] = {"except", "but",  "not",    "never",  "when",   "if",    "without", "besides",
                                        "twice",  "half", "double", "triple", "thrice", "minus", "unless"};
    size_t at = from, length;
    for (size_t i = start; i < from; i++)
        if ((i == start || !find_letter(t->s[i - 1])) && FIND_WORD(t, i, words)) return true;
    if (find_is(t, to, "th") || find_is(t, to, "st") || find_is(t, to, "nd") || find_is(t, to, "rd")) return true;
    at = find_word_before(t, at, start, FIND_DRESS, &length);
    if (!length || !find_is_word(t, at, "of")) return false;
    at = find_word_before(t, at, start, FIND_DRESS, &length);
    return length && !FIND_WORD(t, at, wholes);
}

bool find_narrowed(const find_text *t, find_value *v) {
    size_t from = 0, to = 0;
    const char *mark = memmem(t->s + v->start, v->end - v->start, "**", 2), *close = NULL;
    if (mark) close = memmem(mark + 2, (size_t)(t->s + v->end - mark) - 2, "**", 2);
    if (close && close > mark + 2 && !memmem(close + 2, (size_t)(t->s + v->end - close) - 2, "**", 2)) {
        from = (size_t)(mark + 2 - t->s);
        to = (size_t)(close - t->s);
    } else {
        if (count_parts(t, v, &from, &to) != 1) return false;
        if (!find_formula_end(t, from) && (v->words < 3 || compared(t, v->start, from))) return false;
    }
    if (changed(t, v->start, from, to)) return false;
    v->start = from;
    v->end = to;
    find_tidy(t, &v->start, &v->end);
    v->plain = true;
    v->prose = false;
    return v->end > v->start;
}
