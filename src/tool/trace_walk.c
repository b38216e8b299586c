/* The equalities of one step, from left to right: in an arithmetic problem and in a story. */
#include <string.h>

#include "tool/trace.h"

/* One chain of equalities: from its first expression to the last one read. */
typedef struct walk {
    size_t before; /* index of the last part that evaluated */
    bool has;      /* there is one */
    calc_name *name;
    bool anew;      /* "let x = 26 and y = 24": names get new meanings */
    bool has_first; /* the first expression: its value, and its spelling when it is a piece of the problem */
    mpq_t first;
    char piece[FORM_MOST];
    size_t links, wrong_from, wrong_to; /* the first false link, tokens; equal when none */
    size_t right_from;                  /* its right side */
    mpq_t should, other;                /* values of its sides */
    char computed;                      /* the side that was: 'l', 'r', or 'b' for both */
} walk;

static bool side(tracer *t, const chain_part *part, bool tail) {
    return chain_side(t->machine, &t->tokens, part, tail, &t->names, CALC_WRITTEN, tail ? &t->left : &t->right);
}

static void restart(walk *w) {
    w->name = NULL;
    w->has = w->has_first = false;
    w->piece[0] = '\0';
    w->links = w->wrong_from = w->wrong_to = 0;
}

/* "10 = 60/9": says which side was computed, and what it is. */
static void accuse_link(tracer *t, const walk *w) {
    if (w->computed == 'l') {
        trace_accuse(t, CAIRN_TRACE_WRONG, w->wrong_from, w->wrong_to, "the value is", w->should);
        return;
    }
    trace_accuse_sides(t, w->wrong_from, w->right_from, w->wrong_to, w->computed == 'b' ? &w->should : NULL, w->other);
}

/* Ends a chain: a false link counts unless the chain's end is right all the same; the end takes the first expression's
 * place. */
static void settle(tracer *t, walk *w) {
    if (w->wrong_to > w->wrong_from) {
        if (w->links > 1 && w->has_first && t->has_carry && mpq_equal(w->first, t->carry))
            t->healed = true;
        else
            accuse_link(t, w);
    }
    if (w->name && t->has_carry && w->links) {
        mpq_set(w->name->value, t->carry);
        w->name->known = true;
        t->defined[w->name - t->names.items] = (trace_span){0};
    }
    if (w->links) trace_work(t, w->piece, w->first, &t->right);
    restart(w);
}

static void begin(tracer *t, walk *w, const calc_value *value) {
    mpq_set(w->first, value->value);
    w->has_first = true;
    trace_look(t, value, w->piece);
    trace_check_planned(t, value);
}

static bool all_of(const calc_value *value, const chain_part *part) {
    return value->from == part->from && value->stop == part->to;
}

static void note_link(tracer *t, walk *w, cairn_equation_code code) {
    w->links++;
    t->open |= code == CAIRN_EQUATION_DOUBTFUL;
    t->checked += chain_verdict(code) != CAIRN_VERDICT_UNKNOWN;
    if (code != CAIRN_EQUATION_WRONG || w->wrong_to > w->wrong_from) return;
    w->wrong_from = t->left.from;
    w->wrong_to = t->right.stop;
    w->right_from = t->right.from;
    mpq_set(w->should, t->left.value);
    mpq_set(w->other, t->right.value);
    bool left = calc_shows_number(&t->tokens, &t->left), right = calc_shows_number(&t->tokens, &t->right);
    w->computed = right ? 'l' : left ? 'r' : 'b';
}

/* Judges the link from the last part that evaluated to part i; t->right holds part i's value afterwards. */
static void judge(tracer *t, walk *w, size_t i) {
    const chain_part *before = &t->links.parts[w->before], *after = &t->links.parts[i];
    cairn_equation_code code;
    const chain_setting setting = {&t->names, t->strict, &t->systems};
    if (!chain_judge(t->machine, &t->tokens, before, after, &setting, &t->left, &t->right, &code)) return;
    bool gap = i - w->before > 1;
    if (gap && !(all_of(&t->left, before) && all_of(&t->right, after))) return;
    if (!w->has_first) begin(t, w, &t->left);
    if (code == CAIRN_EQUATION_WRONG && after->relation == LEX_WEAK && (t->right.operators > 0 || w->links > 0) &&
        trace_leaves(t, w->piece, w->first, &t->left)) { /* "3 * 4 is 12, which leaves 12 + 5" */
        w->piece[0] = '\0';
        t->checked++;
        settle(t, w);
        return;
    }
    note_link(t, w, code);
}

/* Part i is the right side of a name that ends part i - 1, from token `start` on. */
static void name_value(tracer *t, walk *w, size_t i, size_t start) {
    const chain_part *before = &t->links.parts[i - 1], *after = &t->links.parts[i];
    char key[CALC_KEY_MOST];
    if (!side(t, after, false)) {
        trace_propose(t, after->from, after->to);
        return;
    }
    bool keyed = calc_key(&t->tokens, start, before->to, key);
    const calc_name *named = keyed ? calc_find(&t->names, key) : NULL;
    trace_subject subject = named && named->known ? TRACE_QUANTITY : trace_subject_of(t, before->to, after->relation);
    w->has = true;
    w->before = i;
    if (subject != TRACE_QUANTITY) {
        bool alone = i + 1 == t->links.count;
        if (calc_is_number(&t->tokens, &t->right))
            trace_state_number(t, &t->right, alone || subject == TRACE_RESULT);
        else if (t->right.names)
            trace_propose(t, after->from, after->to);
        else
            trace_state(t, &t->right, alone);
    } else if (keyed && i + 1 == t->links.count && after->relation == LEX_WEAK &&
               t->right.operators + 1 >= (int)form_operations(&t->rest) && !trace_symbolic(key) &&
               trace_only_rewriting_words(&t->tokens, before->from, before->to)) {
        /* "Distribute: 5 * 6 + 5 * 2": all of it, rewritten */
        trace_state(t, &t->right, true);
    } else if (keyed) {
        w->name = trace_bind(t, key);
        w->anew |= trace_renames(t, start);
        if (w->name) trace_define(t, w->name, start, w->anew);
    } else {
        return;
    }
    trace_carry(t, &t->right);
}

/* "= 7 * 3" or "we get 21" with nothing before it. */
static void go_on(tracer *t, walk *w, size_t i) {
    const chain_part *after = &t->links.parts[i];
    const lex_token *relation = &t->tokens.tokens[after->from - 1];
    bool of_the_last = after->from == 1 && relation->length > 5 && memcmp(t->step + relation->at + 1, "hich", 4) == 0;
    if (of_the_last || !side(t, after, false)) return; /* "which is 18": of something that the step before said */
    w->has = true;
    w->before = i;
    bool alone = i + 1 == t->links.count;
    if (after->relation == LEX_WEAK && calc_is_number(&t->tokens, &t->right)) {
        trace_state_number(t, &t->right, true);
    } else if (after->relation == LEX_WEAK) {
        if (!alone) return; /* "we get 3 + 4 = 7": another chain */
        trace_state(t, &t->right, true);
    } else if (trace_is_rest(t, &t->right)) {
        trace_state(t, &t->right, true);
    } else if (t->has_carry && !t->right.doubt && after->relation == LEX_EQUAL) {
        t->checked++;
        if (!mpq_equal(t->carry, t->right.value)) {
            trace_accuse(t, CAIRN_TRACE_WRONG, after->from, t->right.stop, "it must be", t->carry);
            trace_set_rest(t, &t->right);
        }
    }
    trace_carry(t, &t->right);
}

/* A part without any equality: an expression or a number that stands for itself. */
static void stand_alone(tracer *t, const chain_part *part) {
    if (!side(t, part, true) || t->left.names) {
        trace_propose(t, part->from, part->to);
        return;
    }
    bool first = true; /* nothing but words before it */
    for (size_t i = part->from; i < t->left.from; i++) first = first && t->tokens.tokens[i].kind != LEX_NUMBER;
    bool numbering = part->from == 0 && t->left.from == 0 && part->to < t->tokens.count; /* "2. Now we add" */
    if (t->left.unit_count || !first) return;
    bool result = trace_only_result_words(&t->tokens, part->from, t->left.from);
    if (!calc_is_number(&t->tokens, &t->left)) {
        trace_state(t, &t->left, result);
        return;
    }
    chain_part number = {.from = t->left.from, .to = part->to}; /* alone: words make no doubt of it */
    if (!numbering && result && side(t, &number, true)) trace_state_number(t, &t->left, false);
}

/* Whether a name ends part i - 1, and then where: part i is its value. */
static bool names(tracer *t, const walk *w, size_t i, bool tail, size_t *start) {
    const chain_part *before = &t->links.parts[i - 1];
    bool single = tail && t->left.names == 1 && t->left.operators == 0 && t->left.literals == 0;
    *start = trace_name_start(&t->tokens, before->from, before->to);
    if (single && *start >= before->to) *start = t->left.from;
    bool mine = single && w->name && *start == t->left.from && mpq_equal(t->left.value, w->name->value);
    return (single && !mine) || (!tail && *start < before->to);
}

/* Goes through a chain's parts from left to right. */
static void walk_chain(tracer *t, walk *w) {
    const chain *c = &t->links;
    t->seen_before = t->seen_count;
    w->anew = false;
    if (c->count == 1) stand_alone(t, &c->parts[0]);
    for (size_t i = 1; i < c->count && t->status == CAIRN_OK; i++) {
        const chain_part *before = &c->parts[i - 1], *after = &c->parts[i];
        size_t start;
        bool tail = side(t, before, true);
        if (names(t, w, i, tail, &start)) {
            if (start > before->from) trace_propose(t, before->from, start);
            settle(t, w);
            name_value(t, w, i, start);
            continue;
        }
        /* "2 * 3 = 6 and 4 * 5 = 20": the part ends one chain and begins another */
        if (tail && w->links && t->right.from == before->from && t->left.from >= t->right.stop) settle(t, w);
        if (tail) {
            w->has = true;
            w->before = i - 1;
        } else if (before->from == before->to && i == 1 && after->relation != LEX_APPROXIMATE) {
            go_on(t, w, i);
            continue;
        }
        if (w->has) judge(t, w, i);
        if (!w->has) trace_propose(t, before->from, before->to);
        if (!side(t, after, false)) continue;
        trace_carry(t, &t->right);
        w->has = true;
        w->before = i;
    }
    if (c->count > 1) settle(t, w);
}

/* A chain in a story. What a word equates is a claim only when something is computed and a number is its result: "3/4
 * represents 45", "he makes 720 + 270" are none. Letters are unknowns that may change: nothing with one is evaluated.
 */
static cairn_status check_story(tracer *t, walk *w) {
    const chain_setting setting = {NULL, false, &t->systems};
    for (size_t i = 1; i < t->links.count; i++) {
        const chain_part *before = &t->links.parts[i - 1], *after = &t->links.parts[i];
        cairn_equation_code code;
        bool judged = chain_judge(t->machine, &t->tokens, before, after, &setting, &t->left, &t->right, &code);
        CAIRN_TRY(trace_note_link(t, i, &t->left, &t->right, judged ? &code : NULL));
        if (!judged || t->left.operators + t->right.operators == 0) continue;
        bool said = after->relation == LEX_WEAK;
        if (said && (calc_is_number(&t->tokens, &t->left) || !calc_is_number(&t->tokens, &t->right))) continue;
        if (!w->has_first) mpq_set(w->first, t->left.value);
        w->has_first = true;
        trace_carry(t, &t->right);
        note_link(t, w, code);
    }
    settle(t, w);
    return CAIRN_OK;
}

/* What of a chain cannot be read, after it was walked through. */
static cairn_status note_unread(tracer *t) {
    const chain_setting setting = {&t->names, true, &t->systems};
    for (size_t i = 1; i < t->links.count && !t->unread; i++) {
        cairn_equation_code code;
        bool judged = chain_judge(t->machine, &t->tokens, &t->links.parts[i - 1], &t->links.parts[i], &setting,
                                  &t->spare, &t->right, &code);
        CAIRN_TRY(trace_note_link(t, i, &t->spare, &t->right, judged ? &code : NULL));
    }
    return CAIRN_OK;
}

cairn_status trace_walk(tracer *t) {
    size_t at = 0;
    walk *w = cairn_alloc(t->ctx, 1, sizeof *w);
    if (!w) return CAIRN_NO_MEMORY;
    mpq_init(w->first);
    mpq_init(w->should);
    mpq_init(w->other);
    cairn_status status = CAIRN_OK;
    while (status == CAIRN_OK && t->status == CAIRN_OK) {
        if (cairn_cancelled(t->ctx)) status = cairn_fail(t->ctx, CAIRN_CANCELLED, "checking was cancelled");
        if (status == CAIRN_OK) status = chain_next(t->ctx, &t->tokens, &at, true, &t->links);
        if (status == CAIRN_OK && t->strict) {
            walk_chain(t, w);
            status = note_unread(t);
        } else if (status == CAIRN_OK) {
            status = check_story(t, w);
        }
        if (status == CAIRN_OK) trace_note_order(t);
    }
    mpq_clear(w->first);
    mpq_clear(w->should);
    mpq_clear(w->other);
    cairn_free(w);
    return status == CAIRN_END || status == CAIRN_OK ? t->status : status;
}
