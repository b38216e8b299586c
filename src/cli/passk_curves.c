/* Curves of recorded samples against k, as an image and as a page. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cairn/curves.h"
#include "cli/passk.h"

enum { RULES = CAIRN_AT_K_BEST + 1 };

static cairn_status make_pictures(cli *c, const passk_table *t, cairn_curve_picture pictures[RULES], int *n) {
    double *ks = cairn_arena_alloc(c->arena, PASSK_KS, sizeof *ks);
    cairn_curve_line *lines = cairn_arena_alloc(c->arena, (size_t)t->n_rows, sizeof *lines);
    if (!ks || !lines) return CAIRN_NO_MEMORY;
    for (int k = 0; k < t->n_ks; k++) ks[k] = t->ks[k];
    *n = 0;
    for (int i = 0; i < t->n_rows; i++) {
        cairn_interval *y = cairn_arena_alloc(c->arena, PASSK_KS, sizeof *y);
        if (!y) return CAIRN_NO_MEMORY;
        for (int k = 0; k < t->n_ks; k++) y[k] = t->rows[i].cells[k].accuracy;
        lines[i] = (cairn_curve_line){.name = t->rows[i].name, .n = t->n_ks, .x = ks, .y = y};
        if (passk_heads_rule(t, i))
            pictures[(*n)++] = (cairn_curve_picture){
                .title = passk_title(t->rows[i].rule),
                .across = "k: samples a problem",
                .note = "Intervals are over problems: all samples of a problem are drawn together.",
                .lines = &lines[i]};
        pictures[*n - 1].n++;
    }
    for (int i = 0; i < *n; i++)
        if (pictures[i].n > CAIRN_CURVES_MOST)
            return cairn_fail(c->ctx, CAIRN_INVALID, "--svg and --html: more than %d curves in a picture",
                              CAIRN_CURVES_MOST);
    return CAIRN_OK;
}

/* "44.3 [41.6, 47.0]" of each row and k, and under it the difference. */
static cairn_status make_table(cli *c, const passk_table *t, int from, int rows, cairn_curve_table *out) {
    int columns = t->n_ks + 1, n = 1;
    const char **cells = cairn_arena_alloc(c->arena, (size_t)(columns * (2 * rows + 1)), sizeof *cells);
    char text[PASSK_TEXT];
    if (!cells) return CAIRN_NO_MEMORY;
    cells[0] = "";
    for (int k = 0; k < t->n_ks; k++)
        if (!(cells[k + 1] = cairn_arena_printf(c->arena, "k = %d", (int)t->ks[k]))) return CAIRN_NO_MEMORY;
    for (int i = from; i < from + rows; i++)
        for (int part = 0; part < 1 + (i > from); part++, n++) {
            cells[n * columns] = part ? "less first" : t->rows[i].name;
            for (int k = 0; k < t->n_ks; k++) {
                (part ? passk_difference : passk_accuracy)(&t->rows[i].cells[k], text);
                if (!(cells[n * columns + k + 1] = cairn_arena_copy(c->arena, text, strlen(text))))
                    return CAIRN_NO_MEMORY;
            }
        }
    *out = (cairn_curve_table){.title = passk_title(t->rows[from].rule), .cells = cells, .rows = n, .columns = columns};
    return CAIRN_OK;
}

static cairn_status put_html(cli *c, const passk_table *t, const cairn_curve_picture *pictures, int n, cairn_out *out) {
    const passk_samples *s = t->samples;
    cairn_curve_table tables[RULES];
    const char *facts[2 * PASSK_MODELS + 2];
    int at = 0, tabled = 0;
    for (int i = 0; i < t->n_rows; i++)
        if (passk_heads_rule(t, i)) {
            CAIRN_TRY(make_table(c, t, i, pictures[tabled].n, &tables[tabled]));
            tabled++;
        }
    facts[at++] = "problems";
    facts[at++] = cairn_arena_printf(c->arena, "%zu that all files have, joined by %s; %zu others are left out",
                                     s->shared, s->by_group ? "group" : "text", s->problems - s->shared);
    for (int m = 0; m < s->n_models; m++) {
        const cairn_outcomes *o = &s->models[m].all;
        facts[at++] = "model";
        facts[at++] = cairn_arena_printf(
            c->arena, "%s: %" PRId64 " samples, %" PRId64 " of unknown outcome, %" PRId64 " not judged (%s)",
            s->models[m].name, o->n, o->unknown - o->untold, o->untold, s->models[m].path);
    }
    for (int i = 1; i < at; i += 2)
        if (!facts[i]) return CAIRN_NO_MEMORY;
    cairn_curves_page page = {.title = "Accuracy at k samples",
                              .summary = "What k samples of a problem are worth, without bias from all that are "
                                         "recorded. Unknown outcomes count as not right.",
                              .made_by = "eval passk",
                              .facts = facts,
                              .n_facts = at / 2,
                              .pictures = pictures,
                              .n_pictures = n,
                              .tables = tables,
                              .n_tables = tabled};
    return cairn_curves_html(c->ctx, &page, out);
}

static cairn_status end_out(cairn_out *out, cairn_status status) {
    if (status == CAIRN_OK) return cairn_out_commit(out);
    cairn_out_drop(out);
    return status;
}

cairn_status passk_draw(cli *c, const passk_table *t) {
    const passk_config *config = t->samples->config;
    cairn_curve_picture pictures[RULES];
    cairn_out *out;
    int n;
    if (!*config->svg && !*config->html) return CAIRN_OK;
    CAIRN_TRY(make_pictures(c, t, pictures, &n));
    if (*config->svg) {
        CAIRN_TRY(cairn_out_open(c->ctx, config->svg, &out));
        CAIRN_TRY(end_out(out, cairn_curves_image(c->ctx, pictures, n, out)));
    }
    if (!*config->html) return CAIRN_OK;
    CAIRN_TRY(cairn_out_open(c->ctx, config->html, &out));
    return end_out(out, put_html(c, t, pictures, n, out));
}
