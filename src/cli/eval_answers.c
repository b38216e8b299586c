/* cairn eval answers: several models' solutions of the same problems: slips, correctness, agreement, votes. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cairn/answer.h"
#include "cli/outcomes.h"
#include "cli/scored.h"
#include "cli/verbs.h"

typedef struct answers_config {
    scored_options scored;
} answers_config;
static const cairn_option options[] = {CLI_SCORED_OPTIONS(answers_config)};

enum { MOST_ROWS = 12, EIGHTHS = 8, MOST_RULES = 64 };

/* How many answers were where. */
typedef struct where_found {
    const char *rule;
    int64_t n;
} where_found;

typedef struct solution {
    scored_outcome outcome; /* first: scored_by_problem */
    int32_t model;
    bool slip;
} solution;

typedef struct model {
    const char *name;
    int64_t with_slip, judged_with_slip, right_with_slip, without_answer;
    cairn_outcomes here; /* of the problem at hand */
    cairn_outcome_groups outcomes;
} model;

typedef struct answering {
    cairn_arena *arena;  /* of the answers */
    solution *solutions; /* [n] */
    size_t n, capacity;
    model *models; /* [n_models] in order of their first solutions */
    int32_t n_models;
    size_t models_capacity;
    int64_t problems, all_agree, none_agree, ties, recorded_differs;
    where_found rules[MOST_RULES]; /* [n_rules] of the solutions with an answer */
    int32_t n_rules;
    int64_t failed;          /* steps that are unknown because the reward's program failed on them */
    int32_t largest, least;  /* samples of a problem */
    cairn_outcomes *by_size; /* [MOST_ROWS + 1] of votes, by row_of how many samples gave their answer */
    cairn_outcomes vote;     /* of the vote's answer, one a problem */
    cairn_outcomes any;      /* right where one sample is */
} answering;

/* ---- reading ------------------------------------------------------------------------------------------------------- */

static cairn_status find_model(cli *c, answering *a, const char *name, int32_t *out) {
    for (*out = 0; *out < a->n_models; ++*out)
        if (strcmp(a->models[*out].name, name) == 0) return CAIRN_OK;
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&a->models, &a->models_capacity, (size_t)a->n_models + 1, sizeof *a->models));
    a->models[a->n_models] = (model){0};
    a->models[a->n_models].name = cairn_arena_copy(c->arena, name, strlen(name));
    return a->models[a->n_models++].name ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* Would the recorded outcome be another one by comparison of the answers? */
static cairn_status compare_recorded(cli *c, answering *a, const scored *s) {
    const cairn_record *r = s->record;
    cairn_arena_mark mark = cairn_arena_save(a->arena);
    const char *answer = s->outcome.stated ? s->outcome.stated : s->outcome.answer;
    cairn_grade_options how = {.problem = r->problem};
    cairn_grade grade;
    if (r->correct == CAIRN_VERDICT_UNKNOWN || !s->target || !answer) return CAIRN_OK;
    cairn_status status = cairn_answer_grade(c->ctx, a->arena, answer, s->target, &how, &grade);
    if (status == CAIRN_LIMIT) return CAIRN_OK; /* too long to be read */
    CAIRN_TRY(status);
    a->recorded_differs += grade.verdict != CAIRN_VERDICT_UNKNOWN && grade.verdict != r->correct;
    cairn_arena_restore(a->arena, mark);
    return CAIRN_OK;
}

/* Rules are static texts; those beyond the table's end are counted as its last. */
static void count_rule(answering *a, const char *rule) {
    int32_t i = 0;
    if (!rule) return;
    while (i < a->n_rules && strcmp(a->rules[i].rule, rule) != 0) i++;
    if (i == MOST_RULES) i--;
    if (i == a->n_rules) a->rules[a->n_rules++].rule = rule;
    a->rules[i].n++;
}

static cairn_status visit(cli *c, void *arg, const scored *s) {
    answering *a = arg;
    const cairn_record *r = s->record;
    solution one = {.slip = s->first_wrong >= 0};
    a->failed += s->failed;
    count_rule(a, s->outcome.answer_rule);
    CAIRN_TRY(find_model(c, a, r->generator ? r->generator : "(unnamed)", &one.model));
    CAIRN_TRY(compare_recorded(c, a, s));
    CAIRN_TRY(scored_outcome_of(s, a->arena, &one.outcome));
    CAIRN_TRY(cairn_grow(c->ctx, (void **)&a->solutions, &a->capacity, a->n + 1, sizeof *a->solutions));
    a->solutions[a->n++] = one;
    return CAIRN_OK;
}

/* ---- counting ------------------------------------------------------------------------------------------------------ */

/* A true answer in one record of a problem is that of all. */
static cairn_status judge_all(cli *c, answering *a, solution *all, int32_t n) {
    const char *target = NULL;
    for (int32_t i = 0; i < n && !target; i++) target = all[i].outcome.target;
    for (int32_t i = 0; i < n; i++) CAIRN_TRY(scored_judge(c, target, a->arena, &all[i].outcome));
    return CAIRN_OK;
}

static cairn_status count_models(cli *c, answering *a, const solution *all, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        model *m = &a->models[all[i].model];
        const scored_outcome *o = &all[i].outcome;
        cairn_outcomes_add(&m->here, o->verdict, o->answer, o->target, 1);
        m->with_slip += all[i].slip;
        m->judged_with_slip += all[i].slip && (o->target || o->verdict != CAIRN_VERDICT_UNKNOWN);
        m->right_with_slip += all[i].slip && o->verdict == CAIRN_VERDICT_RIGHT;
        m->without_answer += !o->answer;
    }
    for (int32_t i = 0; i < n; i++) {
        model *m = &a->models[all[i].model];
        if (m->here.n == 0) continue;
        CAIRN_TRY(cairn_outcome_groups_add(c->ctx, &m->outcomes, &m->here));
        m->here = (cairn_outcomes){0};
    }
    return CAIRN_OK;
}

/* classes[n]: of each answer, -1 for none; sizes[n] of the classes. Time: n x classes. */
static cairn_status classify(cli *c, const solution *all, int32_t n, cairn_arena *arena, int32_t *classes,
                             int32_t *sizes) {
    const char **answers = cairn_arena_alloc(arena, (size_t)n, sizeof *answers);
    int32_t n_classes = 0;
    if (!answers) return CAIRN_NO_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        classes[i] = -1;
        if (cairn_cancelled(c->ctx)) return cairn_fail(c->ctx, CAIRN_CANCELLED, "interrupted");
        const char *answer = all[i].outcome.answer;
        if (!answer) continue;
        CAIRN_TRY(cairn_answer_class(c->ctx, arena, answers, n_classes, answer, &classes[i]));
        if (classes[i] == n_classes) answers[n_classes++] = answer;
        sizes[classes[i]]++;
    }
    return CAIRN_OK;
}

/* Row of the table of votes: the number of samples with the vote's answer, or their share in eighths where there are
 * many. */
static int32_t row_of(const answering *a, int32_t votes, int32_t samples) {
    return a->largest <= MOST_ROWS ? votes : (int32_t)(((int64_t)votes * EIGHTHS + samples - 1) / samples);
}

/* The vote of one problem's solutions: its answer is judged by the first that gave it; where none has an answer the
 * first stands for all, as in a search. */
static cairn_status count_vote(cli *c, answering *a, const solution *all, int32_t n, cairn_arena *arena) {
    int32_t *classes = cairn_arena_alloc(arena, (size_t)n, sizeof *classes);
    int32_t *sizes = cairn_arena_alloc(arena, (size_t)n, sizeof *sizes);
    if (!classes || !sizes) return CAIRN_NO_MEMORY;
    CAIRN_TRY(classify(c, all, n, arena, classes, sizes));
    int32_t winner = cairn_vote_majority(classes, (size_t)n), votes = winner < 0 ? 0 : sizes[winner], first = 0,
            tied = 0;
    while (winner >= 0 && classes[first] != winner) first++;
    cairn_verdict any = CAIRN_VERDICT_WRONG;
    for (int32_t i = 0; i < n; i++) {
        if (all[i].outcome.verdict == CAIRN_VERDICT_RIGHT || any == CAIRN_VERDICT_WRONG) any = all[i].outcome.verdict;
        tied += votes > 0 && sizes[i] == votes;
    }
    a->problems++;
    a->all_agree += votes == n;
    a->none_agree += votes <= 1;
    a->ties += tied > 1;
    const scored_outcome *judged = &all[first].outcome;
    cairn_outcomes_add(&a->vote, judged->verdict, judged->answer, judged->target, 1);
    cairn_outcomes_add(&a->by_size[row_of(a, votes, n)], judged->verdict, judged->answer, judged->target, 1);
    cairn_outcomes_add(&a->any, any, true, judged->target, 1);
    return CAIRN_OK;
}

/* The solutions of one problem stand together: solutions[first .. first + n). */
typedef struct span {
    int64_t index; /* of its first solution in the file */
    size_t first;
    int32_t n;
} span;

static int by_index(const void *a, const void *b) {
    const span *x = a, *y = b;
    return (x->index > y->index) - (x->index < y->index);
}

/* Brings the solutions together; spans[]: the problems in order of their first solutions, as other verbs draw them for
 * intervals. */
static size_t group_all(answering *a, span *spans) {
    size_t n = 0;
    if (a->n > 1) qsort(a->solutions, a->n, sizeof *a->solutions, scored_by_problem);
    for (size_t i = 0; i < a->n; i++) {
        const scored_outcome *o = &a->solutions[i].outcome;
        if (i == 0 || o->problem != a->solutions[i - 1].outcome.problem)
            spans[n++] = (span){.index = o->index, .first = i};
        spans[n - 1].n++;
    }
    if (n > 1) qsort(spans, n, sizeof *spans, by_index);
    a->least = INT32_MAX;
    for (size_t i = 0; i < n; i++) {
        if (spans[i].n > a->largest) a->largest = spans[i].n;
        if (spans[i].n < a->least) a->least = spans[i].n;
    }
    return n;
}

static cairn_status count_all(cli *c, answering *a, cairn_arena *scratch) {
    if (a->n > INT32_MAX) return cairn_fail(c->ctx, CAIRN_LIMIT, "more than %d solutions", INT32_MAX);
    span *spans = cairn_alloc(c->ctx, a->n + 1, sizeof *spans);
    a->by_size = cairn_arena_alloc(c->arena, MOST_ROWS + 1, sizeof *a->by_size);
    cairn_status status = spans && a->by_size ? CAIRN_OK : CAIRN_NO_MEMORY;
    size_t n = status == CAIRN_OK ? group_all(a, spans) : 0;
    for (size_t i = 0; i < n && status == CAIRN_OK; i++) {
        solution *all = a->solutions + spans[i].first;
        cairn_arena_reset(scratch);
        status = judge_all(c, a, all, spans[i].n);
        if (status == CAIRN_OK) status = count_models(c, a, all, spans[i].n);
        if (status == CAIRN_OK) status = count_vote(c, a, all, spans[i].n, scratch);
    }
    cairn_free(spans);
    return status;
}

/* ---- printing ------------------------------------------------------------------------------------------------------ */

/* "44.3   41.6 .. 47.0": per cent with its interval; "-" where nothing is judged. */
static void share_text(const cli *c, const cairn_interval *share, char out[64]) {
    char interval[32] = "";
    if (!isnan(share->low)) snprintf(interval, sizeof interval, "%.1f .. %.1f", 100 * share->low, 100 * share->high);
    if (isnan(share->estimate))
        snprintf(out, 64, "%6s  %14s", "-", "");
    else
        snprintf(out, 64, "%s%6.1f%s  %14s", cli_paint_code(c, CLI_BOLD), 100 * share->estimate,
                 cli_paint_code(c, CLI_PLAIN), interval);
}

/* Of outcomes of which each problem has one. */
static cairn_status share_of(cli *c, const cairn_outcomes *o, cairn_interval *out) {
    int64_t judged = cairn_outcomes_judged(o);
    *out = (cairn_interval){NAN, NAN, NAN, 0};
    return judged ? cairn_stat_wilson(c->ctx, o->right, judged, 0.95, out) : CAIRN_OK;
}

static const char *percent_text(int64_t part, int64_t whole, char out[16]) {
    snprintf(out, 16, whole ? "%.1f %%" : "-", 100.0 * (double)part / (double)(whole ? whole : 1));
    return out;
}

static cairn_status print_models(cli *c, const answering *a, uint64_t seed) {
    printf("%s  %-24s %9s  %6s  %14s %8s %9s %10s %16s %19s%s\n", cli_paint_code(c, CLI_DIM), "model", "solutions",
           "right%", "95 % interval", "unknown", "no answer", "with slip", "right with slip", "right without slip",
           cli_paint_code(c, CLI_PLAIN));
    for (int32_t i = 0; i < a->n_models; i++) {
        const model *m = &a->models[i];
        const cairn_outcomes *o = &m->outcomes.all;
        int64_t judged = cairn_outcomes_judged(o);
        cairn_interval share;
        char name[64], text[64], with[16], without[16];
        cli_safe_line(m->name, name, sizeof name);
        CAIRN_TRY(cairn_outcome_groups_share(c->ctx, &m->outcomes, seed, &share));
        share_text(c, &share, text);
        printf("  %-24s %9" PRId64 "  %s %8" PRId64 " %9" PRId64 " %10" PRId64 " %16s %19s\n", cli_shorten(c, name, 24),
               o->n, text, o->unknown, m->without_answer, m->with_slip,
               percent_text(m->right_with_slip, judged ? m->judged_with_slip : 0, with),
               percent_text(o->right - m->right_with_slip, judged ? judged - m->judged_with_slip : 0, without));
    }
    return CAIRN_OK;
}

static cairn_status print_vote(cli *c, const char *what, const cairn_outcomes *o) {
    cairn_interval share;
    char text[64];
    CAIRN_TRY(share_of(c, o, &share));
    share_text(c, &share, text);
    printf("  %-24s %9" PRId64 "  %s %8" PRId64 "\n", what, o->n, text, o->unknown);
    return CAIRN_OK;
}

/* How far a vote can be trusted: right by the number of samples that gave its answer. */
static cairn_status print_votes(cli *c, const answering *a) {
    bool eighths = a->largest > MOST_ROWS;
    printf("\n%s  %-24s %9s  %6s  %14s %8s%s\n", cli_paint_code(c, CLI_DIM), "solutions that agree", "problems",
           "right%", "95 % interval", "unknown", cli_paint_code(c, CLI_PLAIN));
    for (int32_t votes = eighths ? EIGHTHS : a->largest; votes >= 0; votes--) {
        char what[64];
        if (a->by_size[votes].n == 0) continue;
        if (votes == 0)
            snprintf(what, sizeof what, "no answer");
        else if (eighths)
            snprintf(what, sizeof what, "more than %d/%d", (int)votes - 1, EIGHTHS);
        else if (votes == 1)
            snprintf(what, sizeof what, "no two (the first wins)");
        else if (a->least == a->largest)
            snprintf(what, sizeof what, "%d of %d", (int)votes, (int)a->largest);
        else
            snprintf(what, sizeof what, "%d", (int)votes);
        CAIRN_TRY(print_vote(c, what, &a->by_size[votes]));
    }
    CAIRN_TRY(print_vote(c, "majority vote", &a->vote));
    return print_vote(c, "at least one is right", &a->any);
}

static cairn_outcomes all_of(const answering *a) {
    cairn_outcomes sum = {0};
    for (int32_t i = 0; i < a->n_models; i++) {
        const cairn_outcomes *o = &a->models[i].outcomes.all;
        sum.n += o->n;
        sum.right += o->right;
        sum.unknown += o->unknown;
        sum.untold += o->untold;
        sum.unanswered += o->unanswered;
    }
    return sum;
}

static int64_t without_answer(const answering *a) {
    int64_t sum = 0;
    for (int32_t i = 0; i < a->n_models; i++) sum += a->models[i].without_answer;
    return sum;
}

/* "answers: 1,200 in a field of the file, 98 found by `box`" */
static void print_rules(const answering *a) {
    char n[32];
    for (int32_t i = 0; i < a->n_rules; i++) {
        bool recorded = strcmp(a->rules[i].rule, "recorded") == 0;
        printf("%s%s %s", i ? ", " : "  answers: ", cli_count(a->rules[i].n, n),
               recorded ? "in a field of the file" : "found by ");
        if (!recorded) printf("`%s`", a->rules[i].rule);
    }
    if (a->n_rules) printf("\n");
}

static cairn_status print_human(cli *c, const answering *a, uint64_t seed, int64_t skipped) {
    char n[4][32];
    cairn_outcomes all = all_of(a);
    CAIRN_TRY(print_models(c, a, seed));
    CAIRN_TRY(print_votes(c, a));
    printf(
        "\n  right: as the file records it, else by its answer; %s recorded outcomes differ from that of the answer\n",
        cli_count(a->recorded_differs, n[0]));
    print_rules(a);
    if (a->ties)
        printf("  %s votes are tied: they go to the answer that stands first in the file\n", cli_count(a->ties, n[1]));
    if (all.unknown > all.untold)
        printf("  %s outcomes are unknown and count as not right\n", cli_count(all.unknown - all.untold, n[2]));
    if (all.untold)
        printf("  %s solutions have neither a recorded outcome nor a true answer: they are in no share\n",
               cli_count(all.untold, n[3]));
    cli_print_unread(&(cairn_outcomes){.n = all.n, .unanswered = without_answer(a)}, "solutions");
    if (a->failed) printf("  %" PRId64 " steps are unknown because the reward's program failed on them\n", a->failed);
    if (skipped) printf("  %" PRId64 " bad lines were passed over\n", skipped);
    return CAIRN_OK;
}

static cairn_status put_models(cli *c, cli_json *j, const answering *a, uint64_t seed) {
    cli_json_open(j, "models", '[');
    for (int32_t i = 0; i < a->n_models; i++) {
        const model *m = &a->models[i];
        cairn_interval share;
        CAIRN_TRY(cairn_outcome_groups_share(c->ctx, &m->outcomes, seed, &share));
        cli_json_open(j, NULL, '{');
        cli_json_text(j, "model", m->name);
        cli_json_int(j, "solutions", m->outcomes.all.n);
        cli_json_outcomes(j, &m->outcomes.all, &share);
        cli_json_int(j, "without_answer", m->without_answer);
        cli_json_int(j, "with_slip", m->with_slip);
        cli_json_int(j, "right_with_slip", m->right_with_slip);
        cli_json_close(j, '}');
    }
    cli_json_close(j, ']');
    return CAIRN_OK;
}

static cairn_status put_all(cli *c, cli_json *j, const answering *a, uint64_t seed, int64_t skipped) {
    cairn_interval share;
    CAIRN_TRY(share_of(c, &a->vote, &share));
    cli_json_open(j, NULL, '{');
    CAIRN_TRY(put_models(c, j, a, seed));
    cli_json_int(j, "problems", a->problems);
    cli_json_int(j, "all_agree", a->all_agree);
    cli_json_int(j, "none_agree", a->none_agree);
    cli_json_int(j, "any_right", a->any.right);
    cli_json_open(j, "vote", '{');
    cli_json_outcomes(j, &a->vote, &share);
    cli_json_close(j, '}');
    cli_json_int(j, "vote_right", a->vote.right);
    cli_json_int(j, "vote_wrong", a->vote.n - a->vote.right - a->vote.unknown);
    cli_json_int(j, "vote_none", a->by_size[0].n);
    cli_json_int(j, "vote_ties", a->ties);
    cli_json_int(j, "ungraded", all_of(a).untold);
    cli_json_int(j, "recorded_differs", a->recorded_differs);
    cli_json_open(j, "answer_rules", '{');
    for (int32_t i = 0; i < a->n_rules; i++) cli_json_int(j, a->rules[i].rule, a->rules[i].n);
    cli_json_close(j, '}');
    cli_json_int(j, "failed_steps", a->failed);
    cli_json_int(j, "skipped_lines", skipped);
    cli_json_close(j, '}');
    return j->status;
}

static cairn_status print_json(cli *c, const answering *a, uint64_t seed, int64_t skipped) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cairn_status status = put_all(c, &j, a, seed, skipped);
    if (status == CAIRN_OK) return cli_json_end(&j);
    cairn_out_drop(j.out);
    return status;
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count;
    const answers_config *config = options_;
    answering *a = cairn_arena_alloc(c->arena, 1, sizeof *a);
    cairn_arena *scratch = NULL;
    int64_t skipped = 0;
    if (!a) return CAIRN_NO_MEMORY;
    cairn_status status = cairn_arena_open(c->ctx, 65536, &a->arena);
    if (status == CAIRN_OK) status = cairn_arena_open(c->ctx, 4096, &scratch);
    if (status == CAIRN_OK) status = scored_each(c, &config->scored, arguments[0], visit, a, &skipped);
    if (status == CAIRN_OK) status = count_all(c, a, scratch);
    if (status == CAIRN_OK)
        status = (config->scored.json ? print_json : print_human)(c, a, config->scored.seed, skipped);
    for (int32_t i = 0; i < a->n_models; i++) cairn_outcome_groups_free(&a->models[i].outcomes);
    cairn_free(a->models);
    cairn_free(a->solutions);
    cairn_arena_close(scratch);
    cairn_arena_close(a->arena);
    return status;
}

const cli_verb verb_eval_answers = {
    .about = {.name = "eval answers",
              .summary =
                  "Compare models' solutions of the same problems: slips, correctness, agreement, majority vote.",
              .options = options,
              .option_count = sizeof options / sizeof *options,
              .config_size = sizeof(answers_config)},
    .arguments = "FILE",
    .least = 1,
    .most = 1,
    .examples = "  cairn eval answers example_model_solutions.jsonl\n",
    .run = run,
};
