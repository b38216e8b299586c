/* A box inside a formula: "$2\boxed{7}$" states 14, "$x = \boxed{7}$" states 7. */
#include <string.h>

#include "tool/answer_find.h"

enum { LINE_MOST = 400, AFTER_MOST = 160 };

/* Signs after which a box is a whole side. */
static const char *const relations[] = {"=",           "\\approx",     "\\equiv", "\\in",
                                        "\\implies",   "\\Rightarrow", "\\to",    "\\rightarrow",
                                        "\\therefore", "\\simeq",      "\\doteq", "\\Longrightarrow"};
/* What may stand before or after a box and says nothing of its value; units are no part of it. */
static const char *const dress[] = {" ",        "\\,",         "\\;",
                                    "\\ ",      "\\!",         "\\:",
                                    "&",        "{",           "}",
                                    ".",        ",",           ";",
                                    "\\quad",   "\\qquad",     "\\displaystyle",
                                    "\\mathbf", "\\textbf",    "\\bf",
                                    "\\left.",  "\\large",     "\\Large",
                                    "\\huge",   "\\checkmark", "\\blacksquare",
                                    "\\square", "\\$",         "$",
                                    "~"};
/* What ends the value after a box. */
static const char *const ends[] = {"\\text", "\\mathrm", "\\%",    "%",        "^\\circ", "^{\\circ}",
                                   "\\\\",   "\\tag",    "\\pmod", "\\mbox",   "\\rm",    "\\degree",
                                   "\\end",  "\\boxed",  "\\fbox", "\\hspace", "\\and"};

static size_t starts_with(const find_text *t, size_t at, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(list[i]);
        bool command = list[i][0] == '\\' && find_letter(list[i][1]);
        if (t->n - at >= length && memcmp(t->s + at, list[i], length) == 0 &&
            !(command && find_letter(find_byte(t, at + length))))
            return length;
    }
    return 0;
}
#define STARTS(t, at, list) starts_with(t, at, list, FIND_COUNT(list))

/* Whether a line is a formula by itself: without dollars and words. */
static bool is_bare(const find_text *t, size_t start, size_t end) {
    for (size_t i = start; i < end; i++) {
        bool command = t->s[i] == '\\';
        if (t->s[i] == '$' || (command && find_any(find_byte(t, i + 1), "()[]"))) return false;
        if (command) i++;
        while (command && i < end && find_letter(find_byte(t, i + 1))) i++;
        if (!command && find_letter(t->s[i]) && find_letter(find_byte(t, i + 1))) return false;
    }
    return true;
}

/* Where the formula of the line begins in which `at` lies, after its dollar or bracket, and where it ends. False: it
 * lies in none, or far from its ends. */
static bool formula_of(const find_text *t, size_t at, size_t after, size_t *open, size_t *close) {
    size_t line = at, end = after;
    while (line > 0 && t->s[line - 1] != '\n' && at - line < LINE_MOST) line--;
    while (end < t->n && t->s[end] != '\n' && end - after < AFTER_MOST) end++;
    if (at - line == LINE_MOST) return false;
    *open = SIZE_MAX;
    for (size_t i = line; i < at; i++) {
        char c = t->s[i], next = find_byte(t, i + 1);
        if (c == '\\') {
            if (next == '(' || next == '[') *open = i + 2;
            if (next == ')' || next == ']') *open = SIZE_MAX;
            i++;
        } else if (c == '$') {
            if (next == '$') i++;
            *open = *open == SIZE_MAX ? i + 1 : SIZE_MAX;
        }
    }
    if (*open == SIZE_MAX) {
        size_t mark = find_any(find_byte(t, line), "-*>#") && find_byte(t, line + 1) == ' ' ? 2 : 0,
               label = line + mark;
        bool round = find_byte(t, label) == '(';
        if (find_byte(t, label + round + 1) == ')' && find_byte(t, label + round + 2) == ' ') mark += 3 + (size_t)round;
        *open = line + mark;
        *close = end;
        return end - after < AFTER_MOST && is_bare(t, line, at) && is_bare(t, after, end);
    }
    for (*close = after; *close < end; ++*close) {
        char next = find_byte(t, *close + 1);
        if (t->s[*close] == '$' || (t->s[*close] == '\\' && (next == ')' || next == ']'))) return true;
        if (t->s[*close] == '\\') ++*close;
    }
    return false;
}

/* Length of the box at `at`; of its command and brace where it does not close before `stop`. */
static size_t box_length(const find_text *t, size_t at, size_t stop) {
    size_t i = at + find_box_command(t, at), open = i;
    for (size_t depth = 0; i < stop; i++) {
        depth += t->s[i] == '{';
        if (t->s[i] == '}' && depth && --depth == 0) return i + 1 - at;
    }
    return open + (find_byte(t, open) == '{') - at;
}

/* Where the side of the formula begins in which the box at `at` stands: after a relation, a comma or words; *whole:
 * only dress stands between it and the box. */
static size_t side_start(const find_text *t, size_t open, size_t at, bool *whole) {
    size_t start = open, depth = 0;
    *whole = true;
    for (size_t i = open, n; i < at; i += n) {
        char c = t->s[i];
        bool words = STARTS(t, i, ends) && !find_box_command(t, i);
        n = STARTS(t, i, relations);
        if (words) /* "\\text{Answer: }" */
            for (n = 1; i + n < at && t->s[i + n - 1] != '}';) n++;
        if (n || (c == ',' && depth == 0)) {
            n = n ? n : 1;
            start = i + n;
            *whole = true;
            continue;
        }
        n = find_box_command(t, i) ? box_length(t, i, at) : 0;
        if (n) continue;
        depth += c == '(' || c == '[';
        depth -= (c == ')' || c == ']') && depth;
        n = STARTS(t, i, dress);
        if (!n) *whole = false;
        if (!n) n = 1;
    }
    return start;
}

/* Where the side ends; *whole: only dress, a unit or a relation follows the box. */
static size_t side_stop(const find_text *t, size_t from, size_t close, bool *whole) {
    size_t i = from;
    *whole = true;
    while (i < close) {
        size_t n = STARTS(t, i, dress);
        if (!n) break;
        if (find_any(t->s[i], ".,;")) return i;
        i += n;
    }
    if (i >= close || STARTS(t, i, ends) || STARTS(t, i, relations)) return i < close ? i : close;
    *whole = false;
    while (i < close && !STARTS(t, i, relations)) i++;
    return i;
}

/* Whether a box holds the letter of a choice, whose content may follow: "\\boxed{\\text{(B)}} 3x". */
bool find_boxed_choice(const find_text *t, size_t start, size_t end) {
    size_t letters = 0, capitals = 0;
    for (size_t i = start; i < end; i++) {
        if (t->s[i] == '\\')
            while (find_letter(find_byte(t, i + 1))) i++;
        else if (find_letter(t->s[i]) || find_digit(t->s[i]))
            letters++, capitals += t->s[i] >= 'A' && t->s[i] <= 'J';
    }
    return letters == 1 && capitals == 1;
}

void find_widen_box(const find_text *t, find_statement *box) {
    size_t open, close;
    bool alone_before, alone_after;
    if (find_boxed_choice(t, box->start, box->end) || !formula_of(t, box->at, box->stop, &open, &close)) return;
    size_t start = side_start(t, open, box->at, &alone_before), stop = side_stop(t, box->stop, close, &alone_after);
    if (alone_before && alone_after) return;
    box->start = start;
    box->end = stop;
    while (box->start < box->end && text_blank(t->s[box->start])) box->start++;
    while (box->end > box->start && text_blank(t->s[box->end - 1])) box->end--;
}
