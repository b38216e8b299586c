/* The steps of a file with label and score, the threshold that tells them apart best, and labels that go to a file. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/label_job.h"
#include "near.h"

static char folder[64];

static const char *in_folder(const char *name) {
    static char paths[4][128];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text) {
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* ---- threshold -------------------------------------------------------------------------------------------------------------- */

static void test_the_threshold_lies_between_the_scores_that_it_divides_best(void **state) {
    const cairn_step_item items[] = {{0.8, 1, 0}, {0.4, 0, 0}, {0.3, 1, 1}, {0.2, 0, 1}, {0.1, 0, 2}};
    double threshold, accuracy;
    /* From 0.3 on: 2 of 3 wrong ones below it and 2 of 2 right ones above; from 0.8 on: 3 of 3 and 1 of 2. */
    assert_int_equal(cairn_step_threshold(*state, items, 5, 0.5, &threshold, &accuracy), CAIRN_OK);
    assert_near(threshold, 0.25, 1e-15);
    assert_near(accuracy, 5. / 6, 1e-15);
}

static void test_labels_above_zero_are_right_from_zero(void **state) {
    const cairn_step_item items[] = {{0.1, 0, 0}, {0.2, 0.125, 0}, {0.3, 1, 1}};
    double threshold, accuracy;
    assert_int_equal(cairn_step_threshold(*state, items, 3, 0, &threshold, &accuracy), CAIRN_OK);
    assert_near(threshold, 0.15, 1e-15);
    assert_near(accuracy, 1, 0);
    assert_int_equal(cairn_step_threshold(*state, items, 3, 0.5, &threshold, &accuracy), CAIRN_OK);
    assert_near(threshold, 0.25, 1e-15);
}

static void test_scores_that_tell_nothing_have_their_lowest_as_threshold(void **state) {
    const cairn_step_item tied[] = {{0.5, 1, 0}, {0.5, 0, 0}}, turned[] = {{0.2, 1, 0}, {0.7, 0, 0}};
    double threshold, accuracy;
    assert_int_equal(cairn_step_threshold(*state, tied, 2, 0.5, &threshold, &accuracy), CAIRN_OK);
    assert_near(threshold, 0.5, 0);
    assert_near(accuracy, 0.5, 0);
    assert_int_equal(cairn_step_threshold(*state, turned, 2, 0.5, &threshold, &accuracy), CAIRN_OK);
    assert_near(threshold, 0.2, 0);
    assert_near(accuracy, 0.5, 0);
}

static double accuracy_at(const cairn_step_item *items, size_t n, double threshold) {
    double met[2] = {0}, of[2] = {0};
    for (size_t i = 0; i < n; i++) {
        int right = items[i].label >= 0.5;
        of[right]++;
        met[right] += (items[i].score >= threshold) == right;
    }
    return (met[0] / of[0] + met[1] / of[1]) / 2;
}

static void test_the_sweep_is_what_trying_every_threshold_finds(void **state) {
    cairn_rng rng = cairn_rng_open(7, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    for (int round = 0; round < 200; round++) {
        cairn_step_item items[24];
        size_t n = 2 + cairn_rng_below(&rng, 22);
        for (size_t i = 0; i < n; i++)
            items[i] =
                (cairn_step_item){cairn_rng_below(&rng, 9) / 8., i < 2 ? (double)i : cairn_rng_below(&rng, 2), 0};
        double threshold, accuracy, best = 0;
        assert_int_equal(cairn_step_threshold(*state, items, n, 0.5, &threshold, &accuracy), CAIRN_OK);
        for (int k = -1; k <= 9; k++) best = fmax(best, accuracy_at(items, n, k / 8. + 0.01));
        assert_near(accuracy, best, 1e-12);
        assert_near(accuracy_at(items, n, threshold), best, 1e-12);
    }
}

static void test_a_threshold_needs_right_and_wrong_steps_with_scores(void **state) {
    const cairn_step_item right[] = {{0.5, 1, 0}}, wrong[] = {{0.5, 0, 0}}, unknown[] = {{0.5, 0, 0}, {NAN, 1, 0}};
    double t, a;
    assert_int_equal(cairn_step_threshold(*state, right, 1, 0.5, &t, &a), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(*state), "none wrong"));
    assert_int_equal(cairn_step_threshold(*state, wrong, 1, 0.5, &t, &a), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(*state), "none right"));
    assert_int_equal(cairn_step_threshold(*state, wrong, 0, 0.5, &t, &a), CAIRN_INVALID);
    assert_int_equal(cairn_step_threshold(*state, unknown, 2, 0.5, &t, &a), CAIRN_INVALID);
}

/* ---- a file ------------------------------------------------------------------------------------------------------------------- */

#define PROBLEM "{\"prompt\":\"Start with 2. Then add 3. Then add 4. Then add 5. What is the result?\","
static const char solutions[] = PROBLEM
    "\"completions\":[\"2 + 3 = 5\",\"5 + 4 = 8\",\"8 + 5 = 13\"],\"scores\":[0.75,0,0.5]}\n" /* wrong at 2 */
    PROBLEM "\"completions\":[\"2 + 3 = 5\",\"5 + 4 = 9\",\"9 + 5 = 14\"],\"scores\":[null,null,null]}\n" /* no label */
    PROBLEM
    "\"completions\":[\"2 + 3 = 6\",\"6 + 4 = 10\",\"10 + 5 = 15\"],\"scores\":[0.25,null,1]}\n"; /* wrong at 1 */

static size_t read_items(cairn_ctx *ctx, cairn_arena *arena, double right_from, bool until_error,
                         cairn_step_item **items) {
    cairn_world world;
    cairn_reward reward;
    size_t n;
    assert_int_equal(cairn_world_open(ctx, arena, "text", &world), CAIRN_OK);
    assert_int_equal(cairn_reward_open(ctx, arena, "calculator", &world, NULL, &reward), CAIRN_OK);
    cairn_status status =
        cairn_step_items_read(ctx, &reward, in_folder("s.jsonl"), right_from, until_error, arena, items, &n);
    if (status != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    cairn_reward_close(&reward);
    cairn_world_close(&world);
    return n;
}

static void expect_item(const cairn_step_item *item, double score, double label, uint32_t solution) {
    assert_near(item->score, score, 0);
    assert_near(item->label, label, 0);
    assert_int_equal(item->problem, solution);
}

static void test_steps_with_a_label_are_read_with_their_scores(void **state) {
    cairn_arena *arena;
    cairn_step_item *items;
    write_file("s.jsonl", solutions);
    assert_int_equal(cairn_arena_open(*state, 4096, &arena), CAIRN_OK);
    assert_int_equal(read_items(*state, arena, 0, false, &items), 5);
    expect_item(&items[0], 1, 0.75, 0);
    expect_item(&items[1], 0, 0, 0);
    expect_item(&items[2], 1, 0.5, 0);
    expect_item(&items[3], 0, 0.25, 1);
    expect_item(&items[4], 1, 1, 1);
    assert_int_equal(read_items(*state, arena, 0, true, &items), 4); /* nothing after the 0 */
    expect_item(&items[2], 0, 0.25, 1);
    assert_int_equal(read_items(*state, arena, 0.5, true, &items), 3); /* nor after the 0.25 */
    expect_item(&items[2], 0, 0.25, 1);
    cairn_arena_close(arena);
}

static void test_a_file_that_cannot_be_read_is_an_error(void **state) {
    cairn_arena *arena;
    cairn_world world;
    cairn_reward reward;
    cairn_step_item *items;
    size_t n;
    assert_int_equal(cairn_arena_open(*state, 4096, &arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(*state, arena, "text", &world), CAIRN_OK);
    assert_int_equal(cairn_reward_open(*state, arena, "calculator", &world, NULL, &reward), CAIRN_OK);
    assert_int_equal(cairn_step_items_read(*state, &reward, in_folder("absent"), 0, true, arena, &items, &n),
                     CAIRN_NOT_FOUND);
    write_file("s.jsonl", "{\"prompt\":\"Who?\",\"completions\":[\"I\"],\"labels\":[true]}\n{\"prompt\":\n");
    assert_int_equal(cairn_step_items_read(*state, &reward, in_folder("s.jsonl"), 0, true, arena, &items, &n),
                     CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(*state), "s.jsonl:2"));
    cairn_reward_close(&reward);
    cairn_world_close(&world);
    assert_int_equal(cairn_world_open(*state, arena, "chain:steps=3", &world), CAIRN_OK);
    assert_int_equal(cairn_reward_open(*state, arena, "exact:what=step", &world, NULL, &reward), CAIRN_OK);
    assert_int_equal(cairn_step_items_read(*state, &reward, in_folder("s.jsonl"), 0, true, arena, &items, &n),
                     CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(*state), "world chain reads no problems"));
    cairn_reward_close(&reward);
    cairn_world_close(&world);
    cairn_arena_close(arena);
}

/* ---- labels to a file ----------------------------------------------------------------------------------------------------------- */

static const cairn_job_setup job = {.what = "label",
                                    .world = "chain:steps=3",
                                    .policy = "scripted:error=0.5",
                                    .count = 5,
                                    .seed = 3,
                                    .workers = 1,
                                    .sampling = CAIRN_SAMPLING_DEFAULT,
                                    .aggregator = -1,
                                    .quiet = true};

static void test_labels_go_to_a_file_as_the_summary_counts_them(void **state) {
    cairn_label_summary summary;
    cairn_arena *arena;
    cairn_step_item *items;
    int64_t wrong = 0;
    assert_int_equal(cairn_label_file(*state, &job, &(cairn_label_setup){.method = "tool:solutions=2"},
                                      &(cairn_write_options){0}, in_folder("s.jsonl"), &summary),
                     CAIRN_OK);
    assert_int_equal(summary.solutions, 10);
    assert_int_equal(summary.labelled_steps, 30);
    assert_int_equal(cairn_arena_open(*state, 4096, &arena), CAIRN_OK);
    size_t n = read_items(*state, arena, 0.5, false, &items);
    assert_int_equal(n, 30);
    for (size_t i = 0; i < n; i++) wrong += items[i].label < 0.5;
    assert_true(wrong > 0 && wrong == summary.wrong_steps);
    cairn_arena_close(arena);
}

static void test_nothing_is_left_of_labels_that_fail(void **state) {
    cairn_label_summary summary;
    cairn_job_setup bad = job;
    bad.policy = "scripted:error=2";
    assert_int_equal(cairn_label_file(*state, &bad, &(cairn_label_setup){.method = "tool"}, &(cairn_write_options){0},
                                      in_folder("no.jsonl"), &summary),
                     CAIRN_INVALID);
    assert_int_equal(cairn_label_file(*state, &job, &(cairn_label_setup){.method = "nobody"}, &(cairn_write_options){0},
                                      in_folder("no.jsonl"), &summary),
                     CAIRN_NOT_FOUND);
    assert_int_equal(access(in_folder("no.jsonl"), F_OK), -1);
}

static int set_up(void **state) {
    snprintf(folder, sizeof folder, "/tmp/cairn_items_XXXXXX");
    if (!mkdtemp(folder)) return -1;
    return cairn_ctx_open((cairn_ctx **)state) == CAIRN_OK ? 0 : -1;
}

static int tear_down(void **state) {
    unlink(in_folder("s.jsonl"));
    cairn_ctx_close(*state);
    return rmdir(folder); /* nothing else was left */
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_the_threshold_lies_between_the_scores_that_it_divides_best),
        TEST(test_labels_above_zero_are_right_from_zero),
        TEST(test_scores_that_tell_nothing_have_their_lowest_as_threshold),
        TEST(test_the_sweep_is_what_trying_every_threshold_finds),
        TEST(test_a_threshold_needs_right_and_wrong_steps_with_scores),
        TEST(test_steps_with_a_label_are_read_with_their_scores),
        TEST(test_a_file_that_cannot_be_read_is_an_error),
        TEST(test_labels_go_to_a_file_as_the_summary_counts_them),
        TEST(test_nothing_is_left_of_labels_that_fail),
    };
    return cmocka_run_group_tests_name("step items", tests, NULL, NULL);
}
