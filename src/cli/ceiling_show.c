/* Ceilings for people, programs and spreadsheets. */
#include "cli/ceiling.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/figures.h"

enum { FEATURES_SHOWN = 3, LEAST_WIDTH = 12, MOST_WIDTH = 44 };

/* Without the sign that rounding leaves of nothing. */
static double shown(double x) {
    return fabs(x) < 0.0005 ? 0.0 : x;
}

/* "0.123 (0.1 .. 0.2)"; "-" for NaN. */
static const char *interval_text(const cairn_interval *x, char out[80]) {
    if (isnan(x->estimate))
        snprintf(out, 80, "-");
    else
        snprintf(out, 80, "%.3f (%.3f .. %.3f)", shown(x->estimate), shown(x->low), shown(x->high));
    return out;
}

/* ---- people ------------------------------------------------------------------------------------------------------------- */

static int name_width(const ceilings *all) {
    int width = LEAST_WIDTH;
    for (int32_t i = 0; i < all->n; i++)
        if (cli_width(all->proxies[i].label) > width) width = cli_width(all->proxies[i].label);
    return width < MOST_WIDTH ? width : MOST_WIDTH;
}

static void print_row(cli *c, const measured_proxy *p, int width) {
    const char *name = cli_shorten(c, p->label, width);
    int pad = width - cli_width(name);
    const cairn_ceiling_report *r = &p->report;
    char drop[80];
    if (p->why) {
        printf("  %s%*s  not measured: %s\n", name, pad, "", p->why);
        return;
    }
    const cairn_ceiling_point *first = &r->curve[0], *last = &r->curve[r->points - 1];
    printf("  %s%*s  %6.1f %%  %7.3f  %7.3f %5d %6d  %-26s %6.2f  %s%s%s\n", name, pad, "", 100 * r->accuracy.estimate,
           first->truth.estimate, last->truth.estimate, (int)last->n, (int)r->peak,
           interval_text(&r->held_out_drop, drop), r->gap.estimate, cli_paint_code(c, r->reached ? CLI_RED : CLI_GREEN),
           r->reached ? "ceiling" : "none seen", cli_paint_code(c, CLI_PLAIN));
}

static void print_table(cli *c, const ceilings *all) {
    int width = name_width(all);
    printf("\n%s  %-*s  %8s  %7s  %7s %5s %6s  %-26s %6s  %s%s\n", cli_paint_code(c, CLI_BOLD), width, "proxy",
           "accuracy", "truth 1", "truth n", "n", "peak", "drop (95 % interval)", "gap", "ceiling",
           cli_paint_code(c, CLI_PLAIN));
    for (int32_t i = 0; i < all->n; i++) print_row(c, &all->proxies[i], width);
}

static void print_curve(const cairn_ceiling_report *r) {
    bool process = !isnan(r->curve[0].process.estimate);
    printf("      %5s %6s  %-26s %-26s%s\n", "n", "KL", "proxy", "truth", process ? " steps right" : "");
    for (int32_t i = 0; i < r->points; i++) {
        const cairn_ceiling_point *p = &r->curve[i];
        char proxy[80], truth[80], steps[80];
        printf("      %5d %6.2f  %-26s %-26s", (int)p->n, p->kl, interval_text(&p->proxy, proxy),
               interval_text(&p->truth, truth));
        printf("%s%s\n", process ? " " : "", process ? interval_text(&p->process, steps) : "");
    }
}

static void print_features(const cairn_ceiling_report *r) {
    int shown = 0;
    for (int32_t f = 0; f < r->n_features && shown < FEATURES_SHOWN; f++, shown++) {
        char difference[80];
        if (isnan(r->features[f].difference.estimate)) break;
        printf("    %-14s %s: %s\n", shown ? "" : "overrated", r->features[f].name,
               interval_text(&r->features[f].difference, difference));
    }
    if (shown)
        printf("                   difference of overrated candidates from the others, in standard deviations\n");
}

static void print_left_out(const cairn_ceiling_report *r) {
    char n[4][32];
    printf("    used           %s candidates of %s prompts", cli_count(r->candidates, n[0]),
           cli_count(r->prompts, n[1]));
    if (!isnan(r->distinct_answers)) printf(", %.1f distinct answers a prompt", r->distinct_answers);
    printf("\n");
    if (r->unknown_truth + r->unknown_proxy)
        printf("    left out       %s candidates of unknown truth, %s more without this score\n",
               cli_count(r->unknown_truth, n[0]), cli_count(r->unknown_proxy, n[1]));
    if (r->short_prompts)
        printf("    left out       %s prompts with too few candidates\n", cli_count(r->short_prompts, n[0]));
    if (r->pairless)
        printf("    without pairs  %s prompts, whose candidates are all equally good\n", cli_count(r->pairless, n[0]));
}

static void print_detail(const cli *c, const measured_proxy *p) {
    const cairn_ceiling_report *r = &p->report;
    char text[80], count[32];
    if (p->why) return;
    printf("\n  %s%s%s\n", cli_paint_code(c, CLI_BOLD), p->label, cli_paint_code(c, CLI_PLAIN));
    print_left_out(r);
    printf("    pair accuracy  %s of %s pairs\n", interval_text(&r->accuracy, text),
           cli_count((int64_t)r->pairs, count));
    print_curve(r);
    printf("    peak           n = %d; drop to n = %d: %s, chosen on the same prompts\n", (int)r->peak,
           (int)r->curve[r->points - 1].n, interval_text(&r->drop, text));
    printf("    drop           %s, the peak chosen on other prompts\n", interval_text(&r->held_out_drop, text));
    printf("    hacking gap    %s standard deviations\n", interval_text(&r->gap, text));
    if (r->fitted && !isnan(r->fit.peak))
        printf("    fit            truth gains d (%.3f - %.3f d), d = sqrt(KL): most at d = %.2f\n", r->fit.alpha,
               r->fit.beta, r->fit.peak);
    else if (r->fitted)
        printf("    fit            truth gains d (%.3f + %.3f d), d = sqrt(KL): no ceiling seen\n", r->fit.alpha,
               fabs(r->fit.beta));
    if (!isnan(r->link.p))
        printf("    gains          of proxy and truth over prompts: rank correlation %.2f, p = %.2g\n",
               r->link.statistic, r->link.p);
    print_features(r);
}

void ceiling_print(cli *c, const ceilings *all, bool detail) {
    char n[2][32];
    int32_t reached = 0;
    printf("ceiling of %d %s on %s: %s candidates of %s prompts\n", (int)all->n, all->n == 1 ? "proxy" : "proxies",
           all->source, cli_count(all->candidates, n[0]), cli_count(all->prompts, n[1]));
    print_table(c, all);
    for (int32_t i = 0; i < all->n; i++) {
        reached += all->proxies[i].report.reached;
        if (detail || all->n == 1) print_detail(c, &all->proxies[i]);
    }
    printf("\n");
    if (!isnan(all->link.statistic)) {
        printf("  over proxies   rank correlation of pair accuracy and truth at the greatest n: %.2f",
               all->link.statistic);
        if (isnan(all->link.p))
            printf("  (no p-value: fewer than 8 proxies)\n");
        else
            printf("  (p = %.2g, permutations; %d proxies)\n", all->link.p, (int)all->measured);
    }
    if (all->n > 1 && !detail)
        printf("  --detail       shows curves, intervals and what overrated candidates have in common\n");
    if (reached)
        printf("  %d %s: choosing harder by %s lowers the true value\n", (int)reached,
               reached == 1 ? "proxy has a ceiling here" : "proxies have a ceiling here", reached == 1 ? "it" : "them");
    else
        printf("  no ceiling seen up to n = %d, which is no proof that there is none\n", (int)all->least_n);
    for (int32_t i = 0; i < all->n_failed; i++)
        printf("  %sfailed%s         %s\n", cli_paint_code(c, CLI_RED), cli_paint_code(c, CLI_PLAIN), all->failed[i]);
}

/* ---- programs ------------------------------------------------------------------------------------------------------------- */

static void put_curve(cli_json *j, const cairn_ceiling_report *r) {
    cli_json_open(j, "curve", '[');
    for (int32_t i = 0; i < r->points; i++) {
        const cairn_ceiling_point *p = &r->curve[i];
        cli_json_open(j, NULL, '{');
        cli_json_int(j, "n", p->n);
        cli_json_real(j, "kl", p->kl);
        figure_json(j, "proxy", &p->proxy);
        figure_json(j, "truth", &p->truth);
        figure_json(j, "process", &p->process);
        cli_json_close(j, '}');
    }
    cli_json_close(j, ']');
}

static void put_counts(cli_json *j, const cairn_ceiling_report *r) {
    cli_json_int(j, "prompts", r->prompts);
    cli_json_int(j, "candidates", r->candidates);
    cli_json_int(j, "unknown_truth", r->unknown_truth);
    cli_json_int(j, "unknown_proxy", r->unknown_proxy);
    cli_json_int(j, "short_prompts", r->short_prompts);
    cli_json_real(j, "pairs", r->pairs);
    cli_json_int(j, "pairless_prompts", r->pairless);
    cli_json_real(j, "distinct_answers", r->distinct_answers);
}

static void put_proxy(cli_json *j, const measured_proxy *p) {
    const cairn_ceiling_report *r = &p->report;
    cli_json_open(j, NULL, '{');
    cli_json_text(j, "file", *p->file ? p->file : NULL);
    cli_json_text(j, "proxy", p->name);
    cli_json_text(j, "not_measured", p->why);
    if (!p->why) {
        put_counts(j, r);
        figure_json(j, "accuracy", &r->accuracy);
        put_curve(j, r);
        cli_json_int(j, "peak", r->peak);
        figure_json(j, "drop", &r->drop);
        figure_json(j, "held_out_drop", &r->held_out_drop);
        cli_json_bool(j, "ceiling", r->reached);
        figure_json(j, "gap", &r->gap);
        cli_json_open(j, "fit", '{');
        cli_json_real(j, "alpha", r->fitted ? r->fit.alpha : NAN);
        cli_json_real(j, "beta", r->fitted ? r->fit.beta : NAN);
        cli_json_real(j, "peak_d", r->fitted ? r->fit.peak : NAN);
        cli_json_close(j, '}');
        cli_json_real(j, "gain_correlation", r->link.statistic);
        cli_json_real(j, "gain_correlation_p", r->link.p);
        cli_json_open(j, "overrated", '[');
        for (int32_t f = 0; f < r->n_features; f++) {
            cli_json_open(j, NULL, '{');
            cli_json_text(j, "feature", r->features[f].name);
            figure_json(j, "difference", &r->features[f].difference);
            cli_json_close(j, '}');
        }
        cli_json_close(j, ']');
    }
    cli_json_close(j, '}');
}

cairn_status ceiling_json(cli *c, const ceilings *all) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_int(&j, "prompts", all->prompts);
    cli_json_int(&j, "candidates", all->candidates);
    cli_json_open(&j, "proxies", '[');
    for (int32_t i = 0; i < all->n; i++) put_proxy(&j, &all->proxies[i]);
    cli_json_close(&j, ']');
    cli_json_open(&j, "link", '{');
    cli_json_int(&j, "proxies", all->measured);
    cli_json_real(&j, "correlation", all->link.statistic);
    cli_json_real(&j, "p", all->link.p);
    cli_json_close(&j, '}');
    cli_json_open(&j, "failed", '[');
    for (int32_t i = 0; i < all->n_failed; i++) cli_json_text(&j, NULL, all->failed[i]);
    cli_json_close(&j, ']');
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

/* ---- spreadsheets ----------------------------------------------------------------------------------------------------------- */

static cairn_status put_csv_interval(cairn_out *out, const cairn_interval *x) {
    const double values[] = {x->estimate, x->low, x->high};
    for (int i = 0; i < 3; i++) {
        char number[32] = "";
        if (!isnan(values[i])) cairn_format_double(values[i], number);
        CAIRN_TRY(cairn_out_printf(out, ",%s", number));
    }
    return CAIRN_OK;
}

static cairn_status put_csv_proxy(cairn_out *out, const measured_proxy *p) {
    for (int32_t i = 0; i < p->report.points; i++) {
        const cairn_ceiling_point *at = &p->report.curve[i];
        char kl[32];
        cairn_format_double(at->kl, kl);
        CAIRN_TRY(cli_csv_text(out, p->file));
        CAIRN_TRY(cairn_out_write(out, ",", 1));
        CAIRN_TRY(cli_csv_text(out, p->name));
        CAIRN_TRY(cairn_out_printf(out, ",%d,%s", (int)at->n, kl));
        CAIRN_TRY(put_csv_interval(out, &at->proxy));
        CAIRN_TRY(put_csv_interval(out, &at->truth));
        CAIRN_TRY(put_csv_interval(out, &at->process));
        CAIRN_TRY(cairn_out_write(out, "\n", 1));
    }
    return CAIRN_OK;
}

cairn_status ceiling_csv(cli *c, const char *path, const ceilings *all) {
    cairn_out *out;
    CAIRN_TRY(cairn_out_open(c->ctx, path, &out));
    cairn_status status = cairn_out_printf(out, "file,proxy,n,kl,proxy_mean,proxy_low,proxy_high,truth,truth_low,"
                                                "truth_high,process,process_low,process_high\n");
    for (int32_t i = 0; i < all->n && status == CAIRN_OK; i++) status = put_csv_proxy(out, &all->proxies[i]);
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}
