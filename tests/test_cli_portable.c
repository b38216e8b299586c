/* label: long */
/* With --portable results are the same bytes by every kernel and by every choice of the C library's mathematics, and a
 * run says what its bits depend on: it resumes where these are the same, and nowhere else. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "child.h"
#include "cli.h"

#define WORLD  "words:operations=2,distractors=1"
#define MODELS CAIRN_SOURCE_DIR "/models/"
#define POLICY "--policy model:file=" MODELS "words-policy.gguf "
#define REWARD "--reward head:file=" MODELS "words-prm.gguf "

/* ---- kernels ---------------------------------------------------------------------------------------------------------- */

static const char *const kernels[] = {"plain", "avx2", "avx512", "avx512-bf16"};
static const char *const sets[] = {"x86-64", "x86-64-avx2", "x86-64-avx512", "x86-64-avx512-bf16"};
enum { KERNELS = sizeof kernels / sizeof *kernels };

/* By its number; processors of other kinds have plain kernels only. */
static const char *set_of(int i) {
    return i > 0 || strncmp(cairn_processor_set(), sets[0], strlen(sets[0])) == 0 ? sets[i] : cairn_processor_set();
}

/* How many of these kernels the processor has. */
static int possible(void) {
    for (int i = KERNELS; i-- > 0;)
        if (strcmp(cairn_processor_set(), sets[i]) == 0) return i + 1;
    return 1;
}

static void set_or_not(const char *variable, const char *value) {
    if (value)
        setenv(variable, value, 1);
    else
        unsetenv(variable);
}

/* What commands see from now on; NULL: nothing asked for. */
static void use(const char *asked, const char *tunables) {
    set_or_not("CAIRN_KERNELS", asked);
    set_or_not("GLIBC_TUNABLES", tunables);
}

/* The C library without its functions for special processors. */
#define PLAIN_LIBRARY "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F,-AVX512VL,-AVX512BW"

/* Writes file NAME for every choice and compares it with that of the default. */
static void expect_same_for_all(const char *name, void (*write)(const char *file)) {
    char whole[64], other[64];
    snprintf(whole, sizeof whole, "%s.default", name);
    use(NULL, NULL);
    write(whole);
    for (int i = -1; i < possible(); i++) {
        snprintf(other, sizeof other, "%s.%s", name, i < 0 ? "library" : kernels[i]);
        use(i < 0 ? NULL : kernels[i], i < 0 ? PLAIN_LIBRARY : NULL);
        write(other);
        use(NULL, NULL);
        expect_same_files(whole, other);
    }
}

static void export_run(const char *words, const char *file) {
    char path[100];
    snprintf(path, sizeof path, "%s.db", file);
    expect_ok(cairn("%s --run %s --portable --quiet", words, path));
    expect_ok(cairn("run export %s --out %s", path, file));
}

/* Which kernels are compared decides nothing about memory, and other tests have models that take less time. */
static void skip_when_sanitized(void) {
    if (SANITIZED) skip_because("what a sanitizer looks for does not hang on kernels");
}

/* ---- the same bytes --------------------------------------------------------------------------------------------------- */

static void write_solve(const char *file) {
    export_run("solve --world " WORLD " " POLICY REWARD "--search rebase --budget 24 --max-step-tokens 64 -n 3 "
               "--keep-tree",
               file);
}

static void test_a_search_with_models_is_the_same_by_every_kernel(void **state) {
    (void)state;
    skip_when_sanitized();
    expect_same_for_all("solve", write_solve);
}

static void write_label(const char *file) {
    export_run("label --world " WORLD " " POLICY "--method mc:solutions=1,rollouts=2 --max-step-tokens 64 -n 3", file);
}

static void test_labels_by_a_model_are_the_same_by_every_kernel(void **state) {
    (void)state;
    skip_when_sanitized();
    expect_same_for_all("label", write_label);
}

static void write_scores(const char *file) {
    expect_ok(cairn("score traces.jsonl " REWARD "--portable --quiet --out %s", file));
}

static void test_scores_of_a_head_are_the_same_by_every_kernel(void **state) {
    (void)state;
    skip_when_sanitized();
    expect_ok(cairn("world traces " WORLD " -n 12 --out traces.jsonl"));
    expect_same_for_all("scores", write_scores);
}

static void write_traces(const char *file) {
    expect_ok(cairn("world traces " WORLD " " POLICY "-n 3 --portable --out %s", file));
}

static void test_traces_of_a_model_are_the_same_by_every_kernel(void **state) {
    (void)state;
    skip_when_sanitized();
    expect_same_for_all("traces", write_traces);
}

static void write_decoder(const char *file) {
    expect_ok(cairn("train sft traces.jsonl --out %s --init " MODELS "words-policy.gguf --steps 2 --every 2 "
                    "--batch-tokens 256 --portable --quiet",
                    file));
}

static void write_fresh_decoder(const char *file) {
    expect_ok(cairn("train sft traces.jsonl --out %s --shape width=32,layers=2,heads=2 --vocabulary 300 --steps 3 "
                    "--every 3 --bf16 --average 0.9 --portable --quiet",
                    file));
}

static void test_trained_decoders_are_the_same_by_every_kernel(void **state) {
    (void)state;
    skip_when_sanitized();
    expect_ok(cairn("world traces " WORLD " -n 12 --out traces.jsonl"));
    expect_same_for_all("decoder", write_decoder);
    expect_same_for_all("fresh", write_fresh_decoder);
}

static void write_head(const char *file) {
    expect_ok(cairn("train prm labels.jsonl --out %s --init " MODELS "words-policy.gguf --steps 2 --every 2 "
                    "--batch-tokens 256 --likelihood --text 0.5 --portable --quiet",
                    file));
}

static void test_a_trained_head_is_the_same_by_every_kernel(void **state) {
    (void)state;
    skip_when_sanitized();
    expect_ok(cairn("label --world " WORLD " --method mc:solutions=1,rollouts=2 -n 12 --out labels.jsonl --quiet"));
    expect_same_for_all("head", write_head);
}

/* Without a model: scripted policies, random numbers, every search and labeller, statistics. */
static void write_scripted(const char *file) {
    char command[700];
    static const char *const searches[] = {"beam", "dvts", "rebase", "mcts:rule=puct", "mcts:rule=uct", "best-of-n"};
    for (size_t i = 0; i < sizeof searches / sizeof *searches; i++) {
        char words[300], part[64];
        snprintf(words, sizeof words,
                 "solve --world chain:steps=6 --policy scripted:error=0.2,repair=0.1 --reward noisy:sd=0.3 "
                 "--search %s --budget 48 -n 40 --keep-tree",
                 searches[i]);
        snprintf(part, sizeof part, "%s-%zu", file, i);
        export_run(words, part);
    }
    snprintf(command, sizeof command, "%s-l", file);
    export_run("label --world " WORLD " --method omegaprm:searches=5 -n 20", command);
    expect_ok(cairn("eval budget --budgets 32 -n 50 --searches 'majority mcts' --quiet --json >%s-b", file));
    snprintf(command, sizeof command, "cd %s && sed -i 's/\"seconds\":[^,}]*//g' %s-b && cat %s-? > %s", scratch, file,
             file, file);
    assert_int_equal(system(command), 0);
}

static void test_everything_without_models_is_the_same_by_every_kernel(void **state) {
    (void)state;
    expect_same_for_all("scripted", write_scripted);
}

/* ---- manifests and resume ----------------------------------------------------------------------------------------------- */

#define SOLVE "solve --search majority --budget 24 -n 30 --quiet "

static void make_run(const char *name, const char *faults, const char *more) {
    char words[300];
    snprintf(words, sizeof words, SOLVE "--run %s %s", name, more);
    int status = outcome_of(start_cairn(faults, words))->status;
    assert_int_equal(status, faults ? 128 + SIGKILL : 0);
}

static void expect_set(const char *run, const char *set) {
    char line[100];
    snprintf(line, sizeof line, "instruction_set  %s\n", set);
    if (!strstr(expect_ok(cairn("run show %s", run))->out, line)) fail_msg("%s: no `%s`", run, line);
}

static void test_a_portable_run_resumes_by_any_kernels(void **state) {
    (void)state;
    make_run("whole.db", NULL, "--portable");
    make_run("part.db", "kill=9", "--portable");
    expect_set("part.db", "portable");
    use("plain", NULL);
    expect_ok(cairn("run resume part.db --quiet"));
    use(NULL, NULL);
    expect_ok(cairn("run export whole.db --out whole.jsonl"));
    expect_ok(cairn("run export part.db --out part.jsonl"));
    expect_same_files("whole.jsonl", "part.jsonl");
}

static void test_another_run_resumes_by_the_same_kernels_only(void **state) {
    (void)state;
    use("plain", NULL);
    make_run("plain.db", "kill=9", "");
    expect_set("plain.db", set_of(0));
    use(NULL, NULL);
    if (possible() > 1) {
        const char *const says[] = {"plain.db", "`x86-64`", cairn_processor_set(), "--portable", NULL};
        expect_one_sentence(cairn("run resume plain.db --quiet"), "other kernels", says);
        expect_one_sentence(cairn(SOLVE "--run plain.db --resume"), "other kernels", says);
    }
    use("plain", NULL);
    expect_ok(cairn("run resume plain.db --quiet"));
    use(NULL, NULL);
}

static void test_a_run_is_not_resumed_as_what_it_is_not(void **state) {
    (void)state;
    make_run("fast.db", "kill=9", "");
    make_run("same.db", "kill=9", "--portable");
    expect_one_sentence(cairn(SOLVE "--run fast.db --resume --portable"), "fast",
                        WORDS("fast.db", "without --portable", "resume it without"));
    expect_one_sentence(cairn(SOLVE "--run same.db --resume"), "portable",
                        WORDS("same.db", "made with --portable", "resume it with --portable"));
    expect_ok(cairn(SOLVE "--run same.db --resume --portable"));
}

#define TRAIN "train sft traces.jsonl --shape width=16,layers=1,heads=2 --vocabulary 270 --steps 8 --every 2 --quiet "

static void begin_training(const char *name, const char *more) {
    char words[400];
    expect_ok(cairn("world traces " WORLD " -n 12 --out traces.jsonl"));
    snprintf(words, sizeof words, TRAIN "--out %s %s", name, more);
    assert_int_equal(outcome_of(start_cairn("kill=12", words))->status, 128 + SIGKILL);
}

static void test_a_training_resumes_by_the_same_rules(void **state) {
    (void)state;
    use("plain", NULL);
    begin_training("plain.gguf", "");
    begin_training("same.gguf", "--portable");
    use(NULL, NULL);
    if (possible() > 1)
        expect_one_sentence(cairn(TRAIN "--out plain.gguf --resume"), "other kernels",
                            WORDS("plain.gguf.train", "instruction-set=x86-64`", cairn_processor_set(), "--portable"));
    expect_one_sentence(cairn(TRAIN "--out plain.gguf --resume --portable"), "portable",
                        WORDS("plain.gguf.train", "without --portable", "resume it without"));
    expect_one_sentence(cairn(TRAIN "--out same.gguf --resume"), "not portable",
                        WORDS("same.gguf.train", "with --portable", "resume it with --portable"));
    json_t *r = parsed(cairn(TRAIN "--out same.gguf --resume --portable --json"));
    assert_string_equal(json_string_value(json_object_get(r, "instruction_set")), "portable");
    json_decref(r);
    use("plain", NULL);
    r = parsed(cairn(TRAIN "--out plain.gguf --resume --json"));
    assert_string_equal(json_string_value(json_object_get(r, "instruction_set")), set_of(0));
    json_decref(r);
    use(NULL, NULL);
}

/* ---- the variable ------------------------------------------------------------------------------------------------------- */

static void test_kernels_can_be_lowered_and_the_doctor_says_so(void **state) {
    (void)state;
    for (int i = 0; i < possible(); i++) {
        use(kernels[i], NULL);
        json_t *r = parsed(cairn("doctor --json"));
        assert_string_equal(json_string_value(json_object_get(r, "instruction set")), set_of(i));
        const char *asked = json_string_value(json_object_get(r, "CAIRN_KERNELS"));
        assert_true(strncmp(asked, kernels[i], strlen(kernels[i])) == 0 && strstr(asked, cairn_processor_set()));
        json_decref(r);
    }
    use(NULL, NULL);
}

static void test_kernels_that_are_not_there_are_an_error_of_every_verb(void **state) {
    (void)state;
    const char *const wrong[] = {"AVX2", "avx", "sse", "plain ", "avx512-bf16-and-more-than-fits-anywhere"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        use(wrong[i], NULL);
        expect_one_sentence(cairn("solve -n 1"), wrong[i], WORDS("CAIRN_KERNELS", "plain", cairn_processor_set()));
        expect_one_sentence(cairn("doctor"), wrong[i], WORDS("CAIRN_KERNELS", "plain", cairn_processor_set()));
    }
    for (int i = possible(); i < KERNELS; i++) {
        use(kernels[i], NULL);
        expect_one_sentence(cairn("solve -n 1"), kernels[i],
                            WORDS("CAIRN_KERNELS", kernels[possible() - 1], kernels[i]));
    }
    use("", NULL); /* is not set */
    expect_ok(cairn("solve -n 1 --quiet"));
    use(NULL, NULL);
}

static int begin(void **state) {
    use(NULL, NULL);
    return make_folder(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_search_with_models_is_the_same_by_every_kernel),
        cmocka_unit_test(test_labels_by_a_model_are_the_same_by_every_kernel),
        cmocka_unit_test(test_scores_of_a_head_are_the_same_by_every_kernel),
        cmocka_unit_test(test_traces_of_a_model_are_the_same_by_every_kernel),
        cmocka_unit_test(test_trained_decoders_are_the_same_by_every_kernel),
        cmocka_unit_test(test_a_trained_head_is_the_same_by_every_kernel),
        cmocka_unit_test(test_everything_without_models_is_the_same_by_every_kernel),
        cmocka_unit_test(test_a_portable_run_resumes_by_any_kernels),
        cmocka_unit_test(test_another_run_resumes_by_the_same_kernels_only),
        cmocka_unit_test(test_a_run_is_not_resumed_as_what_it_is_not),
        cmocka_unit_test(test_a_training_resumes_by_the_same_rules),
        cmocka_unit_test(test_kernels_can_be_lowered_and_the_doctor_says_so),
        cmocka_unit_test(test_kernels_that_are_not_there_are_an_error_of_every_verb),
    };
    return cmocka_run_group_tests_name("cli portable", tests, begin, remove_folder);
}
