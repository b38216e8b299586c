/* label: light */
/* The tree as an SVG image. */
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
    int32_t column;
    if (cairn_ctx_open(&ctx) != CAIRN_OK || cairn_tree_open(ctx, 0, &tree) != CAIRN_OK) return -1;
    cairn_score_column about = {.name = "reward", .source = "test"};
    return cairn_tree_need_score(ctx, tree, about, &column) == CAIRN_OK ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    cairn_text_free(&out);
    cairn_tree_close(tree);
    cairn_ctx_close(ctx);
    return 0;
}

static cairn_node add(cairn_node parent, const char *text, double score) {
    cairn_child child = {.text = text, .length = strlen(text)};
    cairn_node node;
    assert_int_equal(cairn_tree_add(ctx, tree, parent, &child, &node), CAIRN_OK);
    tree->score[0][node] = (float)score;
    return node;
}

static const char *draw(cairn_rendering how) {
    how.svg = true;
    cairn_text_clear(&out);
    if (cairn_tree_render(ctx, tree, &how, &out) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    return out.data;
}

static int count(const char *text, const char *word) {
    int n = 0;
    for (const char *p = text; (p = strstr(p, word)); p += strlen(word)) n++;
    return n;
}

static void expect(const char *image, const char *part) {
    if (!strstr(image, part)) fail_msg("expected %s in %s", part, image);
}

/* root - a - b, and from b two branches: a and b stay in the root's column, the branches move one to the right. */
static void a_path_stays_in_its_column_and_branches_move_right(void **state) {
    (void)state;
    cairn_node a = add(CAIRN_ROOT, "a", 0.5), b = add(a, "b", 0.9), c = add(b, "c", 1), d = add(b, "d", 0.1);
    tree->flags[c] |= CAIRN_NODE_TERMINAL | CAIRN_NODE_CHECKED;
    tree->flags[d] |= CAIRN_NODE_TERMINAL | CAIRN_NODE_CHECKED;
    tree->outcome[c] = 1;
    tree->outcome[d] = 0;
    tree->multiplicity[d] = 3;
    const char *image = draw((cairn_rendering){.column = 0, .good = 0.6, .bad = 0.4, .chosen = c});
    assert_int_equal(count(image, "<circle class=\"dot chosen\" cx=\"90\""), 3); /* 24 + 56 + 10 */
    assert_int_equal(count(image, "<circle class=\"dot chosen\" cx=\"108\""), 1);
    assert_int_equal(count(image, "<circle class=\"dot\" cx=\"108\""), 1);
    expect(image,
           "<text class=\"number right\" x=\"68\" y=\"120\">0.900</text>"); /* third row: 24 + 26 + 2.5 * 26 + 5 */
    expect(image, "<tspan class=\"right\">✓ right</tspan>");
    expect(image, "<tspan class=\"soft\">×3</tspan><tspan class=\"wrong\" dx=\"7\">✗ wrong</tspan>");
    assert_int_equal(count(image, "<path "), 4);
    assert_memory_equal(image, "<svg xmlns=\"http://www.w3.org/2000/svg\"", 38);
}

static void texts_are_never_markup(void **state) {
    (void)state;
    add(CAIRN_ROOT, "</text><script>alert(\"1\")</script> & \x1b[31m \xe2\x80\xae", NAN);
    const char *image =
        draw((cairn_rendering){.column = -1, .chosen = CAIRN_NONE, .title = "<b>1</b>\n2", .caption = "a<b&c"});
    assert_int_equal(count(image, "<script"), 0);
    assert_int_equal(count(image, "<b>"), 0);
    assert_int_equal(count(image, "\x1b"), 0);
    assert_int_equal(count(image, "\xe2\x80\xae"), 0);
    expect(image, "&lt;/text&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; \\x1b[31m \\u{202e}");
    expect(image, ">&lt;b&gt;1&lt;/b&gt;</text>");
    expect(image, ">2</text>");
    expect(image, ">a&lt;b&amp;c</text>");
}

static void nodes_beyond_the_bound_are_counted(void **state) {
    (void)state;
    for (int i = 0; i < 6; i++) add(CAIRN_ROOT, "step", i);
    const char *image = draw((cairn_rendering){.column = 0, .chosen = CAIRN_NONE, .max_nodes = 3});
    assert_int_equal(count(image, ">step</text>"), 2);
    expect(image, ">… 4 more</text>");
    assert_int_equal(count(image, "<path "), 3); /* two steps and the note */
}

static void long_steps_are_cut_and_whole_on_hovering(void **state) {
    (void)state;
    add(CAIRN_ROOT, "one two three four", NAN);
    const char *image = draw((cairn_rendering){.column = -1, .chosen = CAIRN_NONE, .max_width = 8});
    expect(image, "<title>one two three four</title>one two…</text>");
}

static void an_impossible_node_is_refused(void **state) {
    (void)state;
    cairn_rendering how = {.column = -1, .chosen = 7, .svg = true};
    assert_int_equal(cairn_tree_render(ctx, tree, &how, &out), CAIRN_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_path_stays_in_its_column_and_branches_move_right, setup, teardown),
        cmocka_unit_test_setup_teardown(texts_are_never_markup, setup, teardown),
        cmocka_unit_test_setup_teardown(nodes_beyond_the_bound_are_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(long_steps_are_cut_and_whole_on_hovering, setup, teardown),
        cmocka_unit_test_setup_teardown(an_impossible_node_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
