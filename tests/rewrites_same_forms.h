/* Rewritings that keep an answer's meaning: blanks and brackets, order, structures, words and units. */
#ifndef CAIRN_TESTS_REWRITES_SAME_FORMS_H
#define CAIRN_TESTS_REWRITES_SAME_FORMS_H

#include "rewrites.h"

/* ---- blanks and brackets --------------------------------------------------------------------------------------- */

static bool blanks_added(const char *s, draft *out) {
    bool any = false;
    if (strstr(s, "\\text") || strstr(s, "\\mbox")) return false;
    for (; *s; s++)
        if (strchr("+-=()[]", *s) && (any = true))
            put(out, " %c ", *s);
        else
            put(out, "%c", *s);
    return any;
}

/* A blank stays where it ends a command before a letter, between digits and within words. */
static bool blanks_removed(const char *s, draft *out) {
    bool any = false;
    if (strstr(s, "\\text") || strstr(s, "\\mbox") || strchr(s, '&')) return false;
    for (const char *t = s; *t; t++) {
        bool word = t > s && isalpha((unsigned char)t[-1]) && isalpha((unsigned char)t[1]);
        bool number = t > s && isdigit((unsigned char)t[-1]) && isdigit((unsigned char)t[1]);
        if (*t == ' ' && !word && !number && t > s && t[-1] != '!' && t[-1] != 'c')
            any = true;
        else
            put(out, "%c", *t);
    }
    return any;
}

static bool left_right_added(const char *s, draft *out) {
    bool any = false;
    if (strstr(s, "\\left") || strstr(s, "\\text")) return false;
    for (; *s; s++) {
        bool open = strchr("([", *s) || strncmp(s, "\\{", 2) == 0;
        bool close = strchr(")]", *s) || strncmp(s, "\\}", 2) == 0;
        put(out, open ? "\\left%c" : close ? "\\right%c" : "%c", *s);
        if (*s == '\\' && (open || close)) put(out, "%c", *++s);
        any = any || open || close;
    }
    return any;
}

static bool left_right_removed(const char *s, draft *out) {
    bool any = false;
    while (*s)
        if (strncmp(s, "\\left", 5) == 0)
            s += 5, any = true;
        else if (strncmp(s, "\\right", 6) == 0)
            s += 6;
        else
            put(out, "%c", *s++);
    return any;
}

static bool brackets_around(const char *s, draft *out) {
    return put(out, "(%s)", s), single_value(s);
}

static bool thin_spaces(const char *s, draft *out) {
    bool any = false;
    for (const char *t = s; *t; t++) {
        if (t > s && isdigit((unsigned char)t[-1]) && (at_command(t, "\\sqrt") || at_command(t, "\\pi")))
            put(out, "\\,"), any = true;
        put(out, *t == ',' && t[1] != '\\' && strchr("([", *s) && (any = true) ? "%c\\;" : "%c", *t);
    }
    return any;
}

/* ---- order and form -------------------------------------------------------------------------------------------- */

static bool terms_reordered(const char *s, draft *out) {
    piece term[PIECES_MOST];
    int n = terms(s, term);
    for (int i = n - 1; i >= 0; i--) {
        bool signed_term = strchr("+-", *term[i].at) != NULL;
        put(out, signed_term || i == n - 1 ? " " : " + ");
        put_piece(out, term[i]);
    }
    return n > 1;
}

/* "2\sqrt{5}", "12\pi" and "(a+5)(b+2)" with the factors exchanged. */
static bool factors_exchanged(const char *s, draft *out) {
    const char *mid = strstr(s, ")(");
    if (mid && mid == strchr(s, ')')) {
        put(out, "%s%.*s", mid + 1, (int)(mid + 1 - s), s);
        return *s == '(';
    }
    size_t digits = strspn(s, "0123456789"), blanks = strspn(s + digits, " ");
    const char *rest = s + digits + blanks;
    if (!digits || !*rest || !single_value(s) || strpbrk(rest, "+-/^!.") || at_command(rest, "\\frac")) return false;
    put(out, "%s \\cdot %.*s", rest, (int)digits, s);
    return true;
}

static bool list_turned(const char *s, draft *out, const char *separator, const char *last) {
    piece item[PIECES_MOST];
    long number;
    int n = strpbrk(s, "([{!=") ? 0 : split(s, s + strlen(s), ',', item);
    if (n < 2 || (n == 2 && item[1].length == 3 && item[1].at[-1] == ',')) return false;
    for (int i = n - 1; i >= 0; i--) {
        if (!piece_integer(item[i], &number)) return false;
        put_piece(out, item[i]);
        put(out, "%s", i > 1 ? separator : i ? last : "");
    }
    return true;
}

static bool list_reordered(const char *s, draft *out) {
    return list_turned(s, out, ", ", ", ");
}
static bool list_with_and(const char *s, draft *out) {
    return list_turned(s, out, ", ", " and ");
}
static bool list_with_text_and(const char *s, draft *out) {
    return list_turned(s, out, ", ", ", \\text{ and } ");
}
static bool list_with_or(const char *s, draft *out) {
    return list_turned(s, out, ", ", " or ");
}
static bool list_with_names(const char *s, draft *out) {
    return put(out, "x = "), list_turned(s, out, ", x = ", ", x = ");
}

static bool list_as_set(const char *s, draft *out) {
    put(out, "\\{");
    bool list = list_turned(s, out, ", ", ", ");
    put(out, "\\}");
    return list;
}

static bool set_reordered(const char *s, draft *out) {
    bracketed b;
    if (!in_brackets(s, &b) || !piece_is(b.open, "\\{") || b.items < 2) return false;
    put(out, "\\{");
    for (int i = b.items - 1; i >= 0; i--) put(out, i ? "%.*s, " : "%.*s\\}", b.item[i].length, b.item[i].at);
    return true;
}

static bool tuple_spacing(const char *s, draft *out) {
    bracketed b;
    if (!in_brackets(s, &b) || b.items < 2) return false;
    put_piece(out, b.open);
    for (int i = 0; i < b.items; i++) put(out, i ? ",%.*s" : "%.*s", b.item[i].length, b.item[i].at);
    put_piece(out, b.close);
    return strcmp(out->text, s) != 0;
}

static bool plus_minus_as_two(const char *s, draft *out) {
    const char *sign = strstr(s, "\\pm");
    if (!sign || strpbrk(s, ",{") < sign) return false;
    put(out, "%.*s+%s, %.*s-%s", (int)(sign - s), s, sign + 3, (int)(sign - s), s, sign + 3);
    return true;
}

static bool sides_exchanged(const char *s, draft *out) {
    const char *equals = strchr(s, '=');
    if (equals) put(out, "%s = %.*s", equals + 1, (int)(equals - s), s);
    return equals != NULL;
}

static bool equation_doubled(const char *s, draft *out) {
    const char *equals = strchr(s, '=');
    if (!equals || !strchr(s, 'y')) return false;
    put(out, "2(%.*s) = 2(%s)", (int)(equals - s), s, equals + 1);
    return true;
}

static bool equation_moved(const char *s, draft *out) {
    const char *equals = strchr(s, '=');
    if (!equals || !strchr(s, 'y')) return false;
    put(out, "%.*s - (%s) = 0", (int)(equals - s), s, equals + 1);
    return true;
}

static bool interval_as_inequality(const char *s, draft *out) {
    bracketed b;
    if (!plain_interval(s, &b)) return false;
    bool below = memcmp(b.item[0].at, "-\\infty", 7) != 0, above = memcmp(b.item[1].at, "\\infty", 6) != 0;
    if (below) {
        put_piece(out, b.item[0]);
        put(out, strchr("[", b.open.at[b.open.length - 1]) ? " \\le " : " < ");
    }
    put(out, "x");
    if (above) {
        put(out, strchr("]", b.close.at[b.close.length - 1]) ? " \\leq " : " < ");
        put_piece(out, b.item[1]);
    }
    return true;
}

static bool interval_with_name(const char *s, draft *out) {
    bracketed b;
    put(out, "x \\in %s", s);
    return *s != 'x' && plain_interval(s, &b);
}

static bool union_turned(const char *s, draft *out) {
    const char *sign = strstr(s, " \\cup ");
    if (sign) put(out, "%s \\cup %.*s", sign + 6, (int)(sign - s), s);
    return sign != NULL;
}

/* ---- matrices -------------------------------------------------------------------------------------------------- */

static bool matrix_body(const char *s, draft *out, const char *before, const char *after) {
    const char *end = strstr(s, "\\end{pmatrix}");
    if (strncmp(s, "\\begin{pmatrix}", 15) != 0 || !end) return false;
    put(out, "%s%.*s%s", before, (int)(end - s - 15), s + 15, after);
    return true;
}

static bool matrix_bmatrix(const char *s, draft *out) {
    return matrix_body(s, out, "\\begin{bmatrix}", "\\end{bmatrix}");
}
static bool matrix_array(const char *s, draft *out) {
    return matrix_body(s, out, "\\left(\\begin{array}{cc}", "\\end{array}\\right)");
}
static bool matrix_in_brackets(const char *s, draft *out) {
    return matrix_body(s, out, "\\left[\\begin{matrix}", "\\\\ \\end{matrix}\\right]");
}

/* ---- words, units and choices ---------------------------------------------------------------------------------- */

static bool text_unwrapped(const char *s, draft *out) {
    piece word;
    if (strncmp(s, "\\text{", 6) != 0 || !(s = argument(s + 5, &word)) || *s) return false;
    put_piece(out, word);
    return true;
}

static bool text_other_command(const char *s, draft *out) {
    return strncmp(s, "\\text{", 6) == 0 && exchange(s, "\\text", "\\textbf", out);
}

static bool word_capital(const char *s, draft *out) {
    piece word;
    if (strncmp(s, "\\text{", 6) != 0 || !argument(s + 5, &word) || !islower((unsigned char)*word.at)) return false;
    put(out, "%c%.*s", toupper((unsigned char)*word.at), word.length - 1, word.at + 1);
    return true;
}

static bool choice_bare(const char *s, draft *out) {
    bool choice = strncmp(s, "\\text{(", 7) == 0 && s[8] == ')';
    if (choice) put(out, "%c", s[7]);
    return choice;
}

static bool choice_text(const char *s, draft *out) {
    bool choice = strncmp(s, "\\text{(", 7) == 0 && s[8] == ')';
    if (choice) put(out, "\\textbf{%c}", s[7]);
    return choice;
}

static const char *unit_at(const char *s) {
    const char *unit = strstr(s, "\\mbox");
    if (!unit) unit = strstr(s, "\\text{ ");
    return unit && unit > s ? unit : NULL;
}

static bool unit_removed(const char *s, draft *out) {
    const char *unit = unit_at(s);
    if (unit) put(out, "%.*s", (int)(unit - s), s);
    return unit != NULL;
}

static bool unit_plain(const char *s, draft *out) {
    const char *unit = unit_at(s);
    piece word;
    const char *end = unit ? argument(unit + 5, &word) : NULL;
    if (!end) return false;
    piece number = trimmed(s, unit), name = trimmed(word.at, word.at + word.length);
    put(out, "%.*s %.*s%s", number.length, number.at, name.length, name.at, end);
    return true;
}

static bool unit_mathrm(const char *s, draft *out) {
    const char *unit = unit_at(s);
    piece word;
    const char *end = unit ? argument(unit + 5, &word) : NULL;
    if (!end) return false;
    piece number = trimmed(s, unit), name = trimmed(word.at, word.at + word.length);
    put(out, "%.*s\\ \\mathrm{~%.*s}%s", number.length, number.at, name.length, name.at, end);
    return true;
}

static bool degree_removed(const char *s, draft *out) {
    return exchange(s, "^\\circ", "", out);
}
static bool degree_braces(const char *s, draft *out) {
    return exchange(s, "^\\circ", "^{\\circ}", out);
}
static bool degree_sign(const char *s, draft *out) {
    return exchange(s, "^\\circ", "\u00B0", out);
}
static bool degree_word(const char *s, draft *out) {
    return exchange(s, "^\\circ", " degrees", out);
}
static bool degree_text(const char *s, draft *out) {
    return exchange(s, "^\\circ", "\\text{ degrees}", out);
}

static bool currency_removed(const char *s, draft *out) {
    return exchange(s, "\\$", "", out);
}
static bool currency_plain(const char *s, draft *out) {
    return exchange(s, "\\$", "$", out);
}
static bool currency_word(const char *s, draft *out) {
    return exchange(s, "\\$", "", out) && (put(out, " dollars"), true);
}

static const kind SAME_FORMS[] = {
    {"blanks added", blanks_added},
    {"blanks removed", blanks_removed},
    {"left and right added", left_right_added},
    {"left and right removed", left_right_removed},
    {"brackets around", brackets_around},
    {"thin spaces", thin_spaces},
    {"terms reordered", terms_reordered},
    {"factors exchanged", factors_exchanged},
    {"list reordered", list_reordered},
    {"list with and", list_with_and},
    {"list with text and", list_with_text_and},
    {"list with or", list_with_or},
    {"list with names", list_with_names},
    {"list as set", list_as_set},
    {"set reordered", set_reordered},
    {"tuple without blanks", tuple_spacing},
    {"plus-minus as two", plus_minus_as_two},
    {"sides exchanged", sides_exchanged},
    {"equation doubled", equation_doubled},
    {"equation moved to one side", equation_moved},
    {"interval as inequality", interval_as_inequality},
    {"interval with a name", interval_with_name},
    {"union turned", union_turned},
    {"matrix as bmatrix", matrix_bmatrix},
    {"matrix as array", matrix_array},
    {"matrix in brackets", matrix_in_brackets},
    {"text without command", text_unwrapped},
    {"text by another command", text_other_command},
    {"word with a capital", word_capital},
    {"choice as letter", choice_bare},
    {"choice in text", choice_text},
    {"unit removed", unit_removed},
    {"unit in plain text", unit_plain},
    {"unit in mathrm", unit_mathrm},
    {"degree removed", degree_removed},
    {"degree with braces", degree_braces},
    {"degree sign", degree_sign},
    {"degree as word", degree_word},
    {"degree as text", degree_text},
    {"currency removed", currency_removed},
    {"currency plain", currency_plain},
    {"currency as word", currency_word},
};

#endif
