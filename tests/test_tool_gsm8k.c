/* The equation checker on grade-school solutions: what it reports is real, and it misses little of what is plainly
 * false. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <math.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/data.h"
#include "cairn/tool.h"
#include "data.h"
#include "fraction.h"

enum { SAMPLED = 100, SEED = 7 };

typedef struct slip {
    char *left, *right, *exact;
    int64_t line; /* of its file, from 1 */
} slip;

typedef struct list {
    slip *items;
    size_t count, capacity;
} list;

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
} fixture;

static int setup(void **state) {
    static fixture f;
    assert_int_equal(cairn_ctx_open(&f.ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f.ctx, 65536, &f.arena), CAIRN_OK);
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
    return 0;
}

/* Calls `visit` for every solution of a file: the reference answer of each problem, or the four models' solutions. */
typedef void (*visit_fn)(fixture *f, const char *text, int64_t line, void *arg);

static int64_t each_solution(fixture *f, const char *path, bool models, visit_fn visit, void *arg) {
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    int64_t n = 0;
    for (int64_t line = 1;; line++) {
        json_t *record = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL), *value;
        const char *key;
        if (!record) break;
        json_object_foreach(record, key, value) {
            const char *text = json_string_value(models                       ? json_object_get(value, "solution")
                                                 : strcmp(key, "answer") == 0 ? value
                                                                              : NULL);
            if (!text) continue;
            cairn_arena_reset(f->arena);
            visit(f, text, line, arg);
            n++;
        }
        json_decref(record);
    }
    fclose(file);
    return n;
}

static const cairn_equation *claims(fixture *f, const char *text, size_t *count) {
    cairn_equation *found = NULL;
    *count = 0;
    assert_int_equal(cairn_equations_check(f->ctx, f->arena, text, strlen(text), &found, count), CAIRN_OK);
    return found;
}

/* ---- what is reported is real ------------------------------------------------------------------------------------------- */

static void collect_wrong(fixture *f, const char *text, int64_t line, void *arg) {
    list *all = arg;
    size_t count;
    const cairn_equation *e = claims(f, text, &count);
    for (size_t i = 0; i < count; i++) {
        if (e[i].verdict != CAIRN_VERDICT_WRONG) continue;
        assert_int_equal(cairn_grow(f->ctx, (void **)&all->items, &all->capacity, all->count + 1, sizeof *all->items),
                         CAIRN_OK);
        all->items[all->count++] = (slip){strdup(e[i].left), strdup(e[i].right), strdup(e[i].exact), line};
    }
}

static void free_list(list *all) {
    for (size_t i = 0; i < all->count; i++) {
        free(all->items[i].left);
        free(all->items[i].right);
        free(all->items[i].exact);
    }
    cairn_free(all->items);
}

/* Digits after the point of the last number in a text. */
static size_t places_shown(const char *text) {
    const char *point = strrchr(text, '.');
    return point ? strspn(point + 1, "0123456789") : 0;
}

/* Recomputes both sides: they differ, by more than rounding to the digits shown, and `exact` is one of the two values.
 */
static void recompute(const slip *s) {
    mpq_t left, right, exact, gap, unit;
    mpq_inits(left, right, exact, gap, unit, NULL);
    bool read = fraction_of(s->left, left) && fraction_of(s->right, right) && fraction_of(s->exact, exact);
    if (!read) fail_msg("cannot be recomputed: %s = %s (%s)", s->left, s->right, s->exact);
    gmp_printf("    %s = %s: left %Qd, right %Qd, exact %s\n", s->left, s->right, left, right, s->exact);
    bool named = mpq_equal(exact, left) || mpq_equal(exact, right);
    if (!named) fail_msg("%s = %s: the value named is %s", s->left, s->right, s->exact);
    mpq_sub(gap, left, right);
    mpq_abs(gap, gap);
    mpz_ui_pow_ui(mpq_denref(unit), 10, places_shown(s->right) + (strchr(s->right, '%') ? 2 : 0));
    mpz_set_ui(mpq_numref(unit), 1);
    mpq_div_2exp(unit, unit, 1);
    bool rounded = !strpbrk(s->right, "+-*/(") && mpq_cmp(gap, unit) <= 0;
    if (mpq_sgn(gap) == 0 || rounded) fail_msg("%s = %s is right", s->left, s->right);
    mpq_clears(left, right, exact, gap, unit, NULL);
}

static void test_a_hundred_sampled_slips_of_four_models_are_real(void **state) {
    fixture *f = *state;
    char path[4096];
    list all = {0};
    if (!shared_file("gsm8k/example_model_solutions.jsonl", path)) skip();
    assert_int_equal(each_solution(f, path, true, collect_wrong, &all), 5276);
    assert_true(all.count >= SAMPLED);
    print_message("%zu slips reported in 5,276 solutions; %d of them recomputed, seed %d:\n", all.count, SAMPLED, SEED);
    cairn_rng rng = cairn_rng_open(SEED, 0, CAIRN_PATH_ROOT, CAIRN_VERB_EVAL, 0, 0);
    for (size_t i = 0; i < SAMPLED; i++) { /* the first places of a shuffle */
        size_t k = i + cairn_rng_below(&rng, (uint32_t)(all.count - i));
        slip s = all.items[k];
        all.items[k] = all.items[i];
        all.items[i] = s;
        recompute(&all.items[i]);
    }
    free_list(&all);
}

/* ---- reference solutions ---------------------------------------------------------------------------------------------------- */

static void count_wrong_marks(fixture *f, const char *text, int64_t line, void *arg) {
    int64_t *counts = arg;
    size_t count;
    const cairn_equation *e = claims(f, text, &count);
    for (size_t i = 0; i < count; i++) {
        if (!e[i].mark) continue;
        counts[0]++;
        counts[1] += e[i].verdict == CAIRN_VERDICT_WRONG;
        if (e[i].verdict == CAIRN_VERDICT_WRONG) print_message("line %d: %s\n", (int)line, e[i].left);
    }
}

static void test_no_mark_of_a_reference_solution_is_called_wrong(void **state) {
    static const char *const names[] = {"gsm8k/test.jsonl", "gsm8k/train.jsonl"};
    static const int64_t solutions[] = {1319, 7473};
    char path[4096];
    for (int i = 0; i < 2; i++) {
        int64_t counts[2] = {0};
        if (!shared_file(names[i], path)) skip();
        assert_int_equal(each_solution(*state, path, false, count_wrong_marks, counts), solutions[i]);
        print_message("%s: %d marks, %d called wrong\n", names[i], (int)counts[0], (int)counts[1]);
        assert_true(counts[0] > 3 * solutions[i]);
        assert_int_equal(counts[1], 0);
    }
}

/* Beside their marks the authors wrote equalities of which these are false, each looked at by a person: a number of the
 * equality is not the one that was meant, or its result is another one's. */
static const slip false_ones[] = {
    {"364 / 4", "273 yards", "91", 502}, /* 3/4 * 364 was meant */
    {"$32 - $20", "$300 left", "12", 1025},
};

static void test_what_is_called_wrong_in_the_test_set_is_wrong(void **state) {
    fixture *f = *state;
    char path[4096];
    list all = {0};
    if (!shared_file("gsm8k/test.jsonl", path)) skip();
    each_solution(f, path, false, collect_wrong, &all);
    for (size_t i = 0; i < all.count; i++)
        print_message("line %d: %s = %s\n", (int)all.items[i].line, all.items[i].left, all.items[i].right);
    assert_int_equal(all.count, sizeof false_ones / sizeof *false_ones);
    for (size_t i = 0; i < all.count; i++) {
        assert_int_equal(all.items[i].line, false_ones[i].line);
        assert_string_equal(all.items[i].left, false_ones[i].left);
        assert_string_equal(all.items[i].right, false_ones[i].right);
        assert_string_equal(all.items[i].exact, false_ones[i].exact);
    }
    free_list(&all);
}

static void test_what_is_called_wrong_in_the_training_set_is_false_as_written(void **state) {
    char path[4096];
    list all = {0};
    if (!shared_file("gsm8k/train.jsonl", path)) skip();
    each_solution(*state, path, false, collect_wrong, &all);
    for (size_t i = 0; i < all.count; i++) recompute(&all.items[i]);
    assert_int_equal(all.count, 22);
    free_list(&all);
}

/* ---- worked solutions, step by step -------------------------------------------------------------------------------------- */

typedef struct judged {
    int64_t steps, wrong, said_in_words;
    char lines[8][160]; /* evidence of the first ones */
} judged;

/* The value that evidence names: "the value is X.", "the right side, ..., is X (1.23)." or "the left side is X, and". */
static void said_value(const char *said, char out[128]) {
    const char *at = strncmp(said, "the right side, ", 16) == 0 ? strstr(said, ", is ") : strstr(said, " is ");
    assert_true(at && sscanf(at, "%*[, ]is %127[-0-9./]", out) == 1);
    size_t n = strlen(out);
    if (n && out[n - 1] == '.') out[n - 1] = '\0'; /* the full stop */
}

/* Recomputes the quoted equality of `"left = right": the value is X.`; an equality said in words is only counted. */
static void recompute_evidence(const char *evidence, judged *j) {
    char quote[512], left[512], said[128] = "";
    const char *end = strstr(evidence, "\": ");
    assert_true(evidence[0] == '"' && end && (size_t)(end - evidence) < sizeof quote);
    snprintf(quote, sizeof quote, "%.*s", (int)(end - evidence - 1), evidence + 1);
    said_value(end + 3, said);
    for (char *mark = quote; (mark = strstr(mark, "<<")) != NULL;) { /* marks have signs of their own */
        char *close = strstr(mark, ">>");
        if (!close) break;
        memmove(mark, close + 2, strlen(close + 2) + 1);
    }
    char *sign = strchr(quote, '=');
    if (!sign) {
        j->said_in_words++;
        return;
    }
    snprintf(left, sizeof left, "%.*s", (int)(sign - quote), quote);
    slip s = {left, sign + 1, said, 0};
    recompute(&s);
}

static void judge_steps(fixture *f, const char *text, int64_t line, void *arg) {
    judged *j = arg;
    const char *steps[256];
    cairn_trace_finding findings[256];
    cairn_slice *slices;
    int32_t n;
    (void)line;
    assert_int_equal(cairn_split_steps(f->ctx, f->arena, CAIRN_SPLIT_LINE, text, strlen(text), &slices, &n), CAIRN_OK);
    assert_true(n <= 256);
    for (int32_t i = 0; i < n; i++) steps[i] = cairn_arena_copy(f->arena, text + slices[i].start, slices[i].length);
    assert_int_equal(cairn_trace_check(f->ctx, f->arena, "A story?", steps, (size_t)n, true, findings), CAIRN_OK);
    for (int32_t i = 0; i < n; i++) {
        j->steps++;
        if (findings[i].verdict != CAIRN_VERDICT_WRONG) continue;
        if (j->wrong < 8) snprintf(j->lines[j->wrong], sizeof j->lines[0], "%s", findings[i].evidence);
        j->wrong++;
        recompute_evidence(findings[i].evidence, j);
    }
}

static void test_steps_of_models_that_are_called_wrong_say_something_false(void **state) {
    char path[4096];
    judged j = {0};
    if (!shared_file("gsm8k/example_model_solutions.jsonl", path)) skip();
    assert_int_equal(each_solution(*state, path, true, judge_steps, &j), 5276);
    print_message("%d of %d steps called wrong, %d of them for what they say in words\n", (int)j.wrong, (int)j.steps,
                  (int)j.said_in_words);
    assert_true(j.wrong > 200 && j.said_in_words < 5);
}

static void test_two_steps_of_the_reference_solutions_are_called_wrong(void **state) {
    char path[4096];
    judged j = {0};
    if (!shared_file("gsm8k/test.jsonl", path)) skip();
    each_solution(*state, path, false, judge_steps, &j);
    assert_int_equal(j.wrong, 2);
    assert_string_equal(j.lines[0], "\"3.65 divided by .05 equals 69\": the value is 73.");
    assert_string_equal(j.lines[1], "\"$32 - $20 = $300 left\": the value is 12.");
}

/* ---- what is missed --------------------------------------------------------------------------------------------------------- */

typedef struct scan {
    regex_t plain;
    int64_t read, wrong, missed;
} scan;

/* A number of the text, without separators. */
static double number_at(const char *text, regmatch_t m) {
    char digits[64];
    size_t n = 0;
    for (regoff_t i = m.rm_so; i < m.rm_eo && n < sizeof digits - 1; i++)
        if (strchr("0123456789.", text[i])) digits[n++] = text[i];
    digits[n] = '\0';
    return strtod(digits, NULL);
}

/* Whether some claim that is called wrong lies inside [from, to). */
static bool reported(const cairn_equation *e, size_t count, size_t from, size_t to) {
    for (size_t i = 0; i < count; i++)
        if (e[i].verdict == CAIRN_VERDICT_WRONG && e[i].right_start >= from && e[i].right_start < to) return true;
    return false;
}

/* Finds "a op b = c" by a regular expression, and compares doubles. */
static void scan_plain(fixture *f, const char *text, int64_t line, void *arg) {
    scan *s = arg;
    size_t count;
    char *bare = strdup(text); /* marks become blanks, so that places stay */
    for (char *mark = bare; (mark = strstr(mark, "<<")) != NULL;) {
        char *end = strstr(mark, ">>");
        if (!end) break;
        memset(mark, ' ', (size_t)(end + 2 - mark));
    }
    const cairn_equation *e = claims(f, text, &count);
    regmatch_t m[6];
    for (regoff_t at = 0; regexec(&s->plain, bare + at, 6, m, at ? REG_NOTBOL : 0) == 0; at += m[5].rm_eo) {
        const char *here = bare + at;
        double a = number_at(here, m[2]), b = number_at(here, m[4]), c = number_at(here, m[5]);
        char sign = here[m[3].rm_so];
        double value = sign == '+' ? a + b : sign == '-' ? a - b : sign == '*' || sign == 'x' ? a * b : a / b;
        size_t from = (size_t)(at + m[2].rm_so), to = (size_t)(at + m[5].rm_eo);
        s->read++;
        if (!isfinite(value) || fabs(value - c) < fmax(1, 0.01 * fabs(value))) continue;
        s->wrong++;
        if (reported(e, count, from, to)) continue;
        s->missed++;
        print_message("    line %d: %.*s, not %g\n", (int)line, (int)(to - from), bare + from, value);
    }
    free(bare);
}

static void test_plain_false_equations_are_found(void **state) {
    static const char pattern[] =
        "(^|[a-wyz.,:;] )(\\$?[0-9]+[0-9,]*\\.?[0-9]*) ?([-+*/x]) ?(\\$?[0-9]+[0-9,]*\\.?[0-9]*)"
        " *= *\\$? *([0-9]+[0-9,]*\\.?[0-9]*)( [a-z]+|[.,]?$|\\. |\n)";
    char path[4096];
    scan s = {0};
    if (!shared_file("gsm8k/example_model_solutions.jsonl", path)) skip();
    assert_int_equal(regcomp(&s.plain, pattern, REG_EXTENDED | REG_NEWLINE), 0);
    each_solution(*state, path, true, scan_plain, &s);
    regfree(&s.plain);
    print_message("%d plain equations by a crude scan, %d of them false, %d of these not reported\n", (int)s.read,
                  (int)s.wrong, (int)s.missed);
    assert_true(s.read > 5000 && s.wrong > 50);
    assert_true(s.missed * 10 <= s.wrong * 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_hundred_sampled_slips_of_four_models_are_real),
        cmocka_unit_test(test_no_mark_of_a_reference_solution_is_called_wrong),
        cmocka_unit_test(test_what_is_called_wrong_in_the_test_set_is_wrong),
        cmocka_unit_test(test_what_is_called_wrong_in_the_training_set_is_false_as_written),
        cmocka_unit_test(test_steps_of_models_that_are_called_wrong_say_something_false),
        cmocka_unit_test(test_two_steps_of_the_reference_solutions_are_called_wrong),
        cmocka_unit_test(test_plain_false_equations_are_found),
    };
    return cmocka_run_group_tests_name("tool gsm8k", tests, setup, teardown);
}
