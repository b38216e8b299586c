/* cairn data convert: a data set in another format. cairn data filter: the records that are wanted. */
#include <math.h>
#include <string.h>

#include "cli/data.h"
#include "cli/outcomes.h"
#include "cli/verbs.h"

/* ---- convert --------------------------------------------------------------------------------------------------------- */

typedef struct convert_config {
    data_options data;
} convert_config;

static const cairn_option convert_options[] = {CLI_DATA_OPTIONS(convert_config)};

static cairn_status put(void *arg, int64_t index, const cairn_record *record) {
    (void)index;
    return cairn_writer_put(((const data_file *)arg)->writer, record);
}

static cairn_status convert(cli *c, const void *config, int count, char **arguments) {
    (void)count;
    const data_options *options = &((const convert_config *)config)->data;
    data_file file;
    data_read read = {0};
    CAIRN_TRY(data_check_out(c, options, options->out));
    CAIRN_TRY(data_open(c, options, options->out, &file));
    cairn_status status = data_each(c, options, "convert", arguments[0], false, put, &file, &read);
    status = data_commit(c, &file, status);
    if (status == CAIRN_OK) status = data_report(c, options, "data convert", &read, NULL, 0, &file, 1);
    data_close(&file);
    return status;
}

const cli_verb verb_data_convert = {
    .about = {.name = "data convert",
              .summary = "Write a data set in another format, and say what that format does not hold.",
              .options = convert_options,
              .option_count = sizeof convert_options / sizeof *convert_options,
              .config_size = sizeof(convert_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples = "  cairn data convert labels.jsonl --format trl --fill --skip-bad --out trl.jsonl\n"
                "  cairn data convert traces.jsonl --format csv --out steps.csv\n",
    .run = convert,
};

/* ---- filter ---------------------------------------------------------------------------------------------------------- */

typedef struct filter_config {
    data_options data;
    int64_t min_steps, max_steps;
    bool labelled, right, wrong, answered, correct, incorrect;
    const char *subset, *domain, *generator;
} filter_config;

static const cairn_option filter_options[] = {
    CAIRN_INT_AS("min-steps", filter_config, min_steps, "0", 0, 1e9, "steps",
                 "Only records with at least this number of steps."),
    CAIRN_INT_AS("max-steps", filter_config, max_steps, "0", 0, 1e9, "steps",
                 "Only records with at most this number of steps; 0: no bound."),
    CAIRN_BOOL(filter_config, labelled, "false",
               "Only records whose first wrong step is known, or that there is none."),
    CAIRN_BOOL(filter_config, right, "false", "Only records of which every step is right."),
    CAIRN_BOOL(filter_config, wrong, "false", "Only records with a known wrong step."),
    CAIRN_BOOL(filter_config, answered, "false", "Only records that say their final answer."),
    CAIRN_BOOL(filter_config, correct, "false",
               "Only records whose outcome is right: as recorded, else by comparing the answer with the true one."),
    CAIRN_BOOL(filter_config, incorrect, "false",
               "Only records whose outcome is wrong, in the same sense: an unknown one is neither."),
    CAIRN_TEXT(filter_config, subset, "", "", "Only records of this part of the benchmark."),
    CAIRN_TEXT(filter_config, domain, "", "", "Only records of this subject."),
    CAIRN_TEXT(filter_config, generator, "", "", "Only records that this model wrote."),
    CLI_DATA_OPTIONS(filter_config),
};

enum { BY_STEPS, BY_LABELS, BY_RIGHT, BY_WRONG, BY_ANSWER, BY_OUTCOME, BY_SUBSET, BY_DOMAIN, BY_GENERATOR, FILTERS };

typedef struct filtering {
    const filter_config *config;
    data_file *file;
    cli *c;
    int64_t left_out[FILTERS]; /* by the first filter that a record fails */
    int64_t unknown;           /* of those left out by their outcome */
} filtering;

static bool is_other(const char *wanted, const char *text) {
    return *wanted && (!text || strcmp(wanted, text) != 0);
}

/* The first filter that a record with this outcome fails, or FILTERS. */
static int failed_filter(const filter_config *f, const cairn_record *r, cairn_verdict outcome) {
    double right_from = written_right_from(&f->data.write);
    int32_t first = cairn_record_first_error(r, right_from);
    bool wrong = first >= 0;
    for (int32_t i = 0; i < r->n_steps && !wrong; i++) wrong = cairn_record_label(r, i) < right_from;
    const bool fails[FILTERS] = {
        [BY_STEPS] = r->n_steps < f->min_steps || (f->max_steps && r->n_steps > f->max_steps),
        [BY_LABELS] = f->labelled && first == CAIRN_UNLABELLED,
        [BY_RIGHT] = f->right && first != CAIRN_NO_ERROR,
        [BY_WRONG] = f->wrong && !wrong,
        [BY_ANSWER] = f->answered && !r->answer,
        [BY_OUTCOME] =
            (f->correct && outcome != CAIRN_VERDICT_RIGHT) || (f->incorrect && outcome != CAIRN_VERDICT_WRONG),
        [BY_SUBSET] = is_other(f->subset, r->subset),
        [BY_DOMAIN] = is_other(f->domain, r->domain),
        [BY_GENERATOR] = is_other(f->generator, r->generator),
    };
    int at = 0;
    while (at < FILTERS && !fails[at]) at++;
    return at;
}

static cairn_status put_wanted(void *arg, int64_t index, const cairn_record *record) {
    (void)index;
    filtering *f = arg;
    cairn_verdict outcome = record->correct;
    if (f->config->correct || f->config->incorrect) CAIRN_TRY(cli_record_outcome(f->c, record, &outcome));
    int failed = failed_filter(f->config, record, outcome);
    if (failed == FILTERS) return cairn_writer_put(f->file->writer, record);
    f->left_out[failed]++;
    f->unknown += failed == BY_OUTCOME && outcome == CAIRN_VERDICT_UNKNOWN;
    return CAIRN_OK;
}

static cairn_status filter_report(cli *c, const filtering *f, const data_read *read) {
    const int64_t *n = f->left_out;
    const data_count counts[] = {
        {"left_out_by_steps", "left out by their number of steps", n[BY_STEPS], false},
        {"left_out_unlabelled", "left out: where their first wrong step is, is not known", n[BY_LABELS], false},
        {"left_out_not_right", "left out: a step is wrong or not labelled", n[BY_RIGHT], false},
        {"left_out_not_wrong", "left out: no step is known to be wrong", n[BY_WRONG], false},
        {"left_out_unanswered", "left out: they say no answer", n[BY_ANSWER], false},
        {"left_out_by_outcome", "left out by their outcome", n[BY_OUTCOME], false},
        {"left_out_unknown_outcome", "of them with an unknown outcome", f->unknown, false},
        {"left_out_by_subset", "left out: of another subset", n[BY_SUBSET], false},
        {"left_out_by_domain", "left out: of another domain", n[BY_DOMAIN], false},
        {"left_out_by_generator", "left out: of another generator", n[BY_GENERATOR], false},
    };
    return data_report(c, &f->config->data, "data filter", read, counts, sizeof counts / sizeof *counts, f->file, 1);
}

static cairn_status filter(cli *c, const void *config_, int count, char **arguments) {
    (void)count;
    const filter_config *config = config_;
    const data_options *options = &config->data;
    data_file file;
    data_read read = {0};
    if ((config->right && config->wrong) || (config->correct && config->incorrect))
        return cairn_fail(c->ctx, CAIRN_INVALID, "no record is both right and wrong");
    CAIRN_TRY(data_check_out(c, options, options->out));
    CAIRN_TRY(data_open(c, options, options->out, &file));
    filtering f = {.config = config, .file = &file, .c = c};
    cairn_status status = data_each(c, options, "filter", arguments[0], false, put_wanted, &f, &read);
    status = data_commit(c, &file, status);
    if (status == CAIRN_OK) status = filter_report(c, &f, &read);
    data_close(&file);
    return status;
}

const cli_verb verb_data_filter = {
    .about = {.name = "data filter",
              .summary = "Keep the records that pass every filter; count what each one leaves out.",
              .options = filter_options,
              .option_count = sizeof filter_options / sizeof *filter_options,
              .config_size = sizeof(filter_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples = "  cairn data filter traces.jsonl --wrong --min-steps 2 --out flawed.jsonl\n"
                "  cairn data filter processbench-math.jsonl --generator someone --labelled --out someone.jsonl\n",
    .run = filter,
};
