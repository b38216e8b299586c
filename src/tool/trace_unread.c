/* Claims of a step that cannot be judged: they keep it from being right for what else stands in it. */
#include <string.h>

#include "tool/answer.h"
#include "tool/arithmetic/extent.h"
#include "tool/arithmetic/lead.h"
#include "tool/arithmetic/meant.h"
#include "tool/math/units.h"
#include "tool/trace.h"

enum { COMPARED_MOST = 200 }; /* quantities, in a step */

/* A number in digits or in a word. */
static bool is_number(const lex *l, size_t at) {
    static const char *const numbers[] = {
        "zero",     "one",      "two",      "three",   "four",     "five",     "six",     "seven",   "eight",
        "nine",     "ten",      "eleven",   "twelve",  "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
        "eighteen", "nineteen", "twenty",   "thirty",  "forty",    "fifty",    "sixty",   "seventy", "eighty",
        "ninety",   "hundred",  "thousand", "million", "half",     "none",     NULL};
    return l->tokens[at].kind == LEX_NUMBER || (l->tokens[at].kind == LEX_WORD && lex_among(l, at, numbers));
}

/* Whether token `at` is a unit right after a number. */
static bool is_measure(const lex *l, size_t at) {
    math_unit unit;
    size_t length;
    if (at == 0 || l->tokens[at].kind != LEX_WORD || l->tokens[at - 1].kind != LEX_NUMBER) return false;
    const char *word = lex_text(l, at, &length);
    return math_unit_find(word, length, &unit);
}

/* Whether tokens [from, to) compute with numbers up to their end: two numbers or more, a sign between, and no word
 * among them but measures in a sum. */
static bool computes(const lex *l, size_t from, size_t to) {
    size_t numbers = 0, signs = 0, sums = 0;
    bool measured = false;
    for (size_t i = to; i > from; i--) {
        bool number = is_number(l, i - 1), word = l->tokens[i - 1].kind == LEX_WORD && !number;
        bool letter = l->tokens[i - 1].length < 2 && !l->tokens[i - 1].space; /* "3m": an unknown */
        if (word && (letter || !is_measure(l, i - 1))) break;
        measured |= word;
        numbers += number;
        signs += numbers == 1 && strchr("+-*/^", l->tokens[i - 1].kind) != NULL;
        sums += numbers == 1 && strchr("+-", l->tokens[i - 1].kind) != NULL;
    }
    return numbers >= 2 && (measured ? sums : signs) > 0;
}

/* Whether a right side speaks of something by its name, "the total" or "x": a name of letters alone that is no number.
 * "?" asks. */
static bool starts_with_name(const lex *l, size_t from, size_t to) {
    if (from == to) return false;
    const lex_token *first = &l->tokens[from];
    if (first->kind == LEX_OTHER && first->length == 1 && l->text[first->at] == '?') return true;
    if (first->kind != LEX_WORD || is_number(l, from)) return false;
    bool glued = from + 1 < to && !l->tokens[from + 1].space && l->tokens[from + 1].kind == LEX_NUMBER;
    for (size_t i = 0; i < first->length; i++) {
        char c = l->text[first->at + i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '\'')) return false;
    }
    return !glued;
}

/* Whether what stands there claims a value: it computes, in signs or words. */
static bool claims(const lex *l, const chain_part *part) {
    return computes(l, part->from, part->to) || lead_applied(l, part->from, part->to) < part->to;
}

/* The end of a number with its mark or unit that begins at token `from`: "90 min", "50%", "$3"; `from` when there is
 * none. */
static size_t quantity_end(const lex *l, size_t from, size_t to) {
    size_t at = from;
    while (at < to && l->tokens[at].kind == LEX_CURRENCY) at++;
    if (at >= to || l->tokens[at].kind != LEX_NUMBER) return from;
    at++;
    if (at < to && (l->tokens[at].kind == '%' || is_measure(l, at))) at++;
    while (at < to && l->tokens[at].kind == LEX_CURRENCY) at++;
    return at;
}

/* Whether "is" or "equals" and a number alone stand there. */
static bool says_number(const lex *l, const chain_part *part) {
    const lex_token *relation = &l->tokens[part->from - 1];
    const char *word = l->text + relation->at;
    bool is = (relation->length == 2 && memcmp(word, "is", 2) == 0) ||
              (relation->length == 6 && memcmp(word, "equals", 6) == 0);
    if (!is || part->from == part->to || !is_number(l, part->from)) return false;
    size_t end = quantity_end(l, part->from, part->to);
    bool goes_on = end < l->count && strchr("+-*/^=~e(", l->tokens[end].kind);
    return !goes_on;
}

/* Where the last clause of a part begins: after an "and". */
static size_t clause_start(const lex *l, const chain_part *part) {
    static const char *const joints[] = {"and", "so", "but", "while", "since", "because", NULL};
    size_t at = part->to;
    while (at > part->from && !lex_among(l, at - 1, joints)) at--;
    return at < part->to ? at : part->from;
}

static const char *text_of(tracer *t, size_t from, size_t to) {
    const lex_token *first = &t->tokens.tokens[from], *last = &t->tokens.tokens[to - 1];
    return cairn_arena_printf(t->arena, "%.*s", (int)(last->at + last->length - first->at), t->step + first->at);
}

/* Compares the texts of tokens [from, to) and of a part as answers. */
static cairn_status compare(tracer *t, size_t from, size_t to, const chain_part *part, cairn_verdict *out) {
    *out = CAIRN_VERDICT_UNKNOWN;
    if (++t->compared > COMPARED_MOST) return CAIRN_OK;
    const char *left = text_of(t, from, to), *right = text_of(t, part->from, part->to);
    if (!left || !right) return CAIRN_NO_MEMORY;
    return cairn_answer_equal(t->ctx, t->arena, left, right, out);
}

/* Whether an equality that was not judged is a claim of numbers: not one that holds of quantities or of a function's
 * value, "5! = 120", but "90 min = 2 h", "5 = 6", "17 mod 5 = 3". */
static cairn_status is_claim(tracer *t, const chain_part *before, const chain_part *after, bool judged, bool *out) {
    const lex *l = &t->tokens;
    cairn_verdict same = CAIRN_VERDICT_UNKNOWN;
    *out = false;
    size_t start = clause_start(l, before), left = quantity_end(l, start, before->to);
    size_t right = quantity_end(l, after->from, after->to);
    bool number = right > after->from && right == after->to;
    if (number && left > start && left == before->to) {
        bool alike = is_measure(l, left - 1) == is_measure(l, right - 1); /* not "5m = 10" */
        if (alike) CAIRN_TRY(compare(t, start, left, after, &same));
        *out = same == CAIRN_VERDICT_WRONG;
    } else if (!judged && claims(l, before) && !starts_with_name(l, after->from, after->to)) {
        start = lead_applied(l, before->from, before->to);
        if (number && start < before->to) CAIRN_TRY(compare(t, start, before->to, after, &same));
        *out = same != CAIRN_VERDICT_RIGHT;
    }
    return CAIRN_OK;
}

/* Whether the chain ends before a sign of order that is false: "... = 5. So 5 > 6". */
static bool falsely_ordered(tracer *t) {
    const chain_part *last = &t->links.parts[t->links.count - 1];
    if (last->to >= t->tokens.count || t->tokens.tokens[last->to].kind != LEX_RELATION) return false;
    if (!chain_side(t->machine, &t->tokens, last, true, t->strict ? &t->names : NULL, CALC_WRITTEN, &t->spare))
        return false;
    bool whole = t->spare.from == last->from || t->tokens.tokens[t->spare.from].space; /* not the base of 999_{10} */
    return whole && meant_false_order(t->machine, &t->tokens, &t->spare);
}

/* Whether a side is a formula of commands and marks, or has a function: "\\binom{6}{2}", "C(6, 2)". */
static bool holds_command(const lex *l, const calc_value *side) {
    if (extent_holds(l, side->from, side->stop)) return true;
    for (size_t at = side->from; at < side->stop && side->operators > 0; at++)
        if (l->tokens[at].kind == LEX_OTHER) return true;
    return false;
}

/* Two numbers that a chain of equalities ends with and that differ count, too. */
cairn_status trace_note_link(tracer *t, size_t i, const calc_value *left, const calc_value *right,
                             const cairn_equation_code *code) {
    const chain_part *before = &t->links.parts[i - 1], *after = &t->links.parts[i];
    bool said = after->relation == LEX_WEAK;
    if (t->unread || (said ? !says_number(&t->tokens, after) : after->relation != LEX_EQUAL)) return CAIRN_OK;
    cairn_verdict verdict = code ? chain_verdict(*code) : CAIRN_VERDICT_UNKNOWN;
    if (code && verdict == CAIRN_VERDICT_UNKNOWN && !said)
        t->unread = holds_command(&t->tokens, left) || holds_command(&t->tokens, right);
    if (verdict == CAIRN_VERDICT_WRONG) t->unread = said || (i > 1 && left->operators + right->operators == 0);
    if (t->unread || verdict == CAIRN_VERDICT_RIGHT) return CAIRN_OK;
    return is_claim(t, before, after, verdict == CAIRN_VERDICT_WRONG, &t->unread);
}

void trace_note_order(tracer *t) {
    if (!t->unread) t->unread = falsely_ordered(t);
}
