/* OmegaPRM's scorer (arXiv 2406.06592): a small decoder learns the steps that bisection labelled, another those of a
 * scan that cost as many completions. The first is the better judge. For your own labels:
 *     cairn label --world text --problems problems.jsonl --policy 'exec:./my_model' --method omegaprm --labels soft --out soft.jsonl
 *     cairn train prm soft.jsonl --init policy.gguf --loss soft --out prm.gguf
 */
#include "cairn/label_job.h"
#include "cairn/learn.h"
#include "cairn/recipe.h"

#define WORLD "chain:steps=16"
#define TRUTH "tool:solutions=1" /* the world's own verdicts */
enum { LESSON_SEED = 77, TEST_SEED = 1000 };

typedef struct config {
    int32_t method, loss;
    int64_t problems, completions, tests, learning, lessons;
    double error, rate;
    const char *shape;
} config;

static const cairn_option options[] = {
    CAIRN_CHOICE(config, method, "omegaprm", "omegaprm|left-to-right",
                 "Bisection in a tree; or a scan of fresh wrong solutions up to their first error."),
    CAIRN_CHOICE(config, loss, "soft", "soft|hard|pairwise", "What the head learns."),
    CAIRN_INT(config, problems, "6", 1, 1e6, "problems", "Problems whose solutions are labelled."),
    CAIRN_INT(config, completions, "8", 1, 1024, "completions", "k: completions for each estimate."),
    CAIRN_REAL(config, error, "0.06", 0, 1, "", "Probability that the policy's step is wrong."),
    CAIRN_INT(config, tests, "300", 1, 1e6, "solutions", "Fresh solutions whose steps are judged."),
    CAIRN_INT(config, learning, "300", 1, 1e6, "steps", "Of the optimiser, on labels."),
    CAIRN_REAL(config, rate, "0.003", 1e-9, 1, "", "Learning rate of the head; a tenth of it for the decoder."),
    CAIRN_INT(config, lessons, "9000", 1, 1e7, "solutions", "Right ones that the decoder reads before any label."),
    CAIRN_TEXT(config, shape, "width=96,layers=3,heads=3,kv-heads=3,context=512", "", "Of the decoder."),
};

/* Each spends about 1,800 rollouts on a seed. */
static const cairn_arm arms[] = {
    {"omegaprm", "method=omegaprm,problems=6"},
    {"left-to-right", "method=left-to-right,problems=14"},
    {"omegaprm, pairs", "method=omegaprm,problems=6,loss=pairwise"},
};

static const cairn_claim claims[] = {
    {"accuracy on steps, over left to right", .of = "accuracy", .a = "omegaprm", .minus = "left-to-right",
     .at_least = CAIRN_BAR(0), .mean_at_least = CAIRN_BAR(0.03)},
};

/* Labels solutions of `count` problems by `method`, into the new file *path. */
static cairn_status label(cairn_lab *lab, const char *method, double error, int64_t count, uint64_t seed,
                          const char *name, const char **path) {
    cairn_job_setup setup = {.what = "label",
                             .world = WORLD,
                             .policy = cairn_arena_printf(lab->arena, "scripted:error=%g", error),
                             .count = count,
                             .seed = seed,
                             .workers = lab->workers,
                             .sampling = CAIRN_SAMPLING_DEFAULT,
                             .aggregator = -1,
                             .quiet = true};
    cairn_label_summary summary;
    if (!setup.policy || !method) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_lab_file(lab, name, path));
    return cairn_label_file(lab->ctx, &setup, &(cairn_label_setup){.method = method},
                            &(cairn_write_options){.labels = CAIRN_LABELS_SOFT}, *path, &summary);
}

/* The decoder that all begin with: it reads right solutions, without labels. */
static cairn_status read_lessons(cairn_lab *lab, const void *configuration, const char *path) {
    const config *c = configuration;
    cairn_learn_setup setup = CAIRN_LEARN_SETUP_DEFAULT;
    cairn_learn_summary summary;
    CAIRN_TRY(label(lab, TRUTH, 0, c->lessons, LESSON_SEED, "lessons.jsonl", &setup.data));
    setup.task = CAIRN_LEARN_SFT, setup.out = path;
    setup.shape = c->shape, setup.vocabulary = 320;
    setup.epochs = 1, setup.batch_tokens = 2048, setup.rate = 0.002;
    setup.threads = lab->workers, setup.quiet = true;
    return cairn_learn(lab->ctx, &setup, &summary);
}

static cairn_status learn(cairn_lab *lab, const config *c, const char *base, const char *labels, const char *scorer) {
    static const char *const losses[] = {"soft", "hard", "pairwise"};
    cairn_learn_setup setup = CAIRN_LEARN_SETUP_DEFAULT;
    cairn_learn_summary summary;
    setup.data = labels, setup.init = base, setup.out = scorer;
    setup.objective = losses[c->loss], setup.right_from = 0, setup.until_error = true, setup.likelihood = true;
    setup.rates = "blk.=0.1,token_embd=0.1,output_norm=0.1", setup.rate = c->rate;
    setup.steps = c->learning, setup.batch_tokens = 1024, setup.dev_share = 0;
    setup.seed = lab->seed, setup.threads = lab->workers, setup.quiet = true;
    CAIRN_TRY(cairn_learn(lab->ctx, &setup, &summary));
    return cairn_lab_number(lab, "labels", (double)summary.marks);
}

/* The threshold that tells the arm's own labels apart best, tried on the truth about fresh solutions. */
static cairn_status measure(cairn_lab *lab, const cairn_reward *reward, const char *labels, const char *truth) {
    cairn_step_item *own, *fresh;
    cairn_step_report report;
    size_t n_own, n;
    double reached;
    cairn_step_setup setup = {.n_bins = 1, .how = {.resamples = 1, .level = 0.95}}; /* the seeds give the interval */
    CAIRN_TRY(cairn_step_items_read(lab->ctx, reward, labels, 0, true, lab->arena, &own, &n_own));
    CAIRN_TRY(cairn_step_items_read(lab->ctx, reward, truth, 0, true, lab->arena, &fresh, &n));
    CAIRN_TRY(cairn_step_threshold(lab->ctx, own, n_own, 0, &setup.threshold, &reached));
    CAIRN_TRY(cairn_eval_steps(lab->ctx, fresh, n, fresh[n - 1].problem + 1, &setup, NULL, &report));
    const cairn_step_confusion *c = &report.confusion;
    double kept = (double)c->tp / (double)(c->tp + c->fn), found = (double)c->tn / (double)(c->tn + c->fp);
    CAIRN_TRY(cairn_lab_number(lab, "accuracy on own labels", reached));
    CAIRN_TRY(cairn_lab_number(lab, "accuracy", (kept + found) / 2));
    return cairn_lab_number(lab, "auroc", report.figures[CAIRN_STEP_AUROC].estimate);
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    static const char *const methods[] = {"omegaprm:searches=20,question_filter=0",
                                          "mc:order=left-to-right,only_wrong=true"};
    const config *c = configuration;
    const char *base, *labels, *truth, *scorer;
    cairn_world world;
    cairn_reward reward;
    const char *method =
        cairn_arena_printf(lab->arena, "%s,rollouts=%lld", methods[c->method], (long long)c->completions);
    CAIRN_TRY(cairn_lab_shared(lab, "base.gguf", read_lessons, c, &base));
    CAIRN_TRY(label(lab, method, c->error, c->problems, lab->seed, "labels.jsonl", &labels));
    CAIRN_TRY(label(lab, TRUTH, c->error, c->tests, lab->seed + TEST_SEED, "truth.jsonl", &truth));
    CAIRN_TRY(cairn_lab_file(lab, "scorer.gguf", &scorer));
    CAIRN_TRY(learn(lab, c, base, labels, scorer));
    const char *spec = cairn_arena_printf(lab->arena, "head:file=%s", scorer);
    if (!spec) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_world_open(lab->ctx, lab->arena, "text", &world)); /* the scorer knows nothing but texts */
    cairn_status status = cairn_reward_open(lab->ctx, lab->arena, spec, &world, NULL, &reward);
    if (status == CAIRN_OK) {
        status = measure(lab, &reward, labels, truth);
        cairn_reward_close(&reward);
    }
    cairn_world_close(&world);
    return status;
}

const cairn_recipe cairn_recipe_scorer = {
    .about = {.name = "scorer",
              .summary = "Trains a scorer of steps on labels by bisection, and tells how well it finds wrong steps.",
              .source = "arXiv 2406.06592",
              CAIRN_OPTIONS(options, config)},
    .system = 3,
    .tier = CAIRN_TIER_LEARNED,
    .seeds = 5,
    .idea = "Bisection finds several times the wrong steps that a scan finds with as many completions, and most of "
            "its labels are of wrong steps. A decoder that has read right solutions learns from either labels to "
            "score steps. Where completions are few, only those by bisection teach it to tell wrong steps from right "
            "ones; with ten times as many, the others do too.",
    .command = "cairn train prm soft.jsonl --init policy.gguf --loss soft --out prm.gguf",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};
