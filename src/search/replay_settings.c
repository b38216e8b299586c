/* The settings of a recorded search. */
#include "search/replay_settings.h"

#include <math.h>
#include <string.h>

#include "data/json.h"

typedef struct reader {
    cairn_ctx *ctx;
    const char *where;
    replay_settings *out;
} reader;

/* Unknown settings may steer the search: they are refused, not skipped. */
static cairn_status only_keys(const reader *r, json_t *object, const char *what, const char *const *known) {
    const char *key;
    const json_t *value;
    json_object_foreach(object, key, value) {
        const char *const *k = known;
        while (*k && strcmp(*k, key) != 0) k++;
        if (!*k)
            return cairn_fail(r->ctx, CAIRN_UNSUPPORTED, "%s: setting `%s` of %s is not offered", r->where, key, what);
    }
    return CAIRN_OK;
}

static cairn_status optional_real(const reader *r, const json_t *object, const char *name, double *out) {
    return json_object_get(object, name) ? json_get_real(r->ctx, object, name, r->where, out) : CAIRN_OK;
}

static cairn_status optional_bool(const reader *r, const json_t *object, const char *name, bool *out) {
    return json_object_get(object, name) ? json_get_bool(r->ctx, object, name, r->where, out) : CAIRN_OK;
}

static cairn_status fail_field(const reader *r, const char *field, const char *expected) {
    return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: field `%s`: expected %s", r->where, field, expected);
}

/* ---- transforms of values ------------------------------------------------------------------------------------------- */

static cairn_status read_epsilon(const reader *r, const json_t *kwargs, double *out) {
    CAIRN_TRY(optional_real(r, kwargs, "epsilon", out));
    return *out > 0 && isfinite(*out) ? CAIRN_OK : fail_field(r, "epsilon", "a number above 0");
}

static cairn_status by_parent_and_siblings(const reader *r, json_t *kwargs) {
    static const char *const known[] = {"epsilon", NULL};
    CAIRN_TRY(only_keys(r, kwargs, "qtransform_by_parent_and_siblings", known));
    r->out->select.normalise = CAIRN_NORMALISE_SIBLINGS;
    r->out->select.epsilon = 1e-8;
    return read_epsilon(r, kwargs, &r->out->select.epsilon);
}

static cairn_status by_min_max(const reader *r, json_t *kwargs) {
    static const char *const known[] = {"min_value", "max_value", NULL};
    cairn_select *select = &r->out->select;
    CAIRN_TRY(only_keys(r, kwargs, "qtransform_by_min_max", known));
    CAIRN_TRY(json_get_real(r->ctx, kwargs, "min_value", r->where, &select->low));
    CAIRN_TRY(json_get_real(r->ctx, kwargs, "max_value", r->where, &select->high));
    if (!(select->low < select->high) || !isfinite(select->high - select->low))
        return fail_field(r, "min_value", "a number below `max_value`");
    select->normalise = CAIRN_NORMALISE_RANGE;
    select->first_play = CAIRN_FIRST_PLAY_CONSTANT;
    select->first_play_value = select->low;
    return CAIRN_OK;
}

static cairn_status completed_by_mix_value(const reader *r, json_t *kwargs) {
    static const char *const known[] = {"value_scale",     "maxvisit_init", "rescale_values",
                                        "use_mixed_value", "epsilon",       NULL};
    gumbel_rule *rule = &r->out->gumbel_rule;
    CAIRN_TRY(only_keys(r, kwargs, "qtransform_completed_by_mix_value", known));
    rule->value_scale = 0.1;
    rule->maxvisit_init = 50;
    rule->rescale = rule->mixed = true;
    rule->epsilon = 1e-8;
    CAIRN_TRY(optional_real(r, kwargs, "value_scale", &rule->value_scale));
    CAIRN_TRY(optional_real(r, kwargs, "maxvisit_init", &rule->maxvisit_init));
    CAIRN_TRY(optional_bool(r, kwargs, "rescale_values", &rule->rescale));
    CAIRN_TRY(optional_bool(r, kwargs, "use_mixed_value", &rule->mixed));
    return read_epsilon(r, kwargs, &rule->epsilon);
}

static cairn_status read_transform(const reader *r, const json_t *config) {
    static const struct {
        const char *name;
        bool gumbel; /* the algorithm that it serves */
        cairn_status (*read)(const reader *r, json_t *kwargs);
    } transforms[] = {{"qtransform_by_parent_and_siblings", false, by_parent_and_siblings},
                      {"qtransform_by_min_max", false, by_min_max},
                      {"qtransform_completed_by_mix_value", true, completed_by_mix_value}};
    const char *name;
    json_t *kwargs;
    CAIRN_TRY(json_get_text(r->ctx, config, "qtransform", r->where, &name));
    CAIRN_TRY(json_get_object(r->ctx, config, "qtransform_kwargs", r->where, &kwargs));
    for (size_t i = 0; i < sizeof transforms / sizeof *transforms; i++)
        if (strcmp(transforms[i].name, name) == 0 && transforms[i].gumbel == r->out->gumbel)
            return transforms[i].read(r, kwargs);
    return cairn_fail(r->ctx, CAIRN_UNSUPPORTED, "%s: qtransform `%s` is not offered for this algorithm", r->where,
                      name);
}

/* ---- algorithms ------------------------------------------------------------------------------------------------------- */

/* Dirichlet noise is part of the recorded priors of the root's children, and the temperature chooses an action
 * afterwards: neither needs to be known. */
static cairn_status read_muzero(const reader *r, json_t *config) {
    static const char *const known[] = {"dirichlet_alpha", "dirichlet_fraction", "pb_c_init",
                                        "pb_c_base",       "qtransform",         "qtransform_kwargs",
                                        "temperature",     "max_depth",          NULL};
    cairn_select *select = &r->out->select;
    CAIRN_TRY(only_keys(r, config, "algorithm_config", known));
    *select = (cairn_select){.rule = CAIRN_SELECT_MUZERO, .pb_c_init = 1.25, .pb_c_base = 19652};
    CAIRN_TRY(optional_real(r, config, "pb_c_init", &select->pb_c_init));
    CAIRN_TRY(optional_real(r, config, "pb_c_base", &select->pb_c_base));
    return select->pb_c_base > 0 ? CAIRN_OK : fail_field(r, "pb_c_base", "a number above 0");
}

/* The noise of the root is not recorded: only a search without can be repeated. */
static cairn_status read_gumbel(const reader *r, json_t *config) {
    static const char *const known[] = {
        "gumbel_scale", "max_num_considered_actions", "qtransform", "qtransform_kwargs", "max_depth", NULL};
    double scale = 1;
    CAIRN_TRY(only_keys(r, config, "algorithm_config", known));
    CAIRN_TRY(optional_real(r, config, "gumbel_scale", &scale));
    if (scale != 0)
        return cairn_fail(r->ctx, CAIRN_UNSUPPORTED, "%s: gumbel_scale %g: only 0 can be replayed", r->where, scale);
    r->out->gumbel_rule.most_considered = 16;
    if (json_object_get(config, "max_num_considered_actions"))
        CAIRN_TRY(
            json_get_int(r->ctx, config, "max_num_considered_actions", r->where, &r->out->gumbel_rule.most_considered));
    return r->out->gumbel_rule.most_considered >= 1
               ? CAIRN_OK
               : fail_field(r, "max_num_considered_actions", "a whole number from 1");
}

static cairn_status read_max_depth(const reader *r, const json_t *config) {
    const json_t *depth = json_object_get(config, "max_depth");
    r->out->max_depth = INT64_MAX;
    if (!depth || json_is_null(depth)) return CAIRN_OK;
    CAIRN_TRY(json_get_int(r->ctx, config, "max_depth", r->where, &r->out->max_depth));
    return r->out->max_depth >= 1 ? CAIRN_OK : fail_field(r, "max_depth", "a whole number from 1");
}

cairn_status replay_read_settings(cairn_ctx *ctx, const json_t *record, const char *where, replay_settings *out) {
    static const char *const known_world[] = {"discount", "zero_reward", NULL};
    reader r = {ctx, where, out};
    const char *algorithm;
    json_t *config, *world;
    *out = (replay_settings){0};
    CAIRN_TRY(json_get_text(ctx, record, "algorithm", where, &algorithm));
    out->gumbel = strcmp(algorithm, "gumbel_muzero") == 0;
    if (!out->gumbel && strcmp(algorithm, "muzero") != 0)
        return cairn_fail(ctx, CAIRN_UNSUPPORTED,
                          "%s: algorithm `%s` is not offered, only `muzero` and `gumbel_muzero`", where, algorithm);
    CAIRN_TRY(json_get_object(ctx, record, "algorithm_config", where, &config));
    CAIRN_TRY(out->gumbel ? read_gumbel(&r, config) : read_muzero(&r, config));
    CAIRN_TRY(read_max_depth(&r, config));
    CAIRN_TRY(read_transform(&r, config));
    CAIRN_TRY(json_get_object(ctx, record, "env_config", where, &world));
    CAIRN_TRY(only_keys(&r, world, "env_config", known_world));
    CAIRN_TRY(json_get_bool(ctx, world, "zero_reward", where, &out->zero_reward));
    return json_get_real(ctx, world, "discount", where, &out->discount);
}
