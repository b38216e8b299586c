/* The cast of a job: a policy and a reward for each role that is bound, opened by every worker for itself. */
#include <string.h>

#include "eval/job_worker.h"

const char *job_policy_spec(const cairn_job_setup *setup, cairn_role role) {
    return role == CAIRN_ROLE_GENERATOR ? setup->policy : setup->cast[role].policy;
}

const char *job_reward_spec(const cairn_job_setup *setup, cairn_role role) {
    return role == CAIRN_ROLE_JUDGE ? setup->reward : setup->cast[role].reward;
}

/* Every worker reads the files for itself: a file that changed since the first one read it ends the run. */
static cairn_status check_content(const worker *w, cairn_role role) {
    const worker *first = &w->job->workers[0];
    const cairn_policy *policy = &w->policies[role];
    const cairn_reward *reward = &w->rewards[role];
    if (policy->type && cairn_policy_content(policy) != cairn_policy_content(&first->policies[role]))
        return cairn_fail(w->ctx, CAIRN_INVALID, "policy `%s`: its file changed while the run began",
                          job_policy_spec(&w->job->setup, role));
    if (reward->type && cairn_reward_content(reward) != cairn_reward_content(&first->rewards[role]))
        return cairn_fail(w->ctx, CAIRN_INVALID, "reward `%s`: its file changed while the run began",
                          job_reward_spec(&w->job->setup, role));
    return CAIRN_OK;
}

/* The policy of a role, or the generator's; NULL where there is none. */
static const cairn_policy *acts_as(const worker *w, cairn_role role) {
    const cairn_policy *own = &w->policies[role], *generator = &w->policies[CAIRN_ROLE_GENERATOR];
    return own->type ? own : generator->type ? generator : NULL;
}

cairn_status job_open_cast(worker *w) {
    const cairn_job *job = w->job;
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++) {
        const char *spec = job_policy_spec(&job->setup, (cairn_role)role);
        if (spec) CAIRN_TRY(cairn_policy_open(w->ctx, w->arena, spec, &w->world, &w->policies[role]));
    }
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++) {
        const char *spec = job_reward_spec(&job->setup, (cairn_role)role);
        if (spec)
            CAIRN_TRY(cairn_reward_open(w->ctx, w->arena, spec, &w->world, acts_as(w, CAIRN_ROLE_COMPLETER),
                                        &w->rewards[role]));
        CAIRN_TRY(check_content(w, (cairn_role)role));
    }
    return CAIRN_OK;
}

void job_close_cast(worker *w) {
    for (int role = CAIRN_ROLE_COUNT - 1; role >= 0; role--)
        if (w->rewards[role].type) cairn_reward_close(&w->rewards[role]);
    for (int role = CAIRN_ROLE_COUNT - 1; role >= 0; role--)
        if (w->policies[role].type) cairn_policy_close(&w->policies[role]);
}

void job_fill_cast(const worker *w, cairn_part cast[CAIRN_ROLE_COUNT]) {
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++)
        cast[role] = (cairn_part){.policy = w->policies[role].type ? &w->policies[role] : NULL,
                                  .reward = w->rewards[role].type ? &w->rewards[role] : NULL,
                                  .sampling = w->job->setup.cast[role].sampling};
    cast[CAIRN_ROLE_GENERATOR].sampling = w->job->setup.sampling;
}

cairn_status cairn_job_check_cast(cairn_ctx *ctx, const cairn_job *job, const char *what, uint32_t uses) {
    uses |= CAIRN_USES(CAIRN_ROLE_GENERATOR) | CAIRN_USES(CAIRN_ROLE_JUDGE);
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++)
        if (job->workers[0].rewards[role].type) uses |= cairn_reward_uses(&job->workers[0].rewards[role]);
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++) {
        const cairn_casting *given = &job->setup.cast[role];
        if (uses & CAIRN_USES(role) || (!given->policy && !given->reward && given->sampling.max_tokens == 0)) continue;
        return cairn_fail(ctx, CAIRN_INVALID, "%s: nothing in this run acts as %s: neither %s nor a reward",
                          given->policy   ? given->policy
                          : given->reward ? given->reward
                                          : "sampling",
                          cairn_role_name((cairn_role)role), what);
    }
    return CAIRN_OK;
}
