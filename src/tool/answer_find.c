/* Where a solution states its final answer. */
#include <string.h>

#include "cairn/tool.h"
#include "tool/answer.h"
#include "tool/answer_find.h"

/* ---- the rules ---------------------------------------------------------------------------------------------------
 *
 * The last strong statement wins over earlier ones. A fair statement after it wins over it only where it is plain: a
 * number, a formula or a choice. A weak one counts only where there is no other.
 */
typedef enum strength { WEAK, FAIR, STRONG } strength;

static const struct {
    const char *name;
    strength strength;
    const char *recognises;
} rules[FIND_RULES] = {
    [FIND_BOX] = {"box", STRONG, "\\boxed{7}, \\boxed 7, \\fbox{7}, \\framebox{7}, \\bbox[..]{7}"},
    [FIND_BOXES] = {"boxes", STRONG, "several in one line, joined by a comma, \"and\" or \"or\": \"7, 8\""},
    [FIND_TAG] = {"tag", STRONG, "<answer>7</answer>, [ANSWER]7[/ANSWER], a fence ```answer"},
    [FIND_JSON] = {"json", STRONG, "{\"answer\": 7}"},
    [FIND_BLOCK] = {"block", STRONG, "a line \"Final Answer\", the value in the next one"},
    [FIND_MARKER] = {"marker", STRONG, "a line that begins with \"Answer: 7\" or \"A: 7\""},
    [FIND_HASH] = {"hash", STRONG, "#### 7, unless it is a heading"},
    [FIND_TABLE] = {"table", FAIR, "a row | Answer | 7 |"},
    [FIND_SENTENCE] = {"sentence", FAIR, "the answer is 7; 7 is the answer"},
    [FIND_CHOICE] = {"choice", FAIR, "the correct option is (B); (B) is correct, where the problem has choices"},
    [FIND_LAST] = {"last-statement", WEAK, "a last sentence that concludes: \"Therefore, x = 7.\""},
};

/* ---- choosing ---- */

enum { SEEN_MOST = 64 };

typedef struct choice {
    find_statement seen[SEEN_MOST]; /* the first ones */
    size_t count;
    find_statement best[STRONG + 1]; /* the last of each strength */
    bool has[STRONG + 1];
    const find_text *t;
    size_t last; /* where the last one begins, + 1; 0: there was none */
    bool parts;  /* the last one answers a part, as the one before did */
} choice;

static void keep_last(void *context, const find_statement *s) {
    choice *c = context;
    if (c->count < SEEN_MOST) c->seen[c->count] = *s;
    c->count++;
    strength k = rules[s->rule].strength;
    const find_statement *box = &c->best[STRONG];
    bool in_box = c->has[STRONG] && box->rule <= FIND_BOXES && s->at > box->at && s->at < box->stop;
    if (in_box) return;
    c->parts = c->last && s->rule != FIND_BOXES && find_next_part(c->t, c->last - 1, s->at);
    c->last = s->at + 1;
    if (k == FAIR && !s->plain && c->has[STRONG]) return;
    if (c->has[k] && s->at < c->best[k].at) return;
    c->best[k] = *s;
    c->has[k] = true;
}

static bool choose_stated(const find_text *t, choice *c, find_statement *out) {
    *c = (choice){.t = t};
    find_boxes(t, keep_last, c);
    bool parts = c->parts;
    c->last = 0;
    c->parts = false;
    find_phrases(t, keep_last, c);
    if (parts || c->parts) return false;
    if (c->has[STRONG] && c->has[FAIR])
        *out = c->best[FAIR].plain && c->best[FAIR].at > c->best[STRONG].at ? c->best[FAIR] : c->best[STRONG];
    else if (c->has[STRONG] || c->has[FAIR])
        *out = c->best[c->has[STRONG] ? STRONG : FAIR];
    else
        return false;
    return true;
}

enum { LOOKED_MOST = 96 << 10 };

/* The last part of a long text; a statement far before the end is none of its answer. */
static find_text end_of(find_text t) {
    size_t skip = t.n > LOOKED_MOST ? t.n - LOOKED_MOST : 0;
    t.s += skip;
    t.n -= skip;
    return t;
}

/* The statement that counts; *t becomes the text that was looked at. A turn that follows a statement is cut off; one
 * that is taken back, or stands among words that make another value of it, counts no more. */
static bool choose(find_text *t, choice *c, find_statement *out) {
    size_t turn = find_next_turn(t);
    find_text first = end_of((find_text){t->s, turn, t->choices, true});
    bool stated = turn < t->n && choose_stated(&first, c, out);
    *t = stated ? first : end_of(*t);
    if (!stated) stated = choose_stated(t, c, out);
    return stated ? find_clear(t, out) && !find_retracted(t, out) : c->count == 0 && find_last(t, out);
}

/* ---- the end of a solution ---- */

/* What may end a solution and says nothing, in lower case. */
static const char *const closings[] = {
    "<|im_start|>user",
    "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|end|>",
    "<|user|>",
    "</s>",
    "i hope it is correct.",
    "i hope this helps!",
    "i hope this helps.",
};

/* The length of a solution without its closings; all of it, where it is nothing else. */
static size_t without_closings(const find_text *t) {
    for (size_t n = t->n, k = 0; k < FIND_COUNT(closings);) {
        while (n && text_blank(t->s[n - 1])) n--;
        size_t length = strlen(closings[k]);
        bool closes = length < n && find_is(t, n - length, closings[k]) && !find_letter(t->s[n - length - 1]);
        if (closes) n -= length;
        k = closes ? 0 : k + 1;
        if (k == FIND_COUNT(closings) && n) return n;
    }
    return t->n;
}

/* ---- text of a statement ---- */

enum { BOXES_COMPARED = 8 };

typedef struct text_maker {
    cairn_ctx *ctx;
    cairn_arena *arena;
    const find_text *t;
    char *out;
    size_t used;
    size_t last; /* where the last box starts in `out` */
    int boxes;
    cairn_status status;
} text_maker;

static void add(text_maker *m, const char *bytes, size_t n) {
    memcpy(m->out + m->used, bytes, n);
    m->used += n;
}

/* Marks of emphasis and of the calculator inside a value are no part of it; 2**3 is a power. */
static void add_value(text_maker *m, size_t start, size_t end) {
    const char *s = m->t->s;
    for (size_t i = start; i < end;) {
        size_t mark = find_mark_end(m->t, i);
        bool strong = s[i] == '*' && i + 1 < end && s[i + 1] == '*';
        if (mark && mark < end) {
            i = mark;
        } else if (strong && (i == start || text_blank(s[i - 1]) || i + 2 == end || find_any(s[i + 2], " ,.;:)"))) {
            i += 2;
        } else {
            add(m, s + i++, 1);
        }
    }
}

/* The boxes of a statement that is made of them, "[3] feet [6] inches", without their commands. */
static void add_opened(text_maker *m, size_t start, size_t end) {
    const char *s = m->t->s;
    size_t depth = 0, box = SIZE_MAX; /* the depth at which the box is open */
    for (size_t i = start; i < end; i++) {
        size_t command = box == SIZE_MAX ? find_box_command(m->t, i) : 0;
        if (command && s[i + command] == '{') {
            box = depth++;
            i += command;
            continue;
        }
        depth += s[i] == '{';
        depth -= s[i] == '}' && depth;
        if (s[i] == '}' && depth == box)
            box = SIZE_MAX;
        else if (s[i] != '$')
            add(m, s + i, 1);
    }
}

/* Boxes with one value in two spellings, "\boxed{15\frac{39}{40}} or \boxed{\frac{639}{40}}", are one: the last. */
static void add_box(void *context, const find_statement *s) {
    text_maker *m = context;
    size_t before = m->used;
    if (m->status != CAIRN_OK) return;
    if (m->used) add(m, ", ", 2);
    size_t own = m->used;
    add_value(m, s->start, s->end);
    m->out[m->used] = '\0';
    if (before && m->boxes++ < BOXES_COMPARED) {
        cairn_grade grade;
        char *last = cairn_arena_copy(m->arena, m->out + m->last, before - m->last);
        m->status = last ? answer_grade_written(m->ctx, m->arena, last, m->out + own, NULL, &grade) : CAIRN_NO_MEMORY;
        if (m->status == CAIRN_OK && grade.verdict == CAIRN_VERDICT_RIGHT) {
            memmove(m->out + m->last, m->out + own, m->used - own + 1);
            m->used -= own - m->last;
            return;
        }
    }
    m->last = own;
}

static size_t hex4(const char *s) {
    size_t value = 0;
    for (int i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef", *at = s[i] ? strchr(digits, s[i] | 32) : NULL;
        if (!at) return 0;
        value = 16 * value + (size_t)(at - digits);
    }
    return value;
}

/* A string of JSON; an escape that is none stays as it is. */
static void add_json(text_maker *m, size_t start, size_t end) {
    const char *s = m->t->s;
    for (size_t i = start; i < end; i++) {
        size_t code;
        if (s[i] != '\\' || i + 1 == end) {
            add(m, s + i, 1);
        } else if (find_any(s[i + 1], "\"\\/")) {
            add(m, s + ++i, 1);
        } else if ((s[i + 1] == 'n' || s[i + 1] == 't') && !(i + 2 < end && find_letter(s[i + 2]))) {
            add(m, " ", 1);
            i++;
        } else if (s[i + 1] == 'u' && i + 6 <= end && (code = hex4(s + i + 2)) >= 0x20 && code < 0xd800) {
            char utf8[3] = {(char)(0xe0 | code >> 12), (char)(0x80 | (code >> 6 & 63)), (char)(0x80 | (code & 63))};
            if (code < 0x80) utf8[2] = (char)code;
            if (code >= 0x80 && code < 0x800) utf8[1] = (char)(0xc0 | code >> 6);
            add(m, utf8 + (code < 0x80 ? 2 : code < 0x800), code < 0x80 ? 1 : code < 0x800 ? 2 : 3);
            i += 5;
        } else {
            add(m, s + i, 1);
        }
    }
}

/* What after a box is a part of its number: "\\boxed{28}\\%", "$\\boxed{28}$ percent", "\\boxed{3} million". NULL: none. */
static const char *follows(const find_text *t, const find_statement *box) {
    static const char *const dress[] = {"$", "\\)", "\\]", "\\,", "\\ ", " ", "\\text{", "\\mathrm{", "**", "\\"};
    static const char *const signs[] = {"percent", "per cent", "pct"};
    static const char *const scales[] = {"hundred", "thousand", "million", "billion", "trillion", "dozen"};
    size_t at = find_undressed(t, box->stop, dress, FIND_COUNT(dress));
    if (!find_digit(t->s[box->end - 1]) && t->s[box->end - 1] != '}') return NULL;
    if (find_byte(t, at) == '%' || FIND_WORD(t, at, signs)) return "\\%";
    for (size_t i = 0; i < FIND_COUNT(scales); i++)
        if (find_is_word(t, at, scales[i])) return scales[i];
    return NULL;
}

static cairn_status text_of(cairn_ctx *ctx, cairn_arena *arena, const find_text *t, const find_statement *s,
                            const char **out) {
    find_text line = find_part(t, s->at, s->stop);
    text_maker m = {.ctx = ctx, .arena = arena, .t = s->rule == FIND_BOXES ? &line : t};
    size_t most = 2 * (s->stop - s->at) + (s->end - s->start) + 16;
    m.out = cairn_arena_alloc(arena, most, 1);
    if (!m.out) return CAIRN_NO_MEMORY;
    if (s->rule == FIND_BOXES)
        find_each_box(&line, add_box, &m);
    else if (s->rule == FIND_BOX && s->start == s->at && s->end == s->stop)
        add_opened(&m, s->start, s->end);
    else if (s->rule == FIND_JSON)
        add_json(&m, s->start, s->end);
    else
        add_value(&m, s->start, s->end);
    const char *more = s->rule == FIND_BOX ? follows(t, s) : NULL;
    if (more && *more != '\\') add(&m, " ", 1);
    if (more) add(&m, more, strlen(more));
    if (m.used == 0) add(&m, t->s + s->start, s->end - s->start); /* "**" */
    m.out[m.used] = '\0';
    *out = m.out;
    return m.status;
}

/* ---- other answers ---- */

typedef struct counter {
    const char *text;
    const find_statement *chosen;
    int32_t others;
} counter;

static void count_other(void *context, const find_statement *s) {
    counter *c = context;
    const find_statement *chosen = c->chosen;
    size_t n = s->end - s->start;
    if (s->at >= chosen->at && s->stop <= chosen->stop) return;
    if (n == chosen->end - chosen->start && memcmp(c->text + s->start, c->text + chosen->start, n) == 0) return;
    if (c->others < INT32_MAX) c->others++;
}

cairn_status answer_find_at(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length, const char *problem,
                            cairn_found *out, size_t *at) {
    find_text t = {text, length, problem && find_offers_choices(problem), false};
    find_statement chosen = {0};
    choice all;
    *out = (cairn_found){.text = "", .rule = ""};
    if (length > CAIRN_TOOL_TEXT_MOST)
        return cairn_fail(ctx, CAIRN_LIMIT, "a solution of %zu bytes; at most %zu", length, CAIRN_TOOL_TEXT_MOST);
    t.n = without_closings(&t);
    while (length > t.n && find_any(text[length - 1], " \t\r")) length--;
    t.ended = t.n < length;
    size_t from = find_thinking_end(&t);
    t.s += from;
    t.n -= from;
    if (!choose(&t, &all, &chosen)) return cairn_fail(ctx, CAIRN_NOT_FOUND, "the solution states no final answer");
    from = (size_t)(t.s - text);
    counter c = {t.s, &chosen, 0};
    for (size_t i = 0; i < all.count && all.count <= SEEN_MOST; i++) count_other(&c, &all.seen[i]);
    if (all.count > SEEN_MOST) { /* read again, rather than kept */
        find_boxes(&t, count_other, &c);
        find_phrases(&t, count_other, &c);
    }
    *at = from + chosen.at;
    *out = (cairn_found){"", rules[chosen.rule].name, from + chosen.start, from + chosen.end, c.others};
    return text_of(ctx, arena, &t, &chosen, &out->text);
}

cairn_status cairn_answer_find(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length, const char *problem,
                               cairn_found *out) {
    size_t at;
    return answer_find_at(ctx, arena, text, length, problem, out, &at);
}
