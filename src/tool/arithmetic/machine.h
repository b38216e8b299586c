/* The machine behind calc_range: a stack of values and one of operators. */
#ifndef CAIRN_TOOL_ARITHMETIC_MACHINE_H
#define CAIRN_TOOL_ARITHMETIC_MACHINE_H

#include "tool/arithmetic/calc.h"
#include "tool/math/value.h"

struct calc {
    cairn_ctx *ctx;
    mpq_t values[CAIRN_TOOL_DEPTH_MOST]; /* the first `made` are initialised */
    size_t made;
    bool share[CAIRN_TOOL_DEPTH_MOST]; /* the value is a bare percentage */
    char operators[3 * CAIRN_TOOL_DEPTH_MOST];
    uint8_t degrees[3 * CAIRN_TOOL_DEPTH_MOST]; /* of roots among the operators */
    unsigned base;                              /* of the numbers read; 0: ten */
    mpq_t scratch;
    size_t depth, operator_depth;
    int64_t work;
    math_engine *engine; /* of formulas; NULL until one is read */
    cairn_arena *arena;
};

/* One evaluation. */
typedef struct calc_run {
    calc *m;
    const lex *l;
    size_t at, to;
    const calc_names *names;
    calc_mode mode;
    calc_reading reading;
    calc_value *out;
    size_t open;  /* brackets */
    size_t words; /* unit words since the last operand */
    bool tight;   /* the last division sign had no space beside it */
} calc_run;

/* Notes where the run ends; returns `status`. */
cairn_status calc_refuse(calc_run *r, cairn_status status);
/* Notes a new value's size and the work on it; refuses what is beyond the bounds. */
cairn_status calc_weigh(calc_run *r, const mpq_t value);
/* Counts work; false where there was too much in one call of the library. */
bool calc_spend(calc *machine, int64_t units);
cairn_status calc_push_value(calc_run *r, mpq_t **out);
cairn_status calc_push_operator(calc_run *r, char sign);
/* A root of this degree. */
cairn_status calc_push_root(calc_run *r, unsigned degree);
char calc_top_operator(const calc_run *r); /* '\0' when there is none */
/* Operators said in words, when they bind less than signs. */
enum { CALC_TIMES_LOOSE = '@', CALC_OVER_LOOSE = '|' };
/* How tightly an operator binds; 0 for a bracket, or \frac waiting for its groups. */
int calc_precedence(char sign);
/* Applies the operator on top of the stack. */
cairn_status calc_apply(calc_run *r);
/* A binary operator: what binds at least as tightly is done first; powers go from right to left. */
cairn_status calc_binary(calc_run *r, char sign);
/* A division sign, token r->at. */
cairn_status calc_divide(calc_run *r);

#endif
