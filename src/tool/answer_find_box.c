/* Boxes: \boxed{...} and its kin, with nested braces, without braces, several in one line. */
#include <string.h>

#include "tool/answer_find.h"
#include "tool/math/units.h"

/* Commands that draw a box. `groups`: arguments in braces before the one that is boxed. */
static const struct {
    const char *name;
    int groups;
} commands[] = {
    {"\\boxed", 0}, {"\\fbox", 0}, {"\\framebox", 0}, {"\\bbox", 0}, {"\\colorbox", 1}, {"\\fcolorbox", 2},
};

enum {
    BRACES = 256,       /* of open braces the innermost are known */
    ARGUMENT_MOST = 64, /* bytes of an argument before the boxed one */
    JOINER_MOST = 48,   /* bytes between two boxes of one line */
    NOUNS_MOST = 3,     /* words between a box and "and" */
    SENTENCE_MOST = 120
};

size_t find_box_command(const find_text *t, size_t at) {
    if (find_byte(t, at) != '\\' || !find_any(find_byte(t, at + 1), "bfc")) return 0;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        size_t n = strlen(commands[i].name);
        if (t->n - at >= n && memcmp(t->s + at, commands[i].name, n) == 0 && !find_letter(find_byte(t, at + n)))
            return n;
    }
    return 0;
}

static int groups_of(const find_text *t, size_t at) {
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (find_is(t, at, commands[i].name) && !find_letter(find_byte(t, at + strlen(commands[i].name))))
            return commands[i].groups;
    return 0;
}

static size_t skip_blanks(const find_text *t, size_t at) {
    while (at < t->n && text_blank(t->s[at])) at++;
    return at;
}

/* The end of an argument that `open` begins at `at`; `at` when it is none. */
static size_t skip_argument(const find_text *t, size_t at, char open, char close) {
    if (find_byte(t, at) != open) return at;
    for (size_t i = at + 1; i < t->n && i < at + ARGUMENT_MOST; i++)
        if (t->s[i] == close) return i + 1;
    return at;
}

/* Where the boxed part of the command at `at` begins. */
static size_t boxed_part(const find_text *t, size_t at) {
    int groups = groups_of(t, at);
    size_t i = skip_blanks(t, at + find_box_command(t, at));
    for (int k = 0; k < 2; k++) i = skip_blanks(t, skip_argument(t, i, '[', ']'));
    for (int k = 0; k < groups; k++) i = skip_blanks(t, skip_argument(t, i, '{', '}'));
    return i;
}

/* The end of a boxed part without braces: "\boxed 42", "\boxed\frac12". */
static size_t bare_end(const find_text *t, size_t start) {
    size_t depth = 0, i = start;
    for (; i < t->n; i++) {
        char c = t->s[i], after = find_byte(t, i + 1);
        if (c == '\n' || c == '$' || (c == '\\' && (after == ')' || after == ']'))) break;
        if (depth == 0 && text_blank(c)) break;
        if (depth == 0 && (c == '.' || c == ',') && !find_digit(after)) break;
        if (c == '{' || c == '(' || c == '[') depth++;
        if (c == '}' || c == ')' || c == ']') {
            if (depth == 0) break;
            depth--;
        }
        if (c == '\\') i++;
    }
    return i < t->n ? i : t->n;
}

static void trim(const find_text *t, size_t *start, size_t *end) {
    for (bool more = true; more;) {
        more = false;
        while (*start < *end && text_blank(t->s[*start])) ++*start;
        while (*start < *end && text_blank(t->s[*end - 1])) --*end;
        if (*end - *start > 1 && t->s[*end - 1] == '.' && find_any(t->s[*end - 2], "0123456789})$")) --*end;
        if (*end - *start > 2 && t->s[*start] == '$' && t->s[*end - 1] == '$' &&
            !memchr(t->s + *start + 1, '$', *end - *start - 2)) {
            ++*start;
            --*end;
            more = true;
        }
    }
}

/* \boxed{answer}: what a box is for. */
static bool is_placeholder(const find_text *t, const find_statement *box) {
    static const char *const words[] = {"answer", "your answer", "final answer", "the answer", "your final answer",
                                        "value",  "result",      "..."};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == box->end - box->start && find_is(t, box->start, words[i])) return true;
    return false;
}

/* "Put your final answer in \boxed{5}", "Do not write \boxed{5}": words of a task. */
static bool is_instructed(const find_text *t, size_t at) {
    static const char *const verbs[] = {"put",     "write",   "place",    "give",   "provide", "express",
                                        "enclose", "present", "report",   "return", "format",  "please",
                                        "use",     "example", "remember", "make"};
    static const char *const denials[] = {"do not", "don't", "never"}, *const objects[] = {"answer", "answers",
                                                                                           "format", "solution",
                                                                                           "result"};
    size_t stop = at > SENTENCE_MOST ? at - SENTENCE_MOST : 0, start = at;
    while (start > stop && !find_any(t->s[start - 1], ".!?\n")) start--;
    while (start < at && !find_letter(t->s[start])) start++;
    if (FIND_WORD(t, start, denials)) return true;
    bool verb = FIND_WORD(t, start, verbs), object = false;
    for (size_t i = start; i < at; i++) {
        if (i > start && find_letter(t->s[i - 1])) continue;
        verb |= FIND_WORD(t, i, verbs) && find_is(t, at > 4 ? at - 4 : 0, " in ");
        object |= FIND_WORD(t, i, objects) > 0;
    }
    return verb && object;
}

/* "not \\boxed{7}", "if \\boxed{7}". */
static bool is_denied(const find_text *t, size_t at) {
    static const char *const words[] = {"not", "never", "unless", "if", "twice", "half", "hardly"};
    size_t length;
    while (at && find_any(t->s[at - 1], " $*({")) at--;
    size_t word = find_word_before(t, at, at > SENTENCE_MOST ? at - SENTENCE_MOST : 0, FIND_DRESS, &length);
    return length && FIND_WORD(t, word, words);
}

static void keep(void *context, const find_statement *s) {
    *(find_statement *)context = *s;
}

/* Visits a box unless it is empty. A statement inside it, "\text{Answer: } 7", gives its value. */
static void visit_box(const find_text *t, find_statement *box, find_visit *visit, void *context) {
    trim(t, &box->start, &box->end);
    if (box->start == box->end || is_placeholder(t, box) || is_instructed(t, box->at) || is_denied(t, box->at)) return;
    find_statement inner = {.rule = FIND_RULES};
    find_text inside = find_part(t, box->start, box->end);
    find_phrases(&inside, keep, &inner);
    if (inner.rule != FIND_RULES) {
        box->end = box->start + inner.end;
        box->start += inner.start;
    } else {
        find_widen_box(t, box);
    }
    visit(context, box);
}

typedef struct brace {
    size_t at;      /* after the opening brace */
    size_t command; /* of a box */
    bool box;
    bool holds; /* a box inside it */
} brace;

void find_each_box(const find_text *t, find_visit *visit, void *context) {
    brace open[BRACES]; /* a ring: the oldest is forgotten */
    size_t depth = 0, known = 0;
    for (size_t i = 0; i < t->n; i++) {
        size_t command = t->s[i] == '\\' ? find_box_command(t, i) : 0;
        if (command) {
            size_t part = boxed_part(t, i);
            if (find_byte(t, part) == '{') {
                open[depth++ % BRACES] = (brace){part + 1, i, true, false};
                known += known < BRACES;
            } else {
                find_statement box = {FIND_BOX, i, bare_end(t, part), part, bare_end(t, part), true};
                visit_box(t, &box, visit, context);
                part = box.stop > i ? box.stop - 1 : i;
            }
            i = part > i ? part : i;
        } else if (t->s[i] == '\\') {
            i += find_box_command(t, i + 1) ? 0 : 1;
        } else if (t->s[i] == '{') {
            open[depth++ % BRACES] = (brace){i + 1, i, false, false};
            known += known < BRACES;
        } else if (t->s[i] == '}' && known) {
            brace b = open[--depth % BRACES];
            known--;
            find_statement box = {FIND_BOX, b.command, i + 1, b.at, i, true};
            if (b.box && !b.holds) visit_box(t, &box, visit, context);
            if (known && (b.box || b.holds)) open[(depth - 1) % BRACES].holds = true;
        }
    }
}

/* ---- several boxes in one line ---- */

/* Length of "y_1 =" at `at`: a name of one letter and its sign; 0: none. */
static size_t named(const find_text *t, size_t at) {
    size_t i = at + 1;
    if (!find_letter(t->s[at])) return 0;
    while (i < t->n && i < at + 8 && (find_digit(t->s[i]) || find_any(t->s[i], "_{}"))) i++;
    i = skip_blanks(t, i);
    return find_byte(t, i) == '=' ? i + 1 - at : 0;
}

/* Length of a word, or "(a)", of what the first box counts or belongs to: "papers and", "for part (a) and"; 0: none. */
static size_t noun(const find_text *t, size_t at) {
    static const char *const verbs[] = {"so",    "thus",    "then", "hence", "therefore", "is",      "are",
                                        "gives", "not",     "but",  "which", "means",     "because", "was",
                                        "since", "instead", "wait", "we",    "with",      "from",    "equals"};
    size_t n = 0;
    if (t->s[at] == '(' && find_letter(find_byte(t, at + 1)) && find_byte(t, at + 2) == ')') return 3;
    while (find_letter(find_byte(t, at + n))) n++;
    return FIND_WORD(t, at, verbs) ? 0 : n;
}

/* Length of a line break and the label of a next part, "\n(b)", "\n**Part b:**"; 0: none. */
static size_t part_label(const find_text *t, size_t at) {
    size_t i = skip_blanks(t, at);
    if (find_byte(t, at) != '\n') return 0;
    while (find_any(find_byte(t, i), "*-")) i++;
    if (find_is_word(t, i, "part")) i = skip_blanks(t, i + 4);
    bool open = find_byte(t, i) == '(';
    char label = find_lower(find_byte(t, i + open)), close = find_byte(t, i + open + 1);
    if (label < 'b' || label > 'h' || (close != ')' && (open || close != ':'))) return 0;
    for (i += (size_t)open + 2; find_any(find_byte(t, i), "*:");) i++;
    return i - at;
}

/* Whether text[from, to) only joins: "$ and $", " papers and ", ", $y = "; or nothing stands there. */
static bool joins(const find_text *t, size_t from, size_t to) {
    static const char *const words[] = {"and", "or"};
    static const char *const marks[] = {"\\quad", "\\qquad", ",", "&"};
    static const char *const dress[] = {"$", "\\(", "\\)", "\\,", "\\;", "\\ ", " ", "**", "\\text{", "}"};
    bool joined = from == to;
    size_t nouns = 0;
    if (to < from || to - from > JOINER_MOST) return false;
    while (from < to) {
        size_t n = FIND_WORD(t, from, words);
        if (!n) n = part_label(t, from);
        for (size_t i = 0; i < FIND_COUNT(marks) && !n; i++)
            if (find_is(t, from, marks[i])) n = strlen(marks[i]);
        joined |= n > 0;
        for (size_t i = 0; i < FIND_COUNT(dress) && !n; i++)
            if (find_is(t, from, dress[i])) n = strlen(dress[i]);
        if (!n && joined) n = named(t, from);
        if (!n && !joined && nouns++ < NOUNS_MOST) n = noun(t, from);
        if (!n) return false;
        from += n;
    }
    return joined;
}

typedef struct joiner {
    const find_text *t;
    find_visit *visit;
    void *context;
    find_statement box; /* what was joined so far */
    bool has;
} joiner;

/* The end of a unit after a box, "$ hours"; 0: there is none. */
static size_t unit_end(const find_text *t, size_t at) {
    static const char *const dress[] = {"$", "\\)", "\\,", "\\;", "\\ ", " ", "\\text{", "\\mathrm{"};
    math_unit unit;
    size_t n = 0;
    at = find_undressed(t, at, dress, FIND_COUNT(dress));
    while (find_letter(find_byte(t, at + n))) n++;
    return n && math_unit_find(t->s + at, n, &unit) ? at + n : 0;
}

/* Whether the words that end at two places are the same: "[3] cm and [4] cm" are two values. */
static bool same_word(const find_text *t, size_t a, size_t b) {
    while (find_letter(t->s[a - 1]) && find_lower(t->s[a - 1]) == find_lower(t->s[b - 1])) a--, b--;
    return !find_letter(t->s[a - 1]) && !find_letter(t->s[b - 1]);
}

/* Whether nothing but blanks and marks stands between. */
static bool adjoins(const find_text *t, size_t from, size_t to) {
    while (from < to && find_any(t->s[from], " $}(\\")) from++;
    return from == to;
}

static void join(void *context, const find_statement *next) {
    joiner *j = context;
    size_t unit = j->has ? unit_end(j->t, j->box.stop) : 0, last = unit ? unit_end(j->t, next->stop) : 0;
    if (last && (adjoins(j->t, unit, next->at) || joins(j->t, j->box.stop, next->at)) &&
        !same_word(j->t, unit, last)) { /* [3] hours and [20] minutes */
        j->box = (find_statement){FIND_BOX, j->box.at, last, j->box.at, last, true};
        return;
    }
    if (j->has && joins(j->t, j->box.stop, next->at)) {
        j->box.rule = FIND_BOXES;
        j->box.end = next->end;
        j->box.stop = next->stop;
        return;
    }
    if (j->has) j->visit(j->context, &j->box);
    j->box = *next;
    j->has = true;
}

void find_boxes(const find_text *t, find_visit *visit, void *context) {
    joiner j = {.t = t, .visit = visit, .context = context};
    find_each_box(t, join, &j);
    if (j.has) visit(context, &j.box);
}
