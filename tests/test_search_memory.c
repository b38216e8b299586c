/* What trees take: resident size of a large one, of its growth, and of many small ones one after another. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cairn/tree.h"
#include "skip.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

static cairn_ctx *ctx;

static int setup(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) == CAIRN_OK ? 0 : -1;
}

static int teardown(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return 0;
}

static size_t resident(void) {
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long all = 0, here = 0;
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%lu %lu", &all, &here), 2);
    fclose(file);
    return here * (size_t)sysconf(_SC_PAGESIZE);
}

static size_t greatest_resident(void) {
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (size_t)use.ru_maxrss * 1024;
}

/* n steps of 12 token ids and 50 bytes of text, 8 under each node in the order of breadth. */
static void fill(cairn_tree *tree, uint32_t n) {
    int32_t ids[12];
    char text[64];
    for (uint32_t i = 0; i < n; i++) {
        for (int k = 0; k < 12; k++) ids[k] = (int32_t)(i + (uint32_t)k);
        int length = snprintf(text, sizeof text, "Step %8u: add 3 to both sides and simplify x + %5u", i, i % 1000);
        cairn_child child = {
            .text = text, .length = (size_t)length, .tokens = ids, .n_tokens = 12, .logp = -1, .prior = 0.125f};
        cairn_node node;
        if (cairn_tree_add(ctx, tree, i / 8, &child, &node) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    }
}

static void a_million_nodes_fit_in_250_megabytes_at_every_moment(void **state) {
    (void)state;
    if (SANITIZED) skip_because("a sanitizer's own memory is not the tree's");
    cairn_tree *tree;
    size_t before = resident();
    assert_int_equal(cairn_tree_open(ctx, 0, &tree), CAIRN_OK);
    int32_t column;
    cairn_score_column about = {.name = "reward", .source = "truth"};
    assert_int_equal(cairn_tree_need_score(ctx, tree, about, &column), CAIRN_OK);
    fill(tree, 1000000);
    size_t after = resident() - before, most = greatest_resident() - before;
    print_message("1,000,001 nodes: resident %.1f MB, at most %.1f MB while growing\n", (double)after / 1e6,
                  (double)most / 1e6);
    assert_true(after <= 250 * 1000 * 1000);
    assert_true(most <= 250 * 1000 * 1000);
    assert_string_equal(cairn_tree_text(tree, 1000000), "Step   999999: add 3 to both sides and simplify x +   999");
    assert_int_equal(cairn_tree_tokens(tree, 1000000)[11], 1000010);
    cairn_tree_close(tree);
    assert_true(resident() < before + 4 * 1000 * 1000);
}

static void ten_thousand_trees_one_after_another_keep_memory_flat(void **state) {
    (void)state;
    cairn_tree *kept;
    assert_int_equal(cairn_tree_open(ctx, 64, &kept), CAIRN_OK);
    size_t after_first = 0;
    for (int round = 0; round < 10000; round++) {
        cairn_tree *fresh;
        assert_int_equal(cairn_tree_open(ctx, 64, &fresh), CAIRN_OK);
        fill(fresh, 40);
        fill(kept, 40);
        cairn_tree_close(fresh);
        cairn_tree_reset(kept);
        if (round == 99) after_first = resident();
    }
    if (!SANITIZED) assert_true(resident() <= after_first + (1 << 20));
    cairn_tree_close(kept);
}

static void a_thousand_small_trees_are_cheap(void **state) {
    (void)state;
    static cairn_tree *trees[1024];
    size_t before = resident();
    for (int i = 0; i < 1024; i++) {
        assert_int_equal(cairn_tree_open(ctx, 64, &trees[i]), CAIRN_OK);
        fill(trees[i], 40);
        assert_true(cairn_tree_bytes(trees[i]) <= 48 * 1024);
    }
    if (!SANITIZED) assert_true(resident() - before <= (size_t)48 << 20);
    for (int i = 0; i < 1024; i++) cairn_tree_close(trees[i]);
}

/* A tree far larger than its successors is given back at the second reset; one like them is not. */
static void what_only_one_large_tree_needed_is_given_back(void **state) {
    (void)state;
    cairn_tree *tree;
    assert_int_equal(cairn_tree_open(ctx, 8, &tree), CAIRN_OK);
    fill(tree, 200000);
    size_t large = cairn_tree_bytes(tree);
    cairn_tree_reset(tree);
    fill(tree, 40);
    cairn_tree_reset(tree);
    assert_true(large > (size_t)40 << 20);
    assert_true(cairn_tree_bytes(tree) < (size_t)6 << 20);
    fill(tree, 200000); /* and it grows again */
    assert_int_equal(tree->count, 200001);
    assert_int_equal(tree->parent[200000], 199999 / 8);
    cairn_tree_close(tree);
}

static void memory_that_the_system_refuses_is_an_error_and_the_tree_goes_on(void **state) {
    (void)state;
    if (SANITIZED) skip_because("a sanitizer needs more address space than is left here");
    struct rlimit old, tight;
    cairn_tree *tree;
    assert_int_equal(cairn_tree_open(ctx, 8, &tree), CAIRN_OK);
    fill(tree, 100000);
    assert_int_equal(getrlimit(RLIMIT_AS, &old), 0);
    tight = old;
    tight.rlim_cur = (rlim_t)512 << 20;
    assert_int_equal(setrlimit(RLIMIT_AS, &tight), 0);
    cairn_status status = CAIRN_OK;
    cairn_node first;
    while (status == CAIRN_OK) status = cairn_tree_expand(ctx, tree, CAIRN_ROOT, NULL, 50000, &first);
    assert_int_equal(setrlimit(RLIMIT_AS, &old), 0);
    assert_int_equal(status, CAIRN_NO_MEMORY);
    assert_int_equal((tree->count - 1) % 50000, 0);
    for (uint32_t i = 1; i <= 100000; i += 99) assert_int_equal(tree->parent[i], (i - 1) / 8);
    assert_int_equal(cairn_tree_expand(ctx, tree, CAIRN_ROOT, NULL, 50000, &first), CAIRN_OK);
    cairn_tree_close(tree);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_million_nodes_fit_in_250_megabytes_at_every_moment, setup, teardown),
        cmocka_unit_test_setup_teardown(ten_thousand_trees_one_after_another_keep_memory_flat, setup, teardown),
        cmocka_unit_test_setup_teardown(a_thousand_small_trees_are_cheap, setup, teardown),
        cmocka_unit_test_setup_teardown(what_only_one_large_tree_needed_is_given_back, setup, teardown),
        cmocka_unit_test_setup_teardown(memory_that_the_system_refuses_is_an_error_and_the_tree_goes_on, setup,
                                        teardown),
    };
    return cmocka_run_group_tests_name("search_memory", tests, NULL, NULL);
}
