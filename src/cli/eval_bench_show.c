/* A benchmark's table for people, as JSON and as CSV. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/eval_bench.h"
#include "cli/figures.h"

enum { CELL = 32, BOUNDS = 80 };

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static const char *number_text(cairn_figure_form form, double value, char out[CELL]) {
    if (isnan(value) || (form == CAIRN_FIGURE_PERCENT && value == -1)) /* -1: a share that does not exist */
        snprintf(out, CELL, "-");
    else if (form == CAIRN_FIGURE_PERCENT || form == CAIRN_FIGURE_SIGNED)
        snprintf(out, CELL, "%.2f", 100 * value);
    else if (form == CAIRN_FIGURE_COUNT)
        cli_count((int64_t)value, out);
    else
        snprintf(out, CELL, "%.3f", value);
    return out;
}

static const char *interval_text(cairn_figure_form form, const cairn_interval *figure, char out[BOUNDS]) {
    char low[CELL], high[CELL];
    *out = 0;
    if (isnan(figure->low) || isnan(figure->high) || isnan(figure->estimate)) return out;
    snprintf(out, BOUNDS, "%s .. %s", number_text(form, figure->low, low), number_text(form, figure->high, high));
    return out;
}

static const char *name_of(const cairn_bench_figure *figure, char out[CELL]) {
    snprintf(out, CELL, "%.*s%s", CELL - 3, figure->name,
             figure->form == CAIRN_FIGURE_PERCENT || figure->form == CAIRN_FIGURE_SIGNED ? " %" : "");
    return out;
}

static int column_width(const cairn_bench_figure *figure) {
    char name[CELL];
    int width = (int)strlen(name_of(figure, name)) + 2;
    return width < 9 ? 9 : width;
}

/* ---- for people -------------------------------------------------------------------------------------------------- */

static int names_width(const cairn_bench_result *r) {
    int width = 12;
    for (int32_t i = 0; i < r->n_rows; i++)
        width = cli_width(r->rows[i].name) > width ? cli_width(r->rows[i].name) : width;
    for (int32_t b = 0; b < r->bench->n_baselines; b++)
        width = cli_width(r->bench->baselines[b]) > width ? cli_width(r->bench->baselines[b]) : width;
    return width < 40 ? width : 40;
}

static void print_name(cli *c, const char *name, int width) {
    char line[256];
    cli_safe_line(name, line, sizeof line);
    const char *shown = cli_shorten(c, line, width);
    printf("  %s%*s", shown, width - cli_width(shown), "");
}

static void print_figures(const cli *c, const cairn_bench_type *bench, const double *values) {
    char cell[CELL];
    for (int32_t f = 0; f < bench->n_figures; f++)
        printf("%s%*s%s", f == bench->headline ? cli_paint_code(c, CLI_BOLD) : "", column_width(&bench->figures[f]),
               number_text(bench->figures[f].form, values[f], cell),
               f == bench->headline ? cli_paint_code(c, CLI_PLAIN) : "");
}

static void print_head(const cli *c, const cairn_bench_result *r, int width) {
    char cell[CELL];
    printf("%s  %-*s %8s", cli_paint_code(c, CLI_DIM), width, "", "items");
    for (int32_t f = 0; f < r->bench->n_figures; f++)
        printf("%*s", column_width(&r->bench->figures[f]), name_of(&r->bench->figures[f], cell));
    printf("   95 %% of %s%s\n", r->bench->figures[r->bench->headline].name, cli_paint_code(c, CLI_PLAIN));
}

static void print_row(cli *c, const cairn_bench_result *r, const cairn_bench_row *row, int width) {
    double values[64];
    char count[CELL], bounds[BOUNDS];
    int32_t h = r->bench->headline;
    for (int32_t f = 0; f < r->bench->n_figures && f < 64; f++) values[f] = row->figures[f].estimate;
    print_name(c, row->name, width);
    printf(" %8s", cli_count(row->items, count));
    print_figures(c, r->bench, values);
    printf("   %s\n", interval_text(r->bench->figures[h].form, &row->figures[h], bounds));
}

/* The row that stands for all: the first summary that holds items, else the last subset. */
static int32_t main_row(const cairn_bench_result *r) {
    for (int32_t i = r->n_subsets; i < r->n_rows; i++)
        if (r->rows[i].items > 0) return i;
    return r->n_subsets - 1;
}

static void print_baselines(cli *c, const cairn_bench_result *r, int width) {
    size_t k = (size_t)r->n_rows * (size_t)r->bench->n_figures;
    bool begun = false;
    for (int32_t b = 0; r->baselines && b < r->bench->n_baselines; b++) {
        const double *row = r->baselines + (size_t)b * k + (size_t)main_row(r) * (size_t)r->bench->n_figures;
        if (isnan(row[r->bench->headline])) continue; /* the files lack what it looks at */
        if (!begun) printf("\n  Judges that need no mind, on the same files (%s):\n", r->rows[main_row(r)].name);
        begun = true;
        print_name(c, r->bench->baselines[b], width);
        printf(" %8s", "");
        print_figures(c, r->bench, row);
        printf("\n");
    }
}

static void print_comparison(cli *c, const bench_shown *shown, int width) {
    const cairn_bench_result *r = &shown->result;
    const cairn_bench_comparison *d = &shown->comparison;
    int32_t h = r->bench->headline;
    char n[3][CELL], cell[CELL], bounds[BOUNDS];
    if (!shown->compared) return;
    printf("\n  Difference of %s to %s, on the %s items that both answered", r->bench->figures[h].name,
           cli_safe(c, shown->options->against), cli_count(d->both, n[0]));
    if (d->only_a + d->only_b)
        printf(" (only there: %s, only here: %s)", cli_count(d->only_a, n[1]), cli_count(d->only_b, n[2]));
    printf(":\n");
    for (int32_t i = 0; i < r->n_rows; i++) {
        const cairn_interval *difference = &d->differences[i * r->bench->n_figures + h];
        if (isnan(difference->estimate)) continue;
        print_name(c, r->rows[i].name, width);
        cairn_figure_form form = r->bench->figures[h].form;
        if (form == CAIRN_FIGURE_PERCENT) form = CAIRN_FIGURE_SIGNED; /* a difference may be below 0 */
        printf(" %9s   %s\n", number_text(form, difference->estimate, cell), interval_text(form, difference, bounds));
    }
}

static void print_criticism(const cairn_bench_criticism *a) {
    char n[4][32];
    if (!a->prompts) return;
    printf("  asked by %s: %s requests, %s replies", a->prompts, cli_count(a->requests, n[0]),
           cli_count(a->replies, n[1]));
    if (a->unreadable) printf("; %s could not be read", cli_count(a->unreadable, n[2]));
    if (a->cut) printf("; %s were cut off", cli_count(a->cut, n[3]));
    printf("\n");
    if (a->failed) printf("  %s requests failed, which costs their items\n", cli_count(a->failed, n[0]));
}

/* What is not in the figures as one might think. */
static void print_left_out(const bench_shown *shown) {
    const cairn_bench_result *r = &shown->result;
    char n[32];
    if (r->silent == r->items && shown->criticism.prompts)
        printf("  no answer of the critic could be read: nothing is measured (--items has the replies)\n");
    else if (r->silent == r->items)
        printf("  the files hold no judgement, and neither --reward nor --critic names a judge%s: only judges that "
               "need no "
               "mind are measured\n",
               r->bench->predict ? ", --predictions no file" : "");
    else if (r->silent)
        printf("  %s items have no answer of the judge (--explain says how they count)\n", cli_count(r->silent, n));
    if (r->failed) printf("  the reward's program failed on %s steps\n", cli_count(r->failed, n));
    if (r->skipped) printf("  %s bad rows were passed over\n", cli_count(r->skipped, n));
    if (r->tuned_here) printf("  tuned here: the threshold was chosen on these very files\n");
}

void bench_print(cli *c, const bench_shown *shown) {
    const cairn_bench_result *r = &shown->result;
    char n[32];
    int width = names_width(r);
    printf("%s: %s items, judged by %s", r->bench->about.name, cli_count(r->items, n), cli_safe(c, shown->judge));
    printf("%s%s%s\n", *shown->own ? " (" : "", shown->own, *shown->own ? ")" : "");
    print_head(c, r, width);
    for (int32_t i = 0; i < r->n_rows; i++) {
        if (i == r->n_subsets && r->n_subsets == 1 && !r->bench->summaries[0].pooled) break; /* means of one */
        print_row(c, r, &r->rows[i], width);
    }
    print_criticism(&shown->criticism);
    print_left_out(shown);
    print_baselines(c, r, width);
    print_comparison(c, shown, width);
}

/* ---- for programs ------------------------------------------------------------------------------------------------ */

static void put_figures(cli_json *j, const cairn_bench_type *bench, const cairn_interval *figures) {
    for (int32_t f = 0; f < bench->n_figures; f++) {
        if (bench->figures[f].form == CAIRN_FIGURE_COUNT)
            cli_json_real(j, bench->figures[f].name, figures[f].estimate);
        else
            figure_json(j, bench->figures[f].name, &figures[f]);
    }
}

static void put_row(cli_json *j, const bench_shown *shown, int32_t i) {
    const cairn_bench_result *r = &shown->result;
    const cairn_bench_row *row = &r->rows[i];
    cli_json_open(j, NULL, '{');
    cli_json_text(j, i < r->n_subsets ? "subset" : "summary", row->name);
    cli_json_int(j, "items", row->items);
    cli_json_int(j, "groups", row->groups);
    cli_json_int(j, "silent", row->silent);
    put_figures(j, r->bench, row->figures);
    if (row->sums) {
        cli_json_open(j, "sums", '{');
        for (int32_t t = 0; t < r->bench->n_tallies; t++) cli_json_real(j, r->bench->tallies[t], row->sums[t]);
        cli_json_close(j, '}');
    }
    if (shown->compared) {
        cli_json_open(j, "difference", '{');
        put_figures(j, r->bench, shown->comparison.differences + i * r->bench->n_figures);
        cli_json_close(j, '}');
    }
    cli_json_close(j, '}');
}

static void put_baselines(cli_json *j, const cairn_bench_result *r) {
    const double *at = r->baselines;
    cli_json_open(j, "baselines", '[');
    for (int32_t b = 0; at && b < r->bench->n_baselines; b++) {
        for (int32_t i = 0; i < r->n_rows; i++, at += r->bench->n_figures) {
            cli_json_open(j, NULL, '{');
            cli_json_text(j, "judge", r->bench->baselines[b]);
            cli_json_text(j, i < r->n_subsets ? "subset" : "summary", r->rows[i].name);
            for (int32_t f = 0; f < r->bench->n_figures; f++) cli_json_real(j, r->bench->figures[f].name, at[f]);
            cli_json_close(j, '}');
        }
    }
    cli_json_close(j, ']');
}

static void put_criticism(cli_json *j, const bench_options *o, const cairn_bench_criticism *a) {
    if (!a->prompts) return;
    cli_json_open(j, "critic", '{');
    cli_json_text(j, "prompts", a->prompts);
    cli_json_int(j, "votes", o->votes);
    cli_json_real(j, "temperature", o->critic_temperature);
    cli_json_int(j, "max_tokens", o->critic_max_tokens);
    cli_json_int(j, "requests", a->requests);
    cli_json_int(j, "failed", a->failed);
    cli_json_int(j, "replies", a->replies);
    cli_json_int(j, "unreadable", a->unreadable);
    cli_json_int(j, "cut", a->cut);
    cli_json_open(j, "rules", '{');
    for (int32_t i = 0; i < a->n_rules; i++)
        cli_json_int(j, *a->rules[i].name ? a->rules[i].name : "none", a->rules[i].replies);
    cli_json_close(j, '}');
    cli_json_close(j, '}');
}

cairn_status bench_json(cli *c, const bench_shown *shown) {
    const cairn_bench_result *r = &shown->result;
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_text(&j, "benchmark", r->bench->about.name);
    cli_json_text(&j, "judge", shown->judge);
    cli_json_text(&j, "options", shown->own);
    cli_json_int(&j, "items", r->items);
    cli_json_int(&j, "silent", r->silent);
    cli_json_int(&j, "skipped_rows", r->skipped);
    cli_json_int(&j, "failed_steps", r->failed);
    cli_json_int(&j, "resamples", r->resamples);
    cli_json_bool(&j, "tuned_here", r->tuned_here);
    put_criticism(&j, shown->options, &shown->criticism);
    cli_json_open(&j, "rows", '[');
    for (int32_t i = 0; i < r->n_rows; i++) put_row(&j, shown, i);
    cli_json_close(&j, ']');
    put_baselines(&j, r);
    if (shown->compared) {
        cli_json_int(&j, "both_answered", shown->comparison.both);
        cli_json_int(&j, "only_there", shown->comparison.only_a);
        cli_json_int(&j, "only_here", shown->comparison.only_b);
    }
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

static void put_double(char out[32], double value) {
    if (isnan(value))
        *out = 0;
    else
        cairn_format_double(value, out);
}

static cairn_status put_csv(const bench_shown *shown, cairn_out *out) {
    const cairn_bench_result *r = &shown->result;
    char value[3][32];
    CAIRN_TRY(cairn_out_printf(out, "row,items,figure,value,low,high\n"));
    for (int32_t i = 0; i < r->n_rows; i++) {
        for (int32_t f = 0; f < r->bench->n_figures; f++) {
            const cairn_interval *figure = &r->rows[i].figures[f];
            put_double(value[0], figure->estimate);
            put_double(value[1], figure->low);
            put_double(value[2], figure->high);
            CAIRN_TRY(cli_csv_text(out, r->rows[i].name));
            CAIRN_TRY(cairn_out_printf(out, ",%" PRId64 ",%s,%s,%s,%s\n", r->rows[i].items, r->bench->figures[f].name,
                                       value[0], value[1], value[2]));
        }
    }
    return CAIRN_OK;
}

cairn_status bench_csv(cli *c, const bench_shown *shown, const char *path) {
    cairn_out *out;
    CAIRN_TRY(cairn_out_open(c->ctx, path, &out));
    cairn_status status = put_csv(shown, out);
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}
