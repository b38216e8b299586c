/* Replays a search recorded by mctx: the record plays the network, our select and back-up play the search. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "cairn/replay.h"
#include "cairn/tree.h"
#include "data/json.h"
#include "search/replay_settings.h"

#define MOST_FILE_BYTES  ((size_t)1 << 30)
#define MOST_SIMULATIONS (1 << 24) /* where a bounded depth lets one node be evaluated again and again */

/* One node of our tree and what the record says about it. */
typedef struct recorded {
    const json_t *object;
    int64_t order; /* 0: the root; i: evaluated by simulation i; -1: not evaluated */
} recorded;

typedef struct replay {
    cairn_ctx *ctx;
    const char *where; /* opens errors */
    replay_settings settings;
    cairn_tree *tree;
    recorded *of; /* [of_capacity] by node number */
    size_t of_capacity;
    gumbel_halving halving; /* at the root, under gumbel_muzero */
    double *scratch;        /* [2 * most children of a node], likewise */
    size_t scratch_capacity;
} replay;

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
    if (r->settings.zero_reward && reward != 0 && !isnan(reward))
        return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: field `reward`: expected 0, as `zero_reward` says", where);
    tree->prior[child] = (float)prior;
    tree->edge_reward[child] = isnan(reward) ? 0 : (float)reward;
    tree->discount[child] = (float)r->settings.discount;
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
    CAIRN_TRY(cairn_grow(r->ctx, (void **)&r->scratch, &r->scratch_capacity, 2 * n, sizeof *r->scratch));
    for (size_t i = 0; i < n; i++) {
        snprintf(child_where, sizeof child_where, "%s/%zu", where, i);
        CAIRN_TRY(read_child(r, json_array_get(children, i), first + (cairn_node)i, i, child_where));
    }
    r->tree->value[node] = (float)*value;
    r->of[node].order = order;
    return CAIRN_OK;
}

/* ---- search and comparison ---------------------------------------------------------------------------------------- */

static cairn_node select_child(replay *r, cairn_node node) {
    const cairn_tree *tree = r->tree;
    const replay_settings *s = &r->settings;
    if (!s->gumbel) return cairn_select_child(tree, node, &s->select);
    if (node != CAIRN_ROOT) return gumbel_select_inside(tree, node, &s->gumbel_rule, r->scratch);
    return gumbel_select_root(tree, node, &s->gumbel_rule, gumbel_halving_next(&r->halving), r->scratch);
}

/* The leaf of one simulation; a node at the greatest depth is one even when it was evaluated before. */
static cairn_status select_leaf(replay *r, cairn_node *leaf) {
    *leaf = CAIRN_ROOT;
    while ((r->tree->flags[*leaf] & CAIRN_NODE_EXPANDED) && r->tree->depth[*leaf] < r->settings.max_depth) {
        *leaf = select_child(r, *leaf);
        if (*leaf == CAIRN_NONE)
            return cairn_fail(r->ctx, CAIRN_FORMAT, "%s: a simulation finds no child to go to", r->where);
    }
    return CAIRN_OK;
}

static cairn_status open_halving(replay *r, int64_t simulations, int64_t **visits) {
    int64_t children = r->tree->n_children[CAIRN_ROOT], most = r->settings.gumbel_rule.most_considered;
    int64_t considered = most < children ? most : children;
    *visits = cairn_alloc(r->ctx, (size_t)considered, sizeof **visits);
    if (!*visits) return CAIRN_NO_MEMORY;
    gumbel_halving_open(&r->halving, considered, simulations, *visits);
    return CAIRN_OK;
}

/* Unless the depth is bounded, every simulation evaluates another node of the record: their number is bounded by its
 * size. */
static cairn_status simulate(replay *r, int64_t simulations) {
    for (int64_t i = 1; i <= simulations; i++) {
        cairn_node leaf;
        double value;
        CAIRN_TRY(select_leaf(r, &leaf));
        if (r->of[leaf].order < 0) {
            CAIRN_TRY(evaluate(r, leaf, i, &value));
        } else { /* evaluated again: the value is set afresh, the visits stay (mctx: update_tree_node) */
            value = r->tree->value[leaf];
            r->tree->total[leaf] = r->tree->visits[leaf] * value;
        }
        cairn_backup(r->tree, leaf, value, CAIRN_BACKUP_MEAN);
    }
    return CAIRN_OK;
}

static cairn_status search(replay *r, int64_t simulations) {
    double value;
    int64_t *visits = NULL;
    if (r->settings.max_depth < INT64_MAX && simulations > MOST_SIMULATIONS)
        return cairn_fail(r->ctx, CAIRN_LIMIT, "%s: more than %d simulations", r->where, MOST_SIMULATIONS);
    CAIRN_TRY(evaluate(r, CAIRN_ROOT, 0, &value));
    cairn_backup(r->tree, CAIRN_ROOT, value, CAIRN_BACKUP_MEAN);
    if (r->settings.gumbel) CAIRN_TRY(open_halving(r, simulations, &visits));
    cairn_status status = simulate(r, simulations);
    cairn_free(visits);
    return status;
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
    CAIRN_TRY(replay_read_settings(r->ctx, record, r->where, &r->settings));
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

/* A tree nests two levels a step: deeper than the small records that json_parse is for. jansson's own bound (2048)
 * holds. */
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
    cairn_free(r.scratch);
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
