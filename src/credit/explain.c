/* A plan in words and formulas, a line a stage. */
#include <math.h>

#include "credit/call.h"

/* What the lines are added to; the first failure is kept. */
typedef struct page {
    cairn_ctx *ctx;
    cairn_text *out;
    cairn_status status;
} page;

#define SAY(page_, ...)                                                                            \
    do {                                                                                           \
        page *p_ = (page_);                                                                        \
        if (p_->status == CAIRN_OK) p_->status = cairn_text_printf(p_->ctx, p_->out, __VA_ARGS__); \
    } while (0)

/* Doubles as short as they read back; several in one call. */
typedef struct number {
    char text[32];
} number;

static number shown(double x) {
    number n;
    cairn_format_double(x, n.text);
    return n;
}

#define N(x) (shown(x).text)

static void say_outcome(page *to, const cairn_credit_plan *p) {
    switch (p->outcome) {
    case CAIRN_OUTCOME_FLIP:
        SAY(to, "outcome    1 - outcome with probability %s for each %s%s\n", N(p->flip),
            p->flip_responses ? "response" : "group", p->flip_fixed ? ", the same in every iteration" : "");
        return;
    case CAIRN_OUTCOME_PATTERN:
        SAY(to, "outcome    the pattern score\n");
        return;
    case CAIRN_OUTCOME_CALIBRATE:
        SAY(to, "outcome    below %s: min(1, outcome + %s pattern)\n", N(p->tau), N(p->alpha));
        return;
    default:
        SAY(to, "outcome    as given\n");
        return;
    }
}

static void say_scalar(page *to, const cairn_credit_plan *p) {
    static const char *const modes[] = {"", ", as the released code",
                                        ", none unless right and wrong answers are there"};
    switch (p->scalar) {
    case CAIRN_SCALAR_BLEND:
        SAY(to, "scalar     outcome + %s mean score\n", N(p->blend));
        return;
    case CAIRN_SCALAR_GATED:
        SAY(to, "scalar     format + outcome + [outcome = 1] %s think\n", N(p->think_weight));
        return;
    case CAIRN_SCALAR_UNGATED:
        SAY(to, "scalar     format + outcome + %s think\n", N(p->think_weight));
        return;
    case CAIRN_SCALAR_TRUST:
        SAY(to, "scalar     outcome + %s%s think", p->trusting ? "" : "trust ", N(p->think_weight));
        if (p->anneal > 0) SAY(to, " exp(-iteration / %s)", N(p->anneal));
        SAY(to, "%s\n", modes[p->trust]);
        return;
    case CAIRN_SCALAR_OVERLONG:
        SAY(to, "scalar     outcome, minus up to 1 over the last %lld of %lld tokens\n", (long long)p->overlong_buffer,
            (long long)p->overlong_budget);
        return;
    default:
        SAY(to, "scalar     the outcome\n");
        return;
    }
}

static void say_select(page *to, const cairn_credit_plan *p) {
    static const char *const sides[] = {"both sides by agreement of steps and outcome",
                                        "right ones by agreement, wrong ones at random",
                                        "wrong ones by agreement, right ones at random", "at random"};
    switch (p->select) {
    case CAIRN_SELECT_CONSISTENT:
        SAY(to,
            "select     %lld of each group, as many right as wrong, %s; %s off for fewer than %lld or more than %lld "
            "steps\n",
            (long long)p->keep, sides[p->side], N(p->step_penalty), (long long)p->steps_low, (long long)p->steps_high);
        return;
    case CAIRN_SELECT_SPREAD:
        SAY(to, "select     groups with a mean outcome in %c%s, %s%c%s\n", p->spread_open ? '(' : '[', N(p->spread_low),
            N(p->spread_high), p->spread_open ? ')' : ']', p->drop_truncated ? ", no response truncated" : "");
        return;
    default:
        SAY(to, "select     all\n");
        return;
    }
}

/* ---- streams -------------------------------------------------------------------------------------------------------------- */

static void say_rule(page *to, const cairn_credit_stream *s) {
    switch (s->rule) {
    case CAIRN_STEP_NONE:
        return;
    case CAIRN_STEP_SUM:
        SAY(to, "score");
        return;
    case CAIRN_STEP_SOFTMIN:
        SAY(to, "score softmax(-score / %s)", N(s->a));
        return;
    case CAIRN_STEP_MIN:
        SAY(to, "[worst step] score");
        return;
    case CAIRN_STEP_CLIP:
        SAY(to, "min(score - %s, 0)", N(s->a));
        return;
    case CAIRN_STEP_DELTA:
        SAY(to, "(score - next score)");
        return;
    case CAIRN_STEP_CLIP_DELTA:
        SAY(to, "(x - next x), x = min(score - %s, 0)", N(s->a));
        return;
    case CAIRN_STEP_PROGRESS:
        SAY(to, "(score - previous score), first from %s", N(s->a));
        return;
    case CAIRN_STEP_RENORM:
        SAY(to, "(score + outcome - %s, last step: outcome)", N(s->a));
        return;
    case CAIRN_STEP_PENALTY:
        SAY(to, "(-%s for a wrong step)", N(s->a));
        return;
    case CAIRN_STEP_THOUGHT:
        SAY(to, "(right answer: -%s accuracy for a wrong step; wrong answer: no blame for a step not wrong)", N(s->a));
        return;
    case CAIRN_STEP_PREFIX:
        SAY(to, "(wrong answer: %s before its first wrong step, %s more blame from it on)", N(s->b), N(s->a));
        return;
    }
}

/* "a + 2 b": a source with its weight. */
static void say_source(page *to, int *said, double weight, const char *name) {
    if (weight == 0) return;
    SAY(to, "%s", *said ? weight < 0 ? " - " : " + " : weight < 0 ? "-" : "");
    if (fabs(weight) != 1) SAY(to, "%s ", N(fabs(weight)));
    SAY(to, "%s", name);
    ++*said;
}

static void say_sources(page *to, const cairn_credit_stream *s) {
    int said = 0;
    say_source(to, &said, s->scalar, "scalar");
    say_source(to, &said, s->format, "format");
    say_source(to, &said, s->think, "think");
    say_source(to, &said, s->steps, "");
    if (s->steps != 0) say_rule(to, s);
    say_source(to, &said, s->tokens, "token reward");
    say_source(to, &said, -s->kl, s->kl_form == CAIRN_CREDIT_K1 ? "k1(policy, reference)" : "k3(policy, reference)");
    if (s->scaled) SAY(to, ", over the batch's greatest return");
}

static void say_estimator(page *to, const cairn_credit_stream *s) {
    static const char *const plain[] = {"none",
                                        "minus the group's mean",
                                        "minus the group's mean, over its deviation",
                                        "minus the group's mean, over the batch's deviation",
                                        "minus the mean of the others",
                                        "",
                                        "",
                                        "",
                                        "minus the mean weighted by length",
                                        "minus the greedy response's",
                                        "",
                                        "minus the mean of steps from the same state, over their deviation"};
    static const char *const pools[] = {"tokens", "responses", "steps"};
    switch (s->estimator) {
    case CAIRN_ESTIMATE_RLOO_TOKEN:
        if (s->horizon)
            SAY(to, "minus the others' mean over %lld tokens", (long long)s->horizon);
        else
            SAY(to, "minus the others' mean over the longest response");
        break;
    case CAIRN_ESTIMATE_POOLED:
        SAY(to, "minus the group's mean, over its deviation, of all its %s", pools[s->pool]);
        break;
    case CAIRN_ESTIMATE_GAE:
        SAY(to, "GAE, lambda %s", N(s->lambda));
        break;
    case CAIRN_ESTIMATE_PASS_K:
        SAY(to, "advantage of pass@%lld", (long long)s->k);
        break;
    default:
        SAY(to, "%s", plain[s->estimator]);
        break;
    }
    if (s->centre != CAIRN_CENTRE_AFTER) SAY(to, ", taken off before the sum (biased)");
    if (s->among_right) SAY(to, ", among right responses");
}

static void say_stream(page *to, const cairn_credit_stream *s, int32_t i) {
    static const char *const sums[] = {"total", "sum to the end", "each by itself"};
    SAY(to, "stream %d   ", (int)i);
    if (s->weight != 1) SAY(to, "%s x ", N(s->weight));
    SAY(to, "[");
    say_sources(to, s);
    SAY(to, " -> %s", sums[s->sum]);
    if (s->gamma != 1 && s->sum == CAIRN_RETURN_TO_GO)
        SAY(to, ", discount %s a %s", N(s->gamma), s->by_step ? "step" : "token");
    SAY(to, " -> ");
    say_estimator(to, s);
    SAY(to, "]\n");
}

static void say_finish(page *to, const cairn_credit_plan *p) {
    int said = 0;
    SAY(to, "finish     ");
    if (p->mask_truncated) SAY(to, "%struncated responses left out", said++ ? ", " : "");
    if (p->whiten) SAY(to, "%swhitened over the batch", said++ ? ", " : "");
    if (p->importance_max > 0) SAY(to, "%stimes min(policy / sampler, %s)", said++ ? ", " : "", N(p->importance_max));
    SAY(to, "%s\n", said ? "" : "as it is");
}

static void say_bound(page *to, const cairn_credit_plan *p) {
    int32_t i = rule_stream(p);
    if (i < 0) return;
    double low, high;
    step_bounds(&p->streams[i], p->used, 2, &low, &high);
    SAY(to, "bound      the step rewards of a response sum to between %s and %s\n", N(low), N(high));
}

cairn_status cairn_credit_explain(cairn_ctx *ctx, const cairn_credit_plan *plan, cairn_text *out) {
    CAIRN_TRY(check_plan(ctx, plan));
    page to = {ctx, out, CAIRN_OK};
    say_outcome(&to, plan);
    say_scalar(&to, plan);
    say_select(&to, plan);
    for (int32_t i = 0; i < plan->n_streams; i++)
        if (plan->streams[i].weight != 0) say_stream(&to, &plan->streams[i], i);
    say_finish(&to, plan);
    say_bound(&to, plan);
    return to.status;
}
