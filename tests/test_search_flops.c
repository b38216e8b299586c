/* What a search computes: each row of a model once for each node, counted again here row by row and matrix by matrix. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reward_fixture.h"
#include "tiny_model.h"

#include "cairn/search.h"

static char policy_spec[128], reward_spec[128];

typedef struct searched {
    cairn_search search;
    cairn_result result;
} searched;

static searched run(fixture *f, const cairn_problem *problem, const char *spec, double flops) {
    searched s = {.search = {.ctx = f->ctx,
                             .world = &f->world,
                             .policy = &f->policy,
                             .reward = &f->reward,
                             .problem = problem,
                             .arena = f->arena,
                             .seed = 5,
                             .sampling = {.temperature = 1, .max_tokens = 12},
                             .aggregator = CAIRN_AGGREGATE_LAST,
                             .budget.flops = flops}};
    const cairn_search_type *type;
    const void *config;
    assert_int_equal(cairn_tree_open(f->ctx, f->world.type->state_bytes, &s.search.tree), CAIRN_OK);
    assert_int_equal(cairn_search_begin(&s.search), CAIRN_OK);
    assert_int_equal(cairn_search_find(f->ctx, f->arena, spec, &type, &config), CAIRN_OK);
    if (cairn_search_run(&s.search, type, config, &s.result) != CAIRN_OK) fail_msg("%s", cairn_error(f->ctx));
    return s;
}

/* One row at `position`: 2 for each number of a layer's matrices, 4 D for each key that attention reads, 2 V D for the vocabulary. */
static double row_flops(const cairn_transformer *m, int64_t position, bool logits) {
    double sum = 0;
    for (int32_t i = 0; i < cairn_params_count(m->params); i++) {
        const cairn_param *p = cairn_params_get(m->params, i);
        if (p->value.rank != 2 || strncmp(p->name, "blk.", 4) != 0) continue;
        sum += 2.0 * (double)p->value.shape[0] * (double)p->value.shape[1];
    }
    sum += m->shape.layers * 4.0 * m->shape.width * (double)(position + 1);
    return sum + (logits ? 2.0 * m->shape.vocabulary * m->shape.width : 0);
}

static double rows_flops(const cairn_transformer *m, int64_t from, int64_t to, bool logits) {
    double sum = 0;
    for (int64_t i = from; i < to; i++) sum += row_flops(m, i, logits);
    return sum;
}

/* Tokens of the prefix that ends with `node`, and of the problem before it. */
static int64_t prefix_tokens(fixture *f, const own_model *m, const cairn_problem *problem, const cairn_tree *tree,
                             cairn_node node, int64_t *prompt) {
    const char *const *steps;
    int32_t n;
    cairn_solution_tokens tokens = {0};
    assert_int_equal(cairn_tree_steps(f->ctx, tree, node, f->arena, &steps, &n), CAIRN_OK);
    assert_int_equal(cairn_solution_encode(f->ctx, &m->format, "p", problem->text, steps, n, false, &tokens), CAIRN_OK);
    int64_t count = (int64_t)tokens.tokens.count;
    *prompt = tokens.prompt;
    cairn_solution_free(&tokens);
    return count;
}

static void test_policy_and_reward_pay_each_row_once(void **state) {
    (void)state;
    static const char *const specs[] = {"beam:width=8,branch=4", "best-of-n:width=5", "mcts:branch=3,simulations=6"};
    for (size_t k = 0; k < sizeof specs / sizeof *specs; k++) {
        fixture *f = open_fixture("chain:steps=4", policy_spec, reward_spec);
        own_model m = open_own_model(f->ctx, tiny_path);
        cairn_problem problem = make_problem(f, 1, 0);
        searched s = run(f, &problem, specs[k], 0);
        const cairn_tree *tree = s.search.tree;
        double policy = 0, judge = 0;
        int64_t prompt, read = 0, scored = 0;
        assert_true(tree->count > 5);
        for (cairn_node node = 0; node < tree->count; node++) {
            int64_t end = prefix_tokens(f, &m, &problem, tree, node, &prompt);
            if (node == CAIRN_ROOT) {
                policy += rows_flops(m.model, 0, prompt - 1, false);
                judge += rows_flops(m.model, 0, prompt, false);
                read += prompt;
                continue;
            }
            int64_t from = prefix_tokens(f, &m, &problem, tree, tree->parent[node], &prompt);
            assert_int_equal(tree->multiplicity[node], 1);
            policy += rows_flops(m.model, from - 1, from - 1 + tree->n_tokens[node], true);
            if (!(tree->flags[node] & CAIRN_NODE_READ)) continue;
            judge += rows_flops(m.model, from, end, false);
            read += end - from;
            scored += (tree->flags[node] & CAIRN_NODE_SCORED) != 0;
        }
        judge += (double)scored * (2.0 * 32 * 32 + 2.0 * 32 * 2); /* the head: 32 to 32 to 2 */
        assert_near(s.search.cost.flops[CAIRN_ROLE_GENERATOR] / policy, 1, 1e-12);
        assert_near(s.search.cost.flops[CAIRN_ROLE_JUDGE] / judge, 1, 1e-12);
        assert_int_equal(s.search.cost.tokens[CAIRN_ROLE_JUDGE], read);
        assert_int_equal(s.search.cost.scorings, scored);
        cairn_tree_close(s.search.tree);
        close_own_model(&m);
        close_fixture(f);
    }
}

static void test_a_budget_in_flops_is_spent_and_not_overrun(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=4", policy_spec, reward_spec);
    cairn_problem problem = make_problem(f, 1, 0);
    for (double flops = 4e8; flops < 4e9; flops *= 2) {
        searched s = run(f, &problem, "mcts:branch=8", flops);
        double spent = s.search.cost.flops[CAIRN_ROLE_GENERATOR] + s.search.cost.flops[CAIRN_ROLE_JUDGE];
        assert_true(spent <= 1.05 * flops && spent >= 0.8 * flops);
        cairn_tree_close(s.search.tree);
    }
    close_fixture(f);
}

static void test_a_budget_in_flops_needs_a_policy_that_tells_them(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=4", "scripted", "exact");
    cairn_problem problem = make_problem(f, 1, 0);
    cairn_search s = {.ctx = f->ctx,
                      .world = &f->world,
                      .policy = &f->policy,
                      .problem = &problem,
                      .arena = f->arena,
                      .sampling = CAIRN_SAMPLING_DEFAULT,
                      .budget.flops = 1e9};
    cairn_branch branch = {.node = CAIRN_ROOT, .count = 1}, child;
    int32_t n;
    assert_int_equal(cairn_tree_open(f->ctx, f->world.type->state_bytes, &s.tree), CAIRN_OK);
    assert_int_equal(cairn_search_begin(&s), CAIRN_OK);
    assert_int_equal(cairn_propose(&s, CAIRN_ROLE_GENERATOR, &branch, 1, &child, &n), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(f->ctx), "scripted tells no FLOPs"));
    cairn_tree_close(s.tree);
    close_fixture(f);
}

static int begin(void **state) {
    write_model(state);
    snprintf(policy_spec, sizeof policy_spec, "model:file=%s", tiny_path);
    snprintf(reward_spec, sizeof reward_spec, "head:file=%s", tiny_path);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy_and_reward_pay_each_row_once),
        cmocka_unit_test(test_a_budget_in_flops_is_spent_and_not_overrun),
        cmocka_unit_test(test_a_budget_in_flops_needs_a_policy_that_tells_them),
    };
    return cmocka_run_group_tests_name("search flops", tests, begin, remove_model);
}
