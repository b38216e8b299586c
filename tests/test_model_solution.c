/* label: light */
/* Stepped solutions as tokens: every number and position by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cairn/model.h"

static cairn_ctx *ctx;
static cairn_tokenizer *bytes; /* the 256 bytes, then <s> 256, </s> 257, <sep> 258, <step> 259, <pad> 260 */

static void must(cairn_status status) {
    if (status != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
}

static cairn_solution_format format(int32_t context) {
    cairn_solution_format f;
    must(cairn_solution_format_of(ctx, bytes, context, &f));
    return f;
}

static void test_ids_positions_and_targets_of_two_steps(void **state) {
    (void)state;
    static const int32_t ids[] = {256, 'Q', '?', 258, 'a', 259, 'b', 'c', 259, 257};
    static const int32_t wanted[] = {-1, -1, -1, 'a', 259, 'b', 'c', 259, 257, -1};
    int32_t targets[10];
    cairn_solution_tokens s = {0};
    cairn_solution_format f = format(10);
    must(cairn_solution_encode(ctx, &f, "r1", "Q?", (const char *const[]){"a", "bc"}, 2, true, &s));
    assert_int_equal(s.tokens.count, 10);
    assert_memory_equal(s.tokens.ids, ids, sizeof ids);
    assert_int_equal(s.prompt, 4);
    assert_int_equal(s.n_steps, 2);
    assert_int_equal(s.step_ends[0], 5);
    assert_int_equal(s.step_ends[1], 8);
    cairn_solution_targets(&s, targets);
    assert_memory_equal(targets, wanted, sizeof wanted);
    /* unfinished, used again: the same without </s> */
    must(cairn_solution_encode(ctx, &f, "r1", "Q?", (const char *const[]){"a", "bc"}, 2, false, &s));
    assert_int_equal(s.tokens.count, 9);
    assert_memory_equal(s.tokens.ids, ids, 9 * sizeof *ids);
    cairn_solution_targets(&s, targets);
    assert_memory_equal(targets, wanted, 8 * sizeof *wanted);
    assert_int_equal(targets[8], -1);
    cairn_solution_free(&s);
}

static void test_observations_stand_after_their_steps_and_are_not_learned(void **state) {
    (void)state;
    static const int32_t ids[] = {256, 'Q', '?', 258, 'a', 259, 'o', 258, 'b', 'c', 259, 257};
    static const int32_t wanted[] = {-1, -1, -1, 'a', 259, -1, -1, 'b', 'c', 259, 257, -1};
    static const char *const steps[] = {"a", "bc"}, *const seen[] = {"o", NULL};
    int32_t targets[12];
    cairn_solution_tokens s = {0};
    cairn_solution_format f = format(12), short_one = format(7);
    must(cairn_solution_encode_turns(ctx, &f, "r1", "Q?", steps, seen, 2, true, &s));
    assert_int_equal(s.tokens.count, 12);
    assert_memory_equal(s.tokens.ids, ids, sizeof ids);
    assert_int_equal(s.step_ends[0], 7); /* its score is read after what the world answered */
    assert_int_equal(s.step_ends[1], 10);
    assert_int_equal(s.text_ends[0], 5);
    assert_int_equal(s.text_ends[1], 10);
    cairn_solution_targets(&s, targets);
    assert_memory_equal(targets, wanted, sizeof wanted);
    /* an observation that does not fit leaves its step out */
    assert_int_equal(cairn_solution_encode_turns(ctx, &short_one, "r1", "Q?", steps, seen, 1, false, &s), CAIRN_LIMIT);
    assert_int_equal(s.n_steps, 0);
    cairn_solution_free(&s);
}

static void test_no_steps_and_empty_steps(void **state) {
    (void)state;
    static const int32_t empty[] = {256, 258, 259, 259};
    cairn_solution_tokens s = {0};
    cairn_solution_format f = format(8);
    must(cairn_solution_encode(ctx, &f, "r", "", NULL, 0, false, &s));
    assert_int_equal(s.tokens.count, 2);
    assert_int_equal(s.prompt, 2);
    must(cairn_solution_encode(ctx, &f, "r", "", (const char *const[]){"", ""}, 2, false, &s));
    assert_int_equal(s.tokens.count, 4);
    assert_memory_equal(s.tokens.ids, empty, sizeof empty);
    assert_int_equal(s.step_ends[0], 2);
    assert_int_equal(s.step_ends[1], 3);
    cairn_solution_free(&s);
}

static void test_a_step_that_spells_a_separator_stays_text(void **state) {
    (void)state;
    cairn_solution_tokens s = {0};
    cairn_solution_format f = format(64);
    must(cairn_solution_encode(ctx, &f, "r", "<sep>", (const char *const[]){"<step></s>"}, 1, true, &s));
    assert_int_equal(s.tokens.count, 1 + 5 + 1 + 10 + 1 + 1);
    assert_int_equal(s.step_ends[0], 17);
    int special = 0;
    for (size_t i = 0; i < s.tokens.count; i++) special += cairn_token_is_special(bytes, s.tokens.ids[i]);
    assert_int_equal(special, 4);
    cairn_solution_free(&s);
}

static void test_too_long_is_an_error_that_names_the_record(void **state) {
    (void)state;
    const char *const steps[] = {"a", "bc"};
    cairn_solution_tokens s = {0};
    const struct {
        int32_t context;
        const char *says;
    } cases[] = {{9, "before its </s>"}, {8, "step 2 of 2"}, {5, "step 1 of 2"}, {2, "step 1 of 2"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cairn_solution_format f = format(cases[i].context);
        assert_int_equal(cairn_solution_encode(ctx, &f, "data.jsonl:7", "Q?", steps, 2, true, &s), CAIRN_LIMIT);
        if (!strstr(cairn_error(ctx), "data.jsonl:7") || !strstr(cairn_error(ctx), cases[i].says))
            fail_msg("expected `%s`: %s", cases[i].says, cairn_error(ctx));
    }
    cairn_solution_format f = format(3);
    assert_int_equal(cairn_solution_encode(ctx, &f, "x", "Q?", NULL, 0, false, &s), CAIRN_LIMIT);
    cairn_solution_free(&s);
}

static void test_a_tokenizer_without_the_tokens_is_refused(void **state) {
    (void)state;
    static const char *const specials[] = {"<s>", "</s>", "<sep>"};
    cairn_bpe_options options = {.vocabulary = 259, .specials = specials, .n_specials = 3};
    cairn_bpe_trainer *trainer;
    cairn_tokenizer *t;
    cairn_solution_format f;
    must(cairn_bpe_open(ctx, &options, &trainer));
    must(cairn_bpe_train(trainer, &t));
    assert_int_equal(cairn_solution_format_of(ctx, t, 8, &f), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "<step>"));
    cairn_tokenizer_close(t);
    cairn_bpe_close(trainer);
}

static int open_all(void **state) {
    (void)state;
    static const char *const specials[] = CAIRN_SOLUTION_SPECIALS;
    cairn_bpe_options options = {.vocabulary = 261, .specials = specials, .n_specials = 5};
    cairn_bpe_trainer *trainer;
    if (cairn_ctx_open(&ctx) != CAIRN_OK || cairn_bpe_open(ctx, &options, &trainer) != CAIRN_OK) return -1;
    cairn_status status = cairn_bpe_train(trainer, &bytes);
    cairn_bpe_close(trainer);
    return status == CAIRN_OK ? 0 : -1;
}

static int close_all(void **state) {
    (void)state;
    cairn_tokenizer_close(bytes);
    cairn_ctx_close(ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_positions_and_targets_of_two_steps),
        cmocka_unit_test(test_observations_stand_after_their_steps_and_are_not_learned),
        cmocka_unit_test(test_no_steps_and_empty_steps),
        cmocka_unit_test(test_a_step_that_spells_a_separator_stays_text),
        cmocka_unit_test(test_too_long_is_an_error_that_names_the_record),
        cmocka_unit_test(test_a_tokenizer_without_the_tokens_is_refused),
    };
    return cmocka_run_group_tests_name("model solution", tests, open_all, close_all);
}
