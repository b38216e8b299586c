/* Units of measurement: one table of names, each with its dimension and its exact size. */
#ifndef CAIRN_TOOL_MATH_UNITS_H
#define CAIRN_TOOL_MATH_UNITS_H

#include <gmp.h>

#include "tool/math/tree.h"

/* Base dimensions. Months are no fixed number of days, and scales of temperature have different zeros, so each is a
 * dimension of its own. The unit of UNIT_ANGLE is the degree. */
typedef enum math_dimension {
    UNIT_LENGTH, /* m */
    UNIT_MASS,   /* g */
    UNIT_TIME,   /* s */
    UNIT_MONTH,
    UNIT_CELSIUS,
    UNIT_FAHRENHEIT,
    UNIT_KELVIN,
    UNIT_CURRENT, /* A */
    UNIT_AMOUNT,  /* mol */
    UNIT_LUMINOUS,
    UNIT_ANGLE,
    UNIT_RADIAN,      /* its ratio to the degree is irrational */
    UNIT_INFORMATION, /* bit */
    UNIT_DOLLAR,
    UNIT_EURO,
    UNIT_POUND,
    UNIT_RUPEE,
    UNIT_YEN,
    UNIT_YUAN,
    UNIT_RUBLE,
    MATH_DIMENSIONS
} math_dimension;

/* A unit with a name: its size in base units is over / under * 10^tens. */
typedef struct math_unit {
    const char *name; /* of the table: singular, without prefix; static */
    uint64_t over, under;
    int tens;
    int8_t power[MATH_DIMENSIONS], other[MATH_DIMENSIONS]; /* `other`: in its other meaning, "m" as minutes */
    bool symbol; /* "m", "g", "h": a letter that in a formula may be a variable as well */
    bool word;   /* "cm", "ft": two letters that stand for the unit in a formula too, not for a product */
    bool varies; /* of several sizes that are at most a quarter apart: "ton", "gallon", "MB" */
} math_unit;

/* The unit that name[length] means: symbols by their case ("mm" is not "Mm"), words in any case, in singular and
 * plural, with prefixes ("km", "kilometers"). One word: "square" and "per" are the reader's. False: it is none of the
 * table, as nouns of things counted ("apples") are not. */
bool math_unit_find(const char *name, size_t length, math_unit *out);
/* By the case in which it stands alone. */
bool math_unit_symbol(const char *name, size_t length, math_unit *out);

/* The units of the table, without prefixes; false after the last. */
bool math_unit_at(size_t index, math_unit *out);

/* ---- units_measure.c ---------------------------------------------------------------------------------------------- */

/* A unit as a tree, measured. */
typedef struct math_measure {
    mpq_t size;                                         /* in base units */
    int power[MATH_DIMENSIONS], other[MATH_DIMENSIONS]; /* `other`: by the other meanings of its units */
    bool varies;                                        /* one of its units does */
    bool measures;                                      /* one of its units has a dimension */
    char noun[64]; /* what is counted, singular, lower case, sorted: "apple", "student teacher^-1"; "" */
} math_measure;

void math_measure_open(math_measure *out);
void math_measure_close(math_measure *measure);
/* Measures a tree of NAME, PRODUCT, QUOTIENT and POWER. Names that the table lacks are nouns. False: no unit. */
bool math_measure_unit(const math_node *unit, math_measure *out);
/* Whether both have one dimension; nouns are not looked at. */
bool math_measure_alike(const math_measure *a, const math_measure *b);
/* Whether they have one where the units of one or both have their other meaning. */
bool math_measure_alike_otherwise(const math_measure *a, const math_measure *b);
/* Whether the measure is a number: no unit in it has a dimension, and no noun stands there. 60 s/min is none. */
bool math_measure_plain(const math_measure *measure);
/* Whether `ratio` is a ratio of two units of the measure's dimension, as 100 is for lengths. */
bool math_measure_ratio(const math_measure *measure, const mpq_t ratio);

#endif
