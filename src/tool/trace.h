/* Parts of the trace checker.
 *
 * A solution of an arithmetic problem is read as a rewriting of its expression. `rest` is what is left of it: a piece
 * that was worked out is replaced by the value that the solution gave it, right or wrong. What a step says is compared
 * with that: an equality with its other side, a piece with its place, a whole expression and a stated answer with the
 * value of the rest, a name with its definition. So a wrong value counts once, where it first appears.
 *
 * trace.c reads the problem and goes through the steps; trace_answer.c compares a stated answer with them; trace_walk.c
 * goes through the equalities of a step; trace_unread.c looks for claims that cannot be judged; trace_names.c knows the
 * named parts; trace_rest.c what is left; trace_find.c writes findings down. */
#ifndef CAIRN_TOOL_TRACE_H
#define CAIRN_TOOL_TRACE_H

#include "tool/arithmetic/equalities.h"
#include "tool/arithmetic/form.h"

enum { TRACE_CANDIDATES = 8, TRACE_SEEN = 256 };

/* An expression kept for later: bytes of a step. `text` NULL: none. */
typedef struct trace_span {
    const char *text;
    size_t from, to;
} trace_span;

typedef struct tracer {
    cairn_ctx *ctx;
    cairn_arena *arena;
    calc *machine;
    cairn_status status; /* of memory for evidence */

    /* the problem */
    bool strict;            /* it is an expression, of this value */
    systems_source systems; /* moduli and bases that it and the steps speak of */
    mpq_t problem;
    form rest;
    bool followed; /* every piece worked out so far was found in the rest */
    int replaced;

    /* the solution so far */
    calc_names names;
    trace_span defined[CAIRN_TOOL_NAMES_MOST]; /* of names[i]: its definition, until its value is worked out */
    trace_span plan;                           /* the problem rewritten by names */
    trace_span candidates[TRACE_CANDIDATES];   /* for the plan: expressions with names that have no value yet */
    size_t candidate_count;
    bool renamed;                    /* some name was given another meaning: plans made of names mean nothing */
    mpq_t carry;                     /* last value shown; with has_carry */
    bool carry_doubt, carry_decimal; /* it may be another quantity; it may be rounded */
    bool has_carry;
    mpq_t seen[TRACE_SEEN]; /* values shown so far, those of the problem first */
    size_t seen_count, seen_before, given;
    bool wrong;                   /* some step was */
    bool open;                    /* some step supposes or refutes something */
    cairn_trace_finding *suspect; /* the first step whose expression comes from nowhere */
    cairn_trace_finding suspicion;

    /* the step */
    const char *step;
    bool last; /* of a whole solution */
    cairn_trace_finding *finding;
    size_t checked, compared;         /* claims that could be; those that the answers' rules looked at */
    bool healed, unread;              /* a line is false and its end right; an equality of numbers could not be read */
    bool shown_here, planned, looked; /* a value was shown; the plan was compared; the first expression was looked at */
    lex tokens, again;
    chain links;
    calc_value left, right, spare; /* the sides at hand; one for looking up */
} tracer;

/* ---- trace_find.c ---- */

/* Records a step's first wrong claim, tokens [from, to): "<quote>: <why> <value>." */
void trace_accuse(tracer *t, cairn_trace_code code, size_t from, size_t to, const char *why, const mpq_t value);
void trace_accuse_bytes(tracer *t, cairn_trace_code code, size_t start, size_t end, const char *why, const mpq_t value);
/* The same for an equality whose right side was computed, or both sides: `left` NULL or its value. Its right side
 * begins at token `right_from`. */
void trace_accuse_sides(tracer *t, size_t from, size_t right_from, size_t to, const mpq_t *left, const mpq_t right);
/* The first computation of a step comes from nowhere: held against it when the end is wrong and nothing else is. */
void trace_suspect(tracer *t, const calc_value *value);
/* A value was shown: the one that goes on. */
void trace_carry(tracer *t, const calc_value *value);
void trace_show(tracer *t, const mpq_t value);

/* ---- trace_names.c ---- */

/* The name that ends tokens [from, to): its first token, or `to` when there is none. */
size_t trace_name_start(const lex *l, size_t from, size_t to);
/* Whether a name is a letter or the like, and not a word. */
bool trace_symbolic(const char *key);
calc_name *trace_bind(tracer *t, const char *key);
/* What a name that ends before token `to`, where `relation` stands, speaks of: a quantity of its own, the answer, or
 * all that is left. */
typedef enum trace_subject { TRACE_QUANTITY, TRACE_RESULT, TRACE_WHOLE } trace_subject;
trace_subject trace_subject_of(const tracer *t, size_t to, char relation);
/* Whether the sentence gives the name at token `start` a meaning of its own: "let x = 26", "now y = 24". */
bool trace_renames(const tracer *t, size_t start);
/* Whether the words [from, to) before a number say nothing but that it is the result: "so the answer is". */
bool trace_only_result_words(const lex *l, size_t from, size_t to);
/* Whether they say that an expression is rewritten, and nothing of its parts: "now distribute". */
bool trace_only_rewriting_words(const lex *l, size_t from, size_t to);
/* `name` is given the value in `right`, read from token `from` on. `anew`: whatever it meant before. */
void trace_define(tracer *t, calc_name *name, size_t from, bool anew);
/* Tokens [from, to) do not evaluate yet: perhaps the problem rewritten by names. */
void trace_propose(tracer *t, size_t from, size_t to);
/* After a step: a proposal that evaluates by now becomes the plan; it must have the problem's value. */
void trace_settle_plan(tracer *t);
/* The last step's first computation must be the plan with the values derived. */
void trace_check_planned(tracer *t, const calc_value *value);

/* ---- trace_rest.c ---- */

/* Spells a computation that is the first of a chain, and looks whether it comes from what is left. */
void trace_look(tracer *t, const calc_value *value, char piece[FORM_MOST]);
/* A chain began with `piece` of value `exact` and ended with `end`: puts the end in its place. */
void trace_work(tracer *t, const char *piece, const mpq_t exact, const calc_value *end);
/* Whether `right` is what is left when `piece` of value `exact` has become `end`; then it is the rest. */
bool trace_leaves(tracer *t, const char *piece, const mpq_t exact, const calc_value *end);
/* An expression stands for itself. `whole`: it is said to be all that is left. */
void trace_state(tracer *t, const calc_value *value, bool whole);
/* A number stands for itself. `result`: it is said to be a result. */
void trace_state_number(tracer *t, const calc_value *value, bool result);
/* Whether the last value shown is a rounded decimal of the problem's: 0.5 + 0.33 = 0.83 of 5/6. */
bool trace_carry_rounds(const tracer *t);
/* Whether a value is the one of all that is left, apart from decimals' rounding. */
bool trace_is_rest(const tracer *t, const calc_value *value);
void trace_set_rest(tracer *t, const calc_value *value);

/* ---- trace_unread.c ---- */

/* Looks whether link i of the chain at hand, from part i - 1 to part i, is a claim that cannot be judged. `code`: how it
 * was judged, with `left` and `right` as they were read; NULL: it was not. Errors: NO_MEMORY, LIMIT. */
cairn_status trace_note_link(tracer *t, size_t i, const calc_value *left, const calc_value *right,
                             const cairn_equation_code *code);
/* The same of a sign of order after the chain. */
void trace_note_order(tracer *t);

/* ---- trace_walk.c ---- */

/* Goes through the equalities of the step whose tokens were read. Errors: NO_MEMORY. */
cairn_status trace_walk(tracer *t);

#endif
