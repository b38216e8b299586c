/* What decides a job's records, in canonical form: the manifest of its run file. */
#include <string.h>

#include "eval/job_worker.h"

/* "name:every=option" */
static cairn_status canonical_spec(cairn_ctx *ctx, cairn_arena *arena, const cairn_about *about, const void *config,
                                   const char **out) {
    cairn_text text = {0};
    cairn_status status = cairn_text_printf(ctx, &text, "%s:", about->name);
    if (status == CAIRN_OK) status = cairn_options_write(ctx, about, config, &text);
    if (status == CAIRN_OK) {
        *out = cairn_arena_copy(arena, text.data, text.length);
        if (!*out) status = CAIRN_NO_MEMORY;
    }
    cairn_text_free(&text);
    return status;
}

static const char *text_or_empty(const char *text) {
    return text ? text : "";
}

/* A key of a file's content, and its name where it is a program. */
static const char *key_text(cairn_arena *arena, uint64_t key, const char *file) {
    return cairn_arena_printf(arena, "%016llx%s%s", (unsigned long long)key, *file ? " " : "", file);
}

static const char *policy_key(cairn_arena *arena, const cairn_policy *policy) {
    return policy->type ? key_text(arena, cairn_policy_content(policy), cairn_policy_file(policy))
                        : key_text(arena, 0, "");
}

static const char *reward_key(cairn_arena *arena, const cairn_reward *reward) {
    return reward->type ? key_text(arena, cairn_reward_content(reward), cairn_reward_file(reward))
                        : key_text(arena, 0, "");
}

/* "world_key" of a world that is a program. */
static void add_world(cairn_arena *arena, const cairn_world *world, cairn_manifest_entry *entries, size_t *n) {
    if (!world->type->content) return;
    entries[(*n)++] =
        (cairn_manifest_entry){"world_key", key_text(arena, cairn_world_content(world), cairn_world_file(world))};
}

/* Entries of the roles that are bound beside generator and judge: "completer", "completer_key", and "role_sampling" of
 * all of them, as in "completer:temperature=0.7,max_tokens=64". */
static void add_cast(cairn_arena *arena, const cairn_job *job, cairn_manifest_entry *entries, size_t *n) {
    const worker *w = &job->workers[0];
    const char *samplings = "";
    for (int role = 0; role < CAIRN_ROLE_COUNT; role++) {
        const cairn_casting *given = &job->setup.cast[role];
        const char *name = cairn_role_name((cairn_role)role);
        const char *spec = given->policy ? given->policy : given->reward;
        if (spec) {
            entries[(*n)++] = (cairn_manifest_entry){name, spec};
            entries[(*n)++] = (cairn_manifest_entry){cairn_arena_printf(arena, "%s_key", name),
                                                     given->policy ? policy_key(arena, &w->policies[role])
                                                                   : reward_key(arena, &w->rewards[role])};
        }
        if (given->sampling.max_tokens <= 0 || !samplings) continue;
        char temperature[32];
        cairn_format_double(given->sampling.temperature, temperature);
        samplings = cairn_arena_printf(arena, "%s%s%s:temperature=%s,max_tokens=%d", samplings, *samplings ? " " : "",
                                       name, temperature, (int)given->sampling.max_tokens);
    }
    if (!samplings || *samplings) entries[(*n)++] = (cairn_manifest_entry){"role_sampling", samplings};
}

cairn_status cairn_job_manifest(cairn_ctx *ctx, const cairn_job *job, cairn_arena *arena, const char *verb,
                                const char *method_key, const cairn_about *about, const void *config, bool keep_tree,
                                cairn_manifest *out) {
    const cairn_job_setup *j = cairn_job_setup_of(job);
    const char *method;
    CAIRN_TRY(canonical_spec(ctx, arena, about, config, &method));
    char temperature[32], flops[32];
    cairn_format_double(j->sampling.temperature, temperature);
    cairn_format_double(j->budget.flops, flops);
    const cairn_manifest_entry entries[] = {
        {"verb", verb},
        {"world", j->world},
        {"policy", text_or_empty(j->policy)},
        {"reward", text_or_empty(j->reward)},
        {method_key, method},
        {"aggregate", j->aggregator >= 0 ? cairn_aggregator_name((cairn_aggregator)j->aggregator) : "by-meaning"},
        {"seed", cairn_arena_printf(arena, "%llu", (unsigned long long)j->seed)},
        {"budget_steps", cairn_arena_printf(arena, "%lld", (long long)j->budget.steps)},
        {"budget_tokens", cairn_arena_printf(arena, "%lld", (long long)j->budget.tokens)},
        {"budget_flops", cairn_arena_printf(arena, "%s", flops)},
        {"temperature", cairn_arena_printf(arena, "%s", temperature)},
        {"max_step_tokens", cairn_arena_printf(arena, "%d", j->sampling.max_tokens)},
        {"problems_file", text_or_empty(j->problems)},
        {"problems_key", cairn_arena_printf(arena, "%016llx", (unsigned long long)cairn_job_content(job))},
        {"skip_bad", j->skip_bad ? "true" : "false"},
        {"reward_key", reward_key(arena, &job->workers[0].rewards[CAIRN_ROLE_JUDGE])},
        {"policy_key", policy_key(arena, &job->workers[0].policies[CAIRN_ROLE_GENERATOR])},
        {"tree", keep_tree ? "kept" : "dropped"},
    };
    size_t count = sizeof entries / sizeof *entries;
    cairn_manifest_entry *copy = cairn_arena_alloc(arena, count + 2 * CAIRN_ROLE_COUNT + 2, sizeof *copy);
    if (!copy) return CAIRN_NO_MEMORY;
    memcpy(copy, entries, sizeof entries);
    add_world(arena, &job->workers[0].world, copy, &count);
    add_cast(arena, job, copy, &count);
    for (size_t i = 0; i < count; i++)
        if (!copy[i].key || !copy[i].value) return CAIRN_NO_MEMORY;
    *out = (cairn_manifest){
        .entries = copy, .count = (int32_t)count, .problems = cairn_job_problems(job), .portable = j->portable};
    return CAIRN_OK;
}
