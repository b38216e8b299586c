/* cairn train: decoders on solutions, heads on labelled steps and outcomes, either on pairs. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cairn/learn.h"
#include "cli/verbs.h"

typedef struct train_config {
    cairn_learn_setup learn;
    const char *format;
    bool problems, json, plan;
} train_config;

#define TRAIN_FILES                                                                                               \
    CAIRN_TEXT_AS("out", train_config, learn.out, "", "", "Model file: the best so far, by the dev loss."),       \
        CAIRN_TEXT_AS("init", train_config, learn.init, "", "", "Model file to start from, with its tokenizer."), \
        CAIRN_TEXT_AS(                                                                                            \
            "shape", train_config, learn.shape, "", "",                                                           \
            "Of a fresh model: width=128,layers=4,heads=4,kv-heads=2,feed-forward=0,context=512,tied=true."),     \
        CAIRN_INT_AS("vocabulary", train_config, learn.vocabulary, "1024", 261, 1e6, "tokens",                    \
                     "Of the tokenizer that a fresh model trains on FILE first."),                                \
        CAIRN_TEXT(train_config, format, "auto", "", "Of the data (docs/formats.md)."),                           \
        CLI_SPLIT(train_config, learn.split),                                                                     \
        CAIRN_BOOL_AS("skip-bad", train_config, learn.skip_bad, "false",                                          \
                      "Count and name bad lines instead of failing."),                                            \
        CAIRN_TEXT_AS("dev", train_config, learn.dev, "", "",                                                     \
                      "Dev set; without it some of FILE's problems are set aside."),                              \
        CAIRN_REAL_AS("dev-share", train_config, learn.dev_share, "0.1", 0, 0.9, "",                              \
                      "Share of the problems that are set aside."),                                               \
        CAIRN_TEXT_AS("checkpoint", train_config, learn.checkpoint, "", "",                                       \
                      "Checkpoint; default: the model's name + .train."),                                         \
        CAIRN_BOOL_AS("resume", train_config, learn.resume, "false",                                              \
                      "Continue from the checkpoint, to the same bytes."),                                        \
        CAIRN_TEXT_AS("log", train_config, learn.log, "", "", "Metrics as JSON lines, one a step."),              \
        CAIRN_TEXT_AS("tensorboard", train_config, learn.tensorboard, "", "",                                     \
                      "Metrics as event files in this folder.")

#define TRAIN_LOOP                                                                                                   \
    CAIRN_INT_AS("epochs", train_config, learn.epochs, "3", 1, 1e6, "", "Times through the data."),                  \
        CAIRN_INT_AS("steps", train_config, learn.steps, "0", 0, 1e12, "steps",                                      \
                     "Steps of the optimiser; 0: by epochs."),                                                       \
        CAIRN_INT_AS("batch-tokens", train_config, learn.batch_tokens, "4096", 1, 1 << 24, "tokens",                 \
                     "Packed into a batch; a longer solution or group is a batch of its own."),                      \
        CAIRN_INT_AS("accumulate", train_config, learn.accumulate, "1", 1, 65536, "batches", "A step."),             \
        CAIRN_REAL_AS("rate", train_config, learn.rate, "0.001", 1e-12, 10, "", "Learning rate after the warm-up."), \
        CAIRN_TEXT_AS("rates", train_config, learn.rates, "", "",                                                    \
                      "Factors of the rate by the beginnings of parameter names: head.=10,token_embd=0.1."),         \
        CAIRN_CHOICE_AS("optimiser", train_config, learn.optimiser, "adamw", CAIRN_OPTIMISER_CHOICES,                \
                        "How gradients move the parameters."),                                                       \
        CAIRN_REAL_AS("beta1", train_config, learn.beta1, "0.9", 0, 0.99999, "",                                     \
                      "Decay of the mean gradient; of sgd: momentum."),                                              \
        CAIRN_REAL_AS("beta2", train_config, learn.beta2, "0.95", 0, 0.9999999, "",                                  \
                      "Decay of the mean squared gradient."),                                                        \
        CAIRN_REAL_AS("last-rate", train_config, learn.last_rate, "0.1", 0, 1, "", "At the end, as a share of it."), \
        CAIRN_CHOICE_AS("schedule", train_config, learn.schedule, "cosine", "constant|linear|cosine",                \
                        "How the rate falls."),                                                                      \
        CAIRN_INT_AS("warmup", train_config, learn.warmup, "-1", -1, 1e12, "steps",                                  \
                     "In which the rate rises; -1: a twentieth."),                                                   \
        CAIRN_REAL_AS("decay", train_config, learn.decay, "0.1", 0, 100, "", "Weight decay of matrices (AdamW)."),   \
        CAIRN_REAL_AS("clip", train_config, learn.clip, "1", 0, 1e9, "", "Most gradient norm; 0: any."),             \
        CAIRN_REAL_AS(                                                                                               \
            "average", train_config, learn.average, "0", 0, 0.99999, "",                                             \
            "Decay of an average over the steps, measured and written in place of the last numbers; 0: none."),      \
        CAIRN_INT_AS("every", train_config, learn.every, "0", 0, 1e12, "steps",                                      \
                     "Between evaluations, each with a checkpoint; 0: an epoch's."),                                 \
        CAIRN_INT_AS("patience", train_config, learn.patience, "0", 0, 1e9, "evaluations",                           \
                     "Evaluations without a better dev loss before it stops; 0: never."),                            \
        CAIRN_BOOL_AS("bf16", train_config, learn.bf16, "false", "Products in bf16, masters in f32."),               \
        CAIRN_BOOL_AS("store-bf16", train_config, learn.store_bf16, "false", "Matrices of the model file as bf16."), \
        CLI_SEED(train_config, learn.seed), CLI_PORTABLE(train_config, learn.portable, "The "),                      \
        CAIRN_INT_AS("threads", train_config, learn.threads, "0", 0, 1024, "threads", "0: one a processor."),        \
        CAIRN_BOOL(train_config, plan, "false", "Print the memory that the run will take, by part, and end."),       \
        CAIRN_BOOL_AS("quiet", train_config, learn.quiet, "false", "No progress, no metrics on standard error."),    \
        CAIRN_BOOL(train_config, json, "false", "Result as one JSON object.")

#define TRAIN_LOSS(preset_, help_) CAIRN_TEXT_AS("loss", train_config, learn.objective, preset_, "", help_)
#define TRAIN_REFERENCE                                               \
    CAIRN_TEXT_AS("reference", train_config, learn.reference, "", "", \
                  "Model file whose log-probabilities are the reference; default: the model at the start.")

#define TRAIN_HEAD(name_)                                                                              \
    CAIRN_TEXT_AS("head", train_config, learn.head, name_, "", "Name of the head in the model file."), \
        CAIRN_INT_AS("hidden", train_config, learn.hidden, "-1", -1, 65536, "numbers",                 \
                     "Inner layer of the head; -1: as wide as the trunk; 0: none.")

static const cairn_option sft_options[] = {
    TRAIN_FILES,
    TRAIN_LOSS("next-token", "What is minimised: next-token or log-kl (cairn help objectives)."),
    TRAIN_REFERENCE,
    CAIRN_BOOL_AS("only-right", train_config, learn.only_right, "false", "Only solutions that are recorded as right."),
    CAIRN_BOOL(train_config, problems, "false", "Learn the text of the problems too, not of solutions alone."),
    TRAIN_LOOP,
};

static const cairn_option prm_options[] = {
    TRAIN_FILES,
    TRAIN_LOSS("hard", "What is minimised: hard, soft, mse; pairwise and listwise compare steps after one prefix "
                       "(cairn help objectives)."),
    CAIRN_REAL_AS(
        "right-from", train_config, learn.right_from, "0.5", 0, 1, "",
        "A label from here on is right: for `hard`, accuracy and AUROC. 0: above 0, where some completion succeeded."),
    CAIRN_BOOL_AS("until-error", train_config, learn.until_error, "false",
                  "No labels after a solution's first wrong step."),
    CAIRN_BOOL_AS("likelihood", train_config, learn.likelihood, "false",
                  "The head also reads how likely the decoder finds the step's tokens."),
    CAIRN_REAL_AS("text", train_config, learn.text, "0", 0, 1000, "",
                  "Weight of the loss of the tokens of right steps beside the head's."),
    TRAIN_HEAD("step"),
    TRAIN_LOOP,
};

static const cairn_option orm_options[] = {
    TRAIN_FILES,
    TRAIN_LOSS("bce",
               "What is minimised: bce (the same as soft), mse; pairwise and listwise compare the solutions of a "
               "problem (cairn help objectives)."),
    TRAIN_HEAD("outcome"),
    TRAIN_LOOP,
};

static const cairn_option pairs_options[] = {
    TRAIN_FILES,
    TRAIN_LOSS("pairwise",
               "What is minimised: pairwise, listwise train a head; dpo, ipo, simpo, implicit the decoder (cairn "
               "help objectives)."),
    CAIRN_CHOICE_AS("level", train_config, learn.level, "steps", "steps|solutions",
                    "Of stepped solutions: labelled steps after one prefix, or solutions of a problem by outcome."),
    TRAIN_REFERENCE,
    TRAIN_HEAD(""),
    TRAIN_LOOP,
};

/* ---- the result ------------------------------------------------------------------------------------------------------------- */

/* Labels of single steps or solutions were learned: they have sides, and an AUROC. */
static bool has_labels(const train_config *config, const cairn_learn_summary *s) {
    cairn_learn_task task = config->learn.task;
    return (task == CAIRN_LEARN_PRM || task == CAIRN_LEARN_ORM) && s->groups == s->examples;
}

/* Why the dev set gives no AUROC; "" where it does. */
static const char *why_no_auroc(const train_config *config, const cairn_learn_summary *s) {
    if (!has_labels(config, s) || isfinite(s->dev_auroc)) return "";
    if (s->dev_marks == 0) return "the dev set has no labels";
    return s->dev_right == 0 ? "all labels of the dev set are wrong" : "all labels of the dev set are right";
}

static void print_right(const train_config *config, const cairn_learn_summary *s) {
    char n[4][32];
    if (!has_labels(config, s) || s->marks == 0) return;
    printf("  labels     %s of %s are right (%.1f %%); in the dev set %s of %s\n", cli_count(s->right_marks, n[0]),
           cli_count(s->marks, n[1]), 100 * (double)s->right_marks / (double)s->marks, cli_count(s->dev_right, n[2]),
           cli_count(s->dev_marks, n[3]));
}

static void print_data(const train_config *config, const cairn_learn_summary *s) {
    static const char *const marks[] = {"tokens to predict", "labelled steps", "outcomes", "tokens to predict",
                                        "marks"};
    bool groups = s->groups < s->examples;
    char n[7][32];
    if (groups)
        printf("  data       %s groups of %s members; %s groups in the dev set", cli_count(s->groups, n[0]),
               cli_count(s->examples, n[1]), cli_count(s->dev_groups, n[2]));
    else
        printf("  data       %s solutions with %s %s; %s in the dev set", cli_count(s->examples, n[0]),
               cli_count(s->marks, n[1]), marks[config->learn.task], cli_count(s->dev_examples, n[2]));
    if (s->alone) printf("; %s with nothing to compare", cli_count(s->alone, n[6]));
    if (s->dropped) printf("; %s not used", cli_count(s->dropped, n[3]));
    if (s->skipped_lines) printf("; %s bad lines", cli_count(s->skipped_lines, n[4]));
    printf("\n");
}

static void print_summary(const train_config *config, const cairn_learn_summary *s) {
    bool squared = strcmp(s->objective, "mse") == 0 || strcmp(s->objective, "ipo") == 0;
    char n[6][32];
    printf("%s: %s parameters, %s tokens in its vocabulary\n", config->learn.out, cli_count(s->parameters, n[0]),
           cli_count(s->vocabulary, n[1]));
    print_data(config, s);
    print_right(config, s);
    printf("  training   %s steps%s, %s tokens, last loss %.4f %s\n", cli_count(s->steps, n[0]),
           s->stopped_early ? " (stopped early)" : "", cli_count(s->tokens, n[1]), s->loss,
           squared ? "(squared)" : "nats");
    printf("  best       step %s", cli_count(s->best_step, n[0]));
    if (isfinite(s->dev_loss)) printf(": dev loss %.4f", s->dev_loss);
    if (isfinite(s->dev_accuracy)) printf(", accuracy %.2f %%", 100 * s->dev_accuracy);
    if (isfinite(s->dev_auroc)) printf(", AUROC %.4f", s->dev_auroc);
    if (isfinite(s->dev_loss) && *why_no_auroc(config, s)) printf(", no AUROC: %s", why_no_auroc(config, s));
    printf("%s\n", isfinite(s->dev_loss) ? "" : " (there is no dev set)");
    if (strcmp(s->instruction_set, cairn_bits_name(true)) == 0)
        printf("  bits       the same on every processor (--portable)\n");
    else
        printf("  bits       those of %s\n", s->instruction_set);
    printf("  time       %.2f s", s->seconds);
    if (s->memory_most) printf("; at most %.1f MB of memory", (double)s->memory_most / 1e6);
    printf("\n");
}

static cairn_status print_plan(cli *c, const train_config *config, const cairn_learn_plan *plan) {
    char n[4][32];
    if (!config->json) {
        printf("%s parameters, %s steps; the largest batch has %s tokens, %s of them marked\n",
               cli_count(plan->parameters, n[0]), cli_count(plan->steps, n[1]), cli_count(plan->batch_tokens, n[2]),
               cli_count(plan->batch_marks, n[3]));
        cli_print_memory(c, &plan->memory);
        return CAIRN_OK;
    }
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_int(&j, "parameters", plan->parameters);
    cli_json_int(&j, "steps", plan->steps);
    cli_json_int(&j, "batch_tokens", plan->batch_tokens);
    cli_json_int(&j, "batch_marks", plan->batch_marks);
    cli_json_memory(&j, "memory", &plan->memory);
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

static cairn_status print_json(cli *c, const train_config *config, const cairn_learn_summary *s) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_text(&j, "model", config->learn.out);
    cli_json_int(&j, "parameters", s->parameters);
    cli_json_int(&j, "vocabulary", s->vocabulary);
    cli_json_text(&j, "objective", s->objective);
    cli_json_int(&j, "examples", s->examples);
    cli_json_int(&j, "dev_examples", s->dev_examples);
    cli_json_int(&j, "groups", s->groups);
    cli_json_int(&j, "dev_groups", s->dev_groups);
    cli_json_int(&j, "alone", s->alone);
    cli_json_int(&j, "dropped", s->dropped);
    cli_json_int(&j, "skipped_lines", s->skipped_lines);
    cli_json_int(&j, "marks", s->marks);
    if (has_labels(config, s)) {
        cli_json_int(&j, "right_marks", s->right_marks);
        cli_json_int(&j, "dev_marks", s->dev_marks);
        cli_json_int(&j, "dev_right_marks", s->dev_right);
    }
    cli_json_int(&j, "steps", s->steps);
    cli_json_int(&j, "tokens", s->tokens);
    cli_json_real(&j, "loss", s->loss);
    cli_json_int(&j, "best_step", s->best_step);
    cli_json_real(&j, "dev_loss", s->dev_loss);
    cli_json_real(&j, "dev_accuracy", s->dev_accuracy);
    cli_json_real(&j, "dev_auroc", s->dev_auroc);
    if (*why_no_auroc(config, s)) cli_json_text(&j, "dev_auroc_why_null", why_no_auroc(config, s));
    cli_json_bool(&j, "stopped_early", s->stopped_early);
    cli_json_text(&j, "instruction_set", s->instruction_set);
    cli_json_int(&j, "memory_most", (int64_t)s->memory_most);
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

static cairn_status train(cli *c, const void *options, char **arguments, cairn_learn_task task) {
    train_config config = *(const train_config *)options;
    cairn_format format;
    cairn_learn_summary summary;
    CAIRN_TRY(cairn_format_parse(c->ctx, config.format, &format));
    config.learn.task = task;
    config.learn.data = arguments[0];
    config.learn.format = (int32_t)format;
    if (strcmp(config.learn.objective, "bce") == 0) config.learn.objective = "soft";
    if (task == CAIRN_LEARN_SFT) config.learn.head = "";
    if (config.problems) config.learn.task = CAIRN_LEARN_TEXT;
    if (config.plan) {
        cairn_learn_plan plan;
        CAIRN_TRY(cairn_learn_plan_memory(c->ctx, &config.learn, &plan));
        return print_plan(c, &config, &plan);
    }
    CAIRN_TRY(cairn_learn(c->ctx, &config.learn, &summary));
    if (config.json) return print_json(c, &config, &summary);
    print_summary(&config, &summary);
    return CAIRN_OK;
}

/* ---- verbs --------------------------------------------------------------------------------------------------------------------- */

static cairn_status run_sft(cli *c, const void *options, int count, char **arguments) {
    (void)count;
    return train(c, options, arguments, CAIRN_LEARN_SFT);
}

static cairn_status run_prm(cli *c, const void *options, int count, char **arguments) {
    (void)count;
    return train(c, options, arguments, CAIRN_LEARN_PRM);
}

static cairn_status run_orm(cli *c, const void *options, int count, char **arguments) {
    (void)count;
    return train(c, options, arguments, CAIRN_LEARN_ORM);
}

static cairn_status run_pairs(cli *c, const void *options, int count, char **arguments) {
    (void)count;
    return train(c, options, arguments, CAIRN_LEARN_PAIRS);
}

const cli_verb verb_train_sft = {
    .about = {.name = "train sft",
              .summary = "Train a decoder on the tokens of solutions.",
              .options = sft_options,
              .option_count = sizeof sft_options / sizeof *sft_options,
              .config_size = sizeof(train_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples = "  cairn train sft solutions.jsonl --out policy.gguf --shape width=128,layers=4 --vocabulary 1024\n"
                "  cairn train sft solutions.jsonl --out policy.gguf --only-right --log policy.jsonl\n"
                "  cairn train sft solutions.jsonl --out policy.gguf --only-right --resume   # after an interruption\n",
    .run = run_sft,
};

const cli_verb verb_train_prm = {
    .about = {.name = "train prm",
              .summary = "Train a head that says whether a step is right, on labelled steps.",
              .options = prm_options,
              .option_count = sizeof prm_options / sizeof *prm_options,
              .config_size = sizeof(train_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples = "  cairn train prm labels.jsonl --out prm.gguf --shape width=64,layers=2 --vocabulary 512\n"
                "  cairn train prm labels.jsonl --out prm.gguf --init policy.gguf --every 50 --patience 4\n"
                "  cairn train prm soft.jsonl --out prm.gguf --init policy.gguf --loss soft\n"
                "  cairn train prm soft.jsonl --out prm.gguf --init policy.gguf --loss listwise\n",
    .run = run_prm,
};

const cli_verb verb_train_orm = {
    .about = {.name = "train orm",
              .summary = "Train a head that says whether a whole solution is right, on recorded outcomes.",
              .options = orm_options,
              .option_count = sizeof orm_options / sizeof *orm_options,
              .config_size = sizeof(train_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples = "  cairn train orm solutions.jsonl --out orm.gguf --init policy.gguf\n"
                "  cairn train orm solutions.jsonl --out orm.gguf --shape width=64,layers=2 --loss mse --json\n",
    .run = run_orm,
};

const cli_verb verb_train_pairs = {
    .about = {.name = "train pairs",
              .summary = "Train a head, or the decoder itself, on which of several continuations is better.",
              .options = pairs_options,
              .option_count = sizeof pairs_options / sizeof *pairs_options,
              .config_size = sizeof(train_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples =
        "  cairn train pairs pairs.jsonl --out reward.gguf --init policy.gguf --head outcome\n"
        "  cairn train pairs soft.jsonl --out prm.gguf --init policy.gguf --loss pairwise   # steps after one prefix\n"
        "  cairn train pairs attempts.jsonl --out orm.gguf --init policy.gguf --level solutions --loss listwise\n"
        "  cairn train pairs pairs.jsonl --out better.gguf --init policy.gguf --loss dpo:beta=0.1 --rate 0.0001\n",
    .run = run_pairs,
};
