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

/* Whether a unit has the dimension of a measure; *same: its size, too. */
static bool is_alike(const math_unit *unit, const math_measure *measure, bool *same) {
    mpq_t size, ten;
    for (int i = 0; i < MATH_DIMENSIONS; i++)
        if (unit->power[i] != measure->power[i]) return false;
    mpq_inits(size, ten, NULL);
    mpq_set_ui(size, unit->over, unit->under);
    mpq_canonicalize(size);
    mpq_set_ui(ten, 10, 1);
    for (int i = unit->tens; i > 0; i--) mpq_mul(size, size, ten);
    for (int i = unit->tens; i < 0; i++) mpq_div(size, size, ten);
    *same = mpq_equal(size, measure->size) != 0;
    mpq_clears(size, ten, NULL);
    return true;
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
    bool other = false, same;
    math_unit unit;
    if (c->options->problem && *measure->noun && counts_other(c->options->problem, measure->noun)) return true;
    for (size_t i = 0; c->options->problem && i < sizeof before / sizeof *before; i++) {
        for (const char *at = c->options->problem; (at = strstr(at, before[i]));) {
            at += strlen(before[i]);
            size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyz");
            if (n == 0 || n > WORD_MOST || !math_unit_find(at, n, &unit)) continue;
            if (!is_alike(&unit, measure, &same)) continue;
            if (same) return false;
            other = true;
        }
    }
    return other;
}
