/* How scores of steps behave, as pictures: ROC, precision and recall, reliability, histogram by truth. A wrong step is
 * what a judge has to find; so it is the positive class here, and a step is called wrong from low scores on. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "eval/bench_page.h"

enum { PICTURE = 320, HEIGHT = 306, LEFT = 44, TOP = 24, WIDE = 260, HIGH = 240, BINS = 24, RELIABILITY_BINS = 10 };

static double x_of(double share) {
    return LEFT + WIDE * share;
}

static double y_of(double share) {
    return TOP + HIGH * (1 - share);
}

/* ---- steps with score and truth ---------------------------------------------------------------------------------- */

static bool usable(const cairn_bench_item *item, int32_t step) {
    const cairn_bench_candidate *c = &item->candidates[0];
    return isfinite(c->scores[step]) && page_truth(item, step) != CAIRN_BENCH_STEP_UNTOLD;
}

static bool of_steps(const cairn_bench_item *item) {
    return item->answered && item->n == 1 && item->candidates[0].scores;
}

static void take_step(const bench_page *p, const cairn_bench_item *item, int32_t step, scored_steps *s) {
    double score = item->candidates[0].scores[step];
    bool right = page_truth(item, step) == 1;
    s->low = s->n == 0 || score < s->low ? score : s->low;
    s->high = s->n == 0 || score > s->high ? score : s->high;
    s->called[right][page_said(p, item, step) == CAIRN_VERDICT_RIGHT]++;
    s->scores[s->n] = score;
    s->right[s->n++] = right;
    s->n_right += right;
}

/* One threshold for all, or none to be drawn: some benchmarks choose one a subset. */
static void note_threshold(const bench_page *p, const cairn_bench_item *item, scored_steps *s) {
    double tau = item->valid || (!item->truth && item->said != CAIRN_EVAL_NONE) ? NAN : page_threshold(p, item);
    if (s->n == 0) s->threshold = tau;
    s->has_threshold = s->threshold == tau && (s->n == 0 || s->has_threshold);
}

cairn_status scored_gather(const bench_page *p, scored_steps *s) {
    const cairn_bench_run *run = p->run;
    size_t n = 0;
    *s = (scored_steps){0};
    for (size_t i = 0; i < run->n; i++)
        for (int32_t t = 0; of_steps(&run->items[i]) && t < run->items[i].candidates[0].n_steps; t++)
            n += usable(&run->items[i], t);
    if (n == 0) return CAIRN_OK;
    s->scores = cairn_alloc(run->ctx, n, sizeof *s->scores);
    s->right = cairn_alloc(run->ctx, n, sizeof *s->right);
    if (!s->scores || !s->right) {
        scored_free(s);
        return CAIRN_NO_MEMORY;
    }
    for (size_t i = 0; i < run->n; i++) {
        const cairn_bench_item *item = &run->items[i];
        if (of_steps(item)) note_threshold(p, item, s);
        for (int32_t t = 0; of_steps(item) && t < item->candidates[0].n_steps; t++)
            if (usable(item, t)) take_step(p, item, t, s);
    }
    return CAIRN_OK;
}

void scored_free(scored_steps *s) {
    cairn_free(s->scores);
    cairn_free(s->right);
    *s = (scored_steps){0};
}

/* ---- frames ------------------------------------------------------------------------------------------------------ */

/* A picture on the page, or beside others in one image. */
static void open_picture(bench_page *p, bool alone, int place, const char *title) {
    if (alone)
        page_put(&p->to, "<svg x=\"%d\" y=\"30\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n",
                 place * (PICTURE + 12), PICTURE, HEIGHT, PICTURE, HEIGHT);
    else
        page_put(&p->to, "<figure><h3>%s</h3><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", title,
                 PICTURE, HEIGHT, title);
}

/* `note` is markup. */
static void close_picture(bench_page *p, bool alone, int place, const char *title, const char *note) {
    if (alone)
        page_put(&p->to, "</svg>\n<text class=\"title\" x=\"%d\" y=\"24\">%s</text>\n", place * (PICTURE + 12) + LEFT,
                 title);
    else
        page_put(&p->to, "</svg><figcaption>%s</figcaption></figure>\n", note);
}

static void axes(bench_page *p, const char *across, const char *up) {
    for (int i = 0; i <= 4; i++) {
        double share = i / 4.0;
        page_put(&p->to, "<line class=\"axis\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>", LEFT, y_of(share),
                 LEFT + WIDE, y_of(share));
        page_put(&p->to, "<line class=\"axis\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>\n", x_of(share), TOP,
                 x_of(share), TOP + HIGH);
        if (i % 2) continue;
        page_put(&p->to, "<text class=\"end\" x=\"%d\" y=\"%.1f\">%g</text>", LEFT - 7, y_of(share) + 4, share);
        page_put(&p->to, "<text class=\"mid\" x=\"%.1f\" y=\"%d\">%g</text>\n", x_of(share), TOP + HIGH + 16, share);
    }
    page_put(&p->to, "<text x=\"%d\" y=\"12\">%s</text><text class=\"end\" x=\"%d\" y=\"%d\">%s</text>\n", LEFT, up,
             LEFT + WIDE, TOP + HIGH + 33, across);
}

static void line(bench_page *p, const char *class, double x1, double y1, double x2, double y2) {
    page_put(&p->to, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class, x1, y1, x2, y2);
}

static void dot(bench_page *p, const char *class, double x, double y, double radius) {
    page_put(&p->to, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>\n", class, x, y, radius);
}

/* ---- ROC, precision and recall ----------------------------------------------------------------------------------- */

typedef struct curves {
    cairn_threshold_point *points; /* wrong steps found, thresholds of -score falling */
    size_t count;
    double auroc, average_precision;
    double base; /* share of wrong steps */
} curves;

static cairn_status find_curves(bench_page *p, const scored_steps *s, curves *out) {
    cairn_ctx *ctx = p->run->ctx;
    cairn_auroc area;
    double *badness = cairn_alloc(ctx, s->n, sizeof *badness);
    bool *wrong = cairn_alloc(ctx, s->n, sizeof *wrong);
    out->points = cairn_alloc(ctx, s->n + 1, sizeof *out->points);
    cairn_status status = badness && wrong && out->points ? CAIRN_OK : CAIRN_NO_MEMORY;
    for (size_t i = 0; status == CAIRN_OK && i < s->n; i++) {
        badness[i] = -s->scores[i];
        wrong[i] = !s->right[i];
    }
    if (status == CAIRN_OK) status = cairn_stat_threshold_points(ctx, badness, wrong, s->n, out->points, &out->count);
    if (status == CAIRN_OK) status = cairn_stat_average_precision(ctx, badness, wrong, s->n, &out->average_precision);
    if (status == CAIRN_OK) status = cairn_stat_auroc(ctx, badness, wrong, s->n, 0.95, &area);
    out->auroc = status == CAIRN_OK ? area.auroc : NAN;
    out->base = (double)(s->n - s->n_right) / (double)s->n;
    cairn_free(badness);
    cairn_free(wrong);
    return status;
}

/* A point nearer than this to the last one that was drawn is left out. */
static const double nearest = 0.6;

static void draw_curve(bench_page *p, const curves *c, bool roc) {
    double at_x = -9, at_y = -9;
    page_put(&p->to, "<polyline class=\"curve\" points=\"");
    for (size_t i = roc ? 0 : 1; i < c->count; i++) { /* nothing found: no precision to speak of */
        double x = x_of(roc ? c->points[i].fall_out : c->points[i].recall);
        double y = y_of(roc ? c->points[i].recall : c->points[i].precision);
        if (i + 1 < c->count && fabs(x - at_x) + fabs(y - at_y) < nearest) continue;
        page_put(&p->to, "%.1f,%.1f ", x, y);
        at_x = x;
        at_y = y;
    }
    page_put(&p->to, "\"/>\n");
}

static void put_roc(bench_page *p, const scored_steps *s, const curves *c, bool alone) {
    const char *title = "ROC: wrong steps found";
    char note[320];
    double wrongs = (double)(s->n - s->n_right), rights = (double)s->n_right;
    double found = (double)s->called[0][0] / wrongs, blamed = (double)s->called[1][0] / rights;
    open_picture(p, alone, 0, title);
    axes(p, "right steps called wrong", "wrong steps found");
    line(p, "ideal", x_of(0), y_of(0), x_of(1), y_of(1));
    draw_curve(p, c, true);
    if (s->has_threshold) dot(p, "dot", x_of(blamed), y_of(found), 5);
    int n =
        snprintf(note, sizeof note, "AUROC <b>%.3f</b>: how often a right step scores above a wrong one.", c->auroc);
    if (s->has_threshold)
        snprintf(note + n, sizeof note - (size_t)n,
                 " Dot: the threshold %.4g finds %.1f %% of the wrong steps and blames %.1f %% of the right ones.",
                 s->threshold, 100 * found, 100 * blamed);
    close_picture(p, alone, 0, title, note);
}

static void put_precision(bench_page *p, const scored_steps *s, const curves *c, bool alone) {
    const char *title = "Precision and recall of wrong steps";
    char note[320];
    double wrongs = (double)(s->n - s->n_right), called = (double)(s->called[0][0] + s->called[1][0]);
    open_picture(p, alone, 1, title);
    axes(p, "recall: wrong steps found", "precision: of steps called wrong");
    line(p, "ideal", x_of(0), y_of(c->base), x_of(1), y_of(c->base));
    draw_curve(p, c, false);
    if (s->has_threshold && called > 0)
        dot(p, "dot", x_of((double)s->called[0][0] / wrongs), y_of((double)s->called[0][0] / called), 5);
    snprintf(note, sizeof note,
             "Average precision <b>%.3f</b>. Dashed: %.3f, the share of wrong steps, which a coin has.",
             c->average_precision, c->base);
    close_picture(p, alone, 1, title, note);
}

static void put_discrimination(bench_page *p, const scored_steps *s, bool alone) {
    curves c = {0};
    if (s->n_right == 0 || s->n_right == s->n) {
        if (!alone) page_put(&p->to, "<p class=\"note\">No curves: all steps with a score are of one kind.</p>\n");
        return;
    }
    if (p->to.status == CAIRN_OK) p->to.status = find_curves(p, s, &c);
    if (p->to.status == CAIRN_OK) {
        put_roc(p, s, &c, alone);
        put_precision(p, s, &c, alone);
    }
    cairn_free(c.points);
}

/* ---- reliability ------------------------------------------------------------------------------------------------- */

static cairn_status find_bins(const bench_page *p, const scored_steps *s, cairn_calibration_bin *bins, double *error) {
    double *outcomes = cairn_alloc(p->run->ctx, s->n, sizeof *outcomes);
    if (!outcomes) return CAIRN_NO_MEMORY;
    for (size_t i = 0; i < s->n; i++) outcomes[i] = s->right[i];
    cairn_status status =
        cairn_stat_calibration_error(p->run->ctx, s->scores, outcomes, s->n, RELIABILITY_BINS, bins, error);
    cairn_free(outcomes);
    return status;
}

static void draw_bin(bench_page *p, const cairn_calibration_bin *bin, int64_t most) {
    cairn_interval range;
    int64_t hits = (int64_t)llround(bin->mean_y * (double)bin->count);
    if (p->to.status == CAIRN_OK) p->to.status = cairn_stat_wilson(p->run->ctx, hits, bin->count, 0.95, &range);
    if (p->to.status != CAIRN_OK) return;
    line(p, "bar", x_of(bin->mean_p), y_of(range.low), x_of(bin->mean_p), y_of(range.high));
    dot(p, "dot", x_of(bin->mean_p), y_of(bin->mean_y), 2.5 + 4 * sqrt((double)bin->count / (double)most));
}

static void put_reliability(bench_page *p, const scored_steps *s, bool alone) {
    const char *title = "Reliability";
    char note[320];
    cairn_calibration_bin bins[RELIABILITY_BINS];
    double error = NAN;
    int64_t most = 1;
    bool drawn = s->low >= 0 && s->high <= 1;
    open_picture(p, alone, 2, title);
    axes(p, "mean score", "share of right steps");
    if (drawn) line(p, "ideal", x_of(0), y_of(0), x_of(1), y_of(1));
    if (drawn && p->to.status == CAIRN_OK) p->to.status = find_bins(p, s, bins, &error);
    for (int b = 0; drawn && b < RELIABILITY_BINS; b++) most = bins[b].count > most ? bins[b].count : most;
    for (int b = 0; drawn && b < RELIABILITY_BINS; b++)
        if (bins[b].count > 0) draw_bin(p, &bins[b], most);
    if (!drawn)
        page_put(&p->to, "<text class=\"mid\" x=\"%.1f\" y=\"%.1f\">scores outside 0 .. 1: no chances</text>\n",
                 x_of(0.5), y_of(0.52));
    if (drawn)
        snprintf(
            note, sizeof note,
            "Expected calibration error <b>%.3f</b> in %d bins; a point on the dashed line says what is true. Bars: "
            "95 %% by Wilson; the greater a point, the more steps.",
            error, RELIABILITY_BINS);
    else
        snprintf(note, sizeof note, "Scores from %.4g to %.4g are no chances, and cannot be compared with shares.",
                 s->low, s->high);
    close_picture(p, alone, 2, title, note);
}

/* ---- histogram --------------------------------------------------------------------------------------------------- */

typedef struct scale {
    double low, high;
} scale;

/* 0 .. 1 for chances, else from the lowest to the highest. */
static scale scale_of(const scored_steps *s) {
    scale out = {s->low, s->high};
    if (s->low >= 0 && s->high <= 1) return (scale){0, 1};
    if (s->low == s->high) out = (scale){s->low - 0.5 - fabs(s->low), s->low + 0.5 + fabs(s->low)};
    return out;
}

static double place_of(const scale *by, double score) { /* halves: the range may be greater than any number */
    return (score / 2 - by->low / 2) / (by->high / 2 - by->low / 2);
}

static void draw_bars(bench_page *p, const scored_steps *s, const size_t *counts, bool right, double most) {
    double middle = y_of(0.5), whole = (double)(right ? s->n_right : s->n - s->n_right);
    for (int b = 0; b < BINS; b++) {
        double height = (HIGH / 2 - 8) * ((double)counts[b] / whole) / most;
        if (counts[b] == 0) continue;
        page_put(&p->to, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                 right ? "good" : "bad", x_of((double)b / BINS) + 0.5, right ? middle - height : middle,
                 (double)WIDE / BINS - 1, height);
    }
}

static void histogram_frame(bench_page *p, const scored_steps *s, const scale *by) {
    line(p, "base", x_of(0), y_of(0.5), x_of(1), y_of(0.5));
    page_put(&p->to, "<text class=\"good\" x=\"%d\" y=\"12\">right steps</text>", LEFT);
    page_put(&p->to, "<text class=\"bad\" x=\"%d\" y=\"%d\">wrong steps</text>", LEFT, TOP + HIGH + 33);
    page_put(&p->to, "<text class=\"mid\" x=\"%.1f\" y=\"%d\">%.4g</text>", x_of(0), TOP + HIGH + 16, by->low);
    page_put(&p->to, "<text class=\"mid\" x=\"%.1f\" y=\"%d\">%.4g</text>", x_of(1), TOP + HIGH + 16, by->high);
    page_put(&p->to, "<text class=\"end\" x=\"%d\" y=\"%d\">score</text>\n", LEFT + WIDE, TOP + HIGH + 33);
    double tau = s->has_threshold ? place_of(by, s->threshold) : NAN;
    if (!(tau >= 0 && tau <= 1)) return;
    line(p, "ideal", x_of(tau), TOP, x_of(tau), TOP + HIGH);
    page_put(&p->to, "<text class=\"mid\" x=\"%.1f\" y=\"%d\">%.4g</text>\n", x_of(tau), TOP - 4, s->threshold);
}

static void put_histogram(bench_page *p, const scored_steps *s, bool alone) {
    const char *title = "Scores by truth";
    char note[320], rights[PAGE_CELL], wrongs[PAGE_CELL];
    size_t counts[2][BINS] = {{0}};
    scale by = scale_of(s);
    double most = 0;
    for (size_t i = 0; i < s->n; i++) {
        double at = place_of(&by, s->scores[i]) * BINS;
        counts[s->right[i]][at < BINS - 1 ? (at > 0 ? (int)at : 0) : BINS - 1]++;
    }
    for (int b = 0; b < BINS; b++) {
        most = fmax(most, (double)counts[0][b] / fmax(1, (double)(s->n - s->n_right)));
        most = fmax(most, (double)counts[1][b] / fmax(1, (double)s->n_right));
    }
    open_picture(p, alone, 3, title);
    histogram_frame(p, s, &by);
    draw_bars(p, s, counts[1], true, most);
    draw_bars(p, s, counts[0], false, most);
    snprintf(note, sizeof note,
             "%s right steps above, %s wrong ones below, each as shares of their own; the highest bar is %.1f %%.%s",
             page_count((int64_t)s->n_right, rights), page_count((int64_t)(s->n - s->n_right), wrongs), 100 * most,
             s->has_threshold ? " Dashed: the threshold." : "");
    close_picture(p, alone, 3, title, note);
}

void page_curves(bench_page *p, const scored_steps *s, bool alone) {
    put_discrimination(p, s, alone);
    put_reliability(p, s, alone);
    put_histogram(p, s, alone);
}
