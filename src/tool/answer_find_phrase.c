/* Phrases that announce an answer: "Answer:", "####", "so the final answer to the problem is therefore". */
#include <string.h>

#include "tool/answer_find.h"

/* ---- the words --------------------------------------------------------------------------------------------------- */

typedef enum noun {
    NOUN,   /* with a verb, a colon, or alone in its line */
    SHORT,  /* with a colon at the start of a line */
    CHOICE, /* "the correct option is": with "correct", or where the problem has choices */
    PICKS   /* the value follows without a verb */
} noun;

static const struct {
    const char *word;
    noun noun;
} nouns[] = {
    {"answers", NOUN},
    {"answer", NOUN},
    {"ans", SHORT},
    {"final result", NOUN},
    {"option", CHOICE},
    {"choice", CHOICE},
    {"respuesta", NOUN},
    {"r\u00e9ponse", NOUN},
    {"resposta", NOUN},
    {"risposta", NOUN},
    {"antwort", NOUN},
    {"\u043e\u0442\u0432\u0435\u0442", NOUN},
    {"\u041e\u0442\u0432\u0435\u0442", NOUN},
    {"\u7b54\u6848", NOUN},
    {"\u6545\u9009", PICKS},
    {"\u7b54\u3048", NOUN},
};

static const char *const verbs[] = {
    "is going to be",
    "is",
    "are",
    "would be",
    "would come out to be",
    "would come out to",
    "would equal",
    "should be",
    "will be",
    "must be",
    "has to be",
    "becomes",
    "equals",
    "comes out to be",
    "comes out to",
    "comes out as",
    "comes to",
    "turns out to be",
    "works out to be",
    "works out to",
    "simplifies to",
    "reduces to",
    "evaluates to",
    "can be written as",
    "can be expressed as",
    "es",
    "est",
    "ist",
    "lautet",
    "\u00e8",
    "\u00e9",
};

/* Verbs that need no blank before them. */
static const char *const signs[] = {
    ":=",           ":",      "=",      "\uff1a", "\u2192", "=>", "->", "\\rightarrow", "\\to", "\\implies",
    "\\Rightarrow", "\u662f", "\u4e3a", "\u70ba", "\u306f",
};

/* What may stand between verb and value. */
static const char *const adverbs[] = {
    "indeed",      "then",          "therefore",      "thus",       "hence",      "simply",      "just",
    "clearly",     "now",           "actually",       "exactly",    "precisely",  "also",        "again",
    "still",       "finally",       "approximately",  "about",      "roughly",    "around",      "equal to",
    "given by",    "found to be",   "the option",     "the choice", "option",     "choice",      "letter",
    "obviously",   "of course",     "only",           "either",     "both",       "definitely",  "certainly",
    "as follows",  "the following", "a total of",     "the value",  "the number", "the integer", "the fraction",
    "shown below", "below",         "correct option",
};

/* The start of a phrase between noun and verb: "to the problem", "(rounded)", ", in cents,". */
static const char *const qualifiers[] = {"to",   "for", "of",   "in",     "as",     "at",   "from",    "under",
                                         "here", "we",  "that", "choice", "option", "when", "rounded", "i"};

/* Adjectives and determiners before the noun that say nothing. */
static const char *const modest[] = {"the",       "final", "correct",    "right", "required", "desired", "exact",
                                     "numerical", "our",   "my",         "this",  "its",      "overall", "actual",
                                     "real",      "whole", "simplified", "only",  "best",     "short",   "complete"};
/* Those that make it another answer. */
static const char *const foreign[] = {"intermediate", "partial", "wrong",     "incorrect", "previous", "initial",
                                      "estimated",    "student", "students",  "s",         "their",    "his",
                                      "her",          "your",    "given",     "expected",  "first",    "earlier",
                                      "false",        "no",      "another",   "any",       "proposed", "old",
                                      "original",     "user",    "reference", "alleged",   "claimed",  "possible"};
/* Words before it after which the answer is only supposed. */
static const char *const doubts[] = {
    "if",      "suppose", "assume",   "assuming",   "supposing", "whether",   "when",      "unless",
    "were",    "imagine", "say",      "check",      "checking",  "verify",    "verifying", "ensure",
    "expect",  "hope",    "guess",    "why",        "until",     "could",     "might",     "may",
    "thought", "guessed", "claim",    "claims",     "claimed",   "suppose",   "pretend",   "sure",
    "where",   "sees",    "believed", "cannot",     "not",       "unlikely",  "doubt",     "contradicts",
    "false",   "untrue",  "said",     "impossible", "wrong",     "incorrect", "denied"};

/* Words before it that are looked through: "it is not true that the answer is 7". */
static const char *const through[] = {"that",   "true",   "case",  "certain", "clear",
                                      "likely", "proven", "shown", "think",   "believe"};

/* What is said of an answer without saying what it is. */
static const char *const remarks[] = {
    "not",        "no longer",
    "neither",    "correct",
    "right",      "wrong",
    "incorrect",  "final",
    "positive",   "negative",
    "in",         "reasonable",
    "consistent", "verified",
    "confirmed",  "valid",
    "invalid",    "the same",
    "obvious",    "clear",
    "an integer", "a number",
    "a multiple", "a whole",
    "a positive", "asked",
    "given",      "required",
    "expected",   "supposed",
    "to",         "too",
    "greater",    "less",
    "larger",     "smaller",
    "more",       "between",
    "unique",     "independent",
    "off",        "close",
    "based",      "of",
    "for",        "because",
    "since",      "if",
    "what",       "how",
    "that",       "this",
    "there",      "so",
    "it",         "we",
    "which",      "why",
    "who",        "known",
    "always",     "never",
    "on",         "by",
    "written",    "expressed",
    "obtained",   "equivalent",
    "different",  "possible",
    "easy",       "checked",
    "accurate",   "rounded",
    "usually",    "likely",
    "sure",       "already",
    "as",         "at the",
    "at a",       "from",
    "with",       "going",
    "being",      "straightforward",
    "found",      "quite",
    "very",       "complete",
    "unlikely",   "true for",
    "said",       "true when",
    "a bit",      "ready",
    "below",      "above",
    "well",       "fine",
    "ok",         "good",
    "bad",        "here",
    "thus",       "and",
    "or",         "but",
    "also",       "nothing but",
};

/* ---- what surrounds a phrase ---- */

enum { BEFORE_MOST = 96, QUALIFIER_MOST = 80, WORDS_BEFORE = 5 };

static bool emphasis(char c) {
    return c == '*' || c == '_' || c == '`';
}

/* Whether only dress stands between the line's start and `at`: "**", "###", "> ", "1. ", a tick mark, "Step 4: ". */
static bool starts_line(const find_text *t, size_t at) {
    size_t stop = at > BEFORE_MOST ? at - BEFORE_MOST : 0;
    while (at > stop) {
        char c = t->s[at - 1];
        if (c == '\n') return true;
        if (find_letter(c) || find_any(c, ",;:=($")) return false;
        at--;
    }
    return at == 0;
}

/* Whether the words before the noun make the answer another's, or a supposed one. */
bool find_doubted(const find_text *t, size_t at) {
    size_t stop = at > BEFORE_MOST ? at - BEFORE_MOST : 0, length;
    for (int i = 0; i < WORDS_BEFORE; i++) {
        size_t word = find_word_before(t, at, stop, FIND_DRESS, &length);
        if (!length) return false;
        if (i == 0 && length == 1 && t->s[word] == 's' && word > 0 && t->s[word - 1] != '\'') return false;
        if (FIND_WORD(t, word, foreign) && i < 2) return true;
        if (FIND_WORD(t, word, doubts)) return true;
        if (!FIND_WORD(t, word, modest) && !FIND_WORD(t, word, through)) return false;
        at = word;
    }
    return false;
}

/* Whether the noun stands in the braces of a command: "\text{The final answer". */
static bool in_group(const find_text *t, size_t at) {
    size_t stop = at > BEFORE_MOST ? at - BEFORE_MOST : 0;
    while (at > stop && (find_letter(t->s[at - 1]) || t->s[at - 1] == ' ' || t->s[at - 1] == ',')) at--;
    return at > stop && t->s[at - 1] == '{';
}

static size_t skip_dress(const find_text *t, size_t at) {
    while (at < t->n && (emphasis(t->s[at]) || t->s[at] == '}' || t->s[at] == '"' || t->s[at] == '\'')) at++;
    return at;
}

static size_t skip_spaces(const find_text *t, size_t at) {
    while (at < t->n && (t->s[at] == ' ' || t->s[at] == '\t')) at++;
    return at;
}

/* ---- noun and verb ---- */

/* A verb or sign at `at`, after blanks; the end of it, or 0. */
static size_t verb_end(const find_text *t, size_t at, bool *colon) {
    size_t from = skip_spaces(t, skip_dress(t, skip_spaces(t, at))), n;
    *colon = true;
    for (size_t i = 0; i < FIND_COUNT(signs); i++) {
        if (signs[i][0] != find_byte(t, from)) continue;
        n = strlen(signs[i]);
        if (t->n - from >= n && memcmp(t->s + from, signs[i], n) == 0) return from + n;
    }
    n = from > at ? FIND_WORD(t, from, verbs) : 0;
    if (!n) return 0;
    from = skip_dress(t, from + n);
    if (find_byte(t, from) == ':') return from + 1;
    *colon = false;
    return from;
}

/* The end of a qualified verb: "to the second problem, in cents, is". */
static size_t qualified_end(const find_text *t, size_t at, bool *colon) {
    size_t from = skip_spaces(t, at);
    char first = find_byte(t, from);
    if (first != '(' && first != ',' && !(from > at && FIND_WORD(t, from, qualifiers))) return 0;
    for (size_t i = from; i < t->n && i < from + QUALIFIER_MOST; i++) {
        char c = t->s[i];
        if (find_any(c, "\n?!;$\\") || (c == '.' && !find_digit(find_byte(t, i + 1)))) return 0;
        if (c != ' ' && c != ':' && c != ')') continue;
        if (find_is(t, i + 1, "answer")) return 0;
        size_t end = verb_end(t, c == ')' ? i + 1 : i, colon);
        if (end && c == ' ' && t->s[end - 1] == '=') return 0; /* "the answer to f(y) = 2" */
        if (end) return end;
    }
    return 0;
}

static size_t skip_adverbs(const find_text *t, size_t at) {
    for (;;) {
        size_t from = skip_dress(t, skip_spaces(t, at));
        if (find_byte(t, from) == ',' || find_byte(t, from) == ':') from = skip_spaces(t, from + 1);
        size_t n = FIND_WORD(t, from, adverbs);
        if (!n) return at;
        at = from + n;
    }
}

/* The rest of a line that holds nothing but dress. */
static bool line_ends(const find_text *t, size_t at) {
    while (at < t->n && (emphasis(t->s[at]) || find_any(t->s[at], " \t\r#:.\"}"))) at++;
    return at == t->n || t->s[at] == '\n' ||
           (t->s[at] == '\\' && find_byte(t, at + 1) == 'n' && !find_letter(find_byte(t, at + 2)));
}

static bool begins_value(char c) {
    return find_digit(c) || c == '$' || c == '\\';
}

/* Moves `at` back over "the", "final", "correct" ... before the noun; `*final`: one was "final". */
size_t find_phrase_start(const find_text *t, size_t at, bool *final) {
    size_t stop = at > BEFORE_MOST ? at - BEFORE_MOST : 0, length;
    *final = false;
    for (;;) {
        if (!at || (t->s[at - 1] != ' ' && !emphasis(t->s[at - 1]))) return at;
        size_t word = find_word_before(t, at, stop, FIND_DRESS, &length);
        if (!length || !FIND_WORD(t, word, modest)) return at;
        *final |= find_is_word(t, word, "final");
        at = word;
    }
}

/* "answer": with the quotes of a key around it; the end of the colon, or 0. */
static size_t json_key(const find_text *t, size_t at, size_t end) {
    char quote = find_byte(t, end);
    size_t stop = at > 40 ? at - 40 : 0, colon = skip_spaces(t, end + 1);
    if ((quote != '"' && quote != '\'') || find_byte(t, colon) != ':') return 0;
    static const char *const keys[] = {"answer", "final", "correct", "the", "my", "model"};
    while (at > stop && (find_letter(t->s[at - 1]) || find_any(t->s[at - 1], "_- "))) at--;
    if (!at || t->s[at - 1] != quote) return 0;
    size_t known = 0;
    for (size_t i = 0; i < FIND_COUNT(keys) && !known; i++) known = find_length(t, at, keys[i]);
    if (!known) return 0; /* "wrong_answer" */
    for (at--; at > stop && text_blank(t->s[at - 1]);) at--;
    return at && find_any(t->s[at - 1], "{,") ? colon + 1 : 0;
}

/* The end of the bar after a cell with the noun, or 0. */
static size_t cell_end(const find_text *t, size_t begin, size_t end) {
    while (begin && (emphasis(t->s[begin - 1]) || t->s[begin - 1] == ' ')) begin--;
    if (!begin || t->s[begin - 1] != '|') return 0;
    end = skip_spaces(t, skip_dress(t, skip_spaces(t, end)));
    return find_byte(t, end) == '|' ? end + 1 : 0;
}

/* Whether a formula is all that follows in the line. */
static bool formula_alone(const find_text *t, size_t at) {
    size_t from = skip_spaces(t, at), end = from > at && from < t->n ? find_formula_end(t, from) : 0;
    return end && line_ends(t, end);
}

/* "an answer of 5", "the answer as 5", "Final answer $5$": no verb. */
static bool verbless(const find_text *t, size_t end, bool heads, size_t *after) {
    size_t from = skip_spaces(t, end);
    if (from > end && (find_is_word(t, from, "of") || find_is_word(t, from, "as")))
        from = skip_spaces(t, from + 2);
    else if (!heads)
        return false;
    *after = from;
    return from > end && begins_value(find_byte(t, from));
}

/* "to the first part", "to step 1", "(a)", "for x" between noun and value: not the whole answer. */
static bool speaks_of_part(const find_text *t, size_t from, size_t to) {
    static const char *const words[] = {"part",        "parts",   "step",    "subproblem", "subquestion",
                                        "sub-problem", "first",   "second",  "third",      "case",
                                        "similar",     "simpler", "smaller", "related",    "previous"};
    for (; from < to; from++) {
        char before = t->s[from - 1];
        if (before == ' ' && FIND_WORD(t, from, words)) return true;
        bool letter = find_letter(t->s[from]) && !find_letter(find_byte(t, from + 1));
        if (letter && (before == '(' ? find_byte(t, from + 1) == ')' : find_any(before, " $"))) return true;
    }
    return false;
}

static bool noun_phrase(const find_text *t, size_t at, size_t end, noun kind, find_phrase *out) {
    bool final, colon = true;
    size_t begin = find_phrase_start(t, at, &final), after;
    bool line = starts_line(t, begin), choice = kind == CHOICE, heads = line && (final || formula_alone(t, end));
    *out = (find_phrase){.rule = choice ? FIND_CHOICE : FIND_SENTENCE, .at = begin, .group = in_group(t, at)};
    if (choice && !t->choices && !find_is(t, begin, "correct") && !find_is(t, begin, "the correct")) return false;
    if (kind == NOUN && (after = json_key(t, at, end))) {
        out->rule = FIND_JSON;
    } else if (kind == NOUN && (after = cell_end(t, begin, end))) {
        out->rule = FIND_TABLE;
    } else if (kind == PICKS) {
        after = verb_end(t, end, &colon);
        if (!after) after = end;
    } else if ((after = verb_end(t, end, &colon)) || (kind == NOUN && (after = qualified_end(t, end, &colon)))) {
        if (kind == SHORT && (!line || !colon)) return false;
        if (line && colon && !choice) out->rule = FIND_MARKER;
        if (!colon) after = skip_adverbs(t, after);
    } else if (kind == NOUN && line && line_ends(t, end)) {
        out->rule = FIND_BLOCK;
        after = end;
    } else if (kind != NOUN || !verbless(t, end, heads, &after)) {
        return false;
    } else {
        colon = false;
        if (heads) out->rule = FIND_MARKER;
    }
    out->after = after;
    out->colon = colon;
    out->doubted = kind == NOUN && speaks_of_part(t, end, after);
    if (out->rule >= FIND_SENTENCE) out->doubted |= find_doubted(t, at) || !find_introduced(t, begin);
    return true;
}

/* "A:" at the start of a line, unless a line "B:" follows: choices. */
static bool letter_a(const find_text *t, size_t at) {
    if (find_byte(t, at + 1) != ':' || t->s[at] != 'A' || !starts_line(t, at)) return false;
    for (size_t i = at; i < t->n && i < at + 2 * BEFORE_MOST; i++)
        if (t->s[i] == '\n') return !(find_byte(t, i + 1) == 'B' && find_byte(t, i + 2) == ':');
    return true;
}

/* First bytes of phrases. */
static bool may_start(char c) {
    static const bool first[256] = {
        ['a'] = true, ['A'] = true, ['#'] = true, ['f'] = true, ['F'] = true,  ['o'] = true,  ['O'] = true,
        ['c'] = true, ['C'] = true, ['r'] = true, ['R'] = true, [0xd0] = true, [0xe7] = true, [0xe6] = true};
    return first[(unsigned char)c];
}

/* "The wrong answer" in Chinese. */
static bool is_wrong(const find_text *t, size_t at) {
    static const char *const wrong[] = {"\u9519\u8bef", "\u9519\u8bef\u7684"};
    for (size_t i = 0; i < FIND_COUNT(wrong); i++) {
        size_t n = strlen(wrong[i]);
        if (at >= n && memcmp(t->s + at - n, wrong[i], n) == 0) return true;
    }
    return false;
}

bool find_phrase_at(const find_text *t, size_t at, find_phrase *out) {
    if (!may_start(t->s[at]) || (at && find_letter(t->s[at - 1]))) return false;
    if (t->s[at] == '#') {
        *out = (find_phrase){FIND_HASH, at, at + 4, true, false, false};
        return find_is(t, at, "####") && !(at && t->s[at - 1] == '#') && find_byte(t, at + 4) != '#';
    }
    if (letter_a(t, at)) {
        *out = (find_phrase){FIND_MARKER, at, at + 2, true, false, false};
        return true;
    }
    for (size_t i = 0; i < FIND_COUNT(nouns); i++) {
        if (nouns[i].word[0] != find_lower(t->s[at])) continue;
        if ((unsigned char)nouns[i].word[0] >= 0xe0 ? find_is(t, at, nouns[i].word)
                                                    : find_is_word(t, at, nouns[i].word))
            return !is_wrong(t, at) && noun_phrase(t, at, at + strlen(nouns[i].word), nouns[i].noun, out);
    }
    return false;
}

bool find_says_nothing(const find_text *t, size_t start, size_t end) {
    static const char *const sure[] = {"correct", "right", "sure", "certain", "wrong", "accurate"};
    size_t n = FIND_WORD(t, start, remarks);
    bool percent = find_is(t, start, "100% ") && FIND_WORD(t, start + 5, sure);
    return percent || (n && start + n <= end);
}
