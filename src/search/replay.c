/* Replays a search recorded by mctx: the record plays the network, our select and back-up play the search. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "cairn/replay.h"
#include "cairn/tree.h"
#include "data/json.h"

#define MOST_FILE_BYTES ((size_t)1 << 30)

/* One node of our tree and what the record says about it. */
typedef struct recorded {
    const json_t *object;
    int64_t order; /* 0: the root; i: evaluated by simulation i; -1: not evaluated */
} recorded;

typedef struct replay {
    cairn_ctx *ctx;
    const char *where; /* opens errors */
    cairn_tree *tree;
    cairn_select select;
    double discount;
    bool zero_reward;
    recorded *of; /* [of_capacity] by node number */
    size_t of_capacity;
} replay;

/* ---- settings ----------------------------------------------------------------------------------------------------- */

/* Unknown settings may steer the search: they are refused, not skipped. */
static cairn_status only_keys(replay *r, const json_t *object, const char *what, const char *const *known) {
    const char *key;
    const json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        const char *const *k = known;
        while (*k && strcmp(*k, key) != 0) k++;
        if (!*k)
            return cairn_fail(r->ctx, CAIRN_UNSUPPORTED, "%s: setting `%s` of %s is not offered", r->where, key, what);
    }
    return CAIRN_OK;
}

static cairn_status read_transform(replay *r, const json_t *config) {
    const char *name;
    CAIRN_TRY(json_get_text(r->ctx, config, "qtransform", r->where, &name));
    json_t *kwargs;
    CAIRN_TRY(json_get_object(r->ctx, config, "qtransform_kwargs", r->where, &kwargs));
    if (strcmp(name, "qtransform_by_parent_and_siblings") == 0) {
        static const char *const none[] = {NULL};
        CAIRN_TRY(only_keys(r, kwargs, name, none));
        r->select.normalise = CAIRN_NORMALISE_SIBLINGS;
        return CAIRN_OK;
    }
    if (strcmp(name, "qtransform_by_min_max") != 0)
        return cairn_fail(r->ctx, CAIRN_UNSUPPORTED, "%s: qtransform `%s` is not offered", r->where, name);
    static const char *const known[] = {"min_value", "max_value", NULL};
    CAIRN_TRY(only_keys(r, kwargs, name, known));
    CAIRN_TRY(json_get_real(r->ctx, kwargs, "min_value", r->where, &r->select.low));
    CAIRN_TRY(json_get_real(r->ctx, kwargs, "max_value", r->where, &r->select.high));
    if (!(r->select.low < r->select.high) || !isfinite(r->select.high - r->select.low))
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: field `min_value`: expected a number below `max_value`", r->where);
    r->select.normalise = CAIRN_NORMALISE_RANGE;
    r->select.first_play = CAIRN_FIRST_PLAY_CONSTANT;
    r->select.first_play_value = r->select.low;
    return CAIRN_OK;
}

static cairn_status read_settings(replay *r, const json_t *record) {
    const char *algorithm;
    CAIRN_TRY(json_get_text(r->ctx, record, "algorithm", r->where, &algorithm));
    if (strcmp(algorithm, "muzero") != 0)
        return cairn_fail(r->ctx, CAIRN_UNSUPPORTED, "%s: algorithm `%s` is not offered, only `muzero`", r->where,
                          algorithm);
    json_t *config, *world;
    CAIRN_TRY(json_get_object(r->ctx, record, "algorithm_config", r->where, &config));
    static const char *const known[] = {"dirichlet_alpha", "dirichlet_fraction", "pb_c_init",   "pb_c_base",
                                        "qtransform",      "qtransform_kwargs",  "temperature", NULL};
    CAIRN_TRY(only_keys(r, config, "algorithm_config", known));
    double fraction;
    CAIRN_TRY(json_get_real(r->ctx, config, "dirichlet_fraction", r->where, &fraction));
    if (fraction != 0)
        return cairn_fail(r->ctx, CAIRN_UNSUPPORTED, "%s: dirichlet_fraction %g: only 0 can be replayed", r->where,
                          fraction);
    r->select.rule = CAIRN_SELECT_MUZERO;
    CAIRN_TRY(json_get_real(r->ctx, config, "pb_c_init", r->where, &r->select.pb_c_init));
    CAIRN_TRY(json_get_real(r->ctx, config, "pb_c_base", r->where, &r->select.pb_c_base));
    if (!(r->select.pb_c_base > 0))
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: field `pb_c_base`: expected a number above 0", r->where);
    CAIRN_TRY(read_transform(r, config));
    CAIRN_TRY(json_get_object(r->ctx, record, "env_config", r->where, &world));
    static const char *const known_world[] = {"discount", "zero_reward", NULL};
    CAIRN_TRY(only_keys(r, world, "env_config", known_world));
    CAIRN_TRY(json_get_bool(r->ctx, world, "zero_reward", r->where, &r->zero_reward));
    return json_get_real(r->ctx, world, "discount", r->where, &r->discount);
}

/* ---- the record as the network ------------------------------------------------------------------------------------ */

/* "file: node root/14/2/0": the path of child numbers; the upper part is cut when it is long. */
static const char *node_name(const replay *r, cairn_node node, char out[512]) {
    char path[256];
    size_t at = sizeof path - 1;
    path[at] = 0;
    const cairn_tree *tree = r->tree;
    for (; node != CAIRN_ROOT && at > 16; node = tree->parent[node]) {
        char number[16];
        int n = snprintf(number, sizeof number, "/%u", (unsigned)(node - tree->first_child[tree->parent[node]]));
        at -= (size_t)n;
        memcpy(path + at, number, (size_t)n);
    }
    snprintf(out, 512, "%.200s: node %s%s", r->where, node == CAIRN_ROOT ? "root" : "..", path + at);
    return out;
}

/* A number that may be left out; NaN then. */
static cairn_status optional_real(replay *r, const json_t *object, const char *name, const char *where, double *out) {
    *out = NAN;
    return json_object_get(object, name) ? json_get_real(r->ctx, object, name, where, out) : CAIRN_OK;
}

/* Prior and edge of child number i of a node just expanded. */
static cairn_status read_child(replay *r, const json_t *object, cairn_node child, size_t i, const char *where) {
    cairn_tree *tree = r->tree;
    int64_t action;
    double prior, reward;
    CAIRN_TRY(json_get_int(r->ctx, object, "action", where, &action));
    if (action != (int64_t)i)
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: field `action`: expected %zu, its place among the children", where,
                          i);
    CAIRN_TRY(json_get_real(r->ctx, object, "prior", where, &prior));
    if (!(prior >= 0 && prior <= 1 + 1e-6))
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: field `prior`: expected a probability", where);
    CAIRN_TRY(optional_real(r, object, "reward", where, &reward));
    if (r->zero_reward && reward != 0 && !isnan(reward))
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: field `reward`: expected 0, as `zero_reward` says", where);
    tree->prior[child] = (float)prior;
    tree->edge_reward[child] = isnan(reward) ? 0 : (float)reward;
    tree->discount[child] = (float)r->discount;
    r->of[child] = (recorded){object, -1};
    return CAIRN_OK;
}

/* Evaluates and expands `node` as the record says: its raw value, its children. */
static cairn_status evaluate(replay *r, cairn_node node, int64_t order, double *value) {
    char where[512], child_where[576];
    node_name(r, node, where);
    const json_t *object = r->of[node].object;
    if (!json_object_get(object, "raw_value_view"))
        return cairn_fail(r->ctx, CAIRN_FORMAT,
                          "%s: simulation %lld walks here, but the record holds no evaluation of it", where,
                          (long long)order);
    CAIRN_TRY(json_get_real(r->ctx, object, "raw_value_view", where, value));
    if (node != CAIRN_ROOT && !json_object_get(object, "reward"))
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: field `reward`: expected a number, it is missing", where);
    json_t *children;
    CAIRN_TRY(json_get_array(r->ctx, object, "child_stats", where, &children));
    size_t n = json_array_size(children);
    if (n == 0 || n > UINT32_MAX)
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: field `child_stats`: expected children, got %zu", where, n);
    cairn_node first;
    CAIRN_TRY(cairn_tree_expand(r->ctx, r->tree, node, NULL, (uint32_t)n, &first));
    CAIRN_TRY(cairn_grow(r->ctx, (void **)&r->of, &r->of_capacity, r->tree->count, sizeof *r->of));
    for (size_t i = 0; i < n; i++) {
        snprintf(child_where, sizeof child_where, "%s/%zu", where, i);
        CAIRN_TRY(read_child(r, json_array_get(children, i), first + (cairn_node)i, i, child_where));
    }
    r->tree->value[node] = (float)*value;
    r->of[node].order = order;
    return CAIRN_OK;
}

/* ---- search and comparison ---------------------------------------------------------------------------------------- */

/* Every simulation evaluates another node of the record, so their number is bounded by its size. */
static cairn_status search(replay *r, int64_t simulations) {
    double value;
    CAIRN_TRY(evaluate(r, CAIRN_ROOT, 0, &value));
    cairn_backup(r->tree, CAIRN_ROOT, value, CAIRN_BACKUP_MEAN);
    for (int64_t i = 1; i <= simulations; i++) {
        cairn_node leaf = cairn_select_leaf(r->tree, CAIRN_ROOT, &r->select);
        CAIRN_TRY(evaluate(r, leaf, i, &value));
        cairn_backup(r->tree, leaf, value, CAIRN_BACKUP_MEAN);
    }
    return CAIRN_OK;
}

/* Evaluated nodes below (and at) a node of the record; nesting is bounded by the parser. */
static int64_t count_evaluated(const json_t *object) {
    int64_t sum = json_object_get(object, "raw_value_view") ? 1 : 0;
    const json_t *children = json_object_get(object, "child_stats");
    for (size_t i = 0; i < json_array_size(children); i++) sum += count_evaluated(json_array_get(children, i));
    return sum;
}

static cairn_status compare(replay *r, const json_t *root, cairn_replay_report *out) {
    const cairn_tree *tree = r->tree;
    int64_t reached = 0;
    for (cairn_node node = 0; node < tree->count; node++) {
        if (r->of[node].order < 0) continue;
        char where[512];
        node_name(r, node, where);
        const json_t *object = r->of[node].object;
        int64_t visits, order;
        double value;
        CAIRN_TRY(json_get_int(r->ctx, object, "visit", where, &visits));
        CAIRN_TRY(json_get_int(r->ctx, object, "evaluation_index", where, &order));
        CAIRN_TRY(json_get_real(r->ctx, object, "value_view", where, &value));
        reached++;
        out->visit_mismatches += visits != tree->visits[node];
        out->order_mismatches += order != r->of[node].order;
        out->greatest_difference = fmax(out->greatest_difference, fabs(value - tree->total[node] / tree->visits[node]));
    }
    out->nodes = count_evaluated(root);
    out->visit_mismatches += out->nodes - reached;
    return CAIRN_OK;
}

static cairn_status replay_record(replay *r, const json_t *record, cairn_replay_report *out) {
    json_t *root;
    CAIRN_TRY(read_settings(r, record));
    CAIRN_TRY(json_get_object(r->ctx, record, "tree", r->where, &root));
    int64_t visits;
    CAIRN_TRY(json_get_int(r->ctx, root, "visit", r->where, &visits));
    if (visits < 1) return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: field `visit`: expected at least 1", r->where);
    CAIRN_TRY(cairn_tree_open(r->ctx, 0, &r->tree));
    CAIRN_TRY(cairn_tree_need_edges(r->ctx, r->tree));
    CAIRN_TRY(cairn_grow(r->ctx, (void **)&r->of, &r->of_capacity, 1, sizeof *r->of));
    r->of[CAIRN_ROOT] = (recorded){root, -1};
    CAIRN_TRY(search(r, visits - 1));
    cairn_replay_report report = {.simulations = visits - 1};
    CAIRN_TRY(compare(r, root, &report));
    *out = report;
    return CAIRN_OK;
}

/* A tree nests two levels a step: deeper than the small records that json_parse is for. jansson's own bound (2048) holds. */
static cairn_status parse_record(cairn_ctx *ctx, const char *text, size_t length, const char *where, json_t **out) {
    json_error_t error;
    *out = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (*out && json_is_object(*out)) return CAIRN_OK;
    if (*out) {
        json_decref(*out);
        return cairn_fail(ctx, CAIRN_FORMAT, "%s: expected a JSON object", where);
    }
    enum json_error_code code = json_error_code(&error);
    cairn_status status = code == json_error_out_of_memory    ? CAIRN_NO_MEMORY
                          : code == json_error_stack_overflow ? CAIRN_LIMIT
                                                              : CAIRN_FORMAT;
    return cairn_fail(ctx, status, "%s: line %d: %s", where, error.line, error.text);
}

cairn_status cairn_replay_text(cairn_ctx *ctx, const char *text, size_t length, const char *where,
                               cairn_replay_report *out) {
    json_t *record;
    CAIRN_TRY(parse_record(ctx, text, length, where, &record));
    replay r = {.ctx = ctx, .where = where};
    cairn_status status = replay_record(&r, record, out);
    cairn_free(r.of);
    cairn_tree_close(r.tree);
    json_decref(record);
    return status;
}

static cairn_status read_file(cairn_ctx *ctx, const char *path, FILE *file, cairn_text *text) {
    char part[16384];
    size_t n;
    while ((n = fread(part, 1, sizeof part, file)) > 0) {
        if (text->length + n > MOST_FILE_BYTES) return cairn_fail(ctx, CAIRN_LIMIT, "%s: larger than 1 GiB", path);
        CAIRN_TRY(cairn_text_add(ctx, text, part, n));
    }
    return ferror(file) ? cairn_fail(ctx, CAIRN_IO, "%s: %s", path, strerror(errno)) : CAIRN_OK;
}

cairn_status cairn_replay_file(cairn_ctx *ctx, const char *path, cairn_replay_report *out) {
    FILE *file = fopen(path, "rb");
    if (!file) return cairn_fail(ctx, errno == ENOENT ? CAIRN_NOT_FOUND : CAIRN_IO, "%s: %s", path, strerror(errno));
    cairn_text text = {0};
    cairn_status status = read_file(ctx, path, file, &text);
    fclose(file);
    if (status == CAIRN_OK) status = cairn_replay_text(ctx, text.data ? text.data : "", text.length, path, out);
    cairn_text_free(&text);
    return status;
}
