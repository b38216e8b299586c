/* What a worked solution has left to do, and the statements that are compared with it. */
#include <math.h>
#include <string.h>

#include "tool/trace.h"

enum { REPLACED_MOST = 256 };

/* ---- where expressions come from ---- */

/* Whether every number of tokens [from, to) was shown before or stands in the problem; `*derived`: one was shown. */
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

/* A computation that is no piece of what is left is suspicious, unless the solution has left the order of the problem
 * before and every number is known: people work things out in their heads. */
void trace_look(tracer *t, const calc_value *value, char piece[FORM_MOST]) {
    piece[0] = '\0';
    if (!t->rest.text[0] || value->names || value->operators == 0) return;
    if (!form_spell(&t->tokens, value->from, value->stop, piece)) return;
    if (t->looked || t->suspect) return;
    t->looked = true;
    bool derived;
    if (form_has(&t->rest, piece) || mpq_equal(value->value, t->rest.value)) return;
    if (numbers_known(t, value->from, value->stop, &derived) && derived && !t->followed) return;
    trace_suspect(t, value);
}

/* ---- working pieces out ---- */

bool trace_is_rest(const tracer *t, const calc_value *value) {
    if (mpq_equal(value->value, t->rest.value)) return true;
    double exact = mpq_get_d(t->rest.value), shown = mpq_get_d(value->value);
    return value->fractional && !calc_terminates(t->rest.value) && fabs(shown - exact) < 0.005 * fabs(exact);
}

/* What takes a worked-out piece's place. */
static bool spell(const tracer *t, const calc_value *value, char out[FORM_MOST]) {
    if (!value->names && form_spell(&t->tokens, value->from, value->stop, out)) return true;
    return calc_print(value->value, out, FORM_MOST);
}

void trace_set_rest(tracer *t, const calc_value *value) {
    t->followed = spell(t, value, t->rest.text);
    mpq_set(t->rest.value, value->value);
}

/* Whether `piece` is all that is left, perhaps written otherwise. */
static bool is_whole(const tracer *t, const char *piece, const mpq_t exact) {
    return strcmp(piece, t->rest.text) == 0 || (mpq_equal(exact, t->rest.value) && !form_has(&t->rest, piece));
}

/* The end of a chain in the place of its beginning. */
static bool put(tracer *t, form *f, const char *piece, const mpq_t exact, const calc_value *end) {
    char next[FORM_MOST];
    return spell(t, end, next) && form_replace(t->machine, f, piece, exact, next);
}

void trace_work(tracer *t, const char *piece, const mpq_t exact, const calc_value *end) {
    if (!piece[0] || ++t->replaced > REPLACED_MOST) return;
    if (is_whole(t, piece, exact))
        trace_set_rest(t, end);
    else if (!put(t, &t->rest, piece, exact, end))
        t->followed = false;
}

bool trace_leaves(tracer *t, const char *piece, const mpq_t exact, const calc_value *end) {
    if (!t->rest.text[0] || !piece[0] || ++t->replaced > REPLACED_MOST) return false;
    form *trial = cairn_alloc(t->ctx, 1, sizeof *trial);
    if (!trial) {
        t->status = CAIRN_NO_MEMORY;
        return false;
    }
    memcpy(trial->text, t->rest.text, sizeof trial->text);
    mpq_init(trial->value);
    mpq_set(trial->value, t->rest.value);
    bool found =
        !is_whole(t, piece, exact) && put(t, trial, piece, exact, end) && mpq_equal(trial->value, t->right.value);
    mpq_clear(trial->value);
    cairn_free(trial);
    if (found) trace_set_rest(t, &t->right);
    return found;
}

/* ---- statements ---- */

void trace_state(tracer *t, const calc_value *value, bool whole) {
    char text[FORM_MOST];
    if (value->names) return;
    if (trace_is_rest(t, value)) {
        t->checked++;
        trace_set_rest(t, value);
        trace_carry(t, value);
        return;
    }
    bool spelled = form_spell(&t->tokens, value->from, value->stop, text);
    if (!whole || value->doubt || !spelled || !t->rest.text[0] || form_has(&t->rest, text)) return;
    if (form_has_value(t->machine, &t->rest, value->value, text)) return; /* a piece written otherwise */
    trace_accuse(t, CAIRN_TRACE_REWRITE, value->from, value->stop, "what is left of the problem is worth",
                 t->rest.value);
    trace_set_rest(t, value);
    trace_carry(t, value);
}

static bool known_value(const tracer *t, const mpq_t value) {
    if (t->has_carry && mpq_equal(value, t->carry)) return true;
    for (size_t i = 0; i < t->names.count && !t->shown_here; i++)
        if (t->names.items[i].known && mpq_equal(t->names.items[i].value, value)) return true;
    return false;
}

/* Whether `value` is the last value shown, rounded to the digits it shows. */
static bool rounds(tracer *t, const calc_value *value) {
    calc_value exact = {.operators = 1};
    memcpy(&exact.value, &t->carry, sizeof exact.value); /* looked at only */
    return chain_verdict(chain_compare(&exact, value, false, true)) == CAIRN_VERDICT_RIGHT;
}

bool trace_carry_rounds(const tracer *t) {
    double exact = mpq_get_d(t->problem);
    return t->carry_decimal && fabs(mpq_get_d(t->carry) - exact) < 0.005 * fabs(exact);
}

void trace_state_number(tracer *t, const calc_value *value, bool result) {
    if (!calc_is_number(&t->tokens, value)) return;
    size_t operations = form_operations(&t->rest);
    bool rest = trace_is_rest(t, value), known = known_value(t, value->value);
    if (!rest && !known && t->has_carry)
        known = rounds(t, value) || (mpq_equal(value->value, t->problem) && trace_carry_rounds(t));
    bool due = result || (t->rest.text[0] && operations <= 1); /* one operation before the end: it is the end */
    if (!due && !rest && !known) return;
    if (rest || known) {
        t->checked++;
        if (rest) trace_set_rest(t, value);
        trace_carry(t, value);
        return;
    }
    if (value->doubt || (!t->has_carry && !t->rest.text[0])) return;
    bool from_rest = t->rest.text[0] && operations <= 1;
    trace_accuse(t, CAIRN_TRACE_ANSWER, value->from, value->stop, "the value derived is",
                 from_rest ? t->rest.value : t->carry);
    trace_carry(t, value);
}
