/* cairn train as a user meets it: three commands from records to a step head, resume after a kill, and refusals in one
 * sentence. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "learn_fixture.h"

typedef struct outcome {
    int status;       /* exit status; 128 + signal */
    char out[65536];  /* standard output, cut */
    char error[8192]; /* standard error, cut */
} outcome;

static void read_into(const char *name, char *buffer, size_t size) {
    FILE *file = fopen(in_folder(name), "rb");
    assert_non_null(file);
    buffer[fread(buffer, 1, size - 1, file)] = 0;
    fclose(file);
}

/* Runs "[CAIRN_FAULTS=...] cairn <words>" in the scratch folder. */
static outcome *cairn(const char *environment, const char *words) {
    static outcome o;
    char command[4096];
    snprintf(command, sizeof command, "cd %s && %s %s/cairn %s >out.txt 2>error.txt </dev/null", folder, environment,
             CAIRN_BINARY_DIR, words);
    int status = system(command);
    o.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    read_into("out.txt", o.out, sizeof o.out);
    read_into("error.txt", o.error, sizeof o.error);
    return &o;
}

static json_t *result_of(const char *words) {
    const outcome *o = cairn("", words);
    json_error_t error;
    if (o->status != 0) fail_msg("exit status %d: %s", o->status, o->error);
    json_t *result = json_loads(o->out, 0, &error);
    if (!result) fail_msg("no JSON: %s", o->out);
    return result;
}

static int64_t whole(const json_t *object, const char *key) {
    return json_integer_value(json_object_get(object, key));
}

static double real(const json_t *object, const char *key) {
    return json_number_value(json_object_get(object, key));
}

static void expect_refused(const char *words, const char *says) {
    const outcome *o = cairn("", words);
    if (o->status != 2) fail_msg("exit status %d: %s", o->status, o->error);
    if (!strstr(o->error, says)) fail_msg("expected `%s` in: %s", says, o->error);
    assert_ptr_equal(strchr(o->error, '\n'), o->error + strlen(o->error) - 1); /* one line */
}

#define SMALL "--threads 1 --quiet --batch-tokens 512 --warmup 0 --rate 0.01 --decay 0 "
#define SHAPE "--vocabulary 261 --shape width=16,layers=1,heads=2,kv-heads=1,context=32 "

/* Whether a tensor has the same bytes in two model files. */
static bool is_same(const char *name, const char *one, const char *other) {
    cairn_gguf *a, *b;
    must(cairn_gguf_open(ctx, in_folder(one), &a));
    must(cairn_gguf_open(ctx, in_folder(other), &b));
    const cairn_gguf_tensor *x = cairn_gguf_find_tensor(a, name), *y = cairn_gguf_find_tensor(b, name);
    assert_non_null(x);
    assert_non_null(y);
    bool same = x->bytes == y->bytes && memcmp(x->data, y->data, x->bytes) == 0;
    cairn_gguf_close(a);
    cairn_gguf_close(b);
    return same;
}

static void test_three_commands_from_records_to_a_step_head(void **state) {
    (void)state;
    write_x_records("x.jsonl", 300, 1);
    json_t *sft = result_of("train sft x.jsonl --out base.gguf --steps 10 --json " SHAPE SMALL);
    assert_int_equal(whole(sft, "vocabulary"), 261);
    assert_int_equal(whole(sft, "steps"), 10);
    json_decref(sft);
    json_t *prm = result_of("train prm x.jsonl --init base.gguf --out prm.gguf --steps 150 --every 50 --log prm.jsonl "
                            "--tensorboard runs/prm --dev-share 0.2 --json " SMALL);
    int64_t dev = whole(prm, "dev_examples");
    assert_int_equal(whole(prm, "examples") + dev, 300);
    assert_true(dev > 30 && dev < 90); /* 60 wanted, standard deviation 7 */
    assert_int_equal(whole(prm, "marks"), 3 * whole(prm, "examples"));
    assert_true(real(prm, "dev_auroc") > 0.95);
    json_decref(prm);
    assert_int_equal(access(in_folder("runs/prm/events.out.tfevents.0000000000000001.cairn"), F_OK), 0);
    char log[65536];
    read_into("prm.jsonl", log, sizeof log);
    json_t *first = json_loadb(log, strcspn(log, "\n"), 0, NULL);
    assert_int_equal(whole(first, "step"), 1);
    assert_true(fabs(real(first, "loss") - log1p(1)) < 0.1);
    assert_true(real(first, "rate") == 0.01 || fabs(real(first, "rate") - 0.01) < 1e-4);
    assert_null(json_object_get(first, "dev_loss"));
    json_decref(first);
    assert_non_null(strstr(log, "\"dev_auroc\":"));
    const outcome *o = cairn("", "model info prm.gguf");
    assert_non_null(strstr(o->out, "step {\"parameters\":306,\"kind\":\"classifier\",\"outputs\":2,\"hidden\":16}"));
    json_t *orm = result_of("train orm x.jsonl --init prm.gguf --out both.gguf --steps 5 --json --threads 1 --quiet "
                            "--decay 0.5 --average 0.3");
    assert_true(json_is_number(json_object_get(orm, "dev_loss")));
    json_decref(orm);
    o = cairn("", "model info both.gguf"); /* 16 x 16 + 16 + 16 + 1 */
    assert_non_null(strstr(o->out, "outcome {\"parameters\":289,\"kind\":\"value\",\"outputs\":1,\"hidden\":16}"));
    assert_non_null(strstr(o->out, "step {\"parameters\":306"));
    assert_true(is_same("cairn.head.step.0.weight", "prm.gguf", "both.gguf")); /* one head at a time is trained */
    assert_true(is_same("cairn.head.step.2.bias", "prm.gguf", "both.gguf"));
    assert_false(is_same("blk.0.ffn_up.weight", "prm.gguf", "both.gguf"));
}

/* A critique of one token has no verdict in its text, whatever the model. */
static void test_steps_whose_critiques_cannot_be_read_are_counted(void **state) {
    (void)state;
    static const char critic[] = "score x.jsonl --json --reward critic:file=c.gguf,verdict=text,max_tokens=1";
    char words[256];
    write_x_records("x.jsonl", 4, 1);
    const outcome *o = cairn("", "train sft x.jsonl --out c.gguf --steps 2 --quiet --vocabulary 270 "
                                 "--shape width=16,layers=1,heads=2,kv-heads=1,context=128");
    if (o->status != 0) fail_msg("%s", o->error);
    json_t *r = result_of(critic);
    assert_int_equal(whole(r, "steps"), 12);
    assert_int_equal(whole(r, "unreadable"), 12);
    assert_int_equal(whole(r, "unknown"), 12);
    json_decref(r);
    snprintf(words, sizeof words, "%s,unreadable=wrong", critic);
    r = result_of(words);
    assert_int_equal(whole(r, "unreadable"), 12);
    assert_int_equal(whole(r, "unknown"), 0);
    assert_int_equal(whole(r, "wrong"), 12);
    json_decref(r);
    FILE *file = create("shown.txt");
    fputs("{problem}\n{stop}\n", file);
    fclose(file);
    expect_refused("score x.jsonl --reward critic:file=c.gguf,template=shown.txt", "shown.txt:2");
}

static void test_a_killed_run_goes_on(void **state) {
    (void)state;
    static const char one[] = "train prm x.jsonl --out one.gguf --steps 12 --every 3 " SHAPE SMALL;
    write_x_records("x.jsonl", 50, 1);
    assert_int_equal(cairn("", one)->status, 0);
    assert_int_equal(
        cairn("CAIRN_FAULTS=kill=15", "train prm x.jsonl --out two.gguf --steps 12 --every 3 " SHAPE SMALL)->status %
            128,
        SIGKILL);
    assert_int_equal(cairn("", "train prm x.jsonl --out two.gguf --steps 12 --every 3 --resume " SHAPE SMALL)->status,
                     0);
    char command[256];
    snprintf(command, sizeof command, "cmp %s/one.gguf %s/two.gguf", folder, folder);
    assert_int_equal(system(command), 0);
}

static void test_people_read_what_was_learned(void **state) {
    (void)state;
    write_x_records("x.jsonl", 50, 1);
    const outcome *o = cairn("", "train prm x.jsonl --out p.gguf --steps 4 " SHAPE SMALL);
    assert_int_equal(o->status, 0);
    assert_string_equal(o->error, "");
    static const char *const words[] = {"parameters", "labelled steps", "in the dev set", "4 steps", "AUROC", "nats"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strstr(o->out, words[i])) fail_msg("expected `%s` in: %s", words[i], o->out);
    o = cairn("", "train prm --help");
    assert_int_equal(o->status, 0);
    assert_non_null(strstr(o->out, "--loss"));
    assert_non_null(strstr(o->out, "cairn train prm labels.jsonl"));
    assert_non_null(strstr(cairn("", "train")->out, "train orm"));
}

static void test_a_plan_says_what_the_run_will_hold_and_writes_nothing(void **state) {
    (void)state;
    static const char words[] = "train prm x.jsonl --out planned.gguf --steps 4 --average 0.5 " SHAPE SMALL;
    char line[1024];
    const char *name;
    json_t *part;
    int64_t sum = 0;
    write_x_records("x.jsonl", 50, 1);
    snprintf(line, sizeof line, "%s--plan --json", words);
    json_t *plan = result_of(line), *memory = json_object_get(plan, "memory");
    json_object_foreach(json_object_get(memory, "parts"), name, part) sum += json_integer_value(part);
    assert_int_equal(whole(plan, "parameters"), 261 * 16 + 2 * 16 * 16 + 2 * 16 * 8 + 3 * 16 * 48 + 3 * 16 + 306);
    assert_int_equal(whole(json_object_get(memory, "parts"), "moments"), 8 * whole(plan, "parameters"));
    assert_int_equal(whole(memory, "total"), sum > whole(memory, "reading") ? sum : whole(memory, "reading"));
    snprintf(line, sizeof line, "%s--plan", words);
    const outcome *o = cairn("", line);
    assert_int_equal(o->status, 0);
    static const char *const says[] = {"weights",        "gradients",   "moments", "average",
                                       "packed weights", "activations", "scratch", "data",
                                       "checkpoints",    "program",     "total"};
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        if (!strstr(o->out, says[i])) fail_msg("expected `%s` in: %s", says[i], o->out);
    assert_int_equal(access(in_folder("planned.gguf"), F_OK), -1);
    json_decref(plan);
    snprintf(line, sizeof line, "%s--json", words);
    json_t *run = result_of(line);
    assert_true(whole(run, "memory_most") > 1000000);
    json_decref(run);
    plan = result_of("model info planned.gguf --plan --cache 3 --rows 8 --json");
    assert_int_equal(whole(plan, "token_bytes"), 2 * 8 * 4);
    assert_int_equal(whole(json_object_get(json_object_get(plan, "memory"), "parts"), "keys_and_values"), 3 << 20);
    json_decref(plan);
    o = cairn("", "model info planned.gguf --plan --cache 3");
    assert_non_null(strstr(o->out, "49,152 tokens fit into the cache"));
    assert_non_null(strstr(o->out, "keys and values"));
    expect_refused("model info x.jsonl --plan", "x.jsonl: byte 0: magic number");
}

static void test_refusals_are_one_sentence(void **state) {
    (void)state;
    write_x_records("x.jsonl", 5, 1);
    expect_refused("train prm x.jsonl", "--out");
    expect_refused("train prm nowhere.jsonl --out m.gguf", "nowhere.jsonl");
    expect_refused("train prm x.jsonl --out m.gguf --shape width=16,depth=2", "depth");
    expect_refused("train prm x.jsonl --out m.gguf --vocabulary 100", "vocabulary");
    expect_refused("train prm x.jsonl --out m.gguf --init x.jsonl", "x.jsonl: byte 0: magic number");
    expect_refused("train prm x.jsonl --out m.gguf --resume", "m.gguf.train");
    expect_refused("train prm - --out m.gguf", "more than once");
    assert_int_equal(mkfifo(in_folder("pipe.jsonl"), 0600), 0);
    expect_refused("train prm pipe.jsonl --out m.gguf", "more than once");
    expect_refused("train prm x.jsonl --dev pipe.jsonl --out m.gguf", "more than once");
    expect_refused("train orm x.jsonl --out m.gguf --loss hard", "hard");
    expect_refused("train sft x.jsonl --out nowhere/m.gguf --steps 1 --quiet " SHAPE, "nowhere/m.gguf");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_commands_from_records_to_a_step_head),
        cmocka_unit_test(test_steps_whose_critiques_cannot_be_read_are_counted),
        cmocka_unit_test(test_a_killed_run_goes_on),
        cmocka_unit_test(test_people_read_what_was_learned),
        cmocka_unit_test(test_a_plan_says_what_the_run_will_hold_and_writes_nothing),
        cmocka_unit_test(test_refusals_are_one_sentence),
    };
    return cmocka_run_group_tests_name("command train", tests, open_folder, close_folder);
}
