/* Whether an equality is asserted. Cues are words near it; cues.h says which, on which side and how far they reach.
 * A cue reaches no further than its clause or sentence, so that one word does not silence a whole solution. */
#include "tool/arithmetic/asserted.h"

#include <string.h>

#include "tool/arithmetic/cues.h"
#include "tool/arithmetic/prose.h"

enum { BEFORE_MOST = PROSE_WORDS, AFTER_MOST = 32 };

/* ---- before the equality ---------------------------------------------------------------------------------------- */

/* Whether a cue that ends before word `from` reaches the end of `w`. */
static bool reaches(const prose_words *w, size_t from, reach how) {
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

static claim_stand stand_before(const prose_words *w, const claim_place *place) {
    for (size_t at = 0; at < w->count; at++) {
        if (prose_negated(&w->items[at]) && reaches(w, at + 1, TIGHT)) return CLAIM_REFUTED;
        for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
            if (before[i].phrase[0] != w->items[at].text[0]) continue;
            size_t n = prose_matches(w, at, before[i].phrase);
            if (n && reaches(w, at + n, before[i].reach)) return before[i].stand;
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

/* Whether word `at` begins something that refutes; contractions of "is" count. */
static bool predicate_at(const prose_words *w, size_t at) {
    static const char *const contracted[] = {"that's", "it's", "this's", "which's", NULL};
    static const char *const faults[] = {"false",  "wrong", "incorrect", "impossible", "absurd",        "not",
                                         "untrue", "off",   "nonsense",  "invalid",    "contradictory", NULL};
    if (prose_among(&w->items[at], contracted) && at + 1 < w->count) {
        if (prose_among(&w->items[at + 1], faults)) return true;
        return prose_matches(w, at + 1, "a contradiction") || prose_matches(w, at + 1, "a mistake");
    }
    for (size_t i = 0; predicates[i]; i++)
        if (predicates[i][0] == w->items[at].text[0] && prose_matches(w, at, predicates[i])) return true;
    return false;
}

static bool refuted_after(const prose_words *w) {
    static const char *const pronouns[] = {"which", "this", "that", "it", NULL};
    static const char *const adverbs[] = {"clearly", "obviously", "of",      "course", "certainly", "plainly",
                                          "again",   "also",      "clearly", "simply", "just",      NULL};
    for (size_t i = 0; w->count && verdicts[i]; i++)
        if (w->items[0].mark && prose_matches(w, 0, verdicts[i])) return true;
    static const char *const remarks[] = {
        "incorrect", "incorrectly", "wrong",  "wrongly", "false",     "mistaken", "mistakenly",    "mistake",
        "error",     "impossible",  "absurd", "invalid", "erroneous", "untrue",   "contradiction", NULL};
    bool no = w->count && w->items[0].mark && strcmp(w->items[0].text, "no") == 0;
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
        if (!prose_among(&w->items[at], pronouns)) continue;
        size_t next = at + 1;
        while (next < w->count && prose_among(&w->items[next], adverbs)) next++;
        if (next < w->count && predicate_at(w, next)) return true;
    }
    return false;
}

bool claim_refuted_by_next(const char *text, size_t length) {
    static const char *const whole[] = {"false",  "contradiction", "a contradiction", "impossible",       "not true",
                                        "absurd", "not possible",  "incorrect",       "this contradicts", NULL};
    size_t from = 0, to;
    /* the number of a step */
    while (from < length && (strchr(" \t\r\n0123456789", text[from]) || text[from] == '.' || text[from] == '$')) from++;
    for (to = from; to < length && !prose_ends(text, length, to);) to++;
    prose_words w;
    prose_read(text, from, to, AFTER_MOST, true, &w);
    if (w.count == 0) return false;
    for (size_t i = 0; whole[i]; i++) {
        size_t n = prose_matches(&w, 0, whole[i]);
        if (n && (n == w.count || w.items[n].mark == ',')) return true;
    }
    bool subject = false;
    for (size_t at = 0; at < w.count && at < 8; at++) {
        if (predicate_at(&w, at) && (subject || strchr(w.items[at].text, '\''))) return true;
        static const char *const pronouns[] = {"this", "that", "it", "which", "these", "equation", "statement", NULL};
        subject |= prose_among(&w.items[at], pronouns);
        if (!prose_among(&w.items[at], subjects)) return false;
    }
    return false;
}

/* "2 + 3 = 6 \u2717", "\\neg (2 + 3 = 6)". */
static bool signed_false(const claim_place *p) {
    size_t at = p->end;
    while (at < p->length && strchr(" $.)\\", p->text[at]) &&
           !(p->text[at] == '\\' && at + 1 < p->length && p->text[at + 1] != ' ' && p->text[at + 1] != ')'))
        at++;
    for (size_t i = 0; signs[i]; i++)
        if (strlen(signs[i]) <= p->length - at && memcmp(p->text + at, signs[i], strlen(signs[i])) == 0) return true;
    bool bracket = false;
    for (at = p->start; at > 0 && strchr(" $({", p->text[at - 1]); at--)
        bracket |= p->text[at - 1] != ' ' && p->text[at - 1] != '$';
    for (size_t i = 0; bracket && negations[i]; i++) {
        size_t n = strlen(negations[i]);
        if (n <= at && memcmp(p->text + at - n, negations[i], n) == 0) return true;
    }
    return false;
}

static bool quoted(const claim_place *p) {
    size_t at = p->start;
    while (at > 0 && (p->text[at - 1] == '$' || p->text[at - 1] == ' ')) at--;
    if (at == 0) return false;
    bool mark = p->text[at - 1] == '"' || (at >= 3 && memcmp(p->text + at - 3, "\u201c", 3) == 0);
    size_t open = at - (p->text[at - 1] == '"' ? 1 : 3);
    return mark && open > 0;
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

enum { WINDOW = 512 }; /* bytes of a sentence on either side that are looked at */

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
    if (refuted_after(&rest) || signed_false(p)) return CLAIM_REFUTED;
    if (is_condition(&w, &rest)) return CLAIM_SUPPOSED;
    if (to < p->length && p->text[to] == '?') return CLAIM_SUPPOSED;
    if (to < p->length && claim_refuted_by_next(p->text + to + 1, most > to + 1 ? most - to - 1 : 0))
        return CLAIM_REFUTED;
    return quoted(p) ? CLAIM_SUPPOSED : CLAIM_ASSERTED;
}

/* Only words that begin here are compared, and "n't" inside a word. */
bool claim_may_be_refuted(const char *text, size_t length, size_t start, size_t end) {
    static const char *const stems[] = {"not",    "never", "nor ",   "neith",  "no ",     "nonsen",  "fals",   "fail",
                                        "faulty", "wrong", "incorr", "imposs", "invalid", "instead", "contra", "cannot",
                                        "absurd", "untru", "mistak", "errone", "error",   "rather",  "dispr",  NULL};
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
