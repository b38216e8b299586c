/* Conclusions of a last sentence: "Therefore, x = 7.", "Thus there are 7 ways to do it." A closed grammar: a word that
 * concludes, a subject, a verb and a value up to the end; whatever else stands there, it states nothing. A computation,
 * "So 3 + 4 = 7.", is as often a step as the end. */
#include <string.h>

#include "tool/answer_find.h"
#include "tool/answer_find_last.h"

/* ---- the sentence ------------------------------------------------------------------------------------------------ */

enum { LINE_MOST = 8000 };

typedef struct sentence {
    find_text t; /* ends with the sentence */
    size_t i;
} sentence;

/* Whether a sentence that concludes begins at `at`, with or without a period before it: "Therefore, ". */
static bool concludes(const find_text *t, size_t at) {
    size_t n = t->s[at] >= 'A' && t->s[at] <= 'Z' ? FIND_WORD(t, at, conclusions) : 0, before = at;
    while (before && text_blank(t->s[before - 1])) before--;
    return n && before < at && before && !find_letter(t->s[before - 1]) && find_byte(t, at + n) == ',';
}

/* The last sentence of the last line that is not empty: [*start, *end). */
static bool last_sentence(const find_text *t, size_t *start, size_t *end) {
    size_t stop = t->n, line;
    while (stop && (text_blank(t->s[stop - 1]) || t->s[stop - 1] == '*')) stop--;
    for (line = stop; line && stop - line < LINE_MOST && t->s[line - 1] != '\n';) line--;
    if (!stop || stop - line == LINE_MOST) return false;
    *start = line;
    *end = stop;
    for (size_t i = line; i + 1 < stop;) {
        size_t formula = find_formula_end(t, i);
        if (formula && formula <= stop) {
            i = formula;
            continue;
        }
        if (find_any(t->s[i], ".?!") && t->s[i + 1] == ' ') *start = i + 2;
        if (i > line && concludes(t, i)) *start = i;
        i++;
    }
    while (*start < stop && (text_blank(t->s[*start]) || t->s[*start] == '*')) ++*start;
    return *start < stop;
}

static void skip(sentence *s) {
    while (s->i < s->t.n && find_any(s->t.s[s->i], " \t,*:")) s->i++;
}

static bool take_word(sentence *s, const char *const *list, size_t n) {
    skip(s);
    size_t length = find_word(&s->t, s->i, list, n);
    s->i += length;
    return length > 0;
}
#define TAKE(s, list) take_word(s, list, FIND_COUNT(list))

static bool lower(const find_text *t, size_t at) {
    char c = find_byte(t, at);
    return c >= 'a' && c <= 'z';
}

/* Whether [start, end) names one thing: "x", "f(2)", "\angle ABC", but no sum. */
static bool names(const find_text *t, size_t start, size_t end) {
    size_t letters = 0, depth = 0;
    for (size_t i = start; i < end; i++) {
        char c = t->s[i];
        depth += c == '(' || c == '{';
        depth -= (c == ')' || c == '}') && depth;
        letters += find_letter(c);
        if (!depth && (find_any(c, "+-*/^<>=:,") || (find_digit(c) && !letters))) return false;
        if (!depth && letters && text_blank(c) && lower(t, i + 1) && lower(t, i + 2)) return false; /* "x exactly" */
        if (find_is(t, i, "\\cdot") || find_is(t, i, "\\times") || find_is(t, i, "\\frac")) return false;
        if (find_is(t, i, "\\sqrt") || find_is(t, i, "\\ne") || find_is(t, i, "\\ln")) return false;
    }
    return letters > 0;
}

/* Whether the value from s->i reaches to the end and is no computation: "7 pins", "x = 7", "t \le 4". */
static bool ends_with_value(const sentence *s, find_value *out) {
    const find_text *t = &s->t;
    if (!find_value_at(t, s->i, FIND_SAME_LINE, out) || !out->plain || out->next + 2 <= t->n) return false;
    if (memchr(t->s + s->i, '=', out->start - s->i)) return false;
    const char *sign = memchr(t->s + out->start, '=', out->end - out->start);
    if (!sign) return true;
    size_t at = (size_t)(sign - t->s);
    return names(t, out->start, at) && !memchr(sign + 1, '=', out->end - at - 1);
}

/* A number with its noun, "42 apples", and what is said of them without a number: "42 of them that are red". */
static bool counts(const sentence *s, find_value *out) {
    char c = find_byte(&s->t, s->i);
    if (ends_with_value(s, out) && out->words < 2) return true;
    *out = (find_value){.start = s->i, .end = s->t.n, .words = 4};
    if (!find_digit(c) && c != '$' && c != '\\') return false;
    if (memchr(s->t.s + s->i, '=', s->t.n - s->i)) return false;
    return find_narrowed(&s->t, out) && out->start <= s->i + 2;
}

/* "the total cost of the shirts is": up to its verb. */
static bool take_subject(sentence *s) {
    if (!TAKE(s, determiners)) return false;
    sentence before = *s;
    while (TAKE(s, adjectives)) before = *s;
    if (!TAKE(s, heads)) *s = before; /* "the total is" */
    skip(s);
    bool free = FIND_WORD(&s->t, s->i, prepositions) || find_formula_end(&s->t, s->i);
    while (s->i < s->t.n) {
        if (TAKE(s, states)) return true;
        size_t formula = find_formula_end(&s->t, s->i);
        if (!free || find_digit(s->t.s[s->i]) || find_any(s->t.s[s->i], "=<>")) return false;
        if (formula) {
            s->i = formula;
            continue;
        }
        s->i++;
        while (find_letter(find_byte(&s->t, s->i)) || find_byte(&s->t, s->i) == '\'') s->i++;
    }
    return false;
}

/* "Tom", "he", "the train": up to the verb. */
static bool take_owner(sentence *s) {
    static const char *const articles[] = {"the", "a", "an", "his", "her", "their"};
    bool article = false;
    if (!TAKE(s, subjects)) {
        article = TAKE(s, articles);
        skip(s);
        char c = find_byte(&s->t, s->i);
        if (!article && !(c >= 'A' && c <= 'Z')) return false;
        if (!find_letter(c) || !find_letter(find_byte(&s->t, s->i + 1))) return false;
        while (find_letter(find_byte(&s->t, s->i))) s->i++;
    }
    if (!TAKE(s, verbs)) return false;
    skip(s);
    sentence whom = *s;
    while (find_letter(find_byte(&whom.t, whom.i))) whom.i++;
    bool name = find_byte(&s->t, s->i) >= 'A' && find_byte(&s->t, s->i) <= 'Z' && whom.i > s->i + 1;
    if (name || FIND_WORD(&s->t, s->i, objects)) *s = whom; /* "it takes Tom" */
    return true;
}

static bool concluded(sentence s, find_value *out) {
    while (TAKE(&s, leads)) {
    }
    skip(&s);
    sentence from = s;
    if (ends_with_value(&s, out)) return memchr(s.t.s + out->start, '=', out->end - out->start) != NULL;
    bool open = TAKE(&s, exists) || take_subject(&s);
    if (!open) s = from;
    if (!open && !take_owner(&s)) return false;
    while (TAKE(&s, adverbs)) {
    }
    skip(&s);
    return counts(&s, out);
}

/* Whether what stands before a line of its own is a whole sentence, or nothing. */
static bool follows_sentence(const find_text *t, size_t at) {
    while (at && text_blank(t->s[at - 1])) at--;
    return at == 0 || !find_letter(t->s[at - 1]);
}

/* A line that is a formula: "$x = 5$", "x = 5", "= 5"; a bare value says it where it is the whole text. */
static bool formula_line(const find_text *t, size_t start, find_value *out) {
    sentence s = {*t, start};
    if (!follows_sentence(t, start) || find_byte(t, start) == '#') return false;
    if (find_byte(t, start) == '=') {
        s.i++;
        return ends_with_value(&s, out) && !out->words && !memchr(t->s + out->start, '=', out->end - out->start);
    }
    if (!ends_with_value(&s, out) || out->words) return false;
    size_t before = 0;
    while (before < start && find_any(t->s[before], " \t\r\n*")) before++;
    return before == start || memchr(t->s + out->start, '=', out->end - out->start);
}

/* Whether the word at `at` is an adverb that may weaken what is said: "probably". */
static bool weakens(const find_text *t, size_t at) {
    static const char *const firm[] = {"only",    "exactly",   "finally",      "simply", "family", "daily",
                                       "weekly",  "monthly",   "hourly",       "july",   "early",  "yearly",
                                       "clearly", "precisely", "consequently", "ly"};
    size_t n = 0;
    while (find_letter(find_byte(t, at + n))) n++;
    return n > 3 && t->s[at + n - 2] == 'l' && t->s[at + n - 1] == 'y' && !FIND_WORD(t, at, firm);
}

/* Whether no word of [start, end) keeps the sentence from concluding. */
static bool settled(const find_text *t, size_t start, size_t end) {
    find_text s = {t->s, end, t->choices, false};
    for (size_t i = start; i < end; i++)
        if ((i == start || !find_letter(t->s[i - 1])) && (FIND_WORD(&s, i, unsettled) || weakens(&s, i))) return false;
    return true;
}

bool find_says(const find_text *t, size_t start, size_t end) {
    find_value value;
    sentence s = {{t->s, end, t->choices, false}, start};
    TAKE(&s, conclusions);
    return settled(t, start, end) && concluded(s, &value);
}

bool find_last(const find_text *t, find_statement *out) {
    size_t start, end, dollars = 0;
    find_value value = {0};
    if (!last_sentence(t, &start, &end)) return false;
    sentence s = {{t->s, end, t->choices, false}, start};
    for (size_t i = start; i < end; i++) dollars += t->s[i] == '$' && !(i && t->s[i - 1] == '\\');
    if (t->s[end - 1] == '?' || !settled(t, start, end)) return false;
    bool stating = TAKE(&s, statements), concluding = stating || TAKE(&s, conclusions);
    bool cut =
        !find_any(t->s[end - 1], ".!$])}*|>") && !t->ended && !(end < t->n && memchr(t->s + end, '\n', t->n - end));
    bool open = dollars % 2 == 1 && t->s[end - 1] == '$';
    if (concluding && (cut || open)) return false; /* in the middle, perhaps */
    skip(&s);
    bool found = stating && ends_with_value(&s, &value);
    if (!found) found = concluding ? concluded(s, &value) : formula_line(&s.t, start, &value);
    *out = (find_statement){FIND_LAST, start, end, value.start, value.end, true};
    return found && value.start < value.end;
}
