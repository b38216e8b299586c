/* The trace checker on worked solutions in wordings of its own making: the first slip is located, clean solutions pass.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cairn/tool.h"
#include "trace_maker.h"

enum { EACH = 60, SEED = 11 };

static const char *const style_names[] = {"lines", "equations", "operations", "what is left", "parts", "chains"};
static const char *const number_names[] = {"whole", "decimals", "fractions", "percent"};
static const char *const slip_names[] = {"clean", "result", "copy", "answer"};

typedef struct tally {
    int mistakes, hits, clean, silent;
} tally;

static int first_wrong(cairn_ctx *ctx, cairn_arena *arena, const maker *m, cairn_trace_finding *findings) {
    const char *steps[MAKER_STEPS];
    for (int i = 0; i < m->n_steps; i++) steps[i] = m->steps[i];
    assert_int_equal(cairn_trace_check(ctx, arena, m->problem, steps, (size_t)m->n_steps, true, findings), CAIRN_OK);
    for (int i = 0; i < m->n_steps; i++)
        if (findings[i].verdict == CAIRN_VERDICT_WRONG) return i;
    return -1;
}

static void show(const maker *m, int found, const cairn_trace_finding *findings) {
    print_message("%s, %s, %s: slip at %d, found %d\n    %s\n", style_names[m->style], number_names[m->numbers],
                  slip_names[m->slip], m->wrong, found, m->problem);
    for (int i = 0; i < m->n_steps; i++)
        print_message("    %d %s\n      %s %s\n", i, m->steps[i], cairn_trace_code_name(findings[i].code),
                      findings[i].evidence);
}

static void try_style(cairn_ctx *ctx, cairn_arena *arena, maker_style style, maker_numbers numbers, tally *t) {
    static maker m;
    cairn_trace_finding findings[MAKER_STEPS];
    int shown = 0;
    for (uint32_t i = 0; i < EACH; i++)
        for (int slip = MAKER_CLEAN; slip <= MAKER_ANSWER; slip++) {
            if (slip == MAKER_COPY && style == MAKER_OPERATIONS) continue; /* nothing is copied there */
            cairn_arena_reset(arena);
            make_trace(&m, style, numbers, (maker_slip)slip, SEED, i);
            int found = first_wrong(ctx, arena, &m, findings);
            if (slip == MAKER_CLEAN)
                t->clean++, t->silent += found < 0;
            else
                t->mistakes++, t->hits += found == m.wrong;
            if (found != m.wrong && shown++ < 3) show(&m, found, findings);
        }
}

static void test_slips_in_other_wordings_are_located(void **state) {
    (void)state;
    cairn_ctx *ctx;
    cairn_arena *arena;
    tally all = {0};
    bool enough = true;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(ctx, 65536, &arena), CAIRN_OK);
    for (int style = 0; style < MAKER_STYLES; style++)
        for (int numbers = 0; numbers < MAKER_KINDS; numbers++) {
            tally t = {0};
            try_style(ctx, arena, (maker_style)style, (maker_numbers)numbers, &t);
            print_message("%-13s %-10s first slip located %3d of %3d (%5.1f %%), clean passed %2d of %2d (%5.1f %%)\n",
                          style_names[style], number_names[numbers], t.hits, t.mistakes, 100.0 * t.hits / t.mistakes,
                          t.silent, t.clean, 100.0 * t.silent / t.clean);
            enough = enough && t.hits * 100 >= t.mistakes * 95 && t.silent * 100 >= t.clean * 95;
            all.hits += t.hits, all.mistakes += t.mistakes, all.silent += t.silent, all.clean += t.clean;
        }
    print_message("all: first slip located %d of %d (%.1f %%, bar 95), clean passed %d of %d (%.1f %%, bar 95)\n",
                  all.hits, all.mistakes, 100.0 * all.hits / all.mistakes, all.silent, all.clean,
                  100.0 * all.silent / all.clean);
    assert_true(enough);
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_slips_in_other_wordings_are_located)};
    return cmocka_run_group_tests_name("tool traces", tests, NULL, NULL);
}
