/* World `words` and its script, open, for the tests of both. */
#ifndef CAIRN_TESTS_WORDS_FIXTURE_H
#define CAIRN_TESTS_WORDS_FIXTURE_H

#include "world/words/wording.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    const cairn_world_type *type;
    void *config; /* of the script */
} fixture;

static inline fixture open_fixture(const char *spec, const char *script) {
    fixture f = {0};
    assert_int_equal(cairn_ctx_open(&f.ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f.ctx, 4096, &f.arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(f.ctx, f.arena, spec, &f.world), CAIRN_OK);
    f.type = f.world.type;
    f.config = cairn_arena_alloc(f.arena, 1, f.type->script->about.config_size);
    assert_int_equal(cairn_options_parse(f.ctx, &f.type->script->about, f.arena, script, "test", f.config), CAIRN_OK);
    return f;
}

static inline void close_fixture(fixture *f) {
    cairn_world_close(&f->world);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
}

static inline cairn_script_step sample(fixture *f, const cairn_problem *p, const words_state *s, cairn_rng *rng) {
    cairn_script_step step;
    assert_int_equal(f->type->script->sample(f->ctx, f->world.self, f->config, p, s, rng, f->arena, &step), CAIRN_OK);
    return step;
}

static inline double value_at(fixture *f, const cairn_problem *p, const words_state *s) {
    double v = -1;
    assert_int_equal(f->type->script->value(f->ctx, f->world.self, f->config, p, s, &v), CAIRN_OK);
    return v;
}

#endif
