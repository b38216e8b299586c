/* Policies and rewards on a live engine: weights in training propose and score as they would from a file of that
 * moment. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "cairn/reward.h"
#include "tiny_model.h"

static const char *const steps[] = {"19 + 8 = 27", "27 - 3 = 24"};

typedef struct trainer {
    cairn_ctx *ctx;
    cairn_arena *arena;
    cairn_world world;
    cairn_problem problem;
    own_model m;
    cairn_tape *tape; /* that records */
    cairn_engine *engine;
    cairn_policy policy;
    cairn_reward reward;
    int64_t step;
} trainer;

static void must(const trainer *t, cairn_status status) {
    if (status != CAIRN_OK) fail_msg("%s", cairn_error(t->ctx));
}

static void open_trainer(trainer *t) {
    const cairn_engine_options options = {.cache_bytes = 8 << 20, .rows = 32};
    const cairn_head_choice head = {"step", -1, CAIRN_MEANING_CORRECTNESS};
    *t = (trainer){0};
    assert_int_equal(cairn_ctx_open(&t->ctx), CAIRN_OK);
    must(t, cairn_arena_open(t->ctx, 1 << 14, &t->arena));
    must(t, cairn_world_open(t->ctx, t->arena, "chain:steps=4", &t->world));
    must(t, t->world.type->generate(t->ctx, t->world.self, 1, 0, t->arena, &t->problem));
    t->m = open_own_model(t->ctx, tiny_path);
    must(t, cairn_tape_open(t->ctx, t->m.device, CAIRN_F32, &t->tape));
    must(t, cairn_engine_open(t->ctx, t->m.device, t->m.model, t->m.tokenizer, &options, &t->engine));
    must(t, cairn_policy_open_engine(t->ctx, t->arena, t->engine, NULL, &t->world, &t->policy));
    must(t, cairn_reward_open_head(t->ctx, t->arena, t->engine, &head, &t->world, &t->reward));
}

static void close_trainer(trainer *t) {
    cairn_reward_close(&t->reward);
    cairn_policy_close(&t->policy);
    cairn_engine_close(t->engine);
    cairn_tape_close(t->tape);
    close_own_model(&t->m);
    cairn_world_close(&t->world);
    cairn_arena_close(t->arena);
    cairn_ctx_close(t->ctx);
}

/* A step of AdamW on the likelihood of a solution and the head's first number at its end; then the engine is told. */
static void train(trainer *t) {
    cairn_solution_tokens s = {0};
    int32_t targets[300];
    float weights[300], one = 1;
    must(t, cairn_solution_encode(t->ctx, &t->m.format, "p", t->problem.text, steps, 2, true, &s));
    const int32_t n = (int32_t)s.tokens.count, starts[] = {0, n};
    cairn_solution_targets(&s, targets);
    for (int32_t i = 0; i < n; i++) weights[i] = -1;
    cairn_tape_reset(t->tape);
    cairn_tensor *trunk = cairn_transformer_trunk(t->tape, t->m.model, s.tokens.ids, starts, 1);
    cairn_tensor *logp = cairn_token_logp(t->tape, cairn_transformer_logits(t->tape, t->m.model, trunk), targets);
    cairn_tensor *head = cairn_head_apply(t->tape, cairn_transformer_head(t->m.model, "step"),
                                          cairn_rows(t->tape, trunk, &s.step_ends[1], 1));
    cairn_tensor *loss = cairn_add(t->tape, cairn_weighted_sum(t->tape, logp, weights, n),
                                   cairn_weighted_sum(t->tape, cairn_columns(t->tape, head, 0, 1), &one, 1));
    assert_non_null(loss);
    const cairn_adamw options = CAIRN_ADAMW_DEFAULT;
    cairn_params_zero_grads(t->m.model->params);
    must(t, cairn_tape_backward(t->tape, loss, 1));
    must(t, cairn_params_adamw(t->m.model->params, &options, ++t->step));
    cairn_engine_forget(t->engine);
    cairn_solution_free(&s);
}

typedef struct said {
    char text[2][512];
    double logp[2], score;
} said;

static said ask(const trainer *t, const cairn_policy *policy, const cairn_reward *reward) {
    said out;
    cairn_proposal q[2];
    cairn_scoring s = {.problem = &t->problem, .steps = steps, .n_steps = 2};
    memset(&out, 0, sizeof out);
    for (uint32_t i = 0; i < 2; i++)
        q[i] = (cairn_proposal){.problem = &t->problem,
                                .steps = steps,
                                .n_steps = 1,
                                .rng = cairn_rng_open(1, 2, 3, CAIRN_VERB_PROPOSE, 0, i),
                                .sampling = {.temperature = 0.8, .max_tokens = 20}};
    must(t, policy->type->propose(t->ctx, policy->self, t->arena, q, 2));
    must(t, reward->type->score(t->ctx, reward->self, t->arena, &s, 1, NULL));
    must(t, s.status);
    for (int i = 0; i < 2; i++) {
        must(t, q[i].status);
        snprintf(out.text[i], sizeof out.text[i], "%s", q[i].text);
        out.logp[i] = q[i].logp;
    }
    out.score = s.score;
    return out;
}

static said ask_file(const trainer *t, const char *path) {
    char spec[256];
    cairn_policy policy;
    cairn_reward reward;
    snprintf(spec, sizeof spec, "model:file=%s", path);
    must(t, cairn_policy_open(t->ctx, t->arena, spec, &t->world, &policy));
    snprintf(spec, sizeof spec, "head:file=%s", path);
    must(t, cairn_reward_open(t->ctx, t->arena, spec, &t->world, NULL, &reward));
    said out = ask(t, &policy, &reward);
    cairn_reward_close(&reward);
    cairn_policy_close(&policy);
    return out;
}

static void test_weights_in_training_say_what_their_file_says(void **state) {
    (void)state;
    char path[] = "/tmp/cairn-trained-XXXXXX";
    trainer t;
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    open_trainer(&t);
    said before = ask(&t, &t.policy, &t.reward), now, saved = ask_file(&t, tiny_path);
    assert_memory_equal(&before, &saved, sizeof saved);
    for (int round = 0; round < 3; round++) {
        train(&t);
        train(&t);
        now = ask(&t, &t.policy, &t.reward);
        must(&t, cairn_transformer_save(t.ctx, t.m.model, t.m.tokenizer, CAIRN_F32, path));
        saved = ask_file(&t, path);
        assert_memory_equal(&now, &saved, sizeof now);
        assert_true(now.score < before.score || now.score > before.score);
        assert_true(now.logp[0] < before.logp[0] || now.logp[0] > before.logp[0]);
        before = now;
    }
    close_trainer(&t);
    unlink(path);
}

/* ---- critics ------------------------------------------------------------------------------------------------------------ */

/* One that draws critiques, which its evidence shows, and one whose verdict alone is read. */
static const char *const critics[] = {"samples=3,temperature=1,max_tokens=6,unreadable=half,meaning=success",
                                      "max_tokens=0,yes=right,no=wrong"};

typedef struct judged {
    double scores[2];
    char code[2][32], evidence[2][300];
    cairn_reward_cost cost;
    cairn_meaning meaning;
} judged;

static judged judge(const trainer *t, const cairn_reward *reward) {
    judged out;
    const char *codes[2], *evidence[2];
    memset(&out, 0, sizeof out);
    must(t, cairn_reward_score_steps(t->ctx, reward, t->arena, 5, &t->problem, steps, 2, out.scores, codes, evidence,
                                     &out.cost));
    for (int i = 0; i < 2; i++) {
        snprintf(out.code[i], sizeof out.code[i], "%s", codes[i]);
        snprintf(out.evidence[i], sizeof out.evidence[i], "%s", evidence[i]);
    }
    out.meaning = reward->meaning;
    return out;
}

static judged judge_by_file(const trainer *t, const char *path, const char *options) {
    char spec[256];
    cairn_reward reward;
    snprintf(spec, sizeof spec, "critic:file=%s,%s", path, options);
    must(t, cairn_reward_open(t->ctx, t->arena, spec, &t->world, NULL, &reward));
    judged out = judge(t, &reward);
    cairn_reward_close(&reward);
    return out;
}

static void test_weights_in_training_judge_as_their_file_does(void **state) {
    (void)state;
    char path[] = "/tmp/cairn-trained-XXXXXX";
    trainer t;
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    open_trainer(&t);
    for (size_t i = 0; i < sizeof critics / sizeof *critics; i++) {
        cairn_reward critic;
        judged before = {0};
        must(&t, cairn_reward_open_critic(t.ctx, t.arena, &t.policy, critics[i], &t.world, &critic));
        assert_true(cairn_reward_content(&critic) != 0); /* of the template */
        for (int round = 0; round < 2; round++) {
            train(&t);
            must(&t, cairn_transformer_save(t.ctx, t.m.model, t.m.tokenizer, CAIRN_F32, path));
            judged now = judge(&t, &critic), saved = judge_by_file(&t, path, critics[i]);
            assert_memory_equal(&now, &saved, sizeof now);
            assert_true(now.scores[0] >= 0 && now.scores[0] <= 1 && now.cost.tokens > 0);
            assert_true(memcmp(&now, &before, sizeof now) != 0);
            before = now;
        }
        assert_true(i == 0 ? strlen(before.evidence[0]) > 60 : before.scores[0] < 0.5 || before.scores[0] > 0.5);
        cairn_reward_close(&critic);
    }
    said still = ask(&t, &t.policy, &t.reward); /* the policy stays open */
    assert_true(still.logp[0] < 0);
    close_trainer(&t);
    unlink(path);
}

static void test_a_critic_of_the_callers_policy_says_what_it_cannot(void **state) {
    (void)state;
    static const struct {
        const char *options, *said;
    } cases[] = {{"file=critic.gguf", "file and policy are not options"},
                 {"policy=model:file=critic.gguf", "file and policy are not options"},
                 {"samples=4", "at temperature 0"},
                 {"depth=3", "depth"}};
    trainer t;
    cairn_policy scripted;
    cairn_reward reward;
    open_trainer(&t);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(cairn_reward_open_critic(t.ctx, t.arena, &t.policy, cases[i].options, &t.world, &reward),
                         CAIRN_INVALID);
        if (!strstr(cairn_error(t.ctx), cases[i].said)) fail_msg("%s", cairn_error(t.ctx));
    }
    must(&t, cairn_policy_open(t.ctx, t.arena, "scripted:error=0.1", &t.world, &scripted));
    assert_int_equal(cairn_reward_open_critic(t.ctx, t.arena, &scripted, NULL, &t.world, &reward), CAIRN_UNSUPPORTED);
    assert_non_null(strstr(cairn_error(t.ctx), "policy scripted cannot be asked"));
    must(&t, cairn_reward_open_critic(t.ctx, t.arena, &t.policy, NULL, &t.world, &reward));
    assert_int_equal(reward.meaning, CAIRN_MEANING_CORRECTNESS);
    assert_int_equal(reward.n_outputs, 1);
    cairn_reward_close(&reward);
    cairn_policy_close(&scripted);
    close_trainer(&t);
}

static void test_a_live_engine_is_no_file(void **state) {
    (void)state;
    trainer t;
    open_trainer(&t);
    assert_int_equal(cairn_policy_content(&t.policy), 0);
    assert_int_equal(cairn_reward_content(&t.reward), 0);
    assert_int_equal(t.reward.meaning, CAIRN_MEANING_CORRECTNESS);
    assert_true(t.reward.low == 0 && t.reward.high == 1);
    close_trainer(&t);
}

static void test_what_an_engine_lacks_is_named(void **state) {
    (void)state;
    trainer t;
    cairn_engine *bare;
    cairn_policy policy;
    cairn_reward reward;
    cairn_head_choice choice = {"nobody", -1, CAIRN_MEANING_SUCCESS};
    const cairn_engine_options options = {.cache_bytes = 8 << 20, .rows = 32};
    open_trainer(&t);
    assert_int_equal(cairn_reward_open_head(t.ctx, t.arena, t.engine, &choice, &t.world, &reward), CAIRN_NOT_FOUND);
    assert_non_null(strstr(cairn_error(t.ctx), "there is no head `nobody`"));
    choice = (cairn_head_choice){"step", 1, CAIRN_MEANING_SUCCESS};
    assert_int_equal(cairn_reward_open_head(t.ctx, t.arena, t.engine, &choice, &t.world, &reward), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(t.ctx), "output 1"));
    must(&t, cairn_engine_open(t.ctx, t.m.device, t.m.model, NULL, &options, &bare));
    assert_int_equal(cairn_policy_open_engine(t.ctx, t.arena, bare, NULL, &t.world, &policy), CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(t.ctx), "tokenizer"));
    cairn_engine_close(bare);
    close_trainer(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights_in_training_say_what_their_file_says),
        cmocka_unit_test(test_weights_in_training_judge_as_their_file_does),
        cmocka_unit_test(test_a_critic_of_the_callers_policy_says_what_it_cannot),
        cmocka_unit_test(test_a_live_engine_is_no_file),
        cmocka_unit_test(test_what_an_engine_lacks_is_named),
    };
    return cmocka_run_group_tests_name("reward engine", tests, write_model, remove_model);
}
