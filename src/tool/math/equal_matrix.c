/* Structures compared place by place: tuples, matrices, cases. */
#include <string.h>

#include "tool/math/equal_rules.h"

bool compare_in_order(comparing *c, const math_node *const *a, const math_node *const *r, uint32_t n, const char *rule,
                      math_judgement *out) {
    enum { PARTS_LEAST = 2, DIGITS_LEAST = 6 }; /* of decimals that all round to the reference's by chance */
    math_judgement part, open = {.verdict = CAIRN_VERDICT_RIGHT};
    uint32_t unknown = 0, rounded = 0;
    int digits = 0, all_digits = 0;
    for (uint32_t i = 0; i < n; i++) {
        cairn_verdict verdict = compare_trees(c, a[i], r[i], &part);
        if (verdict == CAIRN_VERDICT_WRONG) return compare_says(c, out, verdict, rule, "part %u: %s", i + 1, part.why);
        if (verdict != CAIRN_VERDICT_UNKNOWN) continue;
        if (unknown++ == 0) compare_says(c, &open, verdict, part.rule, "part %u: %s", i + 1, part.why);
        if (!decimal_rounds_to(c, a[i], r[i], &digits)) continue;
        rounded++;
        all_digits += digits;
    }
    if (rounded == unknown && rounded >= PARTS_LEAST && all_digits >= DIGITS_LEAST)
        return compare_says(c, out, CAIRN_VERDICT_RIGHT, "rounded", "%u parts round to %d digits of the reference",
                            rounded, all_digits);
    if (open.verdict == CAIRN_VERDICT_RIGHT)
        return compare_says(c, out, CAIRN_VERDICT_RIGHT, rule, "all %u parts are equal, place by place", n);
    *out = open;
    return true;
}

static const math_node *const *kids(const math_node *node) {
    return (const math_node *const *)node->kid;
}

/* The entries of a matrix of one column or one row, which a tuple may stand for. */
static uint32_t vector_entries(const math_node *matrix, const math_node *out[COMPARE_ITEMS_MOST]) {
    if (matrix->flags & MATH_FLAG_DETERMINANT) return 0;
    if (matrix->kids == 1 && matrix->kid[0]->kids <= COMPARE_ITEMS_MOST) {
        for (uint32_t i = 0; i < matrix->kid[0]->kids; i++) out[i] = matrix->kid[0]->kid[i];
        return matrix->kid[0]->kids;
    }
    if (matrix->kids > COMPARE_ITEMS_MOST) return 0;
    for (uint32_t i = 0; i < matrix->kids; i++) {
        if (matrix->kid[i]->kids != 1) return 0;
        out[i] = matrix->kid[i]->kid[0];
    }
    return matrix->kids;
}

bool rule_tuple(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (a->kind == MATH_MATRIX && r->kind == MATH_MATRIX) return false;
    if (a->kind == MATH_TUPLE && r->kind == MATH_TUPLE) {
        if (a->kids != r->kids && (may_hold_groups(a) || may_hold_groups(r)))
            return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "grouped", "a comma may stand between thousands");
        if (a->kids != r->kids)
            return compare_says(c, out, CAIRN_VERDICT_WRONG, "tuple", "%u parts, the reference has %u", a->kids,
                                r->kids);
        return compare_in_order(c, kids(a), kids(r), a->kids, "tuple", out);
    }
    if (a->kind != MATH_MATRIX && r->kind != MATH_MATRIX) return false;
    const math_node *entries[COMPARE_ITEMS_MOST], *matrix = a->kind == MATH_MATRIX ? a : r;
    const math_node *tuple = matrix == a ? r : a;
    uint32_t n = vector_entries(matrix, entries);
    uint32_t open = MATH_FLAG_OPEN_LEFT | MATH_FLAG_OPEN_RIGHT;
    if (n == 0 || (tuple->kind == MATH_INTERVAL && (tuple->flags & open))) return false; /* [a, b] may be a row */
    if (n != tuple->kids)
        return compare_says(c, out, CAIRN_VERDICT_WRONG, "vector-as-tuple", "%u parts against %u", n, tuple->kids);
    return compare_in_order(c, matrix == a ? entries : kids(a), matrix == a ? kids(r) : entries, n, "vector-as-tuple",
                            out);
}

/* ---- matrices ---------------------------------------------------------------------------------------------------- */

static bool same_shape(const math_node *a, const math_node *r) {
    if (a->kids != r->kids) return false;
    for (uint32_t i = 0; i < a->kids; i++)
        if (a->kid[i]->kids != r->kid[i]->kids) return false;
    return true;
}

static const math_node *as_matrix(comparing *c, const math_node *node);

static bool is_rectangular(const math_node *matrix) {
    for (uint32_t i = 1; i < matrix->kids; i++)
        if (matrix->kid[i]->kids != matrix->kid[0]->kids) return false;
    return matrix->kids > 0 && matrix->kid[0]->kids > 0;
}

/* The sum of matrices, or the product, entry by entry; NULL: the sizes do not fit, or are beyond SUM_MOST. */
static const math_node *sum_or_product(comparing *c, const math_node *node) {
    enum { SUM_MOST = 8 };
    const math_node *total = NULL, *row[SUM_MOST], *entry[SUM_MOST], *term[SUM_MOST];
    for (uint32_t i = 0; i < node->kids; i++) {
        const math_node *one = as_matrix(c, node->kid[i]), *before = total;
        if (!one || one->kind != MATH_MATRIX || (one->flags & MATH_FLAG_DETERMINANT) || one->kids > SUM_MOST)
            return NULL;
        if (!is_rectangular(one)) return NULL;
        uint32_t columns = one->kid[0]->kids;
        total = one;
        if (!before) continue;
        bool product = node->kind == MATH_PRODUCT;
        if (columns > SUM_MOST || (product ? before->kid[0]->kids != one->kids : !same_shape(before, one))) return NULL;
        for (uint32_t k = 0; k < before->kids; k++) {
            for (uint32_t m = 0; m < columns; m++) {
                for (uint32_t n = 0; n < one->kids && product; n++)
                    term[n] = tree_two(c, MATH_PRODUCT, before->kid[k]->kid[n], one->kid[n]->kid[m]);
                entry[m] = product ? one->kids == 1 ? term[0] : tree_of(c, MATH_SUM, one->kids, term)
                                   : tree_two(c, MATH_SUM, before->kid[k]->kid[m], one->kid[k]->kid[m]);
            }
            row[k] = tree_of(c, MATH_ROW, columns, entry);
        }
        total = tree_of(c, MATH_MATRIX, before->kids, row);
        if (!total) return NULL;
    }
    return total;
}

/* Whether all operands are matrices. */
static bool all_matrices(const math_node *node) {
    for (uint32_t i = 0; i < node->kids; i++)
        if (!math_holds(node->kid[i], MATH_MATRIX)) return false;
    return node->kids > 1;
}

/* A matrix with the factors that stand before it multiplied into its entries; NULL: no such form. */
static const math_node *as_matrix(comparing *c, const math_node *node) {
    if (node->kind == MATH_MATRIX || node->kind == MATH_TUPLE) return node;
    if ((node->kind == MATH_SUM || node->kind == MATH_PRODUCT) && all_matrices(node)) return sum_or_product(c, node);
    if (node->kind != MATH_PRODUCT && node->kind != MATH_QUOTIENT && node->kind != MATH_NEGATE) return NULL;
    const math_node *factor[COMPARE_ITEMS_MOST], *inner = NULL;
    if (node->kids > COMPARE_ITEMS_MOST) return NULL;
    uint32_t at = 0;
    for (uint32_t i = 0; i < node->kids; i++) {
        factor[i] = node->kid[i];
        if (!math_holds(factor[i], MATH_MATRIX) && factor[i]->kind != MATH_TUPLE) continue;
        if (inner || (node->kind == MATH_QUOTIENT && i == 1)) return NULL;
        inner = as_matrix(c, factor[i]);
        if (!inner || inner->flags & MATH_FLAG_DETERMINANT) return NULL;
        at = i;
    }
    if (!inner || inner->kids > COMPARE_ITEMS_MOST) return NULL;
    const math_node *row[COMPARE_ITEMS_MOST], *entry[COMPARE_ITEMS_MOST];
    for (uint32_t i = 0; i < inner->kids; i++) {
        bool tuple = inner->kind == MATH_TUPLE;
        uint32_t n = tuple ? 1 : inner->kid[i]->kids;
        if (n > COMPARE_ITEMS_MOST) return NULL;
        for (uint32_t k = 0; k < n; k++) {
            factor[at] = tuple ? inner->kid[i] : inner->kid[i]->kid[k];
            entry[k] = tree_of(c, node->kind, node->kids, factor);
        }
        row[i] = tuple ? entry[0] : tree_of(c, MATH_ROW, n, entry);
    }
    return tree_of(c, inner->kind, inner->kids, row);
}

bool rule_matrix(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (a->kind != MATH_MATRIX && a->kind != MATH_TUPLE && !math_holds(a, MATH_MATRIX) && !math_holds(a, MATH_TUPLE))
        return false;
    const math_node *x = as_matrix(c, a), *y = as_matrix(c, r), *left[COMPARE_ITEMS_MOST], *right[COMPARE_ITEMS_MOST];
    if (!x || !y) return false;
    if (x->kind != MATH_MATRIX || y->kind != MATH_MATRIX) return (x != a || y != r) && rule_tuple(c, x, y, out);
    if ((x->flags | y->flags) & MATH_FLAG_DETERMINANT) return false;
    uint32_t n = vector_entries(x, left), m = vector_entries(y, right);
    if (same_shape(x, y) && n > 0) return compare_in_order(c, left, right, n, "matrix", out);
    if (same_shape(x, y)) {
        math_judgement part, open = {.verdict = CAIRN_VERDICT_RIGHT};
        for (uint32_t i = 0; i < x->kids; i++) {
            compare_in_order(c, kids(x->kid[i]), kids(y->kid[i]), x->kid[i]->kids, "matrix", &part);
            if (part.verdict == CAIRN_VERDICT_WRONG)
                return compare_says(c, out, part.verdict, "matrix", "row %u, %s", i + 1, part.why);
            if (part.verdict == CAIRN_VERDICT_UNKNOWN) open = part;
        }
        *out = open;
        return open.verdict == CAIRN_VERDICT_UNKNOWN ||
               compare_says(c, out, CAIRN_VERDICT_RIGHT, "matrix", "all entries are equal");
    }
    if (n > 0 && n == m) { /* a row against a column */
        compare_in_order(c, left, right, n, "matrix", out);
        if (out->verdict == CAIRN_VERDICT_RIGHT)
            return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "matrix", "a row against a column of the same entries");
        return true;
    }
    return compare_says(c, out, CAIRN_VERDICT_WRONG, "matrix", "the matrices have different sizes");
}

bool rule_cases(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (a->kids != r->kids) return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "cases", "different numbers of cases");
    if (a->kids > 2 * COMPARE_ITEMS_MOST) return false;
    const math_node *x[2 * COMPARE_ITEMS_MOST], *y[2 * COMPARE_ITEMS_MOST];
    uint32_t n = 0;
    for (uint32_t i = 0; i < a->kids; i++) { /* "otherwise" on both sides */
        if (a->kid[i]->kind == MATH_EMPTY && r->kid[i]->kind == MATH_EMPTY) continue;
        x[n] = a->kid[i];
        y[n++] = r->kid[i];
    }
    compare_in_order(c, x, y, n, "cases", out);
    if (out->verdict == CAIRN_VERDICT_WRONG) /* another order of cases, or other conditions, may say the same */
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "cases", "the cases do not agree one by one");
    return true;
}
