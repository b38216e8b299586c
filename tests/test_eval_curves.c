/* label: light */
/* Curves with bands: where they are drawn, and that no text of a file becomes markup. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cairn/curves.h"

static cairn_ctx *ctx;
static char text[65536];

/* What was written, as text. */
static const char *drawn(const cairn_curve_picture *pictures, int32_t n, const cairn_curves_page *page) {
    char path[] = "curves-XXXXXX";
    int file = mkstemp(path);
    cairn_out *out;
    assert_true(file >= 0);
    close(file);
    assert_int_equal(cairn_out_open(ctx, path, &out), CAIRN_OK);
    assert_int_equal(page ? cairn_curves_html(ctx, page, out) : cairn_curves_image(ctx, pictures, n, out), CAIRN_OK);
    assert_int_equal(cairn_out_commit(out), CAIRN_OK);
    FILE *in = fopen(path, "r");
    size_t length = fread(text, 1, sizeof text - 1, in);
    text[length] = 0;
    fclose(in);
    unlink(path);
    return text;
}

static void has(const char *all, const char *part) {
    if (!strstr(all, part)) fail_msg("no `%s`", part);
}

static cairn_status refused(const cairn_curve_picture *picture) {
    cairn_out *out;
    assert_int_equal(cairn_out_open(ctx, "refused.svg", &out), CAIRN_OK);
    cairn_status status = cairn_curves_image(ctx, picture, 1, out);
    cairn_out_drop(out);
    return status;
}

static const double doubling[] = {1, 2, 4};
static const cairn_interval shares[] = {{0.25, 0.2, 0.3, 0}, {0.5, 0.4, 0.6, 0}, {0.75, 0.7, 0.8, 0}};

/* The plot is 420 wide from x = 48 with 14 free at both sides, 260 high from y = 34, from 20 to 80 %: 1, 2 and 4 stand at
 * 62, 258 and 454; 25 % at 34 + 260 * 55 / 60 = 272.3. */
static void lines_and_bands_stand_where_their_numbers_are(void **state) {
    (void)state;
    cairn_curve_line line = {.name = "vote", .n = 3, .x = doubling, .y = shares};
    cairn_curve_picture picture = {.title = "Right", .across = "samples", .lines = &line, .n = 1};
    const char *all = drawn(&picture, 1, NULL);
    has(all, "<polyline class=\"line s0\" points=\"62.0,272.3 258.0,164.0 454.0,55.7 \"/>");
    has(all,
        "<polygon class=\"band f0\" points=\"62.0,250.7 258.0,120.7 454.0,34.0 454.0,77.3 258.0,207.3 62.0,294.0 \"/>");
    has(all, ">20 %</text>");
    has(all, ">80 %</text>");
    has(all, "y=\"312\">4</text>"); /* the number of the last x */
    has(all, ">75.0</text>");       /* the last share beside the name */
}

/* One point has a bar in the place of a band; a share that is not there parts the line. */
static void gaps_part_lines_and_single_points_have_bars(void **state) {
    (void)state;
    const double xs[] = {1, 2, 4, 8};
    const cairn_interval parted[] = {{0.3, 0.2, 0.4, 0}, {0.4, 0.3, 0.5, 0}, {NAN, NAN, NAN, 0}, {0.6, 0.5, 0.8, 0}};
    cairn_curve_line line = {.name = "parted", .n = 4, .x = xs, .y = parted};
    cairn_curve_picture picture = {.title = "t", .across = "x", .lines = &line, .n = 1};
    const char *all = drawn(&picture, 1, NULL), *at = all;
    int lines = 0;
    for (; (at = strstr(at, "<polyline")); at++) lines++;
    assert_int_equal(lines, 2);
    has(all, "<line class=\"spread s0\" x1=\"454.0\" y1=\"164.0\" x2=\"454.0\" y2=\"34.0\"/>");
}

static void names_are_never_markup(void **state) {
    (void)state;
    cairn_curve_line line = {.name = "<script>alert(1)</script>", .n = 3, .x = doubling, .y = shares};
    cairn_curve_picture picture = {.title = "a & b", .across = "<i>", .note = "\"n\"", .lines = &line, .n = 1};
    const char *const cells[] = {"<th>", "<b>", "row", "+1 <b>"}, *const facts[] = {"model", "<img src=x>"};
    cairn_curve_table table = {.title = "<h1>", .cells = cells, .rows = 2, .columns = 2};
    cairn_curves_page page = {.title = "<title>",
                              .summary = "<p>",
                              .made_by = "eval passk",
                              .facts = facts,
                              .n_facts = 1,
                              .pictures = &picture,
                              .n_pictures = 1,
                              .tables = &table,
                              .n_tables = 1};
    const char *all = drawn(NULL, 0, &page);
    assert_null(strstr(all, "<script"));
    assert_null(strstr(all, "<img"));
    assert_null(strstr(all, "<i>"));
    has(all, "&lt;script&gt;alert(1)&lt;/script&gt;");
    has(all, "default-src 'none'");
    has(all, "<tr class=\"less\"><td>row</td><td>+1 &lt;b&gt;</td></tr>");
    has(drawn(&picture, 1, NULL), "a &amp; b");
}

/* 130,000 tokens is 130k; names that are too long keep both ends. */
static void long_names_and_numbers_are_short(void **state) {
    (void)state;
    const double xs[] = {1000, 130000};
    cairn_curve_line line = {.name = "mcts:simulations=64,exploration=1.25,branch=8", .n = 2, .x = xs, .y = shares};
    cairn_curve_picture picture = {.title = "t", .across = "tokens", .lines = &line, .n = 1};
    const char *all = drawn(&picture, 1, NULL);
    has(all, ">1,000</text>");
    has(all, ">130k</text>");
    has(all, ">mcts:simulations=64,expl….25,branch=8</text>");
}

/* Nine places between 10 and 1,000 have no numbers of their own: 16, 32, .. 512 stand there. Beyond a million, where
 * powers of two are no round numbers, 10M, 100M, 1G do. */
static void many_places_have_round_numbers(void **state) {
    (void)state;
    double xs[9];
    cairn_interval y[9];
    for (int i = 0; i < 9; i++) xs[i] = i == 8 ? 1000 : 10 + 111 * i, y[i] = (cairn_interval){0.5, 0.4, 0.6, 0};
    cairn_curve_line line = {.name = "t", .n = 9, .x = xs, .y = y};
    cairn_curve_picture picture = {.title = "t", .across = "x", .lines = &line, .n = 1};
    const char *all = drawn(&picture, 1, NULL);
    has(all, ">512</text>");
    has(all, ">16</text>");
    assert_null(strstr(all, ">1,000</text>"));
    for (int i = 0; i < 9; i++) xs[i] *= 1e6;
    all = drawn(&picture, 1, NULL);
    has(all, ">10M</text>");
    has(all, ">100M</text>");
    has(all, ">1G</text>");
}

static void what_is_no_curve_is_refused(void **state) {
    (void)state;
    const double falling[] = {2, 1, 3}, zero[] = {0, 1, 2};
    const cairn_interval beyond[] = {{0.5, 0.4, 1.5, 0}, {0.5, 0.4, 0.6, 0}, {0.5, 0.4, 0.6, 0}};
    cairn_curve_line line = {.name = "x", .n = 3, .x = falling, .y = shares};
    cairn_curve_picture picture = {.title = "t", .across = "x", .lines = &line, .n = 1};
    assert_int_equal(refused(&picture), CAIRN_INVALID);
    line.x = zero;
    assert_int_equal(refused(&picture), CAIRN_INVALID);
    line.x = doubling;
    line.y = beyond;
    assert_int_equal(refused(&picture), CAIRN_INVALID);
    picture.n = CAIRN_CURVES_MOST + 1;
    assert_int_equal(refused(&picture), CAIRN_INVALID);
    assert_int_equal(cairn_curves_image(ctx, &picture, 0, NULL), CAIRN_INVALID);
    picture.n = 0; /* nothing to draw is an empty frame */
    has(drawn(&picture, 1, NULL), ">100 %</text>");
}

static int open_all(void **state) {
    (void)state;
    return cairn_ctx_open(&ctx) != CAIRN_OK;
}

static int close_all(void **state) {
    (void)state;
    cairn_ctx_close(ctx);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_and_bands_stand_where_their_numbers_are),
        cmocka_unit_test(gaps_part_lines_and_single_points_have_bars),
        cmocka_unit_test(names_are_never_markup),
        cmocka_unit_test(long_names_and_numbers_are_short),
        cmocka_unit_test(many_places_have_round_numbers),
        cmocka_unit_test(what_is_no_curve_is_refused),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
