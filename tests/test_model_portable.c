/* The logits of the shipped models are the same bits by every kernel that this processor has, with weights in f32 and
 * in bf16. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/transformer.h"
#include "skip.h"

enum { TOKENS = 70, VOCABULARY = 512 };

/* Kernels are chosen once a process, so this program runs itself: with this variable it only writes logits, to the file
 * it names. */
#define WRITE_TO "CAIRN_TEST_LOGITS"

static cairn_status write_logits(cairn_ctx *ctx, cairn_device *device, const char *model, cairn_dtype weights,
                                 FILE *out) {
    char path[512];
    cairn_transformer *m;
    cairn_tape *tape;
    int32_t tokens[TOKENS];
    const int32_t starts[] = {0, 1, 6, TOKENS}; /* one row, a few, a group and more */
    snprintf(path, sizeof path, "%s/models/%s", CAIRN_SOURCE_DIR, model);
    for (int32_t i = 0; i < TOKENS; i++) tokens[i] = (i * 131 + 7) % VOCABULARY;
    CAIRN_TRY(cairn_transformer_load(ctx, device, path, weights, &m, NULL));
    cairn_status status = cairn_tape_open(ctx, device, CAIRN_F32, &tape);
    if (status == CAIRN_OK) {
        cairn_tape_record(tape, false);
        cairn_tensor *logits = cairn_transformer_logits(tape, m, cairn_transformer_trunk(tape, m, tokens, starts, 3));
        status = logits && fwrite(logits->data, sizeof(float), (size_t)logits->size, out) == (size_t)logits->size
                     ? CAIRN_OK
                     : CAIRN_IO;
        cairn_tape_close(tape);
    }
    cairn_transformer_close(m);
    return status;
}

static cairn_status write_all(cairn_ctx *ctx, const char *path) {
    static const char *const models[] = {"words-policy.gguf", "words-prm.gguf"};
    cairn_device *device;
    FILE *out = fopen(path, "wb");
    if (!out) return CAIRN_IO;
    cairn_status status = cairn_device_open(ctx, 2, CAIRN_MATMUL_PORTABLE, &device);
    for (int m = 0; m < 2 && status == CAIRN_OK; m++)
        for (int bf16 = 0; bf16 < 2 && status == CAIRN_OK; bf16++)
            status = write_logits(ctx, device, models[m], bf16 ? CAIRN_BF16 : CAIRN_F32, out);
    if (status == CAIRN_OK) cairn_device_close(device);
    return fclose(out) == 0 ? status : CAIRN_IO;
}

static float *logits_by(const char *kernels, size_t *count) {
    char path[] = "/tmp/cairn-logits-XXXXXX", command[512];
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    snprintf(command, sizeof command, "CAIRN_KERNELS=%s " WRITE_TO "=%s " CAIRN_BINARY_DIR "/tests/test_model_portable",
             kernels, path);
    assert_int_equal(system(command), 0);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    float *numbers = malloc((size_t)4 * TOKENS * VOCABULARY * sizeof *numbers + 1);
    *count = fread(numbers, 1, (size_t)4 * TOKENS * VOCABULARY * sizeof *numbers + 1, in) / sizeof *numbers;
    fclose(in);
    unlink(path);
    return numbers;
}

static void test_logits_are_the_same_bits_by_every_kernel(void **state) {
    (void)state;
    static const char *const kernels[] = {"avx2", "avx512", "avx512-bf16"}, *const sets[] = {"-avx2", "-avx512",
                                                                                             "-avx512-bf16"};
    size_t count, other;
    float *plain = logits_by("plain", &count);
    assert_int_equal(count, 4 * TOKENS * VOCABULARY);
    assert_true(plain[0] != plain[1]);
    int compared = 0;
    const char *processor = cairn_processor_set();
    for (int i = 0; i < 3; i++) {
        const bool there = strstr(processor, sets[i]) || (i == 0 && strstr(processor, "-avx"));
        if (!there) continue;
        float *fast = logits_by(kernels[i], &other);
        assert_int_equal(other, count);
        assert_memory_equal(plain, fast, count * sizeof *plain);
        free(fast);
        compared++;
    }
    free(plain);
    if (!compared) skip_because("this processor has plain kernels only");
}

int main(void) {
    const char *path = getenv(WRITE_TO);
    if (path) {
        cairn_ctx *ctx;
        if (cairn_ctx_open(&ctx) != CAIRN_OK) return 1;
        const cairn_status status = write_all(ctx, path);
        if (status != CAIRN_OK) fprintf(stderr, "%s\n", cairn_error(ctx));
        cairn_ctx_close(ctx);
        return status != CAIRN_OK;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_logits_are_the_same_bits_by_every_kernel)};
    return cmocka_run_group_tests_name("model portable", tests, NULL, NULL);
}
