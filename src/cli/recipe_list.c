/* cairn recipe list: the published systems that are here, what each is for, and what its last kept verification found.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/recipe.h"
#include "cli/verbs.h"

typedef struct list_config {
    const char *records;
    bool markdown, json;
} list_config;

static const cairn_option options[] = {
    CAIRN_TEXT(list_config, records, "", "",
               "Folder of verifications (cairn recipe verify --out); empty: those that came with this command."),
    CAIRN_BOOL(list_config, markdown, "false", "The page docs/recipes.md."),
    CAIRN_BOOL(list_config, json, "false", "Result as one JSON array."),
};

/* "6 of 6 claims met", with what else there is. In the arena. */
static const char *sum_up(cli *c, const cairn_recipe *r, const recipe_record *record) {
    char missed[32] = "", open[32] = "", not_run[32] = "";
    if (!record->found) return "not verified yet";
    if (record->stale) return "verified in another version";
    if (record->missed) snprintf(missed, sizeof missed, ", %d missed", record->missed);
    if (record->open) snprintf(open, sizeof open, ", %d open", record->open);
    if (record->not_run) snprintf(not_run, sizeof not_run, ", %d not run", record->not_run);
    const char *text =
        cairn_arena_printf(c->arena, "%d of %d claims met%s%s%s", record->met, r->claim_count, missed, open, not_run);
    return text ? text : "(no memory)";
}

/* ---- for people ---------------------------------------------------------------------------------------------------------------------- */

static void print_recipe(cli *c, const cairn_recipe *r, const recipe_record *record) {
    printf("%s%02d %-20s%s %s  %s[%s]%s\n", cli_paint_code(c, CLI_BOLD), r->system, r->about.name,
           cli_paint_code(c, CLI_PLAIN), sum_up(c, r, record), cli_paint_code(c, CLI_DIM), r->about.source,
           cli_paint_code(c, CLI_PLAIN));
    printf("   %s\n", r->about.summary);
    if (r->command) printf("   %s\n", r->command);
}

/* ---- as a page ----------------------------------------------------------------------------------------------------------------------- */

static const char page_head[] =
    "# Recipes\n\n"
    "A recipe is a published system in miniature: the paper's options, the arms that are compared, and the claims that "
    "are made. Every arm runs on every seed, the same seed makes the same world in all arms, and each claim is checked "
    "on the paired numbers: *met* when its 95 % interval over the seeds is within the bar, *missed* when it is beyond, "
    "*open* when it straddles the bar, *not run* when data is absent. A bar for the mean says so.\n\n"
    "```\n"
    "cairn recipe list\n"
    "cairn recipe show omegaprm\n"
    "cairn recipe run omegaprm --arm omegaprm --seeds 1 --set problems=10\n"
    "cairn recipe verify omegaprm --seeds 1-2 --set problems=5 || test $? = 1\n"
    "```\n\n"
    "`make verify` verifies all recipes of the scripted tier, whose policies have known error rates, and "
    "`make verify-all` also those of the learned tier, which train small decoders. `cairn recipe verify --run FILE` "
    "keeps what is done, and `--resume` goes on after a kill. A recipe is a file of `recipes/`, which uses the public "
    "headers only. This page is what `cairn recipe list --markdown` prints.\n\n";

static void page_row(cli *c, const cairn_recipe *r, const recipe_record *record) {
    char seconds[32] = "";
    if (record->found) snprintf(seconds, sizeof seconds, "%.0f", record->seconds);
    printf("| [%02d %s](#%02d-%s) | %s | %s | %s | %s |\n", r->system, r->about.name, r->system, r->about.name,
           r->about.source, r->about.summary, sum_up(c, r, record), seconds);
}

static void page_claims(cli *c, const cairn_recipe *r, const recipe_record *record) {
    printf("| claim | effect (95 %% interval) | bar | verdict |\n|---|---|---|---|\n");
    for (int32_t i = 0; i < r->claim_count; i++) {
        const cairn_claim_result *result = record->claims ? &record->claims[i] : NULL;
        char interval[112] = "";
        if (result) recipe_interval(&result->interval, interval);
        printf("| %s | %s | %s | %s", r->claims[i].text, interval, recipe_bars(c, &r->claims[i]),
               result ? cairn_claim_verdict_name(result->verdict) : "");
        if (result && *result->reason) printf(": %s", result->reason);
        if (result && result->unknown) printf("; unknown on %d seeds", result->unknown);
        printf(" |\n");
    }
}

static void page_recipe(cli *c, const cairn_recipe *r, const recipe_record *record) {
    printf("\n## %02d %s\n\n%s (%s, %s tier)\n\n%s\n\n", r->system, r->about.name, r->about.summary, r->about.source,
           recipe_tier(r), r->idea);
    if (r->command)
        printf("On your own data:\n\n```\n%s\n```\n\n", r->command);
    else
        printf("On your own data: %s\n\n", r->no_command);
    page_claims(c, r, record);
    if (record->found && !record->stale)
        printf("\n%d seeds, %.0f s of one thread; Cairn %s on %s, %s.\n", record->seeds, record->seconds,
               record->version, record->machine, record->date);
}

static void print_page(cli *c, const recipe_record *records) {
    printf("%s| system | paper | what it is for | claims | seconds |\n|---|---|---|---|---|\n", page_head);
    for (int i = 0; cli_recipes()[i]; i++) page_row(c, cli_recipes()[i], &records[i]);
    for (int i = 0; cli_recipes()[i]; i++) page_recipe(c, cli_recipes()[i], &records[i]);
}

/* ---- as JSON ------------------------------------------------------------------------------------------------------------------------- */

static void json_record(cli_json *j, const recipe_record *record) {
    cli_json_open(j, "record", '{');
    cli_json_text(j, "date", record->date);
    cli_json_text(j, "machine", record->machine);
    cli_json_text(j, "cairn", record->version);
    cli_json_bool(j, "stale", record->stale);
    cli_json_int(j, "met", record->met);
    cli_json_int(j, "missed", record->missed);
    cli_json_int(j, "open", record->open);
    cli_json_int(j, "not_run", record->not_run);
    cli_json_real(j, "seconds", record->seconds);
    cli_json_close(j, '}');
}

static void json_recipe(cli_json *j, const cairn_recipe *r, const recipe_record *record) {
    cli_json_open(j, NULL, '{');
    cli_json_text(j, "name", r->about.name);
    cli_json_int(j, "system", r->system);
    cli_json_text(j, "source", r->about.source);
    cli_json_text(j, "tier", recipe_tier(r));
    cli_json_text(j, "summary", r->about.summary);
    cli_json_text(j, "command", r->command);
    cli_json_int(j, "claims", r->claim_count);
    if (record->found)
        json_record(j, record);
    else
        cli_json_text(j, "record", NULL);
    cli_json_close(j, '}');
}

static cairn_status print_json(cli *c, const recipe_record *records) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '[');
    for (int i = 0; cli_recipes()[i]; i++) json_recipe(&j, cli_recipes()[i], &records[i]);
    cli_json_close(&j, ']');
    return cli_json_end(&j);
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count, (void)arguments;
    const list_config *config = options_;
    const char *folder = config->records;
    int n = 0;
    if (!*folder) CAIRN_TRY(recipe_records_folder(c, &folder));
    while (cli_recipes()[n]) n++;
    recipe_record *records = cairn_arena_alloc(c->arena, (size_t)n, sizeof *records);
    if (!records) return CAIRN_NO_MEMORY;
    for (int i = 0; i < n; i++) CAIRN_TRY(recipe_record_read(c, folder, cli_recipes()[i], &records[i]));
    if (config->json) return print_json(c, records);
    if (config->markdown)
        print_page(c, records);
    else
        for (int i = 0; i < n; i++) print_recipe(c, cli_recipes()[i], &records[i]);
    return CAIRN_OK;
}

const cli_verb verb_recipe_list = {
    .about = {.name = "recipe list",
              .summary = "List the published systems: what each is for, and what its last verification found.",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(list_config)},
    .arguments = "",
    .examples = "  cairn recipe list\n  cairn recipe list --json\n",
    .run = run,
};
