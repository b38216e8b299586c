/* The scripted policy of world `words`: it states what is needed in a random order and wording, and errs with a known
 * probability.
 *
 * In a state where a needed quantity was stated wrongly from right operands it states one such again, rightly, with
 * probability `repair`. Else it strays with probability `wander`, where it can, to a quantity that the question does
 * not need. Else it states a needed quantity, or the answer once the target was stated. Choices are uniform. An error
 * is a slip of calculation or, in a share `misread` of cases, another known quantity's value in place of an operand's.
 * From wrong operands it calculates on, and stays wrong: where the result would happen to be right, or not from 2 to
 * 999, it says one that is wrong. With error=0 it is the teacher. */
#include <math.h>
#include <string.h>

#include "core/maths.h"
#include "world/script.h"
#include "world/tokens.h"
#include "world/words/script.h"

typedef struct config {
    script_rates rates;
    double misread, wander, careful;
    script_choices choices;
} config;

#define MOST_PARAPHRASES 7
#define MOST_WRONG       8

static const cairn_option options[] = {
    SCRIPT_RATE_OPTIONS(config, rates),
    CAIRN_REAL(config, misread, "0.5", 0, 1, "",
               "share of errors that take another quantity's value, where one fits; the others calculate wrongly"),
    CAIRN_REAL(config, wander, "0", 0, 1, "",
               "probability to compute what the question does not need, where there is such"),
    CAIRN_REAL(config, careful, "1", 0, 1000, "",
               "how often the first wording is chosen, which says where its numbers come from, for once of each other"),
    SCRIPT_CHOICE_OPTIONS(config, choices, "7", MOST_PARAPHRASES, MOST_WRONG),
};

/* The problem's own rates: normal shifts that its key decides. */
static words_rates rates_of(const config *c, const cairn_problem *problem) {
    cairn_rng rng = cairn_rng_open(0, problem->key, CAIRN_PATH_ROOT, CAIRN_VERB_WORLD, 3, 0);
    double hardness = cairn_rng_normal(&rng), recovery = cairn_rng_normal(&rng);
    return (words_rates){
        .error = script_error(&c->rates, hardness), .repair = script_repair(&c->rates, recovery), .wander = c->wander};
}

static uint64_t wrong_places(const words_problem *p, const words_state *s) {
    uint64_t wrong = 0;
    for (int32_t i = 0; i < p->count; i++)
        if ((s->known >> i & 1u) && s->value[i] != p->q[i].truth) wrong |= UINT64_C(1) << i;
    return wrong;
}

/* ---- what a step says ------------------------------------------------------------------------------------------------ */

/* A step drawn so far: its claim and the probability of all choices that led to it. */
typedef struct drawing {
    const words_problem *p;
    const words_state *s;
    cairn_rng *rng;
    words_claim claim;
    double logp;
} drawing;

/* Whether an event of this probability happens. */
static bool happens(drawing *d, double probability) {
    if (probability <= 0) return false;
    bool yes = cairn_rng_unit(d->rng) < probability;
    d->logp += yes ? maths_log(probability) : maths_log1p(-probability);
    return yes;
}

static uint32_t choose(drawing *d, int32_t n) {
    d->logp -= maths_log(n);
    return cairn_rng_below(d->rng, (uint32_t)n);
}

static int32_t choose_place(drawing *d, uint64_t set) {
    for (uint32_t skip = choose(d, words_count(set)); skip > 0; skip--) set &= set - 1;
    return __builtin_ctzll(set);
}

static bool is_plain(int64_t value) {
    return value >= 2 && value <= WORDS_LARGEST;
}

/* A false result near the right one. */
static void slip(drawing *d, int64_t most) {
    static const int offsets[] = {1, -1, 2, -2, 10, -10, 3, -3, 20, -20, 4, -4, 5, -5, 6, -6, 7, -7};
    int64_t values[MOST_WRONG], truth = d->p->q[d->claim.place].truth;
    int32_t n = 0;
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets && n < most; i++)
        if (is_plain(truth + offsets[i])) values[n++] = truth + offsets[i];
    d->claim.value = values[choose(d, n)];
}

/* The distinct claims that put another known value in the place of an operand, are true, and end in a wrong value. */
static int32_t misreadings(const drawing *d, words_claim out[2 * WORDS_MOST]) {
    const words_quantity *q = &d->p->q[d->claim.place];
    int32_t n = 0;
    bool number_first = q->op == '*' && q->right < 0;
    for (int side = 0; side < 2; side++) {
        int32_t first = n;
        if (q->right < 0 && (side == 0) == number_first) continue; /* the number of "3 times as many" */
        for (int32_t i = 0; i < d->p->count; i++) {
            words_claim other = d->claim;
            int64_t *operand = side == 0 ? &other.a : &other.b, was = *operand;
            bool seen = !(d->s->known >> i & 1u) || d->s->value[i] == was;
            *operand = d->s->value[i];
            for (int32_t k = first; k < n && !seen; k++) seen = out[k].a == other.a && out[k].b == other.b;
            if (seen || !words_compute(other.a, other.op, other.b, &other.value)) continue;
            if (is_plain(other.value) && other.value != q->truth) out[n++] = other;
        }
    }
    return n;
}

/* The derivation of a quantity, with an error or not. */
static void derive(drawing *d, int32_t place, double error, const config *c) {
    const words_problem *p = d->p;
    int64_t truth = p->q[place].truth;
    words_claim other[2 * WORDS_MOST];
    d->claim = words_derive(p, place, d->s);
    d->claim.value = truth;
    if (words_operands(&p->q[place]) & wrong_places(p, d->s)) {
        bool computed = words_compute(d->claim.a, d->claim.op, d->claim.b, &d->claim.value);
        if (!computed || !is_plain(d->claim.value) || d->claim.value == truth)
            d->claim.value = truth < WORDS_LARGEST ? truth + 1 : truth - 1;
        return;
    }
    if (!happens(d, error)) return;
    int32_t n = misreadings(d, other);
    if (n > 0 && happens(d, c->misread))
        d->claim = other[choose(d, n)];
    else
        slip(d, c->choices.wrong_values);
}

static void draw_step(drawing *d, const words_rates *rates, const config *c) {
    words_moves moves = words_look(d->p, d->s->known, wrong_places(d->p, d->s) & d->p->needed);
    if (moves.mend && happens(d, rates->repair))
        derive(d, choose_place(d, moves.mend), 0, c);
    else if (moves.stray && happens(d, rates->wander))
        derive(d, choose_place(d, moves.stray), rates->error, c);
    else if (moves.answer)
        d->claim = (words_claim){.place = WORDS_ANSWER, .value = d->s->value[d->p->target]};
    else
        derive(d, choose_place(d, moves.ready), rates->error, c);
}

/* Of n wordings: the first with this weight, the others with 1. */
static int32_t choose_wording(drawing *d, int32_t n, double first) {
    if (first == 1 || n == 1) return (int32_t)choose(d, n);
    bool other = !happens(d, first / (first + n - 1));
    return other ? 1 + (int32_t)choose(d, n - 1) : 0;
}

static cairn_status words_sample(cairn_ctx *ctx, void *world, const void *configuration, const cairn_problem *problem,
                                 const void *state, cairn_rng *rng, cairn_arena *arena, cairn_script_step *out) {
    (void)ctx, (void)world;
    const config *c = configuration;
    words_state s;
    char text[WORDS_SAID_BYTES] = "Nothing is left to say.";
    size_t length = strlen(text);
    memcpy(&s, state, sizeof s);
    drawing d = {.p = problem->data, .s = &s, .rng = rng};
    if (!s.dead && !s.answered) {
        words_rates rates = rates_of(c, problem);
        draw_step(&d, &rates, c);
        int32_t forms = words_step_forms(d.p, &d.claim);
        if (forms > c->choices.paraphrases) forms = (int32_t)c->choices.paraphrases;
        length = words_say(d.p, &s, &d.claim, choose_wording(&d, forms, c->careful), text);
    }
    *out = (cairn_script_step){
        .text = cairn_arena_copy(arena, text, length), .n_tokens = token_count(text, length), .logp = d.logp};
    return out->text ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* ---- exact value ----------------------------------------------------------------------------------------------------- */

static cairn_status words_script_value(cairn_ctx *ctx, void *world, const void *configuration,
                                       const cairn_problem *problem, const void *state, double *out) {
    (void)world;
    const words_problem *p = problem->data;
    words_state s;
    memcpy(&s, state, sizeof s);
    if (s.dead || s.answered) {
        *out = !s.dead && s.answer == p->q[p->target].truth ? 1 : 0;
        return CAIRN_OK;
    }
    words_rates rates = rates_of(configuration, problem);
    return words_value(ctx, p, &rates, s.known, wrong_places(p, &s), problem->max_steps - s.used, out);
}

const cairn_script words_script = {
    .about = {.name = "words",
              .summary = "states what is needed in a random order and wording; errs and repairs itself with known "
                         "probabilities",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .sample = words_sample,
    .value = words_script_value,
};
