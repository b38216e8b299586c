/* label: light */
/* Options tables: presets, parsing, errors, canonical text and help. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "cairn/core.h"

typedef struct config {
    bool greedy;
    int64_t width;
    double exploration;
    const char *command;
    int32_t order;
    uint64_t seed;
} config;

static const cairn_option options[] = {
    {"greedy", CAIRN_OPTION_BOOL, offsetof(config, greedy), "false", 0, 0, NULL, "", "take the best"},
    {"width", CAIRN_OPTION_INT, offsetof(config, width), "4", 1, 64, NULL, "steps", "steps kept"},
    {"exploration", CAIRN_OPTION_REAL, offsetof(config, exploration), "1.4", 0, 10, NULL, "", "weight of the bonus"},
    {"command", CAIRN_OPTION_TEXT, offsetof(config, command), "cat", 0, 0, NULL, "", "program to run"},
    {"order", CAIRN_OPTION_CHOICE, offsetof(config, order), "best", 0, 0, "first|best|random", "", "which comes first"},
    {"seed", CAIRN_OPTION_SEED, offsetof(config, seed), "0", 0, 0, NULL, "", "of the choices"},
};
static const cairn_about beam = {"beam", "A search.", "", options, 6, sizeof(config)};

static const cairn_option needy_options[] = {
    {"file", CAIRN_OPTION_TEXT, offsetof(config, command), NULL, 0, 0, NULL, "", "where to read"},
    {"width", CAIRN_OPTION_INT, offsetof(config, width), "4", 1, 64, NULL, "steps", "steps kept"},
};
static const cairn_about needy = {"needy", "Needs a file.", "", needy_options, 2, sizeof(config)};
static const cairn_about plain = {"plain", "Takes nothing.", "", NULL, 0, 0};

static cairn_ctx *ctx;
static cairn_arena *arena;

static int open_ctx(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) == CAIRN_OK && cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK ? 0 : -1;
}

static int close_ctx(void **state) {
    (void)state;
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    return 0;
}

static cairn_status parse(const char *text, config *c) {
    return cairn_options_parse(ctx, &beam, arena, text, "--search", c);
}

static void assert_presets(const config *c) {
    assert_false(c->greedy);
    assert_int_equal(c->width, 4);
    assert_true(c->exploration == 1.4);
    assert_string_equal(c->command, "cat");
    assert_int_equal(c->order, 1);
    assert_int_equal(c->seed, 0);
}

static void test_presets_come_from_the_table(void **state) {
    (void)state;
    config c;
    memset(&c, 0xFF, sizeof c);
    assert_int_equal(cairn_options_preset(ctx, &beam, arena, &c), CAIRN_OK);
    assert_presets(&c);
    memset(&c, 0xFF, sizeof c);
    assert_int_equal(parse(NULL, &c), CAIRN_OK);
    assert_presets(&c);
    memset(&c, 0xFF, sizeof c);
    assert_int_equal(parse("", &c), CAIRN_OK);
    assert_presets(&c);
    assert_int_equal(cairn_options_parse(ctx, &plain, arena, "", NULL, NULL), CAIRN_OK);
}

static void test_a_preset_that_does_not_parse_is_a_bug(void **state) {
    (void)state;
    static const cairn_option wrong[] = {
        {"width", CAIRN_OPTION_INT, offsetof(config, width), "65", 1, 64, NULL, "steps", "steps kept"}};
    static const cairn_about about = {"wrong", "", "", wrong, 1, sizeof(config)};
    config c = {.width = 3};
    assert_int_equal(cairn_options_preset(ctx, &about, arena, &c), CAIRN_INTERNAL);
    assert_int_equal(c.width, 3);
    assert_non_null(strstr(cairn_error(ctx), "wrong: "));
}

static void test_every_kind_is_read(void **state) {
    (void)state;
    config c;
    assert_int_equal(
        parse("greedy=yes,width=64,exploration=2.5e-1,command=sort -u,order=random,seed=18446744073709551615", &c),
        CAIRN_OK);
    assert_true(c.greedy);
    assert_int_equal(c.width, 64);
    assert_true(c.exploration == 0.25);
    assert_string_equal(c.command, "sort -u");
    assert_int_equal(c.order, 2);
    assert_true(c.seed == UINT64_MAX);
}

static void test_a_value_may_hold_commas_backslashes_and_equals_signs(void **state) {
    (void)state;
    config c;
    assert_int_equal(parse("command=a\\,b\\\\,width=5", &c), CAIRN_OK);
    assert_string_equal(c.command, "a,b\\");
    assert_int_equal(c.width, 5);
    assert_int_equal(parse("command=x=1 \\d", &c), CAIRN_OK);
    assert_string_equal(c.command, "x=1 \\d");
    assert_int_equal(parse("command=,width=6", &c), CAIRN_OK);
    assert_string_equal(c.command, "");
}

static void refuses(const char *text, const char *error) {
    config c, before;
    memset(&c, 0x55, sizeof c);
    memcpy(&before, &c, sizeof c);
    assert_int_equal(parse(text, &c), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), error);
    assert_memory_equal(&c, &before, sizeof c);
}

static void test_errors_say_where_what_and_what_was_expected(void **state) {
    (void)state;
    refuses("width=65", "--search: width=65: expected a whole number from 1 to 64 steps");
    refuses("width=0", "--search: width=0: expected a whole number from 1 to 64 steps");
    refuses("width=4.5", "--search: width=4.5: expected a whole number from 1 to 64 steps");
    refuses("exploration=nan", "--search: exploration=nan: expected a number from 0 to 10");
    refuses("exploration=10.1", "--search: exploration=10.1: expected a number from 0 to 10");
    refuses("greedy=maybe", "--search: greedy=maybe: expected true or false");
    refuses("order=worst", "--search: order=worst: expected one of first|best|random");
    refuses("order=bes", "--search: order=bes: expected one of first|best|random");
    refuses("order=first|best", "--search: order=first|best: expected one of first|best|random");
    refuses("seed=-1", "--search: seed=-1: expected a whole number from 0 to 18446744073709551615");
    refuses("seed=18446744073709551616",
            "--search: seed=18446744073709551616: expected a whole number from 0 to 18446744073709551615");
    refuses("seed=", "--search: seed=: expected a whole number from 0 to 18446744073709551615");
}

static void test_unknown_names_suggest_the_nearest(void **state) {
    (void)state;
    refuses("explorashun=1", "--search: beam has no option `explorashun`; the nearest is `exploration`");
    refuses("widht=1", "--search: beam has no option `widht`; the nearest is `width`");
    refuses("Seed=1", "--search: beam has no option `Seed`; the nearest is `seed`");
    config c;
    assert_int_equal(cairn_options_parse(ctx, &plain, arena, "x=1", NULL, &c), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "plain: `x`: plain takes no options");
}

static void test_malformed_lists_and_repeated_keys_are_refused(void **state) {
    (void)state;
    refuses("width", "--search: `width`: expected key=value");
    refuses("width=3,", "--search: ``: expected key=value");
    refuses(",width=3", "--search: ``: expected key=value");
    refuses("width=3,width=3", "--search: option width is given twice");
    refuses("=3", "--search: beam has no option ``; the nearest is `seed`");
}

static void test_a_long_hostile_name_or_value_is_quoted_in_part(void **state) {
    (void)state;
    char text[5000];
    memset(text, 'w', sizeof text);
    memcpy(text + 4990, "=1", 3);
    config c;
    assert_int_equal(parse(text, &c), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "; the nearest is `width`"));
    memset(text, '9', sizeof text);
    memcpy(text, "width=", 6);
    text[4999] = 0;
    assert_int_equal(parse(text, &c), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "expected a whole number from 1 to 64"));
}

static void test_a_missing_required_option_is_named(void **state) {
    (void)state;
    config c = {0};
    assert_int_equal(cairn_options_parse(ctx, &needy, arena, "width=3", "run.conf:7", &c), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "run.conf:7: needy needs the option file (where to read)");
    assert_int_equal(cairn_options_preset(ctx, &needy, arena, &c), CAIRN_OK);
    assert_null(c.command);
    assert_int_equal(cairn_options_parse(ctx, &needy, arena, "file=a.jsonl", "run.conf:7", &c), CAIRN_OK);
    assert_string_equal(c.command, "a.jsonl");
}

static void test_a_missing_choice_is_named_with_its_choices(void **state) {
    (void)state;
    static const cairn_option sorting[] = {
        {"order", CAIRN_OPTION_CHOICE, offsetof(config, order), NULL, 0, 0, "best|worst", "", "which end is up"}};
    static const cairn_about about = {"sorter", "", "", sorting, 1, sizeof(config)};
    config c = {0};
    assert_int_equal(cairn_options_parse(ctx, &about, arena, "", "--sort", &c), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "--sort: sorter needs the option order, one of best|worst (which end is up)");
    assert_int_equal(cairn_options_require(ctx, &about, (const bool[]){true}, NULL), CAIRN_OK);
    assert_int_equal(cairn_options_require(ctx, &about, (const bool[]){false}, NULL), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "sorter: sorter needs the option order, one of best|worst (which end is up)");
}

static void test_one_option_is_set_from_its_raw_value(void **state) {
    (void)state;
    config c;
    assert_int_equal(cairn_options_preset(ctx, &beam, arena, &c), CAIRN_OK);
    assert_int_equal(cairn_options_set(ctx, &beam, arena, &c, "command", "a,b\\\\", "x"), CAIRN_OK);
    assert_string_equal(c.command, "a,b\\\\");
    assert_int_equal(cairn_options_set(ctx, &beam, arena, &c, "width", "x", "run.conf:7"), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "run.conf:7: width=x: expected a whole number from 1 to 64 steps");
    assert_int_equal(c.width, 4);
}

static void test_what_is_written_parses_to_the_same_configuration(void **state) {
    (void)state;
    config c, again;
    cairn_text text = {0}, second = {0};
    assert_int_equal(parse("command=a\\,b\\\\\\,c \\d=,exploration=0.1,greedy=on,seed=12345678901234567890", &c),
                     CAIRN_OK);
    assert_int_equal(cairn_options_write(ctx, &beam, &c, &text), CAIRN_OK);
    assert_string_equal(text.data, "greedy=true,width=4,exploration=0.1,command=a\\,b\\\\\\,c \\\\d=,order=best,"
                                   "seed=12345678901234567890");
    assert_int_equal(parse(text.data, &again), CAIRN_OK);
    assert_string_equal(again.command, c.command);
    assert_int_equal(cairn_options_write(ctx, &beam, &again, &second), CAIRN_OK);
    assert_string_equal(second.data, text.data);
    cairn_text_free(&text);
    cairn_text_free(&second);
}

static void test_a_value_that_no_text_can_set_is_not_written(void **state) {
    (void)state;
    config c;
    cairn_text text = {0};
    assert_int_equal(parse("", &c), CAIRN_OK);
    c.exploration = INFINITY;
    assert_int_equal(cairn_options_write(ctx, &beam, &c, &text), CAIRN_INVALID);
    c.exploration = 1;
    c.order = 3;
    assert_int_equal(cairn_options_write(ctx, &beam, &c, &text), CAIRN_INVALID);
    c.order = -1;
    assert_int_equal(cairn_options_write(ctx, &beam, &c, &text), CAIRN_INVALID);
    assert_null(text.data);
}

static void test_help_stands_in_aligned_columns(void **state) {
    (void)state;
    cairn_text text = {0};
    assert_int_equal(cairn_options_help(ctx, &beam, &(cairn_help_style){.indent = 2}, &text), CAIRN_OK);
    assert_string_equal(text.data, "  greedy       true|false         = false  take the best\n"
                                   "  width        1..64 steps        = 4      steps kept\n"
                                   "  exploration  0..10              = 1.4    weight of the bonus\n"
                                   "  command      text               = cat    program to run\n"
                                   "  order        first|best|random  = best   which comes first\n"
                                   "  seed         seed               = 0      of the choices\n");
    cairn_text_clear(&text);
    assert_int_equal(cairn_options_help(ctx, &needy, &(cairn_help_style){0}, &text), CAIRN_OK);
    assert_string_equal(text.data, "file   text         required  where to read\n"
                                   "width  1..64 steps  = 4       steps kept\n");
    cairn_text_free(&text);
}

/* Everything that options do, with memory of its own. */
static cairn_status use_options(void) {
    cairn_arena *own = NULL;
    cairn_text text = {0};
    config c = {.width = 77};
    cairn_status status = cairn_arena_open(ctx, 1024, &own);
    if (status == CAIRN_OK) {
        status = cairn_options_parse(ctx, &beam, own, "command=a\\,b,width=9", "--search", &c);
        if (status != CAIRN_OK) assert_int_equal(c.width, 77);
    }
    if (status == CAIRN_OK) status = cairn_options_write(ctx, &beam, &c, &text);
    if (status == CAIRN_OK) status = cairn_options_help(ctx, &beam, &(cairn_help_style){.indent = 2}, &text);
    if (status == CAIRN_OK) status = cairn_options_preset(ctx, &beam, own, &c);
    cairn_text_free(&text);
    cairn_arena_close(own);
    return status;
}

/* Bounds of 1e9 and more say nothing; what is too wide for its column goes into the sentence. */
static void test_help_is_broken_to_the_width_of_the_page(void **state) {
    (void)state;
    static const cairn_option wide[] = {
        {.name = "tokens",
         .kind = CAIRN_OPTION_INT,
         .preset = "0",
         .low = 0,
         .high = 1e12,
         .unit = "tokens",
         .help = "What a problem may cost, all in all, or 0."},
        {.name = "rule",
         .kind = CAIRN_OPTION_CHOICE,
         .preset = "minimum",
         .choices = "minimum|maximum|product|mean",
         .help = "how"},
        {.name = "score", .kind = CAIRN_OPTION_REAL, .preset = "0.5", .low = -1e9, .high = 1e9, .help = "Least score."},
        {.name = "list", .kind = CAIRN_OPTION_TEXT, .preset = "a list of words that is long", .help = "Words."},
    };
    const cairn_about about = {.name = "wide", .options = wide, .option_count = 4};
    cairn_text text = {0};
    assert_int_equal(cairn_options_help(ctx, &about, &(cairn_help_style){.width = 64, .prefix = "--"}, &text),
                     CAIRN_OK);
    assert_string_equal(text.data, "--tokens  0.. tokens  = 0        What a problem may cost, all in\n"
                                   "                                 all, or 0.\n"
                                   "--rule    choice      = minimum  how. One of minimum, maximum,\n"
                                   "                                 product, mean.\n"
                                   "--score   number      = 0.5      Least score.\n"
                                   "--list    text                   Words. Default: a list of words\n"
                                   "                                 that is long.\n");
    cairn_text_free(&text);
}

static void test_help_in_markdown_is_a_table(void **state) {
    (void)state;
    cairn_text text = {0};
    assert_int_equal(cairn_options_help(ctx, &needy, &(cairn_help_style){.markdown = true}, &text), CAIRN_OK);
    assert_string_equal(text.data, "| option | values | default | |\n|---|---|---|---|\n"
                                   "| `file` | text | required | where to read |\n"
                                   "| `width` | 1..64 steps | `4` | steps kept |\n");
    cairn_text_clear(&text);
    assert_int_equal(cairn_options_help(ctx, &beam, &(cairn_help_style){.markdown = true}, &text), CAIRN_OK);
    assert_non_null(strstr(text.data, "| `order` | first\\|best\\|random | `best` | which comes first |\n"));
    cairn_text_free(&text);
}

static void test_every_allocation_that_fails_in_turn_gives_no_memory_and_leaks_nothing(void **state) {
    (void)state;
    int64_t n = 0;
    cairn_status status;
    do {
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = ++n});
        status = use_options();
        assert_true(status == CAIRN_OK || status == CAIRN_NO_MEMORY);
        if (status == CAIRN_NO_MEMORY) assert_non_null(strstr(cairn_error(ctx), "no memory"));
    } while (status == CAIRN_NO_MEMORY);
    cairn_faults_set(ctx, (cairn_faults){0});
    assert_true(n > 8); /* arena, chunk, two configurations, given, value, two texts, help's cell */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_presets_come_from_the_table),
        cmocka_unit_test(test_a_preset_that_does_not_parse_is_a_bug),
        cmocka_unit_test(test_every_kind_is_read),
        cmocka_unit_test(test_a_value_may_hold_commas_backslashes_and_equals_signs),
        cmocka_unit_test(test_errors_say_where_what_and_what_was_expected),
        cmocka_unit_test(test_unknown_names_suggest_the_nearest),
        cmocka_unit_test(test_malformed_lists_and_repeated_keys_are_refused),
        cmocka_unit_test(test_a_long_hostile_name_or_value_is_quoted_in_part),
        cmocka_unit_test(test_a_missing_required_option_is_named),
        cmocka_unit_test(test_a_missing_choice_is_named_with_its_choices),
        cmocka_unit_test(test_one_option_is_set_from_its_raw_value),
        cmocka_unit_test(test_what_is_written_parses_to_the_same_configuration),
        cmocka_unit_test(test_a_value_that_no_text_can_set_is_not_written),
        cmocka_unit_test(test_help_stands_in_aligned_columns),
        cmocka_unit_test(test_help_is_broken_to_the_width_of_the_page),
        cmocka_unit_test(test_help_in_markdown_is_a_table),
        cmocka_unit_test(test_every_allocation_that_fails_in_turn_gives_no_memory_and_leaks_nothing),
    };
    return cmocka_run_group_tests_name("core options", tests, open_ctx, close_ctx);
}
