/* Units of measurement: the table, names with plurals and prefixes, and trees of units measured. */
#include <stdio.h>
#include <string.h>

#include "tool/math/units.h"

enum { TAKES_PREFIX = 1, SYMBOL = 2, NAME_MOST = 32, POWER_MOST = 100 };

typedef struct entry {
    const char *name;
    uint64_t over, under; /* size in base units, exact */
    int flags;
    int8_t power[MATH_DIMENSIONS];
} entry;

/* Sorted by name, byte by byte. Words stand in the singular; plurals without a rule stand by themselves. */
static const entry table[] = {
    /* clang-format off */
    {"$", 1, 1, 0, {[UNIT_DOLLAR] = 1}},
    {"A", 1, 1, TAKES_PREFIX | SYMBOL, {[UNIT_CURRENT] = 1}},
    {"B", 8, 1, TAKES_PREFIX | SYMBOL, {[UNIT_INFORMATION] = 1}},
    {"CNY", 1, 1, 0, {[UNIT_YUAN] = 1}},
    {"EUR", 1, 1, 0, {[UNIT_EURO] = 1}},
    {"GBP", 1, 1, 0, {[UNIT_POUND] = 1}},
    {"Hz", 1, 1, TAKES_PREFIX, {[UNIT_TIME] = -1}},
    {"INR", 1, 1, 0, {[UNIT_RUPEE] = 1}},
    {"J", 1000, 1, TAKES_PREFIX | SYMBOL, {[UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -2}},
    {"JPY", 1, 1, 0, {[UNIT_YEN] = 1}},
    {"K", 1, 1, SYMBOL, {[UNIT_KELVIN] = 1}},
    {"L", 1, 1000, TAKES_PREFIX | SYMBOL, {[UNIT_LENGTH] = 3}},
    {"N", 1000, 1, TAKES_PREFIX | SYMBOL, {[UNIT_MASS] = 1, [UNIT_LENGTH] = 1, [UNIT_TIME] = -2}},
    {"Pa", 1000, 1, TAKES_PREFIX, {[UNIT_MASS] = 1, [UNIT_LENGTH] = -1, [UNIT_TIME] = -2}},
    {"RMB", 1, 1, 0, {[UNIT_YUAN] = 1}},
    {"RUB", 1, 1, 0, {[UNIT_RUBLE] = 1}},
    {"Rs", 1, 1, 0, {[UNIT_RUPEE] = 1}},
    {"US$", 1, 1, 0, {[UNIT_DOLLAR] = 1}},
    {"USD", 1, 1, 0, {[UNIT_DOLLAR] = 1}},
    {"V", 1000, 1, TAKES_PREFIX | SYMBOL, {[UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -3, [UNIT_CURRENT] = -1}},
    {"W", 1000, 1, TAKES_PREFIX | SYMBOL, {[UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -3}},
    {"Wh", 3600000, 1, TAKES_PREFIX, {[UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -2}},
    {"acre", 316160658, 78125, 0, {[UNIT_LENGTH] = 2}},
    {"amp", 1, 1, TAKES_PREFIX, {[UNIT_CURRENT] = 1}},
    {"ampere", 1, 1, TAKES_PREFIX, {[UNIT_CURRENT] = 1}},
    {"arcminute", 1, 60, 0, {[UNIT_ANGLE] = 1}},
    {"arcsecond", 1, 3600, 0, {[UNIT_ANGLE] = 1}},
    {"atm", 101325000, 1, 0, {[UNIT_MASS] = 1, [UNIT_LENGTH] = -1, [UNIT_TIME] = -2}},
    {"b", 1, 1, TAKES_PREFIX | SYMBOL, {[UNIT_INFORMATION] = 1}},
    {"bar", 100000000, 1, 0, {[UNIT_MASS] = 1, [UNIT_LENGTH] = -1, [UNIT_TIME] = -2}},
    {"bit", 1, 1, TAKES_PREFIX, {[UNIT_INFORMATION] = 1}},
    {"buck", 1, 1, 0, {[UNIT_DOLLAR] = 1}},
    {"byte", 8, 1, TAKES_PREFIX, {[UNIT_INFORMATION] = 1}},
    {"cal", 4184, 1, TAKES_PREFIX, {[UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -2}},
    {"calorie", 4184, 1, TAKES_PREFIX, {[UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -2}},
    {"candela", 1, 1, 0, {[UNIT_LUMINOUS] = 1}},
    {"cc", 1, 1000000, 0, {[UNIT_LENGTH] = 3}},
    {"cd", 1, 1, 0, {[UNIT_LUMINOUS] = 1}},
    {"celsius", 1, 1, 0, {[UNIT_CELSIUS] = 1}},
    {"cent", 1, 100, 0, {[UNIT_DOLLAR] = 1}},
    {"centigrade", 1, 1, 0, {[UNIT_CELSIUS] = 1}},
    {"centuries", 1200, 1, 0, {[UNIT_MONTH] = 1}},
    {"century", 1200, 1, 0, {[UNIT_MONTH] = 1}},
    {"coulomb", 1, 1, TAKES_PREFIX, {[UNIT_CURRENT] = 1, [UNIT_TIME] = 1}},
    {"cup", 473176473, 2000000000000, 0, {[UNIT_LENGTH] = 3}},
    {"d", 86400, 1, SYMBOL, {[UNIT_TIME] = 1}},
    {"day", 86400, 1, 0, {[UNIT_TIME] = 1}},
    {"decade", 120, 1, 0, {[UNIT_MONTH] = 1}},
    {"deg", 1, 1, 0, {[UNIT_ANGLE] = 1}},
    {"degree", 1, 1, 0, {[UNIT_ANGLE] = 1}},
    {"dime", 1, 10, 0, {[UNIT_DOLLAR] = 1}},
    {"dollar", 1, 1, 0, {[UNIT_DOLLAR] = 1}},
    {"dozen", 12, 1, 0, {0}},
    {"euro", 1, 1, 0, {[UNIT_EURO] = 1}},
    {"fahrenheit", 1, 1, 0, {[UNIT_FAHRENHEIT] = 1}},
    {"feet", 381, 1250, 0, {[UNIT_LENGTH] = 1}},
    {"foot", 381, 1250, 0, {[UNIT_LENGTH] = 1}},
    {"fortnight", 1209600, 1, 0, {[UNIT_TIME] = 1}},
    {"fps", 381, 1250, 0, {[UNIT_LENGTH] = 1, [UNIT_TIME] = -1}},
    {"ft", 381, 1250, 0, {[UNIT_LENGTH] = 1}},
    {"furlong", 25146, 125, 0, {[UNIT_LENGTH] = 1}},
    {"g", 1, 1, TAKES_PREFIX | SYMBOL, {[UNIT_MASS] = 1}},
    {"gal", 473176473, 125000000000, 0, {[UNIT_LENGTH] = 3}},
    {"gallon", 473176473, 125000000000, 0, {[UNIT_LENGTH] = 3}},
    {"gram", 1, 1, TAKES_PREFIX, {[UNIT_MASS] = 1}},
    {"gramme", 1, 1, TAKES_PREFIX, {[UNIT_MASS] = 1}},
    {"h", 3600, 1, SYMBOL, {[UNIT_TIME] = 1}},
    {"ha", 10000, 1, 0, {[UNIT_LENGTH] = 2}},
    {"hectare", 10000, 1, 0, {[UNIT_LENGTH] = 2}},
    {"hertz", 1, 1, TAKES_PREFIX, {[UNIT_TIME] = -1}},
    {"hour", 3600, 1, 0, {[UNIT_TIME] = 1}},
    {"hr", 3600, 1, 0, {[UNIT_TIME] = 1}},
    {"in", 127, 5000, SYMBOL, {[UNIT_LENGTH] = 1}},
    {"inch", 127, 5000, 0, {[UNIT_LENGTH] = 1}},
    {"inches", 127, 5000, 0, {[UNIT_LENGTH] = 1}},
    {"joule", 1000, 1, TAKES_PREFIX, {[UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -2}},
    {"kelvin", 1, 1, 0, {[UNIT_KELVIN] = 1}},
    {"kilo", 1000, 1, 0, {[UNIT_MASS] = 1}},
    {"kmh", 5, 18, 0, {[UNIT_LENGTH] = 1, [UNIT_TIME] = -1}},
    {"kmph", 5, 18, 0, {[UNIT_LENGTH] = 1, [UNIT_TIME] = -1}},
    {"kmps", 1000, 1, 0, {[UNIT_LENGTH] = 1, [UNIT_TIME] = -1}},
    {"knot", 463, 900, 0, {[UNIT_LENGTH] = 1, [UNIT_TIME] = -1}},
    {"kph", 5, 18, 0, {[UNIT_LENGTH] = 1, [UNIT_TIME] = -1}},
    {"l", 1, 1000, TAKES_PREFIX | SYMBOL, {[UNIT_LENGTH] = 3}},
    {"lb", 45359237, 100000, 0, {[UNIT_MASS] = 1}},
    {"lbs", 45359237, 100000, 0, {[UNIT_MASS] = 1}},
    {"light-year", 9460730472580800, 1, 0, {[UNIT_LENGTH] = 1}},
    {"lightyear", 9460730472580800, 1, 0, {[UNIT_LENGTH] = 1}},
    {"liter", 1, 1000, TAKES_PREFIX, {[UNIT_LENGTH] = 3}},
    {"litre", 1, 1000, TAKES_PREFIX, {[UNIT_LENGTH] = 3}},
    {"m", 1, 1, TAKES_PREFIX | SYMBOL, {[UNIT_LENGTH] = 1}},
    {"meter", 1, 1, TAKES_PREFIX, {[UNIT_LENGTH] = 1}},
    {"metre", 1, 1, TAKES_PREFIX, {[UNIT_LENGTH] = 1}},
    {"mi", 201168, 125, 0, {[UNIT_LENGTH] = 1}},
    {"micron", 1, 1000000, 0, {[UNIT_LENGTH] = 1}},
    {"mile", 201168, 125, 0, {[UNIT_LENGTH] = 1}},
    {"min", 60, 1, 0, {[UNIT_TIME] = 1}},
    {"minute", 60, 1, 0, {[UNIT_TIME] = 1}},
    {"mo", 1, 1, 0, {[UNIT_MONTH] = 1}},
    {"mol", 1, 1, TAKES_PREFIX, {[UNIT_AMOUNT] = 1}},
    {"mole", 1, 1, TAKES_PREFIX, {[UNIT_AMOUNT] = 1}},
    {"month", 1, 1, 0, {[UNIT_MONTH] = 1}},
    {"mph", 1397, 3125, 0, {[UNIT_LENGTH] = 1, [UNIT_TIME] = -1}},
    {"mps", 1, 1, 0, {[UNIT_LENGTH] = 1, [UNIT_TIME] = -1}},
    {"newton", 1000, 1, TAKES_PREFIX, {[UNIT_MASS] = 1, [UNIT_LENGTH] = 1, [UNIT_TIME] = -2}},
    {"nickel", 1, 20, 0, {[UNIT_DOLLAR] = 1}},
    {"ohm", 1000, 1, TAKES_PREFIX, {[UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -3, [UNIT_CURRENT] = -2}},
    {"ounce", 45359237, 1600000, 0, {[UNIT_MASS] = 1}},
    {"oz", 45359237, 1600000, 0, {[UNIT_MASS] = 1}},
    {"paise", 1, 100, 0, {[UNIT_RUPEE] = 1}},
    {"pascal", 1000, 1, TAKES_PREFIX, {[UNIT_MASS] = 1, [UNIT_LENGTH] = -1, [UNIT_TIME] = -2}},
    {"pence", 1, 100, 0, {[UNIT_POUND] = 1}},
    {"pennies", 1, 100, 0, {[UNIT_DOLLAR] = 1}},
    {"penny", 1, 100, 0, {[UNIT_DOLLAR] = 1}},
    {"pint", 473176473, 1000000000000, 0, {[UNIT_LENGTH] = 3}},
    {"pound", 45359237, 100000, 0, {[UNIT_MASS] = 1}},
    {"pt", 473176473, 1000000000000, 0, {[UNIT_LENGTH] = 3}},
    {"qt", 473176473, 500000000000, 0, {[UNIT_LENGTH] = 3}},
    {"quart", 473176473, 500000000000, 0, {[UNIT_LENGTH] = 3}},
    {"rad", 1, 1, 0, {[UNIT_RADIAN] = 1}},
    {"radian", 1, 1, 0, {[UNIT_RADIAN] = 1}},
    {"rev", 360, 1, 0, {[UNIT_ANGLE] = 1}},
    {"revolution", 360, 1, 0, {[UNIT_ANGLE] = 1}},
    {"rouble", 1, 1, 0, {[UNIT_RUBLE] = 1}},
    {"rpm", 6, 1, 0, {[UNIT_ANGLE] = 1, [UNIT_TIME] = -1}},
    {"ruble", 1, 1, 0, {[UNIT_RUBLE] = 1}},
    {"rupee", 1, 1, 0, {[UNIT_RUPEE] = 1}},
    {"s", 1, 1, TAKES_PREFIX | SYMBOL, {[UNIT_TIME] = 1}},
    {"sec", 1, 1, TAKES_PREFIX, {[UNIT_TIME] = 1}},
    {"second", 1, 1, TAKES_PREFIX, {[UNIT_TIME] = 1}},
    {"sqft", 145161, 1562500, 0, {[UNIT_LENGTH] = 2}},
    {"t", 1000000, 1, SYMBOL, {[UNIT_MASS] = 1}},
    {"tablespoon", 473176473, 32000000000000, 0, {[UNIT_LENGTH] = 3}},
    {"tbsp", 473176473, 32000000000000, 0, {[UNIT_LENGTH] = 3}},
    {"teaspoon", 157725491, 32000000000000, 0, {[UNIT_LENGTH] = 3}},
    {"ton", 45359237, 50, 0, {[UNIT_MASS] = 1}},
    {"tonne", 1000000, 1, 0, {[UNIT_MASS] = 1}},
    {"tsp", 157725491, 32000000000000, 0, {[UNIT_LENGTH] = 3}},
    {"unit", 1, 1, 0, {0}},
    {"volt", 1000, 1, TAKES_PREFIX, {[UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -3, [UNIT_CURRENT] = -1}},
    {"watt", 1000, 1, TAKES_PREFIX, {[UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -3}},
    {"week", 604800, 1, 0, {[UNIT_TIME] = 1}},
    {"wk", 604800, 1, 0, {[UNIT_TIME] = 1}},
    {"yard", 1143, 1250, 0, {[UNIT_LENGTH] = 1}},
    {"yd", 1143, 1250, 0, {[UNIT_LENGTH] = 1}},
    {"year", 12, 1, 0, {[UNIT_MONTH] = 1}},
    {"yen", 1, 1, 0, {[UNIT_YEN] = 1}},
    {"yr", 12, 1, 0, {[UNIT_MONTH] = 1}},
    {"yuan", 1, 1, 0, {[UNIT_YUAN] = 1}},
    {"¢", 1, 100, 0, {[UNIT_DOLLAR] = 1}},
    {"£", 1, 1, 0, {[UNIT_POUND] = 1}},
    {"¥", 1, 1, 0, {[UNIT_YEN] = 1}},
    {"°", 1, 1, 0, {[UNIT_ANGLE] = 1}},
    {"°C", 1, 1, 0, {[UNIT_CELSIUS] = 1}},
    {"°F", 1, 1, 0, {[UNIT_FAHRENHEIT] = 1}},
    {"Ω", 1000, 1, TAKES_PREFIX, {[UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -3, [UNIT_CURRENT] = -2}},
    {"€", 1, 1, 0, {[UNIT_EURO] = 1}},
    {"₹", 1, 1, 0, {[UNIT_RUPEE] = 1}},
    {"₽", 1, 1, 0, {[UNIT_RUBLE] = 1}},
    {"℃", 1, 1, 0, {[UNIT_CELSIUS] = 1}},
    {"℉", 1, 1, 0, {[UNIT_FAHRENHEIT] = 1}},
    /* clang-format on */
};

enum { UNITS = sizeof table / sizeof table[0] };

typedef struct prefix {
    const char *name;
    uint64_t over, under;
    bool word; /* goes before words of three letters and more */
} prefix;

static const prefix prefixes[] = {
    {"G", 1000000000, 1, false},   {"M", 1000000, 1, false},      {"T", 1000000000000, 1, false},
    {"c", 1, 100, false},          {"centi", 1, 100, true},       {"d", 1, 10, false},
    {"deci", 1, 10, true},         {"giga", 1000000000, 1, true}, {"h", 100, 1, false},
    {"hecto", 100, 1, true},       {"k", 1000, 1, false},         {"kilo", 1000, 1, true},
    {"m", 1, 1000, false},         {"mega", 1000000, 1, true},    {"micro", 1, 1000000, true},
    {"milli", 1, 1000, true},      {"n", 1, 1000000000, false},   {"nano", 1, 1000000000, true},
    {"\u00b5", 1, 1000000, false}, {"\u03bc", 1, 1000000, false},
};

static const entry *find_exactly(const char *name) {
    size_t low = 0, high = UNITS;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, table[middle].name);
        if (order == 0) return &table[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static bool is_word(const entry *unit) {
    return strlen(unit->name) > 2 && unit->name[0] >= 'a' && unit->name[0] <= 'z';
}

/* The singular of `name` by English rules where that is an entry, else `name`'s own entry. */
static const entry *find_name(const char *name) {
    const entry *found = find_exactly(name);
    size_t n = strlen(name);
    char singular[NAME_MOST];
    if (found || n < 3 || n >= NAME_MOST || name[n - 1] != 's') return found;
    memcpy(singular, name, n);
    singular[n - 1] = '\0';
    found = find_exactly(singular);
    return found && !(found->flags & SYMBOL) ? found : NULL;
}

static void take(const entry *found, const prefix *before, math_unit *out) {
    *out = (math_unit){.name = found->name,
                       .over = found->over * (before ? before->over : 1),
                       .under = found->under * (before ? before->under : 1),
                       .symbol = !before && (found->flags & SYMBOL)};
    memcpy(out->power, found->power, sizeof out->power);
}

static bool find_prefixed(const char *name, math_unit *out) {
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t n = strlen(prefixes[i].name);
        if (strncmp(name, prefixes[i].name, n) != 0 || !name[n]) continue;
        const entry *found = prefixes[i].word ? find_name(name + n) : find_exactly(name + n);
        if (!found || !(found->flags & TAKES_PREFIX)) continue;
        if (prefixes[i].word ? !is_word(found) : strlen(found->name) > 3) continue;
        take(found, &prefixes[i], out);
        return true;
    }
    return false;
}

bool math_unit_find(const char *name, size_t length, math_unit *out) {
    char text[NAME_MOST];
    if (length == 0 || length >= NAME_MOST) return false;
    memcpy(text, name, length);
    text[length] = '\0';
    if (text[length - 1] == '.' && length > 2) text[--length] = '\0';
    for (int lower = 0; lower < 2; lower++) {
        const entry *found = find_name(text);
        if (found) take(found, NULL, out);
        if (found || find_prefixed(text, out)) return true;
        if (length < 2) return false;
        for (size_t i = 0; i < length; i++)
            if (text[i] >= 'A' && text[i] <= 'Z') text[i] = (char)(text[i] - 'A' + 'a');
    }
    return false;
}

/* ---- trees of units ---------------------------------------------------------------------------------------------- */

void math_measure_open(math_measure *out) {
    memset(out, 0, sizeof *out);
    mpq_init(out->size);
    mpq_set_ui(out->size, 1, 1);
}

void math_measure_close(math_measure *measure) {
    mpq_clear(measure->size);
}

static void scale(mpq_t size, uint64_t over, uint64_t under, int power) {
    mpq_t step;
    mpq_init(step);
    mpz_set_ui(mpq_numref(step), power > 0 ? over : under);
    mpz_set_ui(mpq_denref(step), power > 0 ? under : over);
    mpq_canonicalize(step);
    for (int i = power > 0 ? power : -power; i > 0; i--) mpq_mul(size, size, step);
    mpq_clear(step);
}

/* Lower case and singular: "Apples" and "apple" are one noun, so are "boxes" and "box". */
static void singular_noun(const char *text, char out[NAME_MOST]) {
    size_t n = 0;
    for (; text[n] && n + 1 < NAME_MOST; n++)
        out[n] = text[n] >= 'A' && text[n] <= 'Z' ? (char)(text[n] - 'A' + 'a') : text[n];
    out[n] = '\0';
    if (n > 4 && strcmp(out + n - 3, "ies") == 0)
        strcpy(out + n - 3, "y");
    else if (n > 4 &&
             (strcmp(out + n - 3, "xes") == 0 || strcmp(out + n - 3, "hes") == 0 || strcmp(out + n - 3, "ses") == 0))
        out[n - 2] = '\0';
    else if (n > 2 && out[n - 1] == 's' && out[n - 2] != 's')
        out[n - 1] = '\0';
    else if (strcmp(out, "people") == 0)
        strcpy(out, "person");
    else if (strcmp(out, "children") == 0)
        strcpy(out, "child");
}

static bool add_noun(const char *text, int power, math_measure *out) {
    char noun[NAME_MOST], tail[8] = "";
    size_t held = strlen(out->noun);
    singular_noun(text, noun);
    if (power != 1) snprintf(tail, sizeof tail, "^%d", power);
    if (held + strlen(noun) + strlen(tail) + 2 > sizeof out->noun) return false;
    if (held) out->noun[held++] = ' ';
    strcpy(out->noun + held, noun);
    strcat(out->noun, tail);
    return true;
}

static bool measure(const math_node *unit, int power, math_measure *out) {
    math_unit found;
    int exponent;
    switch (unit->kind) {
    case MATH_NAME:
    case MATH_TEXT:
        if (!math_unit_find(unit->text, strlen(unit->text), &found)) return add_noun(unit->text, power, out);
        scale(out->size, found.over, found.under, power);
        for (int i = 0; i < MATH_DIMENSIONS; i++) out->power[i] += power * found.power[i];
        return true;
    case MATH_PRODUCT:
        for (uint32_t i = 0; i < unit->kids; i++)
            if (!measure(unit->kid[i], power, out)) return false;
        return true;
    case MATH_QUOTIENT:
        return measure(unit->kid[0], power, out) && measure(unit->kid[1], -power, out);
    case MATH_NUMBER: /* 1 / s */
        return strcmp(unit->text, "1") == 0;
    case MATH_POWER: {
        const math_node *raised = unit->kid[1];
        bool negative = raised->kind == MATH_NEGATE;
        if (negative) raised = raised->kid[0];
        if (raised->kind != MATH_NUMBER || strlen(raised->text) != 1 || *raised->text < '0' || *raised->text > '9')
            return false;
        exponent = (negative ? -1 : 1) * (*raised->text - '0') * power;
        return exponent <= POWER_MOST && exponent >= -POWER_MOST && exponent != 0 &&
               measure(unit->kid[0], exponent, out);
    }
    default:
        return false;
    }
}

bool math_measure_unit(const math_node *unit, math_measure *out) {
    return measure(unit, 1, out);
}

bool math_measure_alike(const math_measure *a, const math_measure *b) {
    return memcmp(a->power, b->power, sizeof a->power) == 0;
}

bool math_measure_plain(const math_measure *measured) {
    static const int none[MATH_DIMENSIONS];
    return memcmp(measured->power, none, sizeof none) == 0 && !*measured->noun;
}

/* Whether `ratio` is the `power`-th power of a ratio of two units that are the dimension's alone. */
static bool ratio_within(int dimension, int power, const mpq_t ratio) {
    mpq_t step;
    bool found = false;
    mpq_init(step);
    for (int i = 0; i < UNITS && !found; i++)
        for (int k = 0; k < UNITS && !found; k++) {
            int8_t alone[MATH_DIMENSIONS] = {0};
            alone[dimension] = table[i].power[dimension];
            if (!alone[dimension] || power % alone[dimension] != 0) continue;
            if (memcmp(alone, table[i].power, sizeof alone) != 0 || memcmp(alone, table[k].power, sizeof alone) != 0)
                continue;
            mpq_set_ui(step, 1, 1);
            scale(step, table[i].over, table[i].under, power / alone[dimension]);
            scale(step, table[k].under, table[k].over, power / alone[dimension]);
            found = mpq_equal(step, ratio) != 0;
        }
    mpq_clear(step);
    return found;
}

bool math_measure_ratio(const math_measure *measured, const mpq_t ratio) {
    static const unsigned decimal[] = {10, 100, 1000, 10000, 100000, 1000000};
    mpq_t inverse;
    bool found = false;
    if (mpq_sgn(ratio) <= 0) return false;
    mpq_init(inverse);
    mpq_inv(inverse, ratio);
    for (size_t i = 0; i < sizeof decimal / sizeof decimal[0] && !found; i++)
        found = mpq_cmp_ui(ratio, decimal[i], 1) == 0 || mpq_cmp_ui(inverse, decimal[i], 1) == 0;
    for (int i = 0; i < MATH_DIMENSIONS && !found; i++)
        if (measured->power[i]) found = ratio_within(i, measured->power[i], ratio);
    mpq_clear(inverse);
    return found;
}
