/* Command lines of a verb with an option that has no preset. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/args.c"

/* What help prints with: no help is printed here. */
const char *cli_safe(cli *c, const char *text) {
    (void)c;
    return text;
}
const char *cli_paint_code(const cli *c, cli_paint paint) {
    (void)c, (void)paint;
    return "";
}
int cli_columns(const cli *c) {
    (void)c;
    return 80;
}
int cli_width(const char *text) {
    return (int)strlen(text);
}
bool cli_number_of(const cli_verb *verb, int index, const char **name, const char **meaning) {
    (void)verb, (void)index, (void)name, (void)meaning;
    return false;
}
cairn_status cli_wrap(cli *c, const char *text, int indent, cli_paint paint, size_t from, size_t to, cairn_text *out) {
    (void)indent, (void)paint, (void)from, (void)to;
    return cairn_text_add(c->ctx, out, text, strlen(text));
}

typedef struct judged {
    int32_t polarity;
    bool explain;
} judged;

static const cairn_option options[] = {
    CAIRN_CHOICE(judged, polarity, NULL, "right|wrong", "What a high score says."),
    CAIRN_BOOL(judged, explain, "false", "Say what is measured, and end."),
};

static bool only_explains(const void *config) {
    return ((const judged *)config)->explain;
}

static const cli_verb verb = {.about = {"eval judged", "", "", options, 2, sizeof(judged)},
                              .arguments = "FILE",
                              .most = 1,
                              .explains = only_explains};

static cli command;

static cairn_status parse(judged *out, int n, const char *const *words) {
    char *positional[8], *argv[8];
    int count;
    bool help;
    for (int i = 0; i < n; i++) argv[i] = cairn_arena_copy(command.arena, words[i], strlen(words[i]));
    return cli_parse(&command, &verb, n, argv, out, &count, positional, &help);
}

static void an_option_without_a_preset_must_be_given(void **state) {
    (void)state;
    judged j;
    assert_int_equal(parse(&j, 1, (const char *const[]){"file.jsonl"}), CAIRN_INVALID);
    assert_string_equal(cairn_error(command.ctx), "command line: eval judged needs the option polarity, one of "
                                                  "right|wrong (What a high score says.)");
    assert_int_equal(parse(&j, 3, (const char *const[]){"file.jsonl", "--polarity", "wrong"}), CAIRN_OK);
    assert_int_equal(j.polarity, 1);
    assert_int_equal(parse(&j, 2, (const char *const[]){"file.jsonl", "--polarity=right"}), CAIRN_OK);
    assert_int_equal(j.polarity, 0);
}

static void help_and_an_explanation_need_no_option(void **state) {
    (void)state;
    judged j;
    assert_int_equal(parse(&j, 1, (const char *const[]){"--explain"}), CAIRN_OK);
    assert_true(j.explain);
    assert_int_equal(parse(&j, 1, (const char *const[]){"--help"}), CAIRN_OK);
}

static void a_config_file_gives_options_too(void **state) {
    (void)state;
    char path[] = "required-XXXXXX", word[64];
    int file = mkstemp(path);
    judged j;
    assert_true(file >= 0);
    assert_int_equal(write(file, "polarity = wrong\n", 17), 17);
    close(file);
    snprintf(word, sizeof word, "--config=%s", path);
    assert_int_equal(parse(&j, 1, (const char *const[]){word}), CAIRN_OK);
    assert_int_equal(j.polarity, 1);
    unlink(path);
}

static int open_all(void **state) {
    (void)state;
    return cairn_ctx_open(&command.ctx) != CAIRN_OK || cairn_arena_open(command.ctx, 4096, &command.arena) != CAIRN_OK;
}

static int close_all(void **state) {
    (void)state;
    cairn_arena_close(command.arena);
    cairn_ctx_close(command.ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_option_without_a_preset_must_be_given),
        cmocka_unit_test(help_and_an_explanation_need_no_option),
        cmocka_unit_test(a_config_file_gives_options_too),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
