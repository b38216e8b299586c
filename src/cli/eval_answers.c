/* cairn eval answers: several models' solutions of the same problems: slips, correctness, agreement, votes. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cairn/tool.h"
#include "cli/scored.h"
#include "cli/verbs.h"

typedef struct answers_config {
    scored_options scored;
} answers_config;
static const cairn_option options[] = {CLI_SCORED_OPTIONS(answers_config)};

enum { MOST_MODELS = 64 };

typedef struct model {
    const char *name;
    int64_t solutions, right, with_slip, right_with_slip, unanswered;
} model;

/* The solutions of one problem, which stand together in the file. */
typedef struct group {
    char *problem;
    char *target;
    int32_t n;
    char *answers[MOST_MODELS]; /* canonical; NULL: none */
    bool right[MOST_MODELS];
} group;

typedef struct answering {
    model models[MOST_MODELS];
    int32_t n_models;
    cairn_arena *arena; /* of the current group */
    group group;
    int64_t agree[MOST_MODELS + 1],
        agree_right[MOST_MODELS + 1]; /* problems by the votes of the winner; won by a right one */
    int64_t failed;                   /* steps that are unknown because the reward's program failed on them */
    int64_t problems, all_agree, none_agree, vote_right, vote_wrong, vote_none, any_right, ungraded, recorded_differs;
} answering;

static cairn_status find_model(cli *c, answering *a, const char *name, model **out) {
    for (int32_t i = 0; i < a->n_models; i++)
        if (strcmp(a->models[i].name, name) == 0) return *out = &a->models[i], CAIRN_OK;
    if (a->n_models == MOST_MODELS)
        return cairn_fail(c->ctx, CAIRN_LIMIT, "more than %d models in one file", MOST_MODELS);
    a->models[a->n_models].name = cairn_arena_copy(c->arena, name, strlen(name));
    if (!a->models[a->n_models].name) return CAIRN_NO_MEMORY;
    *out = &a->models[a->n_models++];
    return CAIRN_OK;
}

/* Closes the group: agreement and majority vote over its answers. */
static void close_group(answering *a) {
    group *g = &a->group;
    if (g->n == 0) return;
    int32_t classes[MOST_MODELS], most = 0;
    bool any = false;
    for (int32_t i = 0; i < g->n; i++) {
        classes[i] = g->answers[i] ? i : -1;
        any |= g->right[i];
        for (int32_t j = 0; j < i && classes[i] == i; j++)
            if (g->answers[j] && strcmp(g->answers[i], g->answers[j]) == 0) classes[i] = classes[j];
    }
    for (int32_t i = 0; i < g->n; i++) {
        int32_t size = 0;
        for (int32_t j = 0; j < g->n; j++) size += classes[i] >= 0 && classes[j] == classes[i];
        if (size > most) most = size;
    }
    int32_t winner = cairn_vote_majority(classes, (size_t)g->n);
    a->problems++;
    a->all_agree += most == g->n;
    a->none_agree += most <= 1;
    a->any_right += any;
    a->vote_none += winner < 0;
    a->agree[most]++;
    a->agree_right[most] += winner >= 0 && g->right[winner];
    if (winner >= 0 && g->right[winner]) a->vote_right++;
    if (winner >= 0 && !g->right[winner]) a->vote_wrong++;
}

static cairn_status open_group(cli *c, answering *a, const cairn_record *r) {
    close_group(a);
    cairn_arena_reset(a->arena);
    a->group = (group){.problem = cairn_arena_copy(a->arena, r->problem, strlen(r->problem))};
    (void)c;
    return a->group.problem ? CAIRN_OK : CAIRN_NO_MEMORY;
}

/* Adds an answer; its own grade by equality with the target is compared with the recorded one. */
static cairn_status add_answer(cli *c, answering *a, const cairn_record *r) {
    group *g = &a->group;
    if (g->n == MOST_MODELS)
        return cairn_fail(c->ctx, CAIRN_LIMIT, "more than %d solutions of one problem", MOST_MODELS);
    char *answer = NULL, *target = NULL;
    if (r->answer) CAIRN_TRY(cairn_answer_canonical(c->ctx, a->arena, r->answer, strlen(r->answer), &answer));
    if (r->target) CAIRN_TRY(cairn_answer_canonical(c->ctx, a->arena, r->target, strlen(r->target), &target));
    bool right = answer && target && strcmp(answer, target) == 0;
    if (r->correct != CAIRN_VERDICT_UNKNOWN) {
        if (target) a->recorded_differs += right != (r->correct == CAIRN_VERDICT_RIGHT);
        right = r->correct == CAIRN_VERDICT_RIGHT;
    } else if (!target) {
        a->ungraded++;
    }
    g->answers[g->n] = answer;
    g->right[g->n++] = right;
    return CAIRN_OK;
}

static cairn_status visit(cli *c, void *arg, const scored *s) {
    answering *a = arg;
    const cairn_record *r = s->record;
    model *m = NULL;
    if (a->group.n == 0 || strcmp(a->group.problem, r->problem) != 0) CAIRN_TRY(open_group(c, a, r));
    CAIRN_TRY(add_answer(c, a, r));
    CAIRN_TRY(find_model(c, a, r->generator ? r->generator : "(unnamed)", &m));
    bool right = a->group.right[a->group.n - 1], slip = s->first_wrong >= 0;
    m->solutions++;
    a->failed += s->failed;
    m->right += right;
    m->with_slip += slip;
    m->right_with_slip += slip && right;
    m->unanswered += !a->group.answers[a->group.n - 1];
    return CAIRN_OK;
}

static double percent(int64_t part, int64_t whole) {
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

/* "44.3   41.6 .. 47.0": per cent with Wilson's interval; blanks where there is nothing. */
static cairn_status share_text(cli *c, int64_t part, int64_t whole, char out[64]) {
    cairn_interval share;
    char interval[32];
    snprintf(out, 64, "%22s", "");
    if (whole == 0) return CAIRN_OK;
    CAIRN_TRY(cairn_stat_wilson(c->ctx, part, whole, 0.95, &share));
    snprintf(interval, sizeof interval, "%.1f .. %.1f", 100 * share.low, 100 * share.high);
    snprintf(out, 64, "%s%6.1f%s  %14s", cli_paint_code(c, CLI_BOLD), 100 * share.estimate,
             cli_paint_code(c, CLI_PLAIN), interval);
    return CAIRN_OK;
}

static cairn_status print_models(cli *c, const answering *a) {
    char share[64];
    printf("%s  %-24s %9s  %6s  %14s %10s %16s %19s%s\n", cli_paint_code(c, CLI_DIM), "model", "solutions", "right%",
           "95 % interval", "with slip", "right with slip", "right without slip", cli_paint_code(c, CLI_PLAIN));
    for (int32_t i = 0; i < a->n_models; i++) {
        const model *m = &a->models[i];
        char name[64];
        cli_safe_line(m->name, name, sizeof name);
        CAIRN_TRY(share_text(c, m->right, m->solutions, share));
        printf("  %-24s %9" PRId64 "  %s  %10" PRId64 " %14.1f %% %17.1f %%\n", cli_shorten(c, name, 24), m->solutions,
               share, m->with_slip, percent(m->right_with_slip, m->with_slip),
               percent(m->right - m->right_with_slip, m->solutions - m->with_slip));
    }
    return CAIRN_OK;
}

/* How far a vote can be trusted: right by the number of models that gave its answer. */
static cairn_status print_votes(cli *c, const answering *a) {
    char share[64];
    printf("\n%s  %-24s %9s  %6s  %14s%s\n", cli_paint_code(c, CLI_DIM), "models that agree", "problems", "right%",
           "95 % interval", cli_paint_code(c, CLI_PLAIN));
    for (int32_t votes = a->n_models; votes >= 0; votes--) {
        if (a->agree[votes] == 0) continue;
        char what[64];
        snprintf(what, sizeof what,
                 votes > 1 ? "%d of %d"
                 : votes   ? "no two (the first wins)"
                           : "no answer",
                 (int)votes, (int)a->n_models);
        CAIRN_TRY(share_text(c, a->agree_right[votes], a->agree[votes], share));
        printf("  %-24s %9" PRId64 "  %s\n", what, a->agree[votes], share);
    }
    CAIRN_TRY(share_text(c, a->vote_right, a->problems, share));
    printf("  %-24s %9" PRId64 "  %s\n", "majority vote", a->problems, share);
    CAIRN_TRY(share_text(c, a->any_right, a->problems, share));
    printf("  %-24s %9" PRId64 "  %s\n", "at least one is right", a->problems, share);
    return CAIRN_OK;
}

static cairn_status print_human(cli *c, const answering *a, int64_t skipped) {
    CAIRN_TRY(print_models(c, a));
    CAIRN_TRY(print_votes(c, a));
    printf("\n  right: as the file records it; by equality of the final numbers %" PRId64 " solutions would differ\n",
           a->recorded_differs);
    if (a->ungraded) printf("  %" PRId64 " solutions have neither a recorded outcome nor a true answer\n", a->ungraded);
    if (a->failed) printf("  %" PRId64 " steps are unknown because the reward's program failed on them\n", a->failed);
    if (skipped) printf("  %" PRId64 " bad lines were passed over\n", skipped);
    return CAIRN_OK;
}

static cairn_status print_json(cli *c, const answering *a, int64_t skipped) {
    cli_json j;
    CAIRN_TRY(cli_json_begin(c, &j));
    cli_json_open(&j, NULL, '{');
    cli_json_open(&j, "models", '[');
    for (int32_t i = 0; i < a->n_models; i++) {
        const model *m = &a->models[i];
        cli_json_open(&j, NULL, '{');
        cli_json_text(&j, "model", m->name);
        cli_json_int(&j, "solutions", m->solutions);
        cli_json_int(&j, "right", m->right);
        cli_json_int(&j, "with_slip", m->with_slip);
        cli_json_int(&j, "right_with_slip", m->right_with_slip);
        cli_json_int(&j, "unanswered", m->unanswered);
        cli_json_close(&j, '}');
    }
    cli_json_close(&j, ']');
    cli_json_int(&j, "problems", a->problems);
    cli_json_int(&j, "all_agree", a->all_agree);
    cli_json_int(&j, "none_agree", a->none_agree);
    cli_json_int(&j, "any_right", a->any_right);
    cli_json_int(&j, "vote_right", a->vote_right);
    cli_json_int(&j, "vote_wrong", a->vote_wrong);
    cli_json_int(&j, "vote_none", a->vote_none);
    cli_json_int(&j, "ungraded", a->ungraded);
    cli_json_int(&j, "recorded_differs", a->recorded_differs);
    cli_json_int(&j, "failed_steps", a->failed);
    cli_json_int(&j, "skipped_lines", skipped);
    cli_json_close(&j, '}');
    return cli_json_end(&j);
}

static cairn_status run(cli *c, const void *options_, int count, char **arguments) {
    (void)count;
    const answers_config *config = options_;
    answering *a = cairn_arena_alloc(c->arena, 1, sizeof *a);
    int64_t skipped = 0;
    if (!a) return CAIRN_NO_MEMORY;
    CAIRN_TRY(cairn_arena_open(c->ctx, 4096, &a->arena));
    cairn_status status = scored_each(c, &config->scored, arguments[0], visit, a, &skipped);
    if (status == CAIRN_OK) {
        close_group(a);
        status = config->scored.json ? print_json(c, a, skipped) : print_human(c, a, skipped);
    }
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
