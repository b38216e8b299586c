/* Leaf scores, compression, stratified samples, merged steps (arXiv 2503.13551), and the labeller that grows such
 * trees. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/label.h"
#include "cairn/label_tree.h"

/* label: light */

static cairn_ctx *ctx;
static cairn_arena *arena;

static int set_up(void **state) {
    (void)state;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(ctx, 65536, &arena), CAIRN_OK);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    return 0;
}

/* The root with children A .. D; A has a1 .. a4 with leaf values 1, 0, 0, 1. */
static const int32_t parent[9] = {-1, 0, 0, 0, 0, 1, 1, 1, 1};
static const char *const text[9] = {"", "A", "B", "C", "D", "a1", "a2", "a3", "a4"};
static const double outcome[9] = {0, 0, 1, 0, 0, 1, 0, 0, 1};
static const cairn_leaf_tree tree = {.n = 9, .parent = parent, .text = text, .outcome = outcome};

static void a_node_is_as_good_as_the_share_of_right_leaves_below_it(void **state) {
    (void)state;
    double score[9], leaves[9], right[9];
    assert_int_equal(cairn_leaf_scores(ctx, &tree, score, leaves, right), CAIRN_OK);
    assert_true(score[1] == 0.5 && score[5] == 1 && score[6] == 0);
    assert_true(leaves[0] == 7 && right[0] == 3 && score[0] == 3.0 / 7);
    static const double weight[9] = {9, 9, 1, 1, 1, 3, 1, 1, 1};
    cairn_leaf_tree weighted = tree;
    weighted.weight = weight; /* a1 was drawn three times */
    assert_int_equal(cairn_leaf_scores(ctx, &weighted, score, leaves, right), CAIRN_OK);
    assert_true(score[1] == 4.0 / 6 && leaves[1] == 6);
}

static void a_moved_node_keeps_the_leaves_of_the_root_and_changes_its_old_parent(void **state) {
    (void)state;
    double score[9], leaves[9], right[9];
    bool moved[9];
    cairn_compress how = CAIRN_COMPRESS_DEFAULT;
    how.variant = CAIRN_COMPRESS_CODE;
    how.p = 1; /* the first child of A moves for sure */
    cairn_rng rng = cairn_rng_open(1, 0, 0, CAIRN_VERB_LABEL, 0, 0);
    cairn_leaf_tree compressed;
    assert_int_equal(cairn_leaf_tree_compress(ctx, &tree, &how, &rng, arena, &compressed, moved), CAIRN_OK);
    for (int i = 0; i < 9; i++) assert_int_equal(moved[i], i == 5);
    assert_int_equal(compressed.parent[5], 0);
    assert_string_equal(compressed.text[5], "A\n\na1");
    assert_int_equal(tree.parent[5], 1); /* the input is untouched */
    assert_int_equal(cairn_leaf_scores(ctx, &compressed, score, leaves, right), CAIRN_OK);
    assert_true(score[5] == 1 && score[1] == 1.0 / 3);
    assert_true(leaves[0] == 7 && right[0] == 3);
}

/* P(some child of four moves) is 1/2 by the first variant and 1 - 2^-4 by the second, which prefers the first child. */
static void the_variants_differ_in_which_child_moves(void **state) {
    (void)state;
    int counts[2][9] = {{0}};
    for (int variant = 0; variant < 2; variant++)
        for (uint32_t i = 0; i < 4000; i++) {
            bool moved[9];
            cairn_compress how = CAIRN_COMPRESS_DEFAULT;
            how.variant = (cairn_compression)variant;
            cairn_rng rng = cairn_rng_open(7, i, 0, CAIRN_VERB_LABEL, 0, 0);
            cairn_leaf_tree compressed;
            assert_int_equal(cairn_leaf_tree_compress(ctx, &tree, &how, &rng, arena, &compressed, moved), CAIRN_OK);
            for (int k = 0; k < 9; k++) counts[variant][k] += moved[k];
        }
    for (int k = 1; k <= 4; k++) assert_true(counts[0][k] == 0 && counts[1][k] == 0); /* children of the root stay */
    for (int k = 5; k < 9; k++) assert_true(abs(counts[0][k] - 500) < 100);
    assert_true(abs(counts[1][5] - 2000) < 150 && abs(counts[1][6] - 1000) < 150 && abs(counts[1][8] - 250) < 100);
}

static void a_bad_tree_is_refused(void **state) {
    (void)state;
    static const int32_t late[3] = {-1, 2, 0};
    static const double ends[3] = {0, 0.5, 2};
    static const int32_t fine[3] = {-1, 0, 0};
    double score[3];
    cairn_leaf_tree bad = {.n = 3, .parent = late, .outcome = ends};
    assert_int_equal(cairn_leaf_scores(ctx, &bad, score, NULL, NULL), CAIRN_INVALID);
    bad.parent = fine;
    assert_int_equal(cairn_leaf_scores(ctx, &bad, score, NULL, NULL), CAIRN_INVALID);
    bad.n = 0;
    assert_int_equal(cairn_leaf_scores(ctx, &bad, score, NULL, NULL), CAIRN_INVALID);
    cairn_compress how = CAIRN_COMPRESS_DEFAULT;
    how.p = NAN;
    cairn_rng rng = cairn_rng_open(1, 0, 0, CAIRN_VERB_LABEL, 0, 0);
    cairn_leaf_tree out;
    assert_int_equal(cairn_leaf_tree_compress(ctx, &tree, &how, &rng, arena, &out, NULL), CAIRN_INVALID);
}

/* A level with scores {1: 12 nodes, 0.4: 3 nodes}: max(3, 1) of the first and 3 of the second. */
static void rare_scores_are_taken_whole_and_common_ones_are_thinned(void **state) {
    (void)state;
    double score[15], many[60];
    bool chosen[60];
    for (int i = 0; i < 15; i++) score[i] = i % 5 == 4 ? 0.4 : 1;
    cairn_rng rng = cairn_rng_open(3, 0, 0, CAIRN_VERB_LABEL, 0, 0);
    assert_int_equal(cairn_stratify(ctx, score, 15, 0.1, 5, &rng, chosen), CAIRN_OK);
    int rare = 0, common = 0;
    for (int i = 0; i < 15; i++) rare += chosen[i] && score[i] < 1, common += chosen[i] && score[i] == 1;
    assert_int_equal(rare, 3);
    assert_int_equal(common, 3);
    for (int i = 0; i < 60; i++) many[i] = i == 0 ? 0 : 1; /* max(1, floor(5.9)) of the 59 */
    assert_int_equal(cairn_stratify(ctx, many, 60, 0.1, 5, &rng, chosen), CAIRN_OK);
    common = 0;
    for (int i = 1; i < 60; i++) common += chosen[i];
    assert_true(chosen[0] && common == 5);
    for (int i = 0; i < 60; i++) many[i] = 0.5; /* one score: at most five */
    assert_int_equal(cairn_stratify(ctx, many, 60, 0.1, 5, &rng, chosen), CAIRN_OK);
    common = 0;
    for (int i = 0; i < 60; i++) common += chosen[i];
    assert_int_equal(common, 5);
    many[3] = NAN;
    assert_int_equal(cairn_stratify(ctx, many, 60, 0.1, 5, &rng, chosen), CAIRN_INVALID);
}

static void steps_merge_with_the_next_one(void **state) {
    (void)state;
    static const char *const steps[3] = {"p", "q", "r"};
    const char *const *merged;
    assert_int_equal(cairn_merge_steps(ctx, steps, 3, 1, "\n\n", arena, &merged), CAIRN_OK);
    assert_string_equal(merged[0], "p");
    assert_string_equal(merged[1], "q\n\nr");
    assert_int_equal(cairn_merge_steps(ctx, steps, 3, 0, "|", arena, &merged), CAIRN_OK);
    assert_string_equal(merged[0], "p|q");
    assert_string_equal(merged[1], "r");
    assert_int_equal(cairn_merge_steps(ctx, steps, 3, 2, "|", arena, &merged), CAIRN_INVALID);
    assert_int_equal(cairn_merge_steps(ctx, steps, 1, 0, "|", arena, &merged), CAIRN_INVALID);
}

/* ---- the labeller --------------------------------------------------------------------------------------------------------- */

static cairn_label_result label(const char *spec, cairn_tree **out) {
    static cairn_world world;
    static cairn_policy policy;
    static cairn_problem problem;
    const cairn_labeller_type *type;
    const void *config;
    cairn_label_result result;
    assert_int_equal(cairn_world_open(ctx, arena, "chain:steps=3", &world), CAIRN_OK);
    assert_int_equal(cairn_policy_open(ctx, arena, "scripted:error=0.3", &world, &policy), CAIRN_OK);
    assert_int_equal(world.type->generate(ctx, world.self, 5, 0, arena, &problem), CAIRN_OK);
    assert_int_equal(cairn_tree_open(ctx, world.type->state_bytes, out), CAIRN_OK);
    static cairn_workspace workspace;
    workspace =
        (cairn_workspace){.ctx = ctx, .world = &world, .problem = &problem, .tree = *out, .arena = arena, .seed = 11};
    workspace.cast[CAIRN_ROLE_GENERATOR] = (cairn_part){.policy = &policy, .sampling = CAIRN_SAMPLING_DEFAULT};
    assert_int_equal(cairn_workspace_begin(&workspace), CAIRN_OK);
    assert_int_equal(cairn_labeller_find(ctx, arena, spec, &type, &config), CAIRN_OK);
    assert_int_equal(type->run(&workspace, config, NULL, 0, &result), CAIRN_OK);
    return result;
}

static void the_labeller_samples_paths_whose_last_step_is_labelled(void **state) {
    (void)state;
    cairn_tree *grown;
    cairn_label_result result = label("tree:branch=4,levels=3", &grown);
    assert_true(result.n > 0 && result.rollouts > 0 && result.rollouts <= 64);
    int32_t first = 0; /* samples of the first level have 4^2 leaves for each time that their step was drawn */
    for (int32_t i = 0; i < result.n; i++) {
        const cairn_labelled *s = &result.solutions[i];
        for (int32_t k = 0; k + 1 < s->n_steps; k++) assert_true(isnan(s->labels[k]));
        const cairn_step_count *count = &s->evidence.counts[CAIRN_ROLE_COMPLETER][s->n_steps - 1];
        assert_true(count->n > 0 && s->labels[s->n_steps - 1] == (double)count->ok / count->n);
        assert_int_equal(grown->depth[s->leaf], s->n_steps);
        if (s->n_steps > 1) continue;
        assert_int_equal(count->n, 16 * (int32_t)grown->multiplicity[s->leaf]);
        first++;
    }
    assert_true(first > 0);
    cairn_tree_close(grown);
}

static void merging_and_compression_add_samples(void **state) {
    (void)state;
    cairn_tree *grown;
    int32_t plain = label("tree:branch=4,levels=3", &grown).n;
    cairn_tree_close(grown);
    cairn_label_result merged = label("tree:branch=4,levels=3,merge=true,join=space", &grown);
    int32_t deep = 0, joined = 0;
    for (int32_t i = 0; i < merged.n; i++) {
        bool is_merged = grown->depth[merged.solutions[i].leaf] != merged.solutions[i].n_steps;
        joined += is_merged;
        deep += !is_merged && merged.solutions[i].n_steps > 1;
    }
    assert_int_equal(merged.n, plain + joined);
    assert_int_equal(joined, deep); /* each sample of two steps or more, once more */
    cairn_tree_close(grown);
    assert_true(label("tree:branch=4,levels=3,merge=true,compress=code", &grown).n > merged.n);
    cairn_tree_close(grown);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_node_is_as_good_as_the_share_of_right_leaves_below_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_moved_node_keeps_the_leaves_of_the_root_and_changes_its_old_parent, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_variants_differ_in_which_child_moves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_bad_tree_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rare_scores_are_taken_whole_and_common_ones_are_thinned, set_up, tear_down),
        cmocka_unit_test_setup_teardown(steps_merge_with_the_next_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_labeller_samples_paths_whose_last_step_is_labelled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(merging_and_compression_add_samples, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
