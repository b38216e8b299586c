/* How two answers are compared. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tool/math/equal_rules.h"
#include "tool/math/read.h"

enum { DEPTH_MOST = 60, WORK_MOST = 4000000, NODES_MOST = 300000 };

static compare_rule rule_identical, rule_empty, rule_unread, rule_kinds;

#define KINDS_MATRIX                                                                                     \
    (KIND(MATH_MATRIX) | KIND(MATH_SUM) | KIND(MATH_PRODUCT) | KIND(MATH_QUOTIENT) | KIND(MATH_NEGATE) | \
     KIND(MATH_TUPLE))

/* The rules, in order. A rule fits where one tree is of a kind in `one` and the other of a kind in `other`; the first
 * that fits and decides gives the verdict. Parts of structures are compared by the same table.
 *
 * Decimals, by the precision written (rule "number"; n significant digits; tolerance and hundredfold are options):
 *   answer        reference     verdict where the values differ
 *   integer       decimal       WRONG, and the other way round
 *   exact         decimal       RIGHT where it rounds to the reference, n >= 3, and is no shorter decimal itself
 *   decimal       exact         RIGHT where it is the reference rounded, n >= 3, and the reference is no decimal
 *   decimal       decimal       more places that round to the reference: RIGHT where it has n >= 4 and 3 places;
 *                               fewer places: WRONG; as many: UNKNOWN where the last digit is 1 off, n >= 4, 3 places
 *   in each row: further than one unit of the last place is WRONG; within it, of at most 3 digits, neither rounded
 *   nor cut: WRONG; else UNKNOWN
 * Percent: x% is the number x/100. A bare x against x% is RIGHT where the problem asks for a percentage or is not
 * known, else UNKNOWN.
 * Units: one that only one side has is missing, and RIGHT where the numbers agree. */
static const struct {
    const char *name;
    uint64_t one, other;
    compare_rule *judge;
    const char *says;
} rules[] = {
    {"empty", KIND(MATH_EMPTY), KINDS_ALL, rule_empty, "nothing is equal to nothing: unknown"},
    {"choice", KIND(MATH_CHOICE) | KIND(MATH_NAME) | KIND(MATH_TEXT), KINDS_ALL, rule_choice,
     "letters of a multiple choice; a letter stands for its content in the problem"},
    {"identical", KINDS_ALL, KINDS_ALL, rule_identical, "the trees are the same, part by part"},
    {"unread", KINDS_ALL, KINDS_ALL, rule_unread, "what was not read cannot be compared: unknown"},
    {"time", KIND(MATH_TIME), KINDS_ALL, rule_time, "the same minute; without AM or PM on one side only: unknown"},
    {"date", KIND(MATH_DATE), KINDS_ALL, rule_date, "the same day; the reference may leave out the year"},
    {"text", KIND(MATH_TEXT), KINDS_ALL, rule_text, "the same words but for case, articles and punctuation"},
    {"grouped", KINDS_VALUE | KIND(MATH_QUANTITY), KIND(MATH_LIST) | KIND(MATH_TUPLE), rule_grouped,
     "3,125 may be one number or a list of two"},
    {"interval",
     KINDS_RANGE | KIND(MATH_RELATION) | KIND(MATH_SET) | KIND(MATH_NAME) | KIND(MATH_TEXT) | KIND(MATH_AND) |
         KIND(MATH_OR),
     KINDS_RANGE | KINDS_VALUE | KINDS_COLLECTION | KIND(MATH_RELATION), rule_interval,
     "sets of real numbers: intervals, unions and inequalities in one variable, piece by piece"},
    {"prefix", KIND(MATH_RELATION), KINDS_ALL, rule_prefix, "x = 5 against 5: a name before the sign is dropped"},
    {"equation", KIND(MATH_RELATION), KIND(MATH_RELATION), rule_equation,
     "the same statement up to order of sides, moving of terms and a factor"},
    {"cases", KIND(MATH_CASES), KIND(MATH_CASES), rule_cases, "value by value, condition by condition"},
    {"tuple", KIND(MATH_TUPLE) | KIND(MATH_MATRIX), KIND(MATH_TUPLE) | KIND(MATH_MATRIX) | KIND(MATH_INTERVAL),
     rule_tuple, "as many parts, each equal to the one at its place; a vector may be written as a tuple"},
    {"matrix", KINDS_MATRIX, KINDS_MATRIX, rule_matrix,
     "as many rows and columns, entry by entry; a factor before it is multiplied in"},
    {"set", KINDS_COLLECTION | KIND(MATH_PLUS_MINUS) | KINDS_VALUE,
     KINDS_COLLECTION | KIND(MATH_PLUS_MINUS) | KINDS_VALUE | KIND(MATH_QUANTITY) | KIND(MATH_RELATION) |
         KIND(MATH_CHOICE),
     rule_collection, "each value has its equal on the other side; in order only where the problem asks for it"},
    {"ratio", KIND(MATH_RATIO), KIND(MATH_RATIO) | KINDS_VALUE, rule_ratio, "terms in proportion; 1:2 is 1/2"},
    {"quantity", KINDS_VALUE | KIND(MATH_QUANTITY), KINDS_VALUE | KIND(MATH_QUANTITY), rule_quantity,
     "units of one dimension are converted; another dimension is wrong; a missing unit is told"},
    {"base", KIND(MATH_BASED), KINDS_VALUE, rule_based,
     "digits and base; a base that the problem names may be missing"},
    {"percent", KIND(MATH_PERCENT), KINDS_VALUE, rule_percent, "x% is x/100"},
    {"degrees", KIND(MATH_DEGREES), KINDS_VALUE, rule_degrees,
     "x degrees against the number x, or the angle's radians"},
    {"number", KINDS_VALUE, KINDS_VALUE, rule_number, "one value, exactly; decimals by the precision written"},
    {"expression", KINDS_VALUE, KINDS_VALUE, rule_expression, "one function of the same variables"},
    {"kinds", KINDS_ALL, KINDS_ALL, rule_kinds, "kinds that can never be equal are wrong, others unknown"},
};

/* ---- the rules for all kinds ------------------------------------------------------------------------------------- */

/* A product of vectors: the tree does not tell a dot from a cross. */
static bool multiplies_vectors(const math_node *node) {
    uint32_t vectors = 0;
    for (uint32_t i = 0; i < node->kids; i++) {
        const math_node *kid = node->kid[i];
        vectors += kid->kind == MATH_NAME && strncmp(kid->text, "\\vec", 4) == 0;
        if (multiplies_vectors(kid)) return true;
    }
    return node->kind == MATH_PRODUCT && vectors > 1;
}

/* Whether a list is of words or letters, of which "a or b" is not "a and b", as it is for solutions. */
static bool lists_things(const math_node *list) {
    for (uint32_t i = 0; i < list->kids; i++)
        if (list->kid[i]->kind != MATH_TEXT && list->kid[i]->kind != MATH_NAME) return false;
    return true;
}

static bool rule_identical(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (a->kind != r->kind || math_holds(a, MATH_UNREAD) || !tree_same(a, r)) return false;
    if (a->kind == MATH_LIST && ((a->flags ^ r->flags) & MATH_FLAG_DOUBLE) && lists_things(a))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "one says \"and\", the other \"or\"");
    if (multiplies_vectors(a))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "a product of vectors is a dot or a cross");
    return compare_says(c, out, CAIRN_VERDICT_RIGHT, "identical", "both are %s", compare_show(c, a));
}

static bool rule_empty(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    const char *which = a->kind != MATH_EMPTY   ? "the reference is"
                        : r->kind != MATH_EMPTY ? "the answer is"
                                                : "both are";
    return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "empty", "%s empty", which);
}

static const math_node *find_unread(const math_node *node) {
    if (node->kind == MATH_UNREAD) return node;
    const math_node *found = NULL;
    for (uint32_t i = 0; i < node->kids && !found; i++) found = find_unread(node->kid[i]);
    return found;
}

/* An unread text whose readings are known, "11 7/6": wrong where none of them may be equal. */
static bool judge_readings(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    const math_node *unread = a->kind == MATH_UNREAD ? a : r, *other = a->kind == MATH_UNREAD ? r : a;
    if (unread->kind != MATH_UNREAD || unread->kids == 0 || find_unread(other)) return false;
    for (uint32_t i = 0; i < unread->kids; i++) {
        const math_node *one = unread->kid[i];
        if (compare_trees(c, unread == a ? one : a, unread == a ? r : one, out) != CAIRN_VERDICT_WRONG)
            return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "readings", "it is not sure that %s is meant",
                                compare_show(c, one));
    }
    return compare_says(c, out, CAIRN_VERDICT_WRONG, "readings", "%s is equal to none of %u readings",
                        compare_show(c, other), unread->kids);
}

static bool rule_unread(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    if (judge_readings(c, a, r, out)) return true;
    const math_node *in_answer = find_unread(a), *in_reference = find_unread(r);
    const math_node *unread = in_answer ? in_answer : in_reference;
    if (!unread) return false;
    return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "unread", "bytes %u to %u of the %s were not read: %s",
                        unread->start, unread->end, in_answer ? "answer" : "reference",
                        unread->text ? unread->text : "not known");
}

/* Whether a tree is a number for certain, so that it is no tuple, matrix, set of several values or text. */
static bool surely_number(const math_node *node) {
    if (node->kind == MATH_QUANTITY) return surely_number(node->kid[0]);
    return is_among(node, KINDS_VALUE) && math_is_constant(node);
}

static bool surely_no_number(const math_node *node) {
    if (node->kind == MATH_TUPLE) return node->kids > 1;
    if (node->kind == MATH_MATRIX)
        return !(node->flags & MATH_FLAG_DETERMINANT) && (node->kids > 1 || (node->kids && node->kid[0]->kids > 1));
    if (node->kind == MATH_NEGATE) return surely_no_number(node->kid[0]);
    return node->kind == MATH_INTERVAL;
}

static bool rule_kinds(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    bool apart = (surely_number(a) && surely_no_number(r)) || (surely_number(r) && surely_no_number(a)) ||
                 (a->kind == MATH_INTERVAL && r->kind == MATH_TUPLE && r->kids != 2 && !may_hold_groups(r)) ||
                 (r->kind == MATH_INTERVAL && a->kind == MATH_TUPLE && a->kids != 2 && !may_hold_groups(a));
    return compare_says(c, out, apart ? CAIRN_VERDICT_WRONG : CAIRN_VERDICT_UNKNOWN, "kinds",
                        apart ? "a %s is never a %s" : "no rule compares a %s with a %s", math_kind_name(a->kind),
                        math_kind_name(r->kind));
}

/* ---- running the table ------------------------------------------------------------------------------------------- */

bool compare_says(comparing *c, math_judgement *out, cairn_verdict verdict, const char *rule, const char *format, ...) {
    char why[512];
    *out = (math_judgement){.verdict = verdict, .rule = rule, .why = ""};
    if (!c->options->explain) return true;
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    if (n > 0) out->why = cairn_arena_copy(c->arena, why, strlen(why));
    if (!out->why) c->status = CAIRN_NO_MEMORY;
    return true;
}

const char *compare_show(comparing *c, const math_node *node) {
    double low, high;
    if (!c->options->explain) return "";
    char *text = math_write(c->arena, node);
    if (!text) {
        c->status = CAIRN_NO_MEMORY;
        return "";
    }
    if (strlen(text) > COMPARE_CHARS_MOST) {
        size_t n = COMPARE_CHARS_MOST - 3;
        while (n && ((unsigned char)text[n] & 0xC0) == 0x80) n--;
        memcpy(text + n, "...", 4);
    }
    if (node->kind == MATH_NUMBER || !is_among(node, KINDS_VALUE) || !math_is_constant(node)) return text;
    if (!math_bounds(c->engine, node, &low, &high)) return text;
    char value[32];
    snprintf(value, sizeof value, "%.10g", (low + high) / 2);
    if (strcmp(value, text) == 0) return text;
    text = cairn_arena_printf(c->arena, "%s (%s)", text, value);
    if (!text) c->status = CAIRN_NO_MEMORY;
    return text ? text : "";
}

/* Counts the nodes of a tree, which may share parts; false: more than are left of the comparison's. */
static bool count_nodes(comparing *c, const math_node *node) {
    if (++c->nodes > NODES_MOST) return false;
    for (uint32_t i = 0; i < node->kids; i++)
        if (!count_nodes(c, node->kid[i])) return false;
    return true;
}

/* [3, 1], which is no interval, as a list in square brackets; other trees as they are. */
static const math_node *without_backward(comparing *c, const math_node *node) {
    bool open = (node->flags & (MATH_FLAG_OPEN_LEFT | MATH_FLAG_OPEN_RIGHT)) != 0;
    if (node->kind != MATH_INTERVAL || open || !math_is_constant(node->kid[0]) || !math_is_constant(node->kid[1]))
        return node;
    if (math_order(c->engine, node->kid[0], node->kid[1]) != 1) return node;
    math_node *list = tree_of(c, MATH_TUPLE, node->kids, (const math_node *const *)node->kid);
    if (list) list->flags = MATH_FLAG_VECTOR;
    return list;
}

cairn_verdict compare_trees(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    bool spent = !a || !r || c->status != CAIRN_OK || c->depth >= DEPTH_MOST || c->calls >= COMPARE_CALLS_MOST ||
                 math_work(c->engine) - c->work_before > WORK_MOST;
    const uint64_t ranges = KINDS_RANGE | KIND(MATH_RELATION);
    *out = (math_judgement){.verdict = CAIRN_VERDICT_UNKNOWN, .rule = "too-large", .why = "more work than is allowed"};
    if (spent || !count_nodes(c, a) || !count_nodes(c, r)) return out->verdict;
    c->calls++;
    if (!is_among(r, ranges)) a = without_backward(c, a);
    if (!is_among(a, ranges)) r = without_backward(c, r);
    if (!a || !r) return out->verdict;
    c->depth++;
    uint64_t answer = KIND(a->kind), reference = KIND(r->kind);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        bool fits = ((rules[i].one & answer) && (rules[i].other & reference)) ||
                    ((rules[i].one & reference) && (rules[i].other & answer));
        if (fits && rules[i].judge(c, a, r, out)) break;
    }
    c->depth--;
    return out->verdict;
}

cairn_status math_compare(cairn_ctx *ctx, cairn_arena *arena, math_engine *engine, const math_node *answer,
                          const math_node *reference, const cairn_grade_options *options, math_judgement *out) {
    static const cairn_grade_options none = {.problem = NULL};
    comparing c = {.ctx = ctx,
                   .arena = arena,
                   .engine = engine,
                   .options = options ? options : &none,
                   .answer = answer,
                   .reference = reference,
                   .work_before = math_work(engine)};
    compare_trees(&c, answer, reference, out);
    return c.status;
}
