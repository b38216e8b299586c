/* Policy `recorded`: replays solutions of a dataset file, with the answer and the outcome that the file records of
 * them.
 *
 * A search that draws n steps at the root, and at every later node as many as it has samples there, gets each of the
 * problem's n solutions once: draw d at a node follows number d mod m of the m solutions that pass through it, in order
 * of the file. In a rollout, which has the same draw number at all its steps, draw d follows solution d mod n where
 * that passes through the prefix. One request costs a look at each solution of its problem. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/data.h"
#include "cairn/policy.h"
#include "policy/partial.h"
#include "world/tokens.h"

typedef struct config {
    const char *file;
    int32_t format, split;
    bool skip_bad;
} config;

static const cairn_option options[] = {
    CAIRN_TEXT(config, file, NULL, "", "dataset of solutions"),
    CAIRN_CHOICE(config, format, "auto", CAIRN_FORMAT_CHOICES, "format of the file"),
    CAIRN_CHOICE(config, split, "auto", CAIRN_SPLIT_CHOICES, "how a solution that is one text is cut into steps"),
    CAIRN_BOOL(config, skip_bad, "false", "count and name bad lines of the file instead of stopping at the first"),
};

typedef struct solution {
    uint64_t key; /* of the problem's text */
    int64_t order;
    const char *problem;
    const char *const *steps;
    const char *const *observations; /* NULL: none is recorded */
    int32_t n_steps;
    cairn_stated stated;
} solution;

typedef struct recorded {
    cairn_arena *arena;
    solution *solutions; /* [count] sorted by (key, order) */
    size_t count, capacity;
    uint64_t content; /* key of the file */
} recorded;

static int by_problem(const void *a, const void *b) {
    const solution *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static void recorded_close(void *data) {
    recorded *self = data;
    cairn_arena_close(self->arena);
    cairn_free(self->solutions);
    cairn_free(self);
}

static cairn_status read_all(cairn_ctx *ctx, recorded *self, cairn_dataset *dataset) {
    cairn_record record;
    cairn_status status;
    while ((status = cairn_dataset_next(dataset, self->arena, &record)) == CAIRN_OK) {
        CAIRN_TRY(
            cairn_grow(ctx, (void **)&self->solutions, &self->capacity, self->count + 1, sizeof *self->solutions));
        self->solutions[self->count] = (solution){.key = cairn_key(record.problem, strlen(record.problem)),
                                                  .order = (int64_t)self->count,
                                                  .problem = record.problem,
                                                  .steps = record.steps,
                                                  .observations = record.observations,
                                                  .n_steps = record.n_steps,
                                                  .stated = {record.answer, record.correct, (int64_t)self->count}};
        self->count++;
    }
    return status == CAIRN_END ? CAIRN_OK : status;
}

static cairn_status recorded_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world,
                                  const void *configuration, const char *options_text, void **out) {
    (void)arena, (void)world, (void)options_text;
    const config *c = configuration;
    cairn_dataset *dataset;
    recorded *self = cairn_alloc(ctx, 1, sizeof *self);
    if (!self) return CAIRN_NO_MEMORY;
    cairn_read_options how = {
        .format = (cairn_format)c->format, .split = (cairn_split)c->split, .solutions = true, .skip_bad = c->skip_bad};
    cairn_status status = cairn_arena_open(ctx, 1 << 16, &self->arena);
    if (status == CAIRN_OK && (status = cairn_dataset_open(ctx, c->file, how, &dataset)) == CAIRN_OK) {
        status = read_all(ctx, self, dataset);
        self->content = cairn_dataset_key(dataset);
        if (cairn_dataset_skipped(dataset) > 0)
            cairn_log(ctx, CAIRN_LOG_WARN, "%s: bad lines passed over: %lld", c->file,
                      (long long)cairn_dataset_skipped(dataset));
        cairn_dataset_close(dataset);
    }
    if (status == CAIRN_OK && self->count == 0)
        status = cairn_fail(ctx, CAIRN_FORMAT, "recorded: %s holds no solution", c->file);
    if (status != CAIRN_OK) {
        recorded_close(self);
        return status;
    }
    qsort(self->solutions, self->count, sizeof *self->solutions, by_problem);
    *out = self;
    return CAIRN_OK;
}

/* The solutions of a problem: solutions[*first .. *first + n). */
static size_t solutions_of(const recorded *self, const cairn_problem *problem, size_t *first) {
    uint64_t key = cairn_key(problem->text, strlen(problem->text));
    size_t low = 0, high = self->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (self->solutions[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    size_t n = 0;
    while (low + n < self->count && self->solutions[low + n].key == key &&
           strcmp(self->solutions[low + n].problem, problem->text) == 0)
        n++;
    *first = low;
    return n;
}

/* Does the solution go on after these steps? One without steps ends at the root. */
static bool passes(const solution *s, const cairn_proposal *q) {
    if (s->n_steps <= q->n_steps && (s->n_steps || q->n_steps)) return false;
    for (int32_t i = 0; i < q->n_steps; i++)
        if (strcmp(s->steps[i], q->steps[i]) != 0) return false;
    return true;
}

static const solution *follow(const recorded *self, const cairn_proposal *q) {
    size_t first, n = solutions_of(self, q->problem, &first), shared = 0;
    if (n == 0) return NULL;
    const solution *own = &self->solutions[first + q->draw % n];
    if (q->whole && passes(own, q)) return own;
    for (size_t i = 0; i < n; i++) shared += passes(&self->solutions[first + i], q);
    if (shared == 0) return NULL;
    size_t pick = q->draw % shared;
    for (size_t i = 0;; i++)
        if (passes(&self->solutions[first + i], q) && pick-- == 0) return &self->solutions[first + i];
}

static cairn_status recorded_propose(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_proposal *requests,
                                     int32_t n) {
    const recorded *self = data;
    for (int32_t i = 0; i < n; i++) {
        cairn_proposal *q = &requests[i];
        const solution *s = follow(self, q);
        if (!s) {
            q->status =
                cairn_fail(ctx, CAIRN_NOT_FOUND, "recorded: no solution of problem `%.60s` goes on after %d steps",
                           q->problem->id, (int)q->n_steps);
            continue;
        }
        const char *text = s->n_steps ? s->steps[q->n_steps] : "";
        q->text = cairn_arena_copy(arena, text, strlen(text));
        if (!q->text) return q->status = CAIRN_NO_MEMORY;
        q->n_tokens = token_count(text, strlen(text));
        q->observation = s->n_steps && s->observations ? s->observations[q->n_steps] : NULL;
        q->logp = NAN;
        q->stop = q->n_steps + 1 >= s->n_steps ? CAIRN_STOP_END : CAIRN_STOP_STEP;
        q->stated = q->stop == CAIRN_STOP_END ? &s->stated : NULL;
        q->status = partial_cut(arena, q);
        if (q->status == CAIRN_NO_MEMORY) return q->status;
    }
    return CAIRN_OK;
}

static void recorded_solutions(const void *data, const cairn_problem *problem, int64_t *solutions, int32_t *longest) {
    const recorded *self = data;
    size_t first, n = solutions_of(self, problem, &first);
    *solutions = (int64_t)n;
    *longest = 0;
    for (size_t i = 0; i < n; i++)
        if (self->solutions[first + i].n_steps > *longest) *longest = self->solutions[first + i].n_steps;
}

static uint64_t recorded_content(const void *data) {
    return ((const recorded *)data)->content;
}

const cairn_policy_type cairn_policy_recorded = {
    .about = {.name = "recorded",
              .summary =
                  "replays recorded solutions of the problem with the same text, with their recorded answers and "
                  "outcomes",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .open = recorded_open,
    .close = recorded_close,
    .propose = recorded_propose,
    .partial = true,
    .content = recorded_content,
    .recorded = recorded_solutions,
};
