/* The scripted policy of world `chain`: an exact Markov chain on (position, wrong).
 *
 * From a right value, step t goes wrong with probability e_t; from a wrong value a step repairs it with probability r,
 * else goes on by a true equation and stays wrong. With m steps left
 *     Vok(m)  = (1 - e_t) Vok(m-1) + e_t Vbad(m-1),   Vok(0) = 1
 *     Vbad(m) = r Vok(m-1) + (1 - r) Vbad(m-1),       Vbad(0) = 0.
 * Difficulty and recoverability are per problem: e and r are shifted on the logit scale by the problem's own normal
 * draws. */
#include "world/chain.h"

#include <math.h>
#include <string.h>

#include "core/maths.h"

#include "world/script.h"
#include "world/tokens.h"

typedef struct config {
    script_rates rates;
    double trap, trap_error;
    script_choices choices;
    int64_t tokens_low, tokens_high;
} config;

static const char *const leads[] = {"",          "So ",    "Now ",      "Then ",       "Next, ",  "We get ",
                                    "Hence ",    "Here ",  "Thus ",     "This gives ", "Again, ", "We have ",
                                    "In turn, ", "Well, ", "Clearly, ", "Now then, "};
#define MOST_PARAPHRASES  ((int64_t)(sizeof leads / sizeof *leads))
#define MOST_WRONG_VALUES 16
#define TRAP_OFFSET       10 /* a carry forgotten: no slip has this offset */

static const cairn_option options[] = {
    SCRIPT_RATE_OPTIONS(config, rates),
    CAIRN_REAL(config, trap, "0", 0, 1, "", "fraction of problems in which one step is a trap"),
    CAIRN_REAL(config, trap_error, "0.5", 0, 1, "",
               "probability of going wrong at a trap, always with the same value; replaces `error` there"),
    SCRIPT_CHOICE_OPTIONS(config, choices, "1", MOST_PARAPHRASES, MOST_WRONG_VALUES),
    CAIRN_INT(config, tokens_low, "1", 1, 100000, "tokens", "fewest tokens of a step where `tokens_high` is given"),
    CAIRN_INT(
        config, tokens_high, "0", 0, 100000, "tokens",
        "a step's size is uniform from `tokens_low` to this, fixed by its place and text; 0: its words and symbols"),
};

static double repair_rate(const config *c, const chain_problem *p) {
    return script_repair(&c->rates, p->recovery);
}

static bool is_trap(const config *c, const chain_problem *p, int32_t t) {
    return t == p->trap_step && p->trap_draw < c->trap;
}

static double slip_rate(const config *c, const chain_problem *p) {
    return script_error(&c->rates, p->hardness);
}

/* ---- saying a step ----------------------------------------------------------------------------------------------- */

static char *put_text(char *at, const char *text) {
    size_t length = strlen(text);
    memcpy(at, text, length);
    return at + length;
}

static char *put_number(char *at, int64_t value) {
    char digits[20];
    int n = 0;
    uint64_t rest = value < 0 ? (uint64_t)-value : (uint64_t)value;
    do digits[n++] = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (value < 0) *at++ = '-';
    while (n > 0) *at++ = digits[--n];
    return at;
}

/* Variant 0 is bare; the others have words before and a full stop after. */
static char *say_equation(char *at, const char *lead, int64_t a, char op, int64_t b, int64_t c) {
    at = put_number(put_text(at, lead), a);
    *at++ = ' ';
    *at++ = op;
    *at++ = ' ';
    at = put_number(put_text(put_number(at, b), " = "), c);
    return lead[0] ? put_text(at, ".") : at;
}

static char *say_check(char *at, const char *lead, int64_t value) {
    at = put_text(put_text(at, lead), lead[0] ? "check: the value here is " : "Check: the value here is ");
    return put_text(put_number(at, value), ".");
}

static int32_t step_tokens(const config *c, const cairn_problem *problem, int32_t position, const char *text,
                           size_t length) {
    if (c->tokens_high == 0) return token_count(text, length);
    uint64_t key = cairn_key_mix(cairn_key_mix(problem->key, (uint64_t)position), cairn_key(text, length));
    return (int32_t)(c->tokens_low + (int64_t)(key % (uint64_t)(c->tokens_high - c->tokens_low + 1)));
}

static int64_t slip_offset(uint32_t i) {
    return (i & 1u ? -1 : 1) * (int64_t)(i / 2 + 1);
} /* 1, -1, 2, -2, ... */

static cairn_status chain_sample(cairn_ctx *ctx, void *world, const void *configuration, const cairn_problem *problem,
                                 const void *state, cairn_rng *rng, cairn_arena *arena, cairn_script_step *out) {
    (void)world;
    const config *c = configuration;
    const chain_problem *p = problem->data;
    chain_state s;
    char text[160];
    memcpy(&s, state, sizeof s);
    if (c->tokens_high && c->tokens_high < c->tokens_low)
        return cairn_fail(ctx, CAIRN_INVALID, "chain: tokens_high=%lld is less than tokens_low=%lld",
                          (long long)c->tokens_high, (long long)c->tokens_low);
    char *end;
    double logp = 0;
    if (s.dead || s.position >= p->steps) {
        end = put_text(text, "Nothing is left to say.");
    } else {
        int32_t t = s.position;
        const char *lead = leads[cairn_rng_below(rng, (uint32_t)c->choices.paraphrases)];
        double u = cairn_rng_unit(rng);
        int64_t value = 0;
        bool fits = chain_compute(s.value, p->op[t], p->operand[t], &value);
        bool check = false;
        if (!s.wrong) {
            bool trap = is_trap(c, p, t);
            double e = trap ? c->trap_error : slip_rate(c, p);
            if (u < e) {
                value += trap ? TRAP_OFFSET : slip_offset(cairn_rng_below(rng, (uint32_t)c->choices.wrong_values));
                logp = maths_log(trap ? e : e / (double)c->choices.wrong_values);
            } else {
                logp = maths_log1p(-e);
            }
        } else {
            double r = repair_rate(c, p);
            check = u < r;
            logp = check ? maths_log(r) : maths_log1p(-r);
            if (!fits) value = p->truth[t + 1] + TRAP_OFFSET; /* an absurd value that no script reached: stays wrong */
        }
        if (c->choices.paraphrases > 1) logp -= maths_log((double)c->choices.paraphrases);
        end = check ? say_check(text, lead, p->truth[t + 1])
                    : say_equation(text, lead, s.value, p->op[t], p->operand[t], value);
    }
    size_t length = (size_t)(end - text);
    *out = (cairn_script_step){.text = cairn_arena_copy(arena, text, length),
                               .n_tokens = step_tokens(c, problem, s.position, text, length),
                               .logp = logp};
    return out->text ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* ---- exact values -------------------------------------------------------------------------------------------------- */

static cairn_status chain_value(cairn_ctx *ctx, void *world, const void *configuration, const cairn_problem *problem,
                                const void *state, double *out) {
    (void)ctx, (void)world;
    const config *c = configuration;
    const chain_problem *p = problem->data;
    chain_state s;
    memcpy(&s, state, sizeof s);
    double e = slip_rate(c, p), r = repair_rate(c, p), ok = 1, bad = 0;
    for (int32_t t = p->steps - 1; t >= s.position; t--) {
        double e_t = is_trap(c, p, t) ? c->trap_error : e;
        double ok_next = ok;
        ok = (1 - e_t) * ok_next + e_t * bad;
        bad = r * ok_next + (1 - r) * bad;
    }
    *out = s.dead ? 0 : s.wrong ? bad : ok;
    return CAIRN_OK;
}

/* best[a][b]: a is the furthest right position held, b the furthest wrong one that lies beyond it and before the end (b
 * = a: none). Where no step errs more often than a wrong value fails to repair (e_t <= 1 - r), every other prefix held
 * is no better than one of these two, so this is the whole state. */
static void optimum_sweep(const double *e, double r, int32_t K, const double *last, double *best) {
    int32_t width = K + 1;
    for (int32_t a = 0; a < K; a++)
        for (int32_t b = a; b < K; b++) {
            int32_t right_b = b > a + 1 ? b : a + 1;
            int32_t wrong_b = a + 1 < K && a + 1 > b ? a + 1 : b;
            double grow = (1 - e[a]) * last[(a + 1) * width + right_b] + e[a] * last[a * width + wrong_b];
            double mend = 0;
            if (b > a) mend = r * last[(b + 1) * width + b + 1] + (1 - r) * last[a * width + (b + 1 < K ? b + 1 : b)];
            best[a * width + b] = grow > mend ? grow : mend;
        }
}

static cairn_status chain_optimum(cairn_ctx *ctx, void *world, const void *configuration, const cairn_problem *problem,
                                  int64_t samples, double *out) {
    (void)world;
    const config *c = configuration;
    const chain_problem *p = problem->data;
    int32_t K = p->steps, width = K + 1;
    double e[CHAIN_MAX_STEPS], r = repair_rate(c, p);
    if (samples < 0) return cairn_fail(ctx, CAIRN_INVALID, "chain: optimum of %lld samples", (long long)samples);
    for (int32_t t = 0; t < K; t++) {
        e[t] = is_trap(c, p, t) ? c->trap_error : slip_rate(c, p);
        if (e[t] > 1 - r)
            return cairn_fail(ctx, CAIRN_UNSUPPORTED,
                              "chain: the optimum is not known where a step errs (%.3g) more often than a wrong value "
                              "fails to repair (%.3g)",
                              e[t], 1 - r);
    }
    size_t cells = (size_t)width * (size_t)width;
    double *now = cairn_alloc(ctx, 2 * cells, sizeof *now);
    if (!now) return CAIRN_NO_MEMORY;
    double *next = now + cells, *block = now;
    for (size_t i = 0; i < 2 * cells; i++) now[i] = 0;
    now[K * width + K] = next[K * width + K] = 1;
    for (int64_t n = 0; n < samples; n++) {
        if (cairn_cancelled(ctx)) {
            cairn_free(block);
            return cairn_fail(ctx, CAIRN_CANCELLED, "chain: optimum cancelled");
        }
        optimum_sweep(e, r, K, now, next);
        if (memcmp(now, next, cells * sizeof *now) == 0) break; /* more samples change nothing any more */
        double *swap = now;
        now = next;
        next = swap;
    }
    *out = now[0];
    cairn_free(block);
    return CAIRN_OK;
}

const cairn_script chain_script = {
    .about = {.name = "chain",
              .summary = "errs and repairs itself with known probabilities",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .sample = chain_sample,
    .value = chain_value,
    .optimum = chain_optimum,
};
