/* All statements of an answer other than boxes, from left to right: phrases with their values, tags, JSON. */
#include <string.h>

#include "tool/answer_find.h"

/* ---- the words --------------------------------------------------------------------------------------------------- */

/* Marks around an answer, in lower case. */
static const struct {
    const char *open, *close;
} tags[] = {
    {"<answer>", "</answer>"},
    {"<final_answer>", "</final_answer>"},
    {"<final-answer>", "</final-answer>"},
    {"<finalanswer>", "</finalanswer>"},
    {"<ans>", "</ans>"},
    {"[answer]", "[/answer]"},
    {"[final_answer]", "[/final_answer]"},
    {"<<answer>>", "<</answer>>"},
    {"<|answer|>", "<|/answer|>"},
    {"\\begin{answer}", "\\end{answer}"},
    {"```answer", "```"},
    {"```final_answer", "```"},
};

enum {
    PROSE_MOST = 8, /* words of a value that is prose */
    SENTENCE_MOST = 300,
    UNCLOSED_MOST = 200 /* bytes of a tag that the end of the text closes */
};

/* Headings after "####". */
static const char *const headings[] = {"check",       "verification", "verify", "conclusion", "step",  "solution",
                                       "explanation", "note",         "case",   "part",       "final", "answer",
                                       "summary",     "result",       "method", "proof"};

/* First words of prose that describes the answer. */
static const char *const articles[] = {"the",    "a",  "an", "all", "any",  "some",
                                       "one of", "it", "he", "she", "they", "there"};

/* Words by which prose is known from a list of words. */
static const char *const function_words[] = {"of", "that", "the", "to", "in", "for", "is", "are", "with", "we"};

/* ---- the scan ---- */

typedef struct scan {
    const find_text *t;
    find_visit *visit;
    void *context;
    size_t i;
    size_t visited;                  /* statements so far */
    size_t open[FIND_COUNT(tags)];   /* after an opening tag; 0: none */
    size_t before[FIND_COUNT(tags)]; /* `visited` when it opened */
} scan;

static void visit(scan *s, const find_statement *statement) {
    s->visited++;
    s->visit(s->context, statement);
}

static size_t skip_blanks(const find_text *t, size_t at) {
    while (at < t->n && text_blank(t->s[at])) at++;
    return at;
}

/* ---- tags ---- */

static bool may_tag(char c) {
    return c == '<' || c == '[' || c == '`' || c == '\\';
}

bool find_tag_at(const find_text *t, size_t at) {
    if (!may_tag(find_byte(t, at))) return false;
    for (size_t k = 0; k < FIND_COUNT(tags); k++)
        if (find_is(t, at, tags[k].open) || (tags[k].close[0] != '`' && find_is(t, at, tags[k].close))) return true;
    return false;
}

static bool holds_box(const find_text *t, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        const char *slash = memchr(t->s + i, '\\', to - i);
        if (!slash) return false;
        i = (size_t)(slash - t->s);
        if (find_box_command(t, i)) return true;
    }
    return false;
}

/* The content of a tag, unless a statement inside it says more. */
static void visit_tag(scan *s, size_t k, size_t end, size_t stop) {
    const find_text *t = s->t;
    size_t start = s->open[k], opened = start - strlen(tags[k].open);
    find_text inside = find_part(t, 0, end);
    find_value value;
    s->open[k] = 0;
    if (s->visited != s->before[k] || holds_box(t, start, end)) return;
    bool has = find_value_at(&inside, start, 0, &value);
    start = skip_blanks(&inside, start);
    while (end > start && text_blank(t->s[end - 1])) end--;
    if (start >= end) return;
    if (!has || skip_blanks(&inside, value.next) + 2 < end) value = (find_value){.start = start, .end = end};
    visit(s, &(find_statement){FIND_TAG, opened, stop, value.start, value.end, true});
}

static bool at_tag(scan *s) {
    const find_text *t = s->t;
    for (size_t k = 0; k < FIND_COUNT(tags); k++) {
        if (s->open[k] && find_is(t, s->i, tags[k].close)) {
            size_t n = strlen(tags[k].close);
            visit_tag(s, k, s->i, s->i + n);
            s->i += n;
            return true;
        }
        if (find_is(t, s->i, tags[k].open)) {
            s->i += strlen(tags[k].open);
            s->open[k] = s->i;
            s->before[k] = s->visited;
            return true;
        }
    }
    return false;
}

/* ---- JSON ---- */

static void at_json(scan *s, const find_phrase *phrase) {
    const find_text *t = s->t;
    size_t start = skip_blanks(t, phrase->after), i = start, depth = 0;
    char quote = find_byte(t, start);
    if (quote == '"' || quote == '\'') {
        for (i = ++start; i < t->n && t->s[i] != quote; i++) i += t->s[i] == '\\';
    } else {
        for (; i < t->n && t->s[i] != '\n' && (depth || !find_any(t->s[i], ",}]")); i++) {
            depth += t->s[i] == '[' || t->s[i] == '{' || t->s[i] == '(';
            depth -= (t->s[i] == ']' || t->s[i] == '}' || t->s[i] == ')') && depth;
        }
    }
    size_t end = i < t->n ? i : t->n;
    while (end > start && text_blank(t->s[end - 1])) end--;
    s->i = end > phrase->after ? end : phrase->after;
    if (end == start || find_is_word(t, start, "null") || find_is_word(t, start, "none")) return;
    visit(s, &(find_statement){FIND_JSON, phrase->at, end, start, end, true});
}

/* ---- phrases ---- */

/* Whether the words after a value take it back: ", which is clearly wrong". */
static bool taken_back(const find_text *t, size_t at) {
    static const char *const passes[] = {"which",     "this", "that", "but", "and",    "it",   "clearly",
                                         "obviously", "is",   "was",  "of",  "course", "seems"};
    static const char *const refutes[] = {"wrong", "incorrect", "false", "impossible", "not", "absurd"};
    bool verb = false;
    for (int words = 0; words < 7; words++) {
        while (at < t->n && find_any(t->s[at], " ,*$).")) at++;
        if (FIND_WORD(t, at, refutes)) return verb;
        if (!FIND_WORD(t, at, passes)) return false;
        verb |= find_is_word(t, at, "is") || find_is_word(t, at, "was") || find_is_word(t, at, "seems");
        while (find_letter(find_byte(t, at))) at++;
    }
    return false;
}

/* Whether words in a value [at, end) or after it make it that of a case, or a guess: "if we ignore the order". */
static bool depends(const find_text *t, size_t at, size_t end) {
    static const char *const words[] = {"if",     "when",  "only if", "only when",    "unless",  "provided", "assuming",
                                        "except", "maybe", "perhaps", "intermediate", "for now", "digits"};
    for (; at < end; at++)
        if (at && t->s[at - 1] == ' ' && FIND_WORD(t, at, words)) return true;
    while (at < t->n && find_any(t->s[at], " ,*$)(")) at++;
    return FIND_WORD(t, at, words) > 0;
}

/* Whether nothing, or an empty line, follows the sentence in which `at` lies. */
static bool ends_paragraph(const find_text *t, size_t at) {
    size_t most = at + SENTENCE_MOST;
    while (at < t->n && at < most && t->s[at] != '\n' && !(t->s[at] == '.' && !find_digit(find_byte(t, at + 1)))) at++;
    while (at < t->n && find_any(t->s[at], " \t\r.*!_")) at++;
    if (at >= t->n) return true;
    if (t->s[at] != '\n') return false;
    at++;
    while (at < t->n && (t->s[at] == ' ' || t->s[at] == '\r')) at++;
    return at >= t->n || t->s[at] == '\n';
}

/* "#### Check" is a heading, "#### 7" an answer. */
static bool heads(const find_text *t, const find_value *v) {
    static const char *const verbs[] = {"remain", "remains", "is", "are", "follow", "follows", "needed", "to"};
    size_t at = v->end;
    while (at < t->n && find_any(t->s[at], " \t\r.*$_)")) at++;
    if (at < t->n && t->s[at] != '\n') return true;
    if (v->plain && v->words == 0) return false;
    for (size_t i = v->start + 1; i < v->end; i++)
        if (t->s[i - 1] == ' ' && FIND_WORD(t, i, verbs)) return true;
    return skip_blanks(t, at) < t->n || FIND_WORD(t, v->start, headings);
}

/* Whether a value is a list of words, as for a task that sorts them: no numbers, hardly a function word. */
static bool lists_words(const find_text *t, const find_value *v) {
    size_t function = 0;
    size_t least = FIND_WORD(t, v->start, articles) ? 8 : 4;
    if (v->values || v->words < least) return false;
    for (size_t i = v->start + 1; i < v->end; i++) function += t->s[i - 1] == ' ' && FIND_WORD(t, i, function_words);
    return 6 * function < v->words;
}

/* Cuts prose of a known form down to its value: "the vector (1, 2)", "There are 72 pins in the box". */
static bool says(const find_text *t, find_value *v) {
    static const char *const words[] = {
        "the",      "a",        "an",         "of",         "total",         "value", "vector", "matrix",
        "point",    "number",   "fraction",   "integer",    "interval",      "set",   "amount", "line",
        "function", "equation", "polynomial", "expression", "ordered",       "pair",  "triple", "option",
        "choice",   "letter",   "exactly",    "price",      "ratio",         "angle", "equal",  "to",
        "given",    "by",       "date",       "day",        "year",          "score", "all",    "probability",
        "real",     "numbers",  "positive",   "prime",      "approximately", "about", "only",   "unique",
        "smallest", "largest"};
    find_value narrowed = *v;
    if (!find_narrowed(t, &narrowed)) return false;
    bool known = true;
    for (size_t i = v->start; i < narrowed.start && known;) {
        size_t n = FIND_WORD(t, i, words);
        known = n || !(find_letter(t->s[i]) || find_digit(t->s[i]));
        i += n ? n : 1;
    }
    known = known || find_says(t, v->start, v->end);
    if (known) *v = narrowed;
    return known;
}

/* Whether a further cell of the row holds something: "| Answer | 5 | 7 |". */
static bool cell_follows(const find_text *t, size_t at) {
    size_t bars = 0;
    for (; at < t->n && t->s[at] != '\n'; at++) {
        bars += t->s[at] == '|';
        if (bars && find_digit(t->s[at])) return true;
    }
    return false;
}

/* Whether a phrase with its value states an answer; prose is cut down to the value in it. */
static bool states(const find_text *t, const find_phrase *phrase, find_value *v) {
    bool lined = phrase->rule == FIND_BLOCK || phrase->rule == FIND_MARKER;
    if (phrase->doubted || v->question) return false;
    if (phrase->rule == FIND_HASH) return !heads(t, v);
    if (phrase->rule == FIND_TABLE && cell_follows(t, v->end)) return false;
    if (!phrase->colon && !lists_words(t, v) && find_says_nothing(t, v->start, v->end)) return false;
    if (taken_back(t, v->end) || depends(t, v->start, v->end)) return false;
    if (phrase->rule == FIND_CHOICE && !v->plain) return false;
    if (!v->prose) return lined || v->words <= 2 * PROSE_MOST || !v->plain;
    if (lined && v->words > 2 && !ends_paragraph(t, v->next)) return false;
    if ((v->words > 2 || FIND_WORD(t, v->start, articles)) && says(t, v)) return true;
    if (lists_words(t, v)) return true;
    return !FIND_WORD(t, v->start, articles) && v->words <= PROSE_MOST;
}

/* "The area of $ABC$ is 12": of a value that is cut at its verb, what stands after it. */
static void pass_verb(const find_text *t, unsigned how, find_value *v) {
    static const char *const verbs[] = {"is", "are", "equals"};
    find_value after;
    size_t at = skip_blanks(t, v->next), n = at > v->end ? FIND_WORD(t, at, verbs) : 0;
    if (!n || !v->prose || !FIND_WORD(t, v->start, articles)) return;
    if (find_value_at(t, at + n, how | FIND_SAME_LINE, &after) && after.plain) *v = after;
}

static void at_phrase(scan *s, const find_phrase *phrase) {
    const find_text *t = s->t;
    unsigned how = phrase->group ? FIND_IN_GROUP : 0;
    find_value value;
    if (phrase->rule == FIND_JSON) {
        at_json(s, phrase);
        return;
    }
    if (phrase->rule == FIND_TABLE) how |= FIND_IN_CELL;
    if (phrase->rule == FIND_TABLE || phrase->rule == FIND_HASH) how |= FIND_SAME_LINE;
    bool has = find_value_at(t, phrase->after, how, &value);
    if (has && phrase->colon) pass_verb(t, how, &value);
    s->i = value.next;
    if (!has || !states(t, phrase, &value)) return;
    find_rule rule = phrase->rule == FIND_MARKER && value.next_line ? FIND_BLOCK : phrase->rule;
    visit(s, &(find_statement){rule, phrase->at, value.end, value.start, value.end, value.plain});
}

void find_phrases(const find_text *t, find_visit *visitor, void *context) {
    scan s = {.t = t, .visit = visitor, .context = context};
    while (s.i < t->n) {
        find_phrase phrase;
        find_statement statement;
        if (may_tag(t->s[s.i]) && at_tag(&s)) continue;
        size_t code = t->s[s.i] == '`' ? find_code_end(t, s.i) : 0;
        if (code) {
            s.i = code;
            continue;
        }
        if (find_phrase_at(t, s.i, &phrase)) {
            at_phrase(&s, &phrase);
        } else {
            if (find_reversed_at(t, s.i, &statement)) visit(&s, &statement);
            s.i++;
        }
    }
    for (size_t k = 0; k < FIND_COUNT(tags); k++)
        if (s.open[k] && t->n - s.open[k] <= UNCLOSED_MOST) visit_tag(&s, k, t->n, t->n);
}
