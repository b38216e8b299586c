/* Findings of the trace checker: what is said of a step, and the values it showed. */
#include <string.h>

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

void trace_accuse_bytes(tracer *t, cairn_trace_code code, size_t start, size_t end, const char *why,
                        const mpq_t value) {
    cairn_trace_finding *f = t->finding;
    t->checked++;
    if (f->verdict == CAIRN_VERDICT_WRONG) return;
    const char *evidence = cairn_arena_printf(t->arena, "\"%.*s\": %s %s.", quoted(start, end), t->step + start, why,
                                              exact_text(t, value));
    if (!evidence) t->status = CAIRN_NO_MEMORY;
    *f = (cairn_trace_finding){CAIRN_VERDICT_WRONG, code, start, end, evidence};
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
