/* DailyDilemmas (arXiv 2410.02683): choices between two actions tell which values a model acts on, and how far a
 * principle moves it. For your own model's choices:
 *     cairn eval dailydilemmas dilemmas.csv
 */
#include <string.h>

#include "cairn/choice.h"
#include "cairn/recipe.h"

enum { PROFILE, STEER };
enum { VALUES = 40, GROUPS = 4, VALUES_MOST = 5, NAMED = 5 };

typedef struct config {
    int64_t dilemmas, conflicts;
    double spread, unread, push;
    int32_t task;
} config;

static const cairn_option options[] = {
    CAIRN_CHOICE(config, task, "profile", "profile|steer", "profile: what choices say of values; steer: a principle."),
    CAIRN_INT(config, dilemmas, "1360", 10, 1e6, "dilemmas", "Generated, with 2 to 5 of 40 values for each action."),
    CAIRN_REAL(config, spread, "0.6", 0, 100, "", "Standard deviation of a value's utility within its group."),
    CAIRN_REAL(config, unread, "0.03", 0, 1, "", "Choices that cannot be read."),
    CAIRN_INT(config, conflicts, "80", 2, 1e5, "dilemmas", "In which the principle's values are in conflict."),
    CAIRN_REAL(config, push, "2", -100, 100, "", "What steering adds to the utility of the principle's values."),
};

static const cairn_arm arms[] = {
    {"profile", ""},
    {"steered by 2", "task=steer,push=2"},
    {"steered by 0.05", "task=steer,push=0.05"},
};

static const cairn_claim claims[] = {
    {"rank correlation of utility and preference", .of = "spearman", .a = "profile", .at_least = CAIRN_BAR(0.88)},
    {"groups in the order of their utilities", .of = "in order", .a = "profile", .at_least = CAIRN_BAR(1)},
    {"upper bound of the least group's preference", .of = "least group, high", .a = "profile", .at_most = CAIRN_BAR(0)},
    {"lower bound of the greatest group's preference", .of = "greatest group, low", .a = "profile",
     .at_least = CAIRN_BAR(0)},
    {"strong steering is seen on 80 conflicts", .of = "seen", .a = "steered by 2", .mean_at_least = CAIRN_BAR(0.8)},
    {"weak steering is not", .of = "seen", .a = "steered by 0.05", .mean_at_most = CAIRN_BAR(0.2)},
};

typedef struct world {
    double utility[VALUES];
    cairn_dilemma *dilemmas; /* [n] */
    int32_t (*values)[2][VALUES_MOST];
    size_t n;
} world;

/* ---- dilemmas ---------------------------------------------------------------------------------------------------- */

static int32_t group_of(int32_t value) {
    return value / (VALUES / GROUPS);
}

/* A group's mean utility is its offset. */
static cairn_status make(cairn_lab *lab, const config *c, size_t n, world *w) {
    static const double offsets[GROUPS] = {-0.6, -0.2, 0.2, 0.6};
    cairn_rng rng = cairn_rng_open(lab->seed, 0, 0, CAIRN_VERB_WORLD, 0, 0);
    w->n = n;
    w->dilemmas = cairn_arena_alloc(lab->arena, n, sizeof *w->dilemmas);
    w->values = cairn_arena_alloc(lab->arena, n, sizeof *w->values);
    if (!w->dilemmas || !w->values) return CAIRN_NO_MEMORY;
    double means[GROUPS] = {0};
    for (int32_t v = 0; v < VALUES; v++) {
        w->utility[v] = c->spread * cairn_rng_normal(&rng);
        means[group_of(v)] += w->utility[v] * GROUPS / VALUES;
    }
    for (int32_t v = 0; v < VALUES; v++) w->utility[v] += offsets[group_of(v)] - means[group_of(v)];
    for (size_t i = 0; i < n; i++) {
        for (int a = 0; a < 2; a++) {
            w->dilemmas[i].n[a] = 2 + (int32_t)cairn_rng_below(&rng, VALUES_MOST - 1);
            w->dilemmas[i].values[a] = w->values[i][a];
            for (int32_t k = 0; k < w->dilemmas[i].n[a]; k++)
                w->values[i][a][k] = (int32_t)cairn_rng_below(&rng, VALUES);
        }
    }
    return CAIRN_OK;
}

static double sum(const world *w, size_t i, int a) {
    double total = 0;
    for (int32_t k = 0; k < w->dilemmas[i].n[a]; k++) total += w->utility[w->values[i][a][k]];
    return total;
}

/* e^x to some 14 digits, the same on every machine: (e^(x / 1024))^1024. */
static double exponential(double x) {
    double y = x / 1024, power = 1 + y * (1 + y / 2 * (1 + y / 3 * (1 + y / 4)));
    for (int i = 0; i < 10; i++) power *= power;
    return power;
}

/* The second action's odds are e^(its utility - that of the first). */
static void choose(cairn_lab *lab, const config *c, world *w, uint32_t draw) {
    for (size_t i = 0; i < w->n; i++) {
        cairn_rng rng = cairn_rng_open(lab->seed, 1 + i, 0, CAIRN_VERB_EVAL, 0, draw);
        bool unread = cairn_rng_unit(&rng) < c->unread;
        bool second = cairn_rng_unit(&rng) < 1 / (1 + exponential(sum(w, i, 0) - sum(w, i, 1)));
        w->dilemmas[i].choice = unread ? -1 : second;
    }
}

/* ---- arms -------------------------------------------------------------------------------------------------------- */

static cairn_status profile(cairn_lab *lab, const config *c) {
    cairn_bootstrap how = {.resamples = 500, .level = 0.95, .seed = lab->seed};
    cairn_value_preference by_value[VALUES], by_group[GROUPS];
    double preference[VALUES], spearman;
    bool ordered = true;
    world w;
    CAIRN_TRY(make(lab, c, (size_t)c->dilemmas, &w));
    choose(lab, c, &w, 0);
    CAIRN_TRY(cairn_value_preferences(lab->ctx, w.dilemmas, w.n, VALUES, false, NULL, by_value));
    for (int v = 0; v < VALUES; v++) preference[v] = by_value[v].preference.estimate;
    CAIRN_TRY(cairn_stat_spearman(lab->ctx, w.utility, preference, VALUES, &spearman));
    for (size_t i = 0; i < w.n; i++)
        for (int a = 0; a < 2; a++)
            for (int32_t k = 0; k < w.dilemmas[i].n[a]; k++) w.values[i][a][k] = group_of(w.values[i][a][k]);
    CAIRN_TRY(cairn_value_preferences(lab->ctx, w.dilemmas, w.n, GROUPS, false, &how, by_group));
    for (int g = 1; g < GROUPS; g++)
        ordered = ordered && by_group[g].preference.estimate > by_group[g - 1].preference.estimate;
    CAIRN_TRY(cairn_lab_number(lab, "spearman", spearman));
    CAIRN_TRY(cairn_lab_number(lab, "in order", ordered));
    CAIRN_TRY(cairn_lab_number(lab, "least group, high", by_group[0].preference.high));
    return cairn_lab_number(lab, "greatest group, low", by_group[GROUPS - 1].preference.low);
}

/* The principle's score of each conflict, without and with steering; is the difference seen? */
static cairn_status steer(cairn_lab *lab, const config *c) {
    double support[VALUES] = {0}, oppose[VALUES] = {0}, *score[2];
    cairn_principle principle = {support, oppose, VALUES};
    cairn_interval difference;
    world w;
    for (int v = 0; v < NAMED; v++) support[v * 8] = oppose[v * 8 + 3] = 1;
    CAIRN_TRY(make(lab, c, (size_t)c->conflicts * 60, &w));
    bool *conflict = cairn_arena_alloc(lab->arena, w.n, sizeof *conflict);
    score[0] = cairn_arena_alloc(lab->arena, w.n, sizeof(double));
    score[1] = cairn_arena_alloc(lab->arena, w.n, sizeof(double));
    if (!conflict || !score[0] || !score[1]) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_principle_conflicts(lab->ctx, &principle, w.dilemmas, w.n, conflict));
    size_t n = 0;
    for (uint32_t steered = 0; steered < 2; steered++) {
        for (int v = 0; v < NAMED && steered; v++) w.utility[v * 8] += c->push;
        choose(lab, c, &w, steered);
        n = 0;
        for (size_t i = 0; i < w.n && n < (size_t)c->conflicts; i++) {
            cairn_principle_score s = {0};
            bool one = true;
            if (!conflict[i]) continue;
            CAIRN_TRY(cairn_principle_measure(lab->ctx, &principle, &w.dilemmas[i], 1, &one, &s));
            score[steered][n++] = s.selected;
        }
    }
    CAIRN_TRY(cairn_stat_paired_interval(lab->ctx, score[1], score[0], n, 0.95, &difference));
    CAIRN_TRY(cairn_lab_number(lab, "conflicts", (double)n));
    CAIRN_TRY(cairn_lab_number(lab, "difference", difference.estimate));
    return cairn_lab_number(lab, "seen", difference.low > 0);
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    return c->task == PROFILE ? profile(lab, c) : steer(lab, c);
}

const cairn_recipe cairn_recipe_dailydilemmas = {
    .about = {.name = "dailydilemmas",
              .summary = "Recovers a chooser's values from its choices, and tells strong steering from weak.",
              .source = "arXiv 2410.02683",
              CAIRN_OPTIONS(options, config)},
    .system = 44,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 5,
    .idea =
        "Each of two actions serves some values. Counted over many dilemmas, the values of the actions that a model "
        "chooses and of those that it leaves are its preferences; on dilemmas in which the values of a principle "
        "are in conflict, they show how far the principle moves it. The chooser here has known utilities.",
    .command = "cairn eval dailydilemmas dilemmas.csv",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};
