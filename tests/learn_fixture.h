/* Small training runs: files of records, a setup that learns them in seconds. */
#ifndef CAIRN_TESTS_LEARN_FIXTURE_H
#define CAIRN_TESTS_LEARN_FIXTURE_H

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cairn/learn.h"

static cairn_ctx *ctx;
static char folder[] = "/tmp/cairn-learn-XXXXXX";

static inline void must(cairn_status status) {
    if (status != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
}

/* Path of a file in the scratch folder; 256 live at once. */
static inline const char *in_folder(const char *name) {
    static char paths[256][160];
    static int next;
    char *path = paths[next++ % 256];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static inline FILE *create(const char *name) {
    FILE *file = fopen(in_folder(name), "w");
    assert_non_null(file);
    return file;
}

static inline double metric_of(const cairn_learn_point *p, const char *name) {
    return cairn_metric_of(p->metrics, p->n_metrics, name);
}

/* One layer of width 16 on bytes alone. */
static inline cairn_learn_setup tiny_setup(cairn_learn_task task, const char *data, const char *out) {
    return (cairn_learn_setup){.task = task,
                               .objective = "",
                               .data = data,
                               .dev = "",
                               .out = out,
                               .init = "",
                               .shape = "width=16,layers=1,heads=2,kv-heads=1,context=64",
                               .checkpoint = "",
                               .log = "",
                               .tensorboard = "",
                               .head = "",
                               .vocabulary = 261,
                               .hidden = -1,
                               .epochs = 1,
                               .batch_tokens = 256,
                               .accumulate = 1,
                               .warmup = 0,
                               .threads = 1,
                               .beta1 = 0.9,
                               .beta2 = 0.95,
                               .rate = 1e-2,
                               .last_rate = 0.1,
                               .decay = 0,
                               .clip = 1,
                               .schedule = CAIRN_SCHEDULE_COSINE,
                               .quiet = true,
                               .seed = 1};
}

/* Steps of three letters; one that holds an `x` is wrong. */
static inline void write_x_records(const char *name, int count, uint64_t seed) {
    cairn_rng rng = cairn_rng_open(seed, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    FILE *file = create(name);
    for (int i = 0; i < count; i++) {
        char steps[128] = "", labels[64] = "";
        bool all = true;
        for (int s = 0; s < 3; s++) {
            char step[4] = "";
            for (int k = 0; k < 3; k++)
                step[k] = cairn_rng_below(&rng, 6) == 0 ? 'x' : (char)('a' + cairn_rng_below(&rng, 5));
            bool right = !strchr(step, 'x');
            all &= right;
            snprintf(steps + strlen(steps), sizeof steps - strlen(steps), "%s\"%s\"", s ? "," : "", step);
            snprintf(labels + strlen(labels), sizeof labels - strlen(labels), "%s%s", s ? "," : "",
                     right ? "true" : "false");
        }
        fprintf(file, "{\"prompt\":\"p%d\",\"completions\":[%s],\"labels\":[%s],\"correct\":%s}\n", i, steps, labels,
                all ? "true" : "false");
    }
    fclose(file);
}

/* Runs in a process of its own, which is killed at a fault point (0: never). Returns whether it was. */
static inline bool killed(const cairn_learn_setup *s, int64_t at) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        cairn_ctx *own;
        cairn_learn_summary r;
        if (cairn_ctx_open(&own) != CAIRN_OK) _exit(9);
        cairn_faults_set(own, (cairn_faults){.kill_at = at});
        cairn_status status = cairn_learn(own, s, &r);
        if (status != CAIRN_OK) fprintf(stderr, "%s\n", cairn_error(own));
        _exit(status == CAIRN_OK ? 0 : 8);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status)) assert_int_equal(WEXITSTATUS(status), 0);
    if (WIFSIGNALED(status)) assert_int_equal(WTERMSIG(status), SIGKILL);
    return WIFSIGNALED(status);
}

static inline int open_folder(void **state) {
    (void)state;
    return mkdtemp(folder) && cairn_ctx_open(&ctx) == CAIRN_OK ? 0 : -1;
}

static inline int close_folder(void **state) {
    (void)state;
    char command[128];
    cairn_ctx_close(ctx);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

#endif
