/* layer: data */
/* Fuzzes the row source: the first byte picks the bound, the rest is a file. Rows come in the order of their lines, every call gets on, and
 * what is read is an object that writes and reads back. */
#include <sys/mman.h>
#include <unistd.h>

#include "data/rows.h"
#include "fuzz.h"

static void check_row(cairn_ctx *ctx, const json_t *object) {
    cairn_text text = {0};
    json_t *again;
    must(json_is_object(object));
    must(json_write(ctx, object, &text) == CAIRN_OK);
    must(json_parse(ctx, text.data, text.length, "again", &again) == CAIRN_OK);
    json_decref(again);
    cairn_text_free(&text);
}

static void read_all(cairn_ctx *ctx, const char *path, size_t bound, size_t size) {
    rows *r;
    const json_t *object;
    cairn_status status;
    int64_t line = 0;
    size_t calls = 0;
    if (!worked(ctx, rows_open(ctx, path, bound, &r))) return;
    while ((status = rows_next(r, &object)) != CAIRN_END) {
        must(status == CAIRN_OK || status == CAIRN_FORMAT || status == CAIRN_LIMIT);
        if (status == CAIRN_OK) check_row(ctx, object);
        must(++calls <= size + 2);
        must(rows_line(r) >= line && rows_number(r) >= 1);
        must(rows_where(r)[0] != '\0');
        line = rows_line(r);
    }
    must(rows_offset(r) == (int64_t)size);
    must(rows_next(r, &object) == CAIRN_END);
    rows_close(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int file = -1;
    static char path[64];
    cairn_ctx *ctx;
    if (size < 1) return 0;
    if (file < 0) {
        file = memfd_create("rows", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    must(ftruncate(file, 0) == 0 && pwrite(file, data + 1, size - 1, 0) == (ssize_t)size - 1);
    if (cairn_ctx_open(&ctx) != CAIRN_OK) return 0;
    read_all(ctx, path, data[0] ? data[0] : 65536, size - 1);
    cairn_ctx_close(ctx);
    return 0;
}
