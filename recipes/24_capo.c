/* CAPO (arXiv 2508.02298): a frozen judge lists the wrong steps of a response, several critiques vote, and exactly the
 * tokens of those steps are punished. For your own rollouts, whose steps carry verdicts:
 *     cairn credit rollouts.jsonl --credit capo:outcome=2,penalty=1 --out advantages.jsonl
 */
#include "worlds/chain_rl.h"

enum { CRITIQUES_MOST = 16 };

typedef struct config {
    const char *credit;
    int64_t critiques;
    int32_t vote;
    double false_positive, false_negative;
} config;

static const cairn_option options[] = {
    CAIRN_TEXT(config, credit, "capo:penalty=1", "", "Row of credit (cairn help credits)."),
    CAIRN_INT(config, critiques, "1", 1, CRITIQUES_MOST, "critiques", "k: of each response, independent."),
    CAIRN_CHOICE(config, vote, "majority", "intersection|majority|strict-majority|union",
                 "How many of them call a step wrong."),
    CAIRN_REAL(config, false_positive, "0.1", 0, 1, "", "Probability that a critique calls a right step wrong."),
    CAIRN_REAL(config, false_negative, "0.2", 0, 1, "", "Probability that it calls a wrong step right."),
};

static const cairn_arm arms[] = {
    {"grpo", "credit=grpo"},
    {"P 0.1", "credit=capo:penalty=0.1"},
    {"P 1", "credit=capo:penalty=1"},
    {"P 2", "credit=capo:penalty=2\\,dominant=true"},
    {"P 5", "credit=capo:penalty=5\\,dominant=true"},
    {"intersection of 4", "critiques=4,vote=intersection"},
    {"majority of 4", "critiques=4,vote=majority"},
    {"union of 4", "critiques=4,vote=union"},
};

static const cairn_claim claims[] = {
    {"accuracy at 50, majority of 4 over grpo", .of = "accuracy 50", .a = "majority of 4", .minus = "grpo",
     .at_least = CAIRN_BAR(0.10), .mean_at_least = CAIRN_BAR(0.15)},
    {"accuracy at 50, P 1 over P 5", .of = "accuracy 50", .a = "P 1", .minus = "P 5", .at_least = CAIRN_BAR(0.05),
     .mean_at_least = CAIRN_BAR(0.10)},
    {"accuracy at 50, majority of 4 over one critique", .of = "accuracy 50", .a = "majority of 4", .minus = "P 1",
     .mean_at_least = CAIRN_BAR(-0.02)},
};

/* Flags hold the truth, and then the vote. */
static cairn_status criticise(cairn_lab *lab, void *arg, cairn_rng *rng, chain_rl_group *g) {
    const config *c = arg;
    cairn_verdict critiques[CRITIQUES_MOST * CHAIN_RL_BUDGET];
    for (int32_t i = 0; i < g->n; i++) {
        int32_t n = g->responses[i].n, k = (int32_t)c->critiques;
        for (int32_t j = 0; j < k * n; j++) {
            bool right = g->flags[i][j % n] == CAIRN_VERDICT_RIGHT;
            bool errs = cairn_rng_unit(rng) < (right ? c->false_positive : c->false_negative);
            critiques[j] = right != errs ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
        }
        CAIRN_TRY(cairn_credit_vote(lab->ctx, critiques, k, n, (cairn_critique_vote)c->vote, g->flags[i]));
    }
    return CAIRN_OK;
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    config c = *(const config *)configuration;
    const int32_t at[] = {50, 100, 200};
    const chain_rl_setup setup = {
        .length = 4, .budget = 14, .group = 8, .easy = 1, .fill = 0.5, .rate = 0.05, .judge = criticise, .arg = &c};
    return chain_rl_run(lab, &setup, c.credit, at, CAIRN_COUNT(at));
}

const cairn_recipe cairn_recipe_capo = {
    .about = {.name = "capo",
              .summary = "Punishes exactly the tokens of the steps that critiques vote wrong.",
              .source = "arXiv 2508.02298",
              CAIRN_OPTIONS(options, config)},
    .system = 24,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 20,
    .idea =
        "One number for a whole response reinforces the wrong steps of right answers. A strong model lists the wrong "
        "steps of a response, several lists vote, and the tokens of those steps lose a fixed amount, less than a "
        "right answer earns. No process reward is trained.",
    .command = "cairn credit rollouts.jsonl --credit capo:outcome=2,penalty=1",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};
