/* Answers that stand before the words that say so, "x = 5 is the answer", and conclusions of a last sentence. */
#include <string.h>

#include "tool/answer_find.h"

/* ---- the words --------------------------------------------------------------------------------------------------- */

/* Between the verb and the noun: "is therefore the answer". */
static const char *const adverbs[] = {"indeed", "therefore", "thus", "then", "hence", "also"};

/* First words of a sentence that concludes. */
static const char *const conclusions[] = {"so",
                                          "therefore",
                                          "thus",
                                          "hence",
                                          "consequently",
                                          "in conclusion",
                                          "this means",
                                          "that means",
                                          "we conclude",
                                          "finally",
                                          "altogether",
                                          "in total",
                                          "we find that",
                                          "the solution is",
                                          "the solution set is",
                                          "the solutions are"};

/* Words of a last sentence that does not conclude after all. */
static const char *const unsettled[] = {
    "answer",     "not",           "if",     "suppose",   "assume", "wrong",      "incorrect", "check",    "verify",
    "let",        "need",          "needs",  "try",       "want",   "must",       "next",      "consider", "step",
    "impossible", "contradiction", "cannot", "can't",     "isn't",  "whether",    "maybe",     "perhaps",  "wait",
    "unless",     "either",        "first",  "erroneous", "flawed", "contradicts"};

bool find_offers_choices(const char *problem) {
    static const char *const pairs[][2] = {
        {"(A)", "(B)"}, {"\nA.", "\nB."}, {"\nA)", "\nB)"}, {"\nA:", "\nB:"}, {" A)", " B)"}, {" A.", " B."},
    };
    for (size_t i = 0; i < FIND_COUNT(pairs); i++) {
        const char *a = strstr(problem, pairs[i][0]);
        if (a && strstr(a, pairs[i][1])) return true;
    }
    return false;
}

/* ---- a value before its verb ------------------------------------------------------------------------------------- */

enum { BACK_MOST = 120 };

/* The start of the token that ends at `end`: a formula in dollars, or what stands between blanks. */
static size_t token_start(const find_text *t, size_t end, size_t stop) {
    size_t i = end;
    bool round = end - stop >= 2 && t->s[end - 1] == ')' && t->s[end - 2] == '\\';
    if (round || t->s[end - 1] == '$') {
        for (i = end - 1; i > stop && t->s[i - 1] != '\n'; i--)
            if (round ? t->s[i - 1] == '\\' && t->s[i] == '(' : t->s[i - 1] == '$') return i - 1;
        i = end;
    }
    while (i > stop && !find_blank(t->s[i - 1])) i--;
    return i;
}

/* Whether a token is a word of two letters or more. */
static bool plain_word(const find_text *t, size_t start, size_t end) {
    while (start < end && t->s[start] == '*') start++;
    while (start < end && find_any(t->s[end - 1], "*,")) end--;
    for (size_t i = start; i < end; i++)
        if (!find_letter(t->s[i])) return false;
    return end - start >= 2;
}

/* The start of the value that ends at `end`: of its tokens up to a word or the end of a clause. */
static size_t value_back(const find_text *t, size_t end) {
    size_t stop = end > BACK_MOST ? end - BACK_MOST : 0, start = end;
    for (size_t at = end; at > stop; start = at) {
        while (at > stop && find_blank(t->s[at - 1]) && t->s[at - 1] != '\n') at--;
        if (at == stop || t->s[at - 1] == '\n') break;
        if (start < end && find_any(t->s[at - 1], ".,;:?!")) break;
        size_t from = token_start(t, at, stop);
        bool joins = start < end && (find_is_word(t, from, "and") || find_is_word(t, from, "or"));
        bool unit = start == end && from > stop + 1 && find_digit(t->s[from - 2]);
        if (plain_word(t, from, at) && !joins && !unit) break;
        at = from;
    }
    while (start < end && find_blank(t->s[start])) start++;
    return start;
}

static bool is_choice(const find_text *t, const find_value *v) {
    size_t n = v->end - v->start;
    return n == 1 ? t->s[v->start] >= 'A' && t->s[v->start] <= 'Z' : n == 3 && t->s[v->start] == '(';
}

bool find_reversed_at(const find_text *t, size_t at, find_statement *out) {
    bool choice = t->choices && (find_is_word(t, at, "correct") || find_is_word(t, at, "right") ||
                                 find_is_word(t, at, "option") || find_is_word(t, at, "choice"));
    bool final;
    size_t length, stop = at > BACK_MOST ? at - BACK_MOST : 0;
    if (!choice && !find_is_word(t, at, "answer")) return false;
    if (at == 0 || find_letter(t->s[at - 1])) return false;
    size_t verb = find_word_before(t, find_phrase_start(t, at, &final), stop, &length);
    if (length && FIND_WORD(t, verb, adverbs)) verb = find_word_before(t, verb, stop, &length);
    if (!length || !(find_is_word(t, verb, "is") || find_is_word(t, verb, "are"))) return false;
    size_t start = value_back(t, verb), noun_end = at;
    while (find_letter(find_byte(t, noun_end))) noun_end++;
    find_text before = {t->s, verb, t->choices};
    find_value value;
    if (find_byte(t, noun_end) == '?' || start >= verb || find_doubted(t, start)) return false;
    if (!find_value_at(&before, start, FIND_SAME_LINE, &value) || !value.plain || value.next + 1 < verb) return false;
    if (choice && !is_choice(t, &value)) return false;
    *out = (find_statement){choice ? FIND_CHOICE : FIND_SENTENCE, start, noun_end, value.start, value.end, true};
    return true;
}

/* ---- the last sentence ------------------------------------------------------------------------------------------- */

enum { LINE_MOST = 8000 };

/* Whether a sentence that concludes begins at `at`, with or without a period before it: "Therefore, ". */
static bool concludes(const find_text *t, size_t at) {
    size_t n = t->s[at] >= 'A' && t->s[at] <= 'Z' ? FIND_WORD(t, at, conclusions) : 0;
    return n && find_blank(t->s[at - 1]) && find_byte(t, at + n) == ',';
}

/* The last sentence of the last line that is not empty: [*start, *end). */
static bool last_sentence(const find_text *t, size_t *start, size_t *end) {
    size_t stop = t->n, line;
    while (stop && (find_blank(t->s[stop - 1]) || t->s[stop - 1] == '*')) stop--;
    for (line = stop; line && stop - line < LINE_MOST && t->s[line - 1] != '\n';) line--;
    if (!stop || stop - line == LINE_MOST) return false;
    *start = line;
    *end = stop;
    for (size_t i = line; i + 1 < stop;) {
        size_t formula = find_formula_end(t, i);
        if (formula && formula <= stop) {
            i = formula;
            continue;
        }
        if (find_any(t->s[i], ".?!") && t->s[i + 1] == ' ') *start = i + 2;
        if (i > line && concludes(t, i)) *start = i;
        i++;
    }
    return true;
}

/* Whether [start, end) names one thing: "x", "f(2)", "\angle ABC", but no sum. */
static bool names(const find_text *t, size_t start, size_t end) {
    size_t letters = 0, depth = 0;
    for (size_t i = start; i < end; i++) {
        char c = t->s[i];
        depth += c == '(' || c == '{';
        depth -= (c == ')' || c == '}') && depth;
        letters += find_letter(c);
        if (!depth && (find_any(c, "+-*/^<>=:,") || (find_digit(c) && !letters))) return false;
        if (find_is(t, i, "\\cdot") || find_is(t, i, "\\times") || find_is(t, i, "\\frac")) return false;
    }
    return letters > 0;
}

/* An equality whose sign stands at `sign` and whose last side ends the sentence: "x = 5" with its name, "3 + 4 = 7"
 * without its left side. */
static bool equality(const find_text *t, size_t sign, size_t from, find_value *out) {
    size_t left = value_back(t, sign), end = sign;
    if (left < from) left = from;
    while (end > left && find_blank(t->s[end - 1])) end--;
    bool named = names(t, left, end);
    if (!named && left < end && !find_arithmetic(t, left, end)) return false;
    return find_value_at(t, named ? left : sign + 1, FIND_SAME_LINE, out) && out->plain && out->next + 2 > t->n;
}

/* The value after the first verb or equals sign from which it reaches to the end of the sentence. */
static bool value_at_end(const find_text *t, size_t from, find_value *out) {
    static const char *const verbs[] = {"is", "are", "equals", "increases by", "decreases by"};
    for (size_t i = from; i + 1 < t->n;) {
        size_t skip = find_mark_end(t, i), verb = t->s[i] == ' ' ? FIND_WORD(t, i + 1, verbs) : 0;
        if (t->s[i] == '=') return equality(t, i, from, out);
        if (verb && find_value_at(t, i + 1 + verb, FIND_SAME_LINE, out) && out->plain && out->next + 2 > t->n)
            return true;
        if (!skip) skip = find_formula_end(t, i);
        i = skip && skip < t->n ? skip : i + 1;
    }
    return false;
}

/* A line that is a formula: "$x = 5$", "x = 5", "= 5", "3 + 4 = 7"; an equation in several terms says no answer. A bare
 * value says it where it is the whole text. */
static bool formula_line(const find_text *t, size_t start, find_value *out) {
    if (!find_value_at(t, start, FIND_SAME_LINE, out) || !out->plain || out->words || out->next + 2 < t->n)
        return false;
    const char *sign = memchr(t->s + out->start, '=', out->end - out->start);
    if (!sign) return find_formula_end(t, start) || (start == 0 && out->start == 0);
    if (sign == t->s + out->start) {
        while (out->start < out->end && (t->s[out->start] == '=' || find_blank(t->s[out->start]))) out->start++;
        return out->start < out->end;
    }
    return names(t, out->start, (size_t)(sign - t->s));
}

/* A number with its noun at the end of a sentence: "there are 42 apples", "there are 42 apples that are red". */
static bool counted(const find_text *t, size_t start, find_value *out) {
    static const char *const clauses[] = {"that", "which", "who", "whose", "satisfying", "such"};
    size_t words = 0;
    *out = (find_value){.start = start, .end = t->n, .words = 4};
    if (!find_narrowed(t, out)) return false;
    for (size_t i = out->end; i < t->n; i++) {
        bool word = find_letter(t->s[i]) && !find_letter(t->s[i - 1]);
        bool remark = i >= 2 && t->s[i - 2] == ','; /* ", which is odd" */
        if (word && !remark && FIND_WORD(t, i, clauses)) break;
        words += word;
    }
    return words <= 3;
}

bool find_last(const find_text *t, find_statement *out) {
    size_t start, end;
    find_value value = {0};
    if (!last_sentence(t, &start, &end)) return false;
    while (start < end && (find_blank(t->s[start]) || t->s[start] == '*')) start++;
    find_text sentence = {t->s, end, t->choices};
    for (size_t i = start; i < end; i++)
        if ((i == start || !find_letter(t->s[i - 1])) && FIND_WORD(&sentence, i, unsettled)) return false;
    if (t->s[end - 1] == '?') return false;
    size_t opening = FIND_WORD(&sentence, start, conclusions);
    bool found = opening
                     ? value_at_end(&sentence, start + opening, &value) || counted(&sentence, start + opening, &value)
                     : formula_line(&sentence, start, &value);
    *out = (find_statement){FIND_LAST, start, end, value.start, value.end, true};
    return found && value.start < value.end;
}
