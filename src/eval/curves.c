/* Curves with interval bands: the axes, the lines, the names beside them. */
#include "cairn/curves.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/maths.h"
#include "eval/curves.h"

enum {
    LEFT = 48,
    TOP = 34,
    WIDE = 420,
    HIGH = 260,
    NAMES = LEFT + WIDE + 22, /* where the names stand */
    LINE = 19,                /* height of a name */
    FOOT = 44,
    GAP = 26, /* between two pictures of an image */
    COLOURS = 8,
    FEW = 4,
    NAME = 36,        /* bytes of a name beside the picture */
    TICK_ROOM = 46,   /* pixels from one number of x to the next, at least */
    MOST_TICKS = 256, /* distinct x */
    FEW_TICKS = 8,    /* of which each may have its number */
    TEXT = CURVES_TEXT
};

/* Where numbers lie in the picture. */
typedef struct frame {
    double from, to;  /* of log2 x; equal where there is one x */
    double low, high; /* of y */
    double step;      /* of the ticks of y */
    int height;       /* of the whole */
    bool many;        /* lines: bands lie over each other */
} frame;

static double log2_of(double x) {
    return maths_log(x) / M_LN2;
}

static double x_of(const frame *f, double x) {
    return f->to > f->from ? LEFT + 14 + (WIDE - 28) * (log2_of(x) - f->from) / (f->to - f->from) : LEFT + WIDE / 2.0;
}

static double y_of(const frame *f, double share) {
    return TOP + HIGH * (f->high - share) / (f->high - f->low);
}

/* ---- checks and ranges --------------------------------------------------------------------------------------------- */

static bool is_share(double value) {
    return isnan(value) || (value >= 0 && value <= 1);
}

cairn_status curves_check(cairn_ctx *ctx, const cairn_curve_picture *p) {
    if (p->n < 0 || p->n > CAIRN_CURVES_MOST)
        return cairn_fail(ctx, CAIRN_INVALID, "a picture of %d curves: at most %d", (int)p->n, CAIRN_CURVES_MOST);
    for (int32_t i = 0; i < p->n; i++) {
        const cairn_curve_line *l = &p->lines[i];
        for (int32_t k = 0; k < l->n; k++) {
            if (!(l->x[k] > 0 && isfinite(l->x[k])) || (k > 0 && !(l->x[k] > l->x[k - 1])))
                return cairn_fail(ctx, CAIRN_INVALID, "curve %d: x %g does not rise from above 0", (int)i, l->x[k]);
            if (!is_share(l->y[k].estimate) || !is_share(l->y[k].low) || !is_share(l->y[k].high))
                return cairn_fail(ctx, CAIRN_INVALID, "curve %d: %g, %g, %g is no share with its interval", (int)i,
                                  l->y[k].estimate, l->y[k].low, l->y[k].high);
        }
    }
    return CAIRN_OK;
}

/* About five ticks from where the lowest interval begins to where the highest ends. */
static void range_of_y(frame *f, double low, double high) {
    static const double steps[] = {0.01, 0.02, 0.05, 0.1, 0.2};
    size_t i = 0;
    while (i + 1 < sizeof steps / sizeof *steps && (high - low) / steps[i] > 6) i++;
    f->step = steps[i];
    f->low = fmax(0, floor(low / f->step + 1e-9) * f->step);
    f->high = fmin(1, ceil(high / f->step - 1e-9) * f->step);
    if (f->high - f->low < 1.5 * f->step) { /* one value: room above or below it */
        f->high = fmin(1, f->high + f->step);
        f->low = fmax(0, f->low - f->step);
    }
}

static frame frame_of(const cairn_curve_picture *p) {
    frame f = {.from = INFINITY, .to = -INFINITY, .many = p->n > FEW};
    double low = INFINITY, high = -INFINITY;
    for (int32_t i = 0; i < p->n; i++) {
        const cairn_curve_line *l = &p->lines[i];
        for (int32_t k = 0; k < l->n; k++) {
            if (isnan(l->y[k].estimate)) continue;
            f.from = fmin(f.from, log2_of(l->x[k]));
            f.to = fmax(f.to, log2_of(l->x[k]));
            low = fmin(low, fmin(l->y[k].estimate, l->y[k].low)); /* fmin leaves out a NaN */
            high = fmax(high, fmax(l->y[k].estimate, l->y[k].high));
        }
    }
    range_of_y(&f, low <= high ? low : 0, low <= high ? high : 1);
    int names = TOP + LINE * (p->n + 1), plot = TOP + HIGH + FOOT;
    f.height = names > plot ? names : plot;
    return f;
}

/* ---- axes ---------------------------------------------------------------------------------------------------------- */

/* "64", "16,384", "130k", "3M" */
static const char *short_number(double x, char out[PAGE_CELL]) {
    static const struct {
        double from;
        const char *sign;
    } units[] = {{1e15, "P"}, {1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e5, "k"}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (x < units[i].from) continue;
        snprintf(out, PAGE_CELL, "%.3g%s", x / (units[i].from == 1e5 ? 1e3 : units[i].from), units[i].sign);
        return out;
    }
    if (x >= 1000)
        page_count(llround(x), out);
    else
        snprintf(out, PAGE_CELL, "%.3g", x);
    return out;
}

/* The distinct x of all lines, rising. */
static int distinct_x(const cairn_curve_picture *p, double all[MOST_TICKS]) {
    int n = 0;
    for (int32_t i = 0; i < p->n; i++)
        for (int32_t k = 0; k < p->lines[i].n && n < MOST_TICKS; k++) {
            double x = p->lines[i].x[k];
            int at = 0;
            while (at < n && all[at] < x) at++;
            if (isnan(p->lines[i].y[k].estimate) || (at < n && all[at] == x)) continue;
            memmove(all + at + 1, all + at, (size_t)(n - at) * sizeof *all);
            all[at] = x;
            n++;
        }
    return n;
}

/* The x themselves where they are few, else the powers of two, or of ten for large numbers, between them. */
static int ticks_of_x(const frame *f, const cairn_curve_picture *p, double all[MOST_TICKS]) {
    int n = distinct_x(p, all);
    if (n <= FEW_TICKS || !(f->to > f->from)) return n;
    double base = f->to > 20 ? M_LN10 / M_LN2 : 1; /* of two */
    n = 0;
    for (double i = ceil(f->from / base - 1e-9); i * base <= f->to + 1e-9 && n < MOST_TICKS; i++)
        all[n++] = base > 1 ? maths_exp(i * M_LN10) : ldexp(1, (int)i);
    return n;
}

/* A number at each tick that has room, counted back from the last. */
static void put_x(page *p, const frame *f, const cairn_curve_picture *picture) {
    double all[MOST_TICKS], last = INFINITY;
    char number[PAGE_CELL];
    for (int i = ticks_of_x(f, picture, all) - 1; i >= 0; i--) {
        double x = x_of(f, all[i]);
        if (last - x < TICK_ROOM) continue;
        last = x;
        page_put(p, "<line class=\"axis\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>", x, TOP, x, TOP + HIGH + 4);
        page_put(p, "<text class=\"mid\" x=\"%.1f\" y=\"%d\">%s</text>\n", x, TOP + HIGH + 18,
                 short_number(all[i], number));
    }
    page_put(p, "<text class=\"end\" x=\"%d\" y=\"%d\">", LEFT + WIDE, TOP + HIGH + 36);
    page_text(p, picture->across, TEXT);
    page_put(p, "</text><text x=\"%d\" y=\"%d\">bands: 95 %% intervals</text>\n", LEFT, TOP + HIGH + 36);
}

static void put_axes(page *p, const frame *f, const cairn_curve_picture *picture) {
    int n = (int)lround((f->high - f->low) / f->step);
    for (int i = 0; i <= n; i++) {
        double share = f->low + i * f->step, y = y_of(f, share);
        if (share > f->high + 1e-9) break;
        page_put(p, "<line class=\"%s\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\"/>", i ? "axis" : "base", LEFT, y,
                 LEFT + WIDE, y);
        page_put(p, "<text class=\"end\" x=\"%d\" y=\"%.1f\">%.0f %%</text>\n", LEFT - 7, y + 4, 100 * share);
    }
    put_x(p, f, picture);
}

/* ---- lines --------------------------------------------------------------------------------------------------------- */

static bool has_band(const cairn_interval *y) {
    return !isnan(y->estimate) && !isnan(y->low) && !isnan(y->high);
}

/* The band over [from, to): along the upper bounds, and back along the lower ones. */
static void put_band(page *p, const frame *f, const cairn_curve_line *l, int32_t from, int32_t to, int colour) {
    page_put(p, "<polygon class=\"%s f%d\" points=\"", f->many ? "band faint" : "band", colour);
    for (int32_t k = from; k < to; k++) page_put(p, "%.1f,%.1f ", x_of(f, l->x[k]), y_of(f, l->y[k].high));
    for (int32_t k = to; k-- > from;) page_put(p, "%.1f,%.1f ", x_of(f, l->x[k]), y_of(f, l->y[k].low));
    page_put(p, "\"/>\n");
}

static void put_bands(page *p, const frame *f, const cairn_curve_line *l, int colour) {
    for (int32_t from = 0, to; from < l->n; from = to + 1) {
        for (to = from; to < l->n && has_band(&l->y[to]);) to++;
        if (to - from > 1) put_band(p, f, l, from, to, colour);
        if (to - from == 1) /* a band of one point is a bar */
            page_put(p, "<line class=\"spread s%d\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", colour,
                     x_of(f, l->x[from]), y_of(f, l->y[from].low), x_of(f, l->x[from]), y_of(f, l->y[from].high));
    }
}

/* The ninth line has the colour of the first, dashed. */
static const char *dashes_of(int32_t i) {
    static const char *const dashes[] = {"", " stroke-dasharray=\"7 4\"", " stroke-dasharray=\"2 3\"",
                                         " stroke-dasharray=\"8 3 2 3\""};
    return dashes[i / COLOURS % 4];
}

static void put_line(page *p, const frame *f, const cairn_curve_line *l, int32_t i) {
    int colour = (int)(i % COLOURS);
    for (int32_t from = 0, to; from < l->n; from = to + 1) {
        for (to = from; to < l->n && !isnan(l->y[to].estimate);) to++;
        if (to == from) continue;
        page_put(p, "<polyline class=\"line s%d\"%s points=\"", colour, dashes_of(i));
        for (int32_t k = from; k < to; k++) page_put(p, "%.1f,%.1f ", x_of(f, l->x[k]), y_of(f, l->y[k].estimate));
        page_put(p, "\"/>\n");
    }
    for (int32_t k = 0; k < l->n; k++)
        if (!isnan(l->y[k].estimate))
            page_put(p, "<circle class=\"f%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.2\"/>\n", colour, x_of(f, l->x[k]),
                     y_of(f, l->y[k].estimate));
}

/* ---- names --------------------------------------------------------------------------------------------------------- */

/* A line's last estimate; NaN: it has none. */
static double last_of(const cairn_curve_line *l) {
    double last = NAN;
    for (int32_t k = 0; k < l->n; k++)
        if (!isnan(l->y[k].estimate)) last = l->y[k].estimate;
    return last;
}

/* From the highest last estimate down, as the lines end; lines without any are last. */
static void order_names(const cairn_curve_picture *picture, int32_t order[CAIRN_CURVES_MOST]) {
    for (int32_t i = 0; i < picture->n; i++) {
        double mine = last_of(&picture->lines[i]);
        int32_t at = i;
        while (at > 0 && !isnan(mine) && !(last_of(&picture->lines[order[at - 1]]) >= mine)) at--;
        memmove(order + at + 1, order + at, (size_t)(i - at) * sizeof *order);
        order[at] = i;
    }
}

/* The name's two ends, where it is too long: algorithms differ at their ends. */
static void put_short(page *p, const char *name) {
    size_t length = strlen(name), head = NAME * 2 / 3, tail = length - NAME / 3;
    if (length <= NAME) {
        page_text(p, name, NAME);
        return;
    }
    char first[NAME];
    while (head > 0 && ((unsigned char)name[head] & 0xC0) == 0x80) head--;
    while (name[tail] && ((unsigned char)name[tail] & 0xC0) == 0x80) tail++;
    memcpy(first, name, head);
    first[head] = 0;
    page_text(p, first, NAME);
    page_put(p, "…");
    page_text(p, name + tail, NAME);
}

static void put_names(page *p, const cairn_curve_picture *picture) {
    int32_t order[CAIRN_CURVES_MOST];
    order_names(picture, order);
    for (int32_t i = 0; i < picture->n; i++) {
        const cairn_curve_line *l = &picture->lines[order[i]];
        int y = TOP + 6 + LINE * i, colour = (int)(order[i] % COLOURS);
        double last = last_of(l);
        page_put(p, "<line class=\"line s%d\"%s x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>", colour, dashes_of(order[i]),
                 NAMES, y, NAMES + 22, y);
        page_put(p, "<circle class=\"f%d\" cx=\"%d\" cy=\"%d\" r=\"3.2\"/>", colour, NAMES + 11, y);
        page_put(p, "<text class=\"name\" x=\"%d\" y=\"%d\">", NAMES + 30, y + 4);
        put_short(p, l->name);
        page_put(p, "</text>");
        if (isnan(last))
            page_put(p, "\n");
        else
            page_put(p, "<text class=\"end\" x=\"%d\" y=\"%d\">%.1f</text>\n", CURVES_WIDE - 4, y + 4, 100 * last);
    }
}

/* ---- the whole ----------------------------------------------------------------------------------------------------- */

int curves_height(const cairn_curve_picture *picture) {
    return frame_of(picture).height;
}

void curves_put(page *p, const cairn_curve_picture *picture) {
    const frame of = frame_of(picture), *f = &of;
    page_put(p, "<text class=\"head\" x=\"%d\" y=\"16\">", LEFT);
    page_text(p, picture->title, TEXT);
    page_put(p, "</text><text class=\"end\" x=\"%d\" y=\"16\">last point, %%</text>\n", CURVES_WIDE - 4);
    put_axes(p, f, picture);
    for (int32_t i = picture->n; i-- > 0;) put_bands(p, f, &picture->lines[i], (int)(i % COLOURS));
    for (int32_t i = picture->n; i-- > 0;) put_line(p, f, &picture->lines[i], i);
    put_names(p, picture);
}

cairn_status cairn_curves_image(cairn_ctx *ctx, const cairn_curve_picture *pictures, int32_t n, cairn_out *out) {
    page p = {.ctx = ctx, .out = out};
    int height = 12, at = 12;
    if (n < 1) return cairn_fail(ctx, CAIRN_INVALID, "an image of no curves");
    for (int32_t i = 0; i < n; i++) {
        CAIRN_TRY(curves_check(ctx, &pictures[i]));
        height += curves_height(&pictures[i]) + GAP;
    }
    page_open_image(&p, CURVES_WIDE + 24, height);
    for (int32_t i = 0; i < n; i++) {
        int high = curves_height(&pictures[i]);
        page_put(&p, "<svg x=\"12\" y=\"%d\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n", at, CURVES_WIDE,
                 high, CURVES_WIDE, high);
        curves_put(&p, &pictures[i]);
        page_put(&p, "</svg>\n");
        at += high + GAP;
    }
    page_close_image(&p);
    return p.status;
}
