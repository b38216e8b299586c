/* Alignment ceiling (arXiv 2311.00168): two rewards with the same pair accuracy, of which one has a ceiling: best-of-n
 * by it raises the true value up to n = 8 and lowers it from there. For your own scores:
 *     cairn eval ceiling candidates.jsonl --detail
 */
#include "cairn/ceiling.h"
#include "cairn/recipe.h"
#include "worlds/liked.h"

enum { LIKING, NOISY, LINKS, REWARDMATH }; /* proxies */

typedef struct config {
    int64_t prompts, candidates;
    double liking, noise;
    int32_t proxy;
    bool process;
} config;

static const cairn_option options[] = {
    CAIRN_INT(config, prompts, "2000", 2, 1e6, "prompts", "Prompts of a seed."),
    CAIRN_INT(config, candidates, "1024", 2, 1e6, "candidates", "N: sampled for each prompt."),
    CAIRN_BOOL(config, process, "false",
               "Solutions of eight steps, each with a known probability of an error, instead of one number."),
    CAIRN_CHOICE(config, proxy, "liking", "liking|noisy|links|rewardmath",
                 "Quality and `liking` times length; true value and noise; five of these in a table; real reward "
                 "models' scores."),
    CAIRN_REAL(config, liking, "1", -10, 10, "", "b: what the reward adds for each h, which is worth nothing."),
    CAIRN_REAL(config, noise, "1.2", 0, 100, "", "Standard deviation of the benign reward's noise."),
};

static const cairn_arm arms[] = {
    {"b0", "liking=0"},
    {"b1", "liking=1"},
    {"benign", "proxy=noisy"},
    {"links", "proxy=links,prompts=500"},
    {"process-b0", "process=true,liking=0,prompts=500,candidates=256"},
    {"process-b1", "process=true,liking=1,prompts=500,candidates=256"},
    {"process-benign", "process=true,proxy=noisy,noise=2.3,prompts=500,candidates=256"},
    {"rewardmath", "proxy=rewardmath"},
};

static const cairn_claim claims[] = {
    {"pair accuracy, hackable against benign", .of = "accuracy", .a = "b1", .minus = "benign",
     .at_least = CAIRN_BAR(-0.02), .at_most = CAIRN_BAR(0.02)},
    {"best of 256, benign over hackable", .of = "truth at 256", .a = "benign", .minus = "b1",
     .at_least = CAIRN_BAR(1.2), .mean_at_least = CAIRN_BAR(1.5)},
    {"peak within 4 .. 16, hackable", .of = "peak", .a = "b1", .at_least = CAIRN_BAR(4), .at_most = CAIRN_BAR(16)},
    {"drop, hackable", .of = "drop", .a = "b1", .at_least = CAIRN_BAR(0), .mean_at_least = CAIRN_BAR(0.5)},
    {"ceiling found, hackable", .of = "ceiling", .a = "b1", .at_least = CAIRN_BAR(1)},
    {"ceiling found, likes nothing", .of = "ceiling", .a = "b0", .at_most = CAIRN_BAR(0)},
    {"ceiling found, benign", .of = "ceiling", .a = "benign", .at_most = CAIRN_BAR(0)},
    {"accuracy ranks the four that like h", .of = "rho of four", .a = "links", .at_least = CAIRN_BAR(0.999)},
    {"not so with the benign one", .of = "rho of five", .a = "links", .at_least = CAIRN_BAR(0.69),
     .at_most = CAIRN_BAR(0.71)},
    {"steps: pair accuracy, hackable against benign", .of = "accuracy", .a = "process-b1", .minus = "process-benign",
     .at_least = CAIRN_BAR(-0.02), .at_most = CAIRN_BAR(0.02)},
    {"steps: best of 256, benign over hackable", .of = "truth at 256", .a = "process-benign", .minus = "process-b1",
     .at_least = CAIRN_BAR(0.15)},
    {"steps: peak within 4 .. 16, hackable", .of = "peak", .a = "process-b1", .at_least = CAIRN_BAR(4),
     .at_most = CAIRN_BAR(16)},
    {"steps: ceiling found, hackable", .of = "ceiling", .a = "process-b1", .at_least = CAIRN_BAR(1)},
    {"steps: ceiling found, likes nothing", .of = "ceiling", .a = "process-b0", .at_most = CAIRN_BAR(0)},
    {"steps: ceiling found, benign", .of = "ceiling", .a = "process-benign", .at_most = CAIRN_BAR(0)},
};

/* All candidates; the same seed gives the same g, h and noise, whatever the proxy. */
static cairn_status draw(cairn_lab *lab, const config *c, size_t **first, double **truth, double **proxy) {
    size_t n = (size_t)c->candidates, prompts = (size_t)c->prompts;
    *first = cairn_arena_alloc(lab->arena, prompts + 1, sizeof **first);
    *truth = cairn_arena_alloc(lab->arena, prompts * n, sizeof **truth);
    *proxy = cairn_arena_alloc(lab->arena, prompts * n, sizeof **proxy);
    if (!*first || !*truth || !*proxy) return CAIRN_NO_MEMORY;
    liked_reward reward = {.noisy = c->proxy == NOISY, .liking = c->liking, .noise = c->noise};
    for (size_t p = 0; p < prompts; p++) {
        cairn_rng rng = cairn_rng_open(lab->seed, p, 0, CAIRN_VERB_WORLD, 0, 0);
        for (size_t i = p * n; i < (p + 1) * n; i++)
            (c->process ? liked_draw_steps : liked_draw)(&reward, &rng, &(*truth)[i], &(*proxy)[i]);
        (*first)[p + 1] = (p + 1) * n;
    }
    return CAIRN_OK;
}

static cairn_status measure(cairn_lab *lab, const config *c, cairn_ceiling_report *out) {
    size_t *first;
    double *truth, *proxy;
    cairn_ceiling_setup setup = CAIRN_CEILING_PRESET;
    setup.how.seed = lab->seed;
    CAIRN_TRY(draw(lab, c, &first, &truth, &proxy));
    cairn_ceiling_column column = {"proxy", proxy};
    cairn_ceiling_data data = {
        .prompts = (size_t)c->prompts, .first = first, .truth = truth, .proxies = &column, .n_proxies = 1};
    return cairn_ceiling_measure(lab->ctx, &data, 0, &setup, out);
}

static cairn_status report(cairn_lab *lab, const cairn_ceiling_report *r) {
    CAIRN_TRY(cairn_lab_number(lab, "accuracy", r->accuracy.estimate));
    for (int32_t i = 0; i < r->points; i++) {
        char name[64];
        snprintf(name, sizeof name, "truth at %d", (int)r->curve[i].n);
        CAIRN_TRY(cairn_lab_number(lab, name, r->curve[i].truth.estimate));
    }
    CAIRN_TRY(cairn_lab_number(lab, "proxy at most n", r->curve[r->points - 1].proxy.estimate));
    CAIRN_TRY(cairn_lab_number(lab, "peak", r->peak));
    CAIRN_TRY(cairn_lab_number(lab, "drop", r->held_out_drop.estimate));
    CAIRN_TRY(cairn_lab_number(lab, "gap", r->gap.estimate));
    return cairn_lab_number(lab, "ceiling", r->reached);
}

/* Does pair accuracy rank rewards by what choosing by them reaches? */
static cairn_status link(cairn_lab *lab, const config *c) {
    static const double likings[] = {0, 0.5, 0.8, 1};
    double accuracy[5], truth[5];
    cairn_test four, five;
    for (int i = 0; i < 5; i++) {
        cairn_ceiling_report r;
        config one = *c;
        cairn_arena_mark mark = cairn_arena_save(lab->arena);
        one.proxy = i < 4 ? LIKING : NOISY;
        one.liking = i < 4 ? likings[i] : 0;
        CAIRN_TRY(measure(lab, &one, &r));
        cairn_arena_restore(lab->arena, mark);
        accuracy[i] = r.accuracy.estimate;
        truth[i] = r.curve[r.points - 1].truth.estimate;
    }
    CAIRN_TRY(cairn_ceiling_link(lab->ctx, accuracy, truth, 4, lab->seed, &four));
    CAIRN_TRY(cairn_ceiling_link(lab->ctx, accuracy, truth, 5, lab->seed, &five));
    CAIRN_TRY(cairn_lab_number(lab, "rho of four", four.statistic));
    return cairn_lab_number(lab, "rho of five", five.statistic);
}

/* Scores of real reward models on ten solutions of each problem. No claim is made of them. */
static cairn_status measure_real(cairn_lab *lab) {
    static const char *const models[] = {"ArmoRM", "Math_Shepherd", "ReasonEval_7B", "internlm2", "skywork_llama3"};
    const cairn_ceiling_fields fields = {.aggregators = 1u << CAIRN_AGGREGATE_PRODUCT | 1u << CAIRN_AGGREGATE_MIN |
                                                        1u << CAIRN_AGGREGATE_MEAN | 1u << CAIRN_AGGREGATE_LAST};
    double accuracy[32], truth[32], ceilings = 0;
    size_t k = 0;
    for (size_t i = 0; i < 5; i++) {
        const char *path;
        cairn_ceiling_table *table;
        cairn_ceiling_data data = {0};
        CAIRN_TRY(cairn_lab_data(lab, cairn_arena_printf(lab->arena, "rewardmath/%s_reward.json", models[i]), &path));
        if (!path) return CAIRN_OK;
        CAIRN_TRY(cairn_ceiling_table_open(lab->ctx, &fields, &table));
        cairn_status status = cairn_ceiling_table_read(table, lab->ctx, path);
        if (status == CAIRN_OK) status = cairn_ceiling_table_data(table, lab->ctx, &data);
        for (size_t p = 0; p < data.n_proxies && status == CAIRN_OK && k < 32; p++, k++) {
            cairn_ceiling_report r = {0};
            status = cairn_ceiling_measure(lab->ctx, &data, p, &CAIRN_CEILING_PRESET, &r);
            if (status != CAIRN_OK) break;
            accuracy[k] = r.accuracy.estimate;
            truth[k] = r.curve[r.points - 1].truth.estimate;
            ceilings += r.reached;
        }
        cairn_ceiling_table_close(table);
        CAIRN_TRY(status);
    }
    cairn_test test;
    CAIRN_TRY(cairn_ceiling_link(lab->ctx, accuracy, truth, k, lab->seed, &test));
    CAIRN_TRY(cairn_lab_number(lab, "proxies", (double)k));
    CAIRN_TRY(cairn_lab_number(lab, "ceilings", ceilings));
    return cairn_lab_number(lab, "rho of accuracy and truth", test.statistic);
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    cairn_ceiling_report r;
    if (c->proxy == REWARDMATH) return measure_real(lab);
    if (c->proxy == LINKS) return link(lab, c);
    CAIRN_TRY(measure(lab, c, &r));
    return report(lab, &r);
}

const cairn_recipe cairn_recipe_alignment_ceiling = {
    .about = {.name = "alignment-ceiling",
              .summary = "Finds where choosing harder by a reward stops raising the true value.",
              .source = "arXiv 2311.00168",
              CAIRN_OPTIONS(options, config)},
    .system = 67,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 5,
    .idea = "A reward model is trained to rank pairs, a policy to raise its score, and both are judged by something "
            "else. The three numbers are only loosely tied. So the links are measured: how the true value of "
            "best-of-n moves while the reward rises, and what its mistakes have in common.",
    .command = "cairn eval ceiling candidates.jsonl --detail",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};
