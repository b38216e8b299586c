/* Exporting a run: bytes that depend on its manifest only. */
#include <string.h>

#include "data/json.h"
#include "store/file.h"

typedef struct exporter {
    cairn_out *out;
    int64_t count;
} exporter;

static cairn_status write_record(void *arg, int64_t index, const char *id, const char *record, size_t length) {
    (void)index, (void)id;
    exporter *e = arg;
    CAIRN_TRY(cairn_out_write(e->out, record, length));
    e->count++;
    return cairn_out_write(e->out, "\n", 1);
}

/* {"cairn_run":1,"manifest":{...},"problems":n}, without the notes. */
static cairn_status write_manifest(const cairn_run *run, cairn_ctx *ctx, cairn_out *out) {
    json_t *manifest = json_object();
    int bad = !manifest;
    for (int32_t i = 0; i < run->count && !bad; i++) {
        const char *value = NULL;
        if (is_note(run->entries[i].key)) continue;
        bad = cairn_redact(ctx, run->arena, run->entries[i].value, &value) != CAIRN_OK ||
              json_object_set_new(manifest, run->entries[i].key, json_string(value)) != 0;
    }
    json_t *line =
        bad ? NULL
            : json_pack("{s:i, s:O, s:I}", "cairn_run", 1, "manifest", manifest, "problems", (json_int_t)run->problems);
    cairn_text text = {0};
    cairn_status status = line ? json_write(ctx, line, &text)
                               : cairn_fail(ctx, CAIRN_NO_MEMORY, "%s: no memory for the manifest", run->path);
    if (status == CAIRN_OK) status = cairn_text_add(ctx, &text, "\n", 1);
    if (status == CAIRN_OK) status = cairn_out_write(out, text.data, text.length);
    cairn_text_free(&text);
    json_decref(line);
    json_decref(manifest);
    return status;
}

cairn_status cairn_run_export(cairn_run *run, cairn_ctx *ctx, cairn_out *out) {
    exporter e = {out, 0};
    CAIRN_TRY(write_manifest(run, ctx, out));
    CAIRN_TRY(cairn_run_each(run, ctx, write_record, &e));
    if (e.count < run->problems)
        cairn_log(ctx, CAIRN_LOG_WARN, "%s: the run is not finished: %lld of %lld problems are exported", run->path,
                  (long long)e.count, (long long)run->problems);
    return CAIRN_OK;
}
