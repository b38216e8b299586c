#include <math.h>
#include <string.h>

#include "tool/chain.h"
#include "tool/form.h"

enum { TRACE_SPAN_MOST = 4096, TRACE_CANDIDATES = 8, TRACE_QUOTE_MOST = 400, TRACE_SEEN = 256, TRACE_REPLACED = 256 };

/* An expression kept for later: bytes of a step. */
typedef struct span {
    const char *text;
    size_t from, to;
} span;

typedef struct tracer {
    cairn_ctx *ctx;
    cairn_arena *arena;
    calc *machine;
    calc_names names;
    span defined
        [CAIRN_TOOL_NAMES_MOST]; /* of names[i]: its definition, until its value is worked out; text NULL: none */
    lex tokens, again;
    chain links;
    calc_value left, right, spare;
    mpq_t problem; /* value of the problem's expression, where `strict` */
    bool strict;
    bool last;  /* the last step of a whole solution */
    bool wrong; /* some step was wrong */
    span plan;  /* the problem rewritten by named parts */
    span candidates[TRACE_CANDIDATES];
    size_t candidate_count;
    mpq_t carry;                     /* last value shown; with has_carry */
    bool carry_doubt, carry_decimal; /* it may be another quantity; it may be rounded */
    bool has_carry, shown_here;      /* shown_here: in this step */
    bool final_checked;              /* the last step's first computation was compared with the plan */
    const char *step;
    cairn_trace_finding *finding;
    form left_form;        /* what is left of the problem */
    char piece[FORM_MOST]; /* the chain's first expression, spelled */
    int replaced;
    size_t given;                   /* of `seen`: numbers of the problem */
    mpq_t seen[TRACE_SEEN];         /* values shown so far */
    size_t seen_count, seen_before; /* seen_before: when the chain began */
    cairn_trace_finding *suspect;   /* the first step whose expression comes from nowhere */
    cairn_trace_finding suspicion;
    bool looked;    /* this step's first expression was looked at */
    size_t checked; /* claims of this step */
    bool healed;
    cairn_status status;
} tracer;

const char *cairn_trace_code_name(cairn_trace_code code) {
    static const char *const names[] = {"checked", "nothing", "healed", "wrong", "copy", "rewrite", "answer"};
    return (unsigned)code < sizeof names / sizeof names[0] ? names[code] : "?";
}

/* ---- findings ---- */

static const char *exact_text(tracer *t, const mpq_t value) {
    const char *text = calc_text(t->arena, value);
    if (!text) t->status = CAIRN_NO_MEMORY;
    return text ? text : "";
}

/* Records a step's first wrong claim: its bytes and what would be right. */
static void accuse_bytes(tracer *t, cairn_trace_code code, size_t start, size_t end, const char *why,
                         const mpq_t value) {
    cairn_trace_finding *f = t->finding;
    if (f->verdict == CAIRN_VERDICT_WRONG) return;
    size_t shown = end - start < TRACE_QUOTE_MOST ? end - start : TRACE_QUOTE_MOST;
    const char *evidence =
        cairn_arena_printf(t->arena, "\"%.*s\": %s %s.", (int)shown, t->step + start, why, exact_text(t, value));
    if (!evidence) t->status = CAIRN_NO_MEMORY;
    *f = (cairn_trace_finding){CAIRN_VERDICT_WRONG, code, start, end, evidence};
}

/* The same for tokens [from, to). */
static void accuse(tracer *t, cairn_trace_code code, size_t from, size_t to, const char *why, const mpq_t value) {
    const lex_token *first = &t->tokens.tokens[from], *end = &t->tokens.tokens[to > from ? to - 1 : from];
    accuse_bytes(t, code, first->at, end->at + end->length, why, value);
}

static void show(tracer *t, const mpq_t value) {
    if (t->seen_count >= TRACE_SEEN) return;
    mpq_init(t->seen[t->seen_count]);
    mpq_set(t->seen[t->seen_count++], value);
}

static void carry(tracer *t, const calc_value *value) {
    mpq_set(t->carry, value->value);
    show(t, value->value);
    t->carry_doubt = value->doubt || value->unit_count > 0;
    t->carry_decimal = value->fractional;
    t->has_carry = t->shown_here = true;
}

/* ---- names ---- */

static const char *const not_names[] = {"let",
                                        "lets",
                                        "let's",
                                        "us",
                                        "calculate",
                                        "compute",
                                        "evaluate",
                                        "find",
                                        "solve",
                                        "determine",
                                        "work",
                                        "out",
                                        "a",
                                        "an",
                                        "for",
                                        "where",
                                        "and",
                                        "with",
                                        "then",
                                        "now",
                                        "so",
                                        "that",
                                        "is",
                                        "call",
                                        "define",
                                        "set",
                                        "denote",
                                        "take",
                                        "put",
                                        "of",
                                        "by",
                                        "as",
                                        "to",
                                        "we",
                                        "have",
                                        "get",
                                        "know",
                                        "first",
                                        "second",
                                        "next",
                                        "here",
                                        "this",
                                        "it",
                                        "be",
                                        "also",
                                        "finally",
                                        "lastly",
                                        "thus",
                                        "hence",
                                        "therefore",
                                        "computing",
                                        "calculating",
                                        "evaluating",
                                        "simplify",
                                        "simplifying",
                                        "in",
                                        "using",
                                        "from",
                                        "which",
                                        "if",
                                        "when",
                                        "since",
                                        "because",
                                        "but",
                                        "write",
                                        "working",
                                        "consider",
                                        "obtain",
                                        "i",
                                        "these",
                                        "let\xe2\x80\x99s",
                                        "naming",
                                        "name",
                                        "say",
                                        NULL};

static const char *const answers[] = {"answer", "result", "solution", "outcome", "total", NULL};
static const char *const wholes[] = {"expression", "equation", "problem", "everything", "calculation", NULL};

/* The name that ends a part: its words from the right up to one that is no part of a name. A lone "a" is a name; "first
 * part" is one although "first" alone introduces. Returns its first token, or `to` when there is none. */
static size_t name_start(const lex *l, size_t from, size_t to) {
    size_t at = to;
    while (at > from && to - at < CALC_NAME_WORDS && l->tokens[at - 1].kind == LEX_WORD) {
        bool ordinal = lex_is(l, at - 1, "first") || lex_is(l, at - 1, "second");
        bool stop = lex_among(l, at - 1, not_names) && !(ordinal && at < to && l->tokens[to - 1].length > 2);
        if (stop && !(at == to && l->tokens[at - 1].length == 1)) break;
        at--;
        if (l->tokens[at].length <= 2 || (unsigned char)l->text[l->tokens[at].at] >= 0x80)
            break; /* a symbol is whole */
    }
    bool bullet = at == from + 1 && (from == 0 || l->tokens[from - 1].kind == LEX_LINE) && l->tokens[from].kind != '/';
    if (at < to && at > from && strchr("+-*/^", l->tokens[at - 1].kind) && !bullet) return to;
    return at;
}

static bool symbolic(const char *key) {
    return strlen(key) <= 3 || (unsigned char)key[0] >= 0x80;
}

static calc_name *bind(tracer *t, const char *key) {
    if (!t->strict && !symbolic(key)) return NULL;
    size_t before = t->names.count;
    calc_name *name = calc_bind(t->ctx, &t->names, key);
    if (name && t->names.count > before) t->defined[before] = (span){0};
    return name;
}

/* Evaluates a kept span with the values that names have now. */
static bool evaluate(tracer *t, const span *kept, calc_value *out) {
    if (lex_read(t->ctx, kept->text, kept->from, kept->to, true, &t->again) != CAIRN_OK) return false;
    chain_part all = {.from = 0, .to = t->again.count};
    return chain_side(t->machine, &t->again, &all, true, &t->names, CALC_WRITTEN, out);
}

static span keep(const tracer *t, size_t from, size_t to) {
    const lex_token *first = &t->tokens.tokens[from], *end = &t->tokens.tokens[to - 1];
    return (span){.text = t->step, .from = first->at, .to = end->at + end->length};
}

/* An expression with names that have no value yet: perhaps the rewritten problem. */
static void propose(tracer *t, size_t from, size_t to) {
    bool operator_seen = false;
    static const char *const cuts[] = {"where", "with", "when", "if", "for", "let", "here", "given", NULL};
    size_t end = from;
    for (; end < to && !(end > from && lex_among(&t->tokens, end, cuts)); end++)
        operator_seen |= strchr("+-*/", t->tokens.tokens[end].kind) != NULL;
    if (!operator_seen || t->candidate_count >= TRACE_CANDIDATES) return;
    span kept = keep(t, from, end);
    if (kept.to - kept.from <= TRACE_SPAN_MOST) t->candidates[t->candidate_count++] = kept;
}

/* ---- where expressions come from ---- */

/* Whether a number of tokens [from, to) was shown before or stands in the problem; `*derived`: one was shown. */
static bool numbers_known(tracer *t, size_t from, size_t to, bool *derived) {
    const lex_token *k = t->tokens.tokens;
    *derived = false;
    for (size_t i = from; i < to; i++) {
        if (k[i].kind != LEX_NUMBER) continue;
        bool sign = i > from && k[i - 1].kind == '-' && (i - 1 == from || strchr("(+-*/", k[i - 2].kind));
        if (calc_range(t->machine, &t->tokens, i - sign, i + 1, NULL, CALC_WHOLE, CALC_WRITTEN, &t->spare) != CAIRN_OK)
            return false;
        bool found = false;
        for (size_t s = 0; s < t->seen_before && !found; s++) {
            found = mpq_equal(t->seen[s], t->spare.value);
            *derived |= found && s >= t->given;
        }
        if (!found) return false;
    }
    return true;
}

/* Looks at a chain's first expression: a piece of what is left of the problem is remembered to be replaced by its value;
 * in a step's first chain anything else is a suspicion, unless the solution has left the order of the problem before and
 * every number is known. Only a wrong end makes a suspicion a mistake: people work things out in their heads. */
static void look(tracer *t, const calc_value *value) {
    t->piece[0] = '\0';
    if (!t->strict || !t->left_form.text[0] || value->names || value->operators == 0) return;
    if (!form_spell(&t->tokens, value->from, value->stop, t->piece)) return;
    if (t->looked || t->suspect) return;
    t->looked = true;
    bool derived, found = strstr(t->left_form.text, t->piece) != NULL;
    if (found || (numbers_known(t, value->from, value->stop, &derived) && derived && !t->left_form.in_step)) return;
    size_t start = t->tokens.tokens[value->from].at;
    const lex_token *end = &t->tokens.tokens[value->stop - 1];
    size_t stop = end->at + end->length, shown = stop - start < TRACE_QUOTE_MOST ? stop - start : TRACE_QUOTE_MOST;
    t->suspect = t->finding;
    t->suspicion = (cairn_trace_finding){
        CAIRN_VERDICT_WRONG, CAIRN_TRACE_COPY, start, stop,
        cairn_arena_printf(t->arena,
                           "\"%.*s\": this is not what the steps before leave of the problem, and the end is wrong.",
                           (int)shown, t->step + start)};
    if (!t->suspicion.evidence) t->status = CAIRN_NO_MEMORY;
}

/* After a chain: what is left of the problem. */
static void replace(tracer *t, const calc_value *end) {
    if (!t->piece[0] || ++t->replaced > TRACE_REPLACED) return;
    if (mpq_equal(t->carry, t->problem) && end->operators > 0) {
        t->left_form.in_step = form_spell(&t->tokens, end->from, end->stop, t->left_form.text);
        return;
    }
    if (!form_replace(t->ctx, t->machine, &t->left_form, t->piece, t->carry, t->problem)) t->left_form.in_step = false;
}

/* ---- claims ---- */

/* A name is given a value: by its definition, or by the first expression of its working out. */
static void define(tracer *t, calc_name *name, size_t from) {
    size_t index = (size_t)(name - t->names.items);
    span *definition = &t->defined[index];
    bool again = definition->text && evaluate(t, definition, &t->left);
    if (!again && name->known) mpq_set(t->left.value, name->value);
    if (t->strict && (again || (name->known && symbolic(name->key)))) {
        t->checked++;
        bool same = mpq_equal(t->left.value, t->right.value);
        if (!same && again)
            same = chain_verdict(chain_compare(&t->left, &t->right, false, true)) != CAIRN_VERDICT_WRONG;
        bool working = t->right.operators > 0;
        if (!same && !t->right.doubt)
            accuse(t, working || !again ? CAIRN_TRACE_COPY : CAIRN_TRACE_WRONG, from, t->right.stop,
                   "by what was written before it is", t->left.value);
    }
    *definition = (span){0};
    if (t->right.operators > 0 && t->right.stop > t->right.from) {
        span kept = keep(t, t->right.from, t->right.stop);
        if (kept.to - kept.from <= TRACE_SPAN_MOST) *definition = kept;
    }
    mpq_set(name->value, t->right.value);
    name->known = true;
}

/* The answer is stated as one number: it must be what was derived. */
static void check_answer(tracer *t, size_t from) {
    if (!t->strict || t->right.operators > 0 || t->right.names > 0 || !t->has_carry) return;
    bool same = mpq_equal(t->right.value, t->carry);
    if (!t->shown_here)
        for (size_t i = 0; i < t->names.count && !same; i++)
            same = t->names.items[i].known && mpq_equal(t->names.items[i].value, t->right.value);
    t->checked++;
    mpq_set(t->left.value, t->carry);
    if (!same && chain_verdict(chain_compare(&t->left, &t->right, false, true)) != CAIRN_VERDICT_RIGHT)
        accuse(t, CAIRN_TRACE_ANSWER, from, t->right.stop, "the value derived is", t->carry);
}

/* "The expression becomes ...": must keep the problem's value as long as nothing was wrong. */
static void check_whole(tracer *t, size_t from) {
    if (!t->strict || t->wrong || t->right.doubt || t->right.operators == 0) return;
    t->checked++;
    if (!mpq_equal(t->right.value, t->problem))
        accuse(t, CAIRN_TRACE_REWRITE, from, t->right.stop, "the problem's value is", t->problem);
}

/* The last step's first computation must be the plan with the values derived. */
static void check_final(tracer *t, const calc_value *value) {
    if (!t->last || !t->strict || t->final_checked || value->operators == 0 || value->doubt || !t->plan.text) return;
    t->final_checked = true;
    if (!evaluate(t, &t->plan, &t->spare) || t->spare.doubt) return;
    t->checked++;
    if (!mpq_equal(t->spare.value, value->value))
        accuse(t, CAIRN_TRACE_COPY, value->from, value->stop, "with the values derived before it is", t->spare.value);
}

/* One chain's running state. */
typedef struct walk {
    size_t before; /* index of the last part that evaluated */
    bool has;      /* there is one */
    calc_name *name;
    mpq_t first; /* value of the chain's first expression */
    bool has_first;
    size_t wrong_from, wrong_to; /* first false link, tokens; equal when none */
    mpq_t should;
    size_t links;
} walk;

static bool whole_part(const calc_value *value, const chain_part *part) {
    return value->from == part->from && value->stop == part->to;
}

/* Judges the link from the last part that evaluated to part i; right holds part i's value afterwards. */
static void judge_link(tracer *t, walk *w, size_t i) {
    const chain_part *before = &t->links.parts[w->before], *after = &t->links.parts[i];
    cairn_equation_code code;
    if (!chain_judge(t->machine, &t->tokens, before, after, &t->names, t->strict, &t->left, &t->right, &code)) return;
    bool gap = i - w->before > 1;
    if (gap && !(t->strict && whole_part(&t->left, before) && whole_part(&t->right, after))) return;
    if (t->left.operators + t->right.operators + t->left.names + t->right.names == 0 && !w->links && !t->strict) return;
    if (!w->has_first) {
        mpq_set(w->first, t->left.value);
        w->has_first = true;
        look(t, &t->left);
        check_final(t, &t->left);
    }
    w->links++;
    t->checked += chain_verdict(code) != CAIRN_VERDICT_UNKNOWN;
    if (code != CAIRN_EQUATION_WRONG || w->wrong_to > w->wrong_from) return;
    w->wrong_from = t->left.from;
    w->wrong_to = t->right.stop;
    mpq_set(w->should, t->left.value);
}

/* Ends a chain or a definition inside one: a false link counts unless the chain's end is right all the same. */
static void settle(tracer *t, walk *w) {
    if (w->wrong_to > w->wrong_from) {
        if (w->links > 1 && w->has_first && t->has_carry && mpq_equal(w->first, t->carry))
            t->healed = true;
        else
            accuse(t, CAIRN_TRACE_WRONG, w->wrong_from, w->wrong_to, "the value is", w->should);
    }
    if (w->name && t->has_carry && w->links) {
        mpq_set(w->name->value, t->carry);
        w->name->known = true;
        t->defined[w->name - t->names.items] = (span){0};
    }
    if (w->links) replace(t, &t->right);
    t->piece[0] = '\0';
    w->name = NULL;
    w->has = w->has_first = false;
    w->wrong_from = w->wrong_to = w->links = 0;
}

/* Part i is the right side of a name that ends part i - 1. */
static void begin_definition(tracer *t, walk *w, size_t i, size_t start) {
    const chain_part *before = &t->links.parts[i - 1], *after = &t->links.parts[i];
    char key[CALC_KEY_MOST];
    bool answer = lex_among(&t->tokens, before->to - 1, answers),
         problem = lex_among(&t->tokens, before->to - 1, wholes);
    bool value = chain_side(t->machine, &t->tokens, after, false, &t->names, CALC_WRITTEN, &t->right);
    if (!value) {
        propose(t, after->from, after->to);
        return;
    }
    if (answer) check_answer(t, start);
    if (problem) check_whole(t, start);
    if (answer || problem) {
        carry(t, &t->right);
        if (problem && t->strict && t->right.operators > 0 && mpq_equal(t->carry, t->problem))
            t->left_form.in_step = form_spell(&t->tokens, t->right.from, t->right.stop, t->left_form.text);
    } else if (calc_key(&t->tokens, start, before->to, key)) {
        w->name = bind(t, key);
        if (w->name) define(t, w->name, start);
        carry(t, &t->right);
    }
    w->has = true;
    w->before = i;
}

/* Walks a chain's parts from left to right. */
static void check_chain(tracer *t, walk *w) {
    const chain *c = &t->links;
    t->seen_before = t->seen_count;
    if (c->count == 1) {
        chain_part *only = &c->parts[0];
        if (!chain_side(t->machine, &t->tokens, only, true, &t->names, CALC_WRITTEN, &t->left) || t->left.names)
            propose(t, only->from, only->to);
        return;
    }
    for (size_t i = 1; i < c->count && t->status == CAIRN_OK; i++) {
        const chain_part *before = &c->parts[i - 1], *after = &c->parts[i];
        bool tail = chain_side(t->machine, &t->tokens, before, true, &t->names, CALC_WRITTEN, &t->left);
        bool single = tail && t->left.names == 1 && t->left.operators == 0 && t->left.literals == 0;
        size_t start = name_start(&t->tokens, before->from, before->to);
        if (single && start >= before->to) start = t->left.from;
        bool mine = single && w->name && start == t->left.from && mpq_equal(t->left.value, w->name->value);
        if ((single && !mine) || (!tail && start < before->to)) {
            if (before->to > before->from && start > before->from) propose(t, before->from, start);
            settle(t, w);
            begin_definition(t, w, i, start);
            continue;
        }
        if (tail) {
            w->has = true;
            w->before = i - 1;
        } else if (before->from == before->to && i == 1 && t->has_carry && t->strict &&
                   after->relation != LEX_APPROXIMATE) {
            /* "= 7 * 3": goes on from the value shown last */
            if (!chain_side(t->machine, &t->tokens, after, false, &t->names, CALC_WRITTEN, &t->right)) continue;
            mpq_set(t->left.value, t->carry);
            if (!t->right.doubt && after->to > after->from && after->relation == LEX_EQUAL) {
                t->checked++;
                if (!mpq_equal(t->carry, t->right.value))
                    accuse(t, CAIRN_TRACE_WRONG, after->from, t->right.stop, "it must be", t->carry);
            }
            carry(t, &t->right);
            w->has = true;
            w->before = i;
            continue;
        }
        if (!w->has) {
            propose(t, before->from, before->to);
            if (chain_side(t->machine, &t->tokens, after, false, &t->names, CALC_WRITTEN, &t->right))
                carry(t, &t->right);
            continue;
        }
        judge_link(t, w, i);
        if (chain_side(t->machine, &t->tokens, after, false, &t->names, CALC_WRITTEN, &t->right)) {
            carry(t, &t->right);
            w->before = i;
        }
    }
    settle(t, w);
}

/* After a step: the first candidate that evaluates is the plan; in the step that defines it, it must have the problem's
 * value. */
static void settle_plan(tracer *t) {
    for (size_t i = 0; i < t->candidate_count && t->strict && !t->plan.text; i++) {
        if (!evaluate(t, &t->candidates[i], &t->spare) || t->spare.names == 0 || t->spare.operators == 0) continue;
        t->plan = t->candidates[i];
        if (t->plan.text != t->step || t->wrong || t->spare.doubt) continue;
        t->checked++;
        if (mpq_equal(t->spare.value, t->problem) || t->finding->verdict == CAIRN_VERDICT_WRONG) continue;
        accuse_bytes(t, CAIRN_TRACE_REWRITE, t->plan.from, t->plan.to,
                     "with the parts as defined it is not the problem, whose value is", t->problem);
    }
    if (t->plan.text) t->candidate_count = 0;
}

/* A solution without a wrong step must end with the problem's value. */
static void check_end(tracer *t) {
    if (!t->strict || !t->last || t->wrong || !t->shown_here || t->finding->verdict == CAIRN_VERDICT_WRONG) return;
    if (t->carry_doubt || mpq_equal(t->problem, t->carry)) return;
    if (t->carry_decimal && fabs(mpq_get_d(t->carry) - mpq_get_d(t->problem)) < 0.005 * fabs(mpq_get_d(t->problem)))
        return;
    if (t->suspect)
        *t->suspect = t->suspicion;
    else
        accuse_bytes(t, CAIRN_TRACE_ANSWER, 0, strlen(t->step),
                     "the steps end elsewhere than the problem, whose value is", t->problem);
    t->wrong = true;
}

static cairn_status check_step(tracer *t, const char *step, cairn_trace_finding *finding) {
    size_t at = 0;
    walk w = {0};
    *finding = (cairn_trace_finding){.verdict = CAIRN_VERDICT_UNKNOWN, .code = CAIRN_TRACE_NOTHING, .evidence = ""};
    t->step = step;
    t->finding = finding;
    t->checked = 0;
    t->healed = t->shown_here = t->final_checked = t->looked = false;
    CAIRN_TRY(lex_read(t->ctx, step, 0, strlen(step), true, &t->tokens));
    mpq_init(w.first);
    mpq_init(w.should);
    cairn_status status = CAIRN_OK;
    while (status == CAIRN_OK && t->status == CAIRN_OK) {
        status = chain_next(t->ctx, &t->tokens, &at, true, &t->links);
        if (status == CAIRN_OK) check_chain(t, &w);
    }
    mpq_clear(w.first);
    mpq_clear(w.should);
    if (status != CAIRN_END && status != CAIRN_OK) return status;
    CAIRN_TRY(t->status);
    settle_plan(t);
    check_end(t);
    if (finding->verdict == CAIRN_VERDICT_WRONG) {
        t->wrong = true;
    } else if (t->healed) {
        finding->code = CAIRN_TRACE_HEALED;
        finding->evidence = "a line inside the step is false, but the step's result is right";
    } else if (t->checked) {
        finding->verdict = CAIRN_VERDICT_RIGHT;
        finding->code = CAIRN_TRACE_CHECKED;
    } else {
        finding->evidence = "nothing in the step can be checked";
    }
    return t->status;
}

/* ---- the problem ---- */

/* The problem's own numbers count as shown. */
static void remember_numbers(tracer *t, size_t from, size_t to) {
    const lex_token *k = t->tokens.tokens;
    for (size_t i = from; i < to && t->seen_count < TRACE_SEEN / 2; i++) {
        bool sign = k[i].kind == LEX_NUMBER && i > from && k[i - 1].kind == '-' &&
                    (i - 1 == from || strchr("(+-*/", k[i - 2].kind));
        if (k[i].kind == LEX_NUMBER &&
            calc_range(t->machine, &t->tokens, i - sign, i + 1, NULL, CALC_WHOLE, CALC_WRITTEN, &t->spare) == CAIRN_OK)
            show(t, t->spare.value);
    }
    t->given = t->seen_count;
}

/* Reads the problem's expression: the last line or sentence part that is one, with "= ?" and words around it. */
static cairn_status read_problem(tracer *t, const char *problem) {
    size_t at = 0;
    if (!problem) return CAIRN_OK;
    CAIRN_TRY(lex_read(t->ctx, problem, 0, strlen(problem), false, &t->tokens));
    size_t words = 0, found = 0;
    for (size_t i = 0; i < t->tokens.count; i++) words += t->tokens.tokens[i].kind == LEX_WORD;
    for (;;) {
        cairn_status status = chain_next(t->ctx, &t->tokens, &at, false, &t->links);
        if (status == CAIRN_END) break;
        CAIRN_TRY(status);
        chain_part part = t->links.parts[0];
        while (part.to > part.from && t->tokens.tokens[part.to - 1].kind == LEX_OTHER) part.to--;
        if (!chain_side(t->machine, &t->tokens, &part, true, NULL, CALC_WRITTEN, &t->left)) continue;
        if (t->left.operators == 0 || t->left.unit_count || t->left.doubt) continue;
        mpq_set(t->problem, t->left.value);
        if (!form_spell(&t->tokens, t->left.from, t->left.stop, t->left_form.text)) t->left_form.text[0] = '\0';
        remember_numbers(t, t->left.from, t->left.stop);
        found++;
    }
    t->left_form.in_step = true;
    mpq_set(t->carry, t->problem);
    t->strict = t->has_carry =
        found == 1 && words <= 12; /* more words: a story that happens to contain an expression */
    return t->status;
}

cairn_status cairn_trace_check(cairn_ctx *ctx, cairn_arena *arena, const char *problem, const char *const *steps,
                               size_t count, bool whole, cairn_trace_finding *findings) {
    tracer *t = cairn_alloc(ctx, 1, sizeof *t);
    if (!t) return CAIRN_NO_MEMORY;
    t->ctx = ctx;
    t->arena = arena;
    calc_value_open(&t->left);
    calc_value_open(&t->right);
    calc_value_open(&t->spare);
    mpq_init(t->problem);
    mpq_init(t->carry);
    cairn_status status = calc_open(ctx, &t->machine);
    if (status == CAIRN_OK) status = read_problem(t, problem);
    for (size_t i = 0; i < count && status == CAIRN_OK; i++) {
        t->last = whole && i + 1 == count;
        status = check_step(t, steps[i], &findings[i]);
    }
    calc_close(t->machine);
    calc_names_free(&t->names);
    calc_value_close(&t->left);
    calc_value_close(&t->right);
    calc_value_close(&t->spare);
    for (size_t i = 0; i < t->seen_count; i++) mpq_clear(t->seen[i]);
    mpq_clear(t->problem);
    mpq_clear(t->carry);
    lex_free(&t->tokens);
    lex_free(&t->again);
    cairn_free(t->links.parts);
    cairn_free(t);
    return status;
}
