/* What a search computes: each row of a model once for each node, counted again here row by row and matrix by matrix.
 */
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
    cairn_workspace workspace;
    cairn_result result;
} searched;

static searched run(fixture *f, const cairn_problem *problem, const char *spec, double flops) {
    searched s = {.workspace = {.ctx = f->ctx,
                                .world = &f->world,
                                .cast[CAIRN_ROLE_GENERATOR].policy = &f->policy,
                                .cast[CAIRN_ROLE_JUDGE].reward = &f->reward,
                                .problem = problem,
                                .arena = f->arena,
                                .seed = 5,
                                .cast[CAIRN_ROLE_GENERATOR].sampling = {.temperature = 1, .max_tokens = 12},
                                .aggregator = CAIRN_AGGREGATE_LAST,
                                .budget.flops = flops}};
    const cairn_search_type *type;
    const void *config;
    assert_int_equal(cairn_tree_open(f->ctx, f->world.type->state_bytes, &s.workspace.tree), CAIRN_OK);
    assert_int_equal(cairn_workspace_begin(&s.workspace), CAIRN_OK);
    assert_int_equal(cairn_search_find(f->ctx, f->arena, spec, &type, &config), CAIRN_OK);
    if (cairn_search_run(&s.workspace, type, config, &s.result) != CAIRN_OK) fail_msg("%s", cairn_error(f->ctx));
    return s;
}

/* One row at `position`: 2 for each number of a layer's matrices, 4 D for each key that attention reads, 2 V D for the
 * vocabulary. */
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
        const cairn_tree *tree = s.workspace.tree;
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
            if (!(tree->marks[0][node] & CAIRN_SCORE_READ)) continue;
            judge += rows_flops(m.model, from, end, false);
            read += end - from;
            scored += (tree->marks[0][node] & CAIRN_SCORE_ASKED) != 0;
        }
        judge += (double)scored * (2.0 * 32 * 32 + 2.0 * 32 * 2); /* the head: 32 to 32 to 2 */
        assert_near(s.workspace.cost.flops[CAIRN_ROLE_GENERATOR] / policy, 1, 1e-12);
        assert_near(s.workspace.cost.flops[CAIRN_ROLE_JUDGE] / judge, 1, 1e-12);
        assert_int_equal(s.workspace.cost.tokens[CAIRN_ROLE_JUDGE], read);
        assert_int_equal(s.workspace.cost.scorings, scored);
        cairn_tree_close(s.workspace.tree);
        close_own_model(&m);
        close_fixture(f);
    }
}

/* ---- free requests --------------------------------------------------------------------------------------------------------- */

/* A search of the problem that has done nothing yet. */
static cairn_workspace begun_search(fixture *f, const cairn_problem *problem) {
    cairn_workspace s = {.ctx = f->ctx,
                         .world = &f->world,
                         .cast[CAIRN_ROLE_GENERATOR].policy = &f->policy,
                         .problem = problem,
                         .arena = f->arena,
                         .seed = 5,
                         .cast[CAIRN_ROLE_GENERATOR].sampling = {.temperature = 1, .max_tokens = 12}};
    assert_int_equal(cairn_tree_open(f->ctx, f->world.type->state_bytes, &s.tree), CAIRN_OK);
    assert_int_equal(cairn_workspace_begin(&s), CAIRN_OK);
    return s;
}

/* Tokens of problem, steps and what is begun. */
static int64_t text_tokens(fixture *f, const own_model *m, const char *problem, const char *const *steps, int32_t n,
                           const char *begun) {
    cairn_solution_tokens tokens = {0};
    assert_int_equal(cairn_solution_encode(f->ctx, &m->format, "p", problem, steps, n, false, &tokens), CAIRN_OK);
    assert_int_equal(cairn_solution_begin(f->ctx, &m->format, "p", begun, &tokens), CAIRN_OK);
    int64_t count = (int64_t)tokens.tokens.count;
    cairn_solution_free(&tokens);
    return count;
}

static cairn_asking question(const char *const *steps, int32_t n_steps, const char *begun, int32_t max_tokens) {
    return (cairn_asking){
        .steps = steps, .n_steps = n_steps, .begun = begun, .sampling = {.temperature = 1, .max_tokens = max_tokens}};
}

/* What one request adds to the role's FLOPs, which must be the request's own. */
static double asked(cairn_workspace *s, cairn_asking *q) {
    double before = s->cost.flops[CAIRN_ROLE_CRITIC];
    if (cairn_ask(s, CAIRN_ROLE_CRITIC, q, 1) != CAIRN_OK) fail_msg("%s", cairn_error(s->ctx));
    assert_near(s->cost.flops[CAIRN_ROLE_CRITIC] - before, q->flops, 1);
    return q->flops;
}

static void test_requests_pay_a_shared_beginning_once(void **state) {
    (void)state;
    static const char *const steps[] = {"19 + 8 = 27", "27 - 3 = 24"};
    fixture *f = open_fixture("chain:steps=4", policy_spec, reward_spec);
    own_model m = open_own_model(f->ctx, tiny_path);
    cairn_problem problem = make_problem(f, 1, 0);
    cairn_workspace s = begun_search(f, &problem);
    const int64_t prompt = text_tokens(f, &m, problem.text, NULL, 0, ""),
                  first = text_tokens(f, &m, problem.text, steps, 1, ""),
                  both = text_tokens(f, &m, problem.text, steps, 2, ""),
                  begun = text_tokens(f, &m, problem.text, steps, 2, "so "),
                  other = text_tokens(f, &m, "Add 8.", steps, 1, "");
    const struct {
        cairn_asking q;
        int64_t from, behind; /* rows read; that is generated from */
    } cases[] = {
        {question(steps, 1, NULL, 9), 0, first},          /* everything */
        {question(steps, 1, NULL, 5), first - 1, first},  /* what it ends with, once more */
        {question(NULL, 0, NULL, 7), prompt - 1, prompt}, /* a part of it */
        {question(steps, 2, "so ", 6), first - 1, begun}, /* more */
        {question(steps, 2, "so ", 6), begun - 1, begun}, /* the same again */
        {question(steps, 2, NULL, 6), both - 1, both},    /* without what is begun */
        {question(steps + 1, 1, NULL, 3), prompt - 1, text_tokens(f, &m, problem.text, steps + 1, 1, "")},
        {question(steps, 1, NULL, 4), 0, other}, /* of another problem */
        {question(steps, 1, NULL, 4), other - 1, other},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cairn_asking q = cases[i].q;
        if (cases[i].behind == other) q.problem = "Add 8.";
        double flops = asked(&s, &q);
        assert_true(q.n_tokens > 0);
        assert_near(flops / (rows_flops(m.model, cases[i].from, cases[i].behind - 1, false) +
                             rows_flops(m.model, cases[i].behind - 1, cases[i].behind - 1 + q.n_tokens, true)),
                    1, 1e-12);
    }
    assert_near(s.cost.flops[CAIRN_ROLE_GENERATOR], 0, 0);
    cairn_tree_close(s.tree);
    s = begun_search(f, &problem); /* all in one array: the first of equal beginnings pays it */
    cairn_asking many[] = {question(steps, 1, NULL, 9), question(steps, 1, NULL, 9), question(NULL, 0, NULL, 9)};
    assert_int_equal(cairn_ask(&s, CAIRN_ROLE_CRITIC, many, 3), CAIRN_OK);
    double sum = rows_flops(m.model, 0, first - 1, false) +
                 rows_flops(m.model, first - 1, first - 1 + many[0].n_tokens, true) +
                 rows_flops(m.model, first - 1, first - 1 + many[1].n_tokens, true) +
                 rows_flops(m.model, prompt - 1, prompt - 1 + many[2].n_tokens, true);
    assert_near(s.cost.flops[CAIRN_ROLE_CRITIC] / sum, 1, 1e-12);
    cairn_tree_close(s.tree);
    close_own_model(&m);
    close_fixture(f);
}

/* The row before the choices gives the first token of each, and a choice's last token is never gone on from. */
static void test_choices_pay_the_row_before_them_once(void **state) {
    (void)state;
    static const char *const choices[] = {"7", "123"};
    fixture *f = open_fixture("chain:steps=4", policy_spec, reward_spec);
    own_model m = open_own_model(f->ctx, tiny_path);
    cairn_problem problem = make_problem(f, 1, 0);
    cairn_workspace s = begun_search(f, &problem);
    cairn_asking q = question(NULL, 0, NULL, 0);
    q.forced = "x";
    q.choices = choices;
    q.n_choices = 2;
    int64_t prompt = text_tokens(f, &m, problem.text, NULL, 0, "x"); /* x, 7 and 123 are bytes of their own */
    assert_int_equal(text_tokens(f, &m, problem.text, NULL, 0, "x7"), prompt + 1);
    assert_int_equal(text_tokens(f, &m, problem.text, NULL, 0, "x123"), prompt + 3);
    double expected = rows_flops(m.model, 0, prompt - 1, false) + rows_flops(m.model, prompt - 1, prompt, true) +
                      rows_flops(m.model, prompt, prompt + 2, true);
    assert_near(asked(&s, &q) / expected, 1, 1e-12);
    q.forced = "xx"; /* the problem is known: its last row and the first x are read for the second */
    expected = rows_flops(m.model, prompt - 2, prompt, false) + rows_flops(m.model, prompt, prompt + 1, true) +
               rows_flops(m.model, prompt + 1, prompt + 3, true);
    assert_near(asked(&s, &q) / expected, 1, 1e-12);
    cairn_tree_close(s.tree);
    close_own_model(&m);
    close_fixture(f);
}

static void test_predictions_behind_nodes_pay_their_last_rows(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=4", policy_spec, reward_spec);
    own_model m = open_own_model(f->ctx, tiny_path);
    cairn_problem problem = make_problem(f, 1, 0);
    searched all = run(f, &problem, "beam:width=4,branch=2", 0);
    cairn_workspace *s = &all.workspace;
    cairn_prediction out;
    double before = s->cost.flops[CAIRN_ROLE_GENERATOR];
    for (cairn_node node = 0; node < s->tree->count; node++) {
        int64_t prompt, n = prefix_tokens(f, &m, &problem, s->tree, node, &prompt);
        if (s->tree->flags[node] & CAIRN_NODE_TERMINAL) continue;
        out = (cairn_prediction){0};
        assert_int_equal(cairn_next(s, CAIRN_ROLE_CRITIC, &node, 1, &out), CAIRN_OK);
        assert_near(out.flops / rows_flops(m.model, n - 1, n, true), 1, 1e-12); /* what the policy wrote is kept */
    }
    assert_true(s->cost.flops[CAIRN_ROLE_CRITIC] > 0);
    assert_near(s->cost.flops[CAIRN_ROLE_GENERATOR], before, 0);
    cairn_child given = {.text = "19 + 8 = 27", .length = 11, .path = 7};
    cairn_node root = CAIRN_ROOT, node;
    assert_int_equal(cairn_tree_add(f->ctx, s->tree, root, &given, &node), CAIRN_OK);
    int64_t prompt, n = prefix_tokens(f, &m, &problem, s->tree, node, &prompt);
    for (int again = 0; again < 2; again++) { /* it was not written: it is read, the first time */
        out = (cairn_prediction){.begun = ""};
        assert_int_equal(cairn_next(s, CAIRN_ROLE_CRITIC, &node, 1, &out), CAIRN_OK);
        double expected =
            rows_flops(m.model, again ? n - 1 : prompt - 1, n - 1, false) + rows_flops(m.model, n - 1, n, true);
        assert_near(out.flops / expected, 1, 1e-12);
    }
    cairn_tree_close(s->tree);
    close_own_model(&m);
    close_fixture(f);
}

static void test_spent_flops_end_the_asking(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=4", policy_spec, reward_spec);
    cairn_problem problem = make_problem(f, 1, 0);
    cairn_workspace s = begun_search(f, &problem);
    cairn_asking q = question(NULL, 0, NULL, 8);
    s.budget.flops = 1;
    assert_int_equal(cairn_ask(&s, CAIRN_ROLE_CRITIC, &q, 1), CAIRN_OK);
    assert_int_equal(cairn_ask(&s, CAIRN_ROLE_CRITIC, &q, 1), CAIRN_BUDGET);
    assert_int_equal(s.cost.asks[CAIRN_ROLE_CRITIC], 1);
    cairn_tree_close(s.tree);
    close_fixture(f);
}

/* ---- budgets ----------------------------------------------------------------------------------------------------------------- */

static void test_a_budget_in_flops_is_spent_and_not_overrun(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=4", policy_spec, reward_spec);
    cairn_problem problem = make_problem(f, 1, 0);
    for (double flops = 4e8; flops < 4e9; flops *= 2) {
        searched s = run(f, &problem, "mcts:branch=8", flops);
        double spent = s.workspace.cost.flops[CAIRN_ROLE_GENERATOR] + s.workspace.cost.flops[CAIRN_ROLE_JUDGE];
        assert_true(spent <= 1.05 * flops && spent >= 0.8 * flops);
        cairn_tree_close(s.workspace.tree);
    }
    close_fixture(f);
}

static void test_a_budget_in_flops_needs_a_policy_that_tells_them(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=4", "scripted", "exact");
    cairn_problem problem = make_problem(f, 1, 0);
    cairn_workspace s = {.ctx = f->ctx,
                         .world = &f->world,
                         .cast[CAIRN_ROLE_GENERATOR].policy = &f->policy,
                         .problem = &problem,
                         .arena = f->arena,
                         .cast[CAIRN_ROLE_GENERATOR].sampling = CAIRN_SAMPLING_DEFAULT,
                         .budget.flops = 1e9};
    cairn_branch branch = {.node = CAIRN_ROOT, .count = 1}, child;
    int32_t n;
    assert_int_equal(cairn_tree_open(f->ctx, f->world.type->state_bytes, &s.tree), CAIRN_OK);
    assert_int_equal(cairn_workspace_begin(&s), CAIRN_OK);
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
        cmocka_unit_test(test_requests_pay_a_shared_beginning_once),
        cmocka_unit_test(test_choices_pay_the_row_before_them_once),
        cmocka_unit_test(test_predictions_behind_nodes_pay_their_last_rows),
        cmocka_unit_test(test_spent_flops_end_the_asking),
        cmocka_unit_test(test_a_budget_in_flops_is_spent_and_not_overrun),
        cmocka_unit_test(test_a_budget_in_flops_needs_a_policy_that_tells_them),
    };
    return cmocka_run_group_tests_name("search flops", tests, begin, remove_model);
}
