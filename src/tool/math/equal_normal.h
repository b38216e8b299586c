/* One form of a tree for all spellings that differ in notation only. */
#ifndef CAIRN_TOOL_MATH_EQUAL_NORMAL_H
#define CAIRN_TOOL_MATH_EQUAL_NORMAL_H

#include "tool/math/equal_rules.h"

/* Rational numbers in lowest terms (decimals where they end soon), words in lower case, sets sorted. NULL: no memory,
 * c->status says so. */
const math_node *tree_normal(comparing *c, const math_node *node);

#endif
