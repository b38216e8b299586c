/* Binary biases (arXiv 2501.16356): yes/no answers of a model are tested for bias and memory, since an agent that says
 * yes too often, or changes its mind too often, moves the market it trades in. For your own answers:
 *     cairn eval binary answers.jsonl
 */
#include <math.h>

#include "cairn/recipe.h"
#include "worlds/market.h"

enum { INDEPENDENT, CHANGING, BALANCED, MARKET };
enum { TEN = 10 };

typedef struct config {
    int64_t answers, series, agents, steps;
    double p, change;
    int32_t source, word;
    bool pairs;
} config;

static const cairn_option options[] = {
    CAIRN_CHOICE(config, source, "independent", "independent|changing|balanced|market",
                 "Answers: independent; that change with a given probability; five of each ten; of a market's agents."),
    CAIRN_REAL(config, p, "0.5", 0, 1, "", "Probability of yes, of independent answers and agents."),
    CAIRN_REAL(config, change, "0.5", 0, 1, "", "Probability that an answer differs from the one before."),
    CAIRN_CHOICE(config, word, "fair", "fair|biased|dependent", "The right verdict."),
    CAIRN_INT(config, answers, "500", 2, 1e6, "answers", "n: of a series."),
    CAIRN_INT(config, series, "2000", 1, 1e6, "series", "Replicates of a seed."),
    CAIRN_BOOL(config, pairs, "false", "Use von Neumann's pairs of the answers: 10 for yes, 01 for no."),
    CAIRN_INT(config, agents, "200", 1, 1e6, "agents", "Of a market."),
    CAIRN_INT(config, steps, "5000", 2, 1e7, "steps", "Of a market."),
};

static const cairn_arm arms[] = {
    {"fair", "word=fair"},
    {"biased-0.38", "p=0.38,word=biased"},
    {"biased-0.985", "p=0.985,word=biased"},
    {"alternating-0.6", "source=changing,change=0.6,word=dependent"},
    {"alternating-0.7", "source=changing,change=0.7,word=dependent"},
    {"repeating-0.7", "source=changing,change=0.3,word=dependent"},
    {"balanced-tens", "source=balanced,word=dependent"},
    {"paired-0.38", "p=0.38,pairs=true,answers=2122,word=fair"}, /* about 500 bits */
    {"fair-100", "word=fair,answers=100"},
    {"alternating-0.7-100", "source=changing,change=0.7,word=dependent,answers=100"},
    {"market-0.5", "source=market,p=0.5"},
    {"market-0.43", "source=market,p=0.43"},
    {"market-0.985", "source=market,p=0.985"},
};

#define NULL_RATE(test, text) \
    { text, .of = test, .a = "fair", .at_least = CAIRN_BAR(0.03), .at_most = CAIRN_BAR(0.07) }
#define RIGHT(arm_, share) \
    { "right verdict, " arm_, .of = "right verdict", .a = arm_, .at_least = CAIRN_BAR(share) }
#define IMBALANCE(arm_)                                                                                \
    {                                                                                                  \
        "imbalance off 2p - 1, " arm_, .of = "imbalance off", .a = arm_, .at_least = CAIRN_BAR(-0.01), \
                                       .at_most = CAIRN_BAR(0.01)                                      \
    }

static const cairn_claim claims[] = {
    NULL_RATE("uniform", "fair answers rejected as not uniform"),
    NULL_RATE("lag 1", "fair answers rejected at lag 1"),
    NULL_RATE("runs", "fair answers rejected by their runs"),
    {"38 % yes found", .of = "uniform", .a = "biased-0.38", .at_least = CAIRN_BAR(0.98)},
    {"60 % changes found", .of = "runs", .a = "alternating-0.6", .at_least = CAIRN_BAR(0.98)},
    RIGHT("fair", 0.95),
    RIGHT("biased-0.38", 0.95),
    RIGHT("biased-0.985", 0.95),
    RIGHT("alternating-0.6", 0.95),
    RIGHT("alternating-0.7", 0.95),
    RIGHT("repeating-0.7", 0.95),
    RIGHT("balanced-tens", 0.50),
    RIGHT("paired-0.38", 0.95),
    IMBALANCE("market-0.5"),
    IMBALANCE("market-0.43"),
    IMBALANCE("market-0.985"),
    {"trend of a fair market, |t|", .of = "trend", .a = "market-0.5", .at_most = CAIRN_BAR(3)},
    {"trend at 98.5 % yes, |t|", .of = "trend", .a = "market-0.985", .at_least = CAIRN_BAR(10)},
};

/* ---- series ------------------------------------------------------------------------------------------------------ */

/* Five yes and five no in random order. */
static void draw_ten(cairn_rng *rng, uint8_t *b) {
    for (uint32_t i = 0; i < TEN; i++) b[i] = i < TEN / 2;
    for (uint32_t i = TEN; i > 1; i--) {
        uint32_t j = cairn_rng_below(rng, i);
        uint8_t kept = b[i - 1];
        b[i - 1] = b[j];
        b[j] = kept;
    }
}

static size_t draw(const config *c, cairn_rng *rng, uint8_t *b) {
    size_t n = (size_t)c->answers;
    for (size_t i = 0; i < n; i++) {
        if (c->source == BALANCED && i % TEN == 0 && n - i >= TEN) draw_ten(rng, b + i);
        if (c->source == INDEPENDENT) b[i] = cairn_rng_unit(rng) < c->p;
        if (c->source != CHANGING) continue;
        b[i] = i == 0 ? cairn_rng_unit(rng) < 0.5 : (cairn_rng_unit(rng) < c->change) != b[i - 1];
    }
    return c->pairs ? cairn_stat_von_neumann(b, n, b) : n;
}

static cairn_status test_series(cairn_lab *lab, const config *c) {
    static const cairn_series_verdict words[] = {CAIRN_SERIES_FAIR, CAIRN_SERIES_BIASED, CAIRN_SERIES_DEPENDENT};
    static const char *const tests[] = {"uniform", "lag 1", "runs", "order 2"};
    double rejected[4] = {0}, right = 0, undefined = 0, n = (double)c->series;
    uint8_t *b = cairn_arena_alloc(lab->arena, (size_t)c->answers, 1);
    if (!b) return CAIRN_NO_MEMORY;
    for (int64_t i = 0; i < c->series; i++) {
        cairn_rng rng = cairn_rng_open(lab->seed, (uint64_t)i, 0, CAIRN_VERB_WORLD, (uint32_t)c->source, 0);
        cairn_binary_series s;
        cairn_series_verdict verdict;
        if (cairn_cancelled(lab->ctx)) return cairn_fail(lab->ctx, CAIRN_CANCELLED, "interrupted");
        CAIRN_TRY(cairn_stat_binary_series(lab->ctx, b, draw(c, &rng, b), NULL, 0, &s));
        CAIRN_TRY(cairn_stat_series_verdict(lab->ctx, &s, 0.05, NULL, &verdict));
        const double p[] = {s.p_uniform, s.p_lag1, s.p_runs, s.p_order2};
        for (int k = 0; k < 4; k++) rejected[k] += p[k] <= 0.05;
        undefined += isnan(s.p_lag1);
        right += verdict == words[c->word];
    }
    for (int k = 0; k < 4; k++) CAIRN_TRY(cairn_lab_number(lab, tests[k], rejected[k] / n));
    CAIRN_TRY(cairn_lab_number(lab, "undefined", undefined / n));
    return cairn_lab_number(lab, "right verdict", right / n);
}

/* ---- the market -------------------------------------------------------------------------------------------------- */

static cairn_status trade(cairn_lab *lab, const config *c) {
    const market m = {.agents = c->agents, .p_yes = c->p, .impact = 0.01, .noise = 0.001};
    cairn_rng rng = cairn_rng_open(lab->seed, 0, 0, CAIRN_VERB_WORLD, MARKET, 0);
    double *moves = cairn_arena_alloc(lab->arena, (size_t)c->steps, sizeof *moves), imbalance, sum = 0;
    if (!moves) return CAIRN_NO_MEMORY;
    for (int64_t t = 0; t < c->steps; t++) {
        if (cairn_cancelled(lab->ctx)) return cairn_fail(lab->ctx, CAIRN_CANCELLED, "interrupted");
        moves[t] = market_step(&m, &rng, &imbalance);
        sum += imbalance;
    }
    size_t n = (size_t)c->steps;
    double error = sqrt(cairn_stat_variance(moves, n) / (double)n);
    CAIRN_TRY(cairn_lab_number(lab, "imbalance", sum / (double)n));
    CAIRN_TRY(cairn_lab_number(lab, "imbalance off", sum / (double)n - (2 * c->p - 1)));
    return cairn_lab_number(lab, "trend", fabs(cairn_stat_mean(moves, n)) / error);
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    return c->source == MARKET ? trade(lab, c) : test_series(lab, c);
}

const cairn_recipe cairn_recipe_binary_biases = {
    .about = {.name = "binary-biases",
              .summary = "Tests yes/no answers for bias and memory, and shows what a biased agent does to a market.",
              .source = "arXiv 2501.16356",
              CAIRN_OPTIONS(options, config)},
    .system = 68,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 5,
    .idea = "Agent-based models of markets need a fair, memoryless yes or no. Language models do not give one: the "
            "share of yes differs by tens of points between versions, and lists of answers depend on themselves. So "
            "the answers are tested, for uniformity and for independence, before they are used.",
    .command = "cairn eval binary answers.jsonl",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};
