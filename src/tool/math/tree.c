#include "tool/math/tree.h"

static const char *const kind_names[MATH_KINDS] = {
    [MATH_UNREAD] = "unread",
    [MATH_EMPTY] = "empty",
    [MATH_NUMBER] = "number",
    [MATH_NAME] = "name",
    [MATH_TEXT] = "text",
    [MATH_CHOICE] = "choice",
    [MATH_TIME] = "time",
    [MATH_DATE] = "date",
    [MATH_SUM] = "sum",
    [MATH_PRODUCT] = "product",
    [MATH_QUOTIENT] = "quotient",
    [MATH_NEGATE] = "negate",
    [MATH_PLUS_MINUS] = "plus-minus",
    [MATH_POWER] = "power",
    [MATH_ROOT] = "root",
    [MATH_FACTORIAL] = "factorial",
    [MATH_ABS] = "abs",
    [MATH_FLOOR] = "floor",
    [MATH_CEILING] = "ceiling",
    [MATH_CALL] = "call",
    [MATH_MIXED] = "mixed",
    [MATH_BASED] = "based",
    [MATH_PERCENT] = "percent",
    [MATH_DEGREES] = "degrees",
    [MATH_QUANTITY] = "quantity",
    [MATH_TUPLE] = "tuple",
    [MATH_INTERVAL] = "interval",
    [MATH_SET] = "set",
    [MATH_LIST] = "list",
    [MATH_UNION] = "union",
    [MATH_INTERSECTION] = "intersection",
    [MATH_DIFFERENCE] = "difference",
    [MATH_BUILDER] = "builder",
    [MATH_MATRIX] = "matrix",
    [MATH_ROW] = "row",
    [MATH_CASES] = "cases",
    [MATH_RATIO] = "ratio",
    [MATH_RELATION] = "relation",
    [MATH_AND] = "and",
    [MATH_OR] = "or",
};

static const char *const relation_signs[MATH_OTHER_RELATION + 1] = {
    [MATH_EQUAL] = "=",
    [MATH_UNEQUAL] = "!=",
    [MATH_LESS] = "<",
    [MATH_LESS_EQUAL] = "<=",
    [MATH_GREATER] = ">",
    [MATH_GREATER_EQUAL] = ">=",
    [MATH_APPROXIMATE] = "\xE2\x89\x88",
    [MATH_IN] = "\xE2\x88\x88",
    [MATH_NOT_IN] = "\xE2\x88\x89",
    [MATH_CONGRUENT] = "\xE2\x89\xA1",
    [MATH_SUBSET] = "\xE2\x8A\x82",
    [MATH_MAPS] = "->",
    [MATH_PARALLEL] = "\xE2\x88\xA5",
    [MATH_OTHER_RELATION] = "\xE2\x88\xBC",
};

const char *math_kind_name(math_kind kind) {
    return kind_names[kind];
}

const char *math_relation_sign(math_relation relation) {
    return relation_signs[relation];
}

bool math_holds(const math_node *node, math_kind kind) {
    if (node->kind == kind) return true;
    for (uint32_t i = 0; i < node->kids; i++)
        if (math_holds(node->kid[i], kind)) return true;
    return false;
}
