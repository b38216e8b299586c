/* cairn data merge: several data sets as one, each solution once. cairn data split: two parts that share no problem. */
#include <math.h>
#include <string.h>

#include "cli/data.h"
#include "cli/verbs.h"

/* ---- merge ----------------------------------------------------------------------------------------------------------- */

typedef struct merge_config {
    data_options data;
} merge_config;

static const cairn_option merge_options[] = {CLI_DATA_OPTIONS(merge_config)};

typedef struct merging {
    const data_options *options;
    data_file *file;
    data_keys *solutions;
    int64_t duplicates, contradicting, better; /* contradicting, better: of the duplicates */
} merging;

/* One number for the labels of a record, 0 where it has none. */
static uint64_t labels_key(const cairn_record *record, double right_from) {
    uint64_t key = 1;
    bool any = false;
    for (int32_t i = 0; i < record->n_steps; i++) {
        double label = cairn_record_label(record, i);
        any |= !isnan(label);
        key = cairn_key_mix(key, isnan(label) ? 3 : label >= right_from ? 2 : 1);
    }
    return any ? key | 1 : 0;
}

static cairn_status put_new(void *arg, int64_t index, const cairn_record *record) {
    (void)index;
    merging *m = arg;
    uint64_t labels = labels_key(record, written_right_from(&m->options->write)), *before;
    bool found;
    data_key key = data_key_of(record->problem);
    for (int32_t i = 0; i < record->n_steps; i++) key = data_key_add(key, record->steps[i]);
    CAIRN_TRY(data_keys_put(m->solutions, key, labels, &found, &before));
    if (!found) return cairn_writer_put(m->file->writer, record);
    m->duplicates++;
    m->contradicting += labels && *before && labels != *before;
    m->better += labels && !*before;
    return CAIRN_OK;
}

static cairn_status merge_files(cli *c, merging *m, char **paths, int n, data_read *read) {
    cairn_status status = CAIRN_OK;
    for (int i = 0; i < n && status == CAIRN_OK; i++)
        status = data_each(c, m->options, "merge", paths[i], false, put_new, m, read);
    return status;
}

static cairn_status merge(cli *c, const void *config, int count, char **arguments) {
    const data_options *options = &((const merge_config *)config)->data;
    data_file file;
    data_read read = {0};
    CAIRN_TRY(data_check_out(c, options, options->out));
    CAIRN_TRY(data_open(c, options, options->out, &file));
    merging m = {.options = options, .file = &file};
    cairn_status status = data_keys_open(c->ctx, &m.solutions);
    if (status == CAIRN_OK) status = merge_files(c, &m, arguments, count, &read);
    status = data_commit(c, &file, status);
    data_keys_close(m.solutions);
    const data_count counts[] = {
        {"duplicates", "duplicates dropped: problem and steps as in an earlier record", m.duplicates, true},
        {"contradicting", "of them with other labels than the one that stays", m.contradicting, true},
        {"labelled_duplicates", "of them with labels where the one that stays has none: name that file first", m.better,
         false},
    };
    if (status == CAIRN_OK)
        status = data_report(c, options, "data merge", &read, counts, sizeof counts / sizeof *counts, &file, 1);
    data_close(&file);
    return status;
}

const cli_verb verb_data_merge = {
    .about = {.name = "data merge",
              .summary = "Join data sets of any formats; a solution that comes again is dropped and counted.",
              .options = merge_options,
              .option_count = sizeof merge_options / sizeof *merge_options,
              .config_size = sizeof(merge_config)},
    .arguments = "FILE...",
    .least = 1,
    .most = 1000,
    .examples = "  cairn data merge traces.jsonl labels.jsonl --out all.jsonl      # of duplicates the first stays\n",
    .run = merge,
};

/* ---- split ----------------------------------------------------------------------------------------------------------- */

typedef struct split_config {
    data_options data;
    const char *dev;
    double dev_share;
    uint64_t seed;
} split_config;

static const cairn_option split_options[] = {
    CAIRN_TEXT_AS("dev-out", split_config, dev, "", "", "File of the smaller part (- for standard output)."),
    CAIRN_REAL_AS("dev-share", split_config, dev_share, "0.1", 0, 1, "problems",
                  "A problem's chance to be in the smaller part; all its solutions go with it."),
    CLI_SEED(split_config, seed),
    CLI_DATA_OPTIONS(split_config),
};

typedef struct splitting {
    const split_config *config;
    data_file files[2]; /* the larger part, the smaller part */
    data_keys *problems;
    int64_t problems_of[2];
} splitting;

/* By the problem's text alone, so that it falls on the same side in every file. */
static int side_of(const split_config *config, const char *problem) {
    cairn_rng rng = cairn_rng_open(config->seed, cairn_key(problem, strlen(problem)), CAIRN_PATH_ROOT, CAIRN_VERB_EVAL,
                                   CAIRN_ROLE_GENERATOR, 0);
    return cairn_rng_unit(&rng) < config->dev_share;
}

static cairn_status put_side(void *arg, int64_t index, const cairn_record *record) {
    (void)index;
    splitting *s = arg;
    bool found;
    int side = side_of(s->config, record->problem);
    CAIRN_TRY(data_keys_put(s->problems, data_key_of(record->problem), 0, &found, NULL));
    s->problems_of[side] += !found;
    return cairn_writer_put(s->files[side].writer, record);
}

static cairn_status split_to(cli *c, splitting *s, char **arguments, data_read *read) {
    const data_options *options = &s->config->data;
    CAIRN_TRY(data_open(c, options, options->out, &s->files[0]));
    CAIRN_TRY(data_open(c, options, s->config->dev, &s->files[1]));
    CAIRN_TRY(data_keys_open(c->ctx, &s->problems));
    cairn_status status = data_each(c, options, "split", arguments[0], false, put_side, s, read);
    status = data_commit(c, &s->files[1], status);
    return data_commit(c, &s->files[0], status);
}

static cairn_status split(cli *c, const void *config_, int count, char **arguments) {
    (void)count;
    const split_config *config = config_;
    const data_options *options = &config->data;
    splitting s = {.config = config};
    data_read read = {0};
    if (!*config->dev) return cairn_fail(c->ctx, CAIRN_INVALID, "name the file of the smaller part: --dev-out FILE");
    CAIRN_TRY(data_check_out(c, options, options->out));
    CAIRN_TRY(data_check_out(c, options, config->dev));
    cairn_status status = split_to(c, &s, arguments, &read);
    data_keys_close(s.problems);
    const data_count counts[] = {
        {"problems", "problems in the larger part", s.problems_of[0], true},
        {"dev_problems", "problems in the smaller part", s.problems_of[1], true},
    };
    if (status == CAIRN_OK) status = data_report(c, options, "data split", &read, counts, 2, s.files, 2);
    for (int i = 0; i < 2; i++) data_close(&s.files[i]);
    return status;
}

const cli_verb verb_data_split = {
    .about = {.name = "data split",
              .summary = "Split a data set by problem: all solutions of a problem are on one side, in every file.",
              .options = split_options,
              .option_count = sizeof split_options / sizeof *split_options,
              .config_size = sizeof(split_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples = "  cairn data split traces.jsonl --dev-share 0.1 --out train.jsonl --dev-out dev.jsonl\n",
    .run = split,
};
