/* cairn eval mistakes: does a reward find the first mistake that people marked? */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "cairn/eval.h"
#include "cli/scored.h"
#include "cli/verbs.h"

typedef struct mistakes_config {
    scored_options scored;
    int64_t show;
    bool list;
} mistakes_config;

static const cairn_option options[] = {
    CLI_SCORED_OPTIONS(mistakes_config),
    CLI_INT(mistakes_config, "show", show, "-1", -1, 1e12, "solution",
            "Show this one with its verdicts (0 is the first)."),
    CLI_FLAG(mistakes_config, "list", list, "List the solutions on which reward and people differ."),
};

typedef struct measuring {
    const mistakes_config *config;
    cairn_first_error_item *items; /* [n] */
    size_t n, capacity;
    double *scores; /* of single steps that have a label */
    bool *positive;
    size_t n_steps, scores_capacity, positive_capacity;
    int64_t unlabelled; /* solutions nobody marked: not used */
    int64_t clean_right, clean_right_alarms;
    int64_t clean_wrong, clean_wrong_found; /* marked clean although the answer is wrong */
    cairn_text label_errors, differences;
    bool shown;
} measuring;

static cairn_status note_item(cli *c, measuring *m, const scored *s) {
    const cairn_record *r = s->record;
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&m->items, &m->capacity, m->n + 1, sizeof *m->items));
    m->items[m->n++] = (cairn_first_error_item){
        .n_steps = r->n_steps,
        .label = r->first_error == CAIRN_NO_ERROR ? CAIRN_EVAL_ALL_RIGHT : r->first_error,
        .prediction = s->first_wrong == CAIRN_NO_ERROR ? CAIRN_EVAL_ALL_RIGHT : s->first_wrong};
    return CAIRN_OK;
}

/* Steps before the first mistake are right, the mistake is wrong, later ones nobody judged. */
static cairn_status note_steps(cli *c, measuring *m, const scored *s) {
    int32_t last = s->record->first_error >= 0 ? s->record->first_error : s->record->n_steps - 1;
    for (int32_t i = 0; i <= last && i < s->record->n_steps; i++) {
        if (isnan(s->scores[i])) continue;
        CAIRN_TRY(cairn_grow(c->ctx, (void **)&m->scores, &m->scores_capacity, m->n_steps + 1, sizeof *m->scores));
        CAIRN_TRY(
            cairn_grow(c->ctx, (void **)&m->positive, &m->positive_capacity, m->n_steps + 1, sizeof *m->positive));
        m->scores[m->n_steps] = s->scores[i];
        m->positive[m->n_steps++] = i != s->record->first_error;
    }
    return CAIRN_OK;
}

static cairn_status note_clean(cli *c, measuring *m, const scored *s) {
    const cairn_record *r = s->record;
    if (r->first_error != CAIRN_NO_ERROR || r->correct == CAIRN_VERDICT_UNKNOWN) return CAIRN_OK;
    if (r->correct == CAIRN_VERDICT_RIGHT) {
        m->clean_right++;
        m->clean_right_alarms += s->first_wrong >= 0;
        return CAIRN_OK;
    }
    m->clean_wrong++;
    m->clean_wrong_found += s->first_wrong >= 0;
    CAIRN_TRY(cairn_text_printf(c->ctx, &m->label_errors, "    %-8s answer %-10s true %-10s ", r->id,
                                r->answer ? cli_safe(c, r->answer) : "none", r->target ? cli_safe(c, r->target) : "?"));
    return s->first_wrong >= 0
               ? cairn_text_printf(c->ctx, &m->label_errors, "step %d: %s\n", (int)s->first_wrong,
                                   cli_safe(c, s->evidence[s->first_wrong] ? s->evidence[s->first_wrong] : ""))
               : cairn_text_printf(c->ctx, &m->label_errors, "no wrong step found\n");
}

static cairn_status note_difference(cli *c, measuring *m, const scored *s) {
    int32_t marked = s->record->first_error;
    if (!m->config->list || marked == s->first_wrong) return CAIRN_OK;
    const char *why = s->first_wrong >= 0 ? s->evidence[s->first_wrong] : NULL;
    return cairn_text_printf(c->ctx, &m->differences, "    %-8s marked %-3d found %-3d %s\n", s->record->id,
                             (int)marked, (int)s->first_wrong, why ? cli_safe(c, why) : "");
}

static cairn_status visit(cli *c, void *arg, const scored *s) {
    measuring *m = arg;
    if (s->index == m->config->show) {
        scored_print(c, s);
        printf("\n");
        m->shown = true;
    }
    if (s->record->first_error == CAIRN_UNLABELLED || s->record->n_steps < 1) {
        m->unlabelled++;
        return CAIRN_OK;
    }
    CAIRN_TRY(note_item(c, m, s));
    CAIRN_TRY(note_steps(c, m, s));
    CAIRN_TRY(note_clean(c, m, s));
    return note_difference(c, m, s);
}

static void print_human(cli *c, const measuring *m, const cairn_first_error_score *f, const cairn_auroc *auroc,
                        int64_t skipped) {
    const char *bold = cli_paint_code(c, CLI_BOLD), *plain = cli_paint_code(c, CLI_PLAIN);
    printf("%zu solutions with a marked first mistake or marked clean, scored by %s\n", m->n, m->config->scored.reward);
    printf("  with a mistake   %5" PRId64 "   first mistake found exactly in %s%.1f %%%s (%" PRId64 ")\n", f->n_err,
           bold, 100 * f->acc_err, plain, f->hit_err);
    printf("  marked clean     %5" PRId64 "   accepted %s%.1f %%%s (%" PRId64 ")\n", f->n_cor, bold, 100 * f->acc_cor,
           plain, f->hit_cor);
    if (m->clean_right)
        printf("    of these, right answer  %5" PRId64 "   accepted %s%.1f %%%s\n", m->clean_right, bold,
               100 - 100.0 * (double)m->clean_right_alarms / (double)m->clean_right, plain);
    printf("  F1 (harmonic mean of the two, ProcessBench)  %.3f\n", f->f1);
    if (auroc) printf("  single steps: AUROC %.3f [%.3f, %.3f]\n", auroc->auroc, auroc->low, auroc->high);
    if (m->clean_wrong)
        printf("  marked clean although the answer is wrong: %" PRId64 " solutions. These are errors of the labels;\n"
               "  a wrong step was found in %" PRId64 " of them:\n%s",
               m->clean_wrong, m->clean_wrong_found, m->label_errors.data);
    if (m->differences.data) printf("  where reward and labels differ (-1: no mistake):\n%s", m->differences.data);
    if (m->unlabelled) printf("  %" PRId64 " solutions have no label and were not used\n", m->unlabelled);
    if (skipped) printf("  %" PRId64 " bad lines were passed over\n", skipped);
}

static cairn_status print_json(cli *c, const measuring *m, const cairn_first_error_score *f, const cairn_auroc *auroc,
                               int64_t skipped) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_int(&j, "solutions", (int64_t)m->n);
    cli_json_int(&j, "mistaken", f->n_err);
    cli_json_int(&j, "located", f->hit_err);
    cli_json_int(&j, "clean", f->n_cor);
    cli_json_int(&j, "accepted", f->hit_cor);
    cli_json_real(&j, "acc_err", f->acc_err);
    cli_json_real(&j, "acc_cor", f->acc_cor);
    cli_json_real(&j, "f1", f->f1);
    cli_json_int(&j, "clean_right", m->clean_right);
    cli_json_int(&j, "clean_right_alarms", m->clean_right_alarms);
    cli_json_int(&j, "clean_wrong", m->clean_wrong);
    cli_json_int(&j, "clean_wrong_found", m->clean_wrong_found);
    cli_json_int(&j, "unlabelled", m->unlabelled);
    cli_json_int(&j, "skipped_lines", skipped);
    if (auroc) cli_json_real(&j, "step_auroc", auroc->auroc);
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

static cairn_status report(cli *c, const measuring *m, int64_t skipped) {
    cairn_first_error_score f;
    cairn_auroc auroc;
    if (m->n == 0) return cairn_fail(c->ctx, CAIRN_INVALID, "no solution in the file has a marked first mistake");
    CAIRN_TRY(cairn_eval_first_error_score(c->ctx, m->items, m->n, true, &f));
    bool both = false;
    for (size_t i = 1; i < m->n_steps; i++) both |= m->positive[i] != m->positive[0];
    if (both) CAIRN_TRY(cairn_stat_auroc(c->ctx, m->scores, m->positive, m->n_steps, 0.95, &auroc));
    if (m->config->scored.json) return print_json(c, m, &f, both ? &auroc : NULL, skipped);
    print_human(c, m, &f, both ? &auroc : NULL, skipped);
    return CAIRN_OK;
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count;
    measuring m = {.config = options_};
    int64_t skipped = 0;
    if (m.config->scored.json && (m.config->show >= 0 || m.config->list))
        return cairn_fail(c->ctx, CAIRN_INVALID, "--json goes neither with --show nor with --list");
    cairn_status status = scored_each(c, &m.config->scored, arguments[0], visit, &m, &skipped);
    if (status == CAIRN_OK && m.config->show >= 0 && !m.shown)
        status =
            cairn_fail(c->ctx, CAIRN_NOT_FOUND, "%s has no solution number %" PRId64, arguments[0], m.config->show);
    if (status == CAIRN_OK) status = report(c, &m, skipped);
    cairn_free(m.items);
    cairn_free(m.scores);
    cairn_free(m.positive);
    cairn_text_free(&m.label_errors);
    cairn_text_free(&m.differences);
    return status;
}

const cli_verb verb_eval_mistakes = {
    .about = {.name = "eval mistakes",
              .summary = "Measure how often a reward finds the first mistake that people marked (ProcessBench metric).",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(mistakes_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples = "  cairn eval mistakes multistep_arithmetic.jsonl --show 0\n"
                "  cairn eval mistakes processbench-gsm8k.jsonl --reward 'exec:./my_prm' --json\n",
    .run = run,
};
