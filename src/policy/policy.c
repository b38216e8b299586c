/* The list of policies and opening one by its spec. */
#include "cairn/policy.h"

#include <string.h>

#include "core/registry.h"
#include "policy_list.inc"

const cairn_policy_type *const *cairn_policies(void) {
    return policy_list;
}

cairn_status cairn_policy_open(cairn_ctx *ctx, cairn_arena *arena, const char *spec, const cairn_world *world,
                               cairn_policy *out) {
    int index;
    const char *options;
    const void *config = NULL;
    void *self = NULL;
    CAIRN_TRY(registry_find(ctx, arena, "policy", policy_abouts, spec, &index, &options, NULL));
    const cairn_about *about = policy_abouts[index];
    if (about->options) CAIRN_TRY(registry_config(ctx, arena, about, options, &config));
    CAIRN_TRY(policy_list[index]->open(ctx, arena, world, config, options, &self));
    *out = (cairn_policy){.type = policy_list[index], .world = world, .self = self};
    return CAIRN_OK;
}

void cairn_policy_close(cairn_policy *policy) {
    if (policy->type && policy->type->close) policy->type->close(policy->self);
    *policy = (cairn_policy){0};
}

uint64_t cairn_policy_content(const cairn_policy *policy) {
    return policy->type->content ? policy->type->content(policy->self) : 0;
}

int64_t cairn_policy_solutions(const cairn_policy *policy, const cairn_problem *problem) {
    int64_t solutions = INT64_MAX;
    int32_t longest;
    if (policy->type->recorded) policy->type->recorded(policy->self, problem, &solutions, &longest);
    return solutions;
}

int32_t cairn_policy_max_steps(const cairn_policy *policy, const cairn_problem *problem) {
    int64_t solutions;
    int32_t longest = 0;
    if (policy->type->recorded) policy->type->recorded(policy->self, problem, &solutions, &longest);
    return longest > problem->max_steps ? longest : problem->max_steps;
}

const char *cairn_policy_file(const cairn_policy *policy) {
    const char *name = policy->type->file ? policy->type->file(policy->self) : NULL;
    return name ? name : "";
}
