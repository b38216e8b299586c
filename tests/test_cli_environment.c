/* No environment variable changes results: the same bytes whatever is set for the C library, the locale, the clock, or
 * for libraries of products and threads. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cli_verbs.h"
#include "skip.h"

static void skip_when_sanitized(void) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    skip_because("what settings change does not hang on a sanitizer");
#endif
}

static const char *const settings[] = {
    "ONEDNN_MAX_CPU_ISA=AVX2",
    "ONEDNN_MAX_CPU_ISA=SSE41",
    "DNNL_MAX_CPU_ISA=AVX2",
    "DNNL_MAX_CPU_ISA=SSE41",
    "ONEDNN_DEFAULT_FPMATH_MODE=BF16",
    "DNNL_DEFAULT_FPMATH_MODE=BF16",
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY=0",
    "OMP_NUM_THREADS=1",
    "OMP_NUM_THREADS=7",
    "OPENBLAS_CORETYPE=Prescott",
    "MKL_CBWR=COMPATIBLE",
    "LC_ALL=de_DE.UTF-8",
    "LC_ALL=tr_TR.UTF-8",
    "LC_ALL=C.utf8",
    "TZ=Asia/Tokyo",
    "MALLOC_PERTURB_=165",
    "MALLOC_ARENA_MAX=1",
    "MALLOC_TOP_PAD_=1048576",
    "GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-AVX,-AVX512F",
    "HOME=/nowhere",
    "TMPDIR=/nowhere",
    "SQLITE_TMPDIR=/nowhere",
    "COLUMNS=20",
    "POSIXLY_CORRECT=1",
    "CAIRN_COLOR=1",
};
enum { SETTINGS = sizeof settings / sizeof *settings };

static pid_t start_with(const char *setting, const char *words) {
    char name[64];
    size_t length = strcspn(setting, "=");
    assert_true(length < sizeof name);
    memcpy(name, setting, length);
    name[length] = 0;
    char before[256] = "";
    bool was_set = getenv(name);
    if (was_set) snprintf(before, sizeof before, "%s", getenv(name));
    setenv(name, setting + length + 1, 1);
    pid_t child = start_cairn(NULL, words);
    if (was_set)
        setenv(name, before, 1);
    else
        unsetenv(name);
    return child;
}

static void test_results_have_the_same_bytes_under_every_setting(void **state) {
    (void)state;
    skip_when_sanitized();
    for (int i = 0; i < SETTINGS; i++) {
        char what[VERBS][160], folder[VERBS][8];
        pid_t child[VERBS];
        for (int k = 0; k < VERBS; k++) {
            snprintf(folder[k], sizeof folder[k], "%d", k);
            snprintf(what[k], sizeof what[k], "%s with %s", verbs[k].name, settings[i]);
            go_into(folder[k]);
            child[k] = start_with(settings[i], verbs[k].words);
        }
        for (int k = 0; k < VERBS; k++) {
            go_back_into(folder[k]);
            outcome *o = outcome_of(child[k]);
            if (o->status != 0) fail_msg("%s: exit status %d, %s", what[k], o->status, o->error);
            expect_whole_result(&verbs[k], folder[k], what[k]);
        }
    }
}

/* Of each file the manifest too, which the exports hold: a run that was begun under one setting is resumed under
 * another. */
static void test_a_run_is_resumed_under_another_setting_to_the_same_bytes(void **state) {
    (void)state;
    skip_when_sanitized();
    const verb *solve = &verbs[1];
    assert_string_equal(solve->name, "solve");
    for (int i = 0; i < SETTINGS; i++) {
        go_into("0");
        assert_int_equal(outcome_of(start_cairn("kill=4", solve->words))->status,
                         128 + SIGKILL); /* after two of four problems */
        outcome *o = outcome_of(start_with(settings[i], "run resume made --allow-exec"));
        if (o->status != 0) fail_msg("resumed with %s: exit status %d, %s", settings[i], o->status, o->error);
        expect_whole_result(solve, "0", settings[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results_have_the_same_bytes_under_every_setting),
        cmocka_unit_test(test_a_run_is_resumed_under_another_setting_to_the_same_bytes),
    };
    return cmocka_run_group_tests_name("environment", tests, make_whole_results, remove_folders);
}
