#include "cli/outcomes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cairn/answer.h"

/* The answer that the steps state; NULL: none. */
static cairn_status stated_answer(cli *c, const cairn_record *r, const char **out) {
    cairn_text whole = {0};
    cairn_found found;
    cairn_status status = cairn_text_add(c->ctx, &whole, "", 0);
    for (int32_t i = 0; i < r->n_steps && status == CAIRN_OK; i++)
        status = cairn_text_printf(c->ctx, &whole, "%s\n", r->steps[i]);
    if (status == CAIRN_OK) status = cairn_answer_find(c->ctx, c->arena, whole.data, whole.length, r->problem, &found);
    cairn_text_free(&whole);
    *out = status == CAIRN_OK ? found.text : NULL;
    return status == CAIRN_NOT_FOUND ? CAIRN_OK : status;
}

static cairn_status compare(cli *c, const cairn_record *r, cairn_verdict *out) {
    const char *answer = r->answer;
    cairn_grade_options how = {.problem = r->problem};
    cairn_grade grade;
    if (!answer) CAIRN_TRY(stated_answer(c, r, &answer));
    if (!answer) return CAIRN_OK;
    CAIRN_TRY(cairn_answer_grade(c->ctx, c->arena, answer, r->target, &how, &grade));
    *out = grade.verdict;
    return CAIRN_OK;
}

cairn_status cli_record_outcome(cli *c, const cairn_record *record, cairn_verdict *out) {
    *out = record->correct;
    if (*out != CAIRN_VERDICT_UNKNOWN || !record->target) return CAIRN_OK;
    cairn_arena_mark mark = cairn_arena_save(c->arena);
    cairn_status status = compare(c, record, out);
    cairn_arena_restore(c->arena, mark);
    return status == CAIRN_LIMIT ? CAIRN_OK : status;
}

const char *cli_problems_text(const cairn_job *job, char out[96]) {
    char n[2][32];
    int64_t taken = cairn_job_problems(job), all = cairn_job_available(job);
    if (taken == all)
        snprintf(out, 96, "%s problems", cli_count(taken, n[0]));
    else
        snprintf(out, 96, "the first %s of %s problems (-n 0: all)", cli_count(taken, n[0]), cli_count(all, n[1]));
    return out;
}

const char *cli_interval_text(const cairn_interval *share, char out[64]) {
    if (isnan(share->low))
        snprintf(out, 64, "no interval from one problem");
    else
        snprintf(out, 64, "95 %% interval %.1f .. %.1f", 100 * share->low, 100 * share->high);
    return out;
}

void cli_print_unread(const cairn_outcomes *o, const char *of) {
    char n[2][32];
    if (o->unanswered * 10 <= o->n - o->untold) return;
    printf(
        "  %s of %s %s state no answer that can be read: answers are read from the field `answer` of a file, else from "
        "\"#### 18\", \"Answer: 18\", \"\\boxed{18}\" or \"the answer is 18\" in the steps.\n",
        cli_count(o->unanswered, n[0]), cli_count(o->n - o->untold, n[1]), of);
}

void cli_print_outcomes(const cli *c, const char *what, const char *of, const cairn_outcomes *o,
                        const cairn_interval *share) {
    int64_t judged = cairn_outcomes_judged(o), unknown = o->unknown - o->untold, unlike = unknown - o->unanswered;
    char n[4][32], interval[64];
    if (o->n == 0) return;
    if (judged)
        printf("  %-10s %s%.1f %%%s  (%s; %s of %s)\n", what, cli_paint_code(c, CLI_GREEN), 100 * share->estimate,
               cli_paint_code(c, CLI_PLAIN), cli_interval_text(share, interval), cli_count(o->right, n[0]),
               cli_count(judged, n[1]));
    else
        printf("  %-10s not judged: %s\n", what,
               unknown ? "no outcome is known" : "no true answer, no recorded outcome");
    if (unknown) {
        printf("  unknown    %s %s", cli_count(unknown, n[0]), of);
        if (o->unanswered) printf(", %s without a readable answer", cli_count(o->unanswered, n[1]));
        if (unlike) printf(", %s with an answer that cannot be compared", cli_count(unlike, n[2]));
        if (judged) printf("; were they right: %.1f %%", 100 * cairn_outcomes_most(o));
        printf("\n");
    }
    if (o->untold && (judged || unknown))
        printf("  not judged %s %s: no true answer, no recorded outcome\n", cli_count(o->untold, n[0]), of);
    cli_print_unread(o, of);
}

void cli_json_outcomes(cli_json *j, const cairn_outcomes *o, const cairn_interval *share) {
    cli_json_int(j, "right", o->right);
    cli_json_int(j, "unknown", o->unknown);
    cli_json_int(j, "unanswered", o->unanswered);
    cli_json_int(j, "not_judged", o->untold);
    cli_json_real(j, "accuracy", share->estimate);
    cli_json_real(j, "low", share->low);
    cli_json_real(j, "high", share->high);
    cli_json_real(j, "accuracy_if_unknown_right", cairn_outcomes_most(o));
}
