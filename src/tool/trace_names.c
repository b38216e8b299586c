/* Named parts of a worked solution: which words are a name, what it was defined as, and the plan made of names. */
#include <string.h>

#include "tool/trace.h"

enum { SPAN_MOST = 4096, RENAME_WORDS = 12 };

/* ---- which words are a name ---- */

/* Words that introduce a name or join clauses, and so are no part of it. */
static const char *const joints[] = {
    "let",   "lets",   "let's",     "let\u2019s", "us",          "calculate",  "compute",  "evaluate",
    "find",  "solve",  "determine", "work",       "out",         "a",          "an",       "for",
    "where", "and",    "with",      "then",       "now",         "so",         "that",     "is",
    "call",  "define", "set",       "denote",     "take",        "put",        "of",       "by",
    "as",    "to",     "we",        "have",       "get",         "know",       "first",    "second",
    "next",  "here",   "this",      "it",         "be",          "also",       "finally",  "lastly",
    "thus",  "hence",  "therefore", "computing",  "calculating", "evaluating", "simplify", "simplifying",
    "in",    "using",  "from",      "which",      "if",          "when",       "since",    "because",
    "but",   "write",  "working",   "consider",   "obtain",      "i",          "these",    "naming",
    "name",  "say",    NULL};

static const char *const results[] = {"answer", "result", "solution", "outcome", "total", NULL};
static const char *const wholes[] = {"expression", "equation", "problem", "everything", "calculation", NULL};
/* The same where a word follows: "what is left is", but not "left = 3 + 4". */
static const char *const remains[] = {"remaining", "remains", "remainder", "left", "rest", "have", NULL};

size_t trace_name_start(const lex *l, size_t from, size_t to) {
    size_t at = to;
    while (at > from && to - at < CALC_NAME_WORDS && l->tokens[at - 1].kind == LEX_WORD) {
        bool ordinal = lex_is(l, at - 1, "first") || lex_is(l, at - 1, "second");
        bool stop = lex_among(l, at - 1, joints) && !(ordinal && at < to && l->tokens[to - 1].length > 2);
        if (stop && !(at == to && l->tokens[at - 1].length == 1)) break; /* a lone "a" is a name */
        at--;
        bool symbol = l->tokens[at].length <= 2 || (unsigned char)l->text[l->tokens[at].at] >= 0x80;
        if (symbol) break;
    }
    bool bullet = at == from + 1 && (from == 0 || l->tokens[from - 1].kind == LEX_LINE) && l->tokens[from].kind != '/';
    if (at < to && at > from && strchr("+-*/^", l->tokens[at - 1].kind) && !bullet) return to;
    return at;
}

trace_subject trace_subject_of(const tracer *t, size_t to, char relation) {
    if (lex_among(&t->tokens, to - 1, results)) return TRACE_RESULT;
    bool whole =
        lex_among(&t->tokens, to - 1, wholes) || (relation == LEX_WEAK && lex_among(&t->tokens, to - 1, remains));
    return whole ? TRACE_WHOLE : TRACE_QUANTITY;
}

bool trace_renames(const tracer *t, size_t start) {
    static const char *const words[] = {"let",    "set", "take",    "put",      "instead", "suppose",
                                        "assume", "new", "another", "redefine", "choose",  NULL};
    const lex_token *k = t->tokens.tokens;
    for (size_t at = start; at > 0 && start - at < RENAME_WORDS && k[at - 1].kind != '.' && k[at - 1].kind != LEX_LINE;
         at--)
        if (lex_among(&t->tokens, at - 1, words)) return true;
    return false;
}

bool trace_only_result_words(const lex *l, size_t from, size_t to) {
    static const char *const words[] = {
        "so",      "thus",      "hence",     "therefore",   "the",    "answer",     "result",   "final",   "value",
        "is",      "it",        "that",      "this",        "we",     "get",        "have",     "obtain",  "gives",
        "which",   "finally",   "total",     "our",         "of",     "expression", "equation", "problem", "solution",
        "to",      "be",        "equals",    "equal",       "must",   "in",         "and",      "now",     "leaving",
        "left",    "remaining", "with",      "only",        "are",    "as",         "all",      "a",       "end",
        "outcome", "whole",     "then",      "conclusion",  "leaves", "just",       "simply",   "comes",   "out",
        "at",      "us",        "evaluates", "calculation", "i",      "find",       "ends",     "up",      "original",
        "overall", "entire",    NULL};
    for (size_t at = from; at < to; at++)
        if (l->tokens[at].kind == LEX_WORD && !lex_among(l, at, words)) return false;
    return true;
}

bool trace_only_rewriting_words(const lex *l, size_t from, size_t to) {
    static const char *const words[] = {
        "distribute", "distributing", "expand",     "expanding", "rewrite",     "rewriting", "rewritten",
        "simplify",   "simplifying",  "simplified", "rearrange", "rearranging", "combine",   "combining",
        "substitute", "substituting", "plug",       "plugging",  "in",          "again",     "back",
        "foiling",    "applying",     "apply",      "formula",   "property",    "rule",      "identity",
        "factoring",  "law",          "difference", "squares",   "expression",  "express",   "becomes",
        "reads",      "write",        "writing",    "first",     "next",        "second",    "step",
        "values",     "everything",   "us",         "let's",     "lets",        "let",       "can",
        "be",         "be",           "as",         "new",       "current",     "updated",   NULL};
    for (size_t at = from; at < to; at++)
        if (l->tokens[at].kind == LEX_WORD && !lex_among(l, at, words) && !trace_only_result_words(l, at, at + 1))
            return false;
    return true;
}

bool trace_symbolic(const char *key) {
    return strlen(key) <= 3 || (unsigned char)key[0] >= 0x80;
}

calc_name *trace_bind(tracer *t, const char *key) {
    size_t before = t->names.count;
    calc_name *name = calc_bind(t->ctx, &t->names, key);
    if (name && t->names.count > before) t->defined[before] = (trace_span){0};
    return name;
}

/* ---- definitions ---- */

/* Evaluates a kept span with the values that names have now. */
static bool evaluate(tracer *t, const trace_span *kept, calc_value *out) {
    if (lex_read(t->ctx, kept->text, kept->from, kept->to, LEX_NAMES, &t->again) != CAIRN_OK) return false;
    chain_part all = {.from = 0, .to = t->again.count};
    return chain_side(t->machine, &t->again, &all, true, &t->names, CALC_WRITTEN, out);
}

static trace_span keep(const tracer *t, size_t from, size_t to) {
    const lex_token *first = &t->tokens.tokens[from], *end = &t->tokens.tokens[to - 1];
    trace_span kept = {.text = t->step, .from = first->at, .to = end->at + end->length};
    return kept.to - kept.from <= SPAN_MOST ? kept : (trace_span){0};
}

/* The value is compared with the definition, or with the value that a symbol had. */
void trace_define(tracer *t, calc_name *name, size_t from, bool anew) {
    trace_span *definition = &t->defined[name - t->names.items];
    bool again = definition->text && evaluate(t, definition, &t->left);
    if (!again && name->known) mpq_set(t->left.value, name->value);
    if (!anew && (again || (name->known && trace_symbolic(name->key)))) {
        bool same = mpq_equal(t->left.value, t->right.value);
        if (!same && again)
            same = chain_verdict(chain_compare(&t->left, &t->right, false, true)) != CAIRN_VERDICT_WRONG;
        bool working = t->right.operators > 0;
        t->checked++;
        if (!same && !t->right.doubt)
            trace_accuse(t, working || !again ? CAIRN_TRACE_COPY : CAIRN_TRACE_WRONG, from, t->right.stop,
                         "by what was written before it is", t->left.value);
    }
    t->renamed |= anew && name->known && !mpq_equal(name->value, t->right.value);
    *definition = t->right.operators > 0 ? keep(t, t->right.from, t->right.stop) : (trace_span){0};
    mpq_set(name->value, t->right.value);
    name->known = true;
}

/* ---- the plan ---- */

void trace_propose(tracer *t, size_t from, size_t to) {
    static const char *const cuts[] = {"where", "with", "when", "if", "for", "let", "here", "given", NULL};
    bool operator_seen = false;
    size_t end = from;
    for (; end < to && !(end > from && lex_among(&t->tokens, end, cuts)); end++)
        operator_seen |= strchr("+-*/", t->tokens.tokens[end].kind) != NULL;
    if (!operator_seen || t->candidate_count >= TRACE_CANDIDATES) return;
    trace_span kept = keep(t, from, end);
    if (kept.text) t->candidates[t->candidate_count++] = kept;
}

void trace_settle_plan(tracer *t) {
    for (size_t i = 0; i < t->candidate_count && !t->plan.text; i++) {
        if (!evaluate(t, &t->candidates[i], &t->spare) || t->spare.names == 0 || t->spare.operators == 0) continue;
        t->plan = t->candidates[i];
        if (t->plan.text != t->step || t->wrong || t->renamed || t->spare.doubt) continue;
        t->checked++;
        if (mpq_equal(t->spare.value, t->problem) || t->finding->verdict == CAIRN_VERDICT_WRONG) continue;
        trace_accuse_bytes(t, CAIRN_TRACE_REWRITE, t->plan.from, t->plan.to,
                           "with the parts as defined it is not the problem, whose value is", t->problem);
    }
    if (t->plan.text) t->candidate_count = 0;
}

void trace_check_planned(tracer *t, const calc_value *value) {
    if (!t->last || t->planned || t->renamed || value->operators == 0 || value->doubt || !t->plan.text) return;
    t->planned = true;
    if (!evaluate(t, &t->plan, &t->spare) || t->spare.doubt) return;
    t->checked++;
    if (!mpq_equal(t->spare.value, value->value))
        trace_accuse(t, CAIRN_TRACE_COPY, value->from, value->stop, "with the values derived before it is",
                     t->spare.value);
}
