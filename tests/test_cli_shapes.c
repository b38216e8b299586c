/* Same seed, same bytes: what a run exports depends neither on workers, nor on how much is under way at once, nor on
 * the order in which a program answers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define SELF CAIRN_BINARY_DIR "/tests/test_cli_shapes"
#include "cli_runs.h"

/* ---- the same bytes ---------------------------------------------------------------------------------------------------------------- */

static const int workers[] = {1, 2, 7}, in_flight[] = {1, 3, 64, 1024};

/* Compares the exports of `words` in every `every`-th of the twelve shapes with the preset one. */
static void expect_same_bytes(const char *words, int every) {
    export_of("first.db", words);
    assert_true(size_of("first.db.jsonl") > 2000);
    for (int i = 0; i < 12; i += every) {
        char shaped[2600];
        snprintf(shaped, sizeof shaped, "%s --workers %d --in-flight %d", words, workers[i % 3], in_flight[i / 3]);
        export_of("shaped.db", shaped);
        expect_same_files("first.db.jsonl", "shaped.db.jsonl");
        forget("shaped.db");
    }
    forget("first.db");
}

static const char *const searches[] = {"mcts",     "mcts:rule=puct", "beam:branch=3", "rebase",     "dvts",  "retry",
                                       "majority", "weighted",       "best-of-n",     "best-first", "gumbel"};

static void test_a_search_exports_the_same_bytes_in_every_shape(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof searches / sizeof *searches; i++) {
        char words[256];
        snprintf(words, sizeof words, "solve -n 40 --budget 32 --reward noisy:sd=0.3 --keep-tree --search %s",
                 searches[i]);
        expect_same_bytes(words, 1);
    }
}

static void test_labels_export_the_same_bytes_in_every_shape(void **state) {
    (void)state;
    expect_same_bytes("label -n 12 --method omegaprm:searches=4", 1);
    expect_same_bytes("label -n 12 --method mc:rollouts=3,order=left-to-right", 1);
}

static void test_programs_that_answer_out_of_order_give_the_same_bytes_in_every_shape(void **state) {
    (void)state;
    write_problems();
    for (size_t i = 0; i < sizeof searches / sizeof *searches; i++) {
        bool reward = strcmp(searches[i], "majority") != 0; /* which would not ask it */
        char words[2200];
        snprintf(words, sizeof words, "%s -n 24", exec_words(searches[i], reward, NULL, 0));
        expect_same_bytes(words, 5); /* 1 worker and 1 under way, 7 and 3, 2 and 1024 */
    }
}

int main(int argc, char **argv) {
    if (is_asked_to_answer(argc, argv)) return answer_as_asked(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_search_exports_the_same_bytes_in_every_shape),
        cmocka_unit_test(test_labels_export_the_same_bytes_in_every_shape),
        cmocka_unit_test(test_programs_that_answer_out_of_order_give_the_same_bytes_in_every_shape),
    };
    return cmocka_run_group_tests_name("shapes", tests, make_folder, remove_folder);
}
