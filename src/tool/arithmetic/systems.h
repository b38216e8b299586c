/* Arithmetic other than that of the integers in base ten: moduli, clocks, bases, as a text speaks of them. */
#ifndef CAIRN_TOOL_ARITHMETIC_SYSTEMS_H
#define CAIRN_TOOL_ARITHMETIC_SYSTEMS_H

#include <gmp.h>

#include "cairn/core.h"

enum { SYSTEMS_MODULI = 8, SYSTEMS_BASES = 4 };

typedef struct systems {
    unsigned long moduli[SYSTEMS_MODULI];
    unsigned bases[SYSTEMS_BASES]; /* 2 to 36 */
    int n_moduli, n_bases;
    bool modular[SYSTEMS_MODULI]; /* said by "modulo" itself, so that equalities may be congruences */
    bool period[SYSTEMS_MODULI];  /* of a clock or an angle */
    bool all;                     /* "all numbers are modulo 7" */
    bool vague;                   /* there is one that is not known: "modulo n" */
    bool redefined;               /* signs mean something else, here and in all that follows: "a * b = a + 2b" */
    bool dates;                   /* days such as 3/20/2020 are spoken of */
    unsigned scales;              /* 1 per cent, 2 cents, 4 thousands, 8 millions: answers may be in these */
} systems;

/* Adds what text[length] speaks of. Linear in its length. */
void systems_note(systems *s, const char *text, size_t length);

/* Texts that are read when a claim needs them: each at most once. `steps`[n_steps] come before the text at hand. */
typedef struct systems_source {
    const char *problem; /* or NULL */
    const char *const *steps;
    size_t n_steps, noted;
    bool problem_noted;
    systems past, here;
    const char *current; /* the text that `here` holds, too; NULL: none */
} systems_source;

/* What the texts before and text[length] speak of. What is vague is so in its own text only. */
const systems *systems_now(systems_source *source, const char *text, size_t length);
/* Whether a text holds a day, "9/7", where days are spoken of. */
bool systems_dated(const systems *s, const char *text, size_t length);
/* The whole number by which the larger is a multiple of the smaller, in magnitude and with the same sign; 0: none. */
unsigned long systems_factor(const mpq_t a, const mpq_t b);
/* Whether the two differ by a scale that the text speaks of. */
bool systems_scaled(const systems *s, const mpq_t a, const mpq_t b);
/* Index of the first modulus by which the two are congruent, or -1. `money`: clocks do not count it. */
int systems_congruent(const systems *s, const mpq_t a, const mpq_t b, bool money);

#endif
