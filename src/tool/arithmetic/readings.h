/* A tree under another reading of its signs, calc_reading. */
#ifndef CAIRN_TOOL_ARITHMETIC_READINGS_H
#define CAIRN_TOOL_ARITHMETIC_READINGS_H

#include "tool/arithmetic/calc.h"
#include "tool/math/tree.h"

/* The tree of `text` as it is by the reading; it shares nodes with `tree`. NULL: no memory. */
math_node *reading_of(cairn_arena *arena, const char *text, math_node *tree, calc_reading reading);

bool reading_is_grouped(const math_node *node);
/* Whether it is a quotient written with "/", without brackets around it. */
bool reading_is_division(const char *text, const math_node *node);
/* Whether a factor and the next one are written as a mixed number is: 2\frac{1}{3}. */
bool reading_may_be_mixed(const char *text, const math_node *left, const math_node *right);
/* The power without brackets that a product or quotient begins with, or is; NULL: it begins otherwise. */
const math_node *reading_leading(const math_node *node);

#endif
