/* Who judges the items of a benchmark: a reward, or a critic that is asked in words. */
#include "cairn/world.h"
#include "cli/eval_bench.h"

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static cairn_status check(cli *c, const bench_options *o) {
    bool two = (*o->reward != 0) + (*o->predictions != 0) + (*o->critic != 0) > 1;
    if (two)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--reward, --critic and --predictions are different judges: give one");
    if (*o->run && !*o->reward && !*o->critic)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--run keeps the scores of --reward or the replies of --critic");
    if (o->resume && !*o->run) return cairn_fail(c->ctx, CAIRN_INVALID, "--resume goes on with the file of --run");
    if ((*o->prompt || o->votes > 1) && !*o->critic)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--prompt and --votes are for --critic");
    if (*o->tune_on && *o->critic)
        return cairn_fail(c->ctx, CAIRN_INVALID, "--tune-on chooses a threshold of scores, and --critic gives none");
    return CAIRN_OK;
}

cairn_status bench_judge_open(cli *c, const bench_options *o, bench_judge *out) {
    CAIRN_TRY(check(c, o));
    if (!*o->reward && !*o->critic) return CAIRN_OK;
    cairn_ctx_set_portable(c->ctx, o->portable);
    CAIRN_TRY(cairn_world_open(c->ctx, c->arena, o->world, &out->world));
    if (*o->critic) return cairn_policy_open(c->ctx, c->arena, o->critic, &out->world, &out->critic);
    if (*o->policy) CAIRN_TRY(cairn_policy_open(c->ctx, c->arena, o->policy, &out->world, &out->policy));
    return cairn_reward_open(c->ctx, c->arena, o->reward, &out->world, *o->policy ? &out->policy : NULL, &out->reward);
}

void bench_judge_close(bench_judge *judge) {
    if (judge->reward.type) cairn_reward_close(&judge->reward);
    if (judge->policy.type) cairn_policy_close(&judge->policy);
    if (judge->critic.type) cairn_policy_close(&judge->critic);
    if (judge->world.type) cairn_world_close(&judge->world);
}

const char *bench_judge_name(const bench_options *o) {
    return *o->reward ? o->reward : *o->critic ? o->critic : *o->predictions ? o->predictions : NULL;
}

/* ---- asking ------------------------------------------------------------------------------------------------------ */

static cairn_status ask_reward(cli *c, const bench_options *o, const cairn_reward *reward, cairn_bench_run *run,
                               const char *kept) {
    bool by_meaning = o->aggregate == BENCH_BY_MEANING;
    cairn_bench_asking how = {.seed = o->seed,
                              .aggregate = by_meaning ? cairn_meaning_aggregator(reward->meaning)
                                                      : (cairn_aggregator)o->aggregate,
                              .kept = kept,
                              .resume = o->resume};
    int64_t n = 0;
    for (size_t i = 0; i < cairn_bench_count(run); i++) n += cairn_bench_item_at(run, i)->n;
    CAIRN_TRY(cairn_progress_open(c->ctx, "score", n, o->quiet, &how.progress));
    cairn_status status = cairn_bench_ask(run, reward, &how);
    cairn_progress_close(how.progress);
    return status;
}

static cairn_status ask_critic(cli *c, const bench_options *o, const cairn_policy *critic, cairn_bench_run *run,
                               const char *kept, cairn_bench_criticism *out) {
    cairn_bench_critic how = {
        .policy = critic,
        .source = o->critic,
        .votes = (int32_t)o->votes,
        .sampling = {.temperature = o->critic_temperature, .max_tokens = (int32_t)o->critic_max_tokens},
        .seed = o->seed,
        .prompts = o->prompt,
        .kept = kept,
        .resume = o->resume};
    CAIRN_TRY(cairn_progress_open(c->ctx, "ask", cairn_bench_requests(run), o->quiet, &how.progress));
    cairn_status status = cairn_bench_ask_critic(run, &how, out);
    cairn_progress_close(how.progress);
    return status;
}

cairn_status bench_judge_ask(cli *c, const bench_options *o, const bench_judge *judge, cairn_bench_run *run, bool kept,
                             cairn_bench_criticism *criticism) {
    const char *path = kept && *o->run ? o->run : NULL;
    if (judge->reward.type) return ask_reward(c, o, &judge->reward, run, path);
    return judge->critic.type ? ask_critic(c, o, &judge->critic, run, path, criticism) : CAIRN_OK;
}
