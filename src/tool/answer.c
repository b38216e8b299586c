/* Final answers: their canonical form, and where a solution states one. */
#include <string.h>
#include <strings.h>

#include "tool/answer.h"
#include "tool/arithmetic/equalities.h"

enum { ANSWER_BRACES = 256, COMPARED_CLASSES = 256 };

typedef struct slice {
    const char *at;
    size_t length;
} slice;

static bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static slice trim(slice s) {
    while (s.length && blank(s.at[0])) s = (slice){s.at + 1, s.length - 1};
    while (s.length && blank(s.at[s.length - 1])) s.length--;
    return s;
}

static bool starts(slice s, const char *prefix) {
    size_t n = strlen(prefix);
    return s.length >= n && strncasecmp(s.at, prefix, n) == 0;
}

static bool ends(slice s, const char *suffix) {
    size_t n = strlen(suffix);
    return s.length >= n && memcmp(s.at + s.length - n, suffix, n) == 0;
}

/* Whether the last byte closes a bracket that the first one opens. */
static bool wrapped(slice s, char open, char close) {
    size_t depth = 0;
    if (s.length < 2 || s.at[0] != open || s.at[s.length - 1] != close) return false;
    for (size_t i = 0; i + 1 < s.length; i++) {
        depth += s.at[i] == open;
        if (s.at[i] == close && --depth == 0) return false;
    }
    return depth == 1;
}

/* ---- canonical form ---- */

/* Removes one layer of dress; false when there is none left. */
static bool undress(slice *s) {
    static const struct {
        const char *open, *close;
    } pairs[] = {
        {"\\(", "\\)"}, {"\\[", "\\]"}, {"**", "**"}, {"$$", "$$"},         {"$", "$"},
        {"\"", "\""},   {"'", "'"},     {"`", "`"},   {"\u201c", "\u201d"}, {"\u2018", "\u2019"},
    };
    static const char *const commands[] = {"\\boxed{", "\\text{", "\\textbf{", "\\mathrm{", "\\mathbf{", NULL};
    slice before = *s;
    *s = trim(*s);
    while (s->length && strchr(".,;:!", s->at[s->length - 1]) && !ends(*s, "\\!")) s->length--;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        size_t a = strlen(pairs[i].open), b = strlen(pairs[i].close);
        if (s->length >= a + b && starts(*s, pairs[i].open) && ends(*s, pairs[i].close))
            *s = (slice){s->at + a, s->length - a - b};
    }
    for (int i = 0; commands[i]; i++) {
        size_t n = strlen(commands[i]);
        slice group = {s->at + n - 1, s->length - (n - 1)};
        if (starts(*s, commands[i]) && wrapped(group, '{', '}')) *s = (slice){group.at + 1, group.length - 2};
    }
    if ((wrapped(*s, '(', ')') || wrapped(*s, '[', ']') || wrapped(*s, '{', '}')) && !memchr(s->at, ',', s->length))
        *s = (slice){s->at + 1, s->length - 2};
    return s->length != before.length;
}

/* A number with units, or NULL in *out where the text is none. */
static cairn_status canonical_number(cairn_ctx *ctx, cairn_arena *arena, slice s, char **out) {
    static const char *const multipliers[] = {"dozen",    "hundred",   "thousand", "million", "billion", "trillion",
                                              "hundreds", "thousands", "millions", "k",       "pm",      "am",
                                              "st",       "nd",        "rd",       "th",      NULL};
    lex tokens = {0};
    calc *machine = NULL;
    calc_value value;
    *out = NULL;
    cairn_status status = lex_read(ctx, s.at, 0, s.length, LEX_PLAIN, &tokens);
    if (status == CAIRN_OK) status = calc_open(ctx, &machine);
    calc_value_open(&value);
    if (status == CAIRN_OK) {
        size_t from = 0, to = tokens.count;
        if (to > 2 && tokens.tokens[0].kind == LEX_WORD && tokens.tokens[1].kind == LEX_EQUAL) from = 2; /* "x = 5" */
        bool number =
            from < to && calc_range(machine, &tokens, from, to, NULL, CALC_PREFIX, CALC_NO_PERCENT, &value) == CAIRN_OK;
        number = number && value.stop == to && !value.doubt && (value.percents == 0 || value.operators == 0);
        for (int i = 0; i < value.unit_count; i++) number = number && !lex_among(&tokens, value.units[i], multipliers);
        if (number) {
            *out = calc_text(arena, value.value);
            if (*out && value.percents) *out = cairn_arena_printf(arena, "%s%%", *out);
            if (!*out) status = CAIRN_NO_MEMORY;
        }
    }
    calc_value_close(&value);
    calc_close(machine);
    lex_free(&tokens);
    return status;
}

/* Lower case, LaTeX spacing removed; spaces go from formulas and are single in words. */
static char *canonical_text(cairn_arena *arena, slice s) {
    static const struct {
        const char *from, *to;
    } rewrites[] = {
        {"\\left", ""}, {"\\right", ""}, {"\\,", ""},           {"\\!", ""},
        {"\\;", ""},    {"\\ ", " "},    {"\\dfrac", "\\frac"}, {"\\tfrac", "\\frac"},
    };
    char *out = cairn_arena_alloc(arena, s.length + 1, 1);
    if (!out) return NULL;
    size_t n = 0;
    bool formula = memchr(s.at, '\\', s.length) != NULL;
    for (size_t i = 0; i < s.length && !formula; i++) formula = s.at[i] >= '0' && s.at[i] <= '9';
    for (size_t i = 0; i < s.length;) {
        const char *to = NULL;
        size_t skip = 1;
        for (size_t k = 0; k < sizeof rewrites / sizeof rewrites[0] && !to && s.at[i] == '\\'; k++) {
            slice rest = {s.at + i, s.length - i};
            size_t length = strlen(rewrites[k].from);
            if (rest.length < length || memcmp(rest.at, rewrites[k].from, length) != 0) continue;
            to = rewrites[k].to;
            skip = length;
        }
        if (to) {
            for (; *to; to++) out[n++] = *to;
        } else if (blank(s.at[i])) {
            if (!formula && n && out[n - 1] != ' ') out[n++] = ' ';
        } else {
            out[n++] = s.at[i] >= 'A' && s.at[i] <= 'Z' ? (char)(s.at[i] - 'A' + 'a') : s.at[i];
        }
        i += skip;
    }
    while (n && out[n - 1] == ' ') n--;
    out[n] = '\0';
    if (wrapped((slice){out, n}, '(', ')') && !strchr(out, ',')) { /* brackets that \left and \right hid */
        out[n - 1] = '\0';
        out++;
    }
    return out;
}

/* One operand of \frac at `at`: a group in braces, or a digit, which is put into braces. False where there is neither.
 */
static bool copy_operand(slice s, size_t *at, char *out, size_t *n) {
    size_t i = *at, depth = 0;
    while (i < s.length && s.at[i] == ' ') i++;
    if (i == s.length || (s.at[i] != '{' && (s.at[i] < '0' || s.at[i] > '9'))) return false;
    if (s.at[i] != '{') {
        out[(*n)++] = '{';
        out[(*n)++] = s.at[i++];
        out[(*n)++] = '}';
    } else {
        do {
            depth += s.at[i] == '{';
            depth -= s.at[i] == '}';
            out[(*n)++] = s.at[i++];
        } while (i < s.length && depth > 0);
    }
    *at = i;
    return true;
}

/* TeX's short fractions, \frac12 and \frac 1{2}, with braces around both operands. NULL: no memory. */
static const char *whole_fractions(cairn_arena *arena, slice s, size_t *length) {
    char *out = cairn_arena_alloc(arena, 3 * s.length + 1, 1);
    size_t n = 0;
    if (!out) return NULL;
    for (size_t i = 0; i < s.length;) {
        bool fraction = s.length - i >= 4 && memcmp(s.at + i, "frac", 4) == 0;
        if (!fraction) {
            out[n++] = s.at[i++];
            continue;
        }
        memcpy(out + n, s.at + i, 4);
        n += 4;
        i += 4;
        if (copy_operand(s, &i, out, &n)) copy_operand(s, &i, out, &n);
    }
    *length = n;
    return out;
}

cairn_status cairn_answer_canonical(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length, char **out) {
    slice s = {text, length};
    char *form;
    if (length > CAIRN_TOOL_TEXT_MOST)
        return cairn_fail(ctx, CAIRN_LIMIT, "an answer of %zu bytes; at most %zu", length, CAIRN_TOOL_TEXT_MOST);
    for (int layer = 0; layer < 8 && undress(&s); layer++) continue;
    if (s.length && memchr(s.at, '\\', s.length)) s.at = whole_fractions(arena, s, &s.length);
    if (!s.at) return CAIRN_NO_MEMORY;
    CAIRN_TRY(canonical_number(ctx, arena, s, &form));
    if (!form) form = canonical_text(arena, s);
    if (!form) return CAIRN_NO_MEMORY;
    *out = form;
    return CAIRN_OK;
}

/* Whether a is the percentage of which b is the fraction. */
static bool percent_of(cairn_ctx *ctx, cairn_arena *arena, const char *a, const char *b) {
    size_t n = strlen(a);
    cairn_number number;
    if (n < 2 || a[n - 1] != '%') return false;
    return cairn_calc_eval(ctx, arena, a, n, NULL, 0, &number) == CAIRN_OK &&
           (strcmp(number.text, b) == 0 || (strlen(b) == n - 1 && memcmp(a, b, n - 1) == 0));
}

cairn_status cairn_answer_equal(cairn_ctx *ctx, cairn_arena *arena, const char *a, const char *b, cairn_verdict *out) {
    char *x, *y;
    CAIRN_TRY(cairn_answer_canonical(ctx, arena, a, strlen(a), &x));
    CAIRN_TRY(cairn_answer_canonical(ctx, arena, b, strlen(b), &y));
    if (!*x || !*y || percent_of(ctx, arena, x, y) || percent_of(ctx, arena, y, x))
        *out = CAIRN_VERDICT_UNKNOWN;
    else
        *out = strcmp(x, y) == 0 ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    return CAIRN_OK;
}

/* A number in canonical form: equal ones have one text. */
static bool plain_number(const char *text) {
    return *text && text[strspn(text, "-.0123456789")] == 0;
}

cairn_status cairn_answer_class(cairn_ctx *ctx, cairn_arena *arena, const char *const *classes, int32_t n,
                                const char *answer, int32_t *out) {
    for (*out = 0; *out < n; ++*out)
        if (strcmp(classes[*out], answer) == 0) return CAIRN_OK;
    bool number = plain_number(answer);
    int32_t most = n < COMPARED_CLASSES ? n : COMPARED_CLASSES;
    for (*out = 0; *out < most; ++*out) {
        cairn_verdict equal = CAIRN_VERDICT_WRONG;
        if (!number || !plain_number(classes[*out]))
            CAIRN_TRY(cairn_answer_equal(ctx, arena, classes[*out], answer, &equal));
        if (equal == CAIRN_VERDICT_RIGHT) return CAIRN_OK;
    }
    *out = n;
    return CAIRN_OK;
}

/* ---- finding the answer in a solution ---- */

/* The last \boxed{...} by where it starts, unless it is empty. */
static void find_boxed(slice s, size_t *marker, slice *content) {
    struct {
        size_t at;
        bool boxed;
    } open[ANSWER_BRACES];
    size_t depth = 0, deeper = 0;
    bool found = false;
    for (size_t i = 0; i < s.length; i++) {
        if (s.at[i] == '{') {
            if (depth == ANSWER_BRACES) {
                deeper++;
                continue;
            }
            bool boxed = (i >= 6 && memcmp(s.at + i - 6, "\\boxed", 6) == 0) ||
                         (i >= 5 && memcmp(s.at + i - 5, "\\fbox", 5) == 0);
            open[depth].at = i;
            open[depth++].boxed = boxed;
        } else if (s.at[i] == '}' && deeper) {
            deeper--;
        } else if (s.at[i] == '}' && depth) {
            depth--;
            slice inside = trim((slice){s.at + open[depth].at + 1, i - open[depth].at - 1});
            if (!open[depth].boxed || !inside.length || (found && open[depth].at < *marker)) continue;
            found = true;
            *marker = open[depth].at;
            *content = inside;
        }
    }
}

/* Whether position `at` begins a line, apart from white space and marks of emphasis. */
static bool line_start(slice s, size_t at) {
    while (at && (s.at[at - 1] == ' ' || s.at[at - 1] == '*' || s.at[at - 1] == '#')) at--;
    return at == 0 || s.at[at - 1] == '\n';
}

/* Length of a phrase at `at` that states an answer, 0 when there is none; `*sentence`: it ends with its sentence. */
static size_t marker_at(slice s, size_t at, bool *sentence) {
    slice rest = {s.at + at, s.length - at};
    *sentence = false;
    if (rest.at[0] == '#') return starts(rest, "####") ? 4 : 0;
    if (rest.at[0] != 'A' && rest.at[0] != 'a') return 0;
    if (starts(rest, "A:") && rest.at[0] == 'A' && line_start(s, at)) return 2;
    if (!starts(rest, "answer") || (at && ((s.at[at - 1] >= 'a' && s.at[at - 1] <= 'z')))) return 0;
    size_t n = 6;
    while (n < rest.length && rest.at[n] == '*') n++;
    if (n < rest.length && rest.at[n] == ':') return n + 1;
    slice after = {rest.at + n, rest.length - n};
    *sentence = true;
    if (starts(after, " is:")) return n + 4;
    if (starts(after, " is ")) return n + 4;
    if (starts(after, " = ")) return n + 3;
    return 0;
}

/* Marks around an answer that are no part of it. */
static bool dress(char c) {
    return c == '*' || c == ':' || c == '#' || blank(c);
}

/* A solution read from its end: the line at hand, and a run of dress inside it that is not looked at twice. */
typedef struct backwards {
    slice s;
    size_t line_end, run_from, run_to;
} backwards;

/* The first byte of an answer at or after `from`; line_end when there is none. */
static size_t answer_start(backwards *b, size_t from) {
    size_t at = from;
    while (at < b->line_end) {
        if (at >= b->run_from && at < b->run_to)
            at = b->run_to;
        else if (dress(b->s.at[at]))
            at++;
        else
            break;
    }
    b->run_from = from;
    b->run_to = at;
    return at;
}

/* The answer that a marker before `from` states; empty when there is none. */
static slice answer_from(backwards *b, size_t from, bool sentence) {
    size_t start = answer_start(b, from);
    if (start >= b->line_end) return (slice){0};
    slice line = {b->s.at + start, b->line_end - start};
    for (size_t i = 0; i < line.length && sentence; i++)
        if (line.at[i] == '.' && (i + 1 == line.length || blank(line.at[i + 1]))) line.length = i;
    while (line.length && (line.at[line.length - 1] == '*' || blank(line.at[line.length - 1]))) line.length--;
    return line;
}

cairn_status answer_find_at(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length, char **out,
                            size_t *at) {
    slice answer = {0};
    size_t boxed = 0;
    if (length > CAIRN_TOOL_TEXT_MOST)
        return cairn_fail(ctx, CAIRN_LIMIT, "a solution of %zu bytes; at most %zu", length, CAIRN_TOOL_TEXT_MOST);
    backwards b = {{text, length}, length, length, length};
    find_boxed(b.s, &boxed, &answer);
    *at = boxed;
    for (size_t i = length; i-- > boxed;) {
        bool sentence;
        if (text[i] == '\n') b.line_end = b.run_from = b.run_to = i;
        size_t marker = marker_at(b.s, i, &sentence);
        slice stated = marker ? answer_from(&b, i + marker, sentence) : (slice){0};
        if (!stated.length) continue;
        answer = stated;
        *at = i;
        break;
    }
    if (!answer.length) return cairn_fail(ctx, CAIRN_NOT_FOUND, "the solution states no final answer");
    *out = cairn_arena_copy(arena, answer.at, answer.length);
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

cairn_status cairn_answer_find(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length, char **out) {
    size_t at;
    return answer_find_at(ctx, arena, text, length, out, &at);
}
