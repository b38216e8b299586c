/* label: light */
/* Rules on evidence, against the worked cases of arXiv 2501.07301, 2509.16548 and 2504.00891. Only public headers: what
 * any program can do. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include <cairn/label.h>

#include "near.h"

static cairn_ctx *ctx;
static cairn_arena *arena;

static int open_all(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) != CAIRN_OK || cairn_arena_open(ctx, 4096, &arena) != CAIRN_OK;
}

static int close_all(void **state) {
    (void)state;
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    return 0;
}

/* ---- evidence of a solution of up to 8 steps -------------------------------------------------------------------------------- */

typedef struct found {
    cairn_step_count counts[8];
    double judge[8];
    cairn_verdict tool[8];
    cairn_evidence e;
} found;

/* ok[n] of `of` completions each; -1: never probed. The last count is the solution's own outcome. */
static found *counted(const int *ok, int n, int of, cairn_verdict outcome) {
    static found f;
    memset(&f, 0, sizeof f);
    for (int i = 0; i < n; i++)
        if (ok[i] >= 0) f.counts[i] = (cairn_step_count){CAIRN_NONE, of, ok[i]};
    f.e = (cairn_evidence){.n_steps = n, .outcome = outcome};
    f.e.counts[CAIRN_ROLE_COMPLETER] = f.counts;
    return &f;
}

static void judge_says(found *f, int first) {
    for (int i = 0; i < f->e.n_steps; i++) f->judge[i] = first == -1 || i < first ? 1 : i == first ? 0 : NAN;
    f->e.judge = f->judge;
}

/* Labels of a rule as "1,0.75,0,-"; - is no label. */
static cairn_keep keep;
static const char *labels_by(const char *spec, const found *f) {
    static char text[256];
    const cairn_rule_type *rule;
    const void *config;
    double labels[8];
    char number[32];
    if (cairn_rule_find(ctx, arena, spec, &rule, &config) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    if (cairn_rule_apply(ctx, rule, config, &f->e, labels, &keep) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    text[0] = 0;
    for (int i = 0; i < f->e.n_steps; i++) {
        if (isnan(labels[i]))
            strcpy(number, "-");
        else
            cairn_format_double(labels[i], number);
        if (i) strcat(text, ",");
        strcat(text, number);
    }
    return text;
}

/* ---- consensus ------------------------------------------------------------------------------------------------------------- */

static void consensus_keeps_what_both_locate_alike(void **state) {
    (void)state;
    found *f = counted((int[]){8, 6, 2, 0, 0}, 5, 8, CAIRN_VERDICT_WRONG);
    judge_says(f, 3);
    assert_string_equal(labels_by("consensus", f), "1,1,1,0,-");
    assert_string_equal(keep.dropped, "");
    assert_int_equal(keep.first_error, 3);
    judge_says(f, 2);
    labels_by("consensus", f);
    assert_string_equal(keep.dropped, "judge-disagrees");
    assert_int_equal(keep.first_error, 3); /* the place that the class of a dropped solution is of */
    f = counted((int[]){8, 6, 2, 1, 1}, 5, 8, CAIRN_VERDICT_RIGHT);
    judge_says(f, -1);
    assert_string_equal(labels_by("consensus", f), "1,1,1,1,1");
    assert_string_equal(keep.dropped, "");
}

static void a_judge_who_does_not_say_is_never_no_error(void **state) {
    (void)state;
    found *f = counted((int[]){8, 8}, 2, 8, CAIRN_VERDICT_RIGHT);
    labels_by("consensus", f);
    assert_string_equal(keep.dropped, "no-judge");
    f->judge[0] = 1, f->judge[1] = NAN, f->e.judge = f->judge;
    labels_by("consensus", f);
    assert_string_equal(keep.dropped, "judge-unknown");
    assert_string_equal(labels_by("judge", f), "-,-");
    assert_string_equal(keep.dropped, "judge-unknown");
    f->judge[0] = 0.3, f->judge[1] = NAN;
    assert_string_equal(labels_by("judge", f), "0,-"); /* nothing before the first error is unknown */
    assert_string_equal(labels_by("judge:threshold=0.2", f), "-,-");
    assert_string_equal(keep.dropped, "judge-unknown");
    const char *dropped;
    assert_int_equal(cairn_label_consensus(ctx, 5, -1, 5, &dropped), CAIRN_INVALID);
    assert_int_equal(cairn_label_consensus(ctx, 0, -3, 5, &dropped), CAIRN_INVALID);
    assert_int_equal(cairn_label_consensus(ctx, -1, -1, 0, &dropped), CAIRN_INVALID);
}

static void a_first_error_is_by_scores_below_the_threshold(void **state) {
    (void)state;
    const double r[] = {0.9, 0.8, 0.5}, wrong[] = {0.9, 0.49, 0.1}, unknown[] = {0.9, NAN, 0.1};
    assert_int_equal(cairn_stat_first_error(r, 3, 0.5, CAIRN_STAT_WRONG_BELOW), -1); /* 0.5 is not < 0.5 */
    assert_int_equal(cairn_stat_first_error(wrong, 3, 0.5, CAIRN_STAT_WRONG_BELOW), 1);
    assert_int_equal(cairn_stat_first_error(unknown, 3, 0.5, CAIRN_STAT_WRONG_BELOW), CAIRN_UNLABELLED);
    assert_true(cairn_stat_least_is_last(r, 3));
    assert_false(cairn_stat_least_is_last((const double[]){0.5, 0.9, 0.5}, 3)); /* a tie is the earliest step's */
}

/* ---- scan -------------------------------------------------------------------------------------------------------------------- */

static void root_is(found *f, int n, int ok) {
    f->e.root = (cairn_root_count){.n = n, .ok = ok};
}

static void scan_divides_the_steps_before_the_error_by_self_confidence(void **state) {
    (void)state;
    found *f = counted((int[]){8, 6, 4, 0}, 4, 8, CAIRN_VERDICT_WRONG);
    root_is(f, 4, 3);
    assert_string_equal(labels_by("scan", f), "1,1,0.6666666666666666,0");
    root_is(f, 4, 4);
    assert_string_equal(labels_by("scan", f), "1,0.75,0.5,0");
    assert_string_equal(labels_by("scan:window=0", f), "1,1,1,0");
    f = counted((int[]){6, 3, 0}, 3, 8, CAIRN_VERDICT_WRONG);
    root_is(f, 8, 7);
    assert_string_equal(labels_by("scan", f), "0.8571428571428571,0.42857142857142855,0");
    f = counted((int[]){0}, 1, 1, CAIRN_VERDICT_WRONG); /* one step: its own outcome, no completions */
    root_is(f, 4, 3);
    assert_string_equal(labels_by("scan", f), "0");
    f = counted((int[]){8, 0, 5, -1}, 4, 8, CAIRN_VERDICT_WRONG);
    root_is(f, 1, 1);
    assert_string_equal(labels_by("scan", f), "1,0,-,-");
}

static void scan_trusts_right_answers_and_drops_what_it_cannot_locate(void **state) {
    (void)state;
    found *f = counted((int[]){-1, -1, 1}, 3, 1, CAIRN_VERDICT_RIGHT);
    assert_string_equal(labels_by("scan", f), "1,1,1");
    f = counted((int[]){8, 6, 3}, 3, 8,
                CAIRN_VERDICT_WRONG); /* completions of the whole solution save it: variant=code of mc */
    root_is(f, 1, 1);
    assert_string_equal(labels_by("scan", f), "-,-,-");
    assert_string_equal(keep.dropped, "no-zero");
    f = counted((int[]){8, -1, 0}, 3, 8, CAIRN_VERDICT_WRONG);
    root_is(f, 1, 1);
    labels_by("scan", f);
    assert_string_equal(keep.dropped, "unlocated");
    f = counted((int[]){8, 0}, 2, 8, CAIRN_VERDICT_WRONG);
    labels_by("scan", f);
    assert_string_equal(keep.dropped, "no-root");
    root_is(f, 8, 0);
    labels_by("scan", f);
    assert_string_equal(keep.dropped, "root-zero");
    f->e.root = (cairn_root_count){.n = 3, .ok = 3, .unknown = 1};
    f->counts[0].ok = 6;
    assert_string_equal(labels_by("scan", f), "0.75,0");
    assert_string_equal(labels_by("scan:variant=code", f), "1,0"); /* 3 of 4: an answer that cannot be read counts */
    double y[2];
    assert_int_equal(cairn_label_scan(ctx, (const double[]){1, 0}, 2, 1, 0, 2, y), CAIRN_INVALID);
    assert_int_equal(cairn_label_scan(ctx, (const double[]){1, 0}, 2, 0, 1, 2, y), CAIRN_INVALID);
    assert_int_equal(cairn_label_scan(ctx, (const double[]){1, 0}, 2, 2, 1, 2, y), CAIRN_INVALID);
    assert_int_equal(cairn_label_scan(ctx, (const double[]){1, 0}, 2, 1, 1, -1, y), CAIRN_INVALID);
}

/* ---- relative progress ------------------------------------------------------------------------------------------------------------ */

static void progress_compares_with_the_share_before_the_step(void **state) {
    (void)state;
    const double c[] = {0.5, 0.45, 0.2, 0};
    double y[4];
    assert_int_equal(cairn_label_progress(ctx, c, 4, 0.5, 0.8, CAIRN_RPE_RATIO, y), CAIRN_OK);
    assert_memory_equal(y, ((const double[]){1, 1, 0, 0}), sizeof y);
    assert_int_equal(cairn_label_progress(ctx, c, 4, 0.5, -0.3, CAIRN_RPE_DIFFERENCE, y), CAIRN_OK);
    assert_memory_equal(y, ((const double[]){1, 1, 1, 0}),
                        sizeof y); /* the first 0 makes it wrong, whatever the difference */
    assert_int_equal(cairn_label_progress(ctx, c, 4, 0, 0.8, CAIRN_RPE_RATIO, y), CAIRN_INVALID);
    assert_int_equal(cairn_label_progress(ctx, (const double[]){0.5, NAN}, 2, 0.5, 0.8, CAIRN_RPE_RATIO, y),
                     CAIRN_INVALID);
    assert_int_equal(cairn_label_progress(ctx, (const double[]){1.5}, 1, 0.5, 0.8, CAIRN_RPE_RATIO, y), CAIRN_INVALID);
    found *f = counted((int[]){10, 9, 4, 0}, 4, 20, CAIRN_VERDICT_WRONG);
    root_is(f, 20, 10);
    assert_string_equal(labels_by("any", f), "1,1,1,0");
    assert_string_equal(labels_by("rpe", f), "1,1,0,0");
    assert_int_equal(keep.first_error, 2);
    judge_says(f, 2);
    assert_string_equal(labels_by("consensus:of=rpe", f), "1,1,0,-");
    assert_string_equal(keep.dropped, "");
    root_is(f, 20, 0);
    labels_by("rpe", f);
    assert_string_equal(keep.dropped, "root-zero");
    f->e.root.n = 0;
    labels_by("rpe", f);
    assert_string_equal(keep.dropped, "no-root");
    f = counted((int[]){10, -1, 4}, 3, 20, CAIRN_VERDICT_RIGHT);
    root_is(f, 20, 10);
    labels_by("rpe", f);
    assert_string_equal(keep.dropped, "not-probed");
}

static void harder_questions_get_more_completions(void **state) {
    (void)state;
    assert_int_equal(cairn_label_completions(0.05), 128);
    assert_int_equal(cairn_label_completions(0.1), 64);
    assert_int_equal(cairn_label_completions(0.9), 32);
}

/* ---- shares, verdicts, both --------------------------------------------------------------------------------------------------------- */

static void a_step_before_a_right_prefix_is_implied_right(void **state) {
    (void)state;
    found *f = counted((int[]){-1, 6, -1, 0, -1, 0}, 6, 8, CAIRN_VERDICT_WRONG);
    assert_string_equal(labels_by("share", f), "1,0.75,-,0,-,0");
    assert_int_equal(keep.first_error, CAIRN_UNLABELLED); /* the error can be in the step before */
    f = counted((int[]){-1, 6, 3, 0, -1, 0}, 6, 8, CAIRN_VERDICT_WRONG);
    assert_string_equal(labels_by("share", f), "1,0.75,0.375,0,-,0");
    assert_int_equal(keep.first_error, 3);
    assert_string_equal(labels_by("any", f), "1,1,1,0,-,-");
    const double open[] = {NAN, 0.5, 0};
    assert_int_equal(cairn_label_first_zero(open, 3, true), 2);
    assert_int_equal(cairn_label_first_zero(open, 3, false), CAIRN_UNLABELLED);
    assert_int_equal(cairn_label_first_zero((const double[]){1, 0.5}, 2, false), CAIRN_NO_ERROR);
    assert_int_equal(cairn_label_first_zero(open, 0, true), CAIRN_UNLABELLED);
}

static void verdicts_label_what_they_can_check(void **state) {
    (void)state;
    found *f = counted((int[]){8, 4, -1}, 3, 8, CAIRN_VERDICT_RIGHT);
    labels_by("verify", f);
    assert_string_equal(keep.dropped, "no-verdicts");
    f->tool[0] = CAIRN_VERDICT_RIGHT, f->tool[1] = CAIRN_VERDICT_WRONG, f->tool[2] = CAIRN_VERDICT_UNKNOWN;
    f->e.tool = f->tool;
    assert_string_equal(labels_by("verify", f), "1,0,-");
    assert_int_equal(keep.first_error, 1);
    assert_string_equal(labels_by("fuse", f), "1,0.25,-"); /* (1 + 1) / 2, (0 + 0.5) / 2 */
    assert_string_equal(labels_by("fuse:weight=1", f), "1,0,-");
    assert_int_equal(keep.first_error, 1);
    judge_says(f, 1);
    assert_string_equal(labels_by("consensus:of=verify", f), "1,0,-");
    f->e.counts[CAIRN_ROLE_COMPLETER] = NULL;
    f->e.values = (const double[]){0.5, 1, 0.25}; /* values of a search stand where there are no counts */
    assert_string_equal(labels_by("share", f), "0.5,1,0.25");
}

static void first_errors_have_a_place(void **state) {
    (void)state;
    assert_int_equal(cairn_error_place_of(CAIRN_NO_ERROR, 6), CAIRN_ERROR_NONE);
    assert_int_equal(cairn_error_place_of(1, 6), CAIRN_ERROR_EARLY);
    assert_int_equal(cairn_error_place_of(2, 6), CAIRN_ERROR_MIDDLE);
    assert_int_equal(cairn_error_place_of(3, 6), CAIRN_ERROR_MIDDLE);
    assert_int_equal(cairn_error_place_of(4, 6), CAIRN_ERROR_LATE);
    assert_int_equal(cairn_error_place_of(0, 1), CAIRN_ERROR_EARLY);
    assert_int_equal(cairn_error_place_of(CAIRN_UNLABELLED, 6), CAIRN_ERROR_UNLOCATED);
    assert_int_equal(cairn_label_noise(CAIRN_NO_ERROR, CAIRN_NO_ERROR, 4), CAIRN_NOISE_NO_ERROR);
    assert_int_equal(cairn_label_noise(2, 2, 4), CAIRN_NOISE_SAME);
    assert_int_equal(cairn_label_noise(3, CAIRN_NO_ERROR, 4), CAIRN_NOISE_EARLY); /* no error is one past the end */
    assert_int_equal(cairn_label_noise(CAIRN_NO_ERROR, 3, 4), CAIRN_NOISE_LATE);
}

/* ---- a labeller of another program ------------------------------------------------------------------------------------------------------ */

/* Labels given solutions by the length of their steps, as evidence for any rule. */
static cairn_status by_length(cairn_workspace *workspace, const void *config, const cairn_record *given,
                              int32_t n_given, cairn_label_result *out) {
    cairn_rollout *rollouts;
    (void)config;
    CAIRN_TRY(cairn_label_adopt(workspace, given, n_given, &rollouts));
    *out = (cairn_label_result){
        .solutions = cairn_arena_alloc(workspace->arena, (size_t)n_given, sizeof *out->solutions), .dropped = ""};
    if (!out->solutions) return CAIRN_NO_MEMORY;
    for (; out->n < n_given; out->n++) {
        const cairn_rollout *r = &rollouts[out->n];
        double *values = cairn_arena_alloc(workspace->arena, (size_t)r->n_steps, sizeof *values);
        if (!values) return CAIRN_NO_MEMORY;
        for (int32_t i = 0; i < r->n_steps; i++) values[i] = strlen(r->steps[i]) < 10;
        out->solutions[out->n] = (cairn_labelled){.given = &given[out->n],
                                                  .leaf = CAIRN_NONE,
                                                  .steps = r->steps,
                                                  .n_steps = r->n_steps,
                                                  .evidence = {.n_steps = r->n_steps, .values = values},
                                                  .labels = values,
                                                  .first_error = CAIRN_UNLABELLED,
                                                  .outcome = r->outcome};
    }
    return CAIRN_OK;
}
static const cairn_labeller_type by_length_type = {
    .about = {.name = "length", .summary = "Short steps are right.", .source = ""}, .run = by_length};

static void another_program_adds_a_labeller_and_labels_by_any_rule(void **state) {
    (void)state;
    cairn_world world;
    cairn_tree *tree;
    cairn_problem problem;
    cairn_label_result result = {0};
    const char *const steps[] = {"1 + 1 = 2", "2 + 1 = 3, surely", "3"};
    const cairn_record given = {
        .id = "a", .problem = "?", .steps = steps, .n_steps = 3, .correct = CAIRN_VERDICT_RIGHT};
    assert_int_equal(cairn_world_open(ctx, arena, "chain:steps=3", &world), CAIRN_OK);
    assert_int_equal(cairn_tree_open(ctx, world.type->state_bytes, &tree), CAIRN_OK);
    assert_int_equal(world.type->generate(ctx, world.self, 1, 0, arena, &problem), CAIRN_OK);
    cairn_workspace workspace = {
        .ctx = ctx, .world = &world, .problem = &problem, .tree = tree, .arena = arena, .seed = 1, .column = -1};
    assert_int_equal(cairn_workspace_begin(&workspace), CAIRN_OK);
    assert_int_equal(by_length_type.run(&workspace, NULL, &given, 1, &result), CAIRN_OK);
    found f = {.e = result.solutions[0].evidence};
    assert_string_equal(labels_by("any", &f), "1,0,-");
    assert_int_equal(keep.first_error, 1);
    cairn_tree_close(tree);
    cairn_world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(consensus_keeps_what_both_locate_alike),
        cmocka_unit_test(a_judge_who_does_not_say_is_never_no_error),
        cmocka_unit_test(a_first_error_is_by_scores_below_the_threshold),
        cmocka_unit_test(scan_divides_the_steps_before_the_error_by_self_confidence),
        cmocka_unit_test(scan_trusts_right_answers_and_drops_what_it_cannot_locate),
        cmocka_unit_test(progress_compares_with_the_share_before_the_step),
        cmocka_unit_test(harder_questions_get_more_completions),
        cmocka_unit_test(a_step_before_a_right_prefix_is_implied_right),
        cmocka_unit_test(verdicts_label_what_they_can_check),
        cmocka_unit_test(first_errors_have_a_place),
        cmocka_unit_test(another_program_adds_a_labeller_and_labels_by_any_rule),
    };
    return cmocka_run_group_tests_name("evidence", tests, open_all, close_all);
}
