/* A step drawn in parts is the step that one request draws, whichever policy draws it and wherever it is cut. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "near.h"
#include "tiny_model.h"

#include "cairn/policy.h"

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_policy policy;
    cairn_problem problem;
    void *state;
} fixture;

static fixture *open_fixture(const char *world, const char *policy) {
    static fixture held;
    fixture *f = &held;
    *f = (fixture){0};
    assert_int_equal(cairn_ctx_open(&f->ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f->ctx, 1 << 16, &f->arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(f->ctx, f->arena, world, &f->world), CAIRN_OK);
    if (cairn_policy_open(f->ctx, f->arena, policy, &f->world, &f->policy) != CAIRN_OK)
        fail_msg("%s", cairn_error(f->ctx));
    f->state = cairn_arena_alloc(f->arena, f->world.type->state_bytes + 1, 1);
    if (f->world.type->generate) {
        assert_int_equal(f->world.type->generate(f->ctx, f->world.self, 1, 0, f->arena, &f->problem), CAIRN_OK);
        assert_int_equal(f->world.type->start(f->ctx, f->world.self, &f->problem, f->state), CAIRN_OK);
    } else {
        f->problem = (cairn_problem){.id = "p", .key = 1, .text = "P", .max_steps = 16};
    }
    return f;
}

static void close_fixture(fixture *f) {
    cairn_policy_close(&f->policy);
    cairn_world_close(&f->world);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
}

static cairn_proposal request(const fixture *f, uint32_t draw, double temperature, int32_t max_tokens) {
    return (cairn_proposal){.problem = &f->problem,
                            .state = f->state,
                            .rng = cairn_rng_open(1, f->problem.key, CAIRN_PATH_ROOT, CAIRN_VERB_PROPOSE, 0, draw),
                            .draw = draw,
                            .sampling = {.temperature = temperature, .max_tokens = max_tokens},
                            .logp = NAN};
}

static void propose(fixture *f, cairn_proposal *q) {
    if (f->policy.type->propose(f->ctx, f->policy.self, f->arena, q, 1) != CAIRN_OK || q->status != CAIRN_OK)
        fail_msg("%s", cairn_error(f->ctx));
}

static cairn_begun begun_of(const cairn_proposal *part) {
    return (cairn_begun){part->text, part->tokens, part->n_tokens, part->logp};
}

static void expect_same(const cairn_proposal *got, const cairn_proposal *whole) {
    assert_string_equal(got->text, whole->text);
    assert_int_equal(got->n_tokens, whole->n_tokens);
    assert_int_equal(got->stop, whole->stop);
    assert_ptr_equal(got->stated, whole->stated);
    if (!isnan(whole->logp) || !isnan(got->logp)) assert_memory_equal(&got->logp, &whole->logp, sizeof whole->logp);
    assert_int_equal(got->tokens == NULL, whole->tokens == NULL);
    if (whole->tokens) assert_memory_equal(got->tokens, whole->tokens, (size_t)whole->n_tokens * sizeof *whole->tokens);
}

/* Asks for parts of `by` more tokens until the step is done; returns their number. */
static int in_parts(fixture *f, const cairn_proposal *asked, int32_t by, const cairn_proposal *whole) {
    cairn_proposal q = *asked;
    cairn_begun begun;
    double flops = 0;
    int parts = 0;
    q.begun = NULL;
    do {
        int32_t most = (parts + 1) * by;
        q.partial = most < asked->sampling.max_tokens;
        q.sampling.max_tokens = q.partial ? most : asked->sampling.max_tokens;
        propose(f, &q);
        flops += q.flops;
        parts++;
        if (!q.partial || q.stop != CAIRN_STOP_LENGTH) break;
        assert_int_equal(q.n_tokens, most);
        assert_true(most <= whole->n_tokens);
        assert_int_equal(strncmp(q.text, whole->text, strlen(q.text)), 0);
        assert_null(q.stated);
        assert_null(q.observation);
        begun = begun_of(&q);
        q.begun = &begun;
    } while (true);
    expect_same(&q, whole);
    assert_near(flops, whole->flops, 1e-9 * whole->flops);
    return parts;
}

/* In two parts, cut after each of its tokens, and in many of equal length. Returns how often a step came in several
 * parts. */
static int expect_parts_make_the_whole(fixture *f, uint32_t draw, double temperature, int32_t max_tokens) {
    cairn_proposal asked = request(f, draw, temperature, max_tokens), whole = asked;
    int several = 0;
    propose(f, &whole);
    assert_true(f->policy.type->partial);
    for (int32_t tau = 1; tau <= whole.n_tokens + 1 && tau < max_tokens; tau++) {
        cairn_proposal q = asked;
        q.partial = true;
        q.sampling.max_tokens = tau;
        propose(f, &q);
        if (q.stop == CAIRN_STOP_LENGTH) {
            cairn_proposal rest = asked;
            cairn_begun begun = begun_of(&q);
            assert_int_equal(q.n_tokens, tau);
            rest.begun = &begun;
            propose(f, &rest);
            expect_same(&rest, &whole);
            assert_near(q.flops + rest.flops, whole.flops, 1e-9 * whole.flops);
            several++;
        } else {
            assert_true(whole.n_tokens <= tau);
            expect_same(&q, &whole);
        }
        several += in_parts(f, &asked, tau, &whole) > 2;
    }
    return several;
}

/* At temperature 8 tokens are bytes of every kind, so that parts end within characters. */
static void test_a_decoders_step(void **state) {
    (void)state;
    char spec[128];
    int several = 0;
    snprintf(spec, sizeof spec, "model:file=%s,rows=64", tiny_path);
    fixture *f = open_fixture("chain:steps=4", spec);
    for (uint32_t draw = 0; draw < 12; draw++) several += expect_parts_make_the_whole(f, draw, draw % 3 ? 8 : 0.7, 14);
    assert_true(several > 100);
    close_fixture(f);
}

/* A part has whole characters only: the bytes of one that the next token may finish are left out, not replaced. */
static void test_a_decoders_part_ends_with_a_whole_character(void **state) {
    (void)state;
    char spec[128];
    int held_back = 0;
    snprintf(spec, sizeof spec, "model:file=%s,rows=64", tiny_path);
    fixture *f = open_fixture("chain:steps=4", spec);
    for (uint32_t draw = 0; draw < 60; draw++) {
        cairn_proposal part = request(f, draw, 8, 3), whole = part;
        part.partial = true;
        propose(f, &part);
        propose(f, &whole);
        if (part.stop != CAIRN_STOP_LENGTH) continue;
        held_back += strcmp(part.text, whole.text) != 0;
        assert_int_equal(strncmp(part.text, whole.text, strlen(part.text)), 0);
    }
    assert_true(held_back > 0);
    close_fixture(f);
}

/* The context of 300 tokens ends some of these steps, by their tokens or by the spelling of their text. */
static void test_a_step_that_fills_the_context(void **state) {
    (void)state;
    char spec[128], filler[171];
    int filled = 0;
    memset(filler, '#', sizeof filler - 1);
    filler[sizeof filler - 1] = 0;
    const char *const steps[] = {filler};
    snprintf(spec, sizeof spec, "model:file=%s,rows=64", tiny_path);
    fixture *f = open_fixture("chain:steps=4", spec);
    for (uint32_t draw = 0; draw < 40; draw++) {
        cairn_proposal asked = request(f, draw, 8, 200), whole;
        asked.steps = steps;
        asked.n_steps = 1;
        whole = asked;
        propose(f, &whole);
        in_parts(f, &asked, 1 + (int32_t)draw % 9, &whole);
        filled += whole.stop == CAIRN_STOP_END && whole.n_tokens > 20;
    }
    assert_true(filled > 0);
    close_fixture(f);
}

static void test_a_part_costs_the_rows_of_its_tokens_only(void **state) {
    (void)state;
    cairn_ctx *ctx;
    cairn_engine *engine;
    cairn_policy policy;
    int64_t computed[2];
    fixture *f = open_fixture("chain:steps=4", "scripted");
    for (int parts = 0; parts < 2; parts++) {
        assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
        assert_int_equal(cairn_engine_load(ctx, tiny_path, CAIRN_F32, &CAIRN_ENGINE_DEFAULT, &engine), CAIRN_OK);
        assert_int_equal(cairn_policy_open_engine(ctx, f->arena, engine, NULL, &f->world, &policy), CAIRN_OK);
        cairn_proposal q = request(f, 1, 1, 20);
        cairn_begun begun;
        for (int32_t most = parts ? 4 : 20; most <= 20; most += 4) {
            q.sampling.max_tokens = most;
            q.partial = true;
            assert_int_equal(policy.type->propose(ctx, policy.self, f->arena, &q, 1), CAIRN_OK);
            assert_int_equal(q.status, CAIRN_OK);
            assert_int_equal(q.stop, CAIRN_STOP_LENGTH); /* else another draw does */
            begun = begun_of(&q);
            q.begun = &begun;
        }
        computed[parts] = cairn_engine_statistics(engine).computed;
        cairn_policy_close(&policy);
        cairn_engine_unload(engine);
        cairn_ctx_close(ctx);
    }
    assert_true(computed[0] > 20);
    assert_int_equal(computed[0], computed[1]);
    close_fixture(f);
}

static void test_a_decoder_goes_on_from_token_ids_only(void **state) {
    (void)state;
    char spec[128];
    snprintf(spec, sizeof spec, "model:file=%s,rows=64", tiny_path);
    fixture *f = open_fixture("chain:steps=4", spec);
    cairn_proposal q = request(f, 0, 1, 20);
    cairn_begun begun = {.text = "19", .n_tokens = 2};
    q.begun = &begun;
    (void)f->policy.type->propose(f->ctx, f->policy.self, f->arena, &q, 1);
    assert_int_equal(q.status, CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(f->ctx), "token ids"));
    close_fixture(f);
}

static void test_a_scripted_step(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=4", "scripted:error=0.4");
    int several = 0;
    for (uint32_t draw = 0; draw < 20; draw++) several += expect_parts_make_the_whole(f, draw, 1, 256);
    assert_true(several > 40);
    cairn_proposal part = request(f, 0, 1, 2), whole = request(f, 0, 1, 256);
    part.partial = true;
    propose(f, &part);
    propose(f, &whole);
    assert_true(isnan(part.logp)); /* a script knows how likely its steps are, not their beginnings */
    assert_int_equal(strlen(part.text), strlen(whole.text) * 2 / (size_t)whole.n_tokens);
    close_fixture(f);
}

/* Two recorded solutions of P; "ä ö ü" has 3 words, a token each, and 8 bytes: 2 tokens are 5 bytes, "ä ö", and 1 is 2,
 * "ä". */
static void test_a_recorded_step(void **state) {
    (void)state;
    static const char records[] = "{\"prompt\":\"P\",\"completions\":[\"ä ö ü\",\"b\"],\"labels\":[true,true]}\n"
                                  "{\"prompt\":\"P\",\"completions\":[\"c d e f\"],\"labels\":[true]}\n";
    char path[] = "/tmp/cairn-recorded-XXXXXX", spec[128];
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, records, sizeof records - 1), sizeof records - 1);
    close(file);
    snprintf(spec, sizeof spec, "recorded:file=%s,format=stepwise", path);
    fixture *f = open_fixture("text", spec);
    assert_true(expect_parts_make_the_whole(f, 0, 1, 256) > 0);
    assert_true(expect_parts_make_the_whole(f, 1, 1, 256) > 0);
    const char *const wanted[] = {"ä", "ä ö"};
    for (int32_t tau = 1; tau <= 2; tau++) {
        cairn_proposal q = request(f, 0, 1, tau);
        q.partial = true;
        propose(f, &q);
        assert_string_equal(q.text, wanted[tau - 1]);
        assert_int_equal(q.stop, CAIRN_STOP_LENGTH);
    }
    cairn_proposal end = request(f, 1, 1, 4);
    end.partial = true;
    propose(f, &end);
    assert_int_equal(end.stop, CAIRN_STOP_END);
    assert_non_null(end.stated);
    close_fixture(f);
    unlink(path);
}

/* ---- programs -------------------------------------------------------------------------------------------------------------------- */

#define FIELD(name) name "=${line#*'\"" name "\":'}; " name "=${" name "%%[,\\}]*}; "
#define EACH        "while read -r line; do " FIELD("id") FIELD("max_tokens")
#define SAY(fields) "echo \"{\\\"id\\\":$id," fields "}\"; done"

/* Its step is always "12 * 3 = 36", five words. */
#define WORDS                                                                                   \
    "exec:" EACH "n=5; cut=false; if [ $max_tokens -lt 5 ]; then n=$max_tokens; cut=true; fi; " \
    "text=$(echo '12 * 3 = 36' | cut -d' ' -f1-$n); " SAY(                                      \
        "\\\"text\\\":\\\"$text\\\",\\\"tokens\\\":$n,\\\"logp\\\":-0.$n,\\\"cut\\\":$cut")

static void test_a_programs_step(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=2", WORDS);
    assert_true(expect_parts_make_the_whole(f, 0, 1, 256) > 4);
    close_fixture(f);
}

/* What a part of the program's reply to a request for at most 2 tokens after `begun` is refused for. */
static void expect_refused(const char *program, const char *begun, const char *why) {
    char spec[600];
    snprintf(spec, sizeof spec, "exec:command=%s,retries=0", program);
    fixture *f = open_fixture("chain:steps=2", spec);
    cairn_proposal q = request(f, 0, 1, 2);
    cairn_begun part = {.text = begun ? begun : "", .n_tokens = 1};
    q.partial = true;
    if (begun) q.begun = &part;
    (void)f->policy.type->propose(f->ctx, f->policy.self, f->arena, &q, 1);
    assert_int_equal(q.status, CAIRN_FORMAT);
    if (!strstr(cairn_error(f->ctx), why)) fail_msg("`%s` does not say `%s`", cairn_error(f->ctx), why);
    close_fixture(f);
}

#define SAYS(fields) "while read -r line; do " FIELD_("id") "echo \"{\\\"id\\\":$id\\," fields "}\"; done"
#define FIELD_(name) name "=${line#*'\"" name "\":'}; " name "=${" name "%%[\\,\\}]*}; "
#define TEXT(text)   "\\\"text\\\":\\\"" text "\\\""
#define MORE(fields) "\\," fields

static void test_a_program_that_does_not_know_parts_is_told_so(void **state) {
    (void)state;
    expect_refused(SAYS(TEXT("12 * 3 = 36")), NULL, "`cut`: expected true or false, because the request has `begun`");
    expect_refused(SAYS(TEXT("12 *") MORE("\\\"cut\\\":1")), NULL, "`cut`");
    expect_refused(SAYS(TEXT("* 3") MORE("\\\"cut\\\":true")), "12",
                   "expected the step from its beginning `12`, got `* 3`");
    expect_refused(SAYS(TEXT("12 * 3") MORE("\\\"cut\\\":true")), "12", "expected 2 to 2 of the whole step, got 3");
    expect_refused(SAYS(TEXT("12") MORE("\\\"cut\\\":true")), "12", "expected 2 to 2 of the whole step, got 1");
    expect_refused(SAYS(TEXT("12 *") MORE("\\\"cut\\\":true\\,\\\"end\\\":true")), "12", "does not end the solution");
}

/* A plain request has neither of the fields, and `cut` in its reply says nothing. */
static void test_a_plain_request_is_what_it_was(void **state) {
    (void)state;
    fixture *f = open_fixture("chain:steps=2", "exec:" EACH "case $line in *begun*) has=yes;; *) has=no;; esac; " SAY(
                                                   "\\\"text\\\":\\\"$has\\\",\\\"cut\\\":true"));
    cairn_proposal q = request(f, 0, 1, 256);
    propose(f, &q);
    assert_string_equal(q.text, "no");
    assert_int_equal(q.stop, CAIRN_STOP_STEP);
    q.partial = true;
    propose(f, &q);
    assert_string_equal(q.text, "yes");
    assert_int_equal(q.stop, CAIRN_STOP_LENGTH);
    close_fixture(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_decoders_step),
        cmocka_unit_test(test_a_decoders_part_ends_with_a_whole_character),
        cmocka_unit_test(test_a_step_that_fills_the_context),
        cmocka_unit_test(test_a_part_costs_the_rows_of_its_tokens_only),
        cmocka_unit_test(test_a_decoder_goes_on_from_token_ids_only),
        cmocka_unit_test(test_a_scripted_step),
        cmocka_unit_test(test_a_recorded_step),
        cmocka_unit_test(test_a_programs_step),
        cmocka_unit_test(test_a_program_that_does_not_know_parts_is_told_so),
        cmocka_unit_test(test_a_plain_request_is_what_it_was),
    };
    return cmocka_run_group_tests_name("steps in parts", tests, write_model, remove_model);
}
