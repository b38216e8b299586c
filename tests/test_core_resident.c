/* Memory that is resident, measured: pages are taken when they are touched and given back when they are freed. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "child.h"

enum { MB = 1 << 20 };

/* 1: as it should be. */
static size_t touch(cairn_ctx *ctx, const void *arg) {
    (void)arg;
    size_t before = cairn_resident_memory().now;
    unsigned char *large = cairn_pages(ctx, 256 * MB);
    if (!large || cairn_resident_memory().now > before + 8 * MB) return 0;
    memset(large, 1, 64 * MB);
    cairn_resident touched = cairn_resident_memory();
    if (touched.now < before + 60 * MB || touched.now > before + 72 * MB || touched.most < touched.now - MB) return 0;
    cairn_pages_free(large, 256 * MB);
    cairn_resident after = cairn_resident_memory();
    return after.now < before + 8 * MB && after.most >= touched.now - MB;
}

static void test_pages_are_taken_when_they_are_touched(void **state) {
    (void)state;
    if (SANITIZED) skip_because("a sanitizer holds memory of its own");
    assert_int_equal(in_child(touch, NULL), 1);
}

/* Many small blocks, of which every second is kept, hold the heap up; what is between is given back. */
static size_t trim(cairn_ctx *ctx, const void *arg) {
    (void)arg;
    enum { BLOCKS = 4000, BYTES = 20000 };
    void **blocks = cairn_alloc(ctx, BLOCKS, sizeof *blocks);
    for (int i = 0; blocks && i < BLOCKS; i++) {
        blocks[i] = cairn_alloc(ctx, BYTES, 1);
        if (!blocks[i]) return 0;
        memset(blocks[i], 1, BYTES);
    }
    size_t full = cairn_resident_memory().now;
    for (int i = 0; i < BLOCKS; i++)
        if (i % 8) cairn_free(blocks[i]);
    cairn_trim_memory();
    return cairn_resident_memory().now < full - 40 * MB;
}

static void test_what_was_freed_is_given_back(void **state) {
    (void)state;
    if (SANITIZED) skip_because("a sanitizer holds memory of its own");
    assert_int_equal(in_child(trim, NULL), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages_are_taken_when_they_are_touched),
        cmocka_unit_test(test_what_was_freed_is_given_back),
    };
    return cmocka_run_group_tests_name("core resident", tests, NULL, NULL);
}
