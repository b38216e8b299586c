/* One problem's search with a scripted policy, for the tests of labellers. */
#ifndef CAIRN_TESTS_LABEL_FIXTURE_H
#define CAIRN_TESTS_LABEL_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "near.h"

#include "cairn/label.h"

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena; /* all problems' */
    cairn_world world;
    cairn_policy policy;
    cairn_tree *tree;
    cairn_problem problem;
    cairn_workspace workspace;
    int64_t budget; /* steps; 0: none */
    uint64_t seed;
} fixture;

static inline fixture *open_fixture(const char *world, const char *policy) {
    static fixture held;
    fixture *f = &held;
    *f = (fixture){.seed = 1};
    assert_int_equal(cairn_ctx_open(&f->ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f->ctx, 1 << 16, &f->arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(f->ctx, f->arena, world, &f->world), CAIRN_OK);
    assert_int_equal(cairn_policy_open(f->ctx, f->arena, policy, &f->world, &f->policy), CAIRN_OK);
    assert_int_equal(cairn_tree_open(f->ctx, f->world.type->state_bytes, &f->tree), CAIRN_OK);
    return f;
}

static inline void close_fixture(fixture *f) {
    cairn_tree_close(f->tree);
    cairn_policy_close(&f->policy);
    cairn_world_close(&f->world);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
}

/* A fresh tree for problem `index`. */
static inline void begin(fixture *f, int64_t index) {
    cairn_tree_reset(f->tree);
    assert_int_equal(f->world.type->generate(f->ctx, f->world.self, 77, index, f->arena, &f->problem), CAIRN_OK);
    f->workspace = (cairn_workspace){.ctx = f->ctx,
                                     .world = &f->world,
                                     .cast[CAIRN_ROLE_GENERATOR].policy = &f->policy,
                                     .problem = &f->problem,
                                     .tree = f->tree,
                                     .arena = f->arena,
                                     .seed = f->seed,
                                     .cast[CAIRN_ROLE_GENERATOR].sampling = CAIRN_SAMPLING_DEFAULT,
                                     .budget = {.steps = f->budget},
                                     .column = -1};
    assert_int_equal(cairn_workspace_begin(&f->workspace), CAIRN_OK);
}

/* Labels problem `index` on a fresh tree. */
static inline cairn_label_result label_given(fixture *f, int64_t index, const char *spec, const cairn_record *given,
                                             int32_t n_given) {
    const cairn_labeller_type *type;
    const void *config;
    cairn_label_result result;
    begin(f, index);
    if (cairn_labeller_find(f->ctx, f->arena, spec, &type, &config) != CAIRN_OK) fail_msg("%s", cairn_error(f->ctx));
    if (type->run(&f->workspace, config, given, n_given, &result) != CAIRN_OK) fail_msg("%s", cairn_error(f->ctx));
    return result;
}

static inline cairn_label_result label(fixture *f, int64_t index, const char *spec) {
    return label_given(f, index, spec, NULL, 0);
}

/* The completer's counts of a solution's steps. */
static inline const cairn_step_count *counts_of(const cairn_labelled *s) {
    return s->evidence.counts[CAIRN_ROLE_COMPLETER];
}

/* The policy's exact V at a node. */
static inline double value_at(fixture *f, cairn_node node) {
    double v;
    assert_int_equal(f->policy.type->value(f->ctx, f->policy.self, &f->problem, cairn_tree_state(f->tree, node), &v),
                     CAIRN_OK);
    return v;
}

/* The world's own first wrong step (0-based), or CAIRN_NO_ERROR. */
static inline int32_t true_first_error(fixture *f, const char *const *steps, int32_t n) {
    cairn_step_check *checks = cairn_arena_alloc(f->arena, (size_t)n, sizeof *checks);
    assert_int_equal(cairn_world_verify(f->ctx, &f->world, &f->problem, steps, n, f->arena, checks), CAIRN_OK);
    for (int32_t i = 0; i < n; i++)
        if (checks[i].verdict == CAIRN_VERDICT_WRONG) return i;
    return CAIRN_NO_ERROR;
}

/* Same labels, counts and texts? NaN equals NaN. */
static inline bool same_solution(const cairn_labelled *a, const cairn_labelled *b) {
    bool same =
        a->n_steps == b->n_steps && a->first_error == b->first_error && a->outcome.verdict == b->outcome.verdict;
    for (int32_t i = 0; i < a->n_steps && same; i++)
        same = strcmp(a->steps[i], b->steps[i]) == 0 && counts_of(a)[i].n == counts_of(b)[i].n &&
               counts_of(a)[i].ok == counts_of(b)[i].ok &&
               (a->labels[i] == b->labels[i] || (isnan(a->labels[i]) && isnan(b->labels[i])));
    return same;
}

static inline bool same_result(const cairn_label_result *a, const cairn_label_result *b) {
    bool same = a->n == b->n && a->rollouts == b->rollouts && a->unknown == b->unknown && a->kept == b->kept &&
                strcmp(a->dropped, b->dropped) == 0;
    for (int32_t i = 0; i < a->n && same; i++) same = same_solution(&a->solutions[i], &b->solutions[i]);
    return same;
}

/* ---- given solutions of world `chain` -------------------------------------------------------------------------------- */

/* A solution of the current problem by a policy that never errs but says `offset` too much in step `wrong` (0-based;
 * -1: never). It goes on by true equations. The fixture's policy must be scripted:error=0. */
static inline cairn_record made_solution(fixture *f, int32_t wrong, int offset) {
    const int32_t n = f->problem.max_steps;
    const char **steps = cairn_arena_alloc(f->arena, (size_t)n, sizeof *steps);
    char state[256];
    bool done;
    assert_true(f->world.type->state_bytes <= sizeof state);
    assert_int_equal(f->world.type->start(f->ctx, f->world.self, &f->problem, state), CAIRN_OK);
    for (int32_t i = 0; i < n; i++) {
        cairn_proposal q = {
            .problem = &f->problem, .steps = steps, .n_steps = i, .state = state, .sampling = CAIRN_SAMPLING_DEFAULT};
        assert_int_equal(f->policy.type->propose(f->ctx, f->policy.self, f->arena, &q, 1), CAIRN_OK);
        steps[i] = q.text;
        if (i == wrong) {
            const char *value = strrchr(q.text, ' ') + 1;
            steps[i] = cairn_arena_printf(f->arena, "%.*s%lld", (int)(value - q.text), q.text,
                                          strtoll(value, NULL, 10) + offset);
        }
        assert_int_equal(apply_step(f->world.type, f->ctx, f->world.self, &f->problem, state, steps[i],
                                    strlen(steps[i]), state, &done),
                         CAIRN_OK);
    }
    assert_int_equal(true_first_error(f, steps, n), wrong);
    return (cairn_record){.id = "made",
                          .problem = f->problem.text,
                          .steps = steps,
                          .n_steps = n,
                          .correct = CAIRN_VERDICT_UNKNOWN,
                          .first_error = CAIRN_UNLABELLED};
}

/* ---- a world that cannot tell -------------------------------------------------------------------------------------------- */

static const cairn_world_type *unknowing_of;
static bool (*unknowing)(const cairn_outcome *outcome);

static inline cairn_status unknowing_check(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                                           const char *const *steps, int32_t n_steps, cairn_arena *arena,
                                           cairn_outcome *out) {
    CAIRN_TRY(unknowing_of->check(ctx, self, problem, state, steps, n_steps, arena, out));
    if (unknowing(out)) *out = (cairn_outcome){.verdict = CAIRN_VERDICT_UNKNOWN, .value = NAN};
    return CAIRN_OK;
}

static inline bool even_answer(const cairn_outcome *outcome) {
    return outcome->answer && (outcome->answer[strlen(outcome->answer) - 1] - '0') % 2 == 0;
}

static inline bool always(const cairn_outcome *outcome) {
    (void)outcome;
    return true;
}

/* From now on the outcomes for which `when` holds are unknown. */
static inline void make_unknowing(fixture *f, bool (*when)(const cairn_outcome *outcome)) {
    static cairn_world_type changed;
    unknowing_of = f->world.type;
    unknowing = when;
    changed = *f->world.type;
    changed.check = unknowing_check;
    f->world.type = &changed;
}

#endif
