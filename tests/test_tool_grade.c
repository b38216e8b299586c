/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cairn/answer.h"
#include "tool_fixture.h"

#define RIGHT   CAIRN_VERDICT_RIGHT
#define WRONG   CAIRN_VERDICT_WRONG
#define UNKNOWN CAIRN_VERDICT_UNKNOWN

typedef struct pair {
    const char *reference, *answer;
    cairn_verdict verdict;
} pair;

static void grade_all(bench *b, const pair *pairs, size_t n, cairn_grade_options options) {
    for (size_t i = 0; i < n; i++) {
        cairn_grade grade;
        assert_int_equal(cairn_answer_grade(b->ctx, b->arena, pairs[i].answer, pairs[i].reference, &options, &grade),
                         CAIRN_OK);
        if (grade.verdict != pairs[i].verdict)
            print_error("'%s' against the reference '%s': %d by '%s'\n", pairs[i].answer, pairs[i].reference,
                        (int)grade.verdict, grade.rule);
        assert_int_equal(grade.verdict, pairs[i].verdict);
    }
}

#define GRADE(state, pairs) GRADE_IN(state, pairs, NULL)
#define GRADE_IN(state, pairs, text) \
    grade_all(*(state), pairs, sizeof(pairs) / sizeof *(pairs), (cairn_grade_options){.problem = (text)})

static void test_numbers_are_compared_by_value(void **state) {
    static const pair pairs[] = {
        {"1/2", "\\frac{1}{2}", RIGHT},
        {"1/3", "0.\\overline{3}", RIGHT},
        {"12", "twelve", RIGHT},
        {"\\frac{\\pi}{2}", "\\pi/2", RIGHT},
        {"3\\sqrt{13}", "\\sqrt{117}", RIGHT},
        {"2^{10}", "1024", RIGHT},
        {"1000", "1{,}000", RIGHT},
        {"120", "5!", RIGHT},
        {"5", "5!", WRONG},
        {"6-5i", "-5i+6", RIGHT},
        {"6-5i", "6+5i", WRONG},
        {"18", "19", WRONG},
        {"\\infty", "-\\infty", WRONG},
        {"2\\frac{1}{2}", "2.5", RIGHT},
        {"34", "3 4", UNKNOWN},
    };
    GRADE(state, pairs);
}

static void test_improper_mixed_numbers_have_several_readings(void **state) {
    static const pair pairs[] = {
        {"11", "11 7/6", WRONG},
        {"7/6", "11 7/6", WRONG},
        {"59/6", "11 7/6", WRONG},
        {"1", "11 6/6", WRONG},
        {"10", "11 6/6", WRONG},
        {"5", "11.0 4/9", WRONG},
        {"x + 1", "11 7/6", WRONG},
        {"11 7/6", "5", WRONG},
        {"73/6", "11 7/6", UNKNOWN}, /* a sum */
        {"12", "11 6/6", UNKNOWN},
        {"103/9", "11.0 4/9", UNKNOWN},
        {"77/6", "11 7/6", UNKNOWN},  /* a product */
        {"117/6", "11 7/6", UNKNOWN}, /* a blank in a number */
        {"1100/3", "1 100/3", UNKNOWN},
        {"11, 7/6", "11 7/6", UNKNOWN},
        {"11 7/6", "12 1/6", UNKNOWN},
        {"12.1667", "11 7/6", UNKNOWN},
        {"5", "11 7/6 cm", UNKNOWN},
        {"5", "11 7/6 x", UNKNOWN},
        {"73/6", "11\\frac{7}{6}", UNKNOWN},
        {"5", "11\\frac{7}{6}", WRONG},
        {"11 7/6", "11 7/6", RIGHT},
        {"71/6", "11 5/6", RIGHT},
    };
    GRADE(state, pairs);
}

static void test_sums_over_an_index_are_equal_part_by_part(void **state) {
    static const pair pairs[] = {
        {"F_n = \\sum_{k=0}^{n-1} F_k F_{n-k-1}", "F_n = \\sum_{k=0}^{n-1} F_{n-k-1} F_k", RIGHT},
        {"F_n = \\sum_{k=0}^{n-1} F_k F_{n-k-1}", "F_n = \\sum_{k=0}^{n-2} F_k F_{n-k-2}", UNKNOWN},
        {"1 + \\sum_{k=1}^n k", "\\sum_{k=1}^{n} k + 1", RIGHT},
        {"1 + \\sum_{k=1}^n k", "\\sum_{k=1}^{n} (k + 1)", UNKNOWN},
        {"\\frac12\\sum_{k=1}^n k - n", "\\frac{\\sum_{k=1}^{n} k}{2} - n", RIGHT},
        {"\\prod_{k=1}^n (k+1)", "\\prod_{k=1}^n (1+k)", RIGHT},
        {"\\prod_{k=1}^n (k+1)", "\\sum_{k=1}^n (k+1)", UNKNOWN},
        {"\\prod_{k=1}^n (k+1)", "(n+1)!", UNKNOWN},
        {"\\sum_{k=1}^n k", "\\sum_{i=1}^n i", UNKNOWN},
        {"\\frac{n(n+1)}{2}", "\\sum_{k=1}^n k", UNKNOWN},
        {"55", "\\sum_{k=1}^{10} k", UNKNOWN},
        {"\\sum_{k=1}^{n-1} k", "\\sum_{k=1}^n k - n", UNKNOWN},
        {"\\sum_{k=1}^n k + 1", "\\sum_{k=1}^n k + 2", WRONG},
        {"2\\sum_{k=1}^n k", "3\\sum_{k=1}^n k", UNKNOWN},
        {"\\sum_{k=1}^{\\infty} k + 1", "\\sum_{k=1}^{\\infty} k + 2", UNKNOWN},
    };
    GRADE(state, pairs);
}

static void test_remainders_take_their_sign(void **state) {
    static const pair pairs[] = {
        {"1", "-1 \\bmod 2", RIGHT},      {"2", "-7 \\bmod 3", RIGHT},      {"4", "-1 \\pmod 5", RIGHT},
        {"-1", "-7 \\bmod 3", UNKNOWN},   {"1", "-7 \\bmod 3", WRONG},      {"-1", "-(1 \\bmod 2)", RIGHT},
        {"4", "5 - 1 \\bmod 2", RIGHT},   {"0", "5 - 1 \\bmod 2", UNKNOWN}, {"6", "5 - 1 \\bmod 2", WRONG},
        {"1", "5 + 2 \\bmod 3", UNKNOWN}, {"8", "5 + 2 \\bmod 3", WRONG},   {"3", "2 \\cdot 4 \\bmod 5", RIGHT},
    };
    GRADE(state, pairs);
}

static void test_subscripts_after_powers_and_the_imaginary_unit(void **state) {
    static const pair pairs[] = {
        {"x_1^2 + x_2^2", "x^2_1 + x^2_2", RIGHT},
        {"x_{i+1}^n", "x^{n}_{i+1}", RIGHT},
        {"\\alpha_{23}^2", "\\alpha^{2}_{23}", RIGHT},
        {"28", "C^2_8", UNKNOWN},
        {"5", "(x+1)^2_3", UNKNOWN},
        {"5", "10^2_3", UNKNOWN},
        {"-1", "e^{I\\pi}", UNKNOWN},
        {"3+4i", "3+4I", UNKNOWN},
        {"-1", "j^2", UNKNOWN},
        {"2", "2I", WRONG},
        {"3", "\\floor(3.5)", RIGHT},
        {"4", "\\ulcorner 3.5 \\urcorner", RIGHT},
        {"3x", "\\lgroup 1 + 2 \\rgroup x", RIGHT},
    };
    GRADE(state, pairs);
}

static void test_functions_of_values_in_any_order(void **state) {
    static const pair pairs[] = {
        {"\\max(y, x)", "\\max(x, y)", RIGHT},
        {"\\max\\{b, a\\}", "\\max(a, b)", RIGHT},
        {"\\max(y, x)", "\\max(x, y, y)", RIGHT},
        {"x + y", "\\max(x + y, y + x)", RIGHT},
        {"\\gcd(2m, n)", "\\gcd(n, 2m)", RIGHT},
        {"\\max\\{3, 7\\}", "7", RIGHT},
        {"\\max(y, x)", "\\min(x, y)", WRONG},
        {"\\max(y, x)", "\\max(x, y, z)", WRONG},
        {"m", "\\gcd(m, m)", UNKNOWN}, /* -2 */
        {"\\{1, 2\\}", "\\{2, 1\\}", RIGHT},
    };
    GRADE(state, pairs);
}

static void test_braces_beside_factors_are_brackets(void **state) {
    static const pair pairs[] = {
        {"2x + 2y - 2", "2\\{x + (y - 1)\\}", RIGHT},
        {"-3", "\\{1 + 2\\}\\{3 - 4\\}", RIGHT},
        {"\\sin\\theta", "\\sin\\{\\theta\\}", RIGHT},
        {"2", "\\{1\\} \\times \\{2\\}", UNKNOWN}, /* of sets */
        {"5", "x\\{2, 3\\}", UNKNOWN},
        {"\\sinh^{-1} 2", "\\operatorname{arcsinh}(2)", RIGHT},
        {"\\operatorname{arccosh}(x)", "acosh(x)", RIGHT},
    };
    GRADE(state, pairs);
}

static void test_formulas_with_rounded_decimals(void **state) {
    static const pair pairs[] = {
        {"0.333333 + (-0.0185185)*(x-5)", "\\frac{23 - x}{54}", RIGHT},
        {"0.333343 + (-0.0185185)*(x-5)", "\\frac{23 - x}{54}", UNKNOWN},
        {"0.333333 + (-0.0185195)*(x-5)", "\\frac{23 - x}{54}", UNKNOWN},
        {"0.3333x + 2", "x/3 + 2", RIGHT},
        {"x/3 + 2", "0.3333x + 2", RIGHT},
        {"y = x/3 + 2", "y = 0.3333x + 2", RIGHT},
        {"x/3 + 2", "0.333x + 2", UNKNOWN}, /* three digits */
        {"x/3 + 2", "0.3334x + 2", UNKNOWN},
        {"x/3 + 2", "0.3333x + 3", WRONG},
        {"\\pi r^2", "3.1416r^2", RIGHT},
        {"\\pi r^2", "3.1415r^2", UNKNOWN},
        {"\\sqrt2x + \\sqrt3y", "1.4142x + 1.7321y", RIGHT},
        {"\\sqrt2x + \\sqrt3y", "1.4142x + 1.7322y", UNKNOWN},
        {"0.1235x", "0.12346x", RIGHT},
        {"0.12346x", "0.1235x", UNKNOWN},   /* fewer digits than the reference */
        {"1386.15x", "1386.154x", UNKNOWN}, /* two places */
        {"1000x", "1000.5x", UNKNOWN},
    };
    GRADE(state, pairs);
}

static void test_decimals_of_a_vector_are_rounded_together(void **state) {
    static const pair pairs[] = {
        {"\\begin{pmatrix}0.29\\\\0.196\\\\-0.186\\end{pmatrix}",
         "\\begin{pmatrix}0.290243531\\\\0.196008371\\\\-0.186381279\\end{pmatrix}", RIGHT},
        {"\\begin{pmatrix}0.29\\\\0.196\\\\-0.186\\end{pmatrix}",
         "\\begin{pmatrix}0.290243531\\\\0.196508371\\\\-0.186381279\\end{pmatrix}", UNKNOWN}, /* cut */
        {"(0.196, 0.186)", "(0.196008, 0.186381)", RIGHT},
        {"(0.196, 0.186)", "(0.196008, 0.187381)", WRONG},
        {"(0.196, 0.186)", "(0.1961, 0.1864)", UNKNOWN},    /* one place more */
        {"(0.29, 0.196)", "(0.290244, 0.196008)", UNKNOWN}, /* five digits */
        {"(5, 0.196)", "(5, 0.196008)", UNKNOWN},           /* one part */
        {"(x, 0.196, 0.186)", "(y, 0.196008, 0.186381)", UNKNOWN},
        {"0.196", "0.196008", UNKNOWN},
        {"(\\frac13, \\frac15)", "(0.33, 0.2)", UNKNOWN},
    };
    GRADE(state, pairs);
}

static void test_percent_as_a_word(void **state) {
    static const pair pairs[] = {
        {"28\\%", "28pct", RIGHT},     {"28\\%", "28 pct", RIGHT}, {"28\\%", "28percent", RIGHT},
        {"40/900", "4 4/9pct", RIGHT}, {"28\\%", "29pct", WRONG},  {"28pct", "$28$ pct", RIGHT},
    };
    GRADE(state, pairs);
}

static void test_decimals_by_the_precision_written(void **state) {
    static const pair pairs[] = {
        {"3.14159", "3.1416", UNKNOWN}, {"3.14159", "3.1415", WRONG},  {"3.14159", "3.142", UNKNOWN},
        {"3.14159", "3.14", WRONG},     {"1.974234", "1.97", WRONG},   {"\\pi", "3.14", RIGHT},
        {"\\pi", "3.1", UNKNOWN},       {"\\pi", "3.141", UNKNOWN}, /* cut, not rounded */
        {"\\pi", "3.15", WRONG},        {"\\pi", "3.16", WRONG},       {"\\pi", "3", WRONG},
        {"1/3", "0.333", RIGHT},        {"1/3", "0.33", UNKNOWN},      {"0.333", "1/3", RIGHT},
        {"9/2", "4.6", WRONG},          {"4.6", "9/2", WRONG},         {"4.5", "4", WRONG},
        {"3.1416", "3.14", WRONG},      {"3.1416", "3.1415", UNKNOWN}, {"3.1416", "3.1414", WRONG},
        {"3.142", "3.14159", RIGHT},    {"3.14", "3.14159", UNKNOWN},  {"1.25", "1.26", WRONG},
        {"5/32", "0.156", UNKNOWN},     {"18.90", "18.9", RIGHT},
    };
    GRADE(state, pairs);
}

static void test_options_widen_numbers(void **state) {
    static const pair close[] = {{"3.1416", "3.1415", RIGHT}, {"3.1416", "3.14", WRONG}, {"100", "100.001", RIGHT}};
    static const pair hundredfold[] = {{"0.05", "5", RIGHT}, {"5", "0.05", RIGHT}, {"0.05", "0.5", WRONG}};
    grade_all(*state, close, 3, (cairn_grade_options){.relative_tolerance = 1e-4});
    grade_all(*state, hundredfold, 3, (cairn_grade_options){.percent_hundredfold = true});
}

static void test_a_percentage_is_a_hundredth(void **state) {
    static const char percent[] = "What percent of the cars are red?";
    static const pair pairs[] = {
        {"50%", "0.5", RIGHT}, {"1/2", "50\\%", RIGHT}, {"50", "50\\%", RIGHT},
        {"50%", "50", RIGHT},  {"51%", "0.5", WRONG},   {"50%", "50 percent", RIGHT},
    };
    static const pair asked[] = {
        {"50", "50%", RIGHT}, {"50%", "50", RIGHT}, {"50", "51%", WRONG}, {"50", "0.5", WRONG}};
    static const pair not_asked[] = {
        {"50", "50%", UNKNOWN}, {"50%", "50", UNKNOWN}, {"50%", "0.5", RIGHT}, {"50", "51%", WRONG}};
    GRADE(state, pairs);
    GRADE_IN(state, not_asked, "How many of the cars are red?");
    GRADE_IN(state, asked, percent);
}

static void test_what_the_problem_asks_for(void **state) {
    static const struct {
        const char *problem;
        pair pair;
    } asked[] = {
        {"Which is prime? (A) 4 (B) 7 (C) 9", {"(A) 7", "A", UNKNOWN}},
        {"Which is prime? (A) 4 (B) 7 (C) 9", {"(B) 7", "B", RIGHT}},
        {"Which is prime? (A) 4 (B) 7 (C) 9", {"(A) 7", "B", UNKNOWN}},
        {"Which is prime? (A) 4 (B) 7 (C) 9", {"B) 4", "B", UNKNOWN}},
        {"Which? (A) 4 (B) 7 (C) 9", {"B: 7", "B", RIGHT}},
        {"Which? a) 2 b) 3 c) 4", {"3", "(b)", RIGHT}},
        {"Which? a) 2 b) 3 c) 4", {"4", "(b)", WRONG}},
        {"Pick: (A) $\\frac12$ (B) $0.25$ (C) $\\frac13$ (D) $0.5$", {"A", "D", UNKNOWN}},
        {"Pick: (A) $\\frac12$ (B) $0.25$ (C) $\\frac13$ (D) $0.5$", {"A", "B", WRONG}},
        {"How many minutes does it take?", {"5 hours", "5", UNKNOWN}},
        {"How many minutes does it take?", {"5 minutes", "5", RIGHT}},
        {"How many dollars does it cost?", {"50 cents", "50", UNKNOWN}},
        {"How many grams?", {"5 kg", "5", UNKNOWN}},
        {"Find its length in miles.", {"5 km", "5", UNKNOWN}},
        {"Find its length.", {"5 km", "5", RIGHT}},
        {"A $100 item is on sale with 30% off. How many dollars cheaper is it?", {"20%", "20", UNKNOWN}},
        {"What percent is it?", {"20%", "20", RIGHT}},
        {"What percent is it?", {"20%", "20", RIGHT}},
        {"How many apples are left if 5% rot?", {"5%", "5", UNKNOWN}},
        {"Rank from shortest to tallest.", {"B, A, C", "A, B, C", WRONG}},
        {"How many boys and how many girls are there?", {"30 and 20", "20 and 30", UNKNOWN}},
        {"How many boys and how many girls are there?", {"20 and 30", "20 and 30", RIGHT}},
        {"What are x and y? Give them in order.", {"30, 20", "20, 30", WRONG}},
        {"(A) $\\sqrt{2}$ (B) 1.41 (C) $\\frac{7}{5}$ (D) 1.4142", {"1.41", "A", UNKNOWN}},
        {"(A) $\\sqrt{2}$ (B) 1.41 (C) $\\frac{7}{5}$ (D) 1.4142", {"\\sqrt{2}", "A", RIGHT}},
        {"What is 40% of 100?", {"40%", "40", UNKNOWN}},
        {"What number is 25 percent of 160?", {"25%", "25", UNKNOWN}},
        {"Find the slope and the y-intercept.", {"2, 1", "1, 2", UNKNOWN}},
        {"Find all roots.", {"2, 1", "1, 2", RIGHT}},
    };
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        grade_all(*state, &asked[i].pair, 1, (cairn_grade_options){.problem = asked[i].problem});
}

static void test_expressions_are_functions(void **state) {
    static const pair pairs[] = {
        {"x^3+3x-6", "x^{3}+3x-6", RIGHT},
        {"\\frac{x+2}{7}", "\\frac{x}{7}+\\frac{2}{7}", RIGHT},
        {"(a+5)(b+2)", "ab+2a+5b+10", RIGHT},
        {"(a+5)(b+2)", "ab+2a+5b+11", WRONG},
        {"p - q", "q - p", WRONG},
        {"2n\\pi", "2k\\pi", UNKNOWN}, /* a name may stand for another */
        {"(a,b)", "(b,a)", WRONG},     /* not where both sides use both */
        {"1/(2x)", "1/2x", UNKNOWN},   /* read in two ways */
        {"A", "B", WRONG},
        {"5", "x", WRONG},
    };
    GRADE(state, pairs);
}

static void test_degrees_and_radians(void **state) {
    static const pair pairs[] = {
        {"180^\\circ", "180", RIGHT},      {"30", "30^{\\circ}", RIGHT},   {"30^\\circ", "\\frac{\\pi}{6}", RIGHT},
        {"30^\\circ", "31^\\circ", WRONG}, {"45^\\circ", "45 rad", WRONG},
    };
    GRADE(state, pairs);
}

static void test_units_of_one_dimension_convert(void **state) {
    static const pair pairs[] = {
        {"1 hour", "60 minutes", RIGHT},
        {"5 hours", "5 minutes", WRONG},
        {"3 dollars", "3 cents", WRONG},
        {"\\$3", "300 cents", RIGHT},
        {"150 minutes", "2 hours 30 minutes", RIGHT},
        {"36 km/h", "10 m/s", RIGHT},
        {"864 \\mbox{ inches}^2", "6 \\text{ ft}^2", RIGHT},
        {"15\\mbox{ cm}^2", "15 cm", WRONG},
        {"12", "12 \\mathrm{~cm}", RIGHT},
        {"15\\mbox{ cm}^2", "15", RIGHT},
        {"12 cm", "13", WRONG},
        {"5 \\text{ m}", "500", UNKNOWN}, /* centimetres? */
        {"12 apples", "12", RIGHT},
        {"12 apples", "12 oranges", UNKNOWN},
        {"12 apples", "13 apples", WRONG},
        {"1 year", "365 days", UNKNOWN},
    };
    GRADE(state, pairs);
}

static void test_tuples_lists_and_sets(void **state) {
    static const char sorted[] = "List the roots in increasing order.";
    static const pair pairs[] = {
        {"(1,\\frac{9}{2})", "(1, 4.5)", RIGHT},
        {"(1,2)", "(2,1)", WRONG},
        {"(1,2,3)", "(1,2)", WRONG},
        {"(1,2)", "1,2", RIGHT},
        {"(1,2)", "2,1", UNKNOWN},
        {"(1,2)", "x=1, y=2", RIGHT},
        {"1,-2", "-2,1", RIGHT},
        {"1,-2", "1,2", WRONG},
        {"1,-2", "1", WRONG},

        {"\\{2,3,4\\}", "\\{4,2,3\\}", RIGHT},
        {"\\{2,3,4\\}", "2, 3, 4", RIGHT},
        {"3, 5", "3, 5, 5", UNKNOWN},
        {"3, 125", "3,125", RIGHT},
        {"3125", "(3,125)", WRONG},
        {"1.5", "1,5", UNKNOWN},
        {"1,5", "1.5", UNKNOWN},
        {"1,22", "1.22", RIGHT},
        {"-3,14", "-3.14", RIGHT},
        {"-2,1", "-2.1", UNKNOWN},
        {"1,22", "1.23", WRONG},
        {"1,22", "22, 1", RIGHT},
        {"(1,2),(3,4)", "(3,4),(1,2)", RIGHT},
        {"x=1, y=2", "y=2, x=1", RIGHT},
        {"x=1, y=2", "x=2, y=1", WRONG},
    };
    static const pair in_order[] = {{"3, 5, 7", "7, 5, 3", WRONG}, {"3, 5, 7", "3, 5, 7", RIGHT}};
    GRADE(state, pairs);
    GRADE_IN(state, in_order, sorted);
}

static void test_plus_minus_is_two_values(void **state) {
    static const pair pairs[] = {
        {"\\pm 2", "2, -2", RIGHT},
        {"\\pm 2", "x = 2 \\text{ or } x = -2", RIGHT},
        {"\\pm 2021", "2021", WRONG},
        {"1 \\pm \\sqrt{19}", "1-\\sqrt{19}, 1+\\sqrt{19}", RIGHT},
        {"\\{1\\pm\\sqrt{5},-2\\}", "\\{-2,1-\\sqrt5,1+\\sqrt5\\}", RIGHT},
    };
    GRADE(state, pairs);
}

static void test_sets_of_reals_piece_by_piece(void **state) {
    static const pair pairs[] = {
        {"(3,\\infty)", "x > 3", RIGHT},
        {"(3,\\infty)", "x \\ge 3", WRONG},
        {"(1,5]", "1 < x \\le 5", RIGHT},
        {"x \\in [-2,7]", "[-2,7]", RIGHT},
        {"[-2,7]", "(-2,7)", WRONG},
        {"[0,2]", "[0,1]\\cup[1,2]", RIGHT},
        {"(-\\infty,\\infty)", "\\mathbb{R}", RIGHT},
        {"(-\\infty,3)\\cup(3,\\infty)", "x \\ne 3", RIGHT},
        {"(0,9)\\cup(9,36)", "(0,36)\\setminus\\{9\\}", RIGHT},
        {"(0,9)\\cup(9,36)", "(0,36)", WRONG},
        {"(3,\\infty)", "2x > 6", RIGHT},
        {"(-2,2)", "|x| < 2", RIGHT},
        {"\\left(\\frac35,2\\right]", "(0.6, 2]", RIGHT},
        {"(2,\\infty)", "(2,\\infty,9)", WRONG},
    };
    GRADE(state, pairs);
}

static void test_statements(void **state) {
    static const pair pairs[] = {
        {"5", "x=5", RIGHT},
        {"x=5", "y=5", UNKNOWN},
        {"x=5", "5=x", RIGHT},
        {"2x+3", "y = 2x + 3", RIGHT},
        {"y = 2x + 3", "f(x) = 2x + 3", RIGHT},
        {"y = 2x + 3", "y = 2x + 4", WRONG},
        {"y = 2x + 3", "y < 2x + 3", WRONG},
        {"2x+4y-3=0", "y=-\\frac{1}{2}x+\\frac{3}{4}", RIGHT},
        {"5x - 7y + 4 = 0", "-5x + 7y = 4", RIGHT},
        {"5x - 7y + 4 = 0", "5x - 7y + 5 = 0", WRONG},
        {"x^2+y^2=4", "x^2+y^2=9", WRONG},
        {"x > 3", "-x < -3", RIGHT},
        {"D = (0, 1)", "D = (0, 1.5)", WRONG},
        {"x \\equiv 3 \\pmod 7", "x \\equiv 10 \\pmod 7", RIGHT},
        {"x \\equiv 3 \\pmod 7", "x \\equiv 3 \\pmod 8", WRONG},
        {"4", "2+2=4", RIGHT},
    };
    GRADE(state, pairs);
}

static void test_matrices_entry_by_entry(void **state) {
    static const pair pairs[] = {
        {"\\begin{pmatrix} -2 \\\\ 7 \\end{pmatrix}", "(-2,7)", RIGHT},
        {"\\begin{pmatrix} -2 \\\\ 7 \\end{pmatrix}", "\\begin{pmatrix} -2 & 7 \\end{pmatrix}", UNKNOWN},
        {"\\begin{pmatrix} -2 \\\\ 7 \\end{pmatrix}", "\\begin{bmatrix} -2 \\\\ 8 \\end{bmatrix}", WRONG},
        {"\\begin{pmatrix} 1/5 \\\\ 2 \\end{pmatrix}", "\\frac15\\begin{pmatrix} 1 \\\\ 10 \\end{pmatrix}", RIGHT},
        {"\\begin{pmatrix} 1 & 0 \\\\ 0 & 1 \\end{pmatrix}", "\\begin{pmatrix} 1 & 0 \\end{pmatrix}", WRONG},
        {"\\begin{pmatrix} 1 & 0 \\\\ 0 & 1 \\end{pmatrix}", "5", WRONG},
    };
    GRADE(state, pairs);
}

/* Rows of different lengths, and matrices without entries, are compared with nothing. */
static void test_ragged_matrices_are_survived(void **state) {
    static const pair pairs[] = {
        {"\\begin{pmatrix} 1 & 2 \\\\ 3 \\end{pmatrix} \\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}",
         "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}", UNKNOWN},
        {"\\begin{pmatrix} \\end{pmatrix} \\begin{pmatrix} 1 \\end{pmatrix}", "(1, 2)", UNKNOWN},
    };
    GRADE(state, pairs);
}

static void test_a_choice_is_its_letter_or_its_content(void **state) {
    static const char round[] = "Pick: $\\textbf{(A)}\\ 5 \\qquad \\textbf{(B)}\\ 7 \\qquad \\textbf{(C)}\\ 9$";
    static const char lines[] = "Pick one.\nA. 5\nB. 7\nC. 9";
    static const pair pairs[] = {
        {"E", "\\text{(E)}", RIGHT}, {"(B)", "b", RIGHT},   {"(B)", "(C)", WRONG},

        {"(B)", "7", UNKNOWN},       {"B", "(B) 7", RIGHT}, {"7", "(B) 7", RIGHT}, {"7", "B. 7", RIGHT},
    };
    static const pair by_round[] = {{"B", "7", RIGHT}, {"B", "9", WRONG}, {"7", "(B)", RIGHT}};
    static const pair by_lines[] = {{"B", "7", RIGHT}, {"B", "c", WRONG}};
    GRADE(state, pairs);
    GRADE_IN(state, by_round, round);
    GRADE_IN(state, by_lines, lines);
}

static void test_words(void **state) {
    static const pair pairs[] = {
        {"\\text{Evelyn}", "evelyn.", RIGHT},
        {"\\text{Evelyn}", "Briana", WRONG},
        {"yes", "No", WRONG},
        {"the red ball", "red ball", RIGHT},
        {"ellipse", "ellipses", UNKNOWN},
        {"Monday", "Mon", RIGHT},
        {"Monday", "Tuesday", WRONG},
        {"no solution", "5", WRONG},
        {"no solution", "\\emptyset", RIGHT},
        {"1", "first", UNKNOWN},
        {"east", "not east", WRONG},
        {"a long answer in words", "another answer in words", UNKNOWN},
    };
    GRADE(state, pairs);
}

static void test_times_dates_ratios_and_bases(void **state) {
    static const pair pairs[] = {
        {"2:30 PM", "14:30", RIGHT},   {"2:30", "14:30", UNKNOWN},
        {"12:00", "1:00", WRONG},      {"March 5, 2020", "2020-03-05", RIGHT},
        {"March 5", "March 6", WRONG}, {"1:2", "2:4", RIGHT},
        {"1:2", "1/2", RIGHT},         {"1:2", "1:3", WRONG},
        {"52_8", "52_{8}", RIGHT},     {"52_8", "53_8", WRONG},
        {"52_8", "42", UNKNOWN},       {"52_8", "52", UNKNOWN},

    };
    static const pair in_base[] = {{"52_8", "52", RIGHT}};
    GRADE(state, pairs);
    GRADE_IN(state, in_base, "Write 42 in base 8.");
}

static void test_what_is_not_read_is_unknown(void **state) {
    static const pair pairs[] = {
        {"5", "", UNKNOWN},
        {"", "", UNKNOWN},
        {"5", "\\frac{1}{", UNKNOWN},
        {"\\frac{1}{", "\\frac{1}{ ", RIGHT},
    };
    GRADE(state, pairs);
}

/* Page 72, unit test 4. */
static void test_the_cases_of_page_72(void **state) {
    static const pair pairs[] = {
        {"0.5", "\\boxed{\\frac{1}{2}}", RIGHT},
        {"0.5", "50%", RIGHT},
        {"0.05", "5", WRONG},
        {"(1, 2)", "(1,2)", RIGHT},
        {"5", "x=5", RIGHT},
        {"B", "(B)", RIGHT},
        {"1000", "1,000", RIGHT},
        {"3.1416", "3.1415", RIGHT},
        {"3.1416", "3.14", WRONG},
    };
    static const pair percent[] = {{"0.05", "5", RIGHT}};
    grade_all(*state, pairs, sizeof pairs / sizeof *pairs, (cairn_grade_options){.relative_tolerance = 1e-4});
    grade_all(*state, percent, 1, (cairn_grade_options){.percent_hundredfold = true});
}

static void test_a_judgement_is_explained(void **state) {
    bench *b = *state;
    cairn_grade grade;
    cairn_grade_options options = {.explain = true};
    assert_int_equal(cairn_answer_grade(b->ctx, b->arena, "\\frac{9}{2}", "4.6", &options, &grade), CAIRN_OK);
    assert_int_equal(grade.verdict, WRONG);
    assert_string_equal(grade.rule, "number");
    assert_non_null(strstr(grade.why, "4.6"));
    assert_non_null(strstr(grade.why, "(4.5)"));
    assert_non_null(strstr(grade.read[0], "quotient"));
    assert_non_null(strstr(grade.read[1], "number '4.6'"));
    assert_int_equal(cairn_answer_grade(b->ctx, b->arena, "12 cm", "12", &options, &grade), CAIRN_OK);
    assert_string_equal(grade.rule, "unit-missing");
    options.explain = false;
    assert_int_equal(cairn_answer_grade(b->ctx, b->arena, "1", "2", &options, &grade), CAIRN_OK);
    assert_string_equal(grade.why, "");
    assert_string_equal(grade.read[0], "");
}

static void test_a_text_beyond_the_bound_is_refused(void **state) {
    bench *b = *state;
    cairn_grade grade;
    size_t n = CAIRN_TOOL_TEXT_MOST + 1;
    char *text = cairn_alloc(b->ctx, n + 1, 1);
    assert_non_null(text);
    memset(text, '1', n);
    assert_int_equal(cairn_answer_grade(b->ctx, b->arena, text, "1", NULL, &grade), CAIRN_LIMIT);
    text[CAIRN_ANSWER_BYTES_MOST + 1] = '\0';
    assert_int_equal(cairn_answer_grade(b->ctx, b->arena, text, "1", NULL, &grade), CAIRN_OK);
    assert_int_equal(grade.verdict, UNKNOWN);
    assert_string_equal(grade.rule, "too-long");
    cairn_free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_are_compared_by_value),
        cmocka_unit_test(test_improper_mixed_numbers_have_several_readings),
        cmocka_unit_test(test_sums_over_an_index_are_equal_part_by_part),
        cmocka_unit_test(test_remainders_take_their_sign),
        cmocka_unit_test(test_subscripts_after_powers_and_the_imaginary_unit),
        cmocka_unit_test(test_functions_of_values_in_any_order),
        cmocka_unit_test(test_braces_beside_factors_are_brackets),
        cmocka_unit_test(test_formulas_with_rounded_decimals),
        cmocka_unit_test(test_decimals_of_a_vector_are_rounded_together),
        cmocka_unit_test(test_percent_as_a_word),
        cmocka_unit_test(test_decimals_by_the_precision_written),
        cmocka_unit_test(test_options_widen_numbers),
        cmocka_unit_test(test_a_percentage_is_a_hundredth),
        cmocka_unit_test(test_what_the_problem_asks_for),
        cmocka_unit_test(test_expressions_are_functions),
        cmocka_unit_test(test_degrees_and_radians),
        cmocka_unit_test(test_units_of_one_dimension_convert),
        cmocka_unit_test(test_tuples_lists_and_sets),
        cmocka_unit_test(test_plus_minus_is_two_values),
        cmocka_unit_test(test_sets_of_reals_piece_by_piece),
        cmocka_unit_test(test_statements),
        cmocka_unit_test(test_matrices_entry_by_entry),
        cmocka_unit_test(test_ragged_matrices_are_survived),
        cmocka_unit_test(test_a_choice_is_its_letter_or_its_content),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_times_dates_ratios_and_bases),
        cmocka_unit_test(test_what_is_not_read_is_unknown),
        cmocka_unit_test(test_the_cases_of_page_72),
        cmocka_unit_test(test_a_judgement_is_explained),
        cmocka_unit_test(test_a_text_beyond_the_bound_is_refused),
    };
    return cmocka_run_group_tests_name("tool grade", tests, setup, teardown);
}
