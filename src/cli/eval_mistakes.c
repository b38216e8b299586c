/* cairn eval mistakes: does a reward find the first mistake that people marked? */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cairn/eval.h"
#include "cli/scored.h"
#include "cli/verbs.h"

typedef struct mistakes_config {
    scored_options scored;
    int64_t show;
    bool example, list;
} mistakes_config;

static const cairn_option options[] = {
    CLI_SCORED_OPTIONS(mistakes_config),
    CLI_INT(mistakes_config, "show", show, "-1", -1, 1e12, "solution",
            "Show this one with its verdicts (0 is the first)."),
    CLI_FLAG(mistakes_config, "example", example,
             "Show one solution: of those whose marked mistake was found the one with the shortest wrong claim."),
    CLI_FLAG(mistakes_config, "list", list, "List the solutions on which reward and people differ."),
};

/* A line of the list of solutions on which people and reward differ. */
typedef struct differing {
    int64_t index;
    int32_t marked, found;
    const char *answer, *target; /* NULL: none */
    scored_reason reason;
} differing;

typedef struct differings {
    differing *rows; /* [n] */
    size_t n, capacity;
} differings;

typedef struct measuring {
    const mistakes_config *config;
    cairn_first_error_item *items; /* [n] */
    size_t n, capacity;
    double *scores; /* of single steps that have a label */
    bool *positive;
    size_t n_steps, scores_capacity, positive_capacity;
    int64_t unlabelled; /* solutions nobody marked: not used */
    int64_t clean_right, clean_right_alarms;
    int64_t clean_wrong_found; /* of label_errors */
    differings label_errors;   /* marked clean although the answer is wrong */
    differings differences;    /* with --list */
    cairn_text shown;          /* the solution of --show or --example */
    size_t shortest;           /* of --example: its claim; 0: none yet */
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

static const char *kept(cli *c, const char *text) {
    return text ? cairn_arena_copy(c->arena, text, strlen(text)) : NULL;
}

static cairn_status note_differing(cli *c, differings *all, const scored *s) {
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&all->rows, &all->capacity, all->n + 1, sizeof *all->rows));
    all->rows[all->n++] =
        (differing){.index = s->index,
                    .marked = s->record->first_error,
                    .found = s->first_wrong,
                    .answer = kept(c, s->record->answer),
                    .target = kept(c, s->record->target),
                    .reason = scored_reason_of(c, s->first_wrong >= 0 ? s->evidence[s->first_wrong] : NULL)};
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
    m->clean_wrong_found += s->first_wrong >= 0;
    return note_differing(c, &m->label_errors, s);
}

/* The solution to show: the one of --show, or the plainest so far. */
static cairn_status note_shown(cli *c, measuring *m, const scored *s) {
    if (m->config->example) {
        if (s->first_wrong < 0 || s->first_wrong != s->record->first_error) return CAIRN_OK;
        scored_reason reason = scored_reason_of(c, s->evidence[s->first_wrong]);
        size_t length = reason.claim ? strlen(reason.claim) : SIZE_MAX;
        if (m->shortest && length >= m->shortest) return CAIRN_OK;
        m->shortest = length;
    } else if (s->index != m->config->show) {
        return CAIRN_OK;
    }
    cairn_text_clear(&m->shown);
    return scored_show(c, s, &m->shown);
}

static cairn_status note(cli *c, measuring *m, const scored *s) {
    CAIRN_TRY(note_item(c, m, s));
    CAIRN_TRY(note_steps(c, m, s));
    CAIRN_TRY(note_clean(c, m, s));
    if (!m->config->list || s->record->first_error == s->first_wrong) return CAIRN_OK;
    return note_differing(c, &m->differences, s);
}

static cairn_status visit(cli *c, void *arg, const scored *s) {
    measuring *m = arg;
    CAIRN_TRY(note_shown(c, m, s));
    if (s->record->first_error != CAIRN_UNLABELLED && s->record->n_steps > 0) return note(c, m, s);
    m->unlabelled++;
    return CAIRN_OK;
}

/* ---- for people --------------------------------------------------------------------------------------------------------- */

static void print_number(const cli *c, const char *what, double estimate, double low, double high, const char *of) {
    printf("  %-42s %s%6.1f %%%s   (95 %% interval %.1f .. %.1f%s)\n", what, cli_paint_code(c, CLI_BOLD),
           100 * estimate, cli_paint_code(c, CLI_PLAIN), 100 * low, 100 * high, of);
}

/* A share with Wilson's interval; nothing where there is no case. */
static cairn_status print_share(cli *c, const char *what, int64_t hits, int64_t n) {
    cairn_interval share;
    char of[64], counts[2][32];
    if (n == 0) return CAIRN_OK;
    CAIRN_TRY(cairn_stat_wilson(c->ctx, hits, n, 0.95, &share));
    snprintf(of, sizeof of, "; %s of %s", cli_count(hits, counts[0]), cli_count(n, counts[1]));
    print_number(c, what, share.estimate, share.low, share.high, of);
    return CAIRN_OK;
}

static cairn_status print_f1(cli *c, const measuring *m, const cairn_first_error_score *f) {
    cairn_bootstrap how = CAIRN_BOOTSTRAP_PRESET;
    cairn_interval f1, weighted;
    if (f->n_err == 0 || f->n_cor == 0) return CAIRN_OK;
    how.seed = m->config->scored.seed;
    CAIRN_TRY(cairn_eval_first_error_bootstrap(c->ctx, m->items, &m->n, 1, &how, &f1, &weighted));
    print_number(c, "F1 of these two (ProcessBench)", f1.estimate, f1.low, f1.high, "");
    return CAIRN_OK;
}

/* The column of marks is left out where nobody marked a mistake. */
static void print_differings(cli *c, const differings *all, bool marks) {
    printf("    %s%6s  %-10s %-10s%s %5s  %s%s\n", cli_paint_code(c, CLI_DIM), "--show", "answer", "true",
           marks ? " marked" : "", "step", "what is wrong there", cli_paint_code(c, CLI_PLAIN));
    for (size_t i = 0; i < all->n; i++) {
        const differing *d = &all->rows[i];
        char marked[16] = "", found[16] = "-", answer[64], target[64];
        if (marks) snprintf(marked, sizeof marked, d->marked < 0 ? "  clean" : "%7d", (int)d->marked);
        if (d->found >= 0) snprintf(found, sizeof found, "%d", (int)d->found);
        cli_safe_line(d->answer ? d->answer : "none", answer, sizeof answer);
        cli_safe_line(d->target ? d->target : "unknown", target, sizeof target);
        printf("    %6" PRId64 "  %-10s %-10s%s %5s  %s%s%s\n", d->index, cli_shorten(c, answer, 10),
               cli_shorten(c, target, 10), marked, found, cli_paint_code(c, CLI_RED),
               scored_reason_text(c, &d->reason, cli_columns(c) - (marks ? 47 : 40)), cli_paint_code(c, CLI_PLAIN));
    }
}

static cairn_status print_label_errors(cli *c, const measuring *m, const cairn_first_error_score *f) {
    char n[2][32];
    cairn_first_error_score rest;
    if (m->label_errors.n == 0) return CAIRN_OK;
    printf("\n  %s%s solutions are marked clean although their answer is wrong: these labels are errors.%s\n",
           cli_paint_code(c, CLI_YELLOW), cli_count((int64_t)m->label_errors.n, n[0]), cli_paint_code(c, CLI_PLAIN));
    printf("  A wrong step was found in %s of them", cli_count(m->clean_wrong_found, n[1]));
    if (f->n_err && m->clean_right) {
        CAIRN_TRY(cairn_eval_first_error_counts(c->ctx, f->hit_err, f->n_err, m->clean_right - m->clean_right_alarms,
                                                m->clean_right, false, &rest));
        printf("; without them F1 is %s%.1f %%%s", cli_paint_code(c, CLI_BOLD), 100 * rest.f1,
               cli_paint_code(c, CLI_PLAIN));
    }
    printf(":\n");
    print_differings(c, &m->label_errors, false);
    return CAIRN_OK;
}

static cairn_status print_human(cli *c, const measuring *m, const cairn_first_error_score *f, const cairn_auroc *auroc,
                                int64_t skipped) {
    if (m->shown.data) printf("%s\n", m->shown.data);
    if (m->config->example && !m->shown.data) printf("no marked mistake was found: there is no example\n\n");
    printf("%zu solutions that people marked, judged by %s\n", m->n, m->config->scored.reward);
    CAIRN_TRY(print_share(c, "marked mistakes found exactly", f->hit_err, f->n_err));
    CAIRN_TRY(print_share(c, "solutions marked clean, and accepted", f->hit_cor, f->n_cor));
    CAIRN_TRY(print_f1(c, m, f));
    CAIRN_TRY(print_share(c, "clean with the right answer, and accepted", m->clean_right - m->clean_right_alarms,
                          m->clean_right));
    if (auroc)
        printf("  %-42s %s%8.3f%s   (95 %% interval %.3f .. %.3f)\n", "right from wrong steps, AUROC",
               cli_paint_code(c, CLI_BOLD), auroc->auroc, cli_paint_code(c, CLI_PLAIN), auroc->low, auroc->high);
    CAIRN_TRY(print_label_errors(c, m, f));
    if (m->differences.n) {
        printf("\n  where people and %s differ:\n", m->config->scored.reward);
        print_differings(c, &m->differences, true);
    }
    if (m->unlabelled) printf("  %" PRId64 " solutions have no label and were not used\n", m->unlabelled);
    if (skipped) printf("  %" PRId64 " bad lines were passed over\n", skipped);
    return CAIRN_OK;
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
    cli_json_int(&j, "clean_wrong", (int64_t)m->label_errors.n);
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
    return print_human(c, m, &f, both ? &auroc : NULL, skipped);
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count;
    measuring m = {.config = options_};
    int64_t skipped = 0;
    if (m.config->scored.json && (m.config->show >= 0 || m.config->list || m.config->example))
        return cairn_fail(c->ctx, CAIRN_INVALID, "--json goes with none of --show, --example and --list");
    if (m.config->show >= 0 && m.config->example)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--example chooses what --show names: give one of them");
    cairn_status status = scored_each(c, &m.config->scored, arguments[0], visit, &m, &skipped);
    if (status == CAIRN_OK && m.config->show >= 0 && !m.shown.data)
        status =
            cairn_fail(c->ctx, CAIRN_NOT_FOUND, "%s has no solution number %" PRId64, arguments[0], m.config->show);
    if (status == CAIRN_OK) status = report(c, &m, skipped);
    cairn_free(m.items);
    cairn_free(m.scores);
    cairn_free(m.positive);
    cairn_free(m.label_errors.rows);
    cairn_free(m.differences.rows);
    cairn_text_free(&m.shown);
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
    .examples = "  cairn eval mistakes multistep_arithmetic.jsonl --example\n"
                "  cairn eval mistakes processbench-gsm8k.jsonl --reward 'exec:./my_prm' --json\n",
    .run = run,
};
