/* `cairn credit`: advantages of the worked case of arXiv 2504.15275 by hand, every layout, groups, scores by a reward,
 * what people are told, and what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>

#include "cli.h"
#include "near.h"

static void write_text(const char *name, const char *text) {
    write_file(name, text, strlen(text));
}

/* The `line`-th line of a file, from 0, as JSON. */
static json_t *line_of(const char *name, int line) {
    static char text[65536];
    json_error_t error;
    read_into(in_folder(name), text, sizeof text);
    char *at = text;
    for (int i = 0; i < line && at; i++) at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL;
    if (!at || !*at) fail_msg("%s has no line %d", name, line);
    at[strcspn(at, "\n")] = 0;
    json_t *value = json_loads(at, JSON_REJECT_DUPLICATES, &error);
    if (!value) fail_msg("no JSON: %s", at);
    return value;
}

static void expect_numbers(const json_t *row, const char *key, const double *want, size_t n, double tolerance) {
    const json_t *array = json_object_get(row, key);
    if (!json_is_array(array) || json_array_size(array) != n)
        fail_msg("`%s` is no array of %zu, but of %zu", key, n, json_array_size(array));
    for (size_t i = 0; i < n; i++) {
        double got = json_number_value(json_array_get(array, i));
        if (!json_is_number(json_array_get(array, i)) || fabs(got - want[i]) > tolerance)
            fail_msg("%s[%zu] is %.9g, not %.9g", key, i, got, want[i]);
    }
}
#define EXPECT(row, key, tolerance, ...)                                                                            \
    expect_numbers(row, key, (const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / sizeof(double), \
                   tolerance)

/* The fields of a line, in order. */
static void expect_fields(json_t *row, const char *const *fields) {
    size_t n = 0;
    for (void *at = json_object_iter(row); at; at = json_object_iter_next(row, at), n++)
        if (!fields[n] || strcmp(fields[n], json_object_iter_key(at)) != 0)
            fail_msg("field %zu is `%s`, not `%s`", n, json_object_iter_key(at), fields[n] ? fields[n] : "none");
    assert_null(fields[n]);
}

static double real(const json_t *row, const char *key) {
    if (!json_is_number(json_object_get(row, key))) fail_msg("no number `%s`", key);
    return json_number_value(json_object_get(row, key));
}

/* ---- advantages by hand ---------------------------------------------------------------------------------------------- */

/* Scores 0.9, 0.8, -0.6, 0.7 with temperature 0.1 return -0.599995, -0.599996, -0.599996, 0.000002, whose sum is
 * -1.799985. The other response has zeros, so each is centred by the other's sum over 4 tokens. */
static void test_soft_minimum_of_the_paper(void **state) {
    (void)state;
    write_text("pure.jsonl",
               "{\"prompt\":\"P\",\"completions\":[\"a\",\"b\",\"c\",\"d\"],\"scores\":[0.9,0.8,-0.6,0.7]}\n"
               "{\"prompt\":\"P\",\"completions\":[\"a\",\"b\",\"c\",\"d\"],\"scores\":[0,0,0,0]}\n");
    expect_ok(cairn("credit pure.jsonl --credit pure:answers=0,scores=signed,whiten=false --out a.jsonl"));
    json_t *row = line_of("a.jsonl", 0);
    EXPECT(row, "step_rewards", 1e-6, 0.000000, 0.000001, -0.599998, 0.000002);
    EXPECT(row, "advantages", 1e-6, -0.599995, -0.599996, -0.599996, 0.000002);
    json_decref(row);
    row = line_of("a.jsonl", 1);
    EXPECT(row, "advantages", 1e-6, 0.449996, 0.449996, 0.449996, 0.449996);
    json_decref(row);
}

/* Returns -0.2, -0.2 and 0.4, 0.4, 0.4, 0 with N = 4: baselines 1.2 / 4 and -0.4 / 4. */
static void test_token_baseline_of_the_paper(void **state) {
    (void)state;
    write_text("base.jsonl", "[{\"prompt\":\"P\",\"completions\":[\"a\",\"b\"],\"scores\":[0,-0.2]},\n"
                             "{\"prompt\":\"P\",\"completions\":[\"a\",\"b\",\"c\",\"d\"],\"scores\":[0,0,0.4,0]}]\n");
    expect_ok(cairn("credit base.jsonl --credit sum:answers=0,horizon=4,scores=signed,whiten=false --out a.jsonl"));
    json_t *row = line_of("a.jsonl", 0);
    EXPECT(row, "advantages", 1e-12, -0.5, -0.5);
    json_decref(row);
    row = line_of("a.jsonl", 1);
    EXPECT(row, "advantages", 1e-12, 0.5, 0.5, 0.5, 0.1);
    json_decref(row);
}

/* A group is its `group`, else its prompt, wherever its rows stand; outcomes 1 and 0 are centred by the other one. */
static void test_groups_by_field_and_by_prompt(void **state) {
    (void)state;
    write_text("one.jsonl", "{\"prompt\":\"P\",\"completions\":[\"a\"],\"correct\":true}\n"
                            "{\"prompt\":\"Q\",\"group\":7,\"completions\":[\"a\"],\"correct\":0.5}\n"
                            "{\"prompt\":\"P\",\"completions\":[\"b\",\"c\"],\"correct\":false}\n");
    write_text("two.jsonl", "{\"prompt\":\"Q, again\",\"group\":7,\"completions\":[\"a\"],\"correct\":true}\n");
    json_t *r = parsed(cairn("credit one.jsonl two.jsonl --credit rloo --out a.jsonl --json"));
    assert_int_equal(real(r, "groups"), 2);
    assert_int_equal(real(r, "responses"), 4);
    json_decref(r);
    const double want[4][2] = {{1, 0}, {-0.5, 0}, {-1, -1}, {0.5, 0}};
    for (int i = 0; i < 4; i++) {
        json_t *row = line_of("a.jsonl", i);
        expect_numbers(row, "advantages", want[i], i == 2 ? 2 : 1, 1e-12);
        const char *group = json_string_value(json_object_get(row, "group"));
        assert_true(i % 2 ? strcmp(group, "7") == 0
                          : strncmp(group, "prompt-", 7) == 0); /* no name that a file gives */
        json_decref(row);
    }
}

static void test_missing_outcome_comes_from_the_true_answer(void **state) {
    (void)state;
    write_text("answers.jsonl",
               "{\"prompt\":\"P\",\"completions\":[\"2 + 3 = 5\",\"The answer is 5.\"],\"target\":\"5\"}\n"
               "{\"prompt\":\"P\",\"completions\":[\"2 + 3 = 6\"],\"answer\":\"6\",\"target\":\"5\"}\n"
               "{\"prompt\":\"P\",\"completions\":[\"So it is\"]}\n");
    json_t *r = parsed(cairn("credit answers.jsonl --credit rloo --out a.jsonl --json"));
    assert_int_equal(real(r, "unknown_outcomes"), 1);
    assert_near(real(r, "mean_outcome"), 0.5, 1e-12);
    json_decref(r);
    json_t *row = line_of("a.jsonl", 2);
    assert_true(json_is_null(json_object_get(row, "outcome")));
    EXPECT(row, "advantages", 0, 0);
    json_decref(row);
}

/* Deviation of 1 and 0 is 0.707107; epsilon is the trainer's, or the one that is written. */
static void test_like_sets_the_trainers_epsilon(void **state) {
    (void)state;
    write_text("two.jsonl", "{\"prompt\":\"P\",\"completions\":[\"a\"],\"correct\":1}\n"
                            "{\"prompt\":\"P\",\"completions\":[\"b\"],\"correct\":0}\n");
    const struct {
        const char *words;
        double epsilon;
    } cases[] = {{"", 1e-6},
                 {"--like verl", 1e-6},
                 {"--like trl", 1e-4},
                 {"--like openrlhf", 1e-9},
                 {"--like trl --credit grpo:epsilon=0.01", 0.01}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_ok(cairn("credit two.jsonl %s --out a.jsonl", cases[i].words));
        json_t *row = line_of("a.jsonl", 0);
        EXPECT(row, "advantages", 1e-12, 0.5 / (sqrt(0.5) + cases[i].epsilon));
        json_decref(row);
    }
}

/* ---- layouts --------------------------------------------------------------------------------------------------------- */

/* Two steps of two tokens and one, of which the first token is not the policy's; prompt of three tokens. */
#define TOKENS                                                                                                         \
    "{\"id\":\"r1\",\"group\":\"g\",\"prompt\":\"P\",\"completions\":[\"a\",\"b\"],\"scores\":[0.25,0.5],\"correct\":" \
    "true,"                                                                                                            \
    "\"prompt_ids\":[11,12,13],\"completion_ids\":[21,22,23],\"step_ends\":[1,2],\"mask\":[0,1,1],"                    \
    "\"logprobs\":[-0.5,-1,-2],\"sampler_logprobs\":[-0.25,-1.5,-2.5]}\n"                                              \
    "{\"id\":\"r2\",\"group\":\"g\",\"prompt\":\"P\",\"completions\":[\"a\"],\"scores\":[0],\"correct\":false,"        \
    "\"prompt_ids\":[11,12,13],\"completion_ids\":[31,32]}\n"

/* Row `sum` without whitening: outcomes centred give 1 and -1; in scores from -1 to 1 they are -0.5, 0 and -1, so
 * tokens return -0.5, -0.5, 0 and -1, -1, and with N = 3 the baselines are -2 / 3 and, without the first token, -0.5 / 3. */
#define SUM "--credit sum:horizon=3,whiten=false"
#define A1  0.5 + 2.0 / 3
#define A2  1 + 2.0 / 3
#define A3  -2 + 0.5 / 3

static void test_our_own_layout(void **state) {
    (void)state;
    write_text("tokens.jsonl", TOKENS);
    expect_ok(cairn("credit tokens.jsonl " SUM " --out a.jsonl"));
    json_t *row = line_of("a.jsonl", 0);
    expect_fields(row, WORDS("advantages", "completion_ids", "group", "id", "kept", "mask", "outcome", "prompt_ids",
                             "returns", "scalar", "step_ends", "step_rewards", "step_scores", "version"));
    EXPECT(row, "advantages", 1e-12, 0, A1, A2);
    EXPECT(row, "step_rewards", 1e-12, -0.5, 0);
    EXPECT(row, "step_scores", 0, 0.25, 0.5);
    EXPECT(row, "step_ends", 0, 1, 2);
    EXPECT(row, "mask", 0, 0, 1, 1);
    assert_string_equal(json_string_value(json_object_get(row, "id")), "r1");
    assert_true(json_is_true(json_object_get(row, "kept")));
    assert_near(real(row, "scalar"), 1, 0);
    json_decref(row);
    row = line_of("a.jsonl", 1);
    EXPECT(row, "advantages", 1e-12, A3, A3);
    EXPECT(row, "step_ends", 0, 1); /* one step is all tokens */
    json_decref(row);
}

static void test_layout_of_trl(void **state) {
    (void)state;
    write_text("tokens.jsonl", TOKENS);
    expect_ok(cairn("credit tokens.jsonl " SUM " --to trl --out a.jsonl"));
    json_t *row = line_of("a.jsonl", 0);
    expect_fields(row, WORDS("prompt_ids", "completion_ids", "logprobs", "env_mask", "advantages"));
    EXPECT(row, "prompt_ids", 0, 11, 12, 13);
    EXPECT(row, "completion_ids", 0, 21, 22, 23);
    EXPECT(row, "logprobs", 0, -0.25, -1.5, -2.5);
    EXPECT(row, "env_mask", 0, 0, 1, 1);
    EXPECT(row, "advantages", 1e-12, 0, A1, A2);
    json_decref(row);
    row = line_of("a.jsonl", 1);
    assert_true(json_is_null(json_object_get(row, "logprobs")));
    EXPECT(row, "env_mask", 0, 1, 1);
    json_decref(row);
}

static void test_layout_of_verl(void **state) {
    (void)state;
    write_text("tokens.jsonl", TOKENS);
    expect_ok(cairn("credit tokens.jsonl " SUM " --to verl --out a.jsonl"));
    json_t *row = line_of("a.jsonl", 0);
    expect_fields(row, WORDS("uid", "prompts", "responses", "response_mask", "rollout_log_probs", "token_level_rewards",
                             "advantages", "returns"));
    assert_string_equal(json_string_value(json_object_get(row, "uid")), "g");
    EXPECT(row, "prompts", 0, 11, 12, 13);
    EXPECT(row, "responses", 0, 21, 22, 23);
    EXPECT(row, "response_mask", 0, 0, 1, 1);
    EXPECT(row, "token_level_rewards", 1e-12, 0, -0.5, 1);
    EXPECT(row, "advantages", 1e-12, 0, A1, A2);
    json_decref(row);
}

/* Without the first token: two tokens of the prompt, then the response. */
static void test_layout_of_openrlhf(void **state) {
    (void)state;
    write_text("tokens.jsonl", TOKENS);
    expect_ok(cairn("credit tokens.jsonl " SUM " --to openrlhf --out a.jsonl"));
    json_t *row = line_of("a.jsonl", 0);
    expect_fields(row,
                  WORDS("sequences", "action_mask", "rollout_log_probs", "advantages", "returns", "rewards", "index"));
    EXPECT(row, "sequences", 0, 11, 12, 13, 21, 22, 23);
    EXPECT(row, "action_mask", 0, 0, 0, 0, 1, 1);
    EXPECT(row, "rollout_log_probs", 0, 0, 0, -0.25, -1.5, -2.5);
    EXPECT(row, "advantages", 1e-12, 0, 0, 0, A1, A2);
    assert_near(real(row, "rewards"), 1, 0);
    assert_int_equal(real(row, "index"), 0);
    json_decref(row);
}

/* ---- scores by a reward ---------------------------------------------------------------------------------------------- */

#define TWO                                                                        \
    "{\"prompt\":\"What is 2 + 3 + 4?\",\"completions\":[\"2 + 3 = 5\",\"5 + 4 = " \
    "9\"],\"correct\":true,\"scores\":[0,0]}\n"                                    \
    "{\"prompt\":\"What is 2 + 3 + 4?\",\"completions\":[\"2 + 3 = 6\",\"6 + 4 = 10\"],\"correct\":false}\n"

static void test_reward_scores_in_the_place_of_the_file(void **state) {
    (void)state;
    write_text("two.jsonl", TWO);
    expect_ok(cairn("credit two.jsonl --credit sum:whiten=false,answers=0 --reward calculator --out a.jsonl"));
    json_t *row = line_of("a.jsonl", 0);
    EXPECT(row, "step_scores", 0, 1, 1);
    json_decref(row);
    row = line_of("a.jsonl", 1);
    EXPECT(row, "step_scores", 0, 0, 1);
    EXPECT(row, "step_rewards", 0, -1, 1);
    json_decref(row);
}

static void test_reward_gives_verdicts_by_its_threshold(void **state) {
    (void)state;
    write_text("two.jsonl", TWO);
    expect_ok(cairn("credit two.jsonl --credit capo --reward calculator --out a.jsonl"));
    json_t *row = line_of("a.jsonl", 1);
    const json_t *rewards = json_object_get(row, "step_rewards");
    assert_true(json_number_value(json_array_get(rewards, 0)) < 0);
    assert_true(json_number_value(json_array_get(rewards, 1)) == 0);
    json_decref(row);
}

static void test_reward_may_be_a_program(void **state) {
    (void)state;
    write_text("two.jsonl", TWO);
    write_text("judge", "#!/bin/sh\nexec sed -u 's/.*\"id\":\\([0-9]*\\).*/{\"id\":\\1,\"score\":0.75}/'\n");
    assert_int_equal(chmod(in_folder("judge"), 0755), 0);
    expect_ok(cairn("credit two.jsonl --credit pure --reward exec:./judge --out a.jsonl"));
    for (int i = 0; i < 2; i++) {
        json_t *row = line_of("a.jsonl", i);
        EXPECT(row, "step_scores", 0, 0.75, 0.75);
        json_decref(row);
    }
}

/* ---- for people ------------------------------------------------------------------------------------------------------ */

static void expect_said(const outcome *o, const char *const *words) {
    for (; *words; words++)
        if (!strstr(o->out, *words)) fail_msg("expected `%s` in\n%s", *words, o->out);
}

static void test_people_see_counts_bounds_and_examples(void **state) {
    (void)state;
    write_text("two.jsonl", TWO);
    outcome *o = expect_ok(cairn("credit two.jsonl --credit pure --reward calculator"));
    expect_said(o, WORDS("pure: A step returns", "1: 1 kept, 0 of these without signal", "bound -1 .. 1, 0 outside",
                         "best", "two.jsonl:1, group prompt-", "outcome 1 -> scalar 1 -> kept", "worst", "6 + 4 = 10"));
    assert_null(strstr(o->out, "alarm"));
    o = expect_ok(cairn("credit two.jsonl"));
    expect_said(o, WORDS("grpo does not read the scores of steps"));
}

static void test_length_and_repetition_give_alarms(void **state) {
    (void)state;
    static const char same[] = "one two three four five six seven eight ";
    char text[2048];
    snprintf(text, sizeof text,
             "{\"prompt\":\"P\",\"completions\":[\"%s%s%s%s\",\"b\",\"c\",\"d\"],\"correct\":true}\n"
             "{\"prompt\":\"P\",\"completions\":[\"%s%s%s%s\",\"b\"],\"correct\":false}\n",
             same, same, same, same, same, same, same, same);
    write_text("long.jsonl", text);
    expect_said(expect_ok(cairn("credit long.jsonl")),
                WORDS("alarm: right responses are over 1.5 times as long", "alarm: over a fifth of the runs of words"));
    json_t *r = parsed(cairn("credit long.jsonl --json"));
    assert_near(real(r, "tokens_right"), 4, 0);
    assert_near(real(r, "tokens_wrong"), 2, 0);
    assert_true(json_is_true(json_object_get(r, "length_alarm")));
    assert_true(json_is_true(json_object_get(r, "repetition_alarm")));
    json_decref(r);
}

static void test_groups_without_signal_are_counted(void **state) {
    (void)state;
    write_text("flat.jsonl", "{\"prompt\":\"P\",\"completions\":[\"a\"],\"correct\":true}\n"
                             "{\"prompt\":\"P\",\"completions\":[\"b\"],\"correct\":true}\n");
    json_t *r = parsed(cairn("credit flat.jsonl --json"));
    assert_int_equal(real(r, "flat_groups"), 1);
    json_decref(r);
}

static void test_explain_needs_no_file(void **state) {
    (void)state;
    expect_said(expect_ok(cairn("credit --credit clip-delta:eta=0.25 --explain")),
                WORDS("outcome    as given", "0.25"));
}

static void test_help_lists_credits_and_surrogates(void **state) {
    (void)state;
    expect_said(expect_ok(cairn("help credits")), WORDS("pure  A step returns", "arXiv 2504.15275", "temperature"));
    expect_said(expect_ok(cairn("help surrogates")), WORDS("ppo", "clip"));
}

/* ---- what is refused ------------------------------------------------------------------------------------------------- */

#define ROW(fields) "{\"prompt\":\"P\",\"completions\":[\"a\",\"b\"]" fields "}\n"

static void test_bad_fields_are_named_with_file_and_line(void **state) {
    (void)state;
    const struct {
        const char *row;
        const char *words[5];
    } cases[] = {
        {ROW(",\"scores\":[0.5]"), {"field `scores`", "an array of 2, one for each step", "an array of 1"}},
        {ROW(",\"scores\":[0.5,1.5]"), {"field `scores[1]`", "from 0 to 1", "1.5"}},
        {ROW(",\"labels\":[true,\"no\"]"), {"field `labels[1]`", "the text \"no\""}},
        {ROW(",\"correct\":\"yes\""), {"field `correct`", "true, false"}},
        {ROW(",\"logprobs\":[-1]"), {"field `logprobs`", "one for each token"}},
        {ROW(",\"mask\":[1,0.5]"), {"field `mask[1]`", "0.5"}},
        {ROW(",\"completion_ids\":[1,2,3]"), {"field `step_ends`", "3 `completion_ids`"}},
        {ROW(",\"completion_ids\":[1,-2]"), {"field `completion_ids[1]`", "from 0 on"}},
        {ROW(",\"completion_ids\":[]"), {"field `completion_ids`", "at least one token"}},
        {ROW(",\"completion_ids\":[1,2,3],\"step_ends\":[0]"), {"field `step_ends`", "an array of 2"}},
        {ROW(",\"completion_ids\":[1,2,3],\"step_ends\":[2,1]"), {"field `step_ends[0]`", "from 0 to 1"}},
        {ROW(",\"completion_ids\":[1,2,3],\"step_ends\":[0,1]"), {"field `step_ends[1]`", "2, the last of 3 tokens"}},
        {ROW(",\"step_ends\":[2147483646,2147483647]"), {"field `step_ends"}},
        {ROW(",\"states\":[\"s\",null]"), {"field `states[1]`", "null"}},
        {ROW(",\"think\":2"), {"field `think`", "from 0 to 1"}},
        {ROW(",\"truncated\":3"), {"field `truncated`", "true, false or null"}},
        {"{\"prompt\":\"P\",\"completions\":[]}\n", {"field `completions`", "at least one step"}},
        {"{\"completions\":[\"a\"]}\n", {"field `prompt`"}},
        {"{\"prompt\":\n", {"broken.jsonl:2"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[512];
        snprintf(text, sizeof text, ROW(",\"correct\":true") "%s", cases[i].row);
        write_text("broken.jsonl", text);
        outcome *o = cairn("credit broken.jsonl --out never.jsonl");
        expect_one_sentence(o, cases[i].row, WORDS("broken.jsonl:2"));
        expect_one_sentence(o, cases[i].row, cases[i].words);
        assert_false(is_there("never.jsonl"));
        json_t *r = parsed(cairn("credit broken.jsonl --skip-bad --json"));
        assert_int_equal(real(r, "skipped_lines"), 1);
        assert_int_equal(real(r, "responses"), 1);
        json_decref(r);
    }
}

static void test_what_a_credit_lacks_is_named_as_in_the_file(void **state) {
    (void)state;
    write_text("two.jsonl", ROW(",\"correct\":true") ROW(",\"correct\":false"));
    write_text("lone.jsonl", ROW(",\"group\":\"alone\",\"scores\":[1,1]"));
    const struct {
        const char *words;
        const char *said[5];
    } cases[] = {
        {"--credit ppo", {"two.jsonl:1", "field `values`"}},
        {"--credit pure", {"two.jsonl:1", "field `scores`"}},
        {"--credit capo", {"two.jsonl:1", "field `flags`"}},
        {"--credit prime", {"two.jsonl:1", "field `token_rewards`"}},
        {"--credit remax", {"two.jsonl:1", "baseline"}},
        {"--to trl --out never.jsonl", {"two.jsonl:1", "field `prompt_ids`"}},
        {"--to openrlhf --out never.jsonl", {"two.jsonl:1", "field `prompt_ids`"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        expect_one_sentence(cairn("credit two.jsonl %s", cases[i].words), cases[i].words, cases[i].said);
        assert_false(is_there("never.jsonl"));
    }
    expect_nothing_left_beside("refused layouts");
    expect_one_sentence(cairn("credit lone.jsonl --credit pure"), "alone", WORDS("group alone: n is 1"));
}

static void test_options_that_say_nothing_are_refused(void **state) {
    (void)state;
    write_text("two.jsonl", ROW(",\"correct\":true") ROW(",\"correct\":false"));
    write_text("none.jsonl", "[]");
    const struct {
        const char *words;
        const char *said[5];
    } cases[] = {
        {"credit", {"--explain"}},
        {"credit two.jsonl --credit nothing", {"no credit `nothing`", "grpo", "pure", "vppo"}},
        {"credit two.jsonl --credit pure:temprature=1", {"temperature"}},
        {"credit two.jsonl --to verl", {"--to goes with --out"}},
        {"credit two.jsonl --like trl --credit rloo", {"--like", "rloo"}},
        {"credit two.jsonl --reward calculator", {"--reward", "grpo"}},
        {"credit two.jsonl --threshold 0.3", {"--threshold", "--reward"}},
        {"credit two.jsonl --out - --json", {"--out -"}},
        {"credit two.jsonl --out two.jsonl", {"two.jsonl"}},
        {"credit none.jsonl", {"none.jsonl", "an empty array"}},
        {"credit missing.jsonl", {"missing.jsonl"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_one_sentence(cairn("%s", cases[i].words), cases[i].words, cases[i].said);
}

static void test_a_file_of_bad_rows_alone_is_refused(void **state) {
    (void)state;
    write_text("bad.jsonl", "{\"prompt\":\"P\"}\n");
    outcome *o = cairn("credit bad.jsonl --skip-bad");
    assert_int_equal(o->status, 2);
    assert_non_null(strstr(o->error, "bad.jsonl: there are no rollouts"));
}

static void test_a_reward_of_another_range_is_refused(void **state) {
    (void)state;
    write_text("two.jsonl", ROW(",\"id\":\"a\",\"correct\":true") ROW(",\"id\":\"b\",\"correct\":false"));
    write_text("scores.jsonl", "{\"id\":\"a\",\"scores\":[-0.5,0.5]}\n{\"id\":\"b\",\"scores\":[0,0]}\n");
#define SIGNED "--reward recorded:file=scores.jsonl,meaning=progress,low=-1,high=1 --out a.jsonl"
    expect_one_sentence(cairn("credit two.jsonl --credit pure " SIGNED), "range",
                        WORDS("from -1 to 1", "scores=signed"));
    expect_ok(cairn("credit two.jsonl --credit pure:scores=signed " SIGNED));
    json_t *row = line_of("a.jsonl", 0);
    EXPECT(row, "step_scores", 0, -0.5, 0.5);
    json_decref(row);
}

static void test_a_failing_disk_leaves_no_file(void **state) {
    (void)state;
    write_text("tokens.jsonl", TOKENS);
    assert_int_equal(wait_for(start_cairn("disk=64", "credit tokens.jsonl --out never.jsonl")), 2);
    assert_false(is_there("never.jsonl"));
    expect_nothing_left_beside("a full disk");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_soft_minimum_of_the_paper),
        cmocka_unit_test(test_token_baseline_of_the_paper),
        cmocka_unit_test(test_groups_by_field_and_by_prompt),
        cmocka_unit_test(test_missing_outcome_comes_from_the_true_answer),
        cmocka_unit_test(test_like_sets_the_trainers_epsilon),
        cmocka_unit_test(test_our_own_layout),
        cmocka_unit_test(test_layout_of_trl),
        cmocka_unit_test(test_layout_of_verl),
        cmocka_unit_test(test_layout_of_openrlhf),
        cmocka_unit_test(test_reward_scores_in_the_place_of_the_file),
        cmocka_unit_test(test_reward_gives_verdicts_by_its_threshold),
        cmocka_unit_test(test_reward_may_be_a_program),
        cmocka_unit_test(test_people_see_counts_bounds_and_examples),
        cmocka_unit_test(test_length_and_repetition_give_alarms),
        cmocka_unit_test(test_groups_without_signal_are_counted),
        cmocka_unit_test(test_explain_needs_no_file),
        cmocka_unit_test(test_help_lists_credits_and_surrogates),
        cmocka_unit_test(test_bad_fields_are_named_with_file_and_line),
        cmocka_unit_test(test_what_a_credit_lacks_is_named_as_in_the_file),
        cmocka_unit_test(test_options_that_say_nothing_are_refused),
        cmocka_unit_test(test_a_file_of_bad_rows_alone_is_refused),
        cmocka_unit_test(test_a_reward_of_another_range_is_refused),
        cmocka_unit_test(test_a_failing_disk_leaves_no_file),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
