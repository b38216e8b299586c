/* Mathematics in text as a tree: what the reader makes, and what comparison, explanation and calculator walk.
 *
 * Children are kid[0 .. kids). Every node knows its bytes in the text it was read from. Trees live in an arena; their
 * depth is at most MATH_DEPTH_MOST, so that walking them by recursion is safe. */
#ifndef CAIRN_TOOL_MATH_TREE_H
#define CAIRN_TOOL_MATH_TREE_H

#include "cairn/core.h"

enum { MATH_DEPTH_MOST = 200, MATH_NODES_MOST = 20000 };

typedef enum math_kind {
    /* leaves; `text` is in the arena */
    MATH_UNREAD, /* what the grammar does not cover; text: why; kids, if any: what it may mean */
    MATH_EMPTY,  /* nothing was written */
    MATH_NUMBER, /* text: "1234.50", "0.1(6)" with a repeating part, "1.5e-7"; digits only, no sign, no separators;
                    FLAG_OPEN_RIGHT: its repeating part was written by dots, which may cut another number off */
    MATH_NAME,   /* a symbol: "x", "theta", "x_1", "A'"; constants are the names "pi", "e", "i", "infinity" */
    MATH_TEXT,   /* words that are no mathematics: "Monday", "no solution"; text: as written, single blanks */
    MATH_CHOICE, /* a letter of a multiple choice written as one: "(B)", "\text{(B)}", "B."; text: "B"; kid: the
                      content that follows it, where there is some */
    MATH_TIME,   /* text: "14:30" or "14:30:05" (24 hours); AM and PM are resolved; a bare "2:30" is "02:30" with
                      FLAG_HALF_DAY */
    MATH_DATE,   /* text: ISO "2024-03-15", or "--03-15" without a year */
    /* arithmetic: kids are operands */
    MATH_SUM,        /* 2 or more; a difference is a sum with MATH_NEGATE */
    MATH_PRODUCT,    /* 2 or more */
    MATH_QUOTIENT,   /* 2 */
    MATH_NEGATE,     /* 1; FLAG_DOUBLE: written "+-", which may say +- */
    MATH_PLUS_MINUS, /* 1: +-a; 2: a +- b; FLAG_TURNED: the sign was \mp */
    MATH_POWER,      /* base, exponent */
    MATH_ROOT,       /* radicand, degree (a NUMBER "2" where none was written) */
    MATH_FACTORIAL,  /* 1; FLAG_DOUBLE: n!! */
    MATH_ABS,        /* 1; |x|, and of a set or matrix too */
    MATH_FLOOR,
    MATH_CEILING,
    MATH_CALL,     /* text: function "sin", "log", "f", "gcd", "binomial", "mod" ...; kids: arguments. log with a base:
                      (argument, base). sin^2 x is a POWER of the CALL; sin^{-1} is "arcsin". */
    MATH_MIXED,    /* a mixed number: whole, fraction */
    MATH_BASED,    /* digits in a base: text: the digits "4210"; kid: the base */
    MATH_PERCENT,  /* 1: a% */
    MATH_DEGREES,  /* 1: an angle in degrees */
    MATH_QUANTITY, /* number, unit; the unit is a tree of NAMEs that the table of units knows, with PRODUCT, QUOTIENT
                      and POWER; money too: unit "$" */
    /* structures */
    MATH_TUPLE,    /* (a, b, ...): ordered; "(1,2)" may be an interval, too: FLAG_INTERVAL_TOO for two items;
                      FLAG_VECTOR where square brackets stood: [1, 2, 3] */
    MATH_INTERVAL, /* from, to; FLAG_OPEN_LEFT, FLAG_OPEN_RIGHT; only where one end is closed or infinite */
    MATH_SET,      /* {a, b}; \emptyset is one without kids */
    MATH_LIST,     /* a, b, c and d without brackets, also "a and b", lines of a table; FLAG_DOUBLE: "a or b" */
    MATH_UNION,
    MATH_INTERSECTION,
    MATH_DIFFERENCE, /* of sets: a \setminus b */
    MATH_BUILDER,    /* {x | condition}: pattern, condition */
    MATH_MATRIX,     /* kids: rows, each a MATH_ROW; a vector <a, b, c> is a matrix of one column: FLAG_VECTOR */
    MATH_ROW,
    MATH_CASES,    /* kids: value, condition, value, condition ... (condition MATH_EMPTY for "otherwise") */
    MATH_RATIO,    /* a : b : c */
    MATH_RELATION, /* a chain: kids are the sides; relation[i] stands between kid i and kid i+1 */
    MATH_AND,      /* statements joined by "and" or a comma */
    MATH_OR,
    MATH_KINDS
} math_kind;

typedef enum math_relation {
    MATH_EQUAL,
    MATH_UNEQUAL,
    MATH_LESS,
    MATH_LESS_EQUAL,
    MATH_GREATER,
    MATH_GREATER_EQUAL,
    MATH_APPROXIMATE,
    MATH_IN,
    MATH_NOT_IN,
    MATH_CONGRUENT, /* last kid: the modulus, where one is written */
    MATH_SUBSET,
    MATH_MAPS, /* f : A \to B, x \mapsto y */
    MATH_PARALLEL,
    MATH_OTHER_RELATION
} math_relation;

enum {
    MATH_FLAG_OPEN_LEFT = 1,
    MATH_FLAG_OPEN_RIGHT = 2,
    MATH_FLAG_INTERVAL_TOO = 4, /* of a TUPLE of two: "(1, 2)" */
    MATH_FLAG_VECTOR = 8,
    MATH_FLAG_TURNED = 16,
    MATH_FLAG_DOUBLE = 32,
    MATH_FLAG_HALF_DAY = 64,
    MATH_FLAG_GROUPED = 128,       /* brackets or a \frac group stood around it */
    MATH_FLAG_IMPLICIT = 256,      /* a PRODUCT without a sign: 2x, a(b) */
    MATH_FLAG_WORDS = 512,         /* a number said in words: "twenty-one" */
    MATH_FLAG_DETERMINANT = 1024,  /* a MATRIX between bars */
    MATH_FLAG_COMMA_GROUPED = 2048 /* a NUMBER with separators of thousands: "1,000"; a LIST like "3,5", which may be a
                                      number with a decimal comma */
};

typedef struct math_node {
    math_kind kind;
    uint32_t flags;
    uint32_t start, end; /* bytes of the text */
    const char *text;    /* of leaves and calls; NULL for others */
    struct math_node **kid;
    uint32_t kids;
    math_relation *relation; /* [kids - 1] of a RELATION */
} math_node;

const char *math_kind_name(math_kind kind);
const char *math_relation_sign(math_relation relation); /* "<=" */

/* Whether the tree holds a node of a kind. */
bool math_holds(const math_node *node, math_kind kind);

#endif
