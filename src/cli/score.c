/* cairn score: every step of a file of solutions. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cairn/tool.h"
#include "cli/outcomes.h"
#include "cli/scored.h"
#include "cli/verbs.h"

typedef struct score_config {
    scored_options scored;
    const char *out;
    int64_t show;
} score_config;

static const cairn_option options[] = {
    CLI_SCORED_OPTIONS(score_config),
    CAIRN_TEXT(
        score_config, out, "", "",
        "Write the solutions with their scores, codes and reasons as JSON lines to this file (- for standard output)."),
    CAIRN_INT(score_config, show, "-1", -1, 1e12, "solution", "Show this one with its verdicts (0 is the first)."),
};

typedef struct scoring {
    const score_config *config;
    cairn_out *out; /* NULL: none */
    int64_t solutions, steps, wrong, unknown, flawed;
    int64_t missing;      /* steps that a file of scores does not have */
    int64_t failed;       /* unknown steps on which the reward's program failed */
    int64_t contradicted; /* answers that are not what the steps compute */
    int64_t unreadable;   /* steps with a critique whose verdict could not be read */
    scored_outcomes outcomes;
} scoring;

/* ---- one line of the file of scores (docs/formats.md) ------------------------------------------------------------------------- */

static void put_text(cli_json *j, const char *key, const char *text) {
    if (text) cli_json_text(j, key, text);
}

static void put_texts(cli_json *j, const char *key, const char *const *texts, int32_t n) {
    cli_json_open(j, key, '[');
    for (int32_t i = 0; i < n; i++) cli_json_text(j, NULL, texts[i] ? texts[i] : "");
    cli_json_close(j, ']');
}

static void put_reals(cli_json *j, const char *key, const double *values, int32_t n) {
    cli_json_open(j, key, '[');
    for (int32_t i = 0; i < n; i++) cli_json_real(j, NULL, values[i]);
    cli_json_close(j, ']');
}

/* Label of step i of a record with hard labels, or with a first error and no labels. */
static double hard_label(const cairn_record *r, bool soft, int32_t i) {
    if (r->labels && !soft) return r->labels[i];
    if (r->first_error == CAIRN_NO_ERROR || i < r->first_error) return 1;
    return i == r->first_error ? 0 : NAN;
}

static void put_labels(cli_json *j, const cairn_record *r, bool soft) {
    if (r->first_error == CAIRN_UNLABELLED && (soft || !r->labels)) return;
    cli_json_open(j, "labels", '[');
    for (int32_t i = 0; i < r->n_steps; i++) {
        double label = hard_label(r, soft, i);
        if (isnan(label))
            cli_json_text(j, NULL, NULL);
        else
            cli_json_bool(j, NULL, label > 0);
    }
    cli_json_close(j, ']');
}

/* Labels that the stepwise format writes as `scores`: those between right and wrong, and those that tell no first
 * error. */
static bool has_soft_labels(const cairn_record *r) {
    bool known = true;
    for (int32_t i = 0; r->labels && i < r->n_steps; i++) {
        if (r->labels[i] > 0 && r->labels[i] < 1) return true;
        known &= !isnan(r->labels[i]);
    }
    return r->labels && r->n_steps > 0 && known && r->first_error == CAIRN_UNLABELLED;
}

static void put_ratings(cli_json *j, const cairn_record *r) {
    if (!r->ratings) return;
    cli_json_open(j, "ratings", '[');
    for (int32_t i = 0; i < r->n_steps; i++) {
        if (r->ratings[i] == CAIRN_NO_RATING)
            cli_json_text(j, NULL, NULL);
        else
            cli_json_int(j, NULL, r->ratings[i]);
    }
    cli_json_close(j, ']');
}

static void put_scored_by(cli_json *j, const scored *s) {
    cli_json_open(j, "scored_by", '{');
    cli_json_real(j, "high", s->reward->high);
    cli_json_real(j, "low", s->reward->low);
    cli_json_text(j, "meaning", cairn_meaning_name(s->reward->meaning));
    cli_json_text(j, "reward", s->reward->source);
    cli_json_real(j, "threshold", s->threshold);
    cli_json_close(j, '}');
}

/* The record as it was read, in the stepwise format, and what was said of its steps; fields in byte order. */
static cairn_status write_scores(cairn_out *out, const scored *s, const cairn_trace_finding *stated) {
    cli_json j = {.out = out};
    const cairn_record *r = s->record;
    bool soft = has_soft_labels(r);
    cli_json_open(&j, NULL, '{');
    put_text(&j, "answer", r->answer);
    if (stated->verdict == CAIRN_VERDICT_WRONG) cli_json_text(&j, "answer_evidence", stated->evidence);
    if (!r->answer) put_text(&j, "answer_found", s->outcome.stated);
    put_text(&j, "answer_rule", s->outcome.answer_rule);
    put_texts(&j, "codes", s->codes, r->n_steps);
    put_texts(&j, "completions", r->steps, r->n_steps);
    if (r->correct != CAIRN_VERDICT_UNKNOWN) cli_json_bool(&j, "correct", r->correct == CAIRN_VERDICT_RIGHT);
    put_text(&j, "domain", r->domain);
    put_texts(&j, "evidence", s->evidence, r->n_steps);
    cli_json_int(&j, "first_wrong", s->first_wrong);
    put_text(&j, "generator", r->generator);
    put_text(&j, "group", r->group);
    cli_json_text(&j, "id", r->id);
    put_labels(&j, r, soft);
    cli_json_text(&j, "prompt", r->problem);
    put_ratings(&j, r);
    put_scored_by(&j, s);
    if (soft) put_reals(&j, "scores", r->labels, r->n_steps);
    put_reals(&j, "step_scores", s->scores, r->n_steps);
    put_text(&j, "subset", r->subset);
    put_text(&j, "target", r->target);
    cli_json_int(&j, "version", 1);
    cli_json_close(&j, '}');
    return j.status == CAIRN_OK ? cairn_out_write(out, "\n", 1) : j.status;
}

/* ---- the verb ----------------------------------------------------------------------------------------------------------------- */

static cairn_status print_solution(cli *c, const scored *s, const cairn_trace_finding *stated) {
    cairn_text text = {0};
    cairn_status status = scored_show(c, s, &text);
    if (status == CAIRN_OK) printf("%s", text.data);
    if (status == CAIRN_OK && stated->verdict == CAIRN_VERDICT_WRONG)
        printf("  the answer contradicts the steps: %s\n", cli_safe(c, stated->evidence));
    cairn_text_free(&text);
    return status;
}

/* Whether the answer is what the steps end with; a solution that is too long for that is not compared. */
static cairn_status compare_answer(cli *c, const cairn_record *r, cairn_trace_finding *out) {
    cairn_status status =
        cairn_trace_answer(c->ctx, c->arena, r->problem, r->steps, (size_t)r->n_steps, r->answer, out);
    return status == CAIRN_LIMIT ? CAIRN_OK : status;
}

static cairn_status visit(cli *c, void *arg, const scored *s) {
    scoring *t = arg;
    cairn_trace_finding stated;
    cairn_arena_mark mark = cairn_arena_save(c->arena);
    CAIRN_TRY(scored_outcomes_add(c, &t->outcomes, s));
    CAIRN_TRY(compare_answer(c, s->record, &stated));
    t->contradicted += stated.verdict == CAIRN_VERDICT_WRONG;
    t->solutions++;
    t->steps += s->record->n_steps;
    t->failed += s->failed;
    t->flawed += s->first_wrong >= 0;
    for (int32_t i = 0; i < s->record->n_steps; i++) {
        t->unknown += isnan(s->scores[i]);
        t->wrong += s->scores[i] < s->threshold;
        t->missing += scored_is_missing(s, i);
        t->unreadable += s->codes[i] && strstr(s->codes[i], "unreadable");
    }
    cairn_status status = t->out ? write_scores(t->out, s, &stated) : CAIRN_OK;
    if (status == CAIRN_OK && s->index == t->config->show) status = print_solution(c, s, &stated);
    cairn_arena_restore(c->arena, mark);
    return status;
}

/* Of all solutions. */
typedef struct totals {
    cairn_outcomes outcomes;
    cairn_interval share;
    int64_t skipped;
} totals;

static cairn_status print_json(cli *c, const scoring *t, const totals *all) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_int(&j, "solutions", t->solutions);
    cli_json_open(&j, "outcomes", '{');
    cli_json_outcomes(&j, &all->outcomes, &all->share);
    cli_json_close(&j, '}');
    cli_json_int(&j, "steps", t->steps);
    cli_json_int(&j, "wrong", t->wrong);
    cli_json_int(&j, "unknown", t->unknown);
    cli_json_int(&j, "missing", t->missing);
    cli_json_int(&j, "failed_steps", t->failed);
    cli_json_int(&j, "unreadable", t->unreadable);
    cli_json_int(&j, "contradicted_answers", t->contradicted);
    cli_json_int(&j, "solutions_with_a_wrong_step", t->flawed);
    cli_json_int(&j, "skipped_lines", all->skipped);
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

static cairn_status print_totals(cli *c, const score_config *config, const scoring *t, const totals *all) {
    char n[5][32];
    if (config->scored.json) return print_json(c, t, all);
    printf(
        "%s solutions, %s steps by %s: %s steps wrong, %s unknown, the others right; %s solutions have a wrong step\n",
        cli_count(t->solutions, n[0]), cli_count(t->steps, n[1]), config->scored.reward, cli_count(t->wrong, n[2]),
        cli_count(t->unknown, n[3]), cli_count(t->flawed, n[4]));
    if (t->missing)
        printf("%s steps are not in the file of scores, and unknown for that\n", cli_count(t->missing, n[0]));
    if (t->failed)
        printf("%s of the unknown steps are those on which the reward's program failed\n", cli_count(t->failed, n[0]));
    cli_print_outcomes(c, "right", "solutions", &all->outcomes, &all->share);
    if (t->contradicted)
        printf("%s answers are another number than their steps compute (--show, --out)\n",
               cli_count(t->contradicted, n[0]));
    if (t->unreadable)
        printf("%s steps have critiques without a readable verdict (--out says which)\n",
               cli_count(t->unreadable, n[0]));
    if (all->skipped) printf("%" PRId64 " bad lines were passed over\n", all->skipped);
    return CAIRN_OK;
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count;
    const score_config *config = options_;
    scoring t = {.config = config};
    totals all = {0};
    bool to_stdout = strcmp(config->out, "-") == 0;
    if (config->scored.json && (to_stdout || config->show >= 0))
        return cairn_fail(c->ctx, CAIRN_INVALID, "--json goes neither with --show nor with --out -");
    if (*config->out) CAIRN_TRY(cairn_out_open(c->ctx, config->out, &t.out));
    cairn_status status = scored_each(c, &config->scored, arguments[0], visit, &t, &all.skipped);
    if (status == CAIRN_OK)
        status = scored_outcomes_share(c, &t.outcomes, config->scored.seed, &all.outcomes, &all.share);
    if (t.out) {
        if (status == CAIRN_OK)
            status = cairn_out_commit(t.out);
        else
            cairn_out_drop(t.out);
    }
    if (status == CAIRN_OK && config->show >= t.solutions)
        status = cairn_fail(c->ctx, CAIRN_NOT_FOUND, "%s has %" PRId64 " solutions, there is no number %" PRId64,
                            arguments[0], t.solutions, config->show);
    if (status == CAIRN_OK && config->show < 0 && !to_stdout) status = print_totals(c, config, &t, &all);
    scored_outcomes_free(&t.outcomes);
    return status;
}

const cli_verb verb_score = {
    .about = {.name = "score",
              .summary = "Score every step of a file of solutions.",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(score_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples = "  cairn score solutions.jsonl\n"
                "  cairn score solutions.jsonl --out scores.jsonl --skip-bad\n"
                "  cairn score solutions.jsonl --show 12\n"
                "  cairn score solutions.jsonl --reward 'exec:./my_prm'\n"
                "  cairn eval steps scores.jsonl --reward recorded:file=scores.jsonl   # what was written, measured\n",
    .run = run,
};
