/* cairn certify: which items are right, by scores, so that a bounded share of what is selected is wrong. */
#include <math.h>
#include <string.h>

#include "cairn/stat.h"
#include "cli/certified.h"
#include "cli/verbs.h"

enum { METHOD_AUTO, METHOD_OPTCS, METHOD_CS };

static const cairn_option options[] = {
    CAIRN_TEXT(certify_config, label, "", "field",
               "Field with true, false or a number; null or missing: select from this item. Default: right; of a run "
               "file: correct."),
    CAIRN_TEXT(certify_config, choose, "", "fields",
               "Scores, higher is better: NAME a number, NAME:min an aggregate of an array of step scores "
               "(" CAIRN_AGGREGATOR_CHOICES ")."),
    CAIRN_TEXT(certify_config, learn, "", "learners",
               "Learns scores from --features with the same labels, each item's from all other items: logistic "
               "(:penalty=1), nearest (:items=10). They are chosen among with those of --choose."),
    CAIRN_TEXT(certify_config, features, "", "fields", "What --learn learns from: numbers, written as in --choose."),
    CAIRN_BOOL(certify_config, oversample, "true",
               "Before each learning draw items of the rarer class again, until both are equally many."),
    CAIRN_REAL(certify_config, fdr, "0.1", 1e-6, 0.999999, "",
               "False discovery rate: of what is certified, at most this share is wrong on average."),
    CAIRN_TEXT(certify_config, out, "", "", "File for the items with p, e, score and verdict (- for standard output)."),
    CAIRN_BOOL_AS("only-certified", certify_config, only_certified, "false", "Write certified items only."),
    CAIRN_TEXT(certify_config, calibrate, "", "", "File of items with labels; then all of FILE is selected from."),
    CAIRN_REAL(certify_config, split, "0", 0, 0.99, "share",
               "Try it: this share of the items with labels, drawn at random, certifies the others, whose labels are "
               "then compared."),
    CAIRN_TEXT(certify_config, unit, "", "field",
               "Field that tells problems apart; - for none: every row is a problem of its own. Default: problem; of a "
               "run file: problem_key."),
    CAIRN_TEXT_AS("unit-best", certify_config, unit_best, "", "field",
                  "Of several answers to a problem keep the one with the greatest score of this name."),
    CAIRN_CHOICE(certify_config, method, "auto", "auto|optcs|cs",
                 "optcs: chooses among the scores with all labels. cs: one score, not chosen by the labels. auto: cs "
                 "with one score, else optcs."),
    CAIRN_CHOICE(certify_config, prune, "homo", CAIRN_CERTIFY_PRUNES,
                 "Draws of optcs: one for all items, one each, or none (dtm certifies less)."),
    CAIRN_REAL(certify_config, beta, "1", 0.01, 1, "", "Below 1 optcs is safer against near misses of its draw."),
    CAIRN_CHOICE(certify_config, ties, "random", "random|first",
                 "Of scores that certify equally many: one at random, or the first in --choose."),
    CAIRN_CHOICE_AS("p-values", certify_config, p_values, "deterministic", "deterministic|randomised",
                    "With cs and scores of few values, randomised p-values certify more."),
    CAIRN_REAL(certify_config, above, "0", -1e300, 1e300, "", "A label above this is right."),
    CAIRN_SEED(certify_config, seed, "1", "Of the draws. It is kept in OUT.draw, and a second draw is refused."),
    CAIRN_BOOL_AS("skip-bad", certify_config, skip_bad, "false", "Name and count bad rows instead of stopping."),
    CAIRN_BOOL(certify_config, quiet, "false", "No progress line."),
    CAIRN_BOOL(certify_config, json, "false", "Result as one JSON object."),
};

/* ---- reading -------------------------------------------------------------------------------------------------------- */

static cairn_status read_learners(cli *c, certified *f) {
    const char **columns = f->columns + f->chosen, **scores = f->scores + f->chosen;
    int learners = 0;
    if (*f->config->learn) CAIRN_TRY(cli_words(c, "learn", f->config->learn, scores, CERTIFY_LEARNERS, &learners));
    if (*f->config->features)
        CAIRN_TRY(cli_words(c, "features", f->config->features, columns, CERTIFY_FEATURES, &f->features));
    f->k += learners;
    f->n_columns += f->features;
    return CAIRN_OK;
}

static cairn_status read_names(cli *c, certified *f) {
    const certify_config *config = f->config;
    bool run = cairn_run_detect(f->path);
    f->label = *config->label ? config->label : run ? "correct" : "right";
    f->unit = *config->unit ? config->unit : run ? "problem_key" : "problem";
    if (strcmp(f->unit, "-") == 0) f->unit = NULL;
    bool choose = config->choose[strspn(config->choose, " \t\n")] != 0;
    if (!choose && !*config->learn)
        return cairn_fail(c->ctx, CAIRN_INVALID, "name the scores to choose among: --choose 'NAME NAME:min'");
    if (choose) CAIRN_TRY(cli_words(c, "choose", config->choose, f->columns, CERTIFY_SCORES, &f->chosen));
    for (; f->k < f->chosen; f->k++) f->scores[f->k] = f->columns[f->k];
    f->n_columns = f->chosen;
    f->best = -1;
    CAIRN_TRY(read_learners(c, f));
    if (!*config->unit_best) return CAIRN_OK;
    f->columns[f->n_columns] = config->unit_best;
    for (f->best = 0; strcmp(f->columns[f->best], config->unit_best) != 0;) f->best++;
    f->n_columns += f->best == f->n_columns;
    return CAIRN_OK;
}

static cairn_status read_file(cli *c, certified *f, const char *path, cairn_certify_rows *out) {
    cairn_certify_columns columns = {
        .label = f->label, .unit = f->unit, .scores = f->columns, .k = f->n_columns, .skip_bad = f->config->skip_bad};
    CAIRN_TRY(cairn_progress_open(c->ctx, "read", 0, f->config->quiet, &columns.progress));
    cairn_status status = cairn_certify_read(c->ctx, c->arena, path, &columns, out);
    cairn_progress_close(columns.progress);
    CAIRN_TRY(status);
    int64_t read = (int64_t)out->n;
    f->read += read;
    f->input = cairn_key_mix(f->input, out->key);
    if (f->best >= 0) CAIRN_TRY(cairn_certify_best(c->ctx, out, f->best));
    f->beaten += read - (int64_t)out->n;
    return CAIRN_OK;
}

/* Without any row that has the field, every row is a problem of its own, unless the field was named. */
static cairn_status check_units(cli *c, certified *f) {
    bool any = false;
    for (size_t i = 0; i < f->file.n; i++) any |= f->file.rows[i].has_unit;
    for (size_t i = 0; i < f->other.n; i++) any |= f->other.rows[i].has_unit;
    if (f->unit && !any && *f->config->unit)
        return cairn_fail(c->ctx, CAIRN_INVALID, "%s: no item has the field `%s` of --unit", f->path, f->unit);
    if (!any) f->unit = NULL;
    cairn_status status = cairn_certify_check_units(c->ctx, &f->file, *f->config->calibrate ? &f->other : NULL);
    if (status != CAIRN_INVALID) return status;
    const char *said = cairn_arena_printf(c->arena, "%s", cairn_error(c->ctx));
    if (!said) return CAIRN_NO_MEMORY;
    return cairn_fail(c->ctx, CAIRN_INVALID, "%s (--unit-best SCORE keeps the best answer)", said);
}

/* Every item needs every score and feature. */
static cairn_status check_columns(cli *c, const certified *f, const cairn_certify_rows *rows) {
    size_t missing = 0;
    const char *first = NULL;
    int column = 0;
    for (size_t i = 0; i < rows->n; i++) {
        bool bad = false;
        for (int k = f->chosen + f->features; k-- > 0;) {
            if (!isnan(rows->rows[i].scores[k])) continue;
            bad = true;
            if (missing == 0) first = rows->rows[i].where, column = k;
        }
        missing += bad;
    }
    if (!first) return CAIRN_OK;
    const char *what = column < f->chosen ? "score" : "feature";
    return cairn_fail(c->ctx, CAIRN_INVALID,
                      "%s: %s `%s` is missing or not a number (%zu such items): every item needs every %s", first, what,
                      f->columns[column], missing, what);
}

/* ---- which items calibrate, which are selected from --------------------------------------------------------------------------- */

static bool is_right(const certified *f, const cairn_certify_row *row) {
    return row->label > f->config->above;
}

/* A random order of rows[n]. */
static void shuffle(const certified *f, const cairn_certify_row **rows, size_t n) {
    cairn_rng rng = cairn_rng_open(f->config->seed, cairn_key("certify split", 13), CAIRN_PATH_ROOT, CAIRN_VERB_EVAL,
                                   CAIRN_ROLE_GENERATOR, 0);
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)cairn_rng_range(&rng, 0, (int64_t)i - 1);
        const cairn_certify_row *row = rows[i - 1];
        rows[i - 1] = rows[j];
        rows[j] = row;
    }
}

static cairn_status divide(cli *c, certified *f) {
    size_t all = f->file.n + f->other.n;
    f->calibration = cairn_arena_alloc(c->arena, all, sizeof *f->calibration);
    f->test = cairn_arena_alloc(c->arena, all, sizeof *f->test);
    if (!f->calibration || !f->test) return CAIRN_NO_MEMORY;
    bool split = f->config->split > 0, apart = *f->config->calibrate != 0;
    for (size_t i = 0; i < f->other.n; i++)
        if (isnan(f->other.rows[i].label))
            f->unlabelled_unused++;
        else
            f->calibration[f->n++] = &f->other.rows[i];
    for (size_t i = 0; i < f->file.n; i++) {
        const cairn_certify_row *row = &f->file.rows[i];
        if (!apart && !isnan(row->label))
            f->calibration[f->n++] = row;
        else if (!split)
            f->test[f->m++] = row;
        else
            f->unlabelled_unused++;
    }
    if (!split) return CAIRN_OK;
    shuffle(f, f->calibration, f->n);
    size_t n = (size_t)(f->config->split * (double)f->n);
    for (size_t i = n; i < f->n; i++) f->test[f->m++] = f->calibration[i];
    f->n = n;
    return CAIRN_OK;
}

/* What leaves the guarantee without ground. */
static cairn_status check_division(cli *c, const certified *f) {
    double q = f->config->fdr * (f->method == CAIRN_CERTIFY_OPTCS ? f->config->beta : 1);
    if (f->n == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "no item has a label in `%s`: nothing tells what a score is worth",
                          f->label);
    if (f->m == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID,
                          "every item has a label in `%s`: leave it out of the items to select from, or try the labels "
                          "on each other with --split 0.5",
                          f->label);
    if (q * ((double)f->n + 1) < 1)
        return cairn_fail(
            c->ctx, CAIRN_INVALID,
            "too few labels for a false discovery rate of %g: %zu make 1/%zu the smallest p-value, and %.0f "
            "are needed at least",
            q, f->n, f->n + 1, ceil(1 / q) - 1);
    return CAIRN_OK;
}

/* ---- selecting ------------------------------------------------------------------------------------------------------ */

/* [k][n] of rows[n], whose learned scores begin at `first`. */
static double *matrix(cli *c, const certified *f, const cairn_certify_row **rows, size_t n, size_t first) {
    size_t chosen = (size_t)f->chosen;
    double *scores = cairn_arena_alloc(c->arena, n * (size_t)f->k + 1, sizeof *scores);
    for (size_t k = 0; scores && k < (size_t)f->k; k++)
        for (size_t i = 0; i < n; i++)
            scores[k * n + i] = k < chosen ? rows[i]->scores[k] : f->learned[(k - chosen) * (f->n + f->m) + first + i];
    return scores;
}

static bool *labels(cli *c, const certified *f, const cairn_certify_row **rows, size_t n) {
    bool *right = cairn_arena_alloc(c->arena, n + 1, sizeof *right);
    for (size_t i = 0; right && i < n; i++) right[i] = is_right(f, rows[i]);
    return right;
}

static cairn_status read_labels(cli *c, certified *f) {
    bool split = f->config->split > 0;
    f->right = labels(c, f, f->calibration, f->n);
    if (split) f->test_right = labels(c, f, f->test, f->m);
    return f->right && (f->test_right || !split) ? CAIRN_OK : CAIRN_NO_MEMORY;
}

static cairn_status select_items(cli *c, certified *f) {
    const certify_config *config = f->config;
    cairn_certify_scores scores = {.calibration = matrix(c, f, f->calibration, f->n, 0),
                                   .good = f->right,
                                   .test = matrix(c, f, f->test, f->m, f->n),
                                   .k = (size_t)f->k,
                                   .n = f->n,
                                   .m = f->m};
    f->items = cairn_arena_alloc(c->arena, f->m, sizeof *f->items);
    if (!scores.calibration || !scores.test || !f->items) return CAIRN_NO_MEMORY;
    cairn_certify_how how = {.method = f->method,
                             .prune = (cairn_certify_prune)config->prune,
                             .fdr = config->fdr,
                             .beta = config->beta,
                             .randomised = config->p_values == 1,
                             .first_of_ties = config->ties == 1,
                             .seed = config->seed};
    return cairn_certify_select(c->ctx, &scores, &how, f->items, &f->result);
}

/* ---- the verb ------------------------------------------------------------------------------------------------------- */

static cairn_status check_options(cli *c, const certified *f) {
    const certify_config *config = f->config;
    CAIRN_TRY(certified_check_learners(c, f));
    if (f->method == CAIRN_CERTIFY_CS && f->k > 1)
        return cairn_fail(c->ctx, CAIRN_INVALID,
                          "--method cs takes one score: choosing among several on the same labels voids its guarantee "
                          "(--method optcs chooses)");
    if (f->method == CAIRN_CERTIFY_OPTCS && config->p_values == 1)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--p-values randomised goes with --method cs only");
    if (config->split > 0 && *config->calibrate)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--split goes not with --calibrate");
    if (config->json && strcmp(config->out, "-") == 0)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--json and --out - both want standard output");
    if (certified_draws(f) && (!*config->out || strcmp(config->out, "-") == 0))
        return cairn_fail(c->ctx, CAIRN_INVALID,
                          "name a file with --out: the draw is recorded beside it (%s draws nothing)",
                          f->k > f->chosen ? "--oversample=false with --method cs, or with --prune dtm --ties first,"
                                           : "--prune dtm --ties first");
    return CAIRN_OK;
}

static cairn_status run(cli *c, const void *config, int count, char **arguments) {
    (void)count;
    certified *f = cairn_arena_alloc(c->arena, 1, sizeof *f);
    if (!f) return CAIRN_NO_MEMORY;
    *f = (certified){.config = config, .path = arguments[0]};
    CAIRN_TRY(read_names(c, f));
    f->method = f->config->method == METHOD_CS || (f->config->method == METHOD_AUTO && f->k == 1) ? CAIRN_CERTIFY_CS
                                                                                                  : CAIRN_CERTIFY_OPTCS;
    CAIRN_TRY(check_options(c, f));
    CAIRN_TRY(read_file(c, f, f->path, &f->file));
    if (*f->config->calibrate) CAIRN_TRY(read_file(c, f, f->config->calibrate, &f->other));
    CAIRN_TRY(check_units(c, f));
    CAIRN_TRY(check_columns(c, f, &f->file));
    CAIRN_TRY(check_columns(c, f, &f->other));
    CAIRN_TRY(divide(c, f));
    CAIRN_TRY(check_division(c, f));
    CAIRN_TRY(read_labels(c, f));
    CAIRN_TRY(certified_check_draw(c, f));
    CAIRN_TRY(certified_learn(c, f));
    CAIRN_TRY(select_items(c, f));
    CAIRN_TRY(certified_write(c, f));
    if (f->config->json) return certified_json(c, f);
    return strcmp(f->config->out, "-") == 0 ? CAIRN_OK : certified_print(c, f);
}

const cli_verb verb_certify = {
    .about = {.name = "certify",
              .summary =
                  "Select answers that are right, with a bounded share of wrong ones, by scores and some labels.",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(certify_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples =
        "  cairn certify scored.jsonl --label right --fdr 0.1 --choose 'prm:min prm:last orm' --out certified.jsonl\n"
        "  cairn certify scored.jsonl --choose 'prm:min orm' --fdr 0.2 --split 0.5 --out tried.jsonl  # what would it "
        "bring?\n"
        "  cairn certify scored.jsonl --choose orm --method cs --json\n"
        "  cairn certify scored.jsonl --learn 'logistic nearest' --features 'prm:min prm:last orm' --out "
        "learned.jsonl\n",
    .run = run,
};
