/* The public calculator: one expression to its exact value and canonical text. */
#include <string.h>

#include "cairn/tool.h"
#include "tool/arithmetic/calc.h"
#include "tool/math/expression.h"

_Static_assert((size_t)MATH_KEY_MOST <= (size_t)CALC_KEY_MOST, "a key is a name");

/* What the values outside math_evaluate take, names apart [bytes]. */
enum { ROOM = 4096 };

static mpq_srcptr value_of(const void *table, const char *key) {
    const calc_name *found = calc_find(table, key);
    return found ? found->value : NULL;
}

/* The value of text[length]; what the tree took of the arena is given back. */
static cairn_status evaluate(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length,
                             const calc_names *given, mpq_t out) {
    if (length > CAIRN_TOOL_TEXT_MOST)
        return cairn_fail(ctx, CAIRN_LIMIT, "a text of %zu bytes; at most %zu can be evaluated", length,
                          CAIRN_TOOL_TEXT_MOST);
    const math_names names = {value_of, given};
    math_node *tree;
    cairn_arena_mark mark = cairn_arena_save(arena);
    cairn_status status = math_read_expression(ctx, arena, text, length, given->count ? &names : NULL, &tree);
    if (status == CAIRN_OK) status = math_evaluate(ctx, tree, given->count ? &names : NULL, out);
    cairn_arena_restore(arena, mark);
    return status;
}

/* Binds one given name to its value. */
static cairn_status bind_given(cairn_ctx *ctx, cairn_arena *arena, const cairn_binding *given, calc_names *names) {
    static const calc_names none = {.count = 0};
    char key[MATH_KEY_MOST], why[128];
    if (!math_key(given->name, strlen(given->name), key))
        return cairn_fail(ctx, CAIRN_INVALID, "the name '%.64s' is not one to %d words of at most %d bytes",
                          given->name, MATH_KEY_WORDS, MATH_KEY_MOST - 2);
    mpq_t value;
    mpq_init(value);
    cairn_status status = evaluate(ctx, arena, given->value, strlen(given->value), &none, value);
    if (status != CAIRN_OK && status != CAIRN_NO_MEMORY) {
        snprintf(why, sizeof why, "%s", cairn_error(ctx));
        status = cairn_fail(ctx, CAIRN_INVALID, "the value of '%.64s' is no expression: %s", given->name, why);
    }
    calc_name *name = status == CAIRN_OK ? calc_bind(ctx, names, key) : NULL;
    if (name) {
        mpq_swap(name->value, value);
        name->known = true;
    } else if (status == CAIRN_OK) {
        status = names->count >= CAIRN_TOOL_NAMES_MOST
                     ? cairn_fail(ctx, CAIRN_LIMIT, "more than %d named quantities", CAIRN_TOOL_NAMES_MOST)
                     : CAIRN_NO_MEMORY;
    }
    mpq_clear(value);
    return status;
}

cairn_status cairn_calc_eval(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length,
                             const cairn_binding *bindings, size_t count, cairn_number *out) {
    calc_names names = {0};
    cairn_status status = CAIRN_OK;
    mpq_t value;
    void *room = cairn_alloc(ctx, ROOM, 1); /* GMP ends the process when it gets no memory */
    if (!room) return CAIRN_NO_MEMORY;
    cairn_free(room);
    mpq_init(value);
    for (size_t i = 0; i < count && status == CAIRN_OK; i++) status = bind_given(ctx, arena, &bindings[i], &names);
    if (status == CAIRN_OK) status = evaluate(ctx, arena, text, length, &names, value);
    char *said = status == CAIRN_OK ? calc_text(arena, value) : NULL;
    if (said)
        *out = (cairn_number){.text = said, .value = mpq_get_d(value)};
    else if (status == CAIRN_OK)
        status = CAIRN_NO_MEMORY;
    mpq_clear(value);
    calc_names_free(&names);
    return status;
}
