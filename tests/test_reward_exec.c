#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "reward_fixture.h"

/* A judge in a file: answers each request with the fields given as its argument. */
static char judge[64];
static const char program[] =
    "while read -r line; do id=${line#*'\"id\":'}; id=${id%%[,\\}]*}; echo \"{\\\"id\\\":$id$1}\"; done\n";

static int write_judge(void **unused) {
    (void)unused;
    strcpy(judge, "/tmp/cairn-judge-XXXXXX");
    int file = mkstemp(judge);
    if (file < 0 || write(file, program, sizeof program - 1) != (ssize_t)(sizeof program - 1)) return -1;
    return close(file);
}

static int remove_judge(void **unused) {
    (void)unused;
    return unlink(judge);
}

static cairn_status ask(const char *fields, const char *options, double *score, char *text, size_t size) {
    char spec[400];
    if (options)
        snprintf(spec, sizeof spec, "exec:command=sh %s '%s',%s", judge, fields, options);
    else
        snprintf(spec, sizeof spec, "exec:sh %s '%s'", judge, fields);
    fixture *f = open_fixture("chain:steps=2", "scripted:error=0", spec);
    cairn_problem p = make_problem(f, 1, 0);
    cairn_rollout r = solve(f, 1, &p, 0);
    const char *evidence[2] = {"", ""};
    double scores[2] = {-7, -7};
    cairn_status status =
        cairn_reward_score_steps(f->ctx, &f->reward, f->arena, 1, &p, r.steps, 2, scores, NULL, evidence, NULL);
    *score = scores[1];
    snprintf(text, size, "%s", status == CAIRN_OK ? evidence[1] : cairn_error(f->ctx));
    close_fixture(f);
    return status;
}

static void a_number_is_the_score_and_null_is_unknown(void **unused) {
    (void)unused;
    double score;
    char text[300];
    assert_int_equal(ask(",\"score\":0.25", NULL, &score, text, sizeof text), CAIRN_OK);
    assert_near(score, 0.25, 0);
    assert_string_equal(text, "");
    assert_int_equal(ask(",\"score\":1", NULL, &score, text, sizeof text), CAIRN_OK);
    assert_near(score, 1, 0);
    assert_int_equal(ask(",\"score\":null,\"evidence\":\"no idea\"", NULL, &score, text, sizeof text), CAIRN_OK);
    assert_true(isnan(score));
    assert_string_equal(text, "no idea");
    assert_int_equal(ask("\\,\"score\":-4", "meaning=log-ratio,low=-100,high=100", &score, text, sizeof text),
                     CAIRN_OK);
    assert_near(score, -4, 0);
}

static void a_score_that_is_missing_no_number_or_out_of_range_is_an_error(void **unused) {
    (void)unused;
    static const char *const bad[] = {"", ",\"score\":1.5", ",\"score\":-0.1", ",\"score\":\"high\"",
                                      ",\"score\":true"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double score;
        char text[300];
        assert_int_equal(ask(bad[i], NULL, &score, text, sizeof text), CAIRN_FORMAT);
        assert_near(score, -7, 0);
        assert_non_null(strstr(text, "score"));
        assert_non_null(strstr(text, "step 1"));
    }
}

static void nan_is_an_error(void **unused) {
    (void)unused;
    double score;
    char text[300];
    assert_int_not_equal(ask(",\"score\":NaN", NULL, &score, text, sizeof text), CAIRN_OK);
}

static void the_meaning_is_the_declared_one(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain", NULL, "exec:command=true,meaning=log-ratio,low=-3,high=3");
    assert_int_equal(f->reward.meaning, CAIRN_MEANING_LOG_RATIO);
    assert_near(f->reward.low, -3, 0);
    assert_near(f->reward.high, 3, 0);
    close_fixture(f);
    f = open_fixture("chain", NULL, "exec:true");
    assert_int_equal(f->reward.meaning, CAIRN_MEANING_CORRECTNESS);
    close_fixture(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_the_score_and_null_is_unknown),
        cmocka_unit_test(a_score_that_is_missing_no_number_or_out_of_range_is_an_error),
        cmocka_unit_test(nan_is_an_error),
        cmocka_unit_test(the_meaning_is_the_declared_one),
    };
    return cmocka_run_group_tests_name("reward exec", tests, write_judge, remove_judge);
}
