/* Reward `critic` that reads a whole solution at once (arXiv 2412.06559, 2501.07301): paragraphs are tagged and
 * numbered from 0, and the critique names the first wrong one in \boxed{}, or -1. A step before it is right (1), it is
 * wrong (0), those after it were not judged. The score is the mean over `samples` critiques that judged the step. */
#include <math.h>
#include <string.h>

#include "cairn/tool.h"
#include "reward/critic.h"

enum { PROBLEM, SOLUTION, PLACES };
static const char *const places[PLACES] = {"problem", "solution"};

cairn_status critic_solution_template(cairn_ctx *ctx, cairn_arena *arena, const char *path, cairn_template **out) {
    static const char built_in[] = CAIRN_CRITIC_SOLUTION_TEMPLATE;
    if (!*path) return cairn_template_parse(ctx, arena, "template", built_in, sizeof built_in - 1, places, PLACES, out);
    CAIRN_TRY(cairn_template_read(ctx, arena, path, places, PLACES, out));
    if (cairn_template_has(*out, SOLUTION)) return CAIRN_OK;
    return cairn_fail(ctx, CAIRN_FORMAT, "%s: the solution that is judged is never shown: {solution} is missing", path);
}

/* What the steps come to. */
typedef struct opinion {
    double *sum;      /* [n] of the scores */
    int32_t *counted; /* [n] */
    int32_t unreadable;
    const char *shown; /* the first critique that could be read, or why none could */
} opinion;

/* A step with a tag in it would shift the paragraphs. */
static bool holds_tag(const cairn_scoring *last) {
    for (int32_t i = 0; i < last->n_steps; i++)
        if (strstr(last->steps[i], "<paragraph_") || strstr(last->steps[i], "</paragraph_")) return true;
    return false;
}

static cairn_status prompt_of(cairn_ctx *ctx, const critic *self, cairn_arena *arena, const cairn_scoring *last,
                              const char **out) {
    cairn_text solution = {0}, prompt = {0};
    cairn_status status = CAIRN_OK;
    const char *const *shown;
    CAIRN_TRY(cairn_turn_texts(arena, last->steps, last->observations, last->n_steps, &shown));
    for (int32_t i = 0; i < last->n_steps && status == CAIRN_OK; i++)
        status = cairn_text_printf(ctx, &solution, "%s<paragraph_%d>\n%s\n</paragraph_%d>", i ? "\n\n" : "", (int)i,
                                   shown[i], (int)i);
    if (status == CAIRN_OK)
        status =
            cairn_template_fill(ctx, self->template,
                                (const char *[]){[PROBLEM] = last->problem->text, [SOLUTION] = solution.data}, &prompt);
    *out = status == CAIRN_OK ? cairn_arena_copy(arena, prompt.data, prompt.length) : "";
    cairn_text_free(&solution);
    cairn_text_free(&prompt);
    return status == CAIRN_OK && !*out ? CAIRN_NO_MEMORY : status;
}

/* The first wrong step that a critique names, CAIRN_NO_ERROR, or CAIRN_UNLABELLED where it names none of them. */
static cairn_status named(cairn_ctx *ctx, cairn_arena *arena, const cairn_asking *critique, int32_t n, int32_t *first,
                          const char **shown) {
    cairn_text text = {0};
    cairn_status status = cairn_text_add(ctx, &text, "", 0);
    for (int32_t i = 0; i < critique->n_written && status == CAIRN_OK; i++)
        status = cairn_text_printf(ctx, &text, "%s%s", i ? " " : "", critique->written[i]);
    if (status == CAIRN_OK) {
        *first = cairn_boxed_int(text.data, text.length);
        if (*first < CAIRN_NO_ERROR || *first >= n || critique->stop == CAIRN_STOP_LENGTH) *first = CAIRN_UNLABELLED;
        *shown = cairn_arena_copy(arena, text.data, text.length);
        if (!*shown) status = CAIRN_NO_MEMORY;
    }
    cairn_text_free(&text);
    return status;
}

static void add(const critic *self, opinion *o, int32_t first, int32_t n) {
    int32_t judged = first == CAIRN_NO_ERROR ? n : first + 1;
    double blank = self->c.unreadable == UNREADABLE_HALF ? 0.5 : 0;
    if (first == CAIRN_UNLABELLED) {
        o->unreadable++;
        judged = self->c.unreadable == UNREADABLE_UNKNOWN ? 0 : n;
    }
    for (int32_t i = 0; i < judged; i++) {
        o->sum[i] += first == CAIRN_UNLABELLED ? blank : i != first;
        o->counted[i]++;
    }
}

static cairn_status ask(cairn_ctx *ctx, critic *self, cairn_arena *arena, const cairn_scoring *last, opinion *o,
                        cairn_reward_cost *cost) {
    int32_t samples = (int32_t)self->c.samples, n = last->n_steps;
    cairn_asking *asks = cairn_arena_alloc(arena, (size_t)samples, sizeof *asks);
    const char *prompt;
    if (!asks) return CAIRN_NO_MEMORY;
    CAIRN_TRY(prompt_of(ctx, self, arena, last, &prompt));
    for (int32_t i = 0; i < samples; i++)
        asks[i] =
            (cairn_asking){.name = last->problem->id,
                           .problem = prompt,
                           .sampling = {.temperature = self->c.temperature, .max_tokens = (int32_t)self->c.max_tokens},
                           .known = i > 0, /* the prompt */
                           .rng = cairn_rng_open(last->seed, last->problem->key, last->path, CAIRN_VERB_SCORE,
                                                 CAIRN_ROLE_CRITIC, (uint32_t)i)};
    CAIRN_TRY(critic_ask(ctx, self, arena, asks, samples));
    for (int32_t i = 0; i < samples; i++) {
        int32_t first = CAIRN_UNLABELLED;
        const char *shown = "too long for the critic's context";
        if (asks[i].status != CAIRN_OK && asks[i].status != CAIRN_LIMIT) return asks[i].status;
        if (asks[i].status == CAIRN_OK) CAIRN_TRY(named(ctx, arena, &asks[i], n, &first, &shown));
        if (!o->shown) o->shown = shown;
        add(self, o, first, n);
    }
    critic_debit(asks, samples, cost);
    return CAIRN_OK;
}

/* Scores of all steps of a solution, [last->n_steps]; a code and evidence of the whole. */
static cairn_status judge(cairn_ctx *ctx, critic *self, cairn_arena *arena, const cairn_scoring *last, double **scores,
                          const char **code, const char **evidence, cairn_reward_cost *cost) {
    size_t n = (size_t)last->n_steps;
    opinion o = {.sum = cairn_arena_alloc(arena, n, sizeof *o.sum),
                 .counted = cairn_arena_alloc(arena, n, sizeof *o.counted)};
    if (!o.sum || !o.counted) return CAIRN_NO_MEMORY;
    if (holds_tag(last)) {
        for (int32_t i = 0; i < self->c.samples; i++) add(self, &o, CAIRN_UNLABELLED, last->n_steps);
        o.shown = "a step holds a paragraph's tag";
    } else {
        CAIRN_TRY(ask(ctx, self, arena, last, &o, cost));
    }
    for (size_t i = 0; i < n; i++) o.sum[i] = o.counted[i] ? o.sum[i] / o.counted[i] : NAN;
    *scores = o.sum;
    *code = o.unreadable == self->c.samples ? "unreadable" : o.unreadable ? "partly-unreadable" : "";
    *evidence = o.shown;
    if (cost) cost->calls++;
    return CAIRN_OK;
}

static void fill(cairn_scoring *q, double score, const char *code, const char *evidence) {
    q->status = CAIRN_OK;
    q->score = score;
    q->code = *code ? code : isnan(score) ? "after-first-error" : "";
    q->evidence = evidence;
}

cairn_status critic_judge_solution(cairn_ctx *ctx, critic *self, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                                   cairn_reward_cost *cost) {
    double *scores;
    const char *code, *evidence;
    if (n <= 0) return CAIRN_OK;
    CAIRN_TRY(judge(ctx, self, arena, &requests[n - 1], &scores, &code, &evidence, cost));
    for (int32_t i = 0; i < n; i++) fill(&requests[i], scores[i], code, evidence);
    return CAIRN_OK;
}

cairn_status critic_score_ends(cairn_ctx *ctx, critic *self, cairn_arena *arena, cairn_scoring *requests, int32_t n,
                               cairn_reward_cost *cost) {
    for (int32_t i = 0; i < n; i++) {
        double *scores;
        const char *code, *evidence;
        CAIRN_TRY(judge(ctx, self, arena, &requests[i], &scores, &code, &evidence, cost));
        fill(&requests[i], scores[requests[i].n_steps - 1], code, evidence);
    }
    return CAIRN_OK;
}
