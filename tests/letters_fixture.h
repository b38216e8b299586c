/* One problem's search in a world of letters: every step is one, the state is what was written. What is drawn, when a
 * solution is whole, what it is worth and how it is scored is each test's own, so that trees of a few nodes are known
 * by hand. */
#ifndef CAIRN_TESTS_LETTERS_FIXTURE_H
#define CAIRN_TESTS_LETTERS_FIXTURE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/search.h"

enum { LONGEST = 5 };

typedef struct letters {
    int32_t n;
    char text[LONGEST + 1]; /* '_' for an empty step */
} letters;

typedef struct letter_rules {
    int32_t max_steps; /* at most LONGEST */
    const char *answer;
    int32_t n_tokens; /* of a step */
    /* Draw number d behind a prefix is letter d mod length of this. */
    const char *(*draws)(const char *prefix);
    /* What a letter that is drawn says: its text, which is the letter before, and whether it ends the solution; NULL:
     * itself, no. */
    bool (*say)(char text[2]);
    bool (*whole)(const letters *written); /* by the world; NULL: only the policy ends a solution */
    cairn_verdict (*check)(const letters *written);
    bool (*answers)(const letters *written);        /* whether what is written is an answer; NULL: always */
    double (*score)(const char *prefix, bool done); /* negative: unknown */
} letter_rules;

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_tree *tree;
    cairn_world world; /* its self and those of policy and reward: the rules */
    cairn_policy policy;
    cairn_reward reward;
    cairn_problem problem;
    cairn_workspace workspace;
} fixture;

static int64_t proposals, scorings; /* asked for since the fixture was opened */

static inline char letter_of(const char *step) {
    return step[0] ? step[0] : '_';
}

/* ---- world, policy and reward -------------------------------------------------------------------------------------------------- */

static inline cairn_status letters_start(cairn_ctx *ctx, void *self, const cairn_problem *problem, void *state) {
    (void)ctx, (void)self, (void)problem;
    memset(state, 0, sizeof(letters));
    return CAIRN_OK;
}

static inline cairn_status letters_apply(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                                         cairn_turn *turn, void *after) {
    (void)ctx;
    const letter_rules *rules = self;
    letters s = *(const letters *)before;
    assert_true(s.n < problem->max_steps);
    s.text[s.n++] = letter_of(turn->text);
    turn->done = rules->whole && rules->whole(&s);
    *(letters *)after = s;
    return CAIRN_OK;
}

static inline cairn_status letters_check(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                                         const char *const *steps, int32_t n_steps, cairn_arena *arena,
                                         cairn_outcome *out) {
    (void)ctx, (void)problem, (void)steps;
    const letter_rules *rules = self;
    const letters *s = state;
    assert_int_equal(n_steps, s->n);
    cairn_verdict verdict = rules->check(s);
    bool answers = !rules->answers || rules->answers(s);
    *out = (cairn_outcome){.verdict = verdict,
                           .value = verdict == CAIRN_VERDICT_UNKNOWN ? NAN : verdict == CAIRN_VERDICT_RIGHT,
                           .answer = answers ? cairn_arena_copy(arena, s->text, (size_t)s->n) : NULL};
    return CAIRN_OK;
}

static const cairn_world_type letters_world = {.about = {.name = "letters"},
                                               .state_bytes = sizeof(letters),
                                               .start = letters_start,
                                               .apply = letters_apply,
                                               .check = letters_check};

static inline void join_letters(const char *const *steps, int32_t n, char out[LONGEST + 1]) {
    assert_true(n <= LONGEST);
    for (int32_t i = 0; i < n; i++) out[i] = letter_of(steps[i]);
    out[n] = 0;
}

static inline cairn_status letters_propose(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_proposal *requests,
                                           int32_t n) {
    (void)ctx;
    const letter_rules *rules = self;
    for (int32_t i = 0; i < n; i++) {
        char prefix[LONGEST + 1];
        join_letters(requests[i].steps, requests[i].n_steps, prefix);
        const char *draws = rules->draws(prefix);
        char text[2] = {draws[requests[i].draw % strlen(draws)], 0};
        bool end = rules->say && rules->say(text);
        requests[i].text = cairn_arena_copy(arena, text, strlen(text));
        requests[i].n_tokens = rules->n_tokens;
        requests[i].logp = -1;
        requests[i].stop = end ? CAIRN_STOP_END : CAIRN_STOP_STEP;
        requests[i].status = CAIRN_OK;
        proposals++;
    }
    return CAIRN_OK;
}

static inline cairn_status letters_score(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_scoring *requests,
                                         int32_t n, cairn_reward_cost *cost) {
    (void)ctx, (void)arena, (void)cost;
    const letter_rules *rules = self;
    for (int32_t i = 0; i < n; i++) {
        char prefix[LONGEST + 1];
        assert_true(requests[i].n_steps > 0);
        join_letters(requests[i].steps, requests[i].n_steps, prefix);
        double score = rules->score(prefix, requests[i].done);
        requests[i].score = score < 0 ? NAN : score;
        requests[i].status = CAIRN_OK;
        scorings++;
    }
    return CAIRN_OK;
}

static const cairn_policy_type letters_policy = {.about = {.name = "letters"}, .propose = letters_propose};
static const cairn_reward_type letters_reward = {.about = {.name = "letters"}, .score = letters_score};

/* ---- the search ----------------------------------------------------------------------------------------------------------------- */

/* A test's set-up: the search is not begun. */
static inline int open_letters(void **state, const letter_rules *rules) {
    fixture *f = calloc(1, sizeof *f);
    void *self = (void *)(uintptr_t)rules;
    if (!f || cairn_ctx_open(&f->ctx) != CAIRN_OK) return -1;
    if (cairn_arena_open(f->ctx, 4096, &f->arena) != CAIRN_OK) return -1;
    if (cairn_tree_open(f->ctx, sizeof(letters), &f->tree) != CAIRN_OK) return -1;
    f->world = (cairn_world){.type = &letters_world, .self = self};
    f->policy = (cairn_policy){&letters_policy, &f->world, self};
    f->reward = (cairn_reward){.type = &letters_reward,
                               .world = &f->world,
                               .self = self,
                               .meaning = CAIRN_MEANING_SUCCESS,
                               .low = 0,
                               .high = 1,
                               .source = "letters"};
    f->problem =
        (cairn_problem){.id = "p", .key = 1, .text = "write", .answer = rules->answer, .max_steps = rules->max_steps};
    f->workspace = (cairn_workspace){.ctx = f->ctx,
                                     .world = &f->world,
                                     .cast[CAIRN_ROLE_GENERATOR].policy = &f->policy,
                                     .cast[CAIRN_ROLE_JUDGE].reward = &f->reward,
                                     .problem = &f->problem,
                                     .tree = f->tree,
                                     .arena = f->arena,
                                     .seed = 1,
                                     .cast[CAIRN_ROLE_GENERATOR].sampling = CAIRN_SAMPLING_DEFAULT,
                                     .aggregator = CAIRN_AGGREGATE_LAST,
                                     .column = -1};
    proposals = scorings = 0;
    *state = f;
    return 0;
}

static inline int close_letters(void **state) {
    fixture *f = *state;
    cairn_tree_close(f->tree);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
    free(f);
    return 0;
}

/* Runs a search and gives its answer's text, or "". */
static inline const char *answer_of(fixture *f, const char *spec, cairn_result *result) {
    const cairn_search_type *type;
    const void *config;
    assert_int_equal(cairn_search_find(f->ctx, f->arena, spec, &type, &config), CAIRN_OK);
    assert_int_equal(cairn_workspace_begin(&f->workspace), CAIRN_OK);
    cairn_status status = cairn_search_run(&f->workspace, type, config, result);
    if (status != CAIRN_OK) fail_msg("%s: %s", spec, cairn_error(f->ctx));
    return result->answer >= 0 ? cairn_workspace_answer(&f->workspace, result->answer) : "";
}

#endif
