/* Collections in any order: lists, sets, +-; and lists against tuples. */
#include <string.h>

#include "tool/math/equal_asked.h"
#include "tool/math/equal_items.h"

static bool asks_order(const comparing *c) {
    static const char *const words[] = {"ordered list",
                                        "ordered pair ",
                                        "ordered triple ",
                                        "increasing order",
                                        "decreasing order",
                                        "ascending order",
                                        "descending order",
                                        "respectively",
                                        "least to greatest",
                                        "greatest to least",
                                        "smallest to l",
                                        "largest to s",
                                        "in order from",
                                        "in order of",
                                        "in that order",
                                        "in this order",
                                        "alphabetical",
                                        "chronological",
                                        "rank",
                                        "in order.",
                                        "in order,",
                                        "in order?",
                                        NULL};
    return problem_says(c, words);
}

/* Whether each of one side has its equal on the other. *as_many: they pair off one by one. */
typedef struct matching {
    cairn_verdict verdict;
    bool as_many;
    const char *why;
} matching;

static matching match(comparing *c, const items *a, const items *r) {
    enum { NOT_COMPARED = 2 };
    matching out = {CAIRN_VERDICT_RIGHT, a->n == r->n, ""};
    uint32_t times[COMPARE_ITEMS_MOST] = {0};
    int8_t *verdict = cairn_arena_alloc(c->arena, (size_t)a->n * r->n + 1, 1); /* (a->n,r->n) */
    if (!verdict) {
        c->status = CAIRN_NO_MEMORY;
        return (matching){CAIRN_VERDICT_UNKNOWN, false, ""};
    }
    memset(verdict, NOT_COMPARED, (size_t)a->n * r->n);
    for (uint32_t i = 0; i < a->n; i++) {
        int best = CAIRN_VERDICT_WRONG;
        for (uint32_t step = 0; step < r->n && best != CAIRN_VERDICT_RIGHT; step++) {
            uint32_t k = (i + step) % r->n; /* the same place first */
            math_judgement part;
            cairn_verdict one = compare_trees(c, a->at[i], r->at[k], &part);
            verdict[i * r->n + k] = (int8_t)one;
            if (one != CAIRN_VERDICT_WRONG) best = one;
            times[k] += one == CAIRN_VERDICT_RIGHT;
        }
        if (best == CAIRN_VERDICT_RIGHT) continue;
        out.verdict = (cairn_verdict)best;
        out.why = compare_show(c, a->at[i]);
        if (best == CAIRN_VERDICT_WRONG) return out;
    }
    for (uint32_t k = 0; k < r->n; k++) {
        int best = times[k] ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
        out.as_many = out.as_many && times[k] == 1;
        for (uint32_t i = 0; i < a->n && best != CAIRN_VERDICT_RIGHT; i++) { /* the first equal of each was another */
            math_judgement part;
            int8_t *one = &verdict[i * r->n + k];
            if (*one == NOT_COMPARED) *one = (int8_t)compare_trees(c, a->at[i], r->at[k], &part);
            if (*one != CAIRN_VERDICT_WRONG) best = *one;
        }
        if (best == CAIRN_VERDICT_RIGHT) continue;
        out.verdict = (cairn_verdict)best;
        out.why = compare_show(c, r->at[k]);
        if (best == CAIRN_VERDICT_WRONG) return out;
    }
    return out;
}

/* Whether statements of one letter, x_1 = 3 and x_2 = 2, have the values of others in another order: solutions are
 * numbered as one likes. */
static bool indices_only(comparing *c, const items *x, const items *y) {
    items values_x = {.kind = MATH_LIST}, values_y = {.kind = MATH_LIST};
    const char *first = statement_name(x->at[0])->text;
    size_t letter = strcspn(first, "_");
    for (uint32_t i = 0; i < x->n; i++) {
        const char *name = statement_name(x->at[i])->text;
        if (strncmp(name, first, letter) != 0 || name[letter] != '_') return false;
        items_push(without_prefix(x->at[i]), &values_x);
        items_push(without_prefix(y->at[i]), &values_y);
    }
    return match(c, &values_x, &values_y).verdict != CAIRN_VERDICT_WRONG;
}

/* "x = 1, y = 2" against "y = 2, x = 1": name by name. */
static bool judge_statements(comparing *c, items *x, items *y, math_judgement *out) {
    if (x->n != y->n || !items_sort_by_name(x) || !items_sort_by_name(y)) return false;
    for (uint32_t i = 0; i < x->n; i++)
        if (strcmp(statement_name(x->at[i])->text, statement_name(y->at[i])->text) != 0) return false;
    compare_in_order(c, x->at, y->at, x->n, "list", out);
    if (out->verdict == CAIRN_VERDICT_WRONG && indices_only(c, x, y))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "list", "the same values under other indices");
    return true;
}

/* Two collections too long for matching: equal where they are place by place. */
static bool judge_long(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (a->kids == r->kids) {
        compare_in_order(c, (const math_node *const *)a->kid, (const math_node *const *)r->kid, a->kids, "list", out);
        if (out->verdict == CAIRN_VERDICT_RIGHT) return true;
    }
    return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "too-large", "more than %d parts, not in the same order",
                        COMPARE_ITEMS_MOST);
}

/* A tuple, or the values of statements in the order of their names, against a list: brackets are missing. */
static bool judge_brackets(comparing *c, const items *a, const items *r, math_judgement *out) {
    items named_a, named_r;
    const items *x = items_values_by_name(a, &named_a) ? &named_a : a,
                *y = items_values_by_name(r, &named_r) ? &named_r : r;
    bool named = items_name_several(a) || items_name_several(r);
    if (!named && (a->kind == MATH_SET || r->kind == MATH_SET)) {
        matching found = match(c, a, r);
        cairn_verdict verdict = found.verdict == CAIRN_VERDICT_WRONG ? found.verdict : CAIRN_VERDICT_UNKNOWN;
        return compare_says(c, out, verdict, "set", "a set against an ordered tuple");
    }
    if (x->n != y->n)
        return compare_says(c, out, named ? CAIRN_VERDICT_UNKNOWN : CAIRN_VERDICT_WRONG, "brackets-missing",
                            "%u values, the reference has %u", x->n, y->n);
    compare_in_order(c, x->at, y->at, x->n, "brackets-missing", out);
    bool ordered = x->kind == MATH_TUPLE && y->kind == MATH_TUPLE;
    if (out->verdict == CAIRN_VERDICT_WRONG && !ordered && match(c, x, y).verdict != CAIRN_VERDICT_WRONG)
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "brackets-missing", "the same values in another order");
    bool by_name = x != a || y != r; /* else the order of the statements is that of the list, or open */
    if (out->verdict == CAIRN_VERDICT_WRONG && named && !by_name)
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "brackets-missing",
                            "values of several names against a list");
    return true;
}

static bool holds_tuple(const items *list) {
    for (uint32_t i = 0; i < list->n; i++)
        if (list->at[i]->kind == MATH_TUPLE) return list->kind != MATH_TUPLE;
    return false;
}

static bool tuple_of_tuples(const math_node *node) {
    for (uint32_t i = 0; i < node->kids; i++)
        if (node->kid[i]->kind != MATH_TUPLE) return false;
    return node->kids > 0;
}

/* Words, or several capitals: "done", "QED". */
static bool is_remark(const math_node *item) {
    if (item->kind == MATH_TEXT) return true;
    return item->kind == MATH_NAME && item->text[1] >= 'A' && item->text[1] <= 'Z' && item->text[0] >= 'A';
}

/* The items that are no words; whether there were some of both. */
static bool without_words(const items *list, items *out) {
    *out = (items){.kind = list->kind};
    for (uint32_t i = 0; i < list->n; i++)
        if (!is_remark(list->at[i])) items_push(list->at[i], out);
    return out->n > 0 && out->n < list->n;
}

/* Two collections in any order. */
static bool judge_unordered(comparing *c, const items *x, const items *y, math_judgement *out) {
    const char *rule = x->kind == MATH_SET || y->kind == MATH_SET ? "set" : "list";
    matching found = match(c, x, y);
    if (found.verdict == CAIRN_VERDICT_WRONG)
        return compare_says(c, out, found.verdict, rule, "%s has no equal on the other side", found.why);
    bool lists = x->kind != MATH_SET && y->kind != MATH_SET && !holds_tuple(x);
    if (found.verdict == CAIRN_VERDICT_RIGHT && lists && !found.as_many)
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, rule, "the same values, not equally often");
    return compare_says(c, out, found.verdict, rule,
                        found.verdict == CAIRN_VERDICT_RIGHT ? "the same %u values" : "some of %u values are undecided",
                        y->n);
}

/* The groups of numerals in a list without blanks as items of their own: "1,10,100", which was read as 1 and 10100.
 * False: there are none, or a group begins with a zero. */
static bool ungroup(comparing *c, const math_node *list, items *out) {
    bool any = false;
    *out = (items){.kind = MATH_LIST};
    if (list->kind != MATH_LIST) return false;
    for (uint32_t i = 0; i < list->kids; i++) {
        const math_node *item = list->kid[i];
        if (i > 0 && list->kid[i - 1]->end + 1 != item->start) return false;
        size_t n = item->kind == MATH_NUMBER ? strlen(item->text) : 0, at = 0;
        if (!(item->flags & MATH_FLAG_COMMA_GROUPED) || n == 0 || item->text[strspn(item->text, "0123456789")]) {
            items_push(item, out);
            continue;
        }
        for (size_t length = n % 3 ? n % 3 : 3; at < n; at += length, length = 3) {
            char *group = cairn_arena_copy(c->arena, item->text + at, length);
            math_node *number = group && *group != '0' ? tree_leaf(c, MATH_NUMBER, group) : NULL;
            if (!number) return false;
            items_push(number, out);
        }
        any = true;
    }
    return any;
}

/* A list that is wrong as read may be right with its commas read as separators alone. */
static void judge_ungrouped(comparing *c, const math_node *a, const math_node *r, const items *x, const items *y,
                            math_judgement *out) {
    items other_x, other_y;
    math_judgement other;
    bool change_x = ungroup(c, a, &other_x), change_y = ungroup(c, r, &other_y);
    if ((!change_x && !change_y) || other_x.too_many || other_y.too_many) return;
    judge_unordered(c, change_x ? &other_x : x, change_y ? &other_y : y, &other);
    if (other.verdict != CAIRN_VERDICT_WRONG) *out = other;
}

static bool holds_double_sign(const math_node *node) {
    if (node->kind == MATH_NEGATE && node->flags & MATH_FLAG_DOUBLE) return true;
    for (uint32_t i = 0; i < node->kids; i++)
        if (holds_double_sign(node->kid[i])) return true;
    return false;
}

/* A collection that is wrong as read may be right where words in it are a remark, "12 or so", and "+-" says +-. */
static void judge_other_signs(comparing *c, const math_node *a, const math_node *r, const items *x, const items *y,
                              math_judgement *out) {
    items values;
    if (holds_double_sign(a) != holds_double_sign(r) &&
        math_holds(a, MATH_PLUS_MINUS) != math_holds(r, MATH_PLUS_MINUS)) {
        compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "the signs +- may say \"plus or minus\"");
    } else if (without_words(x, &values) && !without_words(y, &values)) {
        compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "words of %s may be a remark", compare_show(c, a));
    }
}

/* Whether two collections begin with statements of values for different names: "x = 1, x = 2" and "y = 1, y = 2". */
static bool named_otherwise(const math_node *a, const math_node *r) {
    if (!a->kids || !r->kids || a->kind == MATH_SUM || r->kind == MATH_SUM) return false;
    const math_node *x = is_among(a, KINDS_COLLECTION) ? a->kid[0] : a,
                    *y = is_among(r, KINDS_COLLECTION) ? r->kid[0] : r;
    const math_node *own = x->kind == MATH_RELATION ? statement_name(x) : NULL;
    const math_node *other = y->kind == MATH_RELATION ? statement_name(y) : NULL;
    if (!own || !other || own->kind != MATH_NAME || other->kind != MATH_NAME) return false;
    return strcmp(own->text, other->text) != 0;
}

/* "A, B, D" against ABD: letters of choices, one by one or in a row. */
static bool judge_letters(comparing *c, const items *list, const math_node *run, math_judgement *out) {
    if (run->kind != MATH_NAME || strlen(run->text) != list->n || list->n < 2) return false;
    for (uint32_t i = 0; i < list->n; i++) {
        const math_node *letter = list->at[i];
        if (letter->kind != MATH_NAME || letter->text[1] || letter->text[0] < 'A' || letter->text[0] > 'J' ||
            !strchr(run->text, letter->text[0]))
            return false;
    }
    return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "%s may be letters in a row", run->text);
}

/* "m = 5, n = 36, m + n = 41" against 41: the last of several statements may be the answer. */
static bool judge_last(comparing *c, const math_node *list, const math_node *other, bool is_answer,
                       math_judgement *out) {
    const math_node *last = list->kind == MATH_AND ? list->kid[list->kids - 1] : NULL;
    if (!last || last->kind != MATH_RELATION || !is_among(other, KINDS_VALUE | KIND(MATH_QUANTITY))) return false;
    const math_node *value = last->kid[last->kids - 1];
    if (compare_trees(c, is_answer ? value : other, is_answer ? other : value, out) == CAIRN_VERDICT_WRONG)
        return false;
    return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "the last of several statements may be the answer");
}

/* "x < 1 and x > 5" against "x < 1 or x > 5", "Tom and Ann" against "Tom or Ann"; values of one name, or numbers, are a
 * set either way. */
static bool joined_otherwise(comparing *c, const math_node *a, const math_node *r) {
    items list;
    bool lists = a->kind == MATH_LIST && r->kind == MATH_LIST && (a->flags ^ r->flags) & MATH_FLAG_DOUBLE;
    if (!lists && !(a->kind == MATH_AND && r->kind == MATH_OR) && !(a->kind == MATH_OR && r->kind == MATH_AND))
        return false;
    items_take(c, a, &list);
    for (uint32_t i = 0; i < list.n; i++) {
        math_kind kind = list.at[i]->kind;
        if (lists ? kind == MATH_TEXT || kind == MATH_NAME : kind == MATH_RELATION) return true;
    }
    return false;
}

/* Whether lists of one length have an order that may matter: the problem asks for two things, or one side alone says
 * what it counts. */
static bool may_be_ordered(comparing *c, const items *x, const items *y) {
    static const char many[] = "how many";
    math_judgement part;
    if (x->n != y->n || x->n < 2) return false;
    const char *problem = c->options->problem, *asks = problem ? strcasestr(problem, many) : NULL;
    bool twice = (asks && strcasestr(asks + 1, many)) || asks_two_things(c), counts[2] = {false, false};
    for (uint32_t i = 0; i < x->n; i++) {
        counts[0] = counts[0] || x->at[i]->kind == MATH_QUANTITY;
        counts[1] = counts[1] || y->at[i]->kind == MATH_QUANTITY;
    }
    if (!twice && counts[0] == counts[1]) return false;
    compare_in_order(c, x->at, y->at, x->n, "list", &part);
    return part.verdict != CAIRN_VERDICT_RIGHT;
}

/* Whether a statement says in which numbers a name is: k \in Z. */
static bool holds_domain(const math_node *node) {
    if (node->kind == MATH_RELATION && node->relation[node->kids - 2] == MATH_IN &&
        node->kid[node->kids - 1]->kind == MATH_NAME)
        return true;
    for (uint32_t i = 0; i < node->kids; i++)
        if (holds_domain(node->kid[i])) return true;
    return false;
}

/* (+-1, 2) as the tuples that it stands for; `node` as it is where it holds no sign, or several. */
static void take_signs(comparing *c, const math_node *node, items *list) {
    const math_node *pair[2];
    if (node->kind != MATH_TUPLE || !math_holds(node, MATH_PLUS_MINUS) || !tree_signs(c, node, pair)) return;
    *list = (items){.at = {pair[0], pair[1]}, .n = 2, .kind = MATH_LIST};
}

static bool judge_collections(comparing *c, const math_node *a, const math_node *r, math_judgement *out);

bool rule_collection(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    bool signs = (math_holds(a, MATH_PLUS_MINUS) && (math_holds(a, MATH_TUPLE) || math_holds(r, MATH_TUPLE))) ||
                 (math_holds(r, MATH_PLUS_MINUS) && (math_holds(a, MATH_TUPLE) || math_holds(r, MATH_TUPLE)));
    if (!judge_collections(c, a, r, out)) return false;
    if (out->verdict == CAIRN_VERDICT_WRONG && signs)
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "list", "signs +- in a tuple stand for several");
    if (out->verdict == CAIRN_VERDICT_RIGHT && joined_otherwise(c, a, r))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "list", "one says \"and\", the other \"or\"");
    bool unsolved =
        (a->kind == MATH_RELATION && without_prefix(a) == a) || (r->kind == MATH_RELATION && without_prefix(r) == r);
    if (out->verdict == CAIRN_VERDICT_WRONG && unsolved)
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "list", "a statement may have several solutions");
    if (out->verdict == CAIRN_VERDICT_WRONG && (holds_domain(a) || holds_domain(r)))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "list", "a name of a domain has many values");
    return true;
}

static bool judge_collections(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    items x, y;
    bool plain = !is_among(a, KINDS_COLLECTION) && !is_among(r, KINDS_COLLECTION);
    if (plain && !math_holds(a, MATH_PLUS_MINUS) && !math_holds(r, MATH_PLUS_MINUS)) return false;
    items_take(c, a, &x);
    items_take(c, r, &y);
    take_signs(c, a, &x);
    take_signs(c, r, &y);
    if (x.too_many || y.too_many) return judge_long(c, a, r, out);
    if (plain && x.n == 1 && y.n == 1) return false;
    if (judge_letters(c, &x, r, out) || judge_letters(c, &y, a, out)) return true;
    if (judge_last(c, a, r, true, out) || judge_last(c, r, a, false, out)) return true;
    if (items_continue_relation(&x) || items_continue_relation(&y)) return false;
    if (x.n == 0 || y.n == 0) { /* the empty set */
        if (x.n == y.n) return compare_says(c, out, CAIRN_VERDICT_RIGHT, "set", "both are empty");
        bool open = a->kind == MATH_AND || r->kind == MATH_AND; /* conditions may exclude each other */
        return compare_says(c, out, open ? CAIRN_VERDICT_UNKNOWN : CAIRN_VERDICT_WRONG, "set",
                            "one is empty, the other is not");
    }
    if (x.kind == MATH_TUPLE && holds_tuple(&y) && !tuple_of_tuples(a))
        x = (items){.at = {a}, .n = 1, .kind = MATH_SET}; /* {(1, 2)} */
    if (y.kind == MATH_TUPLE && holds_tuple(&x) && !tuple_of_tuples(r))
        y = (items){.at = {r}, .n = 1, .kind = MATH_SET};
    if (x.kind == MATH_TUPLE || y.kind == MATH_TUPLE)
        return x.kind != y.kind && x.kind != MATH_NUMBER && y.kind != MATH_NUMBER && judge_brackets(c, &x, &y, out);
    if (items_name_several(&x) != items_name_several(&y) && x.kind != MATH_NUMBER && y.kind != MATH_NUMBER)
        return judge_brackets(c, &x, &y, out);
    if (items_name_several(&x) && items_name_several(&y) && judge_statements(c, &x, &y, out)) return true;
    if (x.kind == MATH_LIST && y.kind == MATH_LIST && asks_order(c)) {
        if (x.n != y.n)
            return compare_says(c, out, CAIRN_VERDICT_WRONG, "list", "%u values, the reference has %u", x.n, y.n);
        return compare_in_order(c, x.at, y.at, x.n, "list", out);
    }
    judge_unordered(c, &x, &y, out);
    if (out->verdict == CAIRN_VERDICT_RIGHT && may_be_ordered(c, &x, &y))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "list", "the same values of things in another order");
    if (out->verdict == CAIRN_VERDICT_RIGHT && named_otherwise(a, r))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "list", "the same values of things with other names");
    if (out->verdict == CAIRN_VERDICT_WRONG) judge_ungrouped(c, a, r, &x, &y, out);
    if (out->verdict == CAIRN_VERDICT_WRONG) judge_other_signs(c, a, r, &x, &y, out);
    if (out->verdict != CAIRN_VERDICT_UNKNOWN) return true;
    bool x_grew = items_expand(c, &x), y_grew = items_expand(c, &y);
    if ((x_grew || y_grew) && match(c, &x, &y).verdict == CAIRN_VERDICT_RIGHT)
        return compare_says(c, out, CAIRN_VERDICT_RIGHT, "list", "the same values, each sign for itself");
    return true;
}
