/* A run that is killed or stopped and resumed ends with the bytes of one that was not; damaged and foreign checkpoints
 * are refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "learn/trainer.h"
#include "learn_fixture.h"

enum { STEPS = 24 };

/* Two batches a step, three epochs and more, a dev set; a checkpoint every fourth step. */
static cairn_learn_setup setup_of(const char *out) {
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_PRM, in_folder("x.jsonl"), out);
    s.shape = "width=16,layers=1,heads=2,kv-heads=1,context=32,tied=false";
    s.dev_share = 0.2;
    s.steps = STEPS;
    s.every = 4;
    s.accumulate = 2;
    s.decay = 0.1;
    s.average = 0.9;
    s.likelihood = true;
    s.text = 0.5;
    s.threads = 2;
    return s;
}

static char *contents(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("%s is missing", path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*size);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void expect_same_files(const char *a, const char *b) {
    size_t n, m;
    char *x = contents(a, &n), *y = contents(b, &m);
    assert_int_equal(n, m);
    assert_memory_equal(x, y, n);
    free(x);
    free(y);
}

static const char *whole(void) {
    static bool made;
    const char *out = in_folder("whole.gguf");
    write_x_records("x.jsonl", 60, 1);
    cairn_learn_setup s = setup_of(out);
    if (!made) assert_false(killed(&s, 0));
    made = true;
    return out;
}

/* Fault points: one behind each step, four at a checkpoint with a better model (two a file), two without. */
static void test_killed_anywhere_and_resumed_the_bytes_are_those_of_one_run(void **state) {
    (void)state;
    const char *one = whole();
    int kills = 0;
    for (int64_t at = 1; at <= 40; at += 3) {
        const char *out = in_folder("again.gguf");
        cairn_learn_setup s = setup_of(out);
        unlink(out);
        unlink(in_folder("again.gguf.train"));
        kills += killed(&s, at);
        s.resume = access(in_folder("again.gguf.train"), F_OK) == 0;
        assert_false(killed(&s, 0));
        expect_same_files(one, out);
        expect_same_files(in_folder("whole.gguf.train"), in_folder("again.gguf.train"));
    }
    print_message("%d of 14 runs were killed\n", kills);
    assert_true(kills >= 10);
}

static void test_killed_twice_and_with_other_threads_likewise(void **state) {
    (void)state;
    const char *one = whole(), *out = in_folder("twice.gguf");
    cairn_learn_setup s = setup_of(out);
    assert_true(killed(&s, 11));
    s.resume = true;
    s.threads = 1;
    assert_true(killed(&s, 9));
    assert_false(killed(&s, 0));
    expect_same_files(one, out);
}

static void stop_at_seven(void *arg, const cairn_learn_point *p) {
    if (p->step == 7) cairn_cancel(arg);
}

static void test_stopped_between_checkpoints_and_resumed_likewise(void **state) {
    (void)state;
    cairn_ctx *own;
    cairn_learn_summary r;
    const char *one = whole(), *out = in_folder("stopped.gguf");
    cairn_learn_setup s = setup_of(out);
    must(cairn_ctx_open(&own));
    s.watch = stop_at_seven;
    s.watch_arg = own;
    assert_int_equal(cairn_learn(own, &s, &r), CAIRN_CANCELLED);
    assert_non_null(strstr(cairn_error(own), "stopped after step 7 of 24"));
    cairn_ctx_close(own);
    s.watch = NULL;
    s.resume = true;
    must(cairn_learn(ctx, &s, &r));
    assert_int_equal(r.steps, STEPS);
    expect_same_files(one, out);
    must(cairn_learn(ctx, &s, &r)); /* done already: nothing changes */
    expect_same_files(one, out);
}

static int count_lines(const char *path, int *last_step) {
    char line[1024];
    long long step;
    int n = 0;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        assert_int_equal(sscanf(line, "{\"step\":%lld,", &step), 1);
        assert_int_equal(step, ++n); /* every step once, in order */
        *last_step = (int)step;
    }
    fclose(file);
    return n;
}

static void test_the_log_of_a_resumed_run_has_every_step_once(void **state) {
    (void)state;
    int last = 0;
    whole();
    cairn_learn_setup s = setup_of(in_folder("log.gguf"));
    s.log = in_folder("log.jsonl");
    assert_true(killed(&s, 13));
    assert_true(count_lines(s.log, &last) > 4);
    s.resume = true;
    assert_false(killed(&s, 0));
    assert_int_equal(count_lines(s.log, &last), STEPS);
    assert_int_equal(last, STEPS);
}

static void expect_refused(const cairn_learn_setup *s, cairn_status status, const char *says) {
    cairn_learn_summary r;
    assert_int_equal(cairn_learn(ctx, s, &r), status);
    if (!strstr(cairn_error(ctx), says)) fail_msg("expected `%s`: %s", says, cairn_error(ctx));
}

static void test_a_checkpoint_of_another_run_or_a_damaged_one_is_refused(void **state) {
    (void)state;
    whole();
    cairn_learn_setup s = setup_of(in_folder("other.gguf"));
    s.resume = true;
    expect_refused(&s, CAIRN_NOT_FOUND, "other.gguf.train");
    s.checkpoint = in_folder("whole.gguf.train");
    s.rate = 0.02;
    expect_refused(&s, CAIRN_INVALID, "made with `rate=0.01`, this run has `rate=0.02`");
    s = setup_of(in_folder("other.gguf"));
    s.resume = true;
    s.checkpoint = in_folder("damaged.train");
    size_t size;
    char *bytes = contents(in_folder("whole.gguf.train"), &size);
    for (int kind = 0; kind < 2; kind++) {
        FILE *file = create("damaged.train");
        bytes[size / 2] ^= 1;
        assert_int_equal(fwrite(bytes, 1, kind ? size / 3 : size, file), kind ? size / 3 : size);
        fclose(file);
        expect_refused(&s, CAIRN_FORMAT, "damaged.train");
    }
    free(bytes);
    s.checkpoint = s.data;
    expect_refused(&s, CAIRN_FORMAT, "x.jsonl");
    s.checkpoint = in_folder("whole.gguf"); /* a model, but no checkpoint */
    expect_refused(&s, CAIRN_NOT_FOUND, "cairn.learn.manifest");
}

/* A checkpoint before the first step as versions wrote it that did not name the instruction set. */
static void write_old_checkpoint(const cairn_learn_setup *s) {
    trainer t = {.ctx = ctx, .setup = s, .saved = -1, .now = {.best_loss = NAN, .loss = NAN}};
    must(trainer_open(&t));
    char *before = strstr(t.manifest, INSTRUCTION_SET); /* the last line */
    assert_non_null(before);
    t.manifest = cairn_arena_copy(t.arena, t.manifest, (size_t)(before - t.manifest));
    must(trainer_save(&t));
    trainer_close(&t);
}

static char warned[1024];
static void keep_warning(void *user, cairn_log_level level, const char *line) {
    (void)user;
    if (level == CAIRN_LOG_WARN) snprintf(warned, sizeof warned, "%s", line);
}

static void test_a_checkpoint_that_names_no_instruction_set_is_resumed_with_a_warning(void **state) {
    (void)state;
    cairn_learn_summary r;
    const char *one = whole(), *out = in_folder("old.gguf");
    cairn_learn_setup s = setup_of(out);
    write_old_checkpoint(&s);
    s.resume = true;
    s.portable = true;
    expect_refused(&s, CAIRN_INVALID, "without --portable");
    s.portable = false;
    cairn_log_to(ctx, CAIRN_LOG_WARN, keep_warning, NULL);
    must(cairn_learn(ctx, &s, &r));
    cairn_log_to(ctx, CAIRN_LOG_WARN, NULL, NULL);
    if (!strstr(warned, cairn_instruction_set())) fail_msg("warned: %s", warned);
    assert_string_equal(r.instruction_set, cairn_instruction_set());
    expect_same_files(one, out);
    expect_same_files(in_folder("whole.gguf.train"), in_folder("old.gguf.train")); /* from now on it is named */
}

static void test_a_checkpoint_of_another_instruction_set_is_refused_unless_portable(void **state) {
    (void)state;
    cairn_learn_summary r;
    cairn_learn_setup s = setup_of(in_folder("p.gguf"));
    s.portable = true;
    assert_true(killed(&s, 11));
    s.resume = true;
    s.portable = false;
    expect_refused(&s, CAIRN_INVALID, "begun with --portable: resume it with --portable");
    cairn_ctx_set_portable(ctx, true); /* asks for the same */
    must(cairn_learn(ctx, &s, &r));
    cairn_ctx_set_portable(ctx, false);
    assert_string_equal(r.instruction_set, "portable");
    s.portable = true;
    s.checkpoint = in_folder("whole.gguf.train");
    expect_refused(&s, CAIRN_INVALID, "begun without --portable: resume it without");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_anywhere_and_resumed_the_bytes_are_those_of_one_run),
        cmocka_unit_test(test_killed_twice_and_with_other_threads_likewise),
        cmocka_unit_test(test_stopped_between_checkpoints_and_resumed_likewise),
        cmocka_unit_test(test_the_log_of_a_resumed_run_has_every_step_once),
        cmocka_unit_test(test_a_checkpoint_of_another_run_or_a_damaged_one_is_refused),
        cmocka_unit_test(test_a_checkpoint_that_names_no_instruction_set_is_resumed_with_a_warning),
        cmocka_unit_test(test_a_checkpoint_of_another_instruction_set_is_refused_unless_portable),
    };
    return cmocka_run_group_tests_name("learn resume", tests, open_folder, close_folder);
}
