/* Free requests to a decoder, and the distribution of its next token: by hand, and against the decoder itself. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "follow_model.h"
#include "near.h"
#include "tiny_model.h"

#include "cairn/engine.h"
#include "cairn/policy.h"

typedef struct bench {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_policy hand, tiny;
    char hand_path[64], tiny_path[64];
} bench;

static const char *const steps[] = {"19 + 8 = 27", "27 - 3 = 24"};
static const char *const words[] = {"yes", "no"};

static void ask(bench *b, const cairn_policy *policy, cairn_asking *requests, int32_t n) {
    if (policy->type->ask(b->ctx, policy->self, b->arena, requests, n) != CAIRN_OK) fail_msg("%s", cairn_error(b->ctx));
    for (int32_t i = 0; i < n; i++)
        if (requests[i].status != CAIRN_OK) fail_msg("request %d: %s", (int)i, cairn_error(b->ctx));
}

/* ---- by hand: behind g comes <step>, behind that yes with 3/4 or no with 1/4, then </s> ------------------------------------------- */

static cairn_asking by_hand(int32_t max_tokens) {
    return (cairn_asking){.name = "p", .problem = "?", .sampling = {.temperature = 0, .max_tokens = max_tokens}};
}

static void test_what_is_generated_is_told_step_by_step(void **state) {
    bench *b = *state;
    cairn_asking q = by_hand(32);
    ask(b, &b->hand, &q, 1);
    assert_int_equal(q.n_written, 2);
    assert_string_equal(q.written[0], "g");
    assert_string_equal(q.written[1], "yes");
    assert_int_equal(q.stop, CAIRN_STOP_END);
    const int32_t wanted[] = {'g', STEP_END, 'y', 'e', 's', END};
    assert_int_equal(q.n_tokens, 6);
    assert_memory_equal(q.tokens, wanted, sizeof wanted);
    assert_near(q.logp, log(0.75), 1e-5);
    assert_int_equal(q.n_read, 3); /* <s> ? <sep> */

    q = by_hand(32);
    q.one_step = true;
    ask(b, &b->hand, &q, 1);
    assert_int_equal(q.n_written, 1);
    assert_int_equal(q.n_tokens, 2);
    assert_int_equal(q.stop, CAIRN_STOP_STEP);
}

/* Where choices stand after each way to stop. Within the step of g, what follows is not <step>: e^-60. */
static void test_choices_follow_what_was_generated(void **state) {
    bench *b = *state;
    static const char *const stop_y[] = {"y"}, *const stop_es[] = {"es"}, *const ends[] = {"es", "x"};
    struct {
        cairn_asking q;
        double first, second;
    } cases[] = {
        {.q = by_hand(2), .first = log(0.75), .second = log(0.25)},  /* g <step>: another step */
        {.q = by_hand(1), .first = -60, .second = -60},              /* g: the same step */
        {.q = by_hand(32), .first = log(0.75), .second = log(0.25)}, /* before y, in the step that it began */
        {.q = by_hand(32), .first = 0, .second = -60},               /* behind y */
        {.q = by_hand(0), .first = log(0.75), .second = log(0.25)},  /* behind the step g, given */
        {.q = by_hand(0), .first = 0, .second = -60},                /* behind y, begun */
        {.q = by_hand(0), .first = 0, .second = -60},                /* behind y, forced */
        {.q = by_hand(1), .first = log(0.75), .second = log(0.25)},  /* behind g, begun, and <step>, generated */
    };
    enum { N = sizeof cases / sizeof *cases };
    static const char *const given[] = {"g"};
    for (int i = 0; i < N; i++) {
        bool rest = i == 3 || i == 5 || i == 6;
        cases[i].q.choices = rest ? ends : words;
        cases[i].q.n_choices = 2;
    }
    cases[2].q.stops = stop_y;
    cases[3].q.stops = stop_es;
    cases[2].q.n_stops = cases[3].q.n_stops = 1;
    cases[4].q.steps = given;
    cases[4].q.n_steps = 1;
    cases[5].q.begun = cases[6].q.forced = "y";
    cases[7].q.begun = "g";
    for (int i = 0; i < N; i++) {
        ask(b, &b->hand, &cases[i].q, 1);
        assert_near(cases[i].q.choice_logp[0], cases[i].first, 1e-4);
        assert_near(cases[i].q.choice_logp[1], cases[i].second, 1e-4);
    }
    assert_int_equal(cases[2].q.stop, CAIRN_STOP_TEXT);
    assert_int_equal(cases[2].q.n_written, 1);
    assert_int_equal(cases[3].q.n_written, 2);
    assert_string_equal(cases[3].q.written[1], "y");
    assert_int_equal(cases[1].q.stop, CAIRN_STOP_LENGTH);
    assert_int_equal(cases[4].q.n_written, 0);
    /* <s> ? <sep>, then yes and no behind the g <step> that was generated */
    assert_int_equal(cases[0].q.n_read, 3 + 5);
    assert_int_equal(cases[4].q.n_read, 5 + 5);
}

static void test_bad_requests_fail_alone(void **state) {
    bench *b = *state;
    static const char *const empty[] = {"yes", ""};
    static char longer[600];
    memset(longer, 'a', sizeof longer - 1);
    cairn_asking q[4] = {by_hand(32), by_hand(32), by_hand(32), by_hand(32)};
    q[0].choices = empty;
    q[0].n_choices = 2;
    q[1].problem = longer;
    q[2].stops = empty;
    q[2].n_stops = 2;
    assert_int_equal(b->hand.type->ask(b->ctx, b->hand.self, b->arena, q, 4), CAIRN_OK);
    assert_int_equal(q[0].status, CAIRN_INVALID);
    assert_int_equal(q[1].status, CAIRN_LIMIT);
    assert_int_equal(q[2].status, CAIRN_INVALID);
    assert_int_equal(q[3].status, CAIRN_OK);
    assert_int_equal(q[3].n_written, 2);
}

/* ---- against the decoder itself ------------------------------------------------------------------------------------------------------ */

/* ln P of tokens [from, n) given those before, from logits of the whole sequence. */
static double sequence_logp(own_model *m, const int32_t *tokens, int32_t from, int32_t n) {
    double sum = 0;
    cairn_tape_reset(m->tape);
    cairn_tensor *logits = cairn_transformer_logits(
        m->tape, m->model, cairn_transformer_trunk(m->tape, m->model, tokens, (int32_t[]){0, n}, 1));
    assert_non_null(logits);
    int32_t vocabulary = m->model->shape.vocabulary;
    for (int32_t i = from; i < n; i++) {
        double total = 0;
        for (int32_t v = 0; v < vocabulary; v++)
            total += exp(cairn_tensor_at(logits, (int64_t)(i - 1) * vocabulary + v));
        sum += cairn_tensor_at(logits, (int64_t)(i - 1) * vocabulary + tokens[i]) - log(total);
    }
    return sum;
}

/* ln P of the text `open` behind problem and steps, as a step that is not complete. */
static double text_logp(bench *b, own_model *m, const char *problem, const char *const *given, int32_t n,
                        const char *open) {
    cairn_solution_tokens s = {0};
    assert_int_equal(cairn_solution_encode(b->ctx, &m->format, "p", problem, given, n, false, &s), CAIRN_OK);
    int32_t from = (int32_t)s.tokens.count;
    assert_int_equal(cairn_tokenizer_encode(b->ctx, m->tokenizer, open, strlen(open), &s.tokens), CAIRN_OK);
    double sum = sequence_logp(m, s.tokens.ids, from, (int32_t)s.tokens.count);
    cairn_solution_free(&s);
    return sum;
}

static void test_choices_have_the_decoders_log_probability(void **state) {
    bench *b = *state;
    own_model m = open_own_model(b->ctx, b->tiny_path);
    static const char *const choices[] = {" result", " 8", "."}, *const whole[] = {"so the result", "so the 8",
                                                                                   "so the."};
    cairn_asking q = {.name = "p",
                      .problem = "Start",
                      .steps = steps,
                      .n_steps = 2,
                      .begun = "so",
                      .forced = " the",
                      .choices = choices,
                      .n_choices = 3};
    ask(b, &b->tiny, &q, 1);
    for (int i = 0; i < 3; i++)
        assert_near(q.choice_logp[i],
                    text_logp(b, &m, "Start", steps, 2, whole[i]) - text_logp(b, &m, "Start", steps, 2, "so the"),
                    1e-6);

    /* where forced text and choice are spelled together: what is forced is spelled " the " alone, " the" " add" with a
     * choice */
    static const char *const apart[] = {"add", "8"}, *const joined[] = {"so the add", "so the 8"};
    q.forced = " the ";
    q.choices = apart;
    q.n_choices = 2;
    ask(b, &b->tiny, &q, 1);
    assert_near(q.choice_logp[0] - q.choice_logp[1],
                text_logp(b, &m, "Start", steps, 2, joined[0]) - text_logp(b, &m, "Start", steps, 2, joined[1]), 1e-6);
    close_own_model(&m);
}

/* What was generated, and the choices behind it, of which the text alone decides. */
static void test_choices_behind_generated_text_have_it_too(void **state) {
    bench *b = *state;
    own_model m = open_own_model(b->ctx, b->tiny_path);
    int unfinished = 0;
    for (uint32_t draw = 0; draw < 6; draw++) {
        cairn_asking q = {.name = "p",
                          .problem = "Start",
                          .steps = steps,
                          .n_steps = 1,
                          .choices = words,
                          .n_choices = 2,
                          .sampling = {.temperature = 1, .max_tokens = 12},
                          .rng = cairn_rng_open(1, 2, 3, CAIRN_VERB_ASK, 0, draw)};
        ask(b, &b->tiny, &q, 1);
        const char *all[16];
        char open[2][512];
        int32_t n = 0, last = q.n_tokens - 1;
        bool closed = q.stop != CAIRN_STOP_LENGTH || q.tokens[last] == m.format.step;
        all[n++] = steps[0];
        for (int32_t i = 0; i < q.n_written; i++) all[n++] = q.written[i];
        if (!closed) n--;
        unfinished += !closed;
        for (int i = 0; i < 2; i++) {
            snprintf(open[i], sizeof open[i], "%s%s", closed ? "" : all[n], words[i]);
            if (closed) assert_near(q.choice_logp[i], text_logp(b, &m, "Start", all, n, open[i]), 1e-6);
        }
        assert_near(q.choice_logp[0] - q.choice_logp[1],
                    text_logp(b, &m, "Start", all, n, open[0]) - text_logp(b, &m, "Start", all, n, open[1]), 2e-6);
    }
    assert_true(unfinished > 0);
    close_own_model(&m);
}

static cairn_asking mixed(int i) {
    static const char *const stops[] = {"e", "the"};
    return (cairn_asking){.name = "p",
                          .problem = i % 4 ? "Start with 19." : "Start",
                          .steps = steps,
                          .n_steps = i % 3,
                          .begun = i % 5 == 1 ? "so" : NULL,
                          .sampling = {.temperature = i % 4 ? 1 : 0, .max_tokens = i % 6 ? 5 * (i % 6) : 0},
                          .one_step = i % 7 == 0,
                          .stops = stops,
                          .n_stops = i % 2 ? 2 : 0,
                          .rng = cairn_rng_open(1, 2, 3, CAIRN_VERB_ASK, 0, (uint32_t)i),
                          .forced = i % 4 == 3 ? " is it? " : NULL,
                          .choices = words,
                          .n_choices = i % 3 ? 2 : 0};
}

static void test_a_reply_depends_on_its_request_alone(void **state) {
    bench *b = *state;
    enum { N = 24 };
    cairn_asking many[N];
    int different = 0;
    for (int i = 0; i < N; i++) many[i] = mixed(i);
    ask(b, &b->tiny, many, N);
    for (int i = N; i-- > 0;) {
        cairn_asking alone = mixed(i);
        ask(b, &b->tiny, &alone, 1);
        assert_int_equal(alone.stop, many[i].stop);
        assert_int_equal(alone.n_read, many[i].n_read);
        assert_int_equal(alone.n_tokens, many[i].n_tokens);
        assert_memory_equal(alone.tokens, many[i].tokens, (size_t)alone.n_tokens * sizeof *alone.tokens);
        assert_memory_equal(&alone.logp, &many[i].logp, sizeof alone.logp);
        assert_int_equal(alone.n_written, many[i].n_written);
        for (int32_t k = 0; k < alone.n_written; k++) assert_string_equal(alone.written[k], many[i].written[k]);
        if (alone.n_choices) assert_memory_equal(alone.choice_logp, many[i].choice_logp, 2 * sizeof(double));
        different += alone.n_tokens && many[(i + 6) % N].n_tokens && alone.tokens[0] != many[(i + 6) % N].tokens[0];
    }
    assert_true(different > 6); /* the draws are draws */
}

/* ---- the next token ----------------------------------------------------------------------------------------------------------------------- */

static void test_the_next_token_is_distributed_as_the_decoder_says(void **state) {
    bench *b = *state;
    own_model m = open_own_model(b->ctx, b->tiny_path);
    enum { N = 6 };
    static bool legal[400];
    int32_t vocabulary = m.model->shape.vocabulary;
    for (int32_t v = 0; v < vocabulary; v += 3) legal[v] = true;
    assert_int_equal(cairn_tokenizer_size(b->tiny.type->tokenizer(b->tiny.self)), vocabulary);
    cairn_prediction q[N];
    for (int i = 0; i < N; i++)
        q[i] = (cairn_prediction){.name = "p",
                                  .problem = "Start",
                                  .steps = steps,
                                  .n_steps = i % 3,
                                  .begun = i % 2 ? "so" : NULL,
                                  .legal = i > 2 ? legal : NULL};
    assert_int_equal(b->tiny.type->next(b->ctx, b->tiny.self, b->arena, q, N), CAIRN_OK);
    for (int i = 0; i < N; i++) {
        assert_int_equal(q[i].status, CAIRN_OK);
        assert_int_equal(q[i].n_tokens, vocabulary);
        cairn_solution_tokens s = {0};
        assert_int_equal(cairn_solution_encode(b->ctx, &m.format, "p", "Start", steps, i % 3, false, &s), CAIRN_OK);
        if (i % 2) assert_int_equal(cairn_tokenizer_encode(b->ctx, m.tokenizer, "so", 2, &s.tokens), CAIRN_OK);
        double share = 0, sum = 0; /* of what is legal, by the decoder */
        int32_t n = (int32_t)s.tokens.count;
        double own[400];
        assert_int_equal(cairn_tokens_add(b->ctx, &s.tokens, 0), CAIRN_OK);
        for (int32_t v = 0; v < vocabulary; v += 3) {
            s.tokens.ids[n] = v;
            own[v] = sequence_logp(&m, s.tokens.ids, n, n + 1);
            share += exp(own[v]);
        }
        for (int32_t v = 0; v < vocabulary; v++) {
            if (v % 3 == 0) assert_near(q[i].logp[v], own[v] - (i > 2 ? log(share) : 0), 1e-6);
            if (v % 3 && i > 2) assert_true(q[i].logp[v] == -INFINITY);
            sum += exp(q[i].logp[v]);
        }
        assert_near(sum, 1, 1e-9);
        cairn_solution_free(&s);
    }
    memset(legal, 0, sizeof legal);
    assert_int_equal(b->tiny.type->next(b->ctx, b->tiny.self, b->arena, &q[N - 1], 1), CAIRN_OK);
    assert_int_equal(q[N - 1].status, CAIRN_INVALID);
    close_own_model(&m);
}

/* ---- all ------------------------------------------------------------------------------------------------------------------------------------ */

static void open_policy(bench *b, const char *path, cairn_policy *out) {
    char spec[128];
    snprintf(spec, sizeof spec, "model:file=%s,rows=64", path);
    if (cairn_policy_open(b->ctx, b->arena, spec, &b->world, out) != CAIRN_OK) fail_msg("%s", cairn_error(b->ctx));
}

static int open_bench(void **state) {
    static bench b = {.hand_path = "/tmp/cairn-hand-XXXXXX", .tiny_path = "/tmp/cairn-tiny-XXXXXX"};
    *state = &b;
    assert_int_equal(cairn_ctx_open(&b.ctx), CAIRN_OK);
    assert_int_equal(cairn_arena_open(b.ctx, 1 << 16, &b.arena), CAIRN_OK);
    assert_int_equal(cairn_world_open(b.ctx, b.arena, "chain:steps=4", &b.world), CAIRN_OK);
    follow_model m = open_follow_model(b.ctx, 128);
    follow_critic(&m);
    write_follow_model(&m, b.hand_path);
    write_tiny_model(b.ctx, b.tiny_path);
    open_policy(&b, b.hand_path, &b.hand);
    open_policy(&b, b.tiny_path, &b.tiny);
    return 0;
}

static int close_bench(void **state) {
    bench *b = *state;
    cairn_policy_close(&b->hand);
    cairn_policy_close(&b->tiny);
    cairn_world_close(&b->world);
    cairn_arena_close(b->arena);
    cairn_ctx_close(b->ctx);
    return unlink(b->hand_path) | unlink(b->tiny_path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_generated_is_told_step_by_step),
        cmocka_unit_test(test_choices_follow_what_was_generated),
        cmocka_unit_test(test_bad_requests_fail_alone),
        cmocka_unit_test(test_choices_have_the_decoders_log_probability),
        cmocka_unit_test(test_choices_behind_generated_text_have_it_too),
        cmocka_unit_test(test_a_reply_depends_on_its_request_alone),
        cmocka_unit_test(test_the_next_token_is_distributed_as_the_decoder_says),
    };
    return cmocka_run_group_tests_name("policy ask", tests, open_bench, close_bench);
}
