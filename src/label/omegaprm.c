/* Labeller `omegaprm`: bisects the most instructive wrong rollouts of a tree of states (arXiv 2406.06592, algorithm 1).
 *
 *   filter -> root -> { select a wrong rollout -> bisect it, keeping every rollout made on the way } until the limit
 *
 * Statistics of a state s: MC(s) from its completions, N(s) how often one of its rollouts was selected. Only wrong rollouts
 * of states with 0 < MC < 1 are worth bisecting, and each is selected at most once. Labelled are the probed prefixes up to
 * the first error, each once: the prefixes that some completion gets right, and the first that none does. */
#include <math.h>
#include <string.h>

#include "label/solution.h"

typedef struct config {
    int64_t rollouts, searches, question_filter, confirm, min_span;
    double alpha, beta, length, c_puct;
} config;

static const cairn_option options[] = {
    {.name = "rollouts",
     .kind = CAIRN_OPTION_INT,
     .offset = offsetof(config, rollouts),
     .preset = "8",
     .low = 1,
     .high = 4096,
     .unit = "completions",
     .help = "Completions of each probed prefix (k)."},
    {.name = "searches",
     .kind = CAIRN_OPTION_INT,
     .offset = offsetof(config, searches),
     .preset = "100",
     .low = 1,
     .high = 1000000,
     .unit = "rollouts",
     .help = "Wrong rollouts bisected for each problem, at most."},
    {.name = "question_filter",
     .kind = CAIRN_OPTION_INT,
     .offset = offsetof(config, question_filter),
     .preset = "32",
     .low = 0,
     .high = 4096,
     .unit = "solutions",
     .help = "Solutions sampled first: a problem of which all or none are right is dropped. 0 asks nothing."},
    {.name = "confirm",
     .kind = CAIRN_OPTION_INT,
     .offset = offsetof(config, confirm),
     .preset = "0",
     .low = 0,
     .high = 4096,
     .unit = "completions",
     .help = "Fresh completions of the prefixes at and before the first error; what they contradict is not located. 0: "
             "none."},
    {.name = "min_span",
     .kind = CAIRN_OPTION_INT,
     .offset = offsetof(config, min_span),
     .preset = "1",
     .low = 1,
     .high = 65535,
     .unit = "steps",
     .help = "Bisection stops when no more steps than these are in question."},
    {.name = "alpha",
     .kind = CAIRN_OPTION_REAL,
     .offset = offsetof(config, alpha),
     .preset = "0.5",
     .low = 1e-9,
     .high = 1,
     .help = "Selection prefers states of high MC by alpha^(1 - MC)."},
    {.name = "beta",
     .kind = CAIRN_OPTION_REAL,
     .offset = offsetof(config, beta),
     .preset = "0.9",
     .low = 1e-9,
     .high = 1,
     .help = "Selection prefers short rollouts by beta^(tokens / length)."},
    {.name = "length",
     .kind = CAIRN_OPTION_REAL,
     .offset = offsetof(config, length),
     .preset = "500",
     .low = 1e-9,
     .high = 1e9,
     .unit = "tokens",
     .help = "Scale of a rollout's length (L)."},
    {.name = "c_puct",
     .kind = CAIRN_OPTION_REAL,
     .offset = offsetof(config, c_puct),
     .preset = "0.125",
     .low = 0,
     .high = 1e6,
     .help = "Weight of exploration."},
};

typedef struct state {
    cairn_node node;
    label_estimate e;
} state;

typedef struct labelling {
    cairn_search *search;
    const config *c;
    cairn_rollout_pool *pool;
    state *states; /* [n_states] every state with an estimate, in order of birth; 0 is the root */
    size_t n_states, states_capacity;
    int32_t *visits; /* [n_states] N(s) */
    size_t visits_capacity;
    bool *labelled; /* [tree->count] nodes that a solution has labelled */
    size_t labelled_capacity;
    int64_t total; /* sum of N */
    cairn_label_result *out;
} labelling;

static double mc_of(const state *s) {
    return s->e.known ? (double)s->e.ok / s->e.known : NAN;
}

/* ---- states ------------------------------------------------------------------------------------------------------- */

static cairn_status add_state(labelling *l, cairn_node node, label_estimate e, int32_t *index) {
    cairn_ctx *ctx = l->search->ctx;
    CAIRN_TRY(cairn_grow(ctx, (void **)&l->states, &l->states_capacity, l->n_states + 1, sizeof *l->states));
    CAIRN_TRY(cairn_grow(ctx, (void **)&l->visits, &l->visits_capacity, l->n_states + 1, sizeof *l->visits));
    state *s = &l->states[l->n_states];
    *s = (state){node, e};
    l->visits[l->n_states] = 0;
    *index = (int32_t)l->n_states++;
    double mc = mc_of(s);
    for (int32_t i = 0; i < e.n && mc > 0 && mc < 1; i++)
        if (e.rollouts[i].outcome.verdict == CAIRN_VERDICT_WRONG && e.rollouts[i].n_steps)
            CAIRN_TRY(cairn_rollout_pool_add(l->pool, *index, i, mc, e.rollouts[i].n_tokens));
    return CAIRN_OK;
}

/* The state that is already there at a node, or -1. */
static int32_t known_state(const labelling *l, cairn_node node) {
    for (size_t i = 0; i < l->n_states; i++)
        if (l->states[i].node == node) return (int32_t)i;
    return -1;
}

/* The state at a node: an earlier one where equal texts led to the same node, else a new one with k completions. */
static cairn_status state_at(labelling *l, cairn_node node, int32_t *index) {
    if ((*index = known_state(l, node)) >= 0) return CAIRN_OK;
    label_estimate e;
    CAIRN_TRY(label_estimate_node(l->search, CAIRN_ROLE_COMPLETER, node, (int32_t)l->c->rollouts, &e));
    l->out->rollouts += e.n;
    return add_state(l, node, e, index);
}

/* ---- bisection of one wrong rollout ------------------------------------------------------------------------------------ */

typedef struct bisection {
    labelling *l;
    cairn_node *nodes;        /* [n + 1]: after the first m steps of the rollout */
    cairn_step_count *counts; /* [n]: of the prefix of m steps, at m - 1 */
} bisection;

static cairn_status probe(void *arg, int32_t m, double *mc) {
    bisection *b = arg;
    int32_t index;
    CAIRN_TRY(state_at(b->l, b->nodes[m], &index));
    const label_estimate *e = &b->l->states[index].e;
    b->counts[m - 1] = (cairn_step_count){b->nodes[m], e->known, e->ok};
    *mc = label_value(&b->counts[m - 1]);
    return isnan(*mc) ? CAIRN_END : CAIRN_OK; /* unknown outcomes: nothing can be located here */
}

/* Fresh completions of the prefixes before and at the first error: some of the one, none of the other must be right. */
static cairn_status confirm(bisection *b, int32_t first, bool *confirmed) {
    labelling *l = b->l;
    *confirmed = true;
    for (int32_t m = first; m >= first - 1 && m > 0 && *confirmed; m--) {
        label_estimate e;
        CAIRN_TRY(label_estimate_node(l->search, CAIRN_ROLE_COMPLETER, b->nodes[m], (int32_t)l->c->confirm, &e));
        l->out->rollouts += e.n;
        b->counts[m - 1].n += e.known;
        b->counts[m - 1].ok += e.ok;
        *confirmed = e.known && (e.ok > 0) == (m < first);
    }
    return CAIRN_OK;
}

static cairn_status locate(bisection *b, const cairn_rollout *rollout, int32_t *first) {
    labelling *l = b->l;
    int32_t lo = 0, hi = rollout->n_steps, found, positions[64], probes;
    double mc[64];
    *first = CAIRN_UNLABELLED;
    /* What is known of states on the way, which other rollouts led to before, narrows the search at no cost. */
    for (int32_t m = 1; m < hi; m++) {
        int32_t index = known_state(l, b->nodes[m]);
        if (index < 0 || isnan(mc_of(&l->states[index]))) continue;
        if (l->states[index].e.ok)
            lo = m;
        else
            hi = m;
    }
    cairn_status status = cairn_first_error_bisect(l->search->ctx, probe, b, lo, hi, (int32_t)l->c->min_span, &found,
                                                   positions, mc, &probes);
    if (status == CAIRN_END) return CAIRN_OK;
    CAIRN_TRY(status);
    if (!b->counts[found - 1].n)
        b->counts[found - 1] = (cairn_step_count){b->nodes[found], 1, 0}; /* the rollout itself */
    bool confirmed = true;
    if (l->c->confirm) CAIRN_TRY(confirm(b, found, &confirmed));
    if (confirmed) *first = found;
    return CAIRN_OK;
}

/* ---- the labelled solution --------------------------------------------------------------------------------------------- */

/* Labels the probed prefixes up to the first error that no earlier solution labelled. *fresh: is any among them? */
static cairn_status label_solution(labelling *l, const state *s, const cairn_rollout *rollout, const bisection *b,
                                   int32_t first, cairn_labelled *out, bool *fresh) {
    cairn_search *search = l->search;
    int32_t depth = search->tree->depth[s->node], n;
    CAIRN_TRY(label_steps(search, s->node, rollout, &out->steps, &n));
    cairn_step_count *counts = cairn_arena_alloc(search->arena, (size_t)n, sizeof *counts);
    double *labels = cairn_arena_alloc(search->arena, (size_t)n, sizeof *labels);
    if (!counts || !labels) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_grow(search->ctx, (void **)&l->labelled, &l->labelled_capacity, search->tree->count, sizeof(bool)));
    for (int32_t i = 0; i < n; i++) labels[i] = NAN;
    *fresh = false;
    for (int32_t m = 1; m <= rollout->n_steps; m++) {
        const cairn_step_count *count = &b->counts[m - 1];
        counts[depth + m - 1] = *count;
        bool counts_here = count->n && (first == CAIRN_UNLABELLED ? count->ok > 0 : m <= first);
        if (!counts_here || l->labelled[b->nodes[m]]) continue;
        labels[depth + m - 1] = label_value(count);
        l->labelled[b->nodes[m]] = *fresh = true;
    }
    out->leaf = b->nodes[rollout->n_steps];
    out->n_steps = n;
    out->counts = counts;
    out->labels = labels;
    out->first_error = first == CAIRN_UNLABELLED ? first : depth + first - 1;
    out->outcome = rollout->outcome;
    return CAIRN_OK;
}

static cairn_status search_once(labelling *l, const state *s, const cairn_rollout *rollout) {
    cairn_search *search = l->search;
    int32_t n = rollout->n_steps, first;
    bisection b = {.l = l,
                   .nodes = cairn_arena_alloc(search->arena, (size_t)n + 1, sizeof *b.nodes),
                   .counts = cairn_arena_alloc(search->arena, (size_t)n, sizeof *b.counts)};
    if (!b.nodes || !b.counts) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_graft(search, s->node, rollout, n, &b.nodes[n]));
    for (int32_t m = n; m > 0; m--) b.nodes[m - 1] = search->tree->parent[b.nodes[m]];
    CAIRN_TRY(locate(&b, rollout, &first));
    bool fresh;
    CAIRN_TRY(label_solution(l, s, rollout, &b, first, &l->out->solutions[l->out->n], &fresh));
    l->out->n += fresh;
    return CAIRN_OK;
}

/* ---- one problem ---------------------------------------------------------------------------------------------------------- */

/* The root's rollouts: what the filter sampled or the given solutions, else k. *keep: is there anything to learn from them? */
static cairn_status open_root(labelling *l, const cairn_record *given, int32_t n_given, bool *keep) {
    cairn_search *search = l->search;
    label_estimate e = {0};
    int32_t k = (int32_t)(l->c->question_filter ? l->c->question_filter : l->c->rollouts), index;
    if (n_given) {
        e = (label_estimate){.rollouts = cairn_arena_alloc(search->arena, (size_t)n_given, sizeof *e.rollouts),
                             .n = n_given};
        if (!e.rollouts) return CAIRN_NO_MEMORY;
        CAIRN_TRY(label_adopt(search, given, n_given, e.rollouts));
        for (int32_t i = 0; i < n_given; i++) {
            e.known += e.rollouts[i].outcome.verdict != CAIRN_VERDICT_UNKNOWN;
            e.ok += e.rollouts[i].outcome.verdict == CAIRN_VERDICT_RIGHT;
        }
    } else {
        CAIRN_TRY(label_estimate_node(search, CAIRN_ROLE_GENERATOR, CAIRN_ROOT, k, &e));
        l->out->rollouts += e.n;
    }
    cairn_question question = cairn_question_filter(e.ok, e.known);
    *keep = question == CAIRN_QUESTION_KEEP;
    if (l->c->question_filter) l->out->kept = *keep ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    if (l->c->question_filter && !*keep)
        l->out->dropped = question == CAIRN_QUESTION_TOO_HARD ? "too-hard" : "too-easy";
    return *keep ? add_state(l, CAIRN_ROOT, e, &index) : CAIRN_OK;
}

static cairn_status label_problem(labelling *l, const cairn_record *given, int32_t n_given) {
    bool keep;
    CAIRN_TRY(open_root(l, given, n_given, &keep));
    if (!keep) return CAIRN_OK;
    size_t room = (size_t)l->c->searches;
    if (room > 4096) room = 4096; /* grown below */
    l->out->solutions = cairn_arena_alloc(l->search->arena, room, sizeof *l->out->solutions);
    if (!l->out->solutions) return CAIRN_NO_MEMORY;
    for (; l->total < l->c->searches; l->total++) {
        int32_t s, r;
        cairn_status status = cairn_rollout_pool_pop(l->pool, l->visits, l->total, &s, &r);
        if (status == CAIRN_END) break;
        CAIRN_TRY(status);
        l->visits[s]++;
        if ((size_t)l->out->n == room) {
            cairn_labelled *grown = cairn_arena_alloc(l->search->arena, 2 * room, sizeof *grown);
            if (!grown) return CAIRN_NO_MEMORY;
            memcpy(grown, l->out->solutions, room * sizeof *grown);
            l->out->solutions = grown;
            room *= 2;
        }
        state selected = l->states[s]; /* a copy: the array grows */
        selected.e.rollouts[r].used = true;
        CAIRN_TRY(search_once(l, &selected, &selected.e.rollouts[r]));
    }
    return CAIRN_OK;
}

static cairn_status run(cairn_search *search, const void *configuration, const cairn_record *given, int32_t n_given,
                        cairn_label_result *out) {
    const config *c = configuration;
    labelling l = {.search = search, .c = c, .out = out};
    *out = (cairn_label_result){.kept = CAIRN_VERDICT_UNKNOWN, .dropped = ""};
    cairn_pool_rule rule = {.alpha = c->alpha, .beta = c->beta, .length = c->length, .c_puct = c->c_puct};
    CAIRN_TRY(cairn_rollout_pool_open(search->ctx, rule, &l.pool));
    cairn_status status = label_problem(&l, given, n_given);
    cairn_rollout_pool_close(l.pool);
    cairn_free(l.states);
    cairn_free(l.visits);
    cairn_free(l.labelled);
    return status == CAIRN_BUDGET ? CAIRN_OK : status;
}

const cairn_labeller_type cairn_labeller_omegaprm = {
    .about = {.name = "omegaprm",
              .summary = "Bisects the most instructive wrong rollouts of a tree for their first error.",
              .source = "arXiv 2406.06592",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .run = run,
};
