/* cairn data check: what is in a data set, and what is wrong with it. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cli/data.h"
#include "cli/verbs.h"

typedef struct check_config {
    data_options data;
} check_config;

static const cairn_option options[] = {CLI_DATA_READ_OPTIONS(check_config)};

typedef struct checking {
    data_keys *problems, *solutions, *prefixes;
    int64_t steps, right, wrong, between, unlabelled;    /* steps by label */
    int64_t flawed, clean, open;                         /* records by their first wrong step */
    int64_t answered, correct, incorrect;                /* records */
    int64_t duplicates, stepless, empty, broken, marked; /* broken, marked: steps that hold a separator */
    int64_t contradictory, gaps;                         /* steps */
} checking;

static bool is_empty(const char *text) {
    return text[strspn(text, " \t\r\n\v\f")] == 0;
}

static void count_label(checking *k, double label) {
    k->unlabelled += isnan(label);
    k->right += label == 1;
    k->wrong += label == 0;
    k->between += label > 0 && label < 1;
}

/* One label of one beginning: another record may say the opposite. */
static cairn_status see_prefix(checking *k, data_key prefix, double label) {
    bool found;
    uint64_t right = label >= CAIRN_RIGHT_FROM, *before;
    if (isnan(label)) return CAIRN_OK;
    CAIRN_TRY(data_keys_put(k->prefixes, prefix, right, &found, &before));
    k->contradictory += found && *before != right;
    return CAIRN_OK;
}

static cairn_status see_steps(checking *k, const cairn_record *r, data_key *key) {
    bool wrong = false;
    for (int32_t i = 0; i < r->n_steps; i++) {
        double label = cairn_record_label(r, i);
        *key = data_key_add(*key, r->steps[i]);
        count_label(k, label);
        k->empty += is_empty(r->steps[i]);
        k->broken += strchr(r->steps[i], '\n') != NULL;
        k->marked += strstr(r->steps[i], "ки") != NULL;
        k->gaps += wrong && label >= CAIRN_RIGHT_FROM;
        wrong |= label < CAIRN_RIGHT_FROM;
        CAIRN_TRY(see_prefix(k, *key, label));
    }
    return CAIRN_OK;
}

static cairn_status see(void *arg, int64_t index, const cairn_record *r) {
    (void)index;
    checking *k = arg;
    bool found;
    data_key key = data_key_of(r->problem);
    int32_t first = cairn_record_first_error(r, CAIRN_RIGHT_FROM);
    CAIRN_TRY(data_keys_put(k->problems, key, 0, &found, NULL));
    CAIRN_TRY(see_steps(k, r, &key));
    CAIRN_TRY(data_keys_put(k->solutions, key, 0, &found, NULL));
    k->duplicates += found;
    k->steps += r->n_steps;
    k->stepless += r->n_steps == 0;
    k->flawed += first >= 0;
    k->clean += first == CAIRN_NO_ERROR;
    k->open += first == CAIRN_UNLABELLED;
    k->answered += r->answer != NULL;
    k->correct += r->correct == CAIRN_VERDICT_RIGHT;
    k->incorrect += r->correct == CAIRN_VERDICT_WRONG;
    return CAIRN_OK;
}

static cairn_status report(cli *c, const data_options *data, const checking *k, const data_read *read) {
    const data_count counts[] = {
        {"problems", "problems, told apart by their text", data_keys_count(k->problems), true},
        {"flawed", "records with a first wrong step", k->flawed, true},
        {"clean", "records of which every step is right", k->clean, true},
        {"open", "records whose first wrong step is not known", k->open, true},
        {"answered", "records that say their answer", k->answered, true},
        {"correct", "records with a right outcome", k->correct, true},
        {"incorrect", "records with a wrong outcome", k->incorrect, true},
        {"steps", "steps", k->steps, true},
        {"right_steps", "of them right", k->right, true},
        {"wrong_steps", "of them wrong", k->wrong, true},
        {"soft_steps", "of them with a label between", k->between, true},
        {"unlabelled_steps", "of them not labelled", k->unlabelled, true},
        {"duplicates", "records with problem and steps of an earlier one", k->duplicates, true},
        {"contradictory_steps", "steps with the opposite label of an equal beginning", k->contradictory, true},
        {"right_after_wrong", "steps labelled right after a wrong one", k->gaps, true},
        {"stepless", "records without steps", k->stepless, true},
        {"empty_steps", "empty steps", k->empty, true},
        {"steps_with_line_break", "steps with a line break, which divides steps in gsm8k and TRL", k->broken, true},
        {"steps_with_mark", "steps with `ки`, which divides steps in math-shepherd and openrlhf", k->marked, true},
        {"bad", "bad lines", read->skipped, true},
    };
    return data_report(c, data, "data check", read, counts, sizeof counts / sizeof *counts, NULL, 0);
}

static cairn_status check(cli *c, const data_options *data, const char *path, checking *k, data_read *read) {
    CAIRN_TRY(data_keys_open(c->ctx, &k->problems));
    CAIRN_TRY(data_keys_open(c->ctx, &k->solutions));
    CAIRN_TRY(data_keys_open(c->ctx, &k->prefixes));
    CAIRN_TRY(data_each(c, data, "check", path, false, see, k, read));
    CAIRN_TRY(report(c, data, k, read));
    if (read->skipped == 0) return CAIRN_OK;
    return cairn_fail(c->ctx, CAIRN_FORMAT, "%s: %" PRId64 " bad line%s", path, read->skipped,
                      read->skipped == 1 ? "" : "s");
}

static cairn_status run(cli *c, const void *config, int count, char **arguments) {
    (void)count;
    data_options data = ((const check_config *)config)->data;
    checking k = {0};
    data_read read = {0};
    data.skip_bad = true; /* all of them are named */
    cairn_status status = check(c, &data, arguments[0], &k, &read);
    data_keys_close(k.problems);
    data_keys_close(k.solutions);
    data_keys_close(k.prefixes);
    return status;
}

const cli_verb verb_data_check = {
    .about = {.name = "data check",
              .summary = "Read all of a data set: count records, steps and labels, and name what is wrong; exit 2 for "
                         "bad lines.",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(check_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples = "  cairn data check labels.jsonl\n  cairn data check labels.jsonl --json\n",
    .run = run,
};
