/* cairn, cairn help: what there is. Everything with a name is printed from its own table. */
#include <stdio.h>
#include <string.h>

#include "cairn/bench.h"
#include "cairn/credit.h"
#include "cairn/label.h"
#include "cairn/objective.h"
#include "cairn/surrogate.h"
#include "cli/verbs.h"

typedef struct help_config {
    char unused;
} help_config;

cairn_status cli_print_overview(cli *c) {
    const char *bold = cli_paint_code(c, CLI_BOLD), *plain = cli_paint_code(c, CLI_PLAIN);
    printf("%scairn %s%s: process-supervised reasoning: propose steps, score every step, search, label, measure\n\n",
           bold, CAIRN_VERSION, plain);
    for (int i = 0; cli_verbs[i]; i++)
        printf("  cairn %s%-16s%s %s\n", bold, cli_verbs[i]->about.name, plain, cli_verbs[i]->about.summary);
    printf(
        "\n  cairn VERB --help shows options and examples; cairn help TOPIC lists worlds, policies, scripts, rewards, "
        "searches, labellers, rules, objectives, credits, surrogates, benchmarks.\n"
        "  Exit status: 0 done; 1 a claim of a recipe is missed; 2 refused or failed, with one sentence on standard "
        "error; 130 or 143 interrupted by "
        "Ctrl-C or "
        "SIGTERM,\n  a second one ends at once. What a run file (--run) holds by then stays: cairn run resume FILE.\n");
    return CAIRN_OK;
}

cairn_status cli_print_about(cli *c, const cairn_about *about) {
    printf("%s%s%s  %s", cli_paint_code(c, CLI_BOLD), about->name, cli_paint_code(c, CLI_PLAIN), about->summary);
    if (about->source && *about->source)
        printf("  %s[%s]%s", cli_paint_code(c, CLI_DIM), about->source, cli_paint_code(c, CLI_PLAIN));
    printf("\n");
    if (about->option_count == 0) return CAIRN_OK;
    cairn_text text = {0};
    cairn_help_style style = {.indent = 4, .width = cli_columns(c)};
    cairn_status status = cairn_options_help(c->ctx, about, &style, &text);
    if (status == CAIRN_OK) printf("%s", text.data);
    cairn_text_free(&text);
    return status;
}

/* Everything registered under one topic, one after the other. */
typedef struct topic {
    const char *name, *title;
    const cairn_about *(*at)(int index); /* NULL after the last */
} topic;

static const cairn_about *world_at(int i) {
    return cairn_worlds()[i] ? &cairn_worlds()[i]->about : NULL;
}
static const cairn_about *policy_at(int i) {
    return cairn_policies()[i] ? &cairn_policies()[i]->about : NULL;
}
static const cairn_about *reward_at(int i) {
    return cairn_rewards()[i] ? &cairn_rewards()[i]->about : NULL;
}
static const cairn_about *search_at(int i) {
    return cairn_searches()[i] ? &cairn_searches()[i]->about : NULL;
}
static const cairn_about *labeller_at(int i) {
    return cairn_labellers()[i] ? &cairn_labellers()[i]->about : NULL;
}
static const cairn_about *rule_at(int i) {
    return cairn_rules()[i] ? &cairn_rules()[i]->about : NULL;
}
static const cairn_about *objective_at(int i) {
    return cairn_objectives()[i] ? &cairn_objectives()[i]->about : NULL;
}
static const cairn_about *credit_at(int i) {
    return cairn_credits()[i] ? &cairn_credits()[i]->about : NULL;
}
static const cairn_about *surrogate_at(int i) {
    return cairn_surrogates()[i] ? &cairn_surrogates()[i]->about : NULL;
}
static const cairn_about *script_at(int i) {
    for (int w = 0; cairn_worlds()[w]; w++)
        if (cairn_worlds()[w]->script && i-- == 0) return &cairn_worlds()[w]->script->about;
    return NULL;
}

static const cairn_about *bench_at(int i) {
    return cairn_benches()[i] ? &cairn_benches()[i]->about : NULL;
}

static const topic topics[] = {
    {"worlds", "Worlds (`--world NAME:key=value,...`)", world_at},
    {"policies", "Policies (`--policy NAME:key=value,...`); options of `scripted` are those of the world's script",
     policy_at},
    {"scripts", "Scripts: the options of `--policy scripted:...`, by world", script_at},
    {"rewards", "Rewards (`--reward NAME:key=value,...`)", reward_at},
    {"searches", "Searches (`--search NAME:key=value,...`)", search_at},
    {"labellers", "Labellers (`--method NAME:key=value,...`)", labeller_at},
    {"rules", "Rules of labelling (`--rule NAME:key=value,...`)", rule_at},
    {"objectives", "Objectives (`--loss NAME:key=value,...`)", objective_at},
    {"credits", "Credit (`--credit NAME:key=value,...`)", credit_at},
    {"surrogates", "Surrogates: losses of a policy (`NAME:key=value,...` in `cairn_surrogate_find`)", surrogate_at},
    {"benchmarks", "Benchmarks (`cairn eval NAME`); these options besides those of every benchmark", bench_at},
};
enum { TOPICS = sizeof topics / sizeof *topics };

/* ---- the reference as Markdown ---------------------------------------------------------------------------------------------- */

static cairn_status markdown_options(cli *c, const cairn_about *about, const char *prefix) {
    if (about->option_count == 0) return CAIRN_OK;
    cairn_text text = {0};
    cairn_help_style style = {.prefix = prefix, .markdown = true};
    cairn_status status = cairn_options_help(c->ctx, about, &style, &text);
    if (status == CAIRN_OK) printf("%s\n", text.data);
    cairn_text_free(&text);
    return status;
}

static void markdown_numbers(const cli_verb *verb) {
    const char *name, *meaning;
    for (int i = 0; cli_number_of(verb, i, &name, &meaning); i++)
        printf("%s| %s | %s |\n", i ? "" : "| number | what it means |\n|---|---|\n", name, meaning);
    if (cli_number_of(verb, 0, &name, &meaning)) printf("\n");
}

static const char reference_head[] =
    "# Reference\n\n"
    "Every verb, world, policy, reward, search, labeller, rule, objective, credit, surrogate and benchmark with its "
    "options and, for "
    "verbs, what the "
    "numbers mean. "
    "This page is what "
    "`cairn help reference` prints; `make reference` writes it, and `make check` compares.\n\n"
    "Options of verbs are written `--name value` or `--name=value`; `--config FILE` reads lines `name = value` from a "
    "file (blank lines "
    "and lines that start with `#` say nothing), wherever it stands; the command line overrides it, and later files "
    "override earlier "
    "ones. A mistake in a file is named as `FILE:LINE`. Options of worlds, policies, rewards, searches, labellers, "
    "rules, objectives, credits and surrogates "
    "follow their name: "
    "`beam:width=16,branch=4`; a comma inside a value is written `\\,`.\n\n";

static cairn_status print_reference(cli *c) {
    printf("%s## Verbs\n\n", reference_head);
    for (int i = 0; cli_verbs[i]; i++) {
        const cli_verb *verb = cli_verbs[i];
        printf("### cairn %s%s%s\n\n%s\n\n```\n%s```\n\n", verb->about.name, *verb->arguments ? " " : "",
               verb->arguments, verb->about.summary, verb->examples);
        CAIRN_TRY(markdown_options(c, &verb->about, "--"));
        markdown_numbers(verb);
    }
    for (int t = 0; t < TOPICS; t++) {
        printf("## %s\n\n", topics[t].title);
        for (int i = 0; topics[t].at(i); i++) {
            const cairn_about *about = topics[t].at(i);
            bool sourced = about->source && *about->source;
            printf("### %s\n\n%s%s%s%s\n\n", about->name, about->summary, sourced ? " (" : "",
                   sourced ? about->source : "", sourced ? ")" : "");
            CAIRN_TRY(markdown_options(c, about, NULL));
        }
    }
    return CAIRN_OK;
}

static cairn_status print_topic(cli *c, const char *name) {
    if (strcmp(name, "reference") == 0) return print_reference(c);
    for (int t = 0; t < TOPICS; t++) {
        if (strcmp(topics[t].name, name) != 0) continue;
        for (int i = 0; topics[t].at(i); i++) CAIRN_TRY(cli_print_about(c, topics[t].at(i)));
        return CAIRN_OK;
    }
    return cairn_fail(c->ctx, CAIRN_INVALID,
                      "no topic `%s`: worlds, policies, scripts, rewards, searches, labellers, rules, objectives, "
                      "credits, surrogates, benchmarks or reference",
                      name);
}

static cairn_status run(cli *c, const void *config, int count, char **arguments) {
    (void)config;
    return count ? print_topic(c, arguments[0]) : cli_print_overview(c);
}

const cli_verb verb_help = {
    .about =
        {.name = "help",
         .summary =
             "List worlds, policies, scripts, rewards, searches, labellers, rules, objectives, credits, surrogates or "
             "benchmarks with their options; or all of it.",
         .config_size = sizeof(help_config)},
    .arguments = "[TOPIC]",
    .most = 1,
    .examples = "  cairn help searches\n  cairn help worlds\n  cairn help reference      # all of it, in Markdown\n",
    .run = run,
};
