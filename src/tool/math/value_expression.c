/* The exact value of an expression of the calculator. */
#include "cairn/tool.h"
#include "tool/math/value_internal.h"

/* Work of one evaluation, and what its values take at most [bytes]. */
enum { WORK_MOST = 40000000, ROOM = 16384 };

static mpq_srcptr no_value(const void *table, const char *key) {
    (void)table;
    (void)key;
    return NULL;
}

bool math_exact(math_engine *engine, const math_node *node, mpq_t out) {
    engine->work_end = engine->work + WORK_MOST;
    return value_rational(engine, node, NULL, out) == VALUE_KNOWN;
}

static cairn_status refuse(cairn_ctx *ctx, value_status status, const math_node *node) {
    bool name = status == VALUE_OTHER && node->kind == MATH_NAME;
    switch (status) {
    case VALUE_NO_MEMORY:
        return CAIRN_NO_MEMORY;
    case VALUE_UNDEFINED:
        return cairn_fail(ctx, CAIRN_INVALID, "not evaluated: division by zero at byte %u", node->start);
    case VALUE_TOO_LARGE:
        return cairn_fail(ctx, CAIRN_LIMIT, "not evaluated: a number too large at byte %u", node->start);
    case VALUE_OTHER:
        if (name)
            return cairn_fail(ctx, CAIRN_NOT_FOUND, "not evaluated: a name without a value at byte %u", node->start);
        return cairn_fail(ctx, CAIRN_UNSUPPORTED, "not evaluated: no rational number at byte %u", node->start);
    default:
        return cairn_fail(ctx, CAIRN_FORMAT, "not evaluated: no number at byte %u", node->start);
    }
}

cairn_status math_evaluate(cairn_ctx *ctx, const math_node *node, const math_names *names, mpq_t out) {
    static const math_names none = {no_value, NULL};
    math_engine *engine = cairn_alloc(ctx, 1, sizeof *engine);
    if (!engine) return CAIRN_NO_MEMORY;
    engine->ctx = ctx;
    engine->names = names ? names : &none;
    engine->bits_most = CAIRN_TOOL_BITS_MOST;
    engine->work_end = WORK_MOST;
    value_status status = value_reserve(engine, ROOM) ? value_rational(engine, node, NULL, out) : VALUE_NO_MEMORY;
    cairn_status result = CAIRN_OK;
    if (status != VALUE_KNOWN) result = refuse(ctx, status, engine->stopped ? engine->stopped : node);
    cairn_free(engine); /* exact values leave nothing in FLINT */
    return result;
}
