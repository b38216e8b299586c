/* Commas that may stand in one number or between several. */
#include <string.h>

#include "tool/math/equal_items.h"

/* Whether the groups of three of a numeral are the items of a collection, "3,125" and 3, 125. *in_order: as they
 * stand. */
static bool groups_are(const math_node *number, const items *list, bool *in_order) {
    size_t n = strlen(number->text), head = n % 3 ? n % 3 : 3, at = 0;
    bool taken[COMPARE_ITEMS_MOST] = {false};
    *in_order = true;
    if (list->n != (n - head) / 3 + 1) return false;
    for (uint32_t i = 0; i < list->n; i++) {
        size_t length = i == 0 ? head : 3;
        uint32_t found = list->n;
        for (uint32_t step = 0; step < list->n && found == list->n; step++) {
            uint32_t k = (i + step) % list->n;
            const char *text = list->at[k]->text;
            bool same = list->at[k]->kind == MATH_NUMBER && strlen(text) == length &&
                        memcmp(text, number->text + at, length) == 0;
            if (same && !taken[k]) found = k;
        }
        if (found == list->n) return false;
        taken[found] = true;
        *in_order &= found == i;
        at += length;
    }
    return true;
}

/* The digits of a list written without blanks, "1,23" or "$1,50", as they stand; false: it is another list. */
static bool joined_digits(const math_node *list, char out[COMPARE_ITEMS_MOST]) {
    size_t n = 0;
    for (uint32_t i = 0; i < list->kids; i++) {
        const math_node *item = list->kid[i];
        if (i > 0 && list->kid[i - 1]->end + 1 != item->start) return false;
        if (item->kind == MATH_QUANTITY && (i == 0 || i + 1 == list->kids)) item = item->kid[0];
        if (item->kind != MATH_NUMBER) return false;
        for (const char *at = item->text; *at; at++) {
            if (n + 1 == COMPARE_ITEMS_MOST) return false;
            if (*at != '.') out[n++] = *at;
        }
    }
    out[n] = '\0';
    return list->kids > 1;
}

/* Whether the items may be groups of the digits of one number: 12,34,567; or what stands around a decimal comma. */
static bool like_groups(const math_node *list, const math_node *number) {
    if (list->kid[0]->flags & MATH_FLAG_COMMA_GROUPED) return true;
    for (uint32_t i = 1; i < list->kids; i++) {
        const char *text = list->kid[i]->kind == MATH_QUANTITY ? list->kid[i]->kid[0]->text : list->kid[i]->text;
        size_t n = text ? strcspn(text, ".") : 0;
        bool last = i + 1 == list->kids;
        if (last && list->kids == 2 && strchr(number->text, '.')) continue;
        bool grouped = (list->kid[i]->flags & MATH_FLAG_COMMA_GROUPED) != 0;
        if (!grouped && n != 3 && (n != 2 || list->kids == 2)) return false;
    }
    return true;
}

/* Whether two parts of a tuple may be one number: three digits stand right after a comma, as in (1,000,2). */
bool may_hold_groups(const math_node *tuple) {
    for (uint32_t i = 1; tuple->kind == MATH_TUPLE && i < tuple->kids; i++) {
        const math_node *before = tuple->kid[i - 1], *group = tuple->kid[i];
        if (before->kind == MATH_QUANTITY) before = before->kid[0];
        if (before->kind != MATH_NUMBER || group->kind != MATH_NUMBER) continue;
        bool three = group->text[0] >= '0' && group->text[0] <= '9' && group->end >= before->end + 4;
        if (three && (group->flags & MATH_FLAG_WORDS || strcspn(group->text, ".") == 3) &&
            group->start == before->end + 1)
            return true;
    }
    return false;
}

/* Whether digits that commas divide may be the number: a comma is a point, or stands between thousands. */
static bool may_be_one_number(const math_node *list, const math_node *number) {
    char digits[COMPARE_ITEMS_MOST], own[COMPARE_ITEMS_MOST];
    size_t n = 0;
    if (list->kind != MATH_LIST || !joined_digits(list, digits) || !like_groups(list, number)) return false;
    for (const char *at = number->text; *at; at++) {
        if (n + 1 == COMPARE_ITEMS_MOST) return false;
        if (*at != '.') own[n++] = *at;
    }
    own[n] = '\0';
    const char *x = digits + strspn(digits, "0"), *y = own + strspn(own, "0");
    while (n && own[n - 1] == '0') own[--n] = '\0';
    for (size_t m = strlen(digits); m && digits[m - 1] == '0'; m--) digits[m - 1] = '\0';
    return strcmp(x, y) == 0;
}

/* "2,74", "-0,5", "2,7 cm" with a point for the comma; NULL: another list. */
static const math_node *with_point(comparing *c, const math_node *list) {
    if (list->kind != MATH_LIST || !(list->flags & MATH_FLAG_COMMA_GROUPED) || list->kids != 2) return NULL;
    const math_node *whole = list->kid[0], *last = list->kid[1], *fraction = last;
    bool negative = whole->kind == MATH_NEGATE, dressed = last->kind == MATH_QUANTITY || last->kind == MATH_PERCENT;
    if (negative) whole = whole->kid[0];
    if (dressed) fraction = last->kid[0];
    if (fraction->kind != MATH_NUMBER || fraction->text[strspn(fraction->text, "0123456789")]) return NULL;
    const char *text = cairn_arena_printf(c->arena, "%s.%s", whole->text, fraction->text);
    const math_node *number = tree_text(c, MATH_NUMBER, text);
    if (number && negative) number = tree_one(c, MATH_NEGATE, number);
    if (number && last->kind == MATH_QUANTITY) number = tree_two(c, MATH_QUANTITY, number, last->kid[1]);
    if (number && last->kind == MATH_PERCENT) number = tree_one(c, MATH_PERCENT, number);
    return number;
}

/* Whether a value is written with a decimal point. */
static bool has_point(const math_node *value) {
    while (value->kind == MATH_NEGATE || value->kind == MATH_QUANTITY || value->kind == MATH_PERCENT)
        value = value->kid[0];
    return value->kind == MATH_NUMBER && strchr(value->text, '.');
}

/* Whether a list of two that was read from "2,74" is rather one number, if it has the digits of a value on the other
 * side. A reference may well list the roots 0 and 5 so. */
static bool is_rather_decimal(const math_node *list, bool is_answer) {
    const math_node *whole = list->kid[0]->kind == MATH_NEGATE ? list->kid[0]->kid[0] : list->kid[0];
    size_t places = strspn((list->kid[1]->text ? list->kid[1] : list->kid[1]->kid[0])->text, "0123456789");
    bool zero = strcmp(whole->text, "0") == 0;
    return places >= 2 || (is_answer && (zero || strlen(whole->text) > 3));
}

/* A list of two numbers with a comma alone between them, against a value that it is with a point for the comma. */
static bool judge_decimal_comma(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    bool is_answer = a->kind == MATH_LIST;
    const math_node *list = is_answer ? a : r, *value = is_answer ? r : a, *number = with_point(c, list);
    if (!number || !math_is_constant(value->kind == MATH_QUANTITY ? value->kid[0] : value)) return false;
    if (compare_trees(c, is_answer ? number : a, is_answer ? r : number, out) == CAIRN_VERDICT_WRONG) return false;
    bool sure = out->verdict == CAIRN_VERDICT_RIGHT && has_point(value) && is_rather_decimal(list, is_answer);
    return compare_says(c, out, sure ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_UNKNOWN, "grouped",
                        "%s is one number, with a comma for a point, or a list", compare_show(c, list));
}

/* "3 and 1/2", "2 and 3/8 cups", "a hundred and five": a list of two, or one number that is their sum. */
static bool judge_mixed(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    bool is_answer = a->kind == MATH_LIST;
    const math_node *list = is_answer ? a : r;
    if (list->kind != MATH_LIST || list->kids != 2) return false;
    const math_node *head = list->kid[0], *last = list->kid[1];
    const math_node *first = head->kind == MATH_QUANTITY ? head->kid[0] : head; /* "1 hour and a half" */
    const math_node *part = last->kind == MATH_QUANTITY ? last->kid[0] : last;
    if (first->kind != MATH_NUMBER || (head != first && last != part)) return false;
    bool fraction = part->kind == MATH_QUOTIENT, words = (first->flags & MATH_FLAG_WORDS) != 0;
    if (!is_among(part, KINDS_VALUE) || !math_is_constant(part) || (!fraction && !words)) return false;
    const math_node *sum = tree_two(c, MATH_SUM, first, part);
    if (sum && head != first) sum = tree_two(c, MATH_QUANTITY, sum, head->kid[1]);
    if (sum && part != last) sum = tree_two(c, MATH_QUANTITY, sum, last->kid[1]);
    if (!sum || compare_trees(c, is_answer ? sum : a, is_answer ? r : sum, out) == CAIRN_VERDICT_WRONG) return false;
    return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "grouped", "%s may be a mixed number", compare_show(c, list));
}

bool rule_grouped(comparing *c, const math_node *a, const math_node *r, math_judgement *out) {
    const math_node *other = is_among(a, KINDS_COLLECTION) ? a : r, *number = other == a ? r : a;
    items list;
    if (judge_decimal_comma(c, a, r, out) || judge_mixed(c, a, r, out)) return true;
    if (number->kind == MATH_QUANTITY) number = number->kid[0];
    if (number->kind != MATH_NUMBER) return false;
    if (may_be_one_number(other, number))
        return compare_says(c, out, CAIRN_VERDICT_UNKNOWN, "grouped", "%s may be one number, with a comma for a point",
                            compare_show(c, other));
    if (!(number->flags & MATH_FLAG_COMMA_GROUPED) || number->text[strspn(number->text, "0123456789")]) return false;
    items_take(c, other, &list);
    bool same_order;
    if (list.too_many || !groups_are(number, &list, &same_order)) return false;
    bool sure = same_order && other == r && other->kind == MATH_LIST;
    return compare_says(c, out, sure ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_UNKNOWN, "grouped",
                        "%s with commas may be a list of %u numbers", compare_show(c, number), list.n);
}
