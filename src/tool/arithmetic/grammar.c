/* The calculator reads tokens from the middle of prose by rules of its own. Before it calls an equality wrong, the
 * grammar reads the two sides anew: a difference that only one of the two readers sees is not certain. */
#include "tool/arithmetic/grammar.h"

#include "tool/math/read.h"
#include "tool/math/value.h"

enum { ARENA_BYTES = 4096 };

static bool letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool has_commands(const char *text, size_t length) {
    for (size_t i = 0; i + 1 < length; i++)
        if (text[i] == '\\' && letter(text[i + 1])) return true;
    return false;
}

/* Whether the grammar reads a rational number. */
static bool reads_number(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length, mpq_t value) {
    math_node *tree;
    math_engine *engine;
    if (math_read(ctx, arena, text, length, &tree) != CAIRN_OK) return false;
    if (math_engine_open(ctx, &engine) != CAIRN_OK) return false;
    mpq_t read;
    mpq_init(read);
    bool number = math_rational(engine, tree, read);
    if (number) mpq_swap(value, read);
    mpq_clear(read);
    math_engine_close(engine);
    return number;
}

bool grammar_value(cairn_ctx *ctx, const char *text, size_t length, mpq_t value) {
    cairn_arena *arena;
    if (cairn_arena_open(ctx, ARENA_BYTES, &arena) != CAIRN_OK) return false;
    bool number = reads_number(ctx, arena, text, length, value);
    cairn_arena_close(arena);
    return number || !has_commands(text, length);
}

static bool equal(cairn_ctx *ctx, cairn_arena *arena, const char *left, size_t left_length, const char *right,
                  size_t right_length) {
    math_node *l, *r;
    math_engine *engine;
    if (math_read(ctx, arena, left, left_length, &l) != CAIRN_OK) return true;
    if (math_read(ctx, arena, right, right_length, &r) != CAIRN_OK) return true;
    if (math_engine_open(ctx, &engine) != CAIRN_OK) return true;
    bool same = math_equal(engine, l, r).equal == CAIRN_VERDICT_RIGHT;
    math_engine_close(engine);
    return same;
}

bool grammar_equal(cairn_ctx *ctx, const char *left, size_t left_length, const char *right, size_t right_length) {
    cairn_arena *arena;
    if (cairn_arena_open(ctx, ARENA_BYTES, &arena) != CAIRN_OK) return true;
    bool same = equal(ctx, arena, left, left_length, right, right_length);
    cairn_arena_close(arena);
    return same;
}
