/* cairn recipe run, verify: one arm's numbers, or all claims of some recipes. */
#include <stdio.h>
#include <string.h>

#include "cli/recipe.h"
#include "cli/verbs.h"

typedef struct verify_config {
    job_options job; /* workers, run, resume, quiet, json */
    const char *seeds, *arm, *set, *out;
    int32_t tier;
} verify_config;

/* ---- --seeds, --set ---------------------------------------------------------------------------------------------------------------- */

/* Reads "5" or "1-10" at *p and moves on past it and a comma. */
static bool next_range(const char **p, int64_t *low, int64_t *high) {
    const char *word = *p, *dash;
    size_t length = strcspn(word, ",");
    *p += length;
    dash = memchr(word, '-', length);
    size_t first = dash ? (size_t)(dash - word) : length;
    const char *second = dash ? dash + 1 : word;
    if (cairn_parse_int(word, first, low) != CAIRN_OK || *low < 0) return false;
    if (cairn_parse_int(second, (size_t)(*p - second), high) != CAIRN_OK || *high < *low) return false;
    if (**p == ',' && *++*p == 0) return false;
    return true;
}

/* Numbers and ranges, "1-10" or "1,4,7-9". "" gives NULL. */
static cairn_status read_seeds(cli *c, const char *text, const uint64_t **out, int32_t *n) {
    enum { MOST = 100000 };
    int64_t low, high, count = 0;
    for (const char *p = text; *p;) {
        if (!next_range(&p, &low, &high))
            return cairn_fail(c->ctx, CAIRN_INVALID,
                              "--seeds: expected numbers and ranges (1-10 or 1,4,7-9), got `%.80s`", text);
        if (high - low >= MOST - count) return cairn_fail(c->ctx, CAIRN_INVALID, "--seeds: more than %d", MOST);
        count += high - low + 1;
    }
    uint64_t *seeds = cairn_arena_alloc(c->arena, (size_t)count, sizeof *seeds);
    if (!seeds) return CAIRN_NO_MEMORY;
    *n = 0;
    for (const char *p = text; *p && next_range(&p, &low, &high);)
        for (; low <= high; low++) seeds[(*n)++] = (uint64_t)low;
    *out = *n ? seeds : NULL;
    return CAIRN_OK;
}

/* "problems=10,file=a\,b" in its parts; a comma or backslash of a value stands after a backslash. */
static cairn_status read_set(cli *c, const char *text, const char *const **out, int32_t *n) {
    size_t length = strlen(text);
    const char **parts = cairn_arena_alloc(c->arena, length / 2 + 1, sizeof *parts);
    char *copy = cairn_arena_alloc(c->arena, length + 1, 1), *at = copy;
    if (!parts || !copy) return CAIRN_NO_MEMORY;
    *n = 0;
    for (const char *p = text; *p; p += *p == ',') {
        parts[(*n)++] = at;
        for (; *p && *p != ','; p++) {
            if (*p == '\\' && (p[1] == ',' || p[1] == '\\')) p++;
            *at++ = *p;
        }
        *at++ = 0;
    }
    *out = parts;
    return CAIRN_OK;
}

static cairn_status read_setup(cli *c, const verify_config *config, cairn_verify_setup *out) {
    *out = (cairn_verify_setup){.arm = config->arm && *config->arm ? config->arm : NULL,
                                .workers = (int32_t)config->job.workers,
                                .quiet = config->job.quiet};
    CAIRN_TRY(read_seeds(c, config->seeds, &out->seeds, &out->seed_count));
    return read_set(c, config->set, &out->set, &out->set_count);
}

/* ---- run ------------------------------------------------------------------------------------------------------------------------------ */

static cairn_status print_json(cli *c, const cairn_verification *v, int32_t n) {
    cairn_text text = {0};
    cairn_status status = cairn_text_add(c->ctx, &text, "[", 1);
    for (int32_t i = 0; i < n && status == CAIRN_OK; i++) {
        if (i > 0) status = cairn_text_add(c->ctx, &text, ",", 1);
        if (status == CAIRN_OK) status = cairn_verified_json(c->ctx, cairn_verified_at(v, i), &text);
    }
    if (status == CAIRN_OK) status = cairn_text_add(c->ctx, &text, "]", 1);
    if (status == CAIRN_OK) cli_print_json(text.data, text.length);
    cairn_text_free(&text);
    return status;
}

#define SEEDS_HELP "Numbers and ranges, such as 1-10 or 1,4,7; empty: the published ones of each recipe."
#define SET_HELP   "Options of the recipe (cairn recipe show) over those of its arms: key=value,..."

static const cairn_option run_options[] = {
    CAIRN_TEXT(verify_config, arm, "", "", "Only this arm; empty: all."),
    CAIRN_TEXT(verify_config, seeds, "", "", SEEDS_HELP),
    CAIRN_TEXT(verify_config, set, "", "", SET_HELP),
    CAIRN_INT_AS("workers", verify_config, job.workers, "0", 0, 1024, "threads", "0: one a processor."),
    CLI_OUTPUT_OPTIONS(verify_config),
};

static cairn_status fail_several(cli *c, const char *number, const cairn_recipe *const *recipes, int32_t n) {
    char names[256] = "";
    for (int32_t i = 0; i < n; i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", recipes[i]->about.name);
    }
    return cairn_fail(c->ctx, CAIRN_INVALID, "system %s has several recipes: name one of %s", number, names);
}

static cairn_status run_run(cli *c, const void *options, int count, char **arguments) {
    const verify_config *config = options;
    const cairn_recipe **recipes;
    int32_t n;
    cairn_verify_setup setup;
    cairn_verification *v;
    CAIRN_TRY(cli_find_recipes(c, arguments, count, RECIPE_ALL_TIERS, &recipes, &n));
    if (n > 1) return fail_several(c, arguments[0], recipes, n);
    CAIRN_TRY(read_setup(c, config, &setup));
    CAIRN_TRY(cairn_recipe_verify(c->ctx, recipes, n, &setup, NULL, &v));
    cairn_status status = config->job.json ? print_json(c, v, n) : CAIRN_OK;
    for (int32_t i = 0; i < n && !config->job.json; i++) recipe_print_arms(c, cairn_verified_at(v, i));
    cairn_verification_close(v);
    return status;
}

const cli_verb verb_recipe_run = {
    .about = {.name = "recipe run",
              .summary = "Run the arms of a recipe and print their numbers.",
              .options = run_options,
              .option_count = sizeof run_options / sizeof *run_options,
              .config_size = sizeof(verify_config)},
    .arguments = "NAME",
    .least = 1,
    .most = 1,
    .examples = "  cairn recipe run omegaprm --arm omegaprm --seeds 1-2\n"
                "  cairn recipe run omegaprm --seeds 7 --set problems=10,steps=8 --json\n",
    .run = run_run,
};

/* ---- verify --------------------------------------------------------------------------------------------------------------------------- */

static const cairn_option verify_options[] = {
    CAIRN_CHOICE(verify_config, tier, "scripted", CAIRN_TIER_CHOICES "|all",
                 "Recipes that are verified where none is named, or a number: scripted takes seconds each, learned "
                 "minutes."),
    CAIRN_TEXT(verify_config, seeds, "", "", SEEDS_HELP),
    CAIRN_TEXT(verify_config, set, "", "", SET_HELP),
    CAIRN_INT_AS("workers", verify_config, job.workers, "0", 0, 1024, "threads", "0: one a processor."),
    CAIRN_TEXT_AS("run", verify_config, job.run, "", "",
                  "Run file: the numbers of each arm and seed are kept in it at once."),
    CAIRN_BOOL_AS("resume", verify_config, job.resume, "false", "Go on with that run file."),
    CAIRN_TEXT(verify_config, out, "", "",
               "Folder that is there, for one record a recipe, NN_name.json (cairn recipe list --records)."),
    CLI_OUTPUT_OPTIONS(verify_config),
};

static cairn_status verify(cli *c, const verify_config *config, const cairn_recipe *const *recipes, int32_t n,
                           const cairn_verify_setup *setup, cairn_verification **out) {
    cairn_manifest manifest;
    cairn_run *run;
    job_options job = config->job;
    job.policy = job.reward = "";
    CAIRN_TRY(cairn_recipe_manifest(c->ctx, recipes, n, setup, c->arena, &manifest));
    CAIRN_TRY(cli_open_run(c, &job, &manifest, &run));
    cairn_status status = cairn_recipe_verify(c->ctx, recipes, n, setup, run, out);
    bool kept = run;
    status = cli_close_run(c, &job, run, status);
    if (kept) c->advice = "go on with the same command and --resume";
    return status;
}

static cairn_status show(cli *c, const verify_config *config, const cairn_verify_setup *setup,
                         const cairn_verification *v, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        const cairn_verified *recipe = cairn_verified_at(v, i);
        if (!config->job.json) recipe_print(c, recipe);
        if (*config->out) CAIRN_TRY(recipe_record_write(c, config->out, recipe, setup));
        if (recipe->missed > 0) c->no = true;
    }
    return config->job.json ? print_json(c, v, n) : CAIRN_OK;
}

static cairn_status run_verify(cli *c, const void *options, int count, char **arguments) {
    const verify_config *config = options;
    const cairn_recipe **recipes;
    int32_t n;
    cairn_verify_setup setup;
    cairn_verification *v;
    CAIRN_TRY(cli_find_recipes(c, arguments, count, config->tier, &recipes, &n));
    CAIRN_TRY(read_setup(c, config, &setup));
    CAIRN_TRY(verify(c, config, recipes, n, &setup, &v));
    cairn_status status = show(c, config, &setup, v, n);
    cairn_verification_close(v);
    return status;
}

const cli_verb verb_recipe_verify = {
    .about = {.name = "recipe verify",
              .summary =
                  "Run all arms of recipes on all seeds and check every claim; exit status 1 when one is missed.",
              .options = verify_options,
              .option_count = sizeof verify_options / sizeof *verify_options,
              .config_size = sizeof(verify_config)},
    .arguments = "[NAME...]",
    .most = 1000,
    .examples = "  cairn recipe verify omegaprm --workers 2\n"
                "  cairn recipe verify 03 --seeds 11-14 --run verify.db --json\n",
    .run = run_verify,
};
