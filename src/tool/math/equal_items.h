/* The values of a collection. */
#ifndef CAIRN_TOOL_MATH_EQUAL_ITEMS_H
#define CAIRN_TOOL_MATH_EQUAL_ITEMS_H

#include "tool/math/equal_rules.h"

typedef struct items {
    const math_node *at[COMPARE_ITEMS_MOST];
    uint32_t n;
    bool too_many;
    math_kind kind; /* SET, LIST, TUPLE; NUMBER for one value */
} items;

/* The values of any tree: +- gives two, "x = 2 or x = -2" its values. */
void items_take(comparing *c, const math_node *node, items *out);
void items_push(const math_node *node, items *out);
/* Several +- in one item as signs for themselves, so that two give four values; false: there are none, or too many. */
bool items_expand(comparing *c, items *list);
/* Whether a list states values of several names: "p = 5, q = 2". */
bool items_name_several(const items *list);
/* Whether a list has a relation other than "=" and plain values beside it: "x != 1, 2" says more than its parts. */
bool items_continue_relation(const items *list);
/* Sorts statements "name = value" by name; false: one has no name, or two have the same. */
bool items_sort_by_name(items *list);
/* "x = 1, y = 2" as the tuple of its values, where the names stand in the order of letters. */
bool items_values_by_name(const items *list, items *out);
/* The name before the sign of a statement "name = value"; NULL: it is none. */
const math_node *statement_name(const math_node *node);

#endif
