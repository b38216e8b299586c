/* Runs, their exports, and a policy and a reward that are the test program itself: include behind a macro SELF, its
 * path. */
#ifndef CAIRN_TESTS_CLI_RUNS_H
#define CAIRN_TESTS_CLI_RUNS_H

#include <stdbool.h>

#include "answerer.h"
#include "cli.h"

enum { PROBLEMS = 100 }; /* in words */

/* Runs "cairn <words> --run <run>" and exports it as <run>.jsonl. */
static inline void export_of(const char *run, const char *words) {
    expect_ok(cairn("%s --run %s", words, run));
    expect_ok(cairn("run export %s --out %s.jsonl", run, run));
}

static inline void forget(const char *run) {
    char name[64];
    snprintf(name, sizeof name, "%s.jsonl", run);
    unlink(in_folder(run));
    unlink(in_folder(name));
}

static inline void write_problems(void) {
    char text[PROBLEMS * 64];
    size_t n = 0;
    for (int i = 0; i < PROBLEMS; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "{\"question\":\"Question %d?\",\"answer\":\"x\\n#### %d\"}\n",
                              i, i % 4);
    write_file("words.jsonl", text, n);
}

/* Words that solve the problems with this very program as policy (and as reward, where `reward`). */
static inline const char *exec_words(const char *search, bool reward, const char *log, int pause_us) {
    static char words[2048];
    int n = snprintf(words, sizeof words,
                     "solve --world gsm8k --problems words.jsonl --search %s --budget 24 --policy "
                     "'exec:" SELF " answer policy %d %s'",
                     search, pause_us, log ? log : "");
    if (reward) snprintf(words + n, sizeof words - (size_t)n, " --reward 'exec:" SELF " answer reward 0'");
    return words;
}

static inline long size_of(const char *name) {
    struct stat info;
    return stat(in_folder(name), &info) == 0 ? (long)info.st_size : 0;
}

/* What a test program does when cairn starts it: "answer KIND PAUSE [LOG]". */
static inline int answer_as_asked(int argc, char **argv) {
    return answer_requests(argv[2], argc > 4 ? argv[4] : NULL, atoi(argv[3]));
}
static inline bool is_asked_to_answer(int argc, char **argv) {
    return argc > 3 && strcmp(argv[1], "answer") == 0;
}

#endif
