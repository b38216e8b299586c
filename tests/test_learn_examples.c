/* Marks of every task by hand; the order and packing of batches. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "learn_fixture.h"

static cairn_tokenizer *bytes; /* the 256 bytes, then <s> 256, </s> 257, <sep> 258, <step> 259, <pad> 260 */
static cairn_solution_format format;

/* <s> Q <sep> a <step> b c <step> [</s>]: positions 0 1 2 3 4 5 6 7 8 */
static const char *const steps[] = {"a", "bc"};
static const cairn_record base = {
    .problem = "Q", .steps = steps, .n_steps = 2, .correct = CAIRN_VERDICT_RIGHT, .first_error = CAIRN_UNLABELLED};

static cairn_examples added(cairn_learn_task task, bool only_right, const cairn_record *record) {
    cairn_examples e = {0};
    must(cairn_examples_add(ctx, &e, &format, task, &(cairn_example_choice){.only_right = only_right}, "r", record));
    return e;
}

static const cairn_example_choice all = {0}, right = {.only_right = true};

static void expect_marks(cairn_examples e, int count, const int32_t *marks, const float *labels) {
    assert_int_equal(e.count, 1);
    assert_int_equal(e.mark_starts[0], 0);
    assert_int_equal(e.mark_starts[1], count);
    assert_memory_equal(e.marks, marks, (size_t)count * sizeof *marks);
    for (int i = 0; i < count; i++) assert_true(e.labels[i] == labels[i]);
    cairn_examples_free(&e);
}

static void test_a_language_model_learns_what_follows_the_separator(void **state) {
    (void)state;
    static const int32_t marks[] = {2, 3, 4, 5, 6, 7}; /* behind <sep>: a <step> b c <step> </s> */
    static const float none[6];
    cairn_examples e = added(CAIRN_LEARN_SFT, false, &base);
    assert_int_equal(e.starts[1], 9);
    assert_int_equal(e.tokens[8], 257);
    assert_int_equal(e.longest, 9);
    expect_marks(e, 6, marks, none);
}

static void test_problems_too_can_be_learned(void **state) {
    (void)state;
    static const int32_t marks[] = {0, 1, 2, 3,
                                    4, 5, 6, 7}; /* behind <s>: the problem of one token, <sep>, and so on */
    static const float none[8];
    expect_marks(added(CAIRN_LEARN_TEXT, false, &base), 8, marks, none);
}

static void test_steps_are_marked_at_their_ends_where_they_have_a_label(void **state) {
    (void)state;
    cairn_record r = base;
    r.labels = (const double[]){0.25, 1};
    expect_marks(added(CAIRN_LEARN_PRM, false, &r), 2, (const int32_t[]){4, 7}, (const float[]){0.25f, 1});
    r.labels = (const double[]){NAN, 0};
    expect_marks(added(CAIRN_LEARN_PRM, false, &r), 1, (const int32_t[]){7}, (const float[]){0});
    r.labels = NULL;
    r.first_error = 0; /* the step behind it is of unknown worth */
    expect_marks(added(CAIRN_LEARN_PRM, false, &r), 1, (const int32_t[]){4}, (const float[]){0});
    r.first_error = 1;
    expect_marks(added(CAIRN_LEARN_PRM, false, &r), 2, (const int32_t[]){4, 7}, (const float[]){1, 0});
    r.first_error = CAIRN_NO_ERROR;
    expect_marks(added(CAIRN_LEARN_PRM, false, &r), 2, (const int32_t[]){4, 7}, (const float[]){1, 1});
}

static void test_labels_behind_the_first_wrong_step_can_be_left_out(void **state) {
    (void)state;
    static const char *const four[] = {"a", "b", "c", "d"};
    static const struct {
        double labels[4], from;
        int marks;
    } cases[] = {{{1, 0, 0, 0}, 0, 2}, {{1, 1, 1, 0}, 0, 4}, {{0, NAN, NAN, 0}, 0, 1}, {{0.9, 0.3, 0.2, 0}, 0.3, 3}};
    for (int i = 0; i < 4; i++) {
        cairn_record r = base;
        cairn_examples e = {0};
        const cairn_example_choice until = {.until_error = true, .right_from = cases[i].from};
        r.steps = four;
        r.n_steps = 4;
        r.labels = cases[i].labels;
        must(cairn_examples_add(ctx, &e, &format, CAIRN_LEARN_PRM, &until, "r", &r));
        assert_int_equal(e.mark_starts[1], cases[i].marks);
        for (int m = 0; m < cases[i].marks; m++) assert_int_equal(e.marks[m], 4 + 2 * m);
        cairn_examples_free(&e);
    }
}

static void test_an_outcome_is_marked_at_the_end_of_the_last_step(void **state) {
    (void)state;
    cairn_record r = base;
    cairn_examples e = added(CAIRN_LEARN_ORM, false, &r);
    assert_int_equal(e.starts[1], 8); /* without </s>: a score never sees it */
    expect_marks(e, 1, (const int32_t[]){7}, (const float[]){1});
    r.correct = CAIRN_VERDICT_WRONG;
    expect_marks(added(CAIRN_LEARN_ORM, false, &r), 1, (const int32_t[]){7}, (const float[]){0});
}

static void test_records_of_no_use_are_counted(void **state) {
    (void)state;
    cairn_examples e = {0};
    cairn_record r = base;
    must(cairn_examples_add(ctx, &e, &format, CAIRN_LEARN_PRM, &all, "r", &r)); /* no labels */
    r.correct = CAIRN_VERDICT_UNKNOWN;
    must(cairn_examples_add(ctx, &e, &format, CAIRN_LEARN_ORM, &all, "r", &r));
    must(cairn_examples_add(ctx, &e, &format, CAIRN_LEARN_SFT, &right, "r", &r));
    r.correct = CAIRN_VERDICT_RIGHT;
    r.n_steps = 0;
    must(cairn_examples_add(ctx, &e, &format, CAIRN_LEARN_ORM, &all, "r", &r));
    assert_int_equal(e.count, 0);
    assert_int_equal(e.dropped, 4);
    cairn_examples_free(&e);
}

/* ---- batches ---------------------------------------------------------------------------------------------------------------- */

enum { COUNT = 40 };

/* Solutions of 4 to 13 tokens. */
static void fill_sizes(int64_t *sizes) {
    for (int i = 0; i < COUNT; i++) sizes[i] = 4 + i % 10;
}

static void test_an_epoch_holds_every_example_once_and_batches_are_as_full_as_they_can_be(void **state) {
    (void)state;
    int64_t sizes[COUNT];
    fill_sizes(sizes);
    int32_t pool[COUNT], ids[COUNT], first[2][COUNT];
    cairn_batches b;
    for (int i = 0; i < COUNT; i++) pool[i] = i;
    must(cairn_batches_open(ctx, sizes, pool, COUNT, 5, &b));
    int64_t in_two = cairn_batches_in(&b, 30, 2), seen = 0;
    for (int epoch = 0; epoch < 2; epoch++) {
        int times[COUNT] = {0}, at = 0;
        int64_t tokens_before = 31;
        while (at < COUNT) {
            int32_t n = cairn_batches_next(&b, 30, ids);
            int64_t tokens = 0;
            assert_int_equal(b.epoch, epoch);
            for (int i = 0; i < n; i++) {
                times[ids[i]]++;
                first[epoch][at++] = ids[i];
                tokens += 4 + ids[i] % 10;
            }
            assert_true(n > 0 && tokens <= 30);
            assert_true(tokens_before + 4 + ids[0] % 10 > 30); /* this one's first did not fit the batch before */
            tokens_before = at < COUNT ? tokens : 31;
            seen++;
        }
        for (int i = 0; i < COUNT; i++) assert_int_equal(times[i], 1);
    }
    assert_int_equal(seen, in_two);
    assert_memory_not_equal(first[0], first[1], sizeof first[0]);
    cairn_batches_seek(&b, 1, 0); /* the place says everything */
    int32_t n = cairn_batches_next(&b, 30, ids);
    assert_memory_equal(ids, first[1], (size_t)n * sizeof *ids);
    assert_int_equal(cairn_batches_next(&b, 1, ids), 1); /* longer than a batch: alone */
    cairn_batches_close(&b);
}

static int open_all(void **state) {
    static const char *const specials[] = CAIRN_SOLUTION_SPECIALS;
    cairn_bpe_options options = {.vocabulary = 261, .specials = specials, .n_specials = 5};
    cairn_bpe_trainer *trainer;
    if (open_folder(state) != 0 || cairn_bpe_open(ctx, &options, &trainer) != CAIRN_OK) return -1;
    cairn_status status = cairn_bpe_train(trainer, &bytes);
    cairn_bpe_close(trainer);
    return status == CAIRN_OK && cairn_solution_format_of(ctx, bytes, 32, &format) == CAIRN_OK ? 0 : -1;
}

static int close_all(void **state) {
    cairn_tokenizer_close(bytes);
    return close_folder(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_language_model_learns_what_follows_the_separator),
        cmocka_unit_test(test_problems_too_can_be_learned),
        cmocka_unit_test(test_steps_are_marked_at_their_ends_where_they_have_a_label),
        cmocka_unit_test(test_labels_behind_the_first_wrong_step_can_be_left_out),
        cmocka_unit_test(test_an_outcome_is_marked_at_the_end_of_the_last_step),
        cmocka_unit_test(test_records_of_no_use_are_counted),
        cmocka_unit_test(test_an_epoch_holds_every_example_once_and_batches_are_as_full_as_they_can_be),
    };
    return cmocka_run_group_tests_name("learn examples", tests, open_all, close_all);
}
