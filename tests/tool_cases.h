/* Steps and what the trace checker says of them, for tests by cases. */
#ifndef CAIRN_TESTS_TOOL_CASES_H
#define CAIRN_TESTS_TOOL_CASES_H

#include "tool_fixture.h"

enum { STEPS_MOST = 12 };

static inline cairn_trace_finding judge(bench *b, const char *problem, const char *const *steps, size_t n,
                                        size_t which) {
    cairn_trace_finding said[STEPS_MOST];
    cairn_arena_reset(b->arena);
    assert_true(n <= STEPS_MOST);
    assert_int_equal(cairn_trace_check(b->ctx, b->arena, problem, steps, n, true, said), CAIRN_OK);
    return said[which];
}

/* A text alone in a story. */
static inline cairn_trace_finding say(bench *b, const char *step) {
    return judge(b, "Solve the problem.", &step, 1, 0);
}

static inline void never_wrong(void **state, const char *const *all, size_t n) {
    int bad = 0;
    for (size_t i = 0; i < n; i++) {
        cairn_trace_finding f = say(*state, all[i]);
        if (f.verdict == CAIRN_VERDICT_WRONG) print_error("called wrong: %s\n  %s\n", all[i], f.evidence);
        bad += f.verdict == CAIRN_VERDICT_WRONG;
    }
    assert_int_equal(bad, 0);
}
#define NEVER_WRONG(list) never_wrong(state, list, sizeof(list) / sizeof *(list))

static inline void unknown(void **state, const char *const *all, size_t n) {
    int bad = 0;
    for (size_t i = 0; i < n; i++) {
        cairn_trace_finding f = say(*state, all[i]);
        if (f.verdict != CAIRN_VERDICT_UNKNOWN) print_error("not unknown: %s\n  %s\n", all[i], f.evidence);
        bad += f.verdict != CAIRN_VERDICT_UNKNOWN;
    }
    assert_int_equal(bad, 0);
}
#define UNKNOWN(list) unknown(state, list, sizeof(list) / sizeof *(list))

static inline void wrong(void **state, const char *const *all, size_t n) {
    int bad = 0;
    for (size_t i = 0; i < n; i++) {
        bool found = say(*state, all[i]).verdict == CAIRN_VERDICT_WRONG;
        if (!found) print_error("not found: %s\n", all[i]);
        bad += !found;
    }
    assert_int_equal(bad, 0);
}
#define WRONG(list) wrong(state, list, sizeof(list) / sizeof *(list))

static inline void right(void **state, const char *const *all, size_t n) {
    int bad = 0;
    for (size_t i = 0; i < n; i++) {
        cairn_trace_finding f = say(*state, all[i]);
        if (f.verdict != CAIRN_VERDICT_RIGHT) print_error("not right: %s\n  %s\n", all[i], f.evidence);
        bad += f.verdict != CAIRN_VERDICT_RIGHT;
    }
    assert_int_equal(bad, 0);
}
#define RIGHT(list) right(state, list, sizeof(list) / sizeof *(list))

#endif
