/* A critic from end to end: critiques that say the truth are learned as ordinary solutions, and then its verdicts tell
 * right steps from wrong ones that it has not seen. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "learn_fixture.h"

#include "cairn/reward.h"
#include "cairn/stat.h"

enum { STEPS = 3 };

typedef struct made {
    char text[STEPS][4];
    const char *steps[STEPS];
    bool right[STEPS];
} made;

/* Three steps of three letters; one that holds an `x` is wrong. */
static void make_solution(cairn_rng *rng, made *m) {
    for (int s = 0; s < STEPS; s++) {
        for (int k = 0; k < 3; k++)
            m->text[s][k] = cairn_rng_below(rng, 6) == 0 ? 'x' : (char)('a' + cairn_rng_below(rng, 5));
        m->text[s][3] = '\0';
        m->steps[s] = m->text[s];
        m->right[s] = !strchr(m->text[s], 'x');
    }
}

/* Records whose prompt is what a critic of a step is shown, whose steps are a critique and its verdict. */
static void write_critiques(const char *name, int count) {
    cairn_rng rng = cairn_rng_open(1, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    cairn_arena *arena;
    cairn_template *t;
    FILE *file = create(name);
    must(cairn_arena_open(ctx, 4096, &arena));
    must(cairn_critic_template(ctx, arena, "", &t));
    for (int i = 0; i < count; i++) {
        made m;
        make_solution(&rng, &m);
        for (int s = 0; s < STEPS; s++) {
            cairn_text prompt = {0};
            must(cairn_critic_prompt(ctx, t, "no x", m.steps, s + 1, &prompt));
            fputs("{\"prompt\":\"", file);
            for (const char *p = prompt.data; *p; p++) fputs(*p == '\n' ? "\\n" : (char[]){*p, 0}, file);
            fprintf(file, "\",\"completions\":[\"%s\",\"%s\"],\"labels\":[null,null]}\n",
                    m.right[s] ? "there is none" : "it has one", m.right[s] ? "yes" : "no");
            cairn_text_free(&prompt);
        }
    }
    fclose(file);
    cairn_arena_close(arena);
}

static double train(void) {
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_SFT, in_folder("critiques.jsonl"), in_folder("critic.gguf"));
    cairn_learn_summary r;
    write_critiques("critiques.jsonl", 600);
    s.dev = s.data;
    s.shape = "width=32,layers=2,heads=2,kv-heads=2,context=96";
    s.vocabulary = 300;
    s.steps = s.every = 300;
    s.batch_tokens = 1024;
    s.threads = 2;
    must(cairn_learn(ctx, &s, &r));
    print_message("loss %.4g, token accuracy %.4f in %.1f s\n", r.dev_loss, r.dev_accuracy, r.seconds);
    return r.dev_loss;
}

/* Scores of the steps of fresh solutions, and whether they are right. */
static int score_fresh(cairn_arena *arena, const char *options, int count, double *scores, bool *right) {
    char spec[256];
    cairn_world world;
    cairn_reward reward;
    cairn_reward_cost cost = {0};
    cairn_rng rng = cairn_rng_open(2, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    snprintf(spec, sizeof spec, "critic:file=%s%s", in_folder("critic.gguf"), options);
    must(cairn_world_open(ctx, arena, "text", &world));
    must(cairn_reward_open(ctx, arena, spec, &world, NULL, &reward));
    for (int i = 0; i < count; i++) {
        made m;
        char id[16];
        snprintf(id, sizeof id, "fresh-%d", i);
        cairn_problem problem = {.id = id, .key = cairn_key(id, strlen(id)), .text = "no x", .max_steps = STEPS};
        make_solution(&rng, &m);
        must(cairn_reward_score_steps(ctx, &reward, arena, 1, &problem, m.steps, STEPS, scores + (ptrdiff_t)STEPS * i,
                                      NULL, NULL, &cost));
        for (int s = 0; s < STEPS; s++) right[STEPS * i + s] = m.right[s];
    }
    assert_int_equal(cost.calls, STEPS * count);
    cairn_reward_close(&reward);
    cairn_world_close(&world);
    return STEPS * count;
}

static void test_a_trained_critic_tells_right_steps_from_wrong_ones(void **state) {
    (void)state;
    enum { COUNT = 100 };
    static double scores[STEPS * COUNT];
    static bool right[STEPS * COUNT];
    cairn_arena *arena;
    must(cairn_arena_open(ctx, 1 << 16, &arena));
    assert_true(train() < 0.1);
    int n = score_fresh(arena, "", COUNT, scores, right), agree = 0;
    cairn_auroc area;
    for (int i = 0; i < n; i++) assert_true(scores[i] >= 0 && scores[i] <= 1);
    must(cairn_stat_auroc(ctx, scores, right, (size_t)n, 0.95, &area));
    print_message("AUROC of the forced probability %.4f (%.4f .. %.4f)\n", area.auroc, area.low, area.high);
    assert_true(area.low > 0.9);
    score_fresh(arena, ",verdict=text", COUNT, scores, right);
    for (int i = 0; i < n; i++) agree += scores[i] == right[i]; /* unknown never agrees */
    print_message("the text is right on %d of %d\n", agree, n);
    assert_true(agree > 0.85 * n); /* always yes: 0.58 */
    cairn_arena_close(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_trained_critic_tells_right_steps_from_wrong_ones),
    };
    return cmocka_run_group_tests_name("learn critic", tests, open_folder, close_folder);
}
