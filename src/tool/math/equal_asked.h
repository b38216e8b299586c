/* What the problem asks for. */
#ifndef CAIRN_TOOL_MATH_EQUAL_ASKED_H
#define CAIRN_TOOL_MATH_EQUAL_ASKED_H

#include "tool/math/equal_rules.h"
#include "tool/math/units.h"

/* Whether the problem asks for several things one after another, "the length and the width", so that a list of them has
 * an order. */
bool asks_two_things(const comparing *c);
/* Whether the problem asks for another unit of the measure's dimension: "how many minutes", "in miles". */
bool asks_other_unit(const comparing *c, const math_measure *measure);

#endif
