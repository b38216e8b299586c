/* label: light */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "apply.h"
#include "near.h"
#include "words_fixture.h"

static cairn_problem problem_of(fixture *f, int64_t index) {
    cairn_problem p;
    assert_int_equal(f->type->generate(f->ctx, f->world.self, 4, index, f->arena, &p), CAIRN_OK);
    return p;
}

static void every_wording_of_a_step_reads_back_to_its_claim(void **unused) {
    (void)unused;
    fixture f = open_fixture("words:operations=5,distractors=4", "");
    for (int64_t i = 0; i < 300; i++) {
        cairn_problem problem = problem_of(&f, i);
        const words_problem *p = problem.data;
        words_state s = {0};
        for (int32_t k = 0; k < p->count; k++) s.value[k] = (int32_t)(i % 3 ? p->q[k].truth : 10 * k - 20);
        for (int32_t k = -1; k < p->count; k++) {
            words_claim claim = k < 0 ? (words_claim){.place = WORDS_ANSWER} : words_derive(p, k, &s),
                        got[WORDS_CLAIMS];
            claim.value = i % 2 ? 40 - i : i;
            char text[WORDS_SAID_BYTES], first[WORDS_SAID_BYTES] = "";
            int32_t n;
            for (int32_t form = 0; form < words_step_forms(p, &claim); form++) {
                size_t length = words_say(p, &s, &claim, form, text);
                assert_int_equal(length, strlen(text));
                assert_string_not_equal(text, first);
                if (form == 0) strcpy(first, text);
                if (!words_claims(p, text, length, got, &n) || n < 1 || got[n - 1].place != k)
                    print_error("%s\n", text);
                assert_true(n >= 1);
                const words_claim *last = &got[n - 1];
                assert_int_equal(last->place, k);
                assert_int_equal(last->equation, claim.equation);
                assert_int_equal(last->value, claim.value);
                if (claim.equation) {
                    assert_int_equal(last->a, claim.a);
                    assert_int_equal(last->op, claim.op);
                    assert_int_equal(last->b, claim.b);
                }
                for (int32_t c = 0; c < n - 1; c++) { /* operands that are said beside it */
                    assert_true(words_operands(&p->q[k]) >> got[c].place & 1u);
                    assert_int_equal(got[c].value, s.value[got[c].place]);
                }
            }
        }
    }
    close_fixture(&f);
}

/* Anna: 12 pears, 7 plums. Ben: 4 apples, 6 plums. Carl: 12 apples. Dora: 7 pears. Emma: 19 apples. The difference: 15.
 */
static const char by_hand[] =
    "Anna has 12 pears. Ben has exactly 4 apples. Carl has 3 times as many apples as Ben. Dora has 5 fewer pears than "
    "Anna. The number of plums that Anna has is 7. Ben has half as many plums as Anna has pears. Emma has as many "
    "apples "
    "as Carl's apples and Dora's pears put together. How many more apples does Emma have than Ben?";

static cairn_problem read_problem(fixture *f, const char *text) {
    words_problem *p = cairn_arena_alloc(f->arena, 1, sizeof *p);
    cairn_problem out;
    size_t where;
    assert_null(words_read(text, strlen(text), p, &where));
    assert_int_equal(words_wrap(p, "by-hand", f->arena, &out), CAIRN_OK);
    assert_string_equal(out.text, text);
    return out;
}

/* Verdict on the last of steps separated by '|'. */
static cairn_step_check verify(fixture *f, const cairn_problem *problem, const char *steps) {
    const char *list[16];
    int32_t n = 0;
    cairn_step_check checks[16];
    char *text = cairn_arena_copy(f->arena, steps, strlen(steps));
    for (char *at = text; at; n++) {
        list[n] = at;
        at = strchr(at, '|');
        if (at) *at++ = '\0';
    }
    assert_int_equal(cairn_world_verify(f->ctx, &f->world, problem, list, n, f->arena, checks), CAIRN_OK);
    return checks[n - 1];
}

static void verify_step_tells_what_a_step_is(void **unused) {
    (void)unused;
    fixture f = open_fixture("words", "");
    cairn_problem problem = read_problem(&f, by_hand);
    assert_string_equal(problem.answer, "15");
    assert_int_equal(problem.max_steps, 10);
    static const struct {
        const char *steps, *code, *evidence;
    } cases[] = {
        {"Carl has 3 * 4 = 12 apples.", "exact", ""},
        {"Carl has 4 * 3 = 12 apples.", "exact", ""},
        {"Dora has 12 - 5 = 7 pears.", "exact", ""},
        {"Carl has 12 apples.", "exact", ""},
        {"Ben has 12 / 2 = 6 plums.", "useless", "the question does not need it"},
        {"Carl has 3 * 4 = 12 apples.|Carl has 3 * 4 = 12 apples.", "repeated", "known before"},
        {"Ben has 4 apples.", "repeated", "known before"},
        {"Emma has 12 + 7 = 19 apples.", "leap", "was not stated"},
        {"Answer: 15", "leap", "was not stated"},
        {"Carl has 3 * 4 = 13 apples.", "slip", "3 * 4 is 12, not 13; Carl has 12 apples"},
        {"Ben has 7 / 2 = 3 plums.", "slip", "7 / 2 is not 3; Ben has 6 plums"},
        {"Carl has 13 apples.", "slip", "Carl has 12 apples"},
        {"Ben has 5 apples.", "slip", "Ben has 4 apples"},
        {"Carl has 3 * 5 = 15 apples.", "wrong-operand", "asks for 3 * 4, not 3 * 5; Carl has 12 apples"},
        {"Carl has 2 * 6 = 12 apples.", "wrong-operand", "asks for 3 * 4, not 2 * 6"},
        {"Carl has 3 + 4 = 7 apples.", "wrong-operation", "asks for 3 * 4, not 3 + 4; Carl has 12 apples"},
        {"Dora has 5 - 12 = -7 pears.", "wrong-operation", "asks for 12 - 5"},
        {"Carl has 3 * 4 = 13 apples.|Dora has 12 - 5 = 7 pears.|Emma has 13 + 7 = 20 apples.", "carried",
         "Carl has 12 apples, not 13; Emma has 19 apples"},
        {"Carl has 3 * 4 = 13 apples.|Dora has 12 - 5 = 8 pears.|Emma has 13 + 7 = 20 apples.", "carried",
         "Carl has 12 apples, not 13; Dora has 7 pears, not 8; Emma has 19 apples"},
        {"Carl has 3 * 4 = 13 apples.|Carl has 13 apples.", "carried", "Carl has 12 apples"},
        {"Carl has 3 * 4 = 13 apples.|Emma has 20 apples.", "carried", "Emma has 19 apples"},
        {"Carl has 3 * 4 = 13 apples.|Carl has 3 * 4 = 12 apples.", "repair", "right again: Carl has 12 apples"},
        {"Carl has 3 * 4 = 13 apples.|Emma has 12 + 7 = 19 apples.", "repair", "Emma has 19 apples"},
        {"Emma has 12 + 7 = 19 apples.|Emma has 19 - 4 = 15 more apples than Ben.", "exact", ""},
        {"Emma has 12 + 7 = 19 apples.|The difference is 19 - 4 = 15.|Answer: 15", "exact", ""},
        {"Emma has 12 + 7 = 20 apples.|The difference is 20 - 4 = 16.", "carried", "Emma has 19 apples, not 20"},
        {"Emma has 12 + 7 = 20 apples.|The difference is 20 - 4 = 16.|Answer: 16", "carried", "the answer is 15"},
        {"Emma has 12 + 7 = 20 apples.|The difference is 20 - 4 = 16.|Answer: 15", "repair", "the answer is 15"},
        {"The difference is 19 - 4 = 15.|Answer: 14", "slip", "the answer is 15"},
        {"Answer: 14", "slip", "the answer is 15"},
        {"Answer: 15|Carl has 3 * 4 = 12 apples.", "illegal", "follows the end"},
        {"Anna has 3 * 4 = 12 apples.", "illegal", "nothing of Anna's apples"},
        {"Paul has 12 apples.", "illegal", "nothing of Paul's apples"},
        {"Let us see what Carl has.", "no-claim", "nothing"},
        {"3 * 4 = 12.", "no-claim", "nothing"},
        {"Carl has 3 times as many apples as Ben.", "no-claim", "nothing"},
        {"3 * 4 = 13.", "slip", "3 * 4 is 12, not 13"},
        {"Carl has 3 * = apples.", "illegal", "not a statement"},
        {"Carl has 3 * = apples.|Dora has 12 - 5 = 7 pears.", "illegal", "could not be read"},
        {"Ben has 5 apples, so Carl has 3 * 5 = 15 apples.", "slip", "Ben has 4 apples"},
        {"Ben has 4 apples, so Carl has 3 * 5 = 15 apples.", "wrong-operand", "asks for 3 * 4"},
        {"Carl's apples are 3 times Ben's apples (4): 3 * 4 = 12.", "exact", ""},
        {"Carl's apples are 3 times Ben's apples (5): 3 * 5 = 15.", "slip", "Ben has 4 apples"},
        {"Carl's apples are 3 times Ben's apples (5): 3 * 4 = 12.", "slip", "Ben has 4 apples"},
        {"Carl's apples are 3 times Ben's apples (4): 3 * 5 = 15.", "wrong-operand", "asks for 3 * 4"},
        {"Carl's apples are 3 times Paul's apples (4): 3 * 4 = 12.", "illegal", "nothing of Paul's apples"},
        {"Emma's apples are Carl's apples (12) plus Dora's pears (7): 12 + 7 = 19.", "exact", ""},
        {"Carl has 12 apples.|Dora has 7 pears.|Emma's apples are Carl's apples (12) plus Dora's pears (7): 12 + 7 = "
         "19.",
         "exact", ""},
        {"Emma's apples are Carl's apples (12) plus Dora's pears (8): 12 + 8 = 20.", "slip", "Dora has 7 pears"},
        {"Emma has 19 apples.|The difference is Emma's apples (19) minus Ben's apples (4): 19 - 4 = 15.", "exact", ""},
        {"(12) (13)", "no-claim", "nothing"},
        {"()", "illegal", "not a statement"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cairn_step_check check = verify(&f, &problem, cases[i].steps);
        static const char right[] = "exact useless repeated repair leap";
        cairn_verdict verdict = strcmp(cases[i].code, "no-claim") == 0 ? CAIRN_VERDICT_UNKNOWN
                                : strstr(right, cases[i].code)         ? CAIRN_VERDICT_RIGHT
                                                                       : CAIRN_VERDICT_WRONG;
        if (strcmp(check.code, cases[i].code) != 0 || !strstr(check.evidence, cases[i].evidence))
            print_error("%s: %s, %s\n", cases[i].steps, check.code, check.evidence);
        assert_string_equal(check.code, cases[i].code);
        assert_non_null(strstr(check.evidence, cases[i].evidence));
        assert_int_equal(check.evidence[0] == '\0', cases[i].evidence[0] == '\0');
        assert_int_equal(check.verdict, verdict);
    }
    close_fixture(&f);
}

static void twice_may_be_a_sum(void **unused) {
    (void)unused;
    fixture f = open_fixture("words", "");
    cairn_problem problem =
        read_problem(&f, "Anna has 6 pears. Ben has twice as many pears as Anna. How many pears does Ben have?");
    assert_string_equal(verify(&f, &problem, "Ben has 6 + 6 = 12 pears.").code, "exact");
    assert_string_equal(verify(&f, &problem, "Ben has 2 + 6 = 8 pears.").code, "wrong-operation");
    assert_string_equal(verify(&f, &problem, "Ben has 10 + 2 = 12 pears.").code, "wrong-operand");
    close_fixture(&f);
}

static void wording_matters_little(void **unused) {
    (void)unused;
    static const char *const exact[] = {
        "carl has 3 * 4 = 12 apples",
        "CARL HAS 3*4=12 APPLES!",
        "Carl has 3 x 4 = 12 apples.",
        "Carl has 3 \xc3\x97 4 = 12 apples.",
        "Carl has 3 times 4 = 12 apples.",
        "3 * 4 equals 12, so Carl has 12 apples.",
        "Next, Carl has (3 * 4) = 12 apples.",
        "Since Ben has 4 apples, Carl has 3 * 4 = 12.",
        "Carl: 3 * 4 = 12",
        "Carl\xe2\x80\x99s apples: 3 * 4 = 12.",
        "Carl's apples = 12",
        "- Carl has 3 * 4 = 12 apples.",
        "Step 1: Carl has 3 * 4 = 12 apples.",
        "Therefore Carl now has 3 * 4 apples = 12 apples.",
        "We find that Carl has 3 * 4.0 = 12.00 apples.",
        "Carl has 3 * 4 = 12 apples, which is more than Ben has.",
        "Ben has 4 apples. Carl has 3 * 4 = 12 apples.",
        "Carl owns\n\t3 * 4 = 12 apples.",
    };
    static const char *const sums[] = {
        "Together they have 16 + 8 = 24 pears.", "Anna and Ben have 8 + 16 = 24 pears in total.",
        "In total, that is 8 + 16 = 24.",        "Altogether they have 24 pears.",
        "8 + 16 = 24, so the total is 24.",      "The total = 24",
    };
    fixture f = open_fixture("words", "");
    cairn_problem problem = read_problem(&f, by_hand);
    for (size_t i = 0; i < sizeof exact / sizeof *exact; i++) {
        cairn_step_check check = verify(&f, &problem, exact[i]);
        if (strcmp(check.code, "exact")) print_error("%s: %s\n", exact[i], check.code);
        assert_string_equal(check.code, "exact");
    }
    cairn_problem sum =
        read_problem(&f, "Anna has 8 pears. Ben has twice as many pears as Anna. How many pears do Anna "
                         "and Ben have together?");
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        const char *steps = cairn_arena_printf(f.arena, "Ben has 2 * 8 = 16 pears.|%s", sums[i]);
        cairn_step_check check = verify(&f, &sum, steps);
        if (strcmp(check.code, "exact")) print_error("%s: %s\n", sums[i], check.code);
        assert_string_equal(check.code, "exact");
    }
    close_fixture(&f);
}

static void what_can_be_stated_next_is_listed(void **unused) {
    (void)unused;
    fixture f = open_fixture("words", "");
    cairn_problem problem = read_problem(&f, by_hand);
    static const struct {
        const char *steps, *legal;
    } cases[] = {
        {"",
         "Carl's apples are 3 times Ben's apples (4): 3 * 4 = 12.|Dora's pears are Anna's pears (12) minus 5: 12 - 5 = "
         "7.|Ben's plums are Anna's pears (12) divided by 2: 12 / 2 = 6."},
        {"Carl has 3 * 4 = 12 apples.|Ben has 6 plums.", "Dora's pears are Anna's pears (12) minus 5: 12 - 5 = 7."},
        {"Carl has 3 * 4 = 13 apples.|Ben has 6 plums.|Dora has 7 pears.",
         "Carl's apples are 3 times Ben's apples (4): 3 * 4 = 12."},
        {"Carl has 12 apples.|Ben has 6 plums.|Dora has 7 pears.",
         "Emma's apples are Carl's apples (12) plus Dora's pears (7): 12 + 7 = 19."},
        {"Ben has 5 apples.|Ben has 6 plums.|Dora has 7 pears.", "Ben has 4 apples."},
        {"Carl has 12 apples.|Ben has 6 plums.|Dora has 7 pears.|Emma has 19 apples.",
         "The difference is Emma's apples (19) minus Ben's apples (4): 19 - 4 = 15."},
        {"Carl has 12 apples.|Dora has 7 pears.|Emma has 19 apples.|The difference is 15.",
         "Ben's plums are Anna's pears (12) divided by 2: 12 / 2 = 6.|Answer: 15"},
        {"Answer: 15", ""},
        {"= =", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        words_state s;
        const char **steps;
        char said[512] = "", *text = cairn_arena_copy(f.arena, cases[i].steps, strlen(cases[i].steps));
        int32_t n;
        bool done;
        f.type->start(f.ctx, f.world.self, &problem, &s);
        for (char *step = strtok(text, "|"); step; step = strtok(NULL, "|"))
            apply_step(f.type, f.ctx, f.world.self, &problem, &s, step, strlen(step), &s, &done);
        assert_int_equal(f.type->legal(f.ctx, f.world.self, &problem, &s, f.arena, &steps, &n), CAIRN_OK);
        for (int32_t k = 0; k < n; k++) strcat(strcat(said, k ? "|" : ""), steps[k]);
        assert_string_equal(said, cases[i].legal);
    }
    close_fixture(&f);
}

static void a_right_answer_is_reachable_while_enough_steps_are_left(void **unused) {
    (void)unused;
    fixture f = open_fixture("words", "");
    cairn_problem problem = read_problem(&f, by_hand); /* at most 10 steps; 5 are needed */
    static const struct {
        const char *steps;
        int idle, reachable;
    } cases[] = {
        {"", 5, 1},
        {"", 6, 0},
        {"Carl has 12 apples.", 5, 1}, /* 4 are needed behind it */
        {"Carl has 12 apples.", 6, 0},
        {"Carl has 13 apples.", 4, 1}, /* to be stated again */
        {"Carl has 13 apples.", 5, 0},
        {"Ben has 6 plums.", 4, 1},
        {"Ben has 6 plums.", 5, 0},
        {"Ben has 5 apples.", 3, 1}, /* given, and wrong now */
        {"Ben has 5 apples.", 4, 0},
        {"The difference is 15.", 8, 1},
        {"The difference is 15.", 9, 0},
        {"Answer: 15", 0, 1},
        {"Answer: 16", 0, 0},
        {"Carl has = apples.", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        words_state s;
        bool done;
        double reachable;
        f.type->start(f.ctx, f.world.self, &problem, &s);
        if (cases[i].steps[0])
            apply_step(f.type, f.ctx, f.world.self, &problem, &s, cases[i].steps, strlen(cases[i].steps), &s, &done);
        for (int k = 0; k < cases[i].idle; k++)
            apply_step(f.type, f.ctx, f.world.self, &problem, &s, "Well.", 5, &s, &done);
        assert_int_equal(f.type->reachable(f.ctx, f.world.self, &problem, &s, &reachable), CAIRN_OK);
        assert_near(reachable, cases[i].reachable, 0);
    }
    close_fixture(&f);
}

static void equal_answers_have_equal_text(void **unused) {
    (void)unused;
    static const struct {
        const char *step, *answer;
        int right;
    } cases[] = {{"Answer: 15", "15", 1},          {"answer: 015", "15", 1},
                 {"The answer is 15.0.", "15", 1}, {"So the answer is 15 apples.", "15", 1},
                 {"Answer: 19 - 4 = 15", "15", 1}, {"Answer: 16", "16", 0},
                 {"Answer: -15", "-15", 0},        {"Answer: 15 16", NULL, 0},
                 {"Answer: 15.5", NULL, 0},        {"I do not know the answer.", NULL, 0}};
    fixture f = open_fixture("words", "");
    cairn_problem problem = read_problem(&f, by_hand);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        words_state s;
        bool done;
        cairn_outcome outcome;
        assert_int_equal(cairn_world_replay(f.ctx, &f.world, &problem, &cases[i].step, 1, &s, &done), CAIRN_OK);
        assert_int_equal(done, cases[i].answer != NULL);
        assert_int_equal(f.type->check(f.ctx, f.world.self, &problem, &s, &cases[i].step, 1, f.arena, &outcome),
                         CAIRN_OK);
        assert_int_equal(outcome.verdict, cases[i].right ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG);
        assert_near(outcome.value, cases[i].right, 0);
        if (cases[i].answer)
            assert_string_equal(outcome.answer, cases[i].answer);
        else
            assert_null(outcome.answer);
    }
    close_fixture(&f);
}

static void hostile_steps_are_dead_and_never_come_right(void **unused) {
    (void)unused;
    static const char *const hostile[] = {
        "",
        " ",
        "=",
        "3 * 4 =",
        "Carl has 3 * 4 = apples.",
        "Carl has = 12 = 12 apples.",
        "Carl has 3 * 4 = 12 = 12 apples.",
        "Carl has 3 * 4 = 12 13 apples.",
        "Carl has 1 + 3 * 4 = 13 apples.",
        "Carl has 3 * 4 = 12 + 1 apples.",
        "Carl has 3 4 = 12 apples.",
        "Carl has 9999999999 apples.",
        "Carl has 3.5 * 4 = 14 apples.",
        "Carl has 12.5 apples.",
        "Answer: 1 or 2",
        "Answer: 15. Answer: 15.",
        "Carl has 3 * 4 = 12 apples\x01",
        "Carl has 3 * 4 = 12 \xff\xfe apples",
        "Carl has 3 * 4 = 12 \xc3",
        "Carl has 1 pear, Carl has 1 pear, Carl has 1 pear, Carl has 1 pear, Carl has 1 pear, Carl has 1 pear, Carl "
        "has 1 "
        "pear, Carl has 1 pear, Carl has 1 pear.",
    };
    fixture f = open_fixture("words", "error=0,repair=1");
    cairn_problem problem = read_problem(&f, by_hand);
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        const char *steps[] = {hostile[i], "Answer: 15"};
        words_state s;
        bool done;
        double reachable = 1;
        cairn_outcome outcome;
        assert_int_equal(cairn_world_replay(f.ctx, &f.world, &problem, steps, 1, &s, &done), CAIRN_OK);
        if (!s.dead) print_error("%s\n", hostile[i]);
        assert_true(s.dead);
        assert_false(done);
        assert_near(value_at(&f, &problem, &s), 0, 0);
        assert_int_equal(f.type->reachable(f.ctx, f.world.self, &problem, &s, &reachable), CAIRN_OK);
        assert_near(reachable, 0, 0);
        assert_int_equal(cairn_world_replay(f.ctx, &f.world, &problem, steps, 2, &s, &done), CAIRN_OK);
        assert_true(done);
        assert_int_equal(f.type->check(f.ctx, f.world.self, &problem, &s, steps, 2, f.arena, &outcome), CAIRN_OK);
        assert_int_equal(outcome.verdict, CAIRN_VERDICT_WRONG);
        assert_null(outcome.answer);
    }
    close_fixture(&f);
}

static void huge_and_binary_steps_are_unreadable(void **unused) {
    (void)unused;
    fixture f = open_fixture("words", "");
    cairn_problem problem = read_problem(&f, by_hand);
    enum { HUGE = 1 << 20 };
    static const char *const fills[] = {"=", "1", "a", " ", "(", "3 * 4 = 12, ", "\xff"};
    char *step = cairn_arena_alloc(f.arena, HUGE + 1, 1);
    words_state s;
    bool done;
    for (size_t i = 0; i < sizeof fills / sizeof *fills; i++) {
        size_t length = strlen(fills[i]);
        for (size_t k = 0; k < HUGE; k++) step[k] = fills[i][k % length];
        const char *steps[] = {step};
        cairn_step_check check;
        f.type->start(f.ctx, f.world.self, &problem, &s);
        assert_int_equal(f.type->verify_step(f.ctx, f.world.self, &problem, &s, steps, 1, f.arena, &check), CAIRN_OK);
        assert_string_equal(check.code, "illegal");
        apply_step(f.type, f.ctx, f.world.self, &problem, &s, step, HUGE, &s, &done);
        assert_true(s.dead);
    }
    const char inside[] = "Carl has 3 * 4 = 12\0 apples.";
    f.type->start(f.ctx, f.world.self, &problem, &s);
    apply_step(f.type, f.ctx, f.world.self, &problem, &s, inside, sizeof inside - 1, &s, &done);
    assert_true(s.dead);
    cairn_rng rng = cairn_rng_open(1, 2, 3, CAIRN_VERB_EVAL, 0, 0);
    for (int i = 0; i < 20000; i++) {
        uint32_t length = cairn_rng_below(&rng, 80);
        for (uint32_t k = 0; k < length; k++) step[k] = (char)cairn_rng_below(&rng, 256);
        f.type->start(f.ctx, f.world.self, &problem, &s);
        assert_int_equal(apply_step(f.type, f.ctx, f.world.self, &problem, &s, step, length, &s, &done), CAIRN_OK);
        assert_int_equal(s.used, 1);
    }
    close_fixture(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wording_of_a_step_reads_back_to_its_claim),
        cmocka_unit_test(verify_step_tells_what_a_step_is),
        cmocka_unit_test(twice_may_be_a_sum),
        cmocka_unit_test(wording_matters_little),
        cmocka_unit_test(what_can_be_stated_next_is_listed),
        cmocka_unit_test(a_right_answer_is_reachable_while_enough_steps_are_left),
        cmocka_unit_test(equal_answers_have_equal_text),
        cmocka_unit_test(hostile_steps_are_dead_and_never_come_right),
        cmocka_unit_test(huge_and_binary_steps_are_unreadable),
    };
    return cmocka_run_group_tests_name("world words steps", tests, NULL, NULL);
}
