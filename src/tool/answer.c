/* Final answers: their comparison, their canonical text, their classes. */
#include <string.h>
#include <strings.h>

#include "tool/answer.h"
#include "tool/math/equal_choice.h"
#include "tool/math/equal_normal.h"
#include "tool/math/explain.h"
#include "tool/math/read.h"
#include "tool/text.h"

enum { COMPARED_CLASSES = 256, QUICK_DIGITS = 18, PROSE_LEAST = 10, TAGGED_LEAST = 6 };

typedef struct slice {
    const char *at;
    size_t length;
} slice;

static slice trim(const char *text, size_t length) {
    slice s = {text, length};
    while (s.length && text_blank(s.at[0])) s = (slice){s.at + 1, s.length - 1};
    while (s.length && text_blank(s.at[s.length - 1])) s.length--;
    return s;
}

static cairn_status check_length(cairn_ctx *ctx, size_t length) {
    if (length <= CAIRN_TOOL_TEXT_MOST) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_LIMIT, "an answer of %zu bytes; at most %zu", length, CAIRN_TOOL_TEXT_MOST);
}

/* Whether both texts are the same but for the length of runs of blanks. */
static bool same_text(slice a, slice b) {
    size_t i = 0, k = 0;
    while (i < a.length && k < b.length) {
        if (text_blank(a.at[i]) && text_blank(b.at[k])) {
            while (i < a.length && text_blank(a.at[i])) i++;
            while (k < b.length && text_blank(b.at[k])) k++;
        } else if (a.at[i++] != b.at[k++]) {
            return false;
        }
    }
    return i == a.length && k == b.length;
}

/* The value of a text that is digits alone, with a minus at most; false: it is another text, or a long one. */
static bool quick_integer(slice s, int64_t *out) {
    bool negative = s.length && s.at[0] == '-';
    size_t digits = s.length - negative;
    *out = 0;
    if (digits == 0 || digits > QUICK_DIGITS) return false;
    for (size_t i = negative; i < s.length; i++) {
        if (s.at[i] < '0' || s.at[i] > '9') return false;
        *out = *out * 10 + (s.at[i] - '0');
    }
    if (negative) *out = -*out;
    return true;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* As math_read; what is too large to be read is UNREAD. */
static cairn_status read_text(cairn_ctx *ctx, cairn_arena *arena, slice s, math_node **out) {
    cairn_status status = math_read(ctx, arena, s.at, s.length, out);
    if (status != CAIRN_LIMIT) return status;
    *out = cairn_arena_alloc(arena, 1, sizeof **out);
    if (!*out) return CAIRN_NO_MEMORY;
    **out = (math_node){.kind = MATH_UNREAD, .end = (uint32_t)s.length, .text = "too large"};
    return CAIRN_OK;
}

/* The tree of an answer; "(B) 7" becomes a choice with its content as kid. */
static cairn_status read_answer(cairn_ctx *ctx, cairn_arena *arena, slice s, math_node **out) {
    char letter;
    size_t rest;
    if (!choice_split(s.at, s.length, &letter, &rest)) return read_text(ctx, arena, s, out);
    CAIRN_TRY(read_text(ctx, arena, (slice){s.at + rest, s.length - rest}, out));
    if ((*out)->kind == MATH_UNREAD) return read_text(ctx, arena, s, out);
    math_node *node = cairn_arena_alloc(arena, 1, sizeof *node);
    math_node **kid = cairn_arena_alloc(arena, 1, sizeof *kid);
    char *text = cairn_arena_alloc(arena, 2, 1);
    if (!node || !kid || !text) return CAIRN_NO_MEMORY;
    text[0] = letter;
    kid[0] = *out;
    *node = (math_node){.kind = MATH_CHOICE, .end = (uint32_t)s.length, .text = text, .kid = kid, .kids = 1};
    *out = node;
    return CAIRN_OK;
}

/* ---- comparison -------------------------------------------------------------------------------------------------- */

/* Compares without reading where texts alone decide; *decided: whether they did. */
static void judge_texts(slice a, slice r, const cairn_grade_options *options, math_judgement *out, bool *decided) {
    int64_t x, y;
    *decided = true;
    if (!a.length || !r.length)
        *out = (math_judgement){CAIRN_VERDICT_UNKNOWN, "empty", ""};
    else if (same_text(a, r))
        *out = (math_judgement){CAIRN_VERDICT_RIGHT, "identical", ""};
    else if (a.length > CAIRN_ANSWER_BYTES_MOST || r.length > CAIRN_ANSWER_BYTES_MOST)
        *out = (math_judgement){CAIRN_VERDICT_UNKNOWN, "too-long", ""};
    else if (options->relative_tolerance <= 0 && !options->percent_hundredfold && quick_integer(a, &x) &&
             quick_integer(r, &y))
        *out = (math_judgement){x == y ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG, "number", ""};
    else
        *decided = false;
}

static cairn_status judge_trees(cairn_ctx *ctx, cairn_arena *arena, const math_node *answer, const math_node *reference,
                                const cairn_grade_options *options, math_judgement *out) {
    math_engine *engine;
    CAIRN_TRY(math_engine_open(ctx, &engine));
    cairn_status status = math_compare(ctx, arena, engine, answer, reference, options, out);
    math_engine_close(engine);
    return status;
}

cairn_status answer_grade_written(cairn_ctx *ctx, cairn_arena *arena, const char *answer, const char *reference,
                                  const cairn_grade_options *options, cairn_grade *out) {
    static const cairn_grade_options none = {.problem = NULL};
    math_judgement judgement = {.verdict = CAIRN_VERDICT_UNKNOWN, .rule = "unread", .why = ""};
    slice a = trim(answer, strlen(answer)), r = trim(reference, strlen(reference));
    bool decided, readable = a.length <= CAIRN_ANSWER_BYTES_MOST && r.length <= CAIRN_ANSWER_BYTES_MOST;
    if (!options) options = &none;
    CAIRN_TRY(check_length(ctx, a.length));
    CAIRN_TRY(check_length(ctx, r.length));
    judge_texts(a, r, options, &judgement, &decided);
    cairn_grade grade = {.why = "", .read = {"", ""}};
    math_node *trees[2] = {NULL, NULL};
    cairn_arena_mark mark = cairn_arena_save(arena);
    if (!decided || (options->explain && readable)) {
        CAIRN_TRY(read_answer(ctx, arena, a, &trees[0]));
        CAIRN_TRY(read_answer(ctx, arena, r, &trees[1]));
    }
    if (!decided) CAIRN_TRY(judge_trees(ctx, arena, trees[0], trees[1], options, &judgement));
    if (options->explain)
        CAIRN_TRY(math_explain(arena, trees[0], trees[1], &judgement, &grade));
    else
        cairn_arena_restore(arena, mark);
    grade.verdict = judgement.verdict;
    grade.rule = judgement.rule;
    *out = grade;
    return CAIRN_OK;
}

/* Whether a text is a chain of equations without words, which says what all of its sides say. */
static bool is_chain(const char *text) {
    size_t letters = 0, signs = 0;
    for (const char *at = text; *at; at++) {
        bool letter = (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z') || (unsigned char)*at >= 0x80;
        letters = letter ? letters + 1 : 0;
        bool command = letters == 1 && at > text && at[-1] == '\\';
        while (command && ((at[1] >= 'A' && at[1] <= 'Z') || (at[1] >= 'a' && at[1] <= 'z'))) at++;
        if (command) letters = 0;
        if (letters >= 2 || *at == '\n') return false;
        signs += *at == '=';
    }
    return signs > 1;
}

/* Whether an answer is a sentence of which the finder knows how it may go on. */
static bool is_said(const char *answer) {
    static const char *const leads[] = {"so ", "thus ", "therefore", "hence ", "then "};
    for (size_t i = 0; i < sizeof leads / sizeof *leads; i++)
        if (strncasecmp(answer, leads[i], strlen(leads[i])) == 0) return true;
    return strcasestr(answer, "answer ") != NULL;
}

/* An answer that is prose may state one: "Thus the answer is 7." */
cairn_status cairn_answer_grade(cairn_ctx *ctx, cairn_arena *arena, const char *answer, const char *reference,
                                const cairn_grade_options *options, cairn_grade *out) {
    cairn_found found;
    CAIRN_TRY(answer_grade_written(ctx, arena, answer, reference, options, out));
    size_t length = strlen(answer);
    bool unread = strcmp(out->rule, "unread") == 0, prose = unread || memchr(answer, ' ', length);
    bool speaks = strcmp(out->rule, "prefix") == 0 && is_said(answer);
    bool decided = out->verdict == CAIRN_VERDICT_RIGHT && !speaks; /* "twice the answer is 6" is for the finder */
    if (decided || length < (size_t)(unread ? TAGGED_LEAST : PROSE_LEAST) || !prose ||
        (!unread && !speaks && is_chain(answer)))
        return CAIRN_OK;
    cairn_status status = cairn_answer_find(ctx, arena, answer, length, options ? options->problem : NULL, &found);
    if (status == CAIRN_NOT_FOUND && speaks) {
        out->verdict = CAIRN_VERDICT_UNKNOWN;
        out->rule = "no-answer";
    }
    if (status == CAIRN_NOT_FOUND || (status == CAIRN_OK && strcmp(found.text, answer) == 0)) return CAIRN_OK;
    CAIRN_TRY(status);
    return answer_grade_written(ctx, arena, found.text, reference, options, out);
}

cairn_status cairn_answer_equal(cairn_ctx *ctx, cairn_arena *arena, const char *answer, const char *reference,
                                cairn_verdict *out) {
    cairn_grade grade;
    CAIRN_TRY(cairn_answer_grade(ctx, arena, answer, reference, NULL, &grade));
    *out = grade.verdict;
    return CAIRN_OK;
}

/* ---- canonical text ---------------------------------------------------------------------------------------------- */

/* The text with single blanks. NULL: no memory. */
static char *clean_text(cairn_arena *arena, slice s) {
    char *out = cairn_arena_alloc(arena, s.length + 1, 1);
    size_t n = 0;
    for (size_t i = 0; out && i < s.length; i++) {
        if (!text_blank(s.at[i]))
            out[n++] = s.at[i];
        else if (n && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    if (out) out[n] = '\0';
    return out;
}

/* The normal form of a text, written; NULL in *out where it was not read. *tree: as it was read. */
static cairn_status write_normal(comparing *c, const char *text, math_node **tree, char **out) {
    *out = NULL;
    CAIRN_TRY(read_answer(c->ctx, c->arena, (slice){text, strlen(text)}, tree));
    if ((*tree)->kind == MATH_EMPTY || math_holds(*tree, MATH_UNREAD)) return CAIRN_OK;
    if ((*tree)->kind == MATH_CHOICE) (*tree)->kids = 0;
    const math_node *normal = tree_normal(c, *tree);
    char *written = normal ? math_write(c->arena, normal) : NULL;
    if (written) *out = clean_text(c->arena, trim(written, strlen(written)));
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* The written normal form, where it reads back to itself and says what the text says; else NULL. */
static cairn_status sure_form(comparing *c, const char *text, char **out) {
    math_node *tree, *back;
    char *again = NULL;
    math_judgement same;
    CAIRN_TRY(write_normal(c, text, &tree, out));
    if (!*out) return CAIRN_OK;
    CAIRN_TRY(write_normal(c, *out, &back, &again));
    bool stable = again && strcmp(*out, again) == 0;
    if (stable) CAIRN_TRY(math_compare(c->ctx, c->arena, c->engine, back, tree, NULL, &same));
    if (!stable || same.verdict != CAIRN_VERDICT_RIGHT) *out = NULL;
    return CAIRN_OK;
}

cairn_status cairn_answer_canonical(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length, char **out) {
    static const cairn_grade_options none = {.problem = NULL};
    CAIRN_TRY(check_length(ctx, length));
    slice s = trim(text, length);
    char *clean = clean_text(arena, s), *form = NULL;
    if (!clean) return CAIRN_NO_MEMORY;
    if (s.length > 0 && s.length <= CAIRN_ANSWER_BYTES_MOST) {
        comparing c = {.ctx = ctx, .arena = arena, .options = &none};
        CAIRN_TRY(math_engine_open(ctx, &c.engine));
        cairn_status status = sure_form(&c, clean, &form);
        math_engine_close(c.engine);
        CAIRN_TRY(status);
    }
    *out = form ? form : clean;
    return CAIRN_OK;
}

/* ---- classes ----------------------------------------------------------------------------------------------------- */

/* A number in canonical form: two of these are equal only as texts. */
static bool canonical_number(const char *text) {
    size_t n = strlen(text), sign = text[0] == '-';
    size_t whole = strspn(text + sign, "0123456789"), rest = sign + whole;
    if (whole == 0 || (whole > 1 && text[sign] == '0')) return false;
    if (rest == n) return strcmp(text, "-0") != 0;
    if (text[rest] != '.') return false;
    size_t places = strspn(text + rest + 1, "0123456789");
    return places > 0 && rest + 1 + places == n && text[n - 1] != '0';
}

/* Whether the answer is equal to a class. */
static cairn_status in_class(cairn_ctx *ctx, cairn_arena *arena, math_engine *engine, const char *text,
                             const math_node *answer, bool *equal) {
    static const cairn_grade_options strict = {.problem = ""}; /* 50% and 50 are two classes */
    math_judgement judgement;
    math_node *tree;
    slice s = trim(text, strlen(text));
    cairn_arena_mark mark = cairn_arena_save(arena);
    *equal = false;
    if (s.length == 0 || s.length > CAIRN_ANSWER_BYTES_MOST) return CAIRN_OK;
    CAIRN_TRY(read_answer(ctx, arena, s, &tree));
    CAIRN_TRY(math_compare(ctx, arena, engine, answer, tree, &strict, &judgement));
    cairn_arena_restore(arena, mark);
    *equal = judgement.verdict == CAIRN_VERDICT_RIGHT;
    return CAIRN_OK;
}

cairn_status cairn_answer_class(cairn_ctx *ctx, cairn_arena *arena, const char *const *classes, int32_t n,
                                const char *answer, int32_t *out) {
    slice s = trim(answer, strlen(answer));
    int32_t most = n < COMPARED_CLASSES ? n : COMPARED_CLASSES, found = n;
    CAIRN_TRY(check_length(ctx, s.length));
    for (*out = 0; *out < n; ++*out)
        if (strcmp(classes[*out], answer) == 0) return CAIRN_OK;
    if (s.length == 0 || s.length > CAIRN_ANSWER_BYTES_MOST) return CAIRN_OK;
    bool number = canonical_number(answer), equal = false;
    math_node *tree = NULL;
    math_engine *engine = NULL;
    cairn_arena_mark mark = cairn_arena_save(arena);
    cairn_status status = CAIRN_OK;
    for (int32_t i = 0; i < most && !equal && status == CAIRN_OK; i++) {
        if (number && canonical_number(classes[i])) continue;
        if (!engine) status = math_engine_open(ctx, &engine);
        if (status == CAIRN_OK && !tree) status = read_answer(ctx, arena, s, &tree);
        if (status == CAIRN_OK) status = in_class(ctx, arena, engine, classes[i], tree, &equal);
        if (equal) found = i;
    }
    if (engine) math_engine_close(engine);
    cairn_arena_restore(arena, mark);
    if (status == CAIRN_OK) *out = found;
    return status;
}
