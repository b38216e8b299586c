/* What the files of the comparison share: the state of one comparison, its rules, and small trees. */
#ifndef CAIRN_TOOL_MATH_EQUAL_RULES_H
#define CAIRN_TOOL_MATH_EQUAL_RULES_H

#include "tool/math/equal.h"

enum { COMPARE_ITEMS_MOST = 64, COMPARE_CALLS_MOST = 6000, COMPARE_CHARS_MOST = 96 };

/* One comparison of two answers. */
typedef struct comparing {
    cairn_ctx *ctx;
    cairn_arena *arena;
    math_engine *engine;
    const cairn_grade_options *options;  /* never NULL */
    cairn_status status;                 /* NO_MEMORY once an allocation failed */
    const math_node *answer, *reference; /* whole */
    int64_t work_before;                 /* math_work at the start */
    int depth;
    int32_t calls, nodes; /* of compare_trees so far, and of the trees that it was given */
} comparing;

#define KIND(kind) ((uint64_t)1 << (kind))
#define KINDS_ALL  (KIND(MATH_KINDS) - 1)
/* What math_equal takes; a tree of these may still hold others. */
#define KINDS_VALUE                                                                                    \
    (KIND(MATH_NUMBER) | KIND(MATH_NAME) | KIND(MATH_SUM) | KIND(MATH_PRODUCT) | KIND(MATH_QUOTIENT) | \
     KIND(MATH_NEGATE) | KIND(MATH_POWER) | KIND(MATH_ROOT) | KIND(MATH_FACTORIAL) | KIND(MATH_ABS) |  \
     KIND(MATH_FLOOR) | KIND(MATH_CEILING) | KIND(MATH_CALL) | KIND(MATH_MIXED) | KIND(MATH_BASED) |   \
     KIND(MATH_PERCENT) | KIND(MATH_DEGREES))
#define KINDS_COLLECTION (KIND(MATH_TUPLE) | KIND(MATH_SET) | KIND(MATH_LIST) | KIND(MATH_AND) | KIND(MATH_OR))
#define KINDS_RANGE \
    (KIND(MATH_INTERVAL) | KIND(MATH_UNION) | KIND(MATH_INTERSECTION) | KIND(MATH_DIFFERENCE) | KIND(MATH_BUILDER))

static inline bool is_among(const math_node *node, uint64_t kinds) {
    return (KIND(node->kind) & kinds) != 0;
}
static inline bool either_is(const math_node *a, const math_node *r, math_kind kind) {
    return a->kind == kind || r->kind == kind;
}

/* ---- equal.c --------------------------------------------------------------------------------------------------- */

/* The verdict by the first rule that decides; UNKNOWN too where a bound of the work is reached. */
cairn_verdict compare_trees(comparing *c, const math_node *answer, const math_node *reference, math_judgement *out);
/* Compares a[i] with r[i]: WRONG at the first that is, else UNKNOWN at the first that is, else RIGHT. Decimals that
 * round to the reference's, each to too few digits, are RIGHT together. */
bool compare_in_order(comparing *c, const math_node *const *a, const math_node *const *r, uint32_t n, const char *rule,
                      math_judgement *out);
/* Fills `out` and returns true. The sentence is made only where it was asked for. */
bool compare_says(comparing *c, math_judgement *out, cairn_verdict verdict, const char *rule, const char *format, ...)
    CAIRN_PRINTF(5, 6);
/* A tree as a short text, for sentences; its value too where it is a number that is not written as one. */
const char *compare_show(comparing *c, const math_node *node);

/* ---- equal_trees.c: small trees -------------------------------------------------------------------------------- */

/* NULL: no memory, c->status says so. */
math_node *tree_leaf(comparing *c, math_kind kind, const char *text);
/* The same of a text that was just made; NULL: there was no memory for it. */
math_node *tree_text(comparing *c, math_kind kind, const char *text);
math_node *tree_of(comparing *c, math_kind kind, uint32_t kids, const math_node *const *kid);
math_node *tree_one(comparing *c, math_kind kind, const math_node *a);
math_node *tree_two(comparing *c, math_kind kind, const math_node *a, const math_node *b);
math_node *tree_rational(comparing *c, const mpq_t value);
/* An integer of at most four digits that is written as one. */
bool tree_small_integer(const math_node *node, int *out);
/* a - b. */
math_node *tree_minus(comparing *c, const math_node *a, const math_node *b);
/* Same kinds, texts and kids; places in the text and how brackets were written do not count. */
bool tree_same(const math_node *a, const math_node *b);
uint32_t tree_count(const math_node *node, math_kind kind);
/* Whether a tree holds a name other than a constant's. */
bool tree_has_name(const math_node *node);
typedef const math_node *tree_change(comparing *c, const math_node *node, void *with); /* `node`: no change */
/* `node` with `change` at its topmost nodes that change. */
const math_node *tree_map(comparing *c, const math_node *node, tree_change *change, void *with);
/* `node` where every node `old` is `with`. */
const math_node *tree_put(comparing *c, const math_node *node, const math_node *old, const math_node *with);
/* `node` with a fixed rational number for each name. */
const math_node *tree_at_point(comparing *c, const math_node *node, unsigned point);
/* The two values of +- in `node`, where it holds exactly one independent sign; false: none, or several. */
bool tree_signs(comparing *c, const math_node *node, const math_node *out[2]);
/* Whether each name in `node` is one in `other`. */
bool tree_names_within(const math_node *node, const math_node *other);
/* Whether the problem's text holds each name in `node`, not as a part of a word. */
bool problem_names(const comparing *c, const math_node *node);
/* Whether the problem's text holds one of the words (NULL at the end); false where no problem is given. */
bool problem_says(const comparing *c, const char *const *words);

/* Whether a tree holds this name. */
bool tree_holds_name(const math_node *node, const char *name);

/* ---- equal_reading.c: each says whether two sides that differ are UNKNOWN for another reading ------------------ */

typedef bool compare_reading(comparing *c, const math_node *a, const math_node *r, math_judgement *out);

compare_reading reading_otherwise; /* 1/2x as 1/(2x), 5k as 5000, "+ C" as nothing */
compare_reading reading_ambiguous; /* P(2) may be a function, VI a Roman number */
compare_reading reading_roman;     /* (iv) against (vi): no products */
compare_reading reading_symbol;    /* a number against "5 m": m may be a unit */
compare_reading reading_modulo;    /* 3 mod 8 may be a class of numbers: moduli differ */
compare_reading reading_angles;    /* \cos 36: one side alone has degrees */
compare_reading reading_millions;  /* "5 million" against 5: a problem may ask for millions */

/* ---- equal_rounded.c ------------------------------------------------------------------------------------------- */

/* Whether `exact` is `decimal` but for the rounding of its decimals, of four digits or more: by values at points. */
bool formula_is_rounded(comparing *c, const math_node *exact, const math_node *decimal);

/* ---- rules: each says whether it decided ----------------------------------------------------------------------- */

typedef bool compare_rule(comparing *c, const math_node *a, const math_node *r, math_judgement *out);

compare_rule rule_number, rule_expression; /* equal_number.c */
/* Whether the answer is a decimal of at least three places more that rounds to the reference; *digits: significant ones
 * of the reference. */
bool decimal_rounds_to(comparing *c, const math_node *a, const math_node *r, int *digits);
compare_rule rule_percent, rule_degrees, rule_based, rule_ratio; /* equal_notation.c */
compare_rule rule_quantity;                                      /* equal_quantity.c */
/* "5 m", "5 kN", "5 N m" as an amount: a number and letters that are units; NULL: it is none. */
const math_node *tree_as_quantity(comparing *c, const math_node *node);
compare_rule rule_tuple, rule_matrix, rule_cases; /* equal_matrix.c */
compare_rule rule_collection;                     /* equal_collection.c */
compare_rule rule_grouped;                        /* equal_grouped.c */
bool may_hold_groups(const math_node *tuple);
compare_rule rule_interval;                   /* equal_interval.c */
compare_rule rule_prefix, rule_equation;      /* equal_equation.c */
compare_rule rule_choice;                     /* equal_choice.c */
compare_rule rule_text, rule_time, rule_date; /* equal_text.c */

/* An upper bound of the degree of a polynomial in its names; 99: it is none for certain. */
int polynomial_degree(const math_node *node);
/* Whether a tree is what may stand before "=" and names the answer: x, f(x), AB, (p, q), "area". */
bool is_prefix(const math_node *node);
/* The value that "x = ..." states; the node itself where it is no such statement. */
const math_node *without_prefix(const math_node *node);

#endif
