/* layer: data */
/* Fuzzes the readers: the first byte picks format, bound and splitter, the rest is a data set. Every record that is read must
 * write and read back to the same bytes, and every JSON value that parses must do so too. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cairn/data.h"
#include "data/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds) {
    if (!holds) abort();
}

/* What is written parses, and is then written as the same bytes. */
static void round_trip(cairn_ctx *ctx, const char *text, size_t length) {
    json_t *value, *again;
    cairn_text first = {0}, second = {0};
    if (json_parse(ctx, text, length, "fuzz", &value) != CAIRN_OK) return;
    must(json_write(ctx, value, &first) == CAIRN_OK);
    must(json_parse(ctx, first.data, first.length, "fuzz", &again) == CAIRN_OK);
    must(json_write(ctx, again, &second) == CAIRN_OK);
    must(first.length == second.length && memcmp(first.data, second.data, first.length) == 0);
    json_decref(value);
    json_decref(again);
    cairn_text_free(&first);
    cairn_text_free(&second);
}

static void check_record(const cairn_record *record) {
    size_t bytes = strlen(record->id) + strlen(record->problem);
    must(record->n_steps >= 0 && record->line >= 1);
    must(record->first_error >= CAIRN_UNLABELLED && record->first_error < record->n_steps + (record->n_steps == 0));
    for (int32_t i = 0; i < record->n_steps; i++) {
        bytes += strlen(record->steps[i]);
        if (record->labels) must(!(record->labels[i] < 0) && !(record->labels[i] > 1));
    }
    must(bytes < (size_t)1 << 30);
}

static void read_all(cairn_ctx *ctx, cairn_arena *arena, const char *path, cairn_read_options options) {
    cairn_dataset *dataset;
    cairn_record record;
    if (cairn_dataset_open(ctx, path, options, &dataset) != CAIRN_OK) return;
    while (cairn_dataset_next(dataset, arena, &record) == CAIRN_OK) {
        cairn_out *out;
        check_record(&record);
        if (cairn_out_open(ctx, "/dev/null", &out) == CAIRN_OK) {
            must(cairn_stepwise_write(ctx, out, &record, options.skip_bad) == CAIRN_OK);
            cairn_out_drop(out);
        }
        cairn_arena_reset(arena);
    }
    (void)cairn_dataset_key(dataset);
    cairn_dataset_close(dataset);
}

static void split_all(cairn_ctx *ctx, cairn_arena *arena, const char *text, size_t length) {
    for (int how = CAIRN_SPLIT_LINE; how <= CAIRN_SPLIT_MARKER; how++) {
        cairn_slice *slices;
        int32_t count;
        size_t end = 0;
        must(cairn_split_steps(ctx, arena, (cairn_split)how, text, length, &slices, &count) == CAIRN_OK);
        for (int32_t i = 0; i < count; i++) {
            must(slices[i].length > 0 && slices[i].start >= end);
            end = slices[i].start + slices[i].length;
            must(end <= length);
        }
        cairn_arena_reset(arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int file = -1;
    static char path[64];
    cairn_ctx *ctx;
    cairn_arena *arena;
    if (size < 1) return 0;
    const char *text = (const char *)data + 1;
    size_t length = size - 1;
    if (file < 0) {
        file = memfd_create("dataset", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    must(ftruncate(file, 0) == 0 && pwrite(file, text, length, 0) == (ssize_t)length);
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    if (cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK) {
        cairn_read_options options = {.format = (cairn_format)(data[0] % CAIRN_FORMAT_COUNT),
                                      .skip_bad = data[0] & 64,
                                      .max_line_bytes = data[0] & 128 ? 100 : 0};
        read_all(ctx, arena, path, options);
        split_all(ctx, arena, text, length);
        round_trip(ctx, text, length);
        cairn_arena_close(arena);
    }
    cairn_ctx_close(ctx);
    return 0;
}
