/* A search on every problem: one record each, and what they add up to. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "cairn/job.h"
#include "core/registry.h"
#include "data/json.h"
#include "eval/record.h"

typedef struct solving {
    const cairn_solve_setup *setup;
    const cairn_search_type *type;
    const void *config;
} solving;

static cairn_status find_search(cairn_ctx *ctx, const cairn_job *job, cairn_arena *arena,
                                const cairn_solve_setup *setup, solving *out) {
    out->setup = setup;
    out->type = setup->type;
    if (!setup->type)
        CAIRN_TRY(cairn_search_find(ctx, arena, setup->search, &out->type, &out->config));
    else
        CAIRN_TRY(registry_config(ctx, arena, &setup->type->about, setup->search ? setup->search : "", &out->config));
    const char *what = cairn_arena_printf(arena, "search %s", out->type->about.name);
    return what ? cairn_job_check_cast(ctx, job, what, out->type->uses) : CAIRN_NO_MEMORY;
}

/* ---- one record ---------------------------------------------------------------------------------------------------------- */

/* The functions that make parts of a record give NULL when a part is missing, so that a record is whole or an error. */

static json_t *number_or_null(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *text_or_null(const char *text) {
    return text ? json_string(text) : json_null();
}

static bool set(json_t *object, const char *name, json_t *value) {
    return json_object_set_new(object, name, value) == 0;
}

/* What the world paid on the path to a leaf and its outcome; NaN where the outcome is unknown. */
static double return_of(const cairn_tree *tree, cairn_node leaf) {
    return tree->outcome[leaf] + cairn_tree_paid(tree, leaf);
}

/* {"reward": [0.9, null, ...], ...}: the scores of the steps up to `leaf`, by the name of their column. NULL: no
 * memory. */
static json_t *scores_json(const cairn_tree *tree, cairn_node leaf) {
    json_t *all = json_object();
    if (cairn_tree_is_end(tree, leaf)) leaf = tree->parent[leaf];
    for (int32_t c = 0; c < tree->n_scores && all; c++) {
        json_t *list = json_array();
        int bad = !list;
        for (cairn_node node = leaf; node != CAIRN_ROOT && !bad; node = tree->parent[node])
            bad = json_array_insert_new(list, 0, number_or_null(tree->score[c][node]));
        bad |= json_object_set(all, tree->about_score[c].name, list);
        json_decref(list);
        if (!bad) continue;
        json_decref(all);
        all = NULL;
    }
    return all;
}

/* "answer_rule" is there where the world reads answers from words; "cut_off", true, where the solution did not come to its end; "scores" where the setup keeps them; "return"
 * where the world's returns are no success probabilities. */
static cairn_status candidate_json(const cairn_workspace *workspace, const cairn_solve_setup *setup,
                                   const cairn_candidate *c, json_t **out) {
    bool ended;
    CAIRN_TRY(cairn_workspace_ended(workspace, c->leaf, &ended));
    *out = json_pack("{s:o, s:o, s:i, s:o, s:i}", "answer", text_or_null(cairn_workspace_answer(workspace, c->answer)),
                     "correct", verdict_json(cairn_tree_verdict(workspace->tree, c->leaf)), "count", (int)c->count,
                     "score", number_or_null(c->score), "leaf", (int)c->leaf);
    const char *rule = cairn_workspace_answer_rule(workspace, c->leaf);
    bool whole = *out && (ended || set(*out, "cut_off", json_true()));
    if (whole && rule) whole = set(*out, "answer_rule", json_string(rule));
    if (whole && setup->keep_scores && workspace->tree->n_scores > 0)
        whole = set(*out, "scores", scores_json(workspace->tree, c->leaf));
    if (whole && !cairn_world_is_plain(workspace->world))
        whole = set(*out, "return", number_or_null(return_of(workspace->tree, c->leaf)));
    if (whole) return CAIRN_OK;
    json_decref(*out);
    *out = NULL;
    return CAIRN_OK;
}

/* *out NULL: no memory. */
static cairn_status candidates_json(const cairn_workspace *workspace, const cairn_solve_setup *setup,
                                    const cairn_result *result, json_t **out) {
    *out = json_array();
    for (int32_t i = 0; i < result->n && *out; i++) {
        json_t *candidate = NULL;
        cairn_status status = candidate_json(workspace, setup, &result->candidates[i], &candidate);
        if (status == CAIRN_OK && json_array_append_new(*out, candidate) == 0) continue;
        json_decref(*out);
        *out = NULL;
        CAIRN_TRY(status);
    }
    return CAIRN_OK;
}

/* Steps of a path that are verified: a world may read all steps before each. */
#define MOST_VERIFIED 256

/* What the world says of the steps on the path to `leaf`, for those nodes of it that are not `done`. */
static cairn_status verify_path(cairn_workspace *workspace, cairn_node leaf, bool *done, cairn_verdict *verdicts) {
    const cairn_tree *tree = workspace->tree;
    cairn_arena_mark mark = cairn_arena_save(workspace->arena);
    const char *const *steps;
    int32_t n;
    CAIRN_TRY(cairn_tree_steps(workspace->ctx, tree, leaf, workspace->arena, &steps, &n));
    int32_t verified = n < MOST_VERIFIED ? n : MOST_VERIFIED;
    cairn_step_check *checks = cairn_arena_alloc(workspace->arena, (size_t)verified + 1, sizeof *checks);
    if (!checks) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_world_verify(workspace->ctx, workspace->world, workspace->problem, steps, verified,
                                 workspace->arena, checks));
    for (cairn_node node = leaf; node != CAIRN_ROOT && !done[node]; node = tree->parent[node]) {
        done[node] = true;
        if (cairn_tree_is_end(tree, node)) continue;
        if (--n < verified) verdicts[node] = checks[n].verdict;
    }
    cairn_arena_restore(workspace->arena, mark);
    return CAIRN_OK;
}

/* verdicts[count]: what the world says of each step, up to the first wrong one of its path; unknown after it, and of
 * ends. Each leaf's path is verified once. */
static cairn_status find_verdicts(cairn_workspace *workspace, cairn_verdict *verdicts) {
    const cairn_tree *tree = workspace->tree;
    bool *done = cairn_arena_alloc(workspace->arena, tree->count, sizeof *done);
    bool *wrong = cairn_arena_alloc(workspace->arena, tree->count, sizeof *wrong); /* here or above */
    if (!done || !wrong) return CAIRN_NO_MEMORY;
    for (cairn_node node = 0; node < tree->count; node++) verdicts[node] = CAIRN_VERDICT_UNKNOWN;
    for (cairn_node node = tree->count - 1; node > 0; node--) {
        if (cairn_cancelled(workspace->ctx))
            return cairn_fail(workspace->ctx, CAIRN_CANCELLED, "the run was cancelled");
        if (!done[node]) CAIRN_TRY(verify_path(workspace, node, done, verdicts));
    }
    for (cairn_node node = 1; node < tree->count; node++) {
        wrong[node] = wrong[tree->parent[node]];
        if (wrong[node]) verdicts[node] = CAIRN_VERDICT_UNKNOWN;
        if (verdicts[node] == CAIRN_VERDICT_WRONG) wrong[node] = true;
    }
    return CAIRN_OK;
}

/* Kind, observation and reward of a step, where the world says any. */
static bool add_turn(const cairn_workspace *workspace, cairn_node node, json_t *object) {
    const cairn_tree *tree = workspace->tree;
    static const char *const kinds[] = {
        [CAIRN_KIND_TOOL] = "tool", [CAIRN_KIND_FINISH] = NULL, [CAIRN_KIND_REFLECT] = "reflect"};
    const char *observation = cairn_tree_observation(tree, node), *kind = kinds[tree->kind[node]];
    bool good = !kind || set(object, "kind", json_string(kind));
    if (good && observation) good = set(object, "observation", json_string(observation));
    if (good && cairn_world_pays(workspace->world) && node != CAIRN_ROOT)
        good = set(object, "reward", json_real(tree->paid ? tree->paid[node] : 0));
    return good;
}

/* `end`, true, is there where a node ends its parent's solution and is no step. */
static json_t *node_json(const cairn_workspace *workspace, cairn_node node, cairn_verdict truth) {
    const cairn_tree *tree = workspace->tree;
    json_t *object = json_pack("{s:o, s:s, s:I, s:I, s:o, s:o}", "parent",
                               node == CAIRN_ROOT ? json_null() : json_integer(tree->parent[node]), "text",
                               cairn_tree_text(tree, node), "multiplicity", (json_int_t)tree->multiplicity[node],
                               "visits", (json_int_t)tree->visits[node], "score",
                               number_or_null(workspace->column >= 0 ? tree->score[workspace->column][node] : NAN),
                               "truth", verdict_json(truth));
    bool whole = object && (!cairn_tree_is_end(tree, node) || set(object, "end", json_true()));
    if (whole && add_turn(workspace, node, object)) return object;
    json_decref(object);
    return NULL;
}

static json_t *tree_json(const cairn_workspace *workspace, const cairn_verdict *truth) {
    json_t *list = json_array();
    for (cairn_node node = 0; node < workspace->tree->count && list; node++)
        list = json_append(list, node_json(workspace, node, truth[node]));
    return list;
}

/* What the record holds more of a problem whose tree is kept: its text, the chosen candidate, the tree. */
static cairn_status add_tree(cairn_workspace *workspace, const cairn_result *result, json_t *record) {
    cairn_verdict *truth = cairn_arena_alloc(workspace->arena, workspace->tree->count, sizeof *truth);
    if (!truth) return CAIRN_NO_MEMORY;
    CAIRN_TRY(find_verdicts(workspace, truth));
    errno = 0;
    int bad = json_object_set_new(record, "problem", json_string(workspace->problem->text));
    bad |= json_object_set_new(record, "chosen", result->chosen >= 0 ? json_integer(result->chosen) : json_null());
    bad |= json_object_set_new(record, "tree", tree_json(workspace, truth));
    return bad ? json_fail_build(workspace->ctx, "the record") : CAIRN_OK;
}

/* The candidate that is judged: the chosen one; where none was chosen the first that states an answer, else the first.
 * NULL: none. */
static const cairn_candidate *judged_of(const cairn_result *result) {
    if (result->chosen >= 0) return &result->candidates[result->chosen];
    for (int32_t i = 0; i < result->n; i++)
        if (result->candidates[i].answer >= 0) return &result->candidates[i];
    return result->n > 0 ? &result->candidates[0] : NULL;
}

/* No solution finished is wrong, unless there was none to replay. */
static json_t *correct_json(const cairn_workspace *workspace, const cairn_candidate *judged) {
    if (judged) return verdict_json(cairn_tree_verdict(workspace->tree, judged->leaf));
    return cairn_policy_solutions(workspace->cast[CAIRN_ROLE_GENERATOR].policy, workspace->problem) > 0 ? json_false()
                                                                                                        : json_null();
}

static cairn_status write_record(cairn_workspace *workspace, const cairn_solve_setup *setup, const cairn_result *result,
                                 cairn_text *out) {
    const cairn_candidate *judged = judged_of(result);
    char key[20];
    json_t *candidates;
    problem_key(workspace->problem, key);
    errno = 0;
    CAIRN_TRY(candidates_json(workspace, setup, result, &candidates));
    json_t *record =
        json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "id", workspace->problem->id, "problem_key", key,
                  "answer", text_or_null(judged ? cairn_workspace_answer(workspace, judged->answer) : NULL), "target",
                  text_or_null(workspace->problem->answer), "correct", correct_json(workspace, judged), "score",
                  number_or_null(judged ? judged->score : NAN), "candidates", candidates, "cost", cost_json(workspace));
    bool paid = judged && !cairn_world_is_plain(workspace->world);
    const char *rule = judged ? cairn_workspace_answer_rule(workspace, judged->leaf) : NULL;
    cairn_status status = record ? CAIRN_OK : json_fail_build(workspace->ctx, "the record");
    if (status == CAIRN_OK && rule && !set(record, "answer_rule", json_string(rule)))
        status = json_fail_build(workspace->ctx, "the record");
    if (status == CAIRN_OK && paid && !set(record, "return", number_or_null(return_of(workspace->tree, judged->leaf))))
        status = json_fail_build(workspace->ctx, "the record");
    if (status == CAIRN_OK && setup->keep_tree) status = add_tree(workspace, result, record);
    if (status == CAIRN_OK) status = json_write(workspace->ctx, record, out);
    json_decref(record);
    return status;
}

/* Every reward of the cast scores the steps of every candidate, where the search did not. */
static cairn_status score_candidates(cairn_workspace *workspace, const cairn_result *result) {
    const cairn_tree *tree = workspace->tree;
    cairn_node *nodes = cairn_arena_alloc(workspace->arena, tree->count, sizeof *nodes);
    bool *listed = cairn_arena_alloc(workspace->arena, tree->count, sizeof *listed);
    int32_t n = 0;
    if (!nodes || !listed) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < result->n; i++)
        for (cairn_node node = result->candidates[i].leaf; node != CAIRN_ROOT && !listed[node];
             node = tree->parent[node]) {
            listed[node] = true;
            if (!cairn_tree_is_end(tree, node)) nodes[n++] = node;
        }
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++)
        if (workspace->cast[role].reward) CAIRN_TRY(cairn_score_as(workspace, (cairn_role)role, nodes, n));
    return CAIRN_OK;
}

static cairn_status solve_one(cairn_workspace *workspace, void *arg, int64_t index, cairn_text *record) {
    (void)index;
    const solving *s = arg;
    cairn_result result;
    CAIRN_TRY(cairn_search_run(workspace, s->type, s->config, &result));
    if (s->setup->keep_scores) CAIRN_TRY(score_candidates(workspace, &result));
    return write_record(workspace, s->setup, &result, record);
}

/* ---- all records ----------------------------------------------------------------------------------------------------------- */

typedef struct tally {
    cairn_ctx *ctx;
    const cairn_solve_setup *setup;
    cairn_solve_summary *out;
    const cairn_budget *budget;
    spent cost;
    cairn_outcome_groups samples;
    int64_t oracle;
    double *returns; /* [n_returns] of the chosen solutions; of cairn_alloc */
    size_t n_returns, returns_capacity;
} tally;

static cairn_status note_return(tally *t, const json_t *value) {
    if (!json_is_number(value)) return CAIRN_OK;
    CAIRN_TRY(cairn_grow(t->ctx, (void **)&t->returns, &t->returns_capacity, t->n_returns + 1, sizeof *t->returns));
    t->returns[t->n_returns++] = json_number_value(value);
    return CAIRN_OK;
}

/* Outcomes of candidates, each as often as it was sampled, and those that were not cut off. A run file may hold
 * anything: counts are those of an int32_t. */
static cairn_status count_candidates(cairn_ctx *ctx, const json_t *candidates, bool told, const char *where,
                                     cairn_outcomes *out, int64_t *ended) {
    *out = (cairn_outcomes){0};
    *ended = 0;
    for (size_t i = 0; i < json_array_size(candidates); i++) {
        const json_t *candidate = json_array_get(candidates, i);
        int64_t count;
        CAIRN_TRY(json_get_int(ctx, candidate, "count", where, &count));
        if (count < 0 || count > INT32_MAX)
            return cairn_fail(ctx, CAIRN_FORMAT, "%s: field `candidates[%zu].count`: expected 0 .. %d, got %lld", where,
                              i, INT32_MAX, (long long)count);
        cairn_outcomes_add(out, verdict_of(json_object_get(candidate, "correct")),
                           json_is_string(json_object_get(candidate, "answer")), told, count);
        if (!json_object_get(candidate, "cut_off")) *ended += count;
    }
    return CAIRN_OK;
}

/* The chosen answer's outcome. */
static void count_chosen(tally *t, const json_t *record, bool told, const cairn_outcomes *samples) {
    cairn_solve_summary *out = t->out;
    cairn_verdict verdict = verdict_of(json_object_get(record, "correct"));
    out->problems++;
    out->right += verdict == CAIRN_VERDICT_RIGHT;
    if (verdict != CAIRN_VERDICT_UNKNOWN) return;
    bool recorded = samples->n > 0;
    out->unknown++;
    out->unrecorded += !recorded;
    if (!told || !recorded)
        out->untold++;
    else
        out->unanswered += !json_is_string(json_object_get(record, "answer"));
}

/* What the caller asked to have of each problem. */
static void hand_out(const tally *t, int64_t index, bool judged, const json_t *correct, const cairn_outcomes *samples) {
    if (t->setup->outcomes) t->setup->outcomes[index] = !judged ? NAN : json_is_true(correct) ? 1 : 0;
    if (t->setup->sampled) t->setup->sampled[index] = *samples;
}

/* Share of the budget that one problem spent, in the unit of which it spent the most. */
static double share_spent(const cairn_budget *b, const spent *before, const spent *after) {
    double share = 0;
    if (b->steps > 0) share = fmax(share, (after->steps - before->steps) / (double)b->steps);
    if (b->tokens > 0) share = fmax(share, (after->tokens - before->tokens) / (double)b->tokens);
    double flops = after->flops + after->judge_flops - before->flops - before->judge_flops;
    if (b->flops > 0) share = fmax(share, flops / b->flops);
    return share;
}

static cairn_status tally_record(void *arg, int64_t index, const char *id, const char *text, size_t length) {
    tally *t = arg;
    json_t *record;
    spent before = t->cost;
    cairn_outcomes samples;
    int64_t ended;
    CAIRN_TRY(json_parse(t->ctx, text, length, id, &record));
    bool told = json_is_string(json_object_get(record, "target"));
    cairn_status status = cost_add(t->ctx, record, id, &t->cost);
    if (status == CAIRN_OK)
        status = count_candidates(t->ctx, json_object_get(record, "candidates"), told, id, &samples, &ended);
    if (status == CAIRN_OK) status = cairn_outcome_groups_add(t->ctx, &t->samples, &samples);
    if (status == CAIRN_OK) status = note_return(t, json_object_get(record, "return"));
    if (status == CAIRN_OK) {
        int64_t untold = t->out->untold;
        count_chosen(t, record, told, &samples);
        t->out->unscored += before.scorings < t->cost.scorings && json_is_null(json_object_get(record, "score"));
        bool judged = t->out->untold == untold;
        hand_out(t, index, judged, json_object_get(record, "correct"), &samples);
        t->oracle += samples.right > 0 && judged;
        t->out->unfinished += ended == 0;
        double share = share_spent(t->budget, &before, &t->cost);
        t->out->spent += share;
        t->out->most_spent = fmax(t->out->most_spent, share);
    }
    json_decref(record);
    return status;
}

/* Sum over the problems of the exact optimum at so many samples. */
static cairn_status sum_optimum(cairn_ctx *ctx, cairn_job *job, int64_t samples, cairn_arena *arena, double *sum) {
    const cairn_policy *policy = cairn_job_policy(job);
    int64_t n = cairn_job_problems(job);
    cairn_progress *progress;
    cairn_status status = CAIRN_OK;
    CAIRN_TRY(cairn_progress_open(ctx, "optimum", n, cairn_job_setup_of(job)->quiet, &progress));
    for (int64_t i = 0; i < n && status == CAIRN_OK; i++) {
        cairn_problem problem;
        double value = 0;
        cairn_arena_reset(arena);
        if (cairn_cancelled(ctx)) status = cairn_fail(ctx, CAIRN_CANCELLED, "the run was cancelled");
        if (status == CAIRN_OK) status = cairn_job_problem(job, ctx, i, arena, &problem);
        if (status == CAIRN_OK) status = policy->type->optimum(ctx, policy->self, &problem, samples, &value);
        *sum += value;
        cairn_progress_add(progress, 1);
    }
    cairn_progress_close(progress);
    return status;
}

/* Mean over the problems of the exact optimum at the step budget; NAN where the policy has none. */
static cairn_status mean_optimum(cairn_ctx *ctx, cairn_job *job, double *out) {
    const cairn_policy *policy = cairn_job_policy(job);
    int64_t samples = cairn_job_setup_of(job)->budget.steps, n = cairn_job_problems(job);
    double sum = 0;
    *out = NAN;
    if (!policy || !policy->type->optimum || samples <= 0 || n == 0) return CAIRN_OK;
    cairn_arena *arena;
    CAIRN_TRY(cairn_arena_open(ctx, 16384, &arena));
    cairn_status status = sum_optimum(ctx, job, samples, arena, &sum);
    cairn_arena_close(arena);
    if (status == CAIRN_UNSUPPORTED) return CAIRN_OK;
    if (status == CAIRN_OK) *out = sum / (double)n;
    return status;
}

/* Shares are of the problems that have a truth; where no outcome is known there is none. */
static cairn_status shares(cairn_ctx *ctx, const tally *t, uint64_t seed, cairn_solve_summary *out) {
    cairn_outcomes chosen = {out->problems, out->right, out->unknown, out->untold, out->unanswered};
    int64_t judged = cairn_outcomes_judged(&chosen);
    out->samples = t->samples.all;
    out->oracle = judged ? (double)t->oracle / (double)judged : NAN;
    out->accuracy = (cairn_interval){NAN, NAN, NAN, 0};
    if (judged) CAIRN_TRY(cairn_stat_wilson(ctx, out->right, judged, 0.95, &out->accuracy));
    return cairn_outcome_groups_share(ctx, &t->samples, seed, &out->sample_accuracy);
}

static cairn_status summarise(cairn_ctx *ctx, cairn_job *job, const cairn_solve_setup *setup, cairn_run *run,
                              cairn_solve_summary *out) {
    const cairn_budget *budget = &cairn_job_setup_of(job)->budget;
    tally t = {.ctx = ctx, .setup = setup, .out = out, .budget = budget};
    cairn_status status = cairn_job_each(job, ctx, run, tally_record, &t);
    if (status == CAIRN_OK && out->problems == 0) status = cairn_fail(ctx, CAIRN_INVALID, "there are no problems");
    if (status == CAIRN_OK) status = shares(ctx, &t, cairn_job_setup_of(job)->seed, out);
    out->returns = (cairn_interval){NAN, NAN, NAN, 0};
    out->with_return = (int64_t)t.n_returns;
    if (status == CAIRN_OK && t.n_returns > 1)
        status = cairn_stat_mean_interval(ctx, t.returns, t.n_returns, 0.95, &out->returns);
    cairn_free(t.returns);
    cairn_outcome_groups_free(&t.samples);
    CAIRN_TRY(status);
    double n = (double)out->problems;
    out->steps = t.cost.steps / n;
    out->tokens = t.cost.tokens / n;
    out->judge_tokens = t.cost.judge_tokens / n;
    out->scorings = t.cost.scorings / n;
    out->unknown_scores = (int64_t)t.cost.unscored;
    out->failed = t.cost.failed;
    out->flops = t.cost.flops / n;
    out->judge_flops = t.cost.judge_flops / n;
    out->spent /= n;
    if (budget->steps <= 0 && budget->tokens <= 0 && budget->flops <= 0) out->spent = out->most_spent = NAN;
    return mean_optimum(ctx, job, &out->optimum);
}

cairn_status cairn_solve(cairn_ctx *ctx, cairn_job *job, const cairn_solve_setup *setup, cairn_run *run,
                         cairn_solve_summary *out) {
    *out = (cairn_solve_summary){.optimum = NAN};
    if (!cairn_job_policy(job)) return cairn_fail(ctx, CAIRN_INVALID, "solving needs a policy");
    cairn_arena *arena;
    CAIRN_TRY(cairn_arena_open(ctx, 4096, &arena));
    double start = cairn_seconds();
    solving s;
    cairn_status status = find_search(ctx, job, arena, setup, &s);
    if (status == CAIRN_OK) status = cairn_job_run(job, ctx, run, solve_one, &s);
    if (status == CAIRN_OK) {
        double seconds = cairn_seconds() - start;
        status = summarise(ctx, job, setup, run, out);
        out->seconds = seconds;
    }
    cairn_arena_close(arena);
    return status;
}

cairn_status cairn_solve_plan(cairn_ctx *ctx, cairn_job *job, const cairn_solve_setup *setup, bool kept,
                              cairn_memory_plan *out) {
    if (!cairn_job_policy(job)) return cairn_fail(ctx, CAIRN_INVALID, "solving needs a policy");
    cairn_arena *arena;
    CAIRN_TRY(cairn_arena_open(ctx, 4096, &arena));
    solving s;
    cairn_status status = find_search(ctx, job, arena, setup, &s);
    if (status == CAIRN_OK) status = cairn_job_plan(job, ctx, kept, solve_one, &s, out);
    cairn_arena_close(arena);
    return status;
}

/* ---- manifest -------------------------------------------------------------------------------------------------------------- */

cairn_status cairn_solve_manifest(cairn_ctx *ctx, cairn_job *job, const cairn_solve_setup *setup, cairn_arena *arena,
                                  cairn_manifest *out) {
    solving s;
    CAIRN_TRY(find_search(ctx, job, arena, setup, &s));
    CAIRN_TRY(cairn_job_manifest(ctx, job, arena, "solve", "search", &s.type->about, s.config, setup->keep_tree, out));
    if (!setup->keep_scores) return CAIRN_OK;
    cairn_manifest_entry *entries = cairn_arena_alloc(arena, (size_t)out->count + 1, sizeof *entries);
    if (!entries) return CAIRN_NO_MEMORY;
    memcpy(entries, out->entries, (size_t)out->count * sizeof *entries);
    entries[out->count++] = (cairn_manifest_entry){"scores", "kept"};
    out->entries = entries;
    return CAIRN_OK;
}

/* ---- drawing ------------------------------------------------------------------------------------------------------------------ */

typedef struct drawing {
    solving solving;
    int64_t index;
    const cairn_rendering *how;
    cairn_text *out;
} drawing;

static cairn_status draw_problem(cairn_workspace *workspace, const drawing *d) {
    cairn_result result;
    CAIRN_TRY(cairn_search_run(workspace, d->solving.type, d->solving.config, &result));
    const cairn_candidate *chosen = result.chosen >= 0 ? &result.candidates[result.chosen] : NULL;
    cairn_rendering how = *d->how;
    how.column = workspace->column;
    how.chosen = chosen ? chosen->leaf : CAIRN_NONE;
    size_t count = workspace->tree->count;
    cairn_verdict *verdicts = cairn_arena_alloc(workspace->arena, count, sizeof *verdicts);
    bool *wrong = cairn_arena_alloc(workspace->arena, count, sizeof *wrong);
    if (!verdicts || !wrong) return CAIRN_NO_MEMORY;
    CAIRN_TRY(find_verdicts(workspace, verdicts));
    for (size_t i = 0; i < count; i++) wrong[i] = verdicts[i] == CAIRN_VERDICT_WRONG;
    how.wrong = wrong;
    const char *answer =
        cairn_arena_printf(workspace->arena, "answer %s, true answer %s",
                           result.answer >= 0 ? cairn_workspace_answer(workspace, result.answer) : "none",
                           workspace->problem->answer ? workspace->problem->answer : "unknown");
    if (!answer) return CAIRN_NO_MEMORY;
    how.title = workspace->problem->text;
    how.caption = answer;
    if (how.svg) return cairn_tree_render(workspace->ctx, workspace->tree, &how, d->out);
    CAIRN_TRY(cairn_text_printf(workspace->ctx, d->out, "%s\n\n", workspace->problem->text));
    CAIRN_TRY(cairn_tree_render(workspace->ctx, workspace->tree, &how, d->out));
    return cairn_text_printf(workspace->ctx, d->out, "\n%s\n", answer);
}

static cairn_status draw_one(cairn_workspace *workspace, void *arg, int64_t index, cairn_text *record) {
    drawing *d = arg;
    if (index == d->index) CAIRN_TRY(draw_problem(workspace, d));
    return cairn_text_add(workspace->ctx, record, "{}", 2);
}

cairn_status cairn_solve_render(cairn_ctx *ctx, cairn_job *job, const cairn_solve_setup *setup, int64_t index,
                                const cairn_rendering *how, cairn_text *out) {
    if (index < 0 || index >= cairn_job_problems(job))
        return cairn_fail(ctx, CAIRN_INVALID, "there is no problem %lld", (long long)index);
    cairn_arena *arena;
    CAIRN_TRY(cairn_arena_open(ctx, 4096, &arena));
    drawing d = {.index = index, .how = how, .out = out};
    cairn_status status = find_search(ctx, job, arena, setup, &d.solving);
    if (status == CAIRN_OK) status = cairn_job_run(job, ctx, NULL, draw_one, &d);
    cairn_arena_close(arena);
    return status;
}
