/* label: light */
/* ProcessBench (arXiv 2412.06559): the published table from whole counts, which of its numbers are rounded when, and
 * the cases of its page by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "bench_fixture.h"

static const struct {
    const char *name;
    int n_err, n_cor;
} subsets[] = {{"gsm8k", 207, 193}, {"math", 594, 406}, {"olympiadbench", 661, 339}, {"omnimath", 759, 241}};

/* Hits with and without an error in the four subsets, the printed F1 of each, their printed average. */
typedef struct system_row {
    const char *name;
    int hits[4][2];
    double f1[4], average;
} system_row;

static const system_row prms[] = {
    {"Math-Shepherd", {{67, 177}, {107, 333}, {99, 241}, {108, 176}}, {47.9, 29.5, 24.8, 23.8}, 31.5},
    {"RLHFlow-Mistral", {{70, 191}, {129, 293}, {54, 146}, {73, 109}}, {50.4, 33.4, 13.8, 15.8}, 28.4},
    {"Skywork", {{128, 160}, {260, 281}, {118, 108}, {106, 101}}, {70.8, 53.6, 22.9, 21.0}, 42.1},
    {"on Math-Shepherd data", {{96, 185}, {112, 392}, {49, 318}, {30, 229}}, {62.5, 31.6, 13.7, 7.7}, 28.9},
    {"Qwen2.5-Math-PRM", {{149, 186}, {404, 367}, {368, 290}, {419, 200}}, {82.4, 77.6, 67.5, 66.3}, 73.5},
};
static const system_row critics[] = {
    {"Qwen2.5-7B", {{84, 64}, {183, 183}, {175, 115}, {199, 69}}, {36.5, 36.6, 29.7, 27.4}, 32.6},
    {"Qwen2.5-72B", {{130, 187}, {275, 378}, {256, 314}, {278, 219}}, {76.2, 61.8, 54.6, 52.2}, 61.2},
    {"QwQ-32B", {{169, 184}, {464, 322}, {406, 185}, {423, 164}}, {88.0, 78.7, 57.8, 61.3}, 71.5},
    {"GPT-4o", {{145, 176}, {323, 311}, {303, 198}, {343, 158}}, {79.2, 63.6, 51.4, 53.5}, 61.9},
    {"o1-mini", {{184, 189}, {496, 386}, {530, 324}, {568, 221}}, {93.2, 88.9, 87.2, 82.4}, 87.9},
};

/* Files of the four subsets with so many hits, in the form of the released script. */
static void read_counts(fixture *f, const int hits[4][2]) {
    for (int s = 0; s < 4; s++) {
        char name[64];
        snprintf(name, sizeof name, "%s.jsonl", subsets[s].name);
        FILE *file = fopen(text_file(f, name, ""), "w");
        assert_non_null(file);
        for (int i = 0; i < subsets[s].n_err + subsets[s].n_cor; i++) {
            bool clean = i >= subsets[s].n_err;
            bool hit = clean ? i - subsets[s].n_err < hits[s][1] : i < hits[s][0];
            fprintf(file,
                    "{\"id\": \"%s-%d\", \"problem\": \"p%d\", \"steps\": [\"a\", \"b\"], \"label\": %d, "
                    "\"prediction\": %s}\n",
                    subsets[s].name, i, i, clean ? -1 : 1, hit ? (clean ? "-1" : "1") : (i % 2 ? "0" : "null"));
        }
        fclose(file);
        ok(f, cairn_bench_read(f->run, f->path, NULL));
    }
    bench_measure(f, false);
}

static void test_rows_of_prms_are_rounded_before_f1_and_before_the_average(void **state) {
    fixture *f = *state;
    for (size_t i = 0; i < sizeof prms / sizeof *prms; i++) {
        bench_open(f, "processbench", "variant=paper");
        read_counts(f, prms[i].hits);
        for (int s = 0; s < 4; s++) assert_near(100 * figure(f, subsets[s].name, "f1"), prms[i].f1[s], 1e-12);
        assert_near(100 * figure(f, "average", "f1"), prms[i].average, 1e-12);
    }
}

static void test_rows_of_critics_are_exact_up_to_printing(void **state) {
    fixture *f = *state;
    for (size_t i = 0; i < sizeof critics / sizeof *critics; i++) {
        double printed = 0;
        bench_open(f, "processbench", "");
        read_counts(f, critics[i].hits);
        for (int s = 0; s < 4; s++) {
            double f1 = cairn_round_half_up(100 * figure(f, subsets[s].name, "f1"), 1);
            assert_near(f1, critics[i].f1[s], 1e-12);
            printed += f1 / 4;
        }
        assert_near(cairn_round_half_up(printed, 1), critics[i].average, 1e-12);
    }
}

/* The second public scorer's run of a 7B PRM. */
static void test_raw_counts_give_both_averages(void **state) {
    fixture *f = *state;
    static const int hits[4][2] = {{47, 181}, {227, 287}, {179, 183}, {212, 132}};
    static const double accuracies[4][3] = {
        {22.71, 93.78, 36.56}, {38.22, 70.69, 49.61}, {27.08, 53.98, 36.07}, {27.93, 54.77, 37.00}};
    bench_open(f, "processbench", "");
    read_counts(f, hits);
    for (int s = 0; s < 4; s++) {
        assert_near(100 * figure(f, subsets[s].name, "acc_err"), accuracies[s][0], 5e-3);
        assert_near(100 * figure(f, subsets[s].name, "acc_cor"), accuracies[s][1], 5e-3);
        assert_near(100 * figure(f, subsets[s].name, "f1"), accuracies[s][2], 5e-3);
    }
    assert_near(100 * figure(f, "average", "f1"), 39.81, 5e-3);
    assert_near(100 * figure(f, "weighted average", "f1"), 40.38, 5e-3);
}

#define ITEM(id, label, more) \
    "{\"id\": \"" id "\", \"problem\": \"p\", \"steps\": [\"a\", \"b\", \"c\", \"d\"], \"label\": " label more "}\n"

/* Page 37, unit case a: labels -1 -1 2 0 3, predictions -1 1 2 none -1. */
static void test_none_is_wrong_in_its_group(void **state) {
    fixture *f = *state;
    bench_open(f, "processbench", "");
    ok(f, bench_read_text(f, "x.jsonl",
                          ITEM("x-0", "-1", ", \"prediction\": -1") ITEM("x-1", "-1", ", \"prediction\": 1")
                              ITEM("x-2", "2", ", \"prediction\": 2") ITEM("x-3", "0", ", \"prediction\": null")
                                  ITEM("x-4", "3", ", \"prediction\": -1")));
    bench_measure(f, true);
    assert_near(figure(f, "x", "acc_err"), 1 / 3.0, 1e-15);
    assert_near(figure(f, "x", "acc_cor"), 0.5, 0);
    assert_near(figure(f, "x", "f1"), 0.4, 1e-15);
    assert_near(baseline(f, "always right", "x", "f1"), 0, 0);
    assert_near(tallied(f, "x", "missing"), 1, 0);
    assert_int_equal(f->result.silent, 1);
}

/* Page 37, unit case c: scores .9 .4 .8 .1 with threshold .5 give step 1; all at least .5: none. */
static void test_the_first_score_below_the_threshold_is_the_answer(void **state) {
    fixture *f = *state;
    bench_open(f, "processbench", "");
    ok(f, bench_read_text(f, "x.jsonl",
                          ITEM("x-0", "1", ", \"scores\": [0.9, 0.4, 0.8, 0.1]")
                              ITEM("x-1", "-1", ", \"scores\": [0.9, 0.5, 0.8, 0.7]")));
    bench_measure(f, false);
    assert_near(figure(f, "x", "f1"), 1, 0);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        TEST(test_rows_of_prms_are_rounded_before_f1_and_before_the_average),
        TEST(test_rows_of_critics_are_exact_up_to_printing),
        TEST(test_raw_counts_give_both_averages),
        TEST(test_none_is_wrong_in_its_group),
        TEST(test_the_first_score_below_the_threshold_is_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
