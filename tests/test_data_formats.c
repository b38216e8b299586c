/* Formats: what each reader makes of a row, worked by hand, and how a file's format is known. */
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

#include "cairn/data.h"
#include "data.h"

static char path[] = "/tmp/cairn_formats_XXXXXX";
static cairn_ctx *ctx;
static cairn_arena *arena;

static int open_all(void **state) {
    (void)state;
    int file = mkstemp(path);
    if (file < 0) return -1;
    close(file);
    return cairn_ctx_open(&ctx) == CAIRN_OK && cairn_arena_open(ctx, 65536, &arena) == CAIRN_OK ? 0 : -1;
}

static int close_all(void **state) {
    (void)state;
    unlink(path);
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    return 0;
}

static void put(const char *text) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

/* ---- a record as text ---------------------------------------------------------------------------------------------- */

static char shown[16384];

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...) {
    va_list arguments;
    size_t n = strlen(shown);
    va_start(arguments, format);
    vsnprintf(shown + n, sizeof shown - n, format, arguments);
    va_end(arguments);
}

static void say_field(const char *name, const char *value) {
    if (value) say(" %s=%s", name, value);
}

/* "id: problem | step | step :: labels error=1 right answer=...": what nobody said is left out. */
static void say_record(const cairn_record *r) {
    say("%s%s: %s", *shown ? "\n" : "", r->id, r->problem);
    for (int32_t i = 0; i < r->n_steps; i++) say(" | %s", r->steps[i]);
    say(" ::");
    for (int32_t i = 0; r->labels && i < r->n_steps; i++) {
        if (isnan(r->labels[i]))
            say(" ?");
        else
            say(" %g", r->labels[i]);
    }
    if (r->first_error == CAIRN_NO_ERROR) say(" clean");
    if (r->first_error >= 0) say(" error=%d", (int)r->first_error);
    if (r->correct != CAIRN_VERDICT_UNKNOWN) say(r->correct == CAIRN_VERDICT_RIGHT ? " right" : " wrong");
    say_field("answer", r->answer);
    say_field("target", r->target);
    say_field("by", r->generator);
    say_field("group", r->group);
    say_field("subset", r->subset);
    say_field("domain", r->domain);
    if (!r->ratings) return;
    say(" rated");
    for (int32_t i = 0; i < r->n_steps; i++) say(r->ratings[i] == CAIRN_NO_RATING ? " ?" : " %d", (int)r->ratings[i]);
}

static const char *read_as(cairn_format expected, const char *text, cairn_read_options options) {
    cairn_dataset *d;
    cairn_record r;
    cairn_status status;
    put(text);
    shown[0] = 0;
    if (cairn_dataset_open(ctx, path, options, &d) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    while ((status = cairn_dataset_next(d, arena, &r)) == CAIRN_OK) say_record(&r);
    if (status != CAIRN_END) say("%s!%s", *shown ? "\n" : "", cairn_error(ctx) + strlen(path));
    assert_int_equal(cairn_dataset_format(d), expected);
    cairn_dataset_close(d);
    return shown;
}

#define EXPECT(format, text, expected) \
    assert_string_equal(read_as(CAIRN_FORMAT_##format, text, (cairn_read_options){0}), expected)

/* ---- stepwise ------------------------------------------------------------------------------------------------------ */

static void test_stepwise_labels_may_be_whole_or_soft_numbers(void **state) {
    (void)state;
    EXPECT(STEPWISE, "{\"prompt\":\"Q\",\"completions\":[\"a\",\"b\"],\"labels\":[1,0]}",
           "1: Q | a | b :: 1 0 error=1");
    EXPECT(STEPWISE, "{\"prompt\":\"Q\",\"completions\":[\"a\",\"b\"],\"labels\":[1,null]}", "1: Q | a | b :: 1 ?");
    EXPECT(STEPWISE, "{\"prompt\":\"Q\",\"completions\":[\"a\",\"b\"],\"labels\":[1.0,0.25]}",
           "1: Q | a | b :: 1 0.25");
    EXPECT(STEPWISE, "{\"prompt\":\"Q\",\"completions\":[\"a\",\"b\"],\"labels\":[1,0.25]}", "1: Q | a | b :: 1 0.25");
    EXPECT(STEPWISE, "{\"prompt\":\"Q\",\"completions\":[\"a\",\"b\"],\"labels\":[1.0,0.0]}", "1: Q | a | b :: 1 0");
}

static void test_labels_outside_their_range_are_refused_in_full_digits(void **state) {
    (void)state;
    EXPECT(STEPWISE, "{\"prompt\":\"Q\",\"completions\":[\"a\"],\"labels\":[1.0000001]}",
           "!:1: field `labels[0]`: expected true or false, a number from 0 to 1, or null, got the number 1.0000001");
    EXPECT(STEPWISE, "{\"prompt\":\"Q\",\"completions\":[\"a\"],\"labels\":[-1]}",
           "!:1: field `labels[0]`: expected true or false, a number from 0 to 1, or null, got the number -1");
    EXPECT(STEPWISE, "{\"prompt\":\"Q\",\"completions\":[\"a\"],\"labels\":[2.0]}",
           "!:1: field `labels[0]`: expected true or false, a number from 0 to 1, or null, got the number 2.0");
    EXPECT(STEPWISE, "{\"prompt\":\"Q\",\"completions\":[\"a\"],\"labels\":[\"+\"]}",
           "!:1: field `labels[0]`: expected true or false, a number from 0 to 1, or null, got the text \"+\"");
}

static void test_stepwise_without_labels_is_unlabelled(void **state) {
    (void)state;
    EXPECT(STEPWISE, "{\"prompt\":\"Q\",\"completions\":[\"a\",\"b\"],\"target\":7}", "1: Q | a | b :: target=7");
    EXPECT(STEPWISE, "{\"prompt\":\"Q\",\"completions\":[\"a\"],\"labels\":null}", "1: Q | a ::");
}

static void test_stepwise_holds_all_that_a_record_holds(void **state) {
    (void)state;
    EXPECT(STEPWISE,
           "{\"id\":\"i\",\"prompt\":\"Q\",\"completions\":[\"a\",\"b\",\"c\"],\"ratings\":[1,null,-1],\"group\":\"g\","
           "\"subset\":\"s\",\"domain\":\"d\",\"generator\":\"m\",\"answer\":\"1\",\"target\":\"2\",\"correct\":false,"
           "\"version\":1.0}",
           "i: Q | a | b | c :: wrong answer=1 target=2 by=m group=g subset=s domain=d rated 1 ? -1");
    EXPECT(STEPWISE, "{\"prompt\":\"Q\",\"completions\":[\"a\"],\"ratings\":[2]}",
           "!:1: field `ratings[0]`: expected -1, 0, 1 or null, got the number 2");
}

/* ---- benchmarks ---------------------------------------------------------------------------------------------------- */

static void test_processbench_in_an_array_and_with_whole_reals(void **state) {
    (void)state;
    EXPECT(PROCESSBENCH,
           "[\n {\"id\":\"g-0\",\"generator\":\"m\",\"problem\":\"Q\",\"steps\":[\"a\",\"b\"],"
           "\"final_answer_correct\":false,\"label\":1},\n {\"problem\":\"R\",\"steps\":[\"a\"],\"label\":-1.0}]",
           "g-0: Q | a | b :: error=1 wrong by=m\n2: R | a :: clean");
    EXPECT(PROCESSBENCH, "{\"problem\":\"Q\",\"steps\":[\"a\",\"b\"],\"final_answer_correct\":false,\"label\":1.0}",
           "1: Q | a | b :: error=1 wrong");
    EXPECT(PROCESSBENCH, "{\"problem\":\"Q\",\"steps\":[\"a\",\"b\"],\"final_answer_correct\":false,\"label\":2.0}",
           "!:1: field `label`: expected -1 or the index of a step, got the number 2.0");
    EXPECT(PROCESSBENCH, "{\"problem\":\"Q\",\"steps\":[\"a\",\"b\"],\"final_answer_correct\":false,\"label\":0.5}",
           "!:1: field `label`: expected -1 or the index of a step, got the number 0.5");
}

static void test_a_mistake_row_may_have_no_answer(void **state) {
    (void)state;
    EXPECT(MISTAKE, "{\"input\":\"Q\",\"steps\":[\"a\"],\"target\":\"1\",\"answer\":null,\"mistake_index\":0}",
           "1: Q | a :: error=0 target=1");
    EXPECT(MISTAKE, "{\"input\":\"Q\",\"steps\":[\"a\"],\"target\":\"1\",\"answer\":\" 1\",\"mistake_index\":null}",
           "1: Q | a :: clean right answer= 1 target=1");
}

static void test_prmbench_lists_its_wrong_steps(void **state) {
    (void)state;
    EXPECT(PRMBENCH,
           "{\"idx\":\"p_1\",\"question\":\"Q\",\"modified_question\":\"M\",\"original_process\":[\"a\"],"
           "\"modified_process\":[\"a\",\"b\",\"c\",\"d\"],\"modified_steps\":[2],\"error_steps\":[2,4],"
           "\"classification\":\"circular\"}",
           "p_1: M | a | b | c | d :: 1 0 1 0 error=1 group=p_1 subset=circular");
    EXPECT(PRMBENCH,
           "{\"idx\":\"p_1\",\"question\":\"Q\",\"modified_process\":[\"a\"],\"error_steps\":[],"
           "\"classification\":\"multi_solutions\",\"ground_truth\":\"7\"}",
           "p_1: Q | a :: 1 clean target=7 group=p_1 subset=multi_solutions");
}

/* The benchmark's evaluator passes over numbers beyond the last step; that such a solution is clean nobody said. */
static void test_prmbench_steps_beyond_the_last_say_nothing(void **state) {
    (void)state;
    EXPECT(PRMBENCH, "{\"question\":\"Q\",\"modified_process\":[\"a\",\"b\"],\"error_steps\":[2,9]}",
           "1: Q | a | b :: 1 0 error=1 group=1");
    EXPECT(PRMBENCH, "{\"question\":\"Q\",\"modified_process\":[\"a\"],\"error_steps\":[2]}", "1: Q | a :: 1 group=1");
    EXPECT(PRMBENCH, "{\"question\":\"Q\",\"modified_process\":[\"a\"],\"error_steps\":[0]}",
           "!:1: field `error_steps[0]`: expected the number of a step, from 1, got the number 0");
}

/* Rows of the class redundency also give the unmodified solution, of the class correct. */
static void test_prmbench_has_its_originals_in_one_class(void **state) {
    (void)state;
    EXPECT(PRMBENCH,
           "{\"idx\":\"p\",\"question\":\"Q\",\"original_question\":\"O\",\"original_process\":[\"a\",\"b\"],"
           "\"modified_process\":[\"c\"],\"error_steps\":[1],\"classification\":\"redundency\"}",
           "p: Q | c :: 0 error=0 group=p subset=redundency\np: O | a | b :: 1 1 clean group=p subset=correct");
}

static void test_mr_gsm8k_counts_steps_from_one(void **state) {
    (void)state;
    EXPECT(MR_GSM8K,
           "[{\"uuid\":\"u\",\"question\":\"Q\",\"ground_truth_answer\":7,\"model_output_steps\":[\"a\",\"b\"],"
           "\"model_output_answer_correctness\":\"correct\",\"model_output_solution_correctness\":\"wrong\","
           "\"model_output_solution_first_error_step\":2,\"question_type\":\"POT\"},"
           "{\"question\":\"R\",\"model_output_steps\":[\"a\"],\"model_output_solution_correctness\":\"correct\","
           "\"model_output_solution_first_error_step\":\"N/A\"},"
           "{\"question\":\"R\",\"model_output_steps\":[\"a\"],\"model_output_solution_correctness\":\"wrong\","
           "\"model_output_solution_first_error_step\":\"1\"}]",
           "u: Q | a | b :: error=1 right target=7 subset=POT\n2: R | a :: clean right\n3: R | a :: error=0 wrong");
}

/* ---- PRM800K ------------------------------------------------------------------------------------------------------- */

#define STEP(text, rating) "{\"text\":\"" text "\",\"rating\":" rating ",\"flagged\":false}"
#define PRM800K(steps, reason)                                                                        \
    "{\"question\":{\"problem\":\"Q\",\"ground_truth_answer\":\"7\",\"pre_generated_answer\":\"8\"}," \
    "\"label\":{\"steps\":[" steps "],\"finish_reason\":\"" reason "\"}}"

static void test_prm800k_is_the_path_that_was_taken(void **state) {
    (void)state;
    EXPECT(PRM800K,
           PRM800K("{\"completions\":[" STEP("a", "-1") "," STEP(
                       "b", "1") "],\"human_completion\":null,"
                                 "\"chosen_completion\":1},"
                                 "{\"completions\":[" STEP(
                                     "c", "0") "],\"human_completion\":null,\"chosen_completion\":0.0},"
                                               "{\"completions\":[" STEP("d", "0") "," STEP(
                                                   "e", "-1") "],\"human_completion\":null,"
                                                              "\"chosen_completion\":null}",
                   "found_error"),
           "1: Q | b | c | e :: 1 1 0 error=2 target=7 rated 1 0 -1");
    EXPECT(PRM800K,
           PRM800K("{\"completions\":[" STEP("a", "-1") "],\"human_completion\":" STEP(
                       "h", "null") ","
                                    "\"chosen_completion\":null},"
                                    "{\"completions\":[" STEP(
                                        "b", "1") "],\"human_completion\":null,\"chosen_completion\":0}",
                   "solution"),
           "1: Q | h | b :: ? 1 answer=8 target=7 rated ? 1");
}

static void test_prm800k_paths_end_where_nobody_went_on(void **state) {
    (void)state;
    EXPECT(PRM800K,
           PRM800K("{\"completions\":[" STEP("a", "1") "," STEP("b", "0") "],\"chosen_completion\":null},"
                                                                          "{\"completions\":[" STEP(
                                                                              "c", "1") "],\"chosen_completion\":0}",
                   "give_up"),
           "1: Q | a :: 1 clean target=7 rated 1");
    EXPECT(PRM800K,
           PRM800K("{\"completions\":[" STEP(
                       "a", "1") "],\"chosen_completion\":0},"
                                 "{\"completions\":null,\"human_completion\":null,\"chosen_completion\":null}",
                   "give_up"),
           "1: Q | a :: 1 clean target=7 rated 1");
}

static void test_prm800k_errors_name_the_step(void **state) {
    (void)state;
    EXPECT(
        PRM800K, PRM800K("{\"completions\":[" STEP("a", "1") "],\"chosen_completion\":1}", ""),
        "!:1: field `label.steps[0]`: expected a `chosen_completion` that is one of `completions`, got the number 1");
    EXPECT(PRM800K, PRM800K("{\"completions\":[" STEP("a", "2") "],\"chosen_completion\":0}", ""),
           "!:1: field `label.steps[0]`: expected a `rating` of -1, 0, 1 or null, got the number 2");
    EXPECT(PRM800K, PRM800K("7", ""),
           "!:1: field `label.steps[0]`: expected an object with `completions`, got the number 7");
}

/* ---- marks --------------------------------------------------------------------------------------------------------- */

static void test_math_shepherd_has_a_mark_after_each_step(void **state) {
    (void)state;
    EXPECT(MATH_SHEPHERD,
           "{\"input\":\"Why? Step 1: 2 + 2 = 4 ки\\nStep 2: 3 + 3 = 7 ки\","
           "\"label\":\"Why? Step 1: 2 + 2 = 4 +\\nStep 2: 3 + 3 = 7 -\",\"task\":\"GSM8K\"}",
           "1: Why? | Step 1: 2 + 2 = 4 | Step 2: 3 + 3 = 7 :: 1 0 error=1 subset=GSM8K");
    EXPECT(
        MATH_SHEPHERD,
        "{\"input\":\"Q of Step 1: x? Step 1: a ки\\nStep 2: cut\",\"label\":\"Q of Step 1: x? Step 1: a +\\nStep 2: "
        "cut\"}",
        "1: Q of Step 1: x? | Step 1: a | Step 2: cut :: 1 ?");
}

static void test_math_shepherd_texts_must_agree(void **state) {
    (void)state;
    EXPECT(MATH_SHEPHERD, "{\"input\":\"Q\\na ки\",\"label\":\"Q\\nb +\"}",
           "!:1: field `label`: expected the text of `input` with + or - for each mark, got the text \"Q\nb +\"");
    EXPECT(MATH_SHEPHERD, "{\"input\":\"Q\\na ки\",\"label\":\"Q\\na ки\"}",
           "!:1: field `label`: expected the text of `input` with + or - for each mark, got the text \"Q\na ки\"");
    EXPECT(MATH_SHEPHERD, "{\"input\":\"Q Step 1: a\",\"label\":\"Q Step 1: a\"}",
           "!:1: field `input`: expected a text with ки after each step, got the text \"Q Step 1: a\"");
    EXPECT(MATH_SHEPHERD, "{\"input\":\"Q a ки\",\"label\":\"Q a +\"}",
           "!:1: field `input`: expected `Step 1:` or a line break between problem and first step, got the text \"Q a "
           "ки\"");
}

static void test_openrlhf_labels_are_marks_or_numbers(void **state) {
    (void)state;
    const char *const cases[][2] = {{"\"value\":[\"+\",\"-\"]", ":: 1 0 error=1"},
                                    {"\"value\":[0.9,0.1]", ":: 0.9 0.1"},
                                    {"\"label\":[1,1]", ":: 1 1 clean"},
                                    {"\"labels\":[false,null]", ":: 0 ? error=0"},
                                    {"\"label\":\"...\",\"value\":[\"+\",\"+\"]", ":: 1 1 clean"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200], expected[200];
        snprintf(text, sizeof text, "{\"input\":\"Q\\nStep 1: a ки\\nStep 2: b ки\",%s}", cases[i][0]);
        snprintf(expected, sizeof expected, "1: Q | Step 1: a | Step 2: b %s", cases[i][1]);
        EXPECT(OPENRLHF, text, expected);
    }
    EXPECT(OPENRLHF, "{\"input\":\"Q\\nStep 1: a ки\",\"value\":[]}",
           "!:1: field `value`: expected an array of 1, got an array of 0");
    EXPECT(OPENRLHF, "{\"input\":\"Q\\nStep 1: a ки\",\"value\":[1.5]}",
           "!:1: field `value[0]`: expected \"+\" or \"-\", true or false, a number from 0 to 1, or null, got the "
           "number 1.5");
}

static void test_rlhflow_is_a_talk_of_steps_and_marks(void **state) {
    (void)state;
    EXPECT(RLHFLOW,
           "{\"conversations\":[{\"role\":\"user\",\"content\":\"Q Step 1: "
           "a\"},{\"role\":\"assistant\",\"content\":\"+\"},"
           "{\"role\":\"user\",\"content\":\"Step 2: b\"},{\"role\":\"assistant\",\"content\":\"-\"},"
           "{\"role\":\"user\",\"content\":\"c\"}]}",
           "1: Q | Step 1: a | Step 2: b | c :: 1 0 ? error=1");
    EXPECT(
        RLHFLOW,
        "{\"conversations\":[{\"from\":\"system\",\"value\":\"S\"},{\"from\":\"human\",\"value\":\"Q\\n\\n## Step 1: "
        "a\"},{\"from\":\"gpt\",\"value\":\" +\\n\"}]}",
        "1: Q | ## Step 1: a :: 1 clean");
    EXPECT(RLHFLOW, "{\"conversations\":[{\"role\":\"user\",\"content\":\"Q a\"}]}",
           "!:1: field `conversations[0]`: expected `Step 1:` or a line break between problem and first step, got the "
           "text "
           "\"Q a\"");
    EXPECT(RLHFLOW, "{\"conversations\":[{\"role\":\"assistant\",\"content\":\"+\"}]}",
           "!:1: field `conversations[0]`: expected a step of the user, then + or - of the assistant, got an object");
}

static void test_math_aps_labels_end_their_parts(void **state) {
    (void)state;
    EXPECT(MATH_APS, "{\"question\":\"Q\",\"process\":\"a\\n\\nb\",\"label\":[\"-\"]}", "1: Q | a | b :: ? 0");
    EXPECT(MATH_APS, "{\"question\":\"Q\",\"process\":\"a\\n\\nb\",\"label\":[\"+\",\"-\"]}",
           "1: Q | a | b :: 1 0 error=1");
    EXPECT(MATH_APS, "{\"question\":\"Q\",\"process\":\"a ки b\\n\\nc ки\",\"label\":[\"+\",\"-\"]}",
           "1: Q | a | b | c :: 1 ? 0");
    EXPECT(MATH_APS, "{\"question\":\"Q\",\"process\":\"a \\n\\n\\n\\n\\n b \\n\\n\\n\\n\\n\",\"label\":[\"+\",\"+\"]}",
           "1: Q | a | b :: 1 1 clean");
    EXPECT(MATH_APS, "{\"question\":\"Q\",\"process\":\"a\\n\\nb\\n\\nc\",\"label\":[\"+\",\"-\"]}",
           "1: Q | a | b | c :: ? 1 0");
    EXPECT(MATH_APS, "{\"question\":\"Q\",\"process\":\"a ки\\n\\nb\",\"label\":[\"+\",\"-\"]}",
           "1: Q | a | b :: 1 0 error=1");
    EXPECT(MATH_APS, "{\"question\":\"Q\",\"process\":\"a\",\"label\":[\"+\",\"+\"]}",
           "!:1: field `label`: expected a label for each mark, or for the last steps, got an array of 2");
    EXPECT(MATH_APS, "{\"question\":\"Q\",\"process\":\"a ки b ки c\\n\\nd\",\"label\":[\"+\"]}",
           "!:1: field `label`: expected a label for each mark, or for the last steps, got an array of 1");
}

/* ---- problems and samples ------------------------------------------------------------------------------------------ */

static void test_math_solutions_state_their_answer_in_a_box(void **state) {
    (void)state;
    EXPECT(MATH,
           "{\"problem\":\"Q\",\"solution\":\"One.\\n\\nTwo \\\\boxed{\\\\frac{1}{2}}.\",\"subject\":\"Algebra\","
           "\"level\":2,\"unique_id\":\"t/1\"}",
           "t/1: Q | One. | Two \\boxed{\\frac{1}{2}}. :: right answer=\\frac{1}{2} target=\\frac{1}{2} subset=2 "
           "domain=Algebra");
    EXPECT(MATH,
           "{\"problem\":\"Q\",\"solution\":\"\\\\boxed{1} so \\\\fbox{ 3\\\\} } or "
           "\\\\boxed{4\",\"type\":\"T\",\"level\":\"Level 5\"}",
           "1: Q | \\boxed{1} so \\fbox{ 3\\} } or \\boxed{4 :: right answer=3\\} target=3\\} subset=Level 5 domain=T");
    EXPECT(MATH, "{\"problem\":\"Q\",\"solution\":\"\\\\boxed{1 \\\\boxed{2}}\"}",
           "1: Q | \\boxed{1 \\boxed{2}} :: right answer=1 \\boxed{2} target=1 \\boxed{2}");
    EXPECT(MATH, "{\"problem\":\"Q\",\"solution\":\"a box\",\"answer\":\"p - q\"}",
           "1: Q | a box :: right answer=p - q target=p - q");
}

static void test_samples_are_one_record_each(void **state) {
    (void)state;
    EXPECT(SAMPLES,
           "{\"question\":\"Q\",\"answer\":18,\"samples\":[\"a\\nb\",\"a\\n\\nb\\nc\"],\"correct\":[true,null],"
           "\"model\":\"m\"}\n{\"question\":\"R\",\"responses\":[]}\n{\"id\":\"z\",\"prompt\":\"R\",\"outputs\":["
           "\"Step 1: a\\nb\\n"
           "Step 2: c\"]}",
           "1/1: Q | a | b :: right target=18 by=m\n1/2: Q | a | b\nc :: target=18 by=m\n"
           "z/1: R | Step 1: a\nb | Step 2: c ::");
    EXPECT(SAMPLES, "{\"question\":\"Q\",\"completions\":[\"a\"]}", "1/1: Q | a ::");
    EXPECT(SAMPLES, "{\"prompt\":\"Q\",\"completion\":\"a\\nb\"}", "1: Q | a | b ::");
    EXPECT(SAMPLES, "{\"question\":\"Q\",\"response\":\"a\",\"is_correct\":0,\"ground_truth\":\"work\\n#### 7\"}",
           "1: Q | a :: wrong target=7");
    EXPECT(SAMPLES, "{\"question\":\"Q\",\"samples\":[\"a\",7]}",
           "!:1: field `samples[1]`: expected a string, got the number 7");
    EXPECT(SAMPLES, "{\"question\":\"Q\",\"solution\":\"s\",\"output\":\"a\"}", "1: Q | a ::");
    EXPECT(SAMPLES, "{\"question\":\"Q\",\"samples\":[\"a\",\"b\"],\"correct\":[true,2]}",
           "!:1: field `correct`: expected true, false or null, or an array of them, got the number 2");
    EXPECT(SAMPLES, "{\"question\":\"Q\",\"samples\":[\"a\",\"b\"],\"correct\":[true]}",
           "!:1: field `correct`: expected an array of 2, got an array of 1");
}

static void test_stepwise_may_be_read_as_samples_when_told_so(void **state) {
    (void)state;
    const char *const row = "{\"prompt\":\"Q\",\"completions\":[\"a\\nb\",\"c\"]}";
    EXPECT(STEPWISE, row, "1: Q | a\nb | c ::");
    assert_string_equal(read_as(CAIRN_FORMAT_SAMPLES, row, (cairn_read_options){.format = CAIRN_FORMAT_SAMPLES}),
                        "1/1: Q | a | b ::\n1/2: Q | c ::");
}

static void test_the_splitter_may_be_chosen(void **state) {
    (void)state;
    const char *const row = "{\"question\":\"Q\",\"response\":\"One. Two.\\n1) a\\n2) b\"}";
    const struct {
        cairn_split split;
        const char *steps;
    } cases[] = {{CAIRN_SPLIT_AUTO, "One. Two. | 1) a | 2) b"},
                 {CAIRN_SPLIT_PARAGRAPH, "One. Two.\n1) a\n2) b"},
                 {CAIRN_SPLIT_SENTENCE, "One. | Two. | 1) a\n2) b"},
                 {CAIRN_SPLIT_MARKER, "One. Two. | 1) a | 2) b"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expected[200];
        snprintf(expected, sizeof expected, "1: Q | %s ::", cases[i].steps);
        assert_string_equal(read_as(CAIRN_FORMAT_SAMPLES, row, (cairn_read_options){.split = cases[i].split}),
                            expected);
    }
    EXPECT(GSM8K, "{\"question\":\"Q\",\"answer\":\"a\\n\\nb\\nc\\n#### 1\"}",
           "1: Q | a | b | c :: right answer=1 target=1");
    assert_string_equal(read_as(CAIRN_FORMAT_GSM8K, "{\"question\":\"Q\",\"answer\":\"a\\n\\nb\\nc\\n#### 1\"}",
                                (cairn_read_options){.split = CAIRN_SPLIT_PARAGRAPH}),
                        "1: Q | a | b\nc :: right answer=1 target=1");
}

static void test_problems_stand_under_several_names(void **state) {
    (void)state;
    EXPECT(PROBLEMS, "{\"id\":7,\"question\":\"Q\",\"answer\":18}", "7: Q :: target=18");
    EXPECT(PROBLEMS, "{\"prompt\":\"Q\",\"target\":\"1\",\"answer\":\"2\"}", "1: Q :: target=1");
    EXPECT(PROBLEMS, "{\"problem\":\"Q\"}", "1: Q ::");
    EXPECT(PROBLEMS, "id,question,answer\na,\"What is\n2 + 2?\",4\nb,Why?,\n",
           "a: What is\n2 + 2? :: target=4\nb: Why? ::");
    EXPECT(MATH, "problem,solution\nQ,\"a\n\\boxed{4}\"\n", "2: Q | a | \\boxed{4} :: right answer=4 target=4");
}

/* ---- which format -------------------------------------------------------------------------------------------------- */

static void test_unknown_fields_are_not_taken_for_problems(void **state) {
    (void)state;
    EXPECT(AUTO, "{\"question\":\"Q\",\"steps\":[\"a\"]}",
           "!:1: expected the fields of a known format, got `question`, `steps` (--format problems reads the problem "
           "alone)");
    EXPECT(AUTO, "{\"question\":7}",
           "!:1: expected the fields of a known format, got `question` (--format problems reads the problem alone)");
    EXPECT(AUTO, "{\"x\":1,\"y\":2}", "!:1: expected the fields of a known format, got `x`, `y`");
}

static void test_the_first_good_row_tells_the_format(void **state) {
    (void)state;
    assert_string_equal(
        read_as(CAIRN_FORMAT_RLHFLOW,
                "{\"x\":1}\n{\"conversations\":[{\"role\":\"user\",\"content\":\"Q\\na\"}]}\n{\"problem\":\"R\"}\n",
                (cairn_read_options){.skip_bad = true, .silent = true}),
        "2: Q | a :: ?");
}

/* ---- real files: counts made by another program -------------------------------------------------------------------- */

typedef struct totals {
    int64_t records, steps, first_error, clean, wrong_steps;
} totals;

static bool count_file(const char *name, cairn_format format, totals *t) {
    char file[4096];
    cairn_dataset *d;
    cairn_record r;
    cairn_status status;
    if (!shared_file(name, file)) return false;
    assert_int_equal(cairn_dataset_open(ctx, file, (cairn_read_options){0}, &d), CAIRN_OK);
    cairn_arena_mark mark = cairn_arena_save(arena);
    while ((status = cairn_dataset_next(d, arena, &r)) == CAIRN_OK) {
        t->records++;
        t->steps += r.n_steps;
        t->first_error += r.first_error >= 0;
        t->clean += r.first_error == CAIRN_NO_ERROR;
        for (int32_t i = 0; r.labels && i < r.n_steps; i++) t->wrong_steps += r.labels[i] == 0;
        cairn_arena_restore(arena, mark);
    }
    if (status != CAIRN_END) fail_msg("%s", cairn_error(ctx));
    assert_int_equal(cairn_dataset_format(d), format);
    cairn_dataset_close(d);
    return true;
}

#define EXPECT_FILE(name, format, ...)                               \
    do {                                                             \
        totals t = {0};                                              \
        if (!count_file(name, CAIRN_FORMAT_##format, &t)) skip();    \
        assert_memory_equal(&t, (&(totals){__VA_ARGS__}), sizeof t); \
    } while (0)

static void test_real_prmbench(void **state) {
    (void)state;
    EXPECT_FILE("prmbench/prm800k_test_p1_4o_confidence.jsonl", PRMBENCH, 90, 1449, 90, 0, 168);
    EXPECT_FILE("prmbench/prm800k_test_p1_4o_redundency.jsonl", PRMBENCH, 180, 2961, 90, 90, 186);
    EXPECT_FILE("prmbench/prm_test_p12_multi_solutions.jsonl", PRMBENCH, 165, 2326, 0, 165, 0);
}

static void test_real_mr_gsm8k(void **state) {
    (void)state;
    EXPECT_FILE("mr-gsm8k/claude2_eval_results.json", MR_GSM8K, 326, 2558, 326, 0, 0);
}

/* 500 problems; every reference solution states its answer in a box, which is the file's own answer. */
static void test_real_math(void **state) {
    (void)state;
    char file[4096];
    cairn_dataset *d;
    cairn_record r;
    cairn_status status;
    int64_t n = 0;
    if (!shared_file("math500/test.jsonl", file)) skip();
    assert_int_equal(cairn_dataset_open(ctx, file, (cairn_read_options){0}, &d), CAIRN_OK);
    while ((status = cairn_dataset_next(d, arena, &r)) == CAIRN_OK) {
        assert_true(r.n_steps > 0 && r.answer && r.domain && r.subset);
        n++;
    }
    assert_int_equal(status, CAIRN_END);
    assert_int_equal(cairn_dataset_format(d), CAIRN_FORMAT_MATH);
    assert_int_equal(n, 500);
    cairn_dataset_close(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stepwise_labels_may_be_whole_or_soft_numbers),
        cmocka_unit_test(test_labels_outside_their_range_are_refused_in_full_digits),
        cmocka_unit_test(test_stepwise_without_labels_is_unlabelled),
        cmocka_unit_test(test_stepwise_holds_all_that_a_record_holds),
        cmocka_unit_test(test_processbench_in_an_array_and_with_whole_reals),
        cmocka_unit_test(test_a_mistake_row_may_have_no_answer),
        cmocka_unit_test(test_prmbench_lists_its_wrong_steps),
        cmocka_unit_test(test_prmbench_steps_beyond_the_last_say_nothing),
        cmocka_unit_test(test_prmbench_has_its_originals_in_one_class),
        cmocka_unit_test(test_mr_gsm8k_counts_steps_from_one),
        cmocka_unit_test(test_prm800k_is_the_path_that_was_taken),
        cmocka_unit_test(test_prm800k_paths_end_where_nobody_went_on),
        cmocka_unit_test(test_prm800k_errors_name_the_step),
        cmocka_unit_test(test_math_shepherd_has_a_mark_after_each_step),
        cmocka_unit_test(test_math_shepherd_texts_must_agree),
        cmocka_unit_test(test_openrlhf_labels_are_marks_or_numbers),
        cmocka_unit_test(test_rlhflow_is_a_talk_of_steps_and_marks),
        cmocka_unit_test(test_math_aps_labels_end_their_parts),
        cmocka_unit_test(test_math_solutions_state_their_answer_in_a_box),
        cmocka_unit_test(test_samples_are_one_record_each),
        cmocka_unit_test(test_stepwise_may_be_read_as_samples_when_told_so),
        cmocka_unit_test(test_the_splitter_may_be_chosen),
        cmocka_unit_test(test_problems_stand_under_several_names),
        cmocka_unit_test(test_unknown_fields_are_not_taken_for_problems),
        cmocka_unit_test(test_the_first_good_row_tells_the_format),
        cmocka_unit_test(test_real_prmbench),
        cmocka_unit_test(test_real_mr_gsm8k),
        cmocka_unit_test(test_real_math),
    };
    return cmocka_run_group_tests_name("data/formats", tests, open_all, close_all);
}
