/* Reward `head`: heads of a decoder, trained by `cairn train prm` or `orm`, read at the end of a step.
 *
 * A classifier of two classes gives the probability of its second class, right; one of more classes the probability of
 * each; one logit gives its sigmoid; a vector gives its numbers as they are. All heads are read from one pass of the
 * trunk. The scores of a step depend on the problem and the steps up to it alone, so a whole solution is read in one
 * pass. Steps that do not fit the decoder's context are unknown. */
#include <math.h>
#include <string.h>

#include "cairn/reward.h"
#include "core/maths.h"
#include "policy/loaded.h"
#include "reward/meanings.h"

typedef struct config {
    loaded_options model;
    const char *head;
    int64_t output;
    int32_t meaning;
} config;

static const cairn_option options[] = {
    LOADED_OPTIONS(config, model),
    CAIRN_TEXT(config, head, "step", "", "head to read: step (train prm), outcome (train orm); several: step+outcome"),
    CAIRN_INT(config, output, "-1", -1, 1 << 20, "",
              "number of the output that is the score, counted over the heads from 0; -1: all, the first is the score"),
    CAIRN_CHOICE(config, meaning, "correctness", MEANING_CHOICES, "what its scores mean"),
};

enum { MOST_HEADS = 16 };

typedef struct scorer {
    loaded l;
    const cairn_head *heads[MOST_HEADS]; /* [n_heads] */
    int32_t n_heads;
    int32_t width;            /* outputs of all heads */
    int32_t output, n_scores; /* those told: outputs output .. output + n_scores - 1 */
    const char **names;       /* [n_scores] "step", or "moves.0", "moves.1" of a head with several outputs */
    bool likelihood;          /* some head reads likelihoods */
    bool raw;                 /* some head is a vector */
    cairn_meaning meaning;
} scorer;

/* ---- outputs: what a head tells of a step ---------------------------------------------------------------------------------- */

static int32_t outputs_of(const cairn_head *head) {
    return head->kind == CAIRN_HEAD_CLASSIFIER && head->outputs == 2 ? 1 : head->outputs;
}

/* x [head->outputs] to out [outputs_of(head)]. */
static void tell_outputs(const cairn_head *head, const float *x, double *out) {
    const int32_t n = head->outputs;
    if (head->kind == CAIRN_HEAD_VECTOR) {
        for (int32_t i = 0; i < n; i++) out[i] = (double)x[i];
    } else if (head->kind == CAIRN_HEAD_VALUE || n <= 2) {
        for (int32_t i = 0; i < outputs_of(head); i++) {
            double logit = n == 2 && head->kind == CAIRN_HEAD_CLASSIFIER ? (double)x[1] - (double)x[0] : (double)x[i];
            out[i] = 1 / (1 + maths_exp(-logit));
        }
    } else {
        double greatest = (double)x[0], sum = 0;
        for (int32_t i = 1; i < n; i++) greatest = fmax(greatest, (double)x[i]);
        for (int32_t i = 0; i < n; i++) sum += out[i] = maths_exp((double)x[i] - greatest);
        for (int32_t i = 0; i < n; i++) out[i] /= sum;
    }
}

/* ---- opening --------------------------------------------------------------------------------------------------------------- */

static cairn_status add_head(cairn_ctx *ctx, scorer *self, const char *where, const char *name, size_t length) {
    const cairn_transformer *m = self->l.model;
    const cairn_head *head = NULL;
    for (int32_t i = 0; i < m->n_heads && !head; i++)
        if (strlen(m->heads[i]->name) == length && memcmp(m->heads[i]->name, name, length) == 0) head = m->heads[i];
    if (!head)
        return cairn_fail(ctx, CAIRN_NOT_FOUND, "%s: there is no head `%.*s`", where, (int)(length < 40 ? length : 40),
                          name);
    for (int32_t i = 0; i < self->n_heads; i++)
        if (self->heads[i] == head)
            return cairn_fail(ctx, CAIRN_INVALID, "%s: head `%s` is named twice", where, head->name);
    if (self->n_heads == MOST_HEADS)
        return cairn_fail(ctx, CAIRN_LIMIT, "%s: at most %d heads are read together", where, MOST_HEADS);
    self->heads[self->n_heads++] = head;
    self->width += outputs_of(head);
    self->likelihood |= head->likelihood;
    self->raw |= head->kind == CAIRN_HEAD_VECTOR;
    return CAIRN_OK;
}

/* "step" or "step+outcome" */
static cairn_status find_heads(cairn_ctx *ctx, scorer *self, const char *where, const char *names) {
    for (;;) {
        size_t length = strcspn(names, "+");
        CAIRN_TRY(add_head(ctx, self, where, names, length));
        if (!names[length]) return CAIRN_OK;
        names += length + 1;
    }
}

static cairn_status name_outputs(cairn_arena *arena, scorer *self) {
    int32_t at = 0;
    self->names = cairn_arena_alloc(arena, (size_t)self->n_scores, sizeof *self->names);
    if (!self->names) return CAIRN_NO_MEMORY;
    for (int32_t h = 0; h < self->n_heads; h++)
        for (int32_t i = 0, n = outputs_of(self->heads[h]); i < n; i++, at++) {
            if (at < self->output || at >= self->output + self->n_scores) continue;
            const char *name = self->heads[h]->name;
            name =
                n == 1 ? cairn_arena_copy(arena, name, strlen(name)) : cairn_arena_printf(arena, "%s.%d", name, (int)i);
            if (!name) return CAIRN_NO_MEMORY;
            self->names[at - self->output] = name;
        }
    return CAIRN_OK;
}

/* On `l`, which is open. `where` is said in errors. */
static cairn_status open_heads(cairn_ctx *ctx, cairn_arena *arena, const char *where, const cairn_head_choice *choice,
                               scorer *self) {
    self->meaning = choice->meaning;
    CAIRN_TRY(find_heads(ctx, self, where, choice->head));
    if (choice->output >= self->width)
        return cairn_fail(ctx, CAIRN_INVALID, "%s: output %d: `%.80s` gives the outputs 0 to %d", where,
                          (int)choice->output, choice->head, (int)self->width - 1);
    self->output = choice->output < 0 ? 0 : choice->output;
    self->n_scores = choice->output < 0 ? self->width : 1;
    return name_outputs(arena, self);
}

static void scorer_close(void *data) {
    loaded_close(&((scorer *)data)->l);
}

static cairn_status scorer_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world,
                                const cairn_policy *policy, const void *configuration, void **out) {
    (void)world, (void)policy;
    const config *c = configuration;
    const cairn_head_choice choice = {c->head, (int32_t)c->output, (cairn_meaning)c->meaning};
    scorer *self = cairn_arena_alloc(arena, 1, sizeof *self);
    if (!self) return CAIRN_NO_MEMORY;
    CAIRN_TRY(loaded_open(ctx, &c->model, &self->l));
    cairn_status status = open_heads(ctx, arena, c->model.file, &choice, self);
    if (status != CAIRN_OK) {
        scorer_close(self);
        return status;
    }
    *out = self;
    return CAIRN_OK;
}

static void scorer_scale(void *data, cairn_meaning *meaning, double *low, double *high) {
    const scorer *self = data;
    *meaning = self->meaning;
    *low = self->raw ? -INFINITY : 0;
    *high = self->raw ? INFINITY : 1;
}

static int32_t scorer_outputs(const void *data, const char *const **names) {
    const scorer *self = data;
    *names = self->names;
    return self->n_scores;
}

/* ---- reading --------------------------------------------------------------------------------------------------------------- */

/* One request to the engine. n_rows is 0 where none of its steps fits the context. */
typedef struct reading {
    cairn_generation generation;
    cairn_solution_tokens solution;
    int32_t first; /* the first step that is scored; all after it are too */
    /* For heads that read likelihoods, else NULL: [n_rows] rows from the one that tells the first token of the first
     * step. Then [3, n_rows]: rows, next tokens and steps of these. */
    int32_t *rows;
    int32_t *said;
} reading;

static void reading_free(scorer *self, reading *r) {
    cairn_generation_clear(self->l.engine, &r->generation);
    cairn_solution_free(&r->solution);
    cairn_free(r->rows);
}

/* Rows that tell the tokens of the steps too. */
static cairn_status ask_all_rows(cairn_ctx *ctx, reading *r) {
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

/* An unfinished step as a last one: it ends with its last token, and no <step> comes after it. */
static cairn_status encode_part(cairn_ctx *ctx, const scorer *self, const cairn_scoring *q, cairn_solution_tokens *s) {
    CAIRN_TRY(cairn_solution_begin(ctx, &self->l.format, q->problem->id, q->steps[q->n_steps - 1], s));
    s->text_ends[s->n_steps] = s->step_ends[s->n_steps] = (int32_t)s->tokens.count - 1;
    s->n_steps++;
    return CAIRN_OK;
}

/* Makes the request for the last step of q, or for every step. */
static cairn_status ask(cairn_ctx *ctx, const scorer *self, const cairn_scoring *q, bool every_step, reading *r) {
    if (q->n_steps < 1) return cairn_fail(ctx, CAIRN_INVALID, "head: no step to score");
    cairn_solution_tokens *s = &r->solution;
    cairn_status status = cairn_solution_encode_turns(ctx, &self->l.format, q->problem->id, q->problem->text, q->steps,
                                                      q->observations, q->n_steps - q->partial, false, s);
    if (status == CAIRN_OK && q->partial) status = encode_part(ctx, self, q, s);
    if (status != CAIRN_OK && status != CAIRN_LIMIT) return status;
    s->tokens.count = s->n_steps ? (size_t)s->step_ends[s->n_steps - 1] + 1 : 0; /* up to the last step that fits */
    r->generation.tokens = s->tokens.ids;
    r->generation.n_tokens = (int32_t)s->tokens.count;
    r->generation.decoding = CAIRN_DECODING_DEFAULT;
    r->first = every_step ? 0 : q->n_steps - 1;
    if (s->n_steps <= r->first) return CAIRN_OK;
    if (self->likelihood) return ask_all_rows(ctx, r);
    r->generation.rows = s->step_ends + r->first;
    r->generation.n_rows = s->n_steps - r->first;
    return CAIRN_OK;
}

/* Where the n steps are among the rows that were asked, and what tells their tokens. */
static cairn_step_rows rows_of(const reading *r, int32_t n, int32_t *marks) {
    const cairn_solution_tokens *s = &r->solution;
    const int32_t asked = r->generation.n_rows;
    int32_t step = 0;
    for (int32_t i = 0; i < n; i++) marks[i] = r->rows ? s->step_ends[r->first + i] - r->rows[0] : i;
    if (!r->rows) return (cairn_step_rows){.marks = marks, .n_marks = n};
    int32_t *text = r->said, *targets = text + asked, *of = targets + asked, said = 0, turn = 0;
    for (int32_t i = 0; i + 1 < asked; i++) { /* observations are given, not said */
        if (i == marks[step]) step++;
        if (cairn_solution_is_observed(s, r->rows[i] + 1, &turn)) continue;
        text[said] = i;
        targets[said] = s->tokens.ids[r->rows[i] + 1];
        of[said++] = step;
    }
    return (cairn_step_rows){marks, n, text, targets, of, said};
}

/* The outputs of one head for the n steps that were read: out [n, self->width], from column `at` on. */
static cairn_status read_head(cairn_ctx *ctx, scorer *self, const cairn_head *head, cairn_tensor *trunk,
                              const cairn_step_rows *rows, int32_t at, double *out) {
    cairn_tensor *y = cairn_head_apply_steps(self->l.tape, self->l.model, head, trunk, rows);
    if (!y) return CAIRN_NO_MEMORY;
    const float *x = y->data;
    for (int64_t i = 0; i < rows->n_marks * head->outputs; i++)
        if (!isfinite(x[i]))
            return cairn_fail(ctx, CAIRN_FORMAT, "head `%s` gives %g, which is no score", head->name, (double)x[i]);
    for (int64_t i = 0; i < rows->n_marks; i++) tell_outputs(head, x + i * head->outputs, out + i * self->width + at);
    return CAIRN_OK;
}

/* The replies of the n steps that were read. */
static cairn_status read_heads(cairn_ctx *ctx, scorer *self, const reading *r, int32_t n, cairn_scoring *q) {
    const int64_t shape[2] = {r->generation.n_rows, self->l.model->shape.width};
    cairn_tape *tape = self->l.tape;
    cairn_tape_reset(tape);
    int32_t *marks = cairn_tape_scratch(tape, (size_t)n * sizeof *marks), at = 0;
    double *all = cairn_tape_scratch(tape, (size_t)n * (size_t)self->width * sizeof *all);
    if (!marks || !all) return CAIRN_NO_MEMORY;
    const cairn_step_rows rows = rows_of(r, n, marks);
    cairn_tensor *trunk = cairn_tape_input(tape, 2, shape, r->generation.trunk, false);
    for (int32_t h = 0; h < self->n_heads; at += outputs_of(self->heads[h++]))
        CAIRN_TRY(read_head(ctx, self, self->heads[h], trunk, &rows, at, all));
    for (int32_t i = 0; i < n; i++) {
        const double *told = all + (int64_t)i * self->width + self->output;
        q[i].score = told[0];
        for (int32_t k = 1; k < self->n_scores && q[i].more; k++) q[i].more[k - 1] = told[k];
        q[i].code = q[i].evidence = "";
    }
    return CAIRN_OK;
}

/* ---- scoring --------------------------------------------------------------------------------------------------------------- */

static void say_unknown(const scorer *self, cairn_scoring *q, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        q[i].status = CAIRN_OK;
        q[i].score = NAN;
        for (int32_t k = 1; k < self->n_scores && q[i].more; k++) q[i].more[k - 1] = NAN;
        q[i].code = "too-long";
        q[i].evidence = "the context of the decoder ends before it";
    }
}

/* Debits the tokens after the first `known` steps (-1: not even the problem is in the cache), and the heads on `steps`
 * steps. */
static void debit(const scorer *self, const reading *r, int32_t known, int32_t steps, cairn_reward_cost *cost) {
    const cairn_transformer_shape *shape = &self->l.model->shape;
    const cairn_solution_tokens *s = &r->solution;
    if (!cost) return;
    cost->calls += steps;
    if (s->n_steps == 0) return; /* nothing fits the context */
    for (int32_t h = 0; h < self->n_heads; h++) cost->flops += steps * cairn_head_flops(self->heads[h], shape->width);
    if (known >= s->n_steps) return;
    int64_t from = known < 0 ? 0 : known == 0 ? s->prompt : s->step_ends[known - 1] + 1;
    int64_t to = (int64_t)s->tokens.count;
    cost->tokens += to - from;
    cost->flops += cairn_transformer_flops(shape, from, to, false);
    if (!r->rows) return;
    for (int32_t h = 0; h < self->n_heads; h++)
        if (self->heads[h]->likelihood)
            cost->flops += 2.0 * shape->width * shape->vocabulary * (r->generation.n_rows - 1);
    if (known >= r->first) cost->flops += cairn_transformer_flops(shape, from - 1, from, false); /* once more */
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
            say_unknown(self, &requests[i], 1);
    }
    CAIRN_TRY(loaded_await(ctx, &self->l, open, asked));
    for (int32_t i = 0; i < n; i++) {
        if (requests[i].status != CAIRN_OK || !readings[i].generation.n_rows) continue;
        requests[i].status = readings[i].generation.request.status;
        if (requests[i].status == CAIRN_OK) requests[i].status = read_heads(ctx, self, &readings[i], 1, &requests[i]);
    }
    return CAIRN_OK;
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
    if (status == CAIRN_OK && fit) status = read_heads(ctx, self, &r, fit, requests);
    if (status == CAIRN_OK) say_unknown(self, requests + fit, n - fit);
    for (int32_t i = 0; i < n; i++) requests[i].status = status;
    debit(self, &r, -1, fit, cost);
    reading_free(self, &r);
    return status == CAIRN_NO_MEMORY || status == CAIRN_CANCELLED ? status : CAIRN_OK;
}

static bool scorer_partial_ok(const void *self) {
    (void)self;
    return true;
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
    .outputs = scorer_outputs,
    .score = scorer_score,
    .score_solution = scorer_score_solution,
    .partial_ok = scorer_partial_ok,
    .content = scorer_content,
    .held = scorer_held,
};

/* ---- on an engine of the caller's -------------------------------------------------------------------------------------------- */

cairn_status cairn_reward_open_head(cairn_ctx *ctx, cairn_arena *arena, cairn_engine *engine,
                                    const cairn_head_choice *choice, const cairn_world *world, cairn_reward *out) {
    scorer *self = cairn_arena_alloc(arena, 1, sizeof *self);
    const char *source = cairn_arena_printf(arena, "head:head=%s,output=%d", choice->head, (int)choice->output);
    if (!self || !source) return CAIRN_NO_MEMORY;
    cairn_status status = loaded_on(ctx, engine, &self->l);
    if (status == CAIRN_OK) status = open_heads(ctx, arena, "the engine's model", choice, self);
    if (status != CAIRN_OK) {
        scorer_close(self);
        return status;
    }
    *out = (cairn_reward){.type = &cairn_reward_head, .world = world, .self = self, .source = source};
    scorer_scale(self, &out->meaning, &out->low, &out->high);
    out->n_outputs = scorer_outputs(self, &out->outputs);
    return CAIRN_OK;
}
