/* The reader: plain text, LaTeX and Unicode mathematics to one tree; and the writer, back to plain text. */
#ifndef CAIRN_TOOL_MATH_READ_H
#define CAIRN_TOOL_MATH_READ_H

#include "tool/math/tree.h"

/* Reads text[length], a whole answer. What the grammar does not cover becomes a MATH_UNREAD node at its place: the call
 * itself only fails by LIMIT (more than MATH_NODES_MOST nodes, nested deeper than MATH_DEPTH_MOST) and NO_MEMORY.
 * Linear in length. The tree lives in `arena`.
 * Readings that are conventions:
 * - [[1, 2], [3, 4]] is a MATRIX, [1, 2, 3] a TUPLE with FLAG_VECTOR, [1, 2] an INTERVAL, <1, 2> a MATRIX with
 *   FLAG_VECTOR;
 * - "The answer is 5", "answer: 5" and \text{answer} = 5 are a RELATION whose left side is a TEXT;
 * - x = 1, 2 is a RELATION whose right side is a LIST; "3 hours and 20 minutes" a SUM of two QUANTITYs;
 * - a run of capitals is one NAME: AB; so are \overline{AB}, \vec{a} and \triangle ABC, as written;
 * - blackboard letters are the NAMEs Reals, Integers, Rationals, Naturals, Complexes;
 * - an ordinal, 3rd or 15^{th}, is a QUANTITY with the unit "th";
 * - blanks separate thousands where a group begins with a zero: 12 050 000; 12 345 is not read;
 * - 5C2 is a binomial; 45°30' a sum under DEGREES; cis x is cos x + i sin x; x1 beside x2 is the NAME x_1. */
cairn_status math_read(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length, math_node **out);

/* The tree in one plain notation, which math_read reads back to an equal tree: "(1, 9/2)", "sqrt(2)/2",
 * "x^3 + 3*x - 6", "{2, 3, 4}", "5 cm". NULL: no memory. */
char *math_write(cairn_arena *arena, const math_node *node);
/* One node a line, indented by two blanks a level: kind, text, bytes. NULL: no memory. */
char *math_draw(cairn_arena *arena, const math_node *node);

#endif
