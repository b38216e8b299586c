/* Chains of operations, a table of logits, and its exact value. */
#include "worlds/chain_rl.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { T = CHAIN_RL_TYPES, B = CHAIN_RL_BUDGET, A = CHAIN_RL_ACTIONS };
enum { ROWS = T * 2 * (CHAIN_RL_LONGEST + 1) }; /* of the table: type, mark, position */

struct chain_rl {
    chain_rl_setup s;
    cairn_lab *lab;
    int64_t iteration;
    uint8_t right_operation[T][CHAIN_RL_LONGEST];
    double logits[ROWS][A], mean[ROWS][A], square[ROWS][A]; /* of Adam: first and second moments */
    double value[ROWS];
    cairn_credit_stats stats;
    /* of one iteration */
    chain_rl_response responses[T][CHAIN_RL_GROUP];
    cairn_trajectory trajectories[T][CHAIN_RL_GROUP];
    double scores[T][CHAIN_RL_GROUP][B], values[T][CHAIN_RL_GROUP][B];
    cairn_verdict flags[T][CHAIN_RL_GROUP][B];
    int32_t ends[B]; /* a step is a token */
    double advantage[T * CHAIN_RL_GROUP * B], ret[T * CHAIN_RL_GROUP * B];
};

/* ---- states -------------------------------------------------------------------------------------------------------- */

typedef struct place {
    int position;
    bool said; /* a phrase, at this position */
    int wrong; /* 1 + the position of the first wrong operation that stands; 0: none does */
} place;

static place after(const chain_rl *w, int type, place at, int action) {
    if (action < CHAIN_RL_OPERATIONS) {
        bool right = action == w->right_operation[type][at.position];
        return (place){at.position + 1, false, at.wrong || right ? at.wrong : at.position + 1};
    }
    if (action == CHAIN_RL_UNDO && w->s.repair)
        return (place){at.position - 1, false, at.wrong == at.position ? 0 : at.wrong};
    if (action == CHAIN_RL_PHRASE) at.said = true;
    return at;
}

static int row_of(int type, bool mark, int position) {
    return (type * 2 + mark) * (CHAIN_RL_LONGEST + 1) + position;
}

/* The policy does not see the place itself: it sees the position and one mark. */
static int row_at(const chain_rl *w, int type, place at) {
    return row_of(type, w->s.repair ? at.wrong > 0 : at.said, at.position);
}

static bool at_clean_end(const chain_rl *w, place at) {
    return at.position == w->s.length && !at.wrong;
}

/* ---- the policy ---------------------------------------------------------------------------------------------------- */

/* Operations are illegal after the last position, UNDO before the first one, and PHRASE where the world has none. */
static bool legal(const chain_rl *w, int position, int action) {
    if (action < CHAIN_RL_OPERATIONS) return position < w->s.length;
    if (action == CHAIN_RL_UNDO && w->s.repair) return position > 0;
    return action != CHAIN_RL_PHRASE || w->s.phrase_boost > 0;
}

/* p[a] of a row: softmax over the legal actions. */
static void probabilities(const chain_rl *w, int row, double p[A]) {
    int position = row % (CHAIN_RL_LONGEST + 1);
    double most = -INFINITY, sum = 0;
    for (int a = 0; a < A; a++)
        if (legal(w, position, a)) most = fmax(most, w->logits[row][a]);
    for (int a = 0; a < A; a++) sum += p[a] = legal(w, position, a) ? cairn_exp(w->logits[row][a] - most) : 0;
    for (int a = 0; a < A; a++) p[a] /= sum;
}

static void start_row(const chain_rl *w, double *x, bool mark, bool end) {
    x[CHAIN_RL_FILL] = !w->s.repair ? -1 : mark ? 0.5 : -2;
    x[CHAIN_RL_ANSWER] = !end ? -2 : w->s.repair && mark ? 0 : 1;
    x[CHAIN_RL_PHRASE] = mark ? -2 : -1.5;
}

static void start(chain_rl *w) {
    cairn_rng rng = cairn_rng_open(w->lab->seed, 0, 0, CAIRN_VERB_WORLD, 0, 0);
    for (int t = 0; t < T; t++)
        for (int at = 0; at <= w->s.length; at++) {
            for (int mark = 0; mark < 2; mark++) start_row(w, w->logits[row_of(t, mark, at)], mark, at == w->s.length);
            if (at == w->s.length) continue;
            int right = w->right_operation[t][at] = (uint8_t)cairn_rng_below(&rng, CHAIN_RL_OPERATIONS);
            double logit = cairn_rng_unit(&rng) < 0.5 ? w->s.easy : w->s.hard;
            w->logits[row_of(t, 0, at)][right] = logit;
            w->logits[row_of(t, 1, at)][right] = logit + w->s.phrase_boost;
        }
}

cairn_status chain_rl_open(cairn_lab *lab, const chain_rl_setup *s, chain_rl **out) {
    if (s->length < 1 || s->length > CHAIN_RL_LONGEST || s->budget < 1 || s->budget > B || s->group < 1 ||
        s->group > CHAIN_RL_GROUP)
        return cairn_fail(lab->ctx, CAIRN_INVALID, "chain-rl: 1 to %d positions, 1 to %d steps, 1 to %d responses",
                          CHAIN_RL_LONGEST, B, CHAIN_RL_GROUP);
    chain_rl *w = cairn_arena_alloc(lab->arena, 1, sizeof *w);
    if (!w) return CAIRN_NO_MEMORY;
    memset(w, 0, sizeof *w);
    w->s = *s, w->lab = lab;
    for (int32_t k = 0; k < B; k++) w->ends[k] = k;
    start(w);
    *out = w;
    return CAIRN_OK;
}

/* ---- responses ----------------------------------------------------------------------------------------------------- */

static int draw(const double p[A], cairn_rng *rng) {
    double u = cairn_rng_unit(rng);
    for (int a = 0; a < A - 1; a++)
        if ((u -= p[a]) < 0) return a;
    for (int a = A - 1; a > 0; a--)
        if (p[a] > 0) return a;
    return 0;
}

static bool is_right(const chain_rl *w, int type, place at, int action) {
    if (action < CHAIN_RL_OPERATIONS)
        return action == w->right_operation[type][at.position] && !(w->s.repair && at.wrong);
    if (action == CHAIN_RL_ANSWER) return at_clean_end(w, at);
    return action != CHAIN_RL_UNDO || !w->s.repair || at.wrong;
}

static void respond(const chain_rl *w, int type, cairn_rng *rng, chain_rl_response *y) {
    place at = {0};
    *y = (chain_rl_response){0};
    while (y->n < w->s.budget && !y->answered) {
        double p[A];
        int row = row_at(w, type, at), k = y->n++;
        probabilities(w, row, p);
        int action = draw(p, rng);
        y->action[k] = (uint8_t)action, y->state[k] = (uint16_t)row, y->right[k] = is_right(w, type, at, action);
        y->operations += action < CHAIN_RL_OPERATIONS;
        y->right_operations += action < CHAIN_RL_OPERATIONS && y->right[k];
        y->fills += action == CHAIN_RL_FILL, y->phrases += action == CHAIN_RL_PHRASE;
        y->answered = action == CHAIN_RL_ANSWER;
        y->finished = y->answered && at.position == w->s.length;
        y->clean = y->finished && !at.wrong;
        at = after(w, type, at, action);
    }
}

/* Step scores as of a process reward that errs: normal around a mean by what the step is, within [0, 1]. */
static double score(const chain_rl *w, const chain_rl_response *y, int32_t k, cairn_rng *rng) {
    bool fill = y->action[k] == CHAIN_RL_FILL || y->action[k] == CHAIN_RL_PHRASE;
    double wrong = y->action[k] == CHAIN_RL_ANSWER ? 0.35 : 0.25;
    double mean = fill ? w->s.fill : y->right[k] ? 0.75 : wrong;
    return fmin(1, fmax(0, mean + (fill ? 0.03 : 0.1) * cairn_rng_normal(rng)));
}

static cairn_status sample_group(chain_rl *w, int type) {
    chain_rl_group g = {type, w->s.group, w->responses[type], w->trajectories[type], w->scores[type], w->flags[type]};
    cairn_rng rng = cairn_rng_open(w->lab->seed, (uint64_t)type, (uint64_t)w->iteration, CAIRN_VERB_PROPOSE, 0, 0);
    for (int i = 0; i < g.n; i++) {
        chain_rl_response *y = &w->responses[type][i];
        respond(w, type, &rng, y);
        for (int32_t k = 0; k < y->n; k++) {
            g.scores[i][k] = score(w, y, k, &rng);
            g.flags[i][k] = y->right[k] ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
            w->values[type][i][k] = w->value[y->state[k]];
        }
        bool right = y->clean || (y->finished && cairn_rng_unit(&rng) < w->s.lucky);
        g.trajectories[i] = (cairn_trajectory){.n_tokens = y->n,
                                               .n_steps = y->n,
                                               .step_end = w->ends,
                                               .step_score = g.scores[i],
                                               .step_flag = g.flags[i],
                                               .value = w->s.critic ? w->values[type][i] : NULL,
                                               .outcome = right,
                                               .format = y->answered,
                                               .think = NAN,
                                               .pattern = NAN,
                                               .baseline = NAN,
                                               .truncated = !y->answered};
    }
    return w->s.judge ? w->s.judge(w->lab, w->s.arg, &rng, &g) : CAIRN_OK;
}

/* ---- learning ------------------------------------------------------------------------------------------------------ */

/* Adam with the usual constants, upwards along the gradient. */
static void climb(chain_rl *w, double (*gradient)[A]) {
    double t = (double)(w->iteration + 1), first = 1 - cairn_pow(0.9, t), second = 1 - cairn_pow(0.999, t);
    for (int row = 0; row < ROWS; row++)
        for (int a = 0; a < A; a++) {
            double g = gradient[row][a], *m = &w->mean[row][a], *v = &w->square[row][a];
            *m = 0.9 * *m + 0.1 * g, *v = 0.999 * *v + 0.001 * g * g;
            w->logits[row][a] += w->s.rate * (*m / first) / (sqrt(*v / second) + 1e-8);
        }
}

static void learn(chain_rl *w) {
    double gradient[ROWS][A] = {0};
    int64_t steps = 0, at = 0;
    for (int type = 0; type < T; type++)
        for (int i = 0; i < w->s.group; i++) {
            const chain_rl_response *y = &w->responses[type][i];
            for (int32_t k = 0; k < y->n; k++, at++, steps++) {
                double p[A];
                probabilities(w, y->state[k], p);
                for (int a = 0; a < A; a++) gradient[y->state[k]][a] += w->advantage[at] * ((a == y->action[k]) - p[a]);
            }
        }
    for (int row = 0; row < ROWS; row++)
        for (int a = 0; a < A; a++) gradient[row][a] /= (double)steps;
    climb(w, gradient);
}

/* After the advantages were taken: each visit, in order, moves the value of its state towards its return. */
static void learn_values(chain_rl *w) {
    int64_t at = 0;
    for (int type = 0; type < T; type++)
        for (int i = 0; i < w->s.group; i++)
            for (int32_t k = 0; k < w->responses[type][i].n; k++, at++) {
                double *v = &w->value[w->responses[type][i].state[k]];
                *v += 0.05 * (w->ret[at] - *v);
            }
}

cairn_status chain_rl_iterate(chain_rl *w, const cairn_credit_plan *plan) {
    cairn_credit_group groups[T];
    cairn_credit_result result = {.advantage = w->advantage, .ret = w->ret};
    if (cairn_cancelled(w->lab->ctx)) return cairn_fail(w->lab->ctx, CAIRN_CANCELLED, "interrupted");
    for (int type = 0; type < T; type++) {
        CAIRN_TRY(sample_group(w, type));
        groups[type] = (cairn_credit_group){w->trajectories[type], w->s.group, (uint64_t)type};
    }
    CAIRN_TRY(cairn_credit(w->lab->ctx, plan, groups, T, w->iteration, &result));
    w->stats = result.stats;
    learn(w);
    if (w->s.critic) learn_values(w);
    w->iteration++;
    return CAIRN_OK;
}

const cairn_credit_stats *chain_rl_stats(const chain_rl *w) {
    return &w->stats;
}

/* ---- exact value --------------------------------------------------------------------------------------------------- */

/* Probabilities of being at a place: [position][said][wrong]. */
typedef double places[CHAIN_RL_LONGEST + 1][2][CHAIN_RL_LONGEST + 1];

static void step_from(const chain_rl *w, int type, place at, double mass, places next, chain_rl_exact *m) {
    double p[A];
    probabilities(w, row_at(w, type, at), p);
    m->steps += mass;
    for (int a = 0; a < A; a++) {
        if (!(p[a] > 0)) continue;
        place to = after(w, type, at, a);
        if (a != CHAIN_RL_ANSWER)
            next[to.position][to.said][to.wrong] += mass * p[a];
        else if (at.position == w->s.length)
            m->clean += at.wrong ? 0 : mass * p[a], m->accuracy += mass * p[a] * (at.wrong ? w->s.lucky : 1);
    }
}

chain_rl_exact chain_rl_measure(const chain_rl *w) {
    chain_rl_exact m = {0};
    for (int type = 0; type < T; type++) {
        places now = {{{1}}};
        for (int32_t k = 0; k < w->s.budget; k++) {
            places next = {{{0}}};
            for (int at = 0; at <= w->s.length; at++)
                for (int said = 0; said < 2; said++)
                    for (int wrong = 0; wrong <= at; wrong++)
                        if (now[at][said][wrong] > 0)
                            step_from(w, type, (place){at, said, wrong}, now[at][said][wrong], next, &m);
            memcpy(now, next, sizeof now);
        }
    }
    m.accuracy /= T, m.clean /= T, m.steps /= T;
    return m;
}

static cairn_status tell(cairn_lab *lab, const char *what, int32_t iteration, double value) {
    char name[32];
    snprintf(name, sizeof name, "%s %d", what, (int)iteration);
    return cairn_lab_number(lab, name, value);
}

cairn_status chain_rl_run_plan(cairn_lab *lab, const chain_rl_setup *setup, const cairn_credit_plan *plan,
                               const int32_t *at, int32_t n) {
    chain_rl *w;
    CAIRN_TRY(chain_rl_open(lab, setup, &w));
    for (int32_t i = 0, done = 0; i < n; i++) {
        for (; done < at[i]; done++) CAIRN_TRY(chain_rl_iterate(w, plan));
        chain_rl_exact m = chain_rl_measure(w);
        CAIRN_TRY(tell(lab, "accuracy", at[i], m.accuracy));
        if (setup->lucky > 0) CAIRN_TRY(tell(lab, "clean", at[i], m.clean));
        CAIRN_TRY(tell(lab, "steps", at[i], m.steps));
    }
    return CAIRN_OK;
}

cairn_status chain_rl_run(cairn_lab *lab, const chain_rl_setup *setup, const char *credit, const int32_t *at,
                          int32_t n) {
    cairn_credit_plan plan;
    CAIRN_TRY(cairn_credit_find(lab->ctx, lab->arena, credit, &plan));
    return chain_rl_run_plan(lab, setup, &plan, at, n);
}
