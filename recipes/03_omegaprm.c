/* OmegaPRM (arXiv 2406.06592): the first wrong step of a solution is found by bisection, so that a completion locates
 * more errors than in a scan of all steps. For your own problems:
 *     cairn label --world text --problems problems.jsonl --policy 'exec:./my_model' --method omegaprm --out labels.jsonl
 */
#include <math.h>

#include "cairn/label_job.h"
#include "cairn/recipe.h"

typedef struct config {
    int32_t method;
    int64_t problems, steps, completions;
    double error, repair;
} config;

static const cairn_option options[] = {
    CAIRN_CHOICE(config, method, "omegaprm", "omegaprm|left-to-right|all",
                 "Bisection in a tree; or a scan of fresh wrong solutions up to their first error, or of all steps."),
    CAIRN_INT(config, problems, "61", 1, 1e6, "problems", "Problems of a seed."),
    CAIRN_INT(config, completions, "8", 1, 1024, "completions", "k: completions for each estimate."),
    CAIRN_INT(config, steps, "16", 2, 1000, "steps", "Steps of a solution."),
    CAIRN_REAL(config, error, "0.06", 0, 1, "", "Probability that the policy's step is wrong."),
    CAIRN_REAL(config, repair, "0", 0, 1, "", "Probability that a later step repairs a wrong state."),
};

/* Each spends about 20,000 rollouts on a seed. */
static const cairn_arm arms[] = {
    {"omegaprm", "method=omegaprm,problems=61"},
    {"left-to-right", "method=left-to-right,problems=138"},
    {"all", "method=all,problems=41"},
    {"omegaprm-repair-0.005", "method=omegaprm,problems=61,repair=0.005"},
    {"left-to-right-repair-0.005", "method=left-to-right,problems=138,repair=0.005"},
    {"omegaprm-repair-0.02", "method=omegaprm,problems=61,repair=0.02"},
    {"left-to-right-repair-0.02", "method=left-to-right,problems=138,repair=0.02"},
};

static const cairn_claim claims[] = {
    {"errors located, over left to right", .of = "located", .a = "omegaprm", .over = "left-to-right",
     .at_least = CAIRN_BAR(3)},
    {"errors located, over all steps", .of = "located", .a = "omegaprm", .over = "all", .at_least = CAIRN_BAR(9)},
    {"located errors that are exact", .of = "exact", .a = "omegaprm", .at_least = CAIRN_BAR(0.98)},
    {"share of negative labels", .of = "negative", .a = "omegaprm", .at_least = CAIRN_BAR(0.40),
     .at_most = CAIRN_BAR(0.60)},
    {"errors located with little repair, over left to right", .of = "located", .a = "omegaprm-repair-0.005",
     .over = "left-to-right-repair-0.005", .at_least = CAIRN_BAR(3)},
    {"errors located with repair, over left to right", .of = "located", .a = "omegaprm-repair-0.02",
     .over = "left-to-right-repair-0.02", .at_least = CAIRN_BAR(3.5)},
};

static cairn_status report(cairn_lab *lab, const cairn_label_summary *s) {
    CAIRN_TRY(cairn_lab_number(lab, "located", s->rollouts ? 1e4 * (double)s->located / (double)s->rollouts : NAN));
    CAIRN_TRY(cairn_lab_number(lab, "exact", s->judged ? (double)s->exact_locations / (double)s->judged : NAN));
    CAIRN_TRY(cairn_lab_number(lab, "negative",
                               s->labelled_steps ? (double)s->wrong_steps / (double)s->labelled_steps : NAN));
    return cairn_lab_number(lab, "rollouts", (double)s->rollouts);
}

static cairn_status run(cairn_lab *lab, const void *configuration) {
    const config *c = configuration;
    cairn_job_setup setup = {.what = "label",
                             .world = cairn_arena_printf(lab->arena, "chain:steps=%lld", (long long)c->steps),
                             .policy = cairn_arena_printf(lab->arena,
                                                          "scripted:error=%g,repair=%g,paraphrases=16,wrong_values=16",
                                                          c->error, c->repair),
                             .count = c->problems,
                             .seed = lab->seed,
                             .workers = lab->workers,
                             .sampling = CAIRN_SAMPLING_DEFAULT,
                             .aggregator = -1,
                             .quiet = true};
    if (!setup.world || !setup.policy) return CAIRN_NO_MEMORY;
    const char *const methods[] = {"omegaprm:searches=20,question_filter=0", "mc:order=left-to-right,only_wrong=true",
                                   "mc:order=all"};
    cairn_label_setup label = {
        .method = cairn_arena_printf(lab->arena, "%s,rollouts=%lld", methods[c->method], (long long)c->completions)};
    if (!label.method) return CAIRN_NO_MEMORY;
    cairn_label_summary summary;
    cairn_job *job;
    CAIRN_TRY(cairn_job_open(lab->ctx, &setup, &job));
    cairn_status status = cairn_label_problems(lab->ctx, job, &label, NULL, &summary);
    cairn_job_close(job);
    return status == CAIRN_OK ? report(lab, &summary) : status;
}

const cairn_recipe cairn_recipe_omegaprm = {
    .about = {.name = "omegaprm",
              .summary =
                  "Labels the steps of sampled solutions with few completions, by bisecting to the first wrong step.",
              .source = "arXiv 2406.06592",
              CAIRN_OPTIONS(options, config)},
    .system = 3,
    .tier = CAIRN_TIER_SCRIPTED,
    .seeds = 10,
    .idea = "Completions of a prefix tell whether it can still succeed, and after the first wrong step none does. So "
            "the first wrong step is found by bisection, with the logarithm of the completions that a scan costs. The "
            "completions are solutions themselves, so a tree keeps them, and the most instructive wrong ones are "
            "bisected next.",
    .command = "cairn label --world text --problems problems.jsonl --policy 'exec:./my_model' --method omegaprm --out "
               "labels.jsonl",
    CAIRN_ARMS(arms),
    CAIRN_CLAIMS(claims),
    .run = run,
};
