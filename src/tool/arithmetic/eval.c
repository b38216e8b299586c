/* The public calculator: one expression to its exact value and canonical text. */
#include <string.h>

#include "cairn/tool.h"
#include "tool/arithmetic/calc.h"

/* Binds one given name to its value. */
static cairn_status bind_given(cairn_ctx *ctx, calc *machine, const cairn_binding *given, calc_names *names) {
    lex tokens = {0};
    char key[CALC_KEY_MOST];
    cairn_status status = lex_read(ctx, given->name, 0, strlen(given->name), LEX_PLAIN, &tokens);
    if (status == CAIRN_OK && !calc_key(&tokens, 0, tokens.count, key))
        status = cairn_fail(ctx, CAIRN_INVALID, "the name '%.64s' is not one to %d words of at most %d bytes",
                            given->name, CALC_NAME_WORDS, CALC_KEY_MOST - 2);
    calc_value value;
    calc_value_open(&value);
    if (status == CAIRN_OK) status = lex_read(ctx, given->value, 0, strlen(given->value), LEX_PLAIN, &tokens);
    if (status == CAIRN_OK &&
        calc_range(machine, &tokens, 0, tokens.count, NULL, CALC_WHOLE, CALC_WRITTEN, &value) != CAIRN_OK)
        status =
            cairn_fail(ctx, CAIRN_INVALID, "the value of '%.64s' is no expression: %s", given->name, calc_why(machine));
    if (status == CAIRN_OK) {
        calc_name *name = calc_bind(ctx, names, key);
        if (name) {
            mpq_swap(name->value, value.value);
            name->known = true;
        } else {
            status = names->count >= CAIRN_TOOL_NAMES_MOST
                         ? cairn_fail(ctx, CAIRN_LIMIT, "more than %d named quantities", CAIRN_TOOL_NAMES_MOST)
                         : CAIRN_NO_MEMORY;
        }
    }
    calc_value_close(&value);
    lex_free(&tokens);
    return status;
}

static cairn_status eval_tokens(cairn_ctx *ctx, cairn_arena *arena, calc *machine, const lex *tokens,
                                const calc_names *names, cairn_number *out) {
    size_t to = tokens->count;
    while (to && (tokens->tokens[to - 1].kind == '.' || tokens->tokens[to - 1].kind == LEX_LINE)) to--;
    size_t from = 0;
    while (from < to && tokens->tokens[from].kind == LEX_LINE) from++;
    calc_value value;
    calc_value_open(&value);
    cairn_status status = calc_range(machine, tokens, from, to, names, CALC_WHOLE, CALC_WRITTEN, &value);
    if (status != CAIRN_OK) {
        cairn_fail(ctx, status, "not evaluated: %s", calc_why(machine));
    } else {
        char *text = calc_text(arena, value.value);
        if (text)
            *out = (cairn_number){.text = text, .value = mpq_get_d(value.value)};
        else
            status = CAIRN_NO_MEMORY;
    }
    calc_value_close(&value);
    return status;
}

cairn_status cairn_calc_eval(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length,
                             const cairn_binding *bindings, size_t count, cairn_number *out) {
    calc *machine;
    calc_names names = {0};
    lex tokens = {0};
    CAIRN_TRY(calc_open(ctx, &machine));
    cairn_status status = CAIRN_OK;
    for (size_t i = 0; i < count && status == CAIRN_OK; i++) status = bind_given(ctx, machine, &bindings[i], &names);
    if (status == CAIRN_OK) status = lex_read(ctx, text, 0, length, LEX_PLAIN, &tokens);
    if (status == CAIRN_OK) status = eval_tokens(ctx, arena, machine, &tokens, &names, out);
    lex_free(&tokens);
    calc_names_free(&names);
    calc_close(machine);
    return status;
}
