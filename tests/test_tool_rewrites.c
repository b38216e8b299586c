/* The answers of MATH-500 stay equal under rewritings that keep them, and are told from their near misses. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>

#include "cairn/answer.h"
#include "data.h"
#include "rewrites.h"
#include "rewrites_miss_forms.h"
#include "rewrites_miss_numbers.h"
#include "rewrites_same_forms.h"
#include "rewrites_same_numbers.h"
#include "skip.h"

enum { ANSWERS_MOST = 600 };

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    json_t *record[ANSWERS_MOST];
    int records;
} fixture;

static int setup(void **state) {
    static fixture f;
    char path[4096];
    assert_int_equal(cairn_ctx_open(&f.ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f.ctx, 65536, &f.arena), CAIRN_OK);
    FILE *file = shared_file("math500/test.jsonl", path) ? fopen(path, "r") : NULL;
    for (json_t *record; file && f.records < ANSWERS_MOST; f.record[f.records++] = record)
        if (!(record = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL))) break;
    if (file) fclose(file);
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    for (int i = 0; i < f->records; i++) json_decref(f->record[i]);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
    return 0;
}

/* Verdicts of one kind, or of all. */
typedef struct tally {
    int applied, right, wrong, unknown;
} tally;

static void count(tally *t, cairn_verdict verdict) {
    t->applied++;
    t->right += verdict == CAIRN_VERDICT_RIGHT;
    t->wrong += verdict == CAIRN_VERDICT_WRONG;
    t->unknown += verdict == CAIRN_VERDICT_UNKNOWN;
}

static tally tried(fixture *f, const kind *k, cairn_verdict expected) {
    tally t = {0};
    for (int i = 0; i < f->records; i++) {
        const char *answer = json_string_value(json_object_get(f->record[i], "answer"));
        draft d = {.length = 0};
        if (!k->rewrite(answer, &d) || strcmp(d.text, answer) == 0) continue;
        cairn_grade grade = {0};
        cairn_grade_options options = {.problem = json_string_value(json_object_get(f->record[i], "problem"))};
        cairn_arena_reset(f->arena);
        assert_int_equal(cairn_answer_grade(f->ctx, f->arena, d.text, answer, &options, &grade), CAIRN_OK);
        count(&t, grade.verdict);
        if (grade.verdict != expected)
            printf("  %s: '%s' for '%s' is %s by '%s'\n", k->name, d.text, answer, cairn_verdict_name(grade.verdict),
                   grade.rule);
    }
    return t;
}

static void row(const char *name, tally t) {
    printf("%-30s %5d applied %5d right %5d wrong %4d unknown\n", name, t.applied, t.right, t.wrong, t.unknown);
}

static void table(fixture *f, const kind *kinds, size_t n, cairn_verdict expected, tally *all) {
    for (size_t i = 0; i < n; i++) {
        tally t = tried(f, &kinds[i], expected);
        row(kinds[i].name, t);
        assert_true(t.applied > 0);
        all->applied += t.applied, all->right += t.right, all->wrong += t.wrong, all->unknown += t.unknown;
    }
}

#define TABLE(kinds, expected, all) table(*state, kinds, sizeof(kinds) / sizeof *(kinds), expected, all)

static void test_rewritings_keep_the_answer(void **state) {
    tally all = {0};
    if (!((fixture *)*state)->records) skip_because("MATH-500 is not here");
    TABLE(SAME_NUMBERS, CAIRN_VERDICT_RIGHT, &all);
    TABLE(SAME_FORMS, CAIRN_VERDICT_RIGHT, &all);
    row("all rewritings", all);
    assert_int_equal(all.wrong, 0);
    assert_true(100 * all.unknown <= all.applied);
}

static void test_near_misses_are_told(void **state) {
    tally all = {0};
    if (!((fixture *)*state)->records) skip_because("MATH-500 is not here");
    TABLE(MISS_NUMBERS, CAIRN_VERDICT_WRONG, &all);
    TABLE(MISS_FORMS, CAIRN_VERDICT_WRONG, &all);
    row("all near misses", all);
    assert_int_equal(all.right, 0);
    assert_true(100 * all.unknown <= all.applied);
}

static void test_doubtful_changes_are_not_right(void **state) {
    tally all = {0};
    if (!((fixture *)*state)->records) skip_because("MATH-500 is not here");
    TABLE(DOUBTFUL_NUMBERS, CAIRN_VERDICT_WRONG, &all);
    TABLE(DOUBTFUL_FORMS, CAIRN_VERDICT_WRONG, &all);
    assert_int_equal(all.right, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rewritings_keep_the_answer),
        cmocka_unit_test(test_near_misses_are_told),
        cmocka_unit_test(test_doubtful_changes_are_not_right),
    };
    return cmocka_run_group_tests_name("tool rewrites", tests, setup, teardown);
}
