/* What the problem asks for: things in an order, a unit. */
#include <string.h>
#include <strings.h>

#include "tool/math/equal_asked.h"

enum { WORD_MOST = 32 };

/* A word of one thing at `at`, after "the" and dollars: "length", "x". Its end; NULL: another one. */
static const char *one_thing(const char *at) {
    static const char *const dress[] = {"the ", "$", "maximum ", "minimum "};
    for (size_t i = 0; i < sizeof dress / sizeof *dress; i++)
        if (strncasecmp(at, dress[i], strlen(dress[i])) == 0) at += strlen(dress[i]);
    size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyz-");
    if (n == 0 || at[n - 1] == 's') return NULL;
    return at + n + (at[n] == '$');
}

bool asks_two_things(const comparing *c) {
    static const char *const things[] = {"ordered pair.", "ordered triple.", "coordinates of",
                                         "sequence",      "what order",      "left to right",
                                         "highest to",    "lowest to",       "first and second",
                                         "next two",      "next three",      "fill in",
                                         "the remainder", "and (b)",         "(b) find",
                                         "part 2",        "order of finish", "list them in order",
                                         ", then ",       "boys and girls",  NULL};
    static const char *const verbs[] = {"find ", "state ", "give ", "compute ", "determine ", "solve for ", "are "};
    if (problem_says(c, things)) return true;
    for (size_t i = 0; c->options->problem && i < sizeof verbs / sizeof *verbs; i++)
        for (const char *at = c->options->problem; (at = strcasestr(at, verbs[i]));) {
            at += strlen(verbs[i]);
            const char *next = one_thing(at);
            if (next && strncmp(next, " and ", 5) == 0 && one_thing(next + 5)) return true;
        }
    return false;
}

/* Measures the unit that the word here means; false: it means none. */
static bool measure_word(const char *at, math_measure *out) {
    char word[WORD_MOST + 1];
    math_unit unit;
    size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyz");
    if (n == 0 || n > WORD_MOST || !math_unit_find(at, n, &unit)) return false;
    memcpy(word, at, n);
    word[n] = '\0';
    return math_measure_unit(&(math_node){.kind = MATH_NAME, .text = word}, out);
}

/* Whether "how many THINGS" names other things than the noun of a measure, "apple": none of the next words begins as it
 * does. */
static bool counts_other(const char *problem, const char *noun) {
    static const char many[] = "how many ";
    size_t stem = strcspn(noun, " ");
    const char *last = strrchr(noun, ' ');
    if (last) noun = last + 1, stem = strlen(noun);
    bool other = false;
    if (stem > 4) stem -= 1; /* "boxes", "berries" */
    for (const char *at = problem; (at = strcasestr(at, many));) {
        at += sizeof many - 1;
        size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyz");
        bool plural = n > 3 && at[n - 1] == 's';
        for (int words = 0; words < 5 && plural; words++) {
            if (strncasecmp(at, noun, stem) == 0) return false;
            at += strcspn(at, " .?");
            at += *at == ' ';
        }
        other = other || plural;
    }
    return other;
}

bool asks_other_unit(const comparing *c, const math_measure *measure) {
    static const char *const before[] = {"how many ", "How many ", " in "};
    bool other = false, same = false;
    if (c->options->problem && *measure->noun && counts_other(c->options->problem, measure->noun)) return true;
    for (size_t i = 0; c->options->problem && !same && i < sizeof before / sizeof *before; i++) {
        for (const char *at = c->options->problem; !same && (at = strstr(at, before[i]));) {
            math_measure asked;
            at += strlen(before[i]);
            math_measure_open(&asked);
            bool alike = measure_word(at, &asked) && math_measure_alike(&asked, measure);
            same = alike && mpq_equal(asked.size, measure->size);
            other = other || alike;
            math_measure_close(&asked);
        }
    }
    return other && !same;
}
