/* The verbs: they join a tree to the policies, rewards and world of a workspace. Each takes arrays, debits the cost,
 * and blocks its fiber until done. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cairn/answer.h"
#include "cairn/search.h"
#include "search/beginnings.h"
#include "search/caches.h"
#include "search/spending.h"
#include "search/stated.h"
#include "search/verbs.h"

cairn_status verb_policy(const cairn_workspace *workspace, cairn_role role, const cairn_policy **out) {
    *out = cairn_workspace_policy(workspace, role);
    return *out ? CAIRN_OK
                : cairn_fail(workspace->ctx, CAIRN_INVALID, "no policy acts as %s: name one", cairn_role_name(role));
}

static void pay_problem(cairn_workspace *workspace, cairn_role role, double flops) {
    bool *read = &workspace->caches->problem_read[caches_owner(workspace, role)];
    if (!*read) {
        workspace->cost.flops[role] += flops;
        workspace->caches->prices.problem_flops += flops;
    }
    *read = true;
}

cairn_status verb_begin(const cairn_workspace *workspace) {
    return cairn_cancelled(workspace->ctx) ? cairn_fail(workspace->ctx, CAIRN_CANCELLED, "the run was cancelled")
                                           : CAIRN_OK;
}

cairn_status verb_start(const cairn_workspace *workspace, const char *what, cairn_node node) {
    if (!(workspace->tree->flags[node] & CAIRN_NODE_PARTIAL)) return CAIRN_OK;
    return cairn_fail(workspace->ctx, CAIRN_INVALID, "cannot %s node %" PRIu32 ": its step is partial; extend it first",
                      what, node);
}

/* ---- propose ---------------------------------------------------------------------------------------------------------- */

/* One call of propose while it is worked on. */
typedef struct growth {
    cairn_workspace *workspace;
    cairn_role role;
    const cairn_policy *policy;
    cairn_sampling sampling;
    bool partial; /* steps that are cut off stay unfinished */
    const cairn_branch *branches;
    int32_t *owner;          /* [granted] branch of each draw, in order of the array */
    cairn_proposal *samples; /* [granted] of one wave */
    cairn_branch *children;
    int32_t n_children, first; /* children of the branch that is worked on begin at `first` */
    int32_t most_tokens;       /* of a step, that the budget bounds in this wave */
    int64_t unscored;          /* tokens of new children, which the reward has still to read */
} growth;

cairn_status verb_request(const cairn_workspace *workspace, cairn_role role, const cairn_sampling *sampling,
                          cairn_node node, uint32_t draw, const cairn_proposal *before, cairn_proposal *request) {
    cairn_tree *tree = workspace->tree;
    *request = (cairn_proposal){.problem = workspace->problem,
                                .state = cairn_tree_state(tree, node),
                                .rng = cairn_rng_open(workspace->seed, workspace->problem->key, tree->path[node],
                                                      CAIRN_VERB_PROPOSE, (uint32_t)role, draw),
                                .draw = draw,
                                .sampling = *sampling,
                                .logp = NAN};
    if (before) {
        request->steps = before->steps;
        request->observations = before->observations;
        request->n_steps = before->n_steps;
        return CAIRN_OK;
    }
    CAIRN_TRY(cairn_tree_steps(workspace->ctx, tree, node, workspace->arena, &request->steps, &request->n_steps));
    return cairn_tree_observations(workspace->ctx, tree, node, workspace->arena, &request->observations);
}

/* Fills the request of the node's next draw. `before` is the request before it, or NULL: of the same node. */
static cairn_status request_draw(const growth *g, cairn_node node, const cairn_proposal *before,
                                 cairn_proposal *request) {
    cairn_tree *tree = g->workspace->tree;
    cairn_sampling sampling = g->sampling;
    if (g->most_tokens < sampling.max_tokens) sampling.max_tokens = g->most_tokens;
    CAIRN_TRY(verb_request(g->workspace, g->role, &sampling, node, tree->draws[g->role][node], before, request));
    request->partial = g->partial;
    tree->draws[g->role][node]++;
    tree->flags[node] |= CAIRN_NODE_EXPANDED;
    return CAIRN_OK;
}

static bool is_cut_off(const cairn_workspace *workspace, const cairn_policy *policy, cairn_node node) {
    int32_t depth = workspace->tree->depth[node];
    return depth >= workspace->problem->max_steps && depth >= cairn_policy_max_steps(policy, workspace->problem);
}

/* Roles count their draws apart: the path of a child says which role drew it. */
static uint64_t path_of(uint64_t parent, cairn_role role, uint32_t draw) {
    if (role != CAIRN_ROLE_GENERATOR) parent = cairn_key_mix(parent, (uint64_t)role);
    return cairn_path_child(parent, draw);
}

cairn_node verb_find_sibling(const cairn_workspace *workspace, cairn_node parent, const cairn_proposal *sample) {
    static const cairn_kind steps[] = {CAIRN_KIND_REASON, CAIRN_KIND_TOOL, CAIRN_KIND_REFLECT};
    size_t length = strlen(sample->text);
    cairn_node node = CAIRN_NONE;
    if (sample->stop == CAIRN_STOP_END)
        return stated_find(workspace, parent, CAIRN_KIND_FINISH, sample->text, length, sample->stated);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && node == CAIRN_NONE; i++)
        node = stated_find(workspace, parent, steps[i], sample->text, length, sample->stated);
    return node;
}

/* Gives a node the world's state after its step and what the world answered. */
static cairn_status take_turn(cairn_workspace *workspace, cairn_node node, const cairn_proposal *sample, bool *done) {
    cairn_tree *tree = workspace->tree;
    cairn_turn turn = {.text = sample->text, .length = strlen(sample->text), .arena = workspace->arena};
    CAIRN_TRY(cairn_world_apply(workspace->ctx, workspace->world, workspace->problem,
                                cairn_tree_state(tree, tree->parent[node]), &turn, cairn_tree_state(tree, node)));
    *done = turn.done;
    if (tree->kind[node] != CAIRN_KIND_FINISH) tree->kind[node] = (uint8_t)turn.kind;
    if (cairn_world_pays(workspace->world)) {
        CAIRN_TRY(cairn_tree_need_edges(workspace->ctx, tree));
        CAIRN_TRY(cairn_tree_need_paid(workspace->ctx, tree));
        tree->paid[node] = tree->edge_reward[node] = (float)turn.reward;
    }
    return cairn_tree_observe(workspace->ctx, tree, node, turn.observation ? turn.observation : sample->observation);
}

cairn_child verb_step(const cairn_proposal *sample) {
    return (cairn_child){.text = sample->text,
                         .length = strlen(sample->text),
                         .tokens = sample->tokens,
                         .n_tokens = (uint32_t)sample->n_tokens,
                         .logp = (float)sample->logp,
                         .kind = sample->stop == CAIRN_STOP_END ? CAIRN_KIND_FINISH : CAIRN_KIND_REASON};
}

/* An end without a text is no step, and leaves the state as it is. */
cairn_status verb_take_step(cairn_workspace *workspace, cairn_role role, cairn_node node,
                            const cairn_proposal *sample) {
    cairn_tree *tree = workspace->tree;
    bool done = false;
    CAIRN_TRY(stated_keep(workspace, node, sample->stated));
    if (!cairn_tree_is_end(tree, node))
        CAIRN_TRY(take_turn(workspace, node, sample, &done));
    else if (tree->state_bytes)
        memcpy(cairn_tree_state(tree, node), cairn_tree_state(tree, tree->parent[node]), tree->state_bytes);
    if (done || sample->stop == CAIRN_STOP_END || is_cut_off(workspace, cairn_workspace_policy(workspace, role), node))
        tree->flags[node] |= CAIRN_NODE_TERMINAL;
    if (sample->stop == CAIRN_STOP_LENGTH) tree->flags[node] |= CAIRN_NODE_CUT;
    return CAIRN_OK;
}

/* The child for one sample: an equal sibling if there is one, else a new node. What ends the solution is not equal to
 * what does not, nor to an end of which something else is recorded; a part of a step is equal to nothing. */
static cairn_status child_for(cairn_workspace *workspace, cairn_role role, cairn_node parent,
                              const cairn_proposal *sample, cairn_node *out) {
    cairn_tree *tree = workspace->tree;
    bool part = partial_is(sample);
    cairn_node node = part ? CAIRN_NONE : verb_find_sibling(workspace, parent, sample);
    if (node == CAIRN_NONE) {
        cairn_child child = verb_step(sample);
        child.path = path_of(tree->path[parent], role, sample->draw);
        CAIRN_TRY(cairn_tree_add(workspace->ctx, tree, parent, &child, &node));
        CAIRN_TRY(part ? partial_keep(workspace, role, node, sample) : verb_take_step(workspace, role, node, sample));
    }
    tree->multiplicity[node]++;
    *out = node;
    return CAIRN_OK;
}

static int32_t new_tokens(const cairn_proposal *sample) {
    return sample->n_tokens - (sample->begun ? sample->begun->n_tokens : 0);
}

bool verb_is_cut(const cairn_proposal *sample, int32_t most, int32_t longest) {
    int32_t tokens = new_tokens(sample);
    if (tokens > most) return true;
    return sample->n_tokens < longest && tokens == most && sample->stop == CAIRN_STOP_LENGTH;
}

void verb_pay(cairn_workspace *workspace, cairn_role role, const cairn_proposal *sample, int32_t most) {
    int32_t tokens = new_tokens(sample);
    if (tokens > most) tokens = most;
    workspace->cost.steps[role] += !sample->begun;
    workspace->cost.tokens[role] += tokens;
    workspace->cost.flops[role] += sample->flops;
    pay_problem(workspace, role, sample->problem_flops);
    double flops = sample->flops / (tokens > 0 ? tokens : 1);
    if (tokens > workspace->caches->prices.step_tokens) workspace->caches->prices.step_tokens = tokens;
    if (flops > workspace->caches->prices.token_flops) workspace->caches->prices.token_flops = flops;
}

/* Adds a sample of branch number `from` to the tree. A distinct child is listed once, in order of first draw. */
static cairn_status adopt(growth *g, int32_t from, const cairn_proposal *sample) {
    const cairn_branch *branch = &g->branches[from];
    if (sample->status != CAIRN_OK) return sample->status;
    if (!sample->text) return cairn_fail(g->workspace->ctx, CAIRN_INTERNAL, "the policy gave no text for a step");
    verb_pay(g->workspace, g->role, sample, g->most_tokens);
    if (verb_is_cut(sample, g->most_tokens, g->sampling.max_tokens)) return CAIRN_OK;
    cairn_node node;
    uint32_t before = g->workspace->tree->count;
    CAIRN_TRY(child_for(g->workspace, g->role, branch->node, sample, &node));
    if (g->workspace->tree->count > before) g->unscored += sample->n_tokens;
    int32_t at = g->first;
    while (at < g->n_children && g->children[at].node != node) at++;
    if (at == g->n_children)
        g->children[g->n_children++] = (cairn_branch){.node = node, .group = branch->group, .from = from};
    g->children[at].count++;
    return CAIRN_OK;
}

static void deal_draws(growth *g, int32_t n, int64_t granted) {
    int64_t dealt = 0;
    for (int32_t i = 0; i < n && dealt < granted; i++) {
        if (g->workspace->tree->flags[g->branches[i].node] & CAIRN_NODE_TERMINAL) continue;
        for (int32_t k = 0; k < g->branches[i].count && dealt < granted; k++) g->owner[dealt++] = i;
    }
}

/* Asks the policy for draws made .. made + n - 1 at once, and adopts the samples. */
static cairn_status draw_wave(growth *g, int32_t made, int32_t n) {
    const int32_t *owner = g->owner + made;
    for (int32_t i = 0; i < n; i++) {
        cairn_node node = g->branches[owner[i]].node;
        const cairn_proposal *same = i > 0 && g->branches[owner[i - 1]].node == node ? &g->samples[i - 1] : NULL;
        CAIRN_TRY(request_draw(g, node, same, &g->samples[i]));
    }
    const cairn_policy *policy = g->policy;
    CAIRN_TRY(policy->type->propose(g->workspace->ctx, policy->self, g->workspace->arena, g->samples, n));
    for (int32_t i = 0; i < n; i++) {
        if (made + i == 0 || owner[i] != owner[i - 1]) g->first = g->n_children;
        CAIRN_TRY(adopt(g, owner[i], &g->samples[i]));
    }
    if (g->workspace->budget.flops > 0 && g->workspace->cost.flops[g->role] <= 0)
        return cairn_fail(g->workspace->ctx, CAIRN_INVALID,
                          "policy %s tells no FLOPs: a budget in FLOPs cannot bound it", policy->type->about.name);
    enum { MANY = 64 }; /* an end may have no tokens, but not so many steps together */
    if (g->workspace->budget.tokens > 0 && g->workspace->cost.tokens[g->role] <= 0 &&
        g->workspace->cost.steps[g->role] >= MANY)
        return cairn_fail(g->workspace->ctx, CAIRN_INVALID,
                          "policy %s tells no tokens: a budget in tokens cannot bound it", policy->type->about.name);
    return CAIRN_OK;
}

static cairn_status grow(growth *g, int32_t granted) {
    g->samples = cairn_arena_alloc(g->workspace->arena, (size_t)granted, sizeof *g->samples);
    if (!g->samples) return CAIRN_NO_MEMORY;
    for (int32_t made = 0, wave; made < granted; made += wave) {
        wave = spending_wave(g->workspace, g->sampling.max_tokens, granted - made, g->unscored, &g->most_tokens);
        if (wave == 0) return CAIRN_BUDGET;
        CAIRN_TRY(draw_wave(g, made, wave));
    }
    return CAIRN_OK;
}

static cairn_status propose(growth *g, const cairn_branch *branches, int32_t n, int32_t *n_children) {
    cairn_workspace *workspace = g->workspace;
    *n_children = 0;
    CAIRN_TRY(verb_begin(workspace));
    CAIRN_TRY(verb_policy(workspace, g->role, &g->policy));
    if (g->partial) CAIRN_TRY(partial_check(workspace, g->policy, g->sampling.max_tokens));
    CAIRN_TRY(cairn_tree_need_draws(workspace->ctx, workspace->tree, g->role));
    int64_t left = spending_steps_left(workspace), asked = 0;
    for (int32_t i = 0; i < n; i++) {
        CAIRN_TRY(verb_start(workspace, "propose from", branches[i].node));
        if (!(workspace->tree->flags[branches[i].node] & CAIRN_NODE_TERMINAL)) asked += branches[i].count;
    }
    int64_t granted = asked < left ? asked : left;
    if (granted > INT32_MAX)
        return cairn_fail(workspace->ctx, CAIRN_LIMIT, "a growth of %lld steps at once", (long long)granted);
    g->branches = branches;
    g->owner = cairn_arena_alloc(workspace->arena, (size_t)granted + 1, sizeof *g->owner);
    if (!g->owner) return CAIRN_NO_MEMORY;
    deal_draws(g, n, granted);
    cairn_status status = granted ? grow(g, (int32_t)granted) : CAIRN_OK;
    *n_children = g->n_children;
    if (status != CAIRN_OK) return status;
    return granted < asked ? CAIRN_BUDGET : CAIRN_OK;
}

cairn_status cairn_propose(cairn_workspace *workspace, cairn_role role, const cairn_branch *branches, int32_t n,
                           cairn_branch *children, int32_t *n_children) {
    cairn_sampling sampling = cairn_workspace_sampling(workspace, role);
    return cairn_propose_with(workspace, role, &sampling, branches, n, children, n_children);
}

cairn_status cairn_propose_with(cairn_workspace *workspace, cairn_role role, const cairn_sampling *sampling,
                                const cairn_branch *branches, int32_t n, cairn_branch *children, int32_t *n_children) {
    growth g = {.workspace = workspace, .role = role, .sampling = *sampling, .children = children};
    return propose(&g, branches, n, n_children);
}

cairn_status cairn_propose_partial(cairn_workspace *workspace, cairn_role role, int32_t max_tokens,
                                   const cairn_branch *branches, int32_t n, cairn_branch *children,
                                   int32_t *n_children) {
    growth g = {.workspace = workspace,
                .role = role,
                .sampling = cairn_workspace_sampling(workspace, role),
                .partial = true,
                .children = children};
    g.sampling.max_tokens = max_tokens;
    return propose(&g, branches, n, n_children);
}

/* ---- score ------------------------------------------------------------------------------------------------------------ */

/* The number of last steps of the node's path that the reward of this column did not read before, one more where it did
 * not read the problem; marks them as read. */
static int32_t read_path(cairn_tree *tree, int32_t column, cairn_node node) {
    uint8_t *marks = tree->marks[column];
    for (int32_t fresh = 0;; node = tree->parent[node]) {
        if (marks[node] & CAIRN_SCORE_READ) return fresh;
        marks[node] |= CAIRN_SCORE_READ;
        fresh += !cairn_tree_is_end(tree, node);
        if (node == CAIRN_ROOT) return fresh;
    }
}

/* The first call also reads the problem: what a token costs is known from the second on, and what the problem did with
 * it. Until then the reward is taken to be as much dearer than the policy for a token as it was for all that it read.
 */
static void note_scoring(cairn_workspace *workspace, const cairn_node *nodes, int32_t n, double flops) {
    prices *p = &workspace->caches->prices;
    double tokens = 0;
    for (int32_t i = 0; i < n; i++) tokens += workspace->tree->n_tokens[nodes[i]];
    if (tokens < 1) tokens = 1;
    double each = flops / tokens;
    if (p->scored > 0 && (p->scored == 1 || each > p->score_flops)) p->score_flops = each;
    if (p->scored == 0) {
        double read = p->problem_flops + tokens * p->token_flops; /* what the policy took for the same texts */
        p->score_flops = read > 0 ? p->token_flops * (flops / read) : each;
        p->first_flops = flops;
        p->first_tokens = tokens;
    } else if (p->scored == 1) {
        double problem = p->first_flops - each * p->first_tokens;
        p->problem_flops += problem > 0 ? problem : 0;
    }
    if (p->scored < 2) p->scored++;
}

/* The request for a node's step; *asked is false where there is nothing to score. */
static cairn_status request_score(cairn_workspace *workspace, const cairn_part *part, cairn_node node,
                                  cairn_scoring *request, bool *asked) {
    cairn_tree *tree = workspace->tree;
    *asked = false;
    const bool partial = tree->flags[node] & CAIRN_NODE_PARTIAL;
    if (partial && !cairn_reward_partial_ok(part->reward))
        return cairn_fail(workspace->ctx, CAIRN_UNSUPPORTED,
                          "reward %s scores complete steps only: the step of node %" PRIu32 " is partial",
                          part->reward->type->about.name, node);
    if (tree->marks[part->column][node] & CAIRN_SCORE_ASKED) return CAIRN_OK;
    if (node == CAIRN_ROOT) return cairn_fail(workspace->ctx, CAIRN_INVALID, "the root has no step to score");
    CAIRN_TRY(cairn_tree_steps(workspace->ctx, tree, node, workspace->arena, &request->steps, &request->n_steps));
    tree->marks[part->column][node] |= CAIRN_SCORE_ASKED;
    CAIRN_TRY(cairn_tree_observations(workspace->ctx, tree, node, workspace->arena, &request->observations));
    if (request->n_steps == 0) return CAIRN_OK; /* a solution of no steps */
    int32_t more = part->reward->n_outputs - 1;
    if (more > 0) {
        request->more = cairn_arena_alloc(workspace->arena, (size_t)more, sizeof *request->more);
        if (!request->more) return CAIRN_NO_MEMORY;
        for (int32_t k = 0; k < more; k++) request->more[k] = NAN;
    }
    request->problem = workspace->problem;
    request->state = cairn_tree_state(tree, node);
    request->done = tree->flags[node] & CAIRN_NODE_TERMINAL;
    request->partial = partial;
    request->path = tree->path[node];
    request->seed = workspace->seed;
    request->fresh = read_path(tree, part->column, node);
    *asked = true;
    return CAIRN_OK;
}

/* The answered request's scores, into the role's columns. The judge's is the node's value too. */
static void keep_scores(cairn_workspace *workspace, cairn_role role, cairn_node node, const cairn_scoring *request) {
    const cairn_part *part = &workspace->cast[role];
    cairn_tree *tree = workspace->tree;
    workspace->cost.unscored += isnan(request->score);
    tree->score[part->column][node] = (float)request->score;
    for (int32_t k = 1; k < part->reward->n_outputs; k++)
        tree->score[part->column + k][node] = (float)request->more[k - 1];
    if (role == CAIRN_ROLE_JUDGE) tree->value[node] = isnan(request->score) ? 0 : (float)request->score;
}

cairn_status cairn_score(cairn_workspace *workspace, const cairn_node *nodes, int32_t n) {
    return cairn_score_as(workspace, CAIRN_ROLE_JUDGE, nodes, n);
}

cairn_status cairn_score_as(cairn_workspace *workspace, cairn_role role, const cairn_node *nodes, int32_t n) {
    const cairn_part *part = &workspace->cast[role];
    CAIRN_TRY(verb_begin(workspace));
    if (!part->reward && role == CAIRN_ROLE_JUDGE)
        return cairn_fail(workspace->ctx, CAIRN_INVALID, "this algorithm scores steps: name a reward");
    if (!part->reward)
        return cairn_fail(workspace->ctx, CAIRN_INVALID, "no reward acts as %s: name one", cairn_role_name(role));
    cairn_scoring *requests = cairn_arena_alloc(workspace->arena, (size_t)(n > 0 ? n : 1), sizeof *requests);
    cairn_node *asked = cairn_arena_alloc(workspace->arena, (size_t)(n > 0 ? n : 1), sizeof *asked);
    if (!requests || !asked) return CAIRN_NO_MEMORY;
    int32_t m = 0;
    for (int32_t i = 0; i < n; i++) {
        bool wanted;
        CAIRN_TRY(request_score(workspace, part, nodes[i], &requests[m], &wanted));
        if (wanted) asked[m++] = nodes[i];
    }
    if (m == 0) return CAIRN_OK;
    cairn_reward_cost cost = {0};
    CAIRN_TRY(part->reward->type->score(workspace->ctx, part->reward->self, workspace->arena, requests, m, &cost));
    note_scoring(workspace, asked, m, cost.flops);
    workspace->cost.scorings += m;
    workspace->cost.failed += cost.failed;
    workspace->cost.steps[role] += cost.steps;
    workspace->cost.tokens[role] += cost.tokens;
    workspace->cost.flops[role] += cost.flops;
    for (int32_t i = 0; i < m; i++) {
        if (requests[i].status != CAIRN_OK) return requests[i].status;
        keep_scores(workspace, role, asked[i], &requests[i]);
    }
    return CAIRN_OK;
}

/* ---- check ------------------------------------------------------------------------------------------------------------ */

/* Class of a canonical answer in this tree: of equal texts, or of equal values in a world that compares answers. */
static cairn_status answer_class(cairn_workspace *workspace, const char *answer, int32_t *out) {
    struct cairn_caches *caches = workspace->caches;
    if (workspace->world->type->check_answer) {
        CAIRN_TRY(
            cairn_answer_class(workspace->ctx, workspace->arena, caches->answers, caches->n_answers, answer, out));
    } else {
        *out = 0;
        while (*out < caches->n_answers && strcmp(caches->answers[*out], answer) != 0) ++*out;
    }
    if (*out < caches->n_answers) return CAIRN_OK;
    if (caches->n_answers == caches->answers_capacity) {
        int32_t capacity = caches->answers_capacity ? 2 * caches->answers_capacity : 8;
        const char **grown = cairn_arena_alloc(workspace->arena, (size_t)capacity, sizeof *grown);
        if (!grown) return CAIRN_NO_MEMORY;
        if (caches->n_answers) memcpy(grown, caches->answers, (size_t)caches->n_answers * sizeof *grown);
        caches->answers = grown;
        caches->answers_capacity = capacity;
    }
    const char *copy = cairn_arena_copy(workspace->arena, answer, strlen(answer));
    if (!copy) return CAIRN_NO_MEMORY;
    caches->answers[caches->n_answers] = copy;
    *out = caches->n_answers++;
    return CAIRN_OK;
}

static cairn_status keep_rule(cairn_workspace *workspace, cairn_node leaf, const char *rule) {
    struct cairn_caches *caches = workspace->caches;
    if (!rule) return CAIRN_OK;
    if (leaf >= caches->rules_capacity) {
        uint32_t capacity = leaf < UINT32_C(1) << 30 ? 2 * leaf + 16 : UINT32_MAX;
        const char **grown = cairn_arena_alloc(workspace->arena, capacity, sizeof *grown);
        if (!grown) return CAIRN_NO_MEMORY;
        if (caches->rules_capacity) memcpy(grown, caches->rules, caches->rules_capacity * sizeof *grown);
        caches->rules = grown;
        caches->rules_capacity = capacity;
    }
    caches->rules[leaf] = rule;
    return CAIRN_OK;
}

const char *cairn_workspace_answer_rule(const cairn_workspace *workspace, cairn_node leaf) {
    const struct cairn_caches *caches = workspace->caches;
    return leaf < caches->rules_capacity ? caches->rules[leaf] : NULL;
}

cairn_status cairn_check(cairn_workspace *workspace, const cairn_node *leaves, int32_t n) {
    cairn_tree *tree = workspace->tree;
    CAIRN_TRY(verb_begin(workspace));
    CAIRN_TRY(cairn_tree_need_verdicts(workspace->ctx, tree));
    for (int32_t i = 0; i < n; i++) {
        cairn_node leaf = leaves[i];
        if (tree->flags[leaf] & CAIRN_NODE_CHECKED) continue;
        const char *const *steps;
        int32_t n_steps;
        cairn_outcome outcome;
        CAIRN_TRY(verb_start(workspace, "check", leaf));
        CAIRN_TRY(cairn_tree_steps(workspace->ctx, tree, leaf, workspace->arena, &steps, &n_steps));
        CAIRN_TRY(cairn_world_outcome(workspace->ctx, workspace->world, workspace->problem,
                                      cairn_tree_state(tree, leaf), steps, n_steps, stated_of(workspace, leaf),
                                      workspace->arena, &outcome));
        workspace->cost.checks++;
        tree->flags[leaf] |= CAIRN_NODE_CHECKED;
        tree->outcome[leaf] = outcome.verdict == CAIRN_VERDICT_UNKNOWN ? NAN : (float)outcome.value;
        tree->verdict[leaf] = (int8_t)outcome.verdict;
        tree->answer[leaf] = -1;
        if (outcome.answer) CAIRN_TRY(answer_class(workspace, outcome.answer, &tree->answer[leaf]));
        if (outcome.answer) CAIRN_TRY(keep_rule(workspace, leaf, outcome.answer_rule));
    }
    return CAIRN_OK;
}

/* ---- ask, next -------------------------------------------------------------------------------------------------------- */

static cairn_status cannot(const cairn_workspace *workspace, const cairn_policy *policy, const char *what) {
    return cairn_fail(workspace->ctx, CAIRN_UNSUPPORTED, "policy %s cannot %s", policy->type->about.name, what);
}

cairn_status cairn_ask(cairn_workspace *workspace, cairn_role role, cairn_asking *requests, int32_t n) {
    const cairn_policy *policy;
    CAIRN_TRY(verb_begin(workspace));
    CAIRN_TRY(verb_policy(workspace, role, &policy));
    if (!policy->type->ask) return cannot(workspace, policy, "be asked freely");
    bool counted = role == CAIRN_ROLE_GENERATOR || role == CAIRN_ROLE_COMPLETER;
    spending now = spending_now(workspace);
    if (counted && workspace->budget.tokens > 0 && now.tokens >= (double)workspace->budget.tokens) return CAIRN_BUDGET;
    if (workspace->budget.flops > 0 && now.flops >= workspace->budget.flops) return CAIRN_BUDGET;
    for (int32_t i = 0; i < n; i++) {
        if (!requests[i].name) requests[i].name = workspace->problem->id;
        if (!requests[i].problem) requests[i].problem = workspace->problem->text;
        requests[i].rng = cairn_rng_open(workspace->seed, workspace->problem->key, CAIRN_PATH_ROOT, CAIRN_VERB_ASK,
                                         (uint32_t)role, (uint32_t)workspace->cost.asks[role]++);
        beginning b = {requests[i].problem, requests[i].steps, requests[i].n_steps, requests[i].begun};
        CAIRN_TRY(beginning_read(workspace, role, &b, &requests[i].known));
    }
    CAIRN_TRY(policy->type->ask(workspace->ctx, policy->self, workspace->arena, requests, n));
    cairn_status failed = CAIRN_OK;
    for (int32_t i = 0; i < n; i++) {
        workspace->cost.tokens[role] += requests[i].n_tokens;
        workspace->cost.flops[role] += requests[i].flops;
        if (failed == CAIRN_OK) failed = requests[i].status;
    }
    return failed;
}

cairn_status cairn_next(cairn_workspace *workspace, cairn_role role, const cairn_node *nodes, int32_t n,
                        cairn_prediction *out) {
    const cairn_policy *policy;
    CAIRN_TRY(verb_begin(workspace));
    CAIRN_TRY(verb_policy(workspace, role, &policy));
    if (!policy->type->next) return cannot(workspace, policy, "say how likely the next token is");
    for (int32_t i = 0; i < n; i++) {
        CAIRN_TRY(verb_start(workspace, "tell the next token after", nodes[i]));
        out[i].name = workspace->problem->id;
        out[i].problem = workspace->problem->text;
        CAIRN_TRY(cairn_tree_steps(workspace->ctx, workspace->tree, nodes[i], workspace->arena, &out[i].steps,
                                   &out[i].n_steps));
        CAIRN_TRY(
            cairn_tree_observations(workspace->ctx, workspace->tree, nodes[i], workspace->arena, &out[i].observations));
        beginning b = {out[i].problem, out[i].steps, out[i].n_steps, out[i].begun};
        CAIRN_TRY(beginning_read(workspace, role, &b, &out[i].known));
    }
    CAIRN_TRY(policy->type->next(workspace->ctx, policy->self, workspace->arena, out, n));
    workspace->cost.nexts[role] += n;
    for (int32_t i = 0; i < n; i++) workspace->cost.flops[role] += out[i].flops;
    for (int32_t i = 0; i < n; i++)
        if (out[i].status != CAIRN_OK) return out[i].status;
    return CAIRN_OK;
}

/* ---- rollout, graft --------------------------------------------------------------------------------------------------- */

cairn_status cairn_rollouts(cairn_workspace *workspace, cairn_role role, const cairn_node *nodes, int32_t n, int32_t k,
                            cairn_rollout *out, int32_t *done) {
    cairn_tree *tree = workspace->tree;
    *done = 0;
    CAIRN_TRY(verb_begin(workspace));
    const cairn_policy *policy;
    CAIRN_TRY(verb_policy(workspace, role, &policy));
    CAIRN_TRY(cairn_tree_need_counts(workspace->ctx, tree, role));
    for (int32_t i = 0; i < n; i++) CAIRN_TRY(verb_start(workspace, "complete", nodes[i]));
    cairn_start *starts = cairn_arena_alloc(workspace->arena, (size_t)(n > 0 ? n : 1), sizeof *starts);
    if (!starts) return CAIRN_NO_MEMORY;
    int32_t granted = 0;
    int64_t left = cairn_budget_left(workspace);
    for (; granted < n; granted++) { /* a rollout is granted whole: what is left must cover its longest form */
        cairn_node node = nodes[granted];
        bool terminal = tree->flags[node] & CAIRN_NODE_TERMINAL;
        int32_t most = cairn_policy_max_steps(policy, workspace->problem);
        int64_t longest = terminal ? 0 : (int64_t)k * (most - tree->depth[node]);
        if (longest > left) break;
        if (left != INT64_MAX) left -= longest;
        cairn_start *start = &starts[granted];
        CAIRN_TRY(cairn_tree_steps(workspace->ctx, tree, node, workspace->arena, &start->steps, &start->n_steps));
        CAIRN_TRY(cairn_tree_observations(workspace->ctx, tree, node, workspace->arena, &start->observations));
        start->problem = workspace->problem;
        start->state = cairn_tree_state(tree, node);
        start->done = terminal;
        start->stated = stated_of(workspace, node);
        start->path = tree->path[node];
        start->first_draw = tree->mc_n[role][node];
    }
    cairn_rollout_cost cost = {0};
    CAIRN_TRY(cairn_policy_rollouts(workspace->ctx, policy, workspace->arena, workspace->seed, CAIRN_VERB_ROLLOUT,
                                    (uint32_t)role, starts, granted, k, cairn_workspace_sampling(workspace, role), out,
                                    &cost));
    workspace->cost.steps[role] += cost.steps;
    workspace->cost.tokens[role] += cost.tokens;
    workspace->cost.flops[role] += cost.flops;
    if (cost.steps) pay_problem(workspace, role, cost.problem_flops);
    for (int32_t i = 0; i < granted; i++)
        for (int32_t j = 0; j < k; j++) {
            cairn_verdict verdict = out[(size_t)i * (size_t)k + (size_t)j].outcome.verdict;
            workspace->cost.checks++;
            tree->mc_n[role][nodes[i]]++;
            if (verdict == CAIRN_VERDICT_RIGHT) tree->mc_ok[role][nodes[i]]++;
        }
    *done = granted * k;
    return granted < n ? CAIRN_BUDGET : CAIRN_OK;
}

cairn_status cairn_graft(cairn_workspace *workspace, cairn_node node, const cairn_rollout *rollout, int32_t m,
                         cairn_node *end) {
    if (m < 0 || m > rollout->n_steps)
        return cairn_fail(workspace->ctx, CAIRN_INVALID, "cannot graft %d of %d steps", m, rollout->n_steps);
    cairn_tree *tree = workspace->tree;
    CAIRN_TRY(verb_start(workspace, "graft below", node));
    for (int32_t i = 0; i < m; i++) {
        cairn_proposal sample = {.text = rollout->steps[i],
                                 .n_tokens = rollout->tokens ? rollout->tokens[i] : 0,
                                 .logp = NAN,
                                 .draw = tree->draws[CAIRN_ROLE_GENERATOR][node],
                                 .stop = i + 1 == rollout->n_steps ? CAIRN_STOP_END : CAIRN_STOP_STEP,
                                 .stated = i + 1 == rollout->n_steps ? rollout->stated : NULL,
                                 .observation = rollout->observations ? rollout->observations[i] : NULL};
        uint32_t before = tree->count;
        CAIRN_TRY(child_for(workspace, CAIRN_ROLE_GENERATOR, node, &sample, &node));
        if (tree->count > before)
            tree->draws[CAIRN_ROLE_GENERATOR][tree->parent[node]]++; /* the draw number is taken: paths stay distinct */
    }
    *end = node;
    return CAIRN_OK;
}
