/* AIS-CV (arXiv 2212.00568): many expectations from one sample, whose densities are adapted to all of them. In a
 * program of your own: cairn_ais (cairn/importance.h). */
#include <math.h>

#include "cairn/importance.h"
#include "cairn/recipe.h"

typedef struct config {
    int64_t budget;
    bool control, newest, known;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, budget, "20000", 20, 1e8, "points", "N: points in all."),
    CAIRN_BOOL(config, control, "true", "Control variates."),
    CAIRN_BOOL(config, newest, "false",
               "Sample from the newest mixture at the end, as published, instead of the best one."),
    CAIRN_BOOL(config, known, "true", "Weights of the criterion from the true moments; else from estimates."),
};

static const cairn_arm arms[] = {{"ais-cv", ""}, {"as-published", "newest=true"}, {"estimated-weights", "known=false"}};

/* The mean estimate is within 0.5 % of the truth. */
#define CLOSE(moment)                                                                                         \
    {                                                                                                         \
        "mean of " moment ", over the truth", .of = moment, .a = "ais-cv", .mean_at_least = CAIRN_BAR(0.995), \
                                              .mean_at_most = CAIRN_BAR(1.005)                                \
    }

/* The numbers of a seed are squared relative errors and ratios to the truth, so their means over seeds are relative
 * variances and means. Plain sampling with as many points has a sum of relative variances of 49.75. */
static const cairn_claim claims[] = {
    {"sum of relative squared errors", .of = "square", .a = "ais-cv", .at_most = CAIRN_BAR(0.0025)},
    {"the same, newest mixture", .of = "square", .a = "as-published", .at_most = CAIRN_BAR(0.0025)},
    {"the same, weights of the criterion from estimates", .of = "square", .a = "estimated-weights",
     .at_most = CAIRN_BAR(0.0025)},
    CLOSE("moment 2"),
    CLOSE("moment 4"),
    CLOSE("moment 6"),
    CLOSE("moment 8"),
    CLOSE("moment 10"),
    CLOSE("moment 12"),
    CLOSE("moment 14"),
    CLOSE("moment 16"),
    CLOSE("moment 18"),
    CLOSE("moment 20")};

enum { MOMENTS = 10 };

static double log_normal(const void *arg, size_t j, const double *x) {
    (void)arg, (void)j;
    return -0.5 * (*x * *x + 1.8378770664093453); /* ln 2 pi */
}

static void sample_normal(const void *arg, size_t j, cairn_rng *rng, double *x) {
    (void)arg, (void)j;
    *x = cairn_rng_normal(rng);
}

/* x^2, x^4, ..., x^20 of a standard normal x. */
static cairn_status evaluate(cairn_ctx *ctx, const void *arg, const double *x, double *log_f, double *phi) {
    (void)ctx;
    for (size_t j = 0; j < MOMENTS; j++) {
        phi[j] = (j == 0 ? 1 : phi[j - 1]) * *x * *x;
        log_f[j] = log_normal(arg, j, x);
    }
    return CAIRN_OK;
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    double truth[MOMENTS], omega[MOMENTS], square = 0;
    for (int j = 0; j < MOMENTS; j++) {
        truth[j] = (j == 0 ? 1 : truth[j - 1]) * (2 * j + 1);
        omega[j] = 1 / (truth[j] * truth[j]);
    }
    cairn_ais_problem problem = {.expectations = MOMENTS,
                                 .dimension = 1,
                                 .evaluate = evaluate,
                                 .sample = sample_normal,
                                 .log_density = log_normal};
    cairn_ais_gauss_setup gauss = {.dimension = 1};
    cairn_ais_family family = cairn_ais_gauss(&gauss);
    cairn_ais_how how = {.budget = c->budget,
                         .omega = c->known ? omega : NULL,
                         .control = c->control,
                         .newest = c->newest,
                         .seed = lab->seed};
    cairn_ais_estimate got[MOMENTS];
    cairn_ais_result result;
    CAIRN_TRY(cairn_ais(lab->ctx, &problem, &family, &how, got, &result));
    for (int j = 0; j < MOMENTS; j++) {
        double ratio = got[j].estimate / truth[j];
        const char *name = cairn_arena_printf(lab->arena, "moment %d", 2 * (j + 1));
        if (!name) return CAIRN_NO_MEMORY;
        square += (ratio - 1) * (ratio - 1);
        CAIRN_TRY(cairn_lab_number(lab, name, ratio));
    }
    CAIRN_TRY(cairn_lab_number(lab, "square", square));
    return cairn_lab_number(lab, "rounds", result.rounds);
}

const cairn_recipe cairn_recipe_ais_cv = {
    .about = {.name = "ais-cv",
              .summary = "Estimates many expectations at once from one sample, where most are rare or heavy-tailed.",
              .source = "arXiv 2212.00568",
              CAIRN_OPTIONS(options, config)},
    .system = 71,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 200,
    .idea = "Importance sampling from a mixture of densities, one good for each expectation, estimates all of them at "
            "once, and the densities themselves are control variates with a known mean. Rounds fit the densities by "
            "cross-entropy and the weights of the mixture by a convex problem, until a further round would cost more "
            "than it gains. Fresh points then give unbiased estimates.",
    .no_command = "the densities are functions: call cairn_ais of cairn/importance.h",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};
