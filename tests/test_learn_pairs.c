/* Training on groups: pairs, siblings after one prefix, solutions of a problem; what they learn, and that a group stays
 * whole. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "learn_fixture.h"
#include "learn/trainer.h"

/* Pairs of words; the one with an `x` is rejected. */
static void write_pairs(const char *name, int count, uint64_t seed) {
    cairn_rng rng = cairn_rng_open(seed, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    FILE *file = create(name);
    for (int i = 0; i < count; i++) {
        char good[4] = "", bad[4] = "";
        for (int k = 0; k < 3; k++) {
            good[k] = (char)('a' + cairn_rng_below(&rng, 5));
            bad[k] = (char)('a' + cairn_rng_below(&rng, 5));
        }
        bad[cairn_rng_below(&rng, 3)] = 'x';
        fprintf(file, "{\"prompt\":\"p%d\",\"chosen\":\"%s\",\"rejected\":\"%s\"}\n", i, good, bad);
    }
    fclose(file);
}

static cairn_learn_setup pairs_setup(const char *objective, const char *out) {
    write_pairs("pairs.jsonl", 300, 1);
    write_pairs("pairs-dev.jsonl", 100, 2);
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PAIRS, in_folder("pairs.jsonl"), in_folder(out));
    s.dev = in_folder("pairs-dev.jsonl");
    s.objective = objective;
    s.shape = "width=32,layers=1,heads=2,kv-heads=2,context=32";
    s.batch_tokens = 512;
    s.steps = 120;
    s.every = 60;
    return s;
}

static void test_a_head_learns_which_of_two_is_chosen(void **state) {
    (void)state;
    static const char *const objectives[] = {"pairwise", "listwise", "listwise:form=pairs"};
    for (int i = 0; i < 3; i++) {
        cairn_learn_summary r;
        cairn_learn_setup s = pairs_setup(objectives[i], "reward.gguf");
        must(cairn_learn(ctx, &s, &r));
        print_message("%s: dev loss %g, pairs in order %g\n", objectives[i], r.dev_loss, r.dev_accuracy);
        assert_int_equal(r.groups, 300);
        assert_int_equal(r.examples, 600);
        assert_int_equal(r.dev_groups, 100);
        assert_true(r.dev_accuracy > 0.95);
        assert_true(isnan(r.dev_auroc));
    }
}

static double first_loss;
static void keep_first(void *arg, const cairn_learn_point *p) {
    (void)arg;
    if (p->step == 1) first_loss = metric_of(p, "loss");
}

/* At the start the decoder is its own reference: the loss of DPO is ln 2, of IPO 1 / (2 beta)^2. */
static void test_a_decoder_learns_to_prefer_and_begins_at_its_reference(void **state) {
    (void)state;
    static const struct {
        const char *objective;
        double first;
    } cases[] = {{"dpo:beta=0.5", 0.69314718}, {"ipo:beta=0.5", 1}, {"simpo:beta=2,gamma=0", NAN}};
    cairn_learn_summary r;
    cairn_learn_setup base = pairs_setup("", "base.gguf");
    write_x_records("x.jsonl", 60, 1);
    base.task = CAIRN_LEARN_SFT;
    base.data = base.dev = in_folder("x.jsonl");
    base.steps = base.every = 20;
    must(cairn_learn(ctx, &base, &r));
    for (int i = 0; i < 3; i++) {
        cairn_learn_setup s = pairs_setup(cases[i].objective, "prefers.gguf");
        s.init = base.out;
        s.shape = "";
        s.watch = keep_first;
        must(cairn_learn(ctx, &s, &r));
        print_message("%s: first loss %g, dev loss %g, pairs in order %g\n", cases[i].objective, first_loss, r.dev_loss,
                      r.dev_accuracy);
        if (isfinite(cases[i].first)) assert_true(fabs(first_loss - cases[i].first) < 1e-4);
        assert_true(r.dev_accuracy > 0.95);
    }
}

static void test_the_reference_may_be_another_file_with_the_same_tokenizer(void **state) {
    (void)state;
    cairn_learn_summary r;
    cairn_learn_setup base = pairs_setup("pairwise", "first.gguf");
    base.steps = base.every = 20;
    must(cairn_learn(ctx, &base, &r));
    cairn_learn_setup s = pairs_setup("dpo:beta=0.5", "second.gguf");
    s.init = s.reference = base.out;
    s.shape = "";
    s.steps = s.every = 10;
    must(cairn_learn(ctx, &s, &r)); /* the file that it is anyway */
    cairn_learn_setup same = s;
    same.reference = "";
    same.out = in_folder("third.gguf");
    must(cairn_learn(ctx, &same, &r));
    FILE *files[2] = {fopen(s.out, "rb"), fopen(same.out, "rb")};
    for (int a = 0, b = 0; a != EOF;) {
        a = fgetc(files[0]);
        b = fgetc(files[1]);
        assert_int_equal(a, b);
    }
    fclose(files[0]);
    fclose(files[1]);
    s.reference = in_folder("nothing.gguf");
    assert_int_equal(cairn_learn(ctx, &s, &r), CAIRN_NOT_FOUND);
}

/* ---- groups from stepped solutions ------------------------------------------------------------------------------------------------- */

/* Each line: one solution with labels. */
static cairn_status train_on(const char *text, cairn_learn_task task, const char *objective, cairn_pair_level level,
                             cairn_learn_summary *r) {
    FILE *file = create("steps.jsonl");
    fputs(text, file);
    fclose(file);
    cairn_learn_setup s = tiny_setup(task, in_folder("steps.jsonl"), in_folder("steps.gguf"));
    s.objective = objective;
    s.level = level;
    s.steps = 2;
    return cairn_learn(ctx, &s, r);
}

static const char siblings[] =
    "{\"prompt\":\"p\",\"completions\":[\"a\",\"b\"],\"labels\":[0.75,1],\"correct\":true}\n"
    "{\"prompt\":\"p\",\"completions\":[\"a\",\"c\"],\"labels\":[0.75,0],\"correct\":false}\n" /* b and c after p, a */
    "{\"prompt\":\"p\",\"completions\":[\"d\"],\"labels\":[0.25],\"correct\":false}\n"         /* a and d after p */
    "{\"prompt\":\"q\",\"completions\":[\"a\",\"b\"],\"labels\":[1,1],\"correct\":true}\n";    /* no siblings */

static void test_steps_after_one_prefix_are_a_group(void **state) {
    (void)state;
    cairn_learn_summary r;
    static const cairn_learn_task tasks[] = {CAIRN_LEARN_PAIRS, CAIRN_LEARN_PRM};
    for (int i = 0; i < 2; i++) {
        must(train_on(siblings, tasks[i], "pairwise", CAIRN_PAIR_STEPS, &r));
        assert_int_equal(r.groups, 2);
        assert_int_equal(r.examples, 4);
        assert_int_equal(r.alone, 1 + 2); /* `a` a second time; both steps of q */
    }
}

static void test_solutions_of_one_problem_are_a_group(void **state) {
    (void)state;
    cairn_learn_summary r;
    must(train_on(siblings, CAIRN_LEARN_PAIRS, "pairwise", CAIRN_PAIR_SOLUTIONS, &r));
    assert_int_equal(r.groups, 1);
    assert_int_equal(r.examples, 3);
    assert_int_equal(r.alone, 1);
    must(train_on(siblings, CAIRN_LEARN_ORM, "listwise:form=pairs", CAIRN_PAIR_STEPS, &r));
    assert_int_equal(r.groups, 1);
    assert_int_equal(r.examples, 3);
    must(train_on("{\"prompt\":\"p\",\"completions\":[\"a\"],\"group\":\"g\",\"labels\":[null],\"correct\":true}\n"
                  "{\"prompt\":\"another wording of p\",\"completions\":[\"b\"],\"group\":\"g\",\"labels\":[null],"
                  "\"correct\":false}\n",
                  CAIRN_LEARN_ORM, "pairwise", CAIRN_PAIR_STEPS, &r));
    assert_int_equal(r.groups, 1);
}

static void test_a_file_with_nothing_to_compare_is_refused(void **state) {
    (void)state;
    cairn_learn_summary r;
    assert_int_equal(train_on("{\"prompt\":\"p\",\"completions\":[\"a\"],\"labels\":[1],\"correct\":true}\n",
                              CAIRN_LEARN_PAIRS, "pairwise", CAIRN_PAIR_STEPS, &r),
                     CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "nothing to learn from"));
    assert_int_equal(train_on(siblings, CAIRN_LEARN_SFT, "pairwise", CAIRN_PAIR_STEPS, &r), CAIRN_INVALID);
    assert_int_equal(train_on(siblings, CAIRN_LEARN_PAIRS, "soft", CAIRN_PAIR_STEPS, &r), CAIRN_INVALID);
    assert_int_equal(train_on(siblings, CAIRN_LEARN_PRM, "dpo", CAIRN_PAIR_STEPS, &r), CAIRN_INVALID);
}

static void test_groups_of_too_many_and_rates_of_no_parameter_are_refused(void **state) {
    (void)state;
    static const char *const rates[][2] = {
        {"nobody=2", "begins with `nobody`"}, {"head.=x", "got `head.=x`"}, {"head.", "got `head.`"}};
    cairn_learn_summary r;
    FILE *file = create("many.jsonl");
    for (int i = 0; i < 4097; i++)
        fprintf(file, "{\"prompt\":\"p\",\"completions\":[\"a%d\"],\"labels\":[null],\"correct\":%s}\n", i,
                i % 2 ? "true" : "false");
    fclose(file);
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_ORM, in_folder("many.jsonl"), in_folder("many.gguf"));
    s.objective = "pairwise";
    assert_int_equal(cairn_learn(ctx, &s, &r), CAIRN_LIMIT);
    assert_non_null(strstr(cairn_error(ctx), "4097 members"));
    s = pairs_setup("pairwise", "rates.gguf");
    for (int i = 0; i < 3; i++) {
        s.rates = rates[i][0];
        assert_true(cairn_learn(ctx, &s, &r) != CAIRN_OK);
        if (!strstr(cairn_error(ctx), rates[i][1])) fail_msg("%s", cairn_error(ctx));
    }
    s.rates = "head.=2,blk.=0";
    s.steps = 2;
    must(cairn_learn(ctx, &s, &r));
}

/* A step's own tokens are marked, not those of the prefix. */
static void test_the_marks_of_a_member_begin_where_it_differs(void **state) {
    (void)state;
    static const char *const specials[] = CAIRN_SOLUTION_SPECIALS;
    static const char *const steps[] = {"ab", "cde"};
    cairn_bpe_options options = {.vocabulary = 261, .specials = specials, .n_specials = 5};
    cairn_bpe_trainer *bpe;
    cairn_tokenizer *bytes;
    cairn_solution_format format;
    cairn_examples e = {0};
    must(cairn_bpe_open(ctx, &options, &bpe));
    must(cairn_bpe_train(bpe, &bytes));
    must(cairn_solution_format_of(ctx, bytes, 32, &format));
    cairn_member m = {
        .problem = "p", .steps = steps, .n_steps = 2, .from = 1, .tokens = true, .label = 0.5, .group = 9};
    must(cairn_examples_add_member(ctx, &e, &format, "m", &m)); /* <s> p <sep> a b <step> c d e <step> */
    assert_int_equal(e.mark_starts[1], 4);
    for (int i = 0; i < 4; i++) assert_int_equal(e.marks[i], 5 + i); /* they tell c, d, e and <step> */
    m.from = 0;
    m.finished = true;
    must(cairn_examples_add_member(ctx, &e, &format, "m", &m)); /* ... </s> */
    assert_int_equal(e.mark_starts[2] - e.mark_starts[1], 8);
    assert_int_equal(e.marks[4], 2);
    m.tokens = false;
    m.finished = false;
    must(cairn_examples_add_member(ctx, &e, &format, "m", &m));
    assert_int_equal(e.mark_starts[3] - e.mark_starts[2], 1);
    assert_int_equal(e.marks[e.mark_starts[2]], 9);
    assert_true(e.groups[0] == 9 && e.labels[0] == 0.5f);
    m.from = 2;
    assert_int_equal(cairn_examples_add_member(ctx, &e, &format, "m", &m), CAIRN_INVALID);
    cairn_examples_free(&e);
    cairn_tokenizer_close(bytes);
    cairn_bpe_close(bpe);
}

/* ---- groups stay whole ---------------------------------------------------------------------------------------------------------------- */

/* At any size of a batch: every batch of the run holds whole groups, in the driver too. */
static void test_no_batch_of_a_run_divides_a_group(void **state) {
    (void)state;
    for (int64_t most = 1; most < 200; most = most * 2 + 3) {
        cairn_learn_setup s = pairs_setup("pairwise", "whole.gguf");
        s.batch_tokens = most;
        trainer t = {.ctx = ctx, .setup = &s, .saved = -1, .planning = true};
        must(trainer_open(&t));
        for (int batch = 0; batch < 200; batch++) {
            int32_t n = cairn_batches_next(&t.order, most, t.step_groups);
            trainer_pack(&t, &t.data.train, t.step_groups, n);
            const cairn_numbers *numbers = &t.batch.view.numbers;
            assert_int_equal(numbers->n_groups, n);
            assert_int_equal(numbers->n, 2 * n);
            for (int32_t g = 0; g < n; g++) {
                assert_int_equal(numbers->groups[g + 1] - numbers->groups[g], 2);
                assert_true(numbers->columns[CAIRN_COLUMN_LABEL][2 * g] ==
                            1); /* the chosen one stands first in the file */
                assert_true(numbers->columns[CAIRN_COLUMN_LABEL][2 * g + 1] == 0);
            }
        }
        trainer_close(&t);
    }
}

/* ---- checkpoints --------------------------------------------------------------------------------------------------------------------- */

static void expect_same_files(const char *a, const char *b) {
    FILE *x = fopen(a, "rb"), *y = fopen(b, "rb");
    assert_true(x && y);
    for (int c = 0; c != EOF;) {
        c = fgetc(x);
        assert_int_equal(c, fgetc(y));
    }
    fclose(x);
    fclose(y);
}

static void test_a_killed_run_on_pairs_is_resumed_to_the_same_bytes(void **state) {
    (void)state;
    static const char *const objectives[] = {"pairwise", "simpo"};
    for (int i = 0; i < 2; i++) {
        cairn_learn_summary r;
        cairn_learn_setup s = pairs_setup(objectives[i], "once.gguf");
        s.steps = 12;
        s.every = 4;
        s.optimiser = CAIRN_OPTIMISER_AMSGRAD;
        must(cairn_learn(ctx, &s, &r));
        s.out = in_folder("twice.gguf");
        assert_true(killed(&s, 7));
        s.resume = true;
        must(cairn_learn(ctx, &s, &r));
        expect_same_files(in_folder("once.gguf"), in_folder("twice.gguf"));
        s.objective = "listwise";
        assert_int_equal(cairn_learn(ctx, &s, &r), CAIRN_INVALID);
        assert_non_null(strstr(cairn_error(ctx), "objective="));
    }
}

/* ---- an objective of one's own -------------------------------------------------------------------------------------------------------- */

/* Hinge: max(0, 1 - (x_chosen - x_rejected)). */
static cairn_status hinge(cairn_ctx *c, const void *config, const cairn_group *g, double *loss, double *slope) {
    const double *margin = config;
    int chosen = g->columns[CAIRN_COLUMN_LABEL][1] > g->columns[CAIRN_COLUMN_LABEL][0];
    double apart = *margin - (g->x[chosen] - g->x[!chosen]);
    (void)c;
    if (apart <= 0) return CAIRN_OK;
    *loss = apart;
    slope[chosen] = -1;
    slope[!chosen] = 1;
    return CAIRN_OK;
}

static void test_the_driver_takes_an_objective_by_its_pointer(void **state) {
    (void)state;
    static const cairn_objective_type own = {.about = {.name = "hinge"},
                                             .reads = CAIRN_READS_SCORE,
                                             .counts = CAIRN_COUNTS_GROUPS,
                                             .needs = 1u << CAIRN_COLUMN_LABEL,
                                             .least = 2,
                                             .loss = hinge};
    const double margin = 1;
    cairn_learn_summary r;
    cairn_learn_setup s = pairs_setup("", "hinge.gguf");
    s.own = &own;
    s.own_config = &margin;
    s.watch = keep_first;
    must(cairn_learn(ctx, &s, &r));
    print_message("hinge: first loss %g, dev loss %g\n", first_loss, r.dev_loss);
    assert_true(fabs(first_loss - 1) < 0.1); /* knows nothing yet: the margin */
    assert_true(r.dev_loss < 0.2);
    assert_string_equal(r.objective, "hinge");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_head_learns_which_of_two_is_chosen),
        cmocka_unit_test(test_a_decoder_learns_to_prefer_and_begins_at_its_reference),
        cmocka_unit_test(test_the_reference_may_be_another_file_with_the_same_tokenizer),
        cmocka_unit_test(test_steps_after_one_prefix_are_a_group),
        cmocka_unit_test(test_solutions_of_one_problem_are_a_group),
        cmocka_unit_test(test_a_file_with_nothing_to_compare_is_refused),
        cmocka_unit_test(test_groups_of_too_many_and_rates_of_no_parameter_are_refused),
        cmocka_unit_test(test_the_marks_of_a_member_begin_where_it_differs),
        cmocka_unit_test(test_no_batch_of_a_run_divides_a_group),
        cmocka_unit_test(test_a_killed_run_on_pairs_is_resumed_to_the_same_bytes),
        cmocka_unit_test(test_the_driver_takes_an_objective_by_its_pointer),
    };
    return cmocka_run_group_tests_name("learn pairs", tests, open_folder, close_folder);
}
