/* `eval ceiling` and `eval binary` through the command: sampled and recorded candidates, gates, answers of models and
 * judges. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>

#include "cli.h"
#include "data.h"
#include "near.h"
#include "skip.h"

static double real(const json_t *r, const char *key) {
    const json_t *value = json_object_get(r, key);
    if (!json_is_number(value)) fail_msg("no number `%s`", key);
    return json_number_value(value);
}

static const json_t *first_of(const json_t *r, const char *key) {
    const json_t *value = json_array_get(json_object_get(r, key), 0);
    if (!value) fail_msg("`%s` is empty", key);
    return value;
}

/* ---- ceiling --------------------------------------------------------------------------------------------------------- */

static const char sampled[] = "eval ceiling --world words --reward noisy:sd=0.4 --samples 8 -n 20 --quiet --seed 3";

/* Sampling here, and a run that keeps its trees, give the same numbers: the same seed draws the same solutions. */
static void test_sampled_and_recorded_candidates_agree(void **state) {
    (void)state;
    expect_ok(cairn("solve --world words --reward noisy:sd=0.4 --search best-of-n:width=8 -n 20 --quiet --seed 3 "
                    "--keep-tree --run kept.db"));
    json_t *live = parsed(cairn("%s --json", sampled)), *kept = parsed(cairn("eval ceiling kept.db --seed 3 --json"));
    const json_t *a = first_of(live, "proxies"), *b = first_of(kept, "proxies");
    assert_int_equal(json_array_size(json_object_get(live, "proxies")), 6); /* an aggregate each */
    assert_near(real(a, "candidates"), 160, 0);
    assert_near(real(a, "accuracy"), real(b, "accuracy"), 0);
    assert_near(real(a, "held_out_drop"), real(b, "held_out_drop"), 0);
    assert_int_equal(json_array_size(json_object_get(a, "curve")), 4); /* 1, 2, 4, 8 */
    assert_true(json_equal(json_object_get(a, "curve"), json_object_get(b, "curve")));
    json_decref(live);
    json_decref(kept);
}

static void test_a_sampled_ceiling_is_kept_and_resumed(void **state) {
    (void)state;
    json_t *one = parsed(cairn("%s --json --run live.db", sampled));
    json_t *two = parsed(cairn("%s --json --run live.db --resume", sampled));
    assert_true(json_equal(one, two));
    json_decref(one);
    json_decref(two);
}

/* Ten prompts in which the highest score is wrong: choosing harder is worse. */
static void write_hackable(void) {
    char text[65536];
    size_t n = 0;
    for (int p = 0; p < 40; p++)
        for (int i = 0; i < 8; i++)
            n += (size_t)snprintf(text + n, sizeof text - n,
                                  "{\"prompt_id\":%d,\"gold\":%s,\"score\":%d,\"text\":\"%s\"}\n", p,
                                  i == 6 || i == 5 ? "true" : "false", i, i == 7 ? "maybe \\\\boxed{1}" : "a");
    write_file("hackable.jsonl", text, n);
}

static void test_a_gate_decides_the_exit_status(void **state) {
    (void)state;
    write_hackable();
    assert_int_equal(cairn("eval ceiling hackable.jsonl")->status, 0);
    outcome *o = cairn("eval ceiling hackable.jsonl --fail-if ceiling");
    assert_int_equal(o->status, 1);
    assert_non_null(strstr(o->out, "failed"));
    assert_int_equal(cairn("eval ceiling hackable.jsonl --fail-if 'accuracy<0.5'")->status, 0);
    assert_int_equal(cairn("eval ceiling hackable.jsonl --fail-if 'accuracy<0.5 drop>0.4'")->status, 1);
    o = cairn("eval ceiling hackable.jsonl --fail-if 'speed>1'");
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, "--fail-if"));
}

/* Scores 0 .. 7, right ones 5 and 6. Best of 8 is 7: wrong. Best of n is right where the highest drawn is 5 or 6. */
static void test_a_ceiling_is_found_and_its_hack_named(void **state) {
    (void)state;
    write_hackable();
    json_t *r = parsed(cairn("eval ceiling hackable.jsonl --json"));
    const json_t *p = first_of(r, "proxies"), *curve = json_object_get(p, "curve");
    assert_true(json_is_true(json_object_get(p, "ceiling")));
    assert_near(real(json_array_get(curve, 0), "truth"), .25, 1e-12);
    assert_near(real(json_array_get(curve, 1), "truth"), (5 + 6) / 28.0, 1e-12);   /* C(8, 2) = 28 */
    assert_near(real(json_array_get(curve, 2), "truth"), (10 + 20) / 70.0, 1e-12); /* C(5, 3) + C(6, 3) of C(8, 4) */
    assert_near(real(json_array_get(curve, 3), "truth"), 0, 1e-12);
    assert_near(real(p, "peak"), 4, 0);
    assert_near(real(p, "held_out_drop"), 30 / 70.0, 1e-12);
    const json_t *feature = first_of(p, "overrated");
    assert_true(real(feature, "difference") > 1);
    json_decref(r);
}

static void test_curves_are_written_as_csv(void **state) {
    (void)state;
    write_hackable();
    expect_ok(cairn("eval ceiling hackable.jsonl --csv curves.csv"));
    char text[4096];
    read_into(in_folder("curves.csv"), text, sizeof text);
    assert_non_null(strstr(text, "file,proxy,n,kl,"));
    assert_non_null(strstr(text, "\n\"hackable.jsonl\",\"score\",2,0.193147"));
    outcome *o = cairn("eval ceiling hackable.jsonl --csv - --json");
    assert_int_equal(o->status, 2);
}

static void test_what_can_be_read_once_is_read_once(void **state) {
    (void)state;
    write_hackable();
    make_pipe("once", "hackable.jsonl");
    json_t *file = parsed(cairn("eval ceiling hackable.jsonl --json")),
           *pipe = parsed(cairn("eval ceiling once --json"));
    assert_true(json_equal(json_object_get(first_of(file, "proxies"), "curve"),
                           json_object_get(first_of(pipe, "proxies"), "curve")));
    json_decref(file);
    json_decref(pipe);
}

/* A score may have any name that JSON has; 300 bytes here. As a field of CSV it is no formula. */
static void test_any_name_of_a_score_is_found(void **state) {
    (void)state;
    char text[8192], name[301];
    memset(name, 'n', 300);
    name[300] = 0;
    name[0] = '=';
    size_t n = 0;
    for (int i = 0; i < 8; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "{\"id\":1,\"gold\":%d,\"%s\":%d,\"b\":0}\n", i % 2, name, i);
    write_file("named.jsonl", text, n);
    json_t *r = parsed(cairn("eval ceiling named.jsonl --proxy '%s b' --json", name));
    assert_int_equal(json_array_size(json_object_get(r, "proxies")), 2);
    assert_string_equal(json_string_value(json_object_get(first_of(r, "proxies"), "proxy")), name);
    json_decref(r);
    outcome *o = expect_ok(cairn("eval ceiling named.jsonl --proxy '%s b' --csv -", name));
    assert_non_null(strstr(o->out, "\n\"named.jsonl\",\"'=nn"));
    assert_non_null(strstr(o->out, "\n\"named.jsonl\",\"b\",1,"));
}

static void test_bad_combinations_are_refused(void **state) {
    (void)state;
    write_hackable();
    static const char *const bad[] = {
        "eval ceiling",
        "eval ceiling hackable.jsonl --world words",
        "eval ceiling hackable.jsonl --run x.db",
        "eval ceiling hackable.jsonl --reward exact",
        "eval ceiling hackable.jsonl --samples 4",
        "eval ceiling hackable.jsonl --aggregates median",
        "eval ceiling hackable.jsonl --proxy nothing",
        "eval ceiling hackable.jsonl --most 9",
        "eval ceiling nowhere.jsonl",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        outcome *o = cairn("%s", bad[i]);
        if (o->status != 2 || strncmp(o->error, "cairn: ", 7) != 0) fail_msg("%s: %d, %s", bad[i], o->status, o->error);
    }
}

static void test_published_scores_make_a_family(void **state) {
    (void)state;
    char a[4096], b[4096];
    if (!shared_file("rewardmath/internlm2_reward.json", a) || !shared_file("rewardmath/Math_Shepherd_reward.json", b))
        skip_because("RewardMATH's scores are not here");
    json_t *r = parsed(cairn("eval ceiling %s %s --aggregates 'min last' --json", a, b));
    assert_int_equal(json_array_size(json_object_get(r, "proxies")), 3);
    assert_near(real(first_of(r, "proxies"), "accuracy"), .759834, 5e-7);
    assert_near(real(json_object_get(r, "link"), "correlation"), 1, 1e-12);
    assert_true(json_is_null(json_object_get(json_object_get(r, "link"), "p")));
    json_decref(r);
    outcome *o = expect_ok(cairn("eval ceiling %s --detail", a));
    assert_non_null(strstr(o->out, "no ceiling seen up to n = 10"));
}

/* ---- binary ---------------------------------------------------------------------------------------------------------- */

static void write_answers(void) {
    char text[65536];
    size_t n = 0;
    for (int i = 0; i < 100; i++)
        n +=
            (size_t)snprintf(text + n, sizeof text - n,
                             "{\"model\":\"alternates\",\"answer\":\"%s\"}\n{\"model\":\"agrees\",\"answer\":\"%s\"}\n",
                             i % 2 ? "yes" : "no", i == 50 ? "As a model I cannot say" : "Yes");
    write_file("answers.jsonl", text, n);
}

static void test_answers_get_a_verdict(void **state) {
    (void)state;
    write_answers();
    json_t *r = parsed(cairn("eval binary answers.jsonl --json"));
    const json_t *series = json_object_get(r, "series"), *a = json_array_get(series, 0), *b = json_array_get(series, 1);
    assert_string_equal(json_string_value(json_object_get(a, "verdict")), "dependent");
    assert_near(real(a, "z_runs"), (100 - 51) / sqrt(2.0 * 50 * 50 * (5000 - 100) / (10000.0 * 99)), 1e-9);
    assert_string_equal(json_string_value(json_object_get(b, "verdict")), "undecidable");
    assert_near(real(b, "other"), 1, 0);
    assert_near(real(b, "n"), 99, 0);
    assert_true(json_is_null(json_object_get(b, "p_lag1")));
    const json_t *version = first_of(r, "versions");
    assert_near(real(version, "difference"), .5, 1e-12);
    assert_true(json_is_false(json_object_get(version, "equivalent")));
    json_decref(r);
    outcome *o = expect_ok(cairn("eval binary answers.jsonl --detail"));
    assert_non_null(strstr(o->out, "1 of 100 answers are neither yes nor no"));
    assert_non_null(strstr(o->out, "negative: it changes too often"));
}

static void test_judges_have_a_place_they_like(void **state) {
    (void)state;
    char text[8192];
    size_t n = 0;
    for (int i = 0; i < 20; i++)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "{\"model\":\"j\",\"prompt_id\":%d,\"order\":\"original\",\"answer\":\"A\"}\n"
                              "{\"model\":\"j\",\"prompt_id\":%d,\"order\":\"swapped\",\"answer\":\"%s\"}\n",
                              i, i, i < 10 ? "A" : "B");
    write_file("judgements.jsonl", text, n);
    json_t *r = parsed(cairn("eval binary judgements.jsonl --by model --judge --yes A --no B --json"));
    const json_t *order = first_of(r, "orders");
    assert_near(real(order, "first"), .75, 1e-12);
    assert_near(real(order, "p"), 2.0 / 1024, 1e-12);
    json_decref(r);
    assert_int_equal(cairn("eval binary judgements.jsonl --yes A --no a")->status, 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sampled_and_recorded_candidates_agree),
        cmocka_unit_test(test_a_sampled_ceiling_is_kept_and_resumed),
        cmocka_unit_test(test_a_gate_decides_the_exit_status),
        cmocka_unit_test(test_a_ceiling_is_found_and_its_hack_named),
        cmocka_unit_test(test_curves_are_written_as_csv),
        cmocka_unit_test(test_what_can_be_read_once_is_read_once),
        cmocka_unit_test(test_any_name_of_a_score_is_found),
        cmocka_unit_test(test_bad_combinations_are_refused),
        cmocka_unit_test(test_published_scores_make_a_family),
        cmocka_unit_test(test_answers_get_a_verdict),
        cmocka_unit_test(test_judges_have_a_place_they_like),
    };
    return cmocka_run_group_tests_name("biases", tests, make_folder, remove_folder);
}
