/* Replies as text: spans, blanks, words, tags. */
#include <string.h>

#include "cairn/tool.h"
#include "eval/say.h"

say_span say_all(const char *text) {
    return text ? (say_span){text, strlen(text)} : (say_span){"", 0};
}

/* ---- characters -------------------------------------------------------------------------------------------------- */

/* The character at this place, and its bytes; a byte that is none is U+FFFD. */
static uint32_t character(say_span t, size_t at, size_t *bytes) {
    static const unsigned char mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    size_t n = cairn_utf8_character(t.s + at, t.n - at);
    *bytes = n ? n : 1;
    if (n == 0) return 0xFFFD;
    uint32_t c = (unsigned char)t.s[at] & mask[n];
    for (size_t i = 1; i < n; i++) c = c << 6 | ((unsigned char)t.s[at + i] & 0x3F);
    return c;
}

/* Where the character before this place begins. */
static size_t before(say_span t, size_t at) {
    size_t start = at - 1;
    while (start > 0 && at - start < 4 && ((unsigned char)t.s[start] & 0xC0) == 0x80) start--;
    return start + cairn_utf8_character(t.s + start, at - start) == at ? start : at - 1;
}

static bool is_space(uint32_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1C && c <= 0x1F) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/* Beyond ASCII: marks and symbols in general use; all else counts as letters. */
static bool is_mark(uint32_t c) {
    static const uint32_t ranges[][2] = {
        {0x80, 0xA9},     {0xAB, 0xB1},     {0xB4, 0xB4},     {0xB6, 0xB8},       {0xBB, 0xBB},
        {0xBF, 0xBF},     {0xD7, 0xD7},     {0xF7, 0xF7},     {0x2000, 0x206F},   {0x20A0, 0x2101},
        {0x218A, 0x244A}, {0x2500, 0x2775}, {0x2794, 0x2BFF}, {0x2E00, 0x3004},   {0x3008, 0x3020},
        {0x3030, 0x3030}, {0x30FB, 0x30FB}, {0xFE00, 0xFE6B}, {0xFEFF, 0xFF0F},   {0xFF1A, 0xFF20},
        {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFD}, {0x1F000, 0x1F0F5}, {0x1F10D, 0x1FAFF},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (c >= ranges[i][0] && c <= ranges[i][1]) return true;
    return is_space(c);
}

bool say_is_word(say_span t, size_t at) {
    if (at >= t.n) return false;
    size_t bytes;
    uint32_t c = character(t, at, &bytes), letter = c | 0x20;
    if (c >= 0x80) return !is_mark(c);
    return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

bool say_after_word(say_span t, size_t at) {
    return at > 0 && say_is_word((say_span){t.s, at}, before(t, at));
}

say_span say_trim(say_span t) {
    size_t bytes;
    while (t.n > 0 && is_space(character(t, 0, &bytes))) t.s += bytes, t.n -= bytes;
    while (t.n > 0 && is_space(character(t, before(t, t.n), &bytes))) t.n -= bytes;
    return t;
}

/* ---- places ------------------------------------------------------------------------------------------------------ */

size_t say_find(say_span t, size_t from, const char *what) {
    const char *found = from <= t.n ? memmem(t.s + from, t.n - from, what, strlen(what)) : NULL;
    return found ? (size_t)(found - t.s) : SAY_NOWHERE;
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

bool say_stands(say_span t, size_t at, const char *what, bool any_case) {
    for (; *what; what++, at++) {
        if (at >= t.n) return false;
        if (t.s[at] != *what && !(any_case && lower(t.s[at]) == lower(*what))) return false;
    }
    return true;
}

bool say_stands_alone(say_span t, size_t at, const char *what, bool any_case) {
    return say_stands(t, at, what, any_case) && !say_after_word(t, at) && !say_is_word(t, at + strlen(what));
}

int32_t say_digits(say_span t, size_t *at) {
    int64_t value = 0;
    for (; *at < t.n && say_is_digit(t.s[*at]); ++*at) {
        value = 10 * value + (t.s[*at] - '0');
        if (value > INT32_MAX) value = INT32_MAX; /* stays there */
    }
    return (int32_t)value;
}

/* ---- tags -------------------------------------------------------------------------------------------------------- */

/* The text between this occurrence of the tag and the next, which *at moves to. */
static say_span piece(say_span t, const char *tag, size_t *at) {
    size_t start = *at + strlen(tag), next = say_find(t, start, tag);
    *at = next;
    return (say_span){t.s + start, (next == SAY_NOWHERE ? t.n : next) - start};
}

cairn_said say_tagged(say_span t, const char *const tags[2], say_read *read, const void *how) {
    const char *tag = tags[say_find(t, 0, tags[0]) == SAY_NOWHERE];
    say_span last = {NULL, 0};
    for (size_t at = say_find(t, 0, tag); at != SAY_NOWHERE;) last = piece(t, tag, &at);
    if (!last.s) return say_nothing;
    cairn_said said = read(last, how);
    if (said.value == CAIRN_SAID_NOTHING) return say_nothing;
    said.rule = tag;
    said.others = 0;
    for (size_t at = say_find(t, 0, tag); at != SAY_NOWHERE;) {
        int32_t value = read(piece(t, tag, &at), how).value;
        said.others += value != CAIRN_SAID_NOTHING && value != said.value;
    }
    return said;
}

const char *cairn_say_after(const char *text, const char *tag) {
    const char *after = NULL, *found = text;
    while (found && *tag && (found = strstr(found, tag))) after = found += strlen(tag);
    return after;
}

/* ---- boxes and votes --------------------------------------------------------------------------------------------- */

cairn_said cairn_say_boxed(const char *text) {
    say_span t = say_all(text);
    size_t start, size, other, other_size;
    if (!cairn_boxed_find(t.s, t.n, &start, &size)) return say_nothing;
    int32_t value = cairn_boxed_int(t.s, t.n);
    cairn_said said = {.value = value == CAIRN_BOXED_NONE ? CAIRN_SAID_NOTHING : value, .rule = "boxed"};
    said.coerced = value == INT32_MAX || value == INT32_MIN + 1;
    for (const char *from = t.s, *end; (end = strchr(from, '}')); from = end + 1) /* a box ends at the next brace */
        if (cairn_boxed_find(from, (size_t)(end + 1 - from), &other, &other_size))
            said.others += other_size != size || memcmp(from + other, t.s + start, size) != 0;
    return said;
}

size_t cairn_say_vote(const char *const *words, size_t n) {
    size_t winner = n, most = 0;
    for (size_t i = 0; i < n; i++) {
        size_t votes = 0; /* from i on: too few for a word that was seen before */
        for (size_t j = i; words[i] && j < n; j++) votes += words[j] && strcmp(words[i], words[j]) == 0;
        if (votes > most) most = votes, winner = i;
    }
    return winner;
}
