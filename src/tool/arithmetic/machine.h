/* What reads and values sides: the tokens of the range at hand, the engine of the grammar's trees, bounds on work. */
#ifndef CAIRN_TOOL_ARITHMETIC_MACHINE_H
#define CAIRN_TOOL_ARITHMETIC_MACHINE_H

#include "tool/arithmetic/calc.h"
#include "tool/math/read_parts.h"
#include "tool/math/value.h"

/* An open bracket, or the whole range. */
typedef struct calc_level {
    char part;   /* of a \frac: 1 above, 2 below; 0: another bracket */
    char sign;   /* the last of + - * / in it; '\0': none */
    size_t term; /* token at which its last term begins */
} calc_level;

/* The value of a token of * or / that words say. */
enum { CALC_SAID = 2 };

struct calc {
    cairn_ctx *ctx;
    unsigned base; /* of the numbers read; 0: ten */
    mpq_t scratch;
    int64_t work;
    math_token *tokens; /* of the range, as the grammar's parser takes them */
    size_t count, capacity;
    calc_level levels[CAIRN_TOOL_DEPTH_MOST + 1];
    bool irrational;     /* sides without a rational value are read, too */
    math_engine *engine; /* NULL until a side is valued */
    cairn_arena *arena;  /* of the trees of one side */
};

/* One range. */
typedef struct calc_run {
    calc *m;
    const lex *l;
    size_t at, to;
    const calc_names *names;
    calc_mode mode;
    calc_value *out;
    size_t open;       /* brackets */
    size_t words;      /* unit words since the last operand */
    char part;         /* of a \frac that the next bracket is */
    int spare_signs;   /* operators that only the values of names have */
    int spare_figures; /* and numbers */
    cairn_status status;
} calc_run;

/* Counts work; false where there was too much in one call of the library. */
bool calc_spend(calc *machine, int64_t units);
/* Makes room for the tree and the values of the next side. False: no memory. */
bool calc_prepare(calc *machine);

/* Appends a token for bytes of token r->at; `text` in the arena or static, NULL for signs. */
void calc_emit(calc_run *r, math_token_kind kind, const char *text, int32_t value);
/* A number as it is written, or in the machine's base. */
void calc_emit_number(calc_run *r);
/* The value of a name, in brackets. */
void calc_emit_value(calc_run *r, const mpq_t value);
/* A sign: + - * / ^ or LEX_FROM. */
void calc_emit_sign(calc_run *r, char sign);
void calc_open_bracket(calc_run *r);
void calc_close_bracket(calc_run *r);

#endif
