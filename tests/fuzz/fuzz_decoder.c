/* layer: model */
/* Arbitrary changes of a decoder's file. What loads must run: its tokenizer, its trunk, every head, and an engine that generates; what
 * does not must say which file is wrong.
 *
 * An input that starts as GGUF is the file. Any other is a list of edits of a good one, 12 bytes each: what, where (2), how, number (8).
 * So a few random bytes reach counts, lengths, shapes and offsets, and the rest of the file stays what it was. */
#include <stdio.h>
#include <unistd.h>

#include "cairn/engine.h"
#include "fuzz.h"

enum { MOST_BYTES = 1 << 16, EDIT = 12, MOST_EDITS = 16, MOST_FIELDS = 512 };

static char path[64];
static uint8_t good[MOST_BYTES], changed[MOST_BYTES];
static size_t good_size;
static size_t names[MOST_FIELDS],
    keys[MOST_FIELDS]; /* where the lines of tensors and of metadata go on behind their names */
static size_t n_names, n_keys;

static void write_bytes(const uint8_t *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    must(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
}

static void remove_file(void) {
    unlink(path);
}

static void make_path(void) {
    strcpy(path, access("/dev/shm", W_OK) == 0 ? "/dev/shm/fuzz-decoder-XXXXXX" : "/tmp/fuzz-decoder-XXXXXX");
    int file = mkstemp(path);
    must(file >= 0);
    close(file);
    atexit(remove_file);
}

/* ---- the good file ------------------------------------------------------------------------------------------------- */

static void save_good(cairn_ctx *ctx, cairn_device *device) {
    static const char *const specials[] = CAIRN_SOLUTION_SPECIALS;
    static const char text[] = "19 + 8 = 27, 27 + 8 = 35";
    cairn_bpe_options options = {.vocabulary = 266, .specials = specials, .n_specials = 5};
    cairn_bpe_trainer *trainer;
    cairn_tokenizer *tokenizer;
    cairn_transformer *model;
    must(cairn_bpe_open(ctx, &options, &trainer) == CAIRN_OK);
    must(cairn_bpe_add(trainer, text, strlen(text)) == CAIRN_OK);
    must(cairn_bpe_train(trainer, &tokenizer) == CAIRN_OK);
    cairn_bpe_close(trainer);
    cairn_transformer_shape shape = {.vocabulary = cairn_tokenizer_size(tokenizer),
                                     .width = 8,
                                     .layers = 2,
                                     .heads = 2,
                                     .kv_heads = 1,
                                     .feed_forward = 4,
                                     .context = 32,
                                     .tied = true};
    must(cairn_transformer_open(ctx, device, &shape, CAIRN_F32, &model) == CAIRN_OK);
    must(cairn_transformer_add_head(ctx, model, "step", CAIRN_HEAD_CLASSIFIER, 2, 3, false) == CAIRN_OK);
    must(cairn_transformer_add_head(ctx, model, "value", CAIRN_HEAD_VALUE, 1, 0, false) == CAIRN_OK);
    must(cairn_transformer_add_head(ctx, model, "likely", CAIRN_HEAD_CLASSIFIER, 2, 2, true) == CAIRN_OK);
    cairn_transformer_init(model, 1);
    must(cairn_transformer_save(ctx, model, tokenizer, CAIRN_F32, path) == CAIRN_OK);
    cairn_transformer_close(model);
    cairn_tokenizer_close(tokenizer);
}

/* Behind the text `name` in the good file, where it is a whole string. */
static size_t behind(const char *name) {
    size_t length = strlen(name);
    uint8_t whole[8 + 256];
    must(length < 256);
    for (int i = 0; i < 8; i++) whole[i] = (uint8_t)((uint64_t)length >> (8 * i));
    memcpy(whole + 8, name, length);
    const uint8_t *at = memmem(good, good_size, whole, 8 + length);
    must(at != NULL);
    return (size_t)(at - good) + 8 + length;
}

/* Its checksum gets another name: edits would not get past it. */
static void make_good(cairn_ctx *ctx, cairn_device *device) {
    cairn_gguf *file;
    save_good(ctx, device);
    FILE *stream = fopen(path, "rb");
    must(stream && (good_size = fread(good, 1, sizeof good, stream)) > 0 && good_size < sizeof good);
    fclose(stream);
    uint8_t *checksum = memmem(good, good_size, "cairn.checksum", 14);
    must(checksum != NULL);
    checksum[13] = 'x';
    must(cairn_gguf_open_memory(ctx, good, good_size, "good", &file) == CAIRN_OK);
    for (int32_t i = 0; i < cairn_gguf_entries(file) && n_keys < MOST_FIELDS; i++)
        keys[n_keys++] = behind(cairn_gguf_entry_at(file, i)->key);
    for (int32_t i = 0; i < cairn_gguf_tensors(file) && n_names < MOST_FIELDS; i++)
        names[n_names++] = behind(cairn_gguf_tensor_at(file, i)->name);
    cairn_gguf_close(file);
}

/* ---- edits --------------------------------------------------------------------------------------------------------- */

static uint64_t take(const uint8_t *bytes, int size) {
    uint64_t value = 0;
    for (int i = size; i-- > 0;) value = value << 8 | bytes[i];
    return value;
}

/* Changes the number of `width` bytes at `at`: to what `how` says of it, of numbers that sizes break at, or of `number`. */
static void set(size_t at, int width, uint8_t how, uint64_t number, size_t size) {
    static const uint64_t borders[] = {0,          1,          2,           3,           4,          7,
                                       8,          9,          12,          31,          32,         33,
                                       255,        256,        65535,       65536,       1u << 20,   1u << 24,
                                       INT32_MAX,  1ull << 31, UINT32_MAX,  1ull << 32,  1ull << 40, INT64_MAX,
                                       1ull << 63, UINT64_MAX, 0x7f800000u, 0x7fc00000u, 200,        0x00000001u};
    if (at + (size_t)width > size) return;
    uint64_t old = take(changed + at, width), value;
    switch (how % 8) {
    case 0:
        value = number;
        break;
    case 1:
        value = old + 1;
        break;
    case 2:
        value = old - 1;
        break;
    case 3:
        value = 2 * old;
        break;
    case 4:
        value = old ^ (UINT64_C(1) << number % 64);
        break;
    default:
        value = borders[number % (sizeof borders / sizeof *borders)];
    }
    for (int i = 0; i < width; i++) changed[at + (size_t)i] = (uint8_t)(value >> (8 * i));
}

/* A tensor of the file has: dimensions (4), their extents (8 each), type (4), offset (8). */
static size_t offset_of(size_t line) {
    return line + 4 + 8 * (size_t)take(good + line, 4) + 4;
}

static size_t edit(const uint8_t *e, size_t size) {
    size_t which = (size_t)take(e + 1, 2), line = names[which % n_names], key = keys[which % n_keys];
    uint8_t how = e[3];
    uint64_t number = take(e + 4, 8);
    switch (e[0] % 14) {
    case 0:
        set(line, 4, how, number, size);
        break;
    case 1:
        set(line + 4, 8, how, number, size);
        break;
    case 2:
        set(line + 12, 8, how, number, size);
        break;
    case 3:
        set(offset_of(line) - 4, 4, how, number, size);
        break;
    case 4:
        set(offset_of(line), 8, how, number, size);
        break;
    case 5: /* where another lies */
        set(offset_of(line), 8, 0, take(good + offset_of(names[number % n_names]), 8), size);
        break;
    case 6:
        set(key, 4, how, number, size);
        break; /* the kind */
    case 7:
        set(key + 4, 4, how, number, size);
        break; /* its number, or an array's kind */
    case 8:
        set(key + 4, 8, how, number, size);
        break; /* or a length */
    case 9:
        set(key + 8, 8, how, number, size);
        break; /* an array's length */
    case 10:
        set(8 + 8 * (which & 1), 8, how, number, size);
        break; /* how many tensors, keys */
    case 11:
        return (size_t)(number % (size + 1)); /* cut off */
    case 12:
        set((size_t)number % size, 1 << (which & 3), how, number >> 32, size);
        break;
    default:
        set(size - 1 - (size_t)number % size, 4, how, number >> 32, size);
    }
    return size;
}

static size_t change(const uint8_t *data, size_t size) {
    size_t length = good_size;
    memcpy(changed, good, good_size);
    for (size_t i = 0; i < MOST_EDITS && (i + 1) * EDIT <= size && length > 0; i++)
        length = edit(data + i * EDIT, length);
    return length;
}

/* ---- running what loaded ------------------------------------------------------------------------------------------- */

/* Logits and heads of a few tokens, as training computes them. */
static void run_forward(cairn_ctx *ctx, cairn_device *device, const cairn_transformer *m) {
    int32_t tokens[5], starts[] = {0, 2, 5}, last = m->shape.vocabulary - 1;
    cairn_tape *tape;
    for (int32_t i = 0; i < 5; i++) tokens[i] = i < last ? i : last;
    must(cairn_tape_open(ctx, device, CAIRN_F32, &tape) == CAIRN_OK);
    cairn_tape_record(tape, false);
    cairn_tensor *hidden = cairn_transformer_trunk(tape, m, tokens, starts, 2);
    must(hidden && cairn_transformer_logits(tape, m, hidden));
    const int32_t marks[] = {1, 4}, rows[] = {0, 2, 3}, of[] = {0, 1, 1}, said[] = {tokens[1], tokens[3], tokens[4]};
    const cairn_step_rows steps = {marks, 2, rows, said, of, 3};
    for (int32_t i = 0; i < m->n_heads; i++) must(cairn_head_apply_steps(tape, m, m->heads[i], hidden, &steps));
    cairn_tape_close(tape);
}

static void run_engine(cairn_ctx *ctx, cairn_device *device, const cairn_transformer *m, const cairn_tokenizer *t) {
    static const char *const steps[] = {"19 + 8 = 27", "\xff"};
    const cairn_engine_options options = {.cache_bytes = 1 << 18, .rows = 5};
    cairn_engine *engine;
    cairn_solution_format format;
    cairn_solution_tokens solution = {0};
    if (!worked(ctx, cairn_solution_format_of(ctx, t, m->shape.context, &format))) return;
    if (worked(ctx, cairn_solution_encode(ctx, &format, "p", "19 + 8?", steps, 2, false, &solution)) &&
        worked(ctx, cairn_engine_open(ctx, device, m, t, &options, &engine))) {
        cairn_generation g = {.tokens = solution.tokens.ids,
                              .n_tokens = (int32_t)solution.tokens.count,
                              .max_tokens = 3,
                              .decoding = CAIRN_DECODING_DEFAULT,
                              .rng = cairn_rng_open(1, 2, 3, CAIRN_VERB_PROPOSE, 0, 0),
                              .stop_tokens = &format.step,
                              .n_stop_tokens = 1,
                              .rows = solution.step_ends,
                              .n_rows = 2};
        cairn_request *open = &g.request;
        worked(ctx, cairn_await(ctx, cairn_engine_backend(engine), &open, 1));
        if (worked(ctx, g.request.status)) must(g.n_generated > 0 || g.finish == CAIRN_FINISH_CONTEXT);
        cairn_generation_clear(engine, &g);
        cairn_engine_close(engine);
    }
    cairn_solution_free(&solution);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static cairn_ctx *ctx;
    static cairn_device *device;
    cairn_transformer *model;
    cairn_tokenizer *tokenizer;
    if (!ctx) {
        must(cairn_ctx_open(&ctx) == CAIRN_OK);
        must(cairn_device_open(ctx, 1, CAIRN_MATMUL_PLAIN, &device) == CAIRN_OK);
        make_path();
        make_good(ctx, device);
    }
    if (size >= 4 && memcmp(data, "GGUF", 4) == 0)
        write_bytes(data, size);
    else
        write_bytes(changed, change(data, size));
    cairn_dtype weights = size % 2 ? CAIRN_BF16 : CAIRN_F32;
    if (cairn_transformer_load(ctx, device, path, weights, &model, &tokenizer) != CAIRN_OK) {
        must(strncmp(cairn_error(ctx), path, strlen(path)) == 0);
        return 0;
    }
    run_forward(ctx, device, model);
    run_engine(ctx, device, model, tokenizer);
    cairn_transformer_close(model);
    cairn_tokenizer_close(tokenizer);
    return 0;
}
