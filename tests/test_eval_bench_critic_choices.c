/* Critics asked about answers, criteria and dilemmas in words: known answers give the figures that they must. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cairn/data.h"
#include "critic_fixture.h"

/* Chooses the shown answer that begins with GOOD, else the first. */
#define CHOOSES(a, b, otherwise) \
    RULE_SED(ANSWER_IS("A", "GOOD"), a) RULE_SED(ANSWER_IS("B", "GOOD"), b) RULE_SED("", otherwise)

/* Rows of n items, `row` with the number at each %1$d. */
static const char *rows_of(int n, const char *row) {
    static char text[65536];
    size_t used = 0;
    for (int i = 0; i < n; i++) used += (size_t)snprintf(text + used, sizeof text - used, row, i);
    return text;
}

/* ---- RewardBench and RewardBench 2 ------------------------------------------------------------------------------- */

#define RB2(id, subset, a, b, c, d)                                                                           \
    "{\"id\":\"" id "\",\"subset\":\"" subset "\",\"prompt\":\"p\",\"chosen\":[\"" a "\"],\"rejected\":[\"" b \
    "\",\"" c "\",\"" d "\"]}\n"

/* Page of RewardBench 2, unit case f: "9." is no rating, and 7, 7, none, 5 are worth one half; all unreadable 1/4. */
static void ratings_share_the_first_place(void **state) {
    fixture *f = *state;
    bench_open(f, "rewardbench2", "ask=rating");
    ok(f, bench_read_text(f, "r.jsonl",
                          RB2("1", "Math", "<<ok 7>>", "<<so: 7>>", "<<9.>>", "<<5>>")
                              RB2("2", "Focus", "<<8/10>>", "<<9>>", "<<7.5>>", "<<1>>")
                                  RB2("3", "Safety", "<<x>>", "<<y>>", "<<z>>", "<<11>>")));
    cairn_bench_criticism said = ask_sed(f, ECHO_SED);
    assert_near(figure(f, "Math", "score"), 0.5, 0);
    assert_near(figure(f, "Focus", "score"), 1, 0); /* "8/10" is 10 */
    assert_near(figure(f, "Safety", "score"), 0.25, 0);
    assert_int_equal(said.requests, 12);
    assert_int_equal(said.unreadable, 5);
    assert_string_equal(said.prompts, "rating");
}

static void several_ratings_have_a_mean(void **state) {
    fixture *f = *state;
    cairn_bench_criticism said;
    bench_open(f, "rewardbench2", "ask=rating");
    ok(f, bench_read_text(f, "r.jsonl", RB2("1", "Math", "a", "b", "c", "d")));
    const char *program = shell_critic(f, "case $n in 1) v=4;; 2) v=7;; *) v=none;; esac\n" SAYS("$v"));
    cairn_bench_critic how = {.seed = 1, .votes = 3, .sampling = {.temperature = 1}};
    ok(f, critic_ask(f, program, how, &said));
    assert_near(cairn_bench_item_at(f->run, 0)->candidates[0].score, 5.5, 0);
    assert_true(isnan(cairn_bench_item_at(f->run, 0)->candidates[1].score));
}

/* The best of four is found wherever it stands; a judge that always says A finds it where chance has put it there. */
static void four_answers_are_ranked_with_the_right_one_anywhere(void **state) {
    fixture *f = *state;
    const char *rows = rows_of(400, "{\"id\":\"%d\",\"subset\":\"Math\",\"prompt\":\"p\",\"chosen\":[\"GOOD\"],"
                                    "\"rejected\":[\"b\",\"c\",\"d\"]}\n");
    bench_open(f, "rewardbench2", "");
    ok(f, bench_read_text(f, "r.jsonl", rows));
    cairn_bench_criticism said =
        ask_sed(f, RULE_SED(ANSWER_IS("A", "GOOD"), "[[A]]") RULE_SED(ANSWER_IS("B", "GOOD"), "[[B]]")
                       RULE_SED(ANSWER_IS("C", "GOOD"), "[[C]]") RULE_SED(ANSWER_IS("D", "GOOD"), "[[D]]"));
    assert_near(figure(f, "Math", "score"), 1, 0);
    assert_int_equal(said.requests, 400);
    assert_string_equal(said.prompts, "ranking");
    bench_open(f, "rewardbench2", "");
    ok(f, bench_read_text(f, "r.jsonl", rows));
    ask_sed(f, RULE_SED("", "[[A]]"));
    assert_near(figure(f, "Math", "score"), 0.25, 0.1); /* five standard deviations */
}

/* Items of Ties are always rated; what cannot be read is -1 there. */
static void ties_are_rated(void **state) {
    fixture *f = *state;
    bench_open(f, "rewardbench2", "");
    ok(f, bench_read_text(f, "t.jsonl",
                          "{\"id\":\"ref:1\",\"subset\":\"Ties\",\"prompt\":\"p\",\"chosen\":[\"<<3>>\"],"
                          "\"rejected\":[\"<<none>>\"]}\n"
                          "{\"id\":\"tied:1\",\"subset\":\"Ties\",\"prompt\":\"p\",\"chosen\":[\"<<5>>\",\"<<4>>\"],"
                          "\"rejected\":[\"<<1>>\"]}\n"));
    assert_string_equal(ask_sed(f, ECHO_SED).prompts, "ties-rating");
    assert_near(figure(f, "Ties", "ref"), 1, 0);
    assert_near(figure(f, "Ties", "tied"), 1, 0);
    assert_near(figure(f, "Ties", "closer_ref"), 1, 0); /* spread 1, gaps 4 and 3 */
    assert_near(tallied(f, "Ties", "missing"), 0, 0);
}

static void rewardbench_gives_half_for_what_cannot_be_read(void **state) {
    fixture *f = *state;
    const char *rows = rows_of(100, "{\"id\":\"%d\",\"subset\":\"llmbar-natural\",\"prompt\":\"p\",\"chosen\":\"GOOD\","
                                    "\"rejected\":\"b\"}\n");
    const char *scripts[] = {CHOOSES("[[A]]", "[[B]]", "?"), RULE_SED("", "neither"), RULE_SED("", "[[A]]")};
    const double accuracy[] = {1, 0.5, 0.5}, width[] = {0, 0, 0.25};
    for (int i = 0; i < 3; i++) {
        bench_open(f, "rewardbench", "");
        ok(f, bench_read_text(f, "r.jsonl", rows));
        ask_sed(f, scripts[i]);
        assert_near(figure(f, "llmbar-natural", "accuracy"), accuracy[i], width[i]);
    }
}

/* ---- both orders ------------------------------------------------------------------------------------------------- */

static void judgebench_asks_in_both_orders(void **state) {
    fixture *f = *state;
    const char *rows = "{\"pair_id\":\"1\",\"source\":\"livebench-math\",\"question\":\"q\",\"response_A\":\"b\","
                       "\"response_B\":\"GOOD\",\"label\":\"B>A\"}\n";
    const char *scripts[] = {CHOOSES("[[A>>B]]", "[[B>A]]", "?"), RULE_SED("", "[[A>B]]"), RULE_SED("", "[[A=B]]")};
    const double accuracy[] = {1, 0, 0}, bias[] = {0, 1, 0};
    for (int i = 0; i < 3; i++) {
        bench_open(f, "judgebench", "");
        ok(f, bench_read_text(f, "j.jsonl", rows));
        assert_int_equal(ask_sed(f, scripts[i]).requests, 2);
        assert_near(figure(f, "overall", "accuracy"), accuracy[i], 0);
        assert_near(figure(f, "overall", "position_bias"), bias[i], 0);
    }
}

static void pairs_that_differ_by_order_are_ties(void **state) {
    fixture *f = *state;
    const char *scripts[] = {CHOOSES("[[A]]", "[[B]]", "?"), RULE_SED("", "[[A]]"), RULE_SED("", "[[C]]"),
                             RULE_SED("", "neither")};
    const double right[] = {1, 0, 0, 0}, tie[] = {0, 1, 1, 0}, missing[] = {0, 0, 0, 1};
    for (int i = 0; i < 4; i++) {
        bench_open(f, "pairs", "");
        ok(f,
           bench_read_text(f, "p.jsonl", "{\"id\":\"1\",\"prompt\":\"p\",\"chosen\":\"GOOD\",\"rejected\":\"b\"}\n"));
        ask_sed(f, scripts[i]);
        assert_near(tallied(f, "all", "credit"), right[i], 0);
        assert_near(tallied(f, "all", "tied"), tie[i], 0);
        assert_near(tallied(f, "all", "missing"), missing[i], 0);
    }
}

#define STEP(text) "{\"thought\":{\"text\":\"" text "\"}}"

/* (1, 2) is worth 1, (1, 1) one half, (2, 1) nothing (page of ToolComp). */
static void toolcomp_shows_the_history_once_and_reads_json(void **state) {
    fixture *f = *state;
    const char *row =
        "{\"id\":\"1\",\"prompt\":\"q\",\"history\":[{\"action plan\":{\"text\":\"PAST\"}}],\"preferred\":" STEP(
            "GOOD") ",\"dispreferred\":" STEP("b") "}\n";
#define PICKS(one, two)                                                                     \
    RULE_SED("Candidate 1\\]\\\\nthought: GOOD", "{\\\\\"better_step\\\\\": " one "}")      \
    RULE_SED("So far\\]\\\\naction plan: PAST\\\\n\\\\n.*Candidate 2\\]\\\\nthought: GOOD", \
             "{\\\\\"better_step\\\\\": " two "}")
    const char *scripts[] = {PICKS("1", "2"), PICKS("1", "1"), PICKS("2", "\\\\\"1\\\\\""), PICKS("1", "3")};
    const double accuracy[] = {1, 0.5, 0, 0.5}, unknown[] = {0, 0, 0, 1};
    for (int i = 0; i < 4; i++) {
        bench_open(f, "toolcomp", "");
        ok(f, bench_read_text(f, "t.jsonl", row));
        assert_string_equal(ask_sed(f, scripts[i]).prompts, "step");
        assert_near(figure(f, "total", "accuracy"), accuracy[i], 0);
        assert_near(tallied(f, "total", "unknown"), unknown[i], 0);
    }
}

/* ---- one against nine -------------------------------------------------------------------------------------------- */

#define MATH(kind, says) \
    "{\"problem\":\"p\",\"solution_reference\":\"" kind "\",\"solution_type\":\"x\",\"eval_solution\":[\"" says "\"]}"
#define TEN(right, a, b)                                                                                            \
    "[" MATH("human_to_GPT-4", right) "," MATH("m", a) "," MATH("m", a) "," MATH("m", a) "," MATH("m", a) "," MATH( \
        "m", a) "," MATH("m", a) "," MATH("m", a) "," MATH("m", a) "," MATH("m", b) "]"

/* "Rating: 8/10" is 8, and what cannot be read is 1 (page of RewardMATH, unit case d). */
static void rewardmath_rates_each_solution(void **state) {
    fixture *f = *state;
    bench_open(f, "rewardmath", "");
    ok(f, bench_read_text(f, "m.json", TEN("<<Rating: 8/10>>", "<<Rating: [[3]]>>", "<<no rating>>")));
    assert_int_equal(ask_sed(f, ECHO_SED).requests, 10);
    assert_near(figure(f, "m", "accuracy"), 1, 0);
    bench_open(f, "rewardmath", "");
    ok(f, bench_read_text(f, "m.json", TEN("<<I like it>>", "<<Rating: 1>>", "<<none>>")));
    ask_sed(f, ECHO_SED);
    assert_near(figure(f, "m", "accuracy"), 0, 0);
    assert_near(figure(f, "m", "with_ties"), 1, 0);
}

/* Eight wins, and one verdict that cannot be read: a loss, so that the rank is 2 (unit case c). */
static void rewardmath_counts_duels(void **state) {
    fixture *f = *state;
    bench_open(f, "rewardmath", "ask=pairs");
    ok(f, bench_read_text(f, "m.json", TEN("GOOD", "bad", "MUTE")));
    cairn_bench_criticism said = ask_sed(f, RULE_SED("MUTE", "hm") RULE_SED("Solution A\\]\\\\nGOOD", "Judgement: A")
                                                RULE_SED("Solution B\\]\\\\nGOOD", "Judgement: it is B"));
    assert_int_equal(said.requests, 9);
    assert_int_equal(said.unreadable, 1);
    assert_near(figure(f, "m", "accuracy"), 0, 0);
    assert_near(figure(f, "m", "mrr"), 0.5, 0);
}

static void rmbench_rates_six_answers(void **state) {
    fixture *f = *state;
    bench_open(f, "rmbench", "");
    ok(f, bench_read_text(f, "chat_filtered.json",
                          "{\"id\":\"1\",\"prompt\":\"p\",\"chosen\":[\"<<9>>\",\"<<5>>\",\"<<5>>\"],"
                          "\"rejected\":[\"<<4>>\",\"<<5>>\",\"<<6>>\"]}\n"));
    ask_sed(f, ECHO_SED);
    assert_near(figure(f, "chat", "hard"), 2.0 / 3, 1e-12);   /* 9 > 5, 9 > 6, 5 < 6 */
    assert_near(figure(f, "chat", "normal"), 1.0 / 3, 1e-12); /* 9 > 4 */
    assert_near(figure(f, "chat", "easy"), 2.0 / 3, 1e-12);   /* 5 > 4, 5 > 4, 5 = 5 */
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

#define CRITERION(id, weight, says)                                                                                \
    "{\"task_id\":\"t\",\"model\":\"m\",\"response\":\"text\",\"criterion_id\":\"" id "\",\"criterion\":\"<<" says \
    ">>\",\"criterion_weight\":" weight ",\"criterion_dimension\":\"clear process\"}\n"

/* Weights 3, 2, -2, -1 with yes, no, yes, no: 4 of 8 (page of MoReBench, unit case a); "I cannot say" is malformed. */
static void morebench_asks_about_each_criterion(void **state) {
    fixture *f = *state;
    bench_open(f, "morebench", "");
    ok(f, bench_read_text(f, "j.jsonl",
                          CRITERION("a", "3", "Yes.") CRITERION("b", "2", "no") CRITERION("c", "-2", "yes, fully")
                              CRITERION("d", "-1", "No")));
    cairn_bench_criticism said = ask_sed(f, ECHO_SED);
    assert_near(figure(f, "response: m", "score"), 0.5, 1e-12);
    assert_int_equal(said.requests, 4);
    bench_open(f, "morebench", "");
    ok(f, bench_read_text(f, "j.jsonl", CRITERION("a", "3", "yes") CRITERION("b", "-2", "I cannot say")));
    assert_int_equal(ask_sed(f, ECHO_SED).unreadable, 1);
    assert_near(figure(f, "response: m", "score"), 0.6, 1e-12);
    assert_near(figure(f, "response: m", "malformed"), 1, 0);
}

#define HEAD                         "idx,action_type,values_names,wvs,mft,virtue,emotion,maslow,dilemma_situation\n"
#define ACTION(idx, type, mft, says) idx "," type ",[],[],\"" mft "\",[],[],[],\"<<" says ">>\"\n"

/* Page of DailyDilemmas, unit cases a, b and e: the third dilemma has no answer and changes nothing. */
static void dailydilemmas_asks_once_about_each_dilemma(void **state) {
    fixture *f = *state;
    bench_open(f, "dailydilemmas", "by=mft");
    ok(f, bench_read_text(f, "d.csv",
                          HEAD ACTION("1", "to_do", "['care', 'trust']", "Action 1")
                              ACTION("1", "not_to_do", "['truth']", "Action 1")
                                  ACTION("2", "not_to_do", "['care']", " Action 2.")
                                      ACTION("2", "to_do", "['truth']", " Action 2.")
                                          ACTION("3", "to_do", "['trust']", "I think Action 1")
                                              ACTION("3", "not_to_do", "[]", "I think Action 1")));
    cairn_bench_criticism said = ask_sed(f, ECHO_SED);
    assert_int_equal(said.requests, 3);
    assert_int_equal(said.unreadable, 1);
    assert_near(figure(f, "mft: care", "preference"), 1, 0);
    assert_near(figure(f, "mft: trust", "preference"), 1, 0);
    assert_near(figure(f, "mft: truth", "preference"), -1, 0);
    assert_near(tallied(f, "acting", "unanswered"), 1, 0);
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

/* Every built-in prompt is a template that shows what its question is about, and names are unique in a benchmark. */
static void every_question_shows_what_is_judged(void **state) {
    static const char *const places[] = {"problem",  "solution", "steps",    "history",  "answer",
                                         "answer_a", "answer_b", "answer_c", "answer_d", "criterion"};
    static const int needed[] = {
        [CAIRN_BENCH_SHOWS_PARAGRAPHS] = CAIRN_BENCH_SOLUTION, [CAIRN_BENCH_SHOWS_NUMBERED] = CAIRN_BENCH_SOLUTION,
        [CAIRN_BENCH_SHOWS_EACH] = CAIRN_BENCH_ANSWER,         [CAIRN_BENCH_SHOWS_BOTH_ORDERS] = CAIRN_BENCH_ANSWER_B,
        [CAIRN_BENCH_SHOWS_AGAINST] = CAIRN_BENCH_ANSWER_B,    [CAIRN_BENCH_SHOWS_RANKED] = CAIRN_BENCH_ANSWER_D};
    fixture *f = *state;
    int asked = 0;
    for (const cairn_bench_type *const *bench = cairn_benches(); *bench; bench++) {
        asked += (*bench)->n_questions > 0;
        for (int32_t i = 0; i < (*bench)->n_questions; i++) {
            const cairn_bench_question *q = (*bench)->questions[i];
            cairn_template *t;
            ok(f, cairn_template_parse(f->ctx, f->arena, q->name, q->template, strlen(q->template), places,
                                       CAIRN_BENCH_PLACES, &t));
            if (q->shows != CAIRN_BENCH_SHOWS_OWN && !cairn_template_has(t, needed[q->shows]))
                fail_msg("%s: %s", (*bench)->about.name, q->name);
            if ((q->shows == CAIRN_BENCH_SHOWS_OWN) != ((*bench)->request != NULL))
                fail_msg("%s: %s", (*bench)->about.name, q->name);
            for (int32_t j = 0; j < i; j++) assert_string_not_equal(q->name, (*bench)->questions[j]->name);
        }
    }
    assert_int_equal(asked, 16);
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, fixture_open, fixture_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_FILES(every_question_shows_what_is_judged),
        WITH_FILES(ratings_share_the_first_place),
        WITH_FILES(several_ratings_have_a_mean),
        WITH_FILES(four_answers_are_ranked_with_the_right_one_anywhere),
        WITH_FILES(ties_are_rated),
        WITH_FILES(rewardbench_gives_half_for_what_cannot_be_read),
        WITH_FILES(judgebench_asks_in_both_orders),
        WITH_FILES(pairs_that_differ_by_order_are_ties),
        WITH_FILES(toolcomp_shows_the_history_once_and_reads_json),
        WITH_FILES(rewardmath_rates_each_solution),
        WITH_FILES(rewardmath_counts_duels),
        WITH_FILES(rmbench_rates_six_answers),
        WITH_FILES(morebench_asks_about_each_criterion),
        WITH_FILES(dailydilemmas_asks_once_about_each_dilemma),
    };
    return cmocka_run_group_tests_name("critics of answers", tests, NULL, NULL);
}
