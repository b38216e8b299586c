/* Figures with intervals. */
#include "cli/figures.h"

#include <math.h>
#include <stdio.h>

static void bounds_text(figure_form form, const cairn_interval *figure, char out[64]) {
    double unit = form == FIGURE_SHARE ? 100 : 1;
    int decimals = form == FIGURE_SHARE ? 1 : 3;
    if (isnan(figure->low) || isnan(figure->high))
        snprintf(out, 64, "no interval");
    else
        snprintf(out, 64, "95 %% interval %.*f .. %.*f", decimals, unit * figure->low, decimals, unit * figure->high);
}

void figure_print(const cli *c, const char *what, figure_form form, const cairn_interval *figure, const char *of,
                  const char *why) {
    char bounds[64];
    if (isnan(figure->estimate)) {
        printf("  %-42s      -     %s%s%s\n", what, *why ? "(" : "", why, *why ? ")" : "");
        return;
    }
    bounds_text(form, figure, bounds);
    printf("  %-42s %s%*.*f%s%s   (%s%s%s)\n", what, cli_paint_code(c, CLI_BOLD), form == FIGURE_SHARE ? 6 : 8,
           form == FIGURE_SHARE ? 1 : 3, form == FIGURE_SHARE ? 100 * figure->estimate : figure->estimate,
           form == FIGURE_SHARE ? " %" : "", cli_paint_code(c, CLI_PLAIN), bounds, *of ? "; " : "", of);
}

void figure_json(cli_json *j, const char *key, const cairn_interval *figure) {
    char interval[80];
    snprintf(interval, sizeof interval, "%s_interval", key);
    cli_json_real(j, key, figure->estimate);
    if (isnan(figure->estimate) || isnan(figure->low) || isnan(figure->high)) {
        cli_json_text(j, interval, NULL);
        return;
    }
    cli_json_open(j, interval, '[');
    cli_json_real(j, NULL, figure->low);
    cli_json_real(j, NULL, figure->high);
    cli_json_close(j, ']');
}

const char *figure_counts(int64_t part, int64_t whole, char out[80]) {
    char counts[2][32];
    snprintf(out, 80, "%s of %s", cli_count(part, counts[0]), cli_count(whole, counts[1]));
    return out;
}
