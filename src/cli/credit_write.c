/* Responses with their advantages as JSON lines: in our own names, and in those of three trainers. */
#include <math.h>
#include <string.h>

#include "cli/credit.h"

/* One response, as the layouts see it. */
typedef struct written {
    const credit_batch *batch;
    const cairn_credit_row *row;
    const cairn_trajectory *y;
    size_t place;            /* among the responses, group by group */
    const double *advantage; /* [n_tokens] */
    const double *ret;       /* [n_tokens] */
    const double *step;      /* [n_steps] */
    double scalar;
    const double *logp; /* [n_tokens] of the sampler, else of the trainer's policy; NULL: none */
} written;

static void put_ids(cli_json *j, const char *key, const int32_t *ids, int32_t n) {
    cli_json_open(j, key, '[');
    for (int32_t i = 0; i < n; i++) cli_json_int(j, NULL, ids[i]);
    cli_json_close(j, ']');
}

/* Null for what is not known. */
static void put_reals(cli_json *j, const char *key, const double *x, int32_t n) {
    if (!x) {
        cli_json_text(j, key, NULL);
        return;
    }
    cli_json_open(j, key, '[');
    for (int32_t i = 0; i < n; i++) cli_json_real(j, NULL, x[i]);
    cli_json_close(j, ']');
}

static void put_mask(cli_json *j, const char *key, const cairn_trajectory *y) {
    cli_json_open(j, key, '[');
    for (int32_t t = 0; t < y->n_tokens; t++) cli_json_int(j, NULL, !y->drawn || y->drawn[t]);
    cli_json_close(j, ']');
}

/* ---- our own ------------------------------------------------------------------------------------------------------- */

static void put_cairn(cli_json *j, const written *w) {
    const cairn_trajectory *y = w->y;
    put_reals(j, "advantages", w->advantage, y->n_tokens);
    if (w->row->completion_ids) put_ids(j, "completion_ids", w->row->completion_ids, y->n_tokens);
    cli_json_text(j, "group", w->batch->names[w->batch->group_of[w->place]]);
    cli_json_text(j, "id", w->row->record.id);
    cli_json_bool(j, "kept", w->batch->result.keep[w->place]);
    if (y->drawn) put_mask(j, "mask", y);
    cli_json_real(j, "outcome", y->outcome);
    if (w->row->prompt_ids) put_ids(j, "prompt_ids", w->row->prompt_ids, w->row->n_prompt_ids);
    put_reals(j, "returns", w->ret, y->n_tokens);
    cli_json_real(j, "scalar", w->scalar);
    put_ids(j, "step_ends", y->step_end, y->n_steps);
    put_reals(j, "step_rewards", w->step, y->n_steps);
    put_reals(j, "step_scores", y->step_score, y->n_steps);
    cli_json_int(j, "version", 1);
}

/* ---- TRL ----------------------------------------------------------------------------------------------------------- */

static void put_trl(cli_json *j, const written *w) {
    put_ids(j, "prompt_ids", w->row->prompt_ids, w->row->n_prompt_ids);
    put_ids(j, "completion_ids", w->row->completion_ids, w->y->n_tokens);
    put_reals(j, "logprobs", w->logp, w->y->n_tokens);
    put_mask(j, "env_mask", w->y);
    put_reals(j, "advantages", w->advantage, w->y->n_tokens);
}

/* ---- verl ---------------------------------------------------------------------------------------------------------- */

/* What the plan pays for token t, without the log-ratio to a reference: step rewards where steps end, token rewards,
 * and on the last drawn token what is paid for the whole response. `step` is the step of t. An unknown part pays
 * nothing. */
static double token_reward(const written *w, int32_t t, int32_t step, int32_t last) {
    const cairn_credit_plan *plan = &w->batch->plan;
    const cairn_trajectory *y = w->y;
    double sum = 0;
    bool ruled = false; /* only the first rule's rewards are told */
    if (!w->batch->result.keep[w->place]) return 0;
    for (int32_t i = 0; i < plan->n_streams; i++) {
        const cairn_credit_stream *s = &plan->streams[i];
        if (s->among_right && !(y->outcome >= 0.5)) continue;
        const double whole[] = {s->scalar * w->scalar, s->format * y->format, s->think * y->think};
        for (int k = 0; t == last && k < 3; k++) sum += isnan(whole[k]) ? 0 : s->weight * whole[k];
        if (s->tokens != 0 && y->token_reward && !isnan(y->token_reward[t]))
            sum += s->weight * s->tokens * y->token_reward[t];
        if (ruled || s->weight == 0 || s->steps == 0 || s->rule == CAIRN_STEP_NONE) continue;
        ruled = true;
        if (t == y->step_end[step]) sum += s->weight * s->steps * w->step[step];
    }
    return sum;
}

static void put_token_rewards(cli_json *j, const char *key, const written *w) {
    int32_t last = w->y->n_tokens - 1;
    while (last > 0 && w->y->drawn && !w->y->drawn[last]) last--;
    cli_json_open(j, key, '[');
    for (int32_t t = 0, step = 0; t < w->y->n_tokens; t++) {
        cli_json_real(j, NULL, token_reward(w, t, step, last));
        step += t == w->y->step_end[step] && step < w->y->n_steps - 1;
    }
    cli_json_close(j, ']');
}

static void put_verl(cli_json *j, const written *w) {
    cli_json_text(j, "uid", w->batch->names[w->batch->group_of[w->place]]);
    put_ids(j, "prompts", w->row->prompt_ids, w->row->n_prompt_ids);
    put_ids(j, "responses", w->row->completion_ids, w->y->n_tokens);
    put_mask(j, "response_mask", w->y);
    put_reals(j, "rollout_log_probs", w->logp, w->y->n_tokens);
    put_token_rewards(j, "token_level_rewards", w);
    put_reals(j, "advantages", w->advantage, w->y->n_tokens);
    put_reals(j, "returns", w->ret, w->y->n_tokens);
}

/* ---- OpenRLHF ------------------------------------------------------------------------------------------------------ */

/* Its arrays are over prompt and response without the first token: element i is of token i + 1. */
static void put_shifted(cli_json *j, const char *key, const written *w, const double *x) {
    if (!x) {
        cli_json_text(j, key, NULL);
        return;
    }
    cli_json_open(j, key, '[');
    for (int32_t i = 1; i < w->row->n_prompt_ids; i++) cli_json_real(j, NULL, 0);
    for (int32_t t = 0; t < w->y->n_tokens; t++) cli_json_real(j, NULL, x[t]);
    cli_json_close(j, ']');
}

static void put_openrlhf(cli_json *j, const written *w) {
    const cairn_credit_row *row = w->row;
    cli_json_open(j, "sequences", '[');
    for (int32_t i = 0; i < row->n_prompt_ids; i++) cli_json_int(j, NULL, row->prompt_ids[i]);
    for (int32_t t = 0; t < w->y->n_tokens; t++) cli_json_int(j, NULL, row->completion_ids[t]);
    cli_json_close(j, ']');
    cli_json_open(j, "action_mask", '[');
    for (int32_t i = 1; i < row->n_prompt_ids; i++) cli_json_int(j, NULL, 0);
    for (int32_t t = 0; t < w->y->n_tokens; t++) cli_json_int(j, NULL, !w->y->drawn || w->y->drawn[t]);
    cli_json_close(j, ']');
    put_shifted(j, "rollout_log_probs", w, w->logp);
    put_shifted(j, "advantages", w, w->advantage);
    put_shifted(j, "returns", w, w->ret);
    cli_json_real(j, "rewards", w->scalar);
    cli_json_int(j, "index", (int64_t)w->place);
}

/* ---- the file ------------------------------------------------------------------------------------------------------ */

static const struct {
    void (*put)(cli_json *j, const written *w);
    bool ids;       /* needs prompt_ids and completion_ids */
    int32_t prompt; /* fewest tokens of a prompt */
} layouts[] = {[CREDIT_CAIRN] = {put_cairn, false, 0},
               [CREDIT_TRL] = {put_trl, true, 0},
               [CREDIT_VERL] = {put_verl, true, 0},
               [CREDIT_OPENRLHF] = {put_openrlhf, true, 1}};

static cairn_status check(const cli *c, credit_layout layout, const cairn_credit_row *row) {
    const char *lacks = !row->prompt_ids || row->n_prompt_ids < layouts[layout].prompt ? "prompt_ids"
                        : !row->completion_ids                                         ? "completion_ids"
                                                                                       : NULL;
    if (!layouts[layout].ids || !lacks) return CAIRN_OK;
    return cairn_fail(c->ctx, CAIRN_FORMAT, "%s: field `%s`: expected token numbers, which this layout holds, got %s",
                      row->response.name, lacks,
                      strcmp(lacks, "prompt_ids") == 0 && row->prompt_ids ? "none" : "nothing");
}

cairn_status credit_write(const cli *c, credit_layout layout, const credit_batch *b, cairn_out *out) {
    for (size_t i = 0; i < b->n; i++) {
        size_t at = b->place_of[i];
        const cairn_trajectory *y = &b->responses[at];
        written w = {.batch = b,
                     .row = &b->rows[i],
                     .y = y,
                     .place = at,
                     .advantage = b->result.advantage + b->token[at],
                     .ret = b->result.ret + b->token[at],
                     .step = b->result.step + b->step[at],
                     .scalar = b->result.scalar[at],
                     .logp = y->logp_sampler ? y->logp_sampler : y->logp};
        cli_json j = {.out = out};
        CAIRN_TRY(check(c, layout, w.row));
        cli_json_open(&j, NULL, '{');
        layouts[layout].put(&j, &w);
        cli_json_close(&j, '}');
        CAIRN_TRY(j.status);
        CAIRN_TRY(cairn_out_write(out, "\n", 1));
    }
    return CAIRN_OK;
}
