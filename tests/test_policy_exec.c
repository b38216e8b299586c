#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "near.h"
#include "cairn/policy.h"

/* Answers each request line by its id (the number behind "id":). */
#define EACH_REQUEST "while read -r line; do id=${line#*'\"id\":'}; id=${id%%[,\\}]*}; "

typedef struct fixture {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_policy policy;
    cairn_problem problem;
    char state[64];
} fixture;

static fixture *open_fixture(const char *spec) {
    static fixture held;
    fixture *f = &held;
    *f = (fixture){0};
    assert_int_equal(cairn_ctx_open(&f->ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(f->ctx, 4096, &f->arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(f->ctx, f->arena, "chain:steps=2", &f->world), CAIRN_OK);
    assert_int_equal(cairn_policy_open(f->ctx, f->arena, spec, &f->world, &f->policy), CAIRN_OK);
    assert_int_equal(f->world.type->generate(f->ctx, f->world.self, 1, 0, f->arena, &f->problem), CAIRN_OK);
    assert_int_equal(f->world.type->start(f->ctx, f->world.self, &f->problem, f->state), CAIRN_OK);
    return f;
}

static void close_fixture(fixture *f) {
    cairn_policy_close(&f->policy);
    cairn_world_close(&f->world);
    cairn_arena_close(f->arena);
    cairn_ctx_close(f->ctx);
}

static cairn_proposal request(const fixture *f, uint32_t draw) {
    return (cairn_proposal){.problem = &f->problem,
                            .state = f->state,
                            .rng = cairn_rng_open(1, f->problem.key, CAIRN_PATH_ROOT, CAIRN_VERB_PROPOSE, 0, draw),
                            .draw = draw,
                            .sampling = CAIRN_SAMPLING_DEFAULT};
}

static void replies_become_proposals(void **unused) {
    (void)unused;
    fixture *f =
        open_fixture("exec:" EACH_REQUEST
                     "echo \"{\\\"id\\\":$id,\\\"text\\\":\\\"7 + 5 = 12\\\",\\\"tokens\\\":9,\\\"logp\\\":-0.5,"
                     "\\\"end\\\":true}\"; done");
    cairn_proposal q[3] = {request(f, 0), request(f, 1), request(f, 2)};
    assert_int_equal(f->policy.type->propose(f->ctx, f->policy.self, f->arena, q, 3), CAIRN_OK);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(q[i].status, CAIRN_OK);
        assert_string_equal(q[i].text, "7 + 5 = 12");
        assert_int_equal(q[i].n_tokens, 9);
        assert_near(q[i].logp, -0.5, 0);
        assert_int_equal(q[i].stop, CAIRN_STOP_END);
    }
    close_fixture(f);
}

static void what_a_reply_leaves_out_has_its_default(void **unused) {
    (void)unused;
    fixture *f = open_fixture("exec:" EACH_REQUEST "echo \"{\\\"id\\\":$id,\\\"text\\\":\\\"7 + 5 = 12\\\"}\"; done");
    cairn_proposal q = request(f, 0);
    assert_int_equal(f->policy.type->propose(f->ctx, f->policy.self, f->arena, &q, 1), CAIRN_OK);
    assert_int_equal(q.n_tokens, 5);
    assert_true(isnan(q.logp));
    assert_int_equal(q.stop, CAIRN_STOP_STEP);
    close_fixture(f);
}

/* The program sends the request's own fields back as the step. */
static void the_request_says_everything_that_the_program_needs(void **unused) {
    (void)unused;
    fixture *f =
        open_fixture("exec:" EACH_REQUEST
                     "q=$(echo \"$line\" | tr '\"' \"'\"); echo \"{\\\"id\\\":$id,\\\"text\\\":\\\"$q\\\"}\"; done");
    cairn_proposal q = request(f, 4);
    const char *steps[] = {"1 + 1 = 2"};
    char seed[64], text[300];
    cairn_rng rng = q.rng;
    q.steps = steps;
    q.n_steps = 1;
    snprintf(seed, sizeof seed, "'seed':'%llu'", (unsigned long long)cairn_rng_u64(&rng));
    snprintf(text, sizeof text, "'problem':'%s'", f->problem.text);
    assert_int_equal(f->policy.type->propose(f->ctx, f->policy.self, f->arena, &q, 1), CAIRN_OK);
    assert_int_equal(q.status, CAIRN_OK);
    assert_non_null(strstr(q.text, seed));
    assert_non_null(strstr(q.text, text));
    assert_non_null(strstr(q.text, "'problem_id':'chain-1-0'"));
    assert_non_null(strstr(q.text, "'steps':['1 + 1 = 2']"));
    assert_non_null(strstr(q.text, "'verb':'propose'"));
    assert_non_null(strstr(q.text, "'max_tokens':256"));
    assert_non_null(strstr(q.text, "'temperature':1"));
    close_fixture(f);
}

static void a_bad_reply_fails_its_request_and_names_the_field(void **unused) {
    (void)unused;
    static const struct {
        const char *reply, *field;
    } cases[] = {{"", "text"},
                 {",\\\"text\\\":\\\"\\\"", "text"},
                 {",\\\"text\\\":3", "text"},
                 {",\\\"text\\\":\\\"a\\\",\\\"tokens\\\":-1", "tokens"},
                 {",\\\"text\\\":\\\"a\\\",\\\"logp\\\":0.5", "logp"},
                 {",\\\"text\\\":\\\"a\\\",\\\"end\\\":1", "end"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char spec[400];
        snprintf(spec, sizeof spec, "exec:" EACH_REQUEST "echo \"{\\\"id\\\":$id%s}\"; done", cases[i].reply);
        fixture *f = open_fixture(spec);
        cairn_proposal q = request(f, 0);
        assert_int_equal(f->policy.type->propose(f->ctx, f->policy.self, f->arena, &q, 1), CAIRN_OK);
        assert_int_equal(q.status, CAIRN_FORMAT);
        assert_non_null(strstr(cairn_error(f->ctx), cases[i].field));
        if (i > 1) { /* a text that was asked for may be empty */
            cairn_asking ask = {.name = "p", .problem = "?", .sampling = {.max_tokens = 8}};
            assert_int_equal(f->policy.type->ask(f->ctx, f->policy.self, f->arena, &ask, 1), CAIRN_OK);
            assert_int_equal(ask.status, CAIRN_FORMAT);
            assert_non_null(strstr(cairn_error(f->ctx), cases[i].field));
        }
        close_fixture(f);
    }
}

static void a_request_that_the_program_refuses_fails_alone(void **unused) {
    (void)unused;
    fixture *f = open_fixture(
        "exec:true; n=0; " EACH_REQUEST
        "n=$((n+1)); if [ $n = 2 ] || [ $n -gt 3 ]; then echo \"{\\\"id\\\":$id,\\\"error\\\":\\\"too hard\\\"}\"; "
        "else echo \"{\\\"id\\\":$id,\\\"text\\\":\\\"a\\\"}\"; fi; done");
    cairn_proposal q[3] = {request(f, 0), request(f, 1), request(f, 2)};
    assert_int_equal(f->policy.type->propose(f->ctx, f->policy.self, f->arena, q, 3), CAIRN_OK);
    assert_int_equal(q[0].status, CAIRN_OK);
    assert_int_not_equal(q[1].status, CAIRN_OK);
    assert_non_null(strstr(cairn_error(f->ctx), "too hard"));
    assert_int_equal(q[2].status, CAIRN_OK);
    close_fixture(f);
}

static void a_dead_program_fails_the_whole(void **unused) {
    (void)unused;
    fixture *f = open_fixture("exec:read -r line; exit 3");
    cairn_proposal q = request(f, 0);
    assert_int_equal(f->policy.type->propose(f->ctx, f->policy.self, f->arena, &q, 1), CAIRN_IO);
    assert_non_null(strstr(cairn_error(f->ctx), "3"));
    close_fixture(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_become_proposals),
        cmocka_unit_test(what_a_reply_leaves_out_has_its_default),
        cmocka_unit_test(the_request_says_everything_that_the_program_needs),
        cmocka_unit_test(a_bad_reply_fails_its_request_and_names_the_field),
        cmocka_unit_test(a_request_that_the_program_refuses_fails_alone),
        cmocka_unit_test(a_dead_program_fails_the_whole),
    };
    return cmocka_run_group_tests_name("policy exec", tests, NULL, NULL);
}
