/* Numbers from text and back, exactly. */
#include <string.h>

#include "cairn/tool.h"
#include "tool/arithmetic/calc.h"

/* Digits: what CAIRN_TOOL_BITS_MOST bits and 20 decimals can have, so that the text of every value is read back. */
enum { NUMERAL_DIGITS_MOST = 640, NUMERAL_EXPONENT_MOST = 600, NUMERAL_PLACES_MOST = 20 };

/* The signed number after an "e"; beyond the bound it stays there. */
static long read_exponent(const char *text, size_t length) {
    bool minus = length && text[0] == '-';
    long exponent = 0;
    for (size_t i = minus || (length && text[0] == '+') ? 1 : 0; i < length && exponent <= NUMERAL_EXPONENT_MOST; i++) {
        if (text[i] < '0' || text[i] > '9') break;
        exponent = exponent * 10 + (text[i] - '0');
    }
    return minus ? -exponent : exponent;
}

bool calc_numeral(const char *text, size_t length, mpq_t out, long *decimals, int *digits) {
    char kept[NUMERAL_DIGITS_MOST + 1];
    size_t count = 0, significant = 0;
    long places = 0, exponent = 0;
    bool point = false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == 'e' || text[i] == 'E') {
            exponent = read_exponent(text + i + 1, length - i - 1);
            break;
        }
        point |= text[i] == '.';
        if (text[i] < '0' || text[i] > '9') continue; /* a separator */
        if (count >= NUMERAL_DIGITS_MOST) return false;
        kept[count++] = text[i];
        places += point;
        significant += significant > 0 || text[i] != '0';
    }
    if (exponent > NUMERAL_EXPONENT_MOST || exponent < -NUMERAL_EXPONENT_MOST) return false;
    kept[count] = '\0';
    places -= exponent;
    mpz_t scale;
    mpz_init(scale);
    mpz_ui_pow_ui(scale, 10, (unsigned long)(places < 0 ? -places : places));
    mpz_set_str(mpq_numref(out), kept, 10);
    mpz_set_ui(mpq_denref(out), 1);
    if (places < 0)
        mpz_mul(mpq_numref(out), mpq_numref(out), scale);
    else
        mpz_set(mpq_denref(out), scale);
    mpz_clear(scale);
    mpq_canonicalize(out);
    *decimals = places;
    *digits = (int)significant;
    return true;
}

/* Places of the decimal that is exactly 1 / denominator; false when it does not end. */
static bool decimal_places(const mpz_t denominator, unsigned long *places) {
    mpz_t rest, five;
    mpz_init(rest);
    mpz_init_set_ui(five, 5);
    unsigned long fives = mpz_remove(rest, denominator, five), twos = mpz_scan1(rest, 0);
    mpz_tdiv_q_2exp(rest, rest, twos);
    bool ends = mpz_cmp_ui(rest, 1) == 0;
    mpz_clear(rest);
    mpz_clear(five);
    *places = twos > fives ? twos : fives;
    return ends;
}

bool calc_terminates(const mpq_t value) {
    unsigned long places;
    return decimal_places(mpq_denref(value), &places);
}

/* `value` with `places` > 0 places after the point. */
static void print_decimal(const mpq_t value, unsigned long places, char *out) {
    mpz_t scaled;
    mpz_init(scaled);
    mpz_ui_pow_ui(scaled, 10, places);
    mpz_mul(scaled, scaled, mpq_numref(value));
    mpz_divexact(scaled, scaled, mpq_denref(value));
    mpz_abs(scaled, scaled);
    if (mpq_sgn(value) < 0) *out++ = '-';
    mpz_get_str(out, 10, scaled);
    size_t all = strlen(out);
    if (all <= places) { /* zeros in front, so that one stands before the point */
        memmove(out + places + 1 - all, out, all + 1);
        memset(out, '0', places + 1 - all);
        all = places + 1;
    }
    memmove(out + all - places + 1, out + all - places, places + 1);
    out[all - places] = '.';
    mpz_clear(scaled);
}

/* Bytes that the text of a value needs, its end among them. */
static size_t text_bytes(const mpq_t value) {
    return mpz_sizeinbase(mpq_numref(value), 10) + mpz_sizeinbase(mpq_denref(value), 10) + 2 * NUMERAL_PLACES_MOST + 8;
}

bool calc_print(const mpq_t value, char *out, size_t most) {
    unsigned long places;
    if (text_bytes(value) > most) return false;
    if (decimal_places(mpq_denref(value), &places) && places > 0 && places <= NUMERAL_PLACES_MOST)
        print_decimal(value, places, out);
    else
        mpq_get_str(out, 10, value);
    return true;
}

char *calc_text(cairn_arena *arena, const mpq_t value) {
    size_t bytes = text_bytes(value);
    char *out = cairn_arena_alloc(arena, bytes, 1);
    if (out) calc_print(value, out, bytes);
    return out;
}
