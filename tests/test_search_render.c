/* label: light */
/* Drawing a tree in a terminal. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "cairn/tree.h"

static cairn_ctx *ctx;
static cairn_tree *tree;
static cairn_text out;

static int setup(void **state) {
    (void)state;
    if (cairn_ctx_open(&ctx) != CAIRN_OK || cairn_tree_open(ctx, 0, &tree) != CAIRN_OK) return -1;
    int32_t column;
    return cairn_tree_need_score(ctx, tree, (cairn_score_column){.name = "reward", .source = "test"}, &column) ==
                   CAIRN_OK
               ? 0
               : -1;
}

static int teardown(void **state) {
    (void)state;
    cairn_text_free(&out);
    cairn_tree_close(tree);
    cairn_ctx_close(ctx);
    return 0;
}

static cairn_node add(cairn_node parent, const char *text, double score, uint32_t visits) {
    cairn_child child = {.text = text, .length = strlen(text)};
    cairn_node node;
    assert_int_equal(cairn_tree_add(ctx, tree, parent, &child, &node), CAIRN_OK);
    tree->score[0][node] = (float)score;
    tree->marks[0][node] |= CAIRN_SCORE_ASKED;
    tree->visits[node] = visits;
    return node;
}

static const char *draw(cairn_rendering how) {
    cairn_text_clear(&out);
    if (cairn_tree_render(ctx, tree, &how, &out) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    return out.data;
}

static void wrong_steps_are_marked_within_the_width(void **state) {
    (void)state;
    const bool wrong[] = {false, false, true};
    add(CAIRN_ROOT, "two and two is four", NAN, 0);
    add(CAIRN_ROOT, "two and two is five", NAN, 0);
    cairn_rendering how = {.column = -1, .chosen = CAIRN_NONE, .wrong = wrong};
    assert_non_null(strstr(draw(how), "├─ two and two is four\n└─ two and two is five  ← wrong\n"));
    how.max_width = 24; /* 3 columns of lines, 9 of the mark, 12 of text */
    assert_non_null(strstr(draw(how), "├─ two and two is four\n└─ two and two…  ← wrong\n"));
}

static void the_chosen_path_is_heavy_and_numbers_stand_in_columns(void **state) {
    (void)state;
    tree->visits[0] = 9;
    add(CAIRN_ROOT, "guess", 0.25, 1);
    cairn_node b = add(CAIRN_ROOT, "add", 0.5, 6);
    cairn_node right = add(b, "x = 2", 1, 5), wrong = add(b, "x = 3", 0, 1), dead = add(CAIRN_ROOT, "give up", NAN, 2);
    tree->flags[right] |= CAIRN_NODE_TERMINAL | CAIRN_NODE_CHECKED;
    tree->flags[wrong] |= CAIRN_NODE_TERMINAL | CAIRN_NODE_CHECKED;
    tree->flags[dead] |= CAIRN_NODE_DEAD;
    tree->outcome[right] = 1;
    tree->outcome[wrong] = 0;
    assert_string_equal(draw((cairn_rendering){.column = 0, .good = 0.8, .bad = 0.2, .chosen = right}),
                        "  score visits 6 nodes, 2 steps deep\n"
                        "             9 ● root\n"
                        "  0.250      1 ┠─ guess\n"
                        "  0.500      6 ┡━ add\n"
                        "  1.000      5 │ ┡━ ✓ x = 2\n"
                        "  0.000      1 │ └─ ✗ x = 3\n"
                        "      ?      2 └─ † give up\n");
    assert_string_equal(draw((cairn_rendering){.column = -1, .chosen = CAIRN_NONE, .max_nodes = 3}),
                        "visits 6 nodes, 2 steps deep\n"
                        "     9 ● root\n"
                        "     6 ├─ add\n"
                        "     5 │ ├─ ✓ x = 2\n"
                        "       │ └─ … 1 more\n"
                        "       └─ … 2 more\n");
}

static void colours_tell_good_from_bad(void **state) {
    (void)state;
    add(CAIRN_ROOT, "a", 0.9, 0);
    add(CAIRN_ROOT, "b", 0.5, 0);
    add(CAIRN_ROOT, "c", 0.1, 0);
    cairn_rendering how = {.colour = true, .column = 0, .good = 0.8, .bad = 0.2, .chosen = CAIRN_NONE};
    const char *text = draw(how);
    assert_non_null(strstr(text, "\033[32m  0.900\033[0m"));
    assert_non_null(strstr(text, "\033[33m  0.500\033[0m"));
    assert_non_null(strstr(text, "\033[31m  0.100\033[0m"));
    how.colour = false;
    assert_null(strchr(draw(how), '\033'));
}

static void folding_keeps_the_chosen_path_and_the_most_visited(void **state) {
    (void)state;
    cairn_node chosen = CAIRN_ROOT;
    tree->visits[0] = 100;
    for (uint32_t i = 0; i < 50; i++) add(CAIRN_ROOT, i == 33 ? "busy" : "idle", 0.5, i == 33 ? 90 : 1);
    for (int i = 0; i < 3; i++) chosen = add(chosen, "chosen", 0.1, 0);
    assert_string_equal(draw((cairn_rendering){.column = -1, .chosen = chosen, .max_nodes = 5}),
                        "visits 54 nodes, 3 steps deep\n"
                        "   100 ● root\n"
                        "    90 ┠─ busy\n"
                        "     0 ┡━ chosen\n"
                        "     0 │ ┗━ chosen\n"
                        "     0 │   ┗━ chosen\n"
                        "       └─ … 49 more\n");
}

static void hidden_subtrees_are_left_out_unless_chosen(void **state) {
    (void)state;
    cairn_node hidden = add(CAIRN_ROOT, "secret", 0, 0), below = add(hidden, "below", 0, 0);
    add(CAIRN_ROOT, "open", 0, 0);
    tree->flags[hidden] |= CAIRN_NODE_HIDDEN;
    const char *text = draw((cairn_rendering){.column = -1, .chosen = CAIRN_NONE});
    assert_null(strstr(text, "secret"));
    assert_null(strstr(text, "below"));
    assert_non_null(strstr(text, "└─ open"));
    assert_non_null(strstr(draw((cairn_rendering){.column = -1, .chosen = below}), "┗━ below"));
}

static void what_could_disturb_a_terminal_is_escaped(void **state) {
    (void)state;
    add(CAIRN_ROOT, "a\n\tb\033[31m\x7f", 0, 0);
    add(CAIRN_ROOT, "\xc2\x9b\xe2\x80\xae\xff\xc0\x80\xed\xa0\x80|\xe2\x82", 0, 0);
    const char *text = draw((cairn_rendering){.column = -1, .chosen = CAIRN_NONE});
    assert_non_null(strstr(text, "─ a\\n\\tb\\x1b[31m\\x7f\n"));
    assert_non_null(strstr(text, "─ \\u{9b}\\u{202e}\\xff\\xc0\\x80\\xed\\xa0\\x80|\\xe2\\x82\n"));
}

/* Texts here are ASCII and characters of the box and arrow blocks (one column) and CJK ones (two, by their lead byte).
 */
static size_t widest_line(const char *text) {
    size_t widest = 0, width = 0;
    for (const unsigned char *s = (const unsigned char *)text; *s; s++) {
        if (*s == '\n') {
            widest = width > widest ? width : widest;
            width = 0;
        } else if (*s >> 6 != 2) {
            width += *s >= 0xe4 && *s <= 0xe9 ? 2 : 1;
        }
    }
    return widest;
}

static void no_line_is_wider_than_the_terminal(void **state) {
    (void)state;
    cairn_node deep = CAIRN_ROOT;
    for (int i = 0; i < 300; i++) {
        deep = add(deep,
                   i % 2 ? "a long step that says what is done and why it may be done"
                         : "一二三四五六七八九十一二三四五六",
                   0.5, 1);
        tree->flags[deep] |= CAIRN_NODE_TERMINAL;
        add(deep, "side", 0.25, 1);
    }
    tree->visits[0] = 1;
    for (int32_t width = 40; width <= 120; width += 7) {
        size_t widest = widest_line(draw((cairn_rendering){.column = 0, .chosen = deep, .max_width = width}));
        assert_true(widest <= (size_t)width && widest >= (size_t)width - 1);
    }
    assert_non_null(strstr(out.data, "…\n"));
    draw((cairn_rendering){.column = 0, .chosen = deep}); /* without a bound, indentation is still bounded */
    assert_true(widest_line(out.data) < 350);
}

static void a_text_that_fits_exactly_is_not_cut(void **state) {
    (void)state;
    add(CAIRN_ROOT, "12345", 0, 0);
    assert_non_null(strstr(draw((cairn_rendering){.column = -1, .chosen = CAIRN_NONE, .max_width = 8}), "─ 12345\n"));
    assert_non_null(strstr(draw((cairn_rendering){.column = -1, .chosen = CAIRN_NONE, .max_width = 7}), "─ 123…\n"));
}

static void wrong_arguments_are_refused(void **state) {
    (void)state;
    assert_int_equal(cairn_tree_render(ctx, tree, &(cairn_rendering){.column = 1, .chosen = CAIRN_NONE}, &out),
                     CAIRN_INVALID);
    assert_int_equal(cairn_tree_render(ctx, tree, &(cairn_rendering){.column = 0, .chosen = 5}, &out), CAIRN_INVALID);
}

static void a_failed_allocation_is_reported(void **state) {
    (void)state;
    for (int i = 0; i < 40; i++) add(CAIRN_ROOT, "step", 0.5, 1);
    for (int64_t at = 1; at < 100; at++) {
        cairn_text_free(&out);
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = at});
        cairn_status status =
            cairn_tree_render(ctx, tree, &(cairn_rendering){.column = 0, .chosen = CAIRN_NONE, .max_nodes = 9}, &out);
        if (status == CAIRN_OK) break;
        assert_int_equal(status, CAIRN_NO_MEMORY);
        assert_true(at < 99);
    }
    cairn_faults_set(ctx, (cairn_faults){0});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(wrong_steps_are_marked_within_the_width, setup, teardown),
        cmocka_unit_test_setup_teardown(the_chosen_path_is_heavy_and_numbers_stand_in_columns, setup, teardown),
        cmocka_unit_test_setup_teardown(colours_tell_good_from_bad, setup, teardown),
        cmocka_unit_test_setup_teardown(folding_keeps_the_chosen_path_and_the_most_visited, setup, teardown),
        cmocka_unit_test_setup_teardown(hidden_subtrees_are_left_out_unless_chosen, setup, teardown),
        cmocka_unit_test_setup_teardown(what_could_disturb_a_terminal_is_escaped, setup, teardown),
        cmocka_unit_test_setup_teardown(no_line_is_wider_than_the_terminal, setup, teardown),
        cmocka_unit_test_setup_teardown(a_text_that_fits_exactly_is_not_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_arguments_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_failed_allocation_is_reported, setup, teardown),
    };
    return cmocka_run_group_tests_name("search_draw", tests, NULL, NULL);
}
