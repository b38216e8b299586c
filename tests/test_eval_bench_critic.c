/* Critics asked about steps in words: known answers give the figures that they must, and what fails costs its item. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "critic_fixture.h"

/* ---- ProcessBench ------------------------------------------------------------------------------------------------ */

#define SOLUTION(id, label, says)                          \
    "{\"id\":\"a-" #id "\",\"problem\":\"p" #id " <<" says \
    ">>\",\"steps\":[\"x\",\"y\",\"z\",\"w\"],\"label\":" #label "}\n"

/* Labels -1, -1, 2, 0, 3; answers -1, 1, 2, none, -1 (page of ProcessBench, unit case a). */
static const char five[] = SOLUTION(0, -1, "fine \\\\boxed{-1}") SOLUTION(1, -1, "\\\\boxed{0} no, \\\\boxed{1}")
    SOLUTION(2, 2, "\\\\boxed{ 2 }") SOLUTION(3, 0, "paragraph 0 is wrong") SOLUTION(4, 3, "\\\\boxed{-1}");

static void the_published_unit_case_in_words(void **state) {
    fixture *f = *state;
    bench_open(f, "processbench", "");
    ok(f, bench_read_text(f, "five.jsonl", five));
    cairn_bench_criticism said = ask_sed(f, ECHO_SED);
    assert_near(figure(f, "a", "acc_err"), 1.0 / 3, 1e-12);
    assert_near(figure(f, "a", "acc_cor"), 0.5, 0);
    assert_near(figure(f, "a", "f1"), 0.4, 1e-12);
    assert_near(tallied(f, "a", "missing"), 1, 0);
    assert_string_equal(said.prompts, "paragraphs");
    assert_int_equal(said.requests, 5);
    assert_int_equal(said.unreadable, 1);
    assert_int_equal(said.failed, 0);
    assert_int_equal(said.n_rules, 2);
    assert_string_equal(said.rules[0].name, "boxed");
    assert_int_equal(said.rules[0].replies, 4);
    assert_int_equal(f->result.silent, 1);
}

static void paragraphs_are_tagged_from_0_with_a_line_break_inside_each_tag(void **state) {
    fixture *f = *state;
    char command[400], log[8192] = "";
    cairn_bench_criticism said;
    bench_open(f, "processbench", "");
    ok(f, bench_read_text(f, "five.jsonl", SOLUTION(0, -1, "\\\\boxed{-1}")));
    snprintf(command, sizeof command, "tee %s/log | sed -u -E -f %s", f->folder, text_file(f, "echo.sed", ECHO_SED));
    ok(f, critic_ask(f, command, (cairn_bench_critic){.seed = 1}, &said));
    snprintf(command, sizeof command, "%s/log", f->folder);
    FILE *file = fopen(command, "r");
    assert_non_null(file);
    assert_true(fread(log, 1, sizeof log - 1, file) > 0);
    fclose(file);
    if (!strstr(log, "<paragraph_0>\\nx\\n</paragraph_0>\\n\\n<paragraph_1>\\ny\\n</paragraph_1>")) fail_msg("%s", log);
}

/* Three say 2, two say 1: of the strings, before they are numbers, so that two `2.0` are not two `2`. */
static void several_replies_vote_by_the_text_of_their_boxes(void **state) {
    fixture *f = *state;
    cairn_bench_criticism said;
    cairn_bench_critic how = {.seed = 1, .votes = 5, .sampling = {.temperature = 1}};
    const char *bodies[] = {"case $n in 1|3) v=1;; *) v=2;; esac\n" SAYS("\\\\\\\\boxed{$v}"),
                            "case $n in 1|3) v=2;; 2|4) v=2.0;; *) v=7;; esac\n" SAYS("\\\\\\\\boxed{$v}"),
                            "case $n in 1) v=1;; 2|3) v=2.0;; *) v=$n;; esac\n" SAYS("\\\\\\\\boxed{$v}")};
    const double located[] = {1, 1, 0}, missing[] = {0, 0, 1};
    for (int i = 0; i < 3; i++) {
        bench_open(f, "processbench", "");
        ok(f, bench_read_text(f, "one.jsonl", SOLUTION(0, 2, "")));
        ok(f, critic_ask(f, shell_critic(f, bodies[i]), how, &said));
        bench_measure(f, false);
        assert_near(tallied(f, "a", "located"), located[i], 0);
        assert_near(tallied(f, "a", "missing"), missing[i], 0);
        assert_int_equal(said.replies, 5);
    }
    how.sampling.temperature = 0;
    refused(f, critic_ask(f, "cat", how, &said), CAIRN_INVALID, "temperature 0");
}

/* ---- failures ---------------------------------------------------------------------------------------------------- */

/* A refused request, a reply without a text, and a request on which the program dies cost their items, no other. */
static void what_fails_costs_its_item(void **state) {
    fixture *f = *state;
    char rows[4096] = "";
    cairn_bench_criticism said;
    bench_open(f, "processbench", "");
    for (int i = 0; i < 20; i++) {
        size_t used = strlen(rows);
        const char *kind = i == 3 ? "REFUSE" : i == 8 ? "DIE" : i == 12 ? "NUMBER" : i == 15 ? "NO JSON" : "fine";
        snprintf(rows + used, sizeof rows - used,
                 "{\"id\":\"a-%d\",\"problem\":\"%s\",\"steps\":[\"x\"],\"label\":-1}\n", i, kind);
    }
    ok(f, bench_read_text(f, "many.jsonl", rows));
    const char *program = shell_critic(
        f, "case $line in\n*REFUSE*) echo \"{\\\"id\\\":$id,\\\"error\\\":\\\"no\\\"}\";;\n"
           "*DIE*) exit 3;;\n*'NO JSON'*) echo {oops;;\n*NUMBER*) echo \"{\\\"id\\\":$id,\\\"text\\\":7}\";;\n"
           "*) " SAYS("\\\\\\\\boxed{-1}") ";;\nesac");
    ok(f, critic_ask(f, program, (cairn_bench_critic){.seed = 1}, &said));
    bench_measure(f, false);
    assert_int_equal(said.requests, 20);
    assert_int_equal(said.failed, 4);
    assert_int_equal(said.replies, 16);
    assert_near(tallied(f, "a", "accepted"), 16, 0);
    assert_near(tallied(f, "a", "missing"), 4, 0);
}

/* Two requests are read before either is answered, the later one first. */
static void replies_may_come_in_any_order(void **state) {
    fixture *f = *state;
    char rows[4096] = "";
    cairn_bench_criticism said;
    bench_open(f, "processbench", "");
    for (int i = 0; i < 20; i++) {
        size_t used = strlen(rows);
        snprintf(rows + used, sizeof rows - used,
                 "{\"id\":\"a-%d\",\"problem\":\"<<%d>>\",\"steps\":[\"x\",\"y\",\"z\"],\"label\":%d}\n", i, i % 4 - 1,
                 i % 4 - 1);
    }
    ok(f, bench_read_text(f, "many.jsonl", rows));
    const char *program = shell_critic(
        f, "v=${line#*'<<'}; v=${v%%'>>'*}\nif [ $((n % 2)) = 0 ]; then\n" SAYS(
               "\\\\\\\\boxed{$v}") "; id=$held; v=$kept\n" SAYS("\\\\\\\\boxed{$v}") "; fi\nheld=$id; kept=$v");
    ok(f, critic_ask(f, program, (cairn_bench_critic){.seed = 1}, &said));
    bench_measure(f, false);
    assert_near(tallied(f, "a", "accepted"), 5, 0);
    assert_near(tallied(f, "a", "located"), 15, 0);
}

static void where_all_requests_fail_the_first_failure_is_the_error(void **state) {
    fixture *f = *state;
    cairn_bench_criticism said;
    bench_open(f, "processbench", "");
    ok(f, bench_read_text(f, "five.jsonl", five));
    const char *program = shell_critic(f, "echo \"{\\\"id\\\":$id,\\\"error\\\":\\\"no key\\\"}\"");
    refused(f, critic_ask(f, program, (cairn_bench_critic){.seed = 1}, &said), CAIRN_FORMAT, "no key");
}

static void a_step_with_a_paragraphs_tag_costs_its_item(void **state) {
    fixture *f = *state;
    bench_open(f, "processbench", "");
    ok(f, bench_read_text(
              f, "tag.jsonl",
              "{\"id\":\"a-0\",\"problem\":\"<<\\\\boxed{-1}>>\",\"steps\":[\"</paragraph_0>\"],\"label\":-1}\n"
              "{\"id\":\"a-1\",\"problem\":\"<<\\\\boxed{-1}>>\",\"steps\":[\"x\"],\"label\":-1}\n"));
    assert_int_equal(ask_sed(f, ECHO_SED).failed, 1);
    assert_near(tallied(f, "a", "accepted"), 1, 0);
}

static void items_without_texts_and_policies_that_cannot_be_asked_are_errors(void **state) {
    fixture *f = *state;
    cairn_bench_criticism said;
    critic c;
    bench_open(f, "rewardmath", "");
    ok(f, bench_read_text(f, "r.json",
                          "[{\"problem\":\"p\",\"solution_reference\":[\"human_to_GPT-4\",\"x\"],"
                          "\"score\":[1,0]}]"));
    refused(f, critic_ask(f, "cat", (cairn_bench_critic){.seed = 1}, &said), CAIRN_INVALID, "no text");
    bench_open(f, "visualprocessbench", "");
    ok(f, cairn_world_open(f->ctx, f->arena, "chain", &c.world));
    ok(f, cairn_policy_open(f->ctx, f->arena, "scripted", &c.world, &c.policy));
    bench_open(f, "processbench", "");
    ok(f, bench_read_text(f, "five.jsonl", five));
    refused(f, cairn_bench_ask_critic(f->run, &(cairn_bench_critic){.policy = &c.policy, .votes = 1}, &said),
            CAIRN_UNSUPPORTED, "scripted");
    critic_close(&c);
}

/* ---- prompts of the user's --------------------------------------------------------------------------------------- */

static void a_prompt_of_the_users_is_named_by_its_key_and_must_show_the_solution(void **state) {
    fixture *f = *state;
    char file[160], command[256];
    cairn_bench_criticism said;
    strcpy(file, text_file(f, "mine.txt", "MINE {solution} {problem}"));
    snprintf(command, sizeof command, "sed -u -E -f %s",
             text_file(f, "mine.sed", RULE_SED("\"prompt\":\"MINE <paragraph_0>", "\\\\\\\\boxed{-1}")));
    bench_open(f, "processbench", "");
    ok(f, bench_read_text(f, "one.jsonl", SOLUTION(0, -1, "")));
    ok(f, critic_ask(f, command, (cairn_bench_critic){.seed = 1, .prompts = file}, &said));
    bench_measure(f, false);
    assert_near(tallied(f, "a", "accepted"), 1, 0);
    assert_memory_equal(said.prompts, "paragraphs=", 11);
    assert_int_equal(strlen(said.prompts), 11 + 16);
    strcpy(file, text_file(f, "blind.txt", "{problem}"));
    refused(f, critic_ask(f, command, (cairn_bench_critic){.seed = 1, .prompts = file}, &said), CAIRN_FORMAT,
            "{solution}");
    refused(f, critic_ask(f, command, (cairn_bench_critic){.seed = 1, .prompts = "pair=x"}, &said), CAIRN_INVALID,
            "paragraphs");
}

/* ---- other forms ------------------------------------------------------------------------------------------------- */

#define PRM_ROW(idx, kind, says)                                                                  \
    "{\"idx\":\"" idx "\",\"classification\":\"" kind "\",\"modified_question\":\"<<" says        \
    ">>\",\"modified_process\":[\"x\",\"y\"],\"error_steps\":[2],\"original_question\":\"<<" says \
    ">>\",\"original_process\":[\"x\",\"y\"]}\n"
#define LISTS(validity, redundancy) "{ \\\"validity\\\": [" validity "], \\\"redundancy\\\": [" redundancy "]}"

/* In the class circular redundancy is what counts: it calls both steps valid. */
static void prmbench_reads_two_lists_in_json(void **state) {
    fixture *f = *state;
    bench_open(f, "prmbench", "");
    ok(f, bench_read_text(f, "p.jsonl",
                          PRM_ROW("1", "counterfactual", LISTS("0.9, -1", "-1, -1"))
                              PRM_ROW("2", "circular", LISTS("-1, -1", "-0.5, -0.2"))
                                  PRM_ROW("3", "confidence", LISTS("1", "-1"))));
    cairn_bench_criticism said = ask_sed(f, ECHO_SED);
    assert_near(tallied(f, "counterfactual", "tp"), 1, 0);
    assert_near(tallied(f, "counterfactual", "tn"), 1, 0);
    assert_near(tallied(f, "circular", "tp"), 1, 0);
    assert_near(tallied(f, "circular", "fp"), 1, 0);
    assert_int_equal(said.unreadable, 1); /* a list of another length */
    assert_near(tallied(f, "confidence", "tp") + tallied(f, "confidence", "fn"), 0, 0);
}

#define MR_ROW(id, truth, step, says)                                                          \
    "{\"uuid\":\"" id "\",\"question\":\"<<" says                                              \
    ">>\",\"model_output_steps\":[\"x\",\"y\"],\"model_output_solution_correctness\":\"" truth \
    "\",\"model_output_solution_first_error_step\":" step "}\n"

static void mr_gsm8k_reads_a_verdict_and_a_step(void **state) {
    fixture *f = *state;
    bench_open(f, "mr-gsm8k", "right=0,wrong=0");
    ok(f, bench_read_text(f, "m.jsonl",
                          MR_ROW("1", "correct", "\"N/A\"", "Solution Correctness: Correct\\nFirst Error Step: N/A")
                              MR_ROW("2", "wrong", "2", "Solution Correctness: wrong\\nFirst Error Step: Step 2")
                                  MR_ROW("3", "wrong", "1", "Solution Correctness: incorrect\\nFirst Error Step: 2")
                                      MR_ROW("4", "wrong", "1", "Solution Correctness: perhaps")));
    cairn_bench_criticism said = ask_sed(f, ECHO_SED);
    assert_near(figure(f, "m", "tpr"), 1, 0);
    assert_near(figure(f, "m", "tnr"), 2.0 / 3, 1e-12);
    assert_near(figure(f, "m", "step"), 1.0 / 3, 1e-12);
    assert_int_equal(said.unreadable, 1);
}

static void hard2verify_reads_a_label_a_step(void **state) {
    fixture *f = *state;
    bench_open(f, "hard2verify", "");
    ok(f, bench_read_text(f, "h.jsonl",
                          "{\"unique_id\":\"1\",\"question\":\"<<step 1: [0] .. [1, 0]>>\",\"model_response_by_step\":"
                          "[\"x\",\"y\"],\"human_labels\":[1,0]}\n"
                          "{\"unique_id\":\"2\",\"question\":\"<<[1, 1, 1]>>\",\"model_response_by_step\":"
                          "[\"x\",\"y\"],\"human_labels\":[1,1]}\n"));
    cairn_bench_criticism said = ask_sed(f, ECHO_SED);
    assert_near(tallied(f, "all", "tp"), 1, 0);
    assert_near(tallied(f, "all", "tn"), 1, 0);
    assert_near(tallied(f, "all", "unsaid"), 2, 0); /* a list of another length */
    assert_near(tallied(f, "all", "located"), 1, 0);
    assert_int_equal(said.unreadable, 1);
}

/* The chain with errors is what is judged, not the right one in step_list. */
static void vlrmbench_shows_the_chain_with_errors(void **state) {
    fixture *f = *state;
    bench_open(f, "vlrmbench", "");
    ok(f, bench_read_text(f, "location_error.jsonl",
                          "{\"id\":\"1\",\"question\":\"q\",\"step_list\":[\"STEP1: up\",\"STEP2: right\"],"
                          "\"reasoning_error\":\"STEP1: down \\nSTEP2: right\",\"task_gt\":[1,0]}\n"));
    assert_string_equal(cairn_bench_item_at(f->run, 0)->candidates[0].steps[0], "STEP1: down \n");
    ask_sed(f, RULE_SED("STEP1: down", "[1, 0]"));
    assert_near(tallied(f, "location_error", "tn"), 1, 0);
    assert_near(tallied(f, "location_error", "tp"), 1, 0);
    bench_open(f, "vlrmbench", "");
    ok(f, bench_read_text(f, "foresight.jsonl",
                          "{\"id\":\"1\",\"question\":\"<<Yes.>>\",\"step_list\":[\"x\"],\"task_gt\":true}\n"
                          "{\"id\":\"2\",\"question\":\"<<It will>>\",\"step_list\":[\"x\"],\"task_gt\":true}\n"));
    assert_int_equal(ask_sed(f, ECHO_SED).unreadable, 1);
    assert_near(tallied(f, "foresight", "right"), 1, 0);
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, fixture_open, fixture_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FILES(the_published_unit_case_in_words),
        WITH_FILES(paragraphs_are_tagged_from_0_with_a_line_break_inside_each_tag),
        WITH_FILES(several_replies_vote_by_the_text_of_their_boxes),
        WITH_FILES(what_fails_costs_its_item),
        WITH_FILES(replies_may_come_in_any_order),
        WITH_FILES(where_all_requests_fail_the_first_failure_is_the_error),
        WITH_FILES(a_step_with_a_paragraphs_tag_costs_its_item),
        WITH_FILES(items_without_texts_and_policies_that_cannot_be_asked_are_errors),
        WITH_FILES(a_prompt_of_the_users_is_named_by_its_key_and_must_show_the_solution),
        WITH_FILES(prmbench_reads_two_lists_in_json),
        WITH_FILES(mr_gsm8k_reads_a_verdict_and_a_step),
        WITH_FILES(hard2verify_reads_a_label_a_step),
        WITH_FILES(vlrmbench_shows_the_chain_with_errors),
    };
    return cmocka_run_group_tests_name("critics of steps", tests, NULL, NULL);
}
