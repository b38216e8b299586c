/* Step splitters: text to slices. */
#include <string.h>
#include <strings.h>

#include "cairn/data.h"

typedef struct splitter {
    const char *text;
    size_t length;
    cairn_slice *slices; /* NULL while counting */
    int32_t count;
    bool blocks; /* line breaks inside formulas, figures and code are none */
} splitter;

static bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Adds [start, end) without white space around it, unless nothing is left. */
static void add(splitter *s, size_t start, size_t end) {
    while (start < end && is_space(s->text[start])) start++;
    while (end > start && is_space(s->text[end - 1])) end--;
    if (start == end) return;
    if (s->slices) s->slices[s->count] = (cairn_slice){start, end - start};
    s->count++;
}

/* Length of the sign at `t` that opens or closes a block, and the new depth; else 1. */
static size_t pass_block_sign(const char *t, size_t left, int64_t *depth, bool *toggled) {
    static const struct {
        const char *sign;
        int change; /* 0: opens and closes */
    } signs[] = {{"\\\\", 2},  {"\\begin{", 1}, {"\\end{", -1}, {"\\[", 1}, {"\\]", -1},
                 {"[asy]", 1}, {"[/asy]", -1},  {"$$", 0},      {"```", 0}};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t length = strlen(signs[i].sign);
        if (length > left || memcmp(t, signs[i].sign, length) != 0) continue;
        if (signs[i].change == 2) return length; /* a line break of TeX, which may be followed by [2pt] */
        int change = signs[i].change ? signs[i].change : *toggled ? -1 : 1;
        if (!signs[i].change) *toggled = !*toggled;
        if (*depth > 0 || change > 0) *depth += change;
        return length;
    }
    return 1;
}

/* End of the line at `at`, which goes on over line breaks inside blocks. From a block that is never closed on there are
 * no blocks. */
static size_t line_end(splitter *s, size_t at) {
    int64_t depth = 0;
    bool toggled = false;
    size_t first = s->length; /* the first line break */
    for (size_t i = at; i < s->length;) {
        if (s->text[i] == '\n' && first == s->length) first = i;
        if (s->text[i] == '\n' && (depth == 0 || !s->blocks)) return i;
        i += s->blocks ? pass_block_sign(s->text + i, s->length - i, &depth, &toggled) : 1;
    }
    if (depth > 0) s->blocks = false;
    return depth > 0 ? first : s->length;
}

static void split_lines(splitter *s) {
    for (size_t at = 0, end; at < s->length; at = end + 1) {
        end = line_end(s, at);
        add(s, at, end);
    }
}

static void split_paragraphs(splitter *s) {
    size_t start = 0;
    for (size_t at = 0, end; at < s->length; at = end + 1) {
        end = line_end(s, at);
        size_t p = at;
        while (p < end && is_space(s->text[p])) p++;
        if (p < end) continue;
        add(s, start, at);
        start = end;
    }
    add(s, start, s->length);
}

/* Is text[start, end) a word after which a full stop is part of the word? */
static bool is_abbreviation(const splitter *s, size_t start, size_t end) {
    static const char *const words[] = {"mr",  "mrs", "ms",  "dr", "prof", "st",     "jr",   "sr",   "vs",  "etc",
                                        "fig", "eq",  "eqs", "cf", "al",   "approx", "resp", "dept", "inc", "ltd"};
    size_t length = end - start;
    if (length == 1 && is_letter(s->text[start])) return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == length && strncasecmp(words[i], s->text + start, length) == 0) return true;
    return false;
}

/* Does the full stop at `at` end the sentence that began at `start`? */
static bool stop_ends(const splitter *s, size_t start, size_t at) {
    size_t word = at;
    while (word > start && is_letter(s->text[word - 1])) word--;
    if (word < at) return !is_abbreviation(s, word, at);
    while (word > start && is_digit(s->text[word - 1])) word--;
    if (word == at) return true;
    while (word > start && is_space(s->text[word - 1])) word--;
    return word > start; /* "3." that opens a sentence is its number */
}

static void split_sentences(splitter *s) {
    size_t start = 0;
    for (size_t at = 0; at < s->length; at++) {
        char c = s->text[at];
        if (c != '.' && c != '!' && c != '?') continue;
        size_t end = at + 1;
        while (end < s->length && strchr(".!?\"')]}*", s->text[end]) && s->text[end]) end++;
        bool ends = end == s->length || is_space(s->text[end]);
        if (ends && c == '.' && end == at + 1) ends = stop_ends(s, start, at);
        if (ends) {
            add(s, start, end);
            start = end;
        }
        at = end - 1;
    }
    add(s, start, s->length);
}

/* Does the line [at, end) open with "Step 3:", also as a heading ("## Step 3:", "**Step 3:**"), or unless `only_named`
 * with "3." or "3)"? */
static bool opens_step(const splitter *s, size_t at, size_t end, bool only_named) {
    const char *t = s->text;
    size_t word = at;
    while (at < end && is_space(t[at])) at++;
    for (word = at; word < end && (is_space(t[word]) || t[word] == '#' || t[word] == '*');) word++;
    bool named = end - word > 5 && strncasecmp(t + word, "step", 4) == 0 && is_space(t[word + 4]);
    if (!named && only_named) return false;
    if (named)
        for (at = word + 4; at < end && is_space(t[at]);) at++;
    size_t number = at;
    while (at < end && is_digit(t[at])) at++;
    if (at == number || at == end) return false;
    if (named) return t[at] == ':' || t[at] == '.' || t[at] == ')';
    return (t[at] == '.' || t[at] == ')') && (at + 1 == end || is_space(t[at + 1]));
}

static void split_markers(splitter *s, bool only_named) {
    size_t start = 0;
    for (size_t at = 0, end; at < s->length; at = end + 1) {
        end = line_end(s, at);
        if (!opens_step(s, at, end, only_named)) continue;
        add(s, start, at);
        start = at;
    }
    add(s, start, s->length);
}

static bool has_named_step(splitter *s) {
    for (size_t at = 0, end; at < s->length; at = end + 1) {
        end = line_end(s, at);
        if (opens_step(s, at, end, true)) return true;
    }
    return false;
}

/* By "Step 3:" where there is one, else by blank lines where there are any between texts, else by lines. */
static void split_auto(splitter *s) {
    splitter paragraphs = {s->text, s->length, NULL, 0, true};
    if (has_named_step(s)) {
        split_markers(s, true);
        return;
    }
    s->blocks = true;
    split_paragraphs(&paragraphs);
    if (paragraphs.count > 1)
        split_paragraphs(s);
    else
        split_lines(s);
}

static void split(splitter *s, cairn_split how) {
    s->count = 0;
    s->blocks = false;
    switch (how) {
    case CAIRN_SPLIT_AUTO:
        split_auto(s);
        break;
    case CAIRN_SPLIT_LINE:
        split_lines(s);
        break;
    case CAIRN_SPLIT_PARAGRAPH:
        split_paragraphs(s);
        break;
    case CAIRN_SPLIT_SENTENCE:
        split_sentences(s);
        break;
    case CAIRN_SPLIT_MARKER:
        split_markers(s, false);
        break;
    }
}

cairn_status cairn_split_steps(cairn_ctx *ctx, cairn_arena *arena, cairn_split how, const char *text, size_t length,
                               cairn_slice **slices, int32_t *count) {
    splitter s = {text, length, NULL, 0, false};
    if ((size_t)how > CAIRN_SPLIT_MARKER)
        return cairn_fail(ctx, CAIRN_INVALID, "there is no splitter number %d", (int)how);
    if (length > INT32_MAX) return cairn_fail(ctx, CAIRN_LIMIT, "a text of %zu bytes is too long to split", length);
    split(&s, how);
    s.slices = cairn_arena_alloc(arena, (size_t)s.count, sizeof *s.slices);
    if (!s.slices) return cairn_fail(ctx, CAIRN_NO_MEMORY, "no memory for %d steps", (int)s.count);
    split(&s, how);
    *slices = s.slices;
    *count = s.count;
    return CAIRN_OK;
}

const char *cairn_split_name(cairn_split split) {
    static const char *const names[] = {"auto", "line", "paragraph", "sentence", "marker"};
    return (size_t)split < sizeof names / sizeof *names ? names[split] : NULL;
}

const char *cairn_join_text(int32_t choice) {
    return choice == 1 ? "\n" : choice == 2 ? " " : "\n\n";
}
