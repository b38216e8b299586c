/* Answers that stand before the words that say so: "x = 5 is the answer". */
#include <string.h>

#include "tool/answer_find.h"

/* ---- the words --------------------------------------------------------------------------------------------------- */

/* Between the verb and the noun: "is therefore the answer". */
static const char *const adverbs[] = {"indeed", "therefore", "thus", "then", "hence", "also"};

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
    while (i > stop && !text_blank(t->s[i - 1])) i--;
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
        while (at > stop && text_blank(t->s[at - 1]) && t->s[at - 1] != '\n') at--;
        if (at == stop || t->s[at - 1] == '\n') break;
        if (start < end && find_any(t->s[at - 1], ".,;:?!")) break;
        size_t from = token_start(t, at, stop);
        bool joins = start < end && (find_is_word(t, from, "and") || find_is_word(t, from, "or"));
        bool unit = start == end && from > stop + 1 && find_digit(t->s[from - 2]);
        if (plain_word(t, from, at) && !joins && !unit) break;
        at = from;
    }
    while (start < end && text_blank(t->s[start])) start++;
    return start;
}

static bool is_choice(const find_text *t, const find_value *v) {
    size_t n = v->end - v->start;
    return n == 1 ? t->s[v->start] >= 'A' && t->s[v->start] <= 'Z' : n == 3 && t->s[v->start] == '(';
}

/* "the solution" at the end of a sentence; "a solution" may be one of several, "the solution volume" is a noun. */
static bool at_solution(const find_text *t, size_t at) {
    size_t end = at + strlen("solution"), length;
    if (!find_is_word(t, at, "solution") || (end < t->n && !find_any(t->s[end], ".!\n"))) return false;
    size_t before = find_word_before(t, at, at > BACK_MOST ? at - BACK_MOST : 0, FIND_DRESS, &length);
    return length && (find_is_word(t, before, "the") || find_is_word(t, before, "final"));
}

bool find_reversed_at(const find_text *t, size_t at, find_statement *out) {
    bool choice = t->choices && (find_is_word(t, at, "correct") || find_is_word(t, at, "right") ||
                                 find_is_word(t, at, "option") || find_is_word(t, at, "choice"));
    static const char *const others[] = {"to a", "to an", "to another", "to part", "for part", "of", "if", "when"};
    bool final;
    size_t length, stop = at > BACK_MOST ? at - BACK_MOST : 0;
    if (!choice && !find_is_word(t, at, "answer") && !at_solution(t, at)) return false;
    if (at == 0 || find_letter(t->s[at - 1])) return false;
    size_t verb = find_word_before(t, find_phrase_start(t, at, &final), stop, FIND_DRESS, &length);
    if (length && FIND_WORD(t, verb, adverbs)) verb = find_word_before(t, verb, stop, FIND_DRESS, &length);
    if (!length || !(find_is_word(t, verb, "is") || find_is_word(t, verb, "are"))) return false;
    size_t start = value_back(t, verb), noun_end = at;
    while (find_letter(find_byte(t, noun_end))) noun_end++;
    find_text before = find_part(t, 0, verb);
    find_value value;
    if (find_byte(t, noun_end) == '?' || start >= verb || find_doubted(t, start) || !find_introduced(t, start) ||
        FIND_WORD(t, noun_end + 1, others))
        return false;
    if (!find_value_at(&before, start, FIND_SAME_LINE, &value) || !value.plain || value.next + 1 < verb) return false;
    if (choice && !is_choice(t, &value)) return false;
    *out = (find_statement){choice ? FIND_CHOICE : FIND_SENTENCE, start, noun_end, value.start, value.end, true};
    return true;
}
