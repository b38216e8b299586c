/* AgentProcessBench (arXiv 2603.14465): does each message of an agent help, do nothing, or harm? */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/bench.h"

typedef struct agent_config {
    double threshold;
    int32_t failed; /* 0 clean, 1 wrong */
} agent_config;

static const cairn_option options[] = {
    CAIRN_REAL(agent_config, threshold, "0.5", -1e300, 1e300, "",
               "With scores of messages: +1 is said of one whose score is > threshold, else -1."),
    CAIRN_CHOICE(
        agent_config, failed, "clean", "clean|wrong",
        "A prediction that failed or is missing: names no error, as in the released script, and so is right of a "
        "trajectory without one; or is wrong."),
};

enum { NOT_SAID = 2 };

typedef struct message_label {
    int32_t at; /* number of the message */
    int32_t is; /* 1, 0, -1 */
} message_label;

/* Labels of messages, in order of their numbers. */
typedef struct labels {
    message_label *of; /* [n] */
    int32_t n;
} labels;

typedef struct agent_item {
    labels truth, said;
    const char *time; /* of the prediction; NULL: not told */
} agent_item;

enum { STEPS, MATCHED, ITEMS, EXACT, FIRST, CLEAN, FIRST_CLEAN, PLUS, ZERO, MINUS, TALLIES };
static const char *const tallies[] = {"steps", "matched",     "trajectories", "exact", "first",
                                      "clean", "first_clean", "plus",         "zero",  "minus"};

enum { STEP_ACC, FIRST_ACC, EXACT_ACC, FIRST_ERR, FIRST_NONE, FIGURES };
static const cairn_bench_figure figures[] = {
    {"step", "Of all labelled messages: the same label.", CAIRN_FIGURE_PERCENT},
    {"first", "Of trajectories: the same first message with -1, or none.", CAIRN_FIGURE_PERCENT},
    {"exact", "Of trajectories: all labels are the same.", CAIRN_FIGURE_PERCENT},
    {"first_err", "`first` of trajectories with a -1.", CAIRN_FIGURE_PERCENT},
    {"first_none", "`first` of trajectories without.", CAIRN_FIGURE_PERCENT},
};

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static cairn_status fail_label(cairn_bench_run *run, const char *key, const char *expected) {
    return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: field `step_labels`: `%.40s`: expected %s",
                      cairn_bench_where(run), key, expected);
}

static int by_number(const void *a, const void *b) {
    int32_t x = ((const message_label *)a)->at, y = ((const message_label *)b)->at;
    return (x > y) - (x < y);
}

/* {"2": 1, "4": -1}; null: not said. */
static cairn_status read_labels(cairn_bench_run *run, const json_t *row, labels *out) {
    const char *key;
    json_t *value, *all = json_object_get(row, "step_labels");
    size_t room = json_object_size(all) + 1;
    if (!json_is_object(all)) return fail_label(run, "", "an object of labels by number of the message");
    *out = (labels){.of = cairn_arena_alloc(cairn_bench_arena(run), room, sizeof *out->of)};
    if (!out->of) return CAIRN_NO_MEMORY;
    json_object_foreach(all, key, value) {
        size_t digits = strspn(key, "0123456789");
        double label = json_number_value(value);
        if (digits == 0 || digits > 9 || key[digits]) return fail_label(run, key, "the number of a message");
        if (json_is_null(value)) continue;
        if (!json_is_number(value) || (label != 1 && label != 0 && label != -1))
            return fail_label(run, key, "1, 0 or -1");
        out->of[out->n++] = (message_label){(int32_t)strtol(key, NULL, 10), (int32_t)label};
    }
    qsort(out->of, (size_t)out->n, sizeof *out->of, by_number);
    for (int32_t i = 1; i < out->n; i++) {
        char twice[16];
        snprintf(twice, sizeof twice, "%d", (int)out->of[i].at);
        if (out->of[i].at == out->of[i - 1].at) return fail_label(run, twice, "one label a message");
    }
    return CAIRN_OK;
}

/* "17-3": the query and the sample; else the number of the whole or the record's own id. */
static cairn_status read_id(cairn_bench_run *run, const json_t *row, const char **out) {
    int64_t query, sample;
    if (!cairn_bench_has(row, "query_index") || !cairn_bench_has(row, "sample_index"))
        return cairn_bench_text(run, row, cairn_bench_has(row, "total_index") ? "total_index" : "record_id", out);
    CAIRN_TRY(cairn_bench_int(run, row, "query_index", 0, INT64_MAX, &query));
    CAIRN_TRY(cairn_bench_int(run, row, "sample_index", 0, INT64_MAX, &sample));
    return cairn_bench_print(run, out, "%lld-%lld", (long long)query, (long long)sample);
}

/* The texts of the labelled messages, where the row has them all. */
static cairn_status read_messages(cairn_bench_run *run, const json_t *row, const labels *truth,
                                  const char *const **out) {
    const json_t *messages = json_object_get(row, "messages");
    const char **texts = cairn_arena_alloc(cairn_bench_arena(run), (size_t)truth->n + 1, sizeof *texts);
    if (!texts) return CAIRN_NO_MEMORY;
    *out = NULL;
    for (int32_t i = 0; i < truth->n; i++) {
        const json_t *content = json_object_get(json_array_get(messages, (size_t)truth->of[i].at), "content");
        if (!json_is_string(content)) return CAIRN_OK;
        texts[i] = cairn_arena_copy(cairn_bench_arena(run), json_string_value(content), json_string_length(content));
        if (!texts[i]) return CAIRN_NO_MEMORY;
    }
    *out = texts;
    return CAIRN_OK;
}

static int32_t first_minus(const labels *l) {
    for (int32_t i = 0; i < l->n; i++)
        if (l->of[i].is == -1) return l->of[i].at;
    return -1;
}

/* The subset: `dataset` of the row, or "hotpotqa" of hotpotqa__judge.jsonl. */
static cairn_status read_subset(cairn_bench_run *run, const json_t *row, const char **out) {
    const char *stem = cairn_bench_stem(run), *end = strstr(stem, "__");
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "dataset", out));
    if (!*out) *out = end ? cairn_arena_copy(cairn_bench_arena(run), stem, (size_t)(end - stem)) : stem;
    return *out ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status read_row(cairn_bench_run *run, const json_t *row) {
    const char *id, *subset, *question, *const *steps;
    cairn_bench_item item;
    agent_item *own = cairn_arena_alloc(cairn_bench_arena(run), 1, sizeof *own);
    if (!own) return CAIRN_NO_MEMORY;
    CAIRN_TRY(read_id(run, row, &id));
    CAIRN_TRY(read_subset(run, row, &subset));
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "question", &question));
    CAIRN_TRY(read_labels(run, row, &own->truth));
    CAIRN_TRY(read_messages(run, row, &own->truth, &steps));
    CAIRN_TRY(cairn_bench_steps_item(run, id, subset, question, steps, own->truth.n, &item));
    item.group = question;
    item.own = own;
    item.candidates[0].right = first_minus(&own->truth) < 0 ? CAIRN_VERDICT_RIGHT : CAIRN_VERDICT_WRONG;
    return cairn_bench_add(run, &item);
}

/* Of several predictions of one trajectory the latest counts, else the last in the file. */
static cairn_status predict(cairn_bench_run *run, const json_t *row) {
    const char *id, *subset, *time, *comment;
    labels said;
    CAIRN_TRY(read_id(run, row, &id));
    CAIRN_TRY(read_subset(run, row, &subset));
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "updated_at", &time));
    if (!time) CAIRN_TRY(cairn_bench_maybe_text(run, row, "created_at", &time));
    if (!time) CAIRN_TRY(cairn_bench_maybe_text(run, row, "timestamp", &time));
    CAIRN_TRY(cairn_bench_maybe_text(run, row, "comment", &comment));
    CAIRN_TRY(read_labels(run, row, &said));
    cairn_bench_item *item = cairn_bench_find(run, subset, id);
    if (!item)
        return cairn_fail(cairn_bench_ctx(run), CAIRN_FORMAT, "%s: no trajectory of %.64s has the id `%.64s`",
                          cairn_bench_where(run), subset, id);
    agent_item *own = item->own;
    if (own->time && (!time || strcmp(time, own->time) < 0)) return CAIRN_OK;
    own->time = time;
    own->said = said;
    item->answered = said.n > 0 && !(comment && strncmp(comment, "llm_annotate_failed:", 20) == 0);
    return CAIRN_OK;
}

/* ---- comparing --------------------------------------------------------------------------------------------------- */

/* What was said of the message: by the prediction, else by its score. */
static int said_of(const cairn_bench_item *item, int32_t i, double tau) {
    const agent_item *own = item->own;
    if (item->valid || item->candidates[0].scores) {
        cairn_verdict said = cairn_bench_step_said(item, i, tau);
        return said == CAIRN_VERDICT_UNKNOWN ? NOT_SAID : said == CAIRN_VERDICT_RIGHT ? 1 : -1;
    }
    if (own->said.n == 0) return NOT_SAID;
    const message_label *said =
        bsearch(&own->truth.of[i], own->said.of, (size_t)own->said.n, sizeof *own->said.of, by_number);
    return said ? said->is : NOT_SAID;
}

static cairn_status tally(cairn_bench_run *run, const cairn_bench_item *item, double *t) {
    const agent_config *c = cairn_bench_config(run);
    const agent_item *own = item->own;
    bool by_steps = item->valid || item->candidates[0].scores;
    int32_t first = by_steps ? -1 : first_minus(&own->said), n = own->truth.n;
    for (int32_t i = 0; i < n; i++) {
        int is = own->truth.of[i].is, said = said_of(item, i, c->threshold);
        t[MATCHED] += said == is;
        t[is > 0 ? PLUS : is < 0 ? MINUS : ZERO] += 1;
        if (by_steps && first < 0 && said == -1) first = own->truth.of[i].at;
    }
    bool counts = item->answered || c->failed == 0;
    bool clean = first_minus(&own->truth) < 0;
    t[STEPS] = n;
    t[ITEMS] = 1;
    t[EXACT] = t[MATCHED] == n && (by_steps || own->said.n == n);
    t[FIRST] = counts && first == first_minus(&own->truth);
    t[CLEAN] = clean;
    t[FIRST_CLEAN] = clean && t[FIRST] > 0;
    return CAIRN_OK;
}

static void measure(const void *config, const double *t, double *out) {
    (void)config;
    out[STEP_ACC] = cairn_bench_share(t[MATCHED], t[STEPS]);
    out[FIRST_ACC] = cairn_bench_share(t[FIRST], t[ITEMS]);
    out[EXACT_ACC] = cairn_bench_share(t[EXACT], t[ITEMS]);
    out[FIRST_ERR] = cairn_bench_share(t[FIRST] - t[FIRST_CLEAN], t[ITEMS] - t[CLEAN]);
    out[FIRST_NONE] = cairn_bench_share(t[FIRST_CLEAN], t[CLEAN]);
}

static const cairn_bench_summary summaries[] = {
    {"all", "All messages and trajectories together: the row AVG of the released script.", true, NULL},
    {"average", "Plain mean of the subsets.", false, NULL},
};

const cairn_bench_type cairn_bench_agentprocessbench = {
    .about = {.name = "agentprocessbench",
              .summary = "Label each message of an agent: it helps, does nothing, or harms (AgentProcessBench).",
              .source = "arXiv 2603.14465",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(agent_config)},
    .explain =
        "Labels are 1, 0 and -1 by the number of the assistant's message among all messages, from 0; they are not "
        "numbers of steps. Step accuracy is over all labelled messages, and one that the judge left out is wrong. "
        "First-error accuracy compares the least number with -1, of the messages that the judge labelled.\n\n"
        "The row `all` adds up the subsets, which the released script calls AVG. In that script a judge that failed "
        "names no error, and so is right of every trajectory without one: see --failed. `always right`, which never "
        "finds an error, shows how much that is; the last two figures tell both kinds apart.\n\n"
        "Of several predictions of one trajectory the latest by its time counts, else the last.",
    .files =
        "the reference files (query_index, sample_index, messages, step_labels); predictions: the same two numbers "
        "and step_labels; of both the subset is `dataset` or the file's name before __",
    .row = read_row,
    .predict = predict,
    .n_tallies = TALLIES,
    .tallies = tallies,
    .tally = tally,
    .n_figures = FIGURES,
    .figures = figures,
    .headline = STEP_ACC,
    .measure = measure,
    .n_summaries = sizeof summaries / sizeof *summaries,
    .summaries = summaries,
    CAIRN_BENCH_STEP_JUDGES,
};
