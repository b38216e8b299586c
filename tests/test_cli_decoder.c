/* Same seed, same bytes, where a decoder proposes the steps and a head of one scores them: whatever is computed
 * together, kept or given up, killed and gone on with. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

#define SELF CAIRN_BINARY_DIR "/tests/test_cli_decoder"
#include "cli_runs.h"

#include "cairn/model.h"

enum { COUNT = 16 }; /* problems of a run */
#define PROBLEMS_GIVEN "--world gsm8k:max_steps=5 --problems words.jsonl -n 16 --max-step-tokens 12 "
#define POLICY         "--policy model:file=policy.gguf "
#define SOLVE          "solve --keep-tree " PROBLEMS_GIVEN "--budget 24 --search "
#define LABEL          "label " PROBLEMS_GIVEN "--method "

/* %s: options of the engines, each with a comma before it. */
static const char *const jobs[] = {
    SOLVE "beam --policy model:file=policy.gguf%s --reward head:file=prm.gguf%s",
    SOLVE "dvts --policy model:file=policy.gguf%s --reward head:file=prm.gguf%s",
    SOLVE "rebase --policy model:file=policy.gguf%s --reward head:file=prm.gguf%s",
    SOLVE "mcts --policy model:file=policy.gguf%s --reward head:file=prm.gguf%s",
    SOLVE "retry --policy model:file=policy.gguf%s --reward head:file=prm.gguf%s",
    SOLVE "best-of-n --policy model:file=policy.gguf%s --reward head:file=prm.gguf%s",
    LABEL "mc:solutions=2,rollouts=3 --policy model:file=policy.gguf%s --quiet%.0s",
    LABEL "omegaprm:searches=3,rollouts=4,question_filter=8 --policy model:file=policy.gguf%s --quiet%.0s",
    /* where nothing but the model's </s> ends a solution */
    "solve --keep-tree --world text:max_steps=5 --problems words.jsonl -n 16 --max-step-tokens 12 --budget 24 "
    "--search beam --policy model:file=policy.gguf%s --reward head:file=prm.gguf%s",
    /* which says bytes of every kind */
    SOLVE "majority:width=4 --temperature 4 --policy model:file=policy.gguf%s --quiet%.0s",
};
enum { JOBS = sizeof jobs / sizeof *jobs };

static const char *job(size_t i, const char *engine) {
    static char words[512];
    snprintf(words, sizeof words, jobs[i], engine, engine);
    return words;
}

/* The export of the undisturbed run. */
static const char *whole_of(size_t i) {
    static char name[32];
    snprintf(name, sizeof name, "whole%zu.jsonl", i);
    return name;
}

/* ---- the models ---------------------------------------------------------------------------------------------------- */

/* Solutions of one to three steps "Then 2." and an answer, all of them guesses: what is learned from them stays a
 * matter of chance. */
static void write_solutions(void) {
    static const char *const leads[] = {"Then", "Maybe", "Or"};
    static char text[32768];
    size_t n = 0;
    uint32_t x = 1;
    for (int i = 0; i < 200; i++) {
        char steps[160] = "", labels[64] = "";
        int count = 1 + i % 3;
        for (int k = 0; k < count; k++) {
            x = x * 1664525u + 1013904223u;
            snprintf(steps + strlen(steps), sizeof steps - strlen(steps), "\"%s %u.\", ", leads[x >> 20 & 1],
                     x >> 24 & 3);
            strcat(labels, x >> 24 & 1 ? "true, " : "false, ");
        }
        x = x * 1664525u + 1013904223u;
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "{\"prompt\":\"Question %d?\",\"completions\":[%s\"#### %u\"],\"labels\":[%strue]}\n",
                              i % 100, steps, x >> 24 & 3, labels);
    }
    write_file("solutions.jsonl", text, n);
}

#define TRAINED "--batch-tokens 512 --threads 1 --quiet "

/* A page of kept keys has 32 KiB: with cache=1 an engine has 32 of them, and the prompts alone of a run need more than
 * that. */
static int make_models(void **state) {
    if (make_folder(state) != 0) return -1;
    write_problems();
    write_solutions();
    expect_ok(
        cairn("train sft solutions.jsonl --out policy.gguf --shape width=64,layers=4,heads=4,kv-heads=4,context=128 "
              "--vocabulary 320 --steps 60 --rate 0.01 " TRAINED));
    expect_ok(cairn("train sft solutions.jsonl --init policy.gguf --out other.gguf --steps 1 " TRAINED));
    expect_ok(cairn("train prm solutions.jsonl --init policy.gguf --out prm.gguf --steps 30 " TRAINED));
    expect_ok(cairn("train prm solutions.jsonl --init policy.gguf --out other_prm.gguf --steps 29 " TRAINED));
    for (size_t i = 0; i < JOBS; i++) {
        expect_ok(cairn("%s --run whole.db", job(i, "")));
        expect_ok(cairn("run export whole.db --out whole%zu.jsonl", i));
        assert_true(size_of(whole_of(i)) > 4000);
        unlink(in_folder("whole.db"));
    }
    return 0;
}

/* ---- shapes and engines --------------------------------------------------------------------------------------------- */

static const int workers[] = {1, 2, 3, 4}, in_flight[] = {1, 3, 64};

static void test_a_run_exports_the_same_bytes_in_every_shape(void **state) {
    (void)state;
    for (size_t i = 0; i < JOBS; i++) {
        for (size_t k = 0; k < 2; k++) { /* over all runs, each of the twelve */
            size_t shape = (i + 5 * k) % 12;
            char words[700];
            snprintf(words, sizeof words, "%s --workers %d --in-flight %d", job(i, ""), workers[shape % 4],
                     in_flight[shape / 4]);
            export_of("shaped.db", words);
            expect_same_files(whole_of(i), "shaped.db.jsonl");
            forget("shaped.db");
        }
    }
}

/* Compares exports behind their manifests, which name the options of the engines. */
static void expect_same_records(const char *a, const char *b) {
    char command[300];
    snprintf(command, sizeof command, "cd %s && tail -n +2 %s >a.txt && tail -n +2 %s >b.txt", scratch, a, b);
    assert_int_equal(system(command), 0);
    assert_true(size_of("a.txt") > 2000);
    expect_same_files("a.txt", "b.txt");
}

static void test_records_depend_neither_on_kept_keys_nor_on_rows_of_a_step(void **state) {
    (void)state;
    static const char *const engines[] = {",cache=1,rows=1", ",cache=1,rows=24", ",cache=1,rows=4096",
                                          ",cache=64,rows=3"};
    for (size_t i = 0; i < JOBS; i++) {
        for (size_t k = i % 2; k < 4; k += 2) {
            char words[700];
            snprintf(words, sizeof words, "%s --workers 1 --in-flight %d", job(i, engines[k]), COUNT);
            export_of("other.db", words);
            expect_same_records(whole_of(i), "other.db.jsonl");
            forget("other.db");
        }
    }
}

/* ---- kill and resume ------------------------------------------------------------------------------------------------ */

static void test_a_run_killed_at_counted_moments_resumes_to_the_same_bytes(void **state) {
    (void)state;
    for (size_t i = 0; i < JOBS; i++)
        for (int k = 0; k < 2; k++) {
            char faults[32], killed[700];
            snprintf(faults, sizeof faults, "kill=%d", 2 + COUNT * (10 + 50 * k + 4 * (int)i) / 100);
            snprintf(killed, sizeof killed, "%s --run killed.db --in-flight %d", job(i, ""),
                     in_flight[(i + (size_t)k) % 3]);
            assert_int_equal(outcome_of(start_cairn(faults, killed))->status, 128 + SIGKILL);
            expect_ok(cairn("run resume killed.db --workers %d", 1 + k));
            expect_ok(cairn("run export killed.db --out killed.db.jsonl"));
            expect_same_files(whole_of(i), "killed.db.jsonl");
            forget("killed.db");
        }
    expect_nothing_left_beside("kill and resume");
}

/* Kills the process in its computing, when it has been at work for so long. True: it was still running. */
static bool killed_after(const char *words, double s) {
    struct timespec pause = {(time_t)s, (long)((s - (double)(time_t)s) * 1e9)};
    pid_t child = start_cairn(NULL, words);
    nanosleep(&pause, NULL);
    kill(child, SIGKILL);
    int status = wait_for(child);
    if (status != 0 && status != 128 + SIGKILL) fail_msg("exit status %d", status);
    return status != 0;
}

static void test_a_run_killed_again_and_again_ends_with_the_same_bytes(void **state) {
    (void)state;
    char killed[700];
    int kills = 0;
    const char *words =
        "solve --world gsm8k:max_steps=5 --problems words.jsonl --max-step-tokens 12 --budget 64 --keep-tree "
        "--search mcts " POLICY "--reward head:file=prm.gguf --workers 1";
    export_of("whole.db", words);
    snprintf(killed, sizeof killed, "%s --run killed.db", words);
    for (double patience = 0.05; killed_after(killed, patience); patience *= 1.2) {
        kills++;
        assert_true(kills < 60);
        if (is_there("killed.db")) snprintf(killed, sizeof killed, "run resume killed.db --workers 1");
    }
    assert_true(kills > 0);
    expect_ok(cairn("run export killed.db --out killed.db.jsonl"));
    expect_same_files("whole.db.jsonl", "killed.db.jsonl");
    forget("killed.db");
    forget("whole.db");
}

/* ---- another model -------------------------------------------------------------------------------------------------- */

static void copy_file(const char *from, const char *to) {
    char command[600];
    snprintf(command, sizeof command, "cp %s %s", in_folder(from), in_folder(to));
    assert_int_equal(system(command), 0);
}

/* The same tensors and tokenizer, turned by another base. */
static void write_turned(const char *from, const char *to) {
    static const char key[] = "llama.rope.freq_base";
    cairn_ctx *ctx;
    cairn_gguf *file;
    cairn_gguf_writer *writer;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(cairn_gguf_open(ctx, in_folder(from), &file), CAIRN_OK);
    assert_int_equal(cairn_gguf_writer_open(ctx, &writer), CAIRN_OK);
    assert_non_null(cairn_gguf_find(file, key));
    for (int32_t i = 0; i < cairn_gguf_entries(file); i++)
        if (strcmp(cairn_gguf_entry_at(file, i)->key, key) != 0)
            assert_int_equal(cairn_gguf_put_entry(writer, file, i), CAIRN_OK);
    assert_int_equal(cairn_gguf_put_f32(writer, key, 20000), CAIRN_OK);
    for (int32_t i = 0; i < cairn_gguf_tensors(file); i++) {
        const cairn_gguf_tensor *t = cairn_gguf_tensor_at(file, i);
        assert_int_equal(cairn_gguf_put_data(writer, t->name, t->type, t->rank, t->shape, t->data), CAIRN_OK);
    }
    assert_int_equal(cairn_gguf_write(writer, in_folder(to)), CAIRN_OK);
    cairn_gguf_writer_close(writer);
    cairn_gguf_close(file);
    cairn_ctx_close(ctx);
}

static void test_a_run_is_not_gone_on_with_by_another_model(void **state) {
    (void)state;
    static const struct {
        const char *file, *other, *reward, *key;
    } cases[] = {
        {"p.gguf", "other.gguf", "head:file=r.gguf", "policy_key"},
        {"p.gguf", "turned.gguf", "head:file=r.gguf", "policy_key"},
        {"r.gguf", "other_prm.gguf", "head:file=r.gguf", "reward_key"},
        {"r.gguf", "other_prm.gguf", "combine:of=head:file=r.gguf|calculator", "reward_key"},
    };
    write_turned("policy.gguf", "turned.gguf");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char words[600];
        copy_file("policy.gguf", "p.gguf");
        copy_file("prm.gguf", "r.gguf");
        snprintf(words, sizeof words, SOLVE "beam --policy model:file=p.gguf --reward '%s' --run a.db",
                 cases[i].reward);
        assert_int_equal(outcome_of(start_cairn("kill=9", words))->status, 128 + SIGKILL);
        copy_file(cases[i].other, cases[i].file);
        expect_one_sentence(cairn("run resume a.db"), cases[i].other, WORDS("a.db", "was made with", cases[i].key));
        expect_one_sentence(cairn("%s --resume", words), cases[i].other, WORDS("a.db", "was made with", cases[i].key));
        copy_file("policy.gguf", "p.gguf");
        copy_file("prm.gguf", "r.gguf");
        expect_ok(cairn("run resume a.db"));
        forget("a.db");
    }
}

/* ---- where a model ends ---- */

/* The records of an export. */
static json_t *records_of(const char *name) {
    static char line[1 << 17];
    json_t *all = json_array();
    FILE *file = fopen(in_folder(name), "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) json_array_append_new(all, json_loads(line, 0, NULL));
    fclose(file);
    return all;
}

/* In a world that does not know where a solution ends, a tree has ends: leaves without a text. */
static int ends_of(const char *name) {
    json_t *all = records_of(name), *record, *node;
    size_t i, k;
    int ends = 0;
    json_array_foreach(all, i, record) json_array_foreach(json_object_get(record, "tree"), k, node) {
        if (!json_object_get(node, "end")) continue;
        assert_string_equal(json_string_value(json_object_get(node, "text")), "");
        ends++;
    }
    json_decref(all);
    return ends;
}

static bool states_answer(const json_t *step) {
    return strncmp(json_string_value(step), "####", 4) == 0;
}

static void test_a_solution_ends_with_its_last_step(void **state) {
    (void)state;
    int answered = 0, last = 0; /* solutions with an answer; with an answer as the last step */
    assert_true(ends_of(whole_of(JOBS - 2)) > COUNT / 2);
    export_of("label.db", "label --world text:max_steps=5 --problems words.jsonl -n 16 --max-step-tokens 12 " POLICY
                          "--method mc:solutions=4,rollouts=1");
    json_t *all = records_of("label.db.jsonl"), *record, *solution, *step;
    size_t i, k, t;
    json_array_foreach(all, i, record) json_array_foreach(json_object_get(record, "solutions"), k, solution) {
        const json_t *steps = json_object_get(solution, "steps");
        bool any = false;
        json_array_foreach(steps, t, step) any = any || states_answer(step);
        answered += any;
        last += any && states_answer(json_array_get(steps, json_array_size(steps) - 1));
    }
    json_decref(all);
    assert_true(answered > COUNT);
    assert_true(2 * last > answered); /* that a model goes on behind its answer is rare, and was never trained */
    forget("label.db");
}

/* ---- what a model says is bytes ------------------------------------------------------------------------------------- */

static void test_bytes_that_are_no_text_are_shown_as_such(void **state) {
    (void)state;
    char command[300];
    export_of("wild.db", job(JOBS - 1, ""));
    snprintf(command, sizeof command, "grep -q '\xef\xbf\xbd' %s", in_folder("wild.db.jsonl"));
    assert_int_equal(system(command), 0);
    forget("wild.db");
}

/* The baseline is bound like the others, whatever it is. */
static void test_every_search_is_matched_the_baseline_too(void **state) {
    (void)state;
    json_t *rows =
        parsed(cairn("eval budget " PROBLEMS_GIVEN POLICY "--reward head:file=prm.gguf --quiet --json --pilot 8 "
                     "--searches 'majority:width=12 mcts' --match majority:width=12 --baseline mcts"));
    double spent[2];
    for (int i = 0; i < 2; i++) {
        const json_t *row = json_array_get(rows, (size_t)i);
        spent[i] =
            json_number_value(json_object_get(row, "flops")) + json_number_value(json_object_get(row, "judge_flops"));
    }
    assert_true(spent[0] > 0 && spent[1] > 0 && spent[1] < 1.25 * spent[0]);
    json_decref(rows);
}

/* ---- the memory of a run ---------------------------------------------------------------------------------------------- */

#define PLANNED PROBLEMS_GIVEN POLICY "--workers 2 --in-flight 4 --quiet --plan "

static void test_a_plan_says_what_a_run_will_hold_and_keeps_nothing(void **state) {
    (void)state;
    static const char *const says[] = {"2 workers",    "models",       "policy steps", "policy cache",
                                       "reward steps", "reward cache", "problems",     "fibers",
                                       "run file",     "program",      "total"};
    const char *name;
    json_t *part;
    int64_t sum = 0;
    const outcome *o = cairn("solve " PLANNED "--reward head:file=prm.gguf --run planned.db");
    assert_int_equal(o->status, 0);
    for (size_t i = 0; i < sizeof says / sizeof *says; i++)
        if (!strstr(o->out, says[i])) fail_msg("expected `%s` in: %s", says[i], o->out);
    assert_int_equal(access(in_folder("planned.db"), F_OK), -1);
    json_t *plan = parsed(cairn("label " PLANNED "--method mc:solutions=2,rollouts=2 --json"));
    json_t *memory = json_object_get(plan, "memory"), *parts = json_object_get(memory, "parts");
    json_object_foreach(parts, name, part) sum += json_integer_value(part);
    assert_int_equal(json_integer_value(json_object_get(plan, "workers")), 2);
    assert_int_equal(json_integer_value(json_object_get(parts, "reward_model")), 0); /* labels ask for no scores */
    assert_true(json_integer_value(json_object_get(parts, "records")) > 0);
    int64_t reading = json_integer_value(json_object_get(memory, "reading"));
    assert_int_equal(json_integer_value(json_object_get(memory, "total")), sum > reading ? sum : reading);
    json_decref(plan);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_run_exports_the_same_bytes_in_every_shape),
        cmocka_unit_test(test_every_search_is_matched_the_baseline_too),
        cmocka_unit_test(test_records_depend_neither_on_kept_keys_nor_on_rows_of_a_step),
        cmocka_unit_test(test_a_run_killed_at_counted_moments_resumes_to_the_same_bytes),
        cmocka_unit_test(test_a_run_killed_again_and_again_ends_with_the_same_bytes),
        cmocka_unit_test(test_a_run_is_not_gone_on_with_by_another_model),
        cmocka_unit_test(test_a_solution_ends_with_its_last_step),
        cmocka_unit_test(test_bytes_that_are_no_text_are_shown_as_such),
        cmocka_unit_test(test_a_plan_says_what_a_run_will_hold_and_keeps_nothing),
    };
    return cmocka_run_group_tests_name("decoder", tests, make_models, remove_folder);
}
