/* cairn recipe show: what a recipe says. */
#include <stdio.h>
#include <string.h>

#include "cli/recipe.h"
#include "cli/verbs.h"
#include "recipe_list.inc"

const cairn_recipe *const *cli_recipes(void) {
    return recipe_list;
}

static bool has_name(const cairn_recipe *recipe, const char *name) {
    char file[128];
    snprintf(file, sizeof file, "%02d_%s", recipe->system, recipe->about.name);
    return strcmp(name, recipe->about.name) == 0 || strcmp(name, file) == 0;
}

static bool has_number(const cairn_recipe *recipe, const char *text) {
    int64_t number;
    return cairn_parse_int(text, strlen(text), &number) == CAIRN_OK && number == recipe->system;
}

static bool is_of_tier(const cairn_recipe *recipe, int32_t tier) {
    return tier == RECIPE_ALL_TIERS || (int32_t)recipe->tier == tier;
}

/* Marks the recipes that a name or a number stands for; false for none. */
static bool mark(const char *name, int32_t tier, bool *asked) {
    bool found = false;
    for (int32_t i = 0; recipe_list[i]; i++)
        if (has_name(recipe_list[i], name) || (has_number(recipe_list[i], name) && is_of_tier(recipe_list[i], tier)))
            asked[i] = found = true;
    if (found) return true;
    for (int32_t i = 0; recipe_list[i]; i++)
        if (has_number(recipe_list[i], name)) asked[i] = found = true;
    return found;
}

static cairn_status fail_unknown(cli *c, const char *name) {
    cairn_text known = {0};
    cairn_status status = CAIRN_OK;
    for (int i = 0; recipe_list[i] && status == CAIRN_OK; i++)
        status = cairn_text_printf(c->ctx, &known, "%s%s", i ? ", " : "", recipe_list[i]->about.name);
    if (status == CAIRN_OK)
        status = cairn_fail(c->ctx, CAIRN_NOT_FOUND, "no recipe `%.80s`; there are: %s", name, known.data);
    cairn_text_free(&known);
    return status;
}

cairn_status cli_find_recipes(cli *c, char *const *names, int count, int32_t tier, const cairn_recipe ***out,
                              int32_t *n) {
    int32_t all = CAIRN_COUNT(recipe_list) - 1;
    *n = 0;
    bool *asked = cairn_arena_alloc(c->arena, (size_t)all, sizeof *asked);
    *out = cairn_arena_alloc(c->arena, (size_t)all, sizeof **out);
    if (!asked || !*out) return CAIRN_NO_MEMORY;
    for (int k = 0; k < count; k++)
        if (!mark(names[k], tier, asked)) return fail_unknown(c, names[k]);
    for (int32_t i = 0; i < all; i++)
        if (asked[i] || (count == 0 && is_of_tier(recipe_list[i], tier))) (*out)[(*n)++] = recipe_list[i];
    return CAIRN_OK;
}

const char *recipe_tier(const cairn_recipe *recipe) {
    return recipe->tier == CAIRN_TIER_SCRIPTED ? "scripted" : "learned";
}

/* ---- show -------------------------------------------------------------------------------------------------------------------------- */

typedef struct show_config {
    char unused;
} show_config;

static cairn_status print_wrapped(cli *c, const char *text) {
    cairn_text out = {0};
    cairn_status status = cli_wrap(c, text, 0, CLI_PLAIN, 0, 0, &out);
    if (status == CAIRN_OK) printf("%s\n", out.data ? out.data : "");
    cairn_text_free(&out);
    return status;
}

static void print_title(const cli *c, const char *title) {
    printf("\n%s%s%s\n", cli_paint_code(c, CLI_BOLD), title, cli_paint_code(c, CLI_PLAIN));
}

static cairn_status print_options(cli *c, const cairn_recipe *r) {
    cairn_text text = {0};
    cairn_help_style style = {.indent = 2, .width = cli_columns(c)};
    cairn_status status = cairn_options_help(c->ctx, &r->about, &style, &text);
    if (status == CAIRN_OK) printf("%s", text.data ? text.data : "");
    cairn_text_free(&text);
    return status;
}

static cairn_status show(cli *c, const cairn_recipe *r) {
    printf("%s%02d %s%s  %s tier, seeds 1 .. %d  %s[%s]%s\n", cli_paint_code(c, CLI_BOLD), r->system, r->about.name,
           cli_paint_code(c, CLI_PLAIN), recipe_tier(r), r->seeds, cli_paint_code(c, CLI_DIM), r->about.source,
           cli_paint_code(c, CLI_PLAIN));
    CAIRN_TRY(print_wrapped(c, r->about.summary));
    CAIRN_TRY(print_wrapped(c, r->idea));
    print_title(c, "on your own data");
    if (r->command)
        printf("  %s\n", r->command);
    else
        CAIRN_TRY(print_wrapped(c, r->no_command));
    print_title(c, "claims");
    for (int32_t k = 0; k < r->claim_count; k++)
        printf("  %-56s %s\n", r->claims[k].text, recipe_bars(c, &r->claims[k]));
    print_title(c, "arms (cairn recipe run --arm ARM)");
    for (int32_t k = 0; k < r->arm_count; k++)
        printf("  %-28s %s\n", r->arms[k].name, r->arms[k].options ? r->arms[k].options : "");
    if (r->about.option_count == 0) return CAIRN_OK;
    print_title(c, "options (--set OPTION=VALUE,...)");
    return print_options(c, r);
}

static cairn_status run_show(cli *c, const void *options, int count, char **arguments) {
    const cairn_recipe **recipes;
    int32_t n = 0;
    (void)options;
    CAIRN_TRY(cli_find_recipes(c, arguments, count, RECIPE_ALL_TIERS, &recipes, &n));
    for (int32_t i = 0; i < n; i++) CAIRN_TRY(cairn_recipe_check(c->ctx, recipes[i]));
    for (int32_t i = 0; i < n; i++) {
        if (i > 0) printf("\n");
        CAIRN_TRY(show(c, recipes[i]));
    }
    return CAIRN_OK;
}

const cli_verb verb_recipe_show = {
    .about = {.name = "recipe show",
              .summary = "Show recipes: the paper's idea, what to type on own data, options, arms and claims.",
              .config_size = sizeof(show_config)},
    .arguments = "NAME...",
    .least = 1,
    .most = 1000,
    .examples = "  cairn recipe show omegaprm\n  cairn recipe show 03\n",
    .run = run_show,
};
