/* label: light */
/* Step splitters: the steps of a text, in order, never empty. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cairn/data.h"

static cairn_ctx *ctx;
static cairn_arena *arena;

static int open_all(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) == CAIRN_OK && cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK ? 0 : -1;
}

static int close_all(void **state) {
    (void)state;
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    return 0;
}

/* `expected`: the steps, NULL at the end. */
static void expect(cairn_split how, const char *text, const char *const *expected) {
    cairn_slice *slices;
    int32_t count;
    assert_int_equal(cairn_split_steps(ctx, arena, how, text, strlen(text), &slices, &count), CAIRN_OK);
    for (int32_t i = 0; i < count; i++) {
        if (!expected[i]) fail_msg("more steps than expected: `%s`", text + slices[i].start);
        if (slices[i].length != strlen(expected[i]) ||
            memcmp(text + slices[i].start, expected[i], slices[i].length) != 0)
            fail_msg("step %d is `%.*s`, not `%s`", (int)i, (int)slices[i].length, text + slices[i].start, expected[i]);
    }
    assert_null(expected[count]);
}
#define STEPS(how, text, ...) expect(CAIRN_SPLIT_##how, text, (const char *const[]){__VA_ARGS__, NULL})

static void test_nothing_has_no_steps(void **state) {
    (void)state;
    for (int how = CAIRN_SPLIT_AUTO; how <= CAIRN_SPLIT_MARKER; how++) {
        expect((cairn_split)how, "", (const char *const[]){NULL});
        expect((cairn_split)how, " \n\t\r\n ", (const char *const[]){NULL});
    }
}

static void test_lines(void **state) {
    (void)state;
    STEPS(LINE, "one\n\n  two \r\nthree", "one", "two", "three");
    STEPS(LINE, "one\n", "one");
}

static void test_auto_takes_steps_then_paragraphs_then_lines(void **state) {
    (void)state;
    STEPS(AUTO, "a\nb\n", "a", "b");
    STEPS(AUTO, "\na\nb\n\n\nc\n\n", "a\nb", "c");
    STEPS(AUTO, "Well.\n\nStep 1: a\n\n1. b\nstep 2: c", "Well.", "Step 1: a\n\n1. b", "step 2: c");
    STEPS(AUTO, "## Step 1: a\nb\n**Step 2:** c\n", "## Step 1: a\nb", "**Step 2:** c");
    STEPS(AUTO, "1. a\n2. b", "1. a", "2. b");
    STEPS(AUTO, "as step 1: says\nb", "as step 1: says", "b");
}

static void test_auto_leaves_formulas_figures_and_code_whole(void **state) {
    (void)state;
    STEPS(AUTO, "a\n\\begin{align*}\nx\\\\[2pt]\ny\n\\end{align*}\nb", "a",
          "\\begin{align*}\nx\\\\[2pt]\ny\n\\end{align*}", "b");
    STEPS(AUTO, "so \\[x\n= 1\\]\nb $$\n2\n$$ c\nd", "so \\[x\n= 1\\]", "b $$\n2\n$$ c", "d");
    STEPS(AUTO, "a\n\n[asy]\nd;\n\ne;\n[/asy]\n\nb", "a", "[asy]\nd;\n\ne;\n[/asy]", "b");
    STEPS(AUTO, "```\nx\n\ny\n```\n\nb", "```\nx\n\ny\n```", "b");
    STEPS(AUTO, "\\[ never closed\nb\n\\begin{x}\n\\end{y}", "\\[ never closed", "b", "\\begin{x}", "\\end{y}");
    STEPS(AUTO, "\\] closed\n\\[b\nc\\]", "\\] closed", "\\[b\nc\\]");
    STEPS(LINE, "\\[a\nb\\]", "\\[a", "b\\]");
}

static void test_paragraphs(void **state) {
    (void)state;
    STEPS(PARAGRAPH, "a\nb\n\n\n c\r\n \t\r\nd\n", "a\nb", "c", "d");
    STEPS(PARAGRAPH, "\n\na\n\n", "a");
    STEPS(PARAGRAPH, "a", "a");
}

static void test_sentences_end_before_white_space(void **state) {
    (void)state;
    STEPS(SENTENCE, "One. Two! Three? Four", "One.", "Two!", "Three?", "Four");
    STEPS(SENTENCE, "He said \"stop.\" Then (he left.) Done.", "He said \"stop.\"", "Then (he left.)", "Done.");
    STEPS(SENTENCE, "What?! No... Yes.\nOne line\nmore.", "What?!", "No...", "Yes.", "One line\nmore.");
    STEPS(SENTENCE, "a.b c", "a.b c");
}

static void test_sentences_do_not_end_in_numbers(void **state) {
    (void)state;
    STEPS(SENTENCE, "It costs 3.50 dollars. The answer is 42. So be it.", "It costs 3.50 dollars.", "The answer is 42.",
          "So be it.");
    STEPS(SENTENCE, "1. Add 2 and 3. 2. Double it.", "1. Add 2 and 3.", "2. Double it.");
    STEPS(SENTENCE, "There are .5 left. 0.25 more.", "There are .5 left.", "0.25 more.");
}

static void test_sentences_do_not_end_in_abbreviations(void **state) {
    (void)state;
    STEPS(SENTENCE, "Mr. Smith and J. Doe met Dr. Who. They talked.", "Mr. Smith and J. Doe met Dr. Who.",
          "They talked.");
    STEPS(SENTENCE, "Fruit, e.g. apples, i.e. food. See Fig. 3.", "Fruit, e.g. apples, i.e. food.", "See Fig. 3.");
    STEPS(SENTENCE, "The metric. It works.", "The metric.", "It works.");
}

static void test_markers_open_steps(void **state) {
    (void)state;
    STEPS(MARKER, "Step 1: add\nmore\n step 2: double\n\nSTEP 10: end", "Step 1: add\nmore", "step 2: double",
          "STEP 10: end");
    STEPS(MARKER, "Plan:\n1. add\n2) double\n3.5 is no marker\n4.", "Plan:", "1. add", "2) double\n3.5 is no marker",
          "4.");
    STEPS(MARKER, "Steps 1: x\nstep by step\nin 3. place", "Steps 1: x\nstep by step\nin 3. place");
}

static void test_slices_end_with_the_text(void **state) {
    (void)state;
    cairn_slice *slices;
    int32_t count;
    static const char text[] = "Step 1: a\nstep 2";
    for (size_t length = 0; length < sizeof text; length++)
        for (int how = CAIRN_SPLIT_AUTO; how <= CAIRN_SPLIT_MARKER; how++) {
            assert_int_equal(cairn_split_steps(ctx, arena, (cairn_split)how, text, length, &slices, &count), CAIRN_OK);
            for (int32_t i = 0; i < count; i++) {
                assert_true(slices[i].length > 0);
                assert_true(slices[i].start + slices[i].length <= length);
            }
        }
}

static void test_an_unknown_splitter_is_refused(void **state) {
    (void)state;
    cairn_slice *slices;
    int32_t count;
    assert_int_equal(cairn_split_steps(ctx, arena, (cairn_split)9, "a", 1, &slices, &count), CAIRN_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_has_no_steps),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_auto_takes_steps_then_paragraphs_then_lines),
        cmocka_unit_test(test_auto_leaves_formulas_figures_and_code_whole),
        cmocka_unit_test(test_paragraphs),
        cmocka_unit_test(test_sentences_end_before_white_space),
        cmocka_unit_test(test_sentences_do_not_end_in_numbers),
        cmocka_unit_test(test_sentences_do_not_end_in_abbreviations),
        cmocka_unit_test(test_markers_open_steps),
        cmocka_unit_test(test_slices_end_with_the_text),
        cmocka_unit_test(test_an_unknown_splitter_is_refused),
    };
    return cmocka_run_group_tests_name("data/split", tests, open_all, close_all);
}
