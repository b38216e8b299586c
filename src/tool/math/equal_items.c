/* The values of a collection: what a list, a set, a tuple, +- and statements with names come to. */
#include <string.h>

#include "tool/math/equal_items.h"

enum { SIGNS_MOST = 5 };

static void add_item(comparing *c, const math_node *node, items *out);

void items_push(const math_node *node, items *out) {
    if (out->n == COMPARE_ITEMS_MOST)
        out->too_many = true;
    else
        out->at[out->n++] = node;
}

static void add_item(comparing *c, const math_node *node, items *out) {
    const math_node *pair[2];
    bool nested = node->kind == MATH_LIST || node->kind == MATH_OR;
    if (nested) {
        for (uint32_t i = 0; i < node->kids; i++) add_item(c, node->kid[i], out);
    } else if (!is_among(node, KINDS_COLLECTION) && tree_signs(c, node, pair)) {
        items_push(pair[0], out);
        items_push(pair[1], out);
    } else {
        items_push(node, out);
    }
}

typedef struct sign_choice {
    uint32_t mask, next; /* a bit of the mask for each sign: minus */
} sign_choice;

static const math_node *choose_sign(comparing *c, const math_node *node, void *with) {
    sign_choice *choice = with;
    if (node->kind != MATH_PLUS_MINUS) return node;
    bool minus = choice->mask >> choice->next++ & 1;
    const math_node *first = node->kids == 2 ? tree_map(c, node->kid[0], choose_sign, with) : NULL;
    const math_node *term = tree_map(c, node->kid[node->kids - 1], choose_sign, with);
    if (term && minus) term = tree_one(c, MATH_NEGATE, term);
    return node->kids == 2 && first && term ? tree_two(c, MATH_SUM, first, term) : node->kids == 2 ? NULL : term;
}

bool items_expand(comparing *c, items *list) {
    items all = {.kind = list->kind};
    bool any = false;
    for (uint32_t i = 0; i < list->n; i++) {
        uint32_t signs = tree_count(list->at[i], MATH_PLUS_MINUS);
        if (signs > SIGNS_MOST) return false;
        for (uint32_t mask = 0; mask < 1u << signs; mask++) {
            const math_node *value = tree_map(c, list->at[i], choose_sign, &(sign_choice){mask, 0});
            if (!value) return false;
            items_push(value, &all);
        }
        any = any || signs > 0;
    }
    if (!any || all.too_many) return false;
    *list = all;
    return true;
}

const math_node *statement_name(const math_node *node) {
    const math_node *value = without_prefix(node);
    if (value == node) return NULL;
    return node->kid[0] == value ? node->kid[1] : node->kid[0];
}

/* "x = 2 or x = -2", "x = 2, -2": the values, where all that are statements name one symbol. */
static void drop_prefixes(comparing *c, items *list) {
    const math_node *name = NULL;
    for (uint32_t i = 0; i < list->n; i++) {
        const math_node *own = statement_name(list->at[i]);
        if (!own && (i == 0 || list->at[i]->kind == MATH_RELATION)) return;
        if (own && name && !tree_same(name, own)) return;
        if (own) name = own;
    }
    if (!name) return;
    items bare = {.kind = list->kind};
    for (uint32_t i = 0; i < list->n; i++) add_item(c, without_prefix(list->at[i]), &bare);
    *list = bare;
}

bool items_continue_relation(const items *list) {
    bool relation = false, value = false;
    for (uint32_t i = 0; i < list->n; i++) {
        bool is = list->at[i]->kind == MATH_RELATION && without_prefix(list->at[i]) == list->at[i];
        relation |= is;
        value |= !is && is_among(list->at[i], KINDS_VALUE);
    }
    return relation && value;
}

bool items_name_several(const items *list) {
    const math_node *name = NULL;
    for (uint32_t i = 0; i < list->n; i++) {
        const math_node *own = statement_name(list->at[i]);
        if (own && name && !tree_same(name, own)) return true;
        if (own) name = own;
    }
    return false;
}

/* "p = 5, q = 2, p = 7, q = 2": where the names come again in the same order, one tuple each time. */
static void group_by_names(comparing *c, items *list) {
    uint32_t period = 1;
    if (list->n < 4 || !statement_name(list->at[0])) return;
    while (period < list->n && statement_name(list->at[period]) &&
           !tree_same(statement_name(list->at[0]), statement_name(list->at[period])))
        period++;
    if (period < 2 || period == list->n || list->n % period != 0) return;
    for (uint32_t i = 0; i < list->n; i++) {
        const math_node *name = statement_name(list->at[i]);
        if (!name || name->kind != MATH_NAME || !tree_same(name, statement_name(list->at[i % period]))) return;
        if (i > 0 && i < period && strcmp(statement_name(list->at[i - 1])->text, name->text) >= 0) return;
    }
    items grouped = {.kind = list->kind};
    for (uint32_t i = 0; i < list->n; i += period) {
        const math_node *value[COMPARE_ITEMS_MOST];
        for (uint32_t k = 0; k < period; k++) value[k] = without_prefix(list->at[i + k]);
        const math_node *tuple = tree_of(c, MATH_TUPLE, period, value);
        if (!tuple) return;
        items_push(tuple, &grouped);
    }
    *list = grouped;
}

void items_take(comparing *c, const math_node *node, items *out) {
    *out = (items){.kind = MATH_NUMBER};
    const math_node *pair[2];
    switch (node->kind) {
    case MATH_TUPLE:
        for (uint32_t i = 0; i < node->kids; i++) items_push(node->kid[i], out);
        out->kind = MATH_TUPLE;
        return;
    case MATH_SET:
    case MATH_LIST:
    case MATH_OR:
        for (uint32_t i = 0; i < node->kids; i++) add_item(c, node->kid[i], out);
        out->kind = node->kind == MATH_SET ? MATH_SET : MATH_LIST;
        drop_prefixes(c, out);
        if (node->kind == MATH_LIST) group_by_names(c, out);
        return;
    case MATH_AND:
        for (uint32_t i = 0; i < node->kids; i++) items_push(node->kid[i], out);
        out->kind = MATH_LIST;
        drop_prefixes(c, out);
        group_by_names(c, out);
        return;
    default:
        if (tree_signs(c, node, pair)) {
            add_item(c, node, out);
            out->kind = MATH_LIST;
        } else {
            items_push(node, out);
        }
    }
}

bool items_sort_by_name(items *list) {
    for (uint32_t i = 0; i < list->n; i++) {
        const math_node *name = statement_name(list->at[i]);
        if (!name || name->kind != MATH_NAME) return false;
        for (uint32_t k = i; k > 0; k--) {
            int order = strcmp(statement_name(list->at[k - 1])->text, statement_name(list->at[k])->text);
            if (order == 0) return false;
            if (order < 0) break;
            const math_node *swap = list->at[k];
            list->at[k] = list->at[k - 1];
            list->at[k - 1] = swap;
        }
    }
    return true;
}

bool items_values_by_name(const items *list, items *out) {
    *out = (items){.kind = MATH_TUPLE};
    const char *last = "";
    for (uint32_t i = 0; i < list->n; i++) {
        const math_node *name = statement_name(list->at[i]);
        if (!name || name->kind != MATH_NAME || strcmp(last, name->text) >= 0) return false;
        last = name->text;
        items_push(without_prefix(list->at[i]), out);
    }
    return list->n > 1;
}
