/* Pieces of a text: formulas, marks of the calculator, the word before a place, the dress after it. */
#include <string.h>

#include "tool/answer_find.h"

enum { MARK_MOST = 200 };

size_t find_mark_end(const find_text *t, size_t at) {
    bool equals = false;
    if (find_byte(t, at) != '<' || find_byte(t, at + 1) != '<') return 0;
    for (size_t i = at + 2; i < t->n && i < at + MARK_MOST && !find_any(t->s[i], "\n<"); i++) {
        if (t->s[i] == '>') return equals && find_byte(t, i + 1) == '>' ? i + 2 : 0;
        equals |= t->s[i] == '=';
    }
    return 0;
}

/* The end of a formula in dollars that starts at `at`; 0: the dollar is money. */
static size_t dollar_end(const find_text *t, size_t at) {
    bool two = find_byte(t, at + 1) == '$';
    size_t i = at + 1 + two;
    bool spaced = text_blank(find_byte(t, i));
    for (; i < t->n; i++) {
        if (t->s[i] == '\\') {
            i++;
        } else if (t->s[i] == '$' && two) {
            return find_byte(t, i + 1) == '$' ? i + 2 : i + 1;
        } else if (t->s[i] == '$') {
            bool closes = (!text_blank(t->s[i - 1]) || spaced) && !find_digit(find_byte(t, i + 1)) && i > at + 1;
            if (find_digit(t->s[at + 1]) && find_any(t->s[i - 1], "=+-*/")) return 0; /* $12 + $30 = $42 */
            return closes ? i + 1 : 0;
        } else if (t->s[i] == '\n' && !two) {
            return 0;
        }
    }
    return 0;
}

/* The end of "\( ... \)" or "\[ ... \]" that starts at `at`; 0: it is not closed. */
static size_t display_end(const find_text *t, size_t at) {
    char open = t->s[at + 1], close = open == '(' ? ')' : ']';
    for (size_t i = at + 2; i + 1 < t->n; i++) {
        if (t->s[i] != '\\') continue;
        if (t->s[i + 1] == close) return i + 2;
        if (t->s[i + 1] == open) return 0;
        i++;
    }
    return 0;
}

/* The end of a formula at `at`; 0: none starts there. */
size_t find_formula_end(const find_text *t, size_t at) {
    if (t->s[at] == '$') return dollar_end(t, at);
    if (t->s[at] == '\\' && (find_byte(t, at + 1) == '(' || find_byte(t, at + 1) == '[')) return display_end(t, at);
    return 0;
}

size_t find_word_before(const find_text *t, size_t at, size_t stop, const char *dress, size_t *length) {
    while (at > stop && find_any(t->s[at - 1], dress)) at--;
    size_t end = at;
    while (at > stop && find_letter(t->s[at - 1])) at--;
    *length = end - at;
    return at;
}

size_t find_undressed(const find_text *t, size_t at, const char *const *dress, size_t n) {
    for (size_t i = 0; i < n;) {
        bool there = find_is(t, at, dress[i]);
        if (there) at += strlen(dress[i]);
        i = there ? 0 : i + 1;
    }
    return at;
}
