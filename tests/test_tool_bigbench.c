/* The trace checker against the human-labelled first mistakes of BIG-Bench Mistake, multistep arithmetic. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include "cairn/tool.h"
#include "data.h"

enum { STEPS_MOST = 64 };

typedef struct tally {
    int mistakes, hits;     /* labelled mistakes; first wrong step is the labelled one */
    int clean, silent;      /* labelled clean and right answer; no step called wrong */
    int suspect, convicted; /* labelled clean but wrong answer; some step called wrong */
} tally;

static int first_wrong(cairn_ctx *ctx, cairn_arena *arena, const json_t *trace) {
    const char *steps[STEPS_MOST];
    cairn_trace_finding findings[STEPS_MOST];
    const json_t *list = json_object_get(trace, "steps");
    size_t count = json_array_size(list);
    assert_true(count > 0 && count <= STEPS_MOST);
    for (size_t i = 0; i < count; i++) steps[i] = json_string_value(json_array_get(list, i));
    const char *problem = json_string_value(json_object_get(trace, "input"));
    assert_int_equal(cairn_trace_check(ctx, arena, problem, steps, count, true, findings), CAIRN_OK);
    for (size_t i = 0; i < count; i++)
        if (findings[i].verdict == CAIRN_VERDICT_WRONG) {
            assert_true(findings[i].evidence[0] != '\0');
            return (int)i;
        }
    return -1;
}

static void count_trace(cairn_ctx *ctx, cairn_arena *arena, const json_t *trace, int line, tally *t) {
    const json_t *label = json_object_get(trace, "mistake_index");
    bool right = json_equal(json_object_get(trace, "target"), json_object_get(trace, "answer"));
    int found = first_wrong(ctx, arena, trace);
    if (json_is_integer(label)) {
        int wanted = (int)json_integer_value(label);
        t->mistakes++;
        t->hits += found == wanted;
        if (found != wanted) print_message("trace %d: labelled step %d, found %d\n", line, wanted, found);
    } else if (right) {
        t->clean++;
        t->silent += found < 0;
        if (found >= 0) print_message("trace %d: labelled clean with a right answer, found %d\n", line, found);
    } else {
        t->suspect++;
        t->convicted += found >= 0;
        print_message("trace %d: labelled clean, but its answer is wrong: found %d\n", line, found);
    }
}

static void test_first_mistakes_are_those_that_people_marked(void **state) {
    (void)state;
    char path[4096];
    if (!shared_file("big-bench-mistake/multistep_arithmetic.jsonl", path)) skip();
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    cairn_ctx *ctx;
    cairn_arena *arena;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(ctx, 65536, &arena), CAIRN_OK);
    tally t = {0};
    for (int line = 0;; line++) {
        json_t *trace = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL);
        if (!trace) break;
        cairn_arena_reset(arena);
        count_trace(ctx, arena, trace, line, &t);
        json_decref(trace);
    }
    fclose(file);
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    print_message("first mistake found: %d of %d (%.1f %%, bar 95)\n", t.hits, t.mistakes, 100.0 * t.hits / t.mistakes);
    print_message("clean and right: %d of %d without a wrong step (%.1f %%, bar 95)\n", t.silent, t.clean,
                  100.0 * t.silent / t.clean);
    print_message("labelled clean with a wrong answer: %d, a wrong step found in %d\n", t.suspect, t.convicted);
    assert_int_equal(t.mistakes + t.clean + t.suspect, 300);
    assert_true(t.hits * 100 >= t.mistakes * 95);
    assert_true(t.silent * 100 >= t.clean * 95);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_first_mistakes_are_those_that_people_marked)};
    return cmocka_run_group_tests_name("tool bigbench", tests, NULL, NULL);
}
