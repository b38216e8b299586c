/* Verbs that run models, small ones: their words, their whole results, and several of them at a time, each in a folder
 * of its own. */
#ifndef CAIRN_TESTS_CLI_VERBS_H
#define CAIRN_TESTS_CLI_VERBS_H

#include <stdbool.h>
#include <time.h>

#include "cli.h"

#define WORLD  "words:operations=2,distractors=1"
#define POLICY "model:file=" CAIRN_SOURCE_DIR "/models/words-policy.gguf"
#define REWARD "head:file=" CAIRN_SOURCE_DIR "/models/words-prm.gguf"
#define BRIEF  " --batch-tokens 256 --quiet"

typedef struct verb {
    const char *name, *words;
    bool run;     /* "made" is a run file, and its export is the result */
    bool trained; /* "made" is a model file, with a checkpoint beside it */
} verb;

/* All read ../traces.jsonl or nothing, and write "made". */
static const verb verbs[] = {
    {"score", "score ../traces.jsonl --reward " REWARD " --out made --quiet", false, false},
    {"solve",
     "solve --world " WORLD " --policy " POLICY " --reward " REWARD
     " --search rebase:width=4 --budget 32 --max-step-tokens 64 -n 4 --workers 2 --run made --quiet",
     true, false},
    {"label",
     "label --world " WORLD " --policy " POLICY
     " --method mc:rollouts=2,solutions=2 --max-step-tokens 64 -n 2 --workers 2 --out made --quiet",
     false, false},
    {"sft",
     "train sft ../traces.jsonl --vocabulary 300 --shape width=32,layers=2,heads=2,kv-heads=1,context=512 --steps 12 "
     "--every 4 --threads 2 --out made" BRIEF,
     false, true},
    {"prm", "train prm ../traces.jsonl --init ../base.gguf --steps 12 --every 4 --threads 2 --out made" BRIEF, false,
     true},
};
enum { VERBS = sizeof verbs / sizeof *verbs, AT_ONCE = 4 };

static double whole_seconds[VERBS]; /* of an undisturbed run */

static inline double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- folders in the scratch folder ----------------------------------------------------------------------------------- */

static char top[sizeof scratch];

/* From now on the scratch folder is this one inside it, emptied; NULL: the scratch folder itself. */
static inline void go_into(const char *folder) {
    char command[160];
    if (!*top) strcpy(top, scratch);
    strcpy(scratch, top);
    if (!folder) return;
    int n = snprintf(scratch, sizeof scratch, "%s/%s", top, folder);
    assert_true(n > 0 && (size_t)n < sizeof scratch);
    snprintf(command, sizeof command, "rm -rf %s && mkdir %s", scratch, scratch);
    assert_int_equal(system(command), 0);
}

/* Goes back into a folder that is kept as it is. */
static inline void go_back_into(const char *folder) {
    snprintf(scratch, sizeof scratch, "%.30s/%.30s", top, folder);
}

static inline int remove_folders(void **state) {
    go_into(NULL);
    *top = 0;
    return remove_folder(state);
}

/* ---- results --------------------------------------------------------------------------------------------------------- */

/* Path of what a verb made in the folder `in`: the file itself, or the export of the run, which it writes. */
static inline const char *result_of(const verb *v, const char *in) {
    static char path[300];
    go_back_into(in);
    if (v->run) expect_ok(cairn("run export made --out export.jsonl"));
    snprintf(path, sizeof path, "%s/%s", scratch, v->run ? "export.jsonl" : "made");
    return path;
}

/* Fails unless the verb's result in the folder has the bytes of the undisturbed run. */
static inline void expect_whole_result(const verb *v, const char *in, const char *what) {
    char command[700];
    snprintf(command, sizeof command, "cmp %s %s/%s.whole", result_of(v, in), top, v->name);
    if (system(command) != 0) fail_msg("%s: not the bytes of an undisturbed run", what);
}

/* Makes the files that the verbs read, and the result of each undisturbed verb. */
static inline int make_whole_results(void **state) {
    if (make_folder(state) != 0) return -1;
    strcpy(top, scratch);
    expect_ok(cairn("world traces " WORLD " --policy " POLICY " -n 16 --out traces.jsonl"));
    expect_ok(cairn("train sft traces.jsonl --vocabulary 300 --shape width=32,layers=2,heads=2,kv-heads=1,context=512 "
                    "--steps 2 --out base.gguf" BRIEF));
    for (int i = 0; i < VERBS; i++) {
        char command[700];
        double start = seconds();
        go_into("whole");
        expect_ok(cairn("%s", verbs[i].words));
        whole_seconds[i] = seconds() - start;
        snprintf(command, sizeof command, "cp %s %s/%s.whole", result_of(&verbs[i], "whole"), top, verbs[i].name);
        assert_int_equal(system(command), 0);
    }
    go_into(NULL);
    return 0;
}

/* Fails unless the folder holds nothing but what the verb and the test may leave there. */
static inline void expect_no_litter(const verb *v, const char *in, const char *what) {
    char command[400];
    snprintf(command, sizeof command,
             "cd %s/%s && test -z \"$(ls -A | grep -vxE 'out.txt|error.txt|export.jsonl|made%s')\" || { ls -A %s/%s; "
             "exit 1; }",
             top, in, v->trained ? "|made.train" : "", top, in);
    if (system(command) != 0) fail_msg("%s: left something beside its files", what);
}

/* A file that is there is whole: a model opens, a run opens, lines are those of the undisturbed run. */
static inline void expect_absent_or_whole(const verb *v, const char *in, const char *what) {
    go_back_into(in);
    expect_no_litter(v, in, what);
    for (int checkpoint = 0; checkpoint <= v->trained; checkpoint++) {
        const char *name = checkpoint ? "made.train" : "made";
        if (!is_there(name)) continue;
        if (!v->trained && !v->run) {
            expect_whole_result(v, in, what);
            continue;
        }
        outcome *o = v->run ? cairn("run show %s", name) : cairn("model info %s", name);
        if (o->status != 0) fail_msg("%s: %s is damaged: %s", what, name, o->error);
    }
}

/* Resumes what was stopped, where there is something to resume, to the bytes of the undisturbed run. True: there was.
 */
static inline bool resumes_to_the_whole(const verb *v, const char *in, const char *what) {
    go_back_into(in);
    if (!is_there(v->trained ? "made.train" : "made") || (!v->run && !v->trained)) return false;
    outcome *o = v->run ? cairn("run resume made --allow-exec") : cairn("%s --resume", v->words);
    if (o->status != 0) fail_msg("%s: does not resume: %s", what, o->error);
    expect_whole_result(v, in, what);
    return true;
}

/* ---- random numbers, the same every time ----------------------------------------------------------------------------- */

static uint64_t lot_state;

/* In [0, 1): splitmix64 (Steele et al. 2014). */
static inline double lot(void) {
    uint64_t z = lot_state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

#endif
