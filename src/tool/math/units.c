/* Units of measurement: the table, and names with plurals and prefixes. */
#include <string.h>

#include "tool/math/units.h"

enum { NAME_MOST = 32 };
enum {
    PREFIX = 1,   /* prefixes go before it */
    SYMBOL = 2,   /* a letter, or "in": elsewhere a variable or another word */
    WORD = 4,     /* of two letters, which are no product: "ft" */
    DOUBTFUL = 8, /* has another meaning, of another dimension: minutes of an arc */
    VARIES = 16   /* of several sizes, by country or custom: gallons, tons, kilobytes */
};

typedef struct entry {
    const char *name;
    uint64_t over, under; /* size in base units, exact, but for `tens` */
    int flags;
    int8_t power[MATH_DIMENSIONS];
    const char *usual; /* prefixes with which a symbol is a word of two letters: "cm" */
    int tens;          /* size is over / under * 10^tens */
} entry;

/* Dimensions of several bases. */
#define INDUCTANCE  [UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -2, [UNIT_CURRENT] = -2
#define FLUX        [UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -2, [UNIT_CURRENT] = -1
#define RESISTANCE  [UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -3, [UNIT_CURRENT] = -2
#define VOLTAGE     [UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -3, [UNIT_CURRENT] = -1
#define CAPACITY    [UNIT_MASS] = -1, [UNIT_LENGTH] = -2, [UNIT_TIME] = 4, [UNIT_CURRENT] = 2
#define CONDUCTANCE [UNIT_MASS] = -1, [UNIT_LENGTH] = -2, [UNIT_TIME] = 3, [UNIT_CURRENT] = 2
#define ENERGY      [UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -2
#define POWER       [UNIT_MASS] = 1, [UNIT_LENGTH] = 2, [UNIT_TIME] = -3
#define FORCE       [UNIT_MASS] = 1, [UNIT_LENGTH] = 1, [UNIT_TIME] = -2
#define PRESSURE    [UNIT_MASS] = 1, [UNIT_LENGTH] = -1, [UNIT_TIME] = -2
#define SPEED       [UNIT_LENGTH] = 1, [UNIT_TIME] = -1

/* Sorted by name, byte by byte. Words stand in the singular; plurals without a rule stand by themselves. */
static const entry table[] = {
    /* clang-format off */
    {"$", 1, 1, 0, .power = {[UNIT_DOLLAR] = 1}},
    {"A", 1, 1, PREFIX | SYMBOL, .power = {[UNIT_CURRENT] = 1}},
    {"AU", 149597870700, 1, 0, .power = {[UNIT_LENGTH] = 1}},
    {"B", 8, 1, PREFIX | SYMBOL | VARIES, .power = {[UNIT_INFORMATION] = 1}},
    {"BTU", 52752792631, 50000, VARIES, .power = {ENERGY}},
    {"Bq", 1, 1, PREFIX, .power = {[UNIT_TIME] = -1}},
    {"Btu", 52752792631, 50000, VARIES, .power = {ENERGY}},
    {"C", 1, 1, PREFIX | SYMBOL | DOUBTFUL, .power = {[UNIT_TIME] = 1, [UNIT_CURRENT] = 1}},
    {"CNY", 1, 1, 0, .power = {[UNIT_YUAN] = 1}},
    {"EUR", 1, 1, 0, .power = {[UNIT_EURO] = 1}},
    {"F", 1, 1000, PREFIX | SYMBOL | DOUBTFUL, .power = {CAPACITY}},
    {"GBP", 1, 1, 0, .power = {[UNIT_POUND] = 1}},
    {"Gy", 1, 1, PREFIX, .power = {[UNIT_LENGTH] = 2, [UNIT_TIME] = -2}},
    {"H", 1000, 1, PREFIX | SYMBOL, .power = {INDUCTANCE}},
    {"Hz", 1, 1, PREFIX | WORD, .power = {[UNIT_TIME] = -1}},
    {"INR", 1, 1, 0, .power = {[UNIT_RUPEE] = 1}},
    {"J", 1000, 1, PREFIX | SYMBOL, .power = {ENERGY}, .usual = "k"},
    {"JPY", 1, 1, 0, .power = {[UNIT_YEN] = 1}},
    {"K", 1, 1, SYMBOL | DOUBTFUL, .power = {[UNIT_KELVIN] = 1}},
    {"L", 1, 1000, PREFIX | SYMBOL, .power = {[UNIT_LENGTH] = 3}, .usual = "m"},
    {"M", 1000, 1, PREFIX | SYMBOL | DOUBTFUL, .power = {[UNIT_LENGTH] = -3, [UNIT_AMOUNT] = 1}},
    {"N", 1000, 1, PREFIX | SYMBOL, .power = {FORCE}},
    {"NM", 1852, 1, 0, .power = {[UNIT_LENGTH] = 1}},
    {"Nm", 1000, 1, PREFIX | WORD, .power = {ENERGY}},
    {"Ns", 1000, 1, PREFIX | WORD, .power = {[UNIT_MASS] = 1, [UNIT_LENGTH] = 1, [UNIT_TIME] = -1}},
    {"Pa", 1000, 1, PREFIX, .power = {PRESSURE}},
    {"RMB", 1, 1, 0, .power = {[UNIT_YUAN] = 1}},
    {"RUB", 1, 1, 0, .power = {[UNIT_RUBLE] = 1}},
    {"Rs", 1, 1, 0, .power = {[UNIT_RUPEE] = 1}},
    {"S", 1, 1000, PREFIX | SYMBOL | DOUBTFUL, .power = {CONDUCTANCE}},
    {"Sv", 1, 1, PREFIX, .power = {[UNIT_LENGTH] = 2, [UNIT_TIME] = -2}},
    {"T", 1000, 1, PREFIX | SYMBOL, .power = {[UNIT_MASS] = 1, [UNIT_TIME] = -2, [UNIT_CURRENT] = -1}},
    {"Torr", 2533125, 19, 0, .power = {PRESSURE}},
    {"US dollar", 1, 1, 0, .power = {[UNIT_DOLLAR] = 1}},
    {"US$", 1, 1, 0, .power = {[UNIT_DOLLAR] = 1}},
    {"USD", 1, 1, 0, .power = {[UNIT_DOLLAR] = 1}},
    {"V", 1000, 1, PREFIX | SYMBOL, .power = {VOLTAGE}},
    {"W", 1000, 1, PREFIX | SYMBOL, .power = {POWER}, .usual = "k"},
    {"Wb", 1000, 1, PREFIX, .power = {FLUX}},
    {"Wh", 3600000, 1, PREFIX, .power = {ENERGY}},
    {"\\Omega", 1000, 1, 0, .power = {RESISTANCE}},
    {"acre", 316160658, 78125, 0, .power = {[UNIT_LENGTH] = 2}},
    {"amp", 1, 1, PREFIX, .power = {[UNIT_CURRENT] = 1}},
    {"ampere", 1, 1, PREFIX, .power = {[UNIT_CURRENT] = 1}},
    {"angstrom", 1, 10000000000, 0, .power = {[UNIT_LENGTH] = 1}},
    {"arcminute", 1, 60, 0, .power = {[UNIT_ANGLE] = 1}},
    {"arcsecond", 1, 3600, 0, .power = {[UNIT_ANGLE] = 1}},
    {"atm", 101325000, 1, 0, .power = {PRESSURE}},
    {"b", 1, 1, PREFIX | SYMBOL | VARIES, .power = {[UNIT_INFORMATION] = 1}},
    {"bar", 100000000, 1, 0, .power = {PRESSURE}},
    {"becquerel", 1, 1, PREFIX, .power = {[UNIT_TIME] = -1}},
    {"bit", 1, 1, PREFIX | VARIES, .power = {[UNIT_INFORMATION] = 1}},
    {"buck", 1, 1, 0, .power = {[UNIT_DOLLAR] = 1}},
    {"byte", 8, 1, PREFIX | VARIES, .power = {[UNIT_INFORMATION] = 1}},
    {"cal", 4184, 1, PREFIX | VARIES, .power = {ENERGY}},
    {"calorie", 4184, 1, PREFIX | VARIES, .power = {ENERGY}},
    {"candela", 1, 1, 0, .power = {[UNIT_LUMINOUS] = 1}},
    {"carat", 1, 5, 0, .power = {[UNIT_MASS] = 1}},
    {"cc", 1, 1000000, 0, .power = {[UNIT_LENGTH] = 3}},
    {"celsius", 1, 1, 0, .power = {[UNIT_CELSIUS] = 1}},
    {"cent", 1, 100, DOUBTFUL, .power = {[UNIT_DOLLAR] = 1}},
    {"centigrade", 1, 1, 0, .power = {[UNIT_CELSIUS] = 1}},
    {"centuries", 1200, 1, 0, .power = {[UNIT_MONTH] = 1}},
    {"century", 1200, 1, 0, .power = {[UNIT_MONTH] = 1}},
    {"coulomb", 1, 1, PREFIX, .power = {[UNIT_CURRENT] = 1, [UNIT_TIME] = 1}},
    {"cup", 473176473, 2000000000000, VARIES, .power = {[UNIT_LENGTH] = 3}},
    {"d", 86400, 1, SYMBOL, .power = {[UNIT_TIME] = 1}},
    {"day", 86400, 1, 0, .power = {[UNIT_TIME] = 1}},
    {"decade", 120, 1, 0, .power = {[UNIT_MONTH] = 1}},
    {"deg", 1, 1, 0, .power = {[UNIT_ANGLE] = 1}},
    {"degree", 1, 1, 0, .power = {[UNIT_ANGLE] = 1}},
    {"dime", 1, 10, 0, .power = {[UNIT_DOLLAR] = 1}},
    {"dollar", 1, 1, 0, .power = {[UNIT_DOLLAR] = 1}},
    {"dozen", 12, 1, 0, .power = {0}},
    {"dyn", 1, 100, 0, .power = {FORCE}},
    {"dyne", 1, 100, 0, .power = {FORCE}},
    {"eV", 801088317, 500000000000000000, PREFIX | WORD, .power = {ENERGY}, .tens = -7},
    {"electron-volt", 801088317, 500000000000000000, PREFIX, .power = {ENERGY}, .tens = -7},
    {"electronvolt", 801088317, 500000000000000000, PREFIX, .power = {ENERGY}, .tens = -7},
    {"erg", 1, 10000, 0, .power = {ENERGY}},
    {"euro", 1, 1, 0, .power = {[UNIT_EURO] = 1}},
    {"fahrenheit", 1, 1, 0, .power = {[UNIT_FAHRENHEIT] = 1}},
    {"farad", 1, 1000, PREFIX, .power = {CAPACITY}},
    {"fathom", 1143, 625, 0, .power = {[UNIT_LENGTH] = 1}},
    {"feet", 381, 1250, 0, .power = {[UNIT_LENGTH] = 1}},
    {"fl oz", 473176473, 16000000000000, VARIES, .power = {[UNIT_LENGTH] = 3}},
    {"fluid ounce", 473176473, 16000000000000, VARIES, .power = {[UNIT_LENGTH] = 3}},
    {"foot", 381, 1250, 0, .power = {[UNIT_LENGTH] = 1}},
    {"fortnight", 1209600, 1, 0, .power = {[UNIT_TIME] = 1}},
    {"fps", 381, 1250, 0, .power = {SPEED}},
    {"ft", 381, 1250, WORD, .power = {[UNIT_LENGTH] = 1}},
    {"furlong", 25146, 125, 0, .power = {[UNIT_LENGTH] = 1}},
    {"g", 1, 1, PREFIX | SYMBOL, .power = {[UNIT_MASS] = 1}, .usual = "km"},
    {"gal", 473176473, 125000000000, VARIES, .power = {[UNIT_LENGTH] = 3}},
    {"gallon", 473176473, 125000000000, VARIES, .power = {[UNIT_LENGTH] = 3}},
    {"gm", 1, 1, WORD, .power = {[UNIT_MASS] = 1}},
    {"gram", 1, 1, PREFIX, .power = {[UNIT_MASS] = 1}},
    {"gramme", 1, 1, PREFIX, .power = {[UNIT_MASS] = 1}},
    {"h", 3600, 1, SYMBOL, .power = {[UNIT_TIME] = 1}},
    {"ha", 10000, 1, 0, .power = {[UNIT_LENGTH] = 2}},
    {"hectare", 10000, 1, 0, .power = {[UNIT_LENGTH] = 2}},
    {"henry", 1000, 1, PREFIX, .power = {INDUCTANCE}},
    {"hertz", 1, 1, PREFIX, .power = {[UNIT_TIME] = -1}},
    {"horsepower", 37284993579113511, 50000000000, VARIES, .power = {POWER}},
    {"hour", 3600, 1, 0, .power = {[UNIT_TIME] = 1}},
    {"hp", 37284993579113511, 50000000000, VARIES, .power = {POWER}},
    {"hr", 3600, 1, WORD, .power = {[UNIT_TIME] = 1}},
    {"in", 127, 5000, SYMBOL, .power = {[UNIT_LENGTH] = 1}},
    {"inch", 127, 5000, 0, .power = {[UNIT_LENGTH] = 1}},
    {"inches", 127, 5000, 0, .power = {[UNIT_LENGTH] = 1}},
    {"joule", 1000, 1, PREFIX, .power = {ENERGY}},
    {"kelvin", 1, 1, 0, .power = {[UNIT_KELVIN] = 1}},
    {"kilo", 1000, 1, 0, .power = {[UNIT_MASS] = 1}},
    {"kmh", 5, 18, 0, .power = {SPEED}},
    {"kmph", 5, 18, 0, .power = {SPEED}},
    {"kmps", 1000, 1, 0, .power = {SPEED}},
    {"knot", 463, 900, 0, .power = {SPEED}},
    {"kph", 5, 18, 0, .power = {SPEED}},
    {"l", 1, 1000, PREFIX | SYMBOL, .power = {[UNIT_LENGTH] = 3}, .usual = "m"},
    {"lb", 45359237, 100000, WORD | DOUBTFUL, .power = {[UNIT_MASS] = 1}},
    {"lbf", 8896443230521, 2000000000, 0, .power = {FORCE}},
    {"lbs", 45359237, 100000, DOUBTFUL, .power = {[UNIT_MASS] = 1}},
    {"league", 603504, 125, VARIES, .power = {[UNIT_LENGTH] = 1}},
    {"light year", 9460730472580800, 1, 0, .power = {[UNIT_LENGTH] = 1}},
    {"light-year", 9460730472580800, 1, 0, .power = {[UNIT_LENGTH] = 1}},
    {"lightyear", 9460730472580800, 1, 0, .power = {[UNIT_LENGTH] = 1}},
    {"liter", 1, 1000, PREFIX, .power = {[UNIT_LENGTH] = 3}},
    {"litre", 1, 1000, PREFIX, .power = {[UNIT_LENGTH] = 3}},
    {"lm", 1, 1, PREFIX, .power = {[UNIT_LUMINOUS] = 1}},
    {"lumen", 1, 1, PREFIX, .power = {[UNIT_LUMINOUS] = 1}},
    {"lx", 1, 1, PREFIX, .power = {[UNIT_LUMINOUS] = 1, [UNIT_LENGTH] = -2}},
    {"ly", 9460730472580800, 1, 0, .power = {[UNIT_LENGTH] = 1}},
    {"m", 1, 1, PREFIX | SYMBOL | DOUBTFUL, .power = {[UNIT_LENGTH] = 1}, .usual = "kcmdnp"},
    {"meter", 1, 1, PREFIX, .power = {[UNIT_LENGTH] = 1}},
    {"metre", 1, 1, PREFIX, .power = {[UNIT_LENGTH] = 1}},
    {"metric ton", 1000000, 1, 0, .power = {[UNIT_MASS] = 1}},
    {"mi", 201168, 125, WORD, .power = {[UNIT_LENGTH] = 1}},
    {"micron", 1, 1000000, 0, .power = {[UNIT_LENGTH] = 1}},
    {"mile", 201168, 125, 0, .power = {[UNIT_LENGTH] = 1}},
    {"millennia", 12000, 1, 0, .power = {[UNIT_MONTH] = 1}},
    {"millennium", 12000, 1, 0, .power = {[UNIT_MONTH] = 1}},
    {"min", 60, 1, DOUBTFUL, .power = {[UNIT_TIME] = 1}},
    {"minute", 60, 1, DOUBTFUL, .power = {[UNIT_TIME] = 1}},
    {"mmHg", 2533125, 19, 0, .power = {PRESSURE}},
    {"mo", 1, 1, 0, .power = {[UNIT_MONTH] = 1}},
    {"mol", 1, 1, PREFIX, .power = {[UNIT_AMOUNT] = 1}},
    {"molar", 1000, 1, PREFIX, .power = {[UNIT_LENGTH] = -3, [UNIT_AMOUNT] = 1}},
    {"mole", 1, 1, PREFIX, .power = {[UNIT_AMOUNT] = 1}},
    {"month", 1, 1, 0, .power = {[UNIT_MONTH] = 1}},
    {"mpg", 48000000000, 112903, 0, .power = {[UNIT_LENGTH] = -2}},
    {"mph", 1397, 3125, 0, .power = {SPEED}},
    {"mps", 1, 1, 0, .power = {SPEED}},
    {"nautical mile", 1852, 1, 0, .power = {[UNIT_LENGTH] = 1}},
    {"newton", 1000, 1, PREFIX, .power = {FORCE}},
    {"nickel", 1, 20, 0, .power = {[UNIT_DOLLAR] = 1}},
    {"ohm", 1000, 1, PREFIX, .power = {RESISTANCE}},
    {"ounce", 45359237, 1600000, DOUBTFUL, .power = {[UNIT_MASS] = 1}},
    {"oz", 45359237, 1600000, WORD | DOUBTFUL, .power = {[UNIT_MASS] = 1}},
    {"paise", 1, 100, 0, .power = {[UNIT_RUPEE] = 1}},
    {"pascal", 1000, 1, PREFIX, .power = {PRESSURE}},
    {"pc", 30856775814913673, 1, PREFIX | VARIES, .power = {[UNIT_LENGTH] = 1}},
    {"pence", 1, 100, 0, .power = {[UNIT_POUND] = 1}},
    {"pennies", 1, 100, 0, .power = {[UNIT_DOLLAR] = 1}},
    {"penny", 1, 100, 0, .power = {[UNIT_DOLLAR] = 1}},
    {"pint", 473176473, 1000000000000, VARIES, .power = {[UNIT_LENGTH] = 3}},
    {"pound", 45359237, 100000, DOUBTFUL, .power = {[UNIT_MASS] = 1}},
    {"pound sterling", 1, 1, 0, .power = {[UNIT_POUND] = 1}},
    {"pounds sterling", 1, 1, 0, .power = {[UNIT_POUND] = 1}},
    {"ppb", 1, 1000000000, 0, .power = {0}},
    {"ppm", 1, 1000000, 0, .power = {0}},
    {"psi", 8896443230521, 1290320, 0, .power = {PRESSURE}},
    {"pt", 473176473, 1000000000000, WORD | VARIES, .power = {[UNIT_LENGTH] = 3}},
    {"qt", 473176473, 500000000000, WORD | VARIES, .power = {[UNIT_LENGTH] = 3}},
    {"quart", 473176473, 500000000000, VARIES, .power = {[UNIT_LENGTH] = 3}},
    {"rad", 1, 1, 0, .power = {[UNIT_RADIAN] = 1}},
    {"radian", 1, 1, 0, .power = {[UNIT_RADIAN] = 1}},
    {"rev", 360, 1, 0, .power = {[UNIT_ANGLE] = 1}},
    {"revolution", 360, 1, 0, .power = {[UNIT_ANGLE] = 1}},
    {"rod", 12573, 2500, 0, .power = {[UNIT_LENGTH] = 1}},
    {"rouble", 1, 1, 0, .power = {[UNIT_RUBLE] = 1}},
    {"rpm", 6, 1, 0, .power = {[UNIT_ANGLE] = 1, [UNIT_TIME] = -1}},
    {"ruble", 1, 1, 0, .power = {[UNIT_RUBLE] = 1}},
    {"rupee", 1, 1, 0, .power = {[UNIT_RUPEE] = 1}},
    {"s", 1, 1, PREFIX | SYMBOL, .power = {[UNIT_TIME] = 1}},
    {"sec", 1, 1, PREFIX, .power = {[UNIT_TIME] = 1}},
    {"second", 1, 1, PREFIX | DOUBTFUL, .power = {[UNIT_TIME] = 1}},
    {"siemens", 1, 1000, PREFIX, .power = {CONDUCTANCE}},
    {"sievert", 1, 1, PREFIX, .power = {[UNIT_LENGTH] = 2, [UNIT_TIME] = -2}},
    {"sqft", 145161, 1562500, 0, .power = {[UNIT_LENGTH] = 2}},
    {"stone", 317514659, 50000, 0, .power = {[UNIT_MASS] = 1}},
    {"t", 1000000, 1, SYMBOL, .power = {[UNIT_MASS] = 1}},
    {"tablespoon", 473176473, 32000000000000, VARIES, .power = {[UNIT_LENGTH] = 3}},
    {"tbsp", 473176473, 32000000000000, VARIES, .power = {[UNIT_LENGTH] = 3}},
    {"teaspoon", 157725491, 32000000000000, VARIES, .power = {[UNIT_LENGTH] = 3}},
    {"tesla", 1000, 1, PREFIX, .power = {[UNIT_MASS] = 1, [UNIT_TIME] = -2, [UNIT_CURRENT] = -1}},
    {"ton", 45359237, 50, VARIES, .power = {[UNIT_MASS] = 1}},
    {"tonne", 1000000, 1, 0, .power = {[UNIT_MASS] = 1}},
    {"torr", 2533125, 19, 0, .power = {PRESSURE}},
    {"tsp", 157725491, 32000000000000, VARIES, .power = {[UNIT_LENGTH] = 3}},
    {"turn", 360, 1, 0, .power = {[UNIT_ANGLE] = 1}},
    {"unit", 1, 1, 0, .power = {0}},
    {"volt", 1000, 1, PREFIX, .power = {VOLTAGE}},
    {"watt", 1000, 1, PREFIX, .power = {POWER}},
    {"weber", 1000, 1, PREFIX, .power = {FLUX}},
    {"week", 604800, 1, 0, .power = {[UNIT_TIME] = 1}},
    {"wk", 604800, 1, 0, .power = {[UNIT_TIME] = 1}},
    {"yard", 1143, 1250, 0, .power = {[UNIT_LENGTH] = 1}},
    {"yd", 1143, 1250, WORD, .power = {[UNIT_LENGTH] = 1}},
    {"year", 12, 1, 0, .power = {[UNIT_MONTH] = 1}},
    {"yen", 1, 1, 0, .power = {[UNIT_YEN] = 1}},
    {"yr", 12, 1, 0, .power = {[UNIT_MONTH] = 1}},
    {"yuan", 1, 1, 0, .power = {[UNIT_YUAN] = 1}},
    {"¢", 1, 100, 0, .power = {[UNIT_DOLLAR] = 1}},
    {"£", 1, 1, 0, .power = {[UNIT_POUND] = 1}},
    {"¥", 1, 1, 0, .power = {[UNIT_YEN] = 1}},
    {"°", 1, 1, 0, .power = {[UNIT_ANGLE] = 1}},
    {"°C", 1, 1, 0, .power = {[UNIT_CELSIUS] = 1}},
    {"°F", 1, 1, 0, .power = {[UNIT_FAHRENHEIT] = 1}},
    {"Å", 1, 10000000000, 0, .power = {[UNIT_LENGTH] = 1}},
    {"ångström", 1, 10000000000, 0, .power = {[UNIT_LENGTH] = 1}},
    {"Ω", 1000, 1, PREFIX, .power = {RESISTANCE}},
    {"€", 1, 1, 0, .power = {[UNIT_EURO] = 1}},
    {"₹", 1, 1, 0, .power = {[UNIT_RUPEE] = 1}},
    {"₽", 1, 1, 0, .power = {[UNIT_RUBLE] = 1}},
    {"℃", 1, 1, 0, .power = {[UNIT_CELSIUS] = 1}},
    {"℉", 1, 1, 0, .power = {[UNIT_FAHRENHEIT] = 1}},
    /* clang-format on */
};

enum { UNITS = sizeof table / sizeof table[0] };

/* The other meaning of what is DOUBTFUL. */
static const struct {
    const char *name;
    int8_t power[MATH_DIMENSIONS];
} others[] = {
    {"C", {[UNIT_CELSIUS] = 1}},
    {"cent", {[UNIT_EURO] = 1}},
    {"F", {[UNIT_FAHRENHEIT] = 1}},
    {"K", {0}},
    {"M", {[UNIT_LENGTH] = 1}},
    {"S", {[UNIT_TIME] = 1}},
    {"lb", {FORCE}},
    {"lbs", {FORCE}},
    {"m", {[UNIT_TIME] = 1}},
    {"min", {[UNIT_ANGLE] = 1}},
    {"minute", {[UNIT_ANGLE] = 1}},
    {"ounce", {[UNIT_LENGTH] = 3}},
    {"oz", {[UNIT_LENGTH] = 3}},
    {"pound", {FORCE}},
    {"second", {[UNIT_ANGLE] = 1}},
};

typedef struct prefix {
    const char *name;
    int tens;
    bool word; /* goes before words of three letters and more */
} prefix;

static const prefix prefixes[] = {
    {"G", 9, false},     {"K", 3, false},      {"M", 6, false},    {"P", 15, false},      {"T", 12, false},
    {"c", -2, false},    {"centi", -2, true},  {"d", -1, false},   {"da", 1, false},      {"deci", -1, true},
    {"f", -15, false},   {"femto", -15, true}, {"giga", 9, true},  {"h", 2, false},       {"hecto", 2, true},
    {"k", 3, false},     {"kilo", 3, true},    {"m", -3, false},   {"mega", 6, true},     {"micro", -6, true},
    {"milli", -3, true}, {"n", -9, false},     {"nano", -9, true}, {"p", -12, false},     {"peta", 15, true},
    {"pico", -12, true}, {"tera", 12, true},   {"u", -6, false},   {"\u00b5", -6, false}, {"\u03bc", -6, false},
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
                       .over = found->over,
                       .under = found->under,
                       .tens = found->tens + (before ? before->tens : 0),
                       .symbol = !before && (found->flags & SYMBOL),
                       .varies = (found->flags & VARIES) && (before || !found->power[UNIT_INFORMATION])};
    bool usual = before && found->usual && !before->name[1] && strchr(found->usual, before->name[0]);
    out->word = usual || (!before && (found->flags & WORD));
    memcpy(out->power, found->power, sizeof out->power);
    memcpy(out->other, found->power, sizeof out->other);
    if (before || !(found->flags & DOUBTFUL)) return;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(others[i].name, found->name) == 0) memcpy(out->other, others[i].power, sizeof out->other);
}

/* A symbol of one byte has prefixes of one byte, or two in UTF-8; words have words. */
static bool find_prefixed(const char *name, math_unit *out) {
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t n = strlen(prefixes[i].name);
        if (*prefixes[i].name != *name || strncmp(name, prefixes[i].name, n) != 0 || !name[n]) continue;
        const entry *found = prefixes[i].word ? find_name(name + n) : find_exactly(name + n);
        if (!found || !(found->flags & PREFIX)) continue;
        if (prefixes[i].word ? !is_word(found) : strlen(found->name) > 3) continue;
        take(found, &prefixes[i], out);
        return true;
    }
    return false;
}

/* As `text` stands, or in lower case. */
static bool find(char *text, size_t length, bool folds, math_unit *out) {
    for (int lower = 0; lower < 2; lower++) {
        const entry *found = find_name(text);
        if (found) take(found, NULL, out);
        if (found || find_prefixed(text, out)) return true;
        if (length < 2 || !folds) return false;
        for (size_t i = 0; i < length; i++)
            if (text[i] >= 'A' && text[i] <= 'Z') text[i] = (char)(text[i] - 'A' + 'a');
    }
    return false;
}

bool math_unit_find(const char *name, size_t length, math_unit *out) {
    char text[NAME_MOST];
    if (length == 0 || length >= NAME_MOST) return false;
    memcpy(text, name, length);
    text[length] = '\0';
    if (text[length - 1] == '.' && length > 2) text[--length] = '\0';
    return find(text, length, true, out);
}

bool math_unit_symbol(const char *name, size_t length, math_unit *out) {
    char text[NAME_MOST];
    if (length == 0 || length >= NAME_MOST) return false;
    memcpy(text, name, length);
    text[length] = '\0';
    return find(text, length, false, out);
}

bool math_unit_at(size_t index, math_unit *out) {
    if (index >= UNITS) return false;
    take(&table[index], NULL, out);
    return true;
}
