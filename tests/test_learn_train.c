/* Training: what is learned, what stops it, and that a step asks the system for no memory. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "learn_fixture.h"

static void test_a_tiny_decoder_learns_fifty_solutions_by_heart(void **state) {
    (void)state;
    cairn_rng rng = cairn_rng_open(8, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    FILE *file = create("fifty.jsonl");
    for (int i = 0; i < 50; i++)
        fprintf(file, "{\"prompt\":\"%c%c\",\"completions\":[\"%c%c\",\"%c\"],\"labels\":[null,null]}\n", 'A' + i % 10,
                'a' + i / 10, (char)('0' + cairn_rng_below(&rng, 10)), (char)('0' + cairn_rng_below(&rng, 10)),
                (char)('0' + cairn_rng_below(&rng, 10)));
    fclose(file);
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_SFT, in_folder("fifty.jsonl"), in_folder("fifty.gguf"));
    cairn_learn_summary r;
    s.shape = "width=32,layers=2,heads=2,kv-heads=1,context=16";
    s.dev = s.data; /* what it says it learned, measured on the same records */
    s.steps = 600;
    s.every = 600;
    must(cairn_learn(ctx, &s, &r));
    print_message("loss %g, dev loss %g, accuracy %g in %.1f s\n", r.loss, r.dev_loss, r.dev_accuracy, r.seconds);
    assert_int_equal(r.marks, 50 * 6); /* d d <step> d <step> </s> */
    assert_true(r.dev_loss < 0.05);    /* chance: half of the six tokens are a digit of ten: 1.15 nats */
    assert_true(r.dev_accuracy > 0.98);
}

static cairn_learn_summary learn_x(cairn_learn_task task, const char *objective, int64_t steps) {
    cairn_learn_summary r;
    cairn_learn_setup s = tiny_setup(task, in_folder("x.jsonl"), in_folder("x.gguf"));
    write_x_records("x.jsonl", 400, 1);
    write_x_records("x-dev.jsonl", 200, 2);
    s.dev = in_folder("x-dev.jsonl");
    s.objective = objective;
    s.shape = "width=32,layers=2,heads=2,kv-heads=2,context=32";
    s.steps = steps;
    s.every = steps / 2;
    s.batch_tokens = 512;
    must(cairn_learn(ctx, &s, &r));
    print_message("dev loss %g, accuracy %g, AUROC %g at step %lld in %.1f s\n", r.dev_loss, r.dev_accuracy,
                  r.dev_auroc, (long long)r.best_step, r.seconds);
    return r;
}

static void test_a_step_head_learns_that_an_x_is_wrong(void **state) {
    (void)state;
    static const char *const objectives[] = {"hard", "soft", "mse"};
    for (int i = 0; i < 3; i++) {
        cairn_learn_summary r = learn_x(CAIRN_LEARN_PRM, objectives[i], 250);
        assert_int_equal(r.marks, 1200);
        assert_int_equal(r.dev_examples, 200);
        assert_true(r.dev_auroc > 0.95);
        assert_true(r.dev_accuracy > 0.85);
    }
}

static void test_an_outcome_head_learns_that_an_x_anywhere_is_wrong(void **state) {
    (void)state;
    cairn_learn_summary r = learn_x(CAIRN_LEARN_ORM, "soft", 250);
    assert_int_equal(r.marks, 400);
    assert_true(r.dev_auroc > 0.95);
}

/* The dev loss of the best model, measured again from its file with the layers below. */
static void test_the_file_holds_the_model_that_was_measured(void **state) {
    (void)state;
    cairn_learn_summary r = learn_x(CAIRN_LEARN_PRM, "soft", 40);
    cairn_device *device;
    cairn_transformer *m;
    cairn_tokenizer *t;
    cairn_tape *tape;
    cairn_dataset *data;
    cairn_arena *arena;
    cairn_record record;
    cairn_solution_format format;
    cairn_solution_tokens tokens = {0};
    double loss = 0;
    int n = 0;
    must(cairn_device_open(ctx, 1, CAIRN_MATMUL_FASTEST, &device));
    must(cairn_transformer_load(ctx, device, in_folder("x.gguf"), CAIRN_F32, &m, &t));
    must(cairn_tape_open(ctx, device, CAIRN_F32, &tape));
    must(cairn_arena_open(ctx, 4096, &arena));
    must(cairn_solution_format_of(ctx, t, 32, &format));
    must(cairn_dataset_open(ctx, in_folder("x-dev.jsonl"), (cairn_read_options){0}, &data));
    while (cairn_dataset_next(data, arena, &record) == CAIRN_OK) {
        must(cairn_solution_encode(ctx, &format, "r", record.problem, record.steps, 3, false, &tokens));
        const int32_t starts[] = {0, (int32_t)tokens.tokens.count};
        cairn_tape_reset(tape);
        cairn_tensor *x = cairn_head_apply(tape, cairn_transformer_head(m, "step"),
                                           cairn_transformer_trunk(tape, m, tokens.tokens.ids, starts, 1));
        assert_non_null(x);
        for (int i = 0; i < 3; i++, n++) {
            double logit = cairn_tensor_at(x, tokens.step_ends[i]);
            loss += record.labels[i] > 0.5 ? log1p(exp(-logit)) : log1p(exp(logit));
        }
    }
    assert_int_equal(n, 600);
    print_message("dev loss %.9g, from the file %.9g\n", r.dev_loss, loss / n);
    assert_true(fabs(loss / n - r.dev_loss) < 1e-5 * r.dev_loss + 1e-7);
    cairn_solution_free(&tokens);
    cairn_dataset_close(data);
    cairn_arena_close(arena);
    cairn_tape_close(tape);
    cairn_transformer_close(m);
    cairn_tokenizer_close(t);
    cairn_device_close(device);
}

/* ---- accumulation ------------------------------------------------------------------------------------------------------------ */

static double first_loss;

static void keep_first(void *arg, const cairn_learn_point *p) {
    (void)arg;
    if (p->step == 1) first_loss = metric_of(p, "loss");
}

static void expect_epoch(void *arg, const cairn_learn_point *p) {
    (void)arg;
    assert_int_equal(p->epoch, (p->step - 1) / 2);
}

static void test_a_step_says_of_which_epoch_it_was(void **state) {
    (void)state;
    cairn_learn_summary r;
    write_x_records("few.jsonl", 10, 3);
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, in_folder("few.jsonl"), in_folder("few.gguf"));
    s.batch_tokens = 5 * 16; /* <s> p 0 <sep> and three steps of 3 + 1: 16 tokens, five of ten in a batch */
    s.epochs = 3;
    s.watch = expect_epoch;
    must(cairn_learn(ctx, &s, &r));
    assert_int_equal(r.steps, 6);
    assert_int_equal(r.tokens, 3 * 10 * 16);
}

/* One step over all records: whole, or in batches of one record each, is the same mean and the same step but for
 * rounding. */
static void test_accumulated_batches_are_one_large_batch(void **state) {
    (void)state;
    double loss[2], dev[2];
    write_x_records("few.jsonl", 12, 3);
    for (int many = 0; many < 2; many++) {
        cairn_learn_summary r;
        cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, in_folder("few.jsonl"), in_folder("few.gguf"));
        s.dev = s.data;
        s.steps = 1;
        s.batch_tokens = many ? 1 : 4096;
        s.accumulate = many ? 12 : 1;
        s.watch = keep_first;
        must(cairn_learn(ctx, &s, &r));
        loss[many] = first_loss;
        dev[many] = r.dev_loss;
    }
    assert_true(fabs(loss[0] - loss[1]) < 1e-6);
    assert_true(fabs(dev[0] - dev[1]) < 1e-5);
    assert_true(fabs(loss[0] - log(2)) < 0.05); /* knows nothing yet */
}

/* ---- steps as text ---------------------------------------------------------------------------------------------------------------- */

/* Beside the head's loss, the mean loss of the tokens of right steps alone: before the first step every token of 261 is
 * about as likely. */
static void test_the_tokens_of_right_steps_are_learned_beside_the_head(void **state) {
    (void)state;
    double loss[2][2];
    for (int right = 0; right < 2; right++) {
        FILE *file = create("same.jsonl");
        for (int i = 0; i < 8; i++)
            fprintf(file, "{\"prompt\":\"p\",\"completions\":[\"abc\",\"cde\"],\"labels\":[%s,null]}\n",
                    right ? "true" : "false");
        fclose(file);
        for (int text = 0; text < 2; text++) {
            cairn_learn_summary r;
            cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, in_folder("same.jsonl"), in_folder("same.gguf"));
            s.dev = s.data;
            s.steps = 60;
            s.text = 2 * text;
            s.likelihood = true;
            s.watch = keep_first;
            must(cairn_learn(ctx, &s, &r));
            loss[right][text] = first_loss;
        }
    }
    print_message("a token of right steps: %g nats, of 261 equally likely ones %g\n", (loss[1][1] - loss[1][0]) / 2,
                  log(261));
    assert_true(fabs((loss[1][1] - loss[1][0]) / 2 - log(261)) < 1);
    assert_true(loss[0][1] == loss[0][0]);
}

static void test_a_head_of_likelihoods_learns_too(void **state) {
    (void)state;
    write_x_records("x.jsonl", 400, 1);
    write_x_records("x-dev.jsonl", 200, 2);
    cairn_learn_summary r;
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, in_folder("x.jsonl"), in_folder("x.gguf"));
    s.dev = in_folder("x-dev.jsonl");
    s.shape = "width=32,layers=2,heads=2,kv-heads=2,context=32";
    s.steps = 250;
    s.every = 125;
    s.batch_tokens = 512;
    s.likelihood = s.until_error = true;
    s.text = 1;
    must(cairn_learn(ctx, &s, &r));
    assert_true(r.marks < 1200);
    assert_true(r.dev_auroc > 0.95);
    s.init = s.out; /* a head that reads likelihoods cannot go on without */
    s.shape = "";
    s.likelihood = false;
    assert_int_equal(cairn_learn(ctx, &s, &r), CAIRN_INVALID);
    s.task = CAIRN_LEARN_ORM;
    s.objective = "soft";
    assert_int_equal(cairn_learn(ctx, &s, &r), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "text"));
}

/* ---- average ------------------------------------------------------------------------------------------------------------------ */

/* The first number of the embedding of `a` in a model file. */
static double number_in(const char *path) {
    cairn_gguf *file;
    const cairn_gguf_tensor *t;
    must(cairn_gguf_open(ctx, path, &file));
    must(cairn_gguf_get_tensor(ctx, file, "token_embd.weight", 2, (const int64_t[]){16, 261}, &t));
    double value = (double)((const float *)t->data)[16 * 'a'];
    cairn_gguf_close(file);
    return value;
}

/* The models behind steps 0 to 3, and by hand the average with decays 1/10, 2/11, 3/12 (0.2 at most). */
static void test_an_average_follows_the_steps(void **state) {
    (void)state;
    double p[4], wanted;
    cairn_learn_summary r;
    cairn_param *embedding;
    cairn_params *params;
    cairn_device *device;
    write_x_records("few.jsonl", 30, 3);
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, in_folder("few.jsonl"), in_folder("few.gguf"));
    s.schedule = CAIRN_SCHEDULE_CONSTANT;
    for (s.steps = 1; s.steps <= 3; s.steps++) {
        must(cairn_learn(ctx, &s, &r));
        p[s.steps] = number_in(s.out);
    }
    must(cairn_device_open(ctx, 1, CAIRN_MATMUL_PLAIN, &device));
    must(cairn_params_open(ctx, device, CAIRN_F32, &params));
    must(cairn_params_add(params, "token_embd.weight", 2, (const int64_t[]){261, 16}, &embedding));
    cairn_param_init_normal(embedding, s.seed, sqrt(2.0 / (5 * 16)));
    p[0] = cairn_tensor_at(&embedding->value, 16 * 'a');
    cairn_params_close(params);
    cairn_device_close(device);
    wanted = 0.1 * p[0] + 0.9 * p[1];
    wanted = 2.0 / 11 * wanted + 9.0 / 11 * p[2];
    wanted = 0.2 * wanted + 0.8 * p[3];
    s.steps = 3;
    s.average = 0.2;
    must(cairn_learn(ctx, &s, &r));
    assert_true(fabs(p[3] - p[0]) > 0.01);
    assert_true(fabs(number_in(s.out) - wanted) < 1e-7);
}

/* ---- early stop --------------------------------------------------------------------------------------------------------------- */

static void test_it_stops_when_the_dev_loss_gets_no_better_and_keeps_the_best(void **state) {
    (void)state;
    cairn_learn_summary r;
    FILE *file = create("noise.jsonl"), *other = create("noise-dev.jsonl");
    for (int i = 0; i < 24; i++) { /* what is right here is wrong there */
        fprintf(file, "{\"prompt\":\"p\",\"completions\":[\"%c\"],\"labels\":[%s]}\n", 'a' + i,
                i % 2 ? "true" : "false");
        fprintf(other, "{\"prompt\":\"p\",\"completions\":[\"%c\"],\"labels\":[%s]}\n", 'a' + i,
                i % 2 ? "false" : "true");
    }
    fclose(file);
    fclose(other);
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, in_folder("noise.jsonl"), in_folder("noise.gguf"));
    s.dev = in_folder("noise-dev.jsonl");
    s.epochs = 200;
    s.every = 5;
    s.patience = 3;
    must(cairn_learn(ctx, &s, &r));
    assert_true(r.stopped_early);
    assert_int_equal(r.steps, r.best_step + 15);
    assert_true(r.steps < 200);
}

/* ---- numbers that are not finite -------------------------------------------------------------------------------------------------- */

static void expect_failure(const cairn_learn_setup *s, const char *const *says) {
    cairn_learn_summary r;
    assert_int_equal(cairn_learn(ctx, s, &r), CAIRN_INVALID);
    print_message("%s\n", cairn_error(ctx));
    for (; *says; says++)
        if (!strstr(cairn_error(ctx), *says)) fail_msg("expected `%s`: %s", *says, cairn_error(ctx));
}

static void test_what_is_not_finite_stops_with_step_tensor_and_checkpoint(void **state) {
    (void)state;
    write_x_records("x.jsonl", 20, 1);
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, in_folder("x.jsonl"), in_folder("bad.gguf"));
    s.steps = 10;
    s.every = 1;
    s.rate = 1e30; /* the first step throws every number far away; the second cannot be computed */
    expect_failure(&s, (const char *const[]){"step 2", "weight", "not finite", "bad.gguf.train of step 1", NULL});
    s.every = 5;
    expect_failure(&s, (const char *const[]){"step 2", "weight", "not finite", "there is no checkpoint yet", NULL});
    assert_int_equal(access(in_folder("bad.gguf"), F_OK), 0); /* of the first run */
}

/* ---- memory ----------------------------------------------------------------------------------------------------------------------- */

static void deny_memory(void *arg, const cairn_learn_point *p) {
    (void)arg;
    if (p->step == 1) cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = 1});
    if (p->step == 90) cairn_faults_set(ctx, (cairn_faults){0});
}

static void test_a_step_in_the_steady_state_allocates_nothing(void **state) {
    (void)state;
    cairn_learn_summary r;
    write_x_records("x.jsonl", 100, 1);
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, in_folder("x.jsonl"), in_folder("steady.gguf"));
    s.steps = 100;
    s.every = 100;
    s.watch = deny_memory;
    must(cairn_learn(ctx, &s, &r));
    assert_int_equal(r.steps, 100);
}

/* Every allocation, every write in turn fails: the run says so, and its memory is given back (the sanitizers look). */
static void test_no_memory_and_no_disk_are_errors_wherever_they_strike(void **state) {
    (void)state;
    cairn_learn_summary r;
    int no_memory = 0, no_disk = 0;
    write_x_records("x.jsonl", 6, 1);
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, in_folder("x.jsonl"), in_folder("faults.gguf"));
    s.steps = 2;
    s.every = 1;
    s.dev_share = 0.3;
    s.log = in_folder("faults.jsonl");
    s.tensorboard = in_folder("faults");
    for (int64_t at = 1; at < 2000; at += at < 200 ? 1 : 7) {
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = at});
        cairn_status status = cairn_learn(ctx, &s, &r);
        if (status != CAIRN_OK && status != CAIRN_NO_MEMORY && status != CAIRN_INVALID)
            fail_msg("allocation %d: %s", (int)at, cairn_error(ctx));
        if (status != CAIRN_OK && !strstr(cairn_error(ctx), "memory"))
            fail_msg("allocation %d: %s", (int)at, cairn_error(ctx));
        no_memory += status != CAIRN_OK;
    }
    for (int64_t bytes = 0; bytes < 120000; bytes += 5000) {
        cairn_faults_set(ctx, (cairn_faults){.disk_bytes = bytes ? bytes : 1});
        cairn_status status = cairn_learn(ctx, &s, &r);
        if (status != CAIRN_OK && status != CAIRN_IO) fail_msg("%d bytes of disk: %s", (int)bytes, cairn_error(ctx));
        no_disk += status == CAIRN_IO;
    }
    cairn_faults_set(ctx, (cairn_faults){0});
    print_message("%d runs without memory, %d without disk\n", no_memory, no_disk);
    assert_true(no_memory > 100 && no_disk > 10);
    must(cairn_learn(ctx, &s, &r));
}

/* ---- refusals ------------------------------------------------------------------------------------------------------------------------ */

static void test_what_cannot_be_learned_is_refused(void **state) {
    (void)state;
    write_x_records("x.jsonl", 5, 1);
    FILE *file = create("bare.jsonl");
    fprintf(file, "{\"question\":\"q\",\"answer\":\"1\\n#### 1\"}\n");
    fclose(file);
    const char *x = in_folder("x.jsonl"), *bare = in_folder("bare.jsonl"), *out = in_folder("out.gguf");
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, bare, out);
    expect_failure(&s, (const char *const[]){"bare.jsonl", "nothing to learn from", NULL});
    s = tiny_setup(CAIRN_LEARN_PRM, x, "");
    expect_failure(&s, (const char *const[]){"out", NULL});
    s = tiny_setup(CAIRN_LEARN_ORM, x, out);
    s.objective = "hard";
    expect_failure(&s, (const char *const[]){"outcome", NULL});
    s = tiny_setup(CAIRN_LEARN_PRM, x, out);
    s.shape = "width=15";
    expect_failure(&s, (const char *const[]){"width 15", NULL});
    s = tiny_setup(CAIRN_LEARN_PRM, x, out);
    s.shape = "width=16,heads=2,kv-heads=1,layers=1,context=10";
    cairn_learn_summary r;
    assert_int_equal(cairn_learn(ctx, &s, &r), CAIRN_LIMIT);
    assert_non_null(strstr(cairn_error(ctx), "x.jsonl:1: too long"));
}

/* What a policy wrote without end is a bad line of its file. */
static void test_a_solution_beyond_the_context_can_be_skipped(void **state) {
    (void)state;
    char step[600];
    memset(step, 'a', sizeof step);
    step[sizeof step - 1] = 0;
    write_x_records("x.jsonl", 5, 1);
    FILE *file = fopen(in_folder("x.jsonl"), "a");
    assert_non_null(file);
    fprintf(file, "{\"prompt\":\"p\",\"completions\":[\"%s\"],\"labels\":[true]}\n", step);
    fclose(file);
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, in_folder("x.jsonl"), in_folder("out.gguf"));
    s.shape = "width=16,heads=2,kv-heads=1,layers=1,context=300";
    s.vocabulary = 261;
    cairn_learn_summary r;
    assert_int_equal(cairn_learn(ctx, &s, &r), CAIRN_LIMIT);
    assert_non_null(strstr(cairn_error(ctx), "x.jsonl:6: too long"));
    assert_non_null(strstr(cairn_error(ctx), "--shape context=N"));
    s.skip_bad = true;
    must(cairn_learn(ctx, &s, &r));
    assert_int_equal(r.skipped_lines, 1);
    assert_int_equal(r.examples, 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_solution_beyond_the_context_can_be_skipped),
        cmocka_unit_test(test_a_tiny_decoder_learns_fifty_solutions_by_heart),
        cmocka_unit_test(test_a_step_head_learns_that_an_x_is_wrong),
        cmocka_unit_test(test_an_outcome_head_learns_that_an_x_anywhere_is_wrong),
        cmocka_unit_test(test_the_file_holds_the_model_that_was_measured),
        cmocka_unit_test(test_a_step_says_of_which_epoch_it_was),
        cmocka_unit_test(test_accumulated_batches_are_one_large_batch),
        cmocka_unit_test(test_the_tokens_of_right_steps_are_learned_beside_the_head),
        cmocka_unit_test(test_a_head_of_likelihoods_learns_too),
        cmocka_unit_test(test_an_average_follows_the_steps),
        cmocka_unit_test(test_it_stops_when_the_dev_loss_gets_no_better_and_keeps_the_best),
        cmocka_unit_test(test_what_is_not_finite_stops_with_step_tensor_and_checkpoint),
        cmocka_unit_test(test_a_step_in_the_steady_state_allocates_nothing),
        cmocka_unit_test(test_no_memory_and_no_disk_are_errors_wherever_they_strike),
        cmocka_unit_test(test_what_cannot_be_learned_is_refused),
    };
    return cmocka_run_group_tests_name("learn train", tests, open_folder, close_folder);
}
