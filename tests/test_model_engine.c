/* The engine against a loop without a cache, whatever is asked together; sharing, scoring, stopping, cancelling. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/engine.h"
#include "near.h"

enum { VOCABULARY = 260, WIDTH = 32, CONTEXT = 160, LAYERS = 2, PAGE_BYTES = 2 * LAYERS * 16 * 16 * 4 };

typedef struct bench {
    cairn_ctx *ctx;
    cairn_device *device;
    cairn_transformer *model;
    cairn_tokenizer *tokenizer;
} bench;

static void open_model(bench *b, cairn_ctx *ctx, int threads, cairn_dtype weights) {
    const cairn_transformer_shape shape = {.vocabulary = VOCABULARY,
                                           .width = WIDTH,
                                           .layers = LAYERS,
                                           .heads = 4,
                                           .kv_heads = 2,
                                           .feed_forward = 48,
                                           .context = CONTEXT,
                                           .tied = true};
    b->ctx = ctx;
    assert_int_equal(cairn_device_open(ctx, threads, CAIRN_MATMUL_FASTEST, &b->device), CAIRN_OK);
    assert_int_equal(cairn_transformer_open(ctx, b->device, &shape, weights, &b->model), CAIRN_OK);
    cairn_transformer_init(b->model, 1);
    for (int32_t i = 0; i < cairn_params_count(b->model->params); i++) {
        cairn_param *p = cairn_params_get(b->model->params, i);
        if (p->value.rank == 2) cairn_param_init_normal(p, 2, 0.15);
    }
}

static void close_model(bench *b) {
    cairn_transformer_close(b->model);
    cairn_device_close(b->device);
}

static cairn_engine *open_engine(const bench *b, int32_t pages, int32_t rows) {
    cairn_engine *e;
    cairn_engine_options options = {.cache_bytes = (size_t)pages * PAGE_BYTES, .rows = rows};
    assert_int_equal(cairn_engine_open(b->ctx, b->device, b->model, b->tokenizer, &options, &e), CAIRN_OK);
    assert_int_equal(cairn_engine_statistics(e).pages, pages);
    return e;
}

/* Everything that was asked is given back: nothing is held, and no page is lost. */
static void close_empty_engine(cairn_engine *e) {
    assert_int_equal(cairn_engine_statistics(e).open, 0);
    cairn_engine_forget(e);
    assert_int_equal(cairn_engine_statistics(e).prefixes, 0);
    assert_int_equal(cairn_engine_statistics(e).pages_used, 0);
    cairn_engine_close(e);
}

static void ask(const bench *b, cairn_engine *e, cairn_generation *g) {
    cairn_request *requests[] = {&g->request};
    if (cairn_await(b->ctx, cairn_engine_backend(e), requests, 1) != CAIRN_OK) fail_msg("%s", cairn_error(b->ctx));
}

/* ---- against a loop without a cache ----------------------------------------------------------------------------------- */

enum { REQUESTS = 24, MOST_NEW = 20 };

typedef struct plan {
    int32_t tokens[CONTEXT], n_tokens, max_tokens, suffix[3], rows[2], n_rows;
    cairn_decoding decoding;
    cairn_rng rng;
} plan;

typedef struct answer {
    int32_t tokens[MOST_NEW];
    double raw[MOST_NEW], drawn[MOST_NEW], suffix[3];
    float trunk[2][WIDTH];
} answer;

/* Prefixes that begin alike, of all lengths. */
static void make_plans(plan plans[REQUESTS]) {
    cairn_rng rng = cairn_rng_open(1, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    memset(plans, 0, REQUESTS * sizeof *plans);
    for (int i = 0; i < REQUESTS; i++) {
        plan *p = &plans[i];
        p->n_tokens = 1 + (int32_t)cairn_rng_below(&rng, 90);
        for (int32_t t = 0; t < p->n_tokens; t++) p->tokens[t] = t % 11 + (t > 40 ? i % 3 : 0);
        if (i % 2) p->tokens[p->n_tokens - 1] = 100 + i;
        p->max_tokens = i % 5 == 4 ? 0 : 1 + (int32_t)cairn_rng_below(&rng, MOST_NEW);
        p->decoding = (cairn_decoding){.temperature = i % 4 * 0.5, .top_k = i % 3 * 20, .top_p = i % 2 ? 0.9 : 1};
        p->rng = cairn_rng_open(9, (uint64_t)i, 0, CAIRN_VERB_PROPOSE, 0, 0);
        for (int s = 0; s < 3; s++) p->suffix[s] = (int32_t)cairn_rng_below(&rng, VOCABULARY);
        p->rows[0] = p->n_tokens / 3;
        p->rows[1] = p->n_tokens - 1;
        p->n_rows = p->rows[0] < p->rows[1] ? 2 : 1;
    }
}

static const float *last_logits(cairn_tape *tape, const bench *b, const int32_t *tokens, int32_t count,
                                cairn_tensor **trunk) {
    cairn_tape_reset(tape);
    *trunk = cairn_transformer_trunk(tape, b->model, tokens, (int32_t[]){0, count}, 1);
    cairn_tensor *logits = cairn_transformer_logits(tape, b->model, *trunk);
    assert_non_null(logits);
    return (const float *)logits->data + (size_t)(count - 1) * VOCABULARY;
}

static void loop_without_cache(const bench *b, const plan *p, answer *out) {
    cairn_tape *tape;
    cairn_tensor *trunk;
    int32_t tokens[CONTEXT], n = p->n_tokens, order[VOCABULARY];
    double weights[VOCABULARY];
    assert_int_equal(cairn_tape_open(b->ctx, b->device, CAIRN_F32, &tape), CAIRN_OK);
    memset(out, 0, sizeof *out);
    memcpy(tokens, p->tokens, sizeof tokens);
    last_logits(tape, b, tokens, n, &trunk);
    for (int32_t r = 0; r < p->n_rows; r++)
        memcpy(out->trunk[r], (const float *)trunk->data + (size_t)p->rows[r] * WIDTH, sizeof out->trunk[r]);
    for (int32_t i = 0; i < p->max_tokens; i++) {
        cairn_rng rng = p->rng;
        cairn_drawn draw;
        rng.index = (uint64_t)i;
        const float *logits = last_logits(tape, b, tokens, n, &trunk);
        assert_int_equal(
            cairn_sample(b->ctx, logits, VOCABULARY, &p->decoding, cairn_rng_unit(&rng), weights, order, &draw),
            CAIRN_OK);
        out->tokens[i] = tokens[n++] = draw.token;
        out->raw[i] = draw.logp_raw;
        out->drawn[i] = draw.logp_drawn;
    }
    for (int s = 0; s < 3; s++) {
        const float *logits = last_logits(tape, b, tokens, n, &trunk);
        assert_int_equal(cairn_logit_logp(b->ctx, logits, VOCABULARY, p->suffix[s], &out->suffix[s]), CAIRN_OK);
        tokens[n++] = p->suffix[s];
    }
    cairn_tape_close(tape);
}

typedef struct crowd {
    cairn_engine *engine;
    const plan *plans;
    const answer *answers;
    int next, order[REQUESTS], right, cancel_after;
} crowd;

static cairn_generation request_of(const plan *p) {
    return (cairn_generation){.tokens = p->tokens,
                              .n_tokens = p->n_tokens,
                              .max_tokens = p->max_tokens,
                              .decoding = p->decoding,
                              .rng = p->rng,
                              .suffix = p->suffix,
                              .n_suffix = 3,
                              .rows = p->rows,
                              .n_rows = p->n_rows};
}

static bool as_wanted(const cairn_engine *e, const cairn_generation *g, const plan *p, const answer *a) {
    int32_t all[CONTEXT + MOST_NEW + 3], n = (int32_t)p->max_tokens;
    if (g->n_generated != n || g->finish != CAIRN_FINISH_LENGTH || g->stop != -1) return false;
    if (cairn_engine_length(e, g->end) != p->n_tokens + n + 3) return false;
    cairn_engine_tokens(e, g->end, all);
    return memcmp(all, p->tokens, (size_t)p->n_tokens * sizeof *all) == 0 &&
           memcmp(all + p->n_tokens, a->tokens, (size_t)n * sizeof *all) == 0 &&
           memcmp(all + p->n_tokens + n, p->suffix, sizeof p->suffix) == 0 &&
           memcmp(g->generated, a->tokens, (size_t)n * sizeof *all) == 0 &&
           memcmp(g->logp_raw, a->raw, (size_t)n * sizeof *a->raw) == 0 &&
           memcmp(g->logp_drawn, a->drawn, (size_t)n * sizeof *a->drawn) == 0 &&
           memcmp(g->suffix_logp, a->suffix, sizeof a->suffix) == 0 &&
           memcmp(g->trunk, a->trunk, (size_t)p->n_rows * sizeof *a->trunk) == 0;
}

static int64_t next_of(void *arg) {
    crowd *c = arg;
    return c->next < REQUESTS ? c->order[c->next++] : -1;
}

static void ask_one(cairn_ctx *ctx, void *arg, int64_t item) {
    crowd *c = arg;
    cairn_generation g = request_of(&c->plans[item]);
    cairn_request *requests[] = {&g.request};
    cairn_status status = cairn_await(ctx, cairn_engine_backend(c->engine), requests, 1);
    if (status == CAIRN_OK) c->right += as_wanted(c->engine, &g, &c->plans[item], &c->answers[item]);
    if (c->cancel_after && c->right == c->cancel_after) cairn_cancel(ctx);
    cairn_generation_clear(c->engine, &g);
}

static void make_answers(const bench *b, const plan *plans, answer *answers) {
    for (int i = 0; i < REQUESTS; i++) loop_without_cache(b, &plans[i], &answers[i]);
}

static void check_crowds(cairn_ctx *ctx, cairn_dtype weights) {
    static plan plans[REQUESTS];
    static answer answers[REQUESTS];
    bench reference = {0};
    open_model(&reference, ctx, 1, weights);
    make_plans(plans);
    make_answers(&reference, plans, answers);
    close_model(&reference);
    const struct {
        int threads, in_flight;
        int32_t pages, rows;
    } cases[] = {{1, 1, 200, 256}, {2, 24, 200, 256}, {3, 24, 12, 20}, {4, 7, 9, 5}, {2, 24, 9, 1}, {1, 24, 30, 64}};
    cairn_rng rng = cairn_rng_open(3, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        bench b;
        open_model(&b, ctx, cases[k].threads, weights);
        b.tokenizer = NULL;
        crowd c = {.engine = open_engine(&b, cases[k].pages, cases[k].rows), .plans = plans, .answers = answers};
        for (int i = 0; i < REQUESTS; i++) { /* another order each time */
            int place = (int)cairn_rng_below(&rng, (uint32_t)i + 1);
            c.order[i] = c.order[place];
            c.order[place] = i;
        }
        for (int again = 0; again < 2; again++) { /* then with all that was kept */
            c.next = c.right = 0;
            assert_int_equal(cairn_fibers_run(b.ctx, cases[k].in_flight, next_of, ask_one, &c), CAIRN_OK);
            assert_int_equal(c.right, REQUESTS);
        }
        cairn_engine_stats s = cairn_engine_statistics(c.engine);
        assert_true(cases[k].pages > 30 ? s.evicted == 0 : s.evicted > 0);
        assert_true(s.found > 0 && s.recomputed > 0 && s.pages_most <= cases[k].pages);
        close_empty_engine(c.engine);
        close_model(&b);
    }
}

static void test_answers_are_those_of_a_loop_without_cache_whatever_is_asked_together(void **state) {
    const bench *b = *state;
    check_crowds(b->ctx, CAIRN_F32);
    check_crowds(b->ctx, CAIRN_BF16);
}

/* ---- sharing -------------------------------------------------------------------------------------------------------------- */

static void count_up(int32_t *tokens, int32_t count) {
    for (int32_t i = 0; i < count; i++) tokens[i] = i * 7 % VOCABULARY;
}

static void test_a_shared_prefix_is_computed_once(void **state) {
    enum { SAMPLES = 8, PREFIX = 45, NEW = 6 };
    const bench *b = *state;
    cairn_engine *e = open_engine(b, 64, 256);
    cairn_generation g[SAMPLES];
    cairn_request *requests[SAMPLES];
    int32_t tokens[PREFIX];
    count_up(tokens, PREFIX);
    for (int i = 0; i < SAMPLES; i++) {
        g[i] = (cairn_generation){.tokens = tokens,
                                  .n_tokens = PREFIX,
                                  .max_tokens = NEW,
                                  .decoding = CAIRN_DECODING_DEFAULT,
                                  .rng = cairn_rng_open(1, 0, 0, CAIRN_VERB_PROPOSE, 0, (uint32_t)i)};
        requests[i] = &g[i].request;
    }
    assert_int_equal(cairn_await(b->ctx, cairn_engine_backend(e), requests, SAMPLES), CAIRN_OK);
    cairn_engine_stats s = cairn_engine_statistics(e);
    assert_int_equal(s.computed, PREFIX + SAMPLES * (NEW - 1)); /* nobody asked what follows the last token */
    assert_int_equal(s.recomputed, 0);
    assert_int_equal(s.steps, NEW); /* one for the prefix and the first token, together */
    /* 45 tokens are two whole pages and 13 slots: one sample goes on in them, seven in copies; tokens 48, 49 take one
     * more each */
    assert_int_equal(s.pages_used, 3 + 7 + SAMPLES);
    /* going on from one of them computes its last token alone before the next */
    cairn_generation more = {.from = g[3].end, .max_tokens = 1, .decoding = CAIRN_DECODING_DEFAULT};
    ask(b, e, &more);
    assert_int_equal(cairn_engine_statistics(e).computed, s.computed + 1);
    cairn_generation_clear(e, &more);
    for (int i = 0; i < SAMPLES; i++) cairn_generation_clear(e, &g[i]);
    close_empty_engine(e);
}

static void test_generation_that_goes_on_from_its_end_is_the_same(void **state) {
    const bench *b = *state;
    cairn_engine *e = open_engine(b, 64, 256);
    int32_t tokens[20];
    count_up(tokens, 20);
    cairn_generation whole = {.tokens = tokens,
                              .n_tokens = 20,
                              .max_tokens = 12,
                              .decoding = CAIRN_DECODING_DEFAULT,
                              .rng = cairn_rng_open(4, 0, 0, CAIRN_VERB_PROPOSE, 0, 0)},
                     first = whole, rest = whole;
    first.max_tokens = 5;
    ask(b, e, &whole);
    ask(b, e, &first);
    rest.from = first.end;
    rest.n_tokens = 0;
    rest.max_tokens = 7;
    rest.rng.index = 5;
    ask(b, e, &rest);
    assert_memory_equal(first.generated, whole.generated, 5 * sizeof(int32_t));
    assert_memory_equal(rest.generated, whole.generated + 5, 7 * sizeof(int32_t));
    assert_memory_equal(rest.logp_raw, whole.logp_raw + 5, 7 * sizeof(double));
    cairn_generation_clear(e, &first); /* its tokens stay with what went on from them */
    assert_int_equal(cairn_engine_length(e, rest.end), 32);
    cairn_generation_clear(e, &rest);
    cairn_generation_clear(e, &whole);
    close_empty_engine(e);
}

/* ---- scores ----------------------------------------------------------------------------------------------------------------- */

static void test_the_probabilities_of_all_choices_add_up_to_one(void **state) {
    const bench *b = *state;
    cairn_engine *e = open_engine(b, 1200, 64);
    static cairn_generation g[VOCABULARY];
    static int32_t choices[VOCABULARY][2];
    cairn_request *requests[VOCABULARY];
    int32_t tokens[33];
    double first = 0, second = 0, seventeen = 0;
    count_up(tokens, 33);
    for (int32_t i = 0; i < VOCABULARY; i++) {
        choices[i][0] = i;
        g[i] = (cairn_generation){.tokens = tokens, .n_tokens = 33, .suffix = choices[i], .n_suffix = 1};
        requests[i] = &g[i].request;
    }
    assert_int_equal(cairn_await(b->ctx, cairn_engine_backend(e), requests, VOCABULARY), CAIRN_OK);
    assert_int_equal(cairn_engine_statistics(e).computed, 33);
    for (int32_t i = 0; i < VOCABULARY; i++) {
        first += exp(g[i].suffix_logp[0]);
        if (i == 17) seventeen = g[i].suffix_logp[0];
        cairn_generation_clear(e, &g[i]);
        choices[i][0] = 17;
        choices[i][1] = i;
        g[i] = (cairn_generation){.tokens = tokens, .n_tokens = 33, .suffix = choices[i], .n_suffix = 2};
    }
    assert_near(first, 1, 1e-12);
    assert_int_equal(cairn_await(b->ctx, cairn_engine_backend(e), requests, VOCABULARY), CAIRN_OK);
    for (int32_t i = 0; i < VOCABULARY; i++) {
        second += exp(g[i].suffix_logp[1]);
        assert_true(g[i].suffix_logp[0] == seventeen);
        cairn_generation_clear(e, &g[i]);
    }
    assert_near(second, 1, 1e-12);
    close_empty_engine(e);
}

/* ---- stopping ---------------------------------------------------------------------------------------------------------------- */

static void test_generation_stops_at_tokens_texts_and_the_end_of_the_context(void **state) {
    enum { NEW = 60 };
    const bench *b = *state;
    cairn_engine *e = open_engine(b, 64, 64);
    int32_t tokens[10];
    count_up(tokens, 10);
    cairn_generation plain = {.tokens = tokens,
                              .n_tokens = 10,
                              .max_tokens = NEW,
                              .decoding = CAIRN_DECODING_DEFAULT,
                              .rng = cairn_rng_open(6, 0, 0, CAIRN_VERB_PROPOSE, 0, 0)},
                     token = plain, texts = plain, longer = plain;
    ask(b, e, &plain);
    int32_t at = 0;
    while (plain.generated[at] != plain.generated[30]) at++;
    token.stop_tokens = (int32_t[]){1000, plain.generated[30]};
    token.n_stop_tokens = 2;
    ask(b, e, &token);
    assert_int_equal(token.finish, CAIRN_FINISH_TOKEN);
    assert_int_equal(token.stop, 1);
    assert_int_equal(token.n_generated, at + 1);

    cairn_text text = {0};
    assert_int_equal(cairn_tokenizer_decode(b->ctx, b->tokenizer, plain.generated, NEW, false, &text), CAIRN_OK);
    int cases = 0;
    for (size_t from = 1; from + 3 < text.length; from += 5) {
        char stop[4] = {text.data[from], text.data[from + 1], text.data[from + 2], 0};
        if (strlen(stop) < 3) continue; /* a NUL character is among them */
        const char *stops[] = {"not in the text at all", stop};
        cairn_generation g = texts;
        g.stop_texts = stops;
        g.n_stop_texts = 2;
        ask(b, e, &g);
        assert_int_equal(g.finish, CAIRN_FINISH_TEXT);
        assert_int_equal(g.stop, 1);
        assert_int_equal(g.text_length, (const char *)memmem(text.data, text.length, stop, 3) - text.data);
        cairn_text part = {0}; /* the last token completed it */
        assert_int_equal(
            cairn_tokenizer_decode(b->ctx, b->tokenizer, g.generated, (size_t)g.n_generated - 1, false, &part),
            CAIRN_OK);
        assert_true(part.length < g.text_length + 3);
        assert_memory_equal(g.generated, plain.generated, (size_t)g.n_generated * sizeof *g.generated);
        cairn_text_free(&part);
        cairn_generation_clear(e, &g);
        cases++;
    }
    assert_true(cases > 5);
    cairn_text_free(&text);

    longer.max_tokens = 1000;
    longer.suffix = tokens;
    longer.n_suffix = 4;
    ask(b, e, &longer);
    assert_int_equal(longer.finish, CAIRN_FINISH_CONTEXT);
    assert_int_equal(longer.n_generated, CONTEXT - 10 - 4);
    assert_int_equal(cairn_engine_length(e, longer.end), CONTEXT);
    cairn_generation_clear(e, &plain);
    cairn_generation_clear(e, &token);
    cairn_generation_clear(e, &longer);
    close_empty_engine(e);
}

/* ---- memory ------------------------------------------------------------------------------------------------------------------- */

/* Of 100 tokens room for 32 is there from the beginning and doubles when it is full; a round of its own where that
 * fails once. */
static void test_decoding_steps_allocate_nothing_but_room_that_doubles(void **state) {
    enum { SAMPLES = 5, NEW = 100 };
    static const char *const stops[] = {"never said so far"};
    const bench *b = *state;
    cairn_engine *e = open_engine(b, 100, 64);
    cairn_backend *backend = cairn_engine_backend(e);
    cairn_generation g[SAMPLES];
    int32_t tokens[30];
    count_up(tokens, 30);
    for (int round = 0; round < 3; round++) { /* the first one makes everything else as large as it gets */
        for (int i = 0; i < SAMPLES; i++) {
            g[i] = (cairn_generation){.tokens = tokens,
                                      .n_tokens = 30,
                                      .max_tokens = NEW,
                                      .decoding = {.temperature = 1, .top_p = 0.9},
                                      .stop_texts = stops,
                                      .n_stop_texts = 1,
                                      .rng = cairn_rng_open(1, 0, 0, CAIRN_VERB_PROPOSE, (uint32_t)round, (uint32_t)i)};
            backend->submit(backend, b->ctx, &g[i].request);
        }
        for (int step = 0; step < NEW; step++) {
            bool grows = step == 32 || step == 64, fails = round == 1 ? !grows : round == 2 && step == 64;
            cairn_faults_set(b->ctx, (cairn_faults){.alloc_fails_at = fails});
            if (backend->step(backend, b->ctx, 0) != CAIRN_OK) fail_msg("%s", cairn_error(b->ctx));
            void *probe = cairn_alloc(b->ctx, 1, 1);
            assert_true(!probe == (fails && !grows)); /* this one is the first */
            cairn_free(probe);
        }
        cairn_faults_set(b->ctx, (cairn_faults){0});
        assert_int_equal(cairn_engine_statistics(e).open, 0);
        for (int i = 0; i < SAMPLES; i++) {
            bool failed = round == 2 && i == 0;
            assert_int_equal(g[i].request.status, failed ? CAIRN_NO_MEMORY : CAIRN_OK);
            if (!failed) assert_int_equal(g[i].n_generated, NEW);
            cairn_generation_clear(e, &g[i]);
        }
    }
    close_empty_engine(e);
}

static void test_a_cancelled_run_gives_everything_back(void **state) {
    const bench *shared = *state;
    static plan plans[REQUESTS];
    static answer answers[REQUESTS];
    make_plans(plans);
    make_answers(shared, plans, answers);
    for (int in_flight = 3; in_flight <= 24; in_flight += 7) {
        bench b = {0};
        cairn_ctx *ctx; /* its own: it stays cancelled */
        assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
        open_model(&b, ctx, 2, CAIRN_F32);
        crowd c = {.engine = open_engine(&b, 20, 30), .plans = plans, .answers = answers, .cancel_after = 4};
        for (int i = 0; i < REQUESTS; i++) c.order[i] = i;
        assert_int_equal(cairn_fibers_run(ctx, in_flight, next_of, ask_one, &c), CAIRN_CANCELLED);
        assert_true(c.right >= 4 && c.right < REQUESTS);
        close_empty_engine(c.engine);
        close_model(&b);
        cairn_ctx_close(ctx);
    }
}

/* ---- what goes wrong -------------------------------------------------------------------------------------------------------------- */

static cairn_status status_of(const bench *b, cairn_engine *e, cairn_generation g) {
    cairn_request *requests[] = {&g.request};
    cairn_status status = cairn_await(b->ctx, cairn_engine_backend(e), requests, 1);
    cairn_generation_clear(e, &g);
    return status;
}

static void test_requests_that_cannot_be_answered_fail_alone(void **state) {
    const bench *b = *state;
    cairn_engine *e = open_engine(b, 4, 64);
    int32_t tokens[100];
    const cairn_decoding plain = CAIRN_DECODING_DEFAULT;
    count_up(tokens, 100);
    assert_int_equal(status_of(b, e, (cairn_generation){.max_tokens = 1, .decoding = plain}), CAIRN_INVALID);
    assert_int_equal(status_of(b, e, (cairn_generation){.tokens = tokens, .n_tokens = 3, .max_tokens = -1}),
                     CAIRN_INVALID);
    assert_int_equal(status_of(b, e, (cairn_generation){.from = 7, .max_tokens = 1}), CAIRN_INVALID);
    assert_int_equal(status_of(b, e, (cairn_generation){.tokens = (int32_t[]){VOCABULARY}, .n_tokens = 1}),
                     CAIRN_INVALID);
    assert_int_equal(
        status_of(b, e, (cairn_generation){.tokens = tokens, .n_tokens = 3, .suffix = (int32_t[]){-1}, .n_suffix = 1}),
        CAIRN_INVALID);
    assert_int_equal(
        status_of(b, e, (cairn_generation){.tokens = tokens, .n_tokens = 3, .rows = (int32_t[]){3}, .n_rows = 1}),
        CAIRN_INVALID);
    assert_int_equal(
        status_of(b, e, (cairn_generation){.tokens = tokens, .n_tokens = 3, .max_tokens = 1, .decoding = {.top_p = 2}}),
        CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(b->ctx), "top-p"));
    /* 4 pages hold 64 tokens: one sequence of 100 fails, one of 60 beside it does not */
    cairn_generation large = {.tokens = tokens, .n_tokens = 100, .max_tokens = 1, .decoding = plain};
    cairn_generation small = {.tokens = tokens + 1, .n_tokens = 60, .max_tokens = 4, .decoding = plain};
    cairn_request *requests[] = {&large.request, &small.request};
    assert_int_equal(cairn_await(b->ctx, cairn_engine_backend(e), requests, 2), CAIRN_LIMIT);
    assert_int_equal(large.request.status, CAIRN_LIMIT);
    assert_int_equal(small.request.status, CAIRN_OK);
    assert_int_equal(small.n_generated, 4);
    cairn_generation_clear(e, &large);
    cairn_generation_clear(e, &small);
    close_empty_engine(e);
}

static void test_logits_that_are_no_numbers_are_an_error(void **state) {
    const bench *shared = *state;
    bench b = {0};
    open_model(&b, shared->ctx, 1, CAIRN_F32);
    cairn_engine *e = open_engine(&b, 8, 8);
    int32_t tokens[4] = {1, 2, 3, 4};
    ((float *)b.model->norm->value.data)[0] = NAN;
    cairn_param_changed(b.model->norm);
    cairn_generation g = {.tokens = tokens, .n_tokens = 4, .max_tokens = 2, .decoding = CAIRN_DECODING_DEFAULT};
    assert_int_equal(status_of(&b, e, g), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(b.ctx), "NaN"));
    close_empty_engine(e);
    close_model(&b);
}

/* Each allocation in turn fails, wherever it is; the same engine then answers as if nothing had happened. */
static void test_without_memory_a_request_fails_and_the_next_is_right(void **state) {
    const bench *shared = *state;
    static plan plans[REQUESTS];
    answer answers[2];
    make_plans(plans);
    for (int i = 0; i < 2; i++) loop_without_cache(shared, &plans[i], &answers[i]);
    int failed = 0;
    for (int64_t at = 1;; at++) {
        bench b = {0};
        cairn_engine *e = NULL;
        cairn_generation g[2];
        cairn_request *requests[] = {&g[0].request, &g[1].request};
        cairn_engine_options options = {.cache_bytes = 12 * PAGE_BYTES, .rows = 16};
        open_model(&b, shared->ctx, 1, CAIRN_F32);
        cairn_faults_set(b.ctx, (cairn_faults){.alloc_fails_at = at});
        cairn_status status = cairn_engine_open(b.ctx, b.device, b.model, NULL, &options, &e);
        if (status == CAIRN_OK) {
            for (int i = 0; i < 2; i++) g[i] = request_of(&plans[i]);
            status = cairn_await(b.ctx, cairn_engine_backend(e), requests, 2);
            for (int i = 0; i < 2; i++) {
                if (g[i].request.status == CAIRN_OK) assert_true(as_wanted(e, &g[i], &plans[i], &answers[i]));
                cairn_generation_clear(e, &g[i]);
            }
            cairn_faults_set(b.ctx, (cairn_faults){0});
            for (int i = 0; i < 2; i++) {
                g[i] = request_of(&plans[i]);
                ask(&b, e, &g[i]);
                assert_true(as_wanted(e, &g[i], &plans[i], &answers[i]));
                cairn_generation_clear(e, &g[i]);
            }
            close_empty_engine(e);
        }
        cairn_faults_set(b.ctx, (cairn_faults){0});
        close_model(&b);
        if (status == CAIRN_OK) break;
        assert_int_equal(status, CAIRN_NO_MEMORY);
        failed++;
    }
    assert_true(failed > 30);
}

static cairn_tokenizer *bytes_and_specials(cairn_ctx *ctx) {
    static const char *const specials[] = {"<s>", "</s>", "<pad>", "<step>"};
    const cairn_bpe_options options = {.vocabulary = VOCABULARY, .specials = specials, .n_specials = 4};
    cairn_bpe_trainer *trainer;
    cairn_tokenizer *tokenizer;
    assert_int_equal(cairn_bpe_open(ctx, &options, &trainer), CAIRN_OK);
    assert_int_equal(cairn_bpe_train(trainer, &tokenizer), CAIRN_OK);
    cairn_bpe_close(trainer);
    assert_int_equal(cairn_tokenizer_size(tokenizer), VOCABULARY);
    return tokenizer;
}

static int open_bench(void **state) {
    static bench b;
    cairn_ctx *ctx;
    *state = &b;
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return -1;
    open_model(&b, ctx, 1, CAIRN_F32);
    b.tokenizer = bytes_and_specials(ctx);
    return 0;
}

static int close_bench(void **state) {
    bench *b = *state;
    close_model(b);
    cairn_tokenizer_close(b->tokenizer);
    cairn_ctx_close(b->ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_are_those_of_a_loop_without_cache_whatever_is_asked_together),
        cmocka_unit_test(test_a_shared_prefix_is_computed_once),
        cmocka_unit_test(test_generation_that_goes_on_from_its_end_is_the_same),
        cmocka_unit_test(test_the_probabilities_of_all_choices_add_up_to_one),
        cmocka_unit_test(test_generation_stops_at_tokens_texts_and_the_end_of_the_context),
        cmocka_unit_test(test_decoding_steps_allocate_nothing_but_room_that_doubles),
        cmocka_unit_test(test_a_cancelled_run_gives_everything_back),
        cmocka_unit_test(test_requests_that_cannot_be_answered_fail_alone),
        cmocka_unit_test(test_logits_that_are_no_numbers_are_an_error),
        cmocka_unit_test(test_without_memory_a_request_fails_and_the_next_is_right),
    };
    return cmocka_run_group_tests_name("model engine", tests, open_bench, close_bench);
}
