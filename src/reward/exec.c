/* Reward `exec`: any program that answers JSON lines (docs/exec.md). */
#include <errno.h>
#include <math.h>

#include "cairn/reward.h"
#include "data/command_file.h"
#include "data/json.h"
#include "data/pipe.h"
#include "reward/meanings.h"

typedef struct config {
    pipe_options program;
    double low, high;
    int32_t meaning, reads, on_error;
    bool partial;
} config;

enum { READS_STEP, READS_SOLUTION };
enum { ON_ERROR_FAIL, ON_ERROR_UNKNOWN };

static const cairn_option options[] = {
    PIPE_OPTIONS(config, program),
    CAIRN_CHOICE(config, meaning, "correctness", MEANING_CHOICES, "what its scores mean"),
    CAIRN_REAL(config, low, "0", -1e300, 1e300, "", "smallest score"),
    CAIRN_REAL(config, high, "1", -1e300, 1e300, "", "largest score"),
    CAIRN_CHOICE(config, reads, "step", "step|solution",
                 "whole solutions are scored by one request a step, or by a single one (verb score_solution)"),
    CAIRN_CHOICE(config, on_error, "fail", "fail|unknown",
                 "a step whose request failed for good ends the run, or is unknown and counted"),
    CAIRN_BOOL(config, partial, "false", "its program scores unfinished steps too: their requests have `partial`"),
};

typedef struct exec {
    pipe_backend *pipe;
    config c;
    command_file file;
} exec;

static cairn_status exec_open(cairn_ctx *ctx, cairn_arena *arena, const cairn_world *world, const cairn_policy *policy,
                              const void *configuration, void **out) {
    (void)world, (void)policy;
    exec *self = cairn_arena_alloc(arena, 1, sizeof *self);
    if (!self) return CAIRN_NO_MEMORY;
    self->c = *(const config *)configuration;
    if (self->c.low >= self->c.high)
        return cairn_fail(ctx, CAIRN_INVALID, "exec: low=%g is not less than high=%g", self->c.low, self->c.high);
    CAIRN_TRY(command_file_of(ctx, arena, self->c.program.command, &self->file));
    CAIRN_TRY(pipe_open(ctx, "reward", &self->c.program, &self->pipe));
    *out = self;
    return CAIRN_OK;
}

static void exec_close(void *data) {
    pipe_close(((exec *)data)->pipe);
}

static void exec_scale(void *data, cairn_meaning *meaning, double *low, double *high) {
    const exec *self = data;
    *meaning = (cairn_meaning)self->c.meaning;
    *low = self->c.low;
    *high = self->c.high;
}

static uint64_t exec_content(const void *data) {
    return ((const exec *)data)->file.key;
}

static bool exec_elsewhere(const void *data) {
    (void)data;
    return true;
}

static bool exec_partial_ok(const void *data) {
    return ((const exec *)data)->c.partial;
}

static const char *exec_file(const void *data) {
    return ((const exec *)data)->file.name;
}

/* ---- requests ------------------------------------------------------------------------------------------------------ */

static json_t *step_message(const cairn_scoring *q) {
    json_t *steps = json_texts(q->steps, q->n_steps);
    if (!steps) return NULL;
    json_t *message = json_pack("{s:s, s:s, s:s, s:o, s:b}", "verb", "score", "problem", q->problem->text, "problem_id",
                                q->problem->id, "steps", steps, "done", (int)q->done);
    if (message && q->partial && json_object_set_new(message, "partial", json_true())) {
        json_decref(message);
        return NULL;
    }
    return json_add_observations(message, q->observations, q->n_steps);
}

/* `last`: the scoring of all steps. */
static json_t *solution_message(const cairn_scoring *last) {
    json_t *steps = json_texts(last->steps, last->n_steps);
    if (!steps) return NULL;
    json_t *message = json_pack("{s:s, s:s, s:s, s:o}", "verb", "score_solution", "problem", last->problem->text,
                                "problem_id", last->problem->id, "steps", steps);
    return json_add_observations(message, last->observations, last->n_steps);
}

/* ---- replies ------------------------------------------------------------------------------------------------------- */

/* A score that is there: NaN for null. `field` names it in errors. */
static cairn_status read_score(cairn_ctx *ctx, const config *c, const json_t *score, const char *field, double *out) {
    *out = NAN;
    if (json_is_null(score)) return CAIRN_OK;
    if (!json_is_number(score)) return json_fail_field(ctx, "reply", field, "a number or null", score);
    double value = json_number_value(score);
    if (!(value >= c->low && value <= c->high)) {
        char low[32], high[32], got[32];
        cairn_format_double(c->low, low);
        cairn_format_double(c->high, high);
        cairn_format_double(value, got);
        return cairn_fail(ctx, CAIRN_FORMAT, "reply: field `%s`: expected %s to %s, got %s", field, low, high, got);
    }
    *out = value;
    return CAIRN_OK;
}

static cairn_status read_step(cairn_ctx *ctx, const config *c, const json_t *reply, double *score,
                              const char **evidence) {
    const json_t *value = json_object_get(reply, "score");
    *evidence = "";
    if (!value) return cairn_fail(ctx, CAIRN_FORMAT, "reply: field `score` is missing (null says unknown)");
    if (json_object_get(reply, "evidence")) CAIRN_TRY(json_get_text(ctx, reply, "evidence", "reply", evidence));
    return read_score(ctx, c, value, "score", score);
}

/* An element of `scores` and of `evidence`, which may be missing. */
static cairn_status read_element(cairn_ctx *ctx, const config *c, const json_t *reply, size_t i, double *score,
                                 const char **evidence) {
    const json_t *said = json_array_get(json_object_get(reply, "evidence"), i);
    char field[40];
    snprintf(field, sizeof field, "scores[%zu]", i);
    *evidence = "";
    if (said && !json_is_null(said)) *evidence = json_string_value(said);
    if (!*evidence) return json_fail_field(ctx, "reply", "evidence", "texts", said);
    return read_score(ctx, c, json_array_get(json_object_get(reply, "scores"), i), field, score);
}

static cairn_status expect_length(cairn_ctx *ctx, const json_t *reply, const char *field, size_t n) {
    json_t *list;
    CAIRN_TRY(json_get_array(ctx, reply, field, "reply", &list));
    if (json_array_size(list) == n) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_FORMAT, "reply: field `%s`: expected one element a step (%zu), got %zu", field, n,
                      json_array_size(list));
}

static cairn_status check_step(cairn_ctx *ctx, const pipe_request *request, const json_t *reply) {
    double score;
    const char *evidence;
    return read_step(ctx, request->expected, reply, &score, &evidence);
}

static cairn_status check_solution(cairn_ctx *ctx, const pipe_request *request, const json_t *reply) {
    size_t n = json_array_size(json_object_get(request->message, "steps"));
    CAIRN_TRY(expect_length(ctx, reply, "scores", n));
    if (json_object_get(reply, "evidence")) CAIRN_TRY(expect_length(ctx, reply, "evidence", n));
    for (size_t i = 0; i < n; i++) {
        double score;
        const char *evidence;
        CAIRN_TRY(read_element(ctx, request->expected, reply, i, &score, &evidence));
    }
    return CAIRN_OK;
}

static cairn_status fill(cairn_arena *arena, cairn_scoring *q, double score, const char *code, const char *evidence) {
    q->status = CAIRN_OK;
    q->score = score;
    q->code = code;
    q->evidence = cairn_arena_printf(arena, "%s", evidence);
    return q->evidence ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* ---- scoring ------------------------------------------------------------------------------------------------------- */

/* What became of a request: its own failure or, by on_error=unknown, unknown steps. */
static void fail_one(cairn_ctx *ctx, const exec *self, const pipe_request *ask, cairn_arena *arena,
                     cairn_scoring *requests, int32_t n, cairn_reward_cost *cost) {
    bool unknown = self->c.on_error == ON_ERROR_UNKNOWN;
    for (int32_t i = 0; i < n; i++) {
        if (unknown)
            requests[i].status = fill(arena, &requests[i], NAN, "failed", ask->error);
        else
            requests[i].status = cairn_fail(ctx, ask->base.status, "%s", ask->error);
    }
    if (unknown && cost) cost->failed += n;
}

/* Asks, and says what fails as a whole: the program is lost, no memory, the run is cancelled. */
static cairn_status ask_all(cairn_ctx *ctx, const exec *self, pipe_request *asks, int32_t n) {
    cairn_status asked = pipe_ask(ctx, self->pipe, asks, n);
    if (asked == CAIRN_CANCELLED || (asked != CAIRN_OK && !asks[0].base.done)) return asked; /* nothing was asked */
    for (int32_t i = 0; i < n; i++)
        if (asks[i].lost || asks[i].base.status == CAIRN_NO_MEMORY)
            return cairn_fail(ctx, asks[i].base.status, "%s", asks[i].error);
    return CAIRN_OK;
}

static cairn_status exec_score(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                               cairn_reward_cost *cost) {
    const exec *self = data;
    if (n <= 0) return CAIRN_OK;
    pipe_request *asks = cairn_alloc(ctx, (size_t)n, sizeof *asks);
    if (!asks) return CAIRN_NO_MEMORY;
    cairn_status whole = CAIRN_OK;
    for (int32_t i = 0; i < n && whole == CAIRN_OK; i++) {
        errno = 0;
        asks[i].check = check_step;
        asks[i].expected = &self->c;
        asks[i].message = step_message(&requests[i]);
        if (!asks[i].message) whole = json_fail_build(ctx, "exec: the request");
    }
    if (whole == CAIRN_OK) whole = ask_all(ctx, self, asks, n);
    for (int32_t i = n - 1; i >= 0 && whole == CAIRN_OK; i--) { /* the first failure is the last one said */
        double score;
        const char *evidence;
        if (asks[i].base.status != CAIRN_OK) {
            fail_one(ctx, self, &asks[i], arena, &requests[i], 1, cost);
            continue;
        }
        requests[i].status = read_step(ctx, &self->c, asks[i].reply, &score, &evidence);
        if (requests[i].status == CAIRN_OK) requests[i].status = fill(arena, &requests[i], score, "", evidence);
    }
    for (int32_t i = 0; i < n; i++) {
        json_decref(asks[i].message);
        json_decref(asks[i].reply);
    }
    cairn_free(asks);
    if (cost) cost->calls += n;
    return whole;
}

static cairn_status score_in_one(cairn_ctx *ctx, const exec *self, cairn_arena *arena, cairn_scoring *requests,
                                 int32_t n, cairn_reward_cost *cost) {
    errno = 0;
    pipe_request ask = {.check = check_solution, .expected = &self->c, .message = solution_message(&requests[n - 1])};
    if (!ask.message) return json_fail_build(ctx, "exec: the request");
    cairn_status whole = ask_all(ctx, self, &ask, 1);
    if (whole == CAIRN_OK && ask.base.status != CAIRN_OK) fail_one(ctx, self, &ask, arena, requests, n, cost);
    for (int32_t i = 0; i < n && whole == CAIRN_OK && ask.base.status == CAIRN_OK; i++) {
        double score;
        const char *evidence;
        whole = read_element(ctx, &self->c, ask.reply, (size_t)i, &score, &evidence);
        if (whole == CAIRN_OK) whole = fill(arena, &requests[i], score, "", evidence);
    }
    json_decref(ask.message);
    json_decref(ask.reply);
    if (cost) cost->calls++;
    return whole;
}

static cairn_status exec_score_solution(cairn_ctx *ctx, void *data, cairn_arena *arena, cairn_scoring *requests,
                                        int32_t n, cairn_reward_cost *cost) {
    const exec *self = data;
    if (self->c.reads == READS_STEP || n <= 0) return exec_score(ctx, data, arena, requests, n, cost);
    return score_in_one(ctx, self, arena, requests, n, cost);
}

const cairn_reward_type cairn_reward_exec = {
    .about = {.name = "exec",
              .summary = "any program that answers JSON lines (docs/exec.md)",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .open = exec_open,
    .close = exec_close,
    .scale = exec_scale,
    .score = exec_score,
    .score_solution = exec_score_solution,
    .content = exec_content,
    .file = exec_file,
    .elsewhere = exec_elsewhere,
    .partial_ok = exec_partial_ok,
};
