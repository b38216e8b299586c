/* Budgets: what is left of one, and what it pays for. */
#include "search/spending.h"

#include "cairn/loops.h"
#include "search/caches.h"

spending spending_now(const cairn_workspace *workspace) {
    const cairn_cost *cost = &workspace->cost;
    spending out = {
        .steps = (double)(cost->steps[CAIRN_ROLE_GENERATOR] + cost->steps[CAIRN_ROLE_COMPLETER]),
        .tokens = (double)(cost->tokens[CAIRN_ROLE_GENERATOR] + cost->tokens[CAIRN_ROLE_COMPLETER]),
    };
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++) out.flops += cost->flops[role];
    return out;
}

bool cairn_budget_bounded(const cairn_workspace *workspace) {
    return workspace->budget.steps > 0 || workspace->budget.tokens > 0 || workspace->budget.flops > 0;
}

/* Units that `left` pays for at `cost` each; `bound` 0: any number. */
static double units_of(double bound, double left, double cost) {
    if (bound <= 0) return 1e18;
    if (left <= 0 || cost <= 0) return 0;
    double units = left / cost;
    return units < 1e18 ? units : 1e18;
}

static int64_t whole(double units) {
    return units >= 1e18 ? INT64_MAX : (int64_t)(units * (1 + 1e-12)); /* 3 units of a third each are a whole */
}

/* FLOPs that more of the same will take: without those of the problem's text. */
static double repeated_flops(const cairn_workspace *workspace, double flops) {
    double problem = workspace->caches->prices.problem_flops;
    return flops > problem ? flops - problem : flops;
}

int64_t cairn_budget_affords(const cairn_workspace *workspace, int64_t units) {
    const cairn_budget *b = &workspace->budget;
    spending now = spending_now(workspace);
    double n = (double)units;
    double steps = units_of((double)b->steps, (double)b->steps - now.steps, now.steps / n);
    double tokens = units_of((double)b->tokens, (double)b->tokens - now.tokens, now.tokens / n);
    double flops = units_of(b->flops, b->flops - now.flops, repeated_flops(workspace, now.flops) / n);
    double least = steps < tokens ? steps : tokens;
    return whole(least < flops ? least : flops);
}

int64_t spending_steps_left(const cairn_workspace *workspace) {
    if (workspace->budget.steps <= 0) return INT64_MAX;
    int64_t left = workspace->budget.steps - (int64_t)spending_now(workspace).steps;
    return left > 0 ? left : 0;
}

int64_t cairn_budget_left(const cairn_workspace *workspace) {
    int64_t steps = spending_steps_left(workspace);
    spending now = spending_now(workspace);
    const cairn_budget *b = &workspace->budget;
    if (steps == 0 || (b->tokens > 0 && now.tokens >= (double)b->tokens) || (b->flops > 0 && now.flops >= b->flops))
        return 0;
    if (now.steps <= 0 || (b->tokens <= 0 && b->flops <= 0)) return steps;
    double tokens =
        now.tokens > 0 ? units_of((double)b->tokens, (double)b->tokens - now.tokens, now.tokens / now.steps) : 1e18;
    double flops = units_of(b->flops, b->flops - now.flops, repeated_flops(workspace, now.flops) / now.steps);
    int64_t paid = whole(tokens < flops ? tokens : flops);
    return paid < 1 ? 1 : paid < steps ? paid : steps;
}

/* A token is dearer than those before it by the keys that it reads, and a short step by what is paid once for each. */
#define DEARER 1.25

/* FLOPs of one more token, with what scores it; 0: nothing is known yet. */
static double token_flops(const cairn_workspace *workspace) {
    return DEARER * (workspace->caches->prices.token_flops + workspace->caches->prices.score_flops);
}

int32_t spending_wave(const cairn_workspace *workspace, int32_t longest, int32_t asked, int64_t unscored,
                      int32_t *most_tokens) {
    const cairn_budget *b = &workspace->budget;
    spending now = spending_now(workspace);
    double full = longest, left = 1e18;
    *most_tokens = INT32_MAX;
    if (full < workspace->caches->prices.step_tokens)
        full = workspace->caches->prices.step_tokens; /* of a policy that knows no bound */
    if (b->tokens > 0) left = (double)b->tokens - now.tokens;
    if (b->flops > 0 && now.flops >= b->flops) left = 0;
    if (b->flops > 0 && token_flops(workspace) > 0) {
        double owed = DEARER * (double)unscored * workspace->caches->prices.score_flops;
        double paid = (b->flops - now.flops - owed) / token_flops(workspace);
        left = paid < left ? paid : left;
    }
    if (left < 1) return 0;
    bool unknown = workspace->caches->prices.step_tokens == 0;
    if (b->flops > 0 && unknown) asked = 1; /* the first step tells what a step costs */
    double some = unknown ? 1 : left / (2.0 * workspace->caches->prices.step_tokens);
    int32_t wave = left / asked >= full ? asked : some < 1 ? 1 : some < asked ? (int32_t)some : asked;
    if (left / wave < INT32_MAX) *most_tokens = (int32_t)(left / wave);
    return wave;
}
