/* cairn score: every step of a file of solutions. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

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
    CLI_TEXT(score_config, "out", out, "",
             "Write scores, codes and reasons as JSON lines to this file (- for standard output)."),
    CLI_INT(score_config, "show", show, "-1", -1, 1e12, "solution",
            "Show this one with its verdicts (0 is the first)."),
};

typedef struct scoring {
    const score_config *config;
    cairn_out *out; /* NULL: none */
    int64_t solutions, steps, wrong, unknown, flawed;
    int64_t unreadable; /* steps with a critique whose verdict could not be read */
    scored_outcomes outcomes;
} scoring;

static cairn_status write_scores(cairn_out *out, const scored *s) {
    cli_json j = {.out = out};
    int32_t n = s->record->n_steps;
    cli_json_open(&j, NULL, '{');
    cli_json_text(&j, "id", s->record->id);
    cli_json_open(&j, "scores", '[');
    for (int32_t i = 0; i < n; i++) cli_json_real(&j, NULL, s->scores[i]);
    cli_json_close(&j, ']');
    cli_json_open(&j, "codes", '[');
    for (int32_t i = 0; i < n; i++) cli_json_text(&j, NULL, s->codes[i] ? s->codes[i] : "");
    cli_json_close(&j, ']');
    cli_json_open(&j, "evidence", '[');
    for (int32_t i = 0; i < n; i++) cli_json_text(&j, NULL, s->evidence[i] ? s->evidence[i] : "");
    cli_json_close(&j, ']');
    cli_json_int(&j, "first_wrong", s->first_wrong);
    cli_json_close(&j, '}');
    return j.status == CAIRN_OK ? cairn_out_write(out, "\n", 1) : j.status;
}

static cairn_status print_solution(cli *c, const scored *s) {
    cairn_text text = {0};
    cairn_status status = scored_show(c, s, &text);
    if (status == CAIRN_OK) printf("%s", text.data);
    cairn_text_free(&text);
    return status;
}

static cairn_status visit(cli *c, void *arg, const scored *s) {
    scoring *t = arg;
    cairn_arena_mark mark = cairn_arena_save(c->arena);
    CAIRN_TRY(scored_outcomes_add(c, &t->outcomes, s));
    t->solutions++;
    t->steps += s->record->n_steps;
    t->flawed += s->first_wrong >= 0;
    for (int32_t i = 0; i < s->record->n_steps; i++) {
        t->unknown += isnan(s->scores[i]);
        t->wrong += s->scores[i] < s->threshold;
        t->unreadable += s->codes[i] && strstr(s->codes[i], "unreadable");
    }
    cairn_status status = t->out ? write_scores(t->out, s) : CAIRN_OK;
    if (status == CAIRN_OK && s->index == t->config->show) status = print_solution(c, s);
    cairn_arena_restore(c->arena, mark);
    return status;
}

static cairn_status print_json(cli *c, const scoring *t, const cairn_outcomes *outcomes, const cairn_interval *share,
                               int64_t skipped) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_int(&j, "solutions", t->solutions);
    cli_json_open(&j, "outcomes", '{');
    cli_json_outcomes(&j, outcomes, share);
    cli_json_close(&j, '}');
    cli_json_int(&j, "steps", t->steps);
    cli_json_int(&j, "wrong", t->wrong);
    cli_json_int(&j, "unknown", t->unknown);
    cli_json_int(&j, "unreadable", t->unreadable);
    cli_json_int(&j, "solutions_with_a_wrong_step", t->flawed);
    cli_json_int(&j, "skipped_lines", skipped);
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

static cairn_status print_totals(cli *c, const score_config *config, scoring *t, int64_t skipped) {
    char n[5][32];
    cairn_outcomes outcomes;
    cairn_interval share;
    CAIRN_TRY(scored_outcomes_share(c, &t->outcomes, config->scored.seed, &outcomes, &share));
    if (config->scored.json) return print_json(c, t, &outcomes, &share, skipped);
    printf(
        "%s solutions, %s steps by %s: %s steps wrong, %s unknown, the others right; %s solutions have a wrong step\n",
        cli_count(t->solutions, n[0]), cli_count(t->steps, n[1]), config->scored.reward, cli_count(t->wrong, n[2]),
        cli_count(t->unknown, n[3]), cli_count(t->flawed, n[4]));
    cli_print_outcomes(c, "right", "solutions", &outcomes, &share);
    if (t->unreadable)
        printf("%s steps have critiques without a readable verdict (--out says which)\n",
               cli_count(t->unreadable, n[0]));
    if (skipped) printf("%" PRId64 " bad lines were passed over\n", skipped);
    return CAIRN_OK;
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count;
    const score_config *config = options_;
    scoring t = {.config = config};
    int64_t skipped = 0;
    bool to_stdout = strcmp(config->out, "-") == 0;
    if (config->scored.json && (to_stdout || config->show >= 0))
        return cairn_fail(c->ctx, CAIRN_INVALID, "--json goes neither with --show nor with --out -");
    if (*config->out) CAIRN_TRY(cairn_out_open(c->ctx, config->out, &t.out));
    cairn_status status = scored_each(c, &config->scored, arguments[0], visit, &t, &skipped);
    if (t.out) {
        if (status == CAIRN_OK)
            status = cairn_out_commit(t.out);
        else
            cairn_out_drop(t.out);
    }
    if (status == CAIRN_OK && config->show >= t.solutions)
        status = cairn_fail(c->ctx, CAIRN_NOT_FOUND, "%s has %" PRId64 " solutions, there is no number %" PRId64,
                            arguments[0], t.solutions, config->show);
    if (status == CAIRN_OK && config->show < 0 && !to_stdout) status = print_totals(c, config, &t, skipped);
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
                "  cairn score solutions.jsonl --reward 'exec:./my_prm'\n",
    .run = run,
};
