/* Reward `head`: a head of a decoder, trained by `cairn train prm` or `orm`, read at the end of a step.
 *
 * A classifier of two gives the probability of its second class, right; one logit gives its sigmoid. The score of a step depends on the
 * problem and the steps up to it alone, so a whole solution is read in one pass. Of steps that the decoder's context does not hold it
 * cannot say. */
#include <math.h>
#include <string.h>

#include "cairn/reward.h"
#include "core/maths.h"
#include "policy/loaded.h"
#include "reward/meanings.h"

typedef struct config {
    loaded_options model;
    const char *head;
    int32_t meaning;
} config;

static const cairn_option options[] = {
    LOADED_OPTIONS(config, model),
    CAIRN_TEXT(config, head, "step", "", "name of the head: step (train prm), outcome (train orm)"),
    CAIRN_CHOICE(config, meaning, "correctness", MEANING_CHOICES, "what its scores mean"),
};

typedef struct scorer {
    loaded l;
    const cairn_head *head;
    cairn_meaning meaning;
} scorer;

static void scorer_close(void *data) {
    loaded_close(&((scorer *)data)->l);
}

static cairn_status find_head(cairn_ctx *ctx, const config *c, scorer *self) {
    self->head = cairn_transformer_head(self->l.model, c->head);
    if (!self->head) return cairn_fail(ctx, CAIRN_NOT_FOUND, "%s: there is no head `%.40s`", c->model.file, c->head);
    if (self->head->outputs <= 2 && self->head->kind != CAIRN_HEAD_VECTOR) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_INVALID, "%s: head `%s` gives %d numbers, a score is one logit or two classes",
                      c->model.file, c->head, self->head->outputs);
}

static cairn_status scorer_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world,
                                const cairn_policy *policy, const void *configuration, void **out) {
    (void)world, (void)policy;
    const config *c = configuration;
    scorer *self = cairn_arena_alloc(arena, 1, sizeof *self);
    if (!self) return CAIRN_NO_MEMORY;
    self->meaning = (cairn_meaning)c->meaning;
    CAIRN_TRY(loaded_open(ctx, &c->model, &self->l));
    cairn_status status = find_head(ctx, c, self);
    if (status != CAIRN_OK) {
        scorer_close(self);
        return status;
    }
    *out = self;
    return CAIRN_OK;
}

static void scorer_scale(void *data, cairn_meaning *meaning, double *low, double *high) {
    *meaning = ((const scorer *)data)->meaning;
    *low = 0;
    *high = 1;
}

/* Probability of right from one row of the head. */
static double probability(const float *logits, int32_t outputs) {
    double logit = outputs == 1 ? (double)logits[0] : (double)logits[1] - (double)logits[0];
    return 1 / (1 + maths_exp(-logit));
}

/* One request to the engine; n_rows is 0 where no step that it asks about fits. */
typedef struct reading {
    cairn_generation generation;
    cairn_solution_tokens solution;
    int32_t first; /* step of those that are read; all behind it are */
    /* of a head that reads likelihoods: [n_rows] from that on which tells the first token of the first step; else NULL */
    int32_t *rows;
    int32_t *said; /* [3, n_rows] rows, next tokens and steps of these */
} reading;

static void reading_free(scorer *self, reading *r) {
    cairn_generation_clear(self->l.engine, &r->generation);
    cairn_solution_free(&r->solution);
    cairn_free(r->rows);
}

/* Where the steps are among the rows that were asked, and what tells their tokens. */
static cairn_step_rows rows_of(const reading *r, int32_t n, int32_t *marks) {
    const cairn_solution_tokens *s = &r->solution;
    const int32_t asked = r->generation.n_rows;
    int32_t step = 0;
    for (int32_t i = 0; i < n; i++) marks[i] = r->rows ? s->step_ends[r->first + i] - r->rows[0] : i;
    if (!r->rows) return (cairn_step_rows){.marks = marks, .n_marks = n};
    int32_t *text = r->said, *targets = text + asked, *of = targets + asked;
    for (int32_t i = 0; i + 1 < asked; i++) {
        if (i == marks[step]) step++;
        text[i] = i;
        targets[i] = s->tokens.ids[r->rows[i] + 1];
        of[i] = step;
    }
    return (cairn_step_rows){marks, n, text, targets, of, asked - 1};
}

/* The head's scores of the steps that were read into q[0 .. n). */
static cairn_status read_head(cairn_ctx *ctx, scorer *self, const reading *r, int32_t n, cairn_scoring *q) {
    const int64_t shape[2] = {r->generation.n_rows, self->l.model->shape.width};
    cairn_tape_reset(self->l.tape);
    int32_t *marks = cairn_tape_scratch(self->l.tape, (size_t)n * sizeof *marks);
    if (!marks) return CAIRN_NO_MEMORY;
    const cairn_step_rows rows = rows_of(r, n, marks);
    cairn_tensor *x = cairn_tape_input(self->l.tape, 2, shape, r->generation.trunk, false);
    cairn_tensor *y = cairn_head_apply_steps(self->l.tape, self->l.model, self->head, x, &rows);
    if (!y) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        const float *outputs = (const float *)y->data + i * self->head->outputs;
        for (int32_t k = 0; k < self->head->outputs; k++)
            if (!isfinite(outputs[k]))
                return cairn_fail(ctx, CAIRN_FORMAT, "head `%s` gives %g, which is no score", self->head->name,
                                  (double)outputs[k]);
        q[i].score = probability(outputs, self->head->outputs);
        q[i].code = q[i].evidence = "";
    }
    return CAIRN_OK;
}

static cairn_status need_rows(cairn_ctx *ctx, reading *r) {
    const cairn_solution_tokens *s = &r->solution;
    int32_t start = (r->first ? s->step_ends[r->first - 1] + 1 : s->prompt) - 1, n = (int32_t)s->tokens.count - start;
    r->rows = cairn_alloc(ctx, 4 * (size_t)n, sizeof *r->rows);
    if (!r->rows) return CAIRN_NO_MEMORY;
    r->said = r->rows + n;
    for (int32_t i = 0; i < n; i++) r->rows[i] = start + i;
    r->generation.rows = r->rows;
    r->generation.n_rows = n;
    return CAIRN_OK;
}

static cairn_status ask(cairn_ctx *ctx, const scorer *self, const cairn_scoring *q, bool every_step, reading *r) {
    if (q->n_steps < 1) return cairn_fail(ctx, CAIRN_INVALID, "head: no step to score");
    cairn_solution_tokens *s = &r->solution;
    cairn_status status =
        cairn_solution_encode(ctx, &self->l.format, q->problem->id, q->problem->text, q->steps, q->n_steps, false, s);
    if (status != CAIRN_OK && status != CAIRN_LIMIT) return status;
    s->tokens.count = s->n_steps ? (size_t)s->step_ends[s->n_steps - 1] + 1 : 0; /* up to the last step that fits */
    r->generation.tokens = s->tokens.ids;
    r->generation.n_tokens = (int32_t)s->tokens.count;
    r->generation.decoding = CAIRN_DECODING_DEFAULT;
    r->first = every_step ? 0 : q->n_steps - 1;
    if (s->n_steps <= r->first) return CAIRN_OK;
    if (self->head->likelihood) return need_rows(ctx, r);
    r->generation.rows = s->step_ends + r->first;
    r->generation.n_rows = s->n_steps - r->first;
    return CAIRN_OK;
}

static void say_unknown(cairn_scoring *q, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        q[i].status = CAIRN_OK;
        q[i].score = NAN;
        q[i].code = "too-long";
        q[i].evidence = "the context of the decoder ends before it";
    }
}

static cairn_status score_all(cairn_ctx *ctx, scorer *self, cairn_scoring *requests, int32_t n, reading *readings,
                              cairn_request **open) {
    int32_t asked = 0;
    for (int32_t i = 0; i < n; i++) {
        requests[i].status = ask(ctx, self, &requests[i], false, &readings[i]);
        if (requests[i].status == CAIRN_NO_MEMORY) return CAIRN_NO_MEMORY;
        if (requests[i].status != CAIRN_OK) continue;
        if (readings[i].generation.n_rows)
            open[asked++] = &readings[i].generation.request;
        else
            say_unknown(&requests[i], 1);
    }
    CAIRN_TRY(loaded_await(ctx, &self->l, open, asked));
    for (int32_t i = 0; i < n; i++) {
        if (requests[i].status != CAIRN_OK || !readings[i].generation.n_rows) continue;
        requests[i].status = readings[i].generation.request.status;
        if (requests[i].status == CAIRN_OK) requests[i].status = read_head(ctx, self, &readings[i], 1, &requests[i]);
    }
    return CAIRN_OK;
}

/* Debits the tokens behind the steps known before (-1: not even the problem was), and the reading of `heads` rows. */
static void debit(const scorer *self, const reading *r, int32_t known, int32_t heads, cairn_reward_cost *cost) {
    const cairn_transformer_shape *shape = &self->l.model->shape;
    const cairn_solution_tokens *s = &r->solution;
    if (!cost) return;
    cost->calls += heads;
    if (s->n_steps == 0) return; /* nothing fits the context */
    cost->flops += heads * cairn_head_flops(self->head, shape->width);
    if (known >= s->n_steps) return;
    int64_t from = known < 0 ? 0 : known == 0 ? s->prompt : s->step_ends[known - 1] + 1;
    int64_t to = (int64_t)s->tokens.count;
    cost->tokens += to - from;
    cost->flops += cairn_transformer_flops(shape, from, to, false);
    if (!r->rows) return;
    cost->flops += 2.0 * shape->width * shape->vocabulary * (r->generation.n_rows - 1);
    if (known >= r->first) cost->flops += cairn_transformer_flops(shape, from - 1, from, false); /* once more */
}

static cairn_status scorer_score(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                                 cairn_reward_cost *cost) {
    (void)arena;
    scorer *self = data;
    if (n <= 0) return CAIRN_OK;
    reading *readings = cairn_alloc(ctx, (size_t)n, sizeof *readings);
    cairn_request **open = cairn_alloc(ctx, (size_t)n, sizeof *open);
    cairn_status status = readings && open ? score_all(ctx, self, requests, n, readings, open) : CAIRN_NO_MEMORY;
    for (int32_t i = 0; readings && i < n; i++) {
        debit(self, &readings[i], requests[i].n_steps - requests[i].fresh, 1, cost);
        reading_free(self, &readings[i]);
    }
    cairn_free(readings);
    cairn_free(open);
    return status;
}

static cairn_status scorer_score_solution(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_scoring *requests,
                                          int32_t n, cairn_reward_cost *cost) {
    (void)arena;
    scorer *self = data;
    reading r = {0};
    cairn_request *open = &r.generation.request;
    cairn_status status = ask(ctx, self, &requests[n - 1], true, &r);
    int32_t fit = r.generation.n_rows ? r.solution.n_steps : 0;
    if (status == CAIRN_OK && fit) status = cairn_await(ctx, cairn_engine_backend(self->l.engine), &open, 1);
    if (status == CAIRN_OK && fit) status = read_head(ctx, self, &r, fit, requests);
    if (status == CAIRN_OK) say_unknown(requests + fit, n - fit);
    for (int32_t i = 0; i < n; i++) requests[i].status = status;
    debit(self, &r, -1, fit, cost);
    reading_free(self, &r);
    return status == CAIRN_NO_MEMORY || status == CAIRN_CANCELLED ? status : CAIRN_OK;
}

static uint64_t scorer_content(const void *self) {
    return cairn_engine_content(((const scorer *)self)->l.engine);
}

static void scorer_held(const void *self, cairn_engine_held *sum) {
    cairn_engine_add_held(((const scorer *)self)->l.engine, sum);
}

const cairn_reward_type cairn_reward_head = {
    .about = {.name = "head",
              .summary = "a trained head of a decoder from a model file (cairn train prm)",
              .source = "arXiv 2501.07301",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .open = scorer_open,
    .close = scorer_close,
    .scale = scorer_scale,
    .score = scorer_score,
    .score_solution = scorer_score_solution,
    .content = scorer_content,
    .held = scorer_held,
};
