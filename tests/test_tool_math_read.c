/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <time.h>

#include "data.h"
#include "skip.h"
#include "tool/math/read.h"
#include "tool_fixture.h"

static math_node *read_text(bench *b, const char *text) {
    math_node *node = NULL;
    cairn_status status = math_read(b->ctx, b->arena, text, strlen(text), &node);
    if (status != CAIRN_OK) print_error("'%s': %s\n", text, cairn_error(b->ctx));
    assert_int_equal(status, CAIRN_OK);
    return node;
}

/* Texts and what they are written as. What is written reads back to the same. */
typedef struct reading {
    const char *text, *written;
} reading;

static void reads_one(bench *b, const char *text, const char *expected) {
    math_node *node = read_text(b, text);
    const char *written = math_write(b->arena, node);
    if (strcmp(written, expected) != 0) print_error("'%s' is read as '%s'\n", text, written);
    assert_string_equal(written, expected);
    assert_false(math_holds(node, MATH_UNREAD));
    math_node *again = read_text(b, written);
    assert_string_equal(math_write(b->arena, again), expected);
    if (again->kind != node->kind) print_error("'%s' is read back as another kind\n", text);
    assert_int_equal(again->kind, node->kind);
}

#define READS(state, ...)                                                  \
    do {                                                                   \
        static const reading readings[] = {__VA_ARGS__};                   \
        for (size_t i_ = 0; i_ < sizeof readings / sizeof *readings; i_++) \
            reads_one(*(state), readings[i_].text, readings[i_].written);  \
    } while (0)

/* Texts that are all read as the first one is. */
#define SAME(state, ...)                                                                              \
    do {                                                                                              \
        static const char *const texts[] = {__VA_ARGS__};                                             \
        bench *b_ = *(state);                                                                         \
        const char *first = math_write(b_->arena, read_text(b_, texts[0]));                           \
        for (size_t i_ = 0; i_ < sizeof texts / sizeof *texts; i_++) reads_one(b_, texts[i_], first); \
    } while (0)

static void draws(bench *b, const char *text, const char *expected) {
    const char *drawn = math_draw(b->arena, read_text(b, text));
    if (strcmp(drawn, expected) != 0) print_error("'%s' is drawn as\n%s", text, drawn);
    assert_string_equal(drawn, expected);
}

static const math_node *first_unread(const math_node *node) {
    if (node->kind == MATH_UNREAD) return node;
    for (uint32_t i = 0; i < node->kids; i++) {
        const math_node *found = first_unread(node->kid[i]);
        if (found) return found;
    }
    return NULL;
}

/* The place and the reason. */
static void does_not_read(bench *b, const char *text, const char *place, const char *why) {
    const math_node *unread = first_unread(read_text(b, text));
    if (!unread) print_error("'%s' is read as '%s'\n", text, math_write(b->arena, read_text(b, text)));
    assert_non_null(unread);
    if (strcmp(unread->text, why) != 0) print_error("'%s': %s\n", text, unread->text);
    assert_string_equal(unread->text, why);
    const char *found = cairn_arena_copy(b->arena, text + unread->start, unread->end - unread->start);
    if (strcmp(found, place) != 0) print_error("'%s': unread at '%s'\n", text, found);
    assert_string_equal(found, place);
}

static void is_kind(bench *b, const char *text, math_kind kind, uint32_t flags) {
    const math_node *node = read_text(b, text);
    if (node->kind != kind || (node->flags & flags) != flags)
        print_error("'%s' is %s, flags %u\n", text, math_kind_name(node->kind), node->flags);
    assert_int_equal(node->kind, kind);
    assert_int_equal(node->flags & flags, flags);
}

/* ---- dress ----------------------------------------------------------------------------------------------------- */

static void test_dress_changes_nothing(void **state) {
    SAME(state, "42", "$42$", "$ 42 $", "$42 $", "$$42$$", "\\(42\\)", "\\[42\\]", "**42**", "__42__", "_42_", "`42`",
         "\"42\"", "42.", " 42 ", "\\boxed{42}", "\\boxed {42}", "$\\boxed{42}$.", "\\fbox{42}", "\\text{42}",
         "\\mathrm{42}", "\\mathbf{42}", "\\textbf{42}", "\\mbox{42}", "\\displaystyle 42", "\\large 42", "\\,42\\;",
         "\\!42", "\\quad 42", "\\hspace{1cm}42", "\\phantom{0}42", "\\color{red}42", "\\textcolor{red}{42}",
         "{\\rm 42}", "{\\bf 42}", "\\left(42\\right)", "\\bigl(42\\bigr)", "= 42", "\\therefore 42", "**$42$**",
         "\xE2\x80\x9C"
         "42\xE2\x80\x9D");
    SAME(state, "(3/5, 2]", "\\left(\\frac35,2\\right]", "\\big( \\tfrac{3}{5}\\,,\\,2 \\big]", "$(\\dfrac{3}{5}, 2]$");
    SAME(state, "|x|", "\\left|x\\right|", "\\lvert x \\rvert", "\\vert x\\vert", "abs(x)");
    SAME(state, "x = 1", "\\left. x = 1 \\right.", "$x=1$", "\\boxed{x=1}", "x=1.");
}

static void test_lines_and_formulas_side_by_side_are_no_product(void **state) {
    READS(state, {"x = 1\ny = 2", "x = 1, y = 2"}, {"x = 1 \\\\ y = 2", "x = 1, y = 2"},
          {"$x=1$, $y=2$", "x = 1, y = 2"}, {"no\nsolution", "\\text{no solution}"});
    does_not_read(*state, "$x=1$ $y=2$", "y=2", "two formulas side by side");
}

/* ---- numbers --------------------------------------------------------------------------------------------------- */

static void test_numerals(void **state) {
    READS(state, {"5", "5"}, {".5", "0.5"}, {"5.", "5"}, {"5.00", "5.00"}, {"1.5e-7", "1.5e-7"}, {"1E5", "1e5"},
          {"1e\xE2\x88\x92"
           "5",
           "1e-5"},
          {"+5", "5"},
          {"\xE2\x88\x92"
           "7",
           "-7"},
          {"1.5 \\times 10^{-7}", "1.5*10^(-7)"}, {"2.5 million", "2500000"});
    SAME(state, "1000", "1,000", "1{,}000", "1\\,000", "1,\\!000", "1,\\! 000", "(1,000)");
    SAME(state, "1234567.5", "1,234,567.5", "1{,}234{,}567.5", "1\\,234\\,567.5");
    is_kind(*state, "3,125", MATH_NUMBER, MATH_FLAG_COMMA_GROUPED);
    is_kind(*state, "3,5", MATH_LIST, MATH_FLAG_COMMA_GROUPED);
    is_kind(*state, "2,74 cm", MATH_LIST, MATH_FLAG_COMMA_GROUPED);
    assert_int_equal(read_text(*state, "3, 5")->flags, 0);
}

static void test_commas_of_lists_are_no_separators(void **state) {
    READS(state, {"(3,125)", "(3, 125)"}, {"\\{1,234\\}", "{1, 234}"}, {"1,2,3", "1, 2, 3"}, {"1,234,5", "1, 234, 5"},
          {"f(1,234)", "f(1, 234)"}, {"1,234, 5,678", "1234, 5678"}, {"10,00", "10, 00"}, {"-2,0,2", "-2, 0, 2"},
          {"1, 234", "1, 234"});
}

static void test_a_blank_between_digits_is_not_read(void **state) {
    does_not_read(*state, "3 4", "3 4", "a number after a factor");
    does_not_read(*state, "12 345", "12 345", "a number after a factor");
    does_not_read(*state, "2{3}", "2{3}", "digits in groups side by side");
    does_not_read(*state, "\\mathbf{2}\\mathbf{3}", "\\mathbf{2}\\mathbf{3}", "digits in groups side by side");
    does_not_read(*state, "1\\!2", "1\\!2", "a number after a factor");
    does_not_read(*state, "12~345", "12~345", "a number after a factor");
    does_not_read(*state, "2 050/3000", "2 050/3000", "a number after a factor");
    does_not_read(*state, "1 000 2000", "1 000 2000", "a number after a factor");
    SAME(state, "12050000", "12 050 000", "12~050~000", "12 {, }050{,}000"); /* a zero begins no value */
    READS(state, {"1 000 4/9", "1000 4/9"}, {"1 000, 2 050.5", "1000, 2050.5"});
}

static void test_decimal_commas_are_not_read(void **state) {
    does_not_read(*state, "0,5 kg", "0,5 kg", "a decimal comma or a list");
    draws(*state, "0,5", "list comma-grouped 0..3\n  number '0' 0..1\n  number '5' 2..3\n");
    does_not_read(*state, "1.234,56", "1.234,56", "a decimal comma or a list");
    does_not_read(*state, "1.000.000", "1.000.000", "a number after a factor");
}

static void test_repeating_decimals_only_where_it_is_certain(void **state) {
    SAME(state, "0.\\overline{3}", "0.\\overline3", "0.\\bar{3}", "0.\\dot{3}", "0.333...", "0.333\\ldots",
         "0.333\\dots", ".\\overline{3}", "0.3333\xE2\x80\xA6", "0.(3)");
    READS(state, {"0.1\\overline{6}", "0.1\\overline{6}"}, {"0.1666...", "0.1\\overline{6}"},
          {"0.\\overline{142857}", "0.\\overline{142857}"}, {"0.142857142857...", "0.\\overline{142857}"},
          {"0.2727...", "0.\\overline{27}"}, {"0.\\dot{1}\\dot{8}", "0.\\overline{18}"},
          {"0.\\dot{1}4285\\dot{7}", "0.\\overline{142857}"});
    draws(*state, "0.1\\overline{6}", "number '0.1(6)' 0..15\n");
    does_not_read(*state, "3.14...", "3.14...", "decimals that go on");
    does_not_read(*state, "0.123...", "0.123...", "decimals that go on");
}

static void test_mixed_numbers(void **state) {
    SAME(state, "2 1/2", "2\\frac{1}{2}", "2 \\frac12", "2\\tfrac1{2}",
         "2\xC2\xBD"
         "",
         "two and a half");
    READS(state, {"1\\frac{4}{5}", "1 4/5"}, {"-1\\frac{1}{2}", "-1 1/2"}, {"137 \\frac{1}{2}", "137 1/2"},
          {"33\\frac{1}{3}\\%", "(33 1/3)%"}, {"3\\frac{1}{2} \\text{ cups}", "3 1/2 cups"},
          /* a bracket makes a product, and so does an improper fraction */
          {"2\\frac{1}{3}(\\frac{3}{2})", "2*(1/3)*(3/2)"}, {"7\\frac{5}{3}", "7*(5/3)"},
          {"2 \\cdot \\frac12", "2*(1/2)"});
    does_not_read(*state, "1\\frac{1}{3}\\pi", "1\\frac{1}{3}\\pi", "a mixed number or a product");
}

static void test_numbers_in_words(void **state) {
    READS(state, {"twelve", "12"}, {"twenty-one", "21"}, {"Twenty one", "21"}, {"one hundred and five", "105"},
          {"three hundred twenty-five", "325"}, {"two thousand", "2000"}, {"half", "1/2"}, {"three quarters", "3/4"},
          {"two-thirds", "2/3"}, {"one third", "1/3"}, {"2 million", "2000000"}, {"dozen", "12"}, {"a dozen", "12"},
          {"two dozen", "24"}, {"one and a half", "1 1/2"}, {"two and three quarters", "2 3/4"},
          {"fifty percent", "50%"}, {"\\text{twelve}", "12"}, {"twelve apples", "12 apples"});
    is_kind(*state, "twenty-one", MATH_NUMBER, MATH_FLAG_WORDS);
    is_kind(*state, "three quarters", MATH_QUOTIENT, MATH_FLAG_WORDS);
    is_kind(*state, "two-digit", MATH_TEXT, 0);
}

static void test_backslashes_written_twice(void **state) {
    READS(state, {"1+3\\\\sqrt{2}", "1 + 3*sqrt(2)"}, {"\\\\{1, 2\\\\}", "{1, 2}"}, {"185\\", "185"},
          {"\\\\begin{pmatrix} 1 \\\\\\\\ 2 \\\\end{pmatrix}", "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}"});
}

static void test_bases(void **state) {
    SAME(state, "52_8", "52_{8}", "(52)_8", "52_\\text{eight}", "52_{(8)}",
         "52\xE2\x82\x88"
         "");
    READS(state, {"4210_{5}", "4210_5"}, {"1011_{\\text{two}}", "1011_2"}, {"1A3_{16}", "1A3_16"}, {"A2_{16}", "A2_16"},
          {"2516 base 8", "2516_8"}, {"2516 (base 8)", "2516_8"}, {"2516_{\\text{base }8}", "2516_8"});
    draws(*state, "52_8", "based '52' 0..4\n  number '8' 3..4\n");
    does_not_read(*state, "1_000", "1_000", "digits in no base");
}

/* ---- fractions, roots, powers ---------------------------------------------------------------------------------- */

static void test_fractions_in_all_spellings(void **state) {
    SAME(state, "4/3", "\\frac43", "\\frac 43", "\\frac4{3}", "\\frac{4}3", "\\frac{4}{3}", "\\dfrac43",
         "\\tfrac{4}{3}", "\\cfrac{4}{3}", "{4 \\over 3}",
         "4 \xC3\xB7 "
         "3",
         "4\xE2\x81\x84"
         "3");
    READS(state, {"\\frac\\pi2", "pi/2"}, {"\\frac{1}x", "1/x"}, {"\\frac{270}7", "270/7"}, {"\\frac9{19}", "9/19"},
          {"\\frac{x+2}{7}", "(x + 2)/7"}, {"-\\frac{1}{2}", "-1/2"}, {"\\frac{-1}{2}", "(-1)/2"},
          {"\\frac{3\\sqrt{3}}{4}", "3*sqrt(3)/4"}, {"\\frac{\\frac12}{3}", "1/2/3"}, {"1/(1+x)", "1/(1 + x)"},
          {"3/15/2024", "3/15/2024"});
    does_not_read(*state, "\\frac{1}", "", "an argument is missing");
    does_not_read(*state, "\\frac{dy}{dx}", "\\frac{dy}{dx}", "a derivative");
}

static void test_roots(void **state) {
    SAME(state, "sqrt(2)", "\\sqrt2", "\\sqrt 2", "\\sqrt{2}", "\\sqrt(2)",
         "\xE2\x88\x9A"
         "2",
         "\xE2\x88\x9A(2)");
    SAME(state, "cbrt(5)", "\\sqrt[3]{5}", "\\sqrt[3]5",
         "\xE2\x88\x9B"
         "5");
    READS(state, {"\\sqrt[n]{x}", "\\sqrt[n]{x}"}, {"11\\sqrt2", "11*sqrt(2)"}, {"\\sqrt{x^2+1}", "sqrt(x^2 + 1)"},
          {"\xE2\x88\x9A"
           "12",
           "sqrt(12)"});
    does_not_read(*state, "\\sqrt12", "\\sqrt12", "a number after a factor");
}

static void test_powers_and_signs(void **state) {
    READS(state, {"2^3^2", "2^(3^2)"}, {"-2^2", "-2^2"}, {"(-2)^2", "(-2)^2"}, {"x^{-1}", "x^(-1)"}, {"x^-1", "x^(-1)"},
          {"x^10", "x^10"}, {"2**3", "2^3"}, {"x^2\\frac{1}{2}", "x^2*(1/2)"}, {"\\log_2 \\frac18", "log_{2}(1/8)"},
          {"x^{2}y", "x^2*y"}, {"2^{3}5^{2}", "2^3*5^2"},
          {"x\xC2\xB2"
           " + y\xC2\xB2",
           "x^2 + y^2"},
          {"10\xE2\x81\xBB\xC2\xB3", "10^(-3)"}, {"--5", "-(-5)"}, {"2 + -3", "2 - 3"}, {"3 \\cdot -2", "3*(-2)"});
    draws(*state, "-2^2", "negate 0..4\n  power 1..4\n    number '2' 1..2\n    number '2' 3..4\n");
}

/* ---- products -------------------------------------------------------------------------------------------------- */

static void test_products(void **state) {
    SAME(state, "3*4", "3 x 4", "3x4", "3 \\times 4", "3 \\cdot 4",
         "3\xC3\x97"
         "4",
         "3\xC2\xB7"
         "4",
         "(3)(4)", "3(4)");
    READS(state, {"2x", "2*x"}, {"2 pi", "2*pi"}, {"ab", "a*b"}, {"xyz", "x*y*z"}, {"2abc", "2*a*b*c"},
          {"x(x+1)", "x*(x + 1)"}, {"(a+5)(b+2)", "(a + 5)*(b + 2)"}, {"2/3x", "2/3*x"}, {"1/2x", "1/2*x"},
          {"a/bc", "a/b*c"}, {"AB", "AB"}, {"\\frac{5!}{2!3!}", "5!/(2!*3!)"});
    draws(*state, "2/3x",
          "product implicit 0..4\n  quotient 0..3\n    number '2' 0..1\n    number '3' 2..3\n  name 'x' 3..4\n");
    does_not_read(*state, "\\vec a \\times \\vec b", "\\vec a \\times \\vec b", "a product of vectors");
    does_not_read(*state, "x3", "x3", "a number after a factor");
    does_not_read(*state, "0x1F", "0x1F", "a numeral of a programming language");
}

static void test_sums(void **state) {
    READS(state, {"x^3+3x-6", "x^3 + 3*x - 6"}, {"6 - 5i", "6 - 5*i"}, {"1 \\pm \\sqrt{19}", "1 \xC2\xB1 sqrt(19)"},
          {"\\pm 3", "\xC2\xB1"
                     "3"},
          {"x \\mp 3", "x \xE2\x88\x93 3"}, {"a +/- b", "a \xC2\xB1 b"}, {"18+2\\pi", "18 + 2*pi"});
    is_kind(*state, "x \\mp 3", MATH_PLUS_MINUS, MATH_FLAG_TURNED);
    draws(*state, "a - b", "sum 0..5\n  name 'a' 0..1\n  negate 2..5\n    name 'b' 4..5\n");
}

/* ---- names and functions --------------------------------------------------------------------------------------- */

static void test_names(void **state) {
    SAME(state, "pi", "\\pi", "\xCF\x80");
    SAME(state, "infinity", "\\infty", "\xE2\x88\x9E");
    SAME(state, "x_1", "x_{1}",
         "x\xE2\x82\x81"
         "");
    READS(state, {"a_{n+1}", "a_{n+1}"}, {"a_{ n + 1 }", "a_{n+1}"}, {"x_10", "x_{10}"}, {"v_{\\text{max}}", "v_{max}"},
          {"A'", "A'"}, {"f''", "f''"}, {"x^\\prime", "x'"}, {"\\theta", "theta"}, {"\\Omega", "\\Omega"}, {"X", "X"},
          {"\\overline{AB}", "\\overline{AB}"}, {"\\overline{A B}", "\\overline{AB}"}, {"\\angle ABC", "\\angle ABC"},
          {"\\triangle ABC", "\\triangle ABC"}, {"\\Delta ABC", "\\triangle ABC"}, {"\\vec{a}", "\\vec{a}"},
          {"\\hat{i}", "\\hat{i}"}, {"\\mathbf{v}", "v"}, {"\\mathbb{R}", "Reals"}, {"\\mathbb Z", "Integers"},
          {"\xE2\x84\x9A", "Rationals"}, {"\\mathbb{Z}^+", "Integers^+"});
    draws(*state, "X", "name 'X' 0..1\n");
}

static void test_calls(void **state) {
    READS(state, {"\\sin x", "sin(x)"}, {"\\sin 2x", "sin(2*x)"}, {"\\sin(x)", "sin(x)"}, {"sin x", "sin(x)"},
          {"\\sin^2 x", "sin(x)^2"}, {"\\sin^{2}(x)", "sin(x)^2"}, {"\\sin^{-1} x", "arcsin(x)"},
          {"\\tan^{-1}(x)", "arctan(x)"}, {"\\arctan 3", "arctan(3)"}, {"\\sin x \\cos x", "sin(x)*cos(x)"},
          {"\\sin\\frac{\\pi}{4}", "sin(pi/4)"}, {"\\sin 30^\\circ", "sin(30\xC2\xB0)"},
          {"\\cos 2(x+1)", "cos(2*(x + 1))"}, {"\\ln 2", "ln(2)"}, {"\\ln x^2", "ln(x^2)"}, {"\\exp(x)", "exp(x)"},
          {"\\log_2 8", "log_{2}(8)"}, {"\\log_{10}(x)", "log_{10}(x)"}, {"log2(8)", "log_{2}(8)"},
          {"\\log x", "log(x)"}, {"\\gcd(a,b)", "gcd(a, b)"}, {"\\operatorname{lcm}(4,6)", "lcm(4, 6)"},
          {"\\text{lcm}(4,6)", "lcm(4, 6)"}, {"\\max(1,2)", "max(1, 2)"}, {"\\operatorname{Re}(z)", "\\Re(z)"},
          {"\\binom{n}{k}", "binomial(n, k)"}, {"{n \\choose k}", "binomial(n, k)"}, {"n \\choose k", "binomial(n, k)"},
          {"C(n,k)", "C(n, k)"}, {"f(x)", "f(x)"}, {"g(2x+1)", "g(2*x + 1)"}, {"f'(x)", "f'(x)"},
          {"f^{-1}(x)", "f^{-1}(x)"}, {"f(g(x))", "f(g(x))"}, {"P(x) = x^2", "P(x) = x^2"}, {"P(0)", "P(0)"},
          {"y(-1)", "y(-1)"}, {"7 \\bmod 3", "7 mod 3"}, {"7 \\pmod{3}", "7 mod 3"}, {"\\det(A)", "det(A)"});
    does_not_read(*state, "\\sin \\pi/4", "\\sin \\pi/4", "where the argument of a function ends");
    does_not_read(*state, "\\int_0^1 x dx", "\\int_0^1 x dx", "an integral or a limit");
    does_not_read(*state, "f \\circ g", "f \\circ g", "a composition");
}

static void test_sums_and_products_over_an_index(void **state) {
    READS(state, {"\\sum_{k=1}^n k", "\\sum_{k=1}^{n} (k)"}, {"\\sum^n_{k=1} k^2", "\\sum_{k=1}^{n} (k^2)"},
          {"\\sum\\limits_{k = 0}^{n-1} 2k + 1", "\\sum_{k=0}^{n - 1} (2*k) + 1"},
          {"\\displaystyle\\sum_{k=0}^{\\infty} \\frac{1}{k!}", "\\sum_{k=0}^{infinity} (1/k!)"},
          {"\\prod_{i=1}^{10} (x - i)", "\\prod_{i=1}^{10} (x - i)"},
          {"3 \\sum_{k=1}^n \\sum_{j=1}^k jk", "3*(\\sum_{k=1}^{n} (\\sum_{j=1}^{k} (j*k)))"},
          {"\xE2\x88\x91_{k=1}^n k", "\\sum_{k=1}^{n} (k)"}, {"S = \\sum_{k=1}^n k", "S = \\sum_{k=1}^{n} (k)"});
    static const char why[] = "a sum or a product without an index and bounds";
    does_not_read(*state, "\\sum k", "\\sum k", why);
    does_not_read(*state, "\\sum_{d|n} d", "\\sum_{d|n} d", why);
    does_not_read(*state, "\\sum_{k=1} k", "\\sum_{k=1} k", why);
    does_not_read(*state, "\\sum_{k=1}^n", "\\sum_{k=1}^n", "a sum or a product of nothing");
    does_not_read(*state, "\\sum_{k=1}^n -k", "\\sum_{k=1}^n -k", "a sum or a product of nothing");
}

static void test_signs_around_and_after(void **state) {
    READS(state, {"|x-1|+|y|", "abs(x - 1) + abs(y)"}, {"||x|-1|", "abs(abs(x) - 1)"}, {"|a||b|", "abs(a)*abs(b)"},
          {"3|x|", "3*abs(x)"}, {"\\|v\\|", "abs(v)"}, {"\\lfloor x \\rfloor", "floor(x)"},
          {"\\left\\lceil 2.5 \\right\\rceil", "ceil(2.5)"}, {"5!", "5!"}, {"(n+1)!", "(n + 1)!"}, {"n!!", "n!!"},
          {"5!=120", "5! = 120"});
    is_kind(*state, "n!!", MATH_FACTORIAL, MATH_FLAG_DOUBLE);
    does_not_read(*state, "n!=6", "!=6", "a factorial or an inequality");
    does_not_read(*state, "2^3!", "3!", "a factorial after an exponent");
}

/* ---- units ----------------------------------------------------------------------------------------------------- */

static void test_numbered_names_combinations_and_cis(void **state) {
    SAME(state, "x_1 = 3, x_2 = 5", "x1 = 3, x2 = 5", "x1=3 and x2=5");
    SAME(state, "binomial(7, 3)", "7C3", "\\binom{7}{3}");
    SAME(state, "6*(cos(30\xC2\xB0) + i*sin(30\xC2\xB0))", "6 cis 30\xC2\xB0", "6\\text{cis}(30^\\circ)",
         "6\\operatorname{cis} 30^\\circ");
    does_not_read(*state, "x2 = 9", "x2 = 9", "a number after a factor");
    does_not_read(*state, "3C7", "3C7", "a number after a factor");
    draws(*state, "cis", "text 'cis' 0..3\n");
    draws(*state,
          "20\xC2\xB0"
          "15'",
          "degrees 0..7\n  sum 0..7\n    number '20' 0..2\n    quotient 4..7\n      number '15' 4..6\n"
          "      number '60' 6..6\n");
}

static void test_degrees_and_percent(void **state) {
    SAME(state, "90\xC2\xB0", "90^\\circ", "90^{\\circ}", "90\\degree", "90 degrees", "90\\text{ degrees}", "90\\circ",
         "90^o");
    SAME(state, "50%", "50\\%", "50 percent", "50 %", "50\\text{ percent}");
    READS(state, {"-30^\\circ", "(-30)\xC2\xB0"}, {"-(5\\%)", "-(5%)"},
          {"(85/3)^\\circ\\text{C}", "(85/3)\xC2\xB0"
                                     "C"},
          {"1/2%", "(1/2)%"}, {"\\frac{270}7\\text{ degrees}", "(270/7)\xC2\xB0"},
          {"25 degrees Celsius", "25\xC2\xB0"
                                 "C"},
          {"98.6\xC2\xB0"
           "F",
           "98.6\xC2\xB0"
           "F"});
}

static void test_money(void **state) {
    SAME(state, "\\$5", "$5", "\\text{\\$}5", "$5.", "5$", "5 $");
    READS(state, {"\\$18.90", "\\$18.90"}, {"$1,234.50", "\\$1234.50"}, {"\\$32,\\!348", "\\$32348"},
          {"$18 per day", "\\$18/day"}, {"$18/day", "\\$18/day"}, {"5 dollars", "5 dollars"},
          {"5.4 \\text{ cents}", "5.4 cents"}, {"$2.5 million", "\\$2500000"},
          {"\xE2\x82\xAC"
           "5",
           "\xE2\x82\xAC"
           "5"},
          {"$5 and $6", "\\$5, \\$6"});
    draws(*state, "$5", "quantity 0..2\n  number '5' 1..2\n  name '$' 0..1\n");
}

static void test_units(void **state) {
    SAME(state, "12 cm", "12 \\mathrm{~cm}", "12\\text{ cm}", "12cm", "12\\,\\text{cm}", "12~\\mbox{cm}",
         "12 {\\rm cm}");
    SAME(state, "5 inches^2", "5 \\text{ square inches}", "5 square inches", "5\\mbox{ inches}^2", "5 inches squared");
    READS(state, {"5 cm^2", "5 cm^2"}, {"60 mph", "60 mph"}, {"3 m/s", "3 \\text{m}/\\text{s}"},
          {"10\\text{ m/s}^2", "10 \\text{m}/\\text{s}^2"}, {"60 miles per hour", "60 miles/hour"},
          {"5 km/h", "5 km/\\text{h}"}, {"5 hours", "5 hours"}, {"45 min", "45 min"},
          {"5 h 30 min", "5 \\text{h} + 30 min"}, {"16 \\text{ ft/sec}", "16 ft/sec"}, {"5 sq. ft.", "5 ft^2"},
          {"2 hours 30 minutes", "2 hours + 30 minutes"}, {"2 hours and 30 minutes", "2 hours + 30 minutes"},
          {"5 feet 6 inches", "5 feet + 6 inches"}, {"12\\text{ apples}", "12 apples"},
          {"12 red apples", "12 red apples"}, {"5 apples and 3 oranges", "5 apples, 3 oranges"},
          {"288\\pi \\text{ cm}^3", "288*pi cm^3"}, {"-3 \\text{ m}", "-3 \\text{m}"},
          {"18+2\\pi \\text{ cm}", "18 + 2*pi cm"}, {"x = 5 \\text{ cm}", "x = 5 cm"},
          {"15^{\\text{th}}", "15 \\text{th}"}, {"3rd", "3 \\text{th}"},
          {"60 \\frac{\\text{miles}}{\\text{hour}}", "60 miles/hour"}, {"5 USD", "5 \\text{USD}"},
          {"10 \\mathrm{kg \\cdot m / s^2}", "10 kg * \\text{m}/\\text{s}^2"});
    is_kind(*state, "-3 \\text{ m}", MATH_QUANTITY, 0);
    is_kind(*state, "5m", MATH_PRODUCT, MATH_FLAG_IMPLICIT); /* a letter in a formula is a variable */
    is_kind(*state, "5 m + 2", MATH_SUM, 0);
    is_kind(*state, "5 m", MATH_QUANTITY, 0);
    does_not_read(*state, "5\"", "\"", "a quote after a value");
    does_not_read(*state, "f(x) \\text{ increases}", "f(x) \\text{ increases", "words after a formula");
    does_not_read(*state, "5 \\text{ if } x > 0", "5 \\text{ if } x > 0", "words after a formula");
}

/* ---- times, dates, ratios -------------------------------------------------------------------------------------- */

static void test_times_and_dates(void **state) {
    READS(state, {"12:30", "12:30"}, {"2:30 PM", "14:30"}, {"2:30 \\text{ p.m.}", "14:30"}, {"5pm", "17:00"},
          {"7:00 a.m.", "07:00 AM"}, {"noon", "12:00 PM"}, {"midnight", "12:00 AM"}, {"12:05 am", "12:05 AM"},
          {"14:30:05", "14:30:05"}, {"3 o'clock", "03:00"}, {"March 15, 2024", "March 15, 2024"},
          {"15 March 2024", "March 15, 2024"}, {"2024-03-15", "March 15, 2024"}, {"July 4", "July 04"},
          {"4th of July", "July 04"}, {"Monday", "Monday"}, {"March", "March"});
    draws(*state, "2:30 PM", "time '14:30' 0..7\n");
    draws(*state, "2:30", "time '02:30' half-day 0..4\n");
    draws(*state, "July 4", "date '--07-04' 0..6\n");
}

static void test_ratios(void **state) {
    SAME(state, "3 : 4", "3:4", "3 to 4");
    READS(state, {"3 : 4 : 5", "3 : 4 : 5"}, {"x:y = 2:3", "x : y = 2 : 3"}, {"\\frac12:3", "1/2 : 3"},
          {"25:00", "25 : 00"});
    does_not_read(*state, "10 a.m. to 5 p.m.", "10 a.m. to 5 p.m", "a range");
}

/* ---- structures ------------------------------------------------------------------------------------------------ */

static void test_tuples_and_intervals(void **state) {
    READS(state, {"(a,b)", "(a, b)"}, {"(1;2)", "(1, 2)"}, {"(1,-16,-4,43)", "(1, -16, -4, 43)"}, {"[0,1)", "[0, 1)"},
          {"(-\\infty, 3]", "(-infinity, 3]"}, {"(2,\\infty)", "(2, infinity)"}, {"]0,1[", "]0, 1["},
          {"[0,1[", "[0, 1)"}, {"]-\\infty, 3]", "(-infinity, 3]"}, {"[1,2,3]", "[1, 2, 3]"},
          {"\\langle a,b\\rangle", "\xE2\x9F\xA8"
                                   "a, b\xE2\x9F\xA9"},
          {"<1,-2>", "\xE2\x9F\xA8"
                     "1, -2\xE2\x9F\xA9"});
    is_kind(*state, "(1,2)", MATH_TUPLE, MATH_FLAG_INTERVAL_TOO);
    is_kind(*state, "(3,4]", MATH_INTERVAL, MATH_FLAG_OPEN_LEFT);
    is_kind(*state, "(2,\\infty)", MATH_INTERVAL, MATH_FLAG_OPEN_LEFT | MATH_FLAG_OPEN_RIGHT);
    is_kind(*state, "\\langle 1,2\\rangle", MATH_MATRIX, MATH_FLAG_VECTOR);
    does_not_read(*state, "(1,2,3]", "(1,2,3]", "brackets that do not match");
}

static void test_sets(void **state) {
    SAME(state, "{1, 2}", "\\{1,2\\}", "\\left\\{ 1, 2 \\right\\}", "\\lbrace 1,2 \\rbrace", "{1,2}");
    SAME(state, "{}", "\\emptyset", "\\varnothing", "\\{\\}", "\xE2\x88\x85", "empty set", "\\text{the empty set}");
    SAME(state, "{x | x > 0}", "\\{x | x > 0\\}", "\\{ x \\mid x > 0 \\}", "\\{x : x > 0\\}",
         "\\left\\{ x \\,\\middle|\\, x > 0 \\right\\}");
    READS(state, {"(0,9) \\cup (9,36)", "(0, 9) \xE2\x88\xAA (9, 36)"},
          {"[0,1] or [2,3]", "[0, 1] \xE2\x88\xAA [2, 3]"}, {"A \\cap B", "A \xE2\x88\xA9 B"},
          {"\\mathbb{R} \\setminus \\{0\\}", "Reals \xE2\x88\x96 {0}"}, {"{3}", "{3}"},
          {"\\{1\\pm\\sqrt{5},-2\\}", "{1 \xC2\xB1 sqrt(5), -2}"}, {"\\{(1,2),(3,4)\\}", "{(1, 2), (3, 4)}"});
    draws(*state, "(0,9) \\cup (9,36)",
          "union 0..17\n"
          "  interval open-left open-right 0..5\n    number '0' 1..2\n    number '9' 3..4\n"
          "  interval open-left open-right 11..17\n    number '9' 12..13\n    number '36' 14..16\n");
}

static void test_lists(void **state) {
    SAME(state, "3, 5, 7", "3,5,7", "3, 5, and 7", "3, 5 and 7", "3, 5, \\text{ and } 7", "$3$, $5$, and $7$", "3;5;7",
         "3 or 5 or 7");
    READS(state, {"1,-2", "1, -2"}, {"1 and 2", "1, 2"}, {"black and white", "black, white"});
    does_not_read(*state, "1, 2, \\ldots", "\\ldots", "an ellipsis");
    does_not_read(*state, "5 or more", "more", "a bound in words");
    does_not_read(*state, "5 and", "5 and", "an item is missing");
    does_not_read(*state, "(1,,2)", ",2", "a sign where a value was expected");
}

static void test_tables(void **state) {
    SAME(state, "[[a, b], [c, d]]", "\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}",
         "\\begin{bmatrix}a&b\\\\c&d\\\\\\end{bmatrix}",
         "\\left(\\begin{array}{cc} a & b \\\\[2pt] c & d \\end{array}\\right)",
         "\\begin{smallmatrix} a & b \\\\ c & d \\end{smallmatrix}", "[[a,b],[c,d]]");
    SAME(state, "\\begin{vmatrix} a & b \\\\ c & d \\end{vmatrix}",
         "\\left|\\begin{array}{cc} a & b \\\\ c & d \\end{array}\\right|");
    SAME(state, "x = 1, y = 2", "\\begin{aligned} x &= 1 \\\\ y &= 2 \\end{aligned}",
         "\\begin{cases} x = 1 \\\\ y = 2 \\end{cases}",
         "\\left\\{ \\begin{array}{l} x = 1 \\\\ y = 2 \\end{array} \\right.", "x = 1 \\text{ and } y = 2");
    READS(state, {"\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}", "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}"},
          {"\\begin{pmatrix} 1 & 2 \\end{pmatrix}", "\\begin{pmatrix} 1 & 2 \\end{pmatrix}"},
          {"f(x) = \\begin{cases} x & \\text{if } x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}",
           "f(x) = \\begin{cases} x & x > 0 \\\\ 0 &  \\end{cases}"},
          {"\\begin{align*} x &= 2 \\cdot 3 \\\\ &= 6 \\end{align*}", "x = 2*3 = 6"});
    draws(*state, "\\begin{pmatrix} 1 \\\\ 2 \\end{pmatrix}",
          "matrix 0..36\n  row 16..17\n    number '1' 16..17\n  row 21..22\n    number '2' 21..22\n");
}

static void test_relations(void **state) {
    READS(state, {"x = 5", "x = 5"}, {"3 < x \\le 5", "3 < x <= 5"}, {"x \\leq y", "x <= y"},
          {"x\xE2\x89\xA5"
           "1",
           "x >= 1"},
          {"x \\neq 1", "x != 1"}, {"x \\approx 3.14", "x \xE2\x89\x88 3.14"},
          {"x \\in [-2,7]", "x \xE2\x88\x88 [-2, 7]"}, {"x \\in (0,1)", "x \xE2\x88\x88 (0, 1)"},
          {"x \\notin \\mathbb{Q}", "x \xE2\x88\x89 Rationals"}, {"(p, q) = (1, 2)", "(p, q) = (1, 2)"},
          {"x=\\pm 2", "x = \xC2\xB1"
                       "2"},
          {"f : A \\to B", "f : A -> B"}, {"AB \\parallel CD", "AB \xE2\x88\xA5 CD"},
          {"A \\subseteq B", "A \xE2\x8A\x82 B"}, {"The answer is 38", "The answer = 38"},
          {"\\text{Answer: } 7", "Answer = 7"}, {"\\text{answer} = 7", "answer = 7"}, {"x is 5", "x = 5"});
    SAME(state, "x \xE2\x89\xA1 3 \\pmod{7}", "x \\equiv 3 \\pmod 7", "x \\equiv 3 (mod 7)",
         "x \\equiv 3 \\text{ mod } 7");
    draws(*state, "3 < x \\le 5", "relation 0..11\n  number '3' 0..1\n  < name 'x' 4..5\n  <= number '5' 10..11\n");
    does_not_read(*state, "a \\equiv b \\equiv c", "a \\equiv b \\equiv c", "congruences without a modulus");
    READS(state, {"about 5", " \xE2\x89\x88 5"}, {"~5", " \xE2\x89\x88 5"}, {"> 5", " > 5"});
    does_not_read(*state, "AB \\perp CD", "\\perp CD", "a relation of another kind");
}

static void test_statements(void **state) {
    READS(state, {"x = 1, y = 2", "x = 1, y = 2"}, {"x=1 \\text{ or } x=2", "x = 1 or x = 2"}, {"x = 1, 2", "x = 1, 2"},
          {"x = 2 \\text{ or } -3", "x = 2, -3"}, {"x<-1 \\cup x>3", "x < -1 or x > 3"},
          {"x > 1 \\text{ and } x < 5", "x > 1, x < 5"}, {"x=1, y=2 or x=2, y=1", "x = 1, y = 2 or x = 2, y = 1"},
          {"x=1, x=2, or x=3", "x = 1 or x = 2 or x = 3"});
    is_kind(*state, "x = 1, y = 2", MATH_AND, 0);
    is_kind(*state, "x=1, y=2 or x=2, y=1", MATH_OR, 0);
    is_kind(*state, "x = 1, 2", MATH_RELATION, 0);
    READS(state, {"2n\\pi (n \\in \\mathbb{Z})", "2*n*pi, n \xE2\x88\x88 Integers"},
          {"x = 2k\\pi \\text{ where } k \\in \\mathbb{Z}", "x = 2*k*pi, k \xE2\x88\x88 Integers"},
          {"f(x) = x^2 (x > 0)", "f(x) = x^2, x > 0"}, {"P(X \\le 3) = 0.5", "P(X <= 3) = 0.5"});
    READS(state, {"x \\neq 1, 2", "x != 1, x != 2"});
    does_not_read(*state, "p \\land q", "p \\land q", "a formula of logic");
    does_not_read(*state, "a, b = 1, 2", "a, b = 1, 2", "a list before a relation");
}

/* ---- choices and words ----------------------------------------------------------------------------------------- */

static void test_choices(void **state) {
    SAME(state, "(B)", "\\text{(B)}", "B.", "B)", "\\textbf{(B)}", "Option B", "choice (B)");
    READS(state, {"\\textbf{(B)} 5", "(B) 5"}, {"(B) 12", "(B) 12"}, {"\\text{(C) }\\frac12", "(C) 1/2"},
          {"\\boxed{\\textbf{(D)}\\ 5}", "(D) 5"}, {"(A), (C)", "(A), (C)"}, {"B", "B"}, {"(x)", "x"});
    is_kind(*state, "B.", MATH_CHOICE, 0);
    is_kind(*state, "B", MATH_NAME, 0);
}

static void test_words(void **state) {
    SAME(state, "Evelyn", "\\text{Evelyn}", "\\textbf{Evelyn}", "$\\text{Evelyn}$", "Evelyn.");
    READS(state, {"\\text{even}", "even"}, {"even", "even"}, {"No solution", "\\text{No solution}"},
          {"no  real   solutions", "\\text{no real solutions}"}, {"does not exist", "does not exist"},
          {"all real numbers", "all real numbers"}, {"a circle", "\\text{a circle}"}, {"Yes!", "Yes"},
          {"don't know", "\\text{don't know}"}, {"x-axis", "\\text{x-axis}"});
    draws(*state, "no  real   solutions", "text 'no real solutions' 0..20\n");
    does_not_read(*state, "Chapter 5", "Chapter 5", "a number after words");
}

/* ---- spans and bounds ------------------------------------------------------------------------------------------ */

static void test_spans_are_bytes_of_the_text(void **state) {
    draws(*state, "x = \\frac{1}{2} + 3",
          "relation 0..19\n"
          "  name 'x' 0..1\n"
          "  = sum 4..19\n"
          "    quotient 4..15\n"
          "      number '1' grouped 10..11\n"
          "      number '2' grouped 13..14\n"
          "    number '3' 18..19\n");
    does_not_read(*state, "x = \\foo + 1, y = 2", "\\foo + 1", "a command that is not known");
}

static void test_characters_that_are_invisible_or_look_like_others_are_not_read(void **state) {
    does_not_read(*state, "1\xE2\x80\x8B+ 2", "\xE2\x80\x8B+ 2", "a character that is not read"); /* zero width space */
    static const char *const texts[] = {"\xD1\x85",
                                        "5\xE2\x80\xAE",
                                        "\xEF\xBC\x95",
                                        "x\xCC\x81",
                                        "\xEF\xBB\xBF"
                                        "5",
                                        "\xF0\x9F\x98\x80",
                                        "\xFF",
                                        "5\xC3",
                                        "\xCE\xBF"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_true(math_holds(read_text(*state, texts[i]), MATH_UNREAD));
    assert_int_equal(read_text(*state, "")->kind, MATH_EMPTY);
    assert_int_equal(read_text(*state, " $ $ ")->kind, MATH_EMPTY);
}

/* `n` times `piece`, then `rest`. */
static char *repeated(bench *b, const char *piece, size_t n, const char *rest) {
    size_t length = strlen(piece);
    char *text = cairn_arena_alloc(b->arena, n * length + strlen(rest) + 1, 1);
    for (size_t i = 0; i < n; i++) memcpy(text + i * length, piece, length);
    memcpy(text + n * length, rest, strlen(rest));
    return text;
}

static void test_hostile_texts_are_bounded(void **state) {
    static const struct {
        const char *piece;
        size_t times;
        const char *rest;
        cairn_status status;
    } texts[] = {{"{", 10000, "", CAIRN_LIMIT},
                 {"(", 10000, "", CAIRN_LIMIT},
                 {"2^", 10000, "2", CAIRN_LIMIT},
                 {"-", 10000, "1", CAIRN_LIMIT},
                 {"\\frac", 10000, "", CAIRN_LIMIT},
                 {"\\sqrt", 10000, "2", CAIRN_LIMIT},
                 {"|", 10000, "", CAIRN_LIMIT},
                 {"1/", 10000, "1", CAIRN_LIMIT},
                 {"x!", 5000, "", CAIRN_OK},
                 {"!", 10000, "", CAIRN_OK},
                 {"1+", 100000, "1", CAIRN_LIMIT},
                 {"x", 100000, "", CAIRN_LIMIT},
                 {"7", 1000000, "", CAIRN_OK},
                 {"1,", 5000, "1", CAIRN_OK},
                 {",123", 200000, "", CAIRN_OK},
                 {"\\begin{aligned}", 10000, "", CAIRN_LIMIT},
                 {"\\hspace{", 100000, "", CAIRN_LIMIT},
                 {"$5", 30000, "", CAIRN_OK},
                 {"A1", 100000, "", CAIRN_LIMIT},
                 {"word ", 100000, "", CAIRN_OK},
                 {"\\begin{array}", 150, "", CAIRN_LIMIT},
                 {"[1[", 3000, "", CAIRN_LIMIT},
                 {"sin ", 10000, "x", CAIRN_LIMIT},
                 {"x = ", 5000, "1", CAIRN_OK},
                 {"f(x)", 3000, "", CAIRN_OK},
                 {"a_", 10000, "1", CAIRN_OK},
                 {"<=<", 3000, "", CAIRN_OK},
                 {"twenty ", 4000, "", CAIRN_OK},
                 {"0.(", 5000, "", CAIRN_LIMIT},
                 {"\xFF", 10000, "", CAIRN_OK},
                 {"foo-", 100000, "x", CAIRN_OK},
                 {"x=1,2,", 3000, "3", CAIRN_OK},
                 {"1 cm and ", 5000, "1 cm", CAIRN_OK},
                 {"\\left\\{", 10000, "", CAIRN_LIMIT},
                 {"1\\pm", 5000, "1", CAIRN_LIMIT},
                 {"\\\\", 100000, "", CAIRN_LIMIT},
                 {"\\text{a", 10000, "", CAIRN_LIMIT},
                 {"a'", 3000, "", CAIRN_OK},
                 {"<1,", 3000, "", CAIRN_OK},
                 {"{}", 30000, "", CAIRN_LIMIT},
                 {"x{}", 5000, "", CAIRN_OK}};
    bench *b = *state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *text = repeated(b, texts[i].piece, texts[i].times, texts[i].rest);
        math_node *node;
        clock_t begun = clock();
        cairn_status status = math_read(b->ctx, b->arena, text, strlen(text), &node);
        double seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;
        if (status != texts[i].status || seconds > 10)
            print_error("%zu times '%s': status %d, %.3f s\n", texts[i].times, texts[i].piece, (int)status, seconds);
        assert_int_equal(status, texts[i].status);
        assert_true(seconds < 10); /* linear: hundredths */
        if (status == CAIRN_OK) assert_non_null(math_write(b->arena, node));
        cairn_arena_reset(b->arena);
    }
}

/* Where an allocation fails, reading fails as NO_MEMORY; it never crashes. */
static void test_failing_allocations_are_reported(void **state) {
    static const char *const texts[] = {
        "x_{n+1} = \\frac{1{,}000}{0.1\\overline{6}} + \\sqrt[3]{2}, y \\in (0, 1) \\cup [2, 3]",
        "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}, 3 \\text{ red apples per day}, 2:30 PM, July 4, 1776, "
        "A2_{16}, "
        "2\\frac12"};
    (void)state;
    for (int fails_at = 1; fails_at < 60; fails_at++) {
        char faults[32];
        snprintf(faults, sizeof faults, "alloc=%d", fails_at);
        assert_int_equal(setenv("CAIRN_FAULTS", faults, 1), 0);
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            cairn_ctx *ctx;
            cairn_arena *arena;
            if (cairn_ctx_open(&ctx) != CAIRN_OK) continue;
            if (cairn_arena_open(ctx, 64, &arena) == CAIRN_OK) {
                math_node *node = NULL;
                cairn_status status = math_read(ctx, arena, texts[i], strlen(texts[i]), &node);
                assert_true(status == CAIRN_OK || status == CAIRN_NO_MEMORY);
                if (status == CAIRN_OK) {
                    const char *written = math_write(arena, node);
                    assert_true(!written || written[0]);
                    assert_false(math_holds(node, MATH_UNREAD));
                }
                cairn_arena_close(arena);
            }
            cairn_ctx_close(ctx);
        }
        unsetenv("CAIRN_FAULTS");
    }
}

/* ---- real answers ---------------------------------------------------------------------------------------------- */

/* The string of a member of a JSON object on one line; NULL: none. Escapes \\, \" and \n are resolved. */
static char *member(bench *b, const char *line, const char *name) {
    const char *at = strstr(line, name);
    if (!at) return NULL;
    at = strchr(at + strlen(name), '"');
    if (!at) return NULL;
    char *out = cairn_arena_alloc(b->arena, strlen(at) + 1, 1);
    size_t n = 0;
    for (at++; *at && *at != '"'; at++) {
        if (*at == '\\') at++;
        out[n++] = *at == 'n' && at[-1] == '\\' ? '\n' : *at;
    }
    return out;
}

static void test_the_answers_of_math_500_are_read_and_written(void **state) {
    bench *b = *state;
    char path[4096];
    if (!shared_file("math500/test.jsonl", path)) skip_because("MATH-500 is not here");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *line = NULL;
    size_t room = 0;
    int answers = 0;
    while (getline(&line, &room, file) > 0) {
        char *answer = member(b, line, "\"answer\":");
        assert_non_null(answer);
        math_node *node = read_text(b, answer);
        if (math_holds(node, MATH_UNREAD)) print_error("'%s' is not read\n", answer);
        assert_false(math_holds(node, MATH_UNREAD));
        reads_one(b, answer, math_write(b->arena, node));
        answers++;
    }
    assert_int_equal(answers, 500);
    free(line);
    fclose(file);
}

int main(void) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dress_changes_nothing),
        cmocka_unit_test(test_lines_and_formulas_side_by_side_are_no_product),
        cmocka_unit_test(test_numerals),
        cmocka_unit_test(test_commas_of_lists_are_no_separators),
        cmocka_unit_test(test_a_blank_between_digits_is_not_read),
        cmocka_unit_test(test_decimal_commas_are_not_read),
        cmocka_unit_test(test_repeating_decimals_only_where_it_is_certain),
        cmocka_unit_test(test_mixed_numbers),
        cmocka_unit_test(test_numbers_in_words),
        cmocka_unit_test(test_backslashes_written_twice),
        cmocka_unit_test(test_bases),
        cmocka_unit_test(test_fractions_in_all_spellings),
        cmocka_unit_test(test_roots),
        cmocka_unit_test(test_powers_and_signs),
        cmocka_unit_test(test_products),
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_sums_and_products_over_an_index),
        cmocka_unit_test(test_signs_around_and_after),
        cmocka_unit_test(test_numbered_names_combinations_and_cis),
        cmocka_unit_test(test_degrees_and_percent),
        cmocka_unit_test(test_money),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_times_and_dates),
        cmocka_unit_test(test_ratios),
        cmocka_unit_test(test_tuples_and_intervals),
        cmocka_unit_test(test_sets),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_relations),
        cmocka_unit_test(test_statements),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_spans_are_bytes_of_the_text),
        cmocka_unit_test(test_characters_that_are_invisible_or_look_like_others_are_not_read),
        cmocka_unit_test(test_hostile_texts_are_bounded),
        cmocka_unit_test(test_failing_allocations_are_reported),
        cmocka_unit_test(test_the_answers_of_math_500_are_read_and_written),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
