/* Labeller `omegaprm`: bisects the most instructive wrong rollouts of a tree of states (arXiv 2406.06592, algorithm 1).
 *
 *   filter -> root -> { select a wrong rollout -> bisect it, keeping every rollout made on the way } until the limit
 *
 * Statistics of a state s: MC(s) from its completions, N(s) how often one of its rollouts was selected. Only wrong
 * rollouts of states with 0 < MC < 1 are worth bisecting, and each is selected at most once. Labelled are the probed
 * prefixes up to the first error, each once: the prefixes that some completion gets right, and the first that none
 * does. Where solutions are given, the wrong ones among them are all that is bisected. */
#include <math.h>
#include <string.h>

#include "label/solution.h"

typedef struct config {
    int64_t rollouts, searches, question_filter, confirm, min_span;
    double alpha, beta, length, c_puct;
} config;

static const cairn_option options[] = {
    LABEL_ROLLOUTS_OPTION(config),
    CAIRN_INT(config, searches, "100", 1, 1000000, "rollouts", "Wrong rollouts bisected for each problem, at most."),
    CAIRN_INT(config, question_filter, "32", 0, 4096, "solutions",
              "Solutions sampled first: a problem of which all or none are right is dropped. 0 asks nothing."),
    CAIRN_INT(
        config, confirm, "0", 0, 4096, "completions",
        "Fresh completions of the prefixes at and before the first error; what they contradict is not located. 0: "
        "none."),
    CAIRN_INT(
        config, min_span, "1", 1, 65535, "steps",
        "Bisection stops when no more steps than these are in question; the first error is then the last of them."),
    CAIRN_REAL(config, alpha, "0.5", 1e-9, 1, "", "Selection prefers states of high MC by alpha^(1 - MC)."),
    CAIRN_REAL(config, beta, "0.9", 1e-9, 1, "", "Selection prefers short rollouts by beta^(tokens / length)."),
    CAIRN_REAL(config, length, "500", 1e-9, 1e9, "tokens", "Scale of a rollout's length (L)."),
    CAIRN_REAL(config, c_puct, "0.125", 0, 1e6, "", "Weight of exploration."),
};

/* A state with an estimate. The end of a bisected rollout is one too: its only completion is empty, and wrong. */
typedef struct state {
    cairn_node node;
    int32_t known, ok;       /* completions with a known outcome; right ones among them */
    int32_t fresh, fresh_ok; /* of these, those that the confirm pass made */
    cairn_rollout *rollouts; /* what the pool's entries of this state point into */
    bool labelled;           /* in some solution */
} state;

typedef struct labelling {
    cairn_workspace *workspace;
    const config *c;
    const cairn_record *given; /* [n_given] solutions to bisect instead of sampled ones */
    int32_t n_given;
    cairn_rollout_queue *pool;
    state *states; /* [n_states] in order of birth; 0 is the root */
    size_t n_states, states_capacity;
    int32_t *visits; /* [n_states] N(s) */
    size_t visits_capacity;
    int32_t *state_of; /* [tree->count] 1 + the index of the state at a node, 0 where there is none */
    size_t state_of_capacity;
    int64_t total; /* sum of N */
    cairn_label_result *out;
    size_t room; /* of out->solutions */
} labelling;

/* ---- states -------------------------------------------------------------------------------------------------------- */

static cairn_status add_state(labelling *l, cairn_node node, const label_estimate *e, int32_t *index) {
    cairn_ctx *ctx = l->workspace->ctx;
    CAIRN_TRY(cairn_grow(ctx, (void **)&l->states, &l->states_capacity, l->n_states + 1, sizeof *l->states));
    CAIRN_TRY(cairn_grow(ctx, (void **)&l->visits, &l->visits_capacity, l->n_states + 1, sizeof *l->visits));
    CAIRN_TRY(
        cairn_grow(ctx, (void **)&l->state_of, &l->state_of_capacity, l->workspace->tree->count, sizeof *l->state_of));
    *index = (int32_t)l->n_states++;
    l->states[*index] = (state){.node = node, .known = e->known, .ok = e->ok, .rollouts = e->rollouts};
    l->state_of[node] = *index + 1;
    return CAIRN_OK;
}

/* The state that is already there at a node: where equal texts led to one node, it may have been probed before. */
static state *known_state(const labelling *l, cairn_node node) {
    int32_t at = node < l->state_of_capacity ? l->state_of[node] : 0;
    return at ? &l->states[at - 1] : NULL;
}

/* Puts the wrong ones of these completions of a state in the pool, if its MC says that they can be bisected. */
static cairn_status offer(labelling *l, int32_t index, const label_estimate *e) {
    const state *s = &l->states[index];
    if (s->ok == 0 || s->ok == s->known) return CAIRN_OK;
    double mc = (double)s->ok / s->known;
    for (int32_t i = 0; i < e->n; i++)
        if (e->rollouts[i].outcome.verdict == CAIRN_VERDICT_WRONG && e->rollouts[i].n_steps)
            CAIRN_TRY(cairn_rollout_queue_add(l->pool, index, i, mc, e->rollouts[i].n_tokens));
    return CAIRN_OK;
}

/* ---- bisection of one wrong rollout -------------------------------------------------------------------------------- */

typedef struct bisection {
    labelling *l;
    const cairn_node *nodes; /* [n + 1]: after the first m steps of the rollout */
    int32_t lo, hi;          /* prefix lengths: the longest known good, the shortest known bad */
} bisection;

/* Takes what is known of the prefix of m steps: MC > 0 is good. */
static void narrow(bisection *b, int32_t m, const state *s) {
    if (s->ok)
        b->lo = m;
    else
        b->hi = m;
}

static cairn_status probe(void *arg, int32_t m, double *mc) {
    bisection *b = arg;
    labelling *l = b->l;
    cairn_node node = b->nodes[m];
    state *s = known_state(l, node);
    if (!s) {
        label_estimate e;
        int32_t index;
        CAIRN_TRY(label_estimate_node(l->workspace, CAIRN_ROLE_COMPLETER, node, (int32_t)l->c->rollouts, l->out, &e));
        CAIRN_TRY(add_state(l, node, &e, &index));
        if (!l->n_given) CAIRN_TRY(offer(l, index, &e));
        s = &l->states[index];
    }
    if (!s->known) return CAIRN_END; /* unknown outcomes: nothing can be located here */
    *mc = (double)s->ok / s->known;
    narrow(b, m, s);
    return CAIRN_OK;
}

/* Fresh completions of a prefix that was probed, made once: are some of them right, or none, as was found? */
static cairn_status confirm(bisection *b, int32_t m, bool good, bool *confirmed) {
    labelling *l = b->l;
    state *s = known_state(l, b->nodes[m]);
    if (!s->fresh) {
        label_estimate e;
        CAIRN_TRY(label_estimate_node(l->workspace, CAIRN_ROLE_COMPLETER, s->node, (int32_t)l->c->confirm, l->out, &e));
        s->fresh = e.known;
        s->fresh_ok = e.ok;
        s->known += e.known;
        s->ok += e.ok;
    }
    *confirmed = s->fresh && (s->fresh_ok > 0) == good;
    return CAIRN_OK;
}

/* *first: length of the first bad prefix; CAIRN_UNLABELLED as long as it is not located. */
static cairn_status locate(bisection *b, int32_t n, int32_t *first) {
    labelling *l = b->l;
    int32_t found, positions[64], probes;
    double mc[64];
    bool confirmed = true;
    *first = CAIRN_UNLABELLED;
    /* What is known of states on the way, which other rollouts led to before, narrows the search at no cost. */
    for (int32_t m = 1; m < b->hi; m++) {
        const state *s = known_state(l, b->nodes[m]);
        if (s && s->known) narrow(b, m, s);
    }
    cairn_status status = cairn_first_error_bisect(l->workspace->ctx, probe, b, b->lo, b->hi, (int32_t)l->c->min_span,
                                                   &found, positions, mc, &probes);
    if (status == CAIRN_END) return CAIRN_OK;
    CAIRN_TRY(status);
    /* The rollout's own end and the root need no second look. */
    if (l->c->confirm && found < n) CAIRN_TRY(confirm(b, found, false, &confirmed));
    if (l->c->confirm && b->lo > 0 && confirmed) CAIRN_TRY(confirm(b, b->lo, true, &confirmed));
    if (confirmed) *first = found;
    return CAIRN_OK;
}

/* ---- the labelled solution ----------------------------------------------------------------------------------------- */

/* Counts of all states on the rollout, labels of those up to the first error that no earlier solution labelled. *any:
 * is there such a label? */
static cairn_status label_states(labelling *l, const bisection *b, int32_t n, int32_t first, cairn_labelled *out,
                                 bool *any) {
    cairn_workspace *workspace = l->workspace;
    int32_t depth = workspace->tree->depth[b->nodes[0]];
    CAIRN_TRY(
        cairn_tree_steps(workspace->ctx, workspace->tree, b->nodes[n], workspace->arena, &out->steps, &out->n_steps));
    cairn_step_count *counts;
    double *labels;
    CAIRN_TRY(label_room(workspace, out->n_steps, &counts, &labels));
    *any = false;
    for (int32_t m = 1; m <= n; m++) {
        state *s = known_state(l, b->nodes[m]);
        if (!s) continue;
        counts[depth + m - 1] = (cairn_step_count){s->node, s->known, s->ok};
        bool told = s->known && (first == CAIRN_UNLABELLED ? s->ok > 0 : m <= first);
        if (!told || s->labelled) continue;
        labels[depth + m - 1] = label_value(&counts[depth + m - 1]);
        s->labelled = *any = true;
    }
    out->leaf = b->nodes[n];
    out->evidence.counts[CAIRN_ROLE_COMPLETER] = counts;
    out->labels = labels;
    out->first_error = first == CAIRN_UNLABELLED ? first : depth + first - 1;
    return CAIRN_OK;
}

static cairn_status next_solution(labelling *l, cairn_labelled **out) {
    cairn_label_result *all = l->out;
    if ((size_t)all->n == l->room) {
        size_t room = l->room ? 2 * l->room : 16;
        cairn_labelled *grown = cairn_arena_alloc(l->workspace->arena, room, sizeof *grown);
        if (!grown) return CAIRN_NO_MEMORY;
        if (all->n) memcpy(grown, all->solutions, (size_t)all->n * sizeof *grown);
        all->solutions = grown;
        l->room = room;
    }
    *out = &all->solutions[all->n];
    return CAIRN_OK;
}

/* Bisects rollout r of state s and keeps what was found out, also where the budget ends on the way. */
static cairn_status search_once(labelling *l, int32_t s, int32_t r) {
    cairn_rollout *rollout = &l->states[s].rollouts[r];
    int32_t n = rollout->n_steps, first, index;
    cairn_node *nodes;
    cairn_labelled *solution;
    bool any;
    rollout->used = true;
    CAIRN_TRY(label_graft(l->workspace, l->states[s].node, rollout, &nodes));
    if (!known_state(l, nodes[n])) CAIRN_TRY(add_state(l, nodes[n], &(label_estimate){.known = 1}, &index));
    bisection b = {.l = l, .nodes = nodes, .lo = 0, .hi = n};
    cairn_status status = locate(&b, n, &first);
    if (status != CAIRN_OK && status != CAIRN_BUDGET) return status;
    CAIRN_TRY(next_solution(l, &solution));
    CAIRN_TRY(label_states(l, &b, n, first, solution, &any));
    solution->outcome = rollout->outcome;
    solution->evidence.root = l->out->root;
    solution->given = l->n_given ? &l->given[r] : NULL;
    l->out->n += any;
    return status;
}

/* ---- one problem --------------------------------------------------------------------------------------------------- */

/* MC(root) from what the filter samples, else from k rollouts, and from the given solutions. In the pool go the given
 * ones where there are any. */
static cairn_status open_root(labelling *l) {
    cairn_workspace *workspace = l->workspace;
    const config *c = l->c;
    cairn_label_result *out = l->out;
    label_estimate sampled, root = {0};
    int32_t k = (int32_t)(c->question_filter ? c->question_filter : c->rollouts), index;
    if (l->n_given) {
        CAIRN_TRY(label_adopt(workspace, l->given, l->n_given, &root));
        if (root.ok == root.known) return CAIRN_OK; /* none is wrong: nothing to locate */
    }
    CAIRN_TRY(label_estimate_node(workspace, CAIRN_ROLE_GENERATOR, CAIRN_ROOT, k, out, &sampled));
    if (!l->n_given) {
        root.rollouts = sampled.rollouts;
        root.n = sampled.n;
    }
    root.known += sampled.known;
    root.ok += sampled.ok;
    out->root = (cairn_root_count){.n = sampled.known, .ok = sampled.ok, .unknown = sampled.n - sampled.known};
    if (c->question_filter) {
        cairn_question question = cairn_question_filter(root.ok, root.known);
        out->kept = question == CAIRN_QUESTION_KEEP ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
        out->dropped = root.known == 0                       ? "unknown"
                       : question == CAIRN_QUESTION_TOO_HARD ? "too-hard"
                       : question == CAIRN_QUESTION_TOO_EASY ? "too-easy"
                                                             : "";
    }
    CAIRN_TRY(add_state(l, CAIRN_ROOT, &root, &index));
    return offer(l, index, &root); /* the pool stays empty where all or none are right */
}

static cairn_status label_problem(labelling *l) {
    CAIRN_TRY(open_root(l));
    for (; l->total < l->c->searches; l->total++) {
        int32_t s, r;
        cairn_status status = cairn_rollout_queue_pop(l->pool, l->visits, l->total, &s, &r);
        if (status == CAIRN_END) break;
        CAIRN_TRY(status);
        l->visits[s]++;
        CAIRN_TRY(search_once(l, s, r));
    }
    return CAIRN_OK;
}

static cairn_status run(cairn_workspace *workspace, const void *configuration, const cairn_record *given,
                        int32_t n_given, cairn_label_result *out) {
    const config *c = configuration;
    labelling l = {.workspace = workspace, .c = c, .given = given, .n_given = n_given, .out = out};
    *out = LABEL_NOTHING;
    cairn_queue_rule rule = {.alpha = c->alpha, .beta = c->beta, .length = c->length, .c_puct = c->c_puct};
    CAIRN_TRY(cairn_rollout_queue_open(workspace->ctx, rule, &l.pool));
    cairn_status status = label_problem(&l);
    cairn_rollout_queue_close(l.pool);
    cairn_free(l.states);
    cairn_free(l.visits);
    cairn_free(l.state_of);
    return status == CAIRN_BUDGET ? CAIRN_OK : status;
}

const cairn_labeller_type cairn_labeller_omegaprm = {
    .about = {.name = "omegaprm",
              .summary = "Bisects the most instructive wrong rollouts of a tree for their first error.",
              .source = "arXiv 2406.06592",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .uses = CAIRN_USES(CAIRN_ROLE_COMPLETER),
    .run = run,
};
