/* Multiple choice: letters, and what they stand for in the problem's text. */
#include <string.h>

#include "tool/math/equal_choice.h"
#include "tool/math/read.h"
#include "tool/text.h"

enum { LETTERS = 10 };

static bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* ---- the problem's choices --------------------------------------------------------------------------------------- */

typedef enum marker_style { MARKER_ROUND, MARKER_HALF, MARKER_POINT, MARKER_STYLES } marker_style;

/* Bytes of the marker of `letter` at text[at]: "(A)", "A)", "A." or "A:"; 0: there is none. */
static size_t marker_at(const char *text, size_t at, char letter, marker_style style) {
    bool starts = at == 0 || text_blank(text[at - 1]);
    if (style == MARKER_ROUND) return text[at] == '(' && text[at + 1] == letter && text[at + 2] == ')' ? 3 : 0;
    if (text[at] != letter || !starts) return 0;
    if (style == MARKER_HALF) return text[at + 1] == ')' ? 2 : 0;
    return (text[at + 1] == '.' || text[at + 1] == ':') && text_blank(text[at + 2]) ? 2 : 0;
}

static const char *find_marker(const char *text, size_t from, char letter, marker_style style, size_t *length) {
    for (size_t at = from; text[at]; at++) {
        *length = marker_at(text, at, letter, style);
        if (*length) return text + at;
    }
    return NULL;
}

/* One string that may stand around a choice's content without being part of it. */
static size_t dress_before(const char *at, size_t left) {
    static const char *const dress[] = {"\\ ", "\\;", "\\,", "~", "}", "$", ":", ".", "\\quad", "\\qquad", "\\hspace"};
    for (size_t i = 0; i < sizeof dress / sizeof dress[0]; i++) {
        size_t n = strlen(dress[i]);
        if (left >= n && memcmp(at, dress[i], n) == 0) return n;
    }
    return left && text_blank(*at) ? 1 : 0;
}

static size_t dress_after(const char *start, size_t length) {
    static const char *const dress[] = {"\\qquad",   "\\quad",    "\\textbf{", "\\text{", "\\mathrm{", "\\mathbf{",
                                        "\\textrm{", "\\hspace{", "\\ ",       "\\\\",    "\\;",       "\\,",
                                        "~",         "$",         ",",         ";",       "&",         "\\"};
    if (length && text_blank(start[length - 1])) return 1;
    for (size_t i = 0; i < sizeof dress / sizeof dress[0]; i++) {
        size_t n = strlen(dress[i]);
        if (length >= n && memcmp(start + length - n, dress[i], n) == 0) return n;
    }
    return 0;
}

static void undress(const char **start, size_t *length) {
    size_t n;
    while ((n = dress_before(*start, *length)) > 0) {
        *start += n;
        *length -= n;
    }
    while ((n = dress_after(*start, *length)) > 0) *length -= n;
}

/* As choice_content, where the first choice has the letter `first`: A or a. */
static bool find_content(const char *problem, char first, char letter, const char **start, size_t *length) {
    for (int style = 0; style < MARKER_STYLES; style++) {
        size_t n, next_n;
        const char *at = find_marker(problem, 0, first, (marker_style)style, &n);
        const char *second =
            at ? find_marker(problem, (size_t)(at - problem) + n, (char)(first + 1), (marker_style)style, &next_n)
               : NULL;
        if (!second) continue;
        for (char here = first; here < letter && at; here++)
            at = find_marker(problem, (size_t)(at - problem) + n, (char)(here + 1), (marker_style)style, &n);
        if (!at) return false;
        const char *end =
            find_marker(problem, (size_t)(at - problem) + n, (char)(letter + 1), (marker_style)style, &next_n);
        *start = at + n;
        *length = end ? (size_t)(end - *start) : strcspn(*start, "\n");
        undress(start, length);
        return *length > 0;
    }
    return false;
}

bool choice_content(const char *problem, char letter, const char **start, size_t *length) {
    if (!problem) return false;
    return find_content(problem, 'A', letter, start, length) ||
           find_content(problem, 'a', (char)(letter + ('a' - 'A')), start, length);
}

bool choice_split(const char *text, size_t length, char *letter, size_t *rest) {
    size_t at = 0, end;
    static const char *const dress[] = {"$", "\\textbf{", "\\text{", "\\mathrm{", "\\mathbf{", "**"};
    for (bool again = true; again;) {
        again = false;
        while (at < length && text_blank(text[at])) at++;
        for (size_t i = 0; i < sizeof dress / sizeof dress[0]; i++) {
            size_t n = strlen(dress[i]);
            if (length - at < n || memcmp(text + at, dress[i], n) != 0) continue;
            at += n;
            again = true;
        }
    }
    bool open = at < length && text[at] == '(';
    end = at + open;
    if (length - at < 3u + open || !is_letter(text[end]) || text[end] > 'J') return false;
    char after = text[end + 1];
    bool label = after == '.' || (after == ':' && text[end] != 'A'); /* "A: 7" is short for "answer" as well */
    if (after != ')' && (open || !label)) return false;
    *letter = text[end];
    *rest = end + 2;
    if (!open && !text_blank(text[*rest])) return false;
    const char *start = text + *rest;
    size_t left = length - *rest;
    undress(&start, &left);
    if (left == 0 || (after == ':' && memchr(start, ':', left))) return false; /* "J: 4, S: 5" */
    /* "(A)(B)" and "(A) + (B)" are formulas */
    if (strchr("+-*/^=<>(!_&|,", *start) || text[end] > 'J' || text[end] < 'A') return false;
    *rest = (size_t)(start - text);
    return true;
}

/* ---- the rule ---------------------------------------------------------------------------------------------------- */

/* The capital of the letter that a tree is; 0: it is none. */
static char letter_of(const math_node *node) {
    if (node->kind != MATH_CHOICE && node->kind != MATH_NAME && node->kind != MATH_TEXT) return 0;
    if (!node->text || !is_letter(node->text[0]) || node->text[1]) return 0;
    char capital = node->text[0] >= 'a' ? (char)(node->text[0] - 'a' + 'A') : node->text[0];
    return capital < 'A' + LETTERS ? capital : 0;
}

/* What the problem has beside a letter; NULL: it is not known. */
static math_node *content_of(comparing *c, char letter) {
    const char *text;
    size_t length;
    math_node *content = NULL;
    if (choice_content(c->options->problem, letter, &text, &length) &&
        math_read(c->ctx, c->arena, text, length, &content) == CAIRN_NO_MEMORY)
        c->status = CAIRN_NO_MEMORY;
    return content;
}

/* Whether a choice is written with a content that is not what the problem has beside its letter. */
static bool contradicts(comparing *c, const math_node *choice, char letter) {
    math_judgement out;
    if (choice->kind != MATH_CHOICE || choice->kids == 0) return false;
    const math_node *content = content_of(c, letter);
    return content && compare_trees(c, choice->kid[0], content, &out) == CAIRN_VERDICT_WRONG;
}

/* Whether a value is also that of another choice. */
static bool fits_another(comparing *c, char letter, const math_node *value) {
    math_judgement out;
    for (char other = 'A'; other < 'A' + LETTERS; other++) {
        const math_node *content = other == letter ? NULL : content_of(c, other);
        if (content && compare_trees(c, value, content, &out) == CAIRN_VERDICT_RIGHT) return true;
    }
    return false;
}

/* A letter against what may be the content of a choice. */
static bool judge_content(comparing *c, const math_node *choice, char letter, const math_node *other, bool is_answer,
                          math_judgement *out) {
    const math_node *content = choice->kids ? choice->kid[0] : content_of(c, letter);
    if (!content) {
        if (choice->kind != MATH_CHOICE) return false;
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "choice", "what (%c) stands for is not known", letter);
    }
    cairn_verdict verdict = compare_trees(c, is_answer ? content : other, is_answer ? other : content, out);
    if (verdict == CAIRN_VERDICT_RIGHT && strcmp(out->rule, "rounded") == 0 && fits_another(c, letter, other))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "choice-content", "another choice is %s as well",
                            compare_show(c, other));
    return compare_says(c, out, verdict, verdict == CAIRN_VERDICT_UNKNOWN ? out->rule : "choice-content",
                        "(%c) is %s: %s", letter, compare_show(c, content), out->why);
}

bool rule_choice(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    const char *text;
    size_t length;
    bool written = either_is(a, r, MATH_CHOICE);
    if (!written && !c->options->problem) return false;
    char x = letter_of(a), y = letter_of(r);
    if (!x && !y) return false;
    if (x && y) {
        if (!written && !choice_content(c->options->problem, y, &text, &length)) return false;
        math_judgement contents;
        if (contradicts(c, a, x) || contradicts(c, r, y))
            return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "choice",
                                "what stands beside a letter is not what the problem has there");
        const math_node *first = x == y ? NULL : content_of(c, x), *second = first ? content_of(c, y) : NULL;
        if (second && compare_trees(c, first, second, &contents) == CAIRN_VERDICT_RIGHT)
            return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "choice", "(%c) and (%c) are the same", x, y);
        if (x == y && a->kids && r->kids && compare_trees(c, a->kid[0], r->kid[0], &contents) != CAIRN_VERDICT_RIGHT)
            return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "choice", "both are (%c), with other contents", x);
        return compare_says(c, out, x == y ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG, "choice",
                            x == y ? "both are (%c)" : "(%c) is not (%c)", x, y);
    }
    return judge_content(c, x ? a : r, x ? x : y, x ? r : a, x != 0, out);
}
