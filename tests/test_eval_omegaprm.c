/* The scripted miniature of OmegaPRM (arXiv 2406.06592): first errors located for a rollout, against brute force.
 *
 * World chain with K = 16 steps and error 0.06 a step, k = 8 completions a prefix, 20 searches a question, no question
 * filter; texts hardly ever merge. Brute force scans fresh wrong solutions from the left to the first error (a), or all
 * steps of fresh solutions (b). Each method spends about 20,000 rollouts under each of ten seeds; bars are on 95 %
 * intervals over the seeds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "cairn/label_job.h"
#include "skip.h"

enum { SEEDS = 10 };

typedef struct method {
    const char *name, *spec;
    int64_t problems; /* that cost about 20,000 rollouts */
} method;

enum { OMEGAPRM, FROM_LEFT, ALL_STEPS, METHODS };
static const method methods[METHODS] = {
    [OMEGAPRM] = {"omegaprm", "omegaprm:rollouts=8,searches=20,question_filter=0", 61},
    [FROM_LEFT] = {"(a) from the left", "mc:rollouts=8,order=left-to-right,only_wrong=true", 138},
    [ALL_STEPS] = {"(b) all steps", "mc:rollouts=8,order=all", 41},
};

/* Of one method, a number a seed. */
typedef struct measured {
    double located[SEEDS];  /* first errors for 10,000 rollouts */
    double exact[SEEDS];    /* of these, the world's own first wrong step */
    double negative[SEEDS]; /* of the labelled steps, wrong */
    int64_t rollouts;       /* of all seeds */
} measured;

static void measure(cairn_ctx *ctx, const char *policy, const method *m, measured *out) {
    *out = (measured){0};
    for (int seed = 0; seed < SEEDS; seed++) {
        cairn_job_setup setup = {.what = "test",
                                 .world = "chain:steps=16",
                                 .policy = policy,
                                 .count = m->problems,
                                 .seed = 100 + (uint64_t)seed,
                                 .sampling = CAIRN_SAMPLING_DEFAULT,
                                 .aggregator = -1,
                                 .quiet = true};
        cairn_label_setup label = {.method = m->spec};
        cairn_label_summary s;
        cairn_job *job;
        if (cairn_job_open(ctx, &setup, &job) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
        if (cairn_label_problems(ctx, job, &label, NULL, &s) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
        cairn_job_close(job);
        assert_int_equal(s.problems, m->problems);
        assert_int_equal(s.judged, s.located); /* this world knows all steps */
        out->located[seed] = 1e4 * (double)s.located / (double)s.rollouts;
        out->exact[seed] = (double)s.exact_locations / (double)s.located;
        out->negative[seed] = (double)s.wrong_steps / (double)s.labelled_steps;
        out->rollouts += s.rollouts;
    }
}

static cairn_interval over_seeds(cairn_ctx *ctx, const double *x) {
    cairn_interval out;
    assert_int_equal(cairn_stat_mean_interval(ctx, x, SEEDS, 0.95, &out), CAIRN_OK);
    return out;
}

static cairn_interval ratio(cairn_ctx *ctx, const measured *a, const measured *b) {
    double x[SEEDS];
    for (int i = 0; i < SEEDS; i++) x[i] = a->located[i] / b->located[i];
    return over_seeds(ctx, x);
}

static void print_interval(const char *what, cairn_interval x) {
    printf("  %-28s %8.3f  (%.3f .. %.3f)\n", what, x.estimate, x.low, x.high);
}

/* What was measured at one rate of self-correction. */
typedef struct comparison {
    cairn_interval to_left, to_all, exact, negative;
} comparison;

static comparison compare(cairn_ctx *ctx, double repair) {
#ifdef __SANITIZE_THREAD__
    skip_because("minutes under the thread sanitizer, for numbers and not for threads");
#endif
    char policy[128];
    measured all[METHODS];
    snprintf(policy, sizeof policy, "scripted:error=0.06,repair=%g,paraphrases=16,wrong_values=16", repair);
    printf("repair %g\n", repair);
    for (int m = 0; m < METHODS; m++) {
        measure(ctx, policy, &methods[m], &all[m]);
        assert_true(all[m].rollouts > 160000 && all[m].rollouts < 240000);
        printf(" %s: %lld rollouts\n", methods[m].name, (long long)all[m].rollouts);
        print_interval("located for 10,000", over_seeds(ctx, all[m].located));
        print_interval("exact", over_seeds(ctx, all[m].exact));
        print_interval("negative", over_seeds(ctx, all[m].negative));
    }
    comparison c = {.to_left = ratio(ctx, &all[OMEGAPRM], &all[FROM_LEFT]),
                    .to_all = ratio(ctx, &all[OMEGAPRM], &all[ALL_STEPS]),
                    .exact = over_seeds(ctx, all[OMEGAPRM].exact),
                    .negative = over_seeds(ctx, all[OMEGAPRM].negative)};
    print_interval("located, ratio to (a)", c.to_left);
    print_interval("located, ratio to (b)", c.to_all);
    return c;
}

static void without_repair_it_locates_three_and_nine_times_as_many_errors(void **state) {
    comparison c = compare(*state, 0);
    assert_true(c.to_left.low >= 3.0);
    assert_true(c.to_all.low >= 9.0);
    assert_true(c.exact.low >= 0.98);
    assert_true(c.negative.low >= 0.40 && c.negative.high <= 0.60);
}

static void with_repair_the_ratio_stays_and_the_places_blur(void **state) {
    comparison little = compare(*state, 0.005), much = compare(*state, 0.02);
    assert_true(much.to_left.low >= 3.5);
    assert_true(little.to_left.low >= 3.0);
    assert_true(much.exact.high < little.exact.low && little.exact.high < 0.98); /* what confirmation is for */
}

static int set_up(void **state) {
    return cairn_ctx_open((cairn_ctx **)state) == CAIRN_OK ? 0 : -1;
}
static int tear_down(void **state) {
    cairn_ctx_close(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_repair_it_locates_three_and_nine_times_as_many_errors, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(with_repair_the_ratio_stays_and_the_places_blur, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("omegaprm", tests, NULL, NULL);
}
