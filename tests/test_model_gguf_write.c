/* Writing GGUF: the bytes against a file put together from the published layout, rounding, round trips, checksums,
 * failures. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cairn/model.h"
#include "gguf_fixture.h"

static char folder[] = "/tmp/cairn-gguf-XXXXXX";
static char path[64];
static cairn_ctx *ctx;
static cairn_arena *arena;
static bytes b;

static int open_all(void **state) {
    (void)state;
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/m.gguf", folder);
    return cairn_ctx_open(&ctx) == CAIRN_OK && cairn_arena_open(ctx, 65536, &arena) == CAIRN_OK ? 0 : -1;
}

static int close_all(void **state) {
    (void)state;
    unlink(path);
    rmdir(folder);
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    return 0;
}

static void must(cairn_status status) {
    if (status != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
}

static cairn_gguf_writer *new_writer(void) {
    cairn_gguf_writer *writer = NULL;
    must(cairn_gguf_writer_open(ctx, &writer));
    return writer;
}

static uint8_t *read_file(size_t *size) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    uint8_t *data = malloc(1 << 22);
    assert_non_null(data);
    *size = fread(data, 1, 1 << 22, file);
    fclose(file);
    return data;
}

/* The checksum as its description says: 64-KiB blocks, the checksum's own 8 bytes as zeros. */
static uint64_t checksum_of(const uint8_t *data, size_t size, size_t own) {
    uint8_t *copy = malloc(size);
    uint64_t key = 0;
    assert_non_null(copy);
    memcpy(copy, data, size);
    memset(copy + own, 0, 8);
    for (size_t at = 0; at < size; at += 65536)
        key = cairn_key_mix(key, cairn_key(copy + at, size - at < 65536 ? size - at : 65536));
    free(copy);
    return key;
}

/* ---- bytes ----------------------------------------------------------------------------------------------------------------- */

static void write_small(const float *weights) {
    cairn_gguf_writer *writer = new_writer();
    must(cairn_gguf_put_text(writer, "general.architecture", "llama"));
    must(cairn_gguf_put_u32(writer, "llama.block_count", 2));
    must(cairn_gguf_put_f32(writer, "llama.rope.freq_base", 10000));
    must(cairn_gguf_put_bool(writer, "yes", true));
    must(cairn_gguf_put_i32(writer, "i32", -2));
    must(cairn_gguf_put_i64(writer, "i64", -3));
    must(cairn_gguf_put_u64(writer, "u64", UINT64_MAX));
    must(cairn_gguf_put_i32s(writer, "list", (const int32_t[]){1, -1}, 2));
    must(cairn_gguf_put_f32s(writer, "reals", (const float[]){0.5f}, 1));
    must(cairn_gguf_put_strings(writer, "cairn.heads", (const cairn_bytes[]){{"value", 5}, {"\xC3\xA9", 2}}, 2));
    must(cairn_gguf_put_tensor(writer, "token_embd.weight", CAIRN_GGML_F32, 2, (const int64_t[]){3, 2}, weights));
    must(cairn_gguf_put_tensor(writer, "output_norm.weight", CAIRN_GGML_BF16, 1, (const int64_t[]){3}, weights));
    must(cairn_gguf_put_data(writer, "raw", CAIRN_GGML_Q8_0, 1, (const int64_t[]){32},
                             "0123456789012345678901234567890123"));
    must(cairn_gguf_write(writer, path));
    cairn_gguf_writer_close(writer);
}

static void test_the_bytes_are_those_of_the_published_layout(void **state) {
    (void)state;
    const float weights[6] = {1, -2, 0.5f, 3, 4, 5}, base = 10000, half = 0.5f;
    start(&b, 3, 11);
    add_text(&b, "general.architecture", "llama");
    add_key(&b, "llama.block_count", U32), add_number(&b, 2, 4);
    add_key(&b, "llama.rope.freq_base", F32), add(&b, &base, 4);
    add_key(&b, "yes", BOOL), add_number(&b, 1, 1);
    add_key(&b, "i32", I32), add_number(&b, 0xFFFFFFFE, 4);
    add_key(&b, "i64", I64), add_number(&b, UINT64_MAX - 2, 8);
    add_key(&b, "u64", U64), add_number(&b, UINT64_MAX, 8);
    add_array(&b, "list", I32, 2), add_number(&b, 1, 4), add_number(&b, UINT32_MAX, 4);
    add_array(&b, "reals", F32, 1), add(&b, &half, 4);
    add_array(&b, "cairn.heads", STRING, 2), add_string(&b, "value"), add_string(&b, "\xC3\xA9");
    add_key(&b, "cairn.checksum", U64);
    size_t own = b.size;
    add_number(&b, 0, 8);
    add_tensor(&b, "token_embd.weight", 2, 3, 2, 0, 0);
    add_tensor(&b, "output_norm.weight", 1, 3, 0, 30, 32);
    add_tensor(&b, "raw", 1, 32, 0, 8, 64);
    pad(&b, 32);
    add(&b, weights, sizeof weights);
    pad(&b, 32);
    add_number(&b, 0x3F80, 2), add_number(&b, 0xC000, 2), add_number(&b, 0x3F00, 2);
    pad(&b, 32);
    add(&b, "0123456789012345678901234567890123", 34);
    pad(&b, 32);
    uint64_t checksum = checksum_of(b.data, b.size, own);
    memcpy(b.data + own, &checksum, 8);

    size_t size;
    for (int again = 0; again < 2; again++) { /* and the second file is the same */
        write_small(weights);
        uint8_t *data = read_file(&size);
        assert_int_equal(size, b.size);
        assert_memory_equal(data, b.data, size);
        free(data);
    }
}

/* bf16 keeps 7 bits of the fraction: 1 + 2^-8 and 1 + 3 * 2^-8 lie in the middle. */
static void test_bf16_rounds_to_nearest_ties_to_even(void **state) {
    (void)state;
    static const struct {
        uint32_t single;
        uint16_t half;
    } cases[] = {{0x3F800000, 0x3F80}, {0x3F808000, 0x3F80}, {0x3F808001, 0x3F81}, {0x3F807FFF, 0x3F80},
                 {0x3F818000, 0x3F82}, {0x3F817FFF, 0x3F81}, {0x80000000, 0x8000}, {0xBF818000, 0xBF82},
                 {0x7F7FFFFF, 0x7F80}, {0x7F7F7FFF, 0x7F7F}, {0x7F800000, 0x7F80}, {0xFF800000, 0xFF80},
                 {0x00000001, 0x0000}, {0x00008001, 0x0001}, {0x00018000, 0x0002}};
    enum { N = sizeof cases / sizeof *cases };
    float values[N + 2];
    for (size_t i = 0; i < N; i++) memcpy(&values[i], &cases[i].single, 4);
    uint32_t nan = 0x7F800001,
             negative_nan = 0xFFFFFFFF; /* cut off, the first would be infinite; rounded, the second 0 */
    memcpy(&values[N], &nan, 4);
    memcpy(&values[N + 1], &negative_nan, 4);
    cairn_gguf_writer *writer = new_writer();
    must(cairn_gguf_put_tensor(writer, "t", CAIRN_GGML_BF16, 1, (const int64_t[]){N + 2}, values));
    must(cairn_gguf_write(writer, path));
    cairn_gguf_writer_close(writer);
    cairn_gguf *file;
    must(cairn_gguf_open(ctx, path, &file));
    const cairn_gguf_tensor *t = cairn_gguf_find_tensor(file, "t");
    for (size_t i = 0; i < N; i++) {
        uint16_t half;
        memcpy(&half, (const char *)t->data + 2 * i, 2);
        if (half != cases[i].half) fail_msg("%08x became %04x, not %04x", cases[i].single, half, cases[i].half);
    }
    for (size_t i = N; i < N + 2; i++) {
        uint16_t half;
        memcpy(&half, (const char *)t->data + 2 * i, 2);
        assert_true((half & 0x7F80) == 0x7F80 && (half & 0x7F) != 0 && (half >> 15) == (i == N + 1));
    }
    cairn_gguf_close(file);
}

/* ---- round trips ------------------------------------------------------------------------------------------------------------ */

/* Copies every entry and tensor of one file into another. */
static void copy_file(const cairn_gguf *file) {
    cairn_gguf_writer *writer = new_writer();
    for (int32_t i = 0; i < cairn_gguf_entries(file); i++) must(cairn_gguf_put_entry(writer, file, i));
    for (int32_t i = 0; i < cairn_gguf_tensors(file); i++) {
        const cairn_gguf_tensor *t = cairn_gguf_tensor_at(file, i);
        must(cairn_gguf_put_data(writer, t->name, t->type, t->rank, t->shape, t->data));
    }
    must(cairn_gguf_write(writer, path));
    cairn_gguf_writer_close(writer);
}

static void test_entries_and_tensors_of_another_file_are_copied_as_they_are(void **state) {
    (void)state;
    const double d = 2.5;
    start(&b, 2, 5);
    add_key(&b, "f64", F64), add(&b, &d, 8);
    add_key(&b, "general.alignment", U32), add_number(&b, 64, 4);
    add_array(&b, "nested", ARRAY, 2);
    add_number(&b, U8, 4), add_number(&b, 3, 8), add_number(&b, 0x030201, 3);
    add_number(&b, STRING, 4), add_number(&b, 1, 8), add_string(&b, "x");
    add_key(&b, "cairn.checksum", U64), add_number(&b, 5, 8);
    add_array(&b, "u16", U16, 2), add_number(&b, 1, 2), add_number(&b, 65535, 2);
    add_tensor(&b, "one", 0, 0, 0, 0, 64);
    add_tensor(&b, "two", 2, 2, 2, 30, 0);
    pad(&b, 64);
    for (int i = 0; i < 68; i++) add_number(&b, (uint64_t)i, 1);
    cairn_gguf *from, *to;
    must(cairn_gguf_open_memory(ctx, b.data, b.size, "from", &from));
    assert_int_equal(cairn_gguf_verify(ctx, from), CAIRN_FORMAT); /* 5 is no key of it */
    copy_file(from);
    must(cairn_gguf_open(ctx, path, &to));
    must(cairn_gguf_verify(ctx, to));
    assert_int_equal(cairn_gguf_entries(to), 4);
    assert_null(cairn_gguf_find(to, "general.alignment"));
    static const char *const kept[] = {"f64", "nested", "u16"};
    for (int i = 0; i < 3; i++) {
        const cairn_gguf_entry *a = cairn_gguf_find(from, kept[i]), *c = cairn_gguf_find(to, kept[i]);
        uint8_t whole[64];
        size_t size;
        uint8_t *data = read_file(&size);
        assert_true(a && c && a->kind == c->kind && a->element == c->element && a->count == c->count &&
                    a->size == c->size);
        memcpy(whole, data + c->offset, c->size);
        assert_memory_equal(whole, b.data + a->offset, a->size);
        free(data);
    }
    assert_memory_equal(cairn_gguf_find_tensor(to, "one")->data, b.data + b.size - 4, 4);
    assert_memory_equal(cairn_gguf_find_tensor(to, "two")->data, b.data + b.size - 68, 8);
    cairn_gguf_close(from);
    cairn_gguf_close(to);
}

/* Larger than every block that the bytes pass through, and not a multiple of one. */
static void test_large_tensors_arrive_whole(void **state) {
    (void)state;
    enum { N = 100003 };
    float *values = malloc(N * sizeof *values);
    assert_non_null(values);
    for (int i = 0; i < N; i++) values[i] = (float)i;
    cairn_gguf_writer *writer = new_writer();
    must(cairn_gguf_put_tensor(writer, "f32", CAIRN_GGML_F32, 1, (const int64_t[]){N}, values));
    must(cairn_gguf_put_tensor(writer, "bf16", CAIRN_GGML_BF16, 1, (const int64_t[]){N}, values));
    must(cairn_gguf_write(writer, path));
    must(cairn_gguf_write(writer, path)); /* the writer can be used on */
    cairn_gguf_writer_close(writer);
    cairn_gguf *file;
    must(cairn_gguf_open(ctx, path, &file));
    must(cairn_gguf_verify(ctx, file));
    assert_memory_equal(cairn_gguf_find_tensor(file, "f32")->data, values, N * sizeof *values);
    const uint16_t *halves = cairn_gguf_find_tensor(file, "bf16")->data;
    for (int i = 0; i < 256; i++) { /* whole numbers of 8 bits are exact */
        uint32_t bits = (uint32_t)halves[i] << 16;
        float value;
        memcpy(&value, &bits, 4);
        assert_true(value == (float)i);
    }
    assert_int_equal(halves[65536], 0x4780); /* 2^16 = 1.0 * 2^(0x8F - 127) */
    free(values);
    cairn_gguf_close(file);
}

/* ---- checksums --------------------------------------------------------------------------------------------------------------- */

static void test_any_flipped_bit_of_a_written_file_is_seen(void **state) {
    (void)state;
    const float weights[6] = {1, -2, 0.5f, 3, 4, 5};
    size_t size;
    write_small(weights);
    uint8_t *data = read_file(&size);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        cairn_gguf *file;
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (cairn_gguf_open_memory(ctx, data, size, "m", &file) == CAIRN_OK) {
            if (cairn_gguf_verify(ctx, file) == CAIRN_OK) fail_msg("bit %zu of byte %zu", bit % 8, bit / 8);
            cairn_gguf_close(file);
        }
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    cairn_gguf *file;
    must(cairn_gguf_open_memory(ctx, data, size, "m", &file));
    must(cairn_gguf_verify(ctx, file));
    cairn_gguf_close(file);
    free(data);
}

static void test_a_checksum_may_lie_across_blocks_and_must_be_u64(void **state) {
    (void)state;
    static uint8_t filler[65536];
    cairn_gguf *file;
    uint8_t *data = malloc(1 << 20);
    assert_non_null(data);
    for (size_t shift = 0; shift < 9; shift++) {
        size_t size = 0, length = 65536 - 24 - (8 + 1 + 4 + 4 + 8) - (8 + 14 + 4) - shift;
        start(&b, 0, 2);
        add_array(&b, "f", U8, length);
        memcpy(data, b.data, size = b.size);
        memcpy(data + size, filler, length);
        size += length;
        b.size = 0;
        add_key(&b, "cairn.checksum", U64);
        memcpy(data + size, b.data, b.size);
        size += b.size;
        assert_int_equal(size, 65536 - shift); /* where the checksum starts */
        uint64_t checksum = checksum_of(data, size + 8, size);
        memcpy(data + size, &checksum, 8);
        must(cairn_gguf_open_memory(ctx, data, size + 8, "m", &file));
        must(cairn_gguf_verify(ctx, file));
        cairn_gguf_close(file);
        data[size - shift] ^= 1;
        if (cairn_gguf_open_memory(ctx, data, size + 8, "m", &file) == CAIRN_OK) {
            assert_int_not_equal(cairn_gguf_verify(ctx, file), CAIRN_OK);
            cairn_gguf_close(file);
        }
    }
    free(data);
    start(&b, 0, 1);
    add_key(&b, "cairn.checksum", U8), add_number(&b, 7, 1); /* shorter than what counts as zeros */
    uint8_t *copy = malloc(b.size);
    assert_non_null(copy);
    memcpy(copy, b.data, b.size);
    must(cairn_gguf_open_memory(ctx, copy, b.size, "m", &file));
    assert_int_equal(cairn_gguf_verify(ctx, file), CAIRN_FORMAT);
    assert_string_equal(cairn_error(ctx), "m: key `cairn.checksum`: expected u64, got u8");
    cairn_gguf_close(file);
    free(copy);
}

/* ---- what is refused --------------------------------------------------------------------------------------------------------- */

static void test_entries_that_cannot_be_are_refused(void **state) {
    (void)state;
    char long_key[65537];
    memset(long_key, 'k', 65536);
    long_key[65536] = 0;
    cairn_gguf_writer *writer = new_writer();
    must(cairn_gguf_put_u32(writer, "a", 1));
    assert_int_equal(cairn_gguf_put_text(writer, "a", "again"), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "key `a` is there already");
    assert_int_equal(cairn_gguf_put_u32(writer, "", 1), CAIRN_INVALID);
    assert_int_equal(cairn_gguf_put_u32(writer, long_key, 1), CAIRN_INVALID);
    assert_int_equal(cairn_gguf_put_u32(writer, "\xFF", 1), CAIRN_INVALID);
    assert_int_equal(cairn_gguf_put_u64(writer, "cairn.checksum", 1), CAIRN_INVALID);
    assert_int_equal(cairn_gguf_put_u32(writer, "general.alignment", 32), CAIRN_INVALID);
    assert_int_equal(cairn_gguf_put_text(writer, "t", "ab\xE9"), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "key `t`: byte 2 is not UTF-8");
    assert_int_equal(cairn_gguf_put_strings(writer, "s", (const cairn_bytes[]){{"ok", 2}, {"\x80", 1}}, 2),
                     CAIRN_INVALID);
    must(cairn_gguf_put_strings(writer, "s", NULL, 0)); /* the key was not taken by the failure */
    long_key[65535] = 0;
    must(cairn_gguf_put_u32(writer, long_key, 1));
    must(cairn_gguf_write(writer, path));
    cairn_gguf_writer_close(writer);
    cairn_gguf *file;
    must(cairn_gguf_open(ctx, path, &file));
    assert_int_equal(cairn_gguf_entries(file), 4); /* a, s, the long one, the checksum */
    cairn_gguf_close(file);
}

static void test_tensors_that_cannot_be_are_refused(void **state) {
    (void)state;
    const float values[4] = {0};
    const int64_t one[] = {4}, none[] = {0}, huge[] = {INT64_MAX, 2}, negative[] = {-4}, row[] = {33};
    char name[66];
    memset(name, 'n', 65);
    name[64] = 0;
    cairn_gguf_writer *writer = new_writer();
    must(cairn_gguf_put_tensor(writer, "a", CAIRN_GGML_F32, 1, one, values));
    assert_int_equal(cairn_gguf_put_tensor(writer, "a", CAIRN_GGML_BF16, 1, one, values), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "tensor `a` is there already");
    assert_int_equal(cairn_gguf_put_tensor(writer, "b", CAIRN_GGML_F16, 1, one, values), CAIRN_INVALID);
    assert_string_equal(cairn_error(ctx), "tensor `b`: numbers are stored as f32 or bf16, not as f16");
    assert_int_equal(cairn_gguf_put_tensor(writer, "", CAIRN_GGML_F32, 1, one, values), CAIRN_INVALID);
    assert_int_equal(cairn_gguf_put_tensor(writer, name, CAIRN_GGML_F32, 1, one, values), CAIRN_INVALID);
    assert_int_equal(cairn_gguf_put_tensor(writer, "\xC0", CAIRN_GGML_F32, 1, one, values), CAIRN_INVALID);
    assert_int_equal(cairn_gguf_put_tensor(writer, "b", CAIRN_GGML_F32, 5, one, values), CAIRN_INVALID);
    assert_int_equal(cairn_gguf_put_tensor(writer, "b", CAIRN_GGML_F32, -1, one, values), CAIRN_INVALID);
    assert_int_equal(cairn_gguf_put_tensor(writer, "b", CAIRN_GGML_F32, 1, none, values), CAIRN_INVALID);
    assert_int_equal(cairn_gguf_put_tensor(writer, "b", CAIRN_GGML_F32, 1, negative, values), CAIRN_INVALID);
    assert_int_equal(cairn_gguf_put_tensor(writer, "b", CAIRN_GGML_F32, 2, huge, values), CAIRN_INVALID);
    assert_int_equal(cairn_gguf_put_data(writer, "b", CAIRN_GGML_Q8_0, 1, row, values), CAIRN_INVALID);
    assert_int_equal(cairn_gguf_put_data(writer, "b", 1000, 1, one, values), CAIRN_INVALID);
    name[63] = 0;
    must(cairn_gguf_put_tensor(writer, name, CAIRN_GGML_F32, 0, NULL, values));
    must(cairn_gguf_write(writer, path));
    cairn_gguf_writer_close(writer);
    cairn_gguf *file;
    must(cairn_gguf_open(ctx, path, &file));
    assert_int_equal(cairn_gguf_tensors(file), 2);
    cairn_gguf_close(file);
}

/* ---- failures ----------------------------------------------------------------------------------------------------------------- */

static void test_a_failed_write_leaves_the_old_file(void **state) {
    (void)state;
    const float weights[6] = {1, -2, 0.5f, 3, 4, 5};
    size_t size, after;
    write_small(weights);
    uint8_t *old = read_file(&size);
    cairn_gguf_writer *writer = new_writer();
    float *large = calloc(100000, sizeof *large);
    assert_non_null(large);
    must(cairn_gguf_put_tensor(writer, "large", CAIRN_GGML_F32, 1, (const int64_t[]){100000}, large));
    cairn_faults_set(ctx, (cairn_faults){.disk_bytes = 200000});
    assert_int_equal(cairn_gguf_write(writer, path), CAIRN_IO);
    cairn_faults_set(ctx, (cairn_faults){0});
    uint8_t *kept = read_file(&after);
    assert_int_equal(size, after);
    assert_memory_equal(old, kept, size);
    cairn_gguf_writer_close(writer);
    free(large);
    free(old);
    free(kept);
    char nowhere[128];
    writer = new_writer();
    snprintf(nowhere, sizeof nowhere, "%s/none/m.gguf", folder);
    assert_int_equal(cairn_gguf_write(writer, nowhere), CAIRN_IO);
    cairn_gguf_writer_close(writer);
    assert_int_equal(rmdir(folder), -1); /* the good file is the only one: */
    unlink(path);
    assert_int_equal(rmdir(folder), 0); /* nothing was left beside it */
    assert_int_equal(mkdir(folder, 0700), 0);
}

/* The file is a pipe that takes only a small part before somebody reads: what its first byte says is that the second
 * reading of the tensor has begun, and that the writer waits long before the last number. */
static void test_values_that_change_meanwhile_are_an_error(void **state) {
    (void)state;
    enum { N = 1 << 18 };
    int64_t *shared = mmap(NULL, N * sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char pipe_path[80], block[4096];
    snprintf(pipe_path, sizeof pipe_path, "%s/pipe", folder);
    assert_ptr_not_equal(shared, MAP_FAILED);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    pid_t reader = fork();
    assert_true(reader >= 0);
    if (reader == 0) {
        int end = open(pipe_path, O_RDONLY);
        bool begun = end >= 0 && read(end, block, 1) == 1;
        shared[N - 1]++;
        while (begun && read(end, block, sizeof block) > 0) continue;
        _exit(0);
    }
    cairn_gguf_writer *writer = new_writer();
    must(cairn_gguf_put_data(writer, "t", 27, 1, (const int64_t[]){N}, shared));
    cairn_status status = cairn_gguf_write(writer, pipe_path);
    waitpid(reader, NULL, 0);
    unlink(pipe_path);
    assert_int_equal(status, CAIRN_INVALID);
    assert_non_null(strstr(cairn_error(ctx), "a tensor's values changed meanwhile"));
    cairn_gguf_writer_close(writer);
    munmap(shared, N * sizeof *shared);
}

static cairn_status write_under_fault(int64_t n) {
    const float weights[6] = {1, -2, 0.5f, 3, 4, 5};
    cairn_gguf_writer *writer;
    cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = n});
    cairn_status status = cairn_gguf_writer_open(ctx, &writer);
    if (status != CAIRN_OK) return status;
    status = cairn_gguf_put_text(writer, "general.architecture", "llama");
    if (status == CAIRN_OK) status = cairn_gguf_put_strings(writer, "s", (const cairn_bytes[]){{"one", 3}}, 1);
    if (status == CAIRN_OK)
        status = cairn_gguf_put_tensor(writer, "t", CAIRN_GGML_F32, 2, (const int64_t[]){3, 2}, weights);
    if (status == CAIRN_OK) status = cairn_gguf_write(writer, path);
    cairn_gguf_writer_close(writer);
    return status;
}

static void test_lack_of_memory_is_an_error(void **state) {
    (void)state;
    cairn_status status = CAIRN_NO_MEMORY;
    int64_t n = 1;
    for (; status == CAIRN_NO_MEMORY; n++) status = write_under_fault(n);
    cairn_faults_set(ctx, (cairn_faults){0});
    assert_int_equal(status, CAIRN_OK);
    assert_true(n > 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_bytes_are_those_of_the_published_layout),
        cmocka_unit_test(test_bf16_rounds_to_nearest_ties_to_even),
        cmocka_unit_test(test_entries_and_tensors_of_another_file_are_copied_as_they_are),
        cmocka_unit_test(test_large_tensors_arrive_whole),
        cmocka_unit_test(test_any_flipped_bit_of_a_written_file_is_seen),
        cmocka_unit_test(test_a_checksum_may_lie_across_blocks_and_must_be_u64),
        cmocka_unit_test(test_entries_that_cannot_be_are_refused),
        cmocka_unit_test(test_tensors_that_cannot_be_are_refused),
        cmocka_unit_test(test_a_failed_write_leaves_the_old_file),
        cmocka_unit_test(test_values_that_change_meanwhile_are_an_error),
        cmocka_unit_test(test_lack_of_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
