/* label: long */
/* 500 steps of training against the same model trained in PyTorch, five seeds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "learn_fixture.h"

enum { RECORDS = 64, LENGTH = 9, PROMPT = 4, SEEDS = 5, STEPS = 500, VOCABULARY = 261 };

static double ours[SEEDS][STEPS], theirs[SEEDS][STEPS];
static int digits[RECORDS][4];

static void make_records(void) {
    cairn_rng rng = cairn_rng_open(21, 0, 0, CAIRN_VERB_EVAL, 0, 0);
    FILE *file = create("digits.jsonl");
    for (int i = 0; i < RECORDS; i++) { /* the first is a sum, the second learned by heart, if at all */
        int *d = digits[i];
        for (int k = 0; k < 4; k++) d[k] = (int)cairn_rng_below(&rng, 10);
        d[2] = (d[0] + d[1]) % 10;
        fprintf(file, "{\"prompt\":\"%d%d\",\"completions\":[\"%d\",\"%d\"],\"labels\":[null,null]}\n", d[0], d[1],
                d[2], d[3]);
    }
    fclose(file);
}

static cairn_learn_setup setup_of(uint64_t seed) {
    cairn_learn_setup s = tiny_setup(CAIRN_LEARN_SFT, in_folder("digits.jsonl"), in_folder("digits.gguf"));
    s.shape = "width=16,layers=2,heads=2,kv-heads=1,feed-forward=32,context=16";
    s.batch_tokens = RECORDS * LENGTH; /* one batch is all of them, in whatever order */
    s.steps = s.every = STEPS;
    s.warmup = 25;
    s.rate = 3e-3;
    s.decay = 0.1;
    s.seed = seed;
    return s;
}

static void keep(void *arg, const cairn_learn_point *p) {
    ((double *)arg)[p->step - 1] = metric_of(p, "loss");
}

/* The first values of the model that a seed begins with. */
static void write_first_values(uint64_t seed, FILE *values, FILE *json) {
    cairn_device *device;
    cairn_transformer *m;
    const cairn_transformer_shape shape = {.vocabulary = VOCABULARY,
                                           .width = 16,
                                           .layers = 2,
                                           .heads = 2,
                                           .kv_heads = 1,
                                           .feed_forward = 32,
                                           .context = 16,
                                           .tied = true};
    must(cairn_device_open(ctx, 1, CAIRN_MATMUL_PLAIN, &device));
    must(cairn_transformer_open(ctx, device, &shape, CAIRN_F32, &m));
    cairn_transformer_init(m, seed);
    for (int32_t i = 0; i < cairn_params_count(m->params); i++) {
        const cairn_param *p = cairn_params_get(m->params, i);
        assert_int_equal(fwrite(p->value.data, 4, (size_t)p->value.size, values), p->value.size);
        if (!json) continue;
        fprintf(json, "%s[\"%s\", [%lld", i ? ", " : "", p->name, (long long)p->value.shape[0]);
        if (p->value.rank == 2) fprintf(json, ", %lld", (long long)p->value.shape[1]);
        fprintf(json, "]]");
    }
    cairn_transformer_close(m);
    cairn_device_close(device);
}

/* <s> a b <sep> c <step> d <step> </s> */
static void write_case(void) {
    cairn_learn_setup s = setup_of(1);
    FILE *json = create("train.json"), *values = create("params.f32");
    fprintf(
        json,
        "{\"heads\": 2, \"kv_heads\": 1, \"rope_base\": 10000, \"norm_eps\": 1e-5, \"prompt\": %d, \"runs\": %d, "
        "\"steps\": %d, \"warmup\": %d, \"rate\": %g, \"last_rate\": %g, \"decay\": %g, \"clip\": %g, \"tokens\": [",
        PROMPT, SEEDS, STEPS, (int)s.warmup, s.rate, s.last_rate, s.decay, s.clip);
    for (int i = 0; i < RECORDS; i++)
        fprintf(json, "%s[256, %d, %d, 258, %d, 259, %d, 259, 257]", i ? ", " : "", '0' + digits[i][0],
                '0' + digits[i][1], '0' + digits[i][2], '0' + digits[i][3]);
    fprintf(json, "], \"params\": [");
    for (uint64_t seed = 1; seed <= SEEDS; seed++) write_first_values(seed, values, seed == 1 ? json : NULL);
    fprintf(json, "]}\n");
    fclose(json);
    fclose(values);
}

/* Mean of the last losses and half of its 95 % interval (Student's t with 4 degrees of freedom: 2.776). */
static void interval(double (*losses)[STEPS], double *mean, double *half) {
    double sum = 0, squares = 0;
    for (int r = 0; r < SEEDS; r++) sum += losses[r][STEPS - 1];
    *mean = sum / SEEDS;
    for (int r = 0; r < SEEDS; r++) squares += pow(losses[r][STEPS - 1] - *mean, 2);
    *half = 2.776 * sqrt(squares / (SEEDS - 1) / SEEDS);
}

static void test_500_steps_reach_the_loss_of_an_independent_training(void **state) {
    (void)state;
    char command[512];
    double mean[2], half[2];
    if (system("/usr/bin/python3 -c 'import torch' >/dev/null 2>&1") != 0) {
        print_message("skipped: Debian's python3-torch is not installed\n");
        skip();
    }
    make_records();
    write_case();
    snprintf(command, sizeof command, "/usr/bin/python3 %s/tests/torch/train.py %s", CAIRN_SOURCE_DIR, folder);
    assert_int_equal(system(command), 0);
    FILE *file = fopen(in_folder("losses.f64"), "rb");
    assert_non_null(file);
    assert_int_equal(fread(theirs, sizeof(double), SEEDS * STEPS, file), SEEDS * STEPS);
    fclose(file);
    for (int r = 0; r < SEEDS; r++) {
        cairn_learn_summary summary;
        cairn_learn_setup s = setup_of((uint64_t)r + 1);
        s.watch = keep;
        s.watch_arg = ours[r];
        must(cairn_learn(ctx, &s, &summary));
        for (int step = 0; step < 50; step++) /* the same path, as long as rounding has not parted them */
            if (!(fabs(ours[r][step] - theirs[r][step]) < 1e-4 * theirs[r][step]))
                fail_msg("seed %d, step %d: loss %.9g, PyTorch's %.9g", r + 1, step + 1, ours[r][step],
                         theirs[r][step]);
    }
    interval(ours, &mean[0], &half[0]);
    interval(theirs, &mean[1], &half[1]);
    print_message("loss %.6f -+ %.6f, PyTorch's %.6f -+ %.6f; at first %.4f\n", mean[0], half[0], mean[1], half[1],
                  ours[0][0]);
    assert_true(fabs(mean[0] - mean[1]) < half[0] && fabs(mean[0] - mean[1]) < half[1]);
    assert_true(mean[0] < ours[0][0] / 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_500_steps_reach_the_loss_of_an_independent_training),
    };
    return cmocka_run_group_tests_name("learn against PyTorch", tests, open_folder, close_folder);
}
