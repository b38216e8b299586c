/* Where a stated value ends: "72" in "72, all told, and the shop keeps it." */
#include <string.h>

#include "tool/answer_find.h"

/* ---- the words --------------------------------------------------------------------------------------------------- */

/* Words after a value that are no part of it. */
static const char *const tails[] = {
    "because",   "since",        "which",       "so",        "thus",        "therefore",
    "hence",     "but",          "not",         "as",        "is",          "are",
    "was",       "were",         "giving",      "making",    "obtained",    "rounded",
    "where",     "whereas",      "while",       "due",       "according",   "rather",
    "instead",   "overall",      "altogether",  "given",     "after",       "that",
    "we",        "this",         "it",          "in total",  "in all",      "to the nearest",
    "satisfies", "would",        "will",        "can",       "has",         "have",
    "from",      "if we",        "when we",     "using",     "assuming",    "corresponding",
    "all told",  "respectively", "in simplest", "in lowest", "in interval",
};
/* After a value in words, only these. */
static const char *const clauses[] = {"because", "since", "which", "as required", "as we", "due to", "according to"};

/* A period after these ends no sentence. */
static const char *const abbreviations[] = {"p.m", "a.m", "i.e", "e.g", "approx", "vs",  "mr",  "mrs", "ms",  "dr",
                                            "st",  "ft",  "sq",  "cu",  "lb",     "lbs", "oz",  "hr",  "hrs", "min",
                                            "sec", "u.s", "no",  "in",  "yd",     "mi",  "gal", "jr",  "sr"};

/* Between two items of a list. */
static const char *const conjunctions[] = {"and", "or"};

/* ---- pieces ---- */

static size_t skip_spaces(const find_text *t, size_t at) {
    while (at < t->n && (t->s[at] == ' ' || t->s[at] == '\t' || t->s[at] == '*')) at++;
    return at;
}

/* "\n" written as two bytes, as some files have it; "\neq" is a command. */
static bool spelled_newline(const find_text *t, size_t at) {
    return t->s[at] == '\\' && find_byte(t, at + 1) == 'n' && !find_letter(find_byte(t, at + 2));
}

/* Whether an item of a list of values starts at `at`: "-3", "$x$", "(1, 2)", "y = 4"; not "a half-hour later". */
static bool item_at(const find_text *t, size_t at) {
    at = skip_spaces(t, at);
    char c = find_byte(t, at), after = find_byte(t, at + 1);
    if (find_is(t, at, "a half") || find_is(t, at, "a quarter") || find_is(t, at, "a third")) return true;
    if (find_digit(c) || (find_any(c, "$\\({[+-")) || (unsigned char)c >= 0x80) return !spelled_newline(t, at);
    if (!find_letter(c) || find_letter(after)) return false;
    return !((c == 'a' || c == 'A' || c == 'I') && after == ' ' && find_letter(find_byte(t, at + 2)));
}

/* Whether what stands after a comma at `at`, or after a blank, is a further item: "3", "and 5". */
static bool continues(const find_text *t, size_t at) {
    at = skip_spaces(t, at);
    size_t n = FIND_WORD(t, at, conjunctions);
    return item_at(t, at + n);
}

/* ---- the cut ----------------------------------------------------------------------------------------------------- */

typedef struct cutter {
    const find_text *t;
    unsigned how;
    bool brackets; /* open brackets hide what would end the value */
    size_t start, i;
    size_t depth, begins; /* open brackets; open environments */
    size_t words, values; /* plain words; digits, formulas and symbols */
    size_t commas;        /* between words */
    char stop;            /* what ended it: '\n', '.', '?', ',', ';' ...; 0: end of text */
    bool interrupted;     /* another phrase or a box starts at i */
    bool number_only;     /* digits and their separators so far */
} cutter;

static bool ends(cutter *c, char stop) {
    c->stop = stop;
    return true;
}

static bool free_of_brackets(const cutter *c) {
    return c->depth == 0 || !c->brackets;
}

/* Whether the period at c->i ends the sentence. */
static bool period_ends(const cutter *c) {
    const find_text *t = c->t;
    char after = find_byte(t, c->i + 1);
    size_t word = c->i;
    if (find_digit(after) && (c->i == c->start || !find_letter(t->s[c->i - 1]))) return false;
    if (find_letter(after) && find_byte(t, c->i + 2) == '.') return false; /* p.m. */
    if (find_letter(after) && after >= 'a') return false;                  /* example.com */
    while (word > c->start && (find_letter(t->s[word - 1]) || t->s[word - 1] == '.')) word--;
    bool initial = c->i - word == 1 && t->s[word] >= 'A' && t->s[word] <= 'Z';
    if (initial && after == ' ' && word > c->start) return false; /* "Mr. J. Smith" */
    if (initial && after == ' ' && find_byte(t, c->i + 3) == '.') return false;
    for (size_t k = 0; k < FIND_COUNT(abbreviations); k++) {
        size_t n = find_length(t, word, abbreviations[k]);
        if (!n || n != c->i - word) continue;
        if (word == c->start && n == 2 && t->s[word + 1] != 'r') continue; /* "No." */
        char next = find_byte(t, skip_spaces(t, c->i + 1));
        return !find_letter(next) ? next == '\0' || next == '\n' : next <= 'Z' && n > 3;
    }
    return true;
}

/* Whether the bracket at c->i opens a remark: "72 (see above)", "72 (36 * 2)"; "5 (mod 7)" is none. */
static bool remark_opens(const cutter *c) {
    const find_text *t = c->t;
    size_t i = c->i + 1, letters = 0;
    if (c->i == c->start || !text_blank(t->s[c->i - 1]) || !c->values) return false;
    while (find_letter(find_byte(t, i + letters))) letters++;
    if (letters >= 2) return !find_is_word(t, i, "mod") && !find_is_word(t, i, "pi") && !find_is_word(t, i, "sqrt");
    return c->number_only && (find_digit(find_byte(t, i)) || find_byte(t, i) == '=');
}

/* Commands and escapes. True: the value ends. */
static bool at_backslash(cutter *c) {
    const find_text *t = c->t;
    char after = find_byte(t, c->i + 1);
    if (find_box_command(t, c->i)) {
        c->interrupted = true;
        return true;
    }
    if (spelled_newline(t, c->i)) return ends(c, '\n');
    if (after == ')' || after == ']') return ends(c, after);
    if (find_is(t, c->i, "\\begin{")) c->begins++;
    if (find_is(t, c->i, "\\end{")) {
        if (!c->begins) return ends(c, '\\');
        c->begins--;
    }
    c->values++;
    c->i += 2;
    if (find_letter(after))
        while (find_letter(find_byte(t, c->i))) c->i++;
    return false;
}

static bool at_bracket(cutter *c, char b) {
    const find_text *t = c->t;
    if (b == '(' || b == '[' || b == '{') {
        if (b == '[' && find_byte(t, c->i + 1) == '/') return ends(c, b);
        if (b == '(' && free_of_brackets(c) && remark_opens(c)) return ends(c, b);
        c->depth++;
    } else if (c->depth) {
        c->depth--;
    } else if (c->values + c->words > 0 || (b == '}' && (c->how & FIND_IN_GROUP))) {
        return ends(c, b); /* not where the answer consists of brackets: "] }" */
    }
    c->i++;
    return false;
}

/* Punctuation outside brackets and formulas. */
static bool at_mark(cutter *c, char m) {
    const find_text *t = c->t;
    char after = find_byte(t, c->i + 1), next;
    bool spaced =
        !after || text_blank(after) || after == '*' || after == '"' || after == '<' || after == '}' || after == ')';
    switch (m) {
    case '.':
        if (period_ends(c)) return ends(c, m);
        break;
    case '!': /* 5! + 1 */
        next = find_byte(t, skip_spaces(t, c->i + 1));
        if (spaced && !(find_any(next, "+-*/^=)"))) return ends(c, m);
        break;
    case '?':
        if (spaced) return ends(c, m);
        break;
    case ';':
        return ends(c, m);
    case ':':
        if (spaced && c->values && find_letter(find_byte(t, skip_spaces(t, c->i + 1)))) return ends(c, m);
        break;
    case ',':
        if (!spaced || (c->values && continues(t, c->i + 1))) break;
        c->commas++;
        if (c->values || (c->commas <= 2 && FIND_WORD(t, skip_spaces(t, c->i + 1), tails))) return ends(c, m);
        break;
    case '-':
        if (c->values && text_blank(t->s[c->i - 1]) && after == ' ' && find_letter(find_byte(t, c->i + 2)) &&
            find_letter(find_byte(t, c->i + 3)))
            return ends(c, m);
        break;
    default:
        break;
    }
    if (!find_digit(after) && m != '-') c->number_only = false;
    c->i++;
    return false;
}

static bool at_word(cutter *c) {
    const find_text *t = c->t;
    find_phrase phrase;
    size_t n = 0;
    bool first = c->i == c->start;
    if (find_phrase_at(t, c->i, &phrase)) {
        c->interrupted = true;
        return true;
    }
    while (find_letter(find_byte(t, c->i + n))) n++;
    if (!first && free_of_brackets(c) && text_blank(t->s[c->i - 1])) {
        if (c->values ? FIND_WORD(t, c->i, tails) : c->words <= 3 && FIND_WORD(t, c->i, clauses)) return ends(c, 'w');
        if (c->values && FIND_WORD(t, c->i, conjunctions) && !continues(t, c->i)) return ends(c, 'w');
    }
    bool apart = first || t->s[c->i - 1] != '\''; /* not the "s" of "it's" */
    c->words += apart && (n > 1 || (first && t->s[c->i] == 'I'));
    c->values += apart && n == 1 && !first && c->words == 0;
    c->number_only = false;
    c->i += n;
    return false;
}

/* Bytes that are no ASCII: full-width punctuation ends a value, long dashes do. */
static bool at_wide(cutter *c) {
    static const char *const stops[] = {"\u3002", "\uff0c", "\uff1b", "\uff01", "\u2014", "\uff1f"};
    for (size_t k = 0; k < FIND_COUNT(stops); k++)
        if (find_is(c->t, c->i, stops[k])) return ends(c, k == 5 ? '?' : '.');
    c->values++;
    c->number_only = false;
    while ((unsigned char)find_byte(c->t, ++c->i) >= 0x80 && (c->t->s[c->i] & 0xc0) == 0x80) {
    }
    return false;
}

/* One step of the cut. True: the value ends at c->i. */
static bool step(cutter *c) {
    const find_text *t = c->t;
    char b = t->s[c->i];
    size_t formula = find_formula_end(t, c->i);
    if (formula) {
        const char *box = memmem(t->s + c->i, formula - c->i, "box", 3);
        size_t at = box ? (size_t)(box - t->s) : 0;
        while (at > c->i && t->s[at] != '\\') at--;
        if (box && find_box_command(t, at)) {
            c->i = at;
            c->interrupted = true;
            return true;
        }
        c->values++;
        c->number_only = false;
        c->i = formula;
        return false;
    }
    size_t mark = find_mark_end(t, c->i);
    if (mark) {
        c->i = mark;
        return false;
    }
    if (b == '$' && (c->how & FIND_IN_GROUP) && c->i > c->start) return ends(c, b);
    if (b == '\n') {
        if (!c->begins) return ends(c, b);
        c->i++;
        return false;
    }
    if (b == '\\') return at_backslash(c);
    if (b == '|' && (c->how & FIND_IN_CELL)) return ends(c, b);
    if (b == '<' && (find_byte(t, c->i + 1) == '/' || find_byte(t, c->i + 1) == '|')) return ends(c, b);
    if ((b == '<' || b == '[') && find_tag_at(t, c->i)) {
        c->interrupted = true;
        return true;
    }
    if (find_any(b, "([{)]}")) return at_bracket(c, b);
    if ((unsigned char)b >= 0x80) return at_wide(c);
    if (find_letter(b)) return at_word(c);
    if (b == '#' && find_is(t, c->i, "####")) return ends(c, b);
    if (find_any(b, ".?!;:,-") && free_of_brackets(c)) return at_mark(c, b);
    c->values += find_digit(b) || b == '=';
    if (!find_digit(b) && b != ' ' && b != '$') c->number_only = false;
    c->i++;
    return false;
}

/* ---- what stands around a value ---------------------------------------------------------------------------------- */

/* The first byte of a value at or after `at`: past emphasis, colons, spacing commands and, where it may, line ends. */
static size_t value_start(const find_text *t, size_t at, unsigned how, bool *next_line) {
    static const char *const spacing[] = {"\\,", "\\;", "\\:", "\\ ", "\\quad", "\\qquad", "~", "\uff1a"};
    *next_line = false;
    while (at < t->n) {
        char c = t->s[at];
        size_t n = 0;
        bool newline = c == '\n' || spelled_newline(t, at);
        if (newline && (how & FIND_SAME_LINE)) break;
        if (newline)
            n = c == '\n' ? 1 : 2;
        else if (find_is(t, at, "```"))
            for (n = 3; find_letter(find_byte(t, at + n));) n++;
        else if (text_blank(c) || find_any(c, "*:#`_") || (c == '>' && *next_line) ||
                 (c == '}' && (how & FIND_IN_GROUP)))
            n = 1;
        else if (find_mark_end(t, at) && !find_tag_at(t, at))
            n = find_mark_end(t, at) - at;
        else if (*next_line && (c == '-' || c == '+') && find_byte(t, at + 1) == ' ')
            n = 2;
        for (size_t i = 0; i < FIND_COUNT(spacing) && !n; i++)
            if (find_is(t, at, spacing[i])) n = strlen(spacing[i]);
        if (!n) break;
        *next_line |= newline;
        at += n;
    }
    return at;
}

static bool dotted(const find_text *t, size_t start, size_t end) { /* "p.m." */
    return end - start >= 4 && find_letter(t->s[end - 2]) && t->s[end - 3] == '.' && find_letter(t->s[end - 4]);
}

static void trim_end(const find_text *t, size_t start, size_t *end) {
    while (*end > start) {
        char c = t->s[*end - 1];
        bool escaped = *end - start > 1 && t->s[*end - 2] == '\\';
        if (c == '.' && dotted(t, start, *end)) return;
        if (!text_blank(c) && !(find_any(c, "*_`,;:.") && !escaped)) return;
        --*end;
    }
}

/* Takes off one pair of quotes, or the marks of the formula that is all of the value. */
static bool unwrap(const find_text *t, size_t *start, size_t *end) {
    size_t a = *start, b = *end;
    char first = find_byte(t, a);
    if (b - a >= 3 && (first == '"' || first == '\'') && t->s[b - 1] == first &&
        !memchr(t->s + a + 1, first, b - a - 2)) {
        ++*start;
        --*end;
    } else if (b > a && find_formula_end(t, a) == b) {
        size_t marks = first == '\\' || t->s[a + 1] == '$' ? 2 : 1;
        if (b - a <= 2 * marks) return false;
        *start += marks;
        *end -= marks;
    } else {
        return false;
    }
    while (*start < *end && text_blank(t->s[*start])) ++*start;
    trim_end(t, *start, end);
    if (*start < *end) return true;
    *start = a;
    *end = b;
    return false;
}

/* Length of "B" in "B. 42", "(B)" in "(B) 42"; 0: no choice with its content. */
static size_t choice_length(const find_text *t, size_t start, size_t end) {
    bool bracket = t->s[start] == '(';
    size_t letter = start + bracket;
    if (end - start < 2 + (size_t)bracket || t->s[letter] < 'A' || t->s[letter] > 'J') return 0;
    char mark = t->s[letter + 1], after = find_byte(t, letter + 2), next = find_byte(t, letter + 3);
    if (bracket ? mark != ')' : !find_any(mark, ".):")) return 0;
    if (letter + 2 >= end) return bracket ? 3 : 1;
    if (bracket && find_is_word(t, letter + 3, "and")) return 0;
    if (bracket && find_is_word(t, letter + 3, "or")) return 0;
    bool content = find_letter(next) || find_digit(next) || (find_any(next, "$\\-\"*"));
    return (text_blank(after) || after == ':') && content ? 1 + 2 * (size_t)bracket : 0;
}

/* 1 where the letter x at `at` is a sign between two numbers: "3 x 4". */
static size_t times_letter(const find_text *t, size_t start, size_t at, size_t end) {
    size_t left = at, right = at + 1;
    while (left > start && find_any(t->s[left - 1], " )")) left--;
    while (right < end && find_any(t->s[right], " ($-")) right++;
    return t->s[at] == 'x' && left > start && right < end && find_digit(t->s[left - 1]) && find_digit(t->s[right]);
}

bool find_arithmetic(const find_text *t, size_t start, size_t end) {
    static const char *const commands[] = {"\\times", "\\cdot", "\\div",   "\\frac", "\\dfrac", "\\binom",
                                           "\\tfrac", "\\left", "\\right", "\\sqrt", "\\!",     "\\pi"};
    bool digits = false;
    for (size_t i = start; i < end;) {
        size_t n = FIND_WORD(t, i, commands);
        if (!n) n = times_letter(t, start, i, end);
        digits |= find_digit(t->s[i]);
        if (!n && (find_letter(t->s[i]) || t->s[i] == '\\')) return false;
        i += n ? n : 1;
    }
    return digits;
}

/* Whether what stands at `at` joins statements, so that their equals signs are no chain. */
static bool parts(const find_text *t, size_t start, size_t at) {
    static const char *const words[] = {"or",   "and",  "\\text", "\\quad", "\\qquad",
                                        "\\\\", "\\le", "\\ge",   "\\leq",  "\\geq"};
    char c = t->s[at], before = at > start ? t->s[at - 1] : '\0';
    if (c == ',') return !(find_digit(before) && find_digit(find_byte(t, at + 1))) && before != '\\';
    return c == '<' || c == '>' || (!find_letter(before) && FIND_WORD(t, at, words));
}

/* Of "36 * 2 = 72" the last side is the value, and of a chain "S = 36 * 2 = 72". */
static void last_side(const find_text *t, size_t *start, size_t end) {
    size_t last = *start, before = *start, depth = 0, signs = 0, formula = find_formula_end(t, *start);
    if (formula && formula < end) return;
    for (size_t i = *start; i < end; i++) {
        size_t mark = find_mark_end(t, i);
        if (mark) {
            i = mark - 1;
            continue;
        }
        char c = t->s[i];
        depth += c == '(' || c == '[' || c == '{';
        depth -= (c == ')' || c == ']' || c == '}') && depth;
        if (!depth && parts(t, *start, i)) return;
        if (c != '=' || depth || i == *start || find_any(t->s[i - 1], "!:\\")) continue;
        before = last;
        last = i + 1;
        signs++;
    }
    if (!signs || !(find_arithmetic(t, before, last - 1) || (signs >= 2 && last - 1 - before > 3))) return;
    while (last < end && (text_blank(t->s[last]) || t->s[last] == '&')) last++;
    size_t mark = find_mark_end(t, last);
    if (mark) last = mark;
    if (last < end && (signs >= 2 || find_digit(t->s[last]) || find_any(t->s[last], "-.$\\"))) *start = last;
}

void find_tidy(const find_text *t, size_t *start, size_t *end) {
    trim_end(t, *start, end);
    while (unwrap(t, start, end)) {
    }
    last_side(t, start, *end);
}

/* ---- one value --------------------------------------------------------------------------------------------------- */

static void cut(cutter *c) {
    while (c->i < c->t->n && !step(c)) {
    }
    if (c->depth && !c->interrupted && c->brackets) {
        *c = (cutter){.t = c->t, .how = c->how, .start = c->start, .i = c->start, .number_only = true};
        while (c->i < c->t->n && !step(c)) {
        }
    }
    if (c->i > c->t->n) c->i = c->t->n;
}

static bool word_choice(const find_text *t, size_t start, size_t end) {
    static const char *const words[] = {"yes", "no", "true", "false"};
    if (end - start == 1 && t->s[start] >= 'A' && t->s[start] <= 'Z') return true;
    size_t n = FIND_WORD(t, start, words);
    return n && start + n == end;
}

bool find_value_at(const find_text *t, size_t from, unsigned how, find_value *out) {
    *out = (find_value){0};
    size_t start = value_start(t, from, how, &out->next_line);
    cutter c = {.t = t, .how = how, .brackets = true, .start = start, .i = start, .number_only = true};
    cut(&c);
    out->next = c.i > from ? c.i : from;
    if (c.interrupted || c.i <= start) return false;
    out->start = start;
    out->end = c.i + (c.stop == '.' && c.i + 1 > start + 4 && dotted(t, start, c.i + 1));
    trim_end(t, start, &out->end);
    if (out->end == start || (c.stop == '!' && c.number_only)) return false; /* 5! or five, exclaimed */
    out->question = c.stop == '?';
    out->words = c.words;
    out->values = c.values;
    size_t choice = choice_length(t, start, out->end);
    if (choice) out->end = start + choice;
    find_tidy(t, &out->start, &out->end);
    out->prose = find_letter(t->s[start]) && find_letter(find_byte(t, start + 1)) && !choice;
    out->plain = choice || word_choice(t, out->start, out->end) || (c.values && !out->prose && c.words <= 4);
    return true;
}
