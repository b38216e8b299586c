/* The scripted policy of world `lookup`. With accounts left to look up it answers at once with probability `rush`, by
 * the sum of what it saw, which is wrong; else, where it saw any, it looks one of those up again with probability
 * `waste`; else it looks up one of those that are left. When it saw all it wastes likewise, else answers, wrongly with
 * probability `slip`. With u accounts of n left, m steps left and c the cost of a lookup, the value is
 *
 *   V(u, 0) = W,   V(0, m) = w (V(0, m - 1) - c) + (1 - w) ((1 - slip) R + slip W)
 *   V(u, m) = rush W + (1 - rush) (w V(u, m - 1) + (1 - w) V(u - 1, m - 1) - c)
 *
 * where w is 0 while nothing was seen, R and W are the outcomes of right and wrong solutions.
 */
#include "world/lookup.h"

#include <string.h>

#include "core/maths.h"

#include "world/tokens.h"

typedef struct config {
    double rush, waste, slip;
} config;

static const cairn_option options[] = {
    CAIRN_REAL(config, rush, "0.1", 0, 1, "", "probability of an answer before all amounts were seen"),
    CAIRN_REAL(config, waste, "0.1", 0, 1, "", "probability that an account is looked up again"),
    CAIRN_REAL(config, slip, "0.1", 0, 1, "", "probability that the sum is wrong"),
};

#define WRONG_SUMS 4

static int32_t count(uint32_t set) {
    return __builtin_popcount(set);
}

/* Number `pick` (from 0) of the places in the set. */
static int32_t place_at(uint32_t set, uint32_t pick) {
    for (; pick > 0; pick--) set &= set - 1;
    return __builtin_ctz(set);
}

static double ln_share(double p) {
    return p > 0 ? maths_log(p) : 0;
}

/* What is done in a state, drawn. */
typedef struct act {
    int32_t account; /* to look up, or -1 */
    int32_t answer;
    double logp;
} act;

static act look_up(const lookup_problem *p, uint32_t set, cairn_rng *rng, double share) {
    uint32_t n = (uint32_t)count(set);
    return (act){.account = p->account[place_at(set, cairn_rng_below(rng, n))], .logp = ln_share(share / n)};
}

static act draw(const config *c, const lookup_problem *p, const lookup_state *s, cairn_rng *rng) {
    uint32_t all = (1u << p->n) - 1, seen = s->seen, left = all & ~seen;
    double share = 1;
    int32_t sum = 0;
    for (int32_t i = 0; i < p->n; i++) sum += seen >> i & 1 ? p->amount[i] : 0;
    if (left) {
        if (cairn_rng_unit(rng) < c->rush) return (act){-1, sum, ln_share(c->rush)};
        share = 1 - c->rush;
    }
    if (seen) {
        if (cairn_rng_unit(rng) < c->waste) return look_up(p, seen, rng, share * c->waste);
        share *= 1 - c->waste;
    }
    if (left) return look_up(p, left, rng, share);
    if (cairn_rng_unit(rng) >= c->slip) return (act){-1, sum, ln_share(share * (1 - c->slip))};
    int32_t off = (int32_t)cairn_rng_below(rng, WRONG_SUMS) + 1;
    return (act){-1, sum + off, ln_share(share * c->slip / WRONG_SUMS)};
}

static cairn_status lookup_sample(cairn_ctx *ctx, void *world, const void *configuration, const cairn_problem *problem,
                                  const void *state, cairn_rng *rng, cairn_arena *arena, cairn_script_step *out) {
    (void)ctx, (void)world;
    lookup_state s;
    memcpy(&s, state, sizeof s);
    act a = {.account = -1};
    if (!s.dead && !s.answered) a = draw(configuration, problem->data, &s, rng);
    const char *text = a.account >= 0 ? cairn_arena_printf(arena, "lookup(%d)", (int)a.account)
                                      : cairn_arena_printf(arena, "answer %d", (int)a.answer);
    if (!text) return CAIRN_NO_MEMORY;
    *out = (cairn_script_step){.text = text, .n_tokens = token_count(text, strlen(text)), .logp = a.logp};
    return CAIRN_OK;
}

static cairn_status lookup_value(cairn_ctx *ctx, void *world, const void *configuration, const cairn_problem *problem,
                                 const void *state, double *out) {
    (void)ctx;
    const config *c = configuration;
    const lookup_problem *p = problem->data;
    double cost = ((const lookup_world *)world)->cost, end = (1 - c->slip) * LOOKUP_RIGHT + c->slip * LOOKUP_WRONG;
    double v[LOOKUP_MOST + 1]; /* by accounts left */
    lookup_state s;
    memcpy(&s, state, sizeof s);
    *out = s.answered && !s.dead && s.answer == p->sum ? LOOKUP_RIGHT : LOOKUP_WRONG;
    if (s.answered || s.dead) return CAIRN_OK;
    for (int32_t u = 0; u <= p->n; u++) v[u] = LOOKUP_WRONG;
    for (int32_t m = s.used; m < LOOKUP_STEPS(p->n); m++) {
        for (int32_t u = p->n; u > 0; u--) {
            double w = u < p->n ? c->waste : 0;
            v[u] = c->rush * LOOKUP_WRONG + (1 - c->rush) * (w * v[u] + (1 - w) * v[u - 1] - cost);
        }
        v[0] = c->waste * (v[0] - cost) + (1 - c->waste) * end;
    }
    *out = v[p->n - count(s.seen)];
    return CAIRN_OK;
}

const cairn_script lookup_script = {
    .about = {.name = "lookup",
              .summary = "looks all accounts up and adds, with known error rates",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .sample = lookup_sample,
    .value = lookup_value,
};
