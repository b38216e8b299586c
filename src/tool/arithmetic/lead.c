/* Words before an expression. After a sign of equality only words that are known to make another quantity count; after
 * "is" or "gives" all words do that are not known to be harmless. */
#include "tool/arithmetic/lead.h"

#include <string.h>

enum { LEAD_MOST = 24 };

/* Of an expression, these are another quantity. */
static const char *const of_it[] = {
    "absolute",     "exponent",     "exponents", "digit",      "digits",      "divisor",    "divisors",
    "factors",      "terms",        "root",      "roots",      "remainder",   "remainders", "modulo",
    "mod",          "reciprocal",   "inverse",   "opposite",   "negation",    "floor",      "ceiling",
    "coefficient",  "coefficients", "multiple",  "multiples",  "median",      "gcd",        "lcm",
    "parity",       "logarithm",    "log",       "numerator",  "denominator", "derivative", "rounding",
    "rounded",      "rounds",       "residue",   "zeros",      "zeroes",      "ones",       "square",
    "cube",         "magnitude",    "modulus",   "sign",       "middle",      "successor",  "predecessor",
    "complement",   "conjugate",    "factorial", "primes",     "prime",       "addends",    "summands",
    "cdot",         "frac",         "sqrt",      "operands",   "operators",   "symbols",    "brackets",
    "characters",   "decimals",     "places",    "tens",       "hundreds",    "units",      "nearest",
    "integer",      "fractional",   "follows",   "follow",     "following",   "preceding",  "precedes",
    "halfway",      "previous",     "exceeds",   "odd",        "even",        "valuation",  "permutations",
    "combinations", "binomial",     "norm",      "percentage", "negative",    "average",    NULL};
/* Right before an expression they multiply it, or take it in part. */
static const char *const scaling[] = {"twice", "double",  "doubled", "thrice",   "triple",   "half",    "quadruple",
                                      "third", "quarter", "squared", "doubling", "tripling", "halving", NULL};
/* After one of these an expression stands for itself again. */
static const char *const verbs[] = {
    "is",    "are",  "was",   "be",        "has",  "have",    "had",       "get",   "gets", "gives", "give",
    "makes", "make", "means", "equals",    "so",   "then",    "because",   "since", "that", "costs", "and",
    "but",   "thus", "hence", "therefore", "find", "compute", "calculate", "equal", "as",   "by",    "where",
    "with",  "we",   "i",     "she",       "he",   "they",    "there",     NULL};
/* With these a clause of its own begins. */
static const char *const joints[] = {"because", "since", "so",   "then", "that", "but",   "therefore", "thus", "hence",
                                     "where",   "as",    "when", "know", "if",   "means", "which",     NULL};
/* Words that leave an expression what it is. */
static const char *const harmless[] = {"so",
                                       "then",
                                       "and",
                                       "because",
                                       "since",
                                       "that",
                                       "but",
                                       "therefore",
                                       "thus",
                                       "hence",
                                       "now",
                                       "next",
                                       "first",
                                       "second",
                                       "third",
                                       "finally",
                                       "lastly",
                                       "where",
                                       "as",
                                       "know",
                                       "also",
                                       "the",
                                       "a",
                                       "an",
                                       "our",
                                       "sum",
                                       "product",
                                       "quotient",
                                       "difference",
                                       "total",
                                       "result",
                                       "value",
                                       "of",
                                       "expression",
                                       "bracket",
                                       "brackets",
                                       "parentheses",
                                       "parenthesis",
                                       "inside",
                                       "calculate",
                                       "calculating",
                                       "compute",
                                       "computing",
                                       "evaluate",
                                       "evaluating",
                                       "simplify",
                                       "simplifying",
                                       "adding",
                                       "add",
                                       "multiplying",
                                       "multiply",
                                       "subtracting",
                                       "subtract",
                                       "dividing",
                                       "divide",
                                       "solve",
                                       "solving",
                                       "find",
                                       "finding",
                                       "performing",
                                       "perform",
                                       "work",
                                       "out",
                                       "we",
                                       "i",
                                       "you",
                                       "have",
                                       "get",
                                       "see",
                                       "note",
                                       "this",
                                       "here",
                                       "step",
                                       "answer",
                                       "equation",
                                       "calculation",
                                       "operation",
                                       "addition",
                                       "multiplication",
                                       "division",
                                       "subtraction",
                                       "part",
                                       "which",
                                       "is",
                                       "it",
                                       "know",
                                       "remember",
                                       "recall",
                                       "well",
                                       "ok",
                                       "okay",
                                       "yes",
                                       "indeed",
                                       "again",
                                       "computation",
                                       "combining",
                                       "combine",
                                       "doing",
                                       "do",
                                       "using",
                                       "use",
                                       "just",
                                       "actually",
                                       "let's",
                                       "lets",
                                       "let",
                                       "us",
                                       "to",
                                       "starting",
                                       "start",
                                       "with",
                                       "begin",
                                       "left",
                                       "remaining",
                                       "innermost",
                                       "outer",
                                       "inner",
                                       "term",
                                       "side",
                                       "right",
                                       "hand",
                                       "numbers",
                                       "both",
                                       "together",
                                       "all",
                                       "if",
                                       "when",
                                       "clearly",
                                       "obviously",
                                       "simply",
                                       "means",
                                       "mean",
                                       "gives",
                                       "equals",
                                       "last",
                                       "group",
                                       "step",
                                       "final",
                                       "one",
                                       "two",
                                       "three",
                                       "rest",
                                       NULL};

/* In a problem that asks for the value of its expression. */
static const char *const asking[] = {
    "compute",    "calculate",   "evaluate",  "find",     "simplify",   "solve",       "determine",  "work",
    "out",        "what",        "what's",    "whats",    "is",         "the",         "value",      "of",
    "expression", "this",        "following", "please",   "give",       "me",          "a",          "an",
    "and",        "express",     "write",     "your",     "answer",     "as",          "decimal",    "fraction",
    "number",     "common",      "mixed",     "simplest", "form",       "lowest",      "terms",      "reduced",
    "in",         "result",      "equals",    "equal",    "to",         "how",         "much",       "head",
    "exact",      "step",        "by",        "show",     "working",    "let's",       "arithmetic", "problem",
    "equation",   "calculation", "plus",      "minus",    "times",      "divided",     "multiplied", "percent",
    "question",   "here",        "for",       "hand",     "using",      "order",       "operations", "it",
    "can",        "you",         "tell",      "does",     "make",       "terminating", "convert",    "expressed",
    "carefully",  "completely",  "sum",       "product",  "difference", "quotient",    "x",          "be",
    "will",       "q",           "get",       "task",     "perform",    "do",          "steps",      "with",
    "all",        "math",        "these",     "numbers",  "work",       "its",         "i",          "need",
    "want",       "know",        "so",        "quickly",  "mentally",   "together",    "add",        "subtract",
    "multiply",   "divide",      "from",      "up",       "total",      NULL};

static const char *const functions[] = {"sin",  "cos",  "tan",   "cot",  "sec",  "csc",    "log",    "ln",     "lg",
                                        "exp",  "max",  "min",   "gcd",  "lcm",  "floor",  "ceil",   "abs",    "det",
                                        "sgn",  "mod",  "round", "sqrt", "cbrt", "arcsin", "arccos", "arctan", "sinh",
                                        "cosh", "tanh", "deg",   "dim",  "var",  "lim",    "fib",    "rev",    NULL};
static const char *const short_words[] = {"a",  "an", "as", "at", "be", "by", "do", "go", "he", "hi",
                                          "if", "in", "is", "it", "me", "my", "no", "of", "oh", "ok",
                                          "on", "or", "so", "to", "up", "us", "vs", "we", "am", "i",
                                          "cm", "mm", "km", "kg", "ft", "lb", "oz", "ml", "hr", NULL};

bool lead_is_symbol(const lex *tokens, size_t from, size_t at) {
    const lex_token *t = &tokens->tokens[at];
    if (t->kind != LEX_WORD) return false;
    if (lex_among(tokens, at, functions)) return true;
    const char *text = tokens->text + t->at;
    if ((unsigned char)text[0] >= 0x80 && t->length <= 3) return true; /* a Greek letter */
    if (text[0] == '\\') return false;
    for (size_t i = 0; i < t->length; i++)
        if (text[i] == '_' || (text[i] >= '0' && text[i] <= '9')) return true;
    bool coefficient = at > from && t[-1].kind == LEX_NUMBER && !t->space && t->length == 1; /* "3a (2 + 1)" */
    if (coefficient) return true;
    if (t->length > 2 || lex_among(tokens, at, short_words)) return false;
    return true;
}

/* Whether the part begins after a comma that follows an operand: "3^2, x, 3^4 is 45" is a list. */
static bool in_list(const lex *tokens, size_t from) {
    if (from < 2 || tokens->tokens[from - 1].kind != ',') return false;
    const lex_token *t = &tokens->tokens[from - 2];
    return strchr("n)us^", t->kind) != NULL || (t->kind == LEX_WORD && t->length == 1);
}

bool lead_of_another(const lex *tokens, size_t from, size_t start, bool said) {
    size_t least = start > from + LEAD_MOST ? start - LEAD_MOST : from;
    bool near = true;
    for (size_t i = start; i > least; i--) {
        size_t at = i - 1;
        char kind = tokens->tokens[at].kind;
        if (kind == LEX_CURRENCY) continue;
        if (kind == '(') return false;
        if (near && lex_among(tokens, at, scaling)) return true;
        if (near && !lex_is(tokens, at, "the") && !lex_is(tokens, at, "of") && !lex_is(tokens, at, "sum") &&
            !lex_is(tokens, at, "product"))
            near = false;
        if (lex_among(tokens, at, of_it)) return true;
        if (said && lex_among(tokens, at, joints)) return false;
        if (said && !(kind == LEX_WORD && lex_among(tokens, at, harmless))) return true;
        if (!said && lex_among(tokens, at, verbs)) return false;
    }
    return said && least == from && in_list(tokens, from);
}

/* Whether token `at` is a whole number, and none below a bar. */
static bool is_whole(const lex *tokens, size_t from, size_t at) {
    const lex_token *t = &tokens->tokens[at];
    return t->kind == LEX_NUMBER && !memchr(tokens->text + t->at, '.', t->length) && (at == from || t[-1].kind != '/');
}

bool lead_is_changed(const lex *tokens, size_t from, size_t relation) {
    static const char *const changes[] = {"doubled", "tripled", "halved", "squared", "cubed", "rounded", NULL};
    bool power = false;
    for (size_t at = from; at < relation; at++) {
        power |= tokens->tokens[at].kind == '^';
        bool of = at > from && at + 1 < relation && lex_is(tokens, at, "of");
        if (of && is_whole(tokens, from, at - 1) && is_whole(tokens, from, at + 1)) return true;
        if (at > from && lex_among(tokens, at, changes)) return true;
    }
    const lex_token *t = &tokens->tokens[relation];
    return power && t->kind == LEX_WEAK && t->length == 6 && memcmp(tokens->text + t->at, "leaves", 6) == 0;
}

size_t lead_applied(const lex *tokens, size_t from, size_t to) {
    static const char *const after[] = {"squared", "cubed", "doubled", "tripled", "halved", NULL};
    static const char *const before[] = {"twice", "double", "thrice", "triple", "half", NULL};
    static const char *const counts[] = {"c", "p", NULL};
    const lex_token *k = tokens->tokens;
    size_t end = to;
    while (end > from && k[end - 1].kind == LEX_CURRENCY) end--;
    if (end < from + 2) return to;
    size_t last = end - 1, word = last - 1;
    if (k[last].kind == LEX_OTHER && tokens->text[k[last].at] == '!') return k[word].kind == LEX_NUMBER ? word : to;
    if (lex_among(tokens, last, after)) return k[word].kind == LEX_NUMBER ? word : to;
    if (k[last].kind == ')') { /* "C(5, 2)", cut at its comma */
        size_t open = k[last].pair;
        if (open == LEX_NONE || open == 0 || k[open].space || k[open + 1].kind != LEX_NUMBER) return to;
        bool cut = open < from && lex_among(tokens, open - 1, counts);
        return cut ? from : lex_among(tokens, open - 1, functions) && open > from ? open - 1 : to;
    }
    if (k[last].kind != LEX_NUMBER) return to;
    if (lex_is(tokens, word, "of") && word > from)
        return strchr("%n", k[word - 1].kind) || lex_among(tokens, word - 1, scaling) ? word - 1 : to;
    bool subscript = k[word].kind == LEX_WORD && memchr(tokens->text + k[word].at, '_', k[word].length);
    bool command = subscript && word > from && !k[word].space && tokens->text[k[word - 1].at] == '\\'; /* \log_2 8 */
    if (command) return word - 1;
    if (lex_is(tokens, word, "mod")) return word > from ? word - 1 : to;
    return subscript || lex_among(tokens, word, before) || lex_among(tokens, word, functions) ? word : to;
}

bool lead_asks_value(const lex *tokens, size_t from, size_t stop) {
    for (size_t at = 0; at < tokens->count; at++) {
        if (at == from) at = stop;
        if (at >= tokens->count) break;
        if (tokens->tokens[at].kind == LEX_WORD && !lex_among(tokens, at, asking)) return false;
    }
    return true;
}
