/* The calculator: expressions, equalities in a text, and worked solutions checked step by step.
 *
 *     bench_tool_calc [runs] */
#include <string.h>

#include "bench.h"
#include "cairn/tool.h"

enum { ROUNDS = 2000 };

static const char *const expressions[] = {"16 - 3 - 4",
                                          "9 * 2",
                                          "((-4 * 7 - 2) * (3 + -8)) / 6",
                                          "1,250 * 12%",
                                          "2.5 * (1.75 + 0.25) - 1/3",
                                          "3/4 of 200",
                                          "2^10 - 24",
                                          "$40 + $12.50"};
static const char *const lines[] = {
    "Janet sells 16 - 3 - 4 = <<16-3-4=9>>9 duck eggs a day.",
    "She makes 9 * 2 = $<<9*2=18>>18 every day at the market.",
    "The second glass costs 60/100*5 = $<<60/100*5=3>>3, so half of them cost 16/2*3 = $24.",
    "Altogether that makes 80000 + 50000 = 130000, a profit of 200000 - 130000 = 70000 dollars.",
};
static const char problem[] = "(((-9 - 5 - 0) - (4 + 3 + -5)) - ((3 * 4 * 5) * (7 - -7 * 4))) =";
static const char *const steps[] = {
    "This equation can be written as \"A - B - C\", where A = (-9 - 5 - 0), B = (4 + 3 + -5), and C = ((3 * 4 * 5) * "
    "(7 - -7 * 4)).",
    "Let's calculate A = (-9 - 5 - 0) = (-9 - 5) = -14.",
    "Let's calculate B = (4 + 3 + -5) = (4 + 3 - 5) = 2.",
    "Let's calculate C = ((3 * 4 * 5) * (7 - -7 * 4)) = ((3 * 4 * 5) * (7 - -28)) = ((3 * 4 * 5) * (35)) = (60 * 35) = "
    "2100.",
    "Then, the final equation is A - B - C = -14 - 2 - 2100 = -2116. So the answer is -2116",
};
#define COUNT(list) (sizeof(list) / sizeof *(list))

static cairn_status evaluate(cairn_ctx *ctx, void *arg, int64_t *items) {
    cairn_arena *arena = arg;
    for (int i = 0; i < ROUNDS; i++)
        for (size_t k = 0; k < COUNT(expressions); k++, ++*items) {
            cairn_number value;
            cairn_arena_reset(arena);
            CAIRN_TRY(cairn_calc_eval(ctx, arena, expressions[k], strlen(expressions[k]), NULL, 0, &value));
        }
    return CAIRN_OK;
}

static cairn_status check_lines(cairn_ctx *ctx, void *arg, int64_t *items) {
    cairn_arena *arena = arg;
    for (int i = 0; i < ROUNDS; i++)
        for (size_t k = 0; k < COUNT(lines); k++, ++*items) {
            cairn_equation *equations;
            size_t count;
            cairn_arena_reset(arena);
            CAIRN_TRY(cairn_equations_check(ctx, arena, lines[k], strlen(lines[k]), &equations, &count));
        }
    return CAIRN_OK;
}

static cairn_status check_traces(cairn_ctx *ctx, void *arg, int64_t *items) {
    cairn_arena *arena = arg;
    for (int i = 0; i < ROUNDS; i++) {
        cairn_trace_finding findings[COUNT(steps)];
        cairn_arena_reset(arena);
        CAIRN_TRY(cairn_trace_check(ctx, arena, problem, steps, COUNT(steps), true, findings));
        if (findings[COUNT(steps) - 1].verdict != CAIRN_VERDICT_RIGHT)
            return cairn_fail(ctx, CAIRN_INTERNAL, "the trace is right: %s", findings[COUNT(steps) - 1].evidence);
        *items += (int64_t)COUNT(steps);
    }
    return CAIRN_OK;
}

static cairn_status all(const bench *b) {
    cairn_arena *arena;
    CAIRN_TRY(cairn_arena_open(b->ctx, 65536, &arena));
    cairn_status status = bench_measure(b, "expressions", 0, evaluate, arena);
    if (status == CAIRN_OK) status = bench_measure(b, "lines of a word problem's solution", 0, check_lines, arena);
    if (status == CAIRN_OK) status = bench_measure(b, "steps of a worked expression", 0, check_traces, arena);
    cairn_arena_close(arena);
    return status;
}

int main(int argc, char **argv) {
    return bench_main(argc, argv, "calculator", "item", all);
}
