/* Exact evaluation of a range of tokens: the expression in it is found here, read and valued by the grammar. */
#ifndef CAIRN_TOOL_ARITHMETIC_CALC_H
#define CAIRN_TOOL_ARITHMETIC_CALC_H

#include <gmp.h>

#include "cairn/tool.h"
#include "tool/arithmetic/lex.h"

/* Named quantities. Keys are words in lower case joined by single spaces; a single letter keeps its case. */
enum { CALC_KEY_MOST = 48, CALC_NAME_WORDS = 4, CALC_UNITS = 6 };

typedef struct calc_name {
    char key[CALC_KEY_MOST];
    mpq_t value;
    bool known; /* has a value */
} calc_name;

typedef struct calc_names {
    calc_name *items;
    size_t count, capacity;
    uint16_t slots[4 * CAIRN_TOOL_NAMES_MOST]; /* hash table by key: index + 1 into `items`, 0 where free */
} calc_names;

/* How signs are read that people use in several ways. */
typedef enum calc_reading {
    CALC_WRITTEN,    /* % is a hundredth, divisions go from left to right */
    CALC_NO_PERCENT, /* % says nothing */
    CALC_SHARE,      /* % is a share of what it is added to or taken from */
    CALC_PERCENT_READINGS,
    CALC_FRACTIONS = CALC_PERCENT_READINGS, /* a / b / c is a by the fraction b / c */
    CALC_PRODUCTS,                          /* "2\\frac{1}{3}" is a product and no mixed number, or the other way */
    CALC_SIGNED,                            /* -1^4 is (-1)^4 */
    CALC_LOOSE                              /* words bind less than signs: "5 times 3 + 4" is 5 (3 + 4) */
} calc_reading;

/* How strictly a range is read, with units after numbers. WHOLE: the whole range is one expression. PREFIX: as much as
 * makes an expression from the start. */
typedef enum calc_mode { CALC_WHOLE, CALC_PREFIX } calc_mode;

typedef struct calc_value {
    mpq_t value;
    double most;       /* largest magnitude of any operand or intermediate result: scale of double-precision noise */
    size_t from, stop; /* token range read */
    int operators;     /* binary operators applied */
    int names;         /* named quantities used */
    int literals, decimals, digits; /* numbers read; of the last one: decimals and significant digits shown */
    int percents;                   /* per cent signs */
    bool divisions;                 /* a quotient was divided again: CALC_FRACTIONS gives another value */
    bool mixed;                     /* a number stands before a \\frac: CALC_PRODUCTS gives another value */
    bool signed_power;              /* a sign stands before the base of a power: CALC_SIGNED gives another value */
    bool worded;                    /* a word said a product or quotient: CALC_LOOSE may give another value */
    bool irrational;                /* the value is only near: ten digits */
    bool letters;                   /* a letter was taken for a unit: it may be an unknown */
    bool currency;
    bool fractional;            /* some number was written with decimals */
    bool share;                 /* "20% of 50" after a sign: perhaps 20% is said, of 50 things */
    bool doubt;                 /* another reading is possible: the value can confirm but not refute */
    uint32_t units[CALC_UNITS]; /* tokens of unit words */
    int unit_count;
} calc_value;

void calc_value_open(calc_value *value);
void calc_value_close(calc_value *value);
/* Nothing is known but memory for the value. */
void calc_value_reset(calc_value *value);

/* The machine: stacks that are reused, and a bound on the work of one call of the library. */
typedef struct calc calc;
cairn_status calc_open(cairn_ctx *ctx, calc **out);
void calc_close(calc *machine);

/* Numbers are read in this base from now on; 0: in base ten, with decimals. */
void calc_set_base(calc *machine, unsigned base);

/* Evaluates tokens [from, to). `names` may be NULL. Errors, without a text, because most ranges of prose do not
 * evaluate: FORMAT, NOT_FOUND (a name; its first token is in out->stop), INVALID (division by zero), LIMIT,
 * UNSUPPORTED. */
cairn_status calc_range(calc *machine, const lex *tokens, size_t from, size_t to, const calc_names *names,
                        calc_mode mode, calc_reading reading, calc_value *out);
/* What follows a value at token `at` before `to`: its units, and what leaves it in doubt. */
void calc_after(calc *machine, const lex *tokens, size_t at, size_t to, const calc_names *names, calc_value *out);

/* The key of the words [from, to) as a name; false when there are none or too many. */
bool calc_key(const lex *tokens, size_t from, size_t to, char out[CALC_KEY_MOST]);
calc_name *calc_find(const calc_names *names, const char *key);
/* Adds a name without value or finds it; NULL when CAIRN_TOOL_NAMES_MOST are there or memory is short. */
calc_name *calc_bind(cairn_ctx *ctx, calc_names *names, const char *key);
void calc_names_free(calc_names *names);
/* The longest name that starts at token `at` before `to`; its number of words, 0 when there is none. */
size_t calc_name_at(const lex *tokens, size_t at, size_t to, const calc_names *names, const calc_name **out);

/* Whether a token can begin an operand (a name only when it is known). */
bool calc_operand_at(const lex *tokens, size_t at, size_t to, const calc_names *names);
/* Whether the tokens of `value` are one number: a literal, perhaps signed, or the fraction of two. */
bool calc_is_number(const lex *tokens, const calc_value *value);
/* The same, with \\frac{1}{2}. */
bool calc_shows_number(const lex *tokens, const calc_value *value);
/* The binary operator said by token `at` ("times", "x" between operands, "+"), or '\0'; `*words` its tokens. */
char calc_operator_at(const lex *tokens, size_t at, size_t to, const calc_names *names, size_t *words);

/* Puts the value of the number token `at` into the machine's scratch; false when it is none. */
bool calc_number_at(calc *machine, const lex *tokens, size_t at);
/* The exact value of a number as it is written: digits with thousands separators, decimals, an exponent. `*decimals`:
 * places shown after the point, less the exponent (negative for 1e3); `*digits`: significant ones. False when it is too
 * long. */
bool calc_numeral(const char *text, size_t length, mpq_t out, long *decimals, int *digits);

/* Whether a value has finitely many decimals, so that nobody need round it. */
bool calc_terminates(const mpq_t value);
/* Canonical exact text: integer, decimal of at most 20 places, or fraction. False when `out` has not enough bytes for
 * it. */
bool calc_print(const mpq_t value, char *out, size_t most);
/* The same in an arena. NULL without memory. */
char *calc_text(cairn_arena *arena, const mpq_t value);

#endif
