/* World `exec`: any program that answers JSON lines (docs/exec.md). The program keeps nothing: the state that it gives
 * with each reply is kept here as JSON text and sent back with the next request. Every worker has an instance, which is
 * its way to the program. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "cairn/world.h"
#include "data/command_file.h"
#include "data/json.h"
#include "data/pipe.h"
#include "world/text.h"

typedef struct config {
    pipe_options program;
    int64_t max_steps;
    bool verify;
    cairn_range outcome, reward;
    command_file file; /* no option: set when the world is opened */
} config;

#define BOUND(at, name, preset, help) CAIRN_REAL_AS(name, config, at, preset, -1e9, 1e9, "", help)

static const cairn_option options[] = {
    PIPE_OPTIONS(config, program),
    CAIRN_INT(config, max_steps, "64", 1, 4096, "steps",
              "a longer solution is cut off, where the program says nothing"),
    CAIRN_BOOL(config, verify, "true", "ask the program for verdicts on steps; false: they are unknown"),
    BOUND(outcome.low, "low", "0", "least outcome, and least return from any state"),
    BOUND(outcome.high, "high", "1", "greatest outcome, and greatest return from any state"),
    BOUND(reward.low, "reward_low", "0", "least reward of a step"),
    BOUND(reward.high, "reward_high", "0", "greatest reward of a step"),
};

/* What a worker asks through. */
typedef struct instance {
    const config *c;
    pipe_backend *pipe;
} instance;

#define STATE_BYTES 1024

typedef struct exec_state {
    uint32_t length;
    char text[STATE_BYTES - sizeof(uint32_t)]; /* JSON, zeroed after it */
} exec_state;

static cairn_status exec_open(cairn_ctx *ctx, cairn_arena *arena, const void *configuration, void **self) {
    const config *c = configuration;
    if (c->outcome.low >= c->outcome.high)
        return cairn_fail(ctx, CAIRN_INVALID, "exec: low=%g is not less than high=%g", c->outcome.low, c->outcome.high);
    if (c->reward.low > c->reward.high)
        return cairn_fail(ctx, CAIRN_INVALID, "exec: reward_low=%g is more than reward_high=%g", c->reward.low,
                          c->reward.high);
    config *own = cairn_arena_alloc(arena, 1, sizeof *own);
    if (!own) return CAIRN_NO_MEMORY;
    *own = *c;
    CAIRN_TRY(command_file_of(ctx, arena, c->program.command, &own->file));
    *self = own;
    return CAIRN_OK;
}

static uint64_t exec_content(const void *self) {
    return ((const instance *)self)->c->file.key;
}

static const char *exec_file(const void *self) {
    return ((const instance *)self)->c->file.name;
}

static void exec_ranges(void *self, cairn_range *outcome, cairn_range *reward) {
    const config *c = ((const instance *)self)->c;
    *outcome = c->outcome;
    *reward = c->reward;
}

static cairn_status exec_instance_open(cairn_ctx *ctx, void *self, void **out) {
    instance *own = cairn_alloc(ctx, 1, sizeof *own);
    if (!own) return CAIRN_NO_MEMORY;
    own->c = self;
    cairn_status status = pipe_open(ctx, "world", &own->c->program, &own->pipe);
    if (status == CAIRN_OK)
        *out = own;
    else
        cairn_free(own);
    return status;
}

static void exec_instance_close(void *data) {
    pipe_close(((instance *)data)->pipe);
    cairn_free(data);
}

/* ---- asking ------------------------------------------------------------------------------------------------------- */

typedef cairn_status (*check_fn)(cairn_ctx *ctx, const pipe_request *request, const json_t *reply);

/* Takes over `message`. The caller owns *reply. */
static cairn_status ask(cairn_ctx *ctx, const instance *own, json_t *message, check_fn check, json_t **reply) {
    pipe_request request = {.message = message, .check = check};
    if (!message) return json_fail_build(ctx, "exec: the request");
    cairn_status status = pipe_ask(ctx, own->pipe, &request, 1);
    if (status == CAIRN_OK) status = request.base.status;
    json_decref(message);
    if (status == CAIRN_OK)
        *reply = request.reply;
    else
        json_decref(request.reply);
    return status;
}

/* A request about a problem; `state` NULL: before there is one. */
static json_t *message_of(const char *verb, const cairn_problem *problem, const exec_state *state) {
    const char *data = problem->data ? problem->data : "null";
    errno = 0;
    return json_pack("{s:s, s:s, s:s, s:o, s:o}", "verb", verb, "problem", problem->text, "problem_id", problem->id,
                     "data", json_loads(data, JSON_DECODE_ANY, NULL), "state",
                     state && state->length ? json_loadb(state->text, state->length, JSON_DECODE_ANY, NULL)
                                            : json_null());
}

/* Adds a member, of which NULL is an error; the object may be NULL. */
static json_t *with(json_t *object, const char *name, json_t *value) {
    if (object && json_object_set_new(object, name, value) == 0) return object;
    if (!object) json_decref(value);
    json_decref(object);
    return NULL;
}

static cairn_status keep_json(cairn_ctx *ctx, const json_t *value, cairn_arena *arena, const char **out) {
    cairn_text text = {0};
    cairn_status status = json_write(ctx, value, &text);
    *out = status == CAIRN_OK ? cairn_arena_copy(arena, text.data, text.length) : NULL;
    cairn_text_free(&text);
    if (status != CAIRN_OK) return status;
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status keep_state(cairn_ctx *ctx, const json_t *reply, void *out) {
    const json_t *value = json_object_get(reply, "state");
    cairn_text text = {0};
    exec_state s = {0};
    if (!value || json_is_null(value)) {
        memcpy(out, &s, sizeof s);
        return CAIRN_OK;
    }
    cairn_status status = json_write(ctx, value, &text);
    if (status == CAIRN_OK && text.length > sizeof s.text)
        status = cairn_fail(ctx, CAIRN_LIMIT, "exec: a state of %zu bytes of JSON, at most %zu are kept", text.length,
                            sizeof s.text);
    if (status == CAIRN_OK) {
        s.length = (uint32_t)text.length;
        memcpy(s.text, text.data, text.length);
        memcpy(out, &s, sizeof s);
    }
    cairn_text_free(&text);
    return status;
}

/* The text of a member; NULL where it is missing or null. */
static cairn_status text_or_null(cairn_ctx *ctx, const json_t *reply, const char *name, const char **out) {
    const json_t *value = json_object_get(reply, name);
    *out = NULL;
    return !value || json_is_null(value) ? CAIRN_OK : json_get_text(ctx, reply, name, "reply", out);
}

static cairn_status keep_text(cairn_arena *arena, const char *text, const char **out) {
    *out = text ? cairn_arena_copy(arena, text, strlen(text)) : NULL;
    return !text || *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* ---- problems ----------------------------------------------------------------------------------------------------- */

static cairn_status check_generated(cairn_ctx *ctx, const pipe_request *request, const json_t *reply) {
    const char *text;
    int64_t steps = 1;
    (void)request;
    CAIRN_TRY(json_get_text(ctx, reply, "problem", "reply", &text));
    CAIRN_TRY(text_or_null(ctx, reply, "answer", &text));
    if (json_object_get(reply, "max_steps")) CAIRN_TRY(json_get_int(ctx, reply, "max_steps", "reply", &steps));
    if (steps >= 1 && steps <= 4096) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_FORMAT, "reply: field `max_steps`: expected 1 to 4096, got %lld", (long long)steps);
}

static cairn_status take_problem(cairn_ctx *ctx, const config *c, const json_t *reply, cairn_arena *arena,
                                 cairn_problem *out) {
    const json_t *data = json_object_get(reply, "data"), *steps = json_object_get(reply, "max_steps");
    const char *kept = NULL;
    CAIRN_TRY(keep_text(arena, json_string_value(json_object_get(reply, "problem")), &out->text));
    CAIRN_TRY(keep_text(arena, json_string_value(json_object_get(reply, "answer")), &out->answer));
    if (data) CAIRN_TRY(keep_json(ctx, data, arena, &kept));
    out->data = kept;
    out->max_steps = (int32_t)(steps ? json_integer_value(steps) : c->max_steps);
    return CAIRN_OK;
}

static cairn_status exec_generate(cairn_ctx *ctx, void *self, uint64_t seed, int64_t index, cairn_arena *arena,
                                  cairn_problem *out) {
    const instance *own = self;
    char number[24];
    json_t *reply;
    snprintf(number, sizeof number, "%llu", (unsigned long long)seed);
    errno = 0;
    CAIRN_TRY(ask(ctx, own,
                  json_pack("{s:s, s:s, s:I}", "verb", "generate", "seed", number, "index", (json_int_t)index),
                  check_generated, &reply));
    *out =
        (cairn_problem){.id = cairn_arena_printf(arena, "exec-%s-%lld", number, (long long)index), .difficulty = NAN};
    cairn_status status = out->id ? take_problem(ctx, own->c, reply, arena, out) : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) out->key = cairn_key(out->id, strlen(out->id));
    json_decref(reply);
    return status;
}

static cairn_status exec_load(cairn_ctx *ctx, void *self, const char *path, bool skip_bad, cairn_arena *arena,
                              cairn_problem **problems, int64_t *count, uint64_t *content) {
    const instance *own = self;
    cairn_read_options read = {.skip_bad = skip_bad};
    return text_load(ctx, path, read, (int32_t)own->c->max_steps, arena, problems, count, content);
}

static cairn_status exec_read(cairn_ctx *ctx, void *self, cairn_arena *arena, cairn_problem *problem) {
    (void)ctx, (void)self, (void)arena, (void)problem;
    return CAIRN_OK;
}

/* ---- steps -------------------------------------------------------------------------------------------------------- */

static cairn_status exec_start(cairn_ctx *ctx, void *self, const cairn_problem *problem, void *state) {
    json_t *reply;
    CAIRN_TRY(ask(ctx, self, message_of("start", problem, NULL), NULL, &reply));
    cairn_status status = keep_state(ctx, reply, state);
    json_decref(reply);
    return status;
}

static cairn_status read_kind(cairn_ctx *ctx, const json_t *reply, cairn_kind *out) {
    const char *kind;
    CAIRN_TRY(text_or_null(ctx, reply, "kind", &kind));
    *out = CAIRN_KIND_REASON;
    if (!kind || strcmp(kind, "reason") == 0) return CAIRN_OK;
    *out = CAIRN_KIND_TOOL;
    if (strcmp(kind, "tool") == 0) return CAIRN_OK;
    *out = CAIRN_KIND_REFLECT;
    if (strcmp(kind, "reflect") == 0) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_FORMAT, "reply: field `kind`: expected reason, tool or reflect, got `%.40s`", kind);
}

/* Reads what a step is answered. The texts are the reply's. */
static cairn_status read_turn(cairn_ctx *ctx, const json_t *reply, cairn_turn *turn) {
    if (json_object_get(reply, "done")) CAIRN_TRY(json_get_bool(ctx, reply, "done", "reply", &turn->done));
    if (json_object_get(reply, "reward")) CAIRN_TRY(json_get_real(ctx, reply, "reward", "reply", &turn->reward));
    CAIRN_TRY(read_kind(ctx, reply, &turn->kind));
    return text_or_null(ctx, reply, "observation", &turn->observation);
}

static cairn_status check_applied(cairn_ctx *ctx, const pipe_request *request, const json_t *reply) {
    (void)request;
    cairn_turn turn = {0};
    return read_turn(ctx, reply, &turn);
}

static cairn_status exec_apply(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                               cairn_turn *turn, void *after) {
    json_t *reply;
    json_t *message = with(message_of("apply", problem, before), "step", json_stringn(turn->text, turn->length));
    CAIRN_TRY(ask(ctx, self, message, check_applied, &reply));
    cairn_status status = read_turn(ctx, reply, turn);
    if (!turn->arena) turn->observation = NULL;
    if (status == CAIRN_OK) status = keep_text(turn->arena, turn->observation, &turn->observation);
    if (status == CAIRN_OK) status = keep_state(ctx, reply, after);
    json_decref(reply);
    return status;
}

/* ---- outcomes and verdicts ------------------------------------------------------------------------------------------ */

static cairn_status read_verdict(cairn_ctx *ctx, const json_t *value, const char *field, cairn_verdict *out) {
    *out = CAIRN_VERDICT_UNKNOWN;
    if (json_is_boolean(value)) *out = json_is_true(value) ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    if (json_is_boolean(value) || json_is_null(value)) return CAIRN_OK;
    return json_fail_field(ctx, "reply", field, "true, false or null", value);
}

/* Without a `value` a right outcome has the greatest and a wrong one the least. */
static cairn_status read_outcome(cairn_ctx *ctx, const json_t *reply, cairn_range range, cairn_outcome *out) {
    *out = (cairn_outcome){.value = NAN};
    CAIRN_TRY(read_verdict(ctx, json_object_get(reply, "correct"), "correct", &out->verdict));
    CAIRN_TRY(text_or_null(ctx, reply, "answer", &out->answer));
    if (out->verdict == CAIRN_VERDICT_UNKNOWN) return CAIRN_OK;
    out->value = out->verdict == CAIRN_VERDICT_RIGHT ? range.high : range.low;
    if (json_object_get(reply, "value")) CAIRN_TRY(json_get_real(ctx, reply, "value", "reply", &out->value));
    return CAIRN_OK;
}

static cairn_status check_outcome(cairn_ctx *ctx, const pipe_request *request, const json_t *reply) {
    (void)request;
    cairn_outcome outcome;
    return read_outcome(ctx, reply, (cairn_range){0, 1}, &outcome);
}

static cairn_status exec_check(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *state,
                               const char *const *steps, int32_t n_steps, cairn_arena *arena, cairn_outcome *out) {
    const instance *own = self;
    json_t *reply;
    json_t *message = with(message_of("check", problem, state), "steps", json_texts(steps, n_steps));
    CAIRN_TRY(ask(ctx, own, message, check_outcome, &reply));
    cairn_status status = read_outcome(ctx, reply, own->c->outcome, out);
    if (status == CAIRN_OK) status = keep_text(arena, out->answer, &out->answer);
    json_decref(reply);
    return status;
}

static cairn_status check_verdicts(cairn_ctx *ctx, const pipe_request *request, const json_t *reply) {
    size_t n = json_array_size(json_object_get(request->message, "steps"));
    json_t *verdicts;
    cairn_verdict verdict;
    CAIRN_TRY(json_get_array(ctx, reply, "verdicts", "reply", &verdicts));
    if (json_array_size(verdicts) != n)
        return cairn_fail(ctx, CAIRN_FORMAT, "reply: field `verdicts`: expected one element a step (%zu), got %zu", n,
                          json_array_size(verdicts));
    for (size_t i = 0; i < n; i++) CAIRN_TRY(read_verdict(ctx, json_array_get(verdicts, i), "verdicts", &verdict));
    return CAIRN_OK;
}

static cairn_status take_verdicts(cairn_ctx *ctx, const json_t *reply, int32_t n, cairn_arena *arena,
                                  cairn_step_check *checks) {
    const json_t *verdicts = json_object_get(reply, "verdicts"), *evidence = json_object_get(reply, "evidence");
    for (int32_t i = 0; i < n; i++) {
        const char *said = json_string_value(json_array_get(evidence, (size_t)i));
        CAIRN_TRY(read_verdict(ctx, json_array_get(verdicts, (size_t)i), "verdicts", &checks[i].verdict));
        CAIRN_TRY(keep_text(arena, said ? said : "", &checks[i].evidence));
        checks[i].code = "program";
    }
    return CAIRN_OK;
}

static cairn_status exec_verify(cairn_ctx *ctx, void *self, const cairn_problem *problem, const char *const *steps,
                                int32_t n_steps, cairn_arena *arena, cairn_step_check *checks) {
    const instance *own = self;
    json_t *reply;
    for (int32_t i = 0; i < n_steps; i++) checks[i] = (cairn_step_check){CAIRN_VERDICT_UNKNOWN, "not-verified", ""};
    if (!own->c->verify || n_steps == 0) return CAIRN_OK;
    json_t *message = with(message_of("verify", problem, NULL), "steps", json_texts(steps, n_steps));
    CAIRN_TRY(ask(ctx, own, message, check_verdicts, &reply));
    cairn_status status = take_verdicts(ctx, reply, n_steps, arena, checks);
    json_decref(reply);
    return status;
}

static cairn_status exec_verify_step(cairn_ctx *ctx, void *self, const cairn_problem *problem, const void *before,
                                     const char *const *steps, int32_t n_steps, cairn_arena *arena,
                                     cairn_step_check *out) {
    (void)before;
    if (n_steps < 1) return cairn_fail(ctx, CAIRN_INVALID, "exec: no step to verify");
    cairn_step_check *checks = cairn_arena_alloc(arena, (size_t)n_steps, sizeof *checks);
    if (!checks) return CAIRN_NO_MEMORY;
    CAIRN_TRY(exec_verify(ctx, self, problem, steps, n_steps, arena, checks));
    *out = checks[n_steps - 1];
    return CAIRN_OK;
}

const cairn_world_type cairn_world_exec = {
    .about = {.name = "exec",
              .summary = "any program that answers JSON lines (docs/exec.md)",
              .source = "",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(config)},
    .state_bytes = sizeof(exec_state),
    .open = exec_open,
    .instance_open = exec_instance_open,
    .instance_close = exec_instance_close,
    .generate = exec_generate,
    .load = exec_load,
    .read = exec_read,
    .start = exec_start,
    .apply = exec_apply,
    .check = exec_check,
    .verify_step = exec_verify_step,
    .verify = exec_verify,
    .verifier = "program",
    .ranges = exec_ranges,
    .content = exec_content,
    .file = exec_file,
};
