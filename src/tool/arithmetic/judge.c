/* One link of a chain: its two sides, and what another reading of signs, words and systems of numbers makes of a
 * difference between them. */
#include <string.h>

#include "tool/arithmetic/asserted.h"
#include "tool/arithmetic/equalities.h"
#include "tool/arithmetic/formula.h"
#include "tool/arithmetic/lead.h"
#include "tool/arithmetic/machine.h"
#include "tool/arithmetic/meant.h"
#include "tool/arithmetic/units.h"

enum { SCALE_NEAR = 40 }; /* tokens before an equality in which a word may scale its numbers */

/* ---- other readings of signs ---- */

/* "2 + 3 = 5 * 4": the right side begins with the left side's value. */
static bool running(calc *machine, const lex *tokens, const calc_value *left, const calc_value *right) {
    size_t at = right->from;
    while (at < right->stop && strchr("+-$", tokens->tokens[at].kind)) at++;
    if (right->operators == 0 || at >= right->stop || tokens->tokens[at].kind != LEX_NUMBER) return false;
    calc_value first;
    calc_value_open(&first);
    bool same = calc_range(machine, tokens, right->from, at + 1, NULL, CALC_WHOLE, CALC_WRITTEN, &first) == CAIRN_OK &&
                mpq_equal(first.value, left->value);
    calc_value_close(&first);
    return same;
}

/* Whether some other reading of the per cent signs makes the sides equal. */
static bool percent_slip(calc *machine, const lex *tokens, const chain_part *before, const chain_part *after,
                         const calc_names *names, const calc_value *left, const calc_value *right) {
    calc_value l, r;
    /* "48 = 100% + 20%": a side of nothing but percentages, of something that is not said */
    bool equal = (left->percents == left->literals && !right->percents) ||
                 (right->percents == right->literals && !left->percents);
    if (equal && left->operators > 0 && right->operators > 0) equal = false;
    calc_value_open(&l);
    calc_value_open(&r);
    for (int i = 0; i < CALC_PERCENT_READINGS * CALC_PERCENT_READINGS && !equal; i++) {
        if (!chain_side(machine, tokens, before, true, names, (calc_reading)(i / CALC_PERCENT_READINGS), &l) ||
            !chain_side(machine, tokens, after, false, names, (calc_reading)(i % CALC_PERCENT_READINGS), &r))
            continue;
        equal = chain_verdict(chain_compare(&l, &r, false, false)) == CAIRN_VERDICT_RIGHT;
    }
    if (!equal) { /* a factor of a hundred either way */
        mpq_set_ui(l.value, 100, 1);
        mpq_mul(r.value, right->value, l.value);
        equal = mpq_equal(left->value, r.value);
        mpq_mul(l.value, left->value, l.value);
        equal = equal || mpq_equal(l.value, right->value);
    }
    calc_value_close(&l);
    calc_value_close(&r);
    return equal;
}

/* Whether the sides are equal under another reading: "60 / 3/4 = 80", "14 / 1 / 4 = 14 * 4" by CALC_FRACTIONS. */
static bool equal_by(calc *machine, const lex *tokens, const chain_part *before, const chain_part *after,
                     const calc_names *names, calc_reading reading) {
    calc_value l, r;
    calc_value_open(&l);
    calc_value_open(&r);
    bool equal = chain_side(machine, tokens, before, true, names, reading, &l) &&
                 chain_side(machine, tokens, after, false, names, reading, &r) &&
                 chain_verdict(chain_compare(&l, &r, false, false)) == CAIRN_VERDICT_RIGHT;
    calc_value_close(&l);
    calc_value_close(&r);
    return equal;
}

/* "25 * 3 = $0.75": money on one side alone, in cents on the other. */
static bool cents(const calc_value *left, const calc_value *right) {
    if (left->currency == right->currency) return false;
    const calc_value *money = left->currency ? left : right, *other = left->currency ? right : left;
    mpq_t hundred;
    mpq_init(hundred);
    mpq_set_ui(hundred, 100, 1);
    mpq_mul(hundred, hundred, money->value);
    bool same = mpq_equal(hundred, other->value);
    mpq_clear(hundred);
    return same;
}

/* "5 thousand dollars a day ... 5 * 3 = $15,000": one side counts thousands, and the words before say so. */
static bool counts_thousands(const lex *tokens, const calc_value *left, const calc_value *right) {
    static const char *const words[] = {"thousand", "thousands", "million", "millions", "billion", "billions", NULL};
    size_t from = left->from > SCALE_NEAR ? left->from - SCALE_NEAR : 0;
    bool said = false;
    for (size_t at = from; at < right->stop && !said; at++) said = lex_among(tokens, at, words);
    unsigned long factor = said ? systems_factor(left->value, right->value) : 0;
    return factor == 1000 || factor == 1000000 || factor == 1000000000;
}

/* ---- systems of numbers ---- */

/* Whether the sides are equal when one of them or both are read in a base that the text speaks of. */
static bool equal_in_base(calc *machine, const lex *tokens, const chain_part *before, const chain_part *after,
                          const systems *s, const calc_value *left, const calc_value *right) {
    calc_value l, r;
    bool equal = false;
    calc_value_open(&l);
    calc_value_open(&r);
    for (int i = 0; i < s->n_bases && !equal; i++) {
        calc_set_base(machine, s->bases[i]);
        bool has_left = chain_side(machine, tokens, before, true, NULL, CALC_WRITTEN, &l);
        bool has_right = chain_side(machine, tokens, after, false, NULL, CALC_WRITTEN, &r);
        equal = (has_left && has_right && mpq_equal(l.value, r.value)) ||
                (has_left && mpq_equal(l.value, right->value)) || (has_right && mpq_equal(left->value, r.value));
    }
    calc_set_base(machine, 0);
    calc_value_close(&l);
    calc_value_close(&r);
    return equal;
}

static size_t core_end(const lex *tokens, const calc_value *side);

/* A difference that a modulus, a clock or a base explains. A congruence is right where "modulo" is said. */
static cairn_equation_code in_other_system(calc *machine, const lex *tokens, const chain_part *before,
                                           const chain_part *after, systems_source *source, const calc_value *left,
                                           const calc_value *right, cairn_equation_code code) {
    const systems *s = systems_now(source, tokens->text, tokens->length);
    int modulus = systems_congruent(s, left->value, right->value, left->currency || right->currency);
    if (modulus >= 0) return s->modular[modulus] ? CAIRN_EQUATION_EXACT : CAIRN_EQUATION_DOUBTFUL;
    if (code == CAIRN_EQUATION_DOUBTFUL) return code;
    if (s->vague || s->redefined || systems_scaled(s, left->value, right->value)) return CAIRN_EQUATION_DOUBTFUL;
    size_t start = tokens->tokens[left->from].at;
    if (systems_dated(s, tokens->text + start, core_end(tokens, right) - start)) return CAIRN_EQUATION_DOUBTFUL;
    if (equal_in_base(machine, tokens, before, after, s, left, right)) return CAIRN_EQUATION_DOUBTFUL;
    return CAIRN_EQUATION_WRONG;
}

/* ---- letters ---- */

/* "2a * 3a = 6a", "3 + 4 = 7i": the numbers agree, and the letters are no units; the one of "3 * 100 = 300m" is. */
static bool letters_are_unknowns(calc *machine, const lex *tokens, const calc_value *left, const calc_value *right) {
    bool apart = right->operators == 0 && right->unit_count && tokens->tokens[right->units[0]].space; /* 9 T-shirts */
    if (!left->letters && (!right->letters || apart)) return false;
    size_t l, l_length, r, r_length;
    formula_bytes(tokens, left, &l, &l_length);
    formula_bytes(tokens, right, &r, &r_length);
    return !formula_equal(machine, tokens->text + l, l_length, tokens->text + r, r_length);
}

/* ---- words around ---- */

/* End of a side without its units: they may be words of the sentence. */
static size_t core_end(const lex *tokens, const calc_value *side) {
    size_t stop = side->stop;
    while (stop > side->from + 1 && tokens->tokens[stop - 1].kind == LEX_WORD) stop--;
    return tokens->tokens[stop - 1].at + tokens->tokens[stop - 1].length;
}

static claim_place place_of(const lex *tokens, const chain_part *before, const calc_value *left,
                            const calc_value *right) {
    return (claim_place){.text = tokens->text,
                         .length = tokens->length,
                         .start = tokens->tokens[left->from].at,
                         .end = core_end(tokens, right),
                         .gap_start = core_end(tokens, left),
                         .gap_end = tokens->tokens[right->from].at,
                         .first = before->relation == '\0' || before->relation == LEX_WEAK || left->from > before->from,
                         .turned = right->operators > 0 && !calc_shows_number(tokens, right),
                         .number = calc_shows_number(tokens, left)};
}

/* Whether what relates two sides is "is" alone, or a colon, and not "which is": "the number of terms in 3 + 6 is 2". */
static bool only_is(const lex *tokens, const calc_value *left, size_t at) {
    const lex_token *t = &tokens->tokens[at];
    size_t from = tokens->tokens[left->stop - 1].at;
    for (size_t i = from; i + 5 <= t->at; i++)
        if (memcmp(tokens->text + i, "which", 5) == 0) return false;
    return t->length <= 2;
}

/* Whether the words before, between and after leave it open what is said to be equal. */
static bool words_doubt(const lex *tokens, const chain_part *before, const chain_part *after, const calc_value *left,
                        const calc_value *right, const systems_source *source) {
    bool weak = after->relation == LEX_WEAK;
    bool said = weak && only_is(tokens, left, after->from - 1);
    /* "the x with f(x) = 1/5 is 9", "and get 76 = 2 * 38": another equality stands beside the word */
    if (said && (before->relation == LEX_EQUAL || before->relation == LEX_APPROXIMATE)) return true;
    if (weak && right->operators == 0 && after->to < tokens->count && tokens->tokens[after->to].kind == LEX_EQUAL)
        return true;
    if (lead_of_another(tokens, before->from, left->from, said)) return true;
    if (lead_is_changed(tokens, left->from, after->from - 1)) return true;
    claim_place place = place_of(tokens, before, left, right);
    place.problem = source ? source->problem : NULL;
    place.last = source && source->n_steps > 0 ? source->steps[source->n_steps - 1] : NULL;
    place.left = left->value;
    place.right = right->value;
    return claim_stand_of(&place) != CLAIM_ASSERTED;
}

/* Whether an equality that holds is said not to. */
static bool refuted(const lex *tokens, const chain_part *before, const calc_value *left, const calc_value *right) {
    if (left->operators + right->operators == 0) return false;
    claim_place place = place_of(tokens, before, left, right);
    return claim_may_be_refuted(tokens->text, tokens->length, place.start, place.end) &&
           claim_stand_of(&place) == CLAIM_REFUTED;
}

bool chain_judge(calc *machine, const lex *tokens, const chain_part *before, const chain_part *after,
                 const chain_setting *setting, calc_value *left, calc_value *right, cairn_equation_code *out) {
    const calc_names *names = setting->names;
    bool strict = setting->strict, approximate = after->relation == LEX_APPROXIMATE;
    machine->irrational = !strict;
    bool read = chain_side(machine, tokens, before, true, names, CALC_WRITTEN, left) &&
                chain_side(machine, tokens, after, false, names, CALC_WRITTEN, right);
    machine->irrational = false;
    if (!read) return false;
    if (left->irrational || right->irrational) {
        *out = formula_compare(machine, tokens, left, right, approximate);
        bool right_one = chain_verdict(*out) == CAIRN_VERDICT_RIGHT;
        if (right_one ? refuted(tokens, before, left, right)
                      : words_doubt(tokens, before, after, left, right, setting->systems))
            *out = CAIRN_EQUATION_DOUBTFUL;
        return true;
    }
    *out = chain_compare(left, right, approximate, strict);
    if (chain_verdict(*out) == CAIRN_VERDICT_RIGHT) {
        if (refuted(tokens, before, left, right) || letters_are_unknowns(machine, tokens, left, right) ||
            (!strict && meant_of_more(machine, tokens, left, right)))
            *out = CAIRN_EQUATION_DOUBTFUL;
        return true;
    }
    if (left->percents + right->percents > 0 && percent_slip(machine, tokens, before, after, names, left, right))
        *out = CAIRN_EQUATION_PERCENT;
    bool divisions = !strict && (left->divisions || right->divisions);
    if (*out == CAIRN_EQUATION_WRONG && divisions && equal_by(machine, tokens, before, after, names, CALC_FRACTIONS))
        *out = CAIRN_EQUATION_DOUBTFUL;
    if (*out == CAIRN_EQUATION_WRONG && (left->mixed || right->mixed) &&
        equal_by(machine, tokens, before, after, names, CALC_PRODUCTS))
        *out = CAIRN_EQUATION_DOUBTFUL;
    if (*out == CAIRN_EQUATION_WRONG && (left->worded || right->worded) &&
        equal_by(machine, tokens, before, after, names, CALC_LOOSE))
        *out = CAIRN_EQUATION_DOUBTFUL;
    if (*out == CAIRN_EQUATION_WRONG && (left->signed_power || right->signed_power) &&
        equal_by(machine, tokens, before, after, names, CALC_SIGNED))
        *out = CAIRN_EQUATION_DOUBTFUL;
    bool units = units_differ(tokens, left, right) || (!strict && cents(left, right));
    units = units || (!strict && *out == CAIRN_EQUATION_WRONG && counts_thousands(tokens, left, right));
    units = units || (!strict && *out == CAIRN_EQUATION_WRONG && meant_otherwise(machine, tokens, left, right));
    units = units || (after->relation == LEX_WEAK && right->operators == 0 && meant_compared(tokens, right));
    if (*out == CAIRN_EQUATION_WRONG && units) *out = CAIRN_EQUATION_DOUBTFUL;
    if (*out == CAIRN_EQUATION_WRONG && !strict && running(machine, tokens, left, right)) *out = CAIRN_EQUATION_RUNNING;
    if ((*out == CAIRN_EQUATION_WRONG || *out == CAIRN_EQUATION_DOUBTFUL) && setting->systems)
        *out = in_other_system(machine, tokens, before, after, setting->systems, left, right, *out);
    if (*out == CAIRN_EQUATION_WRONG && words_doubt(tokens, before, after, left, right, setting->systems))
        *out = CAIRN_EQUATION_DOUBTFUL;
    return true;
}
