/* layer: world */
/* Fuzzes world `words`: the first line is a problem (where it is none, a generated one stands in), the others are steps. What reads as
 * a problem tells itself again; every step gets a verdict and a state; legal steps and the script's are readable in any state. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "../apply.h"
#include "world/words/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct fuzz {
    cairn_ctx *ctx;
    cairn_arena *kept, *arena; /* for all inputs; for one */
    cairn_world world;
    void *script; /* its configuration */
    cairn_problem problem;
} fuzz;

static void open_world(fuzz *f) {
    assert(cairn_ctx_open(&f->ctx) == CAIRN_OK && cairn_arena_open(f->ctx, 4096, &f->kept) == CAIRN_OK);
    assert(cairn_world_open(f->ctx, f->kept, "words:distractors=4", &f->world) == CAIRN_OK);
    const cairn_about *about = &f->world.type->script->about;
    f->script = cairn_arena_alloc(f->kept, 1, about->config_size);
    assert(cairn_options_parse(f->ctx, about, f->kept, "error=0.3,repair=0.2,wander=0.1", "fuzz", f->script) ==
           CAIRN_OK);
    assert(cairn_arena_open(f->ctx, 1 << 16, &f->arena) == CAIRN_OK);
}

static void choose_problem(fuzz *f, const char *text, size_t length) {
    words_problem *p = cairn_arena_alloc(f->arena, 2, sizeof *p);
    size_t where = 0;
    assert(p);
    const char *why = words_read(text, length, &p[0], &where);
    assert(where <= length);
    if (why) {
        assert(f->world.type->generate(f->ctx, f->world.self, 1, (int64_t)(length % 64), f->arena, &f->problem) ==
               CAIRN_OK);
        return;
    }
    assert(words_wrap(&p[0], "fuzz", f->arena, &f->problem) == CAIRN_OK);
    assert(!words_read(f->problem.text, strlen(f->problem.text), &p[1], &where));
    assert(memcmp(&p[0], &p[1], sizeof *p) == 0);
}

static bool is_dead(const void *state) {
    words_state s;
    memcpy(&s, state, sizeof s);
    return s.dead;
}

/* In one state: legal steps are right and the script's are readable; where the script may succeed, success is reachable. */
static void look(fuzz *f, const void *state, bool done, bool value) {
    const cairn_world_type *type = f->world.type;
    const char **legal;
    int32_t n;
    bool ended;
    double v = 0, reachable;
    words_state after;
    cairn_script_step step;
    cairn_rng rng = cairn_rng_open(1, 2, 3, CAIRN_VERB_PROPOSE, 0, 0);
    assert(type->legal(f->ctx, f->world.self, &f->problem, state, f->arena, &legal, &n) == CAIRN_OK);
    for (int32_t i = 0; i < n; i++) {
        cairn_step_check check;
        assert(type->verify_step(f->ctx, f->world.self, &f->problem, state, &legal[i], 1, f->arena, &check) ==
               CAIRN_OK);
        assert(check.verdict == CAIRN_VERDICT_RIGHT);
    }
    assert(type->script->sample(f->ctx, f->world.self, f->script, &f->problem, state, &rng, f->arena, &step) ==
           CAIRN_OK);
    apply_step(type, f->ctx, f->world.self, &f->problem, state, step.text, strlen(step.text), &after, &ended);
    assert(done || is_dead(state) || !after.dead);
    assert(type->reachable(f->ctx, f->world.self, &f->problem, state, &reachable) == CAIRN_OK);
    if (value && type->script->value(f->ctx, f->world.self, f->script, &f->problem, state, &v) != CAIRN_OK) v = 0;
    assert(v >= 0 && v <= 1 + 1e-9 && (v <= 0 || reachable >= 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static fuzz f;
    if (!f.ctx) open_world(&f);
    const cairn_world_type *type = f.world.type;
    cairn_arena_reset(f.arena);
    char *text = cairn_arena_copy(f.arena, (const char *)data, size), *end = text + size;
    assert(text);
    char *line = memchr(text, '\n', size);
    words_state state;
    bool done = false;
    choose_problem(&f, text, line ? (size_t)(line - text) : size);
    type->start(f.ctx, f.world.self, &f.problem, &state);
    for (int n = 0; line && n < 12; n++) {
        char *step = line + 1, *behind = memchr(step, '\n', (size_t)(end - step));
        size_t length = (size_t)((behind ? behind : end) - step);
        words_state before = state;
        if (behind) *behind = '\0';
        const char *steps[] = {step};
        cairn_step_check check;
        assert(type->verify_step(f.ctx, f.world.self, &f.problem, &before, steps, 1, f.arena, &check) == CAIRN_OK);
        assert(check.code && check.evidence && strlen(check.evidence) < WORDS_SAID_BYTES);
        assert(apply_step(type, f.ctx, f.world.self, &f.problem, &before, step, length, &state, &done) == CAIRN_OK);
        assert(state.used == before.used + 1 && (state.dead || !before.answered));
        if (check.verdict == CAIRN_VERDICT_UNKNOWN && strlen(step) == length)
            assert(state.known == before.known && memcmp(state.value, before.value, sizeof state.value) == 0);
        look(&f, &state, done, n == 0);
        line = behind;
    }
    cairn_outcome outcome;
    assert(type->check(f.ctx, f.world.self, &f.problem, &state, NULL, 0, f.arena, &outcome) == CAIRN_OK);
    assert((outcome.verdict == CAIRN_VERDICT_RIGHT) ==
           (outcome.answer && strcmp(outcome.answer, f.problem.answer) == 0));
    return 0;
}
