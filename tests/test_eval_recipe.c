/* The driver of recipes, through its public door: a recipe that stands in a program is run, paired and judged.
 *
 * Worked by hand for seeds 1 .. 4: arm `a` has x = 3, 5, 4, 8 and arm `b` has x = 1, 2, 2, 3. Student's 97.5 % quantile
 * with 3 degrees of freedom is 3.182446, with 1 it is 12.706205.
 *   a:     mean 5, sd sqrt(14 / 3) = 2.160247, half width 3.182446 sd / 2 = 3.437434
 *   a - b: 2, 3, 2, 5: mean 3, sd sqrt 2, half width 2.250329; of the first two seeds mean 2.5, half width 12.706205 / 2 = 6.353102
 *   a / b: 3, 5/2, 2, 8/3: mean 61/24, sd 5/12, half width 0.663010 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cairn/recipe.h"
#include "near.h"

/* ---- a toy ----------------------------------------------------------------------------------------------------------------------- */

typedef struct toy_config {
    int32_t table, fault;
    int64_t shift;
} toy_config;

static const cairn_option toy_options[] = {
    CAIRN_CHOICE(toy_config, table, "a", "a|b", "Which numbers."),
    CAIRN_CHOICE(toy_config, fault, "none", "none|unknown|skip|twice|infinite|silent|fail|data|files|name",
                 "What goes wrong, and what is asked for."),
    CAIRN_INT(toy_config, shift, "0", -100, 100, "", "Added to each number."),
};

static atomic_int runs_made, most_workers, files_made, workers_of_made;
static char a_file[512];

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "wx"); /* nothing is there yet */
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static cairn_status make_empty(cairn_lab *lab, const void *config, const char *path) {
    (void)lab, (void)config;
    write_text(path, "");
    return CAIRN_OK;
}

/* By way of a file of the run, and of another shared one. */
static cairn_status make_file(cairn_lab *lab, const void *configuration, const char *path) {
    const toy_config *c = configuration;
    atomic_fetch_add(&files_made, 1);
    atomic_store(&workers_of_made, lab->workers);
    if (c->shift == 13) return cairn_fail(lab->ctx, CAIRN_LIMIT, "the file cannot be made");
    const char *part, *other;
    CAIRN_TRY(cairn_lab_file(lab, "part", &part));
    CAIRN_TRY(cairn_lab_shared(lab, "empty", make_empty, c, &other));
    write_text(part, "5");
    assert_int_equal(rename(part, path), 0);
    return CAIRN_OK;
}

/* The number that stands in a file of all runs, by way of a file of this one. */
static cairn_status through_files(cairn_lab *lab, const toy_config *c, double *out) {
    const char *shared, *own;
    CAIRN_TRY(cairn_lab_shared(lab, "five", make_file, c, &shared));
    CAIRN_TRY(cairn_lab_file(lab, "five", &own));
    FILE *file = fopen(shared, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%lf", out), 1);
    fclose(file);
    write_text(own, lab->arm);
    if (lab->seed == 1 && strcmp(lab->arm, "a") == 0) snprintf(a_file, sizeof a_file, "%s", own); /* one run alone */
    return CAIRN_OK;
}

static cairn_status toy_run(cairn_lab *lab, const void *configuration) {
    static const double numbers[][4] = {{3, 5, 4, 8}, {1, 2, 2, 3}};
    enum { NONE, UNKNOWN, SKIP, TWICE, INFINITE, SILENT, FAIL, DATA, FILES, NAME };
    const toy_config *c = configuration;
    double x = numbers[c->table][(lab->seed - 1) % 4] + (double)c->shift;
    const char *path;
    atomic_fetch_add(&runs_made, 1);
    atomic_store(&most_workers, lab->workers);
    if (c->fault == SILENT) return CAIRN_OK;
    if (c->fault == SKIP && lab->seed == 2) return cairn_lab_skip(lab, "the second seed is not here");
    if (c->fault == FAIL && lab->seed == 3) return cairn_fail(lab->ctx, CAIRN_FORMAT, "it broke");
    if (c->fault == DATA) {
        CAIRN_TRY(cairn_lab_data(lab, "there.txt", &path));
        assert_string_equal(path, "/tmp/there.txt");
        CAIRN_TRY(cairn_lab_data(lab, "set/absent.json", &path));
        return path ? cairn_fail(lab->ctx, CAIRN_INTERNAL, "it is there") : CAIRN_OK;
    }
    if (c->fault == FILES) CAIRN_TRY(through_files(lab, c, &x));
    if (c->fault == NAME) return cairn_lab_file(lab, c->shift ? "" : "../up", &path);
    if (c->fault == UNKNOWN && lab->seed == 3) x = NAN;
    if (c->fault == INFINITE) x = INFINITY;
    CAIRN_TRY(cairn_lab_number(lab, "x", x));
    CAIRN_TRY(cairn_lab_number(lab, c->fault == TWICE ? "x" : "seed", (double)lab->seed));
    return CAIRN_OK;
}

static const cairn_arm toy_arms[] = {{"a", NULL}, {"b", "table=b"}, {"shifted", "table=b,shift=1"}};

static const cairn_claim toy_claims[] = {
    {"plain", .of = "x", .a = "a", .at_least = CAIRN_BAR(1.5), .at_most = CAIRN_BAR(8.5)},
    {"difference", .of = "x", .a = "a", .minus = "b", .at_least = CAIRN_BAR(0.7)},
    {"ratio", .of = "x", .a = "a", .over = "b", .at_least = CAIRN_BAR(1.8), .mean_at_least = CAIRN_BAR(2.5)},
    {"two seeds", .of = "x", .a = "a", .minus = "shifted", .mean_at_least = CAIRN_BAR(1.4), .seeds = 2},
};

static const cairn_recipe toy = {
    .about = {.name = "toy",
              .summary = "Numbers from a table.",
              .source = "",
              .options = toy_options,
              .option_count = CAIRN_COUNT(toy_options),
              .config_size = sizeof(toy_config)},
    .system = 99,
    .seeds = 4,
    .idea = "There is none.",
    .no_command = "It is a toy.",
    .arms = toy_arms,
    .arm_count = CAIRN_COUNT(toy_arms),
    .claims = toy_claims,
    .claim_count = CAIRN_COUNT(toy_claims),
    .run = toy_run,
};

/* The toy with one claim of its own. */
static cairn_recipe with_claim(const cairn_claim *claim) {
    cairn_recipe r = toy;
    r.claims = claim;
    r.claim_count = 1;
    return r;
}

static cairn_verification *verify(cairn_ctx *ctx, const cairn_recipe *recipe, cairn_verify_setup setup) {
    cairn_verification *v;
    setup.quiet = true;
    if (cairn_recipe_verify(ctx, &recipe, 1, &setup, NULL, &v) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    return v;
}

static void expect_refused(cairn_ctx *ctx, const cairn_recipe *recipe, cairn_verify_setup setup, cairn_status status,
                           const char *words) {
    cairn_verification *v;
    setup.quiet = true;
    assert_int_equal(cairn_recipe_verify(ctx, &recipe, 1, &setup, NULL, &v), status);
    if (!strstr(cairn_error(ctx), words)) fail_msg("expected `%s` in: %s", words, cairn_error(ctx));
}

/* ---- numbers and verdicts ---------------------------------------------------------------------------------------------------------- */

static void expect_interval(const cairn_claim_result *r, double mean, double half) {
    assert_near(r->interval.estimate, mean, 1e-9);
    assert_near(r->interval.low, mean - half, 1e-5);
    assert_near(r->interval.high, mean + half, 1e-5);
}

static void test_claims_have_the_paired_intervals_worked_by_hand(void **state) {
    cairn_verification *v = verify(*state, &toy, (cairn_verify_setup){.workers = 2});
    const cairn_verified *t = cairn_verified_at(v, 0);
    expect_interval(&t->claims[0], 5, 3.437434);
    expect_interval(&t->claims[1], 3, 2.250329);
    expect_interval(&t->claims[2], 61. / 24, 0.663010);
    assert_int_equal(t->met, 4);
    assert_int_equal(t->claims[1].seeds, 4);
    assert_int_equal(t->claims[1].unknown, 0);
    cairn_verification_close(v);
}

static void test_a_claim_about_two_seeds_runs_its_arm_on_two(void **state) {
    cairn_verification *v = verify(*state, &toy, (cairn_verify_setup){.workers = 2});
    const cairn_verified *t = cairn_verified_at(v, 0);
    expect_interval(&t->claims[3], 1.5, 6.353102); /* 3 - 2 and 5 - 3 */
    assert_int_equal(t->claims[3].seeds, 2);
    assert_int_equal(t->arms[0].runs, 4);
    assert_int_equal(t->arms[2].runs, 2);
    cairn_verification_close(v);
}

static void test_arms_report_mean_and_spread_of_each_number(void **state) {
    cairn_verification *v = verify(*state, &toy, (cairn_verify_setup){.workers = 2});
    const cairn_arm_result *arm = &cairn_verified_at(v, 0)->arms[1];
    assert_string_equal(arm->options, "table=b,fault=none,shift=0");
    assert_int_equal(arm->number_count, 2);
    assert_string_equal(arm->numbers[0].name, "seed");
    assert_string_equal(arm->numbers[1].name, "x");
    assert_near(arm->numbers[1].mean, 2, 1e-12);
    assert_near(arm->numbers[1].sd, sqrt(2. / 3), 1e-12);
    const double x[] = {1, 2, 2, 3};
    for (int i = 0; i < 4; i++) assert_near(arm->numbers[1].values[i], x[i], 0);
    cairn_verification_close(v);
}

static cairn_claim_verdict verdict_on(cairn_ctx *ctx, cairn_claim claim, cairn_verify_setup setup) {
    claim.text = "it";
    claim.of = "x";
    if (!claim.a) claim.a = "a";
    cairn_recipe r = with_claim(&claim);
    cairn_verification *v = verify(ctx, &r, setup);
    cairn_claim_verdict verdict = cairn_verified_at(v, 0)->claims[0].verdict;
    cairn_verification_close(v);
    return verdict;
}

/* The interval of a is 1.562566 .. 8.437434. */
static void test_a_bar_within_the_interval_leaves_the_claim_open(void **state) {
    static const struct {
        cairn_claim claim;
        cairn_claim_verdict verdict;
    } cases[] = {
        {{.at_least = CAIRN_BAR(1.56)}, CAIRN_CLAIM_MET},
        {{.at_least = CAIRN_BAR(1.57)}, CAIRN_CLAIM_OPEN},
        {{.at_least = CAIRN_BAR(8.43)}, CAIRN_CLAIM_OPEN},
        {{.at_least = CAIRN_BAR(8.44)}, CAIRN_CLAIM_MISSED},
        {{.at_most = CAIRN_BAR(8.44)}, CAIRN_CLAIM_MET},
        {{.at_most = CAIRN_BAR(8.43)}, CAIRN_CLAIM_OPEN},
        {{.at_most = CAIRN_BAR(1.56)}, CAIRN_CLAIM_MISSED},
        {{.at_least = CAIRN_BAR(0)}, CAIRN_CLAIM_MET},
        {{.at_most = CAIRN_BAR(0)}, CAIRN_CLAIM_MISSED},
        {{.at_least = CAIRN_BAR(1), .at_most = CAIRN_BAR(8)}, CAIRN_CLAIM_OPEN},
        {{.at_least = CAIRN_BAR(2), .at_most = CAIRN_BAR(1)}, CAIRN_CLAIM_MISSED},
        {{.mean_at_least = CAIRN_BAR(5)}, CAIRN_CLAIM_MET},
        {{.mean_at_least = CAIRN_BAR(5.01)}, CAIRN_CLAIM_MISSED},
        {{.mean_at_most = CAIRN_BAR(4.99)}, CAIRN_CLAIM_MISSED},
        {{.mean_at_least = CAIRN_BAR(4), .at_least = CAIRN_BAR(2)}, CAIRN_CLAIM_OPEN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cairn_claim_verdict got = verdict_on(*state, cases[i].claim, (cairn_verify_setup){.workers = 1});
        if (got != cases[i].verdict) fail_msg("case %zu: %s", i, cairn_claim_verdict_name(got));
    }
}

static void test_a_single_seed_has_no_interval_and_decides_only_bars_for_the_mean(void **state) {
    const uint64_t seed = 4;
    const cairn_verify_setup one = {.workers = 1, .seeds = &seed, .seed_count = 1};
    assert_int_equal(verdict_on(*state, (cairn_claim){.at_least = CAIRN_BAR(1)}, one), CAIRN_CLAIM_OPEN);
    assert_int_equal(verdict_on(*state, (cairn_claim){.mean_at_least = CAIRN_BAR(8)}, one), CAIRN_CLAIM_MET);
    assert_int_equal(verdict_on(*state, (cairn_claim){.mean_at_least = CAIRN_BAR(9)}, one), CAIRN_CLAIM_MISSED);
}

/* ---- what is left out -------------------------------------------------------------------------------------------------------------- */

static void test_an_unknown_number_is_counted_and_keeps_a_claim_from_being_met(void **state) {
    static const cairn_arm arms[] = {{"a", "fault=unknown"}, {"b", "table=b"}};
    static const cairn_claim claims[] = {
        {"low bar", .of = "x", .a = "a", .minus = "b", .mean_at_least = CAIRN_BAR(0)},
        {"high bar", .of = "x", .a = "a", .minus = "b", .mean_at_least = CAIRN_BAR(99)},
    };
    cairn_recipe r = toy;
    r.arms = arms, r.arm_count = 2, r.claims = claims, r.claim_count = 2;
    cairn_verification *v = verify(*state, &r, (cairn_verify_setup){.workers = 1});
    const cairn_verified *t = cairn_verified_at(v, 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(t->claims[i].seeds, 3);
        assert_int_equal(t->claims[i].unknown, 1);
        assert_near(t->claims[i].interval.estimate, 10. / 3, 1e-12); /* 2, 3, 5 */
    }
    assert_int_equal(t->claims[0].verdict, CAIRN_CLAIM_OPEN);
    assert_int_equal(t->claims[1].verdict, CAIRN_CLAIM_MISSED);
    assert_int_equal(t->arms[0].numbers[1].known, 3);
    assert_true(isnan(t->arms[0].numbers[1].values[2]));
    cairn_verification_close(v);
}

static void test_a_ratio_over_nothing_is_unknown(void **state) {
    static const cairn_arm arms[] = {{"a", NULL}, {"zero", "table=b,shift=-2"}}; /* -1, 0, 0, 1 */
    static const cairn_claim claim = {"ratio", .of = "x", .a = "a", .over = "zero", .mean_at_least = CAIRN_BAR(0)};
    cairn_recipe r = with_claim(&claim);
    r.arms = arms, r.arm_count = 2;
    cairn_verification *v = verify(*state, &r, (cairn_verify_setup){.workers = 1});
    const cairn_claim_result *c = cairn_verified_at(v, 0)->claims;
    assert_int_equal(c->unknown, 2);
    assert_near(c->interval.estimate, 2.5, 1e-12); /* -3 and 8 */
    assert_int_equal(c->verdict, CAIRN_CLAIM_OPEN);
    cairn_verification_close(v);
}

static void test_claims_about_a_skipped_arm_are_not_run_and_say_why(void **state) {
    static const cairn_arm arms[] = {{"a", NULL}, {"b", "fault=skip"}};
    static const cairn_claim claims[] = {
        {"with", .of = "x", .a = "a", .minus = "b", .at_least = CAIRN_BAR(0)},
        {"without", .of = "x", .a = "a", .at_least = CAIRN_BAR(0)},
    };
    cairn_recipe r = toy;
    r.arms = arms, r.arm_count = 2, r.claims = claims, r.claim_count = 2;
    cairn_verification *v = verify(*state, &r, (cairn_verify_setup){.workers = 2});
    const cairn_verified *t = cairn_verified_at(v, 0);
    assert_int_equal(t->claims[0].verdict, CAIRN_CLAIM_NOT_RUN);
    assert_string_equal(t->claims[0].reason, "the second seed is not here");
    assert_int_equal(t->claims[1].verdict, CAIRN_CLAIM_MET);
    assert_int_equal(t->arms[1].skipped, 1);
    assert_int_equal(t->not_run, 1);
    cairn_verification_close(v);
}

static void test_absent_data_skips_the_arm_and_names_the_file(void **state) {
    FILE *file = fopen("/tmp/there.txt", "w");
    assert_non_null(file);
    fclose(file);
    const char *set = "fault=data";
    cairn_verify_setup setup = {.workers = 1, .data = "/tmp", .arm = "a", .set = &set, .set_count = 1};
    cairn_verification *v = verify(*state, &toy, setup);
    assert_non_null(strstr(cairn_verified_at(v, 0)->claims[0].reason, "set/absent.json"));
    assert_int_equal(cairn_verified_at(v, 0)->not_run, 4);
    cairn_verification_close(v);
    unlink("/tmp/there.txt");
}

/* ---- what is asked for ------------------------------------------------------------------------------------------------------------- */

static void test_other_seeds_one_arm_and_other_options_can_be_asked_for(void **state) {
    const uint64_t seeds[] = {2, 7};
    const char *set = "shift=10";
    cairn_verify_setup setup = {.workers = 1, .seeds = seeds, .seed_count = 2, .arm = "b", .set = &set, .set_count = 1};
    cairn_verification *v = verify(*state, &toy, setup);
    const cairn_verified *t = cairn_verified_at(v, 0);
    assert_int_equal(t->arms[0].runs, 0);
    assert_string_equal(t->arms[0].options, "");
    assert_string_equal(t->arms[1].options, "table=b,fault=none,shift=10");
    assert_near(t->arms[1].numbers[1].values[0], 12, 0);
    assert_near(t->arms[1].numbers[1].values[1], 12, 0);
    assert_string_equal(t->claims[1].reason, "arm a was not asked for");
    cairn_verification_close(v);
}

static void test_a_run_may_use_the_workers_that_no_other_run_needs(void **state) {
    const uint64_t seed = 1;
    cairn_verify_setup setup = {.workers = 6, .seeds = &seed, .seed_count = 1, .arm = "a"};
    cairn_verification_close(verify(*state, &toy, setup));
    assert_int_equal(atomic_load(&most_workers), 6);
    setup.arm = NULL; /* three runs */
    cairn_verification_close(verify(*state, &toy, setup));
    assert_int_equal(atomic_load(&most_workers), 2);
    setup.workers = 2;
    cairn_verification_close(verify(*state, &toy, setup));
    assert_int_equal(atomic_load(&most_workers), 1);
}

static void test_wrong_requests_are_refused_with_what_is_possible(void **state) {
    static const uint64_t twice[] = {3, 3};
    static const char *const no_option[] = {"shfit=1"}, *const no_value[] = {"shift"};
    expect_refused(*state, &toy, (cairn_verify_setup){.arm = "c"}, CAIRN_NOT_FOUND, "there are: a, b, shifted");
    expect_refused(*state, &toy, (cairn_verify_setup){.seeds = twice, .seed_count = 2}, CAIRN_INVALID, "ascending");
    expect_refused(*state, &toy, (cairn_verify_setup){.set = no_option, .set_count = 1}, CAIRN_INVALID, "`shift`");
    expect_refused(*state, &toy, (cairn_verify_setup){.set = no_value, .set_count = 1}, CAIRN_INVALID, "option=value");
}

static void test_what_a_run_does_wrong_is_named_with_recipe_arm_and_seed(void **state) {
    static const struct {
        const char *set, *words;
        cairn_status status;
    } cases[] = {
        {"fault=fail", "recipe toy, arm a, seed 3: it broke", CAIRN_FORMAT},
        {"fault=twice", "seed 1: number `x` is reported twice", CAIRN_INVALID},
        {"fault=infinite", "number `x` is infinite", CAIRN_INVALID},
        {"fault=silent", "recipe toy, claim `plain`: arm a did not report `x`", CAIRN_INVALID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_refused(*state, &toy, (cairn_verify_setup){.workers = 1, .set = &cases[i].set, .set_count = 1},
                       cases[i].status, cases[i].words);
}

static void test_a_recipe_that_is_not_well_formed_is_refused(void **state) {
    static const cairn_arm same[] = {{"a", NULL}, {"a", NULL}}, wrong[] = {{"a", "table=c"}};
    static const cairn_claim no_bar = {"it", .of = "x", .a = "a"};
    static const cairn_claim no_arm = {"it", .of = "x", .a = "a", .minus = "z", .at_least = CAIRN_BAR(0)};
    static const cairn_claim both = {"it", .of = "x", .a = "a", .minus = "b", .over = "b", .at_least = CAIRN_BAR(0)};
    static const cairn_claim many = {"it", .of = "x", .a = "a", .at_least = CAIRN_BAR(0), .seeds = 5};
    struct {
        cairn_recipe recipe;
        const char *words;
    } cases[] = {{with_claim(&no_bar), "claim `it`: has no bar"},
                 {with_claim(&no_arm), "there is no arm `z`"},
                 {with_claim(&both), "a difference and a ratio"},
                 {with_claim(&many), "expected 2 .. 4"},
                 {toy, "two arms have the name `a`"},
                 {toy, "arm a: table=c: expected one of a|b"},
                 {toy, "no arm"},
                 {toy, "a command for users"},
                 {toy, "an interval needs 2"},
                 {toy, "a summary, a source or an idea"}};
    cases[4].recipe.arms = same, cases[4].recipe.arm_count = 2, cases[4].recipe.claim_count = 0;
    cases[5].recipe.arms = wrong, cases[5].recipe.arm_count = 1, cases[5].recipe.claim_count = 0;
    cases[6].recipe.arm_count = 0;
    cases[7].recipe.command = "cairn solve";
    cases[8].recipe.seeds = 1;
    cases[9].recipe.idea = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(cairn_recipe_check(*state, &cases[i].recipe), CAIRN_INVALID);
        if (!strstr(cairn_error(*state), "recipe toy: ") || !strstr(cairn_error(*state), cases[i].words))
            fail_msg("expected `%s` in: %s", cases[i].words, cairn_error(*state));
    }
    assert_int_equal(cairn_recipe_check(*state, &toy), CAIRN_OK);
}

/* ---- the same whatever happens ------------------------------------------------------------------------------------------------------- */

/* The result as JSON, without what depends on the call. */
static char *json_of(cairn_ctx *ctx, const cairn_verification *v) {
    cairn_verified t = *cairn_verified_at(v, 0);
    cairn_text text = {0};
    t.seconds = 0;
    t.resumed = 0;
    assert_int_equal(cairn_verified_json(ctx, &t, &text), CAIRN_OK);
    return text.data;
}

static void test_results_are_the_same_bytes_for_any_workers(void **state) {
    cairn_verification *v = verify(*state, &toy, (cairn_verify_setup){.workers = 1});
    char *expected = json_of(*state, v);
    cairn_verification_close(v);
    for (int32_t workers = 2; workers <= 8; workers *= 2) {
        v = verify(*state, &toy, (cairn_verify_setup){.workers = workers});
        char *got = json_of(*state, v);
        assert_string_equal(got, expected);
        cairn_free(got);
        cairn_verification_close(v);
    }
    cairn_free(expected);
}

static cairn_status verify_into(cairn_ctx *ctx, const char *path, bool resume, cairn_verify_setup setup,
                                cairn_verification **out) {
    const cairn_recipe *recipe = &toy;
    cairn_arena *arena;
    cairn_manifest manifest;
    cairn_run *run;
    setup.quiet = true;
    assert_int_equal(cairn_arena_open(ctx, 4096, &arena), CAIRN_OK);
    cairn_status status = cairn_recipe_manifest(ctx, &recipe, 1, &setup, arena, &manifest);
    if (status == CAIRN_OK)
        status = resume ? cairn_run_resume(ctx, path, &manifest, &run) : cairn_run_create(ctx, path, &manifest, &run);
    if (status == CAIRN_OK) {
        status = cairn_recipe_verify(ctx, &recipe, 1, &setup, run, out);
        cairn_run_close(run);
    }
    cairn_arena_close(arena);
    return status;
}

/* The toy has ten runs; a fault point lies before and after the file's creation and after each run. */
static void test_a_killed_verification_resumes_to_the_same_result(void **state) {
    char folder[] = "/tmp/cairn-recipe-XXXXXX", path[64], command[96];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/v.db", folder);
    cairn_verification *v = verify(*state, &toy, (cairn_verify_setup){.workers = 1});
    char *expected = json_of(*state, v);
    cairn_verification_close(v);
    for (int kill_at = 3; kill_at <= 12; kill_at++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            cairn_ctx *ctx;
            if (cairn_ctx_open(&ctx) != CAIRN_OK) _exit(9);
            cairn_faults_set(ctx, (cairn_faults){.kill_at = kill_at});
            _exit(verify_into(ctx, path, false, (cairn_verify_setup){.workers = 1}, &v) == CAIRN_OK ? 0 : 9);
        }
        int how;
        assert_int_equal(waitpid(child, &how, 0), child);
        assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
        atomic_store(&runs_made, 0);
        if (verify_into(*state, path, true, (cairn_verify_setup){.workers = 2}, &v) != CAIRN_OK)
            fail_msg("%s", cairn_error(*state));
        assert_int_equal(atomic_load(&runs_made), 12 - kill_at);
        assert_int_equal(cairn_verified_at(v, 0)->resumed, kill_at - 2);
        char *got = json_of(*state, v);
        assert_string_equal(got, expected);
        cairn_free(got);
        cairn_verification_close(v);
        unlink(path);
    }
    cairn_free(expected);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

static void test_a_run_file_of_other_options_or_seeds_is_not_resumed(void **state) {
    char folder[] = "/tmp/cairn-recipe-XXXXXX", path[64], command[96];
    const char *set = "shift=2";
    const uint64_t seeds[] = {5, 6, 7, 8};
    cairn_verification *v;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/v.db", folder);
    assert_int_equal(verify_into(*state, path, false, (cairn_verify_setup){.workers = 1}, &v), CAIRN_OK);
    cairn_verification_close(v);
    const cairn_verify_setup others[] = {{.set = &set, .set_count = 1}, {.seeds = seeds, .seed_count = 4}};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(verify_into(*state, path, true, others[i], &v), CAIRN_INVALID);
        assert_non_null(strstr(cairn_error(*state), "recipe_toy"));
    }
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

static void test_a_cancelled_verification_ends_as_cancelled(void **state) {
    cairn_ctx *ctx;
    const cairn_recipe *recipe = &toy;
    cairn_verification *v;
    (void)state;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    cairn_cancel(ctx);
    atomic_store(&runs_made, 0);
    assert_int_equal(cairn_recipe_verify(ctx, &recipe, 1, &(cairn_verify_setup){.workers = 2, .quiet = true}, NULL, &v),
                     CAIRN_CANCELLED);
    assert_int_equal(atomic_load(&runs_made), 0);
    cairn_ctx_close(ctx);
}

/* ---- files --------------------------------------------------------------------------------------------------------------------------- */

static void test_a_shared_file_is_made_once_and_all_files_are_gone_at_the_end(void **state) {
    const char *const set[] = {"fault=files"};
    cairn_claim claim = {.text = "it", .of = "x", .a = "a", .minus = "b", .at_least = CAIRN_BAR(0)};
    cairn_recipe r = with_claim(&claim);
    atomic_store(&files_made, 0);
    cairn_verification *v = verify(*state, &r, (cairn_verify_setup){.workers = 2, .set = set, .set_count = 1});
    const cairn_verified *t = cairn_verified_at(v, 0);
    assert_int_equal(t->met, 1);
    assert_near(t->arms[0].numbers[1].mean, 5, 0);
    assert_int_equal(atomic_load(&files_made), 1);
    assert_int_equal(atomic_load(&workers_of_made), 2); /* the others wait */
    assert_int_equal(access(a_file, F_OK), -1);
    *strrchr(a_file, '/') = 0;
    assert_int_equal(access(a_file, F_OK), -1);
    cairn_verification_close(v);
}

static void test_a_shared_file_that_cannot_be_made_ends_the_verification(void **state) {
    const char *const files[] = {"fault=files", "shift=13"}, *const up[] = {"fault=name"},
                      *const none[] = {"fault=name", "shift=1"};
    cairn_verify_setup setup = {.workers = 2, .set = files, .set_count = 2};
    expect_refused(*state, &toy, setup, CAIRN_LIMIT, "the file cannot be made");
    setup.set = up, setup.set_count = 1;
    expect_refused(*state, &toy, setup, CAIRN_INVALID, "`../up` is no name of a file");
    setup.set = none, setup.set_count = 2;
    expect_refused(*state, &toy, setup, CAIRN_INVALID, "`` is no name of a file");
}

static void test_files_need_a_folder_for_temporary_ones(void **state) {
    const char *const set[] = {"fault=files"};
    const char *before = getenv("TMPDIR");
    setenv("TMPDIR", "/absent", 1);
    expect_refused(*state, &toy, (cairn_verify_setup){.workers = 2, .set = set, .set_count = 1}, CAIRN_IO,
                   "/absent: no folder can be made there");
    if (before)
        setenv("TMPDIR", before, 1);
    else
        unsetenv("TMPDIR");
}

static void test_each_allocation_may_fail(void **state) {
    (void)state;
    cairn_status status = CAIRN_NO_MEMORY;
    int at = 0;
    while (status != CAIRN_OK && ++at < 1000) {
        cairn_ctx *ctx;
        const cairn_recipe *recipe = &toy;
        cairn_verification *v;
        assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = at});
        status = cairn_recipe_verify(ctx, &recipe, 1, &(cairn_verify_setup){.workers = 1, .quiet = true}, NULL, &v);
        if (status == CAIRN_OK)
            cairn_verification_close(v);
        else
            assert_int_equal(status, CAIRN_NO_MEMORY);
        cairn_ctx_close(ctx);
    }
    assert_int_equal(status, CAIRN_OK);
    assert_true(at > 10); /* some failed */
}

static int set_up(void **state) {
    unsetenv("CAIRN_FAULTS");
    return cairn_ctx_open((cairn_ctx **)state) == CAIRN_OK ? 0 : -1;
}

static int tear_down(void **state) {
    cairn_ctx_close(*state);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_claims_have_the_paired_intervals_worked_by_hand),
        TEST(test_a_claim_about_two_seeds_runs_its_arm_on_two),
        TEST(test_arms_report_mean_and_spread_of_each_number),
        TEST(test_a_bar_within_the_interval_leaves_the_claim_open),
        TEST(test_a_single_seed_has_no_interval_and_decides_only_bars_for_the_mean),
        TEST(test_an_unknown_number_is_counted_and_keeps_a_claim_from_being_met),
        TEST(test_a_ratio_over_nothing_is_unknown),
        TEST(test_claims_about_a_skipped_arm_are_not_run_and_say_why),
        TEST(test_absent_data_skips_the_arm_and_names_the_file),
        TEST(test_other_seeds_one_arm_and_other_options_can_be_asked_for),
        TEST(test_a_run_may_use_the_workers_that_no_other_run_needs),
        TEST(test_wrong_requests_are_refused_with_what_is_possible),
        TEST(test_what_a_run_does_wrong_is_named_with_recipe_arm_and_seed),
        TEST(test_a_recipe_that_is_not_well_formed_is_refused),
        TEST(test_results_are_the_same_bytes_for_any_workers),
        TEST(test_a_killed_verification_resumes_to_the_same_result),
        TEST(test_a_run_file_of_other_options_or_seeds_is_not_resumed),
        TEST(test_a_cancelled_verification_ends_as_cancelled),
        TEST(test_a_shared_file_is_made_once_and_all_files_are_gone_at_the_end),
        TEST(test_a_shared_file_that_cannot_be_made_ends_the_verification),
        TEST(test_files_need_a_folder_for_temporary_ones),
        TEST(test_each_allocation_may_fail),
    };
    return cmocka_run_group_tests_name("recipe", tests, NULL, NULL);
}
