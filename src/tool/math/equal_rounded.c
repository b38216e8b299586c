/* Formulas whose decimals are rounded: y = 0.3333x for y = x/3. */
#include <math.h>
#include <string.h>

#include "tool/math/equal_rules.h"

enum { DECIMALS_MOST = 6, DIGITS_LEAST = 4, PLACES_LEAST = 3, POINTS = 8 };

/* The decimals of a formula that may be rounded, and each with half a unit of its last digit more. */
typedef struct rounded {
    const math_node *at[DECIMALS_MOST], *up[DECIMALS_MOST];
    int n;
    size_t places_least; /* of each: as for numbers, more of them where the other side is not exact, either */
} rounded;

static bool holds_number(const math_node *node, const char *text) {
    if (node->kind == MATH_NUMBER) return strcmp(node->text, text) == 0;
    for (uint32_t i = 0; i < node->kids; i++)
        if (holds_number(node->kid[i], text)) return true;
    return false;
}

/* Whether a formula holds a decimal that the other one has not. */
static bool holds_other_decimal(const math_node *node, const math_node *other) {
    if (node->kind == MATH_NUMBER) return strchr(node->text, '.') && !holds_number(other, node->text);
    for (uint32_t i = 0; i < node->kids; i++)
        if (holds_other_decimal(node->kid[i], other)) return true;
    return false;
}

/* Collects the decimals that the other formula has not, too; false: too many, or one of few digits. */
static bool collect(comparing *c, const math_node *node, const math_node *other, rounded *out) {
    if (node->kind == MATH_NUMBER) {
        const char *point = strchr(node->text, '.');
        if (!point || holds_number(other, node->text)) return true;
        for (int i = 0; i < out->n; i++)
            if (strcmp(out->at[i]->text, node->text) == 0) return true;
        size_t places = strlen(point + 1), zeros = strspn(node->text, "0."), digits = strlen(node->text) - zeros;
        if (zeros == 0) digits--; /* the point */
        bool plain = strspn(point + 1, "0123456789") == places;
        if (!plain || digits < DIGITS_LEAST || places < out->places_least || out->n == DECIMALS_MOST ||
            (node->flags & MATH_FLAG_OPEN_RIGHT))
            return false;
        const char *half = cairn_arena_printf(c->arena, "5e-%zu", places + 1);
        out->at[out->n] = node;
        out->up[out->n++] = tree_two(c, MATH_SUM, node, tree_text(c, MATH_NUMBER, half));
        return true;
    }
    for (uint32_t i = 0; i < node->kids; i++)
        if (!collect(c, node->kid[i], other, out)) return false;
    return true;
}

static bool value_at(comparing *c, const math_node *node, unsigned point, double *out) {
    double low, high;
    const math_node *number = node ? tree_at_point(c, node, point) : NULL;
    if (!number || !math_bounds(c->engine, number, &low, &high)) return false;
    *out = (low + high) / 2;
    return isfinite(*out) && high - low <= 1e-12 * fabs(*out);
}

/* Whether the values differ by no more than the rounding of the decimals allows, which is little but more than what a
 * double leaves out. */
static bool agree_at(comparing *c, const math_node *exact, const math_node *decimal, const rounded *d, unsigned point) {
    double x, y, moved, slack = 0;
    if (!value_at(c, exact, point, &x) || !value_at(c, decimal, point, &y)) return false;
    for (int i = 0; i < d->n; i++) {
        if (!value_at(c, tree_put(c, decimal, d->at[i], d->up[i]), point, &moved)) return false;
        slack += fabs(moved - y);
    }
    return fabs(x - y) <= slack * (1 + 1e-9) && slack <= 1e-3 * fabs(y) && slack >= 1e-10 * fabs(y);
}

bool formula_is_rounded(comparing *c, const math_node *exact, const math_node *decimal) {
    rounded d = {.places_least = holds_other_decimal(exact, decimal) ? PLACES_LEAST : 0};
    if (!collect(c, decimal, exact, &d) || d.n == 0) return false;
    for (unsigned point = 0; point < POINTS; point++)
        if (!agree_at(c, exact, decimal, &d, point)) return false;
    return true;
}
