/* A decoder as policy: what it says depends on the request alone, and its log-probability is that of the decoder. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "near.h"
#include "tiny_model.h"

#include "cairn/policy.h"

typedef struct bench {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_policy policy;
    cairn_problem problem;
    char path[64], spec[128];
} bench;

static const char *const steps[] = {"19 + 8 = 27", "27 - 3 = 24"};

static cairn_proposal request(const bench *b, uint32_t draw, int32_t n_steps, double temperature) {
    return (cairn_proposal){.problem = &b->problem,
                            .steps = steps,
                            .n_steps = n_steps,
                            .rng = cairn_rng_open(1, 2, 3, CAIRN_VERB_PROPOSE, 0, draw),
                            .draw = draw,
                            .sampling = {.temperature = temperature, .max_tokens = 24}};
}

static void propose(bench *b, cairn_proposal *requests, int32_t n) {
    if (b->policy.type->propose(b->ctx, b->policy.self, b->arena, requests, n) != CAIRN_OK)
        fail_msg("%s", cairn_error(b->ctx));
    for (int32_t i = 0; i < n; i++) assert_int_equal(requests[i].status, CAIRN_OK);
}

static void test_a_step_depends_on_its_request_alone(void **state) {
    bench *b = *state;
    enum { N = 12 };
    cairn_proposal many[N];
    int different = 0;
    for (int i = 0; i < N; i++) many[i] = request(b, (uint32_t)i, i % 3, i % 4 ? 1 : 0);
    propose(b, many, N);
    for (int i = 0; i < N; i++) {
        cairn_proposal alone = request(b, (uint32_t)i, i % 3, i % 4 ? 1 : 0);
        propose(b, &alone, 1);
        assert_string_equal(alone.text, many[i].text);
        assert_int_equal(alone.n_tokens, many[i].n_tokens);
        assert_int_equal(alone.stop, many[i].stop);
        assert_memory_equal(&alone.logp, &many[i].logp, sizeof alone.logp);
        assert_true(many[i].n_tokens >= 1 && many[i].n_tokens <= 24);
        assert_true(many[i].logp < 0);
        different += i > 0 && strcmp(many[i].text, many[0].text) != 0;
    }
    assert_true(different > 6); /* the draws are draws */
}

/* The step's log-probability, from the decoder itself: the tokens of its text and what ended it. */
static void test_its_log_probability_is_the_decoders(void **state) {
    bench *b = *state;
    own_model m = open_own_model(b->ctx, b->path);
    int checked = 0;
    for (uint32_t draw = 0; draw < 200 && checked < 3; draw++) {
        cairn_proposal q = request(b, draw, 1, 1);
        q.sampling.max_tokens = 4; /* its bytes are chance: few are often text */
        propose(b, &q, 1);
        cairn_solution_tokens prefix = {0};
        cairn_tokens said = {0};
        assert_int_equal(cairn_solution_encode(b->ctx, &m.format, "p", b->problem.text, steps, 1, false, &prefix),
                         CAIRN_OK);
        assert_int_equal(cairn_tokenizer_encode(b->ctx, m.tokenizer, q.text, strlen(q.text), &said), CAIRN_OK);
        if (q.stop != CAIRN_STOP_LENGTH)
            cairn_tokens_add(b->ctx, &said, q.stop == CAIRN_STOP_END ? m.format.end : m.format.step);
        if ((int32_t)said.count == q.n_tokens) { /* else the model spelled the text in another way */
            int32_t all[400], targets[400], starts[2] = {0, (int32_t)(prefix.tokens.count + said.count)};
            float ones[400];
            memcpy(all, prefix.tokens.ids, prefix.tokens.count * sizeof *all);
            memcpy(all + prefix.tokens.count, said.ids, said.count * sizeof *all);
            for (int32_t i = 0; i < starts[1]; i++) {
                targets[i] = i + 1 >= (int32_t)prefix.tokens.count && i + 1 < starts[1] ? all[i + 1] : -1;
                ones[i] = 1;
            }
            cairn_tape_reset(m.tape);
            cairn_tensor *logits =
                cairn_transformer_logits(m.tape, m.model, cairn_transformer_trunk(m.tape, m.model, all, starts, 1));
            cairn_tensor *sum = cairn_weighted_sum(m.tape, cairn_token_logp(m.tape, logits, targets), ones, 1);
            assert_non_null(sum);
            assert_near(q.logp, cairn_tensor_at(sum, 0), 1e-4);
            checked++;
        }
        cairn_solution_free(&prefix);
        cairn_tokens_free(&said);
    }
    assert_true(checked > 0);
    close_own_model(&m);
}

/* A hot decoder says bytes of every kind; a step is a text, which records can hold. */
static void test_every_step_is_text(void **state) {
    bench *b = *state;
    int replaced = 0;
    for (uint32_t draw = 0; draw < 40; draw++) {
        cairn_proposal q = request(b, draw, 1, 8);
        propose(b, &q, 1);
        size_t length = strlen(q.text), n;
        for (size_t at = 0; at < length; at += n) {
            n = cairn_utf8_character(q.text + at, length - at);
            if (n == 0) fail_msg("draw %u: byte %zu of `%s` begins no character", draw, at, q.text);
        }
        replaced += strstr(q.text, "\xef\xbf\xbd") != NULL;
    }
    assert_true(replaced > 0);
}

/* Bytes that became U+FFFD are spelled in more tokens than they were generated in; the decoder would not hold what it
 * is asked to go on with. */
static void test_a_step_that_fills_the_context_ends_the_solution(void **state) {
    bench *b = *state;
    own_model m = open_own_model(b->ctx, b->path);
    int ends = 0, others = 0;
    char filler[181];
    memset(filler, '#', sizeof filler - 1); /* 180 tokens of one byte */
    filler[sizeof filler - 1] = 0;
    for (uint32_t draw = 0; draw < 60; draw++) {
        const char *said[] = {filler, NULL};
        cairn_solution_tokens whole = {0};
        cairn_proposal q = request(b, draw, 1, 8);
        q.steps = said;
        propose(b, &q, 1);
        said[1] = q.text;
        cairn_status status = cairn_solution_encode(b->ctx, &m.format, "p", b->problem.text, said, 2, false, &whole);
        bool fits = status == CAIRN_OK && whole.tokens.count < 300; /* and a token more */
        if (!fits) assert_int_equal(q.stop, CAIRN_STOP_END);
        ends += !fits;
        others += fits && q.stop != CAIRN_STOP_END;
        cairn_solution_free(&whole);
    }
    assert_true(ends > 0 && others > 0);
    close_own_model(&m);
}

static void test_files_that_are_no_models_are_named(void **state) {
    bench *b = *state;
    cairn_policy p = {0};
    assert_int_not_equal(cairn_policy_open(b->ctx, b->arena, "model:file=/no/such.gguf", &b->world, &p), CAIRN_OK);
    assert_non_null(strstr(cairn_error(b->ctx), "/no/such.gguf"));
    assert_int_equal(cairn_policy_open(b->ctx, b->arena, "model", &b->world, &p), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(b->ctx), "file"));
}

static void test_the_content_is_part_of_a_manifest(void **state) {
    bench *b = *state;
    assert_non_null(b->policy.type->content);
    assert_true(b->policy.type->content(b->policy.self) != 0);
}

static int open_bench(void **state) {
    static bench b = {.path = "/tmp/cairn-tiny-XXXXXX"};
    *state = &b;
    assert_int_equal(cairn_ctx_open(&b.ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(b.ctx, 1 << 16, &b.arena), CAIRN_OK);
    write_tiny_model(b.ctx, b.path);
    assert_int_equal(cairn_world_open(b.ctx, b.arena, "chain:steps=4", &b.world), CAIRN_OK);
    assert_int_equal(b.world.type->generate(b.ctx, b.world.self, 1, 0, b.arena, &b.problem), CAIRN_OK);
    snprintf(b.spec, sizeof b.spec, "model:file=%s,rows=64", b.path);
    if (cairn_policy_open(b.ctx, b.arena, b.spec, &b.world, &b.policy) != CAIRN_OK) fail_msg("%s", cairn_error(b.ctx));
    return 0;
}

static int close_bench(void **state) {
    bench *b = *state;
    cairn_policy_close(&b->policy);
    cairn_world_close(&b->world);
    cairn_arena_close(b->arena);
    cairn_ctx_close(b->ctx);
    return unlink(b->path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_step_depends_on_its_request_alone),
        cmocka_unit_test(test_its_log_probability_is_the_decoders),
        cmocka_unit_test(test_every_step_is_text),
        cmocka_unit_test(test_a_step_that_fills_the_context_ends_the_solution),
        cmocka_unit_test(test_files_that_are_no_models_are_named),
        cmocka_unit_test(test_the_content_is_part_of_a_manifest),
    };
    return cmocka_run_group_tests_name("policy model", tests, open_bench, close_bench);
}
