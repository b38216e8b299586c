/* The list of policies and opening one by its spec. */
#include "cairn/policy.h"

#include <string.h>

#include "policy_list.inc"
#include "world/spec.h"

const cairn_policy_type *const *cairn_policies(void) {
    return policy_list;
}

static const char *name_of(int index) {
    return policy_list[index] ? policy_list[index]->about.name : NULL;
}

cairn_status cairn_policy_open(cairn_ctx *ctx, cairn_arena *arena, const char *spec, const cairn_world *world,
                               cairn_policy *out) {
    size_t length;
    const char *options;
    cairn_spec_split(spec, &length, &options);
    for (int i = 0; policy_list[i]; i++) {
        const cairn_policy_type *type = policy_list[i];
        if (strlen(type->about.name) != length || memcmp(type->about.name, spec, length) != 0) continue;
        const void *config = NULL;
        void *self = NULL;
        if (type->about.options) CAIRN_TRY(spec_config(ctx, arena, &type->about, options, &config));
        CAIRN_TRY(type->open(ctx, arena, world, config, options, &self));
        *out = (cairn_policy){.type = type, .world = world, .self = self};
        return CAIRN_OK;
    }
    return spec_unknown(ctx, "policy", spec, length, name_of);
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
