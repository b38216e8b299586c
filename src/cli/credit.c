/* cairn credit: rollouts in, token advantages out. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/credit.h"
#include "cli/verbs.h"

static const cairn_option options[] = {
    CAIRN_TEXT(credit_config, credit, "grpo", "",
               "How credit is given: NAME or NAME:key=value,... (cairn help credits)."),
    CAIRN_TEXT_AS("reward", credit_config, scored.reward, "", "",
                  "Who scores steps, in the place of the file's scores (cairn help rewards)."),
    CAIRN_TEXT_AS("threshold", credit_config, scored.threshold, "middle", "",
                  "With --reward, where verdicts are read: a step with a lower score is wrong; a number, or the middle "
                  "of the reward's range."),
    CAIRN_TEXT_AS("world", credit_config, scored.world, "text", "",
                  "With --reward: world that reads the steps; text: any problem, steps as they are."),
    CAIRN_TEXT_AS("policy", credit_config, scored.policy, "", "",
                  "With --reward: policy for rewards that need one, such as mc."),
    CAIRN_INT(credit_config, iteration, "0", 0, 1e12, "", "Iteration of the training: keys noise, and anneals."),
    CAIRN_CHOICE(credit_config, like, "cairn", CREDIT_LAYOUTS,
                 "Whose number stands beside deviations, where --credit says no epsilon: cairn and verl 1e-6, trl "
                 "1e-4, openrlhf 1e-9."),
    CAIRN_TEXT(credit_config, out, "", "",
               "Write the responses with their advantages as JSON lines to this file (- for standard output)."),
    CAIRN_CHOICE(credit_config, to, "cairn", CREDIT_LAYOUTS,
                 "Whose names the fields of that file have (docs/credit.md)."),
    CAIRN_BOOL(credit_config, explain, "false",
               "Say what the credit does, a line a stage; without a file, that alone."),
    CAIRN_BOOL_AS("skip-bad", credit_config, scored.skip_bad, "false",
                  "Count and name bad lines instead of stopping at the first."),
    CAIRN_SEED_AS("seed", credit_config, scored.seed, "1",
                  "Of choices at random, where --credit says no seed, and of rewards that sample."),
    CLI_PORTABLE(credit_config, scored.portable, "With models: "),
    CAIRN_BOOL_AS("quiet", credit_config, scored.quiet, "false", "No progress line."),
    CAIRN_BOOL_AS("json", credit_config, scored.json, "false", "Result as one JSON object."),
};

/* ---- the plan ------------------------------------------------------------------------------------------------------ */

/* Whether a spec such as "prof:keep=4,seed=2" has the option. */
static bool spec_has(const char *spec, const char *option) {
    size_t length = strlen(option), name;
    const char *at;
    cairn_spec_split(spec, &name, &at);
    while (strncmp(at, option, length) != 0 || at[length] != '=') {
        do {
            at = strchr(at, ',');
            if (!at++) return false;
        } while (at[-2] == '\\');
    }
    return true;
}

/* Whether some advantage is divided by a deviation, beside which epsilon stands. */
static bool has_epsilon(const cairn_credit_plan *plan) {
    for (int32_t i = 0; i < plan->n_streams; i++) switch (plan->streams[i].estimator) {
        case CAIRN_ESTIMATE_GRPO:
        case CAIRN_ESTIMATE_BATCH_STD:
        case CAIRN_ESTIMATE_POOLED:
        case CAIRN_ESTIMATE_PASS_K:
        case CAIRN_ESTIMATE_ANCHOR:
            return true;
        default:
            break;
        }
    return false;
}

static cairn_status find_plan(cli *c, const credit_config *config, cairn_credit_plan *plan) {
    static const double epsilons[] = {
        [CREDIT_CAIRN] = 1e-6, [CREDIT_TRL] = 1e-4, [CREDIT_VERL] = 1e-6, [CREDIT_OPENRLHF] = 1e-9};
    CAIRN_TRY(cairn_credit_find(c->ctx, c->arena, config->credit, plan));
    if (config->like != CREDIT_CAIRN && !has_epsilon(plan))
        return cairn_fail(c->ctx, CAIRN_INVALID, "--like: `%s` divides by no deviation, so no epsilon stands beside it",
                          plan->name);
    if (config->like != CREDIT_CAIRN && !spec_has(config->credit, "epsilon")) plan->epsilon = epsilons[config->like];
    if (!spec_has(config->credit, "seed")) plan->seed = config->scored.seed;
    return CAIRN_OK;
}

static cairn_status check_options(cli *c, const credit_config *config, const cairn_credit_plan *plan, int files) {
    const scored_options *s = &config->scored;
    bool to_stdout = strcmp(config->out, "-") == 0;
    const char *wrong = NULL;
    if (files == 0 && !config->explain)
        wrong = "name a file of rollouts, or give --explain";
    else if (files == 0 && (*config->out || *s->reward || s->json))
        wrong = "--out, --reward and --json go with a file of rollouts";
    else if (!*config->out && config->to != CREDIT_CAIRN)
        wrong = "--to goes with --out";
    else if (!*s->reward && (*s->policy || strcmp(s->world, "text") != 0 || strcmp(s->threshold, "middle") != 0))
        wrong = "--world, --policy and --threshold go with --reward";
    else if (to_stdout && (s->json || config->explain))
        wrong = "--out - goes neither with --json nor with --explain";
    if (wrong) return cairn_fail(c->ctx, CAIRN_INVALID, "%s", wrong);
    if (*s->reward && !credit_reads_scores(plan) && !credit_reads_flags(plan))
        return cairn_fail(c->ctx, CAIRN_INVALID, "--reward: `%s` reads nothing of steps", plan->name);
    return CAIRN_OK;
}

static cairn_status explain(cli *c, const cairn_credit_plan *plan) {
    cairn_text text = {0};
    cairn_status status = cairn_credit_explain(c->ctx, plan, &text);
    if (status == CAIRN_OK) printf("%s", text.data);
    cairn_text_free(&text);
    return status;
}

/* ---- the call ------------------------------------------------------------------------------------------------------ */

/* What a refusal says of a response, after the response's name. */
static const char *fault_of(const cairn_credit_group *group, const char *text) {
    for (int32_t i = 0; i < group->n; i++) {
        const char *name = group->responses[i].name;
        size_t length = name ? strlen(name) : 0;
        if (length && strncmp(text, name, length) == 0 && strncmp(text + length, ": ", 2) == 0)
            return text + length + 2;
    }
    return text;
}

/* A refusal of the library counts groups and names its own fields: here a group gets its name, and what the field is
 * called in a file is said after it. */
static cairn_status name_fault(cli *c, const credit_batch *b, cairn_status status) {
    static const struct {
        const char *here, *file;
    } fields[] = {{"step_score", "scores"},     {"step_flag", "flags"},
                  {"step_state", "states"},     {"token_reward", "token_rewards"},
                  {"logp_ref", "ref_logprobs"}, {"logp_sampler", "sampler_logprobs"},
                  {"logp", "logprobs"},         {"value", "values"},
                  {"outcome", "correct"}};
    char text[1024];
    int g = 0, named = 0;
    snprintf(text, sizeof text, "%s", cairn_error(c->ctx));
    if (status != CAIRN_INVALID || sscanf(text, "group %d: %n", &g, &named) != 1 || named == 0) return status;
    if (g < 0 || g >= b->n_groups) return status;
    const char *file = NULL, *group = b->names[g], *fault = fault_of(&b->groups[g], text + named);
    for (size_t i = 0; i < sizeof fields / sizeof *fields && !file; i++)
        if (strncmp(fault, fields[i].here, strlen(fields[i].here)) == 0) file = fields[i].file;
    return cairn_fail(c->ctx, status, "group %s: %s%s%s%s", group, text + named, file ? " (field `" : "",
                      file ? file : "", file ? "`)" : "");
}

static cairn_status give_credit(cli *c, const credit_config *config, credit_batch *b) {
    size_t tokens = b->token[b->n], steps = b->step[b->n];
    cairn_credit_result *r = &b->result;
    r->advantage = cairn_arena_alloc(c->arena, tokens, sizeof *r->advantage);
    r->ret = cairn_arena_alloc(c->arena, tokens, sizeof *r->ret);
    r->scalar = cairn_arena_alloc(c->arena, b->n, sizeof *r->scalar);
    r->step = cairn_arena_alloc(c->arena, steps, sizeof *r->step);
    r->keep = cairn_arena_alloc(c->arena, b->n, sizeof *r->keep);
    if (!r->advantage || !r->ret || !r->scalar || !r->step || !r->keep) return CAIRN_NO_MEMORY;
    return name_fault(c, b, cairn_credit(c->ctx, &b->plan, b->groups, b->n_groups, config->iteration, r));
}

static cairn_status write_out(cli *c, const credit_config *config, const credit_batch *b, cairn_out *out) {
    cairn_status status = credit_write(c, (credit_layout)config->to, b, out);
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}

/* All that can fail for want of memory comes before the file appears. */
static cairn_status run_files(cli *c, const credit_config *config, int count, char **files, credit_batch *b) {
    cairn_out *out = NULL;
    credit_summary summary;
    CAIRN_TRY(credit_read(c, config, count, files, b));
    CAIRN_TRY(give_credit(c, config, b));
    CAIRN_TRY(credit_summarise(c, config, b, &summary));
    if (*config->out) {
        CAIRN_TRY(cairn_out_open(c->ctx, config->out, &out));
        CAIRN_TRY(write_out(c, config, b, out));
    }
    if (strcmp(config->out, "-") == 0) return CAIRN_OK;
    if (config->scored.json) return credit_print_json(c, config, b, &summary);
    credit_print(c, config, b, &summary);
    return CAIRN_OK;
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    const credit_config *config = options_;
    credit_batch batch = {0};
    CAIRN_TRY(find_plan(c, config, &batch.plan));
    CAIRN_TRY(check_options(c, config, &batch.plan, count));
    if (count == 0) return explain(c, &batch.plan);
    cairn_status status = run_files(c, config, count, arguments, &batch);
    credit_free(&batch);
    return status;
}

const cli_verb verb_credit = {
    .about = {.name = "credit",
              .summary = "Turn outcomes and step scores of rollouts into token advantages, for any trainer.",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(credit_config)},
    .arguments = "[FILE...]",
    .most = 1000,
    .examples = "  cairn credit rollouts.jsonl\n"
                "  cairn credit rollouts.jsonl --credit pure:temperature=0.1 --to verl --out advantages.jsonl\n"
                "  cairn credit rollouts.jsonl --credit capo --reward calculator --json\n"
                "  cairn credit --credit clip-delta:eta=0.5 --explain\n",
    .run = run,
};
