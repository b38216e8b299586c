/* label: light */
/* Tables of words: every entry does what its table is for, in a sentence built from it, and none hides another. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "cairn/answer.h"
#include "tool_fixture.h"

/* ---- sentences that conclude ------------------------------------------------------------------------------------- */

#include "tool/answer_find_last.h"

/* The answer that a text states; NULL: none. */
static const char *answer_of(bench *b, const char *text) {
    cairn_found found;
    cairn_arena_reset(b->arena);
    cairn_status status = cairn_answer_find(b->ctx, b->arena, text, strlen(text), NULL, &found);
    assert_true(status == CAIRN_OK || status == CAIRN_NOT_FOUND);
    return status == CAIRN_OK ? found.text : NULL;
}

/* `form` with every word of a list in the place of %s: the text states `answer`, or nothing. */
static void each_states(bench *b, const char *form, const char *const *list, size_t n, const char *answer) {
    for (size_t i = 0; i < n; i++) {
        char text[256];
        snprintf(text, sizeof text, form, list[i]);
        const char *found = answer_of(b, text);
        bool same = answer ? found && strcmp(found, answer) == 0 : !found;
        if (!same) fail_msg("%s: %s", text, found ? found : "none");
    }
}
#define EACH_STATES(form, list, answer) each_states(*state, form, list, sizeof list / sizeof *list, answer)

static void test_every_word_of_a_conclusion_is_reached(void **state) {
    EACH_STATES("We add. %s, x = 5.", conclusions, "x = 5");
    EACH_STATES("We add. %s {1, 2}.", statements, "{1, 2}");
    EACH_STATES("We add. So %s x = 5.", leads, "x = 5");
    EACH_STATES("We add. So %s sum is 7.", determiners, "7");
    EACH_STATES("We add. So the %s number is 7.", adjectives, "7");
    EACH_STATES("We add. So the %s is 7.", heads, "7");
    EACH_STATES("We add. So the %s is {1, 2}.", heads, "{1, 2}");
    EACH_STATES("We add. So the sum %s all is 7.", prepositions, "7");
    EACH_STATES("We add. So the total %s 7.", states, "7");
    EACH_STATES("We add. So %s 7 pins.", exists, "7 pins");
    EACH_STATES("We add. So %s had 7 pins.", subjects, "7 pins");
    EACH_STATES("We add. So it takes %s 7 hours.", objects, "7 hours");
    EACH_STATES("We add. So Tom %s 7 pins.", verbs, "7 pins");
    EACH_STATES("We add. So the sum is %s 7.", adverbs, "7");
}

static void test_every_word_that_unsettles_does(void **state) {
    assert_string_equal(answer_of(*state, "We add. So the sum of it now is 7."), "7");
    EACH_STATES("We add. So the sum of it %s is 7.", unsettled, NULL);
}

/* Tables of the finder's other files, by sentences: what is a longer entry beside a shorter one is read as the longer. */
static void test_the_longest_entry_counts(void **state) {
    static const struct {
        const char *text, *answer;
    } all[] = {
        {"We solve. So the solution set is {1, 2}.", "{1, 2}"},
        {"We solve. Therefore, the ordered pair is (1, 2).", "(1, 2)"},
        {"We solve. Hence the surface area is 24.", "24"},
        {"We solve. So the total is equal to 24.", "24"},
        {"We solve. So the total number of pins is equal to 24.", "24"},
        {"```python3\nprint('The answer is 5')\n```\nThe answer is 7.", "7"},
        {"My guess is that the answer is 7.", NULL},
        {"It isn't true that the answer is \\boxed{7}.", NULL},
        {"It isn\u2019t true that the answer is \\boxed{7}.", NULL},
        {"It is not true that x is \\boxed{7}.", NULL},
        {"It wasn't true that x was \\boxed{7}.", NULL},
        {"It is true that x is \\boxed{7}.", "7"},
        {"That can\u2019t be \\boxed{7}.", NULL},
        {"That can't be \\boxed{7}.", NULL},
        {"x doesn't equal \\boxed{7}.", NULL},
        {"x isn\u2019t \\boxed{7}.", NULL},
        {"The answer is 7. That\u2019s wrong.", NULL},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *found = answer_of(*state, all[i].text);
        bool same = all[i].answer ? found && strcmp(found, all[i].answer) == 0 : !found;
        if (!same) fail_msg("%s: %s", all[i].text, found ? found : "none");
    }
}

/* ---- what is said of an equality ------------------------------------------------------------------------------------ */

/* Names of lists that the finder's header has, too. */
#define adverbs  cue_adverbs
#define subjects cue_subjects
#include "tool/arithmetic/cues.h"
#undef adverbs
#undef subjects

/* The verdict on the only claim of a text; UNKNOWN where there is none. */
static cairn_verdict verdict_of(bench *b, const char *text) {
    cairn_equation *e;
    size_t count = 0;
    cairn_arena_reset(b->arena);
    assert_int_equal(cairn_equations_check(b->ctx, b->arena, text, strlen(text), &e, &count), CAIRN_OK);
    assert_true(count < 2);
    return count ? e[0].verdict : CAIRN_VERDICT_UNKNOWN;
}

static void says(bench *b, const char *form, const char *phrase) {
    char text[256], said[128];
    snprintf(said, sizeof said, "%s", phrase);
    if (said[0] == '#') said[0] = '4'; /* a number */
    snprintf(text, sizeof text, form, said);
    if (verdict_of(b, text) == CAIRN_VERDICT_WRONG) fail_msg("%s", text);
}

static void test_every_cue_keeps_a_false_equality_from_being_called_wrong(void **state) {
    assert_int_equal(verdict_of(*state, "So 2 + 3 = 6."), CAIRN_VERDICT_WRONG);
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) says(*state, "%s 2 + 3 = 6.", before[i].phrase);
    for (size_t i = 0; predicates[i]; i++) says(*state, "2 + 3 = 6 %s.", predicates[i]);
    for (size_t i = 0; verdicts[i]; i++) says(*state, "2 + 3 = 6, %s.", verdicts[i]);
    for (size_t i = 0; anywhere[i]; i++) says(*state, "2 + 3 = 6 and on we go, %s.", anywhere[i]);
    for (size_t i = 0; faults[i]; i++) says(*state, "2 + 3 = 6, which is %s.", faults[i]);
    for (size_t i = 0; virtues[i]; i++) says(*state, "2 + 3 = 6, which is not %s.", virtues[i]);
    for (size_t i = 0; signs[i]; i++) says(*state, "2 + 3 = 6 %s", signs[i]);
    for (size_t i = 0; strikes[i]; i++) says(*state, "%s2 + 3 = 6", strikes[i]);
    for (size_t i = 0; negations[i]; i++) says(*state, "%s(2 + 3 = 6)", negations[i]);
}

/* Whether the words of `phrase` begin with those of `entry`, and go on. */
static bool begins_with(const char *phrase, const char *entry) {
    size_t n = strlen(entry);
    return strncmp(phrase, entry, n) == 0 && phrase[n] == ' ';
}

/* A phrase that begins with another one of its table says nothing more. */
static void test_no_cue_hides_another(void **state) {
    const char *const *const tables[] = {predicates, verdicts, anywhere};
    (void)state;
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++)
        for (size_t i = 0; tables[t][i]; i++)
            for (size_t k = 0; tables[t][k]; k++)
                if (begins_with(tables[t][i], tables[t][k]) || (i != k && strcmp(tables[t][i], tables[t][k]) == 0))
                    fail_msg("\"%s\" is hidden by \"%s\"", tables[t][i], tables[t][k]);
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        for (size_t k = 0; k < sizeof before / sizeof *before; k++)
            if (i != k && strcmp(before[i].phrase, before[k].phrase) == 0 && before[i].reach == before[k].reach)
                fail_msg("\"%s\" stands twice", before[i].phrase);
}

int main(void) {
    const struct CMUnitTest all[] = {
        cmocka_unit_test(test_every_word_of_a_conclusion_is_reached),
        cmocka_unit_test(test_every_word_that_unsettles_does),
        cmocka_unit_test(test_the_longest_entry_counts),
        cmocka_unit_test(test_every_cue_keeps_a_false_equality_from_being_called_wrong),
        cmocka_unit_test(test_no_cue_hides_another),
    };
    return cmocka_run_group_tests_name("tool tables", all, setup, teardown);
}
