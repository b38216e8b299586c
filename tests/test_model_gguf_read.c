/* label: light */
/* Reading GGUF: files put together byte by byte from the published layout, every way in which a file can lie, and real
 * files. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cairn/model.h"
#include "data.h"
#include "gguf_fixture.h"

static cairn_ctx *ctx;
static cairn_arena *arena;
static bytes b;

static int open_all(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) == CAIRN_OK && cairn_arena_open(ctx, 65536, &arena) == CAIRN_OK ? 0 : -1;
}

static int close_all(void **state) {
    (void)state;
    cairn_arena_close(arena);
    cairn_ctx_close(ctx);
    return 0;
}

/* From a block of exactly this size, so that a byte read too far is seen. */
static cairn_status open_copy(const uint8_t *data, size_t size, uint8_t **copy, cairn_gguf **out) {
    *copy = malloc(size ? size : 1);
    assert_non_null(*copy);
    memcpy(*copy, data, size);
    return cairn_gguf_open_memory(ctx, *copy, size, "m.gguf", out);
}

static cairn_gguf *opened(uint8_t **copy) {
    cairn_gguf *file = NULL;
    if (open_copy(b.data, b.size, copy, &file) != CAIRN_OK) fail_msg("%s", cairn_error(ctx));
    return file;
}

static void closed(cairn_gguf *file, uint8_t *copy) {
    cairn_gguf_close(file);
    free(copy);
}

/* The file as it stands is refused with "m.gguf: <says>". */
static void expect_refused(cairn_status status, const char *says) {
    cairn_gguf *file;
    uint8_t *copy;
    char expected[512];
    cairn_status got = open_copy(b.data, b.size, &copy, &file);
    free(copy);
    snprintf(expected, sizeof expected, "m.gguf: %s", says);
    if (got == CAIRN_OK) fail_msg("was read; expected: %s", expected);
    assert_string_equal(cairn_error(ctx), expected);
    assert_int_equal(got, status);
}

/* ---- a good file ------------------------------------------------------------------------------------------------------- */

/* Every kind of value, arrays of arrays, and tensors of three types with a gap between two of them. */
static void write_good_file(void) {
    const float f = -0.25f;
    const double d = 1e300;
    start(&b, 3, 19);
    add_text(&b, "general.architecture", "llama");
    add_key(&b, "k.u8", U8), add_number(&b, 200, 1);
    add_key(&b, "k.i8", I8), add_number(&b, 0x80, 1); /* -128 */
    add_key(&b, "k.u16", U16), add_number(&b, 65535, 2);
    add_key(&b, "k.i16", I16), add_number(&b, 0xFFFE, 2); /* -2 */
    add_key(&b, "k.u32", U32), add_number(&b, 4294967295u, 4);
    add_key(&b, "k.i32", I32), add_number(&b, 0xFFFFFFFFu, 4); /* -1 */
    add_key(&b, "k.f32", F32), add(&b, &f, 4);
    add_key(&b, "k.bool", BOOL), add_number(&b, 1, 1);
    add_key(&b, "k.u64", U64), add_number(&b, UINT64_MAX, 8);
    add_key(&b, "k.i64", I64), add_number(&b, UINT64_C(1) << 63, 8); /* -2^63 */
    add_key(&b, "k.f64", F64), add(&b, &d, 8);
    add_array(&b, "a.i32", I32, 3), add_number(&b, 7, 4), add_number(&b, 0xFFFFFFFFu, 4), add_number(&b, 0, 4);
    add_array(&b, "a.f32", F32, 2), add(&b, &f, 4), add(&b, &f, 4);
    add_array(&b, "a.string", STRING, 3), add_string(&b, "one"), add_string(&b, ""), add_string(&b, "\xC3\xA9");
    add_array(&b, "a.empty", STRING, 0);
    add_array(&b, "a.bool", BOOL, 2), add_number(&b, 0, 1), add_number(&b, 1, 1);
    add_array(&b, "a.array", ARRAY, 2);
    add_number(&b, U8, 4), add_number(&b, 2, 8), add_number(&b, 0x0102, 2);
    add_number(&b, STRING, 4), add_number(&b, 1, 8), add_string(&b, "x");
    add_key(&b, "k.nul", STRING), add_number(&b, 3, 8), add(&b, "a\0b", 3);
    add_tensor(&b, "token_embd.weight", 2, 3, 2, 0, 0);     /* f32: 24 bytes */
    add_tensor(&b, "output_norm.weight", 1, 5, 0, 30, 64);  /* bf16: 10 bytes */
    add_tensor(&b, "blk.0.attn_q.weight", 2, 64, 2, 8, 96); /* q8_0: 2 rows of 2 blocks of 34 bytes */
    pad(&b, 32);
    size_t data = b.size;
    const float values[6] = {1, 2, 3, 4, 5, -6.5f};
    add(&b, values, sizeof values);
    while (b.size < data + 64) add_number(&b, 0xEE, 1);
    for (int i = 0; i < 5; i++) add_number(&b, 0x3F80 + (uint64_t)i, 2);
    pad(&b, 32);
    for (int i = 0; i < 136; i++) add_number(&b, (uint64_t)i, 1);
}

static void test_every_kind_of_value_is_read_as_the_layout_says(void **state) {
    (void)state;
    uint8_t *copy;
    write_good_file();
    cairn_gguf *file = opened(&copy);
    assert_int_equal(cairn_gguf_version(file), 3);
    assert_int_equal(cairn_gguf_alignment(file), 32);
    assert_int_equal(cairn_gguf_size(file), b.size);
    assert_int_equal(cairn_gguf_entries(file), 19);
    static const struct {
        const char *key;
        int64_t value;
    } whole[] = {{"k.u8", 200},         {"k.i8", -128}, {"k.u16", 65535},    {"k.i16", -2},
                 {"k.u32", 4294967295}, {"k.i32", -1},  {"k.i64", INT64_MIN}};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        int64_t value;
        assert_int_equal(cairn_gguf_get_i64(ctx, file, whole[i].key, &value), CAIRN_OK);
        assert_true(value == whole[i].value);
    }
    uint64_t u64;
    uint32_t u32;
    float f32;
    double f64;
    bool truth = false;
    assert_int_equal(cairn_gguf_get_u64(ctx, file, "k.u64", &u64), CAIRN_OK);
    assert_true(u64 == UINT64_MAX);
    assert_int_equal(cairn_gguf_get_u32(ctx, file, "k.u16", &u32), CAIRN_OK);
    assert_int_equal(u32, 65535);
    assert_int_equal(cairn_gguf_get_f32(ctx, file, "k.f32", &f32), CAIRN_OK);
    assert_true(f32 == -0.25f);
    assert_int_equal(cairn_gguf_get_f64(ctx, file, "k.f64", &f64), CAIRN_OK);
    assert_true(f64 == 1e300);
    assert_int_equal(cairn_gguf_get_bool(ctx, file, "k.bool", &truth), CAIRN_OK);
    assert_true(truth);
    const char *text;
    cairn_bytes string;
    assert_int_equal(cairn_gguf_get_text(ctx, file, "general.architecture", arena, &text), CAIRN_OK);
    assert_string_equal(text, "llama");
    assert_int_equal(cairn_gguf_get_string(ctx, file, "k.nul", &string), CAIRN_OK);
    assert_int_equal(string.length, 3);
    assert_memory_equal(string.data, "a\0b", 3);
    closed(file, copy);
}

static void test_arrays_are_read_as_the_layout_says(void **state) {
    (void)state;
    uint8_t *copy;
    write_good_file();
    cairn_gguf *file = opened(&copy);
    const int32_t *wholes;
    const float *reals;
    const cairn_bytes *strings;
    size_t n;
    assert_int_equal(cairn_gguf_get_i32s(ctx, file, "a.i32", arena, &wholes, &n), CAIRN_OK);
    assert_int_equal(n, 3);
    assert_true(wholes[0] == 7 && wholes[1] == -1 && wholes[2] == 0);
    assert_int_equal(cairn_gguf_get_f32s(ctx, file, "a.f32", arena, &reals, &n), CAIRN_OK);
    assert_int_equal(n, 2);
    assert_true(reals[0] == -0.25f && reals[1] == -0.25f);
    assert_int_equal(cairn_gguf_get_strings(ctx, file, "a.string", arena, &strings, &n), CAIRN_OK);
    assert_int_equal(n, 3);
    assert_true(strings[0].length == 3 && memcmp(strings[0].data, "one", 3) == 0);
    assert_int_equal(strings[1].length, 0);
    assert_true(strings[2].length == 2 && memcmp(strings[2].data, "\xC3\xA9", 2) == 0);
    assert_int_equal(cairn_gguf_get_strings(ctx, file, "a.empty", arena, &strings, &n), CAIRN_OK);
    assert_int_equal(n, 0);
    const cairn_gguf_entry *nested = cairn_gguf_find(file, "a.array");
    assert_true(nested && nested->kind == CAIRN_GGUF_ARRAY && nested->element == CAIRN_GGUF_ARRAY &&
                nested->count == 2);
    assert_int_equal(nested->size, (4 + 8 + 2) + (4 + 8 + 8 + 1));
    assert_string_equal(cairn_gguf_entry_at(file, 0)->key, "general.architecture");
    assert_string_equal(cairn_gguf_entry_at(file, 18)->key, "k.nul");
    assert_null(cairn_gguf_entry_at(file, 19));
    assert_null(cairn_gguf_entry_at(file, -1));
    assert_null(cairn_gguf_find(file, "k."));
    closed(file, copy);
}

static void test_tensors_are_found_where_the_directory_says(void **state) {
    (void)state;
    uint8_t *copy;
    write_good_file();
    cairn_gguf *file = opened(&copy);
    const cairn_gguf_tensor *t;
    float values[6];
    assert_int_equal(cairn_gguf_tensors(file), 3);
    assert_int_equal(cairn_gguf_get_tensor(ctx, file, "token_embd.weight", 2, (const int64_t[]){3, 2}, &t), CAIRN_OK);
    assert_ptr_equal(t, cairn_gguf_tensor_at(file, 0));
    assert_true(t->rank == 2 && t->shape[0] == 3 && t->shape[1] == 2 && t->shape[2] == 1 && t->elements == 6);
    assert_true(t->type == CAIRN_GGML_F32 && t->bytes == 24);
    memcpy(values, t->data, sizeof values);
    assert_true(values[0] == 1 && values[5] == -6.5f);
    assert_int_equal(cairn_gguf_get_tensor(ctx, file, "output_norm.weight", 1, NULL, &t), CAIRN_OK);
    assert_true(t->type == CAIRN_GGML_BF16 && t->bytes == 10);
    assert_memory_equal(t->data, "\x80\x3F\x81\x3F", 4);
    assert_int_equal(cairn_gguf_get_tensor(ctx, file, "blk.0.attn_q.weight", 0, NULL, &t), CAIRN_OK);
    assert_true(t->type == CAIRN_GGML_Q8_0 && t->bytes == 136 && ((const uint8_t *)t->data)[135] == 135);
    assert_int_equal(t->offset, b.size - 136);
    assert_int_equal(cairn_gguf_get_tensor(ctx, file, "output.weight", 0, NULL, &t), CAIRN_NOT_FOUND);
    assert_string_equal(cairn_error(ctx), "m.gguf: tensor `output.weight` is missing");
    assert_int_equal(cairn_gguf_get_tensor(ctx, file, "token_embd.weight", 2, (const int64_t[]){2, 3}, &t),
                     CAIRN_FORMAT);
    assert_string_equal(cairn_error(ctx), "m.gguf: tensor `token_embd.weight`: expected the shape 2 x 3, got 3 x 2");
    assert_int_equal(cairn_gguf_get_tensor(ctx, file, "output_norm.weight", 2, (const int64_t[]){5, 1}, &t),
                     CAIRN_FORMAT);
    assert_null(cairn_gguf_tensor_at(file, 3));
    closed(file, copy);
}

/* Facts of ggml: elements and bytes of a block. */
static void test_layouts_have_the_sizes_of_ggml(void **state) {
    (void)state;
    static const struct {
        uint32_t type;
        const char *name;
        int block, bytes;
    } facts[] = {{0, "f32", 1, 4},          {1, "f16", 1, 2},         {30, "bf16", 1, 2},
                 {8, "q8_0", 32, 2 + 32},   {2, "q4_0", 32, 18},      {12, "q4_K", 256, 144},
                 {14, "q6_K", 256, 210},    {28, "f64", 1, 8},        {39, "mxfp4", 32, 1 + 16},
                 {40, "nvfp4", 64, 4 + 32}, {41, "q1_0", 128, 2 + 16}};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        cairn_ggml_layout layout = cairn_ggml_layout_of(facts[i].type);
        assert_string_equal(layout.name, facts[i].name);
        assert_int_equal(layout.block, facts[i].block);
        assert_int_equal(layout.block_bytes, facts[i].bytes);
    }
    static const uint32_t withdrawn[] = {4, 5, 31, 32, 33, 36, 37, 38, 1000, UINT32_MAX};
    for (size_t i = 0; i < sizeof withdrawn / sizeof *withdrawn; i++) {
        assert_string_equal(cairn_ggml_layout_of(withdrawn[i]).name, "unknown");
        assert_int_equal(cairn_ggml_layout_of(withdrawn[i]).block, 0);
    }
}

static void test_a_tensor_of_an_unknown_type_is_named_and_not_measured(void **state) {
    (void)state;
    uint8_t *copy;
    start(&b, 2, 0);
    add_tensor(&b, "a", 1, 7, 0, 1000, 0);
    add_tensor(&b, "s", 0, 0, 0, 0, 32);
    pad(&b, 32);
    for (int i = 0; i < 36; i++) add_number(&b, 1, 1);
    cairn_gguf *file = opened(&copy);
    const cairn_gguf_tensor *t = cairn_gguf_tensor_at(file, 0);
    assert_true(t->bytes == 0 && t->elements == 7 && t->type == 1000);
    t = cairn_gguf_tensor_at(file, 1);
    assert_true(t->rank == 0 && t->elements == 1 && t->bytes == 4);
    closed(file, copy);
}

/* ---- values asked for wrongly ---------------------------------------------------------------------------------------------- */

static void test_missing_and_wrong_values_are_named(void **state) {
    (void)state;
    uint8_t *copy;
    write_good_file();
    cairn_gguf *file = opened(&copy);
    uint32_t u32 = 77;
    uint64_t u64;
    int64_t i64;
    float f32;
    double f64;
    bool truth;
    const char *text;
    cairn_bytes string;
    const int32_t *wholes;
    const float *reals;
    const cairn_bytes *strings;
    size_t n;
    assert_int_equal(cairn_gguf_get_u32(ctx, file, "llama.block_count", &u32), CAIRN_NOT_FOUND);
    assert_string_equal(cairn_error(ctx),
                        "m.gguf: key `llama.block_count` is missing (a whole number of 32 bits, 0 or more)");
    assert_int_equal(cairn_gguf_get_u32(ctx, file, "k.i16", &u32), CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(ctx), "key `k.i16`: expected a whole number of 32 bits, 0 or more, got -2"));
    assert_int_equal(cairn_gguf_get_u32(ctx, file, "k.u64", &u32), CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(ctx), "got 18446744073709551615"));
    assert_int_equal(cairn_gguf_get_u32(ctx, file, "k.f32", &u32), CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(ctx), "got f32"));
    assert_int_equal(cairn_gguf_get_u32(ctx, file, "a.i32", &u32), CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(ctx), "got an array of i32"));
    assert_int_equal(u32, 77);
    assert_int_equal(cairn_gguf_get_u64(ctx, file, "k.i64", &u64), CAIRN_FORMAT);
    assert_int_equal(cairn_gguf_get_i64(ctx, file, "k.u64", &i64), CAIRN_FORMAT);
    assert_int_equal(cairn_gguf_get_i64(ctx, file, "k.bool", &i64), CAIRN_FORMAT);
    assert_int_equal(cairn_gguf_get_f32(ctx, file, "k.f64", &f32), CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(ctx), "expected a number that fits f32, got 1e+300"));
    assert_int_equal(cairn_gguf_get_f64(ctx, file, "k.u8", &f64), CAIRN_FORMAT);
    assert_int_equal(cairn_gguf_get_bool(ctx, file, "k.u8", &truth), CAIRN_FORMAT);
    assert_int_equal(cairn_gguf_get_string(ctx, file, "k.u8", &string), CAIRN_FORMAT);
    assert_int_equal(cairn_gguf_get_text(ctx, file, "k.nul", arena, &text), CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(ctx), "NUL"));
    assert_int_equal(cairn_gguf_get_strings(ctx, file, "a.i32", arena, &strings, &n), CAIRN_FORMAT);
    assert_int_equal(cairn_gguf_get_strings(ctx, file, "k.u8", arena, &strings, &n), CAIRN_FORMAT);
    assert_int_equal(cairn_gguf_get_f32s(ctx, file, "a.i32", arena, &reals, &n), CAIRN_FORMAT);
    assert_int_equal(cairn_gguf_get_i32s(ctx, file, "a.f32", arena, &wholes, &n), CAIRN_FORMAT);
    assert_int_equal(cairn_gguf_get_i32s(ctx, file, "a.string", arena, &wholes, &n), CAIRN_FORMAT);
    assert_int_equal(cairn_gguf_get_i32s(ctx, file, "a.array", arena, &wholes, &n), CAIRN_FORMAT);
    closed(file, copy);
}

static void test_an_array_element_that_does_not_fit_is_named(void **state) {
    (void)state;
    uint8_t *copy;
    const int32_t *wholes;
    size_t n;
    start(&b, 0, 2);
    add_array(&b, "big", U32, 2), add_number(&b, 2147483647, 4), add_number(&b, 2147483648u, 4);
    add_array(&b, "low", I64, 1), add_number(&b, (uint64_t)INT32_MIN, 8);
    cairn_gguf *file = opened(&copy);
    assert_int_equal(cairn_gguf_get_i32s(ctx, file, "big", arena, &wholes, &n), CAIRN_FORMAT);
    assert_non_null(strstr(cairn_error(ctx),
                           "key `big`: expected an array of whole numbers of 32 bits, got 2147483648 as number 1"));
    assert_int_equal(cairn_gguf_get_i32s(ctx, file, "low", arena, &wholes, &n), CAIRN_OK);
    assert_true(n == 1 && wholes[0] == INT32_MIN);
    closed(file, copy);
}

/* ---- files that lie -------------------------------------------------------------------------------------------------------- */

static void test_what_is_no_gguf_is_refused(void **state) {
    (void)state;
    b.size = 0;
    expect_refused(CAIRN_FORMAT, "byte 0: magic number: it needs 4 bytes, and 0 are left of the file");
    start(&b, 0, 0);
    b.data[0] = 'g';
    expect_refused(CAIRN_FORMAT,
                   "byte 0: magic number: a GGUF file starts with the letters GGUF, this one with 67 47 55 46");
    start(&b, 0, 0);
    memcpy(b.data, "\x10\0\0\0\0\0\0\0{", 9);
    expect_refused(CAIRN_FORMAT,
                   "byte 0: this is a safetensors file, and a GGUF file is wanted: convert it, e.g. by llama.cpp's "
                   "convert_hf_to_gguf.py");
    start(&b, 0, 0);
    b.data[4] = 1;
    expect_refused(CAIRN_UNSUPPORTED, "byte 4: version: it is 1, only versions 2 and 3 are read");
    memcpy(b.data + 4, "\0\0\0\3", 4);
    expect_refused(CAIRN_UNSUPPORTED, "byte 4: version: a big-endian file, 3, only versions 2 and 3 are read");
    start(&b, 0, 0);
    memcpy(b.data, "FUGG", 4);
    expect_refused(CAIRN_UNSUPPORTED,
                   "byte 0: magic number: FUGG, a big-endian file; only little-endian ones are read");
    start(&b, 0, 0); /* and an empty one is fine */
    uint8_t *copy;
    cairn_gguf *file = opened(&copy);
    assert_int_equal(cairn_gguf_entries(file) + cairn_gguf_tensors(file), 0);
    assert_null(cairn_gguf_find(file, "x"));
    assert_null(cairn_gguf_find_tensor(file, "x"));
    closed(file, copy);
}

static void test_counts_and_lengths_beyond_the_file_are_refused(void **state) {
    (void)state;
    start(&b, UINT64_MAX, 0);
    expect_refused(CAIRN_FORMAT,
                   "byte 8: number of tensors: 18446744073709551615 do not fit in the 8 bytes that are left "
                   "of the file");
    start(&b, 0, UINT64_C(1) << 60);
    expect_refused(CAIRN_FORMAT,
                   "byte 16: number of keys: 1152921504606846976 do not fit in the 0 bytes that are left of "
                   "the file");
    start(&b, 0, 1);
    add_number(&b, UINT64_MAX - 7, 8); /* the length of the key */
    add(&b, "abcdefgh", 8);
    expect_refused(CAIRN_FORMAT, "byte 24: key number 0: a string of 18446744073709551608 bytes, and 8 are left of the "
                                 "file");
    start(&b, 0, 1);
    add_key(&b, "t", STRING), add_number(&b, 9, 8), add(&b, "12345678", 8);
    expect_refused(CAIRN_FORMAT, "byte 37: key `t`: a string of 9 bytes, and 8 are left of the file");
    start(&b, 0, 1);
    add_array(&b, "a", U32, (UINT64_C(1) << 62) + 1), add_number(&b, 0, 4); /* 4 times that overflows to 4 */
    expect_refused(CAIRN_FORMAT, "byte 41: key `a`: 4611686018427387905 do not fit in the 4 bytes that are left of the "
                                 "file");
    start(&b, 0, 1);
    add_array(&b, "a", STRING, 2), add_string(&b, "");
    expect_refused(CAIRN_FORMAT, "byte 41: key `a`: 2 do not fit in the 8 bytes that are left of the file");
    start(&b, 0, 1);
    add_array(&b, "a", ARRAY, 2), add_number(&b, 0, 20);
    expect_refused(CAIRN_FORMAT, "byte 41: key `a`: 2 do not fit in the 20 bytes that are left of the file");
}

static void test_bad_values_are_refused(void **state) {
    (void)state;
    start(&b, 0, 1);
    add_key(&b, "k", 13), add_number(&b, 0, 8);
    expect_refused(CAIRN_FORMAT, "byte 33: key `k`: there is no kind of value 13");
    start(&b, 0, 1);
    add_array(&b, "k", 99, 0);
    expect_refused(CAIRN_FORMAT, "byte 37: key `k`: there is no kind of value 99");
    start(&b, 0, 1);
    add_key(&b, "k", BOOL), add_number(&b, 2, 1);
    expect_refused(CAIRN_FORMAT, "byte 37: key `k`: a bool is 0 or 1, this one 2");
    start(&b, 0, 1);
    add_array(&b, "k", BOOL, 2), add_number(&b, 1, 1), add_number(&b, 255, 1);
    expect_refused(CAIRN_FORMAT, "byte 50: key `k`: a bool is 0 or 1, this one 255");
    start(&b, 0, 1);
    add_text(&b, "k", "ab\xC0\x80"); /* an overlong form */
    expect_refused(CAIRN_FORMAT, "byte 47: key `k`: byte 0xc0 is not UTF-8");
    start(&b, 0, 1);
    add_text(&b, "k", "\xED\xA0\x80"); /* a surrogate */
    expect_refused(CAIRN_FORMAT, "byte 45: key `k`: byte 0xed is not UTF-8");
    start(&b, 0, 1);
    add_text(&b, "k", "\xE2\x82"); /* cut off */
    expect_refused(CAIRN_FORMAT, "byte 45: key `k`: byte 0xe2 is not UTF-8");
    start(&b, 0, 1);
    add_text(&b, "\xFF", "v");
    expect_refused(CAIRN_FORMAT, "byte 32: key number 0: byte 0xff is not UTF-8");
    start(&b, 0, 1);
    add_text(&b, "", "vvvvvv");
    expect_refused(CAIRN_FORMAT, "byte 24: key number 0: a name has 1 to 65535 bytes, this one 0");
    start(&b, 0, 1);
    add_number(&b, 3, 8), add(&b, "a\0b", 3), add_number(&b, U8, 4), add_number(&b, 1, 1);
    expect_refused(CAIRN_FORMAT, "byte 24: key number 0: it holds a NUL character");
    start(&b, 0, 2);
    add_text(&b, "twice", "a"), add_text(&b, "twice", "b");
    expect_refused(CAIRN_FORMAT, "byte 67: key `twice`: it is there twice, first at byte 41");
}

static void test_arrays_are_nested_four_deep_at_most(void **state) {
    (void)state;
    for (int depth = 3; depth <= 5; depth++) {
        start(&b, 0, 1);
        add_array(&b, "a", ARRAY, 1);
        for (int i = 2; i < depth; i++) add_number(&b, ARRAY, 4), add_number(&b, 1, 8);
        add_number(&b, U8, 4), add_number(&b, 1, 8), add_number(&b, 5, 1);
        if (depth == 5) {
            expect_refused(CAIRN_LIMIT, "byte 85: key `a`: arrays are nested deeper than 4");
            continue;
        }
        uint8_t *copy;
        cairn_gguf *file = opened(&copy);
        assert_int_equal(cairn_gguf_entry_at(file, 0)->size, 12 * (depth - 1) + 1);
        closed(file, copy);
    }
}

/* A file with one or two tensors of f32 and 64 bytes of data. */
static void write_tensors(uint64_t offset_a, uint64_t offset_b, const char *name_b) {
    start(&b, name_b ? 2 : 1, 0);
    add_tensor(&b, "a", 1, 8, 0, 0, offset_a);
    if (name_b) add_tensor(&b, name_b, 1, 8, 0, 0, offset_b);
    pad(&b, 32);
    for (int i = 0; i < 64; i++) add_number(&b, 0, 1);
}

static void test_tensors_that_cannot_be_are_refused(void **state) {
    (void)state;
    static const struct {
        uint32_t rank, type;
        uint64_t first, second;
        const char *says;
    } bad[] = {
        {5, 0, 1, 1, "byte 33: tensor `a`: it has 5 dimensions, at most 4 are read"},
        {UINT32_MAX, 0, 1, 1, "byte 33: tensor `a`: it has 4294967295 dimensions, at most 4 are read"},
        {2, 0, 4, 0, "byte 33: tensor `a`: a dimension must be 1 or more"},
        {2, 0, UINT64_MAX, 1, "byte 33: tensor `a`: a dimension must be 1 or more"},
        {2, 0, UINT64_C(1) << 40, UINT64_C(1) << 40,
         "byte 33: tensor `a`: it has more elements than 64 bits can count"},
        {1, 28, UINT64_C(1) << 61, 0, "byte 33: tensor `a`: it has more bytes than 64 bits can count"},
        {2, 8, 33, 32, "byte 33: tensor `a`: its rows do not fill whole blocks of its type"},
        {0, 12, 0, 0, "byte 33: tensor `a`: its rows do not fill whole blocks of its type"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        start(&b, 1, 0);
        add_tensor(&b, "a", bad[i].rank, bad[i].first, bad[i].second, bad[i].type, 0);
        pad(&b, 32);
        for (int k = 0; k < 64; k++) add_number(&b, 0, 1);
        expect_refused(CAIRN_FORMAT, bad[i].says);
    }
    start(&b, 1, 0);
    add_tensor(&b, "", 1, 8, 0, 0, 0);
    expect_refused(CAIRN_FORMAT, "byte 24: name of tensor number 0: a name has 1 to 65535 bytes, this one 0");
}

static void test_tensors_out_of_place_are_refused(void **state) {
    (void)state;
    uint8_t *copy;
    write_tensors(32, 0, "b"); /* any order is fine */
    cairn_gguf *file = opened(&copy);
    closed(file, copy);
    write_tensors(0, 0, "b");
    expect_refused(CAIRN_FORMAT, "byte 96: tensor `b`: it overlaps tensor `a`, which has 32 bytes at byte 96");
    write_tensors(0, 32, "a");
    expect_refused(CAIRN_FORMAT, "byte 128: tensor `a`: it is there twice");
    write_tensors(4, 0, NULL);
    expect_refused(CAIRN_FORMAT, "byte 49: tensor `a`: its offset 4 is no multiple of the alignment 32");
    write_tensors(64, 0, NULL);
    expect_refused(CAIRN_FORMAT,
                   "byte 57: tensor `a`: its 32 bytes at offset 64 of the data end after the file, which has "
                   "128 bytes");
    write_tensors(UINT64_MAX - 31, 0, NULL);
    expect_refused(CAIRN_FORMAT,
                   "byte 57: tensor `a`: its 32 bytes at offset 18446744073709551584 of the data end after the "
                   "file, which has 128 bytes");
    start(&b, 2, 0); /* 16 bytes of the first tensor lie behind the start of the second */
    add_tensor(&b, "a", 1, 12, 0, 0, 0);
    add_tensor(&b, "b", 1, 4, 0, 0, 32);
    pad(&b, 32);
    for (int i = 0; i < 64; i++) add_number(&b, 0, 1);
    expect_refused(CAIRN_FORMAT, "byte 128: tensor `b`: it overlaps tensor `a`, which has 48 bytes at byte 96");
    start(&b, 1, 0); /* a tensor of which nothing is known but that it begins in the file */
    add_tensor(&b, "a", 1, 12, 0, 77, 0);
    pad(&b, 32);
    expect_refused(CAIRN_FORMAT,
                   "byte 57: tensor `a`: its 0 bytes at offset 0 of the data end after the file, which has 64 "
                   "bytes");
}

static void test_the_alignment_is_the_files(void **state) {
    (void)state;
    static const uint32_t bad[] = {0, 4, 24, 33, 1u << 31};
    uint8_t *copy;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char says[160];
        start(&b, 0, 1);
        add_key(&b, "general.alignment", U32), add_number(&b, bad[i], 4);
        snprintf(says, sizeof says, "byte 53: key `general.alignment`: a power of two from 8 to 1048576, got %u",
                 bad[i]);
        expect_refused(CAIRN_FORMAT, says);
    }
    start(&b, 0, 1);
    add_text(&b, "general.alignment", "32");
    expect_refused(CAIRN_FORMAT,
                   "byte 53: key `general.alignment`: expected a whole number of 32 bits, 0 or more, got string");
    start(&b, 1, 1);
    add_key(&b, "general.alignment", U32), add_number(&b, 8, 4);
    add_tensor(&b, "a", 1, 1, 0, 0, 8);
    pad(&b, 8);
    size_t data = b.size;
    for (int i = 0; i < 12; i++) add_number(&b, (uint64_t)i, 1);
    cairn_gguf *file = opened(&copy);
    assert_int_equal(cairn_gguf_alignment(file), 8);
    assert_int_equal(cairn_gguf_tensor_at(file, 0)->offset, data + 8);
    closed(file, copy);
}

/* ---- every cut, every bit ---------------------------------------------------------------------------------------------------- */

static void test_every_truncation_is_an_error(void **state) {
    (void)state;
    cairn_gguf *file;
    uint8_t *copy;
    write_good_file();
    for (size_t size = 0; size < b.size; size++) {
        if (open_copy(b.data, size, &copy, &file) == CAIRN_OK) fail_msg("%zu of %zu bytes are enough", size, b.size);
        assert_non_null(strstr(cairn_error(ctx), "m.gguf: byte "));
        free(copy);
    }
}

/* Everything a caller may ask for stays inside the file. */
static void look_at_everything(const cairn_gguf *file) {
    unsigned sum = 0;
    for (int32_t i = 0; i < cairn_gguf_entries(file); i++) {
        const cairn_gguf_entry *entry = cairn_gguf_entry_at(file, i);
        const cairn_bytes *strings;
        const int32_t *wholes;
        cairn_bytes string;
        size_t n;
        assert_true(entry->offset + entry->size <= cairn_gguf_size(file));
        assert_ptr_equal(cairn_gguf_find(file, entry->key), entry);
        if (cairn_gguf_get_string(ctx, file, entry->key, &string) == CAIRN_OK && string.length)
            sum += (unsigned)string.data[string.length - 1];
        if (cairn_gguf_get_strings(ctx, file, entry->key, arena, &strings, &n) == CAIRN_OK) sum += (unsigned)n;
        if (cairn_gguf_get_i32s(ctx, file, entry->key, arena, &wholes, &n) == CAIRN_OK) sum += (unsigned)n;
    }
    for (int32_t i = 0; i < cairn_gguf_tensors(file); i++) {
        const cairn_gguf_tensor *t = cairn_gguf_tensor_at(file, i);
        const uint8_t *data = t->data;
        assert_true(t->offset + t->bytes <= cairn_gguf_size(file) && t->offset % cairn_gguf_alignment(file) == 0);
        for (size_t k = 0; k < t->bytes; k++) sum += data[k];
    }
    assert_true(sum < UINT32_MAX);
    cairn_arena_reset(arena);
}

static void test_any_flipped_bit_gives_an_error_or_a_sound_file(void **state) {
    (void)state;
    cairn_gguf *file;
    uint8_t *copy;
    size_t sound = 0;
    write_good_file();
    for (size_t bit = 0; bit < 8 * b.size; bit++) {
        b.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (open_copy(b.data, b.size, &copy, &file) == CAIRN_OK) {
            look_at_everything(file);
            cairn_gguf_close(file);
            sound++;
        } else {
            assert_non_null(strstr(cairn_error(ctx), "m.gguf: byte "));
        }
        free(copy);
        b.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_true(sound > 0 && sound < 8 * b.size);
}

static void test_lack_of_memory_is_an_error(void **state) {
    (void)state;
    cairn_gguf *file;
    uint8_t *copy;
    write_good_file();
    cairn_status status = CAIRN_NO_MEMORY;
    int64_t n = 1;
    for (; status == CAIRN_NO_MEMORY; n++) {
        cairn_faults_set(ctx, (cairn_faults){.alloc_fails_at = n});
        status = open_copy(b.data, b.size, &copy, &file);
        if (status == CAIRN_OK) cairn_gguf_close(file);
        free(copy);
    }
    cairn_faults_set(ctx, (cairn_faults){0});
    assert_int_equal(status, CAIRN_OK);
    assert_true(n > 5);
}

/* ---- files on disk ---------------------------------------------------------------------------------------------------------- */

static void test_an_open_file_may_be_replaced_cut_off_and_overwritten(void **state) {
    (void)state;
    char path[] = "/tmp/cairn-gguf-XXXXXX", other[64];
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    write_good_file();
    assert_int_equal(write(descriptor, b.data, b.size), b.size);
    close(descriptor);
    cairn_gguf *file;
    assert_int_equal(cairn_gguf_open(ctx, path, &file), CAIRN_OK);
    assert_string_equal(cairn_gguf_path(file), path);
    look_at_everything(file);
    FILE *spoilt = fopen(path, "r+b");
    assert_non_null(spoilt);
    for (size_t i = 0; i < b.size; i++) fputc(0xAA, spoilt);
    fclose(spoilt);
    look_at_everything(file);
    assert_int_equal(truncate(path, 0), 0); /* of a map, the next look would end the process */
    look_at_everything(file);
    snprintf(other, sizeof other, "%s.new", path);
    FILE *replacement = fopen(other, "wb");
    assert_non_null(replacement);
    fclose(replacement);
    assert_int_equal(rename(other, path), 0);
    look_at_everything(file);
    cairn_gguf_close(file);
    assert_int_equal(cairn_gguf_open(ctx, path, &file), CAIRN_FORMAT); /* the new one is empty */
    unlink(path);
    assert_int_equal(cairn_gguf_open(ctx, path, &file), CAIRN_NOT_FOUND);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(cairn_gguf_open(ctx, path, &file), CAIRN_IO);
    unlink(path);
    assert_int_equal(cairn_gguf_open(ctx, "/tmp", &file), CAIRN_IO);
}

/* Counts read off the files with a hexadecimal viewer: 0x7e00, 0xc451 and 0x7d00 tokens behind 0x19, 0x10 and 0x16
 * keys. */
static void test_real_vocabularies_are_read(void **state) {
    (void)state;
    static const struct {
        const char *name, *architecture, *model;
        int32_t keys;
        uint64_t tokens;
    } real[] = {{"tokenizers/ggml-vocab-deepseek-coder.gguf", "llama", "gpt2", 25, 32256},
                {"tokenizers/ggml-vocab-gpt-2.gguf", "gpt2", "gpt2", 16, 50257},
                {"tokenizers/ggml-vocab-llama-spm.gguf", "llama", "llama", 22, 32000}};
    for (size_t i = 0; i < 3; i++) {
        char path[4096];
        cairn_gguf *file;
        const char *text;
        if (!shared_file(real[i].name, path)) skip();
        assert_int_equal(cairn_gguf_open(ctx, path, &file), CAIRN_OK);
        assert_int_equal(cairn_gguf_entries(file), real[i].keys);
        assert_int_equal(cairn_gguf_tensors(file), 0);
        assert_int_equal(cairn_gguf_get_text(ctx, file, "general.architecture", arena, &text), CAIRN_OK);
        assert_string_equal(text, real[i].architecture);
        assert_int_equal(cairn_gguf_get_text(ctx, file, "tokenizer.ggml.model", arena, &text), CAIRN_OK);
        assert_string_equal(text, real[i].model);
        assert_true(cairn_gguf_find(file, "tokenizer.ggml.tokens")->count == real[i].tokens);
        assert_int_equal(cairn_gguf_verify(ctx, file), CAIRN_NOT_FOUND);
        look_at_everything(file);
        cairn_gguf_close(file);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_of_value_is_read_as_the_layout_says),
        cmocka_unit_test(test_arrays_are_read_as_the_layout_says),
        cmocka_unit_test(test_tensors_are_found_where_the_directory_says),
        cmocka_unit_test(test_layouts_have_the_sizes_of_ggml),
        cmocka_unit_test(test_a_tensor_of_an_unknown_type_is_named_and_not_measured),
        cmocka_unit_test(test_missing_and_wrong_values_are_named),
        cmocka_unit_test(test_an_array_element_that_does_not_fit_is_named),
        cmocka_unit_test(test_what_is_no_gguf_is_refused),
        cmocka_unit_test(test_counts_and_lengths_beyond_the_file_are_refused),
        cmocka_unit_test(test_bad_values_are_refused),
        cmocka_unit_test(test_arrays_are_nested_four_deep_at_most),
        cmocka_unit_test(test_tensors_that_cannot_be_are_refused),
        cmocka_unit_test(test_tensors_out_of_place_are_refused),
        cmocka_unit_test(test_the_alignment_is_the_files),
        cmocka_unit_test(test_every_truncation_is_an_error),
        cmocka_unit_test(test_any_flipped_bit_gives_an_error_or_a_sound_file),
        cmocka_unit_test(test_lack_of_memory_is_an_error),
        cmocka_unit_test(test_an_open_file_may_be_replaced_cut_off_and_overwritten),
        cmocka_unit_test(test_real_vocabularies_are_read),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
