/* Steps in parts on a tree: what a partial node is, how it is scored, and that extending it gives what one draw gives.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "near.h"
#include "cairn/search.h"
#include "world/lookup.h"

/* ---- a policy whose steps are told by the test: a byte is a token, draw d of a node gives texts[d] ---------------------------------- */

static const char *texts[8];
static cairn_stop stops[8];

static cairn_status told_propose(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_proposal *requests, int32_t n) {
    (void)ctx, (void)self;
    for (int32_t i = 0; i < n; i++) {
        cairn_proposal *q = &requests[i];
        int32_t length = (int32_t)strlen(texts[q->draw]), most = q->sampling.max_tokens;
        bool cut = length > most;
        int32_t *ids = cairn_arena_alloc(arena, (size_t)length + 1, sizeof *ids);
        if (!ids) return CAIRN_NO_MEMORY;
        for (int32_t k = 0; k < length; k++) ids[k] = texts[q->draw][k];
        if (q->begun) assert_memory_equal(q->begun->tokens, ids, (size_t)q->begun->n_tokens * sizeof *ids);
        q->n_tokens = cut ? most : length;
        q->text = cairn_arena_copy(arena, texts[q->draw], (size_t)q->n_tokens);
        q->tokens = ids;
        q->logp = -0.25 * q->n_tokens;
        q->flops = 100.0 * (q->n_tokens - (q->begun ? q->begun->n_tokens : 0));
        q->stop = cut ? CAIRN_STOP_LENGTH : stops[q->draw];
        q->status = CAIRN_OK;
    }
    return CAIRN_OK;
}

/* A reward that says how many bytes the last step has, and minus that of an unfinished one. */
static cairn_status length_score(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                                 cairn_reward_cost *cost) {
    (void)ctx, (void)self, (void)arena, (void)cost;
    for (int32_t i = 0; i < n; i++) {
        double length = (double)strlen(requests[i].steps[requests[i].n_steps - 1]);
        requests[i].score = requests[i].partial ? -length : length;
        assert_false(requests[i].partial && requests[i].done);
    }
    return CAIRN_OK;
}

static bool always(const void *self) {
    (void)self;
    return true;
}

static cairn_status told_next(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_prediction *requests, int32_t n) {
    (void)self, (void)arena, (void)requests, (void)n;
    return cairn_fail(ctx, CAIRN_INTERNAL, "asked for the next token");
}

static const cairn_policy_type told_policy = {
    .about = {.name = "told"}, .propose = told_propose, .partial = true, .next = told_next};
static const cairn_policy_type whole_policy = {.about = {.name = "wholesome"}, .propose = told_propose};
static const cairn_reward_type length_reward = {
    .about = {.name = "length"}, .score = length_score, .partial_ok = always};
static const cairn_reward_type plain_reward = {.about = {.name = "plain"}, .score = length_score};

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_tree *tree;
    cairn_world world;
    cairn_policy policy;
    cairn_reward reward;
    cairn_problem problem;
    cairn_workspace workspace;
} fixture;

static void begin(fixture *f) {
    cairn_tree_reset(f->tree);
    f->workspace = (cairn_workspace){
        .ctx = f->ctx, .world = &f->world, .problem = &f->problem, .tree = f->tree, .arena = f->arena, .seed = 1};
    f->workspace.cast[CAIRN_ROLE_GENERATOR] = (cairn_part){.policy = &f->policy, .sampling = CAIRN_SAMPLING_DEFAULT};
    if (f->reward.type) f->workspace.cast[CAIRN_ROLE_JUDGE] = (cairn_part){.reward = &f->reward};
    assert_int_equal(cairn_workspace_begin(&f->workspace), CAIRN_OK);
}

/* `policy` NULL: the told one. */
static fixture *open_fixture(const char *world, const char *policy) {
    static fixture held;
    fixture *f = &held;
    *f = (fixture){0};
    assert_int_equal(cairn_ctx_open(&f->ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f->ctx, 1 << 16, &f->arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(f->ctx, f->arena, world, &f->world), CAIRN_OK);
    assert_int_equal(cairn_tree_open(f->ctx, f->world.type->state_bytes, &f->tree), CAIRN_OK);
    assert_int_equal(f->world.type->generate(f->ctx, f->world.self, 1, 0, f->arena, &f->problem), CAIRN_OK);
    f->policy = (cairn_policy){.type = &told_policy, .world = &f->world};
    if (policy && cairn_policy_open(f->ctx, f->arena, policy, &f->world, &f->policy) != CAIRN_OK)
        fail_msg("%s", cairn_error(f->ctx));
    if (!policy)
        f->reward =
            (cairn_reward){.type = &length_reward, .world = &f->world, .high = 1, .source = "length", .n_outputs = 1};
    for (int i = 0; i < 8; i++) stops[i] = CAIRN_STOP_STEP;
    begin(f);
    return f;
}

static void close_fixture(fixture *f) {
    cairn_policy_close(&f->policy);
    cairn_tree_close(f->tree);
    cairn_world_close(&f->world);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
}

/* The parts of n steps at the root. */
static int32_t parts(fixture *f, int32_t tau, int32_t n, cairn_node *out) {
    cairn_branch branch = {.node = CAIRN_ROOT, .count = n}, children[64];
    int32_t found;
    assert_true(n <= 64);
    if (cairn_propose_partial(&f->workspace, CAIRN_ROLE_GENERATOR, tau, &branch, 1, children, &found) != CAIRN_OK)
        fail_msg("%s", cairn_error(f->ctx));
    for (int32_t i = 0; i < found; i++) out[i] = children[i].node;
    return found;
}

static cairn_status extend(fixture *f, cairn_node *nodes, int32_t n, int32_t max_tokens, bool last) {
    return cairn_extend(&f->workspace, CAIRN_ROLE_GENERATOR, nodes, n, max_tokens, last, nodes);
}

static bool has(const fixture *f, cairn_node node, unsigned flag) {
    return f->tree->flags[node] & flag;
}

static void expect_error(fixture *f, cairn_status got, cairn_status wanted, const char *says) {
    assert_int_equal(got, wanted);
    if (!strstr(cairn_error(f->ctx), says)) fail_msg("`%s` does not say `%s`", cairn_error(f->ctx), says);
}

/* ---- what a partial node is -------------------------------------------------------------------------------------------------------- */

static const char *lookup_step(fixture *f, int place) {
    return cairn_arena_printf(f->arena, "lookup(%d)", (int)((const lookup_problem *)f->problem.data)->account[place]);
}

/* The tool answers, is paid for and changes the state when the step is complete, and not before. */
static void test_the_world_takes_a_step_when_it_is_complete(void **unused) {
    (void)unused;
    fixture *f = open_fixture("lookup:accounts=2,cost=0.02", NULL);
    cairn_node node;
    texts[0] = lookup_step(f, 0);
    int32_t length = (int32_t)strlen(texts[0]);
    assert_int_equal(parts(f, 4, 1, &node), 1);
    assert_true(has(f, node, CAIRN_NODE_PARTIAL));
    assert_string_equal(cairn_tree_text(f->tree, node), "look");
    assert_null(cairn_tree_observation(f->tree, node));
    assert_memory_equal(cairn_tree_state(f->tree, node), cairn_tree_state(f->tree, CAIRN_ROOT), f->tree->state_bytes);
    assert_true(!f->tree->edge_reward || f->tree->edge_reward[node] == 0);
    assert_int_equal(extend(f, &node, 1, 7, false), CAIRN_OK);
    assert_true(has(f, node, CAIRN_NODE_PARTIAL));
    assert_string_equal(cairn_tree_text(f->tree, node), "lookup(");
    assert_int_equal(extend(f, &node, 1, 256, false), CAIRN_OK);
    assert_false(has(f, node, CAIRN_NODE_PARTIAL | CAIRN_NODE_CUT | CAIRN_NODE_TERMINAL));
    assert_string_equal(cairn_tree_text(f->tree, node), texts[0]);
    assert_int_equal(f->tree->key[node], cairn_key(texts[0], (size_t)length));
    assert_non_null(cairn_tree_observation(f->tree, node));
    assert_int_equal(f->tree->kind[node], CAIRN_KIND_TOOL);
    assert_near(f->tree->edge_reward[node], -0.02, 1e-7);
    assert_true(memcmp(cairn_tree_state(f->tree, node), cairn_tree_state(f->tree, CAIRN_ROOT), f->tree->state_bytes));
    assert_int_equal(f->tree->n_tokens[node], length);
    assert_int_equal(cairn_tree_tokens(f->tree, node)[length - 1], ')');
    assert_near(f->tree->logp[node], -0.25 * length, 0);
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 1);
    assert_int_equal(f->workspace.cost.tokens[CAIRN_ROLE_GENERATOR], length);
    assert_near(f->workspace.cost.flops[CAIRN_ROLE_GENERATOR], 100.0 * length, 0);
    close_fixture(f);
}

/* "answer 0" ends a solution of world lookup, and so does a policy; neither does so by its first bytes. */
static void test_a_solution_ends_with_its_complete_step(void **unused) {
    (void)unused;
    fixture *f = open_fixture("lookup:accounts=2,cost=0.02", NULL);
    cairn_node nodes[2];
    texts[0] = "answer 0";
    texts[1] = "so";
    stops[1] = CAIRN_STOP_END;
    assert_int_equal(parts(f, 1, 2, nodes), 2);
    for (int i = 0; i < 2; i++) assert_false(has(f, nodes[i], CAIRN_NODE_TERMINAL));
    assert_int_equal(extend(f, nodes, 2, 256, true), CAIRN_OK);
    for (int i = 0; i < 2; i++) assert_true(has(f, nodes[i], CAIRN_NODE_TERMINAL));
    assert_int_equal(f->tree->kind[nodes[1]], CAIRN_KIND_FINISH);
    assert_int_equal(cairn_check(&f->workspace, nodes, 2), CAIRN_OK);
    assert_int_equal(cairn_tree_verdict(f->tree, nodes[0]), CAIRN_VERDICT_WRONG);
    close_fixture(f);
}

static void test_no_verb_starts_from_a_partial_node(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain:steps=4", NULL);
    cairn_workspace *w = &f->workspace;
    cairn_node node, end;
    texts[0] = "12345";
    assert_int_equal(parts(f, 2, 1, &node), 1);
    cairn_branch branch = {.node = node, .count = 1}, child;
    cairn_rollout rollout = {.n_steps = 0};
    cairn_prediction next = {0};
    int32_t n;
    bool ended;
    uint32_t nodes = f->tree->count;
    const char *const why = "node 1: its step is partial";
    expect_error(f, cairn_propose(w, CAIRN_ROLE_GENERATOR, &branch, 1, &child, &n), CAIRN_INVALID, why);
    expect_error(f, cairn_propose_partial(w, CAIRN_ROLE_GENERATOR, 2, &branch, 1, &child, &n), CAIRN_INVALID, why);
    expect_error(f, cairn_rollouts(w, CAIRN_ROLE_GENERATOR, &node, 1, 1, &rollout, &n), CAIRN_INVALID, why);
    expect_error(f, cairn_check(w, &node, 1), CAIRN_INVALID, why);
    expect_error(f, cairn_graft(w, node, &rollout, 0, &end), CAIRN_INVALID, why);
    expect_error(f, cairn_workspace_ended(w, node, &ended), CAIRN_INVALID, why);
    expect_error(f, cairn_next(w, CAIRN_ROLE_GENERATOR, &node, 1, &next), CAIRN_INVALID, why);
    assert_int_equal(f->tree->count, nodes);
    close_fixture(f);
}

/* A step that stops after 20 of at most 32 tokens is complete, costs 20, is not extended, and is among the answers in
 * the end. */
static void test_a_step_that_stops_sooner_is_complete(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain:steps=4", NULL);
    cairn_node nodes[2];
    texts[0] = "12345678901234567890";
    texts[1] = "1234567890123456789012345678901234567890"; /* 40 */
    stops[0] = CAIRN_STOP_END;
    assert_int_equal(parts(f, 32, 2, nodes), 2);
    assert_int_equal(f->workspace.cost.tokens[CAIRN_ROLE_GENERATOR], 20 + 32);
    assert_false(has(f, nodes[0], CAIRN_NODE_PARTIAL | CAIRN_NODE_CUT));
    assert_true(has(f, nodes[0], CAIRN_NODE_TERMINAL));
    assert_true(has(f, nodes[1], CAIRN_NODE_PARTIAL));
    expect_error(f, extend(f, nodes, 2, 256, true), CAIRN_INVALID, "node 1: its step is complete");
    assert_int_equal(extend(f, nodes + 1, 1, 256, true), CAIRN_OK);
    assert_int_equal(f->workspace.cost.tokens[CAIRN_ROLE_GENERATOR], 20 + 40);
    assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], 2);
    assert_int_equal(cairn_check(&f->workspace, nodes, 1), CAIRN_OK);
    assert_true(has(f, nodes[0], CAIRN_NODE_CHECKED));
    close_fixture(f);
}

static void test_the_last_extension_counts_as_complete_wherever_it_is_cut(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain:steps=4", NULL);
    cairn_node nodes[2];
    texts[0] = texts[1] = "1234567890";
    assert_int_equal(parts(f, 2, 1, nodes), 1);
    assert_int_equal(extend(f, nodes, 1, 5, false), CAIRN_OK);
    assert_true(has(f, nodes[0], CAIRN_NODE_PARTIAL));
    assert_int_equal(extend(f, nodes, 1, 8, true), CAIRN_OK);
    assert_false(has(f, nodes[0], CAIRN_NODE_PARTIAL));
    assert_true(has(f, nodes[0], CAIRN_NODE_CUT));
    assert_string_equal(cairn_tree_text(f->tree, nodes[0]), "12345678");
    cairn_branch branch = {.node = CAIRN_ROOT, .count = 1}, child; /* a whole draw of 8 tokens is the same step */
    cairn_sampling sampling = {.temperature = 1, .max_tokens = 8};
    int32_t n;
    assert_int_equal(cairn_propose_with(&f->workspace, CAIRN_ROLE_GENERATOR, &sampling, &branch, 1, &child, &n),
                     CAIRN_OK);
    assert_int_equal(child.node, nodes[0]);
    assert_int_equal(f->tree->multiplicity[nodes[0]], 2);
    close_fixture(f);
}

static void test_what_cannot_be_extended_is_named(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain:steps=4", NULL);
    cairn_node nodes[2], twice[2];
    texts[0] = texts[1] = "1234567890";
    assert_int_equal(parts(f, 4, 2, nodes), 2);
    twice[0] = twice[1] = nodes[0];
    expect_error(f, extend(f, nodes, 1, 4, true), CAIRN_INVALID, "node 1 to 4 tokens: it has 4");
    expect_error(f, extend(f, twice, 2, 8, true), CAIRN_INVALID, "node 1 is to be extended twice");
    expect_error(f, extend(f, nodes, 1, 0, true), CAIRN_INVALID, "at least one token, not 0");
    expect_error(f, cairn_extend(&f->workspace, CAIRN_ROLE_PROVER, nodes, 1, 8, true, nodes), CAIRN_INVALID,
                 "node 1 as prover: generator drew it");
    f->tree->flags[nodes[1]] |= CAIRN_NODE_DEAD;
    expect_error(f, extend(f, nodes, 2, 8, true), CAIRN_INVALID, "node 2: it is dead");
    assert_int_equal(f->workspace.cost.tokens[CAIRN_ROLE_GENERATOR], 8); /* nothing more was drawn */
    cairn_node root = CAIRN_ROOT;
    expect_error(f, extend(f, &root, 1, 8, true), CAIRN_INVALID, "node 0: its step is complete");
    close_fixture(f);
}

static void test_a_policy_that_cannot_is_named(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain:steps=4", NULL);
    cairn_branch branch = {.node = CAIRN_ROOT, .count = 1}, child;
    int32_t n;
    f->policy.type = &whole_policy;
    expect_error(f, cairn_propose_partial(&f->workspace, CAIRN_ROLE_GENERATOR, 2, &branch, 1, &child, &n),
                 CAIRN_UNSUPPORTED, "policy wholesome cannot draw a step in parts");
    f->policy.type = &told_policy;
    expect_error(f, cairn_propose_partial(&f->workspace, CAIRN_ROLE_GENERATOR, 0, &branch, 1, &child, &n),
                 CAIRN_INVALID, "at least one token, not 0");
    close_fixture(f);
}

/* ---- equal steps --------------------------------------------------------------------------------------------------------------------- */

/* Draws 0 and 1 begin alike and go on differently; 2 was complete before; 0 and 3 become equal to it. */
static void test_equal_parts_stay_apart_and_equal_steps_become_one(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain:steps=4", NULL);
    cairn_node nodes[4], extended[4];
    texts[0] = "abc";
    texts[1] = "abd";
    texts[2] = "ab";
    texts[3] = "abc";
    assert_int_equal(parts(f, 2, 4, nodes), 4); /* "ab" thrice in part, once whole */
    for (int i = 0; i < 4; i++) assert_int_equal(has(f, nodes[i], CAIRN_NODE_PARTIAL), i != 2);
    assert_int_equal(cairn_tree_find(f->tree, CAIRN_ROOT, CAIRN_KIND_REASON, "ab", 2), nodes[2]);
    cairn_node asked[] = {nodes[0], nodes[1], nodes[3]};
    assert_int_equal(cairn_extend(&f->workspace, CAIRN_ROLE_GENERATOR, asked, 3, 9, true, extended), CAIRN_OK);
    assert_int_equal(extended[0], nodes[0]);
    assert_int_equal(extended[1], nodes[1]);
    assert_int_equal(extended[2], nodes[0]);
    assert_int_equal(f->tree->multiplicity[nodes[0]], 2);
    assert_true(has(f, nodes[3], CAIRN_NODE_DEAD) && has(f, nodes[3], CAIRN_NODE_HIDDEN));
    assert_string_equal(cairn_tree_text(f->tree, nodes[1]), "abd");
    expect_error(f, extend(f, &nodes[3], 1, 9, true), CAIRN_INVALID, "node 4: it is dead");
    assert_int_equal(cairn_tree_find(f->tree, CAIRN_ROOT, CAIRN_KIND_REASON, "abc", 3), nodes[0]);
    close_fixture(f);
}

/* ---- scores ---------------------------------------------------------------------------------------------------------------------------- */

static void test_a_part_has_a_score_until_it_is_extended(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain:steps=4", NULL);
    const int32_t c = f->workspace.column;
    cairn_node node;
    texts[0] = "1234567";
    assert_int_equal(parts(f, 3, 1, &node), 1);
    assert_int_equal(cairn_score(&f->workspace, &node, 1), CAIRN_OK);
    assert_near(f->tree->score[c][node], -3, 0);
    assert_near(f->tree->value[node], -3, 0);
    assert_int_equal(extend(f, &node, 1, 5, false), CAIRN_OK);
    assert_true(isnan(f->tree->score[c][node]));
    assert_int_equal(f->tree->marks[c][node], 0);
    assert_int_equal(cairn_score(&f->workspace, &node, 1), CAIRN_OK);
    assert_near(f->tree->score[c][node], -5, 0);
    assert_int_equal(extend(f, &node, 1, 256, true), CAIRN_OK);
    assert_true(isnan(f->tree->score[c][node]));
    assert_int_equal(cairn_score(&f->workspace, &node, 1), CAIRN_OK);
    assert_near(f->tree->score[c][node], 7, 0);
    assert_int_equal(f->workspace.cost.scorings, 3);
    close_fixture(f);
}

static void test_a_reward_of_complete_steps_is_named(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain:steps=4", NULL);
    cairn_node node;
    texts[0] = "1234567";
    assert_int_equal(parts(f, 3, 1, &node), 1);
    f->reward.type = &plain_reward;
    expect_error(f, cairn_score(&f->workspace, &node, 1), CAIRN_UNSUPPORTED,
                 "reward plain scores complete steps only: the step of node 1 is partial");
    assert_int_equal(extend(f, &node, 1, 256, true), CAIRN_OK);
    assert_int_equal(cairn_score(&f->workspace, &node, 1), CAIRN_OK);
    assert_near(f->tree->score[f->workspace.column][node], 7, 0);
    close_fixture(f);
}

/* Those that look at the world's state cannot; a combination can where all its parts can. */
static void test_which_rewards_score_parts(void **unused) {
    (void)unused;
    static const struct {
        const char *spec;
        bool can;
    } rewards[] = {{"exact:what=step", false},
                   {"noisy:what=step", false},
                   {"mc:rollouts=1", false},
                   {"exec:true", false},
                   {"exec:command=true,partial=true", true},
                   {"head:file=" CAIRN_SOURCE_DIR "/models/words-prm.gguf", true},
                   {"combine:rule=min,of=exec:command=true\\,partial=true|head:file=" CAIRN_SOURCE_DIR
                    "/models/words-prm.gguf",
                    true},
                   {"combine:rule=min,of=exact:what=step|head:file=" CAIRN_SOURCE_DIR "/models/words-prm.gguf", false}};
    fixture *f = open_fixture("chain:steps=4", "scripted");
    for (size_t i = 0; i < sizeof rewards / sizeof *rewards; i++) {
        cairn_reward reward;
        if (cairn_reward_open(f->ctx, f->arena, rewards[i].spec, &f->world, &f->policy, &reward) != CAIRN_OK)
            fail_msg("%s: %s", rewards[i].spec, cairn_error(f->ctx));
        if (cairn_reward_partial_ok(&reward) != rewards[i].can) fail_msg("%s", rewards[i].spec);
        cairn_reward_close(&reward);
    }
    close_fixture(f);
}

/* ---- budgets ----------------------------------------------------------------------------------------------------------------------------- */

/* 2 of 3 steps of 10 tokens are finished by 3 * 2 + 16 tokens, one at a time: the third stays as it was. */
static void test_a_spent_budget_leaves_parts_as_they_were(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain:steps=4", NULL);
    cairn_node nodes[3];
    texts[0] = "a234567890";
    texts[1] = "b234567890";
    texts[2] = "c234567890";
    f->workspace.budget.tokens = 22;
    assert_int_equal(parts(f, 2, 3, nodes), 3);
    for (int i = 0; i < 2; i++) assert_int_equal(extend(f, &nodes[i], 1, 10, true), CAIRN_OK);
    assert_int_equal(extend(f, &nodes[2], 1, 10, true), CAIRN_BUDGET);
    assert_int_equal(f->workspace.cost.tokens[CAIRN_ROLE_GENERATOR], 22);
    for (int i = 0; i < 3; i++) assert_int_equal(has(f, nodes[i], CAIRN_NODE_PARTIAL), i == 2);
    assert_string_equal(cairn_tree_text(f->tree, nodes[2]), "c2");
    close_fixture(f);
}

/* 3 tokens are left for the 8 that a step lacks: they are paid, and the step stays as it was. */
static void test_what_the_budget_cuts_off_is_paid_and_not_kept(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain:steps=4", NULL);
    cairn_node node;
    texts[0] = "a234567890";
    f->workspace.budget.tokens = 5;
    assert_int_equal(parts(f, 2, 1, &node), 1);
    assert_int_equal(extend(f, &node, 1, 10, true), CAIRN_BUDGET);
    assert_int_equal(f->workspace.cost.tokens[CAIRN_ROLE_GENERATOR], 5);
    assert_true(has(f, node, CAIRN_NODE_PARTIAL));
    assert_string_equal(cairn_tree_text(f->tree, node), "a2");
    f->workspace.budget.tokens = 0;
    assert_int_equal(extend(f, &node, 1, 10, true), CAIRN_OK);
    assert_string_equal(cairn_tree_text(f->tree, node), texts[0]);
    close_fixture(f);
}

/* ---- the same step in one draw --------------------------------------------------------------------------------------------------------- */

enum { DRAWS = 8, MOST = 64 };

typedef struct drawn {
    const char *text;
    const int32_t *tokens;
    uint32_t n_tokens;
    float logp;
    uint8_t kind, flags;
    unsigned char state[1024];
} drawn;

static drawn step_at(fixture *f, cairn_node node) {
    const char *text = cairn_tree_text(f->tree, node);
    const int32_t *ids = cairn_tree_tokens(f->tree, node);
    size_t n = f->tree->n_tokens[node];
    drawn d = {.text = cairn_arena_copy(f->arena, text, strlen(text)),
               .n_tokens = (uint32_t)n,
               .logp = f->tree->logp[node],
               .kind = f->tree->kind[node],
               .flags = f->tree->flags[node]};
    int32_t *tokens = ids ? cairn_arena_alloc(f->arena, n + 1, sizeof *tokens) : NULL;
    if (tokens) memcpy(tokens, ids, n * sizeof *ids);
    d.tokens = tokens;
    assert_true(f->tree->state_bytes <= sizeof d.state);
    memcpy(d.state, cairn_tree_state(f->tree, node), f->tree->state_bytes);
    return d;
}

static void expect_same_step(const drawn *a, const drawn *b) {
    assert_string_equal(a->text, b->text);
    assert_int_equal(a->n_tokens, b->n_tokens);
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->flags, b->flags);
    assert_memory_equal(a->state, b->state, sizeof a->state);
    assert_int_equal(isnan(a->logp), isnan(b->logp));
    if (!isnan(a->logp)) assert_memory_equal(&a->logp, &b->logp, sizeof a->logp);
    assert_int_equal(a->tokens == NULL, b->tokens == NULL);
    if (a->tokens) assert_memory_equal(a->tokens, b->tokens, a->n_tokens * sizeof *a->tokens);
}

/* Cuts the first steps of a problem after tau tokens for every tau, extends them by `by` tokens at a time, and compares
 * with whole draws: steps, how many draws gave each, tokens and FLOPs. Returns how many steps were partial. */
static int expect_whole_draws(fixture *f, int32_t by) {
    cairn_cost whole_cost;
    drawn whole[DRAWS];
    uint32_t times[DRAWS];
    int partial = 0;
    begin(f);
    f->workspace.cast[CAIRN_ROLE_GENERATOR].sampling.max_tokens = MOST;
    for (int d = 0; d < DRAWS; d++) {
        cairn_branch branch = {.node = CAIRN_ROOT, .count = 1}, child;
        int32_t n;
        assert_int_equal(cairn_propose(&f->workspace, CAIRN_ROLE_GENERATOR, &branch, 1, &child, &n), CAIRN_OK);
        whole[d] = step_at(f, child.node);
    }
    for (int d = 0; d < DRAWS; d++) {
        times[d] = 0;
        for (int k = 0; k < DRAWS; k++)
            times[d] += strcmp(whole[k].text, whole[d].text) == 0 && whole[k].kind == whole[d].kind;
    }
    whole_cost = f->workspace.cost;
    uint32_t longest = 0;
    for (int d = 0; d < DRAWS; d++) longest = whole[d].n_tokens > longest ? whole[d].n_tokens : longest;
    for (int32_t tau = 1; tau <= (int32_t)longest; tau++) {
        cairn_node nodes[DRAWS], of[DRAWS];
        begin(f);
        f->workspace.cast[CAIRN_ROLE_GENERATOR].sampling.max_tokens = MOST;
        for (int d = 0; d < DRAWS; d++) {
            assert_int_equal(parts(f, tau, 1, &of[d]), 1);
            partial += has(f, of[d], CAIRN_NODE_PARTIAL);
        }
        for (int32_t most = tau + by, open = 1; open; most += by) {
            int which[DRAWS];
            open = 0;
            for (int d = 0; d < DRAWS; d++)
                if (has(f, of[d], CAIRN_NODE_PARTIAL)) which[open] = d, nodes[open++] = of[d];
            bool last = most >= MOST;
            if (extend(f, nodes, open, last ? MOST : most, last) != CAIRN_OK) fail_msg("%s", cairn_error(f->ctx));
            for (int i = 0; i < open; i++) of[which[i]] = nodes[i];
        }
        for (int d = 0; d < DRAWS; d++) {
            drawn step = step_at(f, of[d]);
            expect_same_step(&step, &whole[d]);
            assert_int_equal(f->tree->multiplicity[of[d]], times[d]);
        }
        assert_int_equal(f->workspace.cost.tokens[CAIRN_ROLE_GENERATOR], whole_cost.tokens[CAIRN_ROLE_GENERATOR]);
        assert_int_equal(f->workspace.cost.steps[CAIRN_ROLE_GENERATOR], whole_cost.steps[CAIRN_ROLE_GENERATOR]);
        double flops = whole_cost.flops[CAIRN_ROLE_GENERATOR];
        assert_near(f->workspace.cost.flops[CAIRN_ROLE_GENERATOR], flops, 1e-12 * flops);
    }
    return partial;
}

static void test_extended_steps_are_whole_draws_of_the_real_model(void **unused) {
    (void)unused;
    fixture *f =
        open_fixture("words:operations=2,distractors=1", "model:file=" CAIRN_SOURCE_DIR "/models/words-policy.gguf");
    assert_true(expect_whole_draws(f, MOST) > 40);
    assert_true(expect_whole_draws(f, 3) > 40);
    close_fixture(f);
}

static void test_extended_steps_are_whole_draws_of_a_script(void **unused) {
    (void)unused;
    fixture *f = open_fixture("words:operations=2,distractors=1", "scripted:error=0.4");
    assert_true(expect_whole_draws(f, MOST) > 40);
    assert_true(expect_whole_draws(f, 2) > 40);
    close_fixture(f);
}

/* Below a step that was drawn in parts the draws are those below the same step drawn whole. */
static void test_what_follows_does_not_know_of_parts(void **unused) {
    (void)unused;
    fixture *f = open_fixture("chain:steps=4", "scripted:error=0.4");
    const char *below[2];
    for (int in_parts = 0; in_parts < 2; in_parts++) {
        cairn_branch branch = {.node = CAIRN_ROOT, .count = 1}, child;
        cairn_node node;
        int32_t n;
        begin(f);
        if (in_parts) {
            assert_int_equal(parts(f, 2, 1, &node), 1);
            assert_int_equal(extend(f, &node, 1, 256, true), CAIRN_OK);
        } else {
            assert_int_equal(cairn_propose(&f->workspace, CAIRN_ROLE_GENERATOR, &branch, 1, &child, &n), CAIRN_OK);
            node = child.node;
        }
        branch.node = node;
        assert_int_equal(cairn_propose(&f->workspace, CAIRN_ROLE_GENERATOR, &branch, 1, &child, &n), CAIRN_OK);
        const char *text = cairn_tree_text(f->tree, child.node);
        below[in_parts] = cairn_arena_copy(f->arena, text, strlen(text));
    }
    assert_string_equal(below[0], below[1]);
    close_fixture(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_world_takes_a_step_when_it_is_complete),
        cmocka_unit_test(test_a_solution_ends_with_its_complete_step),
        cmocka_unit_test(test_no_verb_starts_from_a_partial_node),
        cmocka_unit_test(test_a_step_that_stops_sooner_is_complete),
        cmocka_unit_test(test_the_last_extension_counts_as_complete_wherever_it_is_cut),
        cmocka_unit_test(test_what_cannot_be_extended_is_named),
        cmocka_unit_test(test_a_policy_that_cannot_is_named),
        cmocka_unit_test(test_equal_parts_stay_apart_and_equal_steps_become_one),
        cmocka_unit_test(test_a_part_has_a_score_until_it_is_extended),
        cmocka_unit_test(test_a_reward_of_complete_steps_is_named),
        cmocka_unit_test(test_which_rewards_score_parts),
        cmocka_unit_test(test_a_spent_budget_leaves_parts_as_they_were),
        cmocka_unit_test(test_what_the_budget_cuts_off_is_paid_and_not_kept),
        cmocka_unit_test(test_extended_steps_are_whole_draws_of_the_real_model),
        cmocka_unit_test(test_extended_steps_are_whole_draws_of_a_script),
        cmocka_unit_test(test_what_follows_does_not_know_of_parts),
    };
    return cmocka_run_group_tests_name("partial steps", tests, NULL, NULL);
}
