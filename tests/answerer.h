/* A program for exec: that a test program plays itself: policy and reward of problems in words, whose answers depend on
 * the request alone and come out of order. */
#ifndef CAIRN_TESTS_ANSWERER_H
#define CAIRN_TESTS_ANSWERER_H

#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_WAITING = 256, MOST_SEEN = 4096 };

static inline uint64_t hash_text(const char *text) {
    uint64_t h = UINT64_C(14695981039346656037);
    for (; *text; text++) h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return h;
}

/* Steps "Then 3 + 4 = 7", one in four of them wrong, then "#### 5": two to four steps and a last line. */
static inline void propose_step(json_t *request, json_t *reply) {
    size_t k = json_array_size(json_object_get(request, "steps"));
    uint64_t seed = strtoull(json_string_value(json_object_get(request, "seed")), NULL, 10);
    uint64_t problem = hash_text(json_string_value(json_object_get(request, "problem_id")));
    char text[64];
    int a = (int)(seed % 3), b = (int)(k + 1), slip = seed / 3 % 4 == 0;
    if (k < 2 + problem % 3)
        snprintf(text, sizeof text, "Then %d + %d = %d", a, b, a + b + slip);
    else
        snprintf(text, sizeof text, "#### %d", (int)(seed % 4));
    json_object_set_new(reply, "text", json_string(text));
    json_object_set_new(reply, "tokens", json_integer(5));
}

/* The score is a number that the last step's text gives. */
static inline void score_step(json_t *request, json_t *reply) {
    json_t *steps = json_object_get(request, "steps");
    const char *last = json_string_value(json_array_get(steps, json_array_size(steps) - 1));
    json_object_set_new(reply, "score", json_real((double)(hash_text(last) % 1000) / 999));
}

/* Adds a line to `log` for each problem that this process is asked about for the first time. */
static inline void note_problem(const char *log, json_t *request) {
    static uint64_t seen[MOST_SEEN];
    static int n_seen;
    uint64_t problem = hash_text(json_string_value(json_object_get(request, "problem_id")));
    for (int i = 0; i < n_seen; i++)
        if (seen[i] == problem) return;
    if (n_seen < MOST_SEEN) seen[n_seen++] = problem;
    int file = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (file < 0 || write(file, "x", 1) != 1) exit(4);
    close(file);
}

/* While there is a file LOG.gate, nothing is answered once that many problems (the number in it) are in LOG: work that
 * does not end before the file goes. */
static inline void wait_at_gate(const char *log) {
    char name[300], number[32];
    snprintf(name, sizeof name, "%s.gate", log);
    for (int file; (file = open(name, O_RDONLY)) >= 0; usleep(1000)) {
        struct stat info;
        ssize_t got = read(file, number, sizeof number - 1);
        close(file);
        number[got > 0 ? got : 0] = 0;
        if (stat(log, &info) != 0 || info.st_size < atol(number)) return;
    }
}

static inline int more_is_there(void) {
    struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&ready, 1, 1) > 0;
}

static inline void answer_backwards(char **waiting, int n) {
    for (int i = n - 1; i >= 0; i--) puts(waiting[i]), free(waiting[i]);
    fflush(stdout);
}

static inline char *reply_to(const char *line, const char *kind, const char *log) {
    json_t *request = json_loads(line, 0, NULL), *reply = json_object();
    if (!request) exit(3);
    if (log) note_problem(log, request);
    json_object_set(reply, "id", json_object_get(request, "id"));
    if (strcmp(kind, "policy") == 0)
        propose_step(request, reply);
    else
        score_step(request, reply);
    char *text = json_dumps(reply, JSON_COMPACT);
    json_decref(request);
    json_decref(reply);
    return text;
}

/* kind: "policy" or "reward"; log NULL: none. Takes what there is, waits so many microseconds, answers the last request
 * first. */
static inline int answer_requests(const char *kind, const char *log, int pause_us) {
    static char input[1 << 20];
    size_t held = 0;
    for (;;) {
        char *waiting[MOST_WAITING];
        int n = 0;
        do {
            ssize_t got = read(STDIN_FILENO, input + held, sizeof input - held);
            if (got <= 0) return 0;
            held += (size_t)got;
            char *line = input, *end;
            while (n < MOST_WAITING && (end = memchr(line, '\n', held - (size_t)(line - input)))) {
                *end = 0;
                waiting[n++] = reply_to(line, kind, log);
                line = end + 1;
            }
            held -= (size_t)(line - input);
            memmove(input, line, held);
        } while (n == 0 || (n < MOST_WAITING && more_is_there()));
        if (pause_us) usleep((useconds_t)pause_us);
        if (log) wait_at_gate(log);
        answer_backwards(waiting, n);
    }
}

#endif
