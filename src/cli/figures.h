/* Figures with intervals: one line each for people, two members each for programs. */
#ifndef CAIRN_CLI_FIGURES_H
#define CAIRN_CLI_FIGURES_H

#include "cairn/stat.h"
#include "cli/cli.h"

/* Which form a figure has: a share in per cent, or a number with three decimals. */
typedef enum figure_form { FIGURE_SHARE, FIGURE_NUMBER } figure_form;

/* "  what   82.1 %   (95 % interval 73.2 .. 89.4; 5 of 6)"; where the figure is NaN "  what   -   (why)". `of` and `why` may be "". */
void figure_print(const cli *c, const char *what, figure_form form, const cairn_interval *figure, const char *of,
                  const char *why);
/* "key": estimate, "key_interval": [low, high]; null where they are NaN. */
void figure_json(cli_json *j, const char *key, const cairn_interval *figure);
/* "5 of 6" */
const char *figure_counts(int64_t part, int64_t whole, char out[80]);

#endif
