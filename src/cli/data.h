/* Verbs on data sets: options, reading with progress, writing, the report at the end, keys of texts. */
#ifndef CAIRN_CLI_DATA_H
#define CAIRN_CLI_DATA_H

#include "cli/written.h"

typedef struct data_options {
    int32_t from, split;
    bool skip_bad, quiet, json;
    const char *out;
    written_options write;
} data_options;

/* Of every verb on data sets; embedded as the field `data`. */
#define CLI_DATA_READ_OPTIONS(type)                                                                          \
    CAIRN_CHOICE_AS("from", type, data.from, "auto", CAIRN_FORMAT_CHOICES,                                   \
                    "Format of the file that is read; auto: known by the fields of its first record."),      \
        CLI_SPLIT(type, data.split), CAIRN_BOOL_AS("quiet", type, data.quiet, "false", "No progress line."), \
        CAIRN_BOOL_AS("json", type, data.json, "false", "Result as one JSON object.")
#define CLI_DATA_OPTIONS(type)                                                                               \
    CAIRN_TEXT_AS("out", type, data.out, "", "", "File to write (- for standard output)."),                  \
        CLI_WRITTEN_OPTIONS(type, data.write, "as-they-are", "0.5", CLI_RIGHT_FROM_HELP),                    \
        CAIRN_BOOL_AS("skip-bad", type, data.skip_bad, "false",                                              \
                      "Name and count bad lines, and records that cannot be written, instead of stopping."), \
        CLI_DATA_READ_OPTIONS(type)

/* ---- reading --------------------------------------------------------------------------------------------------------- */

typedef struct data_read {
    int64_t records, skipped;
    uint64_t key; /* of the file's content */
    cairn_format format;
    bool mixed; /* files of several formats were read */
} data_read;

/* Index of the record among all good ones of the file. */
typedef cairn_status (*data_visit)(void *arg, int64_t index, const cairn_record *record);
/* Visits every record of a file; counts are added to `out`. `silent`: bad lines are not named. */
cairn_status data_each(cli *c, const data_options *options, const char *what, const char *path, bool silent,
                       data_visit visit, void *arg, data_read *out);

/* ---- writing --------------------------------------------------------------------------------------------------------- */

typedef struct data_file {
    const char *path;
    cairn_out *out;
    cairn_writer *writer;
} data_file;

/* Fails without --out and with --out - beside --json. */
cairn_status data_check_out(cli *c, const data_options *options, const char *out);
cairn_status data_open(cli *c, const data_options *options, const char *path, data_file *file);
/* Commits the file where `status` is OK, else drops it; the writer stays open for the report. */
cairn_status data_commit(cli *c, data_file *file, cairn_status status);
void data_close(data_file *file);

/* ---- the report ------------------------------------------------------------------------------------------------------ */

typedef struct data_count {
    const char *key;   /* of --json */
    const char *words; /* "12 duplicates ..." */
    int64_t value;
    bool shown; /* also where it is 0 */
} data_count;

/* Prints what was read, the verb's own counts, and each file that was written. Nothing where the file is standard
 * output. */
cairn_status data_report(cli *c, const data_options *options, const char *verb, const data_read *read,
                         const data_count *counts, int n_counts, const data_file *files, int n_files);

/* ---- records --------------------------------------------------------------------------------------------------------- */

/* 128 bits of a text or of several. */
typedef struct data_key {
    uint64_t a, b;
} data_key;
data_key data_key_of(const char *text);
data_key data_key_add(data_key key, const char *text);

/* Keys, each with a number. */
typedef struct data_keys data_keys;
cairn_status data_keys_open(cairn_ctx *ctx, data_keys **out);
void data_keys_close(data_keys *keys); /* NULL is fine */
/* The number of a key, which is `value` where the key is new: *found says whether it was there. The pointer is good
 * until the next call. */
cairn_status data_keys_put(data_keys *keys, data_key key, uint64_t value, bool *found, uint64_t **number);
int64_t data_keys_count(const data_keys *keys);

#endif
