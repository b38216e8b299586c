/* The machine's memory and bounds, and tokens of prose as tokens of the grammar. */
#include "tool/arithmetic/machine.h"

#include <string.h>

/* Work is counted in units of about 5 ns; the whole budget of one call is some tenths of a second. */
enum { CALC_WORK_MOST = 40000000 };

/* What a call's values take at most, but for very many or very long ones [bytes]; what a side's tree takes mostly. */
enum { VALUES_BYTES = 16384, TREE_BYTES = 8192 };

void calc_value_open(calc_value *value) {
    memset(value, 0, sizeof *value);
    mpq_init(value->value);
}

void calc_value_reset(calc_value *value) {
    mpq_t keep;
    memcpy(&keep, &value->value, sizeof keep);
    memset(value, 0, sizeof *value);
    memcpy(&value->value, &keep, sizeof keep);
}

void calc_value_close(calc_value *value) {
    mpq_clear(value->value);
}

/* GMP ends the process when it gets no memory. So the room for its values must be there before the first of them: it is
 * taken and given back, and is the hole from which malloc serves the values. */
static bool has_room(cairn_ctx *ctx) {
    void *room = NULL;
    size_t capacity = 0;
    bool has = cairn_grow(ctx, &room, &capacity, VALUES_BYTES, 1) == CAIRN_OK;
    cairn_free(room);
    return has;
}

cairn_status calc_open(cairn_ctx *ctx, calc **out) {
    calc *m = cairn_alloc(ctx, 1, sizeof *m);
    if (!m || !has_room(ctx)) {
        cairn_free(m);
        return CAIRN_NO_MEMORY;
    }
    m->ctx = ctx;
    mpq_init(m->scratch);
    *out = m;
    return CAIRN_OK;
}

void calc_close(calc *machine) {
    if (!machine) return;
    mpq_clear(machine->scratch);
    math_engine_close(machine->engine);
    cairn_arena_close(machine->arena);
    cairn_free(machine->tokens);
    cairn_free(machine);
}

bool calc_spend(calc *machine, int64_t units) {
    machine->work += units;
    return machine->work <= CALC_WORK_MOST;
}

void calc_set_base(calc *machine, unsigned base) {
    machine->base = base;
}

bool calc_prepare(calc *m) {
    if (m->arena && m->engine) {
        cairn_arena_reset(m->arena);
        return true;
    }
    if (!m->arena && cairn_arena_open(m->ctx, TREE_BYTES, &m->arena) != CAIRN_OK) return false;
    if (!m->engine && math_engine_open(m->ctx, &m->engine) != CAIRN_OK) return false;
    math_engine_bound(m->engine, CAIRN_TOOL_BITS_MOST);
    return cairn_arena_alloc(m->arena, TREE_BYTES / 2, 1) && has_room(m->ctx);
}

bool calc_number_at(calc *m, const lex *tokens, size_t at) {
    const lex_token *t = &tokens->tokens[at];
    long decimals;
    int digits;
    return t->kind == LEX_NUMBER && calc_numeral(tokens->text + t->at, t->length, m->scratch, &decimals, &digits);
}

/* ---- tokens ---- */

void calc_emit(calc_run *r, math_token_kind kind, const char *text, int32_t value) {
    calc *m = r->m;
    const lex_token *t = &r->l->tokens[r->at < r->l->count ? r->at : r->l->count - 1];
    if (r->status != CAIRN_OK) return;
    r->status = cairn_grow(m->ctx, (void **)&m->tokens, &m->capacity, m->count + 1, sizeof *m->tokens);
    if (r->status != CAIRN_OK) return;
    m->tokens[m->count++] = (math_token){.kind = kind,
                                         .flags = t->space ? TOKEN_FLAG_BLANK : 0,
                                         .value = value,
                                         .start = t->at,
                                         .end = t->at + t->length,
                                         .text = text};
}

/* Without separators and a point at the end. */
static const char *numeral(calc_run *r, const lex_token *t) {
    const char *from = r->l->text + t->at;
    char *text = cairn_arena_alloc(r->m->arena, t->length + 1, 1);
    size_t n = 0;
    if (!text) r->status = CAIRN_NO_MEMORY;
    for (size_t i = 0; text && i < t->length; i++)
        if (strchr("0123456789.eE+-", from[i])) text[n++] = from[i];
    if (n > 1 && text[n - 1] == '.') n--;
    if (text) text[n] = '\0';
    return text;
}

void calc_emit_number(calc_run *r) {
    const lex_token *t = &r->l->tokens[r->at];
    calc_emit(r, TOKEN_NUMBER, numeral(r, t), 0);
    if (r->m->base) calc_emit(r, TOKEN_LOWERED, cairn_arena_printf(r->m->arena, "%u", r->m->base), 0);
}

void calc_emit_value(calc_run *r, const mpq_t value) {
    mpz_srcptr parts[] = {mpq_numref(value), mpq_denref(value)};
    bool whole = mpz_cmp_ui(parts[1], 1) == 0;
    calc_emit(r, TOKEN_OPEN_ROUND, NULL, 0);
    if (mpq_sgn(value) < 0) calc_emit(r, TOKEN_MINUS, NULL, 0);
    for (int i = 0; i < 2 - whole; i++) {
        char *text = cairn_arena_alloc(r->m->arena, mpz_sizeinbase(parts[i], 10) + 2, 1);
        if (!text) {
            r->status = CAIRN_NO_MEMORY;
            return;
        }
        mpz_get_str(text, 10, parts[i]);
        if (i) calc_emit(r, TOKEN_DIVIDE, NULL, 0);
        calc_emit(r, TOKEN_NUMBER, text + (*text == '-'), 0);
        if (i && r->status == CAIRN_OK) r->m->tokens[r->m->count - 1].start++; /* no fraction of one character */
    }
    calc_emit(r, TOKEN_CLOSE_ROUND, NULL, 0);
    r->spare_signs += !whole;
    r->spare_figures += 2 - whole;
}

void calc_emit_sign(calc_run *r, char sign) {
    calc *m = r->m;
    calc_level *level = &m->levels[r->open];
    bool said = (sign == '*' || sign == '/') && r->l->tokens[r->at].kind == LEX_WORD && !lex_is(r->l, r->at, "x");
    if (sign == LEX_FROM) { /* "subtract 3 from 4": -3 + 4 */
        calc_emit(r, TOKEN_PLUS, NULL, 0);
        if (r->status != CAIRN_OK) return;
        memmove(m->tokens + level->term + 1, m->tokens + level->term, (m->count - 1 - level->term) * sizeof *m->tokens);
        m->tokens[level->term].kind = TOKEN_MINUS;
        calc_emit(r, TOKEN_PLUS, NULL, 0);
        sign = '+';
    } else {
        calc_emit(r,
                  sign == '+'   ? TOKEN_PLUS
                  : sign == '-' ? TOKEN_MINUS
                  : sign == '*' ? TOKEN_TIMES
                  : sign == '/' ? TOKEN_DIVIDE
                                : TOKEN_CARET,
                  NULL, said ? CALC_SAID : 0);
    }
    if (sign == '+' || sign == '-') level->term = m->count;
    if (sign != '^') level->sign = sign;
}

void calc_open_bracket(calc_run *r) {
    calc_emit(r, r->part ? TOKEN_OPEN_GROUP : TOKEN_OPEN_ROUND, NULL, 0);
    if (r->open >= CAIRN_TOOL_DEPTH_MOST) r->status = CAIRN_LIMIT;
    if (r->status != CAIRN_OK) return;
    r->m->levels[++r->open] = (calc_level){.part = r->part, .term = r->m->count};
    r->part = 0;
}

void calc_close_bracket(calc_run *r) {
    calc_emit(r, r->m->levels[r->open--].part ? TOKEN_CLOSE_GROUP : TOKEN_CLOSE_ROUND, NULL, 0);
}
