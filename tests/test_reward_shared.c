/* A model file is in memory once: roles and workers share its weights, roles of one worker its engine; what they say is
 * what each says alone. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <pthread.h>
#include <stdio.h>

#include "cairn/reward.h"
#include "child.h"
#include "tiny_model.h"

static const char *const steps[] = {"19 + 8 = 27", "27 - 3 = 24"};

/* ---- a worker: a context with a policy, a head and a critic on one file ----------------------------------------------------- */

enum { POLICY = 1, HEAD = 2, CRITIC = 4, ALL = 7 };

typedef struct worker {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_problem problem;
    cairn_policy policy;
    cairn_reward head, critic;
} worker;

static const char *spec_of(char out[256], const char *role, const char *file) {
    snprintf(out, 256, "%sfile=%s,cache=8,rows=32", role, file);
    return out;
}

static cairn_status open_roles(worker *w, int roles, const char *file) {
    char spec[256];
    if (roles & POLICY)
        CAIRN_TRY(cairn_policy_open(w->ctx, w->arena, spec_of(spec, "model:", file), &w->world, &w->policy));
    if (roles & HEAD)
        CAIRN_TRY(cairn_reward_open(w->ctx, w->arena, spec_of(spec, "head:", file), &w->world, NULL, &w->head));
    if (roles & CRITIC)
        CAIRN_TRY(cairn_reward_open(w->ctx, w->arena, spec_of(spec, "critic:max_tokens=6,", file), &w->world, NULL,
                                    &w->critic));
    return CAIRN_OK;
}

static cairn_status open_worker(cairn_ctx *root, worker *w) {
    *w = (worker){0};
    CAIRN_TRY(cairn_ctx_child(root, &w->ctx));
    CAIRN_TRY(cairn_arena_open(w->ctx, 1 << 14, &w->arena));
    CAIRN_TRY(cairn_world_open(w->ctx, w->arena, "chain:steps=4", &w->world));
    return w->world.type->generate(w->ctx, w->world.self, 1, 0, w->arena, &w->problem);
}

static void close_worker(worker *w) {
    if (w->policy.type) cairn_policy_close(&w->policy);
    if (w->head.type) cairn_reward_close(&w->head);
    if (w->critic.type) cairn_reward_close(&w->critic);
    cairn_world_close(&w->world);
    cairn_arena_close(w->arena);
    cairn_ctx_close(w->ctx);
}

/* What the roles say of one problem. */
typedef struct said {
    char step[512];
    double logp, head, critic;
} said;

static cairn_status score(worker *w, cairn_reward *reward, double *out) {
    cairn_scoring q = {.problem = &w->problem, .steps = steps, .n_steps = 2, .path = 3, .seed = 1};
    CAIRN_TRY(reward->type->score(w->ctx, reward->self, w->arena, &q, 1, NULL));
    *out = q.score;
    return q.status;
}

static cairn_status ask(worker *w, int roles, said *out) {
    cairn_proposal q = {.problem = &w->problem,
                        .steps = steps,
                        .n_steps = 1,
                        .rng = cairn_rng_open(1, 2, 3, CAIRN_VERB_PROPOSE, 0, 0),
                        .sampling = {.temperature = 1, .max_tokens = 12}};
    memset(out, 0, sizeof *out);
    if (roles & POLICY) {
        CAIRN_TRY(w->policy.type->propose(w->ctx, w->policy.self, w->arena, &q, 1));
        CAIRN_TRY(q.status);
        snprintf(out->step, sizeof out->step, "%s", q.text);
        out->logp = q.logp;
    }
    if (roles & HEAD) CAIRN_TRY(score(w, &w->head, &out->head));
    return roles & CRITIC ? score(w, &w->critic, &out->critic) : CAIRN_OK;
}

static void must(worker *w, cairn_status status) {
    if (status != CAIRN_OK) fail_msg("%s", cairn_error(w->ctx));
}

static said ask_alone(const char *file) {
    cairn_ctx *root;
    worker w;
    said out;
    assert_int_equal(cairn_ctx_open(&root), CAIRN_OK);
    must(&w, open_worker(root, &w));
    must(&w, open_roles(&w, ALL, file));
    must(&w, ask(&w, ALL, &out));
    close_worker(&w);
    cairn_ctx_close(root);
    return out;
}

static void copy_model(cairn_ctx *ctx, uint64_t seed, char *path) {
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    own_model m = open_own_model(ctx, tiny_path);
    for (int32_t i = 0; i < cairn_params_count(m.model->params); i++) {
        cairn_param *p = cairn_params_get(m.model->params, i);
        if (p->value.rank == 2) cairn_param_init_normal(p, seed, 0.2);
    }
    assert_int_equal(cairn_transformer_save(ctx, m.model, m.tokenizer, CAIRN_F32, path), CAIRN_OK);
    close_own_model(&m);
}

/* ---- memory ------------------------------------------------------------------------------------------------------------------ */

static char wide_path[] = "/tmp/cairn-wide-XXXXXX";

/* 17 million numbers: 68 MB, and as much again packed. */
static const cairn_transformer_shape wide = {
    .width = 512, .layers = 6, .heads = 8, .kv_heads = 2, .feed_forward = 1408, .context = 300, .tied = true};

typedef struct crew {
    int workers, roles;
    bool engines; /* what a worker's engines hold, in place of what the process does */
} crew;

typedef struct shift {
    worker *w;
    int roles;
    cairn_status status;
} shift;

static void *work(void *arg) {
    shift *s = arg;
    said out;
    s->status = open_roles(s->w, s->roles, wide_path);
    if (s->status == CAIRN_OK) s->status = ask(s->w, s->roles, &out);
    return NULL;
}

static size_t held_by(const worker *w) {
    cairn_engine_held sum = {0};
    w->policy.type->held(w->policy.self, &sum);
    if (w->head.type) w->head.type->held(w->head.self, &sum);
    if (w->critic.type) w->critic.type->held(w->critic.self, &sum);
    return sum.working + sum.stepped + sum.cached + sum.listed;
}

static size_t resident(cairn_ctx *root, const void *arg) {
    const crew *c = arg;
    worker workers[4];
    shift shifts[4];
    pthread_t threads[4];
    for (int i = 0; i < c->workers; i++) {
        if (open_worker(root, &workers[i]) != CAIRN_OK) return 0;
        shifts[i] = (shift){&workers[i], c->roles, CAIRN_OK};
        if (pthread_create(&threads[i], NULL, work, &shifts[i]) != 0) return 0;
    }
    for (int i = 0; i < c->workers; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < c->workers; i++)
        if (shifts[i].status != CAIRN_OK) {
            fprintf(stderr, "%s\n", cairn_error(workers[i].ctx));
            return 0;
        }
    return c->engines ? held_by(&workers[0]) : cairn_resident_memory().now;
}

static void test_four_workers_of_three_roles_hold_one_copy(void **state) {
    (void)state;
    if (SANITIZED) skip_because("a sanitizer holds memory of its own");
    cairn_ctx *ctx;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    write_shaped_model(ctx, wide, wide_path);
    cairn_ctx_close(ctx);
    size_t one = in_child(resident, &(crew){1, POLICY, false});
    size_t many = in_child(resident, &(crew){4, ALL, false});
    size_t caches = in_child(resident, &(crew){1, ALL, true});
    unlink(wide_path);
    assert_true(one > 130000000);
    expect_near("one copy and the caches of three more workers", one + 3 * caches, many, 0.05);
}

/* ---- what is shared ------------------------------------------------------------------------------------------------------------- */

static void test_what_is_loaded_twice_is_one(void **state) {
    (void)state;
    cairn_ctx *ctx, *other;
    const cairn_engine_options small = {.cache_bytes = 8 << 20, .rows = 32},
                               large = {.cache_bytes = 8 << 20, .rows = 64};
    cairn_engine *a, *b, *wider, *elsewhere, *rounded;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    assert_int_equal(cairn_ctx_child(ctx, &other), CAIRN_OK);
    assert_int_equal(cairn_engine_load(ctx, tiny_path, CAIRN_F32, &small, &a), CAIRN_OK);
    assert_int_equal(cairn_engine_load(ctx, tiny_path, CAIRN_F32, &small, &b), CAIRN_OK);
    assert_int_equal(cairn_engine_load(ctx, tiny_path, CAIRN_F32, &large, &wider), CAIRN_OK);
    assert_int_equal(cairn_engine_load(other, tiny_path, CAIRN_F32, &small, &elsewhere), CAIRN_OK);
    assert_int_equal(cairn_engine_load(ctx, tiny_path, CAIRN_BF16, &small, &rounded), CAIRN_OK);
    assert_ptr_equal(a, b);
    assert_ptr_not_equal(a, wider);
    assert_ptr_not_equal(a, elsewhere); /* a context is one thread's, and so is an engine */
    assert_ptr_equal(cairn_engine_model(a), cairn_engine_model(wider));
    assert_ptr_equal(cairn_engine_model(a), cairn_engine_model(elsewhere));
    assert_ptr_not_equal(cairn_engine_model(a), cairn_engine_model(rounded));
    assert_true(cairn_engine_content(a) != 0 && cairn_engine_content(a) == cairn_engine_content(rounded));
    cairn_engine_held once = {0}, twice = {0};
    cairn_engine_add_held(a, &once);
    cairn_engine_add_held(a, &twice);
    cairn_engine_add_held(b, &twice);
    assert_int_equal(twice.cache, once.cache);
    cairn_engine_add_held(wider, &twice);
    assert_int_equal(twice.cache, 2 * once.cache);
    assert_int_equal(twice.weights, once.weights);
    assert_int_equal(twice.packed, once.packed);
    cairn_engine *all[] = {a, wider, rounded, b, elsewhere}; /* first loaded, first unloaded */
    for (int i = 0; i < 5; i++) cairn_engine_unload(all[i]);
    cairn_ctx_close(other);
    cairn_ctx_close(ctx);
}

/* The trunk's rows of the steps are computed for the first reward; the second one reads its own head on them. */
static void test_a_second_head_of_the_file_computes_no_row_anew(void **state) {
    (void)state;
    cairn_ctx *root;
    worker w;
    cairn_reward value = {0};
    cairn_engine *engine;
    double score_of_value;
    said out;
    char spec[256];
    const cairn_engine_options options = {.cache_bytes = 8 << 20, .rows = 32};
    assert_int_equal(cairn_ctx_open(&root), CAIRN_OK);
    must(&w, open_worker(root, &w));
    must(&w, open_roles(&w, HEAD, tiny_path));
    must(&w, cairn_reward_open(w.ctx, w.arena, spec_of(spec, "head:head=value,", tiny_path), &w.world, NULL, &value));
    must(&w, cairn_engine_load(w.ctx, tiny_path, CAIRN_F32, &options, &engine));
    must(&w, ask(&w, HEAD, &out));
    const cairn_engine_stats first = cairn_engine_statistics(engine);
    must(&w, score(&w, &value, &score_of_value));
    const cairn_engine_stats second = cairn_engine_statistics(engine);
    assert_true(first.computed > 20);
    assert_int_equal(second.computed, first.computed);
    assert_int_equal(second.recomputed, first.recomputed + 1); /* the last row, for the head */
    cairn_engine_unload(engine);
    cairn_reward_close(&value);
    close_worker(&w);
    cairn_ctx_close(root);
}

/* ---- threads --------------------------------------------------------------------------------------------------------------------- */

typedef struct turn {
    worker w;
    int number;
    bool same;
} turn;

static bool equal(const said *a, const said *b) {
    return strcmp(a->step, b->step) == 0 && memcmp(&a->logp, &b->logp, sizeof a->logp) == 0 &&
           memcmp(&a->head, &b->head, sizeof a->head) == 0 && memcmp(&a->critic, &b->critic, sizeof a->critic) == 0;
}

static said alone; /* what the roles say of tiny_path */

/* Opens and closes the roles three times, each thread in an order of its own, so that models come and go while others
 * use them. */
static void *take_turns(void *arg) {
    turn *t = arg;
    worker *w = &t->w;
    said out;
    for (int i = 0; i < 3 && t->same; i++) {
        int early = 1 << (t->number + i) % 3; /* a role that is opened first and closed first */
        t->same = open_roles(w, early, tiny_path) == CAIRN_OK && open_roles(w, ALL & ~early, tiny_path) == CAIRN_OK &&
                  ask(w, ALL, &out) == CAIRN_OK && equal(&out, &alone);
        if (!t->same) break;
        if (early == POLICY) cairn_policy_close(&w->policy);
        if (early == HEAD) cairn_reward_close(&w->head);
        if (early == CRITIC) cairn_reward_close(&w->critic);
        t->same = ask(w, ALL & ~early, &out) == CAIRN_OK;
        if (w->policy.type) cairn_policy_close(&w->policy);
        if (w->head.type) cairn_reward_close(&w->head);
        if (w->critic.type) cairn_reward_close(&w->critic);
    }
    return NULL;
}

static void test_threads_that_share_a_model_say_what_one_says_alone(void **state) {
    (void)state;
    cairn_ctx *root;
    static turn turns[4];
    pthread_t threads[4];
    alone = ask_alone(tiny_path);
    assert_int_equal(cairn_ctx_open(&root), CAIRN_OK);
    for (int i = 0; i < 4; i++) {
        turns[i] = (turn){.number = i, .same = true};
        must(&turns[i].w, open_worker(root, &turns[i].w));
    }
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, take_turns, &turns[i]), 0);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < 4; i++) {
        if (!turns[i].same) fail_msg("thread %d: %s", i, cairn_error(turns[i].w.ctx));
        close_worker(&turns[i].w);
    }
    cairn_ctx_close(root);
}

/* ---- files that change ----------------------------------------------------------------------------------------------------------- */

static void write_over(const char *from, const char *to) {
    static char bytes[1 << 20];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "r+b"); /* in place: the same file to the system, of the same size */
    assert_true(in && out);
    size_t n = fread(bytes, 1, sizeof bytes, in);
    assert_true(n > 0 && n < sizeof bytes && fwrite(bytes, 1, n, out) == n);
    fclose(in);
    fclose(out);
}

/* Replaced by a rename, or written over in place at once, so that size, place and maybe time are the same. */
static void expect_two_models(bool in_place) {
    char path[] = "/tmp/cairn-path-XXXXXX", other[] = "/tmp/cairn-other-XXXXXX";
    cairn_ctx *root;
    worker before, after;
    said a, b;
    assert_int_equal(cairn_ctx_open(&root), CAIRN_OK);
    copy_model(root, 5, path);
    copy_model(root, 6, other);
    const said first = ask_alone(path), second = ask_alone(other);
    assert_false(equal(&first, &second));
    must(&before, open_worker(root, &before));
    must(&after, open_worker(root, &after));
    must(&before, open_roles(&before, ALL, path));
    if (in_place)
        write_over(other, path);
    else
        assert_int_equal(rename(other, path), 0);
    must(&after, open_roles(&after, ALL, path));
    must(&before, ask(&before, ALL, &a));
    must(&after, ask(&after, ALL, &b));
    assert_true(equal(&a, &first));
    assert_true(equal(&b, &second));
    assert_true(cairn_policy_content(&before.policy) != cairn_policy_content(&after.policy));
    close_worker(&before);
    must(&after, ask(&after, ALL, &b));
    assert_true(equal(&b, &second));
    close_worker(&after);
    cairn_ctx_close(root);
    unlink(path);
    unlink(other);
}

static void test_a_path_whose_file_was_replaced_is_another_model(void **state) {
    (void)state;
    expect_two_models(false);
    expect_two_models(true);
}

static void test_two_paths_of_one_content_are_one_model(void **state) {
    (void)state;
    char path[] = "/tmp/cairn-path-XXXXXX", other[] = "/tmp/cairn-other-XXXXXX";
    const cairn_engine_options options = {.cache_bytes = 8 << 20, .rows = 32};
    cairn_engine *a, *b;
    cairn_ctx *ctx;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    copy_model(ctx, 5, path);
    copy_model(ctx, 5, other);
    assert_int_equal(cairn_engine_load(ctx, path, CAIRN_F32, &options, &a), CAIRN_OK);
    assert_int_equal(cairn_engine_load(ctx, other, CAIRN_F32, &options, &b), CAIRN_OK);
    assert_ptr_equal(a, b);
    cairn_engine_unload(a);
    cairn_engine_unload(b);
    cairn_ctx_close(ctx);
    unlink(path);
    unlink(other);
}

/* ---- errors ------------------------------------------------------------------------------------------------------------------------ */

static void test_a_file_that_cannot_be_read_is_said_where_it_was_asked(void **state) {
    (void)state;
    char path[] = "/tmp/cairn-path-XXXXXX";
    const cairn_engine_options options = {.cache_bytes = 8 << 20, .rows = 32}, none = {.cache_bytes = 1, .rows = 32};
    cairn_ctx *root, *ctx;
    cairn_engine *engine;
    assert_int_equal(cairn_ctx_open(&root), CAIRN_OK);
    assert_int_equal(cairn_ctx_child(root, &ctx), CAIRN_OK);
    assert_int_equal(cairn_engine_load(ctx, "/no/such.gguf", CAIRN_F32, &options, &engine), CAIRN_NOT_FOUND);
    assert_non_null(strstr(cairn_error(ctx), "/no/such.gguf: there is no such file"));
    assert_int_equal(cairn_engine_load(ctx, "/tmp", CAIRN_F32, &options, &engine), CAIRN_IO);
    assert_non_null(strstr(cairn_error(ctx), "/tmp"));
    copy_model(ctx, 5, path);
    assert_int_equal(cairn_engine_load(ctx, path, CAIRN_F32, &none, &engine), CAIRN_INVALID); /* no page fits */
    FILE *file = fopen(path, "r+b");
    assert_true(file && fseek(file, -1, SEEK_END) == 0 && fputc(0x5a, file) != EOF);
    fclose(file);
    assert_int_equal(cairn_engine_load(ctx, path, CAIRN_F32, &options, &engine), CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(ctx), "checksum"));
    assert_string_equal(cairn_error(root), "");
    cairn_ctx_close(ctx);
    cairn_ctx_close(root);
    unlink(path);
}

static void test_without_memory_nothing_is_kept(void **state) {
    (void)state;
    const cairn_engine_options options = {.cache_bytes = 8 << 20, .rows = 32};
    cairn_ctx *ctx;
    cairn_engine *engine;
    int failed = 0;
    cairn_status status = CAIRN_NO_MEMORY;
    assert_int_equal(cairn_ctx_open(&ctx), CAIRN_OK);
    for (int64_t n = 1; status != CAIRN_OK && n < 100000;
         n++) { /* the allocation that fails moves on until none does */
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = n});
        status = cairn_engine_load(ctx, tiny_path, CAIRN_F32, &options, &engine);
        failed += status != CAIRN_OK;
        if (status != CAIRN_OK) assert_int_equal(status, CAIRN_NO_MEMORY);
    }
    assert_int_equal(status, CAIRN_OK);
    assert_true(failed > 100);
    cairn_engine_unload(engine);
    cairn_ctx_close(ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_four_workers_of_three_roles_hold_one_copy),
        cmocka_unit_test(test_what_is_loaded_twice_is_one),
        cmocka_unit_test(test_a_second_head_of_the_file_computes_no_row_anew),
        cmocka_unit_test(test_threads_that_share_a_model_say_what_one_says_alone),
        cmocka_unit_test(test_a_path_whose_file_was_replaced_is_another_model),
        cmocka_unit_test(test_two_paths_of_one_content_are_one_model),
        cmocka_unit_test(test_a_file_that_cannot_be_read_is_said_where_it_was_asked),
        cmocka_unit_test(test_without_memory_nothing_is_kept),
    };
    return cmocka_run_group_tests_name("reward shared", tests, write_model, remove_model);
}
