/* Words of plain text with a meaning and short words: sorted by their bytes, searched by halving. */
#include "tool/math/read_parts.h"
#include "tool/math/units.h"

/* Read so only where they stand as words of their own. */
static const math_command words[] = {
    {"Complexes", TOKEN_NAME, 0, "Complexes"},
    {"Infinity", TOKEN_NAME, 0, "infinity"},
    {"Integers", TOKEN_NAME, 0, "Integers"},
    {"Naturals", TOKEN_NAME, 0, "Naturals"},
    {"Pi", TOKEN_NAME, 0, "pi"},
    {"Rationals", TOKEN_NAME, 0, "Rationals"},
    {"Reals", TOKEN_NAME, 0, "Reals"},
    {"abs", TOKEN_FUNCTION, 0, "abs"},
    {"acos", TOKEN_FUNCTION, 0, "arccos"},
    {"acosh", TOKEN_FUNCTION, 0, "arccosh"},
    {"alpha", TOKEN_NAME, 0, "alpha"},
    {"and", TOKEN_AND, 0, NULL},
    {"arccos", TOKEN_FUNCTION, 0, "arccos"},
    {"arccosh", TOKEN_FUNCTION, 0, "arccosh"},
    {"arccot", TOKEN_FUNCTION, 0, "arccot"},
    {"arcsin", TOKEN_FUNCTION, 0, "arcsin"},
    {"arcsinh", TOKEN_FUNCTION, 0, "arcsinh"},
    {"arctan", TOKEN_FUNCTION, 0, "arctan"},
    {"arctanh", TOKEN_FUNCTION, 0, "arctanh"},
    {"asin", TOKEN_FUNCTION, 0, "arcsin"},
    {"asinh", TOKEN_FUNCTION, 0, "arcsinh"},
    {"atan", TOKEN_FUNCTION, 0, "arctan"},
    {"atanh", TOKEN_FUNCTION, 0, "arctanh"},
    {"beta", TOKEN_NAME, 0, "beta"},
    {"binom", TOKEN_FUNCTION, 0, "binomial"},
    {"binomial", TOKEN_FUNCTION, 0, "binomial"},
    {"cbrt", TOKEN_ROOT, 3, NULL},
    {"ceil", TOKEN_FUNCTION, 0, "ceiling"},
    {"cis", TOKEN_FUNCTION, 0, "cis"},
    {"cos", TOKEN_FUNCTION, 0, "cos"},
    {"cosh", TOKEN_FUNCTION, 0, "cosh"},
    {"cot", TOKEN_FUNCTION, 0, "cot"},
    {"coth", TOKEN_FUNCTION, 0, "coth"},
    {"csc", TOKEN_FUNCTION, 0, "csc"},
    {"delta", TOKEN_NAME, 0, "delta"},
    {"det", TOKEN_FUNCTION, 0, "det"},
    {"epsilon", TOKEN_NAME, 0, "epsilon"},
    {"exp", TOKEN_FUNCTION, 0, "exp"},
    {"factorial", TOKEN_FUNCTION, 0, "factorial"},
    {"floor", TOKEN_FUNCTION, 0, "floor"},
    {"gamma", TOKEN_NAME, 0, "gamma"},
    {"gcd", TOKEN_FUNCTION, 0, "gcd"},
    {"inf", TOKEN_NAME, 0, "infinity"},
    {"infinity", TOKEN_NAME, 0, "infinity"},
    {"lambda", TOKEN_NAME, 0, "lambda"},
    {"lcm", TOKEN_FUNCTION, 0, "lcm"},
    {"lg", TOKEN_FUNCTION, 0, "lg"},
    {"ln", TOKEN_FUNCTION, 0, "ln"},
    {"log", TOKEN_FUNCTION, 0, "log"},
    {"max", TOKEN_FUNCTION, 0, "max"},
    {"min", TOKEN_FUNCTION, 0, "min"},
    {"mod", TOKEN_MODULO, 2, NULL},
    {"mu", TOKEN_NAME, 0, "mu"},
    {"omega", TOKEN_NAME, 0, "omega"},
    {"oo", TOKEN_NAME, 0, "infinity"},
    {"or", TOKEN_OR, 0, NULL},
    {"phi", TOKEN_NAME, 0, "phi"},
    {"pi", TOKEN_NAME, 0, "pi"},
    {"rho", TOKEN_NAME, 0, "rho"},
    {"sec", TOKEN_FUNCTION, 0, "sec"},
    {"sigma", TOKEN_NAME, 0, "sigma"},
    {"sin", TOKEN_FUNCTION, 0, "sin"},
    {"sinh", TOKEN_FUNCTION, 0, "sinh"},
    {"sqrt", TOKEN_ROOT, 0, NULL},
    {"tan", TOKEN_FUNCTION, 0, "tan"},
    {"tanh", TOKEN_FUNCTION, 0, "tanh"},
    {"tau", TOKEN_NAME, 0, "tau"},
    {"theta", TOKEN_NAME, 0, "theta"},
};

/* Words of two letters, beside units; other pairs of letters are products. */
static const char *const short_words[] = {
    "am", "an", "as", "at", "be", "by", "do", "go", "he", "if", "in", "is", "it",
    "me", "my", "no", "of", "on", "pm", "so", "sq", "to", "up", "us", "we",
};

/* Words that are read as units and are none of the table of units. */
static const char *const counted[] = {"AM", "Celsius", "Fahrenheit", "PM", "am", "cubic",
                                      "dB", "pct",     "percent",    "pm", "sq", "square"};

const math_command *math_find(const math_command *table, size_t entries, const char *name, size_t length) {
    size_t low = 0, high = entries;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strncmp(table[middle].name, name, length);
        if (order == 0) order = table[middle].name[length] != '\0';
        if (order == 0) return &table[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static bool listed(const char *const *table, size_t entries, const char *name, size_t length) {
    size_t low = 0, high = entries;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strncmp(table[middle], name, length);
        if (order == 0) order = table[middle][length] != '\0';
        if (order == 0) return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

const math_command *math_find_word(const char *name, size_t length) {
    return math_find(words, sizeof words / sizeof *words, name, length);
}

bool math_is_short_word(const char *word, size_t length) {
    math_unit unit;
    char lower[2] = {length == 2 ? (char)(word[0] | 32) : '\0', length == 2 ? word[1] : '\0'};
    return listed(short_words, sizeof short_words / sizeof *short_words, lower, 2) ||
           (math_unit_symbol(word, length, &unit) && unit.word) || (math_unit_symbol(lower, 2, &unit) && unit.word);
}

bool math_is_unit(const char *word, size_t length) {
    math_unit unit;
    return listed(counted, sizeof counted / sizeof *counted, word, length) || math_unit_find(word, length, &unit);
}

const char *math_letter(unsigned char letter) {
    static const char letters[] = "A\0B\0C\0D\0E\0F\0G\0H\0I\0J\0K\0L\0M\0N\0O\0P\0Q\0R\0S\0T\0U\0V\0W\0X\0Y\0Z\0"
                                  "a\0b\0c\0d\0e\0f\0g\0h\0i\0j\0k\0l\0m\0n\0o\0p\0q\0r\0s\0t\0u\0v\0w\0x\0y\0z";
    return letters + 2 * (letter <= 'Z' ? letter - 'A' : letter - 'a' + 26);
}
