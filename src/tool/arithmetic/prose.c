/* Sentences and their words. */
#include "tool/arithmetic/prose.h"

#include <string.h>

#include "tool/text.h"

static bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static bool digit(char c) {
    return c >= '0' && c <= '9';
}

bool prose_ends(const char *text, size_t length, size_t at) {
    char c = text[at], next = at + 1 < length ? text[at + 1] : ' ', last = at ? text[at - 1] : ' ';
    if (c == '\n') return !((last >= 'a' && last <= 'z') || last == ',' || last == '\\');
    if (c == ';' || c == '!') return c == ';' || !digit(last);
    if (c == '?') return true;
    if (c != '.' || digit(next) || letter(next)) return false;
    return !(letter(last) && (at < 2 || text_blank(text[at - 2]) || text[at - 2] == '.' || text[at - 2] == '('));
}

static void push(prose_words *w, const char *text, size_t length, char mark, bool relation, size_t most) {
    if (w->count == most) { /* the last ones count */
        memmove(w->items, w->items + 1, (most - 1) * sizeof *w->items);
        w->count--;
    }
    prose_word *item = &w->items[w->count++];
    size_t n = length < PROSE_WORD ? length : PROSE_WORD;
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        item->text[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    item->text[n] = '\0';
    item->mark = mark;
    item->relation = relation;
}

size_t prose_apostrophe(const char *text, size_t left) {
    if (left && text[0] == '\'') return 1;
    return left > 3 && memcmp(text, "\u2019", 3) == 0 ? 3 : 0;
}

/* Whether a command of LaTeX is a relation. */
static bool relates(const char *name, size_t length) {
    static const char *const names[] = {"le", "leq", "ge", "geq", "ne", "neq", "equiv", "lt", "gt", "approx", NULL};
    for (size_t i = 0; names[i]; i++)
        if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0) return true;
    return false;
}

void prose_read(const char *text, size_t from, size_t to, size_t most, bool first, prose_words *out) {
    char mark = '\0';
    bool relation = false;
    out->count = 0;
    for (size_t at = from; at < to && !(first && out->count == most);) {
        char c = text[at];
        if (c == '\\' && at + 1 < to && letter(text[at + 1])) { /* a command is no word, but for text in roman type */
            size_t n = 1;
            while (at + n < to && letter(text[at + n])) n++;
            relation |= relates(text + at + 1, n - 1);
            at += n;
            continue;
        }
        if (!letter(c) && !digit(c)) {
            if (c == '=' || c == '<' || c == '>') relation = true;
            bool separator = c == ',' && at > from && digit(text[at - 1]) && at + 1 < to && digit(text[at + 1]);
            if ((c == ',' && !separator) || c == ':' || c == '(' || c == ')') mark = c;
            bool dash = c == '-' && at > from && text_blank(text[at - 1]) && at + 1 < to && text_blank(text[at + 1]);
            if (dash || ((unsigned char)c == 0xe2 && at + 2 < to && (unsigned char)text[at + 1] == 0x80 &&
                         ((unsigned char)text[at + 2] == 0x93 || (unsigned char)text[at + 2] == 0x94)))
                mark = ',';
            at++;
            continue;
        }
        char spelled[PROSE_WORD + 1];
        size_t n = 0, kept = 0, mark_bytes;
        bool number = digit(c);
        while (at + n < to) {
            if ((mark_bytes = prose_apostrophe(text + at + n, to - at - n)) > 0 && at + n + mark_bytes < to &&
                letter(text[at + n + mark_bytes])) {
                if (kept < PROSE_WORD) spelled[kept++] = '\'';
                n += mark_bytes;
            } else if (letter(text[at + n]) || digit(text[at + n])) {
                if (kept < PROSE_WORD) spelled[kept++] = text[at + n];
                n++;
            } else {
                break;
            }
        }
        if (number)
            push(out, "#", 1, mark, relation, most);
        else
            push(out, spelled, kept, mark, relation, most);
        mark = '\0';
        relation = false;
        at += n;
    }
    out->trailing_relation = relation;
    out->trailing_mark = mark;
}

bool prose_among(const prose_word *w, const char *const *list) {
    for (; *list; list++)
        if (strcmp(w->text, *list) == 0) return true;
    return false;
}

size_t prose_matches(const prose_words *w, size_t at, const char *phrase) {
    size_t n = 0;
    while (*phrase) {
        size_t length = strcspn(phrase, " ");
        if (at + n >= w->count || strlen(w->items[at + n].text) != length ||
            memcmp(w->items[at + n].text, phrase, length) != 0)
            return 0;
        n++;
        phrase += length;
        if (*phrase) phrase++;
    }
    return n;
}

bool prose_negated(const prose_word *w) {
    size_t n = strlen(w->text);
    return n > 3 && memcmp(w->text + n - 3, "n't", 3) == 0;
}
