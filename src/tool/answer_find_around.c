/* What stands around a box or a tag in its sentence: "so x = [7] apples." states 7; "2 times [7]", "not [7]", "[7] or
 * 8" and "[7] if n is even" do not. Whatever makes another value, or a doubt, of it leaves the statement unknown. */
#include <string.h>

#include "tool/answer_find.h"

enum { SENTENCE_MOST = 160, CLAUSE_MOST = 120 };

/* ---- before ---- */

/* Words directly before that make another value, or none, of what follows. */
static const char *const refusals[] = {
    "not",        "never",      "no",       "hardly",    "barely",      "almost",     "nearly",      "than",
    "least",      "most",       "under",    "over",      "below",       "above",      "between",     "twice",
    "half",       "double",     "triple",   "thrice",    "minus",       "plus",       "times",       "negative",
    "if",         "unless",     "when",     "whether",   "suppose",     "assume",     "without",     "except",
    "neither",    "nor",        "wrongly",  "falsely",   "wrong",       "incorrect",  "perhaps",     "maybe",
    "possibly",   "beyond",     "say",      "says",      "thinks",      "believes",   "claims",      "doubt",
    "guess",      "called",     "think",    "thought",   "incorrectly", "mistakenly", "erroneously", "allegedly",
    "supposedly", "wrote",      "writes",   "said",      "claimed",     "guessed",    "suggested",   "write",
    "initially",  "previously", "formerly", "yesterday", "either",      "but",        "probably",    "x",
    "y",          "n"};
/* Pairs of words. */
static const struct {
    const char *last;
    const char *before[24];
} pairs[] = {
    {"of",
     {"square",  "cube",     "root",   "reciprocal", "negative", "opposite", "half", "third",   "multiple", "factor",
      "divisor", "divisors", "digits", "instead",    "power",    "quarter",  "sum",  "product", "average",  "guess"}},
    {"to", {"up", "close", "congruent", "unequal", "near", "next", "contrary", "compared", "opposed"}},
    {"be", {"cannot", "never", "not", "might", "may", "could"}},
    {"by", {"divisible", "multiplied", "divided", "off"}},
    {"from", {"different", "far", "away", "subtracted", "subtract"}},
    {"that",
     {"true", "false", "doubt", "believes", "thinks", "claims", "says", "deny", "wrong", "incorrect", "assume",
      "suppose"}},
    {"be to", {"supposed", "claimed", "said", "thought", "expected", "unlikely", "believed", "rumored"}},
    {"in", {"answer"}},
    {"value", {"previous", "wrong", "old", "initial", "other", "incorrect"}},
    {"after", {"number", "integer"}},
    {"before", {"number", "integer"}},
};
/* Words of the clause before that make it another's, or a supposed one. */
static const char *const doubts[] = {"nobody", "doubt",  "claims", "claimed", "thinks",    "believes", "guess",
                                     "wrong",  "untrue", "false",  "denies",  "incorrect", "not true", "n't true"};

static size_t back_over(const find_text *t, size_t at, const char *few) {
    while (at && find_any(t->s[at - 1], few)) at--;
    return at;
}

/* The word that ends before `at`; *length 0: none does. */
static size_t word_back(const find_text *t, size_t at, size_t *length) {
    return find_word_before(t, at, 0, " \t\"'", length);
}

static bool is_sign_before(const find_text *t, size_t at) {
    static const char *const signs[] = {"\u00d7", "\u00f7", "\u221a", "\u2260", "\u00b1", "\u2212", "\u00b7", "\u00ac"};
    char c = t->s[at - 1];
    bool heads = back_over(t, at - 1, " \t") == 0 || t->s[back_over(t, at - 1, " \t") - 1] == '\n';
    for (size_t i = 0; i < FIND_COUNT(signs); i++) {
        size_t n = strlen(signs[i]);
        if (at >= n && memcmp(t->s + at - n, signs[i], n) == 0) return true;
    }
    if (c == '-') return !heads && !(at >= 2 && t->s[at - 2] == '-');
    if (c == '>') return !heads && at >= 2 && find_any(t->s[at - 2], " ");
    return find_any(c, "+/^<~") || find_digit(c);
}

/* Whether the clause that ends at `at` doubts, or supposes, what follows it. */
static bool clause_doubts(const find_text *t, size_t at) {
    size_t stop = at > CLAUSE_MOST ? at - CLAUSE_MOST : 0, start = at;
    while (start > stop && !find_any(t->s[start - 1], ".,;:!?\n")) start--;
    for (size_t i = start; i < at; i++)
        if ((i == 0 || !find_letter(t->s[i - 1]) || find_is(t, i, "n't")) && FIND_WORD(t, i, doubts)) return true;
    return false;
}

/* "The answer is at most [7]" states no value, "he can buy at most [7]" does. */
static bool states_bound(const find_text *t, size_t word) {
    static const char *const verbs[] = {"is", "are", "was", "be", "answer", "total", "so", "equals"};
    size_t length;
    word = word_back(t, word, &length);
    if (length && find_is_word(t, word, "at")) word = word_back(t, word, &length);
    return !length || FIND_WORD(t, word, verbs);
}

/* Whether the word at `word` is the end of "isn't", "can't". */
static bool contracts_not(const find_text *t, size_t word) {
    bool mark = word && (t->s[word - 1] == '\'' || (word >= 3 && find_apostrophe(t, word - 3) == 3));
    return mark && find_is_word(t, word, "t");
}

static bool clear_before(const find_text *t, size_t from) {
    static const char *const linking[] = {"be", "equal", "get", "give", "have", "make", "the", "simply", "just"};
    size_t at = back_over(t, from, " \t$*({[\"'`_"), length, second;
    if (at >= 1 && t->s[at - 1] == '\\' && at < from) at = back_over(t, at - 1, " \t$*({[\"'`_"); /* "\\(" */
    if (at == 0 || t->s[at - 1] == '\n') return true;
    if (is_sign_before(t, at)) return false;
    size_t word = word_back(t, at, &length);
    if (!length) return true;
    if (contracts_not(t, word)) return false;
    bool bound = find_is_word(t, word, "least") || find_is_word(t, word, "most");
    if (bound && !states_bound(t, word)) return true;
    bool only = find_is_word(t, word, "only") || find_is_word(t, word, "exactly");
    if (only) word = word_back(t, word, &length);
    if (length && FIND_WORD(t, word, refusals)) return false;
    size_t before = word_back(t, word, &second);
    if (contracts_not(t, before) && FIND_WORD(t, word, linking)) return false; /* "can't be" */
    if (find_is_word(t, word, "to") && second && find_is_word(t, before, "equal")) {
        size_t negated = word_back(t, before, &second);
        return !(second && FIND_WORD(t, negated, refusals)) && !clause_doubts(t, at);
    }
    bool passive = find_is_word(t, word, "be") && second && find_is_word(t, before, "to");
    if (passive) before = word_back(t, before, &second);
    for (size_t i = 0; i < FIND_COUNT(pairs) && second; i++) {
        if (passive ? strcmp(pairs[i].last, "be to") != 0 : !find_is_word(t, word, pairs[i].last)) continue;
        for (size_t k = 0; k < FIND_COUNT(pairs[i].before) && pairs[i].before[k]; k++)
            if (find_is_word(t, before, pairs[i].before[k])) return false;
    }
    return !clause_doubts(t, at);
}

/* ---- after ---- */

/* Words directly after that make another value of it, or say when it holds. */
static const char *const changes[] = {"squared",
                                      "cubed",
                                      "factorial",
                                      "doubled",
                                      "halved",
                                      "tripled",
                                      "times",
                                      "plus",
                                      "minus",
                                      "divided",
                                      "mod",
                                      "modulo",
                                      "base",
                                      "below",
                                      "above",
                                      "if",
                                      "unless",
                                      "only if",
                                      "only when",
                                      "provided",
                                      "assuming",
                                      "raised",
                                      "multiplied",
                                      "choose",
                                      "in base",
                                      "in the first case",
                                      "in case",
                                      "in the case",
                                      "x",
                                      "y",
                                      "z",
                                      "n",
                                      "i",
                                      "pi",
                                      "percent of",
                                      "per cent of",
                                      "degrees below",
                                      "or more",
                                      "or less",
                                      "or so",
                                      "or fewer",
                                      "at least",
                                      "at most",
                                      "or higher",
                                      "or lower",
                                      "out of",
                                      "too",
                                      "instead"};
static const char *const joins[] = {"or",        "and",        "to",  "of",   "more than",
                                    "less than", "fewer than", "for", "when", "plus"};
/* Words of the rest of the sentence that find fault with it. */
static const char *const faults[] = {
    "wrong",      "incorrect", "error",         "mistake",     "invalid",   "impossible", "false",   "absurd",
    "extraneous", "rejected",  "contradiction", "not allowed", "too large", "too small",  "too big", "would be",
    "is not the", "isn't the", "not possible",  "not correct", "not right", "not valid"};

static bool finds_fault(const find_text *t, size_t at) {
    for (size_t end = at + SENTENCE_MOST; at < t->n && at < end; at++) {
        if (t->s[at] == '\n' || (t->s[at] == '.' && !find_digit(find_byte(t, at + 1)))) return false;
        if (at && !find_letter(t->s[at - 1]) && FIND_WORD(t, at, faults)) return true;
    }
    return false;
}

/* Whether a number, a letter or a formula stands at `at`: a further value. */
static bool value_follows(const find_text *t, size_t at) {
    while (find_any(find_byte(t, at), " *(")) at++;
    char c = find_byte(t, at);
    if (find_letter(c)) return !find_letter(find_byte(t, at + 1)) && c != 'a' && c != 'A' && c != 'I';
    if (c == '$' || c == '\\') {
        size_t end = find_formula_end(t, at);
        bool box = find_box_command(t, at) || (end && memmem(t->s + at, end - at, "box", 3));
        return !box && (end || c == '$');
    }
    return find_digit(c);
}

static bool is_sign_after(const find_text *t, size_t at) {
    static const char *const signs[] = {"\u00d7", "\u00f7", "\u00b1", "\u2212", "\u00b7", "\u2013"};
    static const char *const commands[] = {"\\pi", "\\sqrt", "\\times", "\\cdot", "\\pm", "\\div", "\\mp", "\\frac"};
    char c = find_byte(t, at), next = find_byte(t, at + 1);
    for (size_t i = 0; i < FIND_COUNT(signs); i++)
        if (find_is(t, at, signs[i])) return true;
    for (size_t i = 0; i < FIND_COUNT(commands); i++)
        if (find_is_word(t, at, commands[i])) return true;
    if (c == '-') return next != '-' && !(next == ' ' && find_letter(find_byte(t, at + 3)));
    if (c == '_' || c == '!') return find_digit(next);
    if (c == '^') return !find_is(t, at, "^\\circ") && !find_is(t, at, "^{\\circ");
    return find_any(c, "+/~?") || find_digit(c) || (c == '<' && next == ' ') || (c == '>' && next == ' ');
}

static bool clear_after(const find_text *t, size_t at) {
    static const char *const further[] = {"to which", "from which", "plus", "minus", "times"};
    static const char *const dress[] = {" ",       "\t",        "$",   "*",   "}",   ")",   "\"", "]",
                                        "\\text{", "\\mathrm{", "\\)", "\\]", "\\,", "\\ ", "\\;"};
    at = find_undressed(t, at, dress, FIND_COUNT(dress));
    char c = find_byte(t, at);
    if (at >= t->n || c == '\n') return true;
    if (is_sign_after(t, at) || finds_fault(t, at)) return false;
    bool closed = find_byte(t, at + 1) == '$' && text_blank(find_byte(t, at + 2)); /* "4,$ since" */
    if (c == ',') return closed || !(value_follows(t, at + 1) || FIND_WORD(t, at + 2, further));
    if (c == '(') return !find_is_word(t, at + 1, "mod");
    if (find_letter(c) && find_digit(find_byte(t, at + 1))) return false; /* "e3" */
    size_t join = FIND_WORD(t, at, joins);
    bool of = find_is_word(t, at, "of") || find_is_word(t, at, "for"); /* "of x", but "of 2 feet" */
    bool number = find_digit(find_byte(t, at + join + 1)) || find_byte(t, at + join + 1) == '$';
    if (join && !(of && number) && value_follows(t, at + join)) return false;
    return !FIND_WORD(t, at, changes);
}

/* ---- tags ---- */

/* A tag stands in a line of its own, or after "is" or a colon: not "put it in <answer>5</answer> tags". */
static bool clear_tag(const find_text *t, const find_statement *s) {
    static const char *const verbs[] = {"is", "are", "so", "thus", "therefore", "hence", "answer"};
    size_t at = back_over(t, s->at, " \t*$"), length, after = s->stop;
    bool known = at == 0 || find_any(t->s[at - 1], "\n:.>=,!)}]") || find_byte(t, s->at) == '\\';
    size_t word = word_back(t, at, &length);
    if (!known && !(length && FIND_WORD(t, word, verbs))) return false;
    while (find_any(find_byte(t, after), " \t*.!")) after++;
    if (after >= t->n || find_any(t->s[after], "\n<")) return true;
    return t->s[after] == '\\' && find_any(find_byte(t, after + 1), "en])"); /* "\\end{...}" */
}

/* Whether what follows the value of a phrase in its sentence leaves it as it is: not "or more", "(wrong)". */
static bool clear_value(const find_text *t, size_t at) {
    static const char *const words[] = {"or more",   "or less",  "or so",    "or fewer", "or higher",
                                        "or lower",  "or not",   "only if",  "if",       "unless",
                                        "only when", "provided", "at least", "at most",  "plus or minus"};
    while (find_any(find_byte(t, at), " ,(*$")) at++;
    return !FIND_WORD(t, at, words) && !finds_fault(t, at);
}

/* Whether the sentence of a box that says what the answer is may say so: not "if the answer is [7]", nor "the answer
 * for n = 1 is [7]". */
static bool introduces(const find_text *t, size_t from) {
    static const char *const verbs[] = {"is", "are", "equals", "be"};
    static const char *const between[] = {
        "to",       "the",     "this",       "problem", "question", "in",       "simplest",  "form",  "we",
        "seek",     "want",    "here",       "now",     "indeed",   "finally",  "therefore", "thus",  "then",
        "hence",    "also",    "of",         "terms",   "will",     "must",     "should",    "would", "given",
        "original", "our",     "required",   "as",      "a",        "fraction", "decimal",   "for",   "number",
        "value",    "percent", "percentage", "cents",   "dollars",  "rounded",  "nearest",   "and",   "lowest"};
    bool final;
    size_t length, at = back_over(t, from, " \t$*({["), word = word_back(t, at, &length);
    if (!length || !FIND_WORD(t, word, verbs)) return true;
    bool known = true;
    for (int words = 0; words < 8; words++) {
        word = word_back(t, word, &length);
        if (!length) { /* a number or a sign: "for n = 1" */
            known = known && word && find_any(t->s[word - 1], ",)");
            while (word && !find_letter(t->s[word - 1]) && !find_any(t->s[word - 1], ".!?\n")) word--;
            if (!word || find_any(t->s[word - 1], ".!?\n")) return true;
            continue;
        }
        if (find_is_word(t, word, "answer"))
            return known && !find_doubted(t, word) && find_introduced(t, find_phrase_start(t, word, &final));
        known = known && FIND_WORD(t, word, between);
    }
    return true;
}

bool find_clear(const find_text *t, const find_statement *s) {
    size_t from = s->start < s->at ? s->start : s->at, to = s->end > s->stop ? s->end : s->stop;
    switch (s->rule) {
    case FIND_TAG:
        return clear_tag(t, s) && clear_before(t, s->at);
    case FIND_BOX:
        return clear_before(t, from) && introduces(t, from) &&
               (find_boxed_choice(t, s->start, s->end) || clear_after(t, to));
    case FIND_BOXES:
        return clear_before(t, s->at) && introduces(t, s->at) && clear_after(t, s->stop);
    case FIND_HASH:
        return clear_before(t, s->at);
    case FIND_MARKER:
    case FIND_SENTENCE:
    case FIND_CHOICE:
        return clear_value(t, s->stop);
    default:
        return true;
    }
}
