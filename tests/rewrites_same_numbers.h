/* Rewritings that keep an answer's meaning: numbers, roots, powers, constants and the marks around an answer. */
#ifndef CAIRN_TESTS_REWRITES_SAME_NUMBERS_H
#define CAIRN_TESTS_REWRITES_SAME_NUMBERS_H

#include "rewrites.h"

/* ---- fractions and decimals ------------------------------------------------------------------------------------ */

static bool frac_as_dfrac(const char *s, draft *out) {
    return exchange_command(s, "\\frac", "\\dfrac", out);
}
static bool frac_as_tfrac(const char *s, draft *out) {
    return exchange_command(s, "\\frac", "\\tfrac", out);
}
static bool frac_as_cfrac(const char *s, draft *out) {
    return exchange_command(s, "\\frac", "\\cfrac", out);
}

/* Every fraction written anew. A fraction after a digit is part of a mixed number: not those. */
static bool each_fraction(const char *s, draft *out, void write(draft *out, piece above, piece below)) {
    bool any = false;
    char last = 0;
    while (*s) {
        piece above, below;
        const char *end = isdigit((unsigned char)last) ? NULL : fraction_at(s, &above, &below);
        if (end) {
            write(out, above, below);
            s = end, last = ')', any = true;
        } else {
            if (*s != ' ') last = *s;
            put(out, "%c", *s++);
        }
    }
    return any;
}

static void write_slash(draft *out, piece a, piece b) {
    put(out, "((%.*s)/(%.*s))", a.length, a.at, b.length, b.at);
}
static bool frac_as_slash(const char *s, draft *out) {
    return each_fraction(s, out, write_slash);
}

static bool frac_as_plain_slash(const char *s, draft *out) {
    bool minus;
    long a, b;
    if (!whole_fraction(s, &minus, &a, &b)) return false;
    put(out, "%s%ld/%ld", minus ? "-" : "", a, b);
    return true;
}

static void write_short(draft *out, piece a, piece b) {
    put(out, a.length == 1 && isdigit((unsigned char)*a.at) ? "\\frac%.*s" : "\\frac{%.*s}", a.length, a.at);
    put(out, b.length == 1 ? "%.*s" : "{%.*s}", b.length, b.at);
}
static bool frac_short(const char *s, draft *out) {
    return each_fraction(s, out, write_short);
}

static void write_spaced(draft *out, piece a, piece b) {
    put(out, "\\frac { %.*s } { %.*s }", a.length, a.at, b.length, b.at);
}
static bool frac_with_blanks(const char *s, draft *out) {
    return each_fraction(s, out, write_spaced);
}

static bool frac_doubled(const char *s, draft *out) {
    bool minus;
    long a, b;
    if (!whole_fraction(s, &minus, &a, &b)) return false;
    put(out, "%s\\frac{%ld}{%ld}", minus ? "-" : "", 2 * a, 2 * b);
    return true;
}

static bool minus_into_frac(const char *s, draft *out) {
    piece a, b;
    const char *end = *s == '-' ? fraction_at(s + 1, &a, &b) : NULL;
    if (end) put(out, "\\frac{-%.*s}{%.*s}%s", a.length, a.at, b.length, b.at, end);
    return end != NULL;
}

static bool frac_as_mixed(const char *s, draft *out) {
    bool minus;
    long a, b;
    if (!whole_fraction(s, &minus, &a, &b) || a < b) return false;
    put(out, "%s%ld\\frac{%ld}{%ld}", minus ? "-" : "", a / b, a % b, b);
    return true;
}

static bool mixed_as_frac(const char *s, draft *out) {
    piece a, b;
    long whole, above, below;
    const char *frac = strstr(s, "\\frac");
    if (!frac || frac == s || strlen(s) > 20 || !piece_number(trimmed(s, frac), &whole)) return false;
    if (!fraction_at(frac, &a, &b) || !piece_number(a, &above) || !piece_number(b, &below)) return false;
    put(out, "\\frac{%ld}{%ld}", whole * below + above, below);
    return true;
}

/* A fraction whose decimal ends within 8 places. */
static bool frac_as_decimal(const char *s, draft *out) {
    bool minus;
    long a, b, scale = 1;
    int places = 0;
    if (!whole_fraction(s, &minus, &a, &b)) return false;
    for (; places <= 8 && a * scale % b; places++) scale *= 10;
    if (places == 0 || places > 8) return false;
    put(out, "%s%ld.%0*ld", minus ? "-" : "", a / b, places, a % b * scale / b);
    return true;
}

static bool decimal_as_frac(const char *s, draft *out) {
    piece before, after;
    if (!whole_decimal(s, &before, &after)) return false;
    put(out, "\\frac{%.*s%.*s}{1%0*d}", before.length, before.at, after.length, after.at, after.length, 0);
    return true;
}

static bool decimal_with_zero(const char *s, draft *out) {
    piece before, after;
    put(out, "%s0", s);
    return whole_decimal(s, &before, &after);
}

static bool decimal_leading_zero(const char *s, draft *out) {
    piece before, after;
    if (!whole_decimal(s, &before, &after) || before.length > 1 || (before.length && *before.at != '0')) return false;
    put(out, before.length ? ".%.*s" : "0.%.*s", after.length, after.at);
    return true;
}

static bool integer_as_decimal(const char *s, draft *out) {
    long n;
    put(out, "%s.0", s);
    return whole_integer(s, &n);
}

/* ---- numbers --------------------------------------------------------------------------------------------------- */

static bool grouped(const char *s, draft *out, const char *separator) {
    bool dollar = strncmp(s, "\\$", 2) == 0;
    size_t length = strlen(s + 2 * dollar);
    for (const char *t = s + 2 * dollar; *t; t++)
        if (!isdigit((unsigned char)*t)) return false;
    if (length < 4) return false;
    if (dollar) put(out, "\\$");
    for (const char *t = s + 2 * dollar; *t; t++) {
        put(out, "%c", *t);
        if (strlen(t) > 1 && strlen(t) % 3 == 1) put(out, "%s", separator);
    }
    return true;
}

static bool thousands_comma(const char *s, draft *out) {
    return grouped(s, out, ",");
}
static bool thousands_braced_comma(const char *s, draft *out) {
    return grouped(s, out, "{,}");
}
static bool thousands_thin_space(const char *s, draft *out) {
    return grouped(s, out, "\\,");
}
static bool thousands_tight_comma(const char *s, draft *out) {
    return grouped(s, out, ",\\!");
}

static bool thousands_removed(const char *s, draft *out) {
    bool any = false;
    size_t digits = 0;
    for (; *s; s++)
        if (isdigit((unsigned char)*s) || (*s == '$' && !digits) || (*s == '\\' && s[1] == '$'))
            put(out, "%c", *s), digits += *s != '$' && *s != '\\';
        else if (*s == ',' || *s == ' ' || strncmp(s, "\\!", 2) == 0)
            any = any || *s == ',', s += *s == '\\';
        else
            return false;
    return any && digits > 4;
}

static bool integer_in_words(const char *s, draft *out) {
    static const char *const words[] = {
        "zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
        "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
    static const char *const tens[] = {"twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"};
    long n;
    if (!whole_integer(s, &n) || n < 0 || n > 99) return false;
    if (n < 20)
        put(out, "%s", words[n]);
    else
        put(out, n % 10 ? "%s-%s" : "%s", tens[n / 10 - 2], words[n % 10]);
    return true;
}

static bool integer_with_plus(const char *s, draft *out) {
    long n;
    put(out, "+%s", s);
    return whole_integer(s, &n) && n > 0;
}

static bool number_scientific(const char *s, draft *out) {
    piece before, after;
    int zeros = 0;
    if (!whole_decimal(s, &before, &after) || before.length) return false;
    while (after.at[zeros] == '0') zeros++;
    if (after.length - zeros < 2) return false;
    put(out, "%c.%s \\times 10^{-%d}", after.at[zeros], after.at + zeros + 1, zeros + 1);
    return true;
}

static bool base_braces(const char *s, draft *out) {
    const char *low = strchr(s, '_');
    piece base;
    if (!low || !isdigit((unsigned char)*s) || !argument(low + 1, &base)) return false;
    put(out, low[1] == '{' ? "%.*s_%.*s" : "%.*s_{%.*s}", (int)(low - s), s, base.length, base.at);
    return true;
}

static bool unicode_minus(const char *s, draft *out) {
    bool any = false;
    if (strstr(s, "\\text") || strstr(s, "\\begin")) return false;
    for (; *s; s++)
        if (*s == '-')
            put(out, "\u2212"), any = true;
        else
            put(out, "%c", *s);
    return any;
}

/* ---- marks around the answer ----------------------------------------------------------------------------------- */

static bool in_dollars(const char *s, draft *out) {
    return put(out, "$%s$", s), true;
}
static bool in_round_marks(const char *s, draft *out) {
    return put(out, "\\(%s\\)", s), true;
}
static bool in_display_marks(const char *s, draft *out) {
    return put(out, "\\[ %s \\]", s), true;
}
static bool in_box(const char *s, draft *out) {
    return put(out, "\\boxed{%s}", s), true;
}
static bool in_box_and_dollars(const char *s, draft *out) {
    return put(out, "$\\boxed{%s}$.", s), true;
}
static bool in_bold(const char *s, draft *out) {
    return put(out, "**%s**", s), strstr(s, "*") == NULL;
}
static bool in_display_style(const char *s, draft *out) {
    return put(out, "\\displaystyle %s", s), true;
}
static bool in_braces(const char *s, draft *out) {
    return put(out, "{%s}", s), !strchr(s, ',');
}
static bool with_period(const char *s, draft *out) {
    return put(out, "%s.", s), true;
}
static bool with_blanks_around(const char *s, draft *out) {
    return put(out, " \n%s \n", s), true;
}

static bool number_in_mathbf(const char *s, draft *out) {
    long n;
    put(out, "\\mathbf{%s}", s);
    return whole_integer(s, &n);
}

static bool with_name(const char *s, draft *out) {
    return put(out, "z = %s", s), single_value(s);
}

/* "x = 5" without "x =", "x \in [1, 2]" without "x \in". */
static bool without_name(const char *s, draft *out) {
    int skip = strncmp(s, "x=", 2) == 0 ? 2 : strncmp(s, "y = ", 4) == 0 ? 4 : strncmp(s, "x \\in ", 6) == 0 ? 6 : 0;
    put(out, "%s", s + skip);
    return skip > 0;
}

/* ---- products, powers, roots and constants --------------------------------------------------------------------- */

/* A sign between a coefficient and a root, a constant or a letter. */
static bool product_sign(const char *s, draft *out, const char *sign) {
    bool any = false;
    if (!single_value(s)) return false;
    for (const char *t = s; *t; t++) {
        const char *next = t + 1 + strspn(t + 1, " ");
        put(out, "%c", *t);
        if (!isdigit((unsigned char)*t) || (t > s && (t[-1] == '^' || t[-1] == 'c'))) continue;
        if (at_command(next, "\\sqrt") || at_command(next, "\\pi") || isalpha((unsigned char)*next)) {
            put(out, "%s", sign);
            t = next - 1, any = true;
        }
    }
    return any;
}

static bool product_cdot(const char *s, draft *out) {
    return product_sign(s, out, " \\cdot ");
}
static bool product_times(const char *s, draft *out) {
    return product_sign(s, out, " \\times ");
}
static bool product_star(const char *s, draft *out) {
    return product_sign(s, out, "*");
}

static bool power_braces(const char *s, draft *out) {
    bool any = false;
    for (; *s; s++)
        if (*s == '^' && isdigit((unsigned char)s[1]))
            put(out, "^{%c}", *++s), any = true;
        else
            put(out, "%c", *s);
    return any;
}

static bool power_unicode(const char *s, draft *out) {
    static const char *const signs[] = {"\u2070", "\u00B9", "\u00B2", "\u00B3", "\u2074",
                                        "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
    bool any = false;
    for (; *s; s++)
        if (*s == '^' && isdigit((unsigned char)s[1]))
            put(out, "%s", signs[*++s - '0']), any = true;
        else
            put(out, "%c", *s);
    return any;
}

static bool power_stars(const char *s, draft *out) {
    bool any = false;
    if (!single_value(s)) return false;
    for (; *s; s++)
        if (*s == '^' && (any = true))
            put(out, "**");
        else
            put(out, "%c", *s);
    return any;
}

static bool each_root(const char *s, draft *out, void write(draft *out, piece inside)) {
    bool any = false;
    while (*s) {
        piece inside;
        const char *end = at_command(s, "\\sqrt") ? argument(s + 5, &inside) : NULL;
        if (end)
            write(out, inside), s = end, any = true;
        else
            put(out, "%c", *s++);
    }
    return any;
}

static void write_root_short(draft *out, piece a) {
    put(out, a.length == 1 ? "\\sqrt%.*s" : "\\sqrt{%.*s}", a.length, a.at);
}
static void write_root_blank(draft *out, piece a) {
    put(out, a.length == 1 ? "\\sqrt %.*s" : "\\sqrt {%.*s}", a.length, a.at);
}
static void write_root_sign(draft *out, piece a) {
    long number;
    put(out, piece_number(a, &number) ? "\u221A%.*s" : "\u221A(%.*s)", a.length, a.at);
}
static void write_root_call(draft *out, piece a) {
    bool after_command = out->length && isalpha((unsigned char)out->text[out->length - 1]);
    put(out, after_command ? " sqrt(%.*s)" : "sqrt(%.*s)", a.length, a.at);
}
static void write_root_power(draft *out, piece a) {
    put(out, "(%.*s)^{1/2}", a.length, a.at);
}

static bool root_short(const char *s, draft *out) {
    return each_root(s, out, write_root_short);
}
static bool root_blank(const char *s, draft *out) {
    return each_root(s, out, write_root_blank);
}
static bool root_sign(const char *s, draft *out) {
    return each_root(s, out, write_root_sign);
}
static bool root_call(const char *s, draft *out) {
    return each_root(s, out, write_root_call);
}
static bool root_power(const char *s, draft *out) {
    return each_root(s, out, write_root_power);
}

/* "3\sqrt{13}" and "3 \sqrt{13}" with one root. */
static bool root_merged(const char *s, draft *out) {
    char *end;
    piece inside;
    long c = strtol(s, &end, 10), n;
    while (*end == ' ') end++;
    if (end == s || c < 2 || !at_command(end, "\\sqrt") || !(s = argument(end + 5, &inside)) || *s) return false;
    if (!piece_number(inside, &n)) return false;
    put(out, "\\sqrt{%ld}", c * c * n);
    return true;
}

/* \sqrt{n}/m as n/(m \sqrt{n}). */
static bool root_below(const char *s, draft *out) {
    piece above, below, inside;
    long n, m;
    const char *end = fraction_at(s, &above, &below);
    if (!end || *end || !at_command(above.at, "\\sqrt") || !argument(above.at + 5, &inside)) return false;
    if (!piece_number(inside, &n) || !piece_number(below, &m) ||
        inside.at + inside.length + 1 != above.at + above.length)
        return false;
    put(out, "\\frac{%ld}{%ld\\sqrt{%ld}}", n, m, n);
    return true;
}

static bool pi_sign(const char *s, draft *out) {
    return exchange_command(s, "\\pi", "\u03C0", out);
}
static bool pi_word(const char *s, draft *out) {
    return !strstr(s, "\\frac") && exchange_command(s, "\\pi", "pi", out);
}
static bool infinity_sign(const char *s, draft *out) {
    return exchange_command(s, "\\infty", "\u221E", out);
}
static bool infinity_plus(const char *s, draft *out) {
    return exchange(s, ", \\infty", ", +\\infty", out);
}
static bool union_sign(const char *s, draft *out) {
    return exchange_command(s, "\\cup", "\u222A", out);
}

static const kind SAME_NUMBERS[] = {
    {"frac as dfrac", frac_as_dfrac},
    {"frac as tfrac", frac_as_tfrac},
    {"frac as cfrac", frac_as_cfrac},
    {"frac as slash in brackets", frac_as_slash},
    {"frac as slash", frac_as_plain_slash},
    {"frac in short form", frac_short},
    {"frac with blanks", frac_with_blanks},
    {"frac expanded by 2", frac_doubled},
    {"minus moved into frac", minus_into_frac},
    {"frac as mixed number", frac_as_mixed},
    {"mixed number as frac", mixed_as_frac},
    {"frac as decimal", frac_as_decimal},
    {"decimal as frac", decimal_as_frac},
    {"decimal with a zero more", decimal_with_zero},
    {"decimal's leading zero", decimal_leading_zero},
    {"integer as decimal", integer_as_decimal},
    {"thousands by comma", thousands_comma},
    {"thousands by {,}", thousands_braced_comma},
    {"thousands by thin space", thousands_thin_space},
    {"thousands by comma and \\!", thousands_tight_comma},
    {"thousands without separator", thousands_removed},
    {"integer in words", integer_in_words},
    {"integer with plus", integer_with_plus},
    {"scientific notation", number_scientific},
    {"base with or without braces", base_braces},
    {"Unicode minus", unicode_minus},
    {"in dollars", in_dollars},
    {"in \\( \\)", in_round_marks},
    {"in \\[ \\]", in_display_marks},
    {"in a box", in_box},
    {"in a box, dollars, period", in_box_and_dollars},
    {"in bold", in_bold},
    {"in display style", in_display_style},
    {"in braces", in_braces},
    {"with a period", with_period},
    {"with blanks around", with_blanks_around},
    {"number in mathbf", number_in_mathbf},
    {"with a name", with_name},
    {"without its name", without_name},
    {"product with cdot", product_cdot},
    {"product with times", product_times},
    {"product with star", product_star},
    {"power with braces", power_braces},
    {"power in Unicode", power_unicode},
    {"power with stars", power_stars},
    {"root in short form", root_short},
    {"root with a blank", root_blank},
    {"root sign", root_sign},
    {"root as call", root_call},
    {"root as power", root_power},
    {"root with its factor inside", root_merged},
    {"root in the denominator", root_below},
    {"pi sign", pi_sign},
    {"pi as word", pi_word},
    {"infinity sign", infinity_sign},
    {"infinity with plus", infinity_plus},
    {"union sign", union_sign},
};

#endif
