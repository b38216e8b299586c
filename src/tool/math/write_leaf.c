/* Numbers, names, words, times and units as text. */
#include "tool/math/write_parts.h"

/* "0.1(6)" is written 0.1\overline{6}: brackets would be a product. */
void math_put_number(math_writer *w, const char *digits) {
    const char *block = strchr(digits, '(');
    if (!block) {
        math_put_text(w, digits);
        return;
    }
    math_put_bytes(w, digits, (size_t)(block - digits));
    math_put_text(w, "\\overline{");
    math_put_bytes(w, block + 1, strcspn(block + 1, ")"));
    math_put_text(w, "}");
}

void math_put_name(math_writer *w, const char *text) {
    size_t letters = strcspn(text, "_'^");
    const math_command *word = math_find_word(text, letters);
    bool capitals = true;
    for (size_t i = 0; i < letters; i++) capitals = capitals && text[i] >= 'A' && text[i] <= 'Z';
    if (letters > 1 && !capitals && (unsigned char)text[0] < 0x80 && text[0] != '\\' &&
        !(word && word->kind == TOKEN_NAME))
        math_put_text(w, "\\");
    math_put_text(w, text);
}

/* Whether all words of a text would be read as words in a formula too. */
static bool is_plain(const char *text) {
    while (*text) {
        size_t n = strcspn(text, " ");
        if (n < 3 || !math_is_word(text, n) || math_find_word(text, n)) return false;
        for (size_t i = 0; i < n; i++)
            if (!((text[i] | 32) >= 'a' && (text[i] | 32) <= 'z')) return false;
        text += n + (text[n] == ' ');
    }
    return true;
}

void math_put_words(math_writer *w, const char *text) {
    if (is_plain(text)) {
        math_put_text(w, text);
        return;
    }
    math_put_text(w, "\\text{");
    math_put_text(w, text);
    math_put_text(w, "}");
}

void math_put_time(math_writer *w, const math_node *node) {
    int hour = (node->text[0] - '0') * 10 + node->text[1] - '0';
    if (node->flags & MATH_FLAG_HALF_DAY || hour > 12 || strlen(node->text) < 5) {
        math_put_text(w, node->text);
        return;
    }
    if (hour == 0)
        math_put_text(w, "12");
    else
        math_put_bytes(w, node->text, 2);
    math_put_text(w, node->text + 2);
    math_put_text(w, hour == 12 ? " PM" : " AM");
}

void math_put_date(math_writer *w, const char *text) {
    static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};
    bool year = text[0] != '-';
    const char *month = text + (year ? 5 : 2);
    math_put_text(w, months[((month[0] - '0') * 10 + month[1] - '0' + 11) % 12]);
    math_put_text(w, " ");
    math_put_text(w, month + 3);
    if (!year) return;
    math_put_text(w, ", ");
    math_put_bytes(w, text, 4);
}

/* ---- units ----------------------------------------------------------------------------------------------------- */

static bool is_currency(const char *text) {
    return !strcmp(text, "$") || !strcmp(text, "\xC2\xA3") || !strcmp(text, "\xE2\x82\xAC") ||
           !strcmp(text, "\xC2\xA5");
}

static void unit(math_writer *w, const math_node *node) {
    switch (node->kind) {
    case MATH_NAME:
        if (is_currency(node->text)) {
            math_put_text(w, strcmp(node->text, "$") == 0 ? "\\$" : node->text);
        } else if (strncmp(node->text, "\xC2\xB0", 2) == 0) {
            math_put_text(w, node->text);
        } else if (math_is_unit(node->text, strlen(node->text)) && math_is_word(node->text, strlen(node->text)) &&
                   strcmp(node->text, "in") != 0) {
            math_put_text(w, node->text);
        } else {
            math_put_words(w, node->text);
        }
        break;
    case MATH_POWER:
        unit(w, node->kid[0]);
        math_put_text(w, "^");
        math_put(w, node->kid[1], BIND_PRIMARY);
        break;
    case MATH_PRODUCT: /* of two */
        unit(w, node->kid[0]);
        math_put_text(w, " * ");
        unit(w, node->kid[1]);
        break;
    case MATH_QUOTIENT:
        unit(w, node->kid[0]);
        math_put_text(w, "/");
        unit(w, node->kid[1]);
        break;
    default:
        math_put(w, node, BIND_PRIMARY);
        break;
    }
}

void math_put_quantity(math_writer *w, const math_node *node) {
    const math_node *of = node->kid[1], *first = of;
    while (first->kids) first = first->kid[0];
    if (first->kind == MATH_NAME && is_currency(first->text)) {
        math_put_text(w, strcmp(first->text, "$") == 0 ? "\\$" : first->text);
        math_put(w, node->kid[0], BIND_FACTOR);
        if (of->kind == MATH_QUOTIENT) {
            math_put_text(w, "/");
            unit(w, of->kid[1]);
        }
        return;
    }
    const math_node *value = node->kid[0];
    bool degrees = first->kind == MATH_NAME && strncmp(first->text, "\xC2\xB0", 2) == 0;
    bool negative = value->kind == MATH_NEGATE && (!degrees || value->kid[0]->kind == MATH_NUMBER);
    bool sum = value->kind == MATH_SUM || value->kind == MATH_PLUS_MINUS;
    math_put(w, value, negative ? BIND_SUM : degrees ? BIND_PRIMARY : sum ? BIND_SUM : BIND_TERM);
    if (!degrees) math_put_text(w, " ");
    unit(w, of);
}
