/* Moduli, clocks and bases that a text speaks of, found by the words and signs that name them. */
#include "tool/arithmetic/systems.h"

#include <string.h>

enum { LOOK_AHEAD = 24, WORD_MOST = 15 };

static bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static bool digit(char c) {
    return c >= '0' && c <= '9';
}

static void add_modulus(systems *s, unsigned long m, bool modular, bool period) {
    if (m < 2) return;
    for (int i = 0; i < s->n_moduli; i++)
        if (s->moduli[i] == m) {
            s->modular[i] |= modular;
            s->period[i] &= period;
            return;
        }
    if (s->n_moduli == SYSTEMS_MODULI) {
        s->vague = true;
        return;
    }
    s->moduli[s->n_moduli] = m;
    s->period[s->n_moduli] = period;
    s->modular[s->n_moduli++] = modular;
}

static void add_base(systems *s, unsigned long b) {
    if (b < 2 || b > 36 || b == 10) return;
    for (int i = 0; i < s->n_bases; i++)
        if (s->bases[i] == b) return;
    if (s->n_bases < SYSTEMS_BASES) s->bases[s->n_bases++] = (unsigned)b;
}

/* The number within some characters after `at`, with nothing but signs and the words "is", "of", "a" between; 0 when
 * there is none. */
static unsigned long number_after(const char *text, size_t length, size_t at) {
    static const char *const numbers[] = {"two",    "three",    "four",     "five",    "six",
                                          "seven",  "eight",    "nine",     "ten",     "eleven",
                                          "twelve", "thirteen", "fourteen", "fifteen", "sixteen"};
    size_t most = length - at > LOOK_AHEAD ? at + LOOK_AHEAD : length;
    while (at < most && !digit(text[at])) {
        if (text[at] == '.' || text[at] == '\n' || text[at] == '=') return 0;
        if (!letter(text[at]) || (at > 0 && text[at - 1] == '\\')) {
            at++;
            continue;
        }
        size_t n = 0;
        while (at + n < length && letter(text[at + n])) n++;
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
            if (strlen(numbers[i]) == n && memcmp(numbers[i], text + at, n) == 0) return (unsigned long)i + 2;
        bool skipped = (n == 2 && (memcmp(text + at, "is", 2) == 0 || memcmp(text + at, "of", 2) == 0)) ||
                       (n == 1 && text[at] == 'a') || (n == 3 && memcmp(text + at, "the", 3) == 0);
        if (!skipped) return 0;
        at += n;
    }
    unsigned long value = 0;
    for (; at < length && digit(text[at]); at++) {
        if (value > 100000000) return 0;
        value = 10 * value + (unsigned long)(text[at] - '0');
    }
    return value;
}

/* ---- words ------------------------------------------------------------------------------------------------------ */

typedef enum sense { MODULUS, PERIOD, REMAINDER, DIVISOR, BASE, FIXED_BASE, CLOCK, VAGUE, FIELD } sense;

static const struct {
    const char *word;
    sense sense;
    unsigned value;
} senses[] = {
    {"mod", MODULUS, 0},
    {"modulo", MODULUS, 0},
    {"modulus", MODULUS, 0},
    {"pmod", MODULUS, 0},
    {"bmod", MODULUS, 0},
    {"remainder", REMAINDER, 0},
    {"remainders", REMAINDER, 0},
    {"residue", REMAINDER, 0},
    {"residues", REMAINDER, 0},
    {"congruent", VAGUE, 0},
    {"congruence", VAGUE, 0},
    {"equiv", VAGUE, 0},
    {"divided", DIVISOR, 0},
    {"dividing", DIVISOR, 0},
    {"divide", DIVISOR, 0},
    {"division", DIVISOR, 0},
    {"divides", DIVISOR, 0},
    {"base", BASE, 0},
    {"binary", FIXED_BASE, 2},
    {"ternary", FIXED_BASE, 3},
    {"octal", FIXED_BASE, 8},
    {"hexadecimal", FIXED_BASE, 16},
    {"hex", FIXED_BASE, 16},
    {"duodecimal", FIXED_BASE, 12},
    {"clock", CLOCK, 0},
    {"clocks", CLOCK, 0},
    {"o'clock", CLOCK, 0},
    {"xor", VAGUE, 0},
    {"xored", VAGUE, 0},
    {"oplus", VAGUE, 0},
    {"bitwise", VAGUE, 0},
    {"nim", VAGUE, 0},
    {"semiring", VAGUE, 0},
    {"tropical", VAGUE, 0},
    {"cyclic", VAGUE, 0},
    {"degrees", PERIOD, 360},
    {"circ", PERIOD, 360},
    {"angle", PERIOD, 360},
    {"angles", PERIOD, 360},
    {"am", PERIOD, 12},
    {"pm", PERIOD, 12},
    {"noon", PERIOD, 12},
    {"midnight", PERIOD, 12},
    {"boolean", VAGUE, 0},
    {"gf", FIELD, 0},
    {"wraps", VAGUE, 0},
    {"wrap", VAGUE, 0},
    {"wrapping", VAGUE, 0},
    {"cyclically", VAGUE, 0},
};

typedef struct scan {
    bool remainder, of; /* a remainder is spoken of, and of what */
    unsigned long divisors[SYSTEMS_MODULI];
    int n_divisors;
} scan;

/* Whether `word` is the next one after `at`. */
static bool follows(const char *text, size_t length, size_t at, const char *word) {
    size_t n = strlen(word);
    while (at < length && (text[at] == ' ' || text[at] == '\n')) at++;
    return n <= length - at && memcmp(text + at, word, n) == 0 && (at + n == length || !letter(text[at + n]));
}

static void note_word(systems *s, scan *x, const char *word, const char *text, size_t length, size_t end) {
    for (size_t i = 0; i < sizeof senses / sizeof *senses; i++) {
        if (strcmp(senses[i].word, word) != 0) continue;
        unsigned long n = 0;
        switch (senses[i].sense) {
        case MODULUS:
            n = number_after(text, length, end);
            if (n)
                add_modulus(s, n, true, false);
            else
                s->vague = true;
            break;
        case PERIOD: /* values that far apart may be the same */
            add_modulus(s, senses[i].value, false, true);
            break;
        case REMAINDER: /* "the remainder of the sum", not "the remainder is 12 dollars" */
            x->remainder = true;
            x->of |= follows(text, length, end, "of") || follows(text, length, end, "when") ||
                     follows(text, length, end, "upon") || follows(text, length, end, "after");
            break;
        case DIVISOR: {
            size_t by = end + 1;
            while (by < length && text[by] == ' ') by++;
            if (follows(text, length, by, "by")) n = number_after(text, length, by + 2);
            if (n && x->n_divisors < SYSTEMS_MODULI) x->divisors[x->n_divisors++] = n;
            break;
        }
        case BASE:
            n = number_after(text, length, end);
            if (n) add_base(s, n);
            break;
        case FIXED_BASE:
            add_base(s, senses[i].value);
            break;
        case CLOCK:
            add_modulus(s, 12, true, true);
            add_modulus(s, 24, true, true);
            break;
        case FIELD:
            n = end < length && text[end] == '(' ? number_after(text, length, end + 1) : 0;
            if (n) add_modulus(s, n, true, false);
            break;
        case VAGUE:
            s->vague = true;
            break;
        }
        return;
    }
}

/* Whether the letter at `at` is a ring or field: "\\mathbb{Z}", "in Z", "over $F". */
static bool names_ring(const char *text, size_t at) {
    static const char *const before[] = {"bb{Z", "bb{F", "in ", "in $", "In ", "In $", "over ", "over $", "Over "};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        size_t n = strlen(before[i]);
        if (n <= at && memcmp(text + at - n, before[i], n) == 0) return true;
    }
    return false;
}

/* "43_7", "Z_5", "\mathbb{F}_2": the number below. */
static void note_index(systems *s, const char *text, size_t length, size_t at) {
    size_t next = at + 1 + (at + 1 < length && text[at + 1] == '{');
    if (at == 0 || next >= length || !digit(text[next])) return;
    char last = text[at - 1];
    if (last == '}' && at >= 2) last = text[at - 2];
    unsigned long n = number_after(text, length, next);
    if (digit(last))
        add_base(s, n);
    else if ((last == 'Z' || last == 'F') && names_ring(text, at - 1))
        add_modulus(s, n, true, false);
}

void systems_note(systems *s, const char *text, size_t length) {
    scan x = {0};
    bool vague = s->vague, all = false;
    s->vague = false;
    int before = s->n_moduli;
    for (size_t at = 0; at < length;) {
        char c = text[at];
        if (c == '_') note_index(s, text, length, at);
        if ((unsigned char)c == 0xe2 && length - at > 2 && memcmp(text + at, "\u2261", 3) == 0) s->vague = true;
        if ((unsigned char)c == 0xe2 && length - at > 2 && memcmp(text + at, "\u2295", 3) == 0) s->vague = true;
        if (!letter(c)) {
            at++;
            continue;
        }
        char word[WORD_MOST + 1];
        size_t n = 0, kept = 0;
        for (; at + n < length && (letter(text[at + n]) || text[at + n] == '\''); n++)
            if (kept < WORD_MOST) word[kept++] = text[at + n] | 0x20;
        word[kept] = '\0';
        all |= strcmp(word, "all") == 0 || strcmp(word, "every") == 0 || strcmp(word, "arithmetic") == 0;
        if (kept == n && strchr("mrcdbothxwgneaspf", word[0])) {
            for (size_t i = 0; i < n; i++)
                if (text[at + i] == '\'') word[i] = '\'';
            note_word(s, &x, word, text, length, at + n);
        }
        at += n;
    }
    if (x.of && x.n_divisors == 0 && s->n_moduli == 0) s->vague = true;
    for (int i = 0; x.remainder && i < x.n_divisors; i++) add_modulus(s, x.divisors[i], false, false);
    /* "34 is congruent to 4 (mod 5)": the modulus is known */
    if (s->n_moduli > before && s->n_moduli < SYSTEMS_MODULI) s->vague = false;
    s->vague |= vague;
    s->all |= all && s->n_moduli > before;
}

const systems *systems_now(systems_source *source, const char *text, size_t length) {
    if (source->problem && !source->problem_noted)
        systems_note(&source->past, source->problem, strlen(source->problem));
    source->problem_noted = true;
    for (; source->noted < source->n_steps; source->noted++)
        systems_note(&source->past, source->steps[source->noted], strlen(source->steps[source->noted]));
    source->past.vague = false;
    for (int i = 0; i < source->past.n_moduli; i++) source->past.modular[i] &= source->past.all;
    if (source->current != text) {
        source->here = source->past;
        systems_note(&source->here, text, length);
        source->current = text;
    }
    return &source->here;
}

/* On a clock: one of the two is a place on it, the other some rounds away at most. */
static bool some_rounds(unsigned long period, const mpq_t a, const mpq_t b) {
    bool placed =
        (mpq_sgn(a) >= 0 && mpq_cmp_ui(a, period, 1) <= 0) || (mpq_sgn(b) >= 0 && mpq_cmp_ui(b, period, 1) <= 0);
    long most = (long)(4 * period);
    return placed && mpq_cmp_si(a, most, 1) <= 0 && mpq_cmp_si(b, most, 1) <= 0 && mpq_cmp_si(a, -most, 1) >= 0 &&
           mpq_cmp_si(b, -most, 1) >= 0;
}

int systems_congruent(const systems *s, const mpq_t a, const mpq_t b, bool money) {
    mpz_t gap, other;
    mpz_init(gap);
    mpz_init(other);
    mpz_mul(gap, mpq_numref(a), mpq_denref(b));
    mpz_mul(other, mpq_numref(b), mpq_denref(a));
    mpz_sub(gap, gap, other);
    int found = -1;
    for (int i = 0; i < s->n_moduli && found < 0; i++) {
        bool whole =
            mpz_gcd_ui(NULL, mpq_denref(a), s->moduli[i]) == 1 && mpz_gcd_ui(NULL, mpq_denref(b), s->moduli[i]) == 1;
        if (s->period[i] && (money || !some_rounds(s->moduli[i], a, b))) continue;
        if (whole && mpz_divisible_ui_p(gap, s->moduli[i])) found = i;
    }
    mpz_clear(gap);
    mpz_clear(other);
    return found;
}
