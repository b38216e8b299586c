/* Findings of the trace checker: what is said of a step, and the values it showed. */
#include <string.h>

#include "tool/arithmetic/asserted.h"
#include "tool/trace.h"

enum { TRACE_QUOTE_MOST = 400 };

static const char *exact_text(tracer *t, const mpq_t value) {
    const char *text = calc_text(t->arena, value);
    if (!text) t->status = CAIRN_NO_MEMORY;
    return text ? text : "";
}

static int quoted(size_t start, size_t end) {
    return (int)(end - start < TRACE_QUOTE_MOST ? end - start : TRACE_QUOTE_MOST);
}

/* The bytes of tokens [from, to). */
static void bytes_of(const tracer *t, size_t from, size_t to, size_t *start, size_t *end) {
    const lex_token *first = &t->tokens.tokens[from], *last = &t->tokens.tokens[to > from ? to - 1 : from];
    *start = first->at;
    *end = last->at + last->length;
}

/* What is supposed, asked or refuted is held against nobody, but the step is not right for what else it says. */
static bool is_asserted(const tracer *t, size_t start, size_t end) {
    const claim_place place = {
        .text = t->step, .length = t->tokens.length, .start = start, .end = end, .gap_start = end, .gap_end = end};
    return claim_stand_of(&place) == CLAIM_ASSERTED;
}

static void accuse_with(tracer *t, cairn_trace_code code, size_t start, size_t end, const char *why,
                        const char *value) {
    cairn_trace_finding *f = t->finding;
    t->checked++;
    if (f->verdict == CAIRN_VERDICT_WRONG) return;
    bool whole_step = start == 0 && end == t->tokens.length;
    if (!whole_step && !is_asserted(t, start, end)) {
        t->unread = t->open = true;
        return;
    }
    const char *evidence =
        cairn_arena_printf(t->arena, "\"%.*s\": %s %s.", quoted(start, end), t->step + start, why, value);
    if (!evidence) t->status = CAIRN_NO_MEMORY;
    *f = (cairn_trace_finding){CAIRN_VERDICT_WRONG, code, start, end, evidence};
}

void trace_accuse_bytes(tracer *t, cairn_trace_code code, size_t start, size_t end, const char *why,
                        const mpq_t value) {
    accuse_with(t, code, start, end, why, exact_text(t, value));
}

/* A value, with its first decimals where it is a fraction: "20/3 (6.67)". */
static const char *value_text(tracer *t, const mpq_t value) {
    const char *exact = exact_text(t, value);
    if (!strchr(exact, '/')) return exact;
    const char *text = cairn_arena_printf(t->arena, "%s (%.4g)", exact, mpq_get_d(value));
    if (!text) t->status = CAIRN_NO_MEMORY;
    return text ? text : "";
}

void trace_accuse_sides(tracer *t, size_t from, size_t right_from, size_t to, const mpq_t *left, const mpq_t right) {
    size_t start, end, right_start;
    bytes_of(t, from, to, &start, &end);
    bytes_of(t, right_from, to, &right_start, &end);
    while (end > right_start + 1 && (t->step[end - 1] == '$' || t->step[end - 1] == ' ')) end--;
    const char *why;
    if (left)
        why = cairn_arena_printf(t->arena, "the left side is %s, and the right side is", value_text(t, *left));
    else
        why = cairn_arena_printf(t->arena, "the right side, %.*s, is", quoted(right_start, end), t->step + right_start);
    if (!why) t->status = CAIRN_NO_MEMORY;
    bytes_of(t, from, to, &start, &end);
    accuse_with(t, CAIRN_TRACE_WRONG, start, end, why ? why : "", value_text(t, right));
}

void trace_accuse(tracer *t, cairn_trace_code code, size_t from, size_t to, const char *why, const mpq_t value) {
    size_t start, end;
    bytes_of(t, from, to, &start, &end);
    trace_accuse_bytes(t, code, start, end, why, value);
}

void trace_suspect(tracer *t, const calc_value *value) {
    size_t start, end;
    bytes_of(t, value->from, value->stop, &start, &end);
    const char *evidence = cairn_arena_printf(
        t->arena, "\"%.*s\": this is not what the steps before leave of the problem, and the end is wrong.",
        quoted(start, end), t->step + start);
    if (!evidence) t->status = CAIRN_NO_MEMORY;
    t->suspect = t->finding;
    t->suspicion = (cairn_trace_finding){CAIRN_VERDICT_WRONG, CAIRN_TRACE_COPY, start, end, evidence};
}

void trace_show(tracer *t, const mpq_t value) {
    if (t->seen_count >= TRACE_SEEN) return;
    mpq_init(t->seen[t->seen_count]);
    mpq_set(t->seen[t->seen_count++], value);
}

void trace_carry(tracer *t, const calc_value *value) {
    mpq_set(t->carry, value->value);
    trace_show(t, value->value);
    t->carry_doubt = value->doubt || value->unit_count > 0;
    t->carry_decimal = value->fractional;
    t->has_carry = t->shown_here = true;
}
