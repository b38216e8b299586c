/* World `words`: its vocabulary, reading text as tokens, and writing into a buffer. */
#include "world/words/words.h"

#include <string.h>

/* No name ends in s, so that 's is always right after it. */
static const char *const owners[WORDS_OWNERS] = {
    "Anna", "Ben",  "Carl",  "Dora",   "Emma",   "Finn",    "Gina", "Hugo", /* people */
    "Ida",  "Jack", "Kate",  "Leo",    "Mia",    "Noah",    "Olga", "Paul",
    "shop", "farm", "hotel", "school", "market", "library", "zoo",  "studio", /* places, said with "the" */
};
static const char *const objects[WORDS_OBJECTS] = {
    "pear", "apple", "plum", "lemon", "ball",  "card",  "kite",  "puzzle", "book", "pen",
    "map",  "ruler", "lamp", "chair", "table", "clock", "stone", "shell",  "coin", "stamp",
};

/* ---- tokens ----------------------------------------------------------------------------------------------------------- */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Digits, and after a point further ones, which are an integer's only if they are zeros. */
static bool next_number(const char **at, const char *end, words_token *out) {
    const char *p = *at;
    out->number = 0;
    for (; p < end && is_digit(*p); p++) {
        out->number = out->number * 10 + (*p - '0');
        if (out->number > WORDS_BOUND) return false;
    }
    out->whole = true;
    if (end - p >= 2 && *p == '.' && is_digit(p[1]))
        for (p++; p < end && is_digit(*p); p++)
            if (*p != '0') out->whole = false;
    *at = p;
    return true;
}

static bool next_sign(const char **at, const char *end, words_token *out) {
    static const struct {
        const char *bytes;
        char sign;
    } known[] = {{"\xc3\x97", '*'}, {"\xc3\xb7", '/'}, {"\xe2\x88\x92", '-'}, {"\xe2\x80\x99", '\''}};
    char c = **at;
    if (c > ' ' && c <= '~') {
        out->sign = c;
        *at += 1;
        return true;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t length = strlen(known[i].bytes);
        if ((size_t)(end - *at) < length || memcmp(*at, known[i].bytes, length) != 0) continue;
        out->sign = known[i].sign;
        *at += length;
        return true;
    }
    return false;
}

bool words_next(const char **at, const char *end, words_token *out) {
    while (*at < end && is_blank(**at)) *at += 1;
    if (*at == end) return false;
    const char *start = *at;
    *out = (words_token){.kind = is_letter(*start) ? 'w' : is_digit(*start) ? 'n' : 's', .start = start};
    if (out->kind == 'w')
        while (*at < end && is_letter(**at)) *at += 1;
    else if (!(out->kind == 'n' ? next_number(at, end, out) : next_sign(at, end, out)))
        return false;
    out->length = (uint32_t)(*at - start);
    return true;
}

bool words_is(const words_token *t, const char *word) {
    size_t length = strlen(word);
    if (t->kind != 'w' || t->length != length) return false;
    for (size_t i = 0; i < length; i++)
        if (lower(t->start[i]) != lower(word[i])) return false;
    return true;
}

int words_owner(const words_token *t) {
    for (int i = 0; i < WORDS_OWNERS; i++)
        if (words_is(t, owners[i])) return i;
    return -1;
}

int words_object(const words_token *t, bool *one) {
    bool plural = t->kind == 'w' && t->length > 1 && lower(t->start[t->length - 1]) == 's';
    words_token stem = *t;
    if (plural) stem.length--;
    for (int i = 0; i < WORDS_OBJECTS; i++) {
        if (!words_is(&stem, objects[i])) continue;
        *one = !plural;
        return i;
    }
    return -1;
}

/* ---- writing ---------------------------------------------------------------------------------------------------------- */

void words_put(words_writer *w, const char *text) {
    while (*text && w->at < w->end) *w->at++ = *text++;
    *w->at = '\0';
}

void words_put_number(words_writer *w, int64_t value) {
    char digits[24];
    snprintf(digits, sizeof digits, "%lld", (long long)value);
    words_put(w, digits);
}

void words_put_owner(words_writer *w, int owner) {
    if (owner >= WORDS_PEOPLE) words_put(w, "the ");
    words_put(w, owners[owner]);
}

void words_put_object(words_writer *w, int object, bool one) {
    words_put(w, objects[object]);
    if (!one) words_put(w, "s");
}
