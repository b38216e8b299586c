/* Shows the table of recorded samples: for people, as JSON, as CSV, as curves. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/outcomes.h"
#include "cli/passk.h"

/* ---- for people ---------------------------------------------------------------------------------------------------- */

enum { CELL = 21, NARROWEST = 12, WIDEST = 34 };

const char *passk_title(cairn_at_k_rule rule) {
    static const char *const titles[] = {"pass@k: one of k is right", "maj@k: the vote of k is right",
                                         "best of k by a score is right"};
    return titles[rule];
}

bool passk_heads_rule(const passk_table *t, int row) {
    return row == 0 || t->rows[row].rule != t->rows[row - 1].rule;
}

const char *passk_accuracy(const passk_cell *cell, char out[PASSK_TEXT]) {
    const cairn_interval *a = &cell->accuracy;
    if (isnan(a->estimate))
        snprintf(out, PASSK_TEXT, "not judged");
    else if (isnan(a->low))
        snprintf(out, PASSK_TEXT, "%.1f", 100 * a->estimate);
    else
        snprintf(out, PASSK_TEXT, "%.1f [%.1f, %.1f]", 100 * a->estimate, 100 * a->low, 100 * a->high);
    return out;
}

const char *passk_difference(const passk_cell *cell, char out[PASSK_TEXT]) {
    const cairn_interval *d = &cell->difference;
    if (isnan(d->estimate))
        snprintf(out, PASSK_TEXT, "%s", "");
    else
        snprintf(out, PASSK_TEXT, "%+.1f [%+.1f, %+.1f]", 100 * d->estimate, 100 * d->low, 100 * d->high);
    return out;
}

static cli_paint paint_of(const cairn_interval *d) {
    return d->low > 0 ? CLI_GREEN : d->high < 0 ? CLI_RED : CLI_PLAIN;
}

static int name_columns(const passk_table *t) {
    int columns = NARROWEST;
    for (int i = 0; i < t->n_rows; i++) {
        int width = cli_width(t->rows[i].name);
        if (width > columns) columns = width;
    }
    return columns < WIDEST ? columns : WIDEST;
}

/* What unknown outcomes could change, where there are any. */
static bool has_unknown(const passk_samples *s, int model) {
    return s->models[model].all.unknown > s->models[model].all.untold;
}

static void print_row(cli *c, const passk_table *t, const passk_row *row, bool first, int wide, int from, int to) {
    char text[64];
    cli_safe_line(row->name, text, sizeof text);
    printf("  %-*s", wide, cli_shorten(c, text, wide));
    for (int k = from; k < to; k++)
        printf(" %s%*s%s", cli_paint_code(c, CLI_BOLD), CELL, passk_accuracy(&row->cells[k], text),
               cli_paint_code(c, CLI_PLAIN));
    printf("\n");
    if (has_unknown(t->samples, row->model)) {
        printf("  %s%*s", cli_paint_code(c, CLI_DIM), -wide, "  unknown right");
        for (int k = from; k < to; k++) printf(" %*.1f", CELL, 100 * row->cells[k].most);
        printf("%s\n", cli_paint_code(c, CLI_PLAIN));
    }
    if (first) return;
    printf("  %-*s", wide, "  less first");
    for (int k = from; k < to; k++)
        printf(" %s%*s%s", cli_paint_code(c, paint_of(&row->cells[k].difference)), CELL,
               passk_difference(&row->cells[k], text), cli_paint_code(c, CLI_PLAIN));
    printf("\n");
}

/* Columns [from, to) of all rules. */
static void print_columns(cli *c, const passk_table *t, int wide, int from, int to) {
    char n[32], k_is[32];
    for (int i = 0; i < t->n_rows; i++) {
        if (passk_heads_rule(t, i)) {
            printf("\n%s%s%s\n", cli_paint_code(c, CLI_BOLD), passk_title(t->rows[i].rule),
                   cli_paint_code(c, CLI_PLAIN));
            printf("  %s%*s", cli_paint_code(c, CLI_DIM), -wide, "");
            for (int k = from; k < to; k++) {
                snprintf(k_is, sizeof k_is, "k = %d", (int)t->ks[k]);
                printf(" %*s", CELL, k_is);
            }
            printf("\n  %*s", -wide, "problems");
            for (int k = from; k < to; k++) printf(" %*s", CELL, cli_count((int64_t)t->problems[k], n));
            printf("%s\n", cli_paint_code(c, CLI_PLAIN));
        }
        print_row(c, t, &t->rows[i], passk_heads_rule(t, i), wide, from, to);
    }
}

static void print_model(cli *c, const passk_samples *s, const passk_model *m) {
    char n[6][32], name[64];
    const cairn_outcomes *o = &m->all;
    int64_t unknown = o->unknown - o->untold;
    cli_safe_line(m->name, name, sizeof name);
    printf("  %-*s %s samples of %s problems", NARROWEST, cli_shorten(c, name, WIDEST), cli_count(o->n, n[0]),
           cli_count(m->problems, n[1]));
    if (unknown)
        printf("; %s outcomes unknown, %s without a readable answer", cli_count(unknown, n[2]),
               cli_count(o->unanswered, n[3]));
    if (o->untold) printf("; %s not judged: no true answer, no recorded outcome", cli_count(o->untold, n[4]));
    if (m->skipped) printf("; %s bad lines passed over", cli_count(m->skipped, n[5]));
    printf("\n");
    for (int k = 0; k < s->n_columns; k++) {
        if (m->unscored[k])
            printf("  %-*s   %s samples have no score by %s: they come last\n", NARROWEST, "",
                   cli_count(m->unscored[k], n[0]), cli_safe(c, s->columns[k]));
        if (m->failed[k])
            printf("  %-*s   %s scorings by %s failed\n", NARROWEST, "", cli_count(m->failed[k], n[0]),
                   cli_safe(c, s->columns[k]));
    }
    cli_print_unread(o, "samples");
}

static void print_human(cli *c, const passk_table *t) {
    const passk_samples *s = t->samples;
    int wide = name_columns(t), fit = (cli_columns(c) - 2 - wide) / (CELL + 1);
    char n[2][32];
    printf("%s problems that all files have, joined by %s", cli_count((int64_t)s->shared, n[0]),
           s->by_group ? "group" : "text");
    if (s->problems > s->shared)
        printf("; %s others are left out", cli_count((int64_t)(s->problems - s->shared), n[1]));
    printf("\n");
    for (int m = 0; m < s->n_models; m++) print_model(c, s, &s->models[m]);
    if (fit < 1) fit = 1;
    for (int from = 0; from < t->n_ks; from += fit)
        print_columns(c, t, wide, from, from + fit < t->n_ks ? from + fit : t->n_ks);
    printf("\nper cent, with 95 %% intervals over problems; `less first`: paired, to the first row of the rule\n");
    if (t->too_many) printf("no vote: a problem has more than %d samples (--samples)\n", CAIRN_MOST_VOTES);
}

/* ---- for programs -------------------------------------------------------------------------------------------------- */

static void put_cell(cli_json *j, const passk_table *t, const passk_row *row, int k) {
    const passk_samples *s = t->samples;
    const passk_cell *cell = &row->cells[k];
    cli_json_open(j, NULL, '{');
    cli_json_text(j, "rule", cairn_at_k_name(row->rule));
    cli_json_text(j, "model", s->models[row->model].name);
    cli_json_text(j, "reward", row->column < 0 ? NULL : s->columns[row->column]);
    cli_json_int(j, "k", t->ks[k]);
    cli_json_int(j, "problems", (int64_t)t->problems[k]);
    cli_json_real(j, "accuracy", cell->accuracy.estimate);
    cli_json_real(j, "low", cell->accuracy.low);
    cli_json_real(j, "high", cell->accuracy.high);
    cli_json_real(j, "accuracy_if_unknown_right", cell->most);
    cli_json_real(j, "difference", cell->difference.estimate);
    cli_json_real(j, "difference_low", cell->difference.low);
    cli_json_real(j, "difference_high", cell->difference.high);
    cli_json_close(j, '}');
}

static void put_model(cli_json *j, const passk_samples *s, const passk_model *m) {
    cli_json_open(j, NULL, '{');
    cli_json_text(j, "model", m->name);
    cli_json_text(j, "file", m->path);
    cli_json_int(j, "problems", m->problems);
    cli_json_int(j, "samples", m->all.n);
    cli_json_int(j, "right", m->all.right);
    cli_json_int(j, "unknown", m->all.unknown);
    cli_json_int(j, "unanswered", m->all.unanswered);
    cli_json_int(j, "not_judged", m->all.untold);
    cli_json_int(j, "skipped_lines", m->skipped);
    cli_json_open(j, "rewards", '[');
    for (int k = 0; k < s->n_columns; k++) {
        cli_json_open(j, NULL, '{');
        cli_json_text(j, "reward", s->columns[k]);
        cli_json_int(j, "unscored", m->unscored[k]);
        cli_json_int(j, "failed", m->failed[k]);
        cli_json_close(j, '}');
    }
    cli_json_close(j, ']');
    cli_json_close(j, '}');
}

static cairn_status print_json(cli *c, const passk_table *t) {
    const passk_samples *s = t->samples;
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_text(&j, "joined_by", s->by_group ? "group" : "text");
    cli_json_int(&j, "problems", (int64_t)s->shared);
    cli_json_int(&j, "left_out", (int64_t)(s->problems - s->shared));
    cli_json_open(&j, "models", '[');
    for (int m = 0; m < s->n_models; m++) put_model(&j, s, &s->models[m]);
    cli_json_close(&j, ']');
    cli_json_open(&j, "rows", '[');
    for (int i = 0; i < t->n_rows; i++)
        for (int k = 0; k < t->n_ks; k++) put_cell(&j, t, &t->rows[i], k);
    cli_json_close(&j, ']');
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

static cairn_status put_number(cairn_out *out, double value) {
    char text[32] = "";
    if (isfinite(value)) cairn_format_double(value, text);
    return cairn_out_printf(out, ",%s", text);
}

static cairn_status put_csv(const passk_table *t, cairn_out *out) {
    const passk_samples *s = t->samples;
    CAIRN_TRY(cairn_out_printf(out, "rule,model,reward,k,problems,accuracy,low,high,accuracy_if_unknown_right,"
                                    "difference,difference_low,difference_high\n"));
    for (int i = 0; i < t->n_rows; i++)
        for (int k = 0; k < t->n_ks; k++) {
            const passk_row *row = &t->rows[i];
            const passk_cell *cell = &row->cells[k];
            const double numbers[] = {cell->accuracy.estimate,   cell->accuracy.low,   cell->accuracy.high,  cell->most,
                                      cell->difference.estimate, cell->difference.low, cell->difference.high};
            CAIRN_TRY(cairn_out_printf(out, "%s,", cairn_at_k_name(row->rule)));
            CAIRN_TRY(cli_csv_text(out, s->models[row->model].name));
            CAIRN_TRY(cairn_out_printf(out, ","));
            CAIRN_TRY(cli_csv_text(out, row->column < 0 ? "" : s->columns[row->column]));
            CAIRN_TRY(cairn_out_printf(out, ",%d,%zu", (int)t->ks[k], t->problems[k]));
            for (size_t x = 0; x < sizeof numbers / sizeof *numbers; x++) CAIRN_TRY(put_number(out, numbers[x]));
            CAIRN_TRY(cairn_out_printf(out, "\n"));
        }
    return CAIRN_OK;
}

static cairn_status write_csv(cli *c, const passk_table *t) {
    cairn_out *out;
    CAIRN_TRY(cairn_out_open(c->ctx, t->samples->config->csv, &out));
    cairn_status status = put_csv(t, out);
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}

cairn_status passk_show(cli *c, const passk_table *t) {
    if (*t->samples->config->csv) CAIRN_TRY(write_csv(c, t));
    CAIRN_TRY(passk_draw(c, t));
    if (t->samples->config->job.json) return print_json(c, t);
    print_human(c, t);
    return CAIRN_OK;
}
