/* What the verbs on data sets share. */
#include "cli/data.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- reading --------------------------------------------------------------------------------------------------------- */

static cairn_status visit_all(cli *c, cairn_dataset *dataset, cairn_progress *progress, data_visit visit, void *arg,
                              data_read *out) {
    cairn_arena *arena;
    CAIRN_TRY(cairn_arena_open(c->ctx, 65536, &arena));
    int64_t before = 0;
    cairn_status status = CAIRN_OK;
    for (int64_t i = 0; status == CAIRN_OK; i++) {
        cairn_record record;
        cairn_arena_reset(arena);
        if (cairn_cancelled(c->ctx)) status = cairn_fail(c->ctx, CAIRN_CANCELLED, "interrupted");
        if (status == CAIRN_OK) status = cairn_dataset_next(dataset, arena, &record);
        if (status == CAIRN_OK) status = visit(arg, i, &record);
        if (status == CAIRN_OK) out->records++;
        cairn_progress_add(progress, cairn_dataset_offset(dataset) - before);
        before = cairn_dataset_offset(dataset);
    }
    cairn_arena_close(arena);
    return status == CAIRN_END ? CAIRN_OK : status;
}

cairn_status data_each(cli *c, const data_options *options, const char *what, const char *path, bool silent,
                       data_visit visit, void *arg, data_read *out) {
    cairn_dataset *dataset;
    cairn_progress *progress = NULL;
    cairn_read_options read = {.format = (cairn_format)options->from,
                               .split = (cairn_split)options->split,
                               .skip_bad = options->skip_bad,
                               .silent = silent};
    CAIRN_TRY(cairn_dataset_open(c->ctx, path, read, &dataset));
    const char *name = cairn_arena_printf(c->arena, "%s (bytes)", what);
    int64_t size = cairn_dataset_size(dataset);
    cairn_status status =
        name ? cairn_progress_open(c->ctx, name, size < 0 ? 0 : size, options->quiet, &progress) : CAIRN_NO_MEMORY;
    if (status == CAIRN_OK) status = visit_all(c, dataset, progress, visit, arg, out);
    cairn_progress_close(progress);
    out->skipped += cairn_dataset_skipped(dataset);
    out->key = cairn_dataset_key(dataset);
    bool other = out->format != CAIRN_FORMAT_AUTO && out->format != cairn_dataset_format(dataset);
    out->mixed |= other;
    out->format = cairn_dataset_format(dataset);
    cairn_dataset_close(dataset);
    return status;
}

/* ---- writing --------------------------------------------------------------------------------------------------------- */

cairn_status data_check_out(cli *c, const data_options *options, const char *out) {
    if (!*out) return cairn_fail(c->ctx, CAIRN_INVALID, "name a file to write: --out FILE (- for standard output)");
    if (options->json && strcmp(out, "-") == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--json and --out - both want standard output");
    return CAIRN_OK;
}

cairn_status data_open(cli *c, const data_options *options, const char *path, data_file *file) {
    cairn_write_options write = written_setup(&options->write, options->skip_bad);
    *file = (data_file){.path = path};
    CAIRN_TRY(cairn_out_open(c->ctx, path, &file->out));
    cairn_status status = cairn_writer_open(c->ctx, file->out, &write, &file->writer);
    if (status == CAIRN_OK) return CAIRN_OK;
    cairn_out_drop(file->out);
    file->out = NULL;
    return status;
}

cairn_status data_commit(cli *c, data_file *file, cairn_status status) {
    cairn_out *out = file->out;
    (void)c;
    file->out = NULL;
    if (status == CAIRN_OK) status = cairn_writer_end(file->writer);
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}

void data_close(data_file *file) {
    cairn_out_drop(file->out);
    cairn_writer_close(file->writer);
    *file = (data_file){0};
}

/* ---- the report ------------------------------------------------------------------------------------------------------ */

static void print_file(cli *c, const data_options *options, const data_file *file) {
    const cairn_write_counts *w = cairn_writer_counts(file->writer);
    char n[4][32];
    printf("  %9s records with %s steps written to %s\n", cli_count(w->records, n[0]), cli_count(w->steps, n[1]),
           written_name(c, &options->write, file->path));
    if (w->filled) printf("  %9s labels of them filled in from others\n", cli_count(w->filled, n[2]));
    if (w->refused) printf("  %9s records left out that this format cannot hold\n", cli_count(w->refused, n[3]));
}

static void print_report(cli *c, const data_options *options, const data_read *read, const data_count *counts,
                         int n_counts, const data_file *files, int n_files) {
    char number[32];
    printf("  %9s records read (%s)\n", cli_count(read->records, number),
           read->mixed ? "several formats" : cairn_format_name(read->format));
    if (read->skipped) printf("  %9s bad lines skipped\n", cli_count(read->skipped, number));
    for (int i = 0; i < n_counts; i++)
        if (counts[i].value || counts[i].shown)
            printf("  %9s %s\n", cli_count(counts[i].value, number), cli_safe(c, counts[i].words));
    for (int i = 0; i < n_files; i++) print_file(c, options, &files[i]);
}

static cairn_status json_report(cli *c, const char *verb, const data_read *read, const data_count *counts, int n_counts,
                                const data_file *files, int n_files) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_text(&j, "verb", verb);
    cli_json_text(&j, "format", read->mixed ? NULL : cairn_format_name(read->format));
    cli_json_int(&j, "records", read->records);
    cli_json_int(&j, "skipped", read->skipped);
    for (int i = 0; i < n_counts; i++) cli_json_int(&j, counts[i].key, counts[i].value);
    if (n_files) cli_json_open(&j, "files", '[');
    for (int i = 0; i < n_files; i++) {
        cli_json_open(&j, NULL, '{');
        cli_json_text(&j, "path", files[i].path);
        written_json(&j, cairn_writer_counts(files[i].writer));
        cli_json_close(&j, '}');
    }
    if (n_files) cli_json_close(&j, ']');
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

cairn_status data_report(cli *c, const data_options *options, const char *verb, const data_read *read,
                         const data_count *counts, int n_counts, const data_file *files, int n_files) {
    bool to_output = false;
    for (int i = 0; i < n_files; i++) {
        to_output |= strcmp(files[i].path, "-") == 0;
        CAIRN_TRY(written_warn(c, files[i].writer));
    }
    if (options->json) return json_report(c, verb, read, counts, n_counts, files, n_files);
    if (!to_output) print_report(c, options, read, counts, n_counts, files, n_files);
    return CAIRN_OK;
}

/* ---- keys ------------------------------------------------------------------------------------------------------------ */

data_key data_key_of(const char *text) {
    return data_key_add((data_key){0x6361697261ULL, 0x646174610aULL}, text);
}

data_key data_key_add(data_key key, const char *text) {
    uint64_t x = cairn_key(text, strlen(text));
    uint64_t y = cairn_key_mix(x, strlen(text));
    return (data_key){cairn_key_mix(key.a, x), cairn_key_mix(key.b ^ key.a, y)};
}

typedef struct slot {
    data_key key;
    uint64_t number;
    bool used;
} slot;

struct data_keys {
    cairn_ctx *ctx;
    slot *slots; /* [capacity], a power of two, at most half of them used */
    size_t capacity;
    int64_t count;
};

cairn_status data_keys_open(cairn_ctx *ctx, data_keys **out) {
    data_keys *keys = cairn_alloc(ctx, 1, sizeof *keys);
    if (!keys) return CAIRN_NO_MEMORY;
    keys->ctx = ctx;
    keys->capacity = 1024;
    keys->slots = cairn_alloc(ctx, keys->capacity, sizeof *keys->slots);
    *out = keys;
    if (keys->slots) return CAIRN_OK;
    cairn_free(keys);
    *out = NULL;
    return CAIRN_NO_MEMORY;
}

void data_keys_close(data_keys *keys) {
    if (!keys) return;
    cairn_free(keys->slots);
    cairn_free(keys);
}

int64_t data_keys_count(const data_keys *keys) {
    return keys->count;
}

/* The slot of a key, or the free one where it goes. */
static slot *slot_of(slot *slots, size_t capacity, data_key key) {
    size_t at = (size_t)key.a & (capacity - 1);
    while (slots[at].used && (slots[at].key.a != key.a || slots[at].key.b != key.b)) at = (at + 1) & (capacity - 1);
    return &slots[at];
}

static cairn_status grow(data_keys *keys) {
    if (keys->capacity > SIZE_MAX / 2 / sizeof *keys->slots)
        return cairn_fail(keys->ctx, CAIRN_LIMIT, "too many texts");
    size_t capacity = 2 * keys->capacity;
    slot *slots = cairn_alloc(keys->ctx, capacity, sizeof *slots);
    if (!slots) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < keys->capacity; i++)
        if (keys->slots[i].used) *slot_of(slots, capacity, keys->slots[i].key) = keys->slots[i];
    cairn_free(keys->slots);
    keys->slots = slots;
    keys->capacity = capacity;
    return CAIRN_OK;
}

cairn_status data_keys_put(data_keys *keys, data_key key, uint64_t value, bool *found, uint64_t **number) {
    if ((size_t)keys->count >= keys->capacity / 2) CAIRN_TRY(grow(keys));
    slot *s = slot_of(keys->slots, keys->capacity, key);
    *found = s->used;
    if (!s->used) {
        *s = (slot){key, value, true};
        keys->count++;
    }
    if (number) *number = &s->number;
    return CAIRN_OK;
}
