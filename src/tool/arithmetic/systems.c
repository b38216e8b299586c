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

typedef enum sense {
    MODULUS,
    PERIOD,
    REMAINDER,
    DIVISOR,
    BASE,
    FIXED_BASE,
    CLOCK,
    VAGUE,
    FIELD,
    REDEFINED,
    SCALE,
    LAST_DIGIT,
    SIGN_MEANS
} sense;

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
    {"xor", REDEFINED, 0},
    {"xored", REDEFINED, 0},
    {"oplus", REDEFINED, 0},
    {"bitwise", REDEFINED, 0},
    {"nim", REDEFINED, 0},
    {"semiring", REDEFINED, 0},
    {"tropical", REDEFINED, 0},
    {"cyclic", VAGUE, 0},
    {"degrees", PERIOD, 360},
    {"circ", PERIOD, 360},
    {"angle", PERIOD, 360},
    {"angles", PERIOD, 360},
    {"am", PERIOD, 12},
    {"pm", PERIOD, 12},
    {"noon", PERIOD, 12},
    {"midnight", PERIOD, 12},
    {"boolean", REDEFINED, 0},
    {"gf", FIELD, 0},
    {"wraps", VAGUE, 0},
    {"wrap", VAGUE, 0},
    {"wrapping", VAGUE, 0},
    {"cyclically", VAGUE, 0},
    {"group", VAGUE, 0},
    {"ring", VAGUE, 0},
    {"month", PERIOD, 12},
    {"months", PERIOD, 12},
    {"weekday", PERIOD, 7},
    {"week", PERIOD, 7},
    {"sunday", PERIOD, 7},
    {"monday", PERIOD, 7},
    {"precedence", REDEFINED, 0},
    {"overflow", VAGUE, 0},
    {"unsigned", VAGUE, 0},
    {"logical", VAGUE, 0},
    {"db", VAGUE, 0},
    {"perpendicular", VAGUE, 0},
    {"percent", SCALE, 1},
    {"percentage", SCALE, 1},
    {"cents", SCALE, 2},
    {"thousands", SCALE, 4},
    {"millions", SCALE, 8},
    {"units", LAST_DIGIT, 0},
    {"unit", LAST_DIGIT, 0},
    {"ones", LAST_DIGIT, 0},
    {"last", LAST_DIGIT, 0},
    {"means", SIGN_MEANS, 0},
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

/* Whether a sign of arithmetic is the last thing before `at`, or the first after it. */
static bool sign_before(const char *text, size_t at) {
    while (at > 0 && strchr(" '\"$", text[at - 1])) at--;
    if (at > 0 && strchr("+-*/", text[at - 1])) return true;
    return at > 1 && (memcmp(text + at - 2, "\u00d7", 2) == 0 || memcmp(text + at - 2, "\u00f7", 2) == 0);
}

static bool sign_after(const char *text, size_t length, size_t at) {
    while (at < length && strchr(" '\"$", text[at])) at++;
    if (at < length && strchr("+-*/", text[at])) return true;
    return length - at > 1 && (memcmp(text + at, "\u00d7", 2) == 0 || memcmp(text + at, "\u00f7", 2) == 0);
}

/* Whether an operation on two letters is defined at the sign `at`: "a * b = a + 2b", "$a \\star b := a^b$". `end` is
 * the byte after the sign. */
static bool defines_operation(const char *text, size_t length, size_t at, size_t end) {
    size_t i = at, k = end;
    while (i > 0 && text[i - 1] == ' ') i--;
    while (k < length && text[k] == ' ') k++;
    if (i == 0 || k >= length || !letter(text[i - 1]) || !letter(text[k])) return false;
    if ((i > 1 && (letter(text[i - 2]) || digit(text[i - 2]))) || (k + 1 < length && letter(text[k + 1]))) return false;
    char a = text[i - 1], b = text[k++];
    while (k < length && strchr(" $:", text[k])) k++;
    if (a == b || k >= length || text[k] != '=') return false;
    bool has_a = false, has_b = false;
    for (k++; k < length && text[k] != '\n' && text[k] != '.' && !(text[k] == ',' && has_b); k++) {
        bool alone = !letter(text[k - 1]) && (k + 1 == length || !letter(text[k + 1]) || text[k + 1] == b);
        has_a |= alone && text[k] == a;
        has_b |= text[k] == b && (k + 1 == length || !letter(text[k + 1]));
    }
    return has_a && has_b;
}

static void note_operation(systems *s, const char *text, size_t length, size_t at) {
    static const char *const signs[] = {"\\cdot", "\\star", "\\circ", "\\times", "\\#", "\\diamond", "\\ast", "*",
                                        "\u2605", "\u25e6", "\u22c6", "\u00d7",  "#",   "@",         "&"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t n = strlen(signs[i]);
        if (n > length - at || memcmp(text + at, signs[i], n) != 0) continue;
        s->redefined |= defines_operation(text, length, at, at + n);
        return;
    }
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
        case REDEFINED:
            s->redefined = true;
            break;
        case SCALE:
            s->scales |= senses[i].value;
            break;
        case LAST_DIGIT: /* "the units digit", "the last two digits" */
            if (follows(text, length, end, "digit")) add_modulus(s, 10, false, false);
            if (follows(text, length, end, "digits")) add_modulus(s, 10, false, false);
            if (follows(text, length, end, "two digits")) add_modulus(s, 100, false, false);
            break;
        case SIGN_MEANS: /* "× means +" */
            s->redefined |= sign_before(text, end - strlen(word)) && sign_after(text, length, end);
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
    else if ((last == 'Z' || last == 'F') && (names_ring(text, at - 1) || s->vague))
        add_modulus(s, n, true, false);
}

static size_t day_at(const char *text, size_t length, size_t at, bool year);

/* "Z/12Z", "\\mathbb{Z}/12\\mathbb{Z}", "Z/6". */
static void note_quotient(systems *s, const char *text, size_t length, size_t at) {
    if (text[at - 1] == '}' && (at < 2 || text[at - 2] != 'Z')) return;
    if (at + 1 < length && digit(text[at + 1])) add_modulus(s, number_after(text, length, at + 1), true, false);
}

void systems_note(systems *s, const char *text, size_t length) {
    scan x = {0};
    bool vague = s->vague, all = false;
    s->vague = false;
    int before = s->n_moduli;
    for (size_t at = 0; at < length;) {
        char c = text[at];
        if (c == '_') note_index(s, text, length, at);
        if (c == '/' && at > 0 && (text[at - 1] == 'Z' || text[at - 1] == '}')) note_quotient(s, text, length, at);
        if ((unsigned char)c == 0xe2 && length - at > 2 && memcmp(text + at, "\u2261", 3) == 0) s->vague = true;
        if ((unsigned char)c == 0xe2 && length - at > 2 && memcmp(text + at, "\u2295", 3) == 0) s->vague = true;
        if (digit(c) && day_at(text, length, at, true)) s->dates = true;
        if (!letter(c)) {
            if (strchr("\\*#@&", c) || (unsigned char)c >= 0xc3) note_operation(s, text, length, at);
            at++;
            continue;
        }
        char word[WORD_MOST + 1];
        size_t n = 0, kept = 0;
        for (; at + n < length && (letter(text[at + n]) || text[at + n] == '\''); n++)
            if (kept < WORD_MOST) word[kept++] = text[at + n] | 0x20;
        word[kept] = '\0';
        all |= strcmp(word, "all") == 0 || strcmp(word, "every") == 0 || strcmp(word, "arithmetic") == 0;
        if (kept == n && strchr("mrcdbothxwgneaspful", word[0])) {
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

/* The digits at `at`, at most `most` of them. */
static size_t digits(const char *text, size_t length, size_t at, size_t most) {
    size_t n = 0;
    while (at + n < length && digit(text[at + n])) n++;
    return n <= most ? n : 0;
}

/* The bytes of "9/7" at `at`; with `year` of "3/20/2020". */
static size_t day_at(const char *text, size_t length, size_t at, bool year) {
    if (at > 0 && (digit(text[at - 1]) || text[at - 1] == '/' || text[at - 1] == '.')) return 0;
    size_t n = digits(text, length, at, 2), total = n;
    for (int part = 0; n && part <= year; part++) {
        if (at + total >= length || text[at + total] != '/') return 0;
        n = digits(text, length, at + total + 1, part == 1 ? 4 : 2);
        if (part == 1 && n != 4) return 0;
        total += n + 1;
    }
    return n ? total : 0;
}

/* One day is counted from another: "3/5 - 7 = 2/26". */
bool systems_dated(const systems *s, const char *text, size_t length) {
    int days = 0;
    for (size_t at = 0; s->dates && at < length; at++) days += day_at(text, length, at, false) > 0;
    return days > 1;
}

unsigned long systems_factor(const mpq_t a, const mpq_t b) {
    mpq_t ratio;
    if (mpq_sgn(a) == 0 || mpq_sgn(b) == 0) return 0;
    mpq_init(ratio);
    mpq_div(ratio, a, b);
    if (mpz_cmpabs(mpq_numref(ratio), mpq_denref(ratio)) < 0) mpq_inv(ratio, ratio);
    bool whole = mpq_sgn(ratio) > 0 && mpz_cmp_ui(mpq_denref(ratio), 1) == 0 && mpz_fits_ulong_p(mpq_numref(ratio));
    unsigned long factor = whole ? mpz_get_ui(mpq_numref(ratio)) : 0;
    mpq_clear(ratio);
    return factor;
}

bool systems_scaled(const systems *s, const mpq_t a, const mpq_t b) {
    static const struct {
        unsigned scale;
        unsigned long factor;
    } factors[] = {{1, 100}, {2, 100}, {4, 1000}, {8, 1000000}};
    unsigned long factor = s->scales ? systems_factor(a, b) : 0;
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
        if ((s->scales & factors[i].scale) && factor == factors[i].factor) return true;
    return false;
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
