/* Whether an equality is asserted. Cues are words near it; cues.h says which, on which side and how far they reach.
 * A cue reaches no further than its clause or sentence, so that one word does not silence a whole solution. */
#include "tool/arithmetic/asserted.h"

#include <string.h>

#include "tool/arithmetic/calc.h"
#include "tool/arithmetic/cues.h"
#include "tool/arithmetic/prose.h"

enum { BEFORE_MOST = PROSE_WORDS, AFTER_MOST = 32 };

/* ---- before the equality ---------------------------------------------------------------------------------------- */

/* Whether a cue that ends before word `from` reaches the end of `w`. */
static bool reaches(const prose_words *w, size_t from, reach how) {
    if (how == OPENING) how = BESIDE;
    if (how == OTHERS) how = SENTENCE;
    for (size_t i = from; i < w->count; i++) {
        const prose_word *x = &w->items[i];
        if (prose_among(x, turns)) return false;
        if (how == SENTENCE) continue;
        if (x->mark == ',' || x->mark == ':' || (x->relation && how != CLAUSE && how != INSIDE)) return false;
        if ((how == CLAUSE || how == INSIDE) && prose_among(x, joints)) return false;
        if (how == BESIDE && !prose_among(x, glue)) return false;
        if (how == TIGHT && !prose_among(x, tight)) return false;
    }
    return how == SENTENCE ||
           (w->trailing_mark != ',' && !(w->trailing_mark == ':' && (how == TIGHT || how == INSIDE)));
}

/* "If x = 2 then 2 + 3 = 6": the condition is an equation, and the claim all that is said to follow from it. */
static bool follows_condition(const prose_words *w) {
    static const char *const lead[] = {"then", "we", "have", "get", "it", "follows", "that", "this", "gives", NULL};
    size_t i = w->count, n = 0;
    while (i > 0 && prose_among(&w->items[i - 1], lead)) i--;
    bool cut = i < w->count ? w->items[i].mark == ',' || strcmp(w->items[i].text, "then") == 0 : false;
    for (size_t k = i; k < w->count; k++) cut |= strcmp(w->items[k].text, "then") == 0 || w->items[k].mark == ',';
    if (!cut && w->trailing_mark != ',') return false;
    bool relation = i < w->count && w->items[i].relation;
    for (; i > 0 && n < BEFORE_MOST; i--, n++) {
        const prose_word *x = &w->items[i - 1];
        if (strcmp(x->text, "if") == 0) return relation;
        relation |= x->relation || strcmp(x->text, "equals") == 0;
    }
    return false;
}

/* Whether a cue at word `at`, of `n` words, stands where it may. */
static bool stands(const prose_words *w, size_t at, size_t n, reach how) {
    static const char *const ours[] = {"the", "this", "that", "these", "those", "our", "a", "an", NULL};
    if (how == OTHERS) return at + n == w->count || !prose_among(&w->items[at + n], ours);
    for (size_t i = 0; how == OPENING && i < at; i++)
        if (!prose_among(&w->items[i], articles) && strcmp(w->items[i].text, "and") != 0) return false;
    return true;
}

/* "Bob's answer: ", "His mistake was", "Option B is", "Statement I:". */
static bool anothers(const prose_words *w, size_t at) {
    static const char *const theirs[] = {"his", "her", "their", "its", NULL};
    static const char *const sayings[] = {"answer", "mistake",  "claim",     "equation",  "work", "guess",
                                          "error",  "solution", "statement", "reasoning", NULL};
    static const char *const options[] = {"option", "choice", "statement", "claim", "equation", NULL};
    static const char *const numbers[] = {"i", "ii", "iii", "iv", "#", NULL};
    const prose_word *x = &w->items[at];
    size_t n = strlen(x->text);
    if (at + 1 == w->count) return false;
    bool owner = prose_among(x, theirs) || (n > 2 && memcmp(x->text + n - 2, "'s", 2) == 0 && x->text[0] != 'i');
    if (owner && prose_among(&w->items[at + 1], sayings)) return reaches(w, at + 2, BESIDE);
    bool option =
        prose_among(x, options) && (strlen(w->items[at + 1].text) == 1 || prose_among(&w->items[at + 1], numbers));
    return option && reaches(w, at + 2, BESIDE);
}

static claim_stand stand_before(const prose_words *w, const claim_place *place) {
    for (size_t at = 0; at < w->count; at++) {
        if (prose_negated(&w->items[at]) && reaches(w, at + 1, TIGHT)) return CLAIM_REFUTED;
        if (anothers(w, at)) return CLAIM_SUPPOSED;
        for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
            if (before[i].phrase[0] != w->items[at].text[0]) continue;
            size_t n = prose_matches(w, at, before[i].phrase);
            if (n && stands(w, at, n, before[i].reach) && reaches(w, at + n, before[i].reach)) return before[i].stand;
        }
    }
    if (!place->first) return CLAIM_ASSERTED;
    if (follows_condition(w)) return CLAIM_SUPPOSED;
    for (size_t at = 0; place->turned && at < w->count; at++) {
        bool tried = prose_among(&w->items[at], tests) || (place->number && prose_among(&w->items[at], checks));
        if (tried && reaches(w, at + 1, SENTENCE)) return CLAIM_SUPPOSED;
    }
    return CLAIM_ASSERTED;
}

/* "If 2 + 3 = 6, then": the equality is the whole condition. */
static bool is_condition(const prose_words *w, const prose_words *after) {
    static const char *const words[] = {"if", "provided", "whenever", "wherever", NULL};
    bool whole = after->count == 0 || after->items[0].mark || strcmp(after->items[0].text, "then") == 0;
    for (size_t at = 0; whole && at < w->count; at++)
        if (prose_among(&w->items[at], words) && reaches(w, at + 1, BESIDE)) return true;
    return false;
}

/* ---- after the equality ----------------------------------------------------------------------------------------- */

/* A fault at word `at`, after adverbs and an article: "a plain contradiction". */
static bool fault_at(const prose_words *w, size_t at) {
    while (at < w->count && (prose_among(&w->items[at], adverbs) || prose_among(&w->items[at], articles))) at++;
    return at < w->count && prose_among(&w->items[at], faults);
}

/* The same of "not true", "no solution", "never the case". */
static bool denial_at(const prose_words *w, size_t at, bool denied) {
    static const char *const denials[] = {"not", "never", "no", "hardly", NULL};
    while (at < w->count && prose_among(&w->items[at], adverbs)) at++;
    if (at < w->count && prose_among(&w->items[at], denials)) denied = ++at > 0;
    while (at < w->count && (prose_among(&w->items[at], adverbs) || prose_among(&w->items[at], articles))) at++;
    return denied && at < w->count && (prose_among(&w->items[at], virtues) || strcmp(w->items[at].text, "what") == 0);
}

/* Whether word `at` begins something that refutes; contractions of "is" count. */
static bool predicate_at(const prose_words *w, size_t at) {
    static const char *const contracted[] = {"that's", "it's", "this's", "which's", NULL};
    const prose_word *x = &w->items[at];
    bool negated = prose_among(x, negated_copulas);
    if (negated || prose_among(x, contracted) || prose_among(x, copulas))
        if ((!negated && fault_at(w, at + 1)) || denial_at(w, at + 1, negated)) return true;
    for (size_t i = 0; predicates[i]; i++)
        if (predicates[i][0] == x->text[0] && prose_matches(w, at, predicates[i])) return true;
    return false;
}

static bool refuted_after(const prose_words *w, bool number) {
    static const char *const conclusions[] = {"parallel",         "skew",     "do not meet", "not on the", "don't meet",
                                              "do not intersect", "disjoint", "no solution", NULL};
    static const char *const pronouns[] = {"which", "this", "that", "it", NULL};
    bool alone = w->count == 1 || (w->count > 1 && w->items[1].mark);
    if (w->count && w->items[0].mark && (fault_at(w, 0) || denial_at(w, 0, false))) return true;
    bool verdict = alone && prose_among(&w->items[0], faults) && strcmp(w->items[0].text, "off") != 0;
    if (verdict || (w->count && strcmp(w->items[0].text, "true") == 0)) return true; /* "6 ... wrong", "make 6 true" */
    for (size_t i = 0; w->count && verdicts[i]; i++)
        if (w->items[0].mark && prose_matches(w, 0, verdicts[i])) return true;
    static const char *const remarks[] = {"incorrect", "incorrectly", "wrong",     "wrongly", "false",
                                          "mistaken",  "mistakenly",  "mistake",   "error",   "impossible",
                                          "absurd",    "invalid",     "erroneous", "untrue",  "contradiction",
                                          "typo",      NULL};
    bool no = w->count && (w->items[0].mark || alone) && strcmp(w->items[0].text, "no") == 0;
    if (no && (w->count == 1 || w->items[1].mark)) return true;
    bool bracket = w->count && w->items[0].mark == '(';
    for (size_t at = 0; bracket && at < w->count && (at == 0 || !w->items[at].mark); at++)
        if (prose_among(&w->items[at], remarks)) return true;
    bool near = true;
    for (size_t at = 0; at < w->count; at++) {
        if (near && predicate_at(w, at)) return true;
        near =
            near && (prose_among(&w->items[at], subjects) || (at < 2 && !w->items[at].mark && !w->items[at].relation));
        for (size_t i = 0; anywhere[i]; i++)
            if (prose_matches(w, at, anywhere[i])) return true;
        for (size_t i = 0; number && conclusions[i]; i++)
            if (prose_matches(w, at, conclusions[i])) return true;
        if (!prose_among(&w->items[at], pronouns)) continue;
        size_t next = at + 1;
        while (next < w->count && prose_among(&w->items[next], adverbs)) next++;
        if (next < w->count && predicate_at(w, next)) return true;
    }
    return false;
}

/* The first sentence of a text, without the number of a step. */
static void read_sentence(const char *text, size_t length, prose_words *w) {
    size_t from = 0, to;
    while (from < length && (strchr(" \t\r\n0123456789", text[from]) || text[from] == '.' || text[from] == '$')) from++;
    for (to = from; to < length && !prose_ends(text, length, to);) to++;
    prose_read(text, from, to, AFTER_MOST, true, w);
}

/* Whether a sentence begins with one of the phrases, and a mark or nothing after it. */
static bool opens_with(const prose_words *w, const char *const *phrases) {
    for (size_t i = 0; phrases[i]; i++) {
        size_t n = prose_matches(w, 0, phrases[i]);
        if (n && (n == w->count || w->items[n].mark)) return true;
    }
    return false;
}

/* A writer who corrects himself within a step: "Wait, no: 3 + 4 = 7." */
static bool corrected(const char *text, size_t length) {
    static const char *const words[] = {"no", "nope", "oops", "wait no", "no wait", "correction", "wait", NULL};
    prose_words w;
    read_sentence(text, length, &w);
    return opens_with(&w, words);
}

bool claim_refuted_by_next(const char *text, size_t length) {
    static const char *const whole[] = {
        "false",        "contradiction", "a contradiction",  "impossible",   "not true",       "absurd",
        "not possible", "incorrect",     "this contradicts", "wrong",        "not right",      "not correct",
        "not equal",    "so no",         "no solution",      "no solutions", "not a solution", NULL};
    prose_words w;
    read_sentence(text, length, &w);
    if (opens_with(&w, whole)) return true;
    if (w.count == 1 && strcmp(w.items[0].text, "no") == 0) return true;
    for (size_t i = 0; w.count == 0 && signs[i]; i++)
        if (memmem(text, length < 8 ? length : 8, signs[i], strlen(signs[i]))) return true;
    for (size_t at = 0; at < w.count; at++)
        if (prose_matches(&w, at, "is extraneous")) return true;
    bool subject = false;
    for (size_t at = 0; at < w.count && at < 8; at++) {
        if (predicate_at(&w, at) && (subject || strchr(w.items[at].text, '\''))) return true;
        static const char *const pronouns[] = {"this", "that", "it", "which", "these", "equation", "statement", NULL};
        subject |= prose_among(&w.items[at], pronouns);
        if (!prose_among(&w.items[at], subjects)) return false;
    }
    return false;
}

/* Whether one of the marks ends right before byte `at`. */
static bool ends_with(const char *text, size_t at, const char *const *marks) {
    for (size_t i = 0; marks[i]; i++) {
        size_t n = strlen(marks[i]);
        if (n <= at && memcmp(text + at - n, marks[i], n) == 0) return true;
    }
    return false;
}

/* A line "A. 2 + 2 = 5" of a text that has a line "B. ..." or "A. ..." too. */
static bool option_line(const claim_place *p) {
    size_t at = p->start;
    while (at > 0 && strchr(" $(", p->text[at - 1])) at--;
    if (at < 2 || !strchr(".):", p->text[at - 1]) || p->text[at - 2] < 'A' || p->text[at - 2] > 'E') return false;
    char letter = p->text[at - 2], close = p->text[at - 1];
    if (at > 2 && p->text[at - 3] != '\n' && p->text[at - 3] != '(' && p->text[at - 3] != '*') return false;
    for (size_t i = 0; i + 2 < p->length; i++) {
        bool starts = i == 0 || p->text[i - 1] == '\n' || p->text[i - 1] == '(' || p->text[i - 1] == '*';
        if (starts && p->text[i] >= 'A' && p->text[i] <= 'E' && p->text[i] != letter && p->text[i + 1] == close)
            return true;
    }
    return false;
}

/* "2 + 3 = 6 \u2717", "~~2 + 3 = 6~~", "\\cancel{2 + 3 = 6}", "\\neg (2 + 3 = 6)". */
static bool marked_false(const claim_place *p) {
    size_t at = p->end;
    while (at < p->length && strchr(" $.)\\", p->text[at]) &&
           !(p->text[at] == '\\' && at + 1 < p->length && p->text[at + 1] != ' ' && p->text[at + 1] != ')'))
        at++;
    for (size_t i = 0; signs[i]; i++)
        if (strlen(signs[i]) <= p->length - at && memcmp(p->text + at, signs[i], strlen(signs[i])) == 0) return true;
    for (at = p->start; at > 0 && strchr(" $", p->text[at - 1]);) at--;
    if (ends_with(p->text, at, strikes)) return true;
    size_t open = at;
    while (open > 0 && strchr(" $({", p->text[open - 1])) open--;
    return open < at && ends_with(p->text, open, negations);
}

static bool quoted(const claim_place *p) {
    size_t at = p->start;
    while (at > 0 && (p->text[at - 1] == '$' || p->text[at - 1] == ' ')) at--;
    if (at == 0) return false;
    bool mark = p->text[at - 1] == '"' || (at >= 3 && memcmp(p->text + at - 3, "\u201c", 3) == 0);
    size_t open = at - (p->text[at - 1] == '"' ? 1 : 3), end = p->end;
    if (!mark || open > 0) return mark;
    while (end < p->length && strchr("$.,", p->text[end])) end++;
    bool more = p->length - end > 4; /* such as: she said */
    return more && (p->text[end] == '"' || memcmp(p->text + end, "\u201d", 3) == 0);
}

/* "2 + 3 does not equal 6", but not "45 people, 4 of whom cannot come, = 41". */
static bool negated_between(const claim_place *p) {
    static const char *const verbs[] = {"equal", "equals", "be",   "give", "make",    "get",
                                        "to",    "the",    "same", "as",   "exactly", NULL};
    prose_words w;
    prose_read(p->text, p->gap_start, p->gap_end, 8, true, &w);
    for (size_t i = w.count; i > 0; i--) {
        const prose_word *x = &w.items[i - 1];
        if (prose_negated(x) || strcmp(x->text, "not") == 0 || strcmp(x->text, "never") == 0 ||
            strcmp(x->text, "cannot") == 0)
            return true;
        if (!prose_among(x, verbs)) return false;
    }
    return false;
}

/* ---- what the author knows ----------------------------------------------------------------------------------------- */

enum { MEND_MOST = 200, NUMBER_MOST = 40 };

/* Whether the problem holds the equality itself, blanks aside: it is given, not claimed. */
static bool in_problem(const claim_place *p) {
    for (const char *at = p->problem; at && *at; at++) {
        const char *here = at;
        size_t i = p->start;
        while (i < p->end) {
            while (i < p->end && strchr(" $", p->text[i])) i++;
            while (*here == ' ' || *here == '$') here++;
            if (i == p->end || *here != p->text[i]) break;
            here++;
            i++;
        }
        if (i == p->end && !(*here >= '0' && *here <= '9')) return true;
    }
    return false;
}

/* The decimal number at text[at]; its bytes, 0: there is none. */
static size_t number_at(const char *text, size_t at, size_t end, mpq_t out) {
    size_t n = 0, kept = 0;
    long decimals;
    int shown;
    bool point = false;
    for (; at + n < end; n++) {
        char c = text[at + n];
        bool more = at + n + 1 < end && text[at + n + 1] >= '0' && text[at + n + 1] <= '9';
        if (c == '.' && !point && more) {
            point = true;
        } else if (c >= '0' && c <= '9' && kept < NUMBER_MOST) {
            kept++;
        } else if (!(c == ',' && kept && more)) {
            break;
        }
    }
    return kept && calc_numeral(text + at, n, out, &decimals, &shown) ? n : 0;
}

/* Whether text[from, to) takes back or compares: "hmm, no: ", " vs ", ". Actually ". */
static bool takes_back(const char *text, size_t from, size_t to) {
    static const char *const words[] = {"wait",   "hmm",     "no", "not",    "actually", "but",        "however",
                                        "should", "instead", "vs", "versus", "oops",     "sorry",      "correct",
                                        "right",  "rather",  "i",  "isn't",  "doesn't",  "correction", NULL};
    prose_words w;
    prose_read(text, from, to, AFTER_MOST, true, &w);
    static const char *const denials[] = {"not", "isn't", "never", NULL};
    if (w.count && prose_among(&w.items[w.count - 1], denials)) return false; /* "which is not 5" */
    for (size_t i = 0; i < w.count; i++)
        if (prose_among(&w.items[i], words)) return true;
    return false;
}

/* Whether [from, to) stands between two values that are compared: " = ", " vs ", ", right side is ", and no sum. */
static bool compares(const char *text, size_t from, size_t to) {
    for (size_t i = from; i < to; i++)
        if (strchr("+-*/^()0123456789.;\n", text[i])) return false;
    return to - from < 24;
}

/* Whether a number at [from, to) stands alone, and is no part of a sum. */
static bool alone(const char *text, size_t length, size_t from, size_t to) {
    while (from > 0 && text[from - 1] == ' ') from--;
    while (to < length && text[to] == ' ') to++;
    bool joined = from > 0 && strchr("+-*/^", text[from - 1]);
    return !joined && !(to < length && strchr("+-*/^", text[to]));
}

/* Whether the author says, soon after, what the sides really are: "5 = 7", "169 vs 196, no", "It is 56". */
static bool mended(const claim_place *p) {
    size_t most = p->length - p->end > MEND_MOST ? p->end + MEND_MOST : p->length, last_left = 0;
    bool left_said = false, found = false;
    mpq_t value;
    mpq_init(value);
    for (size_t at = p->end; at < most && !found;) {
        if (at > p->end + 1 && p->text[at] == '\n' && p->text[at - 1] == '\n') break;
        bool inside = p->text[at - 1] == '.' || (p->text[at - 1] >= '0' && p->text[at - 1] <= '9');
        size_t n = inside ? 0 : number_at(p->text, at, most, value);
        if (n == 0) {
            at++;
            continue;
        }
        bool stands = alone(p->text, p->length, at, at + n);
        bool is_left = stands && mpq_equal(value, p->left), is_right = stands && mpq_equal(value, p->right);
        if (is_left || (is_right && p->number)) found = takes_back(p->text, p->end, at);
        if (is_right && left_said && compares(p->text, last_left, at)) found = true;
        if (is_left) left_said = true;
        at += n;
        if (is_left) last_left = at;
    }
    mpq_clear(value);
    return found;
}

/* "The difference between $12 and $75 is $63": without a sign. */
static bool without_sign(const claim_place *p) {
    static const char *const words[] = {"ifference between", "ifference of"};
    size_t from = p->start > 40 ? p->start - 40 : 0;
    bool said = false;
    for (size_t i = 0; i < 2 && !said; i++)
        said = memmem(p->text + from, p->end - from, words[i], strlen(words[i])) != NULL;
    return said && mpz_cmpabs(mpq_numref(p->left), mpq_numref(p->right)) == 0 &&
           mpz_cmp(mpq_denref(p->left), mpq_denref(p->right)) == 0;
}

enum { WINDOW = 512 }; /* bytes of a sentence on either side that are looked at */

/* What a step that is no whole sentence, "Suppose that:", says of an equality that begins the next one. */
static claim_stand stand_by_last(const claim_place *p) {
    size_t at = p->start, length = p->last ? strlen(p->last) : 0, from;
    prose_words w;
    while (at > 0 && strchr(" $\"\n", p->text[at - 1])) at--;
    while (length > 0 && strchr(" \n", p->last[length - 1])) length--;
    char end = length ? p->last[length - 1] : '.';
    if (at > 0 || !(end == ':' || end == ',' || (end >= 'a' && end <= 'z'))) return CLAIM_ASSERTED;
    for (from = length; from > 0 && length - from < WINDOW && !prose_ends(p->last, length, from - 1);) from--;
    prose_read(p->last, from, length, BEFORE_MOST, false, &w);
    w.trailing_mark = w.trailing_mark == ':' ? '\0' : w.trailing_mark;
    return stand_before(&w, p);
}

claim_stand claim_stand_of(const claim_place *p) {
    prose_words w, rest;
    size_t from = p->start, to = p->end, least = p->start > WINDOW ? p->start - WINDOW : 0;
    size_t most = p->length - p->end > WINDOW ? p->end + WINDOW : p->length;
    if (negated_between(p)) return CLAIM_REFUTED;
    while (from > least && !prose_ends(p->text, p->length, from - 1)) from--;
    while (to < most && !prose_ends(p->text, p->length, to)) to++;
    prose_read(p->text, from, p->start, BEFORE_MOST, false, &w);
    claim_stand stand = stand_before(&w, p);
    if (stand != CLAIM_ASSERTED) return stand;
    prose_read(p->text, p->end, to, AFTER_MOST, true, &rest);
    if (refuted_after(&rest, p->number && p->turned) || marked_false(p)) return CLAIM_REFUTED;
    if (is_condition(&w, &rest)) return CLAIM_SUPPOSED;
    if (to < p->length && p->text[to] == '?') return CLAIM_SUPPOSED;
    size_t left = to < p->length && most > to + 1 ? most - to - 1 : 0;
    if (left && (claim_refuted_by_next(p->text + to + 1, left) || corrected(p->text + to + 1, left)))
        return CLAIM_REFUTED;
    if (quoted(p) || option_line(p) || in_problem(p)) return CLAIM_SUPPOSED;
    if (p->left && p->right && (mended(p) || without_sign(p))) return CLAIM_SUPPOSED;
    return stand_by_last(p);
}

/* Only words that begin here are compared, and "n't" inside a word. */
bool claim_may_be_refuted(const char *text, size_t length, size_t start, size_t end) {
    static const char *const stems[] = {"not",    "never",  "nor ",     "neith",  "no ",        "nonsen",  "fals",
                                        "fail",   "faulty", "wrong",    "incorr", "imposs",     "invalid", "instead",
                                        "contra", "cannot", "absurd",   "untru",  "mistak",     "errone",  "error",
                                        "rather", "dispr",  "typo",     "oops",   "correction", "deny",    "doubt",
                                        "refut",  "reject", "makes no", NULL};
    size_t from = start > 160 ? start - 160 : 0, to = length - end > 96 ? end + 96 : length;
    bool inside = false; /* of a prose_word */
    for (size_t at = from; at < to; at++) {
        char c = text[at] | 0x20;
        bool letters = c >= 'a' && c <= 'z';
        if (letters && !inside)
            for (size_t i = 0; stems[i]; i++) {
                size_t n;
                if (stems[i][0] == c && (n = strlen(stems[i])) <= to - at &&
                    memcmp(text + at + 1, stems[i] + 1, n - 1) == 0)
                    return true;
            }
        if (c == 'n' && inside && prose_apostrophe(text + at + 1, to - at - 1)) return true;
        inside = letters;
    }
    return false;
}
