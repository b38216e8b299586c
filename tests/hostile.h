/* Texts that attack a reader of mathematics: towers, floods, deep nesting, broken bytes, and mutations of answers. */
#ifndef CAIRN_TESTS_HOSTILE_H
#define CAIRN_TESTS_HOSTILE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOSTILE_BYTES = 2 << 20 };

typedef struct hostile {
    uint64_t state;
    char *text; /* HOSTILE_BYTES */
    size_t length;
    const char *const *answers; /* to mutate */
    int n_answers;
} hostile;

/* splitmix64 (Steele et al. 2014) */
static uint64_t lot(hostile *h) {
    uint64_t z = h->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static int below(hostile *h, int n) {
    return (int)(lot(h) % (uint64_t)n);
}

static void add_bytes(hostile *h, const char *bytes, size_t n) {
    if (n > HOSTILE_BYTES - 1 - h->length) n = HOSTILE_BYTES - 1 - h->length;
    memcpy(h->text + h->length, bytes, n);
    h->text[h->length += n] = 0;
}

static void add(hostile *h, const char *text) {
    add_bytes(h, text, strlen(text));
}

static void add_number(hostile *h, int digits) {
    for (int i = 0; i < digits; i++) add_bytes(h, &"123456789"[below(h, 9)], 1);
}

static void add_times(hostile *h, const char *text, int n) {
    for (int i = 0; i < n; i++) add(h, text);
}

/* A count that is small as often as large. */
static int size(hostile *h, int most) {
    return 1 + below(h, 1 + below(h, 8) * most / 8 + 2);
}

static const char *one_of(hostile *h, const char *const *texts, size_t n) {
    return texts[lot(h) % n];
}

#define ONE_OF(h, texts) one_of(h, texts, sizeof(texts) / sizeof *(texts))

/* before x n, middle, after x n */
static void add_nested(hostile *h, const char *before, const char *middle, const char *after, int n) {
    add_times(h, before, n);
    add(h, middle);
    add_times(h, after, n);
}

static void towers(hostile *h) {
    static const char *const bases[] = {"9",    "2", "x",    "0",      "-1",  "i",
                                        "(-2)", "e", "\\pi", "1.0001", "0.1", "\\sqrt{2}"};
    int n = size(h, 12);
    for (int i = 0; i < n; i++) {
        add(h, ONE_OF(h, bases));
        add(h, below(h, 3) ? "^{" : "^{-");
    }
    add_number(h, size(h, 6));
    add_times(h, "}", n);
}

static void flat_towers(hostile *h) {
    static const char *const ends[] = {"^9", "^99", "!", "^{-9}", "!!", "^{0.5}", "\\%", "^\\circ", "'", "_9"};
    add_number(h, size(h, 4));
    for (int i = size(h, 30); i > 0; i--) add(h, ONE_OF(h, ends));
}

static void nests(hostile *h) {
    static const char *const cores[] = {"7", "7", "", " ", ",", "&", "\\\\", "x|", "=", ";", "1,2"};
    static const char *const nest[][2] = {{"{", "}"},
                                          {"(", ")"},
                                          {"[", "]"},
                                          {"\\left(", "\\right)"},
                                          {"\\{", "\\}"},
                                          {"\\frac{1}{", "}"},
                                          {"\\sqrt{2+", "}"},
                                          {"\\sqrt[3]{1+", "}"},
                                          {"|", "|"},
                                          {"\\text{", "}"},
                                          {"\\boxed{", "}"},
                                          {"$", "$"},
                                          {"\\sin(", ")"},
                                          {"\\ln(1+", ")"},
                                          {"1+(2*", ")"},
                                          {"-(", ")"},
                                          {"\\lfloor ", "\\rfloor"},
                                          {"\\binom{9}{", "}"},
                                          {"f(", ")"},
                                          {"e^{", "}"},
                                          {"1/(1+", ")"},
                                          {"\\begin{pmatrix}", "\\end{pmatrix}"},
                                          {"\\begin{cases}", "\\end{cases}"},
                                          {"\\begin{array}{c}", "\\end{array}"},
                                          {"\\langle ", "\\rangle"}};
    int k = below(h, (int)(sizeof nest / sizeof *nest));
    int n = size(h, below(h, 4) ? 60 : 10000);
    add_nested(h, nest[k][0], ONE_OF(h, cores), below(h, 8) ? nest[k][1] : "", below(h, 4) ? n : 1);
}

static void floods(hostile *h) {
    static const char *const items[] = {"9",      "9,",     "1,000,", "+1",      "-",     "x+",         "\\sqrt{3}+",
                                        "\\pm 1", "1;",     "\\frac", "\\sqrt",  "^",     "_",          "\\\\",
                                        "&",      " and ",  "(1,2),", "=1",      "<x",    "\\cup(1,2)", "\\text{ a }",
                                        "\\,",    "%",      "$",      "\\",      "{",     "}",          "|",
                                        "!",      ".",      ":",      "1 ",      "i*",    "\\pi",       "\\le",
                                        "cm ",    "\\circ", "x_1",    "twenty ", "(x+1)", "/2",         "'"};
    add_number(h, 1);
    add_times(h, ONE_OF(h, items), size(h, below(h, 16) ? 400 : 8000));
    add_number(h, below(h, 3));
}

static void long_digits(hostile *h) {
    int n = size(h, below(h, 64) ? 20000 : 1000000);
    if (below(h, 2)) add(h, "0.");
    add_number(h, n);
    if (below(h, 4) == 0) add(h, "/7");
}

static void radical_sums(hostile *h) {
    for (int i = size(h, below(h, 16) ? 12 : 2000); i > 0; i--) {
        char text[64];
        snprintf(text, sizeof text, below(h, 2) ? "+\\sqrt{%d}" : "+\\sqrt[%d]{2}", 2 + below(h, 97));
        add(h, text);
    }
}

static void great_numbers(hostile *h) {
    static const char *const forms[] = {"(x+1)^{%d}",
                                        "(x+y+z)^{%d}-(x+y-z)^{%d}",
                                        "%d!",
                                        "\\binom{%d}{%d}",
                                        "%d^{%d}",
                                        "\\sqrt{%d}^{%d}",
                                        "\\cos\\frac{2\\pi}{%d}",
                                        "\\sin(%d)",
                                        "\\frac{%d!}{%d!}",
                                        "\\log_{%d} %d",
                                        "\\sqrt[%d]{%d}",
                                        "\\zeta(%d)",
                                        "3^{%d} \\mod 7",
                                        "(1+\\sqrt{2})^{%d}",
                                        "\\left(\\frac{1+\\sqrt{5}}{2}\\right)^{%d}",
                                        "\\sum_{k=1}^{%d} k",
                                        "\\int_0^{%d} x dx",
                                        "e^{e^{%d}}",
                                        "10^{-%d}",
                                        "(1+10^{-%d})^{%d}",
                                        "1.%d e%d",
                                        "\\tan(10^{%d})",
                                        "(x^{%d}-1)/(x-1)",
                                        "(2+i)^{%d}",
                                        "\\gcd(%d,%d)",
                                        "%d_{%d}",
                                        "0.\\overline{%d}",
                                        "\\sqrt{10^{%d}+1}",
                                        "F_{%d}",
                                        "x^{1/%d}+y^{1/%d}"};
    static const int numbers[] = {0, 1, 2, 3, 7, 17, 64, 97, 163, 997, 4096, 65537, 999999, 99999999, 2147483647};
    char text[160];
    int a = numbers[below(h, 15)], b = numbers[below(h, 15)];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
#pragma GCC diagnostic ignored "-Wformat-security"
    snprintf(text, sizeof text, ONE_OF(h, forms), a, b);
#pragma GCC diagnostic pop
    add(h, text);
}

/* Words of the grammar in random order. */
static void soup(hostile *h) {
    static const char *const words[] = {"\\frac",
                                        "\\dfrac{1}{2}",
                                        "{",
                                        "}",
                                        "(",
                                        ")",
                                        "[",
                                        "]",
                                        "\\left(",
                                        "\\right]",
                                        "\\sqrt",
                                        "\\sqrt[",
                                        "1",
                                        "2",
                                        "37",
                                        "0",
                                        "0.5",
                                        "1,000",
                                        "x",
                                        "y",
                                        "n",
                                        "i",
                                        "e",
                                        "\\pi",
                                        "\\theta",
                                        "\\infty",
                                        "+",
                                        "-",
                                        "*",
                                        "/",
                                        "\\cdot ",
                                        "\\times ",
                                        "\\div ",
                                        "^",
                                        "^{",
                                        "_",
                                        "_{",
                                        "!",
                                        "'",
                                        "=",
                                        "<",
                                        "\\le ",
                                        "\\ne ",
                                        "\\in ",
                                        "\\cup ",
                                        ",",
                                        ";",
                                        ":",
                                        "\\pm ",
                                        "|",
                                        "\\{",
                                        "\\}",
                                        "\\text{",
                                        "\\mbox{ cm}",
                                        "^\\circ",
                                        "\\%",
                                        "%",
                                        "\\$",
                                        "$",
                                        " ",
                                        "\\,",
                                        "\\!",
                                        "\\sin ",
                                        "\\log_",
                                        "\\ln ",
                                        "\\binom",
                                        "\\begin{pmatrix}",
                                        "\\end{pmatrix}",
                                        "\\begin{cases}",
                                        "\\end{cases}",
                                        "&",
                                        "\\\\",
                                        "\\boxed{",
                                        " and ",
                                        " or ",
                                        "twelve",
                                        "half",
                                        "PM",
                                        "12:30",
                                        "Monday",
                                        "\u2212",
                                        "\u221A",
                                        "\u03C0",
                                        "\u00B2",
                                        "\u221E",
                                        "\u2264",
                                        "\\overline{",
                                        "\\pmod{7}",
                                        "\\lfloor",
                                        "\\rfloor",
                                        "\\sum",
                                        "\\int",
                                        "\\mathbb{R}",
                                        "mod",
                                        "(A)",
                                        "f(x)"};
    for (int i = size(h, 40); i > 0; i--) add(h, ONE_OF(h, words));
}

static void random_bytes(hostile *h) {
    for (int i = size(h, 200); i > 0; i--) {
        char byte = (char)(1 + below(h, 255));
        add_bytes(h, &byte, 1);
    }
}

/* An answer with some bytes exchanged, dropped, doubled or moved. */
static void mutations(hostile *h) {
    if (!h->n_answers) return;
    add(h, h->answers[below(h, h->n_answers)]);
    for (int i = size(h, 6); i > 0 && h->length > 0; i--) {
        size_t at = lot(h) % h->length, other = lot(h) % h->length;
        switch (below(h, 5)) {
        case 0:
            h->text[at] = (char)(1 + below(h, 255));
            break;
        case 1:
            memmove(h->text + at, h->text + at + 1, h->length-- - at);
            break;
        case 2:
            add(h, h->answers[below(h, h->n_answers)]);
            break;
        case 3:
            h->text[at] = h->text[other];
            break;
        default:
            add_bytes(h, h->text, at);
            break;
        }
        h->text[h->length] = 0;
    }
}

static void lists(hostile *h) {
    static const char *const items[] = {"%d",     "\\sqrt{%d}", "(%d,1)", "x^{%d}", "\\frac{1}{%d}",
                                        "%d\\pi", "a_{%d}",     "\\pm %d"};
    static const char *const open[] = {"\\{", "(", "[", "", "x=", "\\begin{pmatrix}"};
    static const char *const shut[] = {"\\}", ")", "]", "", "", "\\end{pmatrix}"};
    static const char *const between[] = {",", "&", " and ", "\\cup ", "\\\\", ";", "<"};
    const char *item = ONE_OF(h, items), *separator = ONE_OF(h, between);
    int k = below(h, 6);
    add(h, open[k]);
    for (int i = size(h, below(h, 16) ? 40 : 3000); i > 0; i--) {
        char text[64];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, sizeof text, item, below(h, 1000));
#pragma GCC diagnostic pop
        add(h, text);
        add(h, separator);
    }
    add(h, shut[k]);
}

typedef void hostile_fn(hostile *h);

static hostile_fn *const HOSTILE[] = {towers,        flat_towers, nests,        floods, long_digits, radical_sums,
                                      great_numbers, soup,        random_bytes, lists,  mutations,   mutations};

/* Text number `number`: of one kind, or of two with an operator between. */
static void hostile_text(hostile *h, uint64_t number) {
    static const char *const operators[] = {"+", "-", "*", "/", "^", "=", "<", ",", " ", "\\cdot ", "\\cup "};
    enum { KINDS = sizeof HOSTILE / sizeof *HOSTILE };
    h->state = number << 32;
    h->text[h->length = 0] = 0;
    HOSTILE[below(h, KINDS)](h);
    if (below(h, 4)) return;
    add(h, ONE_OF(h, operators));
    if (h->length < 1000) HOSTILE[below(h, KINDS)](h);
}

#endif
