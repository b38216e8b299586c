/* layer: data */
/* Fuzzes the readers of data sets: the first byte picks format and bound, the rest is a file. Every record that is read must
 * keep what its header promises, and write. */
#include <sys/mman.h>
#include <unistd.h>

#include "cairn/data.h"
#include "fuzz.h"

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
    cairn_status status;
    if (!worked(ctx, cairn_dataset_open(ctx, path, options, &dataset))) return;
    while ((status = cairn_dataset_next(dataset, arena, &record)) == CAIRN_OK) {
        cairn_out *out;
        check_record(&record);
        if (cairn_out_open(ctx, "/dev/null", &out) == CAIRN_OK) {
            cairn_write_options write = {.labels = options.skip_bad ? CAIRN_LABELS_SOFT : CAIRN_LABELS_HARD};
            must(cairn_record_write(ctx, out, &write, &record) == CAIRN_OK);
            cairn_out_drop(out);
        }
        cairn_arena_reset(arena);
    }
    must(status == CAIRN_END || cairn_error(ctx)[0] != '\0');
    cairn_dataset_close(dataset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int file = -1;
    static char path[64];
    cairn_ctx *ctx;
    cairn_arena *arena;
    if (size < 1) return 0;
    if (file < 0) {
        file = memfd_create("dataset", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    must(ftruncate(file, 0) == 0 && pwrite(file, data + 1, size - 1, 0) == (ssize_t)size - 1);
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    if (cairn_arena_open(ctx, 4096, &arena) == CAIRN_OK) {
        int choice = data[0] & 63; /* of a format, then of a splitter */
        cairn_read_options options = {.format = (cairn_format)(choice % CAIRN_FORMAT_COUNT),
                                      .split = (cairn_split)(choice / CAIRN_FORMAT_COUNT % (CAIRN_SPLIT_MARKER + 1)),
                                      .skip_bad = data[0] & 64,
                                      .max_line_bytes = data[0] & 128 ? 100 : 0};
        read_all(ctx, arena, path, options);
        cairn_arena_close(arena);
    }
    cairn_ctx_close(ctx);
    return 0;
}
