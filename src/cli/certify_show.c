/* cairn certify: its files and its report. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cairn/stat.h"
#include "cli/certified.h"
#include "cli/figures.h"

/* ---- the draw that is kept ------------------------------------------------------------------------------------------ */

bool certified_draws(const certified *f) {
    const certify_config *config = f->config;
    bool optcs = f->method == CAIRN_CERTIFY_OPTCS;
    return config->split > 0 || config->p_values == 1 || (f->k > f->chosen && config->oversample) ||
           (optcs && (config->prune != CAIRN_PRUNE_DTM || config->ties == 0));
}

/* NULL where nothing is kept: no file, or no regular one. */
static const char *draw_path(cli *c, const certified *f) {
    struct stat info;
    const char *out = f->config->out;
    if (!*out || strcmp(out, "-") == 0 || (stat(out, &info) == 0 && !S_ISREG(info.st_mode))) return NULL;
    return cairn_arena_printf(c->arena, "%s.draw", out);
}

/* One JSON object that tells the input, then all that decides the selection. */
static void describe(const certified *f, cli_json *j) {
    static const char *const methods[] = {"optcs", "cs"}, *const prunes[] = {"homo", "hete", "dtm"};
    const certify_config *config = f->config;
    char input[20];
    snprintf(input, sizeof input, "%016" PRIx64, f->input);
    cli_json_open(j, NULL, '{');
    cli_json_text(j, "input", input);
    cli_json_text(j, "label", f->label);
    cli_json_real(j, "above", config->above);
    cli_json_text(j, "choose", config->choose);
    if (*config->learn) {
        cli_json_text(j, "learn", config->learn);
        cli_json_text(j, "features", config->features);
        cli_json_bool(j, "oversample", config->oversample);
    }
    cli_json_text(j, "unit", f->unit);
    cli_json_text(j, "unit_best", config->unit_best);
    cli_json_real(j, "split", config->split);
    cli_json_real(j, "fdr", config->fdr);
    cli_json_text(j, "method", methods[f->method]);
    cli_json_text(j, "prune", prunes[config->prune]);
    cli_json_real(j, "beta", config->beta);
    cli_json_text(j, "ties", config->ties ? "first" : "random");
    cli_json_text(j, "p_values", config->p_values ? "randomised" : "deterministic");
    cli_json_int(j, "seed", (int64_t)config->seed);
    cli_json_close(j, '}');
}

/* The description in a line; then what was drawn and found, once it is there. */
static cairn_status write_draw(cli *c, const certified *f, const char *path, bool found) {
    cli_json j = {0};
    CAIRN_TRY(cairn_out_open(c->ctx, path, &j.out));
    describe(f, &j);
    if (found && j.status == CAIRN_OK) {
        j.status = cairn_out_write(j.out, "\n", 1);
        j.comma = false;
        cli_json_open(&j, NULL, '{');
        cli_json_int(&j, "certified", (int64_t)f->result.selected);
        cli_json_real(&j, "xi", f->result.xi);
        cli_json_close(&j, '}');
    }
    return cli_json_end(&j);
}

/* Whether the first lines of both files are the same, or the same up to byte `length`. */
static bool start_alike(FILE *a, FILE *b, size_t length) {
    int x = 0, y = 0;
    for (size_t i = 0; i < length && x == y && x != EOF && x != '\n'; i++) x = getc(a), y = getc(b);
    return x == y;
}

/* The new description is written beside the old one and compared. */
cairn_status certified_check_draw(cli *c, const certified *f) {
    static const size_t input = sizeof "{\"input\":\"0123456789abcdef\"" - 1;
    const char *path = draw_path(c, f);
    struct stat info;
    if (!path || stat(path, &info) != 0) return CAIRN_OK;
    const char *beside = cairn_arena_printf(c->arena, "%s.new", path);
    if (!beside) return CAIRN_NO_MEMORY;
    CAIRN_TRY(write_draw(c, f, beside, false));
    FILE *before = fopen(path, "rb"), *now = fopen(beside, "rb");
    bool readable = before && now, same = readable && start_alike(before, now, SIZE_MAX);
    if (readable && !same) rewind(before), rewind(now);
    bool second = readable && !same && start_alike(before, now, input);
    if (before) fclose(before);
    if (now) fclose(now);
    remove(beside);
    if (!readable) return cairn_fail(c->ctx, CAIRN_IO, "cannot read %s: %s", path, strerror(errno));
    if (!second) return CAIRN_OK;
    return cairn_fail(
        c->ctx, CAIRN_INVALID,
        "%s: these items were certified before with other settings, and a second draw voids the guarantee: "
        "repeat it with the settings in that file, or take new labels",
        path);
}

/* ---- the items ------------------------------------------------------------------------------------------------------ */

static cairn_status write_items(cli *c, const certified *f, cairn_out *out) {
    cairn_text line = {0};
    cairn_status status = CAIRN_OK;
    for (size_t j = 0; j < f->m && status == CAIRN_OK; j++) {
        const cairn_certify_item *item = &f->items[j];
        if (f->config->only_certified && !item->selected) continue;
        cairn_text_clear(&line);
        status = cairn_certify_write(c->ctx, f->test[j], item, f->scores[item->score], &line);
        if (status == CAIRN_OK) status = cairn_out_write(out, line.data, line.length);
    }
    cairn_text_free(&line);
    return status;
}

/* The draw is kept first: a selection that nobody knows the draw of is never there. */
cairn_status certified_write(cli *c, const certified *f) {
    const char *path = draw_path(c, f);
    cairn_out *out;
    if (!*f->config->out) return CAIRN_OK;
    CAIRN_TRY(cairn_out_open(c->ctx, f->config->out, &out));
    cairn_status status = write_items(c, f, out);
    if (status == CAIRN_OK && path) status = write_draw(c, f, path, true);
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}

/* ---- the report ----------------------------------------------------------------------------------------------------- */

typedef struct score_use {
    int64_t chosen, certified;
} score_use;

/* Counts for each score. */
static void count_uses(const certified *f, score_use uses[CERTIFY_SCORES]) {
    for (int k = 0; k < f->k; k++) uses[k] = (score_use){0};
    for (size_t j = 0; j < f->m; j++) {
        uses[f->items[j].score].chosen++;
        uses[f->items[j].score].certified += f->items[j].selected;
    }
}

/* With --split: wrong ones of the certified items, and certified ones of the right items. */
typedef struct truth {
    int64_t wrong, right, all_right;
    cairn_interval false_share, power;
} truth;

static cairn_status measure_truth(cli *c, const certified *f, truth *out) {
    static const cairn_interval unknown = {.estimate = NAN, .low = NAN, .high = NAN};
    *out = (truth){.false_share = unknown, .power = unknown};
    for (size_t j = 0; f->test_right && j < f->m; j++) {
        out->all_right += f->test_right[j];
        out->right += f->items[j].selected && f->test_right[j];
        out->wrong += f->items[j].selected && !f->test_right[j];
    }
    if (out->right + out->wrong > 0)
        CAIRN_TRY(cairn_stat_wilson(c->ctx, out->wrong, out->right + out->wrong, 0.95, &out->false_share));
    if (out->all_right > 0) CAIRN_TRY(cairn_stat_wilson(c->ctx, out->right, out->all_right, 0.95, &out->power));
    return CAIRN_OK;
}

static int64_t count_bad(const certified *f) {
    int64_t bad = 0;
    for (size_t i = 0; i < f->n; i++) bad += !f->right[i];
    return bad;
}

static void print_left_out(const certified *f) {
    char n[32];
    if (f->beaten) printf("  %9s answers left out that are not the best of their problem\n", cli_count(f->beaten, n));
    if (f->unlabelled_unused) printf("  %9s items without a label left out\n", cli_count(f->unlabelled_unused, n));
    if (f->file.skipped + f->other.skipped)
        printf("  %9s bad rows passed over\n", cli_count(f->file.skipped + f->other.skipped, n));
}

static void print_uses(cli *c, const certified *f) {
    score_use uses[CERTIFY_SCORES];
    char n[2][32];
    count_uses(f, uses);
    if (f->k == 1) return;
    printf("\n%s  %-32s %12s %12s%s\n", cli_paint_code(c, CLI_DIM), "score", "chosen for", "certified",
           cli_paint_code(c, CLI_PLAIN));
    for (int k = 0; k < f->k; k++)
        if (uses[k].chosen)
            printf("  %-32s %12s %12s\n", cli_shorten(c, cli_safe(c, f->scores[k]), 32),
                   cli_count(uses[k].chosen, n[0]), cli_count(uses[k].certified, n[1]));
}

static void print_truth(cli *c, const certified *f, const truth *t) {
    char of[80];
    if (!f->test_right) return;
    printf("\n  by the labels that were kept back:\n");
    figure_print(c, "wrong ones among the certified", FIGURE_SHARE, &t->false_share,
                 figure_counts(t->wrong, t->wrong + t->right, of), "none is certified: counts as 0");
    figure_print(c, "certified ones among the right (power)", FIGURE_SHARE, &t->power,
                 figure_counts(t->right, t->all_right, of), "no item is right");
}

cairn_status certified_print(cli *c, const certified *f) {
    char n[5][32];
    int64_t bad = count_bad(f);
    truth t;
    CAIRN_TRY(measure_truth(c, f, &t));
    printf("%s%s%s of %s items certified as right, with a false discovery rate of at most %g\n",
           cli_paint_code(c, CLI_BOLD), cli_count((int64_t)f->result.selected, n[0]), cli_paint_code(c, CLI_PLAIN),
           cli_count((int64_t)f->m, n[1]), f->config->fdr);
    printf("  %9s items with a label, %s right and %s wrong, tell what the scores are worth\n",
           cli_count((int64_t)f->n, n[2]), cli_count((int64_t)f->n - bad, n[3]), cli_count(bad, n[4]));
    if (bad == 0) printf("  none of them is wrong, so every p-value is the smallest one: label wrong items too\n");
    if (f->features)
        printf("  %9s features; each item is scored by what is learned from the %s others\n",
               cli_count(f->features, n[4]), cli_count((int64_t)(f->n + f->m) - 1, n[2]));
    if (f->result.least > 1)
        printf("  %9.0f items at least must be certified together, so that any can be: more labels lower it\n",
               ceil(f->result.least));
    if (!f->unit) printf("  every row is taken as a problem of its own (--unit)\n");
    print_left_out(f);
    print_uses(c, f);
    print_truth(c, f, &t);
    printf("\n  The bound holds for the mean over repetitions with new problems, not for this selection alone.\n");
    if (draw_path(c, f)) printf("  %s tells how it was drawn\n", cli_safe(c, draw_path(c, f)));
    return CAIRN_OK;
}

static void put_uses(cli_json *j, const certified *f) {
    score_use uses[CERTIFY_SCORES];
    count_uses(f, uses);
    cli_json_open(j, "scores", '[');
    for (int k = 0; k < f->k; k++) {
        cli_json_open(j, NULL, '{');
        cli_json_text(j, "score", f->scores[k]);
        cli_json_int(j, "chosen_for", uses[k].chosen);
        cli_json_int(j, "certified", uses[k].certified);
        cli_json_close(j, '}');
    }
    cli_json_close(j, ']');
}

cairn_status certified_json(cli *c, const certified *f) {
    cli_json j;
    truth t;
    CAIRN_TRY(measure_truth(c, f, &t));
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_text(&j, "file", f->path);
    cli_json_real(&j, "fdr", f->config->fdr);
    cli_json_int(&j, "certified", (int64_t)f->result.selected);
    cli_json_int(&j, "items", (int64_t)f->m);
    cli_json_int(&j, "labelled", (int64_t)f->n);
    cli_json_int(&j, "labelled_wrong", count_bad(f));
    cli_json_real(&j, "least_together", f->result.least > 1 ? ceil(f->result.least) : 1);
    cli_json_real(&j, "xi", f->result.xi);
    cli_json_int(&j, "read", f->read);
    cli_json_int(&j, "not_best", f->beaten);
    cli_json_int(&j, "unlabelled_left_out", f->unlabelled_unused);
    cli_json_int(&j, "skipped_rows", f->file.skipped + f->other.skipped);
    cli_json_text(&j, "unit", f->unit);
    cli_json_text(&j, "method", f->method == CAIRN_CERTIFY_CS ? "cs" : "optcs");
    put_uses(&j, f);
    if (f->features) {
        cli_json_open(&j, "features", '[');
        for (int i = 0; i < f->features; i++) cli_json_text(&j, NULL, f->columns[f->chosen + i]);
        cli_json_close(&j, ']');
    }
    if (f->test_right) {
        cli_json_int(&j, "certified_wrong", t.wrong);
        figure_json(&j, "false_share", &t.false_share);
        figure_json(&j, "power", &t.power);
    }
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}
