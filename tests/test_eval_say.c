/* label: light */
/* What replies say: the unit cases of the published rules, their pitfalls, and hostile texts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cairn/say.h"
#include "json_memory.h"

enum { NOTHING = CAIRN_SAID_NOTHING };

static int open_ctx(void **state) {
    return cairn_ctx_open((cairn_ctx **)state) == CAIRN_OK ? 0 : -1;
}

static int close_ctx(void **state) {
    cairn_ctx_close(*state);
    return 0;
}

static void expect(cairn_said said, int32_t value, const char *rule, int32_t others) {
    assert_int_equal(said.value, value);
    if (rule)
        assert_string_equal(said.rule, rule);
    else
        assert_null(said.rule);
    assert_int_equal(said.others, others);
}

/* ---- boxes and votes ------------------------------------------------------------------------------------------ */

static void test_the_last_box_names_the_paragraph(void **state) {
    (void)state;
    expect(cairn_say_boxed("so \\boxed{3}, no: \\boxed{ -1 }"), -1, "boxed", 1);
    expect(cairn_say_boxed("\\boxed{2\\text{nd}}"), NOTHING, "boxed", 0);
    expect(cairn_say_boxed("\\boxed{2} } and \\boxed{2}."), 2, "boxed", 0);
    expect(cairn_say_boxed("paragraph 2"), NOTHING, NULL, 0);
    expect(cairn_say_boxed("\\boxed{2"), NOTHING, NULL, 0);
    expect(cairn_say_boxed(NULL), NOTHING, NULL, 0);
    cairn_said large = cairn_say_boxed("\\boxed{99999999999}");
    assert_true(large.value == INT32_MAX && large.coerced);
}

static void test_a_vote_goes_to_the_most_frequent_word_seen_first(void **state) {
    (void)state;
    const char *const words[] = {NULL, "2", "-1", "-1", "2", " 2"};
    assert_int_equal(cairn_say_vote(words, 6), 1);
    assert_int_equal(cairn_say_vote(words, 4), 2);
    assert_int_equal(cairn_say_vote(words, 1), 1);
    assert_int_equal(cairn_say_vote(words, 0), 0);
}

static void test_the_text_after_a_tag_is_after_the_last_one(void **state) {
    (void)state;
    assert_string_equal(cairn_say_after("Final Grade: A Final Grade: B", "Final Grade: "), "B");
    assert_string_equal(cairn_say_after("aaa", "aa"), "a"); /* tags do not overlap, as split has it */
    assert_null(cairn_say_after("none", "Final Grade: "));
    assert_null(cairn_say_after(NULL, "x"));
}

/* ---- options -------------------------------------------------------------------------------------------------- */

static const char *const actions[] = {"Action 1", "Action 2"};
static const char *const letters[] = {"A", "B", "C", "D"};

static void test_an_option_as_a_prefix(void **state) {
    (void)state;
    expect(cairn_say_choice(" Action 2.", actions, 2, CAIRN_CHOICE_PREFIX), 1, "prefix", 0);
    expect(cairn_say_choice("Action 1, not Action 2", actions, 2, CAIRN_CHOICE_PREFIX), 0, "prefix", 1);
    expect(cairn_say_choice("I think Action 1", actions, 2, CAIRN_CHOICE_PREFIX), NOTHING, NULL, 0);
    expect(cairn_say_choice("action 1", actions, 2, CAIRN_CHOICE_PREFIX), NOTHING, NULL, 0);
    expect(cairn_say_choice("\xc2\xa0\n\xe3\x80\x80"
                            "Action 1",
                            actions, 2, CAIRN_CHOICE_PREFIX),
           0, "prefix", 0); /* blanks of Unicode */
    expect(cairn_say_choice("", actions, 2, CAIRN_CHOICE_PREFIX), NOTHING, NULL, 0);
}

static void test_an_option_as_the_whole_text(void **state) {
    (void)state;
    static const char *const grades[] = {"CORRECT", "CORRECT BUT BAD FORMATTING", "INCORRECT"};
    static const char *const replies[] = {"Final Grade: CORRECT\n", "Final Grade: CORRECT BUT BAD FORMATTING",
                                          "Final Grade: INCORRECT", "Final Grade: Correct",
                                          "Final Grade: CORRECT[ENDOFGRADE]"};
    static const int32_t values[] = {0, 1, 2, NOTHING, NOTHING};
    for (size_t i = 0; i < 5; i++) {
        const char *grade = cairn_say_after(replies[i], "Final Grade: ");
        assert_int_equal(cairn_say_choice(grade, grades, 3, CAIRN_CHOICE_WHOLE).value, values[i]);
    }
}

static void test_an_option_as_the_first_word(void **state) {
    (void)state;
    expect(cairn_say_choice("**action 2**", actions, 2, CAIRN_CHOICE_FIRST_WORD), 1, "first-word", 0);
    expect(cairn_say_choice("(B) because of A", letters, 4, CAIRN_CHOICE_FIRST_WORD), 1, "first-word", 1);
    expect(cairn_say_choice("Because", letters, 4, CAIRN_CHOICE_FIRST_WORD), NOTHING, NULL, 0);
    expect(cairn_say_choice("Action 12", actions, 2, CAIRN_CHOICE_FIRST_WORD), NOTHING, NULL, 0);
    expect(cairn_say_choice("\xe2\x80\x9c"
                            "B\xe2\x80\x9d",
                            letters, 4, CAIRN_CHOICE_FIRST_WORD),
           1, "first-word", 0);
    expect(cairn_say_choice("B\xc3\xa9", letters, 4, CAIRN_CHOICE_FIRST_WORD), NOTHING, NULL, 0);
}

static void test_an_option_anywhere(void **state) {
    (void)state;
    expect(cairn_say_choice("it is Action 2", actions, 2, CAIRN_CHOICE_SUBSTRING), 1, "substring", 0);
    expect(cairn_say_choice("Action 2 > Action 1", actions, 2, CAIRN_CHOICE_SUBSTRING), 0, "substring", 1);
    expect(cairn_say_choice("Action 2 > Action 1", actions, 2, CAIRN_CHOICE_FIRST), 1, "first", 1);
    expect(cairn_say_choice("neither", actions, 2, CAIRN_CHOICE_FIRST), NOTHING, NULL, 0);
}

/* A, B, C, D are looked for in this order over the whole text. */
static void test_a_quoted_bracket_wins_for_its_label(void **state) {
    (void)state;
    expect(cairn_say_choice("so [[C]]", letters, 4, CAIRN_CHOICE_BRACKETED), 2, "bracketed", 0);
    expect(cairn_say_choice("not [[A]] but [[D]]", letters, 4, CAIRN_CHOICE_BRACKETED), 0, "bracketed", 1);
    expect(cairn_say_choice("[[D]], not [[B]]", letters, 4, CAIRN_CHOICE_BRACKETED), 1, "bracketed", 1);
    expect(cairn_say_choice("[A] [[ A ]] [[a]] [[E]]", letters, 4, CAIRN_CHOICE_BRACKETED), NOTHING, NULL, 0);
}

static void test_a_judgement_is_the_first_letter_after_the_last_tag(void **state) {
    (void)state;
    expect(cairn_say_judgement("A is good. Judgement: B"), 1, "Judgement:", 0);
    expect(cairn_say_judgement("Judgement: B. Judgement: Solution A"), 0, "Judgement:", 1);
    expect(cairn_say_judgement("Feedback [RESULT] B"), 1, "[RESULT]", 0);
    expect(cairn_say_judgement("[RESULT] B Judgement: none"), NOTHING, NULL, 0);
    expect(cairn_say_judgement("A or B"), NOTHING, NULL, 0);
}

static void test_a_preference_is_a_label_in_brackets(void **state) {
    (void)state;
    static const char *const texts[] = {"[[A>>B]]", "[[A>B]]", "[[A=B]]", "[[B>A]]", "[[B>>A]]",
                                        "[[B<<A]]", "[[B<A]]", "[[B=A]]", "[[A<B]]", "[[A<<B]]"};
    static const int32_t values[] = {2, 1, 0, -1, -2, 2, 1, 0, -1, -2};
    for (size_t i = 0; i < 10; i++)
        expect(cairn_say_preference(texts[i], CAIRN_PREFERENCE_SOLE), values[i], "[[..]]", 0);
    expect(cairn_say_preference("My final verdict is tie: [[A=B]]. [[A=B]]", CAIRN_PREFERENCE_SOLE), 0, "[[..]]", 0);
    expect(cairn_say_preference("[[A>B]], no: [[B>A]]", CAIRN_PREFERENCE_SOLE), NOTHING, "[[..]]", 1);
    expect(cairn_say_preference("[[A>B]], no: [[B>A]]", CAIRN_PREFERENCE_LAST), -1, "[[..]]", 1);
    expect(cairn_say_preference("[a>b]", CAIRN_PREFERENCE_LAST), 1, "[..]", 0);
    expect(cairn_say_preference("[A>B]", CAIRN_PREFERENCE_SOLE), NOTHING, NULL, 0);
    static const char *const none[] = {"[[A]]", "[[A>A]]", "[[A>>>B]]", "[[A==B]]",
                                       "[[]]",  "[[A>B]",  "[[A > B]]", "[["};
    for (size_t i = 0; i < 8; i++) expect(cairn_say_preference(none[i], CAIRN_PREFERENCE_SOLE), NOTHING, NULL, 0);
    expect(cairn_say_preference("[[[A>B]]]", CAIRN_PREFERENCE_SOLE), 1, "[[..]]", 0);
}

static void expect_swap(void **state, const char *text, cairn_slot slot, const char *rule) {
    cairn_slot said;
    const char *matched;
    assert_int_equal(cairn_say_swap(*state, text, "better_step", &said, &matched), CAIRN_OK);
    assert_int_equal(said, slot);
    if (rule)
        assert_string_equal(matched, rule);
    else
        assert_null(matched);
}

static void test_the_better_of_two_steps_in_three_stages(void **state) {
    expect_swap(state, "Label: ```json{\"better_step\": \"TIE\"}```", CAIRN_SLOT_TIE, "json block");
    expect_swap(state, "better_step = 2", CAIRN_SLOT_TWO, "pattern");
    expect_swap(state, "{\"better_step\": 3}", CAIRN_SLOT_UNKNOWN, NULL);
    expect_swap(state, "x ```JSON\n {\"why\": {\"a\": 1}, \"better_step\": \"2\"}\n ``` y", CAIRN_SLOT_TWO,
                "json block");
    expect_swap(state, "so {\"better_step\": 1} or {\"better_step\": 2}", CAIRN_SLOT_ONE, "braces");
    expect_swap(state, "```python\n{\"better_step\": 1}\n```", CAIRN_SLOT_ONE, "braces");
    expect_swap(state, "{bad json} Better_Step : \"tie\"", CAIRN_SLOT_TIE, "pattern");
    expect_swap(state, "better_step: none. better_step: 1", CAIRN_SLOT_ONE, "pattern");
    expect_swap(state, "{\"better_step\": true}", CAIRN_SLOT_UNKNOWN, NULL);
    expect_swap(state, "{\"better_step\": \"12\"}", CAIRN_SLOT_UNKNOWN, NULL);
    expect_swap(state, "{\"better_action_plan\": 1}", CAIRN_SLOT_UNKNOWN, NULL);
    expect_swap(state, "1", CAIRN_SLOT_UNKNOWN, NULL);
    expect_swap(state, NULL, CAIRN_SLOT_UNKNOWN, NULL);
}

/* ---- yes and no ----------------------------------------------------------------------------------------------- */

static void expect_yes(const char *text, cairn_yes_rule rule, bool yes, bool no) {
    cairn_said_yes said = cairn_say_yes(text, rule);
    assert_int_equal(said.yes, yes);
    assert_int_equal(said.no, no);
}

static void test_strict_yes_and_no_are_the_first_word(void **state) {
    (void)state;
    expect_yes("Yes", CAIRN_YES_FIRST_WORD, true, false);
    expect_yes(" **NO.** yes", CAIRN_YES_FIRST_WORD, false, true);
    expect_yes("yes, it does not", CAIRN_YES_FIRST_WORD, true, false);
    expect_yes("No\xe2\x80\x94yes", CAIRN_YES_FIRST_WORD, false, true); /* a dash ends a word */
    expect_yes("I cannot say", CAIRN_YES_FIRST_WORD, false, false);
    expect_yes("Not sure", CAIRN_YES_FIRST_WORD, false, false);
    expect_yes("yesterday", CAIRN_YES_FIRST_WORD, false, false);
    expect_yes("true", CAIRN_YES_FIRST_WORD, false, false);
    expect_yes(NULL, CAIRN_YES_FIRST_WORD, false, false);
}

static void test_substrings_make_yes_and_no_of_other_words(void **state) {
    (void)state;
    expect_yes("I cannot say", CAIRN_YES_SUBSTRING, false, true);
    expect_yes("YES, it does not ..", CAIRN_YES_SUBSTRING, true, true);
    expect_yes("perhaps", CAIRN_YES_SUBSTRING, false, false);
}

static void test_words_of_foresight(void **state) {
    (void)state;
    expect_yes("no doubt, yes", CAIRN_YES_WORD, true, true);
    expect_yes("It is True.", CAIRN_YES_WORD, true, false);
    expect_yes("FALSE", CAIRN_YES_WORD, false, true);
    expect_yes("I cannot say; yes_no; noé", CAIRN_YES_WORD, false, false);
    expect_yes("\xe2\x80\x9cno\xe2\x80\x9d", CAIRN_YES_WORD, false, true); /* quotes end words */
}

/* ---- ratings -------------------------------------------------------------------------------------------------- */

static cairn_said trailing(const char *text) {
    return cairn_say_rating(text, CAIRN_RATING_TRAILING, 1, 10);
}

static void test_a_trailing_rating(void **state) {
    (void)state;
    expect(trailing("ok\n\n9"), 9, "trailing", 0);
    expect(trailing("8/10"), 10, "trailing", 0);
    expect(trailing("7.5"), 5, "trailing", 0);
    expect(trailing("9."), NOTHING, NULL, 0);
    expect(trailing("10 \n"), 10, "trailing", 0);
    expect(trailing("5\xc2\xa0"), 5, "trailing", 0);
    expect(trailing("-3"), 3, "trailing", 0);
    static const char *const none[] = {"0",
                                       "11",
                                       "100",
                                       "05",
                                       "10/100",
                                       "x9",
                                       "_9",
                                       "\xc3\xa9"
                                       "9",
                                       "**9**",
                                       "nine",
                                       "",
                                       "99999999999999999999"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) expect(trailing(none[i]), NOTHING, NULL, 0);
    expect(cairn_say_rating("0", CAIRN_RATING_TRAILING, 0, 10), 0, "trailing", 0);
    expect(trailing(NULL), NOTHING, NULL, 0);
}

static cairn_said tagged(const char *text) {
    return cairn_say_rating(text, CAIRN_RATING_TAGGED, 1, 10);
}

static void test_a_tagged_rating(void **state) {
    (void)state;
    expect(tagged("Rating: 8/10"), 8, "Rating:", 0);
    expect(tagged("2 faults. Rating: [[5]]"), 5, "Rating:", 0);
    expect(tagged("Feedback: good. [RESULT] 4"), 4, "[RESULT]", 0);
    expect(tagged("[RESULT] 4 Rating: 3 Rating: 7"), 7, "Rating:", 1);
    expect(tagged("no rating"), NOTHING, NULL, 0);
    expect(tagged("rating 7"), NOTHING, NULL, 0);
    expect(tagged("Rating: 7 Rating: none"), NOTHING, NULL, 0);
    cairn_said said = tagged("Rating: 85");
    assert_true(said.value == 10 && said.coerced);
    said = tagged("Rating: 0");
    assert_true(said.value == 1 && said.coerced);
    assert_false(tagged("Rating: 10").coerced);
}

static void test_any_rating(void **state) {
    (void)state;
    expect(cairn_say_rating("5 faults. Rating: 3, not 4", CAIRN_RATING_ANY, 1, 10), 3, "Rating:", 0);
    expect(cairn_say_rating("of 3 steps: 8", CAIRN_RATING_ANY, 1, 10), 8, "trailing", 0);
    expect(cairn_say_rating("I give 8 of 10 or 100, it is **9**.", CAIRN_RATING_ANY, 1, 10), 9, "last", 2);
    expect(cairn_say_rating("x7 0 11", CAIRN_RATING_ANY, 1, 10), NOTHING, NULL, 0);
}

/* ---- lists ---------------------------------------------------------------------------------------------------- */

static void expect_ints(const char *text, cairn_ints_rule rule, int32_t most, int32_t k, const int32_t *values,
                        cairn_said_ints counts) {
    int32_t got[8];
    cairn_said_ints said = cairn_say_ints(text, rule, most, got, k);
    for (int32_t i = 0; i < k; i++) assert_int_equal(got[i], values[i]);
    assert_int_equal(said.found, counts.found);
    assert_int_equal(said.padded, counts.padded);
    assert_int_equal(said.cut, counts.cut);
    assert_int_equal(said.coerced, counts.coerced);
    assert_int_equal(said.bare, counts.bare);
}
#define INTS(...) ((const int32_t[]){__VA_ARGS__})

static void test_the_first_numbers_are_labels_of_steps(void **state) {
    (void)state;
    expect_ints("[0, 1, 2]", CAIRN_INTS_FIRST, 1, 4, INTS(0, 1, 1, 0),
                (cairn_said_ints){.found = 3, .padded = 1, .coerced = 1, .bare = true});
    expect_ints("STEP 1: 0 STEP 2: 1", CAIRN_INTS_FIRST, 1, 4, INTS(1, 0, 1, 1),
                (cairn_said_ints){.found = 4, .coerced = 1});
    expect_ints(" [1,0,1]\n", CAIRN_INTS_FIRST, 1, 2, INTS(1, 0),
                (cairn_said_ints){.found = 3, .cut = 1, .bare = true});
    expect_ints("12345678901234567890", CAIRN_INTS_FIRST, 1, 1, INTS(1), (cairn_said_ints){.found = 1, .coerced = 1});
    expect_ints(NULL, CAIRN_INTS_FIRST, 1, 2, INTS(0, 0), (cairn_said_ints){.padded = 2});
}

static void test_the_last_numbers_are_scores(void **state) {
    (void)state;
    expect_ints("Score: 8/10 and 7/10", CAIRN_INTS_LAST, INT32_MAX, 2, INTS(7, 10),
                (cairn_said_ints){.found = 4, .cut = 2});
    expect_ints("[9, 6]", CAIRN_INTS_LAST, INT32_MAX, 2, INTS(9, 6), (cairn_said_ints){.found = 2, .bare = true});
    expect_ints("8", CAIRN_INTS_LAST, INT32_MAX, 2, INTS(8, 0), (cairn_said_ints){.found = 1, .padded = 1});
}

static void test_the_last_bracketed_list_of_exactly_k(void **state) {
    (void)state;
    expect_ints("STEP 1: [0] so [0, 1] and [ 1 , 0 ].", CAIRN_INTS_BRACKETED, 1, 2, INTS(1, 0),
                (cairn_said_ints){.found = 2});
    expect_ints("[1, 1] and [0, 2] and [0, 1, 0] and [0, x] and [0, 1", CAIRN_INTS_BRACKETED, 1, 2, INTS(1, 1),
                (cairn_said_ints){.found = 2});
    static const char *const none[] = {"[1]", "[1, 1, 1]", "[1 1]", "[1, -1]", "[1,,1]", "[1, 1,]", "1, 1", "[]", "["};
    for (size_t i = 0; i < 9; i++)
        expect_ints(none[i], CAIRN_INTS_BRACKETED, 1, 2, INTS(0, 0),
                    (cairn_said_ints){.padded = 2, .bare = i < 2 || i == 7});
    expect_ints("[[0, 1], [1, 1]]", CAIRN_INTS_BRACKETED, 1, 2, INTS(1, 1), (cairn_said_ints){.found = 2});
}

/* ---- a critic's JSON ------------------------------------------------------------------------------------------ */

typedef struct critic {
    cairn_arena *arena;
    cairn_said_steps said;
} critic;

static critic steps_of(void **state, const char *text) {
    critic c;
    assert_int_equal(cairn_arena_open(*state, 4096, &c.arena), CAIRN_OK);
    assert_int_equal(cairn_say_steps(*state, c.arena, text, &c.said), CAIRN_OK);
    return c;
}

static void test_a_critic_judges_every_step(void **state) {
    critic c = steps_of(state, "Here {it} is:\n```json\n{\n  \"validity\": [0.5, -1, 0, 1], // four\n"
                               "  \"redundancy\": [-1, 0.25] # two\n}\n```\n{\"validity\": []}");
    assert_true(c.said.said);
    assert_int_equal(c.said.n_validity, 4);
    assert_int_equal(c.said.n_redundancy, 2);
    static const bool validity[] = {true, false, false, true}, redundancy[] = {false, true};
    assert_memory_equal(c.said.validity, validity, sizeof validity);
    assert_memory_equal(c.said.redundancy, redundancy, sizeof redundancy);
    assert_int_equal(c.said.refused, 1);
    assert_int_equal(c.said.coerced, 0);
    cairn_arena_close(c.arena);
    c = steps_of(state, "} {\"a\": {\"b\": 1}, \"validity\": [2, true], \"redundancy\": []}");
    assert_true(c.said.said && c.said.n_validity == 2 && c.said.validity[0] && c.said.validity[1]);
    assert_int_equal(c.said.coerced, 2);
    cairn_arena_close(c.arena);
}

static void test_a_critic_without_both_lists_says_nothing(void **state) {
    static const char *const texts[] = {
        "{\"validity\": [1]}",
        "{\"validity\": [1]} {\"validity\": [1], \"redundancy\": [1]}", /* the first JSON object counts */
        "{\"validity\": [1], \"redundancy\": 1}",
        "{\"validity\": [1, \"1\"], \"redundancy\": [1]}",
        "{\"validity\": [1], \"redundancy\": [1]",
        "{\"validity\": [1], \"redundancy\": [1], \"why\": \"}\"}",       /* braces in strings count */
        "{\"validity\": [1], \"why\": \"no. # 1\", \"redundancy\": [1]}", /* so do marks of comments */
        "[1, 2]",
        "",
        NULL};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        critic c = steps_of(state, texts[i]);
        assert_false(c.said.said);
        assert_null(c.said.validity);
        cairn_arena_close(c.arena);
    }
}

/* ---- hostile texts -------------------------------------------------------------------------------------------- */

/* Every reader, on a text that consists of one piece many times. */
static void read_all(void **state, const char *text) {
    critic c = steps_of(state, text);
    cairn_slot slot;
    int32_t values[4];
    assert_int_equal(cairn_say_swap(*state, text, "better_step", &slot, NULL), CAIRN_OK);
    cairn_say_boxed(text);
    cairn_say_after(text, "Rating:");
    cairn_say_judgement(text);
    for (int rule = 0; rule <= CAIRN_CHOICE_BRACKETED; rule++)
        cairn_say_choice(text, letters, 4, (cairn_choice_rule)rule);
    for (int rule = 0; rule <= CAIRN_PREFERENCE_LAST; rule++) cairn_say_preference(text, (cairn_preference_rule)rule);
    for (int rule = 0; rule <= CAIRN_YES_WORD; rule++) cairn_say_yes(text, (cairn_yes_rule)rule);
    for (int rule = 0; rule <= CAIRN_RATING_ANY; rule++) cairn_say_rating(text, (cairn_rating_rule)rule, 1, 10);
    for (int rule = 0; rule <= CAIRN_INTS_BRACKETED; rule++) cairn_say_ints(text, (cairn_ints_rule)rule, 1, values, 4);
    cairn_arena_close(c.arena);
}

static void test_long_texts_take_linear_time(void **state) {
    static const char *const pieces[] = {"{",          "}",        "{}",       "[",  "[[",      "[[A",
                                         "[[A>B",      "[1,",      "9",        " ",  "Rating:", "\\boxed{",
                                         "Judgement:", "```json{", "{\"a\":{", "//", "#\n",     "better_step ",
                                         "\xff",       "\xc2\xa0", "[[A>B]]"};
    enum { BYTES = 1 << 17 };
    char *text = malloc(BYTES + 16);
    assert_non_null(text);
    for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
        size_t n = strlen(pieces[p]), at = 0;
        for (; at + n <= BYTES; at += n) memcpy(text + at, pieces[p], n);
        text[at] = '\0';
        read_all(state, text);
    }
    free(text);
}

static void test_a_lack_of_memory_is_told(void **state) {
    static const char text[] = "{\"validity\": [1, 0.5], \"redundancy\": [0], \"better_step\": 1}";
    cairn_arena *arena;
    cairn_said_steps steps;
    cairn_slot slot;
    assert_int_equal(cairn_arena_open(*state, 4096, &arena), CAIRN_OK);
    for (long at = 1; at <= 3; at++) {
        json_fail_at(at);
        assert_int_equal(cairn_say_steps(*state, arena, text, &steps), CAIRN_NO_MEMORY);
        json_fail_at(at);
        assert_int_equal(cairn_say_swap(*state, text, "better_step", &slot, NULL), CAIRN_NO_MEMORY);
    }
    json_fail_at(0);
    assert_int_equal(cairn_say_steps(*state, arena, text, &steps), CAIRN_OK);
    assert_true(steps.said);
    cairn_arena_close(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_last_box_names_the_paragraph),
        cmocka_unit_test(test_a_vote_goes_to_the_most_frequent_word_seen_first),
        cmocka_unit_test(test_the_text_after_a_tag_is_after_the_last_one),
        cmocka_unit_test(test_an_option_as_a_prefix),
        cmocka_unit_test(test_an_option_as_the_whole_text),
        cmocka_unit_test(test_an_option_as_the_first_word),
        cmocka_unit_test(test_an_option_anywhere),
        cmocka_unit_test(test_a_quoted_bracket_wins_for_its_label),
        cmocka_unit_test(test_a_judgement_is_the_first_letter_after_the_last_tag),
        cmocka_unit_test(test_a_preference_is_a_label_in_brackets),
        cmocka_unit_test(test_the_better_of_two_steps_in_three_stages),
        cmocka_unit_test(test_strict_yes_and_no_are_the_first_word),
        cmocka_unit_test(test_substrings_make_yes_and_no_of_other_words),
        cmocka_unit_test(test_words_of_foresight),
        cmocka_unit_test(test_a_trailing_rating),
        cmocka_unit_test(test_a_tagged_rating),
        cmocka_unit_test(test_any_rating),
        cmocka_unit_test(test_the_first_numbers_are_labels_of_steps),
        cmocka_unit_test(test_the_last_numbers_are_scores),
        cmocka_unit_test(test_the_last_bracketed_list_of_exactly_k),
        cmocka_unit_test(test_a_critic_judges_every_step),
        cmocka_unit_test(test_a_critic_without_both_lists_says_nothing),
        cmocka_unit_test(test_long_texts_take_linear_time),
        cmocka_unit_test(test_a_lack_of_memory_is_told),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
