/* Sets of real numbers: intervals, unions, inequalities in one variable, points; as sorted pieces. */
#include <string.h>

#include "tool/math/equal_rules.h"

enum { PIECES_MOST = 40 };

/* From `low` to `high`, where an end is excluded if it is open. Infinite ends are open. */
typedef struct piece {
    const math_node *low, *high;
    bool open_low, open_high;
} piece;

typedef struct range {
    piece at[PIECES_MOST];
    uint32_t n;
    const math_node *variable; /* of inequalities; NULL: none was named */
} range;

typedef struct maker {
    comparing *c;
    const math_node *infinity, *minus_infinity;
    bool tuples; /* (1, 2) is read as an interval */
} maker;

static bool is_infinite(const math_node *node) {
    if (node->kind == MATH_NEGATE) node = node->kid[0];
    return node->kind == MATH_NAME && strcmp(node->text, "infinity") == 0;
}

/* Adds a piece unless it is empty; false: it cannot be told, or there is no room. */
static bool add_piece(const maker *m, range *out, piece p) {
    p.open_low |= is_infinite(p.low);
    p.open_high |= is_infinite(p.high);
    int order = math_order(m->c->engine, p.low, p.high);
    if (order == 2) return false;
    if (order > 0 || (order == 0 && (p.open_low || p.open_high))) return true;
    if (out->n == PIECES_MOST) return false;
    out->at[out->n++] = p;
    return true;
}

/* -1, 0, 1 by where the pieces begin; 2: undecided. */
static int by_start(const maker *m, const piece *a, const piece *b) {
    int order = math_order(m->c->engine, a->low, b->low);
    return order ? order : (int)a->open_low - (int)b->open_low;
}

/* Sorts the pieces and joins those that touch. */
static bool tidy(const maker *m, range *r) {
    for (uint32_t i = 1; i < r->n; i++)
        for (uint32_t k = i; k > 0; k--) {
            int order = by_start(m, &r->at[k - 1], &r->at[k]);
            if (order == 2) return false;
            if (order <= 0) break;
            piece swap = r->at[k];
            r->at[k] = r->at[k - 1];
            r->at[k - 1] = swap;
        }
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->n; i++) {
        piece *last = n ? &r->at[n - 1] : NULL, *next = &r->at[i];
        int gap = last ? math_order(m->c->engine, last->high, next->low) : -1;
        if (gap == 2) return false;
        bool joined = last && (gap > 0 || (gap == 0 && !(last->open_high && next->open_low)));
        if (!joined) {
            r->at[n++] = *next;
            continue;
        }
        int end = math_order(m->c->engine, last->high, next->high);
        if (end == 2) return false;
        if (end == 0) last->open_high = last->open_high && next->open_high;
        if (end < 0) {
            last->high = next->high;
            last->open_high = next->open_high;
        }
    }
    r->n = n;
    return true;
}

static bool intersect(const maker *m, const range *a, const range *b, range *out) {
    out->n = 0;
    out->variable = NULL;
    for (uint32_t i = 0; i < a->n; i++)
        for (uint32_t k = 0; k < b->n; k++) {
            const piece *x = &a->at[i], *y = &b->at[k];
            int low = math_order(m->c->engine, x->low, y->low), high = math_order(m->c->engine, x->high, y->high);
            if (low == 2 || high == 2) return false;
            piece p = {.low = low >= 0 ? x->low : y->low, .high = high <= 0 ? x->high : y->high};
            p.open_low = low > 0 ? x->open_low : low < 0 ? y->open_low : x->open_low || y->open_low;
            p.open_high = high < 0 ? x->open_high : high > 0 ? y->open_high : x->open_high || y->open_high;
            if (!add_piece(m, out, p)) return false;
        }
    return tidy(m, out);
}

/* All reals outside of a tidy range. */
static bool complement(const maker *m, const range *a, range *out) {
    const math_node *low = m->minus_infinity;
    bool open = true;
    out->n = 0;
    out->variable = NULL;
    for (uint32_t i = 0; i < a->n; i++) {
        if (!add_piece(m, out, (piece){low, a->at[i].low, open, !a->at[i].open_low})) return false;
        low = a->at[i].high;
        open = !a->at[i].open_high;
    }
    if (a->n && is_infinite(low)) return true;
    return add_piece(m, out, (piece){low, m->infinity, open, true});
}

static bool read_range(const maker *m, const math_node *node, range *out);

static bool same_variable(const math_node *a, const math_node *b) {
    return !a || !b || tree_same(a, b);
}

/* `a` with the pieces of `b`, by union or intersection. */
static bool combine(const maker *m, math_kind kind, range *a, const range *b) {
    range both;
    if (!same_variable(a->variable, b->variable)) return false;
    const math_node *variable = a->variable ? a->variable : b->variable;
    if (kind == MATH_UNION) {
        if (a->n + b->n > PIECES_MOST) return false;
        for (uint32_t i = 0; i < b->n; i++) a->at[a->n++] = b->at[i];
        a->variable = variable;
        return tidy(m, a);
    }
    if (!intersect(m, a, b, &both)) return false;
    *a = both;
    a->variable = variable;
    return true;
}

static bool read_combined(const maker *m, const math_node *node, math_kind kind, range *out) {
    if (node->kids > COMPARE_ITEMS_MOST) return false;
    for (uint32_t i = 0; i < node->kids; i++) {
        range part;
        if (!read_range(m, node->kid[i], &part)) return false;
        if (i == 0)
            *out = part;
        else if (!combine(m, kind, out, &part))
            return false;
    }
    if (node->kind == MATH_AND && out->n == 0) return false; /* "x < 1, x > 2" is meant as a list */
    return node->kids > 0;
}

/* What a relation may bound: a symbol, or f(x). */
static bool is_variable(const math_node *node) {
    return (node->kind == MATH_NAME && tree_has_name(node)) || (node->kind == MATH_CALL && is_prefix(node));
}

static bool is_bound(const math_node *node) {
    return is_among(node, KINDS_VALUE) && (is_infinite(node) || math_is_constant(node));
}

/* variable `relation` bound. */
static bool half_line(const maker *m, math_relation relation, const math_node *bound, range *out) {
    out->n = 0;
    switch (relation) {
    case MATH_LESS:
    case MATH_LESS_EQUAL:
        return add_piece(m, out, (piece){m->minus_infinity, bound, true, relation == MATH_LESS});
    case MATH_GREATER:
    case MATH_GREATER_EQUAL:
        return add_piece(m, out, (piece){bound, m->infinity, relation == MATH_GREATER, true});
    case MATH_EQUAL:
        return !is_infinite(bound) && add_piece(m, out, (piece){bound, bound, false, false});
    case MATH_UNEQUAL:
        return add_piece(m, out, (piece){m->minus_infinity, bound, true, true}) &&
               add_piece(m, out, (piece){bound, m->infinity, true, true});
    default:
        return false;
    }
}

static math_relation turned(math_relation relation) {
    switch (relation) {
    case MATH_LESS:
        return MATH_GREATER;
    case MATH_LESS_EQUAL:
        return MATH_GREATER_EQUAL;
    case MATH_GREATER:
        return MATH_LESS;
    case MATH_GREATER_EQUAL:
        return MATH_LESS_EQUAL;
    default:
        return relation;
    }
}

/* The only name in a tree: *name stays NULL where there is none; false: there are several. */
static bool only_name(const math_node *node, const math_node **name) {
    if (node->kind == MATH_NAME && tree_has_name(node)) {
        if (*name) return tree_same(*name, node);
        *name = node;
        return true;
    }
    for (uint32_t i = 0; i < node->kids; i++)
        if (!only_name(node->kid[i], name)) return false;
    return true;
}

/* The only name in `node`, which is linear in it for rationals: slope * name + offset. False: another tree. */
static bool read_linear(const maker *m, const math_node *node, const math_node **name, mpq_t slope, mpq_t offset) {
    comparing *c = m->c;
    *name = NULL;
    if (!only_name(node, name) || !*name || polynomial_degree(node) > 1) return false;
    const math_node *at[2];
    at[0] = tree_put(c, node, *name, tree_leaf(c, MATH_NUMBER, "0"));
    at[1] = tree_put(c, node, *name, tree_leaf(c, MATH_NUMBER, "1"));
    if (!at[0] || !at[1] || !math_rational(c->engine, at[0], offset) || !math_rational(c->engine, at[1], slope))
        return false;
    mpq_sub(slope, slope, offset);
    return mpq_sgn(slope) != 0;
}

/* Solves left = right where the sides differ by slope * name + offset, for rationals: *bound = -offset / slope. */
static bool solve_linear(const maker *m, const math_node *left, const math_node *right, const math_node **name,
                         const math_node **bound, int *sign) {
    const math_node *difference = tree_minus(m->c, left, right);
    mpq_t slope, offset;
    mpq_inits(slope, offset, NULL);
    bool known = difference && read_linear(m, difference, name, slope, offset);
    if (known) {
        *sign = mpq_sgn(slope);
        mpq_neg(offset, offset);
        mpq_div(offset, offset, slope);
        *bound = tree_rational(m->c, offset);
    }
    mpq_clears(slope, offset, NULL);
    return known && *bound;
}

/* |x| within `inner`: what of it is not negative, and its mirror image. */
static bool unfold_abs(const maker *m, const range *inner, range *out) {
    math_node *zero = tree_leaf(m->c, MATH_NUMBER, "0");
    range positive = {.n = 0}, kept;
    if (!zero || !add_piece(m, &positive, (piece){zero, m->infinity, false, true}) ||
        !intersect(m, inner, &positive, &kept) || 2 * kept.n > PIECES_MOST)
        return false;
    out->n = 0;
    for (uint32_t i = 0; i < kept.n; i++) {
        const piece *p = &kept.at[i];
        const math_node *low = is_infinite(p->high) ? m->minus_infinity : tree_one(m->c, MATH_NEGATE, p->high);
        const math_node *high = tree_one(m->c, MATH_NEGATE, p->low);
        if (!low || !high) return false;
        out->at[out->n++] = *p;
        out->at[out->n++] = (piece){low, high, p->open_high, p->open_low};
    }
    return tidy(m, out);
}

/* `end` less `offset`, over `slope`; infinite ends stay so, turned where the slope is negative. */
static const math_node *shifted_end(const maker *m, const math_node *end, const mpq_t slope, const mpq_t offset) {
    comparing *c = m->c;
    if (is_infinite(end)) return (end->kind == MATH_NEGATE) == (mpq_sgn(slope) > 0) ? m->minus_infinity : m->infinity;
    return tree_two(c, MATH_QUOTIENT, tree_minus(c, end, tree_rational(c, offset)), tree_rational(c, slope));
}

/* |inside| `relation` bound, where `inside` is a variable, or linear in one. */
static bool read_abs(const maker *m, const math_node *inside, math_relation relation, const math_node *bound,
                     range *out) {
    range values = {.n = 0};
    if (!half_line(m, relation, bound, &values) || !unfold_abs(m, &values, out)) return false;
    out->variable = inside;
    if (is_variable(inside)) return true;
    mpq_t slope, offset;
    mpq_inits(slope, offset, NULL);
    bool known = is_among(inside, KINDS_VALUE) && read_linear(m, inside, &out->variable, slope, offset);
    for (uint32_t i = 0; known && i < out->n; i++) {
        piece p = out->at[i];
        bool turns = mpq_sgn(slope) < 0;
        const math_node *low = shifted_end(m, p.low, slope, offset), *high = shifted_end(m, p.high, slope, offset);
        out->at[i] = turns ? (piece){high, low, p.open_high, p.open_low} : (piece){low, high, p.open_low, p.open_high};
        known = low && high;
    }
    mpq_clears(slope, offset, NULL);
    return known && tidy(m, out);
}

/* left `relation` right as a range of the variable that one side is, |x| among these, or that both hold linearly. */
static bool read_pair(const maker *m, const math_node *left, math_relation relation, const math_node *right,
                      range *out) {
    const math_node *bound;
    int sign = 1;
    if (is_bound(left) && !is_bound(right)) return read_pair(m, right, turned(relation), left, out);
    if (is_variable(left) && is_bound(right)) {
        out->variable = left;
        return half_line(m, relation, right, out);
    }
    if (left->kind == MATH_ABS && is_bound(right)) return read_abs(m, left->kid[0], relation, right, out);
    if (!is_among(left, KINDS_VALUE) || !is_among(right, KINDS_VALUE) || is_infinite(right) || is_infinite(left))
        return false;
    if (!solve_linear(m, left, right, &out->variable, &bound, &sign)) return false;
    return half_line(m, sign < 0 ? turned(relation) : relation, bound, out);
}

static bool read_relation(const maker *m, const math_node *node, range *out) {
    if (node->kids == 2 && node->relation[0] == MATH_IN && is_variable(node->kid[0])) {
        if (!read_range(m, node->kid[1], out)) return false;
        out->variable = node->kid[0];
        return true;
    }
    if (node->kids == 2 && node->relation[0] == MATH_NOT_IN && is_variable(node->kid[0])) {
        range inner;
        if (!read_range(m, node->kid[1], &inner) || !complement(m, &inner, out)) return false;
        out->variable = node->kid[0];
        return true;
    }
    for (uint32_t i = 0; i + 1 < node->kids; i++) {
        range part = {.n = 0};
        if (!read_pair(m, node->kid[i], node->relation[i], node->kid[i + 1], &part)) return false;
        if (i == 0)
            *out = part;
        else if (!combine(m, MATH_INTERSECTION, out, &part))
            return false;
    }
    return node->kids > 1;
}

static bool is_all_reals(const math_node *node) {
    static const char *const names[] = {"Reals", "reals", "real numbers", "all real numbers", "all reals", "all real"};
    if (node->kind != MATH_NAME && node->kind != MATH_TEXT) return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(node->text, names[i]) == 0) return true;
    return false;
}

static bool read_builder(const maker *m, const math_node *node, range *out) {
    const math_node *pattern = node->kid[0];
    range domain;
    if (!read_range(m, node->kid[1], out)) return false;
    if (is_variable(pattern)) return same_variable(out->variable, pattern);
    if (pattern->kind != MATH_RELATION || !read_range(m, pattern, &domain)) return false;
    return combine(m, MATH_INTERSECTION, out, &domain);
}

static bool read_range(const maker *m, const math_node *node, range *out) {
    *out = (range){.n = 0};
    if (is_all_reals(node)) return add_piece(m, out, (piece){m->minus_infinity, m->infinity, true, true});
    switch (node->kind) {
    case MATH_INTERVAL:
        return is_bound(node->kid[0]) && is_bound(node->kid[1]) &&
               add_piece(m, out,
                         (piece){node->kid[0], node->kid[1], (node->flags & MATH_FLAG_OPEN_LEFT) != 0,
                                 (node->flags & MATH_FLAG_OPEN_RIGHT) != 0});
    case MATH_TUPLE:
        return m->tuples && node->kids == 2 && (node->flags & MATH_FLAG_INTERVAL_TOO) && is_bound(node->kid[0]) &&
               is_bound(node->kid[1]) && add_piece(m, out, (piece){node->kid[0], node->kid[1], true, true});
    case MATH_SET:
        for (uint32_t i = 0; i < node->kids; i++) {
            const math_node *at = node->kid[i];
            if (!is_bound(at) || is_infinite(at) || !add_piece(m, out, (piece){at, at, false, false})) return false;
        }
        return tidy(m, out);
    case MATH_UNION:
    case MATH_OR:
        return read_combined(m, node, MATH_UNION, out);
    case MATH_INTERSECTION:
    case MATH_AND:
        return read_combined(m, node, MATH_INTERSECTION, out);
    case MATH_DIFFERENCE: {
        range taken, rest;
        return read_range(m, node->kid[0], out) && read_range(m, node->kid[1], &taken) &&
               complement(m, &taken, &rest) && combine(m, MATH_INTERSECTION, out, &rest);
    }
    case MATH_RELATION:
        return read_relation(m, node, out);
    case MATH_BUILDER:
        return read_builder(m, node, out);
    default:
        if (!is_bound(node) || is_infinite(node) || is_variable(node)) return false;
        return add_piece(m, out, (piece){node, node, false, false});
    }
}

/* Whether a tree speaks of a set of reals by itself, so that the other side is read as one too. */
static bool is_set_of_reals(const math_node *node) {
    if (is_among(node, KINDS_RANGE) || is_all_reals(node)) return true;
    if (node->kind == MATH_AND || node->kind == MATH_OR || node->kind == MATH_LIST) {
        for (uint32_t i = 0; i < node->kids; i++)
            if (is_set_of_reals(node->kid[i])) return true;
        return false;
    }
    if (node->kind != MATH_RELATION) return false;
    for (uint32_t i = 0; i + 1 < node->kids; i++)
        if (node->relation[i] == MATH_EQUAL || node->relation[i] == MATH_APPROXIMATE) return false;
    return true;
}

/* Two intervals whose ends are no numbers, "(a, b]": end by end. */
static bool judge_symbolic(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    math_judgement low, high;
    uint32_t ends = MATH_FLAG_OPEN_LEFT | MATH_FLAG_OPEN_RIGHT;
    if (a->kind != MATH_INTERVAL || r->kind != MATH_INTERVAL) return false;
    cairn_verdict first = compare_trees(c, a->kid[0], r->kid[0], &low);
    cairn_verdict second = compare_trees(c, a->kid[1], r->kid[1], &high);
    if (first == CAIRN_VERDICT_WRONG || second == CAIRN_VERDICT_WRONG)
        return compare_says(c, out, CAIRN_VERDICT_WRONG, "interval", "an end differs");
    if (first == CAIRN_VERDICT_UNKNOWN || second == CAIRN_VERDICT_UNKNOWN)
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "interval", "whether the ends are equal was not decided");
    bool same = ((a->flags ^ r->flags) & ends) == 0;
    return compare_says(c, out, same ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG, "interval",
                        same ? "both ends are equal" : "an end belongs to one of them only");
}

static bool judge_ranges(comparing *c, const range *x, const range *y, math_judgement *out) {
    math_judgement end;
    cairn_verdict all = CAIRN_VERDICT_RIGHT;
    if (x->n != y->n)
        return compare_says(c, out, CAIRN_VERDICT_WRONG, "interval", "%u separate pieces, the reference has %u", x->n,
                            y->n);
    for (uint32_t i = 0; i < x->n; i++) {
        const piece *p = &x->at[i], *q = &y->at[i];
        const math_node *ends[2][2] = {{p->low, q->low}, {p->high, q->high}};
        for (int side = 0; side < 2; side++) {
            if (is_infinite(ends[side][0]) && is_infinite(ends[side][1])) continue;
            cairn_verdict one = compare_trees(c, ends[side][0], ends[side][1], &end);
            if (one == CAIRN_VERDICT_WRONG)
                return compare_says(c, out, one, "interval", "piece %u %s elsewhere: %s", i + 1,
                                    side ? "ends" : "begins", end.why);
            if (one == CAIRN_VERDICT_UNKNOWN) all = one;
        }
        if (p->open_low != q->open_low || p->open_high != q->open_high)
            return compare_says(c, out, CAIRN_VERDICT_WRONG, "interval",
                                "an end of piece %u belongs to one of them only", i + 1);
    }
    return compare_says(c, out, all, "interval", "%u pieces, end by end", x->n);
}

bool rule_interval(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (!is_set_of_reals(a) && !is_set_of_reals(r)) return false;
    maker m = {.c = c, .infinity = tree_leaf(c, MATH_NAME, "infinity"), .tuples = true};
    m.minus_infinity = m.infinity ? tree_one(c, MATH_NEGATE, m.infinity) : NULL;
    range x, y;
    if (!m.minus_infinity) return false;
    if (!read_range(&m, a, &x) || !read_range(&m, r, &y)) return judge_symbolic(c, a, r, out);
    if (!same_variable(x.variable, y.variable)) return false;
    return judge_ranges(c, &x, &y, out);
}
